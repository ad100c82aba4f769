/**
 * Options of an association call: both spellings in (Sequelize 6's flat ones, 7's inside `foreignKey`), one frozen form out. Nothing is
 * filled in here: what a call leaves open may be said by the call on the other side (`relation`).
 * Docs: associations/has-one, associations/belongs-to, associations/faq ("Customizing Foreign Keys").
 */
import { isPlainObject } from '../base/freeze.js'
import { pluralize, singularize, suggestion } from '../base/names.js'
import { AssociationError } from '../errors/association.js'
import type { DeferrableMode, ReferentialAction } from '../schema/snapshot.js'
import type { AssociationType, OnReplace } from './association.js'
import type { Names } from './many.js'

/** What one call said. Absent: nothing was said. */
export interface Given {
  readonly as?: string
  readonly name?: Names
  /** What both sides share. */
  readonly key: GivenKey
  readonly scope?: Readonly<Record<string, unknown>>
  readonly hooks?: boolean
  readonly onReplace?: OnReplace
  /** Unlinking a row also nulls the attributes of the scope. */
  readonly clearScopeOnUnset?: boolean
  readonly order?: readonly (readonly [string, 'ASC' | 'DESC'])[]
  /** Of many rows, the first in `order`. */
  readonly ofMany?: boolean
  readonly symmetric?: boolean
  readonly inverse?: {
    readonly as?: string
    readonly name?: Names
    readonly type?: 'hasOne' | 'hasMany'
    readonly scope?: Readonly<Record<string, unknown>>
  }
  readonly raw: Readonly<Record<string, unknown>>
}

export interface GivenKey {
  readonly foreignKeys?: readonly string[]
  /** `sourceKey` of hasOne, `targetKey` of belongsTo. */
  readonly referencedKeys?: readonly string[]
  readonly constraints?: boolean
  readonly constraintName?: string
  readonly onDelete?: ReferentialAction
  readonly onUpdate?: ReferentialAction
  readonly deferrable?: DeferrableMode
  /** A unique index over the foreign key; a string names it. */
  readonly unique?: boolean | string
  readonly index?: boolean | string
  /** ON DELETE where nobody says one. */
  readonly usualOnDelete?: ReferentialAction
  /** No row of either side stands alone. */
  readonly required?: 'both'
  readonly allowNonUniqueKey?: boolean
  /** Attribute options for each part of the key, in order. */
  readonly attributes?: readonly Readonly<Record<string, unknown>>[]
}

const COMMON = [
  'as',
  'name',
  'foreignKey',
  'foreignKeyConstraints',
  'constraints',
  'onDelete',
  'onUpdate',
  'uniqueKey',
  'unique',
  'allowNonUniqueKey',
  'scope',
  'clearScopeOnUnset',
  'hooks',
  'inverse',
  'onReplace',
  'order',
]
const KNOWN: Partial<Record<AssociationType, readonly string[]>> = {
  HasMany: [...COMMON.filter((option) => option !== 'unique' && option !== 'order'), 'sourceKey'],
  HasOne: [...COMMON, 'sourceKey', 'targetKey', 'symmetric', 'required', 'ofMany'],
  BelongsTo: [...COMMON, 'targetKey', 'symmetric'],
}
/** Options of a foreign key that are not the attribute's own. */
const KEY_OPTIONS = [
  'name',
  'fieldName',
  'onDelete',
  'onUpdate',
  'constraintName',
  'constraints',
  'deferrable',
  'index',
  'unique',
  'references',
]
const ATTRIBUTE_OPTIONS = [
  'type',
  'allowNull',
  'columnName',
  'field',
  'defaultValue',
  'primaryKey',
  'autoIncrement',
  'autoIncrementIdentity',
  'comment',
  'validate',
  'get',
  'set',
  'values',
]
const ACTIONS: readonly ReferentialAction[] = ['CASCADE', 'RESTRICT', 'NO ACTION', 'SET NULL', 'SET DEFAULT']
const ON_REPLACE: readonly OnReplace[] = ['nullify', 'delete', 'restrict']

