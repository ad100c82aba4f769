/**
 * Connections to MySQL and MariaDB: statements in, rows by position out. Statements with parameters are prepared (the driver keeps a bounded
 * number of them), others go as text, as do all of them with `preparedStatements: false`; 64-bit integers are read without loss. Neighbours:
 * `load` finds the driver and gives both one shape, `inline` writes values into text, `stream` reads rows one by one, `connect/executor`
 * calls, `faults` names the errors.
 */
import { Lru } from '../../base/lru.js'
import type { Connection, Driver, Result, RowStream, Statement } from '../../connect/driver.js'
import { QueryError } from '../../errors/base.js'
import { dateText } from './dates.js'
import { errnoOf, isLost } from './errno.js'
import { inlined } from './inline.js'
import type { DriverModule, Reader, Wire } from './load.js'
import { loadDriver, nativeOf } from './load.js'
import { ResultRows, streamOf } from './stream.js'

const NO_ROWS: readonly (readonly unknown[])[] = Object.freeze([])
const NO_COLUMNS: readonly string[] = Object.freeze([])

/** Options that mean something to Mortise alone; the others are the driver's. */
const OWN = new Set([
  'driver',
  'mysql2Module',
  'mariadbModule',
  'username',
  'protocol',
  'native',
  'preparedStatements',
  'showWarnings',
  'storage',
])
/** Rows of a stream in memory before the server has to wait. */
const BATCH_SIZE = 500
/** Texts of which the kinds of values are remembered: more than are kept prepared. */
const TEXTS = 2000

export const mysqlDriver: Driver = {
  name: 'mysql',
  async connect(options) {
    const driver = await loadDriver(options.driver ?? options.mariadbModule ?? options.mysql2Module)
    const config: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(options))
      if (!OWN.has(name) && value !== undefined && value !== null) config[name] = value
    config.user ??= options.username
    if (config.port !== undefined) config.port = Number(config.port)
    return new MysqlConnection(await driver.connect(config), driver, config, options)
  },
}

let connections = 0

class MysqlConnection implements Connection {
  readonly id = ++connections
  isOpen = true
  readonly #wire: Wire
  readonly #reader: Reader
  readonly #driver: DriverModule
  /** For a second connection, which ends a statement of this one. */
  readonly #config: Readonly<Record<string, unknown>>
  readonly #prepares: boolean
  readonly #showsWarnings: boolean
  /** Of the texts that were prepared last: the kinds of the values that came first. */
  readonly #kinds = new Lru<string, string>(TEXTS)
  /** `auto_increment_increment` of the session, once it is known. */
  #keyStep: number | null = null
  #wasCancelled = false
  /** The stream that the server is sending. */
  #stream: ResultRows | null = null

  constructor(
    wire: Wire,
    driver: DriverModule,
    config: Readonly<Record<string, unknown>>,
    options: Readonly<Record<string, unknown>>,
  ) {
    this.#wire = wire
    this.#driver = driver
    this.#reader = driver.reader
    this.#config = config
    this.#showsWarnings = options.showWarnings === true
    // What warns is asked for right after the statement: nothing may come between, as PREPARE would.
    this.#prepares = options.preparedStatements !== false && !this.#showsWarnings
    const gone = (error?: unknown): void => {
      this.isOpen = false
      this.#stream?.fail(error ?? new Error('The connection was closed while rows were still to come.'))
    }
    wire.on('error', gone)
    wire.on('end', () => gone())
  }

