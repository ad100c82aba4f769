// The examples of the guides on associations to many rows, as they stand there: v6 "Advanced M:N Associations", "Polymorphic Associations",
// "Eager Loading", "Creating with Associations", "Association Scopes"; v7 associations/has-many and associations/belongs-to-many.
import { DataTypes, Model, Op } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Row, Untyped } from '../../support/untyped.js'
import { json } from '../one-to-one/world.js'

describeEachEngine('Advanced M:N Associations', (engine) => {
  const start = async (through: object | string = { selfGranted: DataTypes.BOOLEAN }) => {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define(
      'user',
      { username: DataTypes.STRING, points: DataTypes.INTEGER },
      { timestamps: false },
    )
    const Profile = sequelize.define('profile', { name: DataTypes.STRING }, { timestamps: false })
    const between =
      typeof through === 'string' ? through : sequelize.define('User_Profile', through, { timestamps: false })
    User.belongsToMany(Profile, { through: between })
    Profile.belongsToMany(User, { through: between })
    await sequelize.sync()
    return { sequelize, User, Profile }
  }

  test('values for the extra columns of the through table', async () => {
    const { User, Profile } = await start()
    const amidala = await User.create({ username: 'p4dm3', points: 1000 })
    const queen = await Profile.create({ name: 'Queen' })
    await amidala.addProfile(queen, { through: { selfGranted: false } })
    const result = await User.findOne({ where: { username: 'p4dm3' }, include: Profile })
    expect(json(result)).toEqual({
      id: 1,
      username: 'p4dm3',
      points: 1000,
      profiles: [{ id: 1, name: 'Queen', User_Profile: { userId: 1, profileId: 1, selfGranted: false } }],
    })
    expect(
      json(await User.findOne({ include: { model: Profile, through: { attributes: ['selfGranted'] } } })),
    ).toMatchObject({
      profiles: [{ id: 1, name: 'Queen', User_Profile: { selfGranted: false } }],
    })
    expect(json(await User.findOne({ include: { model: Profile, through: { attributes: [] } } }))).toEqual({
      id: 1,
      username: 'p4dm3',
      points: 1000,
      profiles: [{ id: 1, name: 'Queen' }],
    })
    expect(json(await amidala.getProfiles({ joinTableAttributes: ['selfGranted'] }))).toEqual([
      { id: 1, name: 'Queen', User_Profile: { selfGranted: false } },
    ])
  })

  test('all relationships in a single create call', async () => {
    const { User, Profile } = await start()
    await User.create(
      { username: 'p4dm3', points: 1000, profiles: [{ name: 'Queen', User_Profile: { selfGranted: true } }] },
      { include: Profile },
    )
    expect(json(await User.findOne({ where: { username: 'p4dm3' }, include: Profile }))).toEqual({
      id: 1,
      username: 'p4dm3',
      points: 1000,
      profiles: [{ id: 1, name: 'Queen', User_Profile: { selfGranted: true, userId: 1, profileId: 1 } }],
    })
  })

  test('a model made of a string, its unique name, a primary key of its own', async () => {
    const { sequelize, User, Profile } = await start('User_Profiles')
    expect(sequelize.models.User_Profiles.getTableName()).toBe('User_Profiles')
    const id = { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true, allowNull: false }
    const Other = sequelize.define('Other', { id })
    User.belongsToMany(Profile, { as: 'others', through: Other, uniqueKey: 'my_custom_unique' })
    await sequelize.sync()
    const indexes = (await sequelize.queryInterface.showIndex('Others')) as { name: string }[]
    expect(indexes.map((index) => index.name)).toContain('my_custom_unique')
    const own = await start({ id })
    expect(Object.keys(own.sequelize.models.User_Profile.getAttributes())).toEqual(['id', 'userId', 'profileId'])
  })

  test('the Super Many-to-Many relationship', async () => {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('user', { username: DataTypes.STRING }, { timestamps: false })
    const Profile = sequelize.define('profile', { name: DataTypes.STRING }, { timestamps: false })
    const Grant = sequelize.define(
      'grant',
      {
        id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true, allowNull: false },
        selfGranted: DataTypes.BOOLEAN,
      },
      { timestamps: false },
    )
    User.belongsToMany(Profile, { through: Grant })
    Profile.belongsToMany(User, { through: Grant })
    User.hasMany(Grant)
    Grant.belongsTo(User)
    Profile.hasMany(Grant)
    Grant.belongsTo(Profile)
    await sequelize.sync()
    expect(Object.keys(Grant.getAttributes())).toEqual(['id', 'selfGranted', 'userId', 'profileId'])
    await User.create({ username: 'a', profiles: [{ name: 'x' }, { name: 'y' }] }, { include: Profile })
    for (const [model, included, as] of [
      [User, Profile, 'profiles'],
      [Profile, User, 'users'],
      [User, Grant, 'grants'],
      [Profile, Grant, 'grants'],
      [Grant, User, 'user'],
      [Grant, Profile, 'profile'],
    ] as const)
      expect((await model.findOne({ include: included }))[as]).toBeTruthy()
    const [user] = await User.findAll({
      include: [
        { model: Grant, include: [User, Profile] },
        { model: Profile, include: { model: User, include: { model: Grant, include: [User, Profile] } } },
      ],
    })
    expect(user!.grants.map((grant: Row) => grant.profile.name).sort()).toEqual(['x', 'y'])
    expect(user!.profiles[0].users[0].grants[0].user.username).toBe('a')
  })

  test('aliases and custom key names', async () => {
    const sequelize = engine.script(await engine.connect())
    const Product = sequelize.define('product', {})
    const Category = sequelize.define('category', {})
    Product.belongsToMany(Category, { as: 'groups', through: 'product_categories' })
    Category.belongsToMany(Product, { as: 'items', through: 'product_categories' })
    const keys = (name: string): string[] => Object.keys(sequelize.models[name].getAttributes())
    expect(keys('product_categories')).toEqual(['createdAt', 'updatedAt', 'productId', 'categoryId'])
    Product.belongsToMany(Category, { as: 'types', through: 'typed', foreignKey: 'objectId', otherKey: 'typeId' })
    Category.belongsToMany(Product, { as: 'objects', through: 'typed', foreignKey: 'typeId', otherKey: 'objectId' })
    expect(keys('typed')).toEqual(['createdAt', 'updatedAt', 'objectId', 'typeId'])
    await sequelize.sync()
    await Product.create({ groups: [{}] }, { include: 'groups' })
    expect((await Product.findAll({ include: { model: Category, as: 'groups' } }))[0]!.groups).toHaveLength(1)
    const Person = sequelize.define('Person', {})
    Person.belongsToMany(Person, { as: 'Children', through: 'PersonChildren' })
    await sequelize.sync()
    const person = await Person.create({})
    await person.addChild(await Person.create({}))
    expect(await person.countChildren()).toBe(1)
  })

  test('many-to-many-to-many', async () => {
    const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
    const Player = sequelize.define('Player', { username: DataTypes.STRING })
    const Team = sequelize.define('Team', { name: DataTypes.STRING })
    const Game = sequelize.define('Game', { name: DataTypes.STRING })
    const id = { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true, allowNull: false }
    const GameTeam = sequelize.define('GameTeam', { id })
    Team.belongsToMany(Game, { through: GameTeam })
    Game.belongsToMany(Team, { through: GameTeam })
    GameTeam.belongsTo(Game)
    GameTeam.belongsTo(Team)
    Game.hasMany(GameTeam)
    Team.hasMany(GameTeam)
    const PlayerGameTeam = sequelize.define('PlayerGameTeam', { id })
    Player.belongsToMany(GameTeam, { through: PlayerGameTeam })
    GameTeam.belongsToMany(Player, { through: PlayerGameTeam })
    PlayerGameTeam.belongsTo(Player)
    PlayerGameTeam.belongsTo(GameTeam)
    Player.hasMany(PlayerGameTeam)
    GameTeam.hasMany(PlayerGameTeam)
    await sequelize.sync()
    await Player.bulkCreate(
      ['s0me0ne', 'empty', 'greenhead', 'not_spock', 'bowl_of_petunias'].map((username) => ({ username })),
    )
    await Game.bulkCreate([{ name: 'The Big Clash' }, { name: 'Winter Showdown' }, { name: 'Summer Beatdown' }])
    await Team.bulkCreate([{ name: 'The Martians' }, { name: 'The Earthlings' }, { name: 'The Plutonians' }])
    await GameTeam.bulkCreate([
      { GameId: 1, TeamId: 1 },
      { GameId: 1, TeamId: 2 },
      { GameId: 2, TeamId: 1 },
      { GameId: 2, TeamId: 3 },
      { GameId: 3, TeamId: 2 },
      { GameId: 3, TeamId: 3 },
    ])
    await PlayerGameTeam.bulkCreate([
      { PlayerId: 1, GameTeamId: 3 },
      { PlayerId: 3, GameTeamId: 3 },
      { PlayerId: 4, GameTeamId: 4 },
      { PlayerId: 5, GameTeamId: 4 },
    ])
    const game = await Game.findOne({
      where: { name: 'Winter Showdown' },
      include: { model: GameTeam, include: [{ model: Player, through: { attributes: [] } }, Team] },
    })
    const teams = game.GameTeams.map((one: Row) => [
      one.Team.name,
      one.Players.map((player: Row) => player.username).sort(),
    ])
    expect(teams.sort()).toEqual([
      ['The Martians', ['greenhead', 's0me0ne']],
      ['The Plutonians', ['bowl_of_petunias', 'not_spock']],
    ])
  })
})

