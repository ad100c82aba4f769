// GEOMETRY and GEOGRAPHY on PostGIS, where the server has it.
import { DataTypes, sql } from 'mortise'
import { expect, test } from 'vitest'
import { describeEngine } from '../../support/databases.js'
import type { Database, Row } from '../../support/untyped.js'

const POINT = { type: 'Point', coordinates: [13.4, 52.5] }
const LINE = { type: 'LineString', coordinates: [[0, 0], [1, 1], [2, 0]] } // biome-ignore format: points
const SQUARE = { type: 'Polygon', coordinates: [[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]], [[1, 1], [1, 2], [2, 2], [2, 1], [1, 1]]] } // biome-ignore format: points
const SHAPES = [
  POINT,
  { type: 'Point', coordinates: [1, 2, 3] },
  LINE,
  SQUARE,
  { type: 'MultiPoint', coordinates: [[1, 2], [3, 4]] }, // biome-ignore format: points
  { type: 'MultiLineString', coordinates: [LINE.coordinates, LINE.coordinates] },
  { type: 'MultiPolygon', coordinates: [SQUARE.coordinates] },
  { type: 'GeometryCollection', geometries: [POINT, LINE] },
  { type: 'LineString', coordinates: [] },
]

describeEngine('postgres', 'PostGIS', (engine) => {
  const withPostgis = (title: string, run: (db: Database) => Promise<void>): void =>
    test(title, async (context) => {
      const db = engine.script(await engine.connect())
      const [found] = await db.query("SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'", { type: 'SELECT' })
      if (!found) context.skip('PostGIS is not installed on this server (Debian: postgresql-15-postgis-3)')
      await db.query('CREATE EXTENSION IF NOT EXISTS postgis SCHEMA public')
      await run(db)
    })

  withPostgis('every shape comes back as it was, by itself, in arrays of rows and in raw queries', async (db) => {
    const Place = db.define(
      'Place',
      { shape: DataTypes.GEOMETRY, ground: DataTypes.GEOGRAPHY, at: DataTypes.GEOMETRY('POINT') },
      { timestamps: false },
    )
    await db.sync()
    for (const shape of SHAPES) await Place.create({ shape, at: POINT })
    const rows = await Place.findAll({ order: ['id'] })
    expect(rows.map((row) => row.shape)).toEqual(SHAPES)
    expect(rows[0]!.at).toEqual(POINT)
    await Place.bulkCreate(SHAPES.map((shape) => ({ shape })))
    expect(await Place.count()).toBe(SHAPES.length * 2)
    const one = await Place.create({ ground: POINT })
    expect((await one.reload()).ground).toEqual(POINT)
    await one.update({ ground: { type: 'Point', coordinates: [0, 0] }, shape: null })
    expect((await one.reload()).ground).toEqual({ type: 'Point', coordinates: [0, 0] })
    expect(await Place.count({ where: { shape: null } })).toBe(1)
    // The second sync finds nothing to do.
    expect(await db.sync({ alter: true, plan: true })).toMatchObject({ sql: [] })
  })

  withPostgis('reference systems: of the column, and of the value', async (db) => {
    const Place = db.define(
      'Place',
      {
        wgs: DataTypes.GEOMETRY('POINT', 4326),
        web: DataTypes.GEOMETRY('POINT', 3857),
        ground: DataTypes.GEOGRAPHY('POINT', 4326),
      },
      { timestamps: false },
    )
    await db.sync()
    const crs = { type: 'name', properties: { name: 'EPSG:3857' } }
    const web = { crs, type: 'Point', coordinates: [1_000_000, 6_000_000] }
    const place = await Place.create({ wgs: POINT, web, ground: POINT })
    await place.reload()
    expect([place.wgs, place.web, place.ground]).toEqual([POINT, web, POINT])
    expect(await db.sync({ alter: true, plan: true })).toMatchObject({ sql: [] })
    await expect(Place.create({ wgs: web })).rejects.toThrow(/SRID/)
  })

  withPostgis('conditions: equality, functions of PostGIS, distances in order', async (db) => {
    const City = db.define('City', { name: DataTypes.STRING, at: DataTypes.GEOGRAPHY('POINT', 4326), area: DataTypes.GEOMETRY }, { timestamps: false }) // biome-ignore format: one model
    await db.sync()
    await City.bulkCreate([
      { name: 'Berlin', at: POINT, area: SQUARE },
      { name: 'Paris', at: { type: 'Point', coordinates: [2.35, 48.85] } },
      { name: 'Rome', at: { type: 'Point', coordinates: [12.5, 41.9] } },
    ])
    expect((await City.findOne({ where: { area: SQUARE } })).name).toBe('Berlin')
    const from = sql`ST_MakePoint(${13.0}, ${52.0})::geography`
    const near = await City.findAll({ where: sql`ST_DWithin("at", ${from}, ${1_000_000})`, order: [[sql`ST_Distance("at", ${from})`, 'ASC']] }) // biome-ignore format: one call
    expect(near.map((city) => city.name)).toEqual(['Berlin', 'Paris'])
    const [row] = await City.findAll({
      attributes: [[db.fn('ST_Area', db.col('area')), 'area']],
      where: { name: 'Berlin' },
      raw: true,
    })
    expect(row).toEqual({ area: 15 })
  })

  withPostgis('what does not fit is refused, before or by the database', async (db) => {
    const Place = db.define('Place', { at: DataTypes.GEOMETRY('POINT') }, { timestamps: false })
    await db.sync()
    await expect(Place.create({ at: LINE })).rejects.toThrow(/LineString was given where the column takes POINT/)
    await expect(Place.create({ at: 'POINT(1 2)' })).rejects.toThrow(/GeoJSON/)
    await expect(Place.create({ at: { type: 'Circle' } })).rejects.toThrow(/must be one of/)
    expect(await Place.count()).toBe(0)
  })

  withPostgis('tables of the extension are not the program’s: neither listed nor dropped', async (db) => {
    db.define('Place', { at: DataTypes.GEOMETRY('POINT') }, { timestamps: false })
    await db.sync()
    expect((await db.queryInterface.listTables()).map((table: Row) => table.tableName)).toEqual(['Places'])
    await db.queryInterface.dropAllTables()
    expect(await db.queryInterface.listTables()).toEqual([])
    expect(await db.query('SELECT count(*) > 0 AS kept FROM spatial_ref_sys', { plain: true })).toEqual({ kept: true })
  })
})
