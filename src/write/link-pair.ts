/**
 * A symmetric association (a spouse): each row of a pair has the key of the other, and both are written in one step. Whoever was linked to
 * one of the two before is released. A part of `link`; comes from `nested` as well.
 */
import type { Association } from '../association/association.js'
import { compositeKeyText } from '../association/key-text.js'
import type { RetryOptions } from '../connect/retry.js'
import { withRetry } from '../connect/retry.js'
import type { Runtime } from '../dialect/runtime.js'
import { AssociationError } from '../errors/association.js'
import { QueryError } from '../errors/base.js'
import { DeadlockError, SerializationError } from '../errors/database.js'
import { forget, ModelState, setRelation } from '../model/state.js'
import { validateInstance } from '../model/validate.js'
import { Op } from '../sql/op.js'
import { PAIRED } from './bound.js'
import type { Identified } from './identify.js'
import type { LinkStep } from './link-step.js'
import { finder, isSameRow, requireSaved, rowOfKey, SAVE_OPTIONS } from './link-step.js'
import type { WriteOptions } from './options.js'
import { execOf, stepOptions } from './options.js'
import { asInstance, targetModel } from './public.js'
import { policyOf } from './release.js'
import { remembering } from './remember.js'
import { describeKey, EXPECT_ROW, missingRow } from './row.js'
import type { Snapshot } from './snapshot.js'
import { restore, setKey, snapshot } from './snapshot.js'

/** Links the two rows with each other (null: releases the source's partner). Answers with the partner. */
export async function setPair(
  runtime: Runtime,
  association: Association,
  source: ModelState,
  found: Identified,
  options: WriteOptions,
  call: string,
): Promise<ModelState | null> {
  requireSaved(source, call)
  if (options.save === false)
    throw new QueryError(`${call}: save: false is not possible here, because the key is written in both rows.`)
  const before = new Map<ModelState, Snapshot>([[source, snapshot(source)]])
  if (found !== null && 'instance' in found) before.set(found.instance, snapshot(found.instance))
  const attempt = async (): Promise<ModelState | null> => {
    try {
      return await writePair(runtime, association, source, found, options, call)
    } catch (error) {
      for (const [instance, state] of before) restore(instance, state)
      throw error
    }
  }
  // Two pairs that exchange partners lock the same rows from different ends. Only a step of its own can be done again.
  const isOwn = runtime.executor.currentTransaction(execOf(options)) === null
  return isOwn ? await withRetry(CROSSED, attempt) : await attempt()
}

const CROSSED: RetryOptions = {
  max: 25,
  match: [DeadlockError, SerializationError],
  backoffBase: 5,
  backoffExponent: 1.2,
}

async function writePair(
  runtime: Runtime,
  association: Association,
  source: ModelState,
  found: Identified,
  options: WriteOptions,
  call: string,
): Promise<ModelState | null> {
  return await remembering(runtime, source, (memory) =>
    runtime.executor.atomic(execOf(options) ?? {}, async (transaction) => {
      const step = { ...stepOptions(options), transaction }
      const link: LinkStep = { runtime, association, source, call, options, step, transaction }
      const target = found === null ? null : 'instance' in found ? found.instance : await rowOfKey(link, found)
      const released = await pair(link, target)
      memory.written(() => remember(association, source, target, released))
      return target
    }),
  )
}

/** Exchanges the partners of two rows. */
export async function swapPairs(
  runtime: Runtime,
  association: Association,
  a: ModelState,
  b: ModelState,
  options: WriteOptions,
  call: string,
): Promise<void> {
  await runtime.executor.atomic(execOf(options) ?? {}, async (transaction) => {
    const step = { ...stepOptions(options), transaction }
    const partnerOf = async (row: ModelState): Promise<ModelState | null> =>
      (
        await targetModel(association, row)
          .withoutScope()
          .findAll({ where: pointingTo(association, row), limit: 1, ...finder(step) })
      )[0] ?? null
    const [ofA, ofB] = [await partnerOf(a), await partnerOf(b)]
    if (ofA !== null && isSameRow(ofA, b)) return
    const set = (row: ModelState, partner: ModelState | null): Promise<unknown> =>
      setPair(runtime, association, row, partner === null ? null : { instance: partner }, { ...step }, call)
    await set(a, ofB)
    await set(b, ofA)
  })
}

/** The key of a row that is linked to `row`, as attributes and as a condition. */
function pointingTo(association: Association, row: ModelState): Readonly<Record<string, unknown>> {
  const values = association.link(row, row).values
  for (const [name, value] of Object.entries(values)) {
    if ((value ?? null) !== null) continue
    throw new AssociationError(
      `This ${association.source.name} has no value for the key that ${name} of "${association.as}" refers to, so nothing can be linked to it.`,
    )
  }
  return values
}

const isPointing = (association: Association, row: ModelState, to: ModelState): boolean =>
  Object.entries(association.link(to, to).values).every(([name, value]) => {
    const types = [association.source.modelDefinition.attribute(name).type]
    return compositeKeyText([row.dataValues[name]], types) === compositeKeyText([value], types)
  })

