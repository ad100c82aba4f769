/**
 * Associated rows of instances that are there, with a limit for each of them: the query of an include (`read/separate`), for keys that did
 * not come from a find. Used by `association.get([…], { limit })`.
 */
import type { Association } from '../association/association.js'
import { compositeKeyText } from '../association/key-text.js'
import type { Runtime } from '../dialect/runtime.js'
import type { ModelClass } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import { afterFind, beforeFind, read } from './find.js'
import type { FindInput } from './options.js'
import { normaliseFind } from './request.js'
import { rowsOfKeys } from './separate.js'

/** Options of an include; all others belong to the statement. */
const OF_INCLUDE = ['where', 'attributes', 'include', 'order', 'limit', 'offset', 'paranoid', 'through'] as const
/** Options of finds that an include has no place for. */
const OF_ONE = [
  'raw',
  'nest',
  'plain',
  'group',
  'having',
  'distinct',
  'rejectOnEmpty',
  'indexHints',
  'tableHints',
] as const

/** Whether one query can read the rows of many sources under these options. */
export const canReadForEach = (options: FindInput): boolean =>
  OF_ONE.every((option) => options[option] === undefined || options[option] === null || options[option] === false) &&
  ['limit', 'offset'].every((option) => options[option] == null || typeof options[option] === 'number')

/**
 * The rows of each key (in the order of `association.keys`), by the key's text. `source` is the model of the keys, `target` that of the
 * rows, without scopes: they are part of the options. Hooks of finds run once, for all rows.
 */
export async function findForEach(
  runtime: Runtime,
  association: Association,
  source: ModelClass,
  target: ModelClass,
  keys: readonly (readonly unknown[])[],
  given: FindInput,
): Promise<Map<string, ModelState[]>> {
  const input = await beforeFind(target, given)
  const shown: Record<string, unknown> = {}
  const rest: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(input))
    ((OF_INCLUDE as readonly string[]).includes(name) ? shown : rest)[name] = value
  // Rows of a parent without an order are taken by their keys, as by a find of their own.
  const order = shown.order ?? target.modelDefinition.shape.primaryKey.map((attribute) => [attribute.attributeName])
  const include = [{ ...shown, order, association, model: target, required: false, strategy: 'query' }]
  const request = normaliseFind(runtime, source, { ...rest, attributes: [], include })
  const branch = request.root.children.find((child) => !child.isBetween)!
  const types = association.keys.map((key) => source.modelDefinition.attribute(key.from).type)
  const readers = types.map((type) => runtime.dialect.codec(type).fromRow)
  const items: ModelState[] = []
  const byKey = new Map<string, ModelState[]>()
  await rowsOfKeys(request, branch, keys, read, (item, key) => {
    items.push(item)
    const values = key.map((part, at) => readers[at]?.(part) ?? part)
    const text = compositeKeyText(values, types) ?? ''
    const list = byKey.get(text)
    if (list === undefined) byKey.set(text, [item])
    else list.push(item)
  })
  await afterFind(target, items, input)
  return byKey
}
