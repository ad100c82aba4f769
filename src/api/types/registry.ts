// biome-ignore-all lint/suspicious/noExplicitAny: constraints over models that are looked up by name.
/**
 * Associations declared after `define`: `sequelize.associate({ User, Task }, ({ User, Task }) => ({ User: { task: User.hasOne(Task) } }))`.
 * Targets are names, resolved when they are read.
 */
import type {
  AssociationKind,
  BelongsToManyOptions,
  BelongsToOptions,
  HasManyOptions,
  HasOneOptions,
} from './associations.js'
import type { FromBase, ScopedModel, ScopedStatic } from './define.js'
import type { AnyModel, ModelConstructor, ModelTypes } from './infer.js'
import type { ModelStatic } from './model.js'
import type { TYPES } from './symbols.js'

export interface RegistryTarget<K extends string> {
  readonly key: K
}
export interface RegistryDeclaration<
  K extends AssociationKind = AssociationKind,
  T extends string = string,
  FK = string,
> {
  readonly associationType: K
  readonly targetKey: T
  readonly foreignKey: FK
}
/** A model of the registry, with which its associations are declared. */
export interface RegistryBuilder<K extends string> extends RegistryTarget<K> {
  hasOne<T extends string, const FK extends string = string>(
    target: RegistryTarget<T>,
    options?: FK | HasOneOptions<string, FK>,
  ): RegistryDeclaration<'HasOne', T, FK>
  belongsTo<T extends string, const FK extends string = string>(
    target: RegistryTarget<T>,
    options?: FK | BelongsToOptions<string, FK>,
  ): RegistryDeclaration<'BelongsTo', T, FK>
  hasMany<T extends string, const FK extends string = string>(
    target: RegistryTarget<T>,
    options?: FK | HasManyOptions<string, FK>,
  ): RegistryDeclaration<'HasMany', T, FK>
  belongsToMany<T extends string>(
    target: RegistryTarget<T>,
    options: BelongsToManyOptions,
  ): RegistryDeclaration<'BelongsToMany', T, never>
}
export interface RegistryTypes {
  readonly models: any
  readonly relations: any
}
export interface Registry<Models, Relations> {
  readonly models: Models
  readonly relations: Relations
}
/** An interface on purpose: `target` is resolved on access. As an alias' argument it would be eager and circular (TS2615). */
export interface LazyDeclaration<in out DB extends RegistryTypes, in out D extends RegistryDeclaration> {
  readonly associationType: D['associationType']
  readonly foreignKey: D['foreignKey']
  readonly target: () => ModelConstructor<RegistryInstance<DB, D['targetKey']>>
}
type RelationsAt<DB extends RegistryTypes, K> = K extends keyof DB['relations']
  ? { readonly [N in keyof DB['relations'][K]]: LazyDeclaration<DB, DB['relations'][K][N]> }
  : {}
/** Instance of model K: attributes of the defined model plus methods; associations resolve through the registry. */
export type RegistryInstance<DB extends RegistryTypes, K> = K extends keyof DB['models']
  ? DB['models'][K] extends ModelConstructor<Typed<infer A extends object, infer C extends object>>
    ? FromBase<A, C, RelationsAt<DB, K>, K & string, DeclaredAt<DB, K>>
    : never
  : never
interface Typed<A, C> {
  readonly [TYPES]: ModelTypes<A, C, any>
}
type DeclaredAt<DB extends RegistryTypes, K> = K extends keyof DB['relations'] ? DB['relations'][K] : {}
export type AssociateFunction = <
  const Models extends { readonly [name: string]: ModelConstructor<AnyModel> },
  const R extends { readonly [model: string]: { readonly [name: string]: RegistryDeclaration } },
>(
  models: Models,
  declare: (
    builders: { [K in keyof Models & string]: RegistryBuilder<K> },
  ) => R & { readonly [K in Exclude<keyof R, keyof Models>]: never },
) => {
  readonly [K in keyof Models]: WithScopesOf<Models[K], RegistryInstance<Registry<Models, R>, K>>
}
type WithScopesOf<Base, M extends AnyModel> = Base extends ScopedModel<infer S> ? ScopedStatic<M, S> : ModelStatic<M>
