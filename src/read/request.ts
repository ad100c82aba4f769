/**
 * A user's options object → a frozen `FindRequest`: read once, never written to. Values stand in `values`, and the expressions hold
 * numbered slots instead of them, so that two requests which differ only in values have the same shape and share one plan.
 * Next on the way: `read/plan`.
 */

import { isPlainObject } from '../base/freeze.js'
import { known } from '../base/known.js'
import { shorten, suggestion } from '../base/names.js'
import type { ExecOptions } from '../connect/executor.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError, UnsupportedFeatureError } from '../errors/base.js'
import type { ModelClass } from '../model/definition.js'
import type { Expr, OrderItem } from '../sql/expr.js'
import { column } from '../sql/expr.js'
import { isFragment } from '../sql/fragments.js'
import type { IndexHint, LockClause } from '../sql/query.js'
import type { DataType } from '../types/data-type.js'
import { show } from '../types/data-type.js'
import { toExpr } from './expression.js'
import type { Branch } from './include.js'
import { growTree, isSameModel } from './include.js'
import { normaliseGroup, normaliseOrder } from './order.js'
import { EMPTY_SELECTION, normaliseAttributes } from './selection.js'
import type { StatementScope } from './tables.js'
import { Tables } from './tables.js'
import { normaliseWhere } from './where.js'

export type FindInput = Readonly<Record<string, unknown>>

/** Stands in a parameter for the value of that number. */
export class Slot {
  constructor(readonly index: number) {}
}
const slots: Slot[] = []
const slot = (index: number): Slot => (slots[index] ??= new Slot(index))

/** `instances`; `rows`: plain objects with dotted keys; `nested`: plain objects in plain objects. */
export type ResultMode = 'instances' | 'rows' | 'nested'

export interface FindRequest {
  readonly runtime: Runtime
  readonly model: ModelClass
  readonly root: Branch
  readonly mode: ResultMode
  readonly where: Expr | null
  readonly group: readonly Expr[]
  readonly having: Expr | null
  readonly order: readonly OrderItem[]
  readonly limit: Expr | null
  readonly offset: Expr | null
  readonly distinct: boolean
  readonly lock: LockClause | null
  readonly indexHints: readonly IndexHint[]
  readonly maxExecutionTimeMs: number | null
  readonly subQuery: boolean | null
  /** Attributes of the root whose raw values the caller wants beside the items. */
  readonly echo: readonly string[]
  /** The number of rows instead of the rows. */
  readonly countRows: boolean
  /** By slot. */
  readonly values: readonly unknown[]
  readonly exec: ExecOptions
}

export const FIND_OPTIONS: ReadonlySet<string> = new Set([
  'where',
  'attributes',
  'include',
  'order',
  'group',
  'having',
  'limit',
  'offset',
  'distinct',
  'paranoid',
  'lock',
  'skipLocked',
  'noWait',
  'raw',
  'nest',
  'plain',
  'rejectOnEmpty',
  'hooks',
  'noHooks',
  'logging',
  'benchmark',
  'logQueryParameters',
  'transaction',
  'connection',
  'useMaster',
  'searchPath',
  'replacements',
  'bind',
  'retry',
  'signal',
  'subQuery',
  'minifyAliases',
  'indexHints',
  'tableHints',
  'maxExecutionTimeHintMs',
  'includeIgnoreAttributes',
])
const BOOLEANS = [
  'distinct',
  'paranoid',
  'skipLocked',
  'noWait',
  'raw',
  'nest',
  'plain',
  'hooks',
  'subQuery',
  'minifyAliases',
  'includeIgnoreAttributes',
  'benchmark',
  'useMaster',
] as const

const NO_ECHO: readonly string[] = Object.freeze([])

export function checkOptions(options: FindInput, known: ReadonlySet<string>, model: ModelClass, method: string): void {
  for (const key in options) {
    if (!known.has(key) && options[key] !== undefined)
      throw new QueryError(`Unknown option "${key}" in ${model.name}.${method}().${suggestion(key, known)}`)
  }
  for (const key of BOOLEANS) {
    const value = options[key]
    if (value !== undefined && value !== null && typeof value !== 'boolean')
      throw new QueryError(`${model.name}.${method}(): ${key} is true or false, got ${show(value)}.`)
  }
}

