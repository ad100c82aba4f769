// No digit of a BIGINT or a DECIMAL is lost on any way, and raw queries give what the documentation says.
import { DataTypes, Op, sql } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Database, Table } from '../../support/untyped.js'

const BIG = '9007199254740993'
const MOST = '9223372036854775807'
/** More than a double holds, and still in order as text. */
const EXACT = '12345678901234567890.1234567891'

describeEachEngine('no digit is lost', (engine) => {
  async function models(): Promise<{ db: Database; Account: Table; Owner: Table }> {
    const db = engine.script(await engine.connect())
    const Owner = db.define('Owner', { id: { type: DataTypes.BIGINT, primaryKey: true } }, { timestamps: false })
    const Account = db.define(
      'Account',
      {
        units: { type: DataTypes.BIGINT, defaultValue: BIG },
        amount: { type: DataTypes.DECIMAL(38, 10), defaultValue: EXACT },
        server: { type: DataTypes.BIGINT, defaultValue: sql.literal(MOST) },
        meta: DataTypes.JSON,
      },
      { timestamps: false },
    )
    Owner.hasOne(Account, { as: 'account', foreignKey: 'ownerId' })
    Account.belongsTo(Owner, { as: 'owner', foreignKey: 'ownerId' })
    await db.sync()
    return { db, Owner, Account }
  }

  test('defaults, answers of writes, keys, includes, conditions, JSON', async () => {
    const { Owner, Account } = await models()
    const owner = await Owner.create({ id: BigInt(MOST) })
    expect(owner.id).toBe(MOST)
    const account = await Account.create({ ownerId: owner.id })
    expect([account.units, account.amount, account.server, account.ownerId]).toEqual([BIG, EXACT, MOST, MOST])
    const found = await Owner.findByPk(MOST, { include: 'account' })
    expect(found.account.get()).toMatchObject({ units: BIG, amount: EXACT, server: MOST, ownerId: MOST })
    expect(JSON.parse(JSON.stringify(found))).toMatchObject({ id: MOST, account: { units: BIG, amount: EXACT } })
    expect((await account.getOwner()).id).toBe(MOST)
    // The neighbours are no matches.
    for (const [where, count] of [
      [{ units: BIG }, 1],
      [{ units: BigInt(BIG) }, 1],
      [{ units: '9007199254740992' }, 0],
      [{ units: [BIG, '9007199254740994'] }, 1],
      [{ units: { [Op.gt]: '9007199254740992' } }, 1],
      [{ units: { [Op.between]: [BigInt(BIG), BigInt(BIG)] } }, 1],
      [{ amount: EXACT }, 1],
      [{ amount: '12345678901234567890.1234567890' }, 0],
      [{ ownerId: MOST }, 1],
      [{ '$owner.id$': '9223372036854775806' }, 0],
    ] as const)
      expect([where, await Account.count({ where, include: 'owner' })]).toEqual([where, count])
    await Owner.bulkCreate([{ id: '9223372036854775806' }])
    expect((await Owner.findAll({ order: ['id'] })).map(({ id }) => id)).toEqual(['9223372036854775806', MOST])
    await account.update({ meta: { units: BIG, list: [EXACT] } })
    expect((await account.reload()).meta).toEqual({ units: BIG, list: [EXACT] })
  })

  test('aggregates and increments', async () => {
    const { Account } = await models()
    await Account.bulkCreate([{ units: BIG }, { units: '2' }, { units: '10' }])
    expect(await Account.max('units')).toBe(BIG)
    expect(await Account.min('units')).toBe('2')
    expect(await Account.sum('units')).toBe('9007199254741005')
    const first = await Account.findOne({ where: { units: BIG } })
    await first.increment('units', { by: 2 })
    expect((await first.reload()).units).toBe('9007199254740995')
    await Account.decrement('units', { by: 1n, where: { id: first.id } })
    expect((await first.reload()).units).toBe('9007199254740994')
    await Account.update({ units: sql`${sql.attribute('units')} + 1` }, { where: { id: first.id } })
    expect((await first.reload()).units).toBe('9007199254740995')
    expect(
      (await Account.findAll({ attributes: ['units'], group: ['units'], order: ['units'], raw: true })).map(
        ({ units }) => units,
      ),
    ).toEqual(['2', '10', '9007199254740995'])
  })

  test('decimals are exact in order and in sums', async () => {
    const db = engine.script(await engine.connect())
    // Within what a number of SQLite holds.
    const Price = db.define('Price', { amount: DataTypes.DECIMAL(14, 3) }, { timestamps: false })
    await db.sync()
    await Price.bulkCreate(['0.100', '0.200', '10.000', '9.500', '-3.125'].map((amount) => ({ amount })))
    expect(await Price.max('amount')).toBe('10.000')
    expect(await Price.min('amount')).toBe('-3.125')
    expect(await Price.sum('amount')).toBe(16.675)
    expect((await Price.findAll({ order: ['amount'] })).map(({ amount }) => amount)).toEqual([
      '-3.125',
      '0.100',
      '0.200',
      '9.500',
      '10.000',
    ])
    expect(await Price.count({ where: { amount: { [Op.gt]: '9.499' } } })).toBe(2)
    expect(await Price.count({ where: { amount: 0.1 } })).toBe(1)
  })

  engine.requires('boundedTypes')('a sum that no number holds stays text', async () => {
    const db = engine.script(await engine.connect())
    const Price = db.define('Price', { amount: DataTypes.DECIMAL(38, 10) }, { timestamps: false })
    await db.sync()
    await Price.bulkCreate([{ amount: '1234567890123.4567890123' }, { amount: '0.0000000001' }])
    expect(await Price.sum('amount')).toBe('1234567890123.4567890124')
  })

  test('decimals that an engine keeps as text are not put in order letter by letter', async () => {
    const db = engine.script(await engine.connect())
    const Price = db.define('Price', { amount: DataTypes.DECIMAL(30, 10) }, { timestamps: false })
    await db.sync()
    await Price.bulkCreate(['9.5', '10.25', '-3'].map((amount) => ({ amount })))
    const ways: Record<string, () => Promise<unknown>> = {
      'Op.gt': async () => await Price.count({ where: { amount: { [Op.gt]: '9.75' } } }),
      'Op.between': async () => await Price.count({ where: { amount: { [Op.between]: ['9', '11'] } } }),
      order: async () => (await Price.findAll({ order: ['amount'] })).map(({ amount }) => Number(amount)),
      max: async () => Number(await Price.max('amount')),
      sum: async () => await Price.sum('amount'),
    }
    const expected: Record<string, unknown> = {
      'Op.gt': 1,
      'Op.between': 2,
      order: [-3, 9.5, 10.25],
      max: 10.25,
      sum: 16.75,
    }
    for (const [way, ask] of Object.entries(ways)) {
      if (engine.features.has('boundedTypes')) expect([way, await ask()]).toEqual([way, expected[way]])
      else await expect(ask()).rejects.toThrow(/Price\.amount cannot be put in order.*kept as text.*precision of 15/)
    }
    // Equality is exact everywhere.
    expect(await Price.count({ where: { amount: ['10.25', '9.5000000001'] } })).toBe(1)
  })

  test('raw queries: numbers that a double holds are numbers, others text', async () => {
    const { db, Account } = await models()
    await Account.create({ units: MOST, amount: EXACT })
    const table = db.dialect.quoteIdentifier('Accounts')
    const [row] = await db.query(`SELECT units, amount, server, id FROM ${table}`, { type: 'SELECT' })
    expect(row).toEqual({ units: MOST, amount: EXACT, server: MOST, id: 1 })
    // With a model, the types are its own.
    const [typed] = await db.query(`SELECT * FROM ${table}`, { model: Account, mapToModel: true })
    expect([typed.units, typed.amount, typed.id]).toEqual([MOST, EXACT, 1])
    expect(await db.query('SELECT 5 AS n, 1.5 AS half', { type: 'SELECT', plain: true })).toMatchObject({ n: 5 })
  })

  test('raw queries: dates without a model are text, with one they are moments', async () => {
    const db = engine.script(await engine.connect())
    const Event = db.define('Event', { at: DataTypes.DATE, day: DataTypes.DATEONLY, time: DataTypes.TIME, done: DataTypes.BOOLEAN, bytes: DataTypes.BLOB, meta: DataTypes.JSON }, { timestamps: false }) // biome-ignore format: one line
    await db.sync()
    const values = {
      at: new Date('2024-02-29T12:30:15.123Z'),
      day: '2024-02-29',
      time: '12:30:15',
      done: true,
      bytes: Buffer.from([0, 255]),
      meta: { a: [1] },
    }
    await Event.create(values)
    const table = db.dialect.quoteIdentifier('Events')
    const [raw] = await db.query(`SELECT * FROM ${table}`, { type: 'SELECT' })
    expect(raw.at).toMatch(/^2024-02-29 12:30:15\.123/)
    expect([raw.day, raw.time, raw.bytes]).toEqual([values.day, values.time, values.bytes])
    const [typed] = await db.query(`SELECT * FROM ${table}`, { model: Event, mapToModel: true })
    expect(typed.get()).toEqual({ id: 1, ...values })
  })
})
