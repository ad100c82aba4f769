/**
 * The constructor's arguments, in every form that Sequelize 4 to 7 take them, brought into one: `{ dialect, connection options, … }`.
 * Unknown options throw and name the nearest one. Docs: getting-started, databases/*, other-topics/upgrade.
 */
import { deepFreeze, isPlainObject } from '../base/freeze.js'
import { suggestion } from '../base/names.js'
import { checkOption, checkOptions, STRATEGIES } from '../base/options.js'
import { zoneOf } from '../base/zone.js'
import { POOL_OPTIONS } from '../connect/pool-settings.js'
import type { Replication } from '../connect/servers.js'
import type { Dialect } from '../dialect/dialect.js'
import { resolveDialect } from '../dialect/registry.js'
import { DefinitionError, UnsupportedFeatureError } from '../errors/index.js'
import { checkModelOptions } from '../model/settings.js'
import { SYNC_OPTIONS } from '../sync/sync.js'
import { show } from '../types/data-type.js'
import { checkRawOptions } from './raw-query.js'
import { readReplication } from './replication-options.js'

/** Options of Mortise itself; those of the connection are known by the dialect. */
const KNOWN = [
  'dialect',
  'url',
  'models',
  'hooks',
  'define',
  'sync',
  'query',
  'set',
  'pool',
  'replication',
  'logging',
  'benchmark',
  'logQueryParameters',
  'timezone',
  'keepDefaultTimezone',
  'schema',
  'omitNull',
  'noTypeValidation',
  'nullJsonStringification',
  'quoteIdentifiers',
  'minifyAliases',
  'defaultTimestampPrecision',
  'isolationLevel',
  'transactionType',
  'disableClsTransactions',
  'defaultTransactionNestMode',
  'retry',
  'prependSearchPath',
  'databaseVersion',
  'strictLoading',
  'strategy',
] as const
/** Sequelize 6's spellings, and options that changed nothing but are in many programs. */
const LEGACY = [
  'typeValidation',
  'dialectOptions',
  'username',
  'user',
  'password',
  'database',
  'host',
  'port',
  'protocol',
  'native',
  'ssl',
  'storage',
  'searchPath',
  'standardConformingStrings',
  'clientMinMessages',
  'multipleStatements',
  'attributeBehavior',
  'operatorsAliases',
  'version',
] as const
/** Connection options that mean the same under any engine; one that does not use them leaves them alone (v6 configuration files carry them). */
const GENERAL_CONNECTION = ['username', 'user', 'password', 'database', 'host', 'port', 'protocol', 'ssl', 'native']

export interface SequelizeSettings {
  readonly dialect: Dialect
  /** All that the user gave, defaults filled in. Frozen. */
  readonly options: Readonly<Record<string, unknown>>
  /** As the user gave them. Frozen. */
  readonly raw: Readonly<Record<string, unknown>>
  /** Options of connections; with `replication`, those of the primary. */
  readonly connection: Readonly<Record<string, unknown>>
  readonly replication: Replication | null
  readonly logging: false | ((sql: string, timing?: unknown) => void)
  readonly database: string | null
  readonly strictLoading: false | 'warn' | 'throw'
  /** What `getDialect()` answers: the name as it was given, else the dialect's own. */
  readonly dialectName: string
}

const DEFAULTS = {
  logging: false,
  benchmark: false,
  logQueryParameters: false,
  timezone: '+00:00',
  keepDefaultTimezone: false,
  omitNull: false,
  noTypeValidation: false,
  nullJsonStringification: 'json',
  quoteIdentifiers: true,
  minifyAliases: false,
  defaultTimestampPrecision: 6,
  disableClsTransactions: false,
  defaultTransactionNestMode: 'reuse',
  define: {},
  sync: {},
  query: {},
  set: {},
  hooks: {},
} as const

/** `(options)`, `(url, options?)`, `(database, username?, password?, options?)` → one options object. */
export function unite(args: readonly unknown[]): Record<string, unknown> {
  const [first] = args
  if (args.length === 0 || first === undefined)
    throw new DefinitionError(
      "new Sequelize() needs options, for example new Sequelize('sqlite::memory:') or new Sequelize({ dialect: 'sqlite', storage: 'app.sqlite' }).",
    )
  if (typeof first === 'string') {
    // A string alone, or one with options behind it, is a URL; with more, the name of the database.
    const last = args[args.length - 1]
    const options = isPlainObject(last) ? last : {}
    const isUrl =
      args.length === 1 || (args.length === 2 && isPlainObject(args[1])) || (args.length === 2 && args[1] == null)
    if (isUrl) return { ...options, url: first }
    const [database, username, password] = args as readonly unknown[]
    return {
      ...options,
      ...(database === '' ? {} : { database }),
      ...(typeof username === 'string' ? { username } : {}),
      ...(typeof password === 'string' ? { password } : {}),
    }
  }
  if (first === null || isPlainObject(first)) {
    const options = isPlainObject(first) ? first : isPlainObject(args[3]) ? args[3] : null
    if (options) return { ...options }
  }
  throw new DefinitionError(
    'new Sequelize() takes an options object, a URL, or (database, username, password, options).',
  )
}

