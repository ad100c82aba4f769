import {
  Association,
  type BelongsToManyAddAssociationMixin,
  type BelongsToManyAddAssociationsMixin,
  type BelongsToManyCountAssociationsMixin,
  type BelongsToManyCreateAssociationMixin,
  type BelongsToManyGetAssociationsMixin,
  type BelongsToManyHasAssociationMixin,
  type BelongsToManyHasAssociationsMixin,
  type BelongsToManyRemoveAssociationMixin,
  type BelongsToManyRemoveAssociationsMixin,
  type BelongsToManySetAssociationsMixin,
  CreationOptional,
  DataTypes,
  HasManyAddAssociationMixin,
  HasManyAddAssociationsMixin,
  HasManyCountAssociationsMixin,
  HasManyCreateAssociationMixin,
  HasManyGetAssociationsMixin,
  HasManyHasAssociationMixin,
  HasManyHasAssociationsMixin,
  HasManyRemoveAssociationMixin,
  HasManyRemoveAssociationsMixin,
  HasManySetAssociationsMixin,
  HasOneCreateAssociationMixin,
  HasOneGetAssociationMixin,
  HasOneSetAssociationMixin,
  InferAttributes,
  InferCreationAttributes,
  Model,
  NonAttribute,
} from 'mortise'
import { sequelize } from '../database.js'
import type { Group } from './group.js'
import type { Post } from './post.js'
import type { Profile } from './profile.js'

export type UserRole = 'admin' | 'author' | 'reader'

export class User extends Model<
  InferAttributes<User, { omit: 'posts' | 'profile' | 'groups' }>,
  InferCreationAttributes<User, { omit: 'posts' | 'profile' | 'groups' }>
> {
  // id can be undefined during creation when using `autoIncrement`
  declare id: CreationOptional<number>
  declare name: string
  declare email: string
  declare passwordHash: string
  declare preferredName: string | null // for nullable fields
  declare role: CreationOptional<UserRole>
  declare settings: CreationOptional<{ theme: 'dark' | 'light'; notify: boolean }>
  declare loginCount: CreationOptional<number>
  declare lastLoginAt: CreationOptional<Date | null>

  // timestamps!
  declare createdAt: CreationOptional<Date>
  declare updatedAt: CreationOptional<Date>
  declare deletedAt: CreationOptional<Date | null>

  // Since TS cannot determine model association at compile time we have to declare them here purely virtually
  declare getProfile: HasOneGetAssociationMixin<Profile>
  declare setProfile: HasOneSetAssociationMixin<Profile, number>
  declare createProfile: HasOneCreateAssociationMixin<Profile>

  declare getPosts: HasManyGetAssociationsMixin<Post> // Note the null assertions!
  declare addPost: HasManyAddAssociationMixin<Post, number>
  declare addPosts: HasManyAddAssociationsMixin<Post, number>
  declare setPosts: HasManySetAssociationsMixin<Post, number>
  declare removePost: HasManyRemoveAssociationMixin<Post, number>
  declare removePosts: HasManyRemoveAssociationsMixin<Post, number>
  declare hasPost: HasManyHasAssociationMixin<Post, number>
  declare hasPosts: HasManyHasAssociationsMixin<Post, number>
  declare countPosts: HasManyCountAssociationsMixin<Post>
  declare createPost: HasManyCreateAssociationMixin<Post, 'authorId'>

  declare getGroups: BelongsToManyGetAssociationsMixin<Group>
  declare addGroup: BelongsToManyAddAssociationMixin<Group, number>
  declare addGroups: BelongsToManyAddAssociationsMixin<Group, number>
  declare setGroups: BelongsToManySetAssociationsMixin<Group, number>
  declare removeGroup: BelongsToManyRemoveAssociationMixin<Group, number>
  declare removeGroups: BelongsToManyRemoveAssociationsMixin<Group, number>
  declare hasGroup: BelongsToManyHasAssociationMixin<Group, number>
  declare hasGroups: BelongsToManyHasAssociationsMixin<Group, number>
  declare countGroups: BelongsToManyCountAssociationsMixin<Group>
  declare createGroup: BelongsToManyCreateAssociationMixin<Group>

  // You can also pre-declare possible inclusions, these will only be populated if you actively include a relation.
  declare posts?: NonAttribute<Post[]>
  declare profile?: NonAttribute<Profile | null>
  declare groups?: NonAttribute<Group[]>

  // getters that are not attributes should be tagged using NonAttribute to remove them from the model's attribute typings.
  get displayName(): NonAttribute<string> {
    return this.preferredName ?? this.name
  }

  declare static associations: {
    posts: Association<User, Post>
    profile: Association<User, Profile>
    groups: Association<User, Group>
  }

  async recordLogin(): Promise<this> {
    await this.increment('loginCount', { by: 1 })
    this.lastLoginAt = new Date()
    return this.save({ fields: ['lastLoginAt'], silent: true })
  }

  static findByEmail(email: string): Promise<User | null> {
    return this.findOne({ where: { email: email.toLowerCase() } })
  }

  override toJSON(): object {
    const { passwordHash, ...values } = this.get()
    void passwordHash
    return values
  }
}

User.init(
  {
    id: { type: DataTypes.INTEGER.UNSIGNED, autoIncrement: true, primaryKey: true },
    name: {
      type: new DataTypes.STRING(128),
      allowNull: false,
      validate: { len: [1, 128], notEmpty: { msg: 'Name?' } },
    },
    email: {
      type: DataTypes.STRING,
      allowNull: false,
      unique: { name: 'users_email', msg: 'Email already in use' },
      validate: { isEmail: true },
      set(value: string) {
        this.setDataValue('email', value.trim().toLowerCase())
      },
    },
    passwordHash: { type: DataTypes.STRING, allowNull: false, field: 'password_hash' },
    preferredName: {
      type: new DataTypes.STRING(128),
      allowNull: true,
      get(): string | null {
        const raw = this.getDataValue('preferredName')
        return raw ? raw.toUpperCase() : null
      },
    },
    role: { type: DataTypes.ENUM('admin', 'author', 'reader'), allowNull: false, defaultValue: 'reader' },
    settings: { type: DataTypes.JSONB, allowNull: false, defaultValue: { theme: 'light', notify: true } },
    loginCount: { type: DataTypes.INTEGER, allowNull: false, defaultValue: 0 },
    lastLoginAt: DataTypes.DATE,
    createdAt: DataTypes.DATE,
    updatedAt: DataTypes.DATE,
    deletedAt: DataTypes.DATE,
  },
  {
    sequelize,
    tableName: 'users',
    modelName: 'User',
    paranoid: true,
    indexes: [
      { unique: true, fields: ['email'] },
      { name: 'by_name', using: 'BTREE', fields: ['name', { name: 'role', order: 'DESC' }] },
    ],
    defaultScope: { attributes: { exclude: ['passwordHash'] } },
    scopes: {
      withPassword: { attributes: {} },
      admins: { where: { role: 'admin' } },
      byRole(role: UserRole) {
        return { where: { role } }
      },
    },
    hooks: {
      beforeCreate: async (user, options) => {
        user.name = user.name.trim()
        if (options.transaction) options.transaction.afterCommit(() => console.log('created', user.id))
      },
      beforeSave(user) {
        if (user.changed('email')) console.log(user.previous('email'))
      },
      afterDestroy: async (user) => console.log(user.email),
    },
    validate: {
      adminHasName() {
        if (this.role === 'admin' && !this.preferredName) throw new Error('Admins need a name')
      },
    },
  },
)
