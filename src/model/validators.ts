/**
 * The built-in validators of attributes: validator.js' functions under Sequelize's names, and Mortise's own. `model/validate` runs them;
 * `model/attribute` asks whether a name exists. Docs (v6): core-concepts/validations-and-constraints.
 */
import { createRequire } from 'node:module'
import { isPlainObject } from '../base/freeze.js'
import { suggestion } from '../base/names.js'
import { show } from '../base/show.js'
import { DefinitionError } from '../errors/index.js'

/** Gets the value as text, then the arguments; `true` means valid. */
export type ValidatorFunction = (value: string, ...args: never[]) => boolean
type Check = (value: string, ...args: unknown[]) => boolean
type Library = Readonly<Record<string, unknown>>

// validator.js is a hundred modules: only a program that validates pays for them.
let library: Library | undefined
const validatorLibrary = (): Library => {
  library ??= createRequire(import.meta.url)('validator') as Library
  return library
}
const fromLibrary =
  (name: string, ...fixed: unknown[]): Check =>
  (value, ...args) =>
    (validatorLibrary()[name] as Check)(value, ...fixed, ...args)

const pattern = (source: unknown, flags?: unknown): RegExp =>
  source instanceof RegExp
    ? new RegExp(source.source, source.flags.replaceAll('g', ''))
    : new RegExp(String(source), flags as string | undefined)
const choices = (args: readonly unknown[]): readonly unknown[] =>
  args.length === 1 && Array.isArray(args[0]) ? (args[0] as unknown[]) : args
const time = (value: unknown): number => (value instanceof Date ? value.getTime() : Date.parse(String(value)))

const OWN: Readonly<Record<string, Check>> = {
  is: (value, source, flags) => pattern(source, flags).test(value),
  not: (value, source, flags) => !pattern(source, flags).test(value),
  isUrl: fromLibrary('isURL'),
  isIPv4: (value) => fromLibrary('isIP')(value, 4),
  isIPv6: (value) => fromLibrary('isIP')(value, 6),
  isNull: (value) => value === '',
  notEmpty: (value) => value.trim() !== '',
  notContains: (value, part) => !value.includes(String(part)),
  isIn: (value, ...args) => choices(args).some((choice) => String(choice) === value),
  notIn: (value, ...args) => !choices(args).some((choice) => String(choice) === value),
  len: (value, min, max) => fromLibrary('isLength')(value, isPlainObject(min) ? min : { min: min ?? 0, max }),
  min: (value, limit) => Number.isNaN(Number.parseFloat(value)) || Number.parseFloat(value) >= Number(limit),
  max: (value, limit) => Number.isNaN(Number.parseFloat(value)) || Number.parseFloat(value) <= Number(limit),
  isDate: (value) => !Number.isNaN(Date.parse(value)),
  isAfter: (value, date) => time(value) > (date === undefined ? Date.now() : time(date)),
  isBefore: (value, date) => time(value) < (date === undefined ? Date.now() : time(date)),
  regex: (value, source, flags) => OWN.is!(value, source, flags),
  notRegex: (value, source, flags) => OWN.not!(value, source, flags),
}
/** Names that need more than the text of a value; `model/validate` knows how. */
const SPECIAL = ['notNull', 'isImmutable', 'isArray'] as const

/** Names that Sequelize documents. Every other function of validator.js works too. */
const DOCUMENTED = [
  ...Object.keys(OWN),
  ...SPECIAL,
  'isEmail',
  'isIP',
  'isAlpha',
  'isAlphanumeric',
  'isNumeric',
  'isInt',
  'isFloat',
  'isDecimal',
  'isLowercase',
  'isUppercase',
  'equals',
  'contains',
  'isUUID',
  'isCreditCard',
  'isURL',
]
const documented: ReadonlySet<string> = new Set(DOCUMENTED)
const added = new Map<string, Check>()

/** The function of a validator, or undefined for a name that is none (or is a special one). */
export function validatorNamed(name: string): Check | undefined {
  const own = added.get(name) ?? (Object.hasOwn(OWN, name) ? OWN[name] : undefined)
  if (own !== undefined) return own
  const { [name]: found } = validatorLibrary()
  return typeof found === 'function' && name !== 'default' && name !== 'toString' ? fromLibrary(name) : undefined
}

