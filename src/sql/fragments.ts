/**
 * What users write where SQL is meant: `` sql`…` ``, `literal`, `fn`, `col`, `cast`, `where`, `json` … Plain immutable objects;
 * `read/where` and its neighbours turn them into nodes once they know the tables in scope.
 * Docs: querying/raw-queries ("sql" tag), v6 `sequelize.fn` and relatives.
 */
import type { DataType } from '../types/data-type.js'
import type { SelectNode } from './query.js'

export const FRAGMENT: unique symbol = Symbol.for('mortise.fragment')
declare const row: unique symbol

/** Base of every fragment. `T`: type of the value (or, for a template, of a row) that it stands for. */
export abstract class SqlExpression<T = unknown> {
  declare readonly [row]: T
  get [FRAGMENT](): true {
    return true
  }
}
/** SQL text, used as it is. */
export class Literal<T = unknown> extends SqlExpression<T> {
  readonly val: readonly unknown[]
  constructor(val: unknown) {
    super()
    this.val = Array.isArray(val) ? val : [val]
  }
}
/** A function call. Arguments: values, fragments, or where-like objects. */
export class Fn<T = unknown> extends SqlExpression<T> {
  constructor(
    readonly fn: string,
    readonly args: readonly unknown[],
  ) {
    super()
  }
}
/** A column, dotted or in parts: `col('profile.bio')`. */
export class Col<T = unknown> extends SqlExpression<T> {
  readonly identifiers: readonly string[]
  constructor(...identifiers: readonly string[]) {
    super()
    this.identifiers = identifiers
  }
  /** @deprecated v6's name of the first identifier. */
  get col(): string {
    return this.identifiers.join('.')
  }
}
/** A data type, one that is not called yet (`DataTypes.STRING`), or the name of one. */
export type CastType = DataType | string | ((...args: never[]) => unknown)
export class Cast<T = unknown> extends SqlExpression<T> {
  constructor(
    readonly expression: unknown,
    readonly type: CastType,
  ) {
    super()
  }
}
/** `where(left, op, right)` or `where(condition)`. */
export class Where extends SqlExpression<boolean> {
  /** `operator` undefined and `right` undefined: `left` is a whole condition. */
  constructor(
    readonly left: unknown,
    readonly operator?: symbol | string,
    readonly right?: unknown,
  ) {
    super()
  }
}
/** Quoted identifier: strings, or a model (its table). */
export class Identifier extends SqlExpression {
  readonly values: readonly unknown[]
  constructor(...values: readonly unknown[]) {
    super()
    this.values = values
  }
}
export class List extends SqlExpression {
  constructor(readonly values: readonly unknown[]) {
    super()
  }
}
/** An attribute by its JavaScript name: `sql.attribute('profile.bio')`, `'$profile.bio$'`, `'meta.a.b'`. */
export class Attribute<T = unknown> extends SqlExpression<T> {
  constructor(readonly attributeName: string) {
    super()
  }
}
/** Path through associations to an attribute. */
export class AssociationPath extends SqlExpression {
  constructor(
    readonly associationPath: readonly string[],
    readonly attributeName: string,
  ) {
    super()
  }
}
export class JsonPath<T = unknown> extends SqlExpression<T> {
  constructor(
    readonly expression: unknown,
    readonly path: readonly (string | number)[],
  ) {
    super()
  }
}
export class Unquote<T = unknown> extends SqlExpression<T> {
  constructor(readonly expression: unknown) {
    super()
  }
}
/** v6's `json(path | conditions, value)`. */
export class Json<T = unknown> extends SqlExpression<T> {
  constructor(
    readonly conditionsOrPath: unknown,
    readonly value?: unknown,
  ) {
    super()
  }
}
/** The `sql` tag: interpolations are values unless they are fragments. */
export class Sql<Row = unknown> extends SqlExpression<Row> {
  constructor(
    readonly texts: readonly string[],
    readonly values: readonly unknown[],
  ) {
    super()
  }
  /** Texts and values in turn, as a `Literal` has them: the tag's result can stand where a program asks for one. */
  get val(): readonly unknown[] {
    return this.texts.flatMap((text, index) => (index < this.values.length ? [text, this.values[index]] : [text]))
  }
}
/** Parts with a separator between. */
export class Join extends SqlExpression {
  constructor(
    readonly parts: readonly unknown[],
    readonly separator: unknown,
  ) {
    super()
  }
}
/** A UUID made by the database where it can, else in JavaScript. */
export class Uuid extends SqlExpression<string> {
  constructor(
    readonly version: 1 | 4 | 7,
    readonly inJavaScript = false,
  ) {
    super()
  }
  /** The same, always made in JavaScript. */
  get asJavaScript(): Uuid {
    return new Uuid(this.version, true)
  }
}
export class Random extends SqlExpression<number> {}
/** A find as part of a statement (`User.select({ … })`). What it becomes is known where it stands: `toSelect` gets the tables in scope. */
export class Select<Row = unknown> extends SqlExpression<Row> {
  constructor(
    readonly modelName: string,
    readonly toSelect: (tables: unknown, use: 'value' | 'exists') => SelectNode,
  ) {
    super()
  }
}
/** `EXISTS (…)`, of a find. */
export class Exists extends SqlExpression<boolean> {
  constructor(
    readonly select: Select,
    readonly negated: boolean,
  ) {
    super()
  }
}
/** `TRUE`-like groups, v6's `and(...)` / `or(...)`: an array of conditions with the operator that joins them. */
export class Group extends SqlExpression<boolean> {
  constructor(
    readonly op: 'and' | 'or',
    readonly conditions: readonly unknown[],
  ) {
    super()
  }
}

