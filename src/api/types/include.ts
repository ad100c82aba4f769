// biome-ignore-all lint/suspicious/noExplicitAny: includes of models whose associations are not declared; the rest is constraints.
/**
 * Eager loading and ordering by association, typed: which names `include` takes, and what the result then has.
 * Docs: associations/basics, querying/select-in-depth.
 */
import type { Literal, SqlExpression } from '../../sql/fragments.js'
import type { AnyAssociation, RelationOf } from './associations.js'
import type { AnyModel, BaseKeys, IsAny, ModelCtor, TypesOf } from './infer.js'
import type { RelationOfDeclaration } from './relations.js'
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
/** Type of an association when it is loaded, before null: `DrivingLicense` or `Project[]`. */
export type Relation<M, K> = M extends AnyModel
  ? unknown extends TypesOf<M>['relations']
    ? K extends keyof M
      ? NonNullable<M[K]>
      : never
    : K extends keyof TypesOf<M>['relations']
      ? RelationOfDeclaration<TypesOf<M>['relations'][K]>
      : never
  : never
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
  | ModelCtor<AnyModel>
  | AnyAssociation
  | { readonly model: ModelCtor<AnyModel>; readonly as?: string }
type OrderByAssociation<M> = {
  [K in AssociationName<M>]:
    | readonly [K, OrderAttribute<RelationTarget<Relation<M, K>>> | SqlExpression, OrderDirection?]
    | readonly [K, AssociationName<RelationTarget<Relation<M, K>>>, ...unknown[]]
}[AssociationName<M>]
export type OrderItem<M = any> =
  | OrderAttribute<M>
  | SqlExpression
  | readonly [OrderAttribute<M> | SqlExpression, OrderDirection?]
  | OrderByAssociation<M>
  | readonly [OrderAssociation, ...unknown[]]
export type Order<M = any> = SqlExpression | readonly OrderItem<M>[]

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
  readonly as?: string
  /** INNER JOIN instead of LEFT JOIN. Default: true with `where`, else false. */
  readonly required?: boolean
  /** RIGHT JOIN, where the engine has one. */
  readonly right?: boolean
  /** hasMany: a query of its own. */
  readonly separate?: boolean
  readonly strategy?: 'join' | 'query' | 'auto'
  readonly duplicating?: boolean
  /** Joins on the association's key OR `where`. */
  readonly or?: boolean
  readonly subQuery?: boolean
  readonly paranoid?: boolean
  readonly where?: WhereOf<T>
  /** Replaces the join condition. */
  readonly on?: WhereOptions<any>
  readonly attributes?: AttributeSelection<AttributesOf<T>>
  readonly include?: ListOrOne<IncludeInput<T>>
  readonly order?: Order<T>
  readonly limit?: number | Literal | null
  readonly offset?: number | Literal | null
  readonly through?: {
    readonly as?: string
    readonly attributes?: readonly string[]
    readonly where?: WhereOptions<any>
    readonly paranoid?: boolean
  }
}
export interface IncludeByName<K, T> extends IncludeCommon<T> {
  readonly association: K
  readonly model?: ModelCtor<AnyModel>
}
export interface IncludeByAssociation extends IncludeCommon<any> {
  readonly association: AnyAssociation
}
export interface IncludeByModel extends IncludeCommon<any> {
  readonly model: ModelCtor<AnyModel>
}
export interface IncludeAll {
  readonly all: true | 'BelongsTo' | 'HasOne' | 'HasMany' | 'BelongsToMany' | 'One' | 'Has' | 'Many' | 'All'
  readonly nested?: boolean
  readonly attributes?: readonly string[]
}
type IncludeNamed<M> = {
  [K in AssociationName<M>]: IncludeByName<K, RelationTarget<Relation<M, K>>>
}[AssociationName<M>]
/** One element of `include`. Sequelize's name for it is `Includeable`. */
export type IncludeInput<M = any> =
  | AssociationName<M>
  | ModelCtor<AnyModel>
  | AnyAssociation
  | IncludeNamed<M>
  | IncludeByAssociation
  | IncludeByModel
  | IncludeAll
