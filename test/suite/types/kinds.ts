// Every data type with values at random and at its edges, and what a row holds after they were written. The same list for all engines.
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { DataTypes } from 'mortise'
import type { Feature } from '../../support/databases.js'

export interface Kind {
  readonly title: string
  readonly type: unknown
  readonly random: fc.Arbitrary<unknown>
  readonly edges: readonly unknown[]
  /** What is read for what was written. Default: the same. */
  readonly read?: (written: never) => unknown
  /** Values that are refused before anything is sent. */
  readonly refused?: readonly unknown[]
  readonly needs?: readonly Feature[]
  /** Edges for engines with a feature. */
  readonly more?: { readonly [feature in Feature]?: readonly unknown[] }
  /** The engine has no equality for it. */
  readonly incomparable?: true
}

/** Equal values: the order of keys does not matter, and zero has no sign. */
export const same = (a: unknown, b: unknown): boolean => isDeepStrictEqual(plain(a), plain(b))
function plain(value: unknown): unknown {
  if (Object.is(value, -0)) return 0
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return new Map(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, plain(item)]),
  )
}

// ---------------------------------------------------------------- arbitraries
const WORDS = [
  '',
  "it's",
  'a"b',
  'back\\slash',
  '$1',
  ':name',
  '?',
  '%_',
  '{a,b}',
  'NULL',
  'null',
  '日本',
  '😀é',
  '\t\n',
]
/** Any text but NUL, which only some engines hold. */
const text = (maxLength = 40): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: maxLength / 2 }).map((found) => found.replaceAll('\0', '')),
    fc.constantFrom(...WORDS),
  )
/** Engines differ in what they do with spaces at the end of a CHAR. */
const padded = fc.string({ unit: fc.constantFrom('a', 'B', '日', "'", '\\'), minLength: 3, maxLength: 3 })
const whole = (min: number, max: number): fc.Arbitrary<number> =>
  fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max, 0, 1))
const big = (min: bigint, max: bigint): fc.Arbitrary<bigint | string> =>
  fc.oneof(fc.bigInt({ min, max }), fc.bigInt({ min, max }).map(String))
const LONG = { min: -(2n ** 63n), max: 2n ** 63n - 1n }

const unsignedZero = (value: string): string => (/[1-9]/.test(value) ? value : value.replace('-', ''))
/** `digits` digits, `scale` of them after the point. */
const decimal = (digits: number, scale: number): fc.Arbitrary<string> =>
  fc
    .bigInt({ min: -(10n ** BigInt(digits)) + 1n, max: 10n ** BigInt(digits) - 1n })
    .map((units) => pointed(units, scale))
function pointed(units: bigint, scale: number): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0')
  return `${units < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}.${digits.slice(digits.length - scale)}`
}

const moment = (min: string, max: string, step = 1): fc.Arbitrary<Date> =>
  fc
    .date({ min: new Date(min), max: new Date(max), noInvalidDate: true })
    .map((date) => new Date(Math.floor(date.getTime() / step) * step))
const instant = (step?: number): fc.Arbitrary<Date> => moment('0001-01-02T00:00:00Z', '9999-12-30T23:59:59.999Z', step)
const dayOf = (date: Date): string => date.toISOString().slice(0, 10)
const two = (value: number): string => String(value).padStart(2, '0')
const clock = fc
  .tuple(fc.nat(23), fc.nat(59), fc.nat(59))
  .map(([hour, minute, second]) => `${two(hour)}:${two(minute)}:${two(second)}`)

const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(clean(value)) as unknown)
/** Without NUL, which PostgreSQL cannot unquote, and without fractions, which MySQL rounds at the sixteenth digit. */
const clean = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'number' ? Math.trunc(item % 2 ** 40) : typeof item === 'string' ? item.replaceAll('\0', '') : item,
  ).replaceAll('\\u0000', '')
const DOCUMENTS: readonly unknown[] = [
  null,
  {},
  [],
  '',
  'null',
  0,
  -1.5,
  true,
  { a: null, b: [], c: {}, d: '' },
  { "it's": 'a"b', 'x.y': '$', $: 1, '': 'empty', 'back\\slash': '\\', '😀': ['日本'] },
  [[[]], [null, [1, 'two', { three: [3] }]]],
  { a: '9007199254740993', deep: { er: { still: [1, 2, { more: null }] } } },
]

