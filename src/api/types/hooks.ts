// biome-ignore-all lint/suspicious/noExplicitAny: attributes of models that declare none.
/**
 * Hooks by name, with what each receives. Options are drafts: a hook may change them. Docs: other-topics/hooks.
 */
import type { Connection } from '../../connect/driver.js'
import type { ValidationError } from '../../errors/index.js'
import type { Model } from '../model.js'
import type { Sequelize } from '../sequelize.js'
import type { AnyAssociation } from './associations.js'
import type { AttributeOptions, ModelOptions } from './define.js'
import type { AnyModel, Attributes, CreationAttributes, UpdateValues } from './infer.js'
import type { ModelStatic } from './model.js'
import type {
  BulkCreateOptions,
  CountOptions,
  CreateOptions,
  DestroyOptions,
  FindOptions,
  InstanceDestroyOptions,
  InstanceRestoreOptions,
  InstanceUpdateOptions,
  InstanceValidateOptions,
  QueryOptions,
  RestoreOptions,
  SaveOptions,
  SyncOptions,
  UpdateOptions,
  UpsertOptions,
} from './options.js'
import type { QueryRawOptions } from './query.js'
import type { Options } from './sequelize.js'

/** An asynchronous hook returns nothing, or a promise of nothing. */
export type AsyncHookReturn = Promise<void> | void

type AttributesOf<M> = M extends AnyModel ? Attributes<M> : any
type ValuesOf<M> = M extends AnyModel ? CreationAttributes<M> : any

/** The hooks of a model with instances `M`. */
export interface ModelHooks<M = Model> {
  beforeValidate(instance: M, options: InstanceValidateOptions): AsyncHookReturn
  afterValidate(instance: M, options: InstanceValidateOptions): AsyncHookReturn
  validationFailed(instance: M, options: InstanceValidateOptions, error: ValidationError): AsyncHookReturn
  beforeCreate(instance: M, options: CreateOptions<AttributesOf<M>>): AsyncHookReturn
  afterCreate(instance: M, options: CreateOptions<AttributesOf<M>>): AsyncHookReturn
  beforeDestroy(instance: M, options: InstanceDestroyOptions): AsyncHookReturn
  afterDestroy(instance: M, options: InstanceDestroyOptions): AsyncHookReturn
  beforeRestore(instance: M, options: InstanceRestoreOptions): AsyncHookReturn
  afterRestore(instance: M, options: InstanceRestoreOptions): AsyncHookReturn
  beforeUpdate(instance: M, options: InstanceUpdateOptions<AttributesOf<M>>): AsyncHookReturn
  afterUpdate(instance: M, options: InstanceUpdateOptions<AttributesOf<M>>): AsyncHookReturn
  beforeSave(instance: M, options: SaveOptions<AttributesOf<M>>): AsyncHookReturn
  afterSave(instance: M, options: SaveOptions<AttributesOf<M>>): AsyncHookReturn
  beforeUpsert(values: ValuesOf<M>, options: UpsertOptions<AttributesOf<M>>): AsyncHookReturn
  afterUpsert(result: [instance: M, created: boolean | null], options: UpsertOptions<AttributesOf<M>>): AsyncHookReturn
  beforeBulkCreate(instances: M[], options: BulkCreateOptions<AttributesOf<M>>): AsyncHookReturn
  afterBulkCreate(instances: M[], options: BulkCreateOptions<AttributesOf<M>>): AsyncHookReturn
  beforeBulkDestroy(options: DestroyOptions<AttributesOf<M>>): AsyncHookReturn
  afterBulkDestroy(options: DestroyOptions<AttributesOf<M>>): AsyncHookReturn
  beforeBulkRestore(options: RestoreOptions<AttributesOf<M>>): AsyncHookReturn
  afterBulkRestore(options: RestoreOptions<AttributesOf<M>>): AsyncHookReturn
  beforeBulkUpdate(options: BulkUpdateHookOptions<M>): AsyncHookReturn
  afterBulkUpdate(options: BulkUpdateHookOptions<M>): AsyncHookReturn
  beforeDestroyMany(instances: M[], options: DestroyOptions<AttributesOf<M>>): AsyncHookReturn
  afterDestroyMany(instances: M[], options: DestroyOptions<AttributesOf<M>>, result: unknown): AsyncHookReturn
  beforeCount(options: CountOptions<AttributesOf<M>>): AsyncHookReturn
  beforeFind(options: FindOptions<AttributesOf<M>>): AsyncHookReturn
  /** @deprecated Use `beforeFind`. */
  beforeFindAfterExpandIncludeAll(options: FindOptions<AttributesOf<M>>): AsyncHookReturn
  /** @deprecated Use `beforeFind`. */
  beforeFindAfterOptions(options: FindOptions<AttributesOf<M>>): AsyncHookReturn
  afterFind(result: readonly M[] | M | null, options: FindOptions<AttributesOf<M>>): AsyncHookReturn
  beforeSync(options: SyncOptions): AsyncHookReturn
  afterSync(options: SyncOptions): AsyncHookReturn
  beforeAssociate(data: AssociateHookData, options: Readonly<Record<string, unknown>>): void
  afterAssociate(data: AssociateHookData, options: Readonly<Record<string, unknown>>): void
  beforeDefinitionRefresh(): void
  afterDefinitionRefresh(): void
}
/** Options of a static `update`, with the new values. */
export interface BulkUpdateHookOptions<M = Model> extends UpdateOptions<AttributesOf<M>> {
  attributes: UpdateValues<AttributesOf<M>>
}
/** What is associated: the models, and `association` when it is made. */
export interface AssociateHookData {
  readonly source: ModelStatic
  readonly target: ModelStatic
  readonly type: unknown
  readonly sequelize: Sequelize
  readonly association?: AnyAssociation
}
/** Functions by name of the hook: one, several, or with a name by which they are removed. */
export type HooksOption<H> = { readonly [K in keyof H]?: HookOption<H[K]> }
export type HookOption<F> =
  | F
  | { readonly name?: string | symbol; readonly callback: F }
  | readonly (F | { readonly name?: string | symbol; readonly callback: F })[]
