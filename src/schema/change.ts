/**
 * Every change that a schema can undergo, as data. `schema/diff` makes lists of them, `schema/order` orders them, the dialect prints
 * them as DDL (or, SQLite, rebuilds the table), and the query interface speaks them one at a time.
 */
import type { TableName } from '../sql/query.js'
import type {
  CheckSnapshot,
  ColumnSnapshot,
  ForeignKeySnapshot,
  IndexSnapshot,
  PrimaryKeySnapshot,
  TableOptions,
  TableSnapshot,
} from './snapshot.js'

/** What a change can do to data that is there. */
export type Hazard =
  | { readonly kind: 'none' }
  /** Rows or values are lost: needs consent (`drop: true`). */
  | { readonly kind: 'loses-data'; readonly what: string }
  /** The engine refuses it when rows don't fit (NOT NULL over nulls, unique over duplicates, a narrower type). */
  | { readonly kind: 'may-fail'; readonly what: string }

export type Change =
  | { readonly kind: 'create-table'; readonly table: TableSnapshot }
  | { readonly kind: 'drop-table'; readonly table: TableName; readonly cascade: boolean; readonly ifExists: boolean }
  | { readonly kind: 'rename-table'; readonly table: TableName; readonly to: TableName }
  /** What the table says of itself as a whole; only what differs. */
  | { readonly kind: 'alter-options'; readonly table: TableName; readonly options: TableOptions }
  | { readonly kind: 'add-column'; readonly table: TableName; readonly column: ColumnSnapshot }
  | { readonly kind: 'drop-column'; readonly table: TableName; readonly column: string }
  | { readonly kind: 'rename-column'; readonly table: TableName; readonly column: string; readonly to: string }
  | {
      readonly kind: 'alter-column'
      readonly table: TableName
      readonly from: ColumnSnapshot
      readonly to: ColumnSnapshot
    }
  | { readonly kind: 'create-index'; readonly table: TableName; readonly index: IndexSnapshot }
  | {
      readonly kind: 'drop-index'
      readonly table: TableName
      readonly index: string
      /** Without locking out others, outside of transactions, where the engine can (PostgreSQL). Default false. */
      readonly concurrently?: boolean
      /** What rests on it goes, too, where the engine can (PostgreSQL). Default false. */
      readonly cascade?: boolean
    }
  | { readonly kind: 'add-foreign-key'; readonly table: TableName; readonly foreignKey: ForeignKeySnapshot }
  | { readonly kind: 'drop-foreign-key'; readonly table: TableName; readonly foreignKey: ForeignKeySnapshot }
  | { readonly kind: 'add-check'; readonly table: TableName; readonly check: CheckSnapshot }
  | { readonly kind: 'drop-check'; readonly table: TableName; readonly check: CheckSnapshot }
  | { readonly kind: 'add-primary-key'; readonly table: TableName; readonly primaryKey: PrimaryKeySnapshot }
  | { readonly kind: 'drop-primary-key'; readonly table: TableName; readonly primaryKey: PrimaryKeySnapshot }