export const isFragment = (value: unknown): value is SqlExpression =>
  ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
  (value as { [FRAGMENT]?: unknown })[FRAGMENT] === true

/** A fragment that can be called as well: the guides write `sql.uuidV4` in one place and `sql.uuidV4()` in another. */
export type Callable<F extends SqlExpression> = F & (() => F)
const callable = <F extends SqlExpression>(fragment: F): Callable<F> =>
  Object.setPrototypeOf(
    Object.assign(() => fragment, fragment),
    Object.getPrototypeOf(fragment) as object,
  ) as Callable<F>
/** The fragment itself, for places in which a function means something else. */
export const uncalled = (value: unknown): unknown =>
  typeof value === 'function' && isFragment(value) ? (value as Callable<SqlExpression>)() : value

export const literal = <T = unknown>(val: unknown): Literal<T> => new Literal<T>(val)
export const fn = <T = unknown>(name: string, ...args: readonly unknown[]): Fn<T> => new Fn<T>(name, args)
export const col = <T = unknown>(...identifiers: readonly string[]): Col<T> => new Col<T>(...identifiers)
export const cast = <T = unknown>(expression: unknown, type: CastType): Cast<T> => new Cast<T>(expression, type)
export function where(condition: unknown): Where
export function where(left: unknown, right: unknown): Where
export function where(left: unknown, operator: symbol | string, right: unknown): Where
export function where(...args: readonly unknown[]): Where {
  if (args.length <= 1) return new Where(args[0])
  if (args.length === 2) return new Where(args[0], Symbol.for('eq'), args[1])
  return new Where(args[0], args[1] as symbol | string, args[2])
}
export const identifier = (...values: readonly unknown[]): Identifier => new Identifier(...values)
export const list = (values: readonly unknown[]): List => new List(values)
export const attribute = <T = unknown>(name: string): Attribute<T> => new Attribute<T>(name)
export const jsonPath = <T = unknown>(expression: unknown, path: readonly (string | number)[]): JsonPath<T> =>
  new JsonPath<T>(expression, path)
export const unquote = <T = unknown>(expression: unknown): Unquote<T> => new Unquote<T>(expression)
export const json = <T = unknown>(conditionsOrPath: unknown, value?: unknown): Json<T> =>
  new Json<T>(conditionsOrPath, value)
/** Rows for which the find has a row; the find may name the tables outside by `col('User.id')`. */
export const exists = (select: Select): Exists => new Exists(select, false)
export const notExists = (select: Select): Exists => new Exists(select, true)
export const join = (parts: readonly unknown[], separator: unknown): Join => new Join(parts, separator)
export const and = (...conditions: readonly unknown[]): Group => new Group('and', conditions)
/** One object alone: any of its conditions (docs: querying/select-in-depth). */
export const or = (...conditions: readonly unknown[]): Group =>
  new Group('or', conditions.length === 1 ? branches(conditions[0]) : conditions)
const branches = (condition: unknown): readonly unknown[] =>
  Array.isArray(condition)
    ? condition
    : isFragment(condition) || typeof condition !== 'object' || condition === null
      ? [condition]
      : Reflect.ownKeys(condition).map((key) => ({ [key]: (condition as Record<PropertyKey, unknown>)[key] }))

/** What the `sql` tag takes between its texts. */
export type Bindable =
  | string
  | number
  | bigint
  | boolean
  | Date
  | Uint8Array
  | null
  | SqlExpression
  | readonly Bindable[]
export interface SqlTag {
  <Row = unknown>(texts: TemplateStringsArray, ...values: readonly Bindable[]): Sql<Row>
  readonly literal: typeof literal
  readonly fn: typeof fn
  readonly col: typeof col
  readonly cast: typeof cast
  readonly where: typeof where
  readonly identifier: typeof identifier
  readonly list: typeof list
  readonly attribute: typeof attribute
  readonly jsonPath: typeof jsonPath
  readonly unquote: typeof unquote
  readonly join: typeof join
  readonly exists: typeof exists
  readonly notExists: typeof notExists
  readonly random: Callable<Random>
  readonly uuidV1: Callable<Uuid>
  readonly uuidV4: Callable<Uuid>
  readonly uuidV7: Callable<Uuid>
}
export const sql: SqlTag = Object.freeze(
  Object.assign(
    <Row = unknown>(texts: TemplateStringsArray, ...values: readonly Bindable[]): Sql<Row> =>
      new Sql<Row>([...texts], values),
    {
      literal,
      fn,
      col,
      cast,
      where,
      identifier,
      list,
      attribute,
      jsonPath,
      unquote,
      join,
      exists,
      notExists,
      random: callable(new Random()),
      uuidV1: callable(new Uuid(1)),
      uuidV4: callable(new Uuid(4)),
      uuidV7: callable(new Uuid(7)),
    },
  ),
)
