/**
 * Reads that share a connection (`pool.pipelining`): each is sent behind the one before, and answered in that order. `pool` says who comes
 * onto a line and looks at it from time to time, `pooled` sends. Whoever stands behind others waits no longer than for a connection.
 */
import { ConnectionAcquireTimeoutError } from '../errors/database.js'

/** Milliseconds between two looks at a line. What has answered nothing from one to the next takes nobody more. */
export const LOOK = 20

interface Rider {
  readonly since: number
  refuse: ((error: Error) => void) | null
}

export class Line {
  /** Callers that have the connection: those that were sent, and those that are about to be. */
  riders = 1
  /** A slow statement, or one that waits for a lock, is at its head. */
  isStalled = false
  readonly #acquire: number
  readonly #describe: () => string
  readonly #sent = new Set<Rider>()
  #answers = 0
  #answersSeen = -1

  /** `acquire`: milliseconds of patience. `describe`: who holds connections, for the error. */
  constructor(acquire: number, describe: () => string) {
    this.#acquire = acquire
    this.#describe = describe
  }

  /** One of the riders has its answer. */
  leave(): void {
    this.riders -= 1
    this.#answers += 1
    this.isStalled = false
  }

  /**
   * What the caller gets of a statement that was sent: `settled`, which follows from the connection's `answer`; or
   * `ConnectionAcquireTimeoutError`, when its turn did not come in time. The statement runs all the same, and changes nothing.
   */
  patiently<T>(answer: Promise<unknown>, settled: Promise<T>): Promise<T> {
    if (!Number.isFinite(this.#acquire)) return settled
    const rider: Rider = { since: Date.now(), refuse: null }
    const isFirst = this.#sent.size === 0
    this.#sent.add(rider)
    const gone = (): void => {
      this.#sent.delete(rider)
    }
    answer.then(gone, gone)
    if (isFirst) return settled
    return new Promise((resolve, reject) => {
      rider.refuse = reject
      settled.then(resolve, reject)
    })
  }

  /** Whether it moves, and who has waited too long. By looks, not by the clock: a program that was busy itself is no sign of anything. */
  look(): void {
    this.isStalled = this.#answers === this.#answersSeen
    this.#answersSeen = this.#answers
    const late = Date.now() - this.#acquire
    let isFirst = true
    for (const rider of this.#sent) {
      if (!isFirst && rider.refuse !== null && rider.since <= late) {
        rider.refuse(
          new ConnectionAcquireTimeoutError(
            `This read was sent behind others on one connection (pool.pipelining), and its turn did not come within ${this.#acquire} ms (pool.acquire). ${this.#describe()}`,
          ),
        )
        rider.refuse = null
      }
      isFirst = false
    }
  }
}
