// Decisions C01–C21: what holds where the seed documents contradict each other, or Sequelize.
import { AssociationError, DataTypes, Deferrable, Sequelize, UniqueConstraintError, ValidationError } from 'mortise'
import { describe, expect, test } from 'vitest'
import { describeEachEngine } from '../support/databases.js'
import { DDL } from '../support/recorder.js'
import { columnsOf, contentsOf, foreignKeysOf, indexesOf, tablesOf } from '../support/schema.js'
import type { Database, Row, Table } from '../support/untyped.js'
import { warningsDuring } from '../support/warnings.js'

describeEachEngine('decisions', (engine) => {
  async function connected(options: object = {}): Promise<Database> {
    return engine.script(await engine.connect({ define: { timestamps: false }, ...options }))
  }
  function pair(
    sequelize: Database,
    names: readonly [string, string] = ['User', 'Profile'],
    keys: object = {},
  ): { User: Table; Profile: Table } {
    return {
      User: sequelize.define(names[0], { name: DataTypes.STRING, ...keys }),
      Profile: sequelize.define(names[1], { bio: DataTypes.STRING }),
    }
  }
  /** A pair that is synced: `link` declares the association. */
  async function synced(link: (models: { User: Table; Profile: Table }) => unknown, options: object = {}) {
    const sequelize = await connected(options)
    const models = pair(sequelize)
    link(models)
    await sequelize.sync()
    return { sequelize, ...models, recorder: engine.recorder(sequelize) }
  }
  const uniqueIndexes = async (sequelize: Database, table: string) =>
    (await indexesOf(sequelize, table)).filter((index) => index.unique)

  describe('C01 names of foreign keys', () => {
    test("C01 method calls keep the case of the model's name", async () => {
      const sequelize = await connected()
      const upper = pair(sequelize)
      expect(upper.User.hasOne(upper.Profile).foreignKey).toBe('UserId')
      const lower = pair(sequelize, ['user', 'profile'])
      expect(lower.User.hasOne(lower.Profile).foreignKey).toBe('userId')
      const other = pair(sequelize, ['Owner', 'pet'])
      expect(other.Profile.belongsTo(other.User).foreignKey).toBe('OwnerId')
    })
    test('C01 an alias of belongsTo names the key', async () => {
      const { User, Profile } = pair(await connected())
      expect(Profile.belongsTo(User, { as: 'owner' }).foreignKey).toBe('ownerId')
    })
    test('C01 associationNaming: camel is exactly v7', async () => {
      const sequelize = await connected({ define: { timestamps: false, associationNaming: 'camel' } })
      const { User, Profile } = pair(sequelize)
      const association = User.hasOne(Profile)
      expect([association.as, association.foreignKey]).toEqual(['profile', 'userId'])
      expect(association.inverse?.as).toBe('user')
      await sequelize.sync()
      const user = await User.create({ name: 'Ann' })
      await user.createProfile({ bio: 'x' })
      expect(JSON.parse(JSON.stringify(await User.findOne({ include: Profile })))).toEqual({
        id: 1,
        name: 'Ann',
        profile: { id: 1, bio: 'x', userId: 1 },
      })
    })
    test('C01 underscored: the attribute keeps its name, the column is snake_case', async () => {
      const sequelize = await connected({ define: { timestamps: false, underscored: true } })
      const { User, Profile } = pair(sequelize)
      expect(User.hasOne(Profile).foreignKey).toBe('UserId')
      await sequelize.sync()
      expect(Object.keys(await columnsOf(sequelize, 'profiles'))).toEqual(['id', 'bio', 'user_id'])
    })
  })

  describe('C02 names of included relations', () => {
    test('C02 the key is the alias, else the singular name of the model as it is written', async () => {
      const sequelize = await connected()
      for (const [names, key] of [
        [['User', 'Profile'], 'Profile'],
        [['user', 'profile'], 'profile'],
        [['User', 'profiles'], 'profile'],
      ] as const) {
        const { User, Profile } = pair(sequelize, names)
        expect(User.hasOne(Profile).as).toBe(key)
      }
      const { User, Profile } = pair(sequelize)
      expect(User.hasOne(Profile, { as: 'vita' }).as).toBe('vita')
    })
    test('C02 accessors are capitalised in every mode', async () => {
      for (const associationNaming of ['model', 'camel']) {
        const sequelize = await connected({ define: { timestamps: false, associationNaming } })
        for (const names of [
          ['User', 'Profile'],
          ['user', 'profile'],
        ] as const) {
          const { User, Profile } = pair(sequelize, names)
          User.hasOne(Profile)
          for (const name of ['getProfile', 'setProfile', 'createProfile'])
            expect(typeof User.prototype[name]).toBe('function')
        }
      }
    })
  })

  describe('C03 the inverse', () => {
    test('C03 is always created', async () => {
      const { User, Profile } = pair(await connected())
      const association = User.hasOne(Profile)
      expect(association.inverse).toMatchObject({ associationType: 'BelongsTo', foreignKey: 'UserId' })
      expect(association.inverse?.source).toBe(Profile)
    })

    const options: Record<string, readonly [object | undefined, object | undefined]> = {
      'the key named on hasOne': [{ foreignKey: 'myFooId' }, undefined],
      'the key named on hasOne, as an object': [{ foreignKey: { name: 'myFooId' } }, undefined],
      'the key named on belongsTo': [undefined, { foreignKey: 'myFooId' }],
      'the key named on belongsTo, as an object': [undefined, { foreignKey: { name: 'myFooId' } }],
      'the key named on both': [{ foreignKey: 'myFooId' }, { foreignKey: { name: 'myFooId' } }],
    }
    for (const [title, [one, other]] of Object.entries(options)) {
      for (const hasOneFirst of [true, false]) {
        test(`C03 ${title}, ${hasOneFirst ? 'hasOne' : 'belongsTo'} first: one column`, async () => {
          const sequelize = await connected()
          const Foo = sequelize.define('foo', { name: DataTypes.STRING })
          const Bar = sequelize.define('bar', { name: DataTypes.STRING })
          if (hasOneFirst) Foo.hasOne(Bar, one)
          Bar.belongsTo(Foo, other)
          if (!hasOneFirst) Foo.hasOne(Bar, one)
          expect(Object.keys(Bar.getAttributes())).toEqual(['id', 'name', 'myFooId'])
          expect(Foo.associations.bar.inverse).toBe(Bar.associations.foo)
          expect(Bar.associations.foo.inverse).toBe(Foo.associations.bar)
          await sequelize.sync()
          expect(Object.keys(await columnsOf(sequelize, 'bars'))).toEqual(['id', 'name', 'myFooId'])
          expect(await foreignKeysOf(sequelize, 'bars')).toHaveLength(1)
          const bar = await (await Foo.create({ name: 'foo' })).createBar({ name: 'bar' })
          expect((await bar.getFoo()).name).toBe('foo')
        })
      }
    }

    test('C03 options that only one side gives hold for both', async () => {
      const { User, Profile } = pair(await connected())
      User.hasOne(Profile, { foreignKey: { name: 'ownerId', allowNull: false }, onDelete: 'RESTRICT' })
      Profile.belongsTo(User)
      expect(Profile.associations.User.foreignKey).toBe('ownerId')
      expect(Profile.getAttributes().ownerId).toMatchObject({ allowNull: false, onDelete: 'RESTRICT' })
    })
    test('C03 explicit options that differ throw, and the message shows both', async () => {
      const { User, Profile } = pair(await connected())
      User.hasOne(Profile, { foreignKey: 'ownerId', onDelete: 'CASCADE' })
      for (const [conflict, words] of [
        [{ foreignKey: 'personId' }, ['ownerId', 'personId']],
        [{ foreignKey: 'ownerId', onDelete: 'RESTRICT' }, ['CASCADE', 'RESTRICT']],
      ] as const) {
        const conflicting = () => Profile.belongsTo(User, conflict)
        expect(conflicting).toThrow(AssociationError)
        for (const word of words) expect(conflicting).toThrow(word)
      }
      expect(Object.keys(Profile.getAttributes())).toEqual(['id', 'bio', 'ownerId'])
    })
  })

  describe('C04 two spellings', () => {
    test('C04 v6 and v7 spellings mean the same', async () => {
      const sequelize = await connected()
      const six = pair(sequelize, ['A', 'B'])
      six.User.hasOne(six.Profile, { foreignKey: 'aId', onDelete: 'RESTRICT', onUpdate: 'NO ACTION' })
      const seven = pair(sequelize, ['C', 'D'])
      seven.User.hasOne(seven.Profile, { foreignKey: { name: 'cId', onDelete: 'RESTRICT', onUpdate: 'NO ACTION' } })
      expect(six.Profile.getAttributes().aId).toMatchObject({ onDelete: 'RESTRICT', onUpdate: 'NO ACTION' })
      expect(seven.Profile.getAttributes().cId).toMatchObject({ onDelete: 'RESTRICT', onUpdate: 'NO ACTION' })
      for (const [index, spelling] of [{ constraints: false }, { foreignKeyConstraints: false }].entries()) {
        const { User, Profile } = pair(sequelize, [`E${index}`, `F${index}`])
        User.hasOne(Profile, { foreignKey: 'eId', ...spelling })
        expect(Profile.getAttributes().eId.references ?? null).toBeNull()
      }
    })
    test('C04 values that conflict throw', async () => {
      const { User, Profile } = pair(await connected())
      expect(() => User.hasOne(Profile, { onDelete: 'CASCADE', foreignKey: { onDelete: 'RESTRICT' } })).toThrow(
        /onDelete/,
      )
      expect(() => User.hasOne(Profile, { constraints: false, foreignKeyConstraints: true })).toThrow(/constraints/i)
      expect(() => Profile.belongsTo(User, { onUpdate: 'CASCADE', foreignKey: { onUpdate: 'RESTRICT' } })).toThrow(
        /onUpdate/,
      )
    })
    test('C04 an unknown option throws with a suggestion', async () => {
      const { User, Profile } = pair(await connected())
      expect(() => User.hasOne(Profile, { foreginKey: 'ownerId' })).toThrow(/foreginKey.*foreignKey/s)
      expect(() => User.hasOne(Profile, { foreignKey: { allowNul: false } })).toThrow(/allowNul.*allowNull/s)
      expect(() => Profile.belongsTo(User, { tragetKey: 'id' })).toThrow(/tragetKey.*targetKey/s)
      expect(User.associations.Profile).toBeUndefined()
    })
    test('C04 an action that no database knows throws', async () => {
      const { User, Profile } = pair(await connected())
      expect(() => User.hasOne(Profile, { onDelete: 'EXPLODE' })).toThrow(/EXPLODE/)
    })
  })

  describe('C05 names of constraints and indexes', () => {
    test('C05 uniqueKey and foreignKey.constraintName name the foreign key constraint', async () => {
      for (const naming of [{ uniqueKey: 'task_user_fk' }, { foreignKey: { constraintName: 'task_user_fk' } }]) {
        const { sequelize } = await synced(({ User, Profile }) => User.hasOne(Profile, naming))
        expect((await foreignKeysOf(sequelize, 'Profiles')).map((key) => key.name)).toEqual(['task_user_fk'])
        expect(await uniqueIndexes(sequelize, 'Profiles')).toEqual([])
      }
    })
    test('C05 names that conflict throw', async () => {
      const { User, Profile } = pair(await connected())
      expect(() => User.hasOne(Profile, { uniqueKey: 'one', foreignKey: { constraintName: 'two' } })).toThrow(
        /one.*two|two.*one/s,
      )
    })
    test('C05 unique with a name is a unique index of that name', async () => {
      const { sequelize } = await synced(({ User, Profile }) => User.hasOne(Profile, { unique: 'one_profile' }))
      expect(await uniqueIndexes(sequelize, 'Profiles')).toMatchObject([{ name: 'one_profile', columns: ['UserId'] }])
    })
  })

  describe('C06 constraints: false wins', () => {
    test('C06 the column stays; no REFERENCES, no actions', async () => {
      const { sequelize, Profile } = await synced(({ User, Profile }) =>
        User.hasOne(Profile, { constraints: false, onDelete: 'RESTRICT', onUpdate: 'RESTRICT' }),
      )
      expect(await foreignKeysOf(sequelize, 'Profiles')).toEqual([])
      expect((await Profile.create({ UserId: 77 })).UserId).toBe(77)
    })
    test('C06 together with actions it warns', async () => {
      const { User, Profile } = pair(await connected())
      const warnings = await warningsDuring(() => User.hasOne(Profile, { constraints: false, onDelete: 'RESTRICT' }))
      expect(warnings).toHaveLength(1)
      expect(warnings[0]?.message).toMatch(/onDelete/)
      const quiet = pair(await connected(), ['A', 'B'])
      expect(await warningsDuring(() => quiet.User.hasOne(quiet.Profile, { constraints: false }))).toEqual([])
    })
  })

  describe('C07 uniqueness', () => {
    test('C07 is off by default: two rows can share a key', async () => {
      const { sequelize, User, Profile } = await synced(({ User, Profile }) => User.hasOne(Profile))
      expect(await uniqueIndexes(sequelize, 'Profiles')).toEqual([])
      const user = await User.create({ name: 'Ann' })
      await Profile.bulkCreate([
        { bio: 'a', UserId: user.id },
        { bio: 'b', UserId: user.id },
      ])
      expect(await Profile.count()).toBe(2)
    })
    test('C07 unique: true is a unique index', async () => {
      const { sequelize, User, Profile } = await synced(({ User, Profile }) => User.hasOne(Profile, { unique: true }))
      expect(await uniqueIndexes(sequelize, 'Profiles')).toMatchObject([{ columns: ['UserId'] }])
      const user = await User.create({ name: 'Ann' })
      await Profile.create({ bio: 'a', UserId: user.id })
      await expect(Profile.create({ bio: 'b', UserId: user.id })).rejects.toBeInstanceOf(UniqueConstraintError)
    })
    test('C07 belongsTo takes unique with inverse.type hasOne', async () => {
      const { sequelize, User } = await synced(({ User, Profile }) =>
        Profile.belongsTo(User, { unique: true, inverse: { as: 'profile', type: 'hasOne' } }),
      )
      expect(User.associations.profile.associationType).toBe('HasOne')
      expect(await uniqueIndexes(sequelize, 'Profiles')).toMatchObject([{ columns: ['UserId'] }])
    })
    test('C07 the foreign key has a non-unique index, by the engine or by Mortise', async () => {
      const { sequelize } = await synced(({ User, Profile }) => User.hasOne(Profile))
      expect((await indexesOf(sequelize, 'Profiles')).map(({ unique, columns }) => ({ unique, columns }))).toEqual([
        { unique: false, columns: ['UserId'] },
      ])
    })
    test('C07 foreignKey.index: false leaves it out', async () => {
      if (engine.features.has('implicitForeignKeyIndex')) return
      const { sequelize } = await synced(({ User, Profile }) => User.hasOne(Profile, { foreignKey: { index: false } }))
      expect(await indexesOf(sequelize, 'Profiles')).toEqual([])
    })
    test('C07 a unique index that covers the key makes the other superfluous, now or in a later alter', async () => {
      const { sequelize } = await synced(({ User, Profile }) => User.hasOne(Profile, { unique: true }))
      expect(await indexesOf(sequelize, 'Profiles')).toHaveLength(1)
      const first = await synced(({ User, Profile }) => User.hasOne(Profile))
      const Profile = first.sequelize.define('Profile', { bio: DataTypes.STRING })
      first.User.hasOne(Profile, { unique: true })
      await first.sequelize.sync({ alter: true })
      expect(
        (await indexesOf(first.sequelize, 'Profiles')).map(({ unique, columns }) => ({ unique, columns })),
      ).toEqual([{ unique: true, columns: ['UserId'] }])
    })
    test('C07 reading two rows for one source warns once, naming association and remedy', async () => {
      const { User, Profile } = await synced(({ User, Profile }) => User.hasOne(Profile))
      const user = await User.create({ name: 'Ann' })
      await Profile.bulkCreate([
        { bio: 'a', UserId: user.id },
        { bio: 'b', UserId: user.id },
      ])
      const warnings = await warningsDuring(async () => {
        await User.findAll({ include: Profile })
        await User.findAll({ include: Profile })
      })
      expect(warnings.map((warning) => warning.code)).toEqual(['MORTISE_W_ONE_TO_ONE_NOT_UNIQUE'])
      expect(warnings[0]?.message).toMatch(/User.*Profile.*unique/s)
    })
  })

  describe('C08 targetKey on hasOne', () => {
    const coded = (sequelize: Database) =>
      pair(sequelize, ['User', 'Profile'], {
        code: { type: DataTypes.STRING, unique: true },
        other: { type: DataTypes.STRING, unique: true },
      })
    test('C08 is an alias of sourceKey', async () => {
      const { User, Profile } = coded(await connected())
      expect(User.hasOne(Profile, { foreignKey: 'userCode', targetKey: 'code' }).sourceKey).toBe('code')
    })
    test('C08 both given and different throws', async () => {
      const { User, Profile } = coded(await connected())
      expect(() => User.hasOne(Profile, { foreignKey: 'userCode', targetKey: 'code', sourceKey: 'other' })).toThrow(
        AssociationError,
      )
      expect(User.hasOne(Profile, { foreignKey: 'userCode', targetKey: 'code', sourceKey: 'code' }).sourceKey).toBe(
        'code',
      )
    })
    test('C08 has to name an attribute of the source', async () => {
      const { User, Profile } = coded(await connected())
      expect(() => User.hasOne(Profile, { foreignKey: 'userCode', targetKey: 'bio' })).toThrow(/bio.*User|User.*bio/s)
    })
    test('C08 the primary key by default equals the primary key by name', async () => {
      for (const [one, other] of [
        [{ sourceKey: 'id' }, {}],
        [{}, { targetKey: 'id' }],
        [{ targetKey: 'id' }, { targetKey: 'id' }],
      ] as const) {
        const { User, Profile } = coded(await connected())
        User.hasOne(Profile, one)
        Profile.belongsTo(User, other)
        expect(User.associations.Profile.inverse).toBe(Profile.associations.User)
      }
    })
  })

  describe('C09 a trailing save', () => {
    test('C09 sends nothing', async () => {
      const { User, Profile, recorder } = await synced(({ User, Profile }) => User.hasOne(Profile))
      const user = await User.create({ name: 'Ann' })
      await user.setProfile(await Profile.create({ bio: 'x' }))
      expect(await recorder.count(() => user.save(), { all: true })).toBe(0)
    })
  })

  describe('C10 the key that is referred to', () => {
    test('C10 has to be unique, else the definition throws, naming model and attribute', async () => {
      const { User, Profile } = pair(await connected())
      for (const define of [
        () => User.hasOne(Profile, { foreignKey: 'userName', sourceKey: 'name' }),
        () => Profile.belongsTo(User, { foreignKey: 'userName', targetKey: 'name' }),
      ]) {
        expect(define).toThrow(AssociationError)
        expect(define).toThrow(/User/)
        expect(define).toThrow(/name/)
        expect(define).toThrow(/unique/i)
      }
      expect(Object.keys(Profile.getAttributes())).toEqual(['id', 'bio'])
    })
    test('C10 a unique attribute, a unique index, a primary key are fine', async () => {
      const sequelize = await connected()
      const A = sequelize.define('A', { code: { type: DataTypes.STRING, unique: true } })
      const B = sequelize.define('B', { code: DataTypes.STRING }, { indexes: [{ unique: true, fields: ['code'] }] })
      const C = sequelize.define('C', { code: { type: DataTypes.STRING, primaryKey: true } })
      for (const source of [A, B, C]) {
        const target = sequelize.define(`${source.name}Target`, {})
        expect(source.hasOne(target, { foreignKey: 'code', sourceKey: 'code' }).sourceKey).toBe('code')
      }
    })
    test('C10 a unique index over more columns, or over some rows only, is not enough', async () => {
      const sequelize = await connected()
      const Target = sequelize.define('Target', {})
      const A = sequelize.define(
        'A',
        { code: DataTypes.STRING, part: DataTypes.STRING },
        { indexes: [{ unique: true, fields: ['code', 'part'] }] },
      )
      const B = sequelize.define(
        'B',
        { code: DataTypes.STRING, live: DataTypes.BOOLEAN },
        { indexes: [{ unique: true, fields: ['code'], where: { live: true } }] },
      )
      expect(() => A.hasOne(Target, { foreignKey: 'aCode', sourceKey: 'code' })).toThrow(AssociationError)
      expect(() => B.hasOne(Target, { foreignKey: 'bCode', sourceKey: 'code' })).toThrow(AssociationError)
    })
    test('C10 constraints: false and allowNonUniqueKey: true switch the check off', async () => {
      const sequelize = await connected()
      const one = pair(sequelize, ['A', 'B'])
      expect(
        one.User.hasOne(one.Profile, { foreignKey: 'aName', sourceKey: 'name', constraints: false }).sourceKey,
      ).toBe('name')
      const two = pair(sequelize, ['C', 'D'])
      expect(
        two.User.hasOne(two.Profile, { foreignKey: 'cName', sourceKey: 'name', allowNonUniqueKey: true }).sourceKey,
      ).toBe('name')
    })
  })

  describe('C11 the name of the foreign key constraint', () => {
    test('C11 is <table>_<column>_foreign_idx by CREATE TABLE and by alter', async () => {
      const created = await synced(({ User, Profile }) => User.hasOne(Profile))
      expect((await foreignKeysOf(created.sequelize, 'Profiles')).map((key) => key.name)).toEqual([
        'Profiles_UserId_foreign_idx',
      ])
      const altered = await synced(() => {})
      altered.User.hasOne(altered.Profile)
      await altered.sequelize.sync({ alter: true })
      expect((await foreignKeysOf(altered.sequelize, 'Profiles')).map((key) => key.name)).toEqual([
        'Profiles_UserId_foreign_idx',
      ])
    })
    test('C11 uses the column, not the attribute', async () => {
      const { sequelize } = await synced(({ User, Profile }) =>
        User.hasOne(Profile, { foreignKey: { name: 'ownerId', columnName: 'owner_ref' } }),
      )
      expect((await foreignKeysOf(sequelize, 'Profiles')).map((key) => key.name)).toEqual([
        'Profiles_owner_ref_foreign_idx',
      ])
    })
    test('C11 a name beyond the limit is shortened, the same every time and different for different keys', async () => {
      const long = 'aVeryLongAttributeNameThatLeavesNoRoomForAnythingElseAtAll'
      const names: (string | null)[] = []
      for (let run = 0; run < 2; run += 1) {
        const { sequelize } = await synced(({ User, Profile }) => {
          User.hasOne(Profile, { as: 'one', foreignKey: `${long}One` })
          User.hasOne(Profile, { as: 'two', foreignKey: `${long}Two` })
        })
        for (const key of await foreignKeysOf(sequelize, 'Profiles')) names.push(key.name)
      }
      expect(new Set(names).size).toBe(2)
      expect(names.slice(0, 2).sort()).toEqual(names.slice(2).sort())
      const limit = Number(engine.traits.maxIdentifierLength)
      for (const name of names) expect(name?.length).toBeLessThanOrEqual(limit)
    })
    test('C11 a second alter sends no DDL', async () => {
      const { sequelize, recorder, User, Profile } = await synced(() => {})
      User.hasOne(Profile, { unique: true, onDelete: 'CASCADE' })
      await sequelize.sync({ alter: true })
      const statements = await recorder.during(() => sequelize.sync({ alter: true }), { all: true })
      expect(statements.filter((statement) => DDL.test(statement))).toEqual([])
    })
  })

  describe("C12 the seed's typos", () => {
    test('C12 what Customer.belongsTo(Address) really does: the key is in Customer', async () => {
      const { User: Customer, Profile: Address } = pair(await connected(), ['customer', 'address'])
      expect(Customer.belongsTo(Address).foreignKey).toBe('addressId')
      expect(Customer.getAttributes().addressId).toBeDefined()
      expect(Address.getAttributes().customerId).toBeUndefined()
    })
  })

  describe('C13 replacing with a key that is not nullable', () => {
    const required =
      (more: object = {}) =>
      ({ User, Profile }: { User: Table; Profile: Table }) =>
        User.hasOne(Profile, { foreignKey: { name: 'userId', allowNull: false }, ...more })
    test('C13 deletes the old row', async () => {
      const { User, Profile } = await synced(required())
      const [ann, ben] = [await User.create({ name: 'Ann' }), await User.create({ name: 'Ben' })]
      await ann.createProfile({ bio: 'old' })
      const other = await ben.createProfile({ bio: 'new' })
      await ann.setProfile(other)
      expect((await Profile.findAll()).map((row) => [row.bio, row.userId])).toEqual([['new', ann.id]])
    })
    test('C13 the new row is validated before the old one is touched', async () => {
      const sequelize = await connected()
      const User = sequelize.define('User', { name: DataTypes.STRING })
      const Profile = sequelize.define('Profile', { bio: { type: DataTypes.STRING, validate: { notEmpty: true } } })
      User.hasOne(Profile, { foreignKey: { name: 'userId', allowNull: false } })
      await sequelize.sync()
      const user = await User.create({ name: 'Ann' })
      await user.createProfile({ bio: 'old' })
      const before = await contentsOf(sequelize, 'Profiles')
      const writes = (
        await engine.recorder(sequelize).during(async () => {
          await expect(user.setProfile(Profile.build({ bio: '' }))).rejects.toBeInstanceOf(ValidationError)
        })
      ).filter((statement) => !/^SELECT/.test(statement))
      expect(writes).toEqual([])
      expect(await contentsOf(sequelize, 'Profiles')).toEqual(before)
    })
    test('C13 onReplace: restrict refuses', async () => {
      const { sequelize, User, Profile } = await synced(required({ onReplace: 'restrict' }))
      const user = await User.create({ name: 'Ann' })
      await user.createProfile({ bio: 'old' })
      const before = await contentsOf(sequelize, 'Profiles')
      await expect(user.setProfile(Profile.build({ bio: 'new' }))).rejects.toThrow(/Profile/)
      expect(await contentsOf(sequelize, 'Profiles')).toEqual(before)
    })
    test('C13 onReplace: nullify is refused at definition', async () => {
      const { User, Profile } = pair(await connected())
      expect(() => required({ onReplace: 'nullify' })({ User, Profile })).toThrow(/onReplace/)
    })
  })

  describe('C14 what the setter returns', () => {
    for (const kind of ['hasOne', 'belongsTo'] as const) {
      test(`C14 ${kind}: the associated instance, null after unset, the instance when nothing changes`, async () => {
        const { User, Profile } = await synced(({ User, Profile }) =>
          User.hasOne(Profile, { inverse: { as: 'user' }, as: 'profile' }),
        )
        const [user, profile] = [await User.create({ name: 'Ann' }), await Profile.create({ bio: 'x' })]
        const [source, target, set] = kind === 'hasOne' ? [user, profile, 'setProfile'] : [profile, user, 'setUser']
        expect(await source[set](target)).toBe(target)
        expect(await source[set](target)).toBe(target)
        expect((await source[set](target.id)).id).toBe(target.id)
        expect(await source[set](null)).toBeNull()
      })
    }
  })

  describe('C15 hasOne with an alias', () => {
    test('C15 the key is named after the source, not after the alias', async () => {
      const { User, Profile } = pair(await connected(), ['Task', 'User'])
      expect(User.hasOne(Profile, { as: 'Author' }).foreignKey).toBe('TaskId')
      const camel = pair(await connected({ define: { associationNaming: 'camel' } }), ['Task', 'User'])
      expect(camel.User.hasOne(camel.Profile, { as: 'Author' }).foreignKey).toBe('taskId')
    })
    test("C15 the inverse's name gives the key its name", async () => {
      const { User, Profile } = pair(await connected(), ['Task', 'User'])
      expect(User.hasOne(Profile, { as: 'author', inverse: { as: 'article' } }).foreignKey).toBe('articleId')
    })
  })

  describe('C16 data types', () => {
    test('C16 are statics of Sequelize and members of DataTypes', () => {
      const statics = Sequelize as unknown as Row
      for (const name of [
        'STRING',
        'INTEGER',
        'UUID',
        'UUIDV1',
        'UUIDV4',
        'DATE',
        'BOOLEAN',
        'TEXT',
        'NOW',
        'JSON',
        'VIRTUAL',
      ]) {
        expect(statics[name]).toBeDefined()
        expect(statics[name]).toBe((DataTypes as unknown as Row)[name])
      }
    })
  })

  describe('C17 mandatory on both sides', () => {
    engine.requires('deferrableConstraints')(
      'C17 two required keys, one of them deferred: both rows in one transaction',
      async () => {
        const sequelize = await connected()
        const Person = sequelize.define('Person', { name: DataTypes.STRING })
        const Certificate = sequelize.define('Certificate', { number: DataTypes.STRING })
        Person.belongsTo(Certificate, {
          as: 'certificate',
          foreignKey: {
            name: 'certificateId',
            allowNull: false,
            references: { deferrable: Deferrable.INITIALLY_DEFERRED },
          },
        })
        Certificate.belongsTo(Person, { as: 'person', foreignKey: { name: 'personId', allowNull: false } })
        await sequelize.sync()
        await sequelize.transaction(async () => {
          const person = await Person.create({ name: 'Ann', certificateId: 1 })
          await Certificate.create({ id: 1, number: 'C-1', personId: person.id })
        })
        expect((await Person.findOne({ include: 'certificate' })).certificate.number).toBe('C-1')
        await expect(
          sequelize.transaction(async () => {
            await Person.create({ name: 'Ben', certificateId: 2 })
          }),
        ).rejects.toMatchObject({ name: 'SequelizeForeignKeyConstraintError' })
        expect(await Person.count()).toBe(1)
      },
    )
  })

  describe('C18 default actions of belongsTo and hasOne', () => {
    test('C18 nullable: SET NULL; not null: CASCADE; ON UPDATE CASCADE', async () => {
      for (const kind of ['hasOne', 'belongsTo'] as const) {
        for (const [allowNull, onDelete] of [
          [true, 'SET NULL'],
          [false, 'CASCADE'],
        ] as const) {
          const { sequelize } = await synced(({ User, Profile }) => {
            const options = { foreignKey: { name: 'userId', allowNull } }
            return kind === 'hasOne' ? User.hasOne(Profile, options) : Profile.belongsTo(User, options)
          })
          expect((await foreignKeysOf(sequelize, 'Profiles'))[0]).toMatchObject({ onDelete, onUpdate: 'CASCADE' })
        }
      }
    })
  })

  describe('C19 createX', () => {
    test('C19 replaces like setX', async () => {
      const { User, Profile } = await synced(({ User, Profile }) => User.hasOne(Profile))
      const user = await User.create({ name: 'Ann' })
      await user.createProfile({ bio: 'old' })
      const created = await user.createProfile({ bio: 'new' })
      expect((await Profile.findAll({ order: ['id'] })).map((row) => [row.bio, row.UserId])).toEqual([
        ['old', null],
        ['new', user.id],
      ])
      expect((await user.getProfile()).id).toBe(created.id)
    })
    test('C19 replace: false keeps the raw insert', async () => {
      const { User, Profile } = await synced(({ User, Profile }) => User.hasOne(Profile))
      const user = await User.create({ name: 'Ann' })
      await user.createProfile({ bio: 'old' })
      await user.createProfile({ bio: 'new' }, { replace: false })
      expect((await Profile.findAll({ order: ['id'] })).map((row) => row.UserId)).toEqual([user.id, user.id])
    })
  })

  describe('C20 alter', () => {
    test('C20 of the parent keeps the children, their keys, actions and the sequence', async () => {
      for (const onDelete of ['CASCADE', 'SET NULL']) {
        const { sequelize, User } = await synced(({ User, Profile }) => User.hasOne(Profile, { onDelete }))
        const user = await User.create({ name: 'Ann' })
        await user.createProfile({ bio: 'x' })
        await (await User.create({ name: 'gone' })).destroy()
        const keys = await foreignKeysOf(sequelize, 'Profiles')
        const before = await contentsOf(sequelize, 'Profiles')
        const Wider = sequelize.define('User', {
          name: { type: DataTypes.TEXT, allowNull: false, defaultValue: '' },
          age: { type: DataTypes.INTEGER, allowNull: false, defaultValue: 7 },
        })
        await Wider.sync({ alter: true })
        expect(await contentsOf(sequelize, 'Profiles')).toEqual(before)
        expect(await foreignKeysOf(sequelize, 'Profiles')).toEqual(keys)
        expect((await Wider.findAll()).map((row) => row.get())).toEqual([{ id: 1, name: 'Ann', age: 7 }])
        expect((await Wider.create({ name: 'next' })).id).toBe(3)
        expect(await tablesOf(sequelize)).toEqual(['Profiles', 'Users'])
      }
    })
    test('C20 of an unchanged schema sends no DDL', async () => {
      const { sequelize, recorder } = await synced(
        ({ User, Profile }) => {
          User.hasOne(Profile)
          Profile.belongsTo(User)
        },
        { define: { timestamps: true, paranoid: true, version: true } },
      )
      const statements = await recorder.during(() => sequelize.sync({ alter: true }), { all: true })
      expect(statements.filter((statement) => DDL.test(statement))).toEqual([])
    })
  })

  describe('C21 a model of the same name', () => {
    test('C21 replaces the former one and drops associations that point to it', async () => {
      const { User, Profile, sequelize } = await synced(({ User, Profile }) => User.hasOne(Profile))
      const Second = sequelize.define(
        'Profile',
        { bio: DataTypes.STRING },
        { indexes: [{ unique: true, fields: ['UserId'] }] },
      )
      expect(sequelize.models.Profile).toBe(Second)
      expect(User.associations.Profile).toBeUndefined()
      const association = User.hasOne(Second)
      expect(association.target).toBe(Second)
      expect(association.target).not.toBe(Profile)
      expect(User.associations.Profile).toBe(association)
      expect(Object.keys(Second.getAttributes())).toEqual(['id', 'bio', 'UserId'])
    })
  })
})
