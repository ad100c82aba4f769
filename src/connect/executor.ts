/**
 * The one way to the database: a statement in, its result out. Finds the connection (given, the transaction's, or one of the pool), logs,
 * runs, and turns driver errors into those of `errors/`. Begins transactions. Neighbours: `pool`, `transaction`; `read`, `write`, `sync`
 * and raw queries come through here.
 */
import type { OptionShapes } from '../base/options.js'
import { checkOptions, EXEC_OPTIONS } from '../base/options.js'
import type { Dialect } from '../dialect/dialect.js'
import { leadToCaller, QueryError } from '../errors/base.js'
import { ConnectionLostError, DeadlockError, ReadOnlyError, SerializationError } from '../errors/database.js'
import { eitherSignal, refuseAborted } from './abort.js'
import type { Connection, Result, Statement } from './driver.js'
import type { ConnectionUse, Door, ExecOptions, ExecutorHooks, ExecutorOptions } from './executor-options.js'
import { Opener } from './opener.js'
import type { Lease, Lender, Purpose } from './pool.js'
import { poolSettings, purposeText } from './pool.js'
import { Pools } from './pools.js'
import { RecentWrites } from './recent-writes.js'
import type { RetryOptions } from './retry.js'
import { withRetry } from './retry.js'
import { Busy, databaseOf, Runner } from './runner.js'
import { inSearchPath } from './search-path.js'
import { Servers } from './servers.js'
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
/** A statement that nothing was done for is sent again: to the next replica, the new primary, a new connection. */
const MOST_ATTEMPTS = 4
const USE_OPTIONS: ReadonlySet<string> = new Set([...EXEC_OPTIONS, 'type', 'destroyConnection'])
const USE_SHAPES: OptionShapes = new Map([
  ['type', ["'read' or 'write'", (value) => value === 'read' || value === 'write']],
])

export class Executor {
  readonly dialect: Dialect
  /** Sequelize's `pool`: `pool.write` and `pool.read`. */
  readonly pool: Pools
  /** Set by programs that want to see every statement; see `send` for the way past it. */
  door: Door | null = null
  readonly #options: ExecutorOptions
  readonly #servers: Servers
  readonly #transactions: Transactions
  readonly #runner: Runner
  /** Null: there are no replicas, or nobody wants to read what was written. */
  readonly #recent: RecentWrites | null
  #isClosed = false

