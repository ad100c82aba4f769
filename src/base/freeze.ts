/**
 * Freezing and copying of plain data. Users' options go in; what comes out may be kept (frozen) or handed to a hook (draft).
 * Instances of classes pass untouched: a model, a Date or a transaction inside an options object is never ours to freeze.
 */

/** An object literal or an object without a prototype. */
export function isPlainObject(value: unknown): value is Record<PropertyKey, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Freezes a plain object or array and all plain data in it, in place. Cycles are no problem. */
export function deepFreeze<T>(value: T): T {
  if (!(Array.isArray(value) || isPlainObject(value)) || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const key of Reflect.ownKeys(value)) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key)
    if (descriptor && 'value' in descriptor) deepFreeze(descriptor.value)
  }
  return value
}

/**
 * A copy of plain data that may be written to: objects and arrays are copied all the way down, everything else is shared.
 * For hooks: what a hook changes is read again afterwards, the user's object stays as it was.
 */
export function draft<T>(value: T): T {
  return copy(value, new Map()) as T
}

function copy(value: unknown, seen: Map<object, unknown>): unknown {
  const isArray = Array.isArray(value)
  if (!isArray && !isPlainObject(value)) return value
  const known = seen.get(value)
  if (known !== undefined) return known
  if (isArray) {
    const target: unknown[] = []
    seen.set(value, target)
    for (const item of value) target.push(copy(item, seen))
    return target
  }
  const target = Object.create(Object.getPrototypeOf(value) as object | null) as Record<PropertyKey, unknown>
  seen.set(value, target)
  for (const key of Reflect.ownKeys(value)) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key)
    if (!descriptor) continue
    if ('value' in descriptor)
      Object.defineProperty(target, key, {
        value: copy(descriptor.value, seen),
        enumerable: descriptor.enumerable === true,
        writable: true,
        configurable: true,
      })
    else Object.defineProperty(target, key, { ...descriptor, configurable: true })
  }
  return target
}
