// PostgreSQL behind PgBouncer in transaction mode: the session belongs to everybody, and nothing may rest on it. Runs where
// MORTISE_PGBOUNCER names the pooler's URL; the suite as a whole runs on it with MORTISE_ENGINES=pgbouncer --no-file-parallelism.
import { DataTypes, Sequelize } from 'mortise'
import { afterAll, describe, expect, test } from 'vitest'
import type { Database, Table } from '../../support/untyped.js'

const url = process.env.MORTISE_PGBOUNCER
const CLIENTS = 6

describe.skipIf(url === undefined)('behind PgBouncer (skipped unless MORTISE_PGBOUNCER names its URL)', () => {
  const opened: Database[] = []
  const connect = (options: object = {}): Database => {
    const db = new Sequelize({
      url,
      logging: false,
      preparedStatements: false,
      searchPath: 'pooled, public',
      ...options,
    } as never) as unknown as Database
    opened.push(db)
    return db
  }
  const define = (db: Database): Table =>
    db.define('Thing', { name: { type: DataTypes.STRING, unique: true }, n: DataTypes.INTEGER, at: DataTypes.DATE })
  afterAll(async () => {
    await opened[0]?.query('DROP SCHEMA IF EXISTS pooled CASCADE')
    for (const db of opened) await db.close()
  })

  test('more clients than the pooler has sessions: statements, transactions, schemas and time zones do not mix', async () => {
    const first = connect()
    await first.query('DROP SCHEMA IF EXISTS pooled CASCADE')
    await first.query('CREATE SCHEMA pooled')
    const Thing = define(first)
    await first.sync()
    await first.sync({ alter: true })
    const others = Array.from({ length: CLIENTS }, (_item, at) => connect({ timezone: at % 2 ? '+05:45' : '+00:00' }))
    // One that looks elsewhere must not be led astray, nor lead the others.
    const stranger = connect({ searchPath: 'public' })
    await expect(stranger.query('SELECT * FROM "Things"')).rejects.toMatchObject({ name: 'SequelizeUnknownTableError' })
    const moment = new Date('2020-02-29T12:34:56.789Z')
    await Promise.all(
      others.map(async (db, client) => {
        const Own = define(db)
        for (let round = 0; round < 15; round += 1) {
          await Own.create({ name: `${client}-${round}`, n: 0, at: moment })
          await db.transaction(async () => {
            await Own.increment('n', { where: { name: `${client}-${round}` } })
            await Promise.all([Own.count(), Own.findOne({ where: { name: `${client}-${round}` } })])
          })
          await expect(Own.create({ name: `${client}-${round}` })).rejects.toMatchObject({
            name: 'SequelizeUniqueConstraintError',
            fields: { name: `${client}-${round}` },
          })
          expect((await Own.findOne({ where: { name: `${client}-${round}` } })).at).toEqual(moment)
        }
      }),
    )
    expect(await Thing.count({ where: { n: 1 } })).toBe(CLIENTS * 15)
    await expect(stranger.query('SELECT * FROM "Things"')).rejects.toMatchObject({ name: 'SequelizeUnknownTableError' })
    await expect(
      first.transaction({ isolationLevel: 'SERIALIZABLE' }, async () => {
        const [{ level }] = await first.query("SELECT current_setting('transaction_isolation') AS level", {
          type: 'SELECT',
        })
        expect(level).toBe('serializable')
        throw new Error('undo')
      }),
    ).rejects.toThrow('undo')
    const [{ count }] = await first.query('SELECT count(*)::int AS count FROM pg_prepared_statements', {
      type: 'SELECT',
    })
    expect(count).toBe(0)
  }, 60_000)

  test('reads that share connections (pool.pipelining), beside transactions of others', async () => {
    const admin = connect()
    await admin.query('DROP TABLE IF EXISTS public.mortise_pooled')
    const clients = Array.from({ length: 3 }, () =>
      connect({ searchPath: undefined, pool: { max: 2, pipelining: 8 } }),
    ).map((db) => ({
      db,
      Item: db.define(
        'Item',
        { n: DataTypes.INTEGER },
        { timestamps: false, schema: 'public', tableName: 'mortise_pooled' },
      ),
    }))
    const { Item } = clients[0]!
    await Item.sync()
    try {
      await Item.bulkCreate(Array.from({ length: 30 }, () => ({ n: 0 })))
      await Promise.all(
        clients.map(async ({ db, Item: Own }) => {
          for (let round = 0; round < 10; round += 1) {
            const reads = Array.from({ length: 30 }, (_item, at) => Own.findByPk(at + 1))
            const written = db.transaction(() => Own.increment('n', { where: { id: 1 + round } }))
            expect((await Promise.all(reads)).map(({ id }) => id)).toEqual(
              Array.from({ length: 30 }, (_item, at) => at + 1),
            )
            await written
          }
          expect([db.pool.using, db.pool.waiting]).toEqual([0, 0])
        }),
      )
      expect(await Item.sum('n')).toBe(30)
    } finally {
      await Item.drop()
    }
  }, 60_000)
})
