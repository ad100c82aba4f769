/**
 * Which rows a static call means: its `where` under the model's scopes, without soft-deleted rows where they are to be left out, cut at a
 * limit. Neighbours: `bulk`, `destroy`, `increment` put it into their statements.
 */
import type { Runtime } from '../dialect/runtime.js'
import { QueryError } from '../errors/base.js'
import type { ModelDefinition } from '../model/definition.js'
import { orderOfTable } from '../read/order.js'
import { visibleRows } from '../read/relation.js'
import type { Tables } from '../read/tables.js'
import { normaliseWhere, tablesOf } from '../read/where.js'
import type { Expr, OrderItem } from '../sql/expr.js'
import { all, column, not, param } from '../sql/expr.js'
import { select } from '../sql/query.js'
import type { DataType } from '../types/data-type.js'
import { show } from '../types/data-type.js'
import type { WriteOptions } from './options.js'

export interface Selection {
  readonly where: Expr | null
  readonly limit: Expr | null
  /** Which rows the limit means. */
  readonly orderBy: readonly OrderItem[]
}

/** `where`, `limit` and `order` as the scopes and the call say; other finder options of a scope mean nothing here. */
export function scopedOptions(
  definition: ModelDefinition,
  options: WriteOptions,
): { readonly where: unknown; readonly limit: unknown; readonly order: unknown } {
  const { where, limit, order } = definition.scopes.resolve({
    where: options.where,
    ...(options.limit === undefined ? {} : { limit: options.limit }),
    ...(options.order === undefined ? {} : { order: options.order }),
  })
  return { where, limit, order }
}

/** Throws where a call that concerns many rows does not say which. `call` as in `User.update()`. */
export function requireWhere(options: WriteOptions | null | undefined, call: string): asserts options is WriteOptions {
  if (options?.where !== undefined && options.where !== null) return
  throw new QueryError(
    `${call} needs \`where\`, so that nobody changes every row by accident. Give a condition, or { where: {} } for all rows.`,
  )
}

/** Throws for an `order` that says nothing, because there is no `limit` to choose rows by it. */
export function refuseOrder(definition: ModelDefinition, options: WriteOptions | null | undefined, call: string): void {
  if (options?.order === undefined || options.order === null) return
  if ((scopedOptions(definition, options).limit ?? null) !== null) return
  throw new QueryError(`${call}: order without limit changes nothing, all rows of \`where\` are written. Leave it out.`)
}

export function tablesFor(runtime: Runtime, definition: ModelDefinition, options: WriteOptions): Tables {
  return tablesOf(runtime, definition, {
    placeholders: { replacements: options.replacements, bind: options.bind } as never,
  })
}

/** A limit that can be: null for none. @throws QueryError for anything but a whole number. */
export function limitOf(definition: ModelDefinition, limit: unknown): number | null {
  if (limit === undefined || limit === null) return null
  if (typeof limit !== 'number' || !Number.isSafeInteger(limit) || limit < 0)
    throw new QueryError(`limit of ${definition.modelName} must be a whole number, got ${show(limit)}.`)
  return limit
}

/** `only`: rows that are not soft-deleted, rows that are, or all. */
export function selectRows(
  runtime: Runtime,
  definition: ModelDefinition,
  options: WriteOptions,
  only: 'visible' | 'deleted' | 'all',
): Selection {
  const { where, limit, order } = scopedOptions(definition, options)
  const tables = tablesFor(runtime, definition, options)
  const visible = only === 'all' ? null : visibleRows(definition, null)
  const condition = all([
    normaliseWhere(where, tables),
    visible !== null && only === 'deleted' ? not(visible) : visible,
  ])
  const most = limitOf(definition, limit)
  if (most === null) return { where: condition, limit: null, orderBy: [] }
  const count = param(most, null)
  const orderBy = orderOfTable(order, tables, definition)
  if (runtime.dialect.traits.updateLimit) return { where: condition, limit: count, orderBy }
  const { primaryKey } = definition.shape
  if (primaryKey.length === 0)
    throw new QueryError(`limit needs a primary key on this engine, and ${definition.modelName} has none.`)
  const columns = primaryKey.map((attribute) => ({ expr: column(null, attribute.columnName), alias: null }))
  const keys = select({
    columns,
    from: { kind: 'table', table: definition.table, alias: null },
    where: condition,
    limit: count,
    orderBy: [
      ...orderBy,
      ...primaryKey.map((attribute) => ({
        expr: column(null, attribute.columnName),
        direction: null,
        nulls: null,
      })),
    ],
  })
  const left: Expr = columns.length === 1 ? columns[0]!.expr : { kind: 'list', items: columns.map(({ expr }) => expr) }
  return { where: { kind: 'in', left, items: keys, negated: false }, limit: null, orderBy: [] }
}

/** `column + value`. */
export const plus = (name: string, value: unknown, type: DataType | null, table: string | null = null): Expr => ({
  kind: 'compare',
  op: '+',
  left: column(table, name),
  right: param(value, type),
})
