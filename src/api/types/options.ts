// biome-ignore-all lint/suspicious/noExplicitAny: options that are built ahead of the call and belong to no model yet.
/**
 * Options of the calls that read and write, and what the finders return. Sequelize's names for all of them.
 * Docs: querying/select-in-depth, querying/insert, querying/update, querying/delete.
 */

import type { Connection } from '../../connect/driver.js'
import type { Logger } from '../../connect/logging.js'
import type { Transaction } from '../../connect/transaction.js'
import type { Col, Fn, Literal, SqlExpression } from '../../sql/fragments.js'
import type { IndexHint } from '../../sql/query.js'
import type {
  AttributeSelection,
  AttributesOf,
  ExpectedInclude,
  IncludeArgument,
  IsRightInclude,
  ListOrOne,
  NotGiven,
  Order,
  OrderOf,
  PartOf,
  Prepared,
  PreparedInclude,
  WhereByClass,
} from './include.js'
import type { AnyModel, IsAny, ModelConstructor, TypesOf, UpdateValues } from './infer.js'
import type { WhereOptions } from './where.js'

// ---------------------------------------------------------------- common to every statement
export interface Logging {
  /** False: silent. True: the console. A function: gets each statement, and its time with `benchmark`. Default: the instance's `logging`. */
  logging?: boolean | Logger
  benchmark?: boolean
  logQueryParameters?: boolean
}
export interface Transactionable {
  /** The transaction to run in. Default: the current one. `null`: outside of any. */
  transaction?: Transaction | null
  connection?: Connection | null
}
export interface Hookable {
  /** False: hooks are not run. Default: true. */
  hooks?: boolean
  noHooks?: boolean | { readonly except: readonly string[] }
}
export interface Paranoid {
  /** False: soft-deleted rows count as well. Default: true. */
  paranoid?: boolean
}
export interface Poolable {
  useMaster?: boolean
}
export interface SearchPathable {
  /**
   * Schemas in which tables without one are looked for, in the statements of this call: `'app, public'`, or a list. PostgreSQL only; other
   * engines throw. Default: the path of the connection.
   */
  searchPath?: string | readonly string[]
}
export interface QueryOptions extends Logging, Transactionable, Poolable, SearchPathable {
  /** Values for `?` or `:name` in SQL fragments of the call. */
  replacements?: readonly unknown[] | { readonly [name: string]: unknown }
  bind?: readonly unknown[] | { readonly [name: string]: unknown }
  retry?: object
  signal?: AbortSignal
}

// ---------------------------------------------------------------- read
export type LockLevel = 'UPDATE' | 'SHARE' | 'KEY SHARE' | 'NO KEY UPDATE'
export type GroupOption = ListOrOne<string | SqlExpression>
export interface RowLocking {
  lock?: boolean | LockLevel | { readonly level: LockLevel; readonly of: ModelConstructor<AnyModel> }
  skipLocked?: boolean
  noWait?: boolean
}
interface FindCommon extends QueryOptions, Hookable, Paranoid, RowLocking {
  /** Default: none. Strings are quoted column names; everything else is a fragment. */
  group?: GroupOption
  having?: WhereOptions<any>
  limit?: number | Literal | null
  offset?: number | Literal | null
  distinct?: boolean
  /** With `raw`: dotted keys become nested objects. */
  nest?: boolean
  /** The first row only. */
  plain?: boolean
  /** What touching an association of the rows does that was not loaded. Default: that of the model. */
  strictLoading?: false | 'warn' | 'throw'
  /** How includes are read that do not say it: joined, by queries of their own, or to-ones joined and to-manys queried. Default: that of the model. */
  strategy?: 'join' | 'query' | 'auto'
  subQuery?: boolean
  /** The same. */
  subquery?: boolean
  minifyAliases?: boolean
  indexHints?: readonly IndexHint[]
  tableHints?: readonly string[]
  maxExecutionTimeHintMs?: number
}
/** A page: `first` (with `after`) or `last` (with `before`). */
export interface PageOptions<M extends AnyModel>
  extends Omit<FindBase<M>, 'limit' | 'offset' | 'group' | 'having' | 'distinct' | 'plain' | 'nest'> {
  first?: number | null
  /** `endCursor` of the page before. */
  after?: string | null
  last?: number | null
  /** `startCursor` of the page behind. */
  before?: string | null
}
/** What finders of a model take besides `include`, `attributes` and `raw`, which decide on the result's type. */
export interface FindBase<M extends AnyModel> extends FindCommon {
  // The first is what generic code over models falls back to; the second knows the associations of a class.
  where?: TypesOf<M>['where'] | WhereByClass<M>
  order?: OrderOf<M>
}
type PreparedSelection<A> =
  IsAny<A> extends true ? (AttributeSelection<any> & Prepared) | NotGiven : AttributeSelection<A>
