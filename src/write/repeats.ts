/**
 * One association read again and again for instances of one load, each with a statement of its own: the N+1 that waits for each answer.
 * In development it is told once per line. Loads are known by the options object that their instances share (`read/find`).
 */
import type { Association } from '../association/association.js'
import { callerLine } from '../base/caller.js'
import type { Runtime } from '../dialect/runtime.js'
import type { ModelState } from '../model/state.js'

/** So many single reads of one load are told. */
const TOLD_AT = 5

interface Tally {
  count: number
}
const loads = new WeakMap<object, Map<Association, Tally>>()

const loadOf = (source: ModelState): object | undefined => source._options.load as object | undefined

/** The caller's line, where the next single read of this load will be told. Must be called before anything is waited for. */
export function callerOfRepeat(runtime: Runtime, association: Association, source: ModelState): string | null {
  const load = loadOf(source)
  if (load === undefined || runtime.isProduction) return null
  return loads.get(load)?.get(association)?.count === TOLD_AT - 1 ? (callerLine() ?? '') : null
}

export function noteRepeat(runtime: Runtime, association: Association, source: ModelState, line: string | null): void {
  const load = loadOf(source)
  if (load === undefined || runtime.isProduction) return
  let tallies = loads.get(load)
  if (tallies === undefined) {
    tallies = new Map()
    loads.set(load, tallies)
  }
  const tally = tallies.get(association)
  if (tally === undefined) {
    tallies.set(association, { count: 1 })
    return
  }
  tally.count += 1
  if (tally.count !== TOLD_AT || line === null) return
  const name = `${association.source.name}.${association.as}`
  const at = line === '' ? '' : ` at ${line}`
  runtime.warn(
    'MORTISE_W_REPEATED_LOAD',
    `${name} ${line}`,
    `${association.accessors.get}() was called ${TOLD_AT} times in a row on rows of one ${association.source.name} query, each with a statement of its own${at}. ` +
      `Load "${association.as}" with the query (include: '${association.as}'), with ${association.source.name}.load(rows, '${association.as}'), or call the getters without waiting in between (Promise.all).`,
  )
}
