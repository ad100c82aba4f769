/**
 * One statement on one connection: the query hooks around it, the log, the wait for SQLite's locks, and the driver's error in the words of
 * `errors/`. `executor` decides which connection.
 */
import type { Dialect } from '../dialect/dialect.js'
import type { Connection, Result, Statement } from './driver.js'
import type { ExecOptions, ObservedQuery, QueryObserver } from './executor-options.js'
import type { Logging } from './logging.js'
import { log, logParams } from './logging.js'
import { withLockWait } from './retry.js'
import type { Transaction } from './transaction.js'

export interface RunnerOptions {
  readonly dialect: Dialect
  readonly connection: Readonly<Record<string, unknown>>
  readonly logging: Logging
  readonly benchmark: boolean | undefined
  readonly logQueryParameters: boolean | undefined
  readonly observer: QueryObserver | undefined
  translate(error: unknown, statement: Statement | null): Error
}

/** A lock is held by another connection, and this one is not borrowed. */
export class Busy extends Error {}

export class Runner {
  readonly #options: RunnerOptions

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  /** `isHeld` false: the connection is not borrowed, so a lock is not waited for (`Busy`). */
  run(
    connection: Connection,
    statement: Statement,
    options: ExecOptions,
    transaction: Transaction | null,
    isHeld = true,
  ): Result | Promise<Result> {
    const { observer } = this.#options
    return observer?.isActive === true
      ? this.#runObserved(observer, connection, statement, options, transaction)
      : this.#runLogged(connection, statement, options, transaction, isHeld)
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
    const result = await this.#runLogged(connection, statement, options, transaction, true)
    await observer.after(options, query)
    return result
  }

  #runLogged(
    connection: Connection,
    statement: Statement,
    options: ExecOptions,
    transaction: Transaction | null,
    isHeld: boolean,
  ): Result | Promise<Result> {
    const logging = options.logging === undefined ? this.#options.logging : options.logging
    if (logging !== false) {
      if ((options.benchmark ?? this.#options.benchmark) === true)
        return this.#runTimed(connection, statement, options, transaction, logging)
      log(logging, this.#logText('Executing', statement, options, transaction), options)
    }
    try {
      const result = connection.execute(statement)
      return result instanceof Promise ? this.#settle(result, statement) : result
    } catch (error) {
      if (this.#options.dialect.lockWait?.isBusy(error) !== true || statement.mode === 'script')
        throw this.#options.translate(error, statement)
      if (!isHeld) throw new Busy()
      return this.#settle(this.#waitForLock(connection, statement), statement)
    }
  }

  #waitForLock(connection: Connection, statement: Statement): Promise<Result> {
    const { isBusy, timeout } = this.#options.dialect.lockWait!
    return withLockWait(() => connection.execute(statement), isBusy, timeout(this.#options.connection))
  }

  async #settle(pending: Promise<Result>, statement: Statement): Promise<Result> {
    try {
      return await pending
    } catch (error) {
      throw this.#options.translate(error, statement)
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
      if (this.#options.dialect.lockWait?.isBusy(error) !== true) throw this.#options.translate(error, statement)
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
}
