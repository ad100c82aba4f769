// How often a transaction waits for the server: what needs no answer travels together. And what becomes of it when the connection is dead.
import { DataTypes } from 'mortise'
import { expect, test } from 'vitest'
import { describeEngine } from '../../support/databases.js'
import type { Database, Table } from '../../support/untyped.js'

interface Query {
  readonly text: string
  callback: (error: unknown, result?: unknown) => void
}
interface Native {
  query(query: Query): unknown
}

describeEngine('postgres', 'flights', (engine) => {
  const world = async (
    max = 1,
  ): Promise<{ db: Database; User: Table; Profile: Table; flights(work: () => unknown): Promise<string[][]> }> => {
    const sequelize = await engine.connect({ pool: { max } })
    const db = engine.script(sequelize)
    let open = 0
    let flown: string[][] = []
    db.hooks.addListener('afterConnect', ({ native }: { native: Native }) => {
      const query = native.query.bind(native)
      const landed = (): void => {
        open -= 1
      }
      native.query = (given) => {
        const word = /^\w+/.exec(given.text)?.[0] ?? ''
        if (open === 0) flown.push([word])
        else flown.at(-1)!.push(word)
        open += 1
        const { callback } = given
        given.callback = (error, result) => {
          landed()
          callback(error, result)
        }
        return query(given)
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
    expect(await flights(() => withProfile(User))).toEqual([
      ['BEGIN', 'INSERT'],
      ['INSERT', 'COMMIT'],
    ])
    expect(await User.findOne({ include: 'profile' })).toMatchObject({ name: 'a', profile: { bio: 'b' } })
  })
  test('COMMIT behind the last INSERT: where that fails nothing is written, and the connection is as good as before', async () => {
    const { db, User, Profile, flights } = await world()
    await db.query('ALTER TABLE "Profiles" ADD CHECK (bio <> \'bad\')')
    const [{ pid }] = (await db.query('SELECT pg_backend_pid() AS pid', { type: 'SELECT' })) as [{ pid: number }]
    const user = User.build({ name: 'a', profile: { bio: 'bad' } }, { include: ['profile'] })
    const saving = async (): Promise<void> => {
      await expect(user.save()).rejects.toMatchObject({ name: 'SequelizeCheckConstraintError' })
    }
    expect(await flights(saving)).toEqual([
      ['BEGIN', 'INSERT'],
      ['INSERT', 'COMMIT'],
    ])
    expect([await User.count(), await Profile.count()]).toEqual([0, 0])
    expect([user.isNewRecord, user.profile.isNewRecord, user.profile.userId]).toEqual([true, true, undefined])
    user.profile.bio = 'good'
    await user.save()
    expect(await User.findOne({ include: 'profile' })).toMatchObject({ name: 'a', profile: { bio: 'good' } })
    expect(await db.query('SELECT pg_backend_pid() AS pid', { type: 'SELECT' })).toEqual([{ pid }])
  })
  test('COMMIT behind the last INSERT fails: its error, and nothing is written', async () => {
    const { db, User } = await world()
    await db.query(
      'ALTER TABLE "Users" ADD "profileId" integer DEFAULT 77 REFERENCES "Profiles" DEFERRABLE INITIALLY DEFERRED',
    )
    await expect(withProfile(User)).rejects.toMatchObject({ name: 'SequelizeForeignKeyConstraintError' })
    expect(await User.count()).toBe(0)
  })
  test('what is converted when it comes back is read before COMMIT: nothing is final that could still fail', async () => {
    const { db, User, flights } = await world()
    const Note = db.define('Note', { place: DataTypes.GEOMETRY('POINT'), span: DataTypes.RANGE(DataTypes.INTEGER) })
    User.hasOne(Note, { as: 'note', foreignKey: 'userId' })
    await db.query(
      'CREATE TABLE "Notes" (id serial PRIMARY KEY, place point, span int4range, "userId" integer, "createdAt" timestamptz, "updatedAt" timestamptz)',
    )
    const create = (): unknown => User.create({ name: 'a', note: {} }, { include: ['note'] })
    expect(await flights(create)).toEqual([['BEGIN', 'INSERT'], ['INSERT'], ['COMMIT']])
  })
  test('a savepoint that is left goes with what comes next', async () => {
    const { db, User, flights } = await world()
    await withProfile(User)
    const twice = async (): Promise<void> => {
      const user = await User.findOne()
      await user!.createProfile({ bio: 'one' })
      await User.count()
      await expect(db.transaction({ nestMode: 'savepoint' }, () => Promise.reject(new Error('no')))).rejects.toThrow(
        'no',
      )
    }
    const words = (await flights(() => db.transaction(twice))).flat()
    expect(words.join(' ')).toMatch(/SAVEPOINT .*INSERT RELEASE SELECT SAVEPOINT ROLLBACK RELEASE COMMIT$/)
  })
  test('a savepoint, the lock, release and link as one; COMMIT ends the savepoint', async () => {
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
      ['SAVEPOINT', 'SELECT', 'WITH'],
      ['COMMIT'],
    ])
    expect(await User.findOne({ include: 'profile' })).toMatchObject({ profile: { id } })
  })
  test('a table whose rules refuse a WITH that writes: two statements', async () => {
    const { db, User, Profile } = await world()
    await withProfile(User)
    const [one, two] = [await Profile.create({ bio: 'one' }), await Profile.create({ bio: 'two' })]
    await db.query('CREATE TABLE seen (id integer)')
    await db.query('CREATE RULE seeing AS ON UPDATE TO "Profiles" DO ALSO INSERT INTO seen VALUES (new.id)')
    const user = await User.findOne()
    await user!.setProfile(one)
    expect(await User.findOne({ include: 'profile' })).toMatchObject({ profile: { bio: 'one' } })
    await db.transaction(() => user!.setProfile(two))
    expect(await User.findOne({ include: 'profile' })).toMatchObject({ profile: { bio: 'two' } })
    expect((await Profile.findByPk(one.id))!.userId).toBe(null)
  })
  test('a transaction in which nothing is done', async () => {
    const { db, flights } = await world()
    expect(await flights(() => db.transaction(async () => {}))).toEqual([['BEGIN'], ['COMMIT']])
  })
  test('statements that start together', async () => {
    const { db, User, flights } = await world()
    const both = (): unknown =>
      db.transaction(() => Promise.all([User.create({ name: 'a' }), User.create({ name: 'b' })]))
    expect(await flights(both)).toEqual([['BEGIN', 'INSERT', 'INSERT'], ['COMMIT']])
    expect(await User.count()).toBe(2)
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
  test('a failure behind a lock that fails is told as that of the lock', async () => {
    const { db, User, Profile } = await world(2)
    await withProfile(User)
    const next = await Profile.create({ bio: 'new' })
    await db.transaction(async (holder: unknown) => {
      const user = await User.findOne({ lock: true, transaction: holder })
      const other = db.transaction({ nestMode: 'separate', transaction: null }, async (transaction: unknown) => {
        await db.query("SET LOCAL lock_timeout = '50ms'", { transaction })
        await user!.setProfile(next, { transaction })
      })
      await expect(other).rejects.toThrow(/lock timeout/)
    })
    expect(await User.findOne({ include: 'profile' })).toMatchObject({ profile: { bio: 'b' } })
  })
  test('a connection that has died unnoticed: BEGIN and what travels behind it go to a new one', async () => {
    const { db, User } = await world()
    const [{ pid }] = (await db.query('SELECT pg_backend_pid() AS pid', { type: 'SELECT' })) as [{ pid: number }]
    const killer = engine.script(engine.closing(new (db.constructor as new (options: object) => never)(db.options)))
    await killer.authenticate()
    let runs = 0
    const killing = killer.query(`SELECT pg_terminate_backend(${pid})`)
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