/** Sequelize's `FindOptions<Attributes<User>>`: for options built ahead of the call. */
export interface FindOptions<A = any> extends FindCommon {
  where?: WhereOptions<A>
  order?: Order
  include?: PreparedInclude
  attributes?: PreparedSelection<A>
  raw?: false
  rejectOnEmpty?: false
}
export interface NonNullFindOptions<A = any> extends Omit<FindOptions<A>, 'rejectOnEmpty'> {
  rejectOnEmpty: true | Error
}
interface FindResultOptions<I, S, R, Row> {
  include?: I
  attributes?: S
  raw?: [Row] extends [never] ? R : boolean
}
/** Options that decide on the result's type; `include` as it should be where what was inferred is wrong. */
// The whole object hangs on the condition, not the property: `I` is inferred from a property of the type `I` alone as it stands, from
// `I | undefined` or a condition by parts.
export type FindGenerics<M, I, S, R, Row = never> =
  IsRightInclude<M, I> extends true ? FindResultOptions<I, S, R, Row> : RightFind<M, I, S, R, Row>['options']
/** An interface, so that only a wrong include computes what would be right. */
interface RightFind<M, I, S, R, Row> {
  readonly options: FindResultOptions<ExpectedInclude<M, I>, S, R, Row>
}
/** The same of calls where `include` alone is inferred. */
// `[I] extends [NotGiven]`: type arguments were given, and that of `include` was left to its default.
export type WithInclude<M, I> = [I] extends [NotGiven]
  ? { include?: IncludeArgument<M> }
  : IsRightInclude<M, I> extends true
    ? { include?: I }
    : RightInclude<M, I>['options']
interface RightInclude<M, I> {
  readonly options: { include?: ExpectedInclude<M, I> }
}
export interface CountOptions<A = any> extends QueryOptions, Hookable, Paranoid {
  where?: WhereOptions<A>
  include?: PreparedInclude
  /** Counts different values of `col` (default: primary keys). */
  distinct?: boolean
  col?: string
  group?: GroupOption
  attributes?: PreparedSelection<A>
  countGroupedRows?: boolean
}
export interface CountWithOptions<A = any> extends CountOptions<A> {
  group: GroupOption
}
export interface AggregateOptions<A = any> extends QueryOptions, Hookable, Paranoid {
  where?: WhereOptions<A>
  include?: PreparedInclude
  dataType?: unknown
  distinct?: boolean
  plain?: boolean
  group?: GroupOption
  attributes?: PreparedSelection<A>
}
export interface FindAndCountOptions<A = any> extends FindOptions<A> {
  distinct?: boolean
  col?: string
  countGroupedRows?: boolean
}
export interface FindByPkOptions<A = any> extends Omit<FindOptions<A>, 'where'> {}
export type FindAttributeOptions<A = any> = PreparedSelection<A>
export interface ScopeOptions<Name = string> {
  method: Name | readonly [Name, ...unknown[]]
}
export type WhereMergeStrategy = 'and' | 'overwrite'

