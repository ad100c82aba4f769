/**
 * One row per data type: what MySQL and MariaDB call it, and how values travel to them and back. Types in, codecs out (cached per type).
 * Values arrive as the drivers here give them (`driver`): dates, decimals and JSON as text, 64-bit integers as numbers where those are exact.
 */
import { DefinitionError, UnsupportedFeatureError } from '../../errors/base.js'
import { DataTypeValidationError } from '../../errors/validation.js'
import type { DataType, TypeCodec } from '../../types/data-type.js'
import { AbstractType } from '../../types/data-type.js'
import { decimalOf, isDecimalObject } from '../../types/numbers.js'
import { codecsOf } from '../codec.js'
import type { Clock } from './dates.js'
import { geometryBytes, geometryOf } from './geometry.js'
import { text } from './text.js'

type Row = (type: DataType, clock: Clock) => TypeCodec
type Convert = ((value: unknown) => unknown) | null

const row =
  (sql: string, toBind: Convert = null, fromRow: Convert = null): Row =>
  () => ({ sql, toBind, fromRow })

const number = (value: unknown): number | null => (typeof value === 'number' ? value : null)

// ---------------------------------------------------------------- text
// A number compared with text would make a number of every row's text, past every index.
const toText = (value: unknown): unknown =>
  typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : value
const sizedText =
  (name: string): Row =>
  ({ options }) => ({
    sql: `${name}(${String(options.length ?? 255)})${options.binary === true ? ' BINARY' : ''}`,
    toBind: toText,
    fromRow: null,
  })
const lengthOf = ({ options }: DataType): string => String(options.length ?? '').toUpperCase()
const longText: Row = (type) => ({ sql: `${lengthOf(type)}TEXT`, toBind: toText, fromRow: null })
const uuid = row('CHAR(36) BINARY')

// ---------------------------------------------------------------- numbers
const signs = ({ options }: DataType): string =>
  // ZEROFILL columns are unsigned, said or not.
  `${options.unsigned === true || options.zerofill === true ? ' UNSIGNED' : ''}${options.zerofill === true ? ' ZEROFILL' : ''}`
const INTEGER_TEXT = /^\s*[+-]?\d+\s*$/
const toInteger = (value: unknown): unknown => {
  if (typeof value !== 'string' || !INTEGER_TEXT.test(value)) return value
  const whole = Number(value)
  return Number.isSafeInteger(whole) ? whole : BigInt(value.trim().replace('+', ''))
}
const integerRow =
  (name: string): Row =>
  (type) => ({
    // Elsewhere the width means nothing, and newer servers warn of it.
    sql: `${name}${type.options.zerofill === true && number(type.options.length) !== null ? `(${String(type.options.length)})` : ''}${signs(type)}`,
    toBind: toInteger,
    fromRow: null,
  })
const bigIntRow: Row = (type, clock) => {
  const isUnsigned = type.options.unsigned === true || type.options.zerofill === true
  const [least, most] = isUnsigned ? [0n, 2n ** 64n - 1n] : [-(2n ** 63n), 2n ** 63n - 1n]
  const checked = (value: unknown): unknown => {
    const whole = toInteger(value)
    if (typeof whole === 'bigint' && (whole < least || whole > most))
      throw new DataTypeValidationError(
        `${whole} does not fit into a BIGINT${isUnsigned ? ' UNSIGNED' : ''}, which holds ${least} to ${most}. Use DECIMAL or STRING`,
      )
    return whole
  }
  return {
    ...integerRow('BIGINT')(type, clock),
    toBind: checked,
    check: checked,
    fromRow: (value) => (typeof value === 'number' || typeof value === 'bigint' ? String(value) : value),
  }
}

const toNumber = (value: unknown): unknown => {
  const found = typeof value === 'string' || typeof value === 'bigint' ? Number(value) : value
  if (typeof found === 'number' && !Number.isFinite(found))
    throw new DataTypeValidationError(`${found} cannot be stored: MySQL and MariaDB have no such number`)
  return found
}
const scaled = ({ options }: DataType): string =>
  number(options.precision) === null
    ? ''
    : `(${String(options.precision)}${number(options.scale) === null ? '' : `,${String(options.scale)}`})`
