/**
 * What `addX`, `setX`, `removeX` and `hasX` are given: one row or several, as instances, keys of the primary key, or values of new rows.
 * For `many` and its neighbours.
 */
import type { Association } from '../association/association.js'
import { compositeKeyText } from '../association/key-text.js'
import type { ModelClass } from '../model/definition.js'
import { ModelState } from '../model/state.js'
import { Op } from '../sql/op.js'
import { show } from '../types/data-type.js'
import type { Identified } from './identify.js'
import { identify } from './identify.js'

/** One of the rows that a call names. */
export type Named = Exclude<Identified, null>

/** The rows named; the same row twice is one. `build` makes an instance of values. */
export function namedTargets(
  association: Association,
  given: unknown,
  call: string,
  build: (values: object) => ModelState | null,
): Named[] {
  if (given === undefined || given === null)
    throw new TypeError(`${call} was called with ${show(given)}. Give an instance, a key, or a list of them.`)
  const list = listOf(given)
  const named = list.map((one): Named => {
    const made = typeof one === 'object' && one !== null && !(one instanceof ModelState) ? build(one) : null
    if (made !== null) return { instance: made }
    const found = one === null ? null : identify(association, one, call)
    if (found === null) throw new TypeError(`${call}: null stands among the rows.`)
    return found
  })
  const seen = new Set<string>()
  return named.filter((one, at) => {
    const key = keyTexts(association, [one])[0]
    if (key === null || key === undefined) {
      const { instance } = one as { readonly instance: ModelState }
      return !named.slice(0, at).some((other) => 'instance' in other && other.instance === instance)
    }
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

function listOf(given: unknown): readonly unknown[] {
  if (Array.isArray(given)) return given
  const isList =
    typeof given === 'object' &&
    given !== null &&
    Symbol.iterator in given &&
    !(given instanceof ModelState) &&
    !(given instanceof Uint8Array)
  return isList ? [...(given as Iterable<unknown>)] : [given]
}

/** Primary keys as text; null for a row that has none yet. */
export function keyTexts({ target }: Association, named: readonly Named[]): (string | null)[] {
  const { primaryKey } = target.modelDefinition.shape
  const types = primaryKey.map((attribute) => attribute.type)
  return named.map((one) => {
    if ('instance' in one && one.instance.isNewRecord) return null
    const values = 'instance' in one ? one.instance.dataValues : one.key
    return compositeKeyText(
      primaryKey.map(({ attributeName }) => values[attributeName]),
      types,
    )
  })
}

/** The condition (where-syntax) that finds these rows by their primary keys. */
export function whereKeys(target: ModelClass, named: readonly Named[]): Record<PropertyKey, unknown> {
  const names = target.modelDefinition.shape.primaryKey.map((attribute) => attribute.attributeName)
  const conditions = named.map((one) =>
    'instance' in one ? Object.fromEntries(names.map((name) => [name, one.instance.dataValues[name]])) : one.where,
  )
  const [name] = names
  if (names.length === 1 && name !== undefined) {
    const values = conditions.flatMap((where) => where[name])
    return { [name]: values.length === 1 ? values[0] : values }
  }
  return conditions.length === 1 ? conditions[0]! : { [Op.or]: conditions }
}
