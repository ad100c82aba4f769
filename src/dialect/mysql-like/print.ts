/**
 * What MySQL and MariaDB write differently from the base tables, and where the two differ from each other (`PrintTraits`).
 * Docs: dev.mysql.com/doc/refman (SQL Statements), mariadb.com/kb (SQL Statements).
 */
import { baseOperators, exprTable, operand } from '../../print/expr.js'
import { jsonPathLiteral } from '../../print/json-path.js'
import {
  insertHead,
  orderClause,
  queryTable,
  returningClause,
  selectBody,
  setClause,
  whereClause,
} from '../../print/query.js'
import type { PrintTable } from '../../print/writer.js'
import { Writer } from '../../print/writer.js'
import type { CompareOperator, Expr, OrderItem } from '../../sql/expr.js'
import { call, isNull } from '../../sql/expr.js'
import type { ConflictClause, DeleteNode, InsertNode, SelectNode, TableName, UpdateNode } from '../../sql/query.js'
import { text } from './text.js'

export interface PrintTraits {
  readonly returning: boolean
  /** The proposed row is an alias (`AS excluded`); else the function VALUES(). */
  readonly rowAlias: boolean
  /** `FOR SHARE`, `OF`; else `LOCK IN SHARE MODE` and locks of all tables. */
  readonly lockOf: boolean
  readonly lateral: boolean
  /** The time of a SELECT is limited by a hint; else by a setting for the one statement. */
  readonly timeHint: boolean
  /** JSON is a type of its own; else checked text. */
  readonly nativeJson: boolean
}

// LIKE and REGEXP compare as the column's collation does, which by default ignores case; ILIKE is the same word.
export const mysqlOperators: Readonly<Partial<Record<CompareOperator, string>>> = {
  ...baseOperators,
  iLike: 'LIKE',
  notILike: 'NOT LIKE',
  regexp: 'REGEXP',
  notRegexp: 'NOT REGEXP',
}

// ---------------------------------------------------------------- order and limit

/** NULL is less than any value here, and there is no NULLS FIRST: a term of its own brings it where it is wanted. */
function withNulls(items: readonly OrderItem[], groups: readonly Expr[], out: Writer): readonly OrderItem[] {
  if (items.every((item) => item.nulls === null)) return items
  const textOf = (expr: Expr): string => new Writer(out.syntax).node(expr).text
  // `f(x) IS NULL` is not seen to be the same in a whole group, although `f(x)` is (error 1055): any row of it can tell.
  const isGroup = (expr: Expr): boolean =>
    expr.kind !== 'column' && groups.some((group) => group.kind === expr.kind && textOf(group) === textOf(expr))
  return items.flatMap((item): readonly OrderItem[] => {
    if (item.nulls === null) return [item]
    const plain = { ...item, nulls: null }
    if ((item.nulls === 'first') === (item.direction !== 'DESC')) return [plain]
    const missing = isNull(item.expr)
    const expr = isGroup(item.expr) ? call('MAX', [missing]) : missing
    return [{ expr, direction: item.nulls === 'first' ? 'DESC' : null, nulls: null }, plain]
  })
}

const NO_LIMIT = '18446744073709551615'

function limitClause({ limit, offset }: Pick<SelectNode, 'limit' | 'offset'>, out: Writer): void {
  if (limit) out.raw(' LIMIT ').node(limit)
  // OFFSET cannot stand alone; the manual's own way to say "all".
  else if (offset) out.raw(` LIMIT ${NO_LIMIT}`)
  if (offset) out.raw(' OFFSET ').node(offset)
}

// ---------------------------------------------------------------- the table that a statement changes

/** What is being updated or deleted from while its conditions are printed. */
const targets = new WeakMap<Writer, TableName>()
const isTarget = ({ schema, name }: TableName, { from, joins }: SelectNode): boolean =>
  [from, ...joins.map((join) => join.source)].some(
    (source) => source?.kind === 'table' && source.table.name === name && source.table.schema === schema,
  )

/** A table that is being changed can be read only from a copy (error 1093). */
function changing(table: TableName, out: Writer, print: () => void): void {
  targets.set(out, table)
  print()
  targets.delete(out)
}

function copied(node: SelectNode, out: Writer, print: (node: SelectNode) => void): void {
  const target = targets.get(out)
  if (target === undefined || !isTarget(target, node)) {
    print(node)
    return
  }
  targets.delete(out)
  out.raw('SELECT * FROM (')
  print(node)
  // A limit makes the copy a real one: otherwise the optimizer would merge it into the statement again.
  if (!node.limit && !node.offset) out.raw(` LIMIT ${NO_LIMIT}`)
  out.raw(') AS ').identifier('_copy')
  targets.set(out, target)
}

