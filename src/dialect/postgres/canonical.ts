/**
 * Brings a snapshot into the form in which PostgreSQL's own reports arrive, so that equal schemas compare equal: names of types, defaults
 * and expressions as keys (`expression`; what is sent stays beside them), what goes without saying, and without what it cannot hold.
 * Neighbours: `introspect` and `sync/from-models` give snapshots, `schema/diff` compares the results.
 */
import { shorten } from '../../base/names.js'
import { UnsupportedFeatureError } from '../../errors/index.js'
import type {
  CheckSnapshot,
  ColumnSnapshot,
  ForeignKeySnapshot,
  IndexField,
  IndexSnapshot,
  SchemaSnapshot,
  TableSnapshot,
} from '../../schema/snapshot.js'
import type { TableName } from '../../sql/query.js'
import { defaultKey, expressionKey } from './expression.js'

export const MAX_IDENTIFIER = 63

export function canonical(snapshot: SchemaSnapshot): SchemaSnapshot {
  return { tables: snapshot.tables.map(canonicalTable) }
}

function canonicalTable(table: TableSnapshot): TableSnapshot {
  const key = new Set(table.primaryKey?.columns)
  const { comment } = table.options
  return {
    ...table,
    columns: table.columns.map((column) => canonicalColumn(column, key)),
    indexes: table.indexes.map(canonicalIndex),
    ...(table.superseded && { superseded: table.superseded.map(canonicalIndex) }),
    foreignKeys: table.foreignKeys.map(canonicalForeignKey),
    checks: table.checks.map(canonicalCheck),
    options: comment === undefined ? {} : { comment },
  }
}

// ---------------------------------------------------------------- columns
/** Names of types in one spelling: that of `format_type`, in capitals. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  VARCHAR: 'CHARACTER VARYING',
  CHAR: 'CHARACTER',
  BPCHAR: 'CHARACTER',
  INT: 'INTEGER',
  INT2: 'SMALLINT',
  INT4: 'INTEGER',
  INT8: 'BIGINT',
  FLOAT4: 'REAL',
  FLOAT8: 'DOUBLE PRECISION',
  FLOAT: 'DOUBLE PRECISION',
  DECIMAL: 'NUMERIC',
  BOOL: 'BOOLEAN',
  TIMESTAMPTZ: 'TIMESTAMP WITH TIME ZONE',
  TIMETZ: 'TIME WITH TIME ZONE',
  TIMESTAMP: 'TIMESTAMP WITHOUT TIME ZONE',
  TIME: 'TIME WITHOUT TIME ZONE',
  VARBIT: 'BIT VARYING',
}
/** Types that count by themselves, and what they count in. */
const SERIALS: Readonly<Record<string, string>> = {
  SMALLSERIAL: 'SMALLINT',
  SERIAL2: 'SMALLINT',
  SERIAL: 'INTEGER',
  SERIAL4: 'INTEGER',
  BIGSERIAL: 'BIGINT',
  SERIAL8: 'BIGINT',
}

const TYPE = /^(.*?)\s*(?:\(\s*([^()]*?)\s*\))?(\s+WITH(?:OUT)? TIME ZONE)?((?:\s*\[\d*\])*)(\s+COLLATE\s+.+)?$/is

/** `varchar ( 255 )` → `CHARACTER VARYING(255)`. A quoted name stays as it is. */
export function canonicalType(type: string): string {
  const match = TYPE.exec(type.trim().replace(/\s+/g, ' '))
  if (!match || type.includes('"')) return canonicalQuoted(type)
  const [, name = '', sizes, zone = '', brackets = '', collation = ''] = match
  const upper = name.toUpperCase()
  const base = zone === '' ? (TYPE_NAMES[upper] ?? upper) : upper
  const numbers =
    sizes === undefined
      ? null
      : sizes
          .split(',')
          .map((size) => size.trim().toUpperCase())
          .join(',')
  // How many dimensions an array has is not kept.
  const list = brackets === '' ? '' : '[]'
  if (base === 'NUMERIC' && numbers !== null)
    return `NUMERIC(${numbers.includes(',') ? numbers : `${numbers},0`})${list}`
  // The precision stands inside: TIMESTAMP(3) WITH TIME ZONE.
  const timed = /^(TIME(?:STAMP)?)( .*)?$/.exec(base)
  if (timed) {
    const tail = (zone === '' ? (timed[2] ?? '') : zone).trim().toUpperCase()
    return `${timed[1]}${numbers === null ? '' : `(${numbers})`} ${tail}${list}`
  }
  if (base === 'CHARACTER' && numbers === null) return `CHARACTER(1)${list}`
  return `${base}${numbers === null ? '' : `(${numbers})`}${list}${collation.toUpperCase() === '' ? '' : collation}`
}
/** `VARCHAR(255) COLLATE "C"`. */
function canonicalQuoted(type: string): string {
  const at = type.search(/ COLLATE "/i)
  return at < 0 ? type : `${canonicalType(type.slice(0, at))} COLLATE ${type.slice(at + 9)}`
}

const ENUM = /^ENUM\s*\((.*)\)((?:\[\])*)$/is
/** `ENUM('a', 'b')[]` → members and brackets. */
function readEnum(type: string): { readonly values: readonly string[]; readonly brackets: string } | null {
  const match = ENUM.exec(type.trim())
  if (!match) return null
  const values = [...match[1]!.matchAll(/'((?:[^']|'')*)'/g)].map((value) => value[1]!.replaceAll("''", "'"))
  return { values, brackets: match[2] ? '[]' : '' }
}

