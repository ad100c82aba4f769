/**
 * DDL of MySQL and MariaDB. What concerns the inside of one table becomes one ALTER TABLE, which happens wholly or not at all and writes the
 * table at most once; foreign keys come off before and go on after, as does a key whose column changes its type.
 * Changes and the picture before them in, statements out. Neighbours: `print/ddl` has the text of most, `sync/apply` runs it.
 */
import type { DdlTable, DdlWords } from '../../print/ddl.js'
import {
  checkText,
  columnText,
  columnWords,
  createTableText,
  ddl,
  foreignKeyText,
  indexFieldText,
  primaryKeyText,
  printChange,
} from '../../print/ddl.js'
import type { Change } from '../../schema/change.js'
import type {
  ColumnSnapshot,
  ForeignKeySnapshot,
  IndexSnapshot,
  SchemaSnapshot,
  TableSnapshot,
} from '../../schema/snapshot.js'
import { findTable, tableKey } from '../../schema/snapshot.js'
import type { TableName } from '../../sql/query.js'
import type { ForeignKeyChecks, SchemaStatement } from '../dialect.js'
import { isImplied, isLargeType } from './canonical.js'
import { withoutConditions } from './conditions.js'
import { optionsText } from './options.js'
import type { RetypeQuirks } from './retype.js'
import { checkRetyped } from './retype.js'
import { quoteIdentifier, quoteTable, text } from './text.js'

export const foreignKeyChecks: ForeignKeyChecks = {
  read: 'SELECT @@SESSION.foreign_key_checks',
  off: ['SET SESSION foreign_key_checks = 0'],
  on: ['SET SESSION foreign_key_checks = 1'],
  inTransaction: true,
}

export const restartCounter = (table: TableName): string => `ALTER TABLE ${quoteTable(table)} AUTO_INCREMENT = 1`

/** In what the DDL of the two engines differs. */
export interface DdlQuirks extends RetypeQuirks {
  /** Expressions may be indexed. */
  readonly expressionIndexes: boolean
  /** Defaults of TEXT, BLOB and JSON must be expressions. */
  readonly expressionDefaults: boolean
  /** A column whose default differs from row to row (`UUID()`) may be added to a table. */
  readonly addsRandomDefaults: boolean
}
export interface MysqlWords extends DdlWords {
  readonly quirks: DdlQuirks
}

export function mysqlWords(quirks: DdlQuirks): MysqlWords {
  const words: MysqlWords = {
    quirks,
    quoteIdentifier,
    quoteTable,
    autoIncrement: 'AUTO_INCREMENT',
    tableOptions: ({ options }) => optionsText(options).replace(/^(?=.)/, ' '),
    column(column) {
      const isLarge = quirks.expressionDefaults && isLargeType(column.type)
      const given =
        isLarge && column.default !== null && !column.default.startsWith('(')
          ? { ...column, default: `(${column.default})` }
          : column
      return [
        quoteIdentifier(column.name),
        column.type,
        column.collation === undefined ? '' : `COLLATE ${column.collation}`,
        ...columnWords(given, words),
        column.onUpdate === undefined ? '' : `ON UPDATE ${column.onUpdate}`,
        // TIMESTAMP columns are NOT NULL unless they are told otherwise.
        column.nullable && !column.generated && /^TIMESTAMP/.test(column.type) ? 'NULL' : '',
        column.invisible ? 'INVISIBLE' : '',
        column.comment === null ? '' : `COMMENT ${text(column.comment)}`,
      ]
        .filter(Boolean)
        .join(' ')
    },
  }
  return words
}

// ---------------------------------------------------------------- parts of a statement

const fieldsText = (index: IndexSnapshot, words: DdlWords): string =>
  index.fields.map((field) => indexFieldText(field, words)).join(', ')

/** `UNIQUE INDEX name USING BTREE (fields)`, as it stands in CREATE TABLE and behind ADD. */
function indexText(index: IndexSnapshot, words: DdlWords): string {
  const kind = index.type === 'FULLTEXT' || index.type === 'SPATIAL' ? `${index.type} ` : index.unique ? 'UNIQUE ' : ''
  const using = index.using === null ? '' : ` USING ${index.using}`
  const parser = index.parser === null ? '' : ` WITH PARSER ${index.parser}`
  return `${kind}INDEX ${words.quoteIdentifier(index.name)}${using} (${fieldsText(index, words)})${parser}`
}

