// save, create, update of one instance: what is sent, what hooks may change, what comes back.
import {
  DataTypes,
  InstanceError,
  OptimisticLockError,
  QueryError,
  sql,
  UniqueConstraintError,
  ValidationError,
} from 'mortise'
import { describe, expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import { deepFreeze } from '../../support/frozen.js'
import type { Row } from '../../support/untyped.js'

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describeEachEngine('save', (engine) => {
  async function users(attributes: object = {}, options: object = {}) {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define(
      'User',
      { name: DataTypes.STRING, age: { type: DataTypes.INTEGER, defaultValue: 3 }, ...attributes },
      { timestamps: false, ...options },
    )
    await sequelize.sync()
    return { sequelize, User, recorder: engine.recorder(sequelize) }
  }

  test('options are read, and never written to', async () => {
    const { User } = await users(
      {},
      { hooks: { beforeSave: (_user: Row, options: Row) => void options.fields.push() } },
    )
    const user = User.build({ name: 'Ann', age: 4 })
    const options = deepFreeze({ fields: ['name'], hooks: true, context: { by: 'Eve' } })
    await user.save(options)
    user.set({ name: 'Ben', age: 5 })
    await user.save(options)
    expect(json(await User.findOne())).toEqual({ id: 1, name: 'Ben', age: 3 })
    const held = User.build({ name: 'Cid' })
    await held.save(deepFreeze({ validate: true, logging: false }))
    expect(await User.count()).toBe(2)
  })

  describe('what is sent', () => {
    test('a new row with its values, and what the database filled in comes back', async () => {
      const { User, recorder } = await users({
        rank: { type: DataTypes.INTEGER, defaultValue: sql.literal('7') },
        note: DataTypes.STRING,
      })
      let user: Row = {}
      expect(
        await recorder.count(async () => {
          user = await User.create({ name: 'Ann' })
        }),
        // What the database made of the default is asked for where the insert does not answer.
      ).toBe(engine.traits.returning === 'none' ? 2 : 1)
      expect(json(user)).toEqual({ id: 1, name: 'Ann', age: 3, rank: 7, note: null })
      expect([user.isNewRecord, user.changed()]).toEqual([false, false])
    })
    test('only what changed; nothing when nothing did', async () => {
      const { User, recorder } = await users()
      const user = await User.create({ name: 'Ann' })
      expect(await recorder.count(() => user.save(), { all: true })).toBe(0)
      user.set({ name: 'Ann', age: 3 })
      expect(await recorder.count(() => user.save(), { all: true })).toBe(0)
      user.age = 4
      const [statement] = await recorder.during(() => user.save())
      expect(statement).toMatch(/age/)
      expect(statement).not.toMatch(/name/)
      expect((await User.findByPk(1)).age).toBe(4)
    })
    test('fields are what is saved; the rest stays changed', async () => {
      const { User } = await users()
      const user = await User.create({ name: 'Ann' })
      user.set({ name: 'Ben', age: 9 })
      await user.save({ fields: ['name'] })
      expect(user.changed()).toEqual(['age'])
      expect(json(await User.findByPk(1))).toEqual({ id: 1, name: 'Ben', age: 3 })
      await user.save()
      expect((await User.findByPk(1)).age).toBe(9)
    })
    test('update saves its values and leaves other changes alone', async () => {
      const { User } = await users()
      const user = await User.create({ name: 'Ann' })
      user.age = 9
      await user.update({ name: 'Ben' })
      expect(json(await User.findByPk(1))).toEqual({ id: 1, name: 'Ben', age: 3 })
      expect(user.changed()).toEqual(['age'])
    })
    test('SQL as a value', async () => {
      const { User } = await users()
      const user = await User.create({ name: sql`upper(${'ann'})`, age: 5 })
      await user.update({ age: sql.literal('age * 2') })
      expect(json(await User.findByPk(1))).toEqual({ id: 1, name: 'ANN', age: 10 })
    })
    engine.requires('returning')('SQL as a value comes back as what it became', async () => {
      const { User } = await users()
      const user = await User.create({ name: sql`upper(${'ann'})`, age: 5 })
      await user.update({ age: sql.literal('age * 2') })
      expect(json(user)).toEqual({ id: 1, name: 'ANN', age: 10 })
    })
    test('a primary key can change', async () => {
      const { User } = await users()
      const user = await User.create({ name: 'Ann' })
      await user.update({ id: 40 })
      await user.update({ name: 'Ben' })
      expect(json(await User.findAll())).toEqual([{ id: 40, name: 'Ben', age: 3 }])
    })
    test('omitNull leaves nulls out', async () => {
      const { User } = await users({
        note: { type: DataTypes.STRING, defaultValue: sql.literal("'given by the database'") },
      })
      await User.create({ name: 'Ann', note: null }, { omitNull: true })
      expect((await User.findOne()).note).toBe('given by the database')
    })
    test('null in a JSON column is JSON null, unless the option says otherwise', async () => {
      for (const [option, isNull] of [
        ['json', false],
        ['sql', true],
      ] as const) {
        const sequelize = engine.script(await engine.connect({ nullJsonStringification: option }))
        const User = sequelize.define('User', { meta: DataTypes.JSON }, { timestamps: false })
        await sequelize.sync()
        await User.create({ meta: null })
        const [rows] = await sequelize.query(engine.quoted('SELECT meta IS NULL AS no_value FROM "Users"'))
        expect(Boolean(rows[0].no_value)).toBe(isNull)
        expect((await User.findOne()).meta).toBeNull()
      }
      const sequelize = engine.script(await engine.connect({ nullJsonStringification: 'explicit' }))
      const User = sequelize.define('User', { meta: DataTypes.JSON }, { timestamps: false })
      await sequelize.sync()
      await expect(User.create({ meta: null })).rejects.toThrow(/User\.meta/)
    })
  })

  describe('what fails', () => {
    test('an unknown option, with a suggestion, before any SQL', async () => {
      const { User, recorder } = await users()
      recorder.clear()
      await expect(User.create({ name: 'x' }, { validat: false })).rejects.toThrow(/validat.*validate/s)
      const user = User.build({ name: 'x' })
      await expect(user.save({ feilds: ['name'] })).rejects.toBeInstanceOf(QueryError)
      await expect(user.save({ fields: ['nam'] })).rejects.toThrow(/nam.*User.*name/s)
      expect(recorder.statements).toEqual([])
    })
    test('a row without its key cannot be saved', async () => {
      const { User } = await users()
      const user = User.build({ name: 'x' }, { isNewRecord: false })
      await expect(user.save()).rejects.toBeInstanceOf(InstanceError)
      await expect(user.save()).rejects.toThrow(/User.*"id"/s)
    })
    test('a unique violation speaks of attributes and carries the message of the index', async () => {
      const { User } = await users(
        {
          mail: {
            type: DataTypes.STRING,
            columnName: 'mail_address',
            unique: { name: 'one_mail', msg: 'this address is taken' },
          },
          a: DataTypes.INTEGER,
          b: DataTypes.INTEGER,
        },
        { indexes: [{ unique: true, fields: ['a', 'b'] }] },
      )
      await User.create({ mail: 'x', a: 1, b: 1 })
      const error: Row = await User.create({ mail: 'x' }).catch((caught: Row) => caught)
      expect(error).toBeInstanceOf(UniqueConstraintError)
      expect(error).toMatchObject({ message: 'this address is taken', fields: { mail: 'x' } })
      expect(error.errors).toMatchObject([
        { path: 'mail', value: 'x', type: 'unique violation', message: 'this address is taken' },
      ])
      expect(error.errors[0].instance.mail).toBe('x')
      const other: Row = await User.create({ a: 1, b: 1 }).catch((caught: Row) => caught)
      expect(other.errors.map((item: Row) => item.path).sort()).toEqual(['a', 'b'])
    })
    test('an invalid value writes nothing', async () => {
      const { User, recorder } = await users({ mail: { type: DataTypes.STRING, validate: { isEmail: true } } })
      recorder.clear()
      await expect(User.create({ mail: 'no' })).rejects.toBeInstanceOf(ValidationError)
      expect(recorder.statements).toEqual([])
      await User.create({ mail: 'no' }, { validate: false })
      expect(await User.count()).toBe(1)
    })
  })

  describe('version', () => {
    test('counts up, and a stale instance fails with what it tried', async () => {
      const { User } = await users({}, { version: true })
      const user = await User.create({ name: 'Ann' })
      const stale = await User.findByPk(1)
      await user.update({ age: 4 })
      expect([user.version, (await User.findByPk(1)).version]).toEqual([1, 1])
      const error: Row = await stale.update({ age: 5 }).catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(OptimisticLockError)
      expect(error).toMatchObject({ modelName: 'User', values: { age: 5 }, where: { id: 1, version: 0 } })
      expect(stale.changed()).toEqual(['age'])
      await expect(stale.destroy()).rejects.toBeInstanceOf(OptimisticLockError)
      await stale.reload()
      await stale.update({ age: 5 })
      expect((await User.findByPk(1)).version).toBe(2)
    })
    test('static calls count it up as well', async () => {
      const { User } = await users({}, { version: true })
      const user = await User.create({ name: 'Ann' })
      await User.update({ age: 5 }, { where: {} })
      await expect(user.update({ age: 6 })).rejects.toBeInstanceOf(OptimisticLockError)
      await User.increment('age', { where: {} })
      expect((await User.findOne()).version).toBe(2)
    })
  })

  describe('timestamps', () => {
    test('both at first, updatedAt with each change, neither with silent', async () => {
      const { User } = await users({}, { timestamps: true })
      const old = new Date('2001-01-01T00:00:00.000Z')
      const user = await User.create({ name: 'Ann', createdAt: old })
      expect(user.createdAt).toEqual(old)
      expect(user.updatedAt.getTime()).toBeGreaterThan(old.getTime())
      await User.update({ updatedAt: old }, { where: {}, silent: true })
      await user.reload()
      await user.update({ age: 1 }, { silent: true })
      expect((await User.findOne()).updatedAt).toEqual(old)
      await user.update({ age: 2 })
      expect((await User.findOne()).updatedAt.getTime()).toBeGreaterThan(old.getTime())
      expect((await User.findOne()).createdAt).toEqual(old)
    })
    test('a touch: changed("updatedAt", true)', async () => {
      const { User, recorder } = await users({}, { timestamps: true })
      const user = await User.create({ name: 'Ann' })
      user.changed('updatedAt', true)
      expect(await recorder.count(() => user.save())).toBe(1)
    })
  })

  describe('hooks', () => {
    const NAMES = [
      'beforeValidate',
      'afterValidate',
      'beforeCreate',
      'afterCreate',
      'beforeUpdate',
      'afterUpdate',
      'beforeSave',
      'afterSave',
      'validationFailed',
    ]
    test('fire in the documented order', async () => {
      const { User } = await users()
      const fired: string[] = []
      for (const name of NAMES)
        User.hooks.addListener(name, () => {
          fired.push(name)
        })
      const user = await User.create({ name: 'Ann' })
      expect(fired.splice(0)).toEqual([
        'beforeValidate',
        'afterValidate',
        'beforeCreate',
        'beforeSave',
        'afterCreate',
        'afterSave',
      ])
      await user.update({ name: 'Ben' })
      expect(fired.splice(0)).toEqual([
        'beforeValidate',
        'afterValidate',
        'beforeUpdate',
        'beforeSave',
        'afterUpdate',
        'afterSave',
      ])
      await user.update({ name: 'Cleo' }, { hooks: false })
      expect(fired).toEqual([])
    })
    test('what they change is saved', async () => {
      const { User } = await users({ slug: DataTypes.STRING })
      User.hooks.addListener('beforeSave', (user: Row) => {
        user.slug = `slug of ${user.name}`
      })
      const user = await User.create({ name: 'Ann' })
      expect((await User.findOne()).slug).toBe('slug of Ann')
      await user.update({ name: 'Ben' })
      expect((await User.findOne()).slug).toBe('slug of Ben')
      user.name = 'Cleo'
      await user.save()
      expect((await User.findOne()).slug).toBe('slug of Cleo')
    })
    test('what they change is validated', async () => {
      const { User } = await users({ mail: { type: DataTypes.STRING, validate: { isEmail: true } } })
      User.hooks.addListener('beforeCreate', (user: Row) => {
        user.mail = 'no'
      })
      await expect(User.create({ mail: 'ann@example.com' })).rejects.toBeInstanceOf(ValidationError)
      expect(await User.count()).toBe(0)
    })
    test('share an options object of their own, with the transaction', async () => {
      const { sequelize, User } = await users()
      const given = Object.freeze({ context: { by: 'me' } })
      const seen: Row[] = []
      User.hooks.addListener('beforeCreate', (_user: Row, options: Row) => {
        options.mark = 1
        seen.push(options)
      })
      User.hooks.addListener('afterCreate', (_user: Row, options: Row) => {
        seen.push(options)
      })
      await sequelize.transaction(async (transaction) => {
        await User.create({ name: 'Ann' }, given)
        expect(seen[0]?.transaction).toBe(transaction)
      })
      expect(seen[0]).toBe(seen[1])
      expect(seen[1]).toMatchObject({ mark: 1, context: { by: 'me' } })
      expect(given).toEqual({ context: { by: 'me' } })
    })
    test('an error in one stops the write', async () => {
      const { User } = await users()
      User.hooks.addListener('beforeSave', () => {
        throw new Error('no')
      })
      await expect(User.create({ name: 'Ann' })).rejects.toThrow('no')
      expect(await User.count()).toBe(0)
    })
  })
})
