import { describe, expect, it } from 'vitest'
import type { Change } from '../../../src/schema/change.js'
import { order } from '../../../src/schema/order.js'
import type { ForeignKeySnapshot, TableSnapshot } from '../../../src/schema/snapshot.js'
import { columnSnapshot, emptyTable, indexSnapshot } from '../../../src/schema/snapshot.js'

const foreignKey = (column: string, target: string): ForeignKeySnapshot => ({
  name: null,
  columns: [column],
  references: { table: { schema: null, name: target }, columns: ['id'] },
  onDelete: 'NO ACTION',
  onUpdate: 'CASCADE',
  deferrable: null,
})
const table = (name: string, ...targets: string[]): TableSnapshot =>
  emptyTable(
    { schema: null, name },
    {
      columns: [
        columnSnapshot('id', 'INTEGER', { nullable: false }),
        ...targets.map((target) => columnSnapshot(`${target}_id`, 'INTEGER')),
      ],
      foreignKeys: targets.map((target) => foreignKey(`${target}_id`, target)),
    },
  )
const create = (...tables: TableSnapshot[]): Change[] => tables.map((each) => ({ kind: 'create-table', table: each }))
const drop = (...names: string[]): Change[] =>
  names.map((name) => ({ kind: 'drop-table', table: { schema: null, name }, cascade: false, ifExists: true }))
const short = (changes: readonly Change[]): string[] =>
  changes.map((change) =>
    change.kind === 'create-table'
      ? `create ${change.table.table.name}(${change.table.foreignKeys.map((key) => key.references.table.name).join()})`
      : `${change.kind} ${change.table.name}`,
  )

describe('order', () => {
  it('creates what others refer to first', () => {
    expect(
      short(order(create(table('city', 'country'), table('country'), table('address', 'city')), { tables: [] })),
    ).toEqual(['create country()', 'create city(country)', 'create address(city)'])
  })

  it('P74: adds the keys of a circle of three after its tables, and keeps a self-reference inline', () => {
    const changes = order(create(table('a', 'b', 'a'), table('b', 'c'), table('c', 'a')), { tables: [] })
    expect(changes.map((change) => change.kind)).toEqual([
      'create-table',
      'create-table',
      'create-table',
      'add-foreign-key',
    ])
    const inline = changes.flatMap((change) =>
      change.kind === 'create-table'
        ? change.table.foreignKeys.map((key) => `${change.table.table.name}→${key.references.table.name}`)
        : [],
    )
    expect(inline).toContain('a→a')
    expect(inline.length).toBe(3)
  })

  it('P74: leaves a circle inline where the engine accepts keys to tables that come later', () => {
    expect(short(order(create(table('a', 'b'), table('b', 'a')), { tables: [] }, { forwardReferences: true }))).toEqual(
      ['create b(a)', 'create a(b)'],
    )
  })

  it('drops children first, each table once', () => {
    const actual = { tables: [table('country'), table('city', 'country'), table('address', 'city')] }
    expect(short(order(drop('country', 'address', 'city'), actual))).toEqual([
      'drop-table address',
      'drop-table city',
      'drop-table country',
    ])
  })

  it('P74: drops the keys of a circle before its tables', () => {
    const actual = { tables: [table('a', 'b'), table('b', 'a')] }
    const changes = short(order(drop('a', 'b'), actual))
    expect(changes[0]).toMatch(/^drop-foreign-key/)
    expect(changes.slice(1).sort()).toEqual(['drop-table a', 'drop-table b'])
    expect(order(drop('a', 'b'), actual, { forwardReferences: true }).map((change) => change.kind)).toEqual([
      'drop-table',
      'drop-table',
    ])
  })

  it('keeps a drop of a table that is not there', () => {
    expect(short(order(drop('nothing'), { tables: [] }))).toEqual(['drop-table nothing'])
  })

  it('takes off what hinders before columns change, and adds what depends on them after', () => {
    const at = { schema: null, name: 't' }
    const changes: Change[] = [
      { kind: 'add-foreign-key', table: at, foreignKey: foreignKey('x', 'u') },
      { kind: 'create-index', table: at, index: indexSnapshot('i', ['x']) },
      { kind: 'add-column', table: at, column: columnSnapshot('x', 'INTEGER') },
      { kind: 'drop-column', table: at, column: 'y' },
      { kind: 'drop-index', table: at, index: 'j' },
      ...create(table('u')),
    ]
    expect(order(changes, { tables: [] }).map((change) => change.kind)).toEqual([
      'drop-index',
      'create-table',
      'add-column',
      'drop-column',
      'create-index',
      'add-foreign-key',
    ])
  })
})
