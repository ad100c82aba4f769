/**
 * `sequelize.query` and `sequelize.queryRaw`: SQL of the user's own in, rows, instances or counts out, by `type`.
 * `query` writes replacements and fragments into the text, then goes through `queryRaw`, the door that every statement passes.
 * Docs: querying/raw-queries.
 */
import { isPlainObject } from '../base/freeze.js'
import { suggestion } from '../base/names.js'
import type { OptionShape, OptionShapes } from '../base/options.js'
import { checkOptions, EXEC_OPTIONS } from '../base/options.js'
import type { Result } from '../connect/driver.js'
import type { ExecOptions } from '../connect/executor.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError, ValidationError, ValidationErrorItem } from '../errors/index.js'
import type { ModelClass } from '../model/definition.js'
import { hydrate } from '../model/rows.js'
import { ModelState } from '../model/state.js'
import { toExpr, typeOfValue } from '../read/expression.js'
import { tablesOf } from '../read/where.js'
import { isFragment, Sql } from '../sql/fragments.js'
import type { PlaceholderValues } from '../sql/placeholders.js'
import { QueryTypes } from './enums.js'
import { isModelStatic } from './guards.js'
import { prepareText, refuseSeveral, statementKind } from './raw-statement.js'
import type { QueryMetadata, StandardSchema } from './types/query.js'

const OWN = [
  'type',
  'raw',
  'nest',
  'plain',
  'model',
  'mapToModel',
  'instance',
  'fieldMap',
  'schema',
  'replacements',
  'bind',
  'supportsSearchPath',
  'multipleStatements',
]
const SHARED = [...EXEC_OPTIONS, 'hooks', 'noHooks', 'minifyAliases', 'tableNames', 'rawErrors', 'parameterStyle']
const EXECUTION = [...EXEC_OPTIONS, 'type', 'bind']
const KNOWN = new Set([...OWN, ...SHARED])

export interface RawOptions extends ExecOptions {
  readonly type?: string
  readonly raw?: boolean
  readonly nest?: boolean
  readonly plain?: boolean
  readonly model?: unknown
  readonly mapToModel?: boolean
  readonly instance?: ModelState
  readonly fieldMap?: Readonly<Record<string, string>>
  readonly schema?: StandardSchema<unknown>
  /** False: the statement runs without the `searchPath` given. */
  readonly supportsSearchPath?: boolean
  /** The text may hold several statements. Default: that of the Sequelize instance, else false. */
  readonly multipleStatements?: boolean
  readonly replacements?: PlaceholderValues['replacements']
  readonly bind?: PlaceholderValues['bind']
}

const SHAPES: OptionShapes = new Map<string, OptionShape>([
  ['type', ['one of QueryTypes', (value) => typeof value === 'string']],
  ['schema', ['a Standard Schema', (value) => typeof value === 'object' || typeof value === 'function']],
  ['fieldMap', ['an object of names by column', isPlainObject]],
  ['instance', ['an instance of a model', (value) => value instanceof ModelState]],
])
/** Throws `QueryError` for options that `query` does not have, or that are of a wrong kind. */
export const checkRawOptions = (options: object, call: string): void => checkOptions(options, KNOWN, call, SHAPES)

/** What `query` was given, as text and options. */
interface Asked {
  readonly sql: unknown
  readonly options: RawOptions
}
/** v6's object form: `{ query | sql, values | bind }`. */
function unpack(sql: unknown, options: RawOptions): Asked {
  if (typeof sql === 'string' || isFragment(sql)) return { sql, options }
  if (typeof sql === 'object' && sql !== null && ('query' in sql || 'sql' in sql)) {
    const given = sql as { query?: unknown; sql?: unknown; values?: unknown; bind?: unknown }
    if (given.values !== undefined && options.replacements !== undefined)
      throw new QueryError('The values are given twice: in the query object and in `replacements`. Give them once.')
    if (given.bind !== undefined && options.bind !== undefined)
      throw new QueryError('The parameters are given twice: in the query object and in `bind`. Give them once.')
    return {
      sql: given.query ?? given.sql,
      options: {
        ...options,
        ...(given.values === undefined ? {} : { replacements: given.values as never }),
        ...(given.bind === undefined ? {} : { bind: given.bind as never }),
      },
    }
  }
  throw new QueryError(
    `query() takes SQL as a string or a sql\`…\` fragment, got ${sql === null ? 'null' : typeof sql}.`,
  )
}

type QueryRaw = (sql: string, options: RawOptions) => Promise<unknown>

