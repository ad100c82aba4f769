/** Every error class, one hierarchy for all engines. */
export * from './association.js'
export {
  BaseError,
  DefinitionError,
  EmptyResultError,
  InstanceError,
  OptimisticLockError,
  QueryError,
  SequelizeScopeError,
  UnsupportedFeatureError,
} from './base.js'
export * from './database.js'
export * from './validation.js'
