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
import type { Post } from './post.js'
import type { User } from './user.js'

export class Comment extends Model<InferAttributes<Comment>, InferCreationAttributes<Comment>> {
  declare id: CreationOptional<string>
  declare postId: ForeignKey<Post['id']>
  declare userId: ForeignKey<User['id']> | null
  declare text: string
  declare createdAt: CreationOptional<Date>
  declare post?: NonAttribute<Post>
  declare user?: NonAttribute<User>
}
Comment.init(
  {
    id: { type: DataTypes.UUID, defaultValue: DataTypes.UUIDV4, primaryKey: true },
    text: { type: DataTypes.TEXT, allowNull: false },
    createdAt: DataTypes.DATE,
  },
  { sequelize, updatedAt: false, name: { singular: 'comment', plural: 'comments' } },
)