  get native(): unknown {
    return nativeOf(this.#wire)
  }

  /**
   * Text goes out at once and in order; what has to be prepared first may be overtaken. A late cancellation could hit BEGIN, and what
   * travels behind it would be outside of any transaction.
   */
  get leads(): boolean {
    return this.#driver.sendsAhead && !this.#wasCancelled
  }

  execute(statement: Statement): Promise<Result> {
    if (!this.#showsWarnings || /^\s*SHOW\b/i.test(statement.text)) return this.#execute(statement)
    const result = this.#execute(statement)
    const told = new Promise<readonly string[]>((resolve) =>
      this.#wire.query('SHOW WARNINGS', (error, rows) =>
        resolve(
          error
            ? []
            : (rows as readonly (readonly unknown[])[]).map(([level, code, text]) => `${level} ${code}: ${text}`),
        ),
      ),
    )
    return result.then(async (answer) => {
      const warnings = await told
      return warnings.length === 0 ? answer : { ...answer, columns: answer.columns, warnings }
    })
  }

  #execute(statement: Statement): Promise<Result> {
    const { text, params } = statement
    this.#freeWire()
    return new Promise((resolve, reject) => {
      const done = (error: unknown, result: unknown, fields: unknown): void => {
        if (!error) this.#answer(this.#resultOf(result, fields, text), text, resolve)
        // Some statements cannot be prepared, and a server prepares no more than so many: the same as text.
        else if (params.length > 0 && this.#prepares && NOT_PREPARED.has(errnoOf(error) ?? 0))
          this.#wire.query(inlined(text, bindable(params)), (again, other, more) =>
            again ? fail(again) : resolve(this.#resultOf(other, more, text)),
          )
        else fail(error)
      }
      const fail = (error: unknown): void => {
        if (isLost(error)) this.isOpen = false
        reject(error)
      }
      try {
        if (params.length === 0) {
          if (LEADS.test(text) && this.leads) this.#wire.gather()
          this.#wire.query(text, done)
        } else if (this.#prepares) this.#wire.execute(this.#typed(statement), bindable(params), done)
        else this.#wire.query(inlined(text, bindable(params)), done)
      } catch (error) {
        fail(error)
      }
    })
  }

  /** Keys of several rows: how far they are apart is the session's to say (clusters, replication in circles). Asked once. */
  #answer(result: Result, text: string, resolve: (result: Result) => void): void {
    if (text.length < 200 && /auto_increment_increment/i.test(text)) this.#keyStep = null
    const isSeries = result.lastInsertId !== null && result.affectedRows > 1
    if (!isSeries || this.#keyStep !== null) {
      resolve(!isSeries || this.#keyStep === 1 ? result : { ...result, keyStep: this.#keyStep! })
      return
    }
    this.#wire.query('SELECT @@SESSION.auto_increment_increment', (error, rows) => {
      const step = error ? 1 : Number((rows as readonly (readonly unknown[])[])[0]?.[0] ?? 1)
      if (!error) this.#keyStep = step
      resolve(step === 1 ? result : { ...result, keyStep: step })
    })
  }

  async iterate({ text, params }: Statement, { batchSize = BATCH_SIZE } = {}): Promise<RowStream> {
    this.#freeWire()
    const rows = new ResultRows(this.#wire.stream(inlined(text, bindable(params))), {
      batchSize,
      reader: this.#reader,
      narrow: (some, fields) => narrow(some, fields, this.#reader),
      interrupt: () => this.#interrupt(),
    })
    this.#stream = rows
    return await streamOf(rows)
  }

