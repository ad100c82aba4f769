// Pitfalls P66–P73: deleting, soft deletion and scopes.
//
// P64 (`hooks: true` on every kind of destroy) and P65 belong to the issue that builds cascades in JavaScript.
import { DataTypes, Op, UniqueConstraintError } from 'mortise'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { describeEachEngine } from '../support/databases.js'
import { indexesOf } from '../support/schema.js'
import type { Row, Table } from '../support/untyped.js'
import type { PairOptions } from './models.js'
import { pairOf } from './models.js'

describeEachEngine('deleting', (engine) => {
  afterEach(() => {
    vi.useRealTimers()
  })
  const paranoid = { paranoid: true, timestamps: true, createdAt: false, updatedAt: false }
  /** Profiles are soft-deleted. */
  const softProfiles = (options: PairOptions = {}) => pairOf(engine, { profileOptions: paranoid, ...options })
  const all = async (Profile: Table): Promise<unknown[]> =>
    (await Profile.findAll({ paranoid: false, order: ['id'] })).map((row) => [
      row.bio,
      row.userId,
      row.deletedAt !== null,
    ])

  describe('P66 a paranoid parent', () => {
    const soft = (hasOne: object) => pairOf(engine, { userOptions: paranoid, profileOptions: paranoid, hasOne })
    test('P66 onDelete: CASCADE soft-deletes paranoid children, restore({ cascade: true }) brings them back', async () => {
      const { User, Profile } = await soft({ onDelete: 'CASCADE' })
      const user = await User.create({ name: 'Ann' })
      await user.createProfile({ bio: 'x' })
      await user.destroy()
      expect(await Profile.count()).toBe(0)
      expect(await all(Profile)).toEqual([['x', user.id, true]])
      await user.restore({ cascade: true })
      expect(await all(Profile)).toEqual([['x', user.id, false]])
      expect((await User.findOne({ include: 'profile' })).profile.bio).toBe('x')
    })
    test('P66 a child that was deleted before stays deleted', async () => {
      vi.useFakeTimers({ toFake: ['Date'] })
      vi.setSystemTime(new Date('2020-01-01T00:00:00.000Z'))
      const { User, Profile } = await soft({ onDelete: 'CASCADE' })
      const user = await User.create({ name: 'Ann' })
      const first = await user.createProfile({ bio: 'deleted before' })
      await first.destroy()
      await Profile.create({ bio: 'with the parent', userId: user.id })
      vi.setSystemTime(new Date('2020-01-02T00:00:00.000Z'))
      await user.destroy()
      vi.setSystemTime(new Date('2020-01-03T00:00:00.000Z'))
      await user.restore({ cascade: true })
      expect(await all(Profile)).toEqual([
        ['deleted before', user.id, true],
        ['with the parent', user.id, false],
      ])
    })
    test('P66 without CASCADE the child is left alone', async () => {
      const { User, Profile } = await soft({})
      const user = await User.create({ name: 'Ann' })
      await user.createProfile({ bio: 'x' })
      await user.destroy()
      expect(await all(Profile)).toEqual([['x', user.id, false]])
    })
    test('P66 static destroy and restore do the same', async () => {
      const { User, Profile } = await soft({ onDelete: 'CASCADE' })
      const user = await User.create({ name: 'Ann' })
      await user.createProfile({ bio: 'x' })
      await User.destroy({ where: { name: 'Ann' } })
      expect(await all(Profile)).toEqual([['x', user.id, true]])
      await User.restore({ where: { name: 'Ann' }, cascade: true })
      expect(await all(Profile)).toEqual([['x', user.id, false]])
    })
    test('P66 force deletes for good', async () => {
      const { User, Profile } = await soft({ onDelete: 'CASCADE' })
      const user = await User.create({ name: 'Ann' })
      await user.createProfile({ bio: 'x' })
      await user.destroy({ force: true })
      expect(await all(Profile)).toEqual([])
    })
  })

  describe('P67 a paranoid target with a unique key', () => {
    test('P67 the unique index covers living rows only', async () => {
      const { sequelize, User, Profile } = await softProfiles({ unique: true })
      expect((await indexesOf(sequelize, 'Profiles')).filter((index) => index.unique)).toMatchObject([
        { columns: ['userId'] },
      ])
      const user = await User.create({ name: 'Ann' })
      await Profile.create({ bio: 'one', userId: user.id })
      await expect(Profile.create({ bio: 'two', userId: user.id })).rejects.toBeInstanceOf(UniqueConstraintError)
      expect(await sequelize.sync({ alter: true, plan: true })).toMatchObject({ sql: [] })
      // Nothing of what enforces the condition is to be seen.
      const row = await sequelize.query(engine.quoted('SELECT * FROM "Profiles"'), { type: 'SELECT', plain: true })
      expect(Object.keys(row).sort()).toEqual(
        Object.keys(await sequelize.queryInterface.describeTable('Profiles')).sort(),
      )
      expect(Object.keys(row).sort()).toEqual([...Profile.modelDefinition.columns.keys()].sort())
      await user.destroy()
    })
    test('P67 a unique index may have a condition of the user’s own', async () => {
      const sequelize = engine.script(await engine.connect())
      const Seat = sequelize.define(
        'Seat',
        { row: DataTypes.STRING(20), number: DataTypes.INTEGER, taken: DataTypes.BOOLEAN },
        {
          timestamps: false,
          indexes: [
            {
              name: 'seat_taken',
              unique: true,
              fields: ['row', 'number'],
              where: { taken: true, number: { [Op.gt]: 0 } },
            },
          ],
        },
      )
      await sequelize.sync()
      expect(await sequelize.sync({ alter: true, plan: true })).toMatchObject({ sql: [] })
      await Seat.bulkCreate([
        { row: 'a', number: 1, taken: true },
        { row: 'a', number: 1, taken: false },
        { row: 'a', number: 0, taken: true },
        { row: 'a', number: 0, taken: true },
      ])
      await expect(Seat.create({ row: 'a', number: 1, taken: true })).rejects.toBeInstanceOf(UniqueConstraintError)
      // The condition changes: the index is made anew. It goes: the column that held it goes too.
      sequelize.define(
        'Seat',
        { row: DataTypes.STRING(20), number: DataTypes.INTEGER, taken: DataTypes.BOOLEAN },
        {
          timestamps: false,
          indexes: [{ name: 'seat_taken', unique: true, fields: ['row', 'number'], where: { taken: false } }],
        },
      )
      await sequelize.sync({ alter: true })
      expect(await sequelize.sync({ alter: true, plan: true })).toMatchObject({ sql: [] })
      await Seat.create({ row: 'a', number: 1, taken: true })
      await expect(Seat.create({ row: 'a', number: 1, taken: false })).rejects.toBeInstanceOf(UniqueConstraintError)
      await sequelize.queryInterface.removeIndex('Seats', 'seat_taken')
      await Seat.create({ row: 'a', number: 1, taken: false })
      expect(
        (await indexesOf(sequelize, 'Seats')).filter((index) => index.unique && index.name === 'seat_taken'),
      ).toEqual([])
    })
    test('P67 replace after a soft deletion works', async () => {
      for (const required of [false, true]) {
        const { User, Profile } = await softProfiles({ unique: true, required })
        const user = await User.create({ name: 'Ann' })
        await (await user.createProfile({ bio: 'old' })).destroy()
        expect(await user.getProfile()).toBeNull()
        const next = await user.createProfile({ bio: 'new' })
        expect((await user.getProfile()).id).toBe(next.id)
        await next.destroy()
        await Profile.create({ bio: 'third', userId: user.id })
        expect((await user.getProfile()).bio).toBe('third')
      }
    })
  })

  describe('P68 a soft-deleted row and setX', () => {
    test('P68 is unlinked as well, so that restore does not make two', async () => {
      const { User, Profile } = await softProfiles()
      const user = await User.create({ name: 'Ann' })
      const old = await user.createProfile({ bio: 'old' })
      await old.destroy()
      await user.setProfile(await Profile.create({ bio: 'new' }))
      await old.restore()
      expect(await all(Profile)).toEqual([
        ['old', null, false],
        ['new', user.id, false],
      ])
      expect(await Profile.count({ where: { userId: user.id } })).toBe(1)
    })
    test('P68 setX(null) unlinks it too', async () => {
      const { User, Profile } = await softProfiles()
      const user = await User.create({ name: 'Ann' })
      await (await user.createProfile({ bio: 'old' })).destroy()
      await user.setProfile(null)
      expect(await all(Profile)).toEqual([['old', null, true]])
    })
  })

  describe('P69 destroyPrevious on a paranoid target', () => {
    test('P69 the key of the previous row is nulled as well, where it can be', async () => {
      const { User, Profile } = await softProfiles()
      const user = await User.create({ name: 'Ann' })
      await user.createProfile({ bio: 'old' })
      await user.setProfile(await Profile.create({ bio: 'new' }), { destroyPrevious: true })
      expect(await all(Profile)).toEqual([
        ['old', null, true],
        ['new', user.id, false],
      ])
    })
    test('P69 a required key stays on the row that is soft-deleted', async () => {
      const { User, Profile } = await softProfiles({ required: true })
      const [user, keeper] = [await User.create({ name: 'Ann' }), await User.create({ name: 'keeper' })]
      await user.createProfile({ bio: 'old' })
      await user.setProfile(await Profile.create({ bio: 'new', userId: keeper.id }))
      expect(await all(Profile)).toEqual([
        ['old', user.id, true],
        ['new', user.id, false],
      ])
    })
    test('P69 force deletes it for good', async () => {
      const { User, Profile } = await softProfiles()
      const user = await User.create({ name: 'Ann' })
      await user.createProfile({ bio: 'old' })
      await user.setProfile(await Profile.create({ bio: 'new' }), { destroyPrevious: { force: true } })
      expect(await all(Profile)).toEqual([['new', user.id, false]])
    })
  })

  describe('P70 the scope of an association', () => {
    async function scoped(hasOne: object = {}) {
      const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
      const User = sequelize.define('User', { name: DataTypes.STRING })
      const Image = sequelize.define('Image', { url: DataTypes.STRING, kind: DataTypes.STRING })
      User.hasOne(Image, {
        as: 'avatar',
        foreignKey: 'userId',
        scope: { kind: 'avatar' },
        inverse: { as: 'user' },
        ...hasOne,
      })
      await sequelize.sync()
      const user = await User.create({ name: 'Ann' })
      return {
        sequelize,
        User,
        Image,
        user,
        rows: async () =>
          (await Image.findAll({ order: ['id'] })).map((image) => [image.url, image.kind, image.userId]),
      }
    }
    test('P70 get, include, where and batch see only rows of the scope', async () => {
      const { User, Image, user } = await scoped()
      await Image.bulkCreate([
        { url: 'cover', kind: 'cover', userId: user.id },
        { url: 'face', kind: 'avatar', userId: user.id },
      ])
      expect((await user.getAvatar()).url).toBe('face')
      expect((await User.findOne({ include: 'avatar' })).avatar.url).toBe('face')
      expect((await User.findOne({ include: { association: 'avatar', strategy: 'query' } })).avatar.url).toBe('face')
      expect((await User.associations.avatar.get([user])).get(user.id).url).toBe('face')
      await Image.destroy({ where: { kind: 'avatar' } })
      expect(await user.getAvatar()).toBeNull()
      expect((await User.findOne({ include: 'avatar' })).avatar).toBeNull()
      expect(await User.count({ where: { avatar: { is: null } } })).toBe(1)
    })
    test('P70 create and set fill in the scope', async () => {
      const { Image, user, rows } = await scoped()
      const created = await user.createAvatar({ url: 'created' })
      expect(created.kind).toBe('avatar')
      const other = await Image.create({ url: 'other', kind: 'cover' })
      await user.setAvatar(other)
      expect(other.kind).toBe('avatar')
      expect(await rows()).toEqual([
        ['created', 'avatar', null],
        ['other', 'avatar', user.id],
      ])
    })
    test('P70 replacing leaves rows of another scope alone', async () => {
      const { Image, user, rows } = await scoped()
      await Image.create({ url: 'cover', kind: 'cover', userId: user.id })
      await user.createAvatar({ url: 'face' })
      await user.createAvatar({ url: 'new face' })
      expect(await rows()).toEqual([
        ['cover', 'cover', user.id],
        ['face', 'avatar', null],
        ['new face', 'avatar', user.id],
      ])
    })
    test("P70 unset keeps the scope's value, or clears it with clearScopeOnUnset", async () => {
      const kept = await scoped()
      await kept.user.createAvatar({ url: 'face' })
      await kept.user.setAvatar(null)
      expect(await kept.rows()).toEqual([['face', 'avatar', null]])
      const cleared = await scoped({ clearScopeOnUnset: true })
      await cleared.user.createAvatar({ url: 'face' })
      await cleared.user.setAvatar(null)
      expect(await cleared.rows()).toEqual([['face', null, null]])
    })
    test('P70 belongsTo: getX and include give the same answer', async () => {
      const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
      const User = sequelize.define('User', { name: DataTypes.STRING, active: DataTypes.BOOLEAN })
      const Image = sequelize.define('Image', { url: DataTypes.STRING })
      Image.belongsTo(User, { as: 'owner', foreignKey: 'userId', scope: { active: true } })
      await sequelize.sync()
      const [ann, ben] = [
        await User.create({ name: 'Ann', active: true }),
        await User.create({ name: 'Ben', active: false }),
      ]
      await Image.bulkCreate([
        { url: 'a', userId: ann.id },
        { url: 'b', userId: ben.id },
      ])
      const images = await Image.findAll({ include: 'owner', order: ['id'] })
      const owners = images.map((image) => image.owner?.name ?? null)
      expect(owners).toEqual(['Ann', null])
      expect(
        (await Promise.all((await Image.findAll({ order: ['id'] })).map((image) => image.getOwner()))).map(
          (owner: Row | null) => owner?.name ?? null,
        ),
      ).toEqual(owners)
    })
  })

  describe('P71 two scoped one-to-ones on one key', () => {
    test("P71 the unique index covers the key and the scope's columns", async () => {
      const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
      const User = sequelize.define('User', { name: DataTypes.STRING })
      const Image = sequelize.define('Image', { url: DataTypes.STRING, kind: DataTypes.STRING })
      for (const kind of ['avatar', 'cover'])
        User.hasOne(Image, { as: kind, foreignKey: 'userId', scope: { kind }, unique: true })
      await sequelize.sync()
      expect(
        (await indexesOf(sequelize, 'Images'))
          .filter((index) => index.unique)
          .map((index) => [...index.columns].sort()),
      ).toEqual([['kind', 'userId']])
      const user = await User.create({ name: 'Ann' })
      await user.createAvatar({ url: 'face' })
      await user.createCover({ url: 'sea' })
      const found = await User.findOne({ include: ['avatar', 'cover'] })
      expect([found.avatar.url, found.cover.url]).toEqual(['face', 'sea'])
      await expect(Image.create({ url: 'second', kind: 'avatar', userId: user.id })).rejects.toBeInstanceOf(
        UniqueConstraintError,
      )
      await user.createAvatar({ url: 'new face' })
      expect((await user.getAvatar()).url).toBe('new face')
      expect((await user.getCover()).url).toBe('sea')
    })
  })

  describe('P72 the default scope of the target', () => {
    const hidden = () =>
      pairOf(engine, {
        profile: { visible: { type: DataTypes.BOOLEAN, defaultValue: true } },
        profileOptions: {
          defaultScope: { where: { visible: true } },
          scopes: { hidden: { where: { visible: false } } },
        },
      })
    test('P72 hides rows from getX and include; unscoped shows them', async () => {
      const { User, Profile } = await hidden()
      const user = await User.create({ name: 'Ann' })
      await Profile.create({ bio: 'hidden', visible: false, userId: user.id })
      expect(await user.getProfile()).toBeNull()
      expect((await User.findOne({ include: 'profile' })).profile).toBeNull()
      expect((await user.getProfile({ scope: false })).bio).toBe('hidden')
      expect((await user.getProfile({ scope: 'hidden' })).bio).toBe('hidden')
      expect((await User.findOne({ include: { model: Profile.unscoped(), as: 'profile' } })).profile.bio).toBe('hidden')
      expect((await User.findOne({ include: { model: Profile.withScope('hidden'), as: 'profile' } })).profile.bio).toBe(
        'hidden',
      )
    })
    test('P72 setX sees every row', async () => {
      const { User, Profile, links } = await hidden()
      const user = await User.create({ name: 'Ann' })
      await Profile.create({ bio: 'hidden', visible: false, userId: user.id })
      const next = await Profile.create({ bio: 'next', visible: false })
      await user.setProfile(next.id)
      expect(await links()).toEqual([
        ['hidden', null],
        ['next', user.id],
      ])
    })
  })

  describe('P73 deleting the target directly', () => {
    test('P73 the cached property of its source is null afterwards', async () => {
      const { User } = await pairOf(engine)
      await (await User.create({ name: 'Ann' })).createProfile({ bio: 'x' })
      const user = await User.findOne({ include: 'profile' })
      await user.profile.destroy()
      expect(user.profile).toBeNull()
      expect(await user.getProfile()).toBeNull()
    })
    test('P73 a soft deletion does the same, and so does a reload', async () => {
      const { User, Profile } = await softProfiles()
      await (await User.create({ name: 'Ann' })).createProfile({ bio: 'x' })
      const user = await User.findOne({ include: 'profile' })
      await user.profile.destroy()
      expect(user.profile).toBeNull()
      await Profile.restore({ where: {} })
      await user.reload({ include: 'profile' })
      expect(user.profile.bio).toBe('x')
    })
  })
})
