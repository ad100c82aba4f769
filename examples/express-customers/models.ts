/** Two tables: customers, and the one address that each of them may have. */
import type { Sequelize } from 'mortise'
import { DataTypes } from 'mortise'

export type Models = ReturnType<typeof defineModels>
export type Customer = InstanceType<Models['Customer']>
export type Address = InstanceType<Models['Address']>

const text = (longest: number) =>
  ({ type: DataTypes.STRING(longest), allowNull: false, validate: { len: [1, longest] } }) as const

export function defineModels(sequelize: Sequelize) {
  const Customer = sequelize.define('customer', {
    uuid: { type: DataTypes.UUID, defaultValue: DataTypes.UUIDV1, primaryKey: true },
    firstname: text(100),
    lastname: text(100),
    age: { type: DataTypes.INTEGER, validate: { min: 0, max: 150 } },
    email: { type: DataTypes.STRING(255), unique: true, validate: { isEmail: true } },
  })
  const Address = sequelize.define('address', {
    street: text(200),
    phone: { type: DataTypes.STRING(30), validate: { is: /^\+?[\d ()/-]{3,30}$/ } },
  })
  // The key cannot be null: an address goes when its customer goes, and when another one takes its place.
  const foreignKey = { name: 'fk_customerid', allowNull: false } as const
  return sequelize.associate({ Customer, Address }, ({ Customer, Address }) => ({
    Address: { customer: Address.belongsTo(Customer, { foreignKey, targetKey: 'uuid' }) },
    Customer: { address: Customer.hasOne(Address, { foreignKey, targetKey: 'uuid', unique: true }) },
  }))
}
