// Words that engines spell in their own ways: random numbers, casts, text operators, JSON, limits of writes, locks, hints.
import { cast, col, DataTypes, fn, Op, sql, UnsupportedFeatureError } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Database, Row, Table } from '../../support/untyped.js'

describeEachEngine('words of the engine', (engine) => {
  const world = async (): Promise<{ db: Database; Word: Table }> => {
    const db = engine.script(await engine.connect())
    const Word = db.define(
      'Word',
      {
        text: { type: DataTypes.STRING(40), unique: true },
        n: DataTypes.INTEGER,
        price: DataTypes.DECIMAL(10, 2),
        flag: DataTypes.BOOLEAN,
        meta: DataTypes.JSON,
        day: DataTypes.DATEONLY,
      },
      { timestamps: false },
    )
    await db.sync()
    await Word.bulkCreate([
      { text: 'alpha', n: 1, price: '1.50', flag: true, meta: { a: 1, b: { c: 'x' }, l: [1, 2] }, day: '2024-02-28' },
      { text: 'beta', n: 2, price: '2.50', flag: false, meta: { a: 2, b: { c: "it's" }, l: [] }, day: '2024-02-29' },
      { text: 'gamma', n: 3, price: '3.50', flag: null, meta: { a: '2' }, day: '2024-03-01' },
      { text: '100%_\\', n: null, price: null, flag: null, meta: null, day: null },
    ])
    return { db, Word }
  }
  const texts = (rows: readonly Row[]): string[] => rows.map((row) => row.text).sort()
  const found = async (Word: Table, where: object): Promise<string[]> => texts(await Word.findAll({ where }))

  test('random()', async () => {
    const { db, Word } = await world()
    expect(await Word.findAll({ order: db.random() })).toHaveLength(4)
    expect(await Word.findAll({ order: [db.random(), ['n', 'DESC']], limit: 2 })).toHaveLength(2)
    const row = await Word.findOne({ attributes: [[db.random(), 'r']], raw: true })
    expect(typeof row.r).toBe('number')
  })
  test('functions and casts by any engine’s type names', async () => {
    const { Word } = await world()
    // What programs give: the types of `DataTypes`, called or not.
    const castTo = (value: unknown, type: unknown): unknown => cast(value, type as string)
    const one = async (expression: unknown): Promise<unknown> =>
      (await Word.findOne({ attributes: [[expression, 'v']], where: { text: 'alpha' }, raw: true })).v
    expect(await one(fn('upper', col('text')))).toBe('ALPHA')
    expect(await one(fn('concat', 'a', 'b', col('text')))).toBe('abalpha')
    expect(await one(fn('coalesce', null, col('text')))).toBe('alpha')
    expect(Number(await one(cast('12', 'integer')))).toBe(12)
    expect(Number(await one(cast(col('price'), 'integer')))).toBeGreaterThanOrEqual(1)
    expect(await one(cast(col('n'), 'varchar(20)'))).toBe('1')
    expect(await one(cast(col('n'), 'text'))).toBe('1')
    expect(await one(castTo(col('n'), DataTypes.STRING))).toBe('1')
    expect(Number(await one(cast('1.25', 'decimal(10,2)')))).toBe(1.25)
    expect(Number(await one(castTo('1.25', DataTypes.DECIMAL(10, 2))))).toBe(1.25)
    expect(Number(await one(cast('1.5', 'double precision')))).toBe(1.5)
    expect(Number(await one(cast('7', 'bigint')))).toBe(7)
    expect(Number(await one(castTo('7', DataTypes.BIGINT)))).toBe(7)
    expect(String(await one(cast('2024-02-29', 'date')))).toMatch(/2024|Thu Feb 29/)
    expect(await Word.count({ where: { day: { [Op.gte]: cast('2024-02-29', 'date') } } })).toBe(2)
    expect(await Word.count({ where: { day: { [Op.gte]: castTo('2024-02-29', DataTypes.DATEONLY) } } })).toBe(2)
    expect([true, 1]).toContain(await one(cast(col('flag'), engine.traits.arrays ? 'boolean' : 'integer')))
  })
  test('text: LIKE and its kin, whatever the letters', async () => {
    const { Word } = await world()
    expect(await found(Word, { text: { [Op.like]: '%a%' } })).toEqual(['alpha', 'beta', 'gamma'])
    expect(await found(Word, { text: { [Op.iLike]: 'ALP%' } })).toEqual(['alpha'])
    expect(await found(Word, { text: { [Op.notILike]: '%A' } })).toEqual(['100%_\\'])
    expect(await found(Word, { text: { [Op.startsWith]: 'be' } })).toEqual(['beta'])
    expect(await found(Word, { text: '100%_\\' })).toEqual(['100%_\\'])
    expect(await found(Word, { text: { [Op.in]: ["' OR 1=1 -- ", 'beta', '\\'] } })).toEqual(['beta'])
    expect(await found(Word, { [Op.not]: { text: { [Op.like]: '%a' } } })).toEqual(['100%_\\'])
  })
  test('regular expressions, or an error that says there are none', async () => {
    const { Word } = await world()
    const search = (operator: symbol, pattern: string) => found(Word, { text: { [operator]: pattern } })
    if (engine.traits.regexp !== true)
      return void (await expect(search(Op.regexp, '^a')).rejects.toBeInstanceOf(UnsupportedFeatureError))
    expect(await search(Op.regexp, '^(a|b).*a$')).toEqual(['alpha', 'beta'])
    expect(await search(Op.notRegexp, '^[a-z]+$')).toEqual(['100%_\\'])
    if (engine.traits.iLike === 'keyword') expect(await search(Op.iRegexp, '^ALPHA')).toEqual(['alpha'])
    else await expect(search(Op.iRegexp, '^ALPHA')).rejects.toBeInstanceOf(UnsupportedFeatureError)
  })
  test('JSON: paths, nested values, text and numbers', async () => {
    const { Word } = await world()
    expect(await found(Word, { meta: { b: { c: "it's" } } })).toEqual(['beta'])
    expect(await found(Word, { 'meta.b.c': 'x' })).toEqual(['alpha'])
    expect(await found(Word, { meta: { a: 2 } })).toEqual(['beta'])
    expect(await found(Word, { meta: { a: '2' } })).toEqual(['gamma'])
    expect(await found(Word, { 'meta.l[1]': 2 })).toEqual(['alpha'])
    expect(await found(Word, { meta: { a: { [Op.gt]: 1 } } })).toContain('beta')
    expect(await found(Word, { meta: { b: { c: { [Op.like]: '%t%' } } } })).toEqual(['beta'])
    expect(await found(Word, { 'meta.b.c:unquote': "it's" })).toEqual(['beta'])
    const row = await Word.findOne({
      attributes: [[sql`${sql.attribute('meta.b.c:unquote')}`, 'c']],
      where: { n: 1 },
      raw: true,
    })
    expect(row.c).toBe('x')
  })
  test('limits of writes change so many rows and no more', async () => {
    const { Word } = await world()
    expect(await Word.update({ flag: true }, { where: { n: { [Op.gt]: 0 } }, limit: 2 })).toEqual([2])
    expect(await Word.destroy({ where: {}, limit: 1 })).toBe(1)
    expect(await Word.count()).toBe(3)
  })
  test('upserts: by unique key, by primary key, of nothing new', async () => {
    const { Word } = await world()
    await Word.upsert({ text: 'alpha', n: 10 })
    await Word.upsert({ text: 'delta', n: 4 })
    const alpha = await Word.findOne({ where: { text: 'alpha' } })
    expect([alpha.n, alpha.flag]).toEqual([10, true])
    await Word.upsert({ id: alpha.id, text: 'alpha', n: 11 })
    expect(await Word.count()).toBe(5)
    await Word.upsert({ text: 'alpha', n: 11 })
    await alpha.reload()
    expect(alpha.n).toBe(11)
    await Word.bulkCreate(
      [
        { text: 'alpha', n: 12 },
        { text: 'beta', n: 13 },
      ],
      { updateOnDuplicate: ['n'] },
    )
    expect((await Word.findAll({ where: { n: [12, 13] } })).length).toBe(2)
    expect(await Word.count()).toBe(5)
  })
  engine.requires('rowLocks')('locks: of one table, without waiting, in transactions', async () => {
    const { db, Word } = await world()
    const Note = db.define('Note', { body: DataTypes.STRING(20) }, { timestamps: false })
    Word.hasOne(Note, { as: 'note', foreignKey: 'wordId' })
    await db.sync()
    await Note.create({ body: 'x', wordId: (await Word.findOne({ where: { n: 1 } })).id })
    await db.transaction(async (transaction: object) => {
      for (const lock of [true, 'UPDATE', 'SHARE', 'KEY SHARE', 'NO KEY UPDATE'])
        expect(await Word.findAll({ where: { n: 1 }, lock, transaction })).toHaveLength(1)
      expect(await Word.findAll({ where: { n: 1 }, lock: true, skipLocked: true, transaction })).toHaveLength(1)
      expect(
        await Word.findAll({ include: 'note', where: { n: 1 }, lock: { level: 'UPDATE', of: Word }, transaction }),
      ).toHaveLength(1)
    })
  })
  test('hints, or an error that says there are none', async () => {
    const { db, Word } = await world()
    await db.queryInterface.addIndex('Words', ['n'], { name: 'words_n' })
    const hinted = () => Word.findAll({ where: { n: 1 }, indexHints: [{ type: 'USE', values: ['words_n'] }] })
    if (engine.traits.indexHints === true) expect(await hinted()).toHaveLength(1)
    else await expect(hinted()).rejects.toBeInstanceOf(UnsupportedFeatureError)
    const timed = () => Word.findAll({ where: { n: 1 }, maxExecutionTimeHintMs: 5000 })
    const supports = (db.dialect as { supports: { maxExecutionTimeHint: { select: boolean } } }).supports
    if (supports.maxExecutionTimeHint.select) expect(await timed()).toHaveLength(1)
    else await expect(timed()).rejects.toBeInstanceOf(UnsupportedFeatureError)
  })
  test('one text with values of different kinds', async () => {
    const { db } = await world()
    const said = async (value: unknown): Promise<unknown> =>
      (await db.query('SELECT $1 AS v', { bind: [value], type: 'SELECT', plain: true })).v
    expect(String(await said(1))).toBe('1')
    expect(await said('ok')).toBe('ok')
    expect(String(await said(2.5))).toBe('2.5')
    expect(await said(null)).toBe(null)
    expect(await said('2024-01-01')).toBe('2024-01-01')
  })
})
