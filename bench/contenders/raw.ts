/**
 * The limit: SQL written by hand, prepared once, rows as arrays, mapped by hand to plain objects. What everybody else is measured against.
 */
import type { Contender, NewProfile, NewTask, NewUser, Session } from '../contender.js'
import { sqliteDate } from '../dataset.js'
import type { Target } from '../target.js'
import { POOL, serverIn } from '../target.js'

type Row = readonly unknown[]

const USER = 'u.id, u.name, u.email, u.age, u.active, u.created_at'
const PROFILE = 'p.id, p.bio, p.avatar, p.website, p.visits'
const ADDRESS = 'a.id, a.street, a.city, a.zip, a.country'

const userOf = (r: Row) => ({
  id: r[0] as number,
  name: r[1] as string,
  email: r[2] as string,
  age: r[3] as number,
  active: r[4] === 1 || r[4] === true,
  createdAt: r[5] instanceof Date ? r[5] : new Date(r[5] as string),
})
const withProfile = (r: Row) => ({ ...userFields(r), profile: r[6] === null ? null : profileOf(r, 6) })
const withAddress = (r: Row) => ({
  ...userFields(r),
  profile: r[6] === null ? null : { ...profileOf(r, 6), address: r[11] === null ? null : addressOf(r) },
})
const userFields = userOf
const profileOf = (r: Row, at: number) => ({
  id: r[at] as number,
  bio: r[at + 1] as string,
  avatar: r[at + 2] as string,
  website: r[at + 3] as string,
  visits: r[at + 4] as number,
})
const addressOf = (r: Row) => ({
  id: r[11] as number,
  street: r[12] as string,
  city: r[13] as string,
  zip: r[14] as string,
  country: r[15] as string,
})
const taskOf = (r: Row) => ({ id: r[0] as number, title: r[2] as string, done: r[3] === 1 || r[3] === true })

/** Tasks under their users, from rows `id, user_id, title, done`. */
function underUsers(users: readonly Row[], tasks: readonly Row[]) {
  const lists = new Map<number, ReturnType<typeof taskOf>[]>()
  for (const row of tasks) {
    const list = lists.get(row[1] as number)
    if (list) list.push(taskOf(row))
    else lists.set(row[1] as number, [taskOf(row)])
  }
  return users.map((row) => ({ ...userOf(row), tasks: lists.get(row[0] as number) ?? [] }))
}

const SQL = {
  user: `SELECT ${USER} FROM users u WHERE u.id = ?`,
  withProfile: `SELECT ${USER}, ${PROFILE} FROM users u LEFT JOIN profiles p ON p.user_id = u.id WHERE u.id = ?`,
  listProfile: `SELECT ${USER}, ${PROFILE} FROM users u LEFT JOIN profiles p ON p.user_id = u.id ORDER BY u.id LIMIT ?`,
  listAddress: `SELECT ${USER}, ${PROFILE}, ${ADDRESS} FROM users u LEFT JOIN profiles p ON p.user_id = u.id LEFT JOIN addresses a ON a.profile_id = p.id ORDER BY u.id LIMIT ?`,
  list: `SELECT ${USER} FROM users u ORDER BY u.id LIMIT ?`,
  everyProfile: `SELECT ${USER}, ${PROFILE} FROM users u LEFT JOIN profiles p ON p.user_id = u.id`,
  insertUser: 'INSERT INTO users (name, email, age, active, created_at) VALUES (?, ?, ?, ?, ?)',
  insertProfile: 'INSERT INTO profiles (user_id, bio, avatar, website, visits) VALUES (?, ?, ?, ?, ?)',
  updateAge: 'UPDATE users SET age = ? WHERE id = ?',
  profile: `SELECT ${PROFILE}, p.user_id FROM profiles p WHERE p.id = ?`,
  profileOf: `SELECT ${PROFILE} FROM profiles p WHERE p.user_id = ?`,
  unlink: 'UPDATE profiles SET user_id = NULL WHERE user_id = ?',
  link: 'UPDATE profiles SET user_id = ? WHERE id = ?',
} as const

