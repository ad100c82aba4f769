/**
 * The one way to the database: a statement in, its result out. Finds the connection (given, the transaction's, or one of the pool), logs,
 * runs, and turns driver errors into those of `errors/`. Begins transactions. Neighbours: `pool`, `transaction`; `read`, `write`, `sync`
 * and raw queries come through here.
 */
import type { Dialect } from '../dialect/dialect.js'
import { QueryError } from '../errors/base.js'
import type { Connection, Result, Statement } from './driver.js'
import type { Logging } from './logging.js'
import { log, logParams } from './logging.js'
import type { Lease, PoolOptions, Purpose } from './pool.js'
import { Pool, poolSettings, purposeText } from './pool.js'
import { Pools } from './pools.js'
import type { RetryOptions } from './retry.js'
import { withLockWait, withRetry } from './retry.js'
import type { Scope } from './transaction.js'
import { scopes, Transaction } from './transaction.js'
import type { IsolationLevel, TransactionOptions, TransactionType } from './transaction-options.js'
import { assertCompatible, nestModeOf, TransactionNestMode, transactionSettings } from './transaction-options.js'
import type { TransactionCallback } from './transactions.js'
import { Transactions } from './transactions.js'

export interface ExecOptions {
  /** Default: the current transaction. `null`: outside of any. */
  readonly transaction?: Transaction | null
  /** Runs on this connection, which the caller has by `withConnection`. */
  readonly connection?: Connection | null
  readonly logging?: Logging
  readonly benchmark?: boolean
  readonly logQueryParameters?: boolean
  /** Reads where is written: sees what was committed a moment ago. Default false. */
  readonly useMaster?: boolean
  /** Aborted: statements that have not begun are refused. */
  readonly signal?: AbortSignal
  /** Runs the statement again when it failed for a passing reason (`RetryOptions`). Default: that of the Sequelize instance. */
  readonly retry?: object | null
}

/**
 * `pooled`: every connection may do everything. `single-writer`: one connection writes, others read what is committed (a SQLite file).
 * `shared`: there is only one connection (SQLite in memory); reads outside a transaction run on it at once.
 */
export type PoolPlan = 'pooled' | 'single-writer' | 'shared'

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
  /** Driver error → error of `errors/`. Default: the dialect's. */
  readonly faults?: (error: unknown, statement: Statement | null) => Error
}

export interface ConnectionUse extends ExecOptions {
  /** Default `write`. */
  readonly type?: 'read' | 'write'
  /** The connection is closed afterwards. Default false. */
  readonly destroyConnection?: boolean
}

const NOTHING: ExecOptions = Object.freeze({})

/** A lock is held by another connection, and this one is not borrowed. */
class Busy extends Error {}

export class Executor {
  readonly dialect: Dialect
  /** Sequelize's `pool`: `pool.write` and `pool.read`. */
  readonly pool: Pools
  /** Set by programs that want to see every statement; see `send` for the way past it. */
  door: Door | null = null
  readonly #options: ExecutorOptions
  readonly #plan: PoolPlan
  readonly #write: Pool
  readonly #read: Pool
  readonly #transactions: Transactions
  readonly #logging: Logging
  /** The only connection, where the plan is `shared`. */
  #shared: Connection | null = null
  #isClosed = false

