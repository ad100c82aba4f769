/**
 * Associations in the definitions of their models: found, entered, taken out, renamed. Whoever holds the definition of a Sequelize
 * instance's models hears of it through the context (`install`, `uninstall`). For `define` and `declaration`.
 */
import { suggestion } from '../base/names.js'
import { AssociationError } from '../errors/association.js'
import type { ModelClass } from '../model/definition.js'
import type { Association } from './association.js'
import type { AssociationContext } from './context.js'
import type { KeyRelation } from './side.js'
import { KeyAssociation } from './side.js'

/** The same names, in whatever order. */
export const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && [...a].sort().join('\0') === [...b].sort().join('\0')

/** Relations whose key lies on `owner` and refers to `referenced`, in the order of their definition. */
export function relationsBetween(owner: ModelClass, referenced: ModelClass): KeyRelation[] {
  const found = new Set<KeyRelation>()
  for (const model of [owner, referenced]) {
    for (const association of model.modelDefinition.associations.values()) {
      if (
        association instanceof KeyAssociation &&
        association.relation.owner === owner &&
        association.relation.referenced === referenced
      )
        found.add(association.relation)
    }
  }
  return [...found]
}

export function register(association: Association, context: AssociationContext): void {
  const { modelDefinition } = association.source
  if (modelDefinition.associations.get(association.as) === association) return
  modelDefinition.addAssociation(association)
  context.install(association)
}

export function unregister(association: Association, context: AssociationContext): void {
  const { modelDefinition } = association.source
  if (modelDefinition.associations.get(association.as) !== association) return
  context.uninstall(association)
  modelDefinition.removeAssociation(association.as)
}

export function rename(
  association: KeyAssociation,
  as: string,
  context: AssociationContext,
  isNamed = association.isNamed,
): void {
  unregister(association, context)
  association.attach(association.relation, { ...association.facts, as, isNamed })
  register(association, context)
}

export function dropRelation(relation: KeyRelation, context: AssociationContext): void {
  for (const side of [...relation.ownerSides, ...relation.referencedSides]) unregister(side, context)
  relation.dispose()
}

/** The association of a model by its name; throws AssociationError with the names there are. */
export function associationOf(model: ModelClass, as: string): Association {
  const { associations } = model.modelDefinition
  const found = associations.get(as)
  if (!found)
    throw new AssociationError(
      `${model.name} has no association "${as}".${suggestion(as, associations.keys())}${associations.size > 0 ? ` It has: ${[...associations.keys()].join(', ')}.` : ''}`,
    )
  return found
}

/** A name for an association that nobody named: the usual one, else a longer one. */
export function freeName(model: ModelClass, ...candidates: readonly string[]): string {
  const { associations, shape } = model.modelDefinition
  const isFree = (name: string): boolean => !associations.has(name) && !shape.attributes.has(name)
  const found = candidates.find(isFree)
  if (found !== undefined) return found
  const last = candidates[candidates.length - 1]!
  for (let number = 2; ; number += 1) if (isFree(`${last}${number}`)) return `${last}${number}`
}