const userValues = ({
  name,
  email,
  age,
  active,
  createdAt,
}: NewUser): readonly [string, string, number, boolean, Date] => [name, email, age, active, createdAt]
const profileValues = ({ bio, avatar, website, visits }: NewProfile) => [bio, avatar, website, visits] as const

export const raw: Contender = {
  name: 'raw driver',
  engines: ['sqlite', 'postgres', 'mariadb', 'mysql'],
  async open(target) {
    if (target.engine === 'sqlite') return await openSqlite(target.file)
    if (target.engine === 'postgres') return await openPostgres(target)
    return await openMysqlLike(target)
  },
}

async function openSqlite(file: string): Promise<Session> {
  const { default: Database } = await import('better-sqlite3')
  const database = new Database(file)
  database.pragma('synchronous = OFF')
  database.pragma('foreign_keys = ON')
  const rows = (sql: string) => database.prepare<unknown[], Row>(sql).raw()
  const [one, two, listProfile, listAddress, list] = [
    rows(SQL.user),
    rows(SQL.withProfile),
    rows(SQL.listProfile),
    rows(SQL.listAddress),
    rows(SQL.list),
  ]
  const everyProfile = rows(SQL.everyProfile)
  const [profile, profileOfUser] = [rows(SQL.profile), rows(SQL.profileOf)]
  const tasksOf = rows(
    'SELECT id, user_id, title, done FROM tasks WHERE user_id IN (SELECT value FROM json_each(?)) ORDER BY id',
  )
  const [insertUser, insertProfile, updateAge] = [
    database.prepare(SQL.insertUser),
    database.prepare(SQL.insertProfile),
    database.prepare(SQL.updateAge),
  ]
  const [unlink, link] = [database.prepare(SQL.unlink), database.prepare(SQL.link)]
  const [begin, commit] = [database.prepare('BEGIN IMMEDIATE'), database.prepare('COMMIT')]
  const thousand = database.prepare(
    `INSERT INTO tasks (user_id, title, done) VALUES ${Array(1_000).fill('(?, ?, ?)').join(', ')}`,
  )
  return {
    findByKey: async (id) => userOf(one.get(id)!),
    findWithProfile: async (id) => withProfile(two.get(id)!),
    listWithProfile: async (limit) => listProfile.all(limit).map(withProfile),
    listWithAddress: async (limit) => listAddress.all(limit).map(withAddress),
    async listWithTasks(limit) {
      const users = list.all(limit)
      return underUsers(users, tasksOf.all(JSON.stringify(users.map((row) => row[0]))))
    },
    async createPair(user, profileData) {
      begin.run()
      const { lastInsertRowid } = insertUser.run(
        user.name,
        user.email,
        user.age,
        user.active ? 1 : 0,
        sqliteDate(user.createdAt),
      )
      const made = insertProfile.run(lastInsertRowid, ...profileValues(profileData))
      commit.run()
      return { ...user, id: lastInsertRowid, profile: { ...profileData, id: made.lastInsertRowid } }
    },
    async insertTasks(tasks) {
      const values: unknown[] = []
      for (const { userId, title, done } of tasks) values.push(userId, title, done ? 1 : 0)
      thousand.run(values)
      return tasks
    },
    load: async (id) => userOf(one.get(id)!),
    async updateAge(loaded, age) {
      const user = loaded as { id: number; age: number }
      updateAge.run(age, user.id)
      user.age = age
    },
    async replaceProfile(userId, profileId) {
      begin.run()
      const user = userOf(one.get(userId)!)
      const next = profileOf(profile.get(profileId)!, 0)
      unlink.run(userId)
      link.run(userId, profileId)
      commit.run()
      return { ...user, profile: next }
    },
    lazyProfiles: async (limit) => list.all(limit).map((row) => profileOf(profileOfUser.get(row[0])!, 0)),
    async streamWithProfile(each) {
      for (const row of everyProfile.iterate()) each(withProfile(row))
    },
    send: async (sql) => database.exec(sql),
    close: async () => database.close(),
  }
}

