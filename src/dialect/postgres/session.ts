/** What a new connection is told before anything else: in which form PostgreSQL shall write what we read, and what the options ask for. */
import { DefinitionError } from '../../errors/base.js'
import { quoteIdentifier, text } from './text.js'

export interface SessionOptions {
  /** Of the session: `'+02:00'`, or a name such as `'Europe/Berlin'`. Default `'+00:00'`. */
  readonly timezone?: string
  /** The session keeps the server's time zone. Default false. */
  readonly keepDefaultTimezone?: boolean
  /** Schemas in which tables without one are looked for: `'app, public'`, or a list. */
  readonly searchPath?: string | readonly string[]
  /** Least level of the server's notices. Default: the server's. */
  readonly clientMinMessages?: string | false
  /** False: a pooler stands between, and the session is not the program's alone (see `PostgresConnectionOptions`). */
  readonly preparedStatements?: boolean
  /** Sequelize's option; false cannot be honoured, since backslashes would change the meaning of texts. */
  readonly standardConformingStrings?: boolean
}

export function sessionText(options: SessionOptions): string {
  if (options.standardConformingStrings === false)
    throw new DefinitionError(
      'The option standardConformingStrings cannot be false: Mortise writes texts as the SQL standard has them. Leave it out.',
    )
  const settings = [
    'SET standard_conforming_strings = on',
    "SET DateStyle = 'ISO, MDY'",
    "SET IntervalStyle = 'postgres'",
    "SET bytea_output = 'hex'",
  ]
  if (options.keepDefaultTimezone !== true) settings.push(`SET TIME ZONE ${zone(options.timezone ?? '+00:00')}`)
  if (options.clientMinMessages) settings.push(`SET client_min_messages = ${text(options.clientMinMessages)}`)
  // Without prepared statements the driver tells it to each transaction.
  if (options.searchPath !== undefined && options.searchPath !== null && options.preparedStatements !== false)
    settings.push(`SET search_path = ${pathOf(options.searchPath).map(quoteIdentifier).join(', ')}`)
  return settings.join('; ')
}

/** Offsets are given east of Greenwich; POSIX counts them the other way round, an interval does not. */
function zone(timezone: string): string {
  const offset = /^([+-])(\d{1,2}):?(\d{2})$/.exec(timezone)
  return offset ? `INTERVAL ${text(`${offset[1]}${offset[2]}:${offset[3]}`)} HOUR TO MINUTE` : text(timezone)
}

export const pathOf = (path: string | readonly string[]): readonly string[] =>
  typeof path === 'string'
    ? path
        .split(',')
        .map((name) => name.trim().replace(/^"(.*)"$/, '$1'))
        .filter((name) => name !== '')
    : path
