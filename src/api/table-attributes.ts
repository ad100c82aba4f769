/**
 * What the query interface is given (attributes of `createTable`, options of `addConstraint`, tables named in any of Sequelize's ways)
 * → parts of a snapshot, and snapshots → what its `show…` methods answer. No SQL is sent here.
 * Neighbours: `api/query-interface` calls, `sync/from-models` makes columns of attributes.
 */
import { indexName, shorten, suggestion } from '../base/names.js'
import type { Dialect } from '../dialect/dialect.js'
import type { Runtime } from '../dialect/runtime.js'
import { DefinitionError, QueryError } from '../errors/index.js'
import type { Attribute } from '../model/attribute.js'
import { normalizeAttribute, readAttribute } from '../model/attribute.js'
import type { ModelDefinition } from '../model/definition.js'
import { normaliseWhere, tablesOf } from '../read/where.js'
import type { Change } from '../schema/change.js'
import type {
  DeferrableMode,
  ForeignKeySnapshot,
  IndexSnapshot,
  ReferentialAction,
  TableSnapshot,
} from '../schema/snapshot.js'
import { emptyTable, indexSnapshot, tableKey } from '../schema/snapshot.js'
import type { TableName } from '../sql/query.js'
import { columnOf, foreignKeyOf } from '../sync/from-models.js'
import { columnScope } from './table-rows.js'

/** A table: its name, a name with a schema, or a model. */
export type TableInput =
  | string
  | {
      readonly tableName?: string
      readonly name?: string
      readonly schema?: string | null
      readonly delimiter?: string
    }
  | { readonly modelDefinition: ModelDefinition }

export function tableNamed(given: unknown, schema?: string): TableName {
  if (typeof given === 'string' && given !== '') return { schema: schema ?? null, name: given }
  if ((typeof given === 'object' || typeof given === 'function') && given !== null) {
    const definition = (given as { modelDefinition?: ModelDefinition }).modelDefinition
    if (definition) return { schema: schema ?? definition.table.schema, name: definition.table.name }
    const table = given as { tableName?: unknown; name?: unknown; schema?: unknown }
    const name = table.tableName ?? table.name
    if (typeof name === 'string' && name !== '')
      return { schema: schema ?? (typeof table.schema === 'string' && table.schema !== '' ? table.schema : null), name }
  }
  throw new QueryError(
    `A table is a name, { tableName, schema } or a model, got ${given === undefined ? 'undefined' : JSON.stringify(given)}.`,
  )
}

/** One attribute as the query interface is given it: a type, or options in the spelling of Sequelize 6 or 7. */
export function attributeNamed(table: TableName, name: string, given: unknown): Attribute {
  const place = `table "${tableKey(table)}"`
  // MySQL's wish where the column shall stand, and a foreign key's name, are no attribute options of a model.
  const {
    after: _after,
    first: _first,
    ...rest
  } = typeof given === 'object' && given !== null && Object.getPrototypeOf(given) === Object.prototype
    ? (given as Record<string, unknown>)
    : { given }
  const raw = readAttribute(place, name, 'given' in rest && Object.keys(rest).length === 1 ? rest.given : rest)
  return normalizeAttribute(name, raw, { modelName: place, underscored: false, isGenerated: false, role: null, raw })
}

export interface TableOptions {
  readonly uniqueKeys?: Readonly<
    Record<string, { readonly fields: readonly string[]; readonly customIndex?: boolean; readonly name?: string }>
  >
  readonly engine?: string
  readonly charset?: string
  readonly collate?: string
  readonly comment?: string
  readonly rowFormat?: string
  readonly initialAutoIncrement?: number
}

