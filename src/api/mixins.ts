/**
 * The methods and the property that an association gives its source's instances: `getProfile`, `setProfile`, `createProfile`, `profile`.
 * A method of the user's own class is never overwritten. Each calls the association's verb, so that a program which wraps
 * `association.get` (or `HasOne.prototype.get`) sees every call. Docs: associations/has-one ("Association Methods").
 */
import type { Association } from '../association/index.js'
import type { Runtime } from '../dialect/runtime.js'
import { installRelation, uninstallRelation } from '../model/state.js'

type Verb = (this: unknown, ...args: readonly unknown[]) => unknown

/** Methods that a mixin put there: they may be replaced and removed; everything else is the user's. */
const ours = new WeakSet<object>()

export function installMixins(association: Association, runtime: Runtime): void {
  const prototype = association.source.prototype as object
  installRelation(association.source, association.as)
  for (const [verb, name] of Object.entries(association.accessors)) {
    const present = inherited(prototype, name)
    if (present && !ours.has(present)) {
      if (verb === 'get' || verb === 'set' || verb === 'create') {
        runtime.warn(
          'MORTISE_W_METHOD_KEPT',
          `${association.source.name}.${name}`,
          `${association.source.name} has a method ${name} of its own, so the association "${association.as}" does not add one. Call ${association.source.name}.associations.${association.as}.${verb}(instance, …) for the association's.`,
        )
      }
      continue
    }
    const method: Verb = function (...args) {
      return (association as unknown as Record<string, Verb>)[verb]!.call(association, this, ...args)
    }
    Object.defineProperty(method, 'name', { value: name, configurable: true })
    ours.add(method)
    Object.defineProperty(prototype, name, { value: method, writable: true, configurable: true, enumerable: false })
  }
}

export function uninstallMixins(association: Association): void {
  const prototype = association.source.prototype as object
  uninstallRelation(association.source, association.as)
  for (const name of Object.values(association.accessors)) {
    const own = Object.getOwnPropertyDescriptor(prototype, name)?.value as object | undefined
    if (own && ours.has(own)) delete (prototype as Record<string, unknown>)[name]
  }
}

/** The function (or the accessor's getter) under a name, on the prototype or above. */
function inherited(prototype: object, name: string): object | undefined {
  for (let owner: object | null = prototype; owner; owner = Object.getPrototypeOf(owner) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name)
    if (descriptor) return (descriptor.value ?? descriptor.get ?? descriptor.set) as object | undefined
  }
  return undefined
}
