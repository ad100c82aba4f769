/**
 * One statement on one connection: traces, the query hooks around it, the caller's `signal`, the log, the wait for SQLite's locks, and the driver's error in the words of
 * `errors/`. `executor` decides which connection.
 */
import type { Dialect } from '../dialect/dialect.js'
import { abortable, refuseAborted } from './abort.js'
import type { Connection, Generates, Result, Statement } from './driver.js'
import type { ExecOptions, ObservedQuery, QueryObserver } from './executor-options.js'
import type { Logging } from './logging.js'
import { log, logParams } from './logging.js'
import { withLockWait } from './retry.js'
import { operationOf, queryChannel, traced } from './tracing.js'
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

/** This takes time: the connection has to be borrowed first. */
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
    if (statement.generates !== undefined) statement = withKeys(connection, statement, statement.generates)
    if (queryChannel.hasSubscribers) {
      if (!isHeld) throw new Busy()
      return this.#runTraced(connection, statement, options, transaction)
    }
    return this.#runSilent(connection, statement, options, transaction, isHeld)
  }

  /** The way past traces. */
  #runSilent(
    connection: Connection,
    statement: Statement,
    options: ExecOptions,
    transaction: Transaction | null,
    isHeld: boolean,
  ): Result | Promise<Result> {
    const { observer } = this.#options
    if (observer?.isActive === true) return this.#runObserved(observer, connection, statement, options, transaction)
    const { signal } = options
    return signal
      ? abortable(connection, statement, signal, () =>
          this.#runLogged(connection, statement, options, transaction, true),
        )
      : this.#runLogged(connection, statement, options, transaction, isHeld)
  }

  #runTraced(
    connection: Connection,
    statement: Statement,
    options: ExecOptions,
    transaction: Transaction | null,
  ): Promise<Result> {
    return traced(
      queryChannel,
      {
        dialect: this.#options.dialect.name,
        sql: statement.text,
        operation: operationOf(statement.text),
        model: statement.origin?.model ?? null,
        database: databaseOf(this.#options.connection),
        connection: connection.id,
        transaction: transaction?.id ?? null,
        ...(this.#showsParameters(options) ? { parameters: statement.params } : {}),
      },
      () => this.#runSilent(connection, statement, options, transaction, true),
      (context, { rows, affectedRows }) => {
        context.rowCount = rows.length
        context.affectedRows = affectedRows
      },
    )
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
    const run = (): Result | Promise<Result> => this.#runLogged(connection, statement, options, transaction, true)
    const result = await (options.signal ? abortable(connection, statement, options.signal, run) : run())
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
      return result instanceof Promise ? this.#settle(result, statement, options, transaction) : result
    } catch (error) {
      if (this.#options.dialect.lockWait?.isBusy(error) !== true || statement.mode === 'script')
        throw this.#fault(error, statement, transaction)
      if (!isHeld) throw new Busy()
      return this.#settle(this.#waitForLock(connection, statement, options), statement, options, transaction)
    }
  }

  #waitForLock(connection: Connection, statement: Statement, { signal }: ExecOptions): Promise<Result> {
    const { isBusy, timeout } = this.#options.dialect.lockWait!
    return withLockWait(
      () => {
        refuseAborted(signal, statement.text)
        return connection.execute(statement)
      },
      isBusy,
      timeout(this.#options.connection),
    )
  }

  #settle(
    pending: Promise<Result>,
    statement: Statement,
    options: ExecOptions,
    transaction: Transaction | null,
  ): Promise<Result> {
    return pending.then(
      (result) => {
        if (result.warnings !== undefined) this.#logWarnings(result.warnings, statement, options, transaction)
        return result
      },
      (error: unknown) => {
        throw this.#fault(error, statement, transaction)
      },
    )
  }

  #logWarnings(
    warnings: readonly string[],
    statement: Statement,
    options: ExecOptions,
    transaction: Transaction | null,
  ): void {
    const logging = options.logging === undefined ? this.#options.logging : options.logging
    if (logging === false) return
    for (const warning of warnings)
      log(logging, `Warning (${transaction?.id ?? 'default'}): ${warning}: ${statement.text}`, options)
  }

  /** The driver's error in the words of `errors/`. The transaction is told: some end it as a whole. */
  #fault(error: unknown, statement: Statement, transaction: Transaction | null): Error {
    const fault = this.#options.translate(error, statement)
    transaction?.noteFault(fault)
    return fault
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
      const result = await connection.execute(statement)
      if (result.warnings !== undefined) this.#logWarnings(result.warnings, statement, options, transaction)
      return result
    } catch (error) {
      if (this.#options.dialect.lockWait?.isBusy(error) !== true) throw this.#fault(error, statement, transaction)
      return await this.#settle(this.#waitForLock(connection, statement, options), statement, options, transaction)
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
    const params = statement.params.length > 0 && this.#showsParameters(options) ? logParams(statement.params) : ''
    return `${word} (${transaction?.id ?? 'default'}): ${statement.text}${params}`
  }

  #showsParameters(options: ExecOptions): boolean {
    return (options.logQueryParameters ?? this.#options.logQueryParameters) === true
  }
}

/** Where the connection cannot tell the keys that a statement generates, the statement asks for them. */
function withKeys(connection: Connection, statement: Statement, { table, rows, asking }: Generates): Statement {
  if (connection.tellsKeys?.(table, rows) === true) return statement
  const { params, origin } = statement
  return { text: asking, params, mode: 'rows', ...(origin && { origin }) }
}

export function databaseOf({ database, storage }: Readonly<Record<string, unknown>>): string | null {
  const name = database ?? storage
  return typeof name === 'string' ? name : null
}
