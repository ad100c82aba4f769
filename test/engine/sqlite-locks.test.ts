// A SQLite file that several connections write to, in one process: waiting for a lock must not stop whoever holds it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataTypes, Sequelize, TimeoutError } from 'mortise'
import { afterEach, expect, test } from 'vitest'

const open: Sequelize[] = []
const folders: string[] = []
afterEach(async () => {
  for (const sequelize of open.splice(0)) await sequelize.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function file(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mortise-locks-'))
  folders.push(folder)
  return join(folder, 'db.sqlite')
}
function connect(storage: string, options: object = {}) {
  const sequelize = new Sequelize({ dialect: 'sqlite', storage, ...options })
  open.push(sequelize)
  const Counter = sequelize.define('counter', { n: { type: DataTypes.INTEGER, allowNull: false } })
  return { sequelize, Counter }
}

test('two Sequelize instances of one process take turns, in transactions and in single statements', async () => {
  const storage = file()
  const sides = [connect(storage), connect(storage)]
  await Promise.all(sides.map(({ sequelize }) => sequelize.sync()))
  await sides[0]!.Counter.create({ id: 1, n: 0 })
  await Promise.all(
    Array.from({ length: 40 }, (_, at) => {
      const { sequelize, Counter } = sides[at % 2]!
      if (at % 4 < 2) return Counter.increment('n', { where: { id: 1 } })
      return sequelize.transaction({ type: 'IMMEDIATE' as never }, async () => {
        const counter = await Counter.findByPk(1, { rejectOnEmpty: true })
        await new Promise((resolve) => setImmediate(resolve))
        await counter.update({ n: counter.n + 1 })
      })
    }),
  )
  expect((await sides[1]!.Counter.findByPk(1))?.n).toBe(40)
})

test('a lock that is held for longer than busyTimeout is a TimeoutError; timers go on meanwhile', async () => {
  const storage = file()
  const holder = connect(storage)
  const waiter = connect(storage, { busyTimeout: 120 })
  await holder.sequelize.sync()
  let ticks = 0
  const timer = setInterval(() => (ticks += 1), 5)
  const transaction = await holder.sequelize.startUnmanagedTransaction({ type: 'IMMEDIATE' as never })
  try {
    await expect(waiter.Counter.create({ n: 1 })).rejects.toThrow(TimeoutError)
  } finally {
    clearInterval(timer)
    await transaction.rollback()
  }
  expect(ticks).toBeGreaterThan(3)
  await waiter.Counter.create({ n: 2 })
  expect(await holder.Counter.count()).toBe(1)
})
