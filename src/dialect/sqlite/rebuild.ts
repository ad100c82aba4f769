/**
 * SQLite's DDL. What ALTER TABLE can do it does; everything else writes the table anew as lang_altertable.html, section 7, describes:
 * new table, rows copied, old one dropped, new one renamed, indexes and triggers made again, the counter carried over.
 * Changes and the picture before them in, statements out; checks among them compare rows and foreign keys before and after.
 * Neighbours: `schema/evolve` gives the new picture, `print/ddl` the text, `sync/apply` runs it all in one transaction.
 */
import { QueryError } from '../../errors/index.js'
import type { DdlTable, DdlWords } from '../../print/ddl.js'
import {
  columnText,
  columnWords,
  createIndexText,
  createTableText,
  ddl,
  printChange,
  referencesText,
} from '../../print/ddl.js'
import type { Change } from '../../schema/change.js'
import { mentions } from '../../schema/diff.js'
import { evolve } from '../../schema/evolve.js'
import type { ColumnSnapshot, ForeignKeySnapshot, SchemaSnapshot, TableSnapshot } from '../../schema/snapshot.js'
import { findTable, tableKey } from '../../schema/snapshot.js'
import type { TableName } from '../../sql/query.js'
import type { ForeignKeyChecks, SchemaStatement } from '../dialect.js'
import { physicalName } from './canonical.js'

const lower = (name: string): string => name.toLowerCase()

/** Has no effect inside a transaction (pragma.html#pragma_foreign_keys). `legacy_alter_table` is reset too, should a rebuild have failed in the middle. */
export const foreignKeyChecks: ForeignKeyChecks = {
  read: 'PRAGMA foreign_keys',
  off: ['PRAGMA foreign_keys = OFF'],
  on: ['PRAGMA legacy_alter_table = OFF', 'PRAGMA foreign_keys = ON'],
  inTransaction: false,
}

/** The next key begins at 1 again. `sqlite_sequence` exists wherever a table counts. */
export const restartCounter = (table: TableName): string =>
  `DELETE FROM sqlite_sequence WHERE name = ${quoteText(physicalName(table))}`

/** How SQLite says things; `quoteIdentifier` is the dialect's. */
export function sqliteWords(quoteIdentifier: (name: string) => string): DdlWords {
  const words: DdlWords = {
    quoteIdentifier,
    quoteTable: (table) => quoteIdentifier(physicalName(table)),
    autoIncrement: '',
    tableOptions: (table) => {
      const options = [table.options.withoutRowid ? 'WITHOUT ROWID' : '', table.options.strict ? 'STRICT' : ''].filter(
        Boolean,
      )
      return options.length > 0 ? ` ${options.join(', ')}` : ''
    },
    hasInlineKey: (table) => table.primaryKey?.columns.length === 1,
    column: (column, table) => {
      const key = table?.primaryKey
      const isKey = key?.columns.length === 1 && lower(key.columns[0]!) === lower(column.name)
      // Only a bare INTEGER PRIMARY KEY is the row's id; NOT NULL is implied there, and nowhere else.
      const isRowid = isKey && column.type === 'INTEGER'
      const own = columnWords(isRowid ? { ...column, nullable: true } : column, words)
      const keyText = isKey
        ? [
            `${key.name === null ? '' : `CONSTRAINT ${quoteIdentifier(key.name)} `}PRIMARY KEY${column.autoIncrement ? ' AUTOINCREMENT' : ''}`,
          ]
        : []
      return [quoteIdentifier(column.name), column.type, ...(isRowid ? [...keyText, ...own] : [...own, ...keyText])]
        .filter(Boolean)
        .join(' ')
    },
  }
  return words
}

/** DROP TABLE has no CASCADE; children's rows follow their own ON DELETE. */
const sqliteDdl: DdlTable = {
  ...ddl,
  'drop-table': (change, words) => ddl['drop-table']({ ...change, cascade: false }, words),
}

/** The statements of the changes, in their order; the changes of a table that ALTER TABLE cannot make are gathered into one rebuild, at its last change. */
export function printChanges(
  changes: readonly Change[],
  actual: SchemaSnapshot,
  words: DdlWords,
): readonly SchemaStatement[] {
  const statements: SchemaStatement[] = []
  const checked: TableName[] = []
  let picture = actual
  const groups = groupByTable(changes)
  const done = new Map<readonly Change[], number>()
  const circular = dropsInCircle(changes, actual)
  for (const change of changes) {
    const group = change.kind === 'create-table' ? undefined : groups.get(tableKey(change.table, lower))
    const isGathered = group?.includes(change)
    if (!group || !isGathered) {
      const withoutForeignKeys = change.kind === 'drop-table' && circular
      for (const text of printChange(sqliteDdl, change, words))
        statements.push(withoutForeignKeys ? { text, withoutForeignKeys: 'needed' } : { text })
      picture = evolve(picture, [change], lower)
      continue
    }
    const count = (done.get(group) ?? 0) + 1
    done.set(group, count)
    if (count < group.length) continue
    const before = findTable(picture, change.table as TableName, lower)
    if (!before)
      throw new QueryError(`Table "${tableKey(change.table as TableName)}" does not exist, so it cannot be changed.`)
    picture = evolve(picture, group, lower)
    const after = findTable(picture, before.table, lower)!
    const native = alterInPlace(before, after, group, words)
    if (native) {
      statements.push(...native.map((text) => ({ text })))
      continue
    }
    statements.push(...rebuild(before, after, words))
    checked.push(before.table, ...(before.referencedBy ?? []).map((name) => ({ schema: null, name })))
  }
  return withForeignKeyCheck(statements, checked)
}

