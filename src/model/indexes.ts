/**
 * The indexes of a model: those of its `indexes` option, of `unique` and `index` on attributes, and those that associations want.
 * Names are generated as in Sequelize 7. Fields stay as they were written; `sync/from-models` makes columns of them.
 * Docs: models/indexes.
 */
import { isPlainObject } from '../base/freeze.js'
import { indexName, suggestion } from '../base/names.js'
import { show } from '../base/show.js'
import { DefinitionError } from '../errors/index.js'
import { isFragment } from '../sql/fragments.js'
import type { ModelShape } from './definition.js'

/** An index as a model wants it: attribute names already turned into columns only in `sync/from-models`. */
export interface IndexOptions {
  readonly name?: string
  readonly fields: readonly (
    | string
    | {
        readonly name?: string
        readonly attribute?: string
        readonly length?: number
        readonly order?: 'ASC' | 'DESC'
        readonly collate?: string
        readonly operator?: string
      }
    | object
  )[]
  readonly unique?: boolean
  readonly type?: string
  readonly using?: string
  readonly where?: unknown
  readonly operator?: string
  readonly parser?: string | null
  readonly concurrently?: boolean
  readonly msg?: string
  readonly prefix?: string
  readonly include?: readonly string[]
  /**
   * Why an association added it. `foreign-key`: a plain index, left out where the engine makes one itself (`traits.implicitForeignKeyIndex`).
   * `one-to-one`: unique; with `where` (rows that are not soft-deleted) it is partial, and not unique where the engine has no partial indexes.
   */
  readonly purpose?: 'foreign-key' | 'one-to-one'
}

type Options = Readonly<Record<string, unknown>>
type NamedIndex = IndexOptions & { readonly name: string }
type Field = IndexOptions['fields'][number]

const OPTIONS = [
  'name',
  'fields',
  'unique',
  'type',
  'using',
  'method',
  'where',
  'operator',
  'parser',
  'concurrently',
  'msg',
  'prefix',
  'include',
  'purpose',
] as const
const FIELD_OPTIONS = ['name', 'attribute', 'length', 'order', 'collate', 'operator'] as const

type Kind = readonly [words: string, fits: (value: unknown) => boolean]
const TEXT: Kind = ['a string', (value) => typeof value === 'string']
const SWITCH: Kind = ['true or false', (value) => typeof value === 'boolean']
const KINDS: Readonly<Record<string, Kind>> = {
  name: TEXT,
  unique: SWITCH,
  concurrently: SWITCH,
  type: TEXT,
  using: TEXT,
  method: TEXT,
  operator: TEXT,
  prefix: TEXT,
  msg: TEXT,
  where: ['a condition (an object, a list of conditions or SQL)', (value) => typeof value === 'object'],
  include: ['a list of attributes', Array.isArray],
}
const FIELD_KINDS: Readonly<Record<string, Kind>> = {
  name: TEXT,
  attribute: TEXT,
  collate: TEXT,
  operator: TEXT,
  length: ['a number of characters', (value) => Number.isSafeInteger(value) && (value as number) > 0],
  order: [
    "'ASC' or 'DESC'",
    (value) => typeof value === 'string' && /^(?:asc|desc)(?: nulls (?:first|last))?$/i.test(value),
  ],
}
function checkKinds(
  place: string,
  given: Readonly<Record<string, unknown>>,
  kinds: Readonly<Record<string, Kind>>,
): void {
  for (const [option, value] of Object.entries(given)) {
    const kind = Object.hasOwn(kinds, option) ? kinds[option] : undefined
    if (value !== undefined && value !== null && kind !== undefined && !kind[1](value))
      throw new DefinitionError(`${place}: \`${option}\` must be ${kind[0]}, got ${show(value)}.`)
  }
}

function check(place: string, given: object, options: readonly string[]): void {
  for (const option of Object.keys(given)) {
    if (!options.includes(option))
      throw new DefinitionError(`${place} has an unknown option "${option}".${suggestion(option, options)}`)
  }
}

