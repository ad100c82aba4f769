/**
 * `Model`: the class that users extend, or get from `sequelize.define`. The types of the interface stand here; each body is one call into
 * the room that does the work, or a composition of other public methods, so that a program which wraps one sees the inner calls.
 * Docs: models/defining-models, querying/*, other-topics/scopes.
 */
import type { Association as AssociationContract } from '../association/association.js'
import { InstanceError } from '../errors/index.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelDefinition, IndexOptions as NormalizedIndex } from '../model/definition.js'
import type { Hooks } from '../model/hooks.js'
import { MODEL_HOOKS } from '../model/hooks.js'
import { ModelState } from '../model/state.js'
import { validateInstance } from '../model/validate.js'
import { aggregate, count } from '../read/aggregate.js'
import { findAll } from '../read/find.js'
import type { FindInput } from '../read/request.js'
import type { SyncPlan } from '../sync/sync.js'
import { drop } from '../sync/sync.js'
import { bulkCreate, bulkUpdate } from '../write/bulk.js'
import { bulkDestroy, bulkRestore, destroy, restore, truncate } from '../write/destroy.js'
import { increment } from '../write/increment.js'
import { save } from '../write/save.js'
import { upsert } from '../write/upsert.js'
import { associate } from './associate.js'
import { buildOne } from './build.js'
import {
  create,
  decrementAmounts,
  findAndCountAll,
  findByPrimaryKey,
  findCreateFind,
  findOrBuild,
  findOrCreate,
  incrementInstance,
  onlyOne,
  refusedOptions,
  reload,
  syncOne,
  updateInstance,
} from './compose.js'
import type { HookMethods } from './hook-methods.js'
import { installHookMethods } from './hook-methods.js'
import * as metadata from './metadata.js'
import { initialise } from './register-model.js'
import { initialModel, modelClass, registration, runtimeOf, schemaVariant, scopeVariant } from './registration.js'
import type { Sequelize } from './sequelize.js'
import type {
  AnyAssociation,
  Association,
  BelongsToManyOptions,
  BelongsToOptions,
  HasManyOptions,
  HasOneOptions,
  Target,
} from './types/associations.js'
import type { AttributeOptions, InitOptions, ModelAttributes, ModelOptions } from './types/define.js'
import type { HookHolder, ModelHooks } from './types/hooks.js'
import type { ElementOf, IncludeCheck, IncludeNameOf, Loaded, NotGiven, Relation } from './types/include.js'
import type { AnyModel, ModelCtor, Untyped, UpdateValues } from './types/infer.js'
import type { ModelInstance, ModelStateClass } from './types/instance.js'
import type {
  AggregateOptions,
  BuildOptions,
  BulkCreateOptions,
  CountOptions,
  CreateOptions,
  DestroyOptions,
  DropOptions,
  FindBase,
  FindGenerics,
  FindOptions,
  FindResult,
  GroupOption,
  IncludeArgument,
  IncrementDecrementOptionsWithBy,
  InstanceDestroyOptions,
  InstanceRestoreOptions,
  InstanceUpdateOptions,
  InstanceValidateOptions,
  NumberFields,
  OrNull,
  QueryOptions,
  RestoreOptions,
  Returning,
  RowOr,
  SaveOptions,
  ScopeOptions,
  SelectArgument,
  SyncOptions,
  TruncateOptions,
  UpdateOptions,
  UpsertOptions,
} from './types/options.js'
import type { TYPES } from './types/symbols.js'

type T = typeof TYPES
type Grouped = { readonly [attribute: string]: unknown; readonly count: number }
type UpdateResult<M, R> = R extends true | readonly unknown[]
  ? [affectedCount: number, affectedRows: M[]]
  : [affectedCount: number]

// The typed view of `model/state`'s class, which has the state methods (`get`, `set`, `changed`, …) and the constructor.
const State = ModelState as unknown as ModelStateClass & HookMethods

/**
 * A model: its static side is the table, an instance is a row. `TAttributes` and `TCreation` are usually
 * `InferAttributes<User>` and `InferCreationAttributes<User>`.
 */
