/**
 * Many new rows that all have values for the same columns, none of them SQL: the values go from the instances to the driver in one pass, and
 * the generated keys back, by code that is made for the model. Comes from `bulk`; everything else is `insert-all`'s.
 */
import { compile } from '../base/compile.js'
import type { Result } from '../connect/driver.js'
import type { ExecOptions } from '../connect/executor.js'
import type { Runtime } from '../dialect/runtime.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelDefinition, ModelShape } from '../model/definition.js'
import type { ModelState } from '../model/state.js'
import { isFragment } from '../sql/fragments.js'
import { explain } from './faults.js'
import { generatedKey } from './inserted-keys.js'
import type { WriteOptions } from './options.js'
import { execOf } from './options.js'
import { insertBound } from './statements.js'

/** Rows of one statement: longer ones gain nothing, and their texts are kept. */
export const ROWS_PER_STATEMENT = 250
const MOST_COLUMNS = 30
const MOST_SETS = 100

type Instances = readonly ModelState[]
interface Code {
  readonly shape: ModelShape
  /** Bits of the columns that instances have values for; -1: that differs, or some value is SQL. */
  readonly columnsOf: (instances: Instances) => number
  readonly sets: Map<number, Columns>
}
interface Columns {
  readonly attributes: readonly Attribute[]
  readonly returning: readonly Attribute[]
  readonly bind: (instances: Instances, from: number, to: number) => unknown[]
  /** Takes over that the rows are there, with generated keys that count up from `first` in steps. */
  readonly takeKeys: (instances: Instances, from: number, to: number, first: number, step: number) => void
  readonly takeRows: (instances: Instances, from: number, to: number, rows: readonly (readonly unknown[])[]) => void
}
const kept = new WeakMap<ModelDefinition, Code | null>()

/** Options that change nothing of the rows; what says otherwise when it is there. */
const CHANGING = ['fields', 'returning', 'ignoreDuplicates', 'updateOnDuplicate', 'omitNull'] as const

/** Writes all instances or none; they are stamped and validated. Null, and nothing has happened: the rows are not plain. */
export function insertPlainly(
  runtime: Runtime,
  definition: ModelDefinition,
  instances: Instances,
  options: WriteOptions,
): Promise<void> | null {
  const { traits } = runtime.dialect
  for (const option of CHANGING) if ((options[option] ?? null) !== null) return null
  if (traits.returning !== 'statement' || definition.settings.omitNull || runtime.options.omitNull) return null
  const code = codeOf(runtime, definition)
  if (code === null) return null
  const bits = code.columnsOf(instances)
  if (bits <= 0) return null
  let columns = code.sets.get(bits)
  if (columns === undefined) {
    if (code.sets.size >= MOST_SETS) return null
    columns = compileColumns(runtime, definition, bits)
    code.sets.set(bits, columns)
  }
  return insertIn(runtime, definition, instances, columns, options)
}

function codeOf(runtime: Runtime, definition: ModelDefinition): Code | null {
  const found = kept.get(definition)
  if (found === null || found?.shape === definition.shape) return found
  const code = compileCode(runtime, definition)
  kept.set(definition, code)
  return code
}

function compileCode(runtime: Runtime, { shape }: ModelDefinition): Code | null {
  const { physical } = shape
  if (physical.length > MOST_COLUMNS || physical.length === 0) return null
  for (const { type } of physical)
    if (type.key === 'JSON' || type.key === 'JSONB' || runtime.dialect.codec(type).listedAs !== undefined) return null
  const tests = physical.map(
    ({ attributeName, autoIncrement }, at) => `
      value = values[${JSON.stringify(attributeName)}]
      if (value !== undefined${autoIncrement ? ' && value !== null' : ''}) {
        bits |= ${1 << at}
        if (isFragment(value)) return -1
      }`,
  )
  const columnsOf = compile<Code['columnsOf']>(
    { isFragment },
    `return function (instances) {
      let all = 0, value
      for (let index = 0; index < instances.length; index += 1) {
        const values = instances[index].dataValues
        let bits = 0
        ${tests.join('')}
        if (index === 0) all = bits
        else if (bits !== all) return -1
      }
      return all
    }`,
  )
  return columnsOf === null ? null : { shape, columnsOf, sets: new Map() }
}

