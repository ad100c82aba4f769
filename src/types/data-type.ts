/**
 * The contract of a data type: what a JavaScript value must be, and how it travels. The SQL name and the conversions that an engine
 * needs of its own are one row per type in `dialect/<engine>/types.ts`; `dialect.codec(type)` puts the two together.
 * `AbstractType` is the base of the built-in types and of users' own ones (docs: other-topics/extending-data-types).
 */
import { isDeepStrictEqual } from 'node:util'
import { show } from '../base/show.js'
import { DataTypeValidationError } from '../errors/index.js'
import type { Expr } from '../sql/expr.js'

export { show }

/** How a type behaves on one engine. Null instead of a function: the value passes as it is (the reader then skips the call). */
export interface TypeCodec {
  /** Column type in DDL, e.g. `VARCHAR(255)`. */
  readonly sql: string
  readonly toBind: ((value: unknown) => unknown) | null
  readonly fromRow: ((value: unknown) => unknown) | null
  /** Throws `DataTypeValidationError` for what the type allows and this engine cannot hold (NaN, a NUL in text). Asked after `DataType.validate`. */
  readonly check?: ((value: unknown) => void) | null
  /** How a column of the type is asked for, where its plain name would lose digits. */
  readonly select?: (column: Expr) => Expr
  /** Type of the elements in which many rows bring their values at once, a list for each column; absent: one by one. */
  readonly listedAs?: string
  /** Why values cannot be put in order, with the remedy; absent: they can. */
  readonly unordered?: string
}

/** What knows how an engine has types: a dialect. */
export interface TypeTable {
  codec(type: DataType): TypeCodec
}

/**
 * An instance of a data type, e.g. `DataTypes.STRING(100)`. Immutable.
 * `key` names the kind of type (`STRING`, `INTEGER`, …) and is what a dialect's table of types is keyed by.
 */
export interface DataType {
  readonly key: string
  readonly options: Readonly<Record<string, unknown>>
  /** No column in the table (`VIRTUAL`). */
  readonly isVirtual: boolean
  /** Throws `ValidationErrorItem`-shaped errors (class `DataTypeValidationError`) for a value that the type cannot hold. Never called with null or undefined. */
  validate(value: unknown): void
  /** Turns what users write into what instances hold (`'2020-01-01'` → Date for DATE). Identity where nothing is to do. */
  sanitize(value: unknown): unknown
  areValuesEqual(a: unknown, b: unknown): boolean
  /** Engine-neutral default conversions; a dialect's table overrides them. */
  toBindableValue(value: unknown): unknown
  parseDatabaseValue(value: unknown): unknown
  /** SQL of a user's own type; the built-in ones take the dialect's. */
  toSql(): string
}

const NONE: Readonly<Record<string, unknown>> = Object.freeze({})

/**
 * Base class of every data type. A type of one's own extends it (or a built-in type) and overrides what it needs:
 * `toSql` (must), `validate`, `sanitize`, `areValuesEqual`, `toBindableValue`, `parseDatabaseValue`, `escape`.
 * Sequelize 6's spellings `_sanitize`, `_stringify` and a static `parse` work too.
 * @example class Point extends DataTypes.ABSTRACT<Point> { toSql() { return 'TEXT' } }
 */
export class AbstractType<Accepted = unknown> implements DataType {
  static key = 'ABSTRACT'
  /** Names of the type per engine. Only Sequelize 6's custom types write here; Mortise asks the dialects. */
  static types: Record<string, unknown> = {}
  static getDataTypeId(): string {
    return this.key
  }

  declare key: string
  declare types: Record<string, unknown>
  readonly options: Readonly<Record<string, unknown>>

  constructor(options?: unknown) {
    this.options = typeof options === 'object' && options !== null ? Object.freeze({ ...options }) : NONE
  }

  get isVirtual(): boolean {
    return false
  }

  validate(_value: unknown): void {}

  sanitize(value: unknown): unknown {
    const legacy = (this as { _sanitize?: unknown })._sanitize
    return typeof legacy === 'function' ? (legacy.call(this, value) as unknown) : value
  }

  areValuesEqual(a: unknown, b: unknown): boolean {
    return isDeepStrictEqual(a, b)
  }

  toBindableValue(value: Accepted): unknown {
    const legacy = (this as { _stringify?: unknown })._stringify
    return typeof legacy === 'function' ? (legacy.call(this, value) as unknown) : value
  }