/** Throws `DefinitionError` for anything that cannot be. */
export function readSettings(args: readonly unknown[]): SequelizeSettings {
  const given = unite(args)
  for (const [key, value] of Object.entries(given)) if (value === undefined) delete given[key]
  refuseRemoved(given)
  const url = given.url === undefined ? null : String(given.url)
  const dialect = resolveDialect(given.dialect ?? urlProtocol(url), given)
  const fromUrl = url === null ? {} : dialect.parseUrl(url)
  const dialectOptions = isPlainObject(given.dialectOptions) ? given.dialectOptions : {}
  checkNames(given, dialect)
  checkTimezone(given.timezone, dialect)
  refusePath({ ...dialectOptions, ...given }, dialect)
  const connection: Record<string, unknown> = { ...dialectOptions, ...fromUrl }
  for (const [key, value] of Object.entries(given)) {
    if (
      !(KNOWN as readonly string[]).includes(key) &&
      key !== 'dialectOptions' &&
      (dialect.connectionOptions.includes(key) || GENERAL_CONNECTION.includes(key))
    )
      connection[key] = value
  }
  // biome-ignore lint/suspicious/noConsole: what Sequelize 6 does with `logging: true`
  const logging = given.logging === true ? console.log : (given.logging ?? false)
  if (logging !== false && logging !== null && typeof logging !== 'function')
    throw new DefinitionError(
      `The option logging must be false or a function such as console.log, not ${String(logging)}.`,
    )
  checkPool(given.pool)
  checkKinds(given)
  const options: Record<string, unknown> = {
    ...DEFAULTS,
    ...given,
    ...('typeValidation' in given ? { noTypeValidation: given.typeValidation === false } : {}),
    logging,
    dialect: given.dialect ?? dialect.name,
  }
  const replication = readReplication(given.replication, dialect, connection, [
    ...GENERAL_CONNECTION,
    ...dialect.connectionOptions,
  ])
  const primary = replication?.write[0] ?? connection
  const database = (primary.database ?? primary.storage ?? null) as string | null
  return {
    dialect,
    options: deepFreeze(copyPlain(options)),
    raw: deepFreeze(copyPlain(given)),
    connection: Object.freeze(primary),
    replication,
    logging: (logging || false) as SequelizeSettings['logging'],
    database,
    strictLoading: oneOf('strictLoading', given.strictLoading ?? false, [false, 'warn', 'throw'] as const),
    dialectName:
      typeof given.dialect === 'string' ? given.dialect : given.dialect === undefined ? urlProtocol(url) : dialect.name,
  }
}

function urlProtocol(url: string | null): string {
  if (url === null)
    throw new DefinitionError(
      "The option dialect is missing: give dialect: 'sqlite' (or dialect: SqliteDialect), or a url such as 'sqlite::memory:'.",
    )
  const protocol = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]
  if (!protocol)
    throw new DefinitionError(
      `"${withoutPassword(url)}" is no database URL. It must begin with the dialect, as in 'sqlite::memory:' or 'sqlite:app.sqlite'.`,
    )
  return protocol.toLowerCase()
}
const withoutPassword = (url: string): string => url.replace(/:[^:@/]*@/, ':***@')

function checkTimezone(timezone: unknown, dialect: Dialect): void {
  if (timezone === undefined || timezone === null) return
  const zone = typeof timezone === 'string' ? zoneOf(timezone) : null
  if (zone === null)
    throw new DefinitionError(
      `The option timezone must be an offset such as '+05:45' or a name such as 'Asia/Kathmandu', got ${show(timezone)}.`,
    )
  if (dialect.supports.globalTimeZoneConfig === false && !(zone.isFixed && zone.offsetAt(0) === 0))
    throw new UnsupportedFeatureError(
      `The option timezone is not available on ${dialect.name}, which keeps dates in UTC and has no sessions with a zone. Leave it out.`,
    )
}

function checkNames(given: Record<string, unknown>, dialect: Dialect): void {
  const known = [...KNOWN, ...LEGACY, ...dialect.connectionOptions]
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue
    throw new DefinitionError(
      `Sequelize has no option "${key}".${suggestion(key, known) || ` It has: ${[...new Set([...KNOWN, ...dialect.connectionOptions])].join(', ')}.`}`,
    )
  }
}

