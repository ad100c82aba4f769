// Setting a one-to-one with nothing around it goes a shorter way than with hooks. Nobody may see which: the same random histories go to models
// without hooks and to models with hooks that do nothing, and instances, rows and errors must be the same after each step.
import fc from 'fast-check'
import { DataTypes, DeadlockError, Op } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Database, Row, Table } from '../../support/untyped.js'

interface Step {
  readonly user: number
  /** None: unlinks. */
  readonly profile: number | null
  /** Instances that were loaded for the call, with or without what they hold; else those that the steps before have used. */
  readonly isFresh: boolean
  readonly isIncluded: boolean
  readonly isInside: boolean
  /** Somebody deletes the row of the profile first. */
  readonly isDeleted: boolean
  /** A change that nobody has saved. */
  readonly isDirty: boolean
}

describeEachEngine('links of one-to-ones', (engine) => {
  class World {
    readonly db: Database
    readonly User: Table
    readonly Profile: Table
    users: Row[] = []
    profiles: Row[] = []
    constructor(db: Database, prefix: string, hasHooks: boolean) {
      this.db = db
      const hooks = hasHooks ? { hooks: { afterSave: () => {} } } : {}
      this.User = db.define(`${prefix}User`, { name: DataTypes.STRING }, { timestamps: false })
      this.Profile = db.define(`${prefix}Profile`, { bio: DataTypes.STRING, visits: DataTypes.INTEGER }, hooks)
      this.User.hasOne(this.Profile, { as: 'profile', foreignKey: 'userId', unique: true, inverse: { as: 'user' } })
    }
    async start(): Promise<void> {
      await this.Profile.destroy({ where: {} })
      await this.User.destroy({ where: {} })
      for (const id of [1, 2]) await this.User.create({ id, name: `u${id}`, profile: { id, bio: `p${id}` } }, HELD)
      for (const id of [3, 4]) await this.Profile.create({ id, bio: `p${id}` })
      this.users = await this.User.findAll({ order: ['id'] })
      this.profiles = await this.Profile.findAll({ order: ['id'] })
    }
    async take({ user, profile, isFresh, isIncluded, isInside, isDeleted, isDirty }: Step): Promise<unknown> {
      const include = isIncluded ? ['profile'] : []
      const source = isFresh ? await this.User.findByPk(user + 1, { include }) : this.users[user]!
      const target =
        profile === null ? null : isFresh ? await this.Profile.findByPk(profile + 1) : this.profiles[profile]!
      if (isDirty && target) target.bio = 'dirty'
      if (isDeleted && profile !== null) await this.Profile.destroy({ where: { id: profile + 1 } })
      let error = ''
      try {
        const call = (): Promise<unknown> => source.setProfile(target)
        await (isInside ? this.db.transaction(call) : call())
      } catch (caught) {
        error = `${(caught as Error).name}: ${(caught as Error).message}`
      }
      const rows = await this.Profile.findAll({ order: ['id'], raw: true })
      const stamps = (rows as Row[]).map(
        ({ updatedAt, createdAt }) => updatedAt instanceof Date && createdAt instanceof Date,
      )
      return {
        error: error.replace(/\b[AB](?=User|Profile)/g, ''),
        source: stateOf(source),
        target: stateOf(target),
        held: [...this.users, ...this.profiles].map((one) => stateOf(one)),
        rows: (rows as Row[]).map(({ id, userId, bio }) => ({ id, userId, bio })),
        stamps,
      }
    }
  }
  const HELD = { include: ['profile'] }

  const stateOf = (instance: Row | null): unknown =>
    instance && {
      changed: instance.changed(),
      values: Object.entries(instance.dataValues as Row).map(([name, value]) => [
        name,
        value instanceof Date
          ? 'a time'
          : typeof value === 'object' && value !== null
            ? { id: value.id, userId: value.userId, bio: value.bio, changed: value.changed() }
            : value,
      ]),
    }

  const step: fc.Arbitrary<Step> = fc.record({
    user: fc.nat(1),
    profile: fc.oneof({ arbitrary: fc.nat(3), weight: 8 }, { arbitrary: fc.constant(null), weight: 1 }),
    isFresh: fc.boolean(),
    isIncluded: fc.boolean(),
    isInside: fc.boolean(),
    isDeleted: fc.integer({ min: 0, max: 11 }).map((n) => n === 0),
    isDirty: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
  })

  test('are set as if there were hooks that do nothing', async () => {
    const sequelize = await engine.connect()
    const db = engine.script(sequelize)
    const [short, long] = [new World(db, 'A', false), new World(db, 'B', true)]
    await db.sync()
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        await short.start()
        await long.start()
        for (const one of steps) expect(await short.take(one)).toEqual(await long.take(one))
      }),
      { numRuns: 25 },
    )
  })

  test('the short way takes one statement to lock, and as few as can be to replace', async () => {
    const sequelize = await engine.connect()
    const world = new World(engine.script(sequelize), 'A', false)
    await world.db.sync()
    await world.start()
    const kinds = async (work: () => unknown): Promise<string[]> =>
      (await engine.recorder(sequelize).during(work)).map((text) => /\w+/.exec(text)![0])
    // Where an UPDATE that finds nobody locks the gap, the look is part of the lock, and one UPDATE does both.
    const expected =
      engine.traits.gapLocks === true
        ? ['SELECT', 'UPDATE']
        : engine.traits.writesInWith !== undefined
          ? ['SELECT', 'WITH']
          : ['UPDATE', 'UPDATE']
    expect(await kinds(() => world.users[0]!.setProfile(world.profiles[2]))).toEqual(expected)
    expect(world.users[0]!.profile).toBe(world.profiles[2])
    expect((await world.Profile.findByPk(1)).userId).toBe(null)
    expect((await world.Profile.findByPk(3)).userId).toBe(1)
    // One look at whoever it was, and nobody there to be released.
    const user = await world.User.create({ id: 9, name: 'new' })
    if (engine.traits.gapLocks === true)
      expect(await kinds(() => user.setProfile(world.profiles[3]))).toEqual(['SELECT', 'UPDATE'])
  })

  test('what fails inside a transaction that goes on leaves nothing behind', async () => {
    const world = new World(engine.script(await engine.connect()), 'A', false)
    await world.db.sync()
    await world.start()
    const [user] = world.users
    await world.Profile.destroy({ where: { id: 3 } })
    await world.db.transaction(async () => {
      await expect(user!.setProfile(world.profiles[2])).rejects.toThrow(/AProfile.*3/s)
      await user!.update({ name: 'goes on' })
    })
    expect(await world.User.findByPk(1, { include: 'profile' })).toMatchObject({ name: 'goes on', profile: { id: 1 } })
    expect(world.profiles[2]!.userId).toBe(null)
    expect(await user!.setProfile(world.profiles[3])).toBe(world.profiles[3])
    expect(await world.User.findByPk(1, { include: 'profile' })).toMatchObject({ profile: { id: 4 } })
  })

  const crowd = async (unique: boolean): Promise<{ db: Database; users: Row[]; profiles: Row[]; Profile: Table }> => {
    const db = engine.script(await engine.connect({ file: true, pool: { max: 5 } }))
    const User = db.define('User', { name: DataTypes.STRING })
    const Profile = db.define('Profile', { bio: DataTypes.STRING })
    User.hasOne(Profile, { as: 'profile', foreignKey: 'userId', unique })
    await db.sync()
    const ids = Array.from({ length: 12 }, (_none, at) => ({ id: at + 1 }))
    await User.bulkCreate(ids)
    await Profile.bulkCreate(ids)
    const [users, profiles] = [await User.findAll({ order: ['id'] }), await Profile.findAll({ order: ['id'] })]
    return { db, users, profiles, Profile }
  }
  test('sources that have nobody do not block each other', async () => {
    const { users, profiles, Profile } = await crowd(true)
    await Promise.all(users.map((user, at) => user.setProfile(profiles[at])))
    const rows = await Profile.findAll({ order: ['id'], raw: true })
    expect(rows.map(({ userId }) => userId)).toEqual(users.map(({ id }) => id))
  })
  for (const unique of [true, false])
    test(`many side by side: rows that are taken from each other have one place each (${unique ? 'unique' : 'plain'} key)`, async () => {
      const { db, users, Profile } = await crowd(unique)
      const last = new Map<number, number>()
      const work = async (worker: number): Promise<void> => {
        for (let step = 0; step < 15; step += 1) {
          const user = users[(worker * 5 + step * 7) % 4]!
          const id = ((worker * 3 + step * 5) % 6) + 1
          const set = async (): Promise<unknown> => user.setProfile((await Profile.findByPk(id))!)
          try {
            await (step % 3 === 0 ? db.transaction(set) : set())
            last.set(user.id, id)
          } catch (error) {
            // Two that want each other's rows: one of them is told so, and nothing of it is done.
            if (!(error instanceof DeadlockError)) throw error
          }
        }
      }
      await Promise.all([0, 1, 2, 3].map(work))
      const linked = await Profile.findAll({ where: { userId: { [Op.ne]: null } }, raw: true })
      const holders = linked.map(({ userId }) => userId)
      expect(new Set(holders).size).toBe(holders.length)
      expect(last.size).toBe(4)
      // One after the other, each gets what it asks for, whoever had it.
      for (const [at, user] of users.slice(0, 4).entries())
        await user.setProfile((await Profile.findByPk(((at + 1) % 6) + 1))!)
      const rows = await Profile.findAll({ where: { userId: { [Op.ne]: null } }, order: ['userId'], raw: true })
      expect(rows.map(({ id, userId }) => [userId, id])).toEqual([1, 2, 3, 4].map((id) => [id, id + 1]))
    })
})
