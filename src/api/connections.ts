/**
 * The way of a Sequelize instance to its database: executor, runtime and warnings made of the settings, hooks of connections and queries
 * bound to the instance's, and `queryRaw` as the door that every statement passes when a program has wrapped it.
 */
import type { Strategy } from '../base/options.js'
import type { Connection, Result, Statement } from '../connect/driver.js'
import type { ExecOptions } from '../connect/executor.js'
import { Executor } from '../connect/executor.js'
import type { Pools } from '../connect/pools.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError, UnsupportedFeatureError } from '../errors/index.js'
import type { Hooks } from '../model/hooks.js'
import type { RawOptions } from './raw-query.js'
import { queryRaw } from './raw-query.js'
import type { SequelizeSettings } from './sequelize-options.js'

export interface Connections {
  readonly runtime: Runtime
  readonly pools: Pools
  readonly manager: ConnectionManager
  readonly isClosed: boolean
  close(): Promise<void>
  /** `sequelize.queryRaw`'s own code. */
  queryRaw(sql: unknown, options?: object): Promise<unknown>
}
/** v6's `sequelize.connectionManager`. */
export interface ConnectionManager {
  readonly pool: Pools
  getConnection(options?: { readonly type?: 'read' | 'write'; readonly useMaster?: boolean }): Promise<Connection>
  releaseConnection(connection: Connection): void
  close(): Promise<void>
}

/** The owner's public method, looked up each time: it may be wrapped later. */
export interface Door {
  queryRaw(sql: string, options: object): Promise<unknown>
}

/** What the door's statement carries through the public method. */
const CARRIED: unique symbol = Symbol('statement')
interface Carried {
  readonly statement: Statement
  readonly kind: 'read' | 'write'
  readonly options: ExecOptions
  readonly send: () => Promise<Result>
}

export function openConnections(owner: Door, settings: SequelizeSettings, hooks: Hooks): Connections {
  const { dialect, options, connection } = settings
  const runHook = (name: string, ...args: readonly unknown[]): Promise<void> | undefined =>
    hooks.has(name) ? hooks.runAsync(name, ...args) : undefined
  const warn = warner(settings)
  const executor = new Executor({
    dialect,
    connection,
    pool: options.pool as never,
    logging: settings.logging,
    benchmark: options.benchmark as boolean,
    logQueryParameters: options.logQueryParameters as boolean,
    isolationLevel: options.isolationLevel as never,
    transactionType: options.transactionType as never,
    nestMode: options.defaultTransactionNestMode as never,
    ambient: options.disableClsTransactions !== true,
    retry: options.retry as never,
    replication: settings.replication,
    useMaster: (options.query as { readonly useMaster?: boolean }).useMaster,
    onReplicaLost: (label, error) =>
      warn(
        'MORTISE_W_REPLICA_LOST',
        label,
        `The replica ${label} does not answer (${error.message}). It is left out, and tried again in the background.`,
      ),
    searchPaths: options.prependSearchPath !== false,
    hooks: {
      query: {
        get isActive() {
          return hooks.has('beforeQuery') || hooks.has('afterQuery')
        },
        before: (given, query) => runHook('beforeQuery', given, query),
        after: (given, query) => runHook('afterQuery', given, query),
      },
      acquire: {
        get isActive() {
          return hooks.has('beforePoolAcquire') || hooks.has('afterPoolAcquire')
        },
        before: (given) => runHook('beforePoolAcquire', given),
        after: (connection, given) => runHook('afterPoolAcquire', connection, given),
      },
      beforeConnect: (config) => runHook('beforeConnect', config),
      afterConnect: (opened, config) => runHook('afterConnect', opened, config),
      beforeDisconnect: (closing) => runHook('beforeDisconnect', closing),
      afterDisconnect: (closed) => runHook('afterDisconnect', closed),
    },
  })
  const runtime: Runtime = Object.freeze({
    dialect,
    executor,
    options: Object.freeze({
      nullJsonStringification: options.nullJsonStringification as 'json',
      omitNull: options.omitNull as boolean,
      noTypeValidation: options.noTypeValidation as boolean,
      timezone: options.timezone as string,
      defaultTimestampPrecision: options.defaultTimestampPrecision as number | null,
      minifyAliases: options.minifyAliases as boolean,
      strategy: (options.strategy ?? null) as Strategy | null,
    }),
    plans: { hits: 0, misses: 0 },
    isProduction: process.env.NODE_ENV === 'production',
    warn,
  })

  const door = async (
    statement: Statement,
    kind: 'read' | 'write',
    given: ExecOptions,
    send: () => Promise<Result>,
  ): Promise<Result> => {
    const carried: Carried = { statement, kind, options: given, send }
    const result = await owner.queryRaw(statement.text, {
      ...given,
      type: typeOf(statement.text, kind),
      bind: statement.params,
      [CARRIED]: carried,
    })
    if (typeof result === 'object' && result !== null && 'columns' in result) return result as Result
    throw new QueryError(
      'sequelize.queryRaw is wrapped by a function that does not return what the original returned. Let it return that result.',
    )
  }
  Object.defineProperty(executor, 'door', { get: () => (owner.queryRaw === original.queryRaw ? null : door) })

  const severalAllowed = settings.connection.multipleStatements === true || settings.options.multipleStatements === true
  const withStatements = (given: RawOptions | undefined): RawOptions | undefined => {
    if (severalAllowed) return given?.multipleStatements === undefined ? { ...given, multipleStatements: true } : given
    if (given?.multipleStatements === true && settings.dialect.connectionOptions.includes('multipleStatements'))
      throw new UnsupportedFeatureError(
        `The option multipleStatements is one of the connection on ${settings.dialect.name}: give it to new Sequelize().`,
      )
    return given
  }

  return {
    runtime,
    pools: executor.pool,
    get isClosed() {
      return executor.isClosed
    },
    close: () => executor.close(),
    manager: {
      pool: executor.pool,
      getConnection: (wanted) => executor.pool.acquire(wanted),
      releaseConnection: (given) => executor.pool.release(given),
      close: () => executor.close(),
    },
    async queryRaw(sql, given) {
      const carried = (given as { readonly [CARRIED]?: Carried } | undefined)?.[CARRIED]
      if (!carried) return queryRaw(runtime, sql, withStatements(given as RawOptions | undefined))
      // Somebody wrapped the method: the statement is one of Mortise's own on its way out, its text perhaps changed by a comment.
      if (sql === carried.statement.text) return carried.send()
      return executor.send({ ...carried.statement, text: String(sql) }, carried.kind, carried.options)
    },
  }
}

/** `Sequelize`'s own `queryRaw`: as long as nobody has wrapped it, statements go their shorter way. Set where the class is made. */
export const original: { queryRaw: unknown } = { queryRaw: null }

const COMMANDS = new Set(['INSERT', 'UPDATE', 'DELETE', 'SELECT'])
function typeOf(text: string, kind: 'read' | 'write'): string {
  const command = /^\s*([a-z]+)/i.exec(text)?.[1]?.toUpperCase() ?? ''
  return COMMANDS.has(command) ? command : kind === 'read' ? 'SELECT' : 'RAW'
}

/** Once per code and key; to `logging`'s neighbour, the process's warnings. Silent in production. */
function warner(_settings: SequelizeSettings): Runtime['warn'] {
  const told = new Set<string>()
  return (code, key, message) => {
    if (process.env.NODE_ENV === 'production') return
    const once = `${code}\0${key}`
    if (told.has(once)) return
    told.add(once)
    process.emitWarning(message, { type: 'MortiseWarning', code })
  }
}
