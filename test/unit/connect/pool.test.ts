import { expect, test } from 'vitest'
import type { Connection } from '../../../src/connect/driver.js'
import { Pool } from '../../../src/connect/pool.js'
import type { PoolOptions } from '../../../src/connect/pool-settings.js'
import { poolSettings } from '../../../src/connect/pool-settings.js'
import { pause } from './support.js'

let made = 0
function fake(options: PoolOptions, connectMs: number | null = null) {
  const closed: number[] = []
  const connection = (): Connection => {
    made += 1
    return {
      id: made,
      isOpen: true,
      native: null,
      execute: () => ({ columns: [], rows: [], affectedRows: 0, lastInsertId: null }),
      close: () => {},
    }
  }
  const pool = new Pool(
    {
      name: 'write',
      connect: () => (connectMs === null ? connection() : pause(connectMs).then(connection)),
      disconnect: (given) => void closed.push(given.id),
    },
    poolSettings(options),
  )
  return { pool, closed }
}

test('as many as max, then in line, first come first served', async () => {
  for (const connectMs of [null, 1]) {
    const { pool } = fake({ max: 2 }, connectMs)
    const [one, two] = await Promise.all([pool.acquire(), pool.acquire()])
    expect([pool.size, pool.using, pool.available, pool.waiting]).toEqual([2, 2, 0, 0])
    const order: string[] = []
    const third = pool.acquire().then((connection) => {
      order.push('third')
      return connection
    })
    const fourth = pool.acquire().then((connection) => {
      order.push('fourth')
      return connection
    })
    await pause(5)
    expect(pool.waiting).toBe(2)
    pool.release(one!)
    pool.release(two!)
    expect(new Set([await third, await fourth])).toEqual(new Set([one, two]))
    expect(order).toEqual(['third', 'fourth'])
    expect(() => pool.release({ id: 0 } as Connection)).toThrow(/not borrowed/)
    pool.release(await third)
    expect(() => pool.release(one!)).toThrow(/given back before/)
  }
})

test('a caller that waits too long is told, and does not get a connection later', async () => {
  const { pool } = fake({ max: 1, acquire: 20 })
  const connection = await pool.acquire()
  await expect(pool.acquire()).rejects.toThrow(
    /No write connection became free within 20 ms.*connection \d+: pool\.acquire\(\), for \d+ ms/,
  )
  pool.release(connection)
  expect(pool.available).toBe(1)
})

test('each waits as long as it may, from when it came; years of patience are no end of it', async () => {
  const { pool } = fake({ max: 1, acquire: 60 })
  const connection = await pool.acquire()
  const begun = performance.now()
  const waited = async (): Promise<number> => {
    await expect(pool.acquire()).rejects.toThrow(/within 60 ms/)
    return performance.now() - begun
  }
  const first = waited()
  await pause(30)
  const second = waited()
  expect(await first).toBeGreaterThanOrEqual(59)
  expect(pool.waiting).toBe(1)
  expect(await second).toBeGreaterThanOrEqual(89)
  pool.release(connection)
  const patient = fake({ max: 1, acquire: 2 ** 40 }).pool
  const held = await patient.acquire()
  const next = patient.acquire()
  await pause(20)
  expect(patient.waiting).toBe(1)
  patient.release(held)
  expect(await next).toBe(held)
})

test('a connection that fails to open rejects the one who waits; the next is tried anew', async () => {
  let attempts = 0
  const pool = new Pool(
    {
      name: 'write',
      connect: async () => {
        attempts += 1
        if (attempts === 1) throw new Error('refused')
        return { id: attempts, isOpen: true } as Connection
      },
      disconnect: () => {},
    },
    poolSettings({ max: 1 }),
  )
  await expect(pool.acquire()).rejects.toThrow('refused')
  expect((await pool.acquire()).id).toBe(2)
})

test('used up, closed, or refused by validate: another one is opened', async () => {
  const { pool, closed } = fake({ max: 1, maxUses: 2 })
  const first = await pool.acquire()
  pool.release(first)
  expect(await pool.acquire()).toBe(first)
  pool.release(first)
  expect(closed).toEqual([first.id])
  const second = await pool.acquire()
  expect(second).not.toBe(first)
  await pool.destroy(second)
  expect(closed).toEqual([first.id, second.id])

  let isGood = true
  const checked = fake({ max: 1, validate: () => isGood })
  const one = await checked.pool.acquire()
  checked.pool.release(one)
  isGood = false
  const other = checked.pool.acquire()
  expect(await other).not.toBe(one)
  expect(checked.closed).toEqual([one.id])
})

test('idle ones are closed down to min', async () => {
  const { pool, closed } = fake({ max: 3, min: 1, idle: 20, evict: 5 })
  const connections = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()])
  for (const connection of connections) pool.release(connection)
  await pause(100)
  expect(pool.size).toBe(1)
  expect(closed).toHaveLength(2)
})

test('draining lets those who wait finish and closes what comes back', async () => {
  const { pool, closed } = fake({ max: 1 })
  const first = await pool.acquire()
  const second = pool.acquire()
  await pause(1)
  const drained = pool.drain()
  await expect(pool.acquire()).rejects.toThrow(/closed/)
  pool.release(first)
  pool.release(await second)
  await drained
  expect(closed).toEqual([first.id])
  expect(pool.size).toBe(0)
})

test('options', () => {
  expect(poolSettings({})).toMatchObject({
    max: 5,
    min: 0,
    idle: 10_000,
    acquire: 60_000,
    evict: 1000,
    maxUses: Infinity,
  })
  expect(() => poolSettings({ maximum: 3 } as never)).toThrow(/no option "maximum"/)
  expect(() => poolSettings({ max: 0 })).toThrow(/"max"/)
  expect(() => poolSettings({ max: 2, min: 3 })).toThrow(/min/)
})
