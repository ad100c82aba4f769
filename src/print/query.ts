/**
 * Print rows of statements and of the sources in FROM, in the order in which SQL has the clauses. A dialect composes its table from
 * `exprTable` and `queryTable`; the clause functions are exported for those that differ in one clause only.
 */
import { QueryError } from '../errors/base.js'
import type { Expr } from '../sql/expr.js'
import type {
  ConflictClause,
  DeleteNode,
  InsertNode,
  JoinNode,
  QueryNode,
  SelectItem,
  SelectNode,
  Source,
  UnionNode,
  UpdateNode,
  WithNode,
} from '../sql/query.js'
import { orderItem } from './expr.js'
import type { PrintTable, Writer } from './writer.js'

export type QueryTable = Pick<
  PrintTable,
  QueryNode['kind'] | UnionNode['kind'] | WithNode['kind'] | Source['kind'] | JoinNode['kind']
>

const JOIN_WORDS = {
  inner: ' INNER JOIN ',
  left: ' LEFT OUTER JOIN ',
  right: ' RIGHT OUTER JOIN ',
  cross: ' CROSS JOIN ',
} as const

export function selectItem(item: SelectItem, out: Writer): void {
  out.node(item.expr)
  if (item.alias !== null && !(item.expr.kind === 'column' && item.expr.column === item.alias))
    out.raw(' AS ').identifier(item.alias)
}

export function whereClause(where: Expr | null, out: Writer): void {
  if (where) out.raw(' WHERE ').node(where)
}

export function orderClause(node: { readonly orderBy: SelectNode['orderBy'] }, out: Writer): void {
  if (node.orderBy.length > 0) out.raw(' ORDER BY ').list(node.orderBy, orderItem)
}

export function returningClause(returning: readonly SelectItem[], out: Writer): void {
  if (returning.length > 0) out.raw(' RETURNING ').list(returning, selectItem)
}

export function limitClause(node: { readonly limit: Expr | null; readonly offset: Expr | null }, out: Writer): void {
  if (node.limit) out.raw(' LIMIT ').node(node.limit)
  if (node.offset) out.raw(' OFFSET ').node(node.offset)
}

export function lockClause({ lock }: SelectNode, out: Writer): void {
  if (!lock) return
  out.raw(` FOR ${lock.strength}`)
  if (lock.of.length > 0) out.raw(' OF ').list(lock.of, (table) => out.identifier(table))
  if (lock.skipLocked) out.raw(' SKIP LOCKED')
  else if (lock.noWait) out.raw(' NOWAIT')
}

/** The parts of a SELECT up to ORDER BY; limit and lock are where engines differ. */
export function selectBody(node: SelectNode, out: Writer): void {
  out.raw(node.distinct ? 'SELECT DISTINCT ' : 'SELECT ')
  if (node.columns.length > 0) out.list(node.columns, selectItem)
  else out.raw('1')
  if (node.from) out.raw(' FROM ').node(node.from)
  for (const join of node.joins) out.node(join)
  whereClause(node.where, out)
  if (node.groupBy.length > 0) out.raw(' GROUP BY ').list(node.groupBy, (expr) => out.node(expr))
  if (node.having) out.raw(' HAVING ').node(node.having)
  orderClause(node, out)
}

/** `ON CONFLICT …`, as PostgreSQL and SQLite have it. */
export function conflictClause(conflict: ConflictClause | null, out: Writer): void {
  if (!conflict) return
  out.raw(' ON CONFLICT')
  if (conflict.target.length > 0) {
    out
      .raw(' (')
      .list(conflict.target, (column) => out.identifier(column))
      .raw(')')
    whereClause(conflict.targetWhere, out)
  }
  if (conflict.action === 'nothing' || conflict.action.length === 0) return void out.raw(' DO NOTHING')
  out.raw(' DO UPDATE SET ').list(conflict.action, ({ column, value }) => {
    out.identifier(column).raw(' = ')
    if (value === 'excluded') out.raw('excluded.').identifier(column)
    else out.node(value)
  })
  whereClause(conflict.where, out)
}

