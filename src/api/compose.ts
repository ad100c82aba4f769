/**
 * Calls that are made of other public calls: `findByPk` of `findOne`, `findOrCreate` of `findOne` and `create`, `reload`, … They go through
 * the class's own methods, so that a program which wraps or overrides one of these sees the inner calls. Docs: querying/select-methods, querying/insert.
 */

import { isPlainObject } from '../base/freeze.js'
import { suggestion } from '../base/names.js'
import { checkObject, checkOptions, EXEC_OPTIONS } from '../base/options.js'
import { promised } from '../base/steps.js'
import type { ExecOptions } from '../connect/executor.js'
import type { Runtime } from '../dialect/runtime.js'
import { InstanceError, QueryError, UniqueConstraintError } from '../errors/index.js'
import type { ModelDefinition } from '../model/definition.js'
import type { Values } from '../model/state.js'
import { ModelState, markPersisted, setRelation } from '../model/state.js'
import { findByKey } from '../read/find.js'
import { checkOptions as checkRead, FIND_OPTIONS } from '../read/options.js'
import type { SqlExpression } from '../sql/fragments.js'
import { isFragment, sql } from '../sql/fragments.js'
import { Op } from '../sql/op.js'
import type { SyncPlan } from '../sync/sync.js'
import { sync } from '../sync/sync.js'
import { checkOptions as checkWrite } from '../write/options.js'
import { buildOptionsOf } from './build.js'
import type { PlainModel } from './registration.js'
import { modelClass, runtimeOf } from './registration.js'

type Options = Readonly<Record<string, unknown>> & ExecOptions

// ---------------------------------------------------------------- find

/**
 * `findByPk(5)`, `findByPk({ a: 1, b: 2 })`. A missing key is refused, as in Sequelize 7: it is a mistake of the caller, not a row that is
 * not there. `isOwn`: the finders that this goes through are the library's, so nobody sees whether it does.
 */
export function findByPrimaryKey(
  model: PlainModel,
  key: unknown,
  options: Options | undefined,
  isOwn: boolean,
): Promise<unknown> {
  let where: Values
  try {
    if (isOwn && options === undefined) {
      const found = findByKey(runtimeOf(model), model, key)
      if (found !== null) return found
    }
    if (options !== undefined && options !== null) {
      checkFind(model, 'findByPk', options, ' To find a row by other values, use findOne({ where }).')
      if (options.where !== undefined && options.where !== null)
        throw new QueryError(
          `${model.name}.findByPk() finds a row by its primary key and takes no where. Use findOne({ where }).`,
        )
    }
    where = primaryKeyWhere(model.modelDefinition, key)
  } catch (error) {
    return Promise.reject(error)
  }
  if (options === undefined) return model.findOne({ where })
  // First what is known, then the copy: V8 adds properties to a fresh copy many times slower.
  const given: Record<string, unknown> = { where, ...options }
  given.where = where
  return model.findOne(given)
}

const BY_KEY = ' To find a row by its primary key, use findByPk().'

function checkFind(model: PlainModel, method: string, options: unknown, remedy = BY_KEY): void {
  checkObject(options, `${model.name}.${method}()`, remedy)
  checkRead(options as Options, FIND_OPTIONS, model, method)
}