  constructor(options: ExecutorOptions) {
    const { dialect, connection = {}, pool = {}, faults = dialect.translateError.bind(dialect) } = options
    this.dialect = dialect
    this.#options = { ...options, connection, faults }
    this.#logging = options.logging ?? false
    this.#plan = dialect.poolPlan?.(connection) ?? 'pooled'
    const settings = poolSettings(pool)
    const source = (name: 'read' | 'write') => ({
      name,
      connect: () => this.#connect(name),
      disconnect: (given: Connection) => this.#disconnect(given),
    })
    // The database is the connection: it must live as long as the program wants it.
    if (this.#plan === 'shared')
      this.#write = new Pool(source('write'), {
        ...settings,
        max: 1,
        min: 1,
        idle: Infinity,
        maxUses: Infinity,
        validate: (given) => given.isOpen,
      })
    else
      this.#write = new Pool(
        source('write'),
        this.#plan === 'single-writer' ? { ...settings, max: 1, min: Math.min(settings.min, 1) } : settings,
      )
    this.#read = this.#plan === 'single-writer' ? new Pool(source('read'), settings) : this.#write
    this.pool = new Pools(this.#write, this.#read)
    this.#transactions = new Transactions({
      executor: this,
      dialect,
      isAmbient: options.ambient !== false,
      isShared: this.#plan === 'shared',
      defaults: transactionSettings(
        { isolationLevel: options.isolationLevel, type: options.transactionType },
        { isolationLevel: null, type: null },
      ),
      borrow: (purpose) => this.#borrow(this.#write, purpose),
      run: (connection, statement, given, transaction) => this.#run(connection, statement, given, transaction),
    })
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  // ---------------------------------------------------------------- statements

  /**
   * Runs a statement. `kind` says whether it changes anything. Rejects with the errors of `errors/database`; `sql` and `cause` are attached.
   */
  execute(statement: Statement, kind: 'read' | 'write', options: ExecOptions = NOTHING): Promise<Result> {
    const { door } = this
    if (door !== null) return door(statement, kind, options, () => this.send(statement, kind, options))
    return this.send(statement, kind, options)
  }

  /** The same without a promise where none is needed, see `sendNow`. Throws at once, too. */
  executeNow(statement: Statement, kind: 'read' | 'write', options: ExecOptions = NOTHING): Result | Promise<Result> {
    return this.door === null ? this.sendNow(statement, kind, options) : this.execute(statement, kind, options)
  }

  /** The same past the door. */
  send(statement: Statement, kind: 'read' | 'write', options: ExecOptions = NOTHING): Promise<Result> {
    try {
      const result = this.sendNow(statement, kind, options)
      return result instanceof Promise ? result : Promise.resolve(result)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** The same without a promise where none is needed: the driver is synchronous and a connection is free. Throws at once, too. */
  sendNow(statement: Statement, kind: 'read' | 'write', options: ExecOptions = NOTHING): Result | Promise<Result> {
    options.signal?.throwIfAborted()
    const retry = options.retry ?? this.#options.retry
    if (retry) return withRetry(retry as RetryOptions, () => this.#sendOnce(statement, kind, options))
    return this.#sendOnce(statement, kind, options)
  }

  #sendOnce(statement: Statement, kind: 'read' | 'write', options: ExecOptions): Result | Promise<Result> {
    if (options.connection) return this.#run(options.connection, statement, options, null)
    const transaction = this.currentTransaction(options)
    if (transaction !== null) return this.#run(transaction.connectionFor(statement), statement, options, transaction)
    const isRead = kind === 'read' && options.useMaster !== true
    const pool = isRead ? this.#read : this.#write
    const { hooks } = this.#options
    if (hooks?.acquire?.isActive !== true) {
      if (isRead && this.#shared !== null && !this.#isClosed) return this.#run(this.#shared, statement, options, null)
      const connection = hooks?.query?.isActive === true ? null : pool.peek()
      if (connection !== null) {
        try {
          return this.#runLogged(connection, statement, options, null, false)
        } catch (error) {
          // To wait for a lock, the connection has to be borrowed: nobody else may use it meanwhile.
          if (!(error instanceof Busy)) throw error
        }
      }
    }
    return this.#runPooled(pool, statement, options)
  }

  async #runPooled(pool: Pool, statement: Statement, options: ExecOptions): Promise<Result> {
    const lease = await this.#borrow(pool, statement.text, options)
    lease.since = Date.now()
    try {
      return await this.#run(lease.connection, statement, options, null)
    } finally {
      pool.give(lease)
    }
  }

  #run(
    connection: Connection,
    statement: Statement,
    options: ExecOptions,
    transaction: Transaction | null,
  ): Result | Promise<Result> {
    if (this.#options.hooks?.query?.isActive === true)
      return this.#runObserved(this.#options.hooks.query, connection, statement, options, transaction)
    return this.#runLogged(connection, statement, options, transaction)
  }

  async #runObserved(
    observer: QueryObserver,
    connection: Connection,
    statement: Statement,
    options: ExecOptions,
    transaction: Transaction | null,
  ): Promise<Result> {
    const query: ObservedQuery = {
      sql: statement.text,
      parameters: statement.params,
      connection,
      uuid: transaction?.id ?? 'default',
    }
    await observer.before(options, query)
    const result = await this.#runLogged(connection, statement, options, transaction)
    await observer.after(options, query)
    return result
  }

  #runLogged(
    connection: Connection,
    statement: Statement,
    options: ExecOptions,
    transaction: Transaction | null,
    isHeld = true,
  ): Result | Promise<Result> {
    const logging = options.logging === undefined ? this.#logging : options.logging
    if (logging !== false) {
      if ((options.benchmark ?? this.#options.benchmark) === true)
        return this.#runTimed(connection, statement, options, transaction, logging)
      log(logging, this.#logText('Executing', statement, options, transaction), options)
    }
    try {
      const result = connection.execute(statement)
      return result instanceof Promise ? this.#settle(result, statement) : result
    } catch (error) {
      if (this.dialect.lockWait?.isBusy(error) !== true || statement.mode === 'script')
        throw this.#translate(error, statement)
      if (!isHeld) throw new Busy()
      return this.#settle(this.#waitForLock(connection, statement), statement)
    }
  }

  #waitForLock(connection: Connection, statement: Statement): Promise<Result> {
    const { isBusy, timeout } = this.dialect.lockWait!
    return withLockWait(() => connection.execute(statement), isBusy, timeout(this.#options.connection ?? {}))
  }

  async #settle(pending: Promise<Result>, statement: Statement): Promise<Result> {
    try {
      return await pending
    } catch (error) {
      throw this.#translate(error, statement)
    }
  }

  /** With `benchmark` the statement is logged when it is done. */
  async #runTimed(
    connection: Connection,
    statement: Statement,
    options: ExecOptions,
    transaction: Transaction | null,
    logging: Exclude<Logging, false>,
  ): Promise<Result> {
    const start = performance.now()
    try {
      return await connection.execute(statement)
    } catch (error) {
      if (this.dialect.lockWait?.isBusy(error) !== true) throw this.#translate(error, statement)
      return await this.#settle(this.#waitForLock(connection, statement), statement)
    } finally {
      log(
        logging,
        this.#logText('Executed', statement, options, transaction),
        Math.round(performance.now() - start),
        options,
      )
    }
  }

  #logText(word: string, statement: Statement, options: ExecOptions, transaction: Transaction | null): string {
    const params =
      (options.logQueryParameters ?? this.#options.logQueryParameters) === true && statement.params.length > 0
        ? logParams(statement.params)
        : ''
    return `${word} (${transaction?.id ?? 'default'}): ${statement.text}${params}`
  }

  #translate(error: unknown, statement: Statement | null): Error {
    return this.#options.faults!(error, statement)
  }

  // ---------------------------------------------------------------- connections

  #connect(role: 'read' | 'write'): Connection | Promise<Connection> {
    const { hooks, connection: options = {} } = this.#options
    const draft = { ...options }
    const before = hooks?.beforeConnect?.(draft)
    const connected = before instanceof Promise ? before.then(() => this.#open(draft)) : this.#open(draft)
    if (connected instanceof Promise) return connected.then((connection) => this.#prepare(connection, draft, role))
    return this.#prepare(connected, draft, role)
  }

  #open(options: Readonly<Record<string, unknown>>): Connection | Promise<Connection> {
    const { driver } = this.dialect
    try {
      const connection = driver.connect(options)
      return connection instanceof Promise
        ? connection.catch((error: unknown) => Promise.reject(this.#translate(error, null)))
        : connection
    } catch (error) {
      throw this.#translate(error, null)
    }
  }

  #prepare(
    connection: Connection,
    options: Readonly<Record<string, unknown>>,
    role: 'read' | 'write',
  ): Connection | Promise<Connection> {
    const after = (): void | Promise<void> => this.#options.hooks?.afterConnect?.(connection, options)
    const ready = (): Connection => {
      if (this.#plan === 'shared') this.#shared = connection
      return connection
    }
    try {
      const prepared = this.dialect.prepareConnection(connection, options, role)
      const told = prepared instanceof Promise ? prepared.then(after) : after()
      if (!(told instanceof Promise)) return ready()
      return told.then(ready, async (error: unknown) => {
        await connection.close()
        throw this.#translate(error, null)
      })
    } catch (error) {
      void connection.close()
      throw this.#translate(error, null)
    }
  }

  async #disconnect(connection: Connection): Promise<void> {
    if (this.#shared === connection) this.#shared = null
    await this.#options.hooks?.beforeDisconnect?.(connection)
    await connection.close()
    await this.#options.hooks?.afterDisconnect?.(connection)
  }

  /** A connection of the pool, waited for if need be. */
  #borrow(pool: Pool, purpose: Purpose, options: ExecOptions = NOTHING): Lease | Promise<Lease> {
    const acquire = this.#options.hooks?.acquire
    if (acquire?.isActive === true) return this.#borrowObserved(acquire, pool, purpose, options)
    return pool.take(purpose) ?? this.#waitFor(pool, purpose)
  }

  async #borrowObserved(
    acquire: NonNullable<ExecutorHooks['acquire']>,
    pool: Pool,
    purpose: Purpose,
    options: ExecOptions,
  ): Promise<Lease> {
    await acquire.before(options)
    const lease = pool.take(purpose) ?? (await this.#waitFor(pool, purpose))
    await acquire.after(lease.connection, options)
    return lease
  }

  #waitFor(pool: Pool, purpose: Purpose): Promise<Lease> {
    this.#refuseToWaitForMyself(pool, purpose)
    return pool.wait(purpose)
  }

  /** Whoever holds the only connection that writes cannot wait for it: that wait would end only with the hold. */
  #refuseToWaitForMyself(pool: Pool, purpose: Purpose): void {
    if (pool.maxSize !== 1) return
    for (let scope = scopes.getStore(); scope; scope = scope.outer) {
      if (scope.lease === null || pool.leaseOf(scope.lease.connection) !== scope.lease) continue
      const holder = scope.transaction ? 'a transaction' : 'withConnection()'
      throw new QueryError(
        `This database has one connection that writes, and the ${scope.transaction ? 'transaction' : 'callback'} around this call holds it, so waiting for it would never end: ${purposeText(purpose)}. ` +
          `Inside ${holder}, leave out \`transaction: null\` and nestMode 'separate' (they need a second connection)${scope.transaction ? '' : ', pass `connection`'}, or do this after it.`,
      )
    }
  }

  /** Gives the callback a connection of its own, for several statements of one session: pass it on as `connection`. */
  async withConnection<T>(options: ConnectionUse, callback: (connection: Connection) => Promise<T> | T): Promise<T> {
    if (options.connection) return await callback(options.connection)
    const pool = options.type === 'read' ? this.#read : this.#write
    const lease = await this.#borrow(pool, 'withConnection()')
    lease.since = Date.now()
    try {
      const scope: Scope = { executor: this, transaction: null, lease, isAmbient: false, outer: scopes.getStore() }
      return await scopes.run(scope, callback, lease.connection)
    } finally {
      if (options.destroyConnection === true && this.#plan !== 'shared') lease.isSpent = true
      pool.give(lease)
    }
  }

  /** Waits for what runs, then closes every connection. Nothing can be run afterwards. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.pool.drain()
    await this.pool.destroyAllNow()
  }

  // ---------------------------------------------------------------- transactions

  /** The transaction that a statement with these options would run in. */
  currentTransaction(options: ExecOptions = NOTHING): Transaction | null {
    const given = options.transaction
    if (given !== undefined) {
      if (given !== null && !(given instanceof Transaction))
        throw new QueryError(
          'The option `transaction` must be a transaction (from sequelize.transaction()), null for none, or be left out.',
        )
      if (given !== null && given.executor !== this)
        throw new QueryError(
          `The transaction ${given.id} belongs to another Sequelize instance, so this statement cannot take part in it.`,
        )
      return given
    }
    if (options.connection || this.#options.ambient === false) return null
    for (let scope = scopes.getStore(); scope; scope = scope.outer) {
      if (scope.executor === this && scope.isAmbient) return scope.transaction
    }
    return null
  }

  /**
   * Runs the callback in a transaction: committed when it resolves, rolled back when it throws. Inside another transaction `nestMode` says
   * what happens (default: it goes on).
   */
  async transaction<T>(options: TransactionOptions, callback: TransactionCallback<T>): Promise<T> {
    if (typeof callback !== 'function')
      throw new QueryError(
        'transaction() takes a function as its last argument. For a transaction without one use startUnmanagedTransaction().',
      )
    const settings = this.#transactions.settings(options)
    const parent = this.currentTransaction(options)
    const nestMode = nestModeOf(options, this.#options.nestMode ?? 'reuse')
    if (parent !== null && nestMode !== TransactionNestMode.separate) {
      assertCompatible(options, parent.settings)
      return nestMode === TransactionNestMode.reuse
        ? this.#transactions.inside(parent, callback)
        : this.#transactions.savepoint(parent, options, callback)
    }
    return options.retry
      ? withRetry(options.retry, () => this.#transactions.managed(settings, options, callback))
      : this.#transactions.managed(settings, options, callback)
  }

  /**
   * Runs the callback as one step that happens wholly or not at all: a savepoint inside the current transaction, else a transaction of its
   * own that has the right to write from its beginning.
   */
  async atomic<T>(options: ExecOptions, callback: TransactionCallback<T>): Promise<T> {
    const current = this.currentTransaction(options)
    const { logging, benchmark, logQueryParameters, connection } = options
    const own: TransactionOptions = { logging, benchmark, logQueryParameters, connection }
    return current === null
      ? this.#transactions.managed(this.#transactions.immediate, own, callback)
      : this.#transactions.savepoint(current, own, callback)
  }

  /** A transaction that the caller commits or rolls back. With `transaction`: a savepoint in it. */
  async startUnmanagedTransaction(options: TransactionOptions = {}): Promise<Transaction> {
    const settings = this.#transactions.settings(options)
    if (!options.transaction) return await this.#transactions.begin(settings, options)
    assertCompatible(options, options.transaction.settings)
    return await this.#transactions.beginSavepoint(options.transaction, options)
  }
}
