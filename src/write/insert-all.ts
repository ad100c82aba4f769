/**
 * Instances into rows by INSERTs of many rows: which columns, in how many statements, and what comes back into the instances.
 * A step of `bulk`; the statements are those of `statements`.
 */
import { uniqueKeysOf } from '../association/foreign-key.js'
import type { Result } from '../connect/driver.js'
import type { Runtime } from '../dialect/runtime.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelDefinition } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import { isFragment } from '../sql/fragments.js'
import { conflictOf } from './conflict.js'
import { explain } from './faults.js'
import { returnedBy } from './increment.js'
import { insertPlainly, sizeFor, sizesOf } from './insert-plain.js'
import { bringsSomeKeys, generatedKey, rereadAll } from './inserted-keys.js'
import type { WriteOptions } from './options.js'
import { attributeNames, execOf, stepOptions } from './options.js'
import { saveOne } from './row.js'
import { areListed, insertRows } from './statements.js'

/** Writes all instances or none. They are stamped and validated already. */
export async function insertAll(
  runtime: Runtime,
  definition: ModelDefinition,
  instances: readonly ModelState[],
  options: WriteOptions,
  call: string,
): Promise<void> {
  const plain = insertPlainly(runtime, definition, instances, options)
  if (plain !== null) return await plain
  // There is no series then; and MariaDB takes DEFAULT for 0, where 0 is a key like any other.
  if (runtime.dialect.traits.returning !== 'statement' && bringsSomeKeys(definition, instances))
    return await insertApart(runtime, definition, instances, options, call)
  const layout = layoutOf(runtime, definition, instances, options, call)
  const { attributes, rows } = layout
  if (attributes.length === 0) return await insertDefaults(runtime, definition, instances, options)
  const conflict = conflictOf(runtime, definition, attributes, options, call, (name) => {
    const at = attributes.findIndex((attribute) => attribute.attributeName === name)
    return at >= 0 && rows.every((row) => (row[at] ?? null) !== null)
  })
  const canReturn = runtime.dialect.traits.returning !== 'none'
  const asked = returnedBy(runtime, definition, options, call)
  // A row that was there keeps what it had in the other columns.
  const mayUpdate = conflict !== null && options.ignoreDuplicates !== true
  const returning =
    asked.length > 0 ? asked : !canReturn ? [] : mayUpdate ? definition.shape.physical : layout.returning
  // The columns by which a row is told that may have been there.
  const target = mayUpdate ? conflict.clause.target.map((name) => definition.shape.byColumn.get(name)!) : []
  const decisive = target.every((attribute) => attributes.includes(attribute)) ? target : []
  const isSeries = !mayUpdate || uniqueKeysOf(definition.model).length === 0
  const sizes = sizesOf(runtime, attributes, areListed(runtime, attributes))

  const insert = async (from: number, count: number, within: WriteOptions): Promise<void> => {
    const part = rows.length <= count ? rows : rows.slice(from, from + count)
    try {
      const result = await insertRows(runtime, definition, attributes, part, returning, execOf(within), conflict)
      if (!canReturn && mayUpdate && decisive.length > 0) {
        take(runtime, definition, instances, from, part.length, returning, { ...result, lastInsertId: null }, false)
        return await rereadAll(runtime, definition, instances.slice(from, from + part.length), decisive, execOf(within))
      }
      const told = isSeries || canReturn ? result : { ...result, lastInsertId: null }
      take(runtime, definition, instances, from, part.length, returning, told, options.ignoreDuplicates === true)
    } catch (error) {
      const only = part.length === 1 ? instances[from]! : null
      throw explain(error, definition, only, (name) => only?.dataValues[name])
    }
  }
  const first = sizeFor(sizes, instances, 0)
  if (rows.length <= first) return await insert(0, first, options)
  await runtime.executor.atomic(execOf(options) ?? {}, async (transaction) => {
    for (let from = 0, count = first; from < rows.length; from += count) {
      count = sizeFor(sizes, instances, from)
      await insert(from, count, { ...options, transaction })
    }
  })
}

