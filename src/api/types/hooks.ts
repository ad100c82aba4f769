// biome-ignore-all lint/suspicious/noExplicitAny: hooks get whatever options the call had, and may change them.
/**
 * Hooks by name, with what each receives. Options are drafts: a hook may change them. Docs: other-topics/hooks.
 */
import type { Connection } from '../../connect/driver.js'
import type { Model } from '../model.js'
import type { Sequelize } from '../sequelize.js'

/** An asynchronous hook returns nothing, or a promise of nothing. */
export type AsyncHookReturn = Promise<void> | void

type Options = any
type Instance = any

export interface ModelHooks {
  beforeValidate(instance: Instance, options: Options): AsyncHookReturn
  afterValidate(instance: Instance, options: Options): AsyncHookReturn
  validationFailed(instance: Instance, options: Options, error: any): AsyncHookReturn
  beforeCreate(instance: Instance, options: Options): AsyncHookReturn
  afterCreate(instance: Instance, options: Options): AsyncHookReturn
  beforeDestroy(instance: Instance, options: Options): AsyncHookReturn
  afterDestroy(instance: Instance, options: Options): AsyncHookReturn
  beforeRestore(instance: Instance, options: Options): AsyncHookReturn
  afterRestore(instance: Instance, options: Options): AsyncHookReturn
  beforeUpdate(instance: Instance, options: Options): AsyncHookReturn
  afterUpdate(instance: Instance, options: Options): AsyncHookReturn
  beforeSave(instance: Instance, options: Options): AsyncHookReturn
  afterSave(instance: Instance, options: Options): AsyncHookReturn
  beforeUpsert(values: any, options: Options): AsyncHookReturn
  afterUpsert(created: any, options: Options): AsyncHookReturn
  beforeBulkCreate(instances: Instance[], options: Options): AsyncHookReturn
  afterBulkCreate(instances: Instance[], options: Options): AsyncHookReturn
  beforeBulkDestroy(options: Options): AsyncHookReturn
  afterBulkDestroy(options: Options): AsyncHookReturn
  beforeBulkRestore(options: Options): AsyncHookReturn
  afterBulkRestore(options: Options): AsyncHookReturn
  beforeBulkUpdate(options: Options): AsyncHookReturn
  afterBulkUpdate(options: Options): AsyncHookReturn
  beforeDestroyMany(instances: Instance[], options: Options): AsyncHookReturn
  afterDestroyMany(instances: Instance[], options: Options, result: any): AsyncHookReturn
  beforeCount(options: Options): AsyncHookReturn
  beforeFind(options: Options): AsyncHookReturn
  /** @deprecated Use `beforeFind`. */
  beforeFindAfterExpandIncludeAll(options: Options): AsyncHookReturn
  /** @deprecated Use `beforeFind`. */
  beforeFindAfterOptions(options: Options): AsyncHookReturn
  afterFind(result: any, options: Options): AsyncHookReturn
  beforeSync(options: Options): AsyncHookReturn
  afterSync(options: Options): AsyncHookReturn
  beforeAssociate(data: any, options: Options): void
  afterAssociate(data: any, options: Options): void
  beforeDefinitionRefresh(): void
  afterDefinitionRefresh(): void
}
export interface SequelizeHooks extends ModelHooks {
  beforeDefine(attributes: any, options: Options): void
  afterDefine(model: any): void
  beforeConnect(config: any): AsyncHookReturn
  afterConnect(connection: Connection, config: any): AsyncHookReturn
  beforeDisconnect(connection: Connection): AsyncHookReturn
  afterDisconnect(connection: Connection): AsyncHookReturn
  beforePoolAcquire(options?: Options): AsyncHookReturn
  afterPoolAcquire(connection: Connection, options?: Options): AsyncHookReturn
  beforeQuery(options: Options, query: { sql: string; uuid: string }): AsyncHookReturn
  afterQuery(options: Options, query: { sql: string; uuid: string }): AsyncHookReturn
  beforeBulkSync(options: Options): AsyncHookReturn
  afterBulkSync(options: Options): AsyncHookReturn
}
export interface StaticSequelizeHooks {
  beforeInit(options: Options): void
  afterInit(sequelize: Sequelize): void
}

/** A holder of hooks: `Sequelize.hooks`, `sequelize.hooks`, `User.hooks`. */
export interface HookHolder<H extends object> {
  /** Adds a listener; returns a function that removes it. */
  addListener<K extends keyof H>(name: K, listener: H[K], listenerName?: string | symbol): () => void
  addListeners(
    listeners: {
      readonly [K in keyof H]?:
        | H[K]
        | { readonly name?: string | symbol; readonly callback: H[K] }
        | readonly (H[K] | { readonly name?: string | symbol; readonly callback: H[K] })[]
    },
  ): void
  removeListener<K extends keyof H>(name: K, listenerOrName: H[K] | string | symbol): void
  removeAllListeners(): void
  hasListeners(name: keyof H): boolean
  getListenerCount(name: keyof H): number
  runAsync<K extends keyof H>(name: K, ...args: readonly unknown[]): Promise<void>
  runSync<K extends keyof H>(name: K, ...args: readonly unknown[]): void
}
/** What a hook of a model with instances `M` looks like, instead of `any`. */
export type HookOf<M extends Model, K extends keyof ModelHooks> = ModelHooks[K] extends (
  instance: infer _I,
  ...rest: infer R
) => infer X
  ? (instance: M, ...rest: R) => X
  : never
