import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { offsetText, zoneOf } from '../../../src/base/zone.js'

const at = (text: string): number => new Date(text).getTime()

describe('time zones', () => {
  it('offsets and names', () => {
    expect(zoneOf('+05:45')!.offsetAt(0)).toBe(345 * 60_000)
    expect(zoneOf('-0330')!.offsetAt(0)).toBe(-210 * 60_000)
    expect(zoneOf('Etc/UTC')!.isFixed).toBe(true)
    const york = zoneOf('America/New_York')!
    expect(york.isFixed).toBe(false)
    expect(offsetText(york.offsetAt(at('2024-01-01T12:00:00Z')))).toBe('-05:00')
    expect(offsetText(york.offsetAt(at('2024-07-01T12:00:00Z')))).toBe('-04:00')
    for (const wrong of ['Mars/Phobos', '+25:00', '', 'yesterday', '+5']) expect(zoneOf(wrong)).toBeNull()
  })

  it('around a change of the clocks', () => {
    const york = zoneOf('America/New_York')!
    // 02:30 is left out in spring: counted on from before. 01:30 comes twice in autumn: the first.
    expect(new Date(york.momentOf(at('2024-03-10T02:30:00Z'))).toISOString()).toBe('2024-03-10T07:30:00.000Z')
    expect(new Date(york.momentOf(at('2024-11-03T01:30:00Z'))).toISOString()).toBe('2024-11-03T05:30:00.000Z')
    expect(new Date(york.momentOf(at('2024-11-03T02:30:00Z'))).toISOString()).toBe('2024-11-03T07:30:00.000Z')
  })

  it('there and back is the same moment, except in the hour that comes twice', () => {
    for (const name of [
      'Asia/Kathmandu',
      'America/New_York',
      'Europe/Berlin',
      'Australia/Lord_Howe',
      '+05:45',
      '-11:00',
    ]) {
      const zone = zoneOf(name)!
      fc.assert(
        fc.property(fc.integer({ min: at('1975-01-01'), max: at('2037-12-31') }), (time) => {
          const back = zone.momentOf(time + zone.offsetAt(time))
          expect(back === time || (back < time && time - back <= 3_600_000)).toBe(true)
          expect(back + zone.offsetAt(back)).toBe(time + zone.offsetAt(time))
        }),
      )
    }
  })
})