const bytes = (maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength }).map((found) => Buffer.from(found))
const uuid = fc.uuid()

const part = (value: unknown, inclusive: boolean): object => ({ value, inclusive })
/** Two different ends in order; the discrete ranges are written as PostgreSQL writes them. */
const range = <T>(end: fc.Arbitrary<T>, before: (a: T, b: T) => boolean, isDiscrete: boolean): fc.Arbitrary<unknown> =>
  fc
    .tuple(end, end, fc.boolean(), fc.boolean())
    .filter(([a, b]) => before(a, b) || before(b, a))
    .map(([a, b, first, last]) => {
      const [low, high] = before(a, b) ? [a, b] : [b, a]
      return [part(low, isDiscrete || first), part(high, isDiscrete ? false : last)]
    })

const v4 = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => parts.join('.'))
const hex = fc.nat(255).map((byte) => byte.toString(16).padStart(2, '0'))
const mac = (length: number): fc.Arbitrary<string> =>
  fc.array(hex, { minLength: length, maxLength: length }).map((parts) => parts.join(':'))

const coordinate = fc.tuple(
  fc.double({ min: -180, max: 180, noNaN: true }),
  fc.double({ min: -90, max: 90, noNaN: true }),
)
const ORIGIN = { type: 'Point', coordinates: [0, 0] }
const LINE = { type: 'LineString', coordinates: [[0, 0], [1.5, -2], [3, 4]] } // biome-ignore format: a line
const SQUARE = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]] // biome-ignore format: a ring
const HOLE = [[1, 1], [2, 1], [2, 2], [1, 1]] // biome-ignore format: a ring

// ---------------------------------------------------------------- kinds
const texts: readonly Kind[] = [
  {
    title: 'STRING',
    type: DataTypes.STRING,
    random: text(),
    edges: [...WORDS, 'x'.repeat(255), '😀'.repeat(100), ' spaces around '],
    more: { nulInText: ['a\0b'] },
    refused: [5, true, {}, [], new Date(0), 'lonely \ud800 surrogate'],
  },
  { title: 'STRING(10)', type: DataTypes.STRING(10), random: text(10), edges: ['0123456789', '日本語日本語日本語日'] },
  {
    title: 'STRING.BINARY',
    type: DataTypes.STRING.BINARY,
    random: text(),
    edges: ['a', 'A', 'ä', 'x'.repeat(255)],
  },
  { title: 'CHAR(3)', type: DataTypes.CHAR(3), random: padded, edges: ['abc', '日本語'], refused: [123] },
  {
    title: 'CHAR(3).BINARY',
    type: new DataTypes.CHAR({ length: 3, binary: true } as never),
    random: padded,
    edges: ['abc', 'ABC'],
  },
  {
    title: 'TEXT',
    type: DataTypes.TEXT,
    random: text(200),
    edges: ['', 'x'.repeat(60_000)],
    more: { nulInText: ['\0', 'a\0b'] },
    refused: [5, {}, '\udc00'],
  },
  { title: "TEXT('tiny')", type: DataTypes.TEXT('tiny'), random: text(), edges: ['', 'x'.repeat(255)] },
  { title: "TEXT('medium')", type: DataTypes.TEXT('medium'), random: text(), edges: ['x'.repeat(1_000_000)] },
  { title: "TEXT('long')", type: DataTypes.TEXT('long'), random: text(), edges: ['日'.repeat(300_000)] },
  {
    title: 'CITEXT',
    type: DataTypes.CITEXT,
    random: text(),
    edges: ['Mixed', 'mIXED', ''],
    needs: ['caseInsensitiveText'],
  },
  {
    title: 'TSVECTOR',
    type: DataTypes.TSVECTOR,
    random: fc.constantFrom("'a':1 'b':2", "'word'"),
    edges: ["'a':1 'b':2,3", ''],
    needs: ['postgresTypes'],
  },
  {
    title: 'ENUM',
    type: DataTypes.ENUM('small', "it's", 'x y', 'back\\slash', '日本', ''),
    random: fc.constantFrom('small', "it's", 'x y'),
    edges: ['small', "it's", 'x y', 'back\\slash', '日本', ''],
    refused: ['Small', 'other', 5],
  },
  {
    title: 'UUID',
    type: DataTypes.UUID,
    random: uuid,
    edges: ['00000000-0000-0000-0000-000000000000', 'FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF'],
    read: (value: string) => value.toLowerCase(),
    refused: ['x', 5, '00000000-0000-0000-0000-00000000000', ''],
  },
  { title: 'BOOLEAN', type: DataTypes.BOOLEAN, random: fc.boolean(), edges: [true, false], refused: [0, 1, 'true'] },
]

