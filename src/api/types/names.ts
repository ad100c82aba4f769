/**
 * Sequelize's names of types that are called otherwise here, or are a part of another one, so that programs that name them compile.
 * Docs (v6): other-topics/typescript; docs: other-topics/utility-types.
 */
import type { Connection } from '../../connect/driver.js'
import type { RetryOptions } from '../../connect/retry.js'
import type { Transaction } from '../../connect/transaction.js'
import type { TransactionOptions } from '../../connect/transaction-options.js'
import type { ColumnDescription } from '../../dialect/dialect.js'
import type { ModelDefinition } from '../../model/definition.js'
import type { ReferentialAction } from '../../schema/snapshot.js'
import type { SqlExpression } from '../../sql/fragments.js'
import type { Op, OpTypes } from '../../sql/op.js'
import type { IndexHint } from '../../sql/query.js'
import type { TableNameWithSchema } from '../metadata.js'
import type { Model } from '../model.js'
import type { QueryGenerator } from '../query-generator.js'
import type { QueryInterface } from '../query-interface.js'
import type { CreateFunctionOptions } from '../query-objects.js'
import type { AddIndexOptions, QueryInterfaceOptions } from '../query-tables.js'
import type { BelongsToOptions, HasManyOptions } from './associations.js'
import type {
  AnyDataType,
  BigIntInstance,
  DataType,
  DataTypeClass,
  GeoJsonOf,
  NumberOptions,
  StringInstance,
} from './data-types.js'
import type {
  AttributeOptions,
  FunctionModelOptions,
  IndexOptions,
  ModelOptions,
  PlainModelOptions,
  ReferencesOptions,
} from './define.js'
import type { AsyncHookReturn } from './hooks.js'
import type { AttributeSelection } from './include.js'
import type { AnyModel, Untyped } from './infer.js'
import type { ModelStatic } from './model.js'
import type { QueryOptions } from './options.js'
import type { QueryRawOptions } from './query.js'
import type { ConnectionOptions, Options } from './sequelize.js'
import type { IN, OUT } from './symbols.js'
import type { CommonOps, DynamicSql, StringOps, WhereOptions, WhereValue } from './where.js'

/** @deprecated Sequelize 6's name of `ModelStatic`. */
export type ModelCtor<M extends AnyModel = Model> = ModelStatic<M>
/** @deprecated Sequelize 6's name of `ModelStatic<Model<A, C>>`. */
export type ModelType<A extends object = object, C extends object = A> = ModelStatic<Model<A, C>>

// ---------------------------------------------------------------- parts of a definition
/** What an attribute of `createTable` and `addColumn` has; in models, `AttributeOptions`. */
export type ColumnOptions = Omit<AttributeOptions, 'get' | 'set' | 'validate' | 'references' | 'unique'>
/** `references` of an attribute as an object. */
export type ModelAttributeColumnReferencesOptions = ReferencesOptions
export type AttributeReferencesOptions = ReferencesOptions
export type IndexesOptions = IndexOptions
export type ModelIndexesOptions = IndexOptions
export type ModelNameOptions = NonNullable<PlainModelOptions['name']>
export type ModelScopeOptions = NonNullable<FunctionModelOptions['scopes']>
export type ModelValidateOptions = NonNullable<AttributeOptions['validate']>
export type ModelGetterOptions<M extends AnyModel = Model> = NonNullable<FunctionModelOptions<M>['getterMethods']>
export type ModelSetterOptions<M extends AnyModel = Model> = NonNullable<FunctionModelOptions<M>['setterMethods']>
export type NormalizedModelOptions = Readonly<ModelOptions>
/** Options of `addScope`. */
export interface AddScopeOptions {
  override?: boolean
}
/** Options of `withSchema`. */
export interface SchemaOptions {
  schema?: string
  schemaDelimiter?: string
}
/** Options that every association has. */
export type AssociationOptions<FK extends string = string> = Pick<
  HasManyOptions<string, FK> & BelongsToOptions<string, FK>,
  'as' | 'foreignKey' | 'foreignKeyConstraints' | 'constraints' | 'onDelete' | 'onUpdate' | 'scope' | 'hooks'
