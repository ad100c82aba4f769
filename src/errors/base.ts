/** Root of every error that Mortise throws. Messages say what happened, on which model or column, and what to do. */

/** Frames that a stack has: the user's line stands behind those of the library, of which there may be more than Node's ten. */
const DEEP = 60
let limit = 0
/** The error made next gets them all. Where a program wants no stacks at all (a limit of 0), there are none. */
function deepened(message: string | undefined): string | undefined {
  limit = Error.stackTraceLimit
  if (limit > 0 && limit < DEEP) Error.stackTraceLimit = DEEP
  return message
}

/**
 * The stack continued by the frames from which this is called: for an error that arose elsewhere, and meets here who waited for it. Call it
 * after the `await`.
 */
export function leadToCaller(error: unknown): unknown {
  if (!(error instanceof BaseError) || error.stack === undefined) return error
  const frames = new BaseError().stack?.split('\n').slice(2) ?? []
  define(error, 'stack', [error.stack, ...frames].join('\n'))
  return error
}

/** An error of a driver, as `parent` and `original` have it. */
export interface DriverError extends Error {
  readonly code?: string | number
  readonly errno?: number
}

/** `cause` is the original error; `parent` and `original` are Sequelize 6's names for it. */
export class BaseError extends Error {
  override name = 'SequelizeBaseError'
  constructor(message?: string, options?: { readonly cause?: unknown }) {
    super(deepened(message), options?.cause === undefined ? undefined : { cause: options.cause })
    Error.stackTraceLimit = limit
    if (options?.cause !== undefined) define(this, 'cause', options.cause)
  }

  /** @deprecated Use `cause`. */
  get parent(): unknown {
    return this.cause
  }
  /** @deprecated Use `cause`. */
  get original(): unknown {
    return this.cause
  }
}

/** Adds a property that loggers and JSON do not print. */
export function define(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, enumerable: false, configurable: true, writable: true })
}

/** An option that does not exist, has a wrong value, or cannot be used together with another. */
export class QueryError extends BaseError {
  override name = 'SequelizeQueryError'
}
/** Something that the engine in use cannot do. The message names the feature and the engine. */
export class UnsupportedFeatureError extends BaseError {
  override name = 'SequelizeUnsupportedFeatureError'
}
/** A model definition that cannot be right. */
export class DefinitionError extends BaseError {
  override name = 'SequelizeDefinitionError'
}
/** No row where one was asked for (`rejectOnEmpty`, `setX` to a key that does not exist). */
export class EmptyResultError extends BaseError {
  override name = 'SequelizeEmptyResultError'
}
/** An instance operation that is impossible (`reload` of a row that is gone, no primary key). */
export class InstanceError extends BaseError {
  override name = 'SequelizeInstanceError'
}
/** A scope that is not defined. */
export class SequelizeScopeError extends BaseError {
  override name = 'SequelizeScopeError'
}

export interface OptimisticLockErrorOptions {
  readonly message?: string
  readonly modelName: string
  readonly values: Record<string, unknown>
  readonly where: unknown
}
/** The row was changed by somebody else since it was read (`version: true`). */
export class OptimisticLockError extends BaseError {
  override name = 'SequelizeOptimisticLockError'
  readonly modelName: string
  readonly values: Record<string, unknown>
  readonly where: unknown
  constructor(options: OptimisticLockErrorOptions) {
    super(
      options.message ??
        `Attempting to update a stale model instance: ${options.modelName}. Reload it and apply the change again.`,
    )
    this.modelName = options.modelName
    this.values = options.values
    this.where = options.where
  }
}
