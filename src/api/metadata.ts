/** What a model says about itself, in the shapes of Sequelize 7 and 6. Objects are made once per state of the definition. */
import type { Association } from '../association/index.js'
import { suggestion } from '../base/names.js'
import { AssociationError, DefinitionError } from '../errors/index.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelShape } from '../model/definition.js'
import { registration } from './registration.js'

export interface TableNameWithSchema {
  readonly tableName: string
  /** Empty where the engine has none, or its own default one is meant. */
  readonly schema: string
  readonly delimiter: string
}
type ByName = { readonly [name: string]: Attribute }

export function table(model: object): TableNameWithSchema {
  const { definition, sequelize } = registration(model)
  const { name, schema, delimiter } = definition.table
  return { tableName: name, schema: schema ?? sequelize.dialect.defaultSchema, delimiter }
}
/** v6: a string where the table has no schema. Prints as the name either way. */
export function getTableName(model: object): string | TableNameWithSchema {
  const found = table(model)
  if (registration(model).definition.table.schema === null) return found.tableName
  return Object.defineProperty({ ...found }, 'toString', {
    value: () => `${found.schema}.${found.tableName}`,
    enumerable: false,
  })
}

/** Takes an attribute out of the model. `id` may be missing, since it is there only where no other primary key is. */
export function removeAttribute(model: object, name: string): void {
  const { definition } = registration(model)
  const { attributes } = definition.shape
  if (!attributes.has(name) && name !== 'id')
    throw new DefinitionError(
      `${definition.modelName} has no attribute "${name}" to remove.${suggestion(String(name), attributes.keys())}`,
    )
  definition.removeAttribute(name)
}

const views = new WeakMap<ModelShape, Map<string, ByName>>()
/** A frozen object per shape and kind of view. */
function view(
  model: object,
  kind: string,
  make: (shape: ModelShape) => Iterable<readonly [string, Attribute]>,
): ByName {
  const { shape } = registration(model).definition
  let kinds = views.get(shape)
  if (!kinds) {
    kinds = new Map()
    views.set(shape, kinds)
  }
  let found = kinds.get(kind)
  if (!found) {
    found = Object.freeze(Object.fromEntries(make(shape)))
    kinds.set(kind, found)
  }
  return found
}
export const attributes = (model: object): ByName => view(model, 'all', (shape) => shape.attributes)
export const tableAttributes = (model: object): ByName =>
  view(model, 'physical', (shape) => shape.physical.map((attribute) => [attribute.attributeName, attribute] as const))
export const attributesByColumn = (model: object): ByName => view(model, 'columns', (shape) => shape.byColumn)
export const primaryKeys = (model: object): ByName =>
  view(model, 'keys', (shape) => shape.primaryKey.map((attribute) => [attribute.attributeName, attribute] as const))

export function options(model: object): Readonly<Record<string, unknown>> {
  const { definition, sequelize } = registration(model)
  return Object.freeze({
    ...definition.settings.raw,
    tableName: definition.table.name,
    schema: definition.table.schema ?? '',
    sequelize,
  })
}

export function mergeAttributes(model: object, added: { readonly [name: string]: object }): ByName {
  const { definition } = registration(model)
  for (const [name, attribute] of Object.entries(added))
    definition.mergeAttribute(name, attribute as Readonly<Record<string, unknown>>)
  return attributes(model)
}

// ---------------------------------------------------------------- associations

export const associations = (model: object): { readonly [name: string]: Association } =>
  Object.fromEntries(registration(model).definition.associations)

export const associationsTo = (model: object, target: object): Association[] => {
  const wanted = registration(target).initial
  return [...registration(model).definition.associations.values()].filter(
    (association) => registration(association.target).initial === wanted,
  )
}

/** Throws for a name that is no association. */
export function association(model: object, name: string): Association {
  const { definition } = registration(model)
  const found = definition.associations.get(name)
  if (found) return found
  throw new AssociationError(
    `${definition.modelName} has no association "${name}".${suggestion(name, definition.associations.keys()) || ` It has: ${[...definition.associations.keys()].join(', ') || 'none'}.`}`,
  )
}

/** The one association to a model, or the one of this name. Throws, naming the associations there are. */
export function associationTo(model: object, target: object, alias?: string): Association {
  const { definition } = registration(model)
  const found = associationsTo(model, target)
  const { name } = target as { readonly name: string }
  if (alias !== undefined) {
    const named = found.find((association) => association.as === alias)
    if (named) return named
    throw new AssociationError(
      `${definition.modelName} has no association "${alias}" to ${name}.${suggestion(alias, definition.associations.keys())}`,
    )
  }
  if (found.length === 1) return found[0]!
  if (found.length === 0)
    throw new AssociationError(
      `${definition.modelName} is not associated to ${name}. Define it with ${definition.modelName}.hasOne(${name}) or ${definition.modelName}.belongsTo(${name}).`,
    )
  throw new AssociationError(
    `${definition.modelName} has several associations to ${name}: ${found.map((association) => association.as).join(', ')}. Name the one that is meant.`,
  )
}
