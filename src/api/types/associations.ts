// biome-ignore-all lint/suspicious/noExplicitAny: constraints on the models of an association.
/**
 * The static `hasOne`, `belongsTo` … and the types of the methods that they add to instances (Sequelize's mixin types).
 * Docs: associations/has-one, associations/belongs-to, associations/has-many, associations/belongs-to-many.
 */
import type { ReferentialAction } from '../../schema/snapshot.js'
import type { Model } from '../model.js'
import type { AttributeOptions } from './define.js'
import type { ListOrOne } from './include.js'
import type { AnyModel, AttributeNames, CreationAttributes, ModelConstructor } from './infer.js'
import type { FindBase, InstanceDestroyOptions, MutationOptions } from './options.js'
import type { TYPES } from './symbols.js'

export type AssociationKind = 'HasOne' | 'BelongsTo' | 'HasMany' | 'BelongsToMany'
export interface AnyAssociation {
  readonly associationType: AssociationKind
  readonly as: string
}
/**
 * What `User.hasOne(Task, { as: 'task' })` returns; usable in `include`.
 * `declare static associations: { task: Association<User, Task> }` types a class's own (docs: models/model-typing).
 */
export interface Association<
  S = Model,
  T = Model,
  FK extends string = string,
  As extends string = string,
  K extends AssociationKind = AssociationKind,
> {
  readonly associationType: K
  readonly source: ModelConstructor<S>
  readonly target: ModelConstructor<T>
  readonly as: As
  readonly foreignKey: FK
  readonly isAliased: boolean
  readonly isSelfAssociation: boolean
  readonly isSingleAssociation: boolean
  readonly isMultiAssociation: boolean
  readonly options: Readonly<Record<string, unknown>>
  readonly accessors: Readonly<Record<string, string>>
  readonly inverse: AnyAssociation | null
}
/** `Task` or `Task[]` of an association object. */
export type RelationOf<A> =
  A extends Association<any, infer T, any, any, infer K> ? (K extends 'HasMany' | 'BelongsToMany' ? T[] : T) : never

