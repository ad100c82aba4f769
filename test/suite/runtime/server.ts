// What the servers call the things that tests of the runtime need: waiting, the number of a session, ending one.
import type { Engine } from '../../support/databases.js'
import type { Database } from '../../support/untyped.js'

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const isMysqlLike = (engine: Engine): boolean => engine.features.has('unsignedTypes')

/** A statement that takes its time. */
export const sleeping = (engine: Engine, seconds = 20): string =>
  isMysqlLike(engine) ? `SELECT SLEEP(${seconds})` : `SELECT pg_sleep(${seconds})`

/** The number of the session that a statement runs in. */
export async function sessionOf(engine: Engine, db: Database, options: object = {}): Promise<number> {
  const text = isMysqlLike(engine) ? 'SELECT CONNECTION_ID() AS id' : 'SELECT pg_backend_pid() AS id'
  const [{ id }] = await db.query(text, { type: 'SELECT', ...options })
  return Number(id)
}

export const ending = (engine: Engine, session: number): string =>
  isMysqlLike(engine) ? `KILL ${session}` : `SELECT pg_terminate_backend(${session})`
