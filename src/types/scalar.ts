/** Data types of one value: strings, numbers, booleans, UUIDs, bytes, enums, network addresses. Docs: models/data-types. */
import { isIP, isIPv4, isIPv6 } from 'node:net'
import { isPlainObject } from '../base/freeze.js'
import { DefinitionError } from '../errors/index.js'
import { AbstractType, refuse, show } from './data-type.js'
import { decimalOf, integerOf, isDecimalObject } from './numbers.js'

type Options = Readonly<Record<string, unknown>>
/** Arguments of `STRING(100)` and of `STRING({ length: 100 })` alike. */
const named = (first: unknown, name: string, rest: Options = {}): Options => {
  const given = isPlainObject(first) ? first : { [name]: first }
  return Object.fromEntries(Object.entries({ ...rest, ...given }).filter(([, value]) => value !== undefined))
}

/** Throws `DefinitionError` for what cannot be the measure of a type: counts of characters, bytes and digits. */
function counted(options: Options, key: string, names: readonly string[]): Options {
  for (const name of names) {
    const value = options[name]
    const least = name === 'scale' ? 0 : 1
    if (value !== undefined && value !== null && !(Number.isSafeInteger(value) && (value as number) >= least))
      throw new DefinitionError(`DataTypes.${key}: ${name} is a whole number from ${least} on, got ${show(value)}.`)
  }
  return options
}

/** Throws `DefinitionError` where more digits stand behind the point than there are in all. */
function scaled(options: Options, key: string): Options {
  const { precision, scale } = options
  if (typeof precision === 'number' && typeof scale === 'number' && scale > precision)
    throw new DefinitionError(
      `DataTypes.${key}(${precision}, ${scale}): ${scale} digits behind the point are more than the ${precision} there are in all. Write the number of all digits first: ${key}(${precision + scale}, ${scale}).`,
    )
  return options
}

/** Text of limited length (default 255 where the engine wants a limit). Only strings are accepted; bytes too when `BINARY`. */
export class StringType extends AbstractType<string> {
  static override key = 'STRING'
  /** Compares by bytes: `STRING.BINARY`, `STRING(100).BINARY`. */
  static get BINARY(): StringType {
    return new this(undefined, true)
  }
  constructor(length?: number | { readonly length?: number; readonly binary?: boolean }, binary?: boolean) {
    super(counted(named(length, 'length', { binary: binary || undefined }), new.target.key, ['length']))
  }
  get BINARY(): StringType {
    return new (this.constructor as typeof StringType)({ ...this.options, binary: true })
  }
  /** @deprecated v6's name of `options.length`. */
  get _length(): unknown {
    return this.options.length ?? 255
  }
  override validate(value: unknown): void {
    if (typeof value !== 'string' && this.options.binary === true && value instanceof Uint8Array) return
    assertText(value)
  }
  override toSql(): string {
    return `${this.key === 'CHAR' ? 'CHAR' : 'VARCHAR'}(${String(this.options.length ?? 255)})${this.options.binary === true ? ' BINARY' : ''}`
  }
}
export class CharType extends StringType {
  static override key = 'CHAR'
}

/** Text without a limit, or of one of MySQL's sizes: `TEXT('tiny')`. */
export class TextType extends AbstractType<string> {
  static override key = 'TEXT'
  constructor(length?: 'tiny' | 'medium' | 'long' | { readonly length?: 'tiny' | 'medium' | 'long' }) {
    super(sized(length, 'TEXT'))
  }
  override validate(value: unknown): void {
    assertText(value)
  }
  override toSql(): string {
    return `${String(this.options.length ?? '').toUpperCase()}TEXT`
  }
}
function sized(length: unknown, key: string): Options {
  const options = named(length, 'length')
  const size = typeof options.length === 'string' ? options.length.toLowerCase() : options.length
  if (size !== undefined && size !== 'tiny' && size !== 'medium' && size !== 'long')
    throw new DefinitionError(
      `DataTypes.${key} takes 'tiny', 'medium' or 'long' as its length, got ${show(options.length)}.`,
    )
  return size === undefined ? options : { ...options, length: size }
}

/** A lone half of a surrogate pair is no character: every engine would store U+FFFD in its place. */
function assertText(value: unknown): asserts value is string {
  if (typeof value !== 'string')
    refuse(value, 'string', typeof value === 'object' ? '' : 'Only strings are accepted: convert the value first')
  if (!(value as unknown as WellFormed).isWellFormed()) refuse(value, 'string', 'It holds half of a surrogate pair')
}
/** In Node since 20, in TypeScript's libraries since ES2024. */
interface WellFormed {
  isWellFormed(): boolean
}

