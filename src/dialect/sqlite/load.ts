/**
 * Finds a SQLite driver and opens a database with it: better-sqlite3, or Node's own `node:sqlite` where that is not installed. Nothing is
 * loaded before the first connection. Options in, `Database` out, the shape in which `driver` uses either of them.
 */
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { ConnectionError } from '../../errors/database.js'

export interface Column {
  readonly name: string
  /** Declared type of the column it comes from; null for an expression. */
  readonly type: string | null
}

/** A prepared statement of either driver. Rows are arrays. */
export interface Prepared {
  readonly returnsRows: boolean
  readonly isReadonly: boolean
  columns(): readonly Column[]
  readBigInts(): void
  all(params: readonly unknown[]): unknown[][]
  get(params: readonly unknown[]): unknown[] | undefined
  run(params: readonly unknown[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint }
  iterate(params: readonly unknown[]): Iterable<unknown[]>
}
export interface Database {
  prepare(text: string): Prepared
  exec(text: string): void
  close(): void
  readonly isOpen: boolean
  /** Blobs come as plain Uint8Arrays. */
  readonly plainBytes: boolean
  readonly native: unknown
}
export interface OpenOptions {
  readonly storage: string
  readonly isReadonly: boolean
  readonly mustExist: boolean
  /** `better-sqlite3`, `node:sqlite`, or the module itself. Default: the first that is there. */
  readonly driver?: unknown
  readonly nativeBinding?: unknown
}
type Opener = (options: OpenOptions) => Database

const INSTALL = 'npm install better-sqlite3'
const require = createRequire(import.meta.url)

export function openDatabase(options: OpenOptions): Database {
  const open = openerOf(options.driver)
  const { storage } = options
  // Sequelize makes the folder of a new database; drivers refuse a path whose folder is missing.
  if (
    !options.isReadonly &&
    !options.mustExist &&
    storage !== '' &&
    !storage.includes(':memory:') &&
    !storage.startsWith('file:')
  ) {
    try {
      mkdirSync(dirname(resolve(storage)), { recursive: true })
    } catch (cause) {
      throw new ConnectionError(
        `The folder of the database file ${JSON.stringify(storage)} cannot be made: ${messageOf(cause)}`,
        { cause },
      )
    }
  }
  try {
    return open(options)
  } catch (cause) {
    if (cause instanceof ConnectionError) throw cause
    throw new ConnectionError(`The SQLite database ${JSON.stringify(storage)} cannot be opened: ${messageOf(cause)}`, {
      cause,
    })
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

let found: Opener | undefined
function openerOf(driver: unknown): Opener {
  if (driver === undefined || driver === null) {
    found ??=
      betterSqlite3() ??
      nodeSqlite() ??
      missing(
        `No SQLite driver is installed. Install one with \`${INSTALL}\`, or use Node 22.16 or newer, which brings its own.`,
      )
    return found
  }
  if (driver === 'better-sqlite3')
    return betterSqlite3() ?? missing(`The driver better-sqlite3 is not installed. Install it with \`${INSTALL}\`.`)
  if (driver === 'node:sqlite')
    return (
      nodeSqlite() ??
      missing(
        `The driver node:sqlite needs Node 22.16 or newer; this is ${process.version}. Use better-sqlite3: \`${INSTALL}\`.`,
      )
    )
  return openerOfModule(driver)
}

function missing(message: string): never {
  throw new ConnectionError(message)
}

function openerOfModule(given: unknown): Opener {
  const module =
    typeof given === 'object' && given !== null && 'default' in given && !('DatabaseSync' in given)
      ? given.default
      : given
  if (typeof module === 'function') return openBetter(module as BetterConstructor)
  if (typeof module === 'object' && module !== null) {
    if ('DatabaseSync' in module) return openNode(module as NodeSqlite)
    if ('OPEN_READWRITE' in module)
      missing(
        `The sqlite3 package cannot be used as the driver: its statements are not synchronous. Use better-sqlite3: \`${INSTALL}\`.`,
      )
  }
  return missing("The option `driver` must be 'better-sqlite3', 'node:sqlite', or one of these modules.")
}

// ---------------------------------------------------------------- better-sqlite3
interface BetterStatement {
  readonly reader: boolean
  readonly readonly: boolean
  raw(on: boolean): this
  safeIntegers(on: boolean): this
  columns(): Column[]
  all(...params: unknown[]): unknown[][]
  get(...params: unknown[]): unknown[] | undefined
  run(...params: unknown[]): { changes: number; lastInsertRowid: number | bigint }
  iterate(...params: unknown[]): Iterable<unknown[]>
}
interface BetterDatabase {
  readonly open: boolean
  prepare(text: string): BetterStatement
  exec(text: string): unknown
  close(): unknown
}
type BetterConstructor = new (storage: string, options: object) => BetterDatabase

/** From where Mortise is installed, else from where the program runs (linked packages). */
function betterSqlite3(): Opener | null {
  for (const from of [require, createRequire(join(process.cwd(), 'package.json'))]) {
    try {
      return openBetter(from('better-sqlite3') as BetterConstructor)
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'MODULE_NOT_FOUND')
        throw new ConnectionError(`The driver better-sqlite3 cannot be loaded: ${messageOf(error)}`, { cause: error })
    }
  }
  return null
}

const openBetter =
  (Constructor: BetterConstructor): Opener =>
  ({ storage, isReadonly, mustExist, nativeBinding }) => {
    const native = new Constructor(storage, {
      readonly: isReadonly,
      fileMustExist: mustExist,
      // The executor waits for locks.
      timeout: 0,
      ...(nativeBinding ? { nativeBinding } : {}),
    })
    return {
      native,
      plainBytes: false,
      get isOpen() {
        return native.open
      },
      prepare: (text) => new BetterPrepared(native.prepare(text)),
      exec: (text) => void native.exec(text),
      close: () => void native.close(),
    }
  }

class BetterPrepared implements Prepared {
  readonly returnsRows: boolean
  readonly isReadonly: boolean
  readonly #statement: BetterStatement
  constructor(statement: BetterStatement) {
    this.#statement = statement.reader ? statement.raw(true) : statement
    this.returnsRows = statement.reader
    this.isReadonly = statement.readonly
  }
  columns(): readonly Column[] {
    return this.#statement.columns()
  }
  readBigInts(): void {
    this.#statement.safeIntegers(true)
  }
  // Arguments are bound faster than a list of them, as long as the stack holds them. Objects other than bytes would be taken for named
  // parameters; `driver` lets none through.
  all(params: readonly unknown[]): unknown[][] {
    return params.length < MOST_ARGUMENTS ? this.#statement.all(...params) : this.#statement.all(params)
  }
  get(params: readonly unknown[]): unknown[] | undefined {
    return params.length < MOST_ARGUMENTS ? this.#statement.get(...params) : this.#statement.get(params)
  }
  run(params: readonly unknown[]): { changes: number; lastInsertRowid: number | bigint } {
    return params.length < MOST_ARGUMENTS ? this.#statement.run(...params) : this.#statement.run(params)
  }
  iterate(params: readonly unknown[]): Iterable<unknown[]> {
    return params.length < MOST_ARGUMENTS ? this.#statement.iterate(...params) : this.#statement.iterate(params)
  }
}
const MOST_ARGUMENTS = 4000

// ---------------------------------------------------------------- node:sqlite
interface NodeStatement {
  columns(): Column[]
  setReturnArrays(on: boolean): void
  setReadBigInts(on: boolean): void
  all(...params: unknown[]): unknown[][]
  get(...params: unknown[]): unknown[] | undefined
  run(...params: unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint }
  iterate(...params: unknown[]): Iterable<unknown[]>
}
interface NodeDatabase {
  readonly isOpen: boolean
  prepare(text: string): NodeStatement
  exec(text: string): void
  close(): void
}
interface NodeSqlite {
  readonly DatabaseSync: new (storage: string, options: object) => NodeDatabase
  readonly StatementSync?: { readonly prototype: object }
}

function nodeSqlite(): Opener | null {
  const module = (process as { getBuiltinModule?: (name: string) => unknown }).getBuiltinModule?.('node:sqlite') as
    | NodeSqlite
    | undefined
  // The first releases could neither name columns nor give rows as arrays.
  return module?.StatementSync &&
    'setReturnArrays' in module.StatementSync.prototype &&
    'columns' in module.StatementSync.prototype
    ? openNode(module)
    : null
}

const openNode =
  ({ DatabaseSync }: NodeSqlite): Opener =>
  ({ storage, isReadonly, mustExist }) => {
    if (mustExist && storage !== '' && storage !== ':memory:')
      storage = `${storage.startsWith('file:') ? storage : `file:${encodeURI(resolve(storage)).replace(/[?#]/g, encodeURIComponent)}`}${storage.includes('?') ? '&' : '?'}mode=${isReadonly ? 'ro' : 'rw'}`
    const native = new DatabaseSync(storage, { readOnly: isReadonly, timeout: 0 })
    return {
      native,
      plainBytes: true,
      get isOpen() {
        return native.isOpen
      },
      prepare: (text) => new NodePrepared(native.prepare(text), text),
      exec: (text) => native.exec(text),
      close: () => native.close(),
    }
  }

class NodePrepared implements Prepared {
  readonly returnsRows: boolean
  readonly isReadonly: boolean
  readonly #statement: NodeStatement
  constructor(statement: NodeStatement, text: string) {
    this.#statement = statement
    this.returnsRows = statement.columns().length > 0
    this.isReadonly = /^\s*(?:SELECT|VALUES)\b/i.test(text)
    statement.setReturnArrays(true)
  }
  columns(): readonly Column[] {
    return this.#statement.columns()
  }
  readBigInts(): void {
    this.#statement.setReadBigInts(true)
  }
  all(params: readonly unknown[]): unknown[][] {
    return this.#statement.all(...params)
  }
  get(params: readonly unknown[]): unknown[] | undefined {
    return this.#statement.get(...params)
  }
  run(params: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint } {
    return this.#statement.run(...params)
  }
  iterate(params: readonly unknown[]): Iterable<unknown[]> {
    return this.#statement.iterate(...params)
  }
}
