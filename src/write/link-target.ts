/**
 * A link whose key lies on the target (hasOne): look at what is linked, validate what will be, release the old, attach the new.
 * A part of `link`; `release` deals with rows that lose their place.
 */
import type { Association } from '../association/association.js'
import type { Steps } from '../base/steps.js'
import { carryOut, oneAfterTheOther, wait } from '../base/steps.js'
import type { Transaction } from '../connect/transaction.js'
import type { Runtime } from '../dialect/runtime.js'
import { AssociationError } from '../errors/association.js'
import { QueryError } from '../errors/base.js'
import type { ModelState } from '../model/state.js'
import { validation } from '../model/validate.js'
import type { Identified } from './identify.js'
import { instancesOf } from './increment.js'
import type { LinkStep } from './link-step.js'
import { isSameRow, keyOfSource, linkedRows, lockSource, requireSaved, rowOfKey, SAVE_OPTIONS } from './link-step.js'
import type { WriteOptions } from './options.js'
import { execOf, stepOptions } from './options.js'
import { asInstance, savePublicly, targetModel } from './public.js'
import { needsRows, release } from './release.js'
import { Memory, remember } from './remember.js'
import { definitionOf, describeKey, EXPECT_ROW } from './row.js'
import { restore, setKey, snapshot } from './snapshot.js'
import type { Condition } from './statements.js'
import { selectColumns } from './statements.js'

/** Links the row that was found (null: unlinks). Answers with it, without a promise where nothing has to be waited for. */
export function* setOnTarget(
  runtime: Runtime,
  association: Association,
  source: ModelState,
  found: Identified,
  options: WriteOptions,
  call: string,
): Steps<ModelState | null> {
  requireSaved(source, call)
  if (options.save === false)
    throw new QueryError(
      `${call}: save: false is not possible here, because the foreign key lies on ${association.target.name}, whose row has to be written. It is an option of belongsTo.`,
    )
  const before = found !== null && 'instance' in found ? snapshot(found.instance) : null
  const memory = new Memory(runtime, source)
  function* inStep(transaction: Transaction): Steps<ModelState | null> {
    const step = { ...stepOptions(options), transaction }
    const { next, gone } = yield* linking({ runtime, association, source, call, options, step, transaction }, found)
    memory.written(() => remember(association, source, next, gone))
    return next
  }
  try {
    const next = yield* wait(
      runtime.executor.atomicNow(execOf(options) ?? {}, (transaction) => carryOut(inStep(transaction))),
    )
    memory.committed()
    return next
  } catch (error) {
    memory.failed()
    if (before !== null && found !== null && 'instance' in found) restore(found.instance, before)
    throw error
  }
}

interface Linked {
  readonly next: ModelState | null
  /** Rows that have lost their place. */
  readonly gone: readonly ModelState[]
}

function* linking(link: LinkStep, found: Identified): Steps<Linked> {
  const { runtime, source, options, step, transaction } = link
  const linked = yield* oneAfterTheOther(
    transaction.pipelines,
    () => runtime.dialect.traits.rowLocks && lockSource(runtime, source, transaction, options),
    () => (options.replace === false ? wait<readonly ModelState[]>([]) : linkedBefore(link)),
  )
  const target = found === null ? null : 'instance' in found ? found.instance : yield* wait(rowOfKey(link, found))
  const isLinked = target !== null && !target.isNewRecord && linked.some((row) => isSameRow(row, target))
  const others = target === null ? linked : linked.filter((row) => !isSameRow(row, target))
  if (target !== null && !isLinked) yield* prepare(link, target)
  if (target === null || (isLinked && !Array.isArray(options.fields))) yield* release(link, others, target)
  else
    yield* oneAfterTheOther(
      // One statement each, and no hook between them.
      transaction.pipelines && !target.isNewRecord && !needsRows(link),
      () => carryOut(release(link, others, target)),
      () => wait(attach(link, target)),
    )
  if (options.touch === true) yield* wait(touch(source, step))
  return { next: target, gone: others }
}

/** Rows that are linked now, soft-deleted ones too: whole rows where they are needed, else their keys. */
function* linkedBefore(link: LinkStep): Steps<readonly ModelState[]> {
  const { runtime, association, source, step, transaction, options } = link
  const target = targetModel(association, source)
  const { shape } = target.modelDefinition
  const scope = Object.values(association.scope ?? {})
  const isSimple = shape.primaryKey.length > 0 && !scope.some((value) => typeof value === 'object' && value !== null)
  if (!isSimple || runtime.dialect.traits.rowLocks || needsRows(link))
    return yield* wait(linkedRows(runtime, association, source, step, false))
  const wanted =
    shape.deletedAt === null
      ? shape.primaryKey
      : [...shape.primaryKey, target.modelDefinition.attribute(shape.deletedAt)]
  const where = Object.entries(keyOfSource(association, source)).map(
    ([name, value]): Condition => ({ attribute: target.modelDefinition.attribute(name), op: '=', value }),
  )
  const exec = { ...execOf(options), transaction }
  const { rows } = yield* wait(selectColumns(runtime, target.modelDefinition, wanted, where, exec))
  return instancesOf(runtime, target, wanted, rows)
}

/** Gives the target its key and validates it, before anything is written. */
function* prepare({ association, source, options, call }: LinkStep, target: ModelState): Steps<void> {
  const { values } = association.link(source, target)
  if (options.steal === false && !target.isNewRecord) refuseToSteal(association, target, call)
  setKey(target, values)
  if (options.validate === false) return
  const fields = target.isNewRecord
    ? (options.fields as string[] | undefined)
    : [...Object.keys(values), ...((options.fields as string[] | undefined) ?? [])]
  yield* validation(target, {
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
function attach({ runtime, association, source, options, step }: LinkStep, target: ModelState): unknown {
  const keys = Object.keys(association.link(source, target).values)
  const save: Record<string, unknown> = { ...step, association, reason: 'assign', validate: false }
  for (const name of SAVE_OPTIONS) if (options[name] !== undefined) save[name] = options[name]
  const asked = options.fields as string[] | undefined
  if (target.isNewRecord) return savePublicly(runtime, target, asked ? { ...save, fields: [...asked, ...keys] } : save)
  const fields = [...keys, ...(asked ?? [])]
  return savePublicly(runtime, target, { ...save, fields, defaultFields: fields, [EXPECT_ROW]: true })
}

async function touch(source: ModelState, step: Readonly<Record<string, unknown>>): Promise<void> {
  const { updatedAt } = definitionOf(source).shape
  if (updatedAt === null) return
  source.changed(updatedAt, true)
  await asInstance(source).save({ ...step, fields: [updatedAt] })
}
