/**
 * Scopes of a model: named finder options, and how several of them (and the finder's own) become one. A variant of a model
 * (`withScope`) has the same scopes with another selection. Nothing given is ever written to. Docs: other-topics/scopes.
 */
import { isPlainObject } from '../base/freeze.js'
import { suggestion } from '../base/names.js'
import { FINDER_OPTIONS } from '../base/options.js'
import { DefinitionError, SequelizeScopeError } from '../errors/index.js'
import { Op } from '../sql/op.js'

/** Finder options as users write them. */
export type FindInput = Readonly<Record<PropertyKey, unknown>>
export type ScopeDefinition = FindInput | ((...args: never[]) => FindInput)
/** What `withScope` takes: names, `{ method: ['name', ...args] }`, finder options, null for none; nested lists are fine. */
export type ScopeSelection =
  | string
  | null
  | undefined
  | FindInput
  | { readonly method: string | readonly unknown[] }
  | readonly ScopeSelection[]

type MergeStrategy = 'and' | 'overwrite'
const NONE: FindInput = Object.freeze({})

export class Scopes {
  readonly #modelName: string
  readonly #strategy: MergeStrategy
  /** Shared by every selection of the model. */
  readonly #named: Map<string, ScopeDefinition>
  readonly #selection: readonly ScopeSelection[]

  constructor(
    modelName: string,
    named: Iterable<readonly [string, ScopeDefinition]> = [],
    strategy: MergeStrategy = 'and',
    selection: readonly ScopeSelection[] = ['defaultScope'],
  ) {
    this.#modelName = modelName
    this.#strategy = strategy
    this.#selection = selection
    this.#named = named instanceof Map ? (named as Map<string, ScopeDefinition>) : new Map()
    if (!(named instanceof Map)) for (const [name, definition] of named) this.add(name, definition)
  }

