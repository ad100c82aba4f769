// SQLite has no server to be killed: the process that writes to the file is. A second process then finds what was acknowledged.
import { spawn } from 'node:child_process'
import { writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DataTypes, Sequelize } from 'mortise'
import type { Database, Table } from '../support/untyped.js'
import type { Report } from './report.js'
import { pause } from './servers.js'

const ROUNDS = 4

function open(storage: string): { db: Database; Account: Table; Entry: Table } {
  const db = new Sequelize({ dialect: 'sqlite', storage, logging: false } as never) as unknown as Database
  const Account = db.define('Account', { balance: DataTypes.INTEGER }, { timestamps: false })
  const Entry = db.define('Entry', { token: DataTypes.STRING }, { timestamps: false })
  return { db, Account, Entry }
}

/** In the process that is killed: says each token as soon as its commit is acknowledged. */
async function writeForever(storage: string, name: string): Promise<void> {
  const { db, Account, Entry } = open(storage)
  for (let number = 0; ; number += 1) {
    await db.transaction(async () => {
      await Entry.create({ token: `${name}-${number}` })
      await Account.increment('balance', { by: 1, where: { id: 1 } })
    })
    writeSync(1, `${name}-${number}\n`)
  }
}

export async function killedFile(report: Report): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mortise-chaos-sqlite-'))
  const storage = join(folder, 'chaos.sqlite')
  const { db, Account, Entry } = open(storage)
  try {
    await db.sync()
    await Account.create({ balance: 0 })
    const acknowledged: string[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(import.meta.url), storage, `r${round}`])
      child.stderr.pipe(process.stderr)
      let told = ''
      child.stdout.on('data', (data: Buffer) => {
        told += String(data)
      })
      const ended = new Promise((resolve) => child.once('close', resolve))
      while (told.length < 1000 && child.exitCode === null) await pause(20)
      child.kill('SIGKILL')
      await ended
      // The last line may have been cut.
      acknowledged.push(...told.split('\n').slice(0, -1))
      const [count, balance] = [await Entry.count(), (await Account.findByPk(1)).balance as number]
      report.check(`killed, round ${round + 1}: transactions are there wholly or not at all`, count === balance, {
        count,
        balance,
      })
      await Entry.create({ token: `after ${round}` })
      await Account.increment('balance', { by: 1, where: { id: 1 } })
    }
    const found = new Set((await Entry.findAll({ raw: true })).map(({ token }) => token as string))
    report.note(`${acknowledged.length} commits acknowledged`)
    report.check('there was load', acknowledged.length > 100, acknowledged.length)
    report.check(
      'every acknowledged commit is there',
      acknowledged.every((token) => found.has(token)),
    )
  } finally {
    await db.close()
    await rm(folder, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeForever(process.argv[2]!, process.argv[3]!)
