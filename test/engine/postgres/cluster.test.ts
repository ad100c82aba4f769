// A primary and two streaming replicas, one of which dies and one of which is promoted. MORTISE_PG_CLUSTER: a program that starts and stops
// them: `start`, `url I`, `node-kill9 I`, `node-start I`, `promote I`, `rejoin I`, where I is 0 (the first primary), 1 or 2.
import { DataTypes, Sequelize } from 'mortise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandOf, pause } from '../../support/cluster.js'
import type { Database, Table } from '../../support/untyped.js'

const program = process.env.MORTISE_PG_CLUSTER
/** The server that answered. */
const WHERE = "SELECT current_setting('cluster_name') AS name"

if (!program) {
  test.skip('streaming replicas: MORTISE_PG_CLUSTER names no program that starts a cluster', () => {})
} else
  describe('streaming replicas', () => {
    const cluster = commandOf(program)
    let urls: string[] = []
    let db: Database
    let Note: Table
    const where = async (options: object = {}): Promise<string> =>
      (await db.query(WHERE, { type: 'SELECT', ...options }))[0].name
    /** The program may lose patience before the server is ready. */
    const server = async (index: number): Promise<void> => {
      for (let tries = 1; ; tries += 1) {
        try {
          await cluster('node-start', String(index))
          return
        } catch (error) {
          if (tries === 5) throw error
          await pause(1000)
        }
      }
    }
    /** Until the replicas have what was written. */
    const caughtUp = async (): Promise<void> => {
      const count = await Note.count({ useMaster: true })
      for (let tries = 0; tries < 200; tries += 1) {
        const counts = await Promise.all([1, 2, 3, 4].map(() => Note.count({ useMaster: false })))
        if (counts.every((one) => one === count)) return
        await pause(25)
      }
      throw new Error('The replicas did not catch up.')
    }
    const make = (options: object = {}, pool: object = {}): Database =>
      new Sequelize({
        dialect: 'postgres',
        pool: { max: 3, ...pool },
        replication: { write: urls, read: urls.slice(1), retryAfter: 200, readYourWrites: 300, ...options },
      } as never) as unknown as Database

    beforeAll(async () => {
      await cluster('start')
      urls = await Promise.all(['0', '1', '2'].map((index) => cluster('url', index)))
      db = make()
      Note = db.define('Note', { text: DataTypes.STRING }, { timestamps: false, tableName: 'mortise_notes' })
      await Note.sync({ force: true })
      await Note.create({ text: 'first' })
      await caughtUp()
      await pause(400)
    }, 180_000)
    afterAll(async () => {
      await db?.close()
      // As it was found.
      for (const step of [
        ['rejoin', '0'],
        ['node-kill9', '1'],
        ['promote', '0'],
        ['rejoin', '1'],
      ])
        await cluster(...step).catch(() => {})
    }, 180_000)

    test('reads alternate between the replicas; writes, transactions and useMaster go to the primary', async () => {
      expect(new Set([await where(), await where()])).toEqual(new Set(['n1', 'n2']))
      expect(await where({ useMaster: true })).toBe('n0')
      await db.transaction(async () => expect(await where()).toBe('n0'))
      expect((await db.query('SELECT pg_is_in_recovery() AS replica', { type: 'SELECT' }))[0].replica).toBe(true)
    })

    test('what was just written is read, at any load, though replicas lag', async () => {
      await Promise.all(
        Array.from({ length: 50 }, async (_, at) => {
          const { id } = await Note.create({ text: `note ${at}` })
          expect((await Note.findByPk(id)).text).toBe(`note ${at}`)
        }),
      )
    })

    test('a function that writes, called by a SELECT, is run on the primary', async () => {
      await db.query('CREATE SEQUENCE IF NOT EXISTS mortise_numbers')
      await caughtUp()
      await pause(400)
      const [{ value }] = await db.query("SELECT nextval('mortise_numbers') AS value", { type: 'SELECT' })
      expect(Number(value)).toBeGreaterThan(0)
    })

    test('a replica killed under load: no read fails; it is set aside, and used again when it is back', async () => {
      let reads = 0
      let isOver = false
      const failures: unknown[] = []
      const readers = Array.from({ length: 8 }, async () => {
        while (!isOver) {
          await Note.count({ useMaster: false }).then(
            () => {
              reads += 1
            },
            (error: unknown) => failures.push(error),
          )
        }
      })
      await pause(300)
      await cluster('node-kill9', '2')
      await pause(700)
      expect(db.pool.read.aside).toHaveLength(1)
      const whileDown = await Promise.all(Array.from({ length: 6 }, () => where()))
      expect(new Set(whileDown)).toEqual(new Set(['n1']))
      await server(2)
      for (let tries = 0; db.pool.read.aside.length > 0 && tries < 100; tries += 1) await pause(100)
      expect(db.pool.read.aside).toEqual([])
      isOver = true
      await Promise.all(readers)
      expect(failures).toEqual([])
      expect(reads).toBeGreaterThan(50)
      expect(new Set(await Promise.all(Array.from({ length: 6 }, () => where())))).toEqual(new Set(['n1', 'n2']))
      expect(db.pool.using).toBe(0)
    }, 120_000)

    test('all replicas lost: the primary is read; they come back', async () => {
      await Promise.all([cluster('node-kill9', '1'), cluster('node-kill9', '2')])
      expect(new Set(await Promise.all(Array.from({ length: 6 }, () => where())))).toEqual(new Set(['n0']))
      await server(1)
      await server(2)
      for (let tries = 0; db.pool.read.aside.length > 0 && tries < 100; tries += 1) await pause(100)
      expect(await where()).not.toBe('n0')
    }, 120_000)

    test('the server killed under load and started again: the program goes on, and no acknowledged write is lost', async () => {
      const acknowledged: number[] = []
      let isOver = false
      let failed = 0
      const writers = Array.from({ length: 6 }, async () => {
        while (!isOver) {
          try {
            acknowledged.push((await db.transaction(() => Note.create({ text: 'under load' }))).id)
          } catch (error) {
            failed += 1
            expect((error as Error).name).toMatch(/Connection/)
            await pause(20)
          }
        }
      })
      await pause(300)
      await cluster('node-kill9', '0')
      await pause(200)
      await server(0)
      const before = acknowledged.length
      for (let tries = 0; acknowledged.length < before + 50 && tries < 200; tries += 1) await pause(50)
      isOver = true
      await Promise.all(writers)
      expect(acknowledged.length).toBeGreaterThanOrEqual(before + 50)
      expect(failed).toBeGreaterThan(0)
      expect(await Note.count({ where: { id: acknowledged }, useMaster: true })).toBe(acknowledged.length)
      expect([db.pool.using, db.pool.waiting]).toEqual([0, 0])
    }, 120_000)

    test('the primary is killed and a replica promoted: writes go on there, and no acknowledged one is lost', async () => {
      await caughtUp()
      const acknowledged: number[] = []
      let isOver = false
      let failed = 0
      const writers = Array.from({ length: 4 }, async () => {
        while (!isOver) {
          try {
            const { id } = await db.transaction({ retry: { max: 3 } }, () => Note.create({ text: 'under load' }))
            acknowledged.push(id)
          } catch {
            failed += 1
            await pause(50)
          }
          await pause(5)
        }
      })
      await pause(400)
      // Everything that was acknowledged so far has arrived at the replica that will be the primary.
      isOver = true
      await Promise.all(writers)
      await caughtUp()
      await cluster('node-kill9', '0')
      await expect(Note.create({ text: 'nobody takes it' })).rejects.toMatchObject({ name: /Connection/ })
      await cluster('promote', '1')
      const made = await Note.create({ text: 'after' })
      expect(await where({ useMaster: true })).toBe('n1')
      expect(await Note.count({ where: { id: [...acknowledged, made.id] }, useMaster: true })).toBe(
        acknowledged.length + 1,
      )
      expect(failed).toBe(0)
      expect(db.pool.using).toBe(0)
    }, 120_000)
  })
