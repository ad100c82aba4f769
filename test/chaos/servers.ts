// A server of this program's own, in a folder that is thrown away: it may be killed. Commits wait for the disk, so that what it acknowledges
// must be there afterwards. Needs the server's programs on this machine: PostgreSQL's and MariaDB's packages, or the MySQL that
// `scripts/engines/mysql.sh start` has brought (another place: MORTISE_MYSQL_PREFIX).
import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type ServerName = 'postgres' | 'mariadb' | 'mysql'

export interface Server {
  readonly options: Readonly<Record<string, unknown>>
  /** Sessions of others than the one that asks. */
  readonly sessions: string
  /** Resolves when it answers. */
  start(): Promise<void>
  /** At once, without a word (SIGKILL). `part`: one process of several, where the engine has several. */
  kill(part?: 'all' | 'one'): Promise<void>
  /** Ends it and removes its data. */
  remove(): Promise<void>
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

interface Recipe {
  readonly user: string
  readonly command: readonly [string, ...string[]]
  readonly setup: readonly (readonly [string, ...string[]])[]
}

export async function makeServer(name: ServerName, options: object = {}): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), `mortise-chaos-${name}-`))
  const port = await freePort()
  const { user, command, setup } = RECIPES[name](folder, port)
  const identity = identityOf(user)
  if (identity !== null) chownSync(folder, identity.uid, identity.gid)
  for (const [program, ...args] of setup) execFileSync(program, args, { stdio: 'pipe', cwd: folder, ...identity })
  let child: ChildProcess | null = null
  const ended = async (): Promise<void> => {
    const one = child
    child = null
    if (one !== null && one.exitCode === null && one.signalCode === null)
      await new Promise((resolve) => one.once('exit', resolve))
  }
  const launch = (): ChildProcess =>
    spawn(command[0], command.slice(1), { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], ...identity })
  return {
    options:
      name === 'postgres'
        ? { dialect: name, host: '127.0.0.1', port, user: 'postgres', database: 'postgres', ...options }
        : { dialect: name, host: '127.0.0.1', port, user: 'chaos', database: 'chaos', ...options },
    sessions:
      name === 'postgres'
        ? "SELECT count(*)::int AS n FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        : "SELECT COUNT(*) AS n FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND command NOT IN ('Daemon') AND user <> 'event_scheduler'",
    async start() {
      for (let tries = 1; ; tries += 1) {
        child = launch()
        const words: string[] = []
        child.stderr?.on('data', (data: Buffer) => words.push(String(data)))
        if (await answers(name, port, child)) return
        // What was killed may still have processes that hold its memory.
        if (tries === 20) throw new Error(`${name} does not start:\n${words.join('').slice(-2000)}`)
        await pause(250)
      }
    },
    async kill(part = 'all') {
      const pid = child!.pid!
      const parts = part === 'one' && name === 'postgres' ? childrenOf(pid).filter(isBackend) : []
      if (parts.length > 0) {
        process.kill(parts[0]!, 'SIGKILL')
        return
      }
      process.kill(pid, 'SIGKILL')
      await ended()
    },
    async remove() {
      child?.kill('SIGTERM')
      const late = setTimeout(() => child?.kill('SIGKILL'), 10_000)
      await ended()
      clearTimeout(late)
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
    },
  }
}

const RECIPES: Readonly<Record<ServerName, (folder: string, port: number) => Recipe>> = {
  postgres(folder, port) {
    const bin = postgresPrograms()
    const data = join(folder, 'data')
    return {
      user: 'postgres',
      setup: [[join(bin, 'initdb'), '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N']],
      command: [
        join(bin, 'postgres'),
        ...[
          '-D',
          data,
          '-p',
          String(port),
          '-h',
          '127.0.0.1',
          '-k',
          '',
          '-c',
          'fsync=on',
          '-c',
          'synchronous_commit=on',
        ],
      ],
    }
  },
  mariadb(folder, port) {
    const data = join(folder, 'data')
    return {
      user: 'mysql',
      setup: [
        [
          'mariadb-install-db',
          ...['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'],
        ],
      ],
      command: ['mariadbd', '--no-defaults', ...mysqlArguments(folder, data, port)],
    }
  },
  mysql(folder, port) {
    const data = join(folder, 'data')
    const program = mysqlProgram()
    return {
      user: 'mysql',
      setup: [[...program, '--initialize-insecure', `--datadir=${data}`]],
      command: [...program, ...mysqlArguments(folder, data, port), '--mysqlx=0', '--secure-file-priv='],
    }
  },
}

const mysqlArguments = (folder: string, data: string, port: number): readonly string[] => [
  ...[`--datadir=${data}`, `--port=${port}`, '--bind-address=127.0.0.1', `--socket=${folder}/s`],
  ...[`--pid-file=${folder}/pid`, '--innodb-flush-log-at-trx-commit=1', '--innodb-buffer-pool-size=64M'],
  ...['--skip-log-bin', '--skip-name-resolve', `--init-file=${initFile(folder)}`],
]

/** Run at each start. */
function initFile(folder: string): string {
  const path = join(folder, 'init.sql')
  writeFileSync(
    path,
    [
      'CREATE DATABASE IF NOT EXISTS chaos CHARACTER SET utf8mb4;',
      "CREATE USER IF NOT EXISTS 'chaos'@'127.0.0.1';",
      "GRANT ALL ON *.* TO 'chaos'@'127.0.0.1';\n",
    ].join('\n'),
  )
  return path
}

function postgresPrograms(): string {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((one, other) => Number(other) - Number(one)) : []
  if (versions[0] !== undefined) return join(root, versions[0], 'bin')
  return execFileSync('pg_config', ['--bindir'], { encoding: 'utf8' }).trim()
}

function mysqlProgram(): [string, ...string[]] {
  const prefix = process.env.MORTISE_MYSQL_PREFIX ?? '/var/tmp/mortise-engines/mysql'
  if (!existsSync(prefix)) return ['mysqld', '--no-defaults']
  return [
    `${prefix}/usr/lib64/ld-linux-x86-64.so.2`,
    ...['--library-path', `${prefix}/usr/lib/x86_64-linux-gnu:${prefix}/usr/lib`, `${prefix}/usr/sbin/mysqld`],
    '--no-defaults',
    ...[`--basedir=${prefix}/usr`, `--lc-messages-dir=${prefix}/usr/share/mysql`],
    ...[`--character-sets-dir=${prefix}/usr/share/mysql/charsets`, `--plugin-dir=${prefix}/usr/lib/mysql/plugin`],
  ]
}

/** Servers refuse to run as root. */
function identityOf(user: string): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null
  const id = (flag: string): number => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/** The server greets (MySQL family) or takes connections (PostgreSQL, which refuses them by a message until it is ready). */
async function answers(name: ServerName, port: number, child: ChildProcess): Promise<boolean> {
  for (let tries = 0; tries < 600 && child.exitCode === null; tries += 1) {
    if (await (name === 'postgres' ? isReady(port) : greets(port))) return true
    await pause(100)
  }
  return false
}

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1')
    const say = (found: boolean) => (): void => {
      socket.destroy()
      resolve(found)
    }
    socket.setTimeout(2000, say(false)).once('data', say(true)).once('error', say(false)).once('close', say(false))
  })
}

async function isReady(port: number): Promise<boolean> {
  try {
    execFileSync(join(postgresPrograms(), 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
const isBackend = (pid: number): boolean => /127\.0\.0\.1\(\d+\)/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
