/** Data types made of parts: JSON, arrays, ranges, geometry; virtual attributes; SQL names that pass as they are. Docs: models/data-types. */
import { isDeepStrictEqual } from 'node:util'
import { isPlainObject } from '../base/freeze.js'
import { DataTypeValidationError, DefinitionError } from '../errors/index.js'
import type { DataType } from './data-type.js'
import { AbstractType, assertValue, refuse, show } from './data-type.js'
import { BigIntType, DecimalType, IntegerType } from './scalar.js'
import { DateOnlyType, DateType } from './temporal.js'

/** A column type in the words of the database. Mortise neither converts nor validates its values. */
export class SqlType extends AbstractType {
  static override key = 'SQL'
  readonly #sql: string
  constructor(sql: string) {
    super({ sql })
    this.#sql = sql
  }
  override toSql(): string {
    return this.#sql
  }
}

/**
 * The type that somebody means: an instance, a class, or an SQL name (`'VARBINARY(50)'`).
 * Throws `DefinitionError` for anything else; the caller says where it stood.
 */
export function normalizeType(value: unknown): DataType {
  if (typeof value === 'string' && value.trim() !== '') return new SqlType(value)
  if (value instanceof AbstractType) return value
  if (typeof value === 'function') {
    if (!isTypeClass(value))
      throw new DefinitionError(
        `${value.name || 'A function'} is not a data type. Data types are in DataTypes, or extend DataTypes.ABSTRACT.`,
      )
    return new value()
  }
  // A type of another copy of this package.
  if (
    typeof value === 'object' &&
    value !== null &&
    'key' in value &&
    typeof (value as DataType).validate === 'function' &&
    typeof (value as DataType).toSql === 'function'
  )
    return value as DataType
  throw new DefinitionError(`${show(value)} is not a data type. Write a type of DataTypes, e.g. DataTypes.STRING.`)
}
export const isTypeClass = (value: unknown): value is new () => AbstractType =>
  typeof value === 'function' &&
  typeof value.prototype === 'object' &&
  value.prototype !== null &&
  (value.prototype instanceof AbstractType || value.prototype === AbstractType.prototype)

/** Any value that JSON can hold. */
export class JsonType extends AbstractType {
  static override key = 'JSON'
  override validate(value: unknown): void {
    if (value === undefined || typeof value === 'function' || typeof value === 'symbol') refuse(value, 'JSON value')
    if (typeof value === 'object' || typeof value === 'bigint') assertJson(value)
  }
  override areValuesEqual(a: unknown, b: unknown): boolean {
    return isDeepStrictEqual(a, b)
  }
  override toBindableValue(value: unknown): unknown {
    return JSON.stringify(value)
  }
  override parseDatabaseValue(value: unknown): unknown {
    return typeof value === 'string' ? (JSON.parse(value) as unknown) : value
  }
  override toSql(): string {
    return this.key
  }
}
/** Finds what JSON.stringify would throw at. */
function assertJson(value: unknown, above: readonly unknown[] = []): void {
  if (typeof value === 'bigint' && !('toJSON' in BigInt.prototype))
    refuse(value, 'JSON value', 'JSON has no bigints: write it as a string')
  if (typeof value !== 'object' || value === null) return
  if (above.includes(value)) refuse(value, 'JSON value', 'It contains itself')
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return
  const around = [...above, value]
  for (const item of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) assertJson(item, around)
}
/** JSON in binary form, where the engine has it. */
export class JsonbType extends JsonType {
  static override key = 'JSONB'
}

/** Pairs of text. */
export class HstoreType extends AbstractType<Readonly<Record<string, string | null>>> {
  static override key = 'HSTORE'
  override validate(value: unknown): void {
    if (!isPlainObject(value)) refuse(value, 'hstore', 'It must be an object of strings')
    for (const [key, item] of Object.entries(value))
      if (item !== null && typeof item !== 'string')
        refuse(item, 'hstore value', `The value of "${key}" must be a string or null`)
  }
  override toSql(): string {
    return 'HSTORE'
  }
}

/** A list of one type: `ARRAY(DataTypes.STRING)`, nestable. */
export class ArrayType extends AbstractType<readonly unknown[]> {
  static override key = 'ARRAY'
  readonly type: DataType
  constructor(type?: unknown) {
    const given = isPlainObject(type) && 'type' in type ? type.type : type
    if (given === undefined)
      throw new DefinitionError('DataTypes.ARRAY needs the type of its elements: DataTypes.ARRAY(DataTypes.STRING).')
    const element = normalizeType(given)
    super({ type: element })
    this.type = element
  }
  override sanitize(value: unknown): unknown {
    return Array.isArray(value)
      ? value.map((item: unknown) => (isMissing(item) ? item : this.type.sanitize(item)))
      : value
  }
  override validate(value: unknown): void {
    if (!Array.isArray(value)) refuse(value, 'array')
    for (const item of value as unknown[]) if (!isMissing(item)) assertValue(this.type, item)
  }
  override areValuesEqual(a: unknown, b: unknown): boolean {
    if (!Array.isArray(a) || !Array.isArray(b)) return a === b
    return (
      a.length === b.length &&
      a.every((item: unknown, index) =>
        isMissing(item) ? item === b[index] : this.type.areValuesEqual(item, b[index]),
      )
    )
  }
  override toSql(): string {
    return `${this.type.toSql()}[]`
  }
}
const isMissing = (value: unknown): value is null | undefined => value === null || value === undefined

