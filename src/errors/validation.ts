/** Errors of validation in JavaScript, and the database's unique violations, which take the same shape. */
import type { DriverError } from './base.js'
import { BaseError, define } from './base.js'

export type ValidationErrorOrigin = 'CORE' | 'DB' | 'FUNCTION' | 'DATATYPE'
export type ValidationErrorType = 'notNull Violation' | 'string violation' | 'unique violation' | 'Validation error'

const TYPE_OF_ORIGIN: Record<ValidationErrorOrigin, ValidationErrorType> = {
  CORE: 'notNull Violation',
  DB: 'unique violation',
  FUNCTION: 'Validation error',
  DATATYPE: 'Validation error',
}

/** One thing that is wrong with one attribute (Sequelize: `ValidationErrorItem`). */
export class ValidationErrorItem extends Error {
  readonly type: ValidationErrorType
  readonly path: string | null
  readonly value: unknown
  readonly origin: ValidationErrorOrigin
  /** The instance that is wrong; null where a statement of several rows was refused (bulkCreate, children of one association). */
  declare readonly instance: unknown
  readonly validatorKey: string | null
  readonly validatorName: string | null
  readonly validatorArgs: readonly unknown[]
  constructor(
    message: string,
    type: ValidationErrorType | null = null,
    path: string | null = null,
    value: unknown = null,
    instance: unknown = null,
    validatorKey: string | null = null,
    validatorName: string | null = null,
    validatorArgs: readonly unknown[] = [],
    origin?: ValidationErrorOrigin,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'ValidationErrorItem'
    this.origin = origin ?? (type === 'notNull Violation' ? 'CORE' : type === 'unique violation' ? 'DB' : 'FUNCTION')
    this.type = type ?? TYPE_OF_ORIGIN[this.origin]
    this.path = path
    this.value = value
    this.validatorKey = validatorKey
    this.validatorName = validatorName
    this.validatorArgs = validatorArgs
    define(this, 'instance', instance)
  }

  /** For the `validate` of a user's own data type. Throws `DataTypeValidationError`. */
  static throwDataTypeValidationError(message: string): never {
    throw new DataTypeValidationError(message)
  }
}
export const ValidationErrorItemOrigin = { CORE: 'CORE', DB: 'DB', FUNCTION: 'FUNCTION', DATATYPE: 'DATATYPE' } as const
export const ValidationErrorItemType = {
  notnullviolation: 'CORE',
  stringviolation: 'CORE',
  uniqueviolation: 'DB',
  validationerror: 'FUNCTION',
} as const

/** Values that do not fit the model; nothing was written. `errors` lists what is wrong, one item per finding. */
export class ValidationError extends BaseError {
  override name = 'SequelizeValidationError'
  errors: ValidationErrorItem[]
  constructor(
    message: string | null | undefined,
    errors: readonly ValidationErrorItem[] = [],
    options?: { readonly cause?: unknown },
  ) {
    super(message || errors.map((item) => `${item.type}: ${item.message}`).join(',\n') || 'Validation error', options)
    this.errors = [...errors]
  }

  /** The items that concern one attribute. */
  get(path: string): ValidationErrorItem[] {
    return this.errors.filter((item) => item.path === path)
  }
}

export interface UniqueConstraintErrorOptions {
  readonly message?: string
  readonly errors?: readonly ValidationErrorItem[]
  /** Attribute or column → value. */
  readonly fields?: Record<string, unknown>
  readonly table?: string | null
  readonly constraint?: string | null
  readonly cause?: unknown
  readonly sql?: string
}
/** A row with the same unique key exists already. */
export class UniqueConstraintError extends ValidationError {
  override name = 'SequelizeUniqueConstraintError'
  readonly fields: Record<string, unknown>
  readonly table: string | null
  readonly constraint: string | null
  readonly sql: string
  constructor(options: UniqueConstraintErrorOptions = {}) {
    const causeMessage = options.cause instanceof Error ? options.cause.message : undefined
    super(options.message || causeMessage || 'Validation error', options.errors ?? [], { cause: options.cause })
    this.fields = options.fields ?? {}
    this.table = options.table ?? null
    this.constraint = options.constraint ?? null
    this.sql = options.sql ?? ''
  }
  override get parent(): DriverError {
    return this.cause as DriverError
  }
  override get original(): DriverError {
    return this.cause as DriverError
  }
}

/** What a data type throws for a value that it cannot hold; becomes a `ValidationErrorItem` of origin DATATYPE. */
export class DataTypeValidationError extends BaseError {
  override name = 'SequelizeDataTypeValidationError'
}

/** Several errors at once (`bulkCreate` with validation). */
export class AggregateError extends BaseError {
  override name = 'AggregateError'
  readonly errors: readonly Error[]
  constructor(errors: readonly Error[]) {
    super(`${errors.length} errors: ${errors.map((error) => error.message).join('; ')}`)
    this.errors = errors
  }
}
/** A record of a bulk operation that failed, with its reason as `cause`. */
export class BulkRecordError extends BaseError {
  override name = 'SequelizeBulkRecordError'
  declare readonly record: unknown
  readonly errors: Error
  constructor(error: Error, record: unknown) {
    super(error.message, { cause: error })
    this.errors = error
    define(this, 'record', record)
  }
}