type Action = ReferentialAction | Lowercase<ReferentialAction>
/** The foreign key as an object: its name, its column, and any option of an attribute. */
export interface ForeignKeyOptions<FK = string> extends Partial<AttributeOptions> {
  name?: FK
  fieldName?: FK
  onDelete?: Action
  onUpdate?: Action
  /** Name of the constraint in the database. Default: `<table>_<column>_foreign_idx`. */
  constraintName?: string
  /** False: no index is added to the foreign key. */
  index?: NonNullable<AttributeOptions['index']>
}
interface AssociationOptions<As, FK> {
  /** Name of the association: the property, the name in `include`, and of the methods. Default: the target's name. */
  as?: As | { readonly singular: string; readonly plural: string }
  foreignKey?: FK | ForeignKeyOptions<FK> | readonly FK[]
  /** False: no REFERENCES in the database. Default: true. */
  foreignKeyConstraints?: boolean
  /** v6's name of `foreignKeyConstraints`. */
  constraints?: boolean
  /** v6's place of `foreignKey.onDelete`. */
  onDelete?: Action
  /** v6's place of `foreignKey.onUpdate`. */
  onUpdate?: Action
  /** Name of the foreign key constraint. */
  uniqueKey?: string
  /** Fixed attribute values of the associated rows: conditions when they are read, values when they are made. */
  scope?: object
  /** Deletes associated rows in JavaScript, with their hooks, instead of leaving it to the database. */
  hooks?: boolean
  /** Allows a referenced key that is not unique. */
  allowNonUniqueKey?: boolean
}
/** Policy when another row takes the place of the associated one. Default: `nullify`, or `delete` where the key cannot be null. */
export type OnReplace = 'nullify' | 'delete' | 'restrict'
/** Which of several rows is meant. */
export interface OfManyOptions {
  order: string | readonly (string | readonly [string, ('ASC' | 'DESC')?])[]
}
/** A one-to-one that can be made the first of many rows. */
export interface OneOfMany<A> {
  /** The latest, or the best: `.ofMany({ order: [['createdAt', 'DESC']] })`. Rows are then added beside each other. */
  ofMany(options: OfManyOptions): A
}
export interface HasOneOptions<As = string, FK = string> extends AssociationOptions<As, FK> {
  /** Attribute of the source that the foreign key refers to. Default: the primary key. */
  sourceKey?: string | readonly string[]
  /** @deprecated On `hasOne` an alias of `sourceKey`. */
  targetKey?: string | readonly string[]
  /** The belongsTo on the target. */
  inverse?: string | { readonly as?: string; readonly scope?: object }
  /** A unique index on the foreign key, optionally named: the database then enforces one row. Default: false. */
  unique?: boolean | string
  onReplace?: OnReplace
  /**
   * Of a model with itself: both rows name each other (a spouse). `setX` writes both in one step and releases whoever was linked to one
   * of the two; the key is unique and never written alone. Default: false.
   */
  symmetric?: boolean
  /**
   * `'both'`: no row of either side stands without its other row when a transaction ends. Both are created at once with `include`, or one
   * after the other in one transaction; where the engine has deferred foreign keys, it holds the rule itself. Compat: not in Sequelize.
   */
  required?: 'both'
  /** There are many rows, and the first in this order is meant. */
  ofMany?: OfManyOptions
  /** Which row is taken when several match. Default: the lowest primary key. */
  order?: readonly (readonly [string, ('ASC' | 'DESC')?])[]
}
export interface BelongsToOptions<As = string, FK = string> extends AssociationOptions<As, FK> {
  /** Attribute of the target that the foreign key refers to. Default: the primary key. */
  targetKey?: string | readonly string[]
  sourceKey?: never
  /** The other side on the target. A string names a hasOne. */
  inverse?: string | { readonly as?: string; readonly type?: 'hasOne' | 'hasMany'; readonly scope?: object }
  unique?: boolean | string
  onReplace?: OnReplace
  /** As with hasOne: of a model with itself, both rows name each other. */
  symmetric?: boolean
}
export interface HasManyOptions<As = string, FK = string> extends AssociationOptions<As, FK> {
  sourceKey?: string | readonly string[]
  inverse?: string | { readonly as?: string; readonly scope?: object }
}
/** `through` as an object, besides its `model`. */
export interface ThroughOptions {
  unique?: boolean | string
  scope?: object
  paranoid?: boolean
  timestamps?: boolean
}
export interface BelongsToManyOptions<As = string> {
  as?: As | { readonly singular: string; readonly plural: string }
  /** The model between the two: its name (it is made where there is none), the model, or a function that returns it. */
  through:
    | string
    | ModelConstructor<any>
    | (() => any)
    | (ThroughOptions & { readonly model: string | ModelConstructor<any> | (() => any) })
  /** The key of the table between that leads to this model. */
  foreignKey?: string | ForeignKeyOptions | readonly string[]
  /** The key that leads to the target. */
  otherKey?: string | ForeignKeyOptions | readonly string[]
  sourceKey?: string | readonly string[]
  targetKey?: string | readonly string[]
  /** The belongsToMany on the target. */
  inverse?:
    | string
    | {
        as?: string | { readonly singular: string; readonly plural: string }
        scope?: object
        foreignKeyConstraints?: boolean
      }
  foreignKeyConstraints?: boolean
  constraints?: boolean
  onDelete?: Action
  onUpdate?: Action
  scope?: object
  hooks?: boolean
  timestamps?: boolean
  uniqueKey?: string
  throughAssociations?: {
    fromSource?: string
    toSource?: string
    fromTarget?: string
    toTarget?: string
  }
}
/** A model, or a function that returns one (for circular imports). */
export type Target<T> = ModelConstructor<T> | (() => ModelConstructor<T>)

// ---------------------------------------------------------------- Sequelize 7's mixin types
type GetOptions<T extends AnyModel> = FindBase<T> & {
  scope?: string | readonly string[] | boolean | null
  schema?: string
  schemaDelimiter?: string
  attributes?: readonly unknown[] | object
  include?: unknown
  raw?: boolean
}
type NewValues<T extends AnyModel, X extends PropertyKey> = Omit<CreationAttributes<T>, X>

export interface HasOneGetAssociationMixinOptions<T extends AnyModel> extends FindBase<T> {
  scope?: string | readonly string[] | boolean | null
  schema?: string
  schemaDelimiter?: string
  attributes?: readonly unknown[] | object
  include?: unknown
  raw?: boolean
}
export interface HasOneSetAssociationMixinOptions extends MutationOptions {
  /** Deletes the row that was associated instead of setting its key to null. */
  destroyPrevious?: boolean | InstanceDestroyOptions
  onReplace?: OnReplace
  /** False: fails when the new row belongs to another source. Default: true. */
  steal?: boolean
  touch?: boolean
  force?: boolean
}
export interface HasOneCreateAssociationMixinOptions extends MutationOptions {
  /** False: a bare insert that leaves the row alone that was associated before. Default: true. */
  replace?: boolean
  onReplace?: OnReplace
  destroyPrevious?: boolean | InstanceDestroyOptions
  include?: unknown
  touch?: boolean
}
/** `getX` of a hasOne. */
export type HasOneGetAssociationMixin<T extends AnyModel> = (
  options?: HasOneGetAssociationMixinOptions<T>,
) => Promise<T | null>
/** `setX` of a hasOne: an instance, a primary key, or null to unset. Resolves to the associated instance, or null. */
export type HasOneSetAssociationMixin<T extends AnyModel, PrimaryKey> = <N extends T | PrimaryKey | null>(
  newAssociation: N,
  options?: HasOneSetAssociationMixinOptions,
) => Promise<N extends null ? null : T>
/** `createX` of a hasOne. `Excluded`: the foreign key, which the association fills in. */
export type HasOneCreateAssociationMixin<
  T extends AnyModel,
  Excluded extends keyof T[typeof TYPES]['creation'] = never,
