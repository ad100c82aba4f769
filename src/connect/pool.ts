/**
 * A pool of connections: borrow and give back. A free connection is had at once, without a promise; otherwise the caller waits in line.
 * Neighbours: `executor` borrows through `take` and `give`; programs see the methods of Sequelize's pool (docs: other-topics/connection-pool).
 */
import { callerStack } from '../base/caller.js'
import { QueryError } from '../errors/base.js'
import { ConnectionAcquireTimeoutError, ConnectionError } from '../errors/database.js'
import { abortError, refuseAborted } from './abort.js'
import type { Connection } from './driver.js'
import type { Lease, Lender, Purpose } from './lease.js'
import { newLease, purposeText } from './lease.js'
import { Line, LOOK } from './line.js'
import type { PoolSettings } from './pool-settings.js'

/** Timers hold 31 bits. */
const LONGEST = 2 ** 31 - 1

interface Waiter {
  readonly resolve: (lease: Lease) => void
  readonly reject: (error: unknown) => void
  readonly mayShare: boolean
  /** `Date.now()` at which it gives up. */
  readonly deadline: number
  /** No longer listens to the caller's signal. */
  readonly unlisten: (() => void) | null
}

export interface PoolSource {
  /** `write` or `read`: for messages. */
  readonly name: string
  connect(): Connection | Promise<Connection>
  disconnect(connection: Connection): void | Promise<void>
}

export class Pool implements Lender {
  readonly #source: PoolSource
  readonly #settings: PoolSettings
  /** Free connections; the last one given back is the next to go, so that those in excess grow old. */
  readonly #free: Lease[] = []
  readonly #lent = new Map<Connection, Lease>()
  /** Those of them that reads share. */
  readonly #shared = new Set<Lease>()
  readonly #waiting = new Set<Waiter>()
  /** Runs while callers wait. */
  #patience: NodeJS.Timeout | null = null
  #connecting = 0
  #evictor: NodeJS.Timeout | null = null
  /** Looks at lines, while there are any. */
  #watcher: NodeJS.Timeout | null = null
  #isDraining = false
  #whenQuiet: (() => void)[] = []

  constructor(source: PoolSource, settings: PoolSettings) {
    this.#source = source
    this.#settings = settings
  }

  /** Connections that are there or about to be. */
  get size(): number {
    return this.#free.length + this.#lent.size + this.#connecting
  }
  get available(): number {
    return this.#free.length
  }
  get using(): number {
    return this.#lent.size
  }
  /** Callers that wait. */
  get waiting(): number {
    return this.#waiting.size
  }
  get maxSize(): number {
    return this.#settings.max
  }
  get minSize(): number {
    return this.#settings.min
  }

