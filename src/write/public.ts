/** Models and instances as the public classes are: inner calls go through their methods, so that a program which wraps one sees them. */
import type { Association } from '../association/association.js'
import { inSchemaOf } from '../association/schema.js'
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
