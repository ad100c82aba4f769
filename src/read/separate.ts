/**
 * Includes with `strategy: 'query'` (or `separate: true`): one more query for the rows of all parents, then each row to its parents.
 * The result is the one that a join would have given. Neighbours: `read/find` calls it after the parents are read.
 */
import type { Association } from '../association/association.js'
import type { ExecOptions } from '../connect/executor.js'
import type { ModelClass } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import { setRelation } from '../model/state.js'
import { Op } from '../sql/op.js'
import { beside } from './beside.js'
import { copyOf } from './copy.js'
import type { Found, Row } from './hydrate.js'
import type { Branch } from './include.js'
import { FEW, isListed } from './lists.js'
import { lockBelow } from './lock.js'
import type { FindInput } from './options.js'
import { isOneItem, matchesBranch } from './order.js'
import type { FindRequest } from './request.js'
import { normaliseFind } from './request.js'
import type { KeyedParents } from './row-key.js'
import { keyOf } from './row-key.js'
import { branchesInOrder, ECHO } from './row-shape.js'

/** Reads one request without hooks; `read/find` hands itself in. */
export type Read = (request: FindRequest) => Promise<Found>

/** Keys per statement; also bounded by the engine's number of parameters. */
const KEYS = 10_000

export async function loadQueries(request: FindRequest, found: Found, read: Read): Promise<void> {
  if (found.keyed.size === 0) return
  const branches = branchesInOrder(request.root)
  const wanted = [...found.keyed].filter(([number, { parents }]) => number !== ECHO && parents.length > 0)
  const readings = wanted.map(
    ([number, parents]) =>
      (exec: ExecOptions) =>
        loadQuery({ ...request, exec }, branches[number]!, parents, read),
  )
  await beside(request.runtime, `includes of ${request.model.name}`, request.exec, readings)
}

async function loadQuery(
  request: FindRequest,
  branch: Branch,
  { parents, keys }: KeyedParents,
  read: Read,
): Promise<void> {
  const waiting = new Waiting(branch.association!.keys.length)
  for (let at = 0; at < keys.length; at += 1) {
    const key = keys[at]!
    // A key with a null in it leads to nothing.
    if (!key.includes(null)) waiting.add(key, parents[at] as ModelState)
  }
  const give = giverOf(request, branch.association!)
  await rowsOfKeys(request, branch, valuesOf(request, branch, waiting.groups), read, (item, key) => {
    const group = waiting.of(key)
    if (group !== undefined) give(item, group.parents)
  })
}

interface Group {
  readonly key: Row
  readonly parents: ModelState[]
}

/** Parents by the key that leads to their rows. */
class Waiting {
  readonly #byKey = new Map<unknown, Group>()
  #byText: Map<string, Group> | null = null
  readonly #positions: readonly number[]
  #last: Group | undefined
  #lastPart: unknown

  constructor(parts: number) {
    this.#positions = Array.from({ length: parts }, (_, at) => at)
  }

  get groups(): Iterable<Group> {
    return this.#byKey.values()
  }

  add(key: Row, parent: ModelState): void {
    const same = this.#sameness(key)
    const group = this.#byKey.get(same)
    if (group === undefined) this.#byKey.set(same, { key, parents: [parent] })
    else group.parents.push(parent)
  }

  /** Who waits for a row with this key. Rows of one key mostly come one behind the other. */
  of(key: Row): Group | undefined {
    const same = this.#sameness(key)
    if (this.#last === undefined || same !== this.#lastPart) {
      this.#lastPart = same
      this.#last = this.#byKey.get(same) ?? this.#ofText(key)
    }
    return this.#last
  }

  /** Of one part it is the value itself; of several, or of bytes and dates, a text. */
  #sameness(key: Row): unknown {
    const [part] = key
    return key.length === 1 && typeof part !== 'object' ? part : keyOf(key, this.#positions)
  }

  /** A key and what refers to it may be of different types, one of them read as a text. */
  #ofText(key: Row): Group | undefined {
    this.#byText ??= new Map(Array.from(this.#byKey.values(), (group) => [keyOf(group.key, this.#positions), group]))
    return this.#byText.get(keyOf(key, this.#positions))
  }
}