/** An index as the user wrote it, checked; a frozen copy. */
export function readIndex(modelName: string, given: unknown): IndexOptions {
  const place = `An index of ${modelName}`
  if (!isPlainObject(given))
    throw new DefinitionError(`${place} must be an object like { fields: ['name'] }, got ${typeof given}.`)
  check(place, given, OPTIONS)
  if (!Array.isArray(given.fields) || given.fields.length === 0)
    throw new DefinitionError(`${place} has no fields. List the attributes: { fields: ['name'] }.`)
  for (const field of given.fields as unknown[]) {
    if (typeof field === 'string' || isFragment(field)) continue
    if (!isPlainObject(field))
      throw new DefinitionError(
        `${place} has a field that is ${String(field)}. A field is an attribute's name, { name, order, … } or a fragment such as fn().`,
      )
    check(`${place} has a field that`, field, FIELD_OPTIONS)
    checkKinds(place, field, FIELD_KINDS)
    if (fieldName(field as Field) === null)
      throw new DefinitionError(`${place} has a field without a name: write { name: 'attribute', … }.`)
  }
  checkKinds(place, given, KINDS)
  const { method, type, ...rest } = given
  const isUniqueType = typeof type === 'string' && type.toUpperCase() === 'UNIQUE'
  return Object.freeze({
    ...rest,
    fields: Object.freeze([...(given.fields as unknown[])]),
    ...(method === undefined || rest.using !== undefined ? {} : { using: method }),
    ...(isUniqueType ? { unique: true } : type === undefined || type === null ? {} : { type }),
  }) as unknown as IndexOptions
}

/** The attribute or column that a field names; null for an expression. */
export function fieldName(field: Field): string | null {
  if (typeof field === 'string') return field
  if (isFragment(field)) return null
  const { name, attribute } = field as { name?: unknown; attribute?: unknown }
  return typeof name === 'string' ? name : typeof attribute === 'string' ? attribute : null
}

/** Indexes that attributes ask for with `unique` and `index`. Equal names make one index of several attributes. */
function attributeIndexes(modelName: string, shape: ModelShape): IndexOptions[] {
  const found: { fields: Field[]; options: Options }[] = []
  for (const attribute of shape.physical) {
    for (const [option, isUnique] of [
      ['unique', true],
      ['index', false],
    ] as const) {
      const given = attribute.raw[option]
      for (const one of Array.isArray(given) ? (given as unknown[]) : [given]) {
        if (one === undefined || one === null || one === false) continue
        const place = `The attribute "${attribute.attributeName}" of ${modelName}: \`${option}\``
        if (one !== true && typeof one !== 'string' && !isPlainObject(one))
          throw new DefinitionError(`${place} must be true, a name or options, got ${typeof one}.`)
        const options: Record<string, unknown> = isPlainObject(one)
          ? { ...one }
          : typeof one === 'string'
            ? { name: one }
            : {}
        // v6: `unique: { args: true, msg }` or `args: 'name'`.
        if (isUnique && 'args' in options) {
          if (typeof options.args === 'string') options.name ??= options.args
          delete options.args
        }
        const { attribute: perField, ...rest } = options
        check(
          place,
          rest,
          OPTIONS.filter((name) => name !== 'fields'),
        )
        checkKinds(place, rest, KINDS)
        if (isUnique) rest.unique = true
        const field = fieldOf(place, attribute.attributeName, perField)
        const same = typeof rest.name === 'string' ? found.find((other) => other.options.name === rest.name) : undefined
        if (same === undefined) {
          found.push({ fields: [field], options: rest })
          continue
        }
        if ((same.options.unique === true) !== (rest.unique === true))
          throw new DefinitionError(
            `${place}: the index "${String(rest.name)}" is unique on one attribute and not on another. Use one of \`unique\` and \`index\` for all of them.`,
          )
        same.fields.push(field)
        same.options = { ...same.options, ...rest }
      }
    }
  }
  return found.map(({ fields, options }) => readIndex(modelName, { ...options, fields }))
}
function fieldOf(place: string, name: string, given: unknown): Field {
  if (given === undefined || given === null) return name
  if (typeof given === 'string') return { name, order: given as 'ASC' }
  if (!isPlainObject(given))
    throw new DefinitionError(`${place}: its \`attribute\` must hold options of the field, got ${typeof given}.`)
  check(place, given, FIELD_OPTIONS)
  return { ...given, name }
}

