/**
 * A transaction, or a savepoint inside one: what programs hold and pass as `{ transaction }`. `executor` begins it and runs statements
 * on its connection. The current transaction is found through AsyncLocalStorage. Docs: querying/transactions.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { QueryError } from '../errors/base.js'
import {
  ConnectionLostError,
  DatabaseError,
  DeadlockError,
  ReadOnlyError,
  SerializationError,
} from '../errors/database.js'
import type { Connection, Statement } from './driver.js'
import type { Executor } from './executor.js'
import type { Lease } from './lease.js'
import type {
  ConstraintCheckingMode,
  TransactionOptions,
  TransactionSettings,
  TransactionSyntax,
} from './transaction-options.js'
import { IsolationLevel, TransactionNestMode, TransactionType } from './transaction-options.js'

/** What a piece of asynchronous work stands in. Scopes nest; each knows the one around it. */
export interface Scope {
  readonly executor: Executor
  readonly transaction: Transaction | null
  /** The connection that the work holds. */
  readonly lease: Lease | null
  /** Statements find the transaction by themselves. */
  readonly isAmbient: boolean
  /** See `recent-writes`. */
  readonly mark?: { until: number }
  /** Calls inside set this mark instead of leaving one of their own. */
  readonly isShared?: boolean
  readonly outer: Scope | undefined
}
/** One for all Sequelize instances: each storage costs every promise of the process something. */
export const scopes = new AsyncLocalStorage<Scope>()

type TransactionHook = (transaction: Transaction) => unknown
interface Hooked {
  readonly event: 'commit' | 'rollback' | 'end'
  readonly callback: TransactionHook
}

/** What a transaction needs of the executor: the way to its connection. */
export interface TransactionHost {
  readonly executor: Executor
  readonly syntax: TransactionSyntax
  /** Runs a statement of the transaction's own (COMMIT, SAVEPOINT …) on its connection. */
  control(transaction: Transaction, text: string): unknown
  /** Ends the use of the connection; `isSound` false: it must not be used again. */
  leave(transaction: Transaction, isSound: boolean): void | Promise<void>
  /** The server takes no writes. */
  refusedToWrite(): void
  /** Statements are sent at once, without hooks that look at each and may wait. */
  sendsAtOnce(): boolean
  /** Runs what ends the transaction as a public call of its own. */
  call<T>(work: () => T): T
}

const LOCK = Object.freeze({ UPDATE: 'UPDATE', SHARE: 'SHARE', KEY_SHARE: 'KEY SHARE', NO_KEY_UPDATE: 'NO KEY UPDATE' })

/**
 * What ends a transaction runs without promises as long as the driver does: `commitNow` gives one only where there is something to wait
 * for. `commit` always does.
 */
export class Transaction {
  /** The transaction around this savepoint; null for a transaction of its own. */
  readonly parent: Transaction | null
  /** How it ended; undefined while it goes on. */
  finished: 'commit' | 'rollback' | undefined
  /** @internal */ readonly settings: TransactionSettings
  /** @internal */ lease: Lease | null
  /** @internal Noted only where there are replicas. */
  hasWritten = false
  /** Text of the last statement, for those who wait for its connection. */
  lastText = 'BEGIN'
  readonly #host: TransactionHost
  #connection: Connection
  #opening: Promise<void> | null = null
  #ending: Promise<void> | null = null
  /** Ends the savepoint that was left last; kept there where the transaction goes on. Of the outermost transaction. */
  #release: string | null = null
  #notBegun: unknown = null
  readonly #given: TransactionOptions
  readonly #savepoint: string | null
  #options: Readonly<TransactionOptions> | null = null
  #id: string | null = null
  #savepoints = 0
  #isNesting = false
  #queue: (() => void)[] | null = null
  #hooks: Hooked[] | null = null
  #checks: (() => Promise<void>)[] | null = null

  /** What ended the outermost transaction as a whole. Kept there. */
  #doom: DeadlockError | SerializationError | null = null

  /** Made by `sequelize.transaction` and `sequelize.startUnmanagedTransaction`. */
  constructor(
    host: TransactionHost,
    connection: Connection,
    lease: Lease | null,
    settings: TransactionSettings,
    options: TransactionOptions,
    parent: Transaction | null = null,
  ) {
    this.#host = host
    this.#connection = connection
    this.lease = lease
    this.settings = settings
    this.parent = parent
    this.#given = options
    this.#savepoint = parent === null ? null : this.rootTransaction.#nextSavepoint()
  }