  constructor(options: ExecutorOptions) {
    const { dialect, connection = {}, pool = {}, faults = dialect.translateError.bind(dialect) } = options
    this.dialect = dialect
    this.#options = { ...options, connection }
    this.#runner = new Runner({
      dialect,
      connection,
      logging: options.logging ?? false,
      benchmark: options.benchmark,
      logQueryParameters: options.logQueryParameters,
      observer: options.hooks?.query,
      translate: faults,
    })
    const { replication = null } = options
    this.#servers = new Servers({
      dialect,
      connection,
      pool: poolSettings(pool),
      replication,
      opener: new Opener({ dialect, hooks: options.hooks, translate: (error) => faults(error, null) }),
      onReplicaLost: options.onReplicaLost ?? (() => {}),
    })
    this.#recent =
      replication !== null && replication.read.length > 0 && replication.readYourWrites > 0
        ? new RecentWrites(this, replication.readYourWrites)
        : null
    this.pool = new Pools(this.#servers.write, this.#servers.read)
    this.#transactions = new Transactions({
      executor: this,
      dialect,
      isAmbient: options.ambient !== false,
      isShared: this.#servers.plan === 'shared',
      database: databaseOf(connection),
      defaults: transactionSettings(
        { isolationLevel: options.isolationLevel, type: options.transactionType },
        { isolationLevel: null, type: null },
      ),
      borrow: (purpose, given) => this.#borrow(this.#servers.write, purpose, given),
      refusedToWrite: () => this.#servers.leavePrimary(),
      committed: () => this.#recent?.note(),
      call: (work) => this.call(work),
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
    if (options.signal) refuseAborted(options.signal, statement.text)
    if (options.searchPath)
      statement = inSearchPath(this.dialect, statement, options.searchPath, this.#options.searchPaths === false)
    const retry = options.retry ?? this.#options.retry
    if (retry) return this.#sendRepeatedly(retry as RetryOptions, statement, kind, options)
    return this.#sendOnce(statement, kind, options)
  }

  #sendRepeatedly(
    retry: RetryOptions,
    statement: Statement,
    kind: 'read' | 'write',
    options: ExecOptions,
  ): Promise<Result> {
    const transaction = this.currentTransaction(options)
    // Where a failure ends the transaction, only all of it can be done again (`transaction({ retry })`).
    const mayRepeat = (): boolean =>
      transaction === null ||
      (this.dialect.transactions.abortsOnError !== true && transaction.doomError(statement.text) === null)
    return withRetry(retry, () => this.#sendOnce(statement, kind, options), options.signal, mayRepeat)
  }

  #sendOnce(statement: Statement, kind: 'read' | 'write', options: ExecOptions): Result | Promise<Result> {
    if (options.connection) {
      if (kind === 'write') this.#recent?.note()
      return this.#runner.run(options.connection, statement, options, null)
    }
    const transaction = this.currentTransaction(options)
    if (transaction !== null) {
      if (kind === 'write' && this.#recent !== null) transaction.rootTransaction.hasWritten = true
      return this.#sendInside(transaction, statement, options)
    }
    const { write, read, shared } = this.#servers
    const isRead = kind === 'read' && !this.#wantsPrimary(options)
    const { hooks } = this.#options
    if (hooks?.acquire?.isActive !== true && !options.signal) {
      if (isRead && shared !== null && !this.#isClosed) return this.#runner.run(shared, statement, options, null)
      const connection = hooks?.query?.isActive === true ? null : (isRead ? read : write).peek()
      if (connection !== null) {
        try {
          return this.#runner.run(connection, statement, options, null, false)
        } catch (error) {
          // To wait for a lock, the connection has to be borrowed: nobody else may use it meanwhile.
          if (!(error instanceof Busy)) throw error
        }
      }
    }
    return this.#runPooled(isRead ? read : write, statement, kind, options)
  }

  #sendInside(transaction: Transaction, statement: Statement, options: ExecOptions): Result | Promise<Result> {
    const connection = transaction.connectionFor(statement)
    const { signal } = transaction
    if (signal === null) return this.#runner.run(connection, statement, options, transaction)
    refuseAborted(signal, statement.text)
    return this.#runner.run(
      connection,
      statement,
      { ...options, signal: eitherSignal(options.signal, signal) },
      transaction,
    )
  }

  #wantsPrimary(options: ExecOptions): boolean {
    return options.useMaster ?? this.#options.useMaster ?? this.#recent?.isRecent ?? false
  }

  async #runPooled(first: Lender, statement: Statement, kind: 'read' | 'write', options: ExecOptions): Promise<Result> {
    let pool = first
    for (let attempt = 1; ; attempt += 1) {
      const lease = await this.#borrowAwake(pool, statement, options)
      lease.since = Date.now()
      try {
        const result = await this.#runner.run(lease.connection, statement, options, null)
        if (kind === 'write') this.#recent?.note()
        return result
      } catch (error) {
        const next = attempt < MOST_ATTEMPTS ? this.#elsewhere(error, kind, lease) : null
        if (next === null) throw error
        pool = next
      } finally {
        lease.pool.give(lease)
      }
    }
  }

  /** Where a statement that failed outside of a transaction can be run at once, since it has done nothing; null: nowhere. */
  #elsewhere(error: unknown, kind: 'read' | 'write', lease: Lease): Lender | null {
    const { write, read } = this.#servers
    const isReplica = lease.pool !== write && read !== write
    if (error instanceof ReadOnlyError) {
      // A function that writes, read from a replica.
      if (isReplica) return write
      this.#servers.leavePrimary()
      return write
    }
    // A replica stops readers that are in the way of what it has to take over.
    if (error instanceof SerializationError || error instanceof DeadlockError) return isReplica ? write : null
    if (!(error instanceof ConnectionLostError)) return null
    // Others that are free are as old, or older.
    lease.pool.renew()
    const wasIdle = lease.uses > 1
    if (kind === 'read') return isReplica || wasIdle ? (isReplica ? read : lease.pool) : null
    return wasIdle && error.isUndone ? write : null
  }

  // ---------------------------------------------------------------- connections

  /** The same; a connection that was idle for long is looked at once more when the news of its end, if there is any, has come in. */
  async #borrowAwake(pool: Lender, statement: Statement, options: ExecOptions): Promise<Lease> {
    for (;;) {
      const lease = await this.#borrow(pool, statement, options)
      if (lease.idleRounds === 0 || lease.connection.isSynchronous === true) return lease
      await new Promise((resolve) => setImmediate(resolve))
      if (lease.connection.isOpen) return lease
      lease.pool.give(lease)
    }
  }

  /** A connection of the pool, waited for if need be. */
  #borrow(pool: Lender, purpose: Purpose, options: ExecOptions = NOTHING): Lease | Promise<Lease> {
    const acquire = this.#options.hooks?.acquire
    if (acquire?.isActive === true) return this.#borrowObserved(acquire, pool, purpose, options)
    const lease = pool.borrow(purpose, options.signal, () => this.#refuseToWaitForMyself(pool, purpose))
    return lease instanceof Promise ? this.#awaited(lease) : lease
  }

  /** A connection fails by itself; the stack shall lead to who wanted it. */
  async #awaited(waiting: Promise<Lease>): Promise<Lease> {
    try {
      return await waiting
    } catch (error) {
      throw leadToCaller(error)
    }
  }

  async #borrowObserved(
    acquire: NonNullable<ExecutorHooks['acquire']>,
    pool: Lender,
    purpose: Purpose,
    options: ExecOptions,
  ): Promise<Lease> {
    await acquire.before(options)
    const lease = await pool.borrow(purpose, options.signal, () => this.#refuseToWaitForMyself(pool, purpose))
    try {
      await acquire.after(lease.connection, options)
      return lease
    } catch (error) {
      lease.pool.give(lease)
      throw error
    }
  }

  /** Whoever holds the only connection that writes cannot wait for it: that wait would end only with the hold. */
  #refuseToWaitForMyself(pool: Lender, purpose: Purpose): void {
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
    checkOptions(options, USE_OPTIONS, 'sequelize.withConnection()', USE_SHAPES)
    if (typeof callback !== 'function')
      throw new QueryError(
        'sequelize.withConnection() takes a function as its last argument, which gets the connection.',
      )
    if (options.connection) return await callback(options.connection)
    const { read, write, plan } = this.#servers
    const lease = await this.#borrow(options.type === 'read' ? read : write, 'withConnection()', options)
    lease.since = Date.now()
    try {
      const scope: Scope = { executor: this, transaction: null, lease, isAmbient: false, outer: scopes.getStore() }
      return await scopes.run(scope, callback, lease.connection)
    } finally {
      if (options.destroyConnection === true && plan !== 'shared') lease.isSpent = true
      lease.pool.give(lease)
    }
  }

  /** Leads a public call that may write: with replicas, what its caller reads next comes from the primary. See `recent-writes`. */
  call<T>(work: () => T): T {
    return this.#recent === null ? work() : this.#recent.call(work)
  }

  /** Reads go to other servers than writes. */
  get hasReplicas(): boolean {
    return this.#options.replication != null && this.#options.replication.read.length > 0
  }

  /** Whether `call` does anything. */
  get remembersWrites(): boolean {
    return this.#recent !== null
  }

  /** What belongs together: after a write anywhere in the callback, everything in it reads from the primary. */
  together<T>(work: () => T): T {
    return this.#recent === null ? work() : this.#recent.share(work)
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
    return await this.call(() =>
      options.retry
        ? withRetry(options.retry, () => this.#transactions.managed(settings, options, callback), options.signal)
        : this.#transactions.managed(settings, options, callback),
    )
  }

  /**
   * Runs the callback as one step that happens wholly or not at all: a savepoint inside the current transaction, else a transaction of its
   * own that has the right to write from its beginning.
   */
  async atomic<T>(options: ExecOptions, callback: TransactionCallback<T>): Promise<T> {
    const current = this.currentTransaction(options)
    const { logging, benchmark, logQueryParameters, connection, signal } = options
    const own: TransactionOptions = { logging, benchmark, logQueryParameters, connection, signal }
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
