/**
 * Rows of a result while they arrive: the wire's stream in, rows by position out. The server sends as fast as rows are taken; a connection
 * can do nothing else meanwhile, so whoever wants it for another statement has the rest read into memory (`drain`), and whoever stops early
 * has it thrown away, or the statement ended on the server if that takes long. Neighbours: `driver` opens streams, `load` gives the wire.
 */
import type { RowStream } from '../../connect/driver.js'
import type { Reader } from './load.js'

/** What both drivers give: an object stream that also tells `fields`. */
export interface WireStream {
  on(event: string, listener: (...args: readonly never[]) => void): unknown
  pause(): unknown
  resume(): unknown
}

export interface StreamOptions {
  /** Rows in memory before the server has to wait. */
  readonly batchSize: number
  /** Rows of one result: whose columns may hold integers beyond 2^53. */
  readonly reader: Reader
  /** Makes integers numbers where that is exact. */
  readonly narrow: (rows: readonly unknown[][], fields: readonly unknown[]) => void
  /** Ends the statement on the server; the connection stays. */
  readonly interrupt: () => Promise<void>
}

type Row = readonly unknown[]
type Next = IteratorResult<Row, undefined>
const DONE = Object.freeze({ value: undefined, done: true }) as IteratorReturnResult<undefined>
/** Milliseconds in which the rest of a result is thrown away before its statement is ended. */
const PATIENCE = 100

export class ResultRows implements AsyncIterableIterator<Row> {
  readonly #source: WireStream
  readonly #options: StreamOptions
  /** Resolved by the names of the columns, or rejected by what came instead. */
  readonly opened: Promise<readonly string[]>
  readonly #ended: Promise<void>
  #finish: () => void = () => {}
  #open: ((columns: readonly string[]) => void) | null = null
  #refuse: ((error: unknown) => void) | null = null
  #fields: readonly unknown[] = []
  #rows: unknown[][] = []
  #at = 0
  #isOver = false
  #failure: { readonly error: unknown } | null = null
  #isPaused = false
  #isDrained = false
  #isStopped = false
  #waiting: { readonly resolve: (next: Next) => void; readonly reject: (error: unknown) => void } | null = null

  constructor(source: WireStream, options: StreamOptions) {
    this.#source = source
    this.#options = options
    this.#ended = new Promise((resolve) => {
      this.#finish = resolve
    })
    this.opened = new Promise((resolve, reject) => {
      this.#open = resolve
      this.#refuse = reject
    })
    source.on('fields', (fields: readonly unknown[] | undefined) => {
      // A second result, or none: a SELECT has one.
      if (!Array.isArray(fields) || this.#open === null) return
      this.#fields = fields
      this.#open(fields.map((field: unknown) => options.reader.name(field)))
      this.#open = null
    })
    source.on('data', (row: unknown) => this.#arrived(row))
    source.on('end', () => this.#over(null))
    source.on('error', (error: unknown) => this.#over({ error }))
  }

  get isOver(): boolean {
    return this.#isOver
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<Next> {
    if (this.#at < this.#rows.length) {
      const value = this.#rows[this.#at++]!
      if (this.#at === this.#rows.length) this.#emptied()
      return Promise.resolve({ value, done: false })
    }
    if (this.#failure && !this.#isStopped) return Promise.reject(this.#failure.error)
    if (this.#isOver || this.#isStopped) return Promise.resolve(DONE)
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  arrived(most: number): readonly Row[] {
    const rows = this.#rows.slice(this.#at, this.#at + most)
    this.#at += rows.length
    if (this.#at > 0 && this.#at === this.#rows.length) this.#emptied()
    return rows
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#isStopped = true
    this.#rows = []
    this.#at = 0
    this.#waiting?.resolve(DONE)
    this.#waiting = null
    this.#flow()
    if (!this.#isOver && !(await this.#endsWithin(PATIENCE))) {
      await this.#options.interrupt()
      await this.#ended
    }
    return DONE
  }

  /** Reads what is left into memory: somebody wants the connection. */
  drain(): void {
    this.#isDrained = true
    this.#flow()
  }

  /** The connection is lost: no driver is sure to say so to a stream. */
  fail(error: unknown): void {
    this.#over({ error })
  }

  #arrived(row: unknown): void {
    if (this.#isStopped || !Array.isArray(row)) return
    this.#options.narrow([row], this.#fields)
    if (this.#waiting) {
      this.#waiting.resolve({ value: row, done: false })
      this.#waiting = null
      return
    }
    this.#rows.push(row)
    if (this.#isDrained || this.#isPaused || this.#rows.length - this.#at < this.#options.batchSize) return
    this.#isPaused = true
    this.#source.pause()
  }

  #emptied(): void {
    this.#rows = []
    this.#at = 0
    if (this.#isPaused) this.#flow()
  }

  #flow(): void {
    this.#isPaused = false
    this.#source.resume()
  }

  #over(failure: { readonly error: unknown } | null): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#failure = failure
    if (failure) this.#refuse?.(failure.error)
    else this.#open?.([])
    if (failure) this.#waiting?.reject(failure.error)
    else this.#waiting?.resolve(DONE)
    this.#waiting = null
    this.#finish()
  }

  async #endsWithin(milliseconds: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), milliseconds)
    })
    const isIn = await Promise.race([this.#ended.then(() => true as const), late])
    clearTimeout(timer)
    return isIn
  }
}

export async function streamOf(rows: ResultRows): Promise<RowStream> {
  return { columns: await rows.opened, rows, arrived: (most) => rows.arrived(most) }
}
