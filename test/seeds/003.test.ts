// Seed 003, "One to One relationships": users with one profile each, read with the automatic getter and with include.
import { Sequelize } from 'mortise'
import { afterEach, expect, test, vi } from 'vitest'
import { describeEachEngine } from '../support/databases.js'
import { columnsOf, foreignKeysOf } from '../support/schema.js'
import type { Database, Table } from '../support/untyped.js'

function models(
  sequelize: Database,
  names: readonly [string, string] = ['user', 'profile'],
): { User: Table; Profile: Table } {
  const User = sequelize.define(names[0], { name: Sequelize.STRING, email: Sequelize.STRING })
  const Profile = sequelize.define(names[1], { bio: Sequelize.STRING })
  User.hasOne(Profile)
  Profile.belongsTo(User)
  return { User, Profile }
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const isInsert = (statement: string): boolean => /^INSERT\b/.test(statement)
const isUpdate = (statement: string): boolean => /^UPDATE\b/.test(statement)

describeEachEngine('seed 003', (engine) => {
  afterEach(() => {
    vi.useRealTimers()
  })

  async function program(names?: readonly [string, string]) {
    const sequelize = engine.script(await engine.connect())
    const { User, Profile } = models(sequelize, names)
    await sequelize.sync()
    return { sequelize, User, Profile, recorder: engine.recorder(sequelize) }
  }
  const john = { name: 'John Doe', email: 'john.doe#example.com' }

  /** The tutorial's data: a user with a profile. */
  async function filled(names?: readonly [string, string]) {
    const created = await program(names)
    const user = await created.User.create(john)
    const profile = await created.Profile.create({ bio: 'I am a new user' })
    await user.setProfile(profile)
    return { ...created, user, profile }
  }

  test('the whole program, start to end', async () => {
    const { User, Profile } = await program()
    const user = await User.create(john)
    const profile = await Profile.create({ bio: 'I am a new user' })

    // set the association
    await user.setProfile(profile)
    await user.save()

    // Get a user
    const found = await User.findOne({
      where: {
        name: 'John Doe',
      },
    })
    expect(Object.keys(JSON.parse(JSON.stringify(found, null, 4)))).toEqual([
      'id',
      'name',
      'email',
      'createdAt',
      'updatedAt',
    ])

    // Get profile
    const foundProfile = await found.getProfile()
    expect(JSON.parse(JSON.stringify(foundProfile, null, 4))).toMatchObject({
      id: 1,
      bio: 'I am a new user',
      userId: 1,
    })

    const both = await User.findOne({
      where: {
        name: 'John Doe',
      },
      include: [Profile],
    })
    expect(JSON.parse(JSON.stringify(both, null, 4))).toMatchObject({
      id: 1,
      name: 'John Doe',
      profile: { id: 1, bio: 'I am a new user', userId: 1 },
    })
  })

  test('003-01 four calls define relationships', async () => {
    const { User } = await program()
    for (const call of ['hasOne', 'belongsTo', 'hasMany', 'belongsToMany']) expect(typeof User[call]).toBe('function')
  })

  test('003-02 hasOne and belongsTo suffice for a one-to-one, read from both ends', async () => {
    const { user, profile } = await filled()
    expect((await user.getProfile()).id).toBe(profile.id)
    expect((await profile.getUser()).id).toBe(user.id)
  })

  test('003-03 a row has at most one match, and vice versa, through the association', async () => {
    const { User, Profile, user, profile } = await filled()
    const other = await Profile.create({ bio: 'newer' })
    await user.setProfile(other)
    expect((await Profile.findAll({ where: { userId: user.id } })).map((row) => row.id)).toEqual([other.id])
    expect((await Profile.findByPk(profile.id)).userId).toBeNull()
    const jane = await User.create({ name: 'Jane' })
    await jane.setProfile(other)
    expect(await user.getProfile()).toBeNull()
    expect((await other.getUser()).name).toBe('Jane')
  })

  test('003-04 the foreign key is on the target', async () => {
    const { sequelize, User, Profile } = await program()
    expect(Profile.getAttributes().userId).toBeDefined()
    expect(User.getAttributes().profileId).toBeUndefined()
    expect((await columnsOf(sequelize, 'profiles')).userId).toBeDefined()
    expect((await columnsOf(sequelize, 'users')).profileId).toBeUndefined()
  })

  test('003-05 the two calls make one foreign key', async () => {
    const { sequelize } = await program()
    expect(await foreignKeysOf(sequelize, 'profiles')).toHaveLength(1)
    expect(await foreignKeysOf(sequelize, 'users')).toEqual([])
    expect(Object.keys(await columnsOf(sequelize, 'profiles'))).toEqual([
      'id',
      'bio',
      'createdAt',
      'updatedAt',
      'userId',
    ])
  })

  test('003-06 the models user and profile are the tables users and profiles', async () => {
    const { User, Profile } = await program()
    expect([User.tableName, Profile.tableName]).toEqual(['users', 'profiles'])
  })

  test('003-07 CREATE TABLE IF NOT EXISTS, with an automatic id that counts up and is the primary key', async () => {
    const { sequelize, User, recorder } = await program()
    const creating = recorder.statements.filter((statement) => /^CREATE TABLE/.test(statement))
    expect(creating).toHaveLength(2)
    for (const statement of creating) expect(statement).toMatch(/^CREATE TABLE IF NOT EXISTS/)
    expect((await columnsOf(sequelize, 'users')).id).toMatchObject({
      primaryKey: true,
      allowNull: false,
      autoIncrement: true,
    })
    expect([(await User.create({})).id, (await User.create({})).id]).toEqual([1, 2])
  })

  test('003-08 createdAt and updatedAt are NOT NULL dates', async () => {
    const { sequelize } = await program()
    for (const table of ['users', 'profiles']) {
      const columns = await columnsOf(sequelize, table)
      expect([columns.createdAt?.allowNull, columns.updatedAt?.allowNull]).toEqual([false, false])
    }
    const { user } = await filled()
    expect(user.createdAt).toBeInstanceOf(Date)
    expect(user.updatedAt).toBeInstanceOf(Date)
  })

  test('003-09 the foreign key is a nullable integer', async () => {
    const { sequelize } = await program()
    const { userId } = await columnsOf(sequelize, 'profiles')
    expect(userId).toMatchObject({ allowNull: true, primaryKey: false })
    expect(userId?.type).toBe((await columnsOf(sequelize, 'users')).id?.type)
  })

  test('003-10 REFERENCES users (id) ON DELETE SET NULL ON UPDATE CASCADE', async () => {
    const { sequelize, User, Profile } = await program()
    expect(await foreignKeysOf(sequelize, 'profiles')).toMatchObject([
      { columns: ['userId'], table: 'users', references: ['id'], onDelete: 'SET NULL', onUpdate: 'CASCADE' },
    ])
    const user = await User.create(john)
    await user.createProfile({ bio: 'stays' })
    await user.destroy()
    expect((await Profile.findOne()).get()).toMatchObject({ bio: 'stays', userId: null })
  })

  test('003-11 the table that is referred to comes first, in whatever order the models were defined', async () => {
    const sequelize = engine.script(await engine.connect())
    const Profile = sequelize.define('profile', { bio: Sequelize.STRING })
    const User = sequelize.define('user', { name: Sequelize.STRING })
    User.hasOne(Profile)
    await sequelize.sync()
    const created = engine
      .recorder(sequelize)
      .statements.filter((statement) => /^CREATE TABLE/.test(statement))
      .map((statement) => /\b(users|profiles)\b/.exec(statement)?.[1])
    expect(created).toEqual(['users', 'profiles'])
  })

  test('003-12 both are inserted independently', async () => {
    const { User, Profile, recorder } = await program()
    const inserts = await recorder.during(async () => {
      await Profile.create({ bio: 'I am a new user' })
      await User.create(john)
    })
    expect(inserts.filter(isInsert)).toHaveLength(2)
    expect((await Profile.findOne()).userId).toBeNull()
  })

  test('003-13 setProfile sets the association', async () => {
    const { Profile, user, profile } = await filled()
    expect(profile.userId).toBe(user.id)
    expect((await Profile.findByPk(profile.id)).userId).toBe(user.id)
  })

  test('003-14 user.save() afterwards is legal and harmless', async () => {
    const { Profile, user, profile, recorder } = await filled()
    const statements = await recorder.during(
      async () => {
        expect(await user.save()).toBe(user)
      },
      { all: true },
    )
    expect(statements).toEqual([])
    expect((await Profile.findByPk(profile.id)).userId).toBe(user.id)
  })

  test('003-15 the example takes two INSERTs and one UPDATE of the profile', async () => {
    const { User, Profile, recorder } = await program()
    const statements = await recorder.during(async () => {
      const user = await User.create(john)
      const profile = await Profile.create({ bio: 'I am a new user' })
      await user.setProfile(profile)
      await user.save()
    })
    expect(statements.filter(isInsert)).toHaveLength(2)
    const updates = statements.filter(isUpdate)
    expect(updates).toHaveLength(1)
    expect(updates[0]).toMatch(/\bprofiles\b.*\buserId\b/s)
  })

  test('003-16 findOne does not include the associated instance', async () => {
    const { User } = await filled()
    const user = await User.findOne({ where: { name: 'John Doe' } })
    expect(user.profile).toBeUndefined()
    expect('profile' in JSON.parse(JSON.stringify(user))).toBe(false)
  })

  test('003-17 getProfile fetches it in a second query', async () => {
    const { User, recorder } = await filled()
    const statements = await recorder.during(async () => {
      const user = await User.findOne({ where: { name: 'John Doe' } })
      expect((await user.getProfile()).bio).toBe('I am a new user')
    })
    expect(statements).toHaveLength(2)
  })

  test('003-18 JSON has the attributes in the order of definition, dates as ISO strings with milliseconds', async () => {
    const { User, Profile } = await filled()
    const user = JSON.parse(JSON.stringify(await User.findOne(), null, 4))
    expect(Object.keys(user)).toEqual(['id', 'name', 'email', 'createdAt', 'updatedAt'])
    expect(user.createdAt).toMatch(ISO)
    expect(user.updatedAt).toMatch(ISO)
    expect(Object.keys(JSON.parse(JSON.stringify(await Profile.findOne())))).toEqual([
      'id',
      'bio',
      'createdAt',
      'updatedAt',
      'userId',
    ])
  })

  test("003-19 the profile's JSON has the foreign key, in the case of the model's name", async () => {
    expect(JSON.parse(JSON.stringify((await filled()).profile)).userId).toBe(1)
    expect(JSON.parse(JSON.stringify((await filled(['User', 'Profile'])).profile)).UserId).toBe(1)
  })

  test('003-20 setting the association bumps updatedAt of the profile', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { User, Profile } = await program()
    vi.setSystemTime(new Date('2023-09-18T07:56:40.222Z'))
    const user = await User.create(john)
    const profile = await Profile.create({ bio: 'I am a new user' })
    vi.setSystemTime(new Date('2023-09-18T07:56:40.232Z'))
    await user.setProfile(profile)
    const found = JSON.parse(JSON.stringify(await Profile.findOne()))
    expect([found.createdAt, found.updatedAt]).toEqual(['2023-09-18T07:56:40.222Z', '2023-09-18T07:56:40.232Z'])
    expect((await User.findOne()).updatedAt.toISOString()).toBe('2023-09-18T07:56:40.222Z')
  })

  test('003-21 findOne with include loads user and profile in one query', async () => {
    const { User, Profile, recorder } = await filled()
    const statements = await recorder.during(async () => {
      const user = await User.findOne({ where: { name: 'John Doe' }, include: [Profile] })
      expect([user.name, user.profile.bio]).toEqual(['John Doe', 'I am a new user'])
    })
    expect(statements).toHaveLength(1)
  })

  test("003-22 the loaded profile is a nested object under the association's name", async () => {
    const lower = await filled()
    expect(JSON.parse(JSON.stringify(await lower.User.findOne({ include: [lower.Profile] }))).profile).toMatchObject({
      id: 1,
      bio: 'I am a new user',
      userId: 1,
    })
    const upper = await filled(['User', 'Profile'])
    expect(JSON.parse(JSON.stringify(await upper.User.findOne({ include: [upper.Profile] }))).Profile).toMatchObject({
      id: 1,
      bio: 'I am a new user',
      UserId: 1,
    })
  })

  test('003-23 where and include go together in one finder call', async () => {
    const { User, Profile } = await filled()
    await User.create({ name: 'Jane' })
    const users = await User.findAll({ where: { name: 'Jane' }, include: [Profile] })
    expect(users.map((user) => [user.name, user.profile])).toEqual([['Jane', null]])
    expect(await User.findOne({ where: { name: 'Nobody' }, include: [Profile] })).toBeNull()
  })
})
