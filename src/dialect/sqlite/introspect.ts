/**
 * Reads the picture of a database: a few PRAGMAs as tables, for any number of tables, and the SQL that SQLite keeps of them for what
 * PRAGMAs leave out. `run` in, canonical snapshot out.
 * Neighbours: `schema-text` reads the SQL, `canonical` gives the spelling, `sync/sync` and `api/query-interface` call through the dialect.
 */
import type { Result } from '../../connect/driver.js'
import type {
  CheckSnapshot,
  ColumnSnapshot,
  ForeignKeySnapshot,
  IndexSnapshot,
  SchemaSnapshot,
  TableSnapshot,
} from '../../schema/snapshot.js'
import type { TableName } from '../../sql/query.js'
import { describeColumns } from '../describe.js'
import type { ColumnDescription, Run } from '../dialect.js'
import { canonical, physicalName } from './canonical.js'
import type { TableText } from './schema-text.js'
import { readIndex, readTable } from './schema-text.js'

const ask = (run: Run, text: string, params: readonly unknown[] = []): Promise<Result> =>
  run({ text, params, mode: 'rows' })

/** Tables of the database, without SQLite's own and without the shadow tables of virtual ones. */
export async function listTables(run: Run, schema?: string): Promise<readonly TableName[]> {
  const { rows } = await ask(
    run,
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite^_%' ESCAPE '^' ORDER BY name",
  )
  const prefix = schema ? `${schema}.` : ''
  return rows
    .map((row) => String(row[0]))
    .filter((name) => name.startsWith(prefix))
    .map((name) => ({ schema: schema || null, name: name.slice(prefix.length) }))
}

/** The tables named (all when omitted) as the database has them. A table asked for keeps the spelling in which it was asked for. */
export async function introspect(run: Run, tables?: readonly TableName[]): Promise<SchemaSnapshot> {
  const wanted = tables && new Map(tables.map((table) => [physicalName(table).toLowerCase(), physicalName(table)]))
  if (wanted?.size === 0) return { tables: [] }
  const filter = wanted
    ? ' AND lower(m.name) IN (SELECT value FROM json_each(?))'
    : " AND m.name IN (SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual'))"
  const params = wanted ? [JSON.stringify([...wanted.keys()])] : []
  const of = 'FROM sqlite_master m '
  const isTable = `WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite^_%' ESCAPE '^'${filter}`

  const found = await ask(run, `SELECT m.name, m.sql ${of}${isTable} ORDER BY m.rowid`, params)
  if (found.rows.length === 0) return { tables: [] }
  const columns = groups(
    await ask(
      run,
      `SELECT m.name, x.name, x.type, x."notnull", x.dflt_value, x.pk, x.hidden ${of}JOIN pragma_table_xinfo(m.name) x ${isTable} ORDER BY m.rowid, x.cid`,
      params,
    ),
  )
  const indexes = groups(
    await ask(
      run,
      `SELECT m.name, i.name, i."unique", i.origin, s.sql ${of}JOIN pragma_index_list(m.name) i LEFT JOIN sqlite_master s ON s.type = 'index' AND s.name = i.name ${isTable} ORDER BY m.rowid, i.seq DESC`,
      params,
    ),
  )
  const keyColumns = groups(
    await ask(
      run,
      `SELECT i.name, x.name ${of}JOIN pragma_index_list(m.name) i JOIN pragma_index_xinfo(i.name) x ${isTable} AND i.origin <> 'c' AND x.key = 1 ORDER BY i.name, x.seqno`,
      params,
    ),
  )
  const triggers = groups(
    await ask(
      run,
      `SELECT m.name, t.name, t.sql ${of}JOIN sqlite_master t ON t.type = 'trigger' AND lower(t.tbl_name) = lower(m.name) ${isTable} ORDER BY t.rowid`,
      params,
    ),
  )
  // Every table is asked, not only those wanted: a rebuild has to know whose rows depend on its own.
  const referrers = groups(
    await ask(
      run,
      'SELECT DISTINCT lower(f."table"), m.name FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = \'table\' ORDER BY m.rowid',
    ),
  )

  const snapshots = found.rows.map((row): TableSnapshot => {
    const name = String(row[0])
    const text = readTable(String(row[1]))
    const own = columns.get(name) ?? []
    const names = own.map((column) => String(column[1]))
    const unnamed = [...text.uniques]
    return {
      table: { schema: null, name: wanted?.get(name.toLowerCase()) ?? name },
      columns: own.filter((column) => column[6] !== 1).map((column) => readColumn(column, text)),
      primaryKey: readPrimaryKey(own, text),
      indexes: (indexes.get(name) ?? [])
        .filter((index) => index[3] !== 'pk')
        .map((index) => readIndexRow(index, names, keyColumns, unnamed)),
      foreignKeys: readForeignKeys(text, wanted),
      checks: text.checks.map((check): CheckSnapshot => ({ name: check.name, expression: check.expression })),
      options: { ...(text.strict && { strict: true }), ...(text.withoutRowid && { withoutRowid: true }) },
      extras: text.extras,
      triggers: (triggers.get(name) ?? []).map((trigger) => ({ name: String(trigger[1]), sql: String(trigger[2]) })),
      referencedBy: (referrers.get(name.toLowerCase()) ?? []).map((referrer) => String(referrer[1])),
    }
  })
  return canonical({ tables: await nameReferences(run, snapshots) })
}

