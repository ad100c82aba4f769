/**
 * Brings a snapshot into the form in which MySQL's and MariaDB's own reports arrive, so that equal schemas compare equal: spelling of types,
 * defaults and expressions, the index that InnoDB adds to a foreign key, and without what the engines do not have.
 * Neighbours: `introspect` and `sync/from-models` give snapshots, `schema/diff` compares the results.
 */
import { DefinitionError, UnsupportedFeatureError } from '../../errors/index.js'
import { mentions } from '../../schema/diff.js'
import type {
  ColumnSnapshot,
  ForeignKeySnapshot,
  IndexField,
  IndexSnapshot,
  SchemaSnapshot,
  TableSnapshot,
} from '../../schema/snapshot.js'
import { exactName, indexSnapshot, tableKey } from '../../schema/snapshot.js'
import { decimalOf } from '../../types/numbers.js'
import { isChar, trimmed, untrimmed, withConditions } from './conditions.js'
import { canonicalExpression, stripParentheses, unescaped } from './expression.js'
import { canonicalOptions } from './options.js'
import { text } from './text.js'

export interface CanonicalTraits {
  readonly engine: string
  readonly expressionIndexes: boolean
  /** A unique key may be over a whole TEXT or BLOB column. */
  readonly longUniqueKeys: boolean
}

export function canonical(snapshot: SchemaSnapshot, traits: CanonicalTraits): SchemaSnapshot {
  return { tables: snapshot.tables.map((table) => canonicalTable(table, traits)) }
}

function canonicalTable(given: TableSnapshot, traits: CanonicalTraits): TableSnapshot {
  const table = withConditions(given, traits.expressionIndexes)
  const keyColumns = new Set(table.primaryKey?.columns)
  const columns = table.columns.map((column) => canonicalColumn(column, keyColumns.has(column.name)))
  const types = new Map(columns.map((column) => [column.name, column.type]))
  const indexes = table.indexes.map((index) => canonicalIndex(index, table, types, traits))
  return {
    ...table,
    columns,
    // A primary key has no name of its own.
    primaryKey: table.primaryKey && { ...table.primaryKey, name: null },
    indexes: [...indexes, ...impliedIndexes(table, indexes)],
    ...(table.superseded && {
      superseded: table.superseded.map((index) => canonicalIndex(index, table, types, traits)),
    }),
    foreignKeys: table.foreignKeys.map((foreignKey) => ({ ...foreignKey, deferrable: null })),
    options: canonicalOptions(table),
    checks: table.checks.map((check) => ({ ...check, expression: canonicalExpression(check.expression) })),
  }
}

// ---------------------------------------------------------------- columns

function canonicalColumn(column: ColumnSnapshot, isKey: boolean): ColumnSnapshot {
  const type = canonicalType(column.type)
  return {
    ...column,
    type,
    nullable: !isKey && column.nullable,
    default: column.generated || column.autoIncrement ? null : canonicalDefault(column.default, type),
    comment: column.comment === '' ? null : column.comment,
    ...(column.generated && {
      generated: {
        ...column.generated,
        expression: canonicalExpression(stripParentheses(column.generated.expression)),
      },
    }),
    enumValues: null,
  }
}

/** Other words for the same type ("Using Data Types from Other Database Engines", and what the servers rename by themselves). */
const SYNONYMS: Readonly<Record<string, string>> = {
  INTEGER: 'INT',
  INT1: 'TINYINT',
  INT2: 'SMALLINT',
  INT3: 'MEDIUMINT',
  INT4: 'INT',
  INT8: 'BIGINT',
  MIDDLEINT: 'MEDIUMINT',
  BOOL: 'TINYINT(1)',
  BOOLEAN: 'TINYINT(1)',
  DEC: 'DECIMAL',
  FIXED: 'DECIMAL',
  NUMERIC: 'DECIMAL',
  REAL: 'DOUBLE',
  FLOAT4: 'FLOAT',
  FLOAT8: 'DOUBLE',
  CHARACTER: 'CHAR',
  NVARCHAR: 'VARCHAR',
  NCHAR: 'CHAR',
  GEOMETRYCOLLECTION: 'GEOMCOLLECTION',
}
const SIZED: Readonly<Record<string, string>> = { DECIMAL: '(10,0)', CHAR: '(1)', BINARY: '(1)', BIT: '(1)', YEAR: '' }

