/** The key that an association gives to an instance which is about to be written. For `nested` and `plain-graph`. */
import type { Association } from '../association/association.js'
import { compositeKeyText } from '../association/key-text.js'
import { AssociationError } from '../errors/association.js'
import type { ModelState } from '../model/state.js'
import { definitionOf } from './row.js'
import { setKey } from './snapshot.js'

/**
 * Sets the key of a relation. Where the instance has a value for it already, that must be the same one: a program that gives both a key
 * and an instance, and not the same, means something that cannot be guessed. Returns the attributes that changed.
 */
export function agree(
  owner: ModelState,
  values: Readonly<Record<string, unknown>>,
  association: Association,
  holder: ModelState,
  isStrict: boolean,
): string[] {
  const definition = definitionOf(owner)
  const changed: string[] = []
  for (const [name, value] of Object.entries(values)) {
    const type = definition.attribute(name).type
    const before = owner.dataValues[name]
    const isSame = compositeKeyText([before], [type]) === compositeKeyText([value], [type])
    if (isSame) continue
    if (isStrict && before !== null && before !== undefined && association.foreignKeys.includes(name)) {
      throw new AssociationError(
        `${definition.modelName}.${name} is ${String(before)}, but "${association.as}" of ${definitionOf(holder).modelName} is a ${association.target.name} whose key makes it ${String(value)}. Give the foreign key or the instance, not both.`,
      )
    }
    setKey(owner, { [name]: value })
    changed.push(name)
  }
  return changed
}
