/** Drizzle with its relational queries; single rows by statements prepared by hand, as its page on performance recommends. */
import { eq, relations, sql } from 'drizzle-orm'
import type { Contender, Session } from '../contender.js'
import { sqliteDate } from '../dataset.js'
import type { Target } from '../target.js'
import { POOL, serverIn } from '../target.js'

// biome-ignore lint/suspicious/noExplicitAny: one story for three dialects whose builders have no common type
type Loose = any

interface Opened {
  readonly db: Loose
  readonly tables: Loose
  readonly engine: Target['engine']
  close(): Promise<unknown>
}

function related(users: Loose, profiles: Loose, addresses: Loose, tasks: Loose): Loose {
  return {
    usersRelations: relations(users, ({ one, many }: Loose) => ({ profile: one(profiles), tasks: many(tasks) })),
    profilesRelations: relations(profiles, ({ one }: Loose) => ({
      user: one(users, { fields: [profiles.userId], references: [users.id] }),
      address: one(addresses),
    })),
    addressesRelations: relations(addresses, ({ one }: Loose) => ({
      profile: one(profiles, { fields: [addresses.profileId], references: [profiles.id] }),
    })),
    tasksRelations: relations(tasks, ({ one }: Loose) => ({
      user: one(users, { fields: [tasks.userId], references: [users.id] }),
    })),
  }
}

async function openSqlite(file: string): Promise<Opened> {
  const { customType, integer, sqliteTable, text } = await import('drizzle-orm/sqlite-core')
  const { drizzle: connect } = await import('drizzle-orm/better-sqlite3')
  const { default: Database } = await import('better-sqlite3')
  const moment = customType<{ data: Date; driverData: string }>({
    dataType: () => 'datetime',
    fromDriver: (value) => new Date(value),
    toDriver: sqliteDate,
  })
  const key = () => integer().primaryKey({ autoIncrement: true })
  const users = sqliteTable('users', {
    id: key(),
    name: text().notNull(),
    email: text().notNull(),
    age: integer().notNull(),
    active: integer({ mode: 'boolean' }).notNull(),
    createdAt: moment('created_at').notNull(),
  })
  const profiles = sqliteTable('profiles', {
    id: key(),
    userId: integer('user_id'),
    bio: text().notNull(),
    avatar: text().notNull(),
    website: text().notNull(),
    visits: integer().notNull(),
  })
  const addresses = sqliteTable('addresses', {
    id: key(),
    profileId: integer('profile_id'),
    street: text().notNull(),
    city: text().notNull(),
    zip: text().notNull(),
    country: text().notNull(),
  })
  const tasks = sqliteTable('tasks', {
    id: key(),
    userId: integer('user_id').notNull(),
    title: text().notNull(),
    done: integer({ mode: 'boolean' }).notNull(),
  })
  const client = new Database(file)
  client.pragma('synchronous = OFF')
  client.pragma('foreign_keys = ON')
  const tables = { users, profiles, addresses, tasks }
  const db = connect(client, { schema: { ...tables, ...related(users, profiles, addresses, tasks) } })
  return { db, tables, engine: 'sqlite', close: async () => client.close() }
}

async function openPostgres(target: Target): Promise<Opened> {
  const { boolean, integer, pgTable, serial, timestamp, varchar } = await import('drizzle-orm/pg-core')
  const { drizzle: connect } = await import('drizzle-orm/node-postgres')
  const { default: pg } = await import('pg')
  const users = pgTable('users', {
    id: serial().primaryKey(),
    name: varchar().notNull(),
    email: varchar().notNull(),
    age: integer().notNull(),
    active: boolean().notNull(),
    createdAt: timestamp('created_at', { withTimezone: true, precision: 3 }).notNull(),
  })
  const profiles = pgTable('profiles', {
    id: serial().primaryKey(),
    userId: integer('user_id'),
    bio: varchar().notNull(),
    avatar: varchar().notNull(),
    website: varchar().notNull(),
    visits: integer().notNull(),
  })
  const addresses = pgTable('addresses', {
    id: serial().primaryKey(),
    profileId: integer('profile_id'),
    street: varchar().notNull(),
    city: varchar().notNull(),
    zip: varchar().notNull(),
    country: varchar().notNull(),
  })
  const tasks = pgTable('tasks', {
    id: serial().primaryKey(),
    userId: integer('user_id').notNull(),
    title: varchar().notNull(),
    done: boolean().notNull(),
  })
  const pool = new pg.Pool({ ...serverIn(target), max: POOL })
  const tables = { users, profiles, addresses, tasks }
  const db = connect(pool, { schema: { ...tables, ...related(users, profiles, addresses, tasks) } })
  return { db, tables, engine: 'postgres', close: () => pool.end() }
}

