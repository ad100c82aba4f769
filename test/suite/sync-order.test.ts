// What sync() of one model does about others, what it adds without `alter`, and indexes that are made beside those who write.
import { DataTypes, QueryError, UnknownTableError, UnsupportedFeatureError } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../support/databases.js'
import type { Database, Table } from '../support/untyped.js'

describeEachEngine('sync of one model', (engine) => {
  const pair = async (): Promise<{ db: Database; User: Table; Profile: Table }> => {
    const db = engine.script(await engine.connect())
    const User = db.define('User', { name: DataTypes.STRING }, { timestamps: false })
    const Profile = db.define('Profile', { bio: DataTypes.STRING }, { timestamps: false })
    User.hasOne(Profile, { as: 'profile', foreignKey: 'userId' })
    return { db, User, Profile }
  }
  const tables = async (db: Database): Promise<string[]> =>
    (await db.queryInterface.listTables()).map((table: { tableName: string }) => table.tableName).sort()

  test('before the table that it refers to: an error that names both and the remedy, and nothing is made', async () => {
    if (engine.features.has('forwardReferences')) return
    const { db, User, Profile } = await pair()
    await expect(Profile.sync()).rejects.toBeInstanceOf(UnknownTableError)
    await expect(Profile.sync()).rejects.toThrow(
      /"Profiles" refers to "Users", which does not exist\..*sequelize\.sync\(\)/,
    )
    expect(await tables(db)).toEqual([])
    await User.sync()
    await Profile.sync()
    expect(await tables(db)).toEqual(['Profiles', 'Users'])
    await expect(
      db.queryInterface.createTable('Cards', {
        id: { type: DataTypes.INTEGER, primaryKey: true },
        ownerId: { type: DataTypes.INTEGER, references: { model: 'Owners', key: 'id' } },
      }),
    ).rejects.toThrow(/"Cards" refers to "Owners"/)
  })

  engine.requires('forwardReferences')('before the table that it refers to: the key waits for it', async () => {
    const { db, User, Profile } = await pair()
    await Profile.sync()
    await User.sync()
    await expect(Profile.create({ userId: 5 })).rejects.toMatchObject({ name: 'SequelizeForeignKeyConstraintError' })
    expect(await tables(db)).toEqual(['Profiles', 'Users'])
  })

  test('a table that refers to itself, and tables that refer to each other', async () => {
    const db = engine.script(await engine.connect())
    const Node = db.define('Node', { name: DataTypes.STRING })
    Node.belongsTo(Node, { as: 'parent', foreignKey: 'parentId' })
    await Node.sync()
    const A = db.define('A', {})
    const B = db.define('B', {})
    A.belongsTo(B, { as: 'b', foreignKey: 'bId' })
    B.belongsTo(A, { as: 'a', foreignKey: 'aId' })
    await db.sync()
    expect(await tables(db)).toEqual(['As', 'Bs', 'Nodes'])
  })

  engine.requires('enumTypes')('new members of an enum come without `alter`, and nothing else does', async () => {
    const define = (db: Database, members: string[], more: object = {}): Table =>
      db.define(
        'Ticket',
        {
          state: { type: DataTypes.ENUM(...members), defaultValue: members[0] },
          tags: DataTypes.ARRAY(DataTypes.ENUM(...members)),
          ...more,
        },
        { timestamps: false },
      )
    const options = await engine.options()
    const db = engine.script(await engine.connect(options))
    const recorder = engine.recorder(db)
    const Ticket = define(db, ['open', 'closed'])
    await db.sync()
    await Ticket.create({ state: 'closed', tags: ['open'] })
    define(db, ['draft', 'open', 'paused', 'closed'], { extra: DataTypes.INTEGER })
    await db.sync()
    const Wider = define(db, ['draft', 'open', 'paused', 'closed'])
    await Wider.create({ state: 'paused', tags: ['draft', 'closed'] })
    const { state, extra } = await db.queryInterface.describeTable('Tickets')
    expect(state.special).toEqual(['draft', 'open', 'paused', 'closed'])
    // A default changes with `alter` only.
    expect(state.defaultValue).toBe('open')
    expect(extra).toBeUndefined()
    expect((await Wider.findAll({ order: ['state'] })).map((ticket) => ticket.state)).toEqual(['paused', 'closed'])
    // The second time nothing is left to do; members that the model has no more stay.
    recorder.clear()
    await db.sync()
    define(db, ['open'])
    await db.sync()
    expect(recorder.statements.filter((text: string) => /^(?:ALTER|CREATE|DROP)/.test(text))).toEqual([])
    const plan = (await define(db, ['open', 'new']).sync({ plan: true })) as { readonly sql: readonly string[] }
    expect(plan.sql).toHaveLength(2)
    expect(plan.sql[0]).toMatch(/ADD VALUE 'new'/)
  })

  engine.requires('concurrentIndexes')(
    '`concurrently` inside a transaction is refused, and outside it is done',
    async () => {
      const db = engine.script(await engine.connect())
      const recorder = engine.recorder(db)
      const { queryInterface } = db
      const User = db.define('User', { name: DataTypes.STRING }, { timestamps: false })
      await db.sync()
      const index = { fields: ['name'], name: 'by_name', concurrently: true }
      await expect(
        db.transaction(async (transaction) => await queryInterface.addIndex('Users', { ...index, transaction })),
      ).rejects.toThrow(/`concurrently` cannot be honoured.*CREATE INDEX CONCURRENTLY "by_name".*transaction: null/)
      await expect(db.transaction(async () => await queryInterface.addIndex('Users', index))).rejects.toBeInstanceOf(
        QueryError,
      )
      expect(await queryInterface.showIndex('Users')).toEqual([])
      await queryInterface.addIndex('Users', index)
      expect((await queryInterface.showIndex('Users')).map(({ name }: { name: string }) => name)).toContain('by_name')
      await expect(
        db.transaction(async () => await queryInterface.removeIndex('Users', 'by_name', { concurrently: true })),
      ).rejects.toThrow(/DROP INDEX CONCURRENTLY/)
      await queryInterface.removeIndex('Users', 'by_name', { concurrently: true })
      expect(recorder.statements.filter((text: string) => /CONCURRENTLY/.test(text))).toHaveLength(2)
      const Other = db.define('Other', { name: DataTypes.STRING }, { indexes: [index] })
      await expect(db.transaction(async () => await Other.sync())).rejects.toThrow(/concurrently/)
      expect(await tables(db)).toEqual(['Users'])
      await Other.sync()
      expect(await User.count()).toBe(0)
    },
  )

  test('removeIndex refuses what the engine cannot do', async () => {
    if (engine.features.has('concurrentIndexes')) return
    const db = engine.script(await engine.connect())
    db.define('User', { name: DataTypes.STRING }, { indexes: [{ fields: ['name'], name: 'by_name' }] })
    await db.sync()
    for (const option of [{ concurrently: true }, { cascade: true }])
      await expect(db.queryInterface.removeIndex('Users', 'by_name', option)).rejects.toBeInstanceOf(
        UnsupportedFeatureError,
      )
    await db.queryInterface.removeIndex('Users', 'by_name')
  })
})
