/**
 * Work in steps that waits only where there is something to wait for. It is written once, as a generator in place of an async function
 * (`yield* wait(x)` in place of `await x`): with a driver that answers at once it is done before the call returns, without a promise.
 * The write rooms are made of it.
 */

/** Yields what has to be waited for; returns the outcome. */
export type Steps<T> = Generator<PromiseLike<unknown>, T, unknown>

export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'

/** The value, waited for where it is a promise. */
export function* wait<T>(value: T | PromiseLike<T>): Steps<T> {
  return isThenable(value) ? ((yield value) as T) : value
}

/**
 * The second is begun before the first has ended, where that is allowed (`inOneFlight`: the connection carries out what it is sent in
 * order); then both are waited for. Should both fail, the first one's error counts.
 */
export function* oneAfterTheOther<T>(inOneFlight: boolean, first: () => unknown, second: () => Steps<T>): Steps<T> {
  const started = first()
  if (!inOneFlight || !isThenable(started)) {
    yield* wait(started)
    return yield* second()
  }
  started.then(undefined, () => {})
  try {
    const result = yield* second()
    yield* wait(started)
    return result
  } catch (error) {
    yield* wait(started)
    throw error
  }
}

/** Does all steps. At once where none of them waits, and then throws at once as well; else with a promise. */
export function carryOut<T>(steps: Steps<T>): T | Promise<T> {
  const first = steps.next()
  return first.done === true ? first.value : goOn(steps, first.value)
}

async function goOn<T>(steps: Steps<T>, first: PromiseLike<unknown>): Promise<T> {
  let waiting = first
  for (;;) {
    let outcome: unknown
    let isFulfilled = true
    try {
      outcome = await waiting
    } catch (error) {
      outcome = error
      isFulfilled = false
    }
    const next = isFulfilled ? steps.next(outcome) : steps.throw(outcome)
    if (next.done === true) return next.value
    waiting = next.value
  }
}

/** A promise in any case: what is thrown at once rejects it. For methods that are asynchronous by contract. */
export function promised<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return Promise.resolve(work())
  } catch (error) {
    return Promise.reject(error)
  }
}
