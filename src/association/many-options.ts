/** Options of belongsToMany: both spellings in, one frozen form out. Docs: associations/belongs-to-many. */
import { isPlainObject } from '../base/freeze.js'
import { suggestion } from '../base/names.js'
import { AssociationError } from '../errors/association.js'
import type { Names } from './many.js'
import type { GivenKey } from './options.js'
import { asOptions, namesOf, quoted, readBoolean, readKey, readScope } from './options.js'

type Raw = Readonly<Record<string, unknown>>

/** What one call said. Absent: nothing was said. */
export interface GivenMany {
  readonly as?: string
  readonly name?: Names
  readonly through: {
    readonly model: unknown
    readonly scope?: Readonly<Record<string, unknown>>
    /** A string names the unique index. */
    readonly unique?: boolean | string
    readonly settings: Readonly<Record<string, unknown>>
  }
  /** The key that leads to the source, and the one that leads to the target. */
  readonly keys: readonly [GivenKey, GivenKey]
  readonly scope?: Readonly<Record<string, unknown>>
  readonly hooks?: boolean
  readonly inverse?: { readonly as?: string; readonly name?: Names; readonly scope?: Readonly<Record<string, unknown>> }
  readonly throughAssociations: Partial<Record<'fromSource' | 'toSource' | 'fromTarget' | 'toTarget', string>>
  readonly raw: Raw
}

const KNOWN = [
  'as',
  'name',
  'through',
  'foreignKey',
  'otherKey',
  'sourceKey',
  'targetKey',
  'inverse',
  'throughAssociations',
  'foreignKeyConstraints',
  'constraints',
  'onDelete',
  'onUpdate',
  'uniqueKey',
  'scope',
  'hooks',
  'timestamps',
]
const THROUGH = ['model', 'scope', 'unique', 'paranoid', 'timestamps']
const THROUGH_ASSOCIATIONS = ['fromSource', 'toSource', 'fromTarget', 'toTarget'] as const

/** Throws AssociationError for an option that does not exist, has a wrong value, or is missing. */
export function readManyOptions(options: unknown, call: string): GivenMany {
  const raw = asOptions(options, call)
  const fail = (text: string): never => {
    throw new AssociationError(`${call}: ${text}`)
  }
  checkNames(raw, KNOWN, '', fail)
  const as = raw.as ?? raw.name
  const name =
    as === undefined
      ? undefined
      : (namesOf(as, true) ?? fail('as must be the name of the association, or { singular, plural }.'))
  const common: Raw = Object.fromEntries(
    ['foreignKeyConstraints', 'constraints', 'onDelete', 'onUpdate']
      .filter((key) => raw[key] !== undefined)
      .map((key) => [key, raw[key]]),
  )
  const key = (foreignKey: unknown, referenced: unknown): GivenKey =>
    readKey(
      'HasMany',
      {
        ...common,
        ...(foreignKey === undefined ? {} : { foreignKey }),
        ...(referenced === undefined ? {} : { sourceKey: referenced }),
      },
      fail,
    )
  const inverse = readInverse(raw.inverse, fail)
  const otherKey = key(raw.otherKey, raw.targetKey)
  return {
    ...(name === undefined ? {} : { as: name.plural, name }),
    through: readThrough(raw, fail),
    keys: [
      key(raw.foreignKey, raw.sourceKey),
      inverse?.constraints === undefined ? otherKey : { ...otherKey, constraints: inverse.constraints },
    ],
    scope: readScope(raw.scope, 'scope', fail),
    hooks: readBoolean(raw, 'hooks', fail),
    inverse,
    throughAssociations: readThroughAssociations(raw.throughAssociations, fail),
    raw,
  }
}

type Fail = (text: string) => never

function checkNames(given: Raw, known: readonly string[], place: string, fail: Fail): void {
  for (const option of Object.keys(given))
    if (!known.includes(option))
      fail(`${place === '' ? 'there is' : `${place} has`} no option "${option}".${suggestion(option, known)}`)
}

function readThrough(raw: Raw, fail: Fail): GivenMany['through'] {
  const { through, uniqueKey } = raw
  if (through === undefined || through === null)
    fail("through is missing: give the model between the two, or its name, as in { through: 'UserProject' }.")
  const given: Raw = isPlainObject(through) ? through : { model: through }
  checkNames(given, THROUGH, 'through', fail)
  const { model } = given
  if (model === undefined || model === null || model === '')
    fail(
      'through.model is missing: give the model between the two, or its name. An undefined model often comes from a circular import: give a function then.',
    )
  if (typeof model !== 'string' && typeof model !== 'function')
    fail('through must be a model, a function that returns one, or the name of one.')
  if (uniqueKey !== undefined && (typeof uniqueKey !== 'string' || uniqueKey === ''))
    fail('uniqueKey must be the name of the unique index.')
  const unique = given.unique ?? uniqueKey
  if (unique !== undefined && typeof unique !== 'boolean' && typeof unique !== 'string')
    fail(`through.unique is ${quoted(unique)}, but must be true, false, or the name of the unique index.`)
  const settings = {
    paranoid: readBoolean(given, 'paranoid', fail),
    timestamps: readBoolean(given, 'timestamps', fail) ?? readBoolean(raw, 'timestamps', fail),
  }
  return {
    model,
    scope: readScope(given.scope, 'through.scope', fail),
    unique: unique as boolean | string | undefined,
    settings: Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)),
  }
}

function readInverse(
  given: unknown,
  fail: Fail,
): (GivenMany['inverse'] & { readonly constraints?: boolean }) | undefined {
  if (given === undefined || given === null) return undefined
  const inverse: Raw =
    typeof given === 'string'
      ? { as: given }
      : isPlainObject(given)
        ? given
        : fail('inverse must be the name of the association on the other side, or an object { as }.')
  checkNames(inverse, ['as', 'scope', 'foreignKeyConstraints', 'constraints'], 'inverse', fail)
  const name = inverse.as === undefined ? undefined : (namesOf(inverse.as, true) ?? fail('inverse.as must be a name.'))
  return {
    ...(name === undefined ? {} : { as: name.plural, name }),
    scope: readScope(inverse.scope, 'inverse.scope', fail),
    constraints: readBoolean(inverse, 'foreignKeyConstraints', fail) ?? readBoolean(inverse, 'constraints', fail),
  }
}

function readThroughAssociations(given: unknown, fail: Fail): GivenMany['throughAssociations'] {
  if (given === undefined || given === null) return {}
  if (!isPlainObject(given)) fail('throughAssociations is an object { fromSource, toSource, fromTarget, toTarget }.')
  checkNames(given as Raw, THROUGH_ASSOCIATIONS, 'throughAssociations', fail)
  for (const [option, name] of Object.entries(given as Raw))
    if (typeof name !== 'string' || name === '') fail(`throughAssociations.${option} must be a name.`)
  return given as GivenMany['throughAssociations']
}
