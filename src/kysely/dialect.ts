/**
 * Kysely's dialect over Mortise's executor: statements take the same way as those of the models (pool, ambient transaction, logging, hooks,
 * errors), and SQL is compiled by Kysely's own compiler for the engine.
 */
import type {
  CompiledQuery,
  DatabaseConnection,
  DatabaseIntrospector,
  Dialect,
  DialectAdapter,
  Driver,
  Kysely,
  QueryCompiler,
  QueryResult,
  TransactionSettings,
} from 'kysely'
import {
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { Result, Statement } from '../connect/driver.js'
import type { Transaction } from '../connect/transaction.js'
import type { Dialect as OwnDialect } from '../dialect/dialect.js'
import type { Runtime } from '../dialect/runtime.js'
import { UnsupportedFeatureError } from '../errors/index.js'
import { streamRows } from '../read/stream.js'

/** Names in backticks, as Mortise writes them: SQLite may take "a misspelt name" in double quotes for a string. */
class BacktickCompiler extends SqliteQueryCompiler {
  protected override getLeftIdentifierWrapper(): string {
    return '`'
  }
  protected override getRightIdentifierWrapper(): string {
    return '`'
  }
  protected override sanitizeIdentifier(identifier: string): string {
    return identifier.replaceAll('`', '``')
  }
}

interface Family {
  adapter(): DialectAdapter
  compiler(): QueryCompiler
  // biome-ignore lint/suspicious/noExplicitAny: the type that Kysely gives to a database that it does not know
  introspector(db: Kysely<any>): DatabaseIntrospector
}
const FAMILIES: Readonly<Record<NonNullable<OwnDialect['family']>, Family>> = {
  sqlite: {
    adapter: () => new SqliteAdapter(),
    compiler: () => new BacktickCompiler(),
    introspector: (db) => new SqliteIntrospector(db),
  },
  postgres: {
    adapter: () => new PostgresAdapter(),
    compiler: () => new PostgresQueryCompiler(),
    introspector: (db) => new PostgresIntrospector(db),
  },
  mysql: {
    adapter: () => new MysqlAdapter(),
    compiler: () => new MysqlQueryCompiler(),
    introspector: (db) => new MysqlIntrospector(db),
  },
}

export class DoorDialect implements Dialect {
  readonly #runtime: Runtime
  readonly #family: Family

  constructor(runtime: Runtime) {
    const { family, name } = runtime.dialect
    if (family === undefined) throw new UnsupportedFeatureError(`kysely() is not available on ${name}.`)
    this.#runtime = runtime
    this.#family = FAMILIES[family]
  }
  createAdapter(): DialectAdapter {
    return this.#family.adapter()
  }
  createDriver(): Driver {
    return new DoorDriver(this.#runtime)
  }
  createQueryCompiler(): QueryCompiler {
    return this.#family.compiler()
  }
  // biome-ignore lint/suspicious/noExplicitAny: as in Kysely's own signature
  createIntrospector(db: Kysely<any>): DatabaseIntrospector {
    return this.#family.introspector(db)
  }
}

class DoorDriver implements Driver {
  readonly #runtime: Runtime

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }
  async init(): Promise<void> {}
  async acquireConnection(): Promise<DoorConnection> {
    return new DoorConnection(this.#runtime)
  }
  /** Inside a transaction of Mortise: a savepoint in it. */
  async beginTransaction(connection: DoorConnection, settings: TransactionSettings): Promise<void> {
    const { executor } = this.#runtime
    const outer = executor.currentTransaction()
    const isolationLevel = settings.isolationLevel?.toUpperCase()
    if (isolationLevel === 'SNAPSHOT')
      throw new UnsupportedFeatureError(
        `The isolation level snapshot is not available on ${this.#runtime.dialect.name}.`,
      )
    connection.transaction = await executor.startUnmanagedTransaction({
      ...(outer === null ? {} : { transaction: outer }),
      ...(isolationLevel === undefined ? {} : { isolationLevel: isolationLevel as never }),
      ...(settings.accessMode === undefined ? {} : { readOnly: settings.accessMode === 'read only' }),
    })
  }
  async commitTransaction(connection: DoorConnection): Promise<void> {
    const { transaction } = connection
    connection.transaction = null
    await transaction?.commit()
  }
  async rollbackTransaction(connection: DoorConnection): Promise<void> {
    const { transaction } = connection
    connection.transaction = null
    await transaction?.rollback()
  }
  async savepoint(connection: DoorConnection, name: string): Promise<void> {
    await connection.command(`SAVEPOINT ${this.#quoted(name)}`)
  }
  async rollbackToSavepoint(connection: DoorConnection, name: string): Promise<void> {
    await connection.command(`ROLLBACK TO SAVEPOINT ${this.#quoted(name)}`)
  }
  async releaseSavepoint(connection: DoorConnection, name: string): Promise<void> {
    await connection.command(`RELEASE SAVEPOINT ${this.#quoted(name)}`)
  }
  #quoted(name: string): string {
    return this.#runtime.dialect.quoteIdentifier(name)
  }
  async releaseConnection(connection: DoorConnection): Promise<void> {
    await connection.transaction?.rollback()
    connection.transaction = null
  }
  /** The pool is Sequelize's. */
  async destroy(): Promise<void> {}
}

class DoorConnection implements DatabaseConnection {
  readonly #runtime: Runtime
  /** Of Kysely's own; without one, statements find the ambient one. */
  transaction: Transaction | null = null

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  async executeQuery<R>(compiled: CompiledQuery): Promise<QueryResult<R>> {
    const { kind } = compiled.query
    const result = await this.#runtime.executor.execute(
      statementOf(compiled),
      isRead(compiled) ? 'read' : 'write',
      this.#options,
    )
    const { affectedRows, lastInsertId } = result
    const isInsert = kind === 'InsertQueryNode'
    return {
      rows: objects<R>(result),
      ...(kind === 'SelectQueryNode' ? {} : { numAffectedRows: BigInt(affectedRows) }),
      ...(isInsert && lastInsertId !== null ? { insertId: BigInt(lastInsertId) } : {}),
    }
  }

  async *streamQuery<R>(compiled: CompiledQuery, chunkSize = 100): AsyncIterableIterator<QueryResult<R>> {
    const { executor } = this.#runtime
    const transaction = this.transaction ?? executor.currentTransaction()
    // Where another statement could not run beside the stream, all rows are read first.
    if (transaction !== null || executor.pool.read.maxSize < 2) {
      const { rows } = await this.executeQuery<R>(compiled)
      for (let at = 0; at < rows.length; at += chunkSize) yield { rows: rows.slice(at, at + chunkSize) }
      return
    }
    for await (const batch of streamRows(this.#runtime, statementOf(compiled), {}, chunkSize))
      yield { rows: objects<R>(batch) }
  }

  async command(text: string): Promise<void> {
    await this.#runtime.executor.execute({ text, params: [], mode: 'run' }, 'write', this.#options)
  }

  get #options(): { readonly transaction?: Transaction } {
    return this.transaction === null ? {} : { transaction: this.transaction }
  }
}

const statementOf = ({ sql, parameters, query }: CompiledQuery): Statement => ({
  text: sql,
  params: parameters,
  mode: ROWS.has(query.kind) || 'returning' in query ? 'rows' : 'run',
})
const ROWS = new Set<string>(['SelectQueryNode', 'RawNode'])

/** A replica may answer. What locks, and SQL of the user's own that is more than a SELECT, is for the primary. */
const isRead = ({ query, sql }: CompiledQuery): boolean =>
  query.kind === 'SelectQueryNode'
    ? query.endModifiers === undefined && !/^\s*with\b/i.test(sql)
    : query.kind === 'RawNode' && /^\s*select\b(?!.*\bfor\s+(?:update|share)\b)/is.test(sql)

function objects<R>({ columns, rows }: Pick<Result, 'columns' | 'rows'>): R[] {
  return rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])) as R)
}
