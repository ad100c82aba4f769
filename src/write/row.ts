/**
 * One instance into its row: INSERT when it is new, else UPDATE of what changed; validation, hooks, timestamps and version around it.
 * Comes from `save` and `nested`; the statements are those of `statements`.
 * Docs: querying/insert, querying/update, other-topics/hooks (the firing order is v6's), models/optimistic-locking.
 */
import { isBound } from '../association/bound.js'
import type { Steps } from '../base/steps.js'
import { carryOut, wait } from '../base/steps.js'
import type { Result } from '../connect/driver.js'
import type { Runtime } from '../dialect/runtime.js'
import { EmptyResultError, InstanceError, OptimisticLockError, QueryError } from '../errors/base.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelDefinition } from '../model/definition.js'
import { wantsHook } from '../model/hooks.js'
import type { ModelState } from '../model/state.js'
import { markPersisted, storedValue } from '../model/state.js'
import { validation } from '../model/validate.js'
import { isFragment } from '../sql/fragments.js'
import { saveBound } from './bound.js'
import { explain } from './faults.js'
import { generatedKey } from './inserted-keys.js'
import type { WriteOptions } from './options.js'
import { attributeNames, draftOf, execOf, hookOptionsOf } from './options.js'
import { madeByInsert, reread } from './reread.js'
import type { Condition } from './statements.js'
import { insertRow, readReturned, updateRows } from './statements.js'

/** Under this key a caller inside Mortise says that the row must be there: no row affected is an error. */
export const EXPECT_ROW: unique symbol = Symbol('mortise.expectRow')

export const definitionOf = (instance: ModelState): ModelDefinition =>
  (instance.constructor as unknown as { modelDefinition: ModelDefinition }).modelDefinition

/**
 * Saves one instance and nothing that it holds. True when a statement was sent. Without a promise where nothing has to be waited for;
 * throws at once, too.
 */
export function saveOne(
  runtime: Runtime,
  instance: ModelState,
  definition: ModelDefinition,
  options: WriteOptions | undefined,
): boolean | Promise<boolean> {
  return isBound(definition)
    ? saveBound(runtime, instance, definition, options, saveAlone)
    : saveAlone(runtime, instance, definition, options)
}

const saveAlone = (
  runtime: Runtime,
  instance: ModelState,
  definition: ModelDefinition,
  options: WriteOptions | undefined,
): boolean | Promise<boolean> => carryOut(saving(runtime, instance, definition, options))

function* saving(
  runtime: Runtime,
  instance: ModelState,
  definition: ModelDefinition,
  options: WriteOptions | undefined,
): Steps<boolean> {
  const ready = yield* prepareSave(runtime, instance, definition, options)
  const isWritten = yield* writePrepared(runtime, instance, definition, ready)
  if (isWritten) yield* finishSave(instance, definition, ready)
  return isWritten
}

/** An instance that is stamped and validated, and whose hooks before the statement have run. */
export interface Prepared {
  readonly isNew: boolean
  /** What the statement writes. */
  readonly fields: readonly string[]
  /** Neither the call nor a hook has left out anything that a new row has. */
  readonly isWhole: boolean
  readonly options: WriteOptions | undefined
  /** What the hooks share; null: there are none. */
  readonly draft: Record<string, unknown> | null
}

