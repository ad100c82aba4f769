/**
 * `mortise/validators`: a decorator for each built-in validator, as `@sequelize/validator.js` has them, under both conventions of decorators.
 * Next to `ValidateAttribute`, which takes them by name. Docs: models/validations-and-constraints.
 */
import { addAttributeOptions, isApplied, propertyDecorator } from './decorate.js'
import type { OptionalPropertyDecorator, PropertyDecorator } from './types.js'

/** Arguments of a validator, alone or with the message of its failure. */
export type Rule<T> = T | { readonly args: T; readonly msg?: string }
interface Message {
  readonly msg: string
}

const upperFirst = (name: string): string => name[0]!.toUpperCase() + name.slice(1)
const rule = (name: string, value: unknown): PropertyDecorator =>
  propertyDecorator(upperFirst(name), (record, attribute) =>
    addAttributeOptions(record, attribute, { validate: { [name]: value } }, upperFirst(name)),
  )
/** `@Len([1, 50])`. */
const demanding =
  <T>(name: string) =>
  (value: Rule<T>): PropertyDecorator =>
    rule(name, value)
/** `@IsEmail`, `@IsEmail()`, `@IsEmail({ msg: '…' })`. */
const lenient = <T>(name: string): OptionalPropertyDecorator<Rule<T> | Message> =>
  ((...args: readonly unknown[]) =>
    args.length >= 2 && isApplied(args)
      ? (rule(name, true) as (...args: readonly unknown[]) => unknown)(...args)
      : rule(name, args[0] ?? true)) as OptionalPropertyDecorator<Rule<T> | Message>

type Pattern = string | RegExp | readonly (string | RegExp)[]
/** The text matches. */
export const Is = demanding<Pattern>('is')
/** The text does not match. */
export const Not = demanding<Pattern>('not')
export const Contains = demanding<string>('contains')
export const NotContains = demanding<string>('notContains')
export const Equals = demanding<string>('equals')
export const IsIn = demanding<readonly (readonly unknown[])[]>('isIn')
export const NotIn = demanding<readonly (readonly unknown[])[]>('notIn')
/** `[least, most]` characters. */
export const Len = demanding<readonly [min: number, max: number]>('len')
export const Max = demanding<number>('max')
export const Min = demanding<number>('min')
export const IsAfter = demanding<string>('isAfter')
export const IsBefore = demanding<string>('isBefore')
export const IsAlpha = lenient<boolean | string>('isAlpha')
export const IsAlphanumeric = lenient<boolean | string>('isAlphanumeric')
export const IsCreditCard = lenient<boolean>('isCreditCard')
export const IsDate = lenient<boolean>('isDate')
export const IsDecimal = lenient<boolean>('isDecimal')
export const IsEmail = lenient<boolean>('isEmail')
export const IsFloat = lenient<boolean>('isFloat')
export const IsIP = lenient<boolean | 4 | 6>('isIP')
export const IsIPv4 = lenient<boolean>('isIPv4')
export const IsIPv6 = lenient<boolean>('isIPv6')
export const IsInt = lenient<boolean>('isInt')
export const IsLowercase = lenient<boolean>('isLowercase')
export const IsNull = lenient<boolean>('isNull')
export const IsNumeric = lenient<boolean>('isNumeric')
export const IsUUID = lenient<number>('isUUID')
export const IsUppercase = lenient<boolean>('isUppercase')
export const IsUrl = lenient<boolean>('isUrl')
/** Not only blanks. */
export const NotEmpty = lenient<boolean>('notEmpty')
