/** MikroORM, by `defineEntity`; each request has a fork of the entity manager, as its documentation asks. */
import type { Contender } from '../contender.js'
import type { Target } from '../target.js'
import { POOL, serverIn } from '../target.js'

// biome-ignore lint/suspicious/noExplicitAny: entities of schemas that are made at run time
type Loose = any

async function packageFor(target: Target): Promise<Loose> {
  if (target.engine === 'sqlite') return await import('@mikro-orm/sqlite')
  if (target.engine === 'postgres') return await import('@mikro-orm/postgresql')
  return await import('@mikro-orm/mariadb')
}

export const mikroorm: Contender = {
  name: 'mikroorm',
  engines: ['sqlite', 'postgres', 'mariadb'],
  async open(target) {
    const { MikroORM, EntitySchema } = await packageFor(target)
    const key = { type: 'integer', primary: true, autoincrement: true }
    const Address: Loose = new EntitySchema({
      name: 'Address',
      tableName: 'addresses',
      properties: {
        id: key,
        profile: {
          kind: '1:1',
          entity: (): Loose => Profile,
          fieldName: 'profile_id',
          nullable: true,
          owner: true,
          inversedBy: 'address',
        },
        street: { type: 'string' },
        city: { type: 'string' },
        zip: { type: 'string' },
        country: { type: 'string' },
      },
    })
    const Profile: Loose = new EntitySchema({
      name: 'Profile',
      tableName: 'profiles',
      properties: {
        id: key,
        user: {
          kind: '1:1',
          entity: (): Loose => User,
          fieldName: 'user_id',
          nullable: true,
          owner: true,
          inversedBy: 'profile',
        },
        address: { kind: '1:1', entity: (): Loose => Address, mappedBy: 'profile', nullable: true },
        bio: { type: 'string' },
        avatar: { type: 'string' },
        website: { type: 'string' },
        visits: { type: 'integer' },
      },
    })
    const Task: Loose = new EntitySchema({
      name: 'Task',
      tableName: 'tasks',
      properties: {
        id: key,
        user: { kind: 'm:1', entity: (): Loose => User, fieldName: 'user_id', inversedBy: 'tasks' },
        title: { type: 'string' },
        done: { type: 'boolean' },
      },
    })
    const User: Loose = new EntitySchema({
      name: 'User',
      tableName: 'users',
      properties: {
        id: key,
        name: { type: 'string' },
        email: { type: 'string' },
        age: { type: 'integer' },
        active: { type: 'boolean' },
        createdAt:
          target.engine === 'sqlite'
            ? { type: 'string', fieldName: 'created_at' }
            : { type: 'datetime', fieldName: 'created_at', length: 3 },
        profile: { kind: '1:1', entity: (): Loose => Profile, mappedBy: 'user', nullable: true },
        tasks: { kind: '1:m', entity: (): Loose => Task, mappedBy: 'user' },
      },
    })
    const connection =
      target.engine === 'sqlite'
        ? { dbName: target.file }
        : (({ host, port, user, password, database }) => ({ host, port, user, password, dbName: database }))(
            serverIn(target),
          )
    const orm = await MikroORM.init({
      ...connection,
      entities: [User, Profile, Address, Task],
      pool: { min: target.engine === 'sqlite' ? 1 : POOL, max: target.engine === 'sqlite' ? 1 : POOL },
      timezone: 'Z',
      debug: false,
    })
    if (target.engine === 'sqlite') await orm.em.getConnection().execute('PRAGMA synchronous = OFF')
    const moment = (date: Date): Loose =>
      target.engine === 'sqlite' ? date.toISOString().replace('T', ' ').replace('Z', ' +00:00') : date
    return {
      findByKey: (id) => orm.em.fork().findOne('User', { id }),
      findWithProfile: (id) => orm.em.fork().findOne('User', { id }, { populate: ['profile'] }),
      listWithProfile: (limit) => orm.em.fork().find('User', {}, { populate: ['profile'], orderBy: { id: 1 }, limit }),
      listWithAddress: (limit) =>
        orm.em.fork().find('User', {}, { populate: ['profile.address'], orderBy: { id: 1 }, limit }),
      listWithTasks: (limit) => orm.em.fork().find('User', {}, { populate: ['tasks'], orderBy: { id: 1 }, limit }),
      createPair: (user, profile) =>
        orm.em.fork().transactional((em: Loose) => {
          const made = em.create('User', { ...user, createdAt: moment(user.createdAt) })
          em.create('Profile', { ...profile, user: made })
          return made
        }),
      insertTasks: (tasks) =>
        orm.em.fork().insertMany(
          'Task',
          tasks.map(({ userId, title, done }) => ({ user: userId, title, done })),
        ),
      async load(id) {
        const em = orm.em.fork()
        return { em, user: await em.findOne('User', { id }) }
      },
      updateAge: (loaded, age) => {
        const { em, user } = loaded as Loose
        user.age = age
        return em.flush()
      },
      replaceProfile: (userId, profileId) =>
        orm.em.fork().transactional(async (em: Loose) => {
          const user = await em.findOne('User', { id: userId }, { populate: ['profile'] })
          const profile = await em.findOne('Profile', { id: profileId })
          if (user.profile) {
            user.profile.user = null
            await em.flush()
          }
          profile.user = user
          return user
        }),
      async lazyProfiles(limit) {
        const em = orm.em.fork()
        const users: Loose[] = await em.find('User', {}, { orderBy: { id: 1 }, limit })
        return await Promise.all(users.map((user) => em.findOne('Profile', { user: user.id })))
      },
      send: (statement) => orm.em.getConnection().execute(statement),
      close: () => orm.close(),
    }
  },
}
