/**
 * What the definition of associations needs from above: warnings, the engine's traits, which Sequelize a model belongs to, and the
 * functions that the mixins end in. One per Sequelize instance, made by `api`.
 */
import type { Traits } from '../dialect/dialect.js'
import type { ModelClass } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import type { Association } from './association.js'

/** What `association.get(…)` and its siblings do; `api` binds them to `write/link`. */
export interface AssociationActions {
  get(association: Association, source: ModelState | readonly ModelState[], options?: object): Promise<unknown>
  set(association: Association, source: ModelState, target: unknown, options?: object): Promise<unknown>
  add(association: Association, source: ModelState, targets: unknown, options?: object): Promise<void>
  remove(association: Association, source: ModelState, targets: unknown, options?: object): Promise<void>
  has(association: Association, source: ModelState, targets: unknown, options?: object): Promise<boolean>
  count(association: Association, source: ModelState, options?: object): Promise<number>
  create(association: Association, source: ModelState, values?: object, options?: object): Promise<unknown>
  build(association: Association, source: ModelState, values?: object, options?: object): unknown
  getOrCreate(association: Association, source: ModelState, values?: object, options?: object): Promise<unknown>
  upsert(association: Association, source: ModelState, values?: object, options?: object): Promise<unknown>
  swap(association: Association, a: ModelState, b: ModelState, options?: object): Promise<void>
}

export interface AssociationContext {
  readonly traits: Pick<Traits, 'setDefaultAction'> & Partial<Traits>
  readonly actions: AssociationActions
  /** Tells a developer something once per key. */
  warn(code: string, key: string, message: string): void
  /**
   * The model of this name beside `source`, for the table between two models; defined with `settings` where there is none.
   */
  throughModel(source: ModelClass, name: string, settings: Readonly<Record<string, unknown>>): ModelClass
  /** The Sequelize instance of a model; null while the model is not initialised. */
  sequelizeOf(model: ModelClass): object | null
  /** Gives the source's prototype the accessors and the property of an association. Called again under the new name when a name changes. */
  install(association: Association): void
  uninstall(association: Association): void
  /** Definitions whose target is not there yet. Kept by the Sequelize instance; `settleAssociations` works it off. */
  readonly pending: PendingDefinition[]
}

export interface PendingDefinition {
  readonly source: ModelClass
  readonly description: string
  /** True when it is done. `final`: throws instead of waiting any longer. */
  settle(final: boolean): boolean
}