  parseDatabaseValue(value: unknown): unknown {
    const legacy = (this.constructor as { parse?: unknown }).parse
    return typeof legacy === 'function' ? (legacy.call(this.constructor, value) as unknown) : value
  }

  /** SQL text of a value, for places where no parameter can stand. A dialect escapes by its own rules. */
  escape(value: Accepted, _options?: unknown): string {
    const bound = this.toBindableValue(value)
    return typeof bound === 'number' || typeof bound === 'bigint'
      ? String(bound)
      : `'${String(bound).replaceAll("'", "''")}'`
  }

  /** Column type in DDL. The built-in types give a generic name; the engine's is `toDialectDataType(dialect).toSql()`. */
  toSql(): string {
    throw new DataTypeValidationError(
      `The data type ${this.constructor.name} has no toSql() method. Add one that returns the SQL name of the type.`,
    )
  }

  toString(): string {
    return this.toSql()
  }
  getDataTypeId(): string {
    return this.key
  }

  /** The same type as an engine has it: `toSql` and the conversions are the engine's. */
  toDialectDataType(dialect: TypeTable): this {
    const { sql, toBind, fromRow } = dialect.codec(this)
    const copy = Object.create(this) as this
    const method = (value: unknown): PropertyDescriptor => ({ value, configurable: true, writable: true })
    Object.defineProperties(copy, {
      toSql: method(() => sql),
      toBindableValue: method(toBind ?? identity),
      parseDatabaseValue: method(fromRow ?? identity),
    })
    return copy
  }
}
AbstractType.prototype.key = AbstractType.key
AbstractType.prototype.types = AbstractType.types

const identity = (value: unknown): unknown => value

/** The methods in which a user's type may speak for itself instead of the dialect. */
export type TypeMethod = 'toSql' | 'toBindableValue' | 'parseDatabaseValue' | 'escape'

const builtIn = new WeakSet<object>([AbstractType.prototype])
/** Marks a class as Mortise's own: its methods give way to the dialect's. */
export function markBuiltIn(type: { readonly prototype: object }): void {
  builtIn.add(type.prototype)
}

const LEGACY: Partial<Record<TypeMethod, (type: AbstractType) => unknown>> = {
  toBindableValue: (type) => (type as { _stringify?: unknown })._stringify,
  parseDatabaseValue: (type) => (type.constructor as { parse?: unknown }).parse,
}
/** True when a user's class (an own type, or one that extends a built-in) has the method: it then wins over the dialect's table. */
export function overrides(type: DataType, method: TypeMethod): boolean {
  for (let owner: unknown = type; typeof owner === 'object' && owner !== null; owner = Object.getPrototypeOf(owner)) {
    if (Object.hasOwn(owner, method)) {
      if (!builtIn.has(owner)) return true
      return type instanceof AbstractType && typeof LEGACY[method]?.(type) === 'function'
    }
  }
  return false
}

/** What a user's own `escape` makes of a value; null: the type has none, and the dialect's rules hold. */
export function ownEscape(type: DataType | null | undefined, value: unknown, dialect: object): string | null {
  if (!type || value === null || value === undefined || !overrides(type, 'escape')) return null
  return (type as AbstractType).escape(value, { dialect })
}

/** Validates as every caller should: a `false` from a user's `validate` counts as a refusal too. Throws `DataTypeValidationError`. */
export function assertValue(type: DataType, value: unknown): void {
  const verdict: unknown = type.validate(value)
  if (verdict === false) refuse(value, `value of type ${type.key}`)
}

/** `"x" is not a valid integer` */
export function refuse(value: unknown, what: string, remark = ''): never {
  throw new DataTypeValidationError(`${show(value)} is not a valid ${what}${remark && `. ${remark}`}`)
}

/** A class together with its call without `new`. */
export type Invokable<C extends abstract new (...args: never[]) => unknown> = C &
  ((...args: ConstructorParameters<C>) => InstanceType<C>)

/** Lets a class be called without `new` (Sequelize 6: `Utils.classToInvokable`). Extending it and `instanceof` work as with the class. */
export function invokable<C extends abstract new (...args: never[]) => unknown>(type: C): Invokable<C> {
  return new Proxy(type, {
    apply: (target, _receiver, args: ConstructorParameters<C>) =>
      Reflect.construct(
        target as unknown as new (
          ...args: ConstructorParameters<C>
        ) => InstanceType<C>,
        args,
      ) as InstanceType<C>,
  }) as Invokable<C>
}
