// Random values for the tests of data types, and what equal values are.
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'

/** Equal values: the order of keys does not matter, and zero has no sign. */
export const same = (a: unknown, b: unknown): boolean => isDeepStrictEqual(plain(a), plain(b))
function plain(value: unknown): unknown {
  if (Object.is(value, -0)) return 0
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return new Map(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, plain(item)]),
  )
}

export const WORDS = [
  '',
  "it's",
  'a"b',
  'back\\slash',
  '$1',
  ':name',
  '?',
  '%_',
  '{a,b}',
  'NULL',
  'null',
  '日本',
  '😀é',
  '\t\n',
]
/** Any text but NUL, which only some engines hold. */
export const text = (maxLength = 40): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: maxLength / 2 }).map((found) => found.replaceAll('\0', '')),
    fc.constantFrom(...WORDS),
  )
/** Engines differ in what they do with spaces at the end of a CHAR. */
export const padded = fc.string({ unit: fc.constantFrom('a', 'B', '日', "'", '\\'), minLength: 3, maxLength: 3 })
export const whole = (min: number, max: number): fc.Arbitrary<number> =>
  fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max, 0, 1))
export const big = (min: bigint, max: bigint): fc.Arbitrary<bigint | string> =>
  fc.oneof(fc.bigInt({ min, max }), fc.bigInt({ min, max }).map(String))
export const LONG = { min: -(2n ** 63n), max: 2n ** 63n - 1n }

export const unsignedZero = (value: string): string => (/[1-9]/.test(value) ? value : value.replace('-', ''))
/** `digits` digits, `scale` of them after the point. */
export const decimal = (digits: number, scale: number): fc.Arbitrary<string> =>
  fc
    .bigInt({ min: -(10n ** BigInt(digits)) + 1n, max: 10n ** BigInt(digits) - 1n })
    .map((units) => pointed(units, scale))
function pointed(units: bigint, scale: number): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0')
  return `${units < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}.${digits.slice(digits.length - scale)}`
}

const moment = (min: string, max: string, step = 1): fc.Arbitrary<Date> =>
  fc
    .date({ min: new Date(min), max: new Date(max), noInvalidDate: true })
    .map((date) => new Date(Math.floor(date.getTime() / step) * step))
export const instant = (step?: number): fc.Arbitrary<Date> =>
  moment('0001-01-02T00:00:00Z', '9999-12-30T23:59:59.999Z', step)
export const dayOf = (date: Date): string => date.toISOString().slice(0, 10)
const two = (value: number): string => String(value).padStart(2, '0')
export const clock = fc
  .tuple(fc.nat(23), fc.nat(59), fc.nat(59))
  .map(([hour, minute, second]) => `${two(hour)}:${two(minute)}:${two(second)}`)
export const uuid = fc.uuid()
