// Connections that are lost, lent too long, or few.
import { ConnectionAcquireTimeoutError, ConnectionLostError, DataTypes } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Database, Row, Table } from '../../support/untyped.js'
import { ending, pause, sessionOf } from './server.js'

describeEachEngine('pool', (engine) => {
  const onServer = engine.requires('server')
  async function world(pool: object): Promise<{ db: Database; Item: Table }> {
    const db = engine.script(await engine.connect({ file: true, pool }))
    const Item = db.define('Item', { name: DataTypes.STRING }, { timestamps: false })
    await db.sync()
    return { db, Item }
  }

  test('the error of those who wait in vain names who holds the connections, and where they were asked for', async () => {
    for (const holderStacks of [false, true]) {
      const { db, Item } = await world({ max: 1, acquire: 2000, holderStacks })
      const error = (await db
        .transaction(async (transaction) => {
          await Item.create({ name: 'x' }, { transaction })
          await pause(5)
          // From elsewhere, so that nobody waits for himself.
          return await new Promise((resolve) => {
            outside(() => Item.create({ name: 'y' }).then(resolve, resolve))
          })
        })
        .catch((caught: unknown) => caught)) as Row
      expect(error).toBeInstanceOf(ConnectionAcquireTimeoutError)
      expect(error.message).toMatch(/No write connection became free within 2000 ms \(pool\.acquire\)/)
      expect(error.message).toMatch(/transaction [\w-]+ \(last statement: (?:Item: )?INSERT INTO .*Items/)
      expect(error.message).toMatch(/for \d+ ms/)
      if (holderStacks) expect(error.message).toMatch(/asked for\s+at .*pool\.test\.ts/s)
      else expect(error.message).not.toContain('asked for')
      expect(await Item.count()).toBe(1)
    }
  })

  onServer('a statement that holds its connection is named', async () => {
    const { db, Item } = await world({ max: 1, acquire: 600 })
    const slow = db.query(engine.features.has('unsignedTypes') ? 'SELECT SLEEP(2) AS a' : 'SELECT pg_sleep(2) AS a')
    await expect(Item.count()).rejects.toThrow(/SELECT (?:SLEEP|pg_sleep)\(2\)/i)
    await slow
    expect(db.pool.using).toBe(0)
  })

  onServer('sessions that the server ended are replaced: reads, writes and transactions go on', async () => {
    const { db, Item } = await world({ max: 3, idle: 60_000 })
    const { db: killer } = await world({ max: 1 })
    const sessions = async (): Promise<number[]> => [
      ...new Set(await Promise.all(Array.from({ length: 12 }, () => sessionOf(engine, db)))),
    ]
    const killAll = async (): Promise<void> => {
      for (const session of await sessions()) await killer.query(ending(engine, session))
    }
    const first = await sessions()
    await killAll()
    await pause(60)
    // All of them at once, with no error and no restart.
    await Promise.all([
      Item.count(),
      Item.create({ name: 'a' }),
      db.transaction(() => Item.create({ name: 'b' })),
      ...Array.from({ length: 10 }, () => Item.findAll()),
    ])
    expect(await Item.count()).toBe(2)
    for (const session of await sessions()) expect(first).not.toContain(session)
    // The news may not have come in yet: what can have done nothing is done again.
    for (let round = 0; round < 3; round += 1) {
      await killAll()
      await Item.count()
      await killAll()
      await db.transaction(() => Item.count())
    }
    expect(db.pool.using).toBe(0)
    expect(db.pool.write.size).toBeLessThanOrEqual(3)
  })

  onServer('in the middle of a transaction the loss is an error, and nothing is left behind', async () => {
    const { db, Item } = await world({ max: 2 })
    const { db: killer } = await world({ max: 1 })
    await expect(
      db.transaction(async () => {
        await Item.create({ name: 'x' })
        await killer.query(ending(engine, await sessionOf(engine, db)))
        await Item.create({ name: 'y' })
      }),
    ).rejects.toBeInstanceOf(ConnectionLostError)
    const unmanaged = await db.startUnmanagedTransaction()
    await killer.query(ending(engine, await sessionOf(engine, db, { transaction: unmanaged })))
    await expect(Item.create({ name: 'z' }, { transaction: unmanaged })).rejects.toBeInstanceOf(ConnectionLostError)
    await unmanaged.rollback()
    expect(await Item.count()).toBe(0)
    expect(db.pool.using).toBe(0)
  })

  engine.requires('server', 'ownSessions')('idle connections go, used up ones go, and validate decides', async () => {
    const { db, Item } = await world({ max: 4, min: 1, idle: 40, evict: 10 })
    await Promise.all(Array.from({ length: 8 }, () => Item.count()))
    expect(db.pool.write.size).toBeGreaterThan(1)
    for (let tries = 0; db.pool.write.size > 1 && tries < 100; tries += 1) await pause(20)
    expect(db.pool.write.size).toBe(1)
    const { db: limited } = await world({ max: 1, maxUses: 2 })
    const ids: number[] = []
    for (let at = 0; at < 6; at += 1) ids.push(await sessionOf(engine, limited))
    expect(new Set(ids).size).toBeGreaterThanOrEqual(3)
    const { db: picky } = await world({ max: 1, validate: () => false })
    expect(await sessionOf(engine, picky)).not.toBe(await sessionOf(engine, picky))
  })

  test('options that cannot be', async () => {
    const options = await engine.options()
    const { Sequelize } = await import('mortise')
    for (const pool of [
      { max: 0 },
      { max: 'x' },
      { validate: true },
      { holderStacks: 1 },
      { mx: 1 },
      { min: 9, max: 2 },
    ])
      expect(() => new Sequelize({ ...options, pool } as never), JSON.stringify(pool)).toThrow(/pool/)
  })
})

const queue: (() => void)[] = []
setInterval(() => queue.shift()?.(), 1).unref()
/** Runs the work in no transaction's context. */
function outside(work: () => void): void {
  queue.push(work)
}
