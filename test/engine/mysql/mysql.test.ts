// What only MySQL and MariaDB have, or have in their own way: types, faults, locks, connections that die, both drivers.
import {
  AccessDeniedError,
  CheckConstraintError,
  ConnectionError,
  ConnectionRefusedError,
  DatabaseError,
  DataTypes,
  DeadlockError,
  ForeignKeyConstraintError,
  IsolationLevel,
  NotNullConstraintError,
  Op,
  Sequelize,
  sql,
  TimeoutError,
  UniqueConstraintError,
  UnknownColumnError,
  UnknownTableError,
  UnsupportedFeatureError,
} from 'mortise'
import { describe, expect, test } from 'vitest'
import { describeEngine } from '../../support/databases.js'
import type { Database, Row } from '../../support/untyped.js'

for (const name of ['mariadb', 'mysql']) {
  describeEngine(name, 'MySQL and MariaDB', (engine) => {
    const connected = async (options: Readonly<Record<string, unknown>> = {}): Promise<Database> =>
      engine.script(await engine.connect(options))
    const caught = (work: Promise<unknown>): Promise<Row> =>
      work.then(
        () => expect.fail('nothing was thrown'),
        (error: unknown) => error as Row,
      )

    const ways = ['mariadb', 'mysql2'].flatMap((driver) => [{ driver }, { driver, preparedStatements: false }])
    for (const { driver, ...way } of ways) {
      describe(`through the driver ${driver}${'preparedStatements' in way ? ', as text' : ''}`, () => {
        test('every type comes back as it went', async () => {
          const db = await connected({ driver, ...way })
          const values: Record<string, [type: unknown, value: unknown]> = {
            text: [DataTypes.STRING, 'it\'s `so` \\ "ü 日本 😀'],
            binary: [DataTypes.STRING.BINARY, 'Ab'],
            long: [DataTypes.TEXT('medium'), 'x'.repeat(70_000)],
            tiny: [DataTypes.TINYINT.UNSIGNED, 255],
            whole: [DataTypes.INTEGER, -2_147_483_648],
            big: [DataTypes.BIGINT, '-9223372036854775808'],
            huge: [DataTypes.BIGINT.UNSIGNED, '18446744073709551615'],
            exact: [DataTypes.DECIMAL(30, 10), '12345678901234567890.1234567890'],
            single: [DataTypes.FLOAT, 1.1],
            double: [DataTypes.DOUBLE, 0.1 + 0.2],
            yes: [DataTypes.BOOLEAN, true],
            at: [DataTypes.DATE, new Date('2024-02-29T23:59:59.123Z')],
            second: [DataTypes.DATE(0), new Date('2024-02-29T23:59:59.000Z')],
            day: [DataTypes.DATEONLY, '2024-02-29'],
            time: [DataTypes.TIME, '23:59:59'],
            fine: [DataTypes.TIME(3), '23:59:59.120'],
            uuid: [DataTypes.UUID, '0e2f5b0a-4c2b-4f7a-9d5e-5a3a5f0e7c11'],
            bytes: [DataTypes.BLOB, Buffer.from([0, 39, 92, 255])],
            json: [DataTypes.JSON, { a: [1, "it's", null, { b: true }] }],
            word: [DataTypes.ENUM('a', "b'c"), "b'c"],
            point: [DataTypes.GEOMETRY('POINT'), { type: 'Point', coordinates: [39.5, -20.25] }],
          }
          const Thing = db.define(
            'Thing',
            Object.fromEntries(Object.entries(values).map(([key, [type]]) => [key, { type }])),
            { timestamps: false },
          )
          await db.sync()
          const { id } = await Thing.create(
            Object.fromEntries(Object.entries(values).map(([key, [, value]]) => [key, value])),
          )
          const found = await Thing.findByPk(id)
          for (const [key, [, value]] of Object.entries(values)) expect([key, found[key]]).toEqual([key, value])
          expect(await db.sync({ alter: true, plan: true })).toMatchObject({ sql: [] })
        })
        test('keys and counts of writes', async () => {
          const db = await connected({ driver, ...way })
          const User = db.define('User', { name: DataTypes.STRING }, { timestamps: false })
          await db.sync()
          expect((await User.create({ name: 'Ann' })).id).toBe(1)
          expect((await User.bulkCreate([{ name: 'Ben' }, { name: 'Cid' }])).map((user: Row) => user.id)).toEqual([
            2, 3,
          ])
          expect((await User.create({ id: 0, name: 'zero' })).id).toBe(0)
          // Rows that were found, also where nothing had to change.
          expect(await User.update({ name: 'Ann' }, { where: { id: 1 } })).toEqual([1])
          expect(await User.destroy({ where: { id: [1, 2] } })).toBe(2)
          expect(
            await db.query('SELECT COUNT(*) AS n, SUM(id) AS s FROM Users', { type: 'SELECT', plain: true }),
          ).toEqual({ n: 2, s: '3' })
        })
        test('a connection that is killed leaves the pool, and the next statement has another', async () => {
          const db = await connected({ driver, pool: { max: 1 } })
          const other = await connected({ driver })
          const id = async (): Promise<number> =>
            (await db.query('SELECT CONNECTION_ID() AS id', { type: 'SELECT', plain: true })).id
          const before = await id()
          await other.query(`KILL ${before}`)
          await new Promise((resolve) => setTimeout(resolve, 100))
          expect(await id()).not.toBe(before)
          const lost = await caught(
            db.transaction(async () => {
              await other.query(`KILL ${await id()}`)
              await new Promise((resolve) => setTimeout(resolve, 100))
              await db.query('SELECT 1')
            }),
          )
          expect(lost).toBeInstanceOf(ConnectionError)
          expect(await id()).toBeGreaterThan(before)
        })
      })
    }

    test('faults', async () => {
      const db = await connected()
      const User = db.define('User', {
        email: { type: DataTypes.STRING, unique: true, allowNull: false },
        age: DataTypes.INTEGER,
      })
      const Task = db.define('Task', {})
      Task.belongsTo(User, { foreignKey: 'userId' })
      await db.sync()
      await db.queryInterface.addConstraint('Users', {
        type: 'CHECK',
        fields: ['age'],
        name: 'age_positive',
        where: { age: { [Op.gt]: 0 } },
      })
      const user = await User.create({ email: 'a@x', age: 1 })
      await Task.create({ userId: user.id })

      const unique = await caught(User.create({ email: 'a@x' }))
      expect(unique).toBeInstanceOf(UniqueConstraintError)
      expect([unique.fields, unique.constraint, unique.table]).toEqual([
        { email: 'a@x' },
        'users_email_unique',
        'Users',
      ])
      const key = await caught(User.create({ id: user.id, email: 'b@x' }))
      expect([key.fields, key.errors[0].path]).toEqual([{ id: user.id }, 'id'])
      const raw = await caught(db.query("INSERT INTO Users (email, createdAt, updatedAt) VALUES ('a@x', NOW(), NOW())"))
      expect([raw.constructor, raw.cause.errno]).toEqual([UniqueConstraintError, 1062])

      const missing = await caught(Task.create({ userId: 99 }))
      expect(missing).toBeInstanceOf(ForeignKeyConstraintError)
      expect([missing.table, missing.constraint, missing.fields, missing.reltype]).toEqual([
        'Tasks',
        'Tasks_userId_foreign_idx',
        ['userId'],
        'parent',
      ])
      await db.query('ALTER TABLE Tasks DROP FOREIGN KEY Tasks_userId_foreign_idx')
      await db.query('ALTER TABLE Tasks ADD CONSTRAINT restricted FOREIGN KEY (userId) REFERENCES Users (id)')
      expect(await caught(user.destroy())).toMatchObject({
        name: 'SequelizeForeignKeyConstraintError',
        reltype: 'child',
        constraint: 'restricted',
      })

      const empty = await caught(
        db.query('INSERT INTO Users (email, createdAt, updatedAt) VALUES (NULL, NOW(), NOW())'),
      )
      expect([empty.constructor, empty.fields]).toEqual([NotNullConstraintError, ['email']])
      const check = await caught(User.create({ email: 'c@x', age: -1 }))
      expect([check.constructor, check.constraint, check.table]).toEqual([
        CheckConstraintError,
        'age_positive',
        'Users',
      ])
      expect(await caught(db.query('SELECT * FROM nowhere'))).toBeInstanceOf(UnknownTableError)
      expect(await caught(db.query('SELECT nothing FROM Users'))).toBeInstanceOf(UnknownColumnError)
      const long = await caught(User.create({ email: 'x'.repeat(300) }))
      expect([long.constructor, long.cause.errno]).toEqual([DatabaseError, 1406])
      // Values have no place in messages.
      expect(long.message).not.toContain('xxx')
    })

    test('connections that cannot be had', async () => {
      const options = await engine.options()
      const failure = async (more: object): Promise<Row> => {
        const db = engine.closing(new Sequelize({ ...options, ...more } as never)) as unknown as Database
        return await caught(db.authenticate())
      }
      expect(await failure({ port: 1 })).toBeInstanceOf(ConnectionRefusedError)
      expect(await failure({ user: 'nobody_there', password: 'wrong' })).toBeInstanceOf(AccessDeniedError)
      const unknown = await failure({ database: 'mortise_is_not_there' })
      expect([unknown instanceof ConnectionError, unknown.cause.errno]).toEqual([true, 1049])
    })

    test('a deadlock, and a lock that is waited for in vain', async () => {
      const db = await connected()
      const User = db.define('User', { n: DataTypes.INTEGER }, { timestamps: false })
      await db.sync()
      await User.bulkCreate([{ n: 1 }, { n: 2 }])
      const errors: unknown[] = []
      const both = [0, 0]
      const crossing = async (at: number): Promise<void> => {
        await db.transaction(async () => {
          await User.update({ n: 5 }, { where: { id: at + 1 } })
          both[at] = 1
          while (both.includes(0)) await new Promise((resolve) => setTimeout(resolve, 5))
          await User.update({ n: 6 }, { where: { id: 2 - at } })
        })
      }
      await Promise.all([0, 1].map((at) => crossing(at).catch((error) => errors.push(error))))
      expect(errors).toHaveLength(1)
      expect(errors[0]).toBeInstanceOf(DeadlockError)

      await db.transaction(async () => {
        await User.findByPk(1, { lock: true })
        const late = db.transaction({ nestMode: 'separate' }, async () => {
          await db.query('SET SESSION innodb_lock_wait_timeout = 1')
          await User.update({ n: 7 }, { where: { id: 1 } })
        })
        await expect(late).rejects.toBeInstanceOf(TimeoutError)
        expect(
          await User.findAll({ lock: true, skipLocked: true, transaction: null, attributes: ['id'], raw: true }),
        ).toEqual([{ id: 2 }])
      })
    })

    test('transactions: levels, read only, savepoints', async () => {
      const db = await connected()
      const User = db.define('User', { n: DataTypes.INTEGER }, { timestamps: false })
      await db.sync()
      await db.transaction({ isolationLevel: IsolationLevel.READ_COMMITTED }, async () => {
        expect(await User.count()).toBe(0)
        await User.create({ n: 1 }, { transaction: null })
        expect(await User.count()).toBe(1)
      })
      await db.transaction({ isolationLevel: IsolationLevel.REPEATABLE_READ }, async () => {
        expect(await User.count()).toBe(1)
        await User.create({ n: 2 }, { transaction: null })
        expect(await User.count()).toBe(1)
      })
      expect(
        (await caught(db.transaction({ readOnly: true }, async () => await User.create({ n: 3 })))).cause.errno,
      ).toBe(1792)
      await db.transaction(async () => {
        await User.create({ n: 4 })
        await caught(
          db.transaction({ nestMode: 'savepoint' }, async () => {
            await User.create({ n: 5 })
            throw new Error('back')
          }),
        )
      })
      expect((await User.findAll({ order: ['n'] })).map((user: Row) => user.n)).toEqual([1, 2, 4])
      await expect(db.transaction({ constraintChecking: 'DEFERRED' }, async () => {})).rejects.toBeInstanceOf(
        UnsupportedFeatureError,
      )
    })

    test('a table that is being changed may be asked about itself (1093), also with a limit (1235)', async () => {
      const db = await connected()
      const User = db.define('User', { n: DataTypes.INTEGER }, { timestamps: false })
      await db.sync()
      await User.bulkCreate([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }])
      const smallest = db.literal('(SELECT `id` FROM (SELECT MIN(`id`) AS `id` FROM `Users`) AS `m`)')
      expect(await User.destroy({ where: { id: { [Op.in]: smallest } } })).toBe(1)
      expect(await User.destroy({ where: {}, limit: 2 })).toBe(2)
      expect(await User.update({ n: 9 }, { where: {}, limit: 1 })).toEqual([1])
      expect((await User.findAll({ raw: true })).map((row: Row) => row.n)).toEqual([9])
    })

    test('a SELECT that takes longer than it may', async () => {
      const db = await connected()
      const Row = db.define('Row', { n: DataTypes.INTEGER }, { timestamps: false })
      await db.sync()
      await Row.bulkCreate(Array.from({ length: 250 }, (_none, n) => ({ n })))
      const slow = sql`(SELECT COUNT(*) FROM \`Rows\` a, \`Rows\` b, \`Rows\` c, \`Rows\` d WHERE a.n + b.n + c.n + d.n > 5) > 0`
      const started = Date.now()
      await expect(Row.findAll({ where: slow, maxExecutionTimeHintMs: 100 })).rejects.toBeInstanceOf(TimeoutError)
      expect(Date.now() - started).toBeLessThan(10_000)
      expect(await Row.findAll({ where: { n: 5 }, maxExecutionTimeHintMs: 5000 })).toHaveLength(1)
    })
    test('keys are counted in the steps of the session, as clusters set them', async () => {
      for (const driver of ['mariadb', 'mysql2']) {
        const db = await connected({ driver, pool: { max: 1 } })
        const User = db.define('User', { name: DataTypes.STRING }, { timestamps: false })
        await db.sync()
        await db.query('SET SESSION auto_increment_increment = 7, SESSION auto_increment_offset = 3')
        const users = await User.bulkCreate([{ name: 'a' }, { name: 'b' }, { name: 'c' }])
        expect(users.map((user: Row) => user.id)).toEqual([3, 10, 17])
        await db.query('SET SESSION auto_increment_increment = 2')
        const more = await User.bulkCreate([{ name: 'd' }, { name: 'e' }])
        const found = await User.findAll({ where: { name: ['d', 'e'] }, order: ['name'] })
        expect(more.map((user: Row) => user.id)).toEqual(found.map((user: Row) => user.id))
      }
    })
    test('nulls first and last', async () => {
      const db = await connected()
      const User = db.define('User', { n: DataTypes.INTEGER }, { timestamps: false })
      await db.sync()
      await User.bulkCreate([{ n: 2 }, { n: null }, { n: 1 }])
      const ordered = async (direction: string): Promise<unknown[]> =>
        (await User.findAll({ order: [['n', direction]] })).map((user: Row) => user.n)
      expect(await ordered('ASC NULLS FIRST')).toEqual([null, 1, 2])
      expect(await ordered('ASC NULLS LAST')).toEqual([1, 2, null])
      expect(await ordered('DESC NULLS FIRST')).toEqual([null, 2, 1])
      expect(await ordered('DESC NULLS LAST')).toEqual([2, 1, null])
    })

    test('upsert, ignored duplicates and defaults that the database makes', async () => {
      const db = await connected()
      const User = db.define('User', {
        email: { type: DataTypes.STRING, unique: true },
        visits: { type: DataTypes.INTEGER, defaultValue: sql.literal('7') },
      })
      await db.sync()
      const [first, created] = await User.upsert({ email: 'a@x', visits: 1 })
      const [second, again] = await User.upsert({ email: 'a@x', visits: 2 })
      expect([first.id, second.id, second.visits, (await User.findAll()).length]).toEqual([1, 1, 2, 1])
      expect([created, again]).toEqual(name === 'mysql' ? [true, false] : [null, null])
      await User.bulkCreate([{ email: 'a@x' }, { email: 'b@x' }], { ignoreDuplicates: true })
      expect((await User.findAll({ order: ['email'] })).map((user: Row) => [user.email, user.visits])).toEqual([
        ['a@x', 2],
        ['b@x', 7],
      ])
      expect((await User.create({ email: 'c@x' })).visits).toBe(7)
      const user = await User.findOne({ where: { email: 'c@x' } })
      await user.update({ visits: sql`${sql.col('visits')} + 1` })
      expect(user.visits).toBe(8)
    })

    test('JSON is compared by its value', async () => {
      const db = await connected()
      const User = db.define('User', { meta: DataTypes.JSON }, { timestamps: false })
      await db.sync()
      await User.bulkCreate([{ meta: { a: { b: 'x' }, n: 5 } }, { meta: { a: 1 } }])
      const ids = async (where: object): Promise<number[]> =>
        (await User.findAll({ where })).map((user: Row) => user.id)
      expect(await ids({ 'meta.a.b': 'x' })).toEqual([1])
      expect(await ids({ meta: { n: { [Op.gt]: 4 } } })).toEqual([1])
      expect(await ids({ meta: { a: 1 } })).toEqual([2])
      expect(await ids({ 'meta.a': { [Op.in]: [1, 2] } })).toEqual([2])
    })

    test('zones: the process, the session and the server have no say', async () => {
      const db = await connected()
      const User = db.define('User', { at: DataTypes.DATE }, { timestamps: false })
      await db.sync()
      const zone = process.env.TZ
      try {
        for (const TZ of ['Asia/Kathmandu', 'America/New_York', 'UTC']) {
          process.env.TZ = TZ
          const at = new Date('2024-03-10T07:30:00.123Z')
          const { id } = await User.create({ at })
          expect((await User.findByPk(id)).at).toEqual(at)
          expect(await User.count({ where: { id, at } })).toBe(1)
        }
      } finally {
        if (zone === undefined) delete process.env.TZ
        else process.env.TZ = zone
      }
      expect(await db.query('SELECT DISTINCT CAST(at AS CHAR) AS t FROM Users', { type: 'SELECT' })).toEqual([
        { t: '2024-03-10 07:30:00.123000' },
      ])
    })

    test('a change of type takes the foreign keys off and on again', async () => {
      const db = await connected()
      const define = (type: unknown): Row => {
        const User = db.define('User', { id: { type, primaryKey: true, autoIncrement: true } }, { timestamps: false })
        const Task = db.define('Task', {}, { timestamps: false })
        Task.belongsTo(User, { foreignKey: 'userId', onDelete: 'CASCADE' })
        return { User, Task }
      }
      const { User, Task } = define(DataTypes.INTEGER)
      await db.sync()
      await Task.create({ userId: (await User.create({})).id })
      define(DataTypes.BIGINT)
      await db.sync({ alter: true })
      expect((await db.queryInterface.describeTable('Tasks')).userId.type).toBe('BIGINT')
      expect(await db.sync({ alter: true, plan: true })).toMatchObject({ sql: [] })
      expect(await db.queryInterface.showConstraints('Tasks', { constraintType: 'FOREIGN KEY' })).toMatchObject([
        { constraintName: 'Tasks_userId_foreign_idx', deleteAction: 'CASCADE' },
      ])
    })
  })
}