export interface RangePart {
  readonly value: unknown
  readonly inclusive: boolean
}
/**
 * Two ends of a numeric or temporal type. Ends are values, `{ value, inclusive }`, null (unbounded) or ±Infinity; `[]` is the empty range.
 * By default the lower end belongs to the range, the upper does not.
 */
export class RangeType extends AbstractType<readonly unknown[]> {
  static override key = 'RANGE'
  readonly subtype: DataType
  constructor(subtype?: unknown) {
    const given = isPlainObject(subtype) && 'subtype' in subtype ? subtype.subtype : subtype
    const type = given === undefined ? new IntegerType() : normalizeType(given)
    if (![IntegerType, BigIntType, DecimalType, DateType, DateOnlyType].some((one) => type instanceof one)) {
      throw new DefinitionError(`DataTypes.RANGE holds INTEGER, BIGINT, DECIMAL, DATE or DATEONLY, not ${type.key}.`)
    }
    super({ subtype: type })
    this.subtype = type
  }
  override sanitize(value: unknown): unknown {
    if (!Array.isArray(value) || (value.length !== 2 && value.length !== 0)) return value
    return value.map((end: unknown, index): RangePart => {
      const part = isPlainObject(end) && 'value' in end ? end : { value: end, inclusive: undefined }
      const inclusive = typeof part.inclusive === 'boolean' ? part.inclusive : index === 0
      return { value: isBound(part.value) ? this.subtype.sanitize(part.value) : (part.value ?? null), inclusive }
    })
  }
  override validate(value: unknown): void {
    if (typeof value === 'string' && RANGE_TEXT.test(value)) return
    if (!Array.isArray(value) || (value.length !== 2 && value.length !== 0))
      refuse(value, 'range', 'A range is [] or has two ends')
    for (const part of this.sanitize(value) as RangePart[]) {
      if (isBound(part.value)) assertValue(this.subtype, part.value)
      else if (typeof part.value === 'number' && this.subtype instanceof IntegerType)
        refuse(part.value, 'end of a range of whole numbers', 'Write null for a range without an end')
    }
  }
  override areValuesEqual(a: unknown, b: unknown): boolean {
    return isDeepStrictEqual(this.sanitize(a), this.sanitize(b))
  }
  override toSql(): string {
    return (
      { INTEGER: 'int4range', BIGINT: 'int8range', DECIMAL: 'numrange', DATE: 'tstzrange', DATEONLY: 'daterange' }[
        this.subtype.key
      ] ?? 'RANGE'
    )
  }
}
/** What PostgreSQL writes. */
const RANGE_TEXT = /^\s*(?:empty|[[(].*,.*[\])])\s*$/is
const isBound = (value: unknown): boolean => !isMissing(value) && value !== Infinity && value !== -Infinity

const SHAPES = ['Point', 'LineString', 'Polygon', 'MultiPoint', 'MultiLineString', 'MultiPolygon', 'GeometryCollection']
/** GeoJSON shapes: `GEOMETRY('POINT', 4326)`. */
export class GeometryType extends AbstractType<Readonly<Record<string, unknown>>> {
  static override key = 'GEOMETRY'
  constructor(type?: string | { readonly type?: string; readonly srid?: number }, srid?: number) {
    const given = isPlainObject(type) ? type : { type, srid }
    super(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)))
  }
  override validate(value: unknown): void {
    const shape = isPlainObject(value)
      ? SHAPES.find((name) => name.toLowerCase() === String(value.type).toLowerCase())
      : undefined
    if (shape === undefined) refuse(value, 'GeoJSON object', `Its "type" must be one of ${SHAPES.join(', ')}`)
    const wanted = this.options.type
    if (
      typeof wanted === 'string' &&
      wanted.toLowerCase() !== 'geometry' &&
      wanted.toLowerCase() !== shape.toLowerCase()
    )
      throw new DataTypeValidationError(`A ${shape} was given where the column takes ${wanted.toUpperCase()}.`)
  }
  override areValuesEqual(a: unknown, b: unknown): boolean {
    return isDeepStrictEqual(a, b)
  }
  override toSql(): string {
    const { type, srid } = this.options
    return `${this.key}${typeof type === 'string' ? `(${type.toUpperCase()}${srid === undefined ? '' : `,${String(srid)}`})` : ''}`
  }
}
export class GeographyType extends GeometryType {
  static override key = 'GEOGRAPHY'
}

/**
 * An attribute without a column. `returnType` describes its value; `dependencies` are the attributes that are loaded when a query selects it.
 * Docs: models/getters-setters-virtuals.
 */
export class VirtualType extends AbstractType {
  static override key = 'VIRTUAL'
  readonly returnType: DataType | null
  readonly attributeDependencies: readonly string[]
  constructor(returnType?: unknown, dependencies?: readonly string[]) {
    const type = isMissing(returnType) ? null : normalizeType(returnType)
    const names = Object.freeze([...(dependencies ?? [])])
    super({ returnType: type, attributeDependencies: names })
    this.returnType = type
    this.attributeDependencies = names
  }
  override get isVirtual(): boolean {
    return true
  }
  /** @deprecated v6's name of the dependencies. */
  get fields(): readonly string[] {
    return this.attributeDependencies
  }
  override toSql(): string {
    return 'VIRTUAL'
  }
}
