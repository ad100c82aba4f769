/**
 * Calls of one tick that ask the same of different instances: they wait for each other, at the cost of a microtask, and share a statement.
 * Nothing here knows what is asked. Neighbours: `write/get-one` and its siblings for many rows.
 */
import { known } from '../base/known.js'
import type { Transaction } from '../connect/transaction.js'
import { isFragment } from '../sql/fragments.js'

/** What the calls of a group ask. */
export interface Question<S, R> {
  /** The answer for each of several sources. Null: they cannot share, each asks by `alone`. */
  together(sources: readonly S[]): Promise<((source: S) => R | Promise<R>) | null>
  alone(source: S): Promise<R>
}

/** Of this tick: what asks (an association) → options as text → a group per transaction. */
const waiting = new Map<object, Map<string, Group<never, never>[]>>()
/** The one that was joined last: nearly always the next one, too. */
let latest: Group<never, never> | null = null

/** The group of this tick for these calls; null: nobody has asked yet, the caller opens one. */
export function waitingGroup<S, R>(asker: object, transaction: Transaction | null, key: string): Group<S, R> | null {
  if (latest === null || latest.asker !== asker || latest.transaction !== transaction || latest.key !== key)
    latest =
      waiting
        .get(asker)
        ?.get(key)
        ?.find((group) => group.transaction === transaction) ?? null
  return latest as Group<S, R> | null
}

/**
 * Calls with this asker, transaction and key wait for each other from now on, until the tick is over; then the question is put once for all
 * of them, or by `alone` where there is only one.
 */
export function openGroup<S, R>(
  asker: object,
  transaction: Transaction | null,
  key: string,
  question: Question<S, R>,
): Group<S, R> {
  const group = new Group(asker, transaction, key, question)
  const groups = known(waiting, asker, () => new Map<string, Group<never, never>[]>())
  const perTransaction = known(groups, key, (): Group<never, never>[] => [])
  perTransaction.push(group as never)
  latest = group as never
  queueMicrotask(() => {
    latest = null
    perTransaction.splice(perTransaction.indexOf(group as never), 1)
    if (perTransaction.length === 0) groups.delete(key)
    if (groups.size === 0) waiting.delete(asker)
    void group.settle()
  })
  return group
}

/** Each call costs one promise and no closure: there may be thousands. */
export class Group<S, R> {
  readonly #question: Question<S, R>
  readonly #sources: S[] = []
  readonly #resolve: ((answer: R | Promise<R>) => void)[] = []
  readonly #reject: ((reason: unknown) => void)[] = []

  constructor(
    readonly asker: object,
    readonly transaction: Transaction | null,
    readonly key: string,
    question: Question<S, R>,
  ) {
    this.#question = question
  }

  join(source: S): Promise<R> {
    const promise = new Promise<R>(capture)
    this.#sources.push(source)
    this.#resolve.push(captured.resolve)
    this.#reject.push(captured.reject)
    return promise
  }

  /** Answers everybody. Never rejects: the failure is theirs. */
  async settle(): Promise<void> {
    const sources = this.#sources
    try {
      const answer = sources.length === 1 ? null : await this.#question.together(sources)
      for (let at = 0; at < sources.length; at += 1) this.#answer(at, answer)
    } catch (error) {
      for (const reject of this.#reject) reject(error)
    }
  }

  #answer(at: number, answer: ((source: S) => R | Promise<R>) | null): void {
    try {
      const source = this.#sources[at]!
      this.#resolve[at]!(answer === null ? this.#question.alone(source) : answer(source))
    } catch (error) {
      this.#reject[at]!(error)
    }
  }
}

const captured = { resolve: (_value: unknown): void => {}, reject: (_reason: unknown): void => {} }
const capture = (resolve: (value: never) => void, reject: (reason: unknown) => void): void => {
  captured.resolve = resolve as typeof captured.resolve
  captured.reject = reject
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
  'strategy',
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
