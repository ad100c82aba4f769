// What programs can follow: loggers, and the tracing channels of Node's diagnostics_channel.
import { AsyncLocalStorage } from 'node:async_hooks'
import { tracingChannel } from 'node:diagnostics_channel'
import { DataTypes, Sequelize } from 'mortise'
import { afterEach, expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Database, Row, Table } from '../../support/untyped.js'

let unsubscribe: (() => void)[] = []
afterEach(() => {
  for (const end of unsubscribe) end()
  unsubscribe = []
})

/** Everything that a channel tells, in order. */
function follow(name: string): { event: string; context: Row }[] {
  const told: { event: string; context: Row }[] = []
  const channel = tracingChannel(`mortise:${name}`)
  const listeners = Object.fromEntries(
    ['start', 'end', 'asyncStart', 'asyncEnd', 'error'].map((event) => [
      event,
      (context: unknown) => void told.push({ event, context: context as Row }),
    ]),
  )
  channel.subscribe(listeners as never)
  unsubscribe.push(() => channel.unsubscribe(listeners as never))
  return told
}

describeEachEngine('tracing', (engine) => {
  async function world(options: object = {}): Promise<{ db: Database; Item: Table }> {
    const db = engine.script(await engine.connect({ file: true, ...options }))
    const Item = db.define('Item', { name: { type: DataTypes.STRING, unique: true } }, { timestamps: false })
    await db.sync()
    return { db, Item }
  }

  test('queries: text, operation, model, and no values', async () => {
    const { db, Item } = await world()
    const told = follow('query')
    await Item.create({ name: 'secret' })
    await Item.findAll({ where: { name: 'secret' } })
    await Item.findAll({ where: { name: 'secret' } })
    await Item.update({ name: 'other' }, { where: { name: 'secret' } })
    await db.query('SELECT 1 AS one')
    const finished = told.filter(({ event }) => event === 'asyncEnd').map(({ context }) => context)
    const statements = finished.filter(({ operation }) => /SELECT|INSERT|UPDATE/.test(operation))
    expect(statements.map(({ operation, model }) => [operation, model])).toEqual([
      ['INSERT', 'Item'],
      ['SELECT', 'Item'],
      ['SELECT', 'Item'],
      ['UPDATE', 'Item'],
      ['SELECT', null],
    ])
    expect(statements[1]).toMatchObject({ dialect: db.dialect.name, rowCount: 1, transaction: null })
    expect(statements[1]!.sql).toMatch(/^SELECT .*Items/)
    expect(JSON.stringify(told)).not.toContain('secret')
    expect(told.filter(({ event }) => event === 'start')).toHaveLength(finished.length)
  })

  test('errors are told, and thrown as ever; parameters where the log has them', async () => {
    const { Item } = await world({ logQueryParameters: true })
    const told = follow('query')
    await Item.create({ name: 'a' })
    await expect(Item.create({ name: 'a' })).rejects.toMatchObject({ name: 'SequelizeUniqueConstraintError' })
    expect(told.filter(({ event }) => event === 'error')).toHaveLength(1)
    expect(told[0]!.context.parameters).toContain('a')
  })

  test('transactions, with savepoints inside, and the statements that belong to them', async () => {
    const { db, Item } = await world()
    const told = follow('transaction')
    const queries = follow('query')
    await db.transaction(async (transaction) => {
      await Item.create({ name: 'a' })
      await db.transaction({ nestMode: 'savepoint', transaction }, async () => Item.create({ name: 'b' }))
    })
    await db
      .transaction(async () => {
        throw new Error('no')
      })
      .catch(() => {})
    const finished = told.filter(({ event }) => event === 'asyncEnd').map(({ context }) => context)
    expect(finished.map(({ isSavepoint, outcome }) => [isSavepoint, outcome])).toEqual([
      [true, 'commit'],
      [false, 'commit'],
      [false, 'rollback'],
    ])
    const inserts = queries.filter(({ event, context }) => event === 'start' && context.operation === 'INSERT')
    expect(inserts.map(({ context }) => context.transaction)).toEqual([finished[1]!.id, finished[1]!.id])
  })

  test('connections, without passwords', async () => {
    const told = follow('connect')
    const options = await engine.options({ file: true })
    const db = engine.closing(new Sequelize(options as never))
    await db.query('SELECT 1')
    const finished = told.filter(({ event }) => event === 'asyncEnd').map(({ context }) => context)
    expect(finished.length).toBeGreaterThan(0)
    expect(finished[0]).toMatchObject({ dialect: db.dialect.name, role: expect.stringMatching(/read|write/) })
    expect(finished[0]!.connection).toBeGreaterThan(0)
    expect(finished[0]).not.toHaveProperty('password')
  })

  test('a store bound to the start of a transaction is the one that its statements find', async () => {
    const { db, Item } = await world()
    const spans = new AsyncLocalStorage<string>()
    const channel = tracingChannel('mortise:transaction')
    channel.start.bindStore(spans, () => 'span')
    unsubscribe.push(() => channel.start.unbindStore(spans))
    const seen: (string | undefined)[] = []
    const listener = { start: () => void seen.push(spans.getStore()) }
    tracingChannel('mortise:query').subscribe(listener as never)
    unsubscribe.push(() => tracingChannel('mortise:query').unsubscribe(listener as never))
    await db.transaction(() => Item.create({ name: 'a' }))
    expect(new Set(seen)).toEqual(new Set(['span']))
  })

  test('loggers: the text before, with benchmark the time after, parameters only when asked for', async () => {
    const calls: unknown[][] = []
    const logging = (...given: unknown[]): void => void calls.push(given)
    const { db, Item } = await world({ logging })
    const during = async (options: object): Promise<unknown[]> => {
      calls.length = 0
      await Item.findAll({ where: { name: 'secret' }, ...options })
      expect(calls).toHaveLength(1)
      return calls[0]!
    }
    const [text, given] = await during({})
    expect(text).toMatch(/^Executing \(default\): SELECT .*Items/)
    expect(text).not.toContain('secret')
    expect(typeof given).toBe('object')
    expect((await during({ logQueryParameters: true }))[0]).toMatch(/; \["secret"\]$/)
    const [timed, milliseconds] = await during({ benchmark: true })
    expect(timed).toMatch(/^Executed \(default\): SELECT/)
    expect(milliseconds).toBeGreaterThanOrEqual(0)
    calls.length = 0
    const own: string[] = []
    await Item.findAll({ logging: (sql: string) => own.push(sql) })
    expect([own.length, calls.length]).toEqual([1, 0])
    await Item.findAll({ logging: false })
    expect(calls).toEqual([])
    await db.transaction(async (transaction) => {
      await Item.findAll({ transaction })
      expect(calls.map(([sql]) => sql).join('\n')).toContain(`(${transaction.id}): SELECT`)
    })
  })
})
