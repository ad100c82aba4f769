// Values of every data type go to PostgreSQL and come back as they were; arrays, ranges and JSON are searched by their operators.
import { DataTypes, Op, sql } from 'mortise'
import { expect, test } from 'vitest'
import { describeEngine } from '../../support/databases.js'
import type { Row } from '../../support/untyped.js'

const part = (value: unknown, inclusive: boolean): object => ({ value, inclusive })

/** A type, values that come back the same, and values that come back otherwise. */
const TYPES: Record<
  string,
  readonly [type: unknown, same: readonly unknown[], changed?: readonly (readonly [unknown, unknown])[]]
> = {
  STRING: [DataTypes.STRING, ['', "it's", 'back\\slash', 'ü 日本 😀', '{a,b}', 'NULL']],
  CHAR: [DataTypes.CHAR(3), ['abc']],
  TEXT: [DataTypes.TEXT, ['a\nb\tc', 'x'.repeat(100_000)]],
  CITEXT: [DataTypes.CITEXT, ['Mixed']],
  BOOLEAN: [DataTypes.BOOLEAN, [true, false]],
  TINYINT: [DataTypes.TINYINT, [-128, 127]],
  SMALLINT: [DataTypes.SMALLINT.UNSIGNED, [65_535]],
  INTEGER: [DataTypes.INTEGER, [0, -2_147_483_648, 2_147_483_647]],
  UNSIGNED: [DataTypes.INTEGER.UNSIGNED, [4_294_967_295]],
  BIGINT: [
    DataTypes.BIGINT,
    ['9223372036854775807', '-9223372036854775808'],
    [
      [12, '12'],
      [9007199254740993n, '9007199254740993'],
    ],
  ],
  FLOAT: [DataTypes.FLOAT, [1.5, -0.25, 1.1]],
  DOUBLE: [DataTypes.DOUBLE, [0.1, 1e300, 5e-324, Infinity]],
  DECIMAL: [DataTypes.DECIMAL(30, 10), ['12345678901234567890.1234567890'], [[1.5, '1.5000000000']]],
  'DECIMAL without limits': [DataTypes.DECIMAL, ['123456789012345678901234567890.5']],
  DATE: [
    DataTypes.DATE(3),
    [new Date('2024-02-29T23:59:59.999Z'), new Date('1901-01-01T00:00:00.001Z'), new Date('0042-03-01T00:00:00.000Z')],
  ],
  DATEONLY: [DataTypes.DATEONLY, ['2024-02-29', '0001-01-01', '9999-12-31']],
  TIME: [DataTypes.TIME, ['12:34:56', '23:59:59.999']],
  UUID: [DataTypes.UUID, ['6e0e0f3c-1111-4111-8111-000000000001']],
  BLOB: [DataTypes.BLOB, [Buffer.from([0, 1, 92, 255]), Buffer.alloc(0)]],
  ENUM: [DataTypes.ENUM('a', "b's", 'c d'), ['a', "b's", 'c d']],
  JSON: [DataTypes.JSON, [{ b: [1, { c: null }], a: 'x' }, [1, 2], 'text', 5, true]],
  JSONB: [DataTypes.JSONB, [{ a: { b: [1, 'x', null] } }, []]],
  HSTORE: [DataTypes.HSTORE, [{ a: 'b', 'c"d': 'e\\f', n: null }, {}]],
  INET: [DataTypes.INET, ['10.0.0.1', '::1', '10.0.0.0/8']],
  CIDR: [DataTypes.CIDR, ['10.0.0.0/8']],
  MACADDR: [DataTypes.MACADDR, ['08:00:2b:01:02:03']],
  MACADDR8: [DataTypes.MACADDR8, ['08:00:2b:01:02:03:04:05']],
  'ARRAY of text': [DataTypes.ARRAY(DataTypes.TEXT), [[], ['a', 'b"c', 'd\\e', '', 'NULL', 'x,y', '{z}', null]]],
  'ARRAY of numbers': [DataTypes.ARRAY(DataTypes.INTEGER), [[1, 2, null]]],
  'ARRAY of arrays': [
    DataTypes.ARRAY(DataTypes.ARRAY(DataTypes.INTEGER)),
    [
      [
        [1, 2],
        [3, 4],
      ],
    ],
  ],
  'ARRAY of BIGINT': [DataTypes.ARRAY(DataTypes.BIGINT), [['9007199254740993']]],
  'ARRAY of dates': [DataTypes.ARRAY(DataTypes.DATE), [[new Date('2024-01-02T03:04:05.678Z')]]],
  'ARRAY of booleans': [DataTypes.ARRAY(DataTypes.BOOLEAN), [[true, false]]],
  'ARRAY of JSON': [DataTypes.ARRAY(DataTypes.JSONB), [[{ a: 1 }, [2]]]],
  'ARRAY of an enum': [DataTypes.ARRAY(DataTypes.ENUM('x', 'y z')), [['x', 'y z'], []]],
  'ARRAY of bytes': [DataTypes.ARRAY(DataTypes.BLOB), [[Buffer.from([1, 2])]]],
  'RANGE of numbers': [
    DataTypes.RANGE(DataTypes.INTEGER),
    [[part(1, true), part(5, false)], [], [part(null, false), part(5, false)]],
    [
      [
        [1, 5],
        [part(1, true), part(5, false)],
      ],
    ],
  ],
  'RANGE of BIGINT': [DataTypes.RANGE(DataTypes.BIGINT), [[part('1', true), part('9007199254740993', false)]]],
  'RANGE of decimals': [DataTypes.RANGE(DataTypes.DECIMAL), [[part('0.5', false), part('1.5', true)]]],
  'RANGE of dates': [
    DataTypes.RANGE(DataTypes.DATE),
    [
      [part(new Date('2024-01-01T00:00:00.000Z'), true), part(new Date('2024-02-01T00:00:00.000Z'), false)],
      [part(-Infinity, true), part(Infinity, false)],
    ],
  ],
  'RANGE of days': [DataTypes.RANGE(DataTypes.DATEONLY), [[part('2024-01-01', true), part('2024-02-01', false)]]],
}

