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
  /** The default as it is sent, where the canonical form is only good for comparing. */
  readonly defaultSql?: string
  readonly autoIncrement: boolean
  readonly comment: string | null
  /** Expression of a generated column; null: an ordinary one; undefined: the picture says nothing of it (models cannot declare it). */
  readonly generated?: { readonly expression: string; readonly stored: boolean } | null
  /** `SELECT *` leaves it out; never compared. */
  readonly invisible?: boolean
  /** What the column becomes with every update of its row (MySQL family); never compared, kept when the column is altered. */
  readonly onUpdate?: string
  /** A collation other than the table's; never compared, kept when the column is altered. */
  readonly collation?: string
  /** It counts by IDENTITY instead of a default; never compared. */
  readonly identity?: boolean
  /** Members of an enum column, where the engine has them in the type. */
  readonly enumValues?: readonly string[] | null
  /** The enum's own name in the database, where it has one; never compared. */
  readonly enumType?: { readonly schema: string | null; readonly name: string }
}
export interface IndexField {
  /** Column name, or SQL text of an expression. */
  readonly name: string
  readonly expression: boolean
  readonly order: 'ASC' | 'DESC' | null
  readonly collate: string | null
  readonly length: number | null
  readonly operator: string | null
  /** The expression as it is sent, where the canonical form (`name`) is only good for comparing. */
  readonly sql?: string
}
export interface IndexSnapshot {
  readonly name: string
  readonly fields: readonly IndexField[]
  readonly unique: boolean
  readonly type: string | null
  readonly using: string | null
  /** SQL text of a partial index' condition. */
  readonly where: string | null
  /** The condition as it is sent, where the canonical form is only good for comparing. */
  readonly whereSql?: string
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
  readonly references: { readonly table: TableName; readonly columns: readonly string[] }
  readonly onDelete: ReferentialAction
  readonly onUpdate: ReferentialAction
  readonly deferrable: DeferrableMode | null
}
export interface CheckSnapshot {
  readonly name: string | null
  readonly expression: string
  /** As it is sent, where the canonical form is only good for comparing. */
  readonly sql?: string
}
export interface PrimaryKeySnapshot {
  readonly name: string | null
  readonly columns: readonly string[]
}

export interface TableOptions {
  readonly engine?: string
  readonly charset?: string
  readonly collate?: string
  readonly comment?: string
  readonly initialAutoIncrement?: number
  readonly rowFormat?: string
  readonly strict?: boolean
  readonly withoutRowid?: boolean
}

export interface TableSnapshot {
  readonly table: TableName
  readonly columns: readonly ColumnSnapshot[]
  readonly primaryKey: PrimaryKeySnapshot | null
  readonly indexes: readonly IndexSnapshot[]
  readonly foreignKeys: readonly ForeignKeySnapshot[]
  readonly checks: readonly CheckSnapshot[]
  readonly options: TableOptions
  /**
   * Parts of the table's own SQL that this picture cannot hold (`ON CONFLICT` clauses, a virtual table's module …). A change that would
   * have to write the table anew is refused while there are any, because it would lose them.
   */
  readonly extras?: readonly string[]
  /** Of a desired picture: indexes that Mortise made once and that another one covers now. Dropped where they are found unchanged. */
  readonly superseded?: readonly IndexSnapshot[]
  /** Triggers as the database keeps them, for rebuilds; never compared. */
  readonly triggers?: readonly { readonly name: string; readonly sql: string }[]
  /** Names of the tables whose foreign keys refer to this one, itself included; known only of introspected tables, where a rebuild has to know. */
  readonly referencedBy?: readonly string[]
}
export interface SchemaSnapshot {
  readonly tables: readonly TableSnapshot[]
}

/** Makes two spellings of a name equal where the engine does; identity where names are case-sensitive. */
export type Fold = (name: string) => string
export const exactName: Fold = (name) => name

/** Names a table in maps and messages. */
export const tableKey = (table: TableName, fold: Fold = exactName): string =>
  fold(table.schema === null ? table.name : `${table.schema}.${table.name}`)

export function findTable(
  snapshot: SchemaSnapshot,
  table: TableName,
  fold: Fold = exactName,
): TableSnapshot | undefined {
  const key = tableKey(table, fold)
  return snapshot.tables.find((candidate) => tableKey(candidate.table, fold) === key)
}

/** A table with nothing but its name; the fields given are filled in. */
export const emptyTable = (table: TableName, parts: Partial<Omit<TableSnapshot, 'table'>> = {}): TableSnapshot => ({
  table,
  columns: [],
  primaryKey: null,
  indexes: [],
  foreignKeys: [],
  checks: [],
  options: {},
  ...parts,
})

/** A plain column: nullable, no default; the fields given are filled in. */
export const columnSnapshot = (
  name: string,
  type: string,
  parts: Partial<Omit<ColumnSnapshot, 'name' | 'type'>> = {},
): ColumnSnapshot => ({
  name,
  type,
  nullable: true,
  default: null,
  autoIncrement: false,
  comment: null,
  ...parts,
})

export const indexField = (name: string, parts: Partial<Omit<IndexField, 'name'>> = {}): IndexField => ({
  name,
  expression: false,
  order: null,
  collate: null,
  length: null,
  operator: null,
  ...parts,
})

/** A plain index over columns (or fields); the parts given are filled in. */
export const indexSnapshot = (
  name: string,
  fields: readonly (string | IndexField)[],
  parts: Partial<Omit<IndexSnapshot, 'name' | 'fields'>> = {},
): IndexSnapshot => ({
  name,
  fields: fields.map((field) => (typeof field === 'string' ? indexField(field) : field)),
  unique: false,
  type: null,
  using: null,
  where: null,
  include: [],
  parser: null,
  concurrently: false,
  constraint: false,
  ...parts,
})
