// The examples on associations to many rows of the guides v6 core-concepts/assocs, v7 associations/has-many and associations/belongs-to-many,
// and v7 querying/eager-loading: every find with its statements.
import { DataTypes, Op, sql } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import { foreignKeysOf } from '../../support/schema.js'
import type { Row } from '../../support/untyped.js'
import { json } from '../one-to-one/world.js'

describeEachEngine('the guides on associations to many', (engine) => {
  const connected = async (options: object = {}) => {
    const sequelize = engine.script(await engine.connect({ define: { timestamps: false }, ...options }))
    const recorder = engine.recorder(sequelize)
    /** What a call gives, after as many statements as were expected. */
    const sent = async <T>(statements: number, call: () => Promise<T>): Promise<T> => {
      let result: T | undefined
      expect(await recorder.count(async () => (result = await call()))).toBe(statements)
      return result as T
    }
    return { sequelize, sent }
  }
  const names = (rows: readonly Row[]): string[] => rows.map((row) => row.name).sort()

  test('teams and players: the key, its name, what it does', async () => {
    for (const [options, key] of [
      [{}, 'TeamId'],
      [{ foreignKey: 'clubId' }, 'clubId'],
    ] as const) {
      const { sequelize, sent } = await connected()
      const Team = sequelize.define('Team', { name: DataTypes.STRING })
      const Player = sequelize.define('Player', { name: DataTypes.STRING })
      Team.hasMany(Player, options)
      Player.belongsTo(Team)
      await sequelize.sync()
      expect(Object.keys(Player.getAttributes())).toEqual(['id', 'name', key])
      expect(await foreignKeysOf(sequelize, 'Players')).toMatchObject([
        { columns: [key], onDelete: 'SET NULL', onUpdate: 'CASCADE' },
      ])
      const team = await Team.create({ name: 't' })
      await Player.create({ name: 'p', [key]: team.id })
      expect((await sent(1, () => Team.findOne({ include: Player }))).Players).toHaveLength(1)
      expect((await sent(1, () => Player.findOne({ include: Team }))).Team.name).toBe('t')
    }
  })

  test('movies and actors: a junction table made of a string, or a model with references', async () => {
    for (const own of [false, true]) {
      const { sequelize, sent } = await connected()
      const Movie = sequelize.define('Movie', { name: DataTypes.STRING })
      const Actor = sequelize.define('Actor', { name: DataTypes.STRING })
      const key = (model: unknown) => ({ type: DataTypes.INTEGER, references: { model, key: 'id' } })
      const ActorMovies = own
        ? sequelize.define('ActorMovies', { MovieId: key(Movie), ActorId: key(Actor) })
        : 'ActorMovies'
      Movie.belongsToMany(Actor, { through: ActorMovies })
      Actor.belongsToMany(Movie, { through: ActorMovies })
      await sequelize.sync()
      const between = sequelize.models.ActorMovies
      expect(Object.keys(between.getAttributes())).toEqual(['MovieId', 'ActorId'])
      expect(between.primaryKeyAttributes).toEqual(['MovieId', 'ActorId'])
      const rules = await foreignKeysOf(sequelize, 'ActorMovies')
      expect(rules.map(({ onDelete, onUpdate }) => [onDelete, onUpdate])).toEqual(Array(2).fill(['CASCADE', 'CASCADE']))
      const movie = await Movie.create({ name: 'm', Actors: [{ name: 'a' }, { name: 'b' }] }, { include: Actor })
      const found = await sent(1, () => Movie.findOne({ include: Actor }))
      expect(names(found.Actors)).toEqual(['a', 'b'])
      expect(json(found.Actors[0].ActorMovies)).toEqual({ MovieId: movie.id, ActorId: found.Actors[0].id })
      expect(names((await sent(1, () => Actor.findByPk(1, { include: Movie }))).Movies)).toEqual(['m'])
    }
  })

  test('the methods of hasMany and of belongsToMany, one after another', async () => {
    for (const through of [false, true]) {
      const { sequelize, sent } = await connected()
      const Foo = sequelize.define('foo', { name: DataTypes.STRING })
      const Bar = sequelize.define('bar', { name: DataTypes.STRING, difficulty: DataTypes.INTEGER })
      if (through) Foo.belongsToMany(Bar, { through: 'baz' })
      else Foo.hasMany(Bar)
      await sequelize.sync()
      const foo = await Foo.create({ name: 'the-foo' })
      const bar1 = await Bar.create({ name: 'some-bar', difficulty: 3 })
      const bar2 = await Bar.create({ name: 'another-bar', difficulty: 8 })
      expect(await sent(1, () => foo.getBars())).toEqual([])
      expect(await sent(1, () => foo.countBars())).toBe(0)
      expect(await sent(1, () => foo.hasBar(bar1))).toBe(false)
      await foo.addBars([bar1, bar2])
      expect(await foo.countBars()).toBe(2)
      await foo.addBar(bar1)
      expect(await foo.countBars()).toBe(2)
      expect(await sent(1, () => foo.hasBar(bar1))).toBe(true)
      expect(await sent(1, () => foo.hasBars([bar1, bar2.id]))).toBe(true)
      const easy = await sent(1, () => foo.getBars({ where: { difficulty: { [Op.lte]: 5 } } }))
      expect(names(easy as Row[])).toEqual(['some-bar'])
      const raw = await sent(1, () =>
        foo.getBars({
          attributes: ['name'],
          raw: true,
          order: ['name'],
          ...(through ? { joinTableAttributes: [] } : {}),
        }),
      )
      expect(raw).toEqual([{ name: 'another-bar' }, { name: 'some-bar' }])
      await foo.removeBar(bar2)
      expect(await foo.countBars()).toBe(1)
      expect(await foo.hasBars([bar1, bar2])).toBe(false)
      await foo.createBar({ name: 'yet-another-bar' })
      expect(names((await sent(1, () => foo.getBars())) as Row[])).toEqual(['some-bar', 'yet-another-bar'])
      await foo.setBars([])
      expect(await foo.countBars()).toBe(0)
      await foo.setBars([1, 2, 3])
      await foo.removeBars([bar1, 2])
      await foo.addBars([1, 2])
      await foo.addBar(3)
      await foo.removeBar(1)
      expect(names(await foo.getBars())).toEqual(['another-bar', 'yet-another-bar'])
      if (!through) continue
      const [included] = (
        await sent(1, () => Foo.findByPk(foo.id, { include: [{ model: Bar, through: { attributes: [] } }] }))
      ).bars
      expect(Object.keys(json(included) as object)).toEqual(['id', 'name', 'difficulty'])
      const [got] = (await sent(1, () => foo.getBars({ joinTableAttributes: [] }))) as Row[]
      expect(Object.keys(json(got) as object)).toEqual(['id', 'name', 'difficulty'])
    }
  })

  engine.requires('longKeys')('keys that are not the primary keys', async () => {
    for (const [options, keys] of [
      [{}, ['fooId', 'barId']],
      [{ targetKey: 'title' }, ['fooId', 'barTitle']],
      [{ sourceKey: 'name' }, ['fooName', 'barId']],
      [{ sourceKey: 'name', targetKey: 'title' }, ['fooName', 'barTitle']],
    ] as const) {
      const { sequelize, sent } = await connected()
      const Foo = sequelize.define('foo', { name: { type: DataTypes.STRING, unique: true } })
      const Bar = sequelize.define('bar', { title: { type: DataTypes.STRING, unique: true } })
      const Baz = sequelize.define('baz', { name: DataTypes.TEXT })
      Foo.belongsToMany(Bar, { through: 'foo_bar', ...options })
      Bar.hasMany(Baz, { sourceKey: 'title', foreignKey: 'barTitle' })
      await sequelize.sync()
      expect(Object.keys(sequelize.models.foo_bar.getAttributes())).toEqual(keys)
      const foo = await Foo.create({ name: 'f' })
      const bar = await foo.createBar({ title: 'b' })
      await bar.createBaz({ name: 'z' })
      const found = await sent(1, () => Foo.findOne({ include: { model: Bar, include: [Baz] } }))
      expect(found.bars[0].bazs ?? found.bars[0].bazes).toMatchObject([{ name: 'z', barTitle: 'b' }])
      expect(await foo.hasBar(bar)).toBe(true)
    }
  })

  test('posts and comments: an inverse of its own, a mandatory key', async () => {
    const { sequelize, sent } = await connected()
    const Post = sequelize.define('Post', { title: DataTypes.STRING })
    const Comment = sequelize.define('Comment', { content: DataTypes.STRING })
    Post.hasMany(Comment, {
      as: 'comments',
      foreignKey: { name: 'postId', allowNull: false },
      sourceKey: 'id',
      inverse: { as: 'birthplace' },
    })
    await sequelize.sync()
    const post = await Post.create({ title: 'p' })
    const comment = await post.createComment({ content: 'This is a comment' })
    expect(comment.postId).toBe(post.id)
    const found = await sent(1, () => Comment.findOne({ include: 'birthplace' }))
    expect(found.birthplace.title).toBe('p')
    expect(await sent(1, () => comment.getBirthplace())).toMatchObject({ title: 'p' })
  })

  test('people and toots: inverse, names of the key and of the associations between', async () => {
    for (const [options, keys] of [
      [{}, ['likerId', 'likedTootId']],
      [{ foreignKey: 'personId', otherKey: 'tootId', sourceKey: 'id', targetKey: 'id' }, ['personId', 'tootId']],
    ] as const) {
      const { sequelize, sent } = await connected()
      const Person = sequelize.define('Person', { name: DataTypes.STRING })
      const Toot = sequelize.define('Toot', { name: DataTypes.STRING })
      Person.belongsToMany(Toot, {
        as: 'likedToots',
        through: 'LikedToot',
        inverse: { as: 'likers' },
        throughAssociations: {
          fromSource: 'likedTootsLikers',
          toSource: 'liker',
          fromTarget: 'likersLikedToots',
          toTarget: 'likedToot',
        },
        ...options,
      })
      await sequelize.sync()
      const { LikedToot } = sequelize.models
      expect(Object.keys(LikedToot.getAttributes())).toEqual(keys)
      await Person.create({ name: 'p', likedToots: [{ name: 't' }, { name: 'u' }] }, { include: 'likedToots' })
      const person = await sent(1, () =>
        Person.findOne({ include: { association: 'likedToots', include: ['likers'] } }),
      )
      expect(names(person.likedToots)).toEqual(['t', 'u'])
      expect(names(person.likedToots[0].likers)).toEqual(['p'])
      const liked = await sent(1, () =>
        Person.findAll({ include: { association: 'likedTootsLikers', include: ['likedToot', 'liker'] } }),
      )
      expect(names(liked[0]!.likedTootsLikers.map((one: Row) => one.likedToot))).toEqual(['t', 'u'])
      const toot = await sent(1, () => Toot.findByPk(1, { include: ['likersLikedToots', 'likers'] }))
      expect([toot.likersLikedToots.length, toot.likers.length]).toEqual([1, 1])
    }
  })

  test('eager loading: every find of the guide', async () => {
    const { sequelize, sent } = await connected()
    const User = sequelize.define('user', { name: DataTypes.STRING })
    const Project = sequelize.define('project', { name: DataTypes.STRING, state: DataTypes.STRING })
    const Task = sequelize.define('task', { name: DataTypes.STRING, state: DataTypes.STRING })
    const Teacher = sequelize.define('teacher', { name: DataTypes.STRING, school: DataTypes.STRING })
    const Tool = sequelize.define(
      'tool',
      { name: DataTypes.STRING, size: DataTypes.STRING },
      { paranoid: true, timestamps: true },
    )
    const UserProject = sequelize.define('User_Project', { completed: DataTypes.BOOLEAN })
    Project.hasMany(Task)
    User.hasMany(Tool, { as: 'Instruments' })
    Tool.belongsTo(Teacher)
    User.belongsToMany(Project, { through: UserProject })
    Project.belongsToMany(User, { through: UserProject })
    await sequelize.sync()
    const tools = [
      { name: 'Scissor', size: 'big', teacher: { name: 'Jimi Hendrix', school: 'Woodstock Music School' } },
      { name: 'Saw', size: 'big', teacher: { name: 'Bob', school: 'none' } },
      { name: 'Axe', size: 'big' },
    ]
    const projects = [
      { name: 'done', state: 'a', User_Project: { completed: true } },
      { name: 'open', state: 'b', User_Project: { completed: false } },
    ]
    await User.create(
      { name: 'John Doe', Instruments: tools, projects },
      { include: [{ association: 'Instruments', include: [Teacher] }, Project] },
    )
    await User.create({ name: 'Jane' })
    await Task.bulkCreate([
      { name: 't1', state: 'a', projectId: 1 },
      { name: 't2', state: 'c', projectId: 1 },
      { name: 't3', state: 'c', projectId: 2 },
    ])
    await Tool.destroy({ where: { name: 'Axe' } })

    const same = await sent(1, () =>
      Project.findAll({ include: { model: Task, where: { state: sql.col('project.state') } } }),
    )
    expect(same.map((one) => [one.name, names(one.tasks)])).toEqual([['done', ['t1']]])
    const completed = await sent(1, () =>
      User.findAll({ include: [{ model: Project, through: { where: { completed: true } } }], order: ['id'] }),
    )
    expect(completed.map((user) => names(user.projects))).toEqual([['done'], []])
    const deleted = { model: Tool, as: 'Instruments', where: { size: { [Op.ne]: 'small' } } }
    expect((await sent(1, () => User.findAll({ include: [deleted] })))[0]!.Instruments).toHaveLength(2)
    const all = await sent(1, () => User.findAll({ include: [{ ...deleted, paranoid: false }] }))
    expect(all[0]!.Instruments).toHaveLength(3)
    const nested = { model: Teacher, where: { school: 'Woodstock Music School' }, required: false }
    const taught = await sent(1, () =>
      User.findAll({ include: [{ model: Tool, as: 'Instruments', include: [nested] }], order: ['id'] }),
    )
    expect(taught.map((user) => user.Instruments.map((tool: Row) => tool.teacher?.name ?? null).sort())).toEqual([
      ['Jimi Hendrix', null],
      [],
    ])
    const everything = await sent(1, () => User.findAll({ include: { all: true }, order: ['id'] }))
    expect([everything[0]!.Instruments.length, everything[0]!.projects.length]).toEqual([2, 2])
    const deep = await sent(1, () => User.findAll({ include: { all: true, nested: true }, order: ['id'] }))
    expect(names(deep[0]!.projects.find((one: Row) => one.name === 'done').tasks)).toEqual(['t1', 't2'])
    const deepest = await sent(1, () =>
      User.findAll({
        where: { '$projects.tasks.state$': 'a' },
        include: { model: Project, include: [Task] },
        limit: 1,
      }),
    )
    expect(names(deepest[0]!.projects[0].tasks)).toEqual(['t1'])
    const between = await sent(1, () =>
      User.findAll({ include: Project, order: ['id', [Project, UserProject, 'completed', 'ASC']] }),
    )
    expect(between[0]!.projects.map((one: Row) => one.name)).toEqual(['open', 'done'])
    const separate = { model: Tool, as: 'Instruments', separate: true, order: [['name', 'DESC']] }
    const apart = await sent(2, () => User.findAll({ include: separate, order: ['id'] }))
    expect(apart.map((user) => user.Instruments.map((tool: Row) => tool.name))).toEqual([['Scissor', 'Saw'], []])
    const first = await sent(2, () => User.findAll({ include: { ...separate, limit: 1 }, order: ['id'] }))
    expect(first.map((user) => user.Instruments.map((tool: Row) => tool.name))).toEqual([['Scissor'], []])
    // A condition of `separate` filters its rows and no parents, unless these are asked for.
    const sized = { ...separate, where: { size: 'big' } }
    const toolsOf = (users: readonly Row[]): unknown =>
      users.map((user) => user.Instruments.map((tool: Row) => tool.name))
    const big = toolsOf(await User.findAll({ include: { ...sized, required: true } }))
    expect(big).toHaveLength(1)
    for (const required of [undefined, false])
      expect(toolsOf(await sent(2, () => User.findAll({ include: { ...sized, required }, order: ['id'] })))).toEqual([
        ...(big as Row[]),
        [],
      ])
    // However it is counted and read.
    for (const [required, count] of [
      [undefined, 2],
      [true, 1],
    ] as const) {
      expect(await User.count({ include: { ...sized, required } })).toBe(count)
      const { count: counted, rows } = await User.findAndCountAll({ include: { ...sized, required }, limit: 5 })
      expect([counted, rows.length]).toEqual([count, count])
      const raw = await User.findAll({ include: { ...sized, required }, raw: true })
      expect(new Set(raw.map((row) => row.id)).size).toBe(count)
    }
    // A query of its own by `strategy` means what a join means.
    expect(
      await sent(2, () => User.findAll({ include: { ...sized, separate: undefined, strategy: 'query' } })),
    ).toHaveLength(1)
    const counted = await sent(2, () =>
      User.findAndCountAll({ include: [{ model: Project, required: true }], limit: 3 }),
    )
    expect([counted.count, counted.rows.length]).toEqual([1, 1])
    const optional = await sent(2, () => User.findAndCountAll({ include: [{ model: Project }], limit: 3 }))
    expect([optional.count, optional.rows.length]).toEqual([2, 2])
    const filtered = await sent(2, () =>
      User.findAndCountAll({ include: [{ model: Project, where: { state: 'b' } }], limit: 3 }),
    )
    expect([filtered.count, names(filtered.rows[0]!.projects)]).toEqual([1, ['open']])
  })
})