/** The table that `createTable` shall make. */
export function tableFromAttributes(
  runtime: Runtime,
  table: TableName,
  attributes: unknown,
  options: TableOptions,
): TableSnapshot {
  if (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes))
    throw new QueryError(
      `createTable("${tableKey(table)}") needs its attributes: an object of column names and data types.`,
    )
  const own = Object.entries(attributes)
    .map(([name, given]) => attributeNamed(table, name, given))
    .filter((attribute) => !attribute.isVirtual)
  const key = own.filter((attribute) => attribute.primaryKey).map((attribute) => attribute.columnName)
  const uniques = uniquesOf(runtime.dialect, table, own)
  for (const [name, unique] of Object.entries(options.uniqueKeys ?? {})) {
    uniques.push(
      uniqueConstraint(
        unique.name ?? name,
        unique.fields.map((field) => own.find((attribute) => attribute.attributeName === field)?.columnName ?? field),
      ),
    )
  }
  const { engine, charset, collate, comment, rowFormat, initialAutoIncrement } = options
  return emptyTable(table, {
    columns: own.map((attribute) => columnOf(runtime, attribute, null)),
    primaryKey: key.length > 0 ? { name: null, columns: key } : null,
    indexes: uniques,
    foreignKeys: own.flatMap((attribute) => foreignKeyOf(attribute, table, runtime.dialect.traits) ?? []),
    options: Object.fromEntries(
      Object.entries({ engine, charset, collate, comment, rowFormat, initialAutoIncrement }).filter(
        ([, value]) => value !== undefined,
      ),
    ),
  })
}

const uniqueConstraint = (name: string, columns: readonly string[]): IndexSnapshot =>
  indexSnapshot(name, columns, { unique: true, constraint: true })

/** UNIQUE constraints of `unique: true | 'name' | { name, msg }`; equal names make one of several columns. */
function uniquesOf(dialect: Dialect, table: TableName, attributes: readonly Attribute[]): IndexSnapshot[] {
  const byName = new Map<string, string[]>()
  for (const { unique, columnName, primaryKey } of attributes) {
    for (const one of Array.isArray(unique) ? (unique as unknown[]) : [unique]) {
      if (!one || (one === true && primaryKey)) continue
      const given =
        typeof one === 'string' ? one : typeof one === 'object' ? (one as { name?: unknown }).name : undefined
      const name =
        typeof given === 'string'
          ? given
          : shorten(indexName(table.name, [columnName], true), dialect.traits.maxIdentifierLength)
      byName.set(name, [...(byName.get(name) ?? []), columnName])
    }
  }
  return [...byName].map(([name, columns]) => uniqueConstraint(name, columns))
}

/** The changes of `addColumn`: the column, its foreign key, and a unique index where `unique` asks for one. */
export function addColumnChanges(runtime: Runtime, actual: TableSnapshot, attribute: Attribute): readonly Change[] {
  const { table } = actual
  const foreignKey = foreignKeyOf(attribute, table, runtime.dialect.traits)
  return [
    { kind: 'add-column', table, column: columnOf(runtime, attribute, null) },
    ...(attribute.primaryKey ? [addPrimaryKey(actual, null, [attribute.columnName])] : []),
    ...uniquesOf(runtime.dialect, table, [attribute]).map(
      (index): Change => ({ kind: 'create-index', table, index: { ...index, constraint: false } }),
    ),
    ...(foreignKey ? [{ kind: 'add-foreign-key', table, foreignKey } as const] : []),
  ]
}

/** @throws QueryError for a table that has a primary key. */
function addPrimaryKey({ table, primaryKey }: TableSnapshot, name: string | null, columns: readonly string[]): Change {
  if (primaryKey) {
    throw new QueryError(
      `Table "${tableKey(table)}" has a primary key (${primaryKey.columns.join(', ')}) already. Remove it first: removeConstraint("${tableKey(table)}", "${primaryKey.name ?? 'PRIMARY'}").`,
    )
  }
  return { kind: 'add-primary-key', table, primaryKey: { name, columns } }
}

