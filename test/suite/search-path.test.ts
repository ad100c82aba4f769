// The option `searchPath` of a call, and what the engines do that have none. Docs: SearchPathable.
import { DataTypes, QueryError, Sequelize, UnsupportedFeatureError } from 'mortise'
import { expect, test } from 'vitest'
import type { ConnectOptions } from '../support/databases.js'
import { describeEachEngine } from '../support/databases.js'
import type { Database, Row, Table } from '../support/untyped.js'

describeEachEngine('searchPath of a call', (engine) => {
  const world = async (options: ConnectOptions = {}): Promise<{ db: Database; User: Table; Card: Table }> => {
    const db = engine.script(await engine.connect(options))
    const User = db.define('User', { name: { type: DataTypes.STRING, unique: true } }, { timestamps: false })
    const Card = db.define('Card', { number: DataTypes.INTEGER }, { timestamps: false })
    User.hasOne(Card, { as: 'card', foreignKey: 'userId' })
    return { db, User, Card }
  }
  const both = async (options: ConnectOptions = {}): Promise<{ db: Database; User: Table; Card: Table }> => {
    const made = await world(options)
    const { db } = made
    await db.query('CREATE SCHEMA tenant')
    await db.sync()
    await db.sync({ searchPath: 'tenant' })
    return made
  }
  const searchPath = 'tenant, public'

  engine.requires('searchPath')('reads, writes, includes and raw queries go where the path leads', async () => {
    const { db, User, Card } = await both()
    await User.create({ name: 'home' })
    const ann = await User.create({ name: 'Ann' }, { searchPath })
    await Card.create({ number: 7, userId: ann.id }, { searchPath: ['tenant', 'public'] })
    expect((await User.findAll()).map((user) => user.name)).toEqual(['home'])
    expect((await User.findAll({ searchPath })).map((user) => user.name)).toEqual(['Ann'])
    const found = await User.findOne({ include: 'card', searchPath, where: { name: 'Ann' } })
    expect(found.card.number).toBe(7)
    expect(await User.findOne({ include: 'card' })).toMatchObject({ name: 'home', card: null })
    const separate = await User.findAll({ include: { association: 'card', separate: true }, searchPath })
    expect(separate[0]?.card.number).toBe(7)
    expect(await Card.count({ searchPath })).toBe(1)
    expect(await Card.count()).toBe(0)
    expect(await User.findAndCountAll({ searchPath, limit: 5 })).toMatchObject({ count: 1 })
    await User.bulkCreate([{ name: 'b' }, { name: 'c' }], { searchPath })
    const [dan, created] = await User.findOrCreate({ where: { name: 'Dan' }, searchPath })
    expect([dan.name, created]).toEqual(['Dan', true])
    await User.update({ name: 'C' }, { where: { name: 'c' }, searchPath })
    await User.upsert({ id: dan.id, name: 'Daniel' }, { searchPath })
    await User.destroy({ where: { name: 'b' }, searchPath })
    await dan.reload({ searchPath })
    await dan.setCard(await Card.create({ number: 1 }, { searchPath }), { searchPath })
    expect((await dan.getCard({ searchPath })).number).toBe(1)
    await Card.increment('number', { by: 2, where: { number: 1 }, searchPath })
    expect(await Card.sum('number', { searchPath })).toBe(10)
    expect((await User.findAll({ searchPath, order: ['name'] })).map((user) => user.name)).toEqual([
      'Ann',
      'C',
      'Daniel',
    ])
    expect(await User.count()).toBe(1)
    const names = async (options: object): Promise<unknown[]> =>
      (await db.query('SELECT name FROM "Users" ORDER BY name', { type: 'SELECT', ...options })).map(
        (row: { name: string }) => row.name,
      )
    expect(await names({ searchPath })).toEqual(['Ann', 'C', 'Daniel'])
    expect(await names({})).toEqual(['home'])
    // Sequelize: the statement runs without it.
    expect(await names({ searchPath, supportsSearchPath: false })).toEqual(['home'])
    expect(await db.queryInterface.bulkInsert('Cards', [{ number: 3 }], { searchPath })).toBe(1)
    expect(await Card.count({ searchPath })).toBe(3)
  })

  engine.requires('searchPath')(
    'a connection is as it was before: after success, failure, and side by side',
    async () => {
      const { db, User } = await both({ pool: { max: 1 } })
      await User.create({ name: 'home' })
      await User.create({ name: 'Ann' }, { searchPath })
      await expect(User.create({ name: 'Ann' }, { searchPath })).rejects.toMatchObject({
        name: 'SequelizeUniqueConstraintError',
      })
      await expect(db.query('SELECT nothing', { searchPath })).rejects.toThrow()
      expect((await User.findAll()).map((user) => user.name)).toEqual(['home'])
      const reads = Array.from({ length: 40 }, (_item, at) => User.findAll(at % 2 ? { searchPath } : {}))
      expect((await Promise.all(reads)).map(([user]) => user?.name)).toEqual(
        Array.from({ length: 40 }, (_item, at) => (at % 2 ? 'Ann' : 'home')),
      )
    },
  )

  engine.requires('searchPath')(
    'inside transactions and savepoints, side by side, and after errors in them',
    async () => {
      const { db, User } = await both()
      await User.create({ name: 'home' })
      await db.transaction(async (transaction) => {
        await Promise.all([
          User.create({ name: 'a' }, { searchPath }),
          User.create({ name: 'b' }),
          User.create({ name: 'c' }, { searchPath }),
          User.create({ name: 'd' }),
        ])
        await expect(
          db.transaction(
            { transaction, nestMode: 'savepoint' },
            async () => await User.create({ name: 'a' }, { searchPath }),
          ),
        ).rejects.toMatchObject({ name: 'SequelizeUniqueConstraintError' })
        expect(await User.count({ searchPath })).toBe(2)
        expect(await User.count()).toBe(3)
      })
      expect((await User.findAll({ searchPath, order: ['name'] })).map((user) => user.name)).toEqual(['a', 'c'])
      await expect(
        db.transaction(async () => {
          await User.create({ name: 'x' }, { searchPath })
          throw new Error('undo')
        }),
      ).rejects.toThrow('undo')
      expect(await User.count({ searchPath })).toBe(2)
      expect(await User.count()).toBe(3)
    },
  )

  engine.requires('searchPath')('prepared statements of the same text find the tables of their path', async () => {
    const { User } = await both({ pool: { max: 1 } })
    await User.create({ name: 'home' })
    await User.create({ name: 'away' }, { searchPath })
    for (let round = 0; round < 5; round += 1) {
      expect((await User.findOne({ where: { id: 1 } })).name).toBe('home')
      expect((await User.findOne({ where: { id: 1 }, searchPath })).name).toBe('away')
    }
  })

  engine.requires('searchPath', 'concurrentIndexes')(
    'statements that stand in no transaction find the tables of their path',
    async () => {
      const { db } = await both()
      const indexes = async (path: object): Promise<string[]> =>
        (
          await db.query(
            "SELECT indexname AS name FROM pg_indexes WHERE indexname LIKE 'by %' AND schemaname = current_schema()",
            {
              type: 'SELECT',
              ...path,
            },
          )
        ).map(({ name }: Row) => name)
      await db.query('CREATE INDEX CONCURRENTLY "by ON name" ON "Users" (name)', { searchPath })
      expect([await indexes({}), await indexes({ searchPath })]).toEqual([[], ['by ON name']])
      await db.query('CREATE INDEX CONCURRENTLY IF NOT EXISTS "by ON name" ON "Users" (name)')
      await db.query('DROP INDEX CONCURRENTLY "by ON name"', { searchPath })
      expect([await indexes({}), await indexes({ searchPath })]).toEqual([['by ON name'], []])
      await expect(db.query('CREATE INDEX CONCURRENTLY "by x" ON "Nobody" (x)', { searchPath })).rejects.toMatchObject({
        name: 'SequelizeUnknownTableError',
      })
      await db.query('DROP INDEX CONCURRENTLY IF EXISTS "by x"', { searchPath })
    },
  )

  engine.requires('searchPath')('names that need quotes, lists, and what is none', async () => {
    const { db, User } = await world()
    await db.query('CREATE SCHEMA "My, ""own"" one"')
    await db.sync({ searchPath: '"My, ""own"" one", public' })
    await User.create({ name: 'x' }, { searchPath: ['My, "own" one'] })
    expect(await User.count({ searchPath: '"My, ""own"" one"' })).toBe(1)
    await expect(User.count({ searchPath: 5 })).rejects.toBeInstanceOf(QueryError)
    await expect(User.count({ searchPath: [''] })).rejects.toBeInstanceOf(QueryError)
    const other = engine.script(await engine.connect({ prependSearchPath: false }))
    await expect(other.query('SELECT 1', { searchPath })).rejects.toThrow(/prependSearchPath/)
  })

  test('engines without search paths throw, whatever the call', async () => {
    if (engine.features.has('searchPath')) return
    const { db, User } = await world()
    await db.sync()
    const user = await User.create({ name: 'a' })
    for (const call of [
      () => User.findAll({ searchPath }),
      () => User.findByPk(1, { searchPath }),
      () => User.count({ searchPath }),
      () => User.create({ name: 'b' }, { searchPath }),
      () => User.bulkCreate([{ name: 'b' }], { searchPath }),
      () => User.update({ name: 'b' }, { where: {}, searchPath }),
      () => User.destroy({ where: {}, searchPath }),
      () => user.update({ name: 'b' }, { searchPath }),
      () => user.getCard({ searchPath }),
      () => user.createCard({ number: 1 }, { searchPath }),
      () => db.query('SELECT 1', { searchPath }),
      () => db.sync({ searchPath }),
      () => User.drop({ searchPath }),
      () => db.queryInterface.bulkInsert('Users', [{ name: 'b' }], { searchPath }),
    ])
      await expect(call()).rejects.toBeInstanceOf(UnsupportedFeatureError)
    expect((await User.findAll()).map((row) => row.name)).toEqual(['a'])
    await expect(db.query('SELECT 1', { searchPath, supportsSearchPath: false })).resolves.toBeDefined()
    const options = await engine.options()
    for (const option of [{ searchPath }, { prependSearchPath: true }])
      expect(() => new Sequelize({ ...options, ...option } as never)).toThrow(UnsupportedFeatureError)
  })
})
