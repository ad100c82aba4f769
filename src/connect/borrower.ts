/**
 * A connection of a pool, waited for if need be: with the hooks that want to see it, refused where the wait would never end, and awake.
 * Pools in, leases out. Neighbours: `pool` keeps the connections, `executor` runs what they are borrowed for.
 */
import { leadToCaller, QueryError } from '../errors/base.js'
import type { ExecOptions, ExecutorHooks } from './executor-options.js'
import type { Lease, Lender, Purpose } from './lease.js'
import { isAwake, purposeText } from './lease.js'
import { scopes } from './transaction.js'

const NOTHING: ExecOptions = Object.freeze({})

export class Borrower {
  readonly #hooks: ExecutorHooks['acquire']

  constructor(hooks: ExecutorHooks['acquire']) {
    this.#hooks = hooks
  }

  /** `mayShare`: see `Lender.borrow`. */
  borrow(pool: Lender, purpose: Purpose, options: ExecOptions = NOTHING, mayShare = false): Lease | Promise<Lease> {
    if (this.#hooks?.isActive === true) return this.#borrowObserved(this.#hooks, pool, purpose, options)
    const lease = pool.borrow(purpose, options.signal, () => refuseToWaitForMyself(pool, purpose), mayShare)
    return lease instanceof Promise ? awaited(lease) : lease
  }

  /** A borrowed connection; one that was idle for long is looked at once more when the news of its end, if there is any, has come in. */
  async awake(
    borrowed: Lease | Promise<Lease>,
    pool: Lender,
    purpose: Purpose,
    options: ExecOptions,
    mayShare = false,
  ): Promise<Lease> {
    for (let lease = await borrowed; ; lease = await this.borrow(pool, purpose, options, mayShare)) {
      if (isAwake(lease)) return lease
      await new Promise((resolve) => setImmediate(resolve))
      if (lease.connection.isOpen) return lease
      lease.pool.give(lease)
    }
  }

  async #borrowObserved(
    hooks: NonNullable<ExecutorHooks['acquire']>,
    pool: Lender,
    purpose: Purpose,
    options: ExecOptions,
  ): Promise<Lease> {
    await hooks.before(options)
    const lease = await pool.borrow(purpose, options.signal, () => refuseToWaitForMyself(pool, purpose))
    try {
      await hooks.after(lease.connection, options)
      return lease
    } catch (error) {
      lease.pool.give(lease)
      throw error
    }
  }
}

/** A connection fails by itself; the stack shall lead to who wanted it. */
async function awaited(waiting: Promise<Lease>): Promise<Lease> {
  try {
    return await waiting
  } catch (error) {
    throw leadToCaller(error)
  }
}

/** Whoever holds the only connection that writes cannot wait for it: that wait would end only with the hold. */
function refuseToWaitForMyself(pool: Lender, purpose: Purpose): void {
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