/** Changes of one table, but those that concern the table as a whole or that are statements of their own everywhere. */
function groupByTable(changes: readonly Change[]): ReadonlyMap<string, readonly Change[]> {
  const groups = new Map<string, Change[]>()
  for (const change of changes) {
    if (
      change.kind === 'create-table' ||
      change.kind === 'drop-table' ||
      change.kind === 'rename-table' ||
      change.kind === 'rename-column'
    )
      continue
    const key = tableKey(change.table, lower)
    const group = groups.get(key)
    if (group) group.push(change)
    else groups.set(key, [change])
  }
  for (const change of changes) {
    if (change.kind !== 'rename-column') continue
    const group = groups.get(tableKey(change.table, lower))
    if (group)
      throw new QueryError(
        `Rename "${tableKey(change.table)}"."${change.column}" on its own, before other changes of its table: expressions that name the column are rewritten only by SQLite itself.`,
      )
  }
  return groups
}

/** Tables that refer to each other (or, with RESTRICT, to themselves) can only go while foreign keys are off. Without a circle, children go first. */
function dropsInCircle(changes: readonly Change[], actual: SchemaSnapshot): boolean {
  const dropped = changes.flatMap((change) =>
    change.kind === 'drop-table' ? (findTable(actual, change.table, lower) ?? []) : [],
  )
  const gone = new Set<string>()
  for (const table of dropped) {
    gone.add(tableKey(table.table, lower))
    const self = tableKey(table.table, lower)
    for (const key of table.foreignKeys) {
      const target = tableKey(key.references.table, lower)
      if (target === self ? key.onDelete === 'RESTRICT' : gone.has(target)) return true
    }
  }
  return false
}

/** The statements where ALTER TABLE and CREATE INDEX suffice, else null. */
function alterInPlace(
  before: TableSnapshot,
  after: TableSnapshot,
  changes: readonly Change[],
  words: DdlWords,
): readonly string[] | null {
  const keys = changes.flatMap((change) => (change.kind === 'add-foreign-key' ? [change.foreignKey] : []))
  const texts: string[] = []
  let inlined = 0
  for (const change of changes) {
    switch (change.kind) {
      case 'add-column': {
        const own = keys.filter((key) => key.columns.some((name) => lower(name) === lower(change.column.name)))
        if (!canAddColumn(change.column, own)) return null
        const [key] = own
        inlined += own.length
        texts.push(
          `ALTER TABLE ${words.quoteTable(before.table)} ADD COLUMN ${columnText(change.column, null, words)}${key ? ` ${inlineReferences(key, words)}` : ''}`,
        )
        break
      }
      case 'drop-column':
        if (!canDropColumn(change.column, before, after)) return null
        texts.push(...printChange(sqliteDdl, change, words))
        break
      case 'create-index':
        if (change.index.constraint) return null
        texts.push(createIndexText(before.table, change.index, words))
        break
      case 'drop-index':
        if (before.indexes.find((index) => lower(index.name) === lower(change.index))?.constraint) return null
        texts.push(...printChange(sqliteDdl, change, words))
        break
      case 'add-foreign-key':
        break
      default:
        return null
    }
  }
  return inlined === keys.length ? texts : null
}

const inlineReferences = (key: ForeignKeySnapshot, words: DdlWords): string =>
  `${key.name === null ? '' : `CONSTRAINT ${words.quoteIdentifier(key.name)} `}${referencesText(key, words)}`

/** lang_altertable.html, section 5: no keys, NOT NULL only with a default, that a constant, and none with REFERENCES. */
function canAddColumn(column: ColumnSnapshot, keys: readonly ForeignKeySnapshot[]): boolean {
  if (column.autoIncrement || column.generated?.stored || keys.length > 1 || keys.some((key) => key.columns.length > 1))
    return false
  if (keys.length > 0) return column.nullable && column.default === null
  if (column.default === null) return column.nullable
  return !column.default.startsWith('(') && !column.default.startsWith('CURRENT_')
}

