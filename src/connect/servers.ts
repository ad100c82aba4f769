/**
 * Which servers (or files) there are, and the pools on them: one that does everything, SQLite's writer and readers, or a primary and its
 * replicas. Of several servers that may be the primary, the one that takes writes is. Part of `executor`.
 */
import type { Dialect } from '../dialect/dialect.js'
import { UnsupportedFeatureError } from '../errors/base.js'
import { ConnectionError } from '../errors/database.js'
import type { Connection } from './driver.js'
import type { PoolPlan } from './executor-options.js'
import type { Lender } from './lease.js'
import type { Opener } from './opener.js'
import { Pool } from './pool.js'
import type { PoolSettings } from './pool-settings.js'
import { Replicas } from './replicas.js'

type ConnectionOptions = Readonly<Record<string, unknown>>

/** A primary and its replicas, each with the options of its connections. */
export interface Replication {
  /** Servers that may be the primary, the likeliest first. At least one. */
  readonly write: readonly ConnectionOptions[]
  readonly read: readonly ConnectionOptions[]
  /** Milliseconds after a write in which reads of the same asynchronous context go to the primary. 0: never. */
  readonly readYourWrites: number
  /** Milliseconds before a replica that did not answer is tried again. */
  readonly retryAfter: number
}

export interface ServersOptions {
  readonly dialect: Dialect
  readonly connection: ConnectionOptions
  readonly pool: PoolSettings
  readonly replication: Replication | null
  readonly opener: Opener
  onReplicaLost(label: string, error: Error): void
}

export class Servers {
  readonly plan: PoolPlan
  readonly write: Lender & Pool
  readonly read: Lender
  /** Plain reads may be on one connection at once (`pool.pipelining`). */
  readonly areShared: boolean
  /** The only connection, where the plan is `shared`. */
  shared: Connection | null = null
  readonly #options: ServersOptions
  readonly #candidates: readonly ConnectionOptions[]
  /** Which candidate was the primary when it was last looked for. */
  #primary = 0

  constructor(options: ServersOptions) {
    const { dialect, connection, pool, replication } = options
    this.#options = options
    this.plan = dialect.poolPlan?.(connection) ?? 'pooled'
    if (replication !== null && this.plan !== 'pooled')
      throw new UnsupportedFeatureError(
        `The option replication is not available on ${dialect.name}: its database is a file or in memory, not a server with replicas. A file is read through connections of its own already (pool.read). Leave the option out.`,
      )
    this.areShared = pool.pipelining > 1
    if (this.areShared) refusePipelining(dialect, connection)
    this.#candidates = replication?.write ?? [connection]
    this.write = new Pool(
      this.#source('write', () => this.#connectPrimary()),
      this.#settingsOfWriter(pool),
    )
    if (this.plan === 'single-writer')
      this.read = new Pool(
        this.#source('read', () => this.#connect(connection, 'read')),
        pool,
      )
    else if (replication === null || replication.read.length === 0) this.read = this.write
    else this.read = this.#replicas(replication)
  }

  /** The write pool's connections lead to a server that takes no writes (any more): the next one is looked for anew. */
  leavePrimary(): void {
    this.write.renew()
  }

  #settingsOfWriter(pool: PoolSettings): PoolSettings {
    // The database is the connection: it must live as long as the program wants it.
    if (this.plan === 'shared' || this.plan === 'single')
      return {
        ...pool,
        max: 1,
        min: 1,
        idle: Infinity,
        maxUses: Infinity,
        validate: (given) => given.isOpen,
      }
    return this.plan === 'single-writer' ? { ...pool, max: 1, min: Math.min(pool.min, 1) } : pool
  }

  #source(name: string, connect: () => Connection | Promise<Connection>) {
    return { name, connect, disconnect: (connection: Connection) => this.#disconnect(connection) }
  }

  #replicas({ read, retryAfter }: Replication): Replicas {
    const { opener, pool, onReplicaLost } = this.#options
    const replicas = read.map((options) => {
      const connect = async (): Promise<Connection> => await this.#connect(options, 'read')
      const disconnect = (connection: Connection): Promise<void> => opener.disconnect(connection)
      const label = labelOf(options)
      return { pool: new Pool({ name: `read (${label})`, connect, disconnect }, pool), label, connect, disconnect }
    })
    return new Replicas(replicas, this.write, { retryAfter, onLost: onReplicaLost })
  }

  #connect(options: ConnectionOptions, role: 'read' | 'write'): Connection | Promise<Connection> {
    const connected = this.#options.opener.connect(options, role)
    return this.areShared ? this.#connectPipelining(connected) : connected
  }

  /** Whether a client can is known once it is there: programs may bring their own (`driver: module`). */
  async #connectPipelining(connected: Connection | Promise<Connection>): Promise<Connection> {
    const connection = await connected
    if (connection.pipelines === true) return connection
    await this.#options.opener.disconnect(connection)
    throw new UnsupportedFeatureError(
      'The option pool.pipelining needs a client that sends statements without waiting for the answers before them, and the one of this connection does not: use pg 8.23 or newer, or leave the option out.',
    )
  }

  #connectPrimary(): Connection | Promise<Connection> {
    if (this.#candidates.length > 1) return this.#findPrimary()
    const connected = this.#connect(this.#candidates[0]!, 'write')
    if (this.plan !== 'shared') return connected
    return connected instanceof Promise
      ? connected.then((connection) => this.#share(connection))
      : this.#share(connected)
  }

  #share(connection: Connection): Connection {
    this.shared = connection
    return connection
  }

  /** Asks each candidate in turn, beginning with the primary of the last time. */
  async #findPrimary(): Promise<Connection> {
    const { opener } = this.#options
    const first = this.#primary
    const findings: string[] = []
    let cause: unknown
    for (let step = 0; step < this.#candidates.length; step += 1) {
      const at = (first + step) % this.#candidates.length
      const options = this.#candidates[at]!
      try {
        const connection = await this.#connect(options, 'write')
        if (!(await this.#isReadOnly(connection))) {
          this.#primary = at
          return connection
        }
        findings.push(`${labelOf(options)} takes no writes`)
        await opener.disconnect(connection)
      } catch (error) {
        cause = error
        findings.push(`${labelOf(options)}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    throw new ConnectionError(`None of the servers in replication.write is a primary now: ${findings.join('; ')}.`, {
      cause,
    })
  }

  async #isReadOnly(connection: Connection): Promise<boolean> {
    const { readOnlyQuery } = this.#options.dialect
    if (readOnlyQuery === undefined) return false
    try {
      const { rows } = await connection.execute({ text: readOnlyQuery, params: [], mode: 'rows' })
      return /^(?:1|on|t|true)$/i.test(String(rows[0]?.[0]))
    } catch (error) {
      await connection.close()
      throw error
    }
  }

  async #disconnect(connection: Connection): Promise<void> {
    if (this.shared === connection) this.shared = null
    await this.#options.opener.disconnect(connection)
  }
}

function refusePipelining(dialect: Dialect, connection: ConnectionOptions): void {
  const reason =
    dialect.traits.pipelines !== true
      ? `its connections wait for each answer`
      : (dialect.refusesPipelining?.(connection) ?? null)
  if (reason !== null)
    throw new UnsupportedFeatureError(
      `The option pool.pipelining is not available on ${dialect.name} here: ${reason}. Leave the option out.`,
    )
}

/** For messages: where a server is, without its password. */
function labelOf({ host, port, database }: ConnectionOptions): string {
  if (host === undefined && port === undefined) return String(database ?? 'the default server')
  return `${String(host ?? 'localhost')}${port === undefined ? '' : `:${String(port)}`}`
}
