/**
 * Reading across a one-to-one: `getX` of one instance, of many instances of one tick (one query for all), and `association.get([…])`.
 * Comes from the mixins through `association.get`; goes through the target's own finders. Docs: associations/has-one ("Association Getter").
 */
import type { Association } from '../association/association.js'
import { keyValue } from '../association/batch.js'
import { inSchemaOf } from '../association/schema.js'
import { checkOptions } from '../base/options.js'
import type { Runtime } from '../dialect/runtime.js'
import { AssociationError } from '../errors/association.js'
import { ModelState } from '../model/state.js'
import { copyOf } from '../read/copy.js'
import { FIND_OPTIONS } from '../read/options.js'
import { Op } from '../sql/op.js'
import type { WriteOptions } from './options.js'
import { execOf } from './options.js'
import type { PublicModel } from './public.js'
import { asModel } from './public.js'
import { callerOfRepeat, noteRepeat } from './repeats.js'
import { definitionOf } from './row.js'
import type { Question } from './tick.js'
import { openGroup, sharingKey, waitingGroup } from './tick.js'

/**
 * The associated row, or null. Options: those of `findOne`, and `scope` (a name, several, or false for none), `schema`, and `batch`: false
 * for a statement of its own (default: calls of one tick with the same options share one).
 * For a list of instances: a Map from each one's key to its row, null where there is none.
 * Throws AssociationError where the key of the source was not loaded.
 */
export function getOne(
  runtime: Runtime,
  association: Association,
  source: ModelState | readonly ModelState[],
  options?: object,
): Promise<unknown> {
  const given = options as WriteOptions | undefined
  if (Array.isArray(source)) return getMany(association, source as readonly ModelState[], given)
  try {
    return getForOne(runtime, association, source as ModelState, given)
  } catch (error) {
    return Promise.reject(error)
  }
}

function getForOne(
  runtime: Runtime,
  association: Association,
  source: ModelState,
  options: WriteOptions | undefined,
): Promise<unknown> {
  requireSource(association, source, association.accessors.get!)
  if (options !== undefined)
    checkOptions(options, GET_OPTIONS, `${association.source.name}.${association.accessors.get}()`)
  const key = sharingKey(options)
  return key === null ? fetchOne(association, source, options) : joinBatch(runtime, association, source, options, key)
}

const GET_OPTIONS: ReadonlySet<string> = new Set([
  ...FIND_OPTIONS.keys(),
  'scope',
  'schema',
  'schemaDelimiter',
  'batch',
])

/** Throws where the association is asked of something that is no instance of its source. */
export function requireSource(association: Association, source: unknown, method: string): asserts source is ModelState {
  const { name } = association.source
  if (!(source instanceof ModelState))
    throw new AssociationError(
      `${name}.${method}() needs an instance of ${name}, got ${source === null ? 'null' : typeof source}.`,
    )
  const definition = definitionOf(source)
  const wanted = association.source.modelDefinition
  if (definition.initial !== wanted.initial && !(source instanceof association.source)) {
    throw new AssociationError(`${name}.${method}() needs an instance of ${name}, got one of ${definition.modelName}.`)
  }
}

/** The model that is read: under the scopes that the call names, in the schema of the source unless the target has one of its own. */
export function targetOf(
  association: Association,
  source: ModelState | undefined,
  options: WriteOptions | undefined,
): PublicModel {
  let model = asModel(association.target)
  const { scope, schema, schemaDelimiter } = options ?? {}
  if (scope === false || scope === null) model = model.withoutScope()
  else if (scope !== undefined && scope !== true)
    model = Array.isArray(scope) ? model.withScope(...(scope as unknown[])) : model.withScope(scope)
  if (typeof schema === 'string')
    return model.withSchema({ schema, ...(typeof schemaDelimiter === 'string' ? { schemaDelimiter } : {}) })
  return source ? asModel(inSchemaOf(model, definitionOf(source))) : model
}

/** Which row is taken where several match: the association's order, else the lowest primary key. */
function orderOf(association: Association): { readonly order?: readonly unknown[] } {
  if (association.isUniqueBacked) return {}
  if (association.order) return { order: association.order }
  const { primaryKey } = association.target.modelDefinition.shape
  return primaryKey.length === 0 ? {} : { order: primaryKey.map((attribute) => attribute.attributeName) }
}

async function fetchOne(
  association: Association,
  source: ModelState,
  options: WriteOptions | undefined,
): Promise<unknown> {
  const batch = association.batch([source])
  if (batch === null) return null
  const { scope: _scope, schema: _schema, schemaDelimiter: _delimiter, batch: _batch, where, ...rest } = options ?? {}
  return await targetOf(association, source, options).findOne({
    ...orderOf(association),
    ...rest,
    where: where === undefined || where === null ? single(batch.where) : { [Op.and]: [single(batch.where), where] },
  })
}

/** `{ userId: [1] }` → `{ userId: 1 }`. */
export function single(where: Readonly<Record<PropertyKey, unknown>>): Record<PropertyKey, unknown> {
  const result: Record<PropertyKey, unknown> = { ...where }
  for (const key of Object.keys(where)) {
    const value = where[key]
    if (Array.isArray(value) && value.length === 1) result[key] = value[0] as unknown
  }
  return result
}

// ---------------------------------------------------------------- many sources

