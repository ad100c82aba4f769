/**
 * How PostgreSQL writes names and values: the one function through which every identifier goes, and the literals of DDL, `escape` and
 * replacements. Queries use `literal` never: their values are parameters.
 */
import { QueryError } from '../../errors/base.js'
import type { TableName } from '../../sql/query.js'
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

/** A value as SQL text. Arrays become a list, as `IN (:ids)` needs it; nested ones lists in parentheses. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  switch (typeof value) {
    case 'string':
      return text(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'bigint':
      return String(value)
    case 'number':
      return Number.isFinite(value) ? String(value) : `'${value}'::double precision`
    case 'object':
      if (value instanceof Date) return text(dateText(value))
      if (ArrayBuffer.isView(value))
        return `'\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}'`
      if (Array.isArray(value))
        return value.map((item: unknown) => (Array.isArray(item) ? `(${literal(item)})` : literal(item))).join(', ')
      throw new QueryError('An object cannot be written as an SQL value. Give its JSON text, or name its data type.')
    default:
      throw new QueryError(`A ${typeof value} cannot be written as an SQL value.`)
  }
}

/** `standard_conforming_strings` is on (see `session`), so that only quotes are special. */
export function text(value: string): string {
  if (value.includes('\0'))
    throw new QueryError('PostgreSQL cannot hold a NUL character in text. Use DataTypes.BLOB for bytes.')
  return `'${value.replaceAll("'", "''")}'`
}
