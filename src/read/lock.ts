/**
 * `lock`, `skipLocked`, `noWait` of a find → the lock of its statement. `lock.of` names a model: its rows are locked by whichever statement
 * reads them, that of the find or those of includes with queries of their own. Neighbours: `read/request`, `read/separate`.
 * Docs: querying/transactions (locks).
 */
import { isPlainObject } from '../base/freeze.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError, UnsupportedFeatureError } from '../errors/base.js'
import type { ModelClass } from '../model/definition.js'
import type { LockClause } from '../sql/query.js'
import { show } from '../types/data-type.js'
import type { Branch } from './include.js'
import { expandAll, isSameModel, normaliseInclude } from './include-spelling.js'
import type { FindInput } from './options.js'

const STRENGTHS = new Set(['UPDATE', 'SHARE', 'KEY SHARE', 'NO KEY UPDATE'])

/**
 * The lock of the statement of `root`; null: none, or none of its rows are meant. On an engine without row locks (SQLite) a transaction that
 * writes holds the only write lock there is, so that nothing is left to lock or to skip: the options are checked and the clause is left out.
 */
export function normaliseLock(runtime: Runtime, options: FindInput, root: Branch): LockClause | null {
  const { lock } = options
  if (lock === undefined || lock === null || lock === false) return null
  const given = isPlainObject(lock) ? (lock.level ?? true) : lock
  const strength = given === true ? 'UPDATE' : given
  if (typeof strength !== 'string' || !STRENGTHS.has(strength))
    throw new QueryError(
      `lock of ${root.tables.label} is true, one of ${[...STRENGTHS].join(', ')}, or { level, of }, got ${show(lock)}.`,
    )
  const named = isPlainObject(lock) && lock.of !== undefined ? aliasesOf(lock.of, root) : null
  const { traits, name } = runtime.dialect
  if (!traits.rowLocks) return null
  if (options.skipLocked === true && !traits.skipLocked)
    throw new UnsupportedFeatureError(`skipLocked is not available on ${name}.`)
  if (named?.length === 0) return null
  return {
    strength: strength as LockClause['strength'],
    // An outer join's nullable side cannot be locked (PostgreSQL): the root's rows are what is meant.
    of: named ?? (hasOuterJoin(root) ? [root.alias] : []),
    skipLocked: options.skipLocked === true,
    noWait: options.noWait === true,
  }
}

/** The part of the find's `lock` that the query of an include takes over; undefined: none of its rows are meant. */
export function lockBelow(lock: unknown, branch: Branch): unknown {
  const of = isPlainObject(lock) ? lock.of : undefined
  return typeof of !== 'function' || readsModel(branch, of as unknown as ModelClass) ? lock : undefined
}

const hasOuterJoin = (branch: Branch): boolean =>
  branch.children.some((child) => child.strategy === 'join' && (child.joinType !== 'inner' || hasOuterJoin(child)))

/** Where the statement reads the model. None: only queries of includes do. */
function aliasesOf(model: unknown, root: Branch): readonly string[] {
  const found: string[] = []
  let isBelow = false
  const visit = (branch: Branch): void => {
    if (isSameModel(branch.model, model as ModelClass)) found.push(branch.alias)
    for (const child of branch.children) {
      if (child.strategy === 'join') visit(child)
      else isBelow ||= readsModel(child, model as ModelClass)
    }
  }
  if (typeof model === 'function') visit(root)
  if (found.length === 0 && !isBelow)
    throw new QueryError(
      `lock.of: ${typeof model === 'function' ? model.name : show(model)} is neither ${root.tables.label} nor included.`,
    )
  return found
}

/** Whether an include, the table between, or what is included below reads rows of the model. */
const readsModel = ({ model, children, options, definition }: Branch, wanted: ModelClass): boolean =>
  isSameModel(model, wanted) ||
  children.some((child) => child.isBetween && isSameModel(child.model, wanted)) ||
  includesModel(definition, options.include, wanted)

function includesModel(definition: Branch['definition'], include: unknown, wanted: ModelClass): boolean {
  if (include === undefined || include === null) return false
  return expandAll(definition, include).some((item) => {
    const { association, model, options } = normaliseInclude(definition, item)
    const { scopes } = model.modelDefinition
    return (
      isSameModel(model, wanted) ||
      isSameModel(association.between?.model ?? model, wanted) ||
      includesModel(model.modelDefinition, (scopes.resolve(options) as FindInput).include, wanted)
    )
  })
}
