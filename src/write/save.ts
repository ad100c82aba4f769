/**
 * `save`: an instance, alone or with the instances that it holds. `plain-save` writes one row, `row` writes one instance with all that
 * can be around it, `nested` several. Comes from `api/model` (`save`, `create`, `update`). Docs: querying/insert, querying/update.
 */
import { promised } from '../base/steps.js'
import type { Runtime } from '../dialect/runtime.js'
import type { ModelState } from '../model/state.js'
import { hasRelations, saveGraph, warnOfDirtyRelations } from './nested.js'
import type { WriteOptions } from './options.js'
import { checkOptions } from './options.js'
import { saveRow } from './plain-save.js'
import { definitionOf } from './row.js'

/**
 * Saves an instance and resolves to it. No statement when nothing changed.
 * Options: `fields`, `validate`, `hooks`, `silent`, `omitNull`, `returning`, `transaction`, `cascade` (also saves loaded one-to-ones that changed).
 * Throws ValidationError, UniqueConstraintError, OptimisticLockError, QueryError for an unknown option.
 */
export function save(runtime: Runtime, instance: ModelState, options?: WriteOptions | null): Promise<ModelState> {
  return promised(() => saveNow(runtime, instance, options))
}

/** The same without a promise where nothing has to be waited for. Throws at once, too. */
export function saveNow(
  runtime: Runtime,
  instance: ModelState,
  options?: WriteOptions | null,
): ModelState | Promise<ModelState> {
  const definition = definitionOf(instance)
  const given = options ?? undefined
  if (given) checkOptions(given, 'create', `${definition.modelName}.save()`)
  if (definition.associations.size > 0 && hasRelations(instance, definition)) {
    if (instance.isNewRecord || given?.cascade === true) return saveGraph(runtime, instance, given)
    warnOfDirtyRelations(runtime, instance, definition)
  }
  const saved = saveRow(runtime, instance, definition, given)
  return saved instanceof Promise ? saved.then(() => instance) : instance
}
