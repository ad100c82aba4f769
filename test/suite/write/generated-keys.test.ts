// Keys that the database generates reach the instances that they belong to: in one statement or many, beside keys that rows bring, beside
// rows that were there, and while others insert as well.
import { DataTypes } from 'mortise'
import { describe, expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Database, Row, Table } from '../../support/untyped.js'

describeEachEngine('generated keys', (engine) => {
  const world = async (
    id: object = { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
    options: Readonly<Record<string, unknown>> = {},
  ): Promise<{ db: Database; Item: Table }> => {
    const db = engine.script(await engine.connect(options))
    const Item = db.define(
      'Item',
      { id, code: { type: DataTypes.STRING(40), unique: true }, n: DataTypes.INTEGER },
      { timestamps: false },
    )
    await db.sync()
    return { db, Item }
  }
  /** Every instance has the key of its own row. */
  const expectOwnKeys = async (Item: Table, items: readonly Row[]): Promise<void> => {
    const found = new Map((await Item.findAll()).map((item: Row) => [item.code, item.id]))
    expect(items.map((item) => [item.code, item.id])).toEqual(items.map((item) => [item.code, found.get(item.code)]))
    expect(items.every((item) => item.id !== null && item.id !== undefined)).toBe(true)
  }

  test('many rows, in one statement and in several', async () => {
    const { Item } = await world()
    const items = await Item.bulkCreate(Array.from({ length: 700 }, (_none, n) => ({ code: `c${n}`, n })))
    await expectOwnKeys(Item, items)
  })
  test('some rows bring their key', async () => {
    const { Item } = await world()
    const items = await Item.bulkCreate([
      { code: 'a' },
      { id: 1000, code: 'b' },
      { code: 'c' },
      { id: 50, code: 'd' },
      { code: 'e' },
    ])
    await expectOwnKeys(Item, items)
    expect(items.map((item: Row) => item.code)).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect([items[1]?.id, items[3]?.id]).toEqual([1000, 50])
  })
  test('some rows were there', async () => {
    const { Item } = await world()
    await Item.bulkCreate([
      { code: 'x', n: 1 },
      { code: 'y', n: 1 },
      { code: 'Über', n: 1 },
    ])
    const items = await Item.bulkCreate(
      [
        { code: 'new', n: 2 },
        { code: 'y', n: 2 },
        { code: 'newer', n: 2 },
        { code: 'Über', n: 2 },
        { code: 'x', n: 1 },
      ],
      { updateOnDuplicate: ['n'] },
    )
    await expectOwnKeys(Item, items)
    expect((await Item.findAll({ order: ['code'] })).map((item: Row) => item.n).sort()).toEqual([1, 2, 2, 2, 2])
    expect(await Item.count()).toBe(5)
  })
  test('while others insert as well', async () => {
    const { Item } = await world(undefined, { pool: { max: 5 } })
    const batches = await Promise.all(
      Array.from({ length: 12 }, (_none, batch) =>
        batch % 3 === 0
          ? Promise.all(Array.from({ length: 10 }, (_each, n) => Item.create({ code: `${batch}-${n}` })))
          : Item.bulkCreate(Array.from({ length: 60 }, (_each, n) => ({ code: `${batch}-${n}` }))),
      ),
    )
    await expectOwnKeys(Item, batches.flat())
  })
  test('a key of the type BIGINT looks as a find would read it', async () => {
    const { Item } = await world({ type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true })
    const one = await Item.create({ code: 'a' })
    const [two, three] = await Item.bulkCreate([{ code: 'b' }, { code: 'c' }])
    const [four] = await Item.upsert({ code: 'd', n: 1 })
    const five = await Item.create({ code: 'e' }, { ignoreDuplicates: true })
    await expectOwnKeys(Item, [one, two, three, four, five])
  })
  describe('ignored duplicates', () => {
    test('the others are there', async () => {
      const { Item } = await world()
      await Item.create({ code: 'x', n: 1 })
      const items = await Item.bulkCreate(
        [
          { code: 'x', n: 2 },
          { code: 'z', n: 2 },
        ],
        { ignoreDuplicates: true },
      )
      expect((await Item.findAll({ order: ['code'] })).map((item: Row) => [item.code, item.n])).toEqual([
        ['x', 1],
        ['z', 2],
      ])
      const ids = new Map((await Item.findAll()).map((item: Row) => [item.code, item.id]))
      // Nobody tells whose key it is: better none than a wrong one.
      for (const item of items) expect([null, undefined, ids.get(item.code)]).toContain(item.id)
    })
  })
})
