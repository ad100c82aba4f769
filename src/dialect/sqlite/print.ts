/**
 * What SQLite writes differently from the base tables. Minimum version 3.39 (RIGHT JOIN, IS DISTINCT FROM); `RETURNING` and UPSERT
 * are older.
 */
import { baseOperators, exprTable, operand } from '../../print/expr.js'
import { jsonPathLiteral } from '../../print/json-path.js'
import {
  conflictClause,
  insertHead,
  limitedWhere,
  queryTable,
  returningClause,
  selectBody,
  setClause,
} from '../../print/query.js'
import type { PrintTable, Writer } from '../../print/writer.js'
import type { CompareOperator } from '../../sql/expr.js'
import type { InsertNode, UpdateNode } from '../../sql/query.js'

// LIKE ignores the case of ASCII letters in SQLite (lang_expr.html), so ILIKE is the same word. REGEXP and MATCH are left out: the words
// exist, the functions behind them don't.
export const sqliteOperators: Readonly<Partial<Record<CompareOperator, string>>> = {
  ...baseOperators,
  iLike: 'LIKE',
  notILike: 'NOT LIKE',
}

function limitClause(
  node: { readonly limit: UpdateNode['limit']; readonly offset: UpdateNode['limit'] },
  out: Writer,
): void {
  if (node.limit) out.raw(' LIMIT ').node(node.limit)
  // OFFSET cannot stand alone; a negative limit means none.
  else if (node.offset) out.raw(' LIMIT -1')
  if (node.offset) out.raw(' OFFSET ').node(node.offset)
}

// UPDATE … LIMIT exists only in builds with an option that distributions leave out, and never with RETURNING. This is the spelling of the
// rowid that a user's column is least likely to hide.
const ROW_ID = '_rowid_'

function printInsert(given: InsertNode, out: Writer): void {
  const node = withoutDefaults(given, out)
  if (node.columns.length > 0) {
    insertHead(node, out)
    out.raw(' VALUES ').list(node.rows, (row) => {
      out
        .raw('(')
        .list(row, (value) => void (value === null ? out.raw('NULL') : out.node(value)))
        .raw(')')
    })
  } else {
    out.raw('INSERT INTO ').table(node.table)
    // DEFAULT VALUES makes one row; a NULL rowid makes the next one, and leaves every column its default.
    out.raw(
      node.rows.length === 1 ? ' DEFAULT VALUES' : ` (_rowid_) VALUES ${node.rows.map(() => '(NULL)').join(', ')}`,
    )
  }
  conflictClause(node.conflict, out)
  returningClause(node.returning, out)
}

/** SQLite has no DEFAULT in VALUES: a column that every row leaves to its default is left out; one that only some rows have needs two inserts. */
function withoutDefaults(node: InsertNode, out: Writer): InsertNode {
  const kept = node.columns.map((_, index) => node.rows.some((row) => row[index] !== null))
  if (node.rows.some((row) => row.some((value, index) => value === null && kept[index]))) {
    out.unsupported('DEFAULT for some rows of an insert', 'Insert rows with equal sets of columns together.')
  }
  if (kept.every(Boolean)) return node
  return {
    ...node,
    columns: node.columns.filter((_, index) => kept[index]),
    rows: node.rows.map((row) => row.filter((_, index) => kept[index])),
  }
}

export const sqliteTable: PrintTable = {
  ...exprTable,
  ...queryTable,
  union(node, out) {
    for (const [at, one] of node.selects.entries()) out.raw(at === 0 ? '' : ' UNION ALL ').node(one)
  },
  select(node, out) {
    selectBody(node, out)
    limitClause(node, out)
    // No row locks: a transaction that writes has the whole database (as in Sequelize, `lock` is no error).
  },
  insert: printInsert,
  update(node, out) {
    out.raw('UPDATE ').table(node.table)
    setClause(node, out)
    limitedWhere(node, out, ROW_ID)
    returningClause(node.returning, out)
  },
  delete(node, out) {
    out.raw('DELETE FROM ').table(node.table)
    limitedWhere(node, out, ROW_ID)
    returningClause(node.returning, out)
  },
  derived(node, out) {
    if (node.lateral) out.unsupported('LATERAL')
    out.raw('(').node(node.select).raw(') AS ').identifier(node.alias)
  },
  in(node, out) {
    const { left, items } = node
    // Row values on the right are rows of a VALUES list (rowvalue.html, section 2.2).
    if (left.kind !== 'list' || 'kind' in items || items.length === 0) return exprTable.in(node, out)
    out
      .node(left)
      .raw(node.negated ? ' NOT IN (VALUES ' : ' IN (VALUES ')
      .list(items, (item) => out.node(item))
      .raw(')')
  },
  json(node, out) {
    operand(node.expr, out)
    if (node.path.length === 0 && !node.unquote) return
    // `->` gives JSON text, `->>` an SQL value. The path is structure, not a value: an index on the expression must be able to match it.
    out.raw(node.unquote ? ' ->> ' : ' -> ').raw(`'${jsonPathLiteral(node.path).replaceAll("'", "''")}'`)
  },
}

/** What CAST takes: no collation, and exact decimals as SQLite counts them. */
/** Dates are text here; CAST to a name that SQLite does not know would make a number of them: the year. */
export const castName = (sql: string): string =>
  /^(?:DATE|TIME)/i.test(sql) ? 'TEXT' : sql.replace(/ COLLATE \w+$/i, '')
