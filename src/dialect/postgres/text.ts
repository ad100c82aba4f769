/**
 * How PostgreSQL writes names and values: the one function through which every identifier goes, and the literals of DDL, `escape` and
 * replacements. Queries use `literal` never: their values are parameters.
 */
import { QueryError } from '../../errors/base.js'
import type { TableName } from '../../sql/query.js'
import type { LiteralWords } from '../literal.js'
import { literalText } from '../literal.js'
import { dateText } from './dates.js'

export function quoteIdentifier(name: string): string {
  if (typeof name !== 'string' || name === '')
    throw new QueryError(`A name of a table or column must be a non-empty string, got ${String(name)}.`)
  if (name.includes('\0'))
    throw new QueryError(`The name ${JSON.stringify(name)} contains a NUL character, which PostgreSQL cannot hold.`)
  return `"${name.replaceAll('"', '""')}"`
}

export const quoteTable = ({ schema, name }: TableName): string =>
  schema === null || schema === '' ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`

/** A value as SQL text. */
export const literal = (value: unknown): string => literalText(value, words)
const words: LiteralWords = {
  text,
  date: dateText,
  bytes: (hex) => `'\\x${hex}'`,
  oddNumber: (value) => `'${value}'::double precision`,
  true: 'true',
  false: 'false',
}

/** `standard_conforming_strings` is on (see `session`), so that only quotes are special. */
export function text(value: string): string {
  if (value.includes('\0'))
    throw new QueryError('PostgreSQL cannot hold a NUL character in text. Use DataTypes.BLOB for bytes.')
  return `'${value.replaceAll("'", "''")}'`
}
