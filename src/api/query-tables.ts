/**
 * The query interface's tables, columns and indexes: arguments in, changes to `sync/apply` out, each computed from the table as it is.
 * Neighbours: `table-attributes` reads the arguments, `query-constraints` and `query-interface` continue this class.
 */
import { indexName, shorten } from '../base/names.js'
import { EXEC_OPTIONS } from '../base/options.js'
import type { ExecOptions } from '../connect/executor.js'
import type { ColumnDescription, Dialect, Run } from '../dialect/dialect.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError, UnknownTableError, UnsupportedFeatureError } from '../errors/index.js'
import type { IndexOptions, ModelDefinition } from '../model/definition.js'
import { readIndex } from '../model/indexes.js'
import type { Change } from '../schema/change.js'
import { diff, withoutColumn } from '../schema/diff.js'
import { evolve } from '../schema/evolve.js'
import type { SchemaSnapshot, TableSnapshot } from '../schema/snapshot.js'
import { findTable, tableKey } from '../schema/snapshot.js'
import type { TableName } from '../sql/query.js'
import { applyChanges, foldOf } from '../sync/apply.js'
import { indexOf } from '../sync/from-models.js'
import { dropTables, execution } from '../sync/sync.js'
import { QueryGenerator } from './query-generator.js'
import { checked, checkedName } from './query-interface-options.js'
import type { IndexDescription, TableInput, TableOptions } from './table-attributes.js'
import {
  addColumnChanges,
  attributeNamed,
  changedColumn,
  columnIn,
  describeIndex,
  tableFromAttributes,
  tableNamed,
} from './table-attributes.js'
import type { ColumnTypes, RowScope } from './table-rows.js'
import { columnScope, deleteRows, rowScope } from './table-rows.js'

export interface QueryInterfaceOptions extends ExecOptions {
  readonly schema?: string
}
export interface AddIndexOptions extends QueryInterfaceOptions, Partial<IndexOptions> {
  readonly indexName?: string
  readonly indicesType?: string
  readonly indexType?: string
}

export interface RuntimeOwner {
  readonly runtime: Runtime
}

/** The way to the database, tables, columns and indexes. */
export abstract class TableInterface<Owner extends RuntimeOwner = RuntimeOwner> {
  readonly queryGenerator: QueryGenerator
  protected readonly runtime: Runtime

  constructor(readonly sequelize: Owner) {
    this.runtime = sequelize.runtime
    this.queryGenerator = new QueryGenerator(sequelize.runtime.dialect)
  }

  get dialect(): Dialect {
    return this.runtime.dialect
  }
  /** @deprecated v6's name of `queryGenerator`. */
  get QueryGenerator(): QueryGenerator {
    return this.queryGenerator
  }

  // ---------------------------------------------------------------- tables
  /** Creates a table if it does not exist. Attributes as in a model: types, or options such as `allowNull`, `defaultValue`, `references`, `unique`. */
  async createTable(
    name: TableInput,
    attributes: object,
    options: QueryInterfaceOptions & TableOptions = {},
  ): Promise<void> {
    options = checked('createTable', options)
    const table = tableNamed(name, options.schema)
    const wanted = this.dialect.canonical({ tables: [tableFromAttributes(this.runtime, table, attributes, options)] })
    await applyChanges(
      this.runtime,
      async (run) => {
        const actual = await this.dialect.introspect(run, [table])
        return {
          actual,
          changes:
            actual.tables.length > 0
              ? []
              : wanted.tables.map((each): Change => ({ kind: 'create-table', table: each })),
        }
      },
      execution(options),
    )
  }

  /** Drops a table if it exists, with its rows. */
  async dropTable(
    name: TableInput,
    options: QueryInterfaceOptions & { readonly cascade?: boolean } = {},
  ): Promise<void> {
    options = checked('dropTable', options)
    await dropTables(this.runtime, [tableNamed(name, options.schema)], {
      ...execution(options),
      cascade: options.cascade === true,
    })
  }

