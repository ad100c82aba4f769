/**
 * PostgreSQL connections, through `pg`: statements in, rows by position out. Statements that come again are prepared under a name, within
 * bounds; values are read by the type of their column. Neighbours: `load` finds the driver, `connect/executor` calls, `faults` names errors.
 */
import { Lru } from '../../base/lru.js'
import type { Connection, Driver, Result, RowStream, Statement } from '../../connect/driver.js'
import { qualified, SCHEMA_OF, standsAlone, unqualified } from './alone.js'
import { cancel } from './cancel.js'
import { openCursor } from './cursor.js'
import { dateText } from './dates.js'
import type { Ended, ExchangeClass } from './exchange.js'
import { exchangeOf } from './exchange.js'
import type { Client, PgResult } from './load.js'
import { loadDriver } from './load.js'
import { parserOf } from './parsers.js'
import type { Memory } from './pglite.js'
import { pathOf } from './session.js'
import { arrayText } from './structures.js'
import { quoteIdentifier } from './text.js'
import { UNDONE } from './transactions.js'

const STATEMENTS_PER_CONNECTION = 200
/** Texts that are remembered to have come once. */
const TEXTS_SEEN = 1000
const NO_COLUMNS: readonly string[] = Object.freeze([])
const NO_ROWS: readonly (readonly unknown[])[] = Object.freeze([])

/** Options that mean something to Mortise alone; the others are the driver's. */
const OWN = new Set([
  'driver',
  'pgModule',
  'native',
  'preparedStatements',
  'username',
  'protocol',
  'searchPath',
  'clientMinMessages',
  'standardConformingStrings',
  'timezone',
  'keepDefaultTimezone',
])

/** What changes whenever a connection of this process changes a table: prepared statements of all of them may know its columns no longer. */
let epoch = 0
const CHANGES_SCHEMA = /^\s*(?:CREATE|ALTER|DROP)\b/i

const BEGINS = /^\s*(?:BEGIN|START\s+TRANSACTION)\b/i
/** A search path until `LEAVE`, or until the transaction (the savepoint) ends. */
const ENTER = `SELECT set_config('mortise.search_path', current_setting('search_path'), true), set_config('search_path', $1, true)`
const LEAVE = `SELECT set_config('search_path', current_setting('mortise.search_path'), true)`
const pathText = (path: readonly string[]): string => path.map(quoteIdentifier).join(', ')

/** Each dialect has its own: a PGlite database in memory belongs to it. */
export function postgresDriver(): Driver {
  const memory: Memory = { database: null }
  return {
    name: 'pg',
    async connect(options) {
      const module = await loadDriver(options.driver ?? options.pgModule, memory)
      const { Client } = module
      const config: Record<string, unknown> = { keepAlive: true }
      for (const [name, value] of Object.entries(options))
        if (!OWN.has(name) && value !== undefined) config[name] = value
      config.user ??= options.username
      const client = new Client({ ...config, pipeline: true, types: { getTypeParser: parserOf } })
      const connection = new PostgresConnection(client, exchangeOf(module), options, (running) =>
        cancel(Client, config, running),
      )
      await client.connect()
      return connection
    },
  }
}

let connections = 0
let names = 0

class PostgresConnection implements Connection {
  readonly id = ++connections
  isOpen = true
  readonly #client: Client
  readonly #Exchange: ExchangeClass | null
  readonly #prepares: boolean
  /** Every transaction is told the search path: behind a pooler the session belongs to others, too. */
  readonly #path: string | null
  /** Text → name on the server; what was not asked for longest comes first. */
  readonly #names = new Map<string, string>()
  readonly #seen = new Lru<string, true>(TEXTS_SEEN)
  #epoch = epoch
  /** BEGINs that have not answered yet. */
  #entering = 0
  #wasCancelled = false
  #isGathering = false
  /** A statement with a search path of its own is on its way. */
  #inPath: Promise<unknown> | null = null

