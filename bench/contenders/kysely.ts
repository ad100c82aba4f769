/** Kysely, a query builder: one-to-ones by its JSON helpers, as its documentation on relations recommends. */
import type { Generated } from 'kysely'
import { Kysely, MysqlDialect, ParseJSONResultsPlugin, PostgresDialect, SqliteDialect, sql } from 'kysely'
import type { Contender, Session } from '../contender.js'
import { sqliteDate } from '../dataset.js'
import type { Target } from '../target.js'
import { POOL, serverIn } from '../target.js'

interface Database {
  users: {
    id: Generated<number>
    name: string
    email: string
    age: number
    active: number | boolean
    created_at: string | Date
  }
  profiles: {
    id: Generated<number>
    user_id: number | null
    bio: string
    avatar: string
    website: string
    visits: number
  }
  addresses: {
    id: Generated<number>
    profile_id: number | null
    street: string
    city: string
    zip: string
    country: string
  }
  tasks: { id: Generated<number>; user_id: number; title: string; done: number | boolean }
}

async function connect(target: Target): Promise<Kysely<Database>> {
  if (target.engine === 'sqlite') {
    const { default: Sqlite } = await import('better-sqlite3')
    const database = new Sqlite(target.file)
    database.pragma('synchronous = OFF')
    database.pragma('foreign_keys = ON')
    return new Kysely<Database>({ dialect: new SqliteDialect({ database }), plugins: [new ParseJSONResultsPlugin()] })
  }
  const { host, port, user, password, database } = serverIn(target)
  if (target.engine === 'postgres') {
    const { default: pg } = await import('pg')
    return new Kysely<Database>({
      dialect: new PostgresDialect({ pool: new pg.Pool({ host, port, user, password, database, max: POOL }) }),
    })
  }
  const { createPool } = await import('mysql2')
  return new Kysely<Database>({
    dialect: new MysqlDialect({
      pool: createPool({ host, port, user, password, database, connectionLimit: POOL, timezone: 'Z' }),
    }),
    plugins: [new ParseJSONResultsPlugin()],
  })
}

type Helpers = typeof import('kysely/helpers/postgres')

export const kysely: Contender = {
  name: 'kysely',
  engines: ['sqlite', 'postgres', 'mysql', 'mariadb'],
  async open(target) {
    const db = await connect(target)
    const { jsonObjectFrom, jsonArrayFrom } = (await (target.engine === 'sqlite'
      ? import('kysely/helpers/sqlite')
      : target.engine === 'postgres'
        ? import('kysely/helpers/postgres')
        : import('kysely/helpers/mysql'))) as unknown as Helpers
    const flag = (value: boolean): number | boolean => (target.engine === 'sqlite' ? Number(value) : value)
    const moment = (value: Date): string | Date => (target.engine === 'sqlite' ? sqliteDate(value) : value)
    const users = () =>
      db.selectFrom('users').select(['users.id', 'name', 'email', 'age', 'active', 'created_at as createdAt'])
    const usersWithProfile = () =>
      users().select((eb) =>
        jsonObjectFrom(
          eb
            .selectFrom('profiles')
            .select(['profiles.id', 'bio', 'avatar', 'website', 'visits'])
            .whereRef('profiles.user_id', '=', 'users.id'),
        ).as('profile'),
      )
    const returning = target.engine === 'sqlite' || target.engine === 'postgres'
    // MariaDB refuses what the helpers write for MySQL: a subquery in FROM that looks outside.
    const withRelations: Partial<Session> =
      target.engine === 'mariadb'
        ? {}
        : {
            findWithProfile: (id) => usersWithProfile().where('users.id', '=', id).executeTakeFirst(),
            listWithProfile: (limit) => usersWithProfile().orderBy('users.id').limit(limit).execute(),
            listWithAddress: (limit) =>
              users()
                .select((eb) =>
                  jsonObjectFrom(
                    eb
                      .selectFrom('profiles')
                      .select(['profiles.id', 'bio', 'avatar', 'website', 'visits'])
                      .select((inner) =>
                        jsonObjectFrom(
                          inner
                            .selectFrom('addresses')
                            .select(['addresses.id', 'street', 'city', 'zip', 'country'])
                            .whereRef('addresses.profile_id', '=', 'profiles.id'),
                        ).as('address'),
                      )
                      .whereRef('profiles.user_id', '=', 'users.id'),
                  ).as('profile'),
                )
                .orderBy('users.id')
                .limit(limit)
                .execute(),
            listWithTasks: (limit) =>
              users()
                .select((eb) =>
                  jsonArrayFrom(
                    eb
                      .selectFrom('tasks')
                      .select(['tasks.id', 'title', 'done'])
                      .whereRef('tasks.user_id', '=', 'users.id'),
                  ).as('tasks'),
                )
                .orderBy('users.id')
                .limit(limit)
                .execute(),
          }
    return {
      findByKey: (id) => users().where('users.id', '=', id).executeTakeFirst(),
      ...withRelations,
      createPair: (user, profile) =>
        db.transaction().execute(async (trx) => {
          const { createdAt, active, ...rest } = user
          const values = { ...rest, active: flag(active), created_at: moment(createdAt) }
          const insertUser = trx.insertInto('users').values(values)
          const id = returning
            ? (await insertUser.returning('id').executeTakeFirstOrThrow()).id
            : Number((await insertUser.executeTakeFirstOrThrow()).insertId)
          const insertProfile = trx.insertInto('profiles').values({ user_id: id, ...profile })
          const profileId = returning
            ? (await insertProfile.returning('id').executeTakeFirstOrThrow()).id
            : Number((await insertProfile.executeTakeFirstOrThrow()).insertId)
          return { ...user, id, profile: { ...profile, id: profileId } }
        }),
      insertTasks: (tasks) =>
        db
          .insertInto('tasks')
          .values(tasks.map(({ userId, title, done }) => ({ user_id: userId, title, done: flag(done) })))
          .execute(),
      load: (id) => users().where('users.id', '=', id).executeTakeFirst(),
      updateAge: (user, age) =>
        db
          .updateTable('users')
          .set({ age })
          .where('id', '=', (user as { id: number }).id)
          .execute(),
      replaceProfile: (userId, profileId) =>
        db.transaction().execute(async (trx) => {
          const user = await trx.selectFrom('users').selectAll().where('id', '=', userId).executeTakeFirstOrThrow()
          const profile = await trx
            .selectFrom('profiles')
            .selectAll()
            .where('id', '=', profileId)
            .executeTakeFirstOrThrow()
          await trx.updateTable('profiles').set({ user_id: null }).where('user_id', '=', userId).execute()
          await trx.updateTable('profiles').set({ user_id: userId }).where('id', '=', profileId).execute()
          return { ...user, profile }
        }),
      async lazyProfiles(limit) {
        const list = await users().orderBy('users.id').limit(limit).execute()
        return await Promise.all(
          list.map(({ id }) =>
            db
              .selectFrom('profiles')
              .select(['id', 'bio', 'avatar', 'website', 'visits'])
              .where('user_id', '=', id)
              .executeTakeFirst(),
          ),
        )
      },
      send: (statement) => sql.raw(statement).execute(db),
      close: () => db.destroy(),
    }
  },
}
