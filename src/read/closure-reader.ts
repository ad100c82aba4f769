/** Readers put together from closures, for where code generation is forbidden: they give what those of `read/generated-reader` do. */
import { hydrate } from '../model/rows.js'
import type { StateOptions } from '../model/state.js'
import type { Builder, ReadContext, Row } from './hydrate.js'
import type { ResultMode } from './request.js'
import type { KeyedParents } from './row-key.js'
import { keep, keyOf } from './row-key.js'
import type { Field, RowShape } from './row-shape.js'
import { ECHO, hasMany, keysOf } from './row-shape.js'

type Make = (row: Row, context: ReadContext, keyed: ReadonlyMap<number, KeyedParents>) => unknown

export function buildByClosures(shape: RowShape, mode: ResultMode): Builder {
  if (mode === 'instances' && hasMany(shape)) return foldByClosures(shape)
  const make = makerOf(shape, mode)
  return (rows, context, keyed) => rows.map((row) => make(row, context, keyed))
}

function makerOf(shape: RowShape, mode: ResultMode): Make {
  const children = shape.children.map((child) => ({
    as: child.as,
    presence: child.presence,
    make: makerOf(child, mode),
  }))
  return (row, context, keyed) => {
    const values: Record<string, unknown> = {}
    fill(values, shape.fields, row)
    for (const { as, presence, make } of children)
      put(values, as, isThere(row, presence) ? make(row, context, keyed) : null)
    for (const query of shape.queries) put(values, query.as, query.cardinality === 'many' ? [] : null)
    if (mode === 'instances') return instanceOf(shape, values, row, context, keyed)
    return shape.echo.length === 0
      ? values
      : keep(
          keyed.get(ECHO)!,
          values,
          shape.echo.map((index) => row[index]),
        )
  }
}

function instanceOf(
  shape: RowShape,
  values: Record<string, unknown>,
  row: Row,
  context: ReadContext,
  keyed: ReadonlyMap<number, KeyedParents>,
): unknown {
  const options = context.options[shape.branch]!
  const model = context.models[shape.branch]!
  const hidden: Record<string, unknown> = {}
  fill(hidden, shape.hiddenKeys, row)
  const instance = hydrate(model, values, shape.hiddenKeys.length > 0 ? withHiddenKeys(options, hidden) : options)
  for (const query of keysOf(shape))
    keep(
      keyed.get(query.branch)!,
      instance,
      query.keys.map((index) => row[index]),
    )
  return instance
}

/** The options of an instance that does not show its primary key, but must be found by it when it is saved. */
export const withHiddenKeys = (options: StateOptions, hiddenKeys: Record<string, unknown>): StateOptions => ({
  ...options,
  hiddenKeys,
})

const isThere = (row: Row, presence: readonly number[]): boolean =>
  presence.length === 0 || presence.some((index) => row[index] !== null)

function fill(values: Record<string, unknown>, fields: readonly Field[], row: Row): void {
  for (const { name, index, fromRow } of fields)
    put(values, name, fromRow === null || row[index] === null ? row[index] : fromRow(row[index]))
}
function put(values: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(values, name, { value, enumerable: true, configurable: true, writable: true })
  else values[name] = value
}

// ---------------------------------------------------------------- fold
interface Folded {
  readonly item: unknown
  readonly below: readonly Map<string, Folded>[]
  readonly lists: readonly unknown[][]
}

/** Rows of to-many joins: an item per identity at each level, in the order in which it first comes. Without an identity each row is its own. */
function foldByClosures(shape: RowShape): Builder {
  const make = folderOf(shape)
  return (rows, context, keyed) => {
    const known = new Map<string, Folded>()
    const items: unknown[] = []
    const [key] = shape.identity
    for (let at = 0; at < rows.length; at += 1) {
      // RIGHT JOIN: a row without a parent cannot become one.
      if (key === undefined || rows[at]![key] !== null) make(rows[at]!, at, known, items, context, keyed)
    }
    return items
  }
}

type Fold = (
  row: Row,
  at: number,
  known: Map<string, Folded>,
  list: unknown[],
  context: ReadContext,
  keyed: ReadonlyMap<number, KeyedParents>,
) => void

function folderOf(shape: RowShape): Fold {
  const many = shape.children.filter((child) => child.cardinality === 'many')
  // A one-to-one is read with its parent's first row; what it has below it may be many again.
  const ones = shape.children.filter((child) => child.cardinality === 'one')
  const inner = shape.children.map((child) => ({ child, fold: folderOf(child) }))
  return (row, at, known, list, context, keyed) => {
    const key = shape.identity.length > 0 ? keyOf(row, shape.identity) : `#${at}`
    let folded = known.get(key)
    if (folded === undefined) {
      const values: Record<string, unknown> = {}
      fill(values, shape.fields, row)
      const lists = inner.map((): unknown[] => [])
      const below = inner.map(() => new Map<string, Folded>())
      for (const [number, { child }] of inner.entries())
        put(values, child.as, many.includes(child) ? lists[number] : null)
      for (const query of shape.queries) put(values, query.as, query.cardinality === 'many' ? [] : null)
      for (const [number, { child, fold }] of inner.entries()) {
        if (!ones.includes(child) || !isThere(row, child.presence)) continue
        fold(row, at, below[number]!, lists[number]!, context, keyed)
        put(values, child.as, lists[number]![0])
      }
      folded = { item: instanceOf(shape, values, row, context, keyed), below, lists }
      known.set(key, folded)
      list.push(folded.item)
    }
    for (const [number, { child, fold }] of inner.entries()) {
      if (!isThere(row, child.presence)) continue
      // Of a one-to-one only the first row counts, whatever the joins multiplied.
      if (
        child.cardinality === 'one' &&
        !folded.below[number]!.has(child.identity.length > 0 ? keyOf(row, child.identity) : `#${at}`)
      )
        continue
      fold(row, at, folded.below[number]!, folded.lists[number]!, context, keyed)
    }
  }
}
