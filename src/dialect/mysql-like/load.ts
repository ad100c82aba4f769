/**
 * Finds a driver for MySQL and MariaDB: the `mariadb` connector, which takes less of the processor for statements of few rows on
 * both servers (`docs/decisions.md` has figures), or `mysql2` where that is what is installed; the option `driver` says which. Loaded at the first connection. Both come out in one shape, `Wire`.
 */
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ConnectionError } from '../../errors/database.js'
import type { WireStream } from './stream.js'

export type Done = (error: unknown, result?: unknown, fields?: unknown) => void

/** A connection of either driver; what `query` and `execute` answer is `Reader`'s business. */
export interface Wire {
  /** Text with no parameters, as it is. */
  query(text: string, done: Done): void
  /** A prepared statement, kept by the driver. */
  execute(text: string, params: readonly unknown[], done: Done): void
  /** The rows of text with no parameters, one by one. */
  stream(text: string): WireStream
  /** What is sent within this tick goes to the socket in one write, where the socket is known. */
  gather(): void
  /** The connection's number on the server. */
  threadId(): number
  end(done: () => void): void
  destroy(): void
  on(event: 'error' | 'end', listener: (error?: unknown) => void): unknown
}

/** Reads what a driver says of a result's columns. */
export interface Reader {
  name(field: unknown): string
  /** A 64-bit integer, which may come as a bigint. */
  isWide(field: unknown): boolean
}

export interface DriverModule {
  readonly name: 'mariadb' | 'mysql2'
  readonly reader: Reader
  /** A statement is on its way before those ahead of it have answered. */
  readonly sendsAhead: boolean
  connect(options: Readonly<Record<string, unknown>>): Promise<Wire>
}

/** A server under load may take its time. */
const CONNECT_TIMEOUT = 10_000
const STATEMENTS_PER_CONNECTION = 256

type Query = (options: object, params?: readonly unknown[] | Done, done?: Done) => { stream(): WireStream }
interface NativeConnection {
  query: Query
  execute: Query
  readonly threadId: number
  connect(done: (error: unknown) => void): void
  end(done?: () => void): void
  destroy(): void
  on(event: string, listener: (...args: readonly unknown[]) => void): unknown
}
interface NativeModule {
  createConnection(options: object): NativeConnection
}

// ---------------------------------------------------------------- the two drivers

interface MariadbField {
  readonly columnType: number
  name(): string
}
const BIGINT = 8

const mariadb = (module: NativeModule): DriverModule => ({
  name: 'mariadb',
  sendsAhead: true,
  reader: {
    name: (field) => (field as MariadbField).name(),
    isWide: (field) => (field as MariadbField).columnType === BIGINT,
  },
  connect(options) {
    const { maxPreparedStatements, ...rest } = options
    let socket: Socket | null = null
    // As the connector makes it, only that it is known here.
    const stream = (): Socket => {
      socket = createConnection(Number(rest.port ?? 3306), String(rest.host ?? 'localhost'))
      return socket.setNoDelay(true)
    }
    const gather = (): void => {
      if (socket === null || socket.writableCorked > 0) return
      const corked = socket
      corked.cork()
      process.nextTick(() => corked.uncork())
    }
    return connected(module, gather, {
      // As mysql2 does without asking; a server that wants a password encrypted has no other way to a client without TLS.
      allowPublicKeyRetrieval: true,
      connectTimeout: CONNECT_TIMEOUT,
      prepareCacheLength: maxPreparedStatements ?? STATEMENTS_PER_CONNECTION,
      ...(rest.socketPath === undefined ? { stream } : {}),
      ...rest,
      rowsAsArray: true,
      metaAsArray: true,
      dateStrings: true,
      jsonStrings: true,
      bitOneIsBoolean: false,
      // Parameters have no place in messages.
      logParam: false,
    })
  },
})