/** `int(11)` → `INT`, `decimal( 10 )` → `DECIMAL(10,0)`. Widths of integers mean nothing, but that of TINYINT(1) and of ZEROFILL. */
export function canonicalType(type: string): string {
  const trimmed = type
    .trim()
    .replace(/^double\s+precision\b/i, 'DOUBLE')
    .replace(/^character\s+varying\b/i, 'VARCHAR')
  const list = /^(enum|set)\s*\(/i.exec(trimmed)
  if (list)
    return `${list[1]!.toUpperCase()}(${quotedItems(trimmed.slice(list[0].length)).map(text).join(',')})${tail(trimmed)}`
  const match = /^([a-z][a-z0-9 ]*?)\s*(?:\(([^)]*)\))?((?:\s+[a-z0-9_]+)*)$/i.exec(trimmed)
  if (!match) return trimmed
  const [, rawName = '', rawSize, rawWords = ''] = match
  let name = rawName.toUpperCase().replace(/\s+/g, ' ')
  let words = rawWords
    .toUpperCase()
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '' && word !== 'SIGNED')
  // Without a size, the words that follow look like a part of the name.
  const known =
    rawSize === undefined
      ? /^(.*?)((?: (?:UNSIGNED|SIGNED|ZEROFILL|BINARY|COLLATE \S+|CHARACTER SET \S+))*)$/.exec(name)
      : null
  if (known) {
    name = known[1]!
    words = [
      ...known[2]!
        .trim()
        .split(' ')
        .filter((word) => word !== '' && word !== 'SIGNED'),
      ...words,
    ]
  }
  const synonym = Object.hasOwn(SYNONYMS, name) ? SYNONYMS[name]! : name
  if (words.includes('ZEROFILL') && !words.includes('UNSIGNED')) words.unshift('UNSIGNED')
  const size = synonym.includes('(') ? '' : sizeOf(synonym, rawSize, words)
  return [`${synonym}${size}`, ...words].join(' ')
}

const INTEGERS = new Set(['TINYINT', 'SMALLINT', 'MEDIUMINT', 'INT', 'BIGINT'])
const WIDTHS: Readonly<Record<string, number>> = { TINYINT: 3, SMALLINT: 5, MEDIUMINT: 8, INT: 10, BIGINT: 20 }
function sizeOf(name: string, size: string | undefined, words: readonly string[]): string {
  const given = size?.split(',').map((part) => part.trim())
  if (INTEGERS.has(name)) {
    if (words.includes('ZEROFILL')) return `(${given?.[0] ?? WIDTHS[name]})`
    return name === 'TINYINT' && given?.[0] === '1' && !words.includes('UNSIGNED') ? '(1)' : ''
  }
  if (name === 'YEAR') return ''
  if (!given || given[0] === '') return SIZED[name] ?? ''
  if (name === 'DECIMAL' && given.length === 1) return `(${given[0]},0)`
  if ((name === 'DATETIME' || name === 'TIME' || name === 'TIMESTAMP') && given[0] === '0') return ''
  // One number chooses between the two binary types.
  if (name === 'FLOAT' && given.length === 1) return ''
  return `(${given.join(',')})`
}

/** The members of `enum('a','it''s')`, from behind the parenthesis. */
export function quotedItems(list: string): string[] {
  return [...list.matchAll(/'((?:[^'\\]|''|\\.)*)'/gs)].map((match) => unescaped(match[1]!))
}
const tail = (type: string): string => (/\)\s*BINARY$/i.test(type) ? ' BINARY' : '')