/** Throws `DefinitionError` for a name in `validate` that is neither a built-in validator nor a function of the user's. */
export function checkValidators(place: string, validate: Readonly<Record<string, unknown>>): void {
  for (const [name, given] of Object.entries(validate)) {
    if (typeof given === 'function') continue
    if (documented.has(name) || added.has(name) || validatorNamed(name) !== undefined) {
      if (!added.has(name)) checkArguments(place, name, given)
      continue
    }
    throw new DefinitionError(
      `${place} has a validator "${name}", which is neither built in nor a function.${suggestion(name, [...DOCUMENTED, ...added.keys()])}`,
    )
  }
}

const isNumeric = (value: unknown): boolean =>
  (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string') && !Number.isNaN(Number(value))
const isPattern = (source: unknown, flags?: unknown): boolean => {
  try {
    return (typeof source === 'string' || source instanceof RegExp) && pattern(source, flags) instanceof RegExp
  } catch {
    return false
  }
}
/** Arguments that a validator cannot do without, in words and as a test. */
const ARGUMENTS: Readonly<Record<string, readonly [words: string, fits: (args: readonly unknown[]) => boolean]>> = {
  is: ["a regular expression, or ['pattern', 'flags']", ([source, flags]) => isPattern(source, flags)],
  not: ["a regular expression, or ['pattern', 'flags']", ([source, flags]) => isPattern(source, flags)],
  len: [
    '[min, max] or { min, max }',
    ([min, max]) => isPlainObject(min) || (isNumeric(min) && (max === undefined || isNumeric(max))),
  ],
  min: ['a number', ([limit]) => isNumeric(limit)],
  max: ['a number', ([limit]) => isNumeric(limit)],
}

function checkArguments(place: string, name: string, given: unknown): void {
  if (isPlainObject(given) && given.msg !== undefined && given.msg !== null && typeof given.msg !== 'string')
    throw new DefinitionError(
      `${place}: the message (msg) of the validator "${name}" must be a string, got ${show(given.msg)}.`,
    )
  const needed = Object.hasOwn(ARGUMENTS, name) ? ARGUMENTS[name] : undefined
  const read = needed === undefined ? null : readValidator(given)
  if (read !== null && !needed![1](read.args))
    throw new DefinitionError(`${place}: the validator "${name}" takes ${needed![0]}, got ${show(given)}.`)
}

export interface ReadValidator {
  readonly args: readonly unknown[]
  readonly message: string | null
}

/** Reads `true`, arguments, `{ msg }`, `{ args, msg }`. Null: switched off with `false`. */
export function readValidator(given: unknown): ReadValidator | null {
  if (given === false || given === null || given === undefined) return null
  if (isPlainObject(given) && ('msg' in given || 'args' in given)) {
    const { msg, args, ...options } = given
    // `isUrl: { require_protocol: true, msg }`: what is neither message nor arguments is validator.js' options.
    const inner = args === undefined ? { args: Object.keys(options).length > 0 ? [options] : [] } : readValidator(args)
    return inner === null ? null : { args: inner.args, message: typeof msg === 'string' ? msg : null }
  }
  return { args: given === true ? [] : Array.isArray(given) ? (given as unknown[]) : [given], message: null }
}

/**
 * Adds a built-in validator: `Validator.extend('isEven', (value) => Number(value) % 2 === 0)`. The function gets the value as text,
 * then the arguments. All functions of validator.js are properties as well.
 */
function extend(name: string, check: ValidatorFunction): void {
  if (typeof check !== 'function') throw new DefinitionError(`Validator.extend("${name}") needs a function.`)
  added.set(name, check as Check)
}
export const Validator = new Proxy(
  { extend },
  {
    get: (target, name): unknown =>
      typeof name !== 'string' ? undefined : name === 'extend' ? target.extend : validatorNamed(name),
    has: (_target, name) => typeof name === 'string' && (name === 'extend' || validatorNamed(name) !== undefined),
  },
) as { readonly extend: typeof extend } & Readonly<Record<string, Check>>