/** lang_altertable.html, section 6. What uses the column has to be gone before, which is the case when the picture after has no trace of it. */
function canDropColumn(column: string, before: TableSnapshot, after: TableSnapshot): boolean {
  const is = (name: string): boolean => lower(name) === lower(column)
  const indexed = before.indexes.some((index) => index.constraint && index.fields.some((field) => is(field.name)))
  const expressions = [
    ...before.checks.map((check) => check.expression),
    ...after.indexes.map((index) => index.where ?? ''),
    ...after.columns.map((each) => each.generated?.expression ?? ''),
  ]
  return (
    !indexed &&
    !before.primaryKey?.columns.some(is) &&
    !before.foreignKeys.some((key) => key.columns.some(is)) &&
    expressions.every((text) => !lower(text).includes(lower(column))) &&
    (before.triggers?.length ?? 0) === 0
  )
}

function rebuild(before: TableSnapshot, after: TableSnapshot, words: DdlWords): readonly SchemaStatement[] {
  const name = physicalName(before.table)
  if (before.extras && before.extras.length > 0) {
    throw new QueryError(
      `Table "${name}" has ${before.extras.join(', ')}, which Mortise would lose by writing the table anew. Make this change with SQL of your own.`,
    )
  }
  const left = new Set(after.columns.map((column) => lower(column.name)))
  const gone = new Set(before.columns.map((column) => lower(column.name)).filter((column) => !left.has(column)))
  const trigger = (before.triggers ?? []).find((each) => mentions(each.sql, gone, lower))
  if (trigger)
    throw new QueryError(
      `The trigger "${trigger.name}" of "${name}" uses a column that would be dropped (${[...gone].join(', ')}). Drop or change the trigger first.`,
    )
  const temporary: TableName = { schema: null, name: `mortise_new_${name}` }
  const [table, copy] = [words.quoteTable(before.table), words.quoteTable(temporary)]
  const kept = new Set(before.columns.map((column) => lower(column.name)))
  const shared = after.columns
    .filter((column) => !column.generated && kept.has(lower(column.name)))
    .map((column) => words.quoteIdentifier(column.name))
    .join(', ')
  const withoutForeignKeys = before.referencedBy?.length === 0 ? 'better' : 'needed'
  const ddlOnly = (text: string): SchemaStatement => ({ text, withoutForeignKeys })
  const rows = (from: string, phase: 'before' | 'after'): SchemaStatement => ({
    text: `SELECT count(*) FROM ${from}`,
    check: {
      key: `rows of ${name}`,
      phase,
      compare: 'same',
      message: `Rows of "${name}" would be lost while the table is written anew; nothing was changed.`,
    },
  })
  const counts =
    before.columns.some((column) => column.autoIncrement) && after.columns.some((column) => column.autoIncrement)
  return [
    rows(table, 'before'),
    ddlOnly(createTableText({ ...after, table: temporary }, words, false)),
    ddlOnly(
      shared
        ? `INSERT INTO ${copy} (${shared}) SELECT ${shared} FROM ${table}`
        : `INSERT INTO ${copy} (rowid) SELECT rowid FROM ${table}`,
    ),
    // The counter may be ahead of the greatest key that is left.
    ...(counts
      ? [
          ddlOnly(`DELETE FROM sqlite_sequence WHERE name = ${quoteText(temporary.name)}`),
          ddlOnly(
            `INSERT INTO sqlite_sequence (name, seq) SELECT ${quoteText(temporary.name)}, seq FROM sqlite_sequence WHERE lower(name) = ${quoteText(lower(name))}`,
          ),
        ]
      : []),
    rows(copy, 'after'),
    ddlOnly(`DROP TABLE ${table}`),
    // Else views and triggers elsewhere that name the table, which is away for a moment, would stop the renaming.
    ddlOnly('PRAGMA legacy_alter_table = ON'),
    ddlOnly(`ALTER TABLE ${copy} RENAME TO ${table}`),
    ddlOnly('PRAGMA legacy_alter_table = OFF'),
    ...after.indexes
      .filter((index) => !index.constraint)
      .map((index) => ddlOnly(createIndexText(after.table, index, words))),
    ...(before.triggers ?? []).map((trigger) => ddlOnly(trigger.sql)),
  ]
}

const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** Foreign keys of the tables written anew, and of those that refer to them, must hold as before. */
function withForeignKeyCheck(
  statements: readonly SchemaStatement[],
  tables: readonly TableName[],
): readonly SchemaStatement[] {
  const names = new Map(tables.map((table) => [lower(physicalName(table)), physicalName(table)]))
  if (names.size === 0) return statements
  const check = (name: string, phase: 'before' | 'after'): SchemaStatement => ({
    text: `SELECT "table", parent, count(*) FROM pragma_foreign_key_check(${quoteText(name)}) GROUP BY 1, 2`,
    check: {
      key: `foreign keys of ${name}`,
      phase,
      compare: 'no-more',
      message: `Rows of "${name}" would refer to rows that do not exist; nothing was changed. Correct them first (table, table referred to, number of rows)`,
    },
  })
  return [
    ...[...names.values()].map((name) => check(name, 'before')),
    ...statements,
    ...[...names.values()].map((name) => check(name, 'after')),
  ]
}
