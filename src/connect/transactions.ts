/**
 * How transactions run: BEGIN, the callback in its scope, COMMIT; savepoints inside. With a synchronous driver and a free connection the
 * only wait is the one for the callback. Part of `executor`, which decides what a call to `transaction` means.
 */
import { checkObject } from '../base/options.js'
import { isThenable } from '../base/steps.js'
import type { Dialect } from '../dialect/dialect.js'
import { QueryError } from '../errors/base.js'
import { ConnectionLostError } from '../errors/database.js'
import { refuseAborted } from './abort.js'
import type { Connection, Result, Statement } from './driver.js'
import type { ExecOptions, Executor } from './executor.js'
import type { Lease, Purpose } from './lease.js'
import type { TransactionTrace } from './tracing.js'
import { traced, transactionChannel } from './tracing.js'
import type { Scope, TransactionHost } from './transaction.js'
import { scopes, Transaction } from './transaction.js'
import type { TransactionOptions, TransactionSettings } from './transaction-options.js'
import { TransactionType, transactionSettings } from './transaction-options.js'

export type TransactionCallback<T> = (transaction: Transaction) => Promise<T> | T

interface Base {
  readonly executor: Executor
  readonly dialect: Dialect
  /** Statements find the transaction by themselves. */
  readonly isAmbient: boolean
  /** The only connection there is: it is never closed. */
  readonly isShared: boolean
  readonly defaults: TransactionSettings
  readonly database: string | null
  refusedToWrite(): void
  /** A transaction that may have written is committed. */
  committed(): void
  call<T>(work: () => T): T
  /** Hooks look at each statement, and may wait. */
  isObserved(): boolean
  borrow(purpose: Purpose, options: ExecOptions): Lease | Promise<Lease>
  run(
    connection: Connection,
    statement: Statement,
    options: ExecOptions,
    transaction: Transaction,
  ): Result | Promise<Result>
}

const NOTHING: ExecOptions = Object.freeze({})
const signalOf = ({ signal }: TransactionOptions): ExecOptions => (signal === undefined ? NOTHING : { signal })
/** What ends a transaction is sent whether or not the caller has given up. */
const withoutSignal = (options: TransactionOptions): TransactionOptions =>
  options.signal === undefined ? options : { ...options, signal: undefined }

const BEGINNING = 'beginning a transaction'
const NOTHING_MORE = (): void => {}
const NO_PARAMS: readonly unknown[] = Object.freeze([])

export class Transactions {
  /** Settings of a step that is going to write. */
  readonly immediate: TransactionSettings
  readonly #base: Base
  readonly #host: TransactionHost
  /** What begins and ends a transaction of these settings; nearly all have the same ones. */
  readonly #texts = new WeakMap<
    TransactionSettings,
    { readonly begin: readonly string[]; readonly after: readonly string[] }
  >()

