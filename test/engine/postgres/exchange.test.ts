// Statements on the wire: what goes out comes back, prepared or not; who wraps the driver's `query`; failures in the middle of a row of statements.
import { expect, test } from 'vitest'
import { describeEngine } from '../../support/databases.js'

interface Query {
  readonly text: string
  readonly values: readonly unknown[]
  callback: (error: unknown, result?: unknown) => void
}
interface Native {
  query(query: Query): unknown
}

const VALUES: readonly (readonly [type: string, value: unknown, expected?: unknown])[] = [
  ['text', ''],
  ['text', 'plain'],
  ['text', 'it\'s \\ " $1 \n 🦉 Ωé'],
  ['text', 'x'.repeat(100_000)],
  ['text', null],
  ['int', -2_147_483_648],
  ['float8', 1.5e-7],
  ['bool', true],
  ['bigint', 9_007_199_254_740_993n, '9007199254740993'],
  ['bytea', Buffer.from([0, 1, 255, 92])],
  ['jsonb', { a: [1, null, 'ü'] }],
]

describeEngine('postgres', 'statements on the wire', (engine) => {
  const world = async (options: object = {}): Promise<(sql: string, bind?: unknown[]) => Promise<unknown>> => {
    const db = engine.script(await engine.connect({ pool: { max: 1 }, ...options }))
    return (sql, bind) => db.query(sql, { type: 'SELECT', bind })
  }

  test('each kind of value, sent once and prepared', async () => {
    const ask = await world()
    for (let time = 0; time < 3; time += 1)
      for (const [type, value, expected = value] of VALUES)
        expect(await ask(`SELECT $1::${type} AS value`, [value]), type).toEqual([{ value: expected }])
  })
  test('values of all kinds in one statement, and none', async () => {
    const ask = await world()
    const columns = VALUES.map(([type], at) => `$${at + 1}::${type} AS c${at}`).join(', ')
    const expected = Object.fromEntries(VALUES.map(([, value, given = value], at) => [`c${at}`, given]))
    for (let time = 0; time < 3; time += 1) {
      expect(
        await ask(
          `SELECT ${columns}`,
          VALUES.map(([, value]) => value),
        ),
      ).toEqual([expected])
      expect(await ask('SELECT 1 AS one')).toEqual([{ one: 1 }])
      expect(await ask('SELECT')).toEqual([{}])
    }
  })
  test('columns of a prepared statement that change their type', async () => {
    const ask = await world()
    await ask('CREATE TABLE changing (value integer)')
    await ask('INSERT INTO changing VALUES (1)')
    for (let time = 0; time < 3; time += 1) expect(await ask('SELECT * FROM changing')).toEqual([{ value: 1 }])
    // Behind the back of this connection's memory.
    await ask("DO $$ BEGIN EXECUTE 'ALTER TABLE changing ALTER value TYPE text, ADD more boolean'; END $$")
    expect(await ask('SELECT * FROM changing')).toEqual([{ value: '1', more: null }])
    expect(await ask('SELECT * FROM changing')).toEqual([{ value: '1', more: null }])
  })
  test('a failure between others on one connection is told to its own caller', async () => {
    const ask = await world()
    for (let time = 0; time < 3; time += 1) {
      const [first, second, third] = await Promise.allSettled([
        ask('SELECT $1::int AS value', [1]),
        ask('SELECT 1 / $1::int AS value', [0]),
        ask('SELECT $1::text AS value', ['a']),
      ])
      expect(first).toMatchObject({ value: [{ value: 1 }] })
      expect(second).toMatchObject({ reason: { message: expect.stringContaining('division by zero') } })
      expect(third).toMatchObject({ value: [{ value: 'a' }] })
    }
  })
  test('who makes a query of its own of what is sent, as tracing does, answers all the same', async () => {
    const sequelize = await engine.connect({ pool: { max: 1 } })
    const seen: string[] = []
    sequelize.hooks.addListener('afterConnect', (connection) => {
      const native = (connection as { native: Native }).native
      const query = native.query.bind(native)
      native.query = (given) => {
        seen.push(given.text)
        const { callback } = given
        return query({ ...given, callback: (error, result) => callback(error, result) })
      }
    })
    const db = engine.script(sequelize)
    for (let time = 0; time < 3; time += 1) {
      const rows = await db.query('SELECT $1::int AS value, NULL AS nothing', { type: 'SELECT', bind: [time] })
      expect(rows).toEqual([{ value: time, nothing: null }])
      await expect(db.query('SELECT nothing')).rejects.toThrow(/nothing/)
    }
    expect(seen).toContain('SELECT nothing')
  })
  test("the driver's query_timeout", async () => {
    const ask = await world({ dialectOptions: { query_timeout: 1000 } })
    await expect(ask('SELECT pg_sleep(3)')).rejects.toThrow(/timeout/i)
    expect(await ask('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })
  test('COPY from a client that sends nothing fails, and the connection goes on', async () => {
    const ask = await world()
    await ask('CREATE TABLE copied (value integer)')
    await expect(ask('COPY copied FROM STDIN')).rejects.toThrow(/COPY/)
    expect(await ask('SELECT * FROM copied')).toEqual([])
  })
})
