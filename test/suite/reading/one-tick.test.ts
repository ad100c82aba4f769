// getX of several instances in one tick is one statement, and nobody sees a difference in what comes.
import { DataTypes, literal, Op } from 'mortise'
import { expect, test } from 'vitest'
import type { Engine } from '../../support/databases.js'
import { describeEachEngine } from '../../support/databases.js'
import type { Row } from '../../support/untyped.js'
import { warningsDuring } from '../../support/warnings.js'

async function filled(engine: Engine, options: object = {}) {
  const sequelize = engine.script(await engine.connect({ define: { timestamps: false }, ...options }))
  const User = sequelize.define('User', { name: DataTypes.STRING })
  const Profile = sequelize.define('Profile', { bio: DataTypes.STRING, kind: DataTypes.STRING })
  User.hasOne(Profile, { as: 'profile', foreignKey: 'userId', inverse: { as: 'user' } })
  await sequelize.sync()
  await User.bulkCreate(Array.from({ length: 12 }, (_, at) => ({ name: `u${at + 1}` })))
  await Profile.bulkCreate(
    Array.from({ length: 12 }, (_, at) => ({ bio: `b${at + 1}`, kind: at % 2 === 0 ? 'a' : 'b', userId: at + 1 })),
  )
  const users = await User.findAll({ order: ['id'] })
  return { sequelize, User, Profile, users, recorder: engine.recorder(sequelize) }
}

