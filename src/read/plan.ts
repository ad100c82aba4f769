/**
 * A request → a plan: the statement's text, where each parameter's value comes from, and the reader of its rows. A plan holds no
 * values, so requests of one shape share it. Before: `read/request`; after: the executor, then `read/hydrate`.
 */
import type { Association } from '../association/association.js'
import { known } from '../base/known.js'
import { Lru } from '../base/lru.js'
import type { Origin, Statement } from '../connect/driver.js'
import { originOf } from '../connect/driver.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError, UnsupportedFeatureError } from '../errors/base.js'
import type { ModelShape } from '../model/definition.js'
import { installSelected } from '../model/state.js'
import { all, call, raw } from '../sql/expr.js'
import type { SelectNode } from '../sql/query.js'
import { select } from '../sql/query.js'
import { isPlain, mentionedAliases } from '../sql/walk.js'
import type { Reader } from './hydrate.js'
import { compileReader } from './hydrate.js'
import type { Branch } from './include.js'
import { joinsBelow, needsChoice, rootCondition } from './joins.js'
import { itemAt } from './lists.js'
import { isPaged, pagedSelect, rankedSelect } from './plan-paged.js'
import { joinSource } from './relation.js'
import type { FindRequest } from './request.js'
import { Slot } from './request.js'
import type { RowShape } from './row-shape.js'
import { branchesInOrder, layOut } from './row-shape.js'
import { shapeOf } from './shape.js'

/** A parameter: the value of a slot, or a constant of the plan. */
export interface Bind {
  readonly slot: number
  /** The place of the item, where the slot holds a list. */
  readonly at: number | null
  readonly constant: unknown
  readonly toBind: ((value: unknown) => unknown) | null
}

export interface Plan {
  readonly text: string
  readonly origin: Origin
  readonly binds: readonly Bind[]
  readonly shape: RowShape
  readonly read: Reader
  /** Plain joins to one-to-ones that the database does not hold: the reader looks out for parents that come twice. */
  readonly isWatched: boolean
  /** One row at most. */
  readonly single: boolean
  /** Expressions are among the columns: what they give has no declared type, and may be an integer beyond 2^53. */
  readonly wide: boolean
  /** See `Statement`. */
  readonly isPlainRead: boolean
  /** The one-to-ones that it may be, in the order of the tree. */
  readonly watches: readonly RowShape[]
}

/** What is known about all requests of one shape: the plans, and the one-to-ones among its joins that the database does not hold. */
export interface Route {
  readonly loose: readonly Association[]
  readonly needsExact: boolean
  plain: Plan | null
  exact: Plan | null
}

// ---------------------------------------------------------------- cache
const CAPACITY = 500
interface Cached {
  readonly runtime: Runtime
  readonly routes: Lru<string, Route>
}
// By shape: it is replaced whenever the definition changes, and shared by a model's scoped variants.
const caches = new WeakMap<ModelShape, Cached>()

/** The route of a request, from the cache where one of its shape is known. */
export function routeOf(request: FindRequest): Route {
  const { runtime, root } = request
  const { shape } = root.definition
  let cache = caches.get(shape)
  if (cache === undefined || cache.runtime !== runtime) {
    cache = { runtime, routes: new Lru(CAPACITY) }
    caches.set(shape, cache)
  }
  return known(cache.routes, shapeOf(request), () => {
    const loose = branchesBelow(root).filter(isLoose)
    return {
      loose: loose.map((branch) => branch.association!),
      needsExact: needsExactJoins(request, loose),
      plain: null,
      exact: null,
    }
  })
}

/** `exact`: see `read/joins`. */
export function planFor(request: FindRequest, exact: boolean, route: Route = routeOf(request)): Plan {
  const { plans } = request.runtime
  const compiled = exact ? route.exact : route.plain
  if (compiled !== null) {
    plans.hits += 1
    return compiled
  }
  plans.misses += 1
  const plan = compilePlan(request, exact)
  route[exact ? 'exact' : 'plain'] = plan
  return plan
}

/** The statement of a plan with a request's values. */
export function statementOf(plan: Plan, values: readonly unknown[]): Statement {
  const { binds } = plan
  const params = new Array<unknown>(binds.length)
  for (let at = 0; at < binds.length; at += 1) params[at] = boundValue(binds[at]!, values)
  const { text, single, wide, origin, isPlainRead } = plan
  return { text, params, mode: 'rows', single, wide, origin, isPlainRead }
}

function boundValue({ slot, at, constant, toBind }: Bind, values: readonly unknown[]): unknown {
  const given = slot === -1 ? constant : values[slot]
  const value = at === null ? given : itemAt(given as readonly unknown[], at)
  return value === null || toBind === null ? value : toBind(value)
}

/** Text and parameters of a statement whose values are slots. */
function printPlan(runtime: Runtime, node: SelectNode): { readonly text: string; readonly binds: readonly Bind[] } {
  const { dialect } = runtime
  const { text, params } = dialect.print(node)
  const binds = params.map(({ value, type }): Bind => {
    const isSlot = value instanceof Slot
    return {
      slot: isSlot ? value.index : -1,
      at: isSlot ? value.at : null,
      constant: isSlot ? null : value,
      toBind: type === null ? null : dialect.codec(type).toBind,
    }
  })
  return { text, binds }
}

