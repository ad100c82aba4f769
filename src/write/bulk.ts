/**
 * Many rows at once: `bulkCreate` and static `update`. One statement where one is enough; chunks in one atomic step where parameters do not
 * fit; one by one where each row's hooks are to run. Docs: querying/insert ("Inserting in bulk"), querying/update ("Updating in bulk").
 */
import { isBound } from '../association/bound.js'
import { suggestion } from '../base/names.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError } from '../errors/base.js'
import { AggregateError, BulkRecordError } from '../errors/validation.js'
import type { ModelClass, ModelDefinition } from '../model/definition.js'
import { wantsHook } from '../model/hooks.js'
import { buildNew } from '../model/new-rows.js'
import type { ModelState } from '../model/state.js'
import { build } from '../model/state.js'
import { validateInstance } from '../model/validate.js'
import type { Expr } from '../sql/expr.js'
import { isFragment } from '../sql/fragments.js'
import { updateBound } from './bound.js'
import { versionStep } from './destroy.js'
import { explain } from './faults.js'
import { instancesOf, returnedBy } from './increment.js'
import { insertAll } from './insert-all.js'
import { hasRelations, saveGraphs } from './nested.js'
import type { WriteOptions } from './options.js'
import { attributeNames, checkOptions, draftOf, execOf, hookOptionsOf, stepOptions } from './options.js'
import { asInstance, asModel } from './public.js'
import { refuseOrder, requireWhere, selectRows } from './selection.js'
import { returningOf, run, valueNode } from './statements.js'

/**
 * Inserts records and resolves to their instances. Options: `validate` (default false), `fields`, `individualHooks`, `ignoreDuplicates`,
 * `updateOnDuplicate`, `conflictAttributes`, `conflictWhere`, `returning`, `include`, `hooks`, `transaction`.
 * Throws AggregateError of BulkRecordError when records are invalid; nothing is written then.
 */
export async function bulkCreate(
  runtime: Runtime,
  model: ModelClass,
  records: readonly (Readonly<Record<string, unknown>> | ModelState)[],
  options?: WriteOptions | null,
): Promise<ModelState[]> {
  const definition = model.modelDefinition
  const call = `${definition.modelName}.bulkCreate()`
  checkOptions(options, 'bulkCreate', call)
  if (!Array.isArray(records)) throw new QueryError(`${call} takes a list of records. For one record use create().`)
  if (records.length === 0) return []
  const instances = records.map((record) => instanceOf(model, record, options, call))
  const { hooks } = definition
  const hookOptions = hookOptionsOf(options)
  const draft = draftOf(
    runtime,
    options,
    options?.fields === undefined ? {} : { fields: [...(options.fields as string[])] },
  )
  if (wantsHook(hooks, 'beforeBulkCreate', hookOptions)) await hooks.runAsync('beforeBulkCreate', instances, draft)

  const isEach = isBound(definition)
  if (isEach && draft.updateOnDuplicate !== undefined)
    throw new QueryError(
      `${call}: updateOnDuplicate is not possible here, because an association of ${definition.modelName} binds its rows in pairs (required: "both", symmetric). Use upsert() for each.`,
    )
  const reason = isEach
    ? 'the rows are written one by one'
    : draft.individualHooks === true
      ? 'individualHooks writes row by row'
      : draft.include !== undefined && instances.some((instance) => hasRelations(instance, definition))
        ? 'rows with included ones are written one by one'
        : null
  if (reason !== null) {
    for (const option of CONFLICT)
      if (draft[option] !== undefined && draft[option] !== null)
        throw new QueryError(
          `${call}: ${option} is not possible here, because ${reason}. Leave it out, or use upsert() for each record.`,
        )
    await createEach(runtime, definition, instances, draft)
  } else {
    stampAll(definition, instances, draft)
    if (draft.validate === true) await validateAll(runtime, instances, draft)
    await insertAll(runtime, definition, instances, draft, call)
  }
  if (wantsHook(hooks, 'afterBulkCreate', hookOptions)) await hooks.runAsync('afterBulkCreate', instances, draft)
  return instances
}

function instanceOf(
  model: ModelClass,
  record: unknown,
  options: WriteOptions | null | undefined,
  call: string,
): ModelState {
  if (record instanceof model) return record
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    throw new QueryError(`${call}: each record must be an object of attribute values, got ${String(record)}.`)
  if (options?.include !== undefined || options?.raw !== undefined)
    return asModel(model).build(record, {
      isNewRecord: true,
      ...(options.include === undefined ? {} : { include: options.include }),
      ...(options.raw === undefined ? {} : { raw: options.raw }),
    })
  return buildNew(model, record as Record<string, unknown>, NEW)
}
const NEW = Object.freeze({ isNewRecord: true })
/** What only one statement for all rows can do. */
const CONFLICT = ['updateOnDuplicate', 'conflictAttributes', 'conflictFields', 'conflictWhere'] as const

