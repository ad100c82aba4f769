/** Sequelize 7 (alpha), as its documentation recommends it. */
import { DataTypes, Sequelize } from '@sequelize/core'
import type { Contender } from '../contender.js'
import type { Target } from '../target.js'
import { POOL, serverIn } from '../target.js'

// biome-ignore lint/suspicious/noExplicitAny: mixins of `define` have no types there
type Loose = any

async function connect(target: Target): Promise<Sequelize> {
  const common = { logging: false, define: { timestamps: false, underscored: true } } as const
  if (target.engine === 'sqlite') {
    const { SqliteDialect } = await import('@sequelize/sqlite3')
    return new Sequelize({ ...common, dialect: SqliteDialect, storage: target.file, pool: { max: 1, idle: Infinity } })
  }
  const { host, port, user, password, database } = serverIn(target)
  const pool = { max: POOL, min: POOL }
  if (target.engine === 'postgres') {
    const { PostgresDialect } = await import('@sequelize/postgres')
    return new Sequelize({ ...common, dialect: PostgresDialect, host, port, user, password, database, pool })
  }
  const { MariaDbDialect } = await import('@sequelize/mariadb')
  return new Sequelize({ ...common, dialect: MariaDbDialect, host, port, user, password, database, pool })
}

export const sequelize7: Contender = {
  name: 'sequelize 7',
  engines: ['sqlite', 'postgres', 'mariadb'],
  async open(target) {
    const sequelize = await connect(target)
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
    User.hasOne(Profile, { as: 'profile', foreignKey: 'userId' })
    Profile.hasOne(Address, { as: 'address', foreignKey: 'profileId' })
    User.hasMany(Task, { as: 'tasks', foreignKey: 'userId' })
    await sequelize.authenticate()
    if (target.engine === 'sqlite') await sequelize.query('PRAGMA synchronous = OFF')

    return {
      findByKey: (id) => User.findByPk(id),
      findWithProfile: (id) => User.findByPk(id, { include: ['profile'] }),
      listWithProfile: (limit) => User.findAll({ include: ['profile'], order: ['id'], limit }),
      listWithAddress: (limit) =>
        User.findAll({ include: [{ association: 'profile', include: ['address'] }], order: ['id'], limit }),
      listWithTasks: (limit) =>
        User.findAll({ include: [{ association: 'tasks', separate: true, order: ['id'] }], order: ['id'], limit }),
      createPair: (user, profile) =>
        sequelize.transaction(() => User.create({ ...user, profile }, { include: ['profile'] })),
      insertTasks: (tasks) => Task.bulkCreate(tasks as Loose),
      load: (id) => User.findByPk(id),
      updateAge: (user, age) => (user as Loose).update({ age }),
      replaceProfile: (userId, profileId) =>
        sequelize.transaction(async () => {
          const user = await User.findByPk(userId)
          const profile = await Profile.findByPk(profileId)
          return await user.setProfile(profile)
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
