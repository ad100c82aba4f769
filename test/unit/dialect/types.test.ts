import Database from 'better-sqlite3'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dateText, readDate } from '../../../src/dialect/sqlite/dates.js'
import { SqliteDialect } from '../../../src/dialect/sqlite/index.js'
import { decimalText } from '../../../src/dialect/sqlite/types.js'
import { DataTypes, normalizeType } from '../../../src/types/index.js'

const dialect = new SqliteDialect()
const codec = (type: unknown) => dialect.codec(normalizeType(type))

/** Through a column of the type and back. */
function roundTrip(type: unknown, value: unknown): unknown {
  const { sql, toBind, fromRow } = codec(type)
  const database = new Database(':memory:')
  database.exec(`CREATE TABLE t (v ${sql})`)
  database.prepare('INSERT INTO t VALUES (?)').run([toBind ? toBind(value) : value])
  const [row] = database
    .prepare('SELECT v FROM t')
    .raw(true)
    .safeIntegers(sql === 'BIGINT')
    .all() as [[unknown]]
  database.close()
  return fromRow ? fromRow(row[0]) : row[0]
}

test('names', () => {
  const names: [unknown, string][] = [
    [DataTypes.STRING, 'TEXT'],
    [DataTypes.STRING(50), 'TEXT'],
    [DataTypes.STRING.BINARY, 'TEXT COLLATE BINARY'],
    [DataTypes.TEXT, 'TEXT'],
    [DataTypes.CITEXT, 'TEXT COLLATE NOCASE'],
    [DataTypes.BOOLEAN, 'TINYINT(1)'],
    [DataTypes.INTEGER, 'INTEGER'],
    [DataTypes.INTEGER.UNSIGNED, 'INTEGER'],
    [DataTypes.TINYINT, 'INTEGER'],
    [DataTypes.BIGINT, 'BIGINT'],
    [DataTypes.FLOAT, 'REAL'],
    [DataTypes.DOUBLE, 'REAL'],
    [DataTypes.DECIMAL(10, 2), 'DECIMAL(10,2)'],
    [DataTypes.DECIMAL(20, 4), 'TEXT'],
    [DataTypes.DATE, 'TEXT'],
    [DataTypes.DATEONLY, 'TEXT'],
    [DataTypes.TIME, 'TEXT'],
    [DataTypes.UUID, 'TEXT'],
    [DataTypes.BLOB, 'BLOB'],
    [DataTypes.ENUM('a', 'b'), 'TEXT'],
    [DataTypes.JSON, 'TEXT'],
    ['VARBINARY(50)', 'VARBINARY(50)'],
  ]
  for (const [type, name] of names) expect(codec(type).sql).toBe(name)
})

test('values come back as they were', () => {
  const cases: [unknown, unknown, unknown?][] = [
    [DataTypes.STRING, "it's"],
    [DataTypes.STRING, 5, '5'],
    [DataTypes.INTEGER, 5],
    [DataTypes.INTEGER, '5', 5],
    [DataTypes.BIGINT, '9223372036854775807'],
    [DataTypes.BIGINT, -5n, '-5'],
    [DataTypes.BIGINT, 7, '7'],
    [DataTypes.BOOLEAN, true],
    [DataTypes.BOOLEAN, false],
    [DataTypes.DOUBLE, 1.5],
    [DataTypes.DECIMAL(10, 2), '1.10'],
    [DataTypes.DECIMAL(10, 2), 5, '5.00'],
    [DataTypes.DECIMAL(10, 2), '1.235', '1.24'],
    [DataTypes.DECIMAL(10, 2), -1.235, '-1.24'],
    [DataTypes.DECIMAL(30, 10), '12345678901234567890.1234567890'],
    [DataTypes.DECIMAL, '12.5'],
    [DataTypes.DATE, new Date(Date.UTC(2024, 1, 29, 12, 0, 0, 7))],
    [DataTypes.DATEONLY, '2024-02-29'],
    [DataTypes.TIME, '12:30:00'],
    [DataTypes.BLOB, Buffer.from([0, 1, 255])],
    [DataTypes.BLOB, 'text', Buffer.from('text')],
    [DataTypes.JSON, { a: [1, 'x', null] }],
    [DataTypes.JSON, 5],
    [DataTypes.JSON, 'text'],
    [DataTypes.JSON, null],
    [DataTypes.ENUM('a', 'b'), 'a'],
    [DataTypes.UUID, '00000000-0000-4000-8000-000000000000'],
  ]
  for (const [type, value, expected = value] of cases) expect(roundTrip(type, value)).toEqual(expected)
})

