// Defining one-to-ones: what the association object says, self references, composite and shared primary keys, thunks, class style.
import { AssociationError, BelongsToAssociation, DataTypes, HasOneAssociation, Model } from 'mortise'
import { describe, expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import { columnsOf, foreignKeysOf, indexesOf, tablesOf } from '../../support/schema.js'
import type { Database, Row, Table } from '../../support/untyped.js'
import { json, worldOf } from './world.js'

describeEachEngine('definitions', (engine) => {
  async function connected(define: object = {}): Promise<Database> {
    return engine.script(await engine.connect({ define: { timestamps: false, ...define } }))
  }

  describe('the association object', () => {
    test('of hasOne', async () => {
      const { Customer, Card } = await worldOf(engine)
      const association = Customer.associations.card
      expect(association).toBeInstanceOf(HasOneAssociation)
      expect(association).toMatchObject({
        associationType: 'HasOne',
        as: 'card',
        isAliased: true,
        isSingleAssociation: true,
        isMultiAssociation: false,
        isSelfAssociation: false,
        foreignKey: 'customerId',
        identifierField: 'customerId',
        sourceKey: 'id',
      })
      expect([association?.source, association?.target]).toEqual([Customer, Card])
      expect(association?.inverse).toBe(Card.associations.customer)
    })
    test('of belongsTo', async () => {
      const { Customer, Address } = await worldOf(engine)
      const association = Customer.associations.address
      expect(association).toBeInstanceOf(BelongsToAssociation)
      expect(association).toMatchObject({
        associationType: 'BelongsTo',
        as: 'address',
        isSingleAssociation: true,
        isMultiAssociation: false,
        foreignKey: 'addressId',
        targetKey: 'id',
      })
      expect([association?.source, association?.target]).toEqual([Customer, Address])
    })
    test('without alias it is not aliased', async () => {
      const sequelize = await connected()
      const [User, Profile] = [sequelize.define('User', {}), sequelize.define('Profile', {})]
      expect(User.hasOne(Profile).isAliased).toBe(false)
    })
    test('is found by the model', async () => {
      const { Customer, Card, Pin } = await worldOf(engine)
      expect(Customer.getAssociation('card')).toBe(Customer.associations.card)
      expect(Customer.getAssociations(Card)).toEqual([Customer.associations.card])
      expect(Customer.getAssociations(Pin)).toEqual([])
      expect(Customer.getAssociations(Customer)).toHaveLength(2)
      expect(Customer.hasAlias('card')).toBe(true)
      expect(Customer.hasAlias('crad')).toBe(false)
      expect(() => Customer.getAssociation('crad')).toThrow(/card/)
    })
  })

  describe('the same call twice', () => {
    test('with equal options is harmless', async () => {
      const sequelize = await connected()
      const [User, Profile] = [sequelize.define('User', {}), sequelize.define('Profile', {})]
      Profile.belongsTo(User, { as: 'user', foreignKey: 'userId' })
      const first = User.hasOne(Profile, { as: 'profile', foreignKey: 'userId', inverse: { as: 'user' } })
      expect(first.inverse).toBe(Profile.associations.user)
      expect(Object.keys(Profile.getAttributes())).toEqual(['id', 'userId'])
    })
    test('for another target throws', async () => {
      const sequelize = await connected()
      const [User, Profile, Other] = [
        sequelize.define('User', {}),
        sequelize.define('Profile', {}),
        sequelize.define('Other', {}),
      ]
      User.hasOne(Profile, { as: 'profile' })
      expect(() => User.hasOne(Other, { as: 'profile' })).toThrow(AssociationError)
      expect(() => User.belongsTo(Profile, { as: 'profile' })).toThrow(AssociationError)
    })
  })

  describe('class style', () => {
    test('extends Model, init, hasOne, belongsTo', async () => {
      const sequelize = await connected()
      class User extends Model {}
      class Profile extends Model {}
      User.init({ name: DataTypes.STRING }, { sequelize: sequelize as never, modelName: 'User' })
      Profile.init({ bio: DataTypes.STRING }, { sequelize: sequelize as never, modelName: 'Profile' })
      const [Users, Profiles] = [User, Profile] as unknown as [Table, Table]
      Users.hasOne(Profiles, { as: 'profile', foreignKey: 'userId' })
      Profiles.belongsTo(Users, { as: 'user', foreignKey: 'userId' })
      await sequelize.sync()
      const user = await Users.create({ name: 'Ann', profile: { bio: 'x' } }, { include: 'profile' })
      expect(user).toBeInstanceOf(User)
      expect(user.profile).toBeInstanceOf(Profile)
      expect((await Profiles.findOne({ include: 'user' })).user.name).toBe('Ann')
    })
    test('bare class fields do not shadow attributes or relations', async () => {
      const sequelize = await connected()
      class User extends Model {
        id!: number
        name: string | undefined
        profile: Profile | null | undefined
      }
      class Profile extends Model {
        bio: string | undefined
        userId: number | undefined
        user: User | undefined
      }
      User.init({ name: DataTypes.STRING }, { sequelize: sequelize as never, modelName: 'User' })
      Profile.init({ bio: DataTypes.STRING }, { sequelize: sequelize as never, modelName: 'Profile' })
      const [Users, Profiles] = [User, Profile] as unknown as [Table, Table]
      Users.hasOne(Profiles, { as: 'profile', foreignKey: 'userId', inverse: { as: 'user' } })
      await sequelize.sync()
      const user = await Users.create({ name: 'Ann' })
      await user.createProfile({ bio: 'x' })
      expect([user.name, user.profile.bio, user.profile.userId]).toEqual(['Ann', 'x', 1])
      const found = await Users.findOne({ include: { association: 'profile', include: ['user'] } })
      expect(json(found)).toEqual({
        id: 1,
        name: 'Ann',
        profile: { id: 1, bio: 'x', userId: 1, user: { id: 1, name: 'Ann' } },
      })
      found.name = 'Anna'
      await found.save()
      expect((await Users.findOne()).name).toBe('Anna')
    })
  })

  describe('self references', () => {
    test('both directions in one tree, to any depth', async () => {
      const { Customer, recorder } = await worldOf(engine)
      await Customer.update({ mentorId: 2 }, { where: { id: 3 } })
      const statements = await recorder.during(async () => {
        const ann = await Customer.findByPk(1, {
          include: [
            'mentor',
            { association: 'student', include: ['mentor', { association: 'student', include: ['student'] }] },
          ],
        })
        expect([
          ann.mentor,
          ann.student.name,
          ann.student.mentor.name,
          ann.student.student.name,
          ann.student.student.student,
        ]).toEqual([null, 'Ben', 'Ann', 'Cleo', null])
      })
      expect(statements).toHaveLength(1)
    })
    test('methods of both directions', async () => {
      const { Customer } = await worldOf(engine)
      const [ann, ben, dan] = [await Customer.findByPk(1), await Customer.findByPk(2), await Customer.findByPk(4)]
      expect((await ann.getStudent()).name).toBe('Ben')
      expect((await ben.getMentor()).name).toBe('Ann')
      await ann.setStudent(dan)
      expect((await Customer.findAll({ order: ['id'] })).map((customer) => customer.mentorId)).toEqual([
        null,
        null,
        null,
        1,
      ])
    })
    test('a nested create of a chain', async () => {
      const { Customer } = await worldOf(engine)
      const eve = await Customer.create(
        { name: 'Eve', mentor: { name: 'Finn', mentor: { name: 'Gus' } } },
        { include: { association: 'mentor', include: ['mentor'] } },
      )
      expect(
        (await Customer.findByPk(eve.id, { include: { association: 'mentor', include: ['mentor'] } })).mentor.mentor
          .name,
      ).toBe('Gus')
    })
  })

  describe('composite keys', () => {
    test("a shared composite primary key: the target's primary key is the foreign key", async () => {
      const sequelize = await connected()
      const Order = sequelize.define('Order', {
        shop: { type: DataTypes.STRING, primaryKey: true },
        number: { type: DataTypes.INTEGER, primaryKey: true },
      })
      const Receipt = sequelize.define('Receipt', {
        shop: { type: DataTypes.STRING, primaryKey: true },
        number: { type: DataTypes.INTEGER, primaryKey: true },
        text: DataTypes.STRING,
      })
      Order.hasOne(Receipt, { as: 'receipt', foreignKey: ['shop', 'number'], inverse: { as: 'order' } })
      await sequelize.sync()
      expect(await foreignKeysOf(sequelize, 'Receipts')).toMatchObject([
        { columns: ['shop', 'number'], table: 'Orders', references: ['shop', 'number'] },
      ])
      await Order.bulkCreate([
        { shop: 'x', number: 1 },
        { shop: 'x', number: 2 },
      ])
      const order = await Order.findByPk({ shop: 'x', number: 2 })
      await order.createReceipt({ text: 'paid' })
      expect(json(await Order.findAll({ include: 'receipt', order: ['number'] }))).toEqual([
        { shop: 'x', number: 1, receipt: null },
        { shop: 'x', number: 2, receipt: { shop: 'x', number: 2, text: 'paid' } },
      ])
      expect((await (await Receipt.findOne()).getOrder()).number).toBe(2)
    })
    test('a unique composite key that is not the primary key', async () => {
      const sequelize = await connected()
      const Room = sequelize.define(
        'Room',
        { house: DataTypes.STRING, number: DataTypes.INTEGER },
        { indexes: [{ unique: true, fields: ['house', 'number'] }] },
      )
      const Lease = sequelize.define('Lease', { tenant: DataTypes.STRING })
      Room.hasOne(Lease, { as: 'lease', foreignKey: ['house', 'room'], sourceKey: ['house', 'number'], unique: true })
      await sequelize.sync()
      expect((await indexesOf(sequelize, 'Leases')).filter((index) => index.unique)).toMatchObject([
        { columns: ['house', 'room'] },
      ])
      const room = await Room.create({ house: 'h', number: 3 })
      await room.createLease({ tenant: 'Ann' })
      expect((await Room.findOne({ include: 'lease' })).lease.tenant).toBe('Ann')
    })
    test('nested create fills in every part', async () => {
      const sequelize = await connected()
      const Order = sequelize.define('Order', {
        shop: { type: DataTypes.STRING, primaryKey: true },
        number: { type: DataTypes.INTEGER, primaryKey: true },
      })
      const Invoice = sequelize.define('Invoice', { total: DataTypes.INTEGER })
      Order.hasOne(Invoice, { as: 'invoice', foreignKey: ['orderShop', 'orderNumber'], inverse: { as: 'order' } })
      await sequelize.sync()
      await Order.create({ shop: 'x', number: 7, invoice: { total: 5 } }, { include: 'invoice' })
      await Invoice.create({ total: 6, order: { shop: 'y', number: 8 } }, { include: 'order' })
      expect(json(await Invoice.findAll({ order: ['id'] }))).toEqual([
        { id: 1, total: 5, orderShop: 'x', orderNumber: 7 },
        { id: 2, total: 6, orderShop: 'y', orderNumber: 8 },
      ])
    })
  })

  describe('shared primary keys', () => {
    test('a chain of three, written and read at once', async () => {
      const sequelize = await connected()
      const shared = { id: { type: DataTypes.INTEGER, primaryKey: true } }
      const Person = sequelize.define('Person', { name: DataTypes.STRING })
      const Employee = sequelize.define('Employee', { ...shared, title: DataTypes.STRING })
      const Manager = sequelize.define('Manager', { ...shared, budget: DataTypes.INTEGER })
      Person.hasOne(Employee, { as: 'employee', foreignKey: 'id' })
      Employee.hasOne(Manager, { as: 'manager', foreignKey: 'id' })
      await sequelize.sync()
      await Person.create({ name: 'nobody' })
      const include = { association: 'employee', include: ['manager'] }
      await Person.create({ name: 'Ann', employee: { title: 'Head', manager: { budget: 5 } } }, { include })
      expect(json(await Person.findOne({ where: { name: 'Ann' }, include }))).toEqual({
        id: 2,
        name: 'Ann',
        employee: { id: 2, title: 'Head', manager: { id: 2, budget: 5 } },
      })
      await Person.destroy({ where: { name: 'Ann' } })
      expect([await Employee.count(), await Manager.count()]).toEqual([0, 0])
    })
    test('without a declared primary key, the generated id becomes the foreign key', async () => {
      const sequelize = await connected()
      const [User, Profile] = [
        sequelize.define('User', { name: DataTypes.STRING }),
        sequelize.define('Profile', { bio: DataTypes.STRING }),
      ]
      Profile.belongsTo(User, { as: 'user', foreignKey: 'id' })
      await sequelize.sync()
      expect(Object.keys(await columnsOf(sequelize, 'Profiles'))).toEqual(['id', 'bio'])
      await User.bulkCreate([{ name: 'Ann' }, { name: 'Ben' }])
      await Profile.create({ id: 2, bio: 'b' })
      expect((await Profile.findOne({ include: 'user' })).user.name).toBe('Ben')
    })
  })

  describe('thunks', () => {
    test('models in any order of definition', async () => {
      const sequelize = await connected()
      const late: Record<string, Table> = {}
      const A = sequelize.define('A', { name: DataTypes.STRING })
      A.hasOne(() => late.B, { as: 'b', foreignKey: 'aId', inverse: { as: 'a' } })
      A.belongsTo(() => late.C, { as: 'c', foreignKey: 'cId' })
      late.B = sequelize.define('B', { name: DataTypes.STRING })
      late.C = sequelize.define('C', { name: DataTypes.STRING })
      await sequelize.sync()
      expect(await tablesOf(sequelize)).toEqual(['As', 'Bs', 'Cs'])
      const a = await A.create({ name: 'a', b: { name: 'b' }, c: { name: 'c' } }, { include: ['b', 'c'] })
      expect((await A.findOne({ include: ['b', 'c'] })).get({ plain: true })).toMatchObject({
        b: { name: 'b', aId: a.id },
        c: { name: 'c' },
      })
      expect((await (await (late.B as Table).findOne()).getA()).name).toBe('a')
    })
    test('a thunk that never gives a model is reported when it is needed', async () => {
      const sequelize = await connected()
      const A = sequelize.define('A', { name: DataTypes.STRING })
      A.hasOne(() => undefined, { as: 'b', foreignKey: 'aId' })
      await expect(sequelize.sync()).rejects.toBeInstanceOf(AssociationError)
      await expect(sequelize.sync()).rejects.toThrow(/A.*b/s)
    })
  })

  describe('foreign keys on delete', () => {
    for (const [onDelete, allowNull, left] of [
      ['CASCADE', true, []],
      ['CASCADE', false, []],
      ['SET NULL', true, [['x', null]]],
    ] as const) {
      test(`${onDelete} with allowNull: ${allowNull}`, async () => {
        const sequelize = await connected()
        const [User, Profile] = [
          sequelize.define('User', { name: DataTypes.STRING }),
          sequelize.define('Profile', { bio: DataTypes.STRING }),
        ]
        User.hasOne(Profile, { as: 'profile', foreignKey: { name: 'userId', allowNull, onDelete } })
        await sequelize.sync()
        const user = await User.create({ name: 'Ann' })
        await user.createProfile({ bio: 'x' })
        await user.destroy()
        expect((await Profile.findAll()).map((profile: Row) => [profile.bio, profile.userId])).toEqual(left)
      })
    }
    test('SET NULL on a key that cannot be null is refused at definition', async () => {
      const sequelize = await connected()
      const [User, Profile] = [sequelize.define('User', {}), sequelize.define('Profile', {})]
      expect(() =>
        User.hasOne(Profile, { foreignKey: { name: 'userId', allowNull: false, onDelete: 'SET NULL' } }),
      ).toThrow(/SET NULL/)
    })
  })
})
