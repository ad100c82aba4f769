/**
 * Reads the picture of a database from PostgreSQL's catalogs: four questions for any number of tables. `run` in, canonical snapshot out.
 * A table asked for keeps the name in which it was asked for; without a schema it is the one of the session's search path.
 * Neighbours: `canonical` gives the spelling, `sync/sync` and `api/query-interface` call through the dialect.
 */
import type {
  CheckSnapshot,
  ColumnSnapshot,
  DeferrableMode,
  ForeignKeySnapshot,
  IndexSnapshot,
  ReferentialAction,
  SchemaSnapshot,
  TableSnapshot,
} from '../../schema/snapshot.js'
import type { TableName } from '../../sql/query.js'
import { describeColumns } from '../describe.js'
import type { ColumnDescription, Run } from '../dialect.js'
import { canonical } from './canonical.js'
import { arrayText } from './structures.js'

type Row = readonly unknown[]
const ask = async (run: Run, text: string, ...params: readonly unknown[]): Promise<readonly Row[]> =>
  (await run({ text, params, mode: 'rows' })).rows

/** Tables, also partitioned ones; parts are none of their own. */
const IS_TABLE = "c.relkind IN ('r', 'p') AND NOT c.relispartition"
/** Tables that an extension brought (PostGIS's spatial_ref_sys) are not the user's: listed nowhere, so that nothing drops them. */
const IS_USERS = `${IS_TABLE} AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')`

export async function listTables(run: Run, schema?: string): Promise<readonly TableName[]> {
  const rows = await ask(
    run,
    `SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE ${IS_USERS} AND n.nspname = COALESCE(NULLIF($1::text, ''), current_schema()) ORDER BY c.relname`,
    schema ?? '',
  )
  return rows.map((row) => ({ schema: schema || null, name: String(row[0]) }))
}

const TABLES = `SELECT c.oid, n.nspname, c.relname, pg_catalog.obj_description(c.oid, 'pg_class'), n.nspname = current_schema(), w.schema
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace`
const COLUMNS = `SELECT a.attrelid, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_catalog.pg_get_expr(d.adbin, d.adrelid),
  a.attidentity, a.attgenerated, pg_catalog.col_description(a.attrelid, a.attnum), CASE WHEN a.attcollation <> t.typcollation THEN co.collname END,
  CASE WHEN COALESCE(e.typtype, t.typtype) = 'e' THEN json_build_object('schema', NULLIF(en.nspname, current_schema()), 'name', COALESCE(e.typname, t.typname), 'isArray', e.oid IS NOT NULL,
    'values', (SELECT json_agg(m.enumlabel ORDER BY m.enumsortorder) FROM pg_catalog.pg_enum m WHERE m.enumtypid = COALESCE(e.oid, t.oid))) END
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typcategory = 'A' LEFT JOIN pg_catalog.pg_namespace en ON en.oid = COALESCE(e.typnamespace, t.typnamespace)
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation
WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum`
const INDEXES = `SELECT i.indrelid, ic.relname, am.amname, i.indisunique, pg_catalog.pg_get_expr(i.indpred, i.indrelid), i.indnkeyatts, co.contype,
  (SELECT json_agg(json_build_object('column', a.attname, 'sql', pg_catalog.pg_get_indexdef(i.indexrelid, k::int, true), 'option', i.indoption[k - 1],
      'collate', CASE WHEN i.indcollation[k - 1] <> 0 AND i.indcollation[k - 1] <> COALESCE(a.attcollation, 100) THEN cl.collname END,
      'operator', CASE WHEN NOT oc.opcdefault THEN oc.opcname END) ORDER BY k)
    FROM generate_series(1, i.indnatts) k LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k - 1] AND a.attnum > 0
    LEFT JOIN pg_catalog.pg_collation cl ON cl.oid = i.indcollation[k - 1] LEFT JOIN pg_catalog.pg_opclass oc ON oc.oid = i.indclass[k - 1])
FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid JOIN pg_catalog.pg_am am ON am.oid = ic.relam
LEFT JOIN pg_catalog.pg_constraint co ON co.conindid = i.indexrelid AND co.conrelid = i.indrelid AND co.contype IN ('u', 'x')
WHERE i.indrelid = ANY ($1::oid[]) AND NOT i.indisprimary ORDER BY i.indexrelid`
const CONSTRAINTS = `SELECT c.conrelid, c.conname, c.contype, c.confdeltype, c.confupdtype, c.condeferrable, c.condeferred, pg_catalog.pg_get_expr(c.conbin, c.conrelid),
  (SELECT json_agg(a.attname ORDER BY k.ord) FROM unnest(c.conkey) WITH ORDINALITY k(num, ord) JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num),
  rn.nspname, r.relname, rn.nspname = current_schema(),
  (SELECT json_agg(a.attname ORDER BY k.ord) FROM unnest(c.confkey) WITH ORDINALITY k(num, ord) JOIN pg_catalog.pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.num)
FROM pg_catalog.pg_constraint c LEFT JOIN pg_catalog.pg_class r ON r.oid = c.confrelid LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
WHERE c.conrelid = ANY ($1::oid[]) AND c.contype IN ('f', 'c', 'p') ORDER BY c.oid`

