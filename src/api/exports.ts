/**
 * The names that the package exports, the class `Sequelize` aside. One list: `index` exports it, and `sequelize` makes static properties of
 * it, so that `const { DataTypes, Op } = require('mortise')` works.
 */
export {
  BelongsToAssociation,
  BelongsToAssociation as BelongsTo,
  BelongsToManyAssociation,
  BelongsToManyAssociation as BelongsToMany,
  HasManyAssociation,
  HasManyAssociation as HasMany,
  HasOneAssociation,
  HasOneAssociation as HasOne,
} from '../association/index.js'
export { Transaction } from '../connect/transaction.js'
export {
  ConstraintChecking,
  IsolationLevel,
  TransactionNestMode,
  TransactionNestMode as TransactionMode,
  TransactionType,
} from '../connect/transaction-options.js'
export { MariaDbDialect } from '../dialect/mysql-like/mariadb.js'
export { MySqlDialect } from '../dialect/mysql-like/mysql.js'
export { PostgresDialect } from '../dialect/postgres/index.js'
export { SqliteDialect } from '../dialect/sqlite/index.js'
export * from '../errors/index.js'
export { BaseError as Error } from '../errors/index.js'
export { Validator } from '../model/validate.js'
export {
  AssociationPath,
  Attribute,
  and,
  attribute,
  Cast,
  Col,
  cast,
  col,
  Exists,
  exists,
  Fn,
  fn,
  Group,
  identifier,
  Join,
  Json,
  JsonPath,
  json,
  jsonPath,
  List,
  Literal,
  list,
  literal,
  notExists,
  or,
  Select,
  Sql,
  SqlExpression,
  sql,
  Unquote,
  unquote,
  Where,
  where,
} from '../sql/fragments.js'
export { Op } from '../sql/op.js'
export { AbstractType } from '../types/index.js'
export { DataTypes } from './data-types.js'
export { belongsTo, belongsToMany, hasMany, hasOne } from './declare.js'
export * from './enums.js'
export { Lock as LOCK } from './enums.js'
export { isModelStatic, isSameInitialModel } from './guards.js'
export { Identifier } from './identifier.js'
export { importModels } from './import-models.js'
export { Model } from './model.js'
export { ModelSetView } from './model-set.js'
export { QueryInterface } from './query-interface.js'
export { Utils, useInflection } from './v6.js'
