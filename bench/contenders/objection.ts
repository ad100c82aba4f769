/** Objection on Knex, relations by `withGraphFetched` as its documentation recommends. */
import knexPackage from 'knex'
import objectionPackage from 'objection'
import type { Contender } from '../contender.js'
import { sqliteDate } from '../dataset.js'
import type { Target } from '../target.js'
import { POOL, serverIn } from '../target.js'

const { Model, snakeCaseMappers, transaction } = objectionPackage
const { knex: createKnex } = knexPackage

// biome-ignore lint/suspicious/noExplicitAny: attributes of untyped models
type Loose = any

function connect(target: Target): Loose {
  if (target.engine === 'sqlite')
    return createKnex({
      client: 'better-sqlite3',
      connection: { filename: target.file },
      useNullAsDefault: true,
      pool: {
        min: 1,
        max: 1,
        afterCreate: (database: Loose, done: (error: null, database: Loose) => void) => {
          database.pragma('synchronous = OFF')
          database.pragma('foreign_keys = ON')
          done(null, database)
        },
      },
    })
  const { host, port, user, password, database } = serverIn(target)
  const connection = {
    host,
    port,
    user,
    password,
    database,
    ...(target.engine === 'postgres' ? {} : { timezone: 'Z' }),
  }
  return createKnex({
    client: target.engine === 'postgres' ? 'pg' : 'mysql2',
    connection,
    pool: { min: POOL, max: POOL },
  })
}

export const objection: Contender = {
  name: 'objection',
  engines: ['sqlite', 'postgres', 'mysql', 'mariadb'],
  async open(target) {
    const knex = connect(target)
    class Base extends Model {
      static override get columnNameMappers() {
        return snakeCaseMappers()
      }
    }
    class Address extends Base {
      static override tableName = 'addresses'
    }
    class Profile extends Base {
      static override tableName = 'profiles'
      static override relationMappings = {
        address: {
          relation: Model.HasOneRelation,
          modelClass: Address,
          join: { from: 'profiles.id', to: 'addresses.profile_id' },
        },
      }
    }
    class Task extends Base {
      static override tableName = 'tasks'
    }
    class User extends Base {
      static override tableName = 'users'
      static override relationMappings = {
        profile: {
          relation: Model.HasOneRelation,
          modelClass: Profile,
          join: { from: 'users.id', to: 'profiles.user_id' },
        },
        tasks: {
          relation: Model.HasManyRelation,
          modelClass: Task,
          join: { from: 'users.id', to: 'tasks.user_id' },
        },
      }
    }
    for (const model of [User, Profile, Address, Task]) model.knex(knex)
    await knex.raw('SELECT 1')
    const stored = (createdAt: Date): Loose => (target.engine === 'sqlite' ? sqliteDate(createdAt) : createdAt)

    return {
      findByKey: async (id) => User.query().findById(id),
      findWithProfile: async (id) => User.query().findById(id).withGraphFetched('profile'),
      listWithProfile: async (limit) => User.query().withGraphFetched('profile').orderBy('id').limit(limit),
      listWithAddress: async (limit) => User.query().withGraphFetched('profile.address').orderBy('id').limit(limit),
      listWithTasks: async (limit) => User.query().withGraphFetched('tasks').orderBy('id').limit(limit),
      createPair: (user, profile) =>
        transaction(knex, async (trx: Loose) =>
          User.query(trx).insertGraph({
            ...user,
            active: target.engine === 'sqlite' ? Number(user.active) : user.active,
            createdAt: stored(user.createdAt),
            profile,
          } as Loose),
        ),
      // `insert` of many rows is for PostgreSQL alone in Objection; its documentation sends others to Knex.
      insertTasks: async (tasks) =>
        await knex.batchInsert(
          'tasks',
          tasks.map(({ userId, title, done }) => ({
            user_id: userId,
            title,
            done: target.engine === 'sqlite' ? Number(done) : done,
          })),
          target.engine === 'sqlite' ? 400 : 1_000,
        ),
      load: async (id) => User.query().findById(id),
      updateAge: (user, age) => (user as Loose).$query().patch({ age }),
      replaceProfile: (userId, profileId) =>
        transaction(knex, async (trx: Loose) => {
          const user: Loose = await User.query(trx).findById(userId)
          await Profile.query(trx).findById(profileId)
          await user.$relatedQuery('profile', trx).unrelate()
          await user.$relatedQuery('profile', trx).relate(profileId)
          return user
        }),
      async lazyProfiles(limit) {
        const users: Loose[] = await User.query().orderBy('id').limit(limit)
        return await Promise.all(users.map((user) => user.$relatedQuery('profile')))
      },
      send: async (statement) => knex.raw(statement),
      close: () => knex.destroy(),
    }
  },
}
