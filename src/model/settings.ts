/**
 * Options of a model: what the user gave and the `define` defaults in, frozen settings out, with every default filled in.
 * Unknown options throw. Neighbour: `model/definition`. Docs: models/advanced, models/naming-strategies, models/auto-timestamps.
 */
import { isPlainObject } from '../base/freeze.js'
import { pluralize, singularize, suggestion, underscore } from '../base/names.js'
import type { Strategy } from '../base/options.js'
import { isStrategy } from '../base/options.js'
import { show } from '../base/show.js'
import { DefinitionError } from '../errors/index.js'

/** What touching an association that was not loaded does: nothing, a warning, or an error. */
export type StrictLoading = false | 'warn' | 'throw'

/** Normalised model options (Sequelize: `ModelOptions`), defaults filled in. Frozen. */
export interface ModelSettings {
  readonly modelName: string
  readonly name: { readonly singular: string; readonly plural: string }
  readonly timestamps: boolean
  readonly paranoid: boolean
  readonly underscored: boolean
  readonly freezeTableName: boolean
  readonly omitNull: boolean
  readonly noPrimaryKey: boolean
  readonly schema: string | null
  readonly engine: string | null
  readonly charset: string | null
  readonly collate: string | null
  readonly comment: string | null
  readonly initialAutoIncrement: number | null
  readonly validate: Readonly<Record<string, (this: unknown, ...args: unknown[]) => unknown>>
  readonly associationNaming: 'model' | 'camel'
  /** What touching an association that was not loaded does; null: what the Sequelize instance says. */
  readonly strictLoading: StrictLoading | null
  /** How includes are read that do not say it, where this model is what a find asks for; null: as the Sequelize instance says. */
  readonly strategy: Strategy | null
  /** All that the user gave, merged with `define` defaults; what `Model.options` shows. */
  readonly raw: Readonly<Record<string, unknown>>
}

type Options = Readonly<Record<string, unknown>>

const OPTIONS = [
  'modelName',
  'name',
  'tableName',
  'freezeTableName',
  'underscored',
  'schema',
  'schemaDelimiter',
  'timestamps',
  'createdAt',
  'updatedAt',
  'deletedAt',
  'paranoid',
  'version',
  'noPrimaryKey',
  'omitNull',
  'validate',
  'hooks',
  'indexes',
  'scopes',
  'defaultScope',
  'whereMergeStrategy',
  'associationNaming',
  'strictLoading',
  'strategy',
  'getterMethods',
  'setterMethods',
  'engine',
  'charset',
  'collate',
  'rowFormat',
  'comment',
  'initialAutoIncrement',
  'hasTrigger',
] as const
/** Options that `api` reads before the definition is made. `defaultTimestampPrecision` comes from the Sequelize instance. */
const READ_ELSEWHERE = ['sequelize', 'associations', 'defaultTimestampPrecision', 'abstract', 'inherits'] as const
const known: ReadonlySet<string> = new Set([...OPTIONS, ...READ_ELSEWHERE])

export interface ReadSettings {
  readonly settings: ModelSettings
  readonly table: { readonly schema: string | null; readonly name: string; readonly delimiter: string }
  /** Names of the attributes that Mortise manages; null: none. */
  readonly createdAt: string | null
  readonly updatedAt: string | null
  readonly deletedAt: string | null
  readonly version: string | null
  readonly timestampPrecision: number | null
  readonly whereMergeStrategy: 'and' | 'overwrite'
}

function strictLoadingOf(where: string, given: unknown): StrictLoading | null {
  if (given === undefined || given === null) return null
  if (given === false || given === 'warn' || given === 'throw') return given
  throw new DefinitionError(`${where}: strictLoading is 'warn', 'throw' or false, got ${JSON.stringify(given)}.`)
}

function strategyOf(where: string, given: unknown): Strategy | null {
  if (given === undefined || given === null) return null
  if (isStrategy(given)) return given
  throw new DefinitionError(`${where}: strategy is 'join', 'query' or 'auto', got ${show(given)}.`)
}

