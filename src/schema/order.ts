/**
 * Brings changes into an order that a database accepts: what others refer to is made first and dropped last. Where tables refer to
 * each other in a circle, their keys are added after all of them exist, and dropped before any of them goes.
 * Neighbours: `schema/diff` makes the changes, `dialect.printChanges` prints them in this order.
 */
import { topologicalOrder } from '../base/graph.js'
import type { Change } from './change.js'
import type { Fold, SchemaSnapshot, TableSnapshot } from './snapshot.js'
import { exactName, tableKey } from './snapshot.js'

export interface OrderOptions {
  /** The engine accepts a foreign key to a table that does not exist yet, and cannot add one later without rebuilding the table (SQLite). Default false. */
  readonly forwardReferences?: boolean
  readonly fold?: Fold
}

type Kind = Change['kind']
/** Changes of tables that stay, by phase: whatever hinders comes off first, whatever depends goes on last. */
const BEFORE_TABLES: readonly Kind[] = [
  'drop-foreign-key',
  'drop-check',
  'drop-index',
  'drop-primary-key',
  'rename-table',
  'rename-column',
]
const AFTER_TABLES: readonly Kind[] = [
  'alter-options',
  'add-column',
  'alter-column',
  'drop-column',
  'add-primary-key',
  'create-index',
  'add-check',
  'add-foreign-key',
]

export function order(
  changes: readonly Change[],
  actual: SchemaSnapshot,
  options: OrderOptions = {},
): readonly Change[] {
  const fold = options.fold ?? exactName
  const phase = (kind: Kind): readonly Change[] => changes.filter((change) => change.kind === kind)
  const { created, later } = createTables(changes, options, fold)
  return [
    ...BEFORE_TABLES.flatMap(phase),
    ...dropTables(changes, actual, options, fold),
    ...created,
    ...AFTER_TABLES.flatMap(phase),
    ...later,
  ]
}

/** Tables so that each comes after those it refers to; members of a circle stand together. */
export function byDependency(tables: readonly TableSnapshot[], fold: Fold = exactName): readonly TableSnapshot[] {
  const byKey = new Map(tables.map((table) => [tableKey(table.table, fold), table]))
  const targets = (table: TableSnapshot): TableSnapshot[] =>
    table.foreignKeys.flatMap((foreignKey) => byKey.get(tableKey(foreignKey.references.table, fold)) ?? [])
  return topologicalOrder(tables, targets).order
}

function createTables(
  changes: readonly Change[],
  options: OrderOptions,
  fold: Fold,
): { created: readonly Change[]; later: readonly Change[] } {
  const tables = byDependency(
    changes.flatMap((change) => (change.kind === 'create-table' ? [change.table] : [])),
    fold,
  )
  if (options.forwardReferences) return { created: tables.map((table) => ({ kind: 'create-table', table })), later: [] }
  const waiting = new Set(tables.map((table) => tableKey(table.table, fold)))
  const created: Change[] = []
  const later: Change[] = []
  for (const table of tables) {
    waiting.delete(tableKey(table.table, fold))
    const isLater = (name: string): boolean => waiting.has(name)
    for (const foreignKey of table.foreignKeys) {
      if (isLater(tableKey(foreignKey.references.table, fold)))
        later.push({ kind: 'add-foreign-key', table: table.table, foreignKey })
    }
    created.push({
      kind: 'create-table',
      table: {
        ...table,
        foreignKeys: table.foreignKeys.filter((foreignKey) => !isLater(tableKey(foreignKey.references.table, fold))),
      },
    })
  }
  return { created, later }
}

function dropTables(
  changes: readonly Change[],
  actual: SchemaSnapshot,
  options: OrderOptions,
  fold: Fold,
): readonly Change[] {
  const drops = new Map(
    changes.flatMap((change) =>
      change.kind === 'drop-table' ? [[tableKey(change.table, fold), change] as const] : [],
    ),
  )
  if (drops.size === 0) return []
  const present = [
    ...byDependency(
      actual.tables.filter((table) => drops.has(tableKey(table.table, fold))),
      fold,
    ),
  ].reverse()
  const keys: Change[] = []
  const gone = new Set<string>()
  const ordered: Change[] = []
  for (const table of present) {
    const key = tableKey(table.table, fold)
    ordered.push(drops.get(key)!)
    drops.delete(key)
    gone.add(key)
    for (const foreignKey of table.foreignKeys) {
      const target = tableKey(foreignKey.references.table, fold)
      if (!options.forwardReferences && target !== key && gone.has(target))
        keys.push({ kind: 'drop-foreign-key', table: table.table, foreignKey })
    }
  }
  return [...keys, ...ordered, ...drops.values()]
}
