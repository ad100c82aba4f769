/**
 * The one way to the database: a statement in, its result out. Finds the connection (given, the transaction's, or one of the pool), logs,
 * runs, and turns driver errors into those of `errors/`. Begins transactions. Neighbours: `pool`, `transaction`; `read`, `write`, `sync`
 * and raw queries come through here.
 */
import type { OptionShapes } from '../base/options.js'
import { checkOptions, EXEC_OPTIONS } from '../base/options.js'
import { promised } from '../base/steps.js'
import type { Dialect } from '../dialect/dialect.js'
import { QueryError } from '../errors/base.js'
import { eitherSignal, refuseAborted } from './abort.js'
import { Borrower } from './borrower.js'
import type { Connection, Result, Statement } from './driver.js'
import type { ConnectionUse, Door, ExecOptions, ExecutorOptions } from './executor-options.js'
import type { Lender, Purpose } from './lease.js'
import { Opener } from './opener.js'
import { poolSettings } from './pool-settings.js'
import { Pooled } from './pooled.js'
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
  readonly #borrower: Borrower
  readonly #pooled: Pooled
  /** Null: there are no replicas, or nobody wants to read what was written. */
  readonly #recent: RecentWrites | null
  #isClosed = false

  constructor(options: ExecutorOptions) {
    const { dialect, connection = {}, pool = {}, faults = dialect.translateError.bind(dialect) } = options
    this.dialect = dialect
    this.#options = { ...options, connection }
    this.#borrower = new Borrower(options.hooks?.acquire)
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
    this.#pooled = new Pooled({
      servers: this.#servers,
      borrower: this.#borrower,
      runner: this.#runner,
      recent: this.#recent,
      hooks: options.hooks,
    })
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
      isObserved: () => options.hooks?.query?.isActive === true,
      borrow: (purpose, given) => this.#borrower.borrow(this.#servers.write, purpose, given),
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
    return this.#pooled.run(isRead ? read : write, statement, kind, options)
  }

  #sendInside(transaction: Transaction, statement: Statement, options: ExecOptions): Result | Promise<Result> {
    const { opening } = transaction.rootTransaction
    if (opening !== null) return this.#sendBehind(opening, transaction, statement, options)
    const result = this.#sendOn(transaction, statement, options)
    if (options.isLast === true) transaction.commitBehind()
    return result
  }

  /** A statement that travels behind BEGIN. Where that has to begin anew on another connection, the statement goes there, too. */
  async #sendBehind(
    opening: Promise<void>,
    transaction: Transaction,
    statement: Statement,
    options: ExecOptions,
  ): Promise<Result> {
    // What may be stopped, or brings statements of its own, waits for the answer.
    if (options.signal || transaction.signal !== null || statement.searchPath !== undefined) await opening
    const connection = transaction.ownConnection
    try {
      const result = await this.#sendOn(transaction, statement, options)
      await opening
      return result
    } catch (error) {
      await opening
      if (transaction.ownConnection === connection) throw error
    }
    return await this.#sendOn(transaction, statement, options)
  }

  #sendOn(transaction: Transaction, statement: Statement, options: ExecOptions): Result | Promise<Result> {
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

  // ---------------------------------------------------------------- connections

  /** Gives the callback a connection of its own, for several statements of one session: pass it on as `connection`. */
  async withConnection<T>(options: ConnectionUse, callback: (connection: Connection) => Promise<T> | T): Promise<T> {
    checkOptions(options, USE_OPTIONS, 'sequelize.withConnection()', USE_SHAPES)
    if (typeof callback !== 'function')
      throw new QueryError(
        'sequelize.withConnection() takes a function as its last argument, which gets the connection.',
      )
    if (options.connection) return await callback(options.connection)
    const { read, write, plan } = this.#servers
    const lease = await this.#borrower.borrow(options.type === 'read' ? read : write, 'withConnection()', options)
    lease.since = Date.now()
    try {
      const scope: Scope = { executor: this, transaction: null, lease, isAmbient: false, outer: scopes.getStore() }
      return await scopes.run(scope, callback, lease.connection)
    } finally {
      if (options.destroyConnection === true && plan !== 'shared') lease.isSpent = true
      lease.pool.give(lease)
    }
  }

  /**
   * Reads that do not wait for each other, on one connection: the options' own, the transaction's, or one that is borrowed for all of them.
   * Null: there are replicas, where each statement finds a server by itself. With `pool.pipelining` each finds its place by itself, too.
   */
  readTogether<T>(
    purpose: Purpose,
    options: ExecOptions,
    work: (options: ExecOptions) => Promise<T>,
  ): Promise<T> | null {
    const { read, write, areShared } = this.#servers
    if (options.connection || areShared || this.currentTransaction(options) !== null) return work(options)
    return read === write ? this.#readOnOne(write, purpose, options, work) : null
  }

  async #readOnOne<T>(
    pool: Lender,
    purpose: Purpose,
    options: ExecOptions,
    work: (options: ExecOptions) => Promise<T>,
  ): Promise<T> {
    const lease = await this.#borrower.awake(this.#borrower.borrow(pool, purpose, options), pool, purpose, options)
    lease.since = Date.now()
    try {
      return await work({ ...options, connection: lease.connection })
    } finally {
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
  transaction<T>(options: TransactionOptions, callback: TransactionCallback<T>): Promise<T> {
    return promised(() => this.#transactionNow(options, callback))
  }

  #transactionNow<T>(options: TransactionOptions, callback: TransactionCallback<T>): T | Promise<T> {
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
    return this.call(() =>
      options.retry
        ? withRetry(options.retry, () => this.#transactions.managed(settings, options, callback), options.signal)
        : this.#transactions.managed(settings, options, callback),
    )
  }

  /**
   * Runs the callback as one step that happens wholly or not at all: a savepoint inside the current transaction, else a transaction of its
   * own that has the right to write from its beginning.
   */
  atomic<T>(options: ExecOptions, callback: TransactionCallback<T>): Promise<T> {
    return promised(() => this.atomicNow(options, callback))
  }

  /** The same without a promise where neither the driver nor the callback needs one. Throws at once, too. */
  atomicNow<T>(options: ExecOptions, callback: TransactionCallback<T>): T | Promise<T> {
    const current = this.currentTransaction(options)
    const { logging, benchmark, logQueryParameters, connection, signal } = options
    const own: TransactionOptions = { logging, benchmark, logQueryParameters, connection, signal }
    return current === null
      ? this.#transactions.managed(this.#transactions.immediate, own, callback)
      : this.#transactions.savepoint(current, own, callback)
  }

  /**
   * The same for a step that writes by one statement, its last: where a statement that fails leaves the transaction as it was, there is
   * nothing that a savepoint would have to undo, and the step only takes its turn.
   */
  singleNow<T>(options: ExecOptions, callback: TransactionCallback<T>): T | Promise<T> {
    const current = this.currentTransaction(options)
    return current === null || this.dialect.transactions.abortsOnError === true
      ? this.atomicNow(options, callback)
      : this.#transactions.turn(current, callback)
  }

  /** A transaction that the caller commits or rolls back. With `transaction`: a savepoint in it. */
  async startUnmanagedTransaction(options: TransactionOptions = {}): Promise<Transaction> {
    const settings = this.#transactions.settings(options)
    if (!options.transaction) return await this.#transactions.begin(settings, options)
    assertCompatible(options, options.transaction.settings)
    return await this.#transactions.beginSavepoint(options.transaction, options)
  }
}
