// biome-ignore-all lint/suspicious/noExplicitAny: keys that cannot be enumerated ('$a.b$', casts, JSON paths) take any value, and an untyped model any condition.
/** What `where` takes, per attribute type. Docs: querying/operators, querying/json. */
import type {
  Cast,
  Col,
  Fn,
  Identifier,
  JsonPath,
  List,
  Literal,
  Select,
  Sql,
  SqlExpression,
  Unquote,
  Where,
} from '../../sql/fragments.js'
import type { Op } from '../../sql/op.js'
import type { RangeInput } from './data-types.js'

/** Strips the `CreationOptional` and `ForeignKey` brands so that equal base types share one instantiation. */
export type Unbrand<T> = T extends string
  ? string extends T
    ? string
    : T
  : T extends number
    ? number extends T
      ? number
      : T
    : T extends boolean
      ? T
      : T extends bigint
        ? bigint extends T
          ? bigint
          : T
        : T extends Date
          ? Date
          : T

/** SQL in the place of a value. */
export type DynamicSql =
  | Literal
  | Col
  | Fn
  | Cast
  | Where
  | Sql<unknown>
  | List
  | Identifier
  | JsonPath
  | Unquote
  | Select<unknown>
  | { readonly [Op.col]: string }
type OrArray<T> = T | readonly T[]
/** Comparable forms of a value: a date may be an ISO string or milliseconds. */
type Comparable<T> = T extends Date ? Date | string | number : T extends bigint ? bigint | number | string : T
type Value<T> = Comparable<T> | DynamicSql
type Quantified<T> =
  | Value<T>
  | { readonly [Op.any]: readonly Value<T>[] | DynamicSql | { readonly [Op.values]: readonly Value<T>[] } }
  | { readonly [Op.all]: readonly Value<T>[] | DynamicSql | { readonly [Op.values]: readonly Value<T>[] } }

/** Operators of every attribute type: one instantiation per distinct type, shared by all models. */
export interface CommonOps<T> {
  [Op.eq]?: Quantified<T> | null
  [Op.ne]?: Quantified<T> | null
  [Op.is]?: null | (T & boolean) | DynamicSql
  [Op.isNot]?: null | (T & boolean) | DynamicSql
  [Op.gt]?: Quantified<T>
  [Op.gte]?: Quantified<T>
  [Op.lt]?: Quantified<T>
  [Op.lte]?: Quantified<T>
  [Op.between]?: readonly [Value<T>, Value<T>] | DynamicSql
  [Op.notBetween]?: readonly [Value<T>, Value<T>] | DynamicSql
  [Op.in]?: readonly Value<T>[] | DynamicSql
  [Op.notIn]?: readonly Value<T>[] | DynamicSql
  [Op.not]?: WhereValueNotNull<T> | null
  [Op.or]?: OrArray<WhereValueNotNull<T> | null>
  [Op.and]?: OrArray<WhereValueNotNull<T> | null>
  [Op.col]?: string
  /** Equal to one of them. */
  [Op.any]?: readonly Value<T>[] | DynamicSql | { readonly [Op.values]: readonly Value<T>[] }
  /** Equal to all of them. */
  [Op.all]?: readonly Value<T>[] | DynamicSql | { readonly [Op.values]: readonly Value<T>[] }
}
type Text = Quantified<string>
/** A value inside a range: `{ publishedAt: { [Op.contained]: [start, end] } }`. */
export interface ScalarOps<T> extends CommonOps<T> {
  [Op.contained]?: RangeInput<Comparable<T>> | DynamicSql
}
export interface StringOps<T> extends ScalarOps<T> {
  [Op.like]?: Text
  [Op.notLike]?: Text
  [Op.iLike]?: Text
  [Op.notILike]?: Text
  [Op.startsWith]?: Value<string>
  [Op.notStartsWith]?: Value<string>
  [Op.endsWith]?: Value<string>
  [Op.notEndsWith]?: Value<string>
  [Op.substring]?: Value<string>
  [Op.notSubstring]?: Value<string>
  [Op.regexp]?: Text
  [Op.notRegexp]?: Text
  [Op.iRegexp]?: Text
  [Op.notIRegexp]?: Text
  [Op.match]?: DynamicSql
}
/** Of arrays and of ranges. What a range takes is worked out in the members, which cost nothing until one is used. */
export interface ArrayOps<T extends readonly unknown[]> extends CommonOps<T> {
  [Op.overlap]?: WholeOf<T> | DynamicSql
  /** Of a range: a value or a range. */
  [Op.contains]?: WholeOf<T> | ValueOfRange<T> | DynamicSql
  [Op.contained]?: WholeOf<T> | DynamicSql
  [Op.adjacent]?: RangeOf<T>
  [Op.strictLeft]?: RangeOf<T>
  [Op.strictRight]?: RangeOf<T>
  [Op.noExtendLeft]?: RangeOf<T>
  [Op.noExtendRight]?: RangeOf<T>
}
interface AnyRange {
  readonly 0: { readonly value: unknown; readonly inclusive: boolean }
}
/** The values of a range, both of whose ends are of one type; `never` of an array. */
type ValueOfRange<T> = T extends AnyRange ? Comparable<NonNullable<T[0]['value']>> : never
type RangeOf<T> = [ValueOfRange<T>] extends [never] ? never : RangeInput<ValueOfRange<T>> | DynamicSql
type WholeOf<T> = [ValueOfRange<T>] extends [never] ? T : RangeInput<ValueOfRange<T>>
export interface JsonOps<T> extends CommonOps<T> {
  [Op.contains]?: Partial<T> | DynamicSql
  [Op.contained]?: T | DynamicSql
  [Op.anyKeyExists]?: readonly string[] | DynamicSql
  [Op.allKeysExist]?: readonly string[] | DynamicSql
}
/** Nested JSON: `{ meta: { address: { city: 'Oslo' } } }`. Instantiated on access. */
export type JsonHash<T> = { [K in keyof T]?: WhereValue<T[K]> }
/** Paths below a key of nested JSON: `'age::integer'`, `'[0]'`, `'address.city'`, `'name:unquote'`. */
interface JsonPathKeys {
  [cast: `${string}::${string}`]: unknown
  [index: `[${string}`]: unknown
  [path: `${string}.${string}`]: unknown
  [unquoted: `${string}:unquote`]: unknown
}

