// biome-ignore-all lint/suspicious/noExplicitAny: includes of models whose associations are not declared; the rest is constraints.
/**
 * Eager loading and ordering by association, typed: which names `include` takes, and what the result then has.
 * Docs: associations/basics, querying/select-in-depth.
 */
import type { Literal, SqlExpression } from '../../sql/fragments.js'
import type { AnyAssociation, RelationOf } from './associations.js'
import type { AnyModel, BaseKeys, IsAny, ModelConstructor, TypesOf } from './infer.js'
import type { RelationOfDeclaration, ThroughOf, WithThrough } from './relations.js'
import type { LAZY } from './symbols.js'
import type { ManyFilter, RelationFilter, WhereOptions } from './where.js'

export type ListOrOne<T> = T | readonly T[]
/**
 * Stands for "the option was not given". Type parameters default to their constraint, not to `undefined`: editors complete inside an
 * object typed by a bare parameter from its default, and testing for `undefined` would misfire without strictNullChecks.
 */
export interface NotGiven {
  readonly [LAZY]: 'not given'
}

// Relations `any` (class style) mean: look for associations among the class' properties. It must be `any` and no marker, or a model with
// declared relations would not be assignable to plain `Model`. Tested with `unknown extends R`.
type PickAssociations<M, K extends keyof M> = K extends unknown
  ? IsAny<M[K]> extends true
    ? never
    : NonNullable<M[K]> extends AnyModel | readonly AnyModel[]
      ? K
      : never
  : never
type ScanAssociations<M extends AnyModel> =
  IsAny<TypesOf<M>['attributes']> extends true
    ? string
    : PickAssociations<M, Exclude<keyof M, BaseKeys | keyof TypesOf<M>['attributes']>> & string
/** Names of a model's associations. */
export type AssociationName<M> = M extends AnyModel
  ? unknown extends TypesOf<M>['relations']
    ? ScanAssociations<M>
    : keyof TypesOf<M>['relations'] & string
  : never
/** What may be called an association in `include`: any name, where the model declares none (`User.hasMany(Post)` is seen by no type). */
type IncludeName<M> = [AssociationName<M>] extends [never] ? string : AssociationName<M>
/** Type of an association when it is loaded, before null: `DrivingLicense` or `Project[]`. Unknown where the model does not declare it. */
export type Relation<M, K> = M extends AnyModel
  ? unknown extends TypesOf<M>['relations']
    ? K extends keyof M
      ? NonNullable<M[K]>
      : unknown
    : K extends keyof TypesOf<M>['relations']
      ? RelationOfDeclaration<TypesOf<M>['relations'][K]>
      : unknown
  : unknown
/** The rows between of a belongsToMany whose `through` is a model; `any` where nothing is known of them. */
type ThroughRelation<M, K> = M extends AnyModel
  ? unknown extends TypesOf<M>['relations']
    ? any
    : K extends keyof TypesOf<M>['relations']
      ? ThroughOf<TypesOf<M>['relations'][K]>
      : any
  : any
/** Filters by the associations that a class declares as properties: `declare profile?: NonAttribute<Profile>`. */
type ClassFilters<M extends AnyModel> = {
  readonly [K in ScanAssociations<M>]?: Relation<M, K> extends readonly (infer U extends AnyModel)[]
    ? ManyFilter<WhereByClass<U>>
    : Relation<M, K> extends infer T extends AnyModel
      ? RelationFilter<WhereByClass<T>>
      : never
}
/**
 * `where` of a class, whose associations stand among its properties; `never` for models that declare them (their own `where` knows them)
 * and for models of which nothing is known.
 */
export type WhereByClass<M extends AnyModel> = unknown extends TypesOf<M>['relations']
  ? IsAny<TypesOf<M>['attributes']> extends true
    ? TypesOf<M>['where']
    : WhereOptions<TypesOf<M>['attributes'], ClassFilters<M>>
  : TypesOf<M>['where']
export type RelationTarget<R> = R extends readonly (infer U)[] ? U : R

// ---------------------------------------------------------------- order
export type OrderDirection =
  | 'ASC'
  | 'DESC'
  | 'asc'
  | 'desc'
  | `${'ASC' | 'DESC'} NULLS ${'FIRST' | 'LAST'}`
  | 'NULLS FIRST'
  | 'NULLS LAST'
type OrderAttribute<M> = M extends AnyModel ? Extract<keyof TypesOf<M>['attributes'], string> : string
type OrderAssociation =
  | ModelConstructor<AnyModel>
  | AnyAssociation
  | { readonly model: ModelConstructor<AnyModel>; readonly as?: string }
