/**
 * What a schema looks like after changes, without a database: snapshot and changes in, snapshot out. SQLite's rebuild takes the
 * new picture of a table from here, and `diff(evolve(a, diff(a, b)), b)` being empty is the property that holds the room together.
 * Neighbours: `schema/diff` makes changes, `dialect/<engine>` prints them.
 */
import { QueryError } from '../errors/index.js'
import type { TableName } from '../sql/query.js'
import type { Change } from './change.js'
import type { ColumnSnapshot, Fold, ForeignKeySnapshot, SchemaSnapshot, TableSnapshot } from './snapshot.js'
import { exactName, tableKey } from './snapshot.js'

/** The snapshot after the changes, in order. Throws `QueryError` for a table or column that is not there. */
export function evolve(snapshot: SchemaSnapshot, changes: readonly Change[], fold: Fold = exactName): SchemaSnapshot {
  let tables = snapshot.tables
  for (const change of changes) tables = step(tables, change, fold)
  return { tables }
}

function step(tables: readonly TableSnapshot[], change: Change, fold: Fold): readonly TableSnapshot[] {
  if (change.kind === 'create-table') return [...tables, change.table]
  const key = tableKey(change.table, fold)
  const at = tables.findIndex((table) => tableKey(table.table, fold) === key)
  if (at < 0) {
    if (change.kind === 'drop-table' && change.ifExists) return tables
    throw new QueryError(
      `Table "${tableKey(change.table)}" does not exist, so "${change.kind}" cannot be applied to it.`,
    )
  }
  if (change.kind === 'drop-table') return tables.filter((_table, index) => index !== at)
  if (change.kind === 'rename-table') return renameTable(tables, tables[at]!.table, change.to, fold)
  if (change.kind === 'rename-column') return renameColumn(tables, tables[at]!.table, change.column, change.to, fold)
  return tables.map((table, index) => (index === at ? evolveTable(table, change, fold) : table))
}

type TableChange = Exclude<Change, { kind: 'create-table' | 'drop-table' | 'rename-table' | 'rename-column' }>

/** One table after one change that concerns nothing but itself. */
export function evolveTable(table: TableSnapshot, change: TableChange, fold: Fold = exactName): TableSnapshot {
  switch (change.kind) {
    case 'add-column':
      return { ...table, columns: [...table.columns, change.column] }
    case 'drop-column':
      return { ...table, columns: without(table, change.column, fold) }
    case 'alter-column': {
      const name = fold(change.from.name)
      if (!table.columns.some((column) => fold(column.name) === name)) throw missing(table, change.from.name)
      return { ...table, columns: table.columns.map((column) => (fold(column.name) === name ? change.to : column)) }
    }
    case 'create-index':
      return { ...table, indexes: [...table.indexes, change.index] }
    case 'drop-index': {
      if (!table.indexes.some((index) => fold(index.name) === fold(change.index)))
        throw new QueryError(`Table "${tableKey(table.table)}" has no index "${change.index}".`)
      return { ...table, indexes: table.indexes.filter((index) => fold(index.name) !== fold(change.index)) }
    }
    case 'add-foreign-key':
      return { ...table, foreignKeys: [...table.foreignKeys, change.foreignKey] }
    case 'drop-foreign-key': {
      const key = foreignKeyKey(change.foreignKey, fold)
      return {
        ...table,
        foreignKeys: withoutFirst(table.foreignKeys, (candidate) => foreignKeyKey(candidate, fold) === key),
      }
    }
    case 'add-check':
      return { ...table, checks: [...table.checks, change.check] }
    case 'drop-check':
      return {
        ...table,
        checks: withoutFirst(table.checks, (check) =>
          change.check.name !== null ? check.name === change.check.name : check.expression === change.check.expression,
        ),
      }
    case 'add-primary-key': {
      const names = new Set(change.primaryKey.columns.map(fold))
      return {
        ...table,
        primaryKey: change.primaryKey,
        columns: table.columns.map((column) =>
          names.has(fold(column.name)) && column.nullable ? { ...column, nullable: false } : column,
        ),
      }
    }
    case 'alter-options':
      return { ...table, options: { ...table.options, ...change.options } }
    case 'drop-primary-key':
      return { ...table, primaryKey: null }
  }
}

/** Structure of a foreign key as text; names are left out, because not every database keeps them. */
export function foreignKeyKey(foreignKey: ForeignKeySnapshot, fold: Fold = exactName): string {
  return JSON.stringify([
    foreignKey.columns.map(fold),
    tableKey(foreignKey.references.table, fold),
    foreignKey.references.columns.map(fold),
    foreignKey.onDelete,
    foreignKey.onUpdate,
    foreignKey.deferrable,
  ])
}

function without(table: TableSnapshot, column: string, fold: Fold): readonly ColumnSnapshot[] {
  const rest = table.columns.filter((candidate) => fold(candidate.name) !== fold(column))
  if (rest.length === table.columns.length) throw missing(table, column)
  return rest
}

function withoutFirst<T>(items: readonly T[], test: (item: T) => boolean): readonly T[] {
  const at = items.findIndex(test)
  return at < 0 ? items : items.filter((_item, index) => index !== at)
}

const missing = (table: TableSnapshot, column: string): QueryError =>
  new QueryError(
    `Table "${tableKey(table.table)}" has no column "${column}". It has: ${table.columns.map((candidate) => candidate.name).join(', ')}.`,
  )

function renameTable(
  tables: readonly TableSnapshot[],
  from: TableName,
  to: TableName,
  fold: Fold,
): readonly TableSnapshot[] {
  const key = tableKey(from, fold)
  const renamed = (table: TableName): TableName => (tableKey(table, fold) === key ? to : table)
  return tables.map((table) => ({
    ...table,
    table: renamed(table.table),
    foreignKeys: table.foreignKeys.map((foreignKey) => ({
      ...foreignKey,
      references: { ...foreignKey.references, table: renamed(foreignKey.references.table) },
    })),
  }))
}

function renameColumn(
  tables: readonly TableSnapshot[],
  of: TableName,
  from: string,
  to: string,
  fold: Fold,
): readonly TableSnapshot[] {
  const key = tableKey(of, fold)
  const renamed = (name: string): string => (fold(name) === fold(from) ? to : name)
  return tables.map((table) => {
    const isOwner = tableKey(table.table, fold) === key
    if (isOwner && !table.columns.some((column) => fold(column.name) === fold(from))) throw missing(table, from)
    const foreignKeys = table.foreignKeys.map((foreignKey) => ({
      ...foreignKey,
      columns: isOwner ? foreignKey.columns.map(renamed) : foreignKey.columns,
      references:
        tableKey(foreignKey.references.table, fold) === key
          ? { ...foreignKey.references, columns: foreignKey.references.columns.map(renamed) }
          : foreignKey.references,
    }))
    if (!isOwner) return { ...table, foreignKeys }
    return {
      ...table,
      foreignKeys,
      columns: table.columns.map((column) => ({ ...column, name: renamed(column.name) })),
      primaryKey: table.primaryKey && { ...table.primaryKey, columns: table.primaryKey.columns.map(renamed) },
      indexes: table.indexes.map((index) => ({
        ...index,
        fields: index.fields.map((field) => (field.expression ? field : { ...field, name: renamed(field.name) })),
        include: index.include.map(renamed),
      })),
    }
  })
}