async function openMysql(target: Target): Promise<Opened> {
  const { boolean, datetime, int, mysqlTable, varchar } = await import('drizzle-orm/mysql-core')
  const { drizzle: connect } = await import('drizzle-orm/mysql2')
  const { createPool } = await import('mysql2/promise')
  const words = () => varchar({ length: 255 }).notNull()
  const key = () => int().primaryKey().autoincrement()
  const users = mysqlTable('users', {
    id: key(),
    name: words(),
    email: words(),
    age: int().notNull(),
    active: boolean().notNull(),
    createdAt: datetime('created_at', { fsp: 3 }).notNull(),
  })
  const profiles = mysqlTable('profiles', {
    id: key(),
    userId: int('user_id'),
    bio: words(),
    avatar: words(),
    website: words(),
    visits: int().notNull(),
  })
  const addresses = mysqlTable('addresses', {
    id: key(),
    profileId: int('profile_id'),
    street: words(),
    city: words(),
    zip: words(),
    country: words(),
  })
  const tasks = mysqlTable('tasks', {
    id: key(),
    userId: int('user_id').notNull(),
    title: words(),
    done: boolean().notNull(),
  })
  const pool = createPool({ ...serverIn(target), connectionLimit: POOL, timezone: 'Z' })
  const tables = { users, profiles, addresses, tasks }
  // MariaDB has no LATERAL: its relational queries need the `planetscale` mode, which nests subqueries instead.
  const mode = target.engine === 'mariadb' ? 'planetscale' : 'default'
  const db = connect(pool, { mode, schema: { ...tables, ...related(users, profiles, addresses, tasks) } })
  return { db, tables, engine: target.engine, close: () => pool.end() }
}

export const drizzle: Contender = {
  name: 'drizzle',
  engines: ['sqlite', 'postgres', 'mysql', 'mariadb'],
  async open(target): Promise<Session> {
    const opened =
      target.engine === 'sqlite'
        ? await openSqlite(target.file)
        : target.engine === 'postgres'
          ? await openPostgres(target)
          : await openMysql(target)
    const { db, tables, engine } = opened
    const { users, profiles, tasks } = tables
    const prepare = (query: Loose, name: string): Loose => query.prepare(name)
    const id = sql.placeholder('id')
    const one = prepare(db.query.users.findFirst({ where: eq(users.id, id) }), 'one')
    const two = prepare(db.query.users.findFirst({ where: eq(users.id, id), with: { profile: true } }), 'two')
    const profileOf = prepare(db.query.profiles.findFirst({ where: eq(profiles.userId, id) }), 'profile_of')
    const returning = engine === 'sqlite' || engine === 'postgres'
    const keyOf = async (insert: Loose, table: Loose): Promise<number> =>
      returning ? (await insert.returning({ id: table.id }))[0].id : (await insert.$returningId())[0].id
    // Its queries with relations are refused by MariaDB: they use LATERAL, or a subquery in FROM that looks outside.
    const withRelations: Partial<Session> =
      engine === 'mariadb'
        ? {}
        : {
            findWithProfile: (key) => two.execute({ id: key }),
            listWithProfile: (limit) => db.query.users.findMany({ with: { profile: true }, orderBy: users.id, limit }),
            listWithAddress: (limit) =>
              db.query.users.findMany({ with: { profile: { with: { address: true } } }, orderBy: users.id, limit }),
            listWithTasks: (limit) => db.query.users.findMany({ with: { tasks: true }, orderBy: users.id, limit }),
          }
    return {
      findByKey: (key) => one.execute({ id: key }),
      ...withRelations,
      async createPair(user, profile) {
        if (engine === 'sqlite')
          // Transactions of better-sqlite3 are synchronous there.
          return db.transaction((tx: Loose) => {
            const made = tx.insert(users).values(user).returning({ id: users.id }).get()
            tx.insert(profiles)
              .values({ ...profile, userId: made.id })
              .run()
            return made
          })
        return await db.transaction(async (tx: Loose) => {
          const made = await keyOf(tx.insert(users).values(user), users)
          await keyOf(tx.insert(profiles).values({ ...profile, userId: made }), profiles)
          return made
        })
      },
      insertTasks: (list) => db.insert(tasks).values(list).execute(),
      load: (key) => one.execute({ id: key }),
      updateAge: (user, age) =>
        db
          .update(users)
          .set({ age })
          .where(eq(users.id, (user as { id: number }).id))
          .execute(),
      async replaceProfile(userId, profileId) {
        if (engine === 'sqlite')
          return db.transaction((tx: Loose) => {
            const user = tx.select().from(users).where(eq(users.id, userId)).get()
            const profile = tx.select().from(profiles).where(eq(profiles.id, profileId)).get()
            tx.update(profiles).set({ userId: null }).where(eq(profiles.userId, userId)).run()
            tx.update(profiles).set({ userId }).where(eq(profiles.id, profileId)).run()
            return { ...user, profile }
          })
        return await db.transaction(async (tx: Loose) => {
          const [user] = await tx.select().from(users).where(eq(users.id, userId))
          const [profile] = await tx.select().from(profiles).where(eq(profiles.id, profileId))
          await tx.update(profiles).set({ userId: null }).where(eq(profiles.userId, userId))
          await tx.update(profiles).set({ userId }).where(eq(profiles.id, profileId))
          return { ...user, profile }
        })
      },
      async lazyProfiles(limit) {
        const list: Loose[] = await db.query.users.findMany({ orderBy: users.id, limit })
        return await Promise.all(list.map((user) => profileOf.execute({ id: user.id })))
      },
      send: async (statement) => (engine === 'sqlite' ? db.run(sql.raw(statement)) : db.execute(sql.raw(statement))),
      close: opened.close,
    }
  },
}
