/**
 * Statements on tables without a model, for the query interface (migrations, seeders): values in objects by column name → nodes, sent,
 * results in Sequelize's shapes. Values travel as parameters, typed by what they are or by the attributes given.
 * Neighbours: `api/query-interface` calls, `read/where` makes the conditions.
 */

import type { Result } from '../connect/driver.js'
import type { ExecOptions } from '../connect/executor.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError } from '../errors/index.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelDefinition } from '../model/definition.js'
import { toExpr, typeOfValue } from '../read/expression.js'
import type { Tables } from '../read/tables.js'
import { normaliseWhere, tablesOf } from '../read/where.js'
import type { Expr, OrderItem } from '../sql/expr.js'
import { column, param, raw } from '../sql/expr.js'
import { isFragment } from '../sql/fragments.js'
import type { Assignment, ConflictClause, QueryNode, SelectItem, TableName } from '../sql/query.js'
import type { DataType } from '../types/index.js'
import { normalizeType } from '../types/index.js'

export type Row = Readonly<Record<string, unknown>>
/** Types of columns, where the value alone does not tell: `{ meta: { type: DataTypes.JSON } }`. */
export type ColumnTypes = Readonly<Record<string, unknown>>

/** Answers each name with a column of that name. */
class AnyColumn extends Map<string, Attribute> {
  readonly #known: ReadonlySet<string> | null
  constructor(known: readonly string[] | null) {
    super()
    this.#known = known && new Set(known)
  }
  override get(name: string): Attribute | undefined {
    if (name.startsWith('$') || (this.#known && !this.#known.has(name))) return undefined
    const attribute: Partial<Attribute> = {
      attributeName: name,
      columnName: name,
      field: name,
      isVirtual: false,
      type: null as unknown as DataType,
    }
    return attribute as Attribute
  }
  override has(name: string): boolean {
    return this.get(name) !== undefined
  }
  override keys(): MapIterator<string> {
    return new Set(this.#known ?? []).values()
  }
}

/** A table whose columns are named as they are: what a condition refers to where there is no model. `columns` null: any name is a column. */
export function columnScope(table: TableName, columns: readonly string[] | null = null): ModelDefinition {
  const names = new AnyColumn(columns)
  const scope = {
    modelName: `table "${table.name}"`,
    table: { ...table, delimiter: '.' },
    shape: { attributes: names, byColumn: names },
    associations: new Map(),
  }
  return scope as unknown as ModelDefinition
}

export interface RowScope {
  readonly runtime: Runtime
  readonly table: TableName
  readonly tables: Tables
  readonly types: ReadonlyMap<string, DataType>
}

export function rowScope(
  runtime: Runtime,
  table: TableName,
  types: ColumnTypes | undefined,
  model: ModelDefinition | null = null,
): RowScope {
  const known = new Map<string, DataType>()
  for (const [name, given] of Object.entries(types ?? {})) {
    const type = typeof given === 'object' && given !== null && 'type' in given ? given.type : given
    if (type !== undefined) known.set(name, normalizeType(type))
  }
  for (const attribute of model?.shape.physical ?? [])
    if (!known.has(attribute.columnName)) known.set(attribute.columnName, attribute.type)
  return { runtime, table, types: known, tables: tablesOf(runtime, model ?? columnScope(table)) }
}

function valueOf(scope: RowScope, name: string, value: unknown): Expr {
  if (isFragment(value)) return toExpr(value, scope.tables, `column "${name}"`)
  return param(value, scope.types.get(name) ?? typeOfValue(value))
}

const given = (row: Row): readonly [string, unknown][] => Object.entries(row).filter(([, value]) => value !== undefined)

export interface WriteOptions extends ExecOptions {
  readonly returning?: boolean | readonly string[]
}

function returningOf(options: WriteOptions): readonly SelectItem[] {
  if (!options.returning) return []
  return options.returning === true
    ? [{ expr: { kind: 'star', table: null }, alias: null }]
    : options.returning.map((name) => ({ expr: column(null, name), alias: null }))
}

/** Sends a statement; `options` goes to the executor. */
async function send(runtime: Runtime, node: QueryNode, kind: 'read' | 'write', options: ExecOptions): Promise<Result> {
  const { dialect, executor } = runtime
  const { text, params } = dialect.print(node)
  const values = params.map(({ value, type }) => {
    const toBind = type && value !== null && value !== undefined ? dialect.codec(type).toBind : null
    return toBind ? toBind(value) : value
  })
  const hasRows = node.kind === 'select' || node.returning.length > 0
  return await executor.execute({ text, params: values, mode: hasRows ? 'rows' : 'run' }, kind, options)
}

export const rowsOf = ({ columns, rows }: Result): Record<string, unknown>[] =>
  rows.map((row) => Object.fromEntries(columns.map((name, position) => [name, row[position]])))

/** Inserts rows, in as many statements as parameters allow, all or none. A column that a row does not name gets NULL. */
export async function insertRows(
  scope: RowScope,
  records: readonly Row[],
  options: WriteOptions,
  conflict: ConflictClause | null = null,
): Promise<{ affectedRows: number; rows: Record<string, unknown>[]; lastInsertId: Result['lastInsertId'] }> {
  const { runtime } = scope
  const columns = [...new Set(records.flatMap((record) => given(record).map(([name]) => name)))]
  if (records.length === 0) return { affectedRows: 0, rows: [], lastInsertId: null }
  const absent = runtime.dialect.traits.defaultKeyword ? null : raw('NULL')
  const perStatement = Math.max(1, Math.floor(runtime.dialect.traits.maxParameters / Math.max(1, columns.length)))
  const insertPart = async (part: readonly Row[], own: ExecOptions): Promise<Result> =>
    await send(
      runtime,
      {
        kind: 'insert',
        table: scope.table,
        columns,
        conflict,
        returning: returningOf(options),
        rows: part.map((record) =>
          columns.map((name) => (record[name] === undefined ? absent : valueOf(scope, name, record[name]))),
        ),
      },
      'write',
      own,
    )
  if (records.length <= perStatement) return collect([await insertPart(records, options)])
  return await runtime.executor.atomic(options, async (transaction) => {
    const results: Result[] = []
    for (let at = 0; at < records.length; at += perStatement)
      results.push(await insertPart(records.slice(at, at + perStatement), { ...options, transaction }))
    return collect(results)
  })
}

function collect(results: readonly Result[]): {
  affectedRows: number
  rows: Record<string, unknown>[]
  lastInsertId: Result['lastInsertId']
} {
  const rows = results.flatMap(rowsOf)
  return {
    affectedRows: results.reduce((sum, result) => sum + (result.affectedRows || result.rows.length), 0),
    rows,
    lastInsertId: results[results.length - 1]?.lastInsertId ?? null,
  }
}

export interface LimitedWrite extends WriteOptions {
  readonly limit?: number
  readonly order?: SelectOptions['order']
}

/** Updates the rows of a condition. @throws QueryError for values that name no column. */
export async function updateRows(scope: RowScope, values: Row, where: unknown, options: LimitedWrite): Promise<Result> {
  const set = given(values).map(([name, value]) => ({ column: name, value: valueOf(scope, name, value) }))
  if (set.length === 0) throw new QueryError(`Nothing to update in "${scope.table.name}": the values are empty.`)
  return await send(
    scope.runtime,
    {
      kind: 'update',
      table: scope.table,
      set,
      where: normaliseWhere(where, scope.tables),
      orderBy: limitedOrder(scope, options),
      limit: limitOf(options),
      returning: returningOf(options),
    },
    'write',
    options,
  )
}

export async function deleteRows(scope: RowScope, where: unknown, options: LimitedWrite): Promise<Result> {
  return await send(
    scope.runtime,
    {
      kind: 'delete',
      table: scope.table,
      where: normaliseWhere(where, scope.tables),
      orderBy: limitedOrder(scope, options),
      limit: limitOf(options),
      returning: returningOf(options),
    },
    'write',
    options,
  )
}

const limitOf = ({ limit }: LimitedWrite): Expr | null => (limit === undefined || limit === null ? null : param(limit))

/** Which rows a limit means. Without one the order would change nothing. */
function limitedOrder(scope: RowScope, { order, limit }: LimitedWrite): readonly OrderItem[] {
  if (order === undefined || order === null || order.length === 0) return []
  if (limit === undefined || limit === null)
    throw new QueryError(
      `"${scope.table.name}": order without limit changes nothing, all rows of the condition are written. Leave it out.`,
    )
  return orderOf(scope, order)
}

/** Adds amounts (negative: subtracts) to columns, and sets others. */
export async function addToColumns(
  scope: RowScope,
  amounts: Row,
  extra: Row,
  where: unknown,
  options: WriteOptions,
): Promise<Result> {
  const sums = given(amounts).map(([name, amount]) => ({
    column: name,
    value: { kind: 'compare', op: '+', left: column(null, name), right: valueOf(scope, name, amount) } as Expr,
  }))
  if (sums.length === 0)
    throw new QueryError(`Nothing to increment in "${scope.table.name}": name the columns and amounts.`)
  const set = [...sums, ...given(extra).map(([name, value]) => ({ column: name, value: valueOf(scope, name, value) }))]
  return await send(
    scope.runtime,
    {
      kind: 'update',
      table: scope.table,
      set,
      where: normaliseWhere(where, scope.tables),
      orderBy: [],
      limit: null,
      returning: returningOf(options),
    },
    'write',
    options,
  )
}

/** What happens to a row that exists: the columns named take what was to be inserted, or the value given. */
export function conflictOf(
  scope: RowScope,
  target: readonly string[],
  update: readonly string[],
  values: Row,
  inserted: Row,
): ConflictClause {
  const set = update.map(
    (name): Assignment => ({
      column: name,
      value: values[name] === inserted[name] ? 'excluded' : valueOf(scope, name, values[name]),
    }),
  )
  return { target, targetWhere: null, action: set.length === 0 ? 'nothing' : set, where: null }
}

export interface SelectOptions extends ExecOptions {
  readonly attributes?: readonly (string | readonly [unknown, string])[]
  readonly where?: unknown
  readonly order?: readonly (string | readonly [unknown, string?] | object)[]
  readonly limit?: number
  readonly offset?: number
  readonly plain?: boolean
}

/** Rows of a table, as plain objects. */
export async function selectRows(scope: RowScope, options: SelectOptions): Promise<Record<string, unknown>[]> {
  const expr = (value: unknown): Expr =>
    typeof value === 'string' ? column(null, value) : toExpr(value, scope.tables, 'attributes')
  const columns = options.attributes?.map(
    (item): SelectItem =>
      Array.isArray(item) ? { expr: expr(item[0]), alias: String(item[1]) } : { expr: expr(item), alias: null },
  )
  const result = await send(
    scope.runtime,
    {
      kind: 'select',
      distinct: false,
      columns: columns ?? [{ expr: { kind: 'star', table: null }, alias: null }],
      from: { kind: 'table', table: scope.table, alias: null },
      joins: [],
      where: normaliseWhere(options.where, scope.tables),
      groupBy: [],
      having: null,
      orderBy: orderOf(scope, options.order ?? []),
      limit: options.limit === undefined ? null : param(options.limit),
      offset: options.offset === undefined ? null : param(options.offset),
      lock: null,
    },
    'read',
    options,
  )
  return rowsOf(result)
}

const orderOf = (scope: RowScope, order: NonNullable<SelectOptions['order']>): readonly OrderItem[] =>
  order.map((item) =>
    orderItem(item, (value) =>
      typeof value === 'string' ? column(null, value) : toExpr(value, scope.tables, 'order'),
    ),
  )

function orderItem(item: NonNullable<SelectOptions['order']>[number], expr: (value: unknown) => Expr): OrderItem {
  if (!Array.isArray(item)) return { expr: expr(item), direction: null, nulls: null }
  const direction = item[1] === undefined ? null : String(item[1]).toUpperCase()
  if (direction !== null && direction !== 'ASC' && direction !== 'DESC')
    throw new QueryError(`"${String(item[1])}" is no direction to order by. Write ASC or DESC.`)
  return { expr: expr(item[0]), direction, nulls: null }
}
