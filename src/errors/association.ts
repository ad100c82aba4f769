/** Errors of association definitions and of eager loading. */
import { BaseError } from './base.js'

/** An association that cannot be defined as asked. */
export class AssociationError extends BaseError {
  override name = 'SequelizeAssociationError'
}
/** An `include` that names something that is not associated, or that is ambiguous. */
export class EagerLoadingError extends BaseError {
  override name = 'SequelizeEagerLoadingError'
}
