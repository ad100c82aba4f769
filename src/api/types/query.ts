/** Options and result types of `sequelize.query`. Docs: querying/raw-queries. */
import type { Sql, SqlExpression } from '../../sql/fragments.js'
import type { QueryTypes } from '../enums.js'
import type { AnyModel, ModelConstructor } from './infer.js'
import type { QueryOptions } from './options.js'

/** What a statement did, besides its rows. */
export interface QueryMetadata {
  /** Rows inserted, updated or deleted. */
  readonly affectedRows: number
  /** v6: `changes` and `lastID` of SQLite, `affectedRows` and `insertId` of MySQL. */
  readonly changes?: number
  readonly lastID?: number | bigint | string | null
  readonly insertId?: number | bigint | string | null
  readonly rowCount?: number
  readonly command?: string
}
/** Standard Schema, as zod, valibot and arktype have it: for raw queries whose rows are checked. */
export interface StandardSchema<T> {
  readonly '~standard': {
    readonly types?: { readonly output: T } | undefined
    readonly validate?: (value: unknown) => StandardResult<T> | Promise<StandardResult<T>>
  }
}
type StandardResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] }[] }

export interface QueryRawOptions extends QueryOptions {
  /** The shape of the result. Default: RAW, `[results, metadata]`. */
  type?: QueryTypes | keyof typeof QueryTypes
  /** With `model`: rows are plain objects. */
  raw?: boolean
  /** Dotted column names become nested objects. */
  nest?: boolean
  /** The first row only, or null. */
  plain?: boolean
  /** Values for `$1` or `$name` in the statement, sent to the driver apart from it. */
  bind?: readonly unknown[] | { readonly [name: string]: unknown }
  /** Makes instances of the rows. */
  model?: ModelConstructor<AnyModel>
  /** Column names become attribute names. */
  mapToModel?: boolean
  instance?: AnyModel
  /** Column → name in the result. */
  fieldMap?: { readonly [column: string]: string }
  /** False: the statement runs without the `searchPath` given. */
  supportsSearchPath?: boolean
  /** The text may hold several statements. MySQL and MariaDB want the option of the Sequelize instance. Default: the instance's, else false. */
  multipleStatements?: boolean
}
/** v6's object form: `{ query, values }`. */
export interface QueryObject {
  readonly query?: string
  readonly sql?: string
  readonly values?: readonly unknown[]
  readonly bind?: readonly unknown[] | { readonly [name: string]: unknown }
}

export interface QueryFunction {
  /** Rows are checked by the schema, which gives their type. */
  <T>(
    sql: Sql | SqlExpression,
    options: QueryRawOptions & { schema: StandardSchema<T>; plain: true },
  ): Promise<T | null>
  <T>(sql: Sql | SqlExpression, options: QueryRawOptions & { schema: StandardSchema<T> }): Promise<T[]>
  <M extends AnyModel>(
    sql: string | SqlExpression | QueryObject,
    options: QueryRawOptions & { model: ModelConstructor<M>; mapToModel?: boolean; plain: true },
  ): Promise<M | null>
  <M extends AnyModel>(
    sql: string | SqlExpression | QueryObject,
    options: QueryRawOptions & { model: ModelConstructor<M>; mapToModel?: boolean },
  ): Promise<M[]>
  /** `query(sql<Row>`…`, { type: QueryTypes.SELECT })`; `query<Row>('…', …)` names the row of a text. */
  <T extends object>(
    sql: Sql<T> | string | SqlExpression | QueryObject,
    options: QueryRawOptions & { type: QueryTypes.SELECT | 'SELECT'; plain: true },
  ): Promise<T | null>
  <T extends object>(
    sql: Sql<T> | string | SqlExpression | QueryObject,
    options: QueryRawOptions & { type: QueryTypes.SELECT | 'SELECT' },
  ): Promise<T[]>
  (
    sql: string | SqlExpression | QueryObject,
    options: QueryRawOptions & { type: QueryTypes.INSERT | 'INSERT' },
  ): Promise<[lastInsertId: number, affectedRows: number]>
  (
    sql: string | SqlExpression | QueryObject,
    options: QueryRawOptions & { type: QueryTypes.UPDATE | 'UPDATE' },
  ): Promise<[unknown, affectedRows: number]>
  (
    sql: string | SqlExpression | QueryObject,
    options: QueryRawOptions & { type: QueryTypes.BULKUPDATE | 'BULKUPDATE' },
  ): Promise<number>
  (
    sql: string | SqlExpression | QueryObject,
    options: QueryRawOptions & { type: QueryTypes.DELETE | 'DELETE' | QueryTypes.BULKDELETE | 'BULKDELETE' },
  ): Promise<number>
  /** `query(sql<Row>`…`)`, and through the contextual return type of the tag `query<Row>(sql`…`)`. */
  <T extends object>(sql: Sql<T>, options?: QueryRawOptions): Promise<[T[], QueryMetadata]>
  /** `query<Row>(untypedFragment)`. */
  <T extends object = never>(
    sql: Sql<unknown>,
    options?: QueryRawOptions,
  ): Promise<[[T] extends [never] ? unknown[] : T[], QueryMetadata]>
  (sql: string | SqlExpression | QueryObject, options?: QueryRawOptions): Promise<[unknown[], QueryMetadata]>
}
