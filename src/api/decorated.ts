/**
 * What the decorators of a class and of its parents add up to: attributes, options and associations, as `define` takes them.
 * Parents first, so that a class can add to what it inherits. Docs: models/inheritance.
 */
import type { DecoratedClass } from '../decorators/metadata.js'
import { decorationOf } from '../decorators/metadata.js'
import { DefinitionError } from '../errors/index.js'
import { declaredAccessor } from '../model/accessors.js'
import type { ModelClass } from '../model/definition.js'
import { isState } from '../model/fields.js'
import type { DeclaredAssociation } from './associate.js'

export interface ReadDecorated {
  readonly attributes: Record<string, Record<string, unknown>>
  readonly options: Record<string, unknown>
  readonly associations: readonly Omit<DeclaredAssociation, 'source'>[]
}
interface Layer {
  readonly owner: ModelClass
  readonly decorated: DecoratedClass
}

/** Throws `DefinitionError` for abstract classes and for what cannot be inherited. */
export function readDecorated(model: ModelClass): ReadDecorated {
  const layers = layersOf(model)
  const own = layers.at(-1)
  if (own?.owner === model && own.decorated.isAbstract)
    throw new DefinitionError(
      `${model.name} is abstract (@Table.Abstract), so it cannot be registered. Register the classes that extend it.`,
    )
  const attributes: Record<string, Record<string, unknown>> = {}
  const options: Record<string, unknown> = {}
  const hooks: Record<string, unknown[]> = {}
  const validate: Record<string, unknown> = {}
  const associations: Omit<DeclaredAssociation, 'source'>[] = []
  for (const { owner, decorated } of layers) {
    addAttributes(attributes, owner, decorated)
    addOptions(options, decorated, owner === model)
    for (const [role, name] of decorated.roles) {
      options[role] = name
      if (role === 'deletedAt') options.paranoid = true
      if (attributes[name] && Object.keys(attributes[name]!).length === 0) delete attributes[name]
    }
    for (const { hook, method, name } of decorated.hooks) {
      const callback = (...args: readonly unknown[]): unknown =>
        (model as unknown as Record<string | symbol, (...args: readonly unknown[]) => unknown>)[method]!(...args)
      hooks[hook] = [...(hooks[hook] ?? []), name === null ? callback : { name, callback }]
    }
    for (const { method, isStatic } of decorated.validators)
      validate[String(method)] = validator(model, method, isStatic)
    for (const association of decorated.associations) associations.push(inheritable(association, owner, model))
  }
  if (Object.keys(hooks).length > 0) options.hooks = mergeHooks(options.hooks, hooks)
  if (Object.keys(validate).length > 0) options.validate = { ...(options.validate as object | undefined), ...validate }
  for (const [name, attribute] of Object.entries(attributes)) {
    if (attribute.type === undefined && !isForeignKey(name, associations) && !isManaged(name, options)) {
      throw new DefinitionError(
        `The attribute "${name}" of ${model.name} has no data type. Give it one with @Attribute(DataTypes.STRING), or let TypeScript emit it (emitDecoratorMetadata and reflect-metadata; only classes such as String, Number, Date can be told apart).`,
      )
    }
    // Left out, so that the association that the key belongs to brings it, or the timestamps.
    if (attribute.type === undefined) delete attribute.type
  }
  return {
    attributes: inOrder(attributes, model),
    options: { ...options, modelName: options.modelName ?? model.name },
    associations,
  }
}

/** The class and its parents that say something, the topmost first. */
function layersOf(model: ModelClass): Layer[] {
  const layers: Layer[] = []
  for (
    let owner: ModelClass = model;
    typeof owner === 'function' && !isState(owner.prototype);
    owner = Object.getPrototypeOf(owner) as ModelClass
  ) {
    const decorated = decorationOf(owner)
    if (decorated) layers.unshift({ owner, decorated })
  }
  return layers
}

function addAttributes(
  attributes: Record<string, Record<string, unknown>>,
  owner: ModelClass,
  decorated: DecoratedClass,
): void {
  for (const [name, options] of decorated.attributes) {
    const merged = { ...attributes[name], ...options }
    const descriptor = decorated.accessors.has(name) ? undefined : declaredAccessor(owner.prototype, name)
    // A getter or setter of the class is the attribute's.
    if (descriptor?.get && merged.get === undefined) merged.get = descriptor.get
    if (descriptor?.set && merged.set === undefined) merged.set = descriptor.set
    attributes[name] = merged
  }
}

