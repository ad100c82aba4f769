// A thousand transactions at a time through a pool of five: all commit, none is lost, nobody holds anything afterwards.
import { DataTypes, Sequelize } from 'mortise'
import type { Database } from '../support/untyped.js'
import type { Report } from './report.js'

const TRANSACTIONS = 1000
const POOL = 5

export async function thousand(options: Readonly<Record<string, unknown>>, report: Report): Promise<void> {
  const db = new Sequelize({ ...options, logging: false, pool: { max: POOL } } as never) as unknown as Database
  const Account = db.define('Account', { balance: DataTypes.INTEGER }, { timestamps: false })
  const Entry = db.define('Entry', { number: DataTypes.INTEGER }, { timestamps: false })
  await db.sync({ force: true })
  await Account.bulkCreate(Array.from({ length: 10 }, () => ({ balance: 0 })))
  const began = performance.now()
  const outcomes = await Promise.allSettled(
    Array.from({ length: TRANSACTIONS }, (_item, number) =>
      db.transaction(async () => {
        await Entry.create({ number })
        await Account.increment('balance', { by: 1, where: { id: 1 + (number % 10) } })
        return (await Entry.count({ where: { number } })) === 1
      }),
    ),
  )
  report.note(`${TRANSACTIONS} transactions of three statements in ${Math.round(performance.now() - began)} ms`)
  const failed = outcomes.filter((one) => one.status === 'rejected' || !one.value)
  report.check('all commit', failed.length === 0, failed.slice(0, 3).map(String))
  report.check(
    'none is lost',
    (await Entry.count()) === TRANSACTIONS && (await Account.sum('balance')) === TRANSACTIONS,
  )
  report.check('the pool is idle', db.pool.using === 0 && db.pool.waiting === 0)
  report.check('no more than five connections were opened', db.pool.write.size <= POOL, db.pool.write.size)
  await db.close()
}
