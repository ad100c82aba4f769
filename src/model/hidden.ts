/**
 * What is done about class fields that would hide attributes (`model/fields` finds out which): the property is taken off the instance, and
 * the field's initial value counts as a default.
 */
import type { ModelClass, ModelDefinition } from './definition.js'
import type { Fields } from './fields.js'
import type { ModelState, Values } from './state.js'

const definitionOf = (instance: ModelState): ModelDefinition =>
  (instance.constructor as unknown as ModelClass).modelDefinition

const isHidden = (instance: ModelState, name: string): boolean => {
  const { shape, associations } = definitionOf(instance)
  return shape.attributes.has(name) || associations.has(name)
}
export const hidesAttribute = (instance: ModelState, fields: Fields): boolean =>
  [...fields.defined].some((name) => isHidden(instance, name))

/** The initial value of a field is a default: it counts where the caller gave no value. `given` null: the instance is a row. */
function takeInitial(instance: ModelState, name: string, value: unknown, given: Values | null): void {
  const attribute = definitionOf(instance).shape.attributes.get(name)
  if (
    attribute === undefined ||
    value === undefined ||
    given === null ||
    !instance.isNewRecord ||
    given[name] !== undefined
  )
    return
  instance.set(name, value)
}

/** Takes own properties that hide attributes off an instance whose constructors have run. */
export function settle(instance: ModelState, fields: Fields, given: Values | null): ModelState {
  for (const name of fields.defined) {
    const own = isHidden(instance, name) ? Object.getOwnPropertyDescriptor(instance, name) : undefined
    if (own === undefined || !('value' in own)) continue
    delete (instance as unknown as Values)[name]
    takeInitial(instance, name, own.value, given)
  }
  for (const name of fields.assigned)
    if (Object.getOwnPropertyDescriptor(instance, name)?.get) delete (instance as unknown as Values)[name]
  return instance
}

/** Own accessors for the time of construction: the first assignment is the field's initial value and takes the accessor away. */
export function takeAssignments(instance: ModelState, names: ReadonlySet<string>, given: Values | null): void {
  for (const name of names) {
    if (!isHidden(instance, name)) continue
    Object.defineProperty(instance, name, {
      configurable: true,
      enumerable: false,
      get: () => instance.get(name),
      set: (value: unknown) => {
        delete (instance as unknown as Values)[name]
        takeInitial(instance, name, value, given)
      },
    })
  }
}

/** The instance behind a proxy that takes the definition of each field once. Only for `new User()` of a class whose fields hide attributes. */
export function withoutHiding<T extends ModelState>(instance: T, defined: ReadonlySet<string>, given: Values): T {
  const open = new Set([...defined].filter((name) => isHidden(instance, name)))
  return new Proxy(instance, {
    defineProperty: (target, key, descriptor) => {
      if (typeof key !== 'string' || !open.delete(key)) return Reflect.defineProperty(target, key, descriptor)
      takeInitial(target, key, descriptor.value, given)
      return true
    },
  })
}