/** `findOne(5)` would find any row. A rejected promise for what is no object of options, else null. */
export function refusedOptions(model: PlainModel, method: string, options: unknown): Promise<never> | null {
  if (options === undefined || options === null) return null
  try {
    // `findAll` and `count` look at each option themselves.
    if (method === 'findOne') checkFind(model, method, options)
    else checkObject(options, `${model.name}.${method}()`, BY_KEY)
    return null
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Options of `findOne` as those of `findAll`. */
export function onlyOne(options: object | undefined): object {
  const given: { limit: unknown; plain: boolean } = { limit: 1, plain: true, ...options }
  given.limit ??= 1
  given.plain = true
  return given
}

function primaryKeyWhere(definition: ModelDefinition, key: unknown): Values {
  const { primaryKey } = definition.shape
  const call = `${definition.modelName}.findByPk`
  if (primaryKey.length === 0) throw new QueryError(`${call}: the model has no primary key. Use findOne with a where.`)
  if (key === null || key === undefined)
    throw new QueryError(
      `${call} was called with ${key}, which is no key. Check where the value comes from; for rows without a value use findOne with a where.`,
    )
  const isScalar = typeof key !== 'object' || key instanceof Date || key instanceof Uint8Array || !isPlainObject(key)
  if (isScalar) {
    if (primaryKey.length > 1)
      throw new QueryError(
        `${call}: the primary key has several attributes; give an object with ${primaryKey.map((attribute) => attribute.attributeName).join(' and ')}.`,
      )
    return { [primaryKey[0]!.attributeName]: key }
  }
  const given = key as Values
  const where: Values = {}
  for (const { attributeName } of primaryKey) {
    if (given[attributeName] === undefined)
      throw new QueryError(
        `${call}: "${attributeName}" is part of the primary key, but the object has no value for it.`,
      )
    where[attributeName] = given[attributeName]
  }
  const names = primaryKey.map((attribute) => attribute.attributeName)
  for (const name of Object.keys(given))
    if (!names.includes(name))
      throw new QueryError(`${call}: "${name}" is not part of the primary key.${suggestion(name, names)}`)
  return where
}

const COUNT_OPTIONS = [
  'where',
  'include',
  'distinct',
  'col',
  'group',
  'paranoid',
  ...EXEC_OPTIONS,
  'hooks',
  'noHooks',
  'replacements',
  'bind',
  'countGroupedRows',
  'subQuery',
  'subquery',
  'having',
]
const COUNT_ONLY = ['distinct', 'col', 'countGroupedRows']
const PAGE_OPTIONS = new Set([...FIND_OPTIONS.keys(), ...COUNT_ONLY])

/** `{ count, rows }`: the rows of the page, and how many there are without `limit` and `offset`. */
export async function findAndCountAll(
  model: PlainModel,
  options: Options = {},
): Promise<{ count: unknown; rows: unknown }> {
  checkOptions(options, PAGE_OPTIONS, `${model.name}.findAndCountAll()`)
  const counting: Record<string, unknown> = {}
  const finding: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    if (COUNT_OPTIONS.includes(name)) counting[name] = value
    if (!COUNT_ONLY.includes(name)) finding[name] = value
  }
  // Grouped counts show the attributes that are grouped by.
  if (options.group !== undefined && options.attributes !== undefined) counting.attributes = options.attributes
  const [count, rows] = await Promise.all([model.count(counting), model.findAll(finding)])
  return { count, rows }
}

/** Reads the row of an instance again, with what was included when it was loaded. */
export async function reload<T extends object>(instance: T, options: Options = {}): Promise<T> {
  const state = instance as unknown as ModelState
  const model = modelClass(state.constructor)
  const call = `${model.name}.reload()`
  checkOptions(options, FIND_OPTIONS, call)
  for (const option of ['raw', 'group', 'offset'])
    if (options[option])
      throw new QueryError(`${call} reads the row of this instance into it, so that ${option} is not possible.`)
  const included = (state._options as { include?: unknown }).include
  const where = state.where()
  const fresh = (await model.findOne({
    ...(included === undefined || included === null ? {} : { include: included }),
    ...options,
    where: options.where === undefined ? where : { [Op.and]: [where, options.where] },
    // A soft-deleted row is still there; a default scope must not hide the instance's own row.
    ...(options.paranoid === undefined && model.modelDefinition.shape.deletedAt !== null ? { paranoid: false } : {}),
  })) as ModelState | null
  if (!fresh)
    throw new InstanceError(
      `This ${model.modelDefinition.modelName} cannot be reloaded: its row is gone (find where ${JSON.stringify(where)} found nothing).`,
    )
  const { associations } = model.modelDefinition
  for (const [name, value] of Object.entries(fresh.dataValues)) {
    if (associations.has(name)) setRelation(state, name, value)
    else state.dataValues[name] = value
  }
  markPersisted(state, null, options.attributes === undefined ? null : Object.keys(fresh.dataValues))
  return instance
}

// ---------------------------------------------------------------- find or make

/** What `findOrCreate` and relatives take for `create` and not for `findOne`. */
const CREATE_ONLY = ['defaults', 'fields', 'validate', 'silent', 'omitNull', 'returning', 'ignoreDuplicates']

const WANTED_OPTIONS = new Set([...FIND_OPTIONS.keys(), ...CREATE_ONLY, 'defaults'])

interface Wanted {
  readonly find: Record<string, unknown>
  readonly make: Record<string, unknown>
  readonly values: Values
}

function wanted(model: PlainModel, call: string, options: Options | undefined): Wanted {
  if (!options || !isPlainObject(options))
    throw new QueryError(`${model.name}.${call} needs options: { where, defaults }.`)
  if (options.where === undefined || options.where === null)
    throw new QueryError(
      `${model.name}.${call} needs \`where\`: it says which row is looked for, and what a new one has.`,
    )
  checkOptions(options, WANTED_OPTIONS, `${model.name}.${call}()`)
  const { defaults = {} } = options
  if (!isPlainObject(defaults))
    throw new QueryError(`${model.name}.${call}: \`defaults\` must be an object of attribute values.`)
  const { attributes } = model.modelDefinition.shape
  for (const name of Object.keys(defaults)) {
    if (!attributes.has(name) && !model.modelDefinition.associations.has(name))
      throw new QueryError(
        `${model.name}.${call}: there is no attribute "${name}" (in \`defaults\`).${suggestion(name, attributes.keys())}`,
      )
  }
  const find: Record<string, unknown> = {}
  const make: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    if (!CREATE_ONLY.includes(name)) find[name] = value
    else if (name !== 'defaults') make[name] = value
  }
  for (const name of [
    'transaction',
    'connection',
    'logging',
    'benchmark',
    'logQueryParameters',
    'hooks',
    'noHooks',
    'searchPath',
    'signal',
  ])
    if (options[name] !== undefined) make[name] = options[name]
  return { find, make, values: { ...defaults, ...valuesOfWhere(options.where, model) } }
}

