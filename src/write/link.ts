/**
 * Writing across a one-to-one: `setX`, `createX` and their relatives. Each call is one atomic step that looks at what is linked, validates
 * what will be, takes the old link away before it makes the new one, and then brings the instances in memory up to date; when it fails, the
 * database and the instances are as they were. Comes from the mixins through `association.set`.
 * Docs: associations/has-one, associations/belongs-to ("Association Methods").
 */
import type { Association } from '../association/association.js'
import { compositeKeyText } from '../association/key-text.js'
import type { Transaction } from '../connect/transaction.js'
import type { Runtime } from '../dialect/runtime.js'
import { AssociationError } from '../errors/association.js'
import { EmptyResultError, InstanceError, QueryError } from '../errors/base.js'
import { UniqueConstraintError } from '../errors/validation.js'
import type { ModelClass, ModelDefinition } from '../model/definition.js'
import { ModelState, setRelation } from '../model/state.js'
import { validateInstance } from '../model/validate.js'
import { column, compare, param } from '../sql/expr.js'
import { select } from '../sql/query.js'
import { show } from '../types/data-type.js'
import { requireSource } from './get-one.js'
import type { Identified } from './identify.js'
import { identify } from './identify.js'
import { restore, setKey, snapshot } from './nested.js'
import type { WriteOptions } from './options.js'
import { checkOptions, execOf, stepOptions } from './options.js'
import { asInstance, targetModel } from './public.js'
import { release } from './release.js'
import { definitionOf, describeKey, EXPECT_ROW, rowOf } from './row.js'
import { run } from './statements.js'

export { getOne } from './get-one.js'

type Key = Exclude<Identified, null | { readonly instance: ModelState }>

/** What a step of a link knows. */
export interface LinkStep {
  readonly runtime: Runtime
  readonly association: Association
  readonly source: ModelState
  /** As in `User.setProfile()`, for messages. */
  readonly call: string
  /** The caller's options. */
  readonly options: WriteOptions
  /** Transaction, logging and hooks, for the calls inside. */
  readonly step: Readonly<Record<string, unknown>>
  readonly transaction: Transaction
}

/**
 * Links a row to the source: an instance (saved or not), a primary key (of belongsTo: a value of the key referred to), or null to unlink.
 * Resolves to the associated instance, or null.
 * Options of hasOne: `destroyPrevious`, `onReplace`, `steal`, `touch`, `fields`, `individualHooks`; of belongsTo: `save: false`.
 * Throws TypeError for undefined, EmptyResultError for a key without a row, ValidationError; nothing is written then.
 */
export async function setOne(
  runtime: Runtime,
  association: Association,
  source: ModelState,
  target: unknown,
  options?: object,
): Promise<ModelState | null> {
  const call = `${association.source.name}.${association.accessors.set}()`
  requireSource(association, source, association.accessors.set!)
  if (target === undefined)
    throw new TypeError(`${call} was called with undefined. Give an instance or a key; null unlinks.`)
  const given = (options ?? {}) as WriteOptions
  checkOptions(given, 'set', call)
  const found = identify(association, target, call)
  return association.saveOrder === 'after'
    ? await setOnTarget(runtime, association, source, found, given, call)
    : await setOnSource(runtime, association, source, found, given, call)
}

/**
 * Inserts a row that is linked to the source. A row that was linked before is replaced, as by `setX`; `replace: false` leaves it alone.
 * Takes the arguments of the target's `create`. Resolves to the new instance.
 */
export async function createOne(
  runtime: Runtime,
  association: Association,
  source: ModelState,
  values?: object,
  options?: object,
): Promise<ModelState> {
  const call = `${association.source.name}.${association.accessors.create}()`
  requireSource(association, source, association.accessors.create!)
  const given = (options ?? {}) as WriteOptions
  checkOptions(given, 'createOne', call)
  requireSaved(source, call)
  const instance = newTarget(association, source, values, given, call)
  if (association.saveOrder === 'after')
    return (await setOnTarget(runtime, association, source, { instance }, given, call))!
  return (await setOnSource(runtime, association, source, { instance }, given, call))!
}

/** A new instance with the key that links it to the source; it is not saved, and the source does not know it yet. */
export function buildOne(
  _runtime: Runtime,
  association: Association,
  source: ModelState,
  values?: object,
  options?: object,
): ModelState {
  const call = `${association.source.name}.${association.accessors.build}()`
  requireSource(association, source, association.accessors.build!)
  const instance = newTarget(association, source, values, (options ?? {}) as WriteOptions, call)
  if (association.saveOrder === 'after') setKey(instance, association.link(source, instance).values)
  return instance
}

