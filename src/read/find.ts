/**
 * findAll, the whole way: options → (hooks) → request → plan → statement → rows → instances → includes of their own → (hooks).
 * Each arrow is a file of this folder. `api/model` is before, the executor in the middle. Docs: querying/select-methods.
 */
import type { Association } from '../association/association.js'
import { draft, isPlainObject } from '../base/freeze.js'
import type { Result } from '../connect/driver.js'
import type { Runtime } from '../dialect/runtime.js'
import { EmptyResultError, QueryError } from '../errors/base.js'
import type { ModelClass, ModelDefinition } from '../model/definition.js'
import type { HookOptions } from '../model/hooks.js'
import { wantsHook } from '../model/hooks.js'
import type { StrictLoading } from '../model/settings.js'
import type { StateOptions } from '../model/state.js'
import { explainGroups } from './grouped.js'
import type { Found, ReadContext, Row } from './hydrate.js'
import type { Branch } from './include.js'
import type { IncludeOptions } from './include-spelling.js'
import { expandAll } from './include-spelling.js'
import { needsChoice } from './joins.js'
import type { FindInput } from './options.js'
import { checkOptions, execOptions, FIND_OPTIONS, strictLoadingOf } from './options.js'
import type { Plan } from './plan.js'
import { planFor, routeOf, statementOf } from './plan.js'
import type { FindRequest } from './request.js'
import { normaliseFind } from './request.js'
import { branchesInOrder } from './row-shape.js'
import { loadQueries, warnAboutTwice } from './separate.js'
import type { Walk } from './shortcut.js'
import { comparables, isScalar, keyWalkOf, walkOf } from './shortcut.js'

const NO_OPTIONS: FindInput = Object.freeze({})

/**
 * The rows that `options` describe: instances, or plain objects with `raw`. With `plain` the first one or null. The model's scopes are
 * part of the options already. Throws `QueryError`, `EagerLoadingError`, `EmptyResultError` (`rejectOnEmpty`), and what the database throws.
 */
export function findAll(
  runtime: Runtime,
  model: ModelClass,
  options: FindInput & { readonly plain: true },
): Promise<unknown>
export function findAll(runtime: Runtime, model: ModelClass, options?: FindInput | null): Promise<unknown[]>
export function findAll(runtime: Runtime, model: ModelClass, options?: FindInput | null): Promise<unknown> {
  const given = options ?? NO_OPTIONS
  if (model.modelDefinition.hooks.hasAny(FIND_HOOKS)) return findWithHooks(runtime, model, given)
  const walk = walkOf(runtime, model, given)
  return (walk && findAgain(runtime, model, given, walk)) ?? findFirst(runtime, model, given, walk)
}

/**
 * The row with this primary key, or null: what `findAll` gives for it with `limit: 1` and `plain`, in fewer steps, since nothing else is
 * said and nobody listens. Null instead of a promise: there is no such way, or not yet, or the key is refused.
 */
export function findByKey(runtime: Runtime, model: ModelClass, key: unknown): Promise<unknown> | null {
  const { hooks, scopes } = model.modelDefinition
  if (!isScalar(key) || hooks.hasAny(FIND_HOOKS) || !scopes.isNeutral) return null
  const walk = keyWalkOf(runtime, model)
  if (walk === null) return null
  const { plan, context, types } = walk.shortcut
  const values = comparables([key, ONE_ROW], types, runtime.options.noTypeValidation)
  if (values === null) return null
  try {
    runtime.plans.hits += 1
    const sent = runtime.executor.executeNow(statementOf(plan, values), 'read')
    return sent instanceof Promise
      ? sent.then(({ rows }) => firstOf(plan, rows, context))
      : Promise.resolve(firstOf(plan, sent.rows, context))
  } catch (error) {
    return Promise.reject(error)
  }
}
const ONE_ROW = 1
const firstOf = (plan: Plan, rows: readonly Row[], context: ReadContext): unknown =>
  plan.read(rows, context).items[0] ?? null

async function findWithHooks(runtime: Runtime, model: ModelClass, given: FindInput): Promise<unknown> {
  const input = await beforeFind(model, given)
  const { items } = await read(normaliseFind(runtime, model, input))
  const result = resultOf(input, items)
  await afterFind(model, result, input)
  refuseEmpty(model, input, result)
  return result
}

