/**
 * How MySQL and MariaDB write names and values: the one function through which every identifier goes, and the literals of DDL, `escape`
 * and replacements. Queries use `literal` never: their values are parameters.
 */
import { QueryError } from '../../errors/base.js'
import type { TableName } from '../../sql/query.js'
import type { LiteralWords } from '../literal.js'
import { literalText } from '../literal.js'
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

/** A value as SQL text. `clock`: of dates; default UTC. */
export const literal = (value: unknown, clock?: Clock): string =>
  literalText(value, clock === undefined ? words : { ...words, date: (date) => clock.text(date) })
const words: LiteralWords = {
  text,
  date: dateText,
  bytes: (hex) => `X'${hex}'`,
  oddNumber(value) {
    throw new QueryError(`${value} cannot be written as an SQL value: MySQL and MariaDB have no such number.`)
  },
  true: '1',
  false: '0',
}