// ---------------------------------------------------------------- JSON

const isJsonParam = (node: Expr): boolean =>
  node.kind === 'param' && (node.type?.key === 'JSON' || node.type?.key === 'JSONB')
/** What `read` makes of null in JSON. */
const isJsonNull = (node: Expr): boolean => node.kind === 'raw' && node.sql === "'null'"
const isJsonValue = (node: Expr): boolean => isJsonParam(node) || isJsonNull(node)

/** A value as a document: the type JSON compares by value, text by letters and therefore in one spelling. */
function jsonValue(node: Expr, { nativeJson }: PrintTraits, out: Writer): void {
  if (nativeJson) out.raw('CAST(').node(node).raw(' AS JSON)')
  else out.raw('JSON_COMPACT(').node(node).raw(')')
}
function jsonOperand(node: Expr, traits: PrintTraits, out: Writer): void {
  if (traits.nativeJson) operand(node, out)
  else jsonValue(node, traits, out)
}

// ---------------------------------------------------------------- statements

function printInsert(node: InsertNode, traits: PrintTraits, out: Writer): void {
  const { conflict } = node
  const at = out.text.length
  insertHead(node, out)
  if (isIgnored(conflict)) out.text = `${out.text.slice(0, at)}INSERT IGNORE${out.text.slice(at + 'INSERT'.length)}`
  if (node.columns.length === 0) out.raw(' ()')
  out.raw(' VALUES ').list(node.rows, (row) => {
    out
      .raw('(')
      .list(row, (value) => void (value === null ? out.raw('DEFAULT') : out.node(value)))
      .raw(')')
  })
  if (conflict && !isIgnored(conflict)) conflictClause(conflict, traits, out)
  if (traits.returning) returningClause(node.returning, out)
  else if (node.returning.length > 0) out.unsupported('RETURNING')
}

const isIgnored = (conflict: ConflictClause | null): boolean =>
  conflict !== null && (conflict.action === 'nothing' || conflict.action.length === 0)

/** Every unique key of the table decides, not only the one that is named. */
function conflictClause({ action, targetWhere, where }: ConflictClause, { rowAlias }: PrintTraits, out: Writer): void {
  if (targetWhere || where)
    out.unsupported(
      'A condition on the conflict (conflictWhere)',
      'Leave it out: every unique key of the table decides.',
    )
  if (action === 'nothing') return
  if (rowAlias) out.raw(' AS ').identifier('excluded')
  out.raw(' ON DUPLICATE KEY UPDATE ').list(action, ({ column, value }) => {
    out.identifier(column).raw(' = ')
    if (value !== 'excluded') out.node(value)
    else if (rowAlias) out.identifier('excluded').raw('.').identifier(column)
    else out.raw('VALUES(').identifier(column).raw(')')
  })
}

function limitedWhere(node: UpdateNode | DeleteNode, out: Writer): void {
  changing(node.table, out, () => whereClause(node.where, out))
  orderClause({ orderBy: withNulls(node.orderBy, [], out) }, out)
  if (node.limit) out.raw(' LIMIT ').node(node.limit)
}

/** Locks of PostgreSQL's finer grades are the next stronger ones here. */
function lockClause({ lock }: SelectNode, { lockOf }: PrintTraits, out: Writer): void {
  if (!lock) return
  const isShared = lock.strength === 'SHARE' || lock.strength === 'KEY SHARE'
  out.raw(isShared ? (lockOf ? ' FOR SHARE' : ' LOCK IN SHARE MODE') : ' FOR UPDATE')
  if (lockOf && lock.of.length > 0) out.raw(' OF ').list(lock.of, (table) => out.identifier(table))
  if (lock.skipLocked) out.raw(' SKIP LOCKED')
  else if (lock.noWait) out.raw(' NOWAIT')
}

/**
 * Writers that are within an outer join. MySQL turns EXISTS in its condition into a semijoin, and rows for which it is false then come all
 * the same (seen on MySQL 9); the hint keeps it from that.
 */
const outerJoins = new WeakSet<Writer>()

