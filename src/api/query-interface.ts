/**
 * The query interface: schema and rows without models, for migrations and seeders. Its changes are the same data that `sync` makes, and
 * go the same way (`sync/apply`): checked against the rows, atomic, and on SQLite by a rebuild that keeps what is there.
 * Names and arguments of Sequelize 7; Sequelize 6's spellings are understood. Docs: other-topics/query-interface.
 */
import { indexName, shorten } from '../base/names.js'
import type { ExecOptions } from '../connect/executor.js'
import type { Connection } from '../connect/driver.js'
import type { ConstraintCheckingMode } from '../connect/transaction-options.js'
import type { ColumnDescription, Dialect, Run } from '../dialect/dialect.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError, UnknownConstraintError, UnknownTableError, UnsupportedFeatureError } from '../errors/index.js'
import type { IndexOptions, ModelDefinition } from '../model/definition.js'
import type { Change } from '../schema/change.js'
import { diff, withoutColumn } from '../schema/diff.js'
import { evolve } from '../schema/evolve.js'
import type { SchemaSnapshot, TableSnapshot } from '../schema/snapshot.js'
import { findTable, tableKey } from '../schema/snapshot.js'
import type { TableName } from '../sql/query.js'
import { applyChanges, foldOf, withForeignKeys } from '../sync/apply.js'
import { indexOf } from '../sync/from-models.js'
import { dropTables, execution } from '../sync/sync.js'
import type { ConstraintDescription, ConstraintOptions, IndexDescription, TableInput, TableOptions } from './table-attributes.js'
import {
  addColumnChanges, addConstraintChange, attributeNamed, changedColumn, columnIn, constraintsOf, describeIndex, tableFromAttributes, tableNamed,
} from './table-attributes.js'
import type { ColumnTypes, LimitedWrite, Row, RowScope, SelectOptions, WriteOptions } from './table-rows.js'
import { addToColumns, columnScope, conflictOf, deleteRows, insertRows, rowScope, selectRows, updateRows } from './table-rows.js'

export interface QueryInterfaceOptions extends ExecOptions { readonly schema?: string }
export interface AddIndexOptions extends QueryInterfaceOptions, Partial<IndexOptions> { readonly indexName?: string, readonly indicesType?: string, readonly indexType?: string }
type ModelLike = { readonly modelDefinition: ModelDefinition } | null

