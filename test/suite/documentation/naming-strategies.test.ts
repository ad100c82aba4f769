// "Naming Strategies" (version 6) and "Configuring Table & Column names" (version 7).
import { DataTypes, Model, Sequelize } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Database, Table } from '../../support/untyped.js'

describeEachEngine('names of tables and columns', (engine) => {
  const columns = async (sequelize: Database, table: string): Promise<string[]> =>
    Object.keys(await sequelize.queryInterface.describeTable(table)).sort()

  test('`underscored` reaches tables, columns, time stamps and foreign keys; attributes stay as they are', async () => {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('user', { username: Sequelize.STRING }, { underscored: true })
    const Task = sequelize.define('task', { title: Sequelize.STRING }, { underscored: true })
    User.hasMany(Task)
    Task.belongsTo(User)
    await sequelize.sync()
    expect(await columns(sequelize, 'users')).toEqual(['created_at', 'id', 'updated_at', 'username'])
    expect(await columns(sequelize, 'tasks')).toEqual(['created_at', 'id', 'title', 'updated_at', 'user_id'])
    const user = await User.create({ username: 'u' })
    const task = await user.createTask({ title: 't' })
    expect(task.userId).toBe(user.id)
    expect(task.createdAt).toBeInstanceOf(Date)
    expect((await Task.findOne({ where: { userId: user.id }, include: User })).user.username).toBe('u')
    const [key] = await sequelize.queryInterface.showConstraints('tasks', { constraintType: 'FOREIGN KEY' })
    expect(key).toMatchObject({ columnNames: ['user_id'], referencedTableName: 'users', referencedColumnNames: ['id'] })
    expect([key.deleteAction, key.updateAction]).toEqual(['SET NULL', 'CASCADE'])
  })
  test('snake case, frozen and given ones', async () => {
    const sequelize = engine.script(await engine.connect())
    expect(sequelize.define('UserAccount', {}).table.tableName).toBe('UserAccounts')
    expect(sequelize.define('UserAccount', {}, { underscored: true }).table.tableName).toBe('user_accounts')
    expect(sequelize.define('UserAccount', {}, { freezeTableName: true }).table.tableName).toBe('UserAccount')
    expect(sequelize.define('UserAccount', {}, { freezeTableName: true, underscored: true }).table.tableName).toBe(
      'UserAccount',
    )
    expect(sequelize.define('UserAccount', {}, { tableName: 'people', underscored: true }).table.tableName).toBe(
      'people',
    )
    expect(sequelize.define('Person', {}).table.tableName).toBe('People')
  })
  test('of all models, by `define`', async () => {
    for (const [define, name] of [
      [{ underscored: true }, 'users'],
      [{ freezeTableName: true }, 'User'],
    ] as const) {
      class User extends Model {}
      const sequelize = new Sequelize({ ...(await engine.options()), define, models: [User] } as never)
      engine.closing(sequelize)
      expect((User as unknown as Table).table.tableName).toBe(name)
    }
  })
  test('a column’s own name counts more than `underscored`', async () => {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define(
      'User',
      {
        firstName: { type: DataTypes.STRING, columnName: 'FirstName' },
        lastName: { type: DataTypes.STRING, field: 'ln' },
      },
      { underscored: true, timestamps: false },
    )
    await sequelize.sync()
    expect(await columns(sequelize, 'users')).toEqual(['FirstName', 'id', 'ln'])
    await User.create({ firstName: 'a', lastName: 'b' })
    expect((await User.findOne({ where: { firstName: 'a' } })).lastName).toBe('b')
  })
  test('a key that refers to a table by its name', async () => {
    const sequelize = engine.script(await engine.connect())
    const Bar = sequelize.define('bar', { name: DataTypes.STRING })
    const Foo = sequelize.define('foo', {
      name: DataTypes.STRING,
      barId: {
        type: DataTypes.INTEGER,
        allowNull: false,
        references: { model: 'bars', key: 'id' },
        onDelete: 'CASCADE',
      },
    })
    await sequelize.sync()
    const bar = await Bar.create({})
    await Foo.create({ barId: bar.id })
    await bar.destroy()
    expect(await Foo.count()).toBe(0)
  })
  test('one row has the singular, several have the plural', async () => {
    const sequelize = engine.script(await engine.connect())
    const [Foo, Bar, Baz] = ['foo', 'bar', 'baz'].map((name) => sequelize.define(name, {})) as [Table, Table, Table]
    Foo.hasMany(Bar)
    Foo.hasOne(Baz)
    await sequelize.sync()
    await Foo.create({})
    const foo = await Foo.findOne({ include: [Bar, Baz] })
    expect([foo.bars, foo.bar, foo.baz]).toEqual([[], undefined, null])
  })
  test('singular and plural of another language, of an alias or of the model', async () => {
    const sequelize = engine.script(await engine.connect())
    const Project = sequelize.define('project', {})
    const Member = sequelize.define('member', {})
    Project.belongsToMany(Member, { through: 'project_leaders', as: { singular: 'líder', plural: 'líderes' } })
    const User = sequelize.define('user', {}, { name: { singular: 'líder', plural: 'líderes' } })
    const Plan = sequelize.define('plan', {})
    Plan.belongsToMany(User, { through: 'plan_leaders' })
    await sequelize.sync()
    const project = await Project.create({})
    await project.addLíder(await Member.create({}))
    expect(await project.getLíderes()).toHaveLength(1)
    const plan = await Plan.create({})
    await plan.setLíderes([await User.create({}), await User.create({})])
    expect((await Plan.findOne({ include: User })).líderes).toHaveLength(2)
  })
  test('an alias changes the foreign key, which both sides share all the same', async () => {
    const sequelize = engine.script(await engine.connect())
    const define = (): [Table, Table] => [sequelize.define('Invoice', {}), sequelize.define('Subscription', {})]
    const [Loose, Plain] = define()
    Loose.belongsTo(Plain, { as: 'TheSubscription' })
    Plain.hasMany(Loose)
    // What the guide calls a possible mistake: a second key that nobody wants.
    expect(Object.keys(Loose.getAttributes()).filter((name) => /subscription/i.test(name))).toEqual([
      'TheSubscriptionId',
    ])
    const [Invoice, Subscription] = define()
    Invoice.belongsTo(Subscription, { as: 'TheSubscription', foreignKey: 'subscription_id' })
    Subscription.hasMany(Invoice, { foreignKey: 'subscription_id' })
    expect(Object.keys(Invoice.getAttributes()).filter((name) => /subscription/i.test(name))).toEqual([
      'subscription_id',
    ])
  })
})
