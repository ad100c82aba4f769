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
  readonly [Op.eq]?: Quantified<T> | null
  readonly [Op.ne]?: Quantified<T> | null
  readonly [Op.is]?: null | (T & boolean) | DynamicSql
  readonly [Op.isNot]?: null | (T & boolean) | DynamicSql
  readonly [Op.gt]?: Quantified<T>
  readonly [Op.gte]?: Quantified<T>
  readonly [Op.lt]?: Quantified<T>
  readonly [Op.lte]?: Quantified<T>
  readonly [Op.between]?: readonly [Value<T>, Value<T>] | DynamicSql
  readonly [Op.notBetween]?: readonly [Value<T>, Value<T>] | DynamicSql
  readonly [Op.in]?: readonly Value<T>[] | DynamicSql
  readonly [Op.notIn]?: readonly Value<T>[] | DynamicSql
  readonly [Op.not]?: WhereValueNotNull<T> | null
  readonly [Op.or]?: OrArray<WhereValueNotNull<T> | null>
  readonly [Op.and]?: OrArray<WhereValueNotNull<T> | null>
  readonly [Op.col]?: string
}
type Text = Quantified<string>
export interface StringOps<T> extends CommonOps<T> {
  readonly [Op.like]?: Text
  readonly [Op.notLike]?: Text
  readonly [Op.iLike]?: Text
  readonly [Op.notILike]?: Text
  readonly [Op.startsWith]?: Value<string>
  readonly [Op.notStartsWith]?: Value<string>
  readonly [Op.endsWith]?: Value<string>
  readonly [Op.notEndsWith]?: Value<string>
  readonly [Op.substring]?: Value<string>
  readonly [Op.notSubstring]?: Value<string>
  readonly [Op.regexp]?: Text
  readonly [Op.notRegexp]?: Text
  readonly [Op.iRegexp]?: Text
  readonly [Op.notIRegexp]?: Text
  readonly [Op.match]?: DynamicSql
}
export interface ArrayOps<T extends readonly unknown[]> extends CommonOps<T> {
  readonly [Op.overlap]?: T | DynamicSql
  readonly [Op.contains]?: T | DynamicSql
  readonly [Op.contained]?: T | DynamicSql
  readonly [Op.any]?: T[number]
}
export interface JsonOps<T> extends CommonOps<T> {
  readonly [Op.contains]?: Partial<T> | DynamicSql
  readonly [Op.contained]?: T | DynamicSql
  readonly [Op.anyKeyExists]?: readonly string[] | DynamicSql
  readonly [Op.allKeysExist]?: readonly string[] | DynamicSql
}
/** Nested JSON: `{ meta: { address: { city: 'Oslo' } } }`. Instantiated on access. */
export type JsonHash<T> = { readonly [K in keyof T]?: WhereValue<T[K]> }

type IsAny<T> = 0 extends 1 & T ? true : false

type WhereValueNotNull<T> =
  IsAny<T> extends true
    ? any
    : [T] extends [string]
      ? Value<T> | readonly Value<T>[] | StringOps<T>
      : [T] extends [number | boolean | bigint | Date | Uint8Array]
        ? Value<T> | readonly Value<T>[] | CommonOps<T>
        : [T] extends [readonly unknown[]]
          ? T | DynamicSql | ArrayOps<T>
          : T | DynamicSql | JsonOps<T> | JsonHash<T>

/** What one attribute of type `T` may be compared with. */
export type WhereValue<T> = unknown extends T
  ? unknown
  : WhereValueNotNull<Unbrand<NonNullable<T>>> | (null extends T ? null : never)

/** Keys that cannot be enumerated: `'$association.attribute$'` and casts. */
export interface WhereDynamicKeys {
  readonly [nested: `$${string}$${string}`]: unknown
  readonly [castKey: `${string}::${string}`]: unknown
}
type JsonKey<A> = {
  [K in keyof A]: NonNullable<A[K]> extends string | number | boolean | bigint | Date | Uint8Array | readonly unknown[]
    ? never
    : K
}[keyof A] &
  string
export type WhereJsonPaths<A> = {
  readonly [P in `${JsonKey<A>}.${string}` | `${JsonKey<A>}[${string}` | `${JsonKey<A>}:unquote`]?: unknown
}

export interface WhereLogic<A, F = unknown> {
  readonly [Op.and]?: OrArray<WhereOptions<A, F>>
  readonly [Op.or]?: OrArray<WhereOptions<A, F>>
  readonly [Op.not]?: OrArray<WhereOptions<A, F>>
}
/** Conditions by attribute. Sequelize also names it `WhereAttributeHash`. */
export type WhereAttributeHash<A = any, F = unknown> = { readonly [K in keyof A]?: WhereValue<A[K]> } & WhereLogic<
  A,
  F
> &
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
  readonly is?: null | W
  readonly isNot?: null | W
}
/** `{ tasks: { some: { done: true } } }`: one fits at least; `none`: not one; `every`: there is no other. */
export interface ManyFilter<W> {
  readonly some?: W
  readonly none?: W
  readonly every?: W
}
