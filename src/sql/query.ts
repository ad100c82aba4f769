/**
 * Statement nodes that read and write rows. Clauses stand in the order in which SQL has them.
 */
import type { Expr, OrderItem } from './expr.js'

/** A table by its database name. `schema` null: the connection's default. */
export interface TableName {
  readonly schema: string | null
  readonly name: string
}

export interface TableSource {
  readonly kind: 'table'
  readonly table: TableName
  readonly alias: string | null
  readonly indexHints?: readonly IndexHint[]
}
export interface DerivedSource {
  readonly kind: 'derived'
  readonly select: SelectNode
  readonly alias: string
  readonly lateral: boolean
}
/** `(left JOIN right …)`: keeps an outer join around an inner one. */
export interface NestedSource {
  readonly kind: 'nested'
  readonly source: Source
  readonly joins: readonly JoinNode[]
}
export type Source = TableSource | DerivedSource | NestedSource
export interface IndexHint {
  readonly type: 'USE' | 'FORCE' | 'IGNORE'
  readonly values: readonly string[]
}

export interface JoinNode {
  readonly kind: 'join'
  readonly type: 'inner' | 'left' | 'right' | 'cross'
  readonly source: Source
  readonly on: Expr | null
}

export interface SelectItem {
  readonly expr: Expr
  readonly alias: string | null
}
export interface LockClause {
  readonly strength: 'UPDATE' | 'SHARE' | 'KEY SHARE' | 'NO KEY UPDATE'
  readonly of: readonly string[]
  readonly skipLocked: boolean
  readonly noWait: boolean
}

export interface SelectNode {
  readonly kind: 'select'
  readonly distinct: boolean
  readonly columns: readonly SelectItem[]
  readonly from: Source | null
  readonly joins: readonly JoinNode[]
  readonly where: Expr | null
  readonly groupBy: readonly Expr[]
  readonly having: Expr | null
  readonly orderBy: readonly OrderItem[]
  readonly limit: Expr | null
  readonly offset: Expr | null
  readonly lock: LockClause | null
  /** Optimizer comment, MySQL family: MAX_EXECUTION_TIME in milliseconds. */
  readonly maxExecutionTimeMs?: number
}

/** What happens when a row with the same key exists. */
export interface ConflictClause {
  /** Columns (or expressions) of the unique key; empty: any. */
  readonly target: readonly string[]
  readonly targetWhere: Expr | null
  /** `nothing`, or the columns to update: each from the row proposed (`'excluded'`) or from an expression. */
  readonly action: 'nothing' | readonly Assignment[]
  readonly where: Expr | null
}
export interface Assignment {
  readonly column: string
  readonly value: Expr | 'excluded'
}

export interface InsertNode {
  readonly kind: 'insert'
  readonly table: TableName
  readonly columns: readonly string[]
  /** One list of expressions per row, in the order of `columns`; a null element is the column's DEFAULT. */
  readonly rows: readonly (readonly (Expr | null)[])[]
  /** Instead of `rows`: one array per column, in the order of `columns` (engines with arrays). */
  readonly lists?: readonly Expr[]
  readonly conflict: ConflictClause | null
  readonly returning: readonly SelectItem[]
}
export interface UpdateNode {
  readonly kind: 'update'
  readonly table: TableName
  readonly set: readonly { readonly column: string; readonly value: Expr }[]
  readonly where: Expr | null
  readonly orderBy: readonly OrderItem[]
  readonly limit: Expr | null
  readonly returning: readonly SelectItem[]
}
export interface DeleteNode {
  readonly kind: 'delete'
  readonly table: TableName
  readonly where: Expr | null
  readonly orderBy: readonly OrderItem[]
  readonly limit: Expr | null
  readonly returning: readonly SelectItem[]
}
/** The rows of one select after the other. Each keeps its own lock. */
export interface UnionNode {
  readonly kind: 'union'
  readonly selects: readonly SelectNode[]
}
/** Statements that write before a select, each under a name by which it and those behind it read what was returned. */
export interface WithNode {
  readonly kind: 'with'
  readonly parts: readonly { readonly name: string; readonly node: UpdateNode }[]
  readonly body: SelectNode | UnionNode
}
export type QueryNode = SelectNode | InsertNode | UpdateNode | DeleteNode

const EMPTY_SELECT: SelectNode = {
  kind: 'select',
  distinct: false,
  columns: [],
  from: null,
  joins: [],
  where: null,
  groupBy: [],
  having: null,
  orderBy: [],
  limit: null,
  offset: null,
  lock: null,
}
/** A select with every clause empty but those given. */
export const select = (clauses: Partial<Omit<SelectNode, 'kind'>>): SelectNode => ({ ...EMPTY_SELECT, ...clauses })
