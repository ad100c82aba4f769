/**
 * The spellings of an include (a name, a model, an association, an object with one of them, `{ all: true }`) → its association, model and
 * options. Docs: associations/basics (eager loading).
 */
import type { Association, AssociationType } from '../association/association.js'
import { inSchemaOf } from '../association/schema.js'
import { isPlainObject } from '../base/freeze.js'
import { nearest, suggestion } from '../base/names.js'
import { EagerLoadingError } from '../errors/association.js'
import type { ModelClass, ModelDefinition } from '../model/definition.js'
import { show } from '../types/data-type.js'

export type IncludeOptions = Readonly<Record<string, unknown>>

const isModel = (value: unknown): value is ModelClass =>
  typeof value === 'function' && typeof (value as { modelDefinition?: unknown }).modelDefinition === 'object'
const isAssociation = (value: unknown): value is Association =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Association).associationType === 'string' &&
  'target' in value &&
  'as' in value

/** A model and its scoped or schema variants are the same model. */
export function isSameModel(a: ModelClass, b: ModelClass): boolean {
  return (
    a === b ||
    (a.modelDefinition.modelName === b.modelDefinition.modelName &&
      (Object.prototype.isPrototypeOf.call(b, a) ||
        Object.prototype.isPrototypeOf.call(a, b) ||
        Object.getPrototypeOf(a) === Object.getPrototypeOf(b)))
  )
}

export interface NormalInclude {
  readonly association: Association
  readonly model: ModelClass
  readonly options: IncludeOptions
}
export const NO_OPTIONS: IncludeOptions = Object.freeze({})

/** One include as its association, its model and its options. Throws `EagerLoadingError` for what is not associated, or not clearly. */
export function normaliseInclude(definition: ModelDefinition, item: unknown): NormalInclude {
  if (typeof item === 'string') return of(definition, byName(definition, item), null, NO_OPTIONS)
  if (isModel(item)) return of(definition, byModel(definition, item, undefined), item, NO_OPTIONS)
  if (isAssociation(item)) return of(definition, own(definition, item), null, NO_OPTIONS)
  if (!isPlainObject(item)) {
    throw new EagerLoadingError(
      `${show(item)} is no include of ${definition.modelName}. ${item === undefined ? "An undefined model often comes from a circular import: include by the association's name. " : ''}Give an association's name, a model, an association, or an object with one of them.`,
    )
  }
  const options = item as IncludeOptions
  const { association, model, as } = options
  if (association !== undefined) {
    const found =
      typeof association === 'string'
        ? byName(definition, association)
        : isAssociation(association)
          ? own(definition, association)
          : isModel(association)
            ? byModel(definition, association, as)
            : undefined
    if (found === undefined)
      throw new EagerLoadingError(
        `include of ${definition.modelName}: association is a name or an association, got ${show(association)}.`,
      )
    if (as !== undefined && as !== found.as)
      throw new EagerLoadingError(
        `include of ${definition.modelName}: the association is named "${found.as}", but as: ${show(as)} was given.`,
      )
    if (model !== undefined && !isModel(model))
      throw new EagerLoadingError(`include of ${definition.modelName}: model is no model: ${show(model)}.`)
    if (isModel(model) && !isSameModel(model, found.target))
      throw new EagerLoadingError(
        `include of ${definition.modelName}: the association "${found.as}" leads to ${found.target.name}, not to ${model.name}.`,
      )
    return of(definition, found, model ?? (isModel(association) ? association : null), options)
  }
  if (isModel(model)) return of(definition, byModel(definition, model, as), model, options)
  if (model !== undefined)
    throw new EagerLoadingError(`include of ${definition.modelName}: model is no model: ${show(model)}.`)
  if ('model' in options)
    throw new EagerLoadingError(
      `include of ${definition.modelName}: model is undefined. That often comes from a circular import: include by the association's name.`,
    )
  if (typeof as === 'string') return of(definition, byName(definition, as), null, options)
  throw new EagerLoadingError(
    `An include of ${definition.modelName} names no association: give { association }, { model } or { all: true }. It has the keys ${Object.keys(options).join(', ') || '(none)'}.`,
  )
}

const of = (
  definition: ModelDefinition,
  association: Association,
  model: ModelClass | null,
  options: IncludeOptions,
): NormalInclude => ({
  association,
  model: inSchemaOf(model ?? association.target, definition),
  options,
})

function byName(definition: ModelDefinition, name: string): Association {
  const found = definition.associations.get(name)
  if (found !== undefined) return found
  const names = [...definition.associations.values()]
    .filter((association) => !association.isHidden)
    .map((association) => association.as)
  const near = nearest(name, definition.associations.keys())
  const remedy =
    near !== undefined
      ? ` Did you mean "${near}"?`
      : names.length > 0
        ? ` It has: ${names.join(', ')}.`
        : ` ${definition.modelName} has no associations.`
  throw new EagerLoadingError(`Association with alias "${name}" does not exist on ${definition.modelName}.${remedy}`)
}

