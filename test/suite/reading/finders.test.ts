// The options of finders and of raw queries, one row each: what they are, and what comes. Features 2.13 to 2.19 of Sequelize's documentation.
import { cast, col, DataTypes, EmptyResultError, fn, IndexHints, literal, Op, QueryTypes, sql, where } from 'mortise'
import { beforeEach, expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Database, Row, Table, Untyped } from '../../support/untyped.js'

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const idsOf = (rows: readonly Row[]): unknown[] => rows.map((row) => row.id)

describeEachEngine('options of finders', (engine) => {
  let db: Database
  let Item: Table
  let Label: Table
  beforeEach(async () => {
    db = engine.script(await engine.connect({ define: { timestamps: false } }))
    Item = db.define('Item', {
      name: { type: DataTypes.STRING, columnName: 'item_name' },
      kind: DataTypes.STRING,
      price: DataTypes.INTEGER,
      sold: DataTypes.BOOLEAN,
    })
    Label = db.define('Label', { text: DataTypes.STRING, itemId: DataTypes.INTEGER })
    Label.belongsTo(Item, { as: 'item', foreignKey: 'itemId' })
    Item.hasOne(Label, { as: 'label', foreignKey: 'itemId' })
    await db.sync()
    await Item.bulkCreate([
      { name: 'axe', kind: 'tool', price: 30, sold: true },
      { name: 'saw', kind: 'tool', price: 20, sold: false },
      { name: 'pan', kind: 'pot', price: 20, sold: null },
      { name: 'cup', kind: 'pot', price: null, sold: false },
      { name: 'hat', kind: null, price: 50, sold: true },
    ])
    await Label.bulkCreate([
      { text: 'sharp', itemId: 1 },
      { text: 'hot', itemId: 3 },
    ])
  })

  const LISTS: readonly (readonly [string, () => object, readonly unknown[]])[] = [
    ['order: a name', () => ({ order: 'name' }), [1, 4, 5, 3, 2]],
    ['order: a name and a direction, without the outer list', () => ({ order: ['name', 'DESC'] }), [2, 3, 5, 4, 1]],
    [
      'order: two',
      () => ({
        order: [
          ['price', 'DESC NULLS LAST'],
          ['name', 'ASC'],
        ],
      }),
      [5, 1, 3, 2, 4],
    ],
    ['order: nulls first', () => ({ order: [['price', 'ASC NULLS FIRST'], 'id'] }), [4, 2, 3, 1, 5]],
    [
      'order: nulls last',
      () => ({
        order: [
          ['kind', 'ASC NULLS LAST'],
          ['id', 'DESC'],
        ],
      }),
      [4, 3, 2, 1, 5],
    ],
    ['order: nulls first, descending', () => ({ order: [['kind', 'DESC NULLS FIRST'], 'id'] }), [5, 1, 2, 3, 4]],
    ['order: NULLS LAST alone', () => ({ order: [['price', 'NULLS LAST'], 'id'] }), [2, 3, 1, 5, 4]],
    [
      'order: a function',
      () => ({
        order: [
          [fn('length', col('kind')), 'DESC NULLS LAST'],
          ['id', 'DESC'],
        ],
      }),
      [2, 1, 4, 3, 5],
    ],
    ['order: SQL', () => ({ order: [[literal('price * -1'), 'DESC NULLS LAST'], 'id'] }), [2, 3, 1, 5, 4]],
    ['order: a fragment alone', () => ({ order: sql`${sql.attribute('name')} DESC` }), [2, 3, 5, 4, 1]],
    [
      'order: through an association',
      () => ({ include: 'label', order: [['label', 'text', 'DESC NULLS LAST'], 'id'] }),
      [1, 3, 2, 4, 5],
    ],
    [
      'order: through a model',
      () => ({ include: 'label', order: [[Label, 'text', 'ASC NULLS LAST'], 'id'] }),
      [3, 1, 2, 4, 5],
    ],
    [
      'order: through { model, as }',
      () => ({
        include: 'label',
        order: [
          [{ model: Label, as: 'label' }, 'text', 'ASC NULLS FIRST'],
          ['id', 'DESC'],
        ],
      }),
      [5, 4, 2, 3, 1],
    ],
    ['limit', () => ({ limit: 2 }), [1, 2]],
    ['limit as SQL', () => ({ limit: literal('2'), order: ['id'] }), [1, 2]],
    ['limit: 0', () => ({ limit: 0 }), []],
    ['limit and offset', () => ({ limit: 2, offset: 3 }), [4, 5]],
    ['offset alone', () => ({ offset: 3, order: ['id'] }), [4, 5]],
    ['limit beside an include', () => ({ include: 'label', limit: 2, order: [['id', 'DESC']] }), [5, 4]],
    ['where: equality and null', () => ({ where: { kind: null } }), [5]],
    ['where: a list', () => ({ where: { price: [20, 50] }, order: ['id'] }), [2, 3, 5]],
    ['where: an array of conditions', () => ({ where: [{ kind: 'tool' }, { sold: true }] }), [1]],
    [
      'where: or, not, nested',
      () => ({ where: { [Op.or]: [{ name: 'axe' }, { [Op.not]: { kind: 'tool' }, price: 20 }] }, order: ['id'] }),
      [1, 3],
    ],
    [
      'where: per attribute',
      () => ({ where: { price: { [Op.or]: { [Op.lt]: 25, [Op.eq]: null } } }, order: ['id'] }),
      [2, 3, 4],
    ],
    ['where: an attribute of an include', () => ({ where: { '$label.text$': 'hot' }, include: 'label' }), [3]],
    [
      'where: an include that is not there',
      () => ({ where: { '$label.id$': null }, include: 'label', order: ['id'] }),
      [2, 4, 5],
    ],
    ['where: a cast in the key', () => ({ where: { 'price::text': '50' } }), [5]],
    ['where: sql.where', () => ({ where: where(fn('upper', col('kind')), 'POT'), order: ['id'] }), [3, 4]],
    ['where: SQL with values', () => ({ where: sql`${sql.attribute('price')} > ${25}`, order: ['id'] }), [1, 5]],
    [
      'where: a column',
      () => ({ where: { name: { [Op.ne]: col('kind') }, id: { [Op.lt]: 3 } }, order: ['id'] }),
      [1, 2],
    ],
    ['replacements', () => ({ where: literal('price = :price'), replacements: { price: 50 } }), [5]],
    ['bind', () => ({ where: literal('price = $price'), bind: { price: 30 } }), [1]],
  ]
  test.each(LISTS)('%s', async (_title, options, expected) => {
    expect(idsOf(await Item.findAll(options()))).toEqual(expected)
  })

  const SHAPES: readonly (readonly [string, () => Promise<unknown>, unknown])[] = [
    ['attributes: names', () => Item.findAll({ attributes: ['name'], where: { id: 1 } }), [{ name: 'axe' }]],
    [
      'attributes: aliases',
      () => Item.findAll({ attributes: [['name', 'title']], where: { id: 1 } }),
      [{ title: 'axe' }],
    ],
    [
      'attributes: a cast',
      () => Item.findAll({ attributes: [[cast(col('price'), DataTypes.STRING), 'p']], where: { id: 1 } }),
      [{ p: '30' }],
    ],
    [
      'attributes: exclude',
      () => Item.findAll({ attributes: { exclude: ['sold', 'price'] }, where: { id: 1 } }),
      [{ id: 1, name: 'axe', kind: 'tool' }],
    ],
    [
      'attributes: include',
      () =>
        Item.findAll({
          attributes: { include: [[fn('upper', col('kind')), 'loud']], exclude: ['sold', 'price', 'kind'] },
          where: { id: 1 },
        }),
      [{ id: 1, name: 'axe', loud: 'TOOL' }],
    ],
    ['plain', () => Item.findAll({ plain: true, attributes: ['id'], order: [['id', 'DESC']] }), { id: 5 }],
    ['plain of nothing', () => Item.findAll({ plain: true, where: { id: 99 } }), null],
    [
      'raw',
      () => Item.findAll({ raw: true, where: { id: 1 } }),
      [{ id: 1, name: 'axe', kind: 'tool', price: 30, sold: true }],
    ],
    [
      'raw with an include: dotted keys',
      () =>
        Item.findAll({
          raw: true,
          attributes: ['id'],
          include: { association: 'label', attributes: ['text'] },
          where: { id: [1, 2] },
          order: ['id'],
        }),
      [
        { id: 1, 'label.text': 'sharp' },
        { id: 2, 'label.text': null },
      ],
    ],
    [
      'raw and nest',
      () =>
        Item.findAll({
          raw: true,
          nest: true,
          attributes: ['id'],
          include: { association: 'label', attributes: ['text'] },
          where: { id: 1 },
        }),
      [{ id: 1, label: { text: 'sharp' } }],
    ],
    [
      'group and count',
      () =>
        Item.findAll({
          attributes: ['kind', [fn('COUNT', col('id')), 'n']],
          group: 'kind',
          order: [['kind', 'ASC NULLS LAST']],
          raw: true,
        }),
      [
        { kind: 'pot', n: 2 },
        { kind: 'tool', n: 2 },
        { kind: null, n: 1 },
      ],
    ],
    [
      'group by a fragment',
      () =>
        Item.findAll({
          attributes: [[fn('lower', col('kind')), 'k']],
          group: [fn('lower', col('kind'))],
          order: [[fn('lower', col('kind')), 'ASC NULLS LAST']],
          raw: true,
        }),
      [{ k: 'pot' }, { k: 'tool' }, { k: null }],
    ],
    [
      'having, by an expression',
      () =>
        Item.findAll({
          attributes: ['kind'],
          group: ['kind'],
          having: where(fn('COUNT', col('id')), Op.gt, 1),
          order: ['kind'],
          raw: true,
        }),
      [{ kind: 'pot' }, { kind: 'tool' }],
    ],
    [
      'having, by an alias',
      () =>
        Item.findAll({
          attributes: ['kind', [fn('MAX', col('price')), 'top']],
          group: ['kind'],
          having: { top: { [Op.gte]: 30 } },
          order: ['kind'],
          raw: true,
        }).then((rows) => rows.map((row) => row.kind).sort()),
      [null, 'tool'],
    ],
    [
      'distinct',
      () =>
        Item.findAll({
          attributes: ['price'],
          distinct: true,
          where: { price: { [Op.lt]: 50 } },
          order: ['price'],
          raw: true,
        }),
      [{ price: 20 }, { price: 30 }],
    ],
    ['findByPk', () => Item.findByPk(2, { attributes: ['name'] }), { name: 'saw' }],
    ['findByPk by text', () => Item.findByPk('2', { attributes: ['name'] }), { name: 'saw' }],
    ['findByPk of nothing', () => Item.findByPk(99), null],
    ['findOne takes the lowest key', () => Item.findOne({ where: { price: 20 }, attributes: ['id'] }), { id: 2 }],
    ['count', () => Item.count(), 5],
    ['count: where', () => Item.count({ where: { kind: 'pot' } }), 2],
    ['count: a column, without its nulls', () => Item.count({ col: 'price' }), 4],
    ['count: different values', () => Item.count({ col: 'price', distinct: true }), 3],
    ['count: with an include', () => Item.count({ include: 'label' }), 5],
    ['count: with a required include', () => Item.count({ include: { association: 'label', required: true } }), 2],
    [
      'count: groups',
      () =>
        Item.count({ group: ['kind'] }).then((rows: Untyped) => rows.map((row: Row) => [row.kind, row.count]).sort()),
      [
        [null, 1],
        ['pot', 2],
        ['tool', 2],
      ].sort(),
    ],
    ['count: groups themselves', () => Item.count({ group: ['kind'], countGroupedRows: true }), 3],
    ['max', () => Item.max('price'), 50],
    ['max of text', () => Item.max('name'), 'saw'],
    ['min', () => Item.min('price'), 20],
    ['sum', () => Item.sum('price'), 120],
    ['sum of nothing', () => Item.sum('price', { where: { id: 99 } }), null],
    ['sum of different values', () => Item.aggregate('price', 'sum', { distinct: true }), 100],
    ['aggregate: dataType', () => Item.aggregate('id', 'count', { dataType: DataTypes.INTEGER }), 5],
    [
      'aggregate: groups',
      () =>
        Item.sum('price', {
          group: ['kind'],
          plain: false,
          attributes: ['kind'],
          order: ['kind'],
          where: { kind: ['pot', 'tool'] },
        }),
      [
        { kind: 'pot', sum: 20 },
        { kind: 'tool', sum: 50 },
      ],
    ],
    [
      'findAndCountAll',
      () => Item.findAndCountAll({ attributes: ['id'], limit: 1, offset: 1, where: { price: 20 } }),
      { count: 2, rows: [{ id: 3 }] },
    ],
    [
      'findAndCountAll: with an include',
      () =>
        Item.findAndCountAll({
          attributes: ['id'],
          include: { association: 'label', required: true, attributes: ['text'] },
          limit: 1,
          order: ['id'],
        }),
      { count: 2, rows: [{ id: 1, label: { text: 'sharp' } }] },
    ],
  ]
  test.each(SHAPES)('%s', async (_title, run, expected) => {
    expect(json(await run())).toEqual(json(expected))
  })

  test('rejectOnEmpty', async () => {
    await expect(Item.findOne({ where: { id: 99 }, rejectOnEmpty: true })).rejects.toThrow(EmptyResultError)
    await expect(Item.findByPk(99, { rejectOnEmpty: new RangeError('mine') })).rejects.toThrow(RangeError)
    await expect(Item.findAll({ where: { id: 99 }, rejectOnEmpty: true })).rejects.toThrow(EmptyResultError)
  })
  test('index hints, or an error that names them', async () => {
    const hinted = Item.findAll({ indexHints: [{ type: IndexHints.USE, values: ['PRIMARY'] }], order: ['id'] })
    if (engine.traits.indexHints) expect(idsOf(await hinted)).toEqual([1, 2, 3, 4, 5])
    else await expect(hinted).rejects.toThrow(/indexHints are not available/)
  })
  test('locks inside a transaction', async () => {
    for (const lock of [true, 'UPDATE', 'SHARE', { level: 'UPDATE', of: Item }])
      await db.transaction(async (transaction) => {
        expect(idsOf(await Item.findAll({ lock, transaction, where: { id: 1 } }))).toEqual([1])
      })
    await expect(Item.findAll({ lock: 'ALL' })).rejects.toThrow(/lock of Item/)
  })

  const QUERIES: readonly (readonly [string, string, object, unknown])[] = [
    [
      'SELECT',
      'SELECT "id", "kind" FROM "Items" WHERE "id" = 1',
      { type: QueryTypes.SELECT },
      [{ id: 1, kind: 'tool' }],
    ],
    [
      'plain',
      'SELECT "id", "kind" FROM "Items" ORDER BY "id"',
      { type: QueryTypes.SELECT, plain: true },
      { id: 1, kind: 'tool' },
    ],
    [
      'nest',
      'SELECT "id", "kind" AS "in.kind", "price" AS "in.deep.price" FROM "Items" WHERE "id" = 1',
      { type: QueryTypes.SELECT, nest: true },
      [{ id: 1, in: { kind: 'tool', deep: { price: 30 } } }],
    ],
    [
      'fieldMap',
      'SELECT "id", "item_name" FROM "Items" WHERE "id" = 1',
      { type: QueryTypes.SELECT, fieldMap: { item_name: 'title' } },
      [{ id: 1, title: 'axe' }],
    ],
    [
      'replacements',
      'SELECT "id" FROM "Items" WHERE "price" IN (:prices) ORDER BY "id"',
      { type: QueryTypes.SELECT, replacements: { prices: [30, 50] } },
      [{ id: 1 }, { id: 5 }],
    ],
    [
      'bind',
      'SELECT "id" FROM "Items" WHERE "price" = $price',
      { type: QueryTypes.SELECT, bind: { price: 30 } },
      [{ id: 1 }],
    ],
  ]
  test.each(QUERIES)('query: %s', async (_title, text, options, expected) => {
    expect(await db.query(engine.quoted(text), options)).toEqual(expected)
  })
  test('query: rows to instances, their columns to attributes', async () => {
    const text = engine.quoted('SELECT * FROM "Items" WHERE "id" < 3 ORDER BY "id"')
    const items: Row[] = await db.query(text, { model: Item, mapToModel: true })
    expect(items[0]).toBeInstanceOf(Item)
    expect(items.map((item) => [item.name, item.sold, item.isNewRecord])).toEqual([
      ['axe', true, false],
      ['saw', false, false],
    ])
    await items[0]!.update({ name: 'ax' })
    expect((await Item.findByPk(1)).name).toBe('ax')
    const [unmapped]: Row[] = await db.query(text, { model: Item })
    expect(unmapped!.get('item_name')).toBe('ax')
  })
})
