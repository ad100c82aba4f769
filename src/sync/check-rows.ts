/**
 * Asks, before a change, whether the rows that are there fit it, so that a refusal names table, column and rows instead of a driver's
 * code, and comes before anything has changed. Changes and the picture before them in; nothing out, or an error.
 */
import type { Result } from '../connect/driver.js'
import type { Dialect, Run } from '../dialect/dialect.js'
import { NotNullConstraintError, UniqueConstraintError, ValidationErrorItem } from '../errors/index.js'
import type { Change } from '../schema/change.js'
import type { Fold, IndexSnapshot, SchemaSnapshot, TableSnapshot } from '../schema/snapshot.js'
import { findTable, tableKey } from '../schema/snapshot.js'

/** How many offending keys an error lists. */
const LISTED = 5

/**
 * @throws NotNullConstraintError for NULLs in a column that becomes NOT NULL, or a new NOT NULL column without default in a table with rows.
 * @throws UniqueConstraintError for rows that have equal keys where a unique index is to be.
 */
export async function checkRows(
  dialect: Dialect,
  changes: readonly Change[],
  actual: SchemaSnapshot,
  run: Run,
  fold: Fold,
): Promise<void> {
  const ask = (text: string): Promise<Result> => run({ text, params: [], mode: 'rows' })
  // What goes anyway needs no check: a table that is dropped in the same step is empty when it comes back.
  const dropped = new Set(
    changes.flatMap((change) => (change.kind === 'drop-table' ? [tableKey(change.table, fold)] : [])),
  )
  await checkForeignKeys(dialect, changes, run, fold)
  for (const change of changes) {
    if (change.kind === 'create-table' || change.kind === 'drop-table' || dropped.has(tableKey(change.table, fold)))
      continue
    const table = findTable(actual, change.table, fold)
    if (!table) continue
    if (change.kind === 'alter-column' && change.from.nullable && !change.to.nullable)
      await refuseNulls(dialect, table, change.from.name, ask)
    else if (change.kind === 'add-column') {
      const { column } = change
      if (!column.nullable && column.default === null && !column.autoIncrement && !column.generated)
        await refuseRows(dialect, table, column.name, ask)
    } else if (change.kind === 'create-index' && change.index.unique)
      await refuseDuplicates(dialect, table, change.index, ask, fold)
  }
}

/** Keys that refer to tables which are there already, and are not changed in the same step. */
async function checkForeignKeys(dialect: Dialect, changes: readonly Change[], run: Run, fold: Fold): Promise<void> {
  if (!dialect.checkForeignKey) return
  const touched = new Set(
    changes.flatMap((change) =>
      change.kind === 'add-foreign-key'
        ? []
        : [tableKey(change.kind === 'create-table' ? change.table.table : change.table, fold)],
    ),
  )
  for (const change of changes) {
    if (change.kind !== 'add-foreign-key') continue
    const { foreignKey } = change
    if (!touched.has(tableKey(foreignKey.references.table, fold))) await dialect.checkForeignKey(run, foreignKey)
  }
}

type Ask = (text: string) => Promise<Result>
const count = async (text: string, ask: Ask): Promise<number> => Number((await ask(text)).rows[0]?.[0] ?? 0)
const rows = (number: number): string => (number === 1 ? '1 row' : `${number} rows`)

async function refuseNulls(dialect: Dialect, { table }: TableSnapshot, column: string, ask: Ask): Promise<void> {
  const nulls = await count(
    `SELECT count(*) FROM ${dialect.quoteTable(table)} WHERE ${dialect.quoteIdentifier(column)} IS NULL`,
    ask,
  )
  if (nulls === 0) return
  const name = tableKey(table)
  throw new NotNullConstraintError({
    message: `Column "${column}" of "${name}" cannot become NOT NULL: ${rows(nulls)} ${nulls === 1 ? 'has' : 'have'} NULL there. Give them a value first, or allow null. Nothing was changed.`,
    table: name,
    fields: [column],
  })
}

async function refuseRows(dialect: Dialect, { table }: TableSnapshot, column: string, ask: Ask): Promise<void> {
  const present = await count(`SELECT count(*) FROM ${dialect.quoteTable(table)}`, ask)
  if (present === 0) return
  const name = tableKey(table)
  throw new NotNullConstraintError({
    message: `Column "${column}" cannot be added to "${name}" as NOT NULL without a default: the table has ${rows(present)}, which would have no value there. Give it a defaultValue, or allow null, fill it, and forbid null then. Nothing was changed.`,
    table: name,
    fields: [column],
  })
}

async function refuseDuplicates(
  dialect: Dialect,
  { table, columns }: TableSnapshot,
  index: IndexSnapshot,
  ask: Ask,
  fold: Fold,
): Promise<void> {
  const known = new Set(columns.map((column) => fold(column.name)))
  // A field of a column that is added in the same step: the engine's own refusal has to do.
  if (index.fields.some((field) => !field.expression && !known.has(fold(field.name)))) return
  const keys = index.fields.map((field) => {
    const base = field.expression ? `(${field.sql ?? field.name})` : dialect.quoteIdentifier(field.name)
    return field.collate === null ? base : `${base} COLLATE ${dialect.quoteIdentifier(field.collate)}`
  })
  const conditions = [
    ...keys.map((key) => `${key} IS NOT NULL`),
    ...(index.where === null ? [] : [`(${index.whereSql ?? index.where})`]),
  ]
  const { rows: found } = await ask(
    `SELECT ${keys.join(', ')}, count(*) FROM ${dialect.quoteTable(table)} WHERE ${conditions.join(' AND ')} GROUP BY ${keys.join(', ')} HAVING count(*) > 1 LIMIT ${LISTED + 1}`,
  )
  if (found.length === 0) return
  const name = tableKey(table)
  const fields = index.fields.map((field) => field.name)
  const listed = found
    .slice(0, LISTED)
    .map((row) => `(${row.slice(0, -1).map(show).join(', ')}) in ${rows(Number(row[row.length - 1]))}`)
  throw new UniqueConstraintError({
    message: `The unique index "${index.name}" on "${name}" (${fields.join(', ')}) cannot be created, because rows have equal keys: ${listed.join('; ')}${found.length > LISTED ? '; and more' : ''}. Change or delete them first. Nothing was changed.`,
    table: name,
    constraint: index.name,
    fields: Object.fromEntries(fields.map((field, position) => [field, found[0]![position]])),
    errors: fields.map(
      (field, position) =>
        new ValidationErrorItem(
          `${field} must be unique`,
          'unique violation',
          field,
          found[0]![position],
          null,
          'not_unique',
        ),
    ),
  })
}

const show = (value: unknown): string =>
  typeof value === 'string'
    ? `'${value}'`
    : value instanceof Uint8Array
      ? `x'${Buffer.from(value).toString('hex')}'`
      : String(value)
