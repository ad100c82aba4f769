// PGlite as the driver: what is its own. The suite as a whole runs on it with MORTISE_ENGINES=pglite.
import { DataTypes, Sequelize } from 'mortise'
import { afterAll, expect, test } from 'vitest'
import type { Database, Table } from '../../support/untyped.js'

const opened: Database[] = []
const connect = (options: object): Database => {
  const db = new Sequelize({ dialect: 'postgres', logging: false, ...options } as never) as unknown as Database
  opened.push(db)
  return db
}
const define = (db: Database): Table =>
  db.define('User', { name: { type: DataTypes.STRING, unique: true } }, { timestamps: false })
afterAll(async () => {
  for (const db of opened) await db.close()
})

test('a database in memory outlives failures; clients of one database take turns, each with its own settings', async () => {
  const { PGlite } = await import('@electric-sql/pglite')
  const lite = await PGlite.create()
  const [one, other] = [connect({ driver: lite }), connect({ driver: lite, timezone: '+05:45' })]
  const [User, Other] = [define(one), define(other)]
  await one.sync()
  await User.create({ name: 'a' })
  // A statement that comes again is prepared by name, whether it failed or not.
  for (let round = 0; round < 4; round += 1)
    await expect(User.create({ name: 'a' })).rejects.toMatchObject({ name: 'SequelizeUniqueConstraintError' })
  await expect(
    one.transaction(async () => {
      await User.create({ name: 'lost' })
      await User.create({ name: 'a' }).catch(() => {})
    }),
  ).rejects.toThrow(/rolled back/)
  expect(await User.count()).toBe(1)
  // The other one waits for the transaction, and sees what it has committed.
  let counted: Promise<unknown> | undefined
  await one.transaction(async () => {
    await User.create({ name: 'b' })
    counted = Other.count()
    await new Promise((resolve) => setTimeout(resolve, 50))
    await User.create({ name: 'c' })
  })
  expect(await counted).toBe(3)
  const zone = async (db: Database): Promise<unknown> =>
    (await db.query('SELECT extract(timezone from now())::int AS seconds', { type: 'SELECT' }))[0].seconds
  expect([await zone(one), await zone(other), await zone(one)]).toEqual([0, 20_700, 0])
  await one.close()
  await other.close()
  // What the program opened stays open.
  expect((await lite.query('SELECT count(*)::int AS n FROM "Users"')).rows).toEqual([{ n: 3 }])
  await lite.close()
}, 120_000)

test('what leads to a server is refused', async () => {
  for (const option of [{ host: 'localhost' }, { port: 5432 }, { password: 'x' }, { ssl: true }, { database: 'app' }])
    await expect(connect({ driver: 'pglite', ...option }).query('SELECT 1')).rejects.toThrow(
      new RegExp(`${Object.keys(option)[0]}|one database`),
    )
})
