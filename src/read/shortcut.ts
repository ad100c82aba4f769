/**
 * The short way of a find whose options look like those of one before: one walk along them leads to the plan and collects the values.
 * Only what is walked here has one (flat conditions of plain attributes and lists of values, includes by name or model, lists of attributes and orders);
 * everything else, and everything that would throw, goes the long way of `read/find`.
 */
import { isPlainObject } from '../base/freeze.js'
import { isStrategy } from '../base/options.js'
import type { Runtime } from '../dialect/runtime.js'
import type { ModelClass, ModelDefinition, ModelShape } from '../model/definition.js'
import { isFragment } from '../sql/fragments.js'
import type { DataType } from '../types/data-type.js'
import { isJsonType } from './attribute-key.js'
import type { ReadContext } from './hydrate.js'
import { FEW, isListed, placesFor } from './lists.js'
import { comparable } from './operators.js'
import type { FindInput } from './options.js'
import type { Plan, Route } from './plan.js'
import type { FindRequest } from './request.js'
import { branchesInOrder } from './row-shape.js'

/** What a known walk leads to. */
export interface Shortcut {
  readonly plan: Plan
  readonly context: ReadContext
  /** By slot: the type that the value is checked by; null: a number of rows, checked on the way. */
  readonly types: readonly (DataType | null)[]
  readonly witnesses: readonly Witness[]
}
/** A model as it was when the walk was learned. */
interface Witness {
  readonly model: ModelClass
  readonly definition: ModelDefinition
  readonly shape: ModelShape
  readonly associations: number
}

/** A place in the tree of walks: each step is a key or a value that decides the statement. */
class Place {
  readonly next = new Map<unknown, Place>()
  /** Null: this walk has no short way. */
  end: Shortcut | null | undefined = undefined
}
interface Walks {
  readonly runtime: Runtime
  readonly definition: ModelDefinition
  start: Place
  size: number
}
const walks = new WeakMap<ModelClass, Walks>()
const MOST_PLACES = 5000

/** Where these options lead; null: nowhere. */
export function walkOf(runtime: Runtime, model: ModelClass, options: FindInput): Walk | null {
  const definition = model.modelDefinition
  let known = walks.get(model)
  if (known === undefined || known.runtime !== runtime || known.definition !== definition) {
    known = { runtime, definition, start: new Place(), size: 0 }
    walks.set(model, known)
  } else if (known.size > MOST_PLACES) {
    known.start = new Place()
    known.size = 0
  }
  const walk = new Walk(known)
  return walk.along(options) ? walk : null
}

// ---------------------------------------------------------------- by key
interface KeyWalk {
  readonly runtime: Runtime
  readonly shortcut: Shortcut
}
const keyWalks = new WeakMap<ModelClass, KeyWalk>()

/** Where a find of one row by its primary key alone leads; null: it has not been walked yet, or has no short way. */
export function keyWalkOf(runtime: Runtime, model: ModelClass): KeyWalk | null {
  const known = keyWalks.get(model)
  if (known !== undefined && known.runtime === runtime && isTrue(known.shortcut.witnesses[0]!)) return known
  const { primaryKey } = model.modelDefinition.shape
  if (primaryKey.length !== 1) return null
  // Only the way matters, not the value.
  const shortcut = walkOf(runtime, model, byKey(primaryKey[0]!.attributeName, 0))?.shortcut
  if (shortcut?.types.length !== 2) return null
  const walk: KeyWalk = { runtime, shortcut }
  keyWalks.set(model, walk)
  return walk
}
/** `findByPk` as options of `findAll`. */
export const byKey = (name: string, key: unknown): FindInput => ({ where: { [name]: key }, limit: 1, plain: true })

const LIST = Symbol('list')
const OBJECT = Symbol('object')
const END = Symbol('end')
const VALUE = Symbol('value')

/** Options whose value decides the statement. */
const SWITCHES = new Set(['raw', 'nest', 'paranoid'])
/** Options that `read/find` looks at in each call. */
const PER_CALL = new Set(['plain', 'rejectOnEmpty', 'transaction', 'logging'])

export class Walk {
  /** As given, by slot. */
  readonly #values: unknown[] = []
  /** By slot: the attribute that the value is compared with; null: a number of rows. */
  readonly #names: (string | null)[] = []
  readonly #walks: Walks
  #place: Place

  constructor(known: Walks) {
    this.#walks = known
    this.#place = known.start
  }

  /** The shortcut at the end; null where there is none, undefined where it is not known yet. */
  get shortcut(): Shortcut | null | undefined {
    const { end } = this.#place
    return end && !end.witnesses.every(isTrue) ? undefined : end
  }

