// Options of the query interface: one that does not exist or is of a wrong kind is told before anything is sent; what exists does what it says.
import { BaseError, DataTypes, QueryError, UniqueConstraintError } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../support/databases.js'
import type { Database, Row } from '../support/untyped.js'

describeEachEngine('options of the query interface', (engine) => {
  async function people(): Promise<{ db: Database; qi: Row }> {
    const db = engine.script(await engine.connect())
    const qi = db.queryInterface
    await qi.createTable('people', {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      name: { type: DataTypes.STRING, unique: true },
      age: DataTypes.INTEGER,
    })
    await qi.bulkInsert('people', [
      { name: 'Ann', age: 30 },
      { name: 'Bob', age: 20 },
      { name: 'Cid', age: 10 },
    ])
    return { db, qi }
  }
  const ages = async (qi: Row): Promise<unknown[]> =>
    (await qi.select(null, 'people', { order: ['age'] })).map(({ age }: Row) => Number(age))

  test('unknown ones are refused by every method, and nothing is sent', async () => {
    const { db, qi } = await people()
    const no = { nope: 1 }
    const calls: Readonly<Record<string, () => Promise<unknown>>> = {
      insert: () => qi.insert(null, 'people', { name: 'x' }, no),
      bulkInsert: () => qi.bulkInsert('people', [{ name: 'x' }], no),
      update: () => qi.update(null, 'people', { name: 'x' }, {}, no),
      bulkUpdate: () => qi.bulkUpdate('people', { name: 'x' }, {}, no),
      upsert: () => qi.upsert('people', { id: 1 }, { name: 'x' }, {}, no),
      bulkDelete: () => qi.bulkDelete('people', {}, no),
      delete: () => qi.delete(null, 'people', {}, no),
      increment: () => qi.increment(null, 'people', {}, { age: 1 }, {}, no),
      decrement: () => qi.decrement(null, 'people', {}, { age: 1 }, {}, no),
      select: () => qi.select(null, 'people', no),
      rawSelect: () => qi.rawSelect('people', no, 'name'),
      createTable: () => qi.createTable('t', { a: DataTypes.STRING }, no),
      dropTable: () => qi.dropTable('people', no),
      dropAllTables: () => qi.dropAllTables(no),
      renameTable: () => qi.renameTable('people', 'folk', no),
      truncate: () => qi.truncate('people', no),
      listTables: () => qi.listTables(no),
      tableExists: () => qi.tableExists('people', no),
      describeTable: () => qi.describeTable('people', no),
      addColumn: () => qi.addColumn('people', 'x', DataTypes.STRING, no),
      removeColumn: () => qi.removeColumn('people', 'age', no),
      changeColumn: () => qi.changeColumn('people', 'age', DataTypes.STRING, no),
      renameColumn: () => qi.renameColumn('people', 'age', 'years', no),
      addIndex: () => qi.addIndex('people', ['age'], no),
      removeIndex: () => qi.removeIndex('people', 'x', no),
      showIndex: () => qi.showIndex('people', no),
      addConstraint: () => qi.addConstraint('people', { type: 'UNIQUE', fields: ['age'], ...no }),
      removeConstraint: () => qi.removeConstraint('people', 'x', no),
      showConstraints: () => qi.showConstraints('people', no),
      createSchema: () => qi.createSchema('x', no),
      dropSchema: () => qi.dropSchema('x', no),
      dropAllSchemas: () => qi.dropAllSchemas(no),
      listSchemas: () => qi.listSchemas(no),
      listDatabases: () => qi.listDatabases(no),
      dropDatabase: () => qi.dropDatabase('x', no),
      createDatabase: () => qi.createDatabase('x', no),
      fetchDatabaseVersion: () => qi.fetchDatabaseVersion(no),
      deferConstraints: () => qi.deferConstraints('DEFERRED', no),
      withoutForeignKeyChecks: () => qi.withoutForeignKeyChecks(no, async () => {}),
      unsafeToggleForeignKeyChecks: () => qi.unsafeToggleForeignKeyChecks(true, no),
      createFunction: () => qi.createFunction('f', [], 'integer', 'sql', 'SELECT 1', [], no),
      dropFunction: () => qi.dropFunction('f', [], no),
      renameFunction: () => qi.renameFunction('f', [], 'g', no),
      createTrigger: () => qi.createTrigger('people', 't', 'before', { insert: true }, 'f', [], [], no),
      dropTrigger: () => qi.dropTrigger('people', 't', no),
      renameTrigger: () => qi.renameTrigger('people', 't', 'u', no),
      pgListEnums: () => qi.pgListEnums(null, null, no),
      dropAllEnums: () => qi.dropAllEnums(no),
      dropEnum: () => qi.dropEnum('e', no),
    }
    const sent = await engine.recorder(db).count(
      async () => {
        for (const [method, call] of Object.entries(calls)) {
          const error = (await call().catch((caught: unknown) => caught)) as Error
          expect(error, method).toBeInstanceOf(QueryError)
          expect(error.message).toContain(`Unknown option "nope" in queryInterface.${method}()`)
        }
      },
      { all: true },
    )
    expect(sent).toBe(0)
  })

  const wrong: readonly [string, (qi: Row) => Promise<unknown>, RegExp][] = [
    ['the name of an index', (qi) => qi.addIndex('people', { name: 5, fields: ['age'] }), /name is a string, got 5/],
    ['an index of nothing', (qi) => qi.addIndex('people', { name: 'x' }), /fields/],
    ['columns of an index', (qi) => qi.addIndex('people', { fields: 'age' }), /fields is a list/],
    ['a field of an index', (qi) => qi.addIndex('people', [5]), /field that is 5/],
    ['an option of a field', (qi) => qi.addIndex('people', [{ name: 'age', lenght: 5 }]), /"lenght".*"length"/],
    ['unique of an index', (qi) => qi.addIndex('people', ['age'], { unique: 'yes' }), /`unique` must be true or false/],
    ['the index to remove', (qi) => qi.removeIndex('people', 5), /removeIndex\(\) takes the name of an index/],
    ['returning', (qi) => qi.bulkInsert('people', [{ name: 'x' }], { returning: 5 }), /returning is true, false or/],
    ['rows to insert', (qi) => qi.bulkInsert('people', [5]), /bulkInsert\(\) takes an object of values by column/],
    ['a row to insert', (qi) => qi.insert(null, 'people', 5), /insert\(\) takes an object of values/],
    ['values to update', (qi) => qi.bulkUpdate('people', null, {}), /takes an object of values/],
    [
      'unique keys',
      (qi) => qi.createTable('t', { a: DataTypes.STRING }, { uniqueKeys: 'x' }),
      /uniqueKeys is an object/,
    ],
    [
      'fields of a unique key',
      (qi) => qi.createTable('t', { a: DataTypes.STRING }, { uniqueKeys: { k: {} } }),
      /uniqueKeys/,
    ],
    ['attributes', (qi) => qi.createTable('t', ['a']), /needs its attributes/],
    [
      'a column to add',
      (qi) => qi.addColumn('people', 5, DataTypes.STRING),
      /addColumn\(\) takes the name of a column/,
    ],
    ['a column to remove', (qi) => qi.removeColumn('people', undefined), /removeColumn\(\) takes the name of a column/],
    ['a column to change', (qi) => qi.changeColumn('people', {}, DataTypes.STRING), /changeColumn\(\) takes the name/],
    ['a column to rename', (qi) => qi.renameColumn('people', 'age', 5), /renameColumn\(\) takes the name/],
    [
      'fields of a constraint',
      (qi) => qi.addConstraint('people', { type: 'UNIQUE', fields: 'age' }),
      /fields is a list/,
    ],
    ['a constraint to remove', (qi) => qi.removeConstraint('people', 5), /removeConstraint\(\) takes the name/],
    ['a limit', (qi) => qi.bulkDelete('people', {}, { limit: 'all' }), /limit is a whole number, got "all"/],
    ['a transaction', (qi) => qi.dropTable('people', { transaction: 5 }), /transaction is a transaction/],
    ['cascade', (qi) => qi.dropTable('people', { cascade: 'yes' }), /cascade is true or false/],
    ['options that are none', (qi) => qi.dropTable('people', 5), /dropTable\(\) takes an object of options, got 5/],
    [
      'keys without what they decide',
      (qi) => qi.bulkInsert('people', [{}], { upsertKeys: ['id'] }),
      /updateOnDuplicate/,
    ],
    [
      'an order that says nothing',
      (qi) => qi.bulkUpdate('people', { age: 1 }, {}, { order: ['age'] }),
      /order without limit/,
    ],
    ['truncating some rows', (qi) => qi.bulkDelete('people', { age: 1 }, { truncate: true }), /truncate.*one of them/],
    ['no work', (qi) => qi.withoutForeignKeyChecks({}), /takes the function/],
  ]
  test.each(wrong)('refused: %s', async (_what, run, message) => {
    const { qi } = await people()
    const error = (await run(qi).catch((caught: unknown) => caught)) as Error
    expect(error).toBeInstanceOf(BaseError)
    expect(error.message).toMatch(message)
    expect(await ages(qi)).toEqual([10, 20, 30])
  })

  test('null stands for no options', async () => {
    const { qi } = await people()
    expect(await qi.tableExists('people', null)).toBe(true)
    expect(await qi.bulkInsert('people', [{ name: 'Dan', age: 40 }], null)).toBe(1)
    await qi.addIndex('people', ['age'], null)
    expect(await qi.bulkDelete('people', null)).toBe(4)
  })
  test('order and limit choose the rows of a write', async () => {
    const { qi } = await people()
    expect(await qi.bulkUpdate('people', { age: 5 }, {}, { order: [['age', 'DESC']], limit: 1 })).toBe(1)
    expect(await ages(qi)).toEqual([5, 10, 20])
    expect(await qi.bulkDelete('people', { where: {}, order: ['age'], limit: 2 })).toBe(2)
    expect(await ages(qi)).toEqual([20])
  })
  test('bulkInsert updates the rows that are there', async () => {
    const { qi } = await people()
    const rows = [
      { name: 'Ann', age: 31 },
      { name: 'Dan', age: 40 },
    ]
    await expect(qi.bulkInsert('people', rows)).rejects.toBeInstanceOf(UniqueConstraintError)
    await qi.bulkInsert('people', rows, { updateOnDuplicate: ['age'], upsertKeys: ['name'] })
    expect(await ages(qi)).toEqual([10, 20, 31, 40])
    await qi.bulkInsert('people', [{ id: 1, name: 'Ann', age: 32 }], { updateOnDuplicate: ['age'] })
    expect(await ages(qi)).toEqual([10, 20, 32, 40])
    await qi.bulkInsert('people', rows, { ignoreDuplicates: true })
    expect(await ages(qi)).toEqual([10, 20, 32, 40])
  })
  test('bulkDelete truncates', async () => {
    const { qi } = await people()
    await qi.bulkDelete('people', null, { truncate: true, restartIdentity: engine.traits.truncate === 'delete' })
    expect(await ages(qi)).toEqual([])
  })
  test('indexes in the spellings of Sequelize 6', async () => {
    const { qi } = await people()
    await qi.addIndex('people', { fields: ['age'], indexName: 'old_name' })
    await qi.addIndex('people', ['age', 'name'], { indicesType: 'UNIQUE', prefix: 'mine' })
    const found = (await qi.showIndex('people')).map(({ name, unique }: Row) => `${name} ${unique}`)
    expect(found).toContain('old_name false')
    expect(found).toContain('mine_age_name_unique true')
  })
})
