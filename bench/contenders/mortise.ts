/** Mortise as its README recommends it: models by the factory, no tuning. */
import { DataTypes, hasMany, hasOne, Sequelize } from 'mortise'
import type { Contender, Session } from '../contender.js'
import type { Target } from '../target.js'
import { POOL, serverIn } from '../target.js'

export function connect(target: Target, pool: object = {}, logging: false | ((sql: string) => void) = false) {
  const common = { logging, define: { timestamps: false, underscored: true } } as const
  if (target.engine === 'sqlite') return new Sequelize({ ...common, dialect: 'sqlite', storage: target.file })
  const { host, port, user, password, database } = serverIn(target)
  return new Sequelize(database, user, password, {
    ...common,
    dialect: target.engine,
    host,
    port,
    pool: { max: POOL, min: POOL, ...pool },
  })
}

export const mortise: Contender = {
  name: 'mortise',
  engines: ['sqlite', 'postgres', 'mariadb', 'mysql'],
  open: (target) => open(target),
}

/** With reads that share connections, for the workload that has more requests than connections. */
export const mortisePipelining: Contender = {
  name: 'mortise, pipelining',
  engines: ['postgres'],
  async open(target) {
    const { findWithProfile, send, close } = await open(target, { pipelining: 10 })
    return { findWithProfile: findWithProfile!, send, close }
  },
}

/** The bench's tables as models. */
export function modelsOf(sequelize: Sequelize) {
  const required = <T>(type: T) => ({ type, allowNull: false }) as const
  class Address extends sequelize.model(
    'address',
    {
      street: required(DataTypes.STRING),
      city: required(DataTypes.STRING),
      zip: required(DataTypes.STRING),
      country: required(DataTypes.STRING),
    },
    { tableName: 'addresses' },
  ) {}
  class Profile extends sequelize.model(
    'profile',
    {
      bio: required(DataTypes.STRING),
      avatar: required(DataTypes.STRING),
      website: required(DataTypes.STRING),
      visits: required(DataTypes.INTEGER),
    },
    { associations: { address: hasOne(() => Address, { foreignKey: 'profileId', unique: true }) } },
  ) {}
  class User extends sequelize.model(
    'user',
    {
      name: required(DataTypes.STRING),
      email: required(DataTypes.STRING),
      age: required(DataTypes.INTEGER),
      active: required(DataTypes.BOOLEAN),
      createdAt: required(DataTypes.DATE(3)),
    },
    {
      associations: {
        profile: hasOne(() => Profile, { foreignKey: 'userId', unique: true }),
        tasks: hasMany(() => Task, 'userId'),
      },
    },
  ) {}
  class Task extends sequelize.model('task', {
    userId: required(DataTypes.INTEGER),
    title: required(DataTypes.STRING),
    done: required(DataTypes.BOOLEAN),
  }) {}
  return { Address, Profile, User, Task }
}

async function open(target: Target, pool?: object): Promise<Session> {
  const sequelize = connect(target, pool)
  const { Profile, User, Task } = modelsOf(sequelize)
  type User = InstanceType<typeof User>
  await sequelize.authenticate()
  if (target.engine === 'sqlite') await sequelize.query('PRAGMA synchronous = OFF')

  return {
    findByKey: (id) => User.findByPk(id),
    findWithProfile: (id) => User.findByPk(id, { include: ['profile'] }),
    listWithProfile: (limit) => User.findAll({ include: ['profile'], order: ['id'], limit }),
    listWithAddress: (limit) =>
      User.findAll({ include: [{ association: 'profile', include: ['address'] }], order: ['id'], limit }),
    listWithTasks: (limit) =>
      User.findAll({ include: [{ association: 'tasks', strategy: 'auto' }], order: ['id'], limit }),
    createPair: (user, profile) => User.create({ ...user, profile }, { include: ['profile'] }),
    insertTasks: (tasks) => Task.bulkCreate(tasks),
    load: (id) => User.findByPk(id),
    updateAge: (user, age) => (user as User).update({ age }),
    replaceProfile: (userId, profileId) =>
      sequelize.transaction(async () => {
        const user = await User.findByPk(userId, { rejectOnEmpty: true })
        const profile = await Profile.findByPk(profileId, { rejectOnEmpty: true })
        return await user.setProfile(profile)
      }),
    async lazyProfiles(limit) {
      const users = await User.findAll({ order: ['id'], limit })
      return await Promise.all(users.map((user) => user.getProfile()))
    },
    async streamWithProfile(each) {
      for await (const user of User.stream({ include: ['profile'] })) each(user)
    },
    send: (statement) => sequelize.query(statement),
    close: () => sequelize.close(),
  }
}
