/**
 * Key values as text, so that keys which are equal in the database are equal as Map keys, whatever JavaScript type they came in:
 * 5, '5' and 5n; a Date and its ISO string; a UUID in either case. Used to match rows with sources, and to compare `setX(key)`.
 */
import type { DataType } from '../types/data-type.js'

const INTEGERS = new Set(['TINYINT', 'SMALLINT', 'MEDIUMINT', 'INTEGER', 'BIGINT'])
const DECIMALS = new Set(['FLOAT', 'REAL', 'DOUBLE', 'DECIMAL', 'NUMERIC', 'DOUBLE PRECISION'])
const MOMENTS = new Set(['DATE'])

/** Text of one key value; null for null and undefined. */
export function keyText(value: unknown, type: DataType | null): string | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  const key = type?.key ?? ''
  if (typeof value === 'string') {
    if (INTEGERS.has(key))
      return /^[+-]?\d+$/.test(value.trim()) ? String(BigInt(value.trim().replace(/^\+/, ''))) : value
    if (DECIMALS.has(key)) return decimalText(value)
    if (key === 'UUID') return value.toLowerCase()
    if (key === 'CITEXT') return value.toLowerCase()
    if (MOMENTS.has(key)) return momentText(value)
    return value
  }
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (value instanceof Date) return key === 'DATEONLY' ? value.toISOString().slice(0, 10) : value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')
  // Dates and decimals of other libraries are known by their shape.
  if (MOMENTS.has(key)) return momentText((value as { toISOString?: () => string }).toISOString?.() ?? String(value))
  const text = String(value)
  return INTEGERS.has(key) || DECIMALS.has(key)
    ? keyText(text, type)
    : text === '[object Object]'
      ? JSON.stringify(value)
      : text
}

/** Text of a key of one or more values; null where one of them is missing. */
export function compositeKeyText(values: readonly unknown[], types: readonly (DataType | null)[]): string | null {
  if (values.length === 1) return keyText(values[0], types[0] ?? null)
  let text = ''
  for (let index = 0; index < values.length; index += 1) {
    const part = keyText(values[index], types[index] ?? null)
    if (part === null) return null
    // The length makes ('a', 'bc') differ from ('ab', 'c').
    text += `${part.length}:${part}`
  }
  return text
}

function decimalText(value: string): string {
  const found = /^([+-]?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(value.trim())
  if (!found) return value
  const whole = found[2] === '' ? '0' : found[2]!
  const fraction = found[3] ? `.${found[3]}` : ''
  return `${found[1] === '-' && (whole !== '0' || fraction !== '') ? '-' : ''}${whole}${fraction}`
}

function momentText(value: string): string {
  const time = Date.parse(
    /\d{2}:\d{2}$|\.\d+$|:\d{2}$/.test(value) && !/[zZ]|[+-]\d{2}:?\d{2}$/.test(value)
      ? `${value.replace(' ', 'T')}Z`
      : value,
  )
  return Number.isNaN(time) ? value : new Date(time).toISOString()
}
