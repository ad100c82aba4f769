/**
 * How a value is read by the type of its column alone, whether a model knows it or not: what JavaScript holds without loss becomes a
 * value, everything else stays the text that PostgreSQL writes (64-bit integers, decimals, dates, ranges). Type number in, reader out.
 */
import { readArray } from './structures.js'

export type Parser = (value: string) => unknown

const same: Parser = (value) => value
const number: Parser = (value) => Number(value)
const bool: Parser = (value) => value === 't'
const bytes: Parser = (value) =>
  value.startsWith('\\x') ? Buffer.from(value.slice(2), 'hex') : Buffer.from(value, 'latin1')
const json: Parser = (value) => JSON.parse(value) as unknown

/** Numbers of pg_type.dat, which never change. */
const PARSERS = new Map<number, Parser>([
  [16, bool],
  [17, bytes],
  [21, number],
  [23, number],
  [26, number],
  [114, json],
  [700, number],
  [701, number],
  [3802, json],
])
/** Types of arrays, by those of their elements. */
const ARRAYS: readonly (readonly [array: number, element: number])[] = [
  [1000, 16],
  [1001, 17],
  [1005, 21],
  [1007, 23],
  [1016, 20],
  [1009, 25],
  [1015, 1043],
  [1014, 1042],
  [1021, 700],
  [1022, 701],
  [1231, 1700],
  [199, 114],
  [3807, 3802],
  [2951, 2950],
  [1182, 1082],
  [1183, 1083],
  [1115, 1114],
  [1185, 1184],
  [1041, 869],
  [651, 650],
  [1040, 829],
  [1003, 19],
]
for (const [array, element] of ARRAYS) {
  const parser = PARSERS.get(element) ?? null
  PARSERS.set(array, (value) => readArray(value, parser as ((value: unknown) => unknown) | null))
}

export const parserOf = (type: number): Parser => PARSERS.get(type) ?? same
/** Null: the text is the value. */
export const readerOf = (type: number): Parser | null => PARSERS.get(type) ?? null
