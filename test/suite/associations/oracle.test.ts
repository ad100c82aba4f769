// Trees of includes of all four kinds over random rows, joined or by queries of their own, with filters, orders, limits for parents and for
// children, against the obvious program: the same parents, the same rows in the same order, the same count.
import fc from 'fast-check'
import type { Sequelize } from 'mortise'
import { DataTypes, Op } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Database, Table } from '../../support/untyped.js'

interface Item {
  readonly id: number
  readonly x: number
  readonly [key: string]: number | null
}
type Tables = { readonly [name in 'A' | 'B' | 'C' | 'AC']: readonly Item[] }
type Loaded = { id: number; x: number } & { [as: string]: unknown }

/** a has many b, b belongs to a and has many c, c belongs to b; a and c are linked through ac; b has one c, the one with the highest x. */
const LINKS = {
  A: {
    bs: { table: 'B', many: true, find: (tables: Tables, row: Item) => tables.B.filter((b) => b.aId === row.id) },
    cs: {
      table: 'C',
      many: true,
      find: (tables: Tables, row: Item) =>
        tables.AC.filter((ac) => ac.aId === row.id).map((ac) => tables.C.find((c) => c.id === ac.cId)!),
    },
  },
  B: {
    a: { table: 'A', many: false, find: (tables: Tables, row: Item) => tables.A.filter((a) => a.id === row.aId) },
    children: { table: 'C', many: true, find: (tables: Tables, row: Item) => tables.C.filter((c) => c.bId === row.id) },
    best: {
      table: 'C',
      many: false,
      find: (tables: Tables, row: Item) =>
        tables.C.filter((c) => c.bId === row.id).sort((one, other) => other.x - one.x || one.id - other.id),
    },
  },
  C: {
    b: { table: 'B', many: false, find: (tables: Tables, row: Item) => tables.B.filter((b) => b.id === row.bId) },
    as: {
      table: 'A',
      many: true,
      find: (tables: Tables, row: Item) =>
        tables.AC.filter((ac) => ac.cId === row.id).map((ac) => tables.A.find((a) => a.id === ac.aId)!),
    },
  },
} as const
type Name = keyof typeof LINKS
interface Link {
  readonly table: Name
  readonly many: boolean
  readonly find: (tables: Tables, row: Item) => Item[]
}
interface Spec {
  readonly as: string
  readonly link: Link
  readonly required?: boolean
  readonly where?: number
  readonly strategy?: 'join' | 'query' | 'auto' | 'separate'
  readonly order?: 'ASC' | 'DESC'
  readonly limit?: number
  readonly offset?: number
  readonly include: readonly Spec[]
}

// ---------------------------------------------------------------- the obvious program
const isRequired = ({ required, where, strategy }: Spec): boolean =>
  required ?? (where !== undefined && strategy !== 'separate')
const sorted = (rows: readonly Item[], order: 'ASC' | 'DESC' | undefined): Item[] =>
  [...rows].sort(
    (one, other) =>
      (order === undefined ? 0 : order === 'ASC' ? one.x - other.x : other.x - one.x) || one.id - other.id,
  )

function load(row: Item, specs: readonly Spec[], tables: Tables): Loaded | null {
  const loaded: Loaded = { id: row.id, x: row.x }
  for (const { as, link, where, order, limit, offset, include, ...spec } of specs) {
    const matching = link.find(tables, row).filter((candidate) => where === undefined || candidate.x === where)
    const list = (link.many ? sorted(matching, order) : matching)
      .map((candidate) => load(candidate, include, tables))
      .filter((candidate) => candidate !== null)
    if (list.length === 0 && isRequired({ as, link, where, include, ...spec })) return null
    const start = offset ?? 0
    loaded[as] = link.many ? list.slice(start, limit === undefined ? undefined : start + limit) : (list[0] ?? null)
  }
  return loaded
}

