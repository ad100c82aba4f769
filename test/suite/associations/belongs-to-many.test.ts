// belongsToMany: the table between and its keys, and the methods, with their statements.
import { DataTypes } from 'mortise'
import { expect, test } from 'vitest'
import type { Engine } from '../../support/databases.js'
import { describeEachEngine } from '../../support/databases.js'
import type { Row } from '../../support/untyped.js'
import { json } from '../one-to-one/world.js'

const names = (rows: readonly Row[]): string[] => rows.map((row) => row.name as string).sort()

async function tagged(engine: Engine, through: object = {}) {
  const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
  const Post = sequelize.define('Post', { name: DataTypes.STRING })
  const Tag = sequelize.define('Tag', { name: DataTypes.STRING })
  const PostTag = sequelize.define('PostTag', { weight: { type: DataTypes.INTEGER, defaultValue: 1 } }, through)
  Post.belongsToMany(Tag, { as: 'tags', through: PostTag, foreignKey: 'postId', otherKey: 'tagId', inverse: 'posts' })
  await sequelize.sync()
  const [one, two] = await Post.bulkCreate([{ name: 'one' }, { name: 'two' }])
  await Tag.bulkCreate([{ name: 'x' }, { name: 'y' }, { name: 'z' }])
  await PostTag.bulkCreate([
    { postId: 1, tagId: 1, weight: 5 },
    { postId: 1, tagId: 2, weight: 3 },
    { postId: 2, tagId: 2, weight: 4 },
  ])
  return { sequelize, recorder: engine.recorder(sequelize), Post, Tag, PostTag, one: one!, two: two! }
}

