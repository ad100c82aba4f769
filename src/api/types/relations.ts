// biome-ignore-all lint/suspicious/noExplicitAny: constraints on functions that are kept unresolved.
/**
 * Associations declared with the model: `associations: { profile: hasOne(() => Profile, 'userId') }`, and the methods that they give.
 * The target stays an unresolved arrow function until an association is read, which is what makes mutually recursive models inferable.
 */

import type {
  AssociationKind,
  BelongsToManyOptions,
  BelongsToOptions,
  HasManyOptions,
  HasOneOptions,
  OneOfMany,
  ThroughOptions,
} from './associations.js'
import type { NamedModel } from './define.js'
import type { AttributesOf, IncludeArgument, IncludeGiven, IncludeThroughOptions } from './include.js'
import type { AnyModel, CreationAttributes, IsAny, ModelConstructor } from './infer.js'
import type { Singularize } from './mixins.js'
import type { FindBase, FindGenerics, FindResult, MutationOptions, NewValues, SelectArgument } from './options.js'
import type { TYPES } from './symbols.js'

/** A declaration. `F` is the function `() => Task`. */
export interface AssociationDeclaration<K extends AssociationKind = AssociationKind, F = any, FK = string> {
  readonly associationType: K
  readonly target: F
  readonly foreignKey: FK
}
/** `associations` of `define` and of `sequelize.model`. */
export type Declarations = { readonly [name: string]: AssociationDeclaration }

/** An interface of its own: declarations of users' models then name the target once. */
export interface HasOneDeclaration<F = any, FK = string>
  extends AssociationDeclaration<'HasOne', F, FK>,
    OneOfMany<AssociationDeclaration<'HasOne', F, FK>> {}

/** `Through`: the name of the table between, its model, or a function that returns the model. */
export interface BelongsToManyDeclaration<F = any, Through = string>
  extends AssociationDeclaration<'BelongsToMany', F, never> {
  readonly through: Through
}

// `F extends Function`, NOT `() => any`: a call signature in the constraint gives the arrow a contextual signature, and TypeScript 6 then
// infers its return type on the spot; every model's base class would resolve the next one's. `Function` has no call signature.
export type DeclareHasOne = <F extends Function, const FK extends string = string>(
  target: F,
  options?: FK | Omit<HasOneOptions<string, FK>, 'as'>,
) => HasOneDeclaration<F, FK>
export type DeclareBelongsTo = <F extends Function, const FK extends string = string>(
  target: F,
  options?: FK | Omit<BelongsToOptions<string, FK>, 'as'>,
) => AssociationDeclaration<'BelongsTo', F, FK>
export type DeclareHasMany = <F extends Function, const FK extends string = string>(
  target: F,
  options?: FK | Omit<HasManyOptions<string, FK>, 'as'>,
) => AssociationDeclaration<'HasMany', F, FK>
export type DeclareBelongsToMany = <F extends Function, const Through extends string | Function = string>(
  target: F,
  options: Omit<BelongsToManyOptions, 'as' | 'through'> & {
    readonly through: Through | (ThroughOptions & { readonly model: Through })
  },
) => BelongsToManyDeclaration<F, Through>

interface Thunk<T> {
  readonly target: () => ModelConstructor<T>
}
/** Target instance type of a declaration. */
export type TargetOf<D> = D extends Thunk<infer T> ? T : never
interface ThroughRows<T> {
  readonly through: ModelConstructor<T> | (() => ModelConstructor<T>)
}
/** Instance type of the rows between; `any` where `through` is a name. */
export type ThroughOf<D> = D extends ThroughRows<infer T> ? T : any
interface ThroughAs<N> {
  readonly through: { readonly as: N }
}
interface WithoutThrough {
  readonly through: { readonly attributes: readonly [] }
}
/** Property of a loaded target that holds the row between: the name of its model, or the `as` of the include's `through`. */
type ThroughKey<T, E> = E extends WithoutThrough
  ? never
  : E extends ThroughAs<infer N extends string>
    ? N
    : T extends NamedModel<infer N>
      ? N
      : never
/** The row between on a target of the association `D`, included by `E`; nothing where `through` is a name, whose model no type knows. */
export type WithThrough<D, E> = D extends ThroughRows<infer T> ? { [K in ThroughKey<T, E>]: T } : unknown
export interface ManyMark {
  readonly associationType: 'HasMany' | 'BelongsToMany'
}
interface OneMark {
  readonly associationType: 'HasOne' | 'BelongsTo'
}

/** `Task` or `Task[]`. No property of the unloaded instance: reading it without `include` is an error. */
export type RelationOfDeclaration<D> = D extends ManyMark ? (TargetOf<D> extends infer X ? X[] : never) : TargetOf<D>

type OneKeys<N extends string> = `${'get' | 'set' | 'create'}${Capitalize<N>}`
type ManyKeys<N extends string> =
  | `${'get' | 'set' | 'count' | 'add' | 'remove' | 'has'}${Capitalize<N>}`
  | `${'add' | 'remove' | 'has' | 'create'}${Capitalize<Singularize<N>>}`

