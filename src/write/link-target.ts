/**
 * A link whose key lies on the target (hasOne): look at what is linked, validate what will be, release the old, attach the new.
 * A part of `link`; `release` deals with rows that lose their place.
 */
import type { Association } from '../association/association.js'
import type { Runtime } from '../dialect/runtime.js'
import { AssociationError } from '../errors/association.js'
import { QueryError } from '../errors/base.js'
import type { ModelState } from '../model/state.js'
import { validateInstance } from '../model/validate.js'
import type { Identified } from './identify.js'
import { instancesOf } from './increment.js'
import type { LinkStep } from './link-step.js'
import {
  isSameRow,
  keyOfSource,
  linkedRows,
  lockSource,
  remember,
  requireSaved,
  rowOfKey,
  SAVE_OPTIONS,
} from './link-step.js'
import type { WriteOptions } from './options.js'
import { execOf, stepOptions } from './options.js'
import { asInstance, targetModel } from './public.js'
import { needsRows, release } from './release.js'
import { definitionOf, describeKey, EXPECT_ROW } from './row.js'
import { restore, setKey, snapshot } from './snapshot.js'
import type { Condition } from './statements.js'
import { selectColumns } from './statements.js'

/** Links the row that was found (null: unlinks). Answers with it. */
export async function setOnTarget(
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
      if (runtime.dialect.traits.rowLocks) await lockSource(runtime, source, transaction, options)
      const linked = options.replace === false ? [] : await linkedBefore(link)
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

/** Rows that are linked now, soft-deleted ones too: whole rows where they are needed, else their keys. */
async function linkedBefore(link: LinkStep): Promise<ModelState[]> {
  const { runtime, association, source, step, transaction, options } = link
  const target = targetModel(association, source)
  const { shape } = target.modelDefinition
  const scope = Object.values(association.scope ?? {})
  const isSimple = shape.primaryKey.length > 0 && !scope.some((value) => typeof value === 'object' && value !== null)
  if (!isSimple || runtime.dialect.traits.rowLocks || needsRows(link))
    return await linkedRows(runtime, association, source, step, false)
  const wanted =
    shape.deletedAt === null
      ? shape.primaryKey
      : [...shape.primaryKey, target.modelDefinition.attribute(shape.deletedAt)]
  const where = Object.entries(keyOfSource(association, source)).map(
    ([name, value]): Condition => ({ attribute: target.modelDefinition.attribute(name), op: '=', value }),
  )
  const { rows } = await selectColumns(runtime, target.modelDefinition, wanted, where, {
    ...execOf(options),
    transaction,
  })
  return instancesOf(runtime, target, wanted, rows)
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
