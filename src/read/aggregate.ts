/**
 * count, max, min, sum and the like: requests whose selection is a call. They take the same way as findAll; includes are joined only
 * where they filter. Docs: querying/select-methods (utility methods).
 */
import { draft } from '../base/freeze.js'
import { checkObject } from '../base/options.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError } from '../errors/base.js'
import type { ModelClass } from '../model/definition.js'
import type { HookOptions } from '../model/hooks.js'
import { wantsHook } from '../model/hooks.js'
import type { Expr } from '../sql/expr.js'
import { all, call, column } from '../sql/expr.js'
import { mentionedAliases } from '../sql/walk.js'
import type { DataType } from '../types/data-type.js'
import { show } from '../types/data-type.js'
import { normalizeType } from '../types/index.js'
import { decimalOf } from '../types/numbers.js'
import { resolveAttribute } from './attribute-key.js'
import { columnExpr } from './expression.js'
import type { Found } from './hydrate.js'
import type { Branch } from './include.js'
import { growTree } from './include.js'
import type { FindInput, OptionTable } from './options.js'
import { checkOptions, execOptions, FIND_OPTIONS, SWITCH } from './options.js'
import { normaliseGroup, normaliseOrder, withoutModel } from './order.js'
import { assertOrdered } from './ordered.js'
import { branchesBelow, planFor, statementOf } from './plan.js'
import type { FindRequest } from './request.js'
import { havingTables, RequestScope, readParts } from './request.js'
import type { SelectedColumn, Selection } from './selection.js'
import { normaliseAttributes } from './selection.js'
import { JOINED } from './strategy.js'
import type { Tables } from './tables.js'
import { normaliseWhere } from './where.js'

const AGGREGATE_OPTIONS: OptionTable = new Map([...FIND_OPTIONS, ['dataType', 0], ['col', 0]])
const COUNT_OPTIONS: OptionTable = new Map([...AGGREGATE_OPTIONS, ['countGroupedRows', SWITCH]])
const NO_OPTIONS: FindInput = Object.freeze({})

/**
 * The number of rows that `options` describe; with `group`, one row per group with its `count`. Options: `where`, `include`, `distinct`,
 * `col`, `group`, `attributes`, `having`, `paranoid`, `countGroupedRows`. `limit`, `offset` and `order` do not change a count and are left
 * out. Compat: parents are counted once, however many rows their includes have; test "counts parents, not joined rows".
 */
export async function count(
  runtime: Runtime,
  model: ModelClass,
  options?: FindInput | null,
): Promise<number | readonly Record<string, unknown>[]> {
  const { hooks } = model.modelDefinition
  let input = options ?? NO_OPTIONS
  if (wantsHook(hooks, 'beforeCount', input as HookOptions)) {
    input = draft(input)
    await hooks.runAsync('beforeCount', input)
  }
  const bits = checkOptions(input, COUNT_OPTIONS, model, 'count')
  const { col, distinct, countGroupedRows } = input
  const request = requestOf(runtime, model, input, bits, (root, selection, group) => {
    if (countGroupedRows === true) return { columns: selection }
    const { primaryKey } = root.definition.shape
    const isMultiplied = branchesBelow(root).some((branch) => branch.association!.cardinality === 'many')
    const isDistinct = distinct === true || (distinct === undefined && isMultiplied && col === undefined)
    if (isDistinct && col === undefined && primaryKey.length > 1 && group.length === 0) {
      // No engine counts different pairs in one call: the pairs become rows.
      return {
        columns: primaryKey.map((attribute) =>
          named(attribute.attributeName, column(root.alias, attribute.columnName)),
        ),
        distinctRows: true,
      }
    }
    const counted =
      col !== undefined && col !== null
        ? countedColumn(col, root.tables)
        : isDistinct && primaryKey.length > 0
          ? column(root.alias, primaryKey[0]!.columnName)
          : null
    return {
      columns: [
        ...selection,
        named('count', call('count', [counted ?? { kind: 'star', table: null }], isDistinct && counted !== null)),
      ],
    }
  })
  const { items } = await run(request)
  const rows = items as Record<string, unknown>[]
  if (request.group.length > 0 && !request.countRows) return rows.map((row) => ({ ...row, count: Number(row.count) }))
  return Number(rows[0]?.count ?? 0)
}