// ---------------------------------------------------------------- compile
function compilePlan(request: FindRequest, exact: boolean): Plan {
  const { runtime, root, mode, group, distinct, echo, countRows } = request
  checkJoins(root, runtime)
  const asWritten =
    group.length > 0 ||
    distinct ||
    root.parts.selection.columns.some(({ expr, isAliased }) => isAliased && expr.kind === 'call')
  const isWatched = !exact && branchesBelow(root).some(isLoose)
  const { shape: laidOut, columns } = layOut(root, runtime.dialect, { mode, identifyRoot: isWatched, asWritten, echo })
  if (mode === 'instances') for (const branch of branchesInOrder(root)) showSelected(branch)
  const node = request.isPerKey
    ? rankedSelect(request, columns)
    : isPaged(request)
      ? pagedSelect(request, columns)
      : selectOf(request, columns, exact)
  const printed = countRows ? counted(node) : node
  const { text, binds } = printPlan(runtime, printed)
  const shape = countRows ? COUNT : laidOut
  const watches = isWatched ? watched(root, shape) : []
  const single =
    request.single &&
    !isWatched &&
    branchesBelow(root).every(({ association, joinType }) => association!.cardinality === 'one' && joinType !== 'right')
  const wide = columns.some(({ expr }) => expr.kind !== 'column')
  const origin = originOf(root.definition)
  const isPlainRead = request.lock === null && isPlain(printed)
  const read = compileReader(shape, mode, isWatched)
  return { text, origin, binds, shape, isWatched, watches, single, wide, isPlainRead, read }
}

/** Values that only this query has are properties of its instances, too. */
function showSelected({ definition, parts }: Branch): void {
  for (const { name } of parts.selection.columns) {
    if (name !== null && !definition.shape.attributes.has(name)) installSelected(definition.model, name)
  }
}

function selectOf(request: FindRequest, columns: SelectNode['columns'], exact: boolean): SelectNode {
  const { root, group, having, order, innerOrder, limit, offset, distinct, lock, indexHints, maxExecutionTimeMs } =
    request
  const source = joinSource(root.definition, root.alias)
  return select({
    distinct,
    columns: columns.length > 0 ? columns : [{ expr: raw('1'), alias: null }],
    from: indexHints.length > 0 ? { ...source, indexHints } : source,
    joins: joinsBelow(root, { exact }),
    where: rootCondition(request),
    groupBy: group,
    having,
    orderBy: innerOrder.length === 0 ? order : [...order, ...innerOrder],
    limit,
    offset,
    lock,
    ...(maxExecutionTimeMs === null ? {} : { maxExecutionTimeMs }),
  })
}

/** What reads the number of rows. */
const COUNT: RowShape = {
  branch: 0,
  as: '',
  path: '',
  cardinality: 'many',
  fields: [{ name: 'count', index: 0, fromRow: null }],
  open: [],
  presence: [],
  identity: [],
  hiddenKeys: [],
  children: [],
  queries: [],
  echo: [],
}
const counted = (rows: SelectNode): SelectNode =>
  select({
    columns: [{ expr: call('count', [{ kind: 'star', table: null }]), alias: 'count' }],
    from: { kind: 'derived', select: rows, alias: 'counted', lateral: false },
  })

function checkJoins(branch: Branch, runtime: Runtime): void {
  for (const child of branch.children) {
    if (child.joinType === 'right' && !runtime.dialect.traits.rightJoin) {
      throw new UnsupportedFeatureError(
        `right: true (include of ${child.tables.label}) is not available on ${runtime.dialect.name}, which has no RIGHT JOIN.`,
      )
    }
    if (child.strategy === 'join' && child.association!.cardinality === 'many') {
      for (const key of ['limit', 'offset'] as const) {
        if (child.options[key] !== undefined && child.options[key] !== null)
          throw new QueryError(
            `include of ${child.tables.label}: ${key} needs a query of its own for these rows: add separate: true.`,
          )
      }
    }
    checkJoins(child, runtime)
  }
}

// ---------------------------------------------------------------- plain or exact
/** A join to a one-to-one that may find several rows. */
const isLoose = (branch: Branch): boolean => branch.strategy === 'join' && needsChoice(branch)

/**
 * True when plain joins cannot be trusted: rows are counted by the database (LIMIT, GROUP BY, DISTINCT), filtered by a one-to-one that
 * is not unique, or cannot be told apart. Everything else is read by plain joins, and once more exactly if a parent comes twice.
 */
function needsExactJoins(request: FindRequest, loose: readonly Branch[]): boolean {
  const { root } = request
  if (loose.length === 0) return false
  if (loose.some((branch) => branch.association!.isOneOfMany)) return true
  if (request.limit !== null || request.offset !== null || request.group.length > 0 || request.distinct) return true
  if (
    root.definition.shape.primaryKey.length === 0 ||
    branchesBelow(root).some((branch) => branch.association!.cardinality === 'many')
  )
    return true
  if (
    root.parts.selection.columns.some(
      ({ expr }) => expr.kind === 'call' || expr.kind === 'raw' || expr.kind === 'template',
    )
  )
    return true
  const filters = all([request.where, request.having])
  if (filters === null) return false
  const aliases = loose.flatMap((branch) => [branch, ...branchesBelow(branch)]).map((branch) => branch.alias)
  return mentionedAliases(filters, aliases).size > 0
}

export const branchesBelow = (branch: Branch): readonly Branch[] =>
  branch.children.flatMap((child) => [child, ...branchesBelow(child)])

/** Shapes of the one-to-ones that may come twice, in the order of the tree. */
function watched(root: Branch, shape: RowShape): readonly RowShape[] {
  return shape.children.flatMap((child) => {
    const branch = root.children.find((candidate) => candidate.as === child.as)!
    return [...(needsChoice(branch) ? [child] : []), ...watched(branch, child)]
  })
}
