// bulkCreate, static update, upsert, increment: many rows at once.
import {
  AggregateError,
  BulkRecordError,
  DataTypes,
  QueryError,
  sql,
  UniqueConstraintError,
  ValidationError,
} from 'mortise'
import { describe, expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Row, Table } from '../../support/untyped.js'

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describeEachEngine('bulk', (engine) => {
  async function users(attributes: object = {}, options: object = {}) {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define(
      'User',
      {
        name: { type: DataTypes.STRING, unique: true },
        age: { type: DataTypes.INTEGER, defaultValue: 3, validate: { max: 99 } },
        ...attributes,
      },
      { timestamps: false, ...options },
    )
    await sequelize.sync()
    return { sequelize, User, recorder: engine.recorder(sequelize) }
  }
  const rows = async (User: Table): Promise<unknown[]> =>
    (await User.findAll({ order: ['id'], paranoid: false })).map((user) => [user.name, user.age])

  describe('bulkCreate', () => {
    test('many rows come back as they were, whatever is in them', async () => {
      const sequelize = engine.script(await engine.connect())
      const Thing = sequelize.define(
        'Thing',
        {
          text: DataTypes.STRING(40),
          long: DataTypes.TEXT,
          number: DataTypes.DOUBLE,
          whole: DataTypes.BIGINT,
          money: DataTypes.DECIMAL(20, 4),
          flag: DataTypes.BOOLEAN,
          day: DataTypes.DATEONLY,
          at: DataTypes.DATE,
          data: DataTypes.JSON,
          bytes: DataTypes.BLOB,
        },
        { timestamps: false },
      )
      await sequelize.sync()
      const texts = ['', ' ', 'NULL', '{a,b}', '"', "it's", 'a\\b', 'a,b', 'ü 日本', '{', '}', '\n']
      const records = Array.from({ length: 40 }, (_none, n) => ({
        text: n % 13 === 12 ? null : texts[n % 13]!,
        long: n % 5 === 0 ? null : texts[n % 12]!.repeat(3),
        number: n % 7 === 0 ? null : n / 8,
        whole: n % 3 === 0 ? '9007199254740993' : String(-n),
        money: `${n}.2500`,
        flag: n % 2 === 0,
        day: '2020-02-29',
        at: n % 11 === 0 ? null : new Date(1e12 + n),
        data: n % 3 === 0 ? [1, [2, null], 'x'] : { a: [texts[n % 12]], b: null },
        bytes: n % 4 === 0 ? null : Buffer.from([0, n, 255, 92, 34]),
      }))
      const created = await Thing.bulkCreate(records)
      const found = await Thing.findAll({ order: ['id'], raw: true })
      const plain = (row: Row): Record<string, unknown> => ({
        ...row,
        data: typeof row.data === 'string' ? JSON.parse(row.data) : row.data,
        flag: Boolean(row.flag),
      })
      expect(found.map(plain)).toEqual(records.map((record, n) => ({ id: created[n]!.id, ...record })))
      expect(new Set(found.map((row) => row.id)).size).toBe(40)
    })
    test('a text that is too long is refused or kept whole, and never cut', async () => {
      const { User } = await users({ code: DataTypes.STRING(3) })
      const many = Array.from({ length: 30 }, (_none, n) => ({ name: `n${n}`, code: n === 20 ? 'abcd' : 'abc' }))
      const error = await User.bulkCreate(many).then(() => null, String)
      if (error !== null) expect(error).toMatch(/too long/i)
      expect((await User.findAll({ order: ['id'] })).map(({ code }) => code)).toEqual(
        error === null ? many.map(({ code }) => code) : [],
      )
    })
    engine.requires('returning')('one statement; instances with their keys and defaults', async () => {
      const { User, recorder } = await users({ rank: { type: DataTypes.INTEGER, defaultValue: sql.literal('7') } })
      let created: Row[] = []
      expect(
        await recorder.count(async () => {
          created = await User.bulkCreate([{ name: 'a' }, { name: 'b', age: 5 }, { name: 'c', rank: 1 }])
        }),
      ).toBe(1)
      expect(json(created)).toEqual([
        { id: 1, name: 'a', age: 3, rank: 7 },
        { id: 2, name: 'b', age: 5, rank: 7 },
        { id: 3, name: 'c', age: 3, rank: 1 },
      ])
      expect(created.map((user) => user.isNewRecord)).toEqual([false, false, false])
    })
    test('nothing for an empty list', async () => {
      const { User, recorder } = await users()
      expect(
        await recorder.count(
          async () => {
            expect(await User.bulkCreate([])).toEqual([])
          },
          { all: true },
        ),
      ).toBe(0)
    })
    test('thousands of rows, all or none', async () => {
      const { User } = await users()
      const records = Array.from({ length: 2500 }, (_, index) => ({ name: `user ${index}` }))
      const created = await User.bulkCreate(records)
      expect(created.map((user) => user.id)).toEqual(records.map((_, index) => index + 1))
      await expect(
        User.bulkCreate([...records.map(({ name }) => ({ name: `${name}!` })), { name: 'user 7' }]),
      ).rejects.toBeInstanceOf(UniqueConstraintError)
      expect(await User.count()).toBe(2500)
    })
    test('fields limits the columns', async () => {
      const { User } = await users()
      await User.bulkCreate([{ name: 'a', age: 50 }], { fields: ['name'] })
      expect(await rows(User)).toEqual([['a', 3]])
    })
    test('validate names every record that is wrong, and writes none', async () => {
      const { User } = await users()
      const error: Row = await User.bulkCreate([{ name: 'a' }, { name: 'b', age: 100 }, { name: 'c', age: 101 }], {
        validate: true,
      }).catch((caught: Row) => caught)
      expect(error).toBeInstanceOf(AggregateError)
      expect(error.errors).toHaveLength(2)
      expect(error.errors[0]).toBeInstanceOf(BulkRecordError)
      expect([error.errors[0].record.name, error.errors[0].errors]).toEqual(['b', expect.any(ValidationError)])
      expect(await User.count()).toBe(0)
      expect(await User.bulkCreate([{ name: 'b', age: 100 }])).toHaveLength(1)
    })
    test('ignoreDuplicates', async () => {
      const { User } = await users()
      await User.create({ name: 'a', age: 1 })
      await User.bulkCreate(
        [
          { name: 'a', age: 2 },
          { name: 'b', age: 2 },
        ],
        { ignoreDuplicates: true },
      )
      expect(await rows(User)).toEqual([
        ['a', 1],
        ['b', 2],
      ])
      await expect(
        User.bulkCreate([{ name: 'a' }], { ignoreDuplicates: true, updateOnDuplicate: ['age'] }),
      ).rejects.toBeInstanceOf(QueryError)
    })
    test('updateOnDuplicate finds the unique key by itself, or takes conflictAttributes', async () => {
      const { User } = await users({ note: { type: DataTypes.STRING, unique: true } })
      await User.create({ name: 'a', age: 1, note: 'n' })
      const updated = await User.bulkCreate(
        [
          { name: 'a', age: 2 },
          { name: 'b', age: 2 },
        ],
        { updateOnDuplicate: ['age'] },
      )
      expect(await rows(User)).toEqual([
        ['a', 2],
        ['b', 2],
      ])
      expect(json(updated[0])).toEqual({ id: 1, name: 'a', age: 2, note: 'n' })
      await User.bulkCreate([{ name: 'renamed', age: 5, note: 'n' }], {
        updateOnDuplicate: ['name'],
        conflictAttributes: ['note'],
      })
      expect(await rows(User)).toEqual([
        ['renamed', 2],
        ['b', 2],
      ])
      await expect(User.bulkCreate([{ name: 'a' }], { updateOnDuplicate: ['agee'] })).rejects.toThrow(/agee.*age/s)
    })
    test('individualHooks runs the hooks of each, bulk hooks around them', async () => {
      const { User } = await users()
      const fired: string[] = []
      for (const name of ['beforeBulkCreate', 'beforeCreate', 'afterCreate', 'afterBulkCreate'])
        User.hooks.addListener(name, () => {
          fired.push(name)
        })
      await User.bulkCreate([{ name: 'a' }, { name: 'b' }])
      expect(fired.splice(0)).toEqual(['beforeBulkCreate', 'afterBulkCreate'])
      await User.bulkCreate([{ name: 'c' }, { name: 'd' }], { individualHooks: true })
      expect(fired).toEqual([
        'beforeBulkCreate',
        'beforeCreate',
        'afterCreate',
        'beforeCreate',
        'afterCreate',
        'afterBulkCreate',
      ])
    })
    test('a bulk hook may change the instances', async () => {
      const { User } = await users()
      User.hooks.addListener('beforeBulkCreate', (instances: Row[]) => {
        for (const user of instances) user.age = 42
      })
      await User.bulkCreate([{ name: 'a' }])
      expect(await rows(User)).toEqual([['a', 42]])
    })
  })

  describe('update', () => {
    test('needs where; {} means all', async () => {
      const { User } = await users()
      await User.bulkCreate([{ name: 'a' }, { name: 'b' }])
      for (const options of [undefined, {}, { where: undefined }])
        await expect(User.update({ age: 1 }, options as never)).rejects.toThrow(/User\.update.*where/s)
      expect(await User.update({ age: 1 }, { where: {} })).toEqual([2])
      expect(await User.update({ age: sql.literal('age + 1') }, { where: { name: 'a' } })).toEqual([1])
      expect(await rows(User)).toEqual([
        ['a', 2],
        ['b', 1],
      ])
    })
    test('refuses attributes that do not exist and values that are invalid', async () => {
      const { User } = await users()
      await User.create({ name: 'a' })
      await expect(User.update({ agee: 1 }, { where: {} })).rejects.toThrow(/User.*agee.*age/s)
      await expect(User.update({ age: 100 }, { where: {} })).rejects.toBeInstanceOf(ValidationError)
      await User.update({ age: 100 }, { where: {}, validate: false })
      expect(await rows(User)).toEqual([['a', 100]])
    })
    test('limit, fields and scopes', async () => {
      const { User } = await users({}, { scopes: { young: { where: { age: 1 } } } })
      await User.bulkCreate([
        { name: 'a', age: 1 },
        { name: 'b', age: 1 },
        { name: 'c', age: 2 },
      ])
      expect(await User.withScope('young').update({ age: 5 }, { where: {}, limit: 1 })).toEqual([1])
      expect(await rows(User)).toEqual([
        ['a', 5],
        ['b', 1],
        ['c', 2],
      ])
      await User.update({ name: 'x', age: 9 }, { where: { name: 'c' }, fields: ['age'] })
      expect(await rows(User)).toEqual([
        ['a', 5],
        ['b', 1],
        ['c', 9],
      ])
    })
    engine.requires('returning')('returning gives the rows', async () => {
      const { User } = await users()
      await User.create({ name: 'a' })
      const [count, updated] = await User.update({ age: 4 }, { where: {}, returning: true })
      expect([count, json(updated)]).toEqual([1, [{ id: 1, name: 'a', age: 4 }]])
    })
    test('setters work, with their side effects unless told not to', async () => {
      const { User } = await users({
        shout: {
          type: DataTypes.STRING,
          set(this: Row, value: string) {
            this.setDataValue('shout', value.toUpperCase())
            this.setDataValue('age', 77)
          },
        },
      })
      await User.create({ name: 'a' })
      await User.update({ shout: 'hey' }, { where: {}, sideEffects: false })
      expect([(await User.findOne()).shout, (await User.findOne()).age]).toEqual(['HEY', 3])
      await User.update({ shout: 'ho' }, { where: {} })
      expect([(await User.findOne()).shout, (await User.findOne()).age]).toEqual(['HO', 77])
    })
    test('bulk hooks may change values, individual hooks each row', async () => {
      const { User } = await users()
      await User.bulkCreate([{ name: 'a' }, { name: 'b' }])
      User.hooks.addListener('beforeBulkUpdate', (options: Row) => {
        options.attributes.age = 50
      })
      await User.update({ age: 1 }, { where: { name: 'a' } })
      expect(await rows(User)).toEqual([
        ['a', 50],
        ['b', 3],
      ])
      User.hooks.addListener('beforeUpdate', (user: Row) => {
        user.name = `${user.name}!`
      })
      expect(await User.update({ age: 1 }, { where: {}, individualHooks: true })).toEqual([2])
      expect(await rows(User)).toEqual([
        ['a!', 50],
        ['b!', 50],
      ])
    })
    test('soft-deleted rows are left alone unless paranoid: false', async () => {
      const { User } = await users({}, { paranoid: true, timestamps: true })
      const user = await User.create({ name: 'a' })
      await user.destroy()
      expect(await User.update({ age: 1 }, { where: {} })).toEqual([0])
      expect(await User.update({ age: 1 }, { where: {}, paranoid: false })).toEqual([1])
    })
  })

  describe('upsert', () => {
    test('inserts, then updates what is given, by primary or unique key', async () => {
      const { User } = await users({ note: DataTypes.STRING })
      await User.upsert({ name: 'a', age: 1, note: 'kept' })
      await User.upsert({ name: 'a', age: 2 })
      expect(json(await User.findAll())).toEqual([{ id: 1, name: 'a', age: 2, note: 'kept' }])
      await User.upsert({ id: 1, name: 'b' })
      expect(json(await User.findAll())).toEqual([{ id: 1, name: 'b', age: 2, note: 'kept' }])
      await User.upsert({ name: 'b', age: 9, note: 'no' }, { fields: ['age'] })
      expect(json(await User.findAll())).toEqual([{ id: 1, name: 'b', age: 9, note: 'kept' }])
    })
    engine.requires('returning')('gives the row as it is, and null where nobody knows whether it is new', async () => {
      const { User } = await users({ note: DataTypes.STRING })
      await User.create({ name: 'a', note: 'kept' })
      const [user, created] = await User.upsert({ name: 'a', age: 2 })
      expect([json(user), created, user.isNewRecord]).toEqual([{ id: 1, name: 'a', age: 2, note: 'kept' }, null, false])
    })
    test('validates, stamps and runs its hooks', async () => {
      const { User } = await users({}, { timestamps: true })
      await expect(User.upsert({ name: 'a', age: 100 })).rejects.toBeInstanceOf(ValidationError)
      const old = new Date('2001-01-01T00:00:00.000Z')
      await User.create({ name: 'a', createdAt: old })
      const fired: unknown[] = []
      User.hooks.addListener('beforeUpsert', (values: Row) => {
        fired.push(values.name)
        values.age = 44
      })
      User.hooks.addListener('afterUpsert', ([user]: Row[]) => {
        fired.push(user?.age)
      })
      await User.upsert({ name: 'a', age: 1 })
      expect(fired).toEqual(['a', 44])
      const user = await User.findOne()
      expect([user.age, user.createdAt]).toEqual([44, old])
      expect(user.updatedAt.getTime()).toBeGreaterThan(old.getTime())
    })
    test('an unknown option or field throws', async () => {
      const { User } = await users()
      await expect(User.upsert({ name: 'a' }, { conflictField: ['name'] })).rejects.toThrow(
        /conflictField.*conflictFields/s,
      )
      await expect(User.upsert({ name: 'a' }, { conflictFields: ['nam'] })).rejects.toThrow(/nam.*name/s)
    })
  })

  describe('increment and decrement', () => {
    test('one, several, by, and amounts of their own', async () => {
      const { User } = await users({ visits: { type: DataTypes.INTEGER, defaultValue: 0 } })
      const user = await User.create({ name: 'a', age: 10 })
      await user.increment('age')
      await user.increment(['age', 'visits'], { by: 2 })
      await user.increment({ age: 10, visits: -1 })
      await user.decrement('age', { by: 3 })
      const found = await User.findOne()
      expect([found.age, found.visits]).toEqual([20, 1])
      if (engine.features.has('returning')) expect([user.age, user.visits, user.changed()]).toEqual([20, 1, false])
    })
    test('static: the rows of where, which is required', async () => {
      const { User } = await users()
      await User.bulkCreate([{ name: 'a' }, { name: 'b' }])
      await User.increment('age', { by: 5, where: { name: 'a' } })
      await User.decrement({ age: 1 }, { where: {} })
      expect(await rows(User)).toEqual([
        ['a', 7],
        ['b', 2],
      ])
      await expect(User.increment('age', {} as never)).rejects.toThrow(/where/)
      await expect(User.increment('agee', { where: {} })).rejects.toThrow(/agee.*age/s)
      await expect(User.increment('age', { by: 'x', where: {} } as never)).rejects.toBeInstanceOf(QueryError)
    })
    test('bumps updatedAt unless silent', async () => {
      const { User } = await users({}, { timestamps: true })
      const old = new Date('2001-01-01T00:00:00.000Z')
      await User.create({ name: 'a' })
      await User.update({ updatedAt: old }, { where: {} })
      await User.increment('age', { where: {}, silent: true })
      expect((await User.findOne()).updatedAt).toEqual(old)
      await User.increment('age', { where: {} })
      expect((await User.findOne()).updatedAt).not.toEqual(old)
    })
  })
})
