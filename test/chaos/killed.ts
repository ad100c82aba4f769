// A server killed under load and started again, several times, while one process goes on writing and reading through a pool of five. What
// must hold: every read gives the row that was asked for, every acknowledged write is there once, no other one is there twice, transactions are there wholly or not at all, errors are of the
// documented classes, the pool is whole, and the program recovers by itself.
import { ConnectionError, ConnectionLostError, DataTypes, Sequelize } from 'mortise'
import type { Database, Row, Table } from '../support/untyped.js'
import type { Report } from './report.js'
import type { Server } from './servers.js'
import { pause } from './servers.js'

const POOL = 5
const WRITERS = 24
const READERS = 24
const ROUNDS = 4

interface Load {
  readonly acknowledged: Set<string>
  readonly failed: Map<string, Error>
  lastAcknowledged: number
}

export async function killed(server: Server, report: Report, pool: object = {}): Promise<void> {
  await server.start()
  const db = new Sequelize({
    ...server.options,
    logging: false,
    pool: { max: POOL, acquire: 20_000, ...pool },
  } as never) as unknown as Database
  const Account = db.define('Account', { balance: DataTypes.INTEGER }, { timestamps: false })
  const Entry = db.define(
    'Entry',
    { token: { type: DataTypes.STRING, allowNull: false }, kind: DataTypes.STRING },
    { timestamps: false },
  )
  await db.sync({ force: true })
  await Account.bulkCreate(Array.from({ length: 10 }, () => ({ balance: 0 })))

  const load: Load = { acknowledged: new Set(), failed: new Map(), lastAcknowledged: 0 }
  let isOver = false
  const writers = Array.from({ length: WRITERS }, async (_item, writer) => {
    for (let number = 0; !isOver; number += 1) {
      const token = `${writer}-${number}`
      try {
        await write(db, Account, Entry, writer, token)
        load.acknowledged.add(token)
        load.lastAcknowledged = performance.now()
      } catch (error) {
        load.failed.set(token, error as Error)
        await pause(5)
      }
    }
  })
  let reads = 0
  const unread: Error[] = []
  const wrong: unknown[] = []
  const readers = Array.from({ length: READERS }, async (_item, reader) => {
    for (let id = 1 + (reader % 10); !isOver; id = 1 + ((id + reader) % 10)) {
      try {
        const found = (await Account.findByPk(id)).id
        if (found === id) reads += 1
        else wrong.push([id, found])
      } catch (error) {
        unread.push(error as Error)
        await pause(5)
      }
    }
  })
  const recoveries: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    await pause(1500)
    const part = round % 2 === 0 ? 'all' : 'one'
    await server.kill(part)
    const down = performance.now()
    if (part === 'all' || server.options.dialect !== 'postgres') {
      await pause(300)
      await server.start()
    }
    const up = performance.now()
    const before = load.acknowledged.size
    while (load.acknowledged.size < before + WRITERS && performance.now() - up < 30_000) await pause(5)
    recoveries.push(performance.now() - up)
    report.note(
      `killed (${part}), down for ${Math.round(up - down)} ms, then ${WRITERS} writes within ${Math.round(recoveries.at(-1)!)} ms`,
    )
  }
  isOver = true
  await Promise.all([...writers, ...readers])
  report.note(`${reads} reads, ${unread.length} failed`)
  report.check('every read gives the row that was asked for', reads > 200 && wrong.length === 0, wrong.slice(0, 5))
  const strange = unread.filter((error) => !(error instanceof ConnectionError))
  report.check('errors of reads are ConnectionErrors', strange.length === 0, strange.slice(0, 3).map(String))
  await judge(Account, Entry, load, report)
  report.check(
    'the program recovers by itself',
    recoveries.every((ms) => ms < 30_000),
    recoveries.map(Math.round),
  )
  await judgePool(db, server, report)
}

/** Half of the writers by transactions of two statements, the others by statements of their own. */
async function write(db: Database, Account: Table, Entry: Table, writer: number, token: string): Promise<void> {
  if (writer % 2 === 0) {
    await Entry.create({ token, kind: 'single' })
    return
  }
  await db.transaction({ retry: { max: 5, backoffBase: 5 } }, async () => {
    await Entry.create({ token, kind: 'transaction' })
    await Account.increment('balance', { by: 1, where: { id: 1 + (writer % 10) } })
  })
}

async function judge(Account: Table, Entry: Table, load: Load, report: Report): Promise<void> {
  const entries: Row[] = await Entry.findAll({ raw: true })
  const times = new Map<string, number>()
  for (const { token } of entries) times.set(token, (times.get(token) ?? 0) + 1)
  const missing = [...load.acknowledged].filter((token) => !times.has(token))
  const twice = [...times].filter(([, count]) => count > 1)
  const uncertain = [...load.failed.keys()].filter((token) => times.has(token))
  const errors = new Map<string, number>()
  for (const { name, message } of load.failed.values()) {
    // The general class says little.
    const key = name === 'SequelizeConnectionError' ? message : name
    errors.set(key, (errors.get(key) ?? 0) + 1)
  }
  const strange = [...load.failed.values()].filter((error) => !(error instanceof ConnectionError))
  const undone = uncertain.filter((token) => {
    const error = load.failed.get(token)
    return !(error instanceof ConnectionLostError) || error.isUndone
  })
  const total = (await Account.sum('balance')) as number
  const moved = entries.filter(({ kind }) => kind === 'transaction').length
  report.note(
    `${load.acknowledged.size} writes acknowledged, ${load.failed.size} failed: ${JSON.stringify([...errors])}`,
  )
  report.note(
    `${uncertain.length} of those that failed were carried out all the same (the answer was lost with the connection)`,
  )
  report.check('there was load', load.acknowledged.size > 200 && load.failed.size > 0, load.acknowledged.size)
  report.check('every acknowledged write is there', missing.length === 0, missing.slice(0, 5))
  report.check('none is there twice', twice.length === 0, twice.slice(0, 5))
  report.check('transactions are there wholly or not at all', total === moved, { total, moved })
  report.check('errors are ConnectionErrors', strange.length === 0, strange.slice(0, 3).map(String))
  report.check('what is told to be undone was not carried out', undone.length === 0, undone.slice(0, 5))
}

async function judgePool(db: Database, server: Server, report: Report): Promise<void> {
  const { pool } = db
  report.check('the pool is idle', pool.using === 0 && pool.waiting === 0, { using: pool.using, waiting: pool.waiting })
  report.check('the pool has kept its size', pool.write.size <= POOL, pool.write.size)
  let sessions = Number.NaN
  for (let tries = 0; tries < 20; tries += 1) {
    sessions = Number((await db.query(server.sessions, { type: 'SELECT' }))[0].n)
    if (sessions < pool.write.size) break
    await pause(100)
  }
  report.check('the server has no session that the pool does not know', sessions < pool.write.size, {
    sessions,
    pool: pool.write.size,
  })
  await db.close()
}
