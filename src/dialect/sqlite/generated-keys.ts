/**
 * Whether `last_insert_rowid()` tells the keys of an INSERT, so that it need not ask for them (RETURNING costs as much as the insert itself).
 * One row: where the primary key is the row's id. Several: where nothing else writes to the table meanwhile, because it has no triggers; SQLite
 * then counts from the largest id there is (autoinc.html), unless that is the largest possible. `driver` asks before each such statement.
 */
import type { Database, Prepared } from './load.js'
import { quoteIdentifier } from './text.js'

/** A primary key that is not the row's id has an index of its own; so does any of a table WITHOUT ROWID. Views have none at all. */
const IS_ROW_ID = `SELECT (SELECT count(*) FROM pragma_table_info(t.name) WHERE pk > 0) = 1
  AND NOT EXISTS (SELECT 1 FROM pragma_index_list(t.name) WHERE origin = 'pk') FROM (SELECT ? AS name) t`
const HAS_TRIGGERS = `SELECT EXISTS (SELECT 1 FROM (SELECT type, tbl_name FROM sqlite_schema UNION ALL SELECT type, tbl_name FROM sqlite_temp_schema)
  WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE)`

interface Known {
  readonly isRowId: boolean
  /** Versions of the schema for which the table has no triggers; null: it has some. */
  readonly versions: string | null
  /** Tells the largest id. */
  largest: Prepared | null
}

export class GeneratedKeys {
  readonly #database: Database
  readonly #tables = new Map<string, Known>()
  #schemaVersion: readonly Prepared[] | null = null

  constructor(database: Database) {
    this.#database = database
  }

  /** Forgets what is known of tables: they may have changed. */
  clear(): void {
    this.#tables.clear()
  }

  /** Whether the keys of this many rows, in one INSERT, are a series that ends with the last id. */
  areTold(table: string, rows: number): boolean {
    if (rows === 1) return (this.#tables.get(table) ?? this.#look(table, '')).isRowId
    // Others may have changed the schema since: it is looked at each time.
    const versions = this.#versions()
    let known = this.#tables.get(table)
    if (known === undefined || (known.versions !== null && known.versions !== versions))
      known = this.#look(table, versions)
    if (!known.isRowId || known.versions === null) return false
    known.largest ??= this.#database.prepare(`SELECT max(_rowid_) FROM ${quoteIdentifier(table)}`)
    return Number.isSafeInteger(Number(known.largest.get([])?.[0] ?? 0) + rows)
  }

  #look(table: string, versions: string): Known {
    const ask = (text: string): boolean => this.#database.prepare(text).get([table])?.[0] === 1
    const known: Known = {
      isRowId: ask(IS_ROW_ID),
      versions: ask(HAS_TRIGGERS) ? null : versions,
      largest: null,
    }
    this.#tables.set(table, known)
    return known
  }

  #versions(): string {
    this.#schemaVersion ??= ['PRAGMA main.schema_version', 'PRAGMA temp.schema_version'].map((text) =>
      this.#database.prepare(text),
    )
    return this.#schemaVersion.map((prepared) => String(prepared.get([])?.[0])).join()
  }
}
