// "Paranoid" (version 6) and "Paranoid Models" (version 7).
import { DataTypes, Model, Op } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Table } from '../../support/untyped.js'

describeEachEngine('paranoid models, as the guides use them', (engine) => {
  async function posts() {
    const sequelize = engine.script(await engine.connect())
    class PostModel extends Model {}
    PostModel.init(
      { title: DataTypes.STRING, foo: DataTypes.STRING, likes: { type: DataTypes.INTEGER, defaultValue: 0 } },
      { sequelize: sequelize as never, modelName: 'post', paranoid: true, deletedAt: 'destroyTime' },
    )
    const Post = PostModel as unknown as Table
    const User = sequelize.define('user', { name: DataTypes.STRING })
    const Project = sequelize.define('project', { name: DataTypes.STRING }, { paranoid: true })
    User.hasMany(Project, { as: 'projects' })
    await sequelize.sync()
    return { sequelize, Post, User, Project }
  }

  test('destroy marks, force deletes; on the model and on an instance', async () => {
    const { sequelize, Post } = await posts()
    const recorder = engine.recorder(sequelize)
    const all = (): Promise<number> => Post.count({ paranoid: false })
    const [one, two] = await Post.bulkCreate([{ title: 'one' }, { title: 'two' }])
    recorder.clear()
    expect(await Post.destroy({ where: { id: one!.id } })).toBe(1)
    expect(recorder.statements[0]).toMatch(/^UPDATE.*destroyTime/s)
    expect([await Post.count(), await all()]).toEqual([1, 2])
    expect(await Post.destroy({ where: { id: one!.id } })).toBe(0)
    recorder.clear()
    expect(await Post.destroy({ where: { id: one!.id }, force: true })).toBe(1)
    expect(recorder.statements[0]).toMatch(/^DELETE/)
    expect(await all()).toBe(1)
    const post = await Post.create({ title: 'test' })
    expect(post).toBeInstanceOf(Post)
    await post.destroy()
    expect(post.destroyTime).toBeInstanceOf(Date)
    expect([await Post.count(), await all()]).toEqual([1, 2])
    await post.destroy({ force: true })
    expect([await Post.count(), await all()]).toEqual([1, 1])
    expect((await Post.findByPk(two!.id)).destroyTime).toBeNull()
  })
  test('restore, one instance or by a condition', async () => {
    const { Post } = await posts()
    const post = await Post.create({ title: 'test' })
    await post.destroy()
    expect(post.isSoftDeleted()).toBe(true)
    await post.restore()
    expect(post.isSoftDeleted()).toBe(false)
    expect(await Post.count()).toBe(1)
    await Post.bulkCreate([{ likes: 101 }, { likes: 100 }, { likes: 500 }])
    await Post.destroy({ where: {} })
    await Post.restore({ where: { likes: { [Op.gt]: 100 } } })
    expect((await Post.findAll({ order: ['likes'] })).map(({ likes }) => likes)).toEqual([101, 500])
  })
  test('finders see what is not deleted, unless they are asked for all', async () => {
    const { Post } = await posts()
    const post = await Post.create({ foo: 'bar' })
    await Post.create({ foo: 'bar' })
    await post.destroy()
    expect(await Post.findByPk(post.id)).toBeNull()
    expect((await Post.findByPk(post.id, { paranoid: false })).id).toBe(post.id)
    expect(await Post.findAll({ where: { foo: 'bar' } })).toHaveLength(1)
    expect(await Post.findAll({ where: { foo: 'bar' }, paranoid: false })).toHaveLength(2)
  })
  test('an include has a `paranoid` of its own', async () => {
    const { User, Project } = await posts()
    const user = await User.create({ name: 'u' })
    await Project.bulkCreate([
      { name: 'kept', userId: user.id },
      { name: 'gone', userId: user.id },
    ])
    await Project.destroy({ where: { name: 'gone' } })
    const names = async (include: unknown, options: object = {}): Promise<unknown> =>
      (await User.findAll({ include, ...options })).map((row) =>
        row.projects.map(({ name }: { name: string }) => name).sort(),
      )
    expect(await names([{ association: 'projects', paranoid: false }])).toEqual([['gone', 'kept']])
    expect(await names([{ association: 'projects' }])).toEqual([['kept']])
    expect(await names('projects', { paranoid: false })).toEqual([['kept']])
  })
  test('without timestamps it cannot be', async () => {
    const sequelize = engine.script(await engine.connect())
    expect(() => sequelize.define('note', {}, { paranoid: true, timestamps: false })).toThrow(/paranoid.*timestamps/s)
  })
})