export function* prepareSave(
  runtime: Runtime,
  instance: ModelState,
  definition: ModelDefinition,
  options: WriteOptions | undefined,
): Steps<Prepared> {
  const { hooks, shape } = definition
  const isNew = instance.isNewRecord
  const call = `${definition.modelName}.save()`
  const given =
    options?.fields === undefined || options.fields === null
      ? null
      : attributeNames(definition, options.fields, 'fields', call)
  // `update(values)` says `defaultFields`: what hooks change besides is saved as well, what was dirty before is not.
  const isOpen = given === null || options?.defaultFields !== undefined
  const before = given !== null && isOpen && !isNew ? new Set(changedOf(instance)) : null
  stamp(instance, definition, options, given)

  let draft: Record<string, unknown> | null = null
  let fields = fieldsToSave(instance, definition, given)
  let isWhole = given === null
  if (options?.validate !== false) {
    yield* validation(instance, {
      fields: isNew && given === null ? undefined : fields,
      skip: options?.skip as readonly string[] | undefined,
      hooks: options?.hooks !== false,
      noTypeValidation: runtime.options.noTypeValidation,
    })
  }
  const [beforeOne, afterOne] = hooksOf(isNew)
  const hookOptions = hookOptionsOf(options)
  if (
    wantsHook(hooks, beforeOne, hookOptions) ||
    wantsHook(hooks, 'beforeSave', hookOptions) ||
    wantsHook(hooks, afterOne, hookOptions) ||
    wantsHook(hooks, 'afterSave', hookOptions)
  ) {
    fields = fieldsToSave(instance, definition, openFields(instance, given, isOpen, before))
    draft = draftOf(runtime, options, { fields: [...fields], ...(isOpen ? { defaultFields: [...fields] } : {}) })
    const values = new Map(
      shape.physical.map(({ attributeName }) => [attributeName, instance.dataValues[attributeName]]),
    )
    if (wantsHook(hooks, beforeOne, hookOptions)) yield* wait(hooks.runAsync(beforeOne, instance, draft))
    if (wantsHook(hooks, 'beforeSave', hookOptions)) yield* wait(hooks.runAsync('beforeSave', instance, draft))
    yield* revalidate(instance, definition, options, values)
    const asked =
      Array.isArray(draft.fields) && !sameList(draft.fields, fields)
        ? attributeNames(definition, draft.fields, 'fields', call)
        : null
    if (asked !== null) isWhole = false
    if (!isNew && changedOf(instance).length > 0) stamp(instance, definition, options, given)
    fields = fieldsToSave(instance, definition, asked ?? openFields(instance, given, isOpen, before))
  } else if (isOpen || before) {
    fields = fieldsToSave(instance, definition, openFields(instance, given, isOpen, before))
  }

  return { isNew, fields, isWhole, options, draft }
}
const hooksOf = (isNew: boolean) =>
  isNew ? (['beforeCreate', 'afterCreate'] as const) : (['beforeUpdate', 'afterUpdate'] as const)

/** The statement. False: there was nothing to write, or the row was there already. */
export function* writePrepared(
  runtime: Runtime,
  instance: ModelState,
  definition: ModelDefinition,
  { isNew, fields, options, draft }: Prepared,
): Steps<boolean> {
  const used: WriteOptions | undefined = draft ?? options
  return isNew
    ? yield* insertInstance(runtime, instance, definition, fields, used)
    : fields.length > 0 && (yield* updateInstance(runtime, instance, definition, fields, used))
}

/** The hooks after the statement. */
export function* finishSave(
  instance: ModelState,
  { hooks }: ModelDefinition,
  { isNew, options, draft }: Prepared,
): Steps<void> {
  if (draft === null) return
  const hookOptions = hookOptionsOf(options)
  for (const hook of [hooksOf(isNew)[1], 'afterSave'] as const)
    if (wantsHook(hooks, hook, hookOptions)) yield* wait(hooks.runAsync(hook, instance, draft))
}

// ---------------------------------------------------------------- what is saved

const NONE: readonly string[] = []
export const changedOf = (instance: ModelState): readonly string[] =>
  instance._previous === null ? NONE : [...instance._previous.keys()]

/** Fields of `update(values)` together with what setters and hooks changed since. */
function openFields(
  instance: ModelState,
  given: readonly string[] | null,
  isOpen: boolean,
  before: ReadonlySet<string> | null,
): readonly string[] | null {
  if (given === null || !isOpen || before === null) return given
  const more = changedOf(instance).filter((name) => !before.has(name) && !given.includes(name))
  return more.length === 0 ? given : [...given, ...more]
}