/**
 * Reads the options of one call. `call` names it in messages, as in `User.hasOne(Task)`.
 * Throws AssociationError for an option that does not exist, has a wrong value, or is given twice with different values.
 */
export function readOptions(kind: AssociationType, options: unknown, call: string): Given {
  const raw = asOptions(options, call)
  const known = KNOWN[kind] ?? COMMON
  for (const option of Object.keys(raw)) {
    if (!known.includes(option))
      throw new AssociationError(`${call}: there is no option "${option}".${suggestion(option, known)}`)
  }
  const fail = (text: string): never => {
    throw new AssociationError(`${call}: ${text}`)
  }
  const names = readNames(raw, kind, fail)
  const inverse = readInverse(raw.inverse, kind, fail)
  const onReplace = raw.onReplace
  if (onReplace !== undefined && !ON_REPLACE.includes(onReplace as OnReplace))
    fail(`onReplace is ${quoted(onReplace)}, but must be one of ${ON_REPLACE.map(quoted).join(', ')}.`)
  return {
    ...names,
    key: readKey(kind, raw, fail),
    scope: readScope(raw.scope, 'scope', fail),
    hooks: readBoolean(raw, 'hooks', fail),
    onReplace: onReplace as OnReplace | undefined,
    clearScopeOnUnset: readBoolean(raw, 'clearScopeOnUnset', fail),
    ...readOneOfMany(raw, fail),
    symmetric: readSymmetric(raw, fail),
    inverse,
    raw,
  }
}

