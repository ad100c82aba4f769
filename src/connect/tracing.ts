/**
 * What programs can follow through Node's `diagnostics_channel`: tracing channels around each connect, query and transaction. Their events
 * (`start`, `end`, `asyncStart`, `asyncEnd`, `error`) share one context object. Nothing is made while nobody subscribes; values of
 * parameters and rows are left out, unless `logQueryParameters` asks for the parameters. Called by `runner`, `opener` and `transactions`.
 */
import { tracingChannel } from 'node:diagnostics_channel'

/** Context of `tracing:mortise:query:*`. One statement on one connection, BEGIN and COMMIT as well. */
export interface QueryTrace {
  readonly dialect: string
  readonly sql: string
  /** First word of the statement, in capitals: `SELECT`. */
  readonly operation: string
  /** Name of the model that it is for; null: none (raw queries, DDL, transactions). */
  readonly model: string | null
  readonly database: string | null
  /** Number of the connection, unique in the process. */
  readonly connection: number
  /** Id of the transaction that it runs in. */
  readonly transaction: string | null
  /** Only with `logQueryParameters`. */
  readonly parameters?: readonly unknown[]
  /** Set at the end. */
  rowCount?: number
  affectedRows?: number
  /** Set by `error`. */
  error?: unknown
}
/** Context of `tracing:mortise:connect:*`. */
export interface ConnectTrace {
  readonly dialect: string
  readonly database: string | null
  readonly host: string | null
  readonly port: number | null
  /** What the connection is for. */
  readonly role: 'read' | 'write'
  /** Set at the end. */
  connection?: number
  error?: unknown
}
/** Context of `tracing:mortise:transaction:*`: from BEGIN (or SAVEPOINT) to its end. */
export interface TransactionTrace {
  readonly dialect: string
  readonly database: string | null
  readonly isolationLevel: string | null
  readonly readOnly: boolean
  readonly isSavepoint: boolean
  /** Set once it has begun. */
  id?: string
  /** Set at the end. */
  outcome?: 'commit' | 'rollback'
  error?: unknown
}

interface Channel<T> {
  readonly hasSubscribers: boolean
  tracePromise<R>(work: () => Promise<R>, context: T): Promise<R>
}
// The types of Node 20 do not have `hasSubscribers` of a tracing channel; Node has it since 20.13.
const channel = <T extends object>(name: string): Channel<T> => tracingChannel(name) as unknown as Channel<T>

export const queryChannel = channel<QueryTrace>('mortise:query')
export const connectChannel = channel<ConnectTrace>('mortise:connect')
export const transactionChannel = channel<TransactionTrace>('mortise:transaction')

/** Runs the work between the events of the channel. What it resolves to stays out of them: subscribers get what `finish` puts there. */
export async function traced<T extends object, R>(
  to: Channel<T>,
  context: T,
  work: () => R | Promise<R>,
  finish: (context: T, result: R) => void,
): Promise<R> {
  let result!: R
  await to.tracePromise(async () => {
    result = await work()
    finish(context, result)
  }, context)
  return result
}

export const operationOf = (sql: string): string => /^[\s(]*([a-z]+)/i.exec(sql)?.[1]?.toUpperCase() ?? ''