/** `sequelize.query`. `queryRaw` is the instance's public method. */
export async function query(
  runtime: Runtime,
  sql: unknown,
  options: RawOptions | undefined,
  queryRaw: QueryRaw,
): Promise<unknown> {
  const asked = unpack(sql, options ?? {})
  checkRawOptions(asked.options, 'sequelize.query()')
  const { replacements, bind, ...rest } = asked.options
  const { text, params } = isFragment(asked.sql)
    ? printFragment(runtime, asked.sql, { replacements, bind })
    : prepareString(runtime, asked.sql, { replacements, bind })
  return await queryRaw(text, params.length === 0 ? rest : ({ ...rest, [PARAMS]: params } as RawOptions))
}

/** Parameters that `query` has made already, in the order of the text's placeholders. */
const PARAMS: unique symbol = Symbol('parameters')
type Prepared = ReturnType<typeof prepareText>

function printFragment(runtime: Runtime, fragment: unknown, values: PlaceholderValues): Prepared {
  return runtime.dialect.printExpr(toExpr(fragment, tablesOf(runtime, null, { placeholders: values }), 'query'))
}
function prepareString(runtime: Runtime, sql: unknown, values: PlaceholderValues): Prepared {
  if (typeof sql !== 'string' || sql.trim() === '') throw new QueryError('query() was given no SQL.')
  return prepareText(sql, values, runtime.dialect, (fragment) =>
    runtime.dialect.printInline(toExpr(fragment, tablesOf(runtime, null), 'replacements')),
  )
}

/** `sequelize.queryRaw`: the text as it is, with `bind` parameters only. */
export async function queryRaw(
  runtime: Runtime,
  sql: unknown,
  options: RawOptions & { readonly [PARAMS]?: Prepared['params'] } = {},
): Promise<unknown> {
  checkRawOptions(options, 'sequelize.queryRaw()')
  if (options.replacements !== undefined)
    throw new QueryError('queryRaw() takes no `replacements`, only `bind`. Use query() for replacements.')
  const prepared = options[PARAMS]
    ? { text: sql as string, params: options[PARAMS] }
    : isFragment(sql)
      ? printFragment(runtime, sql, options)
      : prepareString(runtime, sql, { bind: options.bind })
  const { kind, mode, command } = statementKind(prepared.text)
  if (mode === 'script') checkSeveral(runtime, prepared.text, options)
  const params = prepared.params.map(({ value, type }) => {
    const codec = type && runtime.dialect.codec(type)
    return codec?.toBind && value !== null ? codec.toBind(value) : value
  })
  // Past the door: this is the door.
  const result = await runtime.executor.send(
    { text: prepared.text, params, mode: mode === 'script' && params.length > 0 ? 'run' : mode },
    kind,
    execOptions(options),
  )
  return await shape(runtime, result, command, options)
}

function checkSeveral({ dialect }: Runtime, text: string, { multipleStatements }: RawOptions): void {
  if (multipleStatements !== true) refuseSeveral(text, dialect, 'sequelize.query()')
}

/** What of the options concerns the connection; loggers are shown it. */
function execOptions(options: RawOptions): ExecOptions {
  const exec: Record<string, unknown> = {}
  for (const name of EXECUTION)
    if (name === 'searchPath' && options.supportsSearchPath === false) continue
    else if (options[name as keyof RawOptions] !== undefined) exec[name] = options[name as keyof RawOptions]
  return exec as ExecOptions
}

// ---------------------------------------------------------------- results

type Row = Record<string, unknown>

async function shape(runtime: Runtime, result: Result, command: string, options: RawOptions): Promise<unknown> {
  const wantsRows = options.model !== undefined || options.nest || options.plain || options.schema !== undefined
  const type = options.type ?? (wantsRows ? QueryTypes.SELECT : QueryTypes.RAW)
  const metadata = (): QueryMetadata => ({
    affectedRows: result.affectedRows,
    changes: result.affectedRows,
    rowCount: result.columns.length > 0 ? result.rows.length : result.affectedRows,
    ...(result.lastInsertId === null ? {} : { lastID: result.lastInsertId, insertId: result.lastInsertId }),
    command,
  })
  switch (type) {
    case QueryTypes.SELECT: {
      const rows = await shapeRows(runtime, result, options)
      return options.plain ? (rows[0] ?? null) : rows
    }
    case QueryTypes.RAW:
      return [await shapeRows(runtime, result, options), metadata()]
    case QueryTypes.INSERT:
      return [fillInstance(result, options) ?? result.lastInsertId ?? objectsOf(result)[0], result.affectedRows]
    case QueryTypes.UPDATE:
      return [result.columns.length > 0 ? await shapeRows(runtime, result, options) : undefined, result.affectedRows]
    case QueryTypes.BULKUPDATE:
    case QueryTypes.BULKDELETE:
    case QueryTypes.DELETE:
    case QueryTypes.UPSERT:
      return result.affectedRows
    case QueryTypes.SHOWTABLES:
      return result.rows.map((row) => row[0])
    case QueryTypes.VERSION:
      return result.rows[0]?.[0]
    case QueryTypes.SHOWINDEXES:
    case QueryTypes.SHOWCONSTRAINTS:
    case QueryTypes.DESCRIBE:
    case QueryTypes.FOREIGNKEYS:
      return objectsOf(result)
    default:
      throw new QueryError(`query() has no type "${type}".${suggestion(type, Object.keys(QueryTypes))}`)
  }
}

