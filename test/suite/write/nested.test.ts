// Rows that come with the rows that they belong to: children of one association in one INSERT, each with its hooks, its validation, its key.
import { DataTypes, literal, UniqueConstraintError, ValidationError } from 'mortise'
import { expect, test } from 'vitest'
import type { Engine } from '../../support/databases.js'
import { describeEachEngine } from '../../support/databases.js'
import type { Recorder } from '../../support/recorder.js'
import type { Database, Row, Table } from '../../support/untyped.js'

interface Board {
  readonly sequelize: Database
  readonly recorder: Recorder
  readonly User: Table
  readonly Task: Table
  readonly Step: Table
  readonly Label: Table
}

async function boardOf(engine: Engine, ofTask: object = {}): Promise<Board> {
  const sequelize = engine.script(await engine.connect())
  const User = sequelize.define('User', { name: DataTypes.STRING })
  const Task = sequelize.define(
    'Task',
    {
      title: { type: DataTypes.STRING, unique: true, validate: { len: [1, 20] } },
      token: { type: DataTypes.UUID, defaultValue: DataTypes.UUIDV4 },
      done: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: false },
      size: DataTypes.INTEGER,
    },
    { version: true, ...ofTask },
  )
  const Step = sequelize.define('Step', { text: DataTypes.STRING }, { timestamps: false })
  const Label = sequelize.define('Label', { text: DataTypes.STRING }, { timestamps: false })
  User.hasMany(Task, { as: 'tasks', foreignKey: { name: 'userId', allowNull: false }, inverse: 'user' })
  Task.hasMany(Step, { as: 'steps', foreignKey: 'taskId', inverse: 'task' })
  Task.belongsTo(Task, { as: 'after', foreignKey: 'afterId' })
  Task.belongsToMany(Label, { as: 'labels', through: 'TaskLabel', foreignKey: 'taskId', otherKey: 'labelId' })
  await sequelize.sync()
  return { sequelize, recorder: engine.recorder(sequelize), User, Task, Step, Label }
}
const titles = (count: number): { title: string }[] => Array.from({ length: count }, (_, at) => ({ title: `t${at}` }))

