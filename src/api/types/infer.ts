// biome-ignore-all lint/suspicious/noExplicitAny: constraints that every model must meet, and the attributes of a model that declares none.
/**
 * From a model's TypeScript shape to its attribute types: `InferAttributes` and relatives for class style, and `ModelTypes`, the one
 * place where a model keeps what its static methods need. Docs: models/model-typing, other-topics/utility-types.
 */
import type { Cast, Col, Fn, Json, Literal, Sql } from '../../sql/fragments.js'
import type { Model } from '../model.js'
import type { ManyMark, TargetOf } from './relations.js'
import type { CREATION_OPTIONAL, FOREIGN_KEY, GIVEN, LAZY, NON_ATTRIBUTE, TYPES } from './symbols.js'
import type { ManyFilter, RelationFilter, WhereOptions } from './where.js'

/** What a model has that declares no attribute types: everything goes. */
export type Untyped = any

/** Constraint of everything that takes a model instance: one property to compare instead of seventy. */
export interface AnyModel {
  readonly [TYPES]: any
}
/**
 * What static methods take as `this`. Comparing construct signatures resolves the constructor's parameter types (the creation
 * attributes), so a model's constructor is overloaded [(), typed, (undefined)]: inference reads the last signature, assignability stops at the
 * first, and a model that is only queried never computes its creation type. (A second `()` would be lost: intersections keep one of two.)
 */
export type ModelConstructor<M> = abstract new (...args: any) => M
/** Members of the `typeof TYPES` of a model. */
export type TypesOf<M extends AnyModel> = M[typeof TYPES]

// The brands are interfaces: a declaration file can name an interface of another package, but not a symbol of it in a key (TS4023).
export interface CreationOptionalBrand {
  [CREATION_OPTIONAL]?: true
}
export interface ForeignKeyBrand {
  [FOREIGN_KEY]?: true
}
export interface NonAttributeBrand {
  [NON_ATTRIBUTE]?: true
}
/** An attribute that `create` may omit: it has a default, or the database fills it in. */
export type CreationOptional<T> = T extends null | undefined ? T : T & CreationOptionalBrand
/** An attribute that an association fills in. */
export type ForeignKey<T> = T extends null | undefined ? T : T & ForeignKeyBrand
/** A property that is no attribute: an association, a computed value. Instances of models need no brand; a single one may be null. */
export type NonAttribute<T> = T extends null | undefined
  ? T
  : T extends AnyModel
    ? T | null
    : T extends readonly AnyModel[]
      ? T
      : T & NonAttributeBrand

type AnyFunction = (...args: any) => any
/** Members that every model inherits. */
export type BaseKeys = keyof Model
export type IsAny<T> = 0 extends 1 & T ? true : false

/** Depends on the property's type only: `NotAttribute<string>` is evaluated once in the whole program. */
type NotAttribute<V> =
  IsAny<V> extends true
    ? false
    : [NonNullable<V>] extends [AnyFunction | AnyModel | readonly AnyModel[]]
      ? true
      : typeof NON_ATTRIBUTE extends keyof NonNullable<V>
        ? true
        : false
type CreationOf<V> = typeof CREATION_OPTIONAL extends keyof NonNullable<V> ? V | undefined : V
interface OmitMark {
  omit: any
}
type AttributeKey<K, V, O> =
  NotAttribute<V> extends true ? never : O extends OmitMark ? (K extends O['omit'] ? never : K) : K
/**
 * Attributes of a model class: its own properties but methods, associations and what `NonAttribute` marks.
 * `InferAttributes<User, { omit: 'secret' }>` leaves out more.
 */
// `keyof M as …` is the only form that stays lazy while the class itself is being resolved (any other constraint is instantiated
// eagerly: TS2310). `keyof` of such a type is evaluated again on each use, hence `Flat` in `ModelTypes`.
export type InferAttributes<M, O extends { omit?: PropertyKey } = {}> = {
  [K in keyof M as K extends BaseKeys ? never : AttributeKey<K, M[K], O>]: M[K]
}
/** The same for `create`: `CreationOptional` attributes may be undefined. */
export type InferCreationAttributes<M, O extends { omit?: PropertyKey } = {}> = {
  [K in keyof M as K extends BaseKeys ? never : AttributeKey<K, M[K], O>]: CreationOf<M[K]>
}
/** The same properties, with `keyof` computed once. */
export type Flat<T> = { [K in keyof T]: T[K] }
interface LazyMark {
  readonly [LAZY]: any
}
type Stored<T> = IsAny<T> extends true ? any : T extends LazyMark ? T[typeof LAZY] : Flat<T>
type RequiredKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? never : null extends T[K] ? never : K }[keyof T]
export type MakeNullishOptional<T> = { [K in RequiredKeys<T>]: T[K] } & {
  [K in keyof T]?: T[K]
}

