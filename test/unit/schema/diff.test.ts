import { describe, expect, it } from 'vitest'
import type { Change } from '../../../src/schema/change.js'
import { diff } from '../../../src/schema/diff.js'
import { evolve } from '../../../src/schema/evolve.js'
import { hazardOf, isWider } from '../../../src/schema/hazard.js'
import type { ForeignKeySnapshot, TableSnapshot } from '../../../src/schema/snapshot.js'
import { columnSnapshot as column, emptyTable, indexSnapshot } from '../../../src/schema/snapshot.js'

const lower = (name: string): string => name.toLowerCase()
const id = column('id', 'INTEGER', { nullable: false, autoIncrement: true })
const table = (name: string, parts: Partial<TableSnapshot> = {}): TableSnapshot =>
  emptyTable(
    { schema: null, name },
    { columns: [id, column('name', 'TEXT')], primaryKey: { name: null, columns: ['id'] }, ...parts },
  )
const key = (onDelete: ForeignKeySnapshot['onDelete'], name: string | null = null): ForeignKeySnapshot => ({
  name,
  columns: ['user_id'],
  references: { table: { schema: null, name: 'users' }, columns: ['id'] },
  onDelete,
  onUpdate: 'CASCADE',
  deferrable: null,
})
const of = (...tables: TableSnapshot[]): { tables: TableSnapshot[] } => ({ tables })
const kinds = (changes: readonly Change[]): string[] => changes.map((change) => change.kind)

describe('diff', () => {
  it('finds nothing between equal pictures', () => {
    const same = table('users', {
      indexes: [indexSnapshot('i', ['name'])],
      foreignKeys: [key('CASCADE')],
      checks: [{ name: 'c', expression: 'id > 0' }],
    })
    expect(diff(of(same), of(structuredClone(same)))).toEqual([])
  })

  it('creates missing tables and never touches those it is not asked about', () => {
    const changes = diff(of(table('others')), of(table('users')))
    expect(changes).toEqual([{ kind: 'create-table', table: table('users') }])
    expect(kinds(diff(of(table('others')), of(table('users')), { dropTables: true }))).toEqual([
      'create-table',
      'drop-table',
    ])
  })

  it('adds columns and alters those that differ, one change per column', () => {
    const desired = table('users', {
      columns: [id, column('name', 'TEXT', { nullable: false, default: "'x'" }), column('age', 'INTEGER')],
    })
    const changes = diff(of(table('users')), of(desired))
    expect(kinds(changes)).toEqual(['alter-column', 'add-column'])
    expect(diff(of(desired), of(desired))).toEqual([])
  })

  it('keeps columns that the model does not know, and drops them only with consent, with what uses them', () => {
    const actual = table('users', {
      columns: [id, column('name', 'TEXT'), column('secret', 'TEXT'), column('user_id', 'INTEGER')],
      indexes: [indexSnapshot('by_secret', ['secret', 'name']), indexSnapshot('by_name', ['name'])],
      foreignKeys: [key('CASCADE')],
      checks: [
        { name: null, expression: 'length("Secret") > 2' },
        { name: null, expression: "'secret' <> name" },
      ],
    })
    expect(diff(of(actual), of(table('users')))).toEqual([])
    const changes = diff(of(actual), of(table('users')), { dropColumns: true, fold: lower })
    expect(kinds(changes)).toEqual(['drop-column', 'drop-column', 'drop-index', 'drop-foreign-key', 'drop-check'])
    expect(changes.find((change) => change.kind === 'drop-index')).toMatchObject({ index: 'by_secret' })
    expect(changes.find((change) => change.kind === 'drop-check')).toMatchObject({
      check: { expression: 'length("Secret") > 2' },
    })
  })

  it('keeps indexes, keys and checks that the model does not have', () => {
    const columns = [id, column('user_id', 'INTEGER')]
    const actual = table('tasks', {
      columns,
      indexes: [indexSnapshot('own', ['user_id'])],
      foreignKeys: [key('CASCADE')],
      checks: [{ name: 'c', expression: 'id > 0' }],
    })
    expect(diff(of(actual), of(table('tasks', { columns })))).toEqual([])
    expect(kinds(diff(of(actual), of(table('tasks', { columns })), { dropConstraints: true }))).toEqual([
      'drop-index',
      'drop-foreign-key',
      'drop-check',
    ])
  })

  it('takes an index of another name, or a UNIQUE constraint, for the one it wants', () => {
    const actual = table('users', {
      indexes: [indexSnapshot('sqlite_autoindex_users_1', ['name'], { unique: true, constraint: true })],
    })
    expect(
      diff(
        of(actual),
        of(table('users', { indexes: [indexSnapshot('users_name_unique', ['name'], { unique: true })] })),
      ),
    ).toEqual([])
    const two = table('users', {
      indexes: [indexSnapshot('a', ['name'], { unique: true }), indexSnapshot('b', ['name'], { unique: true })],
    })
    expect(kinds(diff(of(actual), of(two)))).toEqual(['create-index'])
  })

  it('replaces an index whose name stays and whose columns change', () => {
    const actual = table('users', { indexes: [indexSnapshot('i', ['name'])] })
    expect(
      kinds(diff(of(actual), of(table('users', { indexes: [indexSnapshot('i', ['name'], { unique: true })] })))),
    ).toEqual(['drop-index', 'create-index'])
  })

  it('replaces a foreign key whose actions change, and does not care for its name', () => {
    const columns = [id, column('user_id', 'INTEGER')]
    const actual = table('tasks', { columns, foreignKeys: [key('CASCADE')] })
    expect(
      diff(of(actual), of(table('tasks', { columns, foreignKeys: [key('CASCADE', 'tasks_user_id_foreign_idx')] }))),
    ).toEqual([])
    expect(kinds(diff(of(actual), of(table('tasks', { columns, foreignKeys: [key('SET NULL')] }))))).toEqual([
      'drop-foreign-key',
      'add-foreign-key',
    ])
  })

  it('compares names as the engine does, and keeps the spelling that is there', () => {
    const actual = table('Users', { columns: [id, column('NAME', 'TEXT')] })
    expect(diff(of(actual), of(table('users')), { fold: lower })).toEqual([])
    const changes = diff(of(actual), of(table('users', { columns: [id, column('name', 'INTEGER')] })), { fold: lower })
    expect(changes).toMatchObject([
      { kind: 'alter-column', table: { name: 'Users' }, to: { name: 'NAME', type: 'INTEGER' } },
    ])
  })

  it('leaves a generated column alone where the model cannot speak of it', () => {
    const actual = table('users', {
      columns: [id, column('name', 'TEXT', { generated: { expression: 'id', stored: true } })],
    })
    expect(diff(of(actual), of(table('users')))).toEqual([])
  })

  it('leaves a primary key over unknown columns alone where the model has none', () => {
    const desired = table('users', { columns: [column('name', 'TEXT')], primaryKey: null })
    expect(diff(of(table('users')), of(desired))).toEqual([])
    expect(kinds(diff(of(table('users')), of(desired), { dropColumns: true }))).toEqual([
      'drop-column',
      'drop-primary-key',
    ])
  })
})

