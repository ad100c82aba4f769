/**
 * One row per data type: what PostgreSQL calls it, and how values travel to it and back. Types in, codecs out (cached per type).
 * Values go out as text; what comes in has been read by the driver as far as the column's own type says (`driver`): booleans, numbers
 * that a double holds, bytes, JSON, and arrays of these.
 */
import { UnsupportedFeatureError } from '../../errors/base.js'
import { DataTypeValidationError } from '../../errors/validation.js'
import type { DataType, TypeCodec } from '../../types/data-type.js'
import { AbstractType } from '../../types/data-type.js'
import { integerOf, isDecimalObject } from '../../types/numbers.js'
import { codecsOf } from '../codec.js'
import { dateText, readDate } from './dates.js'
import { readGeometry, writeGeometry } from './geometry.js'
import { arrayText, hstoreText, rangeText, readArray, readHstore, readRange } from './structures.js'
import { text } from './text.js'

type Row = (type: DataType) => TypeCodec
type Convert = ((value: unknown) => unknown) | null

const row =
  (sql: string, toBind: Convert = null, fromRow: Convert = null): Row =>
  () => ({ sql, toBind, fromRow })

// ---------------------------------------------------------------- text
const toText = (value: unknown): unknown =>
  typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : value
/** Compat: `STRING.BINARY`, which Sequelize 7 refuses on PostgreSQL, compares by bytes: its collation is "C". */
const textRow =
  (name: string, standard: number): Row =>
  ({ options }) => ({
    sql: `${name}(${String(options.length ?? standard)})${options.binary === true ? ' COLLATE "C"' : ''}`,
    toBind: toText,
    fromRow: null,
    check: checkText,
  })
const checkText = (value: unknown): void => {
  if (typeof value === 'string' && value.includes('\0'))
    throw new DataTypeValidationError(
      'The text contains a NUL character, which PostgreSQL cannot hold. Use DataTypes.BLOB for bytes',
    )
}

// ---------------------------------------------------------------- numbers
const toNumber = (value: unknown): unknown => (typeof value === 'string' ? Number(value) : value)
const fromBigInt = (value: unknown): unknown => (typeof value === 'number' ? String(value) : value)
/** Numbers without a sign need the next wider type, as in Sequelize. */
const integerRow =
  (signed: string, unsigned: string): Row =>
  ({ key, options }) => {
    refuseZerofill(key, options)
    const isUnsigned = options.unsigned === true
    return {
      sql: isUnsigned ? unsigned : signed,
      toBind: null,
      fromRow: isUnsigned && unsigned === 'BIGINT' ? toNumber : null,
    }
  }
const bigIntRow: Row = ({ key, options }) => {
  refuseZerofill(key, options)
  return { sql: 'BIGINT', toBind: null, fromRow: fromBigInt, check: checkBigInt }
}
const checkBigInt = (value: unknown): void => {
  const whole = integerOf(value)
  if (whole !== null && whole !== BigInt.asIntN(64, whole))
    throw new DataTypeValidationError(
      `${whole} does not fit into a BIGINT: PostgreSQL's integers have 64 bits with a sign. Use DECIMAL or STRING`,
    )
}
const floatRow =
  (sql: string): Row =>
  ({ key, options }) => {
    refuseZerofill(key, options)
    if (options.scale !== undefined)
      throw new UnsupportedFeatureError(
        `DataTypes.${key}(${String(options.precision)}, ${String(options.scale)}) is not available on PostgreSQL, whose floating point numbers have no scale. Use DataTypes.DECIMAL, or leave the scale out.`,
      )
    const isWide = typeof options.precision === 'number' && options.precision > 24
    // The driver would write the zero without its sign.
    return {
      sql: isWide ? 'DOUBLE PRECISION' : sql,
      toBind: (value) => (Object.is(value, -0) ? '-0' : value),
      fromRow: toNumber,
    }
  }
const decimalRow: Row = ({ key, options }) => {
  refuseZerofill(key, options)
  const { precision, scale } = options
  return {
    sql:
      precision === undefined
        ? 'DECIMAL'
        : `DECIMAL(${String(precision)}${scale === undefined ? '' : `,${String(scale)}`})`,
    toBind: decimalText,
    fromRow: fromBigInt,
  }
}
/** Decimal objects (decimal.js and relatives) by their digits; text as it is written, zeros at the end included. */
const decimalText = (value: unknown): unknown => (isDecimalObject(value) ? value.toFixed() : value)

function refuseZerofill(key: string, options: DataType['options']): void {
  if (options.zerofill === true)
    throw new UnsupportedFeatureError(
      `DataTypes.${key}.ZEROFILL is not available on PostgreSQL, whose numbers have no width. Leave ZEROFILL out.`,
    )
}

