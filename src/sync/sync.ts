/**
 * The stories of `sync` and `drop`: models in, a database that has their tables (or no longer has them) out.
 *
 *   options → hooks → the models' picture (`from-models`) and the database's (`dialect.introspect`) → `schema/diff` → `sync/apply`
 *
 * Docs: models/model-synchronization.
 */
import { draft, isPlainObject } from '../base/freeze.js'
import type { OptionShapes } from '../base/options.js'
import { checkOptions as checkAll, SWITCH } from '../base/options.js'
import type { ExecOptions } from '../connect/executor.js'
import type { Run } from '../dialect/dialect.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError } from '../errors/index.js'
import type { ModelClass } from '../model/definition.js'
import type { Hooks } from '../model/hooks.js'
import { wantsHook } from '../model/hooks.js'
import type { Change } from '../schema/change.js'
import { diff, missingMembers, unknownColumns } from '../schema/diff.js'
import type { ColumnSnapshot, SchemaSnapshot, TableSnapshot } from '../schema/snapshot.js'
import { emptyTable, findTable, tableKey } from '../schema/snapshot.js'
import type { TableName } from '../sql/query.js'
import type { SchemaPlan } from './apply.js'
import { applyChanges, foldOf, planChanges } from './apply.js'
import { fromModels, tableNameOf } from './from-models.js'

export interface SyncOptions extends ExecOptions {
  /** Drops the tables first, rows and all. Default false. */
  readonly force?: boolean
  /** Changes what differs in tables that exist. Columns that the models do not have stay, unless `drop` is true. Default false. */
  readonly alter?: boolean | { readonly drop?: boolean }
  /** Consent, with `alter`: columns that the models do not have are dropped with their values. Default false. */
  readonly drop?: boolean
  /** Instead of the schema that the models name. */
  readonly schema?: string
  /** False: no hooks are run. Default true. */
  readonly hooks?: boolean
  readonly noHooks?: boolean | { readonly except: readonly string[] }
  /** Refuses a database whose name does not match. */
  readonly match?: RegExp
  /** Nothing is done; the result says what would be. Default false. */
  readonly plan?: boolean
}
export interface DropOptions extends ExecOptions {
  /** Tables that refer to these lose their foreign keys, where the engine can do that. Default false. */
  readonly cascade?: boolean
  readonly schema?: string
  readonly match?: RegExp
  readonly hooks?: boolean
  readonly noHooks?: boolean | { readonly except: readonly string[] }
  readonly plan?: boolean
}
/** What the caller knows beside models and options. */
export interface SyncContext {
  /** For `match`. */
  readonly databaseName?: string
  /** Of the Sequelize instance, for `beforeBulkSync` and `afterBulkSync`; left out for a single model's sync. */
  readonly hooks?: Hooks
}
export interface SyncPlan extends SchemaPlan {
  /** Columns that the database has and the models do not; they stay as they are. */
  readonly kept: readonly { readonly table: TableName; readonly column: ColumnSnapshot }[]
}

export const EXECUTION = [
  'logging',
  'benchmark',
  'logQueryParameters',
  'transaction',
  'connection',
  'useMaster',
  'searchPath',
  'signal',
  'retry',
] as const
const COMMON = [...EXECUTION, 'schema', 'match', 'hooks', 'noHooks', 'plan'] as const
/** What `sync` of a model or of all takes. */
export const SYNC_OPTIONS: ReadonlySet<string> = new Set([...COMMON, 'force', 'alter', 'drop'])
const DROP_OPTIONS: ReadonlySet<string> = new Set([...COMMON, 'cascade'])

/**
 * Makes the tables of the models. Without `force` and `alter` a table that exists is left as it is. All tables in one step, which
 * either succeeds or leaves the database as it was (where the engine's DDL takes part in transactions).
 * @returns What was done (`plan: true`: what would be done).
 * @throws QueryError for an unknown option, or a database that `match` refuses; DefinitionError for a model that cannot have a table.
 */
export async function sync(
  runtime: Runtime,
  models: readonly ModelClass[],
  given: SyncOptions = {},
  context: SyncContext = {},
): Promise<SyncPlan> {
  checkOptions(given, SYNC_OPTIONS, 'sync')
  const options = await withHooks(context.hooks, 'beforeBulkSync', given)
  checkMatch(options, context)
  const wishes: Wish[] = []
  for (const model of models) {
    const own = await withHooks(model.modelDefinition.hooks, 'beforeSync', options)
    wishes.push({ model, options: own, ...modeOf(own) })
  }
  const plan = await carryOut(runtime, wishes, options)
  for (const { model, options: own } of wishes) await runHook(model.modelDefinition.hooks, 'afterSync', own)
  await runHook(context.hooks, 'afterBulkSync', options)
  return plan
}

