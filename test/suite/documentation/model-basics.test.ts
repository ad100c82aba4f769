// "Model Basics" (version 6), and the data types that it lists.
import { DataTypes, Deferrable, Model, Sequelize, sql, UniqueConstraintError } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Table } from '../../support/untyped.js'

describeEachEngine('models, as the guide defines them', (engine) => {
  test('by define or by a class', async () => {
    const sequelize = engine.script(await engine.connect())
    const attributes = { firstName: { type: DataTypes.STRING, allowNull: false }, lastName: { type: DataTypes.STRING } }
    const User = sequelize.define('User', attributes, {})
    expect(User).toBe(sequelize.models.User)
    class Person extends Model {}
    Person.init(attributes, { sequelize: sequelize as never, modelName: 'Person' })
    expect(Person).toBe(sequelize.models.Person)
    expect([User.tableName, (Person as unknown as Table).tableName]).toEqual(['Users', 'People'])
  })
  test('sync, drop, and the check of the name', async () => {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('User', { name: DataTypes.STRING })
    await User.sync()
    await User.create({ name: 'a' })
    await User.sync()
    expect(await User.count()).toBe(1)
    await User.sync({ alter: true })
    expect(await User.count()).toBe(1)
    await User.sync({ force: true })
    expect(await User.count()).toBe(0)
    await expect(sequelize.sync({ force: true, match: /_never$/ })).rejects.toThrow(/match|name/)
    await User.drop()
    expect(await sequelize.queryInterface.tableExists('Users')).toBe(false)
    await sequelize.sync()
    await sequelize.drop()
    expect(await sequelize.queryInterface.tableExists('Users')).toBe(false)
  })
  test('time stamps: none, or one under a name of its own', async () => {
    const sequelize = engine.script(await engine.connect())
    const None = sequelize.define('None', { name: DataTypes.STRING }, { timestamps: false })
    class FooModel extends Model {}
    FooModel.init(
      { name: DataTypes.STRING },
      {
        sequelize: sequelize as never,
        modelName: 'Foo',
        timestamps: true,
        createdAt: false,
        updatedAt: 'updateTimestamp',
      },
    )
    const Foo = FooModel as unknown as Table
    await sequelize.sync()
    expect(Object.keys((await None.create({})).toJSON()).sort()).toEqual(['id', 'name'])
    const foo = await Foo.create({ name: 'a' })
    expect(Object.keys(foo.toJSON()).sort()).toEqual(['id', 'name', 'updateTimestamp'])
    const before = foo.updateTimestamp as Date
    await new Promise((resolve) => setTimeout(resolve, 5))
    await foo.update({ name: 'b' })
    expect(foo.updateTimestamp.getTime()).toBeGreaterThan(before.getTime())
  })
  test('defaults: values, the moment, UUIDs, SQL', async () => {
    const sequelize = engine.script(await engine.connect())
    const Foo = sequelize.define(
      'Foo',
      {
        name: { type: DataTypes.STRING, defaultValue: 'John Doe' },
        at: { type: DataTypes.DATE, defaultValue: DataTypes.NOW },
        one: { type: DataTypes.UUID, defaultValue: DataTypes.UUIDV1 },
        four: { type: DataTypes.UUID, defaultValue: DataTypes.UUIDV4 },
        seven: { type: DataTypes.INTEGER, defaultValue: sql`7` },
      },
      { timestamps: false },
    )
    await sequelize.sync()
    const { id } = await Foo.create({})
    const foo = await Foo.findByPk(id)
    expect([foo.name, foo.seven]).toEqual(['John Doe', 7])
    expect(Math.abs(Date.now() - foo.at.getTime())).toBeLessThan(60_000)
    expect(foo.one[14]).toBe('1')
    expect(foo.four[14]).toBe('4')
  })
  test('the options of columns, all in one model', async () => {
    const sequelize = engine.script(await engine.connect())
    const Bar = sequelize.define('Bar', {})
    const Foo = sequelize.define('Foo', {
      flag: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: true },
      myDate: { type: DataTypes.DATE, defaultValue: DataTypes.NOW },
      title: { type: DataTypes.STRING, allowNull: false },
      uniqueOne: { type: DataTypes.STRING, unique: 'compositeIndex' },
      uniqueTwo: { type: DataTypes.INTEGER, unique: 'compositeIndex' },
      someUnique: { type: DataTypes.STRING, unique: true },
      identifier: { type: DataTypes.STRING, primaryKey: true },
      fieldWithUnderscores: { type: DataTypes.STRING, field: 'field_with_underscores' },
      bar_id: {
        type: DataTypes.INTEGER,
        references: { model: Bar, key: 'id', deferrable: Deferrable.INITIALLY_IMMEDIATE },
      },
      commentMe: { type: DataTypes.INTEGER, comment: 'This is a column name that has a comment' },
    })
    await sequelize.sync()
    const bar = await Bar.create({})
    const values = {
      title: 't',
      uniqueOne: 'a',
      uniqueTwo: 1,
      someUnique: 's',
      bar_id: bar.id,
      fieldWithUnderscores: 'f',
    }
    const foo = await Foo.create({ identifier: 'one', ...values })
    expect([foo.flag, foo.myDate instanceof Date]).toEqual([true, true])
    await expect(Foo.create({ identifier: 'two', ...values, someUnique: 'other' })).rejects.toBeInstanceOf(
      UniqueConstraintError,
    )
    await expect(Foo.create({ identifier: 'two', ...values, uniqueTwo: 2 })).rejects.toBeInstanceOf(
      UniqueConstraintError,
    )
    await Foo.create({ identifier: 'two', ...values, uniqueTwo: 2, someUnique: 'other' })
    await expect(Foo.create({ identifier: 'three' })).rejects.toThrow(/title cannot be null/)
    await expect(Foo.create({ identifier: 'three', title: 't', bar_id: 99 })).rejects.toThrow()
    expect((await Foo.findByPk('one')).fieldWithUnderscores).toBe('f')
    await sequelize.sync({ alter: true })
    expect(await Foo.count()).toBe(2)
  })
  test('methods of the class', async () => {
    const sequelize = engine.script(await engine.connect())
    class User extends Model {
      static classLevelMethod() {
        return 'foo'
      }
      instanceLevelMethod() {
        return 'bar'
      }
      getFullname() {
        const { firstname, lastname } = this as unknown as Record<string, string>
        return [firstname, lastname].join(' ')
      }
    }
    User.init({ firstname: Sequelize.TEXT, lastname: Sequelize.TEXT }, { sequelize: sequelize as never })
    expect(User.classLevelMethod()).toBe('foo')
    const user = User.build({ firstname: 'Jane', lastname: 'Doe' } as never) as User
    expect([user.instanceLevelMethod(), user.getFullname()]).toEqual(['bar', 'Jane Doe'])
  })
  test('every data type of the list can be written down, and most of them are columns everywhere', async () => {
    const { STRING, TEXT, INTEGER, BIGINT, FLOAT, REAL, DOUBLE, DECIMAL, DATE, DATEONLY, UUID, BOOLEAN } = DataTypes
    const everywhere = [
      STRING,
      STRING(1234),
      TEXT,
      TEXT('tiny'),
      BOOLEAN,
      INTEGER,
      BIGINT,
      FLOAT,
      FLOAT(11),
      DOUBLE,
      DECIMAL(10, 2),
      DATE,
      DATE(6),
      DATEONLY,
      UUID,
    ]
    for (const type of [BIGINT(11), FLOAT(11, 10), REAL(11), REAL(11, 12), DOUBLE(11), DOUBLE(11, 10)])
      expect(type).toBeDefined()
    const sequelize = engine.script(await engine.connect())
    const All = sequelize.define('All', Object.fromEntries(everywhere.map((type, at) => [`c${at}`, type])), {
      timestamps: false,
    })
    await All.sync()
    expect(Object.keys(await sequelize.queryInterface.describeTable('Alls'))).toHaveLength(everywhere.length + 1)
  })
})