// ---------------------------------------------------------------- arbitrary rows and trees
/** The value once in so many times. */
const rarely = <T>(times: number, value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })
const items = (max: number, ...keys: readonly (readonly [string, number])[]) =>
  fc
    .array(
      fc.record({
        x: fc.nat(1),
        ...Object.fromEntries(
          keys.map(([key, most]) => [key, fc.option(fc.integer({ min: 1, max: most }), { nil: null, freq: 12 })]),
        ),
      }),
      { minLength: Math.ceil(max / 2), maxLength: max },
    )
    .map((list) => list.map((item, at): Item => ({ ...(item as Omit<Item, 'id'>), id: at + 1 }) as Item))
const rows: fc.Arbitrary<Tables> = fc
  .record({
    A: items(5),
    B: items(8, ['aId', 5]),
    C: items(12, ['bId', 8]),
    AC: fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 12 })), {
      minLength: 6,
      maxLength: 14,
      selector: ([aId, cId]) => `${aId}-${cId}`,
    }),
  })
  .map(({ A, B, C, AC }) => {
    // Keys lead to rows that are there.
    const held = (key: number | null | undefined, list: readonly Item[]): number | null =>
      key != null && list.some((one) => one.id === key) ? key : null
    const b = B.map((item): Item => ({ ...item, aId: held(item.aId, A) }))
    const c = C.map((item): Item => ({ ...item, bId: held(item.bId, b) }))
    const ac = AC.filter(([aId, cId]) => held(aId, A) !== null && held(cId, c) !== null)
    return { A, B: b, C: c, AC: ac.map(([aId, cId], at): Item => ({ id: at + 1, x: 0, aId, cId })) }
  })

function trees(table: Name, depth: number): fc.Arbitrary<readonly Spec[]> {
  const links = Object.entries(LINKS[table]) as unknown as readonly (readonly [string, Link])[]
  return fc
    .tuple(
      ...links.map(([as, link]) =>
        fc.option(
          fc
            .record({
              required: rarely(4, fc.boolean()),
              where: rarely(5, fc.nat(1)),
              strategy: fc.constantFrom(...(['join', 'query', 'auto', 'separate', undefined] as const)),
              order: link.many ? rarely(2, fc.constantFrom('ASC' as const, 'DESC' as const)) : fc.constant(undefined),
              limit: link.many ? rarely(4, fc.integer({ min: 1, max: 2 })) : fc.constant(undefined),
              offset: link.many ? rarely(8, fc.constant(1)) : fc.constant(undefined),
              include: depth === 0 ? fc.constant([]) : trees(link.table, depth - 1),
            })
            .map(({ limit, offset, strategy, ...spec }): Spec => {
              const isCut = limit !== undefined || offset !== undefined
              return { as, link, ...spec, limit, offset, strategy: isCut && strategy === 'join' ? undefined : strategy }
            }),
          { nil: null },
        ),
      ),
    )
    .map((list) => list.filter((spec) => spec !== null))
}
const options = ({ as, link, required, where, strategy, order, limit, offset, include }: Spec): object => ({
  association: as,
  attributes: ['id', 'x'],
  // Without an order, rows come as the database likes.
  ...(link.many ? { order: order === undefined ? ['id'] : [['x', order], 'id'] } : {}),
  ...(as === 'cs' || as === 'as' ? { through: { attributes: [] } } : {}),
  ...(required === undefined ? {} : { required }),
  ...(where === undefined ? {} : { where: { x: where } }),
  ...(strategy === undefined ? {} : strategy === 'separate' ? { separate: true } : { strategy }),
  ...(limit === undefined ? {} : { limit }),
  ...(offset === undefined ? {} : { offset }),
  include: include.map(options),
})
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

