// Connections, transactions and errors of PostgreSQL.
import {
  AccessDeniedError,
  ConnectionLostError,
  ConnectionRefusedError,
  DataTypes,
  DeadlockError,
  InvalidConnectionError,
  IsolationLevel,
  Lock,
  Sequelize,
  SerializationError,
  TimeoutError,
  UniqueConstraintError,
  UnknownColumnError,
  UnknownTableError,
} from 'mortise'
import { expect, test } from 'vitest'
import type { ConnectOptions } from '../../support/databases.js'
import { describeEngine } from '../../support/databases.js'
import type { Database, Table } from '../../support/untyped.js'

describeEngine('postgres', 'runtime', (engine) => {
  const users = async (options: ConnectOptions = {}): Promise<{ db: Database; User: Table }> => {
    const db = engine.script(await engine.connect(options))
    const User = db.define(
      'User',
      { name: { type: DataTypes.STRING, unique: true }, n: DataTypes.INTEGER },
      { timestamps: false },
    )
    await db.sync()
    return { db, User }
  }

  test('errors by their class, with the names that the server gives', async () => {
    const { db, User } = await users()
    await User.create({ name: 'Ann' })
    await expect(User.create({ name: 'Ann' })).rejects.toMatchObject({
      name: 'SequelizeUniqueConstraintError',
      table: 'Users',
      fields: { name: 'Ann' },
    })
    await expect(db.query('SELECT * FROM nowhere')).rejects.toBeInstanceOf(UnknownTableError)
    await expect(db.query('SELECT nothing FROM "Users"')).rejects.toBeInstanceOf(UnknownColumnError)
    await expect(db.query('SELECT 1; SELECT 2', { multipleStatements: true })).resolves.toBeDefined()
    await expect(db.query('SELECT $1; SELECT 2', { bind: [1] })).rejects.toThrow(/several statements/)
    const options = await engine.options()
    const connecting = async (more: object): Promise<unknown> => {
      const other = engine.closing(new Sequelize({ ...options, ...more } as never))
      return await other.authenticate()
    }
    await expect(connecting({ port: 1 })).rejects.toBeInstanceOf(ConnectionRefusedError)
    await expect(connecting({ database: 'no_such_database' })).rejects.toBeInstanceOf(InvalidConnectionError)
    await expect(connecting({ user: 'no_such_user', username: undefined })).rejects.toBeInstanceOf(AccessDeniedError)
  })

  test('a lost connection leaves the pool, the next one is new, and what was inside a transaction is an error', async () => {
    const { db, User } = await users({ pool: { max: 1 } })
    const [{ pid }] = await db.query('SELECT pg_backend_pid() AS pid', { type: 'SELECT' })
    const { db: other } = await users()
    const kill = async (which: number): Promise<void> => {
      await other.query('SELECT pg_terminate_backend($1::int)', { bind: [which] })
    }
    await kill(pid)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await User.count()).toBe(0)
    const [{ pid: second }] = await db.query('SELECT pg_backend_pid() AS pid', { type: 'SELECT' })
    expect(second).not.toBe(pid)
    // The server says that it has taken the statement back, so it is sent once more, by another connection.
    const sleeping = db.query(`INSERT INTO "Users" (name) SELECT 'z' FROM pg_sleep(1)`)
    await new Promise((resolve) => setTimeout(resolve, 100))
    await kill(second)
    await sleeping
    expect(await User.count()).toBe(1)
    await expect(
      db.transaction(async () => {
        await User.create({ name: 'x' })
        const [{ pid: third }] = await db.query('SELECT pg_backend_pid() AS pid', { type: 'SELECT' })
        await kill(third)
        await User.create({ name: 'y' })
      }),
    ).rejects.toBeInstanceOf(ConnectionLostError)
    expect(await User.count()).toBe(1)
    expect(db.pool.write.using).toBe(0)
  })

  test('statements side by side in one transaction, and many transactions through a small pool', async () => {
    const { db, User } = await users({ pool: { max: 3 } })
    await db.transaction(async () => {
      await Promise.all(Array.from({ length: 20 }, (_item, n) => User.create({ name: `a${n}`, n })))
    })
    expect(await User.count()).toBe(20)
    await Promise.all(
      Array.from({ length: 100 }, (_item, n) =>
        db.transaction(async () => {
          await User.increment('n', { where: { name: `a${n % 20}` } })
        }),
      ),
    )
    expect(await User.sum('n')).toBe(190 + 100)
    expect(db.pool.write.size).toBeLessThanOrEqual(3)
  })

  test('isolation levels, read only, deadlocks, time limits', async () => {
    const { db, User } = await users()
    await User.bulkCreate([
      { name: 'a', n: 0 },
      { name: 'b', n: 0 },
    ])
    await db.transaction({ isolationLevel: IsolationLevel.SERIALIZABLE, readOnly: true }, async () => {
      const [row] = await db.query(
        "SELECT current_setting('transaction_isolation') AS level, current_setting('transaction_read_only') AS read",
        { type: 'SELECT' },
      )
      expect(row).toEqual({ level: 'serializable', read: 'on' })
    })
    await expect(db.transaction({ readOnly: true }, async () => await User.create({ name: 'c' }))).rejects.toThrow(
      /read-only/,
    )
    const add = async (name: string, transaction: unknown): Promise<unknown> =>
      await User.increment('n', { where: { name }, transaction })
    const conflict = async (): Promise<void> => {
      const [one, two] = [
        await db.startUnmanagedTransaction({ isolationLevel: IsolationLevel.REPEATABLE_READ }),
        await db.startUnmanagedTransaction({ isolationLevel: IsolationLevel.REPEATABLE_READ }),
      ]
      await User.findAll({ transaction: two })
      await add('a', one)
      await one.commit()
      try {
        await add('a', two)
      } finally {
        await two.rollback()
      }
    }
    await expect(conflict()).rejects.toBeInstanceOf(SerializationError)
    const cross = async (first: string, second: string): Promise<void> =>
      await db.transaction(async (transaction) => {
        await add(first, transaction)
        await new Promise((resolve) => setTimeout(resolve, 200))
        await add(second, transaction)
      })
    const outcomes = await Promise.allSettled([cross('a', 'b'), cross('b', 'a')])
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(failed).toHaveLength(1)
    expect((failed[0] as PromiseRejectedResult).reason).toBeInstanceOf(DeadlockError)
    await expect(
      db.transaction(async () => {
        await db.query("SET LOCAL statement_timeout = '50ms'")
        await db.query('SELECT pg_sleep(5)')
      }),
    ).rejects.toBeInstanceOf(TimeoutError)
    await db.transaction(async (transaction) => {
      await User.findAll({ where: { name: 'a' }, lock: true, transaction })
      await expect(
        User.findAll({
          where: { name: 'a' },
          lock: Lock.UPDATE,
          noWait: true,
          transaction: await db.startUnmanagedTransaction().then((other: Database) => {
            setTimeout(() => void other.rollback(), 500)
            return other
          }),
        }),
      ).rejects.toBeInstanceOf(TimeoutError)
      expect(
        await db.transaction(
          { nestMode: 'separate', transaction: null },
          async (other: unknown) => await User.findAll({ lock: true, skipLocked: true, transaction: other }),
        ),
      ).toHaveLength(1)
    })
  })

  test('after an error in a transaction only a savepoint goes on; a commit that is none throws', async () => {
    const { db, User } = await users()
    await User.create({ name: 'a' })
    await db.transaction(async (transaction) => {
      await expect(
        db.transaction(
          { transaction, nestMode: 'savepoint' },
          async (inner: unknown) => await User.create({ name: 'a' }, { transaction: inner }),
        ),
      ).rejects.toBeInstanceOf(UniqueConstraintError)
      await User.create({ name: 'b' })
      const [row, created] = await User.findOrCreate({ where: { name: 'a' } })
      expect([row.name, created]).toEqual(['a', false])
    })
    expect(await User.count()).toBe(2)
    await expect(
      db.transaction(async () => {
        await User.create({ name: 'c' })
        await User.create({ name: 'a' }).catch(() => {})
      }),
    ).rejects.toThrow(/rolled back/)
    expect(await User.count()).toBe(2)
  })

  test('prepared statements outlive changes of the table, and can be done without', async () => {
    for (const preparedStatements of [true, false]) {
      const { db, User } = await users({ preparedStatements, pool: { max: 1 } })
      const other = engine.script(await engine.connect())
      const [{ path }] = await db.query('SELECT current_schema() AS path', { type: 'SELECT' })
      for (let at = 0; at < 5; at += 1) await User.create({ name: `n${at}`, n: at })
      for (let at = 0; at < 5; at += 1) expect((await User.findOne({ where: { name: `n${at}` } })).n).toBe(at)
      // As another program does it.
      const [{ count }] = await db.query('SELECT count(*)::int AS count FROM pg_prepared_statements', {
        type: 'SELECT',
      })
      expect(count > 0).toBe(preparedStatements)
      await other.query(`ALTER TABLE "${path}"."Users" ALTER COLUMN n TYPE bigint`)
      for (let at = 0; at < 5; at += 1) expect(Number((await User.findOne({ where: { name: `n${at}` } })).n)).toBe(at)
      for (let at = 0; at < 500; at += 1) await db.query(`SELECT ${at}`)
    }
  })

  test('limits on writes, rows without values, row locks beside outer joins', async () => {
    const { db, User } = await users()
    const Card = db.define('Card', {}, { timestamps: false })
    User.hasOne(Card, { as: 'card', foreignKey: 'userId' })
    await db.sync({ alter: true })
    await User.bulkCreate([{}, {}, {}])
    expect(await User.count()).toBe(3)
    expect(await User.destroy({ where: {}, limit: 1 })).toBe(1)
    expect((await User.update({ n: 5 }, { where: {}, limit: 1 }))[0]).toBe(1)
    await db.transaction(async () => {
      expect(await User.findAll({ include: 'card', lock: true, where: { n: 5 } })).toHaveLength(1)
    })
  })
})
