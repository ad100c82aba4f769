import {
  BelongsToGetAssociationMixin,
  BelongsToSetAssociationMixin,
  BelongsToCreateAssociationMixin,
  CreationOptional,
  DataTypes,
  ForeignKey,
  InferAttributes,
  InferCreationAttributes,
  Model,
  NonAttribute,
} from 'mortise'
import { sequelize } from '../database.js'
import { User } from './user.js'

class Profile extends Model<InferAttributes<Profile>, InferCreationAttributes<Profile>> {
  // foreign keys are automatically added by associations methods (like Profile.belongsTo) by branding them using the `ForeignKey` type
  declare id: CreationOptional<number>
  declare userId: ForeignKey<User['id']>
  declare bio: string | null
  declare birthday: string | null
  declare avatar: Buffer | null

  declare user?: NonAttribute<User>
  declare getUser: BelongsToGetAssociationMixin<User>
  declare setUser: BelongsToSetAssociationMixin<User, number>
  declare createUser: BelongsToCreateAssociationMixin<User>

  declare createdAt: CreationOptional<Date>
  declare updatedAt: CreationOptional<Date>
}

Profile.init(
  {
    id: { type: DataTypes.INTEGER.UNSIGNED, autoIncrement: true, primaryKey: true },
    bio: DataTypes.TEXT('long'),
    birthday: DataTypes.DATEONLY,
    avatar: DataTypes.BLOB,
    createdAt: DataTypes.DATE,
    updatedAt: DataTypes.DATE,
  },
  { sequelize, tableName: 'profiles' },
)
export { Profile }
