// The query interface: schema and rows without models, in the spellings of Sequelize 6 and 7.
import {
  ConstraintChecking,
  DataTypes,
  Deferrable,
  ForeignKeyConstraintError,
  Op,
  QueryError,
  sql,
  UniqueConstraintError,
  UnknownConstraintError,
  UnknownTableError,
  UnsupportedFeatureError,
} from 'mortise'
import { beforeEach, describe, expect, test } from 'vitest'
import { describeEachEngine } from '../support/databases.js'
import { contentsOf, foreignKeysOf, indexesOf, tablesOf } from '../support/schema.js'
import type { Database, Row } from '../support/untyped.js'

/** Engines list indexes in orders of their own. */
const byName = <T extends { readonly name?: unknown }>(indexes: readonly T[]): T[] =>
  [...indexes].sort((a, b) => (String(a.name) < String(b.name) ? -1 : 1))

describeEachEngine('query interface', (engine) => {
  let db: Database
  let qi: Row
  beforeEach(async () => {
    db = engine.script(await engine.connect())
    qi = db.queryInterface
  })
  const people = async (): Promise<void> => {
    await qi.createTable('people', {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      name: { type: DataTypes.STRING, allowNull: false },
      isBetaMember: { type: DataTypes.BOOLEAN, defaultValue: false, allowNull: false },
      email: { type: DataTypes.STRING, unique: true },
    })
    await qi.createTable('pets', {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      ownerId: {
        type: DataTypes.INTEGER,
        field: 'owner_id',
        references: { model: 'people', key: 'id', deferrable: Deferrable.INITIALLY_IMMEDIATE },
        onDelete: 'CASCADE',
        onUpdate: 'CASCADE',
      },
      kind: DataTypes.STRING,
    })
    await qi.bulkInsert('people', [{ name: 'Ann', email: 'a' }, { name: 'Bob' }])
    await qi.bulkInsert('pets', [
      { owner_id: 1, kind: 'cat' },
      { owner_id: 2, kind: 'dog' },
    ])
  }

  test('is one object, under both names', () => {
    expect(db.getQueryInterface()).toBe(db.queryInterface)
    expect(qi.sequelize).toBe(db)
  })

  describe('tables', () => {
    test('createTable as documented', async () => {
      await qi.createTable('Person', {
        name: DataTypes.STRING,
        isBetaMember: { type: DataTypes.BOOLEAN, defaultValue: false, allowNull: false },
      })
      expect(await qi.describeTable('Person')).toMatchObject({
        name: { allowNull: true, defaultValue: null, primaryKey: false },
        isBetaMember: { allowNull: false, defaultValue: expect.stringMatching(/^(?:0|false)$/) },
      })
      await qi.createTable('Person', { other: DataTypes.STRING })
      expect(Object.keys(await qi.describeTable('Person'))).toEqual(['name', 'isBetaMember'])
    })
    test('createTable with composite keys and uniques', async () => {
      await qi.createTable(
        't',
        {
          a: { type: DataTypes.INTEGER, primaryKey: true },
          b: { type: DataTypes.INTEGER, primaryKey: true },
          c: { type: DataTypes.STRING, unique: 'together' },
          d: { type: DataTypes.STRING, unique: 'together' },
        },
        { uniqueKeys: { other: { fields: ['a', 'd'] } } },
      )
      const constraints: Row[] = await qi.showConstraints('t')
      constraints.sort((a, b) =>
        `${a.constraintType} ${a.constraintName}`.localeCompare(`${b.constraintType} ${b.constraintName}`),
      )
      expect(constraints.map((each) => [each.constraintType, each.constraintName, each.columnNames])).toEqual([
        ['PRIMARY KEY', expect.stringMatching(/^(?:PRIMARY|t_pkey)$/), ['a', 'b']],
        ['UNIQUE', 'other', ['a', 'd']],
        ['UNIQUE', 'together', ['c', 'd']],
      ])
    })
    test('renameTable takes foreign keys along', async () => {
      await people()
      await qi.renameTable('people', 'persons')
      expect(await foreignKeysOf(db, 'pets')).toMatchObject([{ table: 'persons', columns: ['owner_id'] }])
      expect((await contentsOf(db, 'persons', 'pets')).pets).toHaveLength(2)
    })
    test('dropTable, tableExists, listTables, showAllTables', async () => {
      await people()
      expect(await qi.tableExists('pets')).toBe(true)
      await qi.dropTable('pets')
      await qi.dropTable('pets')
      expect(await qi.tableExists('pets')).toBe(false)
      expect(await qi.listTables()).toMatchObject([{ tableName: 'people' }])
      expect(await qi.showAllTables()).toEqual(['people'])
    })
    test('dropAllTables drops circles, and skips', async () => {
      await people()
      await qi.addColumn('people', 'pet', { type: DataTypes.INTEGER, references: { model: 'pets', key: 'id' } })
      await qi.createTable('kept', { id: DataTypes.INTEGER })
      await qi.dropAllTables({ skip: ['kept'] })
      expect(await tablesOf(db)).toEqual(['kept'])
      await qi.dropAllSchemas()
      expect(await tablesOf(db)).toEqual([])
    })
    test('truncate empties, and begins to count anew when asked', async () => {
      await people()
      await qi.truncate('pets')
      await qi.bulkInsert('pets', [{ kind: 'fish' }])
      expect((await contentsOf(db, 'pets')).pets).toMatchObject([{ id: 3 }])
      await qi.truncate('pets', { restartIdentity: true })
      await qi.bulkInsert('pets', [{ kind: 'fish' }])
      expect((await contentsOf(db, 'pets')).pets).toMatchObject([{ id: 1 }])
    })
    test('an unknown table is named', async () => {
      await expect(qi.describeTable('nobody')).rejects.toThrow(/"nobody"/)
      await expect(qi.addColumn('nobody', 'x', DataTypes.STRING)).rejects.toBeInstanceOf(UnknownTableError)
    })
  })

  describe('columns', () => {
    test('addColumn: plain, with default, unique, and with reference', async () => {
      await people()
      await qi.addColumn('people', 'petName', { type: DataTypes.STRING })
      await qi.addColumn('people', 'age', { type: DataTypes.INTEGER, allowNull: false, defaultValue: 18 })
      await qi.addColumn('people', 'code', { type: DataTypes.STRING, unique: true })
      await qi.addColumn('people', 'bossId', {
        type: DataTypes.INTEGER,
        references: { table: 'people', key: 'id' },
        onDelete: 'SET NULL',
      })
      expect((await contentsOf(db, 'people')).people).toMatchObject([
        { id: 1, petName: null, age: 18, bossId: null },
        { age: 18 },
      ])
      expect(await foreignKeysOf(db, 'people')).toMatchObject([
        { name: 'people_bossId_foreign_idx', onDelete: 'SET NULL' },
      ])
      expect(await qi.describeTable('people')).toMatchObject({ code: { unique: true }, email: { unique: true } })
      expect((await contentsOf(db, 'pets')).pets).toHaveLength(2)
      await expect(qi.addColumn('people', 'age', DataTypes.INTEGER)).rejects.toThrow(/"age" already/)
      await qi.addColumn('people', 'age', DataTypes.INTEGER, { ifNotExists: true })
      await expect(qi.addColumn('people', 'needed', { type: DataTypes.STRING, allowNull: false })).rejects.toThrow(
        /"needed" cannot be added to "people".*2 rows/,
      )
    })
    test('changeColumn keeps rows, children, key and other columns', async () => {
      await people()
      await qi.changeColumn('people', 'name', { type: DataTypes.TEXT, defaultValue: 'nobody', allowNull: true })
      expect((await qi.describeTable('people')).name).toMatchObject({
        type: 'TEXT',
        allowNull: true,
        defaultValue: 'nobody',
      })
      expect((await qi.describeTable('people')).id).toMatchObject({ primaryKey: true, autoIncrement: true })
      expect(await contentsOf(db, 'people', 'pets')).toMatchObject({
        people: [{ name: 'Ann', email: 'a' }, { name: 'Bob' }],
        pets: [{ owner_id: 1 }, { owner_id: 2 }],
      })
      await expect(qi.changeColumn('people', 'email', { type: DataTypes.STRING, allowNull: false })).rejects.toThrow(
        /"email" of "people".*1 row has NULL/,
      )
      await expect(qi.changeColumn('people', 'nam', { type: DataTypes.STRING })).rejects.toThrow(
        /no column "nam".*name/,
      )
      await qi.changeColumn('pets', 'owner_id', {
        type: DataTypes.INTEGER,
        references: { model: 'people', key: 'id' },
        onDelete: 'SET NULL',
      })
      expect(await foreignKeysOf(db, 'pets')).toMatchObject([{ columns: ['owner_id'], onDelete: 'SET NULL' }])
    })
    test('changeColumn to a reference that rows do not meet is refused', async () => {
      await people()
      await qi.createTable('notes', { id: { type: DataTypes.INTEGER, primaryKey: true }, person: DataTypes.INTEGER })
      await qi.bulkInsert('notes', [
        { id: 1, person: 1 },
        { id: 2, person: 77 },
      ])
      await expect(
        qi.changeColumn('notes', 'person', { type: DataTypes.INTEGER, references: { model: 'people', key: 'id' } }),
      ).rejects.toBeInstanceOf(ForeignKeyConstraintError)
      expect(await foreignKeysOf(db, 'notes')).toEqual([])
    })
    test('renameColumn takes keys and indexes along', async () => {
      await people()
      await qi.renameColumn('people', 'id', 'number')
      await qi.renameColumn('people', 'email', 'mail')
      expect(await foreignKeysOf(db, 'pets')).toMatchObject([{ references: ['number'] }])
      await expect(qi.bulkInsert('people', [{ name: 'Eve', mail: 'a' }])).rejects.toBeInstanceOf(UniqueConstraintError)
    })
    test('removeColumn takes its indexes and keys with it', async () => {
      await people()
      await qi.addIndex('pets', ['owner_id', 'kind'])
      await qi.removeColumn('pets', 'owner_id')
      expect(await contentsOf(db, 'pets')).toEqual({
        pets: [
          { id: 1, kind: 'cat' },
          { id: 2, kind: 'dog' },
        ],
      })
      expect(await indexesOf(db, 'pets')).toEqual([])
      await qi.removeColumn('people', 'email')
      await qi.removeColumn('people', 'email', { ifExists: true })
      await expect(qi.removeColumn('people', 'email')).rejects.toBeInstanceOf(QueryError)
      expect(Object.keys(await qi.describeTable('people'))).toEqual(['id', 'name', 'isBetaMember'])
    })
  })

  describe('indexes', () => {
    test('addIndex in both forms, showIndex, removeIndex by name and by columns', async () => {
      await people()
      await qi.addIndex('people', ['name'])
      await qi.addIndex('people', {
        fields: [{ name: 'name', order: 'DESC' }, 'email'],
        unique: true,
        name: 'both',
        ...(engine.features.has('partialIndexes') ? { where: { name: { [Op.ne]: 'x' } } } : {}),
      })
      const calls = engine.traits.expressionIndexes === true
      if (calls) await qi.addIndex('people', [sql.fn('lower', sql.col('name'))], { name: 'lowered' })
      const indexes: Row[] = byName(await qi.showIndex('people'))
      expect(
        indexes.map((index) => [index.name, index.unique, index.fields.map((field: Row) => field.attribute)]),
      ).toEqual([
        ['both', true, ['name', 'email']],
        ...(calls ? [['lowered', false, [expect.stringMatching(/^lower\([`"]name[`"]\)$/)]]] : []),
        ['people_email_unique', true, ['email']],
        ['people_name', false, ['name']],
      ])
      expect(indexes[0]!.fields[0].order).toBe('DESC')
      await qi.removeIndex('people', 'both')
      await qi.removeIndex('people', ['name'])
      await qi.removeIndex('people', 'both', { ifExists: true })
      await expect(qi.removeIndex('people', 'both')).rejects.toThrow(/no index "both"/)
      expect(byName(await indexesOf(db, 'people')).map((index) => index.name)).toEqual([
        ...(calls ? ['lowered'] : []),
        'people_email_unique',
      ])
    })
    test('a unique index over equal keys is refused with the keys', async () => {
      await people()
      await qi.bulkInsert('pets', [{ kind: 'cat' }])
      await expect(qi.addIndex('pets', ['kind'], { unique: true })).rejects.toThrow(/\('cat'\) in 2 rows/)
    })
    test('nameIndexes', () => {
      expect(
        qi
          .nameIndexes(
            [{ fields: ['a', 'b'] }, { fields: ['a'], unique: true }, { fields: ['c'], name: 'own' }],
            'things',
          )
          .map((index: Row) => index.name),
      ).toEqual(['things_a_b', 'things_a_unique', 'own'])
    })
  })

  describe('constraints', () => {
    test('of every type are added, shown and removed', async () => {
      await people()
      await qi.addConstraint('people', { type: 'unique', fields: ['name'], name: 'one_name' })
      await qi.addConstraint('people', {
        type: 'CHECK',
        fields: ['name'],
        name: 'has_name',
        where: { name: { [Op.ne]: '' } },
      })
      await qi.addConstraint('people', { type: 'default', fields: ['email'], defaultValue: 'none' })
      await qi
        .addConstraint('pets', {
          type: 'foreign key',
          fields: ['kind'],
          name: 'kind_fk',
          references: { table: 'people', field: 'email' },
          onDelete: 'no action',
        })
        .catch((error: Error) => expect(error).toBeInstanceOf(ForeignKeyConstraintError))
      await db.query('UPDATE pets SET kind = NULL')
      await qi.addConstraint('pets', {
        type: 'FOREIGN KEY',
        fields: ['kind'],
        references: { table: 'people', field: 'email' },
        onDelete: 'no action',
      })
      expect((await qi.describeTable('people')).email.defaultValue).toBe('none')
      const names = async (table: string, options?: object): Promise<string[]> =>
        (await qi.showConstraints(table, options))
          .map((each: Row) => `${each.constraintType} ${each.constraintName}`)
          .sort()
      expect(await names('people')).toEqual([
        'CHECK has_name',
        expect.stringMatching(/^PRIMARY KEY (?:PRIMARY|people_pkey)$/),
        'UNIQUE one_name',
        'UNIQUE people_email_unique',
      ])
      expect(await names('pets', { constraintType: 'FOREIGN KEY' })).toEqual([
        'FOREIGN KEY pets_kind_people_fk',
        'FOREIGN KEY pets_owner_id_foreign_idx',
      ])
      expect(await names('pets', { columnName: 'kind' })).toEqual(['FOREIGN KEY pets_kind_people_fk'])
      await expect(db.query("INSERT INTO people (name) VALUES ('')")).rejects.toThrow(/has_name/)
      await expect(qi.bulkInsert('people', [{ name: 'Ann' }])).rejects.toBeInstanceOf(UniqueConstraintError)
      await qi.removeConstraint('people', 'one_name')
      await qi.removeConstraint('people', 'has_name')
      await qi.removeConstraint('pets', 'pets_kind_people_fk')
      await qi.removeConstraint('pets', 'pets_owner_id_foreign_idx')
      expect(await names('people')).toEqual([
        expect.stringMatching(/^PRIMARY KEY (?:PRIMARY|people_pkey)$/),
        'UNIQUE people_email_unique',
      ])
      expect(await names('pets')).toEqual([expect.stringMatching(/^PRIMARY KEY (?:PRIMARY|pets_pkey)$/)])
      expect(await contentsOf(db, 'people', 'pets')).toMatchObject({
        people: [{ id: 1 }, { id: 2 }],
        pets: [{ id: 1 }, { id: 2 }],
      })
      await expect(qi.removeConstraint('people', 'one_name')).rejects.toBeInstanceOf(UnknownConstraintError)
      await qi.removeConstraint('people', 'one_name', { ifExists: true })
      await expect(qi.addConstraint('people', { type: 'wish', fields: ['name'] })).rejects.toThrow(/"wish".*UNIQUE/)
    })
    test('a primary key is added and removed', async () => {
      await qi.createTable('t', { a: { type: DataTypes.INTEGER, allowNull: false }, b: DataTypes.STRING })
      await qi.bulkInsert('t', [{ a: 1, b: 'x' }])
      await qi.addConstraint('t', { type: 'PRIMARY KEY', fields: ['a'], name: 't_key' })
      expect((await qi.describeTable('t')).a.primaryKey).toBe(true)
      await expect(qi.bulkInsert('t', [{ a: 1 }])).rejects.toBeInstanceOf(UniqueConstraintError)
      await qi.removeConstraint('t', engine.features.has('namedPrimaryKeys') ? 't_key' : 'PRIMARY')
      await qi.bulkInsert('t', [{ a: 1 }])
      expect((await contentsOf(db, 't')).t).toHaveLength(2)
    })
    test('a second primary key is refused, the first one named', async () => {
      await people()
      await expect(qi.addColumn('people', 'code', { type: DataTypes.STRING, primaryKey: true })).rejects.toThrow(
        /"people" has a primary key \(id\)/,
      )
      await expect(qi.addConstraint('people', { type: 'primary key', fields: ['name'] })).rejects.toThrow(
        /primary key \(id\)/,
      )
      await qi.createTable('t', { a: { type: DataTypes.INTEGER, allowNull: false } })
      await qi.changeColumn('t', 'a', { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true })
      expect((await qi.describeTable('t')).a).toMatchObject({ primaryKey: true, autoIncrement: true })
    })
    engine.requires('deferrableConstraints')('deferConstraints, inside a transaction', async () => {
      await people()
      await expect(qi.deferConstraints(ConstraintChecking.DEFERRED)).rejects.toThrow(/inside a transaction/)
      await db.transaction(async (transaction) => {
        await qi.deferConstraints(ConstraintChecking.DEFERRED, { transaction })
        await qi.bulkInsert('pets', [{ owner_id: 9 }], { transaction })
        await qi.bulkInsert('people', [{ id: 9, name: 'Late' }], { transaction })
      })
      expect((await contentsOf(db, 'pets')).pets).toHaveLength(3)
    })
    engine.requires('switchableForeignKeys')(
      'withoutForeignKeyChecks lets children come first, and checks again afterwards',
      async () => {
        await people()
        await qi.withoutForeignKeyChecks(async (connection: unknown) => {
          await qi.bulkInsert('pets', [{ owner_id: 9 }], { connection })
        })
        await expect(qi.bulkInsert('pets', [{ owner_id: 10 }])).rejects.toBeInstanceOf(ForeignKeyConstraintError)
        await qi.unsafeToggleForeignKeyChecks(false)
        await qi.bulkInsert('pets', [{ owner_id: 10 }])
        await qi.unsafeToggleForeignKeyChecks(true)
        await expect(qi.bulkInsert('pets', [{ owner_id: 11 }])).rejects.toBeInstanceOf(ForeignKeyConstraintError)
      },
    )
  })

  describe('rows', () => {
    beforeEach(people)
    test('insert, bulkInsert, select, rawSelect', async () => {
      await qi.insert(null, 'people', { name: 'Cid', isBetaMember: true })
      expect(
        await qi.select(null, 'people', {
          where: { name: ['Ann', 'Cid'] },
          attributes: ['id', ['name', 'called']],
          order: [['id', 'DESC']],
        }),
      ).toEqual([
        { id: 3, called: 'Cid' },
        { id: 1, called: 'Ann' },
      ])
      expect(
        await qi.select(null, 'people', { where: { id: { [Op.gt]: 1 } }, plain: true, attributes: ['name'] }),
      ).toEqual({ name: 'Bob' })
      expect(await qi.rawSelect('people', { where: { name: 'Bob' } }, 'id')).toBe(2)
      expect(await qi.rawSelect('people', { where: { name: 'No' } }, 'id')).toBeUndefined()
    })
    test('bulkInsert: dates, fragments, JSON by type, uneven rows, many rows', async () => {
      await qi.createTable('things', {
        id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
        at: DataTypes.DATE,
        meta: DataTypes.JSON,
        n: DataTypes.INTEGER,
      })
      await qi.bulkInsert(
        'things',
        [{ at: new Date('2020-01-02T03:04:05Z'), n: sql.literal('1 + 1') }, { meta: { a: [1] } }],
        {},
        { meta: { type: DataTypes.JSON } },
      )
      const Thing = db.define(
        'thing',
        { at: DataTypes.DATE, meta: DataTypes.JSON, n: DataTypes.INTEGER },
        { timestamps: false },
      )
      expect((await Thing.findAll()).map((row) => row.toJSON())).toEqual([
        { id: 1, at: new Date('2020-01-02T03:04:05Z'), meta: null, n: 2 },
        { id: 2, at: null, meta: { a: [1] }, n: null },
      ])
      expect(
        await qi.bulkInsert(
          'things',
          Array.from({ length: 40_000 }, (_, n) => ({ n })),
        ),
      ).toBe(40_000)
      expect(await qi.bulkInsert('things', [])).toBe(0)
    })
    test('update, bulkUpdate, increment, decrement', async () => {
      expect(await qi.bulkUpdate('people', { name: 'X' }, { id: 1 })).toBe(1)
      expect(await qi.update(null, 'people', { name: 'Y' }, { id: 2 })).toBe(1)
      await qi.addColumn('people', 'visits', { type: DataTypes.INTEGER, defaultValue: 0 })
      await qi.increment(null, 'people', { id: 1 }, { visits: 3 }, { email: 'new' }, {})
      await qi.decrement(null, 'people', { id: 1 }, { visits: 1 }, {}, {})
      expect((await contentsOf(db, 'people')).people).toMatchObject([
        { name: 'X', visits: 2, email: 'new' },
        { name: 'Y', visits: 0 },
      ])
    })
    test('upsert by primary key and by other keys', async () => {
      await qi.upsert('people', { id: 1, name: 'New', email: 'z' }, { name: 'New', email: 'z' }, { id: 1 }, {})
      await qi.upsert('people', { name: 'Again', email: 'z' }, { name: 'Again' }, {}, { upsertKeys: ['email'] })
      expect(await contentsOf(db, 'people', 'pets')).toMatchObject({
        people: [{ id: 1, name: 'Again', email: 'z' }, { name: 'Bob' }],
        pets: [{ owner_id: 1 }, { owner_id: 2 }],
      })
    })
    test('bulkDelete in both forms', async () => {
      expect(await qi.bulkDelete('pets', { kind: 'cat' })).toBe(1)
      expect(await qi.bulkDelete('pets', { where: { kind: { [Op.like]: 'd%' } } })).toBe(1)
      await qi.bulkInsert('pets', [{ kind: 'a' }, { kind: 'b' }])
      expect(await qi.bulkDelete('pets', null, {})).toBe(2)
    })
    test('values are never SQL', async () => {
      const evil = "'); DROP TABLE people; --"
      await qi.bulkInsert('people', [{ name: evil }])
      expect(await qi.rawSelect('people', { where: { name: evil } }, 'name')).toBe(evil)
      expect(await tablesOf(db)).toEqual(['people', 'pets'])
    })
    engine.requires('transactionalDdl')('take part in a transaction', async () => {
      await expect(
        db.transaction(async (transaction) => {
          await qi.bulkInsert('people', [{ name: 'Zoe' }], { transaction })
          await qi.addColumn('pets', 'x', DataTypes.STRING, { transaction })
          throw new Error('back')
        }),
      ).rejects.toThrow('back')
      expect((await contentsOf(db, 'people')).people).toHaveLength(2)
      expect(Object.keys(await qi.describeTable('pets'))).toEqual(['id', 'owner_id', 'kind'])
    })
  })

  test('what the engine does not have says so', async () => {
    for (const call of [
      ...(engine.features.has('schemas')
        ? []
        : [() => qi.createSchema('x'), () => qi.listSchemas(), () => qi.createDatabase('x')]),
      ...(engine.features.has('functions') ? [] : [() => qi.createTrigger('t'), () => qi.createFunction('f')]),
    ])
      await expect(call()).rejects.toBeInstanceOf(UnsupportedFeatureError)
    expect(await qi.pgListEnums()).toEqual([])
    await qi.dropAllEnums()
    expect(await qi.fetchDatabaseVersion()).toMatch(/^\d+\.\d+/)
  })
  test('quotes and escapes', () => {
    expect(qi.quoteIdentifier('a')).toMatch(/^[`"]a[`"]$/)
    expect(qi.quoteIdentifiers('a.b').split('.')).toHaveLength(2)
    expect(qi.quoteTable('a')).toBe(qi.quoteIdentifier('a'))
    expect(qi.escape("it's")).toBe("'it''s'")
    expect(db.queryGenerator.quoteTable({ tableName: 'a' })).toBe(qi.quoteTable('a'))
  })
})
