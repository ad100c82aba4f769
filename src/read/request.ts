/**
 * A user's options object → a frozen `FindRequest`: read once, never written to. Values stand in `values`, and the expressions hold
 * numbered slots instead of them, so that two requests which differ only in values have the same shape and share one plan.
 * Next on the way: `read/plan`.
 */

import { isPlainObject } from '../base/freeze.js'
import { known } from '../base/known.js'
import { shorten } from '../base/names.js'
import type { ExecOptions } from '../connect/executor.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError } from '../errors/base.js'
import type { ModelClass } from '../model/definition.js'
import type { Expr, OrderItem } from '../sql/expr.js'
import { column } from '../sql/expr.js'
import { isFragment } from '../sql/fragments.js'
import type { PlaceholderValues } from '../sql/placeholders.js'
import type { IndexHint, LockClause } from '../sql/query.js'
import type { DataType } from '../types/data-type.js'
import { show } from '../types/data-type.js'
import { apartBelow, apartFromGroups } from './apart.js'
import { toExpr } from './expression.js'
import { refuseUngrouped } from './grouped.js'
import type { Branch } from './include.js'
import { growTree } from './include.js'
import { normaliseLock } from './lock.js'
import type { FindInput } from './options.js'
import { checkOptions, execOptions, executionTime, FIND_OPTIONS, isEmpty, normaliseHints, RARE } from './options.js'
import { normaliseGroup, normaliseOrder } from './order.js'
import { EMPTY_SELECTION, normaliseAttributes } from './selection.js'
import type { DefaultStrategy } from './strategy.js'
import { defaultStrategy } from './strategy.js'
import type { StatementScope } from './tables.js'
import { Tables } from './tables.js'
import { normaliseWhere } from './where.js'

export type { FindInput } from './options.js'

/** Stands in a parameter for the value of that number; with `at`, for one of its items. */
export class Slot {
  constructor(
    readonly index: number,
    readonly at: number | null = null,
  ) {}
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
  /** Order of joined rows below their parents: after `order`, and no part of what a limit counts. */
  readonly innerOrder: readonly OrderItem[]
  readonly limit: Expr | null
  readonly offset: Expr | null
  readonly distinct: boolean
  /** One row of the root at most is wanted, and there can be one only. */
  readonly single: boolean
  readonly lock: LockClause | null
  readonly indexHints: readonly IndexHint[]
  readonly maxExecutionTimeMs: number | null
  /** How includes are read that do not say it, also those of queries below. */
  readonly byDefault: DefaultStrategy
  readonly subQuery: boolean | null
  /** Attributes of the root, or expressions, whose raw values the caller wants beside the items. */
  readonly echo: readonly (string | Expr)[]
  /** The rows of each value of `echo` are numbered: those after `offset` are wanted, up to `limit`. */
  readonly isPerKey: boolean
  /** The number of rows instead of the rows. */
  readonly countRows: boolean
  /** By slot. */
  readonly values: readonly unknown[]
  readonly exec: ExecOptions
}

const NO_ECHO: readonly string[] = Object.freeze([])

/** The scope of one statement: values become slots. `values` fills up while the request is read. */
export class RequestScope implements StatementScope {
  readonly values: unknown[] = []
  readonly placeholders: PlaceholderValues
  readonly condition = normaliseWhere
  readonly #aliases: Map<string, string> | null

  constructor(
    readonly runtime: Runtime,
    { replacements, bind, minifyAliases }: FindInput,
  ) {
    this.placeholders =
      replacements === undefined && bind === undefined ? NO_PLACEHOLDERS : placeholdersOf(replacements, bind)
    this.#aliases = (minifyAliases ?? runtime.options.minifyAliases) === true ? new Map() : null
  }

  param(value: unknown, type: DataType | null): Expr {
    return { kind: 'param', value: slot(this.values.push(value) - 1), type }
  }

  list(values: readonly unknown[], type: DataType, places: number): readonly Expr[] {
    const index = this.values.push(values) - 1
    return Array.from({ length: places }, (_, at) => ({ kind: 'param', value: new Slot(index, at), type }))
  }

  aliasOf(path: string): string {
    const given = this.#aliases
    if (given !== null) return known(given, path, () => `_${given.size}`)
    const max = this.runtime.dialect.traits.maxIdentifierLength
    return path.length * 4 <= max ? path : shorten(path, max)
  }
}
const NO_PLACEHOLDERS: PlaceholderValues = Object.freeze({})

function placeholdersOf(replacements: unknown, bind: unknown): PlaceholderValues {
  for (const [name, given] of Object.entries({ replacements, bind })) {
    if (!isPlainObject(given) && !Array.isArray(given) && given !== undefined && given !== null)
      throw new QueryError(`${name} is an array or an object of values, got ${show(given)}.`)
  }
  return { replacements, bind } as PlaceholderValues
}

export function normaliseFind(
  runtime: Runtime,
  model: ModelClass,
  options: FindInput,
  echo: readonly string[] = NO_ECHO,
  isPerKey = false,
): FindRequest {
  const joined = requestOf(runtime, model, options, echo, isPerKey, NONE_APART)
  if (joined.root.children.length === 0 || joined.mode !== 'instances') return joined
  // Which includes can have queries of their own, though none was asked for, is seen in the whole request.
  const apart = joined.group.length > 0 ? apartFromGroups(joined) : mayDivide(joined) ? apartBelow(joined) : NONE_APART
  const request = apart === NONE_APART ? joined : requestOf(runtime, model, options, echo, isPerKey, apart)
  if (request.group.length > 0) refuseUngrouped(request)
  return request
}
const NONE_APART: ReadonlySet<string> = new Set()

