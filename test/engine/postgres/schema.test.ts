// What only PostgreSQL has in a schema: enums as types, comments, schemas, constraints that can wait, indexes of many kinds.
import { DataTypes, Deferrable, Op, sql } from 'mortise'
import { beforeEach, expect, test } from 'vitest'
import { describeEngine } from '../../support/databases.js'
import type { Recorder } from '../../support/recorder.js'
import type { Database, Table } from '../../support/untyped.js'

describeEngine('postgres', 'schema', (engine) => {
  let db: Database
  let recorder: Recorder
  beforeEach(async () => {
    const sequelize = await engine.connect()
    db = engine.script(sequelize)
    recorder = engine.recorder(sequelize)
  })
  const ddl = async (options: object = { alter: true }): Promise<string[]> =>
    (await recorder.during(() => db.sync(options))).filter((text) => /^(?:CREATE|ALTER|DROP|COMMENT)/.test(text))
  const types = async (): Promise<string[]> => {
    const rows = await db.query(
      "SELECT t.typname AS name FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'e' AND n.nspname = current_schema() ORDER BY 1",
      { type: 'SELECT' },
    )
    return rows.map((row: { name: string }) => row.name)
  }
  const shirt = (...sizes: readonly string[]): Table =>
    db.define('Shirt', { size: { type: DataTypes.ENUM(...sizes), defaultValue: sizes[0] } }, { timestamps: false })

  test('an enum is a type; members are added in their place, and stay unless their loss is wanted', async () => {
    const Shirt = shirt('s', 'l')
    await db.sync()
    expect(await types()).toEqual(['enum_Shirts_size'])
    await Shirt.bulkCreate([{ size: 'l' }, {}])
    shirt('s', 'm', 'l', 'xl')
    expect(await ddl()).toEqual([
      `ALTER TYPE "enum_Shirts_size" ADD VALUE 'm' AFTER 's'`,
      `ALTER TYPE "enum_Shirts_size" ADD VALUE 'xl' AFTER 'l'`,
    ])
    expect(await ddl()).toEqual([])
    expect((await db.queryInterface.describeTable('Shirts')).size.special).toEqual(['s', 'm', 'l', 'xl'])
    const Small = shirt('s', 'l')
    expect(await ddl()).toEqual([])
    expect((await ddl({ alter: { drop: true } })).length).toBeGreaterThan(0)
    expect(await ddl({ alter: { drop: true } })).toEqual([])
    expect((await db.queryInterface.describeTable('Shirts')).size).toMatchObject({
      special: ['s', 'l'],
      defaultValue: 's',
    })
    expect((await Small.findAll({ order: ['id'] })).map((row) => row.size)).toEqual(['l', 's'])
    shirt('s')
    await expect(db.sync({ alter: { drop: true } })).rejects.toThrow()
    expect(await types()).toEqual(['enum_Shirts_size'])
    await db.drop()
    expect(await types()).toEqual([])
  })

  test('a default that is a new member, a text that becomes an enum, an enum that becomes text', async () => {
    shirt('s', 'l')
    await db.sync()
    shirt('xs', 's', 'l')
    await db.sync({ alter: true })
    expect(await ddl()).toEqual([])
    db.define('Shirt', { size: DataTypes.STRING }, { timestamps: false })
    await db.sync({ alter: true })
    expect(await types()).toEqual([])
    shirt('s', 'm')
    await db.sync({ alter: true })
    expect(await ddl()).toEqual([])
    await db.sync({ force: true })
    expect(await types()).toEqual(['enum_Shirts_size'])
  })

  test('types go with renamed tables and columns, and with dropped ones', async () => {
    shirt('s')
    await db.sync()
    await db.queryInterface.renameTable('Shirts', 'Tops')
    await db.queryInterface.renameColumn('Tops', 'size', 'width')
    expect(await types()).toEqual(['enum_Tops_width'])
    await db.queryInterface.removeColumn('Tops', 'width')
    expect(await types()).toEqual([])
  })

  test('comments, counters by identity, and columns that change their type', async () => {
    const define = (more: object, comment = 'people'): void => {
      db.define(
        'Person',
        {
          id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true, autoIncrementIdentity: true },
          age: { type: DataTypes.INTEGER, comment: "it's years" },
          ...more,
        },
        { timestamps: false, comment },
      )
    }
    define({ flag: DataTypes.INTEGER, code: DataTypes.STRING(10), at: DataTypes.STRING })
    await db.sync()
    expect(await ddl()).toEqual([])
    await db.models.Person.create({ flag: 1, code: '12', at: '2024-01-02 03:04:05+00' })
    define({ flag: { type: DataTypes.BOOLEAN, defaultValue: false }, code: DataTypes.INTEGER, at: DataTypes.DATE })
    await db.sync({ alter: true })
    expect(await ddl()).toEqual([])
    expect((await db.models.Person.findOne()).toJSON()).toMatchObject({
      id: '1',
      flag: true,
      code: 12,
      at: new Date('2024-01-02T03:04:05Z'),
    })
    const columns = await db.queryInterface.describeTable('People')
    expect(columns.age.comment).toBe("it's years")
    expect(columns.id.autoIncrement).toBe(true)
  })

  test('tables of schemas, that refer to each other', async () => {
    await db.createSchema('crm')
    const User = db.define('User', { kind: DataTypes.ENUM('a', 'b') }, { schema: 'crm', timestamps: false })
    const Card = db.define('Card', { userId: DataTypes.INTEGER }, { timestamps: false })
    User.hasOne(Card, { foreignKey: 'userId', as: 'card' })
    await db.sync()
    expect(await ddl({ alter: { drop: true } })).toEqual([])
    const user = await User.create({ kind: 'b', card: {} }, { include: 'card' })
    expect((await User.findOne({ include: 'card' })).card.userId).toBe(user.id)
    expect(await db.queryInterface.listSchemas()).toContain('crm')
  })

  test('indexes: methods, operator classes, included columns, partial, concurrently', async () => {
    db.define(
      'Doc',
      {
        body: DataTypes.JSONB,
        tags: DataTypes.ARRAY(DataTypes.TEXT),
        title: DataTypes.STRING,
        year: DataTypes.INTEGER,
        at: DataTypes.DATE,
      },
      {
        timestamps: false,
        indexes: [
          { name: 'd1', fields: ['body'], using: 'gin', operator: 'jsonb_path_ops' },
          { name: 'd2', fields: ['tags'], using: 'GIN' },
          { name: 'd3', fields: [{ name: 'title', operator: 'varchar_pattern_ops' }], include: ['year'] },
          { name: 'd4', fields: [sql.fn('lower', sql.col('title'))], unique: true, where: { year: { [Op.gt]: 2000 } } },
          {
            name: 'd5',
            fields: [sql`("body" ->> 'a')`, 'year'],
            where: { title: { [Op.notIn]: ['a', 'b'] }, at: { [Op.ne]: null } },
          },
          { name: 'd6', fields: ['year'], concurrently: true },
          {
            name: 'd7',
            fields: ['year'],
            where: {
              [Op.or]: [
                { title: { [Op.iLike]: '%x%' } },
                { year: { [Op.notBetween]: [1, 2] } },
                { at: { [Op.lt]: new Date('2024-01-01T00:00:00Z') } },
              ],
            },
          },
          { name: 'd8', fields: [sql.cast(sql.col('year'), 'text')] },
        ],
      },
    )
    await db.sync()
    expect(await ddl({ alter: { drop: true } })).toEqual([])
    expect((await db.queryInterface.showIndex('Docs')).map((index: { name: string }) => index.name).sort()).toEqual([
      'd1',
      'd2',
      'd3',
      'd4',
      'd5',
      'd6',
      'd7',
      'd8',
    ])
  })

  test('constraints that can wait, and checks, compare equal', async () => {
    const User = db.define('User', {}, { timestamps: false })
    const Card = db.define(
      'Card',
      {
        userId: {
          type: DataTypes.INTEGER,
          references: { model: User, key: 'id', deferrable: Deferrable.INITIALLY_DEFERRED },
        },
      },
      { timestamps: false },
    )
    await db.sync()
    expect(await ddl({ alter: { drop: true } })).toEqual([])
    await db.transaction(async () => {
      await Card.create({ userId: 1 })
      await User.create({})
    })
    await expect(
      db.transaction(async () => {
        await Card.create({ userId: 7 })
      }),
    ).rejects.toMatchObject({ name: 'SequelizeForeignKeyConstraintError', constraint: 'Cards_userId_foreign_idx' })
    await db.queryInterface.addConstraint('Cards', {
      type: 'CHECK',
      name: 'positive',
      where: { userId: { [Op.gt]: 0 } },
    })
    await expect(Card.create({ userId: -1 })).rejects.toMatchObject({
      name: 'SequelizeCheckConstraintError',
      constraint: 'positive',
      table: 'Cards',
    })
    expect((await db.queryInterface.showConstraints('Cards', { constraintType: 'CHECK' }))[0].constraintName).toBe(
      'positive',
    )
    await db.queryInterface.removeConstraint('Cards', 'positive')
    expect(await Card.count()).toBe(1)
  })
})