export function insertHead(node: InsertNode, out: Writer): void {
  out.raw('INSERT INTO ').table(node.table)
  if (node.columns.length > 0)
    out
      .raw(' (')
      .list(node.columns, (column) => out.identifier(column))
      .raw(')')
}

function printInsert(node: InsertNode, out: Writer): void {
  if (node.lists) out.unsupported('An insert of rows as lists')
  insertHead(node, out)
  if (node.columns.length === 0) {
    if (node.rows.length > 1) out.unsupported('An insert of several rows without any value')
    out.raw(' DEFAULT VALUES')
  } else {
    out.raw(' VALUES ').list(node.rows, (row) => {
      out
        .raw('(')
        .list(row, (value) => (value === null ? out.raw('DEFAULT') : out.node(value)))
        .raw(')')
    })
  }
  conflictClause(node.conflict, out)
  returningClause(node.returning, out)
}

export function setClause(node: UpdateNode, out: Writer): void {
  if (node.set.length === 0)
    throw new QueryError(`An update of ${out.syntax.quoteTable(node.table)} needs at least one value.`)
  out.raw(' SET ').list(node.set, ({ column, value }) => void out.identifier(column).raw(' = ').node(value))
}

function refuseLimit(node: UpdateNode | DeleteNode, out: Writer): void {
  if (node.limit || node.orderBy.length > 0) out.unsupported(`A limit on ${node.kind}`, 'Select the keys first.')
}

/** WHERE of UPDATE and DELETE on an engine whose UPDATE has no LIMIT: rows are named by where they are, in `row`. */
export function limitedWhere(node: UpdateNode | DeleteNode, out: Writer, row: string): void {
  if (!node.limit) {
    whereClause(node.where, out)
    return
  }
  out.raw(` WHERE ${row} IN (SELECT ${row} FROM `).table(node.table)
  whereClause(node.where, out)
  orderClause(node, out)
  out.raw(' LIMIT ').node(node.limit).raw(')')
}

export const queryTable: QueryTable = {
  select(node, out) {
    selectBody(node, out)
    limitClause(node, out)
    lockClause(node, out)
  },
  union(node, out) {
    for (const [at, one] of node.selects.entries())
      out
        .raw(at === 0 ? '(' : ' UNION ALL (')
        .node(one)
        .raw(')')
  },
  with(node, out) {
    out
      .raw('WITH ')
      .list(node.parts, ({ name, node: part }) => void out.identifier(name).raw(' AS (').node(part).raw(')'))
      .raw(' ')
      .node(node.body)
  },
  insert: printInsert,
  update(node, out) {
    refuseLimit(node, out)
    out.raw('UPDATE ').table(node.table)
    setClause(node, out)
    whereClause(node.where, out)
    returningClause(node.returning, out)
  },
  delete(node, out) {
    refuseLimit(node, out)
    out.raw('DELETE FROM ').table(node.table)
    whereClause(node.where, out)
    returningClause(node.returning, out)
  },
  table(node, out) {
    out.table(node.table)
    if (node.alias !== null && (node.alias !== node.table.name || node.table.schema !== null))
      out.raw(' AS ').identifier(node.alias)
  },
  derived: (node, out) =>
    void out
      .raw(node.lateral ? 'LATERAL (' : '(')
      .node(node.select)
      .raw(') AS ')
      .identifier(node.alias),
  nested(node, out) {
    out.raw('(').node(node.source)
    for (const join of node.joins) out.node(join)
    out.raw(')')
  },
  join(node, out) {
    out.raw(JOIN_WORDS[node.type]).node(node.source)
    if (node.on) out.raw(' ON ').node(node.on)
    // Only a cross join may stand without a condition.
    else if (node.type !== 'cross') out.raw(' ON 1 = 1')
  },
}
