// Seed 000, "Using the Sequelize hasOne() association method": its program, and each of its statements.
import { AssociationError, Sequelize, UniqueConstraintError } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../support/databases.js'
import { columnsOf, foreignKeysOf, indexesOf, tablesOf } from '../support/schema.js'
import type { Database, Table } from '../support/untyped.js'

function models(sequelize: Database): { User: Table; Task: Table } {
  const User = sequelize.define('User', { firstName: Sequelize.STRING }, { timestamps: false })
  const Task = sequelize.define('Task', { taskName: Sequelize.STRING }, { timestamps: false })
  return { User, Task }
}

describeEachEngine('seed 000', (engine) => {
  async function connected(): Promise<Database> {
    return engine.script(await engine.connect())
  }

  /** The article's starting point: two models that represent existing tables. */
  async function existing() {
    const sequelize = await connected()
    const { User, Task } = models(sequelize)
    await sequelize.sync()
    return { sequelize, User, Task, recorder: engine.recorder(sequelize) }
  }

  /** The article's program up to the first `sync`. */
  async function associated() {
    const program = await existing()
    program.User.hasOne(program.Task)
    await program.Task.sync({ alter: true })
    return program
  }

  /** The article's second version of `Task`, with the unique index, on the tables that the first version left. */
  async function unique() {
    const sequelize = await connected()
    const first = models(sequelize)
    first.User.hasOne(first.Task)
    await sequelize.sync()
    const Task = sequelize.define(
      'Task',
      { taskName: Sequelize.STRING },
      {
        timestamps: false,
        indexes: [
          {
            unique: true,
            fields: ['UserId'],
          },
        ],
      },
    )
    first.User.hasOne(Task)
    await Task.sync({ alter: true })
    return { sequelize, User: first.User, Task }
  }

  test('the whole program, start to end', async () => {
    const { sequelize, User, Task } = await associated()
    const user = await User.create({ firstName: 'Nathan' })
    await Task.create({ taskName: 'Learn Sequelize', UserId: user.id })
    const [results] = await sequelize.query(
      engine.quoted('SELECT * FROM "Tasks" JOIN "Users" ON "Tasks"."UserId" = "Users"."id"'),
    )
    expect(results).toEqual([{ id: 1, taskName: 'Learn Sequelize', UserId: 1, firstName: 'Nathan' }])
    const users = await User.findAll({ include: Task })
    expect(JSON.parse(JSON.stringify(users))).toEqual([
      { id: 1, firstName: 'Nathan', Task: { id: 1, taskName: 'Learn Sequelize', UserId: 1 } },
    ])
  })

  test('000-01 hasOne links two defined models; a model that is undefined throws at definition time', async () => {
    const { User, Task } = models(await connected())
    expect(() => User.hasOne(undefined)).toThrow(AssociationError)
    expect(() => User.hasOne(undefined)).toThrow(/User.*hasOne|hasOne.*User/s)
    expect(Object.keys(User.associations)).toEqual([])
    User.hasOne(Task)
    expect(Object.keys(User.associations)).toEqual(['Task'])
  })

  test('000-02 after linking, the data of both tables comes with one query', async () => {
    const { User, Task, recorder } = await associated()
    await Task.create({ taskName: 'Write', UserId: (await User.create({ firstName: 'Ann' })).id })
    const statements = await recorder.during(async () => {
      const [user] = await User.findAll({ include: Task })
      expect(user?.firstName).toBe('Ann')
      expect(user?.Task.taskName).toBe('Write')
    })
    expect(statements).toHaveLength(1)
  })

  test('000-03 define makes a model, and data types are statics of Sequelize', async () => {
    const sequelize = await connected()
    const User = sequelize.define('User', { firstName: Sequelize.STRING }, { timestamps: false })
    expect(User.name).toBe('User')
    expect(sequelize.models.User).toBe(User)
    expect(Object.keys(User.getAttributes())).toEqual(['id', 'firstName'])
    await User.sync()
    expect((await User.create({ firstName: 'Ann' })).firstName).toBe('Ann')
  })

  test('000-04 timestamps: false leaves createdAt and updatedAt out of attributes and columns', async () => {
    const { sequelize, User } = await existing()
    expect(Object.keys(User.getAttributes())).toEqual(['id', 'firstName'])
    expect(Object.keys(await columnsOf(sequelize, 'Users'))).toEqual(['id', 'firstName'])
  })

  test('000-05 the models User and Task are the tables Users and Tasks', async () => {
    const { sequelize, User, Task } = await existing()
    expect([User.tableName, Task.tableName]).toEqual(['Users', 'Tasks'])
    expect(await tablesOf(sequelize)).toEqual(['Tasks', 'Users'])
  })

  test('000-06 each row of Users can have one row of Tasks', async () => {
    const { User, Task } = await associated()
    const [ann, ben, cleo] = [
      await User.create({ firstName: 'Ann' }),
      await User.create({ firstName: 'Ben' }),
      await User.create({ firstName: 'Cleo' }),
    ]
    await Task.create({ taskName: 'of Ann', UserId: ann.id })
    await Task.create({ taskName: 'of Ben', UserId: ben.id })
    expect((await ann.getTask()).taskName).toBe('of Ann')
    expect((await ben.getTask()).taskName).toBe('of Ben')
    expect(await cleo.getTask()).toBeNull()
  })

  test('000-07 one call of hasOne creates the association', async () => {
    const { User, Task } = models(await connected())
    const association = User.hasOne(Task)
    expect(association.associationType).toBe('HasOne')
    expect(User.associations.Task).toBe(association)
  })

  test('000-08 the caller is the source, the argument is the target', async () => {
    const { User, Task } = models(await connected())
    const association = User.hasOne(Task)
    expect(association.source).toBe(User)
    expect(association.target).toBe(Task)
  })

  test('000-09 hasOne adds UserId to Task and nothing to User', async () => {
    const { User, Task } = models(await connected())
    const association = User.hasOne(Task)
    expect(association.foreignKey).toBe('UserId')
    expect(Object.keys(Task.getAttributes())).toEqual(['id', 'taskName', 'UserId'])
    expect(Object.keys(User.getAttributes())).toEqual(['id', 'firstName'])
  })

  test('000-10 UserId is an attribute at once, before any sync', async () => {
    const { User, Task } = models(await connected())
    expect(Task.getAttributes().UserId).toBeUndefined()
    User.hasOne(Task)
    expect(Task.getAttributes().UserId).toBeDefined()
    expect(Task.build({ UserId: 7 }).UserId).toBe(7)
  })

  test('000-11 hasOne sends no SQL: the table stays as it was', async () => {
    const { sequelize, User, Task, recorder } = await existing()
    recorder.clear()
    User.hasOne(Task)
    await Promise.resolve()
    expect(recorder.statements).toEqual([])
    expect(Object.keys(await columnsOf(sequelize, 'Tasks'))).toEqual(['id', 'taskName'])
    expect(await foreignKeysOf(sequelize, 'Tasks')).toEqual([])
  })

  test('000-12 Task.sync({ alter: true }) on the existing table adds the column UserId and keeps the rows', async () => {
    const { sequelize, User, Task } = await existing()
    await Task.create({ taskName: 'there before' })
    User.hasOne(Task)
    await Task.sync({ alter: true })
    const columns = await columnsOf(sequelize, 'Tasks')
    expect(Object.keys(columns)).toEqual(['id', 'taskName', 'UserId'])
    expect(columns.UserId?.allowNull).toBe(true)
    const [task] = await Task.findAll()
    expect(task?.get()).toEqual({ id: 1, taskName: 'there before', UserId: null })
  })

  engine.requires('alterAddsNamedForeignKey')(
    '000-13 …and adds the constraint Tasks_UserId_foreign_idx by ALTER TABLE',
    async () => {
      const { User, Task, recorder } = await existing()
      User.hasOne(Task)
      recorder.clear()
      await Task.sync({ alter: true })
      const text = recorder.statements.join('\n').replace(/\s+/g, ' ')
      expect(text).toMatch(
        /ADD CONSTRAINT [`"]Tasks_UserId_foreign_idx[`"] FOREIGN KEY \([`"]UserId[`"]\) REFERENCES [`"]Users[`"] ?\([`"]id[`"]\)/,
      )
    },
  )

  test('000-14 the foreign key refers to the primary key of the source', async () => {
    const { sequelize } = await associated()
    expect(await foreignKeysOf(sequelize, 'Tasks')).toMatchObject([
      { columns: ['UserId'], table: 'Users', references: ['id'] },
    ])
  })

  test('000-15 the foreign key has the type of the key that it refers to', async () => {
    const { sequelize, User, Task } = await associated()
    const users = await columnsOf(sequelize, 'Users')
    const tasks = await columnsOf(sequelize, 'Tasks')
    expect(tasks.UserId?.type).toBe(users.id?.type)
    expect(Task.getAttributes().UserId.type.toString()).toBe(User.getAttributes().id.type.toString())
  })

  test('000-16 without sync the association works on a column that was made by hand', async () => {
    const { sequelize, User, Task } = await existing()
    await sequelize.query(engine.quoted('ALTER TABLE "Tasks" ADD COLUMN "UserId" INTEGER'))
    User.hasOne(Task)
    const user = await User.create({ firstName: 'Ann' })
    const task = await Task.create({ taskName: 'Write' })
    await user.setTask(task)
    expect((await User.findOne({ include: Task })).Task.taskName).toBe('Write')
  })

  test('000-17 a raw JOIN returns rows and metadata', async () => {
    const { sequelize, User, Task } = await associated()
    await Task.create({ taskName: 'Write', UserId: (await User.create({ firstName: 'Ann' })).id })
    const [results, metadata] = await sequelize.query(
      engine.quoted('SELECT * FROM "Tasks" JOIN "Users" ON "Tasks"."UserId" = "Users"."id"'),
    )
    expect(results).toEqual([{ id: 1, taskName: 'Write', UserId: 1, firstName: 'Ann' }])
    expect(metadata).toBeDefined()
  })

  test('000-18 the same JOIN through include', async () => {
    const { User, Task, recorder } = await associated()
    await Task.create({ taskName: 'Write', UserId: (await User.create({ firstName: 'Ann' })).id })
    await User.create({ firstName: 'Ben' })
    const [statement] = await recorder.during(async () => {
      const users = await User.findAll({ include: { model: Task, required: true } })
      expect(users.map((user) => [user.firstName, user.Task.taskName])).toEqual([['Ann', 'Write']])
    })
    expect(statement).toMatch(/INNER JOIN/)
  })

  test('000-19 hasOne takes options as its second argument', async () => {
    const { User, Task } = models(await connected())
    User.hasOne(Task, { foreignKey: { name: 'ownerId', allowNull: false }, onDelete: 'CASCADE' })
    expect(Task.getAttributes().ownerId).toMatchObject({ allowNull: false, onDelete: 'CASCADE' })
    expect(Task.getAttributes().UserId).toBeUndefined()
  })

  test('000-20 foreignKey renames attribute and column', async () => {
    const { sequelize, User, Task } = await existing()
    User.hasOne(Task, { foreignKey: 'task_owner' })
    expect(Object.keys(Task.getAttributes())).toEqual(['id', 'taskName', 'task_owner'])
    await Task.sync({ alter: true })
    expect(Object.keys(await columnsOf(sequelize, 'Tasks'))).toEqual(['id', 'taskName', 'task_owner'])
  })

  test('000-21 sourceKey: the foreign key refers to Users.firstName and has its type', async () => {
    const sequelize = await connected()
    const User = sequelize.define(
      'User',
      { firstName: { type: Sequelize.STRING, unique: true } },
      { timestamps: false },
    )
    const Task = sequelize.define('Task', { taskName: Sequelize.STRING }, { timestamps: false })
    User.hasOne(Task, { foreignKey: 'task_owner', sourceKey: 'firstName' })
    expect(Task.getAttributes().task_owner.type.toString()).toBe(User.getAttributes().firstName.type.toString())
    await sequelize.sync()
    expect(await foreignKeysOf(sequelize, 'Tasks')).toMatchObject([
      { columns: ['task_owner'], table: 'Users', references: ['firstName'] },
    ])
    const user = await User.create({ firstName: 'Ann' })
    const task = await user.createTask({ taskName: 'Write' })
    expect(task.task_owner).toBe('Ann')
    expect((await User.findOne({ include: Task })).Task.taskName).toBe('Write')
  })

  test('000-22 uniqueKey is the name of the foreign key constraint', async () => {
    const { sequelize, User, Task } = await existing()
    User.hasOne(Task, { uniqueKey: 'task_user_fk' })
    await Task.sync({ alter: true })
    expect((await foreignKeysOf(sequelize, 'Tasks')).map((key) => key.name)).toEqual(['task_user_fk'])
  })

  test('000-23 onDelete: RESTRICT', async () => {
    const { sequelize, User, Task } = await existing()
    User.hasOne(Task, { onDelete: 'RESTRICT' })
    await Task.sync({ alter: true })
    expect((await foreignKeysOf(sequelize, 'Tasks'))[0]?.onDelete).toBe('RESTRICT')
    const user = await User.create({ firstName: 'Ann' })
    await user.createTask({ taskName: 'Write' })
    await expect(user.destroy()).rejects.toMatchObject({ name: 'SequelizeForeignKeyConstraintError' })
    expect(await User.count()).toBe(1)
  })

  test('000-24 onUpdate: RESTRICT', async () => {
    const { sequelize, User, Task } = await existing()
    User.hasOne(Task, { onUpdate: 'RESTRICT' })
    await Task.sync({ alter: true })
    expect((await foreignKeysOf(sequelize, 'Tasks'))[0]?.onUpdate).toBe('RESTRICT')
  })

  test('000-25 constraints: false removes the foreign key constraint, whatever onDelete and onUpdate say', async () => {
    const { sequelize, User, Task } = await existing()
    User.hasOne(Task, { constraints: false, onDelete: 'RESTRICT', onUpdate: 'RESTRICT' })
    await Task.sync({ alter: true })
    expect(Object.keys(await columnsOf(sequelize, 'Tasks'))).toEqual(['id', 'taskName', 'UserId'])
    expect(await foreignKeysOf(sequelize, 'Tasks')).toEqual([])
    expect((await Task.create({ taskName: 'of nobody', UserId: 99 })).UserId).toBe(99)
  })

  test('000-26 the six options together', async () => {
    const { sequelize, User, Task } = await existing()
    User.hasOne(Task, {
      foreignKey: 'task_owner', // change column name
      sourceKey: 'firstName', // change the referenced column
      uniqueKey: 'task_user_fk', // foreign key constraint name
      onDelete: 'RESTRICT', // ON DELETE config
      onUpdate: 'RESTRICT', // ON UPDATE config
      constraints: false, // remove ON DELETE and ON UPDATE constraints
    })
    await Task.sync({ alter: true })
    expect(Object.keys(await columnsOf(sequelize, 'Tasks'))).toEqual(['id', 'taskName', 'task_owner'])
    expect(await foreignKeysOf(sequelize, 'Tasks')).toEqual([])
    const user = await User.create({ firstName: 'Ann' })
    await user.setTask(await Task.create({ taskName: 'Write' }))
    expect((await Task.findOne()).task_owner).toBe('Ann')
    expect((await User.findOne({ include: Task })).Task.taskName).toBe('Write')
  })

  engine.requires('implicitForeignKeyIndex')('000-27 the foreign key column has a non-unique index', async () => {
    const { sequelize } = await associated()
    expect(await indexesOf(sequelize, 'Tasks')).toMatchObject([{ unique: false, columns: ['UserId'] }])
  })

  test('000-28 at most one associated row per source is returned, although the database holds two', async () => {
    const { User, Task } = await associated()
    const user = await User.create({ firstName: 'Ann' })
    await Task.bulkCreate([
      { taskName: 'first', UserId: user.id },
      { taskName: 'second', UserId: user.id },
    ])
    expect((await user.getTask()).taskName).toBe('first')
    const users = await User.findAll({ include: Task })
    expect(users).toHaveLength(1)
    expect(users[0]?.Task.taskName).toBe('first')
  })

  test('000-29 two rows with one UserId can be inserted while there is no unique index', async () => {
    const { User, Task } = await associated()
    const user = await User.create({ firstName: 'Ann' })
    await Task.create({ taskName: 'first', UserId: user.id })
    await Task.create({ taskName: 'second', UserId: user.id })
    expect(await Task.count({ where: { UserId: user.id } })).toBe(2)
  })

  test('000-30 indexes on the target add uniqueness', async () => {
    const { sequelize } = await unique()
    expect(await indexesOf(sequelize, 'Tasks')).toMatchObject([{ unique: true, columns: ['UserId'] }])
  })

  test('000-31 fields names the attribute, or its column, that a later hasOne injects', async () => {
    for (const field of ['UserId', 'user_id']) {
      const sequelize = engine.script(await engine.connect({ define: { underscored: true, timestamps: false } }))
      const User = sequelize.define('User', { firstName: Sequelize.STRING })
      const Task = sequelize.define(
        'Task',
        { taskName: Sequelize.STRING },
        { indexes: [{ unique: true, fields: [field] }] },
      )
      User.hasOne(Task)
      await sequelize.sync()
      expect(await indexesOf(sequelize, 'tasks')).toMatchObject([{ unique: true, columns: ['user_id'] }])
    }
  })

  test('000-32 a second sync({ alter: true }) applies the unique index to the existing table', async () => {
    const { sequelize, User, Task: first } = await associated()
    const user = await User.create({ firstName: 'Ann' })
    await first.create({ taskName: 'there before', UserId: user.id })
    expect((await indexesOf(sequelize, 'Tasks')).filter((index) => index.unique)).toEqual([])
    const Task = sequelize.define(
      'Task',
      { taskName: Sequelize.STRING },
      { timestamps: false, indexes: [{ unique: true, fields: ['UserId'] }] },
    )
    User.hasOne(Task)
    await Task.sync({ alter: true })
    expect((await indexesOf(sequelize, 'Tasks')).filter((index) => index.unique)).toMatchObject([
      { columns: ['UserId'] },
    ])
    expect((await Task.findAll()).map((task) => task.get())).toEqual([
      { id: 1, taskName: 'there before', UserId: user.id },
    ])
  })

  test('000-33 a duplicate UserId then fails with UniqueConstraintError', async () => {
    const { User, Task } = await unique()
    const user = await User.create({ firstName: 'Ann' })
    await Task.create({ taskName: 'first', UserId: user.id })
    const failed = Task.create({ taskName: 'second', UserId: user.id })
    await expect(failed).rejects.toBeInstanceOf(UniqueConstraintError)
    expect(
      Object.keys(((await failed.catch((error: UniqueConstraintError) => error)) as UniqueConstraintError).fields),
    ).toEqual(['UserId'])
    expect(await Task.count()).toBe(1)
  })

  test('000-34 several rows without UserId stay legal under the unique index', async () => {
    const { Task } = await unique()
    await Task.create({ taskName: 'first' })
    await Task.create({ taskName: 'second', UserId: null })
    expect(await Task.count({ where: { UserId: null } })).toBe(2)
  })
})