/** The linked row, or a new one made of the values, as one step. Where somebody is quicker, theirs is taken. */
export async function getOrCreateOne(
  runtime: Runtime,
  association: Association,
  source: ModelState,
  values?: object,
  options?: object,
): Promise<ModelState> {
  requireSource(association, source, association.accessors.getOrCreate!)
  const given = (options ?? {}) as WriteOptions
  const look = async (transaction: Transaction): Promise<ModelState | null> =>
    (await linkedRows(runtime, association, source, { ...stepOptions(given), transaction }, true))[0] ?? null
  const instance = await runtime.executor.atomic(execOf(given) ?? {}, async (transaction) => {
    await lockSource(runtime, source, transaction, given)
    const found = await look(transaction)
    if (found) return found
    try {
      return await runtime.executor.atomic({ ...execOf(given), transaction }, (inner) =>
        createOne(runtime, association, source, values, { ...given, replace: false, transaction: inner }),
      )
    } catch (error) {
      const theirs = error instanceof UniqueConstraintError ? await look(transaction) : null
      if (!theirs) throw error
      return theirs
    }
  })
  setRelation(source, association.as, instance)
  return instance
}

/** Updates the linked row with the values, or inserts one. Needs a key that is unique, which is what makes "the" row. Resolves to the row. */
export async function upsertOne(
  runtime: Runtime,
  association: Association,
  source: ModelState,
  values?: object,
  options?: object,
): Promise<ModelState> {
  const call = `${association.source.name}.${association.accessors.upsert}()`
  requireSource(association, source, association.accessors.upsert!)
  if (!association.isUniqueBacked && !association.options.unique) {
    throw new AssociationError(
      `${call} needs a unique foreign key, and ${association.foreignKeyOwner.name}.${association.foreignKeys.join(', ')} is not: several rows could be meant. Define "${association.as}" with \`unique: true\`.`,
    )
  }
  const given = (options ?? {}) as WriteOptions
  checkOptions(given, 'createOne', call)
  requireSaved(source, call)
  const instance = await runtime.executor.atomic(execOf(given) ?? {}, async (transaction) => {
    const step = { ...stepOptions(given), transaction }
    await lockSource(runtime, source, transaction, given)
    const [found] = await linkedRows(runtime, association, source, step, true)
    if (!found) return await createOne(runtime, association, source, values, { ...given, replace: false, transaction })
    found.set({ ...values })
    await asInstance(found).save({ ...step, association, reason: 'assign' })
    return found
  })
  setRelation(source, association.as, instance)
  return instance
}

/** Exchanges the rows of two sources. Where the key can neither be null nor be taken twice, throws AssociationError and changes nothing. */
export async function swapOnes(
  runtime: Runtime,
  association: Association,
  a: ModelState,
  b: ModelState,
  options?: object,
): Promise<void> {
  const call = `${association.source.name}.associations.${association.as}.swap()`
  for (const source of [a, b]) {
    requireSource(association, source, 'swap')
    requireSaved(source, call)
  }
  const given = (options ?? {}) as WriteOptions
  const [rowA, rowB] = await runtime.executor.atomic(
    execOf(given) ?? {},
    async (transaction): Promise<(ModelState | null)[]> => {
      const step = { ...stepOptions(given), transaction, association, reason: 'swap' }
      for (const source of [a, b]) await lockSource(runtime, source, transaction, given)
      const [ofA = null] = await linkedRows(runtime, association, a, { ...stepOptions(given), transaction }, true)
      const [ofB = null] = await linkedRows(runtime, association, b, { ...stepOptions(given), transaction }, true)
      const save = async (row: ModelState, values: Readonly<Record<string, unknown>>): Promise<void> => {
        setKey(row, values)
        await asInstance(row).save({ ...step, fields: Object.keys(values), [EXPECT_ROW]: true })
      }
      if (ofA && ofB && association.isUniqueBacked) {
        const { possible, values } = association.unlink()
        if (!possible) {
          throw new AssociationError(
            `${call}: the foreign key ${association.foreignKeyOwner.name}.${association.foreignKeys.join(', ')} is unique and cannot be null, so two rows cannot change places. Allow null, or delete one row and create it anew.`,
          )
        }
        await save(ofA, values)
      }
      if (ofB) await save(ofB, association.link(a, ofB).values)
      if (ofA) await save(ofA, association.link(b, ofA).values)
      return [ofB, ofA]
    },
  )
  setRelation(a, association.as, rowA)
  setRelation(b, association.as, rowB)
}

// ---------------------------------------------------------------- the key lies on the target (hasOne)

