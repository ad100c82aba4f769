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
import { FEW } from '../read/lists.js'
import { isFragment } from '../sql/fragments.js'
import { explain } from './faults.js'
import { generatedKey } from './inserted-keys.js'
import type { WriteOptions } from './options.js'
import { execOf } from './options.js'
import { areListed, insertBound, insertBoundLists } from './statements.js'

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
  /** What the database fills in, and as much of it as it can be asked for. */
  readonly missing: readonly Attribute[]
  readonly returning: readonly Attribute[]
  /** Many rows are one array for each column. */
  readonly areListed: boolean
  readonly lists: (instances: Instances, from: number, to: number) => (readonly unknown[])[]
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
  for (const option of CHANGING) if ((options[option] ?? null) !== null) return null
  if (definition.settings.omitNull || runtime.options.omitNull) return null
  const code = codeOf(definition)
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

const isOdd = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && (isFragment(value) || Array.isArray(value))

function codeOf(definition: ModelDefinition): Code | null {
  const found = kept.get(definition)
  if (found === null || found?.shape === definition.shape) return found
  const code = compileCode(definition)
  kept.set(definition, code)
  return code
}

function compileCode({ shape }: ModelDefinition): Code | null {
  const { physical } = shape
  if (physical.length > MOST_COLUMNS || physical.length === 0) return null
  if (physical.some(({ type }) => type.key === 'JSON' || type.key === 'JSONB')) return null
  const tests = physical.map(
    ({ attributeName, autoIncrement }, at) => `
      value = values[${JSON.stringify(attributeName)}]
      if (value !== undefined${autoIncrement ? ' && value !== null' : ''}) {
        bits |= ${1 << at}
        if (isOdd(value)) return -1
      }`,
  )
  const columnsOf = compile<Code['columnsOf']>(
    { isOdd },
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
  const missing = shape.physical.filter((attribute, at) => !isGiven(attribute, at))
  const returning = runtime.dialect.traits.returning === 'none' ? [] : missing
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
  const keyed = missing.map(
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
    missing,
    returning,
    areListed: areListed(runtime, attributes),
    ...compile<Pick<Columns, 'bind' | 'lists' | 'takeKeys' | 'takeRows'>>(
      scope,
      `return {
        bind(instances, from, to) {
          const params = new Array((to - from) * ${attributes.length})
          let at = 0
          ${each(cells.map((cell) => `params[at++] = ${cell}`).join('\n'))}
          return params
        },
        lists(instances, from, to) {
          const ${attributes.map((_, at) => `list${at} = new Array(to - from)`).join(', ')}
          let at = 0
          ${each(`${attributes.map(({ attributeName }, at) => `list${at}[at] = values[${JSON.stringify(attributeName)}]`).join('\n')}\nat += 1`)}
          return [${attributes.map((_, at) => `list${at}`).join(', ')}]
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
  const { length } = instances
  const areListed = columns.areListed && length > FEW
  const insert = (from: number, to: number, exec: ExecOptions | undefined): void | Promise<void> => {
    const fail = (error: unknown): never => {
      const only = to - from === 1 ? instances[from]! : null
      throw explain(error, definition, only, (name) => only?.dataValues[name])
    }
    try {
      const result = areListed
        ? insertBoundLists(
            runtime,
            definition,
            columns.attributes,
            columns.lists(instances, from, to),
            columns.returning,
            exec,
          )
        : insertBound(
            runtime,
            definition,
            columns.attributes,
            to - from,
            columns.bind(instances, from, to),
            columns.returning,
            exec,
          )
      if (result instanceof Promise)
        return result.then((answer) => take(runtime, definition, instances, columns, from, to, answer), fail)
      return take(runtime, definition, instances, columns, from, to, result)
    } catch (error) {
      return fail(error)
    }
  }
  const sizes = sizesOf(runtime, columns.attributes, areListed)
  const first = sizeFor(sizes, instances, 0)
  if (length <= first) return await insert(0, length, execOf(options))
  const insertFrom = (start: number, exec: ExecOptions): void | Promise<void> => {
    for (let from = start; from < length; ) {
      const to = Math.min(length, from + (from === 0 ? first : sizeFor(sizes, instances, from)))
      const inserted = insert(from, to, exec)
      if (inserted instanceof Promise) return inserted.then(() => insertFrom(to, exec))
      from = to
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
  if (key === null || !columns.missing.includes(key)) {
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

// ---------------------------------------------------------------- how many rows one statement takes

/** Where the text does not grow with the rows. */
const ROWS_PER_LIST = 5000
const ROWS_PER_STATEMENT = 250
/** Statements of many rows may be so long, as texts of the values are counted. Servers refuse what is longer than a limit of theirs. */
const MOST_LETTERS = 4_000_000

/**
 * Rows of a statement, largest first; whatever is left over is a statement of its own. In the process longer ones gain nothing; over a wire each is
 * a flight, but a text for each number of rows would fill the server with prepared statements: so large numbers are a few sizes.
 */
export function sizesOf({ dialect }: Runtime, attributes: readonly Attribute[], areListed: boolean): readonly number[] {
  const { maxParameters, rowsPerInsert = [] } = dialect.traits
  const most = Math.max(1, Math.floor(maxParameters / attributes.length))
  if (areListed) return [Math.min(ROWS_PER_LIST, most)]
  return [...rowsPerInsert.filter((size) => size <= most), Math.min(ROWS_PER_STATEMENT, most)]
}

/** Rows of the next statement, of those from `from` on. */
export function sizeFor(sizes: readonly number[], instances: readonly ModelState[], from: number): number {
  const left = instances.length - from
  const least = sizes.at(-1)!
  for (const size of sizes) if (size === least || (size <= left && areShort(instances, from, size))) return size
  return least
}

function areShort(instances: readonly ModelState[], from: number, count: number): boolean {
  let letters = 0
  for (let index = from; index < from + count; index += 1) {
    const values = instances[index]!.dataValues
    for (const name in values) {
      const value = values[name]
      if (typeof value === 'string') letters += value.length
      else if (ArrayBuffer.isView(value)) letters += value.byteLength
      else if (typeof value === 'object' && value !== null && !(value instanceof Date)) return false
    }
  }
  return letters <= MOST_LETTERS
}