describe('hazardOf', () => {
  const actual = of(table('users'))
  const at = { schema: null, name: 'users' }
  it('tells what is lost and what may fail', () => {
    expect(hazardOf({ kind: 'drop-column', table: at, column: 'name' }, actual).kind).toBe('loses-data')
    expect(hazardOf({ kind: 'drop-table', table: at, cascade: false, ifExists: true }, actual).kind).toBe('loses-data')
    expect(
      hazardOf({ kind: 'drop-table', table: { schema: null, name: 'no' }, cascade: false, ifExists: true }, actual)
        .kind,
    ).toBe('none')
    expect(
      hazardOf({ kind: 'add-column', table: at, column: column('a', 'TEXT', { nullable: false }) }, actual).kind,
    ).toBe('may-fail')
    expect(
      hazardOf(
        { kind: 'add-column', table: at, column: column('a', 'TEXT', { nullable: false, default: '1' }) },
        actual,
      ).kind,
    ).toBe('none')
    expect(
      hazardOf({ kind: 'create-index', table: at, index: indexSnapshot('i', ['name'], { unique: true }) }, actual).kind,
    ).toBe('may-fail')
  })
  it('knows a widening from a narrowing', () => {
    expect(isWider('VARCHAR(50)', 'VARCHAR(255)')).toBe(true)
    expect(isWider('VARCHAR(255)', 'VARCHAR(50)')).toBe(false)
    expect(isWider('VARCHAR(255)', 'TEXT')).toBe(true)
    expect(isWider('TEXT', 'INTEGER')).toBe(false)
    expect(isWider('DECIMAL(8,2)', 'DECIMAL(10,2)')).toBe(true)
    expect(isWider('DECIMAL(8,2)', 'DECIMAL(8,4)')).toBe(false)
  })
})

describe('evolve', () => {
  it('renames a table in the keys of others, and a column wherever it stands', () => {
    const tasks = table('tasks', {
      columns: [id, column('user_id', 'INTEGER')],
      foreignKeys: [key('CASCADE')],
      indexes: [indexSnapshot('i', ['user_id'])],
    })
    const after = evolve(of(table('users'), tasks), [
      { kind: 'rename-table', table: { schema: null, name: 'users' }, to: { schema: null, name: 'people' } },
      { kind: 'rename-column', table: { schema: null, name: 'people' }, column: 'id', to: 'number' },
      { kind: 'rename-column', table: { schema: null, name: 'tasks' }, column: 'user_id', to: 'person' },
    ])
    expect(after.tables[0]).toMatchObject({ table: { name: 'people' }, primaryKey: { columns: ['number'] } })
    expect(after.tables[1]!.foreignKeys[0]).toMatchObject({
      columns: ['person'],
      references: { table: { name: 'people' }, columns: ['number'] },
    })
    expect(after.tables[1]!.indexes[0]!.fields[0]!.name).toBe('person')
  })
  it('names table and column when a change does not fit', () => {
    expect(() =>
      evolve(of(), [{ kind: 'drop-table', table: { schema: null, name: 'x' }, cascade: false, ifExists: false }]),
    ).toThrow(/Table "x" does not exist/)
    expect(() =>
      evolve(of(table('users')), [{ kind: 'drop-column', table: { schema: null, name: 'users' }, column: 'x' }]),
    ).toThrow(/"users" has no column "x".*id, name/)
  })
})
