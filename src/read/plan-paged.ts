/**
 * LIMIT beside to-many joins: the page of parents is chosen in a derived table, and the joins are made to it, so that `limit: n` is
 * n parents and all of their rows; and `limit` for each parent, of a query that reads the rows of many. One-to-ones never need this. Neighbour: `read/plan`.
 */
import type { Expr, OrderItem } from '../sql/expr.js'
import { all, call, column, compare } from '../sql/expr.js'
import type { SelectItem, SelectNode } from '../sql/query.js'
import { select } from '../sql/query.js'
import { mentionedAliases, partsOf, walk } from '../sql/walk.js'
import type { Branch } from './include.js'
import { joinsBelow, rootCondition } from './joins.js'
import { joinSource } from './relation.js'
import type { FindRequest } from './request.js'

export function isPaged({ root, limit, offset, group, subQuery, mode }: FindRequest): boolean {
  if ((limit === null && offset === null) || group.length > 0 || subQuery === false || mode !== 'instances')
    return false
  return joinedMany(root).some((branch) => branch.options.duplicating !== false && branch.options.subQuery !== false)
}

const joinedMany = (branch: Branch): readonly Branch[] =>
  branch.children
    .filter((child) => child.strategy === 'join')
    .flatMap((child) => (child.association!.cardinality === 'many' ? [child] : joinedMany(child)))

export function pagedSelect(request: FindRequest, columns: readonly SelectItem[]): SelectNode {
  const { root, where, order, innerOrder, limit, offset, lock } = request
  const { inner, multiplies } = chosenRows(request)
  const page = select({ ...inner, limit, offset })
  return select({
    columns,
    from: { kind: 'derived', select: page, alias: root.alias, lateral: false },
    joins: joinsBelow(root, { exact: true }),
    // Conditions on a to-many's rows hold for the rows that are shown too.
    where: where !== null && multiplies ? where : null,
    orderBy: [...order, ...innerOrder],
    lock,
  })
}

const RANK = 'mortise_rank'
/** `limit` rows for each key: the rows are numbered within their key, and the joins are made to those that count. */
export function rankedSelect(request: FindRequest, columns: readonly SelectItem[]): SelectNode {
  const { root, where, order, innerOrder, limit, offset, echo, lock } = request
  const { inner, multiplies } = chosenRows(request)
  const { alias, definition } = root
  const own = (name: string): Expr => column(alias, definition.attribute(name).columnName)
  const keys = definition.shape.primaryKey.map(
    (attribute): OrderItem => ({ expr: own(attribute.attributeName), direction: null, nulls: null }),
  )
  const rank: Expr = {
    kind: 'window',
    call: call('ROW_NUMBER', []),
    partitionBy: echo.map((one) => (typeof one === 'string' ? own(one) : one)),
    // Ties are broken the same way every time.
    orderBy: [...inner.orderBy, ...keys],
  }
  const ranked = select({ ...inner, orderBy: [], columns: [...inner.columns, { expr: rank, alias: RANK }] })
  const place = column(alias, RANK)
  const first = offset === null ? null : compare(place, '>', offset)
  const last = limit === null ? null : compare(place, '<=', limit)
  return select({
    columns,
    from: { kind: 'derived', select: ranked, alias, lateral: false },
    joins: joinsBelow(root, { exact: true }),
    where: all([first, last, multiplies ? where : null]),
    orderBy: [...order, ...(order.length === 0 ? [] : keys), ...innerOrder],
    lock,
  })
}

