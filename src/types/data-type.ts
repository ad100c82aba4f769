/**
 * The contract of a data type: what a JavaScript value must be, and how it travels. The SQL name and the conversions that an engine
 * needs of its own are one row per type in `dialect/<engine>/types.ts`; `dialect.codec(type)` puts the two together.
 */

/** How a type behaves on one engine. Null instead of a function: the value passes as it is (the reader then skips the call). */
export interface TypeCodec {
  /** Column type in DDL, e.g. `VARCHAR(255)`. */
  readonly sql: string
  readonly toBind: ((value: unknown) => unknown) | null
  readonly fromRow: ((value: unknown) => unknown) | null
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
