// Pitfalls P76–P80: schema changes of a one-to-one, and how it is serialised.
//
// P74 (cyclic keys on every engine) and P75's property test on random schemas stand with the schema rooms: test/property, test/suite.
import { DataTypes } from 'mortise'
import { describe, expect, test } from 'vitest'
import { describeEachEngine } from '../support/databases.js'
import { contentsOf, indexesOf } from '../support/schema.js'
import type { Table } from '../support/untyped.js'
import { pairOf } from './models.js'

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describeEachEngine('schema and serialisation', (engine) => {
  describe('P76 adding the unique index over duplicates', () => {
    test('P76 names the offending keys and changes nothing', async () => {
      const { sequelize, User, Profile } = await pairOf(engine)
      await User.bulkCreate([{ name: 'Ann' }, { name: 'Ben' }, { name: 'Cleo' }])
      await Profile.bulkCreate([
        { bio: 'a', userId: 2 },
        { bio: 'b', userId: 2 },
        { bio: 'c', userId: 3 },
        { bio: 'd' },
        { bio: 'e' },
      ])
      const before = await contentsOf(sequelize, 'Users', 'Profiles')
      const indexes = await indexesOf(sequelize, 'Profiles')
      const Unique = sequelize.define('Profile', { bio: DataTypes.STRING })
      User.hasOne(Unique, { as: 'profile', foreignKey: 'userId', unique: true })
      const failed = sequelize.sync({ alter: true })
      await expect(failed).rejects.toThrow(/Profiles/)
      await expect(failed).rejects.toThrow(/userId/)
      await expect(failed).rejects.toThrow(/\b2\b/)
      await expect(failed).rejects.not.toThrow(/\b3\b/)
      expect(await contentsOf(sequelize, 'Users', 'Profiles')).toEqual(before)
      expect(await indexesOf(sequelize, 'Profiles')).toEqual(indexes)
      await Unique.destroy({ where: { bio: 'b' } })
      await sequelize.sync({ alter: true })
      expect((await indexesOf(sequelize, 'Profiles')).filter((index) => index.unique)).toHaveLength(1)
    })
  })

  describe('P77 NULL under the unique index', () => {
    test('P77 any number of rows may have no source', async () => {
      const { Profile, User } = await pairOf(engine, { unique: true })
      await Profile.bulkCreate([{ bio: 'a' }, { bio: 'b' }, { bio: 'c', userId: null }])
      expect(await Profile.count()).toBe(3)
      const user = await User.create({ name: 'Ann' })
      for (const bio of ['a', 'b', 'c']) await user.setProfile(await Profile.findOne({ where: { bio } }))
      expect(await Profile.count({ where: { userId: null } })).toBe(2)
    })
  })

  describe('P78 circular JSON', () => {
    test('P78 toJSON does not follow the inverse back', async () => {
      const { User } = await pairOf(engine)
      const created = await User.create({ name: 'Ann' })
      await created.createProfile({ bio: 'x' })
      expect(json(created)).toEqual({ id: 1, name: 'Ann', profile: { id: 1, bio: 'x', userId: 1 } })
      const found = await User.findOne({ include: { association: 'profile', include: ['user'] } })
      expect(found.profile.user.name).toBe('Ann')
      expect(json(found)).toEqual({
        id: 1,
        name: 'Ann',
        profile: { id: 1, bio: 'x', userId: 1, user: { id: 1, name: 'Ann' } },
      })
      expect(found.get({ plain: true }).profile.user).toEqual({ id: 1, name: 'Ann' })
    })
    test('P78 both sides set in memory', async () => {
      const { User, Profile } = await pairOf(engine)
      const [user, profile] = [await User.create({ name: 'Ann' }), await Profile.create({ bio: 'x' })]
      await user.setProfile(profile)
      await profile.setUser(user)
      expect([user.profile, profile.user]).toEqual([profile, user])
      expect(json(user)).toEqual({ id: 1, name: 'Ann', profile: { id: 1, bio: 'x', userId: 1 } })
      expect(json(profile)).toEqual({ id: 1, bio: 'x', userId: 1, user: { id: 1, name: 'Ann' } })
    })
  })

  describe('P79 the shape of JSON', () => {
    const shapes: Record<string, [associationNaming: string, names: [string, string], expected: object[]]> = {
      'by model name': [
        'model',
        ['User', 'Profile'],
        [
          { id: 1, name: 'Ann', Profile: { id: 1, bio: 'x', UserId: 1 } },
          { id: 2, name: 'Ben', Profile: null },
        ],
      ],
      'by model name, lower case': [
        'model',
        ['user', 'profile'],
        [
          { id: 1, name: 'Ann', profile: { id: 1, bio: 'x', userId: 1 } },
          { id: 2, name: 'Ben', profile: null },
        ],
      ],
      camel: [
        'camel',
        ['User', 'Profile'],
        [
          { id: 1, name: 'Ann', profile: { id: 1, bio: 'x', userId: 1 } },
          { id: 2, name: 'Ben', profile: null },
        ],
      ],
    }
    for (const [title, [associationNaming, names, expected]] of Object.entries(shapes)) {
      test(`P79 the key is the association's name, null for missing, absent when not loaded (${title})`, async () => {
        const sequelize = engine.script(await engine.connect({ define: { timestamps: false, associationNaming } }))
        const [User, Profile] = [
          sequelize.define(names[0], { name: DataTypes.STRING }),
          sequelize.define(names[1], { bio: DataTypes.STRING }),
        ]
        User.hasOne(Profile)
        await sequelize.sync()
        await (await User.create({ name: 'Ann' })).createProfile({ bio: 'x' })
        await User.create({ name: 'Ben' })
        expect(json(await User.findAll({ include: Profile, order: ['id'] }))).toEqual(expected)
        expect(json(await User.findAll({ order: ['id'] }))).toEqual([
          { id: 1, name: 'Ann' },
          { id: 2, name: 'Ben' },
        ])
      })
    }
  })

  describe('P80 include: { all: true, nested: true }', () => {
    async function chain() {
      const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
      const [A, B, C] = ['A', 'B', 'C'].map((name) => sequelize.define(name, { name: DataTypes.STRING })) as [
        Table,
        Table,
        Table,
      ]
      A.hasOne(B, { as: 'b', foreignKey: 'aId' })
      B.hasOne(C, { as: 'c', foreignKey: 'bId' })
      return { sequelize, A, B, C }
    }
    test('P80 leaves hidden inverses out', async () => {
      const { sequelize, A, B, C } = await chain()
      await sequelize.sync()
      await A.create({ name: 'a' })
      await B.create({ name: 'b', aId: 1 })
      await C.create({ name: 'c', bId: 1 })
      expect(json(await A.findAll({ include: { all: true, nested: true } }))).toEqual([
        { id: 1, name: 'a', b: { id: 1, name: 'b', aId: 1, c: { id: 1, name: 'c', bId: 1 } } },
      ])
      expect(json(await B.findAll({ include: { all: true } }))).toEqual([
        { id: 1, name: 'b', aId: 1, c: { id: 1, name: 'c', bId: 1 } },
      ])
      expect(json(await C.findAll({ include: { all: true, nested: true } }))).toEqual([{ id: 1, name: 'c', bId: 1 }])
    })
    test('P80 takes an inverse that the user named, and stops at cycles', async () => {
      const { sequelize, A, B } = await chain()
      B.belongsTo(A, { as: 'a', foreignKey: 'aId' })
      await sequelize.sync()
      await A.create({ name: 'a' })
      await B.create({ name: 'b', aId: 1 })
      expect(json(await A.findAll({ include: { all: true, nested: true } }))).toEqual([
        { id: 1, name: 'a', b: { id: 1, name: 'b', aId: 1, c: null } },
      ])
      expect(json(await B.findAll({ include: { all: 'BelongsTo' } }))).toEqual([
        { id: 1, name: 'b', aId: 1, a: { id: 1, name: 'a' } },
      ])
      expect(json(await B.findAll({ include: { all: 'HasOne' } }))).toEqual([{ id: 1, name: 'b', aId: 1, c: null }])
    })
  })
})
