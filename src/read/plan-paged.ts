/**
 * LIMIT beside to-many joins: the page of parents is chosen in a derived table, and the joins are made to it, so that `limit: n` is
 * n parents and all of their rows. One-to-ones never need this. Neighbour: `read/plan`.
 */
import type { Expr, OrderItem } from '../sql/expr.js'
import { all, call, column } from '../sql/expr.js'
import type { SelectItem, SelectNode } from '../sql/query.js'
import { select } from '../sql/query.js'
import { mentionedAliases } from '../sql/walk.js'
import type { Branch } from './include.js'
import { existsBelow, joinsBelow, rootCondition } from './joins.js'
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
  const { root, where, order, limit, offset, lock } = request
  const { alias, definition } = root
  const everywhere = branchesOf(root)
  const mentioned = mentionedAliases(
    all([where, ...order.map((item) => item.expr)]) ?? column(null, ''),
    everywhere.map((branch) => branch.alias),
  )
  const isMentioned = (branch: Branch): boolean => mentioned.has(branch.alias) || branch.children.some(isMentioned)
  const many = joinedMany(root)
  // Inside: joins that filter or sort. A to-many that is only required becomes EXISTS, so that it multiplies nothing.
  const isOnlyRequired = (branch: Branch): boolean => many.includes(branch) && !isMentioned(branch)
  const multiplies = many.some(isMentioned)
  const inner = select({
    columns: definition.shape.physical.map((attribute) => ({ expr: column(alias, attribute.columnName), alias: null })),
    from: joinSource(definition, alias),
    joins: joinsBelow(root, {
      exact: true,
      skip: (branch) => isOnlyRequired(branch) || (branch.joinType !== 'inner' && !isMentioned(branch)),
    }),
    where: all([
      rootCondition(request),
      ...many
        .filter((branch) => isOnlyRequired(branch) && branch.isRequired && branch.parent === root)
        .map(existsBelow),
    ]),
    groupBy: multiplies ? definition.shape.primaryKey.map((attribute) => column(alias, attribute.columnName)) : [],
    orderBy: multiplies ? order.map((item) => oneOf(item, alias)) : order,
    limit,
    offset,
  })
  // Conditions on a to-many's rows hold for the rows that are shown too.
  const outerWhere = where !== null && multiplies ? where : null
  return select({
    columns,
    from: { kind: 'derived', select: inner, alias, lateral: false },
    joins: joinsBelow(root, { exact: true }),
    where: outerWhere,
    orderBy: order,
    lock,
  })
}

const branchesOf = (branch: Branch): readonly Branch[] => [branch, ...branch.children.flatMap(branchesOf)]

/** A parent with several rows takes the place of its first one. */
function oneOf(item: OrderItem, root: string): OrderItem {
  const { expr } = item
  const isRoots = (node: Expr): boolean => node.kind === 'column' && node.table === root
  return isRoots(expr) || expr.kind === 'call' || expr.kind === 'raw'
    ? item
    : { ...item, expr: call(item.direction === 'DESC' ? 'MAX' : 'MIN', [expr]) }
}