async function shapeRows(runtime: Runtime, result: Result, options: RawOptions): Promise<unknown[]> {
  const { model } = options
  if (model !== undefined && !options.raw) {
    if (!isModelStatic(model)) throw new QueryError('The option `model` must be an initialised model.')
    return instances(runtime, model as unknown as ModelClass, result, options)
  }
  let rows: unknown[] = objectsOf(
    result,
    options.fieldMap ?? (options.mapToModel && model ? namesByColumn(model as ModelClass) : undefined),
  )
  if (options.nest) rows = rows.map((row) => nested(row as Row))
  return options.schema ? await Promise.all(rows.map((row) => checked(options.schema!, row))) : rows
}

/** Rows as objects by column name. */
function objectsOf(result: Result, names?: Readonly<Record<string, string>>): Row[] {
  const keys = names
    ? result.columns.map((column) => (Object.hasOwn(names, column) ? names[column]! : column))
    : result.columns
  return result.rows.map((values) => {
    const row: Row = {}
    for (let at = 0; at < keys.length; at += 1) {
      // A column called __proto__ must not become the prototype.
      if (keys[at] === '__proto__')
        Object.defineProperty(row, '__proto__', {
          value: values[at],
          enumerable: true,
          writable: true,
          configurable: true,
        })
      else row[keys[at]!] = values[at]
    }
    return row
  })
}

/** `{ 'a.b': 1 }` → `{ a: { b: 1 } }`. */
function nested(row: Row): Row {
  const root: Row = {}
  for (const [key, value] of Object.entries(row)) {
    const path = key.split('.')
    const last = path.pop()!
    let at = root
    for (const part of path) {
      const next = Object.hasOwn(at, part) ? at[part] : undefined
      const inner = typeof next === 'object' && next !== null ? (next as Row) : {}
      Object.defineProperty(at, part, { value: inner, enumerable: true, writable: true, configurable: true })
      at = inner
    }
    Object.defineProperty(at, last, { value, enumerable: true, writable: true, configurable: true })
  }
  return root
}

const namesByColumn = (model: ModelClass): Record<string, string> =>
  Object.fromEntries(
    model.modelDefinition.shape.physical.map(({ columnName, attributeName }) => [columnName, attributeName]),
  )

const READ = Object.freeze({})
/** Rows as instances: values through the attributes' types; columns that are no attribute are kept under their name. */
function instances(runtime: Runtime, model: ModelClass, result: Result, options: RawOptions): ModelState[] {
  const { shape } = model.modelDefinition
  const columns = result.columns.map((column) => {
    const renamed = options.fieldMap && Object.hasOwn(options.fieldMap, column) ? options.fieldMap[column]! : column
    const attribute =
      (options.mapToModel ? shape.byColumn.get(renamed) : undefined) ??
      shape.attributes.get(renamed) ??
      shape.byColumn.get(renamed)
    const name =
      attribute && (options.mapToModel || attribute.attributeName === renamed) ? attribute.attributeName : renamed
    const fromRow = attribute && !attribute.isVirtual ? runtime.dialect.codec(attribute.type).fromRow : null
    return { name, fromRow }
  })
  return result.rows.map((row) => {
    const values: Row = {}
    for (const [at, { name, fromRow }] of columns.entries()) {
      const value = row[at]
      values[name] = fromRow && value !== null ? fromRow(value) : value
    }
    return hydrate(model, values, READ)
  })
}

/** `type: INSERT` with `instance`: the generated key goes into it. */
function fillInstance(result: Result, { instance }: RawOptions): ModelState | undefined {
  if (!instance) return undefined
  const key = (instance.constructor as unknown as ModelClass).modelDefinition.shape.autoIncrement
  if (key && result.lastInsertId !== null && instance.get(key.attributeName) == null)
    instance.set(key.attributeName, result.lastInsertId)
  return instance
}

async function checked(schema: StandardSchema<unknown>, row: unknown): Promise<unknown> {
  const validate = schema['~standard'].validate
  if (!validate) return row
  const outcome = await validate(row)
  if (!outcome.issues) return outcome.value
  throw new ValidationError(
    'A row does not fit the schema of the query.',
    outcome.issues.map(
      (issue) =>
        new ValidationErrorItem(
          issue.message,
          'Validation error',
          issue.path
            ?.map((part) => String(typeof part === 'object' && part !== null && 'key' in part ? part.key : part))
            .join('.') ?? null,
          row,
        ),
    ),
  )
}

export { Sql, typeOfValue }
