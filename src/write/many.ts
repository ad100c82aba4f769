/**
 * Writing across an association that leads to many rows: `addX`, `setX`, `removeX`, `createX`. Each call is one atomic step; when it fails,
 * the database and the instances are as they were. Comes from the mixins through `association.add` and its siblings. Rows that hold their
 * key themselves are written by `many-keys`, rows that are linked through a table by `many-between`.
 * Docs: associations/has-many, associations/belongs-to-many ("Association Methods").
 */
import type { Association } from '../association/association.js'
import type { Transaction } from '../connect/transaction.js'
import type { Runtime } from '../dialect/runtime.js'
import type { ModelState } from '../model/state.js'
import { setRelation } from '../model/state.js'
import { hasMany } from './get-many.js'
import { requireSource } from './get-one.js'
import { meansValues } from './identify.js'
import { newTarget } from './link.js'
import type { LinkStep } from './link-step.js'
import { finder, lockSource, requireSaved } from './link-step.js'
import { betweenRows } from './many-between.js'
import { rowsOfKeys } from './many-keys.js'
import type { Linker } from './many-step.js'
import type { Named } from './many-targets.js'
import { keyTexts, namedTargets, whereKeys } from './many-targets.js'
import type { WriteCall, WriteOptions } from './options.js'
import { checkOptions, execOf, stepOptions } from './options.js'
import { targetModel } from './public.js'
import { remembering } from './remember.js'
import type { Snapshot } from './snapshot.js'
import { restore, snapshot } from './snapshot.js'

export { countMany, getMany } from './get-many.js'

const linkerOf = (association: Association): Linker => (association.between ? betweenRows : rowsOfKeys)

/**
 * Links rows to the source beside those that are linked: instances (saved or not), primary keys, or values of new rows; one or a list.
 * Options of belongsToMany: `through`, the attributes of the rows between.
 * Throws EmptyResultError for a key without a row, ValidationError; nothing is written then.
 */
export async function addMany(
  runtime: Runtime,
  association: Association,
  source: ModelState,
  targets: unknown,
  options?: object,
): Promise<void> {
  const call = callOf(association, 'addMultiple', source, options, 'addMany')
  const named = targetsOf(association, source, targets, options, call)
  if (named.length === 0) return
  const linker = linkerOf(association)
  const step: Call = { runtime, association, source, call, options }
  await inStep(step, named, (link) => linker.add(link, named))
  await rememberAll(step, named, (list) => [...list, ...named])
}

/** Links these rows and unlinks all others. Null or an empty list unlinks all. Options as for `setX` of a hasOne. */
export async function setMany(
  runtime: Runtime,
  association: Association,
  source: ModelState,
  targets: unknown,
  options?: object,
): Promise<void> {
  const call = callOf(association, 'set', source, options, 'setMany')
  const named = targets === null ? [] : targetsOf(association, source, targets, options, call)
  const linker = linkerOf(association)
  const step: Call = { runtime, association, source, call, options }
  await remembering(runtime, source, (memory) =>
    inStep(
      step,
      named,
      async (link) => {
        await linker.set(link, named)
        const bring = await memoryAfter(link, named, () => named, true)
        memory.written(() => {
          forgetOthers(link, named)
          bring()
        })
      },
      true,
    ),
  )
}

/** Unlinks rows: instances or primary keys. Rows that are not linked stay as they are. Options: `destroy` deletes the rows. */
export async function removeMany(
  runtime: Runtime,
  association: Association,
  source: ModelState,
  targets: unknown,
  options?: object,
): Promise<void> {
  const call = callOf(association, 'removeMultiple', source, options, 'removeMany')
  const named = namedTargets(association, targets, call, () => null)
  const saved = named.filter((one) => keyTexts(association, [one])[0] !== null)
  if (saved.length === 0) return
  const linker = linkerOf(association)
  await inStep({ runtime, association, source, call, options }, saved, (link) => linker.remove(link, saved))
  const gone = new Set(keyTexts(association, saved))
  const step = stepFor({ runtime, association, source, call, options }, null)
  for (const one of saved) if ('instance' in one) linker.remember(step, one.instance, false)
  const list = source.dataValues[association.as]
  if (Array.isArray(list))
    setRelation(
      source,
      association.as,
      (list as ModelState[]).filter((row) => !gone.has(keyTexts(association, [{ instance: row }])[0]!)),
    )
}

/** Inserts a row that is linked to the source. Takes the arguments of the target's `create`. Resolves to the new instance. */
export async function createMany(
  runtime: Runtime,
  association: Association,
  source: ModelState,
  values?: object,
  options?: object,
): Promise<ModelState> {
  const call = callOf(association, 'create', source, options, 'createMany')
  const instance = newTarget(association, source, values, (options ?? {}) as WriteOptions, call)
  const linker = linkerOf(association)
  const named: Named[] = [{ instance }]
  const step: Call = { runtime, association, source, call, options }
  await inStep(step, named, (link) => linker.create(link, instance))
  await rememberAll(step, named, (list) => [...list, ...named])
  return instance
}

/** Whether all of these rows are associated. */
export async function hasAll(
  association: Association,
  source: ModelState,
  targets: unknown,
  options?: object,
): Promise<boolean> {
  requireSource(association, source, association.accessors.hasAll!)
  const call = `${association.source.name}.${association.accessors.hasAll}()`
  const named = namedTargets(association, targets, call, () => null)
  return await hasMany(association, source, named, options as WriteOptions | undefined)
}

