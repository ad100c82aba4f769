/**
 * Expression nodes of the SQL tree: what `read`, `write` and `schema` build and `print` turns into text.
 * Nodes are plain frozen data. Values sit in `param` nodes and never become text: the printer emits a placeholder and
 * collects the node, so two trees that differ only in their values print the same text (that is what plans are cached by).
 */
import type { DataType } from '../types/data-type.js'
import type { SelectNode } from './query.js'

/** A column of a table in scope. `table` is the alias it has in the statement; null where there is only one table. */
export interface ColumnNode {
  readonly kind: 'column'
  readonly table: string | null
  readonly column: string
}
/** A value that travels as a parameter. `type` converts it (`toBind` of the dialect's codec); null: sent as it is. */
export interface ParamNode {
  readonly kind: 'param'
  readonly value: unknown
  readonly type: DataType | null
}
/** SQL text that a user wrote (`literal`), or a fixed word (`NULL`, `TRUE`, `CURRENT_TIMESTAMP`). */
export interface RawNode {
  readonly kind: 'raw'
  readonly sql: string
}
/** Alternating text and expressions, from the `sql` tag: text[0] exprs[0] text[1] … */
export interface TemplateNode {
  readonly kind: 'template'
  readonly texts: readonly string[]
  readonly exprs: readonly Expr[]
}
/** A quoted, possibly dotted identifier. */
export interface IdentifierNode {
  readonly kind: 'identifier'
  readonly parts: readonly string[]
}
export interface StarNode {
  readonly kind: 'star'
  readonly table: string | null
}
export interface CallNode {
  readonly kind: 'call'
  readonly name: string
  readonly args: readonly Expr[]
  readonly distinct: boolean
}
export interface CastNode {
  readonly kind: 'cast'
  readonly expr: Expr
  readonly type: DataType | string
}
export type CompareOperator =
  | '='
  | '<>'
  | '>'
  | '>='
  | '<'
  | '<='
  | 'like'
  | 'notLike'
  | 'iLike'
  | 'notILike'
  | 'regexp'
  | 'notRegexp'
  | 'iRegexp'
  | 'notIRegexp'
  | 'contains'
  | 'contained'
  | 'overlap'
  | 'adjacent'
  | 'strictLeft'
  | 'strictRight'
  | 'noExtendLeft'
  | 'noExtendRight'
  | 'anyKeyExists'
  | 'allKeysExist'
  | 'match'
  | '+'
  | '-'
  | '*'
  | '/'
export interface CompareNode {
  readonly kind: 'compare'
  readonly op: CompareOperator
  readonly left: Expr
  readonly right: Expr
}
/** `left IS [NOT] right`, right being NULL, TRUE, FALSE or an expression. */
export interface IsNode {
  readonly kind: 'is'
  readonly left: Expr
  readonly right: Expr
  readonly negated: boolean
}
/** `left [NOT] IN (…)`. An empty list prints as a condition that is false (true when negated). */
export interface InNode {
  readonly kind: 'in'
  readonly left: Expr
  readonly items: readonly Expr[] | SelectNode | RawNode | TemplateNode
  readonly negated: boolean
}
export interface BetweenNode {
  readonly kind: 'between'
  readonly expr: Expr
  readonly low: Expr
  readonly high: Expr
  readonly negated: boolean
}
export interface LogicNode {
  readonly kind: 'logic'
  readonly op: 'and' | 'or'
  readonly items: readonly Expr[]
}
export interface NotNode {
  readonly kind: 'not'
  readonly expr: Expr
}
export interface ExistsNode {
  readonly kind: 'exists'
  readonly select: SelectNode
  readonly negated: boolean
}
/** A scalar subquery in parentheses. */
export interface SubqueryNode {
  readonly kind: 'subquery'
  readonly select: SelectNode
}
/** JSON extraction; `unquote` gives text instead of JSON. */
export interface JsonNode {
  readonly kind: 'json'
  readonly expr: Expr
  readonly path: readonly (string | number)[]
  readonly unquote: boolean
}
/** `(a, b, c)`. */
export interface ListNode {
  readonly kind: 'list'
  readonly items: readonly Expr[]
}
/** An SQL array (`ARRAY[…]`), where the engine has one. */
export interface ArrayNode {
  readonly kind: 'array'
  readonly items: readonly Expr[]
  readonly type: DataType | null
}
/** `ANY (…)` / `ALL (…)` on the right of a comparison; `values`: `(VALUES (…), …)`. */
export interface QuantifiedNode {
  readonly kind: 'quantified'
  readonly quantifier: 'any' | 'all'
  readonly expr: Expr | SelectNode
  readonly values: boolean
}
export interface CaseNode {
  readonly kind: 'case'
  readonly whens: readonly { readonly when: Expr; readonly then: Expr }[]
  readonly otherwise: Expr | null
}
/** `fn(…) OVER (PARTITION BY … ORDER BY …)`. */
export interface WindowNode {
  readonly kind: 'window'
  readonly call: CallNode
  readonly partitionBy: readonly Expr[]
  readonly orderBy: readonly OrderItem[]
}

export type Expr =
  | ColumnNode
  | ParamNode
  | RawNode
  | TemplateNode
  | IdentifierNode
  | StarNode
  | CallNode
  | CastNode
  | CompareNode
  | IsNode
  | InNode
  | BetweenNode
  | LogicNode
  | NotNode
  | ExistsNode
  | SubqueryNode
  | JsonNode
  | ListNode
  | ArrayNode
  | QuantifiedNode
  | CaseNode
  | WindowNode

export type Nulls = 'first' | 'last'
export interface OrderItem {
  readonly expr: Expr
  readonly direction: 'ASC' | 'DESC' | null
  readonly nulls: Nulls | null
}

export const column = (table: string | null, name: string): ColumnNode => ({ kind: 'column', table, column: name })
export const param = (value: unknown, type: DataType | null = null): ParamNode => ({ kind: 'param', value, type })
export const raw = (sql: string): RawNode => ({ kind: 'raw', sql })
export const call = (name: string, args: readonly Expr[], distinct = false): CallNode => ({
  kind: 'call',
  name,
  args,
  distinct,
})
export const compare = (left: Expr, op: CompareOperator, right: Expr): CompareNode => ({
  kind: 'compare',
  op,
  left,
  right,
})
export const isNull = (left: Expr, negated = false): IsNode => ({ kind: 'is', left, right: NULL, negated })
export const not = (expr: Expr): NotNode => ({ kind: 'not', expr })
export const NULL: RawNode = { kind: 'raw', sql: 'NULL' }

/** Joins conditions: nothing → null, one → itself, more → a logic node; nested nodes of the same operator are flattened. */
export function all(conditions: readonly (Expr | null | undefined)[], op: 'and' | 'or' = 'and'): Expr | null {
  const items: Expr[] = []
  for (const condition of conditions) {
    if (!condition) continue
    if (condition.kind === 'logic' && condition.op === op) items.push(...condition.items)
    else items.push(condition)
  }
  return items.length === 0 ? null : items.length === 1 ? items[0]! : { kind: 'logic', op, items }
}
