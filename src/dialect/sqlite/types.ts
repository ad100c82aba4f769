/**
 * One row per data type: what SQLite calls it, and how values travel to it and back. Types in, codecs out (cached per type).
 * SQLite stores what it is given and converts by the column's affinity (datatype3.html, 3.1), so a name is chosen for its affinity.
 */
import { UnsupportedFeatureError } from '../../errors/base.js'
import { DataTypeValidationError } from '../../errors/validation.js'
import type { DataType, TypeCodec } from '../../types/data-type.js'
import { AbstractType } from '../../types/data-type.js'
import { decimalOf } from '../../types/numbers.js'
import { codecsOf } from '../codec.js'
import { dateText, readDate } from './dates.js'

type Row = (type: DataType) => TypeCodec
type Convert = ((value: unknown) => unknown) | null

const row =
  (sql: string, toBind: Convert = null, fromRow: Convert = null): Row =>
  () => ({ sql, toBind, fromRow })

// ---------------------------------------------------------------- text
// A number bound beside text arrives as a double: 5 would be stored, and compared, as '5.0'.
const toText = (value: unknown): unknown =>
  typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : value
// Lengths are left out, as in Sequelize: SQLite would ignore them.
const textRow: Row = ({ options }) => ({
  sql: options.binary === true ? 'TEXT COLLATE BINARY' : 'TEXT',
  toBind: toText,
  fromRow: null,
})

// ---------------------------------------------------------------- numbers
const toInteger = (value: unknown): unknown => {
  if (typeof value !== 'string') return value
  const number = Number(value)
  return Number.isSafeInteger(number) || !/^\s*[+-]?\d+\s*$/.test(value) ? number : BigInt(value)
}
const MAX = 2n ** 63n
const toBigInt = (value: unknown): unknown => {
  const whole =
    typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value) ? BigInt(value.trim().replace('+', '')) : value
  if (typeof whole === 'bigint' && (whole >= MAX || whole < -MAX)) {
    throw new DataTypeValidationError(
      `${whole} does not fit into a BIGINT: SQLite's integers have 64 bits with a sign. Use DECIMAL or STRING`,
    )
  }
  // The driver would bind a double, with which SQLite counts inexactly.
  return Number.isSafeInteger(whole) ? BigInt(whole as number) : whole
}
// 64 bits go out as BigInt and come back as text, as Sequelize 7 has it; the driver sees from the column's declared type that numbers
// would lose digits (see `driver`).
const fromBigInt = (value: unknown): unknown =>
  typeof value === 'number' || typeof value === 'bigint' ? String(value) : value
const toNumber = (value: unknown): unknown => {
  const found = typeof value === 'string' || typeof value === 'bigint' ? Number(value) : value
  if (Number.isNaN(found)) throw new DataTypeValidationError('NaN cannot be stored: SQLite would make NULL of it')
  return found
}

/** Significant digits that a double keeps (sqlite.org/floatingpoint.html). */
const EXACT_DIGITS = 15

/**
 * Exact decimals, which SQLite does not have (Sequelize 7 refuses the type). Up to 15 digits a double holds every decimal, so the
 * column is numeric: comparing, ordering and SUM work, and the scale is put back when read. Beyond that numbers would lose digits, and
 * the column is text: exact, but compared letter by letter. Both come back as strings.
 */
