/**
 * What PostgreSQL writes differently from the base tables: `$1` parameters and the casts that they need where nothing else says their
 * type, JSON paths, arrays, ranges, patterns. Docs of the engine: functions-json, functions-array, functions-range, typeconv.
 */
import { QueryError } from '../../errors/base.js'
import { baseOperators, exprTable, operand } from '../../print/expr.js'
import { conflictClause, insertHead, limitedWhere, queryTable, returningClause, setClause } from '../../print/query.js'
import type { PrintTable, Writer } from '../../print/writer.js'
import type { CompareNode, CompareOperator, Expr, ParamNode } from '../../sql/expr.js'
import type { InsertNode } from '../../sql/query.js'
import type { DataType } from '../../types/data-type.js'
import { text } from './text.js'
import { codec, LooseLiteralType } from './types.js'

export const postgresOperators: Readonly<Partial<Record<CompareOperator, string>>> = {
  ...baseOperators,
  iLike: 'ILIKE',
  notILike: 'NOT ILIKE',
  regexp: '~',
  notRegexp: '!~',
  iRegexp: '~*',
  notIRegexp: '!~*',
  contains: '@>',
  contained: '<@',
  overlap: '&&',
  adjacent: '-|-',
  strictLeft: '<<',
  strictRight: '>>',
  noExtendLeft: '&>',
  noExtendRight: '&<',
  anyKeyExists: '?|',
  allKeysExist: '?&',
  match: '@@',
}

/** The name of a type in a cast. An enum's is that of its column, which a cast does not know. */
export const castName = (type: DataType): string =>
  codec(type)
    .sql.replace(/^ENUM\(.*\)(?=(?:\[\])*$)/s, 'TEXT')
    .replace(/ COLLATE "C"$/, '')

/** Functions that take anything: a parameter's type can then be read from nothing. */
const TAKES_ANYTHING = new Set(
  (
    'concat concat_ws format json_build_array json_build_object jsonb_build_array jsonb_build_object json_object_agg jsonb_object_agg json_agg jsonb_agg array_agg ' +
    'num_nonnulls num_nulls pg_typeof to_json to_jsonb row_to_json quote_literal quote_nullable count min max'
  ).split(' '),
)

const castParam = (node: ParamNode, type: string, out: Writer): void =>
  void out.param(node.value, node.type).raw(`::${type}`)
/** The name of the type that a parameter must be told to have, where its place tells nothing. */
const typeOfParam = ({ type }: ParamNode): string => (type === null ? 'TEXT' : castName(type))

// A range or an array on one side and an element on the other: PostgreSQL would take a bare parameter for another range.
const WHOLES = new Set(['ARRAY', 'RANGE', 'JSON', 'JSONB', 'HSTORE'])
const CONTAINMENT = new Set<CompareOperator>(['contains', 'contained'])

function compare(node: CompareNode, out: Writer): void {
  const { left, right, op } = node
  if (right.kind === 'param' && CONTAINMENT.has(op) && right.type !== null && !WHOLES.has(right.type.key)) {
    operand(left, out)
    out.raw(` ${postgresOperators[op]!} `)
    castParam(right, typeOfParam(right), out)
    return
  }
  // An array of members of an enum cannot be written without the name of its type: they are compared as text.
  if (right.kind === 'quantified' && right.expr.kind === 'array' && right.expr.type?.key === 'ENUM') {
    out
      .raw('CAST(')
      .node(left)
      .raw(` AS TEXT) ${postgresOperators[op] ?? out.unsupported(`The operator Op.${op}`)} `)
      .node(right)
    return
  }
  // Two bare parameters, or one of text beside another: nothing says what they are.
  if (left.kind === 'param' && left.type === null && right.kind === 'param') {
    castParam(left, typeOfParam(right), out)
    out.raw(` ${postgresOperators[op] ?? out.unsupported(`The operator Op.${op}`)} `).node(right)
    return
  }
  exprTable.compare(node, out)
}

