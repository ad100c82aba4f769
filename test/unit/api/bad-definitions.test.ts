// What can be wrong in a definition: each mistake is told where it is written, with model, attribute or option, and what is expected.
import { BaseError, DataTypes, Sequelize } from 'mortise'
import { describe, expect, test } from 'vitest'

type Options = Readonly<Record<string, unknown>>
const { STRING, INTEGER, BOOLEAN, ENUM, VIRTUAL } = DataTypes

const refusal = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (!(error instanceof BaseError)) throw error
    return error.message
  }
  return 'accepted'
}
const define = (attributes: object, options?: object): unknown => {
  const sequelize = new Sequelize('sqlite::memory:')
  const User = sequelize.define('User', attributes as never, options as never)
  User.modelDefinition.checkIndexes()
  return User
}

describe('an attribute', () => {
  const wrong: readonly [string, unknown, RegExp][] = [
    ['without a type', { allowNull: false }, /type/],
    ['whose type is undefined', { type: undefined }, /type undefined/],
    ['whose type is none', { type: 5 }, /data type/],
    ['with an unknown option', { type: STRING, alowNull: true }, /"alowNull".*"allowNull"/],
    ['allowNull as text', { type: STRING, allowNull: 'no' }, /`allowNull` must be true or false, got "no"/],
    ['primaryKey as text', { type: STRING, primaryKey: 'yes' }, /`primaryKey` must be true or false/],
    ['autoIncrement as a number', { type: INTEGER, autoIncrement: 1 }, /`autoIncrement` must be true or false/],
    ['text that counts up', { type: STRING, autoIncrement: true, primaryKey: true }, /counts up.*STRING/],
    ['a counter with a default', { type: INTEGER, autoIncrement: true, defaultValue: 5 }, /defaultValue as well/],
    [
      'a default of another type',
      { type: INTEGER, defaultValue: 'abc' },
      /`defaultValue` does not fit the type INTEGER/,
    ],
    ['a default that is no member', { type: ENUM('a'), defaultValue: 'b' }, /`defaultValue` does not fit/],
    ['a default that only looks boolean', { type: BOOLEAN, defaultValue: 'yes' }, /`defaultValue` does not fit/],
    ['an ENUM without values', { type: ENUM }, /ENUM without values/],
    ['values without an ENUM', { type: STRING, values: ['a'] }, /`values`.*STRING/],
    ['two lists of values', { type: ENUM('a'), values: ['b'] }, /two lists of values/],
    ['unique as a number', { type: STRING, unique: 5 }, /`unique` must be true, a name or options/],
    ['unique with an unknown option', { type: STRING, unique: { nam: 'x' } }, /"nam".*"name"/],
    ['unique with a name that is none', { type: STRING, unique: { name: 5 } }, /`name` must be a string, got 5/],
    ['index as a number', { type: STRING, index: 5 }, /`index` must be true, a name or options/],
    ['a comment that is no text', { type: STRING, comment: 5 }, /`comment` must be a string/],
    ['two names of the column', { type: STRING, field: 'a', columnName: 'b' }, /two column names/],
    ['an empty name of the column', { type: STRING, columnName: '' }, /`columnName` must be a string/],
    ['a getter that is none', { type: STRING, get: 'x' }, /`get` must be a function/],
    ['a setter that is none', { type: STRING, set: {} }, /`set` must be a function/],
    ['validators as text', { type: STRING, validate: 'isEmail' }, /`validate` must be an object/],
    ['an unknown validator', { type: STRING, validate: { isEmial: true } }, /"isEmial".*"isEmail"/],
    ['a validator without its arguments', { type: STRING, validate: { len: 'x' } }, /"len" takes \[min, max\]/],
    ['a limit that is no number', { type: INTEGER, validate: { min: 'x' } }, /"min" takes a number, got "x"/],
    ['a pattern that is none', { type: STRING, validate: { is: '(' } }, /"is" takes a regular expression/],
    ['a message that is no text', { type: STRING, validate: { isEmail: { msg: 5 } } }, /message \(msg\).*"isEmail"/],
    ['notNull where null is allowed', { type: STRING, validate: { notNull: true } }, /notNull.*allowNull: false/],
    ['an unknown action', { type: INTEGER, references: 'x', onDelete: 'DESTROY' }, /`onDelete` must be one of/],
    ['references that are none', { type: INTEGER, references: 5 }, /`references` must be/],
    ['references to no model', { type: INTEGER, references: { model: 5 } }, /references\.model/],
    ['references to no column', { type: INTEGER, references: { model: 'x', key: 5 } }, /references\.key/],
    ['virtual and unique', { type: VIRTUAL, unique: true }, /virtual.*unique/],
  ]
  test.each(wrong)('%s', (_title, attribute, message) => {
    const found = refusal(() => define({ name: attribute }))
    expect(found).toMatch(message)
    expect(found).toMatch(/"name".*User|User.*"name"/s)
  })

  test.each([
    ['$name$', /reserved/],
    ['a.b', /reserved/],
    ['a->b', /reserved/],
    ['a::b', /reserved/],
  ])('called %s', (name, message) => {
    expect(refusal(() => define({ [name]: STRING }))).toMatch(message)
  })
})

