/**
 * Finds the driver: `pg`, or PGlite (`driver: 'pglite'`), which is PostgreSQL within the process; by name, or the module itself (Sequelize 7:
 * `pgModule`), or a PGlite database that the program has. Loaded at the first connection.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ConnectionError } from '../../errors/database.js'
import type { Exchange } from './exchange.js'
import type { Memory, PgliteDatabase, PgliteModule } from './pglite.js'
import { isPgliteDatabase, isPgliteModule, PgliteClient } from './pglite.js'

export interface PgField {
  readonly name: string
  readonly dataTypeID: number
}
export interface PgResult {
  readonly command: string | null
  readonly rowCount: number | null
  readonly rows: unknown[][]
  readonly fields: readonly PgField[]
}
export interface PgQuery {
  readonly text: string
  readonly name?: string
  readonly values?: readonly unknown[]
  readonly rowMode: 'array'
  readonly queryMode?: 'extended'
}
export interface Client {
  connect(): Promise<unknown>
  query(query: PgQuery): Promise<PgResult | readonly PgResult[]>
  query(exchange: Exchange): unknown
  end(): Promise<void>
  on(event: 'error' | 'end', listener: (error?: unknown) => void): unknown
  getTransactionStatus?(): string | null
  readonly pipeline?: boolean
  readonly connection?: {
    readonly stream?: { cork?(): void; uncork?(): void }
    parsedStatements?: Record<string, string>
    submittedNamedStatements?: Record<string, string>
    close(message: { readonly type: 'S'; readonly name: string }): void
  }
}
export interface PgModule {
  readonly Client: new (options: Readonly<Record<string, unknown>>) => Client
  /** The class of the driver's own queries; PGlite has none. */
  readonly Query?: { readonly prototype: unknown }
}

const PGLITE = '@electric-sql/pglite'

const isModule = (value: unknown): value is PgModule =>
  typeof value === 'object' && value !== null && typeof (value as { Client?: unknown }).Client === 'function'

/** Whether a value of the option `driver` means PGlite, whose databases have one session. */
export const isPglite = (driver: unknown): boolean =>
  driver === 'pglite' || driver === PGLITE || isPgliteDatabase(driver) || isPgliteModule(driver)

export async function loadDriver(given: unknown, memory: Memory): Promise<PgModule> {
  if (given === undefined || given === null || given === 'pg') return (await load('pg')) as PgModule
  if (given === 'pglite' || given === PGLITE) return pglite((await load(PGLITE)) as PgliteModule, null, memory)
  if (isPgliteDatabase(given)) return pglite((await load(PGLITE)) as PgliteModule, given, memory)
  const module = typeof given === 'object' && 'default' in given && !isPgliteModule(given) ? given.default : given
  if (isPgliteModule(module)) return pglite(module, null, memory)
  if (isModule(given)) return given
  if (isModule(module)) return module
  throw new ConnectionError(
    "The option `driver` must be 'pg' or 'pglite', the module itself (import pg from 'pg'), or a PGlite database.",
  )
}

const pglite = (module: PgliteModule, database: PgliteDatabase | null, memory: Memory): PgModule => ({
  Client: class extends PgliteClient {
    constructor(options: Readonly<Record<string, unknown>>) {
      super(module, database, options, memory)
    }
  },
})

const found = new Map<string, unknown>()

/** From where Mortise is installed, else from where the program runs (linked packages). */
async function load(name: string): Promise<unknown> {
  if (found.has(name)) return found.get(name)
  for (const from of [import.meta.url, pathToFileURL(join(process.cwd(), 'package.json')).href]) {
    try {
      const module: unknown = createRequire(from)(name)
      found.set(name, module)
      return module
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'MODULE_NOT_FOUND')
        throw new ConnectionError(
          `The driver ${name} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
          { cause: error },
        )
    }
  }
  throw new ConnectionError(`The driver ${name} is not installed. Install it with \`npm install ${name}\`.`)
}
