/**
 * Statements that write rows of one model. Text is printed once per set of columns and kept; a call then only binds values. Values that
 * are SQL fragments make a statement of their own, which is printed for the call.
 * `save`, `bulk`, `destroy`, `upsert` and `link` come in with attributes and values; what goes out is the driver's result.
 */
import { Lru } from '../base/lru.js'
import { promised } from '../base/steps.js'
import type { Generates, Origin, Result, Statement } from '../connect/driver.js'
import { originOf } from '../connect/driver.js'
import type { ExecOptions } from '../connect/executor.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError } from '../errors/base.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelDefinition, ModelShape } from '../model/definition.js'
import { toExpr } from '../read/expression.js'
import { arrayOf, FEW } from '../read/lists.js'
import { tablesOf } from '../read/where.js'
import type { CompareOperator, Expr } from '../sql/expr.js'
import { all, column, compare, isNull, param } from '../sql/expr.js'
import { isFragment } from '../sql/fragments.js'
import type { ConflictClause, QueryNode, SelectItem } from '../sql/query.js'
import { select } from '../sql/query.js'
import type { DataType } from '../types/data-type.js'

/** `attribute op value`; null means IS [NOT] NULL. */
export interface Condition {
  readonly attribute: Attribute
  readonly op: '=' | '<>'
  readonly value: unknown
}

type Bind = ((value: unknown) => unknown) | null
interface Compiled {
  readonly origin: Origin
  readonly text: string
  readonly mode: 'rows' | 'run'
  readonly binds: readonly Bind[]
  /** See `Statement.generates`. */
  readonly generates: Generates | null
}

const CACHED_STATEMENTS = 200
const caches = new WeakMap<
  ModelDefinition,
  { readonly shape: ModelShape; readonly statements: Lru<string, Compiled> }
>()

function cached(definition: ModelDefinition, key: string, runtime: Runtime, make: () => QueryNode): Compiled {
  let cache = caches.get(definition)
  if (cache === undefined || cache.shape !== definition.shape) {
    cache = { shape: definition.shape, statements: new Lru(CACHED_STATEMENTS) }
    caches.set(definition, cache)
  }
  let compiled = cache.statements.get(key)
  if (compiled === undefined) {
    const node = make()
    const { text, params } = runtime.dialect.print(node)
    const generates = generatedBy(runtime, definition, node)
    compiled = {
      text: generates === null ? text : runtime.dialect.print({ ...node, returning: [] } as QueryNode).text,
      origin: originOf(definition),
      mode: generates === null ? modeOf(node) : 'run',
      generates,
      binds: params.map(({ type }) => (type === null ? null : runtime.dialect.codec(type).toBind)),
    }
    cache.statements.set(key, compiled)
  }
  return compiled
}

const modeOf = (node: QueryNode): 'rows' | 'run' =>
  node.kind === 'select' || node.returning.length > 0 ? 'rows' : 'run'

/** What an INSERT generates that would answer with nothing but the keys, where connections may know these without being asked; else null. */
export function generatedBy(runtime: Runtime, definition: ModelDefinition, node: QueryNode): Generates | null {
  const key = definition.shape.autoIncrement
  if (runtime.dialect.traits.tellsKeys !== true || key === null || node.kind !== 'insert') return null
  const { table, columns, rows, conflict, returning } = node
  const [item] = returning
  const isKeyAlone = returning.length === 1 && item!.expr.kind === 'column' && item!.expr.column === key.columnName
  if (!isKeyAlone || conflict !== null || table.schema !== null || columns.length === 0) return null
  return columns.includes(key.columnName)
    ? null
    : { table: table.name, rows: rows.length, asking: runtime.dialect.print(node).text }
}

/** Runs a node that is made for this call. */
export function run(
  runtime: Runtime,
  node: QueryNode,
  options: ExecOptions | undefined,
  definition: ModelDefinition | null = null,
): Promise<Result> {
  return promised(() => runNow(runtime, node, options, definition))
}

/** The same without a promise where the driver answers at once. Throws at once, too; so do the others of this file. */
function runNow(
  runtime: Runtime,
  node: QueryNode,
  options: ExecOptions | undefined,
  definition: ModelDefinition | null,
): Result | Promise<Result> {
  const { dialect, executor } = runtime
  const { text, params } = dialect.print(node)
  const values = params.map(({ value, type }) =>
    value === null || value === undefined || type === null ? (value ?? null) : bound(dialect.codec(type).toBind, value),
  )
  return executor.executeNow(
    { text, params: values, mode: modeOf(node), ...(definition && { origin: originOf(definition) }) },
    node.kind === 'select' ? 'read' : 'write',
    options,
  )
}