/** What of a table's inside a change says in ALTER TABLE; null: the change is a statement of its own. */
function clausesOf(change: Change, words: MysqlWords): readonly string[] | null {
  switch (change.kind) {
    case 'add-column': {
      const { column } = change
      const added = isSaidLater(column, words) ? { ...column, nullable: true, default: null } : column
      return [`ADD COLUMN ${columnText(added, null, words)}`]
    }
    case 'alter-column':
      return [`MODIFY COLUMN ${columnText(withKept(change), null, words)}`]
    case 'drop-column':
      return [`DROP COLUMN ${words.quoteIdentifier(change.column)}`]
    case 'create-index':
      return [`ADD ${indexText(change.index, words)}`]
    case 'drop-index':
      return [`DROP INDEX ${words.quoteIdentifier(change.index)}`]
    case 'add-check':
      return [`ADD ${checkText(change.check, words)}`]
    case 'drop-check':
      return change.check.name === null ? [] : [`DROP CONSTRAINT ${words.quoteIdentifier(change.check.name)}`]
    case 'add-primary-key':
      return [`ADD ${primaryKeyText(change.primaryKey, words)}`]
    case 'drop-primary-key':
      return ['DROP PRIMARY KEY']
    case 'alter-options':
      return [optionsText(change.options)]
    default:
      return null
  }
}

/**
 * MySQL refuses a default that has another value in each row, or on a replica, wherever columns are added to a table (1674): it is given
 * when they are there, and rows get their values by an UPDATE.
 */