export async function introspect(run: Run, tables?: readonly TableName[]): Promise<SchemaSnapshot> {
  if (tables?.length === 0) return { tables: [] }
  const found = tables
    ? await ask(
        run,
        `${TABLES} JOIN unnest($1::text[], $2::text[]) w(schema, name) ON n.nspname = COALESCE(NULLIF(w.schema, ''), current_schema()) AND c.relname = w.name WHERE ${IS_TABLE} ORDER BY c.oid`,
        arrayText(
          tables.map((table) => table.schema ?? ''),
          null,
        ),
        arrayText(
          tables.map((table) => table.name),
          null,
        ),
      )
    : await ask(
        run,
        `${TABLES} CROSS JOIN (SELECT '') w(schema) WHERE ${IS_USERS} AND n.nspname = current_schema() ORDER BY c.oid`,
      )
  if (found.length === 0) return { tables: [] }
  const oids = `{${found.map((row) => String(row[0])).join(',')}}`
  const columns = groups(await ask(run, COLUMNS, oids))
  const indexes = groups(await ask(run, INDEXES, oids))
  const constraints = groups(await ask(run, CONSTRAINTS, oids))
  // A table asked for by its schema is called so in references, too.
  const schemas = new Map(found.map((row) => [`${row[1]}.${row[2]}`, String(row[5]) === '' ? null : String(row[5])]))
  const nameOf = (schema: unknown, name: unknown, isCurrent: unknown): TableName => {
    const key = `${schema}.${name}`
    const asked = schemas.has(key) ? schemas.get(key)! : isCurrent === true ? null : String(schema)
    return { schema: asked, name: String(name) }
  }
  return canonical({
    tables: found.map((row): TableSnapshot => {
      const oid = String(row[0])
      const own = constraints.get(oid) ?? []
      const key = own.find((constraint) => constraint[2] === 'p')
      return {
        table: nameOf(row[1], row[2], row[4]),
        columns: (columns.get(oid) ?? []).map(readColumn),
        primaryKey: key ? { name: String(key[1]), columns: names(key[8]) } : null,
        indexes: (indexes.get(oid) ?? []).filter((index) => index[6] !== 'x').map(readIndex),
        foreignKeys: own
          .filter((constraint) => constraint[2] === 'f')
          .map((constraint) => readForeignKey(constraint, nameOf(constraint[9], constraint[10], constraint[11]))),
        checks: own
          .filter((constraint) => constraint[2] === 'c')
          .map((constraint): CheckSnapshot => ({ name: String(constraint[1]), expression: String(constraint[7]) })),
        options: row[3] === null ? {} : { comment: String(row[3]) },
      }
    }),
  })
}