  /** Drops every table but those of `skip`, whatever their foreign keys. */
  async dropAllTables(
    options: QueryInterfaceOptions & { readonly skip?: readonly TableInput[]; readonly cascade?: boolean } = {},
  ): Promise<void> {
    options = checked('dropAllTables', options)
    const fold = foldOf(this.dialect)
    const skipped = new Set((options.skip ?? []).map((table) => tableKey(tableNamed(table), fold)))
    const tables = await this.dialect.listTables(this.reader(options), options.schema)
    await dropTables(
      this.runtime,
      tables.filter((table) => !skipped.has(tableKey(table, fold)) && !skipped.has(fold(table.name))),
      { ...execution(options), cascade: options.cascade === true },
    )
  }

  async renameTable(
    before: TableInput,
    after: TableInput,
    options: QueryInterfaceOptions & { readonly changeSchema?: boolean } = {},
  ): Promise<void> {
    options = checked('renameTable', options)
    const [from, to] = [tableNamed(before, options.schema), tableNamed(after, options.schema)]
    const target = typeof after === 'string' && options.schema === undefined ? { ...to, schema: from.schema } : to
    if (target.schema !== from.schema && !options.changeSchema)
      throw new QueryError(
        `renameTable would move "${tableKey(from)}" to the schema of "${tableKey(target)}". Say \`changeSchema: true\` if that is meant.`,
      )
    await this.applyTo(from, options, (actual) => [{ kind: 'rename-table', table: actual.table, to: target }])
  }

  /** Deletes every row. `restartIdentity`: counters begin anew. */
  async truncate(
    name: TableInput,
    options: QueryInterfaceOptions & { readonly cascade?: boolean; readonly restartIdentity?: boolean } = {},
  ): Promise<void> {
    options = checked('truncate', options)
    const table = tableNamed(name, options.schema)
    if (this.dialect.traits.truncate === 'delete') {
      await deleteRows(this.scope(table), undefined, execution(options))
      const counts =
        options.restartIdentity &&
        (await this.existing(table, this.reader(options))).columns.some((column) => column.autoIncrement)
      if (counts && this.dialect.restartCounter) await this.send(this.dialect.restartCounter(table), options)
      return
    }
    await this.send(
      `TRUNCATE TABLE ${this.dialect.quoteTable(table)}${options.restartIdentity ? ' RESTART IDENTITY' : ''}${options.cascade ? ' CASCADE' : ''}`,
      options,
    )
  }

  /** Tables of the database (or of one schema), as `{ tableName, schema }`. */
  async listTables(options: QueryInterfaceOptions = {}): Promise<{ tableName: string; schema: string }[]> {
    options = checked('listTables', options)
    const tables = await this.dialect.listTables(this.reader(options), options.schema)
    return tables.map((table) => ({ tableName: table.name, schema: table.schema ?? this.dialect.defaultSchema }))
  }
  /** @deprecated v6's `listTables`: the names alone. */
  async showAllTables(options: QueryInterfaceOptions = {}): Promise<string[]> {
    return (await this.listTables(options)).map((table) => table.tableName)
  }
  async tableExists(name: TableInput, options: QueryInterfaceOptions = {}): Promise<boolean> {
    options = checked('tableExists', options)
    return (await this.find(tableNamed(name, options.schema), this.reader(options))) !== undefined
  }

  /** Columns of a table: `{ type, allowNull, defaultValue, primaryKey, unique, autoIncrement, comment }` by name. @throws UnknownTableError */
  async describeTable(
    name: TableInput,
    options: QueryInterfaceOptions | string = {},
  ): Promise<Record<string, ColumnDescription>> {
    const given = checked('describeTable', typeof options === 'string' ? { schema: options } : options)
    const table = await this.existing(tableNamed(name, given.schema), this.reader(given))
    if (!this.dialect.describeTable) throw new UnsupportedFeatureError(`${this.dialect.name} cannot describe tables.`)
    return this.dialect.describeTable(table)
  }