export function asOptions(options: unknown, call: string): Record<string, unknown> {
  if (options === undefined || options === null) return {}
  // Decorators: `@HasOne(() => License, 'ownerId')`.
  if (typeof options === 'string') return { foreignKey: options }
  if (typeof options !== 'object' || Array.isArray(options))
    throw new AssociationError(
      `${call}: the second argument must be an object of options, or the name of the foreign key.`,
    )
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

type Fail = (text: string) => never

export function readScope(given: unknown, option: string, fail: Fail): Readonly<Record<string, unknown>> | undefined {
  if (given === undefined || given === null) return undefined
  return isPlainObject(given) ? Object.freeze({ ...given }) : fail(`${option} must be an object of attribute values.`)
}

function readNames(raw: Record<string, unknown>, kind: AssociationType, fail: Fail): Pick<Given, 'as' | 'name'> {
  const as = raw.as ?? raw.name
  if (as === undefined) return {}
  const isMany = kind === 'HasMany' || kind === 'BelongsToMany'
  const name = namesOf(as, isMany)
  if (name === null) return fail('as must be the name of the association, or { singular, plural }.')
  const own = isMany ? name.plural : name.singular
  if (own === '__proto__') fail('as cannot be "__proto__".')
  return { as: own, name }
}

/** Both forms of a name, of which one or both are given; null where that is no name. */
export function namesOf(given: unknown, isMany: boolean): Names | null {
  if (typeof given === 'string' && given !== '')
    return isMany ? { singular: singularize(given), plural: given } : { singular: given, plural: pluralize(given) }
  if (!isPlainObject(given)) return null
  const { singular, plural } = given
  const isName = (value: unknown): value is string => typeof value === 'string' && value !== ''
  if (isName(singular)) return { singular, plural: isName(plural) ? plural : pluralize(singular) }
  return isMany && isName(plural) ? { singular: singularize(plural), plural } : null
}

function readInverse(given: unknown, kind: AssociationType, fail: Fail): Given['inverse'] {
  if (given === undefined || given === null) return undefined
  const side = kind === 'BelongsTo' ? 'hasOne' : undefined
  if (typeof given === 'string') return { as: given, type: side }
  if (!isPlainObject(given))
    return fail('inverse must be the name of the association on the other side, or an object { as }.')
  for (const option of Object.keys(given)) {
    if (!['as', 'type', 'scope'].includes(option))
      fail(`inverse has no option "${option}".${suggestion(option, ['as', 'type', 'scope'])}`)
  }
  const type = given.type ?? side
  const isMany = kind === 'BelongsToMany' || (kind === 'BelongsTo' && type === 'hasMany')
  const name = given.as === undefined ? undefined : (namesOf(given.as, isMany) ?? fail('inverse.as must be a name.'))
  const as = name && (isMany ? name.plural : name.singular)
  if (kind === 'BelongsTo') {
    if (type !== 'hasOne' && type !== 'hasMany')
      fail('inverse.type must say whether the other side is "hasOne" or "hasMany".')
  } else if (type !== undefined && type !== 'belongsTo')
    fail(
      `inverse.type can only be given to belongsTo: the other side of ${kind === 'HasMany' ? 'hasMany' : 'hasOne'} is always a belongsTo.`,
    )
  if (given.scope !== undefined && !isPlainObject(given.scope))
    fail('inverse.scope must be an object of attribute values.')
  return {
    as,
    ...(isMany ? { name } : {}),
    type: kind === 'BelongsTo' ? (type as 'hasOne' | 'hasMany') : undefined,
    scope: given.scope as Record<string, unknown> | undefined,
  }
}

export function readKey(kind: AssociationType, raw: Record<string, unknown>, fail: Fail): GivenKey {
  const parts = readForeignKey(raw.foreignKey, fail)
  const only = parts[0] ?? {}
  const names = parts.map((part) => part.name ?? part.fieldName)
  if (names.length > 1 && names.some((name) => name === undefined))
    fail('each part of a composite foreignKey needs a name.')
  const references = isPlainObject(only.references) ? only.references : {}
  const uniqueKey = raw.uniqueKey
  if (uniqueKey !== undefined && (typeof uniqueKey !== 'string' || uniqueKey === ''))
    fail('uniqueKey must be the name of the foreign key constraint. For a unique index give `unique: true`.')
  const once = <T>(option: string, ...spellings: readonly (readonly [string, T | undefined])[]): T | undefined => {
    const said = spellings.filter(([, value]) => value !== undefined)
    for (const [spelling, value] of said) {
      if (value !== said[0]![1])
        fail(
          `${said[0]![0]} (${quoted(said[0]![1])}) and ${spelling} (${quoted(value)}) are two spellings of ${option} with different values. Give one of them.`,
        )
    }
    return said[0]?.[1]
  }
  return {
    foreignKeys: names[0] === undefined ? undefined : (names as string[]),
    referencedKeys: readReferencedKeys(kind, raw, fail),
    constraints: once(
      'the constraint switch',
      ['foreignKeyConstraints', readBoolean(raw, 'foreignKeyConstraints', fail)],
      ['constraints', readBoolean(raw, 'constraints', fail)],
      ['foreignKey.constraints', readBoolean(only, 'constraints', fail)],
    ),
    constraintName: once(
      "the constraint's name",
      ['foreignKey.constraintName', only.constraintName as string | undefined],
      ['uniqueKey', uniqueKey as string | undefined],
    ),
    onDelete: once(
      'onDelete',
      ['foreignKey.onDelete', readAction(only.onDelete, 'foreignKey.onDelete', fail)],
      ['onDelete', readAction(raw.onDelete, 'onDelete', fail)],
    ),
    onUpdate: once(
      'onUpdate',
      ['foreignKey.onUpdate', readAction(only.onUpdate, 'foreignKey.onUpdate', fail)],
      ['onUpdate', readAction(raw.onUpdate, 'onUpdate', fail)],
    ),
    deferrable: readDeferrable(only.deferrable ?? references.deferrable, fail),
    unique: impliedUnique(
      raw,
      once(
        'the unique index',
        ['unique', readUnique(raw.unique, 'unique', fail)],
        ['foreignKey.unique', readUnique(only.unique, 'foreignKey.unique', fail)],
      ),
      fail,
    ),
    required: readRequired(raw, fail),
    index: readUnique(only.index, 'foreignKey.index', fail),
    allowNonUniqueKey: readBoolean(raw, 'allowNonUniqueKey', fail),
    attributes: parts.some((part) => ATTRIBUTE_OPTIONS.some((option) => option in part))
      ? parts.map((part) => attributeOptions(part))
      : undefined,
  }
}

/** What `symmetric` cannot be together with: there is one side only, and both rows have the key. */
function readSymmetric(raw: Record<string, unknown>, fail: Fail): boolean | undefined {
  const symmetric = readBoolean(raw, 'symmetric', fail)
  if (symmetric !== true) return undefined
  if (raw.inverse !== undefined)
    fail(
      '`symmetric` and `inverse` contradict each other: a symmetric association is its own other side. Leave `inverse` out.',
    )
  if (raw.scope !== undefined && raw.scope !== null)
    fail('a symmetric association cannot have a `scope`: both rows of a pair would have to fulfil it. Leave it out.')
  if (raw.required !== undefined)
    fail(
      '`required` cannot be combined with `symmetric`: the first row would need a second one, and that another first.',
    )
  return true
}

/** `required: 'both'`, and what it cannot be together with. */
function readRequired(raw: Record<string, unknown>, fail: Fail): 'both' | undefined {
  const { required, scope } = raw
  if (required === undefined || required === null) return undefined
  if (required !== 'both')
    fail(
      `required is ${quoted(required)}, but can only be "both". A target that needs its source has foreignKey: { allowNull: false }.`,
    )
  if (scope !== undefined && scope !== null)
    fail(
      '`required: "both"` cannot be combined with `scope`: no key could hold the rows of a scope only. Leave one of them out.',
    )
  return 'both'
}

/** Pairs are of two: what stands on both sides is unique. */
function impliedUnique(
  raw: Record<string, unknown>,
  unique: boolean | string | undefined,
  fail: Fail,
): boolean | string | undefined {
  const option = raw.symmetric === true ? 'symmetric' : raw.required === 'both' ? 'required' : null
  if (option === null) return unique
  if (unique === false) fail(`unique is false, but \`${option}\` makes the foreign key unique. Leave \`unique\` out.`)
  return unique ?? true
}

function readForeignKey(given: unknown, fail: Fail): Record<string, unknown>[] {
  if (given === undefined || given === null) return []
  const list = Array.isArray(given) ? (given as unknown[]) : [given]
  if (list.length === 0) fail('foreignKey is an empty list.')
  return list.map((part) => {
    if (typeof part === 'string' && part !== '') return { name: part }
    if (!isPlainObject(part))
      return fail('foreignKey must be a name, an object { name, … }, or a list of these for a composite key.')
    const known = [...KEY_OPTIONS, ...ATTRIBUTE_OPTIONS]
    for (const option of Object.keys(part)) {
      if (!known.includes(option)) fail(`foreignKey has no option "${option}".${suggestion(option, known)}`)
    }
    const name = part.name ?? part.fieldName
    if (name !== undefined && (typeof name !== 'string' || name === '')) fail('foreignKey.name must be a name.')
    if (part.field !== undefined && part.columnName !== undefined && part.field !== part.columnName) {
      fail(
        `foreignKey is given two column names: columnName ${quoted(part.columnName)} and field ${quoted(part.field)}. They mean the same; keep one.`,
      )
    }
    return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined))
  })
}

