/**
 * The options of the finders: which there are, which of them are switches, and what hints and the way to the database become.
 * Part of `read/request`. Docs: querying/select-in-depth; src of the list: the documentation of `FindOptions`.
 */
import { suggestion } from '../base/names.js'
import type { FinderOption } from '../base/options.js'
import { checkOption } from '../base/options.js'
import type { ExecOptions } from '../connect/executor.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError, UnsupportedFeatureError } from '../errors/base.js'
import type { ModelClass } from '../model/definition.js'
import type { StrictLoading } from '../model/settings.js'
import type { IndexHint } from '../sql/query.js'
import { show } from '../types/data-type.js'

export type FindInput = Readonly<Record<string, unknown>>

/** True or false. */
export const SWITCH = 1
/** Concerns the way to the database. */
const EXEC = 2
/** Seldom given: looked at only when one of them is there. */
export const RARE = 4
/** Of a kind that `base/options` knows. */
const KIND = 8

/** What is said about an option, as bits. */
export type OptionTable = ReadonlyMap<string, number>
/** What is said about each; the compiler sees that none is missing. */
const FINDER = {
  where: 0,
  attributes: 0,
  include: 0,
  order: 0,
  limit: 0,
  offset: 0,
  plain: SWITCH,
  raw: SWITCH,
  nest: SWITCH,
  paranoid: SWITCH,
  hooks: SWITCH,
  noHooks: KIND,
  rejectOnEmpty: KIND,
  strictLoading: 0,
  strategy: KIND,
  group: RARE,
  having: RARE,
  distinct: SWITCH | RARE,
  lock: RARE,
  skipLocked: SWITCH | RARE,
  noWait: SWITCH | RARE,
  subQuery: SWITCH | RARE,
  subquery: SWITCH | RARE,
  minifyAliases: SWITCH,
  includeIgnoreAttributes: SWITCH,
  indexHints: RARE,
  tableHints: RARE,
  maxExecutionTimeHintMs: RARE,
  searchPath: EXEC | KIND,
  replacements: KIND,
  bind: KIND,
  transaction: EXEC | KIND,
  connection: EXEC | KIND,
  logging: EXEC | KIND,
  benchmark: EXEC | SWITCH,
  logQueryParameters: EXEC | SWITCH,
  useMaster: EXEC | SWITCH,
  signal: EXEC | KIND,
  retry: EXEC | KIND,
} satisfies Record<FinderOption, number>
export const FIND_OPTIONS: OptionTable = new Map(Object.entries(FINDER))

/** Refuses options that do not exist and switches that are none. Returns the bits of all that were given. */
export function checkOptions(options: FindInput, known: OptionTable, model: ModelClass, method: string): number {
  let bits = 0
  for (const key in options) {
    const value = options[key]
    if (value === undefined) continue
    const bit = known.get(key)
    if (bit === undefined)
      throw new QueryError(`Unknown option "${key}" in ${model.name}.${method}().${suggestion(key, known.keys())}`)
    if (bit & SWITCH && value !== null && typeof value !== 'boolean')
      throw new QueryError(`${model.name}.${method}(): ${key} is true or false, got ${show(value)}.`)
    if (bit & KIND) checkOption(key, value, `${model.name}.${method}()`)
    bits |= bit
  }
  return bits
}

/** What touching an association that was not loaded does; undefined: what the model says. */
export function strictLoadingOf({ strictLoading: given }: FindInput, model: ModelClass): StrictLoading | undefined {
  if (given === undefined || given === false || given === 'warn' || given === 'throw') return given
  throw new QueryError(`${model.name}: strictLoading is 'warn', 'throw' or false, got ${show(given)}.`)
}

export const isEmpty = (given: unknown): boolean =>
  given === undefined || given === null || (Array.isArray(given) && given.length === 0)

/** Hints for the optimizer; those that an engine does not have throw, since a hint that is dropped silently is no hint. */
export function normaliseHints(runtime: Runtime, options: FindInput): readonly IndexHint[] {
  const { dialect } = runtime
  if (!isEmpty(options.tableHints))
    throw new UnsupportedFeatureError(`tableHints are not available on ${dialect.name}.`)
  const { indexHints } = options
  if (isEmpty(indexHints)) return []
  if (!dialect.traits.indexHints) throw new UnsupportedFeatureError(`indexHints are not available on ${dialect.name}.`)
  if (!Array.isArray(indexHints))
    throw new QueryError(`indexHints is an array of { type, values }, got ${show(indexHints)}.`)
  return indexHints.map((hint: unknown) => {
    const { type, values } = (hint ?? {}) as { type?: unknown; values?: unknown }
    if (!['USE', 'FORCE', 'IGNORE'].includes(type as string) || !Array.isArray(values))
      throw new QueryError(`${show(hint)} is no index hint. Write { type: IndexHints.USE, values: ['index_name'] }.`)
    return { type: type as IndexHint['type'], values: values.map(String) }
  })
}

export function executionTime(runtime: Runtime, { maxExecutionTimeHintMs: ms }: FindInput): number | null {
  if (ms === undefined || ms === null) return null
  if ((runtime.dialect.supports.maxExecutionTimeHint as { readonly select?: boolean } | undefined)?.select !== true)
    throw new UnsupportedFeatureError(`maxExecutionTimeHintMs is not available on ${runtime.dialect.name}.`)
  if (!Number.isSafeInteger(ms) || (ms as number) < 0)
    throw new QueryError(`maxExecutionTimeHintMs is a number of milliseconds, got ${show(ms)}.`)
  return ms as number
}

const NO_EXEC: ExecOptions = Object.freeze({})
/** The options that concern the way to the database. */
export function execOptions(options: FindInput, bits: number): ExecOptions {
  if (!(bits & EXEC)) return NO_EXEC
  const exec: Record<string, unknown> = {}
  for (const key in options) {
    const value = options[key]
    // Only `transaction: null` says something: outside of any.
    if (value === undefined || (value === null && key !== 'transaction')) continue
    if ((FIND_OPTIONS.get(key) ?? 0) & EXEC) exec[key] = value
  }
  return exec
}
