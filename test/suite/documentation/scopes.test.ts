// "Scopes" and "Association Scopes" (versions 6 and 7).
import { DataTypes, Op } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Table } from '../../support/untyped.js'

describeEachEngine('scopes', (engine) => {
  async function projects() {
    const sequelize = engine.script(await engine.connect({ define: { timestamps: false } }))
    const User = sequelize.define(
      'user',
      { isActive: DataTypes.BOOLEAN },
      { scopes: { active: { where: { isActive: true } } } },
    )
    const Project = sequelize.define(
      'project',
      { isActive: DataTypes.BOOLEAN, isDeleted: DataTypes.BOOLEAN, level: DataTypes.INTEGER, name: DataTypes.STRING },
      {
        defaultScope: { where: { isActive: true } },
        scopes: {
          deleted: { where: { isDeleted: true } },
          activeUsers: { include: [{ model: User, where: { isActive: true } }] },
          some: () => ({ where: { name: 'bob' } }),
          accessLevel: (value: number) => ({ where: { level: { [Op.gte]: value } } }),
        },
      },
    )
    Project.belongsTo(User)
    await sequelize.sync()
    const user = await User.create({ isActive: true })
    await Project.bulkCreate([
      { isActive: true, isDeleted: false, level: 1, name: 'bob', userId: user.id },
      { isActive: false, isDeleted: true, level: 20, name: 'bob', userId: user.id },
      { isActive: true, isDeleted: true, level: 30, name: 'al' },
    ])
    const ids = async (model: Table, options: object = {}): Promise<unknown[]> =>
      (await model.findAll({ order: ['id'], ...options })).map(({ id }) => id)
    return { User, Project, ids }
  }

  test('the default one always holds, unless another is chosen or none', async () => {
    const { Project, ids } = await projects()
    expect(await ids(Project)).toEqual([1, 3])
    expect(await ids(Project.unscoped())).toEqual([1, 2, 3])
    expect(await ids(Project.scope(null))).toEqual([1, 2, 3])
    expect(await ids(Project.scope('deleted'))).toEqual([2, 3])
    expect(await ids(Project.scope('defaultScope', 'deleted'))).toEqual([3])
    expect(() => Project.scope('deletd')).toThrow(/"deletd".*"deleted"/s)
  })
  test('functions, with and without arguments', async () => {
    const { Project, ids } = await projects()
    expect(await ids(Project.scope('some', { method: ['accessLevel', 19] }))).toEqual([2])
  })
  test('several at once: conditions all hold, includes join, the rest is the last one’s', async () => {
    const { Project, ids } = await projects()
    expect(await ids(Project.scope('deleted', 'activeUsers'))).toEqual([2])
    expect(await ids(Project.scope(['deleted', 'activeUsers']))).toEqual([2])
    Project.addScope('one', { where: { name: 'bob', level: { [Op.gt]: 5 } }, limit: 1 })
    Project.addScope('two', { where: { level: { [Op.lt]: 30 } }, limit: 10 })
    expect(await ids(Project.scope('one', 'two'))).toEqual([2])
    expect(await ids(Project.scope('deleted'), { where: { name: 'al' } })).toEqual([3])
  })
  test('an include of a scoped model filters parents, as its condition in the include would', async () => {
    const { User, Project, ids } = await projects()
    Project.addScope('activeUsers', { include: [{ model: User.scope('active') }] }, { override: true })
    expect(await ids(Project.scope('activeUsers'))).toEqual([1, 2])
    expect(await ids(Project.unscoped(), { include: [{ model: User.scope('active') }] })).toEqual([1, 2])
    expect(await ids(Project.unscoped(), { include: [{ model: User.scope('active'), required: false }] })).toEqual([
      1, 2, 3,
    ])
  })
  test('they hold for counts, updates and deletes too', async () => {
    const { Project } = await projects()
    expect(await Project.scope('deleted').count()).toBe(2)
    expect((await Project.scope('deleted').update({ level: 7 }, { where: {} }))[0]).toBe(2)
    expect(await Project.scope('deleted').destroy({ where: {} })).toBe(2)
    expect(await Project.unscoped().count()).toBe(1)
  })
  test('includes of several scopes merge at every depth', async () => {
    const sequelize = engine.script(await engine.connect())
    const [Foo, Bar, Baz] = ['Foo', 'Bar', 'Baz'].map((name) => sequelize.define(name, { name: DataTypes.STRING })) as [
      Table,
      Table,
      Table,
    ]
    Foo.hasOne(Bar, { foreignKey: 'fooId' })
    Bar.hasOne(Baz, { foreignKey: 'barId' })
    await sequelize.sync()
    Foo.addScope('everything', { include: { model: Bar, include: [Baz] } })
    Foo.addScope('nameless', {
      include: [{ model: Bar, include: [{ model: Baz, attributes: { exclude: ['name'] } }] }],
    })
    await Foo.create({ Bar: { name: 'b', Baz: { name: 'z' } } }, { include: { model: Bar, include: [Baz] } })
    for (const scopes of [
      ['everything', 'nameless'],
      ['nameless', 'everything'],
    ]) {
      const [foo] = await Foo.scope(scopes).findAll()
      expect(foo.Bar.name).toBe('b')
      expect(foo.Bar.Baz.id).toBe(1)
      expect(foo.Bar.Baz.name).toBeUndefined()
    }
  })
  test('an association’s own scope: what its getter reads and its creator writes', async () => {
    const sequelize = engine.script(await engine.connect())
    const Foo = sequelize.define('foo')
    const Bar = sequelize.define(
      'bar',
      { status: DataTypes.STRING },
      { scopes: { open: { where: { status: 'open' } } } },
    )
    Foo.hasOne(Bar, { scope: { status: 'open' }, as: 'openBar', foreignKey: 'fooId' })
    await sequelize.sync()
    const foo = await Foo.create()
    await Bar.create({ status: 'closed', fooId: foo.id })
    expect(await foo.getOpenBar()).toBeNull()
    expect((await foo.createOpenBar()).status).toBe('open')
    expect((await foo.getOpenBar()).status).toBe('open')
  })
  test('an association to a scoped model', async () => {
    const sequelize = engine.script(await engine.connect())
    const Foo = sequelize.define('foo')
    const Bar = sequelize.define(
      'bar',
      { status: DataTypes.STRING },
      { scopes: { open: { where: { status: 'open' } } } },
    )
    Foo.hasOne(Bar.scope('open'), { as: 'openBar' })
    await sequelize.sync()
    const foo = await Foo.create()
    await Bar.create({ status: 'closed', fooId: foo.id })
    expect(await foo.getOpenBar()).toBeNull()
    await Bar.create({ status: 'open', fooId: foo.id })
    expect((await foo.getOpenBar()).status).toBe('open')
  })
})