class PlainText extends AbstractType<string> {
  override validate(value: unknown): void {
    assertText(value)
  }
  override toSql(): string {
    return this.key
  }
}
/** Text that compares without regard to case. */
export class CiTextType extends PlainText {
  static override key = 'CITEXT'
}
export class TsVectorType extends PlainText {
  static override key = 'TSVECTOR'
}

export interface NumberTypeOptions {
  readonly length?: number
  readonly precision?: number
  readonly scale?: number
  readonly unsigned?: boolean
  readonly zerofill?: boolean
}
/** What every type of numbers is, `type instanceof DataTypes.NUMBER`, and what types of one's own may extend. No engine has a column of it. */
export class NumberType extends AbstractType<number | bigint | string> {
  static override key = 'NUMBER'
  /** No negative numbers: `INTEGER.UNSIGNED`, `INTEGER(10).UNSIGNED.ZEROFILL`. */
  static get UNSIGNED(): NumberType {
    return new (this as unknown as NumberClass)({ unsigned: true })
  }
  static get ZEROFILL(): NumberType {
    return new (this as unknown as NumberClass)({ zerofill: true })
  }
  get UNSIGNED(): this {
    return this.with({ unsigned: true })
  }
  get ZEROFILL(): this {
    return this.with({ zerofill: true })
  }
  private with(more: NumberTypeOptions): this {
    return new (this.constructor as NumberClass)({ ...this.options, ...more }) as this
  }

  protected refuse(value: unknown, what: string, remark?: string): never {
    refuse(value, `${this.options.unsigned === true ? 'unsigned ' : ''}${what}`, remark)
  }
  /** Decimal objects and bigints become text, which JSON can hold. */
  override sanitize(value: unknown): unknown {
    return isDecimalObject(value) ? value.toFixed() : typeof value === 'bigint' ? String(value) : value
  }
  override areValuesEqual(a: unknown, b: unknown): boolean {
    if (a === b) return true
    if (typeof a === 'number' && typeof b === 'number') return Number.isNaN(a) && Number.isNaN(b)
    const left = decimalOf(this.sanitize(a))
    return left === null ? super.areValuesEqual(a, b) : left === decimalOf(this.sanitize(b))
  }
  override toSql(): string {
    const { length, precision, scale, unsigned, zerofill } = this.options
    const numbers = [precision ?? length, scale].filter((item) => item !== undefined)
    return `${this.key}${numbers.length > 0 ? `(${numbers.join(',')})` : ''}${unsigned === true ? ' UNSIGNED' : ''}${zerofill === true ? ' ZEROFILL' : ''}`
  }
}
type NumberClass = new (options?: NumberTypeOptions) => NumberType

/** Whole numbers: numbers within the safe range, bigints, strings of digits. */
export class IntegerType extends NumberType {
  static override key = 'INTEGER'
  constructor(length?: number | NumberTypeOptions) {
    super(counted(named(length, 'length'), new.target.key, ['length']))
  }
  override sanitize(value: unknown): unknown {
    if (typeof value === 'number') return value
    const text = super.sanitize(value)
    return integerOf(text) === null ? text : asNumber(text)
  }
  override validate(value: unknown): void {
    if (Number.isSafeInteger(value) && this.options.unsigned !== true) return
    const given = this.sanitize(value)
    if (typeof given === 'number' && Number.isInteger(given) && !Number.isSafeInteger(given)) {
      this.refuse(value, this.word, 'JavaScript numbers beyond ±(2^53 - 1) are not exact: use a bigint or a string')
    }
    const integer = integerOf(given)
    if (integer === null || (this.options.unsigned === true && integer < 0n)) this.refuse(value, this.word)
  }
  protected get word(): string {
    return this.key.toLowerCase()
  }
}
export class TinyIntType extends IntegerType {
  static override key = 'TINYINT'
}
export class SmallIntType extends IntegerType {
  static override key = 'SMALLINT'
}
export class MediumIntType extends IntegerType {
  static override key = 'MEDIUMINT'
}
/** 64 bits. Read back as a string; numbers, bigints and strings are accepted. */
export class BigIntType extends IntegerType {
  static override key = 'BIGINT'
  override sanitize(value: unknown): unknown {
    return isDecimalObject(value) || typeof value === 'bigint' ? String(super.sanitize(value)) : value
  }
}
/** Text that names a number, as the number, where that loses nothing: what the row will hold. Everything else stays as it was given. */
const asNumber = (value: unknown): unknown => {
  if (typeof value !== 'string') return value
  const decimal = decimalOf(value)
  return decimal !== null && decimalOf(Number(decimal)) === decimal ? Number(decimal) : value
}