// ---------------------------------------------------------------- the step

interface Call {
  readonly runtime: Runtime
  readonly association: Association
  readonly source: ModelState
  readonly call: string
  readonly options: object | undefined
}

function callOf(
  association: Association,
  verb: string,
  source: ModelState,
  options: object | undefined,
  kind: WriteCall,
): string {
  const call = `${association.source.name}.${association.accessors[verb]}()`
  requireSource(association, source, association.accessors[verb]!)
  checkOptions(options as WriteOptions | undefined, kind, call)
  requireSaved(source, call)
  return call
}

const targetsOf = (
  association: Association,
  source: ModelState,
  targets: unknown,
  options: object | undefined,
  call: string,
): Named[] =>
  namedTargets(association, targets, call, (values) =>
    meansValues(association, values)
      ? newTarget(association, source, values, (options ?? {}) as WriteOptions, call)
      : null,
  )

const stepFor = ({ options, ...call }: Call, transaction: Transaction | null): LinkStep => {
  const given = (options ?? {}) as WriteOptions
  return {
    ...call,
    options: given,
    step: { ...stepOptions(given), ...(transaction === null ? {} : { transaction }) },
    transaction: transaction as Transaction,
  }
}

/** The work as one atomic step; in a single statement it is one anyway. Instances are put back when it fails. */
async function inStep(
  call: Call,
  named: readonly Named[],
  work: (link: LinkStep) => Promise<void>,
  isReplacing = false,
): Promise<void> {
  const { runtime, association, source } = call
  const options = (call.options ?? {}) as WriteOptions
  const before = new Map<ModelState, Snapshot>()
  for (const one of named) if ('instance' in one) before.set(one.instance, snapshot(one.instance))
  const alone = stepFor(call, null)
  try {
    if (!isReplacing && linkerOf(association).isSingle(alone, named)) {
      await work(alone)
      return
    }
    await runtime.executor.atomic(execOf(options) ?? {}, async (transaction) => {
      if (isReplacing) await lockSource(runtime, source, transaction, options)
      await work(stepFor(call, transaction))
    })
  } catch (error) {
    for (const [instance, state] of before) restore(instance, state)
    throw error
  }
}

// ---------------------------------------------------------------- in memory

/**
 * Brings the instances to what the database has now. A list that the source holds stays complete: rows that were named by their keys are
 * fetched for it.
 */
async function rememberAll(
  call: Call,
  named: readonly Named[],
  next: (list: readonly Named[]) => readonly Named[],
): Promise<void> {
  const bring = await memoryAfter(stepFor(call, null), named, next, false)
  bring()
}

/** What brings the instances there, once the rows that are missing in memory are fetched. `isWhole`: the rows named are all there are. */
async function memoryAfter(
  step: LinkStep,
  named: readonly Named[],
  next: (list: readonly Named[]) => readonly Named[],
  isWhole: boolean,
): Promise<() => void> {
  const { association, source } = step
  const { as } = association
  const before = source.dataValues[as]
  const isKnown = Array.isArray(before)
  const list = ((isKnown ? before : []) as ModelState[]).map((instance): Named => ({ instance }))
  const rows =
    isKnown || (isWhole && named.every((one) => 'instance' in one)) ? await instancesOf(step, next(list), list) : null
  return () => {
    for (const one of named) if ('instance' in one) rememberLinked(step, one.instance)
    if (rows !== null) setRelation(source, as, rows)
  }
}

function rememberLinked(step: LinkStep, instance: ModelState): void {
  const { association, source } = step
  const { inverse } = association
  linkerOf(association).remember(step, instance, true)
  if (!inverse || !(inverse.as in instance.dataValues)) return
  const held = instance.dataValues[inverse.as]
  if (inverse.cardinality === 'one') setRelation(instance, inverse.as, source)
  else if (Array.isArray(held) && !held.includes(source)) setRelation(instance, inverse.as, [...held, source])
}

/** Rows of the list that the source holds, and that are not among those named, are linked no more. */
function forgetOthers(step: LinkStep, named: readonly Named[]): void {
  const { association, source } = step
  const before = source.dataValues[association.as]
  if (!Array.isArray(before)) return
  const kept = new Set(keyTexts(association, named))
  for (const row of before as ModelState[])
    if (!kept.has(keyTexts(association, [{ instance: row }])[0]!)) linkerOf(association).remember(step, row, false)
}

/** The rows as instances, each once: those that are there, else from the database. */
async function instancesOf(link: LinkStep, named: readonly Named[], known: readonly Named[]): Promise<ModelState[]> {
  const { association, source, step } = link
  const byKey = new Map<string | null, ModelState>()
  for (const one of [...known, ...named])
    if ('instance' in one) byKey.set(keyTexts(association, [one])[0]!, one.instance)
  const missing = named.filter((one) => !byKey.has(keyTexts(association, [one])[0]!))
  if (missing.length > 0) {
    const rows = await targetModel(association, source)
      .withoutScope()
      .findAll({ where: whereKeys(association.target, missing), ...finder(step) })
    for (const instance of rows) byKey.set(keyTexts(association, [{ instance }])[0]!, instance)
  }
  const found = named.map((one) => byKey.get(keyTexts(association, [one])[0]!))
  return [...new Set(found.filter((row) => row !== undefined))]
}
