// `order` of writes that concern many rows: it says which rows a `limit` means.
import { DataTypes, QueryError, sql } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'

describeEachEngine('update, destroy and restore in an order', (engine) => {
  async function jobs(options: object = {}) {
    const sequelize = engine.script(await engine.connect())
    const Job = sequelize.define(
      'job',
      { rank: { type: DataTypes.INTEGER, field: 'the_rank' }, state: DataTypes.STRING },
      options,
    )
    await sequelize.sync()
    await Job.bulkCreate([3, 1, 4, 5, 2].map((rank) => ({ rank, state: 'new' })))
    const ranks = async (where: object = {}, more: object = {}): Promise<unknown[]> =>
      (await Job.findAll({ where, order: ['rank'], ...more })).map(({ rank }) => rank)
    return { sequelize, Job, ranks }
  }

  test('the limit of an update takes the first rows of the order', async () => {
    const { Job, ranks } = await jobs()
    expect((await Job.update({ state: 'low' }, { where: {}, order: [['rank', 'ASC']], limit: 2 }))[0]).toBe(2)
    expect(await ranks({ state: 'low' })).toEqual([1, 2])
    await Job.update({ state: 'high' }, { where: { state: 'new' }, order: [['rank', 'DESC']], limit: 1 })
    expect(await ranks({ state: 'high' })).toEqual([5])
    await Job.update(
      { state: 'sql' },
      { where: {}, order: [[sql`abs(${sql.attribute('rank')} - 3)`, 'ASC']], limit: 1 },
    )
    expect(await ranks({ state: 'sql' })).toEqual([3])
  })
  test('also row by row, with hooks', async () => {
    const { Job, ranks } = await jobs()
    await Job.update({ state: 'high' }, { where: {}, order: [['rank', 'DESC']], limit: 2, individualHooks: true })
    expect(await ranks({ state: 'high' })).toEqual([4, 5])
    expect(await Job.destroy({ where: {}, order: ['rank'], limit: 2, individualHooks: true })).toBe(2)
    expect(await ranks()).toEqual([3, 4, 5])
  })
  test('destroy takes the first rows of the order', async () => {
    const { Job, ranks } = await jobs()
    expect(await Job.destroy({ where: {}, order: [['rank', 'DESC']], limit: 2 })).toBe(2)
    expect(await ranks()).toEqual([1, 2, 3])
  })
  test('soft deletion and restoring, too', async () => {
    const { Job, ranks } = await jobs({ paranoid: true })
    await Job.destroy({ where: {}, order: [['rank', 'DESC']], limit: 3 })
    expect(await ranks()).toEqual([1, 2])
    expect(await Job.restore({ where: {}, order: [['rank', 'DESC']], limit: 1 })).toBe(1)
    expect(await ranks()).toEqual([1, 2, 5])
    await Job.restore({ where: {}, order: ['rank'], limit: 1, individualHooks: true })
    expect(await ranks()).toEqual([1, 2, 3, 5])
  })
  test('of a default scope it counts with the limit, and is no mistake without', async () => {
    const { Job, ranks } = await jobs({ defaultScope: { order: [['rank', 'DESC']] } })
    await Job.update({ state: 'high' }, { where: {}, limit: 1 })
    expect(await ranks({ state: 'high' })).toEqual([5])
    expect((await Job.update({ state: 'all' }, { where: {} }))[0]).toBe(5)
  })
  test('without a limit it would change nothing, and is refused', async () => {
    const { sequelize, Job } = await jobs({ paranoid: true })
    const sent = await engine.recorder(sequelize).count(async () => {
      for (const work of [
        () => Job.update({ state: 'x' }, { where: {}, order: ['rank'] }),
        () => Job.destroy({ where: {}, order: ['rank'] }),
        () => Job.restore({ where: {}, order: ['rank'] }),
      ]) {
        const error = (await work().catch((caught: unknown) => caught)) as Error
        expect(error).toBeInstanceOf(QueryError)
        expect(error.message).toMatch(/job\.(?:update|destroy|restore)\(\): order without limit/)
      }
    })
    expect(sent).toBe(0)
  })
  test('an order by what does not exist, and a limit that is no number, are refused', async () => {
    const { Job, ranks } = await jobs()
    await expect(Job.update({ state: 'x' }, { where: {}, order: ['rnak'], limit: 1 })).rejects.toThrow(/rnak.*rank/s)
    await expect(Job.update({ state: 'x' }, { where: {}, limit: sql`1` })).rejects.toThrow(/limit of job/)
    await expect(Job.destroy({ where: {}, order: [['rank', 'DOWN']], limit: 1 })).rejects.toThrow(/DOWN.*ASC or DESC/)
    expect(await ranks({ state: 'new' })).toHaveLength(5)
  })
})

describeEachEngine('bulk writes', (engine) => {
  test('what needs one statement is refused where rows are written one by one', async () => {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('user', { email: { type: DataTypes.STRING, unique: true }, name: DataTypes.STRING })
    await sequelize.sync()
    await User.create({ email: 'a', name: 'old' })
    const records = [{ email: 'a', name: 'new' }]
    await expect(User.bulkCreate(records, { individualHooks: true, updateOnDuplicate: ['name'] })).rejects.toThrow(
      /user\.bulkCreate\(\): updateOnDuplicate.*individualHooks.*upsert/,
    )
    expect((await User.findOne()).name).toBe('old')
    await User.bulkCreate(records, { updateOnDuplicate: ['name'], conflictFields: ['email'] })
    expect((await User.findOne()).name).toBe('new')
  })
  test('`noTypeValidation` leaves the types to the engine in upsert and bulkCreate as well', async () => {
    const sequelize = engine.script(await engine.connect({ noTypeValidation: true }))
    const User = sequelize.define('user', { name: { type: DataTypes.STRING, validate: { len: [1, 3] } } })
    await sequelize.sync()
    await User.upsert({ id: 1, name: 123 })
    await User.bulkCreate([{ id: 2, name: 456 }], { validate: true })
    await User.bulkCreate([{ id: 3, name: 456 }], { validate: true, individualHooks: true })
    await User.update({ name: 789 }, { where: { id: 3 } })
    expect((await User.findAll({ order: ['id'] })).map(({ name }) => String(name))).toEqual(['123', '456', '789'])
    await expect(User.upsert({ id: 4, name: 12345 })).rejects.toThrow(/len/)
    await expect(User.bulkCreate([{ id: 4, name: 12345 }], { validate: true })).rejects.toThrow()
    expect(await User.count()).toBe(3)
  })
})
