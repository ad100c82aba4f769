// PostgreSQL for the behaviour tests: a database per worker, a schema per test, both made here. The schema comes first in the search
// path, so that a test sees an empty database; extensions stand in `public` behind it. A worker holds a lock on its database: several runs
// at a time do not meet.
// Where the server is: MORTISE_POSTGRES, a URL. Default: postgres://postgres@127.0.0.1:5432/postgres.
import { createRequire } from 'node:module'
import type { EngineSetup, Feature } from './engines.js'

interface Admin {
  connect(): Promise<unknown>
  query(sql: string): Promise<{ readonly rows: readonly Record<string, unknown>[] }>
  end(): Promise<void>
  on(event: 'error', listener: () => void): unknown
}
const url = process.env.MORTISE_POSTGRES ?? 'postgres://postgres@127.0.0.1:5432/postgres'

function open(database?: string): Admin {
  const { Client } = createRequire(import.meta.url)('pg') as { Client: new (options: object) => Admin }
  const address = new URL(url)
  if (database !== undefined) address.pathname = `/${database}`
  const admin = new Client({ connectionString: address.href, connectionTimeoutMillis: 3000 })
  admin.on('error', () => {})
  return admin
}

/** Any number, the same in every run. */
const LOCKS = 1_836_021_365
// A test may drop every schema there is.
export const EXTENSIONS = `CREATE SCHEMA IF NOT EXISTS public; ${['citext', 'hstore', 'btree_gist'].map((name) => `CREATE EXTENSION IF NOT EXISTS ${name} SCHEMA public`).join('; ')}`
// Everything that a test has made: its schema, and those that it made itself.
export const CLEAN = `DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('information_schema', 'public')
  LOOP EXECUTE format('DROP SCHEMA %I CASCADE', name); END LOOP;
END $$`

/** A database that nobody else uses as long as the connection given is open. */
async function claimDatabase(server: Admin): Promise<string> {
  for (let number = Number(process.env.VITEST_POOL_ID ?? '0'); ; number += 1) {
    const { rows } = await server.query(`SELECT pg_try_advisory_lock(${LOCKS}, ${number}) AS mine`)
    if (rows[0]?.mine === true) return `mortise_test_${number}`
  }
}

async function makeDatabase(server: Admin, name: string): Promise<void> {
  const { rows } = await server.query(`SELECT 1 FROM pg_database WHERE datname = '${name}'`)
  if (rows.length > 0) return
  // Letters are ordered as in the other engines, and nobody waits for a disk that tests do not need.
  await server.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`)
  await server.query(`ALTER DATABASE ${name} SET synchronous_commit = off`)
}

interface Worker {
  readonly database: string
  readonly admin: Admin
  close(): Promise<void>
}
let ready: Promise<Worker> | undefined
async function workerOfRun(): Promise<Worker> {
  ready ??= (async () => {
    const server = open()
    await server.connect()
    const database = await claimDatabase(server)
    await makeDatabase(server, database)
    const admin = open(database)
    await admin.connect()
    // What a run that was stopped has left behind.
    await admin.query(CLEAN)
    return {
      database,
      admin,
      async close() {
        await admin.end()
        await server.end()
      },
    }
  })()
  return await ready
}

let schemas = 0

export const FEATURES: ReadonlySet<Feature> = new Set<Feature>([
  'returning',
  'rightJoin',
  'partialIndexes',
  'deferrableConstraints',
  'setDefaultAction',
  'schemas',
  'rowLocks',
  'isolationLevels',
  'alterAddsNamedForeignKey',
  'transactionalDdl',
  'longKeys',
  'namedPrimaryKeys',
  'searchPath',
  'server',
  'ownSessions',
  'otherProcesses',
  'enumTypes',
  'concurrentIndexes',
  'functions',
  'postgresTypes',
  'boundedTypes',
  'caseInsensitiveText',
  'unboundedDecimals',
  'notANumber',
  'infiniteNumbers',
  'anyYear',
])

export const POSTGRES: EngineSetup = {
  name: 'postgres',
  features: FEATURES,
  collation: 'C',
  howToStart:
    'PostgreSQL: `docker run -e POSTGRES_HOST_AUTH_METHOD=trust -p 5432:5432 postgres`, or a URL in MORTISE_POSTGRES',
  async answers() {
    const server = open()
    try {
      await server.connect()
      return true
    } catch {
      return false
    } finally {
      await server.end().catch(() => {})
    }
  },
  async prepare() {
    const { admin, database } = await workerOfRun()
    const schema = `test_${process.pid}_${++schemas}`
    await admin.query(`SET client_min_messages = warning; ${EXTENSIONS}; CREATE SCHEMA ${schema}`)
    const { hostname, port, username, password } = new URL(url)
    return {
      options: {
        dialect: 'postgres',
        host: hostname,
        port: Number(port || 5432),
        user: decodeURIComponent(username),
        ...(password === '' ? {} : { password: decodeURIComponent(password) }),
        database,
        searchPath: `${schema}, public`,
      },
      remove: async () => {
        await admin.query(CLEAN)
      },
    }
  },
  async close() {
    const worker = await ready
    ready = undefined
    await worker?.close()
  },
}

// ---------------------------------------------------------------- behind PgBouncer

const pooler = process.env.MORTISE_PGBOUNCER

function openPooled(): Admin {
  const { Client } = createRequire(import.meta.url)('pg') as { Client: new (options: object) => Admin }
  const admin = new Client({ connectionString: pooler, connectionTimeoutMillis: 3000 })
  admin.on('error', () => {})
  return admin
}

let pooled: Promise<Admin> | undefined

/**
 * PostgreSQL behind PgBouncer in transaction mode, on demand: its URL in MORTISE_PGBOUNCER. There is one database, so test files run one
 * after the other: `--no-file-parallelism`. Some tests hold several transactions at a time: the pooler's default_pool_size is at least 6.
 */
export const PGBOUNCER: EngineSetup = {
  name: 'pgbouncer',
  dialect: 'postgres',
  features: new Set([...FEATURES].filter((feature) => feature !== 'ownSessions')),
  collation: 'C',
  howToStart: 'PgBouncer: give its URL in MORTISE_PGBOUNCER (pool_mode = transaction)',
  async answers() {
    if (pooler === undefined) return false
    const server = openPooled()
    try {
      await server.connect()
      return true
    } catch {
      return false
    } finally {
      await server.end().catch(() => {})
    }
  },
  async prepare() {
    pooled ??= (async () => {
      const server = openPooled()
      await server.connect()
      await server.query(CLEAN)
      return server
    })()
    const admin = await pooled
    const schema = `test_${process.pid}_${++schemas}`
    await admin.query(`${EXTENSIONS}; CREATE SCHEMA ${schema}`)
    const { hostname, port, username, password, pathname } = new URL(pooler!)
    return {
      options: {
        dialect: 'postgres',
        host: hostname,
        port: Number(port),
        user: decodeURIComponent(username),
        password: decodeURIComponent(password),
        database: pathname.slice(1),
        preparedStatements: false,
        searchPath: `${schema}, public`,
      },
      remove: async () => {
        await admin.query(CLEAN)
      },
    }
  },
  async close() {
    const admin = await pooled
    pooled = undefined
    await admin?.end()
  },
}