  /**
   * MySQL gives a parameter without context the type of its first value for good: `SELECT ?` of 1, then of 'a', is 0. The same text with
   * values of other kinds is therefore another statement.
   */
  #typed({ text, params, mode }: Statement): string {
    if (mode !== 'rows') return text
    const kinds = kindsOf(params)
    const first = this.#kinds.get(text)
    if (first === undefined) this.#kinds.set(text, kinds)
    return first === undefined || first === kinds ? text : `${text} /* ${kinds} */`
  }

  /** A connection does one thing after the other: what a stream has still to send is read, before anything else is asked. */
  #freeWire(): void {
    if (this.#stream === null) return
    this.#stream.drain()
    this.#stream = null
  }

  /**
   * Ends what the server is doing for this connection, by another one; the transaction stays. Should the statement have come to its end by
   * itself, the next one would be ended instead, and that is one of ours.
   */
  async #interrupt(): Promise<void> {
    try {
      await this.cancel()
    } catch {
      // Without a second connection the rest is read and thrown away.
      return
    }
    await new Promise<void>((resolve) => this.#wire.query('DO 0', () => resolve()))
  }

  /** By a connection of its own: the server takes no word from one that waits for an answer. */
  async cancel(): Promise<void> {
    this.#wasCancelled = true
    const other = await this.#driver.connect(this.#config)
    await new Promise<void>((resolve, reject) => {
      other.query(`KILL QUERY ${this.#wire.threadId()}`, (error) => (error ? reject(error) : resolve()))
    }).finally(() => other.end(() => {}))
  }

  close(): Promise<void> {
    if (!this.isOpen) {
      this.#wire.destroy()
      return Promise.resolve()
    }
    void this.#stream?.return()
    this.isOpen = false
    return new Promise((resolve) => this.#wire.end(() => resolve()))
  }

  #resultOf(result: unknown, fields: unknown, text: string): Result {
    // Several statements, and procedures, answer with several results; the first one that has columns counts, else the last.
    const isMany =
      Array.isArray(result) &&
      Array.isArray(fields) &&
      fields.some((one) => Array.isArray(one) || one === undefined || one === null)
    const at = isMany ? Math.max(0, (fields as unknown[]).findIndex(Array.isArray)) : 0
    const own: unknown = isMany ? (result as unknown[])[at] : result
    const described: unknown = isMany ? (fields as unknown[])[at] : fields
    if (!Array.isArray(own)) {
      const { affectedRows = 0, insertId = 0 } = (own ?? {}) as {
        readonly affectedRows?: number
        readonly insertId?: number | bigint | string
      }
      return {
        columns: NO_COLUMNS,
        rows: NO_ROWS,
        affectedRows,
        lastInsertId: idOf(insertId),
      }
    }
    const rows = own as unknown[][]
    const columns = (Array.isArray(described) ? described : []) as readonly unknown[]
    narrow(rows, columns, this.#reader)
    return new Rows(rows, columns, this.#reader, /^\s*(?:INSERT|DELETE|REPLACE)\b/i.test(text) ? rows.length : 0)
  }
}

/** Nobody waits for their answer before the next statement is sent. */
const LEADS = /^(?:BEGIN|SAVEPOINT)\b/

/** Cannot be prepared at all; the server has as many as it takes. */
const NOT_PREPARED: ReadonlySet<number> = new Set([1295, 1461])

/** Names of columns are seldom asked for: the plan knows the positions. */
class Rows implements Result {
  readonly lastInsertId = null
  #columns: readonly string[] | null = null
  readonly #fields: readonly unknown[]
  readonly #reader: Reader
  constructor(
    readonly rows: readonly (readonly unknown[])[],
    fields: readonly unknown[],
    reader: Reader,
    readonly affectedRows: number,
  ) {
    this.#fields = fields
    this.#reader = reader
  }
  get columns(): readonly string[] {
    this.#columns ??= this.#fields.map((field) => this.#reader.name(field))
    return this.#columns
  }
}

const exact = (value: number | bigint): number | string =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value)

/** No row got a key: the server says 0. */
const idOf = (id: number | bigint | string): number | string | null =>
  typeof id === 'string' ? id : Number(id) === 0 ? null : exact(id)

/** Integers that a number can hold become numbers, the others text: no digit is lost, and ordinary columns look as always. */
function narrow(rows: readonly unknown[][], fields: readonly unknown[], reader: Reader): void {
  for (let at = 0; at < fields.length; at += 1) {
    if (!reader.isWide(fields[at])) continue
    for (const row of rows) {
      const value = row[at]
      if (typeof value === 'bigint') row[at] = exact(value)
    }
  }
}

/** A letter per value: number, text, bytes. */
function kindsOf(params: readonly unknown[]): string {
  let kinds = ''
  for (let at = 0; at < params.length; at += 1) {
    const type = typeof params[at]
    kinds +=
      type === 'number' || type === 'boolean'
        ? 'n'
        : type === 'bigint'
          ? 'i'
          : ArrayBuffer.isView(params[at])
            ? 'b'
            : 's'
  }
  return kinds
}

/** Parameters as the drivers take them. Plans bind through codecs, so usually nothing is to do. */
function bindable(params: readonly unknown[]): readonly unknown[] {
  for (let at = 0; at < params.length; at += 1) {
    const value = params[at]
    const type = typeof value
    if (type === 'string' || type === 'number' || type === 'bigint' || value === null || Buffer.isBuffer(value))
      continue
    return params.map(bindableValue)
  }
  return params
}
function bindableValue(value: unknown, at: number): unknown {
  if (value === undefined) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof Date) return dateText(value)
  if (Buffer.isBuffer(value)) return value
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if ((typeof value === 'object' && value !== null) || typeof value === 'function' || typeof value === 'symbol') {
    throw new QueryError(
      `Parameter ${at + 1} is ${Array.isArray(value) ? 'an array' : `a ${typeof value}`}, which cannot be stored as it is. Give its JSON text, or name its data type.`,
    )
  }
  return value
}
