// sync and drop: what they send, what they keep, what they refuse.
import { DataTypes, NotNullConstraintError, QueryError, sql, UniqueConstraintError } from 'mortise'
import { beforeEach, describe, expect, test } from 'vitest'
import { describeEachEngine } from '../support/databases.js'
import type { Recorder } from '../support/recorder.js'
import { DDL } from '../support/recorder.js'
import { columnsOf, contentsOf, foreignKeysOf, indexesOf, tablesOf } from '../support/schema.js'
import type { Database, Row, Table } from '../support/untyped.js'
import { warningsDuring } from '../support/warnings.js'

describeEachEngine('sync', (engine) => {
  let db: Database
  let recorder: Recorder
  beforeEach(async () => {
    const sequelize = await engine.connect({ define: { timestamps: false } })
    db = engine.script(sequelize)
    recorder = engine.recorder(sequelize)
  })
  const ddlDuring = async (work: () => unknown): Promise<string[]> =>
    (await recorder.during(work)).filter((text) => DDL.test(text))

  function shop(changes: { userName?: object; extra?: object } = {}): { User: Table; Task: Table } {
    const User = db.define('User', {
      name: { type: DataTypes.STRING, defaultValue: "it's", ...changes.userName },
      code: { type: DataTypes.STRING(20), unique: true },
      ...changes.extra,
    })
    const Task = db.define(
      'Task',
      { title: DataTypes.STRING },
      { indexes: [{ fields: [{ name: 'title', order: 'DESC' }] }] },
    )
    User.hasOne(Task, { onDelete: 'CASCADE' })
    return { User, Task }
  }

  describe('plain', () => {
    test('creates what is missing, referenced tables first, and does nothing afterwards', async () => {
      db.define('Task', {}).belongsTo(db.define('User', {}))
      const sent = await ddlDuring(() => db.sync())
      expect(
        sent.filter((text) => text.startsWith('CREATE TABLE')).map((text) => /IF NOT EXISTS .(\w+)/.exec(text)?.[1]),
      ).toEqual(['Users', 'Tasks'])
      expect(await ddlDuring(() => db.sync())).toEqual([])
      expect(await tablesOf(db)).toEqual(['Tasks', 'Users'])
    })

    test('leaves a table that exists as it is', async () => {
      await db.query(engine.quoted('CREATE TABLE "Users" (id INTEGER PRIMARY KEY, other TEXT)'))
      const { User } = shop()
      expect(await User.sync()).toBe(User)
      expect(Object.keys(await columnsOf(db, 'Users'))).toEqual(['id', 'other'])
    })

    test('returns the model, or the instance', async () => {
      const { User, Task } = shop()
      expect(await User.sync()).toBe(User)
      expect(await Task.sync()).toBe(Task)
      expect(await db.sync()).toBe(db)
    })

    test('writes defaults of the database only where it can make them', async () => {
      const Model = db.define('Thing', {
        text: { type: DataTypes.STRING, defaultValue: "a'b" },
        number: { type: DataTypes.INTEGER, defaultValue: 3 },
        flag: { type: DataTypes.BOOLEAN, defaultValue: false },
        now: { type: DataTypes.DATE, defaultValue: DataTypes.NOW },
        made: { type: DataTypes.INTEGER, defaultValue: () => 7 },
        uuid: { type: DataTypes.UUID, defaultValue: DataTypes.UUIDV4 },
        json: { type: DataTypes.JSON, defaultValue: { a: 1 } },
        stamp: { type: DataTypes.STRING, defaultValue: sql.literal('CURRENT_TIMESTAMP') },
        lower: { type: DataTypes.STRING, defaultValue: sql.fn('lower', 'ABC') },
      })
      await db.sync()
      const columns = await columnsOf(db, 'Things')
      expect(columns.now!.defaultValue ?? columns.made!.defaultValue ?? columns.uuid!.defaultValue).toBeNull()
      await db.query(engine.quoted('INSERT INTO "Things" (id) VALUES (1)'))
      expect((await Model.findByPk(1)).toJSON()).toMatchObject({
        text: "a'b",
        number: 3,
        flag: false,
        now: null,
        made: null,
        json: { a: 1 },
        lower: 'abc',
      })
      expect(await ddlDuring(() => db.sync({ alter: true }))).toEqual([])
    })
  })

  describe('alter', () => {
    test('P75: an unchanged schema takes no DDL, the second time and the hundredth', async () => {
      const { User } = shop()
      await db.sync()
      await User.create({ name: 'Ann', code: 'a' })
      for (let run = 0; run < 5; run += 1) expect(await ddlDuring(() => db.sync({ alter: true }))).toEqual([])
      expect(await indexesOf(db, 'Tasks')).toHaveLength(2)
      expect(await foreignKeysOf(db, 'Tasks')).toHaveLength(1)
    })

    test('C20, P75: a change of the parent keeps its rows, its children, keys, indexes and counter', async () => {
      const { User, Task } = shop()
      await db.sync()
      const users = await User.bulkCreate([
        { name: 'Ann', code: 'a' },
        { name: 'Bob', code: 'b' },
        { name: 'Cid', code: 'c' },
      ])
      for (const user of users) await Task.create({ title: user.name, UserId: user.id })
      await users[2]!.destroy()
      const before = await contentsOf(db, 'Users', 'Tasks')
      const keys = await foreignKeysOf(db, 'Tasks')

      const changed = shop({
        userName: { type: DataTypes.TEXT, allowNull: false, defaultValue: undefined },
        extra: { age: DataTypes.INTEGER },
      })
      const sent = await ddlDuring(() => db.sync({ alter: true }))
      expect(sent.length).toBeGreaterThan(0)
      expect(await ddlDuring(() => db.sync({ alter: true }))).toEqual([])

      const after = await contentsOf(db, 'Users', 'Tasks')
      expect(after.Tasks).toEqual(before.Tasks)
      expect(after.Users).toEqual(before.Users!.map((row) => ({ ...row, age: null })))
      expect(await foreignKeysOf(db, 'Tasks')).toEqual(keys)
      expect(keys).toMatchObject([{ name: 'Tasks_UserId_foreign_idx', onDelete: 'CASCADE', onUpdate: 'CASCADE' }])
      expect((await columnsOf(db, 'Users')).name).toMatchObject({ allowNull: false, defaultValue: null })
      expect((await columnsOf(db, 'Users')).id).toMatchObject({ autoIncrement: true, primaryKey: true })
      expect((await changed.User.create({ name: 'Dan' })).id).toBe(4)
      await expect(changed.User.create({ name: 'Eve', code: 'a' })).rejects.toBeInstanceOf(UniqueConstraintError)
      await changed.User.destroy({ where: { name: 'Ann' } })
      expect(await Task.count()).toBe(1)
    })

    test('keeps columns that the model does not have, until it is told to drop them', async () => {
      const { User } = shop({ extra: { secret: DataTypes.STRING } })
      await db.sync()
      await User.create({ name: 'Ann', secret: 'x' })
      shop()
      expect(await ddlDuring(() => db.sync({ alter: true }))).toEqual([])
      expect(await ddlDuring(() => db.sync({ alter: { drop: false } }))).toEqual([])
      expect((await contentsOf(db, 'Users')).Users).toMatchObject([{ secret: 'x' }])
      await db.sync({ alter: { drop: true } })
      expect(Object.keys(await columnsOf(db, 'Users'))).toEqual(['id', 'name', 'code'])
      expect((await contentsOf(db, 'Users')).Users).toHaveLength(1)
      expect(await ddlDuring(() => db.sync({ alter: true, drop: true }))).toEqual([])
    })

    test('keeps indexes and checks that were made by hand', async () => {
      const { User } = shop()
      await db.sync()
      await db.queryInterface.addIndex('Users', ['name'])
      await db.queryInterface.addConstraint('Users', {
        type: 'check',
        fields: ['name'],
        where: { name: { [Symbol.for('ne')]: 'root' } },
        name: 'no_root',
      })
      shop({ extra: { age: DataTypes.INTEGER } })
      await db.sync({ alter: { drop: true } })
      expect((await indexesOf(db, 'Users')).map((index) => index.columns)).toContainEqual(['name'])
      await expect(User.create({ name: 'root' })).rejects.toThrow(/no_root|CHECK/)
    })

    test('P76: refuses a unique index over rows with equal keys, lists them, and changes nothing', async () => {
      const User = db.define('User', { email: DataTypes.STRING })
      await db.sync()
      await User.bulkCreate([
        { email: 'a@x' },
        { email: 'a@x' },
        { email: 'b@x' },
        { email: 'b@x' },
        { email: 'b@x' },
        { email: null },
        { email: null },
        { email: 'c@x' },
      ])
      const wanted = db.define('User', { email: { type: DataTypes.STRING, unique: true }, age: DataTypes.INTEGER })
      const before = await contentsOf(db, 'Users')
      const error = await db.sync({ alter: true }).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(UniqueConstraintError)
      expect((error as Error).message).toMatch(/users_email_unique.*\('a@x'\) in 2 rows; \('b@x'\) in 3 rows/)
      expect((error as UniqueConstraintError).fields).toEqual({ email: 'a@x' })
      expect(await contentsOf(db, 'Users')).toEqual(before)
      await wanted.destroy({ where: { id: [1, 3, 4] } })
      await db.sync({ alter: true })
      expect(await indexesOf(db, 'Users')).toMatchObject([{ name: 'users_email_unique', unique: true }])
    })

    test('P77: many NULLs stand under a unique index', async () => {
      const { User } = shop()
      await db.sync()
      await User.bulkCreate([{ name: 'a' }, { name: 'b' }])
      expect(await User.count({ where: { code: null } })).toBe(2)
    })

    test('refuses NOT NULL over NULLs, and a required column without default in a table with rows', async () => {
      const { User } = shop()
      await db.sync()
      await User.bulkCreate([
        { name: 'Ann', code: null },
        { name: 'Bob', code: null },
      ])
      db.define('User', {
        name: DataTypes.STRING,
        code: { type: DataTypes.STRING(20), unique: true, allowNull: false },
      })
      const refused = await db.models.User.sync({ alter: true }).catch((reason: unknown) => reason)
      expect(refused).toBeInstanceOf(NotNullConstraintError)
      expect((refused as Error).message).toMatch(/"code" of "Users".*2 rows have NULL/)
      db.define('User', {
        name: DataTypes.STRING,
        code: { type: DataTypes.STRING(20), unique: true },
        age: { type: DataTypes.INTEGER, allowNull: false },
      })
      await expect(db.models.User.sync({ alter: true })).rejects.toThrow(/"age" cannot be added to "Users".*2 rows/)
      db.define('User', {
        name: DataTypes.STRING,
        code: { type: DataTypes.STRING(20), unique: true },
        age: { type: DataTypes.INTEGER, allowNull: false, defaultValue: 5 },
      })
      await db.models.User.sync({ alter: true })
      expect((await contentsOf(db, 'Users')).Users).toMatchObject([{ age: 5 }, { age: 5 }])
    })

    test('a failure leaves the database as it was', async () => {
      const { User } = shop()
      await db.sync()
      await User.bulkCreate([{ name: 'Ann', code: null }])
      db.define('A', { x: DataTypes.INTEGER })
      db.define('User', {
        name: DataTypes.STRING,
        code: { type: DataTypes.STRING(20), unique: true, allowNull: false },
      })
      await expect(db.sync({ alter: true })).rejects.toBeInstanceOf(NotNullConstraintError)
      expect(await tablesOf(db)).toEqual(['Tasks', 'Users'])
    })

    test('warns of a column that every insert would miss', async () => {
      await db.query(engine.quoted('CREATE TABLE "Users" (id INTEGER PRIMARY KEY, needed TEXT NOT NULL)'))
      db.define('User', { name: DataTypes.STRING })
      const warnings = await warningsDuring(() => db.sync({ alter: true }))
      expect(warnings).toMatchObject([{ code: 'MORTISE_W_UNKNOWN_REQUIRED_COLUMN' }])
      expect(warnings[0]!.message).toMatch(/"needed" of "Users"/)
      expect(Object.keys(await columnsOf(db, 'Users'))).toEqual(['id', 'needed', 'name'])
    })

    engine.requires('ownSql')('follows a database that was made by other means', async () => {
      await db.query(
        "CREATE TABLE users (ID integer not null primary key autoincrement, NAME varchar(255) default 'it''s', code varchar(20) unique)",
      )
      await db.query(
        'CREATE TABLE tasks (id integer primary key autoincrement, title varchar(255), UserId integer, foreign key (UserId) references users on delete cascade on update cascade)',
      )
      await db.query("INSERT INTO users (NAME) VALUES ('Ann')")
      shop()
      await db.sync({ alter: true })
      expect(await ddlDuring(() => db.sync({ alter: true }))).toEqual([])
      expect(await db.models.User.findAll({ raw: true })).toMatchObject([{ id: 1, name: 'Ann' }])
    })
  })

  describe('foreign keys', () => {
    test('C11: have one name, whichever way they came', async () => {
      const define = (): Table => {
        const Task = db.define('Task', { title: DataTypes.STRING })
        Task.belongsTo(db.define('User', {}))
        return Task
      }
      define()
      await db.sync()
      expect(await foreignKeysOf(db, 'Tasks')).toMatchObject([
        { name: 'Tasks_UserId_foreign_idx', onDelete: 'SET NULL', onUpdate: 'CASCADE' },
      ])
      await db.drop()
      db.define('Task', { title: DataTypes.STRING })
      await db.sync()
      const Task = define()
      await Task.create({ title: 'before' }).catch(() => {})
      await db.sync({ alter: true })
      expect(await foreignKeysOf(db, 'Tasks')).toMatchObject([
        {
          name: 'Tasks_UserId_foreign_idx',
          columns: ['UserId'],
          table: 'Users',
          references: ['id'],
          onDelete: 'SET NULL',
          onUpdate: 'CASCADE',
        },
      ])
    })

    test('of several columns are one constraint', async () => {
      const Person = db.define('Person', {
        country: { type: DataTypes.STRING, primaryKey: true },
        number: { type: DataTypes.INTEGER, primaryKey: true },
      })
      const Card = db.define('Card', { text: DataTypes.STRING })
      Person.hasOne(Card, { foreignKey: ['personCountry', 'personNumber'] })
      await db.sync()
      expect(await foreignKeysOf(db, 'Cards')).toMatchObject([
        {
          name: 'Cards_personCountry_personNumber_foreign_idx',
          columns: ['personCountry', 'personNumber'],
          table: 'People',
          references: ['country', 'number'],
          onDelete: 'SET NULL',
        },
      ])
      expect(await ddlDuring(() => db.sync({ alter: true }))).toEqual([])
    })

    test('have an index, unless one covers them', async () => {
      const User = db.define('User', {})
      const Task = db.define('Task', {})
      const Card = db.define('Card', {}, { indexes: [{ fields: ['UserId', 'id'] }] })
      Task.belongsTo(User)
      Card.belongsTo(User)
      await db.sync()
      expect((await indexesOf(db, 'Tasks')).map((index) => index.columns)).toEqual([['UserId']])
      expect((await indexesOf(db, 'Cards')).map((index) => index.columns)).toEqual([['UserId', 'id']])
    })

    test('P74: three tables in a circle, and one that refers to itself, are created, altered and dropped', async () => {
      const circle = (): Table[] => {
        const [A, B, C] = ['A', 'B', 'C'].map((name) => db.define(name, { note: DataTypes.STRING })) as [
          Table,
          Table,
          Table,
        ]
        A.belongsTo(B, { as: 'b', foreignKey: 'bId', inverse: { as: 'ofA' } } as never)
        B.belongsTo(C, { as: 'c', foreignKey: 'cId', inverse: { as: 'ofB' } } as never)
        C.belongsTo(A, { as: 'a', foreignKey: 'aId', inverse: { as: 'ofC' } } as never)
        C.belongsTo(C, { as: 'parent', foreignKey: 'parentId', inverse: { as: 'child' } } as never)
        return [A, B, C]
      }
      const [A, B, C] = circle() as [Table, Table, Table]
      await db.sync()
      const a = await A.create({})
      const c = await C.create({ aId: a.id })
      const b = await B.create({ cId: c.id })
      await a.update({ bId: b.id })
      expect(await ddlDuring(() => db.sync({ alter: true }))).toEqual([])
      const drops = await ddlDuring(() => db.drop())
      expect(drops.filter((text) => text.startsWith('DROP TABLE'))).toHaveLength(3)
      expect(await tablesOf(db)).toEqual([])
      await db.sync()
      await db.sync({ force: true })
      expect(await tablesOf(db)).toEqual(['As', 'Bs', 'Cs'])
    })
  })

  describe('force and drop', () => {
    test('force empties and remakes, with one DROP per table', async () => {
      const { User, Task } = shop()
      await db.sync()
      await Task.create({ title: 'x', UserId: (await User.create({ name: 'Ann' })).id })
      const sent = await ddlDuring(() => db.sync({ force: true }))
      expect(sent.filter((text) => text.startsWith('DROP TABLE'))).toHaveLength(2)
      expect(await contentsOf(db, 'Users', 'Tasks')).toEqual({ Users: [], Tasks: [] })
    })

    test('drop leaves tables of others, and is harmless the second time', async () => {
      shop()
      await db.query('CREATE TABLE other (id INTEGER)')
      await db.sync()
      expect((await ddlDuring(() => db.drop())).length).toBe(2)
      expect(await ddlDuring(() => db.drop())).toEqual([])
      expect(await tablesOf(db)).toEqual(['other'])
    })

    test('a single model is dropped', async () => {
      const { Task } = shop()
      await db.sync()
      await Task.drop()
      expect(await tablesOf(db)).toEqual(['Users'])
    })
  })

  describe('options', () => {
    test('plan tells what would be done and does nothing', async () => {
      const { User } = shop({ extra: { secret: DataTypes.STRING } })
      await db.sync()
      await User.create({ name: 'Ann' })
      shop({ userName: { allowNull: false, defaultValue: undefined } })
      let plan: Row = {}
      const statements = await ddlDuring(async () => {
        plan = (await db.sync({ alter: { drop: true }, plan: true })) as Row
      })
      expect(statements).toEqual([])
      expect(plan.changes.map(({ change, hazard }: Row) => [change.kind, hazard.kind])).toEqual([
        ['alter-column', 'may-fail'],
        ['drop-column', 'loses-data'],
      ])
      const drops = engine.features.has('rebuildsTables') ? /^DROP TABLE/ : /DROP COLUMN/
      expect(plan.sql.some((text: string) => drops.test(text))).toBe(true)
      expect((await columnsOf(db, 'Users')).secret).toBeDefined()
      const careful = (await db.sync({ alter: true, plan: true })) as Row
      expect(careful.kept).toMatchObject([{ column: { name: 'secret' } }])
    })

    test('an unknown option is refused with a suggestion', async () => {
      shop()
      await expect(db.sync({ forse: true })).rejects.toThrow(/"forse".*force/)
      await expect(db.sync({ alter: { dropp: true } })).rejects.toBeInstanceOf(QueryError)
      expect(await tablesOf(db)).toEqual([])
    })

    test('X01: match refuses another database', async () => {
      shop()
      await expect(db.sync({ match: /_test$/ })).rejects.toThrow(/does not match/)
      expect(await tablesOf(db)).toEqual([])
      await db.sync({ match: /./ })
    })

    test('hooks run around, in order, and may be switched off', async () => {
      const { User } = shop()
      const calls: string[] = []
      db.addHook('beforeBulkSync', () => void calls.push('beforeBulk'))
      db.addHook('afterBulkSync', () => void calls.push('afterBulk'))
      User.addHook('beforeSync', (options: { force?: boolean }) => void calls.push(`before ${options.force}`))
      User.addHook('afterSync', () => void calls.push('after'))
      await db.sync({ force: true })
      expect(calls).toEqual(['beforeBulk', 'before true', 'after', 'afterBulk'])
      await User.sync({ hooks: false })
      expect(calls).toHaveLength(4)
      await User.sync()
      expect(calls.slice(4)).toEqual(['before undefined', 'after'])
    })

    test('logging false is silent', async () => {
      shop()
      expect(await recorder.during(() => db.sync({ logging: false }), { all: true })).toEqual([])
    })

    engine.requires('transactionalDdl')('runs inside a transaction and disappears with it', async () => {
      shop()
      await expect(
        db.transaction(async (transaction) => {
          await db.sync({ transaction })
          throw new Error('back')
        }),
      ).rejects.toThrow('back')
      expect(await tablesOf(db)).toEqual([])
    })

    engine.requires('rebuildsTables')(
      'refuses, inside a transaction, to rewrite a table that others refer to',
      async () => {
        const { User, Task } = shop()
        await db.sync()
        await Task.create({ title: 'x', UserId: (await User.create({ name: 'Ann' })).id })
        shop({ userName: { allowNull: false } })
        await expect(db.transaction(async () => await db.sync({ alter: true }))).rejects.toThrow(
          /outside of the transaction/,
        )
        expect((await contentsOf(db, 'Tasks')).Tasks).toHaveLength(1)
      },
    )
  })

  test('an index over a field that is no attribute is refused with model, index and suggestion', async () => {
    db.define('User', { name: DataTypes.STRING }, { indexes: [{ fields: ['nam'] }] })
    await expect(db.sync()).rejects.toThrow(/User.*"nam".*name/s)
    expect(await tablesOf(db)).toEqual([])
  })

  test('a schema is a part of the name where the engine has none', async () => {
    // Of this run alone: a schema may be a database, which all runs on a server share.
    const schema = `crm_${process.pid}`
    if (engine.features.has('schemas')) await db.queryInterface.createSchema(schema)
    const User = db.define('User', { name: { type: DataTypes.STRING, unique: true } }, { schema })
    const Card = db.define('Card', {}, { schema })
    User.hasOne(Card)
    await db.sync()
    await User.create({ name: 'Ann' })
    expect(await ddlDuring(() => db.sync({ alter: true }))).toEqual([])
    expect(await User.count()).toBe(1)
    await db.sync({ force: true })
    await db.drop()
    expect(await tablesOf(db)).toEqual([])
    if (engine.features.has('schemas')) await db.queryInterface.dropSchema(schema, { cascade: true })
  })

  test('many callers at once make each table once', async () => {
    shop()
    await Promise.all([db.sync(), db.sync({ alter: true }), db.sync(), db.sync({ alter: true })])
    expect(await tablesOf(db)).toEqual(['Tasks', 'Users'])
  })
})