  /** A connection that is free now, one that can be opened without waiting, or, with `mayShare`, a place behind other reads; else null. */
  take(purpose: Purpose, mayShare = false): Lease | null {
    this.#refuseWhenClosed()
    for (let lease = this.#free.pop(); lease !== undefined; lease = this.#free.pop()) {
      if (this.#isSound(lease)) return this.#lend(lease, purpose, this.#stackNow(), mayShare)
      this.#discard(lease)
    }
    if (this.#waiting.size > 0) return null
    if (this.size >= this.#settings.max) return mayShare ? this.#join(purpose) : null
    const connection = this.#source.connect()
    if (connection instanceof Promise) {
      this.#open(connection)
      return null
    }
    return this.#lend(newLease(connection, this), purpose, this.#stackNow(), mayShare)
  }

  /** Whether nobody would wait: for a connection, or with `mayShare` for a place behind others. */
  hasRoom(mayShare: boolean): boolean {
    if (this.#free.length > 0 || this.size < this.#settings.max) return true
    return mayShare && this.#waiting.size === 0 && this.#shortest() !== null
  }

  /**
   * A free connection whose driver answers at once, for one statement that is over before anybody else can ask: it is not lent, and
   * need not be given back.
   */
  peek(): Connection | null {
    const lease = this.#free[this.#free.length - 1]
    if (lease === undefined || this.#isDraining) return null
    const { connection } = lease
    const { validate, maxUses } = this.#settings
    if (connection.isSynchronous !== true || lease.uses >= maxUses || !validate(connection)) return null
    lease.uses += 1
    lease.idleRounds = 0
    return connection
  }

  borrow(purpose: Purpose, signal?: AbortSignal, onWait?: () => void, mayShare = false): Lease | Promise<Lease> {
    const lease = this.take(purpose, mayShare)
    if (lease !== null) return lease
    onWait?.()
    return this.wait(purpose, signal, mayShare)
  }

  /** Waits in line. Rejects with `ConnectionAcquireTimeoutError` after `acquire` milliseconds, with `AbortError` when the signal is aborted. */
  wait(purpose: Purpose, signal?: AbortSignal, mayShare = false): Promise<Lease> {
    const { acquire } = this.#settings
    const stack = this.#stackNow()
    return new Promise((resolve, reject) => {
      refuseAborted(signal, purposeText(purpose))
      const abort = (): void => {
        this.#leave(waiter)
        reject(abortError(signal!, purposeText(purpose)))
        this.#checkQuiet()
      }
      const waiter: Waiter = {
        resolve: (lease) => {
          if (lease.line === null) this.#lend(lease, purpose, stack, mayShare)
          else this.#ride(lease, lease.line, purpose, stack)
          resolve(lease)
        },
        reject,
        mayShare,
        deadline: Date.now() + acquire,
        unlisten: signal === undefined ? null : () => signal.removeEventListener('abort', abort),
      }
      signal?.addEventListener('abort', abort, { once: true })
      this.#waiting.add(waiter)
      if (this.#patience === null && Number.isFinite(acquire)) this.#startPatience(acquire)
      this.#grow()
    })
  }

  give(lease: Lease): void {
    // A second give of the same lease, or one after destroyAllNow.
    if (this.#lent.get(lease.connection) !== lease) return
    if (lease.line !== null && !this.#isLastOf(lease, lease.line)) return
    const { maxUses } = this.#settings
    const isLast = this.#isDraining && this.#waiting.size === 0
    if (isLast || lease.isSpent || lease.uses >= maxUses || !lease.connection.isOpen) {
      this.#lent.delete(lease.connection)
      this.#discard(lease)
      this.#grow()
    } else if (this.#waiting.size > 0) this.#serve(lease)
    else {
      this.#lent.delete(lease.connection)
      lease.idleRounds = 0
      this.#free.push(lease)
      if (this.#evictor === null) this.#startEvictor()
    }
    this.#checkQuiet()
  }

  /** Borrows a connection; to be given back by `release`. Sequelize: `pool.acquire`. */
  async acquire(): Promise<Connection> {
    const purpose = 'pool.acquire()'
    const lease = await this.borrow(purpose)
    lease.since = Date.now()
    return lease.connection
  }

  release(connection: Connection): void {
    const lease = this.#lent.get(connection)
    if (!lease)
      throw new QueryError(
        'The connection given to release() was not borrowed from this pool, or was given back before.',
      )
    this.give(lease)
  }

  /** Closes a borrowed connection instead of giving it back. */
  async destroy(connection: Connection): Promise<void> {
    const lease = this.#lent.get(connection)
    if (!lease)
      throw new QueryError(
        'The connection given to destroy() was not borrowed from this pool, or was given back before.',
      )
    lease.isSpent = true
    this.give(lease)
  }

  /** Puts a connection that was opened elsewhere among the free ones. */
  add(connection: Connection): void {
    this.#serve(newLease(connection, this))
  }

  /** No connection that is open now is lent again: those that are free are closed at once, the others when they come back. */
  renew(): void {
    for (const lease of this.#free.splice(0)) this.#discard(lease)
    for (const lease of this.#lent.values()) lease.isSpent = true
  }

  /** Sends everybody away who waits, with this error. */
  dismiss(error: Error): void {
    for (const waiter of [...this.#waiting]) {
      this.#leave(waiter)
      waiter.reject(error)
    }
    this.#checkQuiet()
  }

  /** The lease of a connection that is lent. */
  leaseOf(connection: Connection): Lease | undefined {
    return this.#lent.get(connection)
  }

  /** Closes what is free, at once. */
  async destroyAllNow(): Promise<void> {
    const leases = this.#free.splice(0)
    this.#stopEvictor()
    await Promise.all(leases.map((lease) => this.#source.disconnect(lease.connection)))
  }

  /** From now on nobody gets a connection. Resolves when those who waited are served and everything is back, at the latest after `acquire`. */
  async drain(): Promise<void> {
    this.#isDraining = true
    if (this.#isQuiet()) return
    await new Promise<void>((resolve) => {
      const timer = Number.isFinite(this.#settings.acquire) ? setTimeout(resolve, this.#settings.acquire) : undefined
      this.#whenQuiet.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #isSound({ uses, connection }: Lease): boolean {
    const { validate, maxUses } = this.#settings
    return uses < maxUses && validate(connection)
  }

  #lend(lease: Lease, purpose: Purpose, stack: string | null, mayShare: boolean): Lease {
    lease.uses += 1
    lease.stack = stack
    lease.purpose = purpose
    lease.since = 0
    this.#lent.set(lease.connection, lease)
    const { pipelining, acquire } = this.#settings
    if (mayShare && pipelining > 1) {
      lease.line = new Line(acquire, () => this.describe())
      this.#shared.add(lease)
      this.#watcher ??= this.#watch()
    }
    return lease
  }

  // ---------------------------------------------------------------- shared by reads

  #join(purpose: Purpose): Lease | null {
    const lease = this.#shortest()
    return lease === null ? null : this.#ride(lease, lease.line!, purpose, this.#stackNow())
  }

  #ride(lease: Lease, line: Line, purpose: Purpose, stack: string | null): Lease {
    line.riders += 1
    lease.uses += 1
    // Whoever came last is the last to go.
    lease.stack = stack
    lease.purpose = purpose
    return lease
  }

  #watch(): NodeJS.Timeout {
    const watcher = setInterval(() => {
      for (const lease of this.#shared) lease.line!.look()
      if (this.#shared.size > 0) return
      clearInterval(watcher)
      this.#watcher = null
    }, LOOK)
    return watcher.unref()
  }

  #shortest(): Lease | null {
    let found: Lease | null = null
    let least = Infinity
    for (const lease of this.#shared) {
      const { riders } = lease.line!
      if (riders >= least || !this.#isOpenTo(lease, lease.line!)) continue
      found = lease
      least = riders
    }
    return found
  }

  /** A cancellation that comes late could hit any of the riders: then the connection does not pipeline. */
  #isOpenTo(lease: Lease, line: Line): boolean {
    return (
      line.riders < this.#settings.pipelining &&
      !lease.isSpent &&
      lease.connection.pipelines === true &&
      !line.isStalled &&
      this.#isSound(lease)
    )
  }

  /** A rider has its answer. */
  #isLastOf(lease: Lease, line: Line): boolean {
    line.leave()
    if (line.riders > 0) {
      this.#fill(lease, line)
      return false
    }
    lease.line = null
    this.#shared.delete(lease)
    return true
  }

  /** Those who wait may come behind, in turn: whoever wants a connection alone keeps the others from it until it has one. */
  #fill(lease: Lease, line: Line): void {
    for (const waiter of this.#waiting) {
      if (!waiter.mayShare || !this.#isOpenTo(lease, line)) return
      this.#leave(waiter)
      waiter.resolve(lease)
    }
  }

  #stackNow(): string | null {
    return this.#settings.holderStacks ? callerStack() : null
  }

  /** Opens connections for those who wait, as far as there is room. */
  #grow(): void {
    while (this.#waiting.size > this.#connecting && this.size < this.#settings.max) {
      try {
        const connection = this.#source.connect()
        if (connection instanceof Promise) this.#open(connection)
        else this.#serve(newLease(connection, this))
      } catch (error) {
        this.#fail(error)
      }
    }
  }

  #open(connecting: Promise<Connection>): void {
    this.#connecting += 1
    connecting.then(
      (connection) => {
        this.#connecting -= 1
        this.#serve(newLease(connection, this))
        // It may have come when nobody waited for it any more, but for the end.
        this.#checkQuiet()
      },
      (error: unknown) => {
        this.#connecting -= 1
        this.#fail(error)
      },
    )
  }

  /** Hands a connection to the first who waits, else keeps it. */
  #serve(lease: Lease): void {
    const [waiter] = this.#waiting
    this.#lent.delete(lease.connection)
    if (!waiter) {
      lease.idleRounds = 0
      this.#free.push(lease)
      this.#startEvictor()
      return
    }
    this.#leave(waiter)
    waiter.resolve(lease)
    if (lease.line !== null) this.#fill(lease, lease.line)
  }

  #fail(error: unknown): void {
    const [waiter] = this.#waiting
    if (waiter) {
      this.#leave(waiter)
      waiter.reject(error)
      // The others wait for connections of their own, which may be had.
      this.#grow()
    }
    this.#checkQuiet()
  }

  #leave(waiter: Waiter): void {
    this.#waiting.delete(waiter)
    waiter.unlisten?.()
    if (this.#waiting.size > 0 || this.#patience === null) return
    clearTimeout(this.#patience)
    this.#patience = null
  }

  /** One timer for all: who came first gives up first. Not unref'ed: a program that waits for nothing else must be told, not ended. */
  #startPatience(milliseconds: number): void {
    this.#patience = setTimeout(
      () => {
        this.#patience = null
        // Timers count from the beginning of their turn, which may be a moment earlier.
        const now = Date.now() + 1
        for (const waiter of this.#waiting) {
          if (waiter.deadline > now) break
          this.#giveUp(waiter)
        }
        const [next] = this.#waiting
        if (next !== undefined) this.#startPatience(next.deadline - now + 1)
      },
      Math.min(milliseconds, LONGEST),
    )
  }

  #giveUp(waiter: Waiter): void {
    this.#leave(waiter)
    waiter.reject(
      new ConnectionAcquireTimeoutError(
        `No ${this.#source.name} connection became free within ${this.#settings.acquire} ms (pool.acquire). ${this.describe()}`,
      ),
    )
    this.#checkQuiet()
  }

  /** Who holds the connections, what for and for how long. */
  describe(): string {
    const now = Date.now()
    const holders = [...this.#lent.values()].map((lease) => {
      const riders = lease.line?.riders ?? 1
      const ahead = riders > 1 ? `, behind ${riders - 1} other read${riders > 2 ? 's' : ''}` : ''
      return `connection ${lease.connection.id}: ${purposeText(lease.purpose)}${ahead}${lease.since > 0 ? `, for ${Math.round(now - lease.since)} ms` : ''}${lease.stack === null ? '' : `, asked for\n${lease.stack}\n`}`
    })
    const others = this.#waiting.size > 0 ? ` ${this.#waiting.size} more wait.` : ''
    return holders.length === 0
      ? `Connecting takes that long.${others}`
      : `Of ${this.#settings.max} connections, ${holders.length} ${holders.length === 1 ? 'is' : 'are'} in use: ${holders.join('; ')}.${others}`
  }

  #discard(lease: Lease): void {
    // Nobody waits for the end of a connection that is given up; its errors concern nobody.
    Promise.resolve(this.#source.disconnect(lease.connection)).catch(() => {})
  }

  // Idle connections are counted in rounds of the evictor, so that giving back needs no clock.
  #startEvictor(): void {
    const { evict, idle, min } = this.#settings
    if (this.#evictor !== null || !Number.isFinite(idle) || !Number.isFinite(evict) || this.size <= min) return
    this.#evictor = setInterval(() => this.#evict(), Math.max(evict, 1))
    this.#evictor.unref()
  }
  #stopEvictor(): void {
    if (this.#evictor !== null) clearInterval(this.#evictor)
    this.#evictor = null
  }
  #evict(): void {
    const { evict, idle, min } = this.#settings
    const rounds = Math.max(1, Math.ceil(idle / Math.max(evict, 1)))
    for (const lease of [...this.#free]) {
      lease.idleRounds += 1
      if (lease.idleRounds < rounds || this.size <= min) continue
      this.#free.splice(this.#free.indexOf(lease), 1)
      this.#discard(lease)
    }
    if (this.#free.length === 0 || this.size <= min) this.#stopEvictor()
  }

  #refuseWhenClosed(): void {
    if (this.#isDraining)
      throw new ConnectionError(
        'The connections were closed (sequelize.close()). Make a new Sequelize instance to go on.',
      )
  }

  #isQuiet(): boolean {
    return this.#lent.size === 0 && this.#waiting.size === 0 && this.#connecting === 0
  }
  #checkQuiet(): void {
    if (!this.#isDraining || !this.#isQuiet()) return
    const listeners = this.#whenQuiet
    this.#whenQuiet = []
    for (const listener of listeners) listener()
  }
}