  // ---------------------------------------------------------------- columns
  async addColumn(
    name: TableInput,
    column: string,
    attribute: unknown,
    options: QueryInterfaceOptions & { readonly ifNotExists?: boolean } = {},
  ): Promise<void> {
    options = checked('addColumn', options)
    checkedName('addColumn', 'a column', column)
    if (attribute === undefined || attribute === null)
      throw new QueryError(`addColumn("${tableKey(tableNamed(name))}", "${column}") needs the column's type.`)
    await this.alter(tableNamed(name, options.schema), options, (actual) => {
      const wanted = attributeNamed(actual.table, column, attribute)
      if (actual.columns.some((each) => foldOf(this.dialect)(each.name) === foldOf(this.dialect)(wanted.columnName))) {
        if (options.ifNotExists) return []
        throw new QueryError(
          `addColumn: table "${tableKey(actual.table)}" has a column "${wanted.columnName}" already.`,
        )
      }
      return addColumnChanges(this.runtime, actual, wanted)
    })
  }

  /** Drops a column with its values, and with it the indexes and keys that use it. */
  async removeColumn(
    name: TableInput,
    column: string,
    options: QueryInterfaceOptions & { readonly ifExists?: boolean; readonly cascade?: boolean } = {},
  ): Promise<void> {
    options = checked('removeColumn', options)
    checkedName('removeColumn', 'a column', column)
    const fold = foldOf(this.dialect)
    await this.reach(tableNamed(name, options.schema), options, (actual) => {
      if (options.ifExists && !actual.columns.some((each) => fold(each.name) === fold(column))) return actual
      return withoutColumn(actual, columnIn(actual, column, 'removeColumn'), fold)
    })
  }

  /** Gives a column another type, nullability, default, or reference. What `options` of the column leave out gets its default. */
  async changeColumn(
    name: TableInput,
    column: string,
    attribute: unknown,
    options: QueryInterfaceOptions = {},
  ): Promise<void> {
    options = checked('changeColumn', options)
    checkedName('changeColumn', 'a column', column)
    await this.alter(tableNamed(name, options.schema), options, (actual) =>
      changedColumn(this.runtime, actual, column, attribute),
    )
  }

  async renameColumn(
    name: TableInput,
    before: string,
    after: string,
    options: QueryInterfaceOptions = {},
  ): Promise<void> {
    options = checked('renameColumn', options)
    checkedName('renameColumn', 'the column', before)
    checkedName('renameColumn', 'the column to be', after)
    await this.applyTo(tableNamed(name, options.schema), options, (actual) => [
      { kind: 'rename-column', table: actual.table, column: columnIn(actual, before, 'renameColumn'), to: after },
    ])
  }

  // ---------------------------------------------------------------- indexes
  /** `addIndex(table, fields, options)` or `addIndex(table, { fields, … })`. */
  async addIndex(
    name: TableInput,
    fieldsOrOptions: IndexOptions['fields'] | AddIndexOptions,
    rawOptions: AddIndexOptions = {},
  ): Promise<void> {
    const options: AddIndexOptions = checked(
      'addIndex',
      isList(fieldsOrOptions) ? { ...rawOptions, fields: fieldsOrOptions } : { ...rawOptions, ...fieldsOrOptions },
    )
    const { fields } = options
    const table = tableNamed(name, options.schema)
    if (!fields || fields.length === 0)
      throw new QueryError(`addIndex("${tableKey(table)}") needs \`fields\`: the columns of the index.`)
    const given = readIndex(`table "${tableKey(table)}"`, indexOptions(options))
    const unique = given.unique === true
    await this.alter(table, options, (actual) => {
      const definition = columnScope(
        actual.table,
        actual.columns.map((column) => column.name),
      )
      const made = given.name ?? this.nameOfIndex(given.prefix ?? table.name, fields, unique)
      return [
        {
          kind: 'create-index',
          table: actual.table,
          index: indexOf(this.runtime, { ...given, name: made }, definition, `table "${tableKey(table)}"`),
        },
      ]
    })
  }

