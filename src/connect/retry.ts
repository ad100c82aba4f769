/** Runs work again when it failed for a passing reason (Sequelize: the option `retry`). */
import { DeadlockError, SerializationError, TimeoutError } from '../errors/database.js'
import { refuseAborted } from './abort.js'

type ErrorMatch = string | RegExp | (abstract new (...args: never[]) => Error)
export interface RetryOptions {
  /** How often the work is tried in all. Default 5. */
  readonly max?: number
  /** Errors that are worth another try: classes, or text or patterns in the message. Default: deadlocks, serialization failures, a busy database. */
  readonly match?: ErrorMatch | readonly ErrorMatch[]
  /** Milliseconds before the second try. Default 100. */
  readonly backoffBase?: number
  /** Factor by which each pause is longer than the one before. Default 1.1. */
  readonly backoffExponent?: number
}

const PASSING: readonly ErrorMatch[] = [DeadlockError, SerializationError, TimeoutError]

/** Runs work until it finds no lock, or the time is over; the process goes on meanwhile. Throws the last error. */
export async function withLockWait<T>(
  work: () => T | Promise<T>,
  isBusy: (error: unknown) => boolean,
  milliseconds: number,
): Promise<T> {
  const end = Date.now() + milliseconds
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    await new Promise((resolve) => setTimeout(resolve, pause))
    try {
      return await work()
    } catch (error) {
      if (!isBusy(error) || Date.now() >= end) throw error
    }
  }
}

/** `mayRepeat`: whether the work can be done again after this error at all. Default: it can. */
export async function withRetry<T>(
  options: RetryOptions,
  work: () => T | Promise<T>,
  signal?: AbortSignal,
  mayRepeat: (error: unknown) => boolean = () => true,
): Promise<T> {
  const { max = 5, match = PASSING, backoffBase = 100, backoffExponent = 1.1 } = options
  const matches = Array.isArray(match) ? (match as readonly ErrorMatch[]) : [match as ErrorMatch]
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= max || !matches.some((one) => isMatch(error, one)) || !mayRepeat(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, backoffBase * backoffExponent ** (attempt - 1)))
      refuseAborted(signal, 'another try')
    }
  }
}

function isMatch(error: unknown, match: ErrorMatch): boolean {
  if (typeof match === 'function')
    return error instanceof match || (error instanceof Error && error.cause instanceof match)
  const text =
    error instanceof Error
      ? `${error.name}: ${error.message}${error.cause instanceof Error ? ` ${(error.cause as { code?: unknown }).code ?? ''}: ${error.cause.message}` : ''}`
      : String(error)
  return typeof match === 'string' ? text.includes(match) : match.test(text)
}
