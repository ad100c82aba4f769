/** MariaDB as a dialect: `mysql-like` with what only MariaDB has. Docs: databases/mariadb. */
import type { ExplainSyntax, Traits } from '../dialect.js'
import type { Engine } from './index.js'
import { commonTraits, MysqlLikeDialect } from './index.js'
import { mariadbSupports } from './supports.js'

export type { MysqlConnectionOptions as MariaDbConnectionOptions } from './index.js'

const traits: Traits = Object.freeze({
  ...commonTraits,
  returning: 'insert-delete',
  lateral: false,
  expressionIndexes: false,
})

const mariadb: Engine = {
  name: 'mariadb',
  title: 'MariaDB',
  minimumVersion: '10.6.0',
  traits,
  supports: mariadbSupports,
  printing: { returning: true, rowAlias: false, lockOf: false, lateral: false, timeHint: false, nativeJson: false },
  introspecting: {
    engine: 'MariaDB',
    expressionIndexes: false,
    longUniqueKeys: true,
    defaultsAsSql: true,
    checksByTable: true,
    columnSrid: false,
    jsonIsText: true,
  },
  defining: {
    engine: 'MariaDB',
    expressionIndexes: false,
    expressionDefaults: false,
    addsRandomDefaults: true,
    wholeLargeKeys: true,
    geometryCasts: false,
  },
  session: [],
}

/**
 * MariaDB 10.6 or newer, through the `mariadb` connector or `mysql2` (option `driver`).
 * Strings are compared as their collation says; the default ones ignore case, so a unique key holds 'Ann' and 'ann' to be the same.
 * Statements that define (CREATE, ALTER, DROP) end the transaction around them.
 */
export class MariaDbDialect extends MysqlLikeDialect {
  static readonly dialectName = 'mariadb'
  readonly explain: ExplainSyntax = {
    plain: 'EXPLAIN FORMAT=JSON',
    analyze: 'ANALYZE FORMAT=JSON',
    read: ([row]) => JSON.parse(String(row?.[0])) as unknown,
  }
  /** A node of a Galera cluster that has lost the others takes no writes either. */
  override readonly readOnlyQuery =
    "SELECT @@global.read_only OR (EXISTS(SELECT 1 FROM information_schema.global_variables WHERE variable_name = 'WSREP_ON' AND variable_value = 'ON') AND EXISTS(SELECT 1 FROM information_schema.global_status WHERE variable_name = 'WSREP_READY' AND variable_value = 'OFF'))"
  constructor(options: Readonly<Record<string, unknown>> = {}) {
    super(mariadb, options)
  }
}