/** Throws `DefinitionError` naming the model for options that do not exist, have a wrong value or contradict each other. */
export function readSettings(className: string, options: Options, defaults: Options): ReadSettings {
  const modelName = options.modelName ?? className
  if (typeof modelName !== 'string' || modelName === '')
    throw new DefinitionError('The model has no name: give its class a name, or the option modelName.')
  const where = `The model ${modelName}`
  for (const given of [options, defaults]) checkModelOptions(given === options ? where : 'The option `define`', given)
  const merged = mergeOptions(options, defaults)
  const text = (option: string): string | null => {
    const value = merged[option]
    if (value === undefined || value === null || value === '') return null
    if (typeof value !== 'string')
      throw new DefinitionError(`${where}: the option \`${option}\` must be a string, got ${typeof value}.`)
    return value
  }
  const flag = (option: string, byDefault = false): boolean =>
    merged[option] === undefined || merged[option] === null ? byDefault : Boolean(merged[option])

  checkName(where, merged.name)
  checkTableName(where, merged.tableName)
  const given = isPlainObject(merged.name) ? merged.name : {}
  const name = Object.freeze({
    singular: String(given.singular ?? singularize(modelName)),
    plural: String(given.plural ?? pluralize(modelName)),
  })
  const underscored = flag('underscored')
  const { tableName } = merged
  const pinned = isPlainObject(tableName) ? tableName : {}
  const table = Object.freeze({
    schema: (pinned.schema as string | undefined) ?? text('schema'),
    name: isPlainObject(tableName)
      ? String(pinned.tableName ?? pinned.name)
      : (text('tableName') ?? defaultTableName(modelName, name.plural, flag('freezeTableName'), underscored)),
    delimiter: text('schemaDelimiter') ?? '.',
  })
  const timestamps = flag('timestamps', true)
  const paranoid = flag('paranoid')
  const managed = managedNames(where, merged, timestamps, paranoid)
  const { whereMergeStrategy = 'and', associationNaming = 'model' } = merged
  if (whereMergeStrategy !== 'and' && whereMergeStrategy !== 'overwrite')
    throw new DefinitionError(
      `${where}: whereMergeStrategy is 'and' or 'overwrite', got ${JSON.stringify(whereMergeStrategy)}.`,
    )
  if (associationNaming !== 'model' && associationNaming !== 'camel')
    throw new DefinitionError(
      `${where}: associationNaming is 'model' or 'camel', got ${JSON.stringify(associationNaming)}.`,
    )
  const settings: ModelSettings = Object.freeze({
    modelName,
    name,
    timestamps,
    paranoid,
    underscored,
    freezeTableName: flag('freezeTableName'),
    omitNull: flag('omitNull'),
    noPrimaryKey: flag('noPrimaryKey'),
    schema: table.schema,
    engine: text('engine'),
    charset: text('charset'),
    collate: text('collate'),
    comment: text('comment'),
    initialAutoIncrement:
      merged.initialAutoIncrement === undefined || merged.initialAutoIncrement === null
        ? null
        : wholeNumber(where, 'initialAutoIncrement', merged.initialAutoIncrement),
    validate: modelValidators(where, merged.validate),
    associationNaming,
    strictLoading: strictLoadingOf(where, merged.strictLoading),
    strategy: strategyOf(where, merged.strategy),
    raw: Object.freeze({
      ...merged,
      modelName,
      name,
      tableName: table.name,
      schema: table.schema ?? '',
      schemaDelimiter: table.delimiter,
      timestamps,
      paranoid,
      underscored,
      freezeTableName: flag('freezeTableName'),
      omitNull: flag('omitNull'),
      noPrimaryKey: flag('noPrimaryKey'),
      validate: merged.validate ?? {},
      hooks: merged.hooks ?? {},
      scopes: merged.scopes ?? {},
      defaultScope: merged.defaultScope ?? {},
      indexes: merged.indexes ?? [],
    }),
  })
  const precision = defaults.defaultTimestampPrecision
  return {
    settings,
    table,
    ...managed,
    timestampPrecision: precision === undefined ? 6 : (precision as number | null),
    whereMergeStrategy,
  }
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

function checkName(where: string, name: unknown): void {
  if (name === undefined || name === null) return
  const isRight =
    isPlainObject(name) &&
    Object.entries(name).every(([key, value]) => (key === 'singular' || key === 'plural') && isText(value))
  if (!isRight)
    throw new DefinitionError(
      `${where}: the option \`name\` is { singular, plural }, both strings, got ${show(name)}. The model's own name is \`modelName\`.`,
    )
}
function checkTableName(where: string, tableName: unknown): void {
  if (tableName === undefined || tableName === null || isText(tableName)) return
  if (!isPlainObject(tableName) || !isText(tableName.tableName ?? tableName.name))
    throw new DefinitionError(
      `${where}: the option \`tableName\` must be a string or { tableName, schema }, got ${show(tableName)}.`,
    )
}
function wholeNumber(where: string, option: string, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw new DefinitionError(`${where}: the option \`${option}\` must be a whole number, got ${show(value)}.`)
}

const SWITCHES = new Set([
  'timestamps',
  'paranoid',
  'underscored',
  'freezeTableName',
  'omitNull',
  'noPrimaryKey',
  'hasTrigger',
])
const OBJECTS = new Set(['hooks', 'scopes', 'validate', 'getterMethods', 'setterMethods'])

/** Throws `DefinitionError` for options that do not exist, are of a wrong kind, or (`refused`) belong to a single model. */
export function checkModelOptions(where: string, options: Options, refused: readonly string[] = []): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new DefinitionError(`${where}: its options must be an object, got ${show(options)}.`)
  for (const option of Object.keys(options)) {
    if (!known.has(option))
      throw new DefinitionError(`${where} has an unknown option "${option}".${suggestion(option, OPTIONS)}`)
    const value = options[option]
    if (value === undefined || value === null) continue
    if (refused.includes(option))
      throw new DefinitionError(
        `${where} has \`${option}\`, which belongs to a single model: give it to define() or init().`,
      )
    const wanted =
      SWITCHES.has(option) && typeof value !== 'boolean'
        ? 'true or false'
        : OBJECTS.has(option) && !isPlainObject(value)
          ? `an object by name, such as { ${option}: { … } }`
          : null
    if (wanted !== null)
      throw new DefinitionError(`${where}: the option \`${option}\` must be ${wanted}, got ${show(value)}.`)
  }
}

