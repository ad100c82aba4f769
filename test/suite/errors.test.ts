// What goes wrong in the database, and on the way to it: the same class, the same fields, the driver's error as `cause`, and a stack that
// leads to the line of the program, on every engine. No message shows values.
import { fileURLToPath } from 'node:url'
import {
  AccessDeniedError,
  BaseError,
  CheckConstraintError,
  ConnectionError,
  ConnectionRefusedError,
  DatabaseError,
  DataTypes,
  DeadlockError,
  ExclusionConstraintError,
  ForeignKeyConstraintError,
  HostNotFoundError,
  InvalidConnectionError,
  NotNullConstraintError,
  Op,
  Sequelize,
  TimeoutError,
  UniqueConstraintError,
  UnknownColumnError,
  UnknownTableError,
} from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../support/databases.js'
import type { Database, Table } from '../support/untyped.js'

const HERE = fileURLToPath(import.meta.url)
const SECRET = 'geheim@example.org'

/** The first frame that is neither the library's, nor a driver's, nor Node's, nor the tests' own watch over options. */
const callerOf = (error: Error): string | undefined =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .find((line) => !/\/src\/|\/test\/support\/|node_modules|node:|<anonymous>\)?$|processTicks/.test(line))

describeEachEngine('errors', (engine) => {
  const world = async (
    options: { pool?: object; file?: boolean } = {},
  ): Promise<{ db: Database; User: Table; Card: Table }> => {
    const db = engine.script(await engine.connect(options))
    const User = db.define(
      'User',
      {
        email: { type: DataTypes.STRING, columnName: 'e_mail', unique: true },
        name: { type: DataTypes.STRING, allowNull: false },
        age: DataTypes.INTEGER,
      },
      { timestamps: false, tableName: 'users' },
    )
    const Card = db.define('Card', { number: DataTypes.INTEGER }, { timestamps: false, tableName: 'cards' })
    User.hasOne(Card, { as: 'card', foreignKey: { name: 'userId', onDelete: 'RESTRICT' } })
    await db.sync()
    return { db, User, Card }
  }
  /** The error, with what holds for each. */
  const caught = async (
    work: () => Promise<unknown>,
    { isSilent = true } = {},
  ): Promise<Error & Record<string, unknown>> => {
    const error = await work().then(
      () => expect.unreachable('nothing was thrown'),
      (thrown: unknown) => thrown as Error & Record<string, unknown>,
    )
    expect(error).toBeInstanceOf(BaseError)
    expect(error.cause).toBeInstanceOf(Error)
    expect([error.parent, error.original]).toEqual([error.cause, error.cause])
    expect(callerOf(error), error.stack).toContain(HERE)
    if (isSilent) {
      expect(error.message).not.toContain(SECRET)
      expect(Object.keys(error)).not.toContain('parameters')
      expect(Object.keys(error)).not.toContain('cause')
    }
    return error
  }

  test('a unique key', async () => {
    const { User } = await world()
    await User.create({ email: SECRET, name: 'a' })
    const error = await caught(async () => await User.create({ email: SECRET, name: 'b' }), { isSilent: false })
    expect(error).toBeInstanceOf(UniqueConstraintError)
    expect(error).toMatchObject({ table: 'users', fields: { email: SECRET } })
    expect(error.errors).toMatchObject([
      { path: 'email', type: 'unique violation', validatorKey: 'not_unique', value: SECRET },
    ])
    expect(error.sql).toMatch(/^INSERT INTO/)
    const other = await caught(async () => await User.bulkCreate([{ email: SECRET, name: 'c' }]), { isSilent: false })
    expect(other).toMatchObject({ name: 'SequelizeUniqueConstraintError', table: 'users' })
  })

  test('a foreign key: the parent is missing, or a child is left', async () => {
    const { User, Card } = await world()
    const missing = await caught(async () => await Card.create({ userId: 12345 }))
    expect(missing).toBeInstanceOf(ForeignKeyConstraintError)
    expect(missing).toMatchObject({ table: 'cards', reltype: 'parent' })
    const user = await User.create({ name: 'a' })
    await user.createCard({ number: 1 })
    const left = await caught(async () => await User.destroy({ where: { id: user.id } }))
    expect(left).toBeInstanceOf(ForeignKeyConstraintError)
    expect(left).toMatchObject({ table: 'users', reltype: 'child' })
  })

  test('NOT NULL', async () => {
    const { User } = await world()
    const error = await caught(async () => await User.create({ email: SECRET }, { validate: false }))
    expect(error).toBeInstanceOf(NotNullConstraintError)
    expect(error).toMatchObject({ table: 'users', fields: ['name'] })
  })

  test('CHECK', async () => {
    const { db, User } = await world()
    await db.queryInterface.addConstraint('users', {
      type: 'CHECK',
      fields: ['age'],
      name: 'users_age_check',
      where: { age: { [Op.gte]: 0 } },
    })
    const error = await caught(async () => await User.create({ name: SECRET, age: -1 }))
    expect(error).toBeInstanceOf(CheckConstraintError)
    expect(error).toMatchObject({ table: 'users', constraint: 'users_age_check' })
  })

  engine.requires('postgresTypes')('EXCLUDE', async () => {
    const { db } = await world()
    await db.query(
      'CREATE TABLE stays (room int, during int4range, CONSTRAINT one_guest EXCLUDE USING gist (room WITH =, during WITH &&))',
    )
    await db.query("INSERT INTO stays VALUES (1, '[1,5)')")
    const error = await caught(async () => await db.query("INSERT INTO stays VALUES (1, '[3,9)')"))
    expect(error).toBeInstanceOf(ExclusionConstraintError)
    expect(error).toMatchObject({ table: 'stays', constraint: 'one_guest', fields: ['room', 'during'] })
  })

  test('a table and a column that do not exist; SQL that is none', async () => {
    const { db } = await world()
    const table = await caught(async () => await db.query('SELECT * FROM nowhere'))
    expect(table).toBeInstanceOf(UnknownTableError)
    expect(table.sql).toBe('SELECT * FROM nowhere')
    expect(await caught(async () => await db.query('SELECT no_such_column FROM users'))).toBeInstanceOf(
      UnknownColumnError,
    )
    const Ghost = db.define('Ghost', { x: DataTypes.INTEGER })
    expect(await caught(async () => await Ghost.findAll())).toBeInstanceOf(UnknownTableError)
    expect(await caught(async () => await Ghost.create({ x: 1 }))).toBeInstanceOf(UnknownTableError)
    const syntax = await caught(async () => await db.query('SELEC 1'))
    expect(syntax).toBeInstanceOf(DatabaseError)
    expect(syntax.name).toBe('SequelizeDatabaseError')
  })

  engine.requires('rowLocks')('a lock that is not to be had, and a deadlock', async () => {
    const { db, User } = await world({ pool: { max: 3 } })
    await User.bulkCreate([
      { name: 'a', age: 1 },
      { name: 'b', age: 1 },
    ])
    const lock = async (name: string, transaction: unknown, options: object = {}): Promise<unknown> =>
      await User.findAll({ where: { id: name === 'a' ? 1 : 2 }, lock: true, transaction, ...options })
    const [one, other] = [await db.startUnmanagedTransaction(), await db.startUnmanagedTransaction()]
    await lock('a', one)
    expect(await caught(async () => await lock('a', other, { noWait: true }))).toBeInstanceOf(TimeoutError)
    await Promise.all([one.rollback(), other.rollback()])
    const cross = async (first: string, second: string): Promise<void> =>
      await db.transaction(async (transaction) => {
        await lock(first, transaction)
        await new Promise((resolve) => setTimeout(resolve, 300))
        await lock(second, transaction)
      })
    const outcomes = await Promise.allSettled([cross('a', 'b'), cross('b', 'a')])
    const failed = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : []))
    expect(failed).toHaveLength(1)
    expect(failed[0]).toBeInstanceOf(DeadlockError)
    expect(callerOf(failed[0]!)).toContain(HERE)
  })

  engine.requires('server')(
    'the way to the server: refused, a host, a user, a password, a database that is not there',
    async () => {
      const options = await engine.options()
      const connecting = async (more: object): Promise<Error> =>
        await caught(async () => {
          const db = engine.closing(new Sequelize({ ...options, ...more, retry: undefined } as never))
          await db.query('SELECT 1')
        })
      expect(await connecting({ port: 1 })).toBeInstanceOf(ConnectionRefusedError)
      expect(await connecting({ host: 'no-such-host.invalid' })).toBeInstanceOf(HostNotFoundError)
      expect(await connecting({ user: 'no_such_user', username: undefined, password: SECRET })).toBeInstanceOf(
        AccessDeniedError,
      )
      const missing = await connecting({ database: 'no_such_database' })
      expect(missing).toBeInstanceOf(ConnectionError)
      expect([InvalidConnectionError.name, AccessDeniedError.name]).toContain(missing.constructor.name)
    },
  )

  test('what a logger makes of an error shows no values', async () => {
    const { User } = await world()
    const error = await caught(async () => await User.create({ email: SECRET, age: 7 }, { validate: false }))
    expect(JSON.stringify(error)).not.toContain(SECRET)
    expect(String(error)).not.toContain(SECRET)
    expect(error.parameters).toContain(SECRET)
  })
})
