/**
 * Time zones: `'+05:45'`, or a name of the IANA database (`'Asia/Kathmandu'`), which Node knows. Used where an engine keeps the local time
 * of a zone (MySQL, MariaDB), and to check the option `timezone`.
 */

export interface Zone {
  readonly name: string
  /** Always the same distance from UTC. */
  readonly isFixed: boolean
  /** Milliseconds east of Greenwich at a moment. */
  offsetAt(time: number): number
  /**
   * The moment at which clocks showed a local time, given as if it were UTC. The hour that comes twice in autumn means its first pass; the
   * one that clocks leave out in spring is counted on from before.
   */
  momentOf(local: number): number
}

const MINUTE = 60_000
const DAY = 86_400_000
const OFFSET = /^([+-])(\d{1,2}):?([0-5]\d)$/
const UTC_NAMES = /^(?:Z|UTC|GMT|Etc\/(?:UTC|GMT0?|Greenwich|UCT|Universal|Zulu)|Universal|Zulu)$/i

const fixed = (name: string, offset: number): Zone => ({
  name,
  isFixed: true,
  offsetAt: () => offset,
  momentOf: (local) => local - offset,
})

/** Null: there is no such zone. */
export function zoneOf(name: string): Zone | null {
  if (UTC_NAMES.test(name)) return fixed(name, 0)
  const offset = OFFSET.exec(name)
  if (offset) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3])
    return minutes > 14 * 60 ? null : fixed(name, (offset[1] === '-' ? -minutes : minutes) * MINUTE)
  }
  try {
    return named(name)
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** Asking Intl takes microseconds: what it said of a quarter of an hour is kept. Zones change at such times, since 1970 at the latest. */
const QUARTER = 15 * MINUTE
const KEPT = 10_000

function named(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const ask = (time: number): number => {
    const part: Record<string, string> = {}
    for (const { type, value } of format.formatToParts(time)) part[type] = value
    const shown = new Date(0)
    const year = Number(part.year)
    shown.setUTCFullYear(part.era === 'BC' ? 1 - year : year, Number(part.month) - 1, Number(part.day))
    shown.setUTCHours(Number(part.hour), Number(part.minute), Number(part.second))
    return shown.getTime() - Math.floor(time / 1000) * 1000
  }
  const kept = new Map<number, number>()
  const offsetAt = (time: number): number => {
    if (time < 0) return ask(time)
    const quarter = Math.floor(time / QUARTER)
    let offset = kept.get(quarter)
    if (offset === undefined) {
      offset = ask(time)
      if (kept.size >= KEPT) kept.clear()
      kept.set(quarter, offset)
    }
    return offset
  }
  return {
    name,
    isFixed: false,
    offsetAt,
    momentOf(local) {
      const before = offsetAt(local - DAY)
      if (offsetAt(local - before) === before) return local - before
      const after = offsetAt(local + DAY)
      // In a gap neither fits.
      return offsetAt(local - after) === after ? local - after : local - before
    },
  }
}

/** `+05:45` of milliseconds. Seconds, which old local times had, are left out. */
export function offsetText(offset: number): string {
  const minutes = Math.floor(Math.abs(offset) / MINUTE)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
