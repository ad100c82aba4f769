/**
 * Sequelize's names of types that are called otherwise here, or are a part of another one, so that programs that name them compile.
 * Docs (v6): other-topics/typescript; docs: other-topics/utility-types.
 */
import type { Connection } from '../../connect/driver.js'
import type { RetryOptions } from '../../connect/retry.js'
import type { ColumnDescription } from '../../dialect/dialect.js'
import type { Model } from '../model.js'
import type { QueryInterface } from '../query-interface.js'
import type { BelongsToOptions, HasManyOptions } from './associations.js'
import type { DataType, DataTypeClass, NumberOptions } from './data-types.js'
import type {
  AttributeOptions,
  FunctionModelOptions,
  IndexOptions,
  ModelOptions,
  PlainModelOptions,
  ReferencesOptions,
} from './define.js'
import type { AttributeSelection } from './include.js'
import type { AnyModel } from './infer.js'
import type { ModelStatic } from './model.js'
import type { QueryRawOptions } from './query.js'
import type { ConnectionOptions, Options } from './sequelize.js'
import type { CommonOps, StringOps, WhereOptions } from './where.js'

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
export type NumberDataTypeOptions = NumberOptions
export type DecimalOptions = NumberOptions

// ---------------------------------------------------------------- parts of a query
/** Operators of a condition on an attribute of the type `T`. */
export type WhereOperators<T = unknown> = [T] extends [string] ? StringOps<T> : CommonOps<T>
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

// ---------------------------------------------------------------- a database
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
