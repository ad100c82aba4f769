// Transactions in each other's way: real conflicts, made on purpose.
import { DataTypes, DeadlockError, IsolationLevel, Lock, Transaction } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Database, Row, Table } from '../../support/untyped.js'
import { pause } from './server.js'

describeEachEngine('transactions in conflict', (engine) => {
  const onServer = engine.requires('server')
  async function world(options: object = {}): Promise<{ db: Database; Account: Table }> {
    const db = engine.script(await engine.connect({ file: true, pool: { max: 5 }, ...options }))
    const Account = db.define(
      'Account',
      { balance: DataTypes.INTEGER, ownerId: DataTypes.INTEGER },
      { timestamps: false },
    )
    await db.sync()
    await Account.bulkCreate([{ balance: 100 }, { balance: 100 }, { balance: 100 }])
    return { db, Account }
  }
  const balances = async (Account: Table): Promise<number[]> =>
    (await Account.findAll({ order: ['id'] })).map(({ balance }) => balance)

  /** Two who wait for each other: each has one of the rows, and wants the other's. */
  async function collide(
    db: Database,
    Account: Table,
    options: object,
    inner: (work: () => Promise<void>) => Promise<unknown> = (work) => work(),
  ): Promise<{ outcomes: PromiseSettledResult<unknown>[]; runs: number }> {
    let runs = 0
    let arrived = 0
    const one = (first: number, second: number): Promise<unknown> =>
      db.transaction(options, async () => {
        runs += 1
        await Account.increment('balance', { by: 1, where: { id: first } })
        arrived += 1
        // The first time, nobody goes on before both have their row.
        for (let tries = 0; arrived < 2 && tries < 500; tries += 1) await pause(5)
        await inner(async () => {
          await Account.increment('balance', { by: 1, where: { id: second } })
        })
      })
    const outcomes = await Promise.allSettled([one(1, 2), one(2, 1)])
    return { outcomes, runs }
  }

  onServer('a deadlock is an error of its class; with retry the whole transaction is run again', async () => {
    const { db, Account } = await world()
    const once = await collide(db, Account, {})
    const failed = once.outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[]
    expect(failed).toHaveLength(1)
    expect(failed[0]!.reason).toBeInstanceOf(DeadlockError)
    expect(await balances(Account)).toEqual([101, 101, 100])
    const again = await collide(db, Account, { retry: { max: 5, backoffBase: 5 } })
    expect(again.outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    // Three, unless the one that was turned away is back before the server wakes the other: then they meet once more.
    expect(again.runs).toBeGreaterThanOrEqual(3)
    expect(again.runs).toBeLessThanOrEqual(7)
    expect(await balances(Account)).toEqual([103, 103, 100])
    expect(db.pool.using).toBe(0)
  })

  onServer('a deadlock inside a savepoint ends the outermost transaction, although its error was caught', async () => {
    const { db, Account } = await world()
    const caught: unknown[] = []
    const inSavepoint = (work: () => Promise<void>): Promise<unknown> =>
      db
        .transaction({ nestMode: 'savepoint' }, work)
        .catch((error: unknown) => caught.push(error))
        // What would now be outside of any transaction, on MySQL.
        .then(() =>
          caught.length > 0 && arrivedLate() ? Account.increment('balance', { by: 1000, where: { id: 3 } }) : null,
        )
    let late = 0
    const arrivedLate = (): boolean => {
      late += 1
      return late === 1 || caught.length > 0
    }
    const once = await collide(db, Account, {}, inSavepoint)
    expect(caught.length).toBe(1)
    expect(caught[0]).toBeInstanceOf(DeadlockError)
    const failed = once.outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[]
    expect(failed).toHaveLength(1)
    expect(failed[0]!.reason).toBeInstanceOf(DeadlockError)
    expect(failed[0]!.reason.message).toMatch(/as a whole/)
    const [one, two] = await balances(Account)
    expect([one, two]).toEqual([101, 101])

    // And is run again by the outermost one.
    const swallowed: unknown[] = []
    const again = await collide(db, Account, { retry: { max: 5, backoffBase: 5 } }, (work) =>
      db.transaction({ nestMode: 'savepoint' }, work).catch((error: unknown) => swallowed.push(error)),
    )
    expect(again.outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    // Three, unless the one that was turned away is back before the server wakes the other: then they meet once more.
    expect(again.runs).toBeGreaterThanOrEqual(3)
    expect(again.runs).toBeLessThanOrEqual(7)
    expect(swallowed).toHaveLength(1)
    expect((await balances(Account)).slice(0, 2)).toEqual([103, 103])
    expect(db.pool.using).toBe(0)
  })

  onServer('transactions that cannot be put in an order: one is run again', async () => {
    const { db, Account } = await world()
    let runs = 0
    let arrived = 0
    const spend = (mine: number): Promise<unknown> =>
      db.transaction({ isolationLevel: IsolationLevel.SERIALIZABLE, retry: { max: 8, backoffBase: 5 } }, async () => {
        runs += 1
        const total = await Account.sum('balance', { where: { id: [1, 2] } })
        arrived += 1
        for (let tries = 0; arrived < 2 && tries < 500; tries += 1) await pause(5)
        if (total >= 200) await Account.decrement('balance', { by: 150, where: { id: mine } })
      })
    await Promise.all([spend(1), spend(2)])
    // Whichever came second saw the first one's withdrawal, and made none.
    expect((await Account.sum('balance', { where: { id: [1, 2] } })) as number).toBe(50)
    expect(runs).toBeGreaterThan(2)
    expect(db.pool.using).toBe(0)
  })

  test('listeners: of a transaction that is run again, only the one that was committed tells so', async () => {
    const { db, Account } = await world()
    const log: string[] = []
    let runs = 0
    await db.transaction({ retry: { max: 3, match: /passing/, backoffBase: 1 } }, async (transaction) => {
      runs += 1
      const run = runs
      transaction.afterCommit!(() => log.push(`commit ${run}`))
      transaction.afterRollback!(() => log.push(`rollback ${run}`))
      await db.transaction({ nestMode: 'savepoint', transaction }, async (inner) => {
        inner.afterCommit!(() => log.push(`inner ${run}`))
        await Account.increment('balance', { by: 1, where: { id: 1 } })
      })
      if (runs < 2) throw new Error('passing')
    })
    expect(log).toEqual(['rollback 1', 'commit 2', 'inner 2'])
    expect((await balances(Account))[0]).toBe(101)
  })

  test('read only: refused by the database, and the connection writes again afterwards', async () => {
    const { db, Account } = await world({ pool: { max: 1 } })
    await expect(db.transaction({ readOnly: true }, () => Account.create({ balance: 1 }))).rejects.toMatchObject({
      name: 'SequelizeReadOnlyError',
    })
    expect(await db.transaction({ readOnly: true }, () => Account.count())).toBe(3)
    await db.transaction(() => Account.create({ balance: 1 }))
    expect(await Account.count()).toBe(4)
  })

  engine.requires('server', 'isolationLevels')('isolation levels: what each of them sees', async () => {
    const { db, Account } = await world()
    const seen = async (isolationLevel: string): Promise<number[]> =>
      await db.transaction({ isolationLevel }, async (transaction) => {
        const before = await Account.findByPk(1, { transaction })
        await Account.increment('balance', { by: 1, where: { id: 1 }, transaction: null })
        const after = await Account.findByPk(1, { transaction })
        return [before.balance, after.balance]
      })
    expect(await seen(IsolationLevel.READ_COMMITTED)).toEqual([100, 101])
    expect(await seen(IsolationLevel.REPEATABLE_READ)).toEqual([101, 101])
  })

  engine.requires('server', 'rowLocks')('row locks: waited for, skipped, refused, of one model only', async () => {
    const { db, Account } = await world()
    const Owner = db.define('Owner', { name: DataTypes.STRING }, { timestamps: false })
    Account.belongsTo(Owner, { as: 'owner', foreignKey: 'ownerId', constraints: false })
    await db.sync()
    await Owner.create({ id: 1, name: 'Ann' })
    await Account.update({ ownerId: 1 }, { where: { id: 1 } })
    expect(Transaction.LOCK.UPDATE).toBe(Lock.UPDATE)
    const holder = await db.startUnmanagedTransaction()
    await Account.findByPk(1, { lock: holder.LOCK.UPDATE, transaction: holder })
    const ids = async (options: object): Promise<number[]> =>
      (await Account.findAll({ order: ['id'], ...options })).map(({ id }: Row) => id)
    await db.transaction(async (transaction) => {
      expect(await ids({ lock: true, skipLocked: true, transaction })).toEqual([2, 3])
      expect(await ids({ lock: Lock.SHARE, skipLocked: true, transaction })).toEqual([2, 3])
    })
    await expect(db.transaction(() => ids({ lock: true, noWait: true }))).rejects.toMatchObject({
      name: 'SequelizeTimeoutError',
    })
    let isThrough = false
    const waiting = db.transaction(async () => {
      await ids({ lock: true, where: { id: 1 } })
      isThrough = true
    })
    await pause(80)
    expect(isThrough).toBe(false)
    await holder.commit()
    await waiting
    const text = await engine
      .recorder(db)
      .during(() =>
        db.transaction(() =>
          Account.findAll({ include: 'owner', where: { id: 1 }, lock: { level: Lock.UPDATE, of: Account } }),
        ),
      )
    expect(text.join()).toMatch(/FOR UPDATE/)
    // The owner's row is not locked.
    const partly = await db.startUnmanagedTransaction()
    await Account.findAll({
      include: 'owner',
      where: { id: 1 },
      lock: { level: Lock.UPDATE, of: Account },
      transaction: partly,
    })
    if (/FOR UPDATE OF/.test(text.join()))
      expect(await db.transaction(() => Owner.findAll({ lock: true, skipLocked: true }))).toHaveLength(1)
    expect(await db.transaction(() => ids({ lock: true, skipLocked: true, where: { id: 1 } }))).toEqual([])
    await partly.rollback()
    expect(db.pool.using).toBe(0)
  })

  test('a thousand transactions at a time through a pool of five: all commit, none is lost', async () => {
    const { db, Account } = await world({ pool: { max: 5, acquire: 60_000 }, logging: false })
    const outcomes = await Promise.allSettled(
      Array.from({ length: 1000 }, (_, at) =>
        db.transaction({ retry: { max: 20, backoffBase: 2 } }, async () => {
          await Account.create({ balance: at, ownerId: 7 })
          await Account.increment('balance', { by: 1, where: { id: 1 + (at % 3) } })
        }),
      ),
    )
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([])
    expect(await Account.count({ where: { ownerId: 7 } })).toBe(1000)
    expect((await balances(Account)).slice(0, 3).reduce((sum, one) => sum + one, 0)).toBe(1300)
    expect([db.pool.using, db.pool.waiting]).toEqual([0, 0])
    expect(db.pool.write.size).toBeLessThanOrEqual(5)
  }, 60_000)
})
