// Options that are built ahead of the call, with Sequelize's names for them.
import type {
  Attributes,
  CountOptions,
  CreateOptions,
  CreationOptional,
  FindAttributeOptions,
  FindOptions,
  Includeable,
  IncludeOptions,
  InferAttributes,
  InferCreationAttributes,
  NonAttribute,
  Order,
  OrderItem,
  Sequelize,
  WhereOptions,
} from 'mortise'
import { col, DataTypes, hasMany, hasOne, Model, Op } from 'mortise'
import type { Equal } from './expect.js'
import { assignable, expectType } from './expect.js'

declare const sequelize: Sequelize
declare const sort: string

class User extends sequelize.model(
  'User',
  { name: DataTypes.STRING, age: { type: DataTypes.INTEGER, allowNull: false } },
  { associations: { profile: hasOne(() => Profile, 'userId'), tasks: hasMany(() => Profile, 'userId') } },
) {}
class Profile extends sequelize.model('Profile', { bio: DataTypes.STRING }) {}
class Car extends Model<InferAttributes<Car>, InferCreationAttributes<Car>> {
  declare id: CreationOptional<number>
  declare name: string
  declare wheels?: NonAttribute<Wheel[]>
}
class Wheel extends Model<InferAttributes<Wheel>, InferCreationAttributes<Wheel>> {
  declare id: CreationOptional<number>
}

export async function parts(): Promise<void> {
  const order: Order = [['name', 'ASC'], 'age', [sort, 'DESC'], ['profile', 'bio', 'DESC'], [col('age'), 'ASC']]
  expectType<User[]>()(await User.findAll({ order }))
  expectType<Car[]>()(await Car.findAll({ order }))
  const items: OrderItem[] = []
  items.push([sort, 'ASC'])
  items.push([{ model: Profile, as: 'profile' }, 'bio', 'ASC'])
  expectType<User | null>()(await User.findOne({ order: items }))
  expectType<Car[]>()(await Car.findAll({ order: items }))
  const [car] = await Car.findAll({ include: { association: 'wheels', order: items } })
  expectType<Wheel[]>()(car!.wheels)
  const include: Includeable[] = [{ model: Profile, as: 'profile' }]
  include.push('tasks')
  expectType<User[]>()(await User.findAll({ include }))
  expectType<Car[]>()(await Car.findAll({ include }))
  const options: IncludeOptions[] = [{ model: Profile, as: 'profile', required: true }]
  options.push({ association: 'tasks', include: [{ association: 'x' }] })
  assignable<User[]>(await User.findAll({ include: options }))
  assignable<Car | null>(await Car.findOne({ include: options[0]! }))
  const attributes: FindAttributeOptions = ['id', 'name']
  expectType<User[]>()(await User.findAll({ attributes }))
  expectType<Car[]>()(await Car.findAll({ attributes }))
  const where: WhereOptions = { name: { [Op.like]: 'a%' } }
  expectType<User[]>()(await User.findAll({ where }))
  expectType<number>()(await Car.count({ where, include }))
}

export async function whole(): Promise<void> {
  const options: FindOptions = { attributes: ['whatever'], order: [[sort, 'ASC']], include: ['profile'] }
  options.order = [['name', 'ASC']]
  options.include = [{ model: Profile, as: 'profile' }, 'tasks']
  expectType<User[]>()(await User.findAll(options))
  expectType<Car | null>()(await Car.findOne(options))
  expectType<{ rows: User[]; count: number }>()(await User.findAndCountAll(options))
  const cars: FindOptions<Attributes<Car>> = {
    attributes: ['name'],
    order: [['wheels', 'id', 'ASC']],
    where: { id: 3 },
  }
  expectType<Car[]>()(await Car.findAll({ ...cars, limit: 3 }))
  const users: FindOptions<Attributes<User>> = { order: ['name'], include: 'profile' }
  expectType<User[]>()(await User.findAll({ ...users, where: { age: 3 } }))
  const counted: CountOptions = { include: ['profile'] }
  await User.count(counted as CountOptions<Attributes<User>>)
  const made: CreateOptions<Attributes<Car>> = { include: ['wheels'], fields: ['name'] }
  expectType<Car>()(await Car.create({ name: 'x' }, made))
}

// What is read of them is no any.
type IsAny<T> = 0 extends 1 & T ? true : false
export const none: Equal<
  IsAny<FindOptions['order']> | IsAny<FindOptions['include']> | IsAny<FindOptions['attributes']>,
  false
> = true

export async function mistakes(): Promise<void> {
  // @ts-expect-error no order
  const order: FindOptions = { order: 3 }
  // @ts-expect-error no include
  const include: FindOptions = { include: 3 }
  // @ts-expect-error no such option of an include
  const option: FindOptions = { include: [{ association: 'x', requird: true }] }
  void [order, include, option]
  // In the call itself all is known.
  // @ts-expect-error no such attribute
  await User.findAll({ order: [['nmae', 'ASC']] })
  // @ts-expect-error no such attribute
  await User.findAll({ order: ['nmae'] })
  // @ts-expect-error no such attribute of an association
  await User.findAll({ order: [['profile', 'boi', 'ASC']] })
  // @ts-expect-error a name that may be none; `Order` says that it is meant
  await User.findAll({ order: [[sort, 'ASC']] })
  // @ts-expect-error no order
  await User.findAll({ order: {} })
}
