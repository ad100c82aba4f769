// Processes in several time zones, with sessions in several time zones, write and read the same rows: every moment is the same for all.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { DataTypes, DefinitionError, Sequelize, sql, UnsupportedFeatureError } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Database, Row, Table } from '../../support/untyped.js'
import { DAYS, defineMoment, MOMENTS, TIMES, told } from './zone-process.js'

const PROGRAM = fileURLToPath(new URL('./zone-process.ts', import.meta.url))
const WRITERS = { UTC: 0, 'Asia/Kathmandu': -345, 'America/New_York': 240 } as const
const UTC = '+00:00'
const ZONES = [UTC, '+05:45', 'America/New_York']

/** One process for all databases: it takes longer to start than to write. */
async function run(databases: readonly object[], TZ: string): Promise<Row[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', PROGRAM, 'write', JSON.stringify(databases), TZ],
    { env: { ...process.env, TZ } },
  )
  return JSON.parse(stdout) as Row[]
}

function expectMoments(rows: readonly Row[], writers: readonly string[], began: number): void {
  expect(rows).toHaveLength(writers.length * MOMENTS.length)
  for (const [index, row] of rows.entries()) {
    const at = index % MOMENTS.length
    const time = new Date(MOMENTS[at]!).getTime()
    expect(row).toMatchObject({
      writer: writers[Math.floor(index / MOMENTS.length)],
      at: time,
      second: Math.floor(time / 1000) * 1000,
      milli: time,
      micro: time,
      day: DAYS[at % DAYS.length],
      time: TIMES[at % TIMES.length],
    })
    for (const made of [row.byServer, row.byProgram, row.createdAt]) {
      expect(made).toBeGreaterThan(began - 2000)
      expect(made).toBeLessThan(Date.now() + 2000)
    }
  }
}

describeEachEngine('time zones', (engine) => {
  const hasSessions = (db: Row): boolean => db.dialect.supports.globalTimeZoneConfig === true

  test(`processes in ${Object.keys(WRITERS).join(', ')}; sessions in ${ZONES.join(', ')}`, async () => {
    const all = hasSessions(engine.script(await engine.connect()))
    if (!all)
      for (const timezone of ZONES.filter((zone) => zone !== UTC))
        expect(() => new Sequelize({ dialect: engine.name, timezone } as never)).toThrow(UnsupportedFeatureError)
    const worlds: { timezone: string; db: Database; Moment: Table; options: object; writers: string[] }[] = []
    for (const timezone of all ? ZONES : [UTC]) {
      const options = { ...(await engine.options({ file: true })), timezone, logging: false }
      const db = engine.script(engine.closing(new Sequelize(options as never)))
      const Moment = defineMoment(db)
      await db.sync()
      worlds.push({ timezone, db, Moment, options, writers: [] })
    }
    const began = Date.now()
    for (const [TZ, offset] of Object.entries(WRITERS)) {
      const answers = await run(
        worlds.map(({ options }) => options),
        TZ,
      )
      for (const [at, { writers }] of worlds.entries()) {
        const answer = answers[at]!
        writers.push(TZ)
        // The process is where it was put.
        expect(answer.offset).toBe(offset)
        expect(answer.found).toEqual(Object.fromEntries(MOMENTS.map((moment) => [moment, 3])))
        expect(answer.ahead).toBe(0)
        expectMoments(answer.rows, writers, began)
      }
    }
    for (const { timezone, db, Moment, writers } of worlds) {
      expectMoments((await Moment.findAll({ order: ['id'] })).map(told), writers, began)
      if (!all || timezone !== UTC) continue
      // The session is in its zone, and a default in the table is a moment like any other.
      const { text } = await db.query('SELECT CAST(CURRENT_TIMESTAMP AS CHAR(16)) AS text', {
        type: 'SELECT',
        plain: true,
      })
      expect(Math.abs(Date.now() - new Date(`${text.replace(' ', 'T')}Z`).getTime())).toBeLessThan(120_000)
    }
  }, 120_000)

  test('what is no time zone is refused, with the remedy', async () => {
    const options = await engine.options()
    for (const timezone of ['Mars/Phobos', '+25:00', 'yesterday', 5])
      expect(() => new Sequelize({ ...options, timezone } as never)).toThrow(DefinitionError)
    for (const timezone of ['+00:00', 'UTC', 'Etc/UTC', 'Z'])
      engine.closing(new Sequelize({ ...options, timezone } as never))
  })

  test('replacements, fragments and defaults of columns mean the same moment as an attribute', async () => {
    const sessions = hasSessions(engine.script(await engine.connect()))
    for (const timezone of sessions ? ['+05:45', 'Asia/Kathmandu'] : ['+00:00']) {
      const db = engine.script(await engine.connect({ timezone }))
      const at = new Date('2024-07-01T22:30:00.123Z')
      const Moment = db.define(
        'Moment',
        { at: DataTypes.DATE, standard: { type: DataTypes.DATE, defaultValue: at } },
        { timestamps: false },
      )
      await db.sync()
      await Moment.create({ at })
      const table = db.dialect.quoteIdentifier('Moments')
      const count = async (condition: string, options: object): Promise<number> =>
        Number(
          (
            await db.query(`SELECT COUNT(*) AS n FROM ${table} WHERE ${condition}`, {
              type: 'SELECT',
              plain: true,
              ...options,
            })
          ).n,
        )
      expect(await count('at = :at', { replacements: { at } })).toBe(1)
      expect(await count('at IN (:list)', { replacements: { list: [at] } })).toBe(1)
      expect(await count('at = $at', { bind: { at } })).toBe(1)
      expect(await Moment.count({ where: sql`${sql.attribute('at')} = ${at}` })).toBe(1)
      await db.query(`INSERT INTO ${table} (at) VALUES ($1)`, { bind: [at] })
      expect((await Moment.findAll()).map((row) => [row.at, row.standard])).toEqual([
        [at, at],
        [at, at],
      ])
      expect(await db.sync({ alter: true, plan: true })).toMatchObject({ sql: [] })
    }
  })
})
