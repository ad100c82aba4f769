/**
 * A new row with the new rows of its one-to-ones, and nothing around any of them: no hooks, no versions, no options that change what is
 * written. Such a graph is a list, each row behind the one that gives it its key, so it needs none of the bookkeeping with which `nested` walks
 * through any other. The rows are those of `plain-save`, in the order in which `nested` would write them.
 */
import type { Association } from '../association/association.js'
import type { ExecOptions } from '../connect/executor.js'
import type { Transaction } from '../connect/transaction.js'
import type { Runtime } from '../dialect/runtime.js'
import type { ModelDefinition } from '../model/definition.js'
import { ModelState } from '../model/state.js'
import { agree } from './agree.js'
import type { WriteOptions } from './options.js'
import { execOf, stepOptions } from './options.js'
import { isInsertPlain, plainInsert, plainWish } from './plain-save.js'
import { definitionOf, saveOne } from './row.js'
import type { Snapshot } from './snapshot.js'
import { restore, snapshot } from './snapshot.js'

interface Row {
  readonly instance: ModelState
  readonly definition: ModelDefinition
  /** What gives the row its key; null: it is the root. */
  readonly holder: { readonly instance: ModelState; readonly association: Association } | null
}

/** What is to be written, in its order; null: `nested` has to walk. */
export function plainRows(
  runtime: Runtime,
  root: ModelState,
  options: WriteOptions | undefined,
): readonly Row[] | null {
  const wish = plainWish(root, definitionOf(root), options)
  if (wish === null || wish.fields !== null) return null
  const rows: Row[] = []
  return collect(runtime, rows, root, null) ? rows : null
}

function collect(runtime: Runtime, rows: Row[], instance: ModelState, holder: Row['holder']): boolean {
  const definition = definitionOf(instance)
  if (!instance.isNewRecord || !isInsertPlain(runtime, definition)) return false
  for (let index = 0; index < rows.length; index += 1) if (rows[index]!.instance === instance) return false
  rows.push({ instance, definition, holder })
  const { dataValues } = instance
  for (const association of definition.associations.values()) {
    const held = dataValues[association.as]
    if (typeof held !== 'object' || held === null) continue
    if (
      !(held instanceof ModelState) ||
      association.cardinality !== 'one' ||
      association.saveOrder !== 'after' ||
      association.isSymmetric === true ||
      !collect(runtime, rows, held, { instance, association })
    )
      return false
  }
  return true
}

/** Writes all rows or none; on failure the instances are as they were. Without a promise where nothing has to be waited for. */
export function savePlainRows(
  runtime: Runtime,
  rows: readonly Row[],
  options: WriteOptions | undefined,
): void | Promise<void> {
  const before: Snapshot[] = []
  const fail = (error: unknown): never => {
    for (let index = 0; index < before.length; index += 1) restore(rows[index]!.instance, before[index]!)
    throw error
  }
  try {
    const written = runtime.executor.atomicNow(execOf(options) ?? NO_OPTIONS, (transaction) =>
      insertFrom(0, { runtime, rows, options, transaction, exec: execIn(transaction, options), before }),
    )
    return written instanceof Promise ? written.catch(fail) : undefined
  } catch (error) {
    return fail(error)
  }
}
const NO_OPTIONS: ExecOptions = Object.freeze({})

interface Work {
  readonly runtime: Runtime
  readonly rows: readonly Row[]
  readonly options: WriteOptions | undefined
  readonly transaction: Transaction
  readonly exec: ExecOptions
  /** How the rows were that have been begun. */
  readonly before: Snapshot[]
}

/** Of the options that leave a save plain, those that the executor reads. */
function execIn(transaction: Transaction, options: WriteOptions | undefined): ExecOptions {
  const { logging, benchmark, connection } = (execOf(options) ?? NO_OPTIONS) as ExecOptions
  return { transaction, logging, benchmark, connection }
}

function insertFrom(first: number, work: Work): void | Promise<void> {
  const { runtime, rows, options, transaction, exec, before } = work
  const validate = options?.validate !== false
  for (let at = first; at < rows.length; at += 1) {
    const { instance, definition, holder } = rows[at]!
    before.push(snapshot(instance))
    if (holder !== null) {
      const { values } = holder.association.link(holder.instance, instance)
      agree(instance, values, holder.association, holder.instance, true)
    }
    const isLast = at > 0 && at === rows.length - 1 && transaction.pipelines
    const outcome =
      plainInsert(runtime, instance, definition, isLast ? { ...exec, isLast } : exec, validate) ??
      saveOne(runtime, instance, definition, optionsOf(work, instance))
    if (outcome instanceof Promise) return outcome.then(() => insertFrom(at + 1, work))
  }
  return undefined
}

/** The options of a row that is not plain after all, because a value of it is SQL. */
function optionsOf({ rows, options, transaction }: Work, instance: ModelState): WriteOptions {
  const root = rows[0]!.instance
  if (instance === root) return { ...options, transaction }
  const validate = options?.validate
  return { ...stepOptions(options), transaction, ...(validate === undefined ? {} : { validate }), parentRecord: root }
}
