/** Finds the `pg` driver: the one installed, or the module that the option `driver` (Sequelize 7: `pgModule`) gives. Loaded at the first connection. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ConnectionError } from '../../errors/database.js'

export interface PgResult {
  readonly command: string | null
  readonly rowCount: number | null
  readonly rows: unknown[][]
  readonly fields: readonly { readonly name: string }[]
}
interface PgQuery {
  readonly text: string
  readonly name?: string
  readonly values?: unknown[]
  readonly rowMode: 'array'
  readonly queryMode?: 'extended'
}
export interface Client {
  connect(): Promise<unknown>
  query(query: PgQuery): Promise<PgResult | readonly PgResult[]>
  end(): Promise<void>
  on(event: 'error' | 'end', listener: (error?: unknown) => void): unknown
  getTransactionStatus?(): string | null
  readonly connection?: {
    parsedStatements?: Record<string, string>
    submittedNamedStatements?: Record<string, string>
    close(message: { readonly type: 'S'; readonly name: string }): void
  }
}
export interface PgModule {
  readonly Client: new (options: Readonly<Record<string, unknown>>) => Client
}

const INSTALL = 'npm install pg'

const isModule = (value: unknown): value is PgModule =>
  typeof value === 'object' && value !== null && typeof (value as { Client?: unknown }).Client === 'function'

let found: Promise<PgModule> | undefined
export async function loadDriver(given: unknown): Promise<PgModule> {
  if (given === undefined || given === null || given === 'pg') {
    found ??= load().catch((error: unknown) => {
      found = undefined
      throw error
    })
    return await found
  }
  const module = typeof given === 'object' && given !== null && 'default' in given ? given.default : given
  if (isModule(given)) return given
  if (isModule(module)) return module
  throw new ConnectionError("The option `driver` must be 'pg', or the module itself (import pg from 'pg').")
}

/** From where Mortise is installed, else from where the program runs (linked packages). */
async function load(): Promise<PgModule> {
  for (const from of [import.meta.url, pathToFileURL(join(process.cwd(), 'package.json')).href]) {
    try {
      return createRequire(from)('pg') as PgModule
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'MODULE_NOT_FOUND')
        throw new ConnectionError(
          `The driver pg cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
          { cause: error },
        )
    }
  }
  throw new ConnectionError(`The driver pg is not installed. Install it with \`${INSTALL}\`.`)
}