  constructor(base: Base) {
    this.#base = base
    const { beginImmediate } = base.dialect.traits
    this.immediate = Object.freeze({
      ...base.defaults,
      type: beginImmediate === null ? null : TransactionType.IMMEDIATE,
    })
    this.#host = {
      executor: base.executor,
      syntax: base.dialect.transactions,
      control: (transaction, text) => this.#control(transaction, text),
      leave: (transaction, isSound) => {
        if (transaction.finished === 'commit' && transaction.hasWritten) base.committed()
        return this.#leave(transaction, isSound)
      },
      refusedToWrite: () => base.refusedToWrite(),
      sendsAtOnce: () => !base.isObserved(),
      call: (work) => base.call(work),
    }
  }

  settings(options: TransactionOptions): TransactionSettings {
    const { defaults } = this.#base
    checkObject(options, 'sequelize.transaction()')
    for (const name in options) if (Object.hasOwn(options, name)) return transactionSettings(options, defaults)
    return defaults
  }

  managed<T>(
    settings: TransactionSettings,
    options: TransactionOptions,
    callback: TransactionCallback<T>,
  ): T | Promise<T> {
    return transactionChannel.hasSubscribers
      ? this.#traced(settings, false, callback, (own) => this.#managed(settings, options, own))
      : this.#managed(settings, options, callback)
  }

  #managed<T>(
    settings: TransactionSettings,
    options: TransactionOptions,
    callback: TransactionCallback<T>,
  ): T | Promise<T> {
    const begun = this.begin(settings, options, true)
    return begun instanceof Promise
      ? begun.then((transaction) => this.#finish(transaction, callback))
      : this.#finish(begun, callback)
  }

  #traced<T>(
    settings: TransactionSettings,
    isSavepoint: boolean,
    callback: TransactionCallback<T>,
    run: (callback: TransactionCallback<T>) => T | Promise<T>,
  ): Promise<T> {
    const context: TransactionTrace = {
      dialect: this.#base.dialect.name,
      database: this.#base.database,
      isolationLevel: settings.isolationLevel,
      readOnly: settings.readOnly,
      isSavepoint,
    }
    return traced(
      transactionChannel,
      context,
      async () => {
        try {
          return await run((transaction) => {
            context.id = transaction.id
            return callback(transaction)
          })
        } catch (error) {
          context.outcome = 'rollback'
          throw error
        }
      },
      () => {
        context.outcome ??= 'commit'
      },
    )
  }

  savepoint<T>(given: Transaction, options: TransactionOptions, callback: TransactionCallback<T>): T | Promise<T> {
    return transactionChannel.hasSubscribers
      ? this.#traced(given.settings, true, callback, (own) => this.#savepoint(given, options, own))
      : this.#savepoint(given, options, callback)
  }

  #savepoint<T>(given: Transaction, options: TransactionOptions, callback: TransactionCallback<T>): T | Promise<T> {
    const parent = innermost(given)
    const entered = parent.enter()
    return entered instanceof Promise
      ? entered.then(() => this.#savepointInTurn(parent, options, callback))
      : this.#savepointInTurn(parent, options, callback)
  }

  #savepointInTurn<T>(
    parent: Transaction,
    options: TransactionOptions,
    callback: TransactionCallback<T>,
  ): T | Promise<T> {
    return this.#inTurn(parent, () => {
      const begun = this.beginSavepoint(parent, options)
      return begun instanceof Promise
        ? begun.then((transaction) => this.#finish(transaction, callback))
        : this.#finish(begun, callback)
    })
  }

  /** The callback in the transaction itself, in turn with its savepoints: nothing is undone by itself. */
  turn<T>(given: Transaction, callback: TransactionCallback<T>): T | Promise<T> {
    const parent = innermost(given)
    const entered = parent.enter()
    const work = (): T | Promise<T> => callback(parent)
    return entered instanceof Promise ? entered.then(() => this.#inTurn(parent, work)) : this.#inTurn(parent, work)
  }

  #inTurn<T>(parent: Transaction, work: () => T | Promise<T>): T | Promise<T> {
    let result: T | Promise<T>
    try {
      result = work()
    } catch (error) {
      parent.leaveTurn()
      throw error
    }
    if (result instanceof Promise)
      return result.then(
        (value: T) => {
          parent.leaveTurn()
          return value
        },
        (error: unknown) => {
          parent.leaveTurn()
          throw error
        },
      )
    parent.leaveTurn()
    return result
  }

  /** The callback in the scope of a transaction: statements in it find the transaction. */
  inside<T>(transaction: Transaction, callback: TransactionCallback<T>): Promise<T> | T {
    const { executor, isAmbient } = this.#base
    const scope: Scope = {
      executor,
      transaction,
      lease: transaction.rootTransaction.lease,
      isAmbient,
      outer: scopes.getStore(),
    }
    return scopes.run(scope, callback, transaction)
  }

  /** The callback, then COMMIT or ROLLBACK: without a promise where neither the callback nor the driver needs one. */
  #finish<T>(transaction: Transaction, callback: TransactionCallback<T>): T | Promise<T> {
    let result: T | Promise<T>
    try {
      result = this.inside(transaction, callback)
      if (isThenable(result)) return this.#finishLater(transaction, result)
      if (transaction.signal !== null) refuseAborted(transaction.signal, 'COMMIT')
    } catch (error) {
      return this.#failed(transaction, error)
    }
    const committed = transaction.commitNow()
    return committed instanceof Promise ? committed.then(() => result) : result
  }

  async #finishLater<T>(transaction: Transaction, pending: PromiseLike<T>): Promise<T> {
    let result: T
    try {
      result = await pending
      if (transaction.signal !== null) refuseAborted(transaction.signal, 'COMMIT')
    } catch (error) {
      if (transaction.ending !== null) await transaction.ending.catch(() => {})
      return await this.#failed(transaction, error)
    }
    const committed = transaction.ending ?? transaction.commitNow()
    if (committed instanceof Promise) await committed
    return result
  }

  /** The callback may have rolled back by itself. Should the rollback fail, the first error is the one to know. */
  async #failed(transaction: Transaction, error: unknown): Promise<never> {
    if (!transaction.finished) await transaction.rollback().catch(() => {})
    throw error
  }

  /** `mayHurry`: BEGIN may travel with the first statement, so that its failure is that statement's. */
  begin(
    settings: TransactionSettings,
    options: TransactionOptions,
    mayHurry = false,
  ): Transaction | Promise<Transaction> {
    refuseAborted(options.signal, 'BEGIN')
    // Settings that the engine does not have are refused before anything is borrowed.
    const { begin } = this.#textsOf(settings)
    if (options.connection)
      return this.#start(begin, new Transaction(this.#host, options.connection, null, settings, options))
    const begun = this.#beginOn(begin, settings, options, mayHurry)
    // Nothing is lost with a connection that was found dead at the first word: the next one is new.
    return begun instanceof Promise
      ? begun.catch((error: unknown) => {
          if (!(error instanceof ConnectionLostError)) throw error
          return this.#beginOn(begin, settings, options, false)
        })
      : begun
  }

  #beginOn(
    begin: readonly string[],
    settings: TransactionSettings,
    options: TransactionOptions,
    mayHurry: boolean,
  ): Transaction | Promise<Transaction> {
    const lease = this.#base.borrow(BEGINNING, signalOf(options))
    return lease instanceof Promise
      ? lease.then((borrowed) => this.#startOn(borrowed, begin, settings, options, mayHurry))
      : this.#startOn(lease, begin, settings, options, mayHurry)
  }

  #startOn(
    lease: Lease,
    texts: readonly string[],
    settings: TransactionSettings,
    options: TransactionOptions,
    mayHurry: boolean,
  ): Transaction | Promise<Transaction> {
    const transaction = new Transaction(this.#host, lease.connection, lease, settings, options)
    lease.purpose = transaction
    lease.since = Date.now()
    // A connection that was idle for long may be dead: it is asked first. Hooks of queries may change the order in which they are sent.
    if (
      mayHurry &&
      transaction.mayLead &&
      texts.length === 1 &&
      lease.idleRounds === 0 &&
      options.signal === undefined &&
      !this.#base.isObserved()
    ) {
      transaction.open(this.#open(texts[0]!, transaction, options))
      return transaction
    }
    return this.#start(texts, transaction)
  }

  /** Sends BEGIN. Nothing is lost with a connection that is found dead: a new one gets it, and what travelled behind it. */
  async #open(text: string, transaction: Transaction, options: TransactionOptions): Promise<void> {
    try {
      await this.#send(transaction, text)
    } catch (error) {
      this.#giveBack(transaction, false)
      if (!(error instanceof ConnectionLostError)) throw error
      transaction.lease?.pool.renew()
      const lease = await this.#base.borrow(BEGINNING, signalOf(options))
      lease.purpose = transaction
      lease.since = Date.now()
      transaction.move(lease)
      try {
        await this.#send(transaction, text)
      } catch (again) {
        this.#giveBack(transaction, false)
        throw again
      }
    }
  }

  #start(texts: readonly string[], transaction: Transaction): Transaction | Promise<Transaction> {
    try {
      for (let at = 0; at < texts.length; at += 1) {
        const done = this.#control(transaction, texts[at]!)
        if (done instanceof Promise) return this.#startLater(done, texts.slice(at + 1), transaction)
      }
      return transaction
    } catch (error) {
      this.#notStarted(transaction, error)
      throw error
    }
  }

  async #startLater(first: Promise<unknown>, rest: readonly string[], transaction: Transaction): Promise<Transaction> {
    try {
      await first
      for (const text of rest) await this.#control(transaction, text)
      return transaction
    } catch (error) {
      this.#notStarted(transaction, error)
      throw error
    }
  }

  #notStarted(transaction: Transaction, error: unknown): void {
    transaction.finished = 'rollback'
    // Others that are free are as old, or older.
    if (error instanceof ConnectionLostError) transaction.lease?.pool.renew()
    this.#giveBack(transaction, false)
  }

  beginSavepoint(parent: Transaction, options: TransactionOptions): Transaction | Promise<Transaction> {
    const { dialect } = this.#base
    if (!dialect.traits.savepoints) throw new QueryError(`${dialect.name} has no savepoints.`)
    const connection = parent.connectionFor({ text: 'SAVEPOINT', params: NO_PARAMS, mode: 'run' })
    const transaction = new Transaction(this.#host, connection, null, parent.settings, options, parent)
    const done = this.#control(transaction, dialect.transactions.savepoint(transaction.name))
    if (!(done instanceof Promise)) return transaction
    if (!transaction.mayLead || parent.rootTransaction.opening !== null) return done.then(() => transaction)
    // Where a savepoint fails, the transaction is lost, and what travels behind it fails as well; elsewhere its end tells.
    if (transaction.pipelines) done.catch(() => {})
    else transaction.open(done.then(NOTHING_MORE))
    return transaction
  }

  #control(transaction: Transaction, text: string): Result | Promise<Result> {
    const { opening } = transaction.rootTransaction
    return opening === null ? this.#send(transaction, text) : opening.then(() => this.#send(transaction, text))
  }

  #send(transaction: Transaction, text: string): Result | Promise<Result> {
    return this.#base.run(
      transaction.ownConnection,
      { text, params: NO_PARAMS, mode: 'run' },
      withoutSignal(transaction.logOptions),
      transaction,
    )
  }

  #leave(transaction: Transaction, isSound: boolean): void | Promise<void> {
    const { after } = this.#textsOf(transaction.settings)
    if (isSound && after.length > 0) return this.#leaveLater(transaction, after)
    this.#giveBack(transaction, isSound)
    return undefined
  }

  async #leaveLater(transaction: Transaction, texts: readonly string[]): Promise<void> {
    let isSound = true
    try {
      for (const text of texts) await this.#control(transaction, text)
    } catch {
      // A connection that keeps settings of a transaction is of no use to others.
      isSound = false
    }
    this.#giveBack(transaction, isSound)
  }

  #giveBack({ lease }: Transaction, isSound: boolean): void {
    if (lease === null) return
    if (!isSound && !this.#base.isShared) lease.isSpent = true
    lease.pool.give(lease)
  }

  #textsOf(settings: TransactionSettings): { readonly begin: readonly string[]; readonly after: readonly string[] } {
    let texts = this.#texts.get(settings)
    if (texts === undefined) {
      const syntax = this.#base.dialect.transactions
      texts = { begin: syntax.begin(settings), after: syntax.after(settings) }
      this.#texts.set(settings, texts)
    }
    return texts
  }
}

/** The savepoint of `transaction` that this call stands in: waiting for one's own turn would never end. */
function innermost(transaction: Transaction): Transaction {
  for (let scope = scopes.getStore(); scope; scope = scope.outer) {
    const candidate = scope.transaction
    if (candidate === null || candidate.finished) continue
    for (let one: Transaction | null = candidate; one; one = one.parent) if (one === transaction) return candidate
  }
  return transaction
}