// ---------------------------------------------------------------- write
export interface BuildOptions {
  isNewRecord?: boolean
  raw?: boolean
}
export interface BulkBuildOptions extends BuildOptions {}
export interface MutationOptions extends QueryOptions, Hookable {
  /** False: values are not validated. Default: true. */
  validate?: boolean
  fields?: readonly string[]
  silent?: boolean
  returning?: boolean | readonly unknown[]
}
/** What a `create` of an association takes: optional where nothing is required. */
export type NewValues<C, X extends PropertyKey> = {} extends Omit<C, X> ? [values?: Omit<C, X>] : [values: Omit<C, X>]
export type Returning<A = any> = boolean | readonly (keyof A | Literal | Col)[]
export interface SaveOptions<A = any> extends QueryOptions, Hookable {
  /** Attributes to write. Default: those that changed. */
  fields?: readonly (keyof A)[]
  validate?: boolean
  /** Leaves `updatedAt` alone. */
  silent?: boolean
  omitNull?: boolean
  returning?: Returning<A>
  paranoid?: boolean
  raw?: boolean
}
export interface CreateOptions<A = any, I = PreparedInclude> extends SaveOptions<A> {
  include?: I
  ignoreDuplicates?: boolean
  isNewRecord?: boolean
}
export interface BulkCreateOptions<A = any> extends CreateOptions<A> {
  /** Runs the hooks of single instances. Default: false. */
  individualHooks?: boolean
  /** Attributes to update when a row with the same key exists. */
  updateOnDuplicate?: readonly (keyof A)[]
  conflictAttributes?: readonly (keyof A)[]
  conflictWhere?: WhereOptions<A>
}
export interface FindOrBuildOptions<A = any, C = any> extends FindOptions<A> {
  defaults?: C
}
export interface FindOrCreateOptions<A = any, C = any>
  extends FindOrBuildOptions<A, C>,
    Pick<CreateOptions<A>, 'fields' | 'validate' | 'silent' | 'omitNull' | 'returning' | 'ignoreDuplicates'> {}
export interface FindCreateFindOptions<A = any, C = any> extends FindOrCreateOptions<A, C> {}
export interface UpsertOptions<A = any> extends QueryOptions, Hookable {
  fields?: readonly (keyof A)[]
  validate?: boolean
  returning?: Returning<A>
  conflictFields?: readonly (keyof A)[]
  conflictWhere?: WhereOptions<A>
  silent?: boolean
}
export interface UpdateOptions<A = any> extends QueryOptions, Hookable, Paranoid {
  /** Required. `{}` means all rows. */
  where: WhereOptions<A>
  fields?: readonly (keyof A)[]
  validate?: boolean
  sideEffects?: boolean
  individualHooks?: boolean
  returning?: Returning<A>
  limit?: number | null
  /** Which rows `limit` means; without one it throws. */
  order?: Order
  silent?: boolean
  omitNull?: boolean
}
export interface DestroyOptions<A = any> extends QueryOptions, Hookable {
  where?: WhereOptions<A>
  limit?: number | null
  /** Which rows `limit` means; without one it throws. */
  order?: Order
  individualHooks?: boolean
  /** Deletes rows of a paranoid model for good. */
  force?: boolean
  truncate?: boolean
  cascade?: boolean
  restartIdentity?: boolean
}
export interface RestoreOptions<A = any> extends QueryOptions, Hookable {
  where?: WhereOptions<A>
  limit?: number | null
  /** Which rows `limit` means; without one it throws. */
  order?: Order
  individualHooks?: boolean
}
export interface TruncateOptions extends QueryOptions, Hookable {
  cascade?: boolean
  restartIdentity?: boolean
  force?: boolean
  withoutForeignKeyChecks?: boolean
}
export interface IncrementDecrementOptions<A = any> extends QueryOptions, Hookable {
  where?: WhereOptions<A>
  silent?: boolean
  returning?: Returning<A>
}
export interface IncrementDecrementOptionsWithBy<A = any> extends IncrementDecrementOptions<A> {
  by?: number | bigint
}
export interface InstanceUpdateOptions<A = any> extends SaveOptions<A> {
  // Before `where`, which costs a lot to compare (see `ModelTypes.compared`).
  fields?: readonly (keyof A)[]
  where?: WhereOptions<A>
}
export interface InstanceDestroyOptions extends QueryOptions, Hookable {
  force?: boolean
  cascade?: boolean
}
export interface InstanceRestoreOptions extends QueryOptions, Hookable {
  cascade?: boolean
}
export interface InstanceValidateOptions extends Hookable {
  skip?: readonly string[]
  fields?: readonly string[]
}
export interface SetOptions {
  raw?: boolean
  reset?: boolean
}
export interface GetOptions {
  plain?: boolean
  raw?: boolean
  clone?: boolean
}
export interface SyncOptions extends Logging, Hookable, SearchPathable {
  /** Drops the tables first, rows and all. Default: false. */
  force?: boolean
  /** Changes what differs in tables that exist. Columns without an attribute stay, unless `drop` is true. Default: false. */
  alter?: boolean | { readonly drop?: boolean }
  /** Consent, with `alter`: columns that the models do not have are dropped with their values. Default: false. */
  drop?: boolean
  /** Nothing is done; the promise gives the changes, what they may cost, and the SQL. */
  plan?: boolean
  /** Runs only when the database's name matches. */
  match?: RegExp
  /** Instead of the schema that the models name. */
  schema?: string
  transaction?: Transaction | null
}
export interface DropOptions extends Logging {
  cascade?: boolean
  transaction?: Transaction | null
}