/** The number that the column will hold: a double that is finer would never be equal to it. */
const toFloat = (value: unknown): unknown => {
  const found = toNumber(value)
  const held = typeof found === 'number' ? Math.fround(found) : found
  // Too large: the server says so.
  return held === Infinity || held === -Infinity ? found : held
}
/** A FLOAT has 24 bits. Prepared statements send them as they are: 1.1 would come back as 1.100000023841858. */
const shortest = (value: unknown): unknown => {
  if (typeof value !== 'number') return value
  for (let digits = 6; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}
const floatRow =
  (name: string, toBind: Convert = toNumber, fromRow: Convert = null): Row =>
  (type) => ({
    // One number alone would choose between FLOAT and DOUBLE; both, and MySQL rounds.
    sql: `${name}${number(type.options.scale) === null ? '' : scaled(type)}${signs(type)}`,
    // With digits of its own, the column rounds by itself.
    toBind: number(type.options.scale) === null ? toBind : toNumber,
    fromRow,
    check: toNumber,
  })
const decimalRow: Row = (type) => {
  const precision = number(type.options.precision)
  if (precision === null)
    throw new UnsupportedFeatureError(
      'DataTypes.DECIMAL without a precision is not available on MySQL and MariaDB, which would round to whole numbers of ten digits. Say how many digits there are, and how many after the point: DataTypes.DECIMAL(20, 6).',
    )
  const scale = number(type.options.scale) ?? 0
  return {
    sql: `DECIMAL(${precision},${scale})${signs(type)}`,
    toBind: (value) =>
      decimalOf(isDecimalObject(value) ? value.toFixed() : value) ?? toNumber(value === 'NaN' ? Number.NaN : value),
    fromRow: (value) => (typeof value === 'number' || typeof value === 'bigint' ? String(value) : value),
    check: (value) => {
      if (value === 'NaN') toNumber(Number.NaN)
    },
  }
}

const fromBoolean = (value: unknown): unknown => {
  if (value === 1) return true
  if (value === 0) return false
  // BIT(1) columns, and what other programs make of text.
  if (value instanceof Uint8Array) return value[0] === 1
  if (value === '1' || value === 'true') return true
  if (value === '0' || value === 'false') return false
  return value
}

// ---------------------------------------------------------------- time
const dateRow: Row = (type, clock) => {
  const digits = number(type.options.precision)
  const kept = Math.min(digits ?? 6, 3)
  return {
    sql: `DATETIME(${digits ?? 6})`.replace('(0)', ''),
    toBind: (value) => {
      const date = value instanceof Date ? value : type.sanitize(value)
      return date instanceof Date ? clock.text(date, kept) : date
    },
    fromRow: clock.read,
    check: (value) => {
      const date = type.sanitize(value)
      if (date instanceof Date && !isWithinYears(date))
        throw new DataTypeValidationError(
          `${date.toISOString()} does not fit into a DATETIME, which holds the years 0 to 9999`,
        )
    },
  }
}
const isWithinYears = (date: Date): boolean => date.getUTCFullYear() >= 0 && date.getUTCFullYear() <= 9999
const dayRow: Row = (type) => ({
  sql: 'DATE',
  toBind: (value) => type.sanitize(value),
  fromRow: (value) => (typeof value === 'string' && value.length > 10 ? value.slice(0, 10) : value),
})
/** `12:00:00.500000`, as one of the drivers has it, with as many digits as the column has. */
const cut = (time: unknown, digits: number): unknown => {
  if (typeof time !== 'string') return time
  const [whole = '', fraction = ''] = time.split('.')
  return digits === 0 || fraction === '' ? whole : `${whole}.${fraction.slice(0, digits)}`
}
const timeRow: Row = (type) => {
  const digits = number(type.options.precision) ?? 0
  return {
    sql: digits === 0 ? 'TIME' : `TIME(${digits})`,
    // What is finer than the column is cut off: the server would round 23:59:59.9 to 24:00:00.
    toBind: (value) => cut(type.sanitize(value), digits),
    fromRow: (value) => {
      if (typeof value !== 'string') return value
      const [whole = '', fraction = ''] = value.split('.')
      return digits === 0 ? whole : `${whole}.${fraction.padEnd(digits, '0').slice(0, digits)}`
    },
  }
}

// ---------------------------------------------------------------- the rest
const jsonRow = row(
  'JSON',
  (value) => (value === undefined ? null : JSON.stringify(value)),
  (value) => (typeof value === 'string' ? (JSON.parse(value) as unknown) : value),
)
const blobRow: Row = (type) => ({
  sql: `${lengthOf(type)}BLOB`,
  toBind: (value) => {
    const bytes = type.toBindableValue(value)
    return ArrayBuffer.isView(bytes) && !Buffer.isBuffer(bytes)
      ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      : bytes
  },
  fromRow: (value) => (typeof value === 'string' ? Buffer.from(value, 'utf8') : value),
})
const enumRow: Row = (type) => ({
  sql: `ENUM(${((type.options.values ?? []) as readonly string[]).map(text).join(',')})`,
  toBind: null,
  fromRow: null,
})
const geometryRow: Row = ({ options }) => {
  const srid = number(options.srid) ?? 0
  if (options.srid !== undefined && !(Number.isSafeInteger(srid) && srid >= 0 && options.srid === srid))
    throw new DefinitionError(
      `The srid of DataTypes.GEOMETRY must be a whole number such as 4326, got ${String(options.srid)}.`,
    )
  return {
    sql: typeof options.type === 'string' ? options.type.toUpperCase() : 'GEOMETRY',
    toBind: (value) => geometryBytes(value, srid),
    fromRow: (value) => geometryOf(value, options.type),
  }
}

/** A value whose type nobody knows: fragments, raw queries. */
export class LooseType extends AbstractType {
  static override key = 'LOOSE'
}
LooseType.prototype.key = LooseType.key
const looseValue = (value: unknown, clock: Clock): unknown => {
  switch (typeof value) {
    case 'boolean':
      return value ? 1 : 0
    case 'undefined':
      return null
    case 'object':
      return value instanceof Date ? clock.text(value) : value
    default:
      return value
  }
}

const rows: Readonly<Record<string, Row>> = {
  STRING: sizedText('VARCHAR'),
  CHAR: sizedText('CHAR'),
  TEXT: longText,
  TINYINT: integerRow('TINYINT'),
  SMALLINT: integerRow('SMALLINT'),
  MEDIUMINT: integerRow('MEDIUMINT'),
  INTEGER: integerRow('INTEGER'),
  BIGINT: bigIntRow,
  // Statements that are not prepared answer with six digits of a FLOAT, and with all of a double.
  FLOAT: (type, clock) => ({
    ...floatRow('FLOAT', toFloat, shortest)(type, clock),
    select: (expr) => ({ kind: 'template', texts: ['(', ' + 0e0)'], exprs: [expr] }),
  }),
  DOUBLE: floatRow('DOUBLE PRECISION'),
  REAL: floatRow('DOUBLE PRECISION'),
  DECIMAL: decimalRow,
  BOOLEAN: row('TINYINT(1)', (value) => (value === true ? 1 : value === false ? 0 : value), fromBoolean),
  DATE: dateRow,
  DATEONLY: dayRow,
  TIME: timeRow,
  UUID: uuid,
  UUIDV1: uuid,
  UUIDV4: uuid,
  UUIDV7: uuid,
  BLOB: blobRow,
  ENUM: enumRow,
  JSON: jsonRow,
  // Both are stored as the engine likes best.
  JSONB: jsonRow,
  GEOMETRY: geometryRow,
  LOOSE: (_type, clock) => ({ sql: '', toBind: (value) => looseValue(value, clock), fromRow: null }),
}

/** What to do instead, for types that are other engines' own. */
const REMEDIES: Readonly<Record<string, string>> = {
  CITEXT: 'Use DataTypes.STRING or TEXT: the default collations compare without regard to case.',
  ARRAY: 'Use DataTypes.JSON.',
  HSTORE: 'Use DataTypes.JSON.',
  RANGE: 'Use two attributes.',
  GEOGRAPHY: 'Use DataTypes.GEOMETRY.',
  TSVECTOR: 'Use a FULLTEXT index.',
  INET: 'Use DataTypes.STRING with the validator isIP.',
  CIDR: 'Use DataTypes.STRING.',
  MACADDR: 'Use DataTypes.STRING.',
  MACADDR8: 'Use DataTypes.STRING.',
}

export const codecsOfEngine = (engine: string, clock: Clock): ((type: DataType) => TypeCodec) =>
  codecsOf({
    engine,
    builtIn(type) {
      const found = Object.hasOwn(rows, type.key) ? rows[type.key]!(type, clock) : undefined
      return found && { ...found, sql: found.sql + systemOf(type, engine) }
    },
    isText: ({ key }) => key === 'SQL',
    looseToBind: (value) => looseValue(value, clock),
    remedies: REMEDIES,
  })

/** MySQL holds a column to its reference system, and can index it only then; MariaDB keeps it with each value. */
const systemOf = ({ key, options }: DataType, engine: string): string =>
  key === 'GEOMETRY' && options.srid !== undefined && engine === 'MySQL' ? ` SRID ${String(options.srid)}` : ''

/** What CAST takes: other names than columns have. */
export function castName(sql: string): string {
  const name = sql.toUpperCase().trim()
  const [, word = '', size = ''] = /^([A-Z ]+?)\s*(\(.*\))?(?:\s+(?:UNSIGNED|ZEROFILL|BINARY))*$/.exec(name) ?? []
  switch (word) {
    case 'INTEGER':
    case 'INT':
    case 'BIGINT':
    case 'SMALLINT':
    case 'MEDIUMINT':
    case 'TINYINT':
      return name.includes('UNSIGNED') ? 'UNSIGNED' : 'SIGNED'
    case 'BOOLEAN':
    case 'BOOL':
      return 'SIGNED'
    case 'DOUBLE PRECISION':
    case 'REAL':
      return 'DOUBLE'
    case 'VARCHAR':
      return `CHAR${size}`
    case 'TEXT':
    case 'TINYTEXT':
    case 'MEDIUMTEXT':
    case 'LONGTEXT':
    case 'ENUM':
      return 'CHAR'
    case 'BLOB':
    case 'TINYBLOB':
    case 'MEDIUMBLOB':
    case 'LONGBLOB':
    case 'VARBINARY':
      return `BINARY${word === 'VARBINARY' ? size : ''}`
    case 'TIMESTAMP':
      return `DATETIME${size}`
    default:
      return name
  }
}