const integer = (title: string, type: unknown, min: number, max: number, wideToo: readonly unknown[] = []): Kind => ({
  title,
  type,
  random: whole(min, max),
  edges: [min, max, 0, String(max), BigInt(min)],
  read: (value: unknown) => Number(value),
  refused: [1.5, NaN, 'x', '', 2 ** 60, true, ...(min === 0 ? [-1, '-1'] : []), ...wideToo],
})
const float = (title: string, type: unknown, random: fc.Arbitrary<number>, edges: readonly number[]): Kind => ({
  title,
  type,
  random,
  edges,
  more: { infiniteNumbers: [Infinity, -Infinity], notANumber: [NaN] },
  refused: ['x', '', true, {}],
})
const numbers: readonly Kind[] = [
  integer('TINYINT', DataTypes.TINYINT, -128, 127),
  integer('SMALLINT', DataTypes.SMALLINT, -32_768, 32_767),
  integer('MEDIUMINT', DataTypes.MEDIUMINT, -8_388_608, 8_388_607),
  integer('INTEGER', DataTypes.INTEGER, -2_147_483_648, 2_147_483_647),
  integer('TINYINT.UNSIGNED', DataTypes.TINYINT.UNSIGNED, 0, 255),
  integer('SMALLINT.UNSIGNED', DataTypes.SMALLINT.UNSIGNED, 0, 65_535),
  integer('MEDIUMINT.UNSIGNED', DataTypes.MEDIUMINT.UNSIGNED, 0, 16_777_215),
  integer('INTEGER.UNSIGNED', DataTypes.INTEGER.UNSIGNED, 0, 4_294_967_295),
  {
    ...integer('INTEGER(6).UNSIGNED.ZEROFILL', DataTypes.INTEGER(6).UNSIGNED.ZEROFILL, 0, 4_294_967_295),
    needs: ['unsignedTypes'],
  },
  {
    title: 'BIGINT',
    type: DataTypes.BIGINT,
    random: big(LONG.min, LONG.max),
    edges: [LONG.min, LONG.max, '9007199254740993', '-9007199254740993', 0, -1, Number.MAX_SAFE_INTEGER],
    read: String,
    refused: [1.5, 'x', 2 ** 60, NaN, LONG.max + 1n, LONG.min - 1n],
  },
  {
    title: 'BIGINT.UNSIGNED',
    type: DataTypes.BIGINT.UNSIGNED,
    random: big(0n, LONG.max),
    edges: [0n, LONG.max, 1],
    read: String,
    more: { unsignedTypes: [2n ** 64n - 1n, '9223372036854775808'] },
    refused: [-1, '-1', 2n ** 64n],
  },
  float('DOUBLE', DataTypes.DOUBLE, fc.double({ noNaN: true, noDefaultInfinity: true }), [
    0,
    -0,
    0.1,
    1e-7,
    1e21,
    123456789.12345679,
    Number.MAX_SAFE_INTEGER,
    Number.MAX_VALUE,
    Number.MIN_VALUE * 2 ** 52,
    -Number.MAX_VALUE,
    Number.EPSILON,
  ]),
  float(
    'FLOAT',
    DataTypes.FLOAT,
    // Whole numbers that 24 bits hold, and halves.
    fc.integer({ min: -16_000_000, max: 16_000_000 }).map((value) => value / 2),
    [0, -0, 0.1, 1.1, -0.25, 1e-7, 12.3456],
  ),
  float('REAL', DataTypes.REAL, fc.integer({ min: -16_000_000, max: 16_000_000 }), [0, 0.1, -0.25, 1e-7, 1e20]),
  {
    title: 'DOUBLE.UNSIGNED',
    type: DataTypes.DOUBLE.UNSIGNED,
    random: fc.double({ min: 0, max: 1e200, noNaN: true }),
    edges: [0, 0.1],
    refused: [-0.5, -Infinity],
  },
  {
    title: 'DECIMAL(10, 2)',
    type: DataTypes.DECIMAL(10, 2),
    random: decimal(10, 2),
    edges: ['0.00', '99999999.99', '-99999999.99', '0.01', 12n, 1.5, '1e3', '.5', '+7', '-0'],
    read: (value: unknown) =>
      typeof value === 'string' && /^-?\d+\.\d\d$/.test(value) ? unsignedZero(value) : HUNDREDTHS[String(value)],
    more: { notANumber: [NaN] },
    refused: ['x', '', Infinity, true, '--1'],
  },
  {
    title: 'DECIMAL(38, 10)',
    type: DataTypes.DECIMAL(38, 10),
    random: decimal(38, 10),
    edges: [`${'9'.repeat(28)}.${'9'.repeat(10)}`, `-${'9'.repeat(28)}.9999999999`, '0.0000000001', '0.0000000000'],
    read: (value: string) => unsignedZero(value),
  },
  {
    title: 'DECIMAL(65, 30)',
    type: DataTypes.DECIMAL(65, 30),
    random: decimal(65, 30),
    edges: [`${'1234567890'.repeat(3)}12345.${'0123456789'.repeat(3)}`],
    read: (value: string) => unsignedZero(value),
  },
  {
    title: 'DECIMAL',
    type: DataTypes.DECIMAL,
    random: decimal(80, 40).map(unsignedZero),
    edges: [`${'9'.repeat(100)}.5`, '0.0000001'],
    needs: ['unboundedDecimals'],
    read: (value: string) => unsignedZero(value),
  },
]
const HUNDREDTHS: Readonly<Record<string, string>> = {
  NaN: 'NaN',
  '12': '12.00',
  '1.5': '1.50',
  '1e3': '1000.00',
  '.5': '0.50',
  '+7': '7.00',
  '-0': '0.00',
}

