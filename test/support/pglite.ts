// PGlite for the behaviour tests, on demand: MORTISE_ENGINES=pglite. One database for a file of tests, a schema for a test.
import { createRequire } from 'node:module'
import type { EngineSetup, Feature } from './engines.js'
import { CLEAN, EXTENSIONS, FEATURES } from './postgres.js'

interface Database {
  exec(sql: string): Promise<unknown>
  close(): Promise<void>
}
interface Module {
  readonly PGlite: { create(options: object): Promise<Database> }
}

const require = createRequire(import.meta.url)
const extension = (name: string): unknown =>
  (require(`@electric-sql/pglite/contrib/${name}`) as Record<string, unknown>)[name]

let database: Promise<Database> | undefined
let schemas = 0

function open(): Promise<Database> {
  const { PGlite } = require('@electric-sql/pglite') as Module
  database ??= PGlite.create({
    extensions: { citext: extension('citext'), hstore: extension('hstore'), btree_gist: extension('btree_gist') },
  })
  return database
}

const LACKING: ReadonlySet<Feature> = new Set(['server', 'ownSessions', 'otherProcesses'])

export const PGLITE: EngineSetup = {
  name: 'pglite',
  dialect: 'postgres',
  // The database is in this process, and has one session.
  features: new Set([...FEATURES].filter((feature) => !LACKING.has(feature))),
  collation: 'C',
  howToStart: 'PGlite: npm install @electric-sql/pglite',
  async answers() {
    try {
      require.resolve('@electric-sql/pglite')
      return true
    } catch {
      return false
    }
  },
  begin: open,
  async prepare() {
    const admin = await open()
    const schema = `test_${++schemas}`
    await admin.exec(`SET client_min_messages = warning; ${EXTENSIONS}; CREATE SCHEMA ${schema}`)
    return {
      options: { dialect: 'postgres', driver: admin, database: 'postgres', searchPath: `${schema}, public` },
      remove: async () => {
        await admin.exec(CLEAN)
      },
    }
  },
  async close() {
    const admin = await database
    database = undefined
    await admin?.close()
  },
}