async function setOnTarget(
  runtime: Runtime,
  association: Association,
  source: ModelState,
  found: Identified,
  options: WriteOptions,
  call: string,
): Promise<ModelState | null> {
  requireSaved(source, call)
  if (options.save === false)
    throw new QueryError(
      `${call}: save: false is not possible here, because the foreign key lies on ${association.target.name}, whose row has to be written. It is an option of belongsTo.`,
    )
  const before = found !== null && 'instance' in found ? snapshot(found.instance) : null
  try {
    const { next, gone } = await runtime.executor.atomic(execOf(options) ?? {}, async (transaction) => {
      const step = { ...stepOptions(options), transaction }
      const link: LinkStep = { runtime, association, source, call, options, step, transaction }
      await lockSource(runtime, source, transaction, options)
      const linked = options.replace === false ? [] : await linkedRows(runtime, association, source, step, false)
      const target = found === null ? null : 'instance' in found ? found.instance : await rowOfKey(link, found)
      const isLinked = target !== null && !target.isNewRecord && linked.some((row) => isSameRow(row, target))
      const others = target === null ? linked : linked.filter((row) => !isSameRow(row, target))
      if (target !== null && !isLinked) await prepare(link, target)
      const removed = await release(link, others, target)
      if (target !== null && (!isLinked || Array.isArray(options.fields))) await attach(link, target)
      if (options.touch === true) await touch(source, step)
      return { next: target, gone: removed }
    })
    remember(association, source, next, gone)
    return next
  } catch (error) {
    if (before !== null && found !== null && 'instance' in found) restore(found.instance, before)
    throw error
  }
}

/** Gives the target its key and validates it, before anything is written. */
async function prepare({ association, source, options, call }: LinkStep, target: ModelState): Promise<void> {
  const { values } = association.link(source, target)
  if (options.steal === false && !target.isNewRecord) refuseToSteal(association, target, call)
  setKey(target, values)
  if (options.validate === false) return
  const fields = target.isNewRecord
    ? (options.fields as string[] | undefined)
    : [...Object.keys(values), ...((options.fields as string[] | undefined) ?? [])]
  await validateInstance(target, {
    fields: fields && [...fields, ...Object.keys(values)],
    skip: options.skip as string[] | undefined,
    hooks: options.hooks !== false,
  })
}

function refuseToSteal(association: Association, target: ModelState, call: string): void {
  if (association.foreignKeys.some((name) => (target.dataValues[name] ?? null) === null)) return
  throw new AssociationError(
    `${call}: the ${association.target.name} belongs to another ${association.source.name} already (${describeKey(Object.fromEntries(association.foreignKeys.map((name) => [name, target.dataValues[name]])))}), and steal is false.`,
  )
}

const SAVE_OPTIONS = ['silent', 'returning', 'omitNull', 'raw', 'ignoreDuplicates'] as const

/** Writes the link: INSERT of a new row, else UPDATE of its key (and of `fields`). */
async function attach({ association, source, options, step }: LinkStep, target: ModelState): Promise<void> {
  const keys = Object.keys(association.link(source, target).values)
  const save: Record<string, unknown> = { ...step, association, reason: 'assign', validate: false }
  for (const name of SAVE_OPTIONS) if (options[name] !== undefined) save[name] = options[name]
  const asked = options.fields as string[] | undefined
  if (target.isNewRecord) {
    await asInstance(target).save(asked ? { ...save, fields: [...asked, ...keys] } : save)
    return
  }
  const fields = [...keys, ...(asked ?? [])]
  await asInstance(target).save({ ...save, fields, defaultFields: fields, [EXPECT_ROW]: true })
}

async function touch(source: ModelState, step: Readonly<Record<string, unknown>>): Promise<void> {
  const { updatedAt } = definitionOf(source).shape
  if (updatedAt === null) return
  source.changed(updatedAt, true)
  await asInstance(source).save({ ...step, fields: [updatedAt] })
}

// ---------------------------------------------------------------- the key lies on the source (belongsTo)