function own(definition: ModelDefinition, association: Association): Association {
  const found = definition.associations.get(association.as)
  if (found === association) return association
  if (association.isLinkRow === true && isSameModel(association.source, definition.model)) return association
  if (found === undefined || !isSameModel(association.source, definition.model)) {
    throw new EagerLoadingError(
      `The association "${association.as}" belongs to ${association.source.name}, not to ${definition.modelName}.${alternatives(definition, association.target)}`,
    )
  }
  return found
}

/**
 * Compat: a model with a single association to the target is found even where the association has an alias; Sequelize 6 asks for
 * `as` then. Held by "finds the only association to a model".
 */
function byModel(definition: ModelDefinition, model: ModelClass, as: unknown): Association {
  const candidates = [...definition.associations.values()].filter((association) =>
    isSameModel(association.target, model),
  )
  if (as !== undefined) {
    const found = candidates.find((association) => association.as === as)
    if (found !== undefined) return found
    const names = candidates.map((association) => `"${association.as}"`)
    throw new EagerLoadingError(
      `${model.name} is not associated to ${definition.modelName} as ${show(as)}!${names.length > 0 ? ` There is ${names.join(', ')}.` : alternatives(definition, model)}`,
    )
  }
  const declared = candidates.filter((association) => !association.isHidden)
  const choice = declared.length > 0 ? declared : candidates
  if (choice.length === 1) return choice[0]!
  if (choice.length === 0)
    throw new EagerLoadingError(
      `${model.name} is not associated to ${definition.modelName}!${alternatives(definition, model)}`,
    )
  throw new EagerLoadingError(
    `${model.name} is associated to ${definition.modelName} multiple times: say which one by \`as\`: ${choice.map((association) => `'${association.as}'`).join(' or ')}.`,
  )
}

function alternatives(definition: ModelDefinition, model: ModelClass): string {
  const names = [...definition.associations.values()]
    .filter((association) => !association.isHidden)
    .map((association) => association.as)
  if (names.length === 0)
    return ` ${definition.modelName} has no associations: define one, e.g. ${definition.modelName}.hasOne(${model.name}).`
  return ` The associations of ${definition.modelName} are: ${names.join(', ')}.`
}

// ---------------------------------------------------------------- include: { all: true }
const KINDS: Readonly<Record<string, readonly AssociationType[]>> = {
  All: ['BelongsTo', 'HasOne', 'HasMany', 'BelongsToMany'],
  BelongsTo: ['BelongsTo'],
  HasOne: ['HasOne'],
  HasMany: ['HasMany'],
  BelongsToMany: ['BelongsToMany'],
  One: ['BelongsTo', 'HasOne'],
  Has: ['HasOne', 'HasMany'],
  Many: ['HasMany', 'BelongsToMany'],
}

/**
 * The list of includes with `{ all }` written out: every association of the kinds asked for that the user declared. `nested` goes on
 * below each, and stops at models that stand on the way already. Includes written out by the user win.
 */
export function expandAll(
  definition: ModelDefinition,
  include: unknown,
  way: readonly ModelDefinition[] = [definition],
): readonly unknown[] {
  const list: readonly unknown[] = Array.isArray(include) ? include : [include]
  if (!list.some((item) => isPlainObject(item) && item.all !== undefined && item.all !== false)) return list
  const written = list.filter((item) => !(isPlainObject(item) && item.all !== undefined))
  const names = new Set(written.map((item) => nameOf(definition, item)))
  const added = list
    .filter(
      (item): item is Record<string, unknown> => isPlainObject(item) && item.all !== undefined && item.all !== false,
    )
    .flatMap(({ all, nested, ...rest }) => {
      const kinds = kindsOf(all, definition)
      return [...definition.associations.values()]
        .filter(
          (association) =>
            kinds.has(association.associationType) && !association.isHidden && !names.has(association.as),
        )
        .filter((association) => nested !== true || !way.some((model) => isSameModel(model.model, association.target)))
        .map((association) => {
          names.add(association.as)
          const target = association.target.modelDefinition
          const below = nested === true ? expandAll(target, [{ all, nested, ...rest }], [...way, target]) : []
          return { ...rest, association, ...(below.length > 0 ? { include: below } : {}) }
        })
    })
  return [...written, ...added]
}

function kindsOf(all: unknown, definition: ModelDefinition): ReadonlySet<string> {
  const words = all === true ? ['All'] : Array.isArray(all) ? all : [all]
  return new Set(
    words.flatMap((word) => {
      const kinds = typeof word === 'string' && Object.hasOwn(KINDS, word) ? KINDS[word] : undefined
      if (kinds === undefined)
        throw new EagerLoadingError(
          `include of ${definition.modelName}: all: ${show(word)} is no kind of association.${typeof word === 'string' ? suggestion(word, Object.keys(KINDS)) : ''}`,
        )
      return kinds
    }),
  )
}

function nameOf(definition: ModelDefinition, item: unknown): string | undefined {
  if (typeof item === 'string') return item
  if (isAssociation(item)) return item.as
  if (isModel(item)) return byModel(definition, item, undefined).as
  if (!isPlainObject(item)) return undefined
  if (typeof item.association === 'string') return item.association
  if (isAssociation(item.association)) return item.association.as
  if (typeof item.as === 'string') return item.as
  return isModel(item.model) ? byModel(definition, item.model, undefined).as : undefined
}
