import { describe, expect, it, vi } from 'vitest'
import type { ValidationErrorItem } from '../../../src/errors/index.js'
import { ValidationError } from '../../../src/errors/index.js'
import { hydrate } from '../../../src/model/rows.js'
import { build } from '../../../src/model/state.js'
import type { ValidateOptions } from '../../../src/model/validate.js'
import { Validator, validateInstance, valueValidator } from '../../../src/model/validate.js'
import { literal } from '../../../src/sql/fragments.js'
import { DataTypes } from '../../../src/types/index.js'
import type { Instance } from './models.js'
import { define } from './models.js'

const problems = async (instance: unknown, options?: ValidateOptions): Promise<ValidationErrorItem[]> => {
  try {
    await validateInstance(instance as Instance, options)
    return []
  } catch (error) {
    if (error instanceof ValidationError) return error.errors
    throw error
  }
}
const messages = async (instance: unknown, options?: ValidateOptions): Promise<string[]> =>
  (await problems(instance, options)).map((item) => item.message)
/** Findings about one value under one validator. */
const check = async (validate: object, value: unknown, type: unknown = 'TEXT'): Promise<string[]> =>
  messages(build(define('Foo', { bar: { type, validate } }), { bar: value }))

describe('not null', () => {
  const User = define(
    'User',
    {
      name: { type: DataTypes.STRING, allowNull: false, validate: { len: [2, 10] } },
      email: {
        type: DataTypes.STRING,
        allowNull: false,
        validate: { notNull: { msg: 'An e-mail address, please' }, isEmail: true },
      },
      at: { type: DataTypes.DATE, allowNull: false, defaultValue: literal('CURRENT_TIMESTAMP') },
      kind: { type: DataTypes.STRING, allowNull: false, defaultValue: 'x' },
    },
    { timestamps: true },
  )

  it('comes first, with its own message, before any validator', async () => {
    const found = await problems(build(User, { email: null }))
    expect(
      found.map((item) => [item.message, item.type, item.path, item.validatorKey, item.origin, item.value]),
    ).toEqual([
      ['User.name cannot be null', 'notNull Violation', 'name', 'is_null', 'CORE', null],
      ['An e-mail address, please', 'notNull Violation', 'email', 'is_null', 'CORE', null],
    ])
    expect(found[0]?.instance).toMatchObject({ dataValues: { email: null } })
  })

  it('values that come from elsewhere may be missing', async () => {
    expect(await messages(build(User, { name: 'Ada', email: 'a@b.de' }))).toEqual([])
    expect(await messages(build(User, { name: 'Ada', email: 'a@b.de', at: null }))).toEqual(['User.at cannot be null'])
  })

  it('on a row, what was not loaded is not missing', async () => {
    const user = hydrate(User, { id: 1, kind: 'x' })
    expect(await messages(user)).toEqual([])
    user.set('name', null)
    expect(await messages(user)).toEqual(['User.name cannot be null'])
  })

  it('the error names everything', async () => {
    await expect(validateInstance(build(User))).rejects.toThrow(
      'notNull Violation: User.name cannot be null,\nnotNull Violation: An e-mail address, please',
    )
  })
})

describe('data types', () => {
  const User = define('User', {
    age: { type: DataTypes.INTEGER, validate: { min: 5 } },
    name: DataTypes.STRING,
    born: DataTypes.DATE,
  })

  it('refuse values, and keep validators from them', async () => {
    const [first, second, ...rest] = await problems(build(User, { age: 'x', name: ['a'], born: 'soon' }))
    expect(first).toMatchObject({
      message: '"x" is not a valid integer. User.age is of type INTEGER: give a value of this type, or null.',
      type: 'Validation error',
      origin: 'DATATYPE',
      path: 'age',
      value: 'x',
    })
    expect(second).toMatchObject({
      message: 'name cannot be an array or an object. User.name is of type STRING: give a value of this type, or null.',
      type: 'string violation',
      validatorKey: 'not_a_string',
      origin: 'CORE',
    })
    expect(rest.map((item) => item.message)).toEqual([
      '"soon" is not a valid date. User.born is of type DATE: give a value of this type, or null.',
    ])
  })

  it('can be left unchecked; fragments always are', async () => {
    expect(await messages(build(User, { name: 5 }), { noTypeValidation: true })).toEqual([])
    expect(await messages(build(User, { age: literal('1 + 1') }))).toEqual([])
  })
})