export interface ConstraintOptions {
  readonly type: string
  readonly fields?: readonly (string | { readonly name?: string; readonly attribute?: string })[]
  readonly name?: string
  readonly where?: unknown
  readonly defaultValue?: unknown
  readonly references?: {
    readonly table?: unknown
    readonly model?: unknown
    readonly field?: string
    readonly fields?: readonly string[]
    readonly key?: string
    readonly keys?: readonly string[]
  }
  readonly onDelete?: string
  readonly onUpdate?: string
  readonly deferrable?: string
}

const CONSTRAINT_TYPES = ['CHECK', 'DEFAULT', 'FOREIGN KEY', 'PRIMARY KEY', 'UNIQUE'] as const
const ACTIONS: readonly string[] = ['CASCADE', 'RESTRICT', 'NO ACTION', 'SET NULL', 'SET DEFAULT']
const DEFERRABLE: readonly string[] = ['INITIALLY DEFERRED', 'INITIALLY IMMEDIATE', 'NOT DEFERRABLE']

/** The change of `addConstraint`. Types are understood in any case. @throws QueryError naming table and type when something is missing. */
export function addConstraintChange(runtime: Runtime, actual: TableSnapshot, options: ConstraintOptions): Change {
  const { table } = actual
  const place = `addConstraint("${tableKey(table)}")`
  const type = String(options.type)
    .trim()
    .toUpperCase()
    .replace(/[\s_]+/g, ' ')
  const known = CONSTRAINT_TYPES.find((one) => one === type)
  if (!known)
    throw new QueryError(`${place} has the type "${String(options.type)}". It can be ${CONSTRAINT_TYPES.join(', ')}.`)
  const fields = (options.fields ?? []).map((field) =>
    typeof field === 'string' ? field : (field.name ?? field.attribute ?? ''),
  )
  if (fields.length === 0 && known !== 'CHECK')
    throw new QueryError(`${place} of type ${known} needs \`fields\`: the columns that it is about.`)
  const columns = fields.map((field) => columnIn(actual, field, place))
  const name = (suffix: string): string =>
    options.name ?? shorten([table.name, ...fields, suffix].join('_'), runtime.dialect.traits.maxIdentifierLength)
  switch (known) {
    case 'CHECK': {
      const condition = normaliseWhere(
        options.where,
        tablesOf(
          runtime,
          columnScope(
            table,
            actual.columns.map((column) => column.name),
          ),
        ),
      )
      if (!condition) throw new QueryError(`${place} of type CHECK needs \`where\`: the condition that rows must meet.`)
      return {
        kind: 'add-check',
        table,
        check: { name: name('ck'), expression: runtime.dialect.printInline(condition) },
      }
    }
    case 'UNIQUE':
      return { kind: 'create-index', table, index: uniqueConstraint(name('uk'), columns) }
    case 'PRIMARY KEY':
      return addPrimaryKey(actual, name('pk'), columns)
    case 'FOREIGN KEY':
      return { kind: 'add-foreign-key', table, foreignKey: foreignKey(runtime.dialect, options, columns, name, place) }
    case 'DEFAULT': {
      if (columns.length !== 1 || options.defaultValue === undefined)
        throw new QueryError(`${place} of type DEFAULT needs one field and a \`defaultValue\`.`)
      const from = actual.columns.find((column) => column.name === columns[0])!
      const attribute = attributeNamed(table, from.name, {
        type: from.type || 'BLOB',
        defaultValue: options.defaultValue,
      })
      return { kind: 'alter-column', table, from, to: { ...from, default: columnOf(runtime, attribute, null).default } }
    }
  }
}

