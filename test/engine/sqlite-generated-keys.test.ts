// Keys of inserted rows are told by the id of the last one, without RETURNING, wherever that is certain; elsewhere they are asked for.
import { DataTypes } from 'mortise'
import { expect, test } from 'vitest'
import { describeEngine } from '../support/databases.js'
import type { Database, Row, Table } from '../support/untyped.js'

describeEngine('sqlite', 'keys that SQLite generates', (engine) => {
  const world = async (
    table?: string,
  ): Promise<{ db: Database; Item: Table; sent(work: () => unknown): Promise<string[]> }> => {
    const sequelize = await engine.connect({ file: true })
    const db = engine.script(sequelize)
    const Item = db.define('Item', { code: DataTypes.STRING(40) }, { timestamps: false, tableName: 'items' })
    if (table === undefined) await db.sync()
    else await db.query(table)
    return { db, Item, sent: (work) => engine.recorder(sequelize).during(work) }
  }
  const codes = (count: number, from = 0): { code: string }[] =>
    Array.from({ length: count }, (_none, n) => ({ code: `c${from + n}` }))
  const expectOwnKeys = async (db: Database, items: readonly Row[]): Promise<void> => {
    const [rows] = (await db.query('SELECT id, code FROM items')) as [{ id: number; code: string }[]]
    const found = new Map(rows.map((row) => [row.code, row.id]))
    expect(items.map((item) => [item.code, item.id])).toEqual(items.map((item) => [item.code, found.get(item.code)]))
  }

  test('one row and many do not ask for their keys', async () => {
    const { db, Item, sent } = await world()
    const items: Row[] = []
    const statements = await sent(async () => {
      items.push(await Item.create({ code: 'one' }))
      items.push(...(await Item.bulkCreate(codes(600))))
    })
    expect(statements).toHaveLength(4)
    expect(statements.filter((text) => text.includes('RETURNING'))).toEqual([])
    await expectOwnKeys(db, items)
  })
  test('a trigger that inserts into the same table', async () => {
    const { db, Item, sent } = await world()
    await db.query(
      `CREATE TRIGGER twice AFTER INSERT ON items WHEN new.code NOT LIKE 'again%' BEGIN INSERT INTO items (code) VALUES ('again ' || new.code); END`,
    )
    const items: Row[] = []
    const [many, one] = await sent(async () => {
      items.push(...(await Item.bulkCreate(codes(3))))
      items.push(await Item.create({ code: 'one' }))
    })
    expect(many).toMatch(/RETURNING/)
    expect(one).not.toMatch(/RETURNING/)
    expect(new Set(items.map((item) => item.id)).size).toBe(4)
    await expectOwnKeys(db, items)
  })
  test('a trigger that another connection makes later', async () => {
    const { db, Item } = await world()
    await Item.bulkCreate(codes(2))
    const other = engine.script(engine.closing(new (db.constructor as new (options: object) => never)(db.options)))
    await other.query(
      `CREATE TRIGGER twice AFTER INSERT ON items WHEN new.code NOT LIKE 'again%' BEGIN INSERT INTO items (code) VALUES ('again ' || new.code); END`,
    )
    await expectOwnKeys(db, await Item.bulkCreate(codes(3, 10)))
  })
  test('a trigger that leaves rows out', async () => {
    const { db, Item } = await world()
    await Item.create({ code: 'first' })
    await db.query(`CREATE TRIGGER no BEFORE INSERT ON items WHEN new.code = 'no' BEGIN SELECT RAISE(IGNORE); END`)
    expect((await Item.create({ code: 'no' })).id).toBeNull()
    expect(await Item.count()).toBe(1)
  })
  test('a table whose primary key is not the id of the row', async () => {
    const { Item, sent } = await world('CREATE TABLE items (id BIGINT PRIMARY KEY DEFAULT 7, code TEXT)')
    const statements = await sent(async () => {
      expect((await Item.create({ code: 'a' })).id).toBe(7)
    })
    expect(statements[0]).toMatch(/RETURNING/)
  })
  test('a view with a trigger', async () => {
    const { db, sent } = await world()
    await db.query('CREATE VIEW seen AS SELECT id, code FROM items')
    await db.query('CREATE TRIGGER put INSTEAD OF INSERT ON seen BEGIN INSERT INTO items (code) VALUES (new.code); END')
    const Seen = db.define('Seen', { code: DataTypes.STRING }, { timestamps: false, tableName: 'seen' })
    const statements = await sent(async () => {
      expect((await Seen.create({ code: 'a' })).id).toBeNull()
    })
    expect(statements[0]).toMatch(/RETURNING/)
  })
  test('behind the largest id there can be, where SQLite takes any', async () => {
    const { db, Item, sent } = await world('CREATE TABLE items (id INTEGER PRIMARY KEY, code TEXT)')
    await db.query("INSERT INTO items VALUES (9223372036854775807, 'far')")
    const statements = await sent(() => Item.bulkCreate(codes(3)))
    expect(statements[0]).toMatch(/RETURNING/)
    expect(await Item.count()).toBe(4)
  })
})
