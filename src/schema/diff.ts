/**
 * What has to change so that a database looks as models want it: two canonical snapshots in, a list of changes out. Pure.
 * Tables that `desired` does not name are never touched. What a table has beyond its desired picture stays, unless the options
 * consent to its loss. Renames are not guessed.
 * Neighbours: `sync/from-models` and `dialect.introspect` make the snapshots, `schema/order` orders the changes.
 */
import type { Change } from './change.js'
import { foreignKeyKey } from './evolve.js'
import type {
  CheckSnapshot,
  ColumnSnapshot,
  Fold,
  ForeignKeySnapshot,
  IndexSnapshot,
  SchemaSnapshot,
  TableSnapshot,
} from './snapshot.js'
import { exactName, findTable, tableKey } from './snapshot.js'

export interface DiffOptions {
  /** Consent: columns that `desired` does not have are dropped, and with them the keys, indexes and checks that use them; so are members of enums. Default false. */
  readonly dropColumns?: boolean
  /** Indexes, foreign keys and checks that `desired` does not have are dropped. Default false. */
  readonly dropConstraints?: boolean
  /** Tables that `desired` does not have are dropped. Default false. */
  readonly dropTables?: boolean
  /** How the engine compares names. Default: exactly. */
  readonly fold?: Fold
}

/** The changes, table by table; `schema/order` brings them into an order that a database accepts. */
export function diff(actual: SchemaSnapshot, desired: SchemaSnapshot, options: DiffOptions = {}): readonly Change[] {
  const fold = options.fold ?? exactName
  const tables = new Map(actual.tables.map((table) => [tableKey(table.table, fold), table]))
  const changes: Change[] = []
  for (const table of desired.tables) {
    const existing = tables.get(tableKey(table.table, fold))
    if (existing) diffTable(existing, table, options, fold, changes)
    else changes.push({ kind: 'create-table', table })
  }
  if (options.dropTables) {
    const wanted = new Set(desired.tables.map((table) => tableKey(table.table, fold)))
    for (const table of actual.tables) {
      if (!wanted.has(tableKey(table.table, fold)))
        changes.push({ kind: 'drop-table', table: table.table, cascade: false, ifExists: false })
    }
  }
  return changes
}

function diffTable(
  actual: TableSnapshot,
  desired: TableSnapshot,
  options: DiffOptions,
  fold: Fold,
  changes: Change[],
): void {
  const table = actual.table
  const lost = new Set(
    options.dropColumns ? unknownColumns(actual, desired, fold).map((column) => fold(column.name)) : [],
  )
  const uses = (columns: readonly string[]): boolean => columns.some((name) => lost.has(fold(name)))

  const existing = new Map(actual.columns.map((column) => [fold(column.name), column]))
  for (const column of desired.columns) {
    const from = existing.get(fold(column.name))
    if (!from) {
      changes.push({ kind: 'add-column', table, column })
      continue
    }
    // A generated column is the database's own business where the model says nothing of it.
    if (from.generated && column.generated === undefined) continue
    const to: ColumnSnapshot = {
      ...column,
      name: from.name,
      generated: column.generated === undefined ? from.generated : column.generated,
      ...(column.enumValues && from.enumValues && !options.dropColumns
        ? { enumValues: withMembers(column.enumValues, from.enumValues) }
        : {}),
    }
    if (!sameColumn(from, to)) changes.push({ kind: 'alter-column', table, from, to })
  }
  for (const column of actual.columns) {
    if (lost.has(fold(column.name))) changes.push({ kind: 'drop-column', table, column: column.name })
  }

  // A key over columns that the model does not know stays with them.
  const foreign =
    desired.primaryKey === null &&
    actual.primaryKey !== null &&
    !options.dropConstraints &&
    actual.primaryKey.columns.every(
      (name) => !desired.columns.some((column) => fold(column.name) === fold(name)) && !lost.has(fold(name)),
    )
  const keyChanged = !foreign && !samePrimaryKey(actual, desired, fold)
  if (keyChanged && actual.primaryKey) changes.push({ kind: 'drop-primary-key', table, primaryKey: actual.primaryKey })
  if (keyChanged && desired.primaryKey) changes.push({ kind: 'add-primary-key', table, primaryKey: desired.primaryKey })

  diffOptions(actual, desired, changes)
  diffIndexes(actual, desired, options, fold, lost, changes)
  diffForeignKeys(actual, desired, options, fold, uses, changes)
  diffChecks(actual, desired, options, fold, lost, changes)
}

