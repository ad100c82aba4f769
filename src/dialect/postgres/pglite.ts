/**
 * PGlite, PostgreSQL within the process, in the shape in which `driver` uses `pg`. A PGlite database has one session: it belongs to one
 * client from BEGIN to COMMIT, others wait meanwhile, and each finds its own settings. Neighbours: `load` chooses, `driver` calls.
 */
import { ConnectionError } from '../../errors/database.js'
import type { Client, PgField, PgQuery, PgResult } from './load.js'
import { parserOf } from './parsers.js'

/** Messages of the server, as PGlite reads them. */
interface Message {
  readonly name: string
  /** `commandComplete`: the command. */
  readonly text?: string
  /** `readyForQuery`: I, T or E. */
  readonly status?: string
  /** `rowDescription`: columns; `dataRow`: texts. */
  readonly fields?: readonly unknown[]
}
/** A database of PGlite, as far as it is used here. */
export interface PgliteDatabase {
  readonly waitReady: Promise<void>
  readonly closed: boolean
  execProtocol(
    message: Uint8Array,
    options: { readonly throwOnError: boolean },
  ): Promise<{ readonly messages: readonly Message[] }>
  runExclusive<T>(run: () => Promise<T>): Promise<T>
  close(): Promise<void>
}
interface Serialize {
  query(text: string): Uint8Array
  parse(message: { readonly name?: string; readonly text: string }): Uint8Array
  bind(message: { readonly statement?: string; readonly values: readonly unknown[] }): Uint8Array
  describe(message: { readonly type: 'P' }): Uint8Array
  execute(message?: object): Uint8Array
  close(message: { readonly type: 'S'; readonly name: string }): Uint8Array
  sync(): Uint8Array
}
export interface PgliteModule {
  readonly PGlite: new (dataDir?: string, options?: object) => PgliteDatabase
  readonly protocol: { readonly serialize: Serialize }
}

/** A database in memory that a dialect has. */
export interface Memory {
  database: PgliteDatabase | null
}

export const isPgliteDatabase = (value: unknown): value is PgliteDatabase =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as { execProtocol?: unknown }).execProtocol === 'function' &&
  'waitReady' in value
export const isPgliteModule = (value: unknown): value is PgliteModule =>
  typeof value === 'object' && value !== null && typeof (value as { PGlite?: unknown }).PGlite === 'function'

/** Who has the session of a database, and who waits for it. */
class Session {
  /** Whose settings it has. */
  last: PgliteClient | null = null
  #holder: PgliteClient | null = null
  readonly #waiting: (() => void)[] = []

