/**
 * PostgreSQL as a dialect: the parts of this folder put together, and its traits. Docs: databases/postgres.
 * No driver is loaded before the first connection.
 */
import type { Connection, Driver } from '../../connect/driver.js'
import type { PoolPlan } from '../../connect/executor.js'
import type { TransactionSyntax } from '../../connect/transaction-options.js'
import { typeName } from '../../print/expr.js'
import type { Syntax } from '../../print/writer.js'
import { BaseDialect, bound } from '../base.js'
import type { Dialect, ExplainSyntax, Run, Traits } from '../dialect.js'
import { canonical, MAX_IDENTIFIER } from './canonical.js'
import { printChanges } from './changes.js'
import { postgresDatabases } from './databases.js'
import { postgresDriver } from './driver.js'
import { translateError } from './faults.js'
import { describeTable, introspect, listTables } from './introspect.js'
import { isPglite } from './load.js'
import { castName, postgresOperators, postgresTable } from './print.js'
import { routines } from './routines.js'
import type { SessionOptions } from './session.js'
import { sessionText } from './session.js'
import { supports } from './supports.js'
import { literal, quoteIdentifier, quoteTable } from './text.js'
import { postgresTransactions } from './transactions.js'
import { codec, typeOfLoose } from './types.js'
import { parseUrl } from './url.js'

/** Options of a connection (docs: databases/postgres). Those of the driver are passed on. */
export interface PostgresConnectionOptions extends SessionOptions {
  /** Name or address, or the folder of the server's socket. Default: `PGHOST`, else `localhost`. */
  readonly host?: string
  readonly port?: number
  readonly database?: string
  readonly user?: string
  readonly username?: string
  /** A function is asked at each connection. */
  readonly password?: string | (() => string | Promise<string>)
  /** True, or options of Node's `tls.connect`. */
  readonly ssl?: unknown
  /** Milliseconds after which the server gives up a statement. */
  readonly statement_timeout?: number
  readonly lock_timeout?: number
  readonly idle_in_transaction_session_timeout?: number
  readonly connectionTimeoutMillis?: number
  readonly application_name?: string
  /** False: nothing is prepared under a name, as poolers in transaction mode (PgBouncer) need it. Default true. */
  readonly preparedStatements?: boolean
  /**
   * `'pg'` (default), `'pglite'` (PostgreSQL within the process, one session, no server), the module of one of them, or a PGlite database
   * that the program has and closes itself.
   */
  readonly driver?: unknown
  /** PGlite: the folder of the database. Default: in memory, gone when the connections are closed. */
  readonly dataDir?: string
  /** PGlite: its extensions, as it takes them. */
  readonly extensions?: object
}

const traits: Traits = Object.freeze({
  returning: 'statement',
  schemas: true,
  savepoints: true,
  beginImmediate: null,
  rowLocks: true,
  pipelines: true,
  // Tables with rules that do more than one other thing.
  writesInWith: {
    isRefused: (error: unknown) =>
      error instanceof Error &&
      (error.cause as { code?: unknown } | undefined)?.code === '0A000' &&
      /\bWITH$/.test(error.message),
  },
  groupsShowGrouped: true,
  skipLocked: true,
  isolationLevels: true,
  defaultKeyword: true,
  rightJoin: true,
  lateral: true,
  jsonOrder: 'jsonb',
  nullsOrdering: 'keyword',
  nullsAreLargest: true,
  conflictClause: 'on-conflict',
  updateLimit: true,
  deferrableConstraints: true,
  partialIndexes: true,
  expressionIndexes: true,
  implicitForeignKeyIndex: false,
  alterColumn: 'statement',
  maxIdentifierLength: MAX_IDENTIFIER,
  // The protocol counts parameters in 16 bits.
  maxParameters: 65_535,
  comments: true,
  truncate: 'statement',
  referencedKeyMustBeUnique: true,
  setDefaultAction: true,
  arrays: true,
  json: true,
  jsonEquality: false,
  iLike: 'keyword',
  regexp: true,
  indexHints: false,
  generatedUuid: Object.freeze(['v4']) as readonly 'v4'[],
  transactionalDdl: true,
  searchPath: true,
  enumTypes: true,
})

