import { describe, expect, it, vi } from 'vitest'
import { DefinitionError, QueryError } from '../../../src/errors/index.js'
import { defaultOf } from '../../../src/model/attribute.js'
import { Hooks, INSTANCE_HOOKS } from '../../../src/model/hooks.js'
import { variantOf } from '../../../src/model/variant.js'
import { fn, literal, sql } from '../../../src/sql/fragments.js'
import { DataTypes } from '../../../src/types/index.js'
import type { TestModel } from './models.js'
import { Base, define, init } from './models.js'

const names = (model: TestModel): string[] => [...model.modelDefinition.shape.attributes.keys()]
const attribute = (model: TestModel, name: string) => model.modelDefinition.attribute(name)
const one = (option: object) => attribute(define('User', { name: { type: DataTypes.STRING, ...option } }), 'name')

describe('attributes', () => {
  it('may be a type, an SQL name or options', () => {
    const User = define('User', { name: DataTypes.STRING, age: { type: DataTypes.INTEGER(3) }, raw: 'VARBINARY(50)' })
    expect(attribute(User, 'name').type).toBeInstanceOf(DataTypes.STRING)
    expect(attribute(User, 'age').type.options).toEqual({ length: 3 })
    expect(attribute(User, 'raw').type.toSql()).toBe('VARBINARY(50)')
  })

  it('get defaults', () => {
    expect(one({})).toMatchObject({
      attributeName: 'name',
      columnName: 'name',
      field: 'name',
      fieldName: 'name',
      allowNull: true,
      primaryKey: false,
      autoIncrement: false,
      defaultValue: undefined,
      references: null,
      onDelete: null,
      onUpdate: null,
      comment: null,
      get: null,
      set: null,
      validate: null,
      isGenerated: false,
      role: null,
      isVirtual: false,
    })
    expect(Object.isFrozen(one({}))).toBe(true)
    expect(one({ primaryKey: true }).allowNull).toBe(false)
  })

  it('take their column name from columnName, field, or their own name', () => {
    expect(one({ columnName: 'user_name' })).toMatchObject({ columnName: 'user_name', field: 'user_name' })
    expect(one({ field: 'user_name' }).columnName).toBe('user_name')
    expect(one({ field: 'a', columnName: 'a' }).columnName).toBe('a')
    expect(() => one({ field: 'a', columnName: 'b' })).toThrow(
      'The attribute "name" of User is given two column names: columnName "b" and field "a"',
    )
    const User = define(
      'User',
      { firstName: DataTypes.STRING, lastName: { type: DataTypes.STRING, field: 'LAST' } },
      { underscored: true, timestamps: true },
    )
    expect([...User.modelDefinition.shape.byColumn.keys()]).toEqual([
      'id',
      'first_name',
      'LAST',
      'created_at',
      'updated_at',
    ])
  })

  it('the mistakes that a definition can hold are named with their place and remedy', () => {
    expect(() => define('User', { name: undefined })).toThrow(/"name" of User is undefined.*misspelt/)
    expect(() => define('User', { name: { type: undefined } })).toThrow(/"name" of User has the type undefined/)
    expect(() => define('User', { name: { allowNull: false } })).toThrow(/"name" of User has no type/)
    expect(() => define('User', { name: { type: String } })).toThrow(/"name" of User: String is not a data type/)
    expect(() => define('User', { name: String })).toThrow(/String is not a data type/)
    expect(() => define('User', { name: 5 })).toThrow(/must be a data type or an object of options, got number/)
    expect(() => one({ alowNull: false })).toThrow(
      'The attribute "name" of User has an unknown option "alowNull". Did you mean "allowNull"?',
    )
    expect(() => one({ validate: { isEmial: true } })).toThrow(
      'validator "isEmial", which is neither built in nor a function. Did you mean "isEmail"?',
    )
    expect(() => one({ validate: { notNull: true } })).toThrow(/needs `allowNull: false`/)
    expect(() => one({ get: 5 })).toThrow(/`get` must be a function/)
    expect(() => one({ onDelete: 'explode' })).toThrow(/`onDelete` must be one of CASCADE/)
    expect(() => define('User', { v: { type: DataTypes.VIRTUAL, primaryKey: true } })).toThrow(/"v" of User is virtual/)
    expect(() => define('User', { v: DataTypes.VIRTUAL(DataTypes.STRING, ['nmae']), name: DataTypes.STRING })).toThrow(
      /depends on "nmae".*"name"/,
    )
    for (const error of [() => define('User', { name: undefined }), () => one({ get: 5 })])
      expect(error).toThrow(DefinitionError)
  })

  it('reserved names are refused', () => {
    for (const name of ['$name', 'name$', 'a.b', 'a::b', 'a->b'])
      expect(() => define('User', { [name]: DataTypes.STRING })).toThrow(/reserved/)
    expect(attribute(define('User', { name: { type: DataTypes.STRING, field: '$a.b$' } }), 'name').columnName).toBe(
      '$a.b$',
    )
  })

  it('two attributes cannot have one column', () => {
    expect(() => define('User', { a: { type: DataTypes.STRING, field: 'x' }, x: DataTypes.STRING })).toThrow(
      /"a" and "x" of User have the same column "x"/,
    )
  })

  it('one attribute may count up', () => {
    expect(() =>
      define('User', {
        id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
        n: { type: DataTypes.INTEGER, autoIncrement: true },
      }),
    ).toThrow(/two attributes that count up.*"id" and "n"/)
  })

  it('enums take their values from the type or from `values`', () => {
    expect(
      attribute(define('User', { mood: { type: DataTypes.ENUM, values: ['a', 'b'] } }), 'mood').type,
    ).toMatchObject({ values: ['a', 'b'] })
    expect(() => define('User', { mood: DataTypes.ENUM })).toThrow(/"mood" of User is an ENUM without values/)
  })

  it('defaults are checked against the type, sanitised, and never shared', () => {
    expect(one({ defaultValue: 'x' }).defaultValue).toBe('x')
    expect(() => one({ defaultValue: 5 })).toThrow(
      /`defaultValue` does not fit the type STRING: 5 is not a valid string/,
    )
    expect(() => one({ type: DataTypes.ENUM('a'), defaultValue: 'b' })).toThrow(/"b" is not a valid choice/)
    expect(() => one({ defaultValue: DataTypes.STRING })).toThrow(/is the data type STRING, not a value/)
    expect(one({ type: DataTypes.DATE, defaultValue: '2020-01-01' }).defaultValue).toEqual(new Date('2020-01-01'))
    const settings = one({ type: DataTypes.JSON, defaultValue: { a: [1] } })
    expect(defaultOf(settings)).toEqual({ a: [1] })
    expect(defaultOf(settings)).not.toBe(defaultOf(settings))
    expect(defaultOf(one({ type: DataTypes.DATE, defaultValue: DataTypes.NOW }))).toBeInstanceOf(Date)
    expect(defaultOf(one({ type: DataTypes.DATEONLY, defaultValue: DataTypes.NOW }))).toMatch(/^\d{4}-\d\d-\d\d$/)
    expect(defaultOf(one({ type: DataTypes.DATE, defaultValue: Date.now }))).toBeInstanceOf(Date)
    expect(defaultOf(one({ type: DataTypes.UUID, defaultValue: DataTypes.UUIDV4 }))).toMatch(/^.{14}4/)
    expect(defaultOf(one({ type: DataTypes.UUID, defaultValue: DataTypes.UUIDV1 }))).toMatch(/^.{14}1/)
    expect(defaultOf(one({ type: DataTypes.UUID, defaultValue: DataTypes.UUIDV7 }))).toMatch(/^.{14}7/)
    expect(defaultOf(one({ type: DataTypes.UUID, defaultValue: sql.uuidV4 }))).toMatch(/^.{14}4/)
    const literals = define('User', {
      a: { type: DataTypes.DATE, defaultValue: literal('CURRENT_TIMESTAMP') },
      b: { type: DataTypes.STRING, defaultValue: null },
    })
    expect(literals.modelDefinition.shape.defaults.map((item) => item.attributeName)).toEqual(['b'])
  })

  it('references: a table, a model, or both spelled out', () => {
    const Team = define(
      'Team',
      { code: { type: DataTypes.STRING(8), primaryKey: true, field: 'team_code' } },
      { schema: 'sports' },
    )
    const reference = (references: unknown) =>
      attribute(define('User', { teamId: { type: DataTypes.STRING, references } }), 'teamId').references
    expect(reference('teams')).toEqual({ table: { schema: null, name: 'teams' }, key: 'id', deferrable: null })
    expect(reference(Team)).toEqual({ table: { schema: 'sports', name: 'Teams' }, key: 'team_code', deferrable: null })
    expect(reference({ model: Team, key: 'code' })?.key).toBe('team_code')
    expect(reference({ model: 'teams', key: 'code', deferrable: 'INITIALLY DEFERRED' })).toEqual({
      table: { schema: null, name: 'teams' },
      key: 'code',
      deferrable: 'INITIALLY DEFERRED',
    })
    expect(reference({ table: { tableName: 'teams', schema: 's' } })?.table).toEqual({ schema: 's', name: 'teams' })
    expect(() => reference({ model: undefined, key: 'id' })).toThrow(
      /its model is undefined: two modules that import each other/,
    )
    expect(() => reference({ model: Team, kye: 'id' })).toThrow(/unknown option "kye"/)
    expect(() => reference({ model: Team, key: 'cod' })).toThrow(/"cod", but .* has no such column/)
    expect(one({ references: 'teams', onDelete: 'set null', onUpdate: 'cascade' })).toMatchObject({
      onDelete: 'SET NULL',
      onUpdate: 'CASCADE',
    })
  })

  it('a reference gives the type, and may name a model that is defined later, or itself', () => {
    const Team = define('Team', { code: { type: DataTypes.STRING(8), primaryKey: true } })
    expect(attribute(define('User', { team: { references: Team } }), 'team').type.options).toEqual({ length: 8 })
    const Later = class Later extends Base {}
    const User = define('User', { laterId: { type: DataTypes.INTEGER, references: { model: Later } } })
    init(Later, {}, { tableName: 'late' })
    expect(attribute(User, 'laterId').references).toEqual({
      table: { schema: null, name: 'late' },
      key: 'id',
      deferrable: null,
    })
    const Node = class Node extends Base {}
    init(Node, { parentId: { type: DataTypes.INTEGER, references: { model: Node, key: 'id' } } })
    expect(attribute(Node as unknown as TestModel, 'parentId').references?.table.name).toBe('Nodes')
    expect(() => define('User', { x: { references: 'teams' } })).toThrow(/"x" of User has no type/)
  })

  it("the user's objects are neither kept nor written to", () => {
    const given = Object.freeze({
      name: Object.freeze({ type: DataTypes.STRING, validate: Object.freeze({ len: Object.freeze([1, 2]) }) }),
    })
    const options = Object.freeze({
      indexes: Object.freeze([Object.freeze({ fields: Object.freeze(['name']) })]),
      hooks: Object.freeze({}),
    })
    const User = define('User', given, options)
    expect(() => User.modelDefinition.getIndexes()).not.toThrow()
    User.modelDefinition.rawAttributes.name!.comment = 'x'
    expect('comment' in given.name).toBe(false)
  })

  it('attributes of one model can define another', () => {
    const User = define(
      'User',
      { name: { type: DataTypes.STRING, allowNull: false, field: 'n' }, age: DataTypes.INTEGER },
      { timestamps: true },
    )
    const Copy = define('Copy', Object.fromEntries(User.modelDefinition.attributes))
    expect(names(Copy)).toEqual(['id', 'name', 'age', 'createdAt', 'updatedAt'])
    expect(attribute(Copy, 'name')).toMatchObject({ allowNull: false, columnName: 'n' })
    expect(attribute(Copy, 'id').autoIncrement).toBe(true)
  })

  it('an unknown attribute is a query error with the nearest name', () => {
    expect(() => define('User', { name: DataTypes.STRING }).modelDefinition.attribute('nmae')).toThrow(QueryError)
    expect(() => define('User', { name: DataTypes.STRING }).modelDefinition.attribute('nmae')).toThrow(
      'User has no attribute "nmae". Did you mean "name"?',
    )
  })
})

