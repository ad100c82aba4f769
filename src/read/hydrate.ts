/**
 * Rows → instances or plain objects, by position. The reader of a plan is generated for exactly its columns and its tree of includes;
 * where code generation is forbidden, closures do the same. Trees with to-many joins are folded: each parent once, its rows below it.
 */
import type { ModelClass } from '../model/definition.js'
import type { StateOptions } from '../model/state.js'
import { buildByClosures } from './closure-reader.js'
import { generateBuilder } from './generated-reader.js'
import type { ResultMode } from './request.js'
import type { KeyedParents } from './row-key.js'
import { keyOf, plainKey } from './row-key.js'
import type { Field, RowShape } from './row-shape.js'
import { ECHO } from './row-shape.js'

export type Row = readonly unknown[]
/** What differs between two calls of one plan: the classes (scoped variants) and load options, by the branch's number. */
export interface ReadContext {
  readonly models: readonly ModelClass[]
  readonly options: readonly StateOptions[]
  /** Column names of the result, for SQL without an alias. */
  readonly columns: readonly string[]
}
export interface Found {
  readonly items: unknown[]
  /** By the number of the branch that is queried; the items' own keys (`echo`) under -1. */
  readonly keyed: ReadonlyMap<number, KeyedParents>
  /** Numbers of two rows of the same parent where there must be one; then `items` is not complete. */
  readonly twice: readonly [number, number] | null
}
export type Reader = (rows: readonly Row[], context: ReadContext) => Found

const NO_KEYED: ReadonlyMap<number, KeyedParents> = new Map()

/** `watch`: stop at a parent that comes twice. `generate: false` is for tests. */
export function compileReader(shape: RowShape, mode: ResultMode, watch: boolean, generate = true): Reader {
  if (hasOpen(shape))
    return (rows, context) =>
      readerOf(
        closeOpen(shape, context.columns, rows[0]?.length ?? context.columns.length),
        mode,
        watch,
        false,
      )(rows, context)
  return readerOf(shape, mode, watch, generate)
}

function readerOf(shape: RowShape, mode: ResultMode, watch: boolean, generate: boolean): Reader {
  const flat = mode === 'rows' ? flatten(shape) : shape
  const build = (generate ? generateBuilder(flat, mode) : null) ?? buildByClosures(flat, mode)
  const queried = queriesOf(shape)
  return (rows, context) => {
    const keyed =
      queried.length === 0
        ? NO_KEYED
        : new Map(queried.map((number): [number, KeyedParents] => [number, { parents: [], keys: [] }]))
    const twice = watch ? findTwice(rows, shape.identity) : null
    return { items: twice === null ? build(rows, context, keyed) : [], keyed, twice }
  }
}

/** Rows → items, and their parents' keys. */
export type Builder = (
  rows: readonly Row[],
  context: ReadContext,
  keyed: ReadonlyMap<number, KeyedParents>,
) => unknown[]

const hasOpen = (shape: RowShape): boolean => shape.open.length > 0 || shape.children.some(hasOpen)
/** Branches whose parents are noted down. */
const queriesOf = (shape: RowShape): number[] => [
  ...(shape.echo.length > 0 ? [ECHO] : []),
  ...shape.queries.map((query) => query.branch),
  ...shape.children.flatMap(queriesOf),
]

/** One object per row, keys of includes dotted. */
function flatten(shape: RowShape): RowShape {
  const fields: Field[] = []
  const open: { index: number }[] = []
  const visit = (part: RowShape): void => {
    const prefix = part.path === '' ? '' : `${part.path}.`
    for (const field of part.fields) fields.push({ ...field, name: prefix + field.name })
    open.push(...part.open)
    part.children.forEach(visit)
  }
  visit(shape)
  return { ...shape, fields, open, children: [] }
}

/** SQL without an alias: the database names its columns, and a `*` may be several. All others move by what it is wider. */
function closeOpen(shape: RowShape, names: readonly string[], width: number): RowShape {
  const positions: number[] = []
  let planned = 0
  const collect = (part: RowShape): void => {
    positions.push(...part.open.map((open) => open.index))
    for (const index of [...part.fields, ...part.open, ...part.hiddenKeys].map((field) => field.index))
      planned = Math.max(planned, index + 1)
    for (const index of [
      ...part.presence,
      ...part.identity,
      ...part.echo,
      ...part.queries.flatMap((query) => query.keys),
    ])
      planned = Math.max(planned, index + 1)
    part.children.forEach(collect)
  }
  collect(shape)
  const first = Math.min(...positions)
  const extra = Math.max(0, width - planned)
  const move = (index: number): number => (index > first ? index + extra : index)
  const moved = <T extends { readonly index: number }>(field: T): T => ({ ...field, index: move(field.index) })
  const close = (part: RowShape): RowShape => {
    const known = part.fields.map(moved)
    const named = part.open.flatMap((open) =>
      Array.from({ length: open.index === first ? extra + 1 : 1 }, (_, at): Field => {
        const index = move(open.index) + at
        return { name: names[index] ?? String(index), index, fromRow: null }
      }),
    )
    const taken = new Set(known.map((field) => field.name))
    return {
      ...part,
      fields: [...known, ...named.filter((field) => !taken.has(field.name))],
      open: [],
      presence: part.presence.map(move),
      identity: part.identity.map(move),
      hiddenKeys: part.hiddenKeys.map(moved),
      queries: part.queries.map((query) => ({ ...query, keys: query.keys.map(move) })),
      echo: part.echo.map(move),
      children: part.children.map(close),
    }
  }
  return close(shape)
}

/** The first two rows that have the same key. */
function findTwice(rows: readonly Row[], identity: readonly number[]): readonly [number, number] | null {
  const seen = new Map<unknown, number>()
  const [single] = identity
  if (single === undefined) return null
  for (let at = 0; at < rows.length; at += 1) {
    const key = identity.length === 1 ? plainKey(rows[at]![single]) : keyOf(rows[at]!, identity)
    const before = seen.get(key)
    if (before !== undefined) return [before, at]
    seen.set(key, at)
  }
  return null
}
