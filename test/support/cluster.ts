// Clusters for tests: servers that a program of the run's own starts, kills and starts again, and Sequelize instances on them that are
// closed after the last test.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { DataTypes, Sequelize } from 'mortise'
import type { Database, Row, Table } from './untyped.js'

const run = promisify(execFile)
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A command of the program; resolves to what it prints. */
export type Command = (...args: readonly string[]) => Promise<string>
export const commandOf =
  (program: string): Command =>
  async (...args) =>
    (await run('bash', [program, ...args], { timeout: 120_000 })).stdout.trim()

/** The nodes of one cluster, by the numbers that its program gives them. */
export class Nodes {
  urls: readonly string[] = []
  readonly #opened: Database[] = []
  readonly #command: Command
  readonly #options: object
  readonly #firstWords: string

  /** `options`: of every instance. `firstWords`: what a connection to a single node says first. */
  constructor(command: Command, options: object, firstWords: string) {
    this.#command = command
    this.#options = options
    this.#firstWords = firstWords
  }

  async start(numbers: readonly number[]): Promise<void> {
    await this.#command('start')
    this.urls = await Promise.all(numbers.map((number) => this.#command('url', String(number))))
  }

  open(options: object): Database {
    const db = new Sequelize({ ...this.#options, logging: false, ...options } as never) as unknown as Database
    this.#opened.push(db)
    return db
  }

  /** Of the first, second, third node, which alone is spoken to. */
  node(number: number, options: object = {}): Database {
    const db = this.open({ url: this.urls[number - 1], ...options })
    db.hooks.addListener('afterConnect', (connection: Row) =>
      connection.execute({ text: this.#firstWords, params: [], mode: 'run' }),
    )
    return db
  }

  async close(): Promise<void> {
    for (const db of this.#opened) await db.close().catch(() => {})
  }
}

export const defineAccount = (db: Database): Table =>
  db.define(
    'Account',
    { balance: DataTypes.INTEGER, owner: DataTypes.STRING },
    { timestamps: false, tableName: 'mortise_accounts' },
  )

export interface Load {
  /** Keys of rows that were written. */
  readonly acknowledged: readonly number[]
  readonly failures: readonly Error[]
  /** Writes after `during`. */
  readonly recovered: number
}

/** Writers beside each other as long as `during` takes, then until fifty more writes went well. */
export async function underLoad(
  write: (writer: number) => Promise<Row>,
  writers: number,
  during: () => Promise<unknown>,
): Promise<Load> {
  const acknowledged: number[] = []
  const failures: Error[] = []
  let isOver = false
  const running = Array.from({ length: writers }, async (_item, writer) => {
    while (!isOver) {
      try {
        acknowledged.push((await write(writer)).id as number)
      } catch (error) {
        failures.push(error as Error)
        await pause(20)
      }
    }
  })
  await pause(300)
  await during()
  const before = acknowledged.length
  for (let tries = 0; acknowledged.length < before + 50 && tries < 800; tries += 1) await pause(50)
  isOver = true
  await Promise.all(running)
  return { acknowledged, failures, recovered: acknowledged.length - before }
}