describe('a model', () => {
  const wrong: readonly [string, Options, RegExp][] = [
    ['an unknown option', { tablename: 'x' }, /"tablename".*"tableName"/],
    ['timestamps as text', { timestamps: 'no' }, /`timestamps` must be true or false, got "no"/],
    ['paranoid as a number', { paranoid: 1 }, /`paranoid` must be true or false/],
    ['paranoid without timestamps', { paranoid: true, timestamps: false }, /paranoid.*timestamps: false/],
    ['a name that is none', { name: 'x' }, /`name` is \{ singular, plural \}/],
    ['a name with another key', { name: { sing: 'x' } }, /`name` is \{ singular, plural \}/],
    ['a table without a name', { tableName: {} }, /`tableName` must be a string or/],
    ['a table whose name is a number', { tableName: 5 }, /`tableName`/],
    ['a schema that is no text', { schema: 5 }, /`schema` must be a string/],
    ['a counter that starts nowhere', { initialAutoIncrement: 'x' }, /`initialAutoIncrement` must be a whole number/],
    ['createdAt as a number', { createdAt: 5 }, /`createdAt` is the name of an attribute, true or false/],
    ['two roles of one name', { createdAt: 'at', updatedAt: 'at' }, /both called "at"/],
    ['hooks that are none', { hooks: 5 }, /`hooks` must be an object by name/],
    ['an unknown hook', { hooks: { beforeCreat: () => {} } }, /"beforeCreat".*"beforeCreate"/],
    ['a hook that is no function', { hooks: { beforeCreate: 5 } }, /beforeCreate.*function/],
    ['scopes that are none', { scopes: 5 }, /`scopes` must be an object by name/],
    ['a scope that is none', { scopes: { a: 5 } }, /scope "a".*got 5/],
    ['a default scope that is none', { defaultScope: 5 }, /defaultScope.*got 5/],
    ['a default scope as a function', { defaultScope: () => ({}) }, /default scope.*not a function/],
    ['validators that are none', { validate: 5 }, /`validate` must be an object/],
    ['a validator that is no function', { validate: { a: 5 } }, /validator "a" must be a function/],
    ['a validator called as an attribute', { validate: { name: () => {} } }, /validator called "name"/],
    ['getterMethods that are none', { getterMethods: 5 }, /`getterMethods` must be an object by name/],
    ['a getter method that is none', { getterMethods: { full: 5 } }, /"full".*`get` must be a function/],
    ['an unknown strategy', { whereMergeStrategy: 'or' }, /'and' or 'overwrite'/],
    ['indexes that are no list', { indexes: {} }, /`indexes`.*list/],
    ['an index that is a name', { indexes: ['name'] }, /index of User must be an object/],
    ['an index without fields', { indexes: [{}] }, /no fields/],
    ['an index of an unknown attribute', { indexes: [{ fields: ['nme'] }] }, /"nme".*"name"/],
    ['an index with an unknown option', { indexes: [{ fields: ['name'], uniqe: true }] }, /"uniqe".*"unique"/],
    ['an index unique as text', { indexes: [{ fields: ['name'], unique: 'yes' }] }, /`unique` must be true or false/],
    ['an index whose name is a number', { indexes: [{ fields: ['name'], name: 5 }] }, /`name` must be a string/],
    [
      'an index in no order',
      { indexes: [{ fields: [{ name: 'name', order: 'UP' }] }] },
      /`order` must be 'ASC' or 'DESC'/,
    ],
    ['an index of no length', { indexes: [{ fields: [{ name: 'name', length: 'x' }] }] }, /`length` must be a number/],
    ['an index under no condition', { indexes: [{ fields: ['name'], where: 'x' }] }, /`where` must be a condition/],
    ['an index that includes nothing', { indexes: [{ fields: ['name'], include: 5 }] }, /`include` must be a list/],
  ]
  test.each(wrong)('%s', (_title, options, message) => {
    const found = refusal(() => define({ name: STRING, age: INTEGER }, options))
    expect(found).toMatch(message)
    expect(found).toContain('User')
  })

  test('two counters, one column twice, two getters of one attribute', () => {
    const counter = { type: INTEGER, autoIncrement: true }
    expect(refusal(() => define({ a: { ...counter, primaryKey: true }, b: counter }))).toMatch(
      /two attributes.*"a" and "b"/,
    )
    expect(refusal(() => define({ a: { type: INTEGER, field: 'x' }, b: { type: INTEGER, field: 'x' } }))).toMatch(
      /"a" and "b" of User have the same column "x"/,
    )
    const getterMethods = { name: () => 'there' }
    expect(refusal(() => define({ name: { type: STRING, get: () => 'here' } }, { getterMethods }))).toMatch(
      /"name" of User has two functions for `get`/,
    )
  })
})

