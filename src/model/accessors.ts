/** Properties of instances: one accessor per attribute and per association, on the prototype of the model. */
import { compile } from '../base/compile.js'
import type { ModelClass, ModelShape } from './definition.js'
import { userPrototypes } from './fields.js'
import type { ModelState } from './state.js'

/** Fields of every instance; an attribute of this name is reached by `get` and `set`. */
const FIELDS: ReadonlySet<string> = new Set(['dataValues', 'isNewRecord', '_options', '_previous'])
/** The accessors installed per prototype. */
const installed = new WeakMap<object, Map<string, PropertyDescriptor>>()

/** Gives the model's prototype an accessor per attribute; methods and accessors that the class has itself stay. Takes back those of attributes that are gone. */
export function installAttributes(model: ModelClass, shape: ModelShape = model.modelDefinition.shape): void {
  const { prototype } = model
  for (const name of installed.get(prototype)?.keys() ?? []) {
    const isKept = relations.get(prototype)?.has(name) === true || selected.get(prototype)?.has(name) === true
    if (!shape.attributes.has(name) && !isKept) remove(prototype, name)
  }
  for (const attribute of shape.attributes.values()) {
    const { attributeName } = attribute
    install(model, attributeName, {
      get:
        attribute.get === null
          ? reader(attributeName)
          : function (this: ModelState): unknown {
              return this.get(attributeName)
            },
      set(this: ModelState, value: unknown): void {
        this.set(attributeName, value)
      },
    })
  }
}

/** Names of values that queries added. They stay when the definition changes: instances that were loaded before still have them. */
const selected = new WeakMap<object, Set<string>>()
const relations = new WeakMap<object, Set<string>>()
/** Gives the model's prototype the property of an association. `onMissing`: called when one is read that was not loaded. */
export function installRelation(
  model: ModelClass,
  as: string,
  onMissing: (instance: ModelState) => void = () => {},
): void {
  const { prototype } = model
  const names = relations.get(prototype) ?? new Set()
  relations.set(prototype, names.add(as))
  install(model, as, {
    get: relationReader(as, onMissing),
    set(this: ModelState, value: unknown): void {
      if (value === undefined) delete this.dataValues[as]
      else this.dataValues[as] = value
    },
  })
}
/**
 * A property for a value that a query adds (`[fn('COUNT', …), 'n_hats']` → `instance.n_hats`, docs: querying basics, "Specifying
 * attributes"). Names that the class has already keep their meaning; `get` reads the value in any case.
 */
export function installSelected(model: ModelClass, name: string): void {
  const { prototype } = model
  if (name in prototype) return
  const names = selected.get(prototype) ?? new Set()
  selected.set(prototype, names.add(name))
  install(model, name, {
    get: reader(name),
    set(this: ModelState, value: unknown): void {
      this.dataValues[name] = value
    },
  })
}
export function uninstallRelation(model: ModelClass, as: string): void {
  if (relations.get(model.prototype)?.delete(as)) remove(model.prototype, as)
}

/** An own function per name: closures of one literal would share their inline caches among all attributes of a program. */
const reader = (name: string): ((this: ModelState) => unknown) =>
  compile<(this: ModelState) => unknown>(
    {},
    `return function () { return this.dataValues?.[${JSON.stringify(name)}] }`,
  ) ??
  function (this: ModelState) {
    return this.dataValues?.[name]
  }

/** Marks an instance whose row was deleted (`markGone` of `model/state`). */
export const GONE: unique symbol = Symbol('mortise.gone')
/** The instance of a relation; null once its row is deleted. */
const relationReader = (as: string, onMissing: (instance: ModelState) => void): ((this: ModelState) => unknown) =>
  function (this: ModelState) {
    const value = this.dataValues?.[as]
    if (value === undefined && this.isNewRecord === false) onMissing(this)
    return typeof value === 'object' && value !== null && GONE in value ? null : value
  }

function install(model: ModelClass, name: string, accessor: Required<Pick<PropertyDescriptor, 'get' | 'set'>>): void {
  const { prototype } = model
  if (FIELDS.has(name)) return
  const own = ownDescriptor(model, name)
  if (own === undefined ? name in prototype && !isInstalled(prototype, name) : 'value' in own) return
  const descriptor: PropertyDescriptor = {
    get: own?.get ?? accessor.get,
    set: own?.set ?? accessor.set,
    configurable: true,
    enumerable: false,
  }
  Object.defineProperty(prototype, name, descriptor)
  const known = installed.get(prototype) ?? new Map<string, PropertyDescriptor>()
  installed.set(prototype, known.set(name, own ?? NOTHING))
}
const NOTHING: PropertyDescriptor = {}

/** What the classes of the user say about a name themselves. */
function ownDescriptor(model: ModelClass, name: string): PropertyDescriptor | undefined {
  for (const prototype of userPrototypes(model)) {
    const ours = installed.get(prototype)?.get(name)
    if (ours !== undefined) {
      if (ours !== NOTHING) return ours
      continue
    }
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name)
    if (descriptor !== undefined) return descriptor
  }
  return undefined
}
/** What a class itself declares under a name, whether or not the model's accessor stands there now. */
export function declaredAccessor(prototype: object, name: string): PropertyDescriptor | undefined {
  return installed.get(prototype)?.get(name) ?? Object.getOwnPropertyDescriptor(prototype, name)
}
/** The property that is found comes from us (a model that derives from a model), not from `Model`. */
function isInstalled(prototype: object, name: string): boolean {
  for (let owner: object | null = prototype; owner !== null; owner = Object.getPrototypeOf(owner) as object | null) {
    if (Object.hasOwn(owner, name)) return installed.get(owner)?.has(name) ?? false
  }
  return false
}

function remove(prototype: object, name: string): void {
  const own = installed.get(prototype)?.get(name)
  if (own === undefined) return
  if (own === NOTHING) delete (prototype as Record<string, unknown>)[name]
  else Object.defineProperty(prototype, name, own)
  installed.get(prototype)?.delete(name)
}
