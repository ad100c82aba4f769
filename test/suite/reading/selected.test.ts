// Values that a query adds to the attributes. Docs: querying basics, "Specifying attributes for SELECT queries".
import { col, DataTypes, fn } from 'mortise'
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
})
