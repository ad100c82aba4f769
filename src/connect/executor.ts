/**
 * The one way to the database: a statement in, its result out. Finds the connection (given, the transaction's, or one of the pool), logs,
 * runs, and turns driver errors into those of `errors/`. Begins transactions. Neighbours: `pool`, `transaction`; `read`, `write`, `sync`
 * and raw queries come through here.
 */
import type { Dialect } from '../dialect/dialect.js'
import { QueryError } from '../errors/base.js'
import type { Connection, Result, Statement } from './driver.js'
import type { ConnectionUse, Door, ExecOptions, ExecutorHooks, ExecutorOptions, PoolPlan } from './executor-options.js'
import { Opener } from './opener.js'
import type { Lease, Purpose } from './pool.js'
import { Pool, poolSettings, purposeText } from './pool.js'
import { Pools } from './pools.js'
import type { RetryOptions } from './retry.js'
import { withRetry } from './retry.js'
import { Busy, Runner } from './runner.js'
import { inSearchPath } from './search-path.js'
import type { Scope } from './transaction.js'
import { scopes, Transaction } from './transaction.js'
import type { TransactionOptions } from './transaction-options.js'
import { assertCompatible, nestModeOf, TransactionNestMode, transactionSettings } from './transaction-options.js'
import type { TransactionCallback } from './transactions.js'
import { Transactions } from './transactions.js'

export type {
  ConnectionUse,
  Door,
  ExecOptions,
  ExecutorHooks,
  ExecutorOptions,
  ObservedQuery,
  PoolPlan,
  QueryObserver,
} from './executor-options.js'

const NOTHING: ExecOptions = Object.freeze({})

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
  readonly #opener: Opener
  readonly #runner: Runner
  /** The only connection, where the plan is `shared`. */
  #shared: Connection | null = null
  #isClosed = false

  constructor(options: ExecutorOptions) {
    const { dialect, connection = {}, pool = {}, faults = dialect.translateError.bind(dialect) } = options
    this.dialect = dialect
    this.#options = { ...options, connection }
    this.#opener = new Opener({ dialect, hooks: options.hooks, translate: (error) => faults(error, null) })
    this.#runner = new Runner({
      dialect,
      connection,
      logging: options.logging ?? false,
      benchmark: options.benchmark,
      logQueryParameters: options.logQueryParameters,
      observer: options.hooks?.query,
      translate: faults,
    })
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
      run: (connection, statement, given, transaction) => this.#runner.run(connection, statement, given, transaction),
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
    if (options.searchPath)
      statement = inSearchPath(this.dialect, statement, options.searchPath, this.#options.searchPaths === false)
    const retry = options.retry ?? this.#options.retry
    if (retry) return withRetry(retry as RetryOptions, () => this.#sendOnce(statement, kind, options))
    return this.#sendOnce(statement, kind, options)
  }

  #sendOnce(statement: Statement, kind: 'read' | 'write', options: ExecOptions): Result | Promise<Result> {
    if (options.connection) return this.#runner.run(options.connection, statement, options, null)
    const transaction = this.currentTransaction(options)
    if (transaction !== null)
      return this.#runner.run(transaction.connectionFor(statement), statement, options, transaction)
    const isRead = kind === 'read' && options.useMaster !== true
    const pool = isRead ? this.#read : this.#write
    const { hooks } = this.#options
    if (hooks?.acquire?.isActive !== true) {
      if (isRead && this.#shared !== null && !this.#isClosed)
        return this.#runner.run(this.#shared, statement, options, null)
      const connection = hooks?.query?.isActive === true ? null : pool.peek()
      if (connection !== null) {
        try {
          return this.#runner.run(connection, statement, options, null, false)
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
      return await this.#runner.run(lease.connection, statement, options, null)
    } finally {
      pool.give(lease)
    }
  }

  // ---------------------------------------------------------------- connections

  #connect(role: 'read' | 'write'): Connection | Promise<Connection> {
    const connected = this.#opener.connect(this.#options.connection ?? {}, role)
    if (this.#plan !== 'shared') return connected
    return connected instanceof Promise
      ? connected.then((connection) => this.#share(connection))
      : this.#share(connected)
  }

  #share(connection: Connection): Connection {
    this.#shared = connection
    return connection
  }

  async #disconnect(connection: Connection): Promise<void> {
    if (this.#shared === connection) this.#shared = null
    await this.#opener.disconnect(connection)
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
