// To-many branches, by an association made by hand: the fold of joined rows, and limits that count parents.
import { describe, expect, it } from 'vitest'
import type { Association } from '../../../src/association/association.js'
import type { ModelClass } from '../../../src/model/definition.js'
import { DataTypes } from '../../../src/types/index.js'
import { database } from './database.js'

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** As much of a hasMany as reading asks for. */
function hasMany(source: ModelClass, target: ModelClass, as: string, key: string): void {
  const keys = [{ from: 'id', to: key }]
  const association = {
    associationType: 'HasMany',
    source,
    target,
    as,
    name: { singular: as, plural: as },
    isAliased: true,
    isSelfAssociation: false,
    cardinality: 'many',
    isUniqueBacked: false,
    foreignKeys: [key],
    foreignKeyOwner: target,
    keys,
    scope: null,
    order: null,
    isHidden: false,
    options: {},
    joinSteps: () => [{ model: target, keys, scope: null }],
  }
  source.modelDefinition.addAssociation(association as unknown as Association)
}

async function projects() {
  const db = database()
  const User = db.model('User', { name: DataTypes.STRING })
  const Task = db.model('Task', { title: DataTypes.STRING, done: DataTypes.BOOLEAN, userId: DataTypes.INTEGER })
  const Note = db.model('Note', { text: DataTypes.STRING, taskId: DataTypes.INTEGER })
  const Profile = db.model('Profile', { bio: DataTypes.STRING })
  hasMany(User, Task, 'tasks', 'userId')
  hasMany(Task, Note, 'notes', 'taskId')
  db.one('HasOne', User, Profile, { as: 'profile', foreignKey: 'userId' })
  await db.run(`
    CREATE TABLE Users (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE Tasks (id INTEGER PRIMARY KEY, title TEXT, done INTEGER, userId INTEGER);
    CREATE TABLE Notes (id INTEGER PRIMARY KEY, text TEXT, taskId INTEGER);
    CREATE TABLE Profiles (id INTEGER PRIMARY KEY, bio TEXT, userId INTEGER);
    INSERT INTO Users VALUES (1, 'Ann'), (2, 'Ben'), (3, 'Cleo');
    INSERT INTO Tasks VALUES (1, 'a', 0, 1), (2, 'b', 1, 1), (3, 'c', 1, 2);
    INSERT INTO Notes VALUES (1, 'x', 1), (2, 'y', 1), (3, 'z', 2);
    INSERT INTO Profiles VALUES (5, 'second', 1), (4, 'first', 1)`)
  return { ...db, User, Task, Note }
}
const ids = (rows: readonly { dataValues: Record<string, unknown> }[]): unknown =>
  json(rows.map((row) => row.dataValues.id))