describeEachEngine('Polymorphic Associations', (engine) => {
  const start = async () => {
    const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
    class Image extends (Model as Untyped) {}
    class Video extends (Model as Untyped) {}
    ;(Image as Untyped).init({ title: DataTypes.STRING, url: DataTypes.STRING }, { sequelize, modelName: 'image' })
    ;(Video as Untyped).init({ title: DataTypes.STRING, text: DataTypes.STRING }, { sequelize, modelName: 'video' })
    return { sequelize, Image: Image as Untyped, Video: Video as Untyped }
  }

  test('one-to-many: a key that leads to several tables', async () => {
    const { sequelize, Image, Video } = await start()
    class Comment extends (Model as Untyped) {
      getCommentable(options?: object): Promise<Row | null> {
        if (!this.commentableType) return Promise.resolve(null)
        return this[`get${this.commentableType[0].toUpperCase()}${this.commentableType.slice(1)}`](options)
      }
    }
    const Comments = Comment as Untyped
    Comments.init(
      { title: DataTypes.STRING, commentableId: DataTypes.INTEGER, commentableType: DataTypes.STRING },
      { sequelize, modelName: 'comment' },
    )
    Image.hasMany(Comments, { foreignKey: 'commentableId', constraints: false, scope: { commentableType: 'image' } })
    Comments.belongsTo(Image, { foreignKey: 'commentableId', constraints: false })
    Video.hasMany(Comments, { foreignKey: 'commentableId', constraints: false, scope: { commentableType: 'video' } })
    Comments.belongsTo(Video, { foreignKey: 'commentableId', constraints: false })
    Comments.addHook('afterFind', (found: Row | Row[] | null) => {
      for (const instance of [found].flat().filter((one) => one !== null)) {
        if (instance.commentableType === 'image' && instance.image !== undefined) instance.commentable = instance.image
        else if (instance.commentableType === 'video' && instance.video !== undefined)
          instance.commentable = instance.video
      }
    })
    await sequelize.sync()
    const image = await Image.create({ title: 'Meow', url: 'https://placekitten.com/408/287' })
    const video = await Video.create({ title: 'Bark' })
    const comment = await image.createComment({ title: 'Awesome!' })
    expect([comment.commentableId, comment.commentableType]).toEqual([image.id, 'image'])
    expect((await comment.getCommentable()).title).toBe('Meow')
    await video.createComment({ title: 'Loud' })
    expect((await image.getComments()).map((one: Row) => one.title)).toEqual(['Awesome!'])
    const loose = await Comments.create({ title: 'loose' })
    await image.addComment(loose)
    expect([loose.commentableType, await image.countComments(), await video.countComments()]).toEqual(['image', 2, 1])
    const comments = await Comments.findAll({ include: [Image, Video], order: ['id'] })
    expect(comments.map((one: Row) => one.commentable.title)).toEqual(['Meow', 'Bark', 'Meow'])
    expect((await Image.findOne({ include: Comments })).comments).toHaveLength(2)
  })

  test('many-to-many: one through table for several models', async () => {
    const { sequelize, Image, Video } = await start()
    class Tag extends (Model as Untyped) {
      async getTaggables(options?: object): Promise<Row[]> {
        return [...(await this.getImages(options)), ...(await this.getVideos(options))]
      }
    }
    class Tag_Taggable extends (Model as Untyped) {}
    const [Tags, Between] = [Tag as Untyped, Tag_Taggable as Untyped]
    Tags.init({ name: DataTypes.STRING }, { sequelize, modelName: 'tag' })
    Between.init(
      {
        tagId: { type: DataTypes.INTEGER, unique: 'tt_unique_constraint' },
        taggableId: { type: DataTypes.INTEGER, unique: 'tt_unique_constraint', references: null },
        taggableType: { type: DataTypes.STRING, unique: 'tt_unique_constraint' },
      },
      { sequelize, modelName: 'tag_taggable' },
    )
    for (const [model, type] of [
      [Image, 'image'],
      [Video, 'video'],
    ]) {
      model.belongsToMany(Tags, {
        through: { model: Between, unique: false, scope: { taggableType: type } },
        foreignKey: 'taggableId',
        constraints: false,
      })
      Tags.belongsToMany(model, { through: { model: Between, unique: false }, foreignKey: 'tagId', constraints: false })
    }
    await sequelize.sync()
    const image = await Image.create({ title: 'i' })
    const video = await Video.create({ title: 'v' })
    const tag = await Tags.create({ name: 't' })
    await image.addTag(tag)
    await video.addTag(tag)
    await video.createTag({ name: 'u' })
    expect([await image.countTags(), await video.countTags()]).toEqual([1, 2])
    expect((await image.getTags())[0].tag_taggable.taggableType).toBe('image')
    expect((await Image.findAll({ include: Tags }))[0].tags).toHaveLength(1)
    expect((await Video.findAll({ include: { model: Tags, strategy: 'query' } }))[0].tags).toHaveLength(2)
    await video.setTags([])
    expect([await image.countTags(), await Between.count()]).toEqual([1, 1])
  })
})

