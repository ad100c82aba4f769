// MySQL's Group Replication with several primaries: conflicts that show at COMMIT, and a member that is killed. MORTISE_GROUP_REPLICATION:
// a program that starts and stops three members: `start`, `url I`, `node-kill9 I`, `node-start I`, where I is 1, 2 or 3.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ConnectionError, DataTypes, DeadlockError, Sequelize, SerializationError } from 'mortise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database, Row, Table } from '../../support/untyped.js'

const program = process.env.MORTISE_GROUP_REPLICATION
const run = promisify(execFile)
const group = async (...args: readonly string[]): Promise<string> =>
  (await run('bash', [program!, ...args], { timeout: 120_000 })).stdout.trim()
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

if (!program) {
  test.skip('Group Replication: MORTISE_GROUP_REPLICATION names no program that starts a group', () => {})
} else
  describe('Group Replication', () => {
    let urls: string[] = []
    const opened: Database[] = []
    const open = (options: object): Database => {
      const db = new Sequelize({ dialect: 'mysql', logging: false, ...options } as never) as unknown as Database
      opened.push(db)
      return db
    }
    /** Of one member, which alone is spoken to. What others have committed is seen at once. */
    const member = (number: number, options: object = {}): Database => {
      const db = open({ url: urls[number - 1], ...options })
      db.hooks.addListener('afterConnect', (connection: Row) =>
        connection.execute({
          text: "SET SESSION group_replication_consistency = 'BEFORE'",
          params: [],
          mode: 'run',
        }),
      )
      return db
    }
    const define = (db: Database): Table =>
      db.define(
        'Account',
        { balance: DataTypes.INTEGER, owner: DataTypes.STRING },
        { timestamps: false, tableName: 'mortise_accounts' },
      )

    beforeAll(async () => {
      await group('start')
      urls = await Promise.all(['1', '2', '3'].map((number) => group('url', number)))
      const Account = define(member(1))
      await Account.sync({ force: true })
      await Account.create({ balance: 0 })
    }, 300_000)
    afterAll(async () => {
      for (const db of opened) await db.close().catch(() => {})
      // As it was found; a member may take long to join.
      await group('node-start', '1').catch(() => {})
    }, 240_000)

    for (const driver of ['mariadb', 'mysql2']) {
      test(`${driver}: a conflict is told at COMMIT, in words that retry knows: the transaction is run again`, async () => {
        const [one, other] = [member(1, { driver, pool: { max: 2 } }), open({ url: urls[2], driver })]
        const [Account, Other] = [define(one), define(other)]
        const { id, balance: before } = await Account.findOne()
        const collide = async (options: object): Promise<number> => {
          let runs = 0
          await one.transaction(options, async () => {
            runs += 1
            if (runs > 1) return void (await Account.increment('balance', { by: 1, where: { id } }))
            await Account.increment('balance', { by: 1, where: { id } })
            // The other member knows nothing of this one's lock.
            await Other.increment('balance', { by: 10, where: { id } })
          })
          return runs
        }
        const error: unknown = await collide({}).catch((reason: unknown) => reason)
        // Whether the other's change has arrived.
        expect(error instanceof SerializationError || error instanceof DeadlockError, String(error)).toBe(true)
        expect((error as { sql?: string }).sql).toBe('COMMIT')
        expect((await Account.findByPk(id)).balance).toBe(before + 10)
        expect(await collide({ retry: { max: 10, backoffBase: 10 } })).toBeGreaterThan(1)
        expect((await Account.findByPk(id)).balance).toBe(before + 21)
        expect([one.pool.using, one.pool.waiting]).toEqual([0, 0])
      }, 60_000)
    }

    test('the member killed under load: another one takes the writes, and none that was acknowledged is lost', async () => {
      const db = open({ pool: { max: 5 }, replication: { write: urls, read: [] } })
      const Account = define(db)
      const acknowledged: number[] = []
      const failures: Error[] = []
      let isOver = false
      const writers = Array.from({ length: 6 }, async () => {
        while (!isOver) {
          try {
            acknowledged.push((await db.transaction({ retry: { max: 5 } }, () => Account.create({ owner: 'load' }))).id)
          } catch (error) {
            failures.push(error as Error)
            await pause(20)
          }
        }
      })
      await pause(500)
      await group('node-kill9', '1')
      const before = acknowledged.length
      for (let tries = 0; acknowledged.length < before + 50 && tries < 800; tries += 1) await pause(50)
      isOver = true
      await Promise.all(writers)
      expect(acknowledged.length).toBeGreaterThanOrEqual(before + 50)
      expect(failures.length).toBeGreaterThan(0)
      for (const error of failures) expect(error).toBeInstanceOf(ConnectionError)
      for (const number of [2, 3]) {
        const rows = await define(member(number)).findAll({ raw: true, attributes: ['id'] })
        const found = new Set(rows.map(({ id }: Row) => id as number))
        expect(acknowledged.filter((id) => !found.has(id))).toEqual([])
      }
      expect([db.pool.using, db.pool.waiting]).toEqual([0, 0])
    }, 240_000)
  })
