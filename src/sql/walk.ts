/**
 * The way over the SQL tree: what parts a node has, a visit of all of them, and which tables an expression mentions. Exhaustive over
 * kinds: a new node kind does not compile until it says here what its parts are. Used by `read/plan` and its neighbours.
 */
import type { Expr } from './expr.js'
import type { JoinNode, SelectNode, Source } from './query.js'

type Part = Expr | SelectNode

/** The expressions and selects that stand directly in an expression, in the order of the text. */
export function partsOf(node: Expr): readonly Part[] {
  switch (node.kind) {
    case 'column':
    case 'param':
    case 'raw':
    case 'identifier':
    case 'star':
      return []
    case 'template':
      return node.exprs
    case 'call':
      return node.args
    case 'cast':
    case 'not':
    case 'json':
      return [node.expr]
    case 'compare':
    case 'is':
      return [node.left, node.right]
    case 'in':
      return 'kind' in node.items ? [node.left, node.items] : [node.left, ...node.items]
    case 'between':
      return [node.expr, node.low, node.high]
    case 'logic':
    case 'list':
    case 'array':
      return node.items
    case 'exists':
    case 'subquery':
      return [node.select]
    case 'quantified':
      return [node.expr]
    case 'case':
      return [...node.whens.flatMap(({ when, then }) => [when, then]), ...(node.otherwise ? [node.otherwise] : [])]
    case 'window':
      return [node.call, ...node.partitionBy, ...node.orderBy.map((item) => item.expr)]
  }
}

function partsOfSelect(node: SelectNode): readonly Part[] {
  const { columns, from, joins, where, groupBy, having, orderBy, limit, offset } = node
  const clauses = [where, ...groupBy, having, ...orderBy.map((item) => item.expr), limit, offset]
  return [
    ...columns.map((item) => item.expr),
    ...(from ? partsOfSource(from) : []),
    ...joins.flatMap(partsOfJoin),
    ...clauses.filter((clause) => clause !== null),
  ]
}

function partsOfSource(node: Source): readonly Part[] {
  switch (node.kind) {
    case 'table':
      return []
    case 'derived':
      return [node.select]
    case 'nested':
      return [...partsOfSource(node.source), ...node.joins.flatMap(partsOfJoin)]
  }
}

const partsOfJoin = ({ source, on }: JoinNode): readonly Part[] => [...partsOfSource(source), ...(on ? [on] : [])]

/** Shows a visitor every expression of a tree, also those in selects inside it, parents first. */
export function walk(node: Part, visit: (expr: Expr) => void): void {
  if (node.kind !== 'select') visit(node)
  for (const part of node.kind === 'select' ? partsOfSelect(node) : partsOf(node)) walk(part, visit)
}

/** Functions that look at their arguments and at nothing else. */
const HARMLESS = new Set(
  'abs,avg,ceil,coalesce,concat,count,date_part,date_trunc,extract,floor,greatest,json_array_length,jsonb_array_length,least,length,lower,ltrim,max,min,mod,nullif,replace,round,row_number,rtrim,substring,sum,trim,unnest,upper'.split(
    ',',
  ),
)
const WORD = /^\w+$/

/** Whether a select does nothing but read, as far as its text tells: no function that is not known, and no SQL that a user wrote. */
export function isPlain(node: SelectNode): boolean {
  let found = true
  walk(node, (part) => {
    if (part.kind === 'template') found = false
    else if (part.kind === 'raw') found &&= WORD.test(part.sql)
    else if (part.kind === 'call') found &&= HARMLESS.has(part.name.toLowerCase())
  })
  return found
}

/**
 * Which of `aliases` an expression mentions: by its columns and identifiers, and by the text of SQL that a user wrote (where a name
 * that merely occurs in the text counts: rather one join too many than one too few).
 */
export function mentionedAliases(node: Expr, aliases: Iterable<string>): Set<string> {
  const found = new Set<string>()
  const texts: string[] = []
  walk(node, (part) => {
    if (part.kind === 'column' || part.kind === 'star') found.add(part.table ?? '')
    else if (part.kind === 'identifier') found.add(part.parts.at(-2) ?? '')
    else if (part.kind === 'raw') texts.push(part.sql)
    else if (part.kind === 'template') texts.push(...part.texts)
  })
  return new Set([...aliases].filter((alias) => found.has(alias) || texts.some((text) => text.includes(alias))))
}
