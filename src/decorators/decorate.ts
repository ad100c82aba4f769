/**
 * The two calling conventions under one roof. A legacy decorator (`experimentalDecorators`) gets `(prototype, name, descriptor?)`, a
 * standard one `(value, context)`; both write the same record of `metadata`.
 */
import { DefinitionError } from '../errors/index.js'
import type { DecoratedClass } from './metadata.js'
import { recordOf, recordOfContext } from './metadata.js'
import type { ClassDecorator, MethodDecorator, PropertyDecorator } from './types.js'

interface Instance {
  dataValues: Record<string, unknown>
  isNewRecord: boolean
  get(name: string): unknown
  set(name: string, value: unknown): unknown
}
type Context = DecoratorContext & { readonly metadata?: object | undefined }

export const isContext = (value: unknown): value is Context =>
  typeof value === 'object' && value !== null && 'kind' in value && 'addInitializer' in value

/** Merges options into an attribute; the lists of `unique` and `index` grow. */
export function addAttributeOptions(
  record: DecoratedClass,
  name: string,
  options: Readonly<Record<string, unknown>>,
  decorator: string,
): void {
  const merged: Record<string, unknown> = { ...record.attributes.get(name) }
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined) continue
    if (key === 'unique' || key === 'index') merged[key] = [...asList(merged[key]), ...asList(value)]
    else if (key === 'validate') merged.validate = mergeValidators(merged.validate, value, name)
    else if (key in merged && merged[key] !== value) {
      throw new DefinitionError(
        `@${decorator} on "${name}" sets ${key}, which another decorator of the attribute sets to something else. Give it once.`,
      )
    } else merged[key] = value
  }
  record.attributes.set(name, merged)
}
const asList = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value]
function mergeValidators(before: unknown, added: unknown, name: string): object {
  const merged = { ...(before as object | undefined) }
  for (const [key, validator] of Object.entries(added as object)) {
    if (key in merged) throw new DefinitionError(`The attribute "${name}" has two validators called "${key}".`)
    Object.assign(merged, { [key]: validator })
  }
  return merged
}

/** What a property decorator does to the record of its class. `context` is null under the legacy convention. */
type PropertyWork = (record: DecoratedClass, name: string, place: { readonly prototype: object | null }) => void

export function propertyDecorator(label: string, work: PropertyWork): PropertyDecorator {
  const decorate = (target: unknown, contextOrName: unknown): unknown => {
    if (!isContext(contextOrName)) {
      if (typeof target === 'function')
        throw new DefinitionError(
          `@${label} belongs on an instance property, not on the static "${String(contextOrName)}".`,
        )
      const name = nameOf(label, contextOrName as string | symbol)
      work(recordOf((target as object).constructor), name, { prototype: target as object })
      return undefined
    }
    const context = contextOrName
    const name = nameOf(label, context.name ?? '')
    if (context.kind === 'class' || context.kind === 'method' || context.static)
      throw new DefinitionError(
        `@${label} belongs on an instance property, getter, setter or accessor, not on "${name}".`,
      )
    const record = recordOfContext(context)
    work(record, name, { prototype: null })
    if (context.kind === 'accessor') {
      record.accessors.add(name)
      // The class gets its own accessors when it is registered; until then, and in derived classes, these lead to the values.
      return {
        get(this: Instance) {
          return this.get(name)
        },
        set(this: Instance, value: unknown) {
          this.set(name, value)
        },
        init(this: Instance, value: unknown) {
          initialValue(this, name, value)
          return undefined
        },
      }
    }
    return undefined
  }
  return decorate as PropertyDecorator
}

/** `accessor role = 'user'`: the value of new instances that were not given another. */
function initialValue(instance: Instance, name: string, value: unknown): void {
  if (value === undefined || !instance.isNewRecord || instance.dataValues?.[name] != null) return
  instance.set(name, value)
}

function nameOf(label: string, name: string | symbol): string {
  if (typeof name === 'symbol') throw new DefinitionError(`@${label} cannot decorate a symbol property.`)
  return name
}

export function methodDecorator(
  label: string,
  work: (record: DecoratedClass, method: string | symbol, isStatic: boolean) => void,
): MethodDecorator {
  const decorate = (target: unknown, contextOrName: unknown): undefined => {
    if (isContext(contextOrName)) {
      if (contextOrName.kind !== 'method') throw new DefinitionError(`@${label} belongs on a method.`)
      work(recordOfContext(contextOrName), contextOrName.name, contextOrName.static)
    } else if (typeof target === 'function') work(recordOf(target), contextOrName as string | symbol, true)
    else work(recordOf((target as object).constructor), contextOrName as string | symbol, false)
  }
  return decorate as MethodDecorator
}

export function classDecorator(work: (record: DecoratedClass, constructor: object) => void): ClassDecorator {
  const decorate = (target: unknown, context?: unknown): undefined => {
    work(isContext(context) ? recordOfContext(context) : recordOf(target as object), target as object)
  }
  return decorate as ClassDecorator
}

/** True for the arguments that a decorator gets when it is used without parentheses. */
export function isApplied(args: readonly unknown[]): boolean {
  if (args.length >= 2 && (isContext(args[1]) || typeof args[1] === 'string' || typeof args[1] === 'symbol'))
    return true
  return args.length === 1 && typeof args[0] === 'function'
}