const isSaidLater = ({ default: value }: ColumnSnapshot, { quirks }: MysqlWords): boolean =>
  !quirks.addsRandomDefaults &&
  value !== null &&
  value.startsWith('(') &&
  /\b(?:uuid|uuid_short|rand|random_bytes|sysdate)\s*\(/i.test(value.replace(/'(?:[^'\\]|''|\\.)*'/g, "''"))

/** MODIFY says everything of a column anew: what models cannot speak of must be said again, where the new type still takes it. */
function withKept({ from, to }: Extract<Change, { kind: 'alter-column' }>): ColumnSnapshot {
  const isText = /^(?:VAR)?CHAR|TEXT\b|^ENUM|^SET/.test(to.type) && !/ BINARY$/.test(to.type)
  const digits = /^(?:DATETIME|TIMESTAMP)(\(\d\))?$/.exec(to.type)
  return {
    ...to,
    ...(from.invisible && { invisible: true }),
    ...(from.collation !== undefined && isText && { collation: from.collation }),
    ...(from.onUpdate !== undefined && digits && { onUpdate: `CURRENT_TIMESTAMP${digits[1] ?? ''}` }),
  }
}

const alter = (table: TableName, words: DdlWords): string => `ALTER TABLE ${words.quoteTable(table)}`

/** Statements of the changes that are not parts of a table's ALTER. */
const statements: DdlTable = {
  ...ddl,
  'create-table': ({ table }, words) => [createTable(table, words)],
  // The word CASCADE is read and means nothing.
  'drop-table': (change, words) => ddl['drop-table']({ ...change, cascade: false }, words),
  'rename-table': ({ table, to }, words) => [`RENAME TABLE ${words.quoteTable(table)} TO ${words.quoteTable(to)}`],
  'drop-foreign-key': ({ table, foreignKey }, words) =>
    foreignKey.name === null
      ? []
      : [`${alter(table, words)} DROP FOREIGN KEY ${words.quoteIdentifier(foreignKey.name)}`],
}

/** With its indexes: one statement makes the table, or none. The index that a foreign key brings along is left to InnoDB. */
function createTable(table: TableSnapshot, words: DdlWords): string {
  const indexes = table.indexes.filter((index) => !isImplied(index, table.foreignKeys))
  const plain = createTableText({ ...table, indexes: [], foreignKeys: [], options: {} }, words)
  const parts = [
    ...indexes.map((index) => indexText(index, words)),
    ...table.foreignKeys.map((foreignKey) => foreignKeyText(foreignKey, words)),
  ]
  const body = parts.length === 0 ? plain : `${plain.slice(0, -1)}, ${parts.join(', ')})`
  return body + (words.tableOptions?.(table) ?? '')
}

// ---------------------------------------------------------------- the inside of one table

interface Inside {
  readonly table: TableName
  readonly clauses: string[]
  /** Columns whose rows get their values after that. */
  readonly filled: ColumnSnapshot[]
  /** What can't be said where columns are added: it follows in an ALTER of its own, and keys with it, which may need it. */
  readonly later: string[]
  readonly keys: string[]
  /** The table's ALTER stands where the last of its parts stood: columns of other tables may be needed first. */
  last: Change
}

function insides(changes: readonly Change[], words: MysqlWords): ReadonlyMap<string, Inside> {
  const groups = new Map<string, Inside>()
  for (const change of changes) {
    const clauses = clausesOf(change, words)
    if (clauses === null || change.kind === 'create-table') continue
    const key = tableKey(change.table)
    const inside = groups.get(key) ?? {
      table: change.table,
      clauses: [],
      filled: [],
      later: [],
      keys: [],
      last: change,
    }
    groups.set(key, inside)
    inside.last = change
    if (change.kind === 'add-column' && isSaidLater(change.column, words)) inside.filled.push(change.column)
    const isLater = change.kind === 'alter-column' && isSaidLater(change.to, words)
    const isKey = change.kind === 'create-index' || change.kind === 'add-check' || change.kind === 'add-primary-key'
    ;(isLater ? inside.later : isKey ? inside.keys : inside.clauses).push(...clauses)
  }
  return groups
}

function insideTexts({ table, clauses, filled, later, keys }: Inside, words: MysqlWords): readonly string[] {
  const altered = (parts: readonly string[]): readonly string[] =>
    parts.length === 0 ? [] : [`${alter(table, words)} ${parts.join(', ')}`]
  const isWhole = filled.length + later.length === 0 || !clauses.some((clause) => clause.startsWith('ADD COLUMN'))
  if (isWhole) return altered([...clauses, ...later, ...keys])
  const values = filled.map(({ name, default: value }) => `${words.quoteIdentifier(name)} = ${value}`)
  const whole = filled.map((column) => `MODIFY COLUMN ${columnText(column, null, words)}`)
  return [
    ...altered(clauses),
    ...(values.length === 0 ? [] : [`UPDATE ${words.quoteTable(table)} SET ${values.join(', ')}`]),
    ...altered([...whole, ...later, ...keys]),
  ]
}

// ---------------------------------------------------------------- the whole

export function printChanges(
  given: readonly Change[],
  actual: SchemaSnapshot,
  words: MysqlWords,
): readonly SchemaStatement[] {
  const { quirks } = words
  checkRetyped(given, actual, quirks)
  const changes = withoutConditions(withoutImplied(given, actual), actual, quirks.expressionIndexes)
  const around = keysAround(changes, actual)
  const groups = insides(changes, words)
  const result: SchemaStatement[] = around.map(({ table, key }) => ({
    text: `${alter(table, words)} DROP FOREIGN KEY ${words.quoteIdentifier(key.name!)}`,
  }))
  for (const change of changes) {
    if (clausesOf(change, words) === null) {
      const isForced = change.kind === 'drop-table' && change.cascade
      for (const line of printChange(statements, change as never, words))
        result.push(isForced ? { text: line, withoutForeignKeys: 'needed' } : { text: line })
    } else if (change.kind !== 'create-table') {
      const inside = groups.get(tableKey(change.table))!
      if (inside.last === change) result.push(...insideTexts(inside, words).map((text) => ({ text })))
    }
  }
  for (const { table, key } of around) result.push({ text: `${alter(table, words)} ADD ${foreignKeyText(key, words)}` })
  return result
}

/** Without the indexes that InnoDB makes for keys that are added now, or keeps for keys that stay. */
function withoutImplied(changes: readonly Change[], actual: SchemaSnapshot): readonly Change[] {
  const added = new Map<string, ForeignKeySnapshot[]>()
  const dropped = new Set<string>()
  for (const change of changes) {
    if (change.kind === 'add-foreign-key')
      added.set(tableKey(change.table), [...(added.get(tableKey(change.table)) ?? []), change.foreignKey])
    if (change.kind === 'drop-foreign-key') dropped.add(`${tableKey(change.table)}\0${change.foreignKey.name}`)
  }
  return changes.filter((change) => {
    if (change.kind === 'create-index') return !isImplied(change.index, added.get(tableKey(change.table)) ?? [])
    if (change.kind !== 'drop-index') return true
    // It goes by itself when another index serves the key, and cannot go while none does.
    const table = findTable(actual, change.table)
    const index = table?.indexes.find((each) => each.name === change.index)
    const staying = (table?.foreignKeys ?? []).filter((key) => !dropped.has(`${tableKey(change.table)}\0${key.name}`))
    return !index || !isImplied(index, staying)
  })
}

interface Around {
  readonly table: TableName
  readonly key: ForeignKeySnapshot
}

/** A column of a foreign key keeps its type as long as the key is there (1832, 1833): such keys come off and go on again. */
function keysAround(changes: readonly Change[], actual: SchemaSnapshot): readonly Around[] {
  const retyped = changes.flatMap((change) =>
    change.kind === 'alter-column' && change.from.type !== change.to.type
      ? [{ table: tableKey(change.table), column: change.from.name }]
      : [],
  )
  if (retyped.length === 0) return []
  const gone = new Set(
    changes.flatMap((change) =>
      change.kind === 'drop-foreign-key' ? [`${tableKey(change.table)}\0${change.foreignKey.name}`] : [],
    ),
  )
  const touches = (table: TableName, columns: readonly string[]): boolean =>
    retyped.some((one) => one.table === tableKey(table) && columns.includes(one.column))
  return actual.tables.flatMap(({ table, foreignKeys }) =>
    foreignKeys
      .filter(
        (key) =>
          key.name !== null &&
          !gone.has(`${tableKey(table)}\0${key.name}`) &&
          (touches(table, key.columns) || touches(key.references.table, key.references.columns)),
      )
      .map((key) => ({ table, key })),
  )
}
