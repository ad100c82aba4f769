/**
 * SQLite as a dialect: the parts of this folder put together, and its traits. Docs: databases/sqlite.
 * No driver is loaded before the first connection.
 */
import type { Connection, Driver } from '../../connect/driver.js'
import type { PoolPlan } from '../../connect/executor.js'
import type { TransactionSyntax } from '../../connect/transaction-options.js'
import { DefinitionError } from '../../errors/base.js'
import { typeName } from '../../print/expr.js'
import type { Syntax } from '../../print/writer.js'
import type { Change } from '../../schema/change.js'
import type { SchemaSnapshot } from '../../schema/snapshot.js'
import type { DataType } from '../../types/data-type.js'
import { BaseDialect, bound } from '../base.js'
import type { Dialect, ExplainSyntax, ForeignKeyChecks, LockWait, Run, SchemaStatement, Traits } from '../dialect.js'
import { canonical } from './canonical.js'
import { isPrivateStorage, SqliteOpenMode, sqliteDriver, storageOf } from './driver.js'
import { isBusy, translateError } from './faults.js'
import { describeTable, introspect, listTables } from './introspect.js'
import { castName, sqliteOperators, sqliteTable } from './print.js'
import { foreignKeyChecks, printChanges, restartCounter, sqliteWords } from './rebuild.js'
import { supports } from './supports.js'
import { literal, quoteIdentifier, quoteTable } from './text.js'
import { sqliteTransactions } from './transactions.js'
import { codec, LooseType } from './types.js'
import { parseUrl } from './url.js'

export { SqliteOpenMode }

/** Options of a connection (docs: databases/sqlite). */
export interface SqliteConnectionOptions {
  /** Path of the file, `:memory:` (default), or `''` for a temporary file. */
  readonly storage?: string
  /** Flags of `SqliteOpenMode`. Default: read, write, create. */
  readonly mode?: number
  /** Opens the file for reading only. Default false. */
  readonly readOnly?: boolean
  /** False: foreign keys are not enforced. Default true. */
  readonly foreignKeys?: boolean
  /** Milliseconds to wait for another process' lock. The process stands still meanwhile. Default 5000. */
  readonly busyTimeout?: number
  /** `'better-sqlite3'`, `'node:sqlite'`, or the module itself. Default: the first that is installed. */
  readonly driver?: unknown
  /** Path of better-sqlite3's native part, for bundled programs. */
  readonly nativeBinding?: unknown
}

const traits: Traits = Object.freeze({
  returning: 'statement',
  tellsKeys: true,
  schemas: false,
  savepoints: true,
  beginImmediate: 'IMMEDIATE',
  rowLocks: false,
  skipLocked: false,
  isolationLevels: false,
  defaultKeyword: false,
  rightJoin: true,
  lateral: false,
  jsonOrder: 'value',
  nullsOrdering: 'keyword',
  conflictClause: 'on-conflict',
  updateLimit: true,
  deferrableConstraints: true,
  partialIndexes: true,
  expressionIndexes: true,
  implicitForeignKeyIndex: false,
  alterColumn: 'rebuild',
  // None of its own; that of PostgreSQL keeps names the same where a program moves.
  maxIdentifierLength: 63,
  // SQLITE_MAX_VARIABLE_NUMBER since 3.32.
  maxParameters: 32_766,
  comments: false,
  truncate: 'delete',
  referencedKeyMustBeUnique: true,
  setDefaultAction: true,
  arrays: false,
  json: true,
  iLike: 'like',
  regexp: false,
  indexHints: false,
  generatedUuid: Object.freeze([]),
  // Its own RANDOM() is an integer of 64 bits.
  random: '((RANDOM() + 9223372036854775808.0) / 18446744073709551616.0)',
  caseInsensitiveNames: true,
  transactionalDdl: true,
})

const looseType: DataType = new LooseType()
const syntax: Syntax = {
  engine: 'SQLite',
  nodes: sqliteTable,
  operators: sqliteOperators,
  quoteIdentifier,
  quoteTable,
  placeholder: () => '?',
  literal: (value, type) => literal(bound(value, type, codec)),
  castType: (type) => castName(typeof type === 'string' ? typeName(type) : codec(type).sql),
  looseType,
}
const words = sqliteWords(quoteIdentifier)