describeEachEngine('Eager Loading', (engine) => {
  const start = async () => {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('user', { name: DataTypes.STRING }, { timestamps: false })
    const Task = sequelize.define('task', { name: DataTypes.STRING }, { timestamps: false })
    const Tool = sequelize.define('tool', { name: DataTypes.STRING, size: DataTypes.STRING }, { timestamps: false })
    User.hasMany(Task)
    Task.belongsTo(User)
    User.hasMany(Tool, { as: 'Instruments' })
    await sequelize.sync()
    await User.create(
      {
        name: 'John Doe',
        tasks: [{ name: 'A Task' }],
        Instruments: [
          { name: 'Scissor', size: 'small' },
          { name: 'Saw', size: 'big' },
        ],
      },
      { include: [Task, 'Instruments'] },
    )
    await User.create({ name: 'Jane' })
    return { sequelize, recorder: engine.recorder(sequelize), User, Task, Tool }
  }
  test('single, all and aliased elements', async () => {
    const { User, Task, Tool, recorder } = await start()
    expect(json(await Task.findAll({ include: User }))).toEqual([
      { name: 'A Task', id: 1, userId: 1, user: { name: 'John Doe', id: 1 } },
    ])
    expect(json(await User.findAll({ include: Task, order: ['id'] }))).toEqual([
      { name: 'John Doe', id: 1, tasks: [{ name: 'A Task', id: 1, userId: 1 }] },
      { name: 'Jane', id: 2, tasks: [] },
    ])
    for (const include of [
      { model: Tool, as: 'Instruments' },
      'Instruments',
      { association: 'Instruments' },
      User.associations.Instruments,
    ])
      expect((await User.findAll({ include, order: ['id'] })).map((user) => user.Instruments.length)).toEqual([2, 0])
    expect(await recorder.count(() => User.findAll({ include: [Task, 'Instruments'] }))).toBe(1)
    expect(json(await User.findAll({ include: { all: true }, order: ['id'] }))).toHaveLength(2)
    expect((await User.findAll({ include: { all: true, nested: true } })).length).toBe(2)
  })
  test('inner and top-level where, required or not', async () => {
    const { User, Tool, recorder } = await start()
    const size = { [Op.ne]: 'small' }
    const tools = async (options: object): Promise<unknown> =>
      (await User.findAll({ order: ['id'], ...options })).map((user) => user.Instruments.map((tool: Row) => tool.name))
    const include = { model: Tool, as: 'Instruments' }
    expect(await tools({ include: { ...include, where: { size } } })).toEqual([['Saw']])
    expect(await tools({ include: { ...include, where: { size }, required: false } })).toEqual([['Saw'], []])
    expect(await tools({ include, where: { '$Instruments.size$': size } })).toEqual([['Saw']])
    expect(await tools({ include: { ...include, required: true }, where: { '$Instruments.size$': size } })).toEqual([
      ['Saw'],
    ])
    expect(await User.findAll({ include: { model: Tool, as: 'Instruments', required: true } })).toHaveLength(1)
    expect(
      await recorder.count(() => User.findAndCountAll({ include: { ...include, where: { size } }, limit: 1 })),
    ).toBe(2)
  })
  test('Foo and Bar', async () => {
    const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
    const Foo = sequelize.define('Foo', { name: DataTypes.TEXT })
    const Bar = sequelize.define('Bar', { name: DataTypes.TEXT })
    Foo.belongsToMany(Bar, { through: 'Foo_Bar' })
    Bar.belongsToMany(Foo, { through: 'Foo_Bar' })
    await sequelize.sync()
    const foo = await Foo.create({ name: 'foo' })
    const bar = await Bar.create({ name: 'bar' })
    await foo.addBar(bar)
    expect(json(await Foo.findOne({ include: Bar }))).toEqual({
      id: 1,
      name: 'foo',
      Bars: [{ id: 1, name: 'bar', Foo_Bar: { FooId: 1, BarId: 1 } }],
    })
    const ordered = await Foo.findAll({ include: Bar, order: [[Bar, sequelize.models.Foo_Bar, 'BarId', 'DESC']] })
    expect(ordered[0]!.Bars).toHaveLength(1)
  })
  test('ordering', async () => {
    const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
    const Company = sequelize.define('Company', { name: DataTypes.STRING })
    const Division = sequelize.define('Division', { name: DataTypes.STRING })
    const Department = sequelize.define('Department', { name: DataTypes.STRING })
    Company.hasMany(Division)
    Division.hasMany(Department)
    await sequelize.sync()
    await Company.create(
      { name: 'c', Divisions: [{ name: 'a', Departments: [{ name: 'y' }, { name: 'x' }] }, { name: 'b' }] },
      { include: { model: Division, include: [Department] } },
    )
    const [desc] = await Company.findAll({ include: Division, order: [[Division, 'name', 'DESC']] })
    expect(desc!.Divisions.map((one: Row) => one.name)).toEqual(['b', 'a'])
    const [nested] = await Company.findAll({
      include: { model: Division, include: [Department] },
      order: [
        [Division, 'name', 'ASC'],
        [Division, Department, 'name', 'ASC'],
      ],
    })
    expect(nested!.Divisions[0].Departments.map((one: Row) => one.name)).toEqual(['x', 'y'])
  })
})

