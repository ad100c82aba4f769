/**
 * What happens to rows that lose their place to another one: their key is nulled, they are deleted, or the whole step is refused, as the
 * association (`onReplace`) or the call (`destroyPrevious`) says. A step of `link`.
 */
import type { OnReplace } from '../association/association.js'
import type { Steps } from '../base/steps.js'
import { wait } from '../base/steps.js'
import { AssociationError } from '../errors/association.js'
import { QueryError } from '../errors/base.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelDefinition } from '../model/definition.js'
import { wantsHook } from '../model/hooks.js'
import type { ModelState } from '../model/state.js'
import { markPersisted } from '../model/state.js'
import type { Expr } from '../sql/expr.js'
import { all, column, compare, not, param } from '../sql/expr.js'
import type { QueryNode } from '../sql/query.js'
import { versionStep } from './destroy.js'
import type { LinkStep } from './link-step.js'
import { execOf, hookOptionsOf } from './options.js'
import { asInstance, targetModel } from './public.js'
import { describeKey, rowOf } from './row.js'
import { setKey } from './snapshot.js'
import type { Condition } from './statements.js'
import { conditionOf, run, updateRows, valueNode } from './statements.js'

/** Who listens to one of these wants each row written by itself. */
export const UPDATE_HOOKS = [
  'beforeValidate',
  'afterValidate',
  'beforeUpdate',
  'afterUpdate',
  'beforeSave',
  'afterSave',
] as const

/** Releases `rows`, which are linked to the source, and brings them up to date; `next` takes their place (null: nobody). */
export function* release(link: LinkStep, rows: readonly ModelState[], next: ModelState | null): Steps<void> {
  if (rows.length === 0) return
  const { association, options, call } = link
  const policy = policyOf(link)
  const { possible, values } = association.unlink()
  const living = rows.filter((row) => !isDeleted(row))
  if (policy === 'restrict' && living.length > 0) {
    throw new AssociationError(
      `${call}: the ${association.source.name} has a ${association.target.name} already (${describeKey(keyOf(living[0]!))}), and onReplace of "${association.as}" is "restrict". Delete or move that one first.`,
    )
  }
  if (policy === 'nullify' && !possible) {
    throw new AssociationError(
      `${call}: onReplace is "nullify", but ${association.target.name}.${association.foreignKeys.join(', ')} cannot be null. Use "delete" or "restrict".`,
    )
  }
  if (policy === 'delete') for (const row of living) yield* wait(remove(link, row, next))
  // Soft-deleted rows lose their key as well: restored, they would be a second one.
  const released = policy === 'delete' ? rows.filter((row) => isDeleted(row)) : rows
  if (!possible || released.length === 0) return
  const keys =
    options.clearScopeOnUnset === true
      ? { ...values, ...Object.fromEntries(Object.keys(association.scope ?? {}).map((name) => [name, null])) }
      : values
  if (policy !== 'delete' && wantsRows(link))
    for (const row of released) yield* wait(saveReleased(link, row, keys, next))
  else yield* nullify(link, released, keys, next)
}

export const FIND_HOOKS = [
  'beforeFind',
  'beforeFindAfterExpandIncludeAll',
  'beforeFindAfterOptions',
  'afterFind',
] as const

/** Whether rows that are released are needed as they are, or only their keys: where nobody listens, one statement releases all. */
export function needsRows(link: LinkStep): boolean {
  if (policyOf(link) === 'delete' || wantsRows(link)) return true
  const { hooks } = definitionOfTarget(link)
  return FIND_HOOKS.some((name) => hooks.has(name))
}

/** What becomes of rows that lose their place: what the call says, else what the association does. */
export function policyOf({ association, options, call }: LinkStep): OnReplace {
  const { destroyPrevious, onReplace } = options
  if (destroyPrevious !== undefined && destroyPrevious !== false) return 'delete'
  if (onReplace === undefined || onReplace === null) return association.onReplace
  if (onReplace !== 'nullify' && onReplace !== 'delete' && onReplace !== 'restrict')
    throw new QueryError(`${call}: onReplace must be "nullify", "delete" or "restrict".`)
  return onReplace
}