describe('built-in validators', () => {
  it.each<[object, unknown[], unknown[]]>([
    [{ is: /^[a-z]+$/i }, ['abc', 'ABC'], ['a1', '']],
    [{ is: ['^[a-z]+$', 'i'] }, ['ABC'], ['1']],
    [{ is: /a/g }, ['a', 'a', 'a'], ['b']],
    [{ not: /^[a-z]+$/i }, ['1'], ['abc']],
    [{ not: ['^[a-z]+$', 'i'] }, ['1'], ['ABC']],
    [{ isEmail: true }, ['foo@bar.com'], ['foo']],
    [{ isUrl: true }, ['https://foo.com'], ['foo']],
    [{ isIP: true }, ['129.89.23.1', '::1'], ['x']],
    [{ isIPv4: true }, ['129.89.23.1'], ['::1']],
    [{ isIPv6: true }, ['::1'], ['129.89.23.1']],
    [{ isAlpha: true }, ['abc'], ['ab1']],
    [{ isAlpha: ['de-DE'] }, ['äbc'], ['1']],
    [{ isAlphanumeric: true }, ['abc1'], ['_abc']],
    [{ isNumeric: true }, ['12'], ['a']],
    [{ isInt: true }, ['12'], ['1.5', 'a']],
    [{ isFloat: true }, ['1.5'], ['a']],
    [{ isDecimal: true }, ['1.5', '1'], ['a']],
    [{ isLowercase: true }, ['abc'], ['Abc']],
    [{ isUppercase: true }, ['ABC'], ['Abc']],
    [{ isNull: true }, [null], ['x']],
    [{ notEmpty: true }, ['x'], ['', '  ']],
    [{ equals: 'specific value' }, ['specific value'], ['x']],
    [{ contains: 'foo' }, ['a foo'], ['bar']],
    [{ notContains: 'bar' }, ['foo'], ['a bar']],
    [{ notIn: [['foo', 'bar']] }, ['x'], ['foo', 'bar']],
    [{ isIn: [['foo', 'bar']] }, ['foo', 'bar'], ['x']],
    [{ isIn: ['foo', 'bar'] }, ['foo', 'bar'], ['x']],
    [{ len: [2, 10] }, ['ab', 'abcdefghij'], ['a', 'abcdefghijk']],
    [{ isUUID: 4 }, ['6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b'], ['x', '6ec0bd7f-11c0-13da-975e-2a8ad9ebae0b']],
    [{ isDate: true }, ['2020-01-01'], ['x']],
    [{ isAfter: '2011-11-05' }, ['2011-11-06'], ['2011-11-04']],
    [{ isBefore: '2011-11-05' }, ['2011-11-04'], ['2011-11-06']],
    [{ max: 23 }, ['23', '5'], ['24']],
    [{ min: 23 }, ['23', '24'], ['22']],
    [{ isCreditCard: true }, ['4111111111111111'], ['4111111111111112']],
    [{ isUrl: { require_protocol: true, msg: 'no' } }, ['https://foo.com'], ['foo.com']],
    [{ isEmail: false }, ['anything'], []],
  ])('%o', async (validate, good, bad) => {
    for (const value of good) expect(await check(validate, value), String(value)).toEqual([])
    for (const value of bad) expect(await check(validate, value), String(value)).toHaveLength(1)
  })

  it('look at other types as text', async () => {
    expect(await check({ min: 5, max: 10, isInt: true }, 7, DataTypes.INTEGER)).toEqual([])
    expect(await check({ max: 10 }, 11, DataTypes.INTEGER)).toEqual(['Validation max on bar failed'])
    expect(await check({ isAfter: '2020-01-01', isDate: true }, new Date('2020-06-01'), DataTypes.DATE)).toEqual([])
    expect(await check({ isBefore: '2020-01-01' }, new Date('2020-06-01'), DataTypes.DATE)).toHaveLength(1)
    expect(await check({ isArray: true }, [1], DataTypes.JSON)).toEqual([])
    expect(await check({ isArray: true }, { a: 1 }, DataTypes.JSON)).toHaveLength(1)
  })

  it("say what failed, in the user's words if he has some", async () => {
    expect(await check({ isInt: { msg: 'Must be an integer number of pennies' } }, 'x')).toEqual([
      'Must be an integer number of pennies',
    ])
    expect(await check({ isIn: { args: [['en', 'zh']], msg: 'Must be English or Chinese' } }, 'de')).toEqual([
      'Must be English or Chinese',
    ])
    expect(await check({ len: { args: [2, 3], msg: 'length' }, isInt: true }, 'abcd')).toEqual([
      'length',
      'Validation isInt on bar failed',
    ])
    const [item] = await problems(
      build(define('Foo', { bar: { type: 'TEXT', validate: { len: [2, 3] } } }), { bar: 'a' }),
    )
    expect(item).toMatchObject({
      type: 'Validation error',
      path: 'bar',
      value: 'a',
      origin: 'FUNCTION',
      validatorKey: 'len',
      validatorName: 'len',
      validatorArgs: [2, 3],
    })
  })

  it('are skipped for null', async () => {
    expect(await check({ len: [2, 3] }, null)).toEqual([])
    expect(await check({ len: [2, 3] }, undefined)).toEqual([])
  })

  it('isImmutable lets a value be set once', async () => {
    const Foo = define('Foo', { bar: { type: DataTypes.STRING, validate: { isImmutable: true } } })
    expect(await messages(build(Foo, { bar: 'x' }))).toEqual([])
    const row = hydrate(Foo, { id: 1, bar: 'x' })
    expect(await messages(row)).toEqual([])
    row.set('bar', 'y')
    expect(await messages(row)).toEqual(['Validation isImmutable on bar failed'])
  })

  it('can be added', async () => {
    expect(() => define('Foo', { bar: { type: 'TEXT', validate: { isEvenText: true } } })).toThrow(/isEvenText/)
    Validator.extend('isEvenText', (value: string, factor: number) => Number(value) % (factor ?? 2) === 0)
    expect(await check({ isEvenText: true }, '4')).toEqual([])
    expect(await check({ isEvenText: 3 }, '4')).toHaveLength(1)
    expect(Validator.isEmail?.('a@b.de')).toBe(true)
    expect(Validator.nothing).toBe(undefined)
  })
})