describe('what Mortise adds', () => {
  it('an id first, times last', () => {
    const User = define('User', { name: DataTypes.STRING }, { timestamps: true })
    expect(names(User)).toEqual(['id', 'name', 'createdAt', 'updatedAt'])
    expect(attribute(User, 'id')).toMatchObject({
      primaryKey: true,
      autoIncrement: true,
      allowNull: false,
      isGenerated: true,
    })
    expect(attribute(User, 'createdAt')).toMatchObject({ allowNull: false, isGenerated: true, role: 'createdAt' })
    expect(attribute(User, 'createdAt').type.options).toEqual({ precision: 6 })
    expect(User.modelDefinition.shape).toMatchObject({
      createdAt: 'createdAt',
      updatedAt: 'updatedAt',
      deletedAt: null,
      version: null,
    })
  })

  it("no id beside a primary key of the user's, of several parts if he likes", () => {
    expect(names(define('User', { uuid: { type: DataTypes.UUID, primaryKey: true } }))).toEqual(['uuid'])
    const Pair = define('Pair', {
      a: { type: DataTypes.INTEGER, primaryKey: true },
      b: { type: DataTypes.INTEGER, primaryKey: true },
    })
    expect(Pair.modelDefinition.shape.primaryKey.map((item) => item.attributeName)).toEqual(['a', 'b'])
    expect(names(define('Log', { text: DataTypes.TEXT }, { noPrimaryKey: true }))).toEqual(['text'])
    expect(() => define('User', { id: DataTypes.INTEGER })).toThrow(
      /"id" that is not its primary key.*primaryKey: true/,
    )
  })

  it('times can be renamed and left out', () => {
    expect(names(define('User', {}, { timestamps: true, createdAt: false, updatedAt: 'changed' }))).toEqual([
      'id',
      'changed',
    ])
    expect(names(define('User', {}, { timestamps: true, paranoid: true, deletedAt: 'gone', version: true }))).toEqual([
      'id',
      'createdAt',
      'updatedAt',
      'gone',
      'version',
    ])
    expect(attribute(define('User', {}, { version: 'revision' }), 'revision')).toMatchObject({
      role: 'version',
      defaultValue: 0,
      allowNull: false,
    })
    expect(() => define('User', {}, { timestamps: false, paranoid: true })).toThrow(
      /paranoid but has timestamps: false/,
    )
    expect(() => define('User', {}, { timestamps: true, createdAt: 'at', updatedAt: 'at' })).toThrow(
      /createdAt and updatedAt are both called "at"/,
    )
    expect(
      attribute(define('User', {}, { timestamps: true }, { defaultTimestampPrecision: null }), 'createdAt').type
        .options,
    ).toEqual({})
  })

  it("the user's own declaration of a time is completed, or refused", () => {
    const User = define(
      'User',
      { updatedAt: { type: DataTypes.DATE(3), field: 'changed' }, name: DataTypes.STRING },
      { timestamps: true },
    )
    expect(names(User)).toEqual(['id', 'updatedAt', 'name', 'createdAt'])
    expect(attribute(User, 'updatedAt')).toMatchObject({
      columnName: 'changed',
      allowNull: false,
      role: 'updatedAt',
      isGenerated: false,
    })
    expect(
      attribute(define('User', { createdAt: { allowNull: true } }, { timestamps: true }), 'createdAt'),
    ).toMatchObject({ allowNull: true })
    expect(() => define('User', { createdAt: DataTypes.STRING }, { timestamps: true })).toThrow(
      /"createdAt" of User is its `createdAt`.*has the type STRING/,
    )
    expect(() => define('User', { version: DataTypes.DATE }, { version: true })).toThrow(/Use DataTypes.INTEGER/)
    expect(attribute(define('User', { createdAt: DataTypes.STRING }), 'createdAt').role).toBe(null)
  })

  it('v6 getterMethods and setterMethods are virtual attributes', () => {
    const User = define(
      'User',
      { name: DataTypes.STRING },
      {
        getterMethods: {
          upper() {
            return 'U'
          },
          name() {
            return 'N'
          },
        },
        setterMethods: { upper() {} },
      },
    )
    expect(attribute(User, 'upper')).toMatchObject({ isVirtual: true })
    expect(attribute(User, 'upper').set).toBeTypeOf('function')
    expect(attribute(User, 'name').get).toBeTypeOf('function')
  })
})

