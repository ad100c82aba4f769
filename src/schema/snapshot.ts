/**
 * A frozen picture of tables, as models want them or as a database has them. Both sides of a diff are this shape, made canonical
 * by the dialect (`dialect.canonical`), so that equal schemas compare equal with plain comparison.
 * Neighbours: `sync/from-models` and `dialect.introspect` make snapshots, `schema/diff` compares them.
 */
import type { TableName } from '../sql/query.js'

export type ReferentialAction = 'CASCADE' | 'RESTRICT' | 'NO ACTION' | 'SET NULL' | 'SET DEFAULT'
export type DeferrableMode = 'INITIALLY DEFERRED' | 'INITIALLY IMMEDIATE' | 'NOT DEFERRABLE'

export interface ColumnSnapshot {
  readonly name: string
  /** SQL type as the dialect writes it, canonical (e.g. `VARCHAR(255)`). */
  readonly type: string
  readonly nullable: boolean
  /** SQL text of the default, canonical; null: none. */
  readonly default: string | null
  readonly autoIncrement: boolean
  readonly comment: string | null
  /** Expression of a generated column; null: an ordinary one. */
  readonly generated?: { readonly expression: string, readonly stored: boolean } | null
  /** Members of an enum column, where the engine has them in the type. */
  readonly enumValues?: readonly string[] | null
}
export interface IndexField {
  /** Column name, or SQL text of an expression. */
  readonly name: string
  readonly expression: boolean
  readonly order: 'ASC' | 'DESC' | null
  readonly collate: string | null
  readonly length: number | null
  readonly operator: string | null
}
export interface IndexSnapshot {
  readonly name: string
  readonly fields: readonly IndexField[]
  readonly unique: boolean
  readonly type: string | null
  readonly using: string | null
  /** SQL text of a partial index' condition. */
  readonly where: string | null
  readonly include: readonly string[]
  readonly parser: string | null
  readonly concurrently: boolean
  /** The index exists because of a constraint of the table (UNIQUE …) and goes with it. */
  readonly constraint: boolean
}
export interface ForeignKeySnapshot {
  /** Null where the database does not keep the name (SQLite keeps it in the table's SQL). */
  readonly name: string | null
  readonly columns: readonly string[]
  readonly references: { readonly table: TableName, readonly columns: readonly string[] }
  readonly onDelete: ReferentialAction
  readonly onUpdate: ReferentialAction
  readonly deferrable: DeferrableMode | null
}
export interface CheckSnapshot { readonly name: string | null, readonly expression: string }
export interface PrimaryKeySnapshot { readonly name: string | null, readonly columns: readonly string[] }

export interface TableSnapshot {
  readonly table: TableName
  readonly columns: readonly ColumnSnapshot[]
  readonly primaryKey: PrimaryKeySnapshot | null
  readonly indexes: readonly IndexSnapshot[]
  readonly foreignKeys: readonly ForeignKeySnapshot[]
  readonly checks: readonly CheckSnapshot[]
  readonly options: { readonly engine?: string, readonly charset?: string, readonly collate?: string, readonly comment?: string, readonly initialAutoIncrement?: number, readonly rowFormat?: string }
}
export interface SchemaSnapshot { readonly tables: readonly TableSnapshot[] }
