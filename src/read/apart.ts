/**
 * Which includes of a joined find can have queries of their own: those for which a default strategy wants that, and those that groups would
 * show at random; as long as the rest of the find does not look at their rows, nor they at the rest. A request with all of them joined in, the paths of those that need not be joined out. Before:
 * `read/strategy`; after: `read/request`, which reads the request again.
 */
import type { Expr } from '../sql/expr.js'
import { all } from '../sql/expr.js'
import { mentionedAliases, walk } from '../sql/walk.js'
import type { Branch } from './include.js'
import { normaliseOrder } from './order.js'
import type { FindRequest } from './request.js'

/** The includes of a joined tree that follow a default to queries of their own, by their paths. */
export function apartBelow(request: FindRequest): ReadonlySet<string> {
  const { root } = request
  const apart = new Set<string>()
  const visit = (branch: Branch): void => {
    for (const child of branch.children) {
      if (child.isAskedApart && !isEntangled(child, request)) apart.add(child.path)
      else visit(child)
    }
  }
  visit(root)
  return apart
}

const ONLY_JOINED = ['on', 'or', 'right', 'duplicating', 'subQuery'] as const

/**
 * Of a grouped find: includes whose rows the groups leave open, and whose keys they hold. A join would show one row of them, whichever the
 * engine takes, if it takes any. Where something is calculated over the joined rows, all stay joined.
 */
export function apartFromGroups(request: FindRequest): ReadonlySet<string> {
  const { root, group, having, order } = request
  const calculated = [...root.parts.selection.columns.map((one) => one.expr), having, ...order.map((item) => item.expr)]
  if (calculated.some((expr) => expr !== null && isCalculated(expr))) return new Set()
  const { definition, alias } = root
  const grouped = new Set(
    group.map((expr) => (expr.kind === 'column' && expr.table === alias ? expr.column : undefined)),
  )
  const { primaryKey } = definition.shape
  const isOneEach = primaryKey.length > 0 && primaryKey.every((attribute) => grouped.has(attribute.columnName))
  const open = root.children.filter(
    (child) =>
      child.given.strategy !== 'join' &&
      ONLY_JOINED.every((option) => child.given[option] === undefined) &&
      subtree(child).some((one) => one.parts.selection.columns.length > 0) &&
      (isOneEach || child.association!.keys.every((key) => grouped.has(definition.attribute(key.from).columnName))) &&
      !isEntangled(child, request),
  )
  return new Set(open.map((child) => child.path))
}

function isCalculated(expr: Expr): boolean {
  let found = false
  walk(expr, ({ kind }) => {
    if (kind === 'call' || kind === 'raw' || kind === 'template') found = true
  })
  return found
}

/** True where the statement would not be the same without the branch: others look at its rows, or it looks at theirs. */
function isEntangled(branch: Branch, { root, where, group, having, order, lock }: FindRequest): boolean {
  const inside = subtree(branch)
  const outside = subtree(root).filter((one) => !inside.includes(one))
  const aliases = inside.map((one) => one.alias)
  return (
    lock?.of.some((alias) => aliases.includes(alias)) === true ||
    mentions(
      [where, ...group, having, ...order.map((item) => item.expr), ...outside.flatMap(expressionsOf)],
      aliases,
    ) ||
    mentions(
      inside.flatMap(expressionsOf),
      outside.map((one) => one.alias),
    )
  )
}

const subtree = (branch: Branch): readonly Branch[] => [branch, ...branch.children.flatMap(subtree)]

function mentions(given: readonly (Expr | null)[], aliases: readonly string[]): boolean {
  const expr = all(given)
  return expr !== null && mentionedAliases(expr, aliases).size > 0
}

/** What a branch selects beyond its own columns, its conditions and its order. */
function expressionsOf(branch: Branch): readonly (Expr | null)[] {
  const { parts, parent, options, association } = branch
  const { selection, where, on } = parts
  const isOrdered = parent !== null && association?.cardinality === 'many'
  return [
    where,
    on,
    ...(selection.isDefault ? [] : selection.columns.map((selected) => selected.expr)),
    ...(isOrdered ? normaliseOrder(options.order, branch).map((item) => item.expr) : []),
  ]
}
