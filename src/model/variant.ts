/** Variants of a model (`withScope`, `withSchema`): the model's own definition, seen with another table or other scopes. */
import type { ModelClass, ModelDefinition } from './definition.js'
import { nextRevision } from './definition.js'
import type { Scopes } from './scopes.js'

/** What a variant of a model has instead of the model's own. */
export interface Variant {
  readonly scopes?: Scopes
  readonly schema?: string | null
  readonly schemaDelimiter?: string
}

/**
 * The definition of a variant: that of `definition`, read through, with another table or other scopes. Changes go to the model's own.
 * `model`: the class of the variant.
 */
export function variantOf(
  definition: ModelDefinition,
  model: ModelClass,
  { scopes, schema, schemaDelimiter }: Variant,
): ModelDefinition {
  const { table } = definition
  const other =
    schema === undefined && schemaDelimiter === undefined
      ? table
      : Object.freeze({
          ...table,
          schema: schema === undefined ? table.schema : schema === '' ? null : schema,
          delimiter: schemaDelimiter ?? table.delimiter,
        })
  let shape = definition.shape
  let base = shape
  if (other !== table) shape = { ...base, revision: nextRevision() }
  const own: Record<PropertyKey, unknown> = { model, table: other, scopes: scopes ?? definition.scopes }
  return new Proxy(definition, {
    get: (target, key) => {
      if (Object.hasOwn(own, key)) return own[key]
      if (key === 'shape' && other !== table) {
        // Plans are kept by revision: two tables must not share one.
        if (base !== target.shape) {
          base = target.shape
          shape = { ...base, revision: nextRevision() }
        }
        return shape
      }
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
