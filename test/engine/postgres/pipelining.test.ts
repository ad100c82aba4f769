// `pool.pipelining`: reads that are sent behind others on their connection. What may share and what has a connection to itself, and what
// one of them does to the others: a failure, a lock, a lost connection, a limit of time.
import { createRequire } from 'node:module'
import { ConnectionAcquireTimeoutError, DataTypes, fn, literal, Sequelize, sql, TimeoutError } from 'mortise'
import { expect, test } from 'vitest'
import { describeEngine } from '../../support/databases.js'
import type { Database, Row, Table } from '../../support/untyped.js'

interface Query {
  readonly text: string
  callback?: (error: unknown, result?: unknown) => void
}
interface Native {
  query(query: Query): Promise<unknown>
}
/** Calls `answered` when the query has its answer. */
function whenAnswered(query: Query, answered: () => void): Query {
  const { callback } = query
  if (callback !== undefined)
    query.callback = (error, result) => {
      answered()
      callback(error, result)
    }
  return query
}
/** A statement that was sent: behind how many others on its connection, which had not answered. */
interface Sent {
  readonly text: string
  readonly behind: number
  readonly connection: number
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const times = <T>(count: number, work: (at: number) => T): T[] => Array.from({ length: count }, (_item, at) => work(at))

describeEngine('postgres', 'reads that share connections', (engine) => {
  interface World {
    readonly db: Database
    readonly User: Table
    readonly Profile: Table
    /** A view whose row takes a while (0.15 s). */
    readonly Slow: Table
    sent(work: () => unknown): Promise<Sent[]>
  }
  const world = async (pool: object = {}, options: object = {}): Promise<World> => {
    const sequelize = await engine.connect({ pool: { max: 1, pipelining: 10, ...pool }, ...options })
    const db = engine.script(sequelize)
    let seen: Sent[] = []
    db.hooks.addListener('afterConnect', ({ native, id }: { native: Native; id: number }) => {
      const query = native.query.bind(native)
      let open = 0
      const answered = (): void => {
        open -= 1
      }
      native.query = (given) => {
        seen.push({ text: given.text, behind: open, connection: id })
        // What is sent as a script comes before the tests.
        if (given.callback !== undefined) open += 1
        return query(whenAnswered(given, answered))
      }
    })
    const User = db.define('User', { name: DataTypes.STRING, age: DataTypes.INTEGER }, { timestamps: false })
    const Profile = db.define('Profile', { bio: DataTypes.STRING }, { timestamps: false })
    const Task = db.define('Task', { title: DataTypes.STRING }, { timestamps: false })
    User.hasOne(Profile, { as: 'profile', foreignKey: 'userId', unique: true })
    User.hasMany(Task, { as: 'tasks', foreignKey: 'userId' })
    const Slow = db.define('Slow', { word: DataTypes.STRING }, { timestamps: false, tableName: 'slow' })
    await User.sync()
    await Profile.sync()
    await Task.sync()
    await db.query("CREATE VIEW slow AS SELECT 1 AS id, 'done' || pg_sleep(0.15)::text AS word")
    await User.bulkCreate(times(20, (at) => ({ name: `u${at + 1}`, age: at })))
    await Profile.bulkCreate(times(20, (at) => ({ bio: `b${at + 1}`, userId: at + 1 })))
    await Task.bulkCreate(times(20, (at) => ({ title: `t${at + 1}`, userId: at + 1 })))
    const sent = async (work: () => unknown): Promise<Sent[]> => {
      seen = []
      await work()
      return seen
    }
    return { db, User, Profile, Slow, sent }
  }
  const most = (sent: readonly Sent[]): number => Math.max(...sent.map(({ behind }) => behind))
  const byKey = (User: Table, count = 20): Promise<Row[]> => Promise.all(times(count, (at) => User.findByPk(at + 1)))
  const isIdle = ({ pool }: Database): void => expect([pool.using, pool.waiting]).toEqual([0, 0])

  test('each gets its own rows; as many at once as were asked for, and by default one', async () => {
    for (const [pipelining, behind] of [
      [10, 9],
      [3, 2],
      [1, 0],
    ]) {
      const { db, User, sent } = await world({ pipelining })
      let users: Row[] = []
      const seen = await sent(async () => {
        users = await byKey(User)
      })
      expect(users.map(({ name }) => name)).toEqual(times(20, (at) => `u${at + 1}`))
      expect(most(seen)).toBe(behind)
      expect(seen).toHaveLength(20)
      isIdle(db)
    }
  })
  test('a free connection comes first, then a new one; only then those behind others', async () => {
    const { db, User, sent } = await world({ max: 3 })
    await byKey(User, 9)
    for (let tries = 0; db.pool.available < 3 && tries < 100; tries += 1) await pause(10)
    expect(db.pool.available).toBe(3)
    expect(most(await sent(() => byKey(User, 3)))).toBe(0)
    const seen = await sent(() => byKey(User, 9))
    expect(seen.map(({ behind }) => behind)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2])
  })
  test('finds, counts, sums, includes joined and of their own', async () => {
    const { db, User, sent } = await world()
    const seen = await sent(async () => {
      const [count, sum, joined, separate] = await Promise.all([
        User.count({ where: { age: [10, 11] } }),
        User.sum('age'),
        User.findAll({ include: 'profile', order: ['id'] }),
        User.findAll({
          include: [
            { association: 'tasks', separate: true },
            { association: 'profile', separate: true },
          ],
        }),
      ])
      expect([count, sum]).toEqual([2, 190])
      expect(joined.map(({ profile }: Row) => profile.bio)).toEqual(times(20, (at) => `b${at + 1}`))
      expect(separate.map(({ tasks }: Row) => tasks.length)).toEqual(times(20, () => 1))
    })
    expect(most(seen)).toBeGreaterThan(1)
    isIdle(db)
  })

  test('what locks, writes, is written by the program, may be stopped or is watched has its connection alone', async () => {
    const { db, User, sent } = await world({ max: 2 })
    await db.query('CREATE SEQUENCE numbers')
    const alone: Record<string, () => Promise<unknown>> = {
      'FOR UPDATE': () => db.transaction(() => User.findOne({ lock: true })),
      INSERT: () => User.create({ name: 'new' }),
      UPDATE: () => User.update({ age: 1 }, { where: { id: 1 } }),
      pg_stat: () => db.query('SELECT count(*) FROM pg_stat_activity', { type: 'SELECT' }),
      nextval: () => User.findAll({ attributes: [[fn('nextval', 'numbers'), 'n']], raw: true }),
      'id > 17': () => User.findAll({ where: literal('id > 17') }),
      'id > 16': () => User.findAll({ where: sql`id > 16` }),
      'IN (1, 2, 3)': () => User.findAll({ where: literal('id IN (1, 2, 3)'), signal: new AbortController().signal }),
      'LIMIT $2': () => User.findOne({ where: { age: 5 }, signal: new AbortController().signal }),
    }
    for (const [text, work] of Object.entries(alone)) {
      const seen = await sent(() => Promise.all([byKey(User, 12), work(), byKey(User, 12)]))
      const place = seen.findIndex((one) => one.text.includes(text) && !one.text.includes('"User"."id" = $1'))
      expect(place, text).toBeGreaterThanOrEqual(0)
      const { connection } = seen[place]!
      // BEGIN may be ahead of it, reads may not; and none is sent behind it before it has answered.
      const ahead = seen.slice(0, place).filter((one) => one.connection === connection)
      if (seen[place]!.behind > 0) expect(ahead.at(-1)!.text, text).toBe('BEGIN')
      const next = seen.slice(place + 1).find((one) => one.connection === connection)
      if (next && next.text !== 'COMMIT') expect(next.behind, text).toBe(0)
      expect(most(seen), text).toBeGreaterThan(2)
      isIdle(db)
    }
    for (const hook of ['beforeQuery', 'afterPoolAcquire']) {
      db.hooks.addListener(hook, () => {}, 'watch')
      expect(most(await sent(() => byKey(User))), hook).toBe(0)
      db.hooks.removeListener(hook, 'watch')
    }
    expect(most(await sent(() => byKey(User)))).toBeGreaterThan(2)
  })
  test('within transactions and withConnection nothing is shared, outside of the transaction neither', async () => {
    const { db, User, Slow, sent } = await world({ max: 2 })
    const seen = await sent(() =>
      Promise.all([
        Slow.findOne(),
        db.transaction(async () => {
          await User.findOne()
          await User.findOne({ where: { id: 3 }, transaction: null })
        }),
      ]),
    )
    // The slow read is at the head of the other connection: those ahead may wait for the transaction.
    const outside = seen.find(({ text }) => text.includes('"id" = $1'))!
    expect(outside.behind).toBe(0)
    isIdle(db)
  })

  test('a failure is of its own statement', async () => {
    const { db, User, sent } = await world()
    const Ghost = db.define('Ghost', { name: DataTypes.STRING }, { timestamps: false })
    for (let round = 0; round < 4; round += 1) {
      const seen = await sent(async () => {
        const outcomes = await Promise.allSettled(
          times(10, (at) => (at % 3 === 1 ? Ghost.findByPk(at) : User.findByPk(at + 1))),
        )
        for (const [at, outcome] of outcomes.entries()) {
          if (at % 3 !== 1) expect(outcome).toMatchObject({ status: 'fulfilled', value: { name: `u${at + 1}` } })
          else
            expect(outcome).toMatchObject({
              status: 'rejected',
              reason: {
                message: expect.stringMatching(/"Ghosts" does not exist/),
                sql: expect.stringMatching(/Ghosts/),
              },
            })
        }
      })
      expect(most(seen)).toBeGreaterThan(5)
    }
    isIdle(db)
  })
  test('a connection that breaks: what was on it is read on another one, and it is not used again', async () => {
    const { db, User, Slow, sent } = await world({ max: 2 })
    await byKey(User)
    let rows: Row[] = []
    const seen = await sent(async () => {
      const reading = Promise.all([Slow.findOne(), Slow.findOne(), ...times(10, (at) => User.findByPk(at + 1))])
      await pause(50)
      const admin = engine.script(
        engine.closing(new Sequelize({ ...(await engine.options()), logging: false } as never)),
      )
      await admin.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE \'%"slow"%\' AND pid <> pg_backend_pid() AND datname = current_database()',
      )
      rows = await reading
    })
    expect(rows.map(({ id }) => id)).toEqual([1, 1, ...times(10, (at) => at + 1)])
    const first = new Set(seen.slice(0, 12).map(({ connection }) => connection))
    const later = new Set(seen.slice(12).map(({ connection }) => connection))
    expect(seen.length).toBeGreaterThan(12)
    expect(most(seen)).toBeGreaterThan(2)
    for (const connection of later) expect(first.has(connection)).toBe(false)
    isIdle(db)
  })
  test('a connection that breaks while no other can be had: each call gets the error', async () => {
    const { db, User, Slow } = await world()
    await byKey(User)
    db.hooks.addListener('beforeConnect', () => {
      throw new Error('no more connections')
    })
    const reading = Promise.allSettled([Slow.findOne(), ...times(6, (at) => User.findByPk(at + 1))])
    await pause(50)
    const admin = engine.script(engine.closing(new Sequelize({ ...(await engine.options()), logging: false } as never)))
    await admin.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE \'%"slow"%\' AND pid <> pg_backend_pid() AND datname = current_database()',
    )
    for (const outcome of await reading)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'no more connections' } })
    isIdle(db)
  })

  test('behind a slow statement those wait that were sent at once; who comes later waits for another connection', async () => {
    const { db, User, Slow, sent } = await world({ max: 2 })
    await byKey(User)
    const seen = await sent(async () => {
      const slow = Slow.findOne()
      const holding = db.transaction(() => pause(110))
      await pause(60)
      const read = User.findByPk(1)
      expect((await read).name).toBe('u1')
      await Promise.all([slow, holding])
    })
    const late = seen.find(({ text }) => text.includes('"User"'))!
    expect(late.behind).toBe(0)
    expect(late.connection).not.toBe(seen.find(({ text }) => text.includes('slow'))!.connection)
  })
  test('behind a lock no longer than for a connection (acquire); the one that waits for the lock waits on', async () => {
    const { db, User, Profile } = await world({ max: 2, acquire: 250 })
    await byKey(User)
    // By hand, so that the reads are in nobody's scope.
    const holder = await db.startUnmanagedTransaction()
    await db.query('LOCK TABLE "Profiles"', { transaction: holder })
    const locked = Profile.findByPk(1)
    const behind = await Promise.allSettled(times(3, (at) => User.findByPk(at + 1)))
    for (const outcome of behind) {
      expect(outcome.status).toBe('rejected')
      const { reason } = outcome as PromiseRejectedResult
      expect(reason).toBeInstanceOf(ConnectionAcquireTimeoutError)
      expect(String(reason.message)).toMatch(/behind others on one connection.*within 250 ms.*behind 3 other reads/)
    }
    await holder.rollback()
    expect(await locked).toMatchObject({ bio: 'b1' })
    expect((await byKey(User)).length).toBe(20)
    isIdle(db)
  })
  test('statement_timeout counts the time of the statement, not of those ahead', async () => {
    const { db, User, Slow } = await world({}, { statement_timeout: 400 })
    await byKey(User)
    const quick = await Promise.all([Slow.findOne(), Slow.findOne(), Slow.findOne(), Slow.findOne(), User.findByPk(2)])
    expect(quick.map(({ id }) => id)).toEqual([1, 1, 1, 1, 2])
    await db.query("CREATE OR REPLACE VIEW slow AS SELECT 1 AS id, 'done' || pg_sleep(2)::text AS word")
    const [slow, next] = await Promise.allSettled([Slow.findOne(), User.findByPk(3)])
    expect((slow as PromiseRejectedResult).reason).toBeInstanceOf(TimeoutError)
    expect(next).toMatchObject({ status: 'fulfilled', value: { name: 'u3' } })
  })
  test('a signal stops the statement of its caller alone', async () => {
    const { db, User, Slow, sent } = await world({ max: 2 })
    await byKey(User)
    const seen = await sent(async () => {
      const reading = Promise.all([Slow.findOne(), ...times(5, (at) => User.findByPk(at + 1))])
      const stopped = Slow.findOne({ signal: AbortSignal.timeout(50) })
      await expect(stopped).rejects.toMatchObject({ name: 'AbortError' })
      expect((await reading).map(({ id }) => id)).toEqual([1, 1, 2, 3, 4, 5])
      // A word that comes late could hit others: this connection is shared no more.
      await Promise.all([byKey(User), byKey(User)])
    })
    const stoppedOn = seen.filter(({ text, behind }) => text.includes('slow') && behind === 0).at(-1)!.connection
    const after = seen.slice(seen.findIndex(({ text }) => text === 'SELECT 1'))
    expect(after.filter(({ connection }) => connection === stoppedOn).every(({ behind }) => behind === 0)).toBe(true)
    isIdle(db)
  })

  test('uses, validate, and the age of a connection count as ever', async () => {
    const { db, User, sent } = await world({ maxUses: 4, idle: 60, evict: 20 })
    const seen = await sent(() => byKey(User))
    const perConnection = new Map<number, number>()
    for (const { connection, text } of seen)
      if (text.includes('"User"')) perConnection.set(connection, (perConnection.get(connection) ?? 0) + 1)
    expect(Math.max(...perConnection.values())).toBeLessThanOrEqual(4)
    expect(perConnection.size).toBeGreaterThanOrEqual(5)
    for (let tries = 0; db.pool.size > 0 && tries < 100; tries += 1) await pause(20)
    expect(db.pool.size).toBe(0)
    let asked = 0
    const validate = (connection: Row): boolean => {
      asked += 1
      return connection.isOpen
    }
    const other = await world({ validate })
    await byKey(other.User)
    asked = 0
    await byKey(other.User, 10)
    expect(asked).toBeGreaterThanOrEqual(10)
  })
  test('who wants a connection alone gets one, however many reads there are', async () => {
    const { db, User } = await world()
    let isOver = false
    const readers = times(30, async () => {
      while (!isOver) await User.findByPk(1)
    })
    for (let round = 0; round < 10; round += 1)
      await db.transaction(() => User.update({ age: round }, { where: { id: 2 } }))
    isOver = true
    await Promise.all(readers)
    expect((await User.findByPk(2)).age).toBe(9)
    isIdle(db)
  })
  test('close() waits for all of them, and for those who wait', async () => {
    const { db, User, Slow } = await world({ pipelining: 5 })
    await byKey(User)
    const reading = Promise.all([Slow.findOne(), ...times(12, (at) => User.findByPk(at + 1))])
    await db.close()
    expect((await reading).map(({ id }) => id)).toEqual([1, ...times(12, (at) => at + 1)])
    await expect(User.findByPk(1)).rejects.toThrow(/were closed/)
  })
  test('replicas share theirs', async () => {
    const { dialect, ...server } = await engine.options()
    const db = engine.script(
      engine.closing(
        new Sequelize({
          dialect,
          pool: { max: 1, pipelining: 5 },
          replication: { write: server, read: [server, server] },
        } as never),
      ),
    )
    const Note = db.define('Note', { text: DataTypes.STRING }, { timestamps: false })
    await Note.sync()
    await Note.bulkCreate(times(20, (at) => ({ text: `n${at + 1}` })))
    const open = new Map<number, number>()
    let deepest = 0
    for (const connection of [await db.pool.read.acquire(), await db.pool.read.acquire()] as Row[]) {
      const query = connection.native.query.bind(connection.native)
      const count = (step: number): number => {
        open.set(connection.id, (open.get(connection.id) ?? 0) + step)
        return open.get(connection.id)!
      }
      connection.native.query = (given: Query) => {
        deepest = Math.max(deepest, count(1))
        return query(whenAnswered(given, () => count(-1)))
      }
      queueMicrotask(() => db.pool.read.release(connection))
    }
    await pause(0)
    const notes = await Promise.all(times(20, (at) => Note.findByPk(at + 1, { useMaster: false })))
    expect(notes.map(({ text }) => text)).toEqual(times(20, (at) => `n${at + 1}`))
    expect(open.size).toBe(2)
    expect(deepest).toBe(5)
    expect(db.pool.read.using).toBe(0)
  })

  test('options that cannot be', async () => {
    const options = await engine.options()
    const make = (pool: object, more: object = {}): Sequelize => new Sequelize({ ...options, ...more, pool } as never)
    for (const pipelining of [0, -1, 1.5, '4', Number.NaN, true])
      expect(() => make({ pipelining })).toThrow(/The pool option "pipelining" must be a whole number above 0/)
    expect(() => make({ pipelining: 4 }, { query_timeout: 100 })).toThrow(/pool\.pipelining.*query_timeout/)
    expect(() => make({ pipelining: 4 }, { preparedStatements: false })).toThrow(/pool\.pipelining.*searchPath/)
    expect(() => make({ pipelining: 4 }, { driver: 'pglite' })).toThrow(/pool\.pipelining.*PGlite/)
    for (const dialect of ['sqlite', 'mysql', 'mariadb'])
      expect(() => new Sequelize({ dialect, pool: { pipelining: 2 } } as never), dialect).toThrow(
        new RegExp(`pool\\.pipelining is not available on ${dialect}`),
      )
    expect(() => new Sequelize({ dialect: 'sqlite', pool: { pipelining: 1 } } as never)).not.toThrow()
    // A client that waits for each answer is found out when it connects.
    const pg = createRequire(import.meta.url)('pg') as { Client: new (given: object) => object }
    class Patient extends pg.Client {
      constructor(given: object) {
        super({ ...given, pipeline: false })
      }
    }
    const patient = engine.script(engine.closing(make({ pipelining: 4 }, { driver: { ...pg, Client: Patient } })))
    await expect(patient.query('SELECT 1')).rejects.toThrow(/pool\.pipelining needs a client/)
    const one = engine.script(engine.closing(make({}, { driver: { Client: Patient } })))
    await expect(one.query('SELECT 1 AS one', { type: 'SELECT' })).resolves.toEqual([{ one: 1 }])
  })
})
