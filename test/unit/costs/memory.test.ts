// What rows and finds leave on the heap, compared with plain objects made of the driver's rows. Bounds are generous: they hold on any
// machine, and break when something is kept or made for each row that was not before.
import { createRequire } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { DataTypes, Op, Sequelize } from 'mortise'
import { expect, test } from 'vitest'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
/** In a turn of its own: what was awaited before is then held by nobody. */
async function heap(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 10))
  collect()
  collect()
  return process.memoryUsage().heapUsed
}
const median = (figures: number[]): number => figures.sort((a, b) => a - b)[figures.length >> 1]!

type Native = { prepare(sql: string): { raw(): { all(): unknown[][]; get(id: number): unknown[] } } }
const Driver = createRequire(import.meta.url)('better-sqlite3') as new (file: string) => Native

const ROWS = 10_000
async function filled() {
  const sequelize = new Sequelize({
    dialect: 'sqlite',
    storage: ':memory:',
    logging: false,
    define: { timestamps: false },
  })
  const User = sequelize.define('User', {
    name: DataTypes.STRING,
    email: DataTypes.STRING,
    age: DataTypes.INTEGER,
    createdAt: DataTypes.DATE(3),
  })
  const Profile = sequelize.define('Profile', { bio: DataTypes.STRING, visits: DataTypes.INTEGER })
  User.hasOne(Profile, { as: 'profile', foreignKey: { name: 'userId', unique: true } as never })
  await sequelize.sync()
  const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})`
  await sequelize.query(
    `${numbers.replace('WITH', 'INSERT INTO Users (name, email, age, createdAt) WITH')} SELECT 'name ' || i, 'mail' || i, i % 90, '2024-01-01 00:00:00.000 +00:00' FROM n`,
  )
  await sequelize.query(
    `${numbers.replace('WITH', 'INSERT INTO Profiles (bio, visits, userId) WITH')} SELECT 'bio ' || i, i, i FROM n`,
  )
  return { sequelize, User }
}

/** Bytes that stay for each row while `result` is held. */
async function kept(work: () => Promise<readonly unknown[]>): Promise<number> {
  const once = async (): Promise<number> => {
    const before = await heap()
    const result = await work()
    const bytes = (await heap()) - before
    expect(result).toHaveLength(ROWS)
    return bytes / ROWS
  }
  await once()
  return median([await once(), await once(), await once()])
}

test('an instance with its one-to-one holds little more than plain objects do', async () => {
  const { sequelize, User } = await filled()
  const native = await sequelize.withConnection((connection) => connection.native as Native)
  expect(native).toBeInstanceOf(Driver)
  const statement = native
    .prepare(
      'SELECT u.id, u.name, u.email, u.age, u.createdAt, p.id, p.bio, p.visits, p.userId FROM Users u LEFT JOIN Profiles p ON p.userId = u.id',
    )
    .raw()
  const plain = await kept(async () =>
    statement.all().map(([id, name, email, age, createdAt, profileId, bio, visits, userId]) => ({
      id,
      name,
      email,
      age,
      createdAt: new Date(createdAt as string),
      profile: { id: profileId, bio, visits, userId },
    })),
  )
  const instances = await kept(() => User.findAll({ include: ['profile'] } as never))
  // Two instances: each is an object of four fields around its values.
  expect(instances / plain).toBeLessThan(1.6)
  await sequelize.close()
})

/**
 * Bytes that a call allocates, garbage included: so few calls that none is collected in between. The least of the rounds: code that is not
 * compiled yet, which is a matter of the machine's load, allocates more, and nothing allocates less.
 */
async function allocated(work: (id: number) => unknown): Promise<number> {
  for (let id = 1; id <= 3_000; id += 1) await work(id)
  let least = Number.POSITIVE_INFINITY
  for (let times = 0; times < 30; times += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    collect()
    const before = process.memoryUsage().heapUsed
    for (let id = 1; id <= 200; id += 1) await work(id)
    const bytes = (process.memoryUsage().heapUsed - before) / 200
    if (bytes > 0) least = Math.min(least, bytes)
  }
  return least
}

test('findByPk makes an instance and a handful of small objects', async () => {
  const { sequelize, User } = await filled()
  const native = await sequelize.withConnection((connection) => connection.native as Native)
  const statement = native.prepare('SELECT id, name, email, age, createdAt FROM Users WHERE id = ?').raw()
  const plain = await allocated(async (id) => {
    const [key, name, email, age, createdAt] = statement.get(id)
    return { id: key, name, email, age, createdAt: new Date(createdAt as string) }
  })
  const instance = await allocated((id) => User.findByPk(id))
  // About 500 bytes, that is a dozen objects of some four fields; twice as many would be seen.
  expect(instance - plain).toBeLessThan(1_000)
  await sequelize.close()
})

test('finds of ever new shapes do not fill the heap', { timeout: 60_000 }, async () => {
  const { sequelize, User } = await filled()
  const names = ['id', 'name', 'email', 'age', 'createdAt']
  const operators = [Op.eq, Op.gt, Op.gte, Op.lt, Op.lte, Op.ne]
  let shape = 0
  const some = async (count: number): Promise<void> => {
    for (let times = 0; times < count; times += 1) {
      shape += 1
      const attributes = names.filter((_, at) => at === 0 || ((shape >> at) & 1) === 1)
      const where = {
        age: { [operators[shape % 6]!]: 1, [operators[(shape + 1 + (shape >> 5)) % 6]!]: 2 },
        id: { [Op.or]: Array.from({ length: 1 + (shape % 31) }, (_, at) => ({ [Op.lt]: at })) },
      }
      await User.findAll({ attributes, where, limit: 1 } as never)
    }
  }
  await some(600)
  const before = await heap()
  const { misses } = sequelize.planCache
  await some(600)
  expect(sequelize.planCache.misses - misses).toBeGreaterThan(500)
  expect((await heap()) - before).toBeLessThan(4_000_000)
  await sequelize.close()
})
