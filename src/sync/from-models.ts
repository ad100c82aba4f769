/**
 * Models in, the picture of their tables out: columns, keys, foreign keys and indexes as the models want them.
 * Neighbours: `model/definition` and `association` say what is wanted, `dialect.canonical` gives the result the engine's spelling,
 * `schema/diff` compares it with what is there.
 */
import type { ForeignKeyConstraint } from '../association/association.js'
import { foreignKeyName, indexName, shorten, suggestion } from '../base/names.js'
import type { Traits } from '../dialect/dialect.js'
import type { Runtime } from '../dialect/runtime.js'
import { DefinitionError } from '../errors/index.js'
import type { Attribute } from '../model/attribute.js'
import type { IndexOptions, ModelClass, ModelDefinition } from '../model/definition.js'
import { toExpr } from '../read/expression.js'
import { normaliseWhere, tablesOf } from '../read/where.js'
import type {
  ColumnSnapshot,
  ForeignKeySnapshot,
  IndexField,
  IndexSnapshot,
  SchemaSnapshot,
  TableSnapshot,
} from '../schema/snapshot.js'
import { indexField, indexSnapshot, tableKey } from '../schema/snapshot.js'
import { isFragment, Uuid } from '../sql/fragments.js'
import type { TableName } from '../sql/query.js'
import { AbstractType } from '../types/index.js'

/**
 * The tables of the models, canonical. Two models of one table give one table with the columns of both.
 * @param schema Instead of the schema that each model names.
 * @throws DefinitionError for an index over a field that the model does not have, or a default that the engine cannot write.
 */
export function fromModels(runtime: Runtime, models: readonly ModelClass[], schema?: string): SchemaSnapshot {
  const tables = new Map<string, TableSnapshot>()
  for (const model of models) {
    const table = tableOf(runtime, model.modelDefinition, schema)
    const key = tableKey(table.table)
    const same = tables.get(key)
    tables.set(key, same ? merge(same, table) : table)
  }
  return runtime.dialect.canonical({
    tables: [...tables.values()].map((table) => ({ ...table, superseded: supersededIndexes(runtime, table) })),
  })
}

/** Where a model's rows are. */
export function tableNameOf({ table }: ModelDefinition, schema?: string): TableName {
  return { schema: schema ?? table.schema, name: table.name }
}

function merge(first: TableSnapshot, second: TableSnapshot): TableSnapshot {
  const added = <T>(own: readonly T[], more: readonly T[], key: (item: T) => string): readonly T[] => {
    const seen = new Set(own.map(key))
    return [...own, ...more.filter((item) => !seen.has(key(item)))]
  }
  return {
    ...first,
    primaryKey: first.primaryKey ?? second.primaryKey,
    columns: added(first.columns, second.columns, (column) => column.name),
    indexes: added(first.indexes, second.indexes, (index) => index.name),
    foreignKeys: added(first.foreignKeys, second.foreignKeys, (foreignKey) => foreignKey.columns.join()),
  }
}

function tableOf(runtime: Runtime, definition: ModelDefinition, schema: string | undefined): TableSnapshot {
  const { shape, settings } = definition
  const table = tableNameOf(definition, schema)
  const key = shape.primaryKey.map((attribute) => attribute.columnName)
  const { rowFormat } = settings.raw
  const option = <K extends string, V>(name: K, value: V | null): { readonly [P in K]?: V } =>
    value === null ? {} : ({ [name]: value } as { readonly [P in K]: V })
  return {
    table,
    columns: shape.physical.map((attribute) => columnOf(runtime, attribute, definition)),
    primaryKey: key.length > 0 ? { name: null, columns: key } : null,
    indexes: indexesOf(runtime, definition),
    foreignKeys: foreignKeysOf(definition, table, runtime.dialect.traits),
    checks: [],
    options: {
      ...option('engine', settings.engine),
      ...option('charset', settings.charset),
      ...option('collate', settings.collate),
      ...option('comment', settings.comment),
      ...option('initialAutoIncrement', settings.initialAutoIncrement),
      ...option('rowFormat', rowFormat === undefined || rowFormat === null ? null : String(rowFormat)),
    },
  }
}

/** The column of an attribute. `definition` null: an attribute of the query interface, which belongs to no model. */
export function columnOf(runtime: Runtime, attribute: Attribute, definition: ModelDefinition | null): ColumnSnapshot {
  const { dialect } = runtime
  return {
    name: attribute.columnName,
    type: dialect.codec(attribute.type).sql,
    nullable: attribute.allowNull && !attribute.primaryKey,
    default: defaultText(runtime, attribute, definition),
    autoIncrement: attribute.autoIncrement || attribute.autoIncrementIdentity,
    ...(attribute.autoIncrementIdentity && { identity: true }),
    comment: dialect.traits.comments ? attribute.comment : null,
  }
}

