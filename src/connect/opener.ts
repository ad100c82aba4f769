/** Opens and closes connections: the hooks around it, the driver, and the session as the dialect wants it. The pools of `executor` call here. */
import type { Dialect } from '../dialect/dialect.js'
import type { Connection } from './driver.js'
import type { ExecutorHooks } from './executor-options.js'
import { databaseOf } from './runner.js'
import { connectChannel, traced } from './tracing.js'

export interface OpenerOptions {
  readonly dialect: Dialect
  readonly hooks: ExecutorHooks | undefined
  /** The driver's error in the words of `errors/`. */
  translate(error: unknown): Error
}

export class Opener {
  readonly #options: OpenerOptions

  constructor(options: OpenerOptions) {
    this.#options = options
  }

  /** A connection that is ready for use, at once where the driver is synchronous and no hook waits. Throws `ConnectionError`s. */
  connect(given: Readonly<Record<string, unknown>>, role: 'read' | 'write'): Connection | Promise<Connection> {
    if (!connectChannel.hasSubscribers) return this.#connect(given, role)
    const { host, port } = given
    return traced(
      connectChannel,
      {
        dialect: this.#options.dialect.name,
        database: databaseOf(given),
        host: typeof host === 'string' ? host : null,
        port: port === undefined || port === null ? null : Number(port),
        role,
      },
      () => this.#connect(given, role),
      (context, connection) => {
        context.connection = connection.id
      },
    )
  }

  #connect(given: Readonly<Record<string, unknown>>, role: 'read' | 'write'): Connection | Promise<Connection> {
    const draft = { ...given }
    const before = this.#options.hooks?.beforeConnect?.(draft)
    const connected = before instanceof Promise ? before.then(() => this.#open(draft)) : this.#open(draft)
    if (connected instanceof Promise) return connected.then((connection) => this.#prepare(connection, draft, role))
    return this.#prepare(connected, draft, role)
  }

  async disconnect(connection: Connection): Promise<void> {
    const { hooks } = this.#options
    await hooks?.beforeDisconnect?.(connection)
    await connection.close()
    await hooks?.afterDisconnect?.(connection)
  }

  #open(options: Readonly<Record<string, unknown>>): Connection | Promise<Connection> {
    const { dialect, translate } = this.#options
    try {
      const connection = dialect.driver.connect(options)
      return connection instanceof Promise
        ? connection.catch((error: unknown) => Promise.reject(translate(error)))
        : connection
    } catch (error) {
      throw translate(error)
    }
  }

  #prepare(
    connection: Connection,
    options: Readonly<Record<string, unknown>>,
    role: 'read' | 'write',
  ): Connection | Promise<Connection> {
    const { dialect, hooks, translate } = this.#options
    const after = (): void | Promise<void> => hooks?.afterConnect?.(connection, options)
    try {
      const prepared = dialect.prepareConnection(connection, options, role)
      const told = prepared instanceof Promise ? prepared.then(after) : after()
      if (!(told instanceof Promise)) return connection
      return told.then(
        () => connection,
        async (error: unknown) => {
          await connection.close()
          throw translate(error)
        },
      )
    } catch (error) {
      void connection.close()
      throw translate(error)
    }
  }
}