const times: readonly Kind[] = [
  {
    title: 'DATE',
    type: DataTypes.DATE,
    random: instant(),
    edges: [
      new Date(0),
      new Date(-1),
      new Date('0001-01-01T00:00:00.000Z'),
      new Date('0099-12-31T23:59:59.999Z'),
      new Date('1582-10-15T00:00:00.000Z'),
      new Date('1969-12-31T23:59:59.999Z'),
      new Date('2024-02-29T23:59:59.999Z'),
      new Date('9999-12-31T23:59:59.999Z'),
      '2024-03-10T07:30:00.123456Z',
      '2024-01-01T05:45:00+05:45',
      1_700_000_000_123,
    ],
    read: (value: Date | string | number) => new Date(value),
    more: {
      anyYear: [
        new Date('0000-06-01T00:00:00.000Z'),
        new Date('-000044-03-15T12:00:00.500Z'),
        new Date('+012345-06-07T08:09:10.011Z'),
      ],
    },
    // A leap second is no moment of JavaScript.
    refused: ['soon', new Date(Number.NaN), {}, true, '2016-12-31T23:59:60Z'],
  },
  ...[0, 1, 2, 3, 6].map((digits): Kind => {
    const step = 10 ** Math.max(0, 3 - digits)
    return {
      title: `DATE(${digits})`,
      type: DataTypes.DATE(digits),
      random: instant(),
      edges: [new Date('2024-12-31T23:59:59.999Z'), new Date('1969-12-31T23:59:59.999Z'), new Date(-1), new Date(0)],
      read: (value: Date) => new Date(Math.floor(value.getTime() / step) * step),
    }
  }),
  {
    title: 'DATEONLY',
    type: DataTypes.DATEONLY,
    random: instant().map(dayOf),
    edges: ['0001-01-01', '9999-12-31', '1900-02-28', '2000-02-29', '2024-03-10', '1582-10-10', new Date('2024-02-29')],
    read: (value: string | Date) => (typeof value === 'string' ? value : dayOf(value)),
    refused: ['2023-02-29', '2024-13-01', '0000-00-00', '-0001-01-01', '0044-03-15 BC', 'soon', {}],
  },
  {
    title: 'TIME',
    type: DataTypes.TIME,
    random: clock,
    edges: ['00:00:00', '23:59:59', '12:30'],
    read: (value: string) => (value.length === 5 ? `${value}:00` : value),
    refused: ['noon', '12', '23:59:60', '12:60:00', 12, '12:00:00+02'],
  },
  ...[3, 6].map(
    (digits): Kind => ({
      title: `TIME(${digits})`,
      type: DataTypes.TIME(digits),
      random: fc.tuple(clock, fc.nat(999_999)).map(([whole, micros]) => `${whole}.${String(micros).padStart(6, '0')}`),
      edges: ['00:00:00', '23:59:59.999999', '12:30', '12:30:00.5'],
      read: (value: string) => {
        const [whole = '', fraction = ''] = value.split('.')
        return `${whole.length === 5 ? `${whole}:00` : whole}.${fraction.padEnd(digits, '0').slice(0, digits)}`
      },
    }),
  ),
]

