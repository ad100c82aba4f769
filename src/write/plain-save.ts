/**
 * A save with nothing around it: no hooks, no relations, no options but those of the connection. Most saves are, so this one is done with as
 * few steps as possible, and without waiting where driver and validators answer at once. Everything else is `row`'s.
 * Texts are kept per set of columns; a call walks the attributes once and binds values.
 */

import { isBound } from '../association/bound.js'
import type { Generates, Result, Statement } from '../connect/driver.js'
import { originOf } from '../connect/driver.js'
import type { ExecOptions } from '../connect/executor.js'
import type { Runtime } from '../dialect/runtime.js'
import type { ValidationErrorItem } from '../errors/validation.js'
import { ValidationError } from '../errors/validation.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelDefinition, ModelShape } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import { forget, storedValue } from '../model/state.js'
import { findings } from '../model/validate.js'
import { column, compare, param } from '../sql/expr.js'
import { isFragment } from '../sql/fragments.js'
import type { QueryNode } from '../sql/query.js'
import { explain } from './faults.js'
import { generatedKey } from './inserted-keys.js'
import type { WriteOptions } from './options.js'
import { attributeNames, execOf } from './options.js'
import { madeByInsert } from './reread.js'
import { EXPECT_ROW, missingRow, saveOne } from './row.js'
import { generatedBy, returningOf } from './statements.js'

type Convert = ((value: unknown) => unknown) | null

/** What is known of a column of the model. */
interface Column {
  readonly attribute: Attribute
  readonly name: string
  readonly isAutoIncrement: boolean
  readonly isJson: boolean
  readonly toBind: Convert
  readonly fromRow: Convert
}
interface Plan {
  readonly text: string
  readonly mode: 'rows' | 'run'
  readonly generates: Generates | null
  /** Columns that the statement answers with. */
  readonly returned: readonly Column[]
  /** Some of them are converted, which may fail: nothing may be final before. */
  readonly converts: boolean
}
interface Columns {
  readonly shape: ModelShape
  readonly all: readonly Column[]
  readonly byName: ReadonlyMap<string, Column>
  /** By the set of columns that have a value: as bits, or as text where there are too many. */
  readonly inserts: Map<number | string, Plan>
  /** By the names of the columns that are set. */
  readonly updates: Map<string, Plan>
}

const known = new WeakMap<ModelDefinition, Columns>()
const MAX_PLANS = 500

function columnsOf(runtime: Runtime, definition: ModelDefinition): Columns {
  const found = known.get(definition)
  if (found !== undefined && found.shape === definition.shape) return found
  const all = definition.shape.physical.map((attribute): Column => {
    const { toBind, fromRow } = runtime.dialect.codec(attribute.type)
    const isJson = attribute.type.key === 'JSON' || attribute.type.key === 'JSONB'
    return {
      attribute,
      name: attribute.attributeName,
      isAutoIncrement: attribute.autoIncrement,
      isJson,
      toBind,
      fromRow,
    }
  })
  const columns = {
    shape: definition.shape,
    all,
    byName: new Map(all.map((one) => [one.name, one])),
    inserts: new Map<number | string, Plan>(),
    updates: new Map<string, Plan>(),
  }
  known.set(definition, columns)
  return columns
}

function keep<K>(
  plans: Map<K, Plan>,
  key: K,
  runtime: Runtime,
  definition: ModelDefinition,
  { node, returned }: { readonly node: QueryNode; readonly returned: readonly Column[] },
): Plan {
  if (plans.size >= MAX_PLANS) plans.clear()
  const generates = generatedBy(runtime, definition, node)
  const text = runtime.dialect.print(generates === null ? node : ({ ...node, returning: [] } as QueryNode)).text
  const mode = generates === null && returned.length > 0 ? 'rows' : 'run'
  const converts = returned.some(({ fromRow }) => fromRow !== null)
  const plan: Plan = { text, mode, returned, converts, generates }
  plans.set(key, plan)
  return plan
}

const AROUND_INSERT = [
  'beforeValidate',
  'afterValidate',
  'validationFailed',
  'beforeCreate',
  'afterCreate',
  'beforeSave',
  'afterSave',
] as const
const AROUND_UPDATE = [
  'beforeValidate',
  'afterValidate',
  'validationFailed',
  'beforeUpdate',
  'afterUpdate',
  'beforeSave',
  'afterSave',
] as const