describe('new Sequelize', () => {
  const wrong: readonly [string, unknown][] = [
    ['logging', 5],
    ['benchmark', 5],
    ['logQueryParameters', 'yes'],
    ['omitNull', 'yes'],
    ['noTypeValidation', 'yes'],
    ['quoteIdentifiers', 'no'],
    ['minifyAliases', 5],
    ['disableClsTransactions', 5],
    ['keepDefaultTimezone', 5],
    ['multipleStatements', 'yes'],
    ['define', 5],
    ['sync', 5],
    ['query', 5],
    ['set', 5],
    ['hooks', 5],
    ['dialectOptions', 5],
    ['pool', 5],
    ['schema', 5],
    ['databaseVersion', 5],
    ['retry', 5],
    ['nullJsonStringification', 'text'],
    ['defaultTimestampPrecision', 9],
    ['defaultTransactionNestMode', 'deep'],
  ]
  test.each(wrong)('%s: %s', (option, value) => {
    expect(refusal(() => new Sequelize({ dialect: 'sqlite', [option]: value } as never))).toContain(option)
  })
  test('define: what does not exist, is of a wrong kind, or belongs to one model', () => {
    const withDefine = (define: object): string => refusal(() => new Sequelize({ dialect: 'sqlite', define } as never))
    expect(withDefine({ timestmps: true })).toMatch(/`define`.*"timestmps".*"timestamps"/)
    expect(withDefine({ timestamps: 'no' })).toMatch(/`define`.*`timestamps` must be true or false/)
    expect(withDefine({ tableName: 'x' })).toMatch(/`define`.*`tableName`.*single model/)
  })
  test('sync and query: what does not exist, or is of a wrong kind', () => {
    const withOptions = (options: object): string =>
      refusal(() => new Sequelize({ dialect: 'sqlite', ...options } as never))
    expect(withOptions({ sync: { froce: true } })).toMatch(/`sync`.*"froce"|"froce".*`sync`.*"force"/)
    expect(withOptions({ query: { rwa: true } })).toMatch(/"rwa".*`query`.*"raw"/)
    expect(withOptions({ query: { raw: 'yes' } })).toMatch(/`query`.*raw is true or false, got "yes"/)
    expect(withOptions({ sync: { force: true }, query: { raw: true } })).toBe('accepted')
  })
  test.each([
    ['host', 5],
    ['host', ''],
    ['host', {}],
    ['port', 'http'],
    ['port', 0],
    ['port', 70_000],
    ['port', 5.5],
    ['port', {}],
  ])('%s: %s', (option, value) => {
    for (const dialect of ['sqlite', 'postgres', 'mariadb', 'mysql'])
      expect(refusal(() => new Sequelize({ dialect, [option]: value } as never))).toContain(`The option ${option} must`)
  })
  test('a port as text, as environment variables have it', () => {
    expect(refusal(() => new Sequelize({ dialect: 'postgres', host: '127.0.0.1', port: '5432' } as never))).toBe(
      'accepted',
    )
  })
  test('the options of a model that are no object', () => {
    for (const options of [5, 'paranoid', true, [], null]) {
      const sequelize = new Sequelize('sqlite::memory:')
      expect(refusal(() => sequelize.define('User', {}, options as never))).toMatch(/define\('User', …\).*object, got/)
      expect(refusal(() => sequelize.model('User', {}, options as never))).toMatch(/model\('User', …\).*object, got/)
      expect(refusal(() => sequelize.define('User', 5 as never))).toMatch(/attributes of User must be an object, got 5/)
    }
  })
  test('an attribute to remove that is not there', () => {
    const sequelize = new Sequelize('sqlite::memory:')
    const User = sequelize.define('User', { name: STRING })
    expect(refusal(() => User.removeAttribute('nmae'))).toMatch(/User has no attribute "nmae".*"name"/)
    User.removeAttribute('id')
    User.removeAttribute('id')
    expect(Object.keys(User.getAttributes())).toEqual(['name', 'createdAt', 'updatedAt'])
  })
  test('a model of no name', () => {
    const sequelize = new Sequelize('sqlite::memory:')
    expect(refusal(() => sequelize.model(undefined as never))).toMatch(/by its name/)
    expect(refusal(() => sequelize.model('Nope'))).toMatch(/Nope/)
  })
})