  /** For logs. A savepoint has that of its transaction. */
  get id(): string {
    if (this.#id === null) this.#id = this.parent === null ? randomUUID() : this.parent.id
    return this.#id
  }
  /** Name of the savepoint; the id of a transaction. */
  get name(): string {
    return this.#savepoint ?? this.id
  }
  /** The options that it was started with, and the defaults. Frozen. */
  get options(): Readonly<TransactionOptions> {
    this.#options ??= Object.freeze({ ...this.#given, ...this.settings })
    return this.#options
  }

  static get LOCK(): typeof LOCK {
    return LOCK
  }
  static get ISOLATION_LEVELS(): typeof IsolationLevel {
    return IsolationLevel
  }
  static get TYPES(): typeof TransactionType {
    return TransactionType
  }
  static get NEST_MODES(): typeof TransactionNestMode {
    return TransactionNestMode
  }
  /** Levels of row locks (Sequelize 6: `lock: transaction.LOCK.UPDATE`). */
  get LOCK(): typeof LOCK {
    return LOCK
  }

  /** The outermost transaction. */
  get rootTransaction(): Transaction {
    let root: Transaction = this
    while (root.parent) root = root.parent
    return root
  }

  /** The connection that it runs on. Throws when it is over: somebody else may have the connection by then. */
  getConnection(): Connection {
    if (this.finished)
      throw new QueryError(`The transaction ${this.id} is over (${this.finished}), it has no connection any more.`)
    return this.#connection
  }
  getConnectionIfExists(): Connection | undefined {
    return this.finished ? undefined : this.#connection
  }

  /** @internal Whose transaction it is. */
  get executor(): Executor {
    return this.#host.executor
  }
  /** @internal How its own statements are logged. */
  get logOptions(): TransactionOptions {
    return this.#given
  }

  /** @internal While BEGIN is on its way: what comes of it. The first statements travel behind it. */
  get opening(): Promise<void> | null {
    return this.#opening
  }
  /** @internal BEGIN is on its way; `begun` rejects where it has failed for good. */
  open(begun: Promise<void>): void {
    this.#opening = begun.then(
      () => {
        this.#opening = null
      },
      (error: unknown) => {
        this.#opening = null
        this.#notBegun = error
        this.finished = 'rollback'
        throw error
      },
    )
    this.#opening.catch(() => {})
  }
  /** @internal It begins anew on another connection; nothing has been done on the one before. */
  move(lease: Lease): void {
    this.lease = lease
    this.#connection = lease.connection
  }

  /** @internal What is sent on its connection needs no answer before the next may be sent. */
  get pipelines(): boolean {
    return this.#connection.pipelines === true
  }

  /** @internal What begins it, or a savepoint in it, needs no answer before the next statement may be sent. */
  get mayLead(): boolean {
    return this.#connection.pipelines === true || this.#connection.leads === true
  }

  /** @internal The connection, whatever the state: for the statements that end the transaction. */
  get ownConnection(): Connection {
    return this.#connection
  }