  readonly #cancel: (running: Client) => Promise<void>

  constructor(
    client: Client,
    Exchange: ExchangeClass | null,
    options: Readonly<Record<string, unknown>>,
    cancelRunning: (running: Client) => Promise<void>,
  ) {
    this.#client = client
    this.#Exchange = Exchange
    this.#cancel = cancelRunning
    this.#prepares = options.preparedStatements !== false
    this.#path = this.#prepares || !options.searchPath ? null : pathText(pathOf(options.searchPath as string))
    // Nobody may be waiting for anything when the server goes: without a listener the process would end.
    client.on('error', () => {
      this.isOpen = false
    })
    client.on('end', () => {
      this.isOpen = false
    })
  }

  get native(): unknown {
    return this.#client
  }

  /** A late cancellation could hit BEGIN, and what travels behind it would be outside of any transaction. */
  get pipelines(): boolean {
    return this.#client.pipeline === true && this.#path === null && !this.#wasCancelled
  }

  execute(statement: Statement): Promise<Result> {
    if (statement.searchPath !== undefined) return this.#under(pathText(statement.searchPath), statement)
    if (this.#path === null) return statement.text.startsWith('BEGIN') ? this.#enter(statement) : this.#run(statement)
    if (BEGINS.test(statement.text)) return this.#begin(statement)
    return this.#isInTransaction() ? this.#run(statement) : this.#under(this.#path, statement)
  }

  /** Until it answers, the server's word on the transaction is of before. */
  async #enter(statement: Statement): Promise<Result> {
    this.#entering += 1
    try {
      return await this.#run(statement)
    } finally {
      this.#entering -= 1
    }
  }

