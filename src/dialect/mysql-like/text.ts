/**
 * How MySQL and MariaDB write names and values: the one function through which every identifier goes, and the literals of DDL, `escape`
 * and replacements. Queries use `literal` never: their values are parameters.
 */
import { QueryError } from '../../errors/base.js'
import type { TableName } from '../../sql/query.js'
import type { Clock } from './dates.js'
import { dateText } from './dates.js'

/** Backticks, whatever the session's ANSI_QUOTES says. */
export function quoteIdentifier(name: string): string {
  if (typeof name !== 'string' || name === '')
    throw new QueryError(`A name of a table or column must be a non-empty string, got ${String(name)}.`)
  if (name.includes('\0'))
    throw new QueryError(`The name ${JSON.stringify(name)} contains a NUL character, which no name may have.`)
  return `\`${name.replaceAll('`', '``')}\``
}

export const quoteTable = ({ schema, name }: TableName): string =>
  schema === null || schema === '' ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`

const ESCAPES: Readonly<Record<string, string>> = { '\0': '\\0', "'": "''", '\\': '\\\\', '\u001a': '\\Z' }

/** Sessions have no NO_BACKSLASH_ESCAPES (`driver`), so a backslash is written twice. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that end a statement somewhere
export const text = (value: string): string => `'${value.replace(/[\0'\\\u001a]/g, (letter) => ESCAPES[letter]!)}'`

/** A value as SQL text. `clock`: of dates; default UTC. Arrays become a list, as `IN (:ids)` needs it; nested ones lists in parentheses. */
export function literal(value: unknown, clock?: Clock): string {
  if (value === null || value === undefined) return 'NULL'
  switch (typeof value) {
    case 'string':
      return text(value)
    case 'boolean':
      return value ? '1' : '0'
    case 'bigint':
      return String(value)
    case 'number':
      if (Number.isFinite(value)) return String(value)
      throw new QueryError(`${value} cannot be written as an SQL value: MySQL and MariaDB have no such number.`)
    case 'object':
      if (value instanceof Date) return text(clock === undefined ? dateText(value) : clock.text(value))
      if (ArrayBuffer.isView(value))
        return `X'${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}'`
      if (Array.isArray(value))
        return value
          .map((item: unknown) => (Array.isArray(item) ? `(${literal(item, clock)})` : literal(item, clock)))
          .join(', ')
      throw new QueryError('An object cannot be written as an SQL value. Give its JSON text, or name its data type.')
    default:
      throw new QueryError(`A ${typeof value} cannot be written as an SQL value.`)
  }
}
