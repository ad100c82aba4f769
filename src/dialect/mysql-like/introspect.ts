/**
 * Reads the picture of a database from `information_schema`: a handful of questions for any number of tables of one schema. `run` in,
 * canonical snapshot out. Schemas are databases here; a table without one is of the connection's.
 * Neighbours: `canonical` gives the spelling, `sync/sync` and `api/query-interface` call through the dialect.
 */
import type { Result } from '../../connect/driver.js'
import { DatabaseError } from '../../errors/database.js'
import type {
  CheckSnapshot,
  ColumnSnapshot,
  ForeignKeySnapshot,
  IndexField,
  IndexSnapshot,
  ReferentialAction,
  SchemaSnapshot,
  TableSnapshot,
} from '../../schema/snapshot.js'
import { indexField, indexSnapshot } from '../../schema/snapshot.js'
import type { TableName } from '../../sql/query.js'
import { describeColumns } from '../describe.js'
import type { ColumnDescription, Run } from '../dialect.js'
import type { CanonicalTraits } from './canonical.js'
import { canonical, canonicalType } from './canonical.js'
import { unescapedExpression } from './expression.js'
import { text } from './text.js'

export interface IntrospectTraits extends CanonicalTraits {
  /** Defaults are reported as SQL (MariaDB); else strings come bare, and a flag tells expressions (MySQL). */
  readonly defaultsAsSql: boolean
  /** Checks know their table. */
  readonly checksByTable: boolean
  /** A column of geometries may be of one reference system, and says so. */
  readonly columnSrid: boolean
  /** The type JSON is text with a check. */
  readonly jsonIsText: boolean
}

const ask = (run: Run, sql: string, params: readonly unknown[]): Promise<Result> =>
  run({ text: sql, params, mode: 'rows' })

const OWN = "('information_schema', 'mysql', 'performance_schema', 'sys')"

/** Tables of the connection's database, or of another one. */
export async function listTables(
  run: Run,
  schema?: string,
  asked: readonly string[] = [],
): Promise<readonly TableName[]> {
  const { rows } = await ask(
    run,
    `SELECT TABLE_NAME, @@lower_case_table_names FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${schema ? '?' : 'DATABASE()'} AND TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA NOT IN ${OWN} ORDER BY TABLE_NAME`,
    schema ? [schema] : [],
  )
  const names = rows.map((row) => String(row[0]))
  const called = Number(rows[0]?.[1] ?? 0) === 0 ? names : names.map(nameAsAsked(asked))
  return called.map((name) => ({ schema: schema || null, name }))
}

export async function introspect(
  run: Run,
  traits: IntrospectTraits,
  tables?: readonly TableName[],
): Promise<SchemaSnapshot> {
  if (tables === undefined) return { tables: await ofSchema(run, traits, null, null) }
  const bySchema = new Map<string | null, string[]>()
  for (const { schema, name } of tables) {
    const key = schema === '' ? null : schema
    const names = bySchema.get(key)
    if (names) names.push(name)
    else bySchema.set(key, [name])
  }
  const found = new Map<string, TableSnapshot>()
  for (const [schema, names] of bySchema)
    for (const table of await ofSchema(run, traits, schema, names))
      found.set(JSON.stringify([schema, table.table.name]), table)
  return {
    tables: [
      ...new Set(tables.map(({ schema, name }) => JSON.stringify([schema === '' ? null : schema, name]))),
    ].flatMap((key) => found.get(key) ?? []),
  }
}

type Cells = readonly unknown[]

