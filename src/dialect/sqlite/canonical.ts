/**
 * Brings a snapshot into the form in which SQLite's own reports arrive, so that equal schemas compare equal: spelling of types,
 * defaults and expressions, what SQLite implies, and without what it cannot hold (comments, index methods, prefix lengths).
 * Neighbours: `introspect` and `sync/from-models` give snapshots, `schema/diff` compares the results.
 */
import { UnsupportedFeatureError } from '../../errors/index.js'
import type {
  ColumnSnapshot,
  ForeignKeySnapshot,
  IndexField,
  IndexSnapshot,
  SchemaSnapshot,
  TableSnapshot,
} from '../../schema/snapshot.js'
import type { TableName } from '../../sql/query.js'
import { stripParentheses, tokenize } from './schema-text.js'

/** SQLite has no schemas of its own making: a table of a schema is one whose name says so (docs: other-topics/query-interface, `schema.table`). */
export const physicalName = (table: TableName): string =>
  table.schema === null || table.schema === '' ? table.name : `${table.schema}.${table.name}`
const physical = (table: TableName): TableName => ({ schema: null, name: physicalName(table) })
/** Index names are one set in the whole file: those of a schema's tables say so too. */
const physicalIndex = (index: IndexSnapshot, table: TableName): IndexSnapshot =>
  table.schema === null || table.schema === '' ? index : { ...index, name: `${table.schema}.${index.name}` }

export function canonical(snapshot: SchemaSnapshot): SchemaSnapshot {
  return { tables: snapshot.tables.map(canonicalTable) }
}

function canonicalTable(table: TableSnapshot): TableSnapshot {
  const names = table.columns.map((column) => column.name)
  const keyColumns = new Set(table.primaryKey?.columns.map(lower))
  const columns = table.columns.map((column) => canonicalColumn(column, table, keyColumns, names))
  const collations = new Map(columns.map((column) => [lower(column.name), collationOf(column.type)]))
  const canonicalIndexOf = (index: IndexSnapshot): IndexSnapshot =>
    canonicalIndex(physicalIndex(index, table.table), names, collations)
  const strict = table.options.strict ? { strict: true } : {}
  const withoutRowid = table.options.withoutRowid ? { withoutRowid: true } : {}
  return {
    ...table,
    table: physical(table.table),
    columns,
    indexes: table.indexes.map(canonicalIndexOf),
    ...(table.superseded && { superseded: table.superseded.map(canonicalIndexOf) }),
    foreignKeys: table.foreignKeys.map(canonicalForeignKey),
    checks: table.checks.map((check) => ({ ...check, expression: canonicalExpression(check.expression, names) })),
    options: { ...strict, ...withoutRowid },
  }
}

const lower = (name: string): string => name.toLowerCase()

function canonicalColumn(
  column: ColumnSnapshot,
  table: TableSnapshot,
  keyColumns: ReadonlySet<string>,
  names: readonly string[],
): ColumnSnapshot {
  const isKey = keyColumns.has(lower(column.name))
  if (column.autoIncrement && !(isKey && keyColumns.size === 1)) {
    throw new UnsupportedFeatureError(
      `SQLite counts only in a primary key of one column: "${physicalName(table.table)}"."${column.name}" cannot be autoIncrement. Make it the only primary key, or leave autoIncrement out.`,
    )
  }
  // A counting key is the row's id, which SQLite grants only to the type spelt exactly so (lang_createtable.html, "ROWIDs").
  const type = column.autoIncrement ? 'INTEGER' : canonicalType(column.type)
  return {
    ...column,
    type,
    nullable: !isKey && column.nullable,
    default: column.generated || column.autoIncrement ? null : canonicalDefault(column.default, type, names),
    comment: null,
    ...(column.generated === undefined
      ? {}
      : {
          generated: column.generated && {
            ...column.generated,
            expression: canonicalExpression(column.generated.expression, names),
          },
        }),
    enumValues: null,
  }
}

/** `varchar ( 255 )` → `VARCHAR(255)`; the collation that every column has is left out. */
export function canonicalType(type: string): string {
  return type
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/\s*([(),])\s*/g, '$1')
    .replace(/\)(?=\w)/g, ') ')
    .toUpperCase()
    .replace(/ COLLATE BINARY$/, '')
}

const collationOf = (type: string): string => / COLLATE (\S+)$/.exec(type)?.[1] ?? 'BINARY'
const typeName = (type: string): string => type.replace(/ COLLATE \S+$/, '')

/** Column affinity by the rules of datatype3.html, section 3.1. */
export function isNumericAffinity(type: string): boolean {
  const name = typeName(type)
  if (name.includes('INT')) return true
  if (/CHAR|CLOB|TEXT|BLOB/.test(name) || name === '') return false
  return true
}