async function setOnSource(
  runtime: Runtime,
  association: Association,
  source: ModelState,
  found: Identified,
  options: WriteOptions,
  call: string,
): Promise<ModelState | null> {
  const isSaved = options.save !== false
  if (isSaved && source.isNewRecord)
    throw new InstanceError(
      `${call}: this ${association.source.name} has not been saved, so it has no row whose key could be set. Save it first, or give { save: false }.`,
    )
  for (const option of ['destroyPrevious', 'onReplace', 'steal', 'force', 'individualHooks']) {
    if (options[option] !== undefined)
      throw new QueryError(
        `${call}: ${option} means nothing here, because the foreign key lies on ${association.source.name}: no other row is touched. It is an option of hasOne.`,
      )
  }
  const before = snapshot(source)
  const inner = found !== null && 'instance' in found ? snapshot(found.instance) : null
  try {
    const work = async (transaction: Transaction | null): Promise<ModelState | null> => {
      const step = { ...stepOptions(options), ...(transaction === null ? {} : { transaction }) }
      const target = await targetForSource(association, source, found, options, step, call)
      const values = target === null ? nullKey(association) : association.link(source, target).values
      const changed = changedKeys(source, values)
      setKey(source, Object.fromEntries(changed.map((name) => [name, values[name]])))
      const asked = options.fields as string[] | undefined
      if (isSaved && (changed.length > 0 || asked)) {
        const fields = [...Object.keys(values), ...(asked ?? [])]
        await asInstance(source).save({
          ...step,
          fields,
          defaultFields: fields,
          association,
          reason: target === null ? 'unset' : 'assign',
          [EXPECT_ROW]: true,
          ...(options.validate === undefined ? {} : { validate: options.validate }),
          ...(options.silent === undefined ? {} : { silent: options.silent }),
        })
      }
      return target
    }
    const isNew = found !== null && 'instance' in found && found.instance.isNewRecord
    const next = isSaved && isNew ? await runtime.executor.atomic(execOf(options) ?? {}, work) : await work(null)
    remember(association, source, next, [])
    return next
  } catch (error) {
    restore(source, before)
    if (inner !== null && found !== null && 'instance' in found) restore(found.instance, inner)
    throw error
  }
}

async function targetForSource(
  association: Association,
  source: ModelState,
  found: Identified,
  options: WriteOptions,
  step: Readonly<Record<string, unknown>>,
  call: string,
): Promise<ModelState | null> {
  if (found === null) return null
  if ('instance' in found) {
    const { instance } = found
    if (!instance.isNewRecord) return instance
    if (options.save === false)
      throw new InstanceError(
        `${call}: the ${association.target.name} has not been saved, so it has no key yet. Save it first, or leave out save: false.`,
      )
    const save: Record<string, unknown> = { ...step, association, reason: 'assign' }
    for (const name of [...SAVE_OPTIONS, 'validate', 'skip'] as const)
      if (options[name] !== undefined) save[name] = options[name]
    await asInstance(instance).save(save)
    return instance
  }
  const [row] = await targetModel(association, source)
    .withoutScope()
    .findAll({ where: found.where, limit: 1, ...finder(step) })
  if (!row) throw noSuchRow(association.target, found.key, call)
  return row
}

/** A key of nulls, so that validation refuses it where it cannot be null. */
function nullKey(association: Association): Record<string, unknown> {
  const { possible, values } = association.unlink()
  return possible ? { ...values } : Object.fromEntries(association.foreignKeys.map((name) => [name, null]))
}

/** Attributes whose value differs, compared as keys: '5' is 5. */
function changedKeys(source: ModelState, values: Readonly<Record<string, unknown>>): string[] {
  const definition = definitionOf(source)
  return Object.keys(values).filter((name) => {
    const types = [definition.attribute(name).type]
    return compositeKeyText([source.dataValues[name]], types) !== compositeKeyText([values[name]], types)
  })
}

// ---------------------------------------------------------------- common

function requireSaved(source: ModelState, call: string): void {
  if (!source.isNewRecord) return
  throw new InstanceError(
    `${call}: this ${definitionOf(source).modelName} has not been saved, so nothing can be linked to it. Save it first, or create both at once with \`include\`.`,
  )
}

function newTarget(
  association: Association,
  source: ModelState,
  values: object | undefined,
  options: WriteOptions,
  call: string,
): ModelState {
  if (values !== undefined && (typeof values !== 'object' || values === null || Array.isArray(values)))
    throw new QueryError(`${call} takes an object of attribute values first, got ${show(values)}.`)
  const { include, raw, isNewRecord = true } = options
  const scope = association.scope ?? {}
  const instance =
    values instanceof ModelState
      ? values
      : targetModel(association, source).build(
          { ...scope, ...values },
          { isNewRecord, ...(include === undefined ? {} : { include }), ...(raw === undefined ? {} : { raw }) },
        )
  if (association.saveOrder === 'before') return instance
  const definition = association.target.modelDefinition
  for (const [name, value] of Object.entries(association.link(source, instance).values)) {
    const given = instance.dataValues[name]
    const types = [definition.attribute(name).type]
    if (given === undefined || given === null || compositeKeyText([given], types) === compositeKeyText([value], types))
      continue
    if (association.foreignKeys.includes(name))
      throw new AssociationError(
        `${call}: ${name} is ${show(given)} in the values, but the association makes it ${show(value)}. Leave it out.`,
      )
  }
  return instance
}