  #under(path: string, statement: Statement): Promise<Result> {
    return standsAlone(statement.text) ? this.#alone(path, statement) : this.#inside(path, statement)
  }

  async #alone(path: string, statement: Statement): Promise<Result> {
    const name = unqualified(statement.text)
    if (name === null) return await this.#run(statement)
    const { rows } = await this.#inside(path, { text: SCHEMA_OF, params: [name], mode: 'rows' })
    // What is nowhere is not in the first one either.
    const schema = rows[0]?.[0] ?? /^"(?:[^"]|"")+"/.exec(path)?.[0]
    return await this.#run(
      typeof schema === 'string' ? { ...statement, text: qualified(statement.text, schema) } : statement,
    )
  }

  async iterate(statement: Statement, { batchSize = 500 } = {}): Promise<RowStream> {
    await this.#quiet()
    const values = bindable(statement.params)
    const send = (text: string, given: unknown[] = []): Promise<Answer> => this.#send(text, given)
    const path = statement.searchPath === undefined ? this.#path : pathText(statement.searchPath)
    let isInside = this.#isInTransaction()
    const session = {
      isInTransaction: () => this.#isInTransaction(),
      send,
      begin: () => {
        isInside = true
        return send('BEGIN')
      },
      declare: (text: string) => {
        if (path === null || !isInside) return send(text, values)
        void send(ENTER, [path]).catch(() => {})
        const declared = send(text, values)
        void send(LEAVE).catch(() => {})
        return declared
      },
    }
    return await openCursor(session, `mortise_${++names}`, statement.text, batchSize)
  }

  #isInTransaction(): boolean {
    return this.#entering > 0 || this.#client.getTransactionStatus?.() !== 'I'
  }

  /** Until no statement with a path of its own is on its way: whether there is a transaction is known only then. */
  async #quiet(): Promise<void> {
    while (this.#inPath !== null) await this.#inPath
  }

  /**
   * A statement under a search path. All is sent at once, so that no other statement comes between, and it holds for this transaction
   * alone: a connection is never left with somebody's path, whatever fails.
   */
  async #inside(path: string, statement: Statement): Promise<Result> {
    await this.#quiet()
    const command = (text: string, values: unknown[] = []): Promise<Answer> => this.#send(text, values)
    const isInside = this.#isInTransaction()
    const work = Promise.allSettled([
      isInside ? null : command('BEGIN'),
      command(ENTER, [path]),
      this.#run(statement, false),
      command(isInside ? LEAVE : 'COMMIT'),
    ] as const)
    const ended = work.then(() => {
      this.#inPath = null
    })
    this.#inPath = ended
    const [, , result, end] = await work
    if (result.status === 'rejected') throw result.reason
    if (end.status === 'rejected') throw end.reason
    return result.value
  }

  async #begin(statement: Statement): Promise<Result> {
    await this.#quiet()
    const begun = this.#run(statement, false)
    // Not by a query: the isolation level may still be set after it.
    const told = this.#send(`SET LOCAL search_path = ${this.#path}`, [])
    told.catch(() => {})
    const result = await begun
    await told
    return result
  }

  #run(statement: Statement, mayPrepare = true): Promise<Result> {
    const { text, mode } = statement
    if (mode === 'script') return this.#runScript(text)
    const values = bindable(statement.params)
    const known = mayPrepare ? this.#knownName(text) : undefined
    if (known !== undefined) return this.#send(text, values, known)
    const changes = CHANGES_SCHEMA.test(text)
    if (changes) epoch += 1
    return this.#send(text, values, changes || !mayPrepare ? '' : this.#newName(text))
  }

  async #runScript(text: string): Promise<Result> {
    if (/\b(?:CREATE|ALTER|DROP)\b/i.test(text)) epoch += 1
    try {
      const result = await this.#client.query({ text, rowMode: 'array' })
      return new Answer(Array.isArray(result) ? (result.at(-1) as PgResult) : (result as PgResult))
    } catch (error) {
      if (isLoss(error)) this.isOpen = false
      throw error
    }
  }

  /** `name`: under which the statement is prepared. */
  #send(text: string, values: unknown[], name = ''): Promise<Answer> {
    if (!this.#isGathering) this.#gather()
    return new Promise((resolve, reject) => {
      const ended: Ended = (error, result) => {
        if (result === undefined) this.#failed(error, text, values, name, resolve, reject)
        else if (text === 'COMMIT' && result.command === 'ROLLBACK') reject(undone())
        else resolve(new Answer(result))
      }
      if (this.#Exchange !== null) this.#client.query(new this.#Exchange(text, values, name, ended))
      else
        this.#client
          .query({ text, values, rowMode: 'array', ...(name === '' ? { queryMode: 'extended' } : { name }) })
          .then((result) => ended(null, result as PgResult), ended)
    })
  }

  #failed(
    error: unknown,
    text: string,
    values: unknown[],
    name: string,
    resolve: (answer: Promise<Answer>) => void,
    reject: (error: unknown) => void,
  ): void {
    if (isLoss(error)) this.isOpen = false
    const wasStale = name !== '' && isStale(error)
    if (wasStale) {
      this.#names.delete(text)
      this.#forget(name)
    }
    // Inside a transaction the failure has ended it; outside nothing happened.
    if (wasStale && this.#client.getTransactionStatus?.() === 'I') resolve(this.#send(text, values))
    else reject(error)
  }

  cancel(): Promise<void> {
    this.#wasCancelled = true
    return this.#cancel(this.#client)
  }

  async close(): Promise<void> {
    this.isOpen = false
    await this.#client.end()
  }

  /** What is sent within one tick goes to the socket in one write. */
  #gather(): void {
    const stream = this.#client.connection?.stream
    if (stream?.cork === undefined || stream.uncork === undefined) return
    this.#isGathering = true
    stream.cork()
    process.nextTick(() => {
      this.#isGathering = false
      stream.uncork!()
    })
  }

  /** The name under which a text is prepared. */
  #knownName(text: string): string | undefined {
    if (this.#epoch !== epoch) {
      for (const name of this.#names.values()) this.#forget(name)
      this.#names.clear()
      this.#epoch = epoch
    }
    const known = this.#names.get(text)
    // While there is room for all, nobody asks which was asked for longest ago.
    if (known !== undefined && this.#names.size > STATEMENTS_PER_CONNECTION / 2) {
      this.#names.delete(text)
      this.#names.set(text, known)
    }
    return known
  }

  /** A text is prepared when it comes for the second time: many come only once. */
  #newName(text: string): string {
    if (!this.#prepares) return ''
    if (this.#seen.get(text) === undefined) {
      this.#seen.set(text, true)
      return ''
    }
    if (this.#names.size >= STATEMENTS_PER_CONNECTION) {
      const [oldest] = this.#names
      this.#names.delete(oldest![0])
      this.#forget(oldest![1])
    }
    const name = `mortise_${++names}`
    this.#names.set(text, name)
    return name
  }

  /** Closes a prepared statement together with the next one sent. */
  #forget(name: string): void {
    if (!this.isOpen) return
    const { connection } = this.#client
    if (connection === undefined) return
    if (connection.parsedStatements?.[name] === undefined && connection.submittedNamedStatements?.[name] === undefined)
      return
    delete connection.parsedStatements?.[name]
    delete connection.submittedNamedStatements?.[name]
    connection.close({ type: 'S', name })
  }
}

