/**
 * The query interface: schema and rows without models, for migrations and seeders. Its changes are the same data that `sync` makes, and
 * go the same way (`sync/apply`): checked against the rows, atomic, and on SQLite by a rebuild that keeps what is there.
 * Names and arguments of Sequelize 7; Sequelize 6's spellings are understood. Docs: other-topics/query-interface.
 */
import type { ExecOptions } from '../connect/executor.js'
import { QueryError } from '../errors/index.js'
import type { ModelDefinition } from '../model/definition.js'
import { tableKey } from '../schema/snapshot.js'
import type { ConflictClause } from '../sql/query.js'
import { execution } from '../sync/sync.js'
import { checked, checkedName, checkedRow } from './query-interface-options.js'
import { ObjectInterface } from './query-objects.js'
import type { QueryInterfaceOptions, RuntimeOwner } from './query-tables.js'
import type { Sequelize } from './sequelize.js'
import type { TableInput } from './table-attributes.js'
import { tableNamed } from './table-attributes.js'
import type { ColumnTypes, LimitedWrite, Row, SelectOptions, WriteOptions } from './table-rows.js'
import { addToColumns, conflictOf, deleteRows, insertRows, selectRows, updateRows } from './table-rows.js'

type ModelLike = { readonly modelDefinition: ModelDefinition } | null

/** `sequelize.queryInterface`. */
export class QueryInterface<Owner extends RuntimeOwner = Sequelize> extends ObjectInterface<Owner> {
  // ---------------------------------------------------------------- rows
  /** Inserts one row. `insert(null, table, values)` is Sequelize's form. Returns `[key or rows, number of rows]`. */
  async insert(
    _instance: unknown,
    name: TableInput,
    values: Row,
    options: WriteOptions & { readonly types?: ColumnTypes } = {},
  ): Promise<[unknown, number]> {
    options = checked('insert', options)
    checkedRow('insert', values)
    const { rows, lastInsertId, affectedRows } = await insertRows(
      this.scope(name, options.types),
      [values],
      writing(options),
    )
    return [options.returning ? rows : lastInsertId, affectedRows]
  }

  /** Inserts rows, all or none. `attributes`: types of columns. Returns the number of rows, or the rows with `returning`. */
  async bulkInsert(
    name: TableInput,
    records: readonly Row[],
    options: WriteOptions & {
      readonly ignoreDuplicates?: boolean
      readonly updateOnDuplicate?: readonly string[]
      readonly upsertKeys?: readonly string[]
    } = {},
    attributes?: ColumnTypes,
  ): Promise<number | Record<string, unknown>[]> {
    options = checked('bulkInsert', options)
    if (!Array.isArray(records)) throw new QueryError('bulkInsert needs a list of rows.')
    for (const record of records) checkedRow('bulkInsert', record)
    const conflict = await this.#conflict(name, options)
    const { rows, affectedRows } = await insertRows(this.scope(name, attributes), records, writing(options), conflict)
    return options.returning ? rows : affectedRows
  }