function oneOf<T>(option: string, value: unknown, values: readonly T[]): T {
  if (values.includes(value as T)) return value as T
  throw new DefinitionError(
    `The option ${option} must be one of ${values.map((one) => JSON.stringify(one)).join(', ')}, got ${JSON.stringify(value)}.`,
  )
}

function refusePath(given: Record<string, unknown>, dialect: Dialect): void {
  if (dialect.traits.searchPath === true) return
  for (const option of ['searchPath', 'prependSearchPath'])
    if (given[option])
      throw new UnsupportedFeatureError(
        `The option ${option} is not available on ${dialect.name}, which has no search path of schemas.`,
      )
}

function refuseRemoved(given: Record<string, unknown>): void {
  if ('dialectModule' in given || 'dialectModulePath' in given)
    throw new DefinitionError(
      'The options dialectModule and dialectModulePath do not exist: Mortise loads the driver of the dialect by itself.',
    )
  if (given.pool === false)
    throw new DefinitionError('The option pool cannot be false. For a single connection give pool: { max: 1 }.')
  if (given.operatorsAliases)
    throw new DefinitionError(
      "The option operatorsAliases does not exist: use the operators' symbols, as in { [Op.gt]: 5 }.",
    )
}

const SWITCHES = [
  'benchmark',
  'logQueryParameters',
  'keepDefaultTimezone',
  'omitNull',
  'noTypeValidation',
  'typeValidation',
  'quoteIdentifiers',
  'minifyAliases',
  'disableClsTransactions',
  'prependSearchPath',
  'multipleStatements',
]
const OBJECTS = ['define', 'sync', 'query', 'set', 'hooks', 'dialectOptions']
const CHOICES: Readonly<Record<string, readonly unknown[]>> = {
  nullJsonStringification: ['json', 'sql', 'explicit'],
  strategy: STRATEGIES,
  defaultTimestampPrecision: [0, 1, 2, 3, 4, 5, 6],
  defaultTransactionNestMode: ['reuse', 'savepoint', 'separate'],
}

/** What each option has to be, whatever the dialect. */
function checkKinds(given: Record<string, unknown>): void {
  for (const [option, value] of Object.entries(given)) {
    if (value === null) continue
    const wanted =
      SWITCHES.includes(option) && typeof value !== 'boolean'
        ? 'true or false'
        : OBJECTS.includes(option) && !isPlainObject(value)
          ? 'an object of options'
          : (option === 'schema' || option === 'databaseVersion') && typeof value !== 'string'
            ? 'a string'
            : null
    if (wanted !== null) throw new DefinitionError(`The option ${option} must be ${wanted}, got ${show(value)}.`)
    if (Object.hasOwn(CHOICES, option)) oneOf(option, value, CHOICES[option]!)
  }
  checkOption('retry', given.retry, 'new Sequelize()')
  if (isPlainObject(given.sync)) checkOptions(given.sync, SYNC_OPTIONS, 'The option `sync` of new Sequelize()')
  if (isPlainObject(given.query)) checkRawOptions(given.query, 'The option `query` of new Sequelize()')
  checkAddress(given)
  if (isPlainObject(given.define))
    checkModelOptions('The option `define`', given.define, ['tableName', 'modelName', 'name'])
}

/** Where the server is. Ports come as text from environment variables. */
function checkAddress({ host, port }: Record<string, unknown>): void {
  if (host !== undefined && host !== null && (typeof host !== 'string' || host.trim() === ''))
    throw new DefinitionError(
      `The option host must be the server's name or address, such as 'localhost', got ${show(host)}.`,
    )
  if (port === undefined || port === null || port === '') return
  const number = typeof port === 'string' && /^\d+$/.test(port) ? Number(port) : port
  if (!Number.isInteger(number) || (number as number) < 1 || (number as number) > 65_535)
    throw new DefinitionError(`The option port must be a number from 1 to 65535, got ${show(port)}.`)
}

function checkPool(pool: unknown): void {
  if (pool === undefined) return
  if (!isPlainObject(pool)) throw new DefinitionError('The option pool must be an object such as { max: 5 }.')
  for (const key of Object.keys(pool))
    if (!POOL_OPTIONS.includes(key) && key !== 'handleDisconnects')
      throw new DefinitionError(`The option pool has no "${key}".${suggestion(key, POOL_OPTIONS)}`)
}

/** Plain objects and arrays copied, so that freezing does not reach the user's. */
function copyPlain<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyPlain) as T
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyPlain(inner)])) as T
}
