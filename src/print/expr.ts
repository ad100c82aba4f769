/**
 * Print rows of expressions, as most engines write them. Nodes in, text and parameters out. A dialect takes this table and overrides
 * what it writes differently; what no standard has (JSON paths, arrays) throws here and is added by the dialects that have it.
 */
import { QueryError } from '../errors/base.js'
import type { CaseNode, CompareOperator, Expr, InNode, OrderItem, WindowNode } from '../sql/expr.js'
import type { PrintTable, Writer } from './writer.js'

export type ExprTable = Pick<PrintTable, Expr['kind']>

/** The operators that every engine has. */
export const baseOperators = {
  '=': '=',
  '<>': '<>',
  '>': '>',
  '>=': '>=',
  '<': '<',
  '<=': '<=',
  '+': '+',
  '-': '-',
  '*': '*',
  '/': '/',
  like: 'LIKE',
  notLike: 'NOT LIKE',
} as const satisfies Partial<Record<CompareOperator, string>>

const COMPOUND = new Set<Expr['kind']>(['logic', 'compare', 'is', 'in', 'between', 'not', 'exists'])
/** An expression beside an operator: in parentheses where its own operator could be torn apart. */
export function operand(node: Expr, out: Writer): void {
  if (COMPOUND.has(node.kind)) out.raw('(').node(node).raw(')')
  else out.node(node)
}

/** A condition among others. What users wrote goes in parentheses: their OR must not end a neighbour's AND. */
function condition(node: Expr, out: Writer): void {
  if (node.kind === 'logic' || node.kind === 'raw' || node.kind === 'template') out.raw('(').node(node).raw(')')
  else out.node(node)
}

// A function's name is text from the program, never a value: anything but a name (`fn(userInput)`) is refused rather than printed.
const FUNCTION_NAME = /^[\p{L}_][\p{L}\p{N}_$]*(\.[\p{L}_][\p{L}\p{N}_$]*)*$/u
const TYPE_NAME = /^[\p{L}_][\p{L}\p{N}_ ]*(\(\s*\w+\s*(,\s*\w+\s*)*\))?[\p{L}\p{N}_ ]*(\[\d*\])*$/u

export function functionName(name: string): string {
  if (!FUNCTION_NAME.test(name))
    throw new QueryError(
      `${JSON.stringify(name)} is not the name of a function. For other SQL use sql\`…\` or sql.literal().`,
    )
  return name
}

/** The name of a type that a user gave as text. */
export function typeName(name: string): string {
  if (!TYPE_NAME.test(name))
    throw new QueryError(
      `${JSON.stringify(name)} is not the name of a data type. Give a DataTypes type, or write the cast with sql\`…\`.`,
    )
  return name.toUpperCase()
}

const opensWithParenthesis = (text: string): boolean => text.trimStart().startsWith('(')

/** The right side of IN, in parentheses. Users' SQL may bring its own. */
export function inItems(items: InNode['items'], out: Writer): void {
  if (!('kind' in items))
    out
      .raw('(')
      .list(items, (item) => out.node(item))
      .raw(')')
  else if (items.kind === 'raw' && opensWithParenthesis(items.sql)) out.node(items)
  else if (
    items.kind === 'template' &&
    (opensWithParenthesis(items.texts[0] ?? '') || (items.texts[0] === '' && items.exprs[0]?.kind === 'list'))
  )
    out.node(items)
  else out.raw('(').node(items).raw(')')
}

export function orderItem(item: OrderItem, out: Writer): void {
  out.node(item.expr)
  if (item.direction) out.raw(` ${item.direction}`)
  if (item.nulls) out.raw(item.nulls === 'first' ? ' NULLS FIRST' : ' NULLS LAST')
}

function printCase(node: CaseNode, out: Writer): void {
  out.raw('CASE')
  for (const { when, then } of node.whens) out.raw(' WHEN ').node(when).raw(' THEN ').node(then)
  if (node.otherwise) out.raw(' ELSE ').node(node.otherwise)
  out.raw(' END')
}

function printWindow(node: WindowNode, out: Writer): void {
  out.node(node.call).raw(' OVER (')
  if (node.partitionBy.length > 0) out.raw('PARTITION BY ').list(node.partitionBy, (item) => out.node(item))
  if (node.orderBy.length > 0)
    out.raw(node.partitionBy.length > 0 ? ' ORDER BY ' : 'ORDER BY ').list(node.orderBy, orderItem)
  out.raw(')')
}

export const exprTable: ExprTable = {
  column(node, out) {
    if (node.table !== null) out.identifier(node.table).raw('.')
    out.identifier(node.column)
  },
  param: (node, out) => void out.param(node.value, node.type),
  raw: (node, out) => void out.raw(node.sql),
  template(node, out) {
    node.texts.forEach((text, index) => {
      out.raw(text)
      const expr = node.exprs[index]
      if (expr) out.node(expr)
    })
  },
  identifier: (node, out) => void out.list(node.parts, (part) => out.identifier(part), '.'),
  star: (node, out) => void (node.table === null ? out.raw('*') : out.identifier(node.table).raw('.*')),
  call: (node, out) =>
    void out
      .raw(`${functionName(node.name)}(${node.distinct ? 'DISTINCT ' : ''}`)
      .list(node.args, (arg) => out.node(arg))
      .raw(')'),
  cast: (node, out) =>
    void out
      .raw('CAST(')
      .node(node.expr)
      .raw(` AS ${out.syntax.castType(node.type)})`),
  compare(node, out) {
    const word = out.syntax.operators[node.op] ?? out.unsupported(`The operator Op.${node.op}`)
    operand(node.left, out)
    out.raw(` ${word} `)
    operand(node.right, out)
  },
  is(node, out) {
    operand(node.left, out)
    out.raw(node.negated ? ' IS NOT ' : ' IS ')
    operand(node.right, out)
  },
  in(node, out) {
    // Engines differ in `IN ()`; a constant condition means the same on all.
    if (!('kind' in node.items) && node.items.length === 0) return void out.raw(node.negated ? '1 = 1' : '1 = 0')
    operand(node.left, out)
    out.raw(node.negated ? ' NOT IN ' : ' IN ')
    inItems(node.items, out)
  },
  between(node, out) {
    operand(node.expr, out)
    out.raw(node.negated ? ' NOT BETWEEN ' : ' BETWEEN ')
    operand(node.low, out)
    out.raw(' AND ')
    operand(node.high, out)
  },
  logic(node, out) {
    if (node.items.length === 0) out.raw(node.op === 'and' ? '1 = 1' : '1 = 0')
    else if (node.items.length === 1) out.node(node.items[0]!)
    else out.list(node.items, condition, node.op === 'and' ? ' AND ' : ' OR ')
  },
  not: (node, out) => void out.raw('NOT (').node(node.expr).raw(')'),
  exists: (node, out) =>
    void out
      .raw(node.negated ? 'NOT EXISTS (' : 'EXISTS (')
      .node(node.select)
      .raw(')'),
  subquery: (node, out) => void out.raw('(').node(node.select).raw(')'),
  json: (_node, out) => out.unsupported('A path into a JSON value'),
  list: (node, out) =>
    void out
      .raw('(')
      .list(node.items, (item) => out.node(item))
      .raw(')'),
  array: (_node, out) => out.unsupported('An SQL array', 'For a list of values use Op.in or sql.list().'),
  quantified: (node, out) =>
    out.unsupported(`Op.${node.quantifier}`, 'Write the comparisons one by one with Op.or or Op.and, or use Op.in.'),
  case: printCase,
  window: printWindow,
}