const NUMERIC = /^(?:TINYINT|SMALLINT|MEDIUMINT|INT|BIGINT|DECIMAL|FLOAT|DOUBLE|BIT|YEAR)\b/
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i
/** Columns whose defaults are always expressions on MySQL. */
export const isGeometryType = (type: string): boolean => /^(?:GEOM|POINT|LINESTRING|POLYGON|MULTI)/.test(type)
export const isLargeType = (type: string): boolean => /(?:TEXT|BLOB)\b|^JSON/.test(type) || isGeometryType(type)

/** A default as DDL needs it: literals bare, expressions in parentheses, the clock by its usual name; null for none. */
export function canonicalDefault(given: string | null, type: string): string | null {
  if (given === null) return null
  const inner = stripParentheses(given.trim())
  if (inner === '' || /^null$/i.test(inner)) return null
  const string = /^(?:_[a-z0-9]+\s*|N)?'((?:[^'\\]|''|\\.)*)'$/is.exec(inner)
  if (string) return literalDefault(unescaped(string[1]!), type)
  if (NUMBER.test(inner)) return literalDefault(inner, type)
  if (/^true$/i.test(inner)) return literalDefault('1', type)
  if (/^false$/i.test(inner)) return literalDefault('0', type)
  if (/^[xb]'[0-9a-f]*'$/i.test(inner))
    return inner.startsWith('x') ? `X${inner.slice(1).toUpperCase()}` : inner.toUpperCase()
  if (/^0x[0-9a-f]*$/i.test(inner)) return `X'${inner.slice(2).toUpperCase()}'`
  const clock = /^(?:current_timestamp|now|localtime|localtimestamp)(?:\s*\(\s*(\d*)\s*\))?$/i.exec(inner)
  if (clock && !/^(?:DATETIME|TIMESTAMP)/.test(type)) return '(CURRENT_TIMESTAMP)'
  if (clock) {
    // A column takes no other number of digits than its own.
    const digits = /^(?:DATETIME|TIMESTAMP)(?:\((\d)\))?$/.exec(type)?.[1] ?? clock[1] ?? ''
    return `CURRENT_TIMESTAMP${digits !== '' && digits !== '0' ? `(${digits})` : ''}`
  }
  return `(${canonicalExpression(inner)})`
}

function literalDefault(value: string, type: string): string {
  if (NUMERIC.test(type) && NUMBER.test(value.trim())) return numberDefault(value.trim(), type)
  const moment = /^(?:DATETIME|TIMESTAMP|TIME)(?:\((\d)\))?$/.exec(type)
  const digits = Number(moment?.[1] ?? 0)
  if (moment && /^[\d :.-]+$/.test(value)) {
    const [whole = '', fraction = ''] = value.split('.')
    return text(digits === 0 ? whole : `${whole}.${fraction.padEnd(digits, '0').slice(0, digits)}`)
  }
  return text(value)
}

/** Columns of a scale report so many digits, and round what has more, away from zero. */
function numberDefault(value: string, type: string): string {
  const decimal = decimalOf(value)
  if (decimal === null) return value
  const isWhole = /^(?:TINYINT|SMALLINT|MEDIUMINT|INT|BIGINT)\b/.test(type)
  const scale = /^DECIMAL\(\d+,(\d+)\)/.exec(type)?.[1] ?? (isWhole ? '0' : null)
  return scale === null ? decimal : scaled(decimal, Number(scale))
}

function scaled(decimal: string, scale: number): string {
  const isNegative = decimal.startsWith('-')
  const [whole = '0', fraction = ''] = decimal.replace('-', '').split('.')
  const kept = BigInt(whole + fraction.padEnd(scale, '0').slice(0, scale))
  const digits = String((fraction[scale] ?? '0') >= '5' ? kept + 1n : kept).padStart(scale + 1, '0')
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  return isNegative && /[1-9]/.test(digits) ? `-${text}` : text
}

// ---------------------------------------------------------------- indexes

