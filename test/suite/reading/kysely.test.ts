// Kysely on the same pool and in the same transaction, with the models' names and values.
import 'mortise/kysely'
import { sql as kyselySql } from 'kysely'
import { DataTypes, Sequelize } from 'mortise'
import { kysely } from 'mortise/kysely'
import { expect, test } from 'vitest'
import type { Engine } from '../../support/databases.js'
import { describeEachEngine } from '../../support/databases.js'

async function filled(engine: Engine) {
  const sequelize = await engine.connect({ define: { timestamps: false, underscored: true } })
  const User = sequelize.define('User', {
    firstName: { type: DataTypes.STRING, allowNull: false },
    isActive: { type: DataTypes.BOOLEAN, allowNull: false },
    bornAt: DataTypes.DATE,
    visits: { type: DataTypes.INTEGER, allowNull: false, defaultValue: 0 },
  })
  const Profile = sequelize.define('Profile', { bio: DataTypes.STRING, userId: DataTypes.INTEGER })
  await sequelize.sync()
  const bornAt = new Date('2000-02-03T04:05:06.000Z')
  await User.bulkCreate([
    { firstName: 'Ann', isActive: true, bornAt },
    { firstName: 'Ben', isActive: false },
  ])
  await Profile.create({ bio: 'of Ann', userId: 1 })
  return { sequelize, User, Profile, bornAt, recorder: engine.recorder(sequelize) }
}

