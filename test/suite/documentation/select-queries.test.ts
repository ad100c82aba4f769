// "SELECT Queries: Finder Methods" and "SELECT Queries: In Depth" (version 7), "Model Querying - Finders" (version 6).
import { and, col, DataTypes, fn, literal, Op, or, sql, where } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'

describeEachEngine('finders, as the guides use them', (engine) => {
  async function users() {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('User', { name: DataTypes.STRING, age: DataTypes.INTEGER })
    const Profile = sequelize.define('Profile', { bio: DataTypes.STRING })
    User.hasOne(Profile)
    Profile.belongsTo(User)
    await sequelize.sync()
    const [ann, , cid] = await User.bulkCreate([
      { name: 'ann', age: 10 },
      { name: 'bob', age: 5 },
      { name: 'cid', age: 40 },
    ])
    for (const user of [ann!, cid!]) await user.createProfile({ bio: 'x' })
    const names = async (condition: unknown): Promise<unknown[]> =>
      (await User.findAll({ where: condition, order: ['id'] })).map(({ name }) => name)
    return { User, Profile, names }
  }

  test('one row, or null, or an error', async () => {
    const { User } = await users()
    expect(await User.findByPk(123)).toBeNull()
    expect((await User.findByPk(1)) instanceof User).toBe(true)
    expect((await User.findOne({ where: { name: 'bob' } })).age).toBe(5)
    await expect(User.findOne({ where: { name: 'My Title' }, rejectOnEmpty: true })).rejects.toMatchObject({
      name: 'SequelizeEmptyResultError',
    })
    expect(await User.findOne({ where: { name: 'bob' }, attributes: ['age'], raw: true })).toEqual({ age: 5 })
  })
  test('a page and the number of all; a required include counts, another does not', async () => {
    const { User, Profile } = await users()
    const page = await User.findAndCountAll({ where: { name: { [Op.ne]: 'bob' } }, offset: 1, limit: 2 })
    expect([page.count, page.rows.length]).toEqual([2, 1])
    const required = await User.findAndCountAll({ include: [{ model: Profile, required: true }], limit: 3 })
    expect([required.count, required.rows.length]).toEqual([2, 2])
    const optional = await User.findAndCountAll({ include: [{ model: Profile }], limit: 1 })
    expect([optional.count, optional.rows.length]).toEqual([3, 1])
    const grouped = await User.findAndCountAll({ attributes: ['name'], group: 'name' })
    expect((grouped.count as unknown as { count: number }[]).map(({ count }) => count)).toEqual([1, 1, 1])
  })
  test('count, max, min and sum, of all or of some', async () => {
    const { User } = await users()
    expect([await User.count(), await User.count({ where: { id: { [Op.gt]: 1 } } })]).toEqual([3, 2])
    expect(await User.max('age')).toBe(40)
    expect(await User.max('age', { where: { age: { [Op.lt]: 20 } } })).toBe(10)
    expect(await User.min('age')).toBe(5)
    expect(await User.min('age', { where: { age: { [Op.gt]: 5 } } })).toBe(10)
    expect(await User.sum('age')).toBe(55)
    expect(await User.sum('age', { where: { age: { [Op.gt]: 5 } } })).toBe(50)
  })
  test('conditions by functions: or, and, where, fn', async () => {
    const { names } = await users()
    expect(await names(or({ name: 'ann', age: 5 }))).toEqual(['ann', 'bob'])
    expect(await names(and({ name: 'ann', age: 10 }, or({ age: 10 }, { age: 5 })))).toEqual(['ann'])
    expect(await names(where(fn('lower', col('name')), 'cid'))).toEqual(['cid'])
    expect(
      await names({
        [Op.or]: [
          where(fn('abs', col('age')), 5),
          { name: { [Op.like]: 'an%' } },
          { [Op.and]: [{ name: 'cid' }, where(fn('abs', col('age')), { [Op.gt]: 100 })] },
        ],
      }),
    ).toEqual(['ann', 'bob'])
  })
  test('casting attributes and values', async () => {
    const { names } = await users()
    expect(await names({ 'age::text': { [Op.like]: '4%' } })).toEqual(['cid'])
    expect(await names({ createdAt: { [Op.gt]: sql.cast('2012-01-01', 'date') } })).toEqual(['ann', 'bob', 'cid'])
    expect(await names({ age: { [Op.gt]: sql.cast('9', 'integer') } })).toEqual(['ann', 'cid'])
  })
  test('literals take replacements and parameters', async () => {
    const { User } = await users()
    expect((await User.findAll({ where: literal('age = $age'), bind: { age: 5 } })).map(({ name }) => name)).toEqual([
      'bob',
    ])
    expect(
      (await User.findAll({ where: literal('age = :age'), replacements: { age: 40 } })).map(({ name }) => name),
    ).toEqual(['cid'])
  })
})