/** Every index of a model, each with a name. An index of an association that another one makes superfluous is left out. */
export function collectIndexes(
  modelName: string,
  tableName: string,
  shape: ModelShape,
  declared: readonly IndexOptions[],
  wanted: readonly IndexOptions[],
): readonly NamedIndex[] {
  const columnsOf = (index: IndexOptions): (string | null)[] =>
    index.fields.map((field) => {
      const name = fieldName(field)
      return name === null ? null : (shape.attributes.get(name)?.columnName ?? name)
    })
  const result: NamedIndex[] = []
  const add = (index: IndexOptions): void => {
    const columns = columnsOf(index)
    const named: NamedIndex = { ...index, name: index.name ?? generatedName(modelName, tableName, index, columns) }
    const same = result.find((other) => other.name === named.name)
    if (same === undefined) result.push(Object.freeze(named))
    else if (String(columnsOf(same)) !== String(columns) || (same.unique === true) !== (named.unique === true)) {
      throw new DefinitionError(
        `${modelName} has two different indexes called "${named.name}". Give one of them another name.`,
      )
    }
  }
  for (const index of [...declared, ...attributeIndexes(modelName, shape)]) add(index)

  const key = shape.primaryKey.map((attribute) => attribute.columnName)
  const isCovered = (index: IndexOptions): boolean => {
    const columns = columnsOf(index)
    const leads = (other: readonly (string | null)[]): boolean =>
      columns.every((column, at) => column !== null && other[at] === column)
    const equals = (other: readonly (string | null)[]): boolean =>
      other.length === columns.length && columns.every((column) => column !== null && other.includes(column))
    const covers = index.unique === true ? equals : leads
    if (key.length > 0 && covers(key)) return true
    return result.some(
      (other) =>
        (other.where === undefined || other.where === null) &&
        (index.unique !== true || other.unique === true) &&
        covers(columnsOf(other)),
    )
  }
  // Unique ones first: they serve the lookups that a plain index is for.
  for (const index of [...wanted].sort((a, b) => Number(b.unique === true) - Number(a.unique === true)))
    if (!isCovered(index)) add(index)
  return Object.freeze(result)
}

function generatedName(
  modelName: string,
  tableName: string,
  index: IndexOptions,
  columns: readonly (string | null)[],
): string {
  if (columns.some((column) => column === null))
    throw new DefinitionError(
      `An index of ${modelName} contains an expression and needs a name: { name: '…', fields: […] }.`,
    )
  return indexName(index.prefix ?? tableName, columns as string[], index.unique === true)
}

/**
 * Throws `DefinitionError` when an index names a field that is neither attribute nor column. Asked by `sync`, not earlier: an
 * association may still add the attribute.
 */
export function checkIndexFields(modelName: string, shape: ModelShape, indexes: readonly NamedIndex[]): void {
  for (const index of indexes) {
    for (const field of index.fields) {
      const name = fieldName(field)
      if (name === null || shape.byColumn.has(name)) continue
      const attribute = shape.attributes.get(name)
      if (attribute?.isVirtual)
        throw new DefinitionError(
          `The index "${index.name}" of ${modelName} names "${name}", which is virtual and has no column.`,
        )
      if (!attribute)
        throw new DefinitionError(
          `The index "${index.name}" of ${modelName} names "${name}", which is neither an attribute nor a column of it.${suggestion(name, shape.attributes.keys())}`,
        )
    }
  }
}
