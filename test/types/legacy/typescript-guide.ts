// The pages "TypeScript" (version 6), "Typing your Model" and "Utility types" (version 7): models made by `init` and `define`, with and
// without attribute types, and functions over any model. Compiled, never run.
import type {
  Association,
  Attributes,
  BelongsToGetAssociationMixin,
  CreationAttributes,
  CreationOptional,
  ForeignKey,
  HasOneCreateAssociationMixin,
  HasOneGetAssociationMixin,
  HasOneSetAssociationMixin,
  InferAttributes,
  InferCreationAttributes,
  ModelAttributeColumnOptions,
  ModelStatic,
  NonAttribute,
  NormalizedAttributeOptions,
  Optional,
} from 'mortise'
import { DataTypes, EmptyResultError, Model, Op, Sequelize } from 'mortise'
import { expectType } from '../expect.js'

const sequelize = new Sequelize('sqlite::memory:')

// ---------------------------------------------------------------- attributes written by hand
interface NoteAttributes {
  id: number
  title: string
  content: string
}
type NoteCreation = Optional<NoteAttributes, 'id' | 'title'>
class Note extends Model<NoteAttributes, NoteCreation> implements NoteAttributes {
  declare id: number
  declare title: string
  declare content: string
}
Note.init(
  {
    id: { type: DataTypes.INTEGER.UNSIGNED, autoIncrement: true, primaryKey: true },
    title: { type: new DataTypes.STRING(64), defaultValue: 'Unnamed Note' },
    content: { type: new DataTypes.STRING(4096), allowNull: false },
  },
  { tableName: 'notes', sequelize },
)
interface DefinedNote extends Model<NoteAttributes, NoteCreation>, NoteAttributes {
  createdAt?: Date
}
const Defined = sequelize.define<DefinedNote>('Note', {
  id: { primaryKey: true, type: DataTypes.INTEGER.UNSIGNED },
  title: { type: new DataTypes.STRING(64), defaultValue: 'Unnamed Note' },
  content: { type: new DataTypes.STRING(4096), allowNull: false },
})
export async function byHand() {
  expectType<string>()((await Note.create({ content: 'x' })).title)
  expectType<string | undefined>()((await Defined.findOne())?.title)
  // @ts-expect-error content is missing
  await Note.create({ title: 'x' })
}

// ---------------------------------------------------------------- inferred, with associations by call
class User extends Model<
  InferAttributes<User, { omit: 'address' }>,
  InferCreationAttributes<User, { omit: 'address' }>
> {
  declare id: CreationOptional<number>
  declare name: string
  declare preferredName: string | null
  declare createdAt: CreationOptional<Date>
  declare updatedAt: CreationOptional<Date>
  declare getAddress: HasOneGetAssociationMixin<Address>
  declare setAddress: HasOneSetAssociationMixin<Address, number>
  declare createAddress: HasOneCreateAssociationMixin<Address, 'userId'>
  declare address?: NonAttribute<Address>
  get fullName(): NonAttribute<string> {
    return this.name
  }
  declare static associations: { address: Association<User, Address> }
}
class Address extends Model<InferAttributes<Address>, InferCreationAttributes<Address>> {
  declare userId: ForeignKey<User['id']>
  declare address: string
  declare getUser: BelongsToGetAssociationMixin<User>
}
User.init(
  {
    id: { type: DataTypes.INTEGER.UNSIGNED, autoIncrement: true, primaryKey: true },
    name: { type: new DataTypes.STRING(128), allowNull: false },
    preferredName: { type: new DataTypes.STRING(128), allowNull: true },
    createdAt: DataTypes.DATE,
    updatedAt: DataTypes.DATE,
  },
  { tableName: 'users', sequelize },
)
Address.init({ address: { type: new DataTypes.STRING(128), allowNull: false } }, { tableName: 'address', sequelize })
Address.belongsTo(User, { targetKey: 'id' })
User.hasOne(Address, { sourceKey: 'id', as: 'address' })

export async function associated() {
  const user = await User.create({ name: 'Johnny', preferredName: 'John' })
  await User.create({ name: 'Johnny' })
  // @ts-expect-error a typo
  await User.create({ nAme: 'john' })
  const found = await User.findByPk(1, { include: [User.associations.address], rejectOnEmpty: true })
  expectType<string>()(found.name)
  const address = await user.getAddress()
  expectType<Address | null>()(address)
  // An instance or null, whichever it is.
  expectType<Address | null>()(await user.setAddress(address))
  expectType<Address>()(await user.setAddress(5))
  expectType<null>()(await user.setAddress(null))
  expectType<Address>()(await user.createAddress({ address: '1st street' }))
  await User.findAll({ where: { [Op.or]: [{ name: 'a' }, { name: { [Op.like]: 'b%' } }] }, include: ['address'] })
  // @ts-expect-error no such attribute
  await User.findAll({ where: { fullName: 'x' } })
}

// ---------------------------------------------------------------- without attribute types
class Loose extends Model {
  declare id: number
  declare name: string
}
export async function loose() {
  await Loose.create({ name: 'x', anything: 1 })
  const row = await Loose.findOne({ where: { name: 'x' }, rejectOnEmpty: new EmptyResultError() })
  expectType<string>()(row.name)
}

// ---------------------------------------------------------------- functions over any model
// biome-ignore lint/suspicious/noExplicitAny: as the guide writes it
export function primaryKeyOf(model: ModelStatic<any>): ModelAttributeColumnOptions[] {
  const attributes: ModelAttributeColumnOptions[] = []
  for (const attribute of Object.values(model.rawAttributes)) if (attribute.primaryKey) attributes.push(attribute)
  return attributes
}
// biome-ignore lint/suspicious/noExplicitAny: as the guide writes it
export function normalisedKeyOf(model: ModelStatic<any>): NormalizedAttributeOptions[] {
  return [...model.modelDefinition.attributes.values()].filter((attribute) => attribute.primaryKey)
}
function metadataOf<M extends Model>(
  model: ModelStatic<M>,
  attributeName: keyof Attributes<M>,
): ModelAttributeColumnOptions {
  const attribute = model.rawAttributes[attributeName]
  if (attribute == null) throw new Error(`${String(attributeName)} does not exist on ${model.name}`)
  return attribute
}
primaryKeyOf(User)
normalisedKeyOf(User)
metadataOf(User, 'id')
// @ts-expect-error no attribute of User
metadataOf(User, 'nope')
export const values: CreationAttributes<User> = { name: 'x' }
