// MariaDB and MySQL for the behaviour tests: a database per test. Where the servers are: MORTISE_MARIADB and MORTISE_MYSQL, URLs of users who
// may create databases.

import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { EngineSetup, Feature } from './engines.js'

interface Admin {
  query(sql: string): Promise<readonly (readonly unknown[])[]>
  end(): Promise<void>
  on(event: 'error', listener: () => void): unknown
}

async function open(url: string): Promise<Admin> {
  const path = createRequire(import.meta.url).resolve('mariadb')
  const { createConnection } = (await import(pathToFileURL(path).href)) as {
    createConnection(options: object): Promise<Admin>
  }
  const { hostname, port, username, password } = new URL(url)
  const admin = await createConnection({
    host: hostname,
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    connectTimeout: 3000,
    allowPublicKeyRetrieval: true,
    rowsAsArray: true,
  })
  admin.on('error', () => {})
  return admin
}

/** Another run of the tests may be at work. */
function isRunning(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const worker = `mortise_test_${process.env.VITEST_POOL_ID ?? '0'}`

function mysqlLike(
  name: 'mariadb' | 'mysql',
  url: string,
  howToStart: string,
  features: readonly Feature[],
): EngineSetup {
  let ready: Promise<Admin> | undefined
  let databases = 0
  async function admin(): Promise<Admin> {
    ready ??= (async () => {
      const own = await open(url)
      // What a run that was stopped has left behind.
      for (const [left] of await own.query(`SHOW DATABASES LIKE '${worker.replaceAll('_', '\\_')}\\_%'`))
        if (!isRunning(Number(String(left).split('_')[3]))) await own.query(`DROP DATABASE \`${String(left)}\``)
      return own
    })()
    return await ready
  }
  return {
    name,
    features: new Set<Feature>([
      'rightJoin',
      'rowLocks',
      'isolationLevels',
      'schemas',
      'alterAddsNamedForeignKey',
      'implicitForeignKeyIndex',
      'nonUniqueReferencedKey',
      'switchableForeignKeys',
      'geometry',
      'unsignedTypes',
      'boundedTypes',
      'server',
      'ownSessions',
      'otherProcesses',
      'nulInText',
      ...features,
    ]),
    howToStart,
    async answers() {
      try {
        await (await open(url)).end()
        return true
      } catch {
        return false
      }
    },
    async prepare() {
      const server = await admin()
      const database = `${worker}_${process.pid}_${++databases}`
      await server.query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4`)
      const { hostname, port, username, password } = new URL(url)
      return {
        options: {
          dialect: name,
          host: hostname,
          port: Number(port || 3306),
          user: decodeURIComponent(username),
          ...(password === '' ? {} : { password: decodeURIComponent(password) }),
          database,
        },
        remove: async () => {
          await server.query(`DROP DATABASE ${database}`)
        },
      }
    },
    async close() {
      const own = await ready
      ready = undefined
      await own?.end()
    },
  }
}

export const MARIADB: EngineSetup = mysqlLike(
  'mariadb',
  process.env.MORTISE_MARIADB ?? 'mariadb://root@127.0.0.1:3306',
  'MariaDB: `docker run -e MARIADB_ALLOW_EMPTY_ROOT_PASSWORD=1 -p 3306:3306 mariadb`, or a URL in MORTISE_MARIADB',
  [],
)
export const MYSQL: EngineSetup = mysqlLike(
  'mysql',
  process.env.MORTISE_MYSQL ?? 'mysql://orm:orm-secret@127.0.0.1:13316',
  'MySQL: the URL of a user who may create databases in MORTISE_MYSQL',
  [],
)
