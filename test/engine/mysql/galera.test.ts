// A Galera cluster: conflicts that show at COMMIT, a node that is killed, a node that loses the others. MORTISE_GALERA: a program that
// starts and stops three nodes: `start`, `url I`, `node-kill9 I`, `node-start I`, where I is 1, 2 or 3.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ConnectionError, ConnectionLostError, DataTypes, DeadlockError, Sequelize } from 'mortise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database, Row, Table } from '../../support/untyped.js'

const program = process.env.MORTISE_GALERA
const run = promisify(execFile)
const cluster = async (...args: readonly string[]): Promise<string> =>
  (await run('bash', [program!, ...args], { timeout: 120_000 })).stdout.trim()
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

if (!program) {
  test.skip('Galera: MORTISE_GALERA names no program that starts a cluster', () => {})
} else
  describe('a Galera cluster', () => {
    const DRIVERS = ['mariadb', 'mysql2'] as const
    let urls: string[] = []
    const opened: Database[] = []
    const open = (options: object): Database => {
      const db = new Sequelize({ dialect: 'mariadb', logging: false, ...options } as never) as unknown as Database
      opened.push(db)
      return db
    }
    /** Of node 1, 2 or 3, which alone is spoken to. What others have committed is seen at once. */
    const node = (number: number, options: object = {}): Database => {
      const db = open({ url: urls[number - 1], ...options })
      db.hooks.addListener('afterConnect', (connection: Row) =>
        connection.execute({ text: 'SET SESSION wsrep_sync_wait = 15', params: [], mode: 'run' }),
      )
      return db
    }
    const define = (db: Database): Table =>
      db.define(
        'Account',
        { balance: DataTypes.INTEGER, owner: DataTypes.STRING },
        { timestamps: false, tableName: 'mortise_accounts' },
      )
    /** The name of the node that answers. */
    const where = async (db: Database, options: object = {}): Promise<string> =>
      (await db.query('SELECT @@wsrep_node_name AS name', { type: 'SELECT', ...options }))[0].name
    const isReady = async (db: Database): Promise<boolean> =>
      (await db.query("SHOW STATUS LIKE 'wsrep_ready'", { type: 'SELECT' }))[0].Value === 'ON'
    const ids = async (db: Database): Promise<Set<number>> =>
      new Set((await define(db).findAll({ raw: true, attributes: ['id'] })).map(({ id }: Row) => id))

    beforeAll(async () => {
      await cluster('start')
      urls = await Promise.all(['1', '2', '3'].map((number) => cluster('url', number)))
      const Account = define(node(1))
      await Account.sync({ force: true })
      await Account.bulkCreate([{ balance: 0 }, { balance: 0 }])
    }, 300_000)
    afterAll(async () => {
      for (const db of opened) await db.close().catch(() => {})
      await cluster('start').catch(() => {})
    }, 300_000)

    /** Both change the same row; the second one has committed before the first one does. */
    async function collide(first: Database, second: Database, options: object): Promise<{ runs: number }> {
      let runs = 0
      const [Account, Other] = [define(first), define(second)]
      const row = await Account.findOne({ order: ['id'] })
      await first.transaction(options, async () => {
        runs += 1
        await Account.increment('balance', { by: 1, where: { id: row.id } })
        if (runs === 1) await second.transaction(() => Other.increment('balance', { by: 10, where: { id: row.id } }))
        // What is heard of it at the next statement otherwise.
        if (runs === 1) await pause(100)
      })
      return { runs }
    }

    for (const driver of DRIVERS) {
      test(`${driver}: a conflict is told at COMMIT, as a DeadlockError, and nothing is written`, async () => {
        const [one, other] = [node(1, { driver, pool: { max: 2 } }), node(3, { driver })]
        const before = (await define(one).findOne({ order: ['id'] })).balance
        const error: unknown = await collide(one, other, {}).catch((reason: unknown) => reason)
        expect(error).toBeInstanceOf(DeadlockError)
        expect((error as { sql?: string }).sql).toBe('COMMIT')
        expect((error as { cause: { errno: number } }).cause.errno).toBe(1213)
        expect((await define(one).findOne({ order: ['id'] })).balance).toBe(before + 10)
        expect([one.pool.using, one.pool.waiting]).toEqual([0, 0])
        expect((await collide(one, other, { retry: { max: 5, backoffBase: 5 } })).runs).toBe(2)
        expect((await define(other).findOne({ order: ['id'] })).balance).toBe(before + 21)
        expect([one.pool.using, one.pool.waiting]).toEqual([0, 0])
      })
    }

    test('many at a time on all nodes: with retry every transaction commits, and none is lost', async () => {
      const nodes = [1, 2, 3].map((number) => node(number, { pool: { max: 5 } }))
      const Account = define(nodes[0]!)
      const row = await Account.create({ balance: 0, owner: 'all' })
      let runs = 0
      await Promise.all(
        Array.from({ length: 90 }, async (_item, at) => {
          const db = nodes[at % 3]!
          await db.transaction({ retry: { max: 100, backoffBase: 5, backoffExponent: 1.05 } }, async () => {
            runs += 1
            await define(db).increment('balance', { by: 1, where: { id: row.id } })
            await define(db).create({ owner: `many ${at}` })
          })
        }),
      )
      expect((await Account.findByPk(row.id)).balance).toBe(90)
      expect(await Account.count({ where: { owner: Array.from({ length: 90 }, (_item, at) => `many ${at}`) } })).toBe(
        90,
      )
      expect(runs).toBeGreaterThan(90)
      for (const db of nodes) expect([db.pool.using, db.pool.waiting]).toEqual([0, 0])
    }, 60_000)

    test('keys of several rows are those that the node gave', async () => {
      for (const number of [1, 2, 3]) {
        const Account = define(node(number))
        const rows = await Account.bulkCreate([{ owner: `k${number} a` }, { owner: `k${number} b` }])
        for (const row of rows) expect((await Account.findByPk(row.id)).owner).toBe(row.owner)
      }
    })

    /** Writes as long as `during` takes, then until it goes well again. */
    async function underLoad(
      db: Database,
      during: () => Promise<unknown>,
    ): Promise<{ acknowledged: number[]; failures: Error[] }> {
      const Account = define(db)
      const acknowledged: number[] = []
      const failures: Error[] = []
      let isOver = false
      const writers = Array.from({ length: 8 }, async (_item, at) => {
        while (!isOver) {
          try {
            const { id } = await (at % 2 === 0
              ? Account.create({ owner: 'load' })
              : db.transaction({ retry: { max: 5 } }, () => Account.create({ owner: 'load' })))
            acknowledged.push(id)
          } catch (error) {
            failures.push(error as Error)
            await pause(20)
          }
        }
      })
      await pause(300)
      await during()
      const before = acknowledged.length
      for (let tries = 0; acknowledged.length < before + 50 && tries < 400; tries += 1) await pause(50)
      isOver = true
      await Promise.all(writers)
      expect(acknowledged.length).toBeGreaterThanOrEqual(before + 50)
      return { acknowledged, failures }
    }

    for (const driver of DRIVERS) {
      test(`${driver}: the node killed under load: another one takes the writes, and none that was acknowledged is lost`, async () => {
        const db = open({ driver, pool: { max: 5 }, replication: { write: urls, read: [] } })
        expect(await where(db)).toBe('n1')
        const { acknowledged, failures } = await underLoad(db, () => cluster('node-kill9', '1'))
        for (const error of failures) expect(error).toBeInstanceOf(ConnectionError)
        expect(await where(db)).toBe('n2')
        for (const number of [2, 3]) {
          const found = await ids(node(number, { driver }))
          expect(acknowledged.filter((id) => !found.has(id))).toEqual([])
        }
        expect([db.pool.using, db.pool.waiting]).toEqual([0, 0])
        await cluster('node-start', '1')
        const found = await ids(node(1, { driver }))
        expect(acknowledged.filter((id) => !found.has(id))).toEqual([])
      }, 180_000)

      test(`${driver}: a node killed and started again, the only one that is known: the program goes on when it is back`, async () => {
        const db = node(2, { driver, pool: { max: 5 } })
        const { acknowledged, failures } = await underLoad(db, async () => {
          await cluster('node-kill9', '2')
          await cluster('node-start', '2')
        })
        expect(failures.length).toBeGreaterThan(0)
        for (const error of failures) expect(error).toBeInstanceOf(ConnectionError)
        const found = await ids(node(3, { driver }))
        expect(acknowledged.filter((id) => !found.has(id))).toEqual([])
        expect([db.pool.using, db.pool.waiting]).toEqual([0, 0])
      }, 180_000)

      test(`${driver}: a node that has lost the others takes nothing: another one is found, and connections lead there`, async () => {
        const db = open({ driver, pool: { max: 5 }, replication: { write: urls, read: [] } })
        const admin = open({ url: urls[0], driver, pool: { max: 1 } })
        const isolate = (value: number): Promise<unknown> =>
          admin.query(`SET GLOBAL wsrep_provider_options = 'gmcast.isolate=${value}'`)
        expect(await where(db)).toBe('n1')
        try {
          const { acknowledged, failures } = await underLoad(db, async () => {
            await isolate(1)
            for (let tries = 0; (await isReady(admin)) && tries < 200; tries += 1) await pause(50)
          })
          for (const error of failures) expect(error).toBeInstanceOf(ConnectionLostError)
          expect(await where(db)).toBe('n2')
          await expect(define(admin).count()).rejects.toBeInstanceOf(ConnectionLostError)
          const found = await ids(node(3, { driver }))
          expect(acknowledged.filter((id) => !found.has(id))).toEqual([])
        } finally {
          await isolate(0)
          for (let tries = 0; !(await isReady(admin)) && tries < 400; tries += 1) await pause(50)
        }
        expect(await define(admin).count()).toBeGreaterThan(0)
        expect([db.pool.using, db.pool.waiting]).toEqual([0, 0])
      }, 120_000)
    }
  })
