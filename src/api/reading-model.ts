/**
 * Ways of reading beside the finders: onto instances that are there, by pages, row by row, inside another statement, and what a find would
 * do. The class between `DescribedModel` (what a model says about itself) and `Model`. Docs: docs/reading.md.
 */
import type { Explanation } from '../read/explain.js'
import { explain } from '../read/explain.js'
import { loadOnto } from '../read/load.js'
import type { FindInput } from '../read/options.js'
import type { Page } from '../read/page.js'
import { findPage } from '../read/page.js'
import { stream } from '../read/stream.js'
import { subqueryOf } from '../read/subquery.js'
import type { Select } from '../sql/fragments.js'
import { refusedOptions } from './compose.js'
import { DescribedModel } from './described-model.js'
import { modelClass, registration, runtimeOf } from './registration.js'
import type { CheckedInclude, IncludeArgument, IncludeGiven, Loaded } from './types/include.js'
import type { AnyModel, ModelConstructor, Untyped } from './types/infer.js'
import type {
  FindBase,
  FindGenerics,
  FindResult,
  Logging,
  PageOptions,
  Poolable,
  RawRow,
  SearchPathable,
  SelectArgument,
  Transactionable,
  WithInclude,
} from './types/options.js'
import type { TYPES } from './types/symbols.js'

type T = typeof TYPES

/** Options of `load`, besides what is loaded. */
export interface LoadOptions extends Logging, Transactionable, Poolable, SearchPathable {
  /** Reads again what is loaded already. Default: false, what is there stays. */
  force?: boolean
  signal?: AbortSignal
  strictLoading?: false | 'warn' | 'throw'
  /** How what is included below is read. Default: that of the model. */
  strategy?: 'join' | 'query' | 'auto'
}

export abstract class ReadingModel<
  TAttributes extends object = Untyped,
  TCreation extends object = TAttributes,
  TRelations = Untyped,
> extends DescribedModel<TAttributes, TCreation, TRelations> {
  /**
   * Loads associations onto instances that are there, as an include of their query would have: to-ones in one statement for all instances,
   * each to-many in one. What is loaded already stays, and is gone through for what is included below it; `force` reads it again.
   * Resolves to the instances. Throws `QueryError` for instances that are not saved or belong to another model.
   *
   * `await User.load(users, ['profile', { association: 'tasks', include: 'labels' }])`. Docs: docs/reading.md.
   */
  static async load<M extends AnyModel, const I extends IncludeGiven<M>, G extends M | readonly M[]>(
    this: ModelConstructor<M>,
    instances: G,
    include: CheckedInclude<M, I>,
    options?: LoadOptions,
  ): Promise<G extends readonly unknown[] ? Loaded<M, I>[] : Loaded<M, I>> {
    return (await loadOnto(runtimeOf(this), modelClass(this), instances, include, options as FindInput)) as never
  }

  /**
   * A page by cursor: `first` rows behind `after`, or `last` rows before `before`, in the order of `order` (ties: by primary key). Cursors
   * belong to a model and an order; another one throws `QueryError`. Rows that come or go between two pages neither repeat nor get lost.
   *
   * `const { items, pageInfo } = await User.findPage({ order: [['name', 'ASC']], first: 20, after: pageInfo.endCursor })`
   */
  static async findPage<
    M extends AnyModel,
    const I extends IncludeGiven<M> = IncludeArgument<M>,
    const S extends SelectArgument<M> = SelectArgument<M>,
  >(
    this: ModelConstructor<M>,
    options: PageOptions<M> & WithInclude<M, I> & { attributes?: S },
  ): Promise<Page<FindResult<M, I, S, false>>> {
    const model = modelClass(this)
    await refusedOptions(model, 'findPage', options)
    return (await findPage(runtimeOf(this), model, scoped(this, options ?? {}))) as never
  }

  /**
   * Rows one by one, `batchSize` (default 500) in memory at a time, with their includes: to-ones are joined, to-manys read for each batch.
   * Leaving the loop gives the connection back. The transaction is the one in which `stream` is called.
   *
   * `for await (const user of User.stream({ include: 'profile' })) …`. Docs: docs/reading.md, "Streams".
   */
  static stream<
    M extends AnyModel,
    const I extends IncludeGiven<M> = IncludeArgument<M>,
    const S extends SelectArgument<M> = SelectArgument<M>,
    R extends boolean = false,
  >(
    this: ModelConstructor<M>,
    options?: FindBase<M> & FindGenerics<M, I, S, R> & { batchSize?: number },
  ): AsyncGenerator<FindResult<M, I, S, R>, void> {
    return stream(runtimeOf(this), modelClass(this), scoped(this, options)) as never
  }

  /**
   * A find as a part of another statement: `{ id: { [Op.in]: Task.select({ attributes: ['userId'], where: { done: true } }) } }`, or with
   * `sql.exists(…)`. SQL in it may name the tables outside: `col('User.id')`. Sends nothing.
   */
  static select<M extends AnyModel, const S extends SelectArgument<M> = SelectArgument<M>>(
    this: ModelConstructor<M>,
    options?: Pick<
      FindBase<M>,
      'where' | 'order' | 'limit' | 'offset' | 'paranoid' | 'group' | 'having' | 'distinct'
    > & {
      attributes?: S
      include?: IncludeArgument<M>
    },
  ): Select<RawRow<M[T]['attributes'], S>> {
    runtimeOf(this)
    return subqueryOf(modelClass(this), scoped(this, options)) as never
  }

  /**
   * What `findAll` with these options would do: how each include is read and why, its statement, how many there are, and what the engine
   * says about it. `analyze` runs the statement and measures it, where the engine can.
   */
  static async explain<M extends AnyModel>(
    this: ModelConstructor<M>,
    options?: FindBase<M> & {
      include?: IncludeArgument<M>
      attributes?: SelectArgument<M>
      raw?: boolean
      analyze?: boolean
    },
  ): Promise<Explanation> {
    const model = modelClass(this)
    await refusedOptions(model, 'explain', options)
    return await explain(runtimeOf(this), model, scoped(this, options))
  }
}

/** Finder options under the model's scopes. */
const scoped = (model: object, options: object | undefined): FindInput =>
  registration(model).definition.scopes.resolve(options as FindInput | undefined)
