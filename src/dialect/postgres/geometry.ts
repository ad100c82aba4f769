/** PostGIS answers with its extended well-known binary, in hexadecimal: bytes in, GeoJSON out. Docs: postgis.net, "WKB and WKT". */

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
