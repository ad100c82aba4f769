// The engines there are for the behaviour tests, and which of them this run has: MORTISE_ENGINES=sqlite,postgres, else every one that answers.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MARIADB, MYSQL } from './mysql.js'
import { PGLITE } from './pglite.js'
import { PGBOUNCER, POSTGRES } from './postgres.js'

/** What an engine may or may not do, each with the words for a test that is skipped because of it. */
export const FEATURES = {
  returning: 'the engine answers writes with RETURNING',
  alterAddsNamedForeignKey:
    'the engine adds a foreign key by ALTER TABLE … ADD CONSTRAINT under the name that a test reads',
  implicitForeignKeyIndex: 'the engine makes an index for a foreign key by itself (MySQL family)',
  nonUniqueReferencedKey:
    'the engine lets a foreign key refer to a column that is not unique, if it is indexed (MySQL family)',
  rightJoin: 'the engine has RIGHT JOIN',
  partialIndexes: 'the engine has indexes with a condition',
  deferrableConstraints: 'the engine can check a foreign key at the end of the transaction',
  setDefaultAction: 'the engine has ON DELETE SET DEFAULT',
  schemas: 'the engine has schemas',
  rowLocks: 'the engine has SELECT … FOR UPDATE',
  isolationLevels: 'the engine has isolation levels',
  rebuildsTables: 'the engine writes a table anew to alter it (SQLite)',
  ownSql: 'the engine speaks the SQL of the test (SQLite)',
  transactionalDdl: 'what defines tables takes part in transactions',
  longKeys: 'texts and bytes of any length can be keys that foreign keys refer to',
  namedPrimaryKeys: 'a primary key has a name of its own',
  switchableForeignKeys: 'the engine can switch the checks of foreign keys off',
  postgresTypes: 'the engine has arrays, ranges, HSTORE, TSVECTOR and types of network addresses (PostgreSQL)',
  geometry: 'the engine has geometries without an extension (MySQL family)',
  unsignedTypes: 'the engine has unsigned numbers and numbers with leading zeros (MySQL family)',
  boundedTypes: 'types of numbers and texts have the limits that they declare (not SQLite)',
  caseInsensitiveText: 'the engine has CITEXT',
  unboundedDecimals: 'DECIMAL without a precision holds any number (PostgreSQL)',
  notANumber: 'a column of floating point holds NaN (PostgreSQL)',
  infiniteNumbers: 'a column of floating point holds Infinity',
  anyYear: 'dates may lie before the year 1 and after 9999 (PostgreSQL)',
  enumTypes: 'enums are types of their own (PostgreSQL)',
  concurrentIndexes: 'indexes can be made and dropped beside those who write (PostgreSQL)',
  forwardReferences: 'a foreign key may refer to a table that is made later (SQLite)',
  functions: 'functions and triggers are made by the query interface (PostgreSQL)',
  server: 'the engine is a server to which connections lead',
  ownSessions: 'a connection is one session of the server all its life (not behind a pooler)',
  otherProcesses: 'another process can open the database (not PGlite, which lives in its own)',
  searchPath: 'tables without a schema are looked for along a path of schemas (PostgreSQL)',
  nulInText: 'text may hold the character NUL',
} as const
export type Feature = keyof typeof FEATURES

export interface EngineSetup {
  readonly name: string
  /** Default: the name. */
  readonly dialect?: string
  readonly features: ReadonlySet<Feature>
  /** A collation that every server of the engine has. Default: `C`. */
  readonly collation?: string
  /** One sentence for those who do not have it. */
  readonly howToStart: string
  answers(): Promise<boolean>
  /** Before the first test of a file, where that takes long. */
  begin?(): Promise<unknown>
  /** Options for an empty database, and how to remove it. */
  prepare(options: {
    readonly file: boolean
  }): Promise<{ readonly options: Record<string, unknown>; readonly remove: () => Promise<void> }>
  /** After the last test of a file. */
  close?(): Promise<void>
}

const SQLITE: EngineSetup = {
  name: 'sqlite',
  features: new Set([
    'returning',
    'rightJoin',
    'partialIndexes',
    'deferrableConstraints',
    'setDefaultAction',
    'rebuildsTables',
    'transactionalDdl',
    'longKeys',
    'namedPrimaryKeys',
    'ownSql',
    'switchableForeignKeys',
    'forwardReferences',
    'caseInsensitiveText',
    'infiniteNumbers',
    'nulInText',
    'otherProcesses',
  ]),
  collation: 'NOCASE',
  howToStart: 'SQLite: npm install',
  answers: async () => true,
  async prepare({ file }) {
    if (!file) return { options: { dialect: 'sqlite', storage: ':memory:' }, remove: async () => {} }
    const folder = await mkdtemp(join(tmpdir(), 'mortise-'))
    return {
      options: { dialect: 'sqlite', storage: join(folder, 'test.sqlite') },
      remove: () => rm(folder, { recursive: true, force: true }),
    }
  },
}

export const ALL: readonly EngineSetup[] = [SQLITE, POSTGRES, MARIADB, MYSQL, PGLITE, PGBOUNCER]
/** Other ways to an engine that is there anyway: only where MORTISE_ENGINES names them. */
const ON_DEMAND: ReadonlySet<string> = new Set([PGLITE.name, PGBOUNCER.name])
/** Set by `choose-engines`, once a run. */
export const CHOSEN = 'MORTISE_ENGINES_CHOSEN'

/** The engines of this run. */
export function engines(): readonly EngineSetup[] {
  const names = process.env[CHOSEN]?.split(',') ?? ['sqlite']
  return ALL.filter((setup) => names.includes(setup.name))
}

/** Names of the engines that are wanted and answer. Throws for one that is named and does not, and in CI for any that is missing. */
export async function chooseEngines(tell: (line: string) => void): Promise<readonly string[]> {
  const named = process.env.MORTISE_ENGINES?.split(',')
    .map((name) => name.trim())
    .filter(Boolean)
  const unknown = named?.find((name) => !ALL.some((setup) => setup.name === name))
  if (unknown !== undefined)
    throw new Error(`MORTISE_ENGINES names "${unknown}". There are: ${ALL.map((setup) => setup.name).join(', ')}.`)
  const wanted = ALL.filter((setup) => named?.includes(setup.name) ?? !ON_DEMAND.has(setup.name))
  const answers = await Promise.all(wanted.map((setup) => setup.answers()))
  const missing = wanted.filter((_setup, index) => !answers[index])
  if (missing.length > 0 && (named !== undefined || process.env.CI === 'true'))
    throw new Error(
      `These engines do not answer: ${missing.map((setup) => setup.name).join(', ')}. ${missing.map((setup) => setup.howToStart).join('. ')}.`,
    )
  if (missing.length > 0)
    tell(
      `Skipped: the tests on ${missing.map((setup) => setup.name).join(', ')}, which do not answer. On Debian \`scripts/engines/start.sh\` starts them. Else: ${missing.map((setup) => setup.howToStart).join('; ')}.`,
    )
  return wanted.filter((setup) => !missing.includes(setup)).map((setup) => setup.name)
}