function groups(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const map = new Map<string, Row[]>()
  for (const row of rows) {
    const key = String(row[0])
    const group = map.get(key)
    if (group) group.push(row)
    else map.set(key, [row])
  }
  return map
}
const names = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])

interface EnumInfo {
  /** Null: the session's own. */
  readonly schema: string | null
  readonly name: string
  readonly isArray: boolean
  readonly values: readonly string[] | null
}

function readColumn(row: Row): ColumnSnapshot {
  const members = row[9] as EnumInfo | null
  const value = row[4] === null || row[4] === undefined ? null : String(row[4])
  const isCounted = value !== null && /^nextval\(/i.test(value)
  const isIdentity = row[5] !== ''
  const collation = row[8] === null ? '' : ` COLLATE "${String(row[8])}"`
  return {
    name: String(row[1]),
    type: members ? `ENUM${members.isArray ? '[]' : ''}` : String(row[2]) + collation,
    nullable: row[3] !== true,
    default: isCounted || row[6] !== '' ? null : value,
    autoIncrement: isCounted || isIdentity,
    ...(isIdentity && { identity: true }),
    comment: row[7] === null ? null : String(row[7]),
    generated: row[6] === '' ? null : { expression: value ?? '', stored: row[6] === 's' },
    enumValues: members ? (members.values ?? []) : null,
    ...(members && { enumType: { schema: members.schema, name: members.name } }),
  }
}

interface KeyInfo {
  readonly column: string | null
  readonly sql: string
  readonly option: number | null
  readonly collate: string | null
  readonly operator: string | null
}

const DESCENDING = 1

function readIndex(row: Row): IndexSnapshot {
  const keys = row[7] as readonly KeyInfo[]
  const count = Number(row[5])
  return {
    name: String(row[1]),
    fields: keys.slice(0, count).map((key) => ({
      name: key.column ?? key.sql,
      expression: key.column === null,
      order: ((key.option ?? 0) & DESCENDING) === 0 ? null : 'DESC',
      collate: key.collate,
      length: null,
      operator: key.operator,
    })),
    unique: row[3] === true,
    type: null,
    using: String(row[2]),
    where: row[4] === null ? null : String(row[4]),
    include: keys.slice(count).map((key) => key.column ?? key.sql),
    parser: null,
    concurrently: false,
    constraint: row[6] === 'u',
  }
}

const ACTIONS: Readonly<Record<string, ReferentialAction>> = {
  a: 'NO ACTION',
  r: 'RESTRICT',
  c: 'CASCADE',
  n: 'SET NULL',
  d: 'SET DEFAULT',
}

function readForeignKey(row: Row, table: TableName): ForeignKeySnapshot {
  const deferrable: DeferrableMode | null =
    row[5] === true ? (row[6] === true ? 'INITIALLY DEFERRED' : 'INITIALLY IMMEDIATE') : null
  return {
    name: String(row[1]),
    columns: names(row[8]),
    references: { table, columns: names(row[12]) },
    onDelete: ACTIONS[String(row[3])] ?? 'NO ACTION',
    onUpdate: ACTIONS[String(row[4])] ?? 'NO ACTION',
    deferrable,
  }
}

export const describeTable = (table: TableSnapshot): Record<string, ColumnDescription> =>
  describeColumns(table, {
    type: ({ type, enumValues }) => (enumValues ? 'USER-DEFINED' : type),
    defaultValue,
  })

function defaultValue({ default: key, defaultSql }: ColumnSnapshot): unknown {
  if (key === null) return null
  if (/^'(?:[^']|'')*'$/.test(key)) {
    // As PostgreSQL writes it, without its cast.
    const literal = /^'((?:[^']|'')*)'(?:::[^']+)?$/.exec(defaultSql ?? key)
    return (literal?.[1] ?? key.slice(1, -1)).replaceAll("''", "'")
  }
  return key === 'TRUE' || key === 'FALSE' ? key.toLowerCase() : /^-?[\d.]+$/.test(key) ? key : (defaultSql ?? key)
}
