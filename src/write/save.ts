/**
 * `save`: an instance, alone or with the instances that it holds. `plain-save` does the common case, `row` writes one instance with all that
 * can be around it, `nested` several. Comes from `api/model` (`save`, `create`, `update`). Docs: querying/insert, querying/update.
 */
import type { Runtime } from '../dialect/runtime.js'
import type { ModelDefinition } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import { hasRelations, saveGraph, warnOfDirtyRelations } from './nested.js'
import type { WriteOptions } from './options.js'
import { attributeNames, checkOptions, execOf } from './options.js'
import { plainSave } from './plain-save.js'
import { definitionOf, saveOne } from './row.js'

/**
 * Saves an instance and resolves to it. No statement when nothing changed.
 * Options: `fields`, `validate`, `hooks`, `silent`, `omitNull`, `returning`, `transaction`, `cascade` (also saves loaded one-to-ones that changed).
 * Throws ValidationError, UniqueConstraintError, OptimisticLockError, QueryError for an unknown option.
 */
export function save(runtime: Runtime, instance: ModelState, options?: WriteOptions | null): Promise<ModelState> {
  try {
    const definition = definitionOf(instance)
    const given = options ?? undefined
    if (given) checkOptions(given, 'create', `${definition.modelName}.save()`)
    const isAlone = definition.associations.size === 0 || !hasRelations(instance, definition)
    const fields = plainFields(instance, definition, given)
    if (isAlone && fields !== undefined) {
      const outcome = plainSave(runtime, instance, definition, execOf(given), fields)
      if (outcome !== null) return outcome === 'done' ? Promise.resolve(instance) : outcome.then(() => instance)
    }
    return saveWithAll(runtime, instance, definition, given, isAlone)
  } catch (error) {
    return Promise.reject(error)
  }
}

const PLAIN = new Set<PropertyKey>([
  'transaction',
  'logging',
  'connection',
  'benchmark',
  'fields',
  'defaultFields',
  'include',
  'isNewRecord',
])

/** The `fields` of a save whose options mean nothing else; undefined: they do. */
function plainFields(
  instance: ModelState,
  definition: ModelDefinition,
  options: WriteOptions | undefined,
): readonly string[] | null | undefined {
  if (options === undefined) return null
  for (const option of Reflect.ownKeys(options))
    if (!PLAIN.has(option) && options[option] !== undefined) return undefined
  if (options.fields === undefined || options.fields === null) return null
  return instance.isNewRecord
    ? undefined
    : attributeNames(definition, options.fields, 'fields', `${definition.modelName}.save()`)
}

async function saveWithAll(
  runtime: Runtime,
  instance: ModelState,
  definition: ModelDefinition,
  options: WriteOptions | undefined,
  isAlone: boolean,
): Promise<ModelState> {
  if (!isAlone) {
    if (instance.isNewRecord || options?.cascade === true) return await saveGraph(runtime, instance, options)
    warnOfDirtyRelations(runtime, instance, definition)
  }
  await saveOne(runtime, instance, definition, options)
  return instance
}