const attributeOptions = (part: Record<string, unknown>): Readonly<Record<string, unknown>> =>
  Object.freeze(
    Object.fromEntries(
      ATTRIBUTE_OPTIONS.filter((option) => part[option] !== undefined).map((option) => [
        option === 'field' ? 'columnName' : option,
        part[option],
      ]),
    ),
  )

function readReferencedKeys(
  kind: AssociationType,
  raw: Record<string, unknown>,
  fail: Fail,
): readonly string[] | undefined {
  const read = (option: string): readonly string[] | undefined => {
    const value = raw[option]
    if (value === undefined || value === null) return undefined
    const list = Array.isArray(value) ? (value as unknown[]) : [value]
    if (list.length === 0 || list.some((name) => typeof name !== 'string' || name === ''))
      fail(`${option} must be the name of an attribute, or a list of names.`)
    return list as string[]
  }
  const target = read('targetKey')
  if (kind === 'BelongsTo') return target
  const source = read('sourceKey')
  if (source && target && source.join() !== target.join()) {
    fail(
      `sourceKey (${quoted(source.join())}) and targetKey (${quoted(target.join())}) differ. The key that a foreign key refers to is on the source here: give sourceKey only.`,
    )
  }
  return source ?? target
}

function readAction(given: unknown, option: string, fail: Fail): ReferentialAction | undefined {
  if (given === undefined || given === null) return undefined
  const action =
    typeof given === 'string'
      ? (given.toUpperCase().replace(/\s+/g, ' ').trim() as ReferentialAction)
      : (given as ReferentialAction)
  if (!ACTIONS.includes(action)) fail(`${option} is ${quoted(given)}, but must be one of ${ACTIONS.join(', ')}.`)
  return action
}