/** The model's own options over the `define` defaults: per name for hooks, scopes, validators and names; indexes add up. */
function mergeOptions(options: Options, defaults: Options): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...defaults }
  delete merged.defaultTimestampPrecision
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined) continue
    const before = merged[option]
    if (option === 'indexes' && Array.isArray(before) && Array.isArray(value))
      merged[option] = [...(before as unknown[]), ...(value as unknown[])]
    else if (
      ['hooks', 'scopes', 'validate', 'name', 'getterMethods', 'setterMethods'].includes(option) &&
      isPlainObject(before) &&
      isPlainObject(value)
    )
      merged[option] = { ...before, ...value }
    else merged[option] = value
  }
  return merged
}

function defaultTableName(modelName: string, plural: string, isFrozen: boolean, underscored: boolean): string {
  if (isFrozen) return modelName
  return underscored ? underscore(plural) : plural
}

type Managed = Pick<ReadSettings, 'createdAt' | 'updatedAt' | 'deletedAt' | 'version'>
function managedNames(where: string, options: Options, timestamps: boolean, paranoid: boolean): Managed {
  const nameOf = (option: string, isWanted: boolean, byDefault: string): string | null => {
    const given = options[option]
    if (given === false || !isWanted) return null
    if (given === undefined || given === null || given === true) return byDefault
    if (typeof given !== 'string' || given === '')
      throw new DefinitionError(
        `${where}: the option \`${option}\` is the name of an attribute, true or false, got ${typeof given}.`,
      )
    return given
  }
  if (paranoid && !timestamps)
    throw new DefinitionError(
      `${where} is paranoid but has timestamps: false; soft deletes need deletedAt. Leave timestamps on (createdAt: false and updatedAt: false remove the other two).`,
    )
  if (paranoid && options.deletedAt === false)
    throw new DefinitionError(
      `${where} is paranoid but has deletedAt: false; soft deletes need it. Leave one of the two out.`,
    )
  const managed = {
    createdAt: nameOf('createdAt', timestamps, 'createdAt'),
    updatedAt: nameOf('updatedAt', timestamps, 'updatedAt'),
    deletedAt: nameOf('deletedAt', timestamps && paranoid, 'deletedAt'),
    version: nameOf('version', Boolean(options.version), 'version'),
  }
  const seen = new Map<string, string>()
  for (const [option, name] of Object.entries(managed)) {
    if (name === null) continue
    const other = seen.get(name)
    if (other !== undefined)
      throw new DefinitionError(
        `${where}: ${other} and ${option} are both called "${name}". Each needs an attribute of its own.`,
      )
    seen.set(name, option)
  }
  return managed
}

function modelValidators(where: string, given: unknown): ModelSettings['validate'] {
  if (given === undefined || given === null) return Object.freeze({})
  if (!isPlainObject(given))
    throw new DefinitionError(`${where}: \`validate\` must be an object of functions, got ${typeof given}.`)
  for (const [name, validator] of Object.entries(given)) {
    if (typeof validator !== 'function')
      throw new DefinitionError(
        `${where}: the validator "${name}" must be a function, got ${typeof validator}. Built-in validators belong to an attribute.`,
      )
  }
  return Object.freeze({ ...given }) as ModelSettings['validate']
}
