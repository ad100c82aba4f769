/**
 * Which options each method of the query interface takes, and what they must be. `checked` is the first line of each: an option that does
 * not exist, or that is of a wrong kind, throws before anything is sent. Neighbours: `base/options` knows the common ones.
 */
import { isPlainObject } from '../base/freeze.js'
import type { OptionShape, OptionShapes } from '../base/options.js'
import { checkOptions, EXEC_OPTIONS, NAMES, SWITCH, TEXT } from '../base/options.js'
import { QueryError } from '../errors/index.js'

const known = (...names: readonly string[]): ReadonlySet<string> => new Set([...EXEC_OPTIONS, ...names])

const SELECT = ['attributes', 'where', 'order', 'limit', 'offset', 'plain']
const INDEX = ['name', 'fields', 'unique', 'type', 'using', 'method', 'where', 'operator', 'parser', 'concurrently']
/** By method; a method that is not here takes the way to the database only. */
const OPTIONS = {
  insert: known('returning', 'types'),
  bulkInsert: known('returning', 'ignoreDuplicates', 'updateOnDuplicate', 'upsertKeys'),
  update: known('limit', 'order'),
  bulkUpdate: known('limit', 'order'),
  upsert: known('returning', 'upsertKeys', 'conflictFields'),
  bulkDelete: known('where', 'limit', 'order', 'truncate', 'cascade', 'restartIdentity'),
  delete: known('limit', 'order'),
  increment: known(),
  decrement: known(),
  select: known(...SELECT),
  rawSelect: known(...SELECT),
  createSchema: known('schema', 'ifNotExists'),
  dropSchema: known('schema', 'cascade', 'ifExists'),
  dropAllSchemas: known('schema', 'skip'),
  listSchemas: known('schema', 'skip'),
  createDatabase: known('charset', 'collate', 'encoding', 'ctype', 'template'),
  dropDatabase: known(),
  listDatabases: known('skip'),
  fetchDatabaseVersion: known(),
  createTable: known(
    'schema',
    'uniqueKeys',
    'engine',
    'charset',
    'collate',
    'comment',
    'rowFormat',
    'initialAutoIncrement',
  ),
  dropTable: known('schema', 'cascade'),
  dropAllTables: known('schema', 'skip', 'cascade'),
  renameTable: known('schema', 'changeSchema'),
  truncate: known('schema', 'cascade', 'restartIdentity'),
  listTables: known('schema'),
  tableExists: known('schema'),
  describeTable: known('schema'),
  addColumn: known('schema', 'ifNotExists'),
  removeColumn: known('schema', 'ifExists', 'cascade'),
  changeColumn: known('schema'),
  renameColumn: known('schema'),
  addIndex: known('schema', ...INDEX, 'msg', 'prefix', 'include', 'indexName', 'indicesType', 'indexType'),
  removeIndex: known('schema', 'ifExists', 'concurrently', 'cascade'),
  showIndex: known('schema'),
  addConstraint: known(
    'schema',
    'type',
    'fields',
    'name',
    'where',
    'defaultValue',
    'references',
    'onDelete',
    'onUpdate',
    'deferrable',
  ),
  removeConstraint: known('schema', 'ifExists', 'cascade'),
  showConstraints: known('schema', 'constraintName', 'columnName', 'constraintType'),
  getForeignKeyReferencesForTable: known('schema'),
  deferConstraints: known(),
  withoutForeignKeyChecks: known(),
  unsafeToggleForeignKeyChecks: known(),
  createFunction: known('force', 'variables'),
  dropFunction: known(),
  renameFunction: known(),
  createTrigger: known('schema'),
  dropTrigger: known('schema'),
  renameTrigger: known('schema'),
  pgListEnums: known('schema'),
  dropAllEnums: known('schema'),
  dropEnum: known('schema', 'ifExists'),
} as const satisfies Readonly<Record<string, ReadonlySet<string>>>
export type QueryInterfaceCall = keyof typeof OPTIONS

const COUNT: OptionShape = ['a whole number', (value) => Number.isSafeInteger(value) && (value as number) >= 0]
const LIST: OptionShape = ['a list', Array.isArray]
const isFields = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((field: unknown) => typeof field === 'string')
const UNIQUE_KEYS: OptionShape = [
  "an object such as { one_email: { fields: ['email'] } }",
  (value) =>
    isPlainObject(value) &&
    Object.values(value).every(
      (key) => isPlainObject(key) && isFields(key.fields) && (key.name === undefined || typeof key.name === 'string'),
    ),
]
const SHAPES: OptionShapes = new Map<string, OptionShape>([
  ['limit', COUNT],
  ['offset', COUNT],
  ['initialAutoIncrement', ['a number from 1 on', (value) => Number.isSafeInteger(value) && (value as number) > 0]],
  ['types', ['an object of data types by column', isPlainObject]],
  ['upsertKeys', NAMES],
  ['fields', LIST],
  // Tables may also be named with their schema.
  ['skip', LIST],
  ['attributes', LIST],
  ['order', LIST],
  ['variables', LIST],
  ['uniqueKeys', UNIQUE_KEYS],
  ['ifNotExists', SWITCH],
  ['changeSchema', SWITCH],
  ...[
    ...['engine', 'charset', 'collate', 'comment', 'rowFormat', 'encoding', 'ctype', 'template'],
    ...['name', 'constraintName', 'columnName', 'constraintType', 'onDelete', 'onUpdate'],
    ...['indexName', 'indicesType', 'indexType'],
  ].map((name) => [name, TEXT] as const),
])

/** The options of a call, `{}` for null. @throws QueryError for one that does not exist or is of a wrong kind. */
export function checked<T extends object>(method: QueryInterfaceCall, options: T | null): T {
  if (options === null) return {} as T
  checkOptions(options, OPTIONS[method], `queryInterface.${method}()`, SHAPES)
  return options
}

/** A name of a column, index, constraint or schema. */
export function checkedName(method: QueryInterfaceCall, what: string, given: unknown): void {
  if (typeof given !== 'string' || given === '')
    throw new QueryError(`queryInterface.${method}() takes the name of ${what}, got ${String(given)}.`)
}

/** Values by column. */
export function checkedRow(method: QueryInterfaceCall, given: unknown): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new QueryError(`queryInterface.${method}() takes an object of values by column, got ${String(given)}.`)
}
