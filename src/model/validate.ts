/**
 * Validation of an instance before it is written: not-null first, then the data type, then validators; validators of the model last.
 * Everything that is wrong is collected into one `ValidationError`. Nothing here knows a database.
 * Docs: models/validations-and-constraints; v6: core-concepts/validations-and-constraints.
 */
import type { Steps } from '../base/steps.js'
import { carryOut, promised, wait } from '../base/steps.js'
import { DataTypeValidationError, ValidationError, ValidationErrorItem } from '../errors/index.js'
import { isFragment } from '../sql/fragments.js'
import { assertValue } from '../types/index.js'
import type { Attribute } from './attribute.js'
import type { ModelClass, ModelDefinition } from './definition.js'
import { isPromise, wantsHook } from './hooks.js'
import type { ModelState } from './state.js'
import { readValidator, validatorNamed } from './validators.js'

export { Validator } from './validators.js'

export interface ValidateOptions {
  /** Only these attributes. Virtual ones that changed are looked at all the same. */
  readonly fields?: readonly string[] | null
  /** Attributes, or validators of the model, to leave out. */
  readonly skip?: readonly string[] | null
  /** Default: true. */
  readonly hooks?: boolean
  readonly noHooks?: boolean | { readonly except: readonly string[] }
  /** Leave the data types unchecked. Default: false. */
  readonly noTypeValidation?: boolean
}

type Items = readonly ValidationErrorItem[]
const NONE: Items = Object.freeze([])

/**
 * Resolves when the instance is valid. Throws `ValidationError` with one item per finding, or what a `validationFailed` hook throws.
 * On a row that exists, only attributes that changed are looked at; validators of the model always run.
 */
export function validateInstance(instance: ModelState, options: ValidateOptions = {}): Promise<void> {
  return promised(() => carryOut(validation(instance, options)))
}

/** The same as steps of a larger work. */
export function* validation(instance: ModelState, options: ValidateOptions): Steps<void> {
  const definition = (instance.constructor as unknown as ModelClass).modelDefinition
  const { hooks } = definition
  if (wantsHook(hooks, 'beforeValidate', options)) yield* wait(hooks.runAsync('beforeValidate', instance, options))
  const errors = yield* wait(findings(instance, definition, options))
  if (errors.length > 0) {
    const error = new ValidationError(null, errors)
    if (wantsHook(hooks, 'validationFailed', options))
      yield* wait(hooks.runAsync('validationFailed', instance, options, error))
    throw error
  }
  if (wantsHook(hooks, 'afterValidate', options)) yield* wait(hooks.runAsync('afterValidate', instance, options))
}

/** What is wrong with an instance, at once where no validator has to wait. Runs no hooks. */
export function findings(
  instance: ModelState,
  definition: ModelDefinition,
  options: ValidateOptions,
): Items | Promise<Items> {
  const found: (Items | Promise<Items>)[] = []
  // Of a new row everything is looked at, unless the call says otherwise.
  const isWhole = instance.isNewRecord && !options.fields && !options.skip
  for (const attribute of definition.shape.all) {
    if (!isWhole && !isWanted(instance, attribute, options)) continue
    const items = checkAttribute(instance, definition, attribute, options)
    if (items !== NONE) found.push(items)
  }
  const { validate } = definition.settings
  for (const name in validate) {
    const validator = validate[name]
    if (options.skip?.includes(name)) continue
    const outcome = call(validator, 1, instance, [])
    const item = (error: unknown): Items => [failure(error, name, null, instance, name)]
    found.push(
      isPromise(outcome)
        ? outcome.then((error) => (error === undefined ? NONE : item(error)))
        : outcome === undefined
          ? NONE
          : item(outcome),
    )
  }
  if (found.length === 0) return NONE
  return found.some(isPromise) ? Promise.all(found).then((lists) => lists.flat()) : (found as Items[]).flat()
}