/** Those that a model names and the database keeps; how a counter starts is no matter once it has. */
const COMPARED = ['engine', 'charset', 'collate', 'comment', 'rowFormat'] as const
function diffOptions({ table, options: from }: TableSnapshot, { options: to }: TableSnapshot, changes: Change[]): void {
  const different = COMPARED.filter(
    (name) => to[name] !== undefined && from[name] !== undefined && to[name] !== from[name],
  )
  if (different.length === 0) return
  // A collation is one of its character set, and a character set alone would choose another.
  const both = different.includes('charset') && to.collate !== undefined ? (['collate'] as const) : []
  const options = Object.fromEntries([...new Set([...different, ...both])].map((name) => [name, to[name]]))
  changes.push({ kind: 'alter-options', table, options })
}

/** Columns that the database has and the model does not. */
export function unknownColumns(
  actual: TableSnapshot,
  desired: TableSnapshot,
  fold: Fold = exactName,
): readonly ColumnSnapshot[] {
  const known = new Set(desired.columns.map((column) => fold(column.name)))
  return actual.columns.filter((column) => !known.has(fold(column.name)))
}

/**
 * Members that enums lack, where these are types of their own: the one thing of tables that are left alone otherwise. What is there stays, in
 * its order.
 */
export function missingMembers(
  actual: SchemaSnapshot,
  desired: SchemaSnapshot,
  fold: Fold = exactName,
): readonly Change[] {
  return actual.tables.flatMap(({ table, columns }) => {
    const wanted = findTable(desired, table, fold)?.columns ?? []
    return columns.flatMap((from): Change[] => {
      const members = wanted.find((column) => fold(column.name) === fold(from.name))?.enumValues
      if (!members || !from.enumValues || members.every((value) => from.enumValues!.includes(value))) return []
      return [{ kind: 'alter-column', table, from, to: { ...from, enumValues: addedTo(from.enumValues, members) } }]
    })
  })
}

/** New members, each after the one that it follows where it is wanted. */
function addedTo(present: readonly string[], wanted: readonly string[]): readonly string[] {
  const members = [...present]
  for (const [at, value] of wanted.entries()) {
    if (members.includes(value)) continue
    members.splice(at === 0 ? 0 : members.indexOf(wanted[at - 1]!) + 1, 0, value)
  }
  return members
}

/** The members wanted, and those that rows may have already, each after the one that it follows: they go only with consent. */
function withMembers(wanted: readonly string[], present: readonly string[]): readonly string[] {
  const members = [...wanted]
  for (const [at, value] of present.entries()) {
    if (members.includes(value)) continue
    members.splice(at === 0 ? 0 : members.indexOf(present[at - 1]!) + 1, 0, value)
  }
  return members
}

function sameColumn(a: ColumnSnapshot, b: ColumnSnapshot): boolean {
  return (
    a.type === b.type &&
    a.nullable === b.nullable &&
    a.default === b.default &&
    a.autoIncrement === b.autoIncrement &&
    a.comment === b.comment &&
    JSON.stringify(a.generated ?? null) === JSON.stringify(b.generated ?? null) &&
    JSON.stringify(a.enumValues ?? null) === JSON.stringify(b.enumValues ?? null)
  )
}

function samePrimaryKey(a: TableSnapshot, b: TableSnapshot, fold: Fold): boolean {
  return (
    JSON.stringify(a.primaryKey?.columns.map(fold) ?? null) === JSON.stringify(b.primaryKey?.columns.map(fold) ?? null)
  )
}

/** Structure of an index as text: all but its name and how it came to be (as an index or as a constraint). */
export function indexKey(index: IndexSnapshot, fold: Fold = exactName): string {
  return JSON.stringify([
    index.fields.map((field) => [
      field.expression ? field.name : fold(field.name),
      field.expression,
      field.order === 'DESC' ? 'DESC' : 'ASC',
      field.collate,
      field.length,
      field.operator,
    ]),
    index.unique,
    index.type,
    index.using,
    index.where,
    index.include.map(fold),
  ])
}

/** An index of the same name is kept or replaced; else one of the same structure serves, whatever its name: no engine needs both. */
function diffIndexes(
  actual: TableSnapshot,
  desired: TableSnapshot,
  options: DiffOptions,
  fold: Fold,
  lost: ReadonlySet<string>,
  changes: Change[],
): void {
  const table = actual.table
  const left = new Set(actual.indexes)
  const dropIndex = (index: IndexSnapshot): void => {
    left.delete(index)
    changes.push({ kind: 'drop-index', table, index: index.name })
  }
  for (const index of actual.indexes) {
    if (indexUses(index, lost, fold)) dropIndex(index)
  }
  const named = new Map([...left].map((index) => [fold(index.name), index]))
  const missing: IndexSnapshot[] = []
  for (const index of desired.indexes) {
    const same = named.get(fold(index.name))
    if (same && indexKey(same, fold) === indexKey(index, fold)) {
      left.delete(same)
      continue
    }
    missing.push(index)
    if (same) dropIndex(same)
  }
  for (const index of missing) {
    const twin = [...left].find((candidate) => indexKey(candidate, fold) === indexKey(index, fold))
    if (twin) {
      left.delete(twin)
      continue
    }
    changes.push({ kind: 'create-index', table, index })
  }
  const superseded = new Map(desired.superseded?.map((index) => [fold(index.name), indexKey(index, fold)]))
  for (const index of left) {
    if (options.dropConstraints || superseded.get(fold(index.name)) === indexKey(index, fold)) dropIndex(index)
  }
}

