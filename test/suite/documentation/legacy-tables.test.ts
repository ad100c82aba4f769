// "Working with Legacy Tables" (version 6), "Advanced model definitions" and "Optimistic Locking" (version 7).
import { randomUUID } from 'node:crypto'
import { DataTypes, Model, OptimisticLockError } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Table } from '../../support/untyped.js'

describeEachEngine('tables that are there already', (engine) => {
  test('names of tables and columns', async () => {
    const sequelize = engine.script(await engine.connect())
    class User extends Model {}
    User.init({ name: DataTypes.STRING }, { modelName: 'user', tableName: 'users', sequelize: sequelize as never })
    class MyModel extends Model {}
    MyModel.init({ userId: { type: DataTypes.INTEGER, field: 'user_id' } }, { sequelize: sequelize as never })
    await sequelize.sync()
    await (MyModel as unknown as Table).create({ userId: 5 })
    expect((await (MyModel as unknown as Table).findOne({ where: { userId: 5 } })).userId).toBe(5)
    const [rows] = await sequelize.query(engine.quoted('SELECT "user_id" FROM "MyModels"'))
    expect(rows).toEqual([{ user_id: 5 }])
    expect(
      (await sequelize.queryInterface.listTables()).map(({ tableName }: { tableName: string }) => tableName),
    ).toContain('users')
  })
  test('primary keys of other names and types', async () => {
    const sequelize = engine.script(await engine.connect())
    const Collection = sequelize.define('Collection', {
      uid: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
    })
    const Box = sequelize.define('Box', { uuid: { type: DataTypes.UUID, primaryKey: true } })
    await sequelize.sync()
    const made = await Collection.create({})
    expect([made.uid, 'id' in made.toJSON()]).toEqual([1, false])
    expect((await Collection.findByPk(1)).uid).toBe(1)
    const uuid = randomUUID()
    await Box.create({ uuid })
    expect((await Box.findByPk(uuid)).uuid).toBe(uuid)
  })
  test('a model without a primary key is read and written by its static methods', async () => {
    const sequelize = engine.script(await engine.connect())
    const Removed = sequelize.define('removed', { name: DataTypes.STRING }, { timestamps: false })
    Removed.removeAttribute('id')
    const Without = sequelize.define('without', { name: DataTypes.STRING }, { timestamps: false, noPrimaryKey: true })
    await sequelize.sync()
    for (const Log of [Removed, Without]) {
      await Log.create({ name: 'a' })
      await Log.bulkCreate([{ name: 'b' }, { name: 'c' }])
      expect(Object.keys(await sequelize.queryInterface.describeTable(Log.getTableName()))).toEqual(['name'])
      expect((await Log.findOne({ where: { name: 'b' } })).name).toBe('b')
      expect((await Log.findAll({ order: ['name'] })).map((row) => row.toJSON())).toEqual([
        { name: 'a' },
        { name: 'b' },
        { name: 'c' },
      ])
      expect(await Log.update({ name: 'd' }, { where: { name: 'b' } })).toEqual([1])
      expect(await Log.destroy({ where: { name: 'c' } })).toBe(1)
      expect(await Log.count()).toBe(2)
      await expect(Log.findByPk(1)).rejects.toThrow(/primary key/)
    }
    expect(() => Removed.removeAttribute('nmae')).toThrow(/nmae.*name/s)
  })
  test('foreign keys of other names', async () => {
    const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
    const [User, Organization, Project, Task, Role] = ['User', 'Organization', 'Project', 'Task', 'Role'].map((name) =>
      sequelize.define(name, { name: DataTypes.STRING }),
    ) as [Table, Table, Table, Table, Table]
    Organization.belongsTo(User, { foreignKey: 'owner_id' })
    User.hasOne(Organization, { foreignKey: 'owner_id' })
    Project.hasMany(Task, { foreignKey: 'tasks_pk' })
    Task.belongsTo(Project, { foreignKey: 'tasks_pk' })
    User.belongsToMany(Role, { through: 'user_has_roles', foreignKey: 'user_role_user_id' })
    Role.belongsToMany(User, { through: 'user_has_roles', foreignKey: 'roles_identifier' })
    await sequelize.sync()
    const user = await User.create({ name: 'u' })
    const organization = await user.createOrganization({ name: 'o' })
    expect(organization.owner_id).toBe(user.id)
    expect((await organization.getUser()).id).toBe(user.id)
    const project = await Project.create({ name: 'p' })
    const task = await project.createTask({ name: 't' })
    expect(task.tasks_pk).toBe(project.id)
    const role = await user.createRole({ name: 'r' })
    expect((await role.getUsers()).map((one: { id: number }) => one.id)).toEqual([user.id])
    const [links] = await sequelize.query(
      engine.quoted('SELECT "user_role_user_id", "roles_identifier" FROM "user_has_roles"'),
    )
    expect(links).toEqual([{ user_role_user_id: user.id, roles_identifier: role.id }])
  })
  test('a version count tells that someone else has written', async () => {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('user', { name: DataTypes.STRING }, { version: true })
    await sequelize.sync()
    const mine = await User.create({ name: 'a' })
    const theirs = await User.findByPk(mine.id)
    expect(mine.version).toBe(0)
    await theirs.update({ name: 'b' })
    expect(theirs.version).toBe(1)
    await expect(mine.update({ name: 'c' })).rejects.toBeInstanceOf(OptimisticLockError)
    expect((await User.findByPk(mine.id)).name).toBe('b')
  })
})
