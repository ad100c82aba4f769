import {
  CreationOptional,
  DataTypes,
  FindOptions,
  ForeignKey,
  HasManyGetAssociationsMixin,
  InferAttributes,
  InferCreationAttributes,
  Model,
  ModelStatic,
  NonAttribute,
  Op,
  Sequelize,
} from 'mortise'
import type { Comment } from './comment.js'
import type { User } from './user.js'

export class Post extends Model<InferAttributes<Post>, InferCreationAttributes<Post>> {
  declare id: CreationOptional<number>
  declare authorId: ForeignKey<User['id']>
  declare title: string
  declare body: CreationOptional<string>
  declare tags: CreationOptional<string[]>
  declare rating: CreationOptional<string>
  declare published: CreationOptional<boolean>
  declare publishedAt: Date | null
  declare createdAt: CreationOptional<Date>
  declare updatedAt: CreationOptional<Date>
  declare readonly excerpt: CreationOptional<string>

  declare author?: NonAttribute<User>
  declare comments?: NonAttribute<Comment[]>
  declare getComments: HasManyGetAssociationsMixin<Comment>

  static initModel(sequelize: Sequelize): typeof Post {
    Post.init(
      {
        id: { type: DataTypes.BIGINT, autoIncrement: true, primaryKey: true },
        authorId: {
          type: DataTypes.INTEGER.UNSIGNED,
          allowNull: false,
          references: { model: 'users', key: 'id' },
          onDelete: 'CASCADE',
          onUpdate: 'CASCADE',
        },
        title: { type: DataTypes.STRING(200), allowNull: false },
        body: { type: DataTypes.TEXT, defaultValue: '' },
        tags: { type: DataTypes.ARRAY(DataTypes.STRING), defaultValue: [] },
        rating: { type: DataTypes.DECIMAL(3, 1), defaultValue: '0.0' },
        published: { type: DataTypes.BOOLEAN, defaultValue: false },
        publishedAt: { type: DataTypes.DATE, allowNull: true, defaultValue: DataTypes.NOW },
        createdAt: { type: DataTypes.DATE, defaultValue: Sequelize.literal('CURRENT_TIMESTAMP') },
        updatedAt: { type: DataTypes.DATE, defaultValue: Sequelize.fn('now') },
        excerpt: {
          type: DataTypes.VIRTUAL(DataTypes.STRING, ['body']),
          get() {
            return this.body.slice(0, 100)
          },
          set() {
            throw new Error('Do not try to set the `excerpt` value!')
          },
        },
      },
      {
        sequelize,
        modelName: 'Post',
        scopes: {
          published: { where: { published: true, publishedAt: { [Op.lte]: new Date() } } },
          newest: { order: [['publishedAt', 'DESC']], limit: 10 },
        },
      },
    )
    return Post
  }

  static associate(models: Record<string, ModelStatic<Model>>): void {
    Post.belongsTo(models['User']!, { as: 'author', foreignKey: { name: 'authorId', allowNull: false } })
    Post.hasMany(models['Comment']!, { as: 'comments', foreignKey: 'postId', onDelete: 'CASCADE', hooks: true })
  }

  static published(options?: FindOptions<InferAttributes<Post>>): Promise<Post[]> {
    return Post.scope(['published', 'newest']).findAll(options)
  }
}
