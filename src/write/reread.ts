/**
 * What the database made of a row, asked for by a SELECT where the engine's writes cannot answer with it (`traits.returning`): the outcome of
 * SQL values and of defaults that the database makes. `row` and `upsert` call it after their statement.
 */
import type { ExecOptions } from '../connect/executor.js'
import type { Runtime } from '../dialect/runtime.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelDefinition } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import { markPersisted } from '../model/state.js'
import { isFragment } from '../sql/fragments.js'
import { readReturned, selectColumns } from './statements.js'

const isValue = (value: unknown): boolean => value !== undefined && value !== null && !isFragment(value)

/** Reads `attributes` into the instance, by the first of `keys` of which it has all values; without one, nothing happens. */
export async function reread(
  runtime: Runtime,
  instance: ModelState,
  attributes: readonly Attribute[],
  keys: readonly (readonly Attribute[])[],
  definition: ModelDefinition,
  options: ExecOptions | undefined,
): Promise<void> {
  const { dataValues } = instance
  const key = keys.find((one) => one.length > 0 && one.every(({ attributeName }) => isValue(dataValues[attributeName])))
  if (attributes.length === 0 || key === undefined) return
  const where = key.map((attribute) => ({ attribute, op: '=' as const, value: dataValues[attribute.attributeName] }))
  const [row] = (await selectColumns(runtime, definition, attributes, where, { ...options, useMaster: true })).rows
  if (row === undefined) return
  const read = readReturned(runtime, attributes, row)
  const names = attributes.map(({ attributeName }) => attributeName)
  markPersisted(instance, Object.fromEntries(names.map((name, index) => [name, read[index]])), names)
}

/** Of a row that was inserted: attributes whose value the database made of SQL, or of a default that is SQL. */
export const madeByInsert = (
  definition: ModelDefinition,
  dataValues: Readonly<Record<string, unknown>>,
): readonly Attribute[] =>
  definition.shape.physical.filter(({ attributeName, defaultValue }) => {
    const value = dataValues[attributeName]
    return isFragment(value) || (value === undefined && isFragment(defaultValue))
  })
