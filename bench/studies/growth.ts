/**
 * `npm run bench -- --growth`: how the cost of a row, of a level of include and of a model changes with their number. On SQLite in memory,
 * where next to nothing is the database's.
 */
import type Database from 'better-sqlite3'
import { DataTypes, Sequelize } from 'mortise'
import type { Table } from './table.js'
import { micros } from './table.js'

const open = (): Sequelize =>
  new Sequelize({ dialect: 'sqlite', storage: ':memory:', logging: false, define: { timestamps: false } })

const series = (count: number): string =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`

/** Time of a row from a hundred to a million of them, beside the driver's rows made into plain objects by hand. */
async function rows(): Promise<Table> {
  const sequelize = open()
  const Reading = sequelize.define('Reading', {
    name: DataTypes.STRING,
    value: DataTypes.INTEGER,
    at: DataTypes.DATE(3),
  })
  await sequelize.sync()
  await sequelize.query(
    `INSERT INTO Readings (name, value, at) ${series(1_000_000)} SELECT 'reading ' || i, i, '2024-01-01 00:00:00.000 +00:00' FROM n`,
  )
  const native = await sequelize.withConnection((connection) => connection.native as Database.Database)
  const statement = native
    .prepare<[number], unknown[]>('SELECT id, name, value, at FROM Readings ORDER BY id LIMIT ?')
    .raw()
  const found: (string | number)[][] = []
  for (const count of [100, 1_000, 10_000, 100_000, 1_000_000]) {
    const rounds = count >= 1_000_000 ? 3 : 7
    // A round is long enough for the clock.
    const calls = Math.max(1, Math.floor(20_000 / count))
    const times = async (work: () => unknown): Promise<number> => {
      const repeated = async (): Promise<void> => {
        for (let call = 0; call < calls; call += 1) await work()
      }
      return (await micros(repeated, rounds)) / calls / count
    }
    const own = await times(() => Reading.findAll({ order: ['id'], limit: count }))
    const raw = await times(() =>
      statement.all(count).map(([id, name, value, at]) => ({ id, name, value, at: new Date(at as string) })),
    )
    found.push([count.toLocaleString('en'), own, raw, own / raw])
  }
  await sequelize.close()
  return { title: 'Time of a row, µs', columns: ['rows of a find', 'mortise', 'raw driver', 'ratio'], rows: found }
}

/** Time of an instance from one to eight one-to-ones in each other; the first call makes the plan. */
async function levels(): Promise<Table> {
  const ROWS = 500
  const sequelize = open()
  const models = Array.from({ length: 9 }, (_, level) =>
    sequelize.define(`Level${level}`, { name: DataTypes.STRING, value: DataTypes.INTEGER }),
  )
  for (let level = 0; level < 8; level += 1)
    models[level]!.hasOne(models[level + 1]!, { as: 'next', foreignKey: { name: 'previousId', unique: true } } as never)
  await sequelize.sync()
  for (const [level, model] of models.entries())
    await model.bulkCreate(
      Array.from({ length: ROWS }, (_, at) => ({
        id: at + 1,
        name: `row ${at}`,
        value: at,
        ...(level === 0 ? {} : { previousId: at + 1 }),
      })) as never,
    )
  const found: (string | number)[][] = []
  for (let depth = 1; depth <= 8; depth += 1) {
    let include: unknown[] = ['next']
    for (let level = 1; level < depth; level += 1) include = [{ association: 'next', include }]
    const find = (): Promise<unknown> => models[0]!.findAll({ include } as never)
    const first = await micros(find, 1)
    await micros(find, 10)
    const warm = await micros(async () => {
      for (let call = 0; call < 10; call += 1) await find()
    })
    found.push([String(depth), first / 1_000, warm / 10 / ROWS / (depth + 1)])
  }
  await sequelize.close()
  return {
    title: 'Levels of include',
    columns: ['levels', 'first find, ms', 'later finds, µs per instance'],
    rows: found,
  }
}

/** Time of a model among ten to five hundred, each associated with the one before. */
async function models(): Promise<Table> {
  const found: (string | number)[][] = []
  for (const count of [10, 50, 100, 500]) {
    const sequelize = open()
    const made: ReturnType<Sequelize['define']>[] = []
    const define = await micros(() => {
      for (let number = 0; number < count; number += 1) {
        const attributes = Object.fromEntries(
          Array.from({ length: 8 }, (_, at) => [`field${at}`, at % 2 === 0 ? DataTypes.STRING : DataTypes.INTEGER]),
        )
        const model = sequelize.define(`Model${number}`, attributes as never)
        if (number > 0) made[number - 1]!.hasOne(model as never, { as: 'next', foreignKey: 'previousId' } as never)
        made.push(model as never)
      }
    }, 1)
    const sync = await micros(() => sequelize.sync(), 1)
    const find = async (): Promise<void> => {
      for (const model of made) await model.findAll({ limit: 1 })
    }
    const first = await micros(find, 1)
    const later = await micros(find, 7)
    found.push([String(count), define / count, sync / count, first / count, later / count])
    await sequelize.close()
  }
  return {
    title: 'Time of a model, µs',
    columns: ['models', 'define', 'sync', 'first find', 'later finds'],
    rows: found,
  }
}

export async function growth(): Promise<readonly Table[]> {
  return [await levels(), await models(), await rows()]
}