/**
 * Everything that a model's static methods need, one lazily resolved member each. Reading a member instead of computing
 * `WhereOptions<Attributes<M>>` at each call (1) computes only what a call uses, once a model, and (2) keeps generic code usable: for
 * `M extends Model` TypeScript falls back to the member of the constraint, so that `model.findAll({ where: { id: 1 } })` compiles in a
 * repository class.
 */
export interface ModelTypes<A, C, R> {
  // Never read. TypeScript compares members in order to learn how models of other attributes relate, and stops at the first that differs:
  // at these, before it comes to `where`, which would cost more than fifty models. Of real attributes they are the same for all.
  readonly compared: { readonly [K in keyof A]: [A] extends [Never<A>] ? 1 : 0 }
  readonly comparedRelations: { readonly [K in keyof R]: [R] extends [Never<R>] ? 1 : 0 }
  readonly attributes: unknown extends R ? (IsAny<A> extends true ? any : Flat<A>) : A
  readonly creation: Stored<C>
  readonly relations: R
  readonly where: WhereOptions<Given<ModelTypes<A, C, R>['attributes'], C, R>, RelationFilters<R>>
  readonly input: Input<C, ModelTypes<A, C, R>>
  readonly update: UpdateValues<Given<ModelTypes<A, C, R>['attributes'], C, R>>
  readonly key: KeyOf<Given<ModelTypes<A, C, R>['attributes'], C, R>>
  readonly primaryKey: PrimaryKeyOf<Given<ModelTypes<A, C, R>['attributes'], C, R>, R>
}
type Never<T> = [T] extends [never] ? T : never
interface GivenMark {
  readonly [GIVEN]: any
}
// `never` where no type of the definition takes more than it reads: most models have the type of their attributes then.
/** Attributes as they are given: BIGINT, DECIMAL and DATEONLY read as strings, and take numbers and dates as well. */
type Given<A, C, R> = unknown extends R
  ? A
  : C extends GivenMark
    ? [C[typeof GIVEN]] extends [never]
      ? A
      : { [K in keyof A]: A[K] | GivenAt<C[typeof GIVEN], K> }
    : A
/** `[name, type]` of attributes. */
type GivenAt<G, K> = G extends readonly [K, infer V] ? V : never
/** Filters by the associations that a model declares; `any` (class style) declares none here. */
type RelationFilters<R> = unknown extends R
  ? unknown
  : {
      readonly [K in keyof R]?: R[K] extends ManyMark
        ? ManyFilter<RelationWhere<R[K]>>
        : RelationFilter<RelationWhere<R[K]>>
    }
type RelationWhere<D> = TargetOf<D> extends infer X extends AnyModel ? X[typeof TYPES]['where'] : never
// The creation type of an inferred model says itself what is optional.
type Input<C, Types extends HasCreation> =
  IsAny<C> extends true ? any : C extends LazyMark ? C[typeof LAZY] : MakeNullishOptional<Types['creation']>
interface HasCreation {
  readonly creation: any
}
/** Values that a primary key can have. */
export type PrimaryKeyValue = string | number | bigint | Uint8Array | Date
interface HasId {
  readonly id: any
}
/** What an association takes in the place of an instance. */
type KeyOf<A> = IsAny<A> extends true ? PrimaryKeyValue : A extends HasId ? NonNullable<A['id']> : string | number
// Of classes any key will do, as in Sequelize: their programs hand on what a request brought. Inferred models know their `id`.
type PrimaryKeyOf<A, R> =
  IsAny<A> extends true
    ? any
    :
        | (unknown extends R ? PrimaryKeyValue : A extends HasId ? NonNullable<A['id']> : PrimaryKeyValue)
        | { readonly [K in keyof A]?: A[K] }

/** New values of an update: a value, or SQL. */
export type UpdateValues<A> = { [K in keyof A]?: A[K] | Fn | Col | Literal | Cast | Sql | Json }

/** Attributes of a model instance type. */
export type Attributes<M extends AnyModel> = M[typeof TYPES]['attributes']
export type AttributeNames<M extends AnyModel> = Extract<keyof M[typeof TYPES]['attributes'], string>
/** What `create` and `new` take. */
export type CreationAttributes<M extends AnyModel> = M[typeof TYPES]['input']

/** `T` with the properties `K` optional. */
export type PartialBy<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>
/** Sequelize 6's name of `PartialBy`. */
export type Optional<T, K extends keyof T = keyof T> = PartialBy<T, K>
export type RequiredBy<T, K extends keyof T> = Omit<T, K> & Required<Pick<T, K>>
