// Every data type with values at random and at its edges, and what a row holds after they were written. The same list for all engines.
import fc from 'fast-check'
import { DataTypes } from 'mortise'
import type { Feature } from '../../support/databases.js'
import { STRUCTURED } from './kinds-structured.js'
import { big, clock, dayOf, decimal, instant, LONG, padded, text, unsignedZero, uuid, WORDS, whole } from './values.js'

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
    type: new DataTypes.CHAR({ length: 3, binary: true }),
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

export const KINDS: readonly Kind[] = [...texts, ...numbers, ...times, ...STRUCTURED]