/** A transaction in which a statement failed cannot be committed: the server undoes it, and says so only in its answer. */
const undone = (): Error =>
  Object.assign(
    new Error(
      'The transaction could not be committed and was rolled back: a statement in it had failed, and the error was caught. Let the error through, or run the statement in a savepoint (nestMode: "savepoint").',
    ),
    { code: UNDONE },
  )

/** Names of columns are seldom asked for: the plan knows the positions. */
class Answer implements Result {
  readonly rows: Result['rows']
  readonly affectedRows: number
  readonly lastInsertId = null
  #columns: readonly string[] | null = null
  readonly #fields: PgResult['fields']
  constructor({ rows, fields, command, rowCount }: PgResult) {
    this.rows = rows.length === 0 ? NO_ROWS : rows
    this.affectedRows = command !== 'SELECT' && WRITES.has(command ?? '') ? (rowCount ?? 0) : 0
    this.#fields = fields
  }
  get columns(): readonly string[] {
    this.#columns ??= this.#fields.length === 0 ? NO_COLUMNS : this.#fields.map((field) => field.name)
    return this.#columns
  }
}
const WRITES = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY'])

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code ?? '')
/** 0A000: `cached plan must not change result type`; 26000: the statement was deallocated by somebody. */
const isStale = (error: unknown): boolean =>
  codeOf(error) === '26000' || (codeOf(error) === '0A000' && /cached plan/.test((error as Error).message))
/** The server ended the session, or the socket is gone. */
export const isLoss = (error: unknown): boolean =>
  /^(?:57P0[1-5]|08\w{3}|ECONNRESET|EPIPE|ETIMEDOUT|ECONNABORTED|ENOTCONN)$/.test(codeOf(error)) ||
  (error instanceof Error &&
    /^(?:Connection terminated|Client has encountered a connection error|Client was closed|read ECONNRESET|Query read timeout)/.test(
      error.message,
    ))

/** Parameters as the driver takes them. Plans bind through codecs, so usually nothing is to do. */
function bindable(params: readonly unknown[]): unknown[] {
  for (let at = 0; at < params.length; at += 1) {
    const value = params[at]
    if (value !== null && typeof value !== 'string' && typeof value !== 'number') return params.map(bindableValue)
  }
  return params as unknown[]
}
function bindableValue(value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (typeof value !== 'object') return typeof value === 'string' ? value : String(value)
  // The driver would write a date in the time zone of the process.
  if (value instanceof Date) return dateText(value)
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (Array.isArray(value)) return arrayText(value, bindableValue)
  return JSON.stringify(value)
}