/** The values that a row must have to satisfy equalities: `{ name: 'x', [Op.and]: [{ age: 3 }] }` → `{ name: 'x', age: 3 }`. */
function valuesOfWhere(where: unknown, model: PlainModel): Values {
  if (Array.isArray(where)) return Object.assign({}, ...where.map((part) => valuesOfWhere(part, model))) as Values
  if (!isPlainObject(where)) return {}
  const values: Values = {}
  const and = where[Op.and]
  if (and !== undefined) Object.assign(values, valuesOfWhere(and, model))
  for (const [name, value] of Object.entries(where)) {
    const attribute = model.modelDefinition.shape.attributes.get(name) ?? model.modelDefinition.shape.byColumn.get(name)
    if (!attribute || isFragment(value)) continue
    if (isPlainObject(value)) {
      const operators = Object.getOwnPropertySymbols(value)
      // An object without operators is a JSON value.
      if (operators.length === 0) values[attribute.attributeName] = value
      else if (value[Op.eq] !== undefined && !isFragment(value[Op.eq])) values[attribute.attributeName] = value[Op.eq]
      else if (value[Op.is] !== undefined && !isFragment(value[Op.is])) values[attribute.attributeName] = value[Op.is]
    } else if (!Array.isArray(value) || attribute.type.key === 'ARRAY') values[attribute.attributeName] = value
  }
  return values
}

export async function findOrBuild(model: PlainModel, options?: Options): Promise<[ModelState, boolean]> {
  const { find, values } = wanted(model, 'findOrBuild', options)
  const found = (await model.findOne(find)) as ModelState | null
  return found ? [found, false] : [model.build(values), true]
}

/**
 * Finds or creates, as one step: nobody else's row of the same key makes it fail. Where somebody is quicker, the row is read again.
 */
export async function findOrCreate(
  runtime: Runtime,
  model: PlainModel,
  options?: Options,
): Promise<[ModelState, boolean]> {
  const { find, make, values } = wanted(model, 'findOrCreate', options)
  return await runtime.executor.atomic(options!, async (transaction) => {
    const within = { transaction }
    const found = (await model.findOne({ ...find, ...within })) as ModelState | null
    if (found) return [found, false]
    try {
      return [
        await runtime.executor.atomic(within, (inner) => model.create(values, { ...make, transaction: inner })),
        true,
      ]
    } catch (error) {
      if (!(error instanceof UniqueConstraintError)) throw error
      const theirs = (await model.findOne({ ...find, ...within })) as ModelState | null
      if (!theirs) throw clash(model, find.where, error)
      return [theirs, false]
    }
  })
}

/** Finds, else inserts, else finds again; without a transaction. */
export async function findCreateFind(model: PlainModel, options?: Options): Promise<[ModelState, boolean]> {
  const { find, make, values } = wanted(model, 'findCreateFind', options)
  const found = (await model.findOne(find)) as ModelState | null
  if (found) return [found, false]
  try {
    return [await model.create(values, make), true]
  } catch (error) {
    if (!(error instanceof UniqueConstraintError)) throw error
    const theirs = (await model.findOne(find)) as ModelState | null
    if (!theirs) throw clash(model, find.where, error)
    return [theirs, false]
  }
}

/** The unique key that the insert ran into is not the one that `where` looks for: nothing would ever be found. */
function clash(model: PlainModel, _where: unknown, error: UniqueConstraintError): Error {
  const fields = Object.keys(error.fields)
  return fields.length === 0
    ? error
    : new UniqueConstraintError({
        message: `${model.name} has a row with the same ${fields.join(', ')}, but \`where\` does not find it. Look for it by ${fields.join(', ')}.`,
        errors: error.errors,
        fields: error.fields,
        table: error.table,
        constraint: error.constraint,
        sql: error.sql,
        cause: error.cause ?? error,
      })
}

