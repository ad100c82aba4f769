import { describe, expect, it } from 'vitest'
import { EagerLoadingError, EmptyResultError, QueryError } from '../../../src/errors/index.js'
import { findAll } from '../../../src/read/find.js'
import { cast, col, fn, literal, sql } from '../../../src/sql/fragments.js'
import { Op } from '../../../src/sql/op.js'
import { DataTypes } from '../../../src/types/index.js'
import { database } from './database.js'

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** Ann has a profile with an address, Ben a profile without one, Cleo has none. */
async function people(hasOne: object = {}) {
  const db = database()
  const User = db.model('User', {
    name: DataTypes.STRING,
    createdAt: { type: DataTypes.DATE, columnName: 'created_at' },
  })
  const Profile = db.model('Profile', { bio: DataTypes.STRING, rank: DataTypes.INTEGER })
  const Address = db.model('Address', { city: DataTypes.STRING })
  db.one('HasOne', User, Profile, { as: 'profile', foreignKey: 'userId', inverse: { as: 'user' }, ...hasOne })
  db.one('HasOne', Profile, Address, {
    as: 'address',
    foreignKey: 'profileId',
    inverse: { as: 'profile' },
    unique: true,
  })
  await db.run(`
    CREATE TABLE Users (id INTEGER PRIMARY KEY, name TEXT, created_at TEXT);
    CREATE TABLE Profiles (id INTEGER PRIMARY KEY, bio TEXT, rank INTEGER, userId INTEGER);
    CREATE TABLE Addresses (id INTEGER PRIMARY KEY, city TEXT, profileId INTEGER);
    INSERT INTO Users VALUES (1, 'Ann', '2020-01-01 00:00:00.000 +00:00'), (2, 'Ben', NULL), (3, 'Cleo', NULL);
    INSERT INTO Profiles VALUES (8, 'of Ann', 2, 1), (9, 'of Ben', 1, 2);
    INSERT INTO Addresses VALUES (5, 'Oslo', 8)`)
  return { ...db, User, Profile, Address }
}
const twice = `INSERT INTO Profiles VALUES (3, 'older of Ann', 7, 1), (10, 'newer of Ann', 1, 1)`

