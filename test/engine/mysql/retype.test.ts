// What a column may become on MySQL and MariaDB: what the servers refuse is told before anything is sent, or done in another way.
import { DataTypes, literal, UnsupportedFeatureError } from 'mortise'
import { beforeEach, expect, test } from 'vitest'
import { describeEngine } from '../../support/databases.js'
import type { Recorder } from '../../support/recorder.js'
import { DDL } from '../../support/recorder.js'
import type { Database, Row } from '../../support/untyped.js'

for (const name of ['mariadb', 'mysql']) {
  describeEngine(name, 'columns that change', (engine) => {
    let db: Database
    let recorder: Recorder
    beforeEach(async () => {
      const sequelize = await engine.connect()
      db = engine.script(sequelize)
      recorder = engine.recorder(sequelize)
    })
    const ddl = async (options: object = { alter: { drop: true } }): Promise<string[]> =>
      (await recorder.during(() => db.sync(options))).filter((text) => DDL.test(text))
    const define = (attributes: object, options: object = {}) =>
      db.define('Thing', attributes as never, { timestamps: false, ...options })
    /** The error of a sync that has sent no DDL. */
    async function refusal(options: object = { alter: { drop: true } }): Promise<Error> {
      recorder.clear()
      const error = await db.sync(options).then(
        () => null,
        (failure: Error) => failure,
      )
      expect(recorder.statements.length).toBeGreaterThan(0)
      expect(recorder.statements.filter((text) => DDL.test(text))).toEqual([])
      expect(error).toBeInstanceOf(UnsupportedFeatureError)
      return error!
    }

    test('a default that differs from row to row gives each row that is there its own value', async () => {
      define({ name: DataTypes.STRING })
      await db.sync()
      await db.models.Thing!.bulkCreate([{ name: 'a' }, { name: 'b' }, { name: 'c' }])
      const Thing = define(
        {
          name: { type: DataTypes.STRING(60), allowNull: false, defaultValue: literal("(REPLACE(UUID(), '-', ''))") },
          code: { type: DataTypes.UUID, allowNull: false, unique: true, defaultValue: literal('(UUID())') },
          seed: { type: DataTypes.DOUBLE, allowNull: false, defaultValue: literal('(RAND())') },
          plain: { type: DataTypes.STRING(20), allowNull: false, defaultValue: 'uuid()' },
        },
        { indexes: [{ fields: ['seed'] }] },
      )
      await ddl()
      expect(await ddl()).toEqual([])
      await Thing.create({}, { fields: [] })
      const rows = await Thing.findAll({ order: ['id'], raw: true })
      expect(rows.map((row) => row.name).slice(0, 3)).toEqual(['a', 'b', 'c'])
      expect(rows[3]!.name).toMatch(/^[0-9a-f]{32}$/)
      for (const key of ['code', 'seed']) expect(new Set(rows.map((row) => row[key])).size).toBe(4)
      expect(rows.every((row) => row.plain === 'uuid()' && row.code !== null)).toBe(true)
    })

    test('such a default comes alone, too, and as the primary key', async () => {
      define({ name: { type: DataTypes.STRING(60), primaryKey: true } })
      await db.sync()
      await db.models.Thing!.bulkCreate([{ name: 'a' }, { name: 'b' }])
      define({
        name: DataTypes.STRING(60),
        id: { type: DataTypes.UUID, primaryKey: true, defaultValue: literal('(UUID())') },
      })
      await ddl()
      expect(await ddl()).toEqual([])
      const ids = (await db.models.Thing!.findAll()).map((thing: Row) => thing.id)
      expect(new Set(ids).size).toBe(2)
    })

    const isMysql = name === 'mysql'
    test.each([
      ['TEXT', DataTypes.TEXT],
      ['JSON', DataTypes.JSON],
      ['BLOB', DataTypes.BLOB],
    ])('an index stays in the way of %s on MySQL, and is shortened on MariaDB', async (_title, type) => {
      define({ word: { type: DataTypes.STRING(20), allowNull: false } })
      await db.sync()
      await db.queryInterface.addIndex('Things', { name: 'by_word', fields: ['word'] })
      define({ word: { type, allowNull: false } })
      if (!isMysql) {
        await db.sync({ alter: true })
        expect(await ddl({ alter: true })).toEqual([])
        return
      }
      expect((await refusal({ alter: true })).message).toMatch(
        /cannot change column "word" of "Things" from VARCHAR\(20\) to .*the index "by_word" is over it/,
      )
      await db.queryInterface.removeIndex('Things', 'by_word')
      await db.sync({ alter: true })
      expect(await ddl({ alter: true })).toEqual([])
    })

    test('geometries become texts, and nothing else on MariaDB', async () => {
      define({ place: DataTypes.GEOMETRY('POINT') })
      await db.sync()
      define({ place: DataTypes.INTEGER })
      if (isMysql) expect(await ddl()).not.toEqual([])
      else {
        expect((await refusal()).message).toMatch(/cannot change column "place" of "Things" from POINT to INT/)
        define({ place: DataTypes.BLOB })
        expect(await ddl()).not.toEqual([])
      }
      expect(await ddl()).toEqual([])
    })
  })
}