export abstract class Model<
  TAttributes extends object = Untyped,
  TCreation extends object = TAttributes,
  TRelations = Untyped,
> extends State<TAttributes, TCreation, TRelations> {
  // ---------------------------------------------------------------- instance

  /** The instance's Sequelize. */
  get sequelize(): Sequelize {
    return registration(this.constructor).sequelize
  }
  /** The definition of the instance's model. */
  get modelDefinition(): ModelDefinition {
    return registration(this.constructor).definition
  }

  /**
   * Writes the row: INSERT when it is new, else UPDATE of what changed; no statement when nothing did. Loaded associations are not saved.
   * Throws `ValidationError`, `UniqueConstraintError`, `OptimisticLockError`. Docs: querying/update.
   */
  save(options?: SaveOptions<TAttributes>): Promise<this> {
    return save(runtimeOf(this.constructor), this as never, options as never) as Promise<never>
  }
  /** Sets the values and saves them, and only them. */
  update(values: UpdateValues<TAttributes>, options?: InstanceUpdateOptions<TAttributes>): Promise<this> {
    return updateInstance(this, values, options as never) as Promise<never>
  }
  /** Reads the row again, with the associations that were loaded. Throws `InstanceError` when it is gone. */
  async reload(options?: FindOptions<TAttributes>): Promise<this> {
    return await reload(this, options as never)
  }
  /** Deletes the row; on a paranoid model sets `deletedAt` unless `force`. */
  destroy(options?: InstanceDestroyOptions): Promise<void> {
    return destroy(runtimeOf(this.constructor), this as never, options as never)
  }
  /** Undoes a soft delete. */
  restore(options?: InstanceRestoreOptions): Promise<void> {
    return restore(runtimeOf(this.constructor), this as never, options as never)
  }
  /** Runs the validators. Throws `ValidationError` with one item per finding. */
  validate(options?: InstanceValidateOptions): Promise<void> {
    return validateInstance(this as never, options ?? {})
  }
  /** Adds to numbers in the database: `increment('visits')`, `increment(['a', 'b'], { by: 2 })`, `increment({ a: 1, b: 5 })`. */
  increment(fields: NumberFields<TAttributes>, options?: IncrementDecrementOptionsWithBy<TAttributes>): Promise<this> {
    return incrementInstance(this, fields, options as never, 'increment')
  }
  decrement(fields: NumberFields<TAttributes>, options?: IncrementDecrementOptionsWithBy<TAttributes>): Promise<this> {
    return incrementInstance(this, fields, options as never, 'decrement')
  }
  /** Whether `deletedAt` is set. Throws on a model that is not paranoid. */
  isSoftDeleted(): boolean {
    const { shape, modelName } = registration(this.constructor).definition
    if (shape.deletedAt === null)
      throw new InstanceError(
        `isSoftDeleted() was called on an instance of ${modelName}, which is not paranoid: define it with { paranoid: true }.`,
      )
    return (this.dataValues as Record<string, unknown>)[shape.deletedAt] != null
  }

  // ---------------------------------------------------------------- definition

  /**
   * Defines the model: `User.init({ name: DataTypes.STRING }, { sequelize })`. Returns the model.
   * Docs: other-topics/legacy-model-definitions.
   */
  static init<M extends AnyModel>(
    this: ModelCtor<M>,
    attributes: ModelAttributes<M>,
    options: InitOptions,
  ): typeof this {
    return initialise(this, attributes, options) as never
  }

  static get sequelize(): Sequelize {
    return registration(this).sequelize
  }
  static get modelDefinition(): ModelDefinition {
    return registration(this).definition
  }
  static get hooks(): HookHolder<ModelHooks> & Hooks {
    return registration(this).definition.hooks as never
  }
  static isInitialized(): boolean {
    return registration(this, false) !== null
  }
  /** Throws an error that says how when the model was not defined. */
  static assertIsInitialized(): void {
    registration(this)
  }
  /** Name and schema of the table. */
  static get table(): {
    readonly tableName: string
    readonly schema: string | undefined
    readonly delimiter: string | undefined
  } {
    return metadata.table(this)
  }
  static get tableName(): string {
    return registration(this).definition.table.name
  }
  /** v6: the table's name, or an object where it has a schema. */
  static getTableName():
    | string
    | { readonly tableName: string; readonly schema: string | undefined; readonly delimiter: string | undefined } {
    return metadata.getTableName(this)
  }
  static get options(): Readonly<ModelOptions & Record<string, unknown>> {
    return metadata.options(this) as never
  }
  /** Normalised attributes by name. */
  static getAttributes<M extends AnyModel>(
    this: ModelCtor<M>,
  ): { readonly [K in keyof M[T]['attributes']]: Attribute } {
    return metadata.attributes(this) as never
  }
  /** @deprecated v6's property for `getAttributes()`. */
  static get rawAttributes(): { readonly [attribute: string | symbol]: Attribute & AttributeOptions } {
    return metadata.attributes(this) as never
  }
  /** @deprecated v6: attributes with a column. */
  static get tableAttributes(): { readonly [attribute: string]: Attribute } {
    return metadata.tableAttributes(this)
  }
  /** @deprecated v6: attributes by column. */
  static get fieldRawAttributesMap(): { readonly [column: string]: Attribute } {
    return metadata.attributesByColumn(this)
  }
  static get primaryKeyAttributes(): readonly string[] {
    return registration(this).definition.shape.primaryKey.map((attribute) => attribute.attributeName)
  }
  static get primaryKeyAttribute(): string | null {
    return registration(this).definition.shape.primaryKey[0]?.attributeName ?? null
  }
  static get primaryKeyField(): string | null {
    return registration(this).definition.shape.primaryKey[0]?.columnName ?? null
  }
  static get primaryKeys(): { readonly [attribute: string]: Attribute } {
    return metadata.primaryKeys(this)
  }
  static get autoIncrementAttribute(): string | null {
    return registration(this).definition.shape.autoIncrement?.attributeName ?? null
  }
  static getIndexes(): readonly (NormalizedIndex & { readonly name: string })[] {
    return registration(this).definition.getIndexes()
  }
  /** Associations by name. */
  static get associations(): { readonly [name: string]: Association } {
    return metadata.associations(this) as never
  }
  /** Throws for a name that is no association, naming the nearest. */
  static getAssociation(name: string): AnyAssociation & AssociationContract {
    return metadata.association(this, name) as never
  }
  static getAssociations(target: ModelCtor<AnyModel>): (AnyAssociation & AssociationContract)[] {
    return metadata.associationsTo(this, target) as never
  }
  static getAssociationWithModel(target: ModelCtor<AnyModel>, alias?: string): AnyAssociation & AssociationContract {
    return metadata.associationTo(this, target, alias) as never
  }
  static hasAlias(alias: string): boolean {
    return registration(this).definition.associations.has(alias)
  }
  static removeAttribute(name: string): void {
    registration(this).definition.removeAttribute(name)
  }
  /** Adds attributes, or completes those there are. */
  static mergeAttributesDefault(attributes: { readonly [name: string]: object }): {
    readonly [attribute: string]: Attribute
  } {
    return metadata.mergeAttributes(this, attributes)
  }
  /** v6: attributes are always up to date; kept for programs that call it. */
  static refreshAttributes(): void {
    registration(this)
  }

  // ---------------------------------------------------------------- associations

  /** The target has the foreign key; at most one target row per source row. Docs: associations/has-one. */
  static hasOne<
    S extends AnyModel,
    Tg extends AnyModel,
    const As extends string = string,
    const FK extends string = string,
  >(
    this: ModelCtor<S>,
    target: Target<Tg>,
    options?: FK | HasOneOptions<As, FK>,
  ): Association<S, Tg, FK, As, 'HasOne'> {
    return associate(this, 'hasOne', target, options) as never
  }
  /** The source has the foreign key. Docs: associations/belongs-to. */
  static belongsTo<
    S extends AnyModel,
    Tg extends AnyModel,
    const As extends string = string,
    const FK extends string = string,
  >(
    this: ModelCtor<S>,
    target: Target<Tg>,
    options?: FK | BelongsToOptions<As, FK>,
  ): Association<S, Tg, FK, As, 'BelongsTo'> {
    return associate(this, 'belongsTo', target, options) as never
  }
  /** The target has the foreign key; any number of target rows. Docs: associations/has-many. */
  static hasMany<
    S extends AnyModel,
    Tg extends AnyModel,
    const As extends string = string,
    const FK extends string = string,
  >(
    this: ModelCtor<S>,
    target: Target<Tg>,
    options?: FK | HasManyOptions<As, FK>,
  ): Association<S, Tg, FK, As, 'HasMany'> {
    return associate(this, 'hasMany', target, options) as never
  }
  /** A table between the two has both foreign keys. Docs: associations/belongs-to-many. */
  static belongsToMany<S extends AnyModel, Tg extends AnyModel, const As extends string = string>(
    this: ModelCtor<S>,
    target: Target<Tg>,
    options: BelongsToManyOptions<As>,
  ): Association<S, Tg, string, As, 'BelongsToMany'> {
    return associate(this, 'belongsToMany', target, options) as never
  }

  // ---------------------------------------------------------------- read

  /**
   * Rows as instances (plain objects with `raw: true`). Default: all rows.
   * Throws `QueryError` for unknown options, `EagerLoadingError` for an include that is not associated. Docs: querying/select-methods.
   *
   * `await User.findAll({ where: { age: { [Op.gt]: 18 } }, include: 'profile', order: [['name', 'ASC']], limit: 10 })`
   */
  static findAll<
    M extends AnyModel,
    Row = never,
    const I extends IncludeArgument<M> = IncludeArgument<M>,
    const S extends SelectArgument<M> = SelectArgument<M>,
    R extends boolean = false,
  >(
    this: ModelCtor<M>,
    options?: FindBase<M> & FindGenerics<I, S, R, Row> & IncludeCheck<M, I> & { rejectOnEmpty?: boolean | Error },
  ): Promise<RowOr<Row, FindResult<M, I, S, R>>[]> {
    const model = modelClass(this)
    return (refusedOptions(model, 'findAll', options) ??
      findAll(runtimeOf(this), model, scoped(this, options))) as never
  }
  /** The first row, or null; with `rejectOnEmpty` throws `EmptyResultError` (or the error given) instead. */
  static findOne<
    M extends AnyModel,
    Row = never,
    const I extends IncludeArgument<M> = IncludeArgument<M>,
    const S extends SelectArgument<M> = SelectArgument<M>,
    R extends boolean = false,
    E extends boolean | Error = false,
  >(
    this: ModelCtor<M>,
    options?: FindBase<M> & FindGenerics<I, S, R, Row> & IncludeCheck<M, I> & { rejectOnEmpty?: E },
  ): Promise<OrNull<RowOr<Row, FindResult<M, I, S, R>>, E>> {
    const model = modelClass(this)
    return (refusedOptions(model, 'findOne', options) ?? model.findAll(onlyOne(options))) as never
  }
  /** The row with this primary key: a value, or an object where the key has several attributes. Null when the key is null or undefined. */
  static findByPk<
    M extends AnyModel,
    Row = never,
    const I extends IncludeArgument<M> = IncludeArgument<M>,
    const S extends SelectArgument<M> = SelectArgument<M>,
    R extends boolean = false,
    E extends boolean | Error = false,
  >(
    this: ModelCtor<M>,
    key: M[T]['primaryKey'] | null | undefined,
    options?: Omit<FindBase<M>, 'where'> & FindGenerics<I, S, R, Row> & IncludeCheck<M, I> & { rejectOnEmpty?: E },
  ): Promise<OrNull<RowOr<Row, FindResult<M, I, S, R>>, E>> {
    return findByPrimaryKey(modelClass(this), key, options as never) as never
  }
  /** Rows of a page and the number of all. */
  static findAndCountAll<
    M extends AnyModel,
    const I extends IncludeArgument<M> = IncludeArgument<M>,
    const S extends SelectArgument<M> = SelectArgument<M>,
    R extends boolean = false,
  >(
    this: ModelCtor<M>,
    options?: FindBase<M> &
      FindGenerics<I, S, R> &
      IncludeCheck<M, I> & { distinct?: boolean; col?: string; countGroupedRows?: boolean },
  ): Promise<{ rows: FindResult<M, I, S, R>[]; count: number }> {
    return findAndCountAll(modelClass(this), options as never) as never
  }
  /** Number of rows: with an include, of different rows of this model; with `group`, one count per group. */
  static count<M extends AnyModel>(
    this: ModelCtor<M>,
    options: Omit<CountOptions, 'where'> & { where?: M[T]['where']; group: GroupOption },
  ): Promise<Grouped[]>
  static count<M extends AnyModel>(
    this: ModelCtor<M>,
    options?: Omit<CountOptions, 'where' | 'group'> & { where?: M[T]['where']; group?: undefined },
  ): Promise<number>
  static count(options?: CountOptions): Promise<unknown> {
    const model = modelClass(this)
    return refusedOptions(model, 'count', options) ?? count(runtimeOf(this), model, scoped(this, options))
  }
  static aggregate<R = unknown>(attribute: string, fn: string, options?: AggregateOptions): Promise<R> {
    return aggregate(runtimeOf(this), modelClass(this), attribute, fn, scoped(this, options)) as never
  }
  static max<M extends AnyModel, K extends keyof M[T]['attributes']>(
    this: ModelCtor<M>,
    attribute: K,
    options?: Omit<AggregateOptions, 'where'> & { where?: M[T]['where'] },
  ): Promise<M[T]['attributes'][K] | null> {
    return modelClass(this).aggregate(attribute as string, 'max', options) as never
  }
  static min<M extends AnyModel, K extends keyof M[T]['attributes']>(
    this: ModelCtor<M>,
    attribute: K,
    options?: Omit<AggregateOptions, 'where'> & { where?: M[T]['where'] },
  ): Promise<M[T]['attributes'][K] | null> {
    return modelClass(this).aggregate(attribute as string, 'min', options) as never
  }
  /** Null (not 0) when there is no row. */
  static sum<M extends AnyModel>(
    this: ModelCtor<M>,
    attribute: keyof M[T]['attributes'],
    options?: Omit<AggregateOptions, 'where'> & { where?: M[T]['where'] },
  ): Promise<number> {
    return modelClass(this).aggregate(attribute as string, 'sum', options) as never
  }

  // ---------------------------------------------------------------- write

  /** An instance that is not saved. */
  static build<M extends AnyModel>(this: ModelCtor<M>, values?: M[T]['input'], options?: BuildOptions): M {
    return buildOne(modelClass(this), values, options as never) as never
  }
  static bulkBuild<M extends AnyModel>(
    this: ModelCtor<M>,
    records: readonly M[T]['input'][],
    options?: BuildOptions,
  ): M[] {
    return records.map((values) => modelClass(this).build(values, options)) as never
  }
  /**
   * Builds and saves. `include` writes associated rows as well, all or nothing.
   * `await User.create({ name: 'Ada', profile: { bio: '…' } }, { include: 'profile' })`. Docs: querying/insert.
   */
  static create<M extends AnyModel, const I extends IncludeArgument<M> = NotGiven>(
    this: ModelCtor<M>,
    values?: M[T]['input'] & NestedCreate<M, I>,
    options?: CreateOptions<M[T]['attributes'], I>,
  ): Promise<Loaded<M, I>> {
    return create(modelClass(this), values, options as never) as never
  }
  /** Inserts rows in one statement. Values are validated only with `validate: true`. */
  static bulkCreate<M extends AnyModel>(
    this: ModelCtor<M>,
    records: readonly M[T]['input'][],
    options?: BulkCreateOptions<M[T]['attributes']>,
  ): Promise<M[]> {
    return bulkCreate(runtimeOf(this), modelClass(this), records as never, options as never) as never
  }
  /** The row that `where` finds, else one built (not saved) from `where` and `defaults`. */
  static findOrBuild<M extends AnyModel>(
    this: ModelCtor<M>,
    options: FindBase<M> & { defaults?: M[T]['input']; include?: unknown; attributes?: unknown },
  ): Promise<[entity: M, built: boolean]> {
    return findOrBuild(modelClass(this), options as never) as never
  }
  /** The row that `where` finds, else one created from `where` and `defaults`; safe against somebody else creating it at the same time. */
  static findOrCreate<M extends AnyModel>(
    this: ModelCtor<M>,
    options: FindBase<M> & {
      defaults?: M[T]['input']
      include?: unknown
      attributes?: unknown
      fields?: readonly string[]
      validate?: boolean
      silent?: boolean
    },
  ): Promise<[entity: M, created: boolean]> {
    return findOrCreate(runtimeOf(this), modelClass(this), options as never) as never
  }
  /** As `findOrCreate`, without a transaction: find, insert unless there, find. */
  static findCreateFind<M extends AnyModel>(
    this: ModelCtor<M>,
    options: FindBase<M> & {
      defaults?: M[T]['input']
      include?: unknown
      attributes?: unknown
      fields?: readonly string[]
      validate?: boolean
      silent?: boolean
    },
  ): Promise<[entity: M, created: boolean]> {
    return findCreateFind(modelClass(this), options as never) as never
  }
  /** INSERT, or UPDATE where a row with the same unique key exists. `created` is null where the engine does not tell. */
  static upsert<M extends AnyModel>(
    this: ModelCtor<M>,
    values: M[T]['input'],
    options?: UpsertOptions<M[T]['attributes']>,
  ): Promise<[entity: M, created: boolean | null]> {
    return upsert(runtimeOf(this), modelClass(this), values as never, options as never) as never
  }
  /** Updates the rows that `where` selects (required; `{}`: all). Resolves to their number, and with `returning` to the rows. */
  static update<M extends AnyModel, R extends Returning<M[T]['attributes']> = false>(
    this: ModelCtor<M>,
    values: M[T]['update'],
    options: Omit<UpdateOptions<M[T]['attributes']>, 'where' | 'returning'> & { where: M[T]['where']; returning?: R },
  ): Promise<UpdateResult<M, R>> {
    return bulkUpdate(runtimeOf(this), modelClass(this), values as never, options as never) as never
  }
  /** Deletes the rows that `where` selects (required; `{}`: all). On a paranoid model sets `deletedAt` unless `force`. Resolves to their number. */
  static destroy<M extends AnyModel>(
    this: ModelCtor<M>,
    options?: Omit<DestroyOptions<M[T]['attributes']>, 'where'> & { where?: M[T]['where'] },
  ): Promise<number> {
    return bulkDestroy(runtimeOf(this), modelClass(this), options as never)
  }
  /** Undoes soft deletes. */
  static restore<M extends AnyModel>(
    this: ModelCtor<M>,
    options?: Omit<RestoreOptions<M[T]['attributes']>, 'where'> & { where?: M[T]['where'] },
  ): Promise<number> {
    return bulkRestore(runtimeOf(this), modelClass(this), options as never) as never
  }
  /** Removes every row. */
  static truncate(options?: TruncateOptions): Promise<void> {
    return truncate(runtimeOf(this), modelClass(this), options as never) as never
  }
  /** Adds to numbers of the rows that `where` selects. */
  static increment<M extends AnyModel>(
    this: ModelCtor<M>,
    fields: NumberFields<M[T]['attributes']>,
    options: Omit<IncrementDecrementOptionsWithBy, 'where'> & { where?: M[T]['where'] },
  ): Promise<[affectedRows: M[], affectedCount?: number]> {
    return increment(runtimeOf(this), modelClass(this), fields as never, options as never) as never
  }
  static decrement<M extends AnyModel>(
    this: ModelCtor<M>,
    fields: NumberFields<M[T]['attributes']>,
    options: Omit<IncrementDecrementOptionsWithBy, 'where'> & { where?: M[T]['where'] },
  ): Promise<[affectedRows: M[], affectedCount?: number]> {
    return modelClass(this).increment(decrementAmounts(fields, options?.by) as never, options as never) as never
  }

  // ---------------------------------------------------------------- schema

  /**
   * Creates the table if it is missing; `alter` changes what differs, `force` drops it first, `plan` only tells what would be done.
   * Docs: models/model-synchronization.
   */
  static sync<M extends AnyModel>(this: ModelCtor<M>, options: SyncOptions & { plan: true }): Promise<SyncPlan>
  static sync<M extends AnyModel>(this: ModelCtor<M>, options?: SyncOptions): Promise<typeof this>
  static sync<M extends AnyModel>(this: ModelCtor<M>, options?: SyncOptions): Promise<unknown> {
    const { sequelize } = registration(this)
    return syncOne(runtimeOf(this), modelClass(this), options, sequelize.getDatabaseName())
  }
  static drop(options?: DropOptions): Promise<void> {
    return drop(runtimeOf(this), [modelClass(this)], options as never) as never
  }
  /** Columns of the table, as the database has them. */
  static describe(schema?: string, options?: QueryOptions): Promise<Record<string, unknown>> {
    return registration(this).sequelize.queryInterface.describeTable(
      { ...metadata.table(this), ...(schema === undefined ? {} : { schema }) } as never,
      options as never,
    ) as never
  }

  // ---------------------------------------------------------------- scopes, schemas

  /** Adds a scope; `override` replaces one of the same name (also `defaultScope`). Docs: other-topics/scopes. */
  static addScope(
    name: string,
    scope: FindOptions | ((...args: never[]) => FindOptions),
    options?: { readonly override?: boolean },
  ): void {
    registration(this).definition.scopes.add(name, scope as never, options)
  }
  /** A variant of the model with these scopes instead of the current ones. The model itself is not changed. */
  static withScope<C>(
    this: C,
    ...scopes: readonly (string | null | undefined | ScopeOptions | FindOptions | readonly (string | ScopeOptions)[])[]
  ): C {
    return scopeVariant(this, scopes)
  }
  /** @deprecated v6's name of `withScope`; without arguments of `withoutScope`. */
  static scope<C>(
    this: C,
    ...scopes: readonly (string | null | undefined | ScopeOptions | FindOptions | readonly (string | ScopeOptions)[])[]
  ): C {
    return scopeVariant(this, scopes)
  }
  /** A variant without any scope, not even the default one. */
  static withoutScope<C>(this: C): C {
    return scopeVariant(this, [])
  }
  /** @deprecated v6's name of `withoutScope`. */
  static unscoped<C>(this: C): C {
    return scopeVariant(this, [])
  }
  /** A variant with the default scope only. */
  static withInitialScope<C>(this: C): C {
    return scopeVariant(this, ['defaultScope'])
  }
  /** The model that variants were made of. */
  static getInitialModel<C>(this: C): C {
    return initialModel(this)
  }
  /** A variant whose table lies in this schema. */
  static withSchema<C>(
    this: C,
    schema: string | null | { readonly schema?: string; readonly schemaDelimiter?: string },
  ): C {
    return schemaVariant(this, schema)
  }
  /** @deprecated v6's name of `withSchema`. */
  static schema<C>(this: C, schema: string | null, options?: { readonly schemaDelimiter?: string } | string): C {
    return schemaVariant(this, {
      schema: schema ?? undefined,
      schemaDelimiter: typeof options === 'string' ? options : options?.schemaDelimiter,
    })
  }
  static get _schema(): string | null {
    return registration(this).definition.table.schema
  }
}
installHookMethods(Model, MODEL_HOOKS)

/** Finder options under the model's scopes. */
const scoped = (model: object, options: object | undefined): FindInput =>
  registration(model).definition.scopes.resolve(options as FindInput | undefined)

/** `User.create({ name, tasks: [{ title }] }, { include: ['tasks'] })` */
type NestedCreate<M, I> = NotGiven extends I
  ? unknown
  : { [E in ElementOf<I> as IncludeNameOf<M, E>]?: NestedValues<Relation<M, IncludeNameOf<M, E>>, E> }
type NestedValues<R, E> = R extends readonly (infer U)[] ? readonly NestedOne<U, E>[] : NestedOne<R, E>
type NestedOne<U, E> = U extends AnyModel
  ? Partial<U[T]['input']> & (E extends { readonly include: infer Nested } ? NestedCreate<U, Nested> : unknown)
  : never

export type { ModelInstance }
