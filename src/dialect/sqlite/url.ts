/** `sqlite::memory:`, `sqlite:path`, `sqlite://path`, `sqlite:///absolute/path`, each with `?option=value` behind it → connection options. */
import { DefinitionError } from '../../errors/base.js'

const BOOLEANS = ['readOnly', 'foreignKeys']
const NUMBERS = ['mode', 'busyTimeout']

export function parseUrl(url: string): Readonly<Record<string, unknown>> {
  const match = /^sqlite3?:(?:\/\/)?([^?]*)(?:\?(.*))?$/is.exec(url)
  if (!match)
    throw new DefinitionError(
      `${JSON.stringify(url)} is no SQLite URL. Write sqlite::memory:, sqlite:path/to/file, or sqlite:///absolute/path/to/file.`,
    )
  const [, path = '', query = ''] = match
  const options: Record<string, unknown> = { storage: decoded(path) }
  for (const [name, value] of new URLSearchParams(query)) {
    options[name] = BOOLEANS.includes(name)
      ? value !== 'false' && value !== '0'
      : NUMBERS.includes(name)
        ? Number(value)
        : value
  }
  return options
}

/** A path with a percent sign that is none of an encoding stays as it is. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
