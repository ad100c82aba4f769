/**
 * Names made from names: plurals, cases, and the names of indexes and keys that Mortise gives. One place, so that the name that sync
 * creates is the one that introspection expects. Rules as in Sequelize (docs: models/naming-strategies, models/indexes).
 */
import { createRequire } from 'node:module'

/** What knows the plurals: the package `inflection`, or a program's own (`useInflection`). */
export interface Inflection {
  pluralize(word: string): string
  singularize(word: string): string
}
let inflection: Inflection | null = null
// Required when the first plural is asked for: an import of a CommonJS package costs more than the rest of this package.
const inflector = (): Inflection => {
  inflection ??= createRequire(import.meta.url)('inflection') as Inflection
  return inflection
}
/** Models that are defined from now on take their plurals from here. */
export function useInflection(given: Inflection): void {
  inflection = given
}
export const pluralize = (word: string): string => inflector().pluralize(word)
export const singularize = (word: string): string => inflector().singularize(word)
export const upperFirst = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
export const lowerFirst = (word: string): string => word.charAt(0).toLowerCase() + word.slice(1)

/** `user_id`, `user-id`, `user id` → `userId`. The first letter keeps its case: `User_id` → `UserId`. */
export const camelize = (word: string): string =>
  word.trim().replace(/[-_\s]+(.)?/g, (_, letter: string | undefined) => letter?.toUpperCase() ?? '')

/** `userId`, `UserId`, `user-id` → `user_id`; runs of capitals count as one word: `HTMLPage` → `html_page`. */
export const underscore = (word: string): string =>
  word
    .replace(/([A-Z\d]+)([A-Z][a-z])/g, '$1_$2')
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/[-\s]+/g, '_')
    .toLowerCase()

/** `profiles_user_id_unique`; without the suffix for an index that is not unique. */
export const indexName = (table: string, columns: readonly string[], unique: boolean): string =>
  [table, ...columns, ...(unique ? ['unique'] : [])].map((part) => underscore(part)).join('_')

/** `Tasks_UserId_foreign_idx`: the name of a foreign key that the user did not name. */
export const foreignKeyName = (table: string, columns: readonly string[]): string =>
  `${table}_${columns.join('_')}_foreign_idx`

const encoder = new TextEncoder()

/** The name itself where it fits into `max` bytes, else its beginning and a hash of the whole: the same name always gives the same result. */
export function shorten(name: string, max: number): string {
  if (name.length * 3 <= max || encoder.encode(name).length <= max) return name
  const suffix = `_${hash(name)}`
  let head = ''
  let room = max - suffix.length
  for (const letter of name) {
    room -= encoder.encode(letter).length
    if (room < 0) break
    head += letter
  }
  return head + suffix
}

/** FNV-1a, 32 bits, 8 digits. Not secret, only stable. */
function hash(text: string): string {
  let value = 0x811c9dc5
  for (const byte of encoder.encode(text)) value = Math.imul(value ^ byte, 0x01000193)
  return (value >>> 0).toString(16).padStart(8, '0')
}

/** The candidate that a misspelt word was probably meant to be, or undefined. For "did you mean". */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase()
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of candidates) {
    const distance =
      candidate.toLowerCase() === wanted ? 0 : editDistance(wanted, candidate.toLowerCase(), bestDistance)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** ` Did you mean "x"?`, or nothing: to be appended to a message. */
export function suggestion(word: string, candidates: Iterable<string>): string {
  const found = nearest(word, candidates)
  return found === undefined ? '' : ` Did you mean "${found}"?`
}

/** Edits (insert, delete, replace, swap of neighbours) between two words; anything at or above `limit` is reported as `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let value = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        value = Math.min(value, beforeLast[j - 2]! + 1)
      row.push(value)
    }
    beforeLast = last
    last = row
  }
  return Math.min(last[b.length]!, limit)
}
