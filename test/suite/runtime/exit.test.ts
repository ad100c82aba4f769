// The end: close() waits for what is in flight, and nothing that is left keeps a process alive.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ConnectionError, DataTypes, Sequelize } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Database, Table } from '../../support/untyped.js'
import { pause } from './server.js'

const PROGRAM = fileURLToPath(new URL('./exit-process.ts', import.meta.url))
/** What a loaded machine takes to end a process that has nothing to wait for. */
const SOON = 4000

/** Runs the program; resolves with the milliseconds between its last word and its end. */
function lasting(options: object, way: string): Promise<{ said: string; code: number | null; milliseconds: number }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, JSON.stringify(options), way], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    let words = 0
    child.stdout.on('data', (data: Buffer) => {
      said += String(data)
      words = performance.now()
    })
    child.stderr.on('data', (data: Buffer) => {
      said += String(data)
    })
    const late = setTimeout(() => child.kill('SIGKILL'), 40_000)
    child.once('error', reject)
    child.once('close', (code) => {
      clearTimeout(late)
      resolve({ said, code, milliseconds: performance.now() - words })
    })
  })
}

describeEachEngine('the end of a program', (engine) => {
  test('close() waits for what is in flight and for who waits for a connection; then every call is refused', async () => {
    const options = await engine.options({ file: true })
    const make = (): { db: Database; Item: Table } => {
      const db = new Sequelize({ ...options, logging: false, pool: { max: 2 } } as never) as unknown as Database
      return { db, Item: db.define('Item', { name: DataTypes.STRING }, { timestamps: false }) }
    }
    const { db, Item } = make()
    await db.sync()
    const work = Array.from({ length: 12 }, (_item, at) =>
      at % 2 === 0
        ? Item.create({ name: `single ${at}` })
        : db.transaction(async () => {
            await Item.create({ name: `first ${at}` })
            await pause(20)
            await Item.create({ name: `second ${at}` })
          }),
    )
    await pause(5)
    const order: string[] = []
    const all = Promise.all(work).then(() => order.push('work'))
    await db.close().then(() => order.push('close'))
    await all
    expect(order).toEqual(['work', 'close'])
    expect([db.pool.using, db.pool.waiting, db.pool.size]).toEqual([0, 0, 0])
    await expect(Item.count()).rejects.toBeInstanceOf(ConnectionError)
    await expect(db.transaction(() => Item.count())).rejects.toThrow(/closed/)
    await db.close()
    const { db: again, Item: Found } = make()
    expect(await Found.count()).toBe(18)
    await again.close()
  })

  const inAnotherProcess = engine.requires('otherProcesses')
  for (const way of ['closes', 'fails'])
    inAnotherProcess(
      `a process that ${way} ends by itself`,
      async () => {
        const { said, code, milliseconds } = await lasting(await engine.options({ file: true }), way)
        expect(said).toBe('8 rows\n')
        expect(code).toBe(0)
        expect(milliseconds).toBeLessThan(SOON)
      },
      60_000,
    )

  inAnotherProcess(
    'a process that closes nothing ends too: at once without a server, else when its connections were idle for long enough',
    async () => {
      const options = await engine.options({ file: true })
      const { said, code, milliseconds } = await lasting({ ...options, pool: { idle: 500, evict: 100 } }, 'leaves')
      expect(said).toBe('8 rows\n')
      expect(code).toBe(0)
      expect(milliseconds).toBeLessThan(SOON)
    },
    60_000,
  )
})
