/**
 * Text of schema changes in standard SQL: one row per kind of change, each giving the statements it takes. A dialect spreads `ddl` and
 * overrides what its engine says differently; `DdlWords` is how it quotes and what it calls things.
 * Neighbours: `schema/change` has the kinds, `dialect/<engine>` calls `printChange`, `sync/apply` runs the text.
 */
import type { Change } from '../schema/change.js'
import type {
  CheckSnapshot,
  ColumnSnapshot,
  ForeignKeySnapshot,
  IndexField,
  IndexSnapshot,
  PrimaryKeySnapshot,
  TableSnapshot,
} from '../schema/snapshot.js'
import type { TableName } from '../sql/query.js'

export interface DdlWords {
  quoteIdentifier(name: string): string
  quoteTable(table: TableName): string
  /** Follows the type of a column that counts by itself (`AUTO_INCREMENT`); empty where the type says it. */
  readonly autoIncrement: string
  /** Follows `CREATE TABLE (…)`: engine, charset, comment. */
  tableOptions?(table: TableSnapshot): string
  /** A column's whole definition, for engines whose key or comment stands inside it. */
  column?(column: ColumnSnapshot, table: TableSnapshot | null): string
  /** True where `column` has written the table's primary key. */
  hasInlineKey?(table: TableSnapshot): boolean
}

export type ChangeOf<K extends Change['kind']> = Extract<Change, { kind: K }>
export type DdlTable = { readonly [K in Change['kind']]: (change: ChangeOf<K>, words: DdlWords) => readonly string[] }

/** The statements of one change. */
export function printChange<K extends Change['kind']>(
  table: DdlTable,
  change: ChangeOf<K>,
  words: DdlWords,
): readonly string[] {
  return table[change.kind as K](change, words)
}

const list = (names: readonly string[], words: DdlWords): string =>
  names.map((name) => words.quoteIdentifier(name)).join(', ')
const named = (name: string | null, words: DdlWords): string =>
  name === null ? '' : `CONSTRAINT ${words.quoteIdentifier(name)} `
const alter = (table: TableName, words: DdlWords): string => `ALTER TABLE ${words.quoteTable(table)}`

export function columnText(column: ColumnSnapshot, table: TableSnapshot | null, words: DdlWords): string {
  if (words.column) return words.column(column, table)
  return [words.quoteIdentifier(column.name), column.type, ...columnWords(column, words)].filter(Boolean).join(' ')
}

/** NOT NULL, default, counter, generation expression: what follows the type. */
export function columnWords(column: ColumnSnapshot, words: DdlWords): readonly string[] {
  if (column.generated)
    return [
      `GENERATED ALWAYS AS (${column.generated.expression}) ${column.generated.stored ? 'STORED' : 'VIRTUAL'}`,
      column.nullable ? '' : 'NOT NULL',
    ]
  return [
    column.nullable ? '' : 'NOT NULL',
    column.default === null ? '' : `DEFAULT ${column.defaultSql ?? column.default}`,
    column.autoIncrement ? words.autoIncrement : '',
  ]
}

export const primaryKeyText = (key: PrimaryKeySnapshot, words: DdlWords): string =>
  `${named(key.name, words)}PRIMARY KEY (${list(key.columns, words)})`
export const checkText = (check: CheckSnapshot, words: DdlWords): string =>
  `${named(check.name, words)}CHECK (${check.sql ?? check.expression})`

/** `REFERENCES …` with actions, as it follows a column or a list of columns. */
export function referencesText(foreignKey: ForeignKeySnapshot, words: DdlWords): string {
  const { references, deferrable } = foreignKey
  const columns = references.columns.length > 0 ? ` (${list(references.columns, words)})` : ''
  const timing =
    deferrable === null ? '' : deferrable === 'NOT DEFERRABLE' ? ' NOT DEFERRABLE' : ` DEFERRABLE ${deferrable}`
  return `REFERENCES ${words.quoteTable(references.table)}${columns} ON DELETE ${foreignKey.onDelete} ON UPDATE ${foreignKey.onUpdate}${timing}`
}
export const foreignKeyText = (foreignKey: ForeignKeySnapshot, words: DdlWords): string =>
  `${named(foreignKey.name, words)}FOREIGN KEY (${list(foreignKey.columns, words)}) ${referencesText(foreignKey, words)}`

export function indexFieldText(field: IndexField, words: DdlWords): string {
  const base = field.expression
    ? `(${field.sql ?? field.name})`
    : words.quoteIdentifier(field.name) + (field.length === null ? '' : `(${field.length})`)
  return [
    base,
    field.collate === null ? '' : `COLLATE ${words.quoteIdentifier(field.collate)}`,
    field.operator ?? '',
    field.order ?? '',
  ]
    .filter(Boolean)
    .join(' ')
}