function foreignKey(
  dialect: Dialect,
  options: ConstraintOptions,
  columns: readonly string[],
  name: (suffix: string) => string,
  place: string,
): ForeignKeySnapshot {
  const { references } = options
  const target = references && (references.table ?? references.model)
  const keys =
    references &&
    (references.fields ??
      references.keys ??
      (references.field !== undefined
        ? [references.field]
        : references.key !== undefined
          ? [references.key]
          : undefined))
  if (!target || !keys || keys.length !== columns.length) {
    throw new QueryError(
      `${place} of type FOREIGN KEY needs \`references: { table, field }\` (or \`fields\`), one for each of its ${columns.length} ${columns.length === 1 ? 'column' : 'columns'}.`,
    )
  }
  const table = tableNamed(target)
  const action = (given: string | undefined, option: string): ReferentialAction => {
    const text =
      given === undefined || given === null
        ? 'NO ACTION'
        : given
            .trim()
            .toUpperCase()
            .replace(/[\s_]+/g, ' ')
    if (!ACTIONS.includes(text))
      throw new QueryError(`${place}: \`${option}\` must be one of ${ACTIONS.join(', ')}, got "${given}".`)
    return text as ReferentialAction
  }
  const timing =
    options.deferrable === undefined || options.deferrable === null
      ? null
      : String(options.deferrable).toUpperCase().replaceAll('_', ' ').replace(/^NOT$/, 'NOT DEFERRABLE')
  if (timing !== null && !DEFERRABLE.includes(timing))
    throw new QueryError(
      `${place}: \`deferrable\` must be one of ${DEFERRABLE.join(', ')}, got "${options.deferrable}".`,
    )
  return {
    name: options.name ?? name(`${table.name}_fk`),
    columns,
    references: { table, columns: keys },
    onDelete: action(options.onDelete, 'onDelete'),
    onUpdate: action(options.onUpdate, 'onUpdate'),
    deferrable: dialect.traits.deferrableConstraints ? (timing as DeferrableMode | null) : null,
  }
}

/** The column of a table that is there, in its own spelling. */
export function columnIn(table: TableSnapshot, name: string, place: string): string {
  const column =
    table.columns.find((candidate) => candidate.name === name) ??
    table.columns.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase())
  if (!column)
    throw new QueryError(
      `${place}: table "${tableKey(table.table)}" has no column "${name}".${suggestion(
        name,
        table.columns.map((candidate) => candidate.name),
      )}`,
    )
  return column.name
}

export interface ConstraintDescription {
  readonly constraintName: string
  readonly constraintType: 'PRIMARY KEY' | 'UNIQUE' | 'FOREIGN KEY' | 'CHECK'
  readonly tableSchema?: string
  readonly tableName: string
  readonly columnNames: readonly string[]
  readonly referencedTableSchema?: string
  readonly referencedTableName?: string
  readonly referencedColumnNames?: readonly string[]
  readonly deleteAction?: string
  readonly updateAction?: string
  readonly definition?: string
}
interface NamedConstraint {
  readonly description: ConstraintDescription
  readonly drop: Change
}

/** Every constraint of a table with the change that removes it. One without a name gets the name that it would have had. */
export function constraintsOf(actual: TableSnapshot): readonly NamedConstraint[] {
  const { table } = actual
  const common = { ...(table.schema !== null && { tableSchema: table.schema }), tableName: table.name }
  const found: NamedConstraint[] = []
  if (actual.primaryKey) {
    found.push({
      description: {
        constraintName: actual.primaryKey.name ?? 'PRIMARY',
        constraintType: 'PRIMARY KEY',
        ...common,
        columnNames: actual.primaryKey.columns,
      },
      drop: { kind: 'drop-primary-key', table, primaryKey: actual.primaryKey },
    })
  }
  for (const index of actual.indexes) {
    if (!index.constraint) continue
    found.push({
      description: {
        constraintName: index.name,
        constraintType: 'UNIQUE',
        ...common,
        columnNames: index.fields.map((field) => field.name),
      },
      drop: { kind: 'drop-index', table, index: index.name },
    })
  }
  for (const key of actual.foreignKeys) {
    found.push({
      description: {
        constraintName: key.name ?? `${table.name}_${key.columns.join('_')}_foreign_idx`,
        constraintType: 'FOREIGN KEY',
        ...common,
        columnNames: key.columns,
        ...(key.references.table.schema !== null && { referencedTableSchema: key.references.table.schema }),
        referencedTableName: key.references.table.name,
        referencedColumnNames: key.references.columns,
        deleteAction: key.onDelete,
        updateAction: key.onUpdate,
      },
      drop: { kind: 'drop-foreign-key', table, foreignKey: key },
    })
  }
  actual.checks.forEach((check, position) => {
    found.push({
      description: {
        constraintName: check.name ?? `${table.name}_check_${position + 1}`,
        constraintType: 'CHECK',
        ...common,
        columnNames: actual.columns.map((column) => column.name).filter((name) => check.expression.includes(name)),
        definition: check.expression,
      },
      drop: { kind: 'drop-check', table, check },
    })
  })
  return found
}

