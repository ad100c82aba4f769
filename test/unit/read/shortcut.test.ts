// A repeated find does not read its options again; finds that could mean different statements never share a short way.
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Op } from '../../../src/sql/op.js'
import { DataTypes } from '../../../src/types/index.js'
import { database } from './database.js'

const counted = vi.hoisted(() => ({ read: 0 }))
vi.mock('../../../src/read/request.js', async (original) => {
  const actual = await original<typeof import('../../../src/read/request.js')>()
  return {
    ...actual,
    normaliseFind: (...args: Parameters<typeof actual.normaliseFind>) => {
      counted.read += 1
      return actual.normaliseFind(...args)
    },
  }
})
beforeEach(() => {
  counted.read = 0
})

async function people() {
  const db = database()
  const User = db.model('User', { name: DataTypes.STRING, age: DataTypes.INTEGER })
  const Profile = db.model('Profile', { bio: DataTypes.STRING })
  db.one('HasOne', User, Profile, { as: 'profile', foreignKey: 'userId', inverse: { as: 'user' }, unique: true })
  await db.run(`
    CREATE TABLE Users (id INTEGER PRIMARY KEY, name TEXT, age INTEGER);
    CREATE TABLE Profiles (id INTEGER PRIMARY KEY, bio TEXT, userId INTEGER UNIQUE);
    INSERT INTO Users VALUES (1, 'Ann', 30), (2, 'Ben', NULL), (3, '4', 4);
    INSERT INTO Profiles VALUES (8, 'of Ann', 1)`)
  return { ...db, User, Profile }
}

describe('the short way of a find', () => {
  it('reads options of one shape once', async () => {
    const { find, User, Profile } = await people()
    for (let id = 1; id <= 3; id += 1) {
      const [user] = await find(User, { where: { id }, include: Profile, limit: 1, plain: false })
      expect(user!.id).toBe(id)
      expect((user!.profile as { bio: string } | null)?.bio).toBe(id === 1 ? 'of Ann' : undefined)
    }
    expect(counted.read).toBe(1)
  })

  it('keeps apart null and a value, one value and several, names and operators, lists and objects', async () => {
    const { find, User } = await people()
    const names = async (options: Readonly<Record<string, unknown>>) =>
      (await find(User, options)).map((user) => user.name)
    for (let times = 0; times < 2; times += 1) {
      expect(await names({ where: { age: 30 } })).toEqual(['Ann'])
      expect(await names({ where: { age: null } })).toEqual(['Ben'])
      expect(await names({ where: { age: [30, 4] } })).toEqual(['Ann', '4'])
      expect(await names({ where: { age: { [Op.gt]: 4 } } })).toEqual(['Ann'])
      expect(await names({ where: { age: 4, id: 3 } })).toEqual(['4'])
      expect(await names({ where: { id: 3, age: 4 } })).toEqual(['4'])
      expect(await names({ where: { id: 4, age: 3 } })).toEqual([])
      expect(await names({ order: [['id', 'DESC']] })).toEqual(['4', 'Ben', 'Ann'])
      expect(await names({ order: ['id'], limit: 1, offset: 2 })).toEqual(['4'])
      expect(await names({ offset: 1, limit: 2, order: ['id'] })).toEqual(['Ben', '4'])
      expect(await names({ attributes: ['id'], where: { id: 1 } })).toEqual([undefined])
      expect(await names({ attributes: { exclude: ['id'] }, where: { id: 1 } })).toEqual(['Ann'])
    }
  })

  it('checks and converts values as the long way does', async () => {
    const { find, User, statements } = await people()
    const params = async (where: object) => {
      await find(User, { where })
      return statements.at(-1)!.params
    }
    expect(await params({ name: 'x' })).toEqual(['x'])
    expect(await params({ name: 4 })).toEqual(['4'])
    expect(await params({ age: 4 })).toEqual([4])
    expect(await params({ age: '4' })).toEqual([4])
    expect(counted.read).toBe(2)
    await expect(find(User, { where: { age: 'four' } })).rejects.toThrow(
      'User.age is compared with a value of another type',
    )
    await expect(find(User, { where: { age: undefined } })).rejects.toThrow('"age" is undefined')
    await expect(find(User, { where: { age: 4 }, limmit: 1 })).rejects.toThrow('Did you mean "limit"')
  })

  it('is looked for anew when a model has changed', async () => {
    const { find, User, Profile } = await people()
    const options = { where: { id: 1 }, include: 'profile' }
    for (let times = 0; times < 2; times += 1) await find(User, options)
    expect(counted.read).toBe(1)
    Profile.modelDefinition.scopes.add('defaultScope', { where: { bio: 'other' } }, { override: true })
    const [user] = await find(User, options)
    expect(user!.profile).toBeNull()
    Profile.modelDefinition.removeAttribute('bio')
    Profile.modelDefinition.scopes.add('defaultScope', {}, { override: true })
    const [again] = await find(User, options)
    expect((again!.profile as { dataValues: object }).dataValues).toEqual({ id: 8, userId: 1 })
  })

  it('sees hooks that come later', async () => {
    const { find, User } = await people()
    for (let times = 0; times < 2; times += 1) expect(await find(User, { where: { id: 1 } })).toHaveLength(1)
    User.modelDefinition.hooks.addListener('beforeFind', (options: { where: object }) => {
      options.where = { id: 99 }
    })
    expect(await find(User, { where: { id: 1 } })).toHaveLength(0)
  })
})
