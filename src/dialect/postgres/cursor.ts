/**
 * Rows of a SELECT in batches, through a cursor of the server: a statement in, a stream of rows out, of which two batches are in memory at
 * most. Outside a transaction the cursor has one of its own, which ends with it. Neighbour: `driver`.
 */
import type { Result, RowStream } from '../../connect/driver.js'

/** What a cursor needs of its connection. Statements run in the order in which they are sent. */
export interface CursorSession {
  isInTransaction(): boolean
  send(text: string, values?: unknown[]): Promise<Result>
  /** Sends the statement that opens the cursor, under whatever search path it has. */
  declare(text: string): Promise<Result>
  /** Sends BEGIN. */
  begin(): Promise<unknown>
}

export async function openCursor(
  session: CursorSession,
  name: string,
  text: string,
  batchSize: number,
): Promise<RowStream> {
  const isOwn = !session.isInTransaction()
  // All at once: the answers come one after the other anyway.
  const opening = [
    isOwn ? session.begin() : Promise.resolve(),
    session.declare(`DECLARE "${name}" NO SCROLL CURSOR FOR ${text}`),
  ] as const
  const rows = new CursorRows(session, name, batchSize, isOwn)
  const first = rows.fetch()
  const outcomes = await Promise.allSettled([...opening, first])
  const failure = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failure) {
    if (isOwn) await session.send('ROLLBACK').catch(() => {})
    throw failure.reason
  }
  const { columns } = await first
  return { columns, rows, arrived: (most) => rows.arrived(most) }
}

type Row = readonly unknown[]
const DONE = Object.freeze({ value: undefined, done: true }) as IteratorReturnResult<undefined>

class CursorRows implements AsyncIterableIterator<Row> {
  readonly #session: CursorSession
  readonly #name: string
  readonly #batchSize: number
  readonly #isOwn: boolean
  #batch: readonly Row[] = []
  #at = 0
  #next: Promise<Result> | null = null
  #end: Promise<void> | null = null

  constructor(session: CursorSession, name: string, batchSize: number, isOwn: boolean) {
    this.#session = session
    this.#name = name
    this.#batchSize = batchSize
    this.#isOwn = isOwn
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Asks for the next batch. */
  fetch(): Promise<Result> {
    const fetching = this.#session.send(`FETCH FORWARD ${this.#batchSize} FROM "${this.#name}"`)
    // Who reads on is told; who stops before is not.
    fetching.catch(() => {})
    this.#next = fetching
    return fetching
  }

  next(): Promise<IteratorResult<Row, undefined>> {
    if (this.#at < this.#batch.length) return Promise.resolve({ value: this.#batch[this.#at++]!, done: false })
    return this.#advance()
  }

  arrived(most: number): readonly Row[] {
    const rows = this.#batch.slice(this.#at, this.#at + most)
    this.#at += rows.length
    return rows
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    await this.#close()
    return DONE
  }

  async #advance(): Promise<IteratorResult<Row, undefined>> {
    if (this.#end || this.#next === null) return await this.return()
    const coming = this.#next
    this.#next = null
    try {
      this.#batch = (await coming).rows
    } catch (error) {
      await this.#close()
      throw error
    }
    this.#at = 0
    if (this.#batch.length === 0) return await this.return()
    // The server works on the next batch while this one is read.
    if (this.#batch.length === this.#batchSize) void this.fetch()
    return { value: this.#batch[this.#at++]!, done: false }
  }

  #close(): Promise<void> {
    this.#batch = []
    this.#end ??= this.#finish()
    return this.#end
  }

  /** In a transaction that failed, or on a connection that is lost, the cursor is gone already. */
  async #finish(): Promise<void> {
    if (this.#isOwn) await this.#session.send('COMMIT').catch(() => {})
    else if (this.#session.isInTransaction()) await this.#closeInside()
  }
  async #closeInside(): Promise<void> {
    await this.#session.send(`CLOSE "${this.#name}"`).catch((error: unknown) => {
      if (!GONE.has(String((error as { code?: unknown }).code))) throw error
    })
  }
}

/** The transaction has failed; there is no such cursor any more (its savepoint was rolled back); the connection is lost. */
const GONE = new Set(['25P02', '34000', '57P01'])