/** `->'a'`, `#>'{a,0}'`: structure, not values, so that an index on the expression can match. */
function pathText(path: readonly (string | number)[], unquote: boolean): string {
  if (path.some((part) => typeof part === 'string' && part.includes('\0')))
    throw new QueryError('A JSON path cannot contain a NUL character.')
  const [only] = path
  if (path.length === 1) return `${unquote ? '->>' : '->'}${typeof only === 'number' ? only : text(only!)}`
  return `${unquote ? '#>>' : '#>'}${text(`{${path.map((part) => (typeof part === 'number' || /^\w+$/.test(part) ? part : JSON.stringify(part))).join(',')}}`)}`
}

/** What IS takes besides `DISTINCT FROM`. */
const IS_WORDS = /^(?:NULL|TRUE|FALSE|UNKNOWN|NOT\s)/i

function printInsert(node: InsertNode, out: Writer): void {
  if (node.lists) {
    insertHead(node, out)
    out
      .raw(' SELECT * FROM UNNEST(')
      .list(node.lists, (list) => out.node(list))
      .raw(')')
    conflictClause(node.conflict, out)
    returningClause(node.returning, out)
    return
  }
  if (node.columns.length === 0 && node.rows.length > 1) {
    out.raw('INSERT INTO ').table(node.table).raw(` SELECT FROM generate_series(1, ${node.rows.length})`)
    conflictClause(node.conflict, out)
    returningClause(node.returning, out)
    return
  }
  if (node.columns.length === 0) {
    queryTable.insert(node, out)
    return
  }
  insertHead(node, out)
  out.raw(' VALUES ').list(node.rows, (row) => {
    out
      .raw('(')
      .list(row, (value) => (value === null ? out.raw('DEFAULT') : out.node(value)))
      .raw(')')
  })
  conflictClause(node.conflict, out)
  returningClause(node.returning, out)
}

export const postgresTable: PrintTable = {
  ...exprTable,
  ...queryTable,
  insert: printInsert,
  update(node, out) {
    out.raw('UPDATE ').table(node.table)
    setClause(node, out)
    limitedWhere(node, out, 'ctid')
    returningClause(node.returning, out)
  },
  delete(node, out) {
    out.raw('DELETE FROM ').table(node.table)
    limitedWhere(node, out, 'ctid')
    returningClause(node.returning, out)
  },
  param(node, out) {
    if (node.type instanceof LooseLiteralType) castParam(node, node.type.sql, out)
    else out.param(node.value, node.type)
  },
  call(node, out) {
    const name = node.name.toLowerCase()
    if (!TAKES_ANYTHING.has(name)) return exprTable.call(node, out)
    const args = node.args.map((arg): Expr => {
      if (arg.kind !== 'param' || arg.type instanceof LooseLiteralType) return arg
      return { kind: 'cast', expr: arg, type: typeOfParam(arg) }
    })
    return exprTable.call({ ...node, args }, out)
  },
  compare,
  is(node, out) {
    const { right } = node
    if (right.kind === 'raw' && IS_WORDS.test(right.sql.trim())) return exprTable.is(node, out)
    operand(node.left, out)
    // IS NOT DISTINCT FROM is the equality that knows NULL.
    out.raw(node.negated ? ' IS DISTINCT FROM ' : ' IS NOT DISTINCT FROM ')
    operand(right, out)
  },
  json(node, out) {
    if (node.path.length === 0 && !node.unquote) return void out.node(node.expr)
    // In parentheses: the arrows bind no stronger than `||`, beside which users put them.
    out.raw('(')
    operand(node.expr, out)
    out.raw(node.path.length === 0 ? " #>> '{}'" : pathText(node.path, node.unquote)).raw(')')
  },
  array(node, out) {
    out
      .raw('ARRAY[')
      .list(node.items, (item) => out.node(item))
      .raw(']')
    if (node.type !== null) out.raw(`::${castName(node.type)}[]`)
    else if (node.items.length === 0 || node.items.every((item) => item.kind === 'param' && item.type === null))
      out.raw('::TEXT[]')
  },
  quantified(node, out) {
    out.raw(node.quantifier === 'any' ? 'ANY (' : 'ALL (')
    if (node.values && node.expr.kind === 'list') {
      out.raw('VALUES ').list(node.expr.items, (item) => {
        out.raw('(')
        if (item.kind === 'param' && !(item.type instanceof LooseLiteralType)) castParam(item, typeOfParam(item), out)
        else out.node(item)
        out.raw(')')
      })
    } else out.node(node.expr)
    out.raw(')')
  },
}
