// `class User extends sequelize.model('User', …) {}`: classes that refer to each other before they exist.
import type { Sequelize } from 'mortise'
import { belongsTo, DataTypes, hasOne } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../support/databases.js'
import { warningsDuring } from '../support/warnings.js'

function world(sequelize: Sequelize) {
  const name = { type: DataTypes.STRING, allowNull: false } as const
  class Address extends sequelize.model(
    'Address',
    { street: name },
    {
      associations: { customer: hasOne(() => Customer, { foreignKey: 'addressId', unique: true, inverse: 'address' }) },
    },
  ) {}
  class Customer extends sequelize.model(
    'Customer',
    { name },
    {
      associations: {
        address: belongsTo(() => Address, { foreignKey: { name: 'addressId', allowNull: false } }),
        store: belongsTo(() => Store, 'storeId'),
      },
    },
  ) {}
  class Store extends sequelize.model(
    'Store',
    { name },
    { associations: { manager: belongsTo(() => Staff, 'managerId') } },
  ) {}
  class Staff extends sequelize.model(
    'Staff',
    { name },
    {
      associations: {
        manages: hasOne(() => Store, { foreignKey: 'managerId', unique: true, inverse: 'manager' }),
        store: belongsTo(() => Store, 'storeId'),
      },
    },
  ) {}
  return { Address, Customer, Store, Staff }
}

describeEachEngine('models that extend their base class', (engine) => {
  test('both ends of a relation find each other, and know the classes', async () => {
    const { Address, Customer } = world(await engine.connect())
    await Address.sequelize.sync()
    const [there, back] = [Address.associations.customer, Customer.associations.address]
    expect([there?.inverse, back?.inverse]).toEqual([back, there])
    expect([there?.source, there?.target, back?.source, back?.target]).toEqual([Address, Customer, Customer, Address])
    const address = await Address.create({ street: 'Hanoi Way' })
    await address.createCustomer({ name: 'Mary' })
    const [mary] = await Customer.findAll({ include: { association: 'address', required: true } })
    expect(mary).toBeInstanceOf(Customer)
    expect(mary?.address).toBeInstanceOf(Address)
    expect((await mary?.address.getCustomer())?.name).toBe('Mary')
  })

  test("a store's manager, and the store where the manager works: two keys, told apart by hasOne, need no warning", async () => {
    const sequelize = await engine.connect()
    const { Store, Staff } = world(sequelize)
    const warnings = await warningsDuring(() => sequelize.sync())
    expect(warnings).toEqual([])
    const store = await Store.create({ name: 'Lethbridge' })
    const mike = await store.createManager({ name: 'Mike' })
    await mike.setStore(store)
    const found = await Staff.findOne({ include: ['manages', 'store'] })
    expect([found?.manages?.name, found?.store?.name]).toEqual(['Lethbridge', 'Lethbridge'])
  })
})