/** Keeps others from changing links of the same source until the step is over, where the engine locks rows. */
async function lockSource(
  runtime: Runtime,
  source: ModelState,
  transaction: Transaction,
  options: WriteOptions,
): Promise<void> {
  if (!runtime.dialect.traits.rowLocks) return
  const definition = definitionOf(source)
  const conditions = rowOf(source, definition, 'set()')
  await run(
    runtime,
    select({
      columns: conditions.map(({ attribute }) => ({ expr: column(null, attribute.columnName), alias: null })),
      from: { kind: 'table', table: definition.table, alias: null },
      where: {
        kind: 'logic',
        op: 'and',
        items: conditions.map(({ attribute, value }) =>
          compare(column(null, attribute.columnName), '=', param(value, attribute.type)),
        ),
      },
      lock: { strength: 'UPDATE', of: [], skipLocked: false, noWait: false },
    }),
    { ...execOf(options), transaction },
  )
}

const finder = (step: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const { context: _context, ...rest } = step
  return rest
}

/** Rows that are linked to the source in the database, whatever scopes the target has; the winner first. */
async function linkedRows(
  runtime: Runtime,
  association: Association,
  source: ModelState,
  step: Readonly<Record<string, unknown>>,
  isVisible: boolean,
): Promise<ModelState[]> {
  const batch = association.batch([source])
  if (batch === null)
    throw new AssociationError(
      `This ${association.source.name} has no value for ${association.keys.map((key) => key.from).join(', ')}, which "${association.as}" refers to, so nothing can be linked to it.`,
    )
  const order =
    association.order ?? association.target.modelDefinition.shape.primaryKey.map((attribute) => attribute.attributeName)
  return await targetModel(association, source)
    .withoutScope()
    .findAll({
      where: batch.where,
      ...(isVisible ? {} : { paranoid: false }),
      ...(order.length > 0 ? { order } : {}),
      ...finder(step),
      ...(runtime.dialect.traits.rowLocks ? { lock: true } : {}),
    })
}

async function rowOfKey(
  { association, source, step, call, runtime }: LinkStep,
  { key, where }: Key,
): Promise<ModelState> {
  const [row] = await targetModel(association, source)
    .withoutScope()
    .findAll({ where, limit: 1, ...finder(step), ...(runtime.dialect.traits.rowLocks ? { lock: true } : {}) })
  if (!row) throw noSuchRow(association.target, key, call)
  return row
}

const noSuchRow = (target: ModelClass, where: Readonly<Record<string, unknown>>, call: string): EmptyResultError =>
  new EmptyResultError(`${call}: there is no ${target.name} with ${describeKey(where)}. Nothing was changed.`)

export function isSameRow(a: ModelState, b: ModelState): boolean {
  if (a === b) return true
  const definition: ModelDefinition = definitionOf(a)
  const { primaryKey } = definition.shape
  if (primaryKey.length === 0) return false
  const types = primaryKey.map((attribute) => attribute.type)
  const keyOf = (row: ModelState): string | null =>
    compositeKeyText(
      primaryKey.map(({ attributeName }) => row._previous?.get(attributeName) ?? row.dataValues[attributeName]),
      types,
    )
  const key = keyOf(a)
  return key !== null && key === keyOf(b)
}

/** Brings the instances in memory to what the database has now. */
function remember(
  association: Association,
  source: ModelState,
  next: ModelState | null,
  released: readonly ModelState[],
): void {
  const { as, inverse } = association
  const former = source.dataValues[as]
  if (former instanceof ModelState && former !== next) {
    const state = released.find((row) => isSameRow(row, former))
    if (state) takeKeys(former, state, association)
    if (inverse && former.dataValues[inverse.as] === source) setRelation(former, inverse.as, null)
  }
  setRelation(source, as, next)
  if (next && association.saveOrder === 'after') {
    // Also where nothing had to be written: the instance may have been older than the link.
    for (const [name, value] of Object.entries(association.link(source, next).values)) {
      next.dataValues[name] = value
      next._previous?.delete(name)
    }
  }
  if (next && inverse && inverse.cardinality === 'one' && inverse.as in next.dataValues)
    setRelation(next, inverse.as, source)
}

/** Copies the key of a row that was released to another instance of it. */
function takeKeys(instance: ModelState, row: ModelState, association: Association): void {
  if (association.saveOrder !== 'after') return
  for (const name of association.foreignKeys) {
    instance.dataValues[name] = row.dataValues[name]
    instance._previous?.delete(name)
  }
}
