/**
 * What MySQL and MariaDB share as dialects: the parts of this folder put together. `mysql.ts` and `mariadb.ts` give the traits in which the
 * two differ. No driver is loaded before the first connection.
 */
import { offsetText, zoneOf } from '../../base/zone.js'
import type { Connection, Driver } from '../../connect/driver.js'
import type { TransactionSyntax } from '../../connect/transaction-options.js'

import { typeName } from '../../print/expr.js'
import type { Change } from '../../schema/change.js'
import type { SchemaSnapshot } from '../../schema/snapshot.js'
import type { TableName } from '../../sql/query.js'
import type { DataType, TypeCodec } from '../../types/data-type.js'
import { BaseDialect, bound } from '../base.js'
import type { Dialect, ForeignKeyChecks, Run, SchemaStatement, Traits } from '../dialect.js'
import { canonical } from './canonical.js'
import type { DdlQuirks, MysqlWords } from './changes.js'
import { foreignKeyChecks, mysqlWords, printChanges, restartCounter } from './changes.js'
import { mysqlDatabases } from './databases.js'
import type { Clock } from './dates.js'
import { clockOf } from './dates.js'
import { mysqlDriver } from './driver.js'
import { errnoOf } from './errno.js'
import { saysUngrouped, translateError } from './faults.js'
import type { IntrospectTraits } from './introspect.js'
import { checkForeignKey, describeTable, introspect, listTables } from './introspect.js'
import type { PrintTraits } from './print.js'
import { mysqlOperators, mysqlTable } from './print.js'
import { literal, quoteIdentifier, quoteTable, text } from './text.js'
import { transactionsOf } from './transactions.js'
import { castName, codecsOfEngine, LooseType } from './types.js'
import { parseUrl } from './url.js'

/** Options of a connection; whatever else the driver knows may stand beside them. Docs: databases/mysql, databases/mariadb. */
export interface MysqlConnectionOptions {
  /** Default `localhost`. */
  readonly host?: string
  /** Default 3306. */
  readonly port?: number
  readonly user?: string
  /** Sequelize 6's name of `user`. */
  readonly username?: string
  readonly password?: string
  readonly database?: string
  /** A Unix socket instead of host and port. */
  readonly socketPath?: string
  /** TLS: options of `tls.connect`. */
  readonly ssl?: unknown
  /** `'mariadb'`, `'mysql2'`, or the driver's module. Default: the first that is installed, in this order. */
  readonly driver?: unknown
  /** False: values travel in the text, escaped, for poolers and proxies that know no prepared statements. Default true. */
  readonly preparedStatements?: boolean
  /** Prepared statements kept per connection. Default 256. */
  readonly maxPreparedStatements?: number
  /** Warnings of the server are logged after the statement that they are about, which costs one more each. Default false. */
  readonly showWarnings?: boolean
  /** Lets a text hold several statements. Default false: one that was smuggled in is refused. */
  readonly multipleStatements?: boolean
  readonly [option: string]: unknown
}

const CONNECTION_OPTIONS = Object.freeze([
  'host',
  'port',
  'user',
  'username',
  'password',
  'database',
  'socketPath',
  'ssl',
  'driver',
  'mysql2Module',
  'mariadbModule',
  'showWarnings',
  'charset',
  'collation',
  'connectTimeout',
  'socketTimeout',
  'queryTimeout',
  'compress',
  'debug',
  'trace',
  'multipleStatements',
  'preparedStatements',
  'maxPreparedStatements',
  'prepareCacheLength',
  'allowPublicKeyRetrieval',
  'rsaPublicKey',
  'cachingRsaPublicKey',
  'connectAttributes',
  'sessionVariables',
  'initSql',
  'permitLocalInfile',
  'infileStreamFactory',
  'pipelining',
  'keepAliveDelay',
  'enableKeepAlive',
  'keepAliveInitialDelay',
  'maxAllowedPacket',
  'localAddress',
  'stream',
  'flags',
  'insecureAuth',
  'authPlugins',
  'authSwitchHandler',
  'passwordSha1',
  'restrictedAuth',
  'permitConnectionWhenExpired',
  'disableEval',
])

export interface Engine {
  readonly name: string
  readonly title: string
  readonly minimumVersion: string
  readonly traits: Traits
  readonly supports: Readonly<Record<string, unknown>>
  readonly printing: PrintTraits
  readonly introspecting: IntrospectTraits
  readonly defining: DdlQuirks
  /** Settings of a session besides those that both have. */
  readonly session: readonly string[]
}

export const commonTraits = {
  schemas: true,
  savepoints: true,
  beginImmediate: null,
  rowLocks: true,
  skipLocked: true,
  isolationLevels: true,
  defaultKeyword: true,
  rightJoin: true,
  jsonOrder: 'numbers apart',
  nullsOrdering: 'emulated',
  conflictClause: 'on-duplicate-key',
  updateLimit: true,
  rowsPerInsert: Object.freeze([1000, 500]),
  deferrableConstraints: false,
  partialIndexes: false,
  partialUniqueIndexes: true,
  implicitForeignKeyIndex: true,
  alterColumn: 'statement',
  maxIdentifierLength: 64,
  // Two bytes count the parameters of a prepared statement.
  maxParameters: 65_535,
  comments: true,
  // TRUNCATE commits, cannot be undone, and is refused where a foreign key refers to the table.
  truncate: 'delete',
  referencedKeyMustBeUnique: false,
  setDefaultAction: false,
  arrays: false,
  json: true,
  iLike: 'like',
  regexp: true,
  indexHints: true,
  generatedUuid: Object.freeze(['v1'] as const),
  caseInsensitiveNames: false,
  transactionalDdl: false,
  schemasAreDatabases: true,
  systemSchemas: Object.freeze(['information_schema', 'mysql', 'performance_schema', 'sys']),
  gapLocks: true,
  random: 'RAND()',
} as const satisfies Partial<Traits>

