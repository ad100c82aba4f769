/** TypeORM, by entity schemas, as its documentation recommends it without decorators. */
import { DataSource, EntitySchema } from 'typeorm'
import type { Contender } from '../contender.js'
import type { Target } from '../target.js'
import { POOL, serverIn } from '../target.js'

// biome-ignore lint/suspicious/noExplicitAny: entities of schemas that are made at run time
type Loose = any

function options(target: Target): Loose {
  if (target.engine === 'sqlite')
    return {
      type: 'better-sqlite3',
      database: target.file,
      prepareDatabase: (database: Loose) => database.pragma('synchronous = OFF'),
    }
  const { host, port, user, password, database } = serverIn(target)
  const own =
    target.engine === 'postgres'
      ? { extra: { max: POOL } }
      : { extra: { connectionLimit: POOL }, timezone: 'Z', connectorPackage: 'mysql2' }
  return { type: target.engine, host, port, username: user, password, database, ...own }
}

export const typeorm: Contender = {
  name: 'typeorm',
  engines: ['sqlite', 'postgres', 'mysql', 'mariadb'],
  async open(target) {
    const time: Loose = target.engine === 'sqlite' ? 'text' : target.engine === 'postgres' ? 'timestamptz' : 'datetime'
    const moments =
      target.engine === 'sqlite'
        ? {
            transformer: {
              from: (text: string) => new Date(text),
              to: (date: Date) => date.toISOString().replace('T', ' ').replace('Z', ' +00:00'),
            },
          }
        : {}
    const key = { type: 'int', primary: true, generated: 'increment' } as const
    class User {}
    class Profile {}
    class Address {}
    class Task {}
    const schemas = [
      new EntitySchema<Loose>({
        name: 'User',
        target: User,
        tableName: 'users',
        columns: {
          id: key,
          name: { type: 'varchar' },
          email: { type: 'varchar' },
          age: { type: 'int' },
          active: { type: 'boolean' },
          createdAt: { type: time, name: 'created_at', ...moments },
        },
        relations: {
          profile: { type: 'one-to-one', target: 'Profile', inverseSide: 'user' },
          tasks: { type: 'one-to-many', target: 'Task', inverseSide: 'user' },
        },
      }),
      new EntitySchema<Loose>({
        name: 'Profile',
        target: Profile,
        tableName: 'profiles',
        columns: {
          id: key,
          bio: { type: 'varchar' },
          avatar: { type: 'varchar' },
          website: { type: 'varchar' },
          visits: { type: 'int' },
        },
        relations: {
          user: { type: 'one-to-one', target: 'User', joinColumn: { name: 'user_id' }, inverseSide: 'profile' },
          address: { type: 'one-to-one', target: 'Address', inverseSide: 'profile' },
        },
      }),
      new EntitySchema<Loose>({
        name: 'Address',
        target: Address,
        tableName: 'addresses',
        columns: {
          id: key,
          street: { type: 'varchar' },
          city: { type: 'varchar' },
          zip: { type: 'varchar' },
          country: { type: 'varchar' },
        },
        relations: {
          profile: {
            type: 'one-to-one',
            target: 'Profile',
            joinColumn: { name: 'profile_id' },
            inverseSide: 'address',
          },
        },
      }),
      new EntitySchema<Loose>({
        name: 'Task',
        target: Task,
        tableName: 'tasks',
        columns: { id: key, title: { type: 'varchar' }, done: { type: 'boolean' } },
        relations: {
          user: { type: 'many-to-one', target: 'User', joinColumn: { name: 'user_id' }, inverseSide: 'tasks' },
        },
      }),
    ]
    const source = new DataSource({ ...options(target), entities: schemas, logging: false })
    await source.initialize()
    const users = source.getRepository<Loose>('User')
    const profiles = source.getRepository<Loose>('Profile')
    return {
      findByKey: (id) => users.findOneBy({ id }),
      findWithProfile: (id) => users.findOne({ where: { id }, relations: { profile: true } }),
      listWithProfile: (limit) => users.find({ relations: { profile: true }, order: { id: 'ASC' }, take: limit }),
      listWithAddress: (limit) =>
        users.find({ relations: { profile: { address: true } }, order: { id: 'ASC' }, take: limit }),
      listWithTasks: (limit) => users.find({ relations: { tasks: true }, order: { id: 'ASC' }, take: limit }),
      createPair: (user, profile) =>
        source.transaction(async (manager) => {
          const made = await manager.getRepository<Loose>('User').save({ ...user })
          await manager.getRepository<Loose>('Profile').save({ ...profile, user: made })
          return made
        }),
      insertTasks: (tasks) =>
        source
          .getRepository<Loose>('Task')
          .insert(tasks.map(({ userId, title, done }) => ({ title, done, user: { id: userId } }))),
      load: (id) => users.findOneBy({ id }),
      updateAge: (user, age) => {
        ;(user as Loose).age = age
        return users.save(user as Loose)
      },
      replaceProfile: (userId, profileId) =>
        source.transaction(async (manager) => {
          const user = await manager.getRepository<Loose>('User').findOneBy({ id: userId })
          const repository = manager.getRepository<Loose>('Profile')
          const profile = await repository.findOneBy({ id: profileId })
          await repository.update({ user: { id: userId } }, { user: null })
          await repository.update({ id: profileId }, { user: { id: userId } })
          return { user, profile }
        }),
      async lazyProfiles(limit) {
        const list = await users.find({ order: { id: 'ASC' }, take: limit })
        return await Promise.all(list.map(({ id }: Loose) => profiles.findOneBy({ user: { id } })))
      },
      send: (statement) => source.query(statement),
      close: () => source.destroy(),
    }
  },
}