const bound = (bind: Bind, value: unknown): unknown => (bind === null ? value : bind(value))

function execute(
  runtime: Runtime,
  compiled: Compiled,
  values: readonly unknown[],
  options: ExecOptions | undefined,
  kind: 'read' | 'write' = 'write',
): Result | Promise<Result> {
  const { binds } = compiled
  const params = new Array<unknown>(values.length)
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index]
    const bind = binds[index]!
    params[index] =
      value === null || value === undefined
        ? null
        : bind === null || value instanceof Ready
          ? value instanceof Ready
            ? value.value
            : value
          : bind(value)
  }
  const { text, mode, origin, generates } = compiled
  const statement: Statement =
    generates === null ? { text, params, mode, origin } : { text, params, mode, origin, generates }
  return runtime.executor.executeNow(statement, kind, options)
}

/** A value that goes to the driver as it is. */
class Ready {
  constructor(readonly value: unknown) {}
}
const JSON_NULL = new Ready('null')

const isJson = (type: DataType): boolean => type.key === 'JSON' || type.key === 'JSONB'

/** What null means in a JSON column is an option of the Sequelize instance. */
function written(runtime: Runtime, definition: ModelDefinition, attribute: Attribute, value: unknown): unknown {
  if (value !== null || !isJson(attribute.type)) return value
  switch (runtime.options.nullJsonStringification) {
    case 'json':
      return JSON_NULL
    case 'sql':
      return null
    case 'explicit':
      throw new QueryError(
        `${definition.modelName}.${attribute.attributeName} is JSON and was given null: say which null is meant, JSON_NULL or SQL_NULL.`,
      )
  }
}

/** A value to write as an expression: fragments become SQL, everything else a parameter. */
export function valueNode(runtime: Runtime, definition: ModelDefinition, attribute: Attribute, value: unknown): Expr {
  if (isFragment(value))
    return toExpr(value, tablesOf(runtime, definition), `a value for ${attribute.attributeName}`, attribute.type)
  const final = written(runtime, definition, attribute, value)
  return final instanceof Ready ? param(final.value, null) : param(final ?? null, attribute.type)
}

export const returningOf = (attributes: readonly Attribute[]): readonly SelectItem[] =>
  attributes.map((attribute) => ({ expr: column(null, attribute.columnName), alias: null }))

const names = (attributes: readonly Attribute[]): string => {
  let text = ''
  for (const attribute of attributes) text += `${attribute.attributeName},`
  return text
}

/** INSERT of one row. `values` in the order of `attributes`. */
export function insertRow(
  runtime: Runtime,
  definition: ModelDefinition,
  attributes: readonly Attribute[],
  values: readonly unknown[],
  returning: readonly Attribute[],
  options: ExecOptions | undefined,
  conflict: Conflict | null = null,
): Result | Promise<Result> {
  let hasFragment = false
  const final = values.map((value, index) => {
    if (isFragment(value)) hasFragment = true
    return written(runtime, definition, attributes[index]!, value)
  })
  const node = (row: readonly Expr[]): QueryNode => ({
    kind: 'insert',
    table: definition.table,
    columns: attributes.map((attribute) => attribute.columnName),
    rows: [row],
    conflict: conflict?.clause ?? null,
    returning: returningOf(returning),
  })
  if (hasFragment || (conflict !== null && conflict.key === ''))
    return runNow(
      runtime,
      node(values.map((value, index) => valueNode(runtime, definition, attributes[index]!, value))),
      options,
      definition,
    )
  const key = `i|${names(attributes)}|${names(returning)}|${conflict?.key ?? ''}`
  return execute(
    runtime,
    cached(definition, key, runtime, () => node(attributes.map((attribute) => param(undefined, attribute.type)))),
    final,
    options,
  )
}

interface Conflict {
  readonly key: string
  readonly clause: ConflictClause
}

