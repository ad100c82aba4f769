/** What is known of the tables that a Kysely instance sees: their names, and what stands in their columns. */
import type { Runtime } from '../dialect/runtime.js'
import { QueryError } from '../errors/index.js'
import type { ModelClass } from '../model/definition.js'
import type { TableName } from '../sql/query.js'

export interface KnownColumn {
  readonly attribute: string
  readonly column: string
  /** Null: as the driver gives it. */
  readonly fromRow: ((value: unknown) => unknown) | null
}
export interface KnownTable {
  readonly name: TableName
  /** By column. */
  readonly columns: ReadonlyMap<string, KnownColumn>
}
export interface KyselySchema {
  /** By the name in queries. */
  readonly tables: ReadonlyMap<string, KnownTable>
  /** Attribute → column, of those that differ. */
  readonly columnOf: ReadonlyMap<string, string>
}

export function schemaOf(runtime: Runtime, models: Readonly<Record<string, ModelClass>>): KyselySchema {
  const tables = new Map<string, KnownTable>()
  const columnOf = new Map<string, string>()
  for (const [key, model] of Object.entries(models)) {
    const { shape, table } = model.modelDefinition
    const columns = new Map<string, KnownColumn>()
    for (const { attributeName, columnName, type } of shape.physical) {
      const { fromRow } = runtime.dialect.codec(type)
      columns.set(columnName, { attribute: attributeName, column: columnName, fromRow })
      const other = columnOf.get(attributeName)
      if (other !== undefined && other !== columnName)
        throw new QueryError(
          `kysely(): the attribute "${attributeName}" is the column "${columnName}" in ${model.name}, but "${other}" in another model. Give models in which names mean the same, or make two instances.`,
        )
      columnOf.set(attributeName, columnName)
    }
    tables.set(key, { name: { schema: table.schema, name: table.name }, columns })
  }
  return { tables, columnOf }
}