/** Names of the attributes that a save writes, in the order of the definition. For an existing row only what changed. */
function fieldsToSave(instance: ModelState, definition: ModelDefinition, given: readonly string[] | null): string[] {
  const { shape } = definition
  const { dataValues } = instance
  if (instance.isNewRecord) {
    const names: string[] = []
    for (const { attributeName, role, primaryKey, defaultValue } of shape.physical) {
      if (dataValues[attributeName] === undefined) continue
      if (
        given === null ||
        role !== null ||
        given.includes(attributeName) ||
        (primaryKey && defaultValue !== undefined)
      )
        names.push(attributeName)
    }
    return names
  }
  const changed = changedOf(instance)
  const names: string[] = []
  for (const name of changed) {
    const attribute = shape.attributes.get(name)
    if (attribute === undefined || attribute.isVirtual) continue
    if (given === null || given.includes(name) || name === shape.updatedAt) names.push(name)
  }
  return names
}

/** Sets the timestamps of a row that will be written. */
function stamp(
  instance: ModelState,
  definition: ModelDefinition,
  options: WriteOptions | undefined,
  given: readonly string[] | null,
): void {
  const { createdAt, updatedAt } = definition.shape
  if (createdAt === null && updatedAt === null) return
  const { dataValues } = instance
  const silent = options?.silent === true
  if (instance.isNewRecord) {
    const now = new Date()
    if (createdAt !== null && (dataValues[createdAt] === undefined || dataValues[createdAt] === null))
      dataValues[createdAt] = now
    if (updatedAt !== null && (!silent || dataValues[updatedAt] === undefined)) dataValues[updatedAt] = now
    return
  }
  // `changed('updatedAt', true)` alone is a touch.
  if (updatedAt === null || silent || instance._previous === null) return
  for (const name of instance._previous.keys()) {
    if (
      name !== updatedAt &&
      ((given !== null && !given.includes(name)) || definition.shape.attributes.get(name)?.isVirtual !== false)
    )
      continue
    instance.setDataValue(updatedAt, new Date())
    return
  }
}

/** Values that hooks changed after validation are validated as well. */
function* revalidate(
  instance: ModelState,
  definition: ModelDefinition,
  options: WriteOptions | undefined,
  before: ReadonlyMap<string, unknown>,
): Steps<void> {
  if (options?.validate === false) return
  const changed = definition.shape.physical
    .filter(
      ({ attributeName, role }) => role === null && instance.dataValues[attributeName] !== before.get(attributeName),
    )
    .map((attribute) => attribute.attributeName)
  if (changed.length > 0) yield* validation(instance, { fields: changed, hooks: false })
}

const sameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index])

// ---------------------------------------------------------------- statements

function* insertInstance(
  runtime: Runtime,
  instance: ModelState,
  definition: ModelDefinition,
  fields: readonly string[],
  options: WriteOptions | undefined,
): Steps<boolean> {
  const { shape } = definition
  const { dataValues } = instance
  const omitNull = omitsNull(runtime, definition, options)
  const attributes: Attribute[] = []
  const values: unknown[] = []
  if (shape.version !== null && (dataValues[shape.version] === undefined || dataValues[shape.version] === null))
    dataValues[shape.version] = 0
  const written = new Set(fields)
  if (shape.version !== null) written.add(shape.version)
  for (const attribute of shape.physical) {
    if (!written.has(attribute.attributeName)) continue
    const value = dataValues[attribute.attributeName]
    if (value === null && (omitNull || attribute.autoIncrement)) continue
    attributes.push(attribute)
    values.push(value)
  }
  const returning = returnedAfterInsert(runtime, definition, attributes, values, dataValues, options)
  const made = runtime.dialect.traits.returning === 'none' ? madeByInsert(definition, dataValues) : NOTHING_MADE
  const conflict =
    options?.ignoreDuplicates === true && attributes.length > 0
      ? { key: 'ignore', clause: { target: [], targetWhere: null, action: 'nothing' as const, where: null } }
      : null
  let result: Result
  try {
    result = yield* wait(insertRow(runtime, definition, attributes, values, returning, execOf(options), conflict))
  } catch (error) {
    throw explain(error, definition, instance, (name) => dataValues[name])
  }
  // Ignored as a duplicate: the instance stays unsaved.
  if (conflict !== null && result.affectedRows === 0 && result.rows.length === 0) return false
  takeInserted(runtime, instance, definition, attributes, returning, result)
  if (made.length > 0) yield* wait(reread(runtime, instance, made, [shape.primaryKey], definition, execOf(options)))
  return true
}