/** SQL pieces as text: quoting and escaping. Statements are made from nodes, not from here. */
export class QueryGenerator {
  readonly #dialect: Dialect
  constructor(dialect: Dialect) { this.#dialect = dialect }
  get dialect(): Dialect { return this.#dialect }
  quoteIdentifier(identifier: string): string { return this.#dialect.quoteIdentifier(identifier) }
  /** Quotes each part of a dotted name. */
  quoteIdentifiers(identifiers: string): string { return identifiers.split('.').map((part) => this.#dialect.quoteIdentifier(part)).join('.') }
  quoteTable(table: TableInput): string { return this.#dialect.quoteTable(tableNamed(table)) }
  escape(value: unknown): string { return this.#dialect.escape(value) }
}

export class QueryInterface<Owner extends { readonly runtime: Runtime } = { readonly runtime: Runtime }> {
  readonly queryGenerator: QueryGenerator
  readonly #runtime: Runtime

  constructor(readonly sequelize: Owner) {
    this.#runtime = sequelize.runtime
    this.queryGenerator = new QueryGenerator(sequelize.runtime.dialect)
  }

  get dialect(): Dialect { return this.#runtime.dialect }
  /** @deprecated v6's name of `queryGenerator`. */
  get QueryGenerator(): QueryGenerator { return this.queryGenerator }

  // ---------------------------------------------------------------- tables
  /** Creates a table if it does not exist. Attributes as in a model: types, or options such as `allowNull`, `defaultValue`, `references`, `unique`. */
  async createTable(name: TableInput, attributes: object, options: QueryInterfaceOptions & TableOptions = {}): Promise<void> {
    const table = tableNamed(name, options.schema)
    const wanted = this.dialect.canonical({ tables: [tableFromAttributes(this.#runtime, table, attributes, options)] })
    await applyChanges(this.#runtime, async (run) => {
      const actual = await this.dialect.introspect(run, [table])
      return { actual, changes: actual.tables.length > 0 ? [] : wanted.tables.map((each): Change => ({ kind: 'create-table', table: each })) }
    }, execution(options))
  }

  /** Drops a table if it exists, with its rows. */
  async dropTable(name: TableInput, options: QueryInterfaceOptions & { readonly cascade?: boolean } = {}): Promise<void> {
    await dropTables(this.#runtime, [tableNamed(name, options.schema)], { ...execution(options), cascade: options.cascade === true })
  }

  /** Drops every table but those of `skip`, whatever their foreign keys. */
  async dropAllTables(options: QueryInterfaceOptions & { readonly skip?: readonly TableInput[], readonly cascade?: boolean } = {}): Promise<void> {
    const fold = foldOf(this.dialect)
    const skipped = new Set((options.skip ?? []).map((table) => tableKey(tableNamed(table), fold)))
    const tables = await this.dialect.listTables(this.#run(options), options.schema)
    await dropTables(this.#runtime, tables.filter((table) => !skipped.has(tableKey(table, fold)) && !skipped.has(fold(table.name))), { ...execution(options), cascade: options.cascade === true })
  }

  async renameTable(before: TableInput, after: TableInput, options: QueryInterfaceOptions & { readonly changeSchema?: boolean } = {}): Promise<void> {
    const [from, to] = [tableNamed(before, options.schema), tableNamed(after, options.schema)]
    const target = typeof after === 'string' && options.schema === undefined ? { ...to, schema: from.schema } : to
    if (target.schema !== from.schema && !options.changeSchema) throw new QueryError(`renameTable would move "${tableKey(from)}" to the schema of "${tableKey(target)}". Say \`changeSchema: true\` if that is meant.`)
    await this.#apply(from, options, (actual) => [{ kind: 'rename-table', table: actual.table, to: target }])
  }

  /** Deletes every row. `restartIdentity`: counters begin anew. */
  async truncate(name: TableInput, options: QueryInterfaceOptions & { readonly cascade?: boolean, readonly restartIdentity?: boolean } = {}): Promise<void> {
    const table = tableNamed(name, options.schema)
    if (this.dialect.traits.truncate === 'delete') {
      await deleteRows(this.#rows(table), undefined, execution(options))
      const counts = options.restartIdentity && (await this.#existing(table, this.#run(options))).columns.some((column) => column.autoIncrement)
      if (counts && this.dialect.restartCounter) await this.#execute(this.dialect.restartCounter(table), options)
      return
    }
    await this.#execute(`TRUNCATE TABLE ${this.dialect.quoteTable(table)}${options.restartIdentity ? ' RESTART IDENTITY' : ''}${options.cascade ? ' CASCADE' : ''}`, options)
  }

  /** Tables of the database (or of one schema), as `{ tableName, schema }`. */
  async listTables(options: QueryInterfaceOptions = {}): Promise<{ tableName: string, schema: string }[]> {
    const tables = await this.dialect.listTables(this.#run(options), options.schema)
    return tables.map((table) => ({ tableName: table.name, schema: table.schema ?? this.dialect.defaultSchema }))
  }
  /** @deprecated v6's `listTables`: the names alone. */
  async showAllTables(options: QueryInterfaceOptions = {}): Promise<string[]> {
    return (await this.listTables(options)).map((table) => table.tableName)
  }
  async tableExists(name: TableInput, options: QueryInterfaceOptions = {}): Promise<boolean> {
    return await this.#find(tableNamed(name, options.schema), this.#run(options)) !== undefined
  }

  /** Columns of a table: `{ type, allowNull, defaultValue, primaryKey, unique, autoIncrement, comment }` by name. @throws UnknownTableError */
  async describeTable(name: TableInput, options: QueryInterfaceOptions | string = {}): Promise<Record<string, ColumnDescription>> {
    const given = typeof options === 'string' ? { schema: options } : options
    const table = await this.#existing(tableNamed(name, given.schema), this.#run(given))
    if (!this.dialect.describeTable) throw new UnsupportedFeatureError(`${this.dialect.name} cannot describe tables.`)
    return this.dialect.describeTable(table)
  }

  // ---------------------------------------------------------------- columns
  async addColumn(name: TableInput, column: string, attribute: unknown, options: QueryInterfaceOptions & { readonly ifNotExists?: boolean } = {}): Promise<void> {
    if (attribute === undefined || attribute === null) throw new QueryError(`addColumn("${tableKey(tableNamed(name))}", "${column}") needs the column's type.`)
    await this.#alter(tableNamed(name, options.schema), options, (actual) => {
      const wanted = attributeNamed(actual.table, column, attribute)
      if (actual.columns.some((each) => foldOf(this.dialect)(each.name) === foldOf(this.dialect)(wanted.columnName))) {
        if (options.ifNotExists) return []
        throw new QueryError(`addColumn: table "${tableKey(actual.table)}" has a column "${wanted.columnName}" already.`)
      }
      return addColumnChanges(this.#runtime, actual.table, wanted)
    })
  }

  /** Drops a column with its values, and with it the indexes and keys that use it. */
  async removeColumn(name: TableInput, column: string, options: QueryInterfaceOptions & { readonly ifExists?: boolean, readonly cascade?: boolean } = {}): Promise<void> {
    const fold = foldOf(this.dialect)
    await this.#reach(tableNamed(name, options.schema), options, (actual) => {
      if (options.ifExists && !actual.columns.some((each) => fold(each.name) === fold(column))) return actual
      return withoutColumn(actual, columnIn(actual, column, 'removeColumn'), fold)
    })
  }

  /** Gives a column another type, nullability, default, or reference. What `options` of the column leave out gets its default. */
  async changeColumn(name: TableInput, column: string, attribute: unknown, options: QueryInterfaceOptions = {}): Promise<void> {
    await this.#alter(tableNamed(name, options.schema), options, (actual) => changedColumn(this.#runtime, actual, column, attribute))
  }

  async renameColumn(name: TableInput, before: string, after: string, options: QueryInterfaceOptions = {}): Promise<void> {
    await this.#apply(tableNamed(name, options.schema), options, (actual) => [{ kind: 'rename-column', table: actual.table, column: columnIn(actual, before, 'renameColumn'), to: after }])
  }

  // ---------------------------------------------------------------- indexes
  /** `addIndex(table, fields, options)` or `addIndex(table, { fields, … })`. */
  async addIndex(name: TableInput, fieldsOrOptions: IndexOptions['fields'] | AddIndexOptions, rawOptions: AddIndexOptions = {}): Promise<void> {
    const options: AddIndexOptions = isList(fieldsOrOptions) ? { ...rawOptions, fields: fieldsOrOptions } : { ...rawOptions, ...fieldsOrOptions }
    const { fields } = options
    const table = tableNamed(name, options.schema)
    if (!fields || fields.length === 0) throw new QueryError(`addIndex("${tableKey(table)}") needs \`fields\`: the columns of the index.`)
    const type = options.type ?? options.indicesType
    const unique = options.unique === true || type?.toUpperCase() === 'UNIQUE'
    await this.#alter(table, options, (actual) => {
      const definition = columnScope(actual.table, actual.columns.map((column) => column.name))
      const { msg: _msg, prefix, ...rest } = options
      const own = { ...rest, ...(type !== undefined && { type }), ...(options.indexType !== undefined && { using: options.indexType }), fields, unique }
      const made = options.name ?? options.indexName ?? this.#indexName(prefix ?? table.name, fields, unique)
      return [{ kind: 'create-index', table: actual.table, index: indexOf(this.#runtime, { ...own, name: made }, definition, `table "${tableKey(table)}"`) }]
    })
  }

  /** Removes an index by its name, or by its columns (the name that `addIndex` gives). */
  async removeIndex(name: TableInput, nameOrFields: string | readonly string[], options: QueryInterfaceOptions & { readonly ifExists?: boolean, readonly concurrently?: boolean, readonly cascade?: boolean } = {}): Promise<void> {
    await this.#alter(tableNamed(name, options.schema), options, (actual) => {
      const fold = foldOf(this.dialect)
      const same = (index: TableSnapshot['indexes'][number], fields: readonly string[]): boolean => JSON.stringify(index.fields.map((field) => fold(field.name))) === JSON.stringify(fields.map(fold))
      const index = typeof nameOrFields === 'string' ? actual.indexes.find((each) => fold(each.name) === fold(nameOrFields)) : actual.indexes.find((each) => same(each, nameOrFields))
      if (index) return [{ kind: 'drop-index', table: actual.table, index: index.name }]
      if (options.ifExists) return []
      throw new QueryError(`Table "${tableKey(actual.table)}" has no index ${typeof nameOrFields === 'string' ? `"${nameOrFields}"` : `over (${nameOrFields.join(', ')})`}. It has: ${actual.indexes.map((each) => each.name).join(', ') || 'none'}.`)
    })
  }

  async showIndex(name: TableInput, options: QueryInterfaceOptions = {}): Promise<IndexDescription[]> {
    const table = await this.#existing(tableNamed(name, options.schema), this.#run(options))
    return table.indexes.map((index) => describeIndex(table.table, index))
  }

  /** The indexes with names for those that have none. */
  nameIndexes<T extends { readonly name?: string, readonly fields: IndexOptions['fields'], readonly unique?: boolean }>(indexes: readonly T[], rawTableName: TableInput): (T & { name: string })[] {
    const { name: table } = tableNamed(rawTableName)
    return indexes.map((index) => ({ ...index, name: index.name ?? this.#indexName(table, index.fields, index.unique === true) }))
  }

  #indexName(table: string, fields: IndexOptions['fields'], unique: boolean): string {
    const names = fields.map((field) => {
      if (typeof field === 'string') return field
      const { name, attribute } = field as { name?: unknown, attribute?: unknown }
      return typeof name === 'string' ? name : typeof attribute === 'string' ? attribute : 'expression'
    })
    return shorten(indexName(table, names, unique), this.dialect.traits.maxIdentifierLength)
  }

  // ---------------------------------------------------------------- constraints
  /** Adds a constraint: `{ type: 'UNIQUE' | 'CHECK' | 'FOREIGN KEY' | 'PRIMARY KEY' | 'DEFAULT', fields, name, where, references, … }`. */
  async addConstraint(name: TableInput, options: ConstraintOptions & QueryInterfaceOptions): Promise<void> {
    if (!options || typeof options !== 'object' || options.type === undefined) throw new QueryError('addConstraint needs options with a `type`: CHECK, DEFAULT, FOREIGN KEY, PRIMARY KEY or UNIQUE.')
    await this.#alter(tableNamed(name, options.schema), options, (actual) => [addConstraintChange(this.#runtime, actual, options)])
  }

  /** @throws UnknownConstraintError when there is none of the name, unless `ifExists`. */
  async removeConstraint(name: TableInput, constraint: string, options: QueryInterfaceOptions & { readonly ifExists?: boolean, readonly cascade?: boolean } = {}): Promise<void> {
    await this.#alter(tableNamed(name, options.schema), options, (actual) => {
      const fold = foldOf(this.dialect)
      const all = constraintsOf(actual)
      const found = all.find(({ description }) => fold(description.constraintName) === fold(constraint))
      if (found) return [found.drop]
      if (options.ifExists) return []
      throw new UnknownConstraintError({
        message: `Table "${tableKey(actual.table)}" has no constraint "${constraint}". It has: ${all.map(({ description }) => description.constraintName).join(', ') || 'none'}.`,
        table: tableKey(actual.table), constraint,
      })
    })
  }

  async showConstraints(name: TableInput, options: QueryInterfaceOptions & { readonly constraintName?: string, readonly columnName?: string, readonly constraintType?: string } = {}): Promise<ConstraintDescription[]> {
    const table = await this.#existing(tableNamed(name, options.schema), this.#run(options))
    const { constraintName, columnName, constraintType } = options
    return constraintsOf(table).map((constraint) => constraint.description).filter((each) =>
      (constraintName === undefined || each.constraintName === constraintName) && (columnName === undefined || each.columnNames.includes(columnName))
      && (constraintType === undefined || each.constraintType === constraintType.toUpperCase()))
  }
  /** @deprecated v6's name of `showConstraints`. */
  async showConstraint(name: TableInput, constraint?: string, options: QueryInterfaceOptions = {}): Promise<ConstraintDescription[]> {
    return await this.showConstraints(name, { ...options, ...(constraint !== undefined && { constraintName: constraint }) })
  }
  /** @deprecated Use `showConstraints` with `constraintType: 'FOREIGN KEY'`. */
  async getForeignKeyReferencesForTable(name: TableInput, options: QueryInterfaceOptions = {}): Promise<{ tableName: string, columnName: string, constraintName: string, referencedTableName: string, referencedColumnName: string }[]> {
    const keys = await this.showConstraints(name, { ...options, constraintType: 'FOREIGN KEY' })
    return keys.flatMap((key) => key.columnNames.map((columnName, position) => ({
      tableName: key.tableName, columnName, constraintName: key.constraintName, referencedTableName: key.referencedTableName ?? '', referencedColumnName: key.referencedColumnNames?.[position] ?? '',
    })))
  }

  /** Puts deferrable constraints off to the end of the transaction (`ConstraintChecking.DEFERRED`) or back (`IMMEDIATE`). Only inside a transaction. */
  async deferConstraints(checking: ConstraintCheckingMode, options: ExecOptions = {}): Promise<void> {
    const transaction = this.#runtime.executor.currentTransaction(options)
    if (!transaction) throw new QueryError('deferConstraints has an effect only inside a transaction: give it one (`transaction`), or call it inside sequelize.transaction(…).')
    await transaction.setConstraintChecking(checking)
  }

  /** Runs the callback, on one connection that it is given, while foreign keys are not checked. */
  async withoutForeignKeyChecks<T>(optionsOrCallback: ExecOptions | ((connection: Connection) => Promise<T>), callback?: (connection: Connection) => Promise<T>): Promise<T> {
    const [options, run] = typeof optionsOrCallback === 'function' ? [{}, optionsOrCallback] : [optionsOrCallback, callback!]
    if (!this.dialect.foreignKeyChecks) throw new UnsupportedFeatureError(`${this.dialect.name} cannot switch foreign key checks off.`)
    this.#refuseInsideTransaction(options)
    return await this.#runtime.executor.withConnection(options, async (connection) =>
      await withForeignKeys(this.dialect, this.#run({ ...options, connection }), true, async () => await run(connection)))
  }

  /** Switches foreign key checks of a connection. Prefer `withoutForeignKeyChecks`, which switches them back. */
  async unsafeToggleForeignKeyChecks(enable: boolean, options: ExecOptions = {}): Promise<void> {
    const checks = this.dialect.foreignKeyChecks
    if (!checks) throw new UnsupportedFeatureError(`${this.dialect.name} cannot switch foreign key checks off.`)
    this.#refuseInsideTransaction(options)
    for (const text of enable ? checks.on : checks.off) await this.#execute(text, options)
  }

  #refuseInsideTransaction(options: ExecOptions): void {
    if (this.dialect.foreignKeyChecks?.inTransaction || !this.#runtime.executor.currentTransaction(options)) return
    throw new QueryError(`${this.dialect.name} cannot switch foreign key checks inside a transaction. Do it before the transaction begins.`)
  }

  // ---------------------------------------------------------------- rows
  /** Inserts one row. `insert(null, table, values)` is Sequelize's form. Returns `[key or rows, number of rows]`. */
  async insert(_instance: unknown, name: TableInput, values: Row, options: WriteOptions & { readonly types?: ColumnTypes } = {}): Promise<[unknown, number]> {
    const { rows, lastInsertId, affectedRows } = await insertRows(this.#rows(name, options.types), [values], writing(options))
    return [options.returning ? rows : lastInsertId, affectedRows]
  }

  /** Inserts rows, all or none. `attributes`: types of columns. Returns the number of rows, or the rows with `returning`. */
  async bulkInsert(name: TableInput, records: readonly Row[], options: WriteOptions & { readonly ignoreDuplicates?: boolean } = {}, attributes?: ColumnTypes): Promise<number | Record<string, unknown>[]> {
    if (!Array.isArray(records)) throw new QueryError('bulkInsert needs a list of rows.')
    const conflict = options?.ignoreDuplicates ? { target: [], targetWhere: null, action: 'nothing', where: null } as const : null
    const { rows, affectedRows } = await insertRows(this.#rows(name, attributes), records, writing(options ?? {}), conflict)
    return options?.returning ? rows : affectedRows
  }

  /** Updates rows. `update(null, table, values, where)`. Returns the number of rows. */
  async update(_instance: unknown, name: TableInput, values: Row, where: unknown, options: LimitedWrite = {}): Promise<number> {
    return await this.bulkUpdate(name, values, where, options)
  }
  async bulkUpdate(name: TableInput, values: Row, where: unknown, options: LimitedWrite = {}, types?: ColumnTypes): Promise<number> {
    return (await updateRows(this.#rows(name, types), values, where, { ...writing(options), limit: options.limit })).affectedRows
  }

  /** Inserts a row, or updates the one with the same key. `options.upsertKeys`: the key's columns; default: the primary key. */
  async upsert(name: TableInput, insertValues: Row, updateValues: Row, _where?: unknown, options: WriteOptions & { readonly upsertKeys?: readonly string[], readonly conflictFields?: readonly string[] } = {}): Promise<[unknown, number | null]> {
    const table = tableNamed(name)
    const keys = options.upsertKeys ?? options.conflictFields ?? (await this.#existing(table, this.#run(options))).primaryKey?.columns ?? []
    if (keys.length === 0) throw new QueryError(`upsert into "${tableKey(table)}" needs \`upsertKeys\`, because the table has no primary key.`)
    const scope = this.#rows(table)
    const conflict = conflictOf(scope, keys, Object.keys(updateValues).filter((column) => !keys.includes(column)), updateValues, insertValues)
    const { rows, affectedRows } = await insertRows(scope, [insertValues], writing(options), conflict)
    return [options.returning ? rows : null, affectedRows]
  }

  /** Deletes rows: `bulkDelete(table, where)` or `bulkDelete(table, { where, limit })`. Returns how many. */
  async bulkDelete(name: TableInput, whereOrOptions: unknown = {}, options?: LimitedWrite): Promise<number> {
    const own = options === undefined && isPlain(whereOrOptions) && 'where' in whereOrOptions ? whereOrOptions as LimitedWrite & { where?: unknown } : null
    const settings: LimitedWrite = own ?? options ?? {}
    return (await deleteRows(this.#rows(name), own ? own.where : whereOrOptions, { ...writing(settings), limit: settings.limit })).affectedRows
  }
  async delete(_instance: unknown, name: TableInput, where: unknown, options: LimitedWrite = {}): Promise<number> {
    return await this.bulkDelete(name, where ?? {}, options)
  }

  /** Adds amounts to columns: `increment(model, table, where, { visits: 1 }, { updatedAt })`. Returns the number of rows. */
  async increment(_model: unknown, name: TableInput, where: unknown, amounts: Row, extra: Row = {}, options: WriteOptions = {}): Promise<number> {
    return (await addToColumns(this.#rows(name), amounts, extra, where, writing(options))).affectedRows
  }
  async decrement(_model: unknown, name: TableInput, where: unknown, amounts: Row, extra: Row = {}, options: WriteOptions = {}): Promise<number> {
    const negative = Object.fromEntries(Object.entries(amounts).map(([column, amount]) => [column, typeof amount === 'bigint' ? -amount : -Number(amount)]))
    return await this.increment(_model, name, where, negative, extra, options)
  }

  /** Rows as plain objects; `plain: true`: the first one, or null. */
  async select(model: ModelLike, name: TableInput, options: SelectOptions = {}): Promise<unknown> {
    const rows = await selectRows(this.#rows(name, undefined, model?.modelDefinition), { ...options, ...(options.plain && { limit: 1 }) })
    return options.plain ? rows[0] ?? null : rows
  }
  /** One value: column `attribute` of the first row, or undefined. */
  async rawSelect(name: TableInput, options: SelectOptions, attribute: string, model: ModelLike = null): Promise<unknown> {
    const [row] = await selectRows(this.#rows(name, undefined, model?.modelDefinition), { attributes: [attribute], limit: 1, ...options })
    return row?.[attribute]
  }

  // ---------------------------------------------------------------- schemas, databases, and what only some engines have
  async createSchema(schema: string, options: QueryInterfaceOptions & { readonly ifNotExists?: boolean } = {}): Promise<void> {
    this.#requireSchemas('createSchema')
    await this.#execute(`CREATE SCHEMA ${options.ifNotExists ? 'IF NOT EXISTS ' : ''}${this.quoteIdentifier(schema)}`, options)
  }
  async dropSchema(schema: string, options: QueryInterfaceOptions & { readonly cascade?: boolean, readonly ifExists?: boolean } = {}): Promise<void> {
    this.#requireSchemas('dropSchema')
    await this.#execute(`DROP SCHEMA ${options.ifExists ? 'IF EXISTS ' : ''}${this.quoteIdentifier(schema)}${options.cascade ? ' CASCADE' : ''}`, options)
  }
  /** Every schema but those of `skip`; on an engine without schemas, every table. */
  async dropAllSchemas(options: QueryInterfaceOptions & { readonly skip?: readonly string[] } = {}): Promise<void> {
    if (!this.dialect.traits.schemas) return await this.dropAllTables(execution(options))
    for (const schema of await this.listSchemas(options)) await this.dropSchema(schema, { ...execution(options), cascade: true })
  }
  async listSchemas(options: QueryInterfaceOptions & { readonly skip?: readonly string[] } = {}): Promise<string[]> {
    this.#requireSchemas('listSchemas')
    const { rows } = await this.#run(options)({ text: 'SELECT schema_name FROM information_schema.schemata', params: [], mode: 'rows' })
    return rows.map((row) => String(row[0])).filter((name) => !options.skip?.includes(name) && name !== 'information_schema' && !name.startsWith('pg_'))
  }
  /** @deprecated v6's name of `listSchemas`. */
  async showAllSchemas(options: QueryInterfaceOptions = {}): Promise<string[]> { return await this.listSchemas(options) }

  async createDatabase(_name: string, _options: object = {}): Promise<void> { throw this.#unsupported('createDatabase', 'A database is a file here: it is made when it is opened.') }
  async dropDatabase(_name: string, _options: object = {}): Promise<void> { throw this.#unsupported('dropDatabase', 'A database is a file here: delete it.') }
  async listDatabases(_options: object = {}): Promise<{ name: string }[]> { throw this.#unsupported('listDatabases') }
  async fetchDatabaseVersion(options: ExecOptions = {}): Promise<string> { return await this.dialect.databaseVersion(this.#run(options)) }
  /** @deprecated v6's name of `fetchDatabaseVersion`. */
  async databaseVersion(options: ExecOptions = {}): Promise<string> { return await this.fetchDatabaseVersion(options) }

  /** Enumerated types are objects of their own on PostgreSQL only; elsewhere there are none to drop or list. */
  async dropAllEnums(_options: ExecOptions = {}): Promise<void> {}
  async pgListEnums(_table?: TableInput | null, _attribute?: string | null, _options: ExecOptions = {}): Promise<unknown[]> { return [] }
  async dropEnum(_name: string, _options: object = {}): Promise<void> { throw this.#unsupported('dropEnum') }
  async createTrigger(..._args: readonly unknown[]): Promise<void> { throw this.#unsupported('createTrigger', 'Send CREATE TRIGGER with sequelize.query.') }
  async dropTrigger(..._args: readonly unknown[]): Promise<void> { throw this.#unsupported('dropTrigger', 'Send DROP TRIGGER with sequelize.query.') }
  async renameTrigger(..._args: readonly unknown[]): Promise<void> { throw this.#unsupported('renameTrigger') }
  async createFunction(..._args: readonly unknown[]): Promise<void> { throw this.#unsupported('createFunction') }
  async dropFunction(..._args: readonly unknown[]): Promise<void> { throw this.#unsupported('dropFunction') }
  async renameFunction(..._args: readonly unknown[]): Promise<void> { throw this.#unsupported('renameFunction') }

  // ---------------------------------------------------------------- text
  quoteIdentifier(identifier: string): string { return this.queryGenerator.quoteIdentifier(identifier) }
  quoteIdentifiers(identifiers: string): string { return this.queryGenerator.quoteIdentifiers(identifiers) }
  quoteTable(table: TableInput): string { return this.queryGenerator.quoteTable(table) }
  escape(value: unknown): string { return this.queryGenerator.escape(value) }

  // ---------------------------------------------------------------- the way to the database
  #run(options: ExecOptions): Run { return (statement) => this.#runtime.executor.execute(statement, 'read', execution(options)) }
  async #execute(text: string, options: ExecOptions): Promise<void> { await this.#runtime.executor.execute({ text, params: [], mode: 'run' }, 'write', execution(options)) }
  #rows(name: TableInput | TableName, types?: ColumnTypes, model: ModelDefinition | null = null): RowScope { return rowScope(this.#runtime, tableNamed(name), types, model) }

  async #find(table: TableName, run: Run): Promise<TableSnapshot | undefined> { return (await this.dialect.introspect(run, [table])).tables[0] }
  async #existing(table: TableName, run: Run): Promise<TableSnapshot> {
    const found = await this.#find(table, run)
    if (!found) throw new UnknownTableError({ message: `There is no table "${tableKey(table)}" in the database. Check its name and schema; on some engines upper and lower case differ.` })
    return found
  }

  /** Changes of one table, as they are. */
  async #apply(table: TableName, options: ExecOptions, changesOf: (actual: TableSnapshot) => readonly Change[]): Promise<void> {
    await applyChanges(this.#runtime, async (run) => {
      const actual: SchemaSnapshot = { tables: [await this.#existing(table, run)] }
      return { actual, changes: changesOf(actual.tables[0]!) }
    }, execution(options))
  }

  /** Changes of one table, reduced to what really differs from it once the engine's spelling is taken into account. */
  async #alter(table: TableName, options: ExecOptions, changesOf: (actual: TableSnapshot) => readonly Change[]): Promise<void> {
    const fold = foldOf(this.dialect)
    await this.#reach(table, options, (actual) => findTable(evolve({ tables: [actual] }, changesOf(actual), fold), actual.table, fold)!)
  }

  /** Whatever makes one table look like that. */
  async #reach(table: TableName, options: ExecOptions, desiredOf: (actual: TableSnapshot) => TableSnapshot): Promise<void> {
    await applyChanges(this.#runtime, async (run) => {
      const actual: SchemaSnapshot = { tables: [await this.#existing(table, run)] }
      const desired = this.dialect.canonical({ tables: [desiredOf(actual.tables[0]!)] })
      return { actual, changes: diff(actual, desired, { dropColumns: true, dropConstraints: true, fold: foldOf(this.dialect) }) }
    }, execution(options))
  }

  #requireSchemas(method: string): void {
    if (!this.dialect.traits.schemas) throw this.#unsupported(method, 'It has no schemas.')
  }
  #unsupported(method: string, remedy = ''): UnsupportedFeatureError {
    return new UnsupportedFeatureError(`${method} is not possible on ${this.dialect.name}.${remedy === '' ? '' : ` ${remedy}`}`)
  }
}

const writing = (options: WriteOptions): WriteOptions => ({ ...execution(options), ...(options.returning !== undefined && { returning: options.returning }) })
const isList = (value: unknown): value is IndexOptions['fields'] => Array.isArray(value)
const isPlain = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