/** The scope of one statement: values become slots. `values` fills up while the request is read. */
export function statementScope(runtime: Runtime, options: FindInput, values: unknown[]): StatementScope {
  const { replacements, bind } = options
  for (const [name, given] of [
    ['replacements', replacements],
    ['bind', bind],
  ] as const) {
    if (given !== undefined && given !== null && !Array.isArray(given) && !isPlainObject(given))
      throw new QueryError(`${name} is an array or an object of values, got ${show(given)}.`)
  }
  return {
    runtime,
    placeholders: { replacements: replacements as unknown[] | undefined, bind: bind as unknown[] | undefined },
    param: (value: unknown, type: DataType | null) => ({ kind: 'param', value: slot(values.push(value) - 1), type }),
    condition: normaliseWhere,
    aliasOf: aliases(
      runtime,
      options.minifyAliases === true || (options.minifyAliases === undefined && runtime.options.minifyAliases),
    ),
  }
}

function aliases(runtime: Runtime, minify: boolean): (path: string) => string {
  const max = runtime.dialect.traits.maxIdentifierLength
  if (!minify) return (path) => (path.length * 4 <= max ? path : shorten(path, max))
  const given = new Map<string, string>()
  return (path) => known(given, path, () => `_${given.size}`)
}

export function normaliseFind(
  runtime: Runtime,
  model: ModelClass,
  options: FindInput,
  echo: readonly string[] = NO_ECHO,
): FindRequest {
  checkOptions(options, FIND_OPTIONS, model, 'findAll')
  const values: unknown[] = []
  const statement = statementScope(runtime, options, values)
  const mode: ResultMode = options.raw === true ? (options.nest === true ? 'nested' : 'rows') : 'instances'
  const root = growTree(model, options, statement, { allowQueries: mode === 'instances' && isEmpty(options.group) })
  readParts(root, options.includeIgnoreAttributes !== false)
  const { tables } = root
  const where = normaliseWhere(options.where, tables)
  const group = normaliseGroup(options.group, root)
  const having = isEmpty(options.having) ? null : normaliseWhere(options.having, havingTables(root))
  const given = normaliseOrder(options.order, root)
  const limit = count(options.limit, 'limit', tables)
  const offset = count(options.offset, 'offset', tables)
  const isSingle = limit !== null && offset === null && isPositive(options.limit) && pinsKey(root, where)
  const request: FindRequest = {
    runtime,
    model,
    root,
    mode,
    where,
    group,
    having,
    order:
      given.length === 0 && limit !== null && !isSingle && group.length === 0 && options.distinct !== true
        ? defaultOrder(root)
        : given,
    // One row at most: there is nothing to limit, and to-many rows beside it are not cut off.
    limit: isSingle ? null : limit,
    offset,
    distinct: options.distinct === true,
    lock: normaliseLock(runtime, options, root),
    indexHints: normaliseHints(runtime, options),
    maxExecutionTimeMs: executionTime(runtime, options),
    subQuery: (options.subQuery as boolean | undefined) ?? null,
    echo,
    countRows: false,
    values,
    exec: execOptions(options),
  }
  return Object.freeze(request)
}

const isPositive = (limit: unknown): boolean => typeof limit === 'number' && limit > 0
/** The condition fixes every part of the primary key. */
function pinsKey({ definition, alias }: Branch, where: Expr | null): boolean {
  const { primaryKey } = definition.shape
  if (where === null || primaryKey.length === 0) return false
  const conditions = where.kind === 'logic' && where.op === 'and' ? where.items : [where]
  return primaryKey.every((attribute) =>
    conditions.some(
      (condition) =>
        condition.kind === 'compare' &&
        condition.op === '=' &&
        condition.right.kind === 'param' &&
        condition.left.kind === 'column' &&
        condition.left.table === alias &&
        condition.left.column === attribute.columnName,
    ),
  )
}