/** Whether a default asks for queries of includes, and rows of the root are what is read: no different values, no rows of a join. */
const mayDivide = ({ root, distinct, subQuery }: FindRequest): boolean =>
  branchesBelow(root).some((branch) => branch.isAskedApart) &&
  !distinct &&
  subQuery !== false &&
  !root.parts.selection.columns.some(({ expr }) => isAggregate(expr))

const branchesBelow = (branch: Branch): readonly Branch[] =>
  branch.children.flatMap((child) => [child, ...branchesBelow(child)])

function requestOf(
  runtime: Runtime,
  model: ModelClass,
  options: FindInput,
  echo: readonly string[],
  isPerKey: boolean,
  apart: ReadonlySet<string>,
): FindRequest {
  const bits = checkOptions(options, FIND_OPTIONS, model, 'findAll')
  const rare = bits & RARE ? options : NO_OPTIONS
  const scope = new RequestScope(runtime, options)
  const mode: ResultMode = options.raw === true ? (options.nest === true ? 'nested' : 'rows') : 'instances'
  const byDefault = defaultStrategy(runtime, model, options)
  const root = growTree(model, options, scope, {
    allowQueries: mode === 'instances' && isEmpty(rare.group),
    byDefault: byDefault.strategy,
    apart,
  })
  readParts(root, options.includeIgnoreAttributes !== false)
  const { tables } = root
  const where = normaliseWhere(options.where, tables)
  const group = normaliseGroup(rare.group, root)
  const having = isEmpty(rare.having) ? null : normaliseWhere(rare.having, havingTables(root))
  const given = normaliseOrder(options.order, root)
  const limit = count(isPerKey ? lastPlace(options) : options.limit, 'limit', tables)
  const offset = count(options.offset, 'offset', tables)
  const distinct = rare.distinct === true
  const isSingle = !isPerKey && limit !== null && offset === null && isPositive(options.limit) && pinsKey(root, where)
  const needsOrder = given.length === 0 && limit !== null && !isSingle && group.length === 0 && !distinct
  const request: FindRequest = {
    runtime,
    model,
    root,
    mode,
    where,
    group,
    having,
    order: needsOrder ? defaultOrder(root) : given,
    innerOrder: root.children.length === 0 ? NO_ORDER : orderBelow(root),
    // One row at most: there is nothing to limit, and to-many rows beside it are not cut off.
    limit: isSingle ? null : limit,
    offset,
    distinct,
    single: isSingle,
    lock: normaliseLock(runtime, rare, root),
    indexHints: rare === NO_OPTIONS ? NO_HINTS : normaliseHints(runtime, rare),
    maxExecutionTimeMs: executionTime(runtime, rare),
    byDefault,
    subQuery: ((rare.subQuery ?? rare.subquery) as boolean | undefined) ?? null,
    echo,
    isPerKey,
    countRows: false,
    values: scope.values,
    exec: execOptions(options, bits),
  }
  return Object.freeze(request)
}
const NO_OPTIONS: FindInput = Object.freeze({})

/** The number of the last row that is wanted of each key. */
function lastPlace({ limit, offset }: FindInput): unknown {
  if (limit === undefined || limit === null || offset === undefined || offset === null) return limit
  if (typeof limit === 'number' && typeof offset === 'number') return limit + offset
  throw new QueryError(
    `limit and offset for each parent are numbers, got ${show(typeof limit === 'number' ? offset : limit)}.`,
  )
}
const NO_ORDER: readonly OrderItem[] = Object.freeze([])

/** `order` of joined includes. Each stands below the keys of what is above it, so that it moves no parents. */
function orderBelow(branch: Branch): readonly OrderItem[] {
  const below = branch.children.flatMap((child): readonly OrderItem[] => {
    if (child.strategy === 'query' || child.isBetween) return NO_ORDER
    const { order } = child.options
    const own = child.association!.cardinality === 'many' && !isEmpty(order) ? normaliseOrder(order, child) : NO_ORDER
    const inner = child.children.length === 0 ? NO_ORDER : orderBelow(child)
    return own.length === 0 ? inner : [...own, ...inner]
  })
  if (below.length === 0) return NO_ORDER
  const isOne = branch.association?.cardinality === 'one'
  return isOne ? below : [...keyOrder(branch), ...below]
}
const keyOrder = ({ definition, alias }: Branch): readonly OrderItem[] =>
  definition.shape.primaryKey.map((attribute) => ({
    expr: column(alias, attribute.columnName),
    direction: null,
    nulls: null,
  }))
const NO_HINTS: readonly IndexHint[] = Object.freeze([])

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
    'having',
  )
}

/** `LIMIT` without an order would take any rows: the primary key decides (v7). Without one, and for aggregates, nothing can. */
function defaultOrder(root: Branch): readonly OrderItem[] {
  const { selection } = root.parts
  if (!selection.isDefault && selection.columns.some(({ expr }) => isAggregate(expr))) return []
  return keyOrder(root)
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

export function count(given: unknown, name: 'limit' | 'offset', tables: Tables): Expr | null {
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
