// Streams of the driver: a cursor of the server behind them.
import { expect, test } from 'vitest'
import type { Connection, RowStream } from '../../../src/connect/driver.js'
import { PostgresDialect } from '../../../src/dialect/postgres/index.js'
import { describeEngine } from '../../support/databases.js'

const rows = (text: string, params: readonly unknown[] = []) => ({ text, params, mode: 'rows' as const })

describeEngine('postgres', 'streams', (engine) => {
  const connect = async (options: object = {}): Promise<Connection> => {
    const dialect = new PostgresDialect()
    const given = { ...(await engine.options()), ...options }
    const connection = await dialect.driver.connect(given)
    await dialect.prepareConnection(connection, given)
    return engine.closing(connection as never) as never
  }
  const count = async (stream: RowStream): Promise<number> => {
    let counted = 0
    for await (const _row of stream.rows) counted += 1
    return counted
  }
  const cursors = async (connection: Connection): Promise<unknown> =>
    (await connection.execute(rows("SELECT count(*)::int FROM pg_cursors WHERE name <> ''"))).rows[0]![0]
  const isIdle = async (connection: Connection): Promise<boolean> => {
    // Two statements outside a transaction have different ones.
    const id = async (): Promise<unknown> =>
      (await connection.execute(rows('SELECT pg_current_xact_id()::text'))).rows[0]![0]
    const [first, second] = [await id(), await id()]
    return first !== second
  }

  test('rows by position, in order, read by the type of their column, with parameters', async () => {
    const connection = await connect()
    const stream = await connection.iterate!(
      rows(
        "SELECT n, n::bigint AS big, n % 2 = 0 AS even, jsonb_build_object('n', n) AS j, $1::text AS t FROM generate_series(1, $2::int) n",
        ['x', 1203],
      ),
      { batchSize: 100 },
    )
    expect(stream.columns).toEqual(['n', 'big', 'even', 'j', 't'])
    const read: unknown[] = []
    for await (const row of stream.rows) read.push(row)
    expect(read).toHaveLength(1203)
    expect(read[0]).toEqual([1, '1', false, { n: 1 }, 'x'])
    expect(read[1202]).toEqual([1203, '1203', false, { n: 1203 }, 'x'])
    expect(await isIdle(connection)).toBe(true)
    const none = await connection.iterate!(rows('SELECT 1 AS one WHERE false'))
    expect(none.columns).toEqual(['one'])
    expect(await count(none)).toBe(0)
    const full = await connection.iterate!(rows('SELECT generate_series(1, 200)'), { batchSize: 100 })
    expect(await count(full)).toBe(200)
    expect(await isIdle(connection)).toBe(true)
  })

  test('stopped early, never read, or failed: the cursor is closed and the connection clean', async () => {
    const connection = await connect()
    const open = (): Promise<RowStream> =>
      connection.iterate!(rows('SELECT generate_series(1, 100000)'), { batchSize: 10 }) as Promise<RowStream>
    for await (const [n] of (await open()).rows) if (n === 25) break
    expect([await cursors(connection), await isIdle(connection)]).toEqual([0, true])
    const unread = (await open()).rows as AsyncIterableIterator<unknown>
    await unread.return!()
    expect(await unread.next()).toEqual({ value: undefined, done: true })
    expect([await cursors(connection), await isIdle(connection)]).toEqual([0, true])
    const thrown = async (): Promise<void> => {
      for await (const _row of (await open()).rows) throw new Error('of the reader')
    }
    await expect(thrown()).rejects.toThrow('of the reader')
    expect([await cursors(connection), await isIdle(connection)]).toEqual([0, true])
    await expect(connection.iterate!(rows('SELECT nothing'))).rejects.toMatchObject({ code: '42703' })
    expect(await isIdle(connection)).toBe(true)
    const failing = await connection.iterate!(rows('SELECT 10 / (50 - n) FROM generate_series(1, 100) n'), {
      batchSize: 10,
    })
    await expect(count(failing)).rejects.toMatchObject({ code: '22012' })
    expect(await isIdle(connection)).toBe(true)
  })

  test('inside a transaction: other statements between, several at a time, and the transaction goes on', async () => {
    const connection = await connect()
    const run = (text: string) => connection.execute({ text, params: [], mode: 'run' })
    await run('CREATE TABLE t (n int)')
    await run('BEGIN')
    await run('INSERT INTO t SELECT generate_series(1, 250)')
    const [one, other] = [
      await connection.iterate!(rows('SELECT n FROM t ORDER BY n'), { batchSize: 20 }),
      await connection.iterate!(rows('SELECT n FROM t ORDER BY n DESC'), { batchSize: 30 }),
    ]
    let sum = 0
    for await (const [n] of one.rows) {
      sum += n as number
      if ((n as number) % 100 === 0) await run('INSERT INTO t VALUES (1000)')
    }
    expect(sum).toBe((250 * 251) / 2)
    for await (const [n] of other.rows) {
      expect(n).toBe(250)
      break
    }
    expect(await cursors(connection)).toBe(0)
    await run('SAVEPOINT s')
    const lost = await connection.iterate!(rows('SELECT n FROM t'), { batchSize: 10 })
    await run('ROLLBACK TO SAVEPOINT s')
    await expect(count(lost)).rejects.toMatchObject({ code: '34000' })
    await run('ROLLBACK TO SAVEPOINT s')
    await run('COMMIT')
    expect((await connection.execute(rows('SELECT count(*)::int FROM t'))).rows).toEqual([[252]])
  })

  test('a search path of its own; without prepared statements', async () => {
    const connection = await connect({ preparedStatements: false })
    for (const text of ['CREATE SCHEMA away', 'CREATE TABLE t (n int)', 'CREATE TABLE away.t (n int)'])
      await connection.execute({ text, params: [], mode: 'run' })
    await connection.execute({ text: 'INSERT INTO away.t SELECT generate_series(1, 30)', params: [], mode: 'run' })
    const away = { ...rows('SELECT n FROM t'), searchPath: ['away'] }
    expect(await count(await connection.iterate!(away, { batchSize: 7 }))).toBe(30)
    expect(await count(await connection.iterate!(rows('SELECT n FROM t')))).toBe(0)
    await connection.execute({ text: 'BEGIN', params: [], mode: 'run' })
    expect(await count(await connection.iterate!(away))).toBe(30)
    expect(await count(await connection.iterate!(rows('SELECT n FROM t')))).toBe(0)
    await connection.execute({ text: 'COMMIT', params: [], mode: 'run' })
  })

  test('a million rows in flat memory', async () => {
    const connection = await connect()
    const stream = await connection.iterate!(rows("SELECT n, repeat('x', 200) FROM generate_series(1, 1000000) n"))
    let [most, counted] = [0, 0]
    const before = process.memoryUsage().rss
    for await (const _row of stream.rows) {
      counted += 1
      if (counted % 20_000 === 0) most = Math.max(most, process.memoryUsage().rss - before)
    }
    expect(counted).toBe(1_000_000)
    // All rows at once would take more than 300 MB.
    expect(most).toBeLessThan(120 * 1024 * 1024)
  }, 60_000)
})
