/**
 * Ways over the SQL tree: visit every node, rewrite nodes, ask which tables an expression touches. Exhaustive over kinds: a new node
 * kind does not compile until it says here what its parts are. Used by `read/plan` and its neighbours.
 */
import type { Expr, OrderItem } from './expr.js'
import type { JoinNode, SelectNode, Source } from './query.js'

/** What a visitor is shown: expressions, and the selects and sources inside them. Returning false leaves out a node's parts. */
export interface Visitor {
  expr?(node: Expr): boolean | void
  select?(node: SelectNode): boolean | void
  source?(node: Source): boolean | void
}

export function walkExpr(node: Expr, visitor: Visitor): void {
  if (visitor.expr?.(node) === false) return
  switch (node.kind) {
    case 'column': case 'param': case 'raw': case 'identifier': case 'star': return
    case 'template': return walkAll(node.exprs, visitor)
    case 'call': return walkAll(node.args, visitor)
    case 'cast': case 'not': case 'json': return walkExpr(node.expr, visitor)
    case 'compare': case 'is': walkExpr(node.left, visitor); return walkExpr(node.right, visitor)
    case 'in':
      walkExpr(node.left, visitor)
      if ('kind' in node.items) return node.items.kind === 'select' ? walkSelect(node.items, visitor) : walkExpr(node.items, visitor)
      return walkAll(node.items, visitor)
    case 'between': walkExpr(node.expr, visitor); walkExpr(node.low, visitor); return walkExpr(node.high, visitor)
    case 'logic': case 'list': case 'array': return walkAll(node.items, visitor)
    case 'exists': case 'subquery': return walkSelect(node.select, visitor)
    case 'quantified': return node.expr.kind === 'select' ? walkSelect(node.expr, visitor) : walkExpr(node.expr, visitor)
    case 'case':
      for (const { when, then } of node.whens) { walkExpr(when, visitor); walkExpr(then, visitor) }
      return node.otherwise ? walkExpr(node.otherwise, visitor) : undefined
    case 'window': walkExpr(node.call, visitor); walkAll(node.partitionBy, visitor); return walkOrder(node.orderBy, visitor)
  }
}

export function walkSelect(node: SelectNode, visitor: Visitor): void {
  if (visitor.select?.(node) === false) return
  for (const { expr } of node.columns) walkExpr(expr, visitor)
  if (node.from) walkSource(node.from, visitor)
  walkJoins(node.joins, visitor)
  if (node.where) walkExpr(node.where, visitor)
  walkAll(node.groupBy, visitor)
  if (node.having) walkExpr(node.having, visitor)
  walkOrder(node.orderBy, visitor)
  if (node.limit) walkExpr(node.limit, visitor)
  if (node.offset) walkExpr(node.offset, visitor)
}

export function walkSource(node: Source, visitor: Visitor): void {
  if (visitor.source?.(node) === false) return
  switch (node.kind) {
    case 'table': return
    case 'derived': return walkSelect(node.select, visitor)
    case 'nested': walkSource(node.source, visitor); return walkJoins(node.joins, visitor)
  }
}

function walkAll(nodes: readonly Expr[], visitor: Visitor): void {
  for (const node of nodes) walkExpr(node, visitor)
}
function walkOrder(items: readonly OrderItem[], visitor: Visitor): void {
  for (const { expr } of items) walkExpr(expr, visitor)
}
function walkJoins(joins: readonly JoinNode[], visitor: Visitor): void {
  for (const join of joins) {
    walkSource(join.source, visitor)
    if (join.on) walkExpr(join.on, visitor)
  }
}

/**
 * A copy in which `change` replaced nodes, innermost first; parts that it leaves alone are shared. Selects inside are not entered:
 * their columns belong to another scope.
 */
export function rewriteExpr(node: Expr, change: (node: Expr) => Expr): Expr {
  const inner = (part: Expr): Expr => rewriteExpr(part, change)
  const list = (parts: readonly Expr[]): readonly Expr[] => {
    const next = parts.map(inner)
    return next.some((part, at) => part !== parts[at]) ? next : parts
  }
  switch (node.kind) {
    case 'column': case 'param': case 'raw': case 'identifier': case 'star': case 'exists': case 'subquery': return change(node)
    case 'template': { const exprs = list(node.exprs); return change(exprs === node.exprs ? node : { ...node, exprs }) }
    case 'call': { const args = list(node.args); return change(args === node.args ? node : { ...node, args }) }
    case 'cast': case 'not': case 'json': { const expr = inner(node.expr); return change(expr === node.expr ? node : { ...node, expr }) }
    case 'compare': case 'is': {
      const left = inner(node.left)
      const right = inner(node.right)
      return change(left === node.left && right === node.right ? node : { ...node, left, right })
    }
    case 'in': {
      const left = inner(node.left)
      const items = 'kind' in node.items ? node.items : list(node.items)
      return change(left === node.left && items === node.items ? node : { ...node, left, items })
    }
    case 'between': {
      const [expr, low, high] = [inner(node.expr), inner(node.low), inner(node.high)]
      return change(expr === node.expr && low === node.low && high === node.high ? node : { ...node, expr, low, high })
    }
    case 'logic': case 'list': case 'array': { const items = list(node.items); return change(items === node.items ? node : { ...node, items }) }
    case 'quantified': {
      if (node.expr.kind === 'select') return change(node)
      const expr = inner(node.expr)
      return change(expr === node.expr ? node : { ...node, expr })
    }
    case 'case':
      return change({ ...node, whens: node.whens.map(({ when, then }) => ({ when: inner(when), then: inner(then) })), otherwise: node.otherwise && inner(node.otherwise) })
    case 'window': {
      const call = inner(node.call)
      return change({ ...node, call: call.kind === 'call' ? call : node.call, partitionBy: list(node.partitionBy), orderBy: node.orderBy.map((item) => ({ ...item, expr: inner(item.expr) })) })
    }
  }
}

/**
 * Which of `aliases` an expression mentions: by its columns and identifiers, and by the text of SQL that a user wrote (where a name
 * that merely occurs in the text counts: rather one join too many than one too few).
 */
export function mentionedAliases(node: Expr, aliases: Iterable<string>): Set<string> {
  const found = new Set<string>()
  const texts: string[] = []
  walkExpr(node, {
    expr(part) {
      if (part.kind === 'column' || part.kind === 'star') { if (part.table !== null) found.add(part.table) }
      else if (part.kind === 'identifier') { if (part.parts.length > 1) found.add(part.parts[part.parts.length - 2]!) }
      else if (part.kind === 'raw') texts.push(part.sql)
      else if (part.kind === 'template') texts.push(...part.texts)
    },
  })
  const known = new Set(aliases)
  for (const alias of found) if (!known.has(alias)) found.delete(alias)
  if (texts.length > 0) for (const alias of known) if (texts.some((text) => text.includes(alias))) found.add(alias)
  return found
}
