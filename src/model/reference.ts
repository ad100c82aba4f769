/**
 * `references` of an attribute: a table name, a model, or `{ model, table, key, deferrable }`. What is checked at once is its form; the
 * model is asked only when the reference is needed, because it may be defined later (or be the model itself).
 */
import { isPlainObject } from '../base/freeze.js'
import { suggestion } from '../base/names.js'
import { DefinitionError } from '../errors/index.js'
import type { DeferrableMode } from '../schema/snapshot.js'
import type { TableName } from '../sql/query.js'
import type { DataType } from '../types/data-type.js'
import type { References } from './attribute.js'
import type { ModelClass } from './definition.js'

const OPTIONS = ['model', 'table', 'key', 'deferrable', 'constraintName'] as const
const MODES: readonly DeferrableMode[] = ['INITIALLY DEFERRED', 'INITIALLY IMMEDIATE', 'NOT DEFERRABLE']

const isModel = (value: unknown): value is ModelClass => typeof value === 'function'

/** Throws `DefinitionError` for a `references` that can never be right. */
export function checkReferences(place: string, given: unknown): void {
  if (given === undefined || given === null || isModel(given) || (typeof given === 'string' && given !== '')) return
  if (!isPlainObject(given))
    throw new DefinitionError(
      `${place}: \`references\` must be a table name, a model, or { model, key }, got ${typeof given}.`,
    )
  for (const option of Object.keys(given)) {
    if (!(OPTIONS as readonly string[]).includes(option))
      throw new DefinitionError(
        `${place}: \`references\` has an unknown option "${option}".${suggestion(option, OPTIONS)}`,
      )
  }
  const target = given.model ?? given.table
  if (target === undefined || target === null) {
    throw new DefinitionError(
      `${place}: \`references\` says no model and no table${'model' in given ? ' (its model is undefined: two modules that import each other? Write the table name instead)' : ''}.`,
    )
  }
  if (typeof target !== 'string' && typeof target !== 'function' && typeof target !== 'object')
    throw new DefinitionError(
      `${place}: \`references.model\` must be a model or the name of a table, got ${String(target)}.`,
    )
  if (given.key !== undefined && given.key !== null && typeof given.key !== 'string')
    throw new DefinitionError(`${place}: \`references.key\` must be the name of a column, got ${String(given.key)}.`)
  if (given.deferrable !== undefined && given.deferrable !== null) modeOf(place, given.deferrable)
}

function modeOf(place: string, given: unknown): DeferrableMode {
  const text = String(given).toUpperCase().replaceAll('_', ' ')
  const mode = MODES.find((one) => one === text || (one === 'NOT DEFERRABLE' && text === 'NOT'))
  if (mode === undefined)
    throw new DefinitionError(
      `${place}: \`references.deferrable\` must be one of Deferrable.INITIALLY_DEFERRED, INITIALLY_IMMEDIATE and NOT, got ${String(given)}.`,
    )
  return mode
}

const targetOf = (given: unknown): unknown => (isPlainObject(given) ? (given.model ?? given.table) : given)

/** The table and column that are referred to; null where nothing is. */
export function resolveReferences(place: string, given: unknown): References | null {
  if (given === undefined || given === null) return null
  const target = targetOf(given)
  const { key, deferrable, constraintName } = isPlainObject(given) ? given : ({} as Record<string, unknown>)
  const rest = {
    deferrable: deferrable === undefined || deferrable === null ? null : modeOf(place, deferrable),
    ...(typeof constraintName === 'string' ? { constraintName } : {}),
  }
  if (isModel(target))
    return Object.freeze({ table: tableOf(target), key: keyColumn(place, target, key as string | undefined), ...rest })
  return Object.freeze({ table: tableNamed(place, target), key: typeof key === 'string' ? key : 'id', ...rest })
}

const tableOf = ({ modelDefinition }: ModelClass): TableName => ({
  schema: modelDefinition.table.schema,
  name: modelDefinition.table.name,
})
function tableNamed(place: string, target: unknown): TableName {
  if (typeof target === 'string') return { schema: null, name: target }
  const { tableName, name, schema } = (target ?? {}) as { tableName?: unknown; name?: unknown; schema?: unknown }
  const found = tableName ?? name
  if (typeof found !== 'string') throw new DefinitionError(`${place}: \`references\` must name a table.`)
  return { schema: typeof schema === 'string' ? schema : null, name: found }
}

/** `key` is a column; the name of an attribute is understood too. Default: the primary key. */
function keyColumn(place: string, model: ModelClass, key: string | undefined): string {
  const { byColumn, attributes, primaryKey } = model.modelDefinition.shape
  if (key === undefined) {
    const [first, ...more] = primaryKey
    if (first === undefined || more.length > 0)
      throw new DefinitionError(
        `${place}: \`references\` needs a \`key\`, because ${model.name} has ${first ? 'a primary key of several columns' : 'no primary key'}.`,
      )
    return first.columnName
  }
  const found = byColumn.get(key) ?? attributes.get(key)
  if (!found || found.isVirtual)
    throw new DefinitionError(
      `${place}: \`references.key\` is "${key}", but ${model.name} has no such column.${suggestion(key, byColumn.keys())}`,
    )
  return found.columnName
}

/** The type of a foreign key that has none of its own: that of the key it refers to. Throws where it cannot be known. */
export function typeOfReference(place: string, given: unknown): DataType {
  const target = targetOf(given)
  try {
    if (isModel(target)) {
      const { byColumn } = target.modelDefinition.shape
      const key = keyColumn(place, target, isPlainObject(given) ? (given.key as string | undefined) : undefined)
      return byColumn.get(key)!.type
    }
  } catch (error) {
    throw new DefinitionError(
      `${place} has no type, and it cannot be taken from the model that it refers to: ${(error as Error).message}`,
      { cause: error },
    )
  }
  throw new DefinitionError(`${place} has no type. Give it one, e.g. { type: DataTypes.STRING }.`)
}
