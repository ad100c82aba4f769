/**
 * Pages by cursor: the rows behind (or before) a row, by the order of the query. Unlike OFFSET it costs the same on every page, and rows
 * that come or go in between neither repeat nor get lost. Neighbour: `read/keyset`. Docs: docs/reading.md, "Pages".
 */
import type { Runtime } from '../dialect/runtime.js'
import { QueryError } from '../errors/base.js'
import type { ModelClass } from '../model/definition.js'
import { show } from '../types/data-type.js'
import { afterFind, beforeFind, read } from './find.js'
import type { Keyset, PlaceOfRow } from './keyset.js'
import { cursorOf, keysetOf, placeOf, requestFrom } from './keyset.js'
import type { FindInput } from './options.js'
import { normaliseFind } from './request.js'
import { ECHO } from './row-shape.js'

export interface PageInfo {
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  /** Cursors of the first and the last item; null on an empty page. */
  readonly startCursor: string | null
  readonly endCursor: string | null
}
export interface Page<Item = unknown> {
  readonly items: Item[]
  readonly edges: { readonly node: Item; readonly cursor: string }[]
  readonly pageInfo: PageInfo
}

/** Options that say which rows there are in another way, or make rows that have no place of their own. */
const REFUSED = ['limit', 'offset', 'group', 'having', 'distinct', 'plain', 'raw', 'nest', 'rejectOnEmpty'] as const
const OWN = ['first', 'after', 'last', 'before'] as const

/**
 * `{ first: 20, after }` or `{ last: 20, before }`, and the options of `findAll` besides. Throws `QueryError` for a cursor that is none of
 * this query's, and for options that do not go together.
 */
export async function findPage(runtime: Runtime, model: ModelClass, given: FindInput): Promise<Page> {
  const call = `${model.name}.findPage()`
  const wanted = wantedPage(given, call)
  const finding: Record<string, unknown> = { ...given }
  for (const name of OWN) delete finding[name]
  const options = await beforeFind(model, finding)
  for (const name of REFUSED) {
    if (options[name] !== undefined && options[name] !== null && options[name] !== false)
      throw new QueryError(`${call} does not take ${name}. Its size is \`first\` or \`last\`; its items are instances.`)
  }
  // One more than wanted tells whether there is a next page.
  const keyset = keysetOf(normaliseFind(runtime, model, { ...options, limit: wanted.size + 1 }), call)
  const place =
    wanted.cursor === null ? null : placeOf(keyset, wanted.cursor, wanted.backwards ? 'before' : 'after', call)
  const found = await read(requestFrom(keyset, place, wanted.backwards))
  const places = found.keyed.get(ECHO)?.keys ?? []
  const hasMore = found.items.length > wanted.size
  const items = found.items.slice(0, wanted.size)
  const rows = places.slice(0, items.length)
  if (wanted.backwards) {
    items.reverse()
    rows.reverse()
  }
  await afterFind(model, items, options)
  return pageOf(keyset, items, rows, {
    hasNextPage: wanted.backwards ? place !== null : hasMore,
    hasPreviousPage: wanted.backwards ? hasMore : place !== null,
  })
}

function pageOf(
  keyset: Keyset,
  items: unknown[],
  places: readonly PlaceOfRow[],
  more: Pick<PageInfo, 'hasNextPage' | 'hasPreviousPage'>,
): Page {
  const edges = items.map((node, at) => ({ node, cursor: cursorOf(keyset, places[at]!) }))
  return {
    items,
    edges,
    pageInfo: { ...more, startCursor: edges[0]?.cursor ?? null, endCursor: edges.at(-1)?.cursor ?? null },
  }
}

interface Wanted {
  readonly size: number
  readonly cursor: unknown
  readonly backwards: boolean
}
function wantedPage(given: FindInput, call: string): Wanted {
  const isThere = (name: string): boolean => given[name] !== undefined && given[name] !== null
  if (isThere('first') === isThere('last'))
    throw new QueryError(
      `${call} needs either first (with after) or last (with before): the number of items on the page.`,
    )
  const backwards = isThere('last')
  const [sizeName, cursorName, otherName] = backwards ? ['last', 'before', 'after'] : ['first', 'after', 'before']
  if (isThere(otherName!))
    throw new QueryError(
      `${call}: ${otherName} does not go with ${sizeName}. Write ${backwards ? 'last and before' : 'first and after'}.`,
    )
  const size = given[sizeName!]
  if (!Number.isSafeInteger(size) || (size as number) < 1)
    throw new QueryError(`${call}: ${sizeName} is a whole number from 1, got ${show(size)}.`)
  return { size: size as number, cursor: isThere(cursorName!) ? given[cursorName!] : null, backwards }
}