describeEngine('postgres', 'data types', (engine) => {
  for (const [title, [type, same, changed = []]] of Object.entries(TYPES)) {
    test(`${title} comes back as it was, and its table is in sync`, async () => {
      const db = engine.script(await engine.connect())
      const recorder = engine.recorder(db)
      const Thing = db.define('Thing', { value: { type } }, { timestamps: false })
      await db.sync()
      const cases = [...same.map((value) => [value, value] as const), ...changed]
      for (const [given, expected] of [...cases, [null, null] as const]) {
        const { id } = await Thing.create({ value: given })
        expect((await Thing.findByPk(id)).value).toEqual(expected)
        if (given !== null && typeof given !== 'object')
          expect(await Thing.count({ where: { value: given } })).toBeGreaterThan(0)
      }
      await Thing.bulkCreate(cases.map(([given]) => ({ value: given })))
      const texts = await recorder.during(() => db.sync({ alter: { drop: true } }))
      expect(texts.filter((text) => /^(?:CREATE|ALTER|DROP|COMMENT)/.test(text))).toEqual([])
    })
  }

  test('the session may have any time zone', async () => {
    for (const timezone of ['+00:00', '+05:45', '-03:30', 'Asia/Kathmandu', 'America/New_York']) {
      const db = engine.script(await engine.connect({ timezone }))
      const Thing = db.define(
        'Thing',
        { at: DataTypes.DATE, day: DataTypes.DATEONLY, time: DataTypes.TIME },
        { timestamps: false },
      )
      await db.sync()
      const at = new Date('2024-07-01T22:30:00.123Z')
      await Thing.create({ at, day: '2024-07-01', time: '23:30:00' })
      expect((await Thing.findOne({ where: { at } })).toJSON()).toMatchObject({
        at,
        day: '2024-07-01',
        time: '23:30:00',
      })
    }
  })

  // Docs: querying/operators, "Range Contains Operator": the left side may be a single value.
  test('a value inside a range given on the right', async () => {
    const db = engine.script(await engine.connect())
    const Thing = db.define(
      'Thing',
      {
        n: DataTypes.INTEGER,
        big: DataTypes.BIGINT,
        exact: DataTypes.DECIMAL,
        at: DataTypes.DATE,
        day: DataTypes.DATEONLY,
      },
      { timestamps: false },
    )
    await db.sync()
    const first = {
      n: 1,
      big: '9007199254740993',
      exact: '0.5',
      at: new Date('2024-01-01T12:00:00Z'),
      day: '2024-01-01',
    }
    const second = { n: 5, big: '7', exact: '2.5', at: new Date('2024-06-01T12:00:00Z'), day: '2024-06-01' }
    await Thing.bulkCreate([first, second])
    const found = async (where: object): Promise<number[]> =>
      (await Thing.findAll({ where, order: ['id'] })).map((row: Row) => row.n)
    expect(await found({ n: { [Op.contained]: [0, 5] } })).toEqual([1])
    expect(await found({ n: { [Op.contained]: [1, { value: 5, inclusive: true }] } })).toEqual([1, 5])
    expect(await found({ big: { [Op.contained]: ['9007199254740993', null] } })).toEqual([1])
    expect(await found({ exact: { [Op.contained]: ['2.5', '3'] } })).toEqual([5])
    expect(await found({ at: { [Op.contained]: [new Date('2024-01-01'), new Date('2024-02-01')] } })).toEqual([1])
    expect(await found({ day: { [Op.contained]: ['2024-06-01', '2024-07-01'] } })).toEqual([5])
    await expect(found({ n: { [Op.contained]: ['a', 'b'] } })).rejects.toThrow(
      'n is compared with a value of another type',
    )
  })

  test('operators of arrays, ranges, JSON and patterns', async () => {
    const db = engine.script(await engine.connect())
    const Thing = db.define(
      'Thing',
      {
        name: DataTypes.STRING,
        tags: DataTypes.ARRAY(DataTypes.STRING),
        span: DataTypes.RANGE(DataTypes.INTEGER),
        meta: DataTypes.JSONB,
        plain: DataTypes.JSON,
        kind: DataTypes.ENUM('big', 'small'),
      },
      { timestamps: false },
    )
    await db.sync()
    await Thing.bulkCreate([
      {
        name: 'Ann',
        tags: ['a', 'b'],
        span: [1, 5],
        meta: { a: { b: 1 }, k: 'x', list: [1, 2] },
        plain: { a: 1 },
        kind: 'big',
      },
      { name: 'ben', tags: ['c'], span: [10, 20], meta: { a: { b: 2 } }, plain: { a: 'x' }, kind: 'small' },
    ])
    const names = async (where: object): Promise<string[]> =>
      (await Thing.findAll({ where, order: ['id'] })).map((row: Row) => row.name)
    expect(await names({ tags: { [Op.contains]: ['a'] } })).toEqual(['Ann'])
    expect(await names({ tags: { [Op.contained]: ['c', 'd'] } })).toEqual(['ben'])
    expect(await names({ tags: { [Op.overlap]: ['b', 'c'] } })).toEqual(['Ann', 'ben'])
    expect(await names({ tags: ['c'] })).toEqual(['ben'])
    expect(await names({ span: { [Op.contains]: 3 } })).toEqual(['Ann'])
    expect(await names({ span: { [Op.contains]: [2, 4] } })).toEqual(['Ann'])
    expect(await names({ span: { [Op.overlap]: [4, 11] } })).toEqual(['Ann', 'ben'])
    expect(await names({ span: { [Op.adjacent]: [5, 6] } })).toEqual(['Ann'])
    expect(await names({ span: { [Op.strictLeft]: [6, 7] } })).toEqual(['Ann'])
    expect(await names({ span: { [Op.strictRight]: [6, 7] } })).toEqual(['ben'])
    expect(await names({ 'meta.a.b': 2 })).toEqual(['ben'])
    expect(await names({ meta: { a: { b: { [Op.gt]: 1 } } } })).toEqual(['ben'])
    expect(await names({ 'meta.k:unquote': 'x' })).toEqual(['Ann'])
    expect(await names({ 'meta.list[1]::integer': 2 })).toEqual(['Ann'])
    expect(await names({ meta: { [Op.contains]: { k: 'x' } } })).toEqual(['Ann'])
    expect(await names({ meta: { [Op.anyKeyExists]: ['k', 'z'] } })).toEqual(['Ann'])
    expect(await names({ meta: { [Op.allKeysExist]: ['a', 'k'] } })).toEqual(['Ann'])
    expect(await names({ 'plain.a': 1 })).toEqual(['Ann'])
    expect(await names({ plain: { a: 'x' } })).toEqual(['ben'])
    expect(await names({ name: { [Op.iLike]: 'a%' } })).toEqual(['Ann'])
    expect(await names({ name: { [Op.iLike]: { [Op.any]: ['A%', 'B%'] } } })).toEqual(['Ann', 'ben'])
    expect(await names({ name: { [Op.regexp]: '^A' } })).toEqual(['Ann'])
    expect(await names({ name: { [Op.notIRegexp]: '^a' } })).toEqual(['ben'])
    expect(await names({ name: { [Op.eq]: { [Op.any]: ['Ann', 'x'] } } })).toEqual(['Ann'])
    expect(await names({ id: { [Op.any]: [1, 3] } })).toEqual(['Ann'])
    expect(await names({ id: { [Op.eq]: { [Op.any]: { [Op.values]: [2, 3] } } } })).toEqual(['ben'])
    expect(await names({ kind: { [Op.any]: ['big'] } })).toEqual(['Ann'])
    expect(await names({ kind: ['small', 'big'] })).toEqual(['Ann', 'ben'])
    expect(await names(sql`${sql.attribute('id')} + ${1} = ${3}`)).toEqual(['ben'])
    expect(await names(sql.where(sql.fn('concat', sql.col('name'), '-', 5), 'Ann-5'))).toEqual(['Ann'])
  })

  test('values in SQL of the user have the types of their literals', async () => {
    const db = engine.script(await engine.connect())
    const rows = await db.query(
      sql`SELECT ${1} AS one, ${1.5} AS half, ${'x'} AS text, ${true} AS yes, ${[1, 2]} AS list`,
      { type: 'SELECT' },
    )
    expect(rows).toEqual([{ one: 1, half: '1.5', text: 'x', yes: true, list: [1, 2] }])
    expect(await db.query('SELECT $1::int + $2::int AS sum', { bind: [1, 2], type: 'SELECT' })).toEqual([{ sum: 3 }])
    expect(
      await db.query('SELECT * FROM (VALUES (1), (2), (3)) t(n) WHERE n IN (:ids)', {
        replacements: { ids: [1, 3] },
        type: 'SELECT',
      }),
    ).toEqual([{ n: 1 }, { n: 3 }])
  })

  test('a type whose extension is missing says how to get it', async () => {
    const db = engine.script(await engine.connect())
    db.define('Place', { at: DataTypes.GEOMETRY('POINT') })
    await db.sync().then(
      () => undefined,
      (error: Error) => expect(error.message).toMatch(/CREATE EXTENSION "postgis"/),
    )
  })
})
