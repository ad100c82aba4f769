// Models by `define` and `associate`, apart from each other.
import { belongsTo, DataTypes, hasMany } from 'mortise'
import { sequelize } from '../database.js'

const CategoryBase = sequelize.define('Category', { name: { type: DataTypes.STRING, allowNull: false } })
const LabelBase = sequelize.define(
  'Label',
  { text: DataTypes.STRING },
  { timestamps: false, scopes: { short: { limit: 3 } } },
)
export const { Category, Label } = sequelize.associate(
  { Category: CategoryBase, Label: LabelBase },
  ({ Category, Label }) => ({
    Category: {
      parent: Category.belongsTo(Category, { foreignKey: 'parentId' }),
      children: Category.hasMany(Category, { foreignKey: 'parentId' }),
      labels: Category.belongsToMany(Label, { through: 'CategoryLabel' }),
    },
  }),
)
export const Author = sequelize.define(
  'Author',
  { name: { type: DataTypes.STRING, allowNull: false } },
  { associations: { books: hasMany(() => Book, 'authorId') } },
)
export const Book = sequelize.define(
  'Book',
  { title: DataTypes.STRING, authorId: DataTypes.INTEGER },
  { associations: { author: belongsTo(() => Author, 'authorId') } },
)
export type Author = InstanceType<typeof Author>