const looseType: DataType = new LooseType()

/**
 * Modes that change what a text means, or what a row shows: ANSI_QUOTES makes names of "strings", NO_BACKSLASH_ESCAPES ends strings elsewhere,
 * PAD_CHAR_TO_FULL_LENGTH adds spaces; and the names that stand for several at once, which would bring them back. What else a server is set
 * to stays (ONLY_FULL_GROUP_BY, NO_ZERO_DATE, PIPES_AS_CONCAT …).
 */
const FOREIGN_MODES = [
  'NO_BACKSLASH_ESCAPES',
  'ANSI_QUOTES',
  'PAD_CHAR_TO_FULL_LENGTH',
  'EMPTY_STRING_IS_NULL',
  'ANSI',
  'DB2',
  'MAXDB',
  'MSSQL',
  'ORACLE',
  'POSTGRESQL',
] as const
/** Settings of every session: strict, with literal backslashes escaped, and with 0 as a key like any other. */
const SQL_MODE = `sql_mode = CONCAT_WS(',', NULLIF(TRIM(BOTH ',' FROM REGEXP_REPLACE(@@SESSION.sql_mode, '(^|,)(${FOREIGN_MODES.join('|')})(?=,|$)', '')), ''), 'STRICT_TRANS_TABLES', 'NO_AUTO_VALUE_ON_ZERO')`

const UNKNOWN_TIME_ZONE = 1298

export abstract class MysqlLikeDialect extends BaseDialect implements Dialect {
  readonly name: string
  readonly traits: Traits
  readonly supports: Readonly<Record<string, unknown>>
  readonly defaultSchema: string
  readonly minimumDatabaseVersion: string
  readonly driver: Driver = mysqlDriver
  readonly family = 'mysql'
  readonly transactions: TransactionSyntax
  readonly foreignKeyChecks: ForeignKeyChecks = foreignKeyChecks
  readonly readOnlyQuery: string = 'SELECT @@global.read_only'
  readonly schemaLock = "SELECT GET_LOCK(LEFT(CONCAT('mortise.schema.', DATABASE()), 64), 60)"
  readonly schemaUnlock = "SELECT RELEASE_LOCK(LEFT(CONCAT('mortise.schema.', DATABASE()), 64))"
  readonly databases = mysqlDatabases
  readonly connectionOptions = CONNECTION_OPTIONS
  readonly codec: (type: DataType) => TypeCodec
  readonly #engine: Engine
  readonly #clock: Clock
  readonly #keepsTimezone: boolean
  readonly #words: MysqlWords

  constructor(engine: Engine, options: Readonly<Record<string, unknown>> = {}) {
    const clock = clockOf(typeof options.timezone === 'string' ? options.timezone : '+00:00')
    const codec = codecsOfEngine(engine.title, clock)
    super('`', {
      engine: engine.title,
      nodes: mysqlTable(engine.printing),
      operators: mysqlOperators,
      quoteIdentifier,
      quoteTable,
      placeholder: () => '?',
      literal: (value, type) => literal(bound(value, type, codec), clock),
      castType: (type) => castName(typeof type === 'string' ? typeName(type) : codec(type).sql),
      looseType,
    })
    this.#engine = engine
    this.name = engine.name
    this.traits = engine.traits
    this.supports = engine.supports
    this.minimumDatabaseVersion = engine.minimumVersion
    this.defaultSchema = typeof options.database === 'string' ? options.database : ''
    this.transactions = transactionsOf(engine.title)
    this.#clock = clock
    this.#keepsTimezone = options.keepDefaultTimezone === true
    this.codec = codec
    this.#words = mysqlWords(engine.defining)
  }

  readonly listTables = listTables
  readonly describeTable = describeTable
  readonly checkForeignKey = checkForeignKey
  readonly restartCounter = restartCounter
  readonly translateError = translateError
  readonly saysUngrouped = saysUngrouped
  readonly parseUrl = parseUrl

  introspect(run: Run, tables?: readonly TableName[]): Promise<SchemaSnapshot> {
    return introspect(run, this.#engine.introspecting, tables)
  }
  canonical(snapshot: SchemaSnapshot): SchemaSnapshot {
    return canonical(snapshot, this.#engine.introspecting)
  }
  printChanges(changes: readonly Change[], actual: SchemaSnapshot): readonly SchemaStatement[] {
    return printChanges(changes, actual, this.#words)
  }
  async databaseVersion(run: Run): Promise<string> {
    const { rows } = await run({ text: 'SELECT VERSION()', params: [], mode: 'rows' })
    return /^\d+(?:\.\d+)*/.exec(String(rows[0]?.[0]))?.[0] ?? String(rows[0]?.[0])
  }

  async prepareConnection(connection: Connection): Promise<void> {
    const set = async (settings: readonly string[]): Promise<unknown> =>
      await connection.execute({ text: `SET ${settings.join(', ')}`, params: [], mode: 'run' })
    const own = [SQL_MODE, ...this.#engine.session]
    if (this.#keepsTimezone) return void (await set(own))
    const { timezone } = this.#clock
    try {
      await set([`time_zone = ${text(timezone)}`, ...own])
    } catch (error) {
      const zone = errnoOf(error) === UNKNOWN_TIME_ZONE ? zoneOf(timezone) : null
      if (zone === null) throw error
      // A server without tables of time zones, or an offset that it spells otherwise: what the clocks there show now.
      await set([`time_zone = ${text(offsetText(zone.offsetAt(Date.now())))}`, ...own])
    }
  }

  static getDefaultPort(): number {
    return 3306
  }
}
