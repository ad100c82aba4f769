// A small world of one-to-ones: country ← city ← address ← customer → card → pin, and customers who mentor each other.
import { DataTypes } from 'mortise'
import type { ConnectOptions, Engine } from '../../support/databases.js'
import type { Recorder } from '../../support/recorder.js'
import type { Database, Table } from '../../support/untyped.js'

export interface World {
  readonly sequelize: Database
  readonly recorder: Recorder
  readonly Country: Table
  readonly City: Table
  readonly Address: Table
  readonly Customer: Table
  readonly Card: Table
  readonly Pin: Table
}

/**
 * Customers: Ann (address in Oslo, Norway; card with pin; mentor of Ben), Ben (address in Rome, without country; card without pin),
 * Cleo (address without city; no card), Dan (nothing). Cards are paranoid.
 */
export async function worldOf(engine: Engine, options: ConnectOptions = {}): Promise<World> {
  const sequelize = engine.script(await engine.connect({ define: { timestamps: false }, ...options }))
  const Country = sequelize.define('Country', { name: DataTypes.STRING })
  const City = sequelize.define('City', { name: DataTypes.STRING })
  const Address = sequelize.define('Address', { street: DataTypes.STRING })
  const Customer = sequelize.define('Customer', { name: DataTypes.STRING, age: DataTypes.INTEGER })
  const Card = sequelize.define(
    'Card',
    { number: DataTypes.STRING, kind: DataTypes.STRING },
    { timestamps: true, createdAt: false, updatedAt: false, paranoid: true },
  )
  const Pin = sequelize.define('Pin', { digits: DataTypes.STRING })
  City.belongsTo(Country, { as: 'country', foreignKey: 'countryId' })
  Address.belongsTo(City, { as: 'city', foreignKey: 'cityId' })
  Customer.belongsTo(Address, { as: 'address', foreignKey: 'addressId', inverse: { as: 'customer', type: 'hasOne' } })
  Customer.hasOne(Card, { as: 'card', foreignKey: 'customerId', inverse: { as: 'customer' } })
  Card.hasOne(Pin, { as: 'pin', foreignKey: 'cardId', unique: true, inverse: { as: 'card' } })
  Customer.belongsTo(Customer, { as: 'mentor', foreignKey: 'mentorId', inverse: { as: 'student', type: 'hasOne' } })
  await sequelize.sync()
  // Keys count from 1 on every engine.
  await Country.bulkCreate([{ name: 'Norway' }])
  await City.bulkCreate([{ name: 'Oslo', countryId: 1 }, { name: 'Rome' }])
  await Address.bulkCreate([
    { street: 'Storgata', cityId: 1 },
    { street: 'Via Appia', cityId: 2 },
    { street: 'Nowhere' },
  ])
  await Customer.bulkCreate([
    { name: 'Ann', age: 40, addressId: 1 },
    { name: 'Ben', age: 30, addressId: 2, mentorId: 1 },
    { name: 'Cleo', age: 20, addressId: 3 },
    { name: 'Dan', age: 10 },
  ])
  await Card.bulkCreate([
    { number: 'A-1', kind: 'gold', customerId: 1 },
    { number: 'B-2', kind: 'blue', customerId: 2 },
  ])
  await Pin.bulkCreate([{ digits: '1234', cardId: 1 }])
  return { sequelize, recorder: engine.recorder(sequelize), Country, City, Address, Customer, Card, Pin }
}

export const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