describe('to-many', () => {
  it('folds joined rows: each parent once, its rows below it', async () => {
    const { find, User, statements } = await projects()
    const include = [
      { association: 'tasks', attributes: ['title'], include: [{ association: 'notes', attributes: ['text'] }] },
      { association: 'profile', attributes: ['bio'] },
    ]
    expect(json(await find(User, { include, order: ['id', ['tasks', 'id'], ['tasks', 'notes', 'id']] }))).toEqual([
      {
        id: 1,
        name: 'Ann',
        tasks: [
          { title: 'a', notes: [{ text: 'x' }, { text: 'y' }] },
          { title: 'b', notes: [{ text: 'z' }] },
        ],
        profile: { bio: 'first' },
      },
      { id: 2, name: 'Ben', tasks: [{ title: 'c', notes: [] }], profile: null },
      { id: 3, name: 'Cleo', tasks: [], profile: null },
    ])
    expect(statements).toHaveLength(1)
  })
  it('gives the same by queries of their own', async () => {
    const { find, User } = await projects()
    const tree = (strategy: string) => [
      { association: 'tasks', strategy, include: [{ association: 'notes', strategy }] },
      { association: 'profile', strategy },
    ]
    const order = ['id', ['tasks', 'id'], ['tasks', 'notes', 'id']]
    expect(json(await find(User, { include: tree('query'), order: ['id'] }))).toEqual(
      json(await find(User, { include: tree('join'), order })),
    )
    expect(json(await find(User, { include: tree('auto'), order: ['id'] }))).toEqual(
      json(await find(User, { include: tree('join'), order })),
    )
  })
  it('counts limit in parents', async () => {
    const { find, User, statements } = await projects()
    const users = await find(User, { include: ['tasks', 'profile'], limit: 2, order: ['id'] })
    expect(users.map((user) => [user.name, user.tasks.length])).toEqual([
      ['Ann', 2],
      ['Ben', 1],
    ])
    expect(users[0]!.profile.bio).toBe('first')
    expect(statements[0]!.text).toContain('FROM (SELECT')
    expect(
      (await find(User, { include: 'tasks', limit: 2, offset: 1, order: [['id', 'DESC']] })).map((user) => user.name),
    ).toEqual(['Ben', 'Ann'])
    expect(
      ids(await find(User, { include: { association: 'tasks', required: true }, limit: 5, order: ['id'] })),
    ).toEqual([1, 2])
    expect(
      ids(await find(User, { include: { association: 'tasks', where: { done: true } }, limit: 1, order: ['id'] })),
    ).toEqual([1])
  })
  it('filters and orders pages by to-many rows', async () => {
    const { find, User } = await projects()
    const done = await find(User, { include: 'tasks', where: { '$tasks.done$': true }, limit: 5, order: ['id'] })
    expect(done.map((user) => [user.name, user.tasks.map((task: { title: string }) => task.title)])).toEqual([
      ['Ann', ['b']],
      ['Ben', ['c']],
    ])
    expect(json(done)).toEqual(
      json(await find(User, { include: 'tasks', where: { '$tasks.done$': true }, order: ['id'] })),
    )
    expect(
      (await find(User, { include: 'tasks', order: [['tasks', 'title', 'DESC']], limit: 1 })).map((user) => user.name),
    ).toEqual(['Ben'])
    expect(
      (await find(User, { include: ['tasks', 'profile'], where: { '$profile.bio$': 'first' }, limit: 5 })).map(
        (user) => user.name,
      ),
    ).toEqual(['Ann'])
  })
  it('needs no page for one row', async () => {
    const { sql, User } = await projects()
    expect(sql(User, { include: 'tasks', where: { id: 1 }, limit: 1 }, true)).not.toContain('FROM (SELECT')
  })
  it('counts parents once', async () => {
    const { count, User } = await projects()
    expect(await count(User, { include: 'tasks' })).toBe(3)
    expect(await count(User, { include: { association: 'tasks', required: true } })).toBe(2)
    expect(await count(User, { include: { association: 'tasks', required: true }, distinct: false })).toBe(3)
  })
  it('has a row per joined row when raw', async () => {
    const { find, User } = await projects()
    expect(
      await find(User, {
        include: { association: 'tasks', attributes: ['title'] },
        attributes: ['name'],
        raw: true,
        order: ['id', ['tasks', 'id']],
      }),
    ).toEqual([
      { name: 'Ann', 'tasks.title': 'a' },
      { name: 'Ann', 'tasks.title': 'b' },
      { name: 'Ben', 'tasks.title': 'c' },
      { name: 'Cleo', 'tasks.title': null },
    ])
  })
  it('takes right joins, of which only rows with a parent become instances', async () => {
    const { find, run, User } = await projects()
    await run("INSERT INTO Tasks VALUES (9, 'orphan', 0, NULL)")
    expect(
      await find(User, {
        include: { association: 'tasks', right: true, attributes: ['title'] },
        attributes: ['name'],
        raw: true,
        order: [['tasks', 'id', 'DESC']],
        limit: 1,
      }),
    ).toEqual([{ name: null, 'tasks.title': 'orphan' }])
    expect(
      (await find(User, { include: { association: 'tasks', right: true }, order: ['id'] })).map((user) => user.name),
    ).toEqual(['Ann', 'Ben'])
  })
  it('limits the rows of each parent by a query of its own, and says so where it has to be a join', async () => {
    const { find, User, statements } = await projects()
    const users = await find(User, {
      include: { association: 'tasks', limit: 1, order: [['id', 'DESC']] },
      order: ['id'],
    })
    expect(users.map((user) => user.tasks.map((task: { title: string }) => task.title))).toEqual([['b'], ['c'], []])
    expect(statements).toHaveLength(2)
    await expect(find(User, { include: { association: 'tasks', limit: 1, strategy: 'join' } })).rejects.toThrow(
      /User\.tasks.*separate: true/,
    )
  })
})
