// A program in a process of its own, with a time zone of its own: writes rows and tells what it reads, on each of the databases it is given.
// Started by time-zones.test.ts.
import { DataTypes, Op, Sequelize, sql } from '../../../src/index.js'
import type { Database, Row, Table } from '../../support/untyped.js'

/** Moments that are another day elsewhere, fall into hours that clocks leave out, or lie around a change of them. */
export const MOMENTS = [
  '2024-03-10T07:30:00.123Z',
  '2024-03-10T06:59:59.999Z',
  '2024-07-01T22:30:00.500Z',
  '2024-12-31T23:59:59.999Z',
  '1969-12-31T23:59:59.001Z',
  '1990-01-01T00:00:00.000Z',
] as const
/** In the night of the 10th of March there is no 02:30 in New York. */
export const DAYS = ['2024-03-10', '2024-12-31', '0099-01-01'] as const
export const TIMES = ['02:30:00', '23:59:59', '00:00:00'] as const

export function defineMoment(db: Database): Table {
  return db.define(
    'Moment',
    {
      writer: DataTypes.STRING,
      at: DataTypes.DATE,
      second: DataTypes.DATE(0),
      milli: DataTypes.DATE(3),
      micro: DataTypes.DATE(6),
      day: DataTypes.DATEONLY,
      time: DataTypes.TIME,
      byServer: { type: DataTypes.DATE(0), defaultValue: sql`CURRENT_TIMESTAMP` },
      byProgram: { type: DataTypes.DATE, defaultValue: DataTypes.NOW },
    },
    { timestamps: true, updatedAt: false },
  )
}

/** What a process says of a row: moments by their numbers. */
export const told = (row: Row): Row => ({
  writer: row.writer,
  at: row.at.getTime(),
  second: row.second.getTime(),
  milli: row.milli.getTime(),
  micro: row.micro.getTime(),
  day: row.day,
  time: row.time,
  byServer: row.byServer.getTime(),
  byProgram: row.byProgram.getTime(),
  createdAt: row.createdAt.getTime(),
})

async function write(options: object, writer: string): Promise<object> {
  const db = new Sequelize(options as never) as unknown as Database
  const Moment = defineMoment(db)
  const found: Record<string, number> = {}
  for (const [at, moment] of MOMENTS.entries()) {
    const date = new Date(moment)
    await Moment.create({
      writer,
      at: at % 2 === 0 ? date : moment,
      second: date,
      milli: date,
      micro: date,
      day: DAYS[at % DAYS.length],
      time: TIMES[at % TIMES.length],
    })
    found[moment] =
      (await Moment.count({ where: { writer, at: date } })) +
      (await Moment.count({ where: { writer, second: date, milli: { [Op.between]: [date, date] } } })) +
      (await Moment.count({ where: { writer, at: { [Op.gt]: new Date(date.getTime() - 1), [Op.lte]: date } } }))
  }
  const offset = new Date(MOMENTS[0]).getTimezoneOffset()
  const rows = await Moment.findAll({ order: ['id'] })
  const ahead = await Moment.count({ where: { writer, createdAt: { [Op.gt]: new Date() } } })
  await db.close()
  return { offset, found, ahead, rows: rows.map(told) }
}

if (process.argv[2] === 'write') {
  const answers: object[] = []
  for (const options of JSON.parse(process.argv[3]!) as object[]) answers.push(await write(options, process.argv[4]!))
  process.stdout.write(JSON.stringify(answers))
}