describeEachEngine('calls of one tick', (engine) => {
  test('the same options share a statement, each set of options its own', async () => {
    const { users, recorder } = await filled(engine)
    const statements = await recorder.during(async () => {
      const [plain, some, others] = await Promise.all([
        Promise.all(users.map((user) => user.getProfile())),
        Promise.all(users.map((user) => user.getProfile({ where: { kind: 'a' } }))),
        Promise.all(users.map((user) => user.getProfile({ where: { bio: { [Op.in]: ['b2', 'b3'] } } }))),
      ])
      expect(plain.map((profile: Row) => profile.bio)).toEqual(users.map((_, at) => `b${at + 1}`))
      expect(some.map((profile: Row | null) => profile?.bio ?? null)).toEqual(
        users.map((_, at) => (at % 2 === 0 ? `b${at + 1}` : null)),
      )
      expect(others.filter(Boolean).map((profile: Row) => profile.bio)).toEqual(['b2', 'b3'])
    })
    expect(statements).toHaveLength(3)
  })
  test('batch: false, and options that belong to one call, are statements of their own', async () => {
    const { users, recorder } = await filled(engine)
    const two = users.slice(0, 2)
    for (const options of [
      { batch: false },
      { raw: true },
      { rejectOnEmpty: true },
      { attributes: [[literal("'x'"), 'x'], 'id'] },
    ])
      expect(await recorder.count(() => Promise.all(two.map((user) => user.getProfile(options))))).toBe(2)
    expect(await recorder.count(() => Promise.all(two.map((user) => user.getProfile({ batch: true }))))).toBe(1)
    expect((await two[0]!.getProfile({ batch: false })).bio).toBe('b1')
  })
  test('a call alone is one statement that looks as it always did', async () => {
    const { users, recorder } = await filled(engine)
    const [alone] = await recorder.during(() => users[0]!.getProfile())
    const [own] = await recorder.during(() => users[0]!.getProfile({ batch: false }))
    expect(alone).toBe(own)
  })
  test('attributes show what was asked for, and no key beside it', async () => {
    const { users } = await filled(engine)
    const [first, second] = await Promise.all(users.slice(0, 2).map((user) => user.getProfile({ attributes: ['bio'] })))
    expect(first.toJSON()).toEqual({ bio: 'b1' })
    expect(second.toJSON()).toEqual({ bio: 'b2' })
    const alone = await users[0]!.getProfile({ attributes: ['bio'] })
    expect(alone._options.attributes).toEqual(first._options.attributes)
  })
  test('callers that come to the same row get an instance each', async () => {
    const { Profile } = await filled(engine)
    await Profile.update({ userId: 1 }, { where: { id: [1, 2] } })
    const profiles = await Profile.findAll({ where: { id: [1, 2] }, order: ['id'] })
    const [one, other] = await Promise.all(profiles.map((profile) => profile.getUser()))
    expect(one).not.toBe(other)
    one.name = 'changed'
    expect(other.name).toBe('u1')
    expect(other.changed()).toBe(false)
  })
  test('one transaction is one statement, two are two', async () => {
    const { sequelize, users, Profile, recorder } = await filled(engine, { file: true, pool: { max: 2 } })
    await sequelize.transaction(async (transaction) => {
      await Profile.update({ bio: 'inside' }, { where: { id: [1, 2] }, transaction })
      const statements = await recorder.during(async () => {
        const found = await Promise.all(users.slice(0, 3).map((user) => user.getProfile({ transaction })))
        expect(found.map((profile) => profile.bio)).toEqual(['inside', 'inside', 'b3'])
      })
      expect(statements).toHaveLength(1)
      const outside = await recorder.during(async () => {
        const found = await Promise.all([
          users[0]!.getProfile({ transaction }),
          users[1]!.getProfile({ transaction: null }),
        ])
        expect(found.map((profile) => profile.bio)).toEqual(['inside', 'b2'])
      })
      expect(outside).toHaveLength(2)
    })
  })
  test('an error reaches every caller, and is theirs alone', async () => {
    const { users, User } = await filled(engine)
    const failing = users.slice(0, 3).map((user) => user.getProfile({ where: { nothing: 1 } }))
    const settled = await Promise.allSettled([...failing, users[3]!.getProfile()])
    expect(settled.map((one) => one.status)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled'])
    const keyless = await User.findOne({ attributes: ['name'] })
    const mixed = await Promise.allSettled([keyless.getProfile(), users[1]!.getProfile()])
    expect(mixed.map((one) => one.status)).toEqual(['rejected', 'fulfilled'])
  })
  test('a limit in the scope of the target does not cut off others', async () => {
    const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
    const User = sequelize.define('User', { name: DataTypes.STRING })
    const Profile = sequelize.define('Profile', { bio: DataTypes.STRING }, { defaultScope: { limit: 1 } })
    User.hasOne(Profile, { as: 'profile', foreignKey: 'userId' })
    await sequelize.sync()
    await User.bulkCreate([{ name: 'a' }, { name: 'b' }])
    await Profile.bulkCreate([
      { bio: 'x', userId: 1 },
      { bio: 'y', userId: 2 },
    ])
    const users = await User.findAll({ order: ['id'] })
    const found = await Promise.all(users.map((user) => user.getProfile()))
    expect(found.map((profile) => profile.bio)).toEqual(['x', 'y'])
  })
  test('reading one association of each row in turn is told, with the line; other ways are not', async () => {
    const { users, User } = await filled(engine)
    const warnings = await warningsDuring(async () => {
      for (const user of users) await user.getProfile()
    })
    expect(warnings.map((warning) => warning.code)).toEqual(['MORTISE_W_REPEATED_LOAD'])
    expect(warnings[0]!.message).toMatch(/getProfile.*\.ts:\d+:\d+.*include: 'profile'/s)
    const quiet = await warningsDuring(async () => {
      const others = await User.findAll()
      await Promise.all(others.map((user) => user.getProfile()))
      for (const { id } of others) await (await User.findByPk(id)).getProfile()
    })
    expect(quiet).toEqual([])
  })
})

describeEachEngine('strict loading', (engine) => {
  test('of a query, of a model, of the instance: the nearest counts', async () => {
    const { User, users } = await filled(engine)
    expect(users[0]!.profile).toBeUndefined()
    const strict = await User.findOne({ strictLoading: 'throw' })
    expect(() => strict.profile).toThrow(
      /"profile" of this User was not loaded \(read at .*one-tick\.test\.ts:\d+:\d+\)/,
    )
    const loaded = await User.findOne({ strictLoading: 'throw', include: 'profile' })
    expect(loaded.profile.bio).toBe('b1')
    expect(() => loaded.profile.user).toThrow(/"user" of this Profile was not loaded/)
    expect(JSON.parse(JSON.stringify(strict))).toEqual({ id: 1, name: 'u1' })
    await expect(User.findAll({ strictLoading: 'never' })).rejects.toThrow(/strictLoading is 'warn', 'throw' or false/)
  })
  test('of a model', async () => {
    const sequelize = engine.script(await engine.connect({ strictLoading: 'throw' }))
    const User = sequelize.define('User', {}, { strictLoading: 'warn' })
    const Profile = sequelize.define('Profile', {})
    User.hasOne(Profile, { as: 'profile', foreignKey: 'userId', inverse: { as: 'user' } })
    await sequelize.sync()
    const user = await User.create()
    const profile = await user.createProfile()
    expect(() => profile.user).toThrow(/not loaded/)
    const warnings = await warningsDuring(async () => {
      const again = await User.findOne()
      expect(again.profile).toBeUndefined()
      expect((await User.findOne({ strictLoading: false })).profile).toBeUndefined()
    })
    expect(warnings.map((warning) => warning.code)).toEqual(['MORTISE_W_NOT_LOADED'])
    expect(warnings[0]!.message).toMatch(/"profile" of this User.*one-tick\.test\.ts/)
    expect(() => sequelize.define('Other', {}, { strictLoading: 'no' })).toThrow(/Other.*strictLoading/)
  })
  test('reaches rows that are read by a query of their own', async () => {
    const { User } = await filled(engine)
    const user = await User.findOne({
      strictLoading: 'throw',
      include: { association: 'profile', strategy: 'query' },
    })
    expect(() => user.profile.user).toThrow(/not loaded/)
  })
})
