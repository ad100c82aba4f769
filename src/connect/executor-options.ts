/** What an executor is made with, and what may be said of each statement. Neighbours: `executor`, `runner`, `opener`. */
import type { Dialect } from '../dialect/dialect.js'
import type { Connection, Result, Statement } from './driver.js'
import type { Logging } from './logging.js'
import type { PoolOptions } from './pool-settings.js'
import type { RetryOptions } from './retry.js'
import type { Replication } from './servers.js'
import type { Transaction } from './transaction.js'
import type { IsolationLevel, TransactionNestMode, TransactionType } from './transaction-options.js'

export interface ExecOptions {
  /** Default: the current transaction. `null`: outside of any. */
  readonly transaction?: Transaction | null
  /** Runs on this connection, which the caller has by `withConnection`. */
  readonly connection?: Connection | null
  readonly logging?: Logging
  readonly benchmark?: boolean
  readonly logQueryParameters?: boolean
  /** Reads from the primary: sees what was committed a moment ago. False: from a replica, even after a write. Default: that of the instance. */
  readonly useMaster?: boolean
  /** Aborted: the statement that runs is stopped, those that have not begun are refused, with `AbortError`. */
  readonly signal?: AbortSignal
  /** Schemas in which tables without one are looked for, in these statements alone. Engines without search paths throw. */
  readonly searchPath?: string | readonly string[] | null
  /** Runs the statement again when it failed for a passing reason (`RetryOptions`). Default: that of the Sequelize instance. */
  readonly retry?: object | null
  /** @internal The last statement of a step that has its own transaction: COMMIT may travel behind it. */
  readonly isLast?: boolean
}

/**
 * `pooled`: every connection may do everything. `single-writer`: one connection writes, others read what is committed (a SQLite file).
 * `shared`: there is only one connection (SQLite in memory); reads outside a transaction run on it at once. `single`: the same, and they
 * wait for the transaction's end (PGlite).
 */
export type PoolPlan = 'pooled' | 'single-writer' | 'shared' | 'single'

/** Sees statements before and after: Sequelize's hooks `beforeQuery` and `afterQuery`. Both get the same `query` object. */
export interface QueryObserver {
  /** Asked for each statement, so it must be cheap. */
  readonly isActive: boolean
  before(options: ExecOptions, query: ObservedQuery): void | Promise<void>
  after(options: ExecOptions, query: ObservedQuery): void | Promise<void>
}
export interface ObservedQuery {
  readonly sql: string
  readonly parameters: readonly unknown[]
  readonly connection: Connection
  /** Id of the transaction, or `default`. */
  readonly uuid: string
}

export interface ExecutorHooks {
  readonly query?: QueryObserver
  /** Sequelize's hooks `beforePoolAcquire` and `afterPoolAcquire`. While active, every statement borrows its connection. */
  readonly acquire?: {
    readonly isActive: boolean
    before(options: ExecOptions): void | Promise<void>
    after(connection: Connection, options: ExecOptions): void | Promise<void>
  }
  /** May change the options: it gets a copy of them. */
  readonly beforeConnect?: (options: Record<string, unknown>) => void | Promise<void>
  readonly afterConnect?: (connection: Connection, options: Readonly<Record<string, unknown>>) => void | Promise<void>
  readonly beforeDisconnect?: (connection: Connection) => void | Promise<void>
  readonly afterDisconnect?: (connection: Connection) => void | Promise<void>
}

/** A function that every statement is led through; it calls `send` to have it run. */
export type Door = (
  statement: Statement,
  kind: 'read' | 'write',
  options: ExecOptions,
  send: () => Promise<Result>,
) => Promise<Result>

export interface ExecutorOptions {
  readonly dialect: Dialect
  /** Connection options, for the dialect's driver. */
  readonly connection?: Readonly<Record<string, unknown>>
  readonly pool?: PoolOptions
  /** Default: one server does everything. */
  readonly replication?: Replication | null
  /** Default of `useMaster`. */
  readonly useMaster?: boolean
  /** A replica was set aside. */
  readonly onReplicaLost?: (label: string, error: Error) => void
  /** Default: silent. */
  readonly logging?: Logging
  readonly benchmark?: boolean
  readonly logQueryParameters?: boolean
  readonly isolationLevel?: `${IsolationLevel}` | null
  readonly transactionType?: `${TransactionType}` | null
  readonly nestMode?: `${TransactionNestMode}`
  /** Statements find the current transaction by themselves. Default true (Sequelize: `disableClsTransactions`). */
  readonly ambient?: boolean
  readonly retry?: RetryOptions | null
  readonly hooks?: ExecutorHooks
  /** Statements may have a `searchPath` of their own. Default true (Sequelize: `prependSearchPath`). */
  readonly searchPaths?: boolean
  /** Driver error → error of `errors/`. Default: the dialect's. */
  readonly faults?: (error: unknown, statement: Statement | null) => Error
}

export interface ConnectionUse extends ExecOptions {
  /** Default `write`. */
  readonly type?: 'read' | 'write'
  /** The connection is closed afterwards. Default false. */
  readonly destroyConnection?: boolean
}