/** The long way; learns the short one. */
async function findFirst(runtime: Runtime, model: ModelClass, given: FindInput, walk: Walk | null): Promise<unknown> {
  const request = normaliseFind(runtime, model, given)
  const { items } = await read(request)
  if (walk !== null && walk.shortcut === undefined) {
    const route = routeOf(request)
    const plan = route.needsExact ? route.exact : route.plain
    // Another one was read where a one-to-one turned out to have several rows: there is no short way then.
    if (plan !== null) walk.learn(request, route, plan, contextOf(request, NO_COLUMNS))
  }
  const result = resultOf(given, items)
  refuseEmpty(model, given, result)
  return result
}
const NO_COLUMNS: readonly string[] = Object.freeze([])

/** The short way, without waiting where the driver answers at once; null: there is none. */
function findAgain(runtime: Runtime, model: ModelClass, given: FindInput, walk: Walk): Promise<unknown> | null {
  const { shortcut } = walk
  if (!shortcut) return null
  const values = walk.valuesFor(shortcut.types)
  if (values === null) return null
  const { plan, context } = shortcut
  const take = ({ rows }: Result): unknown => {
    const result = resultOf(given, plan.read(rows, watchedLoad(runtime, rows, context)).items)
    refuseEmpty(model, given, result)
    return result
  }
  try {
    const exec = execOptions(given, checkOptions(given, FIND_OPTIONS, model, 'findAll'))
    runtime.plans.hits += 1
    const sent = runtime.executor.executeNow(statementOf(plan, values), 'read', exec)
    return sent instanceof Promise ? sent.then(take) : Promise.resolve(take(sent))
  } catch (error) {
    return Promise.reject(error)
  }
}

const resultOf = (input: FindInput, items: readonly unknown[]): unknown =>
  input.plain === true ? (items[0] ?? null) : items

function refuseEmpty(model: ModelClass, { rejectOnEmpty }: FindInput, result: unknown): void {
  if (rejectOnEmpty && (result === null || (Array.isArray(result) && result.length === 0)))
    throw emptyResult(model, rejectOnEmpty)
}

/** Request → items, without hooks. */
export async function read(request: FindRequest): Promise<Found> {
  const route = routeOf(request)
  const exact =
    route.needsExact || (route.loose.length > 0 && route.loose.some((association) => knownTwice.has(association)))
  let found = await execute(request, planFor(request, exact, route))
  // A one-to-one that the database does not hold has several rows: now the database has to choose.
  if (found.twice !== null) found = await execute(request, planFor(request, true, route))
  await loadQueries(request, found, read)
  return found
}

async function execute(request: FindRequest, plan: Plan): Promise<Found> {
  const { runtime, exec, lock, group } = request
  const sent = runtime.executor.execute(statementOf(plan, request.values), lock === null ? 'read' : 'write', exec)
  const result = await (group.length === 0
    ? sent
    : sent.catch((error: unknown) => throwing(explainGroups(error, request))))
  const found = plan.read(result.rows, contextFor(request, result))
  if (found.twice !== null) noteTwice(request, plan, result.rows[found.twice[0]]!, result.rows[found.twice[1]]!)
  return found
}

function throwing(error: unknown): never {
  throw error
}

// ---------------------------------------------------------------- several rows of a one-to-one
const knownTwice = new WeakSet<Association>()

function noteTwice(request: FindRequest, plan: Plan, first: Row, second: Row): void {
  const { root } = request
  const differs = plan.watches.find((shape) =>
    [...shape.identity, ...shape.presence].some((index) => first[index] !== second[index]),
  )
  const branches = branchesInOrder(root)
  const guilty =
    differs === undefined
      ? branches.find((branch) => branch.association !== null && needsChoice(branch))
      : branches[differs.branch]
  if (guilty?.association == null) return
  knownTwice.add(guilty.association)
  if (guilty.parts.on === null && guilty.options.or !== true) warnAboutTwice(request, guilty.association)
}

// ---------------------------------------------------------------- what instances remember
const ROOT_ONLY: readonly StateOptions[] = [Object.freeze({ raw: true })]

