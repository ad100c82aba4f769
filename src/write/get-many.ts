/**
 * Reading across an association that leads to many rows: `getXs` of one instance, `association.get([…])`, `countXs` and `hasXs`. Goes
 * through the target's own finders. Neighbour: `get-one`. Docs: associations/has-many, associations/belongs-to-many.
 */
import type { Association } from '../association/association.js'
import { inSchemaOf } from '../association/schema.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError } from '../errors/base.js'
import type { ModelState } from '../model/state.js'
import { copyOf } from '../read/copy.js'
import { canReadForEach, findForEach } from '../read/for-each.js'
import { Op } from '../sql/op.js'
import { canShare, requireSource, SOURCES_PER_QUERY, single, targetOf } from './get-one.js'
import type { Identified } from './identify.js'
import { keyTexts, whereKeys } from './many-targets.js'
import type { WriteOptions } from './options.js'
import { execOf } from './options.js'
import { callerOfRepeat, noteRepeat } from './repeats.js'
import { definitionOf } from './row.js'
import { openGroup, sharingKey, waitingGroup } from './tick.js'

/**
 * The associated rows. Options: those of `findAll`, `scope` (a name, several, or false for none) and `schema`; of belongsToMany also
 * `through: { where, attributes, paranoid, as }` and `joinTableAttributes`.
 * For a list of instances: a Map from each one's key to its rows; `limit` then holds for each of them.
 * Throws AssociationError where the key of the source was not loaded.
 */
export function getMany(
  runtime: Runtime,
  association: Association,
  source: ModelState | readonly ModelState[],
  options?: object,
): Promise<unknown> {
  const given = options as WriteOptions | undefined
  if (Array.isArray(source)) return getForAll(runtime, association, source as readonly ModelState[], given)
  return getForOne(runtime, association, source as ModelState, given)
}

async function getForOne(
  runtime: Runtime,
  association: Association,
  source: ModelState,
  options: WriteOptions | undefined,
): Promise<unknown> {
  requireSource(association, source, association.accessors.get!)
  const find = findOptions(association, [source], options, 'get')
  if (find === null) return []
  const key = sharingKey(options)
  if (key === null) return await targetOf(association, source, options).findAll(find.options)
  const transaction = runtime.executor.currentTransaction(execOf(options))
  const line = callerOfRepeat(runtime, association, source)
  const own: WriteOptions = { ...options, transaction }
  const group =
    waitingGroup<ModelState, unknown>(association, transaction, key) ??
    openGroup(association, transaction, key, {
      together: (sources) => getTogether(association, sources, own),
      async alone(single) {
        noteRepeat(runtime, association, single, line)
        return await targetOf(association, single, own).findAll(findOptions(association, [single], own, 'get')!.options)
      },
    })
  return await group.join(source)
}

async function getTogether(
  association: Association,
  sources: readonly ModelState[],
  options: WriteOptions,
): Promise<((source: ModelState) => unknown) | null> {
  if (!canShare(association, sources, options)) return null
  const { rows, keyOfSource } = await rowsOf(association, sources, options)
  const given = new Set<string>()
  return (source) => {
    const key = keyOfSource(source)
    const list = key === null ? undefined : rows.get(key)
    if (list === undefined) return []
    // Each caller gets instances of its own.
    if (given.has(key!)) return list.map(copyOf)
    given.add(key!)
    return list
  }
}

/** The number of associated rows. Options: those of `count`, and as for `getXs`. */
export async function countMany(association: Association, source: ModelState, options?: object): Promise<number> {
  requireSource(association, source, association.accessors.count!)
  const given = options as WriteOptions | undefined
  const find = findOptions(association, [source], withoutRows(association, given), 'count')
  return find === null ? 0 : Number(await targetOf(association, source, given).count(find.options))
}

