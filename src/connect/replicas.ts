/**
 * The replicas of a primary as one pool: each read goes to the next one. A replica that does not answer is set aside and asked again in the
 * background, so that no caller waits for it; while none is left, the primary is read. Neighbours: `servers` makes it, `executor` borrows.
 */
import { QueryError } from '../errors/base.js'
import { AbortError, ConnectionAcquireTimeoutError, ConnectionError } from '../errors/database.js'
import type { Connection } from './driver.js'
import type { Lease, Lender, Purpose } from './lease.js'
import type { Pool } from './pool.js'

export interface Replica {
  readonly pool: Pool
  /** For messages: `127.0.0.1:5433`. */
  readonly label: string
  connect(): Promise<Connection>
  disconnect(connection: Connection): Promise<void>
}
interface Member extends Replica {
  /** Counts down to the next try while the replica is set aside. */
  timer: NodeJS.Timeout | null
  isAside: boolean
}

export interface ReplicasOptions {
  /** Milliseconds before a replica that did not answer is tried again. */
  readonly retryAfter: number
  /** Called when a replica is set aside. */
  onLost(label: string, error: Error): void
}

export class Replicas implements Lender {
  readonly #members: readonly Member[]
  readonly #primary: Lender
  readonly #options: ReplicasOptions
  #next = 0
  #isClosed = false

  constructor(replicas: readonly Replica[], primary: Lender, options: ReplicasOptions) {
    this.#members = replicas.map((replica) => ({ ...replica, timer: null, isAside: false }))
    this.#primary = primary
    this.#options = options
  }

  get size(): number {
    return this.#sum((pool) => pool.size)
  }
  get available(): number {
    return this.#sum((pool) => pool.available)
  }
  get using(): number {
    return this.#sum((pool) => pool.using)
  }
  get waiting(): number {
    return this.#sum((pool) => pool.waiting)
  }
  get maxSize(): number {
    return this.#sum((pool) => pool.maxSize)
  }
  get minSize(): number {
    return this.#sum((pool) => pool.minSize)
  }
  /** Labels of the replicas that do not answer. */
  get aside(): readonly string[] {
    return this.#members.filter(({ isAside }) => isAside).map(({ label }) => label)
  }

  borrow(purpose: Purpose, signal?: AbortSignal, onWait?: () => void, mayShare = false): Lease | Promise<Lease> {
    const member = this.#choose(mayShare)
    if (member === null) return this.#primary.borrow(purpose, signal, onWait, mayShare)
    return member.pool.take(purpose, mayShare) ?? this.#wait(member, purpose, signal, onWait, mayShare)
  }

  async #wait(
    first: Member,
    purpose: Purpose,
    signal: AbortSignal | undefined,
    onWait: (() => void) | undefined,
    mayShare: boolean,
  ): Promise<Lease> {
    for (let member: Member | null = first; member !== null; member = this.#choose(mayShare)) {
      const { pool } = member
      try {
        return await (member === first
          ? pool.wait(purpose, signal, mayShare)
          : pool.borrow(purpose, signal, undefined, mayShare))
      } catch (error) {
        if (!isUnreachable(error)) throw error
        this.#setAside(member, error)
      }
    }
    return await this.#primary.borrow(purpose, signal, onWait, mayShare)
  }

  /** The next replica that answers; one that has room before one where callers wait. Null: there is none. */
  #choose(mayShare: boolean): Member | null {
    const { length } = this.#members
    let chosen: Member | null = null
    for (let step = 0; step < length; step += 1) {
      const at = (this.#next + step) % length
      const member = this.#members[at]!
      if (member.isAside) continue
      const hasRoom = member.pool.hasRoom(mayShare)
      if (chosen !== null && !hasRoom) continue
      chosen = member
      if (!hasRoom) continue
      this.#next = (at + 1) % length
      return member
    }
    // All are busy: the next in turn, so that the lines grow evenly.
    this.#next = (this.#next + 1) % length
    return chosen
  }

  #setAside(member: Member, error: Error): void {
    if (member.isAside || this.#isClosed) return
    member.isAside = true
    member.pool.renew()
    member.pool.dismiss(error)
    this.#options.onLost(member.label, error)
    this.#tryLater(member)
  }

  #tryLater(member: Member): void {
    member.timer = setTimeout(() => void this.#try(member), this.#options.retryAfter)
    member.timer.unref()
  }

  async #try(member: Member): Promise<void> {
    try {
      const connection = await member.connect()
      if (this.#isClosed) return await member.disconnect(connection)
      member.isAside = false
      member.timer = null
      member.pool.add(connection)
    } catch {
      if (!this.#isClosed) this.#tryLater(member)
    }
  }

  /** Read without borrowing: only connections of one engine that answers at once can be. */
  peek(): null {
    return null
  }
  leaseOf(connection: Connection): Lease | undefined {
    for (const { pool } of this.#members) {
      const lease = pool.leaseOf(connection)
      if (lease !== undefined) return lease
    }
    return undefined
  }
  async acquire(): Promise<Connection> {
    const lease = await this.borrow('pool.acquire()')
    lease.since = Date.now()
    return lease.connection
  }
  release(connection: Connection): void {
    this.#poolOf(connection, 'release').release(connection)
  }
  async destroy(connection: Connection): Promise<void> {
    await this.#poolOf(connection, 'destroy').destroy(connection)
  }
  async destroyAllNow(): Promise<void> {
    await Promise.all(this.#members.map(({ pool }) => pool.destroyAllNow()))
  }
  async drain(): Promise<void> {
    this.#isClosed = true
    for (const { timer } of this.#members) if (timer !== null) clearTimeout(timer)
    await Promise.all(this.#members.map(({ pool }) => pool.drain()))
  }

  #poolOf(connection: Connection, method: string): Pool {
    const lease = this.leaseOf(connection)
    if (lease === undefined)
      throw new QueryError(
        `The connection given to ${method}() was not borrowed from this pool, or was given back before.`,
      )
    return lease.pool
  }
  #sum(count: (pool: Pool) => number): number {
    return this.#members.reduce((sum, { pool }) => sum + count(pool), 0)
  }
}

const isUnreachable = (error: unknown): error is Error =>
  error instanceof ConnectionError &&
  !(error instanceof ConnectionAcquireTimeoutError) &&
  !(error instanceof AbortError)