> = (values?: NewValues<T, Excluded>, options?: HasOneCreateAssociationMixinOptions) => Promise<T>
export type BelongsToGetAssociationMixinOptions<T extends AnyModel> = HasOneGetAssociationMixinOptions<T>
/** `save: false`: only sets the foreign key on the instance. */
export interface BelongsToSetAssociationMixinOptions extends MutationOptions {
  save?: boolean
}
export type BelongsToCreateAssociationMixinOptions = MutationOptions
export type BelongsToGetAssociationMixin<T extends AnyModel> = (
  options?: BelongsToGetAssociationMixinOptions<T>,
) => Promise<T | null>
export type BelongsToSetAssociationMixin<T extends AnyModel, PrimaryKey> = (
  newAssociation: T | PrimaryKey | null,
  options?: BelongsToSetAssociationMixinOptions,
) => Promise<T | null>
export type BelongsToCreateAssociationMixin<T extends AnyModel> = (
  values?: NewValues<T, never>,
  options?: BelongsToCreateAssociationMixinOptions,
) => Promise<T>
// ---------------------------------------------------------------- many rows
export interface HasManyGetAssociationsMixinOptions<T extends AnyModel> extends HasOneGetAssociationMixinOptions<T> {}
export interface HasManySetAssociationsMixinOptions extends MutationOptions {
  /** Deletes the rows that are left out instead of setting their key to null. */
  destroyPrevious?: boolean | InstanceDestroyOptions
  onReplace?: OnReplace
  individualHooks?: boolean
  validate?: boolean
}
export interface HasManyAddAssociationsMixinOptions extends MutationOptions {
  individualHooks?: boolean
  validate?: boolean
}
export type HasManyAddAssociationMixinOptions = HasManyAddAssociationsMixinOptions
export interface HasManyRemoveAssociationsMixinOptions extends MutationOptions {
  /** Deletes the rows. False: fails where their key cannot be null, which otherwise deletes them, too. */
  destroy?: boolean | InstanceDestroyOptions
  individualHooks?: boolean
}
export type HasManyRemoveAssociationMixinOptions = HasManyRemoveAssociationsMixinOptions
export type HasManyHasAssociationsMixinOptions<T extends AnyModel> = HasManyGetAssociationsMixinOptions<T>
export type HasManyHasAssociationMixinOptions<T extends AnyModel> = HasManyGetAssociationsMixinOptions<T>
export type HasManyCountAssociationsMixinOptions<T extends AnyModel> = GetOptions<T>
export interface HasManyCreateAssociationMixinOptions extends MutationOptions {
  include?: unknown
  fields?: readonly string[]
  validate?: boolean
}

type Several<T, PrimaryKey> = T | PrimaryKey | Iterable<T | PrimaryKey>
/** `getXs`: the rows. */
export type HasManyGetAssociationsMixin<T extends AnyModel> = (
  options?: HasManyGetAssociationsMixinOptions<T>,
) => Promise<T[]>
/** `setXs`: these rows and no others; null for none. */
export type HasManySetAssociationsMixin<T extends AnyModel, PrimaryKey> = (
  targets?: Iterable<T | PrimaryKey> | null,
  options?: HasManySetAssociationsMixinOptions,
) => Promise<void>
/** `addXs`: these rows beside those that are there. */
export type HasManyAddAssociationsMixin<T extends AnyModel, PrimaryKey> = (
  targets: Several<T, PrimaryKey>,
  options?: HasManyAddAssociationsMixinOptions,
) => Promise<void>
export type HasManyAddAssociationMixin<T extends AnyModel, PrimaryKey> = (
  target: T | PrimaryKey,
  options?: HasManyAddAssociationMixinOptions,
) => Promise<void>
export type HasManyRemoveAssociationsMixin<T extends AnyModel, PrimaryKey> = (
  targets: Several<T, PrimaryKey>,
  options?: HasManyRemoveAssociationsMixinOptions,
) => Promise<void>
export type HasManyRemoveAssociationMixin<T extends AnyModel, PrimaryKey> = (
  target: T | PrimaryKey,
  options?: HasManyRemoveAssociationMixinOptions,
) => Promise<void>
/** `hasXs`: whether all of them are associated. */
export type HasManyHasAssociationsMixin<T extends AnyModel, PrimaryKey> = (
  targets: Several<T, PrimaryKey>,
  options?: HasManyHasAssociationsMixinOptions<T>,
) => Promise<boolean>
export type HasManyHasAssociationMixin<T extends AnyModel, PrimaryKey> = (
  target: T | PrimaryKey,
  options?: HasManyHasAssociationMixinOptions<T>,
) => Promise<boolean>
export type HasManyCountAssociationsMixin<T extends AnyModel = any> = (
  options?: HasManyCountAssociationsMixinOptions<T>,
) => Promise<number>
/** `createX`. `X`: the foreign key, which the association fills in. */
export type HasManyCreateAssociationMixin<T extends AnyModel, X extends PropertyKey = never> = (
  values?: NewValues<T, X>,
  options?: HasManyCreateAssociationMixinOptions,
) => Promise<T>

