// Holds "no option object of a user is ever written to": every plain object or array that a test hands to the public API is deeply frozen
// first, so that a write throws. Only the outermost call freezes: what the library passes to its own public methods is its own.
import { AsyncLocalStorage } from 'node:async_hooks'
import { Model, Sequelize } from 'mortise'

type Method = (this: unknown, ...args: unknown[]) => unknown

const inside = new AsyncLocalStorage<true>()

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Freezes plain objects and arrays all the way down; instances of classes (models, dates, buffers, transactions) stay as they are. */
export function deepFreeze<T>(value: T): T {
  if (!isPlain(value) || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const key of Reflect.ownKeys(value)) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key)
    if (descriptor && 'value' in descriptor) deepFreeze(descriptor.value)
  }
  return value
}

const wrapped = new WeakSet<object>()

function wrap(owner: object, name: string): void {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name)
  if (
    !descriptor ||
    typeof descriptor.value !== 'function' ||
    !descriptor.configurable ||
    wrapped.has(descriptor.value)
  )
    return
  const original = descriptor.value as Method
  const wrapper: Method = function (...args) {
    if (inside.getStore()) return original.apply(this, args)
    for (const arg of args) deepFreeze(arg)
    return inside.run(true, () => original.apply(this, args))
  }
  Object.defineProperty(wrapper, 'name', { value: name, configurable: true })
  Object.defineProperty(wrapper, 'length', { value: original.length, configurable: true })
  wrapped.add(wrapper)
  Object.defineProperty(owner, name, { ...descriptor, value: wrapper })
}

const STATICS = [
  'findAll',
  'findOne',
  'findByPk',
  'findAndCountAll',
  'count',
  'max',
  'min',
  'sum',
  'aggregate',
  'build',
  'bulkBuild',
  'create',
  'bulkCreate',
  'findOrBuild',
  'findOrCreate',
  'findCreateFind',
  'update',
  'upsert',
  'destroy',
  'restore',
  'increment',
  'decrement',
  'truncate',
  'sync',
  'drop',
  'describe',
  'init',
  'hasOne',
  'belongsTo',
  'hasMany',
  'belongsToMany',
  'addScope',
  'withScope',
  'withoutScope',
  'scope',
  'unscoped',
  'schema',
  'withSchema',
]
// Not `save`: while it is wrapped, links go through it as through one of the user's own. `test/suite/write/save` freezes what it gives.
const METHODS = ['update', 'reload', 'destroy', 'restore', 'validate', 'set', 'get', 'increment', 'decrement']
// Not `queryRaw`: while it is wrapped, every statement takes the longer way through it.
const SEQUELIZE = ['define', 'sync', 'drop', 'truncate', 'destroyAll', 'query']

/** The mixins of an association (and of its inverse) live on the prototypes of its models. */
function wrapMixins(association: unknown): void {
  // One whose target is not there yet has no methods either.
  if ((association as { isAttached?: boolean } | null)?.isAttached === false) return
  for (const side of [association, (association as { inverse?: unknown } | null)?.inverse]) {
    const { accessors, source } = (side ?? {}) as { accessors?: Record<string, string>; source?: { prototype: object } }
    if (accessors && source) for (const name of Object.values(accessors)) wrap(source.prototype, name)
  }
}

let installed = false
/** Makes the public methods freeze what they are given. Once per test file. */
export function freezeOptions(): void {
  if (installed) return
  installed = true
  for (const name of STATICS) wrap(Model, name)
  for (const name of METHODS) wrap(Model.prototype, name)
  for (const name of SEQUELIZE) wrap(Sequelize.prototype, name)
  for (const name of ['hasOne', 'belongsTo', 'hasMany', 'belongsToMany']) {
    const define = (Model as unknown as Record<string, Method | undefined>)[name]
    if (!define) continue
    const descriptor = Object.getOwnPropertyDescriptor(Model, name)
    Object.defineProperty(Model, name, {
      ...descriptor,
      value: function (this: unknown, ...args: unknown[]) {
        const association = define.apply(this, args)
        wrapMixins(association)
        return association
      },
    })
  }
}
