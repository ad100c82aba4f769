// Executors on real SQLite databases, closed and removed after each test.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { Result, Statement } from '../../../src/connect/driver.js'
import type { ExecOptions, ExecutorOptions } from '../../../src/connect/executor.js'
import { Executor } from '../../../src/connect/executor.js'
import { SqliteDialect } from '../../../src/dialect/sqlite/index.js'

let cleanups: (() => void | Promise<void>)[] = []
afterEach(async () => {
  const work = cleanups.reverse()
  cleanups = []
  for (const cleanup of work) await cleanup()
})

export const log: string[] = []

export function open(options: Partial<ExecutorOptions> = {}): Executor {
  log.length = 0
  const executor = new Executor({
    dialect: new SqliteDialect(),
    connection: { storage: ':memory:', driver: process.env.MORTISE_TEST_DRIVER },
    pool: { acquire: 2000 },
    logging: (text) => void log.push(text.replace(/^Execut\w+ \([^)]*\): /, '')),
    ...options,
  })
  cleanups.push(() => executor.close())
  return executor
}

export function openFile(options: Partial<ExecutorOptions> = {}): Executor {
  const folder = mkdtempSync(join(tmpdir(), 'mortise-'))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  return open({
    ...options,
    connection: {
      storage: join(folder, 'test.sqlite'),
      driver: process.env.MORTISE_TEST_DRIVER,
      ...options.connection,
    },
  })
}

export const write = (
  executor: Executor,
  text: string,
  params: readonly unknown[] = [],
  options?: ExecOptions,
): Promise<Result> =>
  executor.execute({ text, params, mode: /RETURNING/.test(text) ? 'rows' : 'run' }, 'write', options)
export const read = async (
  executor: Executor,
  text: string,
  options?: ExecOptions & Pick<Partial<Statement>, 'single' | 'wide'>,
): Promise<unknown[][]> =>
  (await executor.execute({ text, params: [], mode: 'rows' }, 'read', options)).rows as unknown[][]
export const count = async (executor: Executor, options?: ExecOptions): Promise<unknown> =>
  (await read(executor, 'SELECT count(*) FROM t', options))[0]![0]
export const pause = (ms = 5): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
