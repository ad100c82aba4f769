/** What went wrong → a status and a JSON body: `{ error, details: [{ path, message }] }`. */
import type { ErrorRequestHandler, RequestHandler } from 'express'
import { ForeignKeyConstraintError, UniqueConstraintError, ValidationError } from 'mortise'

export interface Detail {
  readonly path: string
  readonly message: string
}

export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly details: readonly Detail[] = [],
  ) {
    super(message)
  }
}

export const badInput = (details: readonly Detail[]): HttpError => new HttpError(400, 'Invalid input', details)

export const detailsOf = ({ errors }: ValidationError): Detail[] =>
  errors.map(({ path, message }) => ({ path: path ?? '', message }))

function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error
  // A UniqueConstraintError is a ValidationError as well, so it comes first.
  if (error instanceof UniqueConstraintError) return new HttpError(409, 'Already taken', detailsOf(error))
  if (error instanceof ValidationError) return badInput(detailsOf(error))
  if (error instanceof ForeignKeyConstraintError) return new HttpError(409, 'The customer was deleted meanwhile')
  // Express' own: malformed JSON, a body that is too large, a malformed URL.
  if (error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500) {
    const what = error instanceof SyntaxError ? 'Malformed JSON' : 'Bad request'
    return new HttpError(error.status, what, [{ path: '', message: error.message }])
  }
  console.error(error)
  return new HttpError(500, 'Internal error')
}

export const notFound: RequestHandler = (request) => {
  throw new HttpError(404, `There is no ${request.method} ${request.path}`)
}

// Express tells an error handler by its four parameters.
export const answerError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error)
  const { status, message, details } = toHttpError(error)
  response.status(status).json({ error: message, details })
}