  /** What happens to rows that are there: nothing, or the columns named take the new values. */
  async #conflict(
    name: TableInput,
    {
      ignoreDuplicates,
      updateOnDuplicate,
      upsertKeys,
      ...exec
    }: ExecOptions & {
      readonly ignoreDuplicates?: boolean
      readonly updateOnDuplicate?: readonly string[]
      readonly upsertKeys?: readonly string[]
    },
  ): Promise<ConflictClause | null> {
    if (ignoreDuplicates && updateOnDuplicate)
      throw new QueryError('bulkInsert cannot both ignore duplicates and update them. Give one of the options.')
    if (ignoreDuplicates) return { target: [], targetWhere: null, action: 'nothing', where: null }
    if (!updateOnDuplicate) {
      if (!upsertKeys) return null
      throw new QueryError('bulkInsert: upsertKeys says which rows are the same, updateOnDuplicate is missing.')
    }
    const target = upsertKeys ?? (await this.#primaryKey(name, exec, 'bulkInsert'))
    const action = updateOnDuplicate.map((column) => ({ column, value: 'excluded' as const }))
    return { target, targetWhere: null, action, where: null }
  }
  async #primaryKey(name: TableInput, options: ExecOptions, call: string): Promise<readonly string[]> {
    const table = tableNamed(name)
    const { primaryKey } = await this.existing(table, this.reader(options))
    if (primaryKey) return primaryKey.columns
    throw new QueryError(
      `${call} into "${tableKey(table)}" needs \`upsertKeys\`, because the table has no primary key.`,
    )
  }

  /** Updates rows. `update(null, table, values, where)`. Returns the number of rows. */
  async update(
    _instance: unknown,
    name: TableInput,
    values: Row,
    where: unknown,
    options: LimitedWrite = {},
  ): Promise<number> {
    options = checked('update', options)
    return await this.bulkUpdate(name, values, where, options)
  }
  async bulkUpdate(
    name: TableInput,
    values: Row,
    where: unknown,
    options: LimitedWrite = {},
    types?: ColumnTypes,
  ): Promise<number> {
    options = checked('bulkUpdate', options)
    checkedRow('bulkUpdate', values)
    return (await updateRows(this.scope(name, types), values, where, limited(options))).affectedRows
  }

  /** Inserts a row, or updates the one with the same key. `options.upsertKeys`: the key's columns; default: the primary key. */
  async upsert(
    name: TableInput,
    insertValues: Row,
    updateValues: Row,
    _where?: unknown,
    options: WriteOptions & {
      readonly upsertKeys?: readonly string[]
      readonly conflictFields?: readonly string[]
    } = {},
  ): Promise<[unknown, number | null]> {
    options = checked('upsert', options)
    checkedRow('upsert', insertValues)
    checkedRow('upsert', updateValues)
    const keys = options.upsertKeys ?? options.conflictFields ?? (await this.#primaryKey(name, options, 'upsert'))
    const scope = this.scope(name)
    const conflict = conflictOf(
      scope,
      keys,
      Object.keys(updateValues).filter((column) => !keys.includes(column)),
      updateValues,
      insertValues,
    )
    const { rows, affectedRows } = await insertRows(scope, [insertValues], writing(options), conflict)
    return [options.returning ? rows : null, affectedRows]
  }

  /**
   * Deletes rows: `bulkDelete(table, where)` or `bulkDelete(table, { where, limit, order })`. Returns how many; with `truncate: true`, which
   * empties the table, 0: nobody counts.
   */
  async bulkDelete(name: TableInput, whereOrOptions: unknown = {}, options?: BulkDeleteOptions): Promise<number> {
    const own =
      options === undefined && isPlain(whereOrOptions) && 'where' in whereOrOptions
        ? (whereOrOptions as BulkDeleteOptions & { where?: unknown })
        : null
    const { truncate, cascade, restartIdentity, ...settings }: BulkDeleteOptions = checked(
      'bulkDelete',
      own ?? options ?? {},
    )
    const where = own ? own.where : whereOrOptions
    if (!truncate) {
      if (cascade || restartIdentity)
        throw new QueryError('bulkDelete: cascade and restartIdentity belong to truncate: true.')
      return (await deleteRows(this.scope(name), where, limited(settings))).affectedRows
    }
    if ((isPlain(where) && Reflect.ownKeys(where).length > 0) || settings.limit !== undefined)
      throw new QueryError('bulkDelete cannot both truncate the table and select rows. Give one of them.')
    await this.truncate(name, { ...execution(settings), cascade, restartIdentity })
    return 0
  }
  async delete(_instance: unknown, name: TableInput, where: unknown, options: LimitedWrite = {}): Promise<number> {
    options = checked('delete', options)
    return await this.bulkDelete(name, where ?? {}, options)
  }

  /** Adds amounts to columns: `increment(model, table, where, { visits: 1 }, { updatedAt })`. Returns the number of rows. */
  async increment(
    _model: unknown,
    name: TableInput,
    where: unknown,
    amounts: Row,
    extra: Row = {},
    options: WriteOptions = {},
  ): Promise<number> {
    options = checked('increment', options)
    checkedRow('increment', amounts)
    checkedRow('increment', extra)
    return (await addToColumns(this.scope(name), amounts, extra, where, writing(options))).affectedRows
  }
  async decrement(
    _model: unknown,
    name: TableInput,
    where: unknown,
    amounts: Row,
    extra: Row = {},
    options: WriteOptions = {},
  ): Promise<number> {
    options = checked('decrement', options)
    checkedRow('decrement', amounts)
    const negative = Object.fromEntries(
      Object.entries(amounts).map(([column, amount]) => [
        column,
        typeof amount === 'bigint' ? -amount : -Number(amount),
      ]),
    )
    return await this.increment(_model, name, where, negative, extra, options)
  }

  /** Rows as plain objects; `plain: true`: the first one, or null. */
  async select(model: ModelLike, name: TableInput, options: SelectOptions = {}): Promise<unknown> {
    options = checked('select', options)
    const rows = await selectRows(this.scope(name, undefined, model?.modelDefinition), {
      ...options,
      ...(options.plain && { limit: 1 }),
    })
    return options.plain ? (rows[0] ?? null) : rows
  }
  /** One value: column `attribute` of the first row, or undefined. */
  async rawSelect(
    name: TableInput,
    options: SelectOptions,
    attribute: string,
    model: ModelLike = null,
  ): Promise<unknown> {
    options = checked('rawSelect', options)
    checkedName('rawSelect', 'a column', attribute)
    const [row] = await selectRows(this.scope(name, undefined, model?.modelDefinition), {
      attributes: [attribute],
      limit: 1,
      ...options,
    })
    return row?.[attribute]
  }

  // ---------------------------------------------------------------- schemas and databases
  async createSchema(
    schema: string,
    options: QueryInterfaceOptions & { readonly ifNotExists?: boolean } = {},
  ): Promise<void> {
    options = checked('createSchema', options)
    checkedName('createSchema', 'a schema', schema)
    this.requireSchemas('createSchema')
    await this.send(
      `CREATE SCHEMA ${options.ifNotExists ? 'IF NOT EXISTS ' : ''}${this.quoteIdentifier(schema)}`,
      options,
    )
  }
  async dropSchema(
    schema: string,
    options: QueryInterfaceOptions & { readonly cascade?: boolean; readonly ifExists?: boolean } = {},
  ): Promise<void> {
    options = checked('dropSchema', options)
    checkedName('dropSchema', 'a schema', schema)
    this.requireSchemas('dropSchema')
    await this.send(
      // A database goes with all that is in it.
      `DROP SCHEMA ${options.ifExists ? 'IF EXISTS ' : ''}${this.quoteIdentifier(schema)}${options.cascade && !this.dialect.traits.schemasAreDatabases ? ' CASCADE' : ''}`,
      options,
    )
  }
  /**
   * Every schema but those of `skip`; the engine's default schema stays, without its tables. On an engine without schemas, every table.
   * Compat: where schemas are databases of the server, every table of the own one; Sequelize 7 drops all databases, whoever's they are.
   */
  async dropAllSchemas(options: QueryInterfaceOptions & { readonly skip?: readonly string[] } = {}): Promise<void> {
    options = checked('dropAllSchemas', options)
    const { schemas, schemasAreDatabases } = this.dialect.traits
    if (!schemas || schemasAreDatabases) return await this.dropAllTables(execution(options))
    for (const schema of await this.listSchemas(options)) {
      const own = { ...execution(options), cascade: true }
      if (schema === this.dialect.defaultSchema) await this.dropAllTables({ ...own, schema })
      else await this.dropSchema(schema, own)
    }
  }
  async listSchemas(options: QueryInterfaceOptions & { readonly skip?: readonly string[] } = {}): Promise<string[]> {
    options = checked('listSchemas', options)
    this.requireSchemas('listSchemas')
    const { rows } = await this.reader(options)({
      text: 'SELECT schema_name FROM information_schema.schemata',
      params: [],
      mode: 'rows',
    })
    return rows
      .map((row) => String(row[0]))
      .filter(
        (name) =>
          !options.skip?.includes(name) &&
          name !== 'information_schema' &&
          !name.startsWith('pg_') &&
          !this.dialect.traits.systemSchemas?.includes(name),
      )
  }
  /** @deprecated v6's name of `listSchemas`. */
  async showAllSchemas(options: QueryInterfaceOptions = {}): Promise<string[]> {
    return await this.listSchemas(options)
  }

  async createDatabase(name: string, options: ExecOptions & Readonly<Record<string, unknown>> = {}): Promise<void> {
    options = checked('createDatabase', options)
    checkedName('createDatabase', 'a database', name)
    const { databases } = this.dialect
    if (!databases) throw this.unsupported('createDatabase', 'A database is a file here: it is made when it is opened.')
    await this.send(databases.create(name, options), options)
  }
  async dropDatabase(name: string, options: ExecOptions & Readonly<Record<string, unknown>> = {}): Promise<void> {
    options = checked('dropDatabase', options)
    checkedName('dropDatabase', 'a database', name)
    const { databases } = this.dialect
    if (!databases) throw this.unsupported('dropDatabase', 'A database is a file here: delete it.')
    await this.send(databases.drop(name, options), options)
  }
  /** Databases of the server, without its own. `skip`: names to leave out. */
  async listDatabases(options: ExecOptions & { readonly skip?: readonly string[] } = {}): Promise<{ name: string }[]> {
    options = checked('listDatabases', options)
    const { databases } = this.dialect
    if (!databases) throw this.unsupported('listDatabases')
    const { rows } = await this.reader(options)({ text: databases.list, params: [], mode: 'rows' })
    return rows.map((row) => ({ name: String(row[0]) })).filter(({ name }) => !options.skip?.includes(name))
  }
  async fetchDatabaseVersion(options: ExecOptions = {}): Promise<string> {
    options = checked('fetchDatabaseVersion', options)
    return await this.dialect.databaseVersion(this.reader(options))
  }
  /** @deprecated v6's name of `fetchDatabaseVersion`. */
  async databaseVersion(options: ExecOptions = {}): Promise<string> {
    return await this.fetchDatabaseVersion(options)
  }

  // ---------------------------------------------------------------- text
  quoteIdentifier(identifier: string): string {
    return this.queryGenerator.quoteIdentifier(identifier)
  }
  quoteIdentifiers(identifiers: string): string {
    return this.queryGenerator.quoteIdentifiers(identifiers)
  }
  quoteTable(table: TableInput): string {
    return this.queryGenerator.quoteTable(table)
  }
  escape(value: unknown): string {
    return this.queryGenerator.escape(value)
  }
}

interface BulkDeleteOptions extends LimitedWrite {
  readonly truncate?: boolean
  readonly cascade?: boolean
  readonly restartIdentity?: boolean
}
const limited = (options: LimitedWrite): LimitedWrite => ({
  ...execution(options),
  ...(options.limit !== undefined && { limit: options.limit }),
  ...(options.order !== undefined && { order: options.order }),
})
const writing = (options: WriteOptions): WriteOptions => ({
  ...execution(options),
  ...(options.returning !== undefined && { returning: options.returning }),
})
const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