/** `done`: nothing is left to wait for. Null: this save is not plain, and nothing has happened. */
export type Outcome = 'done' | Promise<unknown> | null

interface PlainWish {
  /** Of an existing row: what is to be saved of what changed; null: all. */
  readonly fields: readonly string[] | null
  readonly validate: boolean
  /** The row must be there. */
  readonly expectRow: boolean
}

/**
 * Saves one instance and nothing that it holds: plainly where its options and its model allow it, else by `row`. Without a promise where
 * nothing has to be waited for. Throws as `save` does, at once, too.
 */
export function saveRow(
  runtime: Runtime,
  instance: ModelState,
  definition: ModelDefinition,
  options: WriteOptions | undefined,
): unknown {
  const wish = isBound(definition) ? null : plainWish(instance, definition, options)
  const outcome = wish === null ? null : plainSave(runtime, instance, definition, execOf(options), wish)
  return outcome ?? saveOne(runtime, instance, definition, options)
}

/** Whether nothing is around an INSERT of the model: an instance without SQL in it can go to `plainInsert`. */
export const isInsertPlain = (runtime: Runtime, definition: ModelDefinition): boolean =>
  !isBound(definition) && hasNoneOf(runtime, definition, AROUND_INSERT)

/** The same of an UPDATE. */
export const isUpdatePlain = (runtime: Runtime, definition: ModelDefinition): boolean =>
  !isBound(definition) && hasNoneOf(runtime, definition, AROUND_UPDATE)

const hasNoneOf = (
  runtime: Runtime,
  { settings, shape, hooks }: ModelDefinition,
  around: typeof AROUND_INSERT | typeof AROUND_UPDATE,
): boolean => !settings.omitNull && !runtime.options.omitNull && shape.version === null && !hooks.hasAny(around)

/** Options that leave a save plain: those of the connection, what only hooks read, and what `plainSave` knows. */
const PLAIN = new Set<PropertyKey>([
  'transaction',
  'logging',
  'connection',
  'benchmark',
  'include',
  'isNewRecord',
  'association',
  'reason',
  'parentRecord',
  'context',
  'fields',
  'defaultFields',
  'validate',
  EXPECT_ROW,
])

/** What a plain save has to know of its options; null: it is not plain. */
export function plainWish(
  instance: ModelState,
  definition: ModelDefinition,
  options: WriteOptions | undefined,
): PlainWish | null {
  if (options === undefined) return NO_WISH
  for (const option of Reflect.ownKeys(options)) if (!PLAIN.has(option) && options[option] !== undefined) return null
  const { fields } = options
  if (fields !== undefined && fields !== null && instance.isNewRecord) return null
  return {
    fields:
      fields === undefined || fields === null
        ? null
        : attributeNames(definition, fields, 'fields', `${definition.modelName}.save()`),
    validate: options.validate !== false,
    expectRow: options[EXPECT_ROW] === true,
  }
}
const NO_WISH: PlainWish = { fields: null, validate: true, expectRow: false }

/** Saves the instance, if there is nothing around it. Throws as `save` does. */
function plainSave(
  runtime: Runtime,
  instance: ModelState,
  definition: ModelDefinition,
  exec: ExecOptions | undefined,
  wish: PlainWish,
): Outcome {
  if (!hasNoneOf(runtime, definition, instance.isNewRecord ? AROUND_INSERT : AROUND_UPDATE)) return null
  return instance.isNewRecord
    ? plainInsert(runtime, instance, definition, exec, wish.validate)
    : plainUpdate(runtime, instance, definition, exec, wish)
}

function refuse(items: readonly ValidationErrorItem[]): void {
  if (items.length > 0) throw new ValidationError(null, items)
}

/** Sends a plan's statement and hands over the result, at once where the driver answers at once. */
function send(
  runtime: Runtime,
  instance: ModelState,
  definition: ModelDefinition,
  plan: Plan,
  params: readonly unknown[],
  exec: ExecOptions | undefined,
  take: (result: Result) => void,
): Outcome {
  const { executor } = runtime
  const { text, mode, generates } = plan
  const origin = originOf(definition)
  const statement: Statement =
    generates === null ? { text, params, mode, origin } : { text, params, mode, origin, generates }
  const fail = (error: unknown): never => {
    throw explain(error, definition, instance, (name) => instance.dataValues[name])
  }
  if (exec?.isLast === true && plan.converts) exec = { ...exec, isLast: false }
  let result: Result | Promise<Result>
  try {
    result = executor.executeNow(statement, 'write', exec)
  } catch (error) {
    return fail(error)
  }
  if (result instanceof Promise) return result.then(take, fail)
  take(result)
  return 'done'
}