interface ReadsThrough {
  /** Attributes of the row between that are shown; `[]`: none. */
  joinTableAttributes?: readonly string[]
  through?: {
    as?: string
    attributes?: readonly string[]
    where?: object
    paranoid?: boolean
  }
}
interface WritesThrough extends MutationOptions {
  /** Attributes of the rows between. */
  through?: Readonly<Record<string, unknown>>
  individualHooks?: boolean
  validate?: boolean
}
export interface BelongsToManyGetAssociationsMixinOptions<T extends AnyModel>
  extends HasManyGetAssociationsMixinOptions<T>,
    ReadsThrough {}
export type BelongsToManySetAssociationsMixinOptions = WritesThrough
export type BelongsToManyAddAssociationsMixinOptions = WritesThrough
export type BelongsToManyAddAssociationMixinOptions = WritesThrough
export interface BelongsToManyRemoveAssociationsMixinOptions extends MutationOptions {
  individualHooks?: boolean
}
export type BelongsToManyRemoveAssociationMixinOptions = BelongsToManyRemoveAssociationsMixinOptions
export type BelongsToManyHasAssociationsMixinOptions<T extends AnyModel> = BelongsToManyGetAssociationsMixinOptions<T>
export type BelongsToManyHasAssociationMixinOptions<T extends AnyModel> = BelongsToManyGetAssociationsMixinOptions<T>
export type BelongsToManyCountAssociationsMixinOptions<T extends AnyModel> = GetOptions<T> & ReadsThrough
export interface BelongsToManyCreateAssociationMixinOptions extends HasManyCreateAssociationMixinOptions {
  through?: Readonly<Record<string, unknown>>
}
export type BelongsToManyGetAssociationsMixin<T extends AnyModel> = (
  options?: BelongsToManyGetAssociationsMixinOptions<T>,
) => Promise<T[]>
export type BelongsToManySetAssociationsMixin<T extends AnyModel, PrimaryKey> = (
  targets?: Iterable<T | PrimaryKey> | null,
  options?: BelongsToManySetAssociationsMixinOptions,
) => Promise<void>
export type BelongsToManyAddAssociationsMixin<T extends AnyModel, PrimaryKey> = (
  targets: Several<T, PrimaryKey>,
  options?: BelongsToManyAddAssociationsMixinOptions,
) => Promise<void>
export type BelongsToManyAddAssociationMixin<T extends AnyModel, PrimaryKey> = (
  target: T | PrimaryKey,
  options?: BelongsToManyAddAssociationMixinOptions,
) => Promise<void>
export type BelongsToManyRemoveAssociationsMixin<T extends AnyModel, PrimaryKey> = (
  targets: Several<T, PrimaryKey>,
  options?: BelongsToManyRemoveAssociationsMixinOptions,
) => Promise<void>
export type BelongsToManyRemoveAssociationMixin<T extends AnyModel, PrimaryKey> = (
  target: T | PrimaryKey,
  options?: BelongsToManyRemoveAssociationMixinOptions,
) => Promise<void>
export type BelongsToManyHasAssociationsMixin<T extends AnyModel, PrimaryKey> = (
  targets: Several<T, PrimaryKey>,
  options?: BelongsToManyHasAssociationsMixinOptions<T>,
) => Promise<boolean>
export type BelongsToManyHasAssociationMixin<T extends AnyModel, PrimaryKey> = (
  target: T | PrimaryKey,
  options?: BelongsToManyHasAssociationMixinOptions<T>,
) => Promise<boolean>
export type BelongsToManyCountAssociationsMixin<T extends AnyModel = any> = (
  options?: BelongsToManyCountAssociationsMixinOptions<T>,
) => Promise<number>
export type BelongsToManyCreateAssociationMixin<T extends AnyModel, X extends PropertyKey = never> = (
  values?: NewValues<T, X>,
  options?: BelongsToManyCreateAssociationMixinOptions,
) => Promise<T>
export type { AttributeNames, ListOrOne }
