/**
 * How SQLite writes names and values: the one function through which every identifier goes, and the literals of DDL, `escape` and
 * replacements. Queries use `literal` never: their values are parameters.
 */
import { QueryError } from '../../errors/base.js'
import type { TableName } from '../../sql/query.js'
import { physicalName } from './canonical.js'
import { dateText } from './dates.js'

/** Backticks: SQLite may read a double-quoted name that it does not know as a string (quirks.html, section 8), never this one. */
export function quoteIdentifier(name: string): string {
  if (typeof name !== 'string' || name === '')
    throw new QueryError(`A name of a table or column must be a non-empty string, got ${String(name)}.`)
  if (name.includes('\0'))
    throw new QueryError(`The name ${JSON.stringify(name)} contains a NUL character, at which SQLite ends a statement.`)
  return `\`${name.replaceAll('`', '``')}\``
}

export const quoteTable = (table: TableName): string => quoteIdentifier(physicalName(table))

/** A value as SQL text. Arrays become a list, as `IN (:ids)` needs it; nested ones lists in parentheses. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  switch (typeof value) {
    case 'string':
      return text(value)
    case 'boolean':
      return value ? '1' : '0'
    case 'bigint':
      return String(value)
    case 'number':
      // SQLite has no word for infinity; a number too large for a double is one. It stores NaN as NULL.
      if (Number.isFinite(value)) return String(value)
      return Number.isNaN(value) ? 'NULL' : value > 0 ? '9e999' : '-9e999'
    case 'object':
      if (value instanceof Date) return text(dateText(value))
      if (ArrayBuffer.isView(value))
        return `X'${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}'`
      if (Array.isArray(value))
        return value.map((item: unknown) => (Array.isArray(item) ? `(${literal(item)})` : literal(item))).join(', ')
      throw new QueryError('An object cannot be written as an SQL value. Give its JSON text, or name its data type.')
    default:
      throw new QueryError(`A ${typeof value} cannot be written as an SQL value.`)
  }
}

// A NUL would end the statement, so a string that has one travels as bytes.
const text = (value: string): string =>
  value.includes('\0')
    ? `CAST(X'${Buffer.from(value, 'utf8').toString('hex')}' AS TEXT)`
    : `'${value.replaceAll("'", "''")}'`

const QUOTED_OR_COMMENT = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\//g
/** The statement with single quotes around the name of which SQLite says that it is no column but may be a string; null: it says something else. */
export function withStringMeant(sql: string, error: unknown): string | null {
  const found =
    error instanceof Error
      ? /^no such column: "([\s\S]*)" - should this be a string literal in single-quotes\?$/.exec(error.message)
      : null
  if (found === null) return null
  const given = `"${found[1]!.replaceAll('"', '""')}"`
  const meant = sql.replace(QUOTED_OR_COMMENT, (token) =>
    token === given ? `'${found[1]!.replaceAll("'", "''")}'` : token,
  )
  return meant === sql ? null : meant
}
