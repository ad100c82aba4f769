// Data types made of parts: documents, bytes, arrays, ranges, addresses, geometries.
import fc from 'fast-check'
import { DataTypes } from 'mortise'
import type { Kind } from './kinds.js'
import { big, dayOf, decimal, instant, LONG, text, unsignedZero, uuid, whole } from './values.js'

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

export const STRUCTURED: readonly Kind[] = [...documents, ...listed, ...shapes]
