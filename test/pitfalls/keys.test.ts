// Pitfalls P49–P63: keys, definitions and names.
import { AssociationError, DataTypes } from 'mortise'
import { afterEach, describe, expect, test } from 'vitest'
import { describeEachEngine } from '../support/databases.js'
import { columnsOf, contentsOf, foreignKeysOf } from '../support/schema.js'
import type { Database, Row, Table } from '../support/untyped.js'
import { warningsDuring } from '../support/warnings.js'
import { pairOf } from './models.js'

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describeEachEngine('keys', (engine) => {
  async function connected(define: object = {}): Promise<Database> {
    return engine.script(await engine.connect({ define: { timestamps: false, ...define } }))
  }
  async function pair(define: object = {}): Promise<{ sequelize: Database; User: Table; Profile: Table }> {
    const sequelize = await connected(define)
    return {
      sequelize,
      User: sequelize.define('User', { name: DataTypes.STRING }),
      Profile: sequelize.define('Profile', { bio: DataTypes.STRING }),
    }
  }

  describe('P49 a shared primary key', () => {
    /** `Profile.id` is its primary key and refers to `User.id`. */
    async function shared() {
      const sequelize = await connected()
      const User = sequelize.define('User', { name: DataTypes.STRING })
      const Profile = sequelize.define('Profile', {
        id: { type: DataTypes.INTEGER, primaryKey: true },
        bio: DataTypes.STRING,
      })
      User.hasOne(Profile, { as: 'profile', foreignKey: 'id', inverse: { as: 'user' } })
      await sequelize.sync()
      const [ann, ben] = [await User.create({ name: 'Ann' }), await User.create({ name: 'Ben' })]
      return {
        sequelize,
        User,
        Profile,
        ann,
        ben,
        rows: async () => (await Profile.findAll({ order: ['id'] })).map((row) => [row.id, row.bio]),
      }
    }
    test('P49 the key is NOT NULL, refers to the source and is unique by itself', async () => {
      const { sequelize, User } = await shared()
      expect((await columnsOf(sequelize, 'Profiles')).id).toMatchObject({ primaryKey: true, allowNull: false })
      expect(await foreignKeysOf(sequelize, 'Profiles')).toMatchObject([
        { columns: ['id'], table: 'Users', references: ['id'], onDelete: 'CASCADE' },
      ])
      expect(User.associations.profile.isUniqueBacked).toBe(true)
    })
    test('P49 create, get, include, in both directions', async () => {
      const { User, Profile, ben } = await shared()
      const profile = await ben.createProfile({ bio: 'b' })
      expect(profile.id).toBe(ben.id)
      expect((await ben.getProfile()).bio).toBe('b')
      expect((await profile.getUser()).name).toBe('Ben')
      expect(json(await User.findAll({ include: 'profile', order: ['id'] }))).toEqual([
        { id: 1, name: 'Ann', profile: null },
        { id: 2, name: 'Ben', profile: { id: 2, bio: 'b' } },
      ])
      expect((await Profile.findOne({ include: 'user' })).user.name).toBe('Ben')
    })
    test('P49 nested create', async () => {
      const { User, rows } = await shared()
      const user = await User.create({ name: 'Cleo', profile: { bio: 'c' } }, { include: 'profile' })
      expect(await rows()).toEqual([[user.id, 'c']])
    })
    test('P49 setting an existing row moves it', async () => {
      const { ann, ben, rows } = await shared()
      const profile = await ben.createProfile({ bio: 'b' })
      await ann.setProfile(profile)
      expect(await rows()).toEqual([[ann.id, 'b']])
      expect(profile.id).toBe(ann.id)
      expect((await ann.getProfile()).bio).toBe('b')
      expect(await ben.getProfile()).toBeNull()
    })
    test('P49 setting an existing row over another replaces that one', async () => {
      const { ann, ben, rows } = await shared()
      await ann.createProfile({ bio: 'a' })
      await ann.setProfile(await ben.createProfile({ bio: 'b' }))
      expect(await rows()).toEqual([[ann.id, 'b']])
    })
    test('P49 setting the row that is there already changes nothing', async () => {
      const { ann, rows } = await shared()
      await ann.setProfile(await ann.createProfile({ bio: 'a' }))
      expect(await rows()).toEqual([[ann.id, 'a']])
    })
    test('P49 unset deletes', async () => {
      const { ann, rows } = await shared()
      await ann.createProfile({ bio: 'a' })
      await ann.setProfile(null)
      expect(await rows()).toEqual([])
    })
  })

  describe('P50 a composite primary key', () => {
    async function composite() {
      const sequelize = await connected()
      const Order = sequelize.define('Order', {
        shop: { type: DataTypes.STRING, primaryKey: true },
        number: { type: DataTypes.INTEGER, primaryKey: true },
        note: DataTypes.STRING,
      })
      const Invoice = sequelize.define('Invoice', { total: DataTypes.INTEGER })
      const association = Order.hasOne(Invoice, { as: 'invoice', inverse: { as: 'order' } })
      await sequelize.sync()
      await Order.bulkCreate([
        { shop: 'x', number: 1, note: 'x1' },
        { shop: 'x', number: 2, note: 'x2' },
        { shop: 'y', number: 1, note: 'y1' },
      ])
      return { sequelize, Order, Invoice, association, orders: await Order.findAll({ order: ['shop', 'number'] }) }
    }
    test('P50 every column of the key is in the foreign key', async () => {
      const { sequelize, Invoice, association } = await composite()
      expect(association.foreignKeys).toEqual(['orderShop', 'orderNumber'])
      expect(Object.keys(Invoice.getAttributes())).toEqual(['id', 'total', 'orderShop', 'orderNumber'])
      expect(await foreignKeysOf(sequelize, 'Invoices')).toMatchObject([
        { columns: ['orderShop', 'orderNumber'], table: 'Orders', references: ['shop', 'number'] },
      ])
    })
    test('P50 create, get, set, unset, include and batch', async () => {
      const { Order, Invoice, orders } = await composite()
      const [x1, x2, y1] = orders as [Row, Row, Row]
      const invoice = await x2.createInvoice({ total: 5 })
      expect([invoice.orderShop, invoice.orderNumber]).toEqual(['x', 2])
      expect([await x1.getInvoice(), (await x2.getInvoice()).total, await y1.getInvoice()]).toEqual([null, 5, null])
      expect(
        (await Order.findAll({ include: 'invoice', order: ['shop', 'number'] })).map(
          (order) => order.invoice?.total ?? null,
        ),
      ).toEqual([null, 5, null])
      expect(
        (
          await Order.findAll({ include: { association: 'invoice', strategy: 'query' }, order: ['shop', 'number'] })
        ).map((order) => order.invoice?.total ?? null),
      ).toEqual([null, 5, null])
      await y1.setInvoice(invoice)
      expect([await x2.getInvoice(), (await y1.getInvoice()).total]).toEqual([null, 5])
      expect((await (await Invoice.findOne()).getOrder()).note).toBe('y1')
      expect((await Invoice.findOne({ include: 'order' })).order.note).toBe('y1')
      await y1.setInvoice(null)
      expect((await Invoice.findOne()).get()).toEqual({ id: 1, total: 5, orderShop: null, orderNumber: null })
    })
    test('P50 names can be given; a wrong number of them throws', async () => {
      const sequelize = await connected()
      const Order = sequelize.define('Order', {
        shop: { type: DataTypes.STRING, primaryKey: true },
        number: { type: DataTypes.INTEGER, primaryKey: true },
      })
      const Invoice = sequelize.define('Invoice', {})
      expect(() => Order.hasOne(Invoice, { foreignKey: 'orderId' })).toThrow(AssociationError)
      expect(() => Order.hasOne(Invoice, { foreignKey: 'orderId' })).toThrow(/shop.*number/s)
      expect(Order.hasOne(Invoice, { foreignKey: ['shopName', 'orderNo'] }).foreignKeys).toEqual([
        'shopName',
        'orderNo',
      ])
    })
    test('P50 the set is atomic and takes a composite key of the target too', async () => {
      const sequelize = await connected()
      const User = sequelize.define('User', { name: DataTypes.STRING })
      const Seat = sequelize.define('Seat', {
        row: { type: DataTypes.INTEGER, primaryKey: true },
        letter: { type: DataTypes.STRING, primaryKey: true },
      })
      User.hasOne(Seat, { as: 'seat', foreignKey: 'userId' })
      await sequelize.sync()
      const user = await User.create({ name: 'Ann' })
      await Seat.bulkCreate([
        { row: 1, letter: 'A' },
        { row: 1, letter: 'B' },
      ])
      await user.setSeat({ row: 1, letter: 'B' })
      expect((await Seat.findAll({ order: ['letter'] })).map((seat) => seat.userId)).toEqual([null, user.id])
      await user.setSeat({ row: 1, letter: 'A' })
      expect((await Seat.findAll({ order: ['letter'] })).map((seat) => seat.userId)).toEqual([user.id, null])
    })
  })

  describe('P51 a key that is not unique', () => {
    test('P51 is refused when the association is defined', async () => {
      const { User, Profile } = await pair()
      expect(() => User.hasOne(Profile, { foreignKey: 'userName', sourceKey: 'name' })).toThrow(/User.*name.*unique/s)
      expect(() => Profile.belongsTo(User, { foreignKey: 'userName', targetKey: 'name' })).toThrow(
        /User.*name.*unique/s,
      )
    })
    test('P51 with constraints off it works, without a database error at the first INSERT', async () => {
      const { sequelize, User, Profile } = await pair()
      User.hasOne(Profile, { as: 'profile', foreignKey: 'userName', sourceKey: 'name', constraints: false })
      await sequelize.sync()
      await (await User.create({ name: 'Ann' })).createProfile({ bio: 'x' })
      expect((await User.findOne({ include: 'profile' })).profile.userName).toBe('Ann')
    })
  })

  describe('P52 a natural key that changes', () => {
    const natural = (constraints: boolean) =>
      pairOf(engine, {
        user: { code: { type: DataTypes.STRING, unique: true } },
        hasOne: { foreignKey: 'userCode', sourceKey: 'code', constraints },
      })
    test('P52 with the constraint the rows follow', async () => {
      const { User, Profile } = await natural(true)
      const user = await User.create({ name: 'Ann', code: 'A' })
      await user.createProfile({ bio: 'x' })
      await user.update({ code: 'B' })
      expect((await Profile.findOne()).userCode).toBe('B')
      expect((await user.getProfile()).bio).toBe('x')
    })
    test('P52 without the constraint the row keeps the old value and is no longer found', async () => {
      const { User, Profile } = await natural(false)
      const user = await User.create({ name: 'Ann', code: 'A' })
      await user.createProfile({ bio: 'x' })
      await user.update({ code: 'B' })
      expect((await Profile.findOne()).userCode).toBe('A')
      expect(await user.getProfile()).toBeNull()
    })
  })

  describe('P53 types of keys', () => {
    test('P53 the foreign key takes the type of the key, with its options', async () => {
      const sequelize = await connected()
      for (const [index, type] of [
        DataTypes.STRING(40),
        DataTypes.UUID,
        DataTypes.BIGINT,
        DataTypes.CHAR(3),
        DataTypes.INTEGER,
        DataTypes.DATEONLY,
        DataTypes.BLOB,
      ].entries()) {
        const User = sequelize.define(`User${index}`, { key: { type, primaryKey: true } })
        const Profile = sequelize.define(`Profile${index}`, {})
        User.hasOne(Profile, { foreignKey: 'userKey' })
        expect(Profile.getAttributes().userKey.type.toString()).toBe(User.getAttributes().key.type.toString())
      }
    })
    test('P53 an explicit type that cannot hold the key throws', async () => {
      const { User, Profile } = await pair()
      expect(() => User.hasOne(Profile, { foreignKey: { name: 'userId', type: DataTypes.STRING } })).toThrow(/userId/)
      const declared = (await connected()).define('Declared', { userId: DataTypes.UUID })
      expect(() => declared.belongsTo(User, { foreignKey: 'userId' })).toThrow(/userId/)
    })
  })

  describe('P54 a foreign key that the user declared', () => {
    test('P54 merges, and its allowNull, column and default win', async () => {
      const sequelize = await connected()
      const User = sequelize.define('User', { name: DataTypes.STRING })
      const Profile = sequelize.define('Profile', {
        ownerId: { type: DataTypes.INTEGER, allowNull: false, columnName: 'owner_ref', comment: 'whose' },
        bio: DataTypes.STRING,
      })
      User.hasOne(Profile, { foreignKey: 'ownerId' })
      await sequelize.sync()
      expect(Object.keys(Profile.getAttributes())).toEqual(['id', 'ownerId', 'bio'])
      expect(Profile.getAttributes().ownerId).toMatchObject({
        allowNull: false,
        columnName: 'owner_ref',
        comment: 'whose',
      })
      expect(await foreignKeysOf(sequelize, 'Profiles')).toMatchObject([
        { columns: ['owner_ref'], table: 'Users', onDelete: 'CASCADE' },
      ])
    })
    test('P54 other references throw, and the message names both places', async () => {
      const sequelize = await connected()
      const User = sequelize.define('User', { name: DataTypes.STRING })
      sequelize.define('Account', { name: DataTypes.STRING })
      const Profile = sequelize.define('Profile', {
        ownerId: { type: DataTypes.INTEGER, references: { table: 'Accounts', key: 'id' } },
      })
      const define = () => User.hasOne(Profile, { foreignKey: 'ownerId' })
      expect(define).toThrow(AssociationError)
      expect(define).toThrow(/Profile\.ownerId/)
      expect(define).toThrow(/Accounts/)
      expect(define).toThrow(/Users/)
    })
  })

  describe('P55 the two sides name different keys', () => {
    test('P55 throws when both are explicit', async () => {
      for (const hasOneFirst of [true, false]) {
        const { User, Profile } = await pair()
        const hasOne = () => User.hasOne(Profile, { foreignKey: 'ownerId' })
        const belongsTo = () => Profile.belongsTo(User, { foreignKey: 'userId' })
        const [first, second] = hasOneFirst ? [hasOne, belongsTo] : [belongsTo, hasOne]
        first()
        expect(second).toThrow(AssociationError)
        expect(second).toThrow(/ownerId/)
        expect(second).toThrow(/userId/)
      }
    })
    test('P55 associations with names of their own are two relations', async () => {
      const { sequelize, User, Profile } = await pair()
      User.hasOne(Profile, { as: 'profile', foreignKey: 'ownerId', inverse: { as: 'owner' } })
      Profile.belongsTo(User, { as: 'editor', foreignKey: 'editorId' })
      await sequelize.sync()
      expect(Object.keys(Profile.getAttributes())).toEqual(['id', 'bio', 'ownerId', 'editorId'])
      const [ann, ben] = [await User.create({ name: 'Ann' }), await User.create({ name: 'Ben' })]
      const profile = await ann.createProfile({ bio: 'x' })
      await profile.setEditor(ben)
      const found = await Profile.findOne({ include: ['owner', 'editor'] })
      expect([found.owner.name, found.editor.name]).toEqual(['Ann', 'Ben'])
    })
  })

  describe('P56 two hasOne to one target', () => {
    test('P56 need no names for their inverses', async () => {
      const { sequelize, User, Profile } = await pair()
      User.hasOne(Profile, { as: 'publicProfile', foreignKey: 'publicOf' })
      User.hasOne(Profile, { as: 'privateProfile', foreignKey: 'privateOf' })
      await sequelize.sync()
      const user = await User.create({ name: 'Ann' })
      await user.createPublicProfile({ bio: 'public' })
      await user.createPrivateProfile({ bio: 'private' })
      const found = await User.findOne({ include: ['publicProfile', 'privateProfile'] })
      expect([found.publicProfile.bio, found.privateProfile.bio]).toEqual(['public', 'private'])
    })
    test('P56 two with the same alias throw', async () => {
      const { User, Profile } = await pair()
      User.hasOne(Profile, { as: 'profile', foreignKey: 'publicOf' })
      expect(() => User.hasOne(Profile, { as: 'profile', foreignKey: 'privateOf' })).toThrow(/profile/)
    })
    test('P56 an include by model is ambiguous and lists the aliases', async () => {
      const { sequelize, User, Profile } = await pair()
      User.hasOne(Profile, { as: 'publicProfile', foreignKey: 'publicOf' })
      User.hasOne(Profile, { as: 'privateProfile', foreignKey: 'privateOf' })
      await sequelize.sync()
      await expect(User.findAll({ include: Profile })).rejects.toThrow(/publicProfile.*privateProfile/s)
      await expect(User.findAll({ include: { model: Profile, as: 'nope' } })).rejects.toThrow(/publicProfile/)
      expect(await User.findAll({ include: { model: Profile, as: 'publicProfile' } })).toEqual([])
    })
  })

  describe('P57 self references', () => {
    async function people(link: (Person: Table) => unknown, define: object = {}) {
      const sequelize = await connected(define)
      const Person = sequelize.define('Person', { name: DataTypes.STRING })
      link(Person)
      await sequelize.sync()
      return { sequelize, Person }
    }
    test('P57 as and inverse.as, both directions', async () => {
      const { sequelize, Person } = await people((Person) =>
        Person.hasOne(Person, { as: 'successor', foreignKey: 'predecessorId', inverse: { as: 'predecessor' } }),
      )
      const [ann, ben] = [await Person.create({ name: 'Ann' }), await Person.create({ name: 'Ben' })]
      await ann.setSuccessor(ben)
      const found = await Person.findByPk(ben.id, { include: ['predecessor', 'successor'] })
      expect([found.predecessor.name, found.successor]).toEqual(['Ann', null])
      expect((await Person.findByPk(ann.id, { include: 'successor' })).successor.name).toBe('Ben')
      expect(await foreignKeysOf(sequelize, 'People')).toMatchObject([{ columns: ['predecessorId'], table: 'People' }])
    })
    test('P57 cycles of two rows, and a row that points at itself', async () => {
      const { Person } = await people((Person) => Person.belongsTo(Person, { as: 'mentor', foreignKey: 'mentorId' }))
      const [ann, ben] = [await Person.create({ name: 'Ann' }), await Person.create({ name: 'Ben' })]
      await ann.setMentor(ben)
      await ben.setMentor(ann)
      const found = await Person.findByPk(ann.id, {
        include: { association: 'mentor', include: { association: 'mentor', include: ['mentor'] } },
      })
      expect([found.mentor.name, found.mentor.mentor.name, found.mentor.mentor.mentor.name]).toEqual([
        'Ben',
        'Ann',
        'Ben',
      ])
      await ann.setMentor(ann)
      expect((await ann.getMentor()).id).toBe(ann.id)
    })
    test('P57 without an alias: allowed by method calls, refused in camel mode', async () => {
      const { Person } = await people((Model) => Model.hasOne(Model, { foreignKey: 'parentId' }))
      const [ann, ben] = [await Person.create({ name: 'Ann' }), await Person.create({ name: 'Ben' })]
      await ann.setPerson(ben)
      expect((await Person.findByPk(ben.id)).parentId).toBe(ann.id)
      expect((await Person.findByPk(ann.id, { include: 'Person' })).Person.name).toBe('Ben')
      const camel = (await connected({ associationNaming: 'camel' })).define('Person', { name: DataTypes.STRING })
      expect(() => camel.hasOne(camel, { foreignKey: 'parentId' })).toThrow(/as/)
    })
    test('P57 the same name for both directions throws', async () => {
      const Person = (await connected()).define('Person', {})
      expect(() => Person.hasOne(Person, { as: 'other', inverse: { as: 'other' }, foreignKey: 'otherId' })).toThrow(
        /other/,
      )
    })
  })

  describe('P58 symmetric relations', () => {
    test('P58 the recipe: a pair table in which each member is unique', async () => {
      const sequelize = await connected()
      const Person = sequelize.define('Person', { name: DataTypes.STRING })
      const Marriage = sequelize.define('Marriage', {})
      Person.hasOne(Marriage, {
        as: 'marriage',
        foreignKey: { name: 'personId', allowNull: false },
        unique: true,
        inverse: { as: 'person' },
      })
      Marriage.belongsTo(Person, { as: 'spouse', foreignKey: { name: 'spouseId', allowNull: false } })
      await sequelize.sync()
      const [ann, ben, cleo] = [
        await Person.create({ name: 'Ann' }),
        await Person.create({ name: 'Ben' }),
        await Person.create({ name: 'Cleo' }),
      ]
      const marry = (a: Row, b: Row): Promise<unknown> =>
        sequelize.transaction(() =>
          Marriage.bulkCreate([
            { personId: a.id, spouseId: b.id },
            { personId: b.id, spouseId: a.id },
          ]),
        )
      await marry(ann, ben)
      await expect(marry(cleo, ann)).rejects.toMatchObject({ name: 'SequelizeUniqueConstraintError' })
      const people = await Person.findAll({ include: { association: 'marriage', include: ['spouse'] }, order: ['id'] })
      expect(people.map((person) => person.marriage?.spouse.name ?? null)).toEqual(['Ben', 'Ann', null])
    })
  })

  describe('P59 aliases are never inflected', () => {
    test('P59 the name is used as it is written', async () => {
      const { sequelize, User, Profile } = await pair()
      const names = ['data', 'news', 'people', 'series', 'statusHTML', 'URL', 'children', 'aliases']
      names.forEach((as, index) => {
        User.hasOne(Profile, { as, foreignKey: `fk${index}` })
      })
      await sequelize.sync()
      const user = await User.create({ name: 'Ann' })
      for (const as of names) {
        const upper = as[0]?.toUpperCase() + as.slice(1)
        const created = await user[`create${upper}`]({ bio: as })
        expect((await user[`get${upper}`]()).id).toBe(created.id)
        expect((await User.findOne({ include: as }))[as].bio).toBe(as)
      }
      expect(Object.keys(User.associations)).toEqual(names)
    })
  })

  describe('P60 names that are taken', () => {
    test('P60 an attribute of that name throws', async () => {
      const { User, Profile } = await pair()
      for (const as of ['name', 'id']) {
        expect(() => User.hasOne(Profile, { as, foreignKey: 'userId' })).toThrow(AssociationError)
        expect(() => User.hasOne(Profile, { as, foreignKey: 'userId' })).toThrow(as)
      }
      expect(() => Profile.belongsTo(User, { as: 'bio' })).toThrow(/bio/)
    })
    test('P60 a method of the user is kept, with a warning', async () => {
      const { sequelize, User, Profile } = await pair()
      Object.defineProperty(User.prototype, 'getProfile', {
        value() {
          return 'mine'
        },
        configurable: true,
        writable: true,
      })
      const warnings = await warningsDuring(() => User.hasOne(Profile))
      expect(warnings).toHaveLength(1)
      expect(warnings[0]?.message).toMatch(/getProfile/)
      await sequelize.sync()
      const user = await User.create({ name: 'Ann' })
      expect(user.getProfile()).toBe('mine')
      expect((await user.createProfile({ bio: 'x' })).bio).toBe('x')
      expect((await User.associations.Profile.get(user)).bio).toBe('x')
    })
  })

  describe('P61 underscored and explicit column names', () => {
    for (const underscored of [false, true]) {
      for (const [title, foreignKey, column] of [
        ['no name', undefined, underscored ? 'user_id' : 'UserId'],
        ['a name', 'ownerId', underscored ? 'owner_id' : 'ownerId'],
        ['columnName', { name: 'ownerId', columnName: 'OwnerRef' }, 'OwnerRef'],
        ['field', { name: 'ownerId', field: 'OwnerRef' }, 'OwnerRef'],
        ['columnName without a name', { columnName: 'OwnerRef' }, 'OwnerRef'],
      ] as const) {
        test(`P61 ${title}, underscored: ${underscored}`, async () => {
          const { sequelize, User, Profile } = await pair({ underscored })
          User.hasOne(Profile, { as: 'profile', ...(foreignKey ? { foreignKey } : {}) })
          await sequelize.sync()
          const name =
            typeof foreignKey === 'string'
              ? foreignKey
              : foreignKey && 'name' in foreignKey
                ? foreignKey.name
                : 'UserId'
          expect(User.associations.profile.foreignKey).toBe(name)
          expect(User.associations.profile.identifierField).toBe(column)
          const table: string = Profile.tableName
          expect(Object.keys(await columnsOf(sequelize, table))).toEqual(['id', 'bio', column])
          await (await User.create({ name: 'Ann' })).createProfile({ bio: 'x' })
          expect(json(await User.findOne({ include: 'profile' }))).toEqual({
            id: 1,
            name: 'Ann',
            profile: { id: 1, bio: 'x', [name]: 1 },
          })
        })
      }
    }
    test('P61 columnName and field that differ throw', async () => {
      const { User, Profile } = await pair()
      expect(() => User.hasOne(Profile, { foreignKey: { name: 'ownerId', columnName: 'a', field: 'b' } })).toThrow(
        /field/,
      )
    })
    test('P61 the key that is referred to has a column name of its own', async () => {
      const sequelize = await connected()
      const User = sequelize.define('User', {
        id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true, columnName: 'user_pk' },
        name: DataTypes.STRING,
      })
      const Profile = sequelize.define('Profile', { bio: DataTypes.STRING })
      User.hasOne(Profile, { as: 'profile', foreignKey: 'userId' })
      await sequelize.sync()
      expect(await foreignKeysOf(sequelize, 'Profiles')).toMatchObject([
        { columns: ['userId'], references: ['user_pk'] },
      ])
      await (await User.create({ name: 'Ann' })).createProfile({ bio: 'x' })
      expect((await User.findOne({ include: 'profile' })).profile.bio).toBe('x')
    })
  })

  describe('P62 circular imports', () => {
    test('P62 a thunk is resolved when it is needed', async () => {
      const sequelize = await connected()
      const models: { Profile?: Table } = {}
      const User = sequelize.define('User', { name: DataTypes.STRING })
      User.hasOne(() => models.Profile, { as: 'profile', foreignKey: 'userId' })
      models.Profile = sequelize.define('Profile', { bio: DataTypes.STRING })
      await sequelize.sync()
      expect(User.associations.profile.target).toBe(models.Profile)
      await (await User.create({ name: 'Ann' })).createProfile({ bio: 'x' })
      expect((await User.findOne({ include: 'profile' })).profile.bio).toBe('x')
    })
    test('P62 thunks on both sides', async () => {
      const sequelize = await connected()
      const models: { User?: Table; Profile?: Table } = {}
      models.User = sequelize.define('User', { name: DataTypes.STRING })
      models.User.hasOne(() => models.Profile, { as: 'profile', foreignKey: 'userId' })
      models.Profile = sequelize.define('Profile', { bio: DataTypes.STRING })
      models.Profile.belongsTo(() => models.User, { as: 'user', foreignKey: 'userId' })
      await sequelize.sync()
      expect(models.User.associations.profile.inverse).toBe(models.Profile.associations.user)
    })
    test('P62 undefined names the models and the likely cause', async () => {
      const { User } = await pair()
      for (const call of ['hasOne', 'belongsTo'] as const) {
        expect(() => User[call](undefined)).toThrow(AssociationError)
        expect(() => User[call](undefined)).toThrow(new RegExp(`User.*${call}`, 's'))
        expect(() => User[call](undefined)).toThrow(/circular/i)
        expect(() => User[call](undefined)).toThrow(/\(\) =>/)
      }
    })
    test('P62 something that is not a model throws', async () => {
      const { User } = await pair()
      for (const wrong of [null, 'Profile', {}, class {}]) expect(() => User.hasOne(wrong)).toThrow(AssociationError)
    })
    test('P62 a model of another Sequelize instance throws', async () => {
      const { User } = await pair()
      const { Profile } = await pair()
      expect(() => User.hasOne(Profile)).toThrow(AssociationError)
    })
  })

  describe('P63 schemas', () => {
    let made: (() => Promise<unknown>)[] = []
    // Where a schema is a database of the server, nobody else removes it.
    afterEach(async () => {
      const work = made
      made = []
      for (const remove of work) await remove()
    })
    /** Where there are no schemas, the name is a part of the table's. */
    async function makeSchema(sequelize: Database, schema: string): Promise<void> {
      if (!engine.features.has('schemas')) return
      await sequelize.createSchema(schema)
      made.push(() => sequelize.dropSchema(schema, { cascade: true }))
    }
    /** Users and profiles in the schemas t1 and t2, each with a row of the same keys. */
    async function tenants() {
      const { sequelize, User, Profile } = await pair()
      User.hasOne(Profile, { as: 'profile', foreignKey: 'userId', inverse: { as: 'user' } })
      for (const schema of ['t1', 't2']) {
        await makeSchema(sequelize, schema)
        await User.withSchema(schema).sync()
        await Profile.withSchema(schema).sync()
        const user = await User.withSchema(schema).create({ name: schema })
        await user.createProfile({ bio: schema })
      }
      return { sequelize, User, Profile }
    }
    test('P63 include and getter stay in the schema of the source, in both directions', async () => {
      const { User, Profile } = await tenants()
      for (const schema of ['t1', 't2']) {
        for (const include of ['profile', Profile, { association: 'profile', strategy: 'query' }]) {
          const user = await User.withSchema(schema).findOne({ include })
          expect([user.name, user.profile.bio, (await user.getProfile()).bio]).toEqual([schema, schema, schema])
        }
        const profile = await Profile.withSchema(schema).findOne({
          include: { association: 'user', include: ['profile'] },
        })
        expect([profile.user.name, profile.user.profile.bio]).toEqual([schema, schema])
        expect((await (await Profile.withSchema(schema).findOne()).getUser()).name).toBe(schema)
      }
    })
    test('P63 setX, createX, nested create and filters too', async () => {
      const { User, Profile } = await tenants()
      const [T1, T2] = [User.withSchema('t1'), User.withSchema('t2')]
      const user = await T1.findOne()
      await user.setProfile(await Profile.withSchema('t1').create({ bio: 'second' }))
      await user.setProfile(null)
      expect([
        await T1.count({ where: { profile: { is: null } } }),
        await T2.count({ where: { profile: { is: null } } }),
      ]).toEqual([1, 0])
      await user.createProfile({ bio: 'third' })
      await T1.create({ name: 'nested', profile: { bio: 'fourth' } }, { include: 'profile' })
      const rows = async (schema: string) =>
        (await Profile.withSchema(schema).findAll({ order: ['id'] })).map((row: Row) => [row.bio, row.userId])
      expect(await rows('t1')).toEqual([
        ['t1', null],
        ['second', null],
        ['third', 1],
        ['fourth', 2],
      ])
      expect(await rows('t2')).toEqual([['t2', 1]])
    })
    test('P63 the foreign key refers to the table of the same schema', async () => {
      const { User, Profile } = await tenants()
      await expect(Profile.withSchema('t1').create({ bio: 'x', userId: 99 })).rejects.toMatchObject({
        name: 'SequelizeForeignKeyConstraintError',
      })
      await (await User.withSchema('t1').findOne()).destroy()
      expect([
        (await Profile.withSchema('t1').findOne()).userId,
        (await Profile.withSchema('t2').findOne()).userId,
      ]).toEqual([null, 1])
    })
    test('P63 a target that pins a schema of its own stays there', async () => {
      const sequelize = await connected()
      for (const schema of ['t1', 'shared']) await makeSchema(sequelize, schema)
      const User = sequelize.define('User', { name: DataTypes.STRING })
      const Country = sequelize.define('Country', { name: DataTypes.STRING }, { schema: 'shared' })
      User.belongsTo(Country, { as: 'country', foreignKey: 'countryId' })
      await Country.sync()
      await User.withSchema('t1').sync()
      const country = await Country.create({ name: 'Norway' })
      await User.withSchema('t1').create({ name: 'Ann', countryId: country.id })
      expect((await User.withSchema('t1').findOne({ include: 'country' })).country.name).toBe('Norway')
      expect((await (await User.withSchema('t1').findOne()).getCountry()).name).toBe('Norway')
    })
  })

  test('a definition that throws leaves both models as they were', async () => {
    const { sequelize, User, Profile } = await pair()
    for (const define of [
      () => User.hasOne(Profile, { foreignKey: 'userName', sourceKey: 'name' }),
      () => User.hasOne(Profile, { as: 'name' }),
      () => User.hasOne(Profile, { nope: true }),
      () => Profile.belongsTo(User, { targetKey: 'nope' }),
    ])
      expect(define).toThrow()
    expect([Object.keys(User.getAttributes()), Object.keys(Profile.getAttributes())]).toEqual([
      ['id', 'name'],
      ['id', 'bio'],
    ])
    expect([Object.keys(User.associations), Object.keys(Profile.associations)]).toEqual([[], []])
    await sequelize.sync()
    expect(await contentsOf(sequelize, 'Users', 'Profiles')).toEqual({ Users: [], Profiles: [] })
  })
})
