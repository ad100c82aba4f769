/**
 * The methods and the property that an association gives its source's instances: `getProfile`, `setProfile`, `createProfile`, `profile`.
 * A method of the user's own class is never overwritten. Each calls the association's verb, so that a program which wraps
 * `association.get` (or `HasOne.prototype.get`) sees every call. Docs: associations/has-one ("Association Methods").
 */
import type { Association } from '../association/index.js'
import { callerLine } from '../base/caller.js'
import type { Runtime } from '../dialect/runtime.js'
import { AssociationError } from '../errors/index.js'
import type { ModelClass } from '../model/definition.js'
import type { StrictLoading } from '../model/settings.js'
import type { ModelState } from '../model/state.js'
import { installRelation, uninstallRelation } from '../model/state.js'

type Verb = (this: unknown, ...args: readonly unknown[]) => unknown

/** Names of methods that are ours, by prototype. A program may have wrapped the method since; the name stays ours. */
const ours = new WeakMap<object, Map<string, Association>>()

export function installMixins(association: Association, runtime: Runtime, strict: StrictLoading = false): void {
  const { source, as } = association
  const prototype = source.prototype as object
  installRelation(source, as, (instance) => notLoaded(association, instance, strict, runtime))
  let methods = ours.get(prototype)
  if (!methods) {
    methods = new Map()
    ours.set(prototype, methods)
  }
  for (const [verb, name] of Object.entries(association.accessors)) {
    const isOurs = methods.has(name)
    if (!isOurs && isUsers(prototype, name)) {
      if (STANDARD.has(verb) && !association.isHidden) warnOfKept(association, verb, name, runtime)
      continue
    }
    methods.set(name, association)
    // It finds the association when it is called: a call on the other side may have replaced it.
    if (!isOurs)
      Object.defineProperty(prototype, name, {
        value: method(as, verb, name, runtime),
        writable: true,
        configurable: true,
        enumerable: false,
      })
  }
}

export function uninstallMixins(association: Association): void {
  const prototype = association.source.prototype as object
  uninstallRelation(association.source, association.as)
  const methods = ours.get(prototype)
  for (const name of Object.values(association.accessors)) {
    if (methods?.get(name) !== association) continue
    methods.delete(name)
    delete (prototype as Record<string, unknown>)[name]
  }
}

const STANDARD = new Set(['get', 'set', 'create'])

/** The name leads to something that is no mixin; a mixin may also be inherited from a model that this one extends. */
function isUsers(prototype: object, name: string): boolean {
  for (let owner: object | null = prototype; owner; owner = Object.getPrototypeOf(owner) as object | null) {
    if (Object.hasOwn(owner, name)) return ours.get(owner)?.has(name) !== true
  }
  return false
}

function method(as: string, verb: string, name: string, { executor }: Runtime): Verb {
  const verbsOf = (instance: unknown): Record<string, Verb> => {
    const model = (instance as object).constructor as unknown as ModelClass
    const association = model.modelDefinition.associations.get(as)
    if (association === undefined)
      throw new AssociationError(`${model.name}.${name}(): the association "${as}" does not exist any more.`)
    return association as unknown as Record<string, Verb>
  }
  // Lists of arguments cost more than the rest of a read that is waited for with a thousand others.
  const mixin: Verb =
    verb === 'get'
      ? function (options) {
          return verbsOf(this).get!(this, options)
        }
      : function (...args) {
          const association = verbsOf(this)
          return executor.call(() => association[verb]!(this, ...args))
        }
  return Object.defineProperty(mixin, 'name', { value: name, configurable: true })
}

/** The query's option comes before the model's, and the model's before that of the Sequelize instance. */
function notLoaded(association: Association, instance: ModelState, byDefault: StrictLoading, runtime: Runtime): void {
  const { settings } = (instance.constructor as unknown as ModelClass).modelDefinition
  const said = instance._options.strictLoading as StrictLoading | undefined
  const strict = said ?? settings.strictLoading ?? byDefault
  if (strict === false || (strict === 'warn' && runtime.isProduction)) return
  const { source, as, accessors } = association
  const line = callerLine()
  const text = `The association "${as}" of this ${source.name} was not loaded${line === null ? '' : ` (read at ${line})`}. Load it with include: '${as}' or ${source.name}.load(rows, '${as}'), or ask for it with ${accessors.get}().`
  if (strict === 'throw') throw new AssociationError(text)
  runtime.warn('MORTISE_W_NOT_LOADED', `${source.name}.${as} ${line}`, text)
}

function warnOfKept({ source, as }: Association, verb: string, name: string, runtime: Runtime): void {
  runtime.warn(
    'MORTISE_W_METHOD_KEPT',
    `${source.name}.${name}`,
    `${source.name} has a method ${name} of its own, so the association "${as}" does not add one. Call ${source.name}.associations.${as}.${verb}(instance, …) for the association's.`,
  )
}
