/**
 * Points in time as DATETIME columns hold them: text without a zone, `2024-01-31 23:59:59.123`, in UTC or in the zone of the option
 * `timezone`. Sessions run in the same zone, so neither that of the process nor that of the server has a say.
 */

import { zoneOf } from '../../base/zone.js'
import { DefinitionError } from '../../errors/base.js'
import { dateAt, digit } from '../date-digits.js'

/** Between moments and the text of DATETIME columns. */
export interface Clock {
  /** Of the session; a name may be one that the server does not know. */
  readonly timezone: string
  /** `digits` of the second's fraction; default 3. */
  text(date: Date, digits?: number): string
  /** Of anything that a column holds; what is no text stays. */
  read(value: unknown): unknown
}

/** Throws `DefinitionError` for what is no time zone. */
export function clockOf(timezone: string): Clock {
  const zone = zoneOf(timezone)
  if (zone === null)
    throw new DefinitionError(
      `The option timezone must be an offset such as '+05:45' or a name such as 'Asia/Kathmandu', got ${JSON.stringify(timezone)}.`,
    )
  if (zone.isFixed && zone.offsetAt(0) === 0) return { timezone: '+00:00', text: dateText, read: readDate }
  return {
    timezone,
    text: (date, digits) => dateText(new Date(date.getTime() + zone.offsetAt(date.getTime())), digits),
    read(value) {
      const local = readDate(value)
      return local instanceof Date && !Number.isNaN(local.getTime()) ? new Date(zone.momentOf(local.getTime())) : local
    },
  }
}

const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`)

/** `digits` of the second's fraction; what is finer is cut off, because the server would round a moment into the next second, or day. */
export function dateText(date: Date, digits = 3): string {
  const year = date.getUTCFullYear()
  // An invalid date throws here with JavaScript's own message; the server refuses years beyond four digits.
  if (!(year >= 0 && year <= 9999)) return date.toISOString().replace('T', ' ').replace('Z', '')
  const seconds = `${year > 999 ? year : String(year).padStart(4, '0')}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
  if (digits === 0) return seconds
  const ms = date.getUTCMilliseconds()
  return `${seconds}.${(ms < 10 ? `00${ms}` : ms < 100 ? `0${ms}` : `${ms}`).slice(0, digits)}`
}

/** A Date from what a DATETIME, TIMESTAMP or DATE column holds. The zero date, which old tables have, is an invalid Date. */
export function readDate(value: unknown): unknown {
  if (typeof value !== 'string') return value
  // Every row of every table with timestamps passes here: read digit by digit, several times faster than by Date's parser.
  if (value.length >= 19 && value.charCodeAt(10) === 32 && value > '0100') {
    let ms = 0
    for (let at = 20, weight = 100; at < 23; at += 1, weight /= 10)
      if (at < value.length) ms += digit(value, at) * weight
    return dateAt(value, ms)
  }
  return new Date(value.length > 10 ? `${value.replace(' ', 'T')}Z` : value)
}
