// Seed 004, "Sequelize belongsTo() association method": its program, and each of its statements.
import { AssociationError, DatabaseError, Sequelize } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../support/databases.js'
import { columnsOf, foreignKeysOf, tablesOf } from '../support/schema.js'
import type { Database, Table } from '../support/untyped.js'

function models(sequelize: Database): { User: Table; Task: Table } {
  const User = sequelize.define('User', { firstName: Sequelize.STRING }, { timestamps: false })
  const Task = sequelize.define('Task', { taskName: Sequelize.STRING }, { timestamps: false })
  return { User, Task }
}

describeEachEngine('seed 004', (engine) => {
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

  test('the whole program, start to end', async () => {
    const { User, Task } = await existing()
    Task.belongsTo(User)
    await Task.sync({ alter: true })
    const user = await User.create({ firstName: 'Nathan' })
    const task = await Task.create({ taskName: 'Learn Sequelize', UserId: user.id })
    expect((await task.getUser()).firstName).toBe('Nathan')
    const tasks = await Task.findAll({ include: User })
    expect(JSON.parse(JSON.stringify(tasks))).toEqual([
      { id: 1, taskName: 'Learn Sequelize', UserId: 1, User: { id: 1, firstName: 'Nathan' } },
    ])
  })

  test('004-01 belongsTo creates a one-to-one between two models', async () => {
    const { User, Task } = models(await connected())
    const association = Task.belongsTo(User)
    expect(association.associationType).toBe('BelongsTo')
    expect(association.isSingleAssociation).toBe(true)
    expect(Task.associations.User).toBe(association)
  })

  test('004-02 it is called on the source and points at its argument', async () => {
    const { User, Task } = models(await connected())
    const association = Task.belongsTo(User)
    expect([association.source, association.target]).toEqual([Task, User])
  })

  test('004-03 the models User and Task are the tables Users and Tasks', async () => {
    const { sequelize, User, Task } = await existing()
    expect([User.tableName, Task.tableName]).toEqual(['Users', 'Tasks'])
    expect(await tablesOf(sequelize)).toEqual(['Tasks', 'Users'])
  })

  test('004-04 Task.belongsTo(User) adds UserId to Task as the foreign key', async () => {
    const { User, Task } = models(await connected())
    expect(Task.belongsTo(User).foreignKey).toBe('UserId')
    expect(Object.keys(Task.getAttributes())).toEqual(['id', 'taskName', 'UserId'])
    expect(Object.keys(User.getAttributes())).toEqual(['id', 'firstName'])
  })

  test('004-05 the association needs the column, which can be added by hand', async () => {
    const { sequelize, User, Task } = await existing()
    Task.belongsTo(User)
    await expect(Task.findAll()).rejects.toBeInstanceOf(DatabaseError)
    await sequelize.query(engine.quoted('ALTER TABLE "Tasks" ADD COLUMN "UserId" INTEGER'))
    const task = await Task.create({ taskName: 'Write' })
    await task.setUser(await User.create({ firstName: 'Ann' }))
    expect((await Task.findOne({ include: User })).User.firstName).toBe('Ann')
  })

  test('004-06 Task.sync({ alter: true }) adds the column and the constraint', async () => {
    const { sequelize, User, Task } = await existing()
    Task.belongsTo(User)
    await Task.sync({ alter: true })
    expect(Object.keys(await columnsOf(sequelize, 'Tasks'))).toEqual(['id', 'taskName', 'UserId'])
    expect(await foreignKeysOf(sequelize, 'Tasks')).toMatchObject([
      { columns: ['UserId'], table: 'Users', references: ['id'] },
    ])
    await expect(Task.create({ taskName: 'of nobody', UserId: 99 })).rejects.toMatchObject({
      name: 'SequelizeForeignKeyConstraintError',
    })
  })

  test('004-07 foreignKey changes the name of the column', async () => {
    const { sequelize, User, Task } = await existing()
    Task.belongsTo(User, { foreignKey: 'myUserId' })
    await Task.sync({ alter: true })
    expect(Object.keys(await columnsOf(sequelize, 'Tasks'))).toEqual(['id', 'taskName', 'myUserId'])
  })

  test('004-08 targetKey changes the column that is referred to', async () => {
    const sequelize = await connected()
    const User = sequelize.define(
      'User',
      { firstName: { type: Sequelize.STRING, unique: true } },
      { timestamps: false },
    )
    const Task = sequelize.define('Task', { taskName: Sequelize.STRING }, { timestamps: false })
    Task.belongsTo(User, { foreignKey: 'myUserId', targetKey: 'firstName' })
    await sequelize.sync()
    expect(await foreignKeysOf(sequelize, 'Tasks')).toMatchObject([
      { columns: ['myUserId'], table: 'Users', references: ['firstName'] },
    ])
    const user = await User.create({ firstName: 'Ann' })
    const task = await Task.create({ taskName: 'Write' })
    await task.setUser(user)
    expect((await Task.findOne()).myUserId).toBe('Ann')
    expect((await Task.findOne({ include: User })).User.id).toBe(user.id)
  })

  test('004-09 uniqueKey is the name of the foreign key constraint', async () => {
    const { sequelize, User, Task } = await existing()
    Task.belongsTo(User, { uniqueKey: 'task_user_fk' })
    await Task.sync({ alter: true })
    expect((await foreignKeysOf(sequelize, 'Tasks')).map((key) => key.name)).toEqual(['task_user_fk'])
  })

  engine.requires('setDefaultAction')('004-10 onDelete: SET DEFAULT', async () => {
    const { sequelize, User, Task } = await existing()
    Task.belongsTo(User, { foreignKey: { name: 'UserId', defaultValue: 1 }, onDelete: 'SET DEFAULT' })
    await Task.sync({ alter: true })
    expect((await foreignKeysOf(sequelize, 'Tasks'))[0]?.onDelete).toBe('SET DEFAULT')
    await User.create({ firstName: 'heir' })
    const user = await User.create({ firstName: 'Ann' })
    await Task.create({ taskName: 'Write', UserId: user.id })
    await user.destroy()
    expect((await Task.findOne()).UserId).toBe(1)
  })

  engine.requires('setDefaultAction')('004-11 onUpdate: SET DEFAULT', async () => {
    const { sequelize, User, Task } = await existing()
    Task.belongsTo(User, { onUpdate: 'SET DEFAULT' })
    await Task.sync({ alter: true })
    expect((await foreignKeysOf(sequelize, 'Tasks'))[0]?.onUpdate).toBe('SET DEFAULT')
  })

  test('004-12 constraints: false removes the constraint', async () => {
    const { sequelize, User, Task } = await existing()
    Task.belongsTo(User, { constraints: false })
    await Task.sync({ alter: true })
    expect(Object.keys(await columnsOf(sequelize, 'Tasks'))).toEqual(['id', 'taskName', 'UserId'])
    expect(await foreignKeysOf(sequelize, 'Tasks')).toEqual([])
  })

  test('004-13 the six options together', async () => {
    const { sequelize, User, Task } = await existing()
    Task.belongsTo(User, {
      foreignKey: 'myUserId', // change column name
      targetKey: 'firstName', // change the referenced column
      uniqueKey: 'task_user_fk', // foreign key constraint name
      onDelete: 'SET DEFAULT', // ON DELETE config
      onUpdate: 'SET DEFAULT', // ON UPDATE config
      constraints: false, // remove ON DELETE and ON UPDATE constraints
    })
    await Task.sync({ alter: true })
    expect(Object.keys(await columnsOf(sequelize, 'Tasks'))).toEqual(['id', 'taskName', 'myUserId'])
    expect(await foreignKeysOf(sequelize, 'Tasks')).toEqual([])
    const task = await Task.create({ taskName: 'Write' })
    await task.setUser(await User.create({ firstName: 'Ann' }))
    expect((await Task.findOne({ include: User })).User.firstName).toBe('Ann')
  })

  engine.requires('nonUniqueReferencedKey')(
    '004-14 a targetKey without an index: the foreign key cannot be added',
    async () => {
      const { User, Task } = await existing()
      Task.belongsTo(User, { foreignKey: 'myUserId', targetKey: 'firstName', allowNonUniqueKey: true })
      await expect(Task.sync({ alter: true })).rejects.toBeInstanceOf(DatabaseError)
    },
  )

  engine.requires('nonUniqueReferencedKey')(
    "004-15 that failure has errno 1822, sqlState HY000 and the server's message",
    async () => {
      const { User, Task } = await existing()
      Task.belongsTo(User, { foreignKey: 'myUserId', targetKey: 'firstName', allowNonUniqueKey: true })
      await expect(Task.sync({ alter: true })).rejects.toMatchObject({
        cause: {
          errno: 1822,
          sqlState: 'HY000',
          sqlMessage: expect.stringContaining('Failed to add the foreign key constraint'),
        },
      })
    },
  )

  test('004-14 on every engine: a targetKey that is not unique is refused when it is defined', async () => {
    const { User, Task } = models(await connected())
    expect(() => Task.belongsTo(User, { foreignKey: 'myUserId', targetKey: 'firstName' })).toThrow(AssociationError)
    expect(Task.getAttributes().myUserId).toBeUndefined()
  })
})