/** INSERT of a new instance. Null, and nothing has happened: a value of it is SQL, or is to be asked for. */
export function plainInsert(
  runtime: Runtime,
  instance: ModelState,
  definition: ModelDefinition,
  exec: ExecOptions | undefined,
  validate: boolean,
): Outcome {
  const { dataValues } = instance
  const { createdAt, updatedAt } = definition.shape
  const columns = columnsOf(runtime, definition)
  const { all } = columns
  for (let index = 0; index < all.length; index += 1) {
    const value = dataValues[all[index]!.name]
    if (value === null ? all[index]!.isJson : isFragment(value)) return null
  }
  // What the database makes must be asked for.
  if (runtime.dialect.traits.returning === 'none' && madeByInsert(definition, dataValues).length > 0) return null
  if (createdAt !== null || updatedAt !== null) {
    const now = new Date()
    if (createdAt !== null && (dataValues[createdAt] ?? null) === null) dataValues[createdAt] = now
    if (updatedAt !== null) dataValues[updatedAt] = now
  }
  if (validate) {
    const found = findings(instance, definition, { noTypeValidation: runtime.options.noTypeValidation })
    if (found instanceof Promise)
      return found.then((items) => {
        refuse(items)
        return insertChecked(runtime, instance, definition, columns, exec)
      })
    refuse(found)
  }
  return insertChecked(runtime, instance, definition, columns, exec)
}

function insertChecked(
  runtime: Runtime,
  instance: ModelState,
  definition: ModelDefinition,
  columns: Columns,
  exec: ExecOptions | undefined,
): Outcome {
  const { dataValues } = instance
  const { all } = columns
  const params: unknown[] = []
  let bits = 0
  for (let index = 0; index < all.length; index += 1) {
    const { name, isAutoIncrement, toBind } = all[index]!
    const value = dataValues[name]
    if (value === undefined || (isAutoIncrement && value === null)) continue
    bits |= 1 << index
    params.push(value === null || toBind === null ? value : toBind(value))
  }
  const key = all.length <= MOST_BITS ? bits : givenNames(all, dataValues)
  const plan =
    columns.inserts.get(key) ??
    keep(columns.inserts, key, runtime, definition, insertNode(runtime, definition, all, dataValues))
  return send(runtime, instance, definition, plan, params, exec, (result) => {
    takeInserted(runtime, instance, all, plan, result)
  })
}

const MOST_BITS = 30
const isGiven = ({ name, isAutoIncrement }: Column, dataValues: Readonly<Record<string, unknown>>): boolean =>
  dataValues[name] !== undefined && !(isAutoIncrement && dataValues[name] === null)
function givenNames(all: readonly Column[], dataValues: Readonly<Record<string, unknown>>): string {
  let key = ''
  for (const one of all) key += isGiven(one, dataValues) ? '+' : '-'
  return key
}

function insertNode(
  runtime: Runtime,
  definition: ModelDefinition,
  all: readonly Column[],
  dataValues: Readonly<Record<string, unknown>>,
): { readonly node: QueryNode; readonly returned: readonly Column[] } {
  const given = all.filter((one) => isGiven(one, dataValues))
  const returned = runtime.dialect.traits.returning === 'none' ? [] : all.filter((one) => !isGiven(one, dataValues))
  const node: QueryNode = {
    kind: 'insert',
    table: definition.table,
    columns: given.map(({ attribute }) => attribute.columnName),
    rows: [given.map(({ attribute }) => param(undefined, attribute.type))],
    conflict: null,
    returning: returningOf(returned.map(({ attribute }) => attribute)),
  }
  return { node, returned }
}

