// What each kind of write sends, transactions and savepoints included: a statement more is a failure.
import { DataTypes } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Database, Table } from '../../support/untyped.js'

describeEachEngine('statements of writes', (engine) => {
  const world = async (): Promise<{
    db: Database
    User: Table
    Profile: Table
    kinds(work: () => unknown): Promise<string[]>
  }> => {
    const sequelize = await engine.connect()
    const db = engine.script(sequelize)
    const User = db.define('User', { name: DataTypes.STRING }, { timestamps: false })
    const Profile = db.define('Profile', { bio: DataTypes.STRING }, { timestamps: false })
    User.hasOne(Profile, { as: 'profile', foreignKey: 'userId', unique: true })
    await db.sync()
    const kinds = async (work: () => unknown): Promise<string[]> =>
      (await engine.recorder(sequelize).during(work, { all: true })).map((text) =>
        text.replace(/^START TRANSACTION/, 'BEGIN').replace(/^\(?([A-Z]+)[\s\S]*$/, '$1'),
      )
    return { db, User, Profile, kinds }
  }

  test('one row: one statement, without a transaction', async () => {
    const { User, kinds } = await world()
    expect(await kinds(() => User.create({ name: 'a' }))).toEqual(['INSERT'])
    const user = (await User.findOne())!
    expect(await kinds(() => user.update({ name: 'b' }))).toEqual(['UPDATE'])
    expect(await kinds(() => user.update({ name: 'b' }))).toEqual([])
    expect(await kinds(() => user.save())).toEqual([])
    expect(await kinds(() => user.destroy())).toEqual(['DELETE'])
  })
  test('two rows of a one-to-one: one transaction, a savepoint inside another', async () => {
    const { db, User, kinds } = await world()
    const create = (): Promise<unknown> => User.create({ name: 'a', profile: { bio: 'b' } }, { include: ['profile'] })
    expect(await kinds(create)).toEqual(['BEGIN', 'INSERT', 'INSERT', 'COMMIT'])
    expect(await kinds(() => db.transaction(create))).toEqual([
      'BEGIN',
      'SAVEPOINT',
      'INSERT',
      'INSERT',
      // What goes with the next statement is not needed before COMMIT.
      ...(engine.traits.pipelines === true ? [] : ['RELEASE']),
      'COMMIT',
    ])
  })
  test('an instance that holds nothing new needs no transaction', async () => {
    const { User, kinds } = await world()
    const user = await User.create({ name: 'a', profile: { bio: 'b' } }, { include: ['profile'] })
    user.name = 'c'
    expect(await kinds(() => user.save())).toEqual(['UPDATE'])
  })
  test('many rows: one statement as long as they fit, else one transaction', async () => {
    const { User, kinds } = await world()
    // Where a column's values travel as one array, the text does not grow with the rows; where each statement is a flight, it may be long.
    const most = engine.features.has('postgresTypes') ? 5000 : engine.traits.rowsPerInsert === undefined ? 250 : 1000
    const many = Array.from({ length: 2 * most + 100 }, (_none, n) => ({ name: `n${n}` }))
    expect(await kinds(() => User.bulkCreate(many.slice(0, most)))).toEqual(['INSERT'])
    expect(await kinds(() => User.bulkCreate(many))).toEqual(['BEGIN', 'INSERT', 'INSERT', 'INSERT', 'COMMIT'])
    const names = (await User.findAll({ order: ['id'] })).map((user) => user.name)
    expect(names).toEqual([...many.slice(0, most), ...many].map(({ name }) => name))
  })
  test('many rows with much in them: shorter statements', async () => {
    const { db, kinds } = await world()
    const Note = db.define('Note', { text: DataTypes.TEXT }, { timestamps: false })
    await Note.sync()
    const text = 'x'.repeat(5000)
    const many = Array.from({ length: 1000 }, () => ({ text }))
    const inserts = (await kinds(() => Note.bulkCreate(many))).filter((kind) => kind === 'INSERT')
    expect(inserts).toHaveLength(
      engine.features.has('postgresTypes') ? 1 : engine.traits.rowsPerInsert === undefined ? 4 : 2,
    )
    const fewer = Array.from({ length: 500 }, () => ({ text: text + text }))
    const more = (await kinds(() => Note.bulkCreate(fewer))).filter((kind) => kind === 'INSERT')
    expect(more).toHaveLength(engine.features.has('postgresTypes') ? 1 : 2)
    expect(await Note.count({ where: { text } })).toBe(1000)
  })
  test('replacing a one-to-one: look, release, link; the source is locked where the engine can', async () => {
    const { User, Profile, kinds } = await world()
    const user = await User.create({ name: 'a', profile: { bio: 'old' } }, { include: ['profile'] })
    const next = await Profile.create({ bio: 'new' })
    const looks = engine.traits.rowLocks === true ? ['SELECT', 'SELECT'] : ['SELECT']
    // Where gaps are locked, one statement locks and looks, and one releases and links.
    const steps = engine.traits.gapLocks === true ? ['SELECT', 'UPDATE'] : [...looks, 'UPDATE', 'UPDATE']
    expect(await kinds(() => user.setProfile(next))).toEqual(['BEGIN', ...steps, 'COMMIT'])
    expect(await kinds(() => user.setProfile(next))).toEqual(['BEGIN', ...looks, 'COMMIT'])
    expect(await kinds(() => user.setProfile(null))).toEqual(['BEGIN', ...looks, 'UPDATE', 'COMMIT'])
  })
})