const documents: readonly Kind[] = [
  { title: 'JSON', type: DataTypes.JSON, random: json, edges: DOCUMENTS, refused: [1n, { a: 1n }] },
  { title: 'JSONB', type: DataTypes.JSONB, random: json, edges: DOCUMENTS, refused: [1n, { a: [1n] }] },
  {
    title: 'HSTORE',
    type: DataTypes.HSTORE,
    random: fc.dictionary(text(), fc.option(text(), { nil: null }), { noNullPrototype: true }),
    edges: [{}, { a: null, b: '', 'c"d': 'e\\f', '=>': ',', NULL: 'NULL' }],
    needs: ['postgresTypes'],
    refused: [{ a: 5 }, [], 'a=>b'],
  },
  ...(['tiny', 'medium', 'long'] as const).map(
    (size): Kind => ({
      title: `BLOB('${size}')`,
      type: DataTypes.BLOB(size),
      random: bytes(100),
      edges: [
        Buffer.alloc(0),
        Buffer.from([0, 39, 92, 255]),
        ...(size === 'tiny' ? [Buffer.alloc(255, 7)] : [Buffer.alloc(1_048_576, 171)]),
      ],
    }),
  ),
  {
    title: 'BLOB',
    type: DataTypes.BLOB,
    random: fc.oneof(bytes(200), text()),
    edges: [Buffer.alloc(0), '', 'text 😀', Uint8Array.of(1, 2), Uint16Array.of(513), Uint8Array.of(1, 2, 3).buffer],
    read: (value: Buffer | string | ArrayBuffer | Uint16Array) =>
      typeof value === 'string'
        ? Buffer.from(value)
        : ArrayBuffer.isView(value)
          ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
          : Buffer.from(value),
    refused: [5, {}, [1, 2]],
  },
]

