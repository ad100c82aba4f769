// biome-ignore-all lint/suspicious/noExplicitAny: dialect classes of every kind.
/** Options of `new Sequelize(…)`. Docs: getting-started, databases/*, other-topics/connection-pool, other-topics/read-replication. */
import type { PoolOptions } from '../../connect/pool-settings.js'
import type { IsolationLevel, TransactionNestMode, TransactionType } from '../../connect/transaction-options.js'
import type { Dialect } from '../../dialect/dialect.js'
import type { ModelOptions } from './define.js'
import type { HooksOption, SequelizeHooks } from './hooks.js'
import type { AnyModel, ModelCtor } from './infer.js'
import type { SyncOptions } from './options.js'
import type { QueryRawOptions } from './query.js'

export type { PoolOptions }

/** A dialect class such as `SqliteDialect`. */
export type DialectClass = new (...args: any) => Dialect
export type DialectName = 'sqlite' | 'sqlite3' | 'postgres' | 'mysql' | 'mariadb'

export interface ReplicationOptions {
  /** Replicas, by URL or connection options; what they leave out is taken from outside. Each has a pool of its own. Default: none. */
  readonly read?: readonly (string | object)[]
  /**
   * The primary. Several: the one that takes writes is, and is looked for again when it no longer does (promotion). Default: the connection
   * options outside.
   */
  readonly write?: string | object | readonly (string | object)[] | null
  /**
   * Milliseconds after a write in which reads of the same asynchronous context go to the primary. `useMaster: false` in a call overrules it.
   * False: never. Default: 1000.
   */
  readonly readYourWrites?: number | false
  /** Milliseconds before a replica that did not answer is tried again. Default: 5000. */
  readonly retryAfter?: number
}
/** What connects to the database; each dialect knows its own. */
export interface ConnectionOptions {
  /** SQLite: the file, or `:memory:`. Default: `:memory:`. */
  readonly storage?: string
  /** SQLite: flags of the file, as Sequelize has them. */
  readonly mode?: number
  /** SQLite: false leaves foreign keys unchecked. Default: true. */
  readonly foreignKeys?: boolean
  readonly database?: string
  readonly username?: string
  readonly user?: string
  readonly password?: string
  readonly host?: string
  readonly port?: number | string
  readonly protocol?: string
  readonly ssl?: boolean | object
  readonly native?: boolean
}
export interface Options extends ConnectionOptions {
  /** A dialect's class or name. */
  readonly dialect?: DialectClass | DialectName | (string & {})
  readonly url?: string
  /** Decorated classes to register. */
  readonly models?: readonly ModelCtor<AnyModel>[]
  readonly hooks?: HooksOption<SequelizeHooks>
  /** Default options of all models. */
  readonly define?: Omit<ModelOptions, 'name' | 'modelName' | 'tableName'>
  /** Default options of `sequelize.sync`. */
  readonly sync?: SyncOptions
  /** Default options of `sequelize.query`. */
  readonly query?: QueryRawOptions
  readonly set?: object
  readonly pool?: PoolOptions
  readonly replication?: ReplicationOptions | false | null
  /** False, or a function that gets each statement. Default: false. */
  readonly logging?: boolean | ((sql: string, timing?: any) => void) | null
  /** Times statements for `logging`. Default: false. */
  readonly benchmark?: boolean
  /** Shows parameters to `logging`. Default: false. */
  readonly logQueryParameters?: boolean
  /** A text given to `query()` may hold several statements. Default: false, it is refused. */
  readonly multipleStatements?: boolean
  /**
   * Zone of the sessions (`NOW()`, `CURRENT_TIMESTAMP`), as `'+05:45'` or `'Asia/Kathmandu'`. Dates are moments, and come back as the moments
   * that they were, whatever the zone. MySQL and MariaDB keep dates as local times of this zone: there it must stay the same as long as the
   * data, and where clocks go back in autumn the hour that comes twice is read as its first pass. SQLite knows UTC alone. Default: `'+00:00'`.
   */
  readonly timezone?: string
  /** Leaves the sessions the zone that the server gives them (PostgreSQL, MySQL, MariaDB). Default: false. */
  readonly keepDefaultTimezone?: boolean
  /** Default schema of all models. */
  readonly schema?: string
  readonly omitNull?: boolean
  readonly noTypeValidation?: boolean
  /** v6's inverse of `noTypeValidation`. */
  readonly typeValidation?: boolean
  readonly nullJsonStringification?: 'json' | 'sql' | 'explicit'
  readonly quoteIdentifiers?: boolean
  readonly minifyAliases?: boolean
  /** Default: 6. */
  readonly defaultTimestampPrecision?: number | null
  readonly isolationLevel?: IsolationLevel | `${IsolationLevel}`
  readonly transactionType?: TransactionType | `${TransactionType}`
  /** True: a transaction must be passed to each call. Default: false. */
  readonly disableClsTransactions?: boolean
  readonly defaultTransactionNestMode?: TransactionNestMode | `${TransactionNestMode}`
  readonly retry?: object
  /** What reading an association does that was not loaded: nothing (default), a warning, or an error. */
  readonly strictLoading?: false | 'warn' | 'throw'
  /**
   * How includes are read that do not say it: joined (default), by queries of their own, or (`auto`) to-ones joined and to-manys queried.
   * The `strategy` of a model counts before it, then that of a find, then that of the include. The results are the same.
   */
  readonly strategy?: 'join' | 'query' | 'auto'
  /**
   * Calls may have a `searchPath` of their own. Default: true. Engines without search paths refuse true.
   * Compat: Sequelize ignores the option `searchPath` of calls unless this is true; with false, Mortise refuses it.
   */
  readonly prependSearchPath?: boolean
  readonly databaseVersion?: string
  /** v6: connection options of the driver. */
  readonly dialectOptions?: object
}
export type SequelizeOptions = Options
