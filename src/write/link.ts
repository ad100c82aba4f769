/**
 * Writing across a one-to-one: `setX`, `createX` and their relatives. Each call is one atomic step that looks at what is linked, validates
 * what will be, takes the old link away before it makes the new one, and then brings the instances in memory up to date; when it fails, the
 * database and the instances are as they were. Comes from the mixins through `association.set`.
 * Docs: associations/has-one, associations/belongs-to ("Association Methods").
 */
import type { Association } from '../association/association.js'
import { compositeKeyText } from '../association/key-text.js'
import { carryOut, promised } from '../base/steps.js'
import type { Transaction } from '../connect/transaction.js'
import type { Runtime } from '../dialect/runtime.js'
import { AssociationError } from '../errors/association.js'
import { QueryError } from '../errors/base.js'
import { UniqueConstraintError } from '../errors/validation.js'
import { ModelState, setRelation } from '../model/state.js'
import { show } from '../types/data-type.js'
import { requireSource } from './get-one.js'
import { identify, meansValues } from './identify.js'
import { setPair, swapPairs } from './link-pair.js'
import { setOnSource } from './link-source.js'
import { linkedRows, lockSource, requireSaved } from './link-step.js'
import { setOnTarget } from './link-target.js'
import type { WriteOptions } from './options.js'
import { checkOptions, execOf, stepOptions } from './options.js'
import { linkPlainly } from './plain-link.js'
import { asInstance, targetModel } from './public.js'
import { EXPECT_ROW } from './row.js'
import { setKey } from './snapshot.js'

export { getOne } from './get-one.js'

/**
 * Links a row to the source: an instance (saved or not), a primary key (of belongsTo: a value of the key referred to), values of a new row
 * (docs: querying/transactions), or null to unlink.
 * Resolves to the associated instance, or null.
 * Options of hasOne: `destroyPrevious`, `onReplace`, `steal`, `touch`, `fields`, `individualHooks`; of belongsTo: `save: false`.
 * Throws TypeError for undefined, EmptyResultError for a key without a row, ValidationError; nothing is written then.
 */
export function setOne(
  runtime: Runtime,
  association: Association,
  source: ModelState,
  target: unknown,
  options?: object,
): Promise<ModelState | null> {
  return promised(() => setOneNow(runtime, association, source, target, options))
}

function setOneNow(
  runtime: Runtime,
  association: Association,
  source: ModelState,
  target: unknown,
  options?: object,
): ModelState | null | Promise<ModelState | null> {
  const call = `${association.source.name}.${association.accessors.set}()`
  requireSource(association, source, association.accessors.set!)
  if (target === undefined)
    throw new TypeError(`${call} was called with undefined. Give an instance or a key; null unlinks.`)
  const given = (options ?? {}) as WriteOptions
  checkOptions(given, 'set', call)
  if (association.isOneOfMany)
    throw new AssociationError(
      `${call}: "${association.as}" is the one of many rows that its order says, so it cannot be set. Add a row with ${association.accessors.create}(), or by the hasMany of the same key.`,
    )
  const found = meansValues(association, target)
    ? { instance: newTarget(association, source, target, given, call) }
    : identify(association, target, call)
  if (association.isSymmetric) return setPair(runtime, association, source, found, given, call)
  if (association.saveOrder === 'after' && found !== null && 'instance' in found) {
    const linked = linkPlainly(runtime, association, source, found.instance, given)
    if (linked !== null) return linked
  }
  return association.saveOrder === 'after'
    ? carryOut(setOnTarget(runtime, association, source, found, given, call))
    : setOnSource(runtime, association, source, found, given, call)
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
  // One of many is put beside the others.
  const given: WriteOptions = association.isOneOfMany
    ? { ...options, replace: false }
    : ((options ?? {}) as WriteOptions)
  checkOptions(given, 'createOne', call)
  requireSaved(source, call)
  const instance = newTarget(association, source, values, given, call)
  if (association.isSymmetric) return (await setPair(runtime, association, source, { instance }, given, call))!
  if (association.saveOrder === 'after')
    return (await carryOut(setOnTarget(runtime, association, source, { instance }, given, call)))!
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
  // The pair is written when the new row is saved.
  if (association.isSymmetric) setRelation(instance, association.as, source)
  else if (association.saveOrder === 'after') setKey(instance, association.link(source, instance).values)
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
  if (association.isSymmetric) return await swapPairs(runtime, association, a, b, given, call)
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

export function newTarget(
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
  if (association.saveOrder !== 'after') return instance
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
