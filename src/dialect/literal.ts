/**
 * Values as SQL text: the literals of DDL, `escape` and replacements. Each dialect's `text.ts` says how it writes what engines write
 * differently. Queries never come here: their values are parameters.
 */
import { QueryError } from '../errors/base.js'

export interface LiteralWords {
  text(value: string): string
  date(value: Date): string
  bytes(hex: string): string
  /** Infinity, -Infinity or NaN. Throws QueryError where the engine has no such number. */
  oddNumber(value: number): string
  readonly true: string
  readonly false: string
}

/** Arrays become a list, as `IN (:ids)` needs it; nested ones lists in parentheses. Throws QueryError for what is no value. */
export function literalText(value: unknown, words: LiteralWords): string {
  if (value === null || value === undefined) return 'NULL'
  switch (typeof value) {
    case 'string':
      return words.text(value)
    case 'boolean':
      return value ? words.true : words.false
    case 'bigint':
      return String(value)
    case 'number':
      return Number.isFinite(value) ? String(value) : words.oddNumber(value)
    case 'object':
      if (value instanceof Date) return words.text(words.date(value))
      if (ArrayBuffer.isView(value))
        return words.bytes(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex'))
      if (Array.isArray(value))
        return value
          .map((item: unknown) => (Array.isArray(item) ? `(${literalText(item, words)})` : literalText(item, words)))
          .join(', ')
      throw new QueryError('An object cannot be written as an SQL value. Give its JSON text, or name its data type.')
    default:
      throw new QueryError(`A ${typeof value} cannot be written as an SQL value.`)
  }
}
