/**
 * GeoJSON ↔ the bytes in which MySQL and MariaDB keep geometries: four bytes of SRID, then WKB ("Internal Geometry Storage Format").
 * `types` binds and reads through here; the drivers hand over bytes.
 */
import { DataTypeValidationError } from '../../errors/validation.js'

const CODES: Readonly<Record<string, number>> = {
  point: 1,
  linestring: 2,
  polygon: 3,
  multipoint: 4,
  multilinestring: 5,
  multipolygon: 6,
  geometrycollection: 7,
}
const NAMES = [
  '',
  'Point',
  'LineString',
  'Polygon',
  'MultiPoint',
  'MultiLineString',
  'MultiPolygon',
  'GeometryCollection',
]
/** Type of the members of a collection of one kind. */
const MEMBERS: Readonly<Record<number, number>> = { 4: 1, 5: 2, 6: 3 }

interface Shape {
  readonly type?: unknown
  readonly coordinates?: unknown
  readonly geometries?: unknown
}

/** Anything but an object (WKT's bytes, SQL) passes as it is. */
export function geometryBytes(value: unknown, srid: number): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  const parts: Buffer[] = [int(srid)]
  writeShape(value, parts)
  return Buffer.concat(parts)
}

const int = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function writeShape(shape: Shape, parts: Buffer[]): void {
  const code = CODES[String(shape.type).toLowerCase()]
  if (code === undefined) throw new DataTypeValidationError(`${String(shape.type)} is no type of GeoJSON geometry.`)
  parts.push(Buffer.of(1), int(code))
  if (code === 7) {
    const members = list(shape.geometries)
    parts.push(int(members.length))
    for (const member of members) writeShape(member as Shape, parts)
  } else writeCoordinates(code, list(shape.coordinates), parts)
}

function writeCoordinates(code: number, coordinates: readonly unknown[], parts: Buffer[]): void {
  if (code === 1) return void parts.push(position(coordinates))
  parts.push(int(coordinates.length))
  for (const item of coordinates) {
    if (code === 2) parts.push(position(list(item)))
    else if (code === 3) writeCoordinates(2, list(item), parts)
    else {
      const member = MEMBERS[code]!
      parts.push(Buffer.of(1), int(member))
      writeCoordinates(member, list(item), parts)
    }
  }
}

function position(numbers: readonly unknown[]): Buffer {
  const bytes = Buffer.allocUnsafe(16)
  bytes.writeDoubleLE(Number(numbers[0]), 0)
  bytes.writeDoubleLE(Number(numbers[1]), 8)
  return bytes
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[]
  throw new DataTypeValidationError('The coordinates of a GeoJSON geometry are arrays of numbers.')
}

/**
 * GeoJSON from the engine's bytes; with a `crs` member where the column has an SRID. One driver hands over GeoJSON, the other one points and
 * lists of points: `type` is what the column is declared to hold, where lists alone would not tell.
 */
export function geometryOf(value: unknown, type: unknown = undefined): unknown {
  if (typeof value === 'object' && value !== null && !('type' in value) && !(value instanceof Uint8Array))
    return ofPoints(value, typeof type === 'string' ? CODES[type.toLowerCase()] : undefined)
  if (!(value instanceof Uint8Array) || value.length < 9) return value
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  const srid = bytes.readUInt32LE(0)
  const shape = readShape({ bytes, at: 4 })
  return srid === 0 ? shape : { ...shape, crs: { type: 'name', properties: { name: `EPSG:${srid}` } } }
}

interface Cursor {
  readonly bytes: Buffer
  at: number
}
function readInt(cursor: Cursor, isLittle: boolean): number {
  const value = isLittle ? cursor.bytes.readUInt32LE(cursor.at) : cursor.bytes.readUInt32BE(cursor.at)
  cursor.at += 4
  return value
}
function readShape(cursor: Cursor): Record<string, unknown> {
  const isLittle = cursor.bytes[cursor.at] === 1
  cursor.at += 1
  const code = readInt(cursor, isLittle)
  const type = NAMES[code] ?? 'Geometry'
  if (code !== 7) return { type, coordinates: readCoordinates(cursor, code, isLittle) }
  return { type, geometries: repeat(cursor, isLittle, () => readShape(cursor)) }
}
function readCoordinates(cursor: Cursor, code: number, isLittle: boolean): unknown {
  if (code === 1) return readPosition(cursor, isLittle)
  return repeat(cursor, isLittle, () => {
    if (code === 2) return readPosition(cursor, isLittle)
    if (code === 3) return readCoordinates(cursor, 2, isLittle)
    const member = readShape(cursor)
    return member.coordinates
  })
}
function repeat<T>(cursor: Cursor, isLittle: boolean, read: () => T): T[] {
  const items: T[] = []
  for (let left = readInt(cursor, isLittle); left > 0; left -= 1) items.push(read())
  return items
}
function readPosition(cursor: Cursor, isLittle: boolean): number[] {
  const { bytes, at } = cursor
  cursor.at += 16
  return isLittle
    ? [bytes.readDoubleLE(at), bytes.readDoubleLE(at + 8)]
    : [bytes.readDoubleBE(at), bytes.readDoubleBE(at + 8)]
}

interface Pair {
  readonly x: number
  readonly y: number
}
const pairOf = (point: unknown): number[] => [(point as Pair).x, (point as Pair).y]
const coordinatesOf = (value: unknown): unknown => (Array.isArray(value) ? value.map(coordinatesOf) : pairOf(value))
function ofPoints(value: object, declared: number | undefined): Record<string, unknown> {
  if (declared === 7 && Array.isArray(value))
    return { type: NAMES[7], geometries: value.map((one: object) => ofPoints(one, undefined)) }
  let depth = 0
  for (let one: unknown = value; Array.isArray(one); one = one[0]) depth += 1
  // A point, a line, a polygon; deeper ones are many of them.
  const code = declared ?? [1, 2, 3, 6][depth] ?? 6
  return { type: NAMES[code], coordinates: coordinatesOf(value) }
}