export interface IndexDescription {
  readonly name: string
  readonly tableName: string
  readonly primary: boolean
  readonly unique: boolean
  readonly type: string | null
  /** Null for an expression's field. */
  readonly fields: readonly {
    readonly attribute: string
    readonly length: number | undefined
    readonly order: 'ASC' | 'DESC' | undefined
    readonly collate: string | undefined
  }[]
  readonly where?: string
}

export const describeIndex = (table: TableName, index: IndexSnapshot): IndexDescription => ({
  name: index.name,
  tableName: table.name,
  primary: false,
  unique: index.unique,
  type: index.type,
  fields: index.fields.map((field) => ({
    attribute: field.name,
    length: field.length ?? undefined,
    order: field.order ?? undefined,
    collate: field.collate ?? undefined,
  })),
  ...(index.where !== null && { where: index.where }),
})

/** The column that `changeColumn` shall make: what the options say, and of the old one its place in keys. */
export function changedColumn(
  runtime: Runtime,
  actual: TableSnapshot,
  name: string,
  given: unknown,
): readonly Change[] {
  const { table } = actual
  const column = columnIn(actual, name, 'changeColumn')
  const from = actual.columns.find((candidate) => candidate.name === column)!
  const options =
    typeof given === 'object' && given !== null && Object.getPrototypeOf(given) === Object.prototype
      ? (given as Record<string, unknown>)
      : { type: given }
  if (options.type === undefined)
    throw new DefinitionError(
      `changeColumn("${tableKey(table)}", "${name}") needs the column's type, also when it stays the same.`,
    )
  const { field: _field, columnName: _columnName, ...rest } = options
  const attribute = attributeNamed(table, column, rest)
  const isKey = actual.primaryKey?.columns.includes(column) === true
  const to = columnOf(runtime, attribute, null)
  const foreignKeyWanted = foreignKeyOf(attribute, table, runtime.dialect.traits)
  const old = actual.foreignKeys.filter((key) => key.columns.length === 1 && key.columns[0] === column)
  return [
    {
      kind: 'alter-column',
      table,
      from,
      to: {
        ...to,
        name: column,
        nullable: !isKey && to.nullable,
        autoIncrement: options.autoIncrement === undefined ? from.autoIncrement : to.autoIncrement,
      },
    },
    ...(attribute.primaryKey && !isKey ? [addPrimaryKey(actual, null, [column])] : []),
    ...(foreignKeyWanted
      ? [
          ...old.map((key): Change => ({ kind: 'drop-foreign-key', table, foreignKey: key })),
          { kind: 'add-foreign-key', table, foreignKey: foreignKeyWanted } as const,
        ]
      : []),
    ...uniquesOf(runtime.dialect, table, [attribute])
      .filter(
        (index) =>
          !actual.indexes.some(
            (present) =>
              present.unique &&
              present.where === null &&
              present.fields.map((field) => field.name).join() === index.fields.map((field) => field.name).join(),
          ),
      )
      .map((index): Change => ({ kind: 'create-index', table, index: { ...index, constraint: false } })),
  ]
}
