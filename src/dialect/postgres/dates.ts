/** Points in time as PostgreSQL reads and writes them: `2024-01-31 23:59:59.123+00`, with the offset of the session's time zone. */
import { dateAt, digit } from '../date-digits.js'

const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`)

/** In UTC. Years before 1 are counted from 1 BC. */
export function dateText(date: Date): string {
  const year = date.getUTCFullYear()
  // An invalid date throws here with JavaScript's own message.
  if (Number.isNaN(year)) return date.toISOString()
  const ms = date.getUTCMilliseconds()
  const years = String(year > 0 ? year : 1 - year).padStart(4, '0')
  return `${years}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}.${String(ms).padStart(3, '0')}+00${year > 0 ? '' : ' BC'}`
}

const DATE_TIME =
  /^(\d{4,})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?)?\s*(Z|[+-]\d{2}(?::?\d{2}(?::?\d{2})?)?)?( BC)?$/i

/** A Date from what a column of a date type answers. Text without a zone (TIMESTAMP WITHOUT TIME ZONE) is UTC. */
export function readDate(value: unknown): unknown {
  if (typeof value !== 'string') return value
  // Every row of every table with timestamps passes here: the usual form is read digit by digit, several times faster than by a pattern.
  const { length } = value
  if (length > 21 && length < 30 && value.charCodeAt(4) === 45 && value.endsWith('+00') && value > '0100') {
    const thousandths = digit(value, 20) * 100 + (length > 24 ? digit(value, 21) * 10 : 0)
    const ms = length === 22 ? 0 : length > 25 ? thousandths + digit(value, 22) : thousandths
    return dateAt(value, ms)
  }
  if (value === 'infinity') return Infinity
  if (value === '-infinity') return -Infinity
  const match = DATE_TIME.exec(value)
  if (!match) return new Date(value)
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z', bc] = match
  const years = bc === undefined ? Number(year) : 1 - Number(year)
  let time = Date.UTC(
    2000,
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    fraction === '' ? 0 : Math.floor(Number(`0.${fraction}`) * 1000 + 1e-6),
  )
  if (years !== 2000) {
    const date = new Date(time)
    // Two digits mean another century to Date.UTC; a leap day needs its own year.
    date.setUTCFullYear(years, Number(month) - 1, Number(day))
    time = date.getTime()
  }
  return new Date(time - offsetOf(zone))
}

/** `+05:45` → milliseconds east of Greenwich. Old zones have seconds. */
function offsetOf(zone: string): number {
  if (zone === 'Z' || zone === 'z' || zone === '+00') return 0
  const digits = zone.slice(1).replaceAll(':', '')
  const seconds = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2, 4)) * 60 + Number(digits.slice(4, 6))
  return (zone.startsWith('-') ? -seconds : seconds) * 1000
}
