// How often a transaction waits for the server: what needs no answer travels together, where the driver sends ahead. Nothing that writes goes
// behind what may fail: these servers carry on after an error, and after a deadlock outside of any transaction.
import { DataTypes } from 'mortise'
import { expect, test } from 'vitest'
import { describeEngine } from '../../support/databases.js'
import type { Database, Table } from '../../support/untyped.js'

type Done = (error: unknown, ...rest: readonly unknown[]) => void
type Send = (options: { readonly sql: string }, ...rest: unknown[]) => unknown
interface Native {
  query: Send
  execute: Send
}

for (const name of ['mysql', 'mariadb'])
  describeEngine(name, 'flights', (engine) => {
    const world = async (
      options: object = {},
    ): Promise<{ db: Database; User: Table; Profile: Table; flights(work: () => unknown): Promise<string[][]> }> => {
      const sequelize = await engine.connect({ pool: { max: 1 }, ...options })
      const db = engine.script(sequelize)
      let open = 0
      let flown: string[][] = []
      db.hooks.addListener('afterConnect', ({ native }: { native: Native }) => {
        for (const way of ['query', 'execute'] as const) {
          const send = native[way].bind(native)
          native[way] = (given, ...rest) => {
            const word = /\w+/.exec(given.sql)![0]
            if (open === 0) flown.push([word])
            else flown.at(-1)!.push(word)
            open += 1
            const done = rest.pop() as Done
            return send(given, ...rest, (...answer: Parameters<Done>) => {
              open -= 1
              done(...answer)
            })
          }
        }
      })
      const User = db.define('User', { name: { type: DataTypes.STRING, unique: true } }, { timestamps: false })
      const Profile = db.define('Profile', { bio: DataTypes.STRING }, { timestamps: false })
      User.hasOne(Profile, { as: 'profile', foreignKey: 'userId', unique: true })
      await db.sync()
      const flights = async (work: () => unknown): Promise<string[][]> => {
        flown = []
        await work()
        return flown
      }
      return { db, User, Profile, flights }
    }
    const withProfile = (User: Table): unknown =>
      User.create({ name: 'a', profile: { bio: 'b' } }, { include: ['profile'] })

    test('BEGIN with the first statement', async () => {
      const { User, flights } = await world()
      expect(await flights(() => withProfile(User))).toEqual([['BEGIN', 'INSERT'], ['INSERT'], ['COMMIT']])
    })
    test('a link in a transaction: the lock with the look, release and link as one', async () => {
      const { db, User, Profile, flights } = await world()
      await withProfile(User)
      const { id } = await Profile.create({ bio: 'new' })
      const replace = async (): Promise<unknown> => {
        const user = await User.findOne()
        return await user!.setProfile(await Profile.findByPk(id))
      }
      expect(await flights(() => db.transaction(replace))).toEqual([
        ['BEGIN', 'SELECT'],
        ['SELECT'],
        ['SELECT'],
        ['UPDATE'],
        ['COMMIT'],
      ])
      expect(await User.findOne({ include: 'profile' })).toMatchObject({ profile: { id } })
    })
    test('a link by itself', async () => {
      const { User, Profile, flights } = await world()
      await withProfile(User)
      const [user, profile] = [await User.findOne(), await Profile.create({ bio: 'new' })]
      expect(await flights(() => user!.setProfile(profile))).toEqual([['BEGIN', 'SELECT'], ['UPDATE'], ['COMMIT']])
    })
    test('a savepoint with what is first in it', async () => {
      const { db, User, flights } = await world()
      await User.create({ name: 'u' })
      const create = async (): Promise<unknown> => (await User.findOne())!.createProfile({ bio: 'b' })
      expect((await flights(() => db.transaction(create))).slice(0, 2)).toEqual([
        ['BEGIN', 'SELECT'],
        ['SAVEPOINT', 'SELECT'],
      ])
    })
    test('mysql2 sends one after the other', async () => {
      const { User, flights } = await world({ driver: 'mysql2' })
      expect(await flights(() => withProfile(User))).toEqual([['BEGIN'], ['INSERT'], ['INSERT'], ['COMMIT']])
    })
    test('after a cancellation BEGIN is waited for: it could be what a late word of it hits', async () => {
      const { db, User, flights } = await world()
      const slow = db.query('SELECT SLEEP(5)', { signal: AbortSignal.timeout(50) })
      await expect(slow).rejects.toThrow(/Aborted/)
      expect(await flights(() => withProfile(User))).toEqual([['BEGIN'], ['INSERT'], ['INSERT'], ['COMMIT']])
    })
    test('hooks of queries see each statement before the next is sent', async () => {
      const { db, User, flights } = await world()
      db.hooks.addListener('beforeQuery', async () => {
        await new Promise((resolve) => setTimeout(resolve, 1))
      })
      expect(await flights(() => withProfile(User))).toEqual([['BEGIN'], ['INSERT'], ['INSERT'], ['COMMIT']])
    })
    test('the first statement fails: its error, and nothing is written', async () => {
      const { db, User } = await world()
      await User.create({ name: 'a' })
      await expect(
        db.transaction(async () => {
          await User.create({ name: 'a' })
        }),
      ).rejects.toMatchObject({ name: 'SequelizeUniqueConstraintError' })
      await expect(withProfile(User)).rejects.toMatchObject({ name: 'SequelizeUniqueConstraintError' })
      expect(await User.count()).toBe(1)
    })
    test('a connection that has died unnoticed: BEGIN and what travels behind it go to a new one', async () => {
      const { db, User } = await world()
      const [{ id }] = (await db.query('SELECT CONNECTION_ID() AS id', { type: 'SELECT' })) as [{ id: number }]
      const killer = engine.script(engine.closing(new (db.constructor as new (options: object) => never)(db.options)))
      await killer.authenticate()
      let runs = 0
      const killing = killer.query(`KILL ${id}`)
      // The news of the end is in the socket, and nobody has read it.
      const begun = new Promise<void>((resolve, reject) => {
        setImmediate(() => {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
          db.transaction(async () => {
            runs += 1
            await Promise.all([User.create({ name: 'a' }), User.create({ name: 'b' })])
          }).then(() => resolve(), reject)
        })
      })
      await Promise.all([killing, begun])
      expect(runs).toBe(1)
      expect((await User.findAll({ order: ['name'] })).map((user) => user.name)).toEqual(['a', 'b'])
    })
  })
