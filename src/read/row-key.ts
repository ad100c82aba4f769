/** Keys of rows: the values of some of their positions, which tell rows apart and lead from one to others. */
import type { Row } from './hydrate.js'

/** Parents of a `strategy: 'query'` include, each with the key (of one or more parts) that leads to its rows. */
export interface KeyedParents {
  readonly parents: unknown[]
  readonly keys: (readonly unknown[])[]
}
export function keep(list: KeyedParents, parent: unknown, key: readonly unknown[]): unknown {
  list.parents.push(parent)
  list.keys.push(key)
  return parent
}

/** A value as a key of a Map: itself, or the text of bytes and dates. */
export const plainKey = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? keyPart(value) : value
const keyPart = (value: unknown): string => {
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')
  return value instanceof Date ? String(value.getTime()) : String(value)
}
/** A key as text, equal for the same positions of another row where the values are. Of several, parts carry their length, so that ('a', 'bc') differs from ('ab', 'c'). */
export function keyOf(row: Row, positions: readonly number[]): string {
  if (positions.length === 1) return keyPart(row[positions[0]!])
  let key = ''
  for (const index of positions) {
    const part = keyPart(row[index])
    key += `${part.length}:${part}`
  }
  return key
}