/** Constants and fragments stand in the table; functions, and what only JavaScript makes (`NOW`, UUIDs the engine has not), do not. */
function defaultText(runtime: Runtime, attribute: Attribute, definition: ModelDefinition | null): string | null {
  const { defaultValue: value, type } = attribute
  const { dialect } = runtime
  if (value === undefined || value === null || typeof value === 'function' || value instanceof AbstractType) return null
  if (value instanceof Uuid && (value.inJavaScript || !dialect.traits.generatedUuid.includes(`v${value.version}`)))
    return null
  try {
    return isFragment(value)
      ? dialect.printInline(toExpr(value, tablesOf(runtime, definition), 'defaultValue'))
      : dialect.escape(value, type)
  } catch (cause) {
    const place = definition ? `${definition.modelName}.${attribute.attributeName}` : `Column "${attribute.columnName}"`
    throw new DefinitionError(
      `The default of ${place} cannot be written in SQL: ${cause instanceof Error ? cause.message : String(cause)} A function as \`defaultValue\` gives the value in JavaScript instead.`,
      { cause },
    )
  }
}

/** Foreign keys of attributes (`references`), then those of several columns, which only associations have. */
function foreignKeysOf(definition: ModelDefinition, table: TableName, traits: Traits): readonly ForeignKeySnapshot[] {
  const home = definition.initial.table.schema
  // `withSchema` and `sync({ schema })`: what was in the model's schema is in the table's.
  const within = (other: TableName): TableName =>
    (other.schema ?? null) === home ? { schema: table.schema, name: other.name } : other
  const keys: ForeignKeySnapshot[] = definition.shape.physical.flatMap((attribute) => {
    const foreignKey = foreignKeyOf(attribute, table, traits)
    if (!foreignKey) return []
    const { references } = foreignKey
    return [{ ...foreignKey, references: { ...references, table: within(references.table) } }]
  })
  const seen = new Set(keys.map((key) => key.columns.join()))
  for (const association of definition.associations.values()) {
    const { constraint, foreignKeyOwner, counterConstraint } = association
    // Two keys that need each other can only be checked when both rows are there.
    if (counterConstraint && traits.deferrableConstraints)
      keys.push(compositeKey(definition, counterConstraint, table, within, traits))
    if (!constraint || foreignKeyOwner.modelDefinition !== definition || constraint.attributes.length < 2) continue
    const columns = constraint.attributes.map((name) => definition.attribute(name).columnName)
    if (seen.has(columns.join())) continue
    seen.add(columns.join())
    keys.push(compositeKey(definition, constraint, table, within, traits))
  }
  return keys
}

/** The foreign key of a constraint that only an association knows. */
function compositeKey(
  definition: ModelDefinition,
  constraint: ForeignKeyConstraint,
  table: TableName,
  within: (other: TableName) => TableName,
  traits: Traits,
): ForeignKeySnapshot {
  const target = constraint.references.model.modelDefinition
  const columns = constraint.attributes.map((name) => definition.attribute(name).columnName)
  return {
    name: constraint.name ?? shorten(foreignKeyName(table.name, columns), traits.maxIdentifierLength),
    columns,
    references: {
      table: within(tableNameOf(target)),
      columns: constraint.references.attributes.map((name) => target.attribute(name).columnName),
    },
    onDelete: constraint.onDelete,
    onUpdate: constraint.onUpdate,
    deferrable: traits.deferrableConstraints ? constraint.deferrable : null,
  }
}

/** The foreign key of one attribute; null: it refers to nothing. */
export function foreignKeyOf(attribute: Attribute, table: TableName, traits: Traits): ForeignKeySnapshot | null {
  const { references } = attribute
  if (!references) return null
  return {
    name:
      references.constraintName ??
      shorten(foreignKeyName(table.name, [attribute.columnName]), traits.maxIdentifierLength),
    columns: [attribute.columnName],
    references: { table: references.table, columns: [references.key] },
    onDelete: attribute.onDelete ?? 'NO ACTION',
    onUpdate: attribute.onUpdate ?? 'NO ACTION',
    deferrable: traits.deferrableConstraints ? references.deferrable : null,
  }
}

function indexesOf(runtime: Runtime, definition: ModelDefinition): readonly IndexSnapshot[] {
  const wanted = definition
    .getIndexes()
    .map((options) => ({ options, index: indexOf(runtime, options, definition, definition.modelName) }))
  const declared = wanted.flatMap(({ options, index }) => (options.purpose === 'foreign-key' ? [] : [index]))
  const primaryKey = definition.shape.primaryKey.map((attribute) => attribute.columnName)
  return wanted.flatMap(({ options, index }) => {
    if (options.purpose !== 'foreign-key') return [index]
    const columns = index.fields.map((field) => field.name)
    return runtime.dialect.traits.implicitForeignKeyIndex || isCovered(columns, primaryKey, declared) ? [] : [index]
  })
}