/** A default as SQLite needs it in DDL: literals bare, expressions in parentheses; null for none. */
export function canonicalDefault(text: string | null, type: string, columns: readonly string[]): string | null {
  if (text === null) return null
  const inner = stripParentheses(text)
  if (inner === '') return null
  const tokens = tokenize(inner)
  const sign = tokens.length === 2 && (tokens[0]!.text === '-' || tokens[0]!.text === '+') ? tokens[0]!.text : ''
  const only = tokens.length === 1 ? tokens[0]! : sign && tokens[1]!.kind === 'number' ? tokens[1]! : null
  if (!only) return `(${canonicalExpression(inner, columns)})`
  if (only.kind === 'number') return canonicalNumber(`${sign === '-' ? '-' : ''}${only.text}`)
  if (only.kind === 'blob') return `X${only.text.slice(1).toUpperCase()}`
  if (only.kind === 'string') return canonicalString(only.text, type)
  // SQLite reads a quoted name as a string here.
  if (only.kind === 'quoted') return canonicalString(`'${only.value.replaceAll("'", "''")}'`, type)
  switch (only.value) {
    case 'NULL':
      return null
    case 'TRUE':
      return '1'
    case 'FALSE':
      return '0'
    case 'CURRENT_TIMESTAMP':
    case 'CURRENT_DATE':
    case 'CURRENT_TIME':
      return only.value
    default:
      return canonicalString(`'${only.text}'`, type)
  }
}

/** A number in quotes is stored as the number in a column of numbers. */
function canonicalString(text: string, type: string): string {
  const content = text.slice(1, -1)
  return isNumericAffinity(type) && /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(content)
    ? canonicalNumber(content)
    : text
}

function canonicalNumber(text: string): string {
  const digits = text.replaceAll('_', '').replace(/^\+/, '')
  if (/^-?0x/i.test(digits)) return digits.toLowerCase()
  const value = Number(digits)
  return Number.isFinite(value) && digits.replace(/\D/g, '').length <= 15 ? String(value) : digits
}

function canonicalIndex(
  index: IndexSnapshot,
  columns: readonly string[],
  collations: ReadonlyMap<string, string>,
): IndexSnapshot {
  return {
    ...index,
    fields: index.fields.map((field) => canonicalField(field, columns, collations)),
    unique: index.unique || index.type?.toUpperCase() === 'UNIQUE',
    type: null,
    using: null,
    include: [],
    parser: null,
    concurrently: false,
    where: index.where === null ? null : canonicalExpression(stripParentheses(index.where), columns),
  }
}

function canonicalField(
  field: IndexField,
  columns: readonly string[],
  collations: ReadonlyMap<string, string>,
): IndexField {
  const collate = field.collate?.toUpperCase() ?? null
  return {
    ...field,
    name: field.expression ? canonicalExpression(stripParentheses(field.name), columns) : field.name,
    order: field.order === 'DESC' ? 'DESC' : null,
    collate: collate === (field.expression ? 'BINARY' : collations.get(lower(field.name))) ? null : collate,
    length: null,
    operator: null,
  }
}

function canonicalForeignKey(foreignKey: ForeignKeySnapshot): ForeignKeySnapshot {
  return {
    ...foreignKey,
    references: { ...foreignKey.references, table: physical(foreignKey.references.table) },
    deferrable: foreignKey.deferrable === 'INITIALLY DEFERRED' ? 'INITIALLY DEFERRED' : null,
  }
}

/**
 * One spelling for an expression: keywords in capitals, columns in backticks as the table writes them, single spaces. A quoted word that
 * is no column is a string to SQLite, and becomes one.
 */
export function canonicalExpression(sql: string, columns: readonly string[]): string {
  const spelling = new Map(columns.map((name) => [lower(name), name]))
  const tokens = tokenize(sql)
  let text = ''
  tokens.forEach((token, index) => {
    const previous = tokens[index - 1]
    const next = tokens[index + 1]
    let word = token.text
    if (token.kind === 'quoted') {
      const column = spelling.get(lower(token.value))
      const isString =
        token.text.startsWith('"') &&
        next?.text !== '(' &&
        next?.text !== '.' &&
        previous?.text !== '.' &&
        !ROWID.has(token.value.toLowerCase())
      word =
        column !== undefined ? tick(column) : isString ? `'${token.value.replaceAll("'", "''")}'` : tick(token.value)
    } else if (token.kind === 'word') {
      const column = KEYWORDS.has(token.value) || next?.text === '(' ? undefined : spelling.get(lower(token.text))
      word = column !== undefined ? tick(column) : KEYWORDS.has(token.value) ? token.value : lower(token.text)
    } else if (token.kind === 'blob') word = `X${token.text.slice(1).toUpperCase()}`
    else if (word === '==') word = '='
    else if (word === '!=') word = '<>'
    text +=
      previous && needsSpace(previous.text, word, previous.kind === 'word' && !KEYWORDS.has(previous.value))
        ? ` ${word}`
        : word
  })
  return text
}

const ROWID: ReadonlySet<string> = new Set(['rowid', 'oid', '_rowid_'])
const tick = (name: string): string => `\`${name.replaceAll('`', '``')}\``

function needsSpace(previous: string, word: string, followsName: boolean): boolean {
  if (previous === '(' || word === ')' || word === ',' || word === '.' || previous === '.') return false
  return !(word === '(' && followsName)
}

/** lang_keywords.html, without those that are also names of functions (`GLOB`, `LIKE`, `REPLACE` …), which read the same in either case. */
const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'AND AS ASC BETWEEN BY CASE CAST COLLATE CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DEFAULT DESC DISTINCT ELSE END ESCAPE EXISTS FALSE FILTER FROM GLOB ' +
    'IN IS ISNULL LIKE LIMIT MATCH NOT NOTNULL NULL OR ORDER OVER PARTITION REGEXP SELECT THEN TRUE WHEN WHERE'
  ).split(' '),
)
