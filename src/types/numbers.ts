/** Numbers as users write them (numbers, bigints, strings, Decimal objects), brought to forms that can be compared. Used by the numeric types. */

/** An instance of decimal.js, bignumber.js, big.js … Recognised by shape: these libraries have several copies in one program. */
export const isDecimalObject = (value: unknown): value is { toFixed(): string } =>
  typeof value === 'object' &&
  value !== null &&
  !(value instanceof Number) &&
  typeof (value as { toFixed?: unknown }).toFixed === 'function'

// `$` without the m flag is the end of the text, and only that: '12\n' is no number.
const INTEGER = /^[+-]?\d+$/
/** The integer that a value means, or null. Numbers beyond the safe range mean nothing certain. */
export function integerOf(value: unknown): bigint | null {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : null
  if (typeof value === 'string') return INTEGER.test(value) ? BigInt(value.replace(/^\+/, '')) : null
  return null
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?$/i
/** `'+012.50'`, `12.5`, `1.25e1` → `'12.5'`; null for what is no finite number. */
export function decimalOf(value: unknown): string | null {
  if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'string') return null
  const match = DECIMAL.exec(String(value))
  if (!match) return null
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const digits = whole + fraction
  if (digits === '') return null
  const point = whole.length + Number(exponent)
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0')
  const at = Math.max(point, 1)
  const left = padded.slice(0, at).replace(/^0+(?=\d)/, '')
  const right = padded.slice(at).replace(/0+$/, '')
  const text = right === '' ? left : `${left}.${right}`
  return sign === '-' && text !== '0' ? `-${text}` : text
}
