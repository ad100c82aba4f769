/**
 * A statement as `pg` sends and answers it, without what `pg` does for each one besides: one buffer out, rows by position in, whose texts
 * become values where they arrived. Neighbours: `driver` sends it, `wire` writes the buffer, `parsers` read the values.
 */
import type { PgField, PgModule, PgResult } from './load.js'
import type { Parser } from './parsers.js'
import { readerOf } from './parsers.js'
import { bytesOf } from './wire.js'

export type Ended = (error: unknown, result?: PgResult) => void

/** What `client.query` takes. Whoever wraps that, or makes a query of `pg`'s own of this one, finds everything where it always is. */
export interface Exchange {
  readonly text: string
  readonly values: readonly unknown[]
  /** Under which the statement is prepared; empty: it is not. */
  readonly name: string
  readonly rowMode: 'array'
  readonly queryMode: 'extended'
  callback: Ended
}
/** Values: texts, numbers, buffers and null. */
export type ExchangeClass = new (text: string, values: readonly unknown[], name: string, callback: Ended) => Exchange

/** `pg`'s connection. */
interface Line {
  readonly stream: { readonly writable: boolean; write(bytes: Uint8Array): unknown }
  readonly parsedStatements: Readonly<Record<string, string>>
  readonly submittedNamedStatements: Record<string, string>
  sendCopyFail(reason: string): void
  sync(): void
}

const NO_FIELDS: readonly PgField[] = Object.freeze([])
const classes = new WeakMap<PgModule, ExchangeClass | null>()

/** Null: this is not `pg`. */
export function exchangeOf(module: PgModule): ExchangeClass | null {
  let found = classes.get(module)
  if (found === undefined) {
    found = typeof module.Query === 'function' ? exchangeClass(module.Query.prototype as object) : null
    classes.set(module, found)
  }
  return found
}

/** On a connection that pipelines, `pg` takes queries of its own kind only: this is one, by its prototype. Its constructor would copy. */
function exchangeClass(prototype: object): ExchangeClass {
  class OneBuffer implements Exchange {
    readonly text: string
    readonly values: readonly unknown[]
    readonly name: string
    readonly rowMode = 'array'
    readonly queryMode = 'extended'
    callback: Ended
    readonly #rows: unknown[][] = []
    #fields = NO_FIELDS
    /** Columns whose text is not their value, and what reads each. */
    readonly #places: number[] = []
    readonly #readers: Parser[] = []
    #command = ''
    #failure: unknown = null

    constructor(text: string, values: readonly unknown[], name: string, callback: Ended) {
      this.text = text
      this.values = values
      this.name = name
      this.callback = callback
    }

    submit({ stream, parsedStatements, submittedNamedStatements }: Line): void {
      const { text, values, name } = this
      const isNew = name === '' || (parsedStatements[name] ?? submittedNamedStatements[name]) === undefined
      if (isNew && name !== '') submittedNamedStatements[name] = text
      if (stream.writable) stream.write(bytesOf(name, isNew ? text : null, values))
    }

    handleRowDescription({ fields }: { readonly fields: readonly PgField[] }): void {
      this.#fields = fields
      for (let at = 0; at < fields.length; at += 1) {
        const reader = readerOf(fields[at]!.dataTypeID)
        if (reader === null) continue
        this.#places.push(at)
        this.#readers.push(reader)
      }
    }

    handleDataRow({ fields: row }: { readonly fields: unknown[] }): void {
      const places = this.#places
      const readers = this.#readers
      try {
        for (let at = 0; at < places.length; at += 1) {
          const place = places[at]!
          const text = row[place]
          if (text !== null) row[place] = readers[at]!(text as string)
        }
      } catch (error) {
        this.#failure ??= error
      }
      this.#rows.push(row)
    }

    handleCommandComplete({ text }: { readonly text: string }): void {
      this.#command = text
    }

    handleReadyForQuery(): void {
      if (this.#failure !== null) this.callback(this.#failure)
      else this.callback(null, answerOf(this.#command, this.#rows, this.#fields))
    }

    handleError(error: unknown): void {
      this.callback(this.#failure ?? error)
    }

    handleEmptyQuery(): void {}
    handlePortalSuspended(): void {}
    handleCopyData(): void {}
    handleCopyInResponse(connection: Line): void {
      connection.sendCopyFail('This statement has no rows to send.')
      // The one that came with the statement is over: while it waits for rows, the server ignores it.
      connection.sync()
    }
  }
  Object.setPrototypeOf(OneBuffer.prototype, prototype)
  return OneBuffer
}

/** `tag`: `INSERT 0 3`, the word and the number of rows; `CREATE TABLE` has none. */
function answerOf(tag: string, rows: unknown[][], fields: readonly PgField[]): PgResult {
  const first = tag.indexOf(' ')
  const command = first === -1 ? tag : tag.slice(0, first)
  const rowCount = first === -1 ? Number.NaN : Number(tag.slice(tag.lastIndexOf(' ') + 1))
  return { command, rowCount: Number.isNaN(rowCount) ? null : rowCount, rows, fields }
}