// ---------------------------------------------------------------- time
const precisionOf = ({ precision }: DataType['options']): string =>
  precision === undefined ? '' : `(${String(precision)})`
const dateRow: Row = (type) => ({
  sql: `TIMESTAMP${precisionOf(type.options)} WITH TIME ZONE`,
  toBind: (value) => {
    const date = type.sanitize(value)
    return date instanceof Date ? dateText(date) : infinite(date)
  },
  fromRow: readDate,
})
const infinite = (value: unknown): unknown =>
  value === Infinity ? 'infinity' : value === -Infinity ? '-infinity' : value
/** As many digits as the column has, which PostgreSQL leaves out where they are zeros. */
const timeRow: Row = (type) => ({
  sql: `TIME${precisionOf(type.options)}`,
  toBind: (value) => type.sanitize(value),
  fromRow: type.options.precision === undefined ? null : (value) => type.sanitize(value),
})
const dayRow: Row = (type) => ({ sql: 'DATE', toBind: (value) => infinite(type.sanitize(value)), fromRow: null })

// ---------------------------------------------------------------- types made of parts
const jsonRow = (sql: string): Row => row(sql, (value) => (value === undefined ? null : JSON.stringify(value)))

/** The type of the database is named after table and column: `canonical` puts it where this text stands. */
const enumRow: Row = (type) => ({ sql: enumText(enumValuesOf(type)), toBind: null, fromRow: null })
export const enumText = (values: readonly string[]): string => `ENUM(${values.map(text).join(', ')})`
const enumValuesOf = (type: DataType): readonly string[] =>
  (type as { readonly values?: readonly string[] }).values ?? (type.options.values as readonly string[])

const arrayRow: Row = (type) => {
  let leaf = type
  let depth = 0
  for (; leaf.key === 'ARRAY'; depth += 1) leaf = (leaf as unknown as { readonly type: DataType }).type
  const { sql, toBind, fromRow } = codec(leaf)
  const bindDepth = leaf.key === 'JSON' || leaf.key === 'JSONB' ? depth : Infinity
  const each = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(each) : value === null || fromRow === null ? value : fromRow(value)
  return {
    sql: `${sql}[]`,
    toBind: (value) => (Array.isArray(value) ? arrayText(value, toBind, bindDepth) : value),
    // Arrays of types that the driver does not know (enums, citext) come as text.
    fromRow: (value) =>
      typeof value === 'string' ? readArray(value, fromRow) : fromRow === null ? value : each(value),
  }
}

const RANGES: Readonly<Record<string, string>> = {
  INTEGER: 'INT4RANGE',
  BIGINT: 'INT8RANGE',
  DECIMAL: 'NUMRANGE',
  DATE: 'TSTZRANGE',
  DATEONLY: 'DATERANGE',
}
const rangeRow: Row = (type) => {
  const { subtype } = type as unknown as { readonly subtype: DataType }
  const element = codec(subtype)
  const fromRow = subtype.key === 'INTEGER' ? toNumber : element.fromRow
  return {
    sql: RANGES[subtype.key] ?? type.toSql(),
    toBind: (value) => (Array.isArray(value) ? rangeText(type.sanitize(value) as unknown[], element.toBind) : value),
    fromRow: (value) => (typeof value === 'string' ? readRange(value, fromRow) : value),
  }
}

const geometryRow: Row = (type) => ({
  // Compat: as in Sequelize, without a shape the column holds every one.
  sql: geometrySql(type),
  toBind: (value) => writeGeometry(value, type.options.srid as number | undefined),
  fromRow: readGeometry,
})
function geometrySql({ key, options }: DataType): string {
  const { type, srid } = options
  if (type === undefined && srid === undefined) return key
  return `${key}(${String(type ?? 'GEOMETRY').toUpperCase()}${srid === undefined ? '' : `,${String(srid)}`})`
}

const hstoreRow: Row = row(
  'HSTORE',
  (value) =>
    typeof value === 'object' && value !== null ? hstoreText(value as Readonly<Record<string, string | null>>) : value,
  (value) => (typeof value === 'string' ? readHstore(value) : value),
)

const plain = (name: string): Row => row(name, toText)
const plainText =
  (name: string): Row =>
  () => ({ sql: name, toBind: toText, fromRow: null, check: checkText })

