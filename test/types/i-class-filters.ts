// Filters by the associations that a class declares as properties.
import type { CreationOptional, InferAttributes, InferCreationAttributes, NonAttribute } from 'mortise'
import { Model, Op } from 'mortise'

class Profile extends Model<InferAttributes<Profile>, InferCreationAttributes<Profile>> {
  declare id: CreationOptional<number>
  declare bio: string
  declare userId: number | null
  declare user?: NonAttribute<User>
}
class Task extends Model<InferAttributes<Task>, InferCreationAttributes<Task>> {
  declare id: CreationOptional<number>
  declare title: string
}
class User extends Model<InferAttributes<User>, InferCreationAttributes<User>> {
  declare id: CreationOptional<number>
  declare name: string
  declare profile?: NonAttribute<Profile>
  declare partner?: NonAttribute<User | null>
  declare tasks?: NonAttribute<Task[]>
}

export async function classes(): Promise<void> {
  await User.findAll({ where: { profile: { is: null } } })
  await User.findAll({ where: { name: 'x', profile: { isNot: null }, partner: { is: { name: 'y' } } } })
  await User.findAll({ where: { profile: { is: { bio: 'x', user: { is: { name: 'y' } } } } } })
  await User.findOne({ where: { [Op.or]: [{ profile: { is: null } }, { name: 'x' }] } })
  await User.count({ where: { profile: { is: null } } })
  await User.destroy({ where: { profile: { is: null } } })
  await User.findAll({ where: { tasks: { some: { title: 'x' } } } })
  await User.findAll({ include: { association: 'profile', where: { user: { is: null } } } })
  // @ts-expect-error unknown association
  await User.findAll({ where: { profil: { is: null } } })
  // @ts-expect-error unknown word of a filter
  await User.findAll({ where: { profile: { was: null } } })
  // @ts-expect-error unknown attribute of the association
  await User.findAll({ where: { profile: { is: { bioo: 'x' } } } })
  // @ts-expect-error one row has no "some"
  await User.findAll({ where: { profile: { some: { bio: 'x' } } } })
  // @ts-expect-error wrong type of an attribute
  await User.findAll({ where: { name: 5, profile: { is: null } } })
  // @ts-expect-error no operator
  await User.findAll({ where: { name: { [Symbol('x')]: 5, like: 'x' } } })
}