async function ofSchema(
  run: Run,
  traits: IntrospectTraits,
  schema: string | null,
  names: readonly string[] | null,
): Promise<readonly TableSnapshot[]> {
  if (names?.length === 0) return []
  const where = (table: string, home = 'TABLE_SCHEMA', name = 'TABLE_NAME'): string =>
    `${table}${home} = ${schema === null ? 'DATABASE()' : '?'}${names === null ? '' : ` AND ${table}${name} IN (${names.map(() => '?').join(', ')})`}`
  const params = [...(schema === null ? [] : [schema]), ...(names ?? [])]
  const found = await ask(
    run,
    `SELECT TABLE_NAME, ENGINE, TABLE_COLLATION, TABLE_COMMENT, DATABASE(), TABLE_SCHEMA, ROW_FORMAT, @@lower_case_table_names FROM information_schema.TABLES WHERE ${where('')} AND TABLE_TYPE = 'BASE TABLE' ORDER BY TABLE_NAME`,
    params,
  )
  if (found.rows.length === 0) return []
  const columns = groups(
    await ask(
      run,
      `SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, EXTRA, COLUMN_COMMENT, COLLATION_NAME, GENERATION_EXPRESSION, DATA_TYPE, ${traits.columnSrid ? 'SRS_ID' : 'NULL'} FROM information_schema.COLUMNS WHERE ${where('')} ORDER BY TABLE_NAME, ORDINAL_POSITION`,
      params,
    ),
  )
  const indexes = groups(
    await ask(
      run,
      `SELECT TABLE_NAME, INDEX_NAME, NON_UNIQUE, COLUMN_NAME, COLLATION, SUB_PART, INDEX_TYPE, ${traits.expressionIndexes ? 'EXPRESSION' : 'NULL'} FROM information_schema.STATISTICS WHERE ${where('')} ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`,
      params,
    ),
  )
  const foreignKeys = groups(
    await ask(
      run,
      `SELECT k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME, k.REFERENCED_TABLE_SCHEMA, k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME, r.DELETE_RULE, r.UPDATE_RULE FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME WHERE ${where('k.')} AND k.REFERENCED_TABLE_NAME IS NOT NULL ORDER BY k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION`,
      params,
    ),
  )
  const checks = groups(
    await ask(
      run,
      traits.checksByTable
        ? `SELECT TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS WHERE ${where('', 'CONSTRAINT_SCHEMA')} ORDER BY TABLE_NAME, CONSTRAINT_NAME`
        : `SELECT t.TABLE_NAME, t.CONSTRAINT_NAME, c.CHECK_CLAUSE FROM information_schema.TABLE_CONSTRAINTS t JOIN information_schema.CHECK_CONSTRAINTS c ON c.CONSTRAINT_SCHEMA = t.CONSTRAINT_SCHEMA AND c.CONSTRAINT_NAME = t.CONSTRAINT_NAME WHERE ${where('t.')} AND t.CONSTRAINT_TYPE = 'CHECK' ORDER BY t.TABLE_NAME, t.CONSTRAINT_NAME`,
      params,
    ),
  )
  const snapshots = found.rows.map((row): TableSnapshot => {
    const name = String(row[0])
    const home = String(row[4])
    const own = columns.get(name) ?? []
    const { plain, json } = splitChecks(checks.get(name) ?? [], traits)
    const read = readIndexes(indexes.get(name) ?? [])
    return {
      table: { schema, name },
      columns: own.map((column) => readColumn(column, json, traits, String(row[2] ?? ''))),
      primaryKey: read.primaryKey,
      indexes: read.indexes,
      foreignKeys: readForeignKeys(foreignKeys.get(name) ?? [], String(row[5]), home, schema),
      checks: plain,
      options: optionsOf(row),
    }
  })
  const isFolded = Number(found.rows[0]![7]) !== 0
  return canonical({ tables: isFolded && names ? namedAsAsked(snapshots, names) : snapshots }, traits).tables
}

/** Servers that make all names of tables lower case, or compare them so, know a table by any spelling: it is called as it was asked for. */
function namedAsAsked(tables: readonly TableSnapshot[], names: readonly string[]): readonly TableSnapshot[] {
  const nameOf = nameAsAsked(names)
  const called = (table: TableName): TableName => ({ ...table, name: nameOf(table.name) })
  return tables.map((table) => ({
    ...table,
    table: called(table.table),
    foreignKeys: table.foreignKeys.map((key) => ({
      ...key,
      references: { ...key.references, table: called(key.references.table) },
    })),
  }))
}

function nameAsAsked(names: readonly string[]): (name: string) => string {
  const asked = new Map(names.map((name) => [name.toLowerCase(), name]))
  return (name) => asked.get(name.toLowerCase()) ?? name
}

