/**
 * Calls of one tick that ask the same of different instances: they wait for each other, at the cost of a microtask, and share a statement.
 * Nothing here knows what is asked. Neighbours: `write/get-one` and its siblings for many rows.
 */
import type { Transaction } from '../connect/transaction.js'
import { isFragment } from '../sql/fragments.js'

interface Waiting<S, R> {
  readonly sources: S[]
  readonly promise: Promise<((source: S) => R | Promise<R>) | null>
}
/** What asks (an association) → transaction → options as text → who waits. */
const waiting = new WeakMap<object, Map<Transaction | null, Map<string, Waiting<never, never>>>>()

/**
 * Joins the calls of this tick with the same `asker`, transaction and key. `together` is called once with all sources, and gives the
 * answer of each; where a source is alone, or `together` has no answer (null), each asks by `alone`.
 */
export async function inOneTick<S, R>(
  asker: object,
  transaction: Transaction | null,
  key: string,
  source: S,
  together: (sources: readonly S[]) => Promise<((source: S) => R | Promise<R>) | null>,
  alone: (source: S) => Promise<R>,
): Promise<R> {
  let byTransaction = waiting.get(asker)
  if (byTransaction === undefined) {
    byTransaction = new Map()
    waiting.set(asker, byTransaction)
  }
  const transactions = byTransaction
  let byKey = transactions.get(transaction)
  if (byKey === undefined) {
    byKey = new Map()
    transactions.set(transaction, byKey)
  }
  const keys = byKey
  let group = keys.get(key) as Waiting<S, R> | undefined
  if (group === undefined) {
    const sources: S[] = []
    const promise = Promise.resolve().then(() => {
      keys.delete(key)
      if (keys.size === 0) transactions.delete(transaction)
      return sources.length > 1 ? together(sources) : null
    })
    group = { sources, promise }
    keys.set(key, group as never)
  }
  group.sources.push(source)
  const answer = await group.promise
  return await (answer === null ? alone(source) : answer(source))
}

// ---------------------------------------------------------------- options that can be shared
/**
 * Options that mean the same for one instance as for many at once. Others (`limit`, `raw`, `signal`, `rejectOnEmpty`, …) belong to a single
 * call: a call with one of them is on its own.
 */
const SHARED = new Set([
  'where',
  'attributes',
  'include',
  'order',
  'paranoid',
  'scope',
  'schema',
  'schemaDelimiter',
  'transaction',
  'logging',
  'benchmark',
  'logQueryParameters',
  'useMaster',
  'hooks',
  'noHooks',
  'lock',
  'skipLocked',
  'strictLoading',
])

let nextId = 1
const ids = new WeakMap<object, number>()
function identityOf(object: object): string {
  let id = ids.get(object)
  if (id === undefined) {
    id = nextId++
    ids.set(object, id)
  }
  return `#${id}`
}

/** Options as text: equal for calls that ask the same. Null: the call cannot share. `batch: false` says so, too. */
export function sharingKey(options: Readonly<Record<PropertyKey, unknown>> | undefined): string | null {
  if (options === undefined) return ''
  let key = ''
  for (const name of Reflect.ownKeys(options)) {
    const value = options[name]
    if (value === undefined || name === 'transaction') continue
    if (name === 'batch') {
      if (value === false) return null
      continue
    }
    if (typeof name === 'symbol' || !SHARED.has(name)) return null
    if (name === 'attributes' && !isPlainList(value)) return null
    key += `${name}=${textOf(value)};`
  }
  return key
}

/** Names only: what is calculated may be calculated over all rows. */
const isPlainList = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '*')

/** By content where that is certain, else by identity. */
function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'symbol':
      return `@${Symbol.keyFor(value) ?? value.toString()}`
    case 'bigint':
      return `${value}n`
    case 'function':
      return identityOf(value)
    case 'object':
      break
    default:
      return String(value)
  }
  if (value === null) return 'null'
  if (value instanceof Date) return `d${value.getTime()}`
  if (isFragment(value)) return identityOf(value)
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return identityOf(value)
  return `{${Reflect.ownKeys(value)
    .map((key) => `${textOf(key)}:${textOf((value as Record<PropertyKey, unknown>)[key])}`)
    .join()}}`
}
