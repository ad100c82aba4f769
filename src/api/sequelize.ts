/**
 * `Sequelize`: one database, its models, and the way to it. The options are read by `sequelize-options`, models are defined by
 * `definition`; everything that sends a statement is one call into the room that knows how.
 * Docs: getting-started, other-topics/legacy-model-definitions, querying/transactions, querying/raw-queries.
 */
import { draft } from '../base/freeze.js'
import { checkObject, checkOptions, EXEC_OPTIONS } from '../base/options.js'
import type { Connection } from '../connect/driver.js'
import type { ExecOptions, Executor } from '../connect/executor.js'
import type { Transaction } from '../connect/transaction.js'
import type { TransactionOptions } from '../connect/transaction-options.js'
import type { Dialect } from '../dialect/dialect.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError, UnsupportedFeatureError } from '../errors/index.js'
import type { ModelClass } from '../model/definition.js'
import { Hooks, INSTANCE_HOOKS, STATIC_HOOKS } from '../model/hooks.js'
import type { Random } from '../sql/fragments.js'
import { and, cast, col, fn, json, literal, or, sql, where } from '../sql/fragments.js'
import type { SyncPlan } from '../sync/sync.js'
import { drop } from '../sync/sync.js'
import type { DataType } from '../types/index.js'
import { assertValue, normalizeType } from '../types/index.js'
import { destroyAll, syncAll, truncateAll } from './all-models.js'
import { associationContext, defineDeclared } from './associate.js'
import type { Connections } from './connections.js'
import { openConnections, original } from './connections.js'
import * as exported from './exports.js'
import { associateModels, defineModel, factory, throughModel } from './factory.js'
import type { SequelizeHookMethods, StaticHookMethods } from './hook-methods.js'
import { installHookMethods } from './hook-methods.js'
import type { Model } from './model.js'
import type { Models } from './model-set.js'
import { modelSet } from './model-set.js'
import { QueryInterface } from './query-interface.js'
import { query } from './raw-query.js'
import { addModels, removeModels } from './register-model.js'
import type { ModelRegistry } from './registry.js'
import { modelRegistry } from './registry.js'
import type { SequelizeSettings } from './sequelize-options.js'
import { readSettings, unite } from './sequelize-options.js'
import type { DataTypesNamespace } from './types/data-types.js'
import type { DefineFunction, ModelFunction } from './types/define.js'
import type { HookHolder, SequelizeHooks, StaticSequelizeHooks } from './types/hooks.js'
import type { AnyModel, ModelConstructor } from './types/infer.js'
import type { ModelStatic } from './types/model.js'
import type { DestroyOptions, DropOptions, QueryOptions, SyncOptions, TruncateOptions } from './types/options.js'
import type { QueryFunction } from './types/query.js'
import type { AssociateFunction } from './types/registry.js'
import type { Options } from './types/sequelize.js'
import { VERSION } from './version.js'

type ManagedOptions = TransactionOptions
type Callback<T> = (transaction: Transaction) => PromiseLike<T> | T

/** @see Options */
export interface Sequelize extends SequelizeHookMethods {
  /**
   * Defines a model. Its types are inferred from the definition.
   * `const User = sequelize.define('User', { name: { type: DataTypes.STRING, allowNull: false } })`
   */
  readonly define: DefineFunction
  /**
   * A base class for a model: `class User extends sequelize.model('User', { … }, { associations: { profile: hasOne(() => Profile) } }) {}`.
   * With a name only: the model of that name; throws where there is none.
   */
  readonly model: ModelFunction
  /**
   * Associates models that are defined already, and gives them the types of their associations:
   * `const { User, Task } = sequelize.associate({ User, Task }, ({ User, Task }) => ({ User: { task: User.hasOne(Task) } }))`.
   */
  readonly associate: AssociateFunction
  /**
   * Runs SQL. Resolves to `[rows, metadata]`, or by `type` to rows or counts. Throws `DatabaseError` and its kin.
   * `await sequelize.query('SELECT * FROM users WHERE name = :name', { replacements: { name }, type: QueryTypes.SELECT })`
   */
  readonly query: QueryFunction
  /** As `query`, the text as it is: no replacements, only `bind`. Every statement of Mortise passes through this method. */
  readonly queryRaw: QueryFunction
}