  /** The values as the statement takes them; null: one is refused. */
  valuesFor(types: Shortcut['types']): readonly unknown[] | null {
    return comparables(this.#values, types, this.#walks.runtime.options.noTypeValidation)
  }

  /** Remembers where the walk leads, if the next one like it needs no more than this walk and the plan. */
  learn(request: FindRequest, route: Route, plan: Plan, context: ReadContext): void {
    const { attributes } = request.root.definition.shape
    const branches = branchesInOrder(request.root)
    const types = this.#names.map((name) => (name === null ? null : attributes.get(name)?.type))
    const isSimple =
      route.loose.length === 0 &&
      plan.shape.open.length === 0 &&
      branches.every(({ parent, strategy }) => parent === null || strategy === 'join') &&
      types.every((type) => type !== undefined && !isJsonType(type))
    const values = isSimple ? this.valuesFor(types as Shortcut['types']) : null
    // The proof that these values are all there are, and that they stand in this order.
    const isProven =
      values !== null &&
      values.length === request.values.length &&
      values.every((value, at) => isSame(value, request.values[at]))
    this.#place.end = isProven
      ? {
          plan,
          context,
          types: types as Shortcut['types'],
          witnesses: branches.map(({ model, definition }) => ({
            model,
            definition,
            shape: definition.shape,
            associations: definition.associations.size,
          })),
        }
      : null
  }

  along(options: FindInput): boolean {
    let limit: unknown
    let offset: unknown
    for (const key in options) {
      const value = options[key]
      if (value === undefined || PER_CALL.has(key)) continue
      if (key === 'limit') limit = value
      else if (key === 'offset') offset = value
      else if (!this.#option(key, value)) return false
    }
    // Slots are numbered in this order, whatever the order of the options.
    return this.#rows('limit', limit) && this.#rows('offset', offset)
  }

  #option(key: string, value: unknown): boolean {
    if (key === 'where') {
      this.#step(key)
      return this.#where(value)
    }
    if (key === 'include' || key === 'attributes' || key === 'order') {
      this.#step(key)
      return this.#structure(value, 0)
    }
    const isRead = SWITCHES.has(key) ? typeof value === 'boolean' : key === 'strategy' && isStrategy(value)
    if (!isRead) return false
    this.#step(key)
    this.#step(value)
    return true
  }

  #where(where: unknown): boolean {
    if (!isPlainObject(where)) return false
    for (const key of Reflect.ownKeys(where)) {
      if (typeof key === 'symbol') return false
      const value = where[key]
      this.#step(key)
      if (value === null) this.#step(null)
      else if (isScalar(value)) {
        this.#step(VALUE)
        this.#values.push(value)
        this.#names.push(key)
      } else if (!Array.isArray(value) || !this.#list(key, value)) return false
    }
    this.#step(END)
    return true
  }

  /** Values of which one is to match: how many they are decides the statement, as far as `read/lists` says. */
  #list(key: string, values: readonly unknown[]): boolean {
    for (let at = 0; at < values.length; at += 1) if (!isScalar(values[at])) return false
    this.#step(LIST)
    if (values.length > FEW) {
      this.#step(-placesFor(values.length, this.#walks.runtime.dialect.traits))
      this.#values.push(values)
      this.#names.push(key)
      return true
    }
    this.#step(values.length + 1)
    for (let at = 0; at < values.length; at += 1) {
      this.#values.push(values[at])
      this.#names.push(key)
    }
    return true
  }

  /** Names, models, associations, and lists and objects of them. */
  #structure(value: unknown, depth: number): boolean {
    if (value === null || isFragment(value)) return false
    const isObject = typeof value === 'object'
    if (
      typeof value === 'string' ||
      typeof value === 'boolean' ||
      typeof value === 'function' ||
      (isObject && 'associationType' in value)
    ) {
      this.#step(value)
      return true
    }
    if (!isObject || depth > DEEPEST) return false
    if (Array.isArray(value)) {
      this.#step(LIST)
      for (const item of value) if (!this.#structure(item, depth + 1)) return false
    } else {
      if (!isPlainObject(value)) return false
      this.#step(OBJECT)
      for (const key of Reflect.ownKeys(value)) {
        if (typeof key === 'symbol' || key === 'where' || key === 'on') return false
        this.#step(key)
        if (!this.#structure(value[key], depth + 1)) return false
      }
    }
    this.#step(END)
    return true
  }

  /** LIMIT and OFFSET. Without a row the statement is another one. */
  #rows(key: string, value: unknown): boolean {
    if (value === undefined) return true
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) return false
    this.#step(key)
    this.#values.push(value)
    this.#names.push(null)
    return true
  }

  #step(key: unknown): void {
    const { next } = this.#place
    let place = next.get(key)
    if (place === undefined) {
      place = new Place()
      next.set(key, place)
      this.#walks.size += 1
    }
    this.#place = place
  }
}
const DEEPEST = 8

/** Values as their slots take them, in place; null: one is refused. */
export function comparables(
  values: unknown[],
  types: Shortcut['types'],
  noTypeValidation: boolean,
): readonly unknown[] | null {
  try {
    for (let at = 0; at < values.length; at += 1) {
      const type = types[at]!
      const value = values[at]
      if (type !== null)
        values[at] =
          Array.isArray(value) && isListed(type)
            ? value.map((item) => comparable(type, item, noTypeValidation))
            : comparable(type, value, noTypeValidation)
    }
  } catch {
    return null
  }
  return values
}

const isSame = (a: unknown, b: unknown): boolean =>
  Object.is(a, b) ||
  (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, at) => Object.is(item, b[at])))

export const isScalar = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'

/** Whether the model is as it was. The scopes of the first one, the root, are part of the options already. */
const isTrue = ({ model, definition, shape, associations }: Witness, at = 0): boolean =>
  model.modelDefinition === definition &&
  definition.shape === shape &&
  definition.associations.size === associations &&
  (at === 0 || definition.scopes.isNeutral)
