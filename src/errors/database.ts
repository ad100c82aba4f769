/** Errors that come from the database or from the way to it. `cause` is the driver's own error. */
import type { DriverError } from './base.js'
import { BaseError, define } from './base.js'

export interface DatabaseErrorOptions {
  readonly message?: string
  readonly cause?: unknown
  /** The statement. Its parameters are kept out of messages and of JSON. */
  readonly sql?: string
  readonly parameters?: readonly unknown[]
}
/** A statement that the database refused. */
export class DatabaseError extends BaseError {
  override name = 'SequelizeDatabaseError'
  readonly sql: string
  declare readonly parameters: readonly unknown[]
  constructor(options: DatabaseErrorOptions | Error) {
    const given = options instanceof Error ? { cause: options } : options
    super(
      ('message' in given && given.message) || (given.cause instanceof Error ? given.cause.message : 'Database error'),
      { cause: given.cause },
    )
    this.sql = ('sql' in given && given.sql) || ''
    define(this, 'parameters', ('parameters' in given && given.parameters) || [])
  }
  override get parent(): DriverError {
    return this.cause as DriverError
  }
  override get original(): DriverError {
    return this.cause as DriverError
  }
}

export interface ConstraintErrorOptions extends DatabaseErrorOptions {
  readonly table?: string | null
  readonly constraint?: string | null
  /** Columns of the constraint. */
  readonly fields?: readonly string[] | Record<string, unknown>
}
abstract class ConstraintError extends DatabaseError {
  readonly table: string | null
  readonly constraint: string | null
  readonly fields: readonly string[] | Record<string, unknown>
  constructor(options: ConstraintErrorOptions) {
    super(options)
    this.table = options.table ?? null
    this.constraint = options.constraint ?? null
    this.fields = options.fields ?? []
  }
}
/** A row refers to one that does not exist, or one that is referred to would go. */
export class ForeignKeyConstraintError extends ConstraintError {
  override name = 'SequelizeForeignKeyConstraintError'
  readonly index: string | null
  readonly value: unknown
  /** `parent`: the row referred to is missing; `child`: rows still refer to this one. */
  readonly reltype: 'parent' | 'child' | null
  constructor(
    options: ConstraintErrorOptions & {
      readonly index?: string | null
      readonly value?: unknown
      readonly reltype?: 'parent' | 'child' | null
    },
  ) {
    super(options)
    this.index = options.index ?? options.constraint ?? null
    this.value = options.value
    this.reltype = options.reltype ?? null
  }
}
export class CheckConstraintError extends ConstraintError {
  override name = 'SequelizeCheckConstraintError'
}
export class NotNullConstraintError extends ConstraintError {
  override name = 'SequelizeNotNullConstraintError'
}
export class ExclusionConstraintError extends ConstraintError {
  override name = 'SequelizeExclusionConstraintError'
}
/** A constraint that does not exist was to be dropped. */
export class UnknownConstraintError extends ConstraintError {
  override name = 'SequelizeUnknownConstraintError'
}
/** A statement took too long, or waited too long for a lock. */
export class TimeoutError extends DatabaseError {
  override name = 'SequelizeTimeoutError'
}
/** The engine ended a transaction to resolve a deadlock. */
export class DeadlockError extends DatabaseError {
  override name = 'SequelizeDeadlockError'
}
/** Concurrent transactions cannot be put in an order: run the transaction again. */
export class SerializationError extends DatabaseError {
  override name = 'SequelizeSerializationError'
}
export class UnknownTableError extends DatabaseError {
  override name = 'SequelizeUnknownTableError'
}
export class UnknownColumnError extends DatabaseError {
  override name = 'SequelizeUnknownColumnError'
}

/** A write where nothing may be written: the server is a replica (or was made one), the database or the transaction is read only. */
export class ReadOnlyError extends DatabaseError {
  override name = 'SequelizeReadOnlyError'
}
/** The caller's `signal` was aborted: the statement was not sent, or the server was told to stop it. `cause` is the signal's reason. */
export class AbortError extends BaseError {
  /** As the platform's own (`fetch`, timers) is called, so that one check serves for all. */
  override name = 'AbortError'
  readonly code = 'ABORT_ERR'
}

/** Sequelize 6's name of what a queue of waiting connections ends with; Mortise throws `ConnectionAcquireTimeoutError`. For `instanceof` in programs. */
export class AsyncQueueError extends BaseError {
  override name = 'SequelizeAsyncQueueError'
}

/** The way to the database is broken. */
export class ConnectionError extends BaseError {
  override name = 'SequelizeConnectionError'
  constructor(messageOrCause: string | Error, options?: { readonly cause?: unknown }) {
    super(typeof messageOrCause === 'string' ? messageOrCause : messageOrCause.message, {
      cause: options?.cause ?? (typeof messageOrCause === 'string' ? undefined : messageOrCause),
    })
  }
  override get parent(): DriverError {
    return this.cause as DriverError
  }
  override get original(): DriverError {
    return this.cause as DriverError
  }
}
export class ConnectionRefusedError extends ConnectionError {
  override name = 'SequelizeConnectionRefusedError'
}
export class AccessDeniedError extends ConnectionError {
  override name = 'SequelizeAccessDeniedError'
}
export class HostNotFoundError extends ConnectionError {
  override name = 'SequelizeHostNotFoundError'
}
export class HostNotReachableError extends ConnectionError {
  override name = 'SequelizeHostNotReachableError'
}
export class InvalidConnectionError extends ConnectionError {
  override name = 'SequelizeInvalidConnectionError'
}
export class ConnectionTimedOutError extends ConnectionError {
  override name = 'SequelizeConnectionTimedOutError'
}
export class ConnectionLostError extends ConnectionError {
  override name = 'SequelizeConnectionLostError'
  /** The statement was not carried out, for certain: it had not been sent, or the server ended the session instead. */
  readonly isUndone: boolean
  constructor(messageOrCause: string | Error, options?: { readonly cause?: unknown; readonly isUndone?: boolean }) {
    super(messageOrCause, options)
    this.isUndone = options?.isUndone ?? false
  }
}
/** No connection became free within `pool.acquire`. The message names who holds them. */
export class ConnectionAcquireTimeoutError extends ConnectionError {
  override name = 'SequelizeConnectionAcquireTimeoutError'
}
