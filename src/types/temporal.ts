/** Data types of time. Values of date libraries are recognised by shape, since a program may hold several copies of one. Docs: models/data-types. */
import { isPlainObject } from '../base/freeze.js'
import { DefinitionError } from '../errors/index.js'
import { AbstractType, refuse, show } from './data-type.js'

function precisionOf(given: unknown, key: string): Readonly<Record<string, unknown>> {
  const precision = isPlainObject(given) ? given.precision : given
  if (precision === undefined || precision === null) return {}
  if (!Number.isInteger(precision) || (precision as number) < 0 || (precision as number) > 6)
    throw new DefinitionError(
      `DataTypes.${key} takes a whole number of fractional digits as its precision, 6 at most, got ${show(precision)}.`,
    )
  return { precision }
}

/** JavaScript reads `-0044-03-15` as a day in 2015, and passes over BC. Its own form has six digits: `-000043-03-15`. */
const BEFORE_CHRIST = /^\s*-\d{1,5}-|\bBC\b/i
/** The moment that a value means (Date, text as `new Date` reads it, milliseconds; dayjs, moment, Luxon, Temporal), or null where it means none. */
function dateOf(value: unknown): Date | null {
  if (value instanceof Date) return value
  if (typeof value === 'string') return BEFORE_CHRIST.test(value) ? null : new Date(value)
  if (typeof value === 'number') return new Date(value)
  if (typeof value !== 'object' || value === null) return null
  const { toDate, toJSDate, epochMilliseconds } = value as {
    toDate?: unknown
    toJSDate?: unknown
    epochMilliseconds?: unknown
  }
  if (typeof toDate === 'function') return toDate.call(value) as Date
  if (typeof toJSDate === 'function') return toJSDate.call(value) as Date
  return typeof epochMilliseconds === 'number' ? new Date(epochMilliseconds) : null
}
const isValid = (date: Date | null): date is Date => date instanceof Date && !Number.isNaN(date.getTime())

/**
 * A moment. Instances hold Dates; strings, milliseconds and the objects of date libraries are turned into one when they are set.
 * What is finer than the precision is cut off then, so that instance and row are the same: engines would round into the next second, or year.
 */
export class DateType extends AbstractType<Date> {
  static override key = 'DATE'
  /** Milliseconds between two moments that the type can hold. */
  readonly #step: number
  constructor(precision?: number | { readonly precision?: number }) {
    super(precisionOf(precision, 'DATE'))
    const digits = this.options.precision as number | undefined
    this.#step = digits === undefined || digits > 2 ? 1 : 10 ** (3 - digits)
  }
  override sanitize(value: unknown): unknown {
    const date = dateOf(value)
    // What cannot be read stays as it was written, so that validation can show it.
    if (!isValid(date)) return value
    const rest = this.#step === 1 ? 0 : date.getTime() % this.#step
    return rest === 0 ? date : new Date(date.getTime() - (rest < 0 ? rest + this.#step : rest))
  }
  override validate(value: unknown): void {
    if (!isValid(dateOf(value))) refuse(value, 'date')
  }
  override areValuesEqual(a: unknown, b: unknown): boolean {
    if (a === b) return true
    const [left, right] = [dateOf(a), dateOf(b)]
    return isValid(left) && isValid(right) ? left.getTime() === right.getTime() : super.areValuesEqual(a, b)
  }
  override toBindableValue(value: Date): unknown {
    const date = dateOf(value)
    return isValid(date) ? date.toISOString() : value
  }
  override parseDatabaseValue(value: unknown): unknown {
    return typeof value === 'string' || typeof value === 'number' ? new Date(value) : value
  }
  override toSql(): string {
    return this.options.precision === undefined ? 'DATETIME' : `DATETIME(${String(this.options.precision)})`
  }
}

const DAY = /^(\d{4,6})-(\d{2})-(\d{2})$/
const pad = (number: number, length = 2): string => String(number).padStart(length, '0')
const isDay = (text: string): boolean => {
  const match = DAY.exec(text)
  if (!match) return false
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const date = new Date(Date.UTC(2000, month - 1, day))
  date.setUTCFullYear(year, month - 1, day)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}
/** A day without a time, as `'2020-12-31'`. */
export class DateOnlyType extends AbstractType<string> {
  static override key = 'DATEONLY'
  override sanitize(value: unknown): unknown {
    if (typeof value === 'string' && (isDay(value) || DAY.test(value))) return value
    if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
      const { toISODate, format } = value as { toISODate?: unknown; format?: unknown }
      const text: unknown =
        typeof toISODate === 'function'
          ? toISODate.call(value)
          : typeof format === 'function'
            ? format.call(value, 'YYYY-MM-DD')
            : String(value)
      return typeof text === 'string' && isDay(text) ? text : value
    }
    const date = dateOf(value)
    if (!isValid(date)) return value
    // `new Date('2020-01-01')` is midnight in UTC and means that day everywhere; any other moment means the local day.
    return date.getTime() % 86_400_000 === 0
      ? date.toISOString().slice(0, date.toISOString().indexOf('T'))
      : `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`
  }
  override validate(value: unknown): void {
    const day = this.sanitize(value)
    if (typeof day !== 'string' || !isDay(day)) refuse(value, 'date (without time)', 'Write it as "YYYY-MM-DD"')
  }
  override areValuesEqual(a: unknown, b: unknown): boolean {
    return this.sanitize(a) === this.sanitize(b)
  }
  override toSql(): string {
    return 'DATE'
  }
}

const TIME = /^(-?\d{1,3}):([0-5]\d)(?::([0-5]\d)(?:\.(\d+))?)?$/
/** A time of day, as `'12:30:00'`, without a zone. With a precision it has that many digits after the second, else as many as were written. */
export class TimeType extends AbstractType<string> {
  static override key = 'TIME'
  constructor(precision?: number | { readonly precision?: number }) {
    super(precisionOf(precision, 'TIME'))
  }
  /** One spelling on all engines: `'12:30'` → `'12:30:00'`, of TIME(3) `'12:30:00.000'`. */
  override sanitize(value: unknown): unknown {
    const match = typeof value === 'string' ? TIME.exec(value) : null
    if (!match) return value
    const [, hours, minutes, seconds = '00', fraction = ''] = match
    const digits = this.options.precision as number | undefined
    const shown = digits === undefined ? fraction.replace(/0+$/, '') : fraction.padEnd(digits, '0').slice(0, digits)
    return `${hours!.padStart(2, '0')}:${minutes}:${seconds}${shown === '' ? '' : `.${shown}`}`
  }
  override validate(value: unknown): void {
    if (typeof value !== 'string' || !TIME.test(value)) refuse(value, 'time', 'Write it as "HH:MM:SS", without a zone')
  }
  override areValuesEqual(a: unknown, b: unknown): boolean {
    return this.sanitize(a) === this.sanitize(b)
  }
  override toSql(): string {
    return this.options.precision === undefined ? 'TIME' : `TIME(${String(this.options.precision)})`
  }
}

/** Marker for `defaultValue`: the moment at which the instance is made. */
export class NowType extends AbstractType<Date> {
  static override key = 'NOW'
  override toSql(): string {
    return 'NOW'
  }
}
