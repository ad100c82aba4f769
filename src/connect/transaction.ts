/**
 * A transaction, or a savepoint inside one: what programs hold and pass as `{ transaction }`. `executor` begins it and runs statements
 * on its connection. The current transaction is found through AsyncLocalStorage. Docs: querying/transactions.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { QueryError } from '../errors/base.js'
import { DatabaseError } from '../errors/database.js'
import type { Connection, Statement } from './driver.js'
import type { Executor } from './executor.js'
import type { Lease } from './pool.js'
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
  readonly outer: Scope | undefined
}
/** One for all Sequelize instances: each storage costs every promise of the process something. */
export const scopes = new AsyncLocalStorage<Scope>()

type TransactionHook = (transaction: Transaction) => unknown

/** What the executor does for a transaction: the way to its connection. */
export interface TransactionHost {
  readonly syntax: TransactionSyntax
  /** Runs statements of the transaction's own (COMMIT, SAVEPOINT …) on its connection. */
  control(transaction: Transaction, texts: readonly string[]): void | Promise<void>
  /** Ends the use of the connection; `isSound` false: it must not be used again. */
  leave(transaction: Transaction, isSound: boolean): void | Promise<void>
}

const LOCK = Object.freeze({ UPDATE: 'UPDATE', SHARE: 'SHARE', KEY_SHARE: 'KEY SHARE', NO_KEY_UPDATE: 'NO KEY UPDATE' })

export class Transaction {
  /** For logs. */
  readonly id: string
  /** The transaction around this savepoint; null for a transaction of its own. */
  readonly parent: Transaction | null
  /** The options it was started with, frozen. */
  readonly options: Readonly<TransactionOptions>
  /** How it ended; undefined while it goes on. */
  finished: 'commit' | 'rollback' | undefined
  /** @internal */ readonly settings: TransactionSettings
  /** @internal */ readonly lease: Lease | null
  /** Name of the savepoint; the id of a transaction. */
  readonly name: string
  /** Text of the last statement, for those who wait for its connection. */
  lastText = 'BEGIN'
  readonly #host: TransactionHost
  readonly #connection: Connection
  #savepoints = 0
  #isNesting = false
  readonly #nestingQueue: (() => void)[] = []
  #afterCommit: TransactionHook[] = []
  #afterRollback: TransactionHook[] = []
  #afterTransaction: TransactionHook[] = []

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
    this.options = Object.freeze({ ...options, ...settings })
    this.id = parent === null ? randomUUID() : parent.id
    this.name = parent === null ? this.id : this.rootTransaction.#nextSavepoint()
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
    this.rootTransaction.lastText = statement.text
    return this.#connection
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
    if (this.finished)
      throw new QueryError(`Transaction cannot be committed because it has been finished with state: ${this.finished}`)
    this.finished = 'commit'
    try {
      await this.#control(this.parent === null ? this.#host.syntax.commit : this.#host.syntax.release(this.name))
    } catch (error) {
      this.finished = 'rollback'
      await this.#abandon()
      await this.#run([...this.#afterRollback, ...this.#afterTransaction])
      throw error
    }
    if (this.parent !== null) {
      // Final only when the outermost transaction is.
      this.parent.#afterCommit.push(...this.#afterCommit)
      this.parent.#afterRollback.push(...this.#afterRollback)
      this.parent.#afterTransaction.push(...this.#afterTransaction)
      return
    }
    await this.#host.leave(this, true)
    await this.#run([...this.#afterCommit, ...this.#afterTransaction])
  }

  /** Takes the changes back. Throws when the transaction is over. */
  async rollback(): Promise<void> {
    if (this.finished)
      throw new QueryError(
        `Transaction cannot be rolled back because it has been finished with state: ${this.finished}`,
      )
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
    await this.#run([...this.#afterRollback, ...this.#afterTransaction])
  }

  async #undo(): Promise<void> {
    const { syntax } = this.#host
    try {
      if (this.parent === null) await this.#control(syntax.rollback)
      else {
        await this.#control(syntax.rollbackTo(this.name))
        await this.#control(syntax.release(this.name))
      }
    } catch (error) {
      if (!syntax.hasEnded(error)) throw error
    }
  }

  /** After a COMMIT that failed: nobody knows in what state the connection is. */
  async #abandon(): Promise<void> {
    try {
      await this.#undo()
    } catch {
      // The error of the commit is the one that counts.
    }
    if (this.parent === null) await this.#host.leave(this, false)
  }

  #control(text: string | null): void | Promise<void> {
    return text === null ? undefined : this.#host.control(this, [text])
  }

  /** Runs once the changes are final; of a savepoint, once the outermost transaction is committed. */
  afterCommit(callback: TransactionHook): this {
    return this.#hook(this.#afterCommit, callback, 'afterCommit')
  }
  /** Runs once the changes are taken back. */
  afterRollback(callback: TransactionHook): this {
    return this.#hook(this.#afterRollback, callback, 'afterRollback')
  }
  /** Runs at the end, whichever it is. */
  afterTransaction(callback: TransactionHook): this {
    return this.#hook(this.#afterTransaction, callback, 'afterTransaction')
  }
  #hook(hooks: TransactionHook[], callback: TransactionHook, name: string): this {
    if (typeof callback !== 'function') throw new QueryError(`${name}() takes a function.`)
    hooks.push(callback)
    return this
  }
  async #run(hooks: readonly TransactionHook[]): Promise<void> {
    for (const hook of hooks) await hook(this)
  }

  /** Sets the isolation level of a transaction that runs, where the engine can. */
  async setIsolationLevel(level: `${IsolationLevel}`): Promise<void> {
    await this.#host.control(this, this.#host.syntax.isolation(level as IsolationLevel))
  }
  /** Sets when deferrable constraints are checked, from here on. */
  async setConstraintChecking(mode: ConstraintCheckingMode): Promise<void> {
    await this.#host.control(this, this.#host.syntax.constraints(mode))
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
    return new Promise((resolve) => this.#nestingQueue.push(resolve))
  }
  /** @internal */
  leaveTurn(): void {
    const next = this.#nestingQueue.shift()
    if (next) next()
    else this.#isNesting = false
  }
}
