/**
 * Includes with `strategy: 'query'` (or `separate: true`): one more query for the rows of all parents, then each row to its parents.
 * The result is the one that a join would have given. Neighbours: `read/find` calls it after the parents are read.
 */
import type { Association } from '../association/association.js'
import { QueryError } from '../errors/base.js'
import type { ModelState } from '../model/state.js'
import { setRelation } from '../model/state.js'
import { Op } from '../sql/op.js'
import { copyOf } from './copy.js'
import type { Found, KeyedParents, Row } from './hydrate.js'
import { ECHO, keyOf } from './hydrate.js'
import type { Branch } from './include.js'
import type { FindInput } from './options.js'
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
  if (association.joinSteps().length > 1)
    throw new QueryError(
      `include of ${branch.tables.label}: strategy 'query' cannot read through a table between the two models.`,
    )
  for (const name of ['limit', 'offset'] as const) {
    // Of a target's scope they mean the target's own queries.
    if (branch.given[name] !== undefined && branch.given[name] !== null)
      throw new QueryError(`include of ${branch.tables.label}: ${name} is not available for each parent.`)
  }
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
    const target = normaliseFind(
      request.runtime,
      branch.model,
      optionsOf(request, branch, all.slice(at, at + size)),
      association.keys.map((key) => key.to),
    )
    const found = await read(target)
    const echoed = found.keyed.get(ECHO)!
    for (const [row, item] of (echoed.parents as ModelState[]).entries())
      give(request, association, item, waiting.get(keyOf(echoed.keys[row]!, positions))?.parents ?? [])
  }
}

function optionsOf(
  request: FindRequest,
  { association, definition, parent, options, given }: Branch,
  keys: readonly Row[],
): FindInput {
  const { root, exec, runtime } = request
  const converters = association!.keys.map(
    (key) => runtime.dialect.codec(parent!.definition.attribute(key.from).type).fromRow,
  )
  const values = padded(keys).map((key) => key.map((part, at) => converters[at]?.(part) ?? part))
  const names = association!.keys.map((key) => key.to)
  const matching =
    names.length === 1
      ? { [names[0]!]: { [Op.in]: values.map((key) => key[0]) } }
      : { [Op.or]: values.map((key) => Object.fromEntries(names.map((name, at) => [name, key[at]]))) }
  // The first row of a key is the one that counts, as everywhere.
  const order =
    association!.cardinality === 'one'
      ? [...(association!.order ?? []), ...definition.shape.primaryKey.map((attribute) => [attribute.attributeName])]
      : options.order
  return {
    where: {
      [Op.and]: [
        matching,
        ...(association!.scope ? [association!.scope] : []),
        ...(options.where === undefined || options.where === null ? [] : [options.where]),
      ],
    },
    attributes: options.attributes,
    include: options.include,
    paranoid: given.paranoid,
    order,
    replacements: root.given.replacements,
    bind: root.given.bind,
    lock: root.given.lock,
    skipLocked: root.given.skipLocked,
    minifyAliases: root.given.minifyAliases,
    strictLoading: root.given.strictLoading,
    ...exec,
  }
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
