/**
 * Points in time as SQLite has them: text of one width in UTC, `2024-01-31 23:59:59.123 +00:00`, so that text order is time order.
 * The form that Sequelize writes: databases of its making read the same.
 */
import { dateAt, digit, pair } from '../date-digits.js'

const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`)

export function dateText(date: Date): string {
  const year = date.getUTCFullYear()
  // An invalid date throws here with JavaScript's own message; years beyond four digits have no place in the form.
  if (!(year >= 0 && year <= 9999)) return date.toISOString().replace('T', ' ').replace('Z', ' +00:00')
  const ms = date.getUTCMilliseconds()
  return `${year > 999 ? year : String(year).padStart(4, '0')}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}.${ms < 10 ? `00${ms}` : ms < 100 ? `0${ms}` : ms} +00:00`
}

const DATE_TIME = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?) ?(Z|[+-]\d{2}(?::?\d{2})?)?$/i

/** A Date from whatever a date column holds. Text without a zone (`CURRENT_TIMESTAMP`) is UTC, as SQLite's own functions have it. */
export function readDate(value: unknown): unknown {
  if (typeof value === 'string') {
    // Every row of every table with timestamps passes here: our own form is read digit by digit, four times faster than by Date's parser.
    if (value.length === 30 && value.charCodeAt(19) === 46 && value.endsWith(' +00:00') && value > '0100') {
      return dateAt(value, digit(value, 20) * 100 + pair(value, 21))
    }
    const match = DATE_TIME.exec(value)
    if (match) {
      const zone = match[3] ?? 'Z'
      return new Date(
        `${match[1]}T${match[2]}${zone.length === 3 ? `${zone}:00` : zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase()}`,
      )
    }
    return new Date(value)
  }
  if (typeof value === 'number') return new Date(value)
  return value
}