describe('find', () => {
  it('reads instances, by position', async () => {
    const { find, User, statements } = await people()
    const users = await find(User, { where: { name: ['Ann', 'Ben'] }, order: ['id'] })
    expect(users.map((user) => user.name)).toEqual(['Ann', 'Ben'])
    expect(users[0]).toBeInstanceOf(User)
    expect(users[0]!.createdAt).toEqual(new Date('2020-01-01'))
    expect(users[0]!.isNewRecord).toBe(false)
    expect(statements.map((statement) => statement.text)).toEqual([
      'SELECT `User`.`id`, `User`.`name`, `User`.`created_at` AS `createdAt` FROM `Users` AS `User` WHERE `User`.`name` IN (?, ?) ORDER BY `User`.`id`',
    ])
  })
  it('never writes to the options, and takes them frozen', async () => {
    const { find, User } = await people()
    const options = Object.freeze({
      where: Object.freeze({ name: 'Ann' }),
      include: Object.freeze([Object.freeze({ association: 'profile', attributes: Object.freeze(['bio']) })]),
      order: Object.freeze([Object.freeze(['id', 'DESC'])]),
    })
    for (let times = 0; times < 3; times += 1) expect(await find(User, options)).toHaveLength(1)
  })
  it('keeps plans apart that differ in shape, and shares those that differ in values', async () => {
    const { find, User, statements } = await people()
    for (const name of ['Ann', 'Ben', 'Nobody'])
      expect(await find(User, { where: { name } })).toHaveLength(name === 'Nobody' ? 0 : 1)
    expect(new Set(statements.map((statement) => statement.text)).size).toBe(1)
    expect(await find(User, { where: { name: null } })).toHaveLength(0)
    expect(await find(User, { where: { name: { [Op.ne]: 'Ann' } }, limit: 1 })).toHaveLength(1)
    expect(await find(User, { where: { name: { [Op.ne]: 'Ann' } }, limit: 2 })).toHaveLength(2)
  })

  describe('attributes', () => {
    it('takes names, aliases, fragments, include and exclude', async () => {
      const { find, User } = await people()
      const one = async (attributes: unknown) => json((await find(User, { attributes, where: { id: 1 } }))[0])
      expect(await one(['name'])).toEqual({ name: 'Ann' })
      expect(await one(['name', ['id', 'key']])).toEqual({ name: 'Ann', key: 1 })
      expect(await one([[fn('upper', col('name')), 'loud']])).toEqual({ loud: 'ANN' })
      expect(await one([[sql`name || ${'!'}`, 'loud']])).toEqual({ loud: 'Ann!' })
      expect(await one({ exclude: ['createdAt'] })).toEqual({ id: 1, name: 'Ann' })
      expect(await one({ include: [[literal('1 + 1'), 'two']], exclude: ['createdAt', 'name'] })).toEqual({
        id: 1,
        two: 2,
      })
      expect(await one(['*'])).toEqual({ id: 1, name: 'Ann', createdAt: '2020-01-01T00:00:00.000Z' })
      expect(await one([col('*')])).toEqual({ id: 1, name: 'Ann', createdAt: '2020-01-01T00:00:00.000Z' })
      expect(await one([[cast(col('id'), DataTypes.STRING()), 'text']])).toEqual({ text: '1' })
      expect(await one([['createdAt', 'since']])).toEqual({ since: '2020-01-01T00:00:00.000Z' })
      expect(await one([[fn('max', col('created_at')), 'last']])).toEqual({ last: '2020-01-01T00:00:00.000Z' })
      expect(await one([])).toEqual({})
      const [odd] = await find(User, { attributes: [[literal('5'), '__proto__'], 'name'], where: { id: 1 } })
      expect(Object.keys(odd!.dataValues)).toEqual(['__proto__', 'name'])
      expect(Object.getPrototypeOf(odd!.dataValues)).toBe(Object.prototype)
    })
    it('lets the database name SQL without an alias', async () => {
      const { find, User } = await people()
      expect(
        await find(User, {
          attributes: ['id', literal('name AS who'), literal('2 AS two')],
          raw: true,
          where: { id: 1 },
        }),
      ).toEqual([{ id: 1, who: 'Ann', two: 2 }])
      expect(
        await find(User, { attributes: [literal('*'), [literal('7'), 'seven']], raw: true, where: { id: 2 } }),
      ).toEqual([{ id: 2, name: 'Ben', created_at: null, seven: 7 }])
    })
    it('refuses names that are none', async () => {
      const { find, User } = await people()
      await expect(find(User, { attributes: ['nmae'] })).rejects.toThrow(/User has no attribute "nmae".*"name"/)
      await expect(find(User, { attributes: ['count(*)'] })).rejects.toThrow(/alias/)
      await expect(find(User, { attributes: { exclude: ['nmae'] } })).rejects.toThrow(/"name"/)
      await expect(find(User, { attributes: { omit: ['name'] } })).rejects.toThrow(/"omit"/)
      await expect(find(User, { attributes: [['name', 'a', 'b']] })).rejects.toThrow(/pair/)
      await expect(find(User, { attributes: 'name' })).rejects.toThrow(/array/)
    })
    it('selects what virtual attributes depend on', async () => {
      const db = database()
      const Person = db.model('Person', {
        first: DataTypes.STRING,
        last: DataTypes.STRING,
        full: {
          type: DataTypes.VIRTUAL(DataTypes.STRING, ['first', 'last']),
          get(this: { first: string; last: string }) {
            return `${this.first} ${this.last}`
          },
        },
      })
      await db.run(
        `CREATE TABLE People (id INTEGER PRIMARY KEY, first TEXT, last TEXT); INSERT INTO People VALUES (1, 'Ada', 'Lovelace')`,
      )
      const [ada] = await db.find(Person, { attributes: ['full'] })
      expect(ada!.full).toBe('Ada Lovelace')
      expect(db.statements[0]!.text).toBe('SELECT `Person`.`first`, `Person`.`last` FROM `People` AS `Person`')
      // What was excluded stays excluded.
      await db.find(Person, { attributes: { exclude: ['first'] } })
      expect(db.statements[1]!.text).toBe('SELECT `Person`.`id`, `Person`.`last` FROM `People` AS `Person`')
    })
  })

  describe('include', () => {
    it('reads one-to-ones of any depth in one statement', async () => {
      const { find, User, Profile, statements } = await people()
      const users = await find(User, {
        attributes: ['name'],
        include: [{ association: 'profile', attributes: ['bio'], include: ['address'] }],
        order: ['id'],
      })
      expect(json(users)).toEqual([
        { name: 'Ann', profile: { bio: 'of Ann', address: { id: 5, city: 'Oslo', profileId: 8 } } },
        { name: 'Ben', profile: { bio: 'of Ben', address: null } },
        { name: 'Cleo', profile: null },
      ])
      expect(users[0]!.profile).toBeInstanceOf(Profile)
      expect(statements).toHaveLength(1)
    })
    it('takes every spelling', async () => {
      const { find, User, Profile } = await people()
      const { profile } = Object.fromEntries(User.modelDefinition.associations)
      for (const include of [
        'profile',
        Profile,
        profile,
        [Profile],
        { association: 'profile' },
        { association: profile },
        { model: Profile },
        { model: Profile, as: 'profile' },
        { association: Profile },
        { as: 'profile' },
        { all: true },
        { all: 'HasOne' },
        { all: 'One' },
        { all: true, nested: true },
      ]) {
        expect((await find(User, { include, order: ['id'] }))[0]!.profile.bio).toBe('of Ann')
      }
    })
    it('expands nested associations without going round in circles, hidden ones left out', async () => {
      const { find, User, Profile } = await people()
      const [ann] = await find(User, { include: { all: true, nested: true }, order: ['id'] })
      expect(ann!.profile.address.city).toBe('Oslo')
      expect(ann!.profile.user).toBeUndefined()
      expect(Object.keys((await find(Profile, { include: { all: true } }))[0]!.dataValues)).not.toContain('user')
    })
    it('finds the only association to a model', async () => {
      const { find, User, Profile } = await people()
      expect((await find(User, { include: Profile, order: ['id'] }))[0]!.profile.bio).toBe('of Ann')
    })
    it('names what is wrong with an include', async () => {
      const db = await people()
      const { find, User, Profile, Address } = db
      await expect(find(User, { include: 'profil' })).rejects.toThrow(/"profil".*User.*"profile"/)
      await expect(find(User, { include: 'profil' })).rejects.toBeInstanceOf(EagerLoadingError)
      await expect(find(User, { include: Address })).rejects.toThrow(/Address is not associated to User!.*profile/)
      await expect(find(User, { include: { model: Profile, as: 'bio' } })).rejects.toThrow(
        /Profile is not associated to User as "bio".*"profile"/,
      )
      await expect(find(User, { include: [undefined] })).rejects.toThrow(/circular/)
      await expect(find(User, { include: { model: undefined } })).rejects.toThrow(/circular/)
      await expect(find(User, { include: { association: 'profile', wehre: {} } })).rejects.toThrow(/"wehre".*"where"/)
      await expect(find(User, { include: ['profile', Profile] })).rejects.toThrow(/twice/)
      await expect(find(User, { include: { association: 'profile', limit: 1 } })).rejects.toThrow(
        /User\.profile.*limit/,
      )
      await expect(find(User, { include: { association: 'profile', order: ['id'] } })).rejects.toThrow(
        /User\.profile.*order/,
      )
      await expect(find(User, { include: { association: 'profile', required: 'yes' } })).rejects.toThrow(/required/)
      await expect(find(User, { include: { association: 'profile', right: true } })).rejects.toThrow(/right.*Profile/)
      await expect(find(User, { include: { all: 'HasSome' } })).rejects.toThrow(/HasSome/)
      await expect(
        find(User, { include: { association: Profile.modelDefinition.associations.get('address') } }),
      ).rejects.toThrow(/belongs to Profile/)
      db.one('HasOne', User, Profile, { as: 'second', foreignKey: 'secondId' })
      await expect(find(User, { include: Profile })).rejects.toThrow(/multiple times.*'profile' or 'second'/)
    })
    it('gives null for a missing row, nothing for attributes: []', async () => {
      const { find, User } = await people()
      const [, , cleo] = await find(User, { include: 'profile', order: ['id'] })
      expect(cleo!.profile).toBeNull()
      const rows = await find(User, {
        attributes: ['name'],
        include: { association: 'profile', attributes: [], required: true },
        order: ['id'],
      })
      expect(json(rows)).toEqual([{ name: 'Ann' }, { name: 'Ben' }])
      expect(rows[0]!.profile).toBeUndefined()
    })
    it('hides keys that only serve the reading', async () => {
      const { find, User } = await people()
      const [ann] = await find(User, {
        attributes: ['name'],
        include: { association: 'profile', attributes: ['bio'] },
        order: ['id'],
      })
      expect(Object.keys(ann!.profile.dataValues)).toEqual(['bio'])
      expect((ann!.profile as { _options: { hiddenKeys: unknown } })._options.hiddenKeys).toEqual({ id: 8 })
    })
    it('filters by where, on, or and paranoid', async () => {
      const { find, User } = await people()
      const names = async (include: object, more: object = {}) =>
        (await find(User, { include: { association: 'profile', ...include }, order: ['id'], ...more })).map((user) => [
          user.name,
          user.profile?.bio ?? null,
        ])
      expect(await names({ where: { rank: 1 } })).toEqual([['Ben', 'of Ben']])
      expect(await names({ where: { rank: 1 }, required: false })).toEqual([
        ['Ann', null],
        ['Ben', 'of Ben'],
        ['Cleo', null],
      ])
      expect(await names({ on: { bio: 'of Ben' } })).toEqual([
        ['Ann', 'of Ben'],
        ['Ben', 'of Ben'],
        ['Cleo', 'of Ben'],
      ])
      expect(await names({ or: true, where: { bio: 'of Ben' } })).toEqual([
        ['Ann', 'of Ann'],
        ['Ben', 'of Ben'],
        ['Cleo', 'of Ben'],
      ])
      expect(await names({}, { where: { '$profile.rank$': 2 } })).toEqual([['Ann', 'of Ann']])
      expect(await names({ include: ['address'] }, { where: { '$profile.address.city$': 'Oslo' } })).toEqual([
        ['Ann', 'of Ann'],
      ])
      expect(await names({ where: { bio: col('User.name') } })).toEqual([])
      expect(await names({ include: [{ association: 'address', required: true }] })).toEqual([
        ['Ann', 'of Ann'],
        ['Ben', null],
        ['Cleo', null],
      ])
      for (const more of [{}, { limit: 5 }]) {
        expect(await names({ where: { '$address.city$': 'Oslo' }, include: ['address'] }, more)).toEqual([
          ['Ann', 'of Ann'],
        ])
        expect(
          await names({ where: { '$address.city$': 'Oslo' }, include: ['address'], required: false }, more),
        ).toEqual([
          ['Ann', 'of Ann'],
          ['Ben', null],
          ['Cleo', null],
        ])
        expect(await names({ where: { '$address.id$': null }, include: ['address'], required: false }, more)).toEqual([
          ['Ann', null],
          ['Ben', 'of Ben'],
          ['Cleo', null],
        ])
      }
    })
  })

  describe('several rows of a one-to-one', () => {
    it('takes the lowest primary key, and tells once', async () => {
      const { find, User, run, warnings, statements } = await people()
      await run(twice)
      const users = await find(User, { include: 'profile', order: ['id'] })
      expect(users.map((user) => user.profile?.bio ?? null)).toEqual(['older of Ann', 'of Ben', null])
      expect(statements).toHaveLength(2)
      expect(warnings).toMatchObject([{ code: 'MORTISE_W_ONE_TO_ONE_NOT_UNIQUE', key: 'User.profile' }])
      expect(warnings[0]!.message).toMatch(/Profile\.userId.*unique: true/)
      statements.length = 0
      await find(User, { include: 'profile' })
      expect(statements).toHaveLength(1)
    })
    for (const [title, options] of Object.entries({
      'a limit': { limit: 1 },
      'raw rows': { raw: true, nest: true },
      'a query of its own': { include: { association: 'profile', strategy: 'query' } },
      'a nested include': { include: { association: 'profile', include: ['address'] } },
      required: { include: { association: 'profile', required: true } },
      'an order by it': { order: [['profile', 'bio', 'DESC'], 'id'] },
      'one row': { where: { id: 1 } },
      'another attribute list': { attributes: ['name'] },
    })) {
      it(`takes the same row with ${title}`, async () => {
        const { find, User, run } = await people()
        await run(twice)
        const users = await find(User, { include: 'profile', order: ['id'], ...options })
        expect(users.find((user) => user.name === 'Ann')!.profile.bio).toBe('older of Ann')
        expect(new Set(users.map((user) => user.name)).size).toBe(users.length)
      })
      it(`takes the first by the association's order with ${title}`, async () => {
        const { find, User, run } = await people({
          order: [
            ['rank', 'ASC'],
            ['bio', 'DESC'],
          ],
        })
        await run(twice)
        const users = await find(User, { include: 'profile', order: ['id'], ...options })
        expect(users.find((user) => user.name === 'Ann')!.profile.bio).toBe('newer of Ann')
      })
    }
    it('chooses among the rows that the conditions leave', async () => {
      const { find, User, run } = await people()
      await run(twice)
      for (const more of [{}, { limit: 5 }]) {
        expect(
          (
            await find(User, {
              include: { association: 'profile', where: { rank: { [Op.lt]: 3 } } },
              order: ['id'],
              ...more,
            })
          )[0]!.profile.bio,
        ).toBe('of Ann')
        // Only "of Ann" has an address.
        expect(
          (
            await find(User, {
              include: { association: 'profile', include: [{ association: 'address', required: true }] },
              order: ['id'],
              ...more,
            })
          )[0]!.profile.bio,
        ).toBe('of Ann')
        // A filter on top looks at the row that counts.
        expect(await find(User, { include: 'profile', where: { '$profile.bio$': 'newer of Ann' }, ...more })).toEqual(
          [],
        )
        expect(
          await find(User, { include: 'profile', where: { '$profile.bio$': 'older of Ann' }, ...more }),
        ).toHaveLength(1)
      }
    })
    it('works without a primary key', async () => {
      const db = database()
      const User = db.model('User', { name: DataTypes.STRING })
      const Note = db.model('Note', { text: DataTypes.STRING, userId: DataTypes.INTEGER }, { noPrimaryKey: true })
      db.one('HasOne', User, Note, { as: 'note', foreignKey: 'userId' })
      await db.run(`CREATE TABLE Users (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE Notes (text TEXT, userId INTEGER);
        INSERT INTO Users VALUES (1, 'Ann'), (2, 'Ben'); INSERT INTO Notes VALUES (NULL, 1)`)
      expect(
        json(await db.find(User, { include: { association: 'note', attributes: ['text'] }, order: ['id'] })),
      ).toEqual([
        { id: 1, name: 'Ann', note: { text: null } },
        { id: 2, name: 'Ben', note: null },
      ])
      await db.run(`INSERT INTO Notes VALUES ('b', 1), ('a', 1)`)
      for (const limit of [undefined, 2])
        expect(
          (await db.find(User, { include: 'note', order: ['id'], limit })).map((user) => user.note?.text ?? null),
        ).toEqual([null, null])
    })
    it('is a plain join where the database holds it', async () => {
      const { sql: text, User } = await people({ unique: true })
      for (const exact of [false, true])
        expect(text(User, { include: 'profile', limit: 1 }, exact).match(/SELECT/g)).toHaveLength(1)
    })
  })

  describe('a query of its own', () => {
    it('gives what a join gives', async () => {
      const { find, User, Profile, statements } = await people()
      for (const strategy of ['query', 'auto', 'join']) {
        statements.length = 0
        const include = {
          association: 'profile',
          strategy,
          attributes: ['bio'],
          include: [{ association: 'address', strategy }],
        }
        expect(json(await find(User, { attributes: ['name'], include, order: ['id'] }))).toEqual([
          { name: 'Ann', profile: { bio: 'of Ann', address: { id: 5, city: 'Oslo', profileId: 8 } } },
          { name: 'Ben', profile: { bio: 'of Ben', address: null } },
          { name: 'Cleo', profile: null },
        ])
        expect(statements).toHaveLength(strategy === 'query' ? 3 : 1)
      }
      const profiles = await find(Profile, { include: { association: 'user', separate: true }, order: ['id'] })
      expect(profiles.map((profile) => profile.user.name)).toEqual(['Ann', 'Ben'])
    })
    it('filters its parents where it is required', async () => {
      const { find, count, User } = await people()
      const names = async (include: object) => {
        const users = await find(User, {
          include: { association: 'profile', strategy: 'query', ...include },
          order: ['id'],
        })
        expect(await count(User, { include: { association: 'profile', ...include } })).toBe(users.length)
        return users.map((user) => [user.name, user.profile?.bio ?? null])
      }
      expect(await names({ required: true })).toEqual([
        ['Ann', 'of Ann'],
        ['Ben', 'of Ben'],
      ])
      expect(await names({ where: { rank: 1 } })).toEqual([['Ben', 'of Ben']])
      expect(await names({ where: { rank: 1 }, required: false })).toEqual([
        ['Ann', null],
        ['Ben', 'of Ben'],
        ['Cleo', null],
      ])
      expect(
        await names({ required: true, include: [{ association: 'address', required: true, strategy: 'query' }] }),
      ).toEqual([['Ann', 'of Ann']])
      expect(await names({ required: true, include: [{ association: 'address', where: { city: 'Rome' } }] })).toEqual(
        [],
      )
    })
    it('gives parents of one row an instance each', async () => {
      const { find, Profile, run } = await people()
      await run(`UPDATE Profiles SET userId = 1`)
      const [a, b] = await find(Profile, { include: { association: 'user', strategy: 'query' }, order: ['id'] })
      expect(a!.user.name).toBe('Ann')
      expect(b!.user.name).toBe('Ann')
      expect(a!.user).not.toBe(b!.user)
    })
    it('refuses what only a join can do', async () => {
      const { find, User } = await people()
      const include = { association: 'profile', strategy: 'query' }
      await expect(find(User, { include, where: { '$profile.bio$': 'x' } })).rejects.toThrow(
        /profile.*strategy: 'join'/,
      )
      await expect(find(User, { include, order: [['profile', 'bio']] })).rejects.toThrow(/profile.*strategy: 'join'/)
      await expect(find(User, { include: { association: 'profile', strategy: 'magic' } })).rejects.toThrow(/magic/)
      await expect(
        find(User, { include: { association: 'profile', strategy: 'query', on: { id: 1 } } }),
      ).rejects.toThrow(/join/)
    })
  })

  describe('raw', () => {
    it('has dotted keys, or objects with nest', async () => {
      const { find, User } = await people()
      const options = {
        attributes: ['name'],
        include: {
          association: 'profile',
          attributes: ['bio'],
          include: [{ association: 'address', attributes: ['city'] }],
        },
        raw: true,
        order: ['id'],
      }
      expect(await find(User, options)).toEqual([
        { name: 'Ann', 'profile.bio': 'of Ann', 'profile.address.city': 'Oslo' },
        { name: 'Ben', 'profile.bio': 'of Ben', 'profile.address.city': null },
        { name: 'Cleo', 'profile.bio': null, 'profile.address.city': null },
      ])
      expect(await find(User, { ...options, nest: true })).toEqual([
        { name: 'Ann', profile: { bio: 'of Ann', address: { city: 'Oslo' } } },
        { name: 'Ben', profile: { bio: 'of Ben', address: null } },
        { name: 'Cleo', profile: null },
      ])
    })
    it('reads values by type', async () => {
      const { find, User } = await people()
      expect(await find(User, { raw: true, where: { id: 1 } })).toEqual([
        { id: 1, name: 'Ann', createdAt: new Date('2020-01-01') },
      ])
    })
  })

  describe('order, group, limit', () => {
    it('orders by every form', async () => {
      const { find, User, Profile } = await people()
      const { profile } = Object.fromEntries(User.modelDefinition.associations)
      const names = async (order: unknown, more: object = {}) =>
        (await find(User, { order, include: [{ association: 'profile', include: ['address'] }], ...more }))
          .map((user) => user.name[0])
          .join('')
      expect(await names('name')).toBe('ABC')
      expect(await names(['name'])).toBe('ABC')
      expect(await names(['name', 'DESC'])).toBe('CBA')
      expect(await names([['name', 'DESC']])).toBe('CBA')
      expect(await names([['name', 'desc']])).toBe('CBA')
      expect(await names([[literal('`User`.`name`'), 'DESC']])).toBe('CBA')
      expect(await names([[fn('lower', col('User.name')), 'DESC']])).toBe('CBA')
      expect(await names(literal('User.name DESC'))).toBe('CBA')
      expect(
        await names([
          ['createdAt', 'ASC NULLS LAST'],
          ['id', 'DESC'],
        ]),
      ).toBe('ACB')
      expect(
        await names([
          ['createdAt', 'NULLS FIRST'],
          ['id', 'DESC'],
        ]),
      ).toBe('CBA')
      for (const path of [
        'profile',
        Profile,
        profile,
        { model: Profile, as: 'profile' },
        { model: Profile },
        { association: 'profile' },
      ])
        expect(await names([[path, 'rank', 'DESC']])).toBe('ABC')
      expect(await names([['profile', 'address', 'city', 'DESC NULLS LAST'], 'id'])).toBe('ABC')
      expect(await names([[col('profile.rank'), 'DESC']])).toBe('ABC')
      expect(await names([[col('profile.address.city'), 'DESC'], 'id'])).toBe('ABC')
      expect(await names(['$profile.rank$'])).toBe('CBA')
      expect(await names([['profile.rank', 'DESC']])).toBe('ABC')
      expect(await names([['loud', 'DESC']], { attributes: ['name', [fn('upper', col('name')), 'loud']] })).toBe('CBA')
    })
    it('refuses orders that are none', async () => {
      const { find, User, Address } = await people()
      for (const [order, message] of [
        [[['name', 'DOWN']], /"DOWN" is no direction/],
        [[['name', 'ASC; DROP TABLE Users']], /no direction/],
        ['name DESC', /\[\['name', 'DESC'\]\]/],
        [['nmae'], /"name"/],
        [[['profile', 'rank']], /not included/],
        [[[Address, 'city']], /Address.*not included/],
        [[{ raw: 'name' }], /literal/],
        [[5], /5/],
        [[[]], /empty/],
        [[[literal('name'), 'DOWN']], /direction/],
      ] as const)
        await expect(find(User, { order }), JSON.stringify(order)).rejects.toThrow(message)
    })
    it('orders by primary key where only a limit is given', async () => {
      const { sql: text, User } = await people()
      expect(text(User, { limit: 2, attributes: ['name'] })).toBe(
        'SELECT `User`.`name` FROM `Users` AS `User` ORDER BY `User`.`id` LIMIT ?',
      )
      expect(text(User, { limit: 2, attributes: [[fn('count', col('id')), 'n']] })).not.toContain('ORDER BY')
      expect(text(User, { limit: 2, group: 'name', attributes: ['name'] })).toBe(
        'SELECT `User`.`name` FROM `Users` AS `User` GROUP BY `User`.`name` LIMIT ?',
      )
      expect(text(User, { limit: 1, where: { id: 5 }, attributes: ['name'] })).toBe(
        'SELECT `User`.`name` FROM `Users` AS `User` WHERE `User`.`id` = ?',
      )
    })
    it('groups, with having by alias', async () => {
      const { find, Profile, run } = await people()
      await run(twice)
      expect(
        await find(Profile, {
          attributes: ['userId', [fn('count', col('*')), 'n']],
          group: 'userId',
          having: { n: { [Op.gt]: 1 } },
          raw: true,
        }),
      ).toEqual([{ userId: 1, n: 3 }])
      expect(
        await find(Profile, {
          attributes: ['userId', [fn('count', col('*')), 'n']],
          group: ['userId'],
          order: [['n', 'DESC']],
          raw: true,
        }),
      ).toEqual([
        { userId: 1, n: 3 },
        { userId: 2, n: 1 },
      ])
      expect(await find(Profile, { attributes: [['userId', 'u']], distinct: true, raw: true, order: ['u'] })).toEqual([
        { u: 1 },
        { u: 2 },
      ])
    })
    it('counts limit and offset in parents', async () => {
      const { find, User, run } = await people()
      await run(twice)
      expect((await find(User, { include: 'profile', limit: 2 })).map((user) => user.name)).toEqual(['Ann', 'Ben'])
      expect((await find(User, { include: 'profile', limit: 2, offset: 1 })).map((user) => user.name)).toEqual([
        'Ben',
        'Cleo',
      ])
      expect(await find(User, { limit: 0 })).toEqual([])
      expect(await find(User, { limit: '1' })).toHaveLength(1)
      expect(await find(User, { limit: literal('1 + 1') })).toHaveLength(2)
      for (const limit of [-1, 1.5, 'x', NaN, {}]) await expect(find(User, { limit })).rejects.toThrow(/limit/)
    })
  })

  describe('options', () => {
    it('refuses unknown ones, with a suggestion', async () => {
      const { find, User } = await people()
      await expect(find(User, { wehre: {} })).rejects.toThrow(/Unknown option "wehre" in User\.findAll\(\).*"where"/)
      await expect(find(User, { subqery: false })).rejects.toThrow(/"subQuery"|"subquery"/)
      await expect(find(User, { wehre: {} })).rejects.toBeInstanceOf(QueryError)
      await expect(find(User, { raw: 'yes' })).rejects.toThrow(/raw/)
      await expect(find(User, { searchPath: 'x' })).rejects.toThrow(/searchPath/)
      await expect(find(User, { tableHints: ['NOLOCK'] })).rejects.toThrow(/tableHints/)
      await expect(find(User, { indexHints: [{ type: 'USE', values: ['x'] }] })).rejects.toThrow(/indexHints/)
      await expect(find(User, { maxExecutionTimeHintMs: 5 })).rejects.toThrow(/maxExecutionTime/)
      await expect(find(User, { lock: 'NONE' })).rejects.toThrow(/lock/)
    })
    it('takes row locks, which SQLite has no need of', async () => {
      const { find, User, statements } = await people()
      expect(await find(User, { lock: true, skipLocked: true })).toHaveLength(3)
      expect(statements[0]!.text).not.toContain('FOR UPDATE')
    })
    it('plain and rejectOnEmpty', async () => {
      const { runtime, User } = await people()
      const find = (options: object): Promise<unknown> => findAll(runtime, User, options as never)
      expect(json(await find({ where: { id: 1 }, plain: true, attributes: ['name'] }))).toEqual({ name: 'Ann' })
      expect(await find({ where: { id: 99 }, plain: true })).toBeNull()
      await expect(find({ where: { id: 99 }, plain: true, rejectOnEmpty: true })).rejects.toBeInstanceOf(
        EmptyResultError,
      )
      await expect(find({ where: { id: 99 }, rejectOnEmpty: true })).rejects.toThrow(/User/)
      await expect(find({ where: { id: 99 }, rejectOnEmpty: new Error('mine') })).rejects.toThrow('mine')
      class Mine extends Error {}
      await expect(find({ where: { id: 99 }, rejectOnEmpty: Mine })).rejects.toBeInstanceOf(Mine)
    })
    it('replacements and bind reach every fragment', async () => {
      const { find, User } = await people()
      expect(
        await find(User, {
          attributes: [[literal(':x'), 'x']],
          where: { name: sql`$name` },
          replacements: { x: "it's" },
          bind: { name: 'Ann' },
          raw: true,
        }),
      ).toEqual([{ x: "it's" }])
    })
    it('leaves out soft-deleted rows, at the root and in includes', async () => {
      const db = database()
      const User = db.model(
        'User',
        { name: DataTypes.STRING },
        { timestamps: true, createdAt: false, updatedAt: false, paranoid: true },
      )
      const Profile = db.model(
        'Profile',
        { bio: DataTypes.STRING },
        { timestamps: true, createdAt: false, updatedAt: false, paranoid: true },
      )
      db.one('HasOne', User, Profile, { as: 'profile', foreignKey: 'userId', inverse: { as: 'user' } })
      await db.run(`CREATE TABLE Users (id INTEGER PRIMARY KEY, name TEXT, deletedAt TEXT); CREATE TABLE Profiles (id INTEGER PRIMARY KEY, bio TEXT, deletedAt TEXT, userId INTEGER);
        INSERT INTO Users VALUES (1, 'Ann', NULL), (2, 'Ben', '2020-01-01'); INSERT INTO Profiles VALUES (1, 'gone', '2020-01-01', 1)`)
      const shown = async (options: object) =>
        (await db.find(User, { order: ['id'], ...options })).map((user) => [
          user.name,
          user.profile === undefined ? undefined : (user.profile?.bio ?? null),
        ])
      expect(await shown({})).toEqual([['Ann', undefined]])
      expect(await shown({ paranoid: false })).toEqual([
        ['Ann', undefined],
        ['Ben', undefined],
      ])
      expect(await shown({ include: 'profile' })).toEqual([['Ann', null]])
      expect(await shown({ include: { association: 'profile', paranoid: false } })).toEqual([['Ann', 'gone']])
      expect(await shown({ include: { association: 'profile', paranoid: false, strategy: 'query' } })).toEqual([
        ['Ann', 'gone'],
      ])
    })
    it("applies the target's default scope, which never hides parents", async () => {
      const db = database()
      const User = db.model('User', { name: DataTypes.STRING })
      const Profile = db.model(
        'Profile',
        { bio: DataTypes.STRING },
        { defaultScope: { where: { bio: 'shown' }, order: ['id'], limit: 3 } },
      )
      db.one('HasOne', User, Profile, { as: 'profile', foreignKey: 'userId', scope: { bio: ['shown', 'hidden'] } })
      await db.run(`CREATE TABLE Users (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE Profiles (id INTEGER PRIMARY KEY, bio TEXT, userId INTEGER);
        INSERT INTO Users VALUES (1, 'Ann'), (2, 'Ben'); INSERT INTO Profiles VALUES (1, 'hidden', 1), (2, 'shown', 2), (3, 'other', 1)`)
      for (const strategy of ['join', 'query'])
        expect(
          (await db.find(User, { include: { association: 'profile', strategy }, order: ['id'] })).map(
            (user) => user.profile?.bio ?? null,
          ),
        ).toEqual([null, 'shown'])
    })
    it('shortens aliases that no engine could tell apart', async () => {
      const db = database()
      const long = (n: number) => `theVeryLongNameOfAnAssociationThatLeadsToTheModelOfLevel${n}`
      const models = [0, 1, 2].map((n) => db.model(`Level${n}`, { x: DataTypes.STRING }))
      db.one('HasOne', models[0]!, models[1]!, { as: long(1), foreignKey: 'parentId' })
      db.one('HasOne', models[1]!, models[2]!, { as: long(2), foreignKey: 'parentId' })
      await db.run(`CREATE TABLE Level0s (id INTEGER PRIMARY KEY, x TEXT); CREATE TABLE Level1s (id INTEGER PRIMARY KEY, x TEXT, parentId INTEGER); CREATE TABLE Level2s (id INTEGER PRIMARY KEY, x TEXT, parentId INTEGER);
        INSERT INTO Level0s VALUES (1, 'a'); INSERT INTO Level1s VALUES (1, 'b', 1); INSERT INTO Level2s VALUES (1, 'c', 1)`)
      const include = { association: long(1), include: [long(2)] }
      for (const options of [{ include }, { include, limit: 1 }, { include, minifyAliases: true }]) {
        const [row] = await db.find(models[0]!, {
          ...options,
          order: [[long(1), long(2), 'x', 'ASC']],
          where: { [`$${long(1)}.${long(2)}.x$`]: 'c' },
        })
        expect(row![long(1)][long(2)].x).toBe('c')
      }
      for (const alias of db.statements[0]!.text.matchAll(/`([^`]+)`/g))
        expect(alias[1]!.length).toBeLessThanOrEqual(63)
    })
  })

  describe('hooks', () => {
    it('may change a copy of the options', async () => {
      const { find, User } = await people()
      const seen: string[] = []
      const { hooks } = User.modelDefinition
      hooks.addListener('beforeFind', ((options: { where: object }) => {
        seen.push('beforeFind')
        options.where = { name: 'Ben' }
      }) as never)
      hooks.addListener('beforeFindAfterExpandIncludeAll', ((options: {
        include: { association: { as: string } }[]
      }) => {
        seen.push(options.include.map((include) => include.association.as).join())
      }) as never)
      hooks.addListener('beforeFindAfterOptions', (() => {
        seen.push('beforeFindAfterOptions')
      }) as never)
      hooks.addListener('afterFind', ((rows: { name: string }[]) => {
        seen.push(rows.map((row) => row.name).join())
      }) as never)
      const options = Object.freeze({ where: Object.freeze({ name: 'Ann' }), include: Object.freeze({ all: true }) })
      expect((await find(User, options)).map((user) => user.name)).toEqual(['Ben'])
      expect(seen).toEqual(['beforeFind', 'profile', 'beforeFindAfterOptions', 'Ben'])
      seen.length = 0
      expect((await find(User, { ...options, hooks: false })).map((user) => user.name)).toEqual(['Ann'])
      expect(seen).toEqual([])
    })
  })
})
