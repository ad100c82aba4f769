/**
 * Includes with `strategy: 'query'` (or `separate: true`): one more query for the rows of all parents, then each row to its parents.
 * The result is the one that a join would have given. Neighbours: `read/find` calls it after the parents are read.
 */
import type { Association } from '../association/association.js'
import type { ModelClass } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import { setRelation } from '../model/state.js'
import { Op } from '../sql/op.js'
import { copyOf } from './copy.js'
import type { Found, KeyedParents, Row } from './hydrate.js'
import { ECHO, keyOf } from './hydrate.js'
import type { Branch } from './include.js'
import type { FindInput } from './options.js'
import { isOneItem, matchesBranch } from './order.js'
import type { FindRequest } from './request.js'
import { normaliseFind } from './request.js'
import { branchesInOrder } from './row-shape.js'

/** Reads one request without hooks; `read/find` hands itself in. */
export type Read = (request: FindRequest) => Promise<Found>

/** Keys per statement; also bounded by the engine's number of parameters. */
const KEYS = 10_000

export async function loadQueries(request: FindRequest, found: Found, read: Read): Promise<void> {
  if (found.keyed.size === 0) return
  const branches = branchesInOrder(request.root)
  for (const [number, parents] of found.keyed) {
    if (number !== ECHO) await loadQuery(request, branches[number]!, parents, read)
  }
}

async function loadQuery(
  request: FindRequest,
  branch: Branch,
  { parents, keys }: KeyedParents,
  read: Read,
): Promise<void> {
  const association = branch.association!
  const positions = association.keys.map((_, at) => at)
  const waiting = new Map<string, { readonly key: Row; readonly parents: ModelState[] }>()
  for (const [at, key] of keys.entries()) {
    // A key with a null in it leads to nothing.
    if (key.includes(null)) continue
    const text = keyOf(key, positions)
    const group = waiting.get(text)
    if (group === undefined) waiting.set(text, { key, parents: [parents[at] as ModelState] })
    else group.parents.push(parents[at] as ModelState)
  }
  const all = [...waiting.values()].map((group) => group.key)
  const size = Math.max(
    1,
    Math.min(KEYS, Math.floor((request.runtime.dialect.traits.maxParameters - 100) / positions.length)),
  )
  for (let at = 0; at < all.length; at += size) {
    const slice = all.slice(at, at + size)
    const { model, options, itemOf } = association.between
      ? queryOfLinks(request, branch, slice)
      : queryOfRows(request, branch, slice)
    const { limit, offset } = options
    const isPerKey = (limit !== undefined && limit !== null) || (offset !== undefined && offset !== null)
    const found = await read(
      normaliseFind(
        request.runtime,
        model,
        options,
        association.keys.map((key) => key.to),
        isPerKey,
      ),
    )
    const echoed = found.keyed.get(ECHO)!
    for (const [row, item] of (echoed.parents as ModelState[]).entries())
      give(request, association, itemOf(item), waiting.get(keyOf(echoed.keys[row]!, positions))?.parents ?? [])
  }
}

/** A query for the rows of many keys, and what makes the row that a parent gets of an item. */
interface KeyedQuery {
  readonly model: ModelClass
  readonly options: FindInput
  readonly itemOf: (item: ModelState) => ModelState
}

/** Rows that hold the key, or that it refers to. */
function queryOfRows(request: FindRequest, branch: Branch, keys: readonly Row[]): KeyedQuery {
  const { association, definition, options, given, model } = branch
  // The first row of a key is the one that counts, as everywhere.
  const order =
    association!.cardinality === 'one'
      ? [...(association!.order ?? []), ...definition.shape.primaryKey.map((attribute) => [attribute.attributeName])]
      : options.order
  return {
    model,
    options: {
      where: whereOf([matching(request, branch, keys), association!.scope, options.where]),
      attributes: options.attributes,
      include: options.include,
      paranoid: given.paranoid,
      order,
      limit: association!.isOneOfMany ? 1 : given.limit,
      offset: given.offset,
      ...inherited(request),
    },
    itemOf: (item) => item,
  }
}

