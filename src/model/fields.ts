/**
 * Class fields with the names of attributes: `class User extends Model { id; role = 'x' }`. What a compiler makes of them either defines
 * own properties, which would hide the accessors of the prototype, or assigns through those accessors while the instance is made.
 * Neither is meant: the field only says that the attribute exists, and its initial value is a default. Here is found out what a class does.
 */
import type { ModelClass } from './definition.js'
import type { ModelState } from './state.js'

/** What the constructors of a model's classes do to the instance after `super()`. */
export interface Fields {
  /** Names that become own properties (`[[Define]]`). */
  readonly defined: ReadonlySet<string>
  /** Names that are assigned (`[[Set]]`). */
  readonly assigned: ReadonlySet<string>
  /** Only fields: no constructor, no private names. A row then needs no constructor call unless it has fields that are no attributes. */
  readonly isPlain: boolean
}
const NONE: Fields = { defined: new Set(), assigned: new Set(), isPlain: true }

/** What the next call of `ModelState`'s constructor is for. Constructors of users may drop the arguments that they get, so it travels beside them. */
export type Purpose =
  | { readonly kind: 'probe'; readonly defined: Set<string>; readonly assigned: Set<string> }
  | {
      readonly kind: 'hydrate'
      readonly values: Record<string, unknown>
      readonly options: Readonly<Record<string, unknown>>
    }
  | { readonly kind: 'build' }
let pending: Purpose | null = null

/** Calls the class for a purpose that the base constructor takes with `takePurpose`. */
export function construct(model: ModelClass, purpose: Purpose, values: unknown, options: unknown): ModelState {
  const before = pending
  pending = purpose
  try {
    return new (model as unknown as new (values: unknown, options: unknown) => ModelState)(values, options)
  } finally {
    pending = before
  }
}
export function takePurpose(): Purpose | null {
  const purpose = pending
  pending = null
  return purpose
}

/** Marks the prototype at which the classes of users end. */
export const STATE: unique symbol = Symbol('mortise.state')
export const isState = (prototype: object): boolean => Object.hasOwn(prototype, STATE)

/** Prototypes of users' classes, the model's own first. The class right above `ModelState` is `Model` itself, except when it is the model. */
export function* userPrototypes(model: { readonly prototype: object }): Iterable<object> {
  for (
    let prototype: object | null = model.prototype;
    prototype !== null && !isState(prototype);
    prototype = Object.getPrototypeOf(prototype) as object | null
  ) {
    const parent = Object.getPrototypeOf(prototype) as object | null
    if (prototype !== model.prototype && parent !== null && isState(parent)) return
    yield prototype
  }
}

const cache = new WeakMap<object, Fields>()
/** Finds out by making one instance that is thrown away. Asked when the first instance is made, not at definition: fields may use what comes later in a module. */
export function fieldsOf(model: ModelClass): Fields {
  const found = cache.get(model)
  if (found !== undefined) return found
  // A field initialiser may make an instance of the same model.
  cache.set(model, NONE)
  const fields = probe(model)
  cache.set(model, fields)
  return fields
}

function probe(model: ModelClass): Fields {
  const sources = [...userPrototypes(model)].map((prototype) => Function.prototype.toString.call(prototype.constructor))
  if (sources.every((source) => /^class\b[^{]*\{\s*\}$/.test(source))) return NONE
  const isPlain = sources.every((source) => source.startsWith('class') && !/\bconstructor\s*\(|#/.test(source))
  const defined = new Set<string>()
  const assigned = new Set<string>()
  try {
    construct(model, { kind: 'probe', defined, assigned }, {}, {})
  } catch {
    // A constructor that cannot do without values: what it has done up to there is known.
  }
  return { defined, assigned, isPlain }
}

/** What the base constructor returns while it is probed: notes what the derived constructors do. */
export function recorder(
  instance: object,
  purpose: { readonly defined: Set<string>; readonly assigned: Set<string> },
): object {
  return new Proxy(instance, {
    defineProperty: (target, key, descriptor) => {
      if (typeof key === 'string') purpose.defined.add(key)
      return Reflect.defineProperty(target, key, descriptor)
    },
    set: (target, key, value) => {
      if (typeof key === 'string') purpose.assigned.add(key)
      return Reflect.set(target, key, value)
    },
  })
}
