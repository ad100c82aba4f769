/** The database that all contenders share, where it is and how a contender connects to it. */
export type EngineName = 'sqlite' | 'postgres' | 'mariadb' | 'mysql'
export const ENGINES: readonly EngineName[] = ['sqlite', 'postgres', 'mariadb', 'mysql']

export interface Server {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

export type Target =
  | { readonly engine: 'sqlite'; readonly file: string }
  | { readonly engine: 'postgres' | 'mariadb' | 'mysql'; readonly server: Server }

/** Connections of a pool, the same for everyone. */
export const POOL = 5
export const DATABASE = 'mortise_bench'

const URLS = {
  postgres: process.env.MORTISE_POSTGRES ?? 'postgres://postgres@127.0.0.1:5432/postgres',
  mariadb: process.env.MORTISE_MARIADB ?? 'mariadb://root@127.0.0.1:3306',
  mysql: process.env.MORTISE_MYSQL ?? 'mysql://orm:orm-secret@127.0.0.1:13316',
}

/** Where the engine's server is; users may say so in MORTISE_POSTGRES, MORTISE_MARIADB and MORTISE_MYSQL. */
export function serverOf(engine: keyof typeof URLS, database: string): Server {
  const { hostname, port, username, password } = new URL(URLS[engine])
  return {
    host: hostname,
    port: Number(port || (engine === 'postgres' ? 5432 : 3306)),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database,
  }
}

export function urlOf(target: Target): string {
  if (target.engine === 'sqlite') return `file:${target.file}`
  const { host, port, user, password, database } = target.server
  const credentials = `${encodeURIComponent(user)}${password ? `:${encodeURIComponent(password)}` : ''}`
  return `${target.engine}://${credentials}@${host}:${port}/${database}`
}

/** For contenders that are written for servers or for SQLite alone. */
export const serverIn = (target: Target): Server => {
  if (target.engine === 'sqlite') throw new Error('SQLite has no server.')
  return target.server
}
