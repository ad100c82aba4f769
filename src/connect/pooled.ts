/**
 * One statement on a connection of a pool: borrowed, sent, given back; sent elsewhere where it has done nothing. Part of `executor`, which
 * knows that the statement belongs to no transaction. Neighbours: `borrower`, `pool`, `runner`.
 */
import { ConnectionLostError, DeadlockError, ReadOnlyError, SerializationError } from '../errors/database.js'
import type { Borrower } from './borrower.js'
import type { Result, Statement } from './driver.js'
import type { ExecOptions, ExecutorHooks } from './executor-options.js'
import type { Lease, Lender } from './lease.js'
import { isAwake } from './lease.js'
import type { RecentWrites } from './recent-writes.js'
import type { Runner } from './runner.js'
import type { Servers } from './servers.js'
import { scopes } from './transaction.js'

type Kind = 'read' | 'write'

/** A statement that nothing was done for is sent again: to the next replica, the new primary, a new connection. */
const MOST_ATTEMPTS = 4

interface PooledOptions {
  readonly servers: Servers
  readonly borrower: Borrower
  readonly runner: Runner
  readonly recent: RecentWrites | null
  readonly hooks: ExecutorHooks | undefined
}

export class Pooled {
  readonly #options: PooledOptions

  constructor(options: PooledOptions) {
    this.#options = options
  }

  /** At once where a connection is free, which needs no promise but the driver's. */
  run(first: Lender, statement: Statement, kind: Kind, options: ExecOptions): Result | Promise<Result> {
    const mayShare = kind === 'read' && this.#options.servers.areShared && this.#mayShare(statement, options)
    const lease = this.#options.borrower.borrow(first, statement, options, mayShare)
    return lease instanceof Promise || !isAwake(lease)
      ? this.#runLater(lease, first, statement, kind, options, mayShare, 1)
      : this.#runOn(lease, statement, kind, options, mayShare, 1)
  }

  /**
   * Whether a read may be sent behind others, and others behind it. What waits for a lock, may be stopped, or is seen by hooks that may do
   * something with its connection, has the connection alone. So has what a transaction's callback asks for outside of it: those ahead may
   * wait for the transaction.
   */
  #mayShare({ isPlainRead, searchPath }: Statement, { signal }: ExecOptions): boolean {
    const { hooks } = this.#options
    return (
      isPlainRead === true &&
      searchPath === undefined &&
      signal === undefined &&
      hooks?.acquire?.isActive !== true &&
      hooks?.query?.isActive !== true &&
      !isHolding()
    )
  }

  /** The same with a connection that has to be waited for. */
  async #runLater(
    borrowed: Lease | Promise<Lease>,
    pool: Lender,
    statement: Statement,
    kind: Kind,
    options: ExecOptions,
    mayShare: boolean,
    attempt: number,
  ): Promise<Result> {
    const lease = await this.#options.borrower.awake(borrowed, pool, statement, options, mayShare)
    return await this.#runOn(lease, statement, kind, options, mayShare, attempt)
  }

  #runOn(
    lease: Lease,
    statement: Statement,
    kind: Kind,
    options: ExecOptions,
    mayShare: boolean,
    attempt: number,
  ): Result | Promise<Result> {
    lease.since = Date.now()
    let answer: Result | Promise<Result>
    try {
      answer = this.#options.runner.run(lease.connection, statement, options, null)
    } catch (error) {
      return this.#runElsewhere(error, lease, statement, kind, options, mayShare, attempt)
    }
    if (!(answer instanceof Promise)) return this.#giveBack(lease, kind, answer)
    const settled = answer.then(
      (result) => this.#giveBack(lease, kind, result),
      (error: unknown) => this.#runElsewhere(error, lease, statement, kind, options, mayShare, attempt),
    )
    return lease.line === null ? settled : lease.line.patiently(answer, settled)
  }

  #giveBack(lease: Lease, kind: Kind, result: Result): Result {
    if (kind === 'write') this.#options.recent?.note()
    lease.pool.give(lease)
    return result
  }

  /** After a failure: by another connection where that is of use, else the failure. */
  #runElsewhere(
    error: unknown,
    lease: Lease,
    statement: Statement,
    kind: Kind,
    options: ExecOptions,
    mayShare: boolean,
    attempt: number,
  ): Promise<Result> {
    const next = attempt < MOST_ATTEMPTS ? this.#elsewhere(error, kind, lease) : null
    lease.pool.give(lease)
    if (next === null) throw error
    const again = this.#options.borrower.borrow(next, statement, options, mayShare)
    return this.#runLater(again, next, statement, kind, options, mayShare, attempt + 1)
  }

  /** Where a statement that failed outside of a transaction can be run at once, since it has done nothing; null: nowhere. */
  #elsewhere(error: unknown, kind: Kind, lease: Lease): Lender | null {
    const { servers } = this.#options
    const { write, read } = servers
    const isReplica = lease.pool !== write && read !== write
    if (error instanceof ReadOnlyError) {
      // A function that writes, read from a replica.
      if (isReplica) return write
      servers.leavePrimary()
      return write
    }
    // A replica stops readers that are in the way of what it has to take over.
    if (error instanceof SerializationError || error instanceof DeadlockError) return isReplica ? write : null
    if (!(error instanceof ConnectionLostError)) return null
    // Others that are free are as old, or older. Of several that shared it, the first one says so.
    if (!lease.isSpent) lease.pool.renew()
    const wasIdle = lease.uses > 1
    if (kind === 'read') return isReplica || wasIdle ? (isReplica ? read : lease.pool) : null
    return wasIdle && error.isUndone ? write : null
  }
}

/** Whether the caller stands in a callback that has a connection: of a transaction, or of `withConnection`. */
function isHolding(): boolean {
  for (let scope = scopes.getStore(); scope; scope = scope.outer)
    if (scope.transaction === null ? scope.lease !== null : !scope.transaction.finished) return true
  return false
}