  async enter(client: PgliteClient): Promise<void> {
    while (this.#holder !== null && this.#holder !== client)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#holder = client
  }
  leave(): void {
    this.#holder = null
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
const sessions = new WeakMap<PgliteDatabase, Session>()
function sessionOf(database: PgliteDatabase): Session {
  const session = sessions.get(database) ?? new Session()
  sessions.set(database, session)
  return session
}

/** `dataDir`: a folder, or `memory://` (default). `extensions`: PGlite's own option. Neither with a database that is given. */
export class PgliteClient implements Client {
  readonly #serialize: Serialize
  readonly #database: PgliteDatabase
  readonly #session: Session
  readonly #isOwn: boolean
  readonly #listeners: (() => void)[] = []
  /** What the session was told first: told again when somebody else had it meanwhile. */
  #settings: string | null = null
  #status = 'I'
  /** Known once the server has understood it, even if it then fails. */
  #preparing: { readonly name: string; readonly text: string } | null = null
  #isOpen = true
  #queue: Promise<unknown> = Promise.resolve()
  readonly connection: NonNullable<Client['connection']>

  /** `memory`: where a database in memory stays when its connection goes: it lives as long as its dialect. */
  constructor(
    module: PgliteModule,
    given: PgliteDatabase | null,
    options: Readonly<Record<string, unknown>>,
    memory: Memory,
  ) {
    refuseServer(options)
    const dataDir = options.dataDir as string | undefined
    const isInMemory = dataDir === undefined || dataDir.startsWith('memory://')
    const kept = isInMemory ? memory.database : null
    this.#serialize = module.protocol.serialize
    this.#isOwn = given === null && !isInMemory
    this.#database = given ?? kept ?? new module.PGlite(dataDir, { extensions: options.extensions ?? {} })
    if (given === null && isInMemory) memory.database = this.#database
    this.#session = sessionOf(this.#database)
    const parsedStatements: Record<string, string> = {}
    this.connection = {
      parsedStatements,
      close: ({ name }) =>
        void this.#enqueue(() => this.#send(this.#serialize.close({ type: 'S', name }))).catch(() => {}),
    }
  }

  async connect(): Promise<void> {
    await this.#database.waitReady
  }

  query(query: PgQuery): Promise<PgResult | readonly PgResult[]> {
    return this.#enqueue(() => this.#run(query))
  }

  getTransactionStatus(): string {
    return this.#status
  }

  on(event: 'error' | 'end', listener: () => void): void {
    if (event === 'end') this.#listeners.push(listener)
  }

  /** A database that was given stays open: it is the program's. */
  async end(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    await this.#queue.catch(() => {})
    if (this.#status !== 'I') await this.#exchange(this.#serialize.query('ROLLBACK')).catch(() => {})
    this.#session.leave()
    if (this.#isOwn && !this.#database.closed) await this.#database.close()
    for (const listener of this.#listeners) listener()
  }

  /** One after the other, each with the session. */
  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(async () => {
      if (this.#database.closed) throw new ConnectionError('Connection terminated: the PGlite database was closed.')
      await this.#session.enter(this)
      try {
        await this.#takeOver()
        return await work()
      } finally {
        if (this.#status === 'I') this.#session.leave()
      }
    })
    this.#queue = done.catch(() => {})
    return done
  }

  async #takeOver(): Promise<void> {
    const { last } = this.#session
    this.#session.last = this
    if (last === this || this.#settings === null) return
    const known = this.connection.parsedStatements!
    for (const name of Object.keys(known)) delete known[name]
    await this.#send(this.#serialize.query(`RESET ALL; DEALLOCATE ALL; ${this.#settings}`))
  }

  async #run(query: PgQuery): Promise<PgResult | readonly PgResult[]> {
    const { text, name, queryMode } = query
    const values = (query.values ?? []).map((value) => (typeof value === 'number' ? String(value) : value))
    if (name === undefined && values.length === 0 && queryMode !== 'extended') {
      this.#settings ??= text
      const results = await this.#send(this.#serialize.query(text))
      return results.length === 1 ? results[0]! : results
    }
    const known = this.connection.parsedStatements!
    const isNew = name === undefined || known[name] === undefined
    const { parse, bind, describe, execute, sync } = this.#serialize
    if (name !== undefined && isNew) this.#preparing = { name, text }
    const results = await this.#send(
      Buffer.concat([
        ...(isNew ? [parse(name === undefined ? { text } : { name, text })] : []),
        bind(name === undefined ? { values } : { statement: name, values }),
        describe({ type: 'P' }),
        execute(),
        sync(),
      ]),
    )
    return results[0]!
  }

  /** The answer's results, one for each command. */
  async #send(message: Uint8Array): Promise<readonly PgResult[]> {
    const messages = await this.#exchange(message)
    const results: PgResult[] = []
    let [fields, rows]: [readonly PgField[], unknown[][]] = [[], []]
    for (const { name, text, fields: given } of messages) {
      if (name === 'rowDescription') fields = given as readonly PgField[]
      else if (name === 'dataRow') rows.push(readRow(given as readonly (string | null)[], fields))
      else if (name === 'commandComplete' || name === 'emptyQuery') {
        results.push({ ...commandOf(text ?? ''), fields, rows })
        ;[fields, rows] = [[], []]
      }
    }
    return results.length > 0 ? results : [{ command: null, rowCount: null, fields, rows }]
  }

  async #exchange(message: Uint8Array): Promise<readonly Message[]> {
    const { messages } = await this.#database.runExclusive(
      async () => await this.#database.execProtocol(message, { throwOnError: false }),
    )
    let failure: unknown
    for (const one of messages) {
      if (one.name === 'parseComplete' && this.#preparing !== null)
        this.connection.parsedStatements![this.#preparing.name] = this.#preparing.text
      if (one.name === 'readyForQuery') this.#status = one.status ?? 'I'
      else if (one.name === 'error') failure ??= one
    }
    this.#preparing = null
    if (failure !== undefined) throw failure
    return messages
  }
}

/** What leads to a server leads nowhere here: a program that means one must hear of it. */
function refuseServer(options: Readonly<Record<string, unknown>>): void {
  const { host, port, ssl, password, database } = options
  const given = Object.entries({ host, port, ssl, password }).find(([, value]) => value)
  if (given)
    throw new ConnectionError(
      `The option ${given[0]} leads to a server, and PGlite is none. Leave it out, or leave out the driver PGlite.`,
    )
  if (database !== undefined && database !== DATABASE)
    throw new ConnectionError(
      `PGlite has one database, which is called "${DATABASE}". For a folder of its own give \`dataDir\`.`,
    )
}
const DATABASE = 'postgres'

const readRow = (texts: readonly (string | null)[], fields: readonly PgField[]): unknown[] =>
  texts.map((text, at) => (text === null ? null : parserOf(fields[at]!.dataTypeID)(text)))

/** `INSERT 0 3` → its word and its number. */
function commandOf(text: string): { readonly command: string; readonly rowCount: number | null } {
  const [command = ''] = text.split(' ', 1)
  const count = /\d+$/.exec(text)
  return { command, rowCount: count ? Number(count[0]) : null }
}
