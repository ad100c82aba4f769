import { sequelize } from '../database.js'
import { Comment } from './comment.js'
import { Group, Membership } from './group.js'
import { Post } from './post.js'
import { Profile } from './profile.js'
import { User } from './user.js'

Post.initModel(sequelize)
Post.associate({ User, Comment })

// Here we associate which actually populates out pre-declared `association` static and other methods.
User.hasMany(Post, {
  sourceKey: 'id',
  foreignKey: 'authorId',
  as: 'posts', // this determines the name in `associations`!
})
User.hasOne(Profile, { foreignKey: 'userId', as: 'profile', onDelete: 'CASCADE' })
Profile.belongsTo(User, { targetKey: 'id', foreignKey: 'userId', as: 'user' })
Comment.belongsTo(Post, { foreignKey: 'postId', as: 'post' })
Comment.belongsTo(User, { foreignKey: { name: 'userId', allowNull: true }, as: 'user', constraints: false })
User.belongsToMany(Group, { through: Membership, as: 'groups', foreignKey: 'userId', otherKey: 'groupId' })
Group.belongsToMany(User, {
  through: { model: Membership, unique: false },
  as: 'users',
  foreignKey: 'groupId',
  otherKey: 'userId',
})

export const models = { Comment, Group, Membership, Post, Profile, User }
export type Models = typeof models
export { Comment, Group, Membership, Post, Profile, sequelize, User }
