// What MySQL and MariaDB keep of a table as a whole: engine, character set, row format, comment, the counter's start.
import { DataTypes, DefinitionError, UnsupportedFeatureError } from 'mortise'
import { expect, test } from 'vitest'
import { describeEngine } from '../../support/databases.js'
import type { Database, Row } from '../../support/untyped.js'

for (const name of ['mariadb', 'mysql']) {
  describeEngine(name, 'options of tables', (engine) => {
    const table = async (db: Database): Promise<Row> =>
      await db.query(
        "SELECT LOWER(ENGINE) AS engine, TABLE_COLLATION AS collation, UPPER(ROW_FORMAT) AS format, TABLE_COMMENT AS comment, AUTO_INCREMENT AS next FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'Things'",
        { type: 'SELECT', plain: true },
      )
    const define = (db: Database, options: object) =>
      db.define('Thing', { word: DataTypes.STRING(20) }, { timestamps: false, ...options })
    const unchanged = async (db: Database): Promise<void> =>
      expect(await db.sync({ alter: true, plan: true })).toMatchObject({ sql: [] })

    test('are as the model says, and stay so', async () => {
      const db = engine.script(await engine.connect())
      const Thing = define(db, {
        engine: 'InnoDB',
        charset: 'latin1',
        collate: 'latin1_swedish_ci',
        rowFormat: 'compact',
        comment: "it's \\ a thing",
        initialAutoIncrement: 100,
      })
      await db.sync()
      expect(await table(db)).toMatchObject({
        engine: 'innodb',
        collation: 'latin1_swedish_ci',
        format: 'COMPACT',
        comment: "it's \\ a thing",
      })
      expect((await Thing.create({ word: 'x' })).id).toBe(100)
      await unchanged(db)
      await Thing.bulkCreate([{ word: 'y' }, { word: 'z' }])
      await unchanged(db)
    })
    test('change when the model changes, once', async () => {
      const db = engine.script(await engine.connect())
      define(db, {})
      await db.sync()
      await unchanged(db)
      const Thing = define(db, {
        charset: 'utf8mb4',
        collate: 'utf8mb4_bin',
        rowFormat: 'DYNAMIC',
        comment: 'new',
        engine: 'INNODB',
      })
      await Thing.create({ word: 'Ä' })
      await db.sync({ alter: true })
      expect(await table(db)).toMatchObject({ collation: 'utf8mb4_bin', format: 'DYNAMIC', comment: 'new' })
      await unchanged(db)
      define(db, { charset: 'utf8' })
      await db.sync({ alter: true })
      expect((await table(db)).collation).toMatch(/^utf8mb3_/)
      await unchanged(db)
      expect((await db.models.Thing.findAll()).map((row: Row) => row.word)).toEqual(['Ä'])
      // A model that says nothing wants nothing.
      define(db, {})
      await unchanged(db)
    })
    test('createTable takes them as well', async () => {
      const db = engine.script(await engine.connect())
      await db.queryInterface.createTable(
        'Things',
        { id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true } },
        {
          engine: 'InnoDB',
          charset: 'utf8mb4',
          collate: 'utf8mb4_unicode_ci',
          comment: 'made',
          rowFormat: 'REDUNDANT',
          initialAutoIncrement: 7,
        },
      )
      expect(await table(db)).toMatchObject({ collation: 'utf8mb4_unicode_ci', comment: 'made', format: 'REDUNDANT' })
    })
    test('what cannot be is refused before anything is sent', async () => {
      const db = engine.script(await engine.connect())
      for (const options of [
        { engine: 'InnoDB; DROP TABLE x' },
        { charset: 'utf8mb4 COLLATE x' },
        { collate: "x'" },
        { rowFormat: 'a b' },
        { initialAutoIncrement: -1 },
      ]) {
        define(db, options)
        await expect(db.sync()).rejects.toBeInstanceOf(DefinitionError)
      }
      const Thing = define(db, { engine: 'MyISAM' })
      const Part = db.define('Part', {}, { timestamps: false, engine: 'MyISAM' })
      Thing.hasOne(Part)
      await expect(db.sync()).rejects.toBeInstanceOf(UnsupportedFeatureError)
      expect(await db.queryInterface.listTables()).toEqual([])
    })
    test('geometries of one reference system', async () => {
      const db = engine.script(await engine.connect())
      const Place = db.define(
        'Place',
        { at: { type: DataTypes.GEOMETRY('POINT', 4326), allowNull: false } },
        { timestamps: false },
      )
      await db.sync()
      await unchanged(db)
      // Longitude first, as GeoJSON has it, whatever the axes of the reference system.
      const at = { type: 'Point', coordinates: [139.5, -20.25] }
      const { id } = await Place.create({ at })
      expect((await Place.findByPk(id)).at).toMatchObject(at)
      expect(
        await db.query('SELECT ST_SRID(`at`) AS srid, ST_X(`at`) AS x, ST_Y(`at`) AS y FROM Places', {
          type: 'SELECT',
          plain: true,
        }),
      ).toMatchObject(name === 'mysql' ? { srid: 4326, x: -20.25, y: 139.5 } : { srid: 4326, x: 139.5, y: -20.25 })
      if (name === 'mysql')
        await expect(
          db.query("INSERT INTO Places (`at`) VALUES (ST_GeomFromText('POINT(1 2)'))"),
        ).rejects.toMatchObject({ cause: { errno: 3643 } })
      expect(() => db.define('Bad', { at: DataTypes.GEOMETRY('POINT', '4326; DROP' as never) })).toThrow(/srid/)
    })
    test('warnings are logged where they are asked for', async () => {
      for (const driver of ['mariadb', 'mysql2']) {
        const lines: string[] = []
        const db = engine.script(
          await engine.connect({ driver, showWarnings: true, logging: (line: string) => void lines.push(line) }),
        )
        const Thing = define(db, {})
        await db.sync()
        await Thing.bulkCreate([{ id: 1, word: 'a' }])
        await Thing.bulkCreate(
          [
            { id: 1, word: 'b' },
            { id: 2, word: 'x'.repeat(30) },
          ],
          { ignoreDuplicates: true },
        )
        const warnings = lines.filter((line) => line.startsWith('Warning'))
        expect(warnings.join('\n')).toMatch(/Warning \(default\): Warning 1062: Duplicate entry.*: INSERT IGNORE/)
        expect(warnings.join('\n')).toMatch(/1265/)
        expect(await Thing.count()).toBe(2)
        const quiet: string[] = []
        const other = engine.script(await engine.connect({ driver, logging: (line: string) => void quiet.push(line) }))
        await other.query("SELECT CAST('1x' AS SIGNED)")
        expect(quiet.filter((line) => line.startsWith('Warning'))).toEqual([])
      }
    })
    test('MyISAM without foreign keys', async () => {
      const db = engine.script(await engine.connect())
      define(db, { engine: 'MyISAM' })
      await db.sync()
      expect((await table(db)).engine).toBe('myisam')
      await unchanged(db)
      define(db, { engine: 'InnoDB' })
      await db.sync({ alter: true })
      expect((await table(db)).engine).toBe('innodb')
      await unchanged(db)
    })
  })
}
