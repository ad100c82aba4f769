// Connections to MySQL and MariaDB: rows one by one, values in the text, prepared statements in bounds; through both drivers.
import { QueryError } from 'mortise'
import { describe, expect, test } from 'vitest'
import type { Connection, Result } from '../../../src/connect/driver.js'
import { mysqlDriver } from '../../../src/dialect/mysql-like/driver.js'
import { resolveDialect } from '../../../src/dialect/registry.js'
import type { Engine } from '../../support/databases.js'
import { describeEngine } from '../../support/databases.js'

/** 1 … n, with a text of the size given. */
const series = (n: number, size = 1): string =>
  `WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < ${n}) SELECT i, REPEAT('x', ${size}) AS t, 9007199254740993 AS big FROM s`

async function open(engine: Engine, options: Readonly<Record<string, unknown>>) {
  const connection = await mysqlDriver.connect({ ...(await engine.options()), dialect: undefined, ...options })
  const run = async (text: string, params: readonly unknown[] = []): Promise<Result> =>
    await connection.execute({ text, params, mode: 'rows' })
  const value = async (text: string, params: readonly unknown[] = []): Promise<unknown> =>
    (await run(text, params)).rows[0]?.[0]
  await run(
    `SET SESSION ${engine.name === 'mysql' ? 'cte_max_recursion_depth' : 'max_recursive_iterations'} = 10000000`,
  )
  await run("SET SESSION sql_mode = 'STRICT_TRANS_TABLES'")
  const iterate = async (text: string, params: readonly unknown[] = [], batchSize?: number) =>
    await connection.iterate!({ text, params, mode: 'rows' }, batchSize === undefined ? {} : { batchSize })
  return { connection, run, value, iterate }
}
const closed = async (connection: Connection): Promise<void> => void (await connection.close())
/** A status value of the session. */
const status = async (
  value: (text: string) => Promise<unknown>,
  name: string,
  run: (text: string) => Promise<Result>,
) => Number((await run(`SHOW SESSION STATUS LIKE '${name}'`)).rows[0]?.[1] ?? (await value('SELECT 0')))