/** Whether all of these rows are associated. Keys are values of the primary key. */
export async function hasMany(
  association: Association,
  source: ModelState,
  targets: readonly Exclude<Identified, null>[],
  options: WriteOptions | undefined,
): Promise<boolean> {
  const wanted = keyTexts(association, targets)
  // Rows that have never been saved are nobody's.
  if (wanted.includes(null)) return false
  if (wanted.length === 0) return true
  const { attributes: _attributes, raw: _raw, where, ...rest } = options ?? {}
  const keys = whereKeys(association.target, targets)
  const find = findOptions(
    association,
    [source],
    withoutRows(association, {
      ...rest,
      where: where === undefined || where === null ? keys : { [Op.and]: [keys, where] },
    }),
    'get',
  )
  if (find === null) return false
  const attributes = association.target.modelDefinition.shape.primaryKey.map((attribute) => attribute.attributeName)
  const rows = await targetOf(association, source, options).findAll({ ...find.options, attributes })
  const found = new Set(
    keyTexts(
      association,
      rows.map((instance) => ({ instance })),
    ),
  )
  return wanted.every((key) => found.has(key))
}

/** Of the rows between nothing is read. */
const withoutRows = (association: Association, options: WriteOptions | undefined): WriteOptions | undefined =>
  association.between ? { ...options, joinTableAttributes: [] } : options

// ---------------------------------------------------------------- options of the finder

interface Find {
  readonly options: Record<string, unknown>
  readonly keyOfSource: (source: ModelState) => string | null
  readonly keyOfRow: (row: ModelState) => string
  /** Name of the row between on a target that was found. */
  readonly as: string | null
}

/** The finder's options for the rows of these sources; null: none of them has a key. */
function findOptions(
  association: Association,
  sources: readonly ModelState[],
  options: WriteOptions | undefined,
  verb: 'get' | 'count',
): Find | null {
  const { between } = association
  const batch = association.batch(sources)
  const { scope: _scope, schema: _schema, schemaDelimiter: _delimiter, batch: _batch, ...rest } = options ?? {}
  if (!between) {
    if (rest.through !== undefined || rest.joinTableAttributes !== undefined)
      throw new QueryError(
        `${association.source.name}.${association.accessors[verb]}(): "through" is for belongsToMany; this is a ${association.associationType}.`,
      )
    if (batch === null) return null
    const own = sources.length === 1 ? single(batch.where) : batch.where
    const { where } = rest
    return {
      options: { ...rest, where: where === undefined || where === null ? own : { [Op.and]: [own, where] } },
      keyOfSource: batch.keyOfSource,
      keyOfRow: batch.keyOfTarget,
      as: null,
    }
  }
  if (batch === null) return null
  const { through, joinTableAttributes, include, ...found } = rest
  const { where, attributes, as = between.as, paranoid, ...unknown } = throughOptions(through, association)
  for (const name of Object.keys(unknown))
    throw new QueryError(
      `${association.source.name}.${association.accessors[verb]}(): through has no option "${name}".`,
    )
  const own = sources.length === 1 ? single(batch.where) : batch.where
  const row = {
    association: between.row(as as string),
    model: inSchemaOf(between.model, definitionOf(sources[0]!)),
    required: true,
    where: where === undefined || where === null ? own : { [Op.and]: [own, where] },
    ...(paranoid === undefined ? {} : { paranoid }),
    attributes: joinTableAttributes ?? attributes,
  }
  const others =
    include === undefined || include === null ? [] : Array.isArray(include) ? (include as unknown[]) : [include]
  return {
    options: { ...found, include: [row, ...others] },
    keyOfSource: batch.keyOfSource,
    keyOfRow: (target) => batch.keyOfTarget(target.dataValues[as as string] as ModelState),
    as: as as string,
  }
}

function throughOptions(through: unknown, { source, as }: Association): Record<string, unknown> {
  if (through === undefined || through === null) return {}
  if (typeof through !== 'object')
    throw new QueryError(`${source.name}.${as}: through is an object { where, attributes, paranoid, as }.`)
  return through as Record<string, unknown>
}

// ---------------------------------------------------------------- many sources

async function getForAll(
  runtime: Runtime,
  association: Association,
  sources: readonly ModelState[],
  options: WriteOptions | undefined,
): Promise<Map<unknown, unknown>> {
  for (const source of sources) requireSource(association, source, association.accessors.get!)
  const isCut = ['limit', 'offset'].some((name) => options?.[name] !== undefined && options[name] !== null)
  const found = isCut
    ? await rowsOfEach(runtime, association, sources, options!)
    : await rowsOf(association, sources, options)
  const result = new Map<unknown, unknown>()
  for (const source of sources) {
    const key = found.keyOfSource(source)
    const value = association.keys.length === 1 ? source.dataValues[association.keys[0]!.from] : key
    result.set(value ?? null, key === null ? [] : (found.rows.get(key) ?? []))
  }
  return result
}

