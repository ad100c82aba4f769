// Sequelize 6 as it was written before `InferAttributes`: interfaces of attributes, `define` with type arguments, classes with `!`.
import {
  DataTypes,
  Model,
  Optional,
  Sequelize,
  ModelCtor,
  ModelStatic,
  BuildOptions,
  ModelDefined,
  Association,
  HasManyGetAssociationsMixin,
  HasManyAddAssociationMixin,
  HasManyHasAssociationMixin,
  HasManyCountAssociationsMixin,
  HasManyCreateAssociationMixin,
} from 'mortise'

export const sequelize = new Sequelize('mysql://root:asd123@localhost:3306/mydb')

// ---------------------------------------------------------------- class, attributes by hand
interface ProjectAttributes {
  id: number
  ownerId: number
  name: string
  description?: string
}
interface ProjectCreationAttributes extends Optional<ProjectAttributes, 'id'> {}

export class Project extends Model<ProjectAttributes, ProjectCreationAttributes> implements ProjectAttributes {
  declare id: number
  declare ownerId: number
  declare name: string
  declare description?: string
  declare readonly createdAt: Date
  declare readonly updatedAt: Date
}
Project.init(
  {
    id: { type: DataTypes.INTEGER.UNSIGNED, autoIncrement: true, primaryKey: true },
    ownerId: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false },
    name: { type: new DataTypes.STRING(128), allowNull: false },
    description: { type: DataTypes.STRING },
  },
  { sequelize, tableName: 'projects' },
)

// These are all the attributes in the User model
interface UserAttributes {
  id: number
  name: string
  preferredName: string | null
  phone?: string | undefined
}
// Some attributes are optional in `User.build` and `User.create` calls
type UserCreationAttributes = Optional<UserAttributes, 'id'>
export type UserInput = UserCreationAttributes
export interface UserOutput extends Required<UserAttributes> {}

export class User extends Model<UserAttributes, UserCreationAttributes> implements UserAttributes {
  declare public id: number // Note that the `null assertion` `!` is required in strict mode.
  declare public name: string
  declare public preferredName: string | null // for nullable fields
  declare public phone: string | undefined
  // timestamps!
  declare public readonly createdAt: Date
  declare public readonly updatedAt: Date
  declare public getProjects: HasManyGetAssociationsMixin<Project> // Note the null assertions!
  declare public addProject: HasManyAddAssociationMixin<Project, number>
  declare public hasProject: HasManyHasAssociationMixin<Project, number>
  declare public countProjects: HasManyCountAssociationsMixin<Project>
  declare public createProject: HasManyCreateAssociationMixin<Project>
  declare public readonly projects?: Project[] // Note this is optional since it's only populated when explicitly requested in code
  declare public static associations: { projects: Association<User, Project> }
}
User.init(
  {
    id: { type: DataTypes.INTEGER.UNSIGNED, autoIncrement: true, primaryKey: true },
    name: { type: new DataTypes.STRING(128), allowNull: false },
    preferredName: { type: new DataTypes.STRING(128), allowNull: true },
    phone: DataTypes.STRING,
  },
  { tableName: 'users', sequelize },
)
User.hasMany(Project, { sourceKey: 'id', foreignKey: 'ownerId', as: 'projects' })

// ---------------------------------------------------------------- define, with an interface for the instance
interface NoteAttributes {
  id: number
  title: string
  content: string
}
// You can also set multiple attributes optional at once
type NoteCreationAttributes = Optional<NoteAttributes, 'id' | 'title'>
// We need to declare an interface for our model that is basically what our class would be
interface NoteInstance extends Model<NoteAttributes, NoteCreationAttributes>, NoteAttributes {
  createdAt?: Date
  updatedAt?: Date
}
export const Note = sequelize.define<NoteInstance>('Note', {
  id: { primaryKey: true, type: DataTypes.INTEGER.UNSIGNED },
  title: { type: new DataTypes.STRING(64), defaultValue: 'Unnamed Note' },
  content: { type: new DataTypes.STRING(4096), allowNull: false },
})
// `define` with the plain class
export const Plain = sequelize.define<Model<NoteAttributes, NoteCreationAttributes>>(
  'Plain',
  {
    id: { primaryKey: true, type: DataTypes.INTEGER, autoIncrement: true },
    title: DataTypes.STRING,
    content: { type: DataTypes.TEXT, allowNull: false },
  },
  { timestamps: false, tableName: 'plain' },
)
export const Defined: ModelDefined<NoteAttributes, NoteCreationAttributes> = sequelize.define('Note', {
  id: { type: DataTypes.INTEGER.UNSIGNED, autoIncrement: true, primaryKey: true },
  title: { type: new DataTypes.STRING(64), defaultValue: 'Unnamed Note' },
  content: { type: new DataTypes.STRING(4096), allowNull: false },
})

// ---------------------------------------------------------------- the static type by hand, as guides of version 5 have it
interface TagAttributes {
  readonly id?: number
  label: string
  color?: string | null
}
interface TagModel extends Model<TagAttributes>, TagAttributes {}
export class Tag extends Model<TagModel, TagAttributes> {}
export type TagStatic = typeof Model & { new (values?: object, options?: BuildOptions): TagModel }
export function tagFactory(database: Sequelize): TagStatic {
  return <TagStatic>database.define('tags', {
    id: { type: DataTypes.INTEGER, autoIncrement: true, primaryKey: true },
    label: { type: DataTypes.STRING, allowNull: false, unique: true },
    color: { type: DataTypes.STRING },
  })
}
export const Tags = tagFactory(sequelize)

// ---------------------------------------------------------------- functions that are given sequelize and data types
export default (
  database: Sequelize,
  dataTypes: typeof DataTypes,
): ModelStatic<NoteInstance> & { associate?: (models: typeof db) => void } => {
  const Model: ModelStatic<NoteInstance> & { associate?: (models: typeof db) => void } = database.define<NoteInstance>(
    'Note',
    {
      id: { type: dataTypes.INTEGER, primaryKey: true },
      title: dataTypes.STRING(64),
      content: dataTypes.STRING,
    },
  )
  Model.associate = (models) => {
    Model.belongsTo(models.User, { foreignKey: 'userId', as: 'user' })
  }
  return Model
}
export const db: { [name: string]: ModelCtor<Model> } & { User: typeof User } = { User, Project, Note }