/** `?` as PostgreSQL writes it. */
const numbered = (sql: string): string => {
  let count = 0
  return sql.replaceAll('?', () => `$${++count}`)
}

async function openPostgres(target: Target): Promise<Session> {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ ...serverIn(target), max: POOL })
  const statement = (name: string, sql: string) => {
    const text = numbered(sql)
    return (values: readonly unknown[], client: { query: typeof pool.query } = pool) =>
      client
        .query({ name, text, values: values as unknown[], rowMode: 'array' })
        .then((result) => result.rows as unknown as Row[])
  }
  const one = statement('one', SQL.user)
  const two = statement('two', SQL.withProfile)
  const listProfile = statement('listProfile', SQL.listProfile)
  const listAddress = statement('listAddress', SQL.listAddress)
  const list = statement('list', SQL.list)
  const tasksOf = statement(
    'tasksOf',
    'SELECT id, user_id, title, done FROM tasks WHERE user_id = ANY (?::int[]) ORDER BY id',
  )
  const insertUser = statement('insertUser', `${SQL.insertUser} RETURNING id`)
  const insertProfile = statement('insertProfile', `${SQL.insertProfile} RETURNING id`)
  const updateAge = statement('updateAge', SQL.updateAge)
  const profile = statement('profile', SQL.profile)
  const profileOfUser = statement('profileOf', SQL.profileOf)
  const unlink = statement('unlink', SQL.unlink)
  const link = statement('link', SQL.link)
  const thousand = statement(
    'thousand',
    'INSERT INTO tasks (user_id, title, done) SELECT * FROM unnest(?::int[], ?::text[], ?::bool[]) RETURNING id',
  )
  const inTransaction = async <T>(work: (client: { query: typeof pool.query }) => Promise<T>): Promise<T> => {
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      const result = await work(client as unknown as { query: typeof pool.query })
      await client.query('COMMIT')
      return result
    } finally {
      client.release()
    }
  }
  return {
    findByKey: async (id) => userOf((await one([id]))[0]!),
    findWithProfile: async (id) => withProfile((await two([id]))[0]!),
    listWithProfile: async (limit) => (await listProfile([limit])).map(withProfile),
    listWithAddress: async (limit) => (await listAddress([limit])).map(withAddress),
    async listWithTasks(limit) {
      const users = await list([limit])
      return underUsers(users, await tasksOf([users.map((row) => row[0])]))
    },
    createPair: (user, profileData) =>
      inTransaction(async (client) => {
        const [[id]] = (await insertUser(userValues(user), client)) as [Row]
        const [[profileId]] = (await insertProfile([id, ...profileValues(profileData)], client)) as [Row]
        return { ...user, id, profile: { ...profileData, id: profileId } }
      }),
    insertTasks: (tasks: readonly NewTask[]) =>
      thousand([tasks.map((t) => t.userId), tasks.map((t) => t.title), tasks.map((t) => t.done)]),
    load: async (id) => userOf((await one([id]))[0]!),
    async updateAge(loaded, age) {
      const user = loaded as { id: number; age: number }
      await updateAge([age, user.id])
      user.age = age
    },
    replaceProfile: (userId, profileId) =>
      inTransaction(async (client) => {
        const user = userOf((await one([userId], client))[0]!)
        const next = profileOf((await profile([profileId], client))[0]!, 0)
        await unlink([userId], client)
        await link([userId, profileId], client)
        return { ...user, profile: next }
      }),
    async lazyProfiles(limit) {
      const users = await list([limit])
      return await Promise.all(users.map(async (row) => profileOf((await profileOfUser([row[0]]))[0]!, 0)))
    },
    async streamWithProfile(each) {
      const client = await pool.connect()
      const fetch = () => client.query({ text: 'FETCH 500 FROM every_profile', rowMode: 'array' })
      try {
        await client.query('BEGIN')
        await client.query(`DECLARE every_profile NO SCROLL CURSOR FOR ${SQL.everyProfile}`)
        for (let { rows } = await fetch(); rows.length > 0; { rows } = await fetch())
          for (const row of rows as unknown as Row[]) each(withProfile(row))
        await client.query('COMMIT')
      } finally {
        client.release()
      }
    },
    send: (sql) => pool.query(sql),
    close: () => pool.end(),
  }
}

