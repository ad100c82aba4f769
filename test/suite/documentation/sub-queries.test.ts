// "Sub Queries" (version 6) and "Subqueries" (version 7).
import { DataTypes, Op, sql } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'

describeEachEngine('subqueries', (engine) => {
  async function posts() {
    const sequelize = engine.script(await engine.connect({ define: { timestamps: false, underscored: true } }))
    const Post = sequelize.define('post', { content: DataTypes.STRING })
    const Reaction = sequelize.define('reaction', { type: DataTypes.STRING })
    Reaction.belongsTo(Post)
    await sequelize.sync()
    for (const [content, types] of [
      ['Hello World', ['Like', 'Angry', 'Laugh', 'Sad']],
      ['My Second Post', ['Laugh', 'Laugh', 'Like', 'Laugh']],
      ['Nobody reads me', []],
    ] as const) {
      const post = await Post.create({ content })
      await Reaction.bulkCreate(types.map((type) => ({ type, postId: post.id })))
    }
    return { sequelize, Post }
  }
  test('as a computed value, and to order by', async () => {
    const { sequelize, Post } = await posts()
    const laughs = sequelize.literal(
      "(SELECT COUNT(*) FROM reactions AS reaction WHERE reaction.post_id = post.id AND reaction.type = 'Laugh')",
    )
    const found = await Post.findAll({
      attributes: { include: [[laughs, 'laughs']] },
      order: [[sequelize.literal('laughs'), 'DESC']],
    })
    expect(found.map((post) => [post.id, Number(post.get('laughs'))])).toEqual([
      [2, 3],
      [1, 1],
      [3, 0],
    ])
  })
  test('as a list for IN', async () => {
    const { Post } = await posts()
    const having = (type: string): object => ({
      id: { [Op.in]: sql`SELECT DISTINCT post_id FROM reactions AS reaction WHERE reaction.type = ${type}` },
    })
    const ids = async (where: object): Promise<unknown[]> =>
      (await Post.findAll({ where, order: ['id'] })).map(({ id }) => id)
    expect(await ids(having('Laugh'))).toEqual([1, 2])
    expect(await ids(having('Sad'))).toEqual([1])
    expect(await ids(having("x' OR '1' = '1"))).toEqual([])
  })
})
