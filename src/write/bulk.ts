/**
 * Many rows at once: `bulkCreate` and static `update`. One statement where one is enough; chunks in one atomic step where parameters do not
 * fit; one by one where each row's hooks are to run. Docs: querying/insert ("Inserting in bulk"), querying/update ("Updating in bulk").
 */
import { suggestion } from '../base/names.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError } from '../errors/base.js'
import { AggregateError, BulkRecordError } from '../errors/validation.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelClass, ModelDefinition } from '../model/definition.js'
import { wantsHook } from '../model/hooks.js'
import type { ModelState } from '../model/state.js'
import { build } from '../model/state.js'
import { validateInstance } from '../model/validate.js'
import type { Expr } from '../sql/expr.js'
import { isFragment } from '../sql/fragments.js'
import { conflictOf } from './conflict.js'
import { versionStep } from './destroy.js'
import { explain } from './faults.js'
import { instancesOf, returnedBy } from './increment.js'
import { hasRelations, saveGraph } from './nested.js'
import type { WriteOptions } from './options.js'
import { attributeNames, checkOptions, draftOf, execOf, hookOptionsOf, stepOptions } from './options.js'
import { asInstance, asModel } from './public.js'
import { returnedAfterInsert, saveOne, takeInserted } from './row.js'
import { requireWhere, selectRows } from './selection.js'
import { insertRows, returningOf, run, valueNode } from './statements.js'

/** Rows of one statement: longer ones gain nothing, and their texts are kept. */
const ROWS_PER_STATEMENT = 250

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

  if (
    draft.individualHooks === true ||
    (draft.include !== undefined && instances.some((instance) => hasRelations(instance, definition)))
  ) {
    await createEach(runtime, definition, instances, draft)
  } else {
    stampAll(definition, instances, draft)
    if (draft.validate === true) await validateAll(instances, draft)
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
  return build(model, record as Record<string, unknown>, NEW)
}
const NEW = Object.freeze({ isNewRecord: true })

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
          validateInstance(instance, { skip: options.skip as string[] | undefined, hooks: each.hooks !== false }),
        )
      if (errors.length > 0) throw new AggregateError(errors)
    }
    for (const instance of instances) {
      if (hasRelations(instance, definition))
        await saveGraph(runtime, instance, { ...each, ...(options.validate === true ? {} : { validate: undefined }) })
      else await saveOne(runtime, instance, definition, { ...each, validate: false })
    }
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

