/** Models and instances as the public classes are: inner calls go through their methods, so that a program which wraps one sees them. */
import type { Association } from '../association/association.js'
import { inSchemaOf } from '../association/schema.js'
import type { Runtime } from '../dialect/runtime.js'
import type { ModelClass } from '../model/definition.js'
import type { ModelState } from '../model/state.js'

export interface PublicModel extends ModelClass {
  findAll(options?: object): Promise<ModelState[]>
  findOne(options?: object): Promise<ModelState | null>
  count(options?: object): Promise<unknown>
  update(values: object, options: object): Promise<readonly [number, ...unknown[]]>
  destroy(options: object): Promise<number>
  bulkCreate(records: readonly object[], options?: object): Promise<ModelState[]>
  build(values?: object, options?: object): ModelState
  withoutScope(): PublicModel
  withScope(...scopes: readonly unknown[]): PublicModel
  withSchema(schema: string | null | { readonly schema?: string; readonly schemaDelimiter?: string }): PublicModel
}
export interface PublicInstance extends ModelState {
  save(options?: object): Promise<unknown>
  destroy(options?: object): Promise<unknown>
  restore(options?: object): Promise<unknown>
}
export const asModel = (model: ModelClass): PublicModel => model as unknown as PublicModel
/** The model that an association leads to from this instance: in the instance's schema, unless it pins one of its own. */
export const targetModel = (association: Association, source: ModelState): PublicModel =>
  asModel(inSchemaOf(association.target, (source.constructor as ModelClass).modelDefinition))
export const asInstance = (instance: ModelState): PublicInstance => instance as unknown as PublicInstance

type SaveNow = (runtime: Runtime, instance: ModelState, options: object) => unknown
/** The library's own `save`, and what it does without a promise where nothing has to be waited for. */
let original: { readonly save: unknown; readonly now: SaveNow } | null = null
export function isOriginalSave(save: unknown, now: SaveNow): void {
  original = { save, now }
}
/** `instance.save(options)`. Where nobody has put another method in its place, without a promise for nothing; throws at once then, too. */
export function savePublicly(runtime: Runtime, instance: ModelState, options: object): unknown {
  const own = asInstance(instance)
  return hasOriginalSave(instance) ? original?.now(runtime, instance, options) : own.save(options)
}
/** Nobody has put another method in the place of the instance's `save`. */
export const hasOriginalSave = (instance: ModelState): boolean => asInstance(instance).save === original?.save