describeEachEngine('belongsToMany', (engine) => {
  test('a table of two keys, which are its primary key; the same by one call or by two', async () => {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('user', {})
    const Project = sequelize.define('project', {})
    const first = User.belongsToMany(Project, { through: 'user_project' })
    const Between = sequelize.models.user_project
    expect([first.as, first.foreignKey, first.otherKey, first.inverse!.isHidden]).toEqual([
      'projects',
      'userId',
      'projectId',
      true,
    ])
    const second = Project.belongsToMany(User, { through: 'user_project' })
    expect([second.inverse, first.inverse]).toEqual([first, second])
    expect([...Between.primaryKeyAttributes].sort()).toEqual(['projectId', 'userId'])
    expect(Object.keys(Between.getAttributes())).not.toContain('id')
    await sequelize.sync()
    const table = await sequelize.queryInterface.describeTable('user_project')
    expect(Object.keys(table).sort()).toEqual(['createdAt', 'projectId', 'updatedAt', 'userId'])
    const again = await engine.recorder(sequelize).during(() => sequelize.sync({ alter: true }))
    expect(again.filter((text) => /^(?:CREATE|ALTER|DROP)/.test(text))).toEqual([])
  })

  test('a key of its own stays the primary key; the pair is unique unless it is not to be', async () => {
    const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
    const A = sequelize.define('A', {})
    const B = sequelize.define('B', {})
    const own = { id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true } }
    const Unique = sequelize.define('UniqueAB', own)
    const Free = sequelize.define('FreeAB', {})
    A.belongsToMany(B, { as: 'ones', through: { model: Unique, unique: 'one_pair' } })
    A.belongsToMany(B, { as: 'frees', through: { model: Free, unique: false } })
    await sequelize.sync()
    const a = await A.create({})
    const b = await B.create({})
    await Unique.create({ AId: 1, BId: 1 })
    await expect(Unique.create({ AId: 1, BId: 1 })).rejects.toThrow()
    const indexes = (await sequelize.queryInterface.showIndex('UniqueABs')) as { name: string; unique: boolean }[]
    expect(indexes.find((index) => index.name === 'one_pair')?.unique).toBe(true)
    await Free.bulkCreate([
      { AId: 1, BId: 1 },
      { AId: 1, BId: 1 },
    ])
    // A row that two rows between lead to is there twice, as in the database.
    expect([(await a.getFrees()).length, await a.countFrees(), await b.reload()]).toMatchObject([2, 2, {}])
    expect((await A.findOne({ include: 'frees' })).frees).toHaveLength(2)
    expect((await A.findOne({ include: { association: 'frees', strategy: 'query' } })).frees).toHaveLength(2)
    expect(Object.keys(Unique.getAttributes())).toContain('id')
  })

  test('the four associations of the table, by default and by name', async () => {
    const sequelize = engine.script(await engine.connect({ define: { timestamps: false, associationNaming: 'camel' } }))
    const Person = sequelize.define('Person', {})
    const Toot = sequelize.define('Toot', {})
    const liked = Person.belongsToMany(Toot, {
      as: 'likedToots',
      through: 'LikedToot',
      inverse: { as: 'likers' },
      throughAssociations: {
        fromSource: 'likedTootsLikers',
        toSource: 'liker',
        fromTarget: 'likersLikedToots',
        toTarget: 'likedToot',
      },
    })
    expect([liked.foreignKey, liked.otherKey, Toot.associations.likers.foreignKey]).toEqual([
      'likerId',
      'likedTootId',
      'likedTootId',
    ])
    const Between = sequelize.models.LikedToot
    expect([Object.keys(Between.associations).sort(), 'likedTootsLikers' in Person.associations]).toEqual([
      ['likedToot', 'liker'],
      true,
    ])
    await sequelize.sync()
    const person = await Person.create({ likedToots: [{}, {}] }, { include: 'likedToots' })
    expect(
      (await Between.findAll({ include: ['liker', 'likedToot'] })).map((row: Row) => [row.liker.id, row.likedToot.id]),
    ).toEqual([
      [1, 1],
      [1, 2],
    ])
    expect(await person.getLikedTootsLikers()).toHaveLength(2)
  })

  test('a model with itself, by one call with an inverse or by two calls', async () => {
    const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
    const Person = sequelize.define('Person', { name: DataTypes.STRING })
    Person.belongsToMany(Person, {
      as: 'children',
      through: 'Family',
      foreignKey: 'parentId',
      otherKey: 'childId',
      inverse: 'parents',
    })
    const followed = Person.belongsToMany(Person, {
      as: 'followed',
      through: 'Follow',
      foreignKey: 'followerId',
      otherKey: 'followedId',
    })
    const followers = Person.belongsToMany(Person, {
      as: 'followers',
      through: 'Follow',
      foreignKey: 'followedId',
      otherKey: 'followerId',
    })
    expect(followed.inverse).toBe(followers)
    await sequelize.sync()
    const [ann, ben] = await Person.bulkCreate([{ name: 'Ann' }, { name: 'Ben' }])
    await ann!.addChild(ben!)
    await ann!.addFollower(ben!)
    const people = await Person.findAll({ include: ['children', 'parents', 'followed', 'followers'], order: ['id'] })
    expect(
      people.map((one) => [names(one.children), names(one.parents), names(one.followed), names(one.followers)]),
    ).toEqual([
      [['Ben'], [], [], ['Ben']],
      [[], ['Ann'], ['Ann'], []],
    ])
    expect(() => Person.belongsToMany(Person, { through: 'X' })).toThrow(/needs a name/)
  })

  test('gets with the row between, counts and asks', async () => {
    const { Post, PostTag, one, two, recorder } = await tagged(engine)
    const tags = await one.getTags({ order: ['id'] })
    expect(json(tags)).toEqual([
      { id: 1, name: 'x', PostTag: { postId: 1, tagId: 1, weight: 5 } },
      { id: 2, name: 'y', PostTag: { postId: 1, tagId: 2, weight: 3 } },
    ])
    expect(tags[0]!.PostTag).toBeInstanceOf(PostTag)
    expect(json(await one.getTags({ joinTableAttributes: ['weight'], through: { where: { weight: 3 } } }))).toEqual([
      { id: 2, name: 'y', PostTag: { weight: 3 } },
    ])
    expect(json(await one.getTags({ joinTableAttributes: [], order: [['name', 'DESC']], limit: 1 }))).toEqual([
      { id: 2, name: 'y' },
    ])
    expect(json(await one.getTags({ through: { as: 'link', attributes: ['weight'] }, where: { name: 'x' } }))).toEqual([
      { id: 1, name: 'x', link: { weight: 5 } },
    ])
    expect([await one.countTags(), await two.countTags(), await one.countTags({ where: { name: 'x' } })]).toEqual([
      2, 1, 1,
    ])
    expect([await one.hasTag(1), await one.hasTags([1, 3]), await two.hasTag(tags[1])]).toEqual([true, false, true])
    let lists: Row[][] = []
    expect(
      await recorder.count(async () => {
        lists = await Promise.all([one.getTags(), two.getTags()])
      }),
    ).toBe(1)
    expect(lists.map(names)).toEqual([['x', 'y'], ['y']])
    expect([...(await Post.associations.tags.get([one, two])).values()].map(names)).toEqual([['x', 'y'], ['y']])
    for (const options of [
      { limit: 1, order: [['name', 'DESC']] },
      { limit: 1 },
      { limit: 1, offset: 1 },
      { limit: 2, joinTableAttributes: ['weight'], attributes: ['name'] },
      { limit: 2, joinTableAttributes: [] },
      { limit: 2, through: { as: 'link', where: { weight: 3 } } },
    ]) {
      let found = new Map<number, Row[]>()
      expect(
        await recorder.count(async () => {
          found = await Post.associations.tags.get([one, two], options)
        }),
      ).toBe(1)
      expect(json([...found.values()])).toEqual(json([await one.getTags(options), await two.getTags(options)]))
    }
  })

  test('adds: one look and one INSERT; attributes of the row between', async () => {
    const { Tag, PostTag, one, recorder } = await tagged(engine)
    const sent = await recorder.during(() => one.addTags([2, 3]))
    expect(sent.map((text) => text.slice(0, 6))).toEqual(['SELECT', 'INSERT'])
    expect(names(await one.getTags())).toEqual(['x', 'y', 'z'])
    await one.addTag(3, { through: { weight: 9 } })
    expect((await PostTag.findOne({ where: { postId: 1, tagId: 3 } })).weight).toBe(9)
    const x = await Tag.findByPk(1)
    x.PostTag = { weight: 7 }
    await one.setTags([x, await Tag.findByPk(2)], { through: { weight: 8 } })
    expect((await one.getTags({ order: ['id'] })).map((tag: Row) => [tag.name, tag.PostTag.weight])).toEqual([
      ['x', 7],
      ['y', 8],
    ])
    await expect(one.addTag(99)).rejects.toThrow()
    await one.addTag(Tag.build({ name: 'new' }))
    expect(names(await one.getTags())).toEqual(['new', 'x', 'y'])
  })

  test('sets and removes', async () => {
    const { Tag, one, two, recorder } = await tagged(engine)
    const sent = await recorder.during(() => one.setTags([2, 3]))
    expect(sent.filter((text) => /PostTags/.test(text)).map((text) => text.slice(0, 6))).toEqual([
      'SELECT',
      'DELETE',
      'INSERT',
    ])
    expect([names(await one.getTags()), names(await two.getTags()), await Tag.count()]).toEqual([['y', 'z'], ['y'], 3])
    expect(await recorder.count(() => one.removeTags([2, 3]))).toBe(1)
    expect(await one.countTags()).toBe(0)
    await two.setTags(null)
    expect(await two.countTags()).toBe(0)
  })

  test('creates the row and the row between', async () => {
    const { one } = await tagged(engine)
    const tag = await one.createTag({ name: 'q' }, { through: { weight: 6 } })
    expect(json((await one.getTags({ where: { name: 'q' } }))[0])).toEqual({
      id: tag.id,
      name: 'q',
      PostTag: { postId: 1, tagId: tag.id, weight: 6 },
    })
  })

  test('nested create: new rows, rows that are there, and attributes of the rows between in one INSERT', async () => {
    const { Post, Tag, recorder } = await tagged(engine)
    const y = await Tag.findByPk(2)
    const sent = await recorder.during(async () => {
      const post = await Post.create(
        { name: 'n', tags: [{ name: 'p', PostTag: { weight: 2 } }, y] },
        { include: 'tags' },
      )
      expect(post.tags.map((tag: Row) => tag.PostTag.weight)).toEqual([2, 1])
    })
    expect(sent.filter((text) => /^INSERT.*PostTags/.test(text))).toHaveLength(1)
    const found = await Post.findOne({ where: { name: 'n' }, include: { association: 'tags', order: ['name'] } })
    expect(found.tags.map((tag: Row) => [tag.name, tag.PostTag.weight])).toEqual([
      ['p', 2],
      ['y', 1],
    ])
    await Post.bulkCreate([{ name: 'b', tags: [{ name: 'r' }] }], { include: ['tags'] })
    expect(await Tag.count({ include: { association: 'posts', where: { name: 'b' } } })).toBe(1)
  })

  test('hooks of the model between', async () => {
    const { PostTag, one } = await tagged(engine)
    const heard: string[] = []
    PostTag.beforeBulkCreate(() => void heard.push('bulk create'))
    PostTag.beforeBulkDestroy(() => void heard.push('bulk destroy'))
    PostTag.beforeDestroy(() => void heard.push('destroy'))
    await one.addTag(3)
    await one.removeTag(1)
    await one.removeTag(2, { individualHooks: true })
    expect(heard).toEqual(['bulk create', 'bulk destroy', 'bulk destroy', 'destroy'])
  })

  test('a paranoid table between: what was removed comes back', async () => {
    const { PostTag, one } = await tagged(engine, { timestamps: true, paranoid: true })
    await one.removeTag(1)
    expect([names(await one.getTags()), await PostTag.count({ paranoid: false })]).toEqual([['y'], 3])
    expect(names(await one.getTags({ through: { paranoid: false } }))).toEqual(['x', 'y'])
    await one.addTag(1, { through: { weight: 11 } })
    expect([names(await one.getTags()), await PostTag.count({ paranoid: false })]).toEqual([['x', 'y'], 3])
  })

  test('sourceKey and targetKey', async () => {
    const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
    const Actor = sequelize.define('Actor', { name: { type: DataTypes.STRING(20), unique: true } })
    const Movie = sequelize.define('Movie', { title: { type: DataTypes.STRING(20), unique: true } })
    const both = Actor.belongsToMany(Movie, {
      through: 'Role',
      sourceKey: 'name',
      targetKey: 'title',
      as: 'movies',
      inverse: 'actors',
    })
    expect([both.foreignKey, both.otherKey]).toEqual(['actorName', 'movieTitle'])
    await sequelize.sync()
    const actor = await Actor.create({ name: 'Bogart' })
    const movie = await Movie.create({ title: 'Casablanca' })
    await actor.addMovie(movie.id)
    expect(json(await Actor.findOne({ include: { association: 'movies', through: { attributes: [] } } }))).toEqual({
      id: 1,
      name: 'Bogart',
      movies: [{ id: 1, title: 'Casablanca' }],
    })
    expect(await movie.hasActor(1)).toBe(true)
    await actor.removeMovie(movie.id)
    expect(await actor.countMovies()).toBe(0)
  })

  test('bad calls are refused with the remedy', async () => {
    const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
    const A = sequelize.define('A', {})
    const B = sequelize.define('B', {})
    expect(() => A.belongsToMany(B)).toThrow(/through is missing/)
    expect(() => A.belongsToMany(B, { through: 'AB', otherkey: 'x' })).toThrow(/Did you mean "otherKey"/)
    expect(() => A.hasMany(B, { through: 'AB' })).toThrow(/no option "through"/)
    const AB = sequelize.define('AB', {})
    expect(() => A.belongsToMany(B, { through: { model: AB, paranoid: true } })).toThrow(/defined with paranoid: false/)
  })
})