// Everything that the package exports is a property of the class as well, as `require('sequelize')` had it in Sequelize 6.
const WithStatics = class {} as unknown as (new () => object) & typeof exported & DataTypesNamespace & StaticHookMethods

export class Sequelize extends WithStatics {
  static readonly hooks: HookHolder<StaticSequelizeHooks> & Hooks = new Hooks(STATIC_HOOKS) as never
  static readonly version: string = VERSION
  declare static readonly Sequelize: typeof Sequelize
  declare static readonly default: typeof Sequelize
  /** Accepted for programs written for Sequelize 6; the transaction is found by `AsyncLocalStorage` without it. */
  static useCLS(_namespace?: unknown): typeof Sequelize {
    return Sequelize
  }

  readonly dialect: Dialect
  /** The options with defaults filled in. Frozen. */
  readonly options: Readonly<Options & Record<string, unknown>>
  /** The options as they were given. Frozen. */
  readonly rawOptions: Readonly<Options & Record<string, unknown>>
  /** v6: what the connection is made with. */
  readonly config: Readonly<Record<string, unknown>>
  readonly hooks: HookHolder<SequelizeHooks> & Hooks
  readonly models: Models
  /** What the rooms below the interface work with. */
  readonly runtime: Runtime
  readonly queryInterface: QueryInterface
  readonly #connections: Connections
  readonly #registry: ModelRegistry
  readonly #settings: SequelizeSettings
  #databaseVersion: string | null

