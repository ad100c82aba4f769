/**
 * What a pool lends: a connection, with what it is used for, to be given back. Neighbours: `pool` and `replicas` lend, `borrower` and
 * `pooled` borrow.
 */
import type { Connection, Statement } from './driver.js'
import type { Line } from './line.js'
import type { Pool } from './pool.js'

/** What a connection is used for, for the error of those who wait in vain. */
export type Purpose = string | Statement | { describe(): string }
export function purposeText(purpose: Purpose): string {
  if (typeof purpose === 'string') return purpose
  if ('describe' in purpose) return purpose.describe()
  const { text, origin } = purpose
  return `${origin === undefined ? '' : `${origin.model}: `}${text.slice(0, 200)}`
}

/** A connection while somebody has it. */
export interface Lease {
  readonly connection: Connection
  readonly pool: Pool
  purpose: Purpose
  /** When it was lent (`Date.now`); 0: a moment ago. */
  since: number
  uses: number
  /** Evictions that it has been idle for. */
  idleRounds: number
  /** Goes with the connection: not to be lent again. */
  isSpent: boolean
  /** Reads that share the connection; null: one caller has it alone. */
  line: Line | null
  /** Where it was asked for, with `holderStacks`. */
  stack: string | null
}

export const newLease = (connection: Connection, pool: Pool): Lease => ({
  connection,
  pool,
  purpose: '',
  since: 0,
  uses: 0,
  idleRounds: 0,
  isSpent: false,
  line: null,
  stack: null,
})

/** News of its end, if there is any, has come in. */
export const isAwake = ({ idleRounds, connection }: Lease): boolean =>
  idleRounds === 0 || connection.isSynchronous === true

/** A pool, or several that act as one. */
export interface Lender {
  readonly size: number
  readonly available: number
  readonly using: number
  readonly waiting: number
  readonly maxSize: number
  readonly minSize: number
  /**
   * A connection, at once where one is free. `onWait` is called before waiting and may refuse it by throwing. `mayShare`: for one read that
   * may be sent behind others, and others behind it.
   */
  borrow(purpose: Purpose, signal?: AbortSignal, onWait?: () => void, mayShare?: boolean): Lease | Promise<Lease>
  peek(): Connection | null
  leaseOf(connection: Connection): Lease | undefined
  acquire(): Promise<Connection>
  release(connection: Connection): void
  destroy(connection: Connection): Promise<void>
  destroyAllNow(): Promise<void>
  drain(): Promise<void>
}
