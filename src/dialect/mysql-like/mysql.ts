/** MySQL as a dialect: `mysql-like` with what only MySQL has. Docs: databases/mysql. */
import type { ExplainSyntax, Traits } from '../dialect.js'
import type { Engine } from './index.js'
import { commonTraits, MysqlLikeDialect } from './index.js'
import { mysqlSupports } from './supports.js'

export type { MysqlConnectionOptions as MySqlConnectionOptions } from './index.js'

const traits: Traits = Object.freeze({
  ...commonTraits,
  returning: 'none',
  lateral: true,
  expressionIndexes: true,
})

const mysql: Engine = {
  name: 'mysql',
  title: 'MySQL',
  minimumVersion: '8.0.19',
  traits,
  supports: mysqlSupports,
  printing: { returning: false, rowAlias: true, lockOf: true, lateral: true, timeHint: true, nativeJson: true },
  introspecting: {
    engine: 'MySQL',
    expressionIndexes: true,
    longUniqueKeys: false,
    defaultsAsSql: false,
    checksByTable: false,
    columnSrid: true,
    jsonIsText: false,
  },
  defining: {
    engine: 'MySQL',
    expressionIndexes: true,
    expressionDefaults: true,
    addsRandomDefaults: false,
    wholeLargeKeys: false,
    geometryCasts: true,
  },
  session: [],
}

/**
 * MySQL 8.0.19 or newer, through the `mariadb` connector or `mysql2` (option `driver`).
 * Strings are compared as their collation says; the default ones ignore case, so a unique key holds 'Ann' and 'ann' to be the same.
 * Statements that define (CREATE, ALTER, DROP) end the transaction around them.
 */
export class MySqlDialect extends MysqlLikeDialect {
  static readonly dialectName = 'mysql'
  readonly explain: ExplainSyntax = {
    plain: 'EXPLAIN FORMAT=JSON',
    // Measured plans are text in every version.
    analyze: 'EXPLAIN ANALYZE',
    read: ([row], analyze) =>
      analyze ? String(row?.[0]).trimEnd().split('\n') : (JSON.parse(String(row?.[0])) as unknown),
  }
  constructor(options: Readonly<Record<string, unknown>> = {}) {
    super(mysql, options)
  }
}
