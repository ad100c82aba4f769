/** The rows of several sources in one condition, and what tells whose row is whose. For every kind of association. */
import { AssociationError } from '../errors/association.js'
import type { ModelDefinition } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import { Op } from '../sql/op.js'
import type { DataType } from '../types/data-type.js'
import type { Association, Batch, KeyPair } from './association.js'
import { compositeKeyText, keyText } from './key-text.js'

/** `definition`: the model whose rows are selected, on which the association's keys end. */
export function batchOf(
  association: Pick<Association, 'as' | 'keys'>,
  definition: ModelDefinition,
  scope: Readonly<Record<string, unknown>> | null,
  sources: readonly ModelState[],
): Batch | null {
  const { keys } = association
  const types = keys.map(({ to }): DataType => definition.attribute(to).type)
  const keyOfSource = readerOf(
    keys.map((key) => key.from),
    types,
    (source, name) => keyValue(association, source, name),
  )
  const values = new Map<string, ModelState>()
  for (const source of sources) {
    const key = keyOfSource(source)
    if (key !== null && !values.has(key)) values.set(key, source)
  }
  if (values.size === 0) return null
  const wanted = whereOf(association, [...values.values()])
  const keyOfTarget = readerOf(
    keys.map((key) => key.to),
    types,
    (target, name) => target.dataValues[name],
  )
  return {
    where: scope ? { ...scope, ...wanted } : wanted,
    keyOfSource,
    keyOfTarget: (target) => keyOfTarget(target) ?? '',
  }
}

/** What gives the text of an instance's key; null where a part is missing. */
function readerOf(
  names: readonly string[],
  types: readonly DataType[],
  read: (instance: ModelState, name: string) => unknown,
): (instance: ModelState) => string | null {
  const [name, type] = [names[0]!, types[0]!]
  return names.length === 1
    ? (instance) => keyText(read(instance, name), type)
    : (instance) =>
        compositeKeyText(
          names.map((part) => read(instance, part)),
          types,
        )
}

/** The condition on the far side for the keys of these sources, which are all different. */
function whereOf({ keys }: Pick<Association, 'keys'>, sources: readonly ModelState[]): Record<PropertyKey, unknown> {
  const [{ from, to }] = keys as readonly [KeyPair]
  if (keys.length === 1) return { [to]: sources.map((source) => source.dataValues[from]) }
  return {
    [Op.or]: sources.map((source) => Object.fromEntries(keys.map((key) => [key.to, source.dataValues[key.from]]))),
  }
}

/** A key value of an instance; throws where the attribute was not loaded, because "no row" would be a wrong answer. */
export function keyValue({ as }: Pick<Association, 'as'>, instance: ModelState, name: string): unknown {
  const value = instance.dataValues[name]
  if (value === undefined && !instance.isNewRecord && !(name in instance.dataValues)) {
    throw new AssociationError(
      `The attribute "${name}" of this ${(instance.constructor as { name: string }).name} was not loaded; the association "${as}" needs it. Add it to \`attributes\`.`,
    )
  }
  return value
}
