/**
 * SQLite connections: statements in, rows by position out, at once (both drivers are synchronous). Keeps prepared statements, binds what
 * the drivers refuse (booleans, dates), and reads integers of 64 bits without loss where a column is declared to hold them.
 * Neighbours: `load` opens the database, `connect/executor` calls, `faults` names the errors.
 */
import { Lru } from '../../base/lru.js'
import type { Connection, Driver, Result, Statement } from '../../connect/driver.js'
import { QueryError } from '../../errors/base.js'
import { ConnectionError } from '../../errors/database.js'
import { dateText } from './dates.js'
import { GeneratedKeys } from './generated-keys.js'
import type { Database, Prepared } from './load.js'
import { openDatabase } from './load.js'
import { withStringMeant } from './text.js'

/** Flags of the option `mode`, with the values of SQLite (and of the sqlite3 package that Sequelize uses). */
export const SqliteOpenMode = Object.freeze({ OPEN_READONLY: 1, OPEN_READWRITE: 2, OPEN_CREATE: 4 })

const STATEMENTS_PER_CONNECTION = 500
const NO_ROWS: readonly (readonly unknown[])[] = Object.freeze([])
const NO_COLUMNS: readonly string[] = Object.freeze([])

/** In memory, or a temporary file of one connection: a second connection would see another database. */
export const isPrivateStorage = (storage: string): boolean =>
  storage === '' || storage === ':memory:' || /^file:.*(?::memory:|[?&]mode=memory\b)/.test(storage)

export function storageOf(options: Readonly<Record<string, unknown>>): string {
  const { storage } = options
  if (storage === undefined || storage === null) return ':memory:'
  if (typeof storage !== 'string')
    throw new ConnectionError(
      'The option `storage` must be the path of a database file, ":memory:", or "" for a temporary file.',
    )
  return storage.trim()
}

export const sqliteDriver: Driver = {
  name: 'sqlite',
  connect(options) {
    // Programs that configure several engines give a user and a password to all of them; a password alone means encryption.
    if (typeof options.password === 'string' && options.password !== '' && !options.username && !options.user) {
      throw new ConnectionError(
        'The option `password` cannot be honoured: SQLite databases are not encrypted, and neither driver has SQLCipher. Leave it out, or protect the file by its permissions.',
      )
    }
    const mode = typeof options.mode === 'number' ? options.mode : null
    return new SqliteConnection(
      openDatabase({
        storage: storageOf(options),
        isReadonly: options.readOnly === true || (mode !== null && (mode & SqliteOpenMode.OPEN_READONLY) !== 0),
        mustExist: mode !== null && (mode & SqliteOpenMode.OPEN_CREATE) === 0,
        driver: options.driver ?? options.sqlite3Module,
        nativeBinding: options.nativeBinding,
      }),
    )
  },
}

/** A statement that is kept: what is known of its columns, and whether its integers need care. */
interface Kept {
  readonly prepared: Prepared
  columns: readonly string[]
  /** Positions of bytes that come as plain Uint8Arrays; null: none. */
  bytes: readonly number[] | null
  readonly wide: boolean
  /** `*` in the text: the columns can change while the text stays. */
  readonly isOpenEnded: boolean
}

let connections = 0

class SqliteConnection implements Connection {
  readonly id = ++connections
  readonly isSynchronous = true
  isOpen = true
  readonly #database: Database
  readonly #statements = new Lru<string, Kept>(STATEMENTS_PER_CONNECTION)
  readonly #keys: GeneratedKeys

  constructor(database: Database) {
    this.#database = database
    this.#keys = new GeneratedKeys(database)
  }

  get native(): unknown {
    return this.#database.native
  }

  tellsKeys(table: string, rows: number): boolean {
    return this.#keys.areTold(table, rows)
  }

  execute(statement: Statement): Result {
    const { text, mode } = statement
    if (mode === 'script') {
      this.#database.exec(text)
      this.#forget()
      return { columns: NO_COLUMNS, rows: NO_ROWS, affectedRows: 0, lastInsertId: null }
    }
    const kept = this.#keep(text, statement.wide === true)
    const params = bindable(statement.params)
    if (!kept.prepared.returnsRows) {
      const { changes, lastInsertRowid } = kept.prepared.run(params)
      return {
        columns: NO_COLUMNS,
        rows: NO_ROWS,
        affectedRows: Number(changes),
        lastInsertId: this.#firstId(Number(changes), lastInsertRowid, statement.generates?.rows),
      }
    }
    let rows: unknown[][]
    if (statement.single === true) {
      const row = kept.prepared.get(params)
      rows = row === undefined ? [] : [row]
    } else rows = kept.prepared.all(params)
    if (kept.isOpenEnded) describe(kept, this.#database)
    if (kept.wide) narrow(rows)
    if (kept.bytes !== null) asBuffers(rows, kept.bytes)
    return { columns: kept.columns, rows, affectedRows: kept.prepared.isReadonly ? 0 : rows.length, lastInsertId: null }
  }

  /** Rows one by one. Until the last is read, this connection refuses to write. */
  iterate(statement: Statement): { columns: readonly string[]; rows: Iterable<readonly unknown[]> } {
    // Not a kept statement: that one may be asked for again before this is through.
    const kept = this.#prepare(statement.text, statement.wide === true)
    if (!kept.prepared.returnsRows)
      throw new QueryError('Only statements that answer with rows can be read one by one.')
    const rows = kept.prepared.iterate(bindable(statement.params))
    return { columns: kept.columns, rows: kept.wide || kept.bytes !== null ? converted(rows, kept) : rows }
  }

  close(): void {
    this.isOpen = false
    this.#forget()
    if (this.#database.isOpen) this.#database.close()
  }

  #forget(): void {
    this.#statements.clear()
    this.#keys.clear()
  }

  #keep(text: string, wide: boolean): Kept {
    const key = wide ? `\0${text}` : text
    const known = this.#statements.get(key)
    if (known !== undefined) return known
    const kept = this.#prepare(text, wide)
    if (/^\s*(?:CREATE|ALTER|DROP|ATTACH|DETACH|VACUUM)\b/i.test(text)) {
      // What is known of columns may be about to become untrue.
      this.#forget()
    } else this.#statements.set(key, kept)
    return kept
  }