/** Binary floating point, single precision where the engine has one. NaN and Infinity, too, where the engine has them. */
export class FloatType extends NumberType {
  static override key = 'FLOAT'
  constructor(precision?: number | NumberTypeOptions, scale?: number) {
    super(counted(named(precision, 'precision', { scale }), new.target.key, ['length', 'precision', 'scale']))
  }
  override sanitize(value: unknown): unknown {
    return typeof value === 'number' ? value : asNumber(super.sanitize(value))
  }
  override validate(value: unknown): void {
    if (typeof value === 'number' && this.options.unsigned !== true) return
    const given = this.sanitize(value)
    if (typeof given !== 'number' && decimalOf(given) === null) this.refuse(value, this.key.toLowerCase())
    if (this.options.unsigned === true && Number(given) < 0) this.refuse(value, this.key.toLowerCase())
  }
}
export class DoubleType extends FloatType {
  static override key = 'DOUBLE'
  override toSql(): string {
    return super.toSql().replace('DOUBLE', 'DOUBLE PRECISION')
  }
}
/** @deprecated Use FLOAT. */
export class RealType extends FloatType {
  static override key = 'REAL'
}

/** Exact decimal numbers. Read back as strings; numbers, bigints, strings and Decimal objects are accepted, NaN where the engine has it. */
export class DecimalType extends NumberType {
  static override key = 'DECIMAL'
  constructor(precision?: number | NumberTypeOptions, scale?: number) {
    super(
      scaled(
        counted(named(precision, 'precision', { scale }), new.target.key, ['length', 'precision', 'scale']),
        new.target.key,
      ),
    )
  }
  override sanitize(value: unknown): unknown {
    return Number.isNaN(value) ? 'NaN' : super.sanitize(value)
  }
  override validate(value: unknown): void {
    if (value === 'NaN' || Number.isNaN(value)) return
    const decimal = decimalOf(this.sanitize(value))
    if (decimal === null || (this.options.unsigned === true && decimal.startsWith('-'))) this.refuse(value, 'decimal')
  }
}

