/**
 * `save`: an instance, alone or with the instances that it holds. `row` writes one, `nested` several.
 * Comes from `api/model` (`save`, `create`, `update`). Docs: querying/insert, querying/update.
 */
import type { Runtime } from '../dialect/runtime.js'
import type { ModelState } from '../model/state.js'
import { hasRelations, saveGraph, warnOfDirtyRelations } from './nested.js'
import type { WriteOptions } from './options.js'
import { checkOptions } from './options.js'
import { definitionOf, saveOne } from './row.js'

/**
 * Saves an instance and resolves to it. No statement when nothing changed.
 * Options: `fields`, `validate`, `hooks`, `silent`, `omitNull`, `returning`, `transaction`, `cascade` (also saves loaded one-to-ones that changed).
 * Throws ValidationError, UniqueConstraintError, OptimisticLockError, QueryError for an unknown option.
 */
export async function save(runtime: Runtime, instance: ModelState, options?: WriteOptions | null): Promise<ModelState> {
  const definition = definitionOf(instance)
  if (options) checkOptions(options, 'create', `${definition.modelName}.save()`)
  if (definition.associations.size > 0 && hasRelations(instance, definition)) {
    if (instance.isNewRecord || options?.cascade === true)
      return await saveGraph(runtime, instance, options ?? undefined)
    warnOfDirtyRelations(runtime, instance, definition)
  }
  await saveOne(runtime, instance, definition, options ?? undefined)
  return instance
}
