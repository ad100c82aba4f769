/**
 * `mysql://user:password@host:3306/database?option=value` (also `mariadb://`) → connection options. A `socketPath` stands among the
 * options. Docs: databases/mysql, databases/mariadb.
 */
import { DefinitionError } from '../../errors/base.js'

export function parseUrl(url: string): Readonly<Record<string, unknown>> {
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch (cause) {
    throw new DefinitionError(
      `This is no database URL. Write mysql://user:password@host:3306/database, with special characters of user and password percent-encoded.`,
      { cause },
    )
  }
  const options: Record<string, unknown> = {}
  if (parsed.hostname !== '') options.host = decoded(parsed.hostname.replace(/^\[(.*)\]$/, '$1'))
  if (parsed.port !== '') options.port = Number(parsed.port)
  if (parsed.username !== '') options.user = decoded(parsed.username)
  if (parsed.password !== '') options.password = decoded(parsed.password)
  const database = decoded(parsed.pathname.replace(/^\//, ''))
  if (database !== '') options.database = database
  for (const [name, value] of parsed.searchParams) options[name] = valueOf(value)
  return options
}

/** Options of a URL are text: numbers, booleans and JSON (`ssl={"rejectUnauthorized":true}`) are what they look like. */
function valueOf(value: string): unknown {
  if (value === 'true' || value === 'false') return value === 'true'
  if (/^\d{1,15}$/.test(value)) return Number(value)
  if (value.startsWith('{')) {
    try {
      return JSON.parse(value) as unknown
    } catch {
      return value
    }
  }
  return value
}

/** A percent sign that is none of an encoding stays as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
