/**
 * The shape of a request as text: everything that decides which statement it becomes and how its rows are read, and no value. Plans
 * are cached by it. Free text is written with its length, so that no two shapes can be confused.
 */
import { known } from '../base/known.js'
import type { Expr, OrderItem } from '../sql/expr.js'
import type { JoinNode, SelectNode, Source } from '../sql/query.js'
import type { DataType } from '../types/data-type.js'
import type { Branch } from './include.js'
import type { FindRequest } from './request.js'
import { Slot } from './request.js'

let nextId = 1
const ids = new WeakMap<object, number>()
/** A number that stands for an object as long as it lives. */
function identityOf(object: object): number {
  return known(ids, object, () => nextId++)
}

export function shapeOf(request: FindRequest): string {
  const {
    mode,
    root,
    where,
    group,
    having,
    order,
    innerOrder,
    limit,
    offset,
    distinct,
    single,
    lock,
    indexHints,
    maxExecutionTimeMs,
    subQuery,
    echo,
    isPerKey,
    countRows,
  } = request
  let key = `${mode[0]}${branchKey(root)}`
  if (where) key += `W${exprKey(where)}`
  if (order.length > 0) key += `O${orderKey(order)}`
  if (innerOrder.length > 0) key += `o${orderKey(innerOrder)}`
  if (limit) key += `L${exprKey(limit)}`
  if (offset) key += `F${exprKey(offset)}`
  if (group.length > 0) key += `G${listKey(group)}`
  if (having) key += `H${exprKey(having)}`
  if (distinct) key += 'D'
  if (single) key += '1'
  if (lock) key += `K${text(JSON.stringify(lock))}`
  if (indexHints.length > 0) key += `I${text(JSON.stringify(indexHints))}`
  if (maxExecutionTimeMs !== null) key += `T${maxExecutionTimeMs}`
  if (subQuery !== null) key += subQuery ? 'S1' : 'S0'
  if (echo.length > 0) key += `E${echo.map((one) => (typeof one === 'string' ? text(one) : exprKey(one))).join('')}`
  if (isPerKey) key += 'P'
  if (countRows) key += 'C'
  return key
}

function branchKey(branch: Branch): string {
  const { definition, association, alias, joinType, strategy, isParanoid, isRequired, options, parts, children } =
    branch
  const { schema, name } = definition.table
  let key = `(${identityOf(definition.shape)}${text(name)}${schema === null ? '' : `s${text(schema)}`}a${text(alias)}${isParanoid ? 'p' : ''}`
  if (association !== null)
    key += `${identityOf(association)}${joinType[0]}${strategy[0]}${isRequired ? 'r' : ''}${options.or === true ? 'o' : ''}${options.duplicating === false || options.subQuery === false ? 'd' : ''}`
  if (parts.selection.isDefault) key += '*'
  else
    for (const { name: column, expr, type } of parts.selection.columns)
      key += `,${text(column ?? '')}${column === null ? '?' : ''}${exprKey(expr)}${typeKey(type)}`
  if (parts.where) key += `w${exprKey(parts.where)}`
  if (parts.on) key += `n${exprKey(parts.on)}`
  for (const child of children) key += branchKey(child)
  return `${key})`
}

const text = (value: string): string => `${value.length}:${value}`
const typeKeys = new WeakMap<DataType, string>()
function typeKey(type: DataType | string | null): string {
  if (type === null) return '-'
  if (typeof type === 'string') return text(type)
  // By content: `sql.cast(x, DataTypes.DATE)` makes a new type at every call.
  return known(
    typeKeys,
    type,
    () => `${identityOf(type.constructor)}${text(JSON.stringify(type.options, typeOption) ?? '')}`,
  )
}
function typeOption(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return `#${identityOf(value)}`
  return typeof value === 'object' && value !== null && typeof (value as Partial<DataType>).toSql === 'function'
    ? typeKey(value as DataType)
    : value
}
function listKey(items: readonly Expr[]): string {
  let key = `${items.length}[`
  for (const item of items) key += exprKey(item)
  return `${key}]`
}
function orderKey(items: readonly OrderItem[]): string {
  let key = ''
  for (const { expr, direction, nulls } of items) key += `${exprKey(expr)}${direction ?? ''}${nulls ?? ''};`
  return key
}