/** INSERT of several rows. A cell that is undefined is the column's default (`defaultCell`). */
export function insertRows(
  runtime: Runtime,
  definition: ModelDefinition,
  attributes: readonly Attribute[],
  rows: readonly (readonly unknown[])[],
  returning: readonly Attribute[],
  options: ExecOptions | undefined,
  conflict: Conflict | null = null,
): Result | Promise<Result> {
  let isPlain = conflict === null || conflict.key !== ''
  let isListed = rows.length > FEW && areListed(runtime, attributes)
  const flat: unknown[] = new Array<unknown>(rows.length * attributes.length)
  let at = 0
  for (const row of rows) {
    for (let index = 0; index < attributes.length; index += 1) {
      const value = row[index]
      if (value === undefined ? needsDefault(runtime, attributes[index]!) : isFragment(value)) isPlain = false
      else if (Array.isArray(value) && !isJson(attributes[index]!.type)) isListed = false
      const cell = value === null ? written(runtime, definition, attributes[index]!, null) : value
      // JSON's null is no NULL, and lists have no word for it.
      if (cell === JSON_NULL) isListed = false
      flat[at] = cell
      at += 1
    }
  }
  const node = (cells: readonly (readonly (Expr | null)[])[]): QueryNode => ({
    kind: 'insert',
    table: definition.table,
    columns: attributes.map((attribute) => attribute.columnName),
    rows: cells,
    conflict: conflict?.clause ?? null,
    returning: returningOf(returning),
  })
  if (!isPlain) {
    return runNow(
      runtime,
      node(
        rows.map((row) =>
          attributes.map((attribute, index) =>
            row[index] === undefined
              ? defaultCell(runtime, definition, attribute)
              : valueNode(runtime, definition, attribute, row[index]),
          ),
        ),
      ),
      options,
      definition,
    )
  }
  if (isListed) return insertLists(runtime, definition, attributes, flat, returning, options, conflict)
  const key = `b|${rows.length}|${names(attributes)}|${names(returning)}|${conflict?.key ?? ''}`
  const compiled = cached(definition, key, runtime, () => {
    const row = attributes.map((attribute) => param(undefined, attribute.type))
    return node(Array.from({ length: rows.length }, () => row))
  })
  return execute(runtime, compiled, flat, options)
}

/** The same of rows whose values are bound already, row by row: plain ones, and one for each attribute. */
export function insertBound(
  runtime: Runtime,
  definition: ModelDefinition,
  attributes: readonly Attribute[],
  count: number,
  params: readonly unknown[],
  returning: readonly Attribute[],
  options: ExecOptions | undefined,
): Result | Promise<Result> {
  const key = `b|${count}|${names(attributes)}|${names(returning)}|`
  const { text, mode, origin, generates } = cached(definition, key, runtime, () => {
    const row = attributes.map((attribute) => param(undefined, attribute.type))
    return {
      kind: 'insert',
      table: definition.table,
      columns: attributes.map((attribute) => attribute.columnName),
      rows: Array.from({ length: count }, () => row),
      conflict: null,
      returning: returningOf(returning),
    }
  })
  const statement: Statement =
    generates === null ? { text, params, mode, origin } : { text, params, mode, origin, generates }
  return runtime.executor.executeNow(statement, 'write', options)
}

/** Whether rows of these columns can be one array for each column. */
export const areListed = (runtime: Runtime, attributes: readonly Attribute[]): boolean =>
  attributes.every(({ type }) => runtime.dialect.codec(type).listedAs !== undefined)

/** Many rows as one array for each column: one text for any number of rows. `flat`: the values, row by row. */
function insertLists(
  runtime: Runtime,
  definition: ModelDefinition,
  attributes: readonly Attribute[],
  flat: readonly unknown[],
  returning: readonly Attribute[],
  options: ExecOptions | undefined,
  conflict: Conflict | null,
): Result | Promise<Result> {
  const width = attributes.length
  const lists = attributes.map((_, index) => {
    const list = new Array<unknown>(flat.length / width)
    for (let row = 0, at = index; at < flat.length; row += 1, at += width) list[row] = flat[at]
    return list
  })
  return insertBoundLists(runtime, definition, attributes, lists, returning, options, conflict)
}

/** The same with a list for each attribute. Values are plain. */
export function insertBoundLists(
  runtime: Runtime,
  definition: ModelDefinition,
  attributes: readonly Attribute[],
  lists: readonly (readonly unknown[])[],
  returning: readonly Attribute[],
  options: ExecOptions | undefined,
  conflict: Conflict | null = null,
): Result | Promise<Result> {
  const key = `l|${names(attributes)}|${names(returning)}|${conflict?.key ?? ''}`
  const compiled = cached(definition, key, runtime, () => ({
    kind: 'insert',
    table: definition.table,
    columns: attributes.map((attribute) => attribute.columnName),
    rows: [],
    lists: attributes.map(({ type }) => ({
      kind: 'cast',
      expr: param(undefined, arrayOf(type)),
      type: `${runtime.dialect.codec(type).listedAs}[]`,
    })),
    conflict: conflict?.clause ?? null,
    returning: returningOf(returning),
  }))
  return execute(runtime, compiled, lists, options)
}