/** Rows that bring their key first, so that no generated one takes it; then the others, whose keys are one series. */
async function insertApart(
  runtime: Runtime,
  definition: ModelDefinition,
  instances: readonly ModelState[],
  options: WriteOptions,
  call: string,
): Promise<void> {
  const { attributeName } = definition.shape.autoIncrement!
  const isGiven = ({ dataValues }: ModelState): boolean => (dataValues[attributeName] ?? null) !== null
  await runtime.executor.atomic(execOf(options) ?? {}, async (transaction) => {
    const within = { ...options, transaction }
    await insertAll(runtime, definition, instances.filter(isGiven), within, call)
    await insertAll(
      runtime,
      definition,
      instances.filter((instance) => !isGiven(instance)),
      within,
      call,
    )
  })
}

/** Rows without any value cannot share a statement. */
async function insertDefaults(
  runtime: Runtime,
  definition: ModelDefinition,
  instances: readonly ModelState[],
  options: WriteOptions,
): Promise<void> {
  await runtime.executor.atomic(execOf(options) ?? {}, async (transaction) => {
    const each = { ...stepOptions(options), transaction, hooks: false, validate: false }
    for (const instance of instances) await saveOne(runtime, instance, definition, each)
  })
}

interface Layout {
  /** Columns that any instance has a value for. */
  readonly attributes: readonly Attribute[]
  /** Values in the order of `attributes`; undefined: left to the database. */
  readonly rows: readonly (readonly unknown[])[]
  /** What the database fills in. */
  readonly returning: readonly Attribute[]
}

function layoutOf(
  runtime: Runtime,
  definition: ModelDefinition,
  instances: readonly ModelState[],
  options: WriteOptions,
  call: string,
): Layout {
  const fields =
    options.fields === undefined || options.fields === null
      ? null
      : new Set(attributeNames(definition, options.fields, 'fields', call))
  const attributes: Attribute[] = []
  const returning: Attribute[] = []
  for (const attribute of definition.shape.physical) {
    const { attributeName, role, primaryKey, defaultValue, autoIncrement } = attribute
    let isGiven = false
    let isOpen = false
    for (const { dataValues } of instances) {
      const value = dataValues[attributeName]
      if (value === undefined || (value === null && autoIncrement)) isOpen = true
      else {
        isGiven = true
        if (typeof value === 'object' && isFragment(value)) isOpen = true
      }
    }
    const isAllowed =
      fields === null || role !== null || fields.has(attributeName) || (primaryKey && defaultValue !== undefined)
    if (isGiven && isAllowed) attributes.push(attribute)
    if (isOpen && (options.returning !== false || autoIncrement)) returning.push(attribute)
  }
  const rows = instances.map(({ dataValues }) => {
    const row = new Array<unknown>(attributes.length)
    for (let index = 0; index < attributes.length; index += 1) {
      const { attributeName, autoIncrement } = attributes[index]!
      const value = dataValues[attributeName]
      row[index] = value === null && autoIncrement ? undefined : value
    }
    return row
  })
  return { attributes, rows, returning: runtime.dialect.traits.returning === 'none' ? [] : returning }
}

/** Brings the instances of one statement up to date. */
function take(
  runtime: Runtime,
  definition: ModelDefinition,
  instances: readonly ModelState[],
  from: number,
  count: number,
  returning: readonly Attribute[],
  result: Result,
  mayIgnore: boolean,
): void {
  // Nobody tells which of the rows were duplicates.
  const isKnown = !mayIgnore || Math.max(result.affectedRows, result.rows.length) === count
  const readers = returning.map(({ attributeName, type }) => ({
    attributeName,
    fromRow: runtime.dialect.codec(type).fromRow,
  }))
  const { autoIncrement, physical } = definition.shape
  for (let index = 0; index < count; index += 1) {
    const instance = instances[from + index]!
    const { dataValues } = instance
    instance.isNewRecord = false
    instance._previous = null
    const row = isKnown ? result.rows[index] : undefined
    if (row !== undefined) {
      for (let at = 0; at < readers.length; at += 1) {
        const { attributeName, fromRow } = readers[at]!
        const value = row[at]
        dataValues[attributeName] =
          value === null || value === undefined ? null : fromRow === null ? value : fromRow(value)
      }
    } else if (isKnown) {
      // Engines without RETURNING tell the first generated key of a statement (`inserted-keys`).
      if (
        autoIncrement !== null &&
        (dataValues[autoIncrement.attributeName] ?? null) === null &&
        result.lastInsertId !== null
      )
        dataValues[autoIncrement.attributeName] = generatedKey(runtime, autoIncrement, result, index)
      for (const { attributeName } of physical)
        if (dataValues[attributeName] === undefined) dataValues[attributeName] = null
    }
  }
}
