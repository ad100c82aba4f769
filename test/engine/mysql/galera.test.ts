// A Galera cluster: conflicts that show at COMMIT, a node that is killed, a node that loses the others. MORTISE_GALERA: a program that
// starts and stops three nodes: `start`, `url I`, `node-kill9 I`, `node-start I`, where I is 1, 2 or 3.
import { ConnectionError, ConnectionLostError, DeadlockError } from 'mortise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Load } from '../../support/cluster.js'
import { commandOf, defineAccount as define, Nodes, pause, underLoad } from '../../support/cluster.js'
import type { Database, Row } from '../../support/untyped.js'

const program = process.env.MORTISE_GALERA

if (!program) {
  test.skip('Galera: MORTISE_GALERA names no program that starts a cluster', () => {})
} else
  describe('a Galera cluster', () => {
    const DRIVERS = ['mariadb', 'mysql2'] as const
    const cluster = commandOf(program)
    // What others have committed is seen at once.
    const nodes = new Nodes(cluster, { dialect: 'mariadb' }, 'SET SESSION wsrep_sync_wait = 15')
    const node = nodes.node.bind(nodes)
    /** Of all nodes. */
    const everywhere = (driver: string): Database =>
      nodes.open({ driver, pool: { max: 5 }, replication: { write: nodes.urls, read: [] } })
    /** The name of the node that answers. */
    const where = async (db: Database, options: object = {}): Promise<string> =>
      (await db.query('SELECT @@wsrep_node_name AS name', { type: 'SELECT', ...options }))[0].name
    const isReady = async (db: Database): Promise<boolean> =>
      (await db.query("SHOW STATUS LIKE 'wsrep_ready'", { type: 'SELECT' }))[0].Value === 'ON'
    const ids = async (db: Database): Promise<Set<number>> =>
      new Set((await define(db).findAll({ raw: true, attributes: ['id'] })).map(({ id }: Row) => id))

    beforeAll(async () => {
      await nodes.start([1, 2, 3])
      const Account = define(node(1))
      await Account.sync({ force: true })
      await Account.bulkCreate([{ balance: 0 }, { balance: 0 }])
    }, 300_000)
    afterAll(async () => {
      await nodes.close()
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
      const all = [1, 2, 3].map((number) => node(number, { pool: { max: 5 } }))
      const Account = define(all[0]!)
      const row = await Account.create({ balance: 0, owner: 'all' })
      let runs = 0
      await Promise.all(
        Array.from({ length: 90 }, async (_item, at) => {
          const db = all[at % 3]!
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
      for (const db of all) expect([db.pool.using, db.pool.waiting]).toEqual([0, 0])
    }, 60_000)

    test('keys of several rows are those that the node gave', async () => {
      for (const number of [1, 2, 3]) {
        const Account = define(node(number))
        const rows = await Account.bulkCreate([{ owner: `k${number} a` }, { owner: `k${number} b` }])
        for (const row of rows) expect((await Account.findByPk(row.id)).owner).toBe(row.owner)
      }
    })

    const loaded = async (db: Database, during: () => Promise<unknown>): Promise<Load> => {
      const Account = define(db)
      const create = (): Promise<Row> => Account.create({ owner: 'load' })
      const write = (writer: number): Promise<Row> =>
        writer % 2 === 0 ? create() : db.transaction({ retry: { max: 5 } }, create)
      const load = await underLoad(write, 8, during)
      expect(load.recovered).toBeGreaterThanOrEqual(50)
      return load
    }

    for (const driver of DRIVERS) {
      test(`${driver}: the node killed under load: another one takes the writes, and none that was acknowledged is lost`, async () => {
        const db = everywhere(driver)
        expect(await where(db)).toBe('n1')
        const { acknowledged, failures } = await loaded(db, () => cluster('node-kill9', '1'))
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
        const { acknowledged, failures } = await loaded(db, async () => {
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
        const db = everywhere(driver)
        const admin = nodes.open({ url: nodes.urls[0], driver, pool: { max: 1 } })
        const isolate = (value: number): Promise<unknown> =>
          admin.query(`SET GLOBAL wsrep_provider_options = 'gmcast.isolate=${value}'`)
        expect(await where(db)).toBe('n1')
        try {
          const { acknowledged, failures } = await loaded(db, async () => {
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