/**
 * SQLite 3.39 or newer, through better-sqlite3 or `node:sqlite`.
 * LIKE ignores the case of ASCII letters, and `Op.iLike` means the same (as in Sequelize on SQLite). Row locks are accepted and do
 * nothing. Compat: CHAR, BIGINT and DECIMAL, which Sequelize 7 refuses on SQLite, are there and lose no digit (see `types`); a database
 * that does not exist is made together with its folder, as in Sequelize 6.
 */
export class SqliteDialect extends BaseDialect implements Dialect {
  static readonly dialectName = 'sqlite3'
  readonly name = 'sqlite3'
  readonly traits = traits
  readonly supports = supports
  readonly family = 'sqlite'
  readonly explain: ExplainSyntax = {
    plain: 'EXPLAIN QUERY PLAN',
    analyze: null,
    // id, parent, (unused), detail: what belongs to a step stands below it, indented.
    read(rows) {
      const depths = new Map<unknown, number>()
      return rows.map(([id, parent, , detail]) => {
        const depth = (depths.get(parent) ?? -1) + 1
        depths.set(id, depth)
        return `${'  '.repeat(depth)}${String(detail)}`
      })
    },
  }
  readonly defaultSchema = ''
  readonly minimumDatabaseVersion = '3.39.0'
  readonly driver: Driver = sqliteDriver
  readonly transactions: TransactionSyntax = sqliteTransactions
  readonly foreignKeyChecks: ForeignKeyChecks = foreignKeyChecks
  readonly schemaVersion = 'PRAGMA schema_version'
  /** SQLite's own wait would stop the process, and with it the connection that it waits for, if that is of this process. */
  readonly lockWait: LockWait = {
    isBusy,
    timeout: ({ busyTimeout }) => (typeof busyTimeout === 'number' ? busyTimeout : 5000),
  }
  readonly connectionOptions = Object.freeze([
    'storage',
    'mode',
    'readOnly',
    'foreignKeys',
    'busyTimeout',
    'password',
    'driver',
    'sqlite3Module',
    'nativeBinding',
  ])

  constructor() {
    super('`', syntax)
  }
  readonly codec = codec
  readonly introspect = introspect
  readonly listTables = listTables
  readonly canonical = canonical
  readonly describeTable = describeTable
  readonly restartCounter = restartCounter
  readonly translateError = translateError
  readonly parseUrl = parseUrl

  printChanges(changes: readonly Change[], actual: SchemaSnapshot): readonly SchemaStatement[] {
    return printChanges(changes, actual, words)
  }
  async databaseVersion(run: Run): Promise<string> {
    const { rows } = await run({ text: 'SELECT sqlite_version()', params: [], mode: 'rows' })
    return String(rows[0]?.[0])
  }

  prepareConnection(
    connection: Connection,
    options: Readonly<Record<string, unknown>>,
    role: 'read' | 'write' = 'write',
  ): void {
    const set = (pragma: string): void =>
      void connection.execute({ text: `PRAGMA ${pragma}`, params: [], mode: 'script' })
    // The default of the build may be either.
    set(`foreign_keys = ${options.foreignKeys === false ? 'OFF' : 'ON'}`)
    if (isPrivateStorage(storageOf(options))) return
    // What is announced as reading must not write beside the one connection that may.
    if (role === 'read') set('query_only = ON')
    // A transaction too large for the cache would otherwise take the exclusive lock in its middle, and readers of this very process would
    // stand still until their timeout, with the transaction (pragma.html#pragma_cache_spill).
    else set('cache_spill = OFF')
  }

  /** A database in memory belongs to its connection; a file has one writer. */
  poolPlan(options: Readonly<Record<string, unknown>>): PoolPlan {
    return isPrivateStorage(storageOf(options)) ? 'shared' : 'single-writer'
  }

  static getDefaultPort(): number {
    throw new DefinitionError('SQLite has no port: its databases are files.')
  }
}
