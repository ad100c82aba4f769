// What the pitfalls leave open about links and graphs: keys of other shapes, variants of models, wrapped verbs, graphs side by side.
import { AssociationError, DataTypes, InstanceError, ValidationError } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Database, Row } from '../../support/untyped.js'

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describeEachEngine('links', (engine) => {
  const connected = async (): Promise<Database> =>
    engine.script(await engine.connect({ define: { timestamps: false } }))

  test('belongsTo: a key that cannot be null refuses null, and the instance keeps its key', async () => {
    const sequelize = await connected()
    const [User, Profile] = [sequelize.define('user'), sequelize.define('profile', { bio: DataTypes.STRING })]
    User.hasOne(Profile, { foreignKey: { allowNull: false }, inverse: 'user' })
    await sequelize.sync()
    const user = await User.create()
    const profile = await user.createProfile({ bio: 'x' })
    await expect(profile.setUser(null)).rejects.toBeInstanceOf(ValidationError)
    expect([profile.userId, profile.changed()]).toEqual([user.id, false])
  })
  test('values that contradict the association are refused', async () => {
    const sequelize = await connected()
    const [User, Profile] = [sequelize.define('user'), sequelize.define('profile')]
    User.hasOne(Profile)
    await sequelize.sync()
    const user = await User.create()
    await expect(user.createProfile({ userId: 99 })).rejects.toThrow(AssociationError)
    expect((await user.createProfile({ userId: String(user.id) })).userId).toBe(user.id)
    await expect(user.setProfile(await User.create())).rejects.toThrow(/takes a profile.*user/s)
    await expect(user.setProfile(1, { destroyPrevious: { nope: true } })).rejects.toThrow(/nope/)
    expect(await Profile.count()).toBe(1)
  })
  test('a row of which only the key was loaded can be linked', async () => {
    const sequelize = await connected()
    const [User, Profile] = [sequelize.define('user'), sequelize.define('profile', { bio: DataTypes.STRING })]
    User.hasOne(Profile)
    await sequelize.sync()
    const user = await User.create()
    await Profile.create({ bio: 'kept' })
    await user.setProfile(await Profile.findOne({ attributes: ['id'] }))
    expect(json(await Profile.findAll())).toEqual([{ id: 1, bio: 'kept', userId: user.id }])
  })
  test('instances of scoped variants take part', async () => {
    const sequelize = await connected()
    const User = sequelize.define('user', { name: DataTypes.STRING }, { scopes: { ann: { where: { name: 'Ann' } } } })
    const Profile = sequelize.define('profile')
    User.hasOne(Profile)
    Profile.belongsTo(User)
    await sequelize.sync()
    await User.create({ name: 'Ann' })
    const user = await User.withScope('ann').findOne()
    const profile = await user.createProfile()
    await profile.setUser(user)
    expect((await profile.getUser()).name).toBe('Ann')
  })
  test('a program that wraps a verb of the association sees the calls of the mixins', async () => {
    const sequelize = await connected()
    const [User, Profile] = [sequelize.define('user'), sequelize.define('profile')]
    const association = User.hasOne(Profile)
    await sequelize.sync()
    const seen: unknown[] = []
    for (const verb of ['get', 'set', 'create']) {
      const original = association[verb]
      association[verb] = function (this: unknown, ...args: unknown[]) {
        seen.push(verb)
        return original.apply(this, args)
      }
    }
    const user = await User.create()
    await user.setProfile(await user.createProfile())
    await user.getProfile()
    expect(seen).toEqual(['create', 'set', 'get'])
  })
  test('composite keys on the side of the source', async () => {
    const sequelize = await connected()
    const Order = sequelize.define('order', {
      shop: { type: DataTypes.STRING, primaryKey: true },
      number: { type: DataTypes.INTEGER, primaryKey: true },
    })
    const Invoice = sequelize.define('invoice')
    Invoice.belongsTo(Order)
    await sequelize.sync()
    await Order.bulkCreate([
      { shop: 'a', number: 1 },
      { shop: 'b', number: 2 },
    ])
    const invoice = await Invoice.create()
    expect((await invoice.setOrder({ shop: 'b', number: 2 })).shop).toBe('b')
    expect(json(await Invoice.findAll())).toEqual([{ id: 1, orderShop: 'b', orderNumber: 2 }])
    await invoice.setOrder(await Order.findOne({ where: { shop: 'a' } }))
    expect((await Invoice.findOne({ include: Order })).order.number).toBe(1)
    await invoice.setOrder(null)
    expect(json(await Invoice.findAll())).toEqual([{ id: 1, orderShop: null, orderNumber: null }])
  })
  test('models without a primary key: what needs one says so, the rest works', async () => {
    const sequelize = await connected()
    const Line = sequelize.define('line', { text: DataTypes.STRING }, { noPrimaryKey: true })
    await sequelize.sync()
    const line = await Line.create({ text: 'a' })
    line.text = 'b'
    await expect(line.save()).rejects.toBeInstanceOf(InstanceError)
    await expect(line.destroy()).rejects.toThrow(/line.*primary key/s)
    await Line.bulkCreate([{ text: 'c' }, { text: 'd' }])
    expect(await Line.update({ text: 'z' }, { where: { text: 'c' } })).toEqual([1])
    expect(await Line.destroy({ where: {} })).toBe(3)
  })
  test('rows without any value', async () => {
    const sequelize = await connected()
    const User = sequelize.define('user')
    await sequelize.sync()
    await User.create()
    expect((await User.bulkCreate([{}, {}])).map((user) => user.id)).toEqual([2, 3])
    await User.upsert({ id: 2 })
    await User.upsert({})
    expect(await User.count()).toBe(4)
  })
  test('graphs: belongsTo first, hasOne after, over several levels, and in bulk', async () => {
    const sequelize = await connected()
    const Author = sequelize.define('author', { name: DataTypes.STRING })
    const Bio = sequelize.define('bio', { text: DataTypes.STRING })
    const Country = sequelize.define('country', { code: { type: DataTypes.STRING, primaryKey: true } })
    Author.hasOne(Bio)
    Bio.belongsTo(Author)
    Author.belongsTo(Country)
    await sequelize.sync()
    const author = await Author.create(
      { name: 'Ann', bio: { text: 'x' }, country: { code: 'de' } },
      { include: [Bio, Country] },
    )
    expect(json(author)).toEqual({
      id: 1,
      name: 'Ann',
      countryCode: 'de',
      bio: { id: 1, text: 'x', authorId: 1 },
      country: { code: 'de' },
    })
    const bio = await Bio.create(
      { text: 'y', author: { name: 'Ben', country: { code: 'fr' } } },
      { include: [{ model: Author, include: [Country] }] },
    )
    expect([bio.authorId, bio.author.countryCode]).toEqual([2, 'fr'])
    const many = await Author.bulkCreate([{ name: 'Cleo', bio: { text: 'z' } }, { name: 'Dan' }], { include: [Bio] })
    expect(many.map((one) => one.bio?.authorId ?? null)).toEqual([many[0]?.id, null])
  })
  test('graphs side by side do not get into each other', async () => {
    const sequelize = await connected()
    const User = sequelize.define('user', { name: { type: DataTypes.STRING, unique: true } })
    const Profile = sequelize.define('profile')
    User.hasOne(Profile)
    await sequelize.sync()
    const create = (name: string): Promise<Row> => User.create({ name, profile: {} }, { include: Profile })
    await Promise.all(Array.from({ length: 20 }, (_, index) => create(`user ${index}`)))
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => create('same')))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect([await User.count(), await Profile.count()]).toEqual([21, 21])
  })
  test('beforeAssociate and afterAssociate', async () => {
    const sequelize = await connected()
    const heard: unknown[] = []
    const User = sequelize.define(
      'user',
      {},
      {
        hooks: {
          beforeAssociate: ({ source, target, type }: Row, options: object) => {
            heard.push([source.name, target.name, type, options])
          },
          afterAssociate: ({ association }: Row) => {
            heard.push(association.as)
          },
        },
      },
    )
    User.hasOne(sequelize.define('profile'), { as: 'vita' })
    expect(heard).toEqual([['user', 'profile', 'HasOne', { as: 'vita' }], 'vita'])
  })
})
