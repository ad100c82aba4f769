/**
 * Writes of models that an association binds in pairs (`association/bound`): what one row may not do alone is refused, or noted for the end
 * of the transaction. Comes from `row`, `bulk`, `upsert` and `destroy`.
 */
import type { Runtime } from '../dialect/runtime.js'
import { AssociationError } from '../errors/association.js'
import { QueryError } from '../errors/base.js'
import type { ModelClass, ModelDefinition } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import type { WriteOptions } from './options.js'
import { asModel } from './public.js'
import {
  inTransaction,
  needsOther,
  noteInstance,
  noteReleased,
  noteSources,
  rekeys,
  releases,
  requireOther,
} from './required-both.js'
import { restore, snapshot } from './snapshot.js'

/** Under this key the writing of a pair says that both rows get their keys. */
export const PAIRED: unique symbol = Symbol('mortise.paired')

type Save = (
  runtime: Runtime,
  instance: ModelState,
  definition: ModelDefinition,
  options: WriteOptions | undefined,
) => boolean | Promise<boolean>

/** `save` with what the pair asks for. On failure the instance is as it was. */
export async function saveBound(
  runtime: Runtime,
  instance: ModelState,
  definition: ModelDefinition,
  options: WriteOptions | undefined,
  save: Save,
): Promise<boolean> {
  const isNew = instance.isNewRecord
  const fields = Array.isArray(options?.fields) ? (options.fields as string[]) : null
  const changed = [...(isNew ? Object.keys(instance.dataValues) : (instance._previous?.keys() ?? []))].filter(
    (name) => fields === null || fields.includes(name),
  )
  if (options?.[PAIRED] !== true) refuseLoneKey(definition, changed, instance.dataValues, isNew)
  if (isNew) requireOther(runtime, definition, instance, options)
  const isReleasing = !isNew && releases(definition, changed)
  const isSource = isNew ? needsOther(definition) : rekeys(definition, changed)
  if (!isReleasing && !isSource) return await save(runtime, instance, definition, options)
  const before = snapshot(instance)
  try {
    return await inTransaction(runtime, options, async (within, transaction) => {
      if (isReleasing) await noteInstance(definition, instance, transaction)
      const isWritten = await save(runtime, instance, definition, within)
      if (isSource) noteSources(definition, [instance], transaction)
      return isWritten
    })
  } catch (error) {
    restore(instance, before)
    throw error
  }
}

/** The key of a symmetric association stands in both rows: written in one of them, the two would contradict each other. */
function refuseLoneKey(
  definition: ModelDefinition,
  names: readonly string[],
  values: Readonly<Record<string, unknown>>,
  isNew: boolean,
): void {
  for (const association of definition.associations.values()) {
    if (association.isSymmetric !== true) continue
    const own = Object.keys(association.unlink().values)
    const name = own.find((candidate) => names.includes(candidate) && !(isNew && (values[candidate] ?? null) === null))
    if (name === undefined) continue
    const { modelName } = definition
    throw new AssociationError(
      `${modelName}.${name} is the key of the symmetric association "${association.as}" and stands in both rows of a pair, so it is not written in one alone. ` +
        `Use ${association.accessors.set}(), or create both with { include: '${association.as}' }.`,
    )
  }
}

/** The update of many rows, in a transaction that ends with a look at who was left alone. */
export async function updateBound<T>(
  runtime: Runtime,
  model: ModelClass,
  values: Readonly<Record<string, unknown>>,
  options: WriteOptions,
  update: (within: WriteOptions) => Promise<T>,
): Promise<T> {
  const { modelDefinition } = model
  const names = Object.keys(values)
  refuseLoneKey(modelDefinition, names, values, false)
  const isReleasing = releases(modelDefinition, names)
  if (rekeys(modelDefinition, names))
    throw new QueryError(
      `${modelDefinition.modelName}.update() would change the key of rows that other rows need (required: "both"). Change it row by row, with save() or individualHooks: true.`,
    )
  if (!isReleasing) return await update(options)
  return await inTransaction(runtime, options, async (within, transaction) => {
    await noteReleased(model, options.where, transaction)
    return await update(within)
  })
}

/** The deletion of rows: those that they leave alone are looked for at the end of the transaction. */
export async function destroyBound<T>(
  runtime: Runtime,
  model: ModelClass,
  where: unknown,
  options: WriteOptions | null | undefined,
  destroy: (within: WriteOptions | null | undefined) => Promise<T>,
): Promise<T> {
  const { modelDefinition } = model
  if (!releases(modelDefinition, [...modelDefinition.shape.attributes.keys()])) return await destroy(options)
  return await inTransaction(runtime, options, async (within, transaction) => {
    await noteReleased(model, where, transaction)
    return await destroy(within)
  })
}

/** Emptying the table leaves every source alone. */
export async function refuseToEmpty(definition: ModelDefinition, call: string, options: WriteOptions): Promise<void> {
  for (const association of definition.associations.values()) {
    if (association.isRequiredByBoth !== true || association.saveOrder !== 'before') continue
    const { transaction } = options
    const found = await asModel(association.target)
      .withoutScope()
      .findOne({ paranoid: false, hooks: false, transaction })
    if (found === null) continue
    throw new QueryError(
      `${call} would leave every ${association.target.modelDefinition.modelName} without its ${definition.modelName} (required: "both"). Delete the rows of ${association.target.modelDefinition.modelName}, which takes these with them.`,
    )
  }
}

/** INSERT or UPDATE as the database decides: what may come of it is noted before and after. */
export async function upsertBound<T extends readonly [ModelState, ...unknown[]]>(
  runtime: Runtime,
  model: ModelClass,
  values: Readonly<Record<string, unknown>>,
  options: WriteOptions | null | undefined,
  upsert: (within: WriteOptions) => Promise<T>,
): Promise<T> {
  const { modelDefinition } = model
  const { shape } = modelDefinition
  const names = Object.keys(values).filter((name) => (values[name] ?? null) !== null)
  refuseLoneKey(modelDefinition, names, values, false)
  return await inTransaction(runtime, options, async (within, transaction) => {
    const key = shape.primaryKey.map((attribute) => attribute.attributeName)
    if (releases(modelDefinition, names) && key.every((name) => names.includes(name)))
      await noteReleased(model, Object.fromEntries(key.map((name) => [name, values[name]])), transaction)
    const outcome = await upsert(within)
    if (needsOther(modelDefinition)) noteSources(modelDefinition, [outcome[0]], transaction)
    return outcome
  })
}
