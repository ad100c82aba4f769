/** Sequelize's `sequelize.pool`: the pool that writes and the one that reads (the same one, where there is no difference). */
import type { Connection } from './driver.js'
import type { Lender } from './lease.js'

export class Pools {
  readonly write: Lender
  readonly read: Lender

  constructor(write: Lender, read: Lender) {
    this.write = write
    this.read = read
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

  getPool(type: 'read' | 'write'): Lender {
    return type === 'read' ? this.read : this.write
  }

  /** Borrows a connection; default: one that writes. */
  acquire(options: { readonly type?: 'read' | 'write'; readonly useMaster?: boolean } = {}): Promise<Connection> {
    return this.getPool(options.useMaster ? 'write' : (options.type ?? 'write')).acquire()
  }
  release(connection: Connection): void {
    this.#poolOf(connection).release(connection)
  }
  async destroy(connection: Connection): Promise<void> {
    await this.#poolOf(connection).destroy(connection)
  }
  async destroyAllNow(): Promise<void> {
    await Promise.all(this.#all().map((pool) => pool.destroyAllNow()))
  }
  async drain(): Promise<void> {
    await Promise.all(this.#all().map((pool) => pool.drain()))
  }

  #all(): readonly Lender[] {
    return this.read === this.write ? [this.write] : [this.write, this.read]
  }
  #sum(count: (pool: Lender) => number): number {
    return this.#all().reduce((sum, pool) => sum + count(pool), 0)
  }
  #poolOf(connection: Connection): Lender {
    return this.read.leaseOf(connection) ? this.read : this.write
  }
}
