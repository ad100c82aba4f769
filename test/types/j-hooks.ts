// Options of a model that are functions, and what hooks receive.
import type { CreationOptional, InferAttributes, InferCreationAttributes, Sequelize, Transaction } from 'mortise'
import { belongsTo, DataTypes, hasOne, Model } from 'mortise'
import { expectType } from './expect.js'

declare const sequelize: Sequelize

// Parameters without types leave what the other options say as it is.
class User extends sequelize.model(
  'User',
  { name: DataTypes.STRING, age: { type: DataTypes.INTEGER, allowNull: false } },
  {
    timestamps: false,
    paranoid: true,
    hooks: {
      beforeCreate(user, options) {
        user.age = 4
        expectType<Transaction | null | undefined>()(options.transaction)
      },
      // An association of a model that leads back here.
      afterCreate: (user, { transaction }) => user.createProfile({ bio: 'x' }, { transaction }),
      beforeFind(options) {
        options.where = { name: 'x' }
      },
      validationFailed(_instance, _options, error) {
        expectType<string | null>()(error.errors[0]!.path)
      },
    },
    scopes: { older: (age) => ({ where: { age } }) },
    validate: {
      named() {
        if (!this.name) throw new Error('no name')
      },
    },
    associations: { profile: hasOne(() => Profile, 'userId') },
  },
) {}
class Profile extends sequelize.model(
  'Profile',
  { bio: DataTypes.STRING },
  { associations: { user: belongsTo(() => User, 'userId') }, hooks: { afterCreate: (profile) => profile.getUser() } },
) {}
const Pen = sequelize.define(
  'Pen',
  { ink: { type: DataTypes.STRING, allowNull: false } },
  { timestamps: false, version: 'edition', hooks: { beforeSave: (pen) => void pen.ink } },
)
export async function options() {
  const user = (await User.findOne({ include: 'profile' }))!
  expectType<Profile | null>()(user.profile)
  // @ts-expect-error timestamps: false
  user.createdAt
  const pen = (await Pen.findOne())!
  expectType<string>()(pen.ink)
  expectType<number>()(pen.edition)
  // @ts-expect-error timestamps: false
  pen.createdAt
  // @ts-expect-error no such hook
  sequelize.define('A', { ink: DataTypes.STRING }, { hooks: { beforeCraete() {} } })
  // @ts-expect-error no such option, beside a hook
  sequelize.define('A', { ink: DataTypes.STRING }, { timestamp: false, hooks: { beforeSave: (pen) => void pen } })
  // @ts-expect-error no such value of an option
  sequelize.define('A', { ink: DataTypes.STRING }, { timestamps: 3 })
}

// Where the model is known, so are its instances.
User.beforeCreate((user, given) => {
  expectType<User>()(user)
  expectType<number>()(user.age)
  expectType<Transaction | null | undefined>()(given.transaction)
  // @ts-expect-error no such attribute
  user.agee
})
User.beforeSave('named', async (user) => void (await user.getProfile()))
User.addHook('afterFind', (found) => expectType<User | readonly User[] | null>()(found))
User.addHook('afterUpsert', 'named', ([user, created]) => {
  expectType<User>()(user)
  expectType<boolean | null>()(created)
})
User.beforeBulkUpdate(({ attributes, where }) => {
  attributes.age = 3
  void where
  // @ts-expect-error no such attribute
  attributes.agee = 3
})
// @ts-expect-error instances of another model
User.beforeCreate((profile: Profile) => void profile)
// @ts-expect-error no such hook
User.addHook('beforeCraete', () => {})

class Task extends Model<InferAttributes<Task>, InferCreationAttributes<Task>> {
  declare id: CreationOptional<number>
  declare title: string
}
Task.init(
  { id: DataTypes.INTEGER, title: DataTypes.STRING },
  {
    sequelize,
    hooks: {
      beforeCreate(task) {
        expectType<string>()(task.title)
        // @ts-expect-error no such attribute
        task.titel
      },
    },
  },
)
sequelize.addHook('beforeQuery', (_options, query) => expectType<string>()(query.sql))