/** Rows between, each with the row that it leads to. */
function queryOfLinks(request: FindRequest, branch: Branch, keys: readonly Row[]): KeyedQuery {
  const { association, options, given, model } = branch
  const { between } = association!
  const link = branch.children.find((child) => child.isBetween)!
  const { attributes } = link.options
  const isShown = !(Array.isArray(attributes) && attributes.length === 0)
  const toTarget = between!.target
  const { as } = toTarget
  return {
    model: link.model,
    options: {
      where: whereOf([matching(request, branch, keys), between!.scope, link.options.where]),
      attributes,
      paranoid: link.isParanoid ? undefined : false,
      include: [
        {
          association: toTarget,
          model,
          required: true,
          where: whereOf([association!.scope, options.where]),
          attributes: options.attributes,
          include: options.include,
          paranoid: given.paranoid,
        },
      ],
      order: orderOf(options.order, link, toTarget, branch),
      limit: given.limit,
      offset: given.offset,
      ...inherited(request),
    },
    itemOf(item) {
      const target = item.dataValues[as] as ModelState
      setRelation(item, as, undefined)
      if (isShown) setRelation(target, link.as, item)
      return target
    },
  }
}

/** An order of the rows led to, as an order of the rows between. */
function orderOf(order: unknown, link: Branch, toTarget: Association, branch: Branch): unknown {
  if (order === undefined || order === null) return undefined
  const items = !Array.isArray(order) || isOneItem(order, branch) ? [order] : (order as unknown[])
  return items.map((item) => {
    const parts: unknown[] = Array.isArray(item) ? item : [item]
    const isLinks = parts.length > 1 && matchesBranch(link, parts[0])
    return isLinks ? parts.slice(1) : [toTarget, ...parts]
  })
}

function matching({ runtime }: FindRequest, { association, parent }: Branch, keys: readonly Row[]): object {
  const converters = association!.keys.map(
    (key) => runtime.dialect.codec(parent!.definition.attribute(key.from).type).fromRow,
  )
  const values = padded(keys).map((key) => key.map((part, at) => converters[at]?.(part) ?? part))
  const names = association!.keys.map((key) => key.to)
  return names.length === 1
    ? { [names[0]!]: { [Op.in]: values.map((key) => key[0]) } }
    : { [Op.or]: values.map((key) => Object.fromEntries(names.map((name, at) => [name, key[at]]))) }
}

function whereOf(parts: readonly unknown[]): object | undefined {
  const given = parts.filter((part) => part !== undefined && part !== null)
  return given.length === 0 ? undefined : { [Op.and]: given }
}

/** Options of the call that hold for all of its queries. */
function inherited({ root, exec }: FindRequest): FindInput {
  const { replacements, bind, lock, skipLocked, minifyAliases, strictLoading } = root.given
  return { replacements, bind, lock, skipLocked, minifyAliases, strictLoading, ...exec }
}

/** Lists of different lengths would each be a statement of their own: the last key is repeated up to the next power of two. */
function padded(keys: readonly Row[]): readonly Row[] {
  const length = 2 ** Math.ceil(Math.log2(keys.length))
  return length > KEYS ? keys : [...keys, ...Array.from({ length: length - keys.length }, () => keys.at(-1)!)]
}

function give(request: FindRequest, association: Association, item: ModelState, parents: readonly ModelState[]): void {
  const { as, cardinality } = association
  for (const [at, parent] of parents.entries()) {
    // Parents that share a row get an instance each, as from a join.
    const own = at === 0 ? item : copyOf(item)
    if (cardinality === 'many') (parent.dataValues[as] as ModelState[]).push(own)
    else if (parent.dataValues[as] === null) setRelation(parent, as, own)
    else warnAboutTwice(request, association)
  }
}

export function warnAboutTwice(request: FindRequest, association: Association): void {
  const name = `${association.source.name}.${association.as}`
  const keys = association.foreignKeys.join(', ')
  request.runtime.warn(
    'MORTISE_W_ONE_TO_ONE_NOT_UNIQUE',
    name,
    `${name} is a one-to-one, but a ${association.source.name} has several rows of ${association.target.name}: the first by ${association.order ? "the association's order" : 'primary key'} is taken. ` +
      `A unique index on ${association.foreignKeyOwner.name}.${keys} keeps it one-to-one: define the association with { unique: true }.`,
  )
}
