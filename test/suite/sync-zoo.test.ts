// One of everything: whatever a model can say, the second sync finds nothing left to do, and so does the one after a round through alter.
import { randomUUID } from 'node:crypto'
import { DataTypes, Deferrable, Op, sql } from 'mortise'
import { beforeEach, describe, expect, test } from 'vitest'
import { describeEachEngine } from '../support/databases.js'
import type { Recorder } from '../support/recorder.js'
import { DDL } from '../support/recorder.js'
import { indexesOf } from '../support/schema.js'
import type { Database, Row, Table } from '../support/untyped.js'

describeEachEngine('a second sync finds nothing to do', (engine) => {
  let db: Database
  let recorder: Recorder
  beforeEach(async () => {
    const sequelize = await engine.connect()
    db = engine.script(sequelize)
    recorder = engine.recorder(sequelize)
  })
  const ddl = async (options: object = { alter: { drop: true } }): Promise<string[]> =>
    (await recorder.during(() => db.sync(options))).filter((text) => DDL.test(text))
  const isStable = async (): Promise<void> => {
    await db.sync()
    expect(await ddl()).toEqual([])
  }

  /** Where the engine has indexes over a part of the rows. */
  const partial = (where: object): object => (engine.features.has('partialIndexes') ? { where } : {})

  const defaults: Record<string, object> = {
    'an empty string': { type: DataTypes.STRING, defaultValue: '' },
    quotes: { type: DataTypes.STRING, defaultValue: 'it\'s "so" `so`; -- /* */' },
    'lines and letters': { type: DataTypes.TEXT, defaultValue: 'a\nb\tü 日本 \\n' },
    'a text that looks like a number': { type: DataTypes.STRING, defaultValue: '007' },
    'a text that looks like a keyword': { type: DataTypes.STRING, defaultValue: 'NULL' },
    zero: { type: DataTypes.INTEGER, defaultValue: 0 },
    'a negative number': { type: DataTypes.INTEGER, defaultValue: -12 },
    'a fraction': { type: DataTypes.DOUBLE, defaultValue: 1.5e-7 },
    'a big number': { type: DataTypes.BIGINT, defaultValue: '9007199254740993' },
    true: { type: DataTypes.BOOLEAN, defaultValue: true },
    false: { type: DataTypes.BOOLEAN, defaultValue: false },
    'a date': { type: DataTypes.DATE, defaultValue: new Date('2020-02-03T04:05:06.789Z') },
    'a day': { type: DataTypes.DATEONLY, defaultValue: '2020-02-03' },
    bytes: { type: DataTypes.BLOB, defaultValue: Buffer.from([0, 171, 255]) },
    'an object': { type: DataTypes.JSON, defaultValue: { a: [1, "it's"], b: null } },
    'a list': { type: DataTypes.JSON, defaultValue: [] },
    'a member': { type: DataTypes.ENUM('a', 'b'), defaultValue: 'b' },
    'a literal': { type: DataTypes.DATE, defaultValue: sql.literal('CURRENT_TIMESTAMP') },
    'a literal expression': { type: DataTypes.INTEGER, defaultValue: sql.literal('(1 + 2) * 3') },
    'a function': { type: DataTypes.STRING, defaultValue: sql.fn('upper', 'abc') },
    'a cast': { type: DataTypes.INTEGER, defaultValue: sql.cast('7', 'integer') },
    null: { type: DataTypes.STRING, defaultValue: null },
  }
  for (const [title, attribute] of Object.entries(defaults)) {
    test(`default: ${title}`, async () => {
      const Thing = db.define('Thing', { value: attribute })
      await isStable()
      await db.query(
        engine.quoted(
          `INSERT INTO "Things" ("createdAt", "updatedAt") VALUES ('2020-01-01 00:00:00', '2020-01-01 00:00:00')`,
        ),
      )
      const [stored] = await Thing.findAll()
      const built = Thing.build({})
      if (!/literal|function|cast|null/.test(title)) expect(stored!.get('value')).toEqual(built.get('value'))
    })
  }

  test('types', async () => {
    const hasCitext = (db.dialect.supports.dataTypes as Row).CITEXT === true
    const types = [
      'STRING',
      'TEXT',
      ...(hasCitext ? (['CITEXT'] as const) : []),
      'BOOLEAN',
      'TINYINT',
      'SMALLINT',
      'MEDIUMINT',
      'INTEGER',
      'BIGINT',
      'FLOAT',
      'DOUBLE',
      'DATE',
      'DATEONLY',
      'TIME',
      'UUID',
      'BLOB',
      'JSON',
    ] as const
    const attributes: Record<string, object> = {}
    for (const type of types) attributes[type] = { type: (DataTypes as unknown as Record<string, object>)[type] }
    db.define('Thing', {
      ...attributes,
      short: DataTypes.STRING(7),
      exact: { type: DataTypes.DATE(3) },
      binary: DataTypes.STRING.BINARY,
      own: { type: engine.features.has('ownSql') ? 'MY TYPE(1, 2)' : 'DOUBLE PRECISION' },
    })
    await isStable()
  })

  test('names that need quotes', async () => {
    const One = db.define(
      'One',
      {
        select: { type: DataTypes.STRING, unique: true },
        'a b': DataTypes.INTEGER,
        back: { type: DataTypes.INTEGER, field: 'b`ack"tick' },
      },
      {
        tableName: 'odd "table" `name`',
        indexes: [{ fields: ['a b', 'back'], unique: true, ...partial({ back: { [Op.gt]: 3 } }) }],
      },
    )
    const Two = db.define('Two', {}, { tableName: 'order' })
    Two.belongsTo(One, { foreignKey: 'group', targetKey: 'select' })
    await isStable()
    const one = await One.create({ select: 'x', 'a b': 1, back: 2 })
    await Two.create({ group: 'x' })
    expect(await ddl()).toEqual([])
    db.define(
      'One',
      {
        select: { type: DataTypes.STRING, unique: true, allowNull: false },
        'a b': DataTypes.INTEGER,
        back: { type: DataTypes.INTEGER, field: 'b`ack"tick' },
      },
      { tableName: 'odd "table" `name`' },
    )
    expect((await ddl({ alter: true })).length).toBeGreaterThan(0)
    expect(await ddl({ alter: true })).toEqual([])
    expect((await One.findAll({ raw: true }))[0]).toMatchObject({ select: 'x', 'a b': 1, back: 2, id: one.id })
    expect(await indexesOf(db, 'odd "table" `name`')).toHaveLength(2)
  })

  test('underscored, renamed and frozen names', async () => {
    const User = db.define(
      'UserAccount',
      {
        firstName: { type: DataTypes.STRING, unique: 'full' },
        lastName: { type: DataTypes.STRING, unique: 'full', field: 'family' },
      },
      { underscored: true, paranoid: true, version: true, indexes: [{ fields: ['createdAt', 'lastName'] }] },
    )
    User.hasOne(db.define('Profile', {}, { freezeTableName: true }), { unique: true })
    await isStable()
  })

  describe('keys', () => {
    test('of every kind', async () => {
      db.define('A', { code: { type: DataTypes.STRING, primaryKey: true } })
      db.define('B', {
        x: { type: DataTypes.INTEGER, primaryKey: true },
        y: { type: DataTypes.UUID, primaryKey: true },
      })
      db.define('C', { id: { type: DataTypes.UUID, primaryKey: true, defaultValue: sql.uuidV4 } })
      db.define('D', { id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true } })
      db.define('E', { id: { type: DataTypes.INTEGER, primaryKey: true } })
      db.define('F', { text: DataTypes.STRING }).removeAttribute('id')
      db.define('G', {
        id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true, field: 'g_id', unique: true },
      })
      await isStable()
    })
    test('foreign, with every action and timing', async () => {
      const Target = db.define('Target', {})
      const more = engine.features.has('setDefaultAction') ? ['SET DEFAULT'] : []
      for (const action of ['CASCADE', 'RESTRICT', 'NO ACTION', 'SET NULL', ...more]) {
        const Source = db.define(`Source${action.replaceAll(' ', '')}`, {
          targetId: { type: DataTypes.INTEGER, defaultValue: 1 },
        })
        Source.belongsTo(Target, {
          foreignKey: { name: 'targetId', onDelete: action, onUpdate: action },
          inverse: { as: `of${action.replaceAll(' ', '')}` },
        })
      }
      db.define('Late', {
        a: {
          type: DataTypes.INTEGER,
          references: { model: 'Targets', key: 'id', deferrable: Deferrable.INITIALLY_DEFERRED },
        },
        b: { type: DataTypes.INTEGER, references: { model: 'Targets', key: 'id', deferrable: Deferrable.NOT } },
      })
      await isStable()
    })
    test('shared: the primary key is the foreign key', async () => {
      const User = db.define('User', {})
      const Profile = db.define('Profile', { userId: { type: DataTypes.INTEGER, primaryKey: true } })
      User.hasOne(Profile, { foreignKey: 'userId', onDelete: 'CASCADE' })
      await isStable()
    })
    test('without a constraint', async () => {
      db.define('User', {}).hasOne(db.define('Profile', {}), { foreignKeyConstraints: false })
      await isStable()
    })
  })

  test('indexes of every kind', async () => {
    const calls = engine.traits.expressionIndexes === true
    const joined = engine.traits.conflictClause === 'on-duplicate-key' ? '' : '|| b'
    db.define(
      'Thing',
      {
        a: { type: DataTypes.STRING, index: true },
        b: { type: DataTypes.INTEGER, index: { unique: true, name: 'b_own' } },
        deletedAt: DataTypes.DATE,
        flag: DataTypes.BOOLEAN,
      },
      {
        indexes: [
          { fields: [{ name: 'a', order: 'DESC', collate: engine.collation }, 'b'] },
          ...(calls
            ? [
                { name: 'calls', fields: [sql.fn('lower', sql.col('a')), 'b'] },
                { name: 'literal', fields: [sql.literal(`coalesce(a, 'none') ${joined}`)], unique: true },
              ]
            : []),
          { name: 'partial', fields: ['a'], unique: true, ...partial({ deletedAt: null }) },
          {
            name: 'much',
            fields: ['a'],
            ...partial({
              [Op.or]: [{ b: { [Op.between]: [1, 5] } }, { a: { [Op.like]: 'x%' } }, { flag: true }],
              b: [1, 2, 3],
            }),
          },
          {
            fields: ['a', 'b', 'deletedAt', 'flag'],
            unique: true,
            name: 'a_very_long_name_that_goes_on_and_on_and_on_until_it_is_longer_than_any_engine_allows_it',
          },
          { fields: ['b'], type: 'UNIQUE', name: 'typed', concurrently: true, using: 'BTREE' },
        ],
      },
    )
    await isStable()
    expect(await indexesOf(db, 'Things')).toHaveLength(calls ? 9 : 7)
  })

  test.each([DataTypes.CHAR(8), DataTypes.STRING(8), DataTypes.UUID, DataTypes.INTEGER])(
    'unique where a %s is there',
    async (type) => {
      const Thing = db.define('Thing', { seat: DataTypes.INTEGER, taker: { type, field: 'taken by' } })
      const taken = { name: 'taken', fields: ['seat'], unique: true, where: { taker: { [Op.ne]: null } } }
      await db.sync()
      db.define('Thing', Thing.rawAttributes, { indexes: [taken] })
      expect(await ddl()).not.toEqual([])
      expect(await ddl()).toEqual([])
      const taker = type === DataTypes.INTEGER ? 7 : type === DataTypes.UUID ? randomUUID() : 'ann'
      await db.models.Thing!.bulkCreate([{ seat: 1 }, { seat: 1 }, { seat: 1, taker }, { seat: 2, taker }])
      await expect(db.models.Thing!.create({ seat: 1, taker })).rejects.toMatchObject({
        name: 'SequelizeUniqueConstraintError',
      })
    },
  )

  test('a unique index with a condition stays when the column of the condition changes its type', async () => {
    const define = (type: unknown) =>
      db.define(
        'Thing',
        { seat: DataTypes.INTEGER, taker: type },
        {
          timestamps: false,
          indexes: [{ name: 'taken', fields: ['seat'], unique: true, where: { taker: { [Op.ne]: null } } }],
        },
      )
    define(DataTypes.STRING)
    await db.sync()
    await db.models.Thing!.bulkCreate([{ seat: 1 }, { seat: 1 }, { seat: 1, taker: 'ann' }])
    for (const type of [DataTypes.CHAR(8), DataTypes.CHAR(10), DataTypes.STRING(20)]) {
      define(type)
      await ddl()
      expect(await ddl()).toEqual([])
      await expect(db.models.Thing!.create({ seat: 1, taker: 'bob' })).rejects.toMatchObject({
        name: 'SequelizeUniqueConstraintError',
      })
      await db.models.Thing!.create({ seat: 1 })
    }
  })

  test('000-30, 000-32: a unique index comes with alter, and the plain one of the key goes', async () => {
    const make = (unique: boolean): Table => {
      const User = db.define('User', {})
      const Task = db.define('Task', {}, unique ? { indexes: [{ unique: true, fields: ['UserId'] }] } : {})
      User.hasOne(Task)
      return Task
    }
    make(false)
    await db.sync()
    make(true)
    const sent = await ddl({ alter: true })
    // InnoDB drops the key's own index by itself when another one takes its place.
    expect(sent.map((text) => text.split(' ').slice(0, 2).join(' '))).toEqual(
      engine.features.has('implicitForeignKeyIndex') ? ['ALTER TABLE'] : ['DROP INDEX', 'CREATE UNIQUE'],
    )
    expect(await indexesOf(db, 'Tasks')).toHaveLength(1)
    expect(await ddl({ alter: true })).toEqual([])
  })

  test('two models of one table', async () => {
    db.define('Person', { name: DataTypes.STRING, age: DataTypes.INTEGER }, { tableName: 'people' })
    db.define(
      'Name',
      { name: DataTypes.STRING, nick: { type: DataTypes.STRING, unique: true } },
      { tableName: 'people' },
    )
    await isStable()
    expect(Object.keys(await db.queryInterface.describeTable('people')).sort()).toEqual([
      'age',
      'createdAt',
      'id',
      'name',
      'nick',
      'updatedAt',
    ])
  })
})
