/** Databases of a server, which are schemas by another name. Docs: other-topics/query-interface. */
import { QueryError, UnsupportedFeatureError } from '../../errors/base.js'
import type { DatabaseSyntax } from '../dialect.js'
import { quoteIdentifier } from './text.js'

const REFUSED = ['encoding', 'ctype', 'template']

/** The name of a character set or collation: a word, which cannot be quoted. */
function word(option: string, value: unknown): string {
  if (typeof value !== 'string' || !/^\w+$/.test(value))
    throw new QueryError(`createDatabase: \`${option}\` must be a name such as 'utf8mb4', got ${String(value)}.`)
  return value
}

export const mysqlDatabases: DatabaseSyntax = {
  create(name, options) {
    for (const option of REFUSED)
      if (options[option] !== undefined)
        throw new UnsupportedFeatureError(
          `The option \`${option}\` of createDatabase is not available on MySQL and MariaDB. They have \`charset\` and \`collate\`.`,
        )
    const charset = options.charset === undefined ? '' : ` DEFAULT CHARACTER SET ${word('charset', options.charset)}`
    const collate = options.collate === undefined ? '' : ` DEFAULT COLLATE ${word('collate', options.collate)}`
    return `CREATE DATABASE IF NOT EXISTS ${quoteIdentifier(name)}${charset}${collate}`
  },
  drop: (name) => `DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`,
  list: "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')",
}
