/**
 * The same data on every engine: users, each with one profile, each of those with one address, and ten tasks per user. Made by a formula,
 * so that two runs on two machines read the same rows.
 */
import { copyFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EngineName, Target } from './target.js'
import { DATABASE, serverIn, serverOf } from './target.js'

export interface Size {
  readonly users: number
  readonly tasksPerUser: number
  /** Profiles that belong to nobody, for the workload that exchanges them: number of the user + number of the users. */
  readonly freeProfiles: number
}
export const FULL: Size = { users: 10_000, tasksPerUser: 10, freeProfiles: 1_000 }

interface Words {
  readonly key: string
  readonly text: string
  readonly flag: string
  readonly time: string
}
const WORDS: Record<EngineName, Words> = {
  sqlite: { key: 'INTEGER PRIMARY KEY AUTOINCREMENT', text: 'VARCHAR(255)', flag: 'TINYINT(1)', time: 'DATETIME' },
  postgres: { key: 'SERIAL PRIMARY KEY', text: 'VARCHAR(255)', flag: 'BOOLEAN', time: 'TIMESTAMPTZ(3)' },
  mariadb: { key: 'INTEGER PRIMARY KEY AUTO_INCREMENT', text: 'VARCHAR(255)', flag: 'TINYINT(1)', time: 'DATETIME(3)' },
  mysql: { key: 'INTEGER PRIMARY KEY AUTO_INCREMENT', text: 'VARCHAR(255)', flag: 'TINYINT(1)', time: 'DATETIME(3)' },
}

const tables = ({ key, text, flag, time }: Words): readonly string[] => [
  `CREATE TABLE users (id ${key}, name ${text} NOT NULL, email ${text} NOT NULL, age INTEGER NOT NULL, active ${flag} NOT NULL, created_at ${time} NOT NULL)`,
  `CREATE TABLE profiles (id ${key}, user_id INTEGER UNIQUE REFERENCES users (id) ON DELETE SET NULL, bio ${text} NOT NULL, avatar ${text} NOT NULL, website ${text} NOT NULL, visits INTEGER NOT NULL)`,
  `CREATE TABLE addresses (id ${key}, profile_id INTEGER UNIQUE REFERENCES profiles (id) ON DELETE SET NULL, street ${text} NOT NULL, city ${text} NOT NULL, zip ${text} NOT NULL, country ${text} NOT NULL)`,
  `CREATE TABLE tasks (id ${key}, user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE, title ${text} NOT NULL, done ${flag} NOT NULL)`,
  'CREATE INDEX tasks_user_id ON tasks (user_id)',
]

const CITIES = ['Lisbon', 'Kyoto', 'Cusco', 'Tromsø', 'Naïrobi', 'Zürich', 'São Paulo']
const FIRST_DAY = Date.UTC(2020, 0, 1)
type Value = string | number | boolean | Date | null

const user = (id: number): Value[] => [
  id,
  `User ${id}`,
  `user${id}@example.org`,
  18 + (id % 60),
  id % 3 !== 0,
  new Date(FIRST_DAY + id * 3_607_000),
]
const profile = (id: number, size: Size): Value[] => [
  id,
  id <= size.users ? id : null,
  `Bio of profile ${id}: likes wood, joints and 'quotes'.`,
  `/avatars/${id % 97}.png`,
  `https://example.org/~${id}`,
  (id * 37) % 1000,
]
const address = (id: number): Value[] => [
  id,
  id,
  `${(id % 200) + 1} Mortise Lane`,
  CITIES[id % CITIES.length]!,
  String(10_000 + (id % 89_999)),
  id % 2 ? 'PT' : 'JP',
]
const task = (id: number, size: Size): Value[] => [id, ((id - 1) % size.users) + 1, `Task ${id}`, id % 4 === 0]

const COLUMNS = {
  users: ['id', 'name', 'email', 'age', 'active', 'created_at'],
  profiles: ['id', 'user_id', 'bio', 'avatar', 'website', 'visits'],
  addresses: ['id', 'profile_id', 'street', 'city', 'zip', 'country'],
  tasks: ['id', 'user_id', 'title', 'done'],
} as const

function* rowsOf(table: keyof typeof COLUMNS, size: Size): Generator<Value[]> {
  const counts = {
    users: size.users,
    profiles: size.users + size.freeProfiles,
    addresses: size.users,
    tasks: size.users * size.tasksPerUser,
  }
  const make = { users: user, profiles: profile, addresses: address, tasks: task }[table]
  for (let id = 1; id <= counts[table]; id++) yield make(id, size)
}