const isEmpty = (given: unknown): boolean =>
  given === undefined || given === null || (Array.isArray(given) && given.length === 0)

/** Second step of a tree: columns and conditions, parents first. Also where slots get their order. */
export function readParts(branch: Branch, withAttributes: boolean): void {
  const { options, tables, parent, strategy, isRequired } = branch
  if (strategy === 'query' && !isRequired) return
  branch.parts = {
    selection:
      parent !== null && (!withAttributes || strategy === 'query')
        ? EMPTY_SELECTION
        : normaliseAttributes(options.attributes, tables),
    where: parent === null ? null : normaliseWhere(options.where, tables),
    on: parent === null ? null : normaliseWhere(options.on, tables),
  }
  // Below a query of its own nothing is selected here.
  for (const child of branch.children) readParts(child, withAttributes && strategy === 'join')
}

/** HAVING may name aliases of the selection; they stand for their expressions, since not every engine knows aliases there. */
export function havingTables({ tables, parts }: Branch): Tables {
  const aliased = parts.selection.columns.filter((selected) => selected.isAliased && selected.name !== null)
  return new Tables(
    tables.statement,
    tables.model,
    tables.alias,
    tables.label,
    tables.parent,
    tables.follow,
    new Map(aliased.map(({ name, expr }) => [name!, expr])),
  )
}

/** `LIMIT` without an order would take any rows: the primary key decides (v7). Without one, and for aggregates, nothing can. */
function defaultOrder({ definition, alias, parts }: Branch): readonly OrderItem[] {
  if (!parts.selection.isDefault && parts.selection.columns.some(({ expr }) => isAggregate(expr))) return []
  return definition.shape.primaryKey.map((attribute) => ({
    expr: column(alias, attribute.columnName),
    direction: null,
    nulls: null,
  }))
}
const AGGREGATE =
  /^(?:count|sum|min|max|avg|total|group_concat|string_agg|array_agg|json_agg|jsonb_agg|json_group_array|json_arrayagg|distinct|bool_and|bool_or|every|std|stddev|variance)$/i
