/**
 * Rows → instances or plain objects, by position. The reader of a plan is generated for exactly its columns and its tree of includes;
 * where code generation is forbidden, closures do the same. Trees with to-many joins are folded: each parent once, its rows below it.
 */
import { compile } from '../base/compile.js'
import type { ModelClass } from '../model/definition.js'
import { hydrate, rowClass } from '../model/rows.js'
import type { StateOptions } from '../model/state.js'
import type { ResultMode } from './request.js'
import type { Field, RowShape } from './row-shape.js'

export type Row = readonly unknown[]
/** What differs between two calls of one plan: the classes (scoped variants) and load options, by the branch's number. */
export interface ReadContext {
  readonly models: readonly ModelClass[]
  readonly options: readonly StateOptions[]
  /** Column names of the result, for SQL without an alias. */
  readonly columns: readonly string[]
}
/** Parents of a `strategy: 'query'` include, each with the key (of one or more parts) that leads to its rows. */
export interface KeyedParents {
  readonly parents: unknown[]
  readonly keys: (readonly unknown[])[]
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
  if (mode === 'instances' && hasMany(shape)) return foldReader(shape)
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

type Builder = (rows: readonly Row[], context: ReadContext, keyed: ReadonlyMap<number, KeyedParents>) => unknown[]

const hasOpen = (shape: RowShape): boolean => shape.open.length > 0 || shape.children.some(hasOpen)
const hasMany = (shape: RowShape): boolean =>
  shape.children.some((child) => child.cardinality === 'many' || hasMany(child))
/** Branches whose parents are noted down. */
const queriesOf = (shape: RowShape): number[] => [
  ...(shape.echo.length > 0 ? [ECHO] : []),
  ...shape.queries.map((query) => query.branch),
  ...shape.children.flatMap(queriesOf),
]
export const ECHO = -1
/** Keys to be noted of an instance of this shape, by the branch that they are for. */
const keysOf = (shape: RowShape): readonly { readonly branch: number; readonly keys: readonly number[] }[] =>
  shape.echo.length > 0 ? [...shape.queries, { branch: ECHO, keys: shape.echo }] : shape.queries

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

const plainKey = (value: unknown): unknown => (typeof value === 'object' && value !== null ? keyPart(value) : value)
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

// ---------------------------------------------------------------- generated reader
/** A reader compiled from source text; null where code generation is forbidden. */
function generateBuilder(shape: RowShape, mode: ResultMode): Builder | null {
  const converters: ((value: unknown) => unknown)[] = []
  const instances: number[] = []
  const lists = new Set<number>()
  /** The variable of a list of keyed parents. */
  const listOf = (branch: number): string => {
    lists.add(branch)
    return `q${branch === ECHO ? 'e' : branch}`
  }
  const cell = ({ index, fromRow }: Field): string => {
    if (fromRow === null) return `r[${index}]`
    const known = converters.indexOf(fromRow)
    const number = known === -1 ? converters.push(fromRow) - 1 : known
    return `r[${index}]===null?null:c${number}(r[${index}])`
  }
  const object = (fields: readonly Field[], rest: readonly string[] = []): string =>
    `{${[...fields.map((field) => `${propertyName(field.name)}:${cell(field)}`), ...rest].join(',')}}`
  const value = (part: RowShape): string => {
    const below = part.children.map((child) => {
      const isThere = child.presence.map((index) => `r[${index}]!==null`).join('||')
      return `${propertyName(child.as)}:${isThere === '' ? value(child) : `${isThere}?${value(child)}:null`}`
    })
    const queried = part.queries.map(
      (query) => `${propertyName(query.as)}:${query.cardinality === 'many' ? '[]' : 'null'}`,
    )
    const values = object(part.fields, [...below, ...queried])
    if (mode !== 'instances')
      return part.echo.length === 0
        ? values
        : `k(${listOf(ECHO)},${values},[${part.echo.map((index) => `r[${index}]`).join(',')}])`
    const options = part.hiddenKeys.length > 0 ? `w(o${part.branch},${object(part.hiddenKeys)})` : `o${part.branch}`
    instances.push(part.branch)
    // Its values have a name, because they stand in two places: the text of a tree would double with every level.
    const [row, held] = [`R${part.branch}`, `v${part.branch}`]
    const instance = `(${held}=${values},${row}===null?h(m[${part.branch}],${held},${options}):new ${row}(${held},${options}))`
    return keysOf(part).reduce(
      (inner, query) => `k(${listOf(query.branch)},${inner},[${query.keys.map((index) => `r[${index}]`).join(',')}])`,
      instance,
    )
  }
  const made = value(shape)
  const locals = [
    ...instances.map((number) => `R${number}=c(m[${number}]),o${number}=o[${number}]`),
    ...Array.from(lists, (branch) => `${listOf(branch)}=q.get(${branch})`),
  ]
  const head = `const m=context.models,o=context.options,n=rows.length,out=new Array(n)${locals.map((local) => `,${local}`).join('')}`
  const variables = instances.length === 0 ? '' : `let ${instances.map((number) => `v${number}`).join(',')};`
  const scope: Record<string, unknown> = { h: hydrate, c: rowClass, k: keep, w: withHiddenKeys }
  for (const [at, converter] of converters.entries()) scope[`c${at}`] = converter
  return compile<Builder>(
    scope,
    `return function read(rows,context,q){${head};${variables}for(let i=0;i<n;i++){const r=rows[i];out[i]=${made}}return out}`,
  )
}

/** The options of an instance that does not show its primary key, but must be found by it when it is saved. */
const withHiddenKeys = (options: StateOptions, hiddenKeys: Record<string, unknown>): StateOptions => ({
  ...options,
  hiddenKeys,
})

/** A property of an object literal. `__proto__` as a plain name would set the prototype. */
const propertyName = (name: string): string => (name === '__proto__' ? '["__proto__"]' : JSON.stringify(name))

function keep(list: KeyedParents, parent: unknown, key: readonly unknown[]): unknown {
  list.parents.push(parent)
  list.keys.push(key)
  return parent
}

// ---------------------------------------------------------------- closures
type Make = (row: Row, context: ReadContext, keyed: ReadonlyMap<number, KeyedParents>) => unknown

function buildByClosures(shape: RowShape, mode: ResultMode): Builder {
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
function foldReader(shape: RowShape): Reader {
  const make = folderOf(shape)
  const queried = queriesOf(shape)
  return (rows, context) => {
    const keyed = new Map(queried.map((number): [number, KeyedParents] => [number, { parents: [], keys: [] }]))
    const known = new Map<string, Folded>()
    const items: unknown[] = []
    const [key] = shape.identity
    for (let at = 0; at < rows.length; at += 1) {
      // RIGHT JOIN: a row without a parent cannot become one.
      if (key === undefined || rows[at]![key] !== null) make(rows[at]!, at, known, items, context, keyed)
    }
    return { items, keyed, twice: null }
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
