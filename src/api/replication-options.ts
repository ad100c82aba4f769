/**
 * The option `replication`: a primary and its replicas, each by an object or a URL, with what they leave out taken from the options around
 * them. In Sequelize's words (docs: other-topics/read-replication); several candidates for the primary, `readYourWrites` and `retryAfter`
 * are ours.
 */
import { isPlainObject } from '../base/freeze.js'
import { suggestion } from '../base/names.js'
import type { Replication } from '../connect/servers.js'
import type { Dialect } from '../dialect/dialect.js'
import { DefinitionError, UnsupportedFeatureError } from '../errors/index.js'

const NAMES = ['read', 'write', 'readYourWrites', 'retryAfter']
/** Long enough for a replica that keeps up, short enough to leave the primary alone. */
const READ_YOUR_WRITES = 1000
const RETRY_AFTER = 5000

type ConnectionOptions = Readonly<Record<string, unknown>>

/**
 * Null: no replication. `known`: names of connection options. Throws `DefinitionError` for what cannot be read, `UnsupportedFeatureError`
 * where the database is none of a server's.
 */
export function readReplication(
  given: unknown,
  dialect: Dialect,
  connection: ConnectionOptions,
  known: readonly string[],
): Replication | null {
  if (given === undefined || given === null || given === false) return null
  if (!isPlainObject(given))
    throw new DefinitionError(
      'The option replication must be an object such as { write: { host: … }, read: [{ host: … }] }.',
    )
  for (const name of Object.keys(given))
    if (!NAMES.includes(name))
      throw new DefinitionError(`The option replication has no "${name}".${suggestion(name, NAMES)}`)
  if ((dialect.poolPlan?.(connection) ?? 'pooled') !== 'pooled')
    throw new UnsupportedFeatureError(
      `The option replication is not available on ${dialect.name} here: the database is a file, or in this process, not a server with replicas. A SQLite file is read through connections of its own without it (pool.read).`,
    )
  const server = (value: unknown, option: string): ConnectionOptions =>
    serverOf(value, option, dialect, connection, known)
  const read = listOf(given.read).map((one, at) => server(one, `replication.read[${at}]`))
  const write = listOf(given.write).map((one, at) => server(one, `replication.write[${at}]`))
  return Object.freeze({
    read,
    write: write.length > 0 ? write : [connection],
    readYourWrites: milliseconds('readYourWrites', given.readYourWrites, READ_YOUR_WRITES),
    retryAfter: milliseconds('retryAfter', given.retryAfter, RETRY_AFTER),
  })
}

const listOf = (value: unknown): readonly unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]

function milliseconds(name: string, value: unknown, fallback: number): number {
  if (value === undefined || value === null || value === true) return fallback
  if (value === false && name === 'readYourWrites') return 0
  if (typeof value === 'number' && value >= 0) return value
  throw new DefinitionError(
    `The option replication.${name} must be a number of milliseconds${name === 'readYourWrites' ? ', or false' : ''}, got ${String(value)}.`,
  )
}

function serverOf(
  value: unknown,
  option: string,
  dialect: Dialect,
  connection: ConnectionOptions,
  known: readonly string[],
): ConnectionOptions {
  if (typeof value === 'string') return Object.freeze({ ...around(connection, {}), ...dialect.parseUrl(value) })
  if (!isPlainObject(value))
    throw new DefinitionError(
      `${option} must be an object with connection options, or a URL, got ${value === null ? 'null' : typeof value}.`,
    )
  const { url, dialectOptions, ...own } = value
  for (const name of Object.keys(own))
    if (!known.includes(name))
      throw new DefinitionError(
        `${option} has no connection option "${name}".${suggestion(name, known)} What concerns all servers stands outside of replication.`,
      )
  const fromUrl = url === undefined || url === null ? {} : dialect.parseUrl(String(url))
  const options = { ...(isPlainObject(dialectOptions) ? dialectOptions : {}), ...fromUrl, ...defined(own) }
  return Object.freeze({ ...around(connection, options), ...options })
}

/** What a server takes from the options around it. A user of its own is not mixed up with the other spelling outside. */
function around(connection: ConnectionOptions, own: ConnectionOptions): ConnectionOptions {
  const { user, username, ...rest } = connection
  return own.user === undefined && own.username === undefined ? connection : rest
}

const defined = (options: ConnectionOptions): ConnectionOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