describe('functions', () => {
  it('fail by throwing; `this` is the instance', async () => {
    const Foo = define('Foo', {
      bar: {
        type: DataTypes.INTEGER,
        validate: {
          isEven(value: number) {
            if (value % 2 !== 0) throw new Error('Only even values are allowed!')
          },
          isGreater(this: Instance, value: number) {
            if (value <= (this.other as number)) throw new Error('Bar must be greater')
          },
        },
      },
      other: DataTypes.INTEGER,
    })
    const found = await problems(build(Foo, { bar: 3, other: 5 }))
    expect(found.map((item) => [item.message, item.path, item.validatorKey])).toEqual([
      ['Only even values are allowed!', 'bar', 'isEven'],
      ['Bar must be greater', 'bar', 'isGreater'],
    ])
    expect(found[0]?.cause).toBeInstanceOf(Error)
    expect(await messages(build(Foo, { bar: 6, other: 5 }))).toEqual([])
  })

  it('may be asynchronous, by promise or by callback', async () => {
    const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))
    expect(
      await check(
        {
          async slow(value: string) {
            await later()
            throw new Error(`no ${value}`)
          },
        },
        'x',
      ),
    ).toEqual(['no x'])
    expect(
      await check(
        {
          back(value: string, next: (error?: unknown) => void) {
            setTimeout(() => next(value === 'x' ? 'no' : undefined), 1)
          },
        },
        'x',
      ),
    ).toEqual(['no'])
    expect(
      await check(
        {
          back(_value: string, next: (error?: unknown) => void) {
            next()
          },
        },
        'x',
      ),
    ).toEqual([])
    expect(
      await check(
        {
          async both(_value: string, _next: unknown) {
            await later()
          },
        },
        'x',
      ),
    ).toEqual([])
    expect(
      await check(
        {
          back(_value: string, _next: unknown) {
            throw new Error('thrown')
          },
        },
        'x',
      ),
    ).toEqual(['thrown'])
  })

  it('see null as in Sequelize 6; as in 7 where they are declared so', async () => {
    const nameUnlessTen = function (this: Instance, value: unknown): void {
      if (value === null && this.age !== 10) throw new Error("name can't be null unless age is 10")
    }
    const User = define('User', {
      age: DataTypes.INTEGER,
      name: { type: DataTypes.STRING, validate: { nameUnlessTen } },
    })
    expect(await messages(build(User, { age: 9, name: null }))).toEqual(["name can't be null unless age is 10"])
    expect(await messages(build(User, { age: 10, name: null }))).toEqual([])
    const seen = vi.fn((_value: string, _instance: unknown, _name: string) => {})
    const Seven = define('User', { name: { type: DataTypes.STRING, validate: { seven: valueValidator(seen) } } })
    await messages(build(Seven, { name: null }))
    expect(seen).not.toHaveBeenCalled()
    const instance = build(Seven, { name: 'x' })
    await messages(instance)
    expect(seen).toHaveBeenCalledWith('x', instance, 'name')
  })

  it('run for what changed only', async () => {
    const validator = vi.fn()
    const User = define('User', {
      name: { type: DataTypes.STRING, validate: { validator: (value: unknown) => validator(value) } },
      age: DataTypes.INTEGER,
    })
    const user = hydrate(User, { id: 1, name: 'x', age: 1 })
    user.set('age', 2)
    await messages(user)
    expect(validator).not.toHaveBeenCalled()
    user.set('name', 'y')
    await messages(user)
    expect(validator).toHaveBeenCalledTimes(1)
  })
})