/** Whether a search for these columns is served by the primary key or by an index over all rows. */
function isCovered(
  columns: readonly string[],
  primaryKey: readonly string[],
  indexes: readonly IndexSnapshot[],
): boolean {
  const begins = (by: readonly string[]): boolean => columns.every((name, position) => by[position] === name)
  return (
    begins(primaryKey) ||
    indexes.some(
      (index) => index.where === null && begins(index.fields.map((field) => (field.expression ? '' : field.name))),
    )
  )
}

/** Indexes of foreign keys that a former sync may have made, before another index covered them. */
function supersededIndexes(runtime: Runtime, table: TableSnapshot): readonly IndexSnapshot[] {
  const taken = new Set(table.indexes.map((index) => index.name))
  return table.foreignKeys.flatMap(({ columns }) => {
    const name = shorten(indexName(table.table.name, columns, false), runtime.dialect.traits.maxIdentifierLength)
    return !taken.has(name) && isCovered(columns, table.primaryKey?.columns ?? [], table.indexes)
      ? [indexSnapshot(name, columns)]
      : []
  })
}

/** An index as written in a model or given to the query interface. `owner`: for messages. `definition` null: fields are columns. */
export function indexOf(
  runtime: Runtime,
  options: IndexOptions & { readonly name: string },
  definition: ModelDefinition | null,
  owner: string,
): IndexSnapshot {
  const { dialect } = runtime
  const isPartial = options.where !== undefined && options.where !== null
  const { partialIndexes, partialUniqueIndexes = partialIndexes } = dialect.traits
  const hasPartial = options.unique === true ? partialUniqueIndexes : partialIndexes
  const place = `index "${options.name}" of ${owner}`
  if (isPartial && !hasPartial && options.purpose !== 'one-to-one')
    throw new DefinitionError(
      `The ${place} has a \`where\`, but ${dialect.name} has no ${partialUniqueIndexes ? 'partial indexes, except unique ones' : 'partial indexes'}. Leave it out.`,
    )
  const condition = isPartial && hasPartial ? normaliseWhere(options.where, tablesOf(runtime, definition)) : null
  return {
    name: shorten(options.name, dialect.traits.maxIdentifierLength),
    fields: options.fields.map((field) => fieldOf(runtime, field, options.operator ?? null, definition, place)),
    // A rule for some of the rows cannot become one for all of them.
    unique: options.unique === true && !(isPartial && !hasPartial),
    type: options.type ?? null,
    using: options.using ?? null,
    where: condition && dialect.printInline(condition),
    include: (options.include ?? []).map((name) => columnNamed(name, definition, place)),
    parser: options.parser ?? null,
    concurrently: options.concurrently ?? false,
    constraint: false,
  }
}

function fieldOf(
  runtime: Runtime,
  field: IndexOptions['fields'][number],
  operator: string | null,
  definition: ModelDefinition | null,
  place: string,
): IndexField {
  if (typeof field === 'string') return indexField(columnNamed(field, definition, place), { operator })
  if (isFragment(field))
    return indexField(runtime.dialect.printInline(toExpr(field, tablesOf(runtime, definition), place)), {
      expression: true,
      operator,
    })
  const {
    name,
    attribute,
    length,
    order,
    collate,
    operator: own,
  } = field as {
    name?: unknown
    attribute?: string
    length?: number
    order?: string
    collate?: string
    operator?: string
  }
  const target = name ?? attribute
  if (isFragment(target))
    return indexField(runtime.dialect.printInline(toExpr(target, tablesOf(runtime, definition), place)), {
      expression: true,
      operator: own ?? operator,
    })
  if (typeof target !== 'string')
    throw new DefinitionError(
      `A field of the ${place} has no name. Write an attribute's name, { name, order, collate, length, operator }, or SQL.`,
    )
  const direction = order?.toUpperCase()
  if (direction !== undefined && direction !== 'ASC' && direction !== 'DESC')
    throw new DefinitionError(`The field "${target}" of the ${place} has the order "${order}". It can be ASC or DESC.`)
  return indexField(columnNamed(target, definition, place), {
    length: length ?? null,
    order: direction ?? null,
    collate: collate ?? null,
    operator: own ?? operator,
  })
}

/** Attribute names come first; a column's own name is understood too. */
function columnNamed(name: string, definition: ModelDefinition | null, place: string): string {
  if (!definition) return name
  const { attributes, byColumn } = definition.shape
  const attribute = attributes.get(name) ?? byColumn.get(name)
  if (!attribute)
    throw new DefinitionError(
      `The ${place} uses "${name}", which is no attribute of the model.${suggestion(name, attributes.keys()) || ` It has: ${[...attributes.keys()].join(', ')}.`}`,
    )
  if (attribute.isVirtual) throw new DefinitionError(`The ${place} uses "${name}", which is virtual: it has no column.`)
  return attribute.columnName
}
