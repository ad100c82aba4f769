// How includes are read that do not say it: the find's `strategy`, its model's, the Sequelize instance's. The results are the same.
import { col, DataTypes, fn, literal, Op, QueryError } from 'mortise'
import { expect, test } from 'vitest'
import type { ConnectOptions, Engine } from '../../support/databases.js'
import { describeEachEngine } from '../../support/databases.js'
import type { Recorder } from '../../support/recorder.js'
import type { Database, Row, Table } from '../../support/untyped.js'

interface Office {
  readonly sequelize: Database
  readonly recorder: Recorder
  readonly User: Table
  readonly Task: Table
}
const STRATEGIES = ['join', 'query', 'auto'] as const

/** Three users with 3, 1 and 0 tasks and one profile; tasks have labels by way of a table between. */
async function officeOf(engine: Engine, options: ConnectOptions = {}, ofUser: object = {}): Promise<Office> {
  const sequelize = engine.script(await engine.connect({ ...options, define: { timestamps: false } }))
  const User = sequelize.define('User', { name: DataTypes.STRING }, ofUser)
  const Profile = sequelize.define('Profile', { bio: DataTypes.STRING })
  const Task = sequelize.define('Task', { title: DataTypes.STRING, owner: DataTypes.STRING })
  const Label = sequelize.define('Label', { text: DataTypes.STRING })
  User.hasOne(Profile, { as: 'profile', foreignKey: { name: 'userId', unique: true } })
  User.hasMany(Task, { as: 'tasks', foreignKey: 'userId', inverse: 'user' })
  const Note = sequelize.define('Note', { text: DataTypes.STRING })
  User.hasMany(Note, { as: 'notes', foreignKey: 'userId' })
  Task.belongsToMany(Label, { as: 'labels', through: 'TaskLabel', foreignKey: 'taskId', otherKey: 'labelId' })
  await sequelize.sync()
  await User.bulkCreate(['ann', 'bob', 'eve'].map((name) => ({ name })))
  await Profile.create({ bio: 'short', userId: 1 })
  await Note.bulkCreate([1, 1, 3].map((userId) => ({ text: `of ${userId}`, userId })))
  const owned = [
    ['a', 1, 'ann'],
    ['b', 1, 'bob'],
    ['c', 1, null],
    ['d', 2, 'bob'],
  ] as const
  const tasks = await Task.bulkCreate(owned.map(([title, userId, owner]) => ({ title, userId, owner })))
  await Label.bulkCreate([{ text: 'red' }, { text: 'blue' }])
  await tasks[0]!.setLabels([1, 2])
  await tasks[3]!.setLabels([2])
  return { sequelize, recorder: engine.recorder(sequelize), User, Task }
}

const TREE = {
  include: [
    {
      association: 'tasks',
      order: ['id'],
      include: { association: 'labels', order: ['id'], through: { attributes: [] } },
    },
    'profile',
  ],
  order: ['id'],
}
/** Three queries beside each other, one with another below it. */
const THREE = {
  include: [
    {
      association: 'tasks',
      order: ['id'],
      separate: true,
      include: { association: 'labels', strategy: 'query', order: ['id'] },
    },
    { association: 'profile', strategy: 'query' },
    { association: 'notes', strategy: 'query', order: ['id'] },
  ],
  order: ['id'],
}
const plain = (rows: readonly Row[]): unknown => rows.map((row) => row.toJSON())