/** Sequelize's name of the type of an enum column. */
export const enumName = (table: TableName, column: string): string =>
  shorten(`enum_${table.name}_${column}`, MAX_IDENTIFIER)

function canonicalColumn(column: ColumnSnapshot, key: ReadonlySet<string>): ColumnSnapshot {
  const members = readEnum(column.type)
  const given = members ? `ENUM${members.brackets}` : column.type
  const serial = Object.hasOwn(SERIALS, given.toUpperCase()) ? SERIALS[given.toUpperCase()] : undefined
  const type = serial ?? (/^ENUM(?:\[\])*$/.test(given) ? given : canonicalType(given))
  const autoIncrement = column.autoIncrement || serial !== undefined
  if (autoIncrement && !/^(?:SMALLINT|INTEGER|BIGINT)$/.test(type))
    throw new UnsupportedFeatureError(
      `PostgreSQL counts only in columns of whole numbers: "${column.name}" is ${type} and cannot be autoIncrement.`,
    )
  return {
    ...column,
    type,
    autoIncrement,
    nullable: column.nullable && !key.has(column.name) && !autoIncrement,
    ...(column.generated || autoIncrement ? { default: null, defaultSql: undefined } : canonicalDefault(column, type)),
    comment: column.comment === '' ? null : column.comment,
    ...(column.generated && {
      generated: { ...column.generated, expression: expressionKey(column.generated.expression) },
    }),
    enumValues: members ? members.values : (column.enumValues ?? null),
  }
}

function canonicalDefault(column: ColumnSnapshot, type: string): Pick<ColumnSnapshot, 'default' | 'defaultSql'> {
  if (column.default === null) return { default: null, defaultSql: undefined }
  const keyOf = (sql: string): string => defaultKey(sql, type)
  // Somebody may have given the column another default since its SQL was noted.
  const sql =
    column.defaultSql !== undefined && keyOf(column.defaultSql) === column.default ? column.defaultSql : column.default
  const key = keyOf(sql)
  return key === 'NULL' ? { default: null, defaultSql: undefined } : { default: key, defaultSql: sql }
}

// ---------------------------------------------------------------- the rest
/** The key of an expression with the SQL that it comes from. */
function keyed(text: string, sql: string | undefined): readonly [key: string, sql: string] {
  const source = sql !== undefined && expressionKey(sql) === text ? sql : text
  return [expressionKey(source), source]
}

function canonicalIndex(index: IndexSnapshot): IndexSnapshot {
  const [where, whereSql] = index.where === null ? [null, undefined] : keyed(index.where, index.whereSql)
  const using = index.using?.toUpperCase() ?? 'BTREE'
  return {
    ...index,
    fields: index.fields.map(canonicalField),
    unique: index.unique || index.type?.toUpperCase() === 'UNIQUE',
    type: null,
    using: using === 'BTREE' ? null : using,
    parser: null,
    where,
    ...(whereSql === undefined ? {} : { whereSql }),
  }
}

function canonicalField(field: IndexField): IndexField {
  const rest: IndexField = {
    ...field,
    order: field.order === 'DESC' ? 'DESC' : null,
    collate: field.collate === 'default' ? null : field.collate,
    length: null,
    operator: field.operator?.toLowerCase() ?? null,
  }
  if (!field.expression) return rest
  const [name, sql] = keyed(field.name, field.sql)
  const column = /^"((?:[^"]|"")*)"$/.exec(name)
  return column
    ? { ...rest, name: column[1]!.replaceAll('""', '"'), expression: false, sql: undefined }
    : { ...rest, name, sql }
}

function canonicalCheck(check: CheckSnapshot): CheckSnapshot {
  const [expression, sql] = keyed(check.expression, check.sql)
  return { ...check, expression, sql }
}

const canonicalForeignKey = (foreignKey: ForeignKeySnapshot): ForeignKeySnapshot => ({
  ...foreignKey,
  deferrable: foreignKey.deferrable === 'NOT DEFERRABLE' ? null : foreignKey.deferrable,
})