/** Name and table belong to one class only. */
function addOptions(options: Record<string, unknown>, decorated: DecoratedClass, isOwn: boolean): void {
  for (const [option, value] of Object.entries(decorated.options ?? {})) {
    if (option === 'modelName' || option === 'name' || option === 'tableName') {
      if (isOwn) options[option] = value
      else if (decorated.isAbstract)
        throw new DefinitionError(`@Table.Abstract cannot take "${option}": it cannot be inherited.`)
    } else if (option === 'indexes' && Array.isArray(options.indexes))
      options.indexes = [...(options.indexes as unknown[]), ...(value as unknown[])]
    else if (option === 'hooks') options.hooks = mergeHooks(options.hooks, value as object)
    else if ((option === 'scopes' || option === 'validate') && options[option])
      options[option] = { ...(options[option] as object), ...(value as object) }
    else options[option] = value
  }
}

function mergeHooks(before: unknown, added: object): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...(before as object | undefined) }
  for (const [hook, listeners] of Object.entries(added))
    merged[hook] = merged[hook] === undefined ? listeners : [merged[hook], listeners].flat()
  return merged
}

function validator(model: ModelClass, method: string | symbol, isStatic: boolean): (this: unknown) => unknown {
  if (isStatic)
    return function (this: unknown) {
      const validate = (model as unknown as Record<string | symbol, (instance: unknown) => unknown>)[method]!
      // The guide's static validators have no parameter and find the instance in `this`.
      return validate.length === 0 ? validate.call(this, this) : validate.call(model, this)
    }
  return function (this: unknown) {
    return (this as Record<string | symbol, () => unknown>)[method]!()
  }
}

function inheritable(
  association: DecoratedClass['associations'][number],
  owner: ModelClass,
  model: ModelClass,
): Omit<DeclaredAssociation, 'source'> {
  const { kind: method, as, target, options } = association
  if (owner !== model) {
    if (method !== 'belongsTo')
      throw new DefinitionError(
        `${model.name} inherits the association "${as}" of ${owner.name}, but only belongsTo can be inherited: the others put a foreign key on their target, which can refer to one model only.`,
      )
    if (options.inverse !== undefined)
      throw new DefinitionError(
        `${model.name} inherits the association "${as}" of ${owner.name}, which has \`inverse\`: a target cannot have two associations of one name. Declare the inverse on each class.`,
      )
  }
  return { method, as, target, options }
}

function isForeignKey(name: string, associations: readonly Omit<DeclaredAssociation, 'source'>[]): boolean {
  return associations.some(({ method, options }) => {
    const key = options.foreignKey
    return (
      method === 'belongsTo' &&
      (key === name || (typeof key === 'object' && key !== null && (key as { name?: string }).name === name))
    )
  })
}

/** Timestamps and the version have their types by themselves; decorators then only say what else there is, e.g. a column name. */
const isManaged = (name: string, options: Readonly<Record<string, unknown>>): boolean =>
  ['createdAt', 'updatedAt', 'deletedAt', 'version'].some(
    (role) => name === (typeof options[role] === 'string' ? options[role] : role),
  )

/** `insertBefore` and `insertAfter` move attributes; the options then have done their work. */
function inOrder(
  attributes: Record<string, Record<string, unknown>>,
  model: ModelClass,
): Record<string, Record<string, unknown>> {
  const names = Object.keys(attributes)
  for (const [name, { insertBefore, insertAfter }] of Object.entries(attributes)) {
    const anchor = (insertBefore ?? insertAfter) as string | undefined
    if (anchor === undefined) continue
    if (insertBefore !== undefined && insertAfter !== undefined)
      throw new DefinitionError(
        `The attribute "${name}" of ${model.name} has insertBefore and insertAfter: give one of them.`,
      )
    names.splice(names.indexOf(name), 1)
    const at = names.indexOf(anchor)
    if (at === -1)
      throw new DefinitionError(
        `The attribute "${name}" of ${model.name} is to stand next to "${anchor}", which does not exist.`,
      )
    names.splice(insertBefore !== undefined ? at : at + 1, 0, name)
  }
  return Object.fromEntries(
    names.map((name) => {
      const { insertBefore, insertAfter, ...options } = attributes[name]!
      return [name, options]
    }),
  )
}