const array = (title: string, element: unknown, item: fc.Arbitrary<unknown>, edges: readonly unknown[]): Kind => ({
  title: `ARRAY(${title})`,
  type: DataTypes.ARRAY(element as never),
  random: fc.array(item, { maxLength: 6 }),
  edges: [[], ...edges],
  needs: ['postgresTypes'],
})
const nullable = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(item, { nil: null })
const ranges = (title: string, element: unknown, random: fc.Arbitrary<unknown>, edges: readonly unknown[]): Kind => ({
  title: `RANGE(${title})`,
  type: DataTypes.RANGE(element as never),
  random,
  edges: [[], [part(null, false), part(null, false)], ...edges],
  refused: [5, [1], [1, 2, 3], ['x', 'y']],
  needs: ['postgresTypes'],
})
const listed: readonly Kind[] = [
  array('TEXT', DataTypes.TEXT, nullable(text()), [['a', null, '', 'NULL', 'b"c', 'd\\e', 'x,y', '{z}']]),
  array('INTEGER', DataTypes.INTEGER, nullable(whole(-100, 100)), [[1, null]]),
  array('BIGINT', DataTypes.BIGINT, big(LONG.min, LONG.max).map(String), [['9223372036854775807', '1']]),
  array('DECIMAL', DataTypes.DECIMAL(38, 4), decimal(38, 4).map(unsignedZero), [['0.0001']]),
  array('DOUBLE', DataTypes.DOUBLE, fc.double({ noNaN: true }), [[0.1, 1e-7, Infinity]]),
  array('BOOLEAN', DataTypes.BOOLEAN, nullable(fc.boolean()), [[true, false, null]]),
  array('DATE', DataTypes.DATE, nullable(instant()), [[new Date(0), null]]),
  array('DATEONLY', DataTypes.DATEONLY, instant().map(dayOf), [['0001-01-01']]),
  array('UUID', DataTypes.UUID, uuid, []),
  array('BLOB', DataTypes.BLOB, bytes(20), [[Buffer.alloc(0), Buffer.from([92, 34])]]),
  array(
    'JSONB',
    DataTypes.JSONB,
    json.filter((value) => value !== null),
    [[{ a: [1, null] }, [1, 2], 'x']],
  ),
  array('ENUM', DataTypes.ENUM('x', 'y z', "it's"), fc.constantFrom('x', 'y z', "it's"), [['x', 'y z']]),
  array('INET', DataTypes.INET, v4, [['::1', '10.0.0.0/8']]),
  // The inner arrays of an array are of one length.
  {
    ...array('ARRAY(INTEGER)', DataTypes.ARRAY(DataTypes.INTEGER), fc.tuple(nullable(whole(0, 9)), whole(0, 9)), [[[1, 2], [3, 4]]]), // biome-ignore format: a matrix
  },
  ranges(
    'INTEGER',
    DataTypes.INTEGER,
    range(whole(-1e6, 1e6), (a, b) => a < b, true),
    [[part(null, false), part(5, false)]],
  ),
  ranges(
    'BIGINT',
    DataTypes.BIGINT,
    range(big(LONG.min, LONG.max).map(String), (a, b) => BigInt(a) < BigInt(b), true),
    [[part('9007199254740993', true), part(null, false)]],
  ),
  ranges(
    'DECIMAL',
    DataTypes.DECIMAL,
    range(decimal(30, 10).map(unsignedZero), (a, b) => Number(a) < Number(b), false),
    [[part('0.5', false), part('1.5', true)]],
  ),
  ranges(
    'DATE',
    DataTypes.DATE,
    range(instant(), (a, b) => a < b, false),
    [
      [part(-Infinity, true), part(Infinity, false)],
      [part(new Date(0), false), part(null, false)],
    ],
  ),
  ranges(
    'DATEONLY',
    DataTypes.DATEONLY,
    range(instant().map(dayOf), (a, b) => a < b, true),
    [[part('2024-01-01', true), part('2024-02-01', false)]],
  ),
  { title: 'INET', type: DataTypes.INET, random: v4, edges: ['10.0.0.1', '::1', '10.0.0.0/8', 'fe80::1/64'], needs: ['postgresTypes'], refused: ['x', '300.1.1.1', '10.0.0.0/33'] }, // biome-ignore format: one kind
  { title: 'CIDR', type: DataTypes.CIDR, random: fc.nat(255).map((byte) => `10.${byte}.0.0/16`), edges: ['10.0.0.0/8', '2001:db8::/32'], needs: ['postgresTypes'], refused: ['10.0.0.0', 'x'] }, // biome-ignore format: one kind
  { title: 'MACADDR', type: DataTypes.MACADDR, random: mac(6), edges: ['08:00:2b:01:02:03'], needs: ['postgresTypes'], refused: ['08:00:2b:01:02'] }, // biome-ignore format: one kind
  { title: 'MACADDR8', type: DataTypes.MACADDR8, random: mac(8), edges: ['08:00:2b:01:02:03:04:05'], needs: ['postgresTypes'], refused: ['x'] }, // biome-ignore format: one kind
]

const shapes: readonly Kind[] = [
  {
    title: "GEOMETRY('POINT')",
    type: DataTypes.GEOMETRY('POINT'),
    random: coordinate.map((coordinates) => ({ type: 'Point', coordinates })),
    edges: [ORIGIN, { type: 'Point', coordinates: [-180, 90] }],
    refused: [LINE, 'POINT(1 2)', 5],
  },
  {
    title: 'GEOMETRY',
    type: DataTypes.GEOMETRY,
    random: fc
      .array(coordinate, { minLength: 2, maxLength: 6 })
      .map((coordinates) => ({ type: 'LineString', coordinates })),
    edges: [
      ORIGIN,
      LINE,
      { type: 'Polygon', coordinates: [SQUARE] },
      { type: 'Polygon', coordinates: [SQUARE, HOLE] },
      { type: 'MultiPoint', coordinates: [[0, 0], [1, 1]] }, // biome-ignore format: points
      { type: 'MultiLineString', coordinates: [LINE.coordinates, SQUARE] },
      { type: 'MultiPolygon', coordinates: [[SQUARE, HOLE], [SQUARE]] },
      { type: 'GeometryCollection', geometries: [ORIGIN, LINE] },
    ],
    refused: [{ type: 'Circle' }, {}],
  },
].map((kind): Kind => ({ ...kind, needs: ['geometry'] }))

export const KINDS: readonly Kind[] = [...texts, ...numbers, ...times, ...documents, ...listed, ...shapes]