type OrderByAssociation<M> = [AssociationName<M>] extends [never]
  ? readonly [string, string, unknown, ...unknown[]]
  : OrderByDeclared<M>
type OrderByDeclared<M> = {
  [K in AssociationName<M>]:
    | readonly [K, OrderAttribute<RelationTarget<Relation<M, K>>> | SqlExpression, OrderDirection?]
    | readonly [K, AssociationName<RelationTarget<Relation<M, K>>>, ...unknown[]]
}[AssociationName<M>]
type OrderItemOf<M> =
  | OrderAttribute<M>
  | SqlExpression
  | readonly [OrderAttribute<M> | SqlExpression, OrderDirection?]
  | OrderByAssociation<M>
  | readonly [OrderAssociation, ...unknown[]]
/**
 * What a part of the options has that was built ahead of the call, for no model in particular: `const order: Order = [['name', 'ASC']]`.
 * Every model takes it. A literal in the call is none: with all its properties optional, this is a weak type, and what is assigned to it has
 * to have one of them.
 */
export interface Prepared {
  readonly [LAZY]?: 'prepared'
}
/** What `order` takes of the model `M`. */
export type OrderOf<M> = SqlExpression | readonly (OrderItemOf<M> | Prepared)[]
// Apart from `OrderOf`: a type parameter of a call would be inferred from it.
/** Any attribute and association, by name. */
export type OrderItem = OrderItemOf<any> & Prepared
export type Order = SqlExpression | readonly OrderItem[]

// ---------------------------------------------------------------- projection
export type ProjectionAlias = readonly [SqlExpression | string, string]
export type AttributeSelection<A> =
  | readonly (Extract<keyof A, string> | ProjectionAlias | Literal)[]
  | {
      readonly include?: readonly (Extract<keyof A, string> | ProjectionAlias)[]
      readonly exclude?: readonly Extract<keyof A, string>[]
    }

// ---------------------------------------------------------------- include
// `any` would take the contextual type of a nested `where` away (no completions), hence WhereOptions<any>.
type WhereOf<T> =
  IsAny<T> extends true
    ? WhereOptions<any>
    : T extends AnyModel
      ? TypesOf<T>['where'] | WhereByClass<T>
      : WhereOptions<any>
export type AttributesOf<T> = T extends AnyModel ? TypesOf<T>['attributes'] : any

/** Options of an include that do not depend on how the association is named. `T`: the associated model. */
export interface IncludeCommon<T> {
  as?: string
  /** Parents without such a row are left out. Default: true with `where` (unless `separate`), else false. */
  required?: boolean
  /** RIGHT JOIN, where the engine has one. */
  right?: boolean
  /** A query of its own, as with `strategy: 'query'`; `where` filters its rows and, unless `required` says so, no parents. Default: false. */
  separate?: boolean
  /** How it is read; the result is the same. Default: the `strategy` of the find, of its model, of the Sequelize instance, else `join`. */
  strategy?: 'join' | 'query' | 'auto'
  duplicating?: boolean
  /** Joins on the association's key OR `where`. */
  or?: boolean
  subQuery?: boolean
  paranoid?: boolean
  where?: WhereOf<T>
  /** Replaces the join condition. Columns of other tables are named in it by `col` or `'$…$'`. */
  on?: WhereOf<T>
  attributes?: AttributeSelection<AttributesOf<T>>
  include?: ListOrOne<IncludeInput<T>>
  order?: OrderOf<T>
  limit?: number | Literal | null
  offset?: number | Literal | null
  through?: IncludeThroughOptions
}
/** What is read of the rows between, of belongsToMany. `T`: their model. */
export interface IncludeThroughOptions<T = any> {
  as?: string
  attributes?: AttributeSelection<AttributesOf<T>>
  where?: WhereOf<T>
  paranoid?: boolean
}
/** `M`: the model that has the association `K` to `T`. */
export interface IncludeByName<K, T, M = any> extends IncludeCommon<T> {
  association: K
  model?: ModelConstructor<AnyModel>
  through?: IncludeThroughOptions<ThroughRelation<M, K>>
}
export interface IncludeByAssociation extends IncludeCommon<any> {
  association: AnyAssociation
}
export interface IncludeByModel extends IncludeCommon<any> {
  model: ModelConstructor<AnyModel>
}
export interface IncludeAll {
  all: true | 'BelongsTo' | 'HasOne' | 'HasMany' | 'BelongsToMany' | 'One' | 'Has' | 'Many' | 'All'
  nested?: boolean
  attributes?: readonly string[]
}
type IncludeNamed<M> = {
  [K in IncludeName<M>]: IncludeByName<K, RelationTarget<Relation<M, K>>, M>
}[IncludeName<M>]
/** One element of `include`. */
export type IncludeInput<M = any> =
  | IncludeName<M>
  | ModelConstructor<AnyModel>
  | AnyAssociation
  | IncludeNamed<M>
  | IncludeByAssociation
  | IncludeByModel
  | IncludeAll
