/** PostGIS takes and gives its extended well-known binary, in hexadecimal; programs have GeoJSON. Docs: postgis.net, "WKB and WKT". */
import { DataTypeValidationError } from '../../errors/validation.js'

const HAS_Z = 0x80000000
const HAS_M = 0x40000000
const HAS_SRID = 0x20000000
const NAMES = ['Point', 'LineString', 'Polygon', 'MultiPoint', 'MultiLineString', 'MultiPolygon', 'GeometryCollection']

/** A reference to WGS 84 goes without saying in GeoJSON. */
const DEFAULT_SRID = 4326

export function readGeometry(value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (value.startsWith('{')) return JSON.parse(value) as unknown
  return new Reader(Buffer.from(value, 'hex')).geometry()
}

class Reader {
  private at = 0
  constructor(private readonly bytes: Buffer) {}

  geometry(): unknown {
    const little = this.bytes.readUInt8(this.at) === 1
    this.at += 1
    const code = this.whole(little)
    const dimensions = 2 + ((code & HAS_Z) === 0 ? 0 : 1) + ((code & HAS_M) === 0 ? 0 : 1)
    const srid = (code & HAS_SRID) === 0 ? null : this.whole(little)
    const name = NAMES[(code & 0xff) - 1]
    if (name === undefined) throw new RangeError(`Geometries of kind ${code & 0xff} cannot be read.`)
    const point = (): number[] => Array.from({ length: dimensions }, () => this.number(little))
    const points = (): number[][] => this.list(little, point)
    const crs =
      srid === null || srid === 0 || srid === DEFAULT_SRID
        ? {}
        : { crs: { type: 'name', properties: { name: `EPSG:${srid}` } } }
    if (name === 'GeometryCollection')
      return { ...crs, type: name, geometries: this.list(little, () => this.geometry()) }
    const coordinates =
      name === 'Point'
        ? point()
        : name === 'LineString'
          ? points()
          : name === 'Polygon'
            ? this.list(little, points)
            : this.list(little, () => (this.geometry() as { coordinates: unknown }).coordinates)
    // An empty point is one of no numbers.
    return { ...crs, type: name, coordinates: name === 'Point' && coordinates.every(Number.isNaN) ? [] : coordinates }
  }

  private whole(little: boolean): number {
    const value = little ? this.bytes.readUInt32LE(this.at) : this.bytes.readUInt32BE(this.at)
    this.at += 4
    return value
  }
  private number(little: boolean): number {
    const value = little ? this.bytes.readDoubleLE(this.at) : this.bytes.readDoubleBE(this.at)
    this.at += 8
    return value
  }
  private list<T>(little: boolean, item: () => T): T[] {
    const length = this.whole(little)
    return Array.from({ length }, item)
  }
}

interface GeoJson {
  readonly type: string
  readonly coordinates?: unknown
  readonly geometries?: readonly GeoJson[]
  readonly crs?: unknown
}

/** `srid`: of the column. One that the value names (`crs`) counts more; without either it is WGS 84, as GeoJSON has it. */
export function writeGeometry(value: unknown, srid: number | undefined): unknown {
  if (typeof value !== 'object' || value === null) return value
  const shape = value as GeoJson
  return new Writer(dimensionsOf(shape) ?? 2).geometry(shape, sridOf(shape.crs) ?? srid ?? DEFAULT_SRID).hex()
}

function sridOf(crs: unknown): number | undefined {
  const name = (crs as { properties?: { name?: unknown } } | undefined)?.properties?.name
  if (name === undefined) return undefined
  const number = /(?:EPSG:{1,2})(\d+)$/.exec(String(name))?.[1] ?? (/CRS84$/.test(String(name)) ? DEFAULT_SRID : null)
  if (number === null)
    throw new DataTypeValidationError(
      `The reference system ${JSON.stringify(name)} is not known. Name it by its number, as in "EPSG:4326".`,
    )
  return Number(number)
}

/** How many numbers a position has: 2, with height 3, with a measure 4. */
function dimensionsOf({ coordinates, geometries }: GeoJson): number | undefined {
  for (const inner of geometries ?? []) {
    const found = dimensionsOf(inner)
    if (found !== undefined) return found
  }
  let at = coordinates
  while (Array.isArray(at) && Array.isArray(at[0]))
    at = (at.find((item) => (item as unknown[]).length > 0) ?? at[0]) as unknown
  return Array.isArray(at) && at.length > 0 ? at.length : undefined
}

class Writer {
  readonly #parts: Buffer[] = []
  readonly #flags: number
  constructor(private readonly dimensions: number) {
    if (dimensions < 2 || dimensions > 4)
      throw new DataTypeValidationError(`A position of GeoJSON has 2, 3 or 4 numbers, not ${dimensions}.`)
    this.#flags = (dimensions > 2 ? HAS_Z : 0) + (dimensions > 3 ? HAS_M : 0)
  }

  hex(): string {
    return Buffer.concat(this.#parts).toString('hex')
  }

  /** `srid`: said once, by the outermost. */
  geometry({ type, coordinates, geometries }: GeoJson, srid: number | null = null): this {
    const code = NAMES.findIndex((name) => name.toLowerCase() === type.toLowerCase()) + 1
    this.#parts.push(Buffer.of(1))
    this.#whole(code + this.#flags + (srid === null ? 0 : HAS_SRID))
    if (srid !== null) this.#whole(srid)
    const list = (Array.isArray(coordinates) ? coordinates : []) as unknown[]
    if (code === 1) this.#point(list.length === 0 ? Array.from({ length: this.dimensions }, () => Number.NaN) : list)
    else if (code === 2) this.#points(list)
    else if (code === 3) this.#each(list, (ring) => this.#points(ring))
    else if (code === 7) this.#each(geometries ?? [], (inner) => this.geometry(inner as GeoJson))
    else this.#each(list, (inner) => this.geometry({ type: type.replace(/^multi/i, ''), coordinates: inner }))
    return this
  }

  #each(list: unknown, write: (item: unknown) => void): void {
    if (!Array.isArray(list)) throw notPositions(list)
    this.#whole(list.length)
    for (const item of list) write(item)
  }
  #points(list: unknown): void {
    this.#each(list, (position) => this.#point(position))
  }
  #point(position: unknown): void {
    if (!Array.isArray(position) || position.length !== this.dimensions || position.some((n) => typeof n !== 'number'))
      throw notPositions(position)
    const bytes = Buffer.alloc(8 * this.dimensions)
    for (const [at, number] of position.entries()) bytes.writeDoubleLE(number as number, at * 8)
    this.#parts.push(bytes)
  }
  #whole(value: number): void {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(value)
    this.#parts.push(bytes)
  }
}

const notPositions = (value: unknown): DataTypeValidationError =>
  new DataTypeValidationError(
    `${JSON.stringify(value) ?? String(value)} is no position of GeoJSON, or has another number of coordinates than the others.`,
  )