function isWanted(instance: ModelState, attribute: Attribute, { fields, skip }: ValidateOptions): boolean {
  const { attributeName } = attribute
  if (skip?.includes(attributeName)) return false
  if (!instance.isNewRecord && instance.changed(attributeName) !== true) return false
  return !fields || fields.includes(attributeName) || (attribute.isVirtual && instance.changed(attributeName) === true)
}

function checkAttribute(
  instance: ModelState,
  definition: ModelDefinition,
  attribute: Attribute,
  options: ValidateOptions,
): Items | Promise<Items> {
  const value = instance.dataValues[attribute.attributeName]
  if (value === null || value === undefined) {
    if (!attribute.allowNull)
      return isSupplied(instance, attribute, value) ? NONE : [notNull(instance, definition, attribute, value)]
  } else {
    if (isFragment(value)) return NONE
    const wrong = options.noTypeValidation === true ? null : checkType(attribute, value, instance, definition.modelName)
    // Validators may rely on the type.
    if (wrong !== null) return [wrong]
  }
  return attribute.validate === null ? NONE : runValidators(instance, attribute, attribute.validate, value)
}

/** A missing value that comes from elsewhere: the sequence, the time of the write, the default of the column. */
function isSupplied(instance: ModelState, attribute: Attribute, value: unknown): boolean {
  if (attribute.autoIncrement || attribute.role !== null) return true
  return value === undefined && (!instance.isNewRecord || isFragment(attribute.defaultValue))
}

function notNull(
  instance: ModelState,
  { modelName }: ModelDefinition,
  attribute: Attribute,
  value: unknown,
): ValidationErrorItem {
  const { attributeName, notNullMessage } = attribute
  return new ValidationErrorItem(
    notNullMessage ?? `${modelName}.${attributeName} cannot be null`,
    'notNull Violation',
    attributeName,
    value ?? null,
    instance,
    'is_null',
    null,
    [],
    'CORE',
  )
}

const TEXTS: ReadonlySet<string> = new Set(['STRING', 'CHAR', 'TEXT', 'CITEXT'])
/** What is wrong with a value as a value of its attribute's type; null: nothing. Null, undefined and fragments are never wrong. */
export function checkType(
  attribute: Attribute,
  value: unknown,
  instance: ModelState | null,
  modelName: string,
): ValidationErrorItem | null {
  const { type, attributeName } = attribute
  if (type.isVirtual || value === null || value === undefined || isFragment(value)) return null
  try {
    assertValue(type, value)
    attribute.check?.(value)
    return null
  } catch (error) {
    if (TEXTS.has(type.key) && typeof value === 'object' && error instanceof DataTypeValidationError) {
      return new ValidationErrorItem(
        placed(`${attributeName} cannot be an array or an object`, modelName, attribute),
        'string violation',
        attributeName,
        value,
        instance,
        'not_a_string',
        null,
        [],
        'CORE',
        error,
      )
    }
    return new ValidationErrorItem(
      placed(messageOf(error), modelName, attribute),
      'Validation error',
      attributeName,
      value,
      instance,
      type.key,
      null,
      [],
      'DATATYPE',
      error,
    )
  }
}

/** Where the value was to go, after Sequelize's text, which programs look for. */
function placed(text: string, modelName: string, { attributeName, type, allowNull }: Attribute): string {
  const place = `${modelName}.${attributeName}`
  if (text.includes(place)) return text
  return `${text.replace(/\.$/, '')}. ${place} is of type ${type.key}: give a value of this type${allowNull ? ', or null' : ''}.`
}

// ---------------------------------------------------------------- validators

const ON_VALUE: unique symbol = Symbol('mortise.validator')
/**
 * A validator as Sequelize 7's decorators take it: called with (value, instance, attribute name), and not for null.
 * Functions in a `validate` option are called as in Sequelize 6: with the value (null too), and a callback if they have a second parameter.
 */
export function valueValidator(validator: (...args: never[]) => unknown): (value: unknown) => unknown {
  return Object.assign((...args: unknown[]) => (validator as unknown as (...args: unknown[]) => unknown)(...args), {
    [ON_VALUE]: true as const,
  })
}

