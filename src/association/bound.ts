/**
 * Models whose rows cannot be written one by one, because an association binds them in pairs (`required: 'both'`, `symmetric`). The write
 * rooms ask here first: nearly no model is bound, and the others pay one look into a set.
 */
import type { ModelDefinition } from '../model/definition.js'

const bound = new WeakSet<ModelDefinition>()

export function bind(...definitions: readonly ModelDefinition[]): void {
  for (const definition of definitions) bound.add(definition.initial)
}

/** Variants of a model (scopes, schemas) are bound with it. */
export const isBound = (definition: ModelDefinition): boolean => bound.has(definition.initial)
