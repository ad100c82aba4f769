import { checkOptions, EXEC_OPTIONS } from '../base/options.js'
import { show } from '../base/show.js'
import { QueryError } from '../errors/index.js'
import { STATE } from '../model/fields.js'
import { MODEL_HOOKS } from '../model/hooks.js'
import { validateInstance } from '../model/validate.js'
import { aggregate, count } from '../read/aggregate.js'
import { findAll } from '../read/find.js'
import type { FindInput } from '../read/request.js'
import type { SyncPlan } from '../sync/sync.js'
import { drop } from '../sync/sync.js'
import { bulkCreate, bulkUpdate } from '../write/bulk.js'
import { bulkDestroy, bulkRestore, destroy, restore, truncate } from '../write/destroy.js'
import { increment } from '../write/increment.js'
import { checkOptions as checkWrite } from '../write/options.js'
import { isOriginalSave } from '../write/public.js'
import { save, saveNow } from '../write/save.js'
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
import { installHookMethods } from './hook-methods.js'
import { ReadingModel } from './reading-model.js'
import { modelClass, registration, runtimeOf } from './registration.js'
import type {
  Association,
  BelongsToManyOptions,
  BelongsToOptions,
  HasManyOptions,
  HasOneOptions,
  OneOfMany,
  Target,
} from './types/associations.js'
import type {
  IncludeArgument,
  IncludeGiven,
  IncludeInput,
  ListOrOne,
  Loaded,
  NotGiven,
  WhereByClass,
} from './types/include.js'
import type { AnyModel, ModelConstructor, Untyped, UpdateValues } from './types/infer.js'
import type { ModelInstance } from './types/instance.js'
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
  IncrementDecrementOptionsWithBy,
  InstanceDestroyOptions,
  InstanceRestoreOptions,
  InstanceUpdateOptions,
  InstanceValidateOptions,
  ListOrPlain,
  NumberFields,
  OrNull,
  QueryOptions,
  RestoreOptions,
  Returning,
  RowOr,
  SaveOptions,
  SelectArgument,
  SyncOptions,
  TruncateOptions,
  UpdateOptions,
  UpsertOptions,
  WithInclude,
} from './types/options.js'
import type { CountOf, Extremum, NestedCreate, UpdateResult, WithoutValues } from './types/results.js'
import type { TYPES } from './types/symbols.js'

type T = typeof TYPES

/**
 * A model: its static side is the table, an instance is a row. `TAttributes` and `TCreation` are usually
 * `InferAttributes<User>` and `InferCreationAttributes<User>`.
 */
export abstract class Model<
  TAttributes extends object = Untyped,
  TCreation extends object = TAttributes,
  TRelations = Untyped,