  /**
   * Connects when it is first needed. `new Sequelize('sqlite::memory:')`, `new Sequelize({ dialect: 'sqlite', storage: 'app.sqlite' })`.
   * Throws `DefinitionError` for options that do not exist or contradict each other.
   */
  constructor(options: Options)
  constructor(url: string, options?: Options)
  constructor(database: string, username?: string | null, password?: string | null, options?: Options)
  constructor(...args: readonly unknown[]) {
    super()
    const settings = readSettings(runBeforeInit(args))
    this.#settings = settings
    this.dialect = settings.dialect
    this.options = settings.options
    this.rawOptions = settings.raw
    this.config = Object.freeze({
      ...settings.connection,
      database: settings.database,
      pool: settings.options.pool,
      replication: settings.options.replication ?? false,
    })
    const hooks = new Hooks(INSTANCE_HOOKS, null, this)
    this.hooks = hooks as never
    hooks.addListeners(settings.options.hooks as never)
    this.#connections = openConnections(this, settings, hooks)
    this.runtime = this.#connections.runtime
    this.#registry = modelRegistry({
      sequelize: this,
      runtime: this.runtime,
      hooks,
      options: settings.options,
      context: associationContext(this.runtime, throughModel, settings.strictLoading),
      defineDeclared,
    })
    this.models = modelSet(this.#registry.models)
    this.queryInterface = new QueryInterface(this)
    this.#databaseVersion = (settings.options.databaseVersion as string | undefined) ?? null
    if (settings.raw.models) this.addModels(settings.raw.models as readonly ModelConstructor<AnyModel>[])
    Sequelize.hooks.runSync('afterInit', this)
  }

  // ---------------------------------------------------------------- models

  /** Registers decorated classes and defines their associations. */
  addModels(models: readonly ModelConstructor<AnyModel>[]): void {
    addModels(this.#registry, models as readonly object[])
  }
  /** Forgets the models; the tables stay. */
  removeAllModels(): void {
    removeModels(this.#registry)
  }
  isDefined(name: string): boolean {
    return this.#registry.models.has(name)
  }
  /** @deprecated v6's list of models. */
  get modelManager() {
    const { models } = this
    return {
      get models() {
        return models.toArray()
      },
      get all() {
        return models.toArray()
      },
      getModel: (name: string) => models.get(name),
      addModel: (model: ModelStatic) => model,
      removeModel: (model: ModelStatic) => removeModels(this.#registry, [model as unknown as ModelClass]),
      forEachModel: (callback: (model: ModelStatic<Model>) => void) => models.forEach(callback),
    }
  }

  /**
   * Creates the tables of all models that are missing; `alter` changes what differs, `force` drops them first.
   * `alter` never drops a column unless `{ drop: true }`. A second run sends no statement that changes the schema.
   * `plan: true` does nothing, and gives the changes, their hazards and the SQL.
   */
  sync(options: SyncOptions & { plan: true }): Promise<SyncPlan>
  sync(options?: SyncOptions): Promise<this>
  async sync(options?: SyncOptions): Promise<unknown> {
    if (options !== undefined && options !== null) checkObject(options, 'sequelize.sync()')
    const settings = { ...(this.options.sync as SyncOptions), ...options }
    const plan = await this.#executor.call(() => syncAll(this.#registry, settings, this.#settings.database))
    return settings.plan ? plan : this
  }
  /** Drops the tables of all models. */
  async drop(options?: DropOptions): Promise<void> {
    this.#registry.settle(true)
    await drop(this.runtime, this.#registry.classes(), options as never, {
      databaseName: this.#settings.database ?? '',
      hooks: this.hooks,
    })
  }
  /** Removes every row of every model's table, dependents first. */
  async truncate(options?: TruncateOptions): Promise<void> {
    await truncateAll(this.#registry, options)
  }
  /** Deletes every row of every model's table, dependents first; runs hooks, ends paranoid rows softly unless `force`. */
  async destroyAll(options?: Omit<DestroyOptions, 'where' | 'limit'>): Promise<void> {
    await destroyAll(this.#registry, options)
  }

  // ---------------------------------------------------------------- transactions and connections

  /** Runs the callback in a transaction: commits when it resolves, rolls back when it throws. Calls inside find the transaction by themselves. */
  transaction<T>(callback: Callback<T>): Promise<T>
  transaction<T>(options: ManagedOptions, callback: Callback<T>): Promise<T>
  /** v6: without a callback, a transaction that the caller ends with `commit()` or `rollback()`. */
  transaction(options?: ManagedOptions): Promise<Transaction>
  transaction<T>(optionsOrCallback?: ManagedOptions | Callback<T>, callback?: Callback<T>): Promise<unknown> {
    if (typeof optionsOrCallback === 'function') return this.#executor.transaction({}, optionsOrCallback as never)
    if (callback) return this.#executor.transaction(optionsOrCallback ?? {}, callback as never)
    return this.#executor.startUnmanagedTransaction(optionsOrCallback ?? {})
  }
  /** A transaction that the caller ends with `commit()` or `rollback()`; it must be passed to each call. */
  startUnmanagedTransaction(options?: ManagedOptions): Promise<Transaction> {
    return this.#executor.startUnmanagedTransaction(options ?? {})
  }
  /**
   * With replicas: what belongs together, such as one request. After a write anywhere in the callback, everything in it reads from the primary
   * for `replication.readYourWrites` milliseconds. Without it, a write is known to the function that awaits it, and to what that calls.
   */
  together<T>(callback: () => T): T {
    return this.#executor.together(callback)
  }
  /** The transaction that a call made here would run in. */
  getCurrentClsTransaction(): Transaction | undefined {
    return this.#executor.currentTransaction() ?? undefined
  }
  /** Gives the callback a connection of its own: `{ connection }` in calls then uses it. */
  withConnection<T>(callback: (connection: Connection) => PromiseLike<T> | T): Promise<T>
  withConnection<T>(
    options: { readonly type?: 'read' | 'write'; readonly destroyConnection?: boolean },
    callback: (connection: Connection) => PromiseLike<T> | T,
  ): Promise<T>
  withConnection<T>(optionsOrCallback: object, callback?: (connection: Connection) => PromiseLike<T> | T): Promise<T> {
    return typeof optionsOrCallback === 'function'
      ? this.#executor.withConnection({}, optionsOrCallback as never)
      : this.#executor.withConnection(optionsOrCallback, callback as never)
  }
  get #executor(): Executor {
    return this.runtime.executor
  }

  /** Tests the connection. Throws a `ConnectionError` that says what is wrong. */
  async authenticate(options?: QueryOptions): Promise<void> {
    checkOptions(options, EXEC_OPTIONS, 'sequelize.authenticate()')
    await this.query('SELECT 1+1 AS result', { ...options, plain: true, type: 'SELECT' } as never)
    this.#databaseVersion ??= await this.fetchDatabaseVersion(options)
  }
  /** @deprecated Use `authenticate`. */
  validate(options?: QueryOptions): Promise<void> {
    return this.authenticate(options)
  }
  /** Closes every connection, for good. */
  close(): Promise<void> {
    return this.#connections.close()
  }
  isClosed(): boolean {
    return this.#connections.isClosed
  }
  /** `pool.write` and `pool.read`, with `size`, `available`, `using`, `waiting`, `acquire`, `release`. */
  get pool() {
    return this.#connections.pools
  }
  /**
   * How many finds of this instance had their plan (statement, binders, reader of rows) from the cache, and for how many one was made.
   * Every different shape of options is a miss once; an application that builds them at random misses again and again.
   */
  get planCache(): { readonly hits: number; readonly misses: number } {
    const { hits, misses } = this.runtime.plans
    return { hits, misses }
  }
  /** @deprecated v6: use `pool` and `withConnection`. */
  get connectionManager() {
    return this.#connections.manager
  }

  // ---------------------------------------------------------------- the database

  /** The dialect's name: as it was given (`sqlite`), or the class's (`sqlite3`). */
  getDialect(): string {
    return this.#settings.dialectName
  }
  getDatabaseName(): string | null {
    return this.#settings.database
  }
  /** The database's version; asked for once. */
  async getDatabaseVersion(options?: QueryOptions): Promise<string> {
    this.#databaseVersion ??= await this.fetchDatabaseVersion(options)
    return this.#databaseVersion
  }
  getDatabaseVersionIfExist(): string | null {
    return this.#databaseVersion
  }
  setDatabaseVersion(version: string): void {
    this.#databaseVersion = version
  }
  async fetchDatabaseVersion(options?: QueryOptions): Promise<string> {
    checkOptions(options, EXEC_OPTIONS, 'sequelize.fetchDatabaseVersion()')
    return await this.dialect.databaseVersion((statement) =>
      this.#executor.execute(statement, 'read', options as ExecOptions),
    )
  }
  /** @deprecated v6's name of `fetchDatabaseVersion`. */
  databaseVersion(options?: QueryOptions): Promise<string> {
    return this.fetchDatabaseVersion(options)
  }
  createSchema(schema: string, options?: object): Promise<void> {
    return this.queryInterface.createSchema(schema, options as never) as Promise<never>
  }
  dropSchema(schema: string, options?: object): Promise<void> {
    return this.queryInterface.dropSchema(schema, options as never) as Promise<never>
  }
  dropAllSchemas(options?: object): Promise<void> {
    return this.queryInterface.dropAllSchemas(options as never) as Promise<never>
  }
  /** @deprecated Use `queryInterface.listSchemas`. */
  showAllSchemas(options?: object): Promise<string[]> {
    return this.queryInterface.listSchemas(options as never) as Promise<never>
  }
  /** @deprecated Use `queryInterface`. */
  getQueryInterface(): QueryInterface {
    return this.queryInterface
  }
  get queryGenerator() {
    return this.queryInterface.queryGenerator
  }
  /** MySQL: sets session variables. */
  async setSessionVariables(_variables: object, _options?: QueryOptions): Promise<void> {
    throw new UnsupportedFeatureError(
      `setSessionVariables is not supported by ${this.dialect.name}: it has no session variables.`,
    )
  }

  // ---------------------------------------------------------------- values

  /** A value as SQL text, by the rules of `options.type` where it is given. Prefer `bind` or the `sql` tag, which need no escaping. */
  escape(value: unknown, options?: { readonly type?: unknown }): string {
    return this.dialect.escape(value, options?.type === undefined ? null : normalizeType(options.type as never))
  }
  /** Gives arguments to `logging`. */
  log(...args: readonly unknown[]): void {
    const { logging } = this.#settings
    if (logging) (logging as (...args: readonly unknown[]) => void)(...args)
  }
  normalizeDataType(type: unknown): DataType {
    return normalizeType(type as never)
  }
  /** Throws where the value does not fit the type. */
  validateValue(value: unknown, type: unknown): void {
    if (value !== null && value !== undefined) assertValue(normalizeType(type as never), value)
  }
  /** @deprecated Use `sql.random`. */
  random(): Random {
    return sql.random
  }
  /** @deprecated Use `sql.fn`. */
  readonly fn = fn
  /** @deprecated Use `sql.col`. */
  readonly col = col
  /** @deprecated Use `sql.cast`. */
  readonly cast = cast
  /** @deprecated Use `sql.literal`. */
  readonly literal = literal
  /** @deprecated Use `sql.where`. */
  readonly where = where
  /** @deprecated Use `Op.and`. */
  readonly and = and
  /** @deprecated Use `Op.or`. */
  readonly or = or
  /** @deprecated Use `sql.jsonPath`. */
  readonly json = json

  static {
    const method = (name: string, value: (this: Sequelize, ...args: never[]) => unknown): void => {
      Object.defineProperty(Sequelize.prototype, name, { value, writable: true, configurable: true })
    }
    method('define', function define(this: Sequelize, name: string, attributes?: object, options?: object) {
      return defineModel(this.#registry, name, attributes, options)
    })
    method('model', function model(this: Sequelize, name: string, attributes?: object, options?: object) {
      return attributes === undefined
        ? this.models.getOrThrow(name)
        : factory(this.#registry, name, attributes, options)
    })
    method('associate', function associate(this: Sequelize, models: object, declare: (builders: never) => object) {
      return associateModels(this.#registry, models as never, declare as never)
    })
    method('kysely', () => {
      throw new QueryError(
        "sequelize.kysely() has an entry of its own: import 'mortise/kysely' once, and install the package kysely.",
      )
    })
    method('query', async function (this: Sequelize, statement: unknown, options?: object) {
      if (options !== undefined && options !== null) checkObject(options, 'sequelize.query()')
      return this.#executor.call(() =>
        query(
          this.runtime,
          statement,
          { ...(this.options.query as object), ...options },
          (text, rest) => this.queryRaw(text, rest as never) as Promise<unknown>,
        ),
      )
    })
    method('queryRaw', function (this: Sequelize, statement: unknown, options?: object) {
      return this.#executor.call(() => this.#connections.queryRaw(statement, options))
    })
  }
}

/** `Sequelize.hooks`' `beforeInit` may change the options; it gets a copy. */
function runBeforeInit(args: readonly unknown[]): readonly unknown[] {
  if (!Sequelize.hooks.hasListeners('beforeInit')) return args
  const united = unite(args)
  const options = draft(united)
  Sequelize.hooks.runSync('beforeInit', options, options)
  return [options]
}

installHookMethods(Sequelize, STATIC_HOOKS)
installHookMethods(Sequelize.prototype, INSTANCE_HOOKS)
original.queryRaw = Sequelize.prototype.queryRaw
for (const [name, value] of Object.entries({ ...exported.DataTypes, ...exported, Sequelize, default: Sequelize })) {
  if (!Object.hasOwn(Sequelize, name))
    Object.defineProperty(Sequelize, name, { value, writable: true, configurable: true, enumerable: true })
}