function exprKey(node: Expr): string {
  switch (node.kind) {
    case 'column':
      return `c${node.table === null ? '' : text(node.table)}.${text(node.column)}`
    case 'param':
      return node.value instanceof Slot
        ? `p${node.value.index}${node.value.at === null ? '' : `.${node.value.at}`}${typeKey(node.type)}`
        : `k${text(JSON.stringify(node.value) ?? String(node.value))}${typeKey(node.type)}`
    case 'raw':
      return `r${text(node.sql)}`
    case 'template':
      return `t${node.texts.map(text).join('')}${listKey(node.exprs)}`
    case 'identifier':
      return `i${node.parts.map(text).join('.')};`
    case 'star':
      return `*${node.table === null ? '' : text(node.table)}`
    case 'call':
      return `f${text(node.name)}${node.distinct ? 'd' : ''}${listKey(node.args)}`
    case 'cast':
      return `x${exprKey(node.expr)}${typeKey(node.type)}`
    case 'compare':
      return `o${node.op} ${exprKey(node.left)}${exprKey(node.right)}`
    case 'is':
      return `s${node.negated ? '!' : ''}${exprKey(node.left)}${exprKey(node.right)}`
    case 'in': {
      const { items } = node
      const [first] = 'kind' in items ? [] : items
      // One list in many places.
      if (first?.kind === 'param' && first.value instanceof Slot && first.value.at !== null)
        return `n${node.negated ? '!' : ''}${exprKey(node.left)}v${first.value.index}x${(items as readonly Expr[]).length}${typeKey(first.type)}`
      return `n${node.negated ? '!' : ''}${exprKey(node.left)}${'kind' in items ? (items.kind === 'select' ? selectKey(items) : exprKey(items)) : listKey(items)}`
    }
    case 'between':
      return `b${node.negated ? '!' : ''}${exprKey(node.expr)}${exprKey(node.low)}${exprKey(node.high)}`
    case 'logic':
      return `${node.op === 'and' ? '&' : '|'}${listKey(node.items)}`
    case 'not':
      return `!${exprKey(node.expr)}`
    case 'exists':
      return `e${node.negated ? '!' : ''}${selectKey(node.select)}`
    case 'subquery':
      return `q${selectKey(node.select)}`
    case 'json':
      return `j${node.unquote ? 'u' : ''}${text(JSON.stringify(node.path))}${exprKey(node.expr)}`
    case 'list':
      return `l${listKey(node.items)}`
    case 'array':
      return `a${listKey(node.items)}${typeKey(node.type)}`
    case 'quantified':
      return `y${node.quantifier}${node.values ? 'v' : ''}${node.expr.kind === 'select' ? selectKey(node.expr) : exprKey(node.expr)}`
    case 'case':
      return `C${node.whens.map(({ when, then }) => exprKey(when) + exprKey(then)).join('')}/${node.otherwise ? exprKey(node.otherwise) : ''};`
    case 'window':
      return `w${exprKey(node.call)}${listKey(node.partitionBy)}${orderKey(node.orderBy)}`
  }
}

function selectKey(node: SelectNode): string {
  const { distinct, columns, from, joins, where, groupBy, having, orderBy, limit, offset } = node
  let key = `{${distinct ? 'D' : ''}${listKey(columns.map((item) => item.expr))}${from ? sourceKey(from) : ''}${joinsKey(joins)}`
  if (where) key += exprKey(where)
  if (groupBy.length > 0) key += `G${listKey(groupBy)}`
  if (having) key += `H${exprKey(having)}`
  if (orderBy.length > 0) key += `O${orderKey(orderBy)}`
  if (limit) key += `L${exprKey(limit)}`
  if (offset) key += `F${exprKey(offset)}`
  return `${key}}`
}
const joinsKey = (joins: readonly JoinNode[]): string =>
  joins.map(({ type, source, on }) => `${type[0]}${sourceKey(source)}${on ? exprKey(on) : ''}`).join()
function sourceKey(source: Source): string {
  if (source.kind === 'table')
    return `${source.table.schema === null ? '' : text(source.table.schema)}.${text(source.table.name)}${text(source.alias ?? '')}`
  return source.kind === 'derived'
    ? `${selectKey(source.select)}${text(source.alias)}`
    : `(${sourceKey(source.source)}${joinsKey(source.joins)})`
}
