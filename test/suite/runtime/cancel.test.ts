// Callers that give up, and connections that must come back whatever happens.
import { AbortError, DataTypes, Sequelize } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Database, Row, Table } from '../../support/untyped.js'
import { ending, pause, sessionOf, sleeping } from './server.js'

describeEachEngine('signal', (engine) => {
  const onServer = engine.requires('server')
  async function world(options: object = {}): Promise<{ db: Database; Item: Table }> {
    const db = engine.script(await engine.connect({ file: true, ...options }))
    const Item = db.define('Item', { name: { type: DataTypes.STRING, unique: true } }, { timestamps: false })
    const Part = db.define('Part', { name: DataTypes.STRING }, { timestamps: false })
    Item.hasOne(Part, { as: 'part' })
    await db.sync()
    return { db, Item }
  }

  test('aborted before: every call that takes options refuses, and nothing is written', async () => {
    const { db, Item } = await world()
    const item = await Item.create({ name: 'a' })
    const signal = AbortSignal.abort(new Error('enough'))
    const calls: ((options: object) => Promise<unknown>)[] = [
      (options) => Item.findAll(options),
      (options) => Item.findAll({ include: 'part', ...options }),
      (options) => Item.findOne(options),
      (options) => Item.findByPk(1, options),
      (options) => Item.findAndCountAll(options),
      (options) => Item.count(options),
      (options) => Item.max('id', options),
      (options) => Item.create({ name: 'b' }, options),
      (options) => Item.create({ name: 'b', part: { name: 'x' } }, { include: 'part', ...options }),
      (options) => Item.bulkCreate([{ name: 'b' }], options),
      (options) => Item.findOrCreate({ where: { name: 'b' }, ...options }),
      (options) => Item.upsert({ id: 9, name: 'b' }, options),
      (options) => Item.update({ name: 'b' }, { where: {}, ...options }),
      (options) => Item.destroy({ where: {}, ...options }),
      (options) => Item.increment('id', { where: {}, by: 7, ...options }),
      (options) => item.update({ name: 'c' }, options),
      (options) => item.reload(options),
      (options) => item.createPart({ name: 'x' }, options),
      (options) => item.getPart(options),
      (options) => item.destroy(options),
      (options) => db.query('SELECT 1', options),
      (options) => db.queryRaw('SELECT 1', options),
      (options) => db.transaction(options, async () => 'never'),
      (options) => db.startUnmanagedTransaction(options),
    ]
    for (const call of calls) {
      const error: Row = await call({ signal }).then(
        () => ({ name: `resolved: ${call}` }),
        (caught: Row) => caught,
      )
      expect(error, String(call)).toBeInstanceOf(AbortError)
      expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: signal.reason })
      expect(error.message).toContain('enough')
    }
    expect((await Item.findAll()).map((one) => one.get())).toEqual([{ id: 1, name: 'a' }])
    await expect(Item.findAll({ signal: 'no' })).rejects.toThrow(/signal/)
    expect(db.pool.using).toBe(0)
  })

  onServer('while it runs: the server stops the statement, and its connection is as good as before', async () => {
    const { db, Item } = await world({ pool: { max: 1 } })
    const session = await sessionOf(engine, db)
    for (let round = 0; round < 3; round += 1) {
      const controller = new AbortController()
      const running = db.query(sleeping(engine), { signal: controller.signal })
      const start = performance.now()
      setTimeout(() => controller.abort(), 50)
      await expect(running).rejects.toBeInstanceOf(AbortError)
      expect(performance.now() - start).toBeLessThan(4000)
      expect(await Item.count()).toBe(0)
      expect(await sessionOf(engine, db)).toBe(session)
    }
    await expect(db.query(sleeping(engine), { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      name: 'AbortError',
      cause: { name: 'TimeoutError' },
    })
    expect([db.pool.using, db.pool.waiting]).toEqual([0, 0])
  })

  onServer('while it waits for a lock, and while it waits for a connection', async () => {
    const { db, Item } = await world({ pool: { max: 2 } })
    const item = await Item.create({ name: 'a' })
    const blocker = await db.startUnmanagedTransaction()
    await item.update({ name: 'b' }, { transaction: blocker })
    const first = new AbortController()
    const blocked = Item.update({ name: 'c' }, { where: { id: 1 }, signal: first.signal })
    // A connection may take its time to be opened.
    for (let tries = 0; db.pool.using < 2 && tries < 500; tries += 1) await pause(10)
    await pause(50)
    const second = new AbortController()
    const queued = Item.count({ signal: second.signal })
    const other = Item.count()
    await pause(20)
    expect(db.pool.waiting).toBe(2)
    second.abort()
    await expect(queued).rejects.toBeInstanceOf(AbortError)
    expect(db.pool.waiting).toBe(1)
    first.abort()
    await expect(blocked).rejects.toBeInstanceOf(AbortError)
    expect(await other).toBe(1)
    await blocker.commit()
    expect((await Item.findByPk(1)).name).toBe('b')
    expect(db.pool.using).toBe(0)
  })

  onServer('of a transaction: what runs is stopped, and everything is rolled back', async () => {
    const { db, Item } = await world({ pool: { max: 1 } })
    const controller = new AbortController()
    const running = db.transaction({ signal: controller.signal }, async () => {
      await Item.create({ name: 'a' })
      setTimeout(() => controller.abort(), 30)
      await db.query(sleeping(engine))
    })
    await expect(running).rejects.toBeInstanceOf(AbortError)
    expect(await Item.count()).toBe(0)
    // One statement of a transaction is given up; on what comes next, the engine decides.
    await db
      .transaction(async () => {
        await Item.create({ name: 'b' })
        await db.query(sleeping(engine), { signal: AbortSignal.timeout(30) })
      })
      .catch((error: unknown) => expect(error).toBeInstanceOf(AbortError))
    expect(await Item.count()).toBe(0)
    expect(db.pool.using).toBe(0)
  })

  test('of a transaction, on every engine: nothing begins after it, and nothing is committed', async () => {
    const { db, Item } = await world()
    const controller = new AbortController()
    await expect(
      db.transaction({ signal: controller.signal }, async () => {
        await Item.create({ name: 'a' })
        controller.abort()
        await Item.create({ name: 'b' })
      }),
    ).rejects.toBeInstanceOf(AbortError)
    const late = new AbortController()
    await expect(
      db.transaction({ signal: late.signal }, async () => {
        await Item.create({ name: 'c' })
        late.abort()
      }),
    ).rejects.toBeInstanceOf(AbortError)
    expect(await Item.count()).toBe(0)
    expect(db.pool.using).toBe(0)
  })

  test('no connection is lost, whatever fails: a history of faults', async () => {
    const { db, Item } = await world({ pool: { max: 3, acquire: 20_000 } })
    const killer = engine.script(engine.closing(new Sequelize((db.rawOptions ?? {}) as never)))
    const isServer = engine.features.has('server')
    // The same numbers every time.
    let seed = 20_261
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed % below
    }
    await Item.create({ name: 'taken' })
    let made = 0
    const next = (): string => `item ${++made}`
    const deeds: (() => Promise<unknown>)[] = [
      () => Item.create({ name: next() }),
      () => Item.create({ name: 'taken' }),
      () => db.query('SELECT nothing FROM nowhere'),
      () => db.query('not SQL at all'),
      () => Item.findAll({ signal: AbortSignal.timeout(random(4) + 1) }),
      () => Item.findAll({ nonsense: true }),
      () =>
        db.transaction(async () => {
          await Item.create({ name: next() })
          throw new Error('rolled back')
        }),
      () =>
        db.transaction(async () => {
          await Item.create({ name: 'taken' }).catch(() => {})
          await Item.count()
        }),
      () =>
        db.transaction({ signal: AbortSignal.timeout(random(8) + 1) }, async () => {
          await Item.create({ name: next() })
          await pause(random(10))
          await Item.count()
        }),
      () =>
        db.transaction(async (outer) => {
          await Item.create({ name: next() })
          await db
            .transaction({ nestMode: 'savepoint', transaction: outer }, async () => {
              await Item.create({ name: 'taken' })
            })
            .catch(() => {})
        }),
      () =>
        db.withConnection(async () => {
          throw new Error('thrown away')
        }),
      () => db.withConnection({ destroyConnection: true }, async (connection: unknown) => Item.count({ connection })),
      async () => {
        const transaction = await db.startUnmanagedTransaction()
        await Item.create({ name: 'taken' }, { transaction }).catch(() => {})
        await transaction.rollback()
      },
      () => db.transaction({ isolationLevel: 'nonsense' }, async () => {}),
    ]
    if (isServer)
      deeds.push(
        () => db.query(sleeping(engine), { signal: AbortSignal.timeout(random(20) + 1) }),
        async () => {
          await db.withConnection(async (connection: unknown) => {
            const session = await sessionOf(engine, db, { connection })
            await killer.query(ending(engine, session))
            await Item.count({ connection })
          })
        },
        async () => {
          await db.transaction(async () => {
            await Item.create({ name: next() })
            const session = await sessionOf(engine, db)
            await killer.query(ending(engine, session))
            await Item.create({ name: next() })
          })
        },
      )
    for (let round = 0; round < 6; round += 1) {
      await Promise.allSettled(Array.from({ length: 15 }, () => deeds[random(deeds.length)]!()))
      expect([db.pool.using, db.pool.waiting]).toEqual([0, 0])
      expect(db.pool.write.size).toBeLessThanOrEqual(3)
      // And each that is left is in order.
      await Promise.all(Array.from({ length: 6 }, () => Item.create({ name: next() })))
      expect(await Item.count({ where: { name: 'taken' } })).toBe(1)
    }
  })

  test('close waits for what runs, and nothing can be asked afterwards', async () => {
    const { db, Item } = await world({ pool: { max: 2 } })
    const finished: string[] = []
    const work = db.transaction(async () => {
      await Item.create({ name: 'a' })
      await pause(60)
      await Item.create({ name: 'b' })
      finished.push('work')
    })
    const queued = Promise.all(Array.from({ length: 5 }, () => Item.count()))
    await pause(10)
    await db.close()
    finished.push('closed')
    await Promise.all([work, queued])
    expect(finished).toEqual(['work', 'closed'])
    expect(db.pool.size).toBe(0)
    await expect(Item.count()).rejects.toThrow(/closed/)
    await db.close()
  })
})