function compileColumns(runtime: Runtime, { shape }: ModelDefinition, bits: number): Columns {
  const isGiven = (_: Attribute, at: number): boolean => (bits & (1 << at)) !== 0
  const attributes = shape.physical.filter(isGiven)
  const returning = shape.physical.filter((attribute, at) => !isGiven(attribute, at))
  const scope: Record<string, unknown> = {}
  const cells = attributes.map(({ attributeName, type }, at) => {
    const cell = `values[${JSON.stringify(attributeName)}]`
    const { toBind } = runtime.dialect.codec(type)
    if (toBind === null) return cell
    scope[`bind${at}`] = toBind
    return `${cell} === null ? null : bind${at}(${cell})`
  })
  const reads = returning.map(({ attributeName, type }, at) => {
    const cell = `row[${at}]`
    const { fromRow } = runtime.dialect.codec(type)
    if (fromRow !== null) scope[`read${at}`] = fromRow
    return `values[${JSON.stringify(attributeName)}] = ${cell} === null ? null : ${fromRow === null ? cell : `read${at}(${cell})`}`
  })
  const key = shape.autoIncrement
  const keyed = returning.map(
    ({ attributeName }) =>
      `values[${JSON.stringify(attributeName)}] = ${attributeName === key?.attributeName ? 'key' : 'null'}`,
  )
  const each = (body: string): string => `for (let index = from; index < to; index += 1) {
    const instance = instances[index], values = instance.dataValues
    ${body}
  }`
  const taken = 'instance.isNewRecord = false; instance._previous = null'
  return {
    attributes,
    returning,
    ...compile<Pick<Columns, 'bind' | 'takeKeys' | 'takeRows'>>(
      scope,
      `return {
        bind(instances, from, to) {
          const params = new Array((to - from) * ${attributes.length})
          let at = 0
          ${each(cells.map((cell) => `params[at++] = ${cell}`).join('\n'))}
          return params
        },
        takeKeys(instances, from, to, first, step) {
          let key = first
          ${each(`${keyed.join('\n')}\n${taken}\nkey += step`)}
        },
        takeRows(instances, from, to, rows) {
          ${each(`const row = rows[index - from]\n${reads.join('\n')}\n${taken}`)}
        },
      }`,
    )!,
  }
}

async function insertIn(
  runtime: Runtime,
  definition: ModelDefinition,
  instances: Instances,
  columns: Columns,
  options: WriteOptions,
): Promise<void> {
  const { attributes, returning } = columns
  const most = Math.floor(runtime.dialect.traits.maxParameters / attributes.length)
  const perStatement = Math.max(1, Math.min(ROWS_PER_STATEMENT, most))
  const insert = (from: number, exec: ExecOptions | undefined): void | Promise<void> => {
    const to = Math.min(instances.length, from + perStatement)
    const fail = (error: unknown): never => {
      const only = to - from === 1 ? instances[from]! : null
      throw explain(error, definition, only, (name) => only?.dataValues[name])
    }
    try {
      const params = columns.bind(instances, from, to)
      const result = insertBound(runtime, definition, attributes, to - from, params, returning, exec)
      if (result instanceof Promise)
        return result.then((answer) => take(runtime, definition, instances, columns, from, to, answer), fail)
      return take(runtime, definition, instances, columns, from, to, result)
    } catch (error) {
      return fail(error)
    }
  }
  if (instances.length <= perStatement) return await insert(0, execOf(options))
  const insertFrom = (first: number, exec: ExecOptions): void | Promise<void> => {
    for (let from = first; from < instances.length; from += perStatement) {
      const inserted = insert(from, exec)
      if (inserted instanceof Promise) return inserted.then(() => insertFrom(from + perStatement, exec))
    }
    return undefined
  }
  const given = execOf(options) ?? {}
  await runtime.executor.atomicNow(given, (transaction) => insertFrom(0, { ...given, transaction }))
}

function take(
  runtime: Runtime,
  { shape }: ModelDefinition,
  instances: Instances,
  columns: Columns,
  from: number,
  to: number,
  result: Result,
): void {
  const { rows } = result
  if (rows.length > 0) {
    columns.takeRows(instances, from, to, rows)
    return
  }
  const key = shape.autoIncrement
  if (key === null || !columns.returning.includes(key)) {
    columns.takeKeys(instances, from, to, 0, 0)
    return
  }
  const [first, last] = [generatedKey(runtime, key, result, 0), generatedKey(runtime, key, result, to - from - 1)]
  if (typeof first === 'number' && typeof last === 'number') {
    columns.takeKeys(instances, from, to, first, result.keyStep ?? 1)
    return
  }
  for (let index = from; index < to; index += 1) {
    columns.takeKeys(instances, index, index + 1, 0, 0)
    instances[index]!.dataValues[key.attributeName] = generatedKey(runtime, key, result, index - from)
  }
}