for (const name of ['mariadb', 'mysql']) {
  describeEngine(name, 'connections of MySQL and MariaDB', (engine) => {
    for (const driver of ['mariadb', 'mysql2']) {
      describe(`through the driver ${driver}`, () => {
        test('rows come one by one, in order, with what was bound', async () => {
          const { connection, iterate } = await open(engine, { driver })
          const { columns, rows } = await iterate(`SELECT i, big, ? AS said, '?' AS q FROM (${series(5000)}) s`, [
            "it's \\ ?",
          ])
          expect(columns).toEqual(['i', 'big', 'said', 'q'])
          let count = 0
          for await (const row of rows) {
            count += 1
            expect(row).toEqual([count, '9007199254740993', "it's \\ ?", '?'])
          }
          expect(count).toBe(5000)
          await closed(connection)
        })
        test('the server waits for a slow reader: memory stays small', async () => {
          const { connection, iterate } = await open(engine, { driver })
          // 200 MB in all.
          const { rows } = await iterate(series(20_000, 10_000), [], 50)
          const iterator = (rows as AsyncIterable<readonly unknown[]>)[Symbol.asyncIterator]()
          await iterator.next()
          const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed
          await new Promise((resolve) => setTimeout(resolve, 700))
          const grown = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed - before
          expect(grown).toBeLessThan(60_000_000)
          await iterator.return?.()
          await closed(connection)
        })
        test('whoever stops early leaves a connection that works, in its transaction, also where much was to come', async () => {
          const { connection, iterate, run, value } = await open(engine, { driver })
          await run('CREATE TABLE t (a INT)')
          await run('START TRANSACTION')
          await run('INSERT INTO t VALUES (?)', [1])
          const started = Date.now()
          const { rows } = await iterate(`SELECT s.*, SLEEP(0.002) FROM (${series(100_000, 2000)}) s`, [], 2)
          for await (const _row of rows) break
          expect(Date.now() - started).toBeLessThan(15_000)
          expect(await value('SELECT COUNT(*) FROM t')).toBe(1)
          await run('ROLLBACK')
          expect(await value('SELECT COUNT(*) FROM t')).toBe(0)
          expect(await value('SELECT ?', ['still here'])).toBe('still here')
          await closed(connection)
        })
        test('another statement on the connection waits for nobody: the rest is read first', async () => {
          const { connection, iterate, value } = await open(engine, { driver })
          const { rows } = await iterate(series(20_000), [], 10)
          let count = 0
          for await (const _row of rows) {
            count += 1
            if (count % 5000 === 1) expect(await value('SELECT ?', [count])).toBe(count)
          }
          expect(count).toBe(20_000)
          await closed(connection)
        })
        test('two streams of one connection', async () => {
          const { connection, iterate } = await open(engine, { driver })
          const first = await iterate(series(3000), [], 10)
          const second = await iterate(series(2000), [], 10)
          const counted = async (rows: (typeof first)['rows']): Promise<number> => {
            let count = 0
            for await (const _row of rows) count += 1
            return count
          }
          expect(await Promise.all([counted(first.rows), counted(second.rows)])).toEqual([3000, 2000])
          await closed(connection)
        })
        test('a statement that fails, at once or on the way, and a connection that is lost', async () => {
          const { connection, iterate, run, value } = await open(engine, { driver })
          await expect(iterate('SELECT nothing')).rejects.toMatchObject({ errno: 1054 })
          await run('CREATE TABLE big (a INT)')
          await run(`INSERT INTO big SELECT i FROM (${series(3000)}) s`)
          const failing = async (): Promise<void> => {
            const { rows } = await iterate(
              'SELECT a, REPEAT("x", 1000), (SELECT a FROM big b WHERE b.a >= big.a LIMIT 1), IF(a < 2500, 1, (SELECT a FROM big)) FROM big',
            )
            for await (const _row of rows);
          }
          await expect(failing()).rejects.toMatchObject({ errno: 1242 })
          expect(await value('SELECT 1')).toBe(1)
          const other = await open(engine, { driver })
          const id = await value('SELECT CONNECTION_ID()')
          const { rows } = await iterate(series(100_000, 5000), [], 2)
          const dying = async (): Promise<void> => {
            let count = 0
            for await (const _row of rows) {
              count += 1
              if (count === 3) await other.run(`KILL ${String(id)}`)
            }
          }
          await expect(dying()).rejects.toThrow()
          expect(connection.isOpen).toBe(false)
          await closed(connection)
          await closed(other.connection)
        })
        test('values in the text stay values', async () => {
          const { connection, run, value } = await open(engine, { driver, preparedStatements: false })
          const nasty = [
            "' OR 1=1 -- ",
            '\\',
            "\\'; DROP TABLE t; --",
            '?',
            '" ` \\" \\\\',
            '\0\n\r\u001a',
            '日本 😀',
            '/* ? */',
            "縗' OR 1 -- ",
          ]
          for (const text of nasty) expect(await value('SELECT ?', [text])).toBe(text)
          // Question marks in strings, names and comments are none of ours.
          expect(
            (await run("SELECT '?', \"a ? 'b\", ? AS `q?`, 'it''s ?', 'x\\'?' -- ? no\n, ? /* ? */ # ?", ['v', 2]))
              .rows,
          ).toEqual([['?', "a ? 'b", 'v', "it's ?", "x'?", 2]])
          expect(await value('SELECT HEX(?)', [Buffer.from([0, 39, 92, 255])])).toBe('00275CFF')
          expect(await value('SELECT ?', [12345678901234567890n])).toBe('12345678901234567890')
          expect((await run('SELECT ?, ?, ?', [true, null, 1e21])).rows).toEqual([[1, null, 1e21]])
          await expect(run('SELECT ?', [])).rejects.toThrow()
          await expect(run('SELECT ?', [1, 2])).rejects.toBeInstanceOf(QueryError)
          await expect(run('SELECT ?', [Number.NaN])).rejects.toThrow(/NaN/)
          expect(await status(value, 'Com_stmt_prepare', run)).toBe(0)
          await closed(connection)
        })
        test('modes of the server that change what a text means have no say', async () => {
          const { connection, run, value } = await open(engine, { driver, preparedStatements: false })
          const dialect = resolveDialect(name)
          for (const mode of [
            'ANSI,NO_BACKSLASH_ESCAPES',
            'PAD_CHAR_TO_FULL_LENGTH',
            '',
            name === 'mariadb' ? 'ORACLE' : 'TRADITIONAL',
          ]) {
            await run(`SET SESSION sql_mode = '${mode}'`)
            await dialect.prepareConnection(connection, {})
            const modes = String(await value('SELECT @@sql_mode')).split(',')
            expect(modes).toEqual(expect.arrayContaining(['STRICT_TRANS_TABLES', 'NO_AUTO_VALUE_ON_ZERO']))
            for (const gone of ['ANSI', 'ANSI_QUOTES', 'NO_BACKSLASH_ESCAPES', 'PAD_CHAR_TO_FULL_LENGTH', 'ORACLE'])
              expect(modes).not.toContain(gone)
            for (const text of ["\\' OR 1 -- ", 'a\\', "it's \\\\"]) {
              expect(await value('SELECT ?', [text])).toBe(text)
              expect(await value(`SELECT ${dialect.escape(text)}`)).toBe(text)
            }
            expect(await value('SELECT "a string"')).toBe('a string')
          }
          await closed(connection)
        })
        test('no more statements are kept prepared than allowed', async () => {
          const { connection, run, value } = await open(engine, { driver, maxPreparedStatements: 10 })
          for (let n = 0; n < 60; n += 1) expect(await value(`SELECT ? + ${n}`, [1])).toBe(1 + n)
          // What was used last is there still.
          const before = await status(value, 'Com_stmt_prepare', run)
          await value('SELECT ? + 59', [1])
          expect(await status(value, 'Com_stmt_prepare', run)).toBe(before)
          const kept = before - (await status(value, 'Com_stmt_close', run))
          expect(kept).toBeGreaterThan(0)
          expect(kept).toBeLessThanOrEqual(10)
          await closed(connection)
        })
      })
    }
  })
}