function groups(result: Result): ReadonlyMap<string, readonly Cells[]> {
  const map = new Map<string, Cells[]>()
  for (const row of result.rows) {
    const key = String(row[0])
    const group = map.get(key)
    if (group) group.push(row)
    else map.set(key, [row])
  }
  return map
}

function optionsOf(row: Cells): TableSnapshot['options'] {
  const collate = row[2] === null ? null : String(row[2])
  return {
    ...(row[1] === null ? {} : { engine: String(row[1]) }),
    ...(collate === null ? {} : { charset: collate.split('_')[0]!, collate }),
    comment: String(row[3] ?? ''),
    ...(row[6] === null ? {} : { rowFormat: String(row[6]) }),
  }
}

const expressionOf = (sql: unknown, { defaultsAsSql }: IntrospectTraits): string =>
  defaultsAsSql ? String(sql) : unescapedExpression(String(sql))

/** MariaDB's JSON is LONGTEXT with a check of its own making. */
function splitChecks(
  rows: readonly Cells[],
  traits: IntrospectTraits,
): { readonly plain: readonly CheckSnapshot[]; readonly json: ReadonlySet<string> } {
  const json = new Set<string>()
  const plain = rows.flatMap((row): CheckSnapshot[] => {
    const [, name, clause] = row
    const valid = /^json_valid\(`((?:[^`]|``)*)`\)$/i.exec(String(clause).trim())
    if (traits.jsonIsText && valid) {
      json.add(valid[1]!.replaceAll('``', '`'))
      return []
    }
    return [{ name: String(name), expression: expressionOf(clause, traits) }]
  })
  return { plain, json }
}

function readColumn(
  row: Cells,
  json: ReadonlySet<string>,
  traits: IntrospectTraits,
  tableCollation: string,
): ColumnSnapshot {
  const name = String(row[1])
  const extra = String(row[5] ?? '').toLowerCase()
  const collation = row[7] === null ? '' : String(row[7])
  const isJson = json.has(name) && /^longtext$/i.test(String(row[9]))
  // `BINARY` after a text type asks for the character set's collation by code point.
  const isBinary = !isJson && collation.endsWith('_bin') && /^(?:var)?char$/i.test(String(row[9]))
  const srid = row[10] === null ? '' : ` SRID ${String(row[10])}`
  const type = isJson ? 'JSON' : `${String(row[2])}${isBinary ? ' BINARY' : ''}${srid}`
  const generation = String(row[8] ?? '')
  const onUpdate = /\bon update (current_timestamp(?:\(\d*\))?)/.exec(extra)?.[1]
  const isGenerated = /\b(?:virtual|stored|persistent) generated\b|^(?:virtual|persistent)$/.test(extra)
  return {
    name,
    type,
    nullable: row[3] === 'YES',
    default: defaultOf(row[4], extra, canonicalType(type), traits),
    autoIncrement: extra.includes('auto_increment'),
    comment: row[6] === '' || row[6] === null ? null : String(row[6]),
    ...(onUpdate !== undefined && { onUpdate: onUpdate.toUpperCase() }),
    ...(extra.includes('invisible') && { invisible: true }),
    ...(collation !== '' && collation !== tableCollation && !isBinary && !isJson && { collation }),
    generated: isGenerated
      ? { expression: expressionOf(generation, traits), stored: /stored|persistent/.test(extra) }
      : null,
  }
}

function defaultOf(value: unknown, extra: string, type: string, { defaultsAsSql }: IntrospectTraits): string | null {
  if (value === null || value === undefined) return null
  const given = value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value)
  if (defaultsAsSql) return given
  if (extra.includes('default_generated')) return unescapedExpression(given)
  if (/^BIT/.test(type)) return given
  return text(given)
}

