/** Sequelize 6, as its documentation recommends it. */
import sequelizePackage from 'sequelize'
import type { Contender } from '../contender.js'
import type { Target } from '../target.js'
import { POOL, serverIn } from '../target.js'

const { DataTypes, Sequelize } = sequelizePackage

function connect(target: Target): InstanceType<typeof Sequelize> {
  const common = { logging: false, define: { timestamps: false, underscored: true } } as const
  if (target.engine === 'sqlite') return new Sequelize({ ...common, dialect: 'sqlite', storage: target.file })
  const { host, port, user, password, database } = serverIn(target)
  return new Sequelize(database, user, password, {
    ...common,
    dialect: target.engine,
    host,
    port,
    pool: { max: POOL, min: POOL },
  })
}

// biome-ignore lint/suspicious/noExplicitAny: mixins of `define` have no types there
type Loose = any

export const sequelize6: Contender = {
  name: 'sequelize 6',
  engines: ['sqlite', 'postgres', 'mariadb', 'mysql'],
  async open(target) {
    const sequelize = connect(target)
    const required = (type: Loose) => ({ type, allowNull: false })
    const User: Loose = sequelize.define(
      'user',
      {
        name: required(DataTypes.STRING),
        email: required(DataTypes.STRING),
        age: required(DataTypes.INTEGER),
        active: required(DataTypes.BOOLEAN),
        createdAt: required(DataTypes.DATE(3)),
      },
      { tableName: 'users' },
    )
    const Profile: Loose = sequelize.define(
      'profile',
      {
        bio: required(DataTypes.STRING),
        avatar: required(DataTypes.STRING),
        website: required(DataTypes.STRING),
        visits: required(DataTypes.INTEGER),
      },
      { tableName: 'profiles' },
    )
    const Address: Loose = sequelize.define(
      'address',
      {
        street: required(DataTypes.STRING),
        city: required(DataTypes.STRING),
        zip: required(DataTypes.STRING),
        country: required(DataTypes.STRING),
      },
      { tableName: 'addresses' },
    )
    const Task: Loose = sequelize.define(
      'task',
      { title: required(DataTypes.STRING), done: required(DataTypes.BOOLEAN) },
      { tableName: 'tasks' },
    )
    User.hasOne(Profile, { foreignKey: 'userId' })
    Profile.belongsTo(User, { foreignKey: 'userId' })
    Profile.hasOne(Address, { foreignKey: 'profileId' })
    User.hasMany(Task, { foreignKey: 'userId' })
    await sequelize.authenticate()
    if (target.engine === 'sqlite') await sequelize.query('PRAGMA synchronous = OFF')

    return {
      findByKey: (id) => User.findByPk(id),
      findWithProfile: (id) => User.findByPk(id, { include: [Profile] }),
      listWithProfile: (limit) => User.findAll({ include: [Profile], order: ['id'], limit }),
      listWithAddress: (limit) =>
        User.findAll({ include: [{ model: Profile, include: [Address] }], order: ['id'], limit }),
      listWithTasks: (limit) =>
        User.findAll({ include: [{ model: Task, separate: true, order: ['id'] }], order: ['id'], limit }),
      createPair: (user, profile) =>
        sequelize.transaction((transaction: Loose) =>
          User.create({ ...user, profile }, { include: [Profile], transaction }),
        ),
      insertTasks: (tasks) => Task.bulkCreate(tasks as Loose),
      load: (id) => User.findByPk(id),
      updateAge: (user, age) => (user as Loose).update({ age }),
      replaceProfile: (userId, profileId) =>
        sequelize.transaction(async (transaction: Loose) => {
          const user = await User.findByPk(userId, { transaction })
          const profile = await Profile.findByPk(profileId, { transaction })
          return await user.setProfile(profile, { transaction })
        }),
      async lazyProfiles(limit) {
        const users: Loose[] = await User.findAll({ order: ['id'], limit })
        return await Promise.all(users.map((user) => user.getProfile()))
      },
      send: (statement) => sequelize.query(statement),
      close: () => sequelize.close(),
    }
  },
}