interface Mysql2Field {
  readonly name: string
}
const mysql2 = (module: NativeModule): DriverModule => ({
  name: 'mysql2',
  sendsAhead: false,
  reader: {
    name: (field) => (field as Mysql2Field).name,
    // With the options below they are numbers or text already.
    isWide: () => false,
  },
  connect(options) {
    const { prepareCacheLength, ...rest } = options
    return connected(module, () => {}, {
      connectTimeout: CONNECT_TIMEOUT,
      maxPreparedStatements: prepareCacheLength ?? STATEMENTS_PER_CONNECTION,
      ...rest,
      rowsAsArray: true,
      dateStrings: true,
      jsonStrings: true,
      supportBigNumbers: true,
      bigNumberStrings: false,
      decimalNumbers: false,
    })
  },
})

function connected(module: NativeModule, gather: () => void, options: object): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const native = module.createConnection(options)
    const wire: Wire = {
      query: (sql, done) => void native.query({ sql, rowsAsArray: true, metaAsArray: true }, done),
      execute: (sql, params, done) => void native.execute({ sql, rowsAsArray: true, metaAsArray: true }, params, done),
      stream: (sql) => native.query({ sql, rowsAsArray: true, metaAsArray: true }).stream(),
      gather,
      threadId: () => Number(native.threadId),
      end: (done) => native.end(done),
      destroy: () => native.destroy(),
      on: (event, listener) => native.on(event, listener),
    }
    Object.defineProperty(wire, 'native', { value: native })
    // Without a listener, a connection that dies while nobody waits would end the process.
    native.on('error', () => {})
    native.connect((error) => {
      if (error) reject(error instanceof Error ? error : new Error(String(error)))
      else resolve(wire)
    })
  })
}

export const nativeOf = (wire: Wire): unknown => (wire as { readonly native?: unknown }).native

// ---------------------------------------------------------------- finding one

const MODULES = {
  mariadb: { path: 'mariadb/callback', make: mariadb },
  mysql2: { path: 'mysql2', make: mysql2 },
} as const
type Name = keyof typeof MODULES
const NAMES = Object.keys(MODULES) as Name[]

const found = new Map<string, Promise<DriverModule>>()

/** `given`: a name, a module (`mysql2`, `mariadb/callback`), or nothing: the first that is installed. */
export function loadDriver(given: unknown): Promise<DriverModule> {
  if (typeof given === 'object' && given !== null) return Promise.resolve(fromModule(given))
  if (given !== undefined && given !== null && !NAMES.includes(given as Name))
    throw new ConnectionError(
      `The option \`driver\` must be 'mariadb' or 'mysql2', or the driver's module, got ${String(given)}.`,
    )
  const key = String(given ?? '')
  let loading = found.get(key)
  if (loading === undefined) {
    loading = load(given === undefined || given === null ? NAMES : [given as Name])
    loading.catch(() => found.delete(key))
    found.set(key, loading)
  }
  return loading
}

function fromModule(given: object): DriverModule {
  const candidates = 'default' in given && typeof given.default === 'object' ? [given, given.default] : [given]
  for (const module of candidates as Partial<
    NativeModule & { createPoolPromise: unknown; defaultOptions: unknown }
  >[]) {
    if (typeof module.createConnection !== 'function') continue
    return (typeof module.defaultOptions === 'function' ? mariadb : mysql2)(module as NativeModule)
  }
  throw new ConnectionError(
    "The option `driver` is no driver's module: give 'mariadb', 'mysql2', or what one of them exports.",
  )
}

/** From where Mortise is installed, else from where the program runs (linked packages). */
async function load(names: readonly Name[]): Promise<DriverModule> {
  for (const name of names) {
    for (const from of [import.meta.url, pathToFileURL(join(process.cwd(), 'package.json')).href]) {
      let path: string
      try {
        path = createRequire(from).resolve(MODULES[name].path)
      } catch {
        continue
      }
      const module = (await import(pathToFileURL(path).href)) as { default?: NativeModule } & NativeModule
      return MODULES[name].make(typeof module.createConnection === 'function' ? module : module.default!)
    }
  }
  throw new ConnectionError(
    names.length === 1
      ? `The driver ${names[0]} is not installed. Install it with \`npm install ${names[0]}\`.`
      : 'No driver for MySQL and MariaDB is installed. Install one with `npm install mariadb` (the faster one) or `npm install mysql2`.',
  )
}