// ---------------------------------------------------------------- build, create, count up

export function create(model: PlainModel, values: unknown, options: Options | undefined): Promise<unknown> {
  return promised(() => createNow(model, values, options))
}

function createNow(model: PlainModel, values: unknown, options: Options | undefined): unknown {
  if (Array.isArray(values))
    throw new QueryError(`${model.name}.create() takes the values of one row. For a list use bulkCreate().`)
  checkWrite(options as never, 'create', `${model.name}.create()`)
  const instance = model.build(allowed(model, values, options?.fields) as object, {
    isNewRecord: true,
    ...buildOptionsOf(options),
  }) as ModelState & { save(options?: object): Promise<unknown> }
  return instance.save(options)
}

/** What `fields` lets through: a value that it leaves out is not even on the instance, so that defaults apply. */
function allowed(model: PlainModel, values: unknown, fields: unknown): unknown {
  if (!Array.isArray(fields) || typeof values !== 'object' || values === null) return values
  const { attributes } = model.modelDefinition.shape
  const given = values instanceof ModelState ? (values.get() as Values) : values
  return Object.fromEntries(Object.entries(given).filter(([name]) => fields.includes(name) || !attributes.has(name)))
}

/** Sets the values and saves them, and what their setters changed; what was dirty before is not saved. */
export function updateInstance(instance: object, values: object, options: Options | undefined): Promise<unknown> {
  const state = instance as ModelState & { save(options: object): Promise<unknown> }
  try {
    if (options !== undefined && options !== null)
      checkWrite(options as never, 'save', `${modelClass(state.constructor).name}.update()`)
    const before = state._previous === null ? null : new Set(state._previous.keys())
    state.set(values as Values, options)
    const save: Record<string, unknown> = { fields: undefined, defaultFields: undefined, ...options }
    if (!save.fields) save.fields = save.defaultFields = updatedFields(state, values, before)
    return state.save(save)
  } catch (error) {
    return Promise.reject(error)
  }
}

function updatedFields(state: ModelState, values: object, before: ReadonlySet<string> | null): readonly string[] {
  const { attributes } = modelClass(state.constructor).modelDefinition.shape
  const fields: string[] = []
  // As in `set`, names that are no attributes are left out.
  for (const name of Object.keys(values)) if (attributes.has(name)) fields.push(name)
  if (state._previous !== null) {
    for (const name of state._previous.keys())
      if (before?.has(name) !== true && !fields.includes(name)) fields.push(name)
  }
  return fields
}

/** `instance.increment(fields, options)`, through the model's; what the database answers goes into the instance. */
export async function incrementInstance<T extends object>(
  instance: T,
  fields: unknown,
  options: Options | undefined,
  method: 'increment' | 'decrement',
): Promise<T> {
  const state = instance as unknown as ModelState
  const model = modelClass(state.constructor) as PlainModel & { decrement: PlainModel['increment'] }
  checkWrite(options as never, 'increment', `${model.name}.${method}()`)
  const [rows] = (await model[method](fields, { ...options, where: state.where() })) as [readonly ModelState[]]
  const [row] = rows
  if (row) markPersisted(state, row.dataValues, Object.keys(row.dataValues))
  return instance
}

/** The fields of a decrement as those of an increment. */
export function decrementAmounts(fields: unknown, by: unknown): Record<string, unknown> {
  const negative = (amount: unknown): unknown =>
    typeof amount === 'bigint' ? -amount : isFragment(amount) ? sql`-(${amount as SqlExpression})` : -Number(amount)
  if (isPlainObject(fields))
    return Object.fromEntries(Object.entries(fields).map(([name, amount]) => [name, negative(amount)]))
  const names = (Array.isArray(fields) ? fields : [fields]) as unknown[]
  return Object.assign(
    {},
    ...names.map((name) => (isPlainObject(name) ? decrementAmounts(name, by) : { [String(name)]: negative(by ?? 1) })),
  ) as Record<string, unknown>
}

// ---------------------------------------------------------------- schema

/** The model, or with `plan: true` what would be done. */
export async function syncOne(
  runtime: Runtime,
  model: PlainModel,
  options: { readonly plan?: boolean } | undefined,
  databaseName: string | null,
): Promise<PlainModel | SyncPlan> {
  const plan = await sync(runtime, [model], options, { databaseName: databaseName ?? '' })
  return options?.plan ? plan : model
}