>
/** An instance of a data type. */
export type AbstractDataType<T = unknown> = DataType<T>
export type AbstractDataTypeConstructor = DataTypeClass
export type StringDataType = StringInstance
export type TextDataType = DataType<string>
export type IntegerDataType = DataType<number>
export type BigIntDataType = BigIntInstance
export type DecimalDataType = DataType<string, string | number>
export type DateDataType = DataType<Date, Date | string | number>
export type BlobDataType = DataType<Buffer, Uint8Array | ArrayBuffer | string>
export type EnumDataType<V extends string = string> = DataType<V>
export type ArrayDataType<T extends AnyDataType = AnyDataType> = DataType<T[typeof OUT][], readonly T[typeof IN][]>
export type TextLength = 'tiny' | 'medium' | 'long'
export type BlobSize = TextLength
export type NumberDataTypeOptions = NumberOptions
export type IntegerDataTypeOptions = NumberOptions
export type DecimalDataTypeOptions = NumberOptions
export type DecimalOptions = NumberOptions
export interface StringDataTypeOptions {
  length?: number
  binary?: boolean
}
export interface TextDataTypeOptions {
  length?: TextLength
}
export interface BlobDataTypeOptions {
  length?: TextLength
}
export interface DateDataTypeOptions {
  precision?: number
}
export interface EnumDataTypeOptions<V extends string = string> {
  values: readonly V[]
}
export interface ArrayDataTypeOptions<T extends AnyDataType = AnyDataType> {
  type: T
}
export interface RangeDataTypeOptions<T extends AnyDataType = AnyDataType> {
  subtype: T
}
export interface GeometryDataTypeOptions {
  type?: string
  srid?: number
}
export type GeoJsonPoint = GeoJsonOf<'POINT'>
export type GeoJsonLineString = GeoJsonOf<'LINESTRING'>
export type GeoJsonPolygon = GeoJsonOf<'POLYGON'>
export type IndexMethod = 'BTREE' | 'HASH' | 'GIST' | 'SPGIST' | 'GIN' | 'BRIN' | (string & {})
export type IndexType = 'UNIQUE' | 'FULLTEXT' | 'SPATIAL'
/** Names of the methods that an association with one row adds to instances. */
export interface SingleAssociationAccessors {
  get: string
  set: string
  create: string
}
/** Names of the methods that an association with many rows adds to instances. */
export interface MultiAssociationAccessors {
  get: string
  set: string
  addMultiple: string
  add: string
  create: string
  remove: string
  removeMultiple: string
  hasSingle: string
  hasAll: string
  count: string
}

// ---------------------------------------------------------------- parts of a query
/** Operators of a condition on an attribute of the type `T`. */
export type WhereOperators<T = unknown> = [T] extends [string] ? StringOps<T> : CommonOps<T>
/** What one attribute of the type `T` may be compared with. */
export type WhereAttributeHashValue<T = unknown> = WhereValue<T>
/** Conditions of which all must hold. */
export interface AndOperator<A = Untyped> {
  [Op.and]: WhereOptions<A> | readonly WhereOptions<A>[]
}
/** Conditions of which one must hold. */
export interface OrOperator<A = Untyped> {
  [Op.or]: WhereOptions<A> | readonly WhereOptions<A>[]
}
export interface AnyOperator<T = unknown> {
  [Op.any]: readonly T[] | SqlExpression
}
export interface AllOperator<T = unknown> {
  [Op.all]: readonly T[] | SqlExpression
}
/** SQL in the place of a value or of a condition. */
export type Expression<T = unknown> = SqlExpression<T>
export type BaseSqlExpression<T = unknown> = SqlExpression<T>
export type DynamicSqlExpression = DynamicSql
export type { IndexHint, OpTypes }
export interface IndexHintable {
  indexHints?: readonly IndexHint[]
}
export interface MaxExecutionTimeHintable {
  maxExecutionTimeHintMs?: number
}
/** What a call has that selects rows. */
export interface Filterable<A extends object = object> {
  where?: WhereOptions<A>
}
/** What a call has that selects attributes. */
export interface Projectable<A extends object = object> {
  attributes?: AttributeSelection<A>
}
export interface Silent {
  /** Leaves `updatedAt` alone. Default: false. */
  silent?: boolean
}
/** One group of a `count` with `group`. */
export interface GroupedCountResultItem {
  [attribute: string]: unknown
  count: number
}
export type BindOrReplacements = readonly unknown[] | { readonly [name: string]: unknown }
export interface FieldMap {
  [column: string]: string
}
/** Options of a raw query whose `type` decides on the result. */
export type QueryOptionsWithType<T extends QueryRawOptions['type']> = QueryRawOptions & { type: T }
/** Options of a raw query that makes instances. */
export type QueryOptionsWithModel<M extends AnyModel = Model> = QueryRawOptions & { model: ModelStatic<M> }

/** Rows to write of a query interface's call. */
export interface QueryOptionsWithWhere extends QueryOptions {
  where?: WhereOptions
}
export type QueryRawOptionsWithType<T extends QueryRawOptions['type']> = QueryOptionsWithType<T>
export type QueryRawOptionsWithModel<M extends AnyModel = Model> = QueryOptionsWithModel<M>
/** `{ rows, count }` of `findAndCountAll`. */
export interface FindAndCountAllResult<M> {
  rows: M[]
  count: number
}

// ---------------------------------------------------------------- a database
export type ManagedTransactionOptions = TransactionOptions
/** What `sequelize.transaction` calls. */
export type TransactionCallback<T = unknown> = (transaction: Transaction) => PromiseLike<T> | T
export type HookReturn = AsyncHookReturn
export type SyncHookReturn = void
export type DefaultSetOptions = NonNullable<Options['set']>
export type { CreateFunctionOptions, ModelDefinition, QueryInterfaceOptions, ReferentialAction, TableNameWithSchema }
export type QueryInterfaceIndexOptions = AddIndexOptions
export type AddConstraintOptions = Parameters<QueryInterface['addConstraint']>[1]
export type AbstractQueryGenerator = QueryGenerator
export type TableOrModel = TableNameOrModel
export type AbstractConnection = Connection
export type AbstractQueryInterface = QueryInterface
/** `{ tableName, schema }`, or the name alone. */
export type TableName = string | { tableName: string; schema?: string; schemaDelimiter?: string }
export type TableNameOrModel = TableName | ModelStatic
/** What `describeTable` tells of the columns. */
export type ColumnsDescription = { readonly [column: string]: ColumnDescription }
/** What a database is reached with. */
export type Config = ConnectionOptions & Pick<Options, 'pool' | 'dialectOptions'>
export type { RetryOptions }
