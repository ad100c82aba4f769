/**
 * `save`: an instance, alone or with the instances that it holds. `plain-save` does the common case, `row` writes one instance with all that
 * can be around it, `nested` several. Comes from `api/model` (`save`, `create`, `update`). Docs: querying/insert, querying/update.
 */
import { isBound } from '../association/bound.js'
import type { Runtime } from '../dialect/runtime.js'
import type { ModelDefinition } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import { hasRelations, saveGraph, warnOfDirtyRelations } from './nested.js'
import type { WriteOptions } from './options.js'
import { attributeNames, checkOptions, execOf } from './options.js'
import type { PlainWish } from './plain-save.js'
import { plainSave } from './plain-save.js'
import { definitionOf, EXPECT_ROW, saveOne } from './row.js'

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
    const wish = isAlone && !isBound(definition) ? plainWish(instance, definition, given) : null
    if (wish !== null) {
      const outcome = plainSave(runtime, instance, definition, execOf(given), wish)
      if (outcome !== null) return outcome === 'done' ? Promise.resolve(instance) : outcome.then(() => instance)
    }
    return saveWithAll(runtime, instance, definition, given, isAlone)
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Options that leave a save plain: those of the connection, what only hooks read, and what `plainSave` knows. */
const PLAIN = new Set<PropertyKey>([
  'transaction',
  'logging',
  'connection',
  'benchmark',
  'include',
  'isNewRecord',
  'association',
  'reason',
  'parentRecord',
  'context',
  'fields',
  'defaultFields',
  'validate',
  EXPECT_ROW,
])

/** What a plain save has to know of its options; null: it is not plain. */
function plainWish(
  instance: ModelState,
  definition: ModelDefinition,
  options: WriteOptions | undefined,
): PlainWish | null {
  if (options === undefined) return NO_WISH
  for (const option of Reflect.ownKeys(options)) if (!PLAIN.has(option) && options[option] !== undefined) return null
  const { fields } = options
  if (fields !== undefined && fields !== null && instance.isNewRecord) return null
  return {
    fields:
      fields === undefined || fields === null
        ? null
        : attributeNames(definition, fields, 'fields', `${definition.modelName}.save()`),
    validate: options.validate !== false,
    expectRow: options[EXPECT_ROW] === true,
  }
}
const NO_WISH: PlainWish = { fields: null, validate: true, expectRow: false }

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
