import { belongsTo, DataTypes } from 'mortise'
import { sequelize } from '../database.js'
import { Customer } from './customer.js'

export class Address extends sequelize.model(
  'Address',
  {
    city: { type: DataTypes.STRING, allowNull: false },
    place: DataTypes.GEOMETRY('POINT'),
    customerId: { type: DataTypes.INTEGER, unique: true },
  },
  { timestamps: false, associations: { customer: belongsTo(() => Customer, 'customerId') } },
) {}