function readIndexes(rows: readonly Cells[]): Pick<TableSnapshot, 'primaryKey' | 'indexes'> {
  const byName = new Map<string, Cells[]>()
  for (const row of rows) {
    const key = String(row[1])
    const group = byName.get(key)
    if (group) group.push(row)
    else byName.set(key, [row])
  }
  let primaryKey: TableSnapshot['primaryKey'] = null
  const indexes: IndexSnapshot[] = []
  for (const [name, parts] of byName) {
    if (name === 'PRIMARY') {
      primaryKey = { name: null, columns: parts.map((part) => String(part[3])) }
      continue
    }
    const kind = String(parts[0]![6]).toUpperCase()
    indexes.push(
      indexSnapshot(name, parts.map(readField), {
        unique: Number(parts[0]![2]) === 0,
        type: kind === 'FULLTEXT' || kind === 'SPATIAL' ? kind : null,
        using: kind === 'FULLTEXT' || kind === 'SPATIAL' ? null : kind,
      }),
    )
  }
  return { primaryKey, indexes }
}

function readField(row: Cells): IndexField {
  if (row[3] === null)
    return indexField(unescapedExpression(String(row[7])), { expression: true, order: row[4] === 'D' ? 'DESC' : null })
  const isSpatial = String(row[6]).toUpperCase() === 'SPATIAL'
  return indexField(String(row[3]), {
    order: row[4] === 'D' ? 'DESC' : null,
    length: row[5] === null || isSpatial ? null : Number(row[5]),
  })
}

function readForeignKeys(
  rows: readonly Cells[],
  own: string,
  current: string,
  schema: string | null,
): readonly ForeignKeySnapshot[] {
  const byName = new Map<string, Cells[]>()
  for (const row of rows) {
    const key = String(row[1])
    const group = byName.get(key)
    if (group) group.push(row)
    else byName.set(key, [row])
  }
  return [...byName].map(([name, parts]) => {
    const [first] = parts
    const home = String(first![3])
    return {
      name,
      columns: parts.map((part) => String(part[2])),
      references: {
        // A table is named as its neighbours are: without a schema where it is in the connection's.
        table: { schema: home === own ? schema : home === current ? null : home, name: String(first![4]) },
        columns: parts.map((part) => String(part[5])),
      },
      onDelete: String(first![6]) as ReferentialAction,
      onUpdate: String(first![7]) as ReferentialAction,
      deferrable: null,
    }
  })
}

/**
 * InnoDB wants an index that begins with the columns referred to. MySQL says so by 1822 (and by 6125 since 8.4, where a unique one is wanted);
 * MariaDB by 1005, which names no reason. Here both say 1822, before a column was added for the key.
 */
export async function checkForeignKey(run: Run, { name, references }: ForeignKeySnapshot): Promise<void> {
  const { table, columns } = references
  const { rows } = await ask(
    run,
    `SELECT INDEX_NAME, COLUMN_NAME FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ${table.schema ? '?' : 'DATABASE()'} AND TABLE_NAME = ? ORDER BY INDEX_NAME, SEQ_IN_INDEX`,
    table.schema ? [table.schema, table.name] : [table.name],
  )
  const indexes = new Map<string, string[]>()
  for (const [index, column] of rows)
    indexes.set(String(index), [...(indexes.get(String(index)) ?? []), String(column)])
  const serves = (by: readonly string[]): boolean =>
    columns.every((column, at) => by[at]?.toLowerCase() === column.toLowerCase())
  // A table without any index, or one that is not there, is the server's to refuse.
  if (rows.length === 0 || [...indexes.values()].some(serves)) return
  const message = `Failed to add the foreign key constraint. Missing index for constraint '${name}' in the referenced table '${table.name}'`
  const cause = Object.assign(new Error(message), {
    code: 'ER_FK_NO_INDEX_PARENT',
    errno: 1822,
    sqlState: 'HY000',
    sqlMessage: message,
  })
  throw new DatabaseError({
    cause,
    message: `${message}: give ${columns.join(', ')} a unique index, or make it the primary key. Nothing was changed.`,
  })
}

export const describeTable = (table: TableSnapshot): Record<string, ColumnDescription> =>
  describeColumns(table, { type: (column) => column.type, defaultValue: (column) => defaultValue(column.default) })

function defaultValue(given: string | null): unknown {
  if (given === null) return null
  return given.startsWith("'") ? given.slice(1, -1).replaceAll("''", "'").replaceAll('\\\\', '\\') : given
}