const needsDefault = (runtime: Runtime, attribute: Attribute): boolean =>
  runtime.dialect.traits.defaultKeyword || isFragment(attribute.defaultValue)

/** What stands for a missing value in a list of rows where others have one. */
function defaultCell(runtime: Runtime, definition: ModelDefinition, attribute: Attribute): Expr | null {
  if (runtime.dialect.traits.defaultKeyword) return null
  return isFragment(attribute.defaultValue)
    ? valueNode(runtime, definition, attribute, attribute.defaultValue)
    : param(null, attribute.type)
}

/** UPDATE of the rows that fulfil all conditions. */
export function updateRows(
  runtime: Runtime,
  definition: ModelDefinition,
  attributes: readonly Attribute[],
  values: readonly unknown[],
  where: readonly Condition[],
  returning: readonly Attribute[],
  options: ExecOptions | undefined,
): Result | Promise<Result> {
  const hasFragment = values.some((value) => isFragment(value))
  const node = (cells: readonly Expr[], condition: Expr | null): QueryNode => ({
    kind: 'update',
    table: definition.table,
    set: cells.map((value, index) => ({ column: attributes[index]!.columnName, value })),
    where: condition,
    orderBy: [],
    limit: null,
    returning: returningOf(returning),
  })
  if (hasFragment)
    return runNow(
      runtime,
      node(
        values.map((value, index) => valueNode(runtime, definition, attributes[index]!, value)),
        conditionOf(where),
      ),
      options,
      definition,
    )
  const key = `u|${names(attributes)}|${conditionKey(where)}|${names(returning)}`
  const compiled = cached(definition, key, runtime, () =>
    node(
      attributes.map((attribute) => param(undefined, attribute.type)),
      conditionOf(where),
    ),
  )
  const params = values.map((value, index) => written(runtime, definition, attributes[index]!, value))
  for (const { value } of where) if (value !== null) params.push(value)
  return execute(runtime, compiled, params, options)
}

/** DELETE of the rows that fulfil all conditions. */
export function deleteRows(
  runtime: Runtime,
  definition: ModelDefinition,
  where: readonly Condition[],
  options: ExecOptions | undefined,
): Result | Promise<Result> {
  const compiled = cached(definition, `d|${conditionKey(where)}`, runtime, () => ({
    kind: 'delete',
    table: definition.table,
    where: conditionOf(where),
    orderBy: [],
    limit: null,
    returning: [],
  }))
  return execute(
    runtime,
    compiled,
    where.filter(({ value }) => value !== null).map(({ value }) => value),
    options,
  )
}

/** SELECT of some columns of the rows that fulfil all conditions, values as the driver gives them. */
export function selectColumns(
  runtime: Runtime,
  definition: ModelDefinition,
  attributes: readonly Attribute[],
  where: readonly Condition[],
  options: ExecOptions | undefined,
): Result | Promise<Result> {
  const key = `s|${names(attributes)}|${conditionKey(where)}`
  const compiled = cached(definition, key, runtime, () =>
    select({
      columns: returningOf(attributes),
      from: { kind: 'table', table: definition.table, alias: null },
      where: conditionOf(where),
    }),
  )
  return execute(
    runtime,
    compiled,
    where.filter(({ value }) => value !== null).map(({ value }) => value),
    options,
    'read',
  )
}

function conditionKey(where: readonly Condition[]): string {
  let text = ''
  for (const { attribute, op, value } of where) text += `${attribute.attributeName}${op}${value === null ? '0' : ''},`
  return text
}

export const conditionOf = (where: readonly Condition[]): Expr | null =>
  all(
    where.map(({ attribute, op, value }) => {
      const left = column(null, attribute.columnName)
      return value === null
        ? isNull(left, op === '<>')
        : compare(left, op as CompareOperator, param(value, attribute.type))
    }),
  )

/** Reads the values of a RETURNING clause. */
export function readReturned(runtime: Runtime, attributes: readonly Attribute[], row: readonly unknown[]): unknown[] {
  return attributes.map((attribute, index) => {
    const value = row[index]
    if (value === null || value === undefined) return null
    const { fromRow } = runtime.dialect.codec(attribute.type)
    return fromRow === null ? value : fromRow(value)
  })
}