async function validateAll(instances: readonly ModelState[], options: WriteOptions): Promise<void> {
  const errors: BulkRecordError[] = []
  const fields = options.fields as string[] | undefined
  for (const instance of instances)
    await collect(errors, instance, () =>
      validateInstance(instance, {
        fields,
        skip: options.skip as string[] | undefined,
        hooks: options.hooks !== false,
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

async function insertAll(
  runtime: Runtime,
  definition: ModelDefinition,
  instances: readonly ModelState[],
  options: WriteOptions,
  call: string,
): Promise<void> {
  const attributes = columnsOf(definition, instances, options, call)
  const rows = instances.map(({ dataValues }) =>
    attributes.map((attribute) => valueFor(attribute, dataValues[attribute.attributeName])),
  )
  const conflict = conflictOf(runtime, definition, attributes, options, call, (name) =>
    rows.every((row) => (row[attributes.findIndex((attribute) => attribute.attributeName === name)] ?? null) !== null),
  )
  const returning =
    returnedBy(runtime, definition, options, call).length > 0
      ? returnedBy(runtime, definition, options, call)
      : returnedForAll(
          runtime,
          definition,
          attributes,
          rows,
          instances,
          options,
          conflict !== null && options.ignoreDuplicates !== true,
        )
  const perStatement = Math.max(
    1,
    Math.min(ROWS_PER_STATEMENT, Math.floor(runtime.dialect.traits.maxParameters / Math.max(1, attributes.length))),
  )
  const insert = async (from: number, within: WriteOptions): Promise<void> => {
    const part = rows.slice(from, from + perStatement)
    try {
      // A row without any value cannot be one of several.
      const result = await insertRows(runtime, definition, attributes, part, returning, execOf(within), conflict)
      // Nobody tells which of the rows were duplicates.
      if (options.ignoreDuplicates === true && Math.max(result.affectedRows, result.rows.length) !== part.length) {
        for (let index = 0; index < part.length; index += 1) instances[from + index]!.isNewRecord = false
        return
      }
      for (let index = 0; index < part.length; index += 1)
        takeInserted(
          runtime,
          instances[from + index]!,
          definition,
          attributes,
          returning,
          withKey(result, definition, part.length, index),
          index,
        )
    } catch (error) {
      throw explain(error, definition, part.length === 1 ? instances[from]! : null, (name) =>
        part.length === 1 ? instances[from]!.dataValues[name] : undefined,
      )
    }
  }
  if (attributes.length === 0) {
    await runtime.executor.atomic(execOf(options) ?? {}, async (transaction) => {
      for (const instance of instances)
        await saveOne(runtime, instance, definition, {
          ...stepOptions(options),
          transaction,
          hooks: false,
          validate: false,
        })
    })
    return
  }
  if (rows.length <= perStatement) return await insert(0, options)
  await runtime.executor.atomic(execOf(options) ?? {}, async (transaction) => {
    for (let from = 0; from < rows.length; from += perStatement) await insert(from, { ...options, transaction })
  })
}

/** Engines without RETURNING tell the first generated key of a statement; the others follow it. */
function withKey<
  R extends { readonly lastInsertId: number | bigint | string | null; readonly rows: readonly unknown[] },
>(result: R, { shape }: ModelDefinition, count: number, index: number): R {
  if (count === 1 || result.rows.length > 0 || result.lastInsertId === null || shape.autoIncrement === null)
    return result
  return { ...result, lastInsertId: Number(result.lastInsertId) + index }
}

const valueFor = (attribute: Attribute, value: unknown): unknown =>
  value === null && attribute.autoIncrement ? undefined : value

/** The columns that any record has a value for. */
function columnsOf(
  definition: ModelDefinition,
  instances: readonly ModelState[],
  options: WriteOptions,
  call: string,
): Attribute[] {
  const fields =
    options.fields === undefined || options.fields === null
      ? null
      : new Set(attributeNames(definition, options.fields, 'fields', call))
  return definition.shape.physical.filter((attribute) => {
    const { attributeName, role, primaryKey, defaultValue } = attribute
    if (fields !== null && role === null && !fields.has(attributeName) && !(primaryKey && defaultValue !== undefined))
      return false
    return instances.some(({ dataValues }) => {
      const value = dataValues[attributeName]
      return value !== undefined && !(value === null && attribute.autoIncrement)
    })
  })
}

function returnedForAll(
  runtime: Runtime,
  definition: ModelDefinition,
  attributes: readonly Attribute[],
  rows: readonly (readonly unknown[])[],
  instances: readonly ModelState[],
  options: WriteOptions,
  mayUpdate: boolean,
): Attribute[] {
  const found = new Set<Attribute>()
  for (let index = 0; index < rows.length; index += 1)
    for (const attribute of returnedAfterInsert(
      runtime,
      definition,
      attributes,
      rows[index]!,
      instances[index]!.dataValues,
      { returning: options.returning },
    ))
      found.add(attribute)
  // One record may leave to the database what another one gives.
  for (const [at, attribute] of attributes.entries())
    if (rows.some((row) => row[at] === undefined) && runtime.dialect.traits.returning !== 'none') found.add(attribute)
  // A row that was there keeps what it had in the other columns.
  if (mayUpdate && runtime.dialect.traits.returning !== 'none') return [...definition.shape.physical]
  return definition.shape.physical.filter((attribute) => found.has(attribute))
}

// ---------------------------------------------------------------- update

/**
 * Updates the rows that `where` selects (required). Resolves to `[number]`, with `returning` to `[number, rows]`.
 * Options: `fields`, `validate`, `sideEffects`, `individualHooks`, `returning`, `limit`, `silent`, `paranoid`, `hooks`.
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
  if (options.validate !== false) await validateValues(definition, probe, wanted, options)
  let result: [number] | [number, ModelState[]]
  if (Object.keys(wanted).length === 0) result = options.returning ? [0, []] : [0]
  else if (draft.individualHooks === true) result = await updateEach(runtime, model, wanted, draft)
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
  await validateInstance(probe, { fields: Object.keys(values), skip, hooks: options.hooks !== false })
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
  const { where, limit } = selectRows(runtime, definition, options, options.paranoid === false ? 'all' : 'visible')
  try {
    const result = await run(
      runtime,
      { kind: 'update', table: definition.table, set, where, orderBy: [], limit, returning: returningOf(returning) },
      execOf(options),
    )
    if (!options.returning) return [result.affectedRows]
    return [Math.max(result.affectedRows, result.rows.length), instancesOf(runtime, model, returning, result.rows)]
  } catch (error) {
    throw explain(error, definition, null, (name) => (isFragment(values[name]) ? undefined : values[name]))
  }
}