/** `true` and `false`, nothing else. */
export class BooleanType extends AbstractType<boolean> {
  static override key = 'BOOLEAN'
  override validate(value: unknown): void {
    if (typeof value !== 'boolean') refuse(value, 'boolean', 'Only true and false are accepted')
  }
  override toSql(): string {
    return 'BOOLEAN'
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/** UUIDs as text. `UUID.V4` and its siblings accept one version only. */
export class UuidType extends AbstractType<string> {
  static override key = 'UUID'
  static get V1(): UuidType {
    return new this(1)
  }
  static get V4(): UuidType {
    return new this(4)
  }
  static get V7(): UuidType {
    return new this(7)
  }
  constructor(version?: 1 | 4 | 7 | 'all' | { readonly version?: 1 | 4 | 7 | 'all' }) {
    super(named(version, 'version'))
  }
  /** Lower case, as PostgreSQL writes them: one UUID has one spelling, also on engines that compare text letter by letter. */
  override sanitize(value: unknown): unknown {
    return typeof value === 'string' ? value.toLowerCase() : value
  }
  override validate(value: unknown): void {
    const { version = 'all' } = this.options
    const match = typeof value === 'string' ? UUID.exec(value) : null
    if (!match || (version !== 'all' && match[1] !== String(version)))
      refuse(value, version === 'all' ? 'uuid' : `uuid (version: ${String(version)})`)
  }
  override areValuesEqual(a: unknown, b: unknown): boolean {
    return a === b || (typeof a === 'string' && typeof b === 'string' && a.toLowerCase() === b.toLowerCase())
  }
  override toSql(): string {
    return 'UUID'
  }
}
/** Markers for `defaultValue`: a new UUID per instance. */
export class UuidV1Type extends UuidType {
  static override key = 'UUIDV1'
}
export class UuidV4Type extends UuidType {
  static override key = 'UUIDV4'
}
export class UuidV7Type extends UuidType {
  static override key = 'UUIDV7'
}

/** Bytes. Strings are accepted and stored as UTF-8; read back as a Buffer. */
export class BlobType extends AbstractType<Uint8Array | string> {
  static override key = 'BLOB'
  constructor(length?: 'tiny' | 'medium' | 'long' | { readonly length?: 'tiny' | 'medium' | 'long' }) {
    super(sized(length, 'BLOB'))
  }
  override sanitize(value: unknown): unknown {
    if (Buffer.isBuffer(value)) return value
    if (typeof value === 'string') return Buffer.from(value, 'utf8')
    if (value instanceof ArrayBuffer) return Buffer.from(value)
    if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    return value
  }
  override validate(value: unknown): void {
    if (typeof value !== 'string' && !ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer))
      refuse(value, 'blob', 'Strings, Buffers and typed arrays are accepted')
  }
  override areValuesEqual(a: unknown, b: unknown): boolean {
    const [left, right] = [this.sanitize(a), this.sanitize(b)]
    return Buffer.isBuffer(left) && Buffer.isBuffer(right) ? left.equals(right) : left === right
  }
  override toBindableValue(value: Uint8Array | string): unknown {
    return this.sanitize(value)
  }
  override toSql(): string {
    return `${String(this.options.length ?? '').toUpperCase()}BLOB`
  }
}

type EnumArgument =
  | string
  | readonly string[]
  | { readonly values: readonly string[] }
  | Readonly<Record<string, string>>
/** One of a list of words: `ENUM('a', 'b')`, `ENUM(['a', 'b'])`, `ENUM({ values: ['a', 'b'] })`, or a TypeScript enum of strings. */
export class EnumType extends AbstractType<string> {
  static override key = 'ENUM'
  readonly values: readonly string[]
  constructor(...args: EnumArgument[]) {
    const values = Object.freeze(enumValues(args))
    super({ values })
    this.values = values
  }
  override validate(value: unknown): void {
    if (!this.values.includes(value as string)) refuse(value, `choice for the enum ${show(this.values)}`)
  }
  override toSql(): string {
    return `ENUM(${this.values.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ')})`
  }
}
function enumValues(args: readonly unknown[]): readonly string[] {
  const first = args[0]
  const list: readonly unknown[] =
    args.length !== 1 || typeof first !== 'object' || first === null
      ? args
      : Array.isArray(first)
        ? (first as unknown[])
        : Array.isArray((first as { values?: unknown }).values)
          ? (first as { values: unknown[] }).values
          : Object.values(first)
  const values = list.map((value) => {
    if (typeof value !== 'string')
      throw new DefinitionError(
        `The values of DataTypes.ENUM must be strings, got ${show(value)}. A TypeScript enum needs string members (A = 'A').`,
      )
    return value
  })
  const twice = values.find((value, index) => values.indexOf(value) !== index)
  if (twice !== undefined) throw new DefinitionError(`DataTypes.ENUM lists ${show(twice)} twice.`)
  return values
}

/** IP address with an optional prefix length. */
export class InetType extends PlainText {
  static override key = 'INET'
  override validate(value: unknown): void {
    if (!isAddress(value, false)) refuse(value, 'inet')
  }
}
/** Network in CIDR notation. */
export class CidrType extends PlainText {
  static override key = 'CIDR'
  override validate(value: unknown): void {
    if (!isAddress(value, true)) refuse(value, 'cidr')
  }
}
function isAddress(value: unknown, needsPrefix: boolean): boolean {
  if (typeof value !== 'string') return false
  const [address = '', prefix, ...more] = value.split('/')
  if (more.length > 0 || isIP(address) === 0) return false
  if (prefix === undefined) return !needsPrefix
  const limit = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= limit
}
export class MacAddrType extends PlainText {
  static override key = 'MACADDR'
  override validate(value: unknown): void {
    if (typeof value !== 'string' || !/^[0-9a-f]{2}([:-]?)([0-9a-f]{2}\1){4}[0-9a-f]{2}$/i.test(value))
      refuse(value, 'macaddr')
  }
}
export class MacAddr8Type extends PlainText {
  static override key = 'MACADDR8'
  override validate(value: unknown): void {
    if (typeof value !== 'string' || !/^[0-9a-f]{2}([:-]?)([0-9a-f]{2}\1){6}[0-9a-f]{2}$/i.test(value))
      refuse(value, 'macaddr8')
  }
}