/** In development, instances know which others came with them: reading an association of each, one after the other, is then noticed. */
function watchedLoad({ isProduction }: Runtime, rows: readonly Row[], context: ReadContext): ReadContext {
  if (isProduction || rows.length < 2 || context.options.length === 0) return context
  const load = {}
  return { ...context, options: context.options.map((options) => ({ ...options, load })) }
}

/** What a plan's reader needs besides the rows. */
export const contextFor = (request: FindRequest, { rows, columns }: Pick<Result, 'rows' | 'columns'>): ReadContext =>
  watchedLoad(request.runtime, rows, contextOf(request, columns))

function contextOf({ root, model, mode }: FindRequest, columns: readonly string[]): ReadContext {
  const strict = strictLoadingOf(root.given, model)
  if (root.children.length === 0) {
    const isPlain = root.parts.selection.isDefault && strict === undefined
    return { models: [model], options: isPlain ? ROOT_ONLY : [stateOptions(root, strict)], columns }
  }
  const branches = branchesInOrder(root)
  return {
    models: branches.map((branch) => branch.model),
    options: mode === 'instances' ? branches.map((branch) => stateOptions(branch, strict)) : [],
    columns,
  }
}

function stateOptions({ parts, children }: Branch, strictLoading: StrictLoading | undefined): StateOptions {
  const attributes = parts.selection.isDefault ? undefined : parts.selection.names
  const said = strictLoading === undefined ? undefined : { strictLoading }
  if (children.length === 0) return { raw: true, attributes, ...said }
  return {
    raw: true,
    attributes,
    ...said,
    include: children.filter(isWritten).map(includeOf),
    includeNames: children.map((child) => child.as),
    hasJoin: true,
  }
}
/** An include as `reload` can pass it on, and as serialisers read it. */
const includeOf = ({ given, association, as, model, children }: Branch): IncludeOptions => ({
  ...given,
  association: association!,
  as,
  model,
  ...(children.some(isWritten) ? { include: children.filter(isWritten).map(includeOf) } : {}),
})
/** The table between comes with its parent. */
const isWritten = ({ isBetween }: Branch): boolean => !isBetween

// ---------------------------------------------------------------- hooks
const FIND_HOOKS = ['beforeFind', 'beforeFindAfterExpandIncludeAll', 'beforeFindAfterOptions', 'afterFind'] as const

/** Hooks get a copy of the options that they may change; it is read after the last of them. Without hooks the options themselves. */
export async function beforeFind(model: ModelClass, given: FindInput): Promise<FindInput> {
  const { hooks } = model.modelDefinition
  if (!hooks.hasAny(FIND_HOOKS)) return given
  const input = draft(given) as Record<string, unknown>
  const run = async (name: string): Promise<void> => {
    if (wantsHook(hooks, name, input as HookOptions)) await hooks.runAsync(name, input)
  }
  await run('beforeFind')
  if (wantsHook(hooks, 'beforeFindAfterExpandIncludeAll', input as HookOptions)) {
    if (input.include !== undefined && input.include !== null)
      input.include = writtenOut(model.modelDefinition, input.include)
    await run('beforeFindAfterExpandIncludeAll')
  }
  await run('beforeFindAfterOptions')
  return input
}

export async function afterFind(model: ModelClass, result: unknown, input: FindInput): Promise<void> {
  const { hooks } = model.modelDefinition
  if (wantsHook(hooks, 'afterFind', input as HookOptions)) await hooks.runAsync('afterFind', result, input)
}

function writtenOut(definition: ModelDefinition, include: unknown): readonly unknown[] {
  return expandAll(definition, include).map((item) => {
    if (!isPlainObject(item) || item.include === undefined || item.include === null) return item
    const association =
      typeof item.association === 'string'
        ? definition.associations.get(item.association)
        : (item.association as Association | undefined)
    const target = association?.target.modelDefinition ?? (item.model as ModelClass | undefined)?.modelDefinition
    return target === undefined ? item : { ...item, include: writtenOut(target, item.include) }
  })
}

function emptyResult(model: ModelClass, option: unknown): Error {
  if (option instanceof Error) return option
  if (typeof option === 'function') return new (option as new () => Error)()
  if (option !== true)
    throw new QueryError(`${model.name}.findAll(): rejectOnEmpty is true, an error or an error class.`)
  return new EmptyResultError(`${model.name} has no row that matches the query.`)
}
