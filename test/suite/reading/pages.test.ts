// Pages by cursor, compared with the whole list; streams, compared with findAll.
import { col, fn, QueryError } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Row, Table, Untyped } from '../../support/untyped.js'
import { PEOPLE, peopleOf } from './world.js'

const idsOf = (rows: readonly Row[]): number[] => rows.map((row) => Number(row.id))

async function forwards(model: Table, options: object, first: number): Promise<number[]> {
  const found: number[] = []
  let after: string | null = null
  for (;;) {
    const page: Untyped = await model.findPage({ ...options, first, after })
    found.push(...idsOf(page.items))
    expect(page.pageInfo.hasPreviousPage).toBe(after !== null)
    if (!page.pageInfo.hasNextPage) return found
    expect(page.items).toHaveLength(first)
    after = page.pageInfo.endCursor
  }
}
async function backwards(model: Table, options: object, last: number): Promise<number[]> {
  const found: number[] = []
  let before: string | null = null
  for (;;) {
    const page: Untyped = await model.findPage({ ...options, last, before })
    found.unshift(...idsOf(page.items))
    if (!page.pageInfo.hasPreviousPage) return found
    before = page.pageInfo.startCursor
  }
}

/** Orders with nulls, ties, both directions, dates finer than a millisecond, large integers, SQL and included attributes. */
const ORDERS: readonly (readonly [string, object])[] = [
  ['nothing', {}],
  ['a name that ties', { order: [['name', 'DESC']] }],
  ['nulls, where the engine puts them', { order: [['rank', 'ASC']] }],
  [
    'nulls at the end, mixed directions',
    {
      order: [
        ['rank', 'DESC NULLS LAST'],
        ['name', 'ASC'],
      ],
    },
  ],
  [
    'nulls first, twice',
    {
      order: [
        ['rank', 'ASC NULLS FIRST'],
        ['bornAt', 'DESC NULLS FIRST'],
        ['name', 'DESC'],
      ],
    },
  ],
  [
    'dates',
    {
      order: [
        ['bornAt', 'DESC'],
        ['id', 'DESC'],
      ],
    },
  ],
  [
    'large integers',
    {
      order: [
        ['score', 'DESC'],
        ['rank', 'ASC'],
      ],
    },
  ],
  ['SQL', { order: [[fn('upper', col('Person.name')), 'DESC']] }],
  [
    'an included attribute',
    {
      include: ['team'],
      order: [
        ['team', 'name', 'ASC'],
        ['rank', 'DESC'],
      ],
    },
  ],
  [
    'an included attribute far down',
    { include: { association: 'passport', include: 'stamp' }, order: [['passport', 'stamp', 'country', 'DESC']] },
  ],
  ['a filter', { where: { rank: [1, 2, 3] }, order: [['rank', 'DESC']] }],
]

