import { belongsTo, belongsToMany, DataTypes, hasMany, hasOne, Op, sql } from 'mortise'
import { sequelize } from '../database.js'
import { Address } from './address.js'
import { Order } from './order.js'
import { Favourite, Product } from './product.js'

export class Customer extends sequelize.model(
  'Customer',
  {
    email: { type: DataTypes.STRING(100), allowNull: false, unique: true, validate: { isEmail: true } },
    name: { type: DataTypes.STRING, allowNull: false },
    birthday: DataTypes.DATEONLY,
    level: { type: DataTypes.ENUM('basic', 'gold'), allowNull: false, defaultValue: 'basic' },
    settings: {
      type: DataTypes.JSONB<{ theme: 'dark' | 'light'; lists: string[] }>(),
      allowNull: false,
      defaultValue: { theme: 'light', lists: [] },
    },
    initials: {
      type: DataTypes.VIRTUAL(DataTypes.STRING, ['name']),
      get() {
        return this.getDataValue('name')[0]
      },
    },
  },
  {
    paranoid: true,
    version: true,
    indexes: [{ fields: ['name', { name: 'birthday', order: 'DESC' }] }],
    scopes: {
      gold: { where: { level: 'gold' } },
      named: (name: string) => ({ where: { name } }),
      withOrders: () => ({ include: 'orders' }),
    },
    defaultScope: { order: [['name', 'ASC']] },
    hooks: {
      beforeSave(customer) {
        customer.email = customer.email.toLowerCase()
      },
    },
    associations: {
      address: hasOne(() => Address, { foreignKey: { name: 'customerId', onDelete: 'CASCADE' } }),
      orders: hasMany(() => Order, 'customerId'),
      favourites: belongsToMany(() => Product, { through: () => Favourite }),
      friends: belongsToMany(() => Customer, { through: 'Friendship', inverse: { as: 'friendOf' } }),
      advisor: belongsTo(() => Customer, { foreignKey: 'advisorId', onDelete: 'SET NULL' }),
    },
  },
) {
  get label(): string {
    return `${this.name} <${this.email}>`
  }
  async spent(): Promise<number> {
    const orders = await this.getOrders({ attributes: ['total'], raw: true })
    return orders.reduce((sum, { total }) => sum + Number(total), 0)
  }
  static adults() {
    return this.findAll({ where: { birthday: { [Op.lt]: sql`date('now', '-18 years')` } } })
  }
}