  /** @internal The connection for a statement. Throws when the transaction, or one around it, is over. */
  connectionFor(statement: Statement): Connection {
    for (let one: Transaction | null = this; one; one = one.parent) {
      if (one.finished) {
        throw new DatabaseError({
          message: `${one.finished} has been called on transaction ${this.id}, so it can no longer be used. Await every query of a transaction before it ends, or pass \`transaction: null\`.`,
          sql: statement.text,
          parameters: statement.params,
        })
      }
    }
    const doomed = this.doomError(statement.text)
    if (doomed !== null) throw doomed
    const root = this.rootTransaction
    if (root.#release !== null) root.#releaseNow(root.#release)
    root.lastText = statement.text
    return this.#connection
  }

  /**
   * @internal A statement of it failed. A deadlock or a conflict that cannot be put in order ends everything since BEGIN: MySQL has undone it
   * already and would carry out what comes next outside of any transaction. So nothing more is let through, and nothing is committed.
   */
  noteFault(fault: Error): void {
    if (fault instanceof DeadlockError || fault instanceof SerializationError) this.rootTransaction.#doom ??= fault
    else if (fault instanceof ReadOnlyError && !this.settings.readOnly) this.#host.refusedToWrite()
  }

  /** @internal The error of those who go on although the transaction is lost; null: it is not. */
  doomError(text: string): Error | null {
    const doom = this.rootTransaction.#doom
    if (doom === null) return null
    const Class = doom.constructor as new (options: object) => Error
    return new Class({
      message: `The database ended transaction ${this.id} as a whole: ${doom.message}. Nothing more can be done in it, not even after a savepoint: let the error through to the outermost transaction, and have that one run again with transaction({ retry: { max: 5 } }, …).`,
      cause: doom,
      sql: text,
    })
  }

  /** @internal The signal of this transaction, or of the one around it. */
  get signal(): AbortSignal | null {
    return this.#given.signal ?? this.parent?.signal ?? null
  }

  /** What it is doing, for those who wait. */
  describe(): string {
    return `transaction ${this.id} (last statement: ${this.lastText.slice(0, 200)})`
  }

  /**
   * Makes the changes final. Of a savepoint: makes them part of the transaction around it.
   * Throws when the transaction is over; when the database refuses (constraints checked at the end), everything is rolled back.
   */
  async commit(): Promise<void> {
    await this.#host.call(() => this.commitNow())
  }

  /** @internal */
  commitNow(): void | Promise<void> {
    if (this.#opening !== null) return this.#opening.then(() => this.commitNow())
    this.#refuseWhenOver('committed')
    const doomed = this.doomError('COMMIT')
    if (doomed !== null) return this.#notCommitted(doomed)
    if (this.#checks !== null) return this.#checkAndCommit(this.#checks)
    this.finished = 'commit'
    const { syntax } = this.#host
    const text = this.#savepoint === null ? syntax.commit : syntax.release(this.#savepoint)
    try {
      if (text !== null && this.parent !== null && this.pipelines) {
        // With the next statement; COMMIT and ROLLBACK end savepoints by themselves.
        this.rootTransaction.#release = text
        return this.#committed()
      }
      const done = text === null ? undefined : this.#host.control(this, text)
      if (done instanceof Promise) {
        return done.then(
          () => this.#committed(),
          (error: unknown) => this.#notCommitted(error),
        )
      }
    } catch (error) {
      return this.#notCommitted(error)
    }
    return this.#committed()
  }

  /** Where a release fails, the connection is lost or the transaction aborted: what comes next fails as well, COMMIT at the latest. */
  #releaseNow(text: string): void {
    this.#release = null
    const done = this.#host.control(this, text)
    if (done instanceof Promise) done.catch(() => {})
  }

  /**
   * @internal The last statement has just been sent: COMMIT travels behind it, if nothing else is to be done before. Should the statement fail,
   * the server undoes all, and says so in the answer to COMMIT.
   */
  commitBehind(): void {
    if (this.parent !== null || !this.pipelines || this.#opening !== null || this.#checks !== null) return
    if (this.finished !== undefined || this.signal !== null || !this.#host.sendsAtOnce()) return
    this.#ending = Promise.resolve(this.commitNow())
    this.#ending.catch(() => {})
  }
  /** @internal What becomes of a COMMIT that is on its way. */
  get ending(): Promise<void> | null {
    return this.#ending
  }

  /** @internal Runs in the transaction before it is made final. Where it throws, everything is rolled back. */
  beforeCommit(check: () => Promise<void>): void {
    this.#checks = [...(this.#checks ?? []), check]
  }

  async #checkAndCommit(checks: readonly (() => Promise<void>)[]): Promise<void> {
    try {
      for (const check of checks) await check()
    } catch (error) {
      // What the check found is the one to know.
      if (!this.finished) await this.rollback().catch(() => {})
      throw error
    }
    this.#checks = null
    await this.commitNow()
  }

  #committed(): void | Promise<void> {
    if (this.parent !== null) {
      // Final only when the outermost transaction is.
      if (this.#hooks !== null) this.parent.#hooks = [...(this.parent.#hooks ?? []), ...this.#hooks]
      return undefined
    }
    const left = this.#host.leave(this, true)
    return left instanceof Promise ? left.then(() => this.#runHooks('commit')) : this.#runHooks('commit')
  }

  async #notCommitted(error: unknown): Promise<never> {
    this.finished = 'rollback'
    const isUndone = this.parent === null && this.#host.syntax.wasUndone?.(error) === true
    try {
      if (!isUndone) await this.#undo()
    } catch {
      // The error of the commit is the one that counts.
    }
    // After a COMMIT that failed nobody knows in what state the connection is, unless the server says so.
    if (this.parent === null) await this.#host.leave(this, isUndone)
    await this.#runHooks('rollback')
    throw error
  }

  /** Takes the changes back. Throws when the transaction is over. */
  async rollback(): Promise<void> {
    if (this.#opening !== null) await this.#opening
    this.#refuseWhenOver('rolled back')
    this.finished = 'rollback'
    let isSound = true
    try {
      await this.#undo()
    } catch (error) {
      isSound = false
      throw error
    } finally {
      if (this.parent === null) await this.#host.leave(this, isSound)
    }
    await this.#runHooks('rollback')
  }

  async #undo(): Promise<void> {
    const { syntax } = this.#host
    // The savepoint may be gone with everything else, and the outermost transaction will be rolled back in any case.
    if (this.parent !== null && this.rootTransaction.#doom !== null) return
    // One that was left stands inside of what is undone.
    this.rootTransaction.#release = null
    try {
      if (this.#savepoint === null) await this.#host.control(this, syntax.rollback)
      else {
        await this.#host.control(this, syntax.rollbackTo(this.#savepoint))
        const release = syntax.release(this.#savepoint)
        if (release !== null) await this.#host.control(this, release)
      }
    } catch (error) {
      // The server undoes the work of a connection that is lost.
      if (!syntax.hasEnded(error) && !(error instanceof ConnectionLostError)) throw error
    }
  }

  #refuseWhenOver(what: string): void {
    if (this.#notBegun !== null) throw this.#notBegun
    if (!this.finished) return
    throw new QueryError(`Transaction cannot be ${what} because it has been finished with state: ${this.finished}`)
  }

  /** Runs once the changes are final; of a savepoint, once the outermost transaction is committed. */
  afterCommit(callback: TransactionHook): this {
    return this.#hook('commit', callback)
  }
  /** Runs once the changes are taken back. */
  afterRollback(callback: TransactionHook): this {
    return this.#hook('rollback', callback)
  }
  /** Runs at the end, whichever it is. */
  afterTransaction(callback: TransactionHook): this {
    return this.#hook('end', callback)
  }
  #hook(event: Hooked['event'], callback: TransactionHook): this {
    if (typeof callback !== 'function')
      throw new QueryError('afterCommit(), afterRollback() and afterTransaction() take a function.')
    this.#hooks ??= []
    this.#hooks.push({ event, callback })
    return this
  }
  #runHooks(event: 'commit' | 'rollback'): void | Promise<void> {
    return this.#hooks === null ? undefined : this.#runEach(this.#hooks, event)
  }
  async #runEach(hooks: readonly Hooked[], event: 'commit' | 'rollback'): Promise<void> {
    for (const wanted of [event, 'end'] as const)
      for (const hook of hooks) if (hook.event === wanted) await hook.callback(this)
  }

  /** Sets the isolation level of a transaction that runs, where the engine can. */
  async setIsolationLevel(level: `${IsolationLevel}`): Promise<void> {
    for (const text of this.#host.syntax.isolation(level as IsolationLevel)) await this.#host.control(this, text)
  }
  /** Sets when deferrable constraints are checked, from here on. */
  async setConstraintChecking(mode: ConstraintCheckingMode): Promise<void> {
    for (const text of this.#host.syntax.constraints(mode)) await this.#host.control(this, text)
  }

  #nextSavepoint(): string {
    this.#savepoints += 1
    return `sp_${this.#savepoints}`
  }

  /**
   * @internal Savepoints of one transaction are a stack: of two that run side by side, a rollback of the first would undo the second as
   * well. So the managed ones take turns.
   */
  enter(): void | Promise<void> {
    if (!this.#isNesting) {
      this.#isNesting = true
      return undefined
    }
    this.#queue ??= []
    const queue = this.#queue
    return new Promise((resolve) => queue.push(resolve))
  }
  /** @internal */
  leaveTurn(): void {
    const next = this.#queue?.shift()
    if (next) next()
    else this.#isNesting = false
  }
}