  /** Removes an index by its name, or by its columns (the name that `addIndex` gives). */
  async removeIndex(
    name: TableInput,
    nameOrFields: string | readonly string[],
    options: QueryInterfaceOptions & {
      readonly ifExists?: boolean
      readonly concurrently?: boolean
      readonly cascade?: boolean
    } = {},
  ): Promise<void> {
    options = checked('removeIndex', options)
    for (const one of typeof nameOrFields === 'string' ? [nameOrFields] : isList(nameOrFields) ? nameOrFields : [null])
      checkedName('removeIndex', 'an index, or those of its columns', one)
    const { concurrently = false, cascade = false } = options
    const { index: can } = this.dialect.supports as { index?: { concurrently?: boolean; cascade?: boolean } }
    if (concurrently && can?.concurrently !== true) throw this.unsupported('removeIndex with `concurrently`')
    if (cascade && can?.cascade !== true) throw this.unsupported('removeIndex with `cascade`')
    if (concurrently && cascade)
      throw new QueryError('removeIndex cannot have both `concurrently` and `cascade`: PostgreSQL has no such command.')
    const changesOf = (actual: TableSnapshot): readonly Change[] => {
      const fold = foldOf(this.dialect)
      const same = (index: TableSnapshot['indexes'][number], fields: readonly string[]): boolean =>
        JSON.stringify(index.fields.map((field) => fold(field.name))) === JSON.stringify(fields.map(fold))
      const index =
        typeof nameOrFields === 'string'
          ? actual.indexes.find((each) => fold(each.name) === fold(nameOrFields))
          : actual.indexes.find((each) => same(each, nameOrFields))
      if (index) return [{ kind: 'drop-index', table: actual.table, index: index.name, concurrently, cascade }]
      if (options.ifExists) return []
      throw new QueryError(
        `Table "${tableKey(actual.table)}" has no index ${typeof nameOrFields === 'string' ? `"${nameOrFields}"` : `over (${nameOrFields.join(', ')})`}. It has: ${actual.indexes.map((each) => each.name).join(', ') || 'none'}.`,
      )
    }
    const table = tableNamed(name, options.schema)
    if (!concurrently && !cascade) return await this.alter(table, options, changesOf)
    // How it goes is nothing that a picture of the table would show.
    await applyChanges(
      this.runtime,
      async (run) => {
        const actual = await this.existing(table, run)
        return { actual: { tables: [actual] }, changes: changesOf(actual) }
      },
      execution(options),
    )
  }

  async showIndex(name: TableInput, options: QueryInterfaceOptions = {}): Promise<IndexDescription[]> {
    options = checked('showIndex', options)
    const table = await this.existing(tableNamed(name, options.schema), this.reader(options))
    return table.indexes.map((index) => describeIndex(table.table, index))
  }

  /** The indexes with names for those that have none. */
  nameIndexes<T extends { readonly name?: string; readonly fields: IndexOptions['fields']; readonly unique?: boolean }>(
    indexes: readonly T[],
    rawTableName: TableInput,
  ): (T & { name: string })[] {
    const { name: table } = tableNamed(rawTableName)
    return indexes.map((index) => ({
      ...index,
      name: index.name ?? this.nameOfIndex(table, index.fields, index.unique === true),
    }))
  }

  protected nameOfIndex(table: string, fields: IndexOptions['fields'], unique: boolean): string {
    const names = fields.map((field) => {
      if (typeof field === 'string') return field
      const { name, attribute } = field as { name?: unknown; attribute?: unknown }
      return typeof name === 'string' ? name : typeof attribute === 'string' ? attribute : 'expression'
    })
    return shorten(indexName(table, names, unique), this.dialect.traits.maxIdentifierLength)
  }