describe('options', () => {
  const table = (
    options: Readonly<Record<string, unknown>>,
    defaults: Readonly<Record<string, unknown>> = {},
  ): string => define('UserAccount', {}, options, defaults).modelDefinition.table.name
  it('the table is the plural of the model, unless it is said otherwise', () => {
    expect(define('User', {}).modelDefinition.table).toEqual({ schema: null, name: 'Users', delimiter: '.' })
    expect(define('person', {}).modelDefinition.table.name).toBe('people')
    expect(table({})).toBe('UserAccounts')
    expect(table({ underscored: true })).toBe('user_accounts')
    expect(table({ freezeTableName: true })).toBe('UserAccount')
    expect(table({ freezeTableName: true }, { underscored: true })).toBe('UserAccount')
    expect(table({ tableName: 'acc' })).toBe('acc')
    expect(table({ tableName: 'Acc' }, { underscored: true })).toBe('Acc')
    expect(table({ name: { plural: 'Accs' } })).toBe('Accs')
    expect(define('User', {}, { schema: 's' }).modelDefinition.table).toMatchObject({ schema: 's' })
    expect(define('Task', {}).modelDefinition.settings.name).toEqual({ singular: 'Task', plural: 'Tasks' })
    expect(init(class Plain extends Base {}, {}).modelDefinition.table.name).toBe('Plains')
  })

  it('unknown ones are refused with a suggestion', () => {
    expect(() => define('User', {}, { timestamp: false })).toThrow(
      'The model User has an unknown option "timestamp". Did you mean "timestamps"?',
    )
    expect(() => define('User', {}, {}, { underscore: true })).toThrow(
      /The option `define` has an unknown option "underscore"/,
    )
    expect(() => init(class extends Base {}, {}, {})).toThrow(/has no name/)
    expect(() => define('User', {}, { tableName: 5 })).toThrow(/`tableName` must be a string/)
    expect(() => define('User', {}, { validate: { x: true } })).toThrow(/validator "x" must be a function/)
    expect(() => define('User', { x: DataTypes.STRING }, { validate: { x() {} } })).toThrow(
      /validator called "x", which is the name of an attribute/,
    )
    expect(() => define('User', {}, { hooks: { beforeCreat() {} } })).toThrow(/"beforeCreat".*"beforeCreate"/)
    expect(() => define('User', {}, { associationNaming: 'x' })).toThrow(/'model' or 'camel'/)
  })

  it('come over the define defaults: hooks, scopes and validators by name, indexes together', async () => {
    const [a, b] = [vi.fn(), vi.fn()]
    const User = define(
      'User',
      { x: DataTypes.STRING, y: DataTypes.STRING },
      {
        paranoid: false,
        timestamps: true,
        hooks: { beforeCreate: a },
        scopes: { own: { limit: 1 } },
        indexes: [{ fields: ['x'] }],
      },
      {
        paranoid: true,
        underscored: true,
        hooks: { beforeCreate: b, beforeUpdate: b },
        scopes: { common: { limit: 2 } },
        indexes: [{ fields: ['y'] }],
      },
    )
    const { hooks, scopes, settings } = User.modelDefinition
    expect(settings).toMatchObject({ paranoid: false, underscored: true })
    await hooks.runAsync('beforeCreate')
    expect([a.mock.calls.length, b.mock.calls.length]).toEqual([1, 0])
    expect(hooks.hasListeners('beforeUpdate')).toBe(true)
    expect(scopes.names()).toEqual(['common', 'own'])
    expect(User.modelDefinition.getIndexes().map((index) => index.name)).toEqual(['users_y', 'users_x'])
    expect(User.modelDefinition.options).toMatchObject({
      modelName: 'User',
      tableName: 'users',
      name: { singular: 'User', plural: 'Users' },
    })
  })

  it('hooks of the Sequelize instance run for the model', () => {
    const parent = new Hooks(INSTANCE_HOOKS)
    const User = define('User', {}, {}, {}, parent)
    expect(User.modelDefinition.hooks.has('beforeSave')).toBe(false)
    parent.addListener('beforeSave', () => {})
    expect(User.modelDefinition.hooks.has('beforeSave')).toBe(true)
  })
})