export const omitsNull = (runtime: Runtime, definition: ModelDefinition, options: WriteOptions | undefined): boolean =>
  (options?.omitNull as boolean | undefined) ?? (definition.settings.omitNull || runtime.options.omitNull)

const NOTHING_MADE: readonly Attribute[] = []

/** What the database fills in: the generated key, defaults, and the outcome of SQL. */
function returnedAfterInsert(
  runtime: Runtime,
  definition: ModelDefinition,
  attributes: readonly Attribute[],
  values: readonly unknown[],
  dataValues: Readonly<Record<string, unknown>>,
  options: WriteOptions | undefined,
): Attribute[] {
  if (runtime.dialect.traits.returning === 'none') return []
  const { shape } = definition
  if (options?.returning === true) return [...shape.physical]
  const asked = Array.isArray(options?.returning)
    ? new Set(attributeNames(definition, options.returning, 'returning', `${definition.modelName}.create()`))
    : null
  return shape.physical.filter((attribute) => {
    const at = attributes.indexOf(attribute)
    if (at >= 0) return asked?.has(attribute.attributeName) === true || isFragment(values[at])
    if (options?.returning === false) return attribute.autoIncrement
    // A value that `fields` left out stays on the instance, as it does on update.
    return (
      attribute.autoIncrement ||
      dataValues[attribute.attributeName] === undefined ||
      isFragment(dataValues[attribute.attributeName]) ||
      asked?.has(attribute.attributeName) === true
    )
  })
}

/** Takes over what an INSERT gave. */
function takeInserted(
  runtime: Runtime,
  instance: ModelState,
  definition: ModelDefinition,
  attributes: readonly Attribute[],
  returning: readonly Attribute[],
  result: Result,
): void {
  const { dataValues } = instance
  const persisted: Record<string, unknown> = {}
  for (const { attributeName } of attributes) persisted[attributeName] = dataValues[attributeName]
  const row = result.rows[0]
  if (returning.length > 0 && row !== undefined) {
    const read = readReturned(runtime, returning, row)
    for (let at = 0; at < returning.length; at += 1) persisted[returning[at]!.attributeName] = read[at]
  } else {
    const { autoIncrement, physical } = definition.shape
    for (const { attributeName } of physical)
      if (!(attributeName in persisted) && dataValues[attributeName] === undefined) persisted[attributeName] = null
    if (
      autoIncrement !== null &&
      (dataValues[autoIncrement.attributeName] ?? null) === null &&
      result.lastInsertId !== null
    )
      persisted[autoIncrement.attributeName] = generatedKey(runtime, autoIncrement, result)
  }
  markPersisted(instance, persisted)
}

/** The condition that finds the row of an instance, by the key that it has in the database. */
export function rowOf(instance: ModelState, definition: ModelDefinition, call: string): Condition[] {
  const { primaryKey } = definition.shape
  if (primaryKey.length === 0)
    throw new InstanceError(
      `${definition.modelName}.${call} needs a primary key to find the row, and ${definition.modelName} has none. Use the static method with a \`where\`.`,
    )
  return primaryKey.map((attribute) => {
    const value = previousOf(instance, attribute.attributeName)
    if (value === undefined || value === null) {
      throw new InstanceError(
        `${definition.modelName}.${call}: this instance has no value for the primary key "${attribute.attributeName}"${attribute.attributeName in instance.dataValues ? '' : ' (it was not loaded: add it to `attributes`)'}.`,
      )
    }
    return { attribute, op: '=', value }
  })
}

/** The value that the row has: what was there before, where the instance was changed. */
export const previousOf = (instance: ModelState, name: string): unknown => storedValue(instance, name)

