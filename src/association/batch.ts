/** The rows of several sources in one condition, and what tells whose row is whose. For every kind of association. */
import { AssociationError } from '../errors/association.js'
import type { ModelDefinition } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import { Op } from '../sql/op.js'
import type { DataType } from '../types/data-type.js'
import type { Association, Batch } from './association.js'
import { compositeKeyText } from './key-text.js'

/** `definition`: the model whose rows are selected, on which the association's keys end. */
export function batchOf(
  association: Pick<Association, 'as' | 'keys'>,
  definition: ModelDefinition,
  scope: Readonly<Record<string, unknown>> | null,
  sources: readonly ModelState[],
): Batch | null {
  const { keys } = association
  const types = keys.map(({ to }): DataType => definition.attribute(to).type)
  const from = keys.map((key) => key.from)
  const to = keys.map((key) => key.to)
  const keyOfSource = (source: ModelState): string | null =>
    compositeKeyText(
      from.map((name) => keyValue(association, source, name)),
      types,
    )
  const values = new Map<string, readonly unknown[]>()
  for (const source of sources) {
    const key = keyOfSource(source)
    if (key !== null && !values.has(key))
      values.set(
        key,
        from.map((name) => source.dataValues[name]),
      )
  }
  if (values.size === 0) return null
  const lists = [...values.values()]
  const wanted =
    to.length === 1
      ? { [to[0]!]: lists.map((list) => list[0]) }
      : { [Op.or]: lists.map((list) => Object.fromEntries(to.map((name, index) => [name, list[index]]))) }
  return {
    where: scope ? { ...scope, ...wanted } : wanted,
    keyOfSource,
    keyOfTarget: (target) =>
      compositeKeyText(
        to.map((name) => target.dataValues[name]),
        types,
      ) ?? '',
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
