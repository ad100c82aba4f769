/**
 * Foreign keys to tables that neither exist nor are made in the same step, found before anything is sent: the engine would name neither the
 * model that asks nor a way out. Changes in, an error out. Part of `sync/apply`.
 */
import type { Dialect, Run } from '../dialect/dialect.js'
import { UnknownTableError } from '../errors/index.js'
import type { Change } from '../schema/change.js'
import type { Fold, SchemaSnapshot } from '../schema/snapshot.js'
import { findTable, tableKey } from '../schema/snapshot.js'
import type { TableName } from '../sql/query.js'

interface Reference {
  readonly from: TableName
  readonly to: TableName
}

/** @throws UnknownTableError that names both tables. */
export async function checkReferences(
  dialect: Dialect,
  changes: readonly Change[],
  actual: SchemaSnapshot,
  run: Run,
  fold: Fold,
): Promise<void> {
  const made = new Set(
    changes.flatMap((change) => {
      if (change.kind === 'create-table') return [tableKey(change.table.table, fold)]
      return change.kind === 'rename-table' ? [tableKey(change.to, fold)] : []
    }),
  )
  const open = changes
    .flatMap(referencesOf)
    .filter(({ to }) => !made.has(tableKey(to, fold)) && !findTable(actual, to, fold))
  for (const schema of new Set(open.map(({ to }) => to.schema))) {
    const asked = open.map(({ to }) => to.name)
    const present = await dialect.listTables(run, schema ?? undefined, asked)
    const names = new Set(present.map((table) => fold(table.name)))
    const missing = open.find(({ to }) => to.schema === schema && !names.has(fold(to.name)))
    if (missing) throw unknown(missing)
  }
}

function referencesOf(change: Change): readonly Reference[] {
  if (change.kind === 'add-foreign-key') return [{ from: change.table, to: change.foreignKey.references.table }]
  if (change.kind !== 'create-table') return []
  const { table, foreignKeys } = change.table
  return foreignKeys.map(({ references }) => ({ from: table, to: references.table }))
}

const unknown = ({ from, to }: Reference): UnknownTableError =>
  new UnknownTableError({
    message: `The table "${tableKey(from)}" refers to "${tableKey(to)}", which does not exist. Make "${tableKey(to)}" first (sync() of its model), or let sequelize.sync() make all tables in the right order. A column that shall have no foreign key says \`constraints: false\`.`,
  })