/** With hooks of single instances, or with what they hold: one after the other, all or nothing. */
async function createEach(
  runtime: Runtime,
  definition: ModelDefinition,
  instances: readonly ModelState[],
  options: WriteOptions,
): Promise<void> {
  await runtime.executor.atomic(execOf(options) ?? {}, async (transaction) => {
    const each: WriteOptions = {
      ...stepOptions(options),
      transaction,
      validate: options.validate === true,
      ...(options.individualHooks === true ? {} : { hooks: false }),
      ...pick(options, ['fields', 'silent', 'returning', 'ignoreDuplicates', 'omitNull']),
    }
    const errors: BulkRecordError[] = []
    if (options.validate === true) {
      for (const instance of instances)
        await collect(errors, instance, () =>
          validateInstance(instance, {
            skip: options.skip as string[] | undefined,
            hooks: each.hooks !== false,
            noTypeValidation: runtime.options.noTypeValidation,
          }),
        )
      if (errors.length > 0) throw new AggregateError(errors)
    }
    // Those that hold nothing are validated by now.
    const ownOptions = (instance: ModelState): WriteOptions => ({
      ...each,
      validate: hasRelations(instance, definition) && options.validate !== true ? undefined : false,
    })
    const shared = { ...each, validate: options.validate === true ? true : undefined }
    // Hooks of single instances are heard row by row.
    for (const some of options.individualHooks === true ? instances.map((one) => [one]) : [instances])
      await saveGraphs(runtime, new Map(some.map((instance) => [instance, ownOptions(instance)])), shared)
  })
}

const pick = (options: WriteOptions, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]))

async function collect(errors: BulkRecordError[], instance: ModelState, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    errors.push(new BulkRecordError(error instanceof Error ? error : new Error(String(error)), instance))
  }
}

async function validateAll(runtime: Runtime, instances: readonly ModelState[], options: WriteOptions): Promise<void> {
  const errors: BulkRecordError[] = []
  const fields = options.fields as string[] | undefined
  for (const instance of instances)
    await collect(errors, instance, () =>
      validateInstance(instance, {
        fields,
        skip: options.skip as string[] | undefined,
        hooks: options.hooks !== false,
        noTypeValidation: runtime.options.noTypeValidation,
      }),
    )
  if (errors.length > 0) throw new AggregateError(errors)
}

function stampAll(definition: ModelDefinition, instances: readonly ModelState[], options: WriteOptions): void {
  const { createdAt, updatedAt, version } = definition.shape
  const now = new Date()
  for (const { dataValues } of instances) {
    if (createdAt !== null && (dataValues[createdAt] === undefined || dataValues[createdAt] === null))
      dataValues[createdAt] = now
    if (
      updatedAt !== null &&
      (dataValues[updatedAt] === undefined || dataValues[updatedAt] === null || options.silent !== true)
    )
      dataValues[updatedAt] = now
    if (version !== null && (dataValues[version] === undefined || dataValues[version] === null)) dataValues[version] = 0
  }
}

// ---------------------------------------------------------------- update

/**
 * Updates the rows that `where` selects (required). Resolves to `[number]`, with `returning` to `[number, rows]`.
 * Options: `fields`, `validate`, `sideEffects`, `individualHooks`, `returning`, `limit`, `order`, `silent`, `paranoid`, `hooks`.
 * Throws QueryError for a value of an attribute that does not exist, ValidationError for an invalid one; nothing is written then.
 */
export async function bulkUpdate(
  runtime: Runtime,
  model: ModelClass,
  values: Readonly<Record<string, unknown>>,
  options?: WriteOptions | null,
): Promise<[number] | [number, ModelState[]]> {
  const definition = model.modelDefinition
  const call = `${definition.modelName}.update()`
  checkOptions(options, 'update', call)
  requireWhere(options, call)
  refuseOrder(definition, options, call)
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw new QueryError(`${call} takes an object of values first.`)
  for (const name of Object.keys(values)) {
    if (!definition.shape.attributes.has(name))
      throw new QueryError(
        `${call}: ${definition.modelName} has no attribute "${name}".${suggestion(name, definition.shape.attributes.keys())}`,
      )
  }
  const { hooks } = definition
  const hookOptions = hookOptionsOf(options)
  const fields =
    options.fields === undefined || options.fields === null
      ? null
      : attributeNames(definition, options.fields, 'fields', call)
  const probe = build(model, {}, { isNewRecord: false })
  let wanted = takenValues(definition, probe, values, fields, options)

  const draft = draftOf(runtime, options, { attributes: { ...wanted }, fields: Object.keys(wanted), model })
  if (wantsHook(hooks, 'beforeBulkUpdate', hookOptions)) {
    await hooks.runAsync('beforeBulkUpdate', draft)
    wanted = { ...(draft.attributes as Record<string, unknown>) }
  }
  if (options.validate !== false) await validateValues(runtime, definition, probe, wanted, options)
  let result: [number] | [number, ModelState[]]
  if (Object.keys(wanted).length === 0) result = options.returning ? [0, []] : [0]
  else if (draft.individualHooks === true) result = await updateEach(runtime, model, wanted, draft)
  else if (isBound(definition))
    result = await updateBound(runtime, model, wanted, draft, (within) =>
      updateAtOnce(runtime, model, wanted, within, call),
    )
  else result = await updateAtOnce(runtime, model, wanted, draft, call)
  if (wantsHook(hooks, 'afterBulkUpdate', hookOptions)) await hooks.runAsync('afterBulkUpdate', draft)
  return result
}