function definitionOfTarget({ association, source }: LinkStep): ModelDefinition {
  return targetModel(association, source).modelDefinition
}

function isDeleted(row: ModelState): boolean {
  const { deletedAt } = (row.constructor as unknown as { modelDefinition: ModelDefinition }).modelDefinition.shape
  return deletedAt !== null && row.isSoftDeleted()
}

const keyOf = (row: ModelState): Record<string, unknown> => row.where()

/** Each row is loaded and saved where somebody listens; else one statement does. */
function wantsRows(link: LinkStep): boolean {
  if (link.options.individualHooks === true) return true
  const { hooks } = definitionOfTarget(link)
  return UPDATE_HOOKS.some((name) => wantsHook(hooks, name, hookOptionsOf(link.options)))
}

const reasonOf = (next: ModelState | null): string => (next === null ? 'unset' : 'replace')

async function saveReleased(
  { association, options, step }: LinkStep,
  row: ModelState,
  values: Readonly<Record<string, unknown>>,
  next: ModelState | null,
): Promise<void> {
  setKey(row, values)
  const fields = Object.keys(values)
  await asInstance(row).save({
    ...step,
    fields,
    defaultFields: fields,
    association,
    reason: reasonOf(next),
    ...(options.silent === undefined ? {} : { silent: options.silent }),
  })
}

async function remove(
  { association, options, step }: LinkStep,
  row: ModelState,
  next: ModelState | null,
): Promise<void> {
  const { destroyPrevious } = options
  const wishes = typeof destroyPrevious === 'object' && destroyPrevious !== null ? destroyPrevious : {}
  await asInstance(row).destroy({
    ...step,
    ...(options.force === undefined ? {} : { force: options.force }),
    ...wishes,
    association,
    reason: reasonOf(next),
  })
}

/** One statement for all: every row with the source's key, except the one that is to keep it. */
function* nullify(
  link: LinkStep,
  rows: readonly ModelState[],
  values: Readonly<Record<string, unknown>>,
  next: ModelState | null,
): Steps<void> {
  const { runtime, association, source, options, transaction } = link
  const definition = definitionOfTarget(link)
  const { shape } = definition
  const attributes: Attribute[] = Object.keys(values).map((name) => definition.attribute(name))
  const written: unknown[] = attributes.map(({ attributeName }) => values[attributeName])
  if (shape.updatedAt !== null && options.silent !== true) {
    attributes.push(definition.attribute(shape.updatedAt))
    written.push(new Date())
  }
  const where: Condition[] = Object.entries(association.link(source, rows[0]!).values).map(([name, value]) => ({
    attribute: definition.attribute(name),
    op: '=',
    value,
  }))
  const kept = next !== null && !next.isNewRecord ? rowOf(next, definition, 'set()') : []
  const exec = { ...execOf(options), transaction }
  if (kept.length <= 1 && shape.version === null) {
    const others = [...where, ...kept.map((one): Condition => ({ ...one, op: '<>' }))]
    yield* wait(updateRows(runtime, definition, attributes, written, others, [], exec))
  } else {
    const except: Expr | null =
      kept.length === 0
        ? null
        : not(
            all(
              kept.map(({ attribute, value }) =>
                compare(column(null, attribute.columnName), '=', param(value, attribute.type)),
              ),
            )!,
          )
    const set = [
      ...attributes.map((attribute, index) => ({
        column: attribute.columnName,
        value: valueNode(runtime, definition, attribute, written[index]),
      })),
      ...versionStep(definition),
    ]
    const node: QueryNode = {
      kind: 'update',
      table: definition.table,
      set,
      where: all([conditionOf(where), except]),
      orderBy: [],
      limit: null,
      returning: [],
    }
    yield* wait(run(runtime, node, exec))
  }
  for (const row of rows)
    markPersisted(
      row,
      Object.fromEntries(attributes.map(({ attributeName }, index) => [attributeName, written[index]])),
      attributes.map((attribute) => attribute.attributeName),
    )
}
