// hasOne(…).ofMany({ order }): the latest or best of many rows as a one-to-one.
import { DataTypes, hasOne } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Row } from '../../support/untyped.js'

describeEachEngine('hasOne.ofMany', (engine) => {
  const start = async () => {
    const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
    const User = sequelize.define('User', { name: DataTypes.STRING })
    const Login = sequelize.define('Login', { day: DataTypes.INTEGER })
    User.hasMany(Login, { as: 'logins', foreignKey: 'userId' })
    const last = User.hasOne(Login, { as: 'lastLogin', foreignKey: 'userId' }).ofMany({ order: [['day', 'DESC']] })
    expect([last.as, last.isOneOfMany, User.associations.lastLogin]).toEqual(['lastLogin', true, last])
    await sequelize.sync()
    await User.bulkCreate([{ name: 'a' }, { name: 'b' }, { name: 'c' }])
    await Login.bulkCreate([
      { day: 1, userId: 1 },
      { day: 3, userId: 1 },
      { day: 2, userId: 1 },
      { day: 5, userId: 2 },
    ])
    return { sequelize, recorder: engine.recorder(sequelize), User, Login }
  }
  const days = (users: readonly Row[]): unknown => users.map((user) => user.lastLogin?.day ?? null)

  test('one statement, joined or by a query of its own, beside the list and with a limit', async () => {
    const { User, recorder } = await start()
    let users: Row[] = []
    const read = async (options: object): Promise<number> =>
      await recorder.count(async () => {
        users = await User.findAll({ order: ['id'], ...options })
      })
    expect([await read({ include: 'lastLogin' }), days(users)]).toEqual([1, [3, 5, null]])
    expect([await read({ include: ['lastLogin', 'logins'] }), days(users)]).toEqual([1, [3, 5, null]])
    expect([await read({ include: ['lastLogin'], limit: 2 }), days(users)]).toEqual([1, [3, 5]])
    const apart = { include: { association: 'lastLogin', strategy: 'query' } }
    expect([await read(apart), days(users)]).toEqual([2, [3, 5, null]])
    expect(days(await User.findAll({ include: 'lastLogin', where: { '$lastLogin.day$': 3 } }))).toEqual([3])
    expect(await User.findAll({ include: 'lastLogin', where: { '$lastLogin.day$': 2 } })).toEqual([])
    expect((await users[0]!.getLastLogin()).day).toBe(3)
  })

  test('rows are added beside each other; it cannot be set', async () => {
    const { User, Login } = await start()
    const user = await User.findByPk(1)
    await user.createLastLogin({ day: 9 })
    expect([(await user.getLastLogin()).day, await Login.count({ where: { userId: 1 } })]).toEqual([9, 4])
    await expect(user.setLastLogin(1)).rejects.toThrow(/cannot be set.*createLastLogin/)
    await expect(user.setLastLogin(null)).rejects.toThrow(/cannot be set/)
  })

  test('what makes no sense is refused', async () => {
    const { sequelize, User, Login } = await start()
    expect(() => User.hasOne(Login, { as: 'x', foreignKey: 'userId', ofMany: {} })).toThrow(/ofMany says which/)
    const Card = sequelize.define('Card', {})
    expect(() => User.hasOne(Card, { as: 'card', unique: true }).ofMany({ order: ['id'] })).toThrow(/unique/)
  })

  test('declared with its model', async () => {
    const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
    const Run = sequelize.define('Run', { seconds: DataTypes.INTEGER })
    const Runner = sequelize.define(
      'Runner',
      {},
      { associations: { best: hasOne(() => Run as never, 'runnerId').ofMany({ order: ['seconds'] }) } },
    )
    await sequelize.sync()
    await Runner.create({})
    await Run.bulkCreate([
      { seconds: 12, runnerId: 1 },
      { seconds: 10, runnerId: 1 },
    ])
    expect((await Runner.findOne({ include: 'best' })).best.seconds).toBe(10)
  })
})
