/** What the drivers' errors have in common: the server's number, its own message, and whether the connection is gone. */

interface Fault {
  readonly errno?: unknown
  readonly code?: unknown
  readonly sqlMessage?: unknown
  readonly fatal?: unknown
}

/** The server's error number, also of an error that carries the driver's as its `cause`. */
export function errnoOf(error: unknown): number | null {
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    const { errno } = one as Fault
    if (typeof errno === 'number') return errno
  }
  return null
}

/** `ER_DUP_ENTRY`, `ECONNREFUSED`. */
export function codeOf(error: unknown): string {
  const { code } = error as Fault
  return typeof code === 'string' ? code : ''
}

/** The server's words, without what a driver writes around them (the statement, and with it perhaps values). */
export function messageOf(error: Error): string {
  const { sqlMessage } = error as Fault
  return typeof sqlMessage === 'string' && sqlMessage !== '' ? sqlMessage : error.message
}

const LOST: ReadonlySet<string> = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'PROTOCOL_ENQUEUE_AFTER_QUIT',
  'ECONNRESET',
  'EPIPE',
  'ER_SOCKET_UNEXPECTED_CLOSE',
  'ER_CMD_CONNECTION_CLOSED',
  'ER_CONNECTION_ALREADY_CLOSED',
  'ER_CMD_NOT_EXECUTED_DESTROYED',
  'ER_UNEXPECTED_PACKET',
  'ER_SOCKET_TIMEOUT',
  'ER_SERVER_SHUTDOWN',
  'ER_NORMAL_SHUTDOWN',
  'ER_CONNECTION_KILLED',
  'ER_CLIENT_INTERACTION_TIMEOUT',
  'CR_SERVER_GONE_ERROR',
  'CR_SERVER_LOST',
])
const LOST_NUMBERS: ReadonlySet<number> = new Set([1053, 1077, 1079, 1927, 2006, 2013, 2055, 4031])

/** The statement was ended (KILL QUERY, a limit of time), which a driver takes for the end of the connection, by its SQLSTATE. */
const ENDED: ReadonlySet<number> = new Set([1317, 1969, 3024])

/** A node of a Galera cluster that has lost the others takes no statements: it is of no use until it has found them again. */
export const isDetached = (error: unknown): boolean =>
  error instanceof Error && errnoOf(error) === 1047 && /WSREP/.test(messageOf(error))
/** The node lost the others while it was to tell them of a commit. */
const isDetaching = (error: unknown): boolean =>
  error instanceof Error && errnoOf(error) === 1180 && /provider status: Not connected/.test(messageOf(error))

/** Code or number say that the other side is gone. */
export function saysLost(error: unknown): boolean {
  const errno = errnoOf(error)
  return LOST.has(codeOf(error)) || (errno !== null && LOST_NUMBERS.has(errno))
}

/** The connection is of no use any more. */
export function isLost(error: unknown): boolean {
  if (saysLost(error) || isDetached(error) || isDetaching(error)) return true
  const errno = errnoOf(error)
  if (errno !== null && ENDED.has(errno)) return false
  return (error as Fault | null)?.fatal === true
}