function readDeferrable(given: unknown, fail: Fail): DeferrableMode | undefined {
  if (given === undefined || given === null) return undefined
  const text = String(given).toUpperCase().replace(/_/g, ' ').trim()
  const mode = text === 'NOT' ? 'NOT DEFERRABLE' : text
  if (mode !== 'INITIALLY DEFERRED' && mode !== 'INITIALLY IMMEDIATE' && mode !== 'NOT DEFERRABLE')
    return fail(`deferrable is ${quoted(given)}, but must be one of the values of Deferrable.`)
  return mode
}

function readUnique(given: unknown, option: string, fail: Fail): boolean | string | undefined {
  if (given === undefined || given === null) return undefined
  if (typeof given === 'boolean' || (typeof given === 'string' && given !== '')) return given
  if (isPlainObject(given)) return typeof given.name === 'string' ? given.name : true
  return fail(`${option} must be true, false, or the name of the index.`)
}

export function readBoolean(raw: Readonly<Record<string, unknown>>, option: string, fail: Fail): boolean | undefined {
  const value = raw[option]
  if (value === undefined || value === null) return undefined
  return typeof value === 'boolean' ? value : fail(`${option} must be true or false.`)
}

/** `order`, and `ofMany: { order }`, which says as well that there are many rows. */
function readOneOfMany(raw: Record<string, unknown>, fail: Fail): Pick<Given, 'order' | 'ofMany'> {
  if (raw.ofMany === undefined || raw.ofMany === null) return { order: readOrder(raw.order, fail) }
  const { ofMany } = raw
  const order = isPlainObject(ofMany) ? readOrder(ofMany.order, fail) : undefined
  if (order === undefined || order.length === 0)
    return fail("ofMany says which of the rows is meant: ofMany: { order: [['createdAt', 'DESC']] }.")
  if (raw.unique !== undefined && raw.unique !== false)
    fail('unique and ofMany contradict each other: a unique foreign key has no second row. Leave one of them out.')
  return { order, ofMany: true }
}

function readOrder(given: unknown, fail: Fail): Given['order'] {
  if (given === undefined || given === null) return undefined
  const wrong = (): never =>
    fail('order must be the name of an attribute, or a list of names and [name, "ASC" | "DESC"].')
  const list = typeof given === 'string' ? [given] : Array.isArray(given) ? (given as unknown[]) : wrong()
  return list.map((item): readonly [string, 'ASC' | 'DESC'] => {
    if (typeof item === 'string') return [item, 'ASC']
    if (!Array.isArray(item) || typeof item[0] !== 'string') return wrong()
    const direction = String(item[1] ?? 'ASC').toUpperCase()
    return direction === 'ASC' || direction === 'DESC' ? [item[0], direction] : wrong()
  })
}

/** A call as messages show it: with the options that tell it from other calls. */
export function describeCall(source: string, method: string, target: string, options: unknown): string {
  const given = typeof options === 'string' ? { foreignKey: options } : isPlainObject(options) ? options : {}
  const shown = ['as', 'foreignKey']
    .filter((option) => typeof given[option as keyof typeof given] === 'string')
    .map((option) => `${option}: '${String(given[option as keyof typeof given])}'`)
  return `${source}.${method}(${target}${shown.length === 0 ? '' : `, { ${shown.join(', ')} }`})`
}

export const quoted = (value: unknown): string => (typeof value === 'string' ? `"${value}"` : String(value))