  // ---------------------------------------------------------------- the way to the database
  protected reader(options: ExecOptions): Run {
    const { executor } = this.runtime
    const exec = execution(options)
    // A picture of the schema that is about to change must not be an old one.
    const given = executor.hasReplicas ? { useMaster: true, ...exec } : exec
    return (statement) => executor.execute(statement, 'read', given)
  }
  protected async send(text: string, options: ExecOptions): Promise<void> {
    await this.runtime.executor.execute({ text, params: [], mode: 'run' }, 'write', execution(options))
  }
  protected scope(name: TableInput | TableName, types?: ColumnTypes, model: ModelDefinition | null = null): RowScope {
    return rowScope(this.runtime, tableNamed(name), types, model)
  }

  protected async find(table: TableName, run: Run): Promise<TableSnapshot | undefined> {
    return (await this.dialect.introspect(run, [table])).tables[0]
  }
  protected async existing(table: TableName, run: Run): Promise<TableSnapshot> {
    const found = await this.find(table, run)
    if (!found)
      throw new UnknownTableError({
        message: `There is no table "${tableKey(table)}" in the database. Check its name and schema; on some engines upper and lower case differ.`,
      })
    return found
  }

  /** Changes of one table, as they are. */
  protected async applyTo(
    table: TableName,
    options: ExecOptions,
    changesOf: (actual: TableSnapshot) => readonly Change[],
  ): Promise<void> {
    await applyChanges(
      this.runtime,
      async (run) => {
        const actual: SchemaSnapshot = { tables: [await this.existing(table, run)] }
        return { actual, changes: changesOf(actual.tables[0]!) }
      },
      execution(options),
    )
  }

  /** Changes of one table, reduced to what really differs from it once the engine's spelling is taken into account. */
  protected async alter(
    table: TableName,
    options: ExecOptions,
    changesOf: (actual: TableSnapshot) => readonly Change[],
  ): Promise<void> {
    const fold = foldOf(this.dialect)
    await this.reach(
      table,
      options,
      (actual) => findTable(evolve({ tables: [actual] }, changesOf(actual), fold), actual.table, fold)!,
    )
  }

  /** Whatever makes one table look like that. */
  protected async reach(
    table: TableName,
    options: ExecOptions,
    desiredOf: (actual: TableSnapshot) => TableSnapshot,
  ): Promise<void> {
    await applyChanges(
      this.runtime,
      async (run) => {
        const actual: SchemaSnapshot = { tables: [await this.existing(table, run)] }
        const desired = this.dialect.canonical({ tables: [desiredOf(actual.tables[0]!)] })
        return {
          actual,
          changes: diff(actual, desired, { dropColumns: true, dropConstraints: true, fold: foldOf(this.dialect) }),
        }
      },
      execution(options),
    )
  }

  protected requireSchemas(method: string): void {
    if (!this.dialect.traits.schemas) throw this.unsupported(method, 'It has no schemas.')
  }
  protected unsupported(method: string, remedy = ''): UnsupportedFeatureError {
    return new UnsupportedFeatureError(
      `${method} is not possible on ${this.dialect.name}.${remedy === '' ? '' : ` ${remedy}`}`,
    )
  }
}

/** The part of `addIndex`'s options that is the index, in the spelling of models. */
function indexOptions(options: AddIndexOptions): Record<string, unknown> {
  const { schema: _schema, indexName, indicesType, indexType, ...rest } = options
  const own = Object.fromEntries(Object.entries(rest).filter(([name]) => !EXEC_OPTIONS.has(name)))
  return {
    ...own,
    ...(rest.name === undefined && indexName !== undefined && { name: indexName }),
    ...(rest.type === undefined && indicesType !== undefined && { type: indicesType }),
    ...(indexType !== undefined && { using: indexType }),
  }
}
const isList = (value: unknown): value is IndexOptions['fields'] => Array.isArray(value)
