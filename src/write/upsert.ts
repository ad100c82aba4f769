/** INSERT, or UPDATE where a row with the same unique key exists, in one statement. Docs: querying/insert; v6: Model.upsert. */
import { isBound } from '../association/bound.js'
import type { Result } from '../connect/driver.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError } from '../errors/base.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelClass, ModelDefinition } from '../model/definition.js'
import { wantsHook } from '../model/hooks.js'
import type { ModelState } from '../model/state.js'
import { build, markPersisted } from '../model/state.js'
import { validateInstance } from '../model/validate.js'
import { upsertBound } from './bound.js'
import { conflictClause } from './conflict.js'
import { explain } from './faults.js'
import { generatedKey } from './inserted-keys.js'
import type { WriteOptions } from './options.js'
import { attributeNames, checkOptions, draftOf, execOf, hookOptionsOf } from './options.js'
import { reread } from './reread.js'
import { insertRow, readReturned } from './statements.js'

/**
 * Resolves to the row and whether it was inserted (null where the engine does not tell). `conflictFields`: the unique key that decides;
 * default: the primary key where it is given, else a unique key that is. `fields`: what an existing row gets of the values.
 * Options: `returning` (default true), `validate`, `hooks`, `conflictWhere`, `silent`.
 */
export async function upsert(
  runtime: Runtime,
  model: ModelClass,
  values: Readonly<Record<string, unknown>>,
  options?: WriteOptions | null,
): Promise<[ModelState, boolean | null]> {
  const definition = model.modelDefinition
  const call = `${definition.modelName}.upsert()`
  checkOptions(options, 'upsert', call)
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw new QueryError(`${call} takes an object of values first.`)
  return isBound(definition)
    ? await upsertBound(runtime, model, values, options, (within) => upsertRow(runtime, model, values, within, call))
    : await upsertRow(runtime, model, values, options, call)
}

async function upsertRow(
  runtime: Runtime,
  model: ModelClass,
  values: Readonly<Record<string, unknown>>,
  options: WriteOptions | null | undefined,
  call: string,
): Promise<[ModelState, boolean | null]> {
  const definition = model.modelDefinition
  const { hooks, shape } = definition
  const hookOptions = hookOptionsOf(options)
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
  const instance = build(model, given, { isNewRecord: true })
  const draft = draftOf(runtime, options)
  if (options?.validate !== false)
    await validateInstance(instance, {
      skip: options?.skip as string[] | undefined,
      hooks: options?.hooks !== false,
      noTypeValidation: runtime.options.noTypeValidation,
    })
  if (wantsHook(hooks, 'beforeUpsert', hookOptions)) {
    const changed = { ...given }
    await hooks.runAsync('beforeUpsert', changed, draft)
    instance.set(changed)
    Object.assign(given, changed)
  }
  const now = new Date()
  const { dataValues } = instance
  if (shape.createdAt !== null && (dataValues[shape.createdAt] ?? null) === null) dataValues[shape.createdAt] = now
  if (shape.updatedAt !== null && draft.silent !== true) dataValues[shape.updatedAt] = now
  else if (shape.updatedAt !== null && (dataValues[shape.updatedAt] ?? null) === null) dataValues[shape.updatedAt] = now
  if (shape.version !== null && (dataValues[shape.version] ?? null) === null) dataValues[shape.version] = 0

  const attributes = shape.physical.filter((attribute) => {
    const value = dataValues[attribute.attributeName]
    return value !== undefined && !(value === null && (attribute.autoIncrement || draft.omitNull === true))
  })
  const isGiven = (name: string): boolean => (dataValues[name] ?? null) !== null
  // Without any value there is no key that could be there already.
  const conflict =
    attributes.length === 0
      ? null
      : conflictClause(
          runtime,
          definition,
          updatedNames(definition, instance, given, draft, call),
          draft,
          call,
          isGiven,
        )
  const returning = returnedByUpsert(runtime, definition, draft, call)
  try {
    const result = await insertRow(
      runtime,
      definition,
      attributes,
      attributes.map((attribute) => dataValues[attribute.attributeName]),
      returning,
      execOf(draft),
      conflict,
    )
    const row = result.rows[0]
    const persisted: Record<string, unknown> = {}
    if (row !== undefined) {
      const read = readReturned(runtime, returning, row)
      for (const [index, { attributeName }] of returning.entries()) persisted[attributeName] = read[index]
    } else if (
      shape.autoIncrement !== null &&
      (dataValues[shape.autoIncrement.attributeName] ?? null) === null &&
      result.lastInsertId !== null
    ) {
      persisted[shape.autoIncrement.attributeName] = generatedKey(runtime, shape.autoIncrement, result)
    }
    markPersisted(instance, persisted)
    if (row === undefined && draft.returning !== false && runtime.dialect.traits.returning === 'none') {
      const decisive = (conflict?.clause.target ?? []).map((name) => shape.byColumn.get(name)!)
      await reread(runtime, instance, shape.physical, [decisive, shape.primaryKey], definition, execOf(draft))
    }
    const created = runtime.dialect.traits.conflictClause === 'on-duplicate-key' ? wasCreated(definition, result) : null
    const outcome: [ModelState, boolean | null] = [instance, created]
    if (wantsHook(hooks, 'afterUpsert', hookOptions)) await hooks.runAsync('afterUpsert', outcome, draft)
    return outcome
  } catch (error) {
    throw explain(error, definition, instance, (name) => dataValues[name])
  }
}

/**
 * MySQL counts a row that was inserted once and one that was updated twice; one that was found as it should be once as well, but then
 * tells no key. Null: nobody knows.
 */
function wasCreated({ shape }: ModelDefinition, { affectedRows, lastInsertId, columns }: Result): boolean | null {
  if (columns.length > 0) return null
  if (affectedRows === 2) return false
  if (shape.autoIncrement !== null) return lastInsertId !== null
  // The time of the update makes every row another one.
  return shape.updatedAt === null ? null : true
}

/** What an existing row gets: the values given (of `fields`, where there is one), and `updatedAt`. Defaults are for new rows. */
function updatedNames(
  definition: ModelDefinition,
  instance: ModelState,
  given: Readonly<Record<string, unknown>>,
  options: WriteOptions,
  call: string,
): string[] {
  const { shape } = definition
  const fields =
    options.fields === undefined || options.fields === null
      ? null
      : attributeNames(definition, options.fields, 'fields', call)
  const names = shape.physical
    .map((attribute) => attribute.attributeName)
    .filter(
      (name) =>
        (name in given || instance.changed(name) === true) &&
        instance.dataValues[name] !== undefined &&
        (fields === null || fields.includes(name)),
    )
  if (shape.updatedAt !== null && options.silent !== true && !names.includes(shape.updatedAt))
    names.push(shape.updatedAt)
  return names
}

function returnedByUpsert(
  runtime: Runtime,
  definition: ModelDefinition,
  options: WriteOptions,
  call: string,
): readonly Attribute[] {
  if (runtime.dialect.traits.returning === 'none') return []
  if (options.returning === false)
    return definition.shape.autoIncrement === null ? [] : [definition.shape.autoIncrement]
  if (!Array.isArray(options.returning)) return definition.shape.physical
  const names = attributeNames(definition, options.returning, 'returning', call)
  return definition.shape.physical.filter(
    (attribute) => names.includes(attribute.attributeName) || attribute.primaryKey,
  )
}