/** Keys as they stand in rows → as the parents' attributes have them. */
function valuesOf({ runtime }: FindRequest, branch: Branch, groups: Iterable<Group>): readonly Row[] {
  const { definition } = branch.parent!
  const readers = branch.association!.keys.map(
    ({ from }) => runtime.dialect.codec(definition.attribute(from).type).fromRow,
  )
  const isAsRead = readers.every((reader) => reader === null)
  return Array.from(groups, ({ key }) => (isAsRead ? key : key.map((part, at) => readers[at]?.(part) ?? part)))
}

/** Hands out the rows of an include that belong to these keys, each with its key as the row has it; in as few statements as parameters allow. */
export async function rowsOfKeys(
  request: FindRequest,
  branch: Branch,
  keys: readonly Row[],
  read: Read,
  take: (item: ModelState, key: Row) => void,
): Promise<void> {
  const association = branch.association!
  const { maxParameters } = request.runtime.dialect.traits
  const size = Math.max(1, Math.min(KEYS, Math.floor((maxParameters - 100) / association.keys.length)))
  for (let at = 0; at < keys.length; at += size) {
    const { model, options, itemOf } = queryBelow(request, branch, keys.slice(at, at + size))
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
    const items = echoed.parents as ModelState[]
    for (let row = 0; row < items.length; row += 1) take(itemOf(items[row]!), echoed.keys[row]!)
  }
}

/** A query for the rows of many keys, and what makes the row that a parent gets of an item. */
export interface KeyedQuery {
  readonly model: ModelClass
  readonly options: FindInput
  readonly itemOf: (item: ModelState) => ModelState
}

/** The query for the rows of an include that belong to these keys. */
export const queryBelow = (request: FindRequest, branch: Branch, keys: readonly Row[]): KeyedQuery =>
  branch.association!.between ? queryOfLinks(request, branch, keys) : queryOfRows(request, branch, keys)

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
      where: whereOf([matching(branch, keys), association!.scope, options.where]),
      attributes: options.attributes,
      include: options.include,
      paranoid: given.paranoid,
      order,
      limit: association!.isOneOfMany ? 1 : given.limit,
      offset: given.offset,
      ...inherited(request, branch),
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
      where: whereOf([matching(branch, keys), between!.scope, link.options.where]),
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
      ...inherited(request, branch),
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

function matching({ association, model }: Branch, keys: readonly Row[]): object {
  const names = association!.keys.map((key) => key.to)
  const name = names[0]!
  if (names.length === 1) {
    const holder = (association!.between?.model ?? model).modelDefinition
    // Long lists round their length themselves, where they can.
    const list = keys.length > FEW && isListed(holder.attribute(name).type) ? keys : padded(keys)
    return { [name]: { [Op.in]: list.map(([part]) => part) } }
  }
  return {
    [Op.or]: padded(keys).map((key) => Object.fromEntries(names.map((part, at) => [part, key[at]]))),
  }
}

function whereOf(parts: readonly unknown[]): object | undefined {
  const given = parts.filter((part) => part !== undefined && part !== null)
  return given.length === 0 ? undefined : { [Op.and]: given }
}

/** Options of the call that hold for all of its queries. */
function inherited({ root, byDefault, exec }: FindRequest, branch: Branch): FindInput {
  const { replacements, bind, skipLocked, minifyAliases, strictLoading } = root.given
  const lock = lockBelow(root.given.lock, branch)
  const { strategy } = byDefault
  return { replacements, bind, lock, skipLocked, minifyAliases, strictLoading, strategy, ...exec }
}

/** Lists of different lengths would each be a statement of their own: the last key is repeated up to the next power of two. */
function padded(keys: readonly Row[]): readonly Row[] {
  const length = 2 ** Math.ceil(Math.log2(keys.length))
  return length > KEYS ? keys : [...keys, ...Array.from({ length: length - keys.length }, () => keys.at(-1)!)]
}

/** Puts an item onto its parents. Parents that share a row get an instance each, as from a join. */
function giverOf(
  request: FindRequest,
  association: Association,
): (item: ModelState, parents: readonly ModelState[]) => void {
  const { as, cardinality } = association
  const isMany = cardinality === 'many'
  return (item, parents) => {
    for (let at = 0; at < parents.length; at += 1) {
      const { dataValues } = parents[at]!
      const own = at === 0 ? item : copyOf(item)
      if (isMany) (dataValues[as] as ModelState[]).push(own)
      else if (dataValues[as] === null) dataValues[as] = own
      else warnAboutTwice(request, association)
    }
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