// ---------------------------------------------------------------- results of finders
/** Columns that an `attributes` option keeps. A list of unknown length keeps all, optionally. */
type SelectedKeys<A, S> = S extends readonly (infer E)[]
  ? Extract<E, keyof A>
  : S extends { readonly exclude: readonly (infer X)[] }
    ? Exclude<keyof A, X>
    : keyof A
type AliasRow<A, S> = S extends readonly (infer E)[]
  ? {
      [P in E as P extends readonly [any, infer N extends string] ? N : never]: P extends readonly [
        SqlExpression<infer T>,
        string,
      ]
        ? T
        : P extends readonly [infer K extends keyof A, string]
          ? A[K]
          : unknown
    }
  : {}
// `infer` drops the alias: hovers and declarations show the row.
type Evaluated<T> = T extends infer U ? { [K in keyof U]: U[K] } : never
/** A row of a `raw: true` query. */
export type RawRow<A, S> = NotGiven extends S
  ? A
  : S extends readonly unknown[]
    ? number extends S['length']
      ? Partial<A>
      : Evaluated<Pick<A, SelectedKeys<A, S>> & AliasRow<A, S>>
    : Evaluated<Pick<A, SelectedKeys<A, S>>>
/** Declare `interface MortiseTypes { selectNarrowing: true }` by module augmentation to narrow instances to the attributes selected. */
// biome-ignore lint/suspicious/noEmptyInterface: only an interface can be augmented.
export interface MortiseTypes {}
type Narrowed<M, S> = Omit<M, Exclude<keyof AttributesOf<M>, SelectedKeys<AttributesOf<M>, S>>>
// The flag is tested first: with the flag off nothing depends on S, which keeps generic code resolvable.
type MaybeNarrow<M, S> = MortiseTypes extends { selectNarrowing: true } ? (NotGiven extends S ? M : Narrowed<M, S>) : M
export type FindResult<M extends AnyModel, I, S, R> = R extends true
  ? RawRow<TypesOf<M>['attributes'], S>
  : PartOf<M, I> & MaybeNarrow<M, S>
/** `findAll<User, Row>({ raw: true })`. NoInfer: otherwise `const x: T[] = await User.findAll()` would infer Row from T. */
export type RowOr<Row, T> = [NoInfer<Row>] extends [never] ? T : NoInfer<Row>
/** What `findAll` gives: with `plain: true` the first row, or null. */
export type ListOrPlain<T, P, E> = [P] extends [true] ? OrNull<T, E> : T[]
export type OrNull<T, E> = E extends true | Error ? T : T | null

export type SelectArgument<M extends AnyModel> = AttributeSelection<TypesOf<M>['attributes']> | NotGiven | Prepared
/** Values of a static update. */
export type StaticUpdateValues<A> = UpdateValues<A>
export type NumberFields<A> = keyof A | readonly (keyof A)[] | { readonly [K in keyof A]?: number | bigint | Fn }
