// destroy, restore, truncate: of one row and of many, soft and for good, with what depends on a row.
import { DataTypes, InstanceError, OptimisticLockError, QueryError } from 'mortise'
import { describe, expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Row, Table } from '../../support/untyped.js'

describeEachEngine('destroy', (engine) => {
  async function users(options: object = {}) {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('User', { name: DataTypes.STRING }, { timestamps: false, ...options })
    await sequelize.sync()
    return { sequelize, User, recorder: engine.recorder(sequelize) }
  }
  const soft = { timestamps: true, paranoid: true }
  const names = async (User: Table): Promise<unknown[]> =>
    (await User.findAll({ order: ['id'] })).map((user) => user.name)

  test('an instance, by its key', async () => {
    const { User } = await users()
    const [a] = await User.bulkCreate([{ name: 'a' }, { name: 'b' }])
    expect(await a?.destroy()).toBeUndefined()
    expect(await names(User)).toEqual(['b'])
    await expect(User.build({ name: 'x' }).destroy()).rejects.toBeInstanceOf(InstanceError)
  })
  test('rows of a condition, which is required', async () => {
    const { User } = await users()
    await User.bulkCreate([{ name: 'a' }, { name: 'b' }, { name: 'c' }])
    await expect(User.destroy(undefined as never)).rejects.toThrow(/User\.destroy.*where/s)
    await expect(User.destroy({})).rejects.toBeInstanceOf(QueryError)
    expect(await User.destroy({ where: { name: ['a', 'b'] }, limit: 1 })).toBe(1)
    expect(await names(User)).toEqual(['b', 'c'])
    expect(await User.destroy({ where: {} })).toBe(2)
  })
  test('soft deletion, restoration, and deletion for good', async () => {
    const { User } = await users(soft)
    const [a, b] = await User.bulkCreate([{ name: 'a' }, { name: 'b' }, { name: 'c' }])
    await a?.destroy()
    expect([a?.isSoftDeleted(), await names(User)]).toEqual([true, ['b', 'c']])
    expect(await User.destroy({ where: { name: ['a', 'b'] } })).toBe(1)
    await a?.restore()
    expect([a?.isSoftDeleted(), await names(User)]).toEqual([false, ['a', 'c']])
    expect(await User.restore({ where: { name: 'b' } })).toBe(1)
    expect(await User.restore()).toBe(0)
    await b?.destroy({ force: true })
    await User.destroy({ where: { name: 'c' }, force: true })
    expect(await User.count({ paranoid: false })).toBe(1)
  })
  test('restore of a model that is not paranoid throws', async () => {
    const { User } = await users()
    const user = await User.create({ name: 'a' })
    await expect(user.restore()).rejects.toThrow(/User.*paranoid/s)
    await expect(User.restore({ where: {} })).rejects.toBeInstanceOf(InstanceError)
  })
  test('hooks: of the instance, of the bulk call, and of each row with individualHooks', async () => {
    const { User } = await users(soft)
    const fired: string[] = []
    for (const name of [
      'beforeDestroy',
      'afterDestroy',
      'beforeBulkDestroy',
      'afterBulkDestroy',
      'beforeRestore',
      'afterRestore',
      'beforeBulkRestore',
      'afterBulkRestore',
    ]) {
      User.hooks.addListener(name, () => {
        fired.push(name)
      })
    }
    const [a] = await User.bulkCreate([{ name: 'a' }, { name: 'b' }])
    await a?.destroy()
    expect(fired.splice(0)).toEqual(['beforeDestroy', 'afterDestroy'])
    await a?.restore()
    expect(fired.splice(0)).toEqual(['beforeRestore', 'afterRestore'])
    await User.destroy({ where: {} })
    expect(fired.splice(0)).toEqual(['beforeBulkDestroy', 'afterBulkDestroy'])
    await User.restore({ where: {}, individualHooks: true })
    expect(fired.splice(0)).toEqual([
      'beforeBulkRestore',
      'beforeRestore',
      'afterRestore',
      'beforeRestore',
      'afterRestore',
      'afterBulkRestore',
    ])
    await User.destroy({ where: { name: 'a' }, individualHooks: true })
    expect(fired.splice(0)).toEqual(['beforeBulkDestroy', 'beforeDestroy', 'afterDestroy', 'afterBulkDestroy'])
    await User.destroy({ where: {}, hooks: false })
    expect(fired).toEqual([])
  })
  test('a bulk hook may narrow the condition, or ask for individual hooks', async () => {
    const { User } = await users()
    await User.bulkCreate([{ name: 'a' }, { name: 'b' }])
    const destroyed: string[] = []
    User.hooks.addListener('beforeBulkDestroy', (options: Row) => {
      options.where = { name: 'a' }
      options.individualHooks = true
    })
    User.hooks.addListener('beforeDestroy', (user: Row) => {
      destroyed.push(user.name)
    })
    expect(await User.destroy({ where: {} })).toBe(1)
    expect([destroyed, await names(User)]).toEqual([['a'], ['b']])
  })
  test('a version that is stale', async () => {
    const { User } = await users({ version: true })
    const user = await User.create({ name: 'a' })
    await User.update({ name: 'b' }, { where: {} })
    await expect(user.destroy()).rejects.toBeInstanceOf(OptimisticLockError)
    expect(await User.count()).toBe(1)
  })
  test('truncate empties the table, soft-deleted rows too; restartIdentity begins to count anew', async () => {
    const { User } = await users(soft)
    const [a] = await User.bulkCreate([{ name: 'a' }, { name: 'b' }])
    await a?.destroy()
    await User.truncate()
    expect(await User.count({ paranoid: false })).toBe(0)
    expect((await User.create({ name: 'c' })).id).toBe(3)
    await User.truncate({ restartIdentity: true })
    expect((await User.create({ name: 'd' })).id).toBe(1)
    // TRUNCATE does not count.
    expect(await User.destroy({ truncate: true })).toBe(engine.traits.truncate === 'delete' ? 1 : 0)
    await expect(User.destroy({ truncate: true, where: {} })).rejects.toBeInstanceOf(QueryError)
  })

  describe('P64 hooks: true on the association', () => {
    async function chain(extra: object = {}) {
      const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
      const [A, B, C] = ['A', 'B', 'C'].map((name) => sequelize.define(name, { name: DataTypes.STRING })) as [
        Table,
        Table,
        Table,
      ]
      A.hasOne(B, { as: 'b', foreignKey: 'aId', onDelete: 'CASCADE', hooks: true, ...extra })
      B.hasOne(C, { as: 'c', foreignKey: 'bId', onDelete: 'CASCADE', hooks: true })
      await sequelize.sync()
      const fired: string[] = []
      for (const Model of [A, B, C])
        Model.hooks.addListener('beforeDestroy', () => {
          fired.push(`before ${Model.name}`)
        })
      for (const Model of [A, B, C])
        Model.hooks.addListener('afterDestroy', () => {
          fired.push(`after ${Model.name}`)
        })
      const a = await A.create({ name: 'a' })
      await (await a.createB({ name: 'b' })).createC({ name: 'c' })
      return { sequelize, A, B, C, a, fired, counts: async () => [await A.count(), await B.count(), await C.count()] }
    }
    test('P64 children go first, with their hooks, on the destruction of an instance', async () => {
      const { a, fired, counts } = await chain()
      await a.destroy()
      expect(fired).toEqual(['before A', 'before B', 'before C', 'after C', 'after B', 'after A'])
      expect(await counts()).toEqual([0, 0, 0])
    })
    test('P64 on a static destroy, and with individualHooks', async () => {
      const one = await chain()
      expect(await one.A.destroy({ where: {} })).toBe(1)
      expect(one.fired).toEqual(['before B', 'before C', 'after C', 'after B'])
      const each = await chain()
      expect(await each.A.destroy({ where: {}, individualHooks: true })).toBe(1)
      expect(each.fired).toHaveLength(6)
      expect([await one.counts(), await each.counts()]).toEqual([
        [0, 0, 0],
        [0, 0, 0],
      ])
    })
    test('P64 one transaction: a hook that fails leaves everything', async () => {
      const { A, B, C, a, counts } = await chain()
      for (const [Model, hook] of [
        [C, 'beforeDestroy'],
        [B, 'afterDestroy'],
      ] as const) {
        const remove = Model.hooks.addListener(hook, () => {
          throw new Error('no')
        })
        await expect(a.destroy()).rejects.toThrow('no')
        await expect(A.destroy({ where: {} })).rejects.toThrow('no')
        expect(await counts()).toEqual([1, 1, 1])
        remove()
      }
    })
    test('P64 without a constraint in the database as well', async () => {
      const { a, counts } = await chain({ constraints: false })
      await a.destroy()
      expect(await counts()).toEqual([0, 0, 0])
    })
    test('P64 without hooks: true the database cascades by itself', async () => {
      const { a, fired, counts } = await chain({ hooks: false })
      await a.destroy()
      expect(fired).toEqual(['before A', 'after A'])
      expect(await counts()).toEqual([0, 0, 0])
    })
  })
  test('P65 actions that cannot work are refused when the association is defined', async () => {
    const sequelize = engine.script(await engine.connect())
    const [A, B] = ['A', 'B'].map((name) => sequelize.define(name, {})) as [Table, Table]
    expect(() => A.hasOne(B, { foreignKey: { allowNull: false }, onDelete: 'SET NULL' })).toThrow(/SET NULL/)
    const define = () => A.hasOne(B, { onDelete: 'SET DEFAULT' })
    if (engine.features.has('setDefaultAction')) expect(define).not.toThrow()
    else expect(define).toThrow(/SET DEFAULT/)
  })
})
