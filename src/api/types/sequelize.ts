// biome-ignore-all lint/suspicious/noExplicitAny: dialect classes of every kind.
/** Options of `new Sequelize(…)`. Docs: getting-started, databases/*, other-topics/connection-pool, other-topics/read-replication. */
import type { Logger } from '../../connect/logging.js'
import type { PoolOptions } from '../../connect/pool-settings.js'
import type { IsolationLevel, TransactionNestMode, TransactionType } from '../../connect/transaction-options.js'
import type { Dialect as AbstractDialect } from '../../dialect/dialect.js'
import type { ModelOptions } from './define.js'
import type { HooksOption, SequelizeHooks } from './hooks.js'
import type { AnyModel, ModelConstructor } from './infer.js'
import type { SyncOptions } from './options.js'
import type { QueryRawOptions } from './query.js'

export type { PoolOptions }

/** A dialect class such as `SqliteDialect`. */
export type DialectClass = new (...args: any) => AbstractDialect
/** Names of dialects. */
export type Dialect = 'sqlite' | 'sqlite3' | 'postgres' | 'mysql' | 'mariadb'

export interface ReplicationOptions {
  /** Replicas, by URL or connection options; what they leave out is taken from outside. Each has a pool of its own. Default: none. */
  read?: readonly (string | object)[]
  /**
   * The primary. Several: the one that takes writes is, and is looked for again when it no longer does (promotion). Default: the connection
   * options outside.
   */
  write?: string | object | readonly (string | object)[] | null
  /**
   * Milliseconds after a write in which reads of the same asynchronous context go to the primary. `useMaster: false` in a call overrules it.
   * False: never. Default: 1000.
   */
  readYourWrites?: number | false
  /** Milliseconds before a replica that did not answer is tried again. Default: 5000. */
  retryAfter?: number
}
/** What connects to the database; each dialect knows its own. */
export interface ConnectionOptions {
  /** SQLite: the file, or `:memory:`. Default: `:memory:`. */
  storage?: string
  /** SQLite: flags of the file, as Sequelize has them. */
  mode?: number
  /** SQLite: false leaves foreign keys unchecked. Default: true. */
  foreignKeys?: boolean
  database?: string
  username?: string
  user?: string
  /** PostgreSQL: a function is asked at each connection. */
  password?: string | (() => string | Promise<string>)
  host?: string
  port?: number | string
  protocol?: string
  ssl?: boolean | string | object
  native?: boolean
  /** The driver, by name or as the module: see the options of the dialect. */
  driver?: unknown
  /** False, for poolers such as PgBouncer: nothing is prepared by name. PostgreSQL, MySQL, MariaDB. Default: true. */
  preparedStatements?: boolean
  /** SQLite: opens the file for reading only. Default: false. */
  readOnly?: boolean
  /** SQLite: milliseconds to wait for another's lock. Default: 5000. */
  busyTimeout?: number
  /** SQLite: better-sqlite3's native part, for bundled programs. */
  nativeBinding?: unknown
  /** PostgreSQL: schemas in which tables without one are looked for. */
  searchPath?: string | readonly string[]
  /** PostgreSQL: least level of the server's notices; `'ignore'` leaves the setting alone. */
  clientMinMessages?: string | false
  /** PostgreSQL: cannot be false. */
  standardConformingStrings?: boolean
  /** PostgreSQL, in milliseconds, as are the next four. */
  statement_timeout?: number
  query_timeout?: number
  lock_timeout?: number
  idle_in_transaction_session_timeout?: number
  connectionTimeoutMillis?: number
  application_name?: string
  fallback_application_name?: string
  client_encoding?: string
  options?: string
  connectionString?: string
  keepAlive?: boolean
  keepAliveInitialDelayMillis?: number
  enableChannelBinding?: boolean
  sslnegotiation?: string
  /** PGlite: the folder of the database. Default: in memory. */
  dataDir?: string
  /** PGlite: its extensions. */
  extensions?: object
  /** MySQL and MariaDB: a Unix socket instead of host and port. */
  socketPath?: string
  /** MySQL and MariaDB: the server's warnings are logged after their statement. Default: false. */
  showWarnings?: boolean
  connectTimeout?: number
  socketTimeout?: number
  queryTimeout?: number
  compress?: boolean
  charset?: string
  collation?: string
  debug?: boolean | readonly string[]
  trace?: boolean
  maxPreparedStatements?: number
  prepareCacheLength?: number
  allowPublicKeyRetrieval?: boolean
  rsaPublicKey?: string
  cachingRsaPublicKey?: string
  connectAttributes?: boolean | object
  sessionVariables?: object
  initSql?: string | readonly string[]
  permitLocalInfile?: boolean
  infileStreamFactory?: unknown
  pipelining?: boolean
  keepAliveDelay?: number
  enableKeepAlive?: boolean
  keepAliveInitialDelay?: number
  maxAllowedPacket?: number
  localAddress?: string
  flags?: string | readonly string[]
  insecureAuth?: boolean
  authPlugins?: unknown
  authSwitchHandler?: unknown
  passwordSha1?: unknown
  restrictedAuth?: unknown
  permitConnectionWhenExpired?: boolean
  disableEval?: boolean
  stream?: unknown
}
export interface Options extends ConnectionOptions {
  /** A dialect's class or name. */
  dialect?: DialectClass | Dialect | (string & {})
  url?: string
  /** Decorated classes to register. */
  models?: readonly ModelConstructor<AnyModel>[]
  hooks?: HooksOption<SequelizeHooks>
  /** Default options of all models. */
  define?: Omit<ModelOptions, 'name' | 'modelName' | 'tableName'>
  /** Default options of `sequelize.sync`. */
  sync?: SyncOptions
  /** Default options of `sequelize.query`. */
  query?: QueryRawOptions
  set?: object
  pool?: PoolOptions
  replication?: ReplicationOptions | false | null
  /** False, or a function that gets each statement. Default: false. */
  logging?: boolean | Logger | null
  /** Times statements for `logging`. Default: false. */
  benchmark?: boolean
  /** Shows parameters to `logging`. Default: false. */
  logQueryParameters?: boolean
  /** A text given to `query()` may hold several statements. Default: false, it is refused. */
  multipleStatements?: boolean
  /**
   * Zone of the sessions (`NOW()`, `CURRENT_TIMESTAMP`), as `'+05:45'` or `'Asia/Kathmandu'`. Dates are moments, and come back as the moments
   * that they were, whatever the zone. MySQL and MariaDB keep dates as local times of this zone: there it must stay the same as long as the
   * data, and where clocks go back in autumn the hour that comes twice is read as its first pass. SQLite knows UTC alone. Default: `'+00:00'`.
   */
  timezone?: string
  /** Leaves the sessions the zone that the server gives them (PostgreSQL, MySQL, MariaDB). Default: false. */
  keepDefaultTimezone?: boolean
  /** Default schema of all models. */
  schema?: string
  omitNull?: boolean
  noTypeValidation?: boolean
  /** v6's inverse of `noTypeValidation`. */
  typeValidation?: boolean
  nullJsonStringification?: 'json' | 'sql' | 'explicit'
  quoteIdentifiers?: boolean
  minifyAliases?: boolean
  /** Default: 6. */
  defaultTimestampPrecision?: number | null
  isolationLevel?: IsolationLevel | `${IsolationLevel}`
  transactionType?: TransactionType | `${TransactionType}`
  /** True: a transaction must be passed to each call. Default: false. */
  disableClsTransactions?: boolean
  defaultTransactionNestMode?: TransactionNestMode | `${TransactionNestMode}`
  retry?: object
  /** What reading an association does that was not loaded: nothing (default), a warning, or an error. */
  strictLoading?: false | 'warn' | 'throw'
  /**
   * How includes are read that do not say it: joined (default), by queries of their own, or (`auto`) to-ones joined and to-manys queried.
   * The `strategy` of a model counts before it, then that of a find, then that of the include. The results are the same.
   */
  strategy?: 'join' | 'query' | 'auto'
  /**
   * Calls may have a `searchPath` of their own. Default: true. Engines without search paths refuse true.
   * Compat: Sequelize ignores the option `searchPath` of calls unless this is true; with false, Mortise refuses it.
   */
  prependSearchPath?: boolean
  databaseVersion?: string
  /** v6: connection options of the driver. */
  dialectOptions?: object
}
export type SequelizeOptions = Options
