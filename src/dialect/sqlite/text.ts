/**
 * How SQLite writes names and values: the one function through which every identifier goes, and the literals of DDL, `escape` and
 * replacements. Queries use `literal` never: their values are parameters.
 */
import { QueryError } from '../../errors/base.js'
import type { TableName } from '../../sql/query.js'
import type { LiteralWords } from '../literal.js'
import { literalText } from '../literal.js'
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

/** A value as SQL text. */
export const literal = (value: unknown): string => literalText(value, words)

// A NUL would end the statement, so a string that has one travels as bytes.
const text = (value: string): string =>
  value.includes('\0')
    ? `CAST(X'${Buffer.from(value, 'utf8').toString('hex')}' AS TEXT)`
    : `'${value.replaceAll("'", "''")}'`

const words: LiteralWords = {
  text,
  date: dateText,
  bytes: (hex) => `X'${hex}'`,
  // SQLite has no word for infinity; a number too large for a double is one. It stores NaN as NULL.
  oddNumber: (value) => (Number.isNaN(value) ? 'NULL' : value > 0 ? '9e999' : '-9e999'),
  true: '1',
  false: '0',
}

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