type IsAny<T> = 0 extends 1 & T ? true : false

type WhereValueNotNull<T> =
  IsAny<T> extends true
    ? any
    : [T] extends [string]
      ? Value<T> | readonly Value<T>[] | StringOps<T>
      : [T] extends [string | number | boolean | bigint | Date | Uint8Array]
        ? Value<T> | readonly Value<T>[] | ScalarOps<T>
        : [T] extends [readonly unknown[]]
          ? T | DynamicSql | ArrayOps<T>
          : T | DynamicSql | JsonOps<T> | JsonHash<T> | JsonPathKeys

/** What one attribute of type `T` may be compared with. */
export type WhereValue<T> = unknown extends T
  ? unknown
  : WhereValueNotNull<Unbrand<NonNullable<T>>> | (null extends T ? null : never)

/** Keys that cannot be enumerated: `'$association.attribute$'` and casts. */
export interface WhereDynamicKeys {
  [nested: `$${string}$${string}`]: unknown
  [castKey: `${string}::${string}`]: unknown
}
type JsonKey<A> = {
  [K in keyof A]: NonNullable<A[K]> extends string | number | boolean | bigint | Date | Uint8Array | readonly unknown[]
    ? never
    : K
}[keyof A] &
  string
export type WhereJsonPaths<A> = {
  [P in `${JsonKey<A>}.${string}` | `${JsonKey<A>}[${string}` | `${JsonKey<A>}:unquote`]?: unknown
}

export interface WhereLogic<A, F = unknown> {
  [Op.and]?: OrArray<WhereOptions<A, F>>
  [Op.or]?: OrArray<WhereOptions<A, F>>
  [Op.not]?: OrArray<WhereOptions<A, F>>
}
/** Conditions by attribute. Sequelize also names it `WhereAttributeHash`. */
export type WhereAttributeHash<A = any, F = unknown> = { [K in keyof A]?: WhereValue<A[K]> } & WhereLogic<A, F> &
  WhereDynamicKeys &
  WhereJsonPaths<A> &
  F
/** Conditions by attribute, SQL, or a list of both (all must hold). `F`: filters by associations. */
export type WhereOptions<A = any, F = unknown> =
  | WhereAttributeHash<A, F>
  | SqlExpression
  | readonly WhereOptions<A, F>[]

/** `{ profile: { is: null } }`: rows without one; `{ profile: { is: { bio: 'x' } } }`: rows whose one fits. */
export interface RelationFilter<W> {
  is?: null | W
  isNot?: null | W
}
/** `{ tasks: { some: { done: true } } }`: one fits at least; `none`: not one; `every`: there is no other. */
export interface ManyFilter<W> {
  some?: W
  none?: W
  every?: W
}