/**
 * `fn` (`max`, `min`, `sum`, `avg`, …) over an attribute; null where there is no row. The value has the attribute's type, or `dataType`.
 * With `plain: false` (and with `group`): rows, each with `attributes` and the value under the function's name.
 */
export async function aggregate(
  runtime: Runtime,
  model: ModelClass,
  attribute: string,
  fn: string,
  options?: FindInput | null,
): Promise<unknown> {
  const input = options ?? NO_OPTIONS
  // `max`, `min` and `sum` come through here.
  const method = /^(?:max|min|sum)$/.test(fn) ? fn : 'aggregate'
  checkObject(input, `${model.name}.${method}()`)
  const bits = checkOptions(input, AGGREGATE_OPTIONS, model, method)
  if (typeof attribute !== 'string' || attribute === '')
    throw new QueryError(`${model.name}.${fn}() needs the name of an attribute, got ${show(attribute)}.`)
  const { distinct, dataType } = input
  let type: DataType | null = dataType === undefined || dataType === null ? null : normalizeType(dataType)
  const request = requestOf(runtime, model, input, bits, (root, selection) => {
    const isAll = attribute === '*'
    const operand = isAll ? null : resolveAttribute(attribute, root.tables, fn)
    if (operand !== null && /^(?:min|max|sum|avg)$/i.test(fn)) assertOrdered(operand, fn, runtime)
    if (type === null && /^(?:min|max)$/i.test(fn)) type = operand?.type ?? null
    const expr = call(fn, [operand?.expr ?? { kind: 'star', table: null }], distinct === true)
    return { columns: [...selection, named(fn, expr, type)] }
  })
  const { items } = await run(request)
  const rows = items as Record<string, unknown>[]
  const isNumber = dataType === undefined && /^(?:sum|avg|count)$/i.test(fn)
  const values = isNumber ? rows.map((row) => ({ ...row, [fn]: numberOf(row[fn], /^avg$/i.test(fn)) })) : rows
  return input.plain === true || (input.plain === undefined && request.group.length === 0)
    ? (values[0]?.[fn] ?? null)
    : values
}

/** Sums come as text where the engine's sum is wider than a number; those that fit are numbers. An average is rounded anyway. */
function numberOf(value: unknown, isRounded: boolean): unknown {
  if (typeof value !== 'string' && typeof value !== 'bigint') return value
  const number = Number(value)
  if (Number.isNaN(number) || (Number.isInteger(number) && !Number.isSafeInteger(number))) return value
  return isRounded || decimalOf(value) === decimalOf(number) ? number : value
}

const named = (name: string, expr: Expr, type: DataType | null = null): SelectedColumn => ({
  name,
  expr,
  isAliased: true,
  type,
  attribute: null,
})

function countedColumn(col: unknown, tables: Tables): Expr {
  if (typeof col !== 'string')
    throw new QueryError(`${tables.label}.count(): col is the name of an attribute, got ${show(col)}.`)
  if (col === '*') return { kind: 'star', table: null }
  const { shape } = tables.model!
  const [head, ...rest] = col.split('.')
  if (rest.length > 0 && !shape.attributes.has(col)) {
    // v6 writes the table's alias in front.
    if (head === tables.alias) return countedColumn(rest.join('.'), tables)
    const below = tables.follow(head!)
    return below === null ? columnExpr([col], tables) : countedColumn(rest.join('.'), below)
  }
  return resolveAttribute(col, tables, 'col').expr
}

interface Aggregated {
  readonly columns: readonly SelectedColumn[]
  readonly distinctRows?: boolean
}