const decimalRow: Row = ({ options }) => {
  const precision = typeof options.precision === 'number' ? options.precision : null
  const scale = typeof options.scale === 'number' ? options.scale : precision === null ? null : 0
  refuseZerofill('DECIMAL', options)
  if (precision !== null && precision > EXACT_DIGITS) {
    return {
      sql: 'TEXT',
      toBind: (value) => checkNumber(decimalText(value, scale)),
      fromRow: (value) => (value === null ? null : decimalText(value, scale)),
      check: checkNumber,
      unordered: `DECIMAL(${precision}, ${String(scale)}) is kept as text on SQLite, which would compare it letter by letter. Declare a precision of ${EXACT_DIGITS} at most, or keep whole units in a BIGINT.`,
    }
  }
  const toBind = (value: unknown): unknown => {
    const text = checkNumber(decimalText(value, scale))
    if (typeof text !== 'string') return text
    if (text.replace(/^-?0*\.?0*|\./g, '').length > EXACT_DIGITS) {
      throw new DataTypeValidationError(
        `${text} has more than ${EXACT_DIGITS} digits, which SQLite cannot keep in a number. Declare the attribute as DECIMAL(precision, scale) with a precision above ${EXACT_DIGITS}: it is then stored as text`,
      )
    }
    return Number(text)
  }
  return {
    sql: precision === null ? 'DECIMAL' : `DECIMAL(${precision},${scale})`,
    toBind,
    fromRow: (value) => (value === null ? null : decimalText(value, scale)),
    check: toBind,
  }
}
const checkNumber = (value: unknown): unknown => (value === 'NaN' || Number.isNaN(value) ? toNumber('NaN') : value)

/** A decimal in plain digits, rounded half away from zero to `scale` digits after the point (null: as many as there are). */
export function decimalText(value: unknown, scale: number | null): unknown {
  const given =
    typeof value === 'object' && value !== null && typeof (value as { toFixed?: unknown }).toFixed === 'function'
      ? (value as { toFixed(): string }).toFixed()
      : value
  const text = decimalOf(given)
  if (text === null || scale === null) return text ?? value
  const negative = text.startsWith('-')
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.')
  let digits = whole + fraction.slice(0, scale).padEnd(scale, '0')
  if (fraction.charCodeAt(scale) >= 53) digits = String(BigInt(digits) + 1n).padStart(digits.length, '0')
  const at = digits.length - scale
  const result = scale === 0 ? digits : `${digits.slice(0, at)}.${digits.slice(at)}`
  return negative && /[1-9]/.test(result) ? `-${result}` : result
}

// ---------------------------------------------------------------- the rest
const toBoolean = (value: unknown): unknown => (value === true ? 1 : value === false ? 0 : value)
const fromBoolean = (value: unknown): unknown => {
  if (value === 1) return true
  if (value === 0) return false
  // What other programs leave in such columns.
  if (value === 'true' || value === '1') return true
  if (value === 'false' || value === '0') return false
  return value
}

const dateRow: Row = (type) => ({
  sql: 'TEXT',
  toBind: (value) => {
    const date = type.sanitize(value)
    return date instanceof Date ? dateText(date) : date
  },
  fromRow: readDate,
  check: (value) => {
    const date = type.sanitize(value)
    // Text order is time order in four digits only.
    if (date instanceof Date && !(date.getUTCFullYear() >= 0 && date.getUTCFullYear() <= 9999))
      throw new DataTypeValidationError(
        `${date.toISOString()} does not fit into a date of SQLite, which has the years 0 to 9999`,
      )
  },
})
const dayRow: Row = (type) => ({ sql: 'TEXT', toBind: (value) => type.sanitize(value), fromRow: null })

const jsonRow = row(
  'TEXT',
  (value) => (value === undefined ? null : JSON.stringify(value)),
  // Databases of Sequelize 6 declare such columns JSON, whose affinity turns the text of a number into a number.
  (value) => (typeof value === 'string' ? (JSON.parse(value) as unknown) : value),
)
const blobRow: Row = (type) => ({
  sql: 'BLOB',
  toBind: (value) => type.toBindableValue(value),
  fromRow: (value) => (typeof value === 'string' ? Buffer.from(value, 'utf8') : value),
})

