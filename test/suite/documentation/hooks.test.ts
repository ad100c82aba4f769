// "Hooks" (versions 6 and 7).
import { DataTypes } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Row } from '../../support/untyped.js'

describeEachEngine('hooks', (engine) => {
  test('declared with the model, added by method or by name, removed by name; what they change is written', async () => {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define(
      'user',
      {
        username: DataTypes.STRING,
        mood: { type: DataTypes.ENUM, values: ['happy', 'sad'] },
        level: DataTypes.INTEGER,
      },
      { hooks: { beforeValidate: (user: Row) => Object.assign(user, { mood: 'happy' }) } },
    )
    User.addHook('afterValidate', (user: Row) => Object.assign(user, { username: 'Toni' }))
    await sequelize.sync()
    const user = await User.create({ username: 'x', mood: 'sad' })
    expect([user.mood, user.username]).toEqual(['happy', 'Toni'])
    expect((await User.findOne()).username).toBe('Toni')
    User.addHook('afterValidate', 'refuse', async () => {
      throw new Error('I cannot let you do that')
    })
    await expect(User.create({})).rejects.toThrow('I cannot let you do that')
    User.removeHook('afterValidate', 'refuse')
    User.beforeCreate((made: Row) => {
      if (made.level > 10 && made.username !== 'Boss') throw new Error('too high')
    })
    await expect(User.create({ level: 20 })).rejects.toThrow('too high')
    User.afterValidate('boss', (made: Row) => Object.assign(made, { username: 'Boss' }))
    expect((await User.create({ level: 20 })).username).toBe('Boss')
    expect(await User.count()).toBe(2)
  })
  test('of all models: defaults that a model replaces, and permanent ones that run after its own', async () => {
    const log: string[] = []
    const sequelize = engine.script(
      await engine.connect({ define: { hooks: { beforeCreate: () => void log.push('default') } } }),
    )
    const User = sequelize.define('user')
    const Project = sequelize.define('project', {}, { hooks: { beforeCreate: () => void log.push('own') } })
    await sequelize.sync()
    await User.create()
    await Project.create()
    expect(log.splice(0)).toEqual(['default', 'own'])
    sequelize.addHook('beforeCreate', () => void log.push('permanent'))
    await User.create()
    await Project.create()
    expect(log).toEqual(['default', 'permanent', 'own', 'permanent'])
  })
  test('bulk calls run bulk hooks, and those of each instance when asked', async () => {
    const log: string[] = []
    const sequelize = engine.script(await engine.connect())
    const Model = sequelize.define('thing', { level: DataTypes.INTEGER })
    for (const kind of ['BulkCreate', 'BulkUpdate', 'BulkDestroy', 'Create', 'Update', 'Destroy'])
      for (const when of ['before', 'after']) Model.addHook(`${when}${kind}`, () => void log.push(`${when}${kind}`))
    await sequelize.sync()
    await Model.bulkCreate([{ level: 0 }, { level: 0 }])
    expect(log.splice(0)).toEqual(['beforeBulkCreate', 'afterBulkCreate'])
    await Model.bulkCreate([{ level: 1 }], { individualHooks: true })
    expect(log.splice(0)).toEqual(['beforeBulkCreate', 'beforeCreate', 'afterCreate', 'afterBulkCreate'])
    await Model.update({ level: 5 }, { where: { level: 1 }, individualHooks: true })
    expect(log.splice(0)).toEqual(['beforeBulkUpdate', 'beforeUpdate', 'afterUpdate', 'afterBulkUpdate'])
    await Model.destroy({ where: { level: 5 }, individualHooks: true })
    expect(log.splice(0)).toEqual(['beforeBulkDestroy', 'beforeDestroy', 'afterDestroy', 'afterBulkDestroy'])
    await Model.destroy({ where: { level: 0 } })
    expect(log).toEqual(['beforeBulkDestroy', 'afterBulkDestroy'])
  })
  test('a bulk hook may widen what an upsert overwrites', async () => {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('user', { isMember: DataTypes.BOOLEAN, memberSince: DataTypes.DATE })
    await sequelize.sync()
    await User.bulkCreate([
      { id: 1, isMember: false },
      { id: 2, isMember: false },
    ])
    User.beforeBulkCreate((users: readonly Row[], options: { updateOnDuplicate?: string[] }) => {
      for (const user of users) if (user.isMember) user.memberSince = new Date()
      if (options.updateOnDuplicate && !options.updateOnDuplicate.includes('memberSince'))
        options.updateOnDuplicate.push('memberSince')
    })
    const updateOnDuplicate = ['isMember']
    await User.bulkCreate(
      [
        { id: 1, isMember: true },
        { id: 2, isMember: false },
      ],
      { updateOnDuplicate },
    )
    expect(updateOnDuplicate).toEqual(['isMember'])
    const [one, two] = await User.findAll({ order: ['id'] })
    expect(one!.isMember).toBe(true)
    expect(one!.memberSince).toBeInstanceOf(Date)
    expect(two!.memberSince).toBeNull()
  })
  test('`hooks: true` on an association: the rows that go with a row are destroyed one by one', async () => {
    const log: string[] = []
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('user')
    const Post = sequelize.define('post')
    Post.beforeDestroy(() => void log.push('destroyed'))
    User.hasOne(Post, { onDelete: 'cascade', hooks: true })
    await sequelize.sync()
    const user = await User.create()
    await user.createPost()
    await user.destroy()
    expect(log).toEqual(['destroyed'])
    expect(await Post.count()).toBe(0)
  })
  test('setters run the hooks of an update', async () => {
    const log: string[] = []
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('user')
    const Post = sequelize.define('post')
    User.hasOne(Post)
    Post.beforeUpdate(() => void log.push('before'))
    Post.afterUpdate(() => void log.push('after'))
    await sequelize.sync()
    await (await User.create()).setPost(await Post.create())
    expect(log).toEqual(['before', 'after'])
  })
  test('the transaction of a call is in the options of its hooks, also where the call makes its own', async () => {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('user', { username: DataTypes.STRING, mood: DataTypes.STRING })
    await sequelize.sync()
    User.addHook('afterCreate', async (user: Row, options: Row) => {
      await User.update({ mood: 'sad' }, { where: { id: user.id }, transaction: options.transaction })
    })
    await sequelize.transaction(async (transaction) => {
      await User.create({ username: 'a', mood: 'happy' }, { transaction })
    })
    await User.findOrCreate({ where: { username: 'b' } })
    expect((await User.findAll()).map(({ mood }) => mood)).toEqual(['sad', 'sad'])
  })
  test('a listener by reference or by name; names that do not exist are refused', async () => {
    const sequelize = engine.script(await engine.connect())
    const Book = sequelize.define('book')
    const listener = (): void => {}
    Book.hooks.addListener('afterCreate', listener)
    Book.hooks.addListener('afterCreate', listener, 'named')
    Book.hooks.removeListener('afterCreate', listener)
    Book.hooks.removeListener('afterCreate', 'named')
    expect(Book.hooks.hasListeners('afterCreate')).toBe(false)
    expect(() => Book.addHook('afterCreated', listener)).toThrow(/afterCreated/)
  })
})
