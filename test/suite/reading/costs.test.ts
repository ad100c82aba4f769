// What reads cost that no machine changes: how many statements each kind of call sends, and how many plans are made for repeated ones.
import { DataTypes, Op } from 'mortise'
import { expect, test } from 'vitest'
import type { Engine } from '../../support/databases.js'
import { describeEachEngine } from '../../support/databases.js'
import type { Row } from '../../support/untyped.js'

const USERS = 20

async function filled(engine: Engine) {
  const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
  const User = sequelize.define('User', { name: DataTypes.STRING, age: DataTypes.INTEGER })
  const Profile = sequelize.define('Profile', { bio: DataTypes.STRING })
  const Address = sequelize.define('Address', { city: DataTypes.STRING })
  const Task = sequelize.define('Task', { title: DataTypes.STRING })
  const Tag = sequelize.define('Tag', { label: DataTypes.STRING })
  User.hasOne(Profile, { as: 'profile', foreignKey: { name: 'userId', unique: true } as never })
  Profile.hasOne(Address, { as: 'address', foreignKey: { name: 'profileId', unique: true } as never })
  User.hasMany(Task, { as: 'tasks', foreignKey: 'userId' })
  User.belongsToMany(Tag, { as: 'tags', through: 'UserTags' })
  await sequelize.sync()
  const ids = Array.from({ length: USERS }, (_, at) => at + 1)
  await User.bulkCreate(ids.map((id) => ({ id, name: `u${id}`, age: id % 5 })))
  await Profile.bulkCreate(ids.map((id) => ({ id, bio: `b${id}`, userId: id })))
  await Address.bulkCreate(ids.map((id) => ({ id, city: `c${id}`, profileId: id })))
  await Task.bulkCreate(ids.flatMap((id) => [1, 2].map((n) => ({ title: `t${id}.${n}`, userId: id }))))
  const tags = await Tag.bulkCreate([{ label: 'x' }, { label: 'y' }], { returning: true } as never)
  const users = await User.findAll({ order: ['id'] })
  await users[0]!.addTags(tags)
  return { sequelize, User, Task, users, recorder: engine.recorder(sequelize) }
}

describeEachEngine('what reads cost', (engine) => {
  test('statements of each kind of call', async () => {
    const { User, Task, users, recorder } = await filled(engine)
    const [user] = users as [Row]
    const task = await Task.findOne({ order: ['id'] })
    const nested = { association: 'profile', include: ['address'] }
    const calls: Readonly<Record<string, readonly [statements: number, call: () => Promise<unknown>]>> = {
      findAll: [1, () => User.findAll()],
      findOne: [1, () => User.findOne({ where: { name: 'u3' } } as never)],
      findByPk: [1, () => User.findByPk(3)],
      'findByPk of none': [1, () => User.findByPk(999)],
      findAndCountAll: [2, () => User.findAndCountAll({ limit: 2 })],
      count: [1, () => User.count()],
      sum: [1, () => User.sum('age' as never)],
      max: [1, () => User.max('age' as never)],
      raw: [1, () => User.findAll({ raw: true })],
      'include of one': [1, () => User.findAll({ include: ['profile'] } as never)],
      'include in an include': [1, () => User.findAll({ include: [nested] } as never)],
      'include of many': [1, () => User.findAll({ include: ['tasks'] } as never)],
      'include of many through': [1, () => User.findAll({ include: ['tags'] } as never)],
      'page with many': [1, () => User.findAll({ include: ['tasks'], limit: 3, order: ['id'] } as never)],
      separate: [2, () => User.findAll({ include: [{ association: 'tasks', separate: true }] } as never)],
      'count with an include': [1, () => User.count({ include: ['tasks'] } as never)],
      getOne: [1, () => user.getProfile()],
      getMany: [1, () => user.getTasks()],
      'getMany through': [1, () => user.getTags()],
      countMany: [1, () => user.countTasks()],
      hasMany: [1, () => user.hasTask(task)],
      'getOne of all in one tick': [1, () => Promise.all(users.map((one: Row) => one.getProfile()))],
      'getMany of all in one tick': [1, () => Promise.all(users.map((one: Row) => one.getTasks()))],
      load: [1, () => User.load(users as never, ['profile'] as never, { force: true })],
      'load of one and many': [2, () => User.load(users as never, ['profile', 'tasks'] as never, { force: true })],
      reload: [1, () => user.reload()],
    }
    const sent: Record<string, number> = {}
    const expected: Record<string, number> = {}
    for (const [name, [statements, call]] of Object.entries(calls)) {
      // The second call goes the short way, if there is one.
      await call()
      sent[name] = await recorder.count(call)
      expected[name] = statements
    }
    expect(sent).toEqual(expected)
  })
  test('repeated finds make no plan, whatever their values and the lengths of their lists', async () => {
    const { sequelize, User, users } = await filled(engine)
    const round = async (n: number): Promise<void> => {
      const ids = Array.from({ length: 1 + (n % 40) }, (_, at) => at + 1)
      await User.findByPk(1 + (n % USERS))
      await User.findOne({ where: { name: `u${n}` }, include: ['profile'] } as never)
      await User.findAll({ where: { age: { [Op.gt]: n % 5 }, id: { [Op.in]: ids } }, limit: 5 + (n % 3) } as never)
      await User.findAll({ where: { id: ids }, include: [{ association: 'tasks', separate: true }] } as never)
      await Promise.all(users.slice(0, 1 + (n % USERS)).map((user: Row) => user.getProfile()))
    }
    for (let n = 0; n < 40; n += 1) await round(n)
    const { hits, misses } = sequelize.planCache
    for (let n = 0; n < 40; n += 1) await round(n * 7)
    const after = sequelize.planCache
    expect(after.misses).toBe(misses)
    expect(after.hits - hits).toBeGreaterThanOrEqual(200)
  })
})