describeEachEngine('Creating with Associations; Association Scopes', (engine) => {
  test('a product, its user and their addresses; tags', async () => {
    const sequelize = engine.script(await engine.connect())
    const Product = sequelize.define('product', { title: DataTypes.STRING })
    const User = sequelize.define('user', { firstName: DataTypes.STRING })
    const Address = sequelize.define('address', { type: DataTypes.STRING, city: DataTypes.STRING })
    const Tag = sequelize.define('tag', { name: DataTypes.STRING })
    const ProductUser = Product.belongsTo(User)
    const Addresses = User.hasMany(Address)
    Product.hasMany(Tag)
    const Categories = Product.hasMany(Tag, { as: 'categories', foreignKey: 'categoryOf' })
    await sequelize.sync()
    const chair = await Product.create(
      { title: 'Chair', user: { firstName: 'Mick', addresses: [{ type: 'home', city: 'Austin' }] } },
      { include: [{ association: ProductUser, include: [Addresses] }] },
    )
    expect([chair.userId, chair.user.addresses[0].userId]).toEqual([1, 1])
    await Product.create({ id: 7, title: 'Chair', tags: [{ name: 'Alpha' }, { name: 'Beta' }] }, { include: ['tags'] })
    expect(await Tag.count({ where: { productId: 7 } })).toBe(2)
    await Product.create(
      { id: 8, title: 'Chair', categories: [{ name: 'Alpha' }] },
      { include: [{ association: Categories, as: 'categories' }] },
    )
    expect(await Tag.count({ where: { categoryOf: 8 } })).toBe(1)
  })
  test('a scope of the association, and the same by a scope of the model', async () => {
    const sequelize = engine.script(await engine.connect())
    const Foo = sequelize.define('foo', { name: DataTypes.STRING })
    const Bar = sequelize.define('bar', { status: DataTypes.STRING })
    Foo.hasMany(Bar, { scope: { status: 'open' }, as: 'openBars' })
    Bar.addScope('closed', { where: { status: 'closed' } })
    Foo.hasMany(Bar)
    Foo.hasMany(Bar.scope('closed'), { as: 'closedBars' })
    await sequelize.sync()
    const foo = await Foo.create({ name: 'My Foo' })
    await foo.createOpenBar({})
    await foo.createBar({ status: 'closed' })
    expect((await foo.getOpenBars()).map((bar: Row) => bar.status)).toEqual(['open'])
    expect((await foo.getClosedBars()).map((bar: Row) => bar.status)).toEqual(['closed'])
    expect(await foo.countBars()).toBe(2)
    expect((await Foo.findOne({ include: ['openBars', 'bars'] })).openBars).toHaveLength(1)
  })
})
