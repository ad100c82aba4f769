/**
 * `mortise`: everything public. By `require('mortise')` one gets the class `Sequelize`, which has all of it as properties.
 */
import { Sequelize } from './api/sequelize.js'

export * from './api/exports.js'
export { Sequelize }
export default Sequelize
export type * from './api/types/index.js'
export type { PrimaryKeyValue } from './api/types/infer.js'
export type {
  ConnectionOptions,
  Dialect,
  Options,
  PoolOptions,
  ReplicationOptions,
  SequelizeOptions,
} from './api/types/sequelize.js'
export type { Connection } from './connect/driver.js'
export type { Pool } from './connect/pool.js'
export type { PoolOptions as PoolSettings } from './connect/pool-settings.js'
export type { ConnectTrace, QueryTrace, TransactionTrace } from './connect/tracing.js'
export type { TransactionOptions } from './connect/transaction-options.js'
export type { ColumnDescription, Dialect as AbstractDialect } from './dialect/dialect.js'
export type { Change, Hazard } from './schema/change.js'
export type { SyncPlan } from './sync/sync.js'
// What `require` of an ES module returns (Node >= 20.19).
export { Sequelize as 'module.exports' }
