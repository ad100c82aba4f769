// MySQL's Group Replication with several primaries: conflicts that show at COMMIT, and a member that is killed. MORTISE_GROUP_REPLICATION:
// a program that starts and stops three members: `start`, `url I`, `node-kill9 I`, `node-start I`, where I is 1, 2 or 3.
import { ConnectionError, DeadlockError, SerializationError } from 'mortise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandOf, defineAccount as define, Nodes, underLoad } from '../../support/cluster.js'
import type { Row } from '../../support/untyped.js'

const program = process.env.MORTISE_GROUP_REPLICATION

if (!program) {
  test.skip('Group Replication: MORTISE_GROUP_REPLICATION names no program that starts a group', () => {})
} else
  describe('Group Replication', () => {
    const group = commandOf(program)
    // What others have committed is seen at once.
    const members = new Nodes(group, { dialect: 'mysql' }, "SET SESSION group_replication_consistency = 'BEFORE'")
    const member = members.node.bind(members)

    beforeAll(async () => {
      await members.start([1, 2, 3])
      const Account = define(member(1))
      await Account.sync({ force: true })
      await Account.create({ balance: 0 })
    }, 300_000)
    afterAll(async () => {
      await members.close()
      // As it was found; a member may take long to join.
      await group('node-start', '1').catch(() => {})
    }, 240_000)

    for (const driver of ['mariadb', 'mysql2']) {
      test(`${driver}: a conflict is told at COMMIT, in words that retry knows: the transaction is run again`, async () => {
        const [one, other] = [member(1, { driver, pool: { max: 2 } }), members.open({ url: members.urls[2], driver })]
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
      const db = members.open({ pool: { max: 5 }, replication: { write: members.urls, read: [] } })
      const Account = define(db)
      const write = (): Promise<Row> => db.transaction({ retry: { max: 5 } }, () => Account.create({ owner: 'load' }))
      const { acknowledged, failures, recovered } = await underLoad(write, 6, () => group('node-kill9', '1'))
      expect(recovered).toBeGreaterThanOrEqual(50)
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
