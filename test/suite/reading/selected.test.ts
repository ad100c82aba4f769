// Values that a query adds to the attributes. Docs: querying basics, "Specifying attributes for SELECT queries".
import { col, DataTypes, fn, Op } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'

describeEachEngine('values selected beside the attributes', (engine) => {
  test('an aliased expression is a property of the instances, and stays out of rows that do not have it', async () => {
    const sequelize = await engine.connect()
    const Shop = sequelize.define('shop', { hats: DataTypes.INTEGER })
    await sequelize.sync()
    await Shop.bulkCreate([{ hats: 3 }, { hats: 4 }, {}])
    const [counted] = await Shop.findAll({ attributes: [[fn('COUNT', col('hats')), 'n_hats']] })
    expect(counted).toMatchObject({ n_hats: 2 })
    expect(counted?.get('n_hats')).toBe(2)
    const plain = await Shop.findOne({ rejectOnEmpty: true })
    expect((plain as unknown as { n_hats?: unknown }).n_hats).toBeUndefined()
    expect(plain.toJSON()).not.toHaveProperty('n_hats')
  })

  test('instances keep the property when the model changes afterwards', async () => {
    const sequelize = await engine.connect()
    const Shop = sequelize.define('shop', { hats: DataTypes.INTEGER })
    await sequelize.sync()
    await Shop.create({ hats: 3 })
    const [counted] = await Shop.findAll({ attributes: [[fn('COUNT', col('hats')), 'n_hats']] })
    const Owner = sequelize.define('owner', {})
    Owner.hasOne(Shop)
    expect(counted).toMatchObject({ n_hats: 1 })
    Shop.removeAttribute('hats')
    expect(counted).toMatchObject({ n_hats: 1 })
    expect('hats' in Shop.prototype).toBe(false)
  })

  test('what is wrong in having is said of having', async () => {
    const sequelize = await engine.connect()
    const Shop = sequelize.define('shop', { hats: DataTypes.INTEGER })
    const grouped = (having: object) => Shop.findAll({ attributes: ['hats'], group: ['hats'], having: having as never })
    await expect(grouped({ hats: { [Op.gt]: undefined } })).rejects.toThrow(
      /shop\.hats is compared with undefined .*in having/,
    )
    await expect(grouped({ hats: 'x' })).rejects.toThrow(/in having/)
    await expect(grouped({ hat: 1 })).rejects.toThrow(/no attribute "hat" \(in having\)/)
    await expect(grouped({ $gt: 1 })).rejects.toThrow(/in having/)
    await expect(grouped({ hats: {} })).rejects.toThrow(/in having/)
    await expect(Shop.findAll({ where: { hats: {} as never } })).rejects.toThrow(/in where/)
  })
})
