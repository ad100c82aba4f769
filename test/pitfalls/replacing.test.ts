// Pitfalls P01–P19: replacing the row of a one-to-one, alone and beside others, and what a failure may leave behind (nothing).
import fc from 'fast-check'
import { DataTypes, EmptyResultError, UniqueConstraintError, ValidationError } from 'mortise'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { describeEachEngine } from '../support/databases.js'
import { contentsOf } from '../support/schema.js'
import { slowAnswers } from '../support/slow-answers.js'
import type { Row } from '../support/untyped.js'
import { KEYS, pairOf, TABLES } from './models.js'

const isWrite = (statement: string): boolean => /^(?:INSERT|UPDATE|DELETE)\b/.test(statement)

describeEachEngine('replacing', (engine) => {
  afterEach(() => {
    vi.useRealTimers()
  })

  describe('P01 concurrent sets', () => {
    for (const { title, ...key } of KEYS) {
      for (const file of [false, true]) {
        test(`P01 50 parallel setX on one source leave one linked row and no error (${title}, ${file ? 'in a file' : 'in memory'})`, async () => {
          const { User, Profile } = await pairOf(engine, { ...key, connect: { file } })
          const user = await User.create({ name: 'Ann' })
          const keeper = key.required
            ? await Promise.all(Array.from({ length: 50 }, (_, index) => User.create({ name: `keeper ${index}` })))
            : []
          const profiles = await Profile.bulkCreate(
            Array.from({ length: 50 }, (_, index) => ({ bio: `p${index}`, userId: keeper[index]?.id ?? null })),
          )
          const sources = await Promise.all(profiles.map(() => User.findByPk(user.id)))
          await Promise.all(profiles.map((profile, index) => sources[index]?.setProfile(profile.id)))
          expect(await Profile.count({ where: { userId: user.id } })).toBe(1)
          expect(await Profile.count()).toBe(key.required ? 1 : 50)
        })
      }
    }
    test('P01 50 parallel setX on the same instance', async () => {
      const { User, Profile } = await pairOf(engine)
      const user = await User.create({ name: 'Ann' })
      const profiles = await Profile.bulkCreate(Array.from({ length: 50 }, (_, index) => ({ bio: `p${index}` })))
      await Promise.all(profiles.map((profile) => user.setProfile(profile)))
      const linked = await Profile.findAll({ where: { userId: user.id } })
      expect(linked).toHaveLength(1)
      expect(user.profile.id).toBe(linked[0]?.id)
    })
    engine.requires('server')('P01 the answer to a commit comes late: in memory is what was linked last', async () => {
      const door = await slowAnswers(await engine.options(), 200)
      try {
        const { User, Profile } = await pairOf(engine, { connect: { host: door.host, port: door.port } })
        const user = await User.create({ name: 'Ann' })
        const profiles = await Profile.bulkCreate([{ bio: 'a' }, { bio: 'b' }])
        door.holdNext()
        await Promise.all(profiles.map((profile) => user.setProfile(profile)))
        const rows = await Profile.findAll()
        const linked = rows.find((row: Row) => row.userId === user.id)
        expect(rows.filter((row: Row) => row.userId === null)).toHaveLength(1)
        expect(user.profile.id).toBe(linked?.id)
        expect(profiles.map((profile: Row) => [profile.id, profile.userId])).toEqual(
          rows.map((row: Row) => [row.id, row.userId]),
        )
      } finally {
        await door.close()
      }
    })
    test('P01 50 parallel createX', async () => {
      for (const key of KEYS) {
        const { User, Profile } = await pairOf(engine, key)
        const user = await User.create({ name: 'Ann' })
        await Promise.all(Array.from({ length: 50 }, (_, index) => user.createProfile({ bio: `p${index}` })))
        expect(await Profile.count({ where: { userId: user.id } })).toBe(1)
      }
    })
    test('P01 several rows that are linked already are all unlinked', async () => {
      const { User, Profile, links } = await pairOf(engine)
      const user = await User.create({ name: 'Ann' })
      await Profile.bulkCreate([{ bio: 'a', userId: user.id }, { bio: 'b', userId: user.id }, { bio: 'c' }])
      await user.setProfile(3)
      expect(await links()).toEqual([
        ['a', null],
        ['b', null],
        ['c', user.id],
      ])
    })
    test('P01 inside a transaction of the caller, a rollback takes the set back', async () => {
      const { sequelize, User, links } = await pairOf(engine)
      const user = await User.create({ name: 'Ann' })
      await user.createProfile({ bio: 'old' })
      await expect(
        sequelize.transaction(async () => {
          await user.createProfile({ bio: 'new' })
          throw new Error('changed my mind')
        }),
      ).rejects.toThrow('changed my mind')
      expect(await links()).toEqual([['old', user.id]])
    })
    test('P01 inside a transaction, a failed set leaves the rest of the transaction alone', async () => {
      const { sequelize, User, Profile, links } = await pairOf(engine)
      const user = await User.create({ name: 'Ann' })
      await user.createProfile({ bio: 'old' })
      await sequelize.transaction(async () => {
        await Profile.create({ bio: 'in between' })
        await expect(user.setProfile(99)).rejects.toBeInstanceOf(EmptyResultError)
      })
      expect(await links()).toEqual([
        ['old', user.id],
        ['in between', null],
      ])
    })
  })

  describe('P02 a set that fails leaves the database as it was', () => {
    for (const { title, ...key } of KEYS) {
      const strict = {
        ...key,
        profile: {
          bio: { type: DataTypes.STRING, validate: { notIn: [['bad']] } },
          code: { type: DataTypes.STRING, unique: true },
        },
      }

      test(`P02 the new row is invalid (${title})`, async () => {
        const { sequelize, User, Profile, recorder } = await pairOf(engine, strict)
        const user = await User.create({ name: 'Ann' })
        await user.createProfile({ bio: 'old' })
        const before = await contentsOf(sequelize, ...TABLES)
        for (const failing of [
          () => user.setProfile(Profile.build({ bio: 'bad' })),
          () => user.createProfile({ bio: 'bad' }),
        ]) {
          const statements = await recorder.during(() => expect(failing()).rejects.toBeInstanceOf(ValidationError))
          expect(statements.filter(isWrite)).toEqual([])
          expect(await contentsOf(sequelize, ...TABLES)).toEqual(before)
        }
      })

      test(`P02 the database refuses the new row (${title})`, async () => {
        const { sequelize, User, Profile } = await pairOf(engine, strict)
        const [user, other] = [await User.create({ name: 'Ann' }), await User.create({ name: 'Ben' })]
        await user.createProfile({ bio: 'old' })
        await other.createProfile({ bio: 'theirs', code: 'taken' })
        const before = await contentsOf(sequelize, ...TABLES)
        for (const failing of [
          () => user.setProfile(Profile.build({ bio: 'new', code: 'taken' })),
          () => user.createProfile({ bio: 'new', code: 'taken' }),
        ]) {
          await expect(failing()).rejects.toBeInstanceOf(UniqueConstraintError)
          expect(await contentsOf(sequelize, ...TABLES)).toEqual(before)
        }
        expect((await user.getProfile()).bio).toBe('old')
      })

      test(`P02 whichever statement fails (${title})`, async () => {
        const { sequelize, User, Profile } = await pairOf(engine, key)
        const [user, other] = [await User.create({ name: 'Ann' }), await User.create({ name: 'Ben' })]
        await user.createProfile({ bio: 'old' })
        const target = await Profile.create({ bio: 'new', userId: other.id })
        const before = await contentsOf(sequelize, ...TABLES)
        let [failAt, seen] = [0, 0]
        sequelize.hooks.addListener('beforeQuery', (_options: Row, query: Row) => {
          if (/^(?:BEGIN|START|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)/i.test(String(query.sql))) return
          seen += 1
          if (seen === failAt) throw new Error(`statement ${seen} fails`)
        })
        /** Lets statement `n` of the set fail. */
        const attempt = async (n: number): Promise<Error | null> => {
          const [source, profile] = [await User.findByPk(user.id), await Profile.findByPk(target.id)]
          seen = 0
          failAt = n
          const outcome: Error | null = await source.setProfile(profile).then(
            () => null,
            (error: Error) => error,
          )
          failAt = 0
          return outcome
        }
        let failures = 0
        for (;;) {
          const outcome = await attempt(failures + 1)
          if (outcome === null) break
          failures += 1
          expect(outcome.message).toMatch(/fails/)
          expect(await contentsOf(sequelize, ...TABLES)).toEqual(before)
        }
        // At least: look at the old row, unlink it, link the new one.
        expect(failures).toBeGreaterThanOrEqual(2)
        expect(await Profile.count({ where: { userId: user.id } })).toBe(1)
      })

      test(`P02 a hook fails after the row is written (${title})`, async () => {
        const { sequelize, User, Profile } = await pairOf(engine, key)
        const user = await User.create({ name: 'Ann' })
        await user.createProfile({ bio: 'old' })
        Profile.hooks.addListener('afterSave', () => {
          throw new Error('no')
        })
        const before = await contentsOf(sequelize, ...TABLES)
        await expect(user.createProfile({ bio: 'new' })).rejects.toThrow('no')
        await expect(user.setProfile(Profile.build({ bio: 'new' }))).rejects.toThrow('no')
        expect(await contentsOf(sequelize, ...TABLES)).toEqual(before)
      })
    }
    test("P02 a failed set leaves the cached relation and the instance's key as they were", async () => {
      const { User, Profile } = await pairOf(engine, { profile: { code: { type: DataTypes.STRING, unique: true } } })
      const user = await User.create({ name: 'Ann' })
      const old = await user.createProfile({ bio: 'old', code: 'taken' })
      const failing = Profile.build({ bio: 'new', code: 'taken' })
      await expect(user.setProfile(failing)).rejects.toBeInstanceOf(UniqueConstraintError)
      expect(user.profile).toBe(old)
      expect(old.userId).toBe(user.id)
      expect(failing.isNewRecord).toBe(true)
    })
  })

  describe('P03 order of statements under a unique key', () => {
    test('P03 the old row is unlinked before the new one is linked', async () => {
      const { User, Profile, links } = await pairOf(engine, { unique: true })
      const user = await User.create({ name: 'Ann' })
      await user.createProfile({ bio: 'old' })
      await user.setProfile(await Profile.create({ bio: 'new' }))
      expect(await links()).toEqual([
        ['old', null],
        ['new', user.id],
      ])
    })
    test('P03 two owners swap their rows', async () => {
      for (const unique of [false, true]) {
        const { User, links } = await pairOf(engine, { unique })
        const [ann, ben] = [await User.create({ name: 'Ann' }), await User.create({ name: 'Ben' })]
        await ann.createProfile({ bio: 'a' })
        await ben.createProfile({ bio: 'b' })
        await User.associations.profile.swap(ann, ben)
        expect(await links()).toEqual([
          ['a', ben.id],
          ['b', ann.id],
        ])
        expect([ann.profile.bio, ben.profile.bio]).toEqual(['b', 'a'])
      }
    })
    test('P03 a swap with an owner who has none moves the row', async () => {
      const { User, links } = await pairOf(engine, { unique: true })
      const [ann, ben] = [await User.create({ name: 'Ann' }), await User.create({ name: 'Ben' })]
      await ann.createProfile({ bio: 'a' })
      await User.associations.profile.swap(ann, ben)
      expect(await links()).toEqual([['a', ben.id]])
      expect([ann.profile, ben.profile.bio]).toEqual([null, 'a'])
    })
    test('P03 with a required unique key the swap either works or says clearly that it cannot, and changes nothing', async () => {
      const { User, links } = await pairOf(engine, { required: true, unique: true })
      const [ann, ben] = [await User.create({ name: 'Ann' }), await User.create({ name: 'Ben' })]
      await ann.createProfile({ bio: 'a' })
      await ben.createProfile({ bio: 'b' })
      const failure = await User.associations.profile.swap(ann, ben).then(
        () => null,
        (error: Error) => error,
      )
      if (failure) {
        expect(failure.message).toMatch(/userId/)
        expect(await links()).toEqual([
          ['a', ann.id],
          ['b', ben.id],
        ])
      } else {
        expect((await links()).sort()).toEqual([
          ['a', ben.id],
          ['b', ann.id],
        ])
      }
    })
  })

  describe('P04 replacement policy', () => {
    test('P04 a required key deletes by default, so that hooks hear of it', async () => {
      const { User, Profile, links } = await pairOf(engine, { required: true })
      const deleted: string[] = []
      Profile.hooks.addListener('beforeDestroy', (profile: Row) => {
        deleted.push(profile.bio)
      })
      const user = await User.create({ name: 'Ann' })
      await user.createProfile({ bio: 'old' })
      await user.createProfile({ bio: 'new' })
      expect(deleted).toEqual(['old'])
      expect(await links()).toEqual([['new', user.id]])
    })
    test('P04 a nullable key nullifies by default', async () => {
      const { User, links } = await pairOf(engine)
      const user = await User.create({ name: 'Ann' })
      await user.createProfile({ bio: 'old' })
      await user.createProfile({ bio: 'new' })
      expect(await links()).toEqual([
        ['old', null],
        ['new', user.id],
      ])
    })
    test('P04 onReplace: delete deletes with a nullable key', async () => {
      const { User, links } = await pairOf(engine, { hasOne: { onReplace: 'delete' } })
      const user = await User.create({ name: 'Ann' })
      await user.createProfile({ bio: 'old' })
      await user.createProfile({ bio: 'new' })
      expect(await links()).toEqual([['new', user.id]])
      await user.setProfile(null)
      expect(await links()).toEqual([])
    })
    test('P04 onReplace: restrict refuses to replace and to unset, and changes nothing', async () => {
      for (const required of [false, true]) {
        const { User, Profile, links } = await pairOf(engine, { required, hasOne: { onReplace: 'restrict' } })
        const user = await User.create({ name: 'Ann' })
        await user.createProfile({ bio: 'old' })
        for (const failing of [
          () => user.createProfile({ bio: 'new' }),
          () => user.setProfile(Profile.build({ bio: 'new' })),
          () => user.setProfile(null),
        ]) {
          await expect(failing()).rejects.toThrow(/profile/i)
          expect(await links()).toEqual([['old', user.id]])
        }
        await expect(user.setProfile(await user.getProfile())).resolves.toMatchObject({ bio: 'old' })
      }
    })
  })

  describe('P05 taking the row of another source', () => {
    test('P05 moves it', async () => {
      for (const required of [false, true]) {
        const { User, links } = await pairOf(engine, { required, unique: true })
        const [ann, ben] = [await User.create({ name: 'Ann' }), await User.create({ name: 'Ben' })]
        const profile = await ann.createProfile({ bio: 'a' })
        await ben.setProfile(profile)
        expect(await links()).toEqual([['a', ben.id]])
        expect(await ann.getProfile()).toBeNull()
      }
    })
    test('P05 steal: false refuses, by instance and by key', async () => {
      const { User, links } = await pairOf(engine)
      const [ann, ben] = [await User.create({ name: 'Ann' }), await User.create({ name: 'Ben' })]
      const profile = await ann.createProfile({ bio: 'a' })
      await ben.createProfile({ bio: 'b' })
      const stale = await User.findByPk(ben.id)
      for (const failing of [
        () => stale.setProfile(profile, { steal: false }),
        () => stale.setProfile(profile.id, { steal: false }),
      ]) {
        await expect(failing()).rejects.toThrow(/steal/)
        expect(await links()).toEqual([
          ['a', ann.id],
          ['b', ben.id],
        ])
      }
      await ann.setProfile(profile, { steal: false })
      expect(await links()).toEqual([
        ['a', ann.id],
        ['b', ben.id],
      ])
    })
  })

  describe('P06 createX when there is a row already', () => {
    for (const { title, ...key } of KEYS) {
      test(`P06 replaces it (${title})`, async () => {
        const { User, links } = await pairOf(engine, key)
        const user = await User.create({ name: 'Ann' })
        await user.createProfile({ bio: 'old' })
        const created = await user.createProfile({ bio: 'new' })
        expect(await links()).toEqual(
          key.required
            ? [['new', user.id]]
            : [
                ['old', null],
                ['new', user.id],
              ],
        )
        expect((await user.getProfile()).id).toBe(created.id)
        expect(user.profile).toBe(created)
      })
    }
    test('P06 replace: false is the raw insert', async () => {
      const { User, links } = await pairOf(engine)
      const user = await User.create({ name: 'Ann' })
      await user.createProfile({ bio: 'old' })
      await user.createProfile({ bio: 'new' }, { replace: false })
      expect(await links()).toEqual([
        ['old', user.id],
        ['new', user.id],
      ])
      const unique = await pairOf(engine, { unique: true })
      const ben = await unique.User.create({ name: 'Ben' })
      await ben.createProfile({ bio: 'old' })
      await expect(ben.createProfile({ bio: 'new' }, { replace: false })).rejects.toBeInstanceOf(UniqueConstraintError)
    })
  })

  describe('P07 the row that is linked already', () => {
    test('P07 returns the instance, writes nothing, not even what is dirty', async () => {
      for (const required of [false, true]) {
        const { User, Profile, recorder } = await pairOf(engine, { required })
        const user = await User.create({ name: 'Ann' })
        const profile = await user.createProfile({ bio: 'x' })
        profile.bio = 'dirty'
        const statements = await recorder.during(async () => {
          expect(await user.setProfile(profile)).toBe(profile)
        })
        expect(statements.filter((statement) => !/^SELECT/.test(statement))).toEqual([])
        // Where rows can be locked, the source is.
        expect(statements.length).toBeLessThanOrEqual(engine.features.has('rowLocks') ? 2 : 1)
        expect((await Profile.findByPk(profile.id)).bio).toBe('x')
        expect(profile.changed('bio')).toBe(true)
      }
    })
  })

  describe('P08 keys in another spelling', () => {
    const kinds: Record<string, { type: unknown; key: fc.Arbitrary<unknown>; spellings(key: never): unknown[] }> = {
      INTEGER: {
        type: DataTypes.INTEGER,
        key: fc.integer({ min: -2147483648, max: 2147483647 }),
        spellings: (key: number) => [key, String(key), BigInt(key)],
      },
      BIGINT: {
        type: DataTypes.BIGINT,
        key: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        spellings: (key: bigint) => [key, key.toString(), ...(Number.isSafeInteger(Number(key)) ? [Number(key)] : [])],
      },
      STRING: {
        type: DataTypes.STRING,
        key: fc.string({ maxLength: 40 }).filter((text) => !text.includes('\0')),
        spellings: (key: string) => [key],
      },
      UUID: {
        type: DataTypes.UUID,
        key: fc.uuid({ version: 4 }),
        spellings: (key: string) => [key, key.toUpperCase()],
      },
      BLOB: {
        type: DataTypes.BLOB,
        key: fc.uint8Array({ minLength: 1, maxLength: 20 }),
        spellings: (key: Uint8Array) => [Buffer.from(key), Buffer.from(key), new Uint8Array(key)],
      },
      DATE: {
        type: DataTypes.DATE,
        key: fc.date({
          min: new Date('1970-01-01T00:00:00.000Z'),
          max: new Date('2100-01-01T00:00:00.000Z'),
          noInvalidDate: true,
        }),
        spellings: (key: Date) => [
          key,
          new Date(key),
          key.toISOString(),
          new Date(key.getTime() + 7_200_000).toISOString().replace('Z', '+02:00'),
        ],
      },
    }
    for (const [name, { type, key, spellings }] of Object.entries(kinds)) {
      const check = name === 'BLOB' ? engine.requires('longKeys') : test
      check(`P08 a row that is linked already is recognised by any spelling of its key (${name})`, async () => {
        const { User, Profile, recorder } = await pairOf(engine, {
          required: true,
          profile: { id: { type, primaryKey: true } },
        })
        await fc.assert(
          fc.asyncProperty(key, async (value) => {
            await Profile.destroy({ where: {} })
            const user = await User.create({ name: 'Ann' })
            const [first, ...others] = spellings(value as never)
            await Profile.create({ id: first, bio: 'x', userId: user.id })
            for (const spelling of [first, ...others]) {
              const statements = await recorder.during(() => user.setProfile(spelling))
              expect(statements.filter(isWrite)).toEqual([])
              const rows = await Profile.findAll()
              expect(rows.map((row) => [row.bio, row.userId])).toEqual([['x', user.id]])
            }
          }),
          { numRuns: 25 },
        )
      })
      check(`P08 another row is linked by any spelling of its key (${name})`, async () => {
        const { User, Profile } = await pairOf(engine, { profile: { id: { type, primaryKey: true } } })
        await fc.assert(
          fc.asyncProperty(key, async (value) => {
            await Profile.destroy({ where: {} })
            const user = await User.create({ name: 'Ann' })
            const [first, ...others] = spellings(value as never)
            const profile = await Profile.create({ id: first, bio: 'x' })
            for (const spelling of [first, ...others]) {
              await user.setProfile(null)
              await user.setProfile(spelling)
              expect((await Profile.findOne()).userId).toBe(user.id)
            }
            await profile.reload()
            expect(profile.userId).toBe(user.id)
          }),
          { numRuns: 25 },
        )
      })
    }
    test('P08 belongsTo: the key of the target in another spelling', async () => {
      const { User, Profile, recorder } = await pairOf(engine)
      const user = await User.create({ name: 'Ann' })
      const profile = await Profile.create({ bio: 'x', userId: user.id })
      const statements = await recorder.during(() => profile.setUser(String(user.id)))
      expect(statements.filter(isWrite)).toEqual([])
      expect((await Profile.findOne()).userId).toBe(user.id)
    })
  })

  describe('P09 0, the empty string and undefined', () => {
    test('P09 only null unsets; undefined is a TypeError', async () => {
      for (const required of [false, true]) {
        const { User, links, recorder } = await pairOf(engine, { required })
        const user = await User.create({ name: 'Ann' })
        const profile = await user.createProfile({ bio: 'x' })
        recorder.clear()
        await expect(user.setProfile(undefined)).rejects.toBeInstanceOf(TypeError)
        await expect(user.setProfile()).rejects.toBeInstanceOf(TypeError)
        await expect(profile.setUser(undefined)).rejects.toBeInstanceOf(TypeError)
        expect(recorder.statements).toEqual([])
        expect(await links()).toEqual([['x', user.id]])
      }
    })
    test('P09 0 is a key', async () => {
      for (const required of [false, true]) {
        const { User, Profile, links } = await pairOf(engine, { required })
        const [user, keeper] = [await User.create({ name: 'Ann' }), await User.create({ name: 'keeper' })]
        await user.createProfile({ bio: 'old' })
        await expect(user.setProfile(0)).rejects.toBeInstanceOf(EmptyResultError)
        expect(await links()).toEqual([['old', user.id]])
        await Profile.create({ id: 0, bio: 'zero', userId: required ? keeper.id : null })
        await user.setProfile(0)
        expect((await Profile.findByPk(0)).userId).toBe(user.id)
      }
    })
    test('P09 the empty string is a key', async () => {
      for (const required of [false, true]) {
        const { User, Profile, links } = await pairOf(engine, {
          required,
          profile: { id: { type: DataTypes.STRING, primaryKey: true } },
        })
        const [user, keeper] = [await User.create({ name: 'Ann' }), await User.create({ name: 'keeper' })]
        await user.createProfile({ id: 'old', bio: 'old' })
        await expect(user.setProfile('')).rejects.toBeInstanceOf(EmptyResultError)
        expect(await links()).toEqual([['old', user.id]])
        await Profile.create({ id: '', bio: 'empty', userId: required ? keeper.id : null })
        await user.setProfile('')
        expect((await Profile.findByPk('')).userId).toBe(user.id)
      }
    })
  })

  describe('P10 the key of a row that does not exist', () => {
    for (const { title, ...key } of KEYS) {
      test(`P10 throws EmptyResultError and changes nothing (${title})`, async () => {
        const { sequelize, User } = await pairOf(engine, key)
        const user = await User.create({ name: 'Ann' })
        const old = await user.createProfile({ bio: 'old' })
        const before = await contentsOf(sequelize, ...TABLES)
        const failed = user.setProfile(99)
        await expect(failed).rejects.toBeInstanceOf(EmptyResultError)
        await expect(failed).rejects.toThrow(/Profile.*99|99.*Profile/s)
        expect(await contentsOf(sequelize, ...TABLES)).toEqual(before)
        expect(user.profile).toBe(old)
      })
    }
    test('P10 an instance whose row is gone is the same case', async () => {
      const { User, Profile, links } = await pairOf(engine)
      const user = await User.create({ name: 'Ann' })
      await user.createProfile({ bio: 'old' })
      const gone = await Profile.create({ bio: 'gone' })
      await Profile.destroy({ where: { id: gone.id } })
      await expect(user.setProfile(gone)).rejects.toBeInstanceOf(EmptyResultError)
      expect(await links()).toEqual([['old', user.id]])
    })
    test('P10 belongsTo: the key of a target that does not exist fails, even without a constraint', async () => {
      for (const constraints of [true, false]) {
        const { User, Profile, links } = await pairOf(engine, { hasOne: { constraints } })
        const profile = await (await User.create({ name: 'Ann' })).createProfile({ bio: 'x' })
        await expect(profile.setUser(99)).rejects.toThrow()
        expect(await links()).toEqual([['x', 1]])
        expect((await Profile.findOne()).userId).toBe(1)
      }
    })
  })

  describe('P11 an unsaved source', () => {
    test('P11 setX and createX throw before any SQL', async () => {
      const { User, Profile, recorder, links } = await pairOf(engine)
      const profile = await Profile.create({ bio: 'x' })
      const user = User.build({ name: 'Ann' })
      recorder.clear()
      await expect(user.setProfile(profile)).rejects.toThrow(/User/)
      await expect(user.createProfile({ bio: 'y' })).rejects.toThrow(/User/)
      expect(recorder.statements).toEqual([])
      expect(await links()).toEqual([['x', null]])
      expect(profile.userId ?? null).toBeNull()
    })
  })

  describe('P12 an unsaved target', () => {
    test('P12 is inserted with all its values', async () => {
      for (const required of [false, true]) {
        const { User, Profile, links } = await pairOf(engine, { required })
        const user = await User.create({ name: 'Ann' })
        const profile = Profile.build({ id: 9, bio: 'new' })
        expect(await user.setProfile(profile)).toBe(profile)
        expect(profile.isNewRecord).toBe(false)
        expect((await Profile.findByPk(9)).get()).toEqual({ id: 9, bio: 'new', userId: user.id })
        expect(await links()).toHaveLength(1)
      }
    })
    test('P12 belongsTo: an unsaved target is inserted first', async () => {
      const { User, Profile } = await pairOf(engine)
      const profile = await Profile.create({ bio: 'x' })
      const user = User.build({ name: 'Ann' })
      await profile.setUser(user)
      expect((await Profile.findOne()).userId).toBe(user.id)
    })
  })

  describe('P13 dirty attributes of the target', () => {
    test('P13 only the foreign key is saved', async () => {
      const { User, Profile } = await pairOf(engine)
      const user = await User.create({ name: 'Ann' })
      const profile = await Profile.create({ bio: 'clean' })
      profile.bio = 'dirty'
      await user.setProfile(profile)
      expect((await Profile.findOne()).get()).toMatchObject({ bio: 'clean', userId: user.id })
      expect([profile.bio, profile.changed('bio'), profile.changed('userId')]).toEqual(['dirty', true, false])
      await profile.save()
      expect((await Profile.findOne()).bio).toBe('dirty')
    })
    test('P13 fields widens it', async () => {
      const { User, Profile } = await pairOf(engine, { profile: { title: DataTypes.STRING } })
      const user = await User.create({ name: 'Ann' })
      const profile = await Profile.create({ bio: 'clean', title: 'clean' })
      profile.set({ bio: 'dirty', title: 'dirty' })
      await user.setProfile(profile, { fields: ['bio'] })
      expect((await Profile.findOne()).get()).toMatchObject({ bio: 'dirty', title: 'clean', userId: user.id })
    })
    test('P13 belongsTo saves only the key of the source', async () => {
      const { User, Profile } = await pairOf(engine)
      const user = await User.create({ name: 'Ann' })
      const profile = await Profile.create({ bio: 'clean' })
      profile.bio = 'dirty'
      await profile.setUser(user)
      expect((await Profile.findOne()).get()).toMatchObject({ bio: 'clean', userId: user.id })
    })
  })

  describe('P14 options of setX', () => {
    test('P14 an unknown or meaningless option throws before any SQL', async () => {
      const { User, Profile, recorder, links } = await pairOf(engine)
      const user = await User.create({ name: 'Ann' })
      await user.createProfile({ bio: 'old' })
      const profile = await Profile.create({ bio: 'new' })
      recorder.clear()
      for (const option of [
        { raw: true },
        { where: { bio: 'x' } },
        { attributes: ['id'] },
        { limit: 1 },
        { destroyPrevios: true },
      ]) {
        await expect(user.setProfile(profile, option)).rejects.toThrow(Object.keys(option)[0])
      }
      expect(recorder.statements).toEqual([])
      expect(await links()).toEqual([
        ['old', user.id],
        ['new', null],
      ])
    })
    test('P14 transaction, logging and hooks reach every step', async () => {
      const { sequelize, User, Profile } = await pairOf(engine)
      const user = await User.create({ name: 'Ann' })
      await user.createProfile({ bio: 'old' })
      const profile = await Profile.create({ bio: 'new' })
      const fired: string[] = []
      for (const hook of ['beforeSave', 'beforeUpdate', 'beforeDestroy'])
        Profile.hooks.addListener(hook, () => {
          fired.push(hook)
        })
      const logged: string[] = []
      await sequelize.transaction(async (transaction) => {
        await user.setProfile(profile, {
          transaction,
          logging: (sql: string) => {
            logged.push(sql)
          },
          hooks: false,
        })
      })
      expect(fired).toEqual([])
      expect(logged.some((sql) => /UPDATE/.test(sql))).toBe(true)
      expect((await Profile.findByPk(profile.id)).userId).toBe(user.id)
    })
  })

  describe('P15 save: false', () => {
    test('P15 throws on hasOne', async () => {
      const { User, Profile, links } = await pairOf(engine)
      const user = await User.create({ name: 'Ann' })
      await expect(user.setProfile(await Profile.create({ bio: 'x' }), { save: false })).rejects.toThrow(/save/)
      expect(await links()).toEqual([['x', null]])
    })
    test('P15 on belongsTo it only changes the instance', async () => {
      const { User, Profile, recorder, links } = await pairOf(engine)
      const [user, profile] = [await User.create({ name: 'Ann' }), await Profile.create({ bio: 'x' })]
      expect((await recorder.during(() => profile.setUser(user, { save: false }))).filter(isWrite)).toEqual([])
      expect(profile.userId).toBe(user.id)
      expect(await links()).toEqual([['x', null]])
      await profile.save()
      expect(await links()).toEqual([['x', user.id]])
    })
  })

  describe('P16 optimistic locking on the target', () => {
    test('P16 setting by key loads the row first and counts its version up', async () => {
      const { User, Profile } = await pairOf(engine, { profileOptions: { version: true } })
      const user = await User.create({ name: 'Ann' })
      const profile = await Profile.create({ bio: 'x' })
      await user.setProfile(profile.id)
      const found = await Profile.findByPk(profile.id)
      expect([found.userId, found.version]).toEqual([user.id, profile.version + 1])
    })
    test('P16 a stale instance fails and nothing changes', async () => {
      const { User, Profile, links } = await pairOf(engine, { profileOptions: { version: true } })
      const user = await User.create({ name: 'Ann' })
      await user.createProfile({ bio: 'old' })
      const stale = await Profile.create({ bio: 'new' })
      await (await Profile.findByPk(stale.id)).update({ bio: 'newer' })
      await expect(user.setProfile(stale)).rejects.toMatchObject({ name: 'SequelizeOptimisticLockError' })
      expect(await links()).toEqual([
        ['old', user.id],
        ['newer', null],
      ])
    })
  })

  describe('P17 hooks know why', () => {
    test('P17 options.association and options.reason', async () => {
      for (const required of [false, true]) {
        const { User, Profile } = await pairOf(engine, { required })
        const keeper = await User.create({ name: 'keeper' })
        const heard: unknown[][] = []
        for (const hook of ['beforeUpdate', 'beforeDestroy']) {
          Profile.hooks.addListener(hook, (profile: Row, options: Row) => {
            heard.push([hook, profile.bio, options.association?.as, options.reason])
          })
        }
        const user = await User.create({ name: 'Ann' })
        const [old, next] = [
          await Profile.create({ bio: 'old', userId: keeper.id }),
          await Profile.create({ bio: 'next', userId: keeper.id }),
        ]
        await user.setProfile(old)
        expect(heard).toEqual([['beforeUpdate', 'old', 'profile', 'assign']])
        heard.length = 0
        await user.setProfile(next)
        expect(heard).toEqual([
          [required ? 'beforeDestroy' : 'beforeUpdate', 'old', 'profile', 'replace'],
          ['beforeUpdate', 'next', 'profile', 'assign'],
        ])
        heard.length = 0
        await user.setProfile(null)
        expect(heard).toEqual([[required ? 'beforeDestroy' : 'beforeUpdate', 'next', 'profile', 'unset']])
      }
    })
    test('P17 createX: beforeCreate knows it too', async () => {
      const { User, Profile } = await pairOf(engine)
      const heard: unknown[] = []
      Profile.hooks.addListener('beforeCreate', (_profile: Row, options: Row) => {
        heard.push([options.association?.as, options.reason])
      })
      await (await User.create({ name: 'Ann' })).createProfile({ bio: 'x' })
      expect(heard).toEqual([['profile', 'assign']])
    })
  })

  describe('P18 updatedAt', () => {
    const early = new Date('2020-01-01T00:00:00.000Z')
    const late = new Date('2020-01-02T00:00:00.000Z')
    const stamps = async (options: object, key: object = {}): Promise<string[]> => {
      vi.useFakeTimers({ toFake: ['Date'] })
      vi.setSystemTime(early)
      const { User, Profile } = await pairOf(engine, { ...key, connect: { define: { timestamps: true } } })
      const [user, profile] = [await User.create({ name: 'Ann' }), await Profile.create({ bio: 'x' })]
      vi.setSystemTime(late)
      await user.setProfile(profile, options)
      return [(await User.findOne()).updatedAt, (await Profile.findOne()).updatedAt].map((date: Date) =>
        date.toISOString(),
      )
    }
    test("P18 the target's is bumped, the source's is not", async () => {
      expect(await stamps({})).toEqual([early.toISOString(), late.toISOString()])
    })
    test('P18 silent leaves both', async () => {
      expect(await stamps({ silent: true })).toEqual([early.toISOString(), early.toISOString()])
    })
    test("P18 touch: true bumps the source's as well", async () => {
      expect(await stamps({ touch: true })).toEqual([late.toISOString(), late.toISOString()])
    })
  })

  describe('P19 get or create', () => {
    test('P19 getOrCreateX creates once, then gets', async () => {
      const { User, links } = await pairOf(engine, { unique: true })
      const user = await User.create({ name: 'Ann' })
      const first = await user.getOrCreateProfile({ bio: 'first' })
      const second = await user.getOrCreateProfile({ bio: 'second' })
      expect([first.id, first.bio]).toEqual([second.id, second.bio])
      expect(await links()).toEqual([['first', user.id]])
    })
    test('P19 in parallel there is one row and no error', async () => {
      const { User, Profile } = await pairOf(engine, { unique: true, connect: { file: true } })
      const user = await User.create({ name: 'Ann' })
      const profiles = await Promise.all(
        Array.from({ length: 20 }, (_, index) => user.getOrCreateProfile({ bio: `p${index}` })),
      )
      expect(new Set(profiles.map((profile) => profile.id)).size).toBe(1)
      expect(await Profile.count()).toBe(1)
    })
  })
})
