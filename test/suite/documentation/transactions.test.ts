// "Transactions" (versions 6 and 7).
import { DataTypes, IsolationLevel, Transaction, TransactionNestMode } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'

describeEachEngine('transactions', (engine) => {
  async function people(options: Record<string, unknown> = {}) {
    const sequelize = engine.script(await engine.connect(options))
    const User = sequelize.define('user', { firstName: DataTypes.STRING, lastName: DataTypes.STRING })
    const Shooter = sequelize.define('shooter', { firstName: DataTypes.STRING, lastName: DataTypes.STRING })
    User.hasOne(Shooter)
    Shooter.belongsTo(User)
    await sequelize.sync()
    return { sequelize, User, Shooter }
  }

  test('a setter given the values of a row makes and links it, inside the transaction', async () => {
    const { sequelize, User, Shooter } = await people()
    const user = await sequelize.transaction(async (transaction) => {
      const made = await User.create({ firstName: 'Abraham' }, { transaction })
      const shooter = await made.setShooter({ firstName: 'John', lastName: 'Boothe' }, { transaction })
      expect(shooter.userId).toBe(made.id)
      return made
    })
    expect((await user.getShooter()).lastName).toBe('Boothe')
    await expect(
      sequelize.transaction(async () => {
        await user.setShooter({ firstName: 'Nobody' })
        throw new Error('stop')
      }),
    ).rejects.toThrow('stop')
    expect(await Shooter.count()).toBe(1)
    const shooter = await Shooter.create({})
    expect((await shooter.setUser({ firstName: 'Mary' })).firstName).toBe('Mary')
    expect(shooter.userId).not.toBeNull()
    for (const wrong of [{}, { frstName: 'x' }, { firstName: 'x', nope: 1 }, [], undefined])
      await expect(user.setShooter(wrong)).rejects.toThrow(/setShooter/)
    expect((await user.getShooter()).firstName).toBe('John')
  })
  test('managed: commits with the result, rolls back with the error, and is found without being passed', async () => {
    const { sequelize, User } = await people()
    expect(
      await sequelize.transaction(async (transaction) => {
        expect(sequelize.getCurrentClsTransaction()).toBe(transaction)
        await User.create({ firstName: 'a' })
        return 7
      }),
    ).toBe(7)
    await expect(
      sequelize.transaction(async () => {
        await User.create({ firstName: 'b' })
        throw new Error('no')
      }),
    ).rejects.toThrow(/^no$/)
    expect(await User.count()).toBe(1)
  })
  test('unmanaged: commit and rollback by hand, once', async () => {
    const { sequelize, User } = await people()
    for (const start of ['transaction', 'startUnmanagedTransaction']) {
      const kept = await sequelize[start]()
      await User.create({ firstName: start }, { transaction: kept })
      await kept.commit()
      await expect(kept.rollback()).rejects.toThrow(/commit/)
      const undone = await sequelize[start]()
      await User.create({ firstName: 'x' }, { transaction: undone })
      await undone.rollback()
    }
    expect(await User.count()).toBe(2)
  })
  test('nested: the same by default, or a savepoint that fails alone', async () => {
    const { sequelize, User } = await people()
    await sequelize.transaction(async (outer) => {
      await sequelize.transaction(async (inner) => expect(inner.id).toBe(outer.id))
      await User.create({ firstName: 'kept' })
      await sequelize
        .transaction({ nestMode: TransactionNestMode.savepoint, transaction: outer }, async () => {
          await User.create({ firstName: 'undone' })
          throw new Error('inner')
        })
        .catch(() => {})
    })
    expect((await User.findAll()).map(({ firstName }) => firstName)).toEqual(['kept'])
  })
  test('every isolation level may be asked for', async () => {
    expect(Transaction.ISOLATION_LEVELS).toEqual(IsolationLevel)
    const { sequelize, User } = await people({ isolationLevel: IsolationLevel.SERIALIZABLE })
    for (const isolationLevel of Object.values(IsolationLevel))
      expect(await sequelize.transaction({ isolationLevel }, () => User.count())).toBe(0)
    await expect(sequelize.transaction({ isolationLevel: 'NONE' }, async () => {})).rejects.toThrow(/isolationLevel/)
  })
  test('listeners for the end, waited for', async () => {
    const { sequelize } = await people()
    const log: string[] = []
    const listen = (transaction: { [name: string]: (listener: () => unknown) => unknown }): void => {
      transaction.afterCommit!(async () => {
        await Promise.resolve()
        log.push('commit')
      })
      transaction.afterRollback!(() => log.push('rollback'))
      transaction.afterTransaction!(() => log.push('end'))
    }
    await sequelize.transaction(async (transaction) => listen(transaction))
    expect(log.splice(0)).toEqual(['commit', 'end'])
    await sequelize
      .transaction(async (transaction) => {
        listen(transaction)
        throw new Error('no')
      })
      .catch(() => {})
    expect(log.splice(0)).toEqual(['rollback', 'end'])
    const unmanaged = await sequelize.startUnmanagedTransaction()
    listen(unmanaged)
    await unmanaged.commit()
    expect(log).toEqual(['commit', 'end'])
  })
  test('without the ambient one, only what is given a transaction is in it', async () => {
    const { sequelize, User } = await people({ disableClsTransactions: true })
    await sequelize.transaction(async (transaction) => {
      expect(sequelize.getCurrentClsTransaction()).toBeUndefined()
      await User.create({ firstName: 'a' }, { transaction })
    })
    expect(await User.count()).toBe(1)
  })
})
