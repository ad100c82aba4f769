/**
 * Statements whose caller may give up (the option `signal`). Before it is sent, a statement is refused; while it runs, the server is told
 * to stop it, and the connection is not used again before it is known to be clean. Neighbours: `runner`, `pool` (waiting), `retry`.
 */
import { QueryError } from '../errors/base.js'
import { AbortError } from '../errors/database.js'
import type { Connection, Result, Statement } from './driver.js'

/** How long a server may take to stop a statement before its connection is given up, in milliseconds. */
const GRACE = 5000
const PING: Statement = Object.freeze({ text: 'SELECT 1', params: [], mode: 'rows' })

/** Throws `QueryError` for something that is no AbortSignal. */
export function checkSignal(signal: unknown): void {
  if (typeof signal === 'object' && signal !== null && 'aborted' in signal && 'addEventListener' in signal) return
  throw new QueryError(
    `The option signal must be an AbortSignal, such as that of an AbortController or AbortSignal.timeout(1000), got ${signal === null ? 'null' : typeof signal}.`,
  )
}

export function abortError(signal: AbortSignal, what: string): AbortError {
  const reason: unknown = signal.reason
  const why = reason instanceof Error ? reason.message : String(reason)
  return new AbortError(`Aborted: ${why} (${what.slice(0, 200)})`, { cause: reason })
}

export function refuseAborted(signal: AbortSignal | null | undefined, what: string): void {
  if (signal?.aborted) throw abortError(signal, what)
}

/** The signal that is aborted as soon as one of them is. */
export function eitherSignal(one: AbortSignal | null | undefined, other: AbortSignal | null): AbortSignal | undefined {
  if (!one || one === other) return other ?? undefined
  return other === null ? one : AbortSignal.any([one, other])
}

type Outcome = { readonly result: Result } | { readonly error: unknown }

/** Sends a statement, and has it stopped when the signal is aborted. A write that was done all the same is told of, not denied. */
export async function abortable(
  connection: Connection,
  statement: Statement,
  signal: AbortSignal,
  send: () => Result | Promise<Result>,
): Promise<Result> {
  refuseAborted(signal, statement.text)
  const sent = send()
  // A synchronous driver is done before anybody could give up.
  if (!(sent instanceof Promise)) return sent
  let told: Promise<boolean> | null = null
  let timer: NodeJS.Timeout | undefined
  let stop = (): void => {}
  const overdue = new Promise<null>((resolve) => {
    stop = () => {
      told = tell(connection)
      timer = setTimeout(resolve, GRACE, null)
    }
  })
  signal.addEventListener('abort', stop, { once: true })
  const settled: Promise<Outcome> = sent.then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  )
  const outcome = await Promise.race([settled, overdue])
  signal.removeEventListener('abort', stop)
  if (told !== null) {
    const isClean = outcome !== null && (await Promise.race([clean(connection, told), overdue])) === true
    clearTimeout(timer)
    if (!isClean) giveUp(connection)
    if (outcome === null || !('result' in outcome) || outcome.result.affectedRows === 0)
      throw abortError(signal, statement.text)
    return outcome.result
  }
  if (outcome !== null && 'result' in outcome) return outcome.result
  // SQLite's wait for a lock ends by itself.
  throw (outcome as { readonly error: unknown }).error
}

async function tell(connection: Connection): Promise<boolean> {
  if (connection.cancel === undefined) return true
  try {
    await connection.cancel()
    return true
  } catch {
    return false
  }
}

/** The server may get the word when the statement is over already: then it stops the next one, which is none of the program's. */
async function clean(connection: Connection, told: Promise<boolean>): Promise<boolean> {
  if (!(await told) || !connection.isOpen) return false
  if (connection.cancel === undefined) return true
  try {
    await connection.execute(PING)
  } catch {
    // Stopped in place of the statement, or refused because its transaction has failed.
  }
  return connection.isOpen
}

function giveUp(connection: Connection): void {
  void Promise.resolve(connection.close()).catch(() => {})
}