/** Drops the tables of the models that exist, what refers to others first, each with one statement. */
export async function drop(
  runtime: Runtime,
  models: readonly ModelClass[],
  options: DropOptions = {},
  context: SyncContext = {},
): Promise<SchemaPlan> {
  checkOptions(options, DROP_OPTIONS, 'drop')
  checkMatch(options, context)
  const tables = models.map((model) => tableNameOf(model.modelDefinition, options.schema))
  return await dropTables(runtime, tables, options)
}

/** Drops those of the tables that exist. */
export async function dropTables(
  runtime: Runtime,
  tables: readonly TableName[],
  options: DropOptions = {},
): Promise<SchemaPlan> {
  const make = async (run: Run): Promise<{ actual: SchemaSnapshot; changes: readonly Change[] }> => {
    const actual = await runtime.dialect.introspect(run, tables)
    return {
      actual,
      changes: actual.tables.map(
        ({ table }): Change => ({ kind: 'drop-table', table, cascade: options.cascade === true, ifExists: true }),
      ),
    }
  }
  return options.plan
    ? await planChanges(runtime, make, execution(options))
    : await applyChanges(runtime, make, execution(options))
}

type Mode = 'create' | 'alter' | 'force'
interface Wish {
  readonly model: ModelClass
  readonly options: SyncOptions
  readonly mode: Mode
  readonly dropColumns: boolean
}

function modeOf(options: SyncOptions): { mode: Mode; dropColumns: boolean } {
  const { force, alter, drop: consent } = options
  const mode = force ? 'force' : alter ? 'alter' : 'create'
  return { mode, dropColumns: consent === true || (typeof alter === 'object' && alter.drop === true) }
}

/** Desired tables with what may be done to each; of two models with one table the bolder mode counts. */
function desiredTables(
  runtime: Runtime,
  wishes: readonly Wish[],
): { desired: SchemaSnapshot; modes: ReadonlyMap<string, Omit<Wish, 'model' | 'options'>> } {
  const fold = foldOf(runtime.dialect)
  const bySchema = new Map<string | undefined, Wish[]>()
  for (const wish of wishes) bySchema.set(wish.options.schema, [...(bySchema.get(wish.options.schema) ?? []), wish])
  const tables: TableSnapshot[] = []
  const modes = new Map<string, Omit<Wish, 'model' | 'options'>>()
  const boldness: readonly Mode[] = ['create', 'alter', 'force']
  for (const [schema, group] of bySchema) {
    tables.push(
      ...fromModels(
        runtime,
        group.map((wish) => wish.model),
        schema,
      ).tables,
    )
    for (const { model, mode, dropColumns } of group) {
      const [canonical] = runtime.dialect.canonical({
        tables: [emptyTable(tableNameOf(model.modelDefinition, schema))],
      }).tables
      const key = tableKey(canonical!.table, fold)
      const other = modes.get(key)
      modes.set(key, {
        mode: other && boldness.indexOf(other.mode) > boldness.indexOf(mode) ? other.mode : mode,
        dropColumns: dropColumns || other?.dropColumns === true,
      })
    }
  }
  return { desired: { tables }, modes }
}

async function carryOut(runtime: Runtime, wishes: readonly Wish[], options: SyncOptions): Promise<SyncPlan> {
  const { dialect } = runtime
  const fold = foldOf(dialect)
  const { desired, modes } = desiredTables(runtime, wishes)
  const modeFor = (table: TableSnapshot): Omit<Wish, 'model' | 'options'> =>
    modes.get(tableKey(table.table, fold)) ?? { mode: 'create', dropColumns: false }
  let kept: SyncPlan['kept'] = []

  const make = async (run: Run): Promise<{ actual: SchemaSnapshot; changes: readonly Change[] }> => {
    const onlyCreates = desired.tables.every((table) => modeFor(table).mode === 'create')
    const actual = onlyCreates
      ? await existing(runtime, desired, run)
      : await dialect.introspect(
          run,
          desired.tables.map((table) => table.table),
        )
    const isKept = (table: TableSnapshot): boolean => modeFor(table).mode === 'create'
    const isForced = (table: TableSnapshot): boolean => modeFor(table).mode === 'force'
    const drops = actual.tables
      .filter(isForced)
      .map(({ table }): Change => ({ kind: 'drop-table', table, cascade: false, ifExists: true }))
    const remaining: SchemaSnapshot = { tables: actual.tables.filter((table) => !isForced(table)) }
    const touched = desired.tables.filter(
      (table) => modeFor(table).mode === 'alter' || !findTable(remaining, table.table, fold),
    )
    const changes = [true, false].flatMap((dropColumns) =>
      diff(
        remaining,
        { tables: touched.filter((table) => modeFor(table).dropColumns === dropColumns) },
        { dropColumns, fold },
      ),
    )
    kept = remaining.tables.flatMap((table) => {
      const wanted = findTable(desired, table.table, fold)
      return !wanted || modeFor(wanted).mode !== 'alter' || modeFor(wanted).dropColumns
        ? []
        : unknownColumns(table, wanted, fold).map((column) => ({ table: table.table, column }))
    })
    const members = missingMembers({ tables: actual.tables.filter(isKept) }, desired, fold)
    return { actual, changes: [...drops, ...members, ...changes] }
  }
  const plan = options.plan
    ? await planChanges(runtime, make, execution(options))
    : await applyChanges(runtime, make, execution(options))
  for (const { table, column } of kept) warnOfRequired(runtime, table, column)
  return { ...plan, kept }
}