export function mysqlTable(traits: PrintTraits): PrintTable {
  const printSelect = (node: SelectNode, out: Writer): void => {
    const at = out.text.length
    selectBody({ ...node, orderBy: withNulls(node.orderBy, node.groupBy, out) }, out)
    const { maxExecutionTimeMs: time } = node
    if (time !== undefined)
      out.text =
        out.text.slice(0, at) +
        (traits.timeHint
          ? `SELECT /*+ MAX_EXECUTION_TIME(${time}) */${out.text.slice(at + 'SELECT'.length)}`
          : `SET STATEMENT max_statement_time=${time / 1000} FOR ${out.text.slice(at)}`)
    limitClause(node, out)
    lockClause(node, traits, out)
  }
  return {
    ...exprTable,
    ...queryTable,
    select: (node, out) => copied(node, out, (one) => printSelect(one, out)),
    insert: (node, out) => printInsert(node, traits, out),
    update(node, out) {
      out.raw('UPDATE ').table(node.table)
      changing(node.table, out, () => setClause(node, out))
      limitedWhere(node, out)
      if (node.returning.length > 0) out.unsupported('RETURNING of an UPDATE')
    },
    delete(node, out) {
      out.raw('DELETE FROM ').table(node.table)
      limitedWhere(node, out)
      if (traits.returning) returningClause(node.returning, out)
      else if (node.returning.length > 0) out.unsupported('RETURNING')
    },
    table(node, out) {
      queryTable.table(node, out)
      for (const { type, values } of node.indexHints ?? [])
        out
          .raw(` ${type} INDEX (`)
          .list(values, (name) => out.identifier(name))
          .raw(')')
    },
    join(node, out) {
      const isOuter = node.type === 'left' || node.type === 'right'
      if (!isOuter || !traits.timeHint || outerJoins.has(out)) return queryTable.join(node, out)
      outerJoins.add(out)
      queryTable.join(node, out)
      outerJoins.delete(out)
    },
    exists(node, out) {
      const at = out.text.length + (node.negated ? 'NOT EXISTS (SELECT' : 'EXISTS (SELECT').length
      exprTable.exists(node, out)
      if (outerJoins.has(out)) out.text = `${out.text.slice(0, at)} /*+ NO_SEMIJOIN() */${out.text.slice(at)}`
    },
    derived(node, out) {
      if (node.lateral && !traits.lateral) out.unsupported('LATERAL')
      queryTable.derived(node, out)
    },
    window: (node, out) => exprTable.window({ ...node, orderBy: withNulls(node.orderBy, [], out) }, out),
    is(node, out) {
      const { right } = node
      if (right.kind === 'raw' && /^(?:NULL|TRUE|FALSE|UNKNOWN)$/i.test(right.sql)) return exprTable.is(node, out)
      // IS takes words only; this is the equality under which NULL equals NULL.
      if (node.negated) out.raw('NOT (')
      operand(node.left, out)
      out.raw(' <=> ')
      operand(right, out)
      if (node.negated) out.raw(')')
    },
    compare(node, out) {
      if ((node.op === '=' || node.op === '<>') && isJsonValue(node.right)) {
        jsonOperand(node.left, traits, out)
        out.raw(` ${node.op} `)
        jsonValue(node.right, traits, out)
      } else exprTable.compare(node, out)
    },
    in(node, out) {
      const { items } = node
      if ('kind' in items) {
        if (items.kind !== 'select' || (!items.limit && !items.offset)) return exprTable.in(node, out)
        // A limit may not stand in a subquery of IN (error 1235), but in a table inside it.
        operand(node.left, out)
        out.raw(node.negated ? ' NOT IN (SELECT * FROM (' : ' IN (SELECT * FROM (')
        const target = targets.get(out)
        targets.delete(out)
        out.node(items).raw(') AS ').identifier('_limited').raw(')')
        if (target) targets.set(out, target)
        return
      }
      if (!items.some(isJsonValue)) return exprTable.in(node, out)
      jsonOperand(node.left, traits, out)
      out
        .raw(node.negated ? ' NOT IN (' : ' IN (')
        .list(items, (item) => void (isJsonValue(item) ? jsonValue(item, traits, out) : out.node(item)))
        .raw(')')
    },
    json(node, out) {
      if (node.path.length === 0) {
        if (node.unquote) out.raw('JSON_UNQUOTE(').node(node.expr).raw(')')
        else operand(node.expr, out)
        return
      }
      // The path is structure, not a value: an index on the expression must be able to match it.
      const path = text(jsonPathLiteral(node.path))
      if (node.unquote) out.raw('JSON_UNQUOTE(')
      out.raw('JSON_EXTRACT(').node(node.expr).raw(`, ${path})`)
      if (node.unquote) out.raw(')')
    },
    quantified(node, out) {
      if (node.expr.kind === 'array' || node.values) return exprTable.quantified(node, out)
      out.raw(node.quantifier === 'any' ? 'ANY (' : 'ALL (')
      if (node.expr.kind === 'subquery') out.node(node.expr.select)
      else out.node(node.expr)
      out.raw(')')
    },
  }
}
