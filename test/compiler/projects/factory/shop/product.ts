import { belongsToMany, DataTypes, hasMany } from 'mortise'
import { sequelize } from '../database.js'
import { Customer } from './customer.js'
import { Line } from './order.js'

export class Product extends sequelize.model(
  'Product',
  {
    title: { type: DataTypes.STRING, allowNull: false },
    price: { type: DataTypes.DECIMAL(10, 2), allowNull: false },
    stock: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 0 },
    tags: DataTypes.ARRAY(DataTypes.STRING),
  },
  {
    associations: {
      lines: hasMany(() => Line, 'productId'),
      fans: belongsToMany(() => Customer, { through: () => Favourite }),
    },
  },
) {}
/** Between customers and products. */
export class Favourite extends sequelize.model(
  'Favourite',
  { stars: { type: DataTypes.INTEGER, allowNull: false, defaultValue: 3 } },
  { timestamps: false },
) {}
