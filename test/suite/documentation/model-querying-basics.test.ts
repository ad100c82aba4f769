// "Model Querying - Basics" and "Finders" (version 6), "INSERT", "UPDATE", "DELETE" and "SELECT Queries" (version 7): the plain calls.
import { AggregateError, BulkRecordError, DataTypes, EmptyResultError, Op, ValidationError } from 'mortise'
import { describe, expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Row } from '../../support/untyped.js'

describeEachEngine('querying, as the guides do it', (engine) => {
  async function people(rows: readonly object[] = []) {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('user', {
      username: DataTypes.STRING,
      job: DataTypes.STRING,
      age: DataTypes.INTEGER,
      isAdmin: { type: DataTypes.BOOLEAN, defaultValue: false },
    })
    await sequelize.sync()
    await User.bulkCreate(rows)
    return { sequelize, User }
  }
  const ids = (rows: readonly Row[]): unknown[] => rows.map(({ id }) => id)

  describe('inserting', () => {
    test('`fields` keeps values that a form must not set off the new instance, so that defaults apply', async () => {
      const { User } = await people()
      const user = await User.create({ username: 'alice123', isAdmin: true }, { fields: ['username'] })
      expect([user.username, user.isAdmin]).toEqual(['alice123', false])
      expect((await User.findByPk(user.id)).isAdmin).toBe(false)
    })
    test('`fields` of a bulk insert leaves the other columns to their defaults', async () => {
      const { User } = await people()
      await User.bulkCreate([{ username: 'foo' }, { username: 'bar', isAdmin: true }], { fields: ['username'] })
      expect(await User.count({ where: { isAdmin: true } })).toBe(0)
    })
    test('a bulk insert validates only when asked, and then writes nothing if a record is wrong', async () => {
      const sequelize = engine.script(await engine.connect())
      const Foo = sequelize.define('foo', { name: { type: DataTypes.TEXT, validate: { len: [4, 6] } } })
      await sequelize.sync()
      const records = [{ name: 'abc123' }, { name: 'name too long' }]
      const error = (await Foo.bulkCreate(records, { validate: true }).catch((caught: unknown) => caught)) as Row
      expect(error).toBeInstanceOf(AggregateError)
      expect(error.errors[0]).toBeInstanceOf(BulkRecordError)
      expect(error.errors[0].errors).toBeInstanceOf(ValidationError)
      expect(error.errors[0].record.name).toBe('name too long')
      expect(await Foo.count()).toBe(0)
      expect(await Foo.bulkCreate(records)).toHaveLength(2)
    })
    test('findOrCreate takes what `defaults` leaves open from `where`, and says whether it created', async () => {
      const { User } = await people()
      const [made, isMade] = await User.findOrCreate({ where: { username: 'sdepold' }, defaults: { job: 'Lead' } })
      expect([made.username, made.job, isMade]).toEqual(['sdepold', 'Lead', true])
      const [found, isAgain] = await User.findOrCreate({ where: { username: 'sdepold' }, defaults: { job: 'Other' } })
      expect([found.id, found.job, isAgain]).toEqual([made.id, 'Lead', false])
      await expect(User.findOrCreate({})).rejects.toThrow(/where/)
    })
    test('numbers given as text are numbers on the instance at once; what is no number is refused', async () => {
      const { User } = await people()
      const user = await User.create({ age: '12' })
      expect(user.age).toBe(12)
      user.age = '12'
      expect(user.changed()).toBe(false)
      for (const age of ['12\n', ' 12', '1e3', '', 'abc', 1.5, Number.NaN, true, {}, [1]])
        await expect(User.create({ age })).rejects.toThrow(/age|integer/)
      expect(await User.count()).toBe(1)
    })
  })

  describe('selecting attributes', () => {
    test('some, renamed, computed, added and left out', async () => {
      const { sequelize, User } = await people([{ username: 'a', age: 3 }, { username: 'b' }])
      const json = async (attributes: unknown): Promise<unknown[]> =>
        (await User.findAll({ attributes, order: ['id'] })).map((row) => row.toJSON())
      expect(await json(['username', ['age', 'years']])).toEqual([
        { username: 'a', years: 3 },
        { username: 'b', years: null },
      ])
      const [counted] = await User.findAll({ attributes: [[sequelize.fn('COUNT', sequelize.col('age')), 'n']] })
      expect([Number(counted!.n), Number(counted!.get('n'))]).toEqual([1, 1])
      const [added] = await User.findAll({
        attributes: { include: [[sequelize.literal('1 + 1'), 'two']], exclude: ['job'] },
        order: ['id'],
      })
      expect(Number(added!.get('two'))).toBe(2)
      expect(added!.toJSON()).not.toHaveProperty('job')
      expect(added!.toJSON()).toHaveProperty('username', 'a')
    })
  })

  describe('ordering, grouping, limiting', () => {
    test('by name, by direction, by function, at random', async () => {
      const { sequelize, User } = await people([{ age: 2 }, { age: 1 }, { age: 3 }])
      const ages = async (order: unknown): Promise<unknown[]> => (await User.findAll({ order })).map(({ age }) => age)
      for (const order of [
        'age',
        ['age'],
        [['age']],
        [['age', 'ASC']],
        sequelize.col('age'),
        sequelize.literal('age ASC'),
      ])
        expect(await ages(order)).toEqual([1, 2, 3])
      expect(await ages([['age', 'DESC']])).toEqual([3, 2, 1])
      expect(await ages([[sequelize.fn('abs', sequelize.col('age')), 'DESC']])).toEqual([3, 2, 1])
      expect(await ages(sequelize.random())).toHaveLength(3)
      await expect(ages([['age', '; DROP TABLE users']])).rejects.toThrow(/DROP TABLE/)
    })
    test('groups with their counts', async () => {
      const { User } = await people([{ job: 'x' }, { job: 'x' }, { job: 'y' }])
      const counts = [
        { job: 'x', count: 2 },
        { job: 'y', count: 1 },
      ]
      expect(await User.count({ group: ['job'], order: ['job'] } as object)).toEqual(counts)
      const { count, rows } = await User.findAndCountAll({ group: ['job'], attributes: ['job'], order: ['job'] })
      expect(count).toEqual(counts)
      expect(rows.map(({ job }) => job)).toEqual(['x', 'y'])
    })
    test('findAndCountAll counts what limit and offset hide', async () => {
      const { User } = await people(Array.from({ length: 15 }, (_, at) => ({ username: `foo${at}` })))
      const { count, rows } = await User.findAndCountAll({
        where: { username: { [Op.like]: 'foo%' } },
        offset: 10,
        limit: 2,
        order: ['id'],
      })
      expect(count).toBe(15)
      expect(ids(rows)).toEqual([11, 12])
    })
  })

  describe('numbers of many rows', () => {
    test('max, min, sum, and adding in the database', async () => {
      const { User } = await people([{ age: 10 }, { age: 5 }, { age: 40 }])
      expect(await User.max('age')).toBe(40)
      expect(await User.max('age', { where: { age: { [Op.lt]: 20 } } })).toBe(10)
      expect(await User.min('age', { where: { age: { [Op.gt]: 5 } } })).toBe(10)
      expect(Number(await User.sum('age'))).toBe(55)
      expect(Number(await User.sum('age', { where: { age: { [Op.gt]: 5 } } }))).toBe(50)
      await User.increment({ age: 5 }, { where: { id: 1 } })
      await User.increment({ age: -7 }, { where: { id: 1 } })
      await User.increment('age', { by: 3, where: { id: 1 } })
      await User.decrement('age', { where: { id: 1 } })
      expect((await User.findByPk(1)).age).toBe(10)
    })
  })

  describe('finders', () => {
    test('rejectOnEmpty turns "nothing" into an error, of one’s own if one likes', async () => {
      const { User } = await people()
      expect(await User.findOne({ where: { age: 1 } })).toBeNull()
      await expect(User.findOne({ where: { age: 1 }, rejectOnEmpty: true })).rejects.toBeInstanceOf(EmptyResultError)
      await expect(User.findByPk(9, { rejectOnEmpty: true })).rejects.toBeInstanceOf(EmptyResultError)
      await expect(User.findOne({ rejectOnEmpty: new Error('mine') })).rejects.toThrow('mine')
    })
  })

  test('a key where options are meant is refused: it would find any row', async () => {
    const { User } = await people([{ username: 'a' }])
    for (const method of ['findAll', 'findOne', 'count'])
      for (const wrong of [5, 'a', true, [1], () => 1])
        await expect(User[method](wrong)).rejects.toThrow(/user\.\w+\(\) takes an object of options.*findByPk/s)
    for (const method of ['max', 'min', 'sum'])
      for (const wrong of [undefined, null, 5, 'nope'])
        await expect(User[method](wrong)).rejects.toThrow(/attribute|nope/)
  })
  test('only numbers are added to', async () => {
    const { User } = await people([{ username: 'a', age: 1 }])
    await expect(User.increment('username', { where: {} })).rejects.toThrow(/username.*STRING/)
    for (const wrong of ['x', Number.NaN, null, {}])
      await expect(User.increment({ age: wrong }, { where: {} })).rejects.toThrow(/age/)
    expect((await User.findOne()).toJSON()).toMatchObject({ username: 'a', age: 1 })
  })

  describe('deleting', () => {
    test('with a condition, all of a model, all of the database', async () => {
      const { sequelize, User } = await people([{ username: 'Jane' }, { username: 'Jane' }, { username: 'Ada' }])
      expect(await User.destroy({ where: { username: 'Jane' } })).toBe(2)
      await expect(User.destroy({})).rejects.toThrow(/where/)
      expect(await User.count()).toBe(1)
      await User.destroy({ truncate: true })
      await User.create({ username: 'b' })
      await User.truncate()
      await User.create({ username: 'c' })
      await sequelize.destroyAll()
      expect(await User.count()).toBe(0)
    })
  })
})