/** A date as SQLite's programs keep it. */
export const sqliteDate = (date: Date): string => `${date.toISOString().replace('T', ' ').replace('Z', '')} +00:00`

function literal(value: Value, engine: EngineName): string {
  if (value === null) return 'NULL'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return engine === 'postgres' ? String(value) : value ? '1' : '0'
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`
  const text = value.toISOString().replace('T', ' ').replace('Z', '')
  return engine === 'sqlite' ? `'${text} +00:00'` : engine === 'postgres' ? `'${text}+00'` : `'${text}'`
}

/** Sends one statement and forgets the answer. */
type Send = (sql: string) => Promise<unknown> | unknown

async function fill(engine: EngineName, size: Size, send: Send): Promise<void> {
  for (const statement of tables(WORDS[engine])) await send(statement)
  for (const [table, columns] of Object.entries(COLUMNS) as [keyof typeof COLUMNS, readonly string[]][]) {
    let batch: string[] = []
    const flush = async (): Promise<void> => {
      if (batch.length > 0) await send(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${batch.join(', ')}`)
      batch = []
    }
    for (const row of rowsOf(table, size)) {
      batch.push(`(${row.map((value) => literal(value, engine)).join(', ')})`)
      if (batch.length === 2_000) await flush()
    }
    await flush()
    if (engine === 'postgres')
      await send(`SELECT setval(pg_get_serial_sequence('${table}', 'id'), (SELECT max(id) FROM ${table}))`)
  }
  await send(engine === 'mariadb' || engine === 'mysql' ? 'ANALYZE TABLE users, profiles, addresses, tasks' : 'ANALYZE')
}

/** Makes the database anew and fills it. */
export async function prepare(engine: EngineName, size: Size = FULL): Promise<Target> {
  if (engine === 'sqlite') {
    const file = join(tmpdir(), `mortise-bench-${process.pid}.sqlite`)
    await remove({ engine, file })
    const { default: Database } = await import('better-sqlite3')
    const database = new Database(file)
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; BEGIN')
    await fill(engine, size, (sql) => database.exec(sql))
    database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)')
    database.close()
    return { engine, file }
  }
  const name = `${DATABASE}_${process.pid}`
  await administrate(engine, [`DROP DATABASE IF EXISTS ${name}`, `CREATE DATABASE ${name}`])
  const target: Target = { engine, server: serverOf(engine, name) }
  await withSender(target, (send) => fill(engine, size, send))
  return target
}

/** The same database for one contender alone, where it is a file. */
export async function copyFor(target: Target, name: string): Promise<Target> {
  if (target.engine !== 'sqlite') return target
  const file = `${target.file}.${name.replaceAll(' ', '-')}`
  await copyFile(target.file, file)
  copies.push(file)
  return { engine: 'sqlite', file }
}
const copies: string[] = []

/** Removes the database and its copies. */
export async function remove(target: Target): Promise<void> {
  if (target.engine === 'sqlite') {
    for (const file of [target.file, ...copies])
      for (const suffix of ['', '-wal', '-shm']) await rm(file + suffix, { force: true })
    return
  }
  await administrate(target.engine, [
    `DROP DATABASE IF EXISTS ${target.server.database}${target.engine === 'postgres' ? ' WITH (FORCE)' : ''}`,
  ])
}

async function administrate(engine: 'postgres' | 'mariadb' | 'mysql', statements: readonly string[]): Promise<void> {
  const server = serverOf(engine, engine === 'postgres' ? 'postgres' : '')
  await withSender({ engine, server }, async (send) => {
    for (const statement of statements) await send(statement)
  })
}

/** A connection of the bench's own, for what is not timed. */
async function withSender(target: Target, work: (send: Send) => Promise<unknown>): Promise<void> {
  if (target.engine === 'sqlite') {
    const { default: Database } = await import('better-sqlite3')
    const database = new Database(target.file)
    database.pragma('synchronous = OFF')
    try {
      await work((sql) => database.exec(sql))
    } finally {
      database.close()
    }
    return
  }
  const { host, port, user: name, password, database } = serverIn(target)
  if (target.engine === 'postgres') {
    const { default: pg } = await import('pg')
    const client = new pg.Client({ host, port, user: name, password, database })
    await client.connect()
    try {
      await work((sql) => client.query(sql))
    } finally {
      await client.end()
    }
    return
  }
  const { default: mysql } = await import('mysql2/promise')
  const connection = await mysql.createConnection({ host, port, user: name, password, database: database || undefined })
  try {
    await work((sql) => connection.query(sql))
  } finally {
    await connection.end()
  }
}
