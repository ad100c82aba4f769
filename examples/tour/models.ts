/** Sakila, as far as its one-to-ones reach: every customer has an address of their own; a store has a manager, who works in a store. */
import { belongsTo, DataTypes, hasOne, Sequelize } from 'mortise'

export const sequelize = new Sequelize('sqlite::memory:', {
  define: { underscored: true, timestamps: false },
  logQueryParameters: true,
})

const id = { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true } as const
const required = { type: DataTypes.STRING, allowNull: false } as const
const lastUpdate = { type: DataTypes.DATE, allowNull: false, defaultValue: DataTypes.NOW } as const

export class Country extends sequelize.model(
  'Country',
  { countryId: id, country: required, lastUpdate },
  { tableName: 'country' },
) {}

export class City extends sequelize.model(
  'City',
  { cityId: id, city: required, lastUpdate },
  {
    tableName: 'city',
    associations: { country: belongsTo(() => Country, { foreignKey: { name: 'countryId', allowNull: false } }) },
  },
) {}

export class Address extends sequelize.model(
  'Address',
  {
    addressId: id,
    address: required,
    address2: DataTypes.STRING,
    district: required,
    postalCode: DataTypes.STRING(10),
    phone: required,
    lastUpdate,
  },
  {
    tableName: 'address',
    associations: {
      city: belongsTo(() => City, { foreignKey: { name: 'cityId', allowNull: false } }),
      // The other end of Customer.address: at most one customer lives at an address, and the database says so too.
      customer: hasOne(() => Customer, { foreignKey: 'addressId', unique: true, inverse: 'address' }),
    },
  },
) {}

export class Customer extends sequelize.model(
  'Customer',
  {
    customerId: id,
    firstName: required,
    lastName: required,
    email: { type: DataTypes.STRING(50), validate: { isEmail: true } },
    activebool: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: true },
    createDate: { type: DataTypes.DATEONLY, allowNull: false },
    lastUpdate,
  },
  {
    tableName: 'customer',
    associations: {
      address: belongsTo(() => Address, { foreignKey: { name: 'addressId', allowNull: false, onDelete: 'RESTRICT' } }),
      store: belongsTo(() => Store, { foreignKey: { name: 'storeId', allowNull: false, onDelete: 'RESTRICT' } }),
    },
  },
) {}

export class Store extends sequelize.model(
  'Store',
  { storeId: id, lastUpdate },
  {
    tableName: 'store',
    associations: {
      manager: belongsTo(() => Staff, {
        foreignKey: { name: 'managerStaffId', allowNull: false, onDelete: 'RESTRICT' },
      }),
      address: belongsTo(() => Address, { foreignKey: { name: 'addressId', allowNull: false, onDelete: 'RESTRICT' } }),
    },
  },
) {}

export class Staff extends sequelize.model(
  'Staff',
  {
    staffId: id,
    firstName: required,
    lastName: required,
    email: DataTypes.STRING(50),
    username: required,
    active: { type: DataTypes.BOOLEAN, allowNull: false },
    lastUpdate,
  },
  {
    tableName: 'staff',
    associations: {
      manages: hasOne(() => Store, { foreignKey: 'managerStaffId', unique: true, inverse: 'manager' }),
      store: belongsTo(() => Store, { foreignKey: { name: 'storeId', allowNull: false, onDelete: 'RESTRICT' } }),
      address: belongsTo(() => Address, { foreignKey: { name: 'addressId', allowNull: false, onDelete: 'RESTRICT' } }),
    },
  },
) {}