describeEachEngine('the strategy of a find, a model, a Sequelize instance', (engine) => {
  test('one result, and the statements of the strategy', async () => {
    const { User, recorder } = await officeOf(engine)
    const expected = plain(await User.findAll(TREE))
    for (const [strategy, statements] of [
      ['join', 1],
      ['query', 4],
      ['auto', 3],
    ] as const) {
      let found: readonly Row[] = []
      const sent = await recorder.count(async () => {
        found = await User.findAll({ ...TREE, strategy })
      })
      expect([strategy, sent, plain(found)]).toEqual([strategy, statements, expected])
      const page = await User.findAll({ ...TREE, strategy, limit: 1, offset: 1 })
      expect(page.map((user) => [user.name, user.tasks.length])).toEqual([['bob', 1]])
    }
  })
  test('the nearest counts: the include, the find, its model, the Sequelize instance, join', async () => {
    const count = async ({ User, recorder }: Office, options: object = {}): Promise<number> =>
      await recorder.count(() => User.findAll({ include: 'tasks', ...options }))
    expect(await count(await officeOf(engine))).toBe(1)
    const byInstance = await officeOf(engine, { strategy: 'auto' })
    expect(await count(byInstance)).toBe(2)
    expect(await count(byInstance, { strategy: 'join' })).toBe(1)
    const byModel = await officeOf(engine, { strategy: 'auto' }, { strategy: 'join' })
    expect(await count(byModel)).toBe(1)
    expect(await count(byModel, { strategy: 'query' })).toBe(2)
    expect(await count(byModel, { strategy: 'query', include: { association: 'tasks', strategy: 'join' } })).toBe(1)
    expect(await count(byInstance, { include: { association: 'tasks', strategy: 'join' } })).toBe(1)
    expect(await count(byModel, { include: { association: 'tasks', separate: true } })).toBe(2)
    // The model that is asked for counts, also for what is included further down.
    const { Task, recorder } = byModel
    expect(await recorder.count(() => Task.findAll({ include: 'labels' }))).toBe(2)
    expect(await recorder.count(() => Task.findAll({ include: { association: 'user', include: 'tasks' } }))).toBe(2)
    // `define` gives all models the option.
    const byDefine = engine.script(await engine.connect({ define: { strategy: 'query', timestamps: false } }))
    expect(byDefine.define('User', {}).modelDefinition.settings.strategy).toBe('query')
  })
  test('scopes can say it, and their model is the one that is asked for', async () => {
    const { User, Task, recorder } = await officeOf(engine)
    User.addScope('light', { strategy: 'query' })
    expect(await recorder.count(() => User.scope('light').findAll({ include: 'profile' }))).toBe(2)
    expect(await recorder.count(() => User.scope('light').findAll({ include: 'profile', strategy: 'auto' }))).toBe(1)
    expect(await recorder.count(() => Task.findAll({ include: 'user' }))).toBe(1)
  })
  test('an include that the rest of the find looks at is joined', async () => {
    const { User, recorder } = await officeOf(engine)
    const finds = [
      { include: ['tasks', 'profile'], where: { '$tasks.title$': 'd' } },
      { include: ['tasks', 'profile'], where: literal(engine.quoted('"tasks"."title" = \'d\'')) },
      { include: ['tasks', 'profile'], order: [['tasks', 'title', 'DESC']] },
      {
        include: [{ association: 'tasks', order: ['id'] }, 'profile'],
        attributes: ['id', 'name', [col('tasks.title'), 'task']],
        order: ['id'],
      },
      {
        include: [{ association: 'tasks', where: { owner: col('User.name') } }],
        order: ['id', ['tasks', 'id']],
      },
      {
        include: [{ association: 'tasks', include: { association: 'labels', where: { text: 'red' } } }],
        where: { '$tasks.labels.text$': 'red' },
      },
      { include: { association: 'tasks', on: { owner: col('User.name') }, order: ['id'] }, order: ['id'] },
    ]
    for (const find of finds) {
      const expected = plain(await User.findAll(find))
      for (const strategy of STRATEGIES) {
        expect(plain(await User.findAll({ ...find, strategy }))).toEqual(expected)
        expect(await User.count({ ...find, attributes: undefined, order: undefined, strategy })).toBe(
          await User.count({ ...find, attributes: undefined, order: undefined }),
        )
      }
    }
    // Only what is looked at: the other one keeps its query.
    expect(await recorder.count(() => User.findAll({ ...finds[0], strategy: 'query' }))).toBe(2)
    // What an include says is an order, not a wish.
    await expect(
      User.findAll({ include: { association: 'tasks', strategy: 'query' }, where: { '$tasks.title$': 'd' } }),
    ).rejects.toThrow(/read by a query of its own/)
  })
  test('raw rows, groups, aggregates, counts, subqueries and pages', async () => {
    const { User, recorder } = await officeOf(engine)
    const raw = { include: 'tasks', raw: true, order: ['id', ['tasks', 'id']] }
    const grouped = {
      attributes: ['id', [fn('COUNT', col('tasks.id')), 'n']],
      include: { association: 'tasks', attributes: [] },
      group: ['User.id'],
      order: ['id'],
    }
    const expected = [await User.findAll(raw), plain(await User.findAll(grouped))]
    for (const strategy of STRATEGIES) {
      expect(await User.findAll({ ...raw, strategy })).toEqual(expected[0])
      expect(plain(await User.findAll({ ...grouped, strategy }))).toEqual(expected[1])
      const counted = await User.findAndCountAll({ include: 'tasks', order: ['id'], limit: 1, strategy })
      expect([counted.count, counted.rows.length, counted.rows[0]!.tasks.length]).toEqual([3, 1, 3])
      expect(await User.count({ include: { association: 'tasks', required: true }, strategy })).toBe(2)
      const page = await User.findPage({ include: 'tasks', order: ['name'], first: 2, strategy })
      expect(page.items.map((user: Row) => user.tasks.length)).toEqual([3, 1])
      const { statements } = await User.explain({ ...TREE, strategy })
      expect(await recorder.count(() => User.findAll({ ...TREE, strategy }))).toBe(statements)
      const streamed: Row[] = []
      for await (const user of User.stream({ ...TREE, strategy, batchSize: 2 })) streamed.push(user)
      expect(plain(streamed)).toEqual(plain(await User.findAll(TREE)))
    }
  })
  test('groups of parents, with all rows of what is included', async () => {
    const { User, Task, recorder } = await officeOf(engine)
    const counts = [1, 2, 3].map((id) => ({ id, count: 1 }))
    for (const include of [
      'tasks',
      { association: 'tasks', separate: true },
      { association: 'tasks', strategy: 'query' },
    ]) {
      let found: { count: unknown; rows: Row[] } = { count: null, rows: [] }
      const sent = await recorder.count(async () => {
        found = (await User.findAndCountAll({ group: ['User.id'], include, order: ['id'] })) as never
      })
      expect([sent, found.rows.map((user) => [user.name, user.tasks.length])]).toEqual([
        3,
        [
          ['ann', 3],
          ['bob', 1],
          ['eve', 0],
        ],
      ])
      expect([...(found.count as unknown as Row[])].sort((one, other) => one.id - other.id)).toEqual(counts)
    }
    const required = await User.findAndCountAll({
      group: ['id'],
      include: { association: 'tasks', required: true },
      order: ['id'],
      limit: 1,
    })
    expect(required.rows.map((user) => [user.name, user.tasks.length])).toEqual([['ann', 3]])
    const owners = { group: ['userId'], attributes: ['userId'], include: 'user', order: ['userId'] }
    expect((await Task.findAll(owners)).map((task) => task.user.name)).toEqual(['ann', 'bob'])
    const told = await User.explain({ group: ['id'], include: 'tasks' })
    expect(told.includes[0].reason).toBe('groups: a join would show one of its rows, and nothing says which')
    // What is grouped by, or calculated, is joined.
    const each = await User.findAll({
      group: ['User.id', 'tasks.id'],
      include: 'tasks',
      order: ['id', ['tasks', 'id']],
    })
    expect(each.map((user) => user.tasks.length)).toEqual([1, 1, 1, 1, 0])
    const sums = {
      group: ['User.id'],
      attributes: ['id', [fn('COUNT', col('tasks.id')), 'n']],
      include: { association: 'tasks', attributes: [] },
      order: ['id'],
    }
    expect((await User.findAll(sums)).map((user) => user.get('n'))).toEqual([3, 1, 0])
    const both = await User.findAndCountAll(sums)
    expect(both.count).toHaveLength(3)
  })
  test('groups that do not hold what an include shows: refused by its name where the engine would refuse it', async () => {
    const { sequelize, User, Task } = await officeOf(engine)
    const finds = [
      [
        User,
        { group: ['name'], attributes: ['name'], include: 'tasks' },
        /User: .*"tasks".*attributes: \[\].*'tasks\.id'.*'id' of User/,
      ],
      [
        Task,
        {
          group: ['title'],
          attributes: ['title'],
          include: { association: 'labels', attributes: [], through: { attributes: ['labelId'] } },
        },
        /Task: .*"labels\.TaskLabel".*through: \{ attributes: \[\] \}/,
      ],
    ] as const
    const isRefused = await sequelize
      .query(engine.quoted('SELECT "title", "id" FROM "Tasks" GROUP BY "title"'))
      .then(() => false)
      .catch(() => true)
    for (const [model, options, message] of finds) {
      const found = await model.findAll(options).catch((error: Error) => error)
      if (isRefused) {
        expect(found).toBeInstanceOf(QueryError)
        expect((found as Error).message).toMatch(message)
      } else expect(found).not.toBeInstanceOf(Error)
    }
    // Before anything is sent, where that is certain: the transaction goes on.
    if (engine.traits.groupsShowGrouped === true)
      await sequelize.transaction(async (transaction) => {
        await expect(User.findAll({ ...finds[0][1], transaction })).rejects.toThrow(QueryError)
        expect(await User.count({ transaction })).toBe(3)
      })
    // What the message says helps.
    const names = ['ann', 'bob', 'eve']
    const grouped = { group: ['name'], attributes: ['name'], order: ['name'] }
    const nothing = await User.findAll({ ...grouped, include: { association: 'tasks', attributes: [] } })
    expect(nothing.map((user) => user.name)).toEqual(names)
    const keyed = await User.findAll({ ...grouped, group: ['id', 'name'], include: 'tasks' })
    expect(keyed.map((user) => [user.name, user.tasks.length])).toEqual(names.map((name, at) => [name, [3, 1, 0][at]]))
    const each = await User.findAll({ ...grouped, group: ['name', 'tasks.id'], include: 'tasks' })
    expect(each.flatMap((user) => user.tasks)).toHaveLength(4)
  })
  test('loading onto instances, reading again, and calls of associations', async () => {
    const { User, Task, recorder } = await officeOf(engine, { strategy: 'auto' })
    const [ann] = await User.findAll({ order: ['id'], limit: 1 })
    expect(await recorder.count(() => User.load(ann, { association: 'tasks', include: 'labels' }))).toBe(2)
    expect(ann!.tasks[0].labels).toHaveLength(2)
    expect(await recorder.count(() => ann!.getTasks({ include: 'labels' }))).toBe(2)
    expect(await recorder.count(() => ann!.getTasks({ include: 'labels', strategy: 'join' }))).toBe(1)
    const task = await Task.findByPk(1, { include: 'labels' })
    expect(await recorder.count(() => task.reload())).toBe(2)
    expect(task.labels).toHaveLength(2)
  })
  test('queries of one level are sent together where the driver pipelines, on one connection', async () => {
    const { sequelize, User } = await officeOf(engine, { file: true, pool: { max: 5 } })
    const events: string[] = []
    sequelize.hooks.addListener('beforeQuery', () => {
      events.push('sent')
    })
    sequelize.hooks.addListener('afterQuery', () => {
      events.push('answered')
    })
    const find = (options: object = {}): Promise<Row[]> => User.findAll({ ...THREE, ...options })
    const expected = plain(await find())
    const inTurn = ['sent', 'answered']
    const wanted =
      engine.traits.pipelines === true
        ? // The second level of one sibling may be sent before the answer of another.
          [...inTurn, 'sent', 'sent', 'sent']
        : [...inTurn, ...inTurn, ...inTurn, ...inTurn].slice(0, 5)
    expect(events.slice(0, 5)).toEqual(wanted)
    expect(events.filter((event) => event === 'sent')).toHaveLength(5)
    expect(events.filter((event) => event === 'answered')).toHaveLength(5)
    events.length = 0
    await sequelize.transaction(async (transaction) => {
      expect(plain(await find({ transaction }))).toEqual(expected)
    })
    const begun = events.findIndex((_, at) => wanted.every((event, place) => events[at + place] === event))
    expect(begun).toBeGreaterThanOrEqual(0)
    expect(sequelize.pool.write.size).toBeLessThanOrEqual(1)
  })
  test('a lock of one model is one of its rows alone', async () => {
    const { sequelize, User, recorder } = await officeOf(engine)
    const expected = plain(await User.findAll(TREE))
    for (const strategy of STRATEGIES) {
      const sent = await recorder.during(() =>
        sequelize.transaction(async (transaction) => {
          const lock = { level: 'UPDATE', of: User }
          expect(plain(await User.findAll({ ...TREE, strategy, lock, transaction }))).toEqual(expected)
        }),
      )
      expect(sent.filter((text) => text.includes('FOR UPDATE'))).toHaveLength(engine.traits.rowLocks === true ? 1 : 0)
    }
  })
  test('a lock of an included model is one of the query that reads it', async () => {
    const { sequelize, User, recorder } = await officeOf(engine)
    const { Task, Label, TaskLabel, Profile } = sequelize.models as Record<string, Table>
    const expected = plain(await User.findAll(TREE))
    const [tasks] = TREE.include as [object, unknown]
    const asked = {
      ...TREE,
      include: [
        { ...tasks, separate: true },
        { association: 'profile', strategy: 'query' },
      ],
    }
    for (const [of, place] of [
      [User, 0],
      [Task, 1],
      [Label, 1],
      [TaskLabel, 1],
      [Profile, 2],
    ] as const) {
      const sent = await recorder.during(() =>
        sequelize.transaction(async (transaction) => {
          const options = { ...asked, lock: { level: 'UPDATE', of }, transaction }
          // Rows that may be missing cannot be locked in a join: labels are required here.
          if (of === Label || of === TaskLabel) {
            const labels = { association: 'labels', order: ['id'], required: true }
            await User.findAll({
              ...options,
              include: [{ association: 'tasks', separate: true, include: labels }, asked.include[1]!],
            })
          } else expect(plain(await User.findAll(options))).toEqual(expected)
        }),
      )
      const finds = sent.filter((text) => text.startsWith('SELECT'))
      const locked = finds.map((text) => text.includes('FOR UPDATE'))
      expect(locked).toEqual([0, 1, 2].map((at) => at === place && engine.traits.rowLocks === true))
    }
    const other = sequelize.define('Other', {})
    await expect(User.findAll({ ...asked, lock: { level: 'UPDATE', of: other } })).rejects.toThrow(
      'lock.of: Other is neither User nor included.',
    )
  })
  test('a pool of one connection is enough for them, also when one of them fails', async () => {
    const { User } = await officeOf(engine, { file: true, pool: { max: 1, acquire: 5000 } })
    const expected = plain(await User.findAll(THREE))
    const failing = {
      ...THREE,
      include: [...THREE.include.slice(1), { ...THREE.include[0], where: literal('nonsense(1)') }],
    }
    const outcomes = await Promise.allSettled(
      Array.from({ length: 12 }, (_, at) => User.findAll(at % 4 === 3 ? failing : THREE)),
    )
    for (const [at, outcome] of outcomes.entries()) {
      if (at % 4 === 3) expect(outcome.status).toBe('rejected')
      else expect(plain((outcome as PromiseFulfilledResult<Row[]>).value)).toEqual(expected)
    }
    expect(plain(await User.findAll(THREE))).toEqual(expected)
  })
  test('explain tells where the strategy comes from', async () => {
    const { User } = await officeOf(engine, { strategy: 'auto' })
    const why = async (options: object): Promise<string> =>
      (await User.explain({ include: 'tasks', ...options })).includes[0].reason
    expect(await why({})).toBe(
      "strategy: 'auto' of new Sequelize(): a join would repeat each parent for every one of its rows",
    )
    expect(await why({ strategy: 'query' })).toBe("strategy: 'query' of the find")
    expect(await why({ include: 'profile' })).toBe(
      "one row at most: a join repeats nothing (strategy: 'auto' of new Sequelize())",
    )
    expect(await why({ where: { '$tasks.title$': 'd' } })).toMatch(
      /what else the find asks for needs its rows.*'auto' of new Sequelize\(\)/,
    )
    const byModel = await officeOf(engine, {}, { strategy: 'query' })
    const told = await byModel.User.explain({ include: { association: 'tasks', include: 'labels' } })
    expect(told.includes.map((one: Row) => [one.path, one.strategy, one.reason])).toEqual([
      ['tasks', 'query', "strategy: 'query' of the model User"],
      ['tasks.labels', 'query', "strategy: 'query' of the model User"],
    ])
    const cut = await byModel.User.explain({ include: { association: 'tasks', limit: 1 }, strategy: 'join' })
    expect(cut.includes[0].reason).toBe('a limit for each parent, which a join does not have')
  })
  test('anything else is refused, with the option, the value and who has it', async () => {
    await expect(engine.connect({ strategy: 'eager' })).rejects.toThrow(/option strategy .*"join".* got "eager"/)
    const { sequelize, User } = await officeOf(engine)
    expect(() => sequelize.define('Other', {}, { strategy: 'eager' })).toThrow(
      /model Other: strategy is 'join', 'query' or 'auto', got "eager"/,
    )
    for (const find of ['findAll', 'findOne', 'findAndCountAll', 'count', 'explain'])
      await expect(User[find]({ strategy: 'eager' })).rejects.toThrow(
        /User\.\w+\(\): strategy is 'join', 'query' or 'auto', got "eager"/,
      )
    await expect(User.findAll({ include: { association: 'tasks', strategy: 'eager' } })).rejects.toThrow(
      /include of "tasks" in User: strategy is 'join', 'query' or 'auto'/,
    )
    expect(await User.count({ where: { id: { [Op.gt]: 0 } }, strategy: null })).toBe(3)
  })
})