/** The values after setters, as an instance would take them. */
function takenValues(
  definition: ModelDefinition,
  probe: ModelState,
  values: Readonly<Record<string, unknown>>,
  fields: readonly string[] | null,
  options: WriteOptions,
): Record<string, unknown> {
  const { attributes } = definition.shape
  const omitNull = (options.omitNull ?? definition.settings.omitNull) === true
  const given = Object.keys(values).filter(
    (name) =>
      values[name] !== undefined && (fields === null || fields.includes(name)) && !(omitNull && values[name] === null),
  )
  for (const name of given) {
    // Setting a managed attribute by hand is meant here.
    if (attributes.get(name)!.role !== null) probe.setDataValue(name, values[name])
    else probe.set(name, values[name])
    if (probe.dataValues[name] !== undefined) probe.changed(name, true)
  }
  // Setters may set other attributes; `sideEffects: false` leaves these out.
  const names =
    options.sideEffects === false
      ? given
      : [...attributes.keys()].filter(
          (name) => probe.changed(name) === true && (fields === null || fields.includes(name)),
        )
  return Object.fromEntries(
    names
      .filter((name) => attributes.get(name)?.isVirtual === false && probe.dataValues[name] !== undefined)
      .map((name) => [name, probe.dataValues[name]]),
  )
}

async function validateValues(
  runtime: Runtime,
  definition: ModelDefinition,
  probe: ModelState,
  values: Record<string, unknown>,
  options: WriteOptions,
): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    if (probe.dataValues[name] !== value) probe.setDataValue(name, value)
    probe.changed(name, true)
  }
  const skip = [...((options.skip as string[] | undefined) ?? []), ...Object.keys(definition.settings.validate)]
  await validateInstance(probe, {
    fields: Object.keys(values),
    skip,
    hooks: options.hooks !== false,
    noTypeValidation: runtime.options.noTypeValidation,
  })
  // Hooks around the validation may have the last word on a value.
  for (const name of Object.keys(values)) values[name] = probe.dataValues[name]
}

async function updateEach(
  runtime: Runtime,
  model: ModelClass,
  values: Readonly<Record<string, unknown>>,
  options: WriteOptions,
): Promise<[number] | [number, ModelState[]]> {
  const rows = await runtime.executor.atomic(execOf(options) ?? {}, async (transaction) => {
    const found = await asModel(model).findAll({
      where: options.where,
      limit: options.limit ?? undefined,
      order: options.order ?? undefined,
      transaction,
      logging: options.logging,
      ...(options.paranoid === false ? { paranoid: false } : {}),
    })
    const names = Object.keys(values)
    for (const row of found) {
      row.set({ ...values })
      await asInstance(row).save({
        ...stepOptions(options),
        transaction,
        validate: false,
        fields: names,
        defaultFields: names,
        ...pick(options, ['silent', 'returning']),
      })
    }
    return found
  })
  return options.returning ? [rows.length, rows] : [rows.length]
}

async function updateAtOnce(
  runtime: Runtime,
  model: ModelClass,
  values: Readonly<Record<string, unknown>>,
  options: WriteOptions,
  call: string,
): Promise<[number] | [number, ModelState[]]> {
  const definition = model.modelDefinition
  const { shape } = definition
  const set: { column: string; value: Expr }[] = []
  for (const [name, value] of Object.entries(values)) {
    const attribute = shape.attributes.get(name)
    if (attribute === undefined)
      throw new QueryError(
        `${call}: ${definition.modelName} has no attribute "${name}".${suggestion(name, shape.attributes.keys())}`,
      )
    if (attribute.isVirtual || name === shape.version || value === undefined) continue
    set.push({ column: attribute.columnName, value: valueNode(runtime, definition, attribute, value) })
  }
  if (shape.updatedAt !== null && options.silent !== true && !(shape.updatedAt in values)) {
    const attribute = definition.attribute(shape.updatedAt)
    set.push({ column: attribute.columnName, value: valueNode(runtime, definition, attribute, new Date()) })
  }
  set.push(...versionStep(definition))
  if (set.length === 0) return options.returning ? [0, []] : [0]
  const returning = returnedBy(runtime, definition, options, call)
  const { where, limit, orderBy } = selectRows(
    runtime,
    definition,
    options,
    options.paranoid === false ? 'all' : 'visible',
  )
  try {
    const result = await run(
      runtime,
      { kind: 'update', table: definition.table, set, where, orderBy, limit, returning: returningOf(returning) },
      execOf(options),
      definition,
    )
    if (!options.returning) return [result.affectedRows]
    return [Math.max(result.affectedRows, result.rows.length), instancesOf(runtime, model, returning, result.rows)]
  } catch (error) {
    throw explain(error, definition, null, (name) => (isFragment(values[name]) ? undefined : values[name]))
  }
}
