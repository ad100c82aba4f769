/**
 * What decorators say about a class, kept until the class is registered (`new Sequelize({ models })`). Decorators write here,
 * `api/decorated` reads. Both conventions end up in the same records: legacy decorators know the class, standard ones a metadata object
 * that the class gets later.
 */
import { DefinitionError } from '../errors/index.js'

export interface DecoratedAssociation {
  readonly kind: 'hasOne' | 'belongsTo' | 'hasMany' | 'belongsToMany'
  readonly as: string
  readonly target: () => unknown
  readonly options: Readonly<Record<string, unknown>>
}
export interface DecoratedHook {
  readonly hook: string
  /** Name of the static method. */
  readonly method: string | symbol
  readonly name: string | symbol | null
}
export interface DecoratedClass {
  /** Attribute → options, merged of all its decorators. */
  readonly attributes: Map<string, Record<string, unknown>>
  /** `unique` and `index` entries, in the order of the decorators. */
  readonly associations: DecoratedAssociation[]
  readonly hooks: DecoratedHook[]
  readonly validators: { readonly method: string | symbol; readonly isStatic: boolean }[]
  /** Properties declared with `accessor`: their getter is the decorator's, not the user's. */
  readonly accessors: Set<string>
  /** Role → attribute (`createdAt`, `updatedAt`, `deletedAt`, `version`). */
  readonly roles: Map<string, string>
  options: Record<string, unknown> | null
  isAbstract: boolean
}

const KEY: unique symbol = Symbol.for('mortise.decorators')
const METADATA = Symbol as { metadata?: symbol }
// Standard decorators hand their metadata on through `Symbol.metadata`, which Node does not have yet; compilers look it up when a class is
// made, and leave metadata out where it is missing.
METADATA.metadata ??= Symbol.for('Symbol.metadata')

const byClass = new WeakMap<object, DecoratedClass>()
const empty = (): DecoratedClass => ({
  attributes: new Map(),
  associations: [],
  hooks: [],
  validators: [],
  accessors: new Set(),
  roles: new Map(),
  options: null,
  isAbstract: false,
})

/** The record of a class, for legacy decorators and class decorators. */
export function recordOf(constructor: object): DecoratedClass {
  let record = byClass.get(constructor)
  if (!record) {
    record = empty()
    byClass.set(constructor, record)
  }
  return record
}

/** The record of the class that standard decorators are working on. */
export function recordOfContext(context: { readonly metadata?: object | undefined }): DecoratedClass {
  const holder = context.metadata as { [KEY]?: DecoratedClass } | undefined
  if (!holder)
    throw new DefinitionError(
      'These decorators need decorator metadata: import mortise/decorators before the class is defined, and compile with a tool that supports the decorators proposal.',
    )
  if (!Object.hasOwn(holder, KEY)) Object.defineProperty(holder, KEY, { value: empty() })
  return holder[KEY]!
}

/** Everything said about exactly this class (not its parents); null: nothing. */
export function decorationOf(constructor: object): DecoratedClass | null {
  const legacy = byClass.get(constructor)
  const holder = Object.hasOwn(constructor, METADATA.metadata!)
    ? (constructor as Record<symbol, { [KEY]?: DecoratedClass } | null>)[METADATA.metadata!]
    : undefined
  const standard = holder && Object.hasOwn(holder, KEY) ? holder[KEY]! : undefined
  if (!legacy || !standard) return legacy ?? standard ?? null
  return {
    attributes: new Map([...standard.attributes, ...legacy.attributes]),
    associations: [...standard.associations, ...legacy.associations],
    hooks: [...standard.hooks, ...legacy.hooks],
    validators: [...standard.validators, ...legacy.validators],
    accessors: new Set([...standard.accessors, ...legacy.accessors]),
    roles: new Map([...standard.roles, ...legacy.roles]),
    options: standard.options || legacy.options ? { ...standard.options, ...legacy.options } : null,
    isAbstract: standard.isAbstract || legacy.isAbstract,
  }
}