const hasEnum = (table: TableSnapshot): boolean => table.columns.some((column) => column.enumValues)

/** Which of the tables exist, without their details, but for those whose enums may lack members. */
async function existing(runtime: Runtime, desired: SchemaSnapshot, run: Run): Promise<SchemaSnapshot> {
  const fold = foldOf(runtime.dialect)
  const present = new Set<string>()
  const asked = desired.tables.map(({ table }) => table.name)
  for (const schema of new Set(desired.tables.map((table) => table.table.schema))) {
    for (const table of await runtime.dialect.listTables(run, schema ?? undefined, asked))
      present.add(tableKey({ schema, name: table.name }, fold))
  }
  const found = desired.tables.filter((table) => present.has(tableKey(table.table, fold)))
  const withEnums = runtime.dialect.traits.enumTypes === true ? found.filter(hasEnum) : []
  const details =
    withEnums.length === 0
      ? { tables: [] }
      : await runtime.dialect.introspect(
          run,
          withEnums.map((table) => table.table),
        )
  return { tables: found.map(({ table }) => findTable(details, table, fold) ?? emptyTable(table)) }
}

function warnOfRequired(runtime: Runtime, table: TableName, column: ColumnSnapshot): void {
  if (column.nullable || column.default !== null || column.autoIncrement || column.generated) return
  const name = tableKey(table)
  runtime.warn(
    'MORTISE_W_UNKNOWN_REQUIRED_COLUMN',
    `${name}.${column.name}`,
    `Column "${column.name}" of "${name}" is NOT NULL without a default, but no attribute gives it a value: inserts will fail. Add the attribute, or drop the column with sync({ alter: { drop: true } }).`,
  )
}

const ALTER: OptionShapes = new Map([
  ['alter', ['true, false or { drop: boolean }', (value) => typeof value === 'boolean' || isPlainObject(value)]],
  ['drop', SWITCH],
])
function checkOptions(options: object, known: ReadonlySet<string>, method: string): void {
  checkAll(options, known, `${method}()`, ALTER)
  const { alter } = options as SyncOptions
  if (isPlainObject(alter)) checkAll(alter, new Set(['drop']), `${method}({ alter })`, ALTER)
}

function checkMatch({ match }: { readonly match?: RegExp }, { databaseName }: SyncContext): void {
  if (match === undefined || match === null) return
  const name = databaseName ?? ''
  // search() knows no lastIndex: a global expression gives the same answer each time.
  if (name.search(match) < 0)
    throw new QueryError(
      `Database "${name}" does not match ${String(match)}: nothing was done. This is the \`match\` option's purpose; leave it out or correct it if this is the right database.`,
    )
}

/** The options after the hook, which gets a copy that it may write to. */
async function withHooks(hooks: Hooks | undefined, name: string, options: SyncOptions): Promise<SyncOptions> {
  if (!hooks || !wantsHook(hooks, name, options)) return options
  const copy = draft(options)
  await hooks.runAsync(name, copy)
  return copy
}

async function runHook(hooks: Hooks | undefined, name: string, options: SyncOptions): Promise<void> {
  if (hooks && wantsHook(hooks, name, options)) await hooks.runAsync(name, draft(options))
}

/** The part of the options that concerns how statements are sent. */
export function execution(options: ExecOptions): ExecOptions {
  return Object.fromEntries(EXECUTION.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])))
}