function takeInserted(
  runtime: Runtime,
  instance: ModelState,
  all: readonly Column[],
  { returned }: Plan,
  result: Result,
): void {
  const { dataValues } = instance
  const row = result.rows[0]
  if (row !== undefined) {
    for (let index = 0; index < returned.length; index += 1) {
      const { name, fromRow } = returned[index]!
      const value = row[index]
      dataValues[name] = value === null || value === undefined ? null : fromRow === null ? value : fromRow(value)
    }
  } else {
    for (const { name, isAutoIncrement, attribute } of all) {
      if (isAutoIncrement && (dataValues[name] ?? null) === null && result.lastInsertId !== null)
        dataValues[name] = generatedKey(runtime, attribute, result)
      else if (dataValues[name] === undefined) dataValues[name] = null
    }
  }
  instance.isNewRecord = false
  instance._previous = null
}

const hasKeys = (object: object): boolean => {
  for (const _key in object) return true
  return false
}

function plainUpdate(
  runtime: Runtime,
  instance: ModelState,
  definition: ModelDefinition,
  exec: ExecOptions | undefined,
  { fields, validate, expectRow }: PlainWish,
): Outcome {
  const { shape, settings } = definition
  const { dataValues } = instance
  // Validators of the model run even when nothing is to be written; virtual attributes may have some.
  if (instance._previous === null) return hasKeys(settings.validate) ? null : 'done'
  if (shape.primaryKey.length !== 1) return null
  const columns = columnsOf(runtime, definition)
  const { byName } = columns
  const changed: Column[] = []
  for (const name of instance._previous.keys()) {
    const found = byName.get(name)
    if (found === undefined || (fields !== null && !fields.includes(name))) continue
    const value = dataValues[name]
    if (value === undefined || (value === null ? found.isJson : isFragment(value))) return null
    changed.push(found)
  }
  if (changed.length === 0) return null
  const stamp = shape.updatedAt === null ? undefined : byName.get(shape.updatedAt)
  if (stamp !== undefined) {
    instance.setDataValue(stamp.name, new Date())
    if (!changed.includes(stamp)) changed.push(stamp)
  }
  const primaryKey = byName.get(shape.primaryKey[0]!.attributeName)!
  const id = storedValue(instance, primaryKey.name)
  if (id === undefined || id === null) return null
  if (validate) {
    const fields = changed.map(({ name }) => name)
    const found = findings(instance, definition, { fields, noTypeValidation: runtime.options.noTypeValidation })
    if (found instanceof Promise)
      return found.then((items) => {
        refuse(items)
        return updateChecked(runtime, instance, definition, columns, changed, primaryKey, id, exec, expectRow)
      })
    refuse(found)
  }
  return updateChecked(runtime, instance, definition, columns, changed, primaryKey, id, exec, expectRow)
}

function updateChecked(
  runtime: Runtime,
  instance: ModelState,
  definition: ModelDefinition,
  columns: Columns,
  changed: readonly Column[],
  primaryKey: Column,
  id: unknown,
  exec: ExecOptions | undefined,
  expectRow: boolean,
): Outcome {
  const { dataValues } = instance
  const params: unknown[] = []
  let key = changed[0]!.name
  for (let index = 0; index < changed.length; index += 1) {
    const { name, toBind } = changed[index]!
    if (index > 0) key += `\0${name}`
    const value = dataValues[name]
    params.push(value === null || toBind === null ? value : toBind(value))
  }
  params.push(primaryKey.toBind === null ? id : primaryKey.toBind(id))
  const plan =
    columns.updates.get(key) ??
    keep(columns.updates, key, runtime, definition, { node: updateNode(definition, changed, primaryKey), returned: [] })
  return send(runtime, instance, definition, plan, params, exec, (result) => {
    if (expectRow && result.affectedRows === 0) throw missingRow(definition.modelName, { [primaryKey.name]: id })
    for (const { name } of changed) forget(instance, name)
    if (instance._previous?.size === 0) instance._previous = null
  })
}

const updateNode = (definition: ModelDefinition, changed: readonly Column[], primaryKey: Column): QueryNode => ({
  kind: 'update',
  table: definition.table,
  set: changed.map(({ attribute }) => ({ column: attribute.columnName, value: param(undefined, attribute.type) })),
  where: compare(column(null, primaryKey.attribute.columnName), '=', param(undefined, primaryKey.attribute.type)),
  orderBy: [],
  limit: null,
  returning: [],
})
