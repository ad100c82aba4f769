/**
 * The short way of a find whose options look like those of one before: one walk along them leads to the plan and collects the values.
 * Only what is walked here has one (flat conditions of plain attributes, includes by name or model, lists of attributes and orders);
 * everything else, and everything that would throw, goes the long way of `read/find`.
 */
import { isPlainObject } from '../base/freeze.js'
import type { Runtime } from '../dialect/runtime.js'
import type { ModelClass, ModelDefinition, ModelShape } from '../model/definition.js'
import { isFragment } from '../sql/fragments.js'
import type { DataType } from '../types/data-type.js'
import { isJsonType } from './attribute-key.js'
import type { ReadContext } from './hydrate.js'
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
    const { noTypeValidation } = this.#walks.runtime.options
    const values = this.#values
    try {
      for (let at = 0; at < values.length; at += 1) {
        const type = types[at]!
        if (type !== null) values[at] = comparable(type, values[at], noTypeValidation)
      }
    } catch {
      return null
    }
    return values
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
      values.every((value, at) => Object.is(value, request.values[at]))
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
    if (!SWITCHES.has(key) || typeof value !== 'boolean') return false
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
      } else return false
    }
    this.#step(END)
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

const isScalar = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'

/** Whether the model is as it was. The scopes of the first one, the root, are part of the options already. */
const isTrue = ({ model, definition, shape, associations }: Witness, at: number): boolean =>
  model.modelDefinition === definition &&
  definition.shape === shape &&
  definition.associations.size === associations &&
  (at === 0 || definition.scopes.isNeutral)