/** Names of the methods that the associations `R` give. */
export type MixinNames<R> = MixinNamesOf<R, keyof R>
type MixinNamesOf<R, N extends keyof R> = N extends string ? (R[N] extends ManyMark ? ManyKeys<N> : OneKeys<N>) : never
/** All association methods in one mapped type: the keys are a few template literals, each value is one interface reference. */
export type AllMixins<in out R, in out Source extends string = string> = {
  readonly [P in MixinNames<R>]: P extends `get${string}` ? GetMixin<DeclarationOf<R, P>> : Mixin<R, P, Source>
}

/** `getX` of the association `D`: `include`, `attributes` and `raw` decide on the result as in `findAll`. */
export type GetMixin<D> = <
  const I extends IncludeGiven<InstanceOf<D>> = IncludeArgument<InstanceOf<D>>,
  const S extends SelectArgument<InstanceOf<D>> = SelectArgument<InstanceOf<D>>,
  R extends boolean = false,
>(
  options?: GetOptionsOf<D> & FindGenerics<InstanceOf<D>, I, S, R>,
) => Promise<D extends ManyMark ? FindResult<InstanceOf<D>, I, S, R>[] : FindResult<InstanceOf<D>, I, S, R> | null>
type GetOptionsOf<D> = FindBase<InstanceOf<D>> & {
  scope?: string | readonly string[] | false | null
} & ReadThrough<D>

/** A method whose arguments and result are worked out when it is called. */
export type Mixin<R, P, Source extends string> = (...args: MixinArguments<R, P, Source>) => Promise<MixinResult<R, P>>

type Strip<P> = P extends `${'get' | 'set' | 'create' | 'count' | 'add' | 'remove' | 'has'}${infer N}`
  ? Uncapitalize<N>
  : never
type NameOf<R, N> = N extends keyof R
  ? N
  : { [K in keyof R & string]: Singularize<K> extends N ? K : never }[keyof R & string]
type DeclarationOf<R, P> = NameOf<R, Strip<P>> extends infer N extends keyof R ? R[N] : never
type InstanceOf<D> = Extract<TargetOf<D>, AnyModel>
/** The foreign key given, else the run-time default `${source}Id`. */
type ForeignKeyOf<D, Source extends string> = D extends { readonly foreignKey: infer FK extends string }
  ? string extends FK
    ? string extends Source
      ? never
      : `${Uncapitalize<Source>}Id`
    : FK
  : never

type MixinArguments<R, P, Source extends string> =
  DeclarationOf<R, P> extends infer D ? ArgumentsFor<D, InstanceOf<D>, P, Source> : never
type One<T extends AnyModel> = T | T[typeof TYPES]['key']
type Some<T extends AnyModel> = One<T> | Iterable<One<T>>
/** Attributes of a row that is made: `user.setShooter({ firstName: 'John' })`. No instance, whose attributes would do as well. */
type NewRow<D, T extends AnyModel, Source extends string> = NoInstance &
  Omit<CreationAttributes<T>, ForeignKeyOf<D, Source>>
interface NoInstance {
  readonly [TYPES]?: never
}
type ArgumentsFor<D, T extends AnyModel, P, Source extends string> = P extends `count${string}`
  ? [options?: FindBase<T> & ReadThrough<D>]
  : P extends `create${string}`
    ? [
        ...NewValues<
          CreationAttributes<T>,
          D extends { readonly associationType: 'BelongsTo' } ? never : ForeignKeyOf<D, Source>
        >,
        options?: MutationOptions & { replace?: boolean } & WriteThrough<D>,
      ]
    : D extends OneMark
      ? [
          newAssociation: One<T> | NewRow<D, T, Source> | null,
          options?: MutationOptions & { destroyPrevious?: boolean | object; save?: boolean; steal?: boolean },
        ]
      : P extends `set${string}`
        ? [newAssociations: Iterable<One<T>> | null, options?: ManyOptions<D> & { destroyPrevious?: boolean | object }]
        : [
            target: Some<T> | (P extends `add${string}` ? NewRow<D, T, Source> : never),
            options?: ManyOptions<D> & { destroy?: boolean | object },
          ]
interface ThroughMark {
  readonly associationType: 'BelongsToMany'
}
/** Of belongsToMany: what is read of the rows between, and what is written to them. */
type ReadThrough<D> = D extends ThroughMark
  ? {
      joinTableAttributes?: readonly (keyof AttributesOf<ThroughOf<D>>)[]
      through?: IncludeThroughOptions<ThroughOf<D>>
    }
  : unknown
type WriteThrough<D> = D extends ThroughMark ? { through?: ThroughValues<ThroughOf<D>> } : unknown
type ThroughValues<T> =
  IsAny<T> extends true
    ? Readonly<Record<string, unknown>>
    : T extends AnyModel
      ? Partial<CreationAttributes<T>>
      : never
type ManyOptions<D> = MutationOptions & { individualHooks?: boolean } & WriteThrough<D>
type MixinResult<R, P> = P extends `count${string}`
  ? number
  : P extends `has${string}`
    ? boolean
    : P extends `create${string}`
      ? InstanceOf<DeclarationOf<R, P>>
      : P extends `set${string}`
        ? DeclarationOf<R, P> extends infer D
          ? D extends ManyMark
            ? void
            : InstanceOf<D> | null
          : never
        : void
