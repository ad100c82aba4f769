/** A table's picture as Sequelize's `describeTable` answers it. Docs: query-interface. */
import type { ColumnSnapshot, TableSnapshot } from '../schema/snapshot.js'
import type { ColumnDescription } from './dialect.js'

/**
 * `unique` where the column alone is a unique key. `type`: in capitals; an enum that is a type of its own is `USER-DEFINED`, with its members
 * in `special`. `defaultValue`: the default as a value, without its quotes.
 */
export function describeColumns(
  table: TableSnapshot,
  words: { type(column: ColumnSnapshot): string; defaultValue(column: ColumnSnapshot): unknown },
): Record<string, ColumnDescription> {
  const key = new Set(table.primaryKey?.columns)
  return Object.fromEntries(
    table.columns.map((column): [string, ColumnDescription] => {
      const { name, enumValues } = column
      const type = words.type(column)
      const reference = table.foreignKeys.find(({ columns }) => columns.length === 1 && columns[0] === name)?.references
      return [
        name,
        {
          type,
          allowNull: column.nullable,
          defaultValue: words.defaultValue(column),
          primaryKey: key.has(name),
          unique: table.indexes.some(
            ({ unique, where, fields }) =>
              unique && where === null && fields.length === 1 && !fields[0]!.expression && fields[0]!.name === name,
          ),
          autoIncrement: column.autoIncrement,
          comment: column.comment,
          ...(type === 'USER-DEFINED' && enumValues && { special: enumValues }),
          ...(reference && { references: { table: reference.table.name, key: reference.columns[0] ?? '' } }),
        },
      ]
    }),
  )
}