function canonicalIndex(
  index: IndexSnapshot,
  table: TableSnapshot,
  types: ReadonlyMap<string, string>,
  traits: CanonicalTraits,
): IndexSnapshot {
  const type = index.type?.toUpperCase() ?? null
  const isSpecial = type === 'FULLTEXT' || type === 'SPATIAL'
  const place = `index "${index.name}" of "${tableKey(table.table)}"`
  if (index.where !== null && !index.unique)
    throw new UnsupportedFeatureError(
      `The ${place} has a condition, but ${traits.engine} has no partial indexes, except unique ones.`,
    )
  const counter = table.columns.find((column) => column.autoIncrement)?.name
  if (index.where !== null && counter !== undefined && mentions(index.where, new Set([counter]), exactName))
    throw new UnsupportedFeatureError(
      `The condition of the ${place} uses "${counter}", which counts by itself: ${traits.engine} cannot index what depends on it.`,
    )
  const using = index.using?.toUpperCase() ?? null
  const chars = new Set(
    traits.expressionIndexes ? [] : [...types].filter(([, type]) => isChar(type)).map(([name]) => name),
  )
  return {
    ...index,
    fields: index.fields.map((field) =>
      canonicalField(field, types, isSpecial || (traits.longUniqueKeys && index.unique), place, traits),
    ),
    unique: index.unique || type === 'UNIQUE',
    type: isSpecial ? type : null,
    // InnoDB makes what it can make, whatever is asked for.
    using: using === 'BTREE' || using === 'HASH' || isSpecial ? null : using,
    ...(index.where !== null && {
      where: traits.expressionIndexes
        ? canonicalExpression(stripParentheses(index.where))
        : untrimmed(canonicalExpression(stripParentheses(index.where))),
      whereSql: trimmed(index.whereSql ?? index.where, chars),
    }),
    include: [],
    parser: isSpecial ? index.parser : null,
    concurrently: false,
    // A unique constraint is an index, and a unique index a constraint.
    constraint: index.unique || type === 'UNIQUE',
  }
}

function canonicalField(
  field: IndexField,
  types: ReadonlyMap<string, string>,
  isWhole: boolean,
  place: string,
  traits: CanonicalTraits,
): IndexField {
  if (field.expression && !traits.expressionIndexes)
    throw new UnsupportedFeatureError(
      `The ${place} is over an expression, which ${traits.engine} cannot index. Add a generated column with queryInterface.sequelize.query, and index that.`,
    )
  const type = types.get(field.name)
  if (!field.expression && !isWhole && field.length === null && type !== undefined && /(?:TEXT|BLOB)\b/.test(type))
    throw new DefinitionError(
      `The ${place} uses "${field.name}", a ${type} column, of which only a prefix can be indexed. Say how long: { name: '${field.name}', length: 100 }; or use DataTypes.STRING.`,
    )
  return {
    ...field,
    name: field.expression ? canonicalExpression(stripParentheses(field.name)) : field.name,
    order: field.order === 'DESC' ? 'DESC' : null,
    collate: null,
    operator: null,
  }
}

/** The index that InnoDB makes for a foreign key that no other index serves. It has the constraint's name. */
function impliedIndexes(table: TableSnapshot, indexes: readonly IndexSnapshot[]): readonly IndexSnapshot[] {
  const made: IndexSnapshot[] = []
  for (const foreignKey of table.foreignKeys) {
    const begins = (by: readonly string[]): boolean => foreignKey.columns.every((name, at) => by[at] === name)
    const serves = ({ fields, type }: IndexSnapshot): boolean =>
      type === null && begins(fields.map((field) => (field.expression || field.length !== null ? '' : field.name)))
    if (foreignKey.name === null || begins(table.primaryKey?.columns ?? [])) continue
    if (indexes.some(serves) || made.some(serves) || indexes.some((index) => index.name === foreignKey.name)) continue
    made.push(indexSnapshot(foreignKey.name, foreignKey.columns))
  }
  return made
}

/** Whether InnoDB makes (or made) this index by itself, for one of these keys. */
export const isImplied = (index: IndexSnapshot, foreignKeys: readonly ForeignKeySnapshot[]): boolean =>
  !index.unique &&
  foreignKeys.some(
    (foreignKey) =>
      foreignKey.name === index.name &&
      foreignKey.columns.length === index.fields.length &&
      foreignKey.columns.every((name, at) => index.fields[at]!.name === name && index.fields[at]!.length === null),
  )
