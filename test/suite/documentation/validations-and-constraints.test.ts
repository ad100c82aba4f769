// "Validations & Constraints" (versions 6 and 7).
import { DataTypes, UniqueConstraintError, ValidationError } from 'mortise'
import { describe, expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Row } from '../../support/untyped.js'

const BUILT_IN: readonly (readonly [validate: object, good: readonly unknown[], bad: readonly unknown[]])[] = [
  [{ is: /^[a-z]+$/i }, ['Abc'], ['1']],
  [{ is: ['^[a-z]+$', 'i'] }, ['ABC'], ['1']],
  [{ not: /^[a-z]+$/i }, ['1'], ['a']],
  [{ isEmail: true }, ['foo@bar.com'], ['x']],
  [{ isUrl: true }, ['https://foo.com'], ['foo bar']],
  [{ isIP: true }, ['129.89.23.1', '::1'], ['x']],
  [{ isIPv4: true }, ['129.89.23.1'], ['::1']],
  [{ isIPv6: true }, ['::1'], ['129.89.23.1']],
  [{ isAlpha: true }, ['abc'], ['1']],
  [{ isAlphanumeric: true }, ['a1'], ['_abc']],
  [{ isNumeric: true }, ['12'], ['a']],
  [{ isInt: { msg: 'whole numbers only' } }, ['12'], ['1.5']],
  [{ isFloat: true }, ['1.5'], ['a']],
  [{ isDecimal: true }, ['1.5'], ['a']],
  [{ isLowercase: true }, ['a'], ['A']],
  [{ isUppercase: true }, ['A'], ['a']],
  [{ isNull: true }, [null], ['x']],
  [{ notEmpty: true }, ['a'], ['', '  ']],
  [{ equals: 'specific value' }, ['specific value'], ['x']],
  [{ contains: 'foo' }, ['a foo'], ['x']],
  [{ notContains: 'bar' }, ['foo'], ['a bar']],
  [{ isIn: [['foo', 'bar']] }, ['foo'], ['x']],
  [{ isIn: { args: [['en', 'zh']], msg: 'English or Chinese' } }, ['en'], ['fr']],
  [{ notIn: [['foo', 'bar']] }, ['x'], ['foo']],
  [{ len: [2, 10] }, ['abc', null], ['a']],
  [{ isUUID: 4 }, ['6ba7b810-9dad-41d1-80b4-00c04fd430c8'], ['6ba7b810-9dad-11d1-80b4-00c04fd430c8']],
  [{ isDate: true }, ['2011-11-05'], ['x']],
  [{ isAfter: '2011-11-05' }, ['2012-01-01'], ['2010-01-01']],
  [{ isBefore: '2011-11-05' }, ['2010-01-01'], ['2012-01-01']],
  [{ max: 23 }, ['23'], ['24']],
  [{ min: 23 }, ['23'], ['22']],
  [{ isCreditCard: true }, ['4111111111111111'], ['1']],
]

describeEachEngine('validation', (engine) => {
  test.for(BUILT_IN)('%o', async ([validate, good, bad]) => {
    const sequelize = engine.script(await engine.connect())
    const Foo = sequelize.define('foo', { bar: { type: DataTypes.STRING, validate } })
    for (const bar of good) await Foo.build({ bar }).validate()
    for (const bar of bad) await expect(Foo.build({ bar }).validate()).rejects.toBeInstanceOf(ValidationError)
  })
  test('an unknown validator is refused when the model is defined', async () => {
    const sequelize = engine.script(await engine.connect())
    expect(() => sequelize.define('foo', { a: { type: DataTypes.STRING, validate: { isEmial: true } } })).toThrow(
      /isEmial.*isEmail/s,
    )
  })

  describe('what a failure says, and that nothing was sent', () => {
    test('item by item', async () => {
      const sequelize = engine.script(await engine.connect())
      const User = sequelize.define('user', {
        name: { type: DataTypes.STRING, validate: { len: { args: [2, 3], msg: 'two or three' } } },
      })
      await sequelize.sync()
      const recorder = engine.recorder(sequelize)
      let error: Row = {}
      const sent = await recorder.count(async () => {
        error = await User.create({ name: 'abcd' }).catch((caught: Row) => caught)
      })
      expect(sent).toBe(0)
      expect(error.name).toBe('SequelizeValidationError')
      expect(error.get('name')).toHaveLength(1)
      expect(error.errors[0]).toMatchObject({
        message: 'two or three',
        type: 'Validation error',
        path: 'name',
        value: 'abcd',
        validatorKey: 'len',
        validatorArgs: [2, 3],
      })
    })
    test('null where it is not allowed: its message, and no other validator', async () => {
      const sequelize = engine.script(await engine.connect())
      const User = sequelize.define('user', {
        name: {
          type: DataTypes.STRING,
          allowNull: false,
          validate: {
            notNull: { msg: 'Please enter your name' },
            never() {
              throw new Error('must not run')
            },
          },
        },
      })
      await sequelize.sync()
      const error = await User.create({}).catch((caught: Row) => caught)
      expect(error.errors.map(({ message, type }: Row) => [message, type])).toEqual([
        ['Please enter your name', 'notNull Violation'],
      ])
      expect(await User.count()).toBe(0)
    })
    test('null where it is allowed: only the functions of `validate` run', async () => {
      const sequelize = engine.script(await engine.connect())
      const User = sequelize.define('user', {
        age: DataTypes.INTEGER,
        name: {
          type: DataTypes.STRING,
          validate: {
            len: [5, 10],
            conditional(this: Row, value: unknown) {
              if (value === null && this.age !== 10) throw new Error("name can't be null unless age is 10")
            },
          },
        },
      })
      await User.build({ name: null, age: 10 }).validate()
      await expect(User.build({ name: null, age: 11 }).validate()).rejects.toThrow(/unless age is 10/)
    })
    test('the model as a whole, together with its attributes; a callback or a promise counts too', async () => {
      const sequelize = engine.script(await engine.connect())
      const Place = sequelize.define(
        'place',
        {
          latitude: { type: DataTypes.INTEGER, validate: { min: -90, max: 90 } },
          longitude: {
            type: DataTypes.INTEGER,
            validate: {
              late: (value: unknown, done: (error?: unknown) => void) => {
                setImmediate(() => done(value === 13 ? 'unlucky' : undefined))
              },
            },
          },
        },
        {
          validate: {
            async both(this: Row) {
              if ((this.latitude === null) !== (this.longitude === null)) throw new Error('both or neither')
            },
          },
        },
      )
      const error = await Place.build({ latitude: 500, longitude: null })
        .validate()
        .catch((caught: Row) => caught)
      expect(error.errors.map(({ path }: Row) => path).sort()).toEqual(['both', 'latitude'])
      await expect(Place.build({ latitude: 1, longitude: 13 }).validate()).rejects.toThrow('unlucky')
      await Place.build({ latitude: 1, longitude: 2 }).validate()
    })
  })

  test('a unique constraint is the database’s: the statement was sent, the error names the attribute', async () => {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('user', { username: { type: DataTypes.STRING, allowNull: false, unique: true } })
    await sequelize.sync()
    await User.create({ username: 'a' })
    const error = await User.create({ username: 'a' }).catch((caught: Row) => caught)
    expect(error).toBeInstanceOf(UniqueConstraintError)
    expect(error.name).toBe('SequelizeUniqueConstraintError')
    expect(error.errors[0].path).toBe('username')
    expect(Object.keys(error.fields)).toEqual(['username'])
  })
})