  /**
   * Sequelize's SQLite takes `"text"` for a string where no column has that name (quirks.html, section 8), and its guides write it so;
   * the builds of our drivers do not.
   */
  #compile(text: string): Prepared {
    try {
      return this.#database.prepare(text)
    } catch (error) {
      const meant = withStringMeant(text, error)
      if (meant === null) throw error
      return this.#compile(meant)
    }
  }

  #prepare(text: string, wide: boolean): Kept {
    const prepared = this.#compile(text)
    const declared = prepared.returnsRows ? prepared.columns() : []
    const isWide =
      prepared.returnsRows && (wide || declared.some(({ type }) => type !== null && /BIG|INT8/i.test(type)))
    if (isWide) prepared.readBigInts()
    const kept: Kept = {
      prepared,
      columns: NO_COLUMNS,
      bytes: null,
      wide: isWide,
      isOpenEnded: prepared.returnsRows && /[\s.,]\*/.test(text),
    }
    if (prepared.returnsRows) describe(kept, this.#database)
    return kept
  }

  /** SQLite tells the id of the last row. Where a trigger left out the only row, that is one of an earlier statement. */
  #firstId(changes: number, last: number | bigint, rows: number | undefined): number | bigint | string | null {
    if (rows === undefined) return this.#exactId(last)
    if (changes !== rows) return null
    const id = this.#exactId(last)
    return typeof id === 'number' ? id - rows + 1 : String(BigInt(id) - BigInt(rows - 1))
  }

  #exactId(id: number | bigint): number | bigint | string {
    if (typeof id === 'number')
      return Number.isSafeInteger(id)
        ? id
        : (this.execute({ text: 'SELECT last_insert_rowid()', params: [], mode: 'rows', wide: true })
            .rows[0]![0] as string)
    return id >= Number.MIN_SAFE_INTEGER && id <= Number.MAX_SAFE_INTEGER ? Number(id) : String(id)
  }
}

function describe(kept: Kept, database: Database): void {
  const columns = kept.prepared.columns()
  kept.columns = columns.map(({ name }) => name)
  if (!database.plainBytes) return
  // Only a column that says BLOB, or says nothing, can hold bytes that somebody put there on purpose.
  const bytes = columns.flatMap(({ type }, index) =>
    type === null || type === '' || /BLOB/i.test(type) ? [index] : [],
  )
  kept.bytes = bytes.length > 0 ? bytes : null
}

/** Integers that a number can hold become numbers again, the others text: no digit is lost, and ordinary columns look as always. */
function narrow(rows: readonly unknown[][]): void {
  for (const row of rows) narrowRow(row)
}
function narrowRow(row: unknown[]): void {
  for (let at = 0; at < row.length; at += 1) {
    const value = row[at]
    if (typeof value === 'bigint')
      row[at] = value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value)
  }
}

function asBuffers(rows: readonly unknown[][], positions: readonly number[]): void {
  for (const row of rows) {
    for (const at of positions) {
      const value = row[at]
      if (value instanceof Uint8Array) row[at] = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    }
  }
}

function* converted(rows: Iterable<unknown[]>, kept: Kept): Iterable<readonly unknown[]> {
  for (const row of rows) {
    if (kept.wide) narrowRow(row)
    if (kept.bytes !== null) asBuffers([row], kept.bytes)
    yield row
  }
}

/** Parameters as the drivers take them. Plans bind through codecs, so usually nothing is to do. */
function bindable(params: readonly unknown[]): readonly unknown[] {
  for (let at = 0; at < params.length; at += 1) {
    const value = params[at]
    const type = typeof value
    if (
      type === 'string' ||
      type === 'number' ||
      type === 'bigint' ||
      value === null ||
      (type === 'object' && ArrayBuffer.isView(value))
    )
      continue
    return params.map(bindableValue)
  }
  return params
}
function bindableValue(value: unknown, at: number): unknown {
  if (value === undefined) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof Date) return dateText(value)
  if (
    (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) ||
    typeof value === 'function' ||
    typeof value === 'symbol'
  ) {
    throw new QueryError(
      `Parameter ${at + 1} is ${Array.isArray(value) ? 'an array' : `a ${typeof value}`}, which SQLite cannot store. Give its JSON text, or name its data type.`,
    )
  }
  return value
}
