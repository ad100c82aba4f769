/**
 * Keys that the database generates, on engines whose writes do not answer with rows (`traits.returning: 'none'`): the server tells the first
 * one of a statement, and in which steps it counts; it gives a statement whose number of rows it knows beforehand one unbroken series
 * (InnoDB, whatever innodb_autoinc_lock_mode says), as long as no row brings a key of its own and none is an update. Where that is not so,
 * rows are asked for by their unique key. Neighbours: `row`, `upsert` and `plain-save` insert one, `insert-all` many.
 */

import type { Result } from '../connect/driver.js'
import type { ExecOptions } from '../connect/executor.js'
import type { Runtime } from '../dialect/runtime.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelDefinition } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import type { Expr } from '../sql/expr.js'
import { all, column, param } from '../sql/expr.js'
import { select } from '../sql/query.js'
import { readReturned, returningOf, run } from './statements.js'

/** The generated key of the row at `index` of an INSERT, as a find would read it. Null: the statement generated none. */
export function generatedKey(
  runtime: Runtime,
  { type }: Attribute,
  { lastInsertId, keyStep = 1 }: Result,
  index = 0,
): unknown {
  if (lastInsertId === null) return null
  const first = Number(lastInsertId)
  const { fromRow } = runtime.dialect.codec(type)
  const key = first + index * keyStep
  const value = Number.isSafeInteger(key) ? key : String(BigInt(lastInsertId) + BigInt(index * keyStep))
  return fromRow === null ? value : fromRow(value)
}

/** Whether some of the instances bring their key, and the others leave it to the database: no series then. */
export function bringsSomeKeys({ shape }: ModelDefinition, instances: readonly ModelState[]): boolean {
  if (shape.autoIncrement === null) return false
  const { attributeName } = shape.autoIncrement
  const isGiven = ({ dataValues }: ModelState): boolean => (dataValues[attributeName] ?? null) !== null
  return instances.some(isGiven) && !instances.every(isGiven)
}

/**
 * Reads what the rows of the instances hold after an INSERT that may have updated some of them, by the columns that decided (`target`).
 * A row that cannot be told (text that is equal only to the database's eye) leaves its instance without a key.
 */
export async function rereadAll(
  runtime: Runtime,
  definition: ModelDefinition,
  instances: readonly ModelState[],
  target: readonly Attribute[],
  options: ExecOptions | undefined,
): Promise<void> {
  const { physical } = definition.shape
  const where = all(
    target.map(
      ({ columnName, attributeName, type }): Expr => ({
        kind: 'in',
        left: column(null, columnName),
        items: instances.map(({ dataValues }) => param(dataValues[attributeName], type)),
        negated: false,
      }),
    ),
  )
  const node = select({
    columns: returningOf(physical),
    from: { kind: 'table', table: { schema: definition.table.schema, name: definition.table.name }, alias: null },
    where,
  })
  const found = (await run(runtime, node, { ...options, useMaster: true })).rows.map((row) => {
    const values = readReturned(runtime, physical, row)
    return Object.fromEntries(physical.map(({ attributeName }, at) => [attributeName, values[at]]))
  })
  for (const { dataValues } of instances) {
    const row =
      found.find((one) =>
        target.every(({ attributeName, type }) => type.areValuesEqual(one[attributeName], dataValues[attributeName])),
      ) ??
      found.find((one) => target.every(({ attributeName }) => isAlike(one[attributeName], dataValues[attributeName])))
    if (row) Object.assign(dataValues, row)
  }
}

/** As collations that ignore case and accents see it. */
const isAlike = (a: unknown, b: unknown): boolean =>
  typeof a === 'string' && typeof b === 'string'
    ? a.trimEnd().localeCompare(b.trimEnd(), 'en', { sensitivity: 'base' }) === 0
    : String(a) === String(b)