describe('indexes', () => {
  const indexes = (attributes: object, options: object = {}) =>
    define('Profile', attributes as never, options as never).modelDefinition.getIndexes()

  it('have generated names', () => {
    const result = indexes(
      {
        userId: { type: DataTypes.INTEGER, unique: true },
        a: { type: DataTypes.INTEGER, index: true },
        b: { type: DataTypes.INTEGER, field: 'bColumn' },
      },
      {
        indexes: [
          { fields: ['a', 'b'], unique: true },
          { fields: [{ name: 'a', order: 'DESC' }], name: 'mine', type: 'UNIQUE', method: 'BTREE' },
        ],
      },
    )
    expect(result).toEqual([
      { fields: ['a', 'b'], unique: true, name: 'profiles_a_b_column_unique' },
      { fields: [{ name: 'a', order: 'DESC' }], unique: true, using: 'BTREE', name: 'mine' },
      { fields: ['userId'], unique: true, name: 'profiles_user_id_unique' },
      { fields: ['a'], name: 'profiles_a' },
    ])
  })

  it('a shared name makes one of several attributes', () => {
    expect(
      indexes({
        a: { type: DataTypes.INTEGER, unique: 'both' },
        b: { type: DataTypes.INTEGER, unique: { name: 'both', msg: 'taken' } },
        c: { type: DataTypes.INTEGER, unique: ['both', 'alone'] },
      }),
    ).toEqual([
      { fields: ['a', 'b', 'c'], unique: true, msg: 'taken', name: 'both' },
      { fields: ['c'], unique: true, name: 'alone' },
    ])
    expect(
      indexes({
        a: { type: DataTypes.INTEGER, index: { name: 'i', using: 'gin', attribute: { collate: 'x' } } },
        b: { type: DataTypes.INTEGER, index: 'i' },
      }),
    ).toEqual([{ fields: [{ name: 'a', collate: 'x' }, 'b'], using: 'gin', name: 'i' }])
    expect(() =>
      indexes({ a: { type: DataTypes.INTEGER, index: 'i' }, b: { type: DataTypes.INTEGER, unique: 'i' } }),
    ).toThrow(/unique on one attribute and not on another/)
  })

  it('v6: unique with args and msg', () => {
    expect(indexes({ email: { type: DataTypes.STRING, unique: { args: true, msg: 'taken' } } })).toEqual([
      { fields: ['email'], unique: true, msg: 'taken', name: 'profiles_email_unique' },
    ])
  })

  it('the same index twice is one; two under one name are refused', () => {
    expect(
      indexes({ email: { type: DataTypes.STRING, unique: true } }, { indexes: [{ unique: true, fields: ['email'] }] }),
    ).toHaveLength(1)
    expect(() =>
      indexes(
        { a: DataTypes.STRING, b: DataTypes.STRING },
        {
          indexes: [
            { name: 'i', fields: ['a'] },
            { name: 'i', fields: ['b'] },
          ],
        },
      ),
    ).toThrow(/two different indexes called "i"/)
    expect(() => indexes({}, { indexes: [{ fields: [fn('lower', 'x')] }] })).toThrow(
      /contains an expression and needs a name/,
    )
    expect(() => define('User', {}, { indexes: [{ feilds: ['a'] }] })).toThrow(
      /unknown option "feilds". Did you mean "fields"/,
    )
    expect(() => define('User', {}, { indexes: [{ fields: [] }] })).toThrow(/has no fields/)
  })

  it('000-31: may name an attribute that an association adds later', () => {
    const Task = define('Task', { taskName: DataTypes.STRING }, { indexes: [{ unique: true, fields: ['UserId'] }] })
    expect(Task.modelDefinition.getIndexes()).toEqual([
      { unique: true, fields: ['UserId'], name: 'tasks_user_id_unique' },
    ])
    expect(() => Task.modelDefinition.checkIndexes()).toThrow(
      /"tasks_user_id_unique" of Task names "UserId", which is neither an attribute nor a column/,
    )
    Task.modelDefinition.mergeAttribute('UserId', { type: DataTypes.INTEGER })
    Task.modelDefinition.checkIndexes()
  })

  it("those of associations give way to the user's", () => {
    const Profile = define('Profile', { userId: { type: DataTypes.INTEGER, unique: true }, other: DataTypes.INTEGER })
    const { modelDefinition } = Profile
    const plain = { fields: ['userId'], purpose: 'foreign-key' } as const
    const unique = { fields: ['other'], unique: true, purpose: 'one-to-one' } as const
    modelDefinition.addIndex(plain)
    modelDefinition.addIndex({ fields: ['other'], purpose: 'foreign-key' })
    modelDefinition.addIndex(unique)
    expect(modelDefinition.getIndexes().map((index) => index.name)).toEqual([
      'profiles_user_id_unique',
      'profiles_other_unique',
    ])
    modelDefinition.removeIndex(unique)
    expect(modelDefinition.getIndexes().map((index) => index.name)).toEqual([
      'profiles_user_id_unique',
      'profiles_other',
    ])
  })

  it('one on the primary key is superfluous; a partial unique one needs a plain one beside it', () => {
    const Detail = define('Detail', {
      userId: { type: DataTypes.INTEGER, primaryKey: true },
      ownerId: DataTypes.INTEGER,
    })
    Detail.modelDefinition.addIndex({ fields: ['userId'], unique: true })
    Detail.modelDefinition.addIndex({ fields: ['ownerId'], unique: true, where: { deletedAt: null } })
    Detail.modelDefinition.addIndex({ fields: ['ownerId'] })
    expect(Detail.modelDefinition.getIndexes().map((index) => index.name)).toEqual([
      'details_owner_id_unique',
      'details_owner_id',
    ])
  })
})