function* updateInstance(
  runtime: Runtime,
  instance: ModelState,
  definition: ModelDefinition,
  fields: readonly string[],
  options: WriteOptions | undefined,
): Steps<boolean> {
  const { shape, modelName } = definition
  const { dataValues } = instance
  const omitNull = omitsNull(runtime, definition, options)
  const attributes: Attribute[] = []
  const values: unknown[] = []
  for (const name of fields) {
    const value = dataValues[name]
    if (name === shape.version || value === undefined || (value === null && omitNull)) continue
    attributes.push(shape.attributes.get(name)!)
    values.push(value)
  }
  if (attributes.length === 0) return false
  const where = rowOf(instance, definition, 'save()')
  let nextVersion: number | null = null
  if (shape.version !== null) {
    const version = previousOf(instance, shape.version)
    if (version === undefined)
      throw new InstanceError(
        `${modelName}.save(): the version attribute "${shape.version}" was not loaded, so nobody can tell whether the row has changed since. Add it to \`attributes\`.`,
      )
    nextVersion = Number(version ?? 0) + 1
    const attribute = shape.attributes.get(shape.version)!
    where.push({ attribute, op: '=', value: version })
    attributes.push(attribute)
    values.push(nextVersion)
  }
  const made = returnedAfterUpdate(definition, attributes, values, options)
  const returning = runtime.dialect.traits.returning === 'statement' ? made : []
  let result: Result
  try {
    result = yield* wait(updateRows(runtime, definition, attributes, values, where, returning, execOf(options)))
  } catch (error) {
    throw explain(error, definition, instance, (name) => dataValues[name])
  }
  if (result.affectedRows === 0 && result.rows.length === 0) {
    const key = Object.fromEntries(where.map(({ attribute, value }) => [attribute.attributeName, value]))
    if (shape.version !== null)
      throw new OptimisticLockError({
        modelName,
        values: Object.fromEntries(attributes.map(({ attributeName }, index) => [attributeName, values[index]])),
        where: key,
      })
    if (options?.[EXPECT_ROW] === true) throw missingRow(modelName, key)
  }
  const persisted: Record<string, unknown> = {}
  for (const [index, { attributeName }] of attributes.entries()) persisted[attributeName] = values[index]
  const row = result.rows[0]
  if (row !== undefined) {
    const read = readReturned(runtime, returning, row)
    for (const [index, { attributeName }] of returning.entries()) persisted[attributeName] = read[index]
  }
  markPersisted(instance, persisted, fields)
  if (returning !== made && made.length > 0)
    yield* wait(reread(runtime, instance, made, [shape.primaryKey], definition, execOf(options)))
  return true
}

export const missingRow = (modelName: string, key: Readonly<Record<string, unknown>>): EmptyResultError =>
  new EmptyResultError(
    `There is no row of ${modelName} with ${describeKey(key)}: it was deleted, so it cannot be associated.`,
  )

export const describeKey = (key: Readonly<Record<string, unknown>>): string =>
  Object.entries(key)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? `"${value}"` : String(value)}`)
    .join(', ')

function returnedAfterUpdate(
  definition: ModelDefinition,
  attributes: readonly Attribute[],
  values: readonly unknown[],
  options: WriteOptions | undefined,
): Attribute[] {
  if (options?.returning === true) return [...definition.shape.physical]
  if (!options?.returning && !values.some(isFragment)) return []
  const asked = Array.isArray(options?.returning)
    ? new Set(attributeNames(definition, options.returning, 'returning', `${definition.modelName}.save()`))
    : null
  return definition.shape.physical.filter((attribute) => {
    const at = attributes.indexOf(attribute)
    return asked?.has(attribute.attributeName) === true || (at >= 0 && isFragment(values[at]))
  })
}

/** Values that cannot be written because their attribute does not exist. */
export function refuseUnknown(
  definition: ModelDefinition,
  values: Readonly<Record<string, unknown>>,
  call: string,
  suggest: (name: string) => string,
): void {
  for (const name of Object.keys(values)) {
    if (!definition.shape.attributes.has(name))
      throw new QueryError(`${call}: ${definition.modelName} has no attribute "${name}".${suggest(name)}`)
  }
}