> extends ReadingModel<TAttributes, TCreation, TRelations> {
  // ---------------------------------------------------------------- instance

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
  async validate(options?: InstanceValidateOptions): Promise<void> {
    checkOptions(options, VALIDATE_OPTIONS, `${this.constructor.name}.validate()`)
    await validateInstance(this as never, options ?? {})
  }
  /** Adds to numbers in the database: `increment('visits')`, `increment(['a', 'b'], { by: 2 })`, `increment({ a: 1, b: 5 })`. */
  increment(fields: NumberFields<TAttributes>, options?: IncrementDecrementOptionsWithBy<TAttributes>): Promise<this> {
    return incrementInstance(this, fields, options as never, 'increment')
  }
  decrement(fields: NumberFields<TAttributes>, options?: IncrementDecrementOptionsWithBy<TAttributes>): Promise<this> {
    return incrementInstance(this, fields, options as never, 'decrement')
  }

  // ---------------------------------------------------------------- associations

  /** The target has the foreign key; at most one target row per source row. Docs: associations/has-one. */
  static hasOne<
    S extends AnyModel,
    Tg extends AnyModel,
    const As extends string = string,
    const FK extends string = string,
  >(
    this: ModelConstructor<S>,
    target: Target<Tg>,
    options?: FK | HasOneOptions<As, FK>,
  ): Association<S, Tg, FK, As, 'HasOne'> & OneOfMany<Association<S, Tg, FK, As, 'HasOne'>> {
    return associate(this, 'hasOne', target, options) as never
  }
  /** The source has the foreign key. Docs: associations/belongs-to. */
  static belongsTo<
    S extends AnyModel,
    Tg extends AnyModel,
    const As extends string = string,
    const FK extends string = string,
  >(
    this: ModelConstructor<S>,
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
    this: ModelConstructor<S>,
    target: Target<Tg>,
    options?: FK | HasManyOptions<As, FK>,
  ): Association<S, Tg, FK, As, 'HasMany'> {
    return associate(this, 'hasMany', target, options) as never
  }
  /** A table between the two has both foreign keys. Docs: associations/belongs-to-many. */
  static belongsToMany<S extends AnyModel, Tg extends AnyModel, const As extends string = string>(
    this: ModelConstructor<S>,
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
    const I extends IncludeGiven<M> = IncludeArgument<M>,
    const S extends SelectArgument<M> = SelectArgument<M>,
    R extends boolean = false,
    P extends boolean = false,
    E extends boolean | Error = false,
  >(
    this: ModelConstructor<M>,
    options?: FindBase<M> & FindGenerics<M, I, S, R, Row> & { plain?: P; rejectOnEmpty?: E },
  ): Promise<ListOrPlain<RowOr<Row, FindResult<M, I, S, R>>, P, E>> {
    const model = modelClass(this)
    const refused = refusedOptions(model, 'findAll', options)
    if (refused) return refused as never
    const runtime = runtimeOf(this)
    // Scopes are the program's functions, and may throw.
    try {
      return findAll(runtime, model, scoped(this, options)) as never
    } catch (error) {
      return Promise.reject(error)
    }
  }
  /** The first row, or null; with `rejectOnEmpty` throws `EmptyResultError` (or the error given) instead. */
  static findOne<
    M extends AnyModel,
    Row = never,
    const I extends IncludeGiven<M> = IncludeArgument<M>,
    const S extends SelectArgument<M> = SelectArgument<M>,
    R extends boolean = false,
    E extends boolean | Error = false,
  >(
    this: ModelConstructor<M>,
    options?: FindBase<M> & FindGenerics<M, I, S, R, Row> & { rejectOnEmpty?: E },
  ): Promise<OrNull<RowOr<Row, FindResult<M, I, S, R>>, E>> {
    const model = modelClass(this)
    return (refusedOptions(model, 'findOne', options) ?? model.findAll(onlyOne(options))) as never
  }
  /** The row with this primary key: a value, or an object where the key has several attributes. Null when the key is null or undefined. */
  static findByPk<
    M extends AnyModel,
    Row = never,
    const I extends IncludeGiven<M> = IncludeArgument<M>,
    const S extends SelectArgument<M> = SelectArgument<M>,
    R extends boolean = false,
    E extends boolean | Error = false,
  >(
    this: ModelConstructor<M>,
    key: M[T]['primaryKey'] | null | undefined,
    options?: Omit<FindBase<M>, 'where'> & FindGenerics<M, I, S, R, Row> & { rejectOnEmpty?: E },
  ): Promise<OrNull<RowOr<Row, FindResult<M, I, S, R>>, E>> {
    const model = modelClass(this)
    const isOwn = model.findOne === OWN.findOne && model.findAll === OWN.findAll
    return findByPrimaryKey(model, key, options as never, isOwn) as never
  }
  /** Rows of a page and the number of all. */
  static findAndCountAll<
    M extends AnyModel,
    const I extends IncludeGiven<M> = IncludeArgument<M>,
    const S extends SelectArgument<M> = SelectArgument<M>,
    R extends boolean = false,
    G extends GroupOption = never,
  >(
    this: ModelConstructor<M>,
    options?: FindBase<M> &
      FindGenerics<M, I, S, R> & { distinct?: boolean; col?: string; countGroupedRows?: boolean; group?: G },
  ): Promise<{ rows: FindResult<M, I, S, R>[]; count: CountOf<G> }> {
    return findAndCountAll(modelClass(this), options as never) as never
  }
  /** Number of rows: with an include, of different rows of this model; with `group`, one count per group. */
  static async count<
    M extends AnyModel,
    const I extends IncludeGiven<M> = IncludeArgument<M>,
    G extends GroupOption = never,
  >(
    this: ModelConstructor<M>,
    options?: Omit<CountOptions, 'where' | 'include' | 'group'> &
      WithInclude<M, I> & { where?: M[T]['where'] | WhereByClass<M>; group?: G },
  ): Promise<CountOf<G>> {
    const model = modelClass(this)
    const counted = refusedOptions(model, 'count', options) ?? count(runtimeOf(this), model, scoped(this, options))
    return (await counted) as never
  }
  /** `'*'` counts rows. */
  static async aggregate<R = unknown, M extends AnyModel = AnyModel>(
    this: ModelConstructor<M>,
    attribute: keyof M[T]['attributes'] | '*',
    fn: string,
    options?: Omit<AggregateOptions, 'where'> & { where?: M[T]['where'] | WhereByClass<M> },
  ): Promise<R> {
    return (await aggregate(runtimeOf(this), modelClass(this), attribute as string, fn, scoped(this, options))) as never
  }
  static max<V = never, M extends AnyModel = AnyModel, K extends keyof M[T]['attributes'] = keyof M[T]['attributes']>(
    this: ModelConstructor<M>,
    attribute: K,
    options?: Omit<AggregateOptions, 'where'> & { where?: M[T]['where'] | WhereByClass<M> },
  ): Promise<Extremum<V, M[T]['attributes'][K]> | null> {
    return modelClass(this).aggregate(attribute as string, 'max', options) as never
  }
  static min<V = never, M extends AnyModel = AnyModel, K extends keyof M[T]['attributes'] = keyof M[T]['attributes']>(
    this: ModelConstructor<M>,
    attribute: K,
    options?: Omit<AggregateOptions, 'where'> & { where?: M[T]['where'] | WhereByClass<M> },
  ): Promise<Extremum<V, M[T]['attributes'][K]> | null> {
    return modelClass(this).aggregate(attribute as string, 'min', options) as never
  }
  /** Null (not 0) when there is no row. */
  static sum<V = number, M extends AnyModel = AnyModel>(
    this: ModelConstructor<M>,
    attribute: keyof M[T]['attributes'],
    options?: Omit<AggregateOptions, 'where'> & { where?: M[T]['where'] | WhereByClass<M> },
  ): Promise<V> {
    return modelClass(this).aggregate(attribute as string, 'sum', options) as never
  }

  // ---------------------------------------------------------------- write

  /** An instance that is not saved. */
  static build<M extends AnyModel, const I extends IncludeGiven<M> = NotGiven>(
    this: ModelConstructor<M>,
    values?: M[T]['input'] & NestedCreate<M, I>,
    options?: BuildOptions & WithInclude<M, I>,
  ): Loaded<M, I> {
    return buildOne(modelClass(this), values, options as never) as never
  }
  static bulkBuild<M extends AnyModel, const I extends IncludeGiven<M> = NotGiven>(
    this: ModelConstructor<M>,
    records: readonly (M[T]['input'] & NestedCreate<M, I>)[],
    options?: BuildOptions & WithInclude<M, I>,
  ): Loaded<M, I>[] {
    const model = modelClass(this)
    if (!Array.isArray(records))
      throw new QueryError(`${model.name}.bulkBuild() takes a list of values, got ${show(records)}.`)
    return records.map((values) => model.build(values as never, options)) as never
  }
  /**
   * Builds and saves. `include` writes associated rows as well, all or nothing.
   * `await User.create({ name: 'Ada', profile: { bio: '…' } }, { include: 'profile' })`. Docs: querying/insert.
   */
  static create<M extends AnyModel>(this: ModelConstructor<M> & WithoutValues<M>): Promise<M>
  static create<M extends AnyModel, const I extends IncludeGiven<M> = NotGiven>(
    this: ModelConstructor<M>,
    values: (M[T]['input'] & NestedCreate<M, I>) | undefined,
    options?: Omit<CreateOptions<M[T]['attributes']>, 'include'> & WithInclude<M, I>,
  ): Promise<Loaded<M, I>>
  static create<M extends AnyModel>(this: ModelConstructor<M>, values?: object, options?: object): Promise<M> {
    return create(modelClass(this), values, options as never) as never
  }
  /** Inserts rows in one statement. Values are validated only with `validate: true`. */
  static bulkCreate<M extends AnyModel, const I extends IncludeGiven<M> = NotGiven>(
    this: ModelConstructor<M>,
    records: readonly (M[T]['input'] & NestedCreate<M, I>)[],
    options?: Omit<BulkCreateOptions<M[T]['attributes']>, 'include'> & WithInclude<M, I>,
  ): Promise<Loaded<M, I>[]> {
    return bulkCreate(runtimeOf(this), modelClass(this), records as never, options as never) as never
  }
  /** The row that `where` finds, else one built (not saved) from `where` and `defaults`. */
  static findOrBuild<M extends AnyModel>(
    this: ModelConstructor<M>,
    options: FindBase<M> & {
      where: M[T]['where'] | WhereByClass<M>
      defaults?: M[T]['input']
      include?: ListOrOne<IncludeInput<M>>
      attributes?: SelectArgument<M>
    },
  ): Promise<[entity: M, built: boolean]> {
    return findOrBuild(modelClass(this), options as never) as never
  }
  /** The row that `where` finds, else one created from `where` and `defaults`; safe against somebody else creating it at the same time. */
  static findOrCreate<M extends AnyModel>(
    this: ModelConstructor<M>,
    options: FindBase<M> & {
      where: M[T]['where'] | WhereByClass<M>
      defaults?: M[T]['input']
      include?: ListOrOne<IncludeInput<M>>
      attributes?: SelectArgument<M>
      fields?: readonly string[]
      validate?: boolean
      silent?: boolean
    },
  ): Promise<[entity: M, created: boolean]> {
    return findOrCreate(runtimeOf(this), modelClass(this), options as never) as never
  }
  /** As `findOrCreate`, without a transaction: find, insert unless there, find. */
  static findCreateFind<M extends AnyModel>(
    this: ModelConstructor<M>,
    options: FindBase<M> & {
      where: M[T]['where'] | WhereByClass<M>
      defaults?: M[T]['input']
      include?: ListOrOne<IncludeInput<M>>
      attributes?: SelectArgument<M>
      fields?: readonly string[]
      validate?: boolean
      silent?: boolean
    },
  ): Promise<[entity: M, created: boolean]> {
    return findCreateFind(modelClass(this), options as never) as never
  }
  /** INSERT, or UPDATE where a row with the same unique key exists. `created` is null where the engine does not tell. */
  static upsert<M extends AnyModel>(
    this: ModelConstructor<M>,
    values: M[T]['input'],
    options?: UpsertOptions<M[T]['attributes']>,
  ): Promise<[entity: M, created: boolean | null]> {
    return upsert(runtimeOf(this), modelClass(this), values as never, options as never) as never
  }
  /** Updates the rows that `where` selects (required; `{}`: all). Resolves to their number, and with `returning` to the rows. */
  static update<M extends AnyModel, R extends Returning<M[T]['attributes']> = false>(
    this: ModelConstructor<M>,
    values: M[T]['update'],
    options: Omit<UpdateOptions<M[T]['attributes']>, 'where' | 'returning'> & {
      where: M[T]['where'] | WhereByClass<M>
      returning?: R
    },
  ): Promise<UpdateResult<M, R>> {
    return bulkUpdate(runtimeOf(this), modelClass(this), values as never, options as never) as never
  }
  /** Deletes the rows that `where` selects (required; `{}`: all). On a paranoid model sets `deletedAt` unless `force`. Resolves to their number. */
  static destroy<M extends AnyModel>(
    this: ModelConstructor<M>,
    options?: Omit<DestroyOptions<M[T]['attributes']>, 'where'> & { where?: M[T]['where'] | WhereByClass<M> },
  ): Promise<number> {
    return bulkDestroy(runtimeOf(this), modelClass(this), options as never)
  }
  /** Undoes soft deletes. */
  static restore<M extends AnyModel>(
    this: ModelConstructor<M>,
    options?: Omit<RestoreOptions<M[T]['attributes']>, 'where'> & { where?: M[T]['where'] | WhereByClass<M> },
  ): Promise<number> {
    return bulkRestore(runtimeOf(this), modelClass(this), options as never) as never
  }
  /** Removes every row. */
  static truncate(options?: TruncateOptions): Promise<void> {
    return truncate(runtimeOf(this), modelClass(this), options as never) as never
  }
  /** Adds to numbers of the rows that `where` selects. */
  static increment<M extends AnyModel>(
    this: ModelConstructor<M>,
    fields: NumberFields<M[T]['attributes']>,
    options: Omit<IncrementDecrementOptionsWithBy, 'where'> & { where?: M[T]['where'] | WhereByClass<M> },
  ): Promise<[affectedRows: M[], affectedCount?: number]> {
    return increment(runtimeOf(this), modelClass(this), fields as never, options as never) as never
  }
  static decrement<M extends AnyModel>(
    this: ModelConstructor<M>,
    fields: NumberFields<M[T]['attributes']>,
    options: Omit<IncrementDecrementOptionsWithBy, 'where'> & { where?: M[T]['where'] | WhereByClass<M> },
  ): Promise<[affectedRows: M[], affectedCount?: number]> {
    const model = modelClass(this)
    try {
      checkWrite(options as never, 'increment', `${model.name}.decrement()`)
    } catch (error) {
      return Promise.reject(error)
    }
    return model.increment(decrementAmounts(fields, options?.by) as never, options as never) as never
  }

  // ---------------------------------------------------------------- schema

  /**
   * Creates the table if it is missing; `alter` changes what differs, `force` drops it first, `plan` only tells what would be done.
   * Docs: models/model-synchronization.
   */
  static sync<M extends AnyModel>(this: ModelConstructor<M>, options: SyncOptions & { plan: true }): Promise<SyncPlan>
  static sync<M extends AnyModel>(this: ModelConstructor<M>, options?: SyncOptions): Promise<typeof this>
  static sync<M extends AnyModel>(this: ModelConstructor<M>, options?: SyncOptions): Promise<unknown> {
    const { sequelize } = registration(this)
    return syncOne(runtimeOf(this), modelClass(this), options, sequelize.getDatabaseName())
  }
  static drop(options?: DropOptions): Promise<void> {
    return drop(runtimeOf(this), [modelClass(this)], options as never) as never
  }
  /** Columns of the table, as the database has them. */
  static async describe(schema?: string, options?: QueryOptions): Promise<Record<string, unknown>> {
    checkOptions(options, EXEC_OPTIONS, `${modelClass(this).name}.describe()`)
    const { definition, sequelize } = registration(this)
    return await (sequelize.queryInterface.describeTable(
      { tableName: definition.table.name, schema: schema ?? definition.table.schema ?? undefined } as never,
      options as never,
    ) as Promise<never>)
  }
}
/** The finders as they are here: programs may wrap them, for one model or for all. */
const OWN = (({ findOne, findAll }) => ({ findOne, findAll }))(modelClass(Model))
isOriginalSave(Model.prototype.save, saveNow as never)
installHookMethods(Model, MODEL_HOOKS)
// Like that of `ModelState`, the prototypes below `Model` are none of a user's class.
Object.defineProperty(Object.getPrototypeOf(Model.prototype), STATE, { value: true })
const VALIDATE_OPTIONS: ReadonlySet<string> = new Set(['hooks', 'noHooks', 'fields', 'skip', 'noTypeValidation'])

/** Finder options under the model's scopes. */
const scoped = (model: object, options: object | undefined): FindInput =>
  registration(model).definition.scopes.resolve(options as FindInput | undefined)

export type { ModelInstance }