// ---------------------------------------------------------------- values whose type nobody knows
/** A number or a boolean in a user's SQL. A parameter has no type of its own, and `$1 + $2` none at all: it is cast to what it would be as a literal. */
export class LooseLiteralType extends AbstractType {
  static override key = 'LOOSE_LITERAL'
  constructor(readonly sql: 'INTEGER' | 'BIGINT' | 'NUMERIC' | 'DOUBLE PRECISION' | 'BOOLEAN') {
    super({ sql })
  }
  override toSql(): string {
    return this.sql
  }
}
LooseLiteralType.prototype.key = LooseLiteralType.key
const LOOSE = {
  integer: new LooseLiteralType('INTEGER'),
  bigint: new LooseLiteralType('BIGINT'),
  numeric: new LooseLiteralType('NUMERIC'),
  double: new LooseLiteralType('DOUBLE PRECISION'),
  boolean: new LooseLiteralType('BOOLEAN'),
}
/** Null: the context decides, as for text, which PostgreSQL takes for whatever fits. */
export function typeOfLoose(value: unknown): DataType | null {
  if (typeof value === 'boolean') return LOOSE.boolean
  if (typeof value === 'bigint') return value === BigInt.asIntN(64, value) ? LOOSE.bigint : LOOSE.numeric
  if (typeof value !== 'number') return null
  if (Number.isInteger(value)) {
    if (value >= -2_147_483_648 && value <= 2_147_483_647) return LOOSE.integer
    return Number.isSafeInteger(value) ? LOOSE.bigint : LOOSE.numeric
  }
  return Number.isFinite(value) ? LOOSE.numeric : LOOSE.double
}

const rows: Readonly<Record<string, Row>> = {
  STRING: textRow('VARCHAR', 255),
  CHAR: textRow('CHAR', 255),
  TEXT: plainText('TEXT'),
  CITEXT: plainText('CITEXT'),
  TSVECTOR: plainText('TSVECTOR'),
  TINYINT: integerRow('SMALLINT', 'SMALLINT'),
  SMALLINT: integerRow('SMALLINT', 'INTEGER'),
  MEDIUMINT: integerRow('INTEGER', 'INTEGER'),
  INTEGER: integerRow('INTEGER', 'BIGINT'),
  BIGINT: bigIntRow,
  FLOAT: floatRow('REAL'),
  REAL: floatRow('REAL'),
  DOUBLE: floatRow('DOUBLE PRECISION'),
  DECIMAL: decimalRow,
  BOOLEAN: row('BOOLEAN'),
  DATE: dateRow,
  DATEONLY: dayRow,
  TIME: timeRow,
  UUID: row('UUID'),
  UUIDV1: row('UUID'),
  UUIDV4: row('UUID'),
  UUIDV7: row('UUID'),
  BLOB: (type) => ({ sql: 'BYTEA', toBind: (value) => type.toBindableValue(value), fromRow: null }),
  ENUM: enumRow,
  JSON: jsonRow('JSON'),
  JSONB: jsonRow('JSONB'),
  ARRAY: arrayRow,
  RANGE: rangeRow,
  HSTORE: hstoreRow,
  GEOMETRY: geometryRow,
  GEOGRAPHY: geometryRow,
  INET: plain('INET'),
  CIDR: plain('CIDR'),
  MACADDR: plain('MACADDR'),
  MACADDR8: plain('MACADDR8'),
}

const looseToBind = (value: unknown): unknown =>
  value instanceof Date
    ? dateText(value)
    : value === undefined
      ? null
      : Array.isArray(value)
        ? arrayText(value, looseToBind)
        : value

/**
 * What elements of arrays are called in casts; null: as the column's type. Without lengths: a cast cuts what is too long, an assignment
 * refuses it.
 */
const LISTED: Readonly<Record<string, string | null>> = {
  STRING: 'TEXT',
  CHAR: 'TEXT',
  TEXT: 'TEXT',
  CITEXT: 'TEXT',
  TINYINT: null,
  SMALLINT: null,
  MEDIUMINT: null,
  INTEGER: null,
  BIGINT: null,
  FLOAT: null,
  REAL: null,
  DOUBLE: null,
  DECIMAL: 'DECIMAL',
  BOOLEAN: null,
  DATE: 'TIMESTAMP WITH TIME ZONE',
  DATEONLY: null,
  TIME: 'TIME',
  UUID: null,
  BLOB: null,
  JSON: null,
  JSONB: null,
}

export const codec: (type: DataType) => TypeCodec = codecsOf({
  engine: 'PostgreSQL',
  builtIn(type) {
    if (!Object.hasOwn(rows, type.key)) return undefined
    const found = rows[type.key]!(type)
    return Object.hasOwn(LISTED, type.key) ? { ...found, listedAs: LISTED[type.key] ?? found.sql } : found
  },
  isText: (type) => type.key === 'SQL' || type instanceof LooseLiteralType,
  looseToBind,
  remedies: {},
})