describeEachEngine('nested rows', (engine) => {
  test('children of one association are one INSERT, and know their keys', async () => {
    const { User, Task, recorder } = await boardOf(engine)
    let user!: Row
    const sent = await recorder.during(async () => {
      user = await User.create({ name: 'ann', tasks: titles(100) }, { include: ['tasks'] })
    })
    expect(sent).toHaveLength(2)
    const rows = await Task.findAll({ order: ['id'] })
    expect(rows.map((row) => [row.title, row.userId, row.version])).toEqual(
      titles(100).map(({ title }) => [title, user.id, 0]),
    )
    expect(user.tasks.map((task: Row) => [task.id, task.title, task.token, task.userId])).toEqual(
      rows.map((row) => [row.id, row.title, row.token, row.userId]),
    )
    for (const task of user.tasks as Row[])
      expect([task instanceof Task, task.isNewRecord, task.changed(), task.done, task.size ?? null]).toEqual([
        true,
        false,
        false,
        false,
        null,
      ])
    // What was written together is saved each by itself.
    user.tasks[7].title = 'other'
    await user.tasks[7].save()
    expect((await Task.findByPk(user.tasks[7].id)).title).toBe('other')
  })
  test('some with keys or values of their own, some without', async () => {
    const { User, Task } = await boardOf(engine)
    const user = await User.create(
      { tasks: [{ title: 'a' }, { title: 'b', id: 70, done: true }, { title: 'c', size: 4 }] },
      { include: ['tasks'] },
    )
    const read = (tasks: readonly Row[]): unknown =>
      [...tasks]
        .sort((one, other) => (one.title < other.title ? -1 : 1))
        .map((one) => [one.id, one.title, one.done, one.size ?? null])
    expect(read(user.tasks)).toEqual(read(await Task.findAll()))
    expect(user.tasks[1].id).toBe(70)
    expect(new Set(user.tasks.map((task: Row) => task.id)).size).toBe(3)
  })
  test('values and defaults that are SQL', async () => {
    const { User, Task, sequelize } = await boardOf(engine)
    const Note = sequelize.define('Note', { text: { type: DataTypes.STRING, defaultValue: literal("'made'") } })
    User.hasMany(Note, { as: 'notes', foreignKey: 'userId' })
    await sequelize.sync()
    const user = await User.create(
      {
        tasks: [
          { title: 'a', size: literal('1 + 1') },
          { title: 'b', size: 3 },
        ],
        notes: [{}, { text: 'own' }],
      },
      { include: ['tasks', 'notes'] },
    )
    expect(user.tasks.map((task: Row) => task.size)).toEqual([2, 3])
    expect(user.notes.map((note: Row) => note.text)).toEqual(['made', 'own'])
    expect((await Task.findAll({ order: ['id'] })).map((task) => task.size)).toEqual([2, 3])
  })
  test('several levels: an INSERT for each association of each level', async () => {
    const { User, Step, recorder } = await boardOf(engine)
    const tasks = titles(3).map((task) => ({
      ...task,
      steps: [{ text: `${task.title}-1` }, { text: `${task.title}-2` }],
      labels: [{ text: `l-${task.title}` }],
    }))
    let user!: Row
    const include = [{ association: 'tasks', include: ['steps', 'labels'] }]
    const sent = await recorder.during(async () => {
      user = await User.create({ tasks }, { include })
    })
    // User, tasks, steps, labels, rows between.
    expect(sent).toHaveLength(5)
    const order = ['id', ['tasks', 'id'], ['tasks', 'steps', 'id']]
    const found = await User.findByPk(user.id, { include, order })
    const shape = (one: Row): unknown =>
      one.tasks.map((task: Row) => [
        task.id,
        task.title,
        task.steps.map((step: Row) => [step.id, step.text, step.taskId]),
        task.labels.map((label: Row) => [label.id, label.text, label.TaskLabel.taskId]),
      ])
    expect(shape(found)).toEqual(shape(user))
    expect(await Step.count()).toBe(6)
  })
  test('bulkCreate: all parents, then all of their children', async () => {
    const { User, Task, recorder } = await boardOf(engine)
    const records = Array.from({ length: 5 }, (_, at) => ({
      name: `u${at}`,
      tasks: titles(at).map(({ title }) => ({ title: `${at}${title}` })),
    }))
    let users: Row[] = []
    const sent = await recorder.during(async () => {
      users = await User.bulkCreate(records, { include: ['tasks'] })
    })
    expect(sent).toHaveLength(2)
    const found = await User.findAll({ include: 'tasks', order: ['id', ['tasks', 'id']] })
    const shape = (list: readonly Row[]): unknown =>
      list.map((user) => [
        user.id,
        user.name,
        (user.tasks ?? []).map((task: Row) => [task.id, task.title, task.userId]),
      ])
    expect(shape(found)).toEqual(shape(users))
    expect(await Task.count()).toBe(10)
  })
  test('many-to-many: the rows beyond and the rows between, each in one INSERT', async () => {
    const { User, Task, Label, recorder } = await boardOf(engine)
    const user = await User.create({})
    const blue = await Label.create({ text: 'blue' })
    let task!: Row
    const labels = [...Array.from({ length: 20 }, (_, at) => ({ text: `l${at}` })), blue]
    const sent = await recorder.during(async () => {
      task = await Task.create({ title: 'a', userId: user.id, labels }, { include: ['labels'] })
    })
    expect(sent).toHaveLength(3)
    expect(await task.countLabels()).toBe(21)
    expect(await Label.count()).toBe(21)
    expect(task.labels.every((label: Row) => label.TaskLabel.labelId === label.id)).toBe(true)
  })
  test('hooks run for each, before and after the one INSERT, and what they change is written', async () => {
    const heard: string[] = []
    const hear =
      (name: string) =>
      (task: Row): void => {
        heard.push(`${name} ${task.title} ${task.isNewRecord}`)
        if (name === 'beforeCreate') task.size = 9
      }
    const names = ['beforeValidate', 'afterValidate', 'beforeCreate', 'beforeSave', 'afterCreate', 'afterSave']
    const hooks = Object.fromEntries(names.map((name) => [name, hear(name)]))
    const { User, Task, recorder } = await boardOf(engine, { hooks })
    const sent = await recorder.count(() => User.create({ tasks: titles(2) }, { include: ['tasks'] }))
    expect(sent).toBe(2)
    const before = (title: string): string[] => names.slice(0, 4).map((name) => `${name} ${title} true`)
    const after = (title: string): string[] => names.slice(4).map((name) => `${name} ${title} false`)
    expect(heard).toEqual([...before('t0'), ...before('t1'), ...after('t0'), ...after('t1')])
    expect((await Task.findAll()).map((task) => task.size)).toEqual([9, 9])
    heard.length = 0
    await User.create({ tasks: titles(4).slice(2) }, { include: ['tasks'], hooks: false })
    expect(heard).toEqual([])
    expect((await Task.findAll({ order: ['id'] })).map((task) => task.size)).toEqual([9, 9, null, null])
  })
  test('a hook that leaves a column out is heard', async () => {
    const beforeCreate = (task: Row, options: { fields: string[] }): void => {
      if (task.title === 't1') options.fields = options.fields.filter((name) => name !== 'size')
    }
    const { User, Task } = await boardOf(engine, { hooks: { beforeCreate } })
    await User.create({ tasks: titles(3).map((task) => ({ ...task, size: 5 })) }, { include: ['tasks'] })
    expect((await Task.findAll({ order: ['title'] })).map((task) => task.size)).toEqual([5, null, 5])
  })
  test('what fails leaves nothing, and the instances as they were', async () => {
    const { User, Task } = await boardOf(engine)
    const tries = [
      [[{ title: 'a' }, { title: '' }], ValidationError],
      [[{ title: 'a' }, { title: 'b' }, { title: 'a' }], UniqueConstraintError],
    ] as const
    for (const [tasks, error] of tries) {
      const user = User.build({ tasks }, { include: ['tasks'] })
      await expect(user.save()).rejects.toThrow(error)
      expect([user, ...user.tasks].map((one: Row) => [one.isNewRecord, one.id ?? null])).toEqual(
        [user, ...user.tasks].map(() => [true, null]),
      )
      expect(user.tasks.map((task: Row) => task.userId ?? null)).toEqual(user.tasks.map(() => null))
      expect([await User.count(), await Task.count()]).toEqual([0, 0])
    }
  })
  test('a row that is there already is told as bulkCreate tells it: by the attribute, and by no single instance', async () => {
    const { User, Task } = await boardOf(engine)
    await User.create({ tasks: [{ title: 'b' }] }, { include: ['tasks'] })
    const told = async (work: Promise<unknown>): Promise<unknown[]> => {
      const error = await work.catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(UniqueConstraintError)
      return (error as UniqueConstraintError).errors.map(({ message, path, type, instance }) => [
        message,
        path,
        type,
        instance,
      ])
    }
    const tasks = [{ title: 'a' }, { title: 'b' }]
    const nested = await told(User.create({ tasks }, { include: ['tasks'] }))
    expect(nested).toEqual([['title must be unique', 'title', 'unique violation', null]])
    expect(await told(Task.bulkCreate(tasks.map((task) => ({ ...task, userId: 1 }))))).toEqual(nested)
    // A statement of one row knows whose it is.
    const user = User.build({ tasks: [{ title: 'b' }] }, { include: ['tasks'] })
    expect(await told(user.save())).toEqual([['title must be unique', 'title', 'unique violation', user.tasks[0]]])
  })
  test('children that refer to each other', async () => {
    const { User, Task } = await boardOf(engine)
    const [first, second, third] = titles(3).map((task) => Task.build(task))
    second!.after = first
    first!.after = third
    const user = User.build({})
    user.tasks = [first, second, third]
    await user.save({ cascade: true })
    const rows = await Task.findAll({ include: 'after', order: ['title'] })
    expect(rows.map((row) => row.after?.title ?? null)).toEqual(['t2', 't0', null])
    expect(rows.map((row) => row.userId)).toEqual([user.id, user.id, user.id])
  })
})
