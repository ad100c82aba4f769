import {
  CreationOptional,
  DataTypes,
  ForeignKey,
  InferAttributes,
  InferCreationAttributes,
  Model,
  NonAttribute,
} from 'mortise'
import { sequelize } from '../database.js'
import type { User } from './user.js'

export class Membership extends Model<InferAttributes<Membership>, InferCreationAttributes<Membership>> {
  declare userId: ForeignKey<number>
  declare groupId: ForeignKey<number>
  declare level: CreationOptional<number>
}
Membership.init({ level: { type: DataTypes.INTEGER, defaultValue: 1 } }, { sequelize, timestamps: false })

export class Group extends Model<InferAttributes<Group>, InferCreationAttributes<Group>> {
  declare id: CreationOptional<number>
  declare name: string
  declare users?: NonAttribute<User[]>
  /** The row between, when the group was read through a user. */
  declare Membership?: NonAttribute<Membership>
}
Group.init(
  {
    id: { type: DataTypes.INTEGER, autoIncrement: true, primaryKey: true },
    name: { type: DataTypes.STRING, allowNull: false, unique: true },
  },
  { sequelize, timestamps: false },
)
