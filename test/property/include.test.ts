// Trees of one-to-one includes over random rows, against the obvious program: the same parents, the same rows, the same count.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Association } from '../../src/association/association.js'
import { Op } from '../../src/sql/op.js'
import { DataTypes } from '../../src/types/index.js'
import { database } from '../unit/read/database.js'

interface Item {
  id: number
  x: number
  parent: number | null
}
interface Spec {
  as: 'b' | 'c' | 'd'
  required?: boolean
  where?: number
  strategy?: 'join' | 'query'
  include: Spec[]
}
type Tables = { readonly [name in 'A' | 'B' | 'C' | 'D']: Item[] }
type Loaded = { id: number; x: number } & { [as: string]: unknown }

/** Associations of the schema: a has one b and one d, b has one c. Two of them choose by x, descending. */
const LINKS = {
  b: { table: 'B', key: 'aId', byX: false },
  d: { table: 'D', key: 'aId', byX: true },
  c: { table: 'C', key: 'bId', byX: true },
} as const

// ---------------------------------------------------------------- the obvious program
const isRequired = (spec: Spec): boolean => spec.required ?? spec.where !== undefined

/** The row with what is included; null where something required is missing. */
function load(row: Item, specs: Spec[], tables: Tables): Loaded | null {
  const loaded: Loaded = { id: row.id, x: row.x }
  for (const spec of specs) {
    const { table, byX } = LINKS[spec.as]
    const rows = tables[table]
      .filter((candidate) => candidate.parent === row.id && (spec.where === undefined || candidate.x === spec.where))
      .sort((one, other) => (byX ? other.x - one.x : 0) || one.id - other.id)
    const found =
      rows.map((candidate) => load(candidate, spec.include, tables)).find((candidate) => candidate !== null) ?? null
    if (found === null && isRequired(spec)) return null
    loaded[spec.as] = found
  }
  return loaded
}

// ---------------------------------------------------------------- arbitrary rows and trees
const rows = (max: number) =>
  fc
    .array(fc.record({ x: fc.nat(2), parent: fc.option(fc.integer({ min: 1, max: 4 }), { nil: null }) }), {
      maxLength: max,
    })
    .map((list) => list.map((item, at) => ({ ...item, id: at + 1 })))
/** As rows, at most one per parent. */
const single = (max: number) =>
  rows(max).map((list) =>
    list.filter((item, at) => item.parent === null || list.findIndex((other) => other.parent === item.parent) === at),
  )
const node = (as: Spec['as'], below: fc.Arbitrary<Spec[]>): fc.Arbitrary<Spec> =>
  fc.record({
    as: fc.constant(as),
    required: fc.option(fc.boolean(), { nil: undefined }),
    where: fc.option(fc.nat(2), { nil: undefined }),
    strategy: fc.constantFrom('join' as const, 'query' as const, undefined),
    include: below,
  })
const maybe = (spec: fc.Arbitrary<Spec>): fc.Arbitrary<Spec[]> =>
  fc.option(spec, { nil: null }).map((one) => (one === null ? [] : [one]))
const tree = fc
  .tuple(maybe(node('b', maybe(node('c', fc.constant([]))))), maybe(node('d', fc.constant([]))))
  .map(([b, d]) => [...b, ...d])
const scenario = fc.record({
  tables: fc.record({ A: rows(4), B: rows(6), C: rows(6), D: rows(6) }),
  uniqueTables: fc.record({ A: rows(4), B: single(6), C: single(6), D: single(6) }),
  include: tree,
  limit: fc.option(fc.nat(3), { nil: undefined }),
  offset: fc.option(fc.nat(2), { nil: undefined }),
  isUnique: fc.boolean(),
})

const options = (spec: Spec): object => ({
  association: spec.as,
  attributes: ['id', 'x'],
  ...(spec.required === undefined ? {} : { required: spec.required }),
  ...(spec.where === undefined ? {} : { where: { x: spec.where } }),
  ...(spec.strategy === undefined ? {} : { strategy: spec.strategy }),
  include: spec.include.map(options),
})

function schema(unique: boolean) {
  const db = database()
  const [A, B, C, D] = ['A', 'B', 'C', 'D'].map((name) => db.model(name, { x: DataTypes.INTEGER }, { tableName: name }))
  const one = (source: typeof A, target: typeof A, as: keyof typeof LINKS): Association =>
    db.one('HasOne', source!, target!, {
      as,
      foreignKey: LINKS[as].key,
      unique,
      ...(LINKS[as].byX ? { order: [['x', 'DESC']] } : {}),
    })
  one(A, B, 'b')
  one(B, C, 'c')
  one(A, D, 'd')
  const fill = async (tables: Tables): Promise<void> => {
    await db.run('DROP TABLE IF EXISTS A; DROP TABLE IF EXISTS B; DROP TABLE IF EXISTS C; DROP TABLE IF EXISTS D')
    await db.run(
      'CREATE TABLE A (id INTEGER PRIMARY KEY, x INTEGER); CREATE TABLE B (id INTEGER PRIMARY KEY, x INTEGER, aId INTEGER); CREATE TABLE C (id INTEGER PRIMARY KEY, x INTEGER, bId INTEGER); CREATE TABLE D (id INTEGER PRIMARY KEY, x INTEGER, aId INTEGER)',
    )
    for (const name of ['A', 'B', 'C', 'D'] as const)
      for (const item of tables[name])
        await db.run(
          `INSERT INTO ${name} VALUES (${[item.id, item.x, ...(name === 'A' ? [] : [item.parent])].map((value) => value ?? 'NULL').join()})`,
        )
  }
  return { db, A: A!, fill }
}
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test('P20, P22, P24: includes give what the obvious program gives', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ tables: loose, uniqueTables, include, limit, offset, isUnique }) => {
      // New associations each time: one that was seen with several rows is read another way from then on.
      const { db, A, fill } = schema(isUnique)
      const tables = isUnique ? uniqueTables : loose
      await fill(tables)
      const expected = tables.A.map((row) => load(row, include, tables)).filter((row) => row !== null)
      const query = { attributes: ['id', 'x'], include: include.map(options), order: ['id'] }
      expect(plain(await db.find(A, query))).toEqual(expected)
      const page = {
        ...query,
        ...(limit === undefined ? {} : { limit }),
        ...(offset === undefined ? {} : { offset, limit: limit ?? 10 }),
      }
      expect(plain(await db.find(A, page))).toEqual(expected.slice(offset ?? 0, (offset ?? 0) + (limit ?? 10)))
      expect(await db.count(A, { include: include.map(options) })).toBe(expected.length)
      // Filters on top look at the row that counts.
      const top = include[0]?.as
      if (top !== undefined && include[0]?.strategy !== 'query') {
        expect(plain(await db.find(A, { ...query, where: { [`$${top}.x$`]: { [Op.gte]: 1 } } }))).toEqual(
          expected.filter((row) => ((row[top] as Item | null)?.x ?? 0) >= 1),
        )
        expect(plain(await db.find(A, { ...query, where: { [`$${top}.id$`]: null } }))).toEqual(
          expected.filter((row) => row[top] === null),
        )
        expect(await db.count(A, { include: include.map(options), where: { [`$${top}.x$`]: { [Op.gte]: 1 } } })).toBe(
          expected.filter((row) => ((row[top] as Item | null)?.x ?? 0) >= 1).length,
        )
      }
      await db.runtime.executor.close()
    }),
    { numRuns: 300 },
  )
}, 120_000)
