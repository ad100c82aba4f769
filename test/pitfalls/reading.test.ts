// Pitfalls P20–P40: which row is read, how often, and in what shape.
//
// Left out until hasMany exists: P20's "include with a hasMany beside it", P22's limit with a hasMany in the tree, P25's `'$x.id$': null` with limit
// and a hasMany. P39 (row locks with outer joins) runs when an engine with row locks joins.
import { DataTypes, EagerLoadingError, Op } from 'mortise'
import { describe, expect, test } from 'vitest'
import { describeEachEngine } from '../support/databases.js'
import type { Row, Table } from '../support/untyped.js'
import { warningsDuring } from '../support/warnings.js'
import type { Pair } from './models.js'
import { pairOf } from './models.js'

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describeEachEngine('reading', (engine) => {
  /** Ann with two profiles (the later one has the lower key), Ben with one, Cleo without. */
  async function duplicated(hasOne: object = {}): Promise<Pair & { ann: Row; ben: Row; cleo: Row }> {
    const pair = await pairOf(engine, { hasOne, profile: { rank: DataTypes.INTEGER } })
    const [ann, ben, cleo] = await pair.User.bulkCreate([
      { id: 1, name: 'Ann' },
      { id: 2, name: 'Ben' },
      { id: 3, name: 'Cleo' },
    ])
    await pair.Profile.bulkCreate([
      { id: 7, bio: 'Ann 7', rank: 1, userId: 1 },
      { id: 5, bio: 'Ann 5', rank: 2, userId: 1 },
      { id: 6, bio: 'Ann 6', rank: 3, userId: 1 },
      { id: 9, bio: 'Ben 9', rank: 1, userId: 2 },
    ])
    return { ...pair, ann: ann as Row, ben: ben as Row, cleo: cleo as Row }
  }
  /** Ann with a profile, Ben without. */
  async function filled(
    options: Parameters<typeof pairOf>[1] = {},
  ): Promise<Pair & { ann: Row; ben: Row; profile: Row }> {
    const pair = await pairOf(engine, options)
    const [ann, ben] = [await pair.User.create({ name: 'Ann' }), await pair.User.create({ name: 'Ben' })]
    const profile = await pair.Profile.create({ bio: 'of Ann', userId: ann.id })
    return {
      ...pair,
      ann: await pair.User.findByPk(ann.id),
      ben: await pair.User.findByPk(ben.id),
      profile: await pair.Profile.findByPk(profile.id),
    }
  }

  describe('P20 which row wins', () => {
    for (const [title, hasOne, winner] of [
      ['the lowest primary key', {}, 'Ann 5'],
      ["the first in the association's order", { order: [['rank', 'ASC']] }, 'Ann 7'],
      ["the first in the association's order, descending", { order: [['rank', 'DESC']] }, 'Ann 6'],
    ] as const) {
      test(`P20 ${title}, by every way of reading`, async () => {
        const { User, ann, ben, cleo } = await duplicated(hasOne)
        expect((await ann.getProfile()).bio).toBe(winner)
        const batch: Map<unknown, Row | null> = await User.associations.profile.get([ann, ben, cleo])
        expect(batch.get(ann.id)?.bio).toBe(winner)
        for (const include of [
          'profile',
          { association: 'profile', required: true },
          { association: 'profile', strategy: 'query' },
          { association: 'profile', strategy: 'join' },
          { association: 'profile', strategy: 'auto' },
        ]) {
          const users = await User.findAll({ include, order: [['id', 'ASC']] })
          expect(users[0]?.profile.bio).toBe(winner)
          expect((await User.findOne({ include, where: { name: 'Ann' } })).profile.bio).toBe(winner)
          expect((await User.findByPk(1, { include })).profile.bio).toBe(winner)
          expect((await User.findAll({ include, order: [['id', 'ASC']], limit: 1 }))[0]?.profile.bio).toBe(winner)
          expect((await User.findAndCountAll({ include, order: [['id', 'ASC']] })).rows[0]?.profile.bio).toBe(winner)
        }
        await Promise.all(
          [ann, ben].map(async (user) => {
            expect((await user.getProfile()).bio).toBe(user === ann ? winner : 'Ben 9')
          }),
        )
      })
    }
    test('P20 deeper in the tree as well', async () => {
      const { sequelize, User, ann } = await duplicated()
      const Account = sequelize.define('Account', { mail: DataTypes.STRING })
      Account.belongsTo(User, { as: 'user' })
      await Account.sync()
      await Account.create({ mail: 'a@example.com', userId: ann.id })
      const accounts = await Account.findAll({ include: { association: 'user', include: ['profile'] } })
      expect(accounts).toHaveLength(1)
      expect(accounts[0]?.user.profile.bio).toBe('Ann 5')
    })
  })

  describe('P21 duplicates', () => {
    test('P21 a parent never appears twice', async () => {
      const { User } = await duplicated()
      for (const order of [
        [['id', 'ASC']],
        [['name', 'ASC']],
        [
          ['profile', 'bio', 'ASC'],
          ['id', 'ASC'],
        ],
        undefined,
      ]) {
        const users = await User.findAll({ include: 'profile', ...(order ? { order } : {}) })
        expect(users.map((user) => user.name).sort()).toEqual(['Ann', 'Ben', 'Cleo'])
      }
      expect(await User.findAll({ include: 'profile', raw: true })).toHaveLength(3)
    })
    test('P21 a warning names the association and what is missing', async () => {
      const { User } = await duplicated()
      const warnings = await warningsDuring(() => User.findAll({ include: 'profile' }))
      expect(warnings).toMatchObject([{ code: 'MORTISE_W_ONE_TO_ONE_NOT_UNIQUE' }])
      expect(warnings[0]?.message).toMatch(/profile/)
      expect(warnings[0]?.message).toMatch(/unique/)
      const { User: quiet } = await filled()
      expect(await warningsDuring(() => quiet.findAll({ include: 'profile' }))).toEqual([])
    })
  })

  describe('P22 include with limit', () => {
    test('P22 limit counts parents, also where a parent has two rows', async () => {
      const { User } = await duplicated()
      for (const include of ['profile', { association: 'profile', strategy: 'query' }]) {
        expect((await User.findAll({ include, limit: 2, order: [['id', 'ASC']] })).map((user) => user.name)).toEqual([
          'Ann',
          'Ben',
        ])
        expect(
          (await User.findAll({ include, limit: 2, offset: 1, order: [['id', 'ASC']] })).map((user) => user.name),
        ).toEqual(['Ben', 'Cleo'])
        expect(await User.findAll({ include, limit: 10 })).toHaveLength(3)
      }
    })
    test('P22 a required include with limit counts the parents that have one', async () => {
      const { User } = await duplicated()
      const users = await User.findAll({
        include: { association: 'profile', required: true },
        limit: 2,
        order: [['id', 'ASC']],
      })
      expect(users.map((user) => user.name)).toEqual(['Ann', 'Ben'])
      const filtered = await User.findAll({
        include: { association: 'profile', where: { bio: { [Op.like]: 'Ben%' } } },
        limit: 2,
        order: [['id', 'ASC']],
      })
      expect(filtered.map((user) => user.name)).toEqual(['Ben'])
    })
    test('P22 a unique key needs no more than a join', async () => {
      const { User, recorder } = await filled({ unique: true })
      const [statement] = await recorder.during(() => User.findAll({ include: 'profile', limit: 1 }))
      expect(statement).toMatch(/LEFT OUTER JOIN/)
      expect(statement?.match(/SELECT/g)).toHaveLength(1)
    })
  })

  describe('P23 counting with an include', () => {
    test('P23 counts parents', async () => {
      const { User } = await duplicated()
      expect(await User.count({ include: 'profile' })).toBe(3)
      expect(await User.count({ include: { association: 'profile', required: true } })).toBe(2)
      expect(await User.count({ include: { association: 'profile', where: { bio: { [Op.like]: 'Ann%' } } } })).toBe(1)
      expect(await User.findAndCountAll({ include: 'profile', limit: 1, order: [['id', 'ASC']] })).toMatchObject({
        count: 3,
        rows: [{ name: 'Ann' }],
      })
      expect((await User.findAndCountAll({ include: { association: 'profile', required: true } })).count).toBe(2)
    })
  })

  describe('P24 required × where × nested', () => {
    /** a1–b1–c1, a2–b2 without c, a3 without b. */
    async function chain() {
      const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
      const [A, B, C] = ['A', 'B', 'C'].map((name) => sequelize.define(name, { name: DataTypes.STRING })) as [
        Table,
        Table,
        Table,
      ]
      A.hasOne(B, { as: 'b', foreignKey: 'aId' })
      B.hasOne(C, { as: 'c', foreignKey: 'bId' })
      await sequelize.sync()
      await A.bulkCreate([
        { id: 1, name: 'a1' },
        { id: 2, name: 'a2' },
        { id: 3, name: 'a3' },
      ])
      await B.bulkCreate([
        { id: 1, name: 'b1', aId: 1 },
        { id: 2, name: 'b2', aId: 2 },
      ])
      await C.bulkCreate([{ id: 1, name: 'c1', bId: 1 }])
      return A
    }
    const shape = (rows: Row[]): unknown[] =>
      rows.map((a) => [a.name, a.b === null ? null : [a.b.name, a.b.c?.name ?? null]])
    const everything = [
      ['a1', ['b1', 'c1']],
      ['a2', ['b2', null]],
      ['a3', null],
    ]
    // [required and where of b, required and where of c, result]
    const table: [object, object, unknown[]][] = [
      [{}, {}, everything],
      [{ required: false }, { required: false }, everything],
      [
        { required: true },
        {},
        [
          ['a1', ['b1', 'c1']],
          ['a2', ['b2', null]],
        ],
      ],
      [{ where: { name: 'b2' } }, {}, [['a2', ['b2', null]]]],
      [{ where: { name: 'b2' }, required: true }, {}, [['a2', ['b2', null]]]],
      [
        { where: { name: 'b2' }, required: false },
        {},
        [
          ['a1', null],
          ['a2', ['b2', null]],
          ['a3', null],
        ],
      ],
      [
        { where: { name: 'none' }, required: false },
        {},
        [
          ['a1', null],
          ['a2', null],
          ['a3', null],
        ],
      ],
      [{ where: { name: 'none' } }, {}, []],
      // Inside an optional b: the b without a c is not there, its a stays.
      [
        { required: false },
        { required: true },
        [
          ['a1', ['b1', 'c1']],
          ['a2', null],
          ['a3', null],
        ],
      ],
      [
        {},
        { required: true },
        [
          ['a1', ['b1', 'c1']],
          ['a2', null],
          ['a3', null],
        ],
      ],
      [
        { required: false },
        { where: { name: 'c1' } },
        [
          ['a1', ['b1', 'c1']],
          ['a2', null],
          ['a3', null],
        ],
      ],
      [
        { required: false },
        { where: { name: 'none' } },
        [
          ['a1', null],
          ['a2', null],
          ['a3', null],
        ],
      ],
      [
        { required: false },
        { where: { name: 'none' }, required: false },
        [
          ['a1', ['b1', null]],
          ['a2', ['b2', null]],
          ['a3', null],
        ],
      ],
      [{ required: true }, { required: true }, [['a1', ['b1', 'c1']]]],
      [{ required: true }, { where: { name: 'none' } }, []],
      [
        { required: true },
        { where: { name: 'none' }, required: false },
        [
          ['a1', ['b1', null]],
          ['a2', ['b2', null]],
        ],
      ],
      [{ where: { name: 'b1' } }, { where: { name: 'c1' } }, [['a1', ['b1', 'c1']]]],
      [
        { where: { name: 'b1' }, required: false },
        { required: true },
        [
          ['a1', ['b1', 'c1']],
          ['a2', null],
          ['a3', null],
        ],
      ],
    ]
    for (const [b, c, expected] of table) {
      const words = (options: object): string =>
        Object.entries(options)
          .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
          .join(', ') || 'nothing said'
      test(`P24 b (${words(b)}) with c (${words(c)})`, async () => {
        const A = await chain()
        for (const strategy of [{}, { strategy: 'query' }]) {
          const include = { association: 'b', ...b, ...strategy, include: [{ association: 'c', ...c, ...strategy }] }
          expect(shape(await A.findAll({ include, order: [['id', 'ASC']] }))).toEqual(expected)
        }
      })
      test(`P24 the same with limit and count: b (${words(b)}) with c (${words(c)})`, async () => {
        const A = await chain()
        const include = { association: 'b', ...b, include: [{ association: 'c', ...c }] }
        expect(shape(await A.findAll({ include, order: [['id', 'ASC']], limit: 2 }))).toEqual(expected.slice(0, 2))
        expect(await A.count({ include })).toBe(expected.length)
      })
    }
  })

  describe('P25 filter "has no X"', () => {
    test('P25 where: { x: { is: null } } finds the sources without', async () => {
      const { User, recorder } = await duplicated()
      const statements = await recorder.during(async () => {
        expect((await User.findAll({ where: { profile: { is: null } } })).map((user) => user.name)).toEqual(['Cleo'])
      })
      expect(statements).toHaveLength(1)
      expect(statements[0]).toMatch(/NOT EXISTS/)
      expect(
        (await User.findAll({ where: { profile: { isNot: null } }, order: ['id'] })).map((user) => user.name),
      ).toEqual(['Ann', 'Ben'])
      expect(await User.count({ where: { name: 'Ann', profile: { is: null } } })).toBe(0)
    })
    test('P25 belongsTo as well', async () => {
      const { Profile } = await duplicated()
      await Profile.create({ bio: 'of nobody' })
      expect((await Profile.findAll({ where: { user: { is: null } } })).map((row) => row.bio)).toEqual(['of nobody'])
    })
    test("P25 '$x.id$': null with the include, also with limit", async () => {
      const { User } = await duplicated()
      for (const limit of [{}, { limit: 5 }]) {
        const users = await User.findAll({ include: 'profile', where: { '$profile.id$': null }, ...limit })
        expect(users.map((user) => user.name)).toEqual(['Cleo'])
      }
      expect(
        (await User.findAll({ include: 'profile', where: { '$profile.bio$': 'Ben 9' } })).map((user) => user.name),
      ).toEqual(['Ben'])
    })
  })

  describe("P26 order by the one-to-one's column", () => {
    test('P26 works with a path; NULLS FIRST and NULLS LAST are explicit', async () => {
      const { User, Profile, sequelize } = await duplicated()
      await Profile.destroy({ where: { id: [5, 6] } })
      const names = async (order: unknown[]) =>
        (await User.findAll({ include: 'profile', order: [order] })).map((user) => user.name)
      expect(await names(['profile', 'bio', 'ASC NULLS LAST'])).toEqual(['Ann', 'Ben', 'Cleo'])
      expect(await names(['profile', 'bio', 'ASC NULLS FIRST'])).toEqual(['Cleo', 'Ann', 'Ben'])
      expect(await names(['profile', 'bio', 'DESC NULLS LAST'])).toEqual(['Ben', 'Ann', 'Cleo'])
      expect(await names(['profile', 'bio', 'DESC NULLS FIRST'])).toEqual(['Cleo', 'Ben', 'Ann'])
      expect(await names([Profile, 'bio', 'DESC NULLS LAST'])).toEqual(['Ben', 'Ann', 'Cleo'])
      expect(await names([User.associations.profile, 'bio', 'DESC NULLS LAST'])).toEqual(['Ben', 'Ann', 'Cleo'])
      expect(await names([{ model: Profile, as: 'profile' }, 'bio', 'DESC NULLS LAST'])).toEqual(['Ben', 'Ann', 'Cleo'])
      expect(await names([sequelize.col('profile.bio'), 'DESC NULLS LAST'])).toEqual(['Ben', 'Ann', 'Cleo'])
    })
    test('P26 order inside the include throws', async () => {
      const { User } = await filled()
      const failed = User.findAll({ include: { association: 'profile', order: [['bio', 'ASC']] } })
      await expect(failed).rejects.toThrow(/order/)
      await expect(failed).rejects.toThrow(/profile/)
    })
  })

  describe('P27 RIGHT JOIN', () => {
    test('P27 right: true on a one-to-one throws and says to query the other side', async () => {
      const { User } = await filled()
      const failed = User.findAll({ include: { association: 'profile', right: true } })
      await expect(failed).rejects.toThrow(/right/)
      await expect(failed).rejects.toThrow(/Profile/)
    })
    test('P27 where the include is required, right changes nothing', async () => {
      const { User } = await filled()
      expect(
        (await User.findAll({ include: { association: 'profile', right: true, required: true } })).map(
          (user) => user.name,
        ),
      ).toEqual(['Ann'])
    })
  })

  describe('P28 strategy', () => {
    test('P28 join, query and auto give the same shape', async () => {
      const { User, recorder } = await filled()
      const shapes: unknown[] = []
      const counts: number[] = []
      for (const strategy of ['join', 'query', 'auto']) {
        counts.push(
          await recorder.count(async () => {
            const users = await User.findAll({
              include: { association: 'profile', strategy, include: ['user'] },
              order: ['id'],
            })
            expect(users[1]?.profile).toBeNull()
            shapes.push(json(users))
          }),
        )
      }
      expect(shapes[1]).toEqual(shapes[0])
      expect(shapes[2]).toEqual(shapes[0])
      expect(counts[0]).toBe(1)
      expect(counts[1]).toBe(2)
      // For one row a join is the cheaper one.
      expect(counts[2]).toBe(1)
    })
    test('P28 an unknown strategy throws', async () => {
      const { User } = await filled()
      await expect(User.findAll({ include: { association: 'profile', strategy: 'magic' } })).rejects.toThrow(/magic/)
    })
  })

  describe('P29 limit inside the include', () => {
    test('P29 throws an error of its own', async () => {
      const { User } = await filled()
      const failed = User.findAll({ include: { association: 'profile', limit: 1 } })
      await expect(failed).rejects.toThrow(/limit/)
      await expect(failed).rejects.toThrow(/profile/)
      await expect(failed).rejects.not.toThrow(/separate/)
    })
  })

  describe('P30 null and undefined', () => {
    test('P30 included and missing: null; not included: undefined and absent from JSON', async () => {
      const { User, ben } = await filled()
      const [, included] = await User.findAll({ include: 'profile', order: ['id'] })
      expect(included?.profile).toBeNull()
      expect(json(included)).toEqual({ id: 2, name: 'Ben', profile: null })
      expect(included?.get('profile')).toBeNull()
      const plain = await User.findByPk(ben.id)
      expect(plain.profile).toBeUndefined()
      expect('profile' in (json(plain) as object)).toBe(false)
      expect('profile' in plain.get()).toBe(false)
      expect(await plain.getProfile()).toBeNull()
    })
    test('P30 attributes: [] joins without loading', async () => {
      const { User, recorder } = await filled()
      const [statement] = await recorder.during(async () => {
        const users = await User.findAll({ include: { association: 'profile', attributes: [], required: true } })
        expect(users.map((user) => [user.name, user.profile])).toEqual([['Ann', undefined]])
        expect(json(users)).toEqual([{ id: 1, name: 'Ann' }])
      })
      expect(statement).toMatch(/JOIN/)
    })
    test('P30 strict loading: reading a relation that is not loaded throws', async () => {
      const { User, ann } = await filled({ connect: { strictLoading: 'throw' } })
      expect(() => ann.profile).toThrow(/profile.*User|User.*profile/s)
      expect((await User.findOne({ include: 'profile' })).profile.bio).toBe('of Ann')
      expect('profile' in (json(ann) as object)).toBe(false)
    })
    test('P30 strict loading can warn instead', async () => {
      const { ann } = await filled({ connect: { strictLoading: 'warn' } })
      const warnings = await warningsDuring(() => {
        expect(ann.profile).toBeUndefined()
      })
      expect(warnings.map((warning) => warning.message).join()).toMatch(/profile/)
    })
  })

  describe('P31 a target without primary key', () => {
    test('P31 a missing row is null, a row that is all null is an object', async () => {
      const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
      const User = sequelize.define('User', { name: DataTypes.STRING })
      const Note = sequelize.define(
        'Note',
        { text: DataTypes.STRING, userId: DataTypes.INTEGER },
        { noPrimaryKey: true },
      )
      User.hasOne(Note, { as: 'note', foreignKey: 'userId' })
      await sequelize.sync()
      await User.bulkCreate([{ name: 'Ann' }, { name: 'Ben' }])
      await Note.bulkCreate([{ text: null, userId: 1 }])
      const users = await User.findAll({ include: { association: 'note', attributes: ['text'] }, order: ['id'] })
      expect(json(users)).toEqual([
        { id: 1, name: 'Ann', note: { text: null } },
        { id: 2, name: 'Ben', note: null },
      ])
      expect(json(await User.findAll({ include: 'note', order: ['id'] }))).toEqual([
        { id: 1, name: 'Ann', note: { text: null, userId: 1 } },
        { id: 2, name: 'Ben', note: null },
      ])
    })
  })

  describe('P32 raw', () => {
    test('P32 raw has dotted keys', async () => {
      const { User } = await filled()
      expect(await User.findAll({ include: 'profile', raw: true, order: ['id'] })).toEqual([
        { id: 1, name: 'Ann', 'profile.id': 1, 'profile.bio': 'of Ann', 'profile.userId': 1 },
        { id: 2, name: 'Ben', 'profile.id': null, 'profile.bio': null, 'profile.userId': null },
      ])
    })
    test('P32 raw with nest has objects, and null for a row that is missing', async () => {
      const { User } = await filled()
      expect(
        await User.findAll({
          include: { association: 'profile', include: ['user'] },
          raw: true,
          nest: true,
          order: ['id'],
        }),
      ).toEqual([
        { id: 1, name: 'Ann', profile: { id: 1, bio: 'of Ann', userId: 1, user: { id: 1, name: 'Ann' } } },
        { id: 2, name: 'Ben', profile: null },
      ])
    })
  })

  describe('P33 attributes of the target without its key', () => {
    test('P33 the key serves the loading and is not shown', async () => {
      const { User } = await filled()
      const users = await User.findAll({ include: { association: 'profile', attributes: ['bio'] }, order: ['id'] })
      expect(json(users)).toEqual([
        { id: 1, name: 'Ann', profile: { bio: 'of Ann' } },
        { id: 2, name: 'Ben', profile: null },
      ])
      expect(Object.keys(users[0]?.profile.get())).toEqual(['bio'])
      const asked = await User.findOne({ include: { association: 'profile', attributes: ['id', 'bio'] } })
      expect(json(asked.profile)).toEqual({ id: 1, bio: 'of Ann' })
    })
    test("P33 the source's attributes can leave the key out too", async () => {
      const { User } = await filled()
      for (const strategy of ['join', 'query']) {
        const users = await User.findAll({
          attributes: ['name'],
          include: { association: 'profile', attributes: ['bio'], strategy },
          order: ['id'],
        })
        expect(json(users)).toEqual([
          { name: 'Ann', profile: { bio: 'of Ann' } },
          { name: 'Ben', profile: null },
        ])
      }
    })
    test('P33 an instance loaded without its key can still be saved', async () => {
      const { User, Profile } = await filled()
      const user = await User.findOne({ include: { association: 'profile', attributes: ['bio'] } })
      await user.profile.update({ bio: 'changed' })
      expect((await Profile.findOne()).bio).toBe('changed')
    })
  })

  describe('P34 the cached relation', () => {
    /** What the instance says and what the database says. */
    const agree = async (Profile: Table, user: Row): Promise<void> => {
      const stored = await Profile.findOne({ where: { userId: user.id } })
      expect(user.profile === null ? null : json(user.profile)).toEqual(stored === null ? null : json(stored))
    }
    for (const required of [false, true]) {
      test(`P34 is what the database has after create, set, replace, unset (${required ? 'required' : 'nullable'} key)`, async () => {
        const { User, Profile } = await pairOf(engine, { required })
        const [user, other] = [await User.create({ name: 'Ann' }), await User.create({ name: 'Ben' })]
        const created = await user.createProfile({ bio: 'first' })
        expect(user.profile).toBe(created)
        await agree(Profile, user)
        const second = await Profile.create({ bio: 'second', userId: required ? other.id : null })
        await user.setProfile(second)
        expect(user.profile).toBe(second)
        expect(second.userId).toBe(user.id)
        await agree(Profile, user)
        await user.setProfile(null)
        expect(user.profile).toBeNull()
        await agree(Profile, user)
        const third = await Profile.create({ bio: 'third', userId: required ? other.id : null })
        await user.setProfile(third.id)
        await agree(Profile, user)
      })
    }
    test('P34 the former row in memory loses its key', async () => {
      const { User } = await pairOf(engine)
      const user = await User.create({ name: 'Ann' })
      const old = await user.createProfile({ bio: 'old' })
      await user.createProfile({ bio: 'new' })
      expect(old.userId).toBeNull()
      expect(old.changed('userId')).toBe(false)
    })
    test('P34 destroying the cached row', async () => {
      const { User } = await pairOf(engine)
      const user = await User.create({ name: 'Ann' })
      await user.createProfile({ bio: 'x' })
      await user.profile.destroy()
      expect(user.profile).toBeNull()
      const found = await User.findOne({ include: 'profile' })
      expect(found.profile).toBeNull()
    })
    test('P34 belongsTo: the property and the key go together', async () => {
      const { User, Profile } = await pairOf(engine)
      const [ann, ben] = [await User.create({ name: 'Ann' }), await User.create({ name: 'Ben' })]
      await (await Profile.create({ bio: 'x' })).setUser(ann)
      const profile = await Profile.findOne({ include: 'user' })
      await profile.setUser(ben)
      expect([profile.userId, profile.user]).toEqual([ben.id, ben])
      await profile.setUser(null)
      expect([profile.userId, profile.user]).toEqual([null, null])
      const created = await profile.createUser({ name: 'Cleo' })
      expect([profile.userId, profile.user]).toEqual([created.id, created])
    })
    test('P34 getX does not replace the cached relation by something else, reload refreshes it', async () => {
      const { User, Profile, ann } = await filled()
      const user = await User.findByPk(ann.id, { include: 'profile' })
      await Profile.update({ bio: 'changed elsewhere' }, { where: {} })
      expect((await user.getProfile()).bio).toBe('changed elsewhere')
      await user.reload()
      expect(user.profile.bio).toBe('changed elsewhere')
    })
  })

  describe('P35 the loser of a row', () => {
    test('P35 the instance that is passed is right; the former owner is right after reload', async () => {
      const { User, profile, ben } = await filled()
      const ann = await User.findOne({ where: { name: 'Ann' }, include: 'profile' })
      await ben.setProfile(profile)
      expect(profile.userId).toBe(ben.id)
      expect(ben.profile).toBe(profile)
      await ann.reload()
      expect(ann.profile).toBeNull()
    })
  })

  describe('P36 N + 1', () => {
    test('P36 getX calls of one tick are one query', async () => {
      const { User, Profile, recorder } = await pairOf(engine)
      const users = await User.bulkCreate(
        Array.from({ length: 20 }, (_, index) => ({ id: index + 1, name: `user ${index}` })),
      )
      await Profile.bulkCreate(users.slice(5).map((user) => ({ bio: `of ${user.id}`, userId: user.id })))
      const loaded = await User.findAll({ order: ['id'] })
      const statements = await recorder.during(async () => {
        const profiles: Row[] = await Promise.all(loaded.map((user) => user.getProfile()))
        expect(profiles.map((profile) => profile?.bio ?? null)).toEqual(
          users.map((user, index) => (index < 5 ? null : `of ${user.id}`)),
        )
      })
      expect(statements).toHaveLength(1)
    })
    test('P36 calls with different options stay apart', async () => {
      const { ann, ben } = await filled()
      const [whole, part, none] = await Promise.all([
        ann.getProfile(),
        ann.getProfile({ attributes: ['bio'] }),
        ben.getProfile({ where: { bio: 'x' } }),
      ])
      expect([json(whole), json(part), none]).toEqual([{ id: 1, bio: 'of Ann', userId: 1 }, { bio: 'of Ann' }, null])
    })
    test('P36 belongsTo: one query for all, none for a null key', async () => {
      const { Profile, recorder } = await filled()
      await Profile.create({ bio: 'of nobody' })
      const profiles = await Profile.findAll({ order: ['id'] })
      expect(
        await recorder.count(async () => {
          const users: Row[] = await Promise.all(profiles.map((profile) => profile.getUser()))
          expect(users.map((user) => user?.name ?? null)).toEqual(['Ann', null])
        }),
      ).toBe(1)
      expect(
        await recorder.count(async () => {
          expect(await profiles[1]?.getUser()).toBeNull()
        }),
      ).toBe(0)
    })
    test('P36 calls inside a transaction stay in it', async () => {
      const { sequelize, ann, Profile } = await filled()
      await expect(
        sequelize.transaction(async () => {
          await Profile.update({ bio: 'uncommitted' }, { where: {} })
          expect((await ann.getProfile()).bio).toBe('uncommitted')
          throw new Error('back')
        }),
      ).rejects.toThrow('back')
      expect((await ann.getProfile()).bio).toBe('of Ann')
    })
  })

  describe('P37 batch get', () => {
    test('P37 an entry for every source, null where there is no row', async () => {
      const { User, Profile, recorder, ann, ben } = await filled()
      const statements = await recorder.during(async () => {
        const found: Map<unknown, Row | null> = await User.associations.profile.get([ann, ben])
        expect(found).toBeInstanceOf(Map)
        expect([...found.keys()]).toEqual([ann.id, ben.id])
        expect([found.get(ann.id)?.bio, found.get(ben.id)]).toEqual(['of Ann', null])
      })
      expect(statements).toHaveLength(1)
      await Profile.create({ bio: 'of nobody' })
      const profiles = await Profile.findAll({ order: ['id'] })
      const owners: Map<unknown, Row | null> = await Profile.associations.user.get(profiles)
      expect(owners.get(ann.id)?.name).toBe('Ann')
      expect(await User.associations.profile.get([])).toEqual(new Map())
    })
    test('P37 the key is the value that instances hold', async () => {
      const { User, Profile } = await pairOf(engine, { user: { id: { type: DataTypes.BIGINT, primaryKey: true } } })
      await User.create({ id: '9007199254740993', name: 'Ann' })
      await Profile.create({ bio: 'x', userId: '9007199254740993' })
      const user = await User.findOne()
      const found: Map<unknown, Row | null> = await User.associations.profile.get([user])
      expect(found.get(user.id)?.bio).toBe('x')
    })
  })

  describe("P38 the source's key is not loaded", () => {
    test('P38 getX and setX say which attribute is missing', async () => {
      const { User, Profile } = await pairOf(engine, {
        user: { code: { type: DataTypes.STRING, unique: true } },
        hasOne: { foreignKey: 'userCode', sourceKey: 'code' },
      })
      await User.create({ name: 'Ann', code: 'A' })
      const user = await User.findOne({ attributes: ['id', 'name'] })
      for (const failing of [() => user.getProfile(), () => user.setProfile(Profile.build({ bio: 'x' }))]) {
        await expect(failing()).rejects.toThrow(/code/)
        await expect(failing()).rejects.toThrow(/profile/)
      }
    })
    test('P38 belongsTo as well', async () => {
      const { Profile } = await filled()
      const profile = await Profile.findOne({ attributes: ['id'] })
      await expect(profile.getUser()).rejects.toThrow(/userId/)
    })
  })

  describe('P39 row locks', () => {
    engine.requires('rowLocks')('P39 a lock with an outer join locks the root', async () => {
      const { sequelize, User } = await filled()
      await sequelize.transaction(async (transaction) => {
        const users = await User.findAll({ include: 'profile', lock: true, transaction, order: ['id'] })
        expect(users.map((user) => user.profile?.bio ?? null)).toEqual(['of Ann', null])
      })
    })
  })

  describe('P40 long alias paths', () => {
    test('P40 paths longer than any limit of an engine do not collide', async () => {
      const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
      const depth = 6
      const models = Array.from({ length: depth }, (_, index) =>
        sequelize.define(`Level${index}`, {
          anAttributeWithARatherLongName: DataTypes.STRING,
          anAttributeWithARatherLongNameToo: DataTypes.STRING,
        }),
      )
      const name = (index: number): string => `theVeryLongNameOfTheAssociationToLevel${index}`
      for (let index = 1; index < depth; index += 1)
        models[index - 1]?.hasOne(models[index], { as: name(index), foreignKey: `parentId${index}` })
      await sequelize.sync()
      let include: object | undefined
      let expected: Row | null = null
      for (let index = depth - 1; index >= 0; index -= 1) {
        await models[index]?.create({
          id: index + 10,
          anAttributeWithARatherLongName: `one ${index}`,
          anAttributeWithARatherLongNameToo: `two ${index}`,
        })
        expected = {
          id: index + 10,
          anAttributeWithARatherLongName: `one ${index}`,
          anAttributeWithARatherLongNameToo: `two ${index}`,
          ...(index > 0 ? { [`parentId${index}`]: index + 9 } : {}),
          ...(expected ? { [name(index + 1)]: expected } : {}),
        }
        if (index > 0) include = { association: name(index), ...(include ? { include: [include] } : {}) }
      }
      for (let index = 1; index < depth; index += 1)
        await models[index]?.update({ [`parentId${index}`]: index + 9 }, { where: { id: index + 10 } })
      expect(json(await models[0]?.findOne({ include }))).toEqual(expected)
      const raw = await models[0]?.findOne({ include, raw: true })
      expect(Object.keys(raw ?? {})).toContain(
        `${Array.from({ length: depth - 1 }, (_, index) => name(index + 1)).join('.')}.anAttributeWithARatherLongNameToo`,
      )
    })
  })

  describe('unknown includes', () => {
    test('an association that does not exist names what there is', async () => {
      const { User } = await filled()
      const failed = User.findAll({ include: 'profil' })
      await expect(failed).rejects.toBeInstanceOf(EagerLoadingError)
      await expect(failed).rejects.toThrow(/profile/)
    })
  })
})