/** An include written as an object, untyped: for options that are built ahead of the call. */
export interface IncludeOptions extends IncludeCommon<any> {
  readonly association?: string | AnyAssociation
  readonly model?: ModelCtor<AnyModel>
  readonly all?: IncludeAll['all']
  readonly nested?: boolean
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
      : E extends ModelCtor<infer T>
        ? NameByTarget<M, T>
        : E extends { readonly model: ModelCtor<infer T> }
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
export type IncludedRelation<R, E> = R extends readonly (infer U)[]
  ? IncludedTarget<U, E> extends infer X
    ? X[]
    : never
  : E extends string
    ? R | null
    : IsRequired<E> extends true
      ? IncludedTarget<R, E>
      : IncludedTarget<R, E> | null
export type ElementOf<I> = I extends readonly (infer U)[] ? U : I
type LoadedPart<M, I> = {
  [E in ElementOf<I> as IncludeNameOf<M, E>]: IncludedRelation<DeclaredRelation<M, IncludeNameOf<M, E>, E>, E>
}
export type PartOf<M, I> = NotGiven extends I
  ? unknown
  : I extends readonly unknown[]
    ? number extends I['length']
      ? Partial<LoadedPart<M, I>>
      : LoadedPart<M, I>
    : LoadedPart<M, I>
/**
 * A model instance with associations loaded: `Loaded<User, 'profile'>`, `Loaded<User, ['profile', 'tasks']>`.
 * A list whose length is not known makes the relations optional.
 */
// Always an intersection with M, so that a deferred PartOf stays assignable to M in generic code. The loaded part comes FIRST: overloads
// of `(X & Y)[]` and `X[]` methods are tried in order, so `user.tasks.map((task) => task.project)` must see the loaded element first.
export type Loaded<M, I> = PartOf<M, I> & M

// ---------------------------------------------------------------- exactness of include objects
// `I` is inferred, so TypeScript reports no excess properties inside include objects. `ExtraKeys` is `never` for correct options (and at
// once for plain names); only a wrong call pays for the second type, which makes the error.
type IncludeKey = keyof IncludeByName<any, any>
interface HasAssociation {
  readonly association: any
}
interface HasInclude {
  readonly include: any
}
interface HasWhere {
  readonly where: any
}
type ExtraWhere<A, W> = W extends readonly unknown[] | SqlExpression
  ? never
  : Exclude<keyof W, keyof A | symbol | `$${string}` | `${string}.${string}` | `${string}::${string}`>
type TargetOfElement<M, E extends HasAssociation> = E['association'] extends string
  ? RelationTarget<Relation<M, E['association']>>
  : any
type ExtraKeys<M, E> = E extends HasAssociation
  ?
      | Exclude<keyof E, IncludeKey>
      | (E extends HasWhere
          ? Exclude<ExtraWhere<AttributesOf<TargetOfElement<M, E>>, E['where']>, AssociationName<TargetOfElement<M, E>>>
          : never)
      | (E extends HasInclude
          ? E['include'] extends string | readonly string[]
            ? never
            : ExtraKeys<TargetOfElement<M, E>, ElementOf<E['include']>>
          : never)
  : never
type Bad<E, X> = E extends HasAssociation
  ? {
      readonly [P in keyof E]: P extends X
        ? never
        : P extends 'where'
          ? { readonly [Q in keyof E[P]]: Q extends X ? never : E[P][Q] }
          : P extends 'include'
            ? BadList<E[P], X>
            : E[P]
    }
  : E
type BadList<I, X> = I extends readonly unknown[] ? { readonly [N in keyof I]: Bad<I[N], X> } : Bad<I, X>
/** Intersected with a call's options: makes unknown keys inside include objects an error. */
export type IncludeCheck<M, I> = NotGiven extends I
  ? unknown
  : I extends string | readonly string[]
    ? unknown
    : [ExtraKeys<M, ElementOf<I>>] extends [never]
      ? unknown
      : { include?: BadList<I, ExtraKeys<M, ElementOf<I>>> }
