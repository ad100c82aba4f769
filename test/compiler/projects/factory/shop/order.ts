import { belongsTo, DataTypes, hasMany } from 'mortise'
import { sequelize } from '../database.js'
import { Customer } from './customer.js'
import { Product } from './product.js'

export class Order extends sequelize.model(
  'Order',
  {
    id: { type: DataTypes.UUID, primaryKey: true, defaultValue: DataTypes.UUIDV4 },
    total: { type: DataTypes.DECIMAL(10, 2), allowNull: false, defaultValue: 0 },
    placedAt: { type: DataTypes.DATE, allowNull: false },
  },
  {
    tableName: 'orders',
    associations: {
      customer: belongsTo(() => Customer, { foreignKey: { name: 'customerId', allowNull: false } }),
      lines: hasMany(() => Line, 'orderId'),
    },
  },
) {}
export class Line extends sequelize.model(
  'Line',
  { quantity: { type: DataTypes.SMALLINT, allowNull: false, defaultValue: 1 }, orderId: DataTypes.UUID },
  {
    timestamps: false,
    associations: { order: belongsTo(() => Order, 'orderId'), product: belongsTo(() => Product, 'productId') },
  },
) {}