type Row = readonly unknown[]

function groups(result: Result): ReadonlyMap<string, readonly Row[]> {
  const map = new Map<string, Row[]>()
  for (const row of result.rows) {
    const key = String(row[0])
    const group = map.get(key)
    if (group) group.push(row)
    else map.set(key, [row])
  }
  return map
}

function readColumn(row: Row, text: TableText): ColumnSnapshot {
  const name = String(row[1])
  const collation = text.collations.get(name.toLowerCase())
  return {
    name,
    type: `${String(row[2])}${collation === undefined ? '' : ` COLLATE ${collation}`}`.trim(),
    nullable: Number(row[3]) === 0,
    default: row[4] === null || row[4] === undefined ? null : String(row[4]),
    autoIncrement: text.autoIncrement && Number(row[5]) > 0,
    comment: null,
    generated: text.generated.get(name.toLowerCase()) ?? null,
  }
}

function readPrimaryKey(columns: readonly Row[], text: TableText): TableSnapshot['primaryKey'] {
  const key = columns
    .filter((column) => Number(column[5]) > 0)
    .sort((a, b) => Number(a[5]) - Number(b[5]))
    .map((column) => String(column[1]))
  return key.length === 0 ? null : { name: text.primaryKeyName, columns: key }
}

function readIndexRow(
  row: Row,
  columns: readonly string[],
  keyColumns: ReadonlyMap<string, readonly Row[]>,
  uniques: { readonly name: string | null; readonly columns: readonly string[] }[],
): IndexSnapshot {
  const name = String(row[1])
  const common = {
    unique: Number(row[2]) === 1,
    type: null,
    using: null,
    include: [],
    parser: null,
    concurrently: false,
  }
  const field = (column: string): IndexSnapshot['fields'][number] => ({
    name: column,
    expression: false,
    order: null,
    collate: null,
    length: null,
    operator: null,
  })
  if (row[3] === 'u') {
    const key = (keyColumns.get(name) ?? []).map((column) => String(column[1]))
    const same = (candidate: readonly string[]): boolean =>
      candidate.length === key.length &&
      candidate.every((column, index) => column.toLowerCase() === key[index]!.toLowerCase())
    const at = uniques.findIndex((unique) => same(unique.columns))
    const declared = at < 0 ? undefined : uniques.splice(at, 1)[0]
    return { ...common, name: declared?.name ?? name, fields: key.map(field), where: null, constraint: true }
  }
  const text = readIndex(String(row[4]), columns)
  return {
    ...common,
    name,
    fields: text.fields.map((part) => ({ ...field(part.name), ...part })),
    where: text.where,
    constraint: false,
  }
}

function readForeignKeys(
  text: TableText,
  wanted: ReadonlyMap<string, string> | undefined,
): readonly ForeignKeySnapshot[] {
  return text.foreignKeys.map((key) => ({
    name: key.name,
    columns: key.columns,
    onDelete: key.onDelete,
    onUpdate: key.onUpdate,
    deferrable: key.deferrable,
    references: {
      table: { schema: null, name: wanted?.get(key.table.toLowerCase()) ?? key.table },
      columns: key.references,
    },
  }))
}

/** A foreign key that names no column refers to the primary key. */
async function nameReferences(run: Run, tables: readonly TableSnapshot[]): Promise<readonly TableSnapshot[]> {
  const targets = new Set(
    tables.flatMap((table) =>
      table.foreignKeys.flatMap((key) => (key.references.columns.length === 0 ? [key.references.table.name] : [])),
    ),
  )
  if (targets.size === 0) return tables
  const keys = new Map<string, readonly string[]>()
  for (const target of targets) {
    const { rows } = await ask(run, 'SELECT name FROM pragma_table_xinfo(?) WHERE pk > 0 ORDER BY pk', [target])
    keys.set(
      target,
      rows.map((row) => String(row[0])),
    )
  }
  return tables.map((table) => ({
    ...table,
    foreignKeys: table.foreignKeys.map((key) =>
      key.references.columns.length > 0
        ? key
        : { ...key, references: { ...key.references, columns: keys.get(key.references.table.name) ?? [] } },
    ),
  }))
}

export const describeTable = (table: TableSnapshot): Record<string, ColumnDescription> =>
  describeColumns(table, {
    type: (column) => column.type.toUpperCase(),
    defaultValue: (column) => defaultValue(column.default),
  })

function defaultValue(text: string | null): unknown {
  if (text === null) return null
  return text.startsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : text
}