/** An element of an `include` that is built ahead of the call: any association, by name. What is loaded by it, no type knows. */
export type Includeable =
  | string
  | ModelConstructor<AnyModel>
  | AnyAssociation
  | IncludeByAssociation
  | IncludeByModel
  | IncludeAll
  | IncludeOptions
  | NotGiven
/** An include written as an object, for options that are built ahead of the call. */
export interface IncludeOptions extends IncludeCommon<any>, Prepared {
  association?: string | AnyAssociation
  model?: ModelConstructor<AnyModel>
  all?: IncludeAll['all']
  nested?: boolean
}

/** Name of the association that an include element means. */
export type IncludeNameOf<M, E> = E extends string
  ? E
  : E extends { readonly association: infer A }
    ? A extends string
      ? A
      : A extends { readonly as: infer N extends string }
        ? N
        : never
    : E extends { readonly as: infer N extends string }
      ? N
      : E extends ModelConstructor<infer T>
        ? NameByTarget<M, T>
        : E extends { readonly model: ModelConstructor<infer T> }
          ? NameByTarget<M, T>
          : never
type NameByTarget<M, T> = {
  [K in AssociationName<M>]: RelationTarget<Relation<M, K>> extends T
    ? T extends RelationTarget<Relation<M, K>>
      ? K
      : never
    : never
}[AssociationName<M>]

type IsRequired<E> = E extends { readonly required: infer Q }
  ? Q extends true
    ? true
    : false
  : E extends { readonly separate: true }
    ? false
    : E extends { readonly where: any }
      ? true
      : false
/** Relation reached by an association *object* on a model that does not declare it. */
type DeclaredRelation<M, K, E> =
  K extends AssociationName<M>
    ? Relation<M, K>
    : E extends { readonly association: infer A }
      ? RelationOf<A>
      : RelationOf<E>
type IncludedTarget<T, E> = E extends { readonly include: infer NestedInclude } ? Loaded<T, NestedInclude> : T
// Array nodes that are the body of an alias, or whose element is an alias, create deferred references, a different identity from the
// declared `U[]`: `U[] & U[]` would stay unmerged. `infer X ? X[]` is eager and interned.
type IncludedRelation<M, R, E> = R extends readonly (infer U)[]
  ? IncludedTarget<U, E> & ThroughPart<M, E> extends infer X
    ? X[]
    : never
  : E extends string
    ? R | null
    : IsRequired<E> extends true
      ? IncludedTarget<R, E>
      : IncludedTarget<R, E> | null
/** The row between, on targets of a declared belongsToMany. */
type ThroughPart<M, E> = M extends AnyModel
  ? unknown extends TypesOf<M>['relations']
    ? unknown
    : WithThrough<TypesOf<M>['relations'][IncludeNameOf<M, E>], E>
  : unknown
export type ElementOf<I> = I extends readonly (infer U)[] ? U : I
type LoadedPart<M, I> = {
  [E in ElementOf<I> as IncludeNameOf<M, E>]: IncludedRelation<M, DeclaredRelation<M, IncludeNameOf<M, E>, E>, E>
}
export type PartOf<M, I> = NotGiven extends I
  ? unknown
  : I extends readonly unknown[]
    ? number extends I['length']
      ? NotGiven extends I[number]
        ? unknown
        : Partial<LoadedPart<M, I>>
      : LoadedPart<M, I>
    : LoadedPart<M, I>
/**
 * A model instance with associations loaded: `Loaded<User, 'profile'>`, `Loaded<User, ['profile', 'tasks']>`.
 * A list whose length is not known makes the relations optional.
 */
// Always an intersection with M, so that a deferred PartOf stays assignable to M in generic code. The loaded part comes FIRST: overloads
// of `(X & Y)[]` and `X[]` methods are tried in order, so `user.tasks.map((task) => task.project)` must see the loaded element first.
export type Loaded<M, I> = PartOf<M, I> & M