async function openMysqlLike(target: Target): Promise<Session> {
  const { createPool } = await import('mariadb')
  const { host, port, user, password, database } = serverIn(target)
  const pool = createPool({
    host,
    port,
    user,
    password,
    database,
    connectionLimit: POOL,
    rowsAsArray: true,
    timezone: 'Z',
    allowPublicKeyRetrieval: true,
    insertIdAsNumber: true,
  })
  type Sender = Pick<typeof pool, 'execute'>
  const rows = async (sql: string, values: readonly unknown[], on: Sender = pool): Promise<Row[]> =>
    (await on.execute(sql, values as unknown[])) as Row[]
  const run = async (sql: string, values: readonly unknown[], on: Sender = pool): Promise<number> =>
    ((await on.execute(sql, values as unknown[])) as { insertId: number }).insertId
  const inTransaction = async <T>(work: (connection: Sender) => Promise<T>): Promise<T> => {
    const connection = await pool.getConnection()
    try {
      await connection.beginTransaction()
      const result = await work(connection)
      await connection.commit()
      return result
    } finally {
      await connection.release()
    }
  }
  const thousand = `INSERT INTO tasks (user_id, title, done) VALUES ${Array(1_000).fill('(?, ?, ?)').join(', ')}`
  const tasksOf = (count: number): string =>
    `SELECT id, user_id, title, done FROM tasks WHERE user_id IN (${Array(count).fill('?').join(', ')}) ORDER BY id`
  return {
    findByKey: async (id) => userOf((await rows(SQL.user, [id]))[0]!),
    findWithProfile: async (id) => withProfile((await rows(SQL.withProfile, [id]))[0]!),
    listWithProfile: async (limit) => (await rows(SQL.listProfile, [limit])).map(withProfile),
    listWithAddress: async (limit) => (await rows(SQL.listAddress, [limit])).map(withAddress),
    async listWithTasks(limit) {
      const users = await rows(SQL.list, [limit])
      return underUsers(
        users,
        await rows(
          tasksOf(users.length),
          users.map((row) => row[0]),
        ),
      )
    },
    createPair: (newUser, profileData) =>
      inTransaction(async (connection) => {
        const id = await run(SQL.insertUser, userValues(newUser), connection)
        const profileId = await run(SQL.insertProfile, [id, ...profileValues(profileData)], connection)
        return { ...newUser, id, profile: { ...profileData, id: profileId } }
      }),
    async insertTasks(tasks) {
      const values: unknown[] = []
      for (const { userId, title, done } of tasks) values.push(userId, title, done)
      return await run(thousand, values)
    },
    load: async (id) => userOf((await rows(SQL.user, [id]))[0]!),
    async updateAge(loaded, age) {
      const own = loaded as { id: number; age: number }
      await run(SQL.updateAge, [age, own.id])
      own.age = age
    },
    replaceProfile: (userId, profileId) =>
      inTransaction(async (connection) => {
        const found = userOf((await rows(SQL.user, [userId], connection))[0]!)
        const next = profileOf((await rows(SQL.profile, [profileId], connection))[0]!, 0)
        await run(SQL.unlink, [userId], connection)
        await run(SQL.link, [userId, profileId], connection)
        return { ...found, profile: next }
      }),
    async lazyProfiles(limit) {
      const users = await rows(SQL.list, [limit])
      return await Promise.all(users.map(async (row) => profileOf((await rows(SQL.profileOf, [row[0]]))[0]!, 0)))
    },
    send: (sql) => pool.query(sql),
    close: () => pool.end(),
  }
}