const integer: Row = ({ key, options }) => {
  refuseZerofill(key, options)
  return { sql: 'INTEGER', toBind: toInteger, fromRow: null }
}
const bigInt: Row = ({ key, options }) => {
  refuseZerofill(key, options)
  return { sql: 'BIGINT', toBind: toBigInt, fromRow: fromBigInt, check: toBigInt }
}
const real: Row = ({ key, options }) => {
  refuseZerofill(key, options)
  if (options.scale !== undefined)
    throw new UnsupportedFeatureError(
      `DataTypes.${key}(${String(options.precision)}, ${String(options.scale)}) is not available on SQLite, whose floating point numbers have no scale. Use DataTypes.DECIMAL, or leave the scale out.`,
    )
  return { sql: 'REAL', toBind: toNumber, fromRow: null, check: toNumber }
}
function refuseZerofill(key: string, options: DataType['options']): void {
  if (options.zerofill === true)
    throw new UnsupportedFeatureError(
      `DataTypes.${key}.ZEROFILL is not available on SQLite, whose numbers have no width. Leave ZEROFILL out.`,
    )
}
const time: Row = (type) => ({ sql: 'TEXT', toBind: (value) => type.sanitize(value), fromRow: null })
const text = row('TEXT', toText)

/** A value whose type nobody knows: fragments, raw queries. Whole numbers go as integers, which a double is not: `7 / ?`, `'no ' || ?`. */
export class LooseType extends AbstractType {
  static override key = 'LOOSE'
}
LooseType.prototype.key = LooseType.key
const looseValue = (value: unknown): unknown => {
  switch (typeof value) {
    case 'number':
      return Number.isSafeInteger(value) ? BigInt(value) : value
    case 'boolean':
      return value ? 1n : 0n
    case 'undefined':
      return null
    case 'object':
      return value instanceof Date ? dateText(value) : value
    default:
      return value
  }
}

const rows: Readonly<Record<string, Row>> = {
  STRING: textRow,
  CHAR: textRow,
  TEXT: text,
  CITEXT: row('TEXT COLLATE NOCASE', toText),
  TINYINT: integer,
  SMALLINT: integer,
  MEDIUMINT: integer,
  INTEGER: integer,
  BIGINT: bigInt,
  FLOAT: real,
  DOUBLE: real,
  REAL: real,
  DECIMAL: decimalRow,
  BOOLEAN: row('TINYINT(1)', toBoolean, fromBoolean),
  DATE: dateRow,
  DATEONLY: dayRow,
  TIME: time,
  UUID: text,
  UUIDV1: text,
  UUIDV4: text,
  UUIDV7: text,
  BLOB: blobRow,
  ENUM: text,
  JSON: jsonRow,
  JSONB: jsonRow,
  LOOSE: row('', looseValue),
}

/** What to do instead, for types that are PostgreSQL's own. */
const REMEDIES: Readonly<Record<string, string>> = {
  ARRAY: 'Use DataTypes.JSON.',
  HSTORE: 'Use DataTypes.JSON.',
  RANGE: 'Use two attributes.',
  GEOMETRY: 'Use DataTypes.JSON for GeoJSON.',
  GEOGRAPHY: 'Use DataTypes.JSON for GeoJSON.',
  TSVECTOR: 'Use an FTS5 table by raw queries.',
  INET: 'Use DataTypes.STRING with the validator isIP.',
  CIDR: 'Use DataTypes.STRING.',
  MACADDR: 'Use DataTypes.STRING.',
  MACADDR8: 'Use DataTypes.STRING.',
}

// A column of a type that we know nothing about: numbers stay as they are, its affinity is the user's business.
const looseToBind = (value: unknown): unknown =>
  typeof value === 'boolean' || value instanceof Date || value === undefined ? looseValue(value) : value

export const codec = codecsOf({
  engine: 'SQLite',
  builtIn: (type) => (Object.hasOwn(rows, type.key) ? rows[type.key]!(type) : undefined),
  isText: ({ key }) => key === 'SQL',
  looseToBind,
  remedies: REMEDIES,
})