/** A key whose columns the model gives another target or other actions is replaced; one that the model does not speak of stays. */
function diffForeignKeys(
  actual: TableSnapshot,
  desired: TableSnapshot,
  options: DiffOptions,
  fold: Fold,
  uses: (columns: readonly string[]) => boolean,
  changes: Change[],
): void {
  const table = actual.table
  const left: ForeignKeySnapshot[] = [...actual.foreignKeys]
  const missing: ForeignKeySnapshot[] = []
  for (const foreignKey of desired.foreignKeys) {
    const at = left.findIndex((candidate) => foreignKeyKey(candidate, fold) === foreignKeyKey(foreignKey, fold))
    if (at < 0) missing.push(foreignKey)
    else left.splice(at, 1)
  }
  const columnsOf = (foreignKey: ForeignKeySnapshot): string => JSON.stringify(foreignKey.columns.map(fold))
  const spokenOf = new Set(missing.map(columnsOf))
  for (const foreignKey of left) {
    if (options.dropConstraints || uses(foreignKey.columns) || spokenOf.has(columnsOf(foreignKey)))
      changes.push({ kind: 'drop-foreign-key', table, foreignKey })
  }
  for (const foreignKey of missing) changes.push({ kind: 'add-foreign-key', table, foreignKey })
}

function diffChecks(
  actual: TableSnapshot,
  desired: TableSnapshot,
  options: DiffOptions,
  fold: Fold,
  lost: ReadonlySet<string>,
  changes: Change[],
): void {
  const table = actual.table
  const left: CheckSnapshot[] = [...actual.checks]
  for (const check of desired.checks) {
    const at = left.findIndex((candidate) => candidate.expression === check.expression)
    if (at >= 0) {
      left.splice(at, 1)
      continue
    }
    const other = check.name === null ? -1 : left.findIndex((candidate) => candidate.name === check.name)
    if (other >= 0) changes.push({ kind: 'drop-check', table, check: left.splice(other, 1)[0]! })
    changes.push({ kind: 'add-check', table, check })
  }
  for (const check of left) {
    if (options.dropConstraints || mentions(check.expression, lost, fold))
      changes.push({ kind: 'drop-check', table, check })
  }
}

const indexUses = (index: IndexSnapshot, names: ReadonlySet<string>, fold: Fold): boolean =>
  index.fields.some((field) => (field.expression ? mentions(field.name, names, fold) : names.has(fold(field.name)))) ||
  index.include.some((name) => names.has(fold(name))) ||
  mentions(index.where ?? '', names, fold)

/** A table without a column and without the keys, indexes and checks that use it. */
export function withoutColumn(table: TableSnapshot, column: string, fold: Fold = exactName): TableSnapshot {
  const name = fold(column)
  const isIt = (other: string): boolean => fold(other) === name
  const names = new Set([name])
  return {
    ...table,
    columns: table.columns.filter((each) => !isIt(each.name)),
    primaryKey: table.primaryKey?.columns.some(isIt) ? null : table.primaryKey,
    indexes: table.indexes.filter((index) => !indexUses(index, names, fold)),
    foreignKeys: table.foreignKeys.filter((foreignKey) => !foreignKey.columns.some(isIt)),
    checks: table.checks.filter((check) => !mentions(check.expression, names, fold)),
  }
}

/** Whether SQL text uses one of these (folded) column names. Errs on the side of yes: strings are left out, function names are not. */
export function mentions(expression: string, names: ReadonlySet<string>, fold: Fold): boolean {
  if (names.size === 0) return false
  const words = expression
    .replaceAll(/'(?:[^']|'')*'/g, ' ')
    .matchAll(/"((?:[^"]|"")*)"|`((?:[^`]|``)*)`|\[([^\]]*)\]|([\p{L}_][\p{L}\p{N}_$]*)/gu)
  for (const word of words) if (names.has(fold(word[1] ?? word[2] ?? word[3] ?? word[4] ?? ''))) return true
  return false
}
