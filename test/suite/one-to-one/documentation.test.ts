// One-to-ones as Sequelize's guides use them: the situations of "Associations", "Eager loading", "Creating with associations" and
// "Polymorphic associations" (version 6) and of the association FAQ (version 7), written for one-to-ones where the guide has another kind.
import { DataTypes, Model, Op, Sequelize } from 'mortise'
import { describe, expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import { columnsOf, foreignKeysOf } from '../../support/schema.js'
import type { Database, Row, Table } from '../../support/untyped.js'
import { json } from './world.js'

describeEachEngine('the guides', (engine) => {
  async function connected(): Promise<Database> {
    return engine.script(await engine.connect({ define: { timestamps: false } }))
  }

  describe('ships and captains', () => {
    async function ships(link: (Ship: Table, Captain: Table) => unknown, captain: object = {}) {
      const sequelize = await connected()
      const Ship = sequelize.define('ship', { name: DataTypes.TEXT, amountOfSails: DataTypes.INTEGER })
      const Captain = sequelize.define('captain', {
        name: DataTypes.TEXT,
        skillLevel: { type: DataTypes.INTEGER, validate: { min: 1, max: 10 } },
        ...captain,
      })
      link(Ship, Captain)
      await sequelize.sync()
      return { sequelize, Ship, Captain, recorder: engine.recorder(sequelize) }
    }
    test('lazy loading takes two queries, eager loading one', async () => {
      const { Ship, Captain, recorder } = await ships((Ship, Captain) => {
        Captain.hasOne(Ship)
        Ship.belongsTo(Captain)
      })
      const jack = await Captain.create({ name: 'Jack Sparrow', skillLevel: 10 })
      await Ship.create({ name: 'Black Pearl', amountOfSails: 3, captainId: jack.id })
      expect(
        await recorder.count(async () => {
          const awesomeCaptain = await Captain.findOne({ where: { name: 'Jack Sparrow' } })
          expect((await awesomeCaptain.getShip()).amountOfSails).toBe(3)
        }),
      ).toBe(2)
      expect(
        await recorder.count(async () => {
          const awesomeCaptain = await Captain.findOne({ where: { name: 'Jack Sparrow' }, include: Ship })
          expect(awesomeCaptain.ship.name).toBe('Black Pearl')
        }),
      ).toBe(1)
    })
    test('a foreign key of another name, an alias, and both', async () => {
      for (const [options, property, key] of [
        [{ foreignKey: 'bossId' }, 'captain', 'bossId'],
        [{ as: 'leader' }, 'leader', 'leaderId'],
        [{ as: 'leader', foreignKey: 'bossId' }, 'leader', 'bossId'],
      ] as const) {
        const { Ship, Captain } = await ships((Ship, Captain) => Ship.belongsTo(Captain, options))
        expect(Ship.associations[property].foreignKey).toBe(key)
        const jack = await Captain.create({ name: 'Jack Sparrow' })
        await Ship.create({ name: 'Black Pearl', [key]: jack.id })
        expect((await Ship.findAll({ include: property }))[0]?.toJSON()[property].name).toBe('Jack Sparrow')
        expect((await Ship.findAll({ include: { model: Captain, as: property } }))[0]?.[property].name).toBe(
          'Jack Sparrow',
        )
        const ship = await Ship.findOne()
        expect((await ship[`get${property[0]?.toUpperCase()}${property.slice(1)}`]()).toJSON().name).toBe(
          'Jack Sparrow',
        )
      }
    })
    engine.requires('longKeys')('an association over a unique name instead of the primary key', async () => {
      const { Ship, Captain } = await ships(
        (Ship, Captain) => Ship.belongsTo(Captain, { targetKey: 'name', foreignKey: 'captainName' }),
        { name: { type: DataTypes.TEXT, unique: true } },
      )
      await Captain.create({ name: 'Jack Sparrow' })
      const ship = await Ship.create({ name: 'Black Pearl', captainName: 'Jack Sparrow' })
      expect((await ship.getCaptain()).name).toBe('Jack Sparrow')
      await Captain.create({ name: 'Hector Barbossa' })
      await ship.setCaptain('Hector Barbossa')
      expect((await Ship.findOne({ include: Captain })).captain.name).toBe('Hector Barbossa')
    })
    test('a validator of the target speaks in the creator', async () => {
      const { Ship, Captain } = await ships((Ship, Captain) => Ship.belongsTo(Captain))
      const ship = await Ship.create({ name: 'Black Pearl' })
      await expect(ship.createCaptain({ name: 'Will', skillLevel: 11 })).rejects.toMatchObject({
        errors: [expect.objectContaining({ path: 'skillLevel', validatorKey: 'max' })],
      })
      expect([await Captain.count(), (await Ship.findOne()).captainId]).toEqual([0, null])
    })
  })

  describe('foo and bar', () => {
    async function foos(options: object = {}, foo: object = {}) {
      const sequelize = await connected()
      const Foo = sequelize.define('foo', { name: DataTypes.TEXT, ...foo })
      const Bar = sequelize.define('bar', { name: DataTypes.TEXT })
      Foo.hasOne(Bar, options)
      Bar.belongsTo(Foo)
      await sequelize.sync()
      return { sequelize, Foo, Bar }
    }
    test('the methods of hasOne, one after another', async () => {
      const { Foo, Bar } = await foos()
      const foo = await Foo.create({ name: 'the-foo' })
      const bar1 = await Bar.create({ name: 'some-bar' })
      await Bar.create({ name: 'another-bar' })
      expect(await foo.getBar()).toBeNull()
      await foo.setBar(bar1)
      expect((await foo.getBar()).name).toBe('some-bar')
      await foo.createBar({ name: 'yet-another-bar' })
      expect((await foo.getBar()).name).toBe('yet-another-bar')
      await foo.setBar(null)
      expect(await foo.getBar()).toBeNull()
      expect(await Bar.count({ where: { fooId: null } })).toBe(3)
    })
    test('restrict on both sides of the key', async () => {
      const { sequelize } = await foos({ onDelete: 'RESTRICT', onUpdate: 'RESTRICT' })
      expect(await foreignKeysOf(sequelize, 'bars')).toMatchObject([
        { columns: ['fooId'], onDelete: 'RESTRICT', onUpdate: 'RESTRICT' },
      ])
    })
    test('a mandatory key', async () => {
      const { sequelize, Bar } = await foos({ foreignKey: { allowNull: false } })
      expect((await columnsOf(sequelize, 'bars')).fooId?.allowNull).toBe(false)
      await expect(Bar.create({ name: 'x' })).rejects.toMatchObject({ name: 'SequelizeValidationError' })
    })
    test('a key of type UUID, for a UUID primary key', async () => {
      const { Foo, Bar } = await foos(
        { foreignKey: { type: DataTypes.UUID } },
        { id: { type: DataTypes.UUID, primaryKey: true, defaultValue: DataTypes.UUIDV4 } },
      )
      const foo = await Foo.create({ name: 'the-foo' })
      const bar = await foo.createBar({ name: 'some-bar' })
      expect(bar.fooId).toBe(foo.id)
      expect((await Bar.findOne({ include: Foo })).foo.id).toBe(foo.id)
    })
    engine.requires('longKeys')('sourceKey, and the setter of the other side with a value of that key', async () => {
      const { Foo, Bar } = await foos(
        { sourceKey: 'name', foreignKey: 'fooName' },
        { name: { type: DataTypes.TEXT, unique: true } },
      )
      await Foo.create({ name: "Foo's Name Here" })
      const bar = await Bar.create({ name: 'some-bar' })
      await bar.setFoo("Foo's Name Here")
      expect((await Foo.findOne({ include: Bar })).bar.name).toBe('some-bar')
    })
    test('a regular column, as the key is', async () => {
      const { Foo, Bar } = await foos()
      const foo = await Foo.create({ name: 'the-foo' })
      const bar = await Bar.create({ name: 'My Bar', fooId: foo.id })
      expect((await Bar.findAll({ where: { fooId: foo.id } }))[0]?.id).toBe(bar.id)
      await bar.update({ fooId: null })
      expect(await foo.getBar()).toBeNull()
    })
  })

  describe('several associations between two models', () => {
    test('two aliases with keys of their own, and a bare call on the other side', async () => {
      const sequelize = await connected()
      const [Team, Game] = [
        sequelize.define('Team', { name: DataTypes.STRING }),
        sequelize.define('Game', { day: DataTypes.DATEONLY }),
      ]
      Team.hasOne(Game, { as: 'HomeTeam', foreignKey: 'homeTeamId' })
      Team.hasOne(Game, { as: 'AwayTeam', foreignKey: 'awayTeamId' })
      Game.belongsTo(Team)
      await sequelize.sync()
      const [a, b] = [await Team.create({ name: 'a' }), await Team.create({ name: 'b' })]
      const game = await Game.create({ day: '2024-02-03', homeTeamId: a.id, awayTeamId: b.id })
      expect([(await a.getHomeTeam()).id, await a.getAwayTeam(), (await b.getAwayTeam()).id]).toEqual([
        game.id,
        null,
        game.id,
      ])
      const found = await Team.findAll({ include: ['HomeTeam', 'AwayTeam'], order: ['id'] })
      expect(found.map((team) => [team.HomeTeam?.day ?? null, team.AwayTeam?.day ?? null])).toEqual([
        ['2024-02-03', null],
        [null, '2024-02-03'],
      ])
    })
    test('named inverses are both there', async () => {
      const sequelize = await connected()
      const [Person, License] = [
        sequelize.define('Person', { name: DataTypes.STRING }),
        sequelize.define('License', { number: DataTypes.STRING }),
      ]
      Person.hasOne(License, { as: 'current', foreignKey: 'ownerId', inverse: { as: 'owner' } })
      Person.hasOne(License, { as: 'former', foreignKey: 'formerOwnerId', inverse: { as: 'formerOwner' } })
      await sequelize.sync()
      const ann = await Person.create({ name: 'Ann' })
      await ann.createCurrent({ number: 'new' })
      await ann.createFormer({ number: 'old' })
      const licenses = await License.findAll({ include: ['owner', 'formerOwner'], order: ['id'] })
      expect(licenses.map((row) => [row.number, row.owner?.name ?? null, row.formerOwner?.name ?? null])).toEqual([
        ['new', 'Ann', null],
        ['old', null, 'Ann'],
      ])
    })
  })

  describe('creating with associations', () => {
    async function shop() {
      const sequelize = engine.script(await engine.connect())
      class Product extends Model {}
      Product.init({ title: Sequelize.STRING }, { sequelize: sequelize as never, modelName: 'product' })
      class User extends Model {}
      User.init(
        { firstName: Sequelize.STRING, lastName: Sequelize.STRING },
        { sequelize: sequelize as never, modelName: 'user' },
      )
      class Address extends Model {}
      Address.init(
        { type: DataTypes.STRING, line1: Sequelize.STRING, city: Sequelize.STRING },
        { sequelize: sequelize as never, modelName: 'address' },
      )
      return {
        sequelize,
        Product: Product as unknown as Table,
        User: User as unknown as Table,
        Address: Address as unknown as Table,
      }
    }
    test('associations that were kept are what is included', async () => {
      const { sequelize, Product, User, Address } = await shop()
      const ofProduct = Product.belongsTo(User)
      const ofUser = User.hasOne(Address)
      await sequelize.sync()
      const product = await Product.create(
        {
          title: 'Chair',
          user: {
            firstName: 'Mick',
            lastName: 'Broadstone',
            address: { type: 'home', line1: '100 Main St.', city: 'Austin' },
          },
        },
        { include: [{ association: ofProduct, include: [ofUser] }] },
      )
      expect(product.user.address.userId).toBe(product.user.id)
      const found = await Product.findOne({ include: { association: ofProduct, include: [ofUser] } })
      expect([found.userId, found.user.firstName, found.user.address.city]).toEqual([product.user.id, 'Mick', 'Austin'])
    })
    test('with an alias', async () => {
      const { sequelize, Product, User } = await shop()
      const Creator = Product.belongsTo(User, { as: 'creator' })
      await sequelize.sync()
      await Product.create(
        { title: 'Chair', creator: { firstName: 'Matt', lastName: 'Hansen' } },
        { include: [Creator] },
      )
      expect((await Product.findOne({ include: [{ association: Creator, as: 'creator' }] })).creator.lastName).toBe(
        'Hansen',
      )
    })
    test('the static property of a class holds the association', async () => {
      const { sequelize, Product, User } = await shop()
      Product.User = Product.belongsTo(User)
      await sequelize.sync()
      await Product.create({ title: 'Chair', user: { firstName: 'Mick' } }, { include: [Product.User] })
      expect((await Product.findOne({ include: Product.User })).user.firstName).toBe('Mick')
    })
  })

  describe('eager loading', () => {
    async function users() {
      const sequelize = await connected()
      const User = sequelize.define('user', { name: DataTypes.STRING, state: DataTypes.STRING })
      const Tool = sequelize.define('tool', { name: DataTypes.STRING, size: DataTypes.STRING })
      const Teacher = sequelize.define('teacher', { name: DataTypes.STRING, school: DataTypes.STRING })
      User.hasOne(Tool, { as: 'Instrument' })
      Tool.hasOne(Teacher)
      await sequelize.sync()
      await User.bulkCreate([
        { name: 'John', state: 'large' },
        { name: 'Jane', state: 'other' },
        { name: 'Joe', state: 'x' },
      ])
      await Tool.bulkCreate([
        { name: 'Cello', size: 'large', userId: 1 },
        { name: 'Flute', size: 'small', userId: 2 },
      ])
      await Teacher.bulkCreate([
        { name: 'Jimi', school: 'Woodstock Music School', toolId: 1 },
        { name: 'Ella', school: 'Apollo', toolId: 2 },
      ])
      return { sequelize, User, Tool, Teacher }
    }
    test('the four places of a condition', async () => {
      const { User, Tool } = await users()
      const notSmall = { size: { [Op.ne]: 'small' } }
      const seen = async (options: object) =>
        (await User.findAll({ ...options, order: ['id'] })).map((row) => [row.name, row.Instrument?.name ?? null])
      expect(await seen({ include: { model: Tool, as: 'Instrument', where: notSmall } })).toEqual([['John', 'Cello']])
      expect(await seen({ include: { model: Tool, as: 'Instrument', where: notSmall, required: false } })).toEqual([
        ['John', 'Cello'],
        ['Jane', null],
        ['Joe', null],
      ])
      expect(
        await seen({
          where: { '$Instrument.size$': { [Op.ne]: 'small' } },
          include: { model: Tool, as: 'Instrument' },
        }),
      ).toEqual([['John', 'Cello']])
      expect(
        await seen({
          where: { '$Instrument.size$': { [Op.ne]: 'small' } },
          include: { model: Tool, as: 'Instrument', required: true },
        }),
      ).toEqual([['John', 'Cello']])
    })
    test('a condition that refers to a column of the parent', async () => {
      const { User, Tool } = await users()
      const found = await User.findAll({
        include: { model: Tool, as: 'Instrument', where: { size: Sequelize.col('user.state') } },
      })
      expect(found.map((row) => row.name)).toEqual(['John'])
    })
    test('a nested condition with required: false keeps users and tools', async () => {
      const { User, Tool, Teacher } = await users()
      const found = await User.findAll({
        include: [
          {
            model: Tool,
            as: 'Instrument',
            include: [{ model: Teacher, where: { school: 'Woodstock Music School' }, required: false }],
          },
        ],
        order: ['id'],
      })
      expect(found.map((row) => [row.Instrument?.name ?? null, row.Instrument?.teacher?.name ?? null])).toEqual([
        ['Cello', 'Jimi'],
        ['Flute', null],
        [null, null],
      ])
    })
    test('right has no effect beside a condition', async () => {
      const { User, Tool } = await users()
      const found = await User.findAll({
        include: [{ model: Tool, as: 'Instrument', where: { size: 'large' }, right: true }],
      })
      expect(found.map((row) => row.name)).toEqual(['John'])
    })
    test('counting the parents that have one', async () => {
      const { User, Tool } = await users()
      const required = await User.findAndCountAll({
        include: [{ model: Tool, as: 'Instrument', required: true }],
        limit: 1,
        order: ['id'],
      })
      expect([required.count, required.rows.map((row) => row.name)]).toEqual([2, ['John']])
      expect((await User.findAndCountAll({ include: [{ model: Tool, as: 'Instrument' }], limit: 1 })).count).toBe(3)
      expect(
        (
          await User.findAndCountAll({
            include: [{ model: Tool, as: 'Instrument', where: { size: 'small' } }],
            limit: 3,
          })
        ).count,
      ).toBe(1)
    })
    test('ordering by a chain of models', async () => {
      const { User, Tool, Teacher } = await users()
      const found = await User.findAll({
        where: { name: { [Op.ne]: 'Joe' } },
        include: { model: Tool, as: 'Instrument', include: Teacher },
        order: [[{ model: Tool, as: 'Instrument' }, Teacher, 'name', 'ASC']],
      })
      expect(found.map((row) => row.name)).toEqual(['Jane', 'John'])
    })
  })

  describe('a polymorphic one-to-one', () => {
    async function commentables() {
      const sequelize = await connected()
      const uppercaseFirst = (text: string): string => `${text[0]?.toUpperCase()}${text.slice(1)}`
      class Image extends Model {}
      Image.init(
        { title: DataTypes.STRING, url: DataTypes.STRING },
        { sequelize: sequelize as never, modelName: 'image' },
      )
      class Video extends Model {}
      Video.init(
        { title: DataTypes.STRING, text: DataTypes.STRING },
        { sequelize: sequelize as never, modelName: 'video' },
      )
      class Comment extends Model {
        getCommentable(this: Row, options?: object): Promise<Row | null> {
          if (!this.commentableType) return Promise.resolve(null)
          return this[`get${uppercaseFirst(this.commentableType)}`](options)
        }
      }
      Comment.init(
        { title: DataTypes.STRING, commentableId: DataTypes.INTEGER, commentableType: DataTypes.STRING },
        { sequelize: sequelize as never, modelName: 'comment' },
      )
      const [Images, Videos, Comments] = [Image, Video, Comment] as unknown as [Table, Table, Table]
      for (const [Commentable, type] of [
        [Images, 'image'],
        [Videos, 'video'],
      ] as const) {
        Commentable.hasOne(Comments, {
          foreignKey: 'commentableId',
          constraints: false,
          scope: { commentableType: type },
        })
        Comments.belongsTo(Commentable, { foreignKey: 'commentableId', constraints: false })
      }
      Comments.addHook('afterFind', (result: Row | Row[] | null) => {
        for (const instance of Array.isArray(result) ? result : result ? [result] : []) {
          if (instance.commentableType === 'image' && instance.image !== undefined)
            instance.commentable = instance.image
          else if (instance.commentableType === 'video' && instance.video !== undefined)
            instance.commentable = instance.video
          // To prevent mistakes:
          delete instance.image
          delete instance.dataValues.image
          delete instance.video
          delete instance.dataValues.video
        }
      })
      await sequelize.sync()
      return { sequelize, Images, Videos, Comments }
    }
    test('one key serves two targets', async () => {
      const { sequelize, Images, Videos, Comments } = await commentables()
      expect(await foreignKeysOf(sequelize, 'comments')).toEqual([])
      const [image, video] = [await Images.create({ title: 'Meow' }), await Videos.create({ title: 'Woof' })]
      expect([image.id, video.id]).toEqual([1, 1])
      const comment = await image.createComment({ title: 'Awesome!' })
      expect([comment.commentableId, comment.commentableType]).toEqual([image.id, 'image'])
      await video.createComment({ title: 'Loud!' })
      expect((await image.getComment()).title).toBe('Awesome!')
      expect((await video.getComment()).title).toBe('Loud!')
      expect((await (await Comments.findByPk(comment.id)).getCommentable()).title).toBe('Meow')
      expect(await (await Comments.create({ title: 'alone' })).getCommentable()).toBeNull()
    })
    test('both can be loaded, and a hook puts the right one in place', async () => {
      const { Images, Videos, Comments } = await commentables()
      await (await Images.create({ title: 'Meow' })).createComment({ title: 'Awesome!' })
      await (await Videos.create({ title: 'Woof' })).createComment({ title: 'Loud!' })
      const comments = await Comments.findAll({ include: [Images, Videos], order: ['id'] })
      expect(comments.map((comment) => [comment.title, comment.commentable.toJSON().title])).toEqual([
        ['Awesome!', 'Meow'],
        ['Loud!', 'Woof'],
      ])
      expect(comments.map((comment) => [comment.image, comment.video])).toEqual([
        [undefined, undefined],
        [undefined, undefined],
      ])
      expect((await Images.findOne({ include: Comments })).comment.title).toBe('Awesome!')
    })
  })

  describe('association scopes', () => {
    test('are conditions and defaults at once', async () => {
      const sequelize = await connected()
      const [Foo, Bar] = [
        sequelize.define('foo', { name: DataTypes.STRING }),
        sequelize.define('bar', { status: DataTypes.STRING }),
      ]
      Foo.hasOne(Bar, { scope: { status: 'open' }, as: 'openBar' })
      await sequelize.sync()
      const foo = await Foo.create({ name: 'My Foo' })
      expect((await foo.createOpenBar()).status).toBe('open')
      expect(json(await Foo.findOne({ include: 'openBar' }))).toMatchObject({ openBar: { status: 'open' } })
      await Bar.update({ status: 'closed' }, { where: {} })
      expect(await foo.getOpenBar()).toBeNull()
    })
  })
})
