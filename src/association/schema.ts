/**
 * Models on the far side of an association, seen from a source in another schema (`User.withSchema('tenant1')`): relations stay within
 * the schema, unless a model pins one of its own. Comes from every room that follows an association to a table.
 */
import type { ModelClass, ModelDefinition } from '../model/definition.js'

interface HasVariants {
  withSchema(schema: { readonly schema: string }): ModelClass
}

/** The model in the schema of `source`; the model itself where that has the schema it was defined with, or where the model has another. */
export function inSchemaOf(model: ModelClass, source: ModelDefinition): ModelClass {
  const { schema } = source.table
  const home = source.initial.table.schema
  if (schema === home || model.modelDefinition.table.schema !== home) return model
  return (model as unknown as HasVariants).withSchema({ schema: schema ?? '' })
}