/** The request of an aggregate: its tree, without the includes that change nothing, and a selection made of `group`, `attributes` and the call. */
function requestOf(
  runtime: Runtime,
  model: ModelClass,
  options: FindInput,
  bits: number,
  select: (root: Branch, selection: readonly SelectedColumn[], group: readonly Expr[]) => Aggregated,
): FindRequest {
  const statement = new RequestScope(runtime, options)
  const tree = growTree(model, options, statement, { allowQueries: false })
  for (const child of tree.children) readParts(child, false)
  const group = normaliseGroup(options.group, tree)
  const selection = selectionOf(options, tree, group)
  tree.parts = { selection, where: null, on: null }
  const where = normaliseWhere(options.where, tree.tables)
  const having = normaliseWhere(options.having, havingTables(tree))
  const order = group.length > 0 ? normaliseOrder(options.order, tree) : []
  const probe = select(tree, selection.columns, group)
  const used = all([
    where,
    having,
    ...group,
    ...order.map((item) => item.expr),
    ...probe.columns.map((selected) => selected.expr),
  ])
  const mentioned =
    used === null
      ? new Set<string>()
      : mentionedAliases(
          used,
          branchesBelow(tree).map((branch) => branch.alias),
        )
  const root = prune(tree, mentioned)
  const { columns, distinctRows } =
    root.children.length === tree.children.length ? probe : select(root, selection.columns, group)
  root.parts = { selection: { columns, isDefault: false, names: [] }, where: null, on: null }
  return {
    runtime,
    model,
    root,
    mode: 'rows',
    where,
    group,
    having,
    order,
    innerOrder: [],
    limit: null,
    offset: null,
    distinct: distinctRows === true,
    lock: null,
    indexHints: [],
    maxExecutionTimeMs: null,
    byDefault: JOINED,
    subQuery: null,
    echo: [],
    isPerKey: false,
    single: false,
    countRows: distinctRows === true || (options.countGroupedRows === true && group.length > 0),
    values: statement.values,
    exec: execOptions(options, bits),
  }
}

/** What stands beside the call: `attributes`, or else the attributes that `group` names. Without a group only the call. */
function selectionOf(options: FindInput, root: Branch, group: readonly Expr[]): Selection {
  const none: Selection = { columns: [], isDefault: false, names: [] }
  if (group.length === 0 && (options.plain !== false || options.attributes === undefined)) return none
  if (options.attributes !== undefined && options.attributes !== null)
    return normaliseAttributes(options.attributes, root.tables)
  const items = Array.isArray(options.group) ? (options.group as unknown[]) : [options.group]
  return {
    ...none,
    columns: items.map((given, at): SelectedColumn => {
      const item = typeof given === 'string' ? withoutModel(given, root) : given
      const attribute =
        typeof item === 'string'
          ? (root.definition.shape.attributes.get(item) ?? root.definition.shape.byColumn.get(item))
          : undefined
      const name =
        typeof item === 'string'
          ? item
          : Array.isArray(item)
            ? item.filter((part) => typeof part === 'string').join('.')
            : null
      return {
        name: name === '' ? null : name,
        expr: group[at]!,
        isAliased: true,
        type: attribute?.type ?? null,
        attribute: null,
      }
    }),
  }
}

/** A tree without the branches that neither filter nor are mentioned. */
function prune(branch: Branch, mentioned: ReadonlySet<string>): Branch {
  const children = branch.children
    .filter((child) => child.joinType === 'inner' || isMentioned(child, mentioned))
    .map((child) => prune(child, mentioned))
  // How many of its rows are shown does not change whether a parent has any.
  const { limit: _limit, offset: _offset, ...options } = branch.options
  return { ...branch, options, children }
}
const isMentioned = (branch: Branch, mentioned: ReadonlySet<string>): boolean =>
  mentioned.has(branch.alias) || branch.children.some((child) => isMentioned(child, mentioned))

async function run(request: FindRequest): Promise<Found> {
  const { runtime, exec } = request
  const plan = planFor(request, true)
  const result = await runtime.executor.execute(statementOf(plan, request.values), 'read', exec)
  return plan.read(result.rows, { models: [], options: [], columns: result.columns })
}
