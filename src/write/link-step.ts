/**
 * What the steps of a link share: the lock, the rows that are linked, the row of a key, and whether two instances are the same row.
 * For `link`, `link-target` and `link-source`.
 */
import type { Association } from '../association/association.js'
import { compositeKeyText } from '../association/key-text.js'
import type { Transaction } from '../connect/transaction.js'
import type { Runtime } from '../dialect/runtime.js'
import { AssociationError } from '../errors/association.js'
import { EmptyResultError, InstanceError } from '../errors/base.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelClass, ModelDefinition } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import { column, compare, param } from '../sql/expr.js'
import type { SelectNode } from '../sql/query.js'
import { select } from '../sql/query.js'
import type { Identified } from './identify.js'
import type { WriteOptions } from './options.js'
import { execOf } from './options.js'
import { targetModel } from './public.js'
import { definitionOf, describeKey, rowOf } from './row.js'
import { run } from './statements.js'

/** A key that was given instead of an instance. */
export type Key = Exclude<Identified, null | { readonly instance: ModelState }>

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

/** Options of a call that concern the save of a row in it. */
export const SAVE_OPTIONS = ['silent', 'returning', 'omitNull', 'raw', 'ignoreDuplicates'] as const

export function requireSaved(source: ModelState, call: string): void {
  if (!source.isNewRecord) return
  throw new InstanceError(
    `${call}: this ${definitionOf(source).modelName} has not been saved, so nothing can be linked to it. Save it first, or create both at once with \`include\`.`,
  )
}

/** Keeps others from changing links of the same source until the step is over, where the engine locks rows. */
export async function lockSource(
  runtime: Runtime,
  source: ModelState,
  transaction: Transaction,
  options: WriteOptions,
): Promise<void> {
  if (!runtime.dialect.traits.rowLocks) return
  const definition = definitionOf(source)
  const node = lockNode(definition, rowOf(source, definition, 'set()'))
  await run(runtime, node, { ...execOf(options), transaction })
}

/** What locks the row with this key. */
export const lockNode = (
  { table }: ModelDefinition,
  key: readonly { readonly attribute: Attribute; readonly value: unknown }[],
): SelectNode =>
  select({
    columns: key.map(({ attribute }) => ({ expr: column(null, attribute.columnName), alias: null })),
    from: { kind: 'table', table, alias: null },
    where: {
      kind: 'logic',
      op: 'and',
      items: key.map(({ attribute, value }) =>
        compare(column(null, attribute.columnName), '=', param(value, attribute.type)),
      ),
    },
    lock: { strength: 'UPDATE', of: [], skipLocked: false, noWait: false },
  })

export const finder = (step: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const { context: _context, ...rest } = step
  return rest
}

/** The values that a linked row has. Throws where the source has no key. */
export function keyOfSource(association: Association, source: ModelState): Readonly<Record<string, unknown>> {
  const { values } = association.link(source, source)
  for (const { from, to } of association.keys) {
    if ((values[to] ?? null) !== null) continue
    throw new AssociationError(
      `This ${association.source.name} has no value for ${from}, which "${association.as}" refers to, so nothing can be linked to it.`,
    )
  }
  return values
}

/** Rows that are linked to the source in the database, whatever scopes the target has; the winner first. */
export async function linkedRows(
  runtime: Runtime,
  association: Association,
  source: ModelState,
  step: Readonly<Record<string, unknown>>,
  isVisible: boolean,
): Promise<ModelState[]> {
  if (association.saveOrder === 'after') keyOfSource(association, source)
  const batch = association.batch([source])
  if (batch === null) return []
  const order =
    association.order ?? association.target.modelDefinition.shape.primaryKey.map((attribute) => attribute.attributeName)
  return await targetModel(association, source)
    .withoutScope()
    .findAll({
      where: batch.where,
      ...(isVisible ? {} : { paranoid: false }),
      ...(order.length > 0 ? { order } : {}),
      ...finder(step),
      ...(locksTargets(runtime, step) ? { lock: true } : {}),
    })
}

/**
 * A step of its own has locked the source already, which keeps other links of it away. Where a search with a lock locks what is not there,
 * two steps on different sources would only block each other.
 */
function locksTargets({ dialect }: Runtime, { transaction }: Readonly<Record<string, unknown>>): boolean {
  const { rowLocks, gapLocks } = dialect.traits
  // A savepoint's step stands in a transaction that may have begun to read long ago.
  return rowLocks && !(gapLocks === true && (transaction as Transaction | undefined)?.parent === null)
}

export async function rowOfKey(
  { association, source, step, call, runtime }: LinkStep,
  { key, where }: Key,
): Promise<ModelState> {
  const [row] = await targetModel(association, source)
    .withoutScope()
    .findAll({ where, limit: 1, ...finder(step), ...(runtime.dialect.traits.rowLocks ? { lock: true } : {}) })
  if (!row) throw noSuchRow(association.target, key, call)
  return row
}

export const noSuchRow = (
  target: ModelClass,
  where: Readonly<Record<string, unknown>>,
  call: string,
): EmptyResultError =>
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