/** With a limit for each source: one statement numbers the rows of each key. What it cannot say is asked for each. */
async function rowsOfEach(
  runtime: Runtime,
  association: Association,
  sources: readonly ModelState[],
  options: WriteOptions,
): Promise<Rows> {
  // Refuses options that the association does not have.
  const { keyOfSource } = findOptions(association, sources, options, 'get') ?? { keyOfSource: () => null }
  const { scope: _scope, schema: _schema, schemaDelimiter: _delimiter, batch: _batch, ...own } = options
  const { joinTableAttributes, ...given } = targetOf(association, sources[0], options).modelDefinition.scopes.resolve(
    own as Readonly<Record<string, unknown>>,
  )
  const isTogether = canReadForEach(given) && new Set(sources.map((one) => definitionOf(one).table.schema)).size === 1
  if (!isTogether) return await rowsOneByOne(association, sources, options)
  const keys = new Map<string, readonly unknown[]>()
  for (const source of sources) {
    const key = keyOfSource(source)
    if (key !== null)
      keys.set(
        key,
        association.keys.map(({ from }) => source.dataValues[from]),
      )
  }
  const through =
    joinTableAttributes === undefined
      ? {}
      : { through: { ...throughOptions(given.through, association), attributes: joinTableAttributes } }
  const source = definitionOf(sources[0]!).model
  const target = targetOf(association, sources[0], { ...options, scope: false })
  const rows = await findForEach(runtime, association, source, target, [...keys.values()], { ...given, ...through })
  return { rows, keyOfSource }
}

async function rowsOneByOne(
  association: Association,
  sources: readonly ModelState[],
  options: WriteOptions,
): Promise<Rows> {
  const rows = new Map<string, ModelState[]>()
  let keyOfSource: Rows['keyOfSource'] = () => null
  for (const source of sources) {
    const find = findOptions(association, [source], options, 'get')
    if (find === null) continue
    keyOfSource = find.keyOfSource
    const key = keyOfSource(source)!
    if (!rows.has(key)) rows.set(key, await targetOf(association, source, options).findAll(find.options))
  }
  return { rows, keyOfSource }
}

interface Rows {
  readonly rows: Map<string, ModelState[]>
  readonly keyOfSource: (source: ModelState) => string | null
}

/** The rows of each key, in the order of the query. */
async function rowsOf(
  association: Association,
  sources: readonly ModelState[],
  options: WriteOptions | undefined,
): Promise<Rows> {
  const rows = new Map<string, ModelState[]>()
  let keyOfSource: Rows['keyOfSource'] = () => null
  const target = targetOf(association, sources[0], options)
  const { wanted, hide } = withKeys(association, options)
  for (let from = 0; from < sources.length; from += SOURCES_PER_QUERY) {
    const find = findOptions(association, sources.slice(from, from + SOURCES_PER_QUERY), wanted, 'get')
    if (find === null) continue
    keyOfSource = find.keyOfSource
    for (const row of await target.findAll(find.options)) {
      const key = find.keyOfRow(row)
      const list = rows.get(key)
      if (list === undefined) rows.set(key, [row])
      else list.push(row)
      hide(row, find.as)
    }
  }
  return { rows, keyOfSource }
}

/** Options under which the keys are selected that tell whose row is whose, and what takes them away again. */
function withKeys(
  association: Association,
  options: WriteOptions | undefined,
): { readonly wanted: WriteOptions | undefined; readonly hide: (row: ModelState, as: string | null) => void } {
  const { between } = association
  const names = between ? between.keys[0].map((key) => key.to) : association.keys.map((key) => key.to)
  const through = between ? throughOptions(options?.through, association) : null
  const attributes = through ? (options?.joinTableAttributes ?? through.attributes) : options?.attributes
  if (!Array.isArray(attributes)) return { wanted: options, hide: () => {} }
  const hidden = names.filter((name) => !(attributes as unknown[]).includes(name))
  const all = [...(attributes as unknown[]), ...hidden]
  return {
    wanted: through ? { ...options, joinTableAttributes: all } : { ...options, attributes: all },
    hide(row, as) {
      const holder = as === null ? row : (row.dataValues[as] as ModelState)
      for (const name of hidden) delete holder.dataValues[name]
      if (as !== null && all.length === hidden.length) delete row.dataValues[as]
    },
  }
}
