/** What was given to `setX`: an instance of the target, the key of one, or null. */
import type { Association } from '../association/association.js'
import { isPlainObject } from '../base/freeze.js'
import { AssociationError } from '../errors/association.js'
import type { ModelClass } from '../model/definition.js'
import { ModelState } from '../model/state.js'
import { show } from '../types/data-type.js'
import { definitionOf } from './row.js'

/** `key`: as it was given, for messages; `where`: the condition that finds it. */
export type Identified =
  | { readonly instance: ModelState }
  | { readonly key: Readonly<Record<string, unknown>>; readonly where: Readonly<Record<string, unknown>> }
  | null

/**
 * A key is a value of the target's primary key; where the source has the foreign key, a value of the key that it refers to. Composite keys
 * are objects of their attributes. 0 and '' are keys.
 */
export function identify(association: Association, given: unknown, call: string): Identified {
  if (given === null) return null
  const { target } = association
  if (given instanceof ModelState) {
    if (given instanceof target || definitionOf(given).initial === target.modelDefinition.initial)
      return { instance: given }
    throw new AssociationError(`${call} takes a ${target.name}, got an instance of ${definitionOf(given).modelName}.`)
  }
  const names =
    association.saveOrder !== 'before'
      ? target.modelDefinition.shape.primaryKey.map((attribute) => attribute.attributeName)
      : association.keys.map((key) => key.to)
  if (isPlainObject(given)) return keyed(target, fromObject(association, given, names, call))
  if (names.length !== 1)
    throw new TypeError(
      `${call} takes a ${target.name} or its key as an object, { ${names.join(', ')} }, got ${show(given)}.`,
    )
  const isKey =
    ['string', 'number', 'bigint'].includes(typeof given) ||
    given instanceof Date ||
    given instanceof Uint8Array ||
    (typeof given === 'object' && !Array.isArray(given))
  if (!isKey) throw new TypeError(`${call} takes a ${target.name}, its key (${names[0]}), or null, got ${show(given)}.`)
  return keyed(target, { [names[0]!]: given })
}

/** An object that says nothing of a key, and nothing but attributes: a row to be made. */
export function meansValues(association: Association, given: unknown): given is Readonly<Record<string, unknown>> {
  if (!isPlainObject(given)) return false
  const { attributes, primaryKey } = association.target.modelDefinition.shape
  const keys = new Set([
    ...primaryKey.map((attribute) => attribute.attributeName),
    ...association.keys.map(({ to }) => to),
  ])
  const names = Object.keys(given)
  return (
    names.length > 0 &&
    names.every((name) => attributes.has(name) && !keys.has(name)) &&
    !association.foreignKeys.some((name) => name in given)
  )
}

/** A UUID is the same in either case; engines that keep it as text compare letters. */
function keyed(target: ModelClass, key: Readonly<Record<string, unknown>>): Identified {
  const where = Object.fromEntries(
    Object.entries(key).map(([name, value]) => {
      if (typeof value !== 'string' || target.modelDefinition.attribute(name).type.key !== 'UUID') return [name, value]
      const spellings = [...new Set([value, value.toLowerCase(), value.toUpperCase()])]
      return [name, spellings.length === 1 ? value : spellings]
    }),
  )
  return { key, where }
}

function fromObject(
  association: Association,
  given: Readonly<Record<string, unknown>>,
  names: readonly string[],
  call: string,
): Record<string, unknown> {
  const where: Record<string, unknown> = {}
  for (const [index, name] of names.entries()) {
    // The source's own names of a composite key are understood as well.
    const value =
      given[name] ?? (association.saveOrder === 'before' ? given[association.foreignKeys[index]!] : undefined)
    if (value === undefined || value === null) {
      throw new TypeError(
        `${call} takes a ${association.target.name} or its key { ${names.join(', ')} }, got ${show(given)}. To make a new row of values, use ${association.accessors.create}().`,
      )
    }
    where[name] = value
  }
  return where
}