// ---------------------------------------------------------------- what is wrong with an include
// `I` is inferred from what the user wrote, so that the result knows what is loaded; TypeScript then compares the include with itself and
// sees no mistake. Where `IsRightInclude` is false, calls ask for `ExpectedInclude` instead: what should stand there, list by list and object
// by object, so that the message stands at the wrong key and names what is known there.
type IncludeKey = keyof IncludeByName<any, any>
interface HasAssociation {
  readonly association: any
}
interface HasAssociationName {
  readonly association: string
}
interface HasModel {
  readonly model: ModelConstructor<AnyModel>
}
interface HasInclude {
  readonly include: any
}
interface HasWhere {
  readonly where: any
}
interface HasOn {
  readonly on: any
}
interface HasThroughWhere {
  readonly through: HasWhere
}
type TargetOfElement<M, E> = E extends ModelOf<infer T> ? T : TargetOfName<M, E>
interface ModelOf<T> {
  readonly model: ModelConstructor<T>
}
type TargetOfName<M, E> =
  IncludeNameOf<M, E> extends infer K
    ? [K] extends [never]
      ? any
      : RelationTarget<DeclaredRelation<M, K, E>> extends infer T extends AnyModel
        ? T
        : any
    : never
// What is given for `T`: an include by association or model is not checked against the model on its own.
interface IncludeOf<T> extends IncludeCommon<T> {
  readonly association?: AnyAssociation
  readonly model?: ModelConstructor<AnyModel>
}
type ExtraWhere<T, W> = W extends readonly unknown[] | SqlExpression
  ? never
  : Exclude<
      keyof W,
      | keyof AttributesOf<T>
      | AssociationName<T>
      | symbol
      | `$${string}`
      | `${string}.${string}`
      | `${string}[${string}`
      | `${string}:${string}`
    >
/** Keys of an include that mean nothing there; `never` where all is well. */
type ExtraKeys<M, E> = E extends HasAssociationName
  ? E['association'] extends IncludeName<M>
    ?
        | ExtraIn<E, RelationTarget<Relation<M, E['association']>>>
        | (E extends HasThroughWhere ? ExtraWhere<ThroughRelation<M, E['association']>, E['through']['where']> : never)
    : Exclude<keyof E, IncludeKey>
  : E extends HasAssociation | HasModel
    ? E extends IncludeOf<TargetOfElement<M, E>>
      ? ExtraIn<E, TargetOfElement<M, E>>
      : keyof E
    : never
type ExtraIn<E, T> =
  | Exclude<keyof E, IncludeKey>
  | (E extends HasWhere ? ExtraWhere<T, E['where']> : never)
  | (E extends HasOn ? ExtraWhere<T, E['on']> : never)
  | (E extends HasInclude
      ? E['include'] extends string | readonly string[]
        ? never
        : ExtraKeys<T, ElementOf<E['include']>>
      : never)

/** What should stand in the place of `I`. */
export type ExpectedInclude<M, I> = I extends readonly unknown[]
  ? { readonly [N in keyof I]: ExpectedElement<M, I[N]> }
  : ExpectedElement<M, I>
type ExpectedElement<M, E> = E extends string
  ? IncludeName<M>
  : E extends HasAssociationName
    ? E['association'] extends IncludeName<M>
      ? ExpectedOptions<
          E,
          IncludeByName<E['association'], RelationTarget<Relation<M, E['association']>>, M>,
          RelationTarget<Relation<M, E['association']>>
        >
      : IncludeByName<IncludeName<M>, any>
    : E extends HasAssociation | HasModel
      ? ExpectedOptions<E, IncludeOf<TargetOfElement<M, E>>, TargetOfElement<M, E>>
      : IncludeInput<M>
// A wrong include inside is told there, not among all that an include can be.
type ExpectedOptions<E, Options, T> = E extends HasInclude
  ? Omit<Options, 'include'> & { readonly include?: ExpectedInclude<T, E['include']> }
  : Options

/** What `include` takes. */
export type IncludeArgument<M> = ListOrOne<IncludeInput<M>> | NotGiven
/** The same, of options that are built ahead of the call. */
export type PreparedInclude = ListOrOne<Includeable>
/** What `I` is inferred from: whatever was written, and for editors what could be. */
export type IncludeGiven<M> = IncludeArgument<M> | (string & {}) | object
/** False where `I` is no right `include` of `M`; then `ExpectedInclude` says what should stand there. */
export type IsRightInclude<M, I> = NotGiven extends I
  ? true
  : [I] extends [IncludeArgument<M>]
    ? [ExtraKeys<M, ElementOf<I>>] extends [never]
      ? true
      : false
    : [HasMark<ElementOf<I>>] extends [never]
      ? false
      : true
/** `never` but for what is built ahead of the call. */
type HasMark<E> = E extends unknown ? (typeof LAZY extends keyof E ? true : never) : never
/** `I` where it is right, else what should stand there. */
export type CheckedInclude<M, I> = IsRightInclude<M, I> extends true ? I : RightInclude<M, I>['include']
/** An interface, so that only a wrong include computes what would be right. */
interface RightInclude<M, I> {
  readonly include: ExpectedInclude<M, I>
}