/** The root's rows that count, each once, in order; joins that only show rows are left out. */
function chosenRows(request: FindRequest): { readonly inner: SelectNode; readonly multiplies: boolean } {
  const { where } = request
  const { alias, definition } = request.root
  const everywhere = branchesOf(request.root)
  const selected = aliasedOf(everywhere)
  const order = request.order.map((item) => ({ ...item, expr: selectedExpr(item.expr, selected) }))
  const written = writtenAliases(order, selected)
  const below = new Set(everywhere.slice(1).flatMap(({ parts }) => parts.selection.columns.map((one) => one.expr)))
  const mentioned = mentionedAliases(
    all([where, ...order.map((item) => item.expr), ...written.map((item) => item.expr)]) ?? column(null, ''),
    everywhere.map((branch) => branch.alias),
  )
  const isMentioned = (branch: Branch): boolean => mentioned.has(branch.alias) || branch.children.some(isMentioned)
  const multiplies = joinedMany(request.root).some(isMentioned)
  // A to-many that is only required is asked for by EXISTS, as one that is read by a query of its own: it multiplies nothing.
  const askOnly = (branch: Branch): Branch => ({
    ...branch,
    children: branch.children.map((child) => {
      if (child.strategy === 'query' || child.isBetween) return child
      const isMany = child.association!.cardinality === 'many'
      return isMany && !isMentioned(child) ? { ...child, strategy: 'query' as const } : askOnly(child)
    }),
  })
  const root = askOnly(request.root)
  const inner = select({
    columns: [
      ...definition.shape.physical.map((attribute) => ({ expr: column(alias, attribute.columnName), alias: null })),
      ...written,
    ],
    from: joinSource(definition, alias),
    joins: joinsBelow(root, { exact: true, skip: (branch) => branch.joinType !== 'inner' && !isMentioned(branch) }),
    where: rootCondition({ root, where }),
    groupBy: multiplies ? definition.shape.primaryKey.map((attribute) => column(alias, attribute.columnName)) : [],
    orderBy: multiplies ? order.map((item) => oneOf(item, alias, below.has(item.expr))) : order,
  })
  return { inner, multiplies }
}

type Aliased = ReadonlyMap<string, Expr>
/** What is selected under a name of the query's own (`[literal('…'), 'postCount']`), by that name. */
const aliasedOf = (branches: readonly Branch[]): Aliased =>
  new Map(
    branches.flatMap(({ parent, path, parts }) =>
      parts.selection.columns
        .filter(({ isAliased, name }) => isAliased && name !== null)
        .map(({ name, expr }) => [parent === null ? name! : `${path}.${name}`, expr] as const),
    ),
  )

/** The rows are chosen before anything is selected, so an order by a selected name means its expression. */
const selectedExpr = (expr: Expr, selected: Aliased): Expr =>
  (expr.kind === 'identifier' && expr.parts.length === 1 ? selected.get(expr.parts[0]!) : undefined) ?? expr

/** Selected names that SQL in the order mentions (`literal('postCount DESC')`): they must be there where the rows are chosen. */
function writtenAliases(order: readonly OrderItem[], selected: Aliased): readonly SelectItem[] {
  if (selected.size === 0) return []
  const words = new Set<string>()
  const add = (texts: readonly string[]): void => {
    for (const word of texts.flatMap((text) => text.split(/[^\p{L}\p{N}_$.]+/u))) words.add(word)
  }
  for (const { expr } of order)
    walk(expr, (node) => {
      if (node.kind === 'raw') add([node.sql])
      else if (node.kind === 'template') add(node.texts)
      else if (node.kind === 'identifier' && node.parts.length === 1) words.add(node.parts[0]!)
    })
  return [...selected].filter(([name]) => words.has(name)).map(([name, expr]) => ({ expr, alias: name }))
}

const branchesOf = (branch: Branch): readonly Branch[] => [branch, ...branch.children.flatMap(branchesOf)]

const AGGREGATE =
  /^(?:count|sum|avg|min|max|total|every|any_value|mode|percentile_\w+|\w+_agg|\w+agg|group_\w+|bool_\w+|bit_\w+|std\w*|var\w*)$/i
const isAggregated = (node: Expr): boolean =>
  (node.kind === 'call' && AGGREGATE.test(node.name)) ||
  partsOf(node).some((part) => part.kind !== 'select' && isAggregated(part))

/** A parent with several rows takes the place of its first one. What the user has made one of them is left as it is. */
function oneOf(item: OrderItem, root: string, isBelow: boolean): OrderItem {
  const { expr } = item
  if (expr.kind === 'raw' && !isBelow) return item
  let isRoots = !isBelow && (expr.kind === 'column' || expr.kind === 'call')
  walk(expr, (node) => {
    if (node.kind === 'column' && node.table !== root) isRoots = false
    if (node.kind === 'identifier' && node.parts.length > 1 && node.parts[0] !== root) isRoots = false
  })
  return isRoots || isAggregated(expr)
    ? item
    : { ...item, expr: call(item.direction === 'DESC' ? 'MAX' : 'MIN', [expr]) }
}