describe('the measures of a data type', () => {
  const { CHAR, DATE, TIME, DECIMAL, FLOAT, DOUBLE, BIGINT } = DataTypes
  const wrong: readonly [string, () => unknown, RegExp][] = [
    ['STRING(-1)', () => STRING(-1), /DataTypes\.STRING: length is a whole number from 1 on, got -1/],
    ['STRING(0)', () => STRING(0), /STRING: length/],
    ['STRING(1.5)', () => STRING(1.5), /STRING: length/],
    ["STRING('long')", () => STRING('long' as never), /STRING: length.*"long"/],
    ['STRING({ length: -1 })', () => STRING({ length: -1 } as never), /STRING: length/],
    ['CHAR(-1)', () => CHAR(-1), /CHAR: length/],
    ['INTEGER(-1)', () => INTEGER(-1), /INTEGER: length/],
    ['BIGINT(0)', () => BIGINT(0), /BIGINT: length/],
    ['DATE(9)', () => DATE(9), /DATE takes .* 6 at most, got 9/],
    ['DATE(-1)', () => DATE(-1), /DATE takes/],
    ['TIME(7)', () => TIME(7), /TIME takes .* 6 at most, got 7/],
    ['DECIMAL(2, 5)', () => DECIMAL(2, 5), /DECIMAL\(2, 5\).*more than the 2.*DECIMAL\(7, 5\)/],
    ['DECIMAL(0)', () => DECIMAL(0), /DECIMAL: precision/],
    ['DECIMAL(10, -2)', () => DECIMAL(10, -2), /DECIMAL: scale is a whole number from 0 on, got -2/],
    ['DECIMAL({ precision: 2, scale: 5 })', () => DECIMAL({ precision: 2, scale: 5 } as never), /more than the 2/],
    ['FLOAT(-1)', () => FLOAT(-1), /FLOAT: precision/],
    ['DOUBLE(0)', () => DOUBLE(0), /DOUBLE: precision/],
  ]
  test.each(wrong)('%s', (_name, make, message) => {
    expect(refusal(make)).toMatch(message)
  })
  test('what they can be', () => {
    for (const make of [() => STRING(1), () => DATE(0), () => DATE(6), () => DECIMAL(5, 5), () => DECIMAL(10, 0)])
      expect(refusal(make)).toBe('accepted')
  })
})

describe('a scope', () => {
  const model = (options: object = {}) =>
    new Sequelize('sqlite::memory:').define('User', { name: STRING }, options as never)
  test('with an option that finders do not have', () => {
    expect(refusal(() => model({ scopes: { a: { wehre: {} } } }))).toMatch(/scope "a" of User.*"wehre".*"where"/)
    expect(refusal(() => model({ defaultScope: { limt: 1 } }))).toMatch(/scope "defaultScope" of User.*"limt".*"limit"/)
    expect(refusal(() => model().addScope('a', { wehre: {} } as never))).toMatch(/scope "a" of User.*"wehre".*"where"/)
    expect(refusal(() => model().withScope({ wehre: {} } as never))).toMatch(/scope of User.*"wehre".*"where"/)
  })
  test('a function that returns such an option, once it is called', async () => {
    const User = model({ scopes: { a: () => ({ wehre: {} }) } })
    const Scoped = User.withScope('a')
    for (const run of [() => Scoped.findAll(), () => Scoped.findOne(), () => Scoped.count(), () => Scoped.max('name')])
      await expect(run()).rejects.toThrow(/scope "a" of User.*"wehre".*"where"/)
  })
  test('added with an unknown option', () => {
    expect(refusal(() => model().addScope('a', {}, { overide: true } as never))).toMatch(
      /"overide".*addScope.*"override"/,
    )
  })
})