  /** Options of the default scope; empty where there is none. */
  get defaultScope(): FindInput {
    return (this.#named.get('defaultScope') as FindInput | undefined) ?? NONE
  }
  has(name: string): boolean {
    return this.#named.has(name)
  }
  names(): readonly string[] {
    return [...this.#named.keys()]
  }

  /** Adds a scope. Throws `DefinitionError` when there is one of this name, unless `override`. */
  add(name: string, definition: ScopeDefinition, options: { readonly override?: boolean } = {}): void {
    for (const option of Object.keys(options ?? {}))
      if (option !== 'override')
        throw new DefinitionError(
          `Unknown option "${option}" in ${this.#modelName}.addScope("${name}").${suggestion(option, ['override'])} It has: override.`,
        )
    if (typeof definition !== 'function' && !isPlainObject(definition))
      throw new DefinitionError(
        `The scope "${name}" of ${this.#modelName} must be finder options or a function that returns them, got ${String(definition)}.`,
      )
    if (name === 'defaultScope' && typeof definition === 'function')
      throw new DefinitionError(
        `The default scope of ${this.#modelName} must be finder options, not a function: it is applied to every query, without arguments.`,
      )
    if (typeof definition !== 'function') this.#check(definition, name)
    if (this.#named.has(name) && options?.override !== true && !(name === 'defaultScope' && this.#isEmptyDefault())) {
      throw new DefinitionError(
        `The scope "${name}" of ${this.#modelName} exists already. Pass { override: true } to replace it.`,
      )
    }
    this.#named.set(name, definition)
  }
  /** Returns the options. @throws DefinitionError for one that finders do not have: it would change nothing. */
  #check(options: FindInput, name: string | null): FindInput {
    for (const option of Object.keys(options))
      if (!(FINDER_OPTIONS as readonly string[]).includes(option))
        throw new DefinitionError(
          `${name === null ? `A scope of ${this.#modelName}` : `The scope "${name}" of ${this.#modelName}`} has the option "${option}", which finders do not have.${suggestion(option, FINDER_OPTIONS)}`,
        )
    return options
  }
  #isEmptyDefault(): boolean {
    return Reflect.ownKeys(this.defaultScope).length === 0
  }

  /**
   * The same scopes with another selection: what a variant of the model holds. Nothing selected: no scope at all.
   * Throws `SequelizeScopeError` for a name that is not defined.
   */
  select(...selection: readonly ScopeSelection[]): Scopes {
    const chosen = flatten(selection)
    for (const one of chosen) this.#optionsOf(one, false)
    return new Scopes(this.#modelName, this.#named, this.#strategy, chosen)
  }
  /** The selection as it was given. */
  get selection(): readonly ScopeSelection[] {
    return this.#selection
  }

  /** Finder options under the selected scopes. The options themselves, when no scope says anything. */
  resolve(options?: FindInput | null): FindInput {
    if (this.isNeutral) return options ?? NONE
    let result: FindInput = NONE
    for (const one of this.#selection) result = merge(result, this.#optionsOf(one, true), this.#strategy)
    return merge(result, options ?? NONE, this.#strategy)
  }

  /** No scope says anything. The usual case: nothing is selected but the default scope, and there is none. */
  get isNeutral(): boolean {
    const selection = this.#selection
    return (
      selection.length === 0 ||
      (selection.length === 1 && selection[0] === 'defaultScope' && !this.#named.has('defaultScope'))
    )
  }

  #optionsOf(selected: ScopeSelection, isCalled: boolean): FindInput {
    if (selected === null || selected === undefined) return NONE
    if (typeof selected === 'string') return this.#scopeNamed(selected, [], isCalled)
    const { method } = selected as { readonly method?: unknown }
    if (method === undefined) return isCalled ? (selected as FindInput) : this.#check(selected as FindInput, null)
    const [name, ...args] = Array.isArray(method) ? (method as unknown[]) : [method]
    return this.#scopeNamed(String(name), args, isCalled)
  }
  #scopeNamed(name: string, args: readonly unknown[], isCalled: boolean): FindInput {
    const definition = this.#named.get(name)
    if (definition === undefined) {
      if (name === 'defaultScope') return NONE
      throw new SequelizeScopeError(`${this.#modelName} has no scope "${name}".${suggestion(name, this.#named.keys())}`)
    }
    if (typeof definition !== 'function') return definition
    if (!isCalled) return NONE
    return this.#check((definition as (...args: readonly unknown[]) => FindInput)(...args) ?? NONE, name)
  }
}

const flatten = (selection: readonly ScopeSelection[]): ScopeSelection[] =>
  selection
    .flatMap((one) => (Array.isArray(one) ? flatten(one as ScopeSelection[]) : [one as ScopeSelection]))
    .filter((one) => one !== undefined)

/**
 * Finder options over others: later ones win, except `where` and `having`, which both hold; `include`, merged per association; and
 * `attributes`, where what was excluded stays excluded.
 */
function merge(under: FindInput, over: FindInput, strategy: MergeStrategy): FindInput {
  if (under === NONE || Reflect.ownKeys(under).length === 0) return over
  if (over === NONE || Reflect.ownKeys(over).length === 0) return under
  const result: Record<PropertyKey, unknown> = { ...under }
  for (const key of Reflect.ownKeys(over)) {
    const value = over[key]
    if (value === undefined) continue
    result[key] = mergeOption(key, under[key], value, strategy)
  }
  return result
}

function mergeOption(key: PropertyKey, under: unknown, over: unknown, strategy: MergeStrategy): unknown {
  if (under === undefined || under === null) return over
  switch (key) {
    case 'where':
    case 'having':
      return mergeWhere(under, over, strategy)
    case 'include':
      return mergeIncludes(under, over, strategy)
    case 'attributes':
      return mergeAttributes(under, over)
    default:
      return over
  }
}

function mergeWhere(under: unknown, over: unknown, strategy: MergeStrategy): unknown {
  if (over === null) return under
  if (isPlainObject(under) && isPlainObject(over)) {
    // Conditions on different attributes stand side by side, where hooks can read them.
    if (strategy === 'overwrite' || Reflect.ownKeys(over).every((key) => !Object.hasOwn(under, key)))
      return { ...under, ...over }
  }
  return { [Op.and]: [under, over] }
}

type Selection = { readonly include?: readonly unknown[]; readonly exclude?: readonly string[] }
function mergeAttributes(under: unknown, over: unknown): unknown {
  const excluded = (list: readonly unknown[], exclude: readonly string[] = []): unknown[] =>
    list.filter(
      (item) => !exclude.includes(typeof item === 'string' ? item : Array.isArray(item) ? String(item[1]) : ''),
    )
  if (Array.isArray(over))
    return isPlainObject(under) ? excluded(over as unknown[], (under as Selection).exclude) : over
  if (!isPlainObject(over)) return over
  const { include = [], exclude = [] } = over as Selection
  if (Array.isArray(under)) return [...excluded(under as unknown[], exclude), ...include]
  if (!isPlainObject(under)) return over
  const before = under as Selection
  const both = {
    include: [...(before.include ?? []), ...include],
    exclude: [...new Set([...(before.exclude ?? []), ...exclude])],
  }
  return {
    ...(both.include.length > 0 ? { include: both.include } : {}),
    ...(both.exclude.length > 0 ? { exclude: both.exclude } : {}),
  }
}

const listOf = (include: unknown): readonly unknown[] =>
  Array.isArray(include) ? (include as unknown[]) : include === undefined || include === null ? [] : [include]

function mergeIncludes(under: unknown, over: unknown, strategy: MergeStrategy): readonly unknown[] {
  const result = [...listOf(under)]
  for (const one of listOf(over)) {
    const at = result.findIndex((other) => isSameInclude(other, one))
    if (at === -1) result.push(one)
    else if (isPlainObject(one)) result[at] = isPlainObject(result[at]) ? merge(result[at], one, strategy) : one
  }
  return result
}

interface Named {
  readonly as: string | null
  readonly model: unknown
}
/** What an include is about: its alias, or its model. Models of variants (`User.withScope('x')`) count as the model. */
function subject(include: unknown): Named {
  if (typeof include === 'string') return { as: include, model: null }
  if (typeof include === 'function') return { as: null, model: baseOf(include) }
  if (typeof include !== 'object' || include === null) return { as: null, model: include }
  const given = include as {
    readonly as?: unknown
    readonly association?: unknown
    readonly model?: unknown
    readonly target?: unknown
    readonly all?: unknown
  }
  if ('associationType' in include) return { as: String(given.as), model: baseOf(given.target) }
  if (given.association !== undefined)
    return { ...subject(given.association), ...(typeof given.as === 'string' ? { as: given.as } : {}) }
  if (given.all !== undefined) return { as: '*', model: null }
  return { as: typeof given.as === 'string' ? given.as : null, model: baseOf(given.model) }
}
const baseOf = (model: unknown): unknown => {
  const find = (model as { getInitialModel?: () => unknown } | null | undefined)?.getInitialModel
  return typeof find === 'function' ? find.call(model) : model
}
function isSameInclude(a: unknown, b: unknown): boolean {
  const [left, right] = [subject(a), subject(b)]
  if (left.as !== null && right.as !== null) return left.as === right.as
  return left.as === null && right.as === null && left.model === right.model
}