describeEachEngine('kysely', (engine) => {
  test('rows have the names and the values of the attributes', async () => {
    const { sequelize, User, Profile, bornAt, recorder } = await filled(engine)
    const db = sequelize.kysely({ people: User, profiles: Profile })
    const statements = await recorder.during(async () => {
      const all = await db.selectFrom('people').selectAll().orderBy('id').execute()
      expect(all).toEqual([
        { id: 1, firstName: 'Ann', isActive: true, bornAt, visits: 0 },
        { id: 2, firstName: 'Ben', isActive: false, bornAt: null, visits: 0 },
      ])
      const joined = await db
        .selectFrom('people as p')
        .innerJoin('profiles', 'profiles.userId', 'p.id')
        .select(['p.firstName', 'profiles.bio as text', 'p.isActive as active', 'p.bornAt'])
        .where('p.isActive', '=', true as never)
        .where('profiles.bio', 'is not', null)
        .execute()
      expect(joined).toEqual([{ firstName: 'Ann', text: 'of Ann', active: true, bornAt }])
    })
    expect(statements).toHaveLength(2)
    expect(statements[1]).toMatch(/first_name/)
  })
  test('what no model says: windows, groups, values of calls as the engine gives them', async () => {
    const { sequelize, User } = await filled(engine)
    const db = kysely(sequelize, { users: User })
    const counted = await db
      .selectFrom('users')
      .select(({ fn }) => ['users.isActive', fn.count<number>('users.id').as('n')])
      .groupBy('users.isActive')
      .orderBy('users.isActive')
      .execute()
    expect(counted.map(({ isActive, n }) => [isActive, Number(n)])).toEqual([
      [false, 1],
      [true, 1],
    ])
    const ranked = await db
      .with('ranked', (inner) =>
        inner.selectFrom('users').select(({ fn }) => [
          'users.id',
          fn
            .agg<number>('row_number')
            .over((over) => over.orderBy('users.firstName', 'desc'))
            .as('place'),
        ]),
      )
      .selectFrom('ranked')
      .selectAll()
      .orderBy('place')
      .execute()
    expect(ranked.map(({ id, place }) => [Number(id), Number(place)])).toEqual([
      [2, 1],
      [1, 2],
    ])
  })
  test('writes', async () => {
    const { sequelize, User } = await filled(engine)
    const db = sequelize.kysely({ users: User })
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('users')
      .values({ firstName: 'Cleo', isActive: true, visits: 3 })
      .executeTakeFirstOrThrow()
    expect(numInsertedOrUpdatedRows).toBe(1n)
    const { numUpdatedRows } = await db
      .updateTable('users')
      .set((row) => ({ visits: row('visits', '+', 2) }))
      .where('firstName', '=', 'Cleo')
      .executeTakeFirstOrThrow()
    expect(numUpdatedRows).toBe(1n)
    expect((await User.findOne({ where: { firstName: 'Cleo' } }))?.visits).toBe(5)
    const { numDeletedRows } = await db.deleteFrom('users').where('firstName', '=', 'Cleo').executeTakeFirstOrThrow()
    expect(numDeletedRows).toBe(1n)
    expect(await User.count()).toBe(2)
  })
  engine.requires('returning')('writes that answer', async () => {
    const { sequelize, User } = await filled(engine)
    const db = sequelize.kysely({ users: User })
    expect(
      await db
        .insertInto('users')
        .values({ firstName: 'Cleo', isActive: true })
        .returning(['id', 'isActive'])
        .execute(),
    ).toEqual([{ id: 3, isActive: true }])
    expect(
      await db.updateTable('users').set({ visits: 9 }).where('id', '=', 3).returningAll().executeTakeFirst(),
    ).toEqual({
      id: 3,
      firstName: 'Cleo',
      isActive: true,
      bornAt: null,
      visits: 9,
    })
  })
  test('the transaction around the call is its transaction', async () => {
    const { sequelize, User } = await filled(engine)
    const db = sequelize.kysely({ users: User })
    await expect(
      sequelize.transaction(async () => {
        await db.updateTable('users').set({ firstName: 'changed' }).execute()
        expect(await User.count({ where: { firstName: 'changed' } })).toBe(2)
        throw new Error('back')
      }),
    ).rejects.toThrow('back')
    expect(await User.count({ where: { firstName: 'changed' } })).toBe(0)
  })
  test('transactions of its own, and savepoints inside another', async () => {
    const { sequelize, User } = await filled(engine)
    const db = sequelize.kysely({ users: User })
    await expect(
      db.transaction().execute(async (inner) => {
        await inner.updateTable('users').set({ visits: 7 }).execute()
        throw new Error('back')
      }),
    ).rejects.toThrow('back')
    await db.transaction().execute((inner) => inner.updateTable('users').set({ visits: 1 }).execute())
    await sequelize.transaction(async () => {
      await expect(
        db.transaction().execute(async (inner) => {
          await inner.updateTable('users').set({ visits: 8 }).execute()
          throw new Error('inner')
        }),
      ).rejects.toThrow('inner')
      await User.increment('visits', { where: { id: 1 } })
    })
    expect((await User.findAll({ order: ['id'] })).map((user) => user.visits)).toEqual([2, 1])
    expect((sequelize as unknown as { pool: { using: number } }).pool.using).toBe(0)
  })
  test('streams, raw SQL and errors', async () => {
    const { sequelize, User } = await filled(engine)
    const db = sequelize.kysely({ users: User })
    const names: string[] = []
    for await (const user of db.selectFrom('users').select('firstName').orderBy('id').stream(1))
      names.push(user.firstName)
    expect(names).toEqual(['Ann', 'Ben'])
    expect((await kyselySql<{ one: number }>`SELECT 1 AS one`.execute(db)).rows.map(({ one }) => Number(one))).toEqual([
      1,
    ])
    await expect(
      db
        .selectFrom('users')
        .select('nothing' as never)
        .execute(),
    ).rejects.toThrow(/nothing/)
    await db.destroy()
    expect(await User.count()).toBe(2)
  })
  test('without models: all of them, by the names of their tables; models of others are refused', async () => {
    const { sequelize, User } = await filled(engine)
    const db = sequelize.kysely<{ users: { id: number; firstName: string } }>()
    expect(await db.selectFrom('users').select('firstName').where('id', '=', 2).execute()).toEqual([
      { firstName: 'Ben' },
    ])
    const other = new Sequelize('sqlite::memory:')
    expect(() => other.kysely({ users: User })).toThrow(/"users" is no model of this Sequelize instance/)
    await other.close()
  })
  test('attributes of one name with different columns are refused', async () => {
    const { sequelize, User } = await filled(engine)
    const Odd = sequelize.define('Odd', { firstName: { type: DataTypes.STRING, columnName: 'odd' } })
    expect(() => sequelize.kysely({ users: User, odds: Odd })).toThrow(
      /"firstName" is the column "odd" in Odd, but "first_name"/,
    )
  })
})
