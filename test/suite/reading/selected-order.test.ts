// What is selected under a name of the query's own, as what pages of parents are ordered by; and grouping by names with their model.
import { DataTypes, literal, Op, sql } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Row } from '../../support/untyped.js'

describeEachEngine('names of a selection', (engine) => {
  const start = async () => {
    const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
    const User = sequelize.define('User', { name: DataTypes.STRING })
    const Post = sequelize.define('Post', { title: DataTypes.STRING, score: DataTypes.INTEGER })
    User.hasMany(Post, { as: 'posts', foreignKey: 'userId' })
    Post.belongsTo(User, { as: 'author', foreignKey: 'userId' })
    await sequelize.sync()
    await User.bulkCreate(['a', 'b', 'c', 'd'].map((name) => ({ name })))
    await Post.bulkCreate([2, 3, 3, 1, 2, 3].map((userId, at) => ({ title: `t${at}`, score: at, userId })))
    return { User, Post, recorder: engine.recorder(sequelize) }
  }
  const count = (): object =>
    literal(engine.quoted('(SELECT COUNT(*) FROM "Posts" AS p WHERE p."userId" = "User"."id")'))

  test('pages of parents with their rows, ordered by a selected name', async () => {
    const { User, recorder } = await start()
    for (const order of [
      [
        ['postCount', 'DESC'],
        ['id', 'ASC'],
      ],
      [
        [literal(engine.quoted('"postCount"')), 'DESC'],
        ['id', 'ASC'],
      ],
      literal(engine.quoted('"postCount" DESC, "User"."id"')),
      [sql`${sql.identifier('postCount')} DESC`, 'id'],
      [[literal(engine.quoted('"postCount"')), 'DESC'], [literal(engine.quoted('"postCount"')), 'ASC'], 'id'],
    ])
      for (const posts of [
        { association: 'posts' },
        { association: 'posts', required: true },
        { association: 'posts', where: { score: { [Op.gte]: 0 } } },
      ]) {
        const options = { attributes: ['id', [count(), 'postCount']], order, include: [posts], limit: 2 }
        const found = async (): Promise<unknown> => {
          const users = await User.findAll(options)
          return users.map((user: Row) => [user.id, Number(user.get('postCount')), user.posts.length])
        }
        expect(await found()).toEqual([
          [3, 3, 3],
          [2, 2, 2],
        ])
        expect(await recorder.count(found)).toBe(1)
      }
  })

  test('the same where a condition reads the rows below', async () => {
    const { User } = await start()
    const users = await User.findAll({
      attributes: { include: [[count(), 'postCount']] },
      where: { '$posts.score$': { [Op.gte]: 1 } },
      order: [['postCount', 'DESC']],
      include: 'posts',
      limit: 2,
    })
    expect(users.map((user: Row) => [user.id, Number(user.get('postCount')), user.posts.length])).toEqual([
      [3, 3, 3],
      [2, 2, 1],
    ])
  })

  test('pages of parents by a function of the rows below', async () => {
    const { User } = await start()
    const ids = async (order: unknown): Promise<number[]> =>
      (await User.findAll({ include: 'posts', order, limit: 3 })).map((user: Row) => user.id)
    const score = sql.col('posts.score')
    expect(await ids([[sql.fn('COALESCE', score, -1), 'ASC']])).toEqual([4, 2, 3])
    expect(await ids([[sql.fn('COALESCE', score, -1), 'DESC']])).toEqual([3, 2, 1])
    expect(await ids([[sql.fn('LOWER', sql.col('posts.title')), 'DESC NULLS LAST']])).toEqual([3, 2, 1])
    expect(await ids([[sql.fn('LOWER', sql.col('User.name')), 'DESC']])).toEqual([4, 3, 2])
  })

  test('pages of parents by what is selected of the rows below', async () => {
    const { User } = await start()
    const titled = literal(engine.quoted('(SELECT COUNT(*) FROM "Posts" AS p WHERE p."id" <= "posts"."id")'))
    const users = await User.findAll({
      where: { id: [1, 2, 3] },
      include: { association: 'posts', attributes: ['title', [titled, 'place']] },
      order: [['posts', 'place', 'DESC']],
      limit: 2,
    })
    expect(users.map((user: Row) => [user.id, user.posts.map((post: Row) => Number(post.get('place')))])).toEqual([
      [3, [6, 3, 2]],
      [2, [5, 1]],
    ])
  })

  test('a limit for each parent, ordered by a selected name', async () => {
    const { User } = await start()
    const negative = [literal(engine.quoted('(0 - "Post"."score")')), 'negative']
    const users = await User.findAll({
      order: ['id'],
      include: [
        {
          association: 'posts',
          separate: true,
          attributes: ['title', negative],
          order: [['negative', 'ASC']],
          limit: 1,
        },
      ],
    })
    expect(users.map((user: Row) => user.posts.map((post: Row) => post.title))).toEqual([['t3'], ['t4'], ['t5'], []])
  })

  test("group and order by 'Model.attribute'", async () => {
    const { User, Post } = await start()
    const counted = await User.findAll({
      attributes: ['id', 'name', [sql.fn('COUNT', sql.col('posts.id')), 'n']],
      include: [{ association: 'posts', attributes: [] }],
      group: ['User.id', 'User.name'],
      order: [
        [sql.fn('COUNT', sql.col('posts.id')), 'DESC'],
        ['User.id', 'ASC'],
      ],
      raw: true,
    })
    expect(counted.map((row: Row) => [row.id, row.name, Number(row.n)])).toEqual([
      [3, 'c', 3],
      [2, 'b', 2],
      [1, 'a', 1],
      [4, 'd', 0],
    ])
    const grouped = (await Post.count({ group: ['Post.userId'] })) as unknown as Row[]
    expect(grouped.map((row) => [row.userId, row.count]).sort()).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ])
    for (const group of [['author.name'], 'author.name', [['author', 'name']]]) {
      const options = { include: [{ association: 'author', attributes: ['name'] }], attributes: [], group, raw: true }
      expect((await Post.findAll(options)).map((row: Row) => row['author.name']).sort()).toEqual(['a', 'b', 'c'])
    }
    const deep = await User.findAll({
      include: [{ association: 'posts', attributes: [], include: [{ association: 'author', attributes: ['name'] }] }],
      attributes: [],
      group: ['posts->author.name'],
      raw: true,
    })
    expect(deep.map((row: Row) => row['posts.author.name'])).toHaveLength(4)
    await expect(User.findAll({ group: ['User.nothing'] })).rejects.toThrow('User has no attribute "nothing"')
  })
})