describe('changes', () => {
  it('make a new frozen shape with a new revision', () => {
    const { modelDefinition } = define('Task', { name: DataTypes.STRING })
    const before = modelDefinition.shape
    modelDefinition.mergeAttribute('userId', {
      type: DataTypes.INTEGER,
      references: { table: 'users', key: 'id' },
      onDelete: 'SET NULL',
      allowNull: true,
    })
    expect(modelDefinition.shape).not.toBe(before)
    expect(modelDefinition.shape.revision).toBeGreaterThan(before.revision)
    expect(Object.isFrozen(modelDefinition.shape)).toBe(true)
    expect(before.attributes.has('userId')).toBe(false)
    expect(modelDefinition.attribute('userId')).toMatchObject({
      isGenerated: true,
      onDelete: 'SET NULL',
      references: { key: 'id' },
    })
  })

  it('what the user declared wins; references and actions are filled in', () => {
    const { modelDefinition } = define('Task', {
      userId: { type: DataTypes.BIGINT, allowNull: false, comment: 'mine' },
    })
    modelDefinition.mergeAttribute('userId', {
      type: DataTypes.INTEGER,
      allowNull: true,
      comment: 'theirs',
      references: { table: 'users', key: 'id' },
      onDelete: 'CASCADE',
    })
    expect(modelDefinition.attribute('userId')).toMatchObject({
      allowNull: false,
      comment: 'mine',
      onDelete: 'CASCADE',
      isGenerated: false,
      references: { table: { name: 'users' } },
    })
    expect(modelDefinition.attribute('userId').type.key).toBe('BIGINT')
    expect(modelDefinition.attribute('userId').raw).toMatchObject({ allowNull: false })
    modelDefinition.mergeAttribute('userId', { references: null, onDelete: null })
    expect(modelDefinition.attribute('userId')).toMatchObject({ references: null, onDelete: null })
  })

  it("an association's word stands over what Mortise generates", () => {
    const { modelDefinition } = define('Detail', {})
    modelDefinition.mergeAttribute('id', {
      type: DataTypes.INTEGER,
      autoIncrement: false,
      references: { table: 'users', key: 'id' },
    })
    expect(modelDefinition.attribute('id')).toMatchObject({ primaryKey: true, autoIncrement: false })
    const other = define('Detail', {}).modelDefinition
    other.mergeAttribute('userId', { type: DataTypes.INTEGER, primaryKey: true })
    expect(other.shape.primaryKey.map((item) => item.attributeName)).toEqual(['userId'])
  })

  it('a change that cannot be leaves everything as it was', () => {
    const { modelDefinition } = define('Task', { a: { type: DataTypes.STRING, field: 'x' } })
    const before = modelDefinition.shape
    expect(() => modelDefinition.mergeAttribute('x', { type: DataTypes.INTEGER })).toThrow(/same column/)
    expect(modelDefinition.shape).toBe(before)
    modelDefinition.mergeAttribute('y', { type: DataTypes.INTEGER })
    expect([...modelDefinition.shape.attributes.keys()]).toEqual(['id', 'a', 'y'])
  })

  it('attributes can be removed', () => {
    const User = define('User', { name: DataTypes.STRING })
    User.modelDefinition.removeAttribute('id')
    expect(names(User)).toEqual(['name'])
    expect(User.modelDefinition.shape.primaryKey).toEqual([])
    expect('name' in User.prototype).toBe(true)
    User.modelDefinition.removeAttribute('name')
    expect('name' in User.prototype).toBe(false)
  })

  it('rawAttributes can be written to and refreshed', () => {
    const { modelDefinition } = define('User', { name: DataTypes.STRING })
    modelDefinition.rawAttributes.name!.allowNull = false
    modelDefinition.rawAttributes.age = { type: DataTypes.INTEGER }
    expect(modelDefinition.attribute('name').allowNull).toBe(true)
    modelDefinition.refreshAttributes()
    expect(modelDefinition.attribute('name').allowNull).toBe(false)
    expect([...modelDefinition.attributes.keys()]).toEqual(['id', 'name', 'age'])
  })

  it('run the refresh hooks', () => {
    const listener = vi.fn()
    const { modelDefinition } = define(
      'User',
      {},
      { hooks: { beforeDefinitionRefresh: listener, afterDefinitionRefresh: listener } },
    )
    modelDefinition.mergeAttribute('x', { type: DataTypes.INTEGER })
    expect(listener).toHaveBeenCalledTimes(2)
  })

  it('shows itself as Sequelize 7 does', () => {
    const { modelDefinition } = define(
      'User',
      { full: DataTypes.VIRTUAL, name: { type: DataTypes.STRING, field: 'n' } },
      { timestamps: true, paranoid: true, version: true },
    )
    expect([...modelDefinition.physicalAttributes.keys()]).toEqual([
      'id',
      'name',
      'createdAt',
      'updatedAt',
      'deletedAt',
      'version',
    ])
    expect([...modelDefinition.columns.keys()]).toEqual(['id', 'n', 'createdAt', 'updatedAt', 'deletedAt', 'version'])
    expect(modelDefinition.timestampAttributeNames).toEqual({
      createdAt: 'createdAt',
      updatedAt: 'updatedAt',
      deletedAt: 'deletedAt',
    })
    expect(modelDefinition).toMatchObject({
      versionAttributeName: 'version',
      autoIncrementAttributeName: 'id',
      primaryKeysAttributeNames: new Set(['id']),
    })
    expect(modelDefinition.getColumnName('name')).toBe('n')
    expect(modelDefinition.isParanoid()).toBe(true)
  })

  it('a variant is the model with another table or other scopes', () => {
    const User = define('User', { name: DataTypes.STRING }, { scopes: { some: { limit: 1 } } })
    const base = User.modelDefinition
    const Variant = class extends (User as unknown as typeof Base) {}
    const moved = variantOf(base, Variant as never, { schema: 't1' })
    expect(moved.table).toEqual({ schema: 't1', name: 'Users', delimiter: '.' })
    expect(moved.initial).toBe(base)
    expect(moved.model).toBe(Variant)
    expect(moved.shape.attributes).toBe(base.shape.attributes)
    expect(moved.shape.revision).not.toBe(base.shape.revision)
    expect(moved.shape).toBe(moved.shape)
    base.mergeAttribute('x', { type: DataTypes.INTEGER })
    expect(moved.attribute('x').columnName).toBe('x')
    expect(moved.shape.attributes.has('x')).toBe(true)
    const scoped = variantOf(base, Variant as never, { scopes: base.scopes.select('some') })
    expect(scoped.scopes.resolve()).toEqual({ limit: 1 })
    expect(scoped.shape).toBe(base.shape)
    expect(base.scopes.resolve()).toEqual({})
  })
})