describe('validators of the model', () => {
  const Place = define(
    'Place',
    { latitude: DataTypes.INTEGER, longitude: { type: DataTypes.INTEGER, validate: { max: 180 } } },
    {
      validate: {
        bothCoordsOrNone(this: Instance) {
          if ((this.latitude === null) !== (this.longitude === null))
            throw new Error('Either both latitude and longitude, or neither!')
        },
        async later() {
          await Promise.resolve()
        },
        back(next: () => void) {
          next()
        },
      },
    },
  )

  it('always run, after those of attributes', async () => {
    const found = await problems(build(Place, { latitude: null, longitude: 200 }))
    expect(found.map((item) => [item.path, item.message])).toEqual([
      ['longitude', 'Validation max on longitude failed'],
      ['bothCoordsOrNone', 'Either both latitude and longitude, or neither!'],
    ])
    expect(await messages(hydrate(Place, { id: 1, latitude: null, longitude: 5 }))).toHaveLength(1)
    expect(await messages(build(Place, { latitude: null, longitude: 5 }), { skip: ['bothCoordsOrNone'] })).toEqual([])
  })
})

describe('what is looked at', () => {
  const User = define('User', {
    a: { type: DataTypes.STRING, allowNull: false },
    b: { type: DataTypes.STRING, allowNull: false },
    v: { type: DataTypes.VIRTUAL, validate: { len: [3, 5] } },
  })
  it('fields and skip', async () => {
    expect(await messages(build(User), { fields: ['a'] })).toEqual(['User.a cannot be null'])
    expect(await messages(build(User), { skip: ['a'] })).toEqual(['User.b cannot be null'])
    expect(await messages(build(User, { v: 'x' }), { fields: [] })).toEqual(['Validation len on v failed'])
  })
})

describe('hooks', () => {
  it('run around; a value that beforeValidate sets is validated', async () => {
    const seen: string[] = []
    const User = define(
      'User',
      { name: { type: DataTypes.STRING, allowNull: false } },
      {
        hooks: {
          beforeValidate: (user: Instance, options: object) => {
            seen.push(`before ${String((options as { mark?: string }).mark)}`)
            user.name ??= 'from hook'
          },
          afterValidate: async () => {
            seen.push('after')
          },
          validationFailed: () => {
            seen.push('failed')
          },
        },
      },
    )
    const user = build(User) as Instance
    await validateInstance(user, { mark: 'x' } as ValidateOptions)
    expect(seen).toEqual(['before x', 'after'])
    expect(user.name).toBe('from hook')
    await expect(validateInstance(build(User), { hooks: false })).rejects.toThrow(ValidationError)
    expect(seen).toHaveLength(2)
  })

  it('validationFailed sees the error and may replace it', async () => {
    const User = define(
      'User',
      { name: { type: DataTypes.STRING, allowNull: false } },
      {
        hooks: {
          validationFailed: (_user: unknown, _options: unknown, error: Error) => {
            throw new Error(`replaced: ${error.name}`)
          },
        },
      },
    )
    await expect(validateInstance(build(User))).rejects.toThrow('replaced: SequelizeValidationError')
  })
})
