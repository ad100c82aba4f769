// hasMany: what a call defines, and the methods that it gives: get, count, has, set, add, remove, create, with their statements.
import { DataTypes, Op } from 'mortise'
import { expect, test } from 'vitest'
import type { Engine } from '../../support/databases.js'
import { describeEachEngine } from '../../support/databases.js'
import { slowAnswers } from '../../support/slow-answers.js'
import type { Row } from '../../support/untyped.js'
import { json } from '../one-to-one/world.js'

const titles = (rows: readonly Row[]): string[] => rows.map((row) => row.title as string).sort()

async function blog(
  engine: Engine,
  options: { readonly required?: boolean; readonly paranoid?: boolean } = {},
  connect: object = {},
) {
  const sequelize = engine.script(await engine.connect({ define: { timestamps: false }, ...connect }))
  const User = sequelize.define('User', { name: DataTypes.STRING })
  const Post = sequelize.define(
    'Post',
    { title: DataTypes.STRING, likes: DataTypes.INTEGER },
    options.paranoid ? { timestamps: true, paranoid: true } : {},
  )
  User.hasMany(Post, {
    as: 'posts',
    foreignKey: { name: 'userId', allowNull: options.required !== true },
    inverse: 'user',
  })
  await sequelize.sync()
  const [ann, ben] = await User.bulkCreate([{ name: 'Ann' }, { name: 'Ben' }])
  await Post.bulkCreate([
    { title: 'a', likes: 1, userId: 1 },
    { title: 'b', likes: 2, userId: 1 },
    { title: 'c', likes: 3, userId: 2 },
    ...(options.required ? [] : [{ title: 'd', likes: 4 }]),
  ])
  return { sequelize, recorder: engine.recorder(sequelize), User, Post, ann: ann!, ben: ben! }
}

