/** How databases of a PostgreSQL server are made, dropped and listed. */
import { suggestion } from '../../base/names.js'
import { QueryError } from '../../errors/base.js'
import type { DatabaseSyntax } from '../dialect.js'
import { quoteIdentifier, text } from './text.js'

/** Sequelize's options → words of CREATE DATABASE. */
const WORDS: Readonly<Record<string, (value: string) => string>> = {
  encoding: (value) => `ENCODING = ${text(value)}`,
  charset: (value) => `ENCODING = ${text(value)}`,
  collate: (value) => `LC_COLLATE = ${text(value)}`,
  ctype: (value) => `LC_CTYPE = ${text(value)}`,
  template: (value) => `TEMPLATE = ${quoteIdentifier(value)}`,
}
const EXECUTION = new Set([
  'logging',
  'benchmark',
  'logQueryParameters',
  'transaction',
  'connection',
  'useMaster',
  'signal',
  'retry',
])

export const postgresDatabases: DatabaseSyntax = {
  create(name, options) {
    const words: string[] = []
    for (const [option, value] of Object.entries(options)) {
      if (value === undefined || value === null || EXECUTION.has(option)) continue
      const word = Object.hasOwn(WORDS, option) ? WORDS[option] : undefined
      if (!word)
        throw new QueryError(
          `createDatabase() has no option "${option}" on PostgreSQL.${suggestion(option, Object.keys(WORDS))}`,
        )
      words.push(word(String(value)))
    }
    return `CREATE DATABASE ${quoteIdentifier(name)}${words.length > 0 ? ` WITH ${words.join(' ')}` : ''}`
  },
  drop: (name) => `DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`,
  list: "SELECT datname FROM pg_catalog.pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY datname",
}