/** What a hook may change, and add to. */
type Draft<T> = { -readonly [K in keyof T]: T[K] }
/** Settings that a driver is connected with; each driver has its own. */
export interface ConnectionConfig {
  [setting: string]: unknown
}
/** Hooks of a Sequelize instance: those of all its models, whose instances are plain `Model`s here, and its own. */
export interface SequelizeHooks extends ModelHooks<Model> {
  beforeDefine(attributes: { [name: string]: Draft<AttributeOptions> }, options: Draft<ModelOptions>): void
  afterDefine(model: ModelStatic): void
  beforeConnect(config: ConnectionConfig): AsyncHookReturn
  afterConnect(connection: Connection, config: ConnectionConfig): AsyncHookReturn
  beforeDisconnect(connection: Connection): AsyncHookReturn
  afterDisconnect(connection: Connection): AsyncHookReturn
  beforePoolAcquire(options?: QueryOptions): AsyncHookReturn
  afterPoolAcquire(connection: Connection, options?: QueryOptions): AsyncHookReturn
  beforeQuery(options: QueryRawOptions, query: { sql: string; uuid: string }): AsyncHookReturn
  afterQuery(options: QueryRawOptions, query: { sql: string; uuid: string }): AsyncHookReturn
  beforeBulkSync(options: SyncOptions): AsyncHookReturn
  afterBulkSync(options: SyncOptions): AsyncHookReturn
}
export interface StaticSequelizeHooks {
  beforeInit(options: Draft<Options>): void
  afterInit(sequelize: Sequelize): void
}

/** A holder of hooks: `Sequelize.hooks`, `sequelize.hooks`, `User.hooks`. */
export interface HookHolder<H extends object> {
  /** Adds a listener; returns a function that removes it. */
  addListener<K extends keyof H>(name: K, listener: H[K], listenerName?: string | symbol): () => void
  addListeners(listeners: HooksOption<H>): void
  removeListener<K extends keyof H>(name: K, listenerOrName: H[K] | string | symbol): void
  removeAllListeners(): void
  hasListeners(name: keyof H): boolean
  getListenerCount(name: keyof H): number
  runAsync<K extends keyof H>(name: K, ...args: readonly unknown[]): Promise<void>
  runSync<K extends keyof H>(name: K, ...args: readonly unknown[]): void
}
/** A hook of a model with instances `M`. */
export type HookOf<M extends Model, K extends keyof ModelHooks> = ModelHooks<M>[K]