describeEachEngine('pages', (engine) => {
  test('pages put together are the whole list, in both directions', async () => {
    const { Person, sequelize } = await peopleOf(engine)
    // A place is exact: this is between two milliseconds.
    await sequelize.query(
      engine.quoted(
        `UPDATE "People" SET "bornAt" = '2000-01-02 00:00:00.001500${engine.name === 'sqlite' ? ' +00:00' : ''}' WHERE "id" IN (2, 3, 11)`,
      ),
    )
    for (const [title, options] of ORDERS) {
      const { order = [] } = options as { order?: readonly Untyped[] }
      const last = order.at(-1)?.at(-1)
      const tie = typeof last === 'string' && last.startsWith('DESC') ? 'DESC' : 'ASC'
      const all = idsOf(await Person.findAll({ ...options, order: [...order, ['id', tie]] }))
      expect(await forwards(Person, options, 4), title).toEqual(all)
      expect(await forwards(Person, options, PEOPLE), title).toEqual(all)
      expect(await backwards(Person, options, 5), title).toEqual(all)
    }
  })
  test('a page is one statement, with its includes; edges have the cursors of their rows', async () => {
    const { Person, recorder } = await peopleOf(engine)
    const order = [['rank', 'DESC NULLS LAST']]
    const statements = await recorder.during(async () => {
      const page: Untyped = await Person.findPage({ order, first: 3, include: 'passport' })
      expect(page.items).toHaveLength(3)
      expect(page.items[0].passport?.personId ?? page.items[0].id).toBe(page.items[0].id)
      expect(page.edges.map((edge: Row) => edge.node)).toEqual(page.items)
      expect(page.pageInfo).toMatchObject({ startCursor: page.edges[0].cursor, endCursor: page.edges[2].cursor })
      const middle: Untyped = await Person.findPage({ order, first: 2, after: page.edges[0].cursor })
      expect(idsOf(middle.items)).toEqual(idsOf(page.items).slice(1))
    })
    expect(statements).toHaveLength(2)
    expect(statements.join()).not.toMatch(/OFFSET/)
  })
  test('rows that come or go in between neither repeat nor get lost', async () => {
    const { Person } = await peopleOf(engine)
    const all = idsOf(await Person.findAll({ order: ['name', 'id'] }))
    const page: Untyped = await Person.findPage({ order: ['name'], first: 5 })
    await Person.destroy({ where: { id: all.slice(3, 5) } })
    await Person.create({ name: 'p00' })
    const next: Untyped = await Person.findPage({ order: ['name'], first: 5, after: page.pageInfo.endCursor })
    expect(idsOf(next.items).filter((id) => all.includes(id))).toEqual(
      all.slice(5, 5 + idsOf(next.items).filter((id) => all.includes(id)).length),
    )
  })
  test('an empty page', async () => {
    const { Person } = await peopleOf(engine)
    expect(await Person.findPage({ where: { name: 'nobody' }, first: 3 })).toEqual({
      items: [],
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    })
  })
  test('cursors that are none of this query are refused', async () => {
    const { Person, Team } = await peopleOf(engine)
    const { endCursor } = ((await Person.findPage({ order: ['rank'], first: 2 })) as Untyped).pageInfo
    const refused: readonly (readonly [Table, object, RegExp])[] = [
      [Person, { order: ['rank'], first: 2, after: 'nonsense' }, /after is no cursor of this query: it cannot be read/],
      [Person, { order: ['rank'], first: 2, after: '' }, /it is empty/],
      [Person, { order: ['rank'], first: 2, after: 5 }, /it is a number/],
      [Person, { order: ['name'], first: 2, after: endCursor }, /another order, or to another model/],
      [Person, { order: [['rank', 'DESC']], last: 2, before: endCursor }, /before is no cursor.*another order/],
      [Team, { first: 2, after: endCursor }, /another model than Team/],
      [Person, { order: ['rank'], first: 2, after: tampered(endCursor) }, /a value that no row can have/],
    ]
    for (const [model, options, message] of refused) {
      await expect(model.findPage(options)).rejects.toThrow(message)
      await expect(model.findPage(options)).rejects.toThrow(QueryError)
    }
  })
  test('options that do not go together are refused', async () => {
    const { Person, sequelize } = await peopleOf(engine)
    const refused: readonly (readonly [object, RegExp])[] = [
      [{}, /either first .* or last/],
      [{ first: 2, last: 2 }, /either first .* or last/],
      [{ first: 2, before: 'x' }, /before does not go with first/],
      [{ first: 0 }, /first is a whole number from 1, got 0/],
      [{ first: 2, limit: 5 }, /does not take limit/],
      [{ first: 2, raw: true }, /does not take raw/],
      [{ first: 2, nothing: 1 }, /Unknown option "nothing"/],
    ]
    for (const [options, message] of refused) await expect(Person.findPage(options)).rejects.toThrow(message)
    const Keyless = sequelize.define('Keyless', { name: 'VARCHAR(10)' }, { noPrimaryKey: true })
    Keyless.removeAttribute('id')
    await expect(Keyless.findPage({ first: 2 })).rejects.toThrow(/primary key/)
  })
  test('scopes and hooks take part', async () => {
    const { Person } = await peopleOf(engine)
    Person.addScope('ranked', { where: { rank: 1 } })
    const seen: string[] = []
    Person.addHook('beforeFind', () => void seen.push('before'))
    Person.addHook('afterFind', (items: unknown) => void seen.push(`after ${(items as Row[]).length}`))
    const page: Untyped = await Person.withScope('ranked').findPage({ first: 2 })
    expect(page.items.map((person: Row) => person.rank)).toEqual([1, 1])
    expect(seen).toEqual(['before', 'after 2'])
  })
})

/** The same cursor with a text where a number belongs. */
function tampered(cursor: string): string {
  const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
  parts[parts.length - 1] = 'text'
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}