test('decimals beyond what SQLite counts exactly are refused or kept as text, never rounded in silence', () => {
  expect(() => roundTrip(DataTypes.DECIMAL, '1234567890.1234567')).toThrow(
    /more than 15 digits.*DECIMAL\(precision, scale\)/,
  )
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }),
      fc.integer({ min: 0, max: 10 }),
      (digits, scale) => {
        const text = `${digits < 0n ? '-' : ''}${String(digits < 0n ? -digits : digits)
          .padStart(scale + 1, '0')
          .replace(new RegExp(`(\\d{${scale}})$`), scale > 0 ? '.$1' : '$1')}`
        expect(roundTrip(DataTypes.DECIMAL(26, scale), text)).toBe(decimalText(text, scale))
      },
    ),
    { numRuns: 100 },
  )
  fc.assert(
    fc.property(fc.integer({ min: -(10 ** 12) + 1, max: 10 ** 12 - 1 }), (cents) => {
      const text = (cents / 100).toFixed(2)
      expect(roundTrip(DataTypes.DECIMAL(12, 2), text)).toBe(text === '-0.00' ? '0.00' : text)
    }),
    { numRuns: 100 },
  )
})

test('rounding is half away from zero, on the digits', () => {
  expect(
    [
      ['1.005', 2],
      ['1.004', 2],
      ['-1.005', 2],
      ['9.99', 1],
      ['0.5', 0],
      ['-0.4', 0],
      ['1e3', 2],
    ].map(([value, scale]) => decimalText(value, scale as number)),
  ).toEqual(['1.01', '1.00', '-1.01', '10.0', '1', '0', '1000.00'])
})

test('a BIGINT that does not fit is refused', () => {
  expect(() => roundTrip(DataTypes.BIGINT, 2n ** 63n)).toThrow(/64 bits/)
})

test('dates: every form that is found in such columns', () => {
  fc.assert(
    fc.property(
      fc.date({
        min: new Date('0100-01-01T00:00:00Z'),
        max: new Date('9999-12-31T23:59:59.999Z'),
        noInvalidDate: true,
      }),
      (date) => {
        expect(readDate(dateText(date))).toEqual(date)
        expect(dateText(date)).toHaveLength(30)
      },
    ),
  )
  const expected = new Date(Date.UTC(2020, 5, 1, 12, 30, 15, 500))
  for (const text of [
    '2020-06-01 12:30:15.500',
    '2020-06-01T12:30:15.500Z',
    '2020-06-01 14:30:15.500 +02:00',
    '2020-06-01 12:30:15.5 Z',
    '2020-06-01 14:30:15.500+0200',
  ])
    expect(readDate(text)).toEqual(expected)
  expect(readDate('2020-06-01 12:30:15')).toEqual(new Date(Date.UTC(2020, 5, 1, 12, 30, 15)))
  expect(readDate('2020-06-01')).toEqual(new Date(Date.UTC(2020, 5, 1)))
  expect(readDate(expected.getTime())).toEqual(expected)
  expect(readDate(null)).toBeNull()
  expect(readDate(dateText(new Date('0020-01-01T00:00:00Z')))).toEqual(new Date('0020-01-01T00:00:00Z'))
})

test('types that SQLite has no place for are named with what to use instead', () => {
  for (const [type, remedy] of [
    [DataTypes.ARRAY(DataTypes.STRING), 'JSON'],
    [DataTypes.RANGE(DataTypes.INTEGER), 'two attributes'],
    [DataTypes.HSTORE, 'JSON'],
    [DataTypes.GEOMETRY, 'GeoJSON'],
    [DataTypes.INET, 'isIP'],
    [DataTypes.TSVECTOR, 'FTS5'],
  ] as const) {
    expect(() => codec(type)).toThrow(
      new RegExp(`SQLite has no data type for DataTypes\\.${normalizeType(type).key}\\..*${remedy}`),
    )
  }
})

test("a user's type speaks for itself, one that extends a built-in type only where it wants to", () => {
  class Point extends DataTypes.ABSTRACT {
    override toSql(): string {
      return 'TEXT'
    }
    override toBindableValue(value: unknown): string {
      return (value as number[]).join(' ')
    }
    override parseDatabaseValue(value: unknown): unknown {
      return String(value).split(' ').map(Number)
    }
  }
  expect(roundTrip(Point, [1, 2])).toEqual([1, 2])
  class Loud extends DataTypes.STRING {
    override parseDatabaseValue(value: unknown): string {
      return String(value).toUpperCase()
    }
  }
  expect(codec(Loud).sql).toBe('TEXT')
  expect(roundTrip(Loud, 'quiet')).toBe('QUIET')
  class Odd extends DataTypes.ABSTRACT {
    override toSql(): string {
      return 'ODD'
    }
  }
  ;(Odd as unknown as { key: string }).key = 'constructor'
  expect(codec(Odd).sql).toBe('ODD')
})

test('values without a type: whole numbers are integers, so that division and text come out right', () => {
  const { text, params } = dialect.printExpr({
    kind: 'template',
    texts: ['', ' / ', ", 'no ' || ", ''],
    exprs: [7, 2, 5].map((value) => ({ kind: 'param', value, type: null })),
  })
  const values = params.map(({ value, type }) => dialect.codec(type!).toBind!(value))
  expect(new Database(':memory:').prepare(`SELECT ${text}`).raw(true).get(values)).toEqual([3, 'no 5'])
})
