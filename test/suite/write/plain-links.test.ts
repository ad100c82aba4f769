// Setting a one-to-one with nothing around it goes a shorter way than with hooks. Nobody may see which: the same random histories go to models
// without hooks and to models with hooks that do nothing, and instances, rows and errors must be the same after each step.
import fc from 'fast-check'
import { DataTypes } from 'mortise'
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

  test('the short way needs no look at who holds the place', async () => {
    const sequelize = await engine.connect()
    const world = new World(engine.script(sequelize), 'A', false)
    await world.db.sync()
    await world.start()
    const kinds = async (work: () => unknown): Promise<string[]> =>
      (await engine.recorder(sequelize).during(work)).map((text) => /^\w+/.exec(text)![0])
    const isLocked = engine.traits.rowLocks === true
    const looks = isLocked ? (engine.traits.gapLocks === true ? ['SELECT', 'SELECT'] : ['SELECT']) : []
    expect(await kinds(() => world.users[0]!.setProfile(world.profiles[2]))).toEqual([...looks, 'UPDATE', 'UPDATE'])
    expect(world.users[0]!.profile).toBe(world.profiles[2])
    expect((await world.Profile.findByPk(1)).userId).toBe(null)
    expect((await world.Profile.findByPk(3)).userId).toBe(1)
  })
})
