/** From what a program calls its database (a name, a URL, a dialect's class or instance) to the dialect. Only `api` asks. */
import { nearest } from '../base/names.js'
import { DefinitionError, UnsupportedFeatureError } from '../errors/base.js'
import type { Dialect } from './dialect.js'
import { MariaDbDialect } from './mysql-like/mariadb.js'
import { MySqlDialect } from './mysql-like/mysql.js'
import { PostgresDialect } from './postgres/index.js'
import { SqliteDialect } from './sqlite/index.js'

type DialectClass = new (options?: Readonly<Record<string, unknown>>) => Dialect

const DIALECTS: Readonly<Record<string, DialectClass>> = {
  sqlite: SqliteDialect,
  sqlite3: SqliteDialect,
  postgres: PostgresDialect,
  postgresql: PostgresDialect,
  pg: PostgresDialect,
  mysql: MySqlDialect,
  mariadb: MariaDbDialect,
}
/** Engines that Sequelize has and Mortise has not (yet). */
const ABSENT: Readonly<Record<string, string>> = {
  mssql: 'SQL Server',
  db2: 'Db2',
  ibmi: 'Db2 for i',
  snowflake: 'Snowflake',
  oracle: 'Oracle',
}

const isDialect = (value: unknown): value is Dialect =>
  typeof value === 'object' && value !== null && 'traits' in value && 'printChanges' in value && 'driver' in value

/**
 * The dialect of a name (`sqlite`, `postgres`), a URL (`sqlite::memory:`), a class (`SqliteDialect`) or an instance. Loads no driver.
 * Throws `DefinitionError` for unknown names, `UnsupportedFeatureError` for engines that are known and not there.
 */
export function resolveDialect(given: unknown, options: Readonly<Record<string, unknown>> = {}): Dialect {
  if (isDialect(given)) return given
  if (typeof given === 'function') {
    const Class = given as DialectClass
    const dialect: unknown =
      typeof Class.prototype === 'object' && Class.prototype !== null && 'printChanges' in Class.prototype
        ? new Class(options)
        : null
    if (isDialect(dialect)) return dialect
    throw new DefinitionError(
      `${Class.name || 'The function given'} is not a dialect of Mortise. Use a class such as SqliteDialect or PostgresDialect, or a name: 'sqlite', 'postgres'.`,
    )
  }
  if (typeof given !== 'string' || given === '')
    throw new DefinitionError(
      `The option \`dialect\` is missing: name the database, as in { dialect: 'sqlite', storage: 'app.sqlite' }.`,
    )
  // `sqlite::memory:` has its name before the first colon; `postgres+ssl:` is not a thing.
  const name = given.split(':', 1)[0]!.toLowerCase()
  const Found = Object.hasOwn(DIALECTS, name) ? DIALECTS[name] : undefined
  if (Found) return new Found(options)
  if (Object.hasOwn(ABSENT, name))
    throw new UnsupportedFeatureError(
      `The dialect "${name}" (${ABSENT[name]}) is not available in this version of Mortise. Available: sqlite, postgres, mysql, mariadb.`,
    )
  const meant = nearest(name, Object.keys(DIALECTS))
  throw new DefinitionError(
    `The dialect ${JSON.stringify(name)} is not known.${meant ? ` Did you mean "${meant}"?` : ''} Available: sqlite, postgres, mysql, mariadb.`,
  )
}
