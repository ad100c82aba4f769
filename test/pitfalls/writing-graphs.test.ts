// Pitfalls P41–P48: writing an instance together with what is associated with it.
import { DataTypes, Deferrable, UniqueConstraintError, ValidationError } from 'mortise'
import { describe, expect, test } from 'vitest'
import { describeEachEngine } from '../support/databases.js'
import { contentsOf } from '../support/schema.js'
import type { Row } from '../support/untyped.js'
import { warningsDuring } from '../support/warnings.js'
import { KEYS, pairOf, TABLES } from './models.js'

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describeEachEngine('writing graphs', (engine) => {
  describe('P41 saving a parent with a changed child', () => {
    test('P41 cascade: true saves the included child', async () => {
      const { User, Profile } = await pairOf(engine)
      await (await User.create({ name: 'Ann' })).createProfile({ bio: 'x' })
      const user = await User.findOne({ include: 'profile' })
      user.name = 'Anna'
      user.profile.bio = 'changed'
      await user.save({ cascade: true })
      expect([(await User.findOne()).name, (await Profile.findOne()).bio]).toEqual(['Anna', 'changed'])
    })
    test('P41 cascade: true saves a changed child of a parent that did not change', async () => {
      const { User, Profile } = await pairOf(engine)
      await (await User.create({ name: 'Ann' })).createProfile({ bio: 'x' })
      const user = await User.findOne({ include: 'profile' })
      user.profile.bio = 'changed'
      await user.save({ cascade: true })
      expect((await Profile.findOne()).bio).toBe('changed')
    })
    test('P41 without it the child is left alone, with a warning', async () => {
      const { User, Profile } = await pairOf(engine)
      await (await User.create({ name: 'Ann' })).createProfile({ bio: 'x' })
      const user = await User.findOne({ include: 'profile' })
      user.name = 'Anna'
      user.profile.bio = 'changed'
      const warnings = await warningsDuring(() => user.save())
      expect((await Profile.findOne()).bio).toBe('x')
      expect(user.profile.changed('bio')).toBe(true)
      expect(warnings.map((warning) => warning.message).join()).toMatch(/profile/)
    })
    test('P41 the cascade is one transaction', async () => {
      const { sequelize, User } = await pairOf(engine, { profile: { bio: { type: DataTypes.STRING, unique: true } } })
      await (await User.create({ name: 'Ann' })).createProfile({ bio: 'x' })
      await (await User.create({ name: 'Ben' })).createProfile({ bio: 'taken' })
      const user = await User.findOne({ where: { name: 'Ann' }, include: 'profile' })
      user.name = 'Anna'
      user.profile.bio = 'taken'
      const before = await contentsOf(sequelize, ...TABLES)
      await expect(user.save({ cascade: true })).rejects.toBeInstanceOf(UniqueConstraintError)
      expect(await contentsOf(sequelize, ...TABLES)).toEqual(before)
    })
  })

  describe('P42 a nested create that fails', () => {
    for (const { title, ...key } of KEYS) {
      test(`P42 leaves nothing (${title})`, async () => {
        const { sequelize, User, Profile } = await pairOf(engine, {
          ...key,
          profile: {
            bio: { type: DataTypes.STRING, validate: { notIn: [['bad']] } },
            code: { type: DataTypes.STRING, unique: true },
          },
        })
        await (await User.create({ name: 'Ben' })).createProfile({ bio: 'theirs', code: 'taken' })
        const before = await contentsOf(sequelize, ...TABLES)
        await expect(
          User.create({ name: 'Ann', profile: { bio: 'bad' } }, { include: 'profile' }),
        ).rejects.toBeInstanceOf(ValidationError)
        expect(await contentsOf(sequelize, ...TABLES)).toEqual(before)
        await expect(
          User.create({ name: 'Ann', profile: { bio: 'x', code: 'taken' } }, { include: ['profile'] }),
        ).rejects.toBeInstanceOf(UniqueConstraintError)
        expect(await contentsOf(sequelize, ...TABLES)).toEqual(before)
        await expect(
          Profile.create({ bio: 'x', code: 'taken', user: { name: 'Ann' } }, { include: ['user'] }),
        ).rejects.toBeInstanceOf(UniqueConstraintError)
        expect(await contentsOf(sequelize, ...TABLES)).toEqual(before)
      })
    }
    test('P42 inside a transaction only the nested create is taken back', async () => {
      const { sequelize, User } = await pairOf(engine, { profile: { code: { type: DataTypes.STRING, unique: true } } })
      await sequelize.transaction(async () => {
        await (await User.create({ name: 'Ben' })).createProfile({ code: 'taken' })
        await expect(
          User.create({ name: 'Ann', profile: { code: 'taken' } }, { include: 'profile' }),
        ).rejects.toBeInstanceOf(UniqueConstraintError)
      })
      expect((await User.findAll()).map((user) => user.name)).toEqual(['Ben'])
    })
    test('P42 build and save are the same case', async () => {
      const { sequelize, User } = await pairOf(engine, { profile: { code: { type: DataTypes.STRING, unique: true } } })
      await (await User.create({ name: 'Ben' })).createProfile({ code: 'taken' })
      const before = await contentsOf(sequelize, ...TABLES)
      const user = User.build({ name: 'Ann', profile: { code: 'taken' } }, { include: 'profile' })
      await expect(user.save()).rejects.toBeInstanceOf(UniqueConstraintError)
      expect(await contentsOf(sequelize, ...TABLES)).toEqual(before)
      expect([user.isNewRecord, user.profile.isNewRecord]).toEqual([true, true])
      user.profile.code = 'free'
      await user.save()
      expect((await User.findOne({ where: { name: 'Ann' }, include: 'profile' })).profile.code).toBe('free')
    })
    test('P42 a nested create that succeeds fills in every key, in both directions', async () => {
      const { User, Profile } = await pairOf(engine)
      const user = await User.create({ name: 'Ann', profile: { bio: 'x' } }, { include: 'profile' })
      expect([user.profile.userId, user.profile.isNewRecord]).toEqual([user.id, false])
      const profile = await Profile.create({ bio: 'y', user: { name: 'Ben' } }, { include: 'user' })
      expect(profile.userId).toBe(profile.user.id)
      expect(json(await User.findAll({ include: 'profile', order: ['id'] }))).toEqual([
        { id: 1, name: 'Ann', profile: { id: 1, bio: 'x', userId: 1 } },
        { id: 2, name: 'Ben', profile: { id: 2, bio: 'y', userId: 2 } },
      ])
    })
    test('P42 bulkCreate with include is one transaction too', async () => {
      const { sequelize, User } = await pairOf(engine, { profile: { code: { type: DataTypes.STRING, unique: true } } })
      const before = await contentsOf(sequelize, ...TABLES)
      await expect(
        User.bulkCreate(
          [
            { name: 'Ann', profile: { code: 'same' } },
            { name: 'Ben', profile: { code: 'same' } },
          ],
          { include: ['profile'] },
        ),
      ).rejects.toThrow()
      expect(await contentsOf(sequelize, ...TABLES)).toEqual(before)
      const users = await User.bulkCreate(
        [
          { name: 'Ann', profile: { code: 'a' } },
          { name: 'Ben', profile: { code: 'b' } },
        ],
        { include: ['profile'] },
      )
      expect(users.map((user) => user.profile.userId)).toEqual(users.map((user) => user.id))
    })
  })

  describe('P43 a nested create with an existing instance', () => {
    test('P43 connects it', async () => {
      const { User, Profile } = await pairOf(engine)
      const profile = await Profile.create({ bio: 'there before' })
      const user = await User.create({ name: 'Ann', profile }, { include: 'profile' })
      expect(profile.userId).toBe(user.id)
      expect((await Profile.findAll()).map((row) => [row.bio, row.userId])).toEqual([['there before', user.id]])
    })
    test('P43 belongsTo as well', async () => {
      const { User, Profile } = await pairOf(engine)
      const user = await User.create({ name: 'Ann' })
      const profile = await Profile.create({ bio: 'x', user }, { include: 'user' })
      expect(profile.userId).toBe(user.id)
      expect(await User.count()).toBe(1)
    })
  })

  describe('P44 foreign key and relation object disagree', () => {
    test('P44 throws and writes nothing', async () => {
      const { User, Profile } = await pairOf(engine)
      const [ann, ben] = [await User.create({ name: 'Ann' }), await User.create({ name: 'Ben' })]
      const failed = Profile.create({ bio: 'x', userId: ben.id, user: ann }, { include: 'user' })
      await expect(failed).rejects.toThrow(/userId/)
      await expect(failed).rejects.toThrow(/user/)
      await expect(
        Profile.create({ bio: 'x', userId: ben.id, user: { id: 44, name: 'Cleo' } }, { include: 'user' }),
      ).rejects.toThrow(/userId/)
      expect(await Profile.count()).toBe(0)
      expect(await User.count()).toBe(2)
      const agreeing = await Profile.create({ bio: 'x', userId: ann.id, user: ann }, { include: 'user' })
      expect(agreeing.userId).toBe(ann.id)
    })
    test("P44 hasOne: a child with another owner's key", async () => {
      const { User, Profile } = await pairOf(engine)
      await User.create({ id: 7, name: 'Ben' })
      await expect(
        User.create({ id: 8, name: 'Ann', profile: { bio: 'x', userId: 7 } }, { include: 'profile' }),
      ).rejects.toThrow(/userId/)
      expect(await Profile.count()).toBe(0)
      expect(await User.count()).toBe(1)
    })
  })

  describe('P45 cycles', () => {
    test('P45 user.profile.user: each object is written once', async () => {
      const { User, Profile, recorder } = await pairOf(engine)
      const user = User.build(
        { name: 'Ann', profile: { bio: 'x' } },
        { include: { association: 'profile', include: ['user'] } },
      )
      user.profile.set('user', user, { raw: true })
      const statements = await recorder.during(() => user.save())
      expect(statements.filter((statement) => /^INSERT/.test(statement))).toHaveLength(2)
      expect([await User.count(), await Profile.count()]).toEqual([1, 1])
      expect((await Profile.findOne()).userId).toBe(user.id)
    })
    test('P45 a longer cycle through three models ends', async () => {
      const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
      const [A, B, C] = ['A', 'B', 'C'].map((name) => sequelize.define(name, { name: DataTypes.STRING }))
      A?.hasOne(B, { as: 'b', foreignKey: 'aId' })
      B?.hasOne(C, { as: 'c', foreignKey: 'bId' })
      C?.hasOne(A, { as: 'a', foreignKey: 'cId' })
      await sequelize.sync()
      const include = { association: 'b', include: [{ association: 'c', include: [{ association: 'a' }] }] }
      const a: Row | undefined = A?.build({ name: 'a', b: { name: 'b', c: { name: 'c' } } }, { include })
      a?.b.c.set('a', a, { raw: true })
      await a?.save()
      expect([await A?.count(), await B?.count(), await C?.count()]).toEqual([1, 1, 1])
      const found = await A?.findOne({ include })
      expect(found?.b.c.a.name).toBe('a')
      expect(found?.cId).toBe(found?.b.c.id)
    })
  })

  describe('P46 mandatory on both sides', () => {
    engine.requires('deferrableConstraints')(
      'P46 a deferred key lets both rows be made in one transaction',
      async () => {
        const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
        const Person = sequelize.define('Person', { name: DataTypes.STRING })
        const Certificate = sequelize.define('Certificate', { number: DataTypes.STRING })
        Person.belongsTo(Certificate, {
          as: 'certificate',
          foreignKey: { name: 'certificateId', allowNull: false, deferrable: Deferrable.INITIALLY_DEFERRED },
        })
        Certificate.belongsTo(Person, { as: 'person', foreignKey: { name: 'personId', allowNull: false } })
        await sequelize.sync()
        await sequelize.transaction(async () => {
          const person = await Person.create({ name: 'Ann', certificateId: 5 })
          await Certificate.create({ id: 5, number: 'C-5', personId: person.id })
        })
        expect(json(await Person.findOne({ include: 'certificate' }))).toEqual({
          id: 1,
          name: 'Ann',
          certificateId: 5,
          certificate: { id: 5, number: 'C-5', personId: 1 },
        })
      },
    )
  })

  describe('P47 one-to-one in both directions with two keys', () => {
    test('P47 warns at definition, and both rows can be written', async () => {
      const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
      const Store = sequelize.define('Store', { name: DataTypes.STRING })
      const Staff = sequelize.define('Staff', { name: DataTypes.STRING })
      const warnings = await warningsDuring(() => {
        Store.belongsTo(Staff, { as: 'manager', foreignKey: 'managerId' })
        Staff.belongsTo(Store, { as: 'store', foreignKey: 'storeId' })
      })
      expect(warnings.map((warning) => warning.message).join()).toMatch(/Store.*Staff|Staff.*Store/s)
      await sequelize.sync()
      const store = await Store.create({ name: 'Lethbridge' })
      const staff = await Staff.create({ name: 'Mike', storeId: store.id })
      await store.setManager(staff)
      const found = await Store.findOne({ include: { association: 'manager', include: ['store'] } })
      expect([found.manager.name, found.manager.store.name]).toEqual(['Mike', 'Lethbridge'])
    })
    test('P47 a nested create over both keys inserts with NULL, then updates', async () => {
      const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
      const Store = sequelize.define('Store', { name: DataTypes.STRING })
      const Staff = sequelize.define('Staff', { name: DataTypes.STRING })
      Store.belongsTo(Staff, { as: 'manager', foreignKey: 'managerId' })
      Staff.belongsTo(Store, { as: 'store', foreignKey: 'storeId' })
      await sequelize.sync()
      const store = Store.build(
        { name: 'Lethbridge', manager: { name: 'Mike' } },
        { include: { association: 'manager', include: ['store'] } },
      )
      store.manager.set('store', store, { raw: true })
      await store.save()
      expect(json(await Store.findAll())).toEqual([{ id: 1, name: 'Lethbridge', managerId: 1 }])
      expect(json(await Staff.findAll())).toEqual([{ id: 1, name: 'Mike', storeId: 1 }])
    })
  })

  describe('P48 upsert of the child', () => {
    test('P48 upsertX inserts, then updates the same row', async () => {
      const { User, links, Profile } = await pairOf(engine, { unique: true })
      const user = await User.create({ name: 'Ann' })
      await user.upsertProfile({ bio: 'first' })
      const id = (await Profile.findOne()).id
      await user.upsertProfile({ bio: 'second' })
      expect(await links()).toEqual([['second', user.id]])
      expect((await Profile.findOne()).id).toBe(id)
      expect(user.profile.bio).toBe('second')
    })
    test('P48 needs a unique key, and says so', async () => {
      const { User, links } = await pairOf(engine)
      const user = await User.create({ name: 'Ann' })
      await expect(user.upsertProfile({ bio: 'x' })).rejects.toThrow(/unique/)
      expect(await links()).toEqual([])
    })
  })
})
