// Which server a statement goes to. The "replicas" are databases of their own, so that each row tells where it was read; test/engine has
// real ones.
import { DataTypes, ReadOnlyError, Sequelize, UnsupportedFeatureError } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Database, Row, Table } from '../../support/untyped.js'

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describeEachEngine('replication', (engine) => {
  const replicated = engine.requires('server')
  const alone = engine.requires('server', 'ownSessions')

  async function world(
    more: Record<string, unknown> = {},
    options: Record<string, unknown> = {},
  ): Promise<{ db: Database; Place: Table; name(options?: object): Promise<string> }> {
    const servers: Record<string, unknown>[] = []
    for (const name of ['primary', 'one', 'two']) {
      const server = await engine.options()
      servers.push(server)
      const own = engine.script(new Sequelize(server as never))
      const Place = own.define('Place', { name: DataTypes.STRING }, { timestamps: false })
      await own.sync()
      await Place.create({ name })
      await own.close()
    }
    const [write, ...read] = servers.map(({ dialect: _, ...server }) => server)
    const db = engine.script(
      engine.closing(
        new Sequelize({ dialect: servers[0]!.dialect, ...options, replication: { write, read, ...more } } as never),
      ),
    )
    const Place = db.define('Place', { name: DataTypes.STRING }, { timestamps: false })
    return { db, Place, name: async (given) => (await Place.findOne({ order: ['id'], ...given })).name }
  }

  replicated('reads go to the replicas in turn, writes and what asks for it to the primary', async () => {
    const { db, Place, name } = await world()
    expect([await name(), await name(), await name(), await name()]).toEqual(['one', 'two', 'one', 'two'])
    expect(await name({ useMaster: true })).toBe('primary')
    expect(await Place.findAll({ useMaster: true, raw: true, attributes: ['name'] })).toEqual([{ name: 'primary' }])
    const asked = engine.quoted('SELECT "name" FROM "Places"')
    expect(['one', 'two']).toContain((await db.query(asked, { type: 'SELECT' }))[0].name)
    expect(await db.query(asked, { type: 'SELECT', useMaster: true })).toEqual([{ name: 'primary' }])
    await db.transaction(async () => expect(await name()).toBe('primary'))
    expect(await db.withConnection(async (connection: unknown) => await name({ connection }))).toBe('primary')
    const locked = await db.transaction((transaction: unknown) => name({ lock: true, transaction }))
    expect(locked).toBe('primary')
    expect(db.pool.read.maxSize).toBe(10)
    expect(db.pool.read).not.toBe(db.pool.write)
    expect(db.pool.using).toBe(0)
  })

  replicated('after a write, reads of the same context come from the primary for a time; others do not', async () => {
    const { db, Place, name } = await world({ readYourWrites: 150 })
    const elsewhere = (async () => {
      await pause(40)
      return await name()
    })()
    await Place.create({ name: 'new' })
    expect(await name()).toBe('primary')
    expect(await Promise.all([name(), (async () => await name())()])).toEqual(['primary', 'primary'])
    expect(await name({ useMaster: false })).not.toBe('primary')
    expect(await elsewhere).not.toBe('primary')
    await pause(200)
    expect(await name()).not.toBe('primary')
    // Every kind of write.
    const replicas = ['one', 'two']
    const row = await Place.findOne({ useMaster: true })
    const writes: (() => Promise<unknown>)[] = [
      () => row.update({ name: 'changed' }),
      () => Place.update({ name: 'x' }, { where: { id: 99 } }),
      () => Place.destroy({ where: { id: 99 } }),
      () => Place.bulkCreate([{ name: 'y' }]),
      () => db.query(engine.quoted('UPDATE "Places" SET "name" = \'z\' WHERE "id" = 99')),
      () => db.transaction(async () => await Place.create({ name: 'in a transaction' })),
      () => {
        db.define('Other', {})
        return db.sync()
      },
    ]
    for (const write of writes)
      await (async () => {
        await pause(170)
        expect(replicas, `before ${write}`).toContain(await name())
        await write()
        expect(replicas, `after ${write}`).not.toContain(await name())
      })()
    await (async () => {
      await pause(170)
      const transaction = await db.startUnmanagedTransaction()
      await Place.create({ name: 'unmanaged' }, { transaction })
      await pause(170)
      await transaction.commit()
      expect(replicas).not.toContain(await name())
    })()
    // Reading alone changes nothing.
    await pause(200)
    await db.transaction({ readOnly: true }, () => name())
    expect(await name()).not.toBe('primary')
  })

  replicated('what belongs together shares the knowledge of a write, however deep it happens', async () => {
    const { db, Place, name } = await world()
    const deep = async (): Promise<void> => {
      await pause(1)
      await (async () => {
        await pause(1)
        await Place.create({ name: 'deep' })
      })()
    }
    await db.together(async () => {
      expect(await name()).not.toBe('primary')
      await deep()
      expect(await name()).toBe('primary')
    })
    expect(await name()).not.toBe('primary')
  })

  replicated('many writes in a row leave nothing behind', async () => {
    const { Place, name } = await world()
    for (let at = 0; at < 300; at += 1) await Place.update({ name: 'primary' }, { where: { id: 1 } })
    expect(await name()).toBe('primary')
  })

  replicated('readYourWrites: false, and the primary as the default for reads', async () => {
    const { Place, name } = await world({ readYourWrites: false })
    await Place.create({ name: 'new' })
    expect(await name()).not.toBe('primary')
    const careful = await world({}, { query: { useMaster: true } })
    expect(await careful.name()).toBe('primary')
    expect(await careful.name({ useMaster: false })).not.toBe('primary')
  })

  replicated('a replica that does not answer is set aside; without any, the primary is read', async () => {
    const options = await engine.options()
    const { dialect, ...server } = options
    const own = engine.closing(new Sequelize(options as never))
    const Place = engine.script(own).define('Place', { name: DataTypes.STRING }, { timestamps: false })
    await own.sync()
    await Place.create({ name: 'here' })
    for (const read of [[{ port: 1 }, {}], [{ port: 1 }, { port: 2 }], []]) {
      const db = engine.script(
        engine.closing(
          new Sequelize({ dialect, ...server, replication: { read, readYourWrites: 0, retryAfter: 50 } } as never),
        ),
      )
      const names = await Promise.all(
        Array.from({ length: 20 }, () => db.query(engine.quoted('SELECT "name" FROM "Places"'), { type: 'SELECT' })),
      )
      expect(names.flat()).toEqual(Array.from({ length: 20 }, () => ({ name: 'here' })))
      expect(db.pool.read.aside?.length ?? 0).toBe(read.filter((one) => 'port' in one).length)
      expect(db.pool.using).toBe(0)
      await pause(120)
      await db.close()
    }
  })

  replicated('of several servers, the one that takes writes is the primary', async () => {
    const { dialect, ...server } = await engine.options()
    const db = engine.script(
      engine.closing(
        new Sequelize({ dialect, ...server, replication: { write: [{ port: 1 }, {}, { port: 2 }] } } as never),
      ),
    )
    const Place = db.define('Place', { name: DataTypes.STRING })
    await db.sync()
    await Place.create({ name: 'x' })
    expect(await Place.count()).toBe(1)
    const none = engine.closing(
      new Sequelize({ dialect, ...server, replication: { write: [{ port: 1 }, { port: 2 }] } } as never),
    )
    await expect(none.authenticate()).rejects.toThrow(
      /None of the servers in replication\.write is a primary now: .*:1/,
    )
  })

  alone('connections to a server that no longer takes writes are replaced, and nothing is lost', async () => {
    const { dialect, ...server } = await engine.options()
    const db = engine.script(
      engine.closing(
        new Sequelize({ dialect, ...server, pool: { max: 1 }, replication: { write: [{}, {}] } } as never),
      ),
    )
    const Place = db.define('Place', { name: DataTypes.STRING })
    await db.sync()
    // As after a demotion: the session that is open refuses to write, a new one does not.
    const demote = async (): Promise<void> => {
      await db
        .query('SET default_transaction_read_only = on')
        .catch(() => db.query('SET SESSION TRANSACTION READ ONLY'))
    }
    await demote()
    expect((await Place.create({ name: 'kept' })).id).toBe(1)
    await demote()
    // In a transaction the statement fails; the next transaction is on a new connection.
    await expect(db.transaction(() => Place.create({ name: 'lost' }))).rejects.toBeInstanceOf(ReadOnlyError)
    await db.transaction(() => Place.create({ name: 'after' }))
    expect((await Place.findAll({ order: ['id'] })).map(({ name: made }: Row) => made)).toEqual(['kept', 'after'])
    // A transaction that was asked to be read only is no sign of a demotion.
    const { size } = db.pool.write
    await expect(db.transaction({ readOnly: true }, () => Place.create({ name: 'no' }))).rejects.toBeInstanceOf(
      ReadOnlyError,
    )
    expect(db.pool.write.size).toBe(size)
    expect(db.pool.using).toBe(0)
  })

  test('options that cannot be', async () => {
    const options = await engine.options()
    const make = (replication: unknown): Sequelize => new Sequelize({ ...options, replication } as never)
    if (!engine.features.has('server')) {
      expect(() => make({ read: [{}] })).toThrow(UnsupportedFeatureError)
      expect(() => make(false)).not.toThrow()
      return
    }
    expect(() => make([])).toThrow(/replication must be an object/)
    expect(() => make({ raed: [] })).toThrow(/no "raed".*read/)
    expect(() => make({ read: [{ hots: 'x' }] })).toThrow(
      /replication\.read\[0\] has no connection option "hots".*host/,
    )
    expect(() => make({ read: [7] })).toThrow(/replication\.read\[0\]/)
    expect(() => make({ readYourWrites: 'x' })).toThrow(/readYourWrites/)
    expect(() => make({ read: [{ pool: {} }] })).toThrow(/pool/)
    for (const replication of [false, null]) expect(() => make(replication)).not.toThrow()
  })
})