/** Writes the pair. Answers with the rows that have no partner any more. */
async function pair(link: LinkStep, target: ModelState | null): Promise<readonly ModelState[]> {
  const { association, source, options, call } = link
  const isNew = target?.isNewRecord === true
  if (target !== null && !isNew && isSameRow(source, target))
    throw new AssociationError(`${call}: a ${association.source.name} cannot be its own ${association.as}.`)
  const both = target === null || isNew ? [source] : [source, target]
  const rows = await rowsAround(link, both)
  const rowOf = (instance: ModelState): ModelState => {
    const row = rows.find((candidate) => isSameRow(candidate, instance))
    if (!row) throw missingRow(association.source.modelDefinition.modelName, instance.where())
    return row
  }
  const stored = both.map(rowOf)
  const isLinked =
    target !== null &&
    !isNew &&
    isPointing(association, stored[0]!, stored[1]!) &&
    isPointing(association, stored[1]!, stored[0]!)
  const partners = isLinked ? [] : rows.filter((row) => !stored.includes(row))
  const former = partners.filter((row) => isPointing(association, row, source))
  const robbed = partners.filter((row) => !former.includes(row))
  const policy = policyOf(link)
  if (policy === 'restrict' && former.length > 0)
    throw new AssociationError(
      `${call}: the ${association.source.name} has a ${association.as} already (${describeKey(former[0]!.where())}), and onReplace of "${association.as}" is "restrict". Release that one first, with ${association.accessors.set}(null).`,
    )
  if (options.replace === false && former.length > 0)
    throw new AssociationError(
      `${call}: the ${association.source.name} has a ${association.as} already (${describeKey(former[0]!.where())}), and replace is false: there can be no second one.`,
    )
  if (options.steal === false && robbed.length > 0)
    throw new AssociationError(
      `${call}: the other ${association.source.name} has a ${association.as} already (${describeKey(robbed[0]!.where())}), and steal is false.`,
    )
  if (isLinked) {
    await saveFields(link, target)
    for (const [index, instance] of both.entries()) takeKeys(association, instance, stored[index]!)
    return []
  }
  if (target !== null) await prepare(link, target)
  const reason = target === null ? 'unset' : 'replace'
  for (const row of former) {
    if (policy === 'delete') await asInstance(row).destroy({ ...link.step, association, reason })
    else await release(link, row, reason)
  }
  for (const row of robbed) await release(link, row, reason)
  if (target === null) await release(link, source, reason)
  else {
    await attach(link, target, source, options)
    await attach(link, source, target, {})
  }
  return partners
}

/** The rows of the two, and those that are linked to one of them: locked in the order of their keys, so that nobody waits for each other. */
async function rowsAround(link: LinkStep, both: readonly ModelState[]): Promise<ModelState[]> {
  const { association, source, step, runtime } = link
  const { shape } = association.source.modelDefinition
  return await targetModel(association, source)
    .withoutScope()
    .findAll({
      where: {
        [Op.or]: both.flatMap((instance) => [instance.where(), pointingTo(association, instance)]),
      },
      order: shape.primaryKey.map((attribute) => attribute.attributeName),
      paranoid: false,
      ...finder(step),
      ...(runtime.dialect.traits.rowLocks ? { lock: true } : {}),
    })
}

/** Validates the key that the target will have, and all of a new one, before anything is written. */
async function prepare({ association, source, options }: LinkStep, target: ModelState): Promise<void> {
  const values = pointingTo(association, source)
  setKey(target, values)
  if (options.validate === false) return
  const asked = (options.fields as string[] | undefined) ?? []
  await validateInstance(target, {
    fields: target.isNewRecord && asked.length === 0 ? undefined : [...asked, ...Object.keys(values)],
    skip: options.skip as string[] | undefined,
    hooks: options.hooks !== false,
  })
}

async function release(link: LinkStep, row: ModelState, reason: string): Promise<void> {
  const { values } = link.association.unlink()
  setKey(row, values)
  await saveKey(link, row, Object.keys(values), reason, {})
}

/** The key of one of the two; a new row is inserted with it, and `fields` of the call are saved with it. */
async function attach(link: LinkStep, row: ModelState, to: ModelState, options: WriteOptions): Promise<void> {
  const values = pointingTo(link.association, to)
  setKey(row, values)
  await saveKey(link, row, Object.keys(values), 'assign', options)
}

async function saveKey(
  { association, step }: LinkStep,
  row: ModelState,
  keys: readonly string[],
  reason: string,
  options: WriteOptions,
): Promise<void> {
  const asked = options.fields as string[] | undefined
  const save: Record<PropertyKey, unknown> = { ...step, association, reason, validate: false, [PAIRED]: true }
  for (const name of SAVE_OPTIONS) if (options[name] !== undefined) save[name] = options[name]
  if (row.isNewRecord) {
    await asInstance(row).save(asked ? { ...save, fields: [...asked, ...keys] } : save)
    return
  }
  const fields = [...keys, ...(asked ?? [])]
  await asInstance(row).save({ ...save, fields, defaultFields: fields, [EXPECT_ROW]: true })
}

async function saveFields(link: LinkStep, target: ModelState): Promise<void> {
  if (Array.isArray(link.options.fields)) await saveKey(link, target, [], 'assign', link.options)
}

/** Brings an instance to what its row has. */
function takeKeys(association: Association, instance: ModelState, row: ModelState | null): void {
  for (const name of Object.keys(association.unlink().values)) {
    instance.dataValues[name] = row === null ? null : row.dataValues[name]
    forget(instance, name)
  }
}

/** Brings the instances in memory to what the database has now. */
function remember(
  association: Association,
  source: ModelState,
  next: ModelState | null,
  released: readonly ModelState[],
): void {
  const { as } = association
  for (const [instance, partner] of [
    [source, next],
    [next, source],
  ] as const) {
    const held = instance?.dataValues[as]
    if (!(held instanceof ModelState) || held === partner) continue
    if (!released.some((row) => isSameRow(row, held))) continue
    takeKeys(association, held, null)
    if (held.dataValues[as] instanceof ModelState) setRelation(held, as, null)
  }
  setRelation(source, as, next)
  if (next !== null && as in next.dataValues) setRelation(next, as, source)
}