describeEachEngine('hasMany', (engine) => {
  engine.requires('server')('the answer to a commit comes late: in memory is the list that was set last', async () => {
    const door = await slowAnswers(await engine.options(), 200)
    try {
      const { Post, ann } = await blog(engine, {}, { host: door.host, port: door.port })
      const posts = await Post.findAll({ order: ['id'] })
      ann.posts = posts.slice(0, 2)
      door.holdNext()
      await Promise.all([ann.setPosts(posts.slice(1, 3)), ann.setPosts([4])])
      const rows = await Post.findAll({ where: { userId: ann.id }, order: ['id'] })
      expect(titles(ann.posts)).toEqual(titles(rows))
      const stored = new Map((await Post.findAll()).map((row: Row) => [row.id, row.userId]))
      for (const post of posts.slice(0, 3)) expect([post.id, post.userId]).toEqual([post.id, stored.get(post.id)])
    } finally {
      await door.close()
    }
  })
  test('one call, or both in any order, give one key and one index', async () => {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('User', {})
    const Post = sequelize.define('Post', {})
    const many = User.hasMany(Post)
    expect([many.as, many.foreignKey, many.isMultiAssociation, many.inverse!.as]).toEqual([
      'Posts',
      'UserId',
      true,
      'User',
    ])
    const one = Post.belongsTo(User)
    expect(many.inverse).toBe(one)
    const Team = sequelize.define('Team', {})
    const Player = sequelize.define('Player', {})
    Player.belongsTo(Team, { as: 'team', inverse: { as: 'players', type: 'hasMany' } })
    expect(Team.associations.players.foreignKey).toBe('teamId')
    await sequelize.sync()
    const indexes = (await sequelize.queryInterface.showIndex('Posts')) as {
      fields: { attribute: string }[]
      unique: boolean
    }[]
    expect(indexes.filter((index) => index.fields[0]!.attribute === 'UserId').map((index) => index.unique)).toEqual([
      false,
    ])
    expect(await engine.recorder(sequelize).during(() => sequelize.sync({ alter: true }))).not.toContainEqual(
      expect.stringMatching(/^(?:CREATE|ALTER|DROP)/),
    )
  })

  test('names: singular and plural, irregular ones, and those that are given', async () => {
    const sequelize = engine.script(await engine.connect())
    const Person = sequelize.define('Person', {})
    const own = Person.hasMany(Person, { as: 'children', foreignKey: 'parentId' })
    expect([own.accessors.add, own.accessors.addMultiple, own.accessors.create]).toEqual([
      'addChild',
      'addChildren',
      'createChild',
    ])
    const Task = sequelize.define('Task', {})
    const tasks = Person.hasMany(Task, { as: { singular: 'job', plural: 'workload' } })
    expect([tasks.as, tasks.accessors.get, tasks.accessors.hasSingle]).toEqual(['workload', 'getWorkload', 'hasJob'])
  })

  test('hasOne and hasMany read one key (P20, P22, P25)', async () => {
    const { User, Post, recorder } = await blog(engine)
    User.hasOne(Post, { as: 'best', foreignKey: 'userId', order: [['likes', 'DESC']] })
    const users = await User.findAll({ include: ['best', 'posts'], order: ['id'], limit: 2 })
    expect(users.map((user) => [user.best.title, titles(user.posts)])).toEqual([
      ['b', ['a', 'b']],
      ['c', ['c']],
    ])
    expect((await users[0]!.getBest()).title).toBe('b')
    expect((await User.associations.best.get(users)).get(1).title).toBe('b')
    expect(await recorder.count(() => User.findAll({ include: ['best', 'posts'], limit: 1 }))).toBe(1)
    expect(await User.findAll({ where: { best: { is: null } } })).toEqual([])
  })

  test('gets, counts and asks', async () => {
    const { User, ann, ben, recorder } = await blog(engine)
    expect(titles(await ann.getPosts())).toEqual(['a', 'b'])
    expect(titles(await ann.getPosts({ where: { likes: { [Op.gt]: 1 } } }))).toEqual(['b'])
    expect(titles(await ann.getPosts({ order: [['likes', 'DESC']], limit: 1 }))).toEqual(['b'])
    expect(await ann.countPosts()).toBe(2)
    expect(await ann.countPosts({ where: { title: 'a' } })).toBe(1)
    const [first] = await ann.getPosts({ order: ['id'] })
    expect([
      await ann.hasPost(first),
      await ann.hasPost(1),
      await ann.hasPosts([1, 2]),
      await ann.hasPosts([1, 3]),
    ]).toEqual([true, true, true, false])
    expect(await recorder.count(() => ann.hasPosts([1, 2]))).toBe(1)
    // Calls of one tick share a statement.
    let lists: Row[][] = []
    expect(
      await recorder.count(async () => {
        lists = await Promise.all([ann.getPosts(), ben.getPosts()])
      }),
    ).toBe(1)
    expect(lists.map(titles)).toEqual([['a', 'b'], ['c']])
    const first2 = await User.associations.posts.get([ann, ben], { limit: 1, order: [['likes', 'DESC']] })
    expect([...first2.values()].map(titles)).toEqual([['b'], ['c']])
    // A limit for each of them is one statement, as in an include.
    for (const options of [
      { limit: 1, order: [['likes', 'DESC']] },
      { limit: 1, offset: 1, order: ['id'] },
      { limit: 1 },
      { limit: 5, where: { title: ['b', 'c'] }, attributes: ['title'] },
      { limit: 1, include: 'user' },
      { limit: 1, hooks: false, transaction: null },
    ]) {
      let found = new Map<number, Row[]>()
      expect(
        await recorder.count(async () => {
          found = await User.associations.posts.get([ann, ben, ann], options)
        }),
      ).toBe(1)
      expect(json([...found])).toEqual(
        json([
          [1, await ann.getPosts(options)],
          [2, await ben.getPosts(options)],
        ]),
      )
    }
    const raw = await User.associations.posts.get([ann, ben], { limit: 1, raw: true, order: ['id'] })
    expect([...raw.values()].map(titles)).toEqual([['a'], ['c']])
    await expect(User.associations.posts.get([ann], { limit: 1, through: {} })).rejects.toThrow(/belongsToMany/)
    const all = await User.associations.posts.get([ann, ben], { attributes: ['title'] })
    expect(json([...all])).toEqual([
      [1, [{ title: 'a' }, { title: 'b' }]],
      [2, [{ title: 'c' }]],
    ])
  })

  test('adds many by one UPDATE, instances and keys alike', async () => {
    const { Post, ann, recorder } = await blog(engine)
    const [c] = await Post.findAll({ where: { title: 'c' } })
    const sent = await recorder.during(() => ann.addPosts([c!, 4, 4]))
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatch(/^UPDATE/)
    expect(c!.userId).toBe(1)
    expect(titles(await ann.getPosts())).toEqual(['a', 'b', 'c', 'd'])
    await expect(ann.addPosts([1, 99])).rejects.toThrow(/not all of these 2 rows of Post/)
    await expect(ann.addPost(99)).rejects.toThrow(/no Post with id 99/)
    await expect(ann.addPost(undefined)).rejects.toThrow(/addPosts\(\) was called with undefined/)
    await ann.addPost({ title: 'e' })
    await ann.addPost(Post.build({ title: 'f' }))
    expect(await ann.countPosts()).toBe(6)
  })

  test('what goes wrong in the middle changes nothing', async () => {
    const { Post, ann, ben } = await blog(engine)
    const fresh = Post.build({ title: 'new' })
    await expect(ben.setPosts([fresh, 99])).rejects.toThrow(/no Post with id 99/)
    expect([fresh.isNewRecord, titles(await ben.getPosts()), titles(await ann.getPosts())]).toEqual([
      true,
      ['c'],
      ['a', 'b'],
    ])
  })

  test('sets: those that are too many lose their key, those that are missing get it', async () => {
    const { ann, ben, recorder } = await blog(engine)
    const sent = await recorder.during(() => ann.setPosts([2, 3]))
    expect(sent.filter((text) => /^UPDATE/.test(text))).toHaveLength(2)
    expect(sent.filter((text) => /Posts/.test(text))).toHaveLength(3)
    expect([titles(await ann.getPosts()), titles(await ben.getPosts())]).toEqual([['b', 'c'], []])
    expect((await recorder.during(() => ann.setPosts([3, 2]))).filter((text) => /^UPDATE/.test(text))).toEqual([])
    await ann.setPosts([])
    expect(await ann.countPosts()).toBe(0)
    await ann.setPosts([1])
    await ann.setPosts(null)
    expect(await ann.countPosts()).toBe(0)
  })

  test('removes: the key is nulled, or the row is deleted where it cannot be', async () => {
    const { Post, ann, recorder } = await blog(engine)
    expect(await recorder.count(() => ann.removePosts([1, 3]))).toBe(1)
    expect([titles(await ann.getPosts()), await Post.count()]).toEqual([['b'], 4])
    await ann.removePost(2, { destroy: true })
    expect(await Post.count()).toBe(3)
    const strict = await blog(engine, { required: true })
    await strict.ann.setPosts([1])
    expect(titles(await strict.Post.findAll())).toEqual(['a', 'c'])
    await expect(strict.ann.removePost(1, { destroy: false })).rejects.toThrow(/userId cannot be null/)
    await strict.ann.removePost(1)
    expect(titles(await strict.Post.findAll())).toEqual(['c'])
  })

  test('destroyPrevious deletes what is replaced; onReplace refuses', async () => {
    const { User, Post, ann } = await blog(engine)
    await ann.setPosts([1], { destroyPrevious: true })
    expect(titles(await Post.findAll())).toEqual(['a', 'c', 'd'])
    await expect(ann.setPosts([], { onReplace: 'restrict' })).rejects.toThrow(/restrict/)
    expect(await User.count()).toBe(2)
  })

  test('creates with the key and the scope', async () => {
    const { User, Post, ann, recorder } = await blog(engine)
    User.hasMany(Post, { as: 'popular', foreignKey: 'userId', scope: { likes: 100 } })
    const post = await ann.createPost({ title: 'x' })
    expect([post.userId, post.id > 0]).toEqual([1, true])
    const popular = await ann.createPopular({ title: 'y' })
    expect([popular.likes, titles(await ann.getPopular()), await ann.countPopular()]).toEqual([100, ['y'], 1])
    await ann.addPopular(1)
    expect(titles(await ann.getPopular())).toEqual(['a', 'y'])
    expect(await recorder.count(() => ann.createPost({ title: 'z' }))).toBe(engine.features.has('returning') ? 1 : 1)
    await expect(ann.createPost({ title: 'w', userId: 2 })).rejects.toThrow(/userId is 2/)
  })

  test('lists in memory stay what the database has', async () => {
    const { User, Post } = await blog(engine)
    const user = await User.findByPk(1, { include: 'posts' })
    const fresh = await user.createPost({ title: 'n' })
    expect(titles(user.posts)).toEqual(['a', 'b', 'n'])
    await user.addPost(3)
    expect(titles(user.posts)).toEqual(['a', 'b', 'c', 'n'])
    await user.removePost(fresh)
    expect([titles(user.posts), fresh.userId]).toEqual([['a', 'b', 'c'], null])
    const a = user.posts.find((post: Row) => post.title === 'a')
    await user.setPosts([await Post.findByPk(4)])
    expect([titles(user.posts), a.userId]).toEqual([['d'], null])
  })

  test('hooks of the rows run where somebody listens, those of many rows otherwise', async () => {
    const { Post, ann } = await blog(engine)
    const heard: string[] = []
    Post.beforeBulkUpdate(() => void heard.push('bulk'))
    await ann.addPosts([3, 4])
    expect(heard).toEqual(['bulk'])
    heard.length = 0
    Post.beforeUpdate((post: Row) => void heard.push(`update ${post.title}`))
    await ann.setPosts([1, 3])
    expect(heard).toEqual(['update b', 'update d'])
    heard.length = 0
    Post.beforeDestroy((post: Row) => void heard.push(`destroy ${post.title}`))
    await ann.removePost(1, { destroy: true })
    expect(heard).toEqual(['destroy a'])
  })

  test('deletes cascade with hooks, and set null without', async () => {
    const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
    const Parent = sequelize.define('Parent', {})
    const Child = sequelize.define('Child', {})
    Parent.hasMany(Child, { as: 'children', onDelete: 'CASCADE', hooks: true })
    await sequelize.sync()
    const parent = await Parent.create({ children: [{}, {}] }, { include: 'children' })
    const gone: number[] = []
    Child.afterDestroy((child: Row) => void gone.push(child.id))
    await parent.destroy()
    expect([gone, await Child.count()]).toEqual([[1, 2], 0])
  })

  test('sourceKey, composite keys and soft-deleted rows', async () => {
    const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
    const Country = sequelize.define('Country', { code: { type: DataTypes.STRING(2), unique: true } })
    const City = sequelize.define('City', { name: DataTypes.STRING })
    Country.hasMany(City, { as: 'cities', foreignKey: 'countryCode', sourceKey: 'code' })
    const Order = sequelize.define('Order', {
      shop: { type: DataTypes.INTEGER, primaryKey: true },
      no: { type: DataTypes.INTEGER, primaryKey: true },
    })
    const Line = sequelize.define('Line', { item: DataTypes.STRING })
    Order.hasMany(Line, { as: 'lines', foreignKey: ['orderShop', 'orderNo'], inverse: 'order' })
    await sequelize.sync()
    const norway = await Country.create({ code: 'NO' })
    await norway.createCity({ name: 'Oslo' })
    expect((await Country.findOne({ include: 'cities' })).cities[0].countryCode).toBe('NO')
    const order = await Order.create({ shop: 1, no: 7, lines: [{ item: 'x' }] }, { include: 'lines' })
    const other = await Order.create({ shop: 1, no: 8 })
    await other.addLine(1)
    expect([await order.countLines(), await other.countLines(), (await other.getLines())[0].orderNo]).toEqual([0, 1, 8])
    const found = await Order.findAll({ include: { association: 'lines', limit: 1 }, order: ['no'] })
    expect(found.map((one) => one.lines.length)).toEqual([0, 1])
    const soft = await blog(engine, { paranoid: true })
    await soft.Post.destroy({ where: { title: 'a' } })
    expect([titles(await soft.ann.getPosts()), await soft.ann.countPosts({ paranoid: false })]).toEqual([['b'], 2])
  })

  test('an optional parent without the rows that it requires is absent, joined or asked for by EXISTS', async () => {
    const { Post } = await blog(engine)
    for (const strategy of ['join', 'query'] as const) {
      const below = { association: 'posts', required: true, where: { title: 'c' }, strategy }
      const posts = await Post.findAll({ include: { association: 'user', include: [below] }, order: ['id'] })
      expect(posts.map((post) => post.user?.name ?? null)).toEqual([null, null, 'Ben', null])
    }
  })
})