const syntax: Syntax = {
  engine: 'PostgreSQL',
  nodes: postgresTable,
  operators: postgresOperators,
  quoteIdentifier,
  quoteTable,
  placeholder: (position) => `$${position}`,
  literal: (value, type) => literal(bound(value, type, codec)),
  castType: (type) => (typeof type === 'string' ? typeName(type) : castName(type)),
  looseType: null,
}

/**
 * PostgreSQL 11 or newer, through `pg`, or PGlite within the process (option `driver`). Rows come by position, statements that are repeated are prepared under a name.
 * Compat: text, numbers that a double cannot hold, and dates of raw queries come as text; JSON, booleans, bytes and arrays as values.
 */
export class PostgresDialect extends BaseDialect implements Dialect {
  static readonly dialectName = 'postgres'
  readonly name = 'postgres'
  readonly traits = traits
  readonly supports = supports
  readonly family = 'postgres'
  readonly explain: ExplainSyntax = {
    plain: 'EXPLAIN (FORMAT JSON)',
    analyze: 'EXPLAIN (ANALYZE, FORMAT JSON)',
    read: ([row]) => (typeof row?.[0] === 'string' ? (JSON.parse(row[0]) as unknown) : row?.[0]),
  }
  readonly defaultSchema = 'public'
  readonly minimumDatabaseVersion = '11.0.0'
  readonly driver: Driver = postgresDriver()
  readonly transactions: TransactionSyntax = postgresTransactions
  readonly foreignKeyChecks = null
  readonly databases = postgresDatabases
  readonly routines = routines
  /** A number of Mortise's own, with the schema in which it works: two programs that sync at once take turns. */
  readonly readOnlyQuery = "SELECT current_setting('transaction_read_only')"
  readonly schemaLock = 'SELECT pg_advisory_xact_lock(1836021364, hashtext(current_schema()))'
  readonly connectionOptions = Object.freeze([
    'host',
    'port',
    'database',
    'user',
    'username',
    'password',
    'ssl',
    'sslnegotiation',
    'statement_timeout',
    'query_timeout',
    'lock_timeout',
    'idle_in_transaction_session_timeout',
    'connectionTimeoutMillis',
    'application_name',
    'fallback_application_name',
    'client_encoding',
    'options',
    'keepAlive',
    'keepAliveInitialDelayMillis',
    'enableChannelBinding',
    'stream',
    'connectionString',
    'preparedStatements',
    'searchPath',
    'clientMinMessages',
    'standardConformingStrings',
    'driver',
    'pgModule',
    'dataDir',
    'extensions',
  ])
  readonly #session: SessionOptions

  constructor(options: SessionOptions = {}) {
    super('"', syntax)
    this.#session = options
  }

  readonly codec = codec
  readonly typeOfLoose = typeOfLoose
  readonly introspect = introspect
  readonly listTables = listTables
  readonly canonical = canonical
  readonly printChanges = printChanges
  readonly describeTable = describeTable
  readonly translateError = translateError
  readonly parseUrl = parseUrl

  async databaseVersion(run: Run): Promise<string> {
    const { rows } = await run({ text: 'SHOW server_version', params: [], mode: 'rows' })
    // "15.4 (Debian 15.4-1)"
    return String(rows[0]?.[0]).split(' ', 1)[0]!
  }

  async prepareConnection(connection: Connection, options: Readonly<Record<string, unknown>>): Promise<void> {
    await connection.execute({ text: sessionText({ ...this.#session, ...options }), params: [], mode: 'script' })
  }

  poolPlan(options: Readonly<Record<string, unknown>>): PoolPlan {
    return isPglite(options.driver ?? options.pgModule) ? 'single' : 'pooled'
  }

  refusesPipelining(options: Readonly<Record<string, unknown>>): string | null {
    if (isPglite(options.driver ?? options.pgModule)) return 'a PGlite database has one session, which answers at once'
    if (options.query_timeout)
      return 'query_timeout would count the time behind other reads, and end them all (statement_timeout counts the server’s own time)'
    return options.preparedStatements === false && options.searchPath
      ? 'with preparedStatements: false and a searchPath each statement is a transaction of its own'
      : null
  }

  static override getSupportedOptions(): readonly string[] {
    return ['clientMinMessages', 'standardConformingStrings']
  }
  static getDefaultPort(): number {
    return 5432
  }
}
