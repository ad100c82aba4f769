/** `postgres://user:password@host:port/database?option=value` → connection options. Unix sockets: `postgres:///database?host=/var/run/postgresql`. */
import { DefinitionError } from '../../errors/base.js'

const NUMBERS = new Set([
  'port',
  'statement_timeout',
  'query_timeout',
  'lock_timeout',
  'connectionTimeoutMillis',
  'idle_in_transaction_session_timeout',
  'keepAliveInitialDelayMillis',
])
const BOOLEANS = new Set(['keepAlive', 'preparedStatements', 'pipeline'])
/** libpq's words for what the driver calls otherwise. */
const NAMES: Readonly<Record<string, string>> = { dbname: 'database', connect_timeout: 'connectionTimeoutMillis' }

export function parseUrl(url: string): Readonly<Record<string, unknown>> {
  let parsed: URL
  // An empty host between user and path is no URL to the parser; the sockets' folder comes as a parameter.
  const socket = /^([a-z0-9]+:\/\/(?:[^@/?#]*@)?)(?=[/?]|$)/i.exec(url)
  try {
    parsed = new URL(socket ? `${socket[1]}socket${url.slice(socket[0].length)}` : url)
  } catch {
    throw refuse(url)
  }
  if (!/^(?:postgres|postgresql|pg):$/i.test(parsed.protocol)) throw refuse(url)
  const options: Record<string, unknown> = {}
  const host = decodeURIComponent(parsed.hostname).replace(/^\[(.*)\]$/, '$1')
  if (host && !socket) options.host = host
  if (parsed.port) options.port = Number(parsed.port)
  if (parsed.username) options.user = decodeURIComponent(parsed.username)
  if (parsed.password) options.password = decodeURIComponent(parsed.password)
  const database = decodeURIComponent(parsed.pathname.replace(/^\//, ''))
  if (database) options.database = database
  for (const [name, value] of parsed.searchParams) {
    if (name === 'sslmode' || name === 'ssl') options.ssl = sslOf(value)
    else if (name === 'connect_timeout') options.connectionTimeoutMillis = Number(value) * 1000
    else
      options[NAMES[name] ?? name] = NUMBERS.has(name)
        ? Number(value)
        : BOOLEANS.has(name)
          ? value !== 'false' && value !== '0'
          : value
  }
  return options
}

function sslOf(mode: string): unknown {
  if (mode === 'disable' || mode === 'false' || mode === '0' || mode === 'allow' || mode === 'prefer') return false
  // `require` encrypts and believes any certificate, as libpq has it.
  if (mode === 'require' || mode === 'no-verify') return { rejectUnauthorized: false }
  return true
}

const refuse = (url: string): DefinitionError =>
  new DefinitionError(
    `${JSON.stringify(url.replace(/:[^:@/]*@/, ':***@'))} is no PostgreSQL URL. Write postgres://user:password@host:5432/database.`,
  )