const AGGREGATE_CALL = /\b(?:count|sum|min|max|avg|total|group_concat|string_agg|array_agg|distinct)\s*\(/i
function isAggregate(expr: Expr): boolean {
  if (expr.kind === 'call') return AGGREGATE.test(expr.name)
  if (expr.kind === 'raw') return AGGREGATE_CALL.test(expr.sql)
  if (expr.kind === 'template')
    return expr.texts.some((text) => AGGREGATE_CALL.test(text)) || expr.exprs.some(isAggregate)
  return expr.kind === 'cast' ? isAggregate(expr.expr) : false
}

function count(given: unknown, name: 'limit' | 'offset', tables: Tables): Expr | null {
  if (given === undefined || given === null) return null
  if (isFragment(given)) return toExpr(given, tables, name)
  const number = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given
  if (
    typeof number === 'bigint' ? number < 0n : typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0
  ) {
    throw new QueryError(`${name} of ${tables.label} is a whole number from 0, got ${show(given)}.`)
  }
  return tables.statement.param(number, null)
}

// ---------------------------------------------------------------- locks, hints
const STRENGTHS = new Set(['UPDATE', 'SHARE', 'KEY SHARE', 'NO KEY UPDATE'])

/**
 * On an engine without row locks (SQLite) a transaction that writes holds the only write lock there is, so that nothing is left to lock
 * or to skip: the options are checked and the clause is left out.
 */
function normaliseLock(runtime: Runtime, options: FindInput, root: Branch): LockClause | null {
  const { lock } = options
  if (lock === undefined || lock === null || lock === false) return null
  let strength: unknown = lock === true ? 'UPDATE' : lock
  let of: readonly string[] = []
  if (isPlainObject(lock)) {
    strength = lock.level ?? 'UPDATE'
    if (lock.level === true) strength = 'UPDATE'
    of = lock.of === undefined ? [] : aliasesOf(lock.of, root)
  } else if (hasOuterJoin(root)) of = [root.alias]
  if (typeof strength !== 'string' || !STRENGTHS.has(strength))
    throw new QueryError(
      `lock of ${root.tables.label} is true, one of ${[...STRENGTHS].join(', ')}, or { level, of }, got ${show(lock)}.`,
    )
  const { traits, name } = runtime.dialect
  if (!traits.rowLocks) return null
  if (options.skipLocked === true && !traits.skipLocked)
    throw new UnsupportedFeatureError(`skipLocked is not available on ${name}.`)
  return {
    strength: strength as LockClause['strength'],
    of,
    skipLocked: options.skipLocked === true,
    noWait: options.noWait === true,
  }
}

const hasOuterJoin = (branch: Branch): boolean =>
  branch.children.some((child) => child.strategy === 'join' && (child.joinType !== 'inner' || hasOuterJoin(child)))

function aliasesOf(model: unknown, root: Branch): readonly string[] {
  const found: string[] = []
  const visit = (branch: Branch): void => {
    if (typeof model === 'function' && isSameModel(branch.model, model as ModelClass)) found.push(branch.alias)
    for (const child of branch.children) visit(child)
  }
  visit(root)
  if (found.length === 0)
    throw new QueryError(
      `lock.of: ${typeof model === 'function' ? model.name : show(model)} is neither ${root.tables.label} nor included.`,
    )
  return found
}

function normaliseHints(runtime: Runtime, options: FindInput): readonly IndexHint[] {
  const { dialect } = runtime
  if (!isEmpty(options.tableHints))
    throw new UnsupportedFeatureError(`tableHints are not available on ${dialect.name}.`)
  if (options.searchPath !== undefined && options.searchPath !== null && dialect.supports.searchPath !== true) {
    throw new UnsupportedFeatureError(
      `searchPath is not available on ${dialect.name}, which has no search path of schemas.`,
    )
  }
  const { indexHints } = options
  if (isEmpty(indexHints)) return []
  if (!dialect.traits.indexHints) throw new UnsupportedFeatureError(`indexHints are not available on ${dialect.name}.`)
  if (!Array.isArray(indexHints))
    throw new QueryError(`indexHints is an array of { type, values }, got ${show(indexHints)}.`)
  return indexHints.map((hint: unknown) => {
    const { type, values } = (hint ?? {}) as { type?: unknown; values?: unknown }
    if (!['USE', 'FORCE', 'IGNORE'].includes(type as string) || !Array.isArray(values))
      throw new QueryError(`${show(hint)} is no index hint. Write { type: IndexHints.USE, values: ['index_name'] }.`)
    return { type: type as IndexHint['type'], values: values.map(String) }
  })
}

function executionTime(runtime: Runtime, { maxExecutionTimeHintMs: ms }: FindInput): number | null {
  if (ms === undefined || ms === null) return null
  if (runtime.dialect.supports.maxExecutionTimeHint !== true)
    throw new UnsupportedFeatureError(`maxExecutionTimeHintMs is not available on ${runtime.dialect.name}.`)
  if (!Number.isSafeInteger(ms) || (ms as number) < 0)
    throw new QueryError(`maxExecutionTimeHintMs is a number of milliseconds, got ${show(ms)}.`)
  return ms as number
}

const EXEC_KEYS = [
  'transaction',
  'connection',
  'logging',
  'benchmark',
  'logQueryParameters',
  'useMaster',
  'signal',
  'retry',
] as const
const NO_EXEC: ExecOptions = Object.freeze({})
/** The options that concern the way to the database. */
export function execOptions(options: FindInput): ExecOptions {
  let exec: Record<string, unknown> | null = null
  for (const key of EXEC_KEYS) {
    const value = options[key]
    if (value === undefined || (value === null && key !== 'transaction')) continue
    exec ??= {}
    exec[key] = value
  }
  return exec === null ? NO_EXEC : (exec as ExecOptions)
}