/** A UNIQUE constraint inside CREATE TABLE. The engine's own name for an unnamed one is not repeated. */
export const uniqueText = (index: IndexSnapshot, words: DdlWords): string =>
  `${/^sqlite_/i.test(index.name) ? '' : named(index.name, words)}UNIQUE (${index.fields.map((field) => indexFieldText(field, words)).join(', ')})`

export function createIndexText(table: TableName, index: IndexSnapshot, words: DdlWords): string {
  const include = index.include.length > 0 ? ` INCLUDE (${list(index.include, words)})` : ''
  const where = index.where === null ? '' : ` WHERE ${index.whereSql ?? index.where}`
  const using = index.using === null ? '' : ` USING ${index.using}`
  return (
    `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${index.concurrently ? 'CONCURRENTLY ' : ''}${words.quoteIdentifier(index.name)} ON ${words.quoteTable(table)}${using} (` +
    `${index.fields.map((field) => indexFieldText(field, words)).join(', ')})${include}${where}`
  )
}

/** CREATE TABLE with everything but its plain indexes. */
export function createTableText(table: TableSnapshot, words: DdlWords, ifNotExists = true): string {
  const parts = table.columns.map((column) => columnText(column, table, words))
  if (table.primaryKey && !words.hasInlineKey?.(table)) parts.push(primaryKeyText(table.primaryKey, words))
  for (const index of table.indexes) if (index.constraint) parts.push(uniqueText(index, words))
  for (const check of table.checks) parts.push(checkText(check, words))
  for (const foreignKey of table.foreignKeys) parts.push(foreignKeyText(foreignKey, words))
  return `CREATE TABLE ${ifNotExists ? 'IF NOT EXISTS ' : ''}${words.quoteTable(table.table)} (${parts.join(', ')})${words.tableOptions?.(table) ?? ''}`
}

export const ddl: DdlTable = {
  'create-table': ({ table }, words) => [
    createTableText(table, words),
    ...table.indexes.filter((index) => !index.constraint).map((index) => createIndexText(table.table, index, words)),
  ],
  'drop-table': ({ table, cascade, ifExists }, words) => [
    `DROP TABLE ${ifExists ? 'IF EXISTS ' : ''}${words.quoteTable(table)}${cascade ? ' CASCADE' : ''}`,
  ],
  'rename-table': ({ table, to }, words) => [`${alter(table, words)} RENAME TO ${words.quoteTable(to)}`],
  // Only engines that keep such options ever see them change.
  'alter-options': () => [],
  'add-column': ({ table, column }, words) => [`${alter(table, words)} ADD COLUMN ${columnText(column, null, words)}`],
  'drop-column': ({ table, column }, words) => [`${alter(table, words)} DROP COLUMN ${words.quoteIdentifier(column)}`],
  'rename-column': ({ table, column, to }, words) => [
    `${alter(table, words)} RENAME COLUMN ${words.quoteIdentifier(column)} TO ${words.quoteIdentifier(to)}`,
  ],
  'alter-column': ({ table, from, to }, words) => {
    const head = `${alter(table, words)} ALTER COLUMN ${words.quoteIdentifier(from.name)}`
    const texts: string[] = []
    if (from.type !== to.type) texts.push(`${head} TYPE ${to.type}`)
    if (from.nullable !== to.nullable) texts.push(`${head} ${to.nullable ? 'DROP' : 'SET'} NOT NULL`)
    if (from.default !== to.default)
      texts.push(to.default === null ? `${head} DROP DEFAULT` : `${head} SET DEFAULT ${to.defaultSql ?? to.default}`)
    return texts
  },
  'create-index': ({ table, index }, words) => [
    index.constraint ? `${alter(table, words)} ADD ${uniqueText(index, words)}` : createIndexText(table, index, words),
  ],
  'drop-index': ({ index }, words) => [`DROP INDEX ${words.quoteIdentifier(index)}`],
  'add-foreign-key': ({ table, foreignKey }, words) => [
    `${alter(table, words)} ADD ${foreignKeyText(foreignKey, words)}`,
  ],
  'drop-foreign-key': ({ table, foreignKey }, words) => dropConstraint(table, foreignKey.name, words),
  'add-check': ({ table, check }, words) => [`${alter(table, words)} ADD ${checkText(check, words)}`],
  'drop-check': ({ table, check }, words) => dropConstraint(table, check.name, words),
  'add-primary-key': ({ table, primaryKey }, words) => [
    `${alter(table, words)} ADD ${primaryKeyText(primaryKey, words)}`,
  ],
  'drop-primary-key': ({ table, primaryKey }, words) => dropConstraint(table, primaryKey.name, words),
}

/** Engines that keep constraints apart from their table always name them; one without a name cannot be there. */
const dropConstraint = (table: TableName, name: string | null, words: DdlWords): readonly string[] =>
  name === null ? [] : [`${alter(table, words)} DROP CONSTRAINT ${words.quoteIdentifier(name)}`]