export const SOURCES_PER_QUERY = 500

/** Options of a scope that would cut the rows of all sources together. */
const CUTTING = ['limit', 'offset', 'group', 'having', 'distinct', 'raw', 'plain']

/** Whether one query can answer for all of these sources: they are in one schema, and no scope of the target cuts rows off. */
export function canShare(association: Association, sources: readonly ModelState[], options: WriteOptions): boolean {
  const { schema } = definitionOf(sources[0]!).table
  for (const source of sources) if (definitionOf(source).table.schema !== schema) return false
  const scoped = targetOf(association, sources[0], options).modelDefinition.scopes.resolve({})
  return CUTTING.every((name) => scoped[name] === undefined || scoped[name] === null)
}

async function getMany(
  association: Association,
  sources: readonly ModelState[],
  options: WriteOptions | undefined,
): Promise<Map<unknown, unknown>> {
  for (const source of sources) requireSource(association, source, association.accessors.get!)
  const { from } = association.keys[0]!
  const found = await rowsOf(association, sources, options)
  const result = new Map<unknown, unknown>()
  for (const source of sources) {
    const key = found.keyOfSource(source)
    const value = association.keys.length === 1 ? source.dataValues[from] : key
    result.set(value ?? null, key === null ? null : (found.rows.get(key) ?? null))
  }
  return result
}

/** The row of each key: of several, the one that wins. */
async function rowsOf(
  association: Association,
  sources: readonly ModelState[],
  options: WriteOptions | undefined,
): Promise<Found> {
  const rows = new Map<string, ModelState>()
  const {
    scope: _scope,
    schema: _schema,
    schemaDelimiter: _delimiter,
    batch: _batch,
    where,
    attributes,
    ...rest
  } = options ?? {}
  const target = targetOf(association, sources[0], options)
  // The key is needed to tell whose row is whose.
  const selected = Array.isArray(attributes)
    ? { attributes: [...new Set([...(attributes as unknown[]), ...association.keys.map((key) => key.to)])] }
    : attributes === undefined
      ? {}
      : { attributes }
  let keyOfSource: (source: ModelState) => string | null = () => null
  for (let from = 0; from < sources.length; from += SOURCES_PER_QUERY) {
    const batch = association.batch(sources.slice(from, from + SOURCES_PER_QUERY))
    if (batch === null) continue
    keyOfSource = batch.keyOfSource
    const found = await target.findAll({
      ...orderOf(association),
      ...rest,
      ...selected,
      where: where === undefined || where === null ? batch.where : { [Op.and]: [batch.where, where] },
    })
    for (const row of found) {
      const key = batch.keyOfTarget(row)
      if (!rows.has(key)) rows.set(key, row)
    }
  }
  return { rows, keyOfSource }
}

// ---------------------------------------------------------------- calls of one tick

interface Found {
  readonly rows: Map<string, ModelState>
  readonly keyOfSource: (source: ModelState) => string | null
}

/** The call among those of its tick that ask the same, see `write/tick`. */
function joinBatch(
  runtime: Runtime,
  association: Association,
  source: ModelState,
  options: WriteOptions | undefined,
  key: string,
): Promise<unknown> {
  if (!hasKey(association, source)) return NOTHING
  const transaction = runtime.executor.currentTransaction(execOf(options))
  const group =
    waitingGroup<ModelState, unknown>(association, transaction, key) ??
    openGroup(
      association,
      transaction,
      key,
      questionOf(runtime, association, { ...options, transaction }, callerOfRepeat(runtime, association, source)),
    )
  return group.join(source)
}
const NOTHING = Promise.resolve(null)

function questionOf(
  runtime: Runtime,
  association: Association,
  options: WriteOptions,
  line: string | null,
): Question<ModelState, unknown> {
  return {
    together: (sources) => getTogether(association, sources, options),
    alone(source) {
      noteRepeat(runtime, association, source, line)
      return fetchOne(association, source, options)
    },
  }
}

/** Whether the key that leads to the row has a value. Throws where it was not loaded. */
function hasKey(association: Association, source: ModelState): boolean {
  for (const { from } of association.keys) {
    const value = keyValue(association, source, from)
    if (value === null || value === undefined) return false
  }
  return true
}

async function getTogether(
  association: Association,
  sources: readonly ModelState[],
  options: WriteOptions,
): Promise<((source: ModelState) => unknown) | null> {
  if (!canShare(association, sources, options)) return null
  const { rows, keyOfSource } = await rowsOf(association, sources, options)
  const hidden = Array.isArray(options.attributes)
    ? association.keys.map(({ to }) => to).filter((name) => !(options.attributes as unknown[]).includes(name))
    : []
  if (hidden.length > 0) for (const row of rows.values()) hide(row, hidden, options.attributes)
  // Each caller gets an instance of its own. By keys: a set of instances would give each of them a hash.
  const given = new Set<string>()
  return (source) => {
    const key = keyOfSource(source)
    const row = key === null ? undefined : rows.get(key)
    if (key === null || row === undefined) return null
    if (given.has(key)) return copyOf(row)
    given.add(key)
    return row
  }
}

/** Takes away what was selected only to tell whose row it is. */
function hide(row: ModelState, names: readonly string[], attributes: unknown): void {
  for (const name of names) delete row.dataValues[name]
  row._options = { ...row._options, attributes }
}