function define(sequelize: Database): Record<keyof Tables, Table> {
  const table = (name: string): Table =>
    sequelize.define(name, { x: DataTypes.INTEGER }, { tableName: `t_${name.toLowerCase()}` })
  const [A, B, C] = [table('A'), table('B'), table('C')]
  const AC = sequelize.define('AC', {}, { tableName: 't_ac' })
  A.hasMany(B, { as: 'bs', foreignKey: 'aId', inverse: 'a' })
  B.hasMany(C, { as: 'children', foreignKey: 'bId', inverse: 'b' })
  B.hasOne(C, { as: 'best', foreignKey: 'bId', order: [['x', 'DESC']] })
  A.belongsToMany(C, { as: 'cs', through: AC, foreignKey: 'aId', otherKey: 'cId', inverse: 'as' })
  return { A, B, C, AC }
}

describeEachEngine('includes of all kinds', (engine) => {
  test('P20, P22, P24: give what the obvious program gives', async () => {
    const sequelize = engine.script((await engine.connect({ define: { timestamps: false } })) as Sequelize)
    const models = define(sequelize)
    await sequelize.sync()
    const scenario = fc.record({
      tables: rows,
      root: fc.constantFrom('A' as const, 'B' as const, 'C' as const),
      direction: fc.constantFrom('ASC' as const, 'DESC' as const),
      limit: rarely(2, fc.integer({ min: 1, max: 3 })),
      offset: rarely(3, fc.nat(2)),
      filter: rarely(5, fc.nat(1)),
      // Of the find: how its includes are read that do not say it.
      strategy: fc.constantFrom('join' as const, 'query' as const, 'auto' as const, undefined),
    })
    const withTree = scenario.chain((one) => trees(one.root, 2).map((include) => ({ ...one, include })))
    await fc.assert(
      fc.asyncProperty(withTree, async ({ tables, root, include, direction, limit, offset, filter, strategy }) => {
        for (const name of ['AC', 'C', 'B', 'A'] as const) await models[name].destroy({ where: {} })
        for (const name of ['A', 'B', 'C'] as const)
          if (tables[name].length > 0) await models[name].bulkCreate(tables[name])
        if (tables.AC.length > 0) await models.AC.bulkCreate(tables.AC.map(({ aId, cId }) => ({ aId, cId })))
        const expected = sorted(
          tables[root].filter((row) => filter === undefined || row.x >= filter),
          direction,
        )
          .map((row) => load(row, include, tables))
          .filter((row) => row !== null)
        const query = {
          attributes: ['id', 'x'],
          include: include.map(options),
          order: [['x', direction], 'id'],
          ...(strategy === undefined ? {} : { strategy }),
          ...(filter === undefined ? {} : { where: { x: { [Op.gte]: filter } } }),
        }
        expect(plain(await models[root].findAll(query))).toEqual(expected)
        const page = { ...query, limit: limit ?? 10, ...(offset === undefined ? {} : { offset }) }
        const part = expected.slice(offset ?? 0, (offset ?? 0) + (limit ?? 10))
        expect(plain(await models[root].findAll(page))).toEqual(part)
        const counted = await models[root].findAndCountAll(page)
        expect([counted.count, counted.rows.length]).toEqual([expected.length, part.length])
        const top = include.find(
          (spec) =>
            spec.strategy !== 'query' &&
            spec.strategy !== 'separate' &&
            spec.limit === undefined &&
            spec.offset === undefined &&
            (spec.strategy !== 'auto' || !spec.link.many),
        )
        if (top?.link.many) {
          // A filter on a to-many leaves parents that have such a row, and of their rows those.
          const filtered = { ...query, where: { [Op.and]: [query.where ?? {}, { [`$${top.as}.x$`]: 1 }] } }
          const left = expected
            .map((row) => ({ ...row, [top.as]: (row[top.as] as Loaded[]).filter((child) => child.x === 1) }))
            .filter((row) => (row[top.as] as Loaded[]).length > 0)
          expect(plain(await models[root].findAll(filtered))).toEqual(left)
          expect(plain(await models[root].findAll({ ...filtered, limit: 2 }))).toEqual(left.slice(0, 2))
          expect(await models[root].count({ include: query.include, where: filtered.where })).toBe(left.length)
        }
      }),
      { numRuns: Number(process.env.MORTISE_RUNS ?? 40) },
    )
  }, 300_000)
})
