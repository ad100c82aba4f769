import { describe, expect, it } from 'vitest'
import { aggregate } from '../../../src/read/aggregate.js'
import { col, fn } from '../../../src/sql/fragments.js'
import { Op } from '../../../src/sql/op.js'
import { DataTypes } from '../../../src/types/index.js'
import { database } from './database.js'

async function shop() {
  const db = database()
  const User = db.model('User', {
    name: DataTypes.STRING,
    age: DataTypes.INTEGER,
    role: { type: DataTypes.STRING, columnName: 'user_role' },
    born: DataTypes.DATE,
    money: DataTypes.DECIMAL(10, 2),
  })
  const Profile = db.model('Profile', { bio: DataTypes.STRING })
  db.one('HasOne', User, Profile, { as: 'profile', foreignKey: 'userId', inverse: { as: 'user' } })
  await db.run(`
    CREATE TABLE Users (id INTEGER PRIMARY KEY, name TEXT, age INTEGER, user_role TEXT, born TEXT, money NUMERIC);
    CREATE TABLE Profiles (id INTEGER PRIMARY KEY, bio TEXT, userId INTEGER);
    INSERT INTO Users VALUES (1, 'Ann', 30, 'admin', '1990-01-01 00:00:00.000 +00:00', 1.5), (2, 'Ben', 40, 'user', '1980-01-01 00:00:00.000 +00:00', 2.25), (3, 'Cleo', 40, 'user', NULL, NULL);
    INSERT INTO Profiles VALUES (1, 'a', 1), (2, 'b', 1), (3, 'c', 2)`)
  const compute = (attribute: string, name: string, options: object = {}) =>
    aggregate(db.runtime, User, attribute, name, options as never)
  return { ...db, User, Profile, compute }
}

describe('count', () => {
  it('counts rows, by where', async () => {
    const { count, User, statements } = await shop()
    expect(await count(User)).toBe(3)
    expect(await count(User, { where: { age: 40 } })).toBe(2)
    expect(statements.map((statement) => statement.text)).toEqual([
      'SELECT count(*) AS `count` FROM `Users` AS `User`',
      'SELECT count(*) AS `count` FROM `Users` AS `User` WHERE `User`.`age` = ?',
    ])
  })
  it('counts parents, not joined rows', async () => {
    const { count, User, statements } = await shop()
    expect(await count(User, { include: 'profile' })).toBe(3)
    // An include that changes nothing is not joined.
    expect(statements[0]!.text).not.toContain('JOIN')
    expect(await count(User, { include: { association: 'profile', required: true } })).toBe(2)
    expect(await count(User, { include: { association: 'profile', where: { bio: { [Op.in]: ['a', 'b'] } } } })).toBe(1)
    expect(await count(User, { include: 'profile', where: { '$profile.id$': null } })).toBe(1)
    expect(await count(User, { include: 'profile', where: { '$profile.bio$': 'b' } })).toBe(0)
  })
  it('takes distinct and col', async () => {
    const { count, User } = await shop()
    expect(await count(User, { col: 'born' })).toBe(2)
    expect(await count(User, { distinct: true, col: 'age' })).toBe(2)
    expect(await count(User, { distinct: true, col: 'role' })).toBe(2)
    expect(await count(User, { distinct: true })).toBe(3)
    expect(await count(User, { col: 'User.id' })).toBe(3)
    expect(await count(User, { include: 'profile', distinct: true, col: 'profile.bio' })).toBe(2)
  })
  it('counts distinct composite keys', async () => {
    const db = database()
    const Pair = db.model('Pair', {
      a: { type: DataTypes.INTEGER, primaryKey: true },
      b: { type: DataTypes.INTEGER, primaryKey: true },
    })
    await db.run(
      'CREATE TABLE Pairs (a INTEGER, b INTEGER, PRIMARY KEY (a, b)); INSERT INTO Pairs VALUES (1, 1), (1, 2)',
    )
    expect(await db.count(Pair, { distinct: true })).toBe(2)
  })
  it('counts groups', async () => {
    const { count, User } = await shop()
    expect(await count(User, { group: 'role', order: ['role'] })).toEqual([
      { role: 'admin', count: 1 },
      { role: 'user', count: 2 },
    ])
    expect(
      await count(User, { group: ['age'], attributes: ['age', [fn('max', col('name')), 'last']], order: ['age'] }),
    ).toEqual([
      { age: 30, last: 'Ann', count: 1 },
      { age: 40, last: 'Cleo', count: 2 },
    ])
    expect(await count(User, { group: ['age'], countGroupedRows: true })).toBe(2)
    expect(await count(User, { group: ['age'], having: { age: { [Op.gt]: 35 } } })).toEqual([{ age: 40, count: 2 }])
  })
  it('leaves out what cannot change a count, and refuses what it does not know', async () => {
    const { count, User } = await shop()
    expect(await count(User, { limit: 1, offset: 1, order: ['id'] })).toBe(3)
    await expect(count(User, { wehre: {} })).rejects.toThrow(/"wehre" in User\.count\(\)/)
    await expect(count(User, { col: 'nmae' })).rejects.toThrow(/"name"/)
  })
  it('runs beforeCount on a copy', async () => {
    const { count, User } = await shop()
    User.modelDefinition.hooks.addListener('beforeCount', ((options: { where: object }) => {
      options.where = { id: 1 }
    }) as never)
    expect(await count(User, Object.freeze({}))).toBe(1)
    expect(await count(User, { hooks: false })).toBe(3)
  })
})

describe('aggregate', () => {
  it('gives values of the type that they have', async () => {
    const { compute } = await shop()
    expect(await compute('age', 'max')).toBe(40)
    expect(await compute('age', 'min')).toBe(30)
    expect(await compute('age', 'sum')).toBe(110)
    expect(await compute('age', 'avg')).toBeCloseTo(36.67, 1)
    expect(await compute('money', 'sum')).toBe(3.75)
    expect(await compute('born', 'max')).toEqual(new Date('1990-01-01'))
    expect(await compute('name', 'min')).toBe('Ann')
    expect(await compute('age', 'sum', { distinct: true })).toBe(70)
    expect(await compute('age', 'max', { where: { name: 'Nobody' } })).toBeNull()
    expect(await compute('born', 'max', { dataType: DataTypes.STRING })).toBe('1990-01-01 00:00:00.000 +00:00')
    expect(await compute('age', 'max', { include: { association: 'profile', required: true } })).toBe(40)
  })
  it('gives rows with group or plain: false', async () => {
    const { compute } = await shop()
    expect(await compute('age', 'max', { group: ['role'], order: ['role'] })).toEqual([
      { role: 'admin', max: 30 },
      { role: 'user', max: 40 },
    ])
    expect(
      await compute('age', 'sum', { plain: false, attributes: ['role'], group: ['role'], order: ['role'] }),
    ).toEqual([
      { role: 'admin', sum: 30 },
      { role: 'user', sum: 80 },
    ])
  })
  it('refuses attributes that are none', async () => {
    const { compute } = await shop()
    await expect(compute('aeg', 'max')).rejects.toThrow(/"aeg".*"age"/)
  })
})
