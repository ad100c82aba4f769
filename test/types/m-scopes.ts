// Names of scopes, from the definition; and the rows between of a belongsToMany whose `through` is a model.
import type { CreationOptional, InferAttributes, InferCreationAttributes, Sequelize } from 'mortise'
import { belongsToMany, DataTypes, Model } from 'mortise'
import { expectType } from './expect.js'

declare const sequelize: Sequelize

class User extends sequelize.model(
  'User',
  { name: DataTypes.STRING, level: { type: DataTypes.INTEGER, allowNull: false, defaultValue: 1 } },
  {
    defaultScope: { where: { level: 1 } },
    scopes: {
      high: { where: { level: 3 } },
      named: (name: string) => ({ where: { name } }),
      between(least, most) {
        // Parameters without a type are unknown, not any.
        expectType<unknown>()(least)
        return { where: { level: [least, most] } }
      },
    },
    associations: { roles: belongsToMany(() => Role, { through: () => UserRole }) },
  },
) {}
class Role extends sequelize.model('Role', { title: { type: DataTypes.STRING, allowNull: false } }) {}
class UserRole extends sequelize.model('UserRole', { since: { type: DataTypes.INTEGER, allowNull: false } }) {}
const Pen = sequelize.define('Pen', { ink: DataTypes.STRING }, { scopes: { blue: { where: { ink: 'blue' } } } })
const Cap0 = sequelize.define('Cap', { color: DataTypes.STRING }, { scopes: { red: { where: { color: 'red' } } } })
const { Cap } = sequelize.associate({ Cap: Cap0, Pen }, ({ Cap, Pen }) => ({ Cap: { pen: Cap.belongsTo(Pen) } }))
const Plain = sequelize.define('Plain', { x: DataTypes.STRING })
class Task extends Model<InferAttributes<Task>, InferCreationAttributes<Task>> {
  declare id: CreationOptional<number>
}

export async function scopes(): Promise<void> {
  expectType<User[]>()(await User.withScope('high').findAll())
  expectType<User[]>()(await User.withScope(['high', { method: ['named', 'x'] }], null).findAll())
  await User.scope('defaultScope', { method: 'high' }).count()
  await User.withScope({ where: { level: 3 } }).findAll()
  await User.withoutScope().findAll()
  await User.withScope('high').withScope('named').findAll()
  // @ts-expect-error no such scope
  User.withScope('hihg')
  // @ts-expect-error no such scope in a list
  User.scope(['high', 'hihg'])
  // @ts-expect-error no such scope with arguments
  User.scope({ method: ['nmaed', 'x'] })
  Pen.scope('blue')
  // @ts-expect-error no such scope
  Pen.scope('bleu')
  Cap.scope('red')
  // @ts-expect-error no such scope
  Cap.scope('rde')
  // Where the definition has none, and of classes, names are strings: `addScope` may have added them.
  Plain.scope('anything')
  Task.scope('anything')
  Task.scope(['a', { method: ['b', 1] }])
}

export async function between(): Promise<void> {
  const user = (await User.findOne({ include: 'roles' }))!
  expectType<UserRole>()(user.roles[0]!.UserRole)
  expectType<number>()(user.roles[0]!.UserRole.since)
  expectType<string>()(user.roles[0]!.title)
  const under = (await User.findOne({ include: [{ association: 'roles', through: { as: 'link' } }] }))!
  expectType<number>()(under.roles[0]!.link.since)
  // @ts-expect-error it has another name there
  under.roles[0]!.UserRole
  const without = (await User.findOne({ include: { association: 'roles', through: { attributes: [] } } }))!
  // @ts-expect-error nothing was asked for
  without.roles[0]!.UserRole
  expectType<string>()(without.roles[0]!.title)
  // @ts-expect-error not read through a user
  ;(await Role.findOne())!.UserRole
}
