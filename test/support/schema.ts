// What a database says about its tables, in one shape for every engine; read through the query interface.
import type { Database, Row } from './untyped.js'

export interface ForeignKey {
  readonly name: string | null
  readonly columns: readonly string[]
  readonly table: string
  readonly references: readonly string[]
  readonly onDelete: string
  readonly onUpdate: string
}
export interface Index {
  readonly name: string
  readonly unique: boolean
  readonly columns: readonly string[]
}

/** Column descriptions by name, in table order. */
export async function columnsOf(sequelize: Database, table: string): Promise<Record<string, Row>> {
  return await sequelize.queryInterface.describeTable(table)
}

export async function foreignKeysOf(sequelize: Database, table: string): Promise<ForeignKey[]> {
  const constraints: Row[] = await sequelize.queryInterface.showConstraints(table, { constraintType: 'FOREIGN KEY' })
  return constraints.map((constraint) => ({
    name: constraint.constraintName ?? null,
    columns: constraint.columnNames,
    table: constraint.referencedTableName,
    references: constraint.referencedColumnNames,
    onDelete: constraint.deleteAction || 'NO ACTION',
    onUpdate: constraint.updateAction || 'NO ACTION',
  }))
}

/** Indexes without the primary key's. */
export async function indexesOf(sequelize: Database, table: string): Promise<Index[]> {
  const indexes: Row[] = await sequelize.queryInterface.showIndex(table)
  return indexes
    .filter((index) => !index.primary)
    .map((index) => ({
      name: index.name,
      unique: Boolean(index.unique),
      columns: index.fields.map((field: string | Row) => (typeof field === 'string' ? field : field.attribute)),
    }))
}

export async function tablesOf(sequelize: Database): Promise<string[]> {
  const tables: Row[] = await sequelize.queryInterface.listTables()
  return tables.map((table) => (typeof table === 'string' ? table : table.tableName)).sort()
}

/** Every row of the tables, to compare a database with what it was. */
export async function contentsOf(sequelize: Database, ...tables: readonly string[]): Promise<Record<string, Row[]>> {
  const contents: Record<string, Row[]> = {}
  for (const table of tables) {
    const [rows] = await sequelize.query(`SELECT * FROM ${sequelize.queryGenerator.quoteTable(table)} ORDER BY 1`)
    contents[table] = rows
  }
  return contents
}