function runValidators(
  instance: ModelState,
  attribute: Attribute,
  validate: Readonly<Record<string, unknown>>,
  value: unknown,
): Items | Promise<Items> {
  const { attributeName } = attribute
  const isNull = value === null || value === undefined
  const found: (ValidationErrorItem | null | Promise<ValidationErrorItem | null>)[] = []
  for (const [name, given] of Object.entries(validate)) {
    if (typeof given === 'function') {
      const isOnValue = ON_VALUE in given
      if (isNull && isOnValue) continue
      const outcome = isOnValue
        ? call(given, -1, instance, [value, instance, attributeName])
        : call(given, 2, instance, [value])
      const item = (error: unknown): ValidationErrorItem | null =>
        error === undefined ? null : failure(error, attributeName, value, instance, name)
      found.push(isPromise(outcome) ? outcome.then(item) : item(outcome))
    } else if (!isNull && name !== 'notNull') found.push(builtIn(instance, attributeName, value, name, given))
  }
  const kept = (items: readonly (ValidationErrorItem | null)[]): Items => items.filter((item) => item !== null)
  return found.some(isPromise) ? Promise.all(found).then(kept) : kept(found as (ValidationErrorItem | null)[])
}

function builtIn(
  instance: ModelState,
  attributeName: string,
  value: unknown,
  name: string,
  given: unknown,
): ValidationErrorItem | null {
  const read = readValidator(given)
  if (read === null) return null
  const fail = (error: unknown): ValidationErrorItem =>
    new ValidationErrorItem(
      read.message ?? `Validation ${name} on ${attributeName} failed`,
      'Validation error',
      attributeName,
      value,
      instance,
      name,
      name,
      read.args,
      'FUNCTION',
      error,
    )
  try {
    return passes(instance, attributeName, value, name, read.args) ? null : fail(undefined)
  } catch (error) {
    return fail(error)
  }
}

function passes(
  instance: ModelState,
  attributeName: string,
  value: unknown,
  name: string,
  args: readonly unknown[],
): boolean {
  if (name === 'isArray') return Array.isArray(value)
  if (name === 'isImmutable') return instance.isNewRecord || instance.changed(attributeName) !== true
  return validatorNamed(name)!(textOf(value), ...args)
}

/** validator.js looks at text only. */
const textOf = (value: unknown): string =>
  value instanceof Date ? value.toISOString() : Buffer.isBuffer(value) ? value.toString('utf8') : String(value)

/**
 * Calls a user's function and answers with what it throws (undefined: nothing). A function with exactly `callbackAt` parameters takes a
 * callback as the last one, as in Sequelize 6; a promise that it returns counts instead.
 */
function call(validator: unknown, callbackAt: number, instance: ModelState, args: readonly unknown[]): unknown {
  const run = validator as (this: unknown, ...args: unknown[]) => unknown
  const caught = (error: unknown): unknown => error ?? new Error('Validation error')
  const outcomeOf = (result: unknown): unknown => (isPromise(result) ? result.then(() => undefined, caught) : undefined)
  try {
    if (run.length !== callbackAt) return outcomeOf(run.apply(instance, [...args]))
    return new Promise<unknown>((resolve) => {
      const result = run.apply(instance, [
        ...args,
        (error?: unknown) => {
          resolve(error ?? undefined)
        },
      ])
      if (isPromise(result)) resolve(outcomeOf(result))
    }).catch(caught)
  } catch (error) {
    return caught(error)
  }
}

function failure(
  error: unknown,
  path: string,
  value: unknown,
  instance: ModelState,
  validator: string,
): ValidationErrorItem {
  return new ValidationErrorItem(
    messageOf(error),
    'Validation error',
    path,
    value,
    instance,
    validator,
    validator,
    [],
    'FUNCTION',
    error,
  )
}
const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : typeof error === 'string' ? error : '') || 'Validation error'
