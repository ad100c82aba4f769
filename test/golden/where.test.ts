// What every form of `where` becomes. Docs: querying/operators, querying/json.
import { describe, expect, test } from 'vitest'
import { planFor } from '../../src/read/plan.js'
import { normaliseFind } from '../../src/read/request.js'
import { shapeOf } from '../../src/read/shape.js'
import { normaliseWhere, tablesOf } from '../../src/read/where.js'
import { and, cast, col, fn, json, literal, or, sql, where as whereFn } from '../../src/sql/fragments.js'
import { Op } from '../../src/sql/op.js'
import { DataTypes } from '../../src/types/index.js'
import { database } from '../unit/read/database.js'
import type { Golden } from './golden.js'
import { goldenFor } from './golden.js'

const db = database()
const { runtime } = db
const Post = db.model('Post', {
  authorId: DataTypes.INTEGER,
  title: DataTypes.STRING,
  status: { type: DataTypes.STRING, columnName: 'post_status' },
  published: DataTypes.BOOLEAN,
  createdAt: DataTypes.DATE,
  meta: DataTypes.JSON,
  shout: { type: DataTypes.VIRTUAL(DataTypes.STRING, ['title']) },
})
const Author = db.model(
  'Author',
  { name: DataTypes.STRING, deletedAt: DataTypes.DATE },
  { timestamps: true, paranoid: true, createdAt: false, updatedAt: false },
)
db.one('BelongsTo', Post, Author, { as: 'author', foreignKey: 'authorId', inverse: { as: 'post', type: 'hasOne' } })

const options = (placeholders = {}) => ({ alias: 'Post', placeholders })
const print = (where: unknown, placeholders = {}) => {
  const expr = normaliseWhere(where, tablesOf(runtime, Post.modelDefinition, options(placeholders)))
  if (expr === null) return { text: null, params: [] as unknown[] }
  const { text, params } = runtime.dialect.printExpr(expr)
  return { text: text.replaceAll(/`Post`\./g, ''), params: params.map((param) => param.value) }
}

const cases: [string, unknown, Golden, unknown[]?, object?][] = [
  ['a value', { authorId: 2 }, '"authorId" = ?', [2]],
  ['null', { authorId: null }, '"authorId" IS NULL'],
  ['a list', { authorId: [2, 3] }, '"authorId" IN (?, ?)', [2, 3]],
  ['an empty list', { authorId: [] }, '1 = 0'],
  ['several attributes', { authorId: 2, status: 'active' }, '"authorId" = ? AND "post_status" = ?', [2, 'active']],
  ['a date', { createdAt: new Date(0) }, '"createdAt" = ?', [new Date(0)]],
  ['a text where a date is meant', { createdAt: '1970-01-01' }, '"createdAt" = ?', [new Date(0)]],
  ['a number where the column is text', { title: 5 }, '"title" = ?', ['5']],
  ['arrays are AND', [{ authorId: 1 }, { title: 'x' }], '"authorId" = ? AND "title" = ?', [1, 'x']],
  ['eq', { authorId: { [Op.eq]: 1 } }, '"authorId" = ?', [1]],
  ['eq null', { authorId: { [Op.eq]: null } }, '"authorId" IS NULL'],
  ['ne', { authorId: { [Op.ne]: 1 } }, '"authorId" <> ?', [1]],
  ['ne null', { authorId: { [Op.ne]: null } }, '"authorId" IS NOT NULL'],
  ['is', { published: { [Op.is]: true } }, '"published" IS TRUE'],
  ['isNot', { published: { [Op.isNot]: null } }, '"published" IS NOT NULL'],
  ['not, of a value', { authorId: { [Op.not]: 1 } }, 'NOT ("authorId" = ?)', [1]],
  ['not, of null', { authorId: { [Op.not]: null } }, '"authorId" IS NOT NULL'],
  ['not, of a list', { authorId: { [Op.not]: [1, 2] } }, 'NOT ("authorId" IN (?, ?))', [1, 2]],
  [
    'comparisons',
    { authorId: { [Op.gt]: 1, [Op.gte]: 2, [Op.lt]: 3, [Op.lte]: 4 } },
    '"authorId" > ? AND "authorId" >= ? AND "authorId" < ? AND "authorId" <= ?',
    [1, 2, 3, 4],
  ],
  ['between', { authorId: { [Op.between]: [1, 5] } }, '"authorId" BETWEEN ? AND ?', [1, 5]],
  ['notBetween', { authorId: { [Op.notBetween]: [1, 5] } }, '"authorId" NOT BETWEEN ? AND ?', [1, 5]],
  ['in', { authorId: { [Op.in]: [1] } }, '"authorId" IN (?)', [1]],
  ['notIn', { authorId: { [Op.notIn]: [1, 2] } }, '"authorId" NOT IN (?, ?)', [1, 2]],
  ['in a subquery', { authorId: { [Op.in]: literal('SELECT 1') } }, '"authorId" IN (SELECT 1)'],
  [
    'in a subquery that brings parentheses',
    { authorId: { [Op.in]: sql`(SELECT ${1})` } },
    '"authorId" IN (SELECT ?)',
    [1],
  ],
  ['in a list', { authorId: { [Op.in]: sql.list([1, 2]) } }, '"authorId" IN (?, ?)', [1, 2]],
  ['like', { title: { [Op.like]: '%x' } }, '"title" LIKE ?', ['%x']],
  ['notLike', { title: { [Op.notLike]: '%x' } }, '"title" NOT LIKE ?', ['%x']],
  ['startsWith', { title: { [Op.startsWith]: 'a%' } }, '"title" LIKE ?', ['a%%']],
  ['endsWith', { title: { [Op.endsWith]: 'a' } }, '"title" LIKE ?', ['%a']],
  ['substring', { title: { [Op.substring]: 'a' } }, '"title" LIKE ?', ['%a%']],
  ['notStartsWith', { title: { [Op.notStartsWith]: 'a' } }, '"title" NOT LIKE ?', ['a%']],
  ['notEndsWith', { title: { [Op.notEndsWith]: 'a' } }, '"title" NOT LIKE ?', ['%a']],
  ['notSubstring', { title: { [Op.notSubstring]: 'a' } }, '"title" NOT LIKE ?', ['%a%']],
  ['like on a number', { authorId: { [Op.like]: '1%' } }, '"authorId" LIKE ?', ['1%']],
  [
    'and, or',
    { [Op.or]: [{ authorId: 1 }, { title: 'x', status: 'y' }] },
    '"authorId" = ? OR ("title" = ? AND "post_status" = ?)',
    [1, 'x', 'y'],
  ],
  ['or of an object', { [Op.or]: { authorId: 1, title: 'x' } }, '"authorId" = ? OR "title" = ?', [1, 'x']],
  ['or of nothing', { [Op.or]: [] }, 'null'],
  [
    'not of a group',
    { [Op.not]: [{ authorId: [1, 2] }, { title: { [Op.like]: 'H%' } }] },
    'NOT ("authorId" IN (?, ?) AND "title" LIKE ?)',
    [1, 2, 'H%'],
  ],
  ['or per attribute', { authorId: { [Op.or]: [1, 2] } }, '"authorId" = ? OR "authorId" = ?', [1, 2]],
  [
    'or per attribute, operators',
    { authorId: { [Op.or]: { [Op.lt]: 1, [Op.eq]: null } } },
    '"authorId" < ? OR "authorId" IS NULL',
    [1],
  ],
  [
    'and per attribute',
    { authorId: { [Op.and]: [{ [Op.gt]: 1 }, { [Op.ne]: 5 }] } },
    '"authorId" > ? AND "authorId" <> ?',
    [1, 5],
  ],
  [
    'or beside and',
    { title: 'x', authorId: { [Op.or]: [1, null] } },
    '"title" = ? AND ("authorId" = ? OR "authorId" IS NULL)',
    ['x', 1],
  ],
  [
    'and() and or()',
    and({ authorId: 1 }, or({ title: 'a' }, { title: 'b' })),
    '"authorId" = ? AND ("title" = ? OR "title" = ?)',
    [1, 'a', 'b'],
  ],
  ['Op.col', { authorId: { [Op.col]: 'Post.title' } }, '"authorId" = "title"'],
  ['Op.col in an operator', { authorId: { [Op.gt]: { [Op.col]: 'title' } } }, '"authorId" > "title"'],
  ['SQL as a value', { authorId: { [Op.gt]: sql`${1} + ${2}` } }, '"authorId" > ? + ?', [1, 2]],
  ['SQL as the whole', sql`authorId = ${5} OR 1 = 1`, 'authorId = ? OR 1 = 1', [5]],
  ['SQL beside others stays together', [literal('a OR b'), { authorId: 1 }], '(a OR b) AND "authorId" = ?', [1]],
  ['a function as a value', { authorId: fn('max', 1, col('x')) }, '"authorId" = max(?, "x")', [1]],
  ['a cast', { createdAt: { [Op.gt]: cast('2012-01-01', 'date') } }, '"createdAt" > CAST(? AS TEXT)', ['2012-01-01']],
  ['where(fn, value)', whereFn(fn('char_length', col('title')), 7), 'char_length("title") = ?', [7]],
  ['where(fn, operators)', whereFn(fn('char_length', col('title')), { [Op.gt]: 10 }), 'char_length("title") > ?', [10]],
  ['where(fn, null)', whereFn(fn('char_length', col('title')), null), 'char_length("title") IS NULL'],
  [
    'where(fn, text operator, value)',
    whereFn(fn('lower', col('title')), 'LIKE', 'x%'),
    'lower("title") LIKE ?',
    ['x%'],
  ],
  ['where(attribute, operator, value)', whereFn(sql.attribute('status'), Op.ne, 'x'), '"post_status" <> ?', ['x']],
  [
    'where(value, between, attributes)',
    whereFn('b', Op.between, [sql.attribute('status'), sql.attribute('title')]),
    '? BETWEEN "post_status" AND "title"',
    ['b'],
  ],
  ['where(object)', whereFn({ authorId: 1 }), '"authorId" = ?', [1]],
  ['a cast in the key', { 'createdAt::text': { [Op.like]: '2012-%' } }, 'CAST("createdAt" AS TEXT) LIKE ?', ['2012-%']],
  [
    'replacements',
    { status: sql`:status`, [Op.and]: [literal('a IN (:ids)')] },
    '"post_status" = ? AND (a IN (?, ?))',
    ['x', 1, 2],
    { replacements: { status: 'x', ids: [1, 2] } },
  ],
  [
    'replacements by place',
    literal("a = ? AND b = '?' AND c = ?"),
    "a = ? AND b = '?' AND c = ?",
    [1, 2],
    { replacements: [1, 2] },
  ],
  ['bind', literal('id = $id'), 'id = ?', [5], { bind: { id: 5 } }],
  [
    'a colon inside a value is no placeholder',
    { title: ':evil', [Op.and]: [literal(':a')] },
    '"title" = ? AND (?)',
    [':evil', ':evil'],
    { replacements: { a: ':evil', evil: 1 } },
  ],
  // JSON
  ['a JSON path', { 'meta.a.b': 'x' }, { default: '', sqlite3: `"meta" -> '$.a.b' = ?` }, ['x']],
  [
    'a JSON object',
    { meta: { a: { b: 'x', c: 1 } } },
    { default: '', sqlite3: `"meta" -> '$.a.b' = ? AND "meta" -> '$.a.c' = ?` },
    ['x', 1],
  ],
  ['a JSON index', { 'meta.tags[0]': 'x' }, { default: '', sqlite3: `"meta" -> '$.tags[0]' = ?` }, ['x']],
  ['a JSON index first', { meta: { '[0]': 'x' } }, { default: '', sqlite3: `"meta" -> '$[0]' = ?` }, ['x']],
  ['a quoted JSON segment', { 'meta."a.b"': 'x' }, { default: '', sqlite3: `"meta" -> '$."a.b"' = ?` }, ['x']],
  ['JSON unquoted', { 'meta.a:unquote': 'x' }, { default: '', sqlite3: `"meta" ->> '$.a' = ?` }, ['x']],
  [
    'JSON cast',
    { meta: { 'age::integer': { [Op.gt]: 18 } } },
    { default: '', sqlite3: `CAST("meta" ->> '$.age' AS INTEGER) > ?` },
    [18],
  ],
  ['JSON null', { 'meta.a': null }, { default: '', sqlite3: `"meta" -> '$.a' = 'null'` }],
  ['SQL null in JSON', { 'meta.a': { [Op.is]: null } }, { default: '', sqlite3: `"meta" -> '$.a' IS NULL` }],
  [
    'a number in JSON',
    { 'meta.a': { [Op.gt]: 5 } },
    { default: '', sqlite3: `CAST("meta" ->> '$.a' AS REAL) > ?` },
    [5],
  ],
  ['like in JSON', { 'meta.a': { [Op.like]: 'x%' } }, { default: '', sqlite3: `"meta" ->> '$.a' LIKE ?` }, ['x%']],
  ['a whole JSON value', { meta: { [Op.eq]: { key: 'value' } } }, '"meta" = ?', [{ key: 'value' }]],
  ['json(path, value)', json('meta.a', 'x'), { default: '', sqlite3: `"meta" ->> '$.a' = ?` }, ['x']],
  ['json(object)', json({ meta: { a: 'x' } }), { default: '', sqlite3: `"meta" -> '$.a' = ?` }, ['x']],
  // relations
  [
    'a relation that is not there',
    { author: { is: null } },
    'NOT EXISTS (SELECT 1 FROM "Authors" AS "Post->author" WHERE "authorId" = "Post->author"."id" AND "Post->author"."deletedAt" IS NULL)',
  ],
  [
    'a relation by its attributes',
    { author: { is: { name: 'Ann' } } },
    'EXISTS (SELECT 1 FROM "Authors" AS "Post->author" WHERE "authorId" = "Post->author"."id" AND "Post->author"."deletedAt" IS NULL AND "Post->author"."name" = ?)',
    ['Ann'],
  ],
  [
    'a relation that is there',
    { author: { isNot: null } },
    'EXISTS (SELECT 1 FROM "Authors" AS "Post->author" WHERE "authorId" = "Post->author"."id" AND "Post->author"."deletedAt" IS NULL)',
  ],
  ['nothing', {}, 'null'],
]

describe('where', () => {
  for (const [title, where, golden, params = [], placeholders] of cases) {
    test(title, () => {
      const printed = print(where, placeholders)
      expect(printed.text ?? 'null').toBe(goldenFor(golden, runtime.dialect))
      expect(printed.params).toEqual(params)
    })
  }

  test('no two of them share a plan, unless they are the same but for values', () => {
    const texts = new Map<string, string>()
    for (const [title, where, , , placeholders] of cases) {
      const request = normaliseFind(runtime, Post, { where, ...placeholders } as never)
      const { text } = planFor(request, false)
      const key = shapeOf(request)
      expect(texts.get(key) ?? text, title).toBe(text)
      texts.set(key, text)
    }
    expect(texts.size).toBeGreaterThan(60)
  })

  const hostile = `x' OR '1'='1"; DROP TABLE Posts; -- \` \\`
  test('hostile text only ever is a value', () => {
    for (const where of [
      { title: hostile },
      { title: [hostile] },
      { title: { [Op.like]: hostile } },
      { title: { [Op.substring]: hostile } },
      { 'meta.a': hostile },
      whereFn(fn('lower', hostile), hostile),
      sql`x = ${hostile}`,
    ]) {
      const { text, params } = print(where)
      expect(text).not.toContain('DROP')
      expect(JSON.stringify(params)).toContain('DROP')
    }
  })
  test('hostile names are refused or quoted', () => {
    for (const where of [
      { [hostile]: 1 },
      { [`meta.a::${hostile}`]: 1 },
      { 'createdAt::text) OR (1=1': 1 },
      { [`$${hostile}$`]: 1 },
      { [`meta.a:${hostile}`]: 1 },
    ])
      expect(() => print(where)).toThrow()
    expect(print({ [`meta."${"a' OR 1=1"}"`]: 1 }).text).not.toMatch(/[^']' OR/)
    expect(print({ title: col('a` OR 1=1') }).text).toBe('`title` = `a`` OR 1=1`')
    expect(() => print({ title: fn('lower(x) OR 1=1 --', 1) })).toThrow()
    expect(() => print({ title: cast('x', 'text) OR (1=1') })).toThrow()
  })

  const refused: [string, unknown, RegExp, object?][] = [
    ['undefined', { title: undefined }, /Post.*"title" is undefined/],
    ['undefined in an operator', { title: { [Op.ne]: undefined } }, /Post\.title.*undefined/],
    ['undefined in a list', { title: ['x', undefined] }, /Post\.title.*undefined/],
    ['undefined in a group', { [Op.or]: [{ title: 'x' }, undefined] }, /undefined.*Post/],
    ['null in a group', { [Op.and]: [null] }, /null.*Post/],
    ['undefined for a group', { [Op.or]: undefined }, /Op\.or/],
    ['undefined in JSON', { meta: { a: undefined } }, /meta/],
    ['undefined in a relation', { author: { is: undefined } }, /undefined/],
    ['an unknown attribute', { titel: 'x' }, /Post has no attribute "titel".*"title"/],
    ['an attribute of an association', { 'author.name': 'x' }, /'\$author\.name\$'/],
    ['an association that is not included', { '$author.name$': 'x' }, /"author".*not included/],
    ['an unknown association', { '$writer.name$': 'x' }, /"writer".*no association/],
    ['text', 'id = 1', /literal/],
    ['a number', 5, /5 is no condition/],
    ['a boolean', true, /no condition/],
    ['text in a list', ['id = ?', 1], /literal/],
    ['a Date', new Date(), /no condition/],
    ['an instance', new (class Foo {})(), /no condition/],
    ['an operator without an attribute', { [Op.gt]: 5 }, /Op\.gt needs an attribute/],
    ['an operator of v4', { title: { $gt: 5 } }, /\[Op\.gt\]/],
    ['an operator as text', { title: { like: 'x' } }, /\[Op\.like\]/],
    ['a group of v4', { $or: [{ title: 'x' }] }, /\[Op\.or\]/],
    ['an unknown symbol', { title: { [Symbol('gt')]: 5 } }, /Symbol\(gt\).*no operator/],
    ['an unknown symbol as key', { [Symbol.for('nope')]: 5 }, /no operator/],
    ['an object where the column is no JSON', { title: { a: 1 } }, /Post\.title.*not JSON/],
    ['an empty object', { title: {} }, /empty object/],
    ['a path where the column is no JSON', { 'title.a': 1 }, /not JSON/],
    ['a virtual attribute', { shout: 'x' }, /"shout".*virtual/],
    ['a wrong type', { authorId: 'abc' }, /Post\.authorId.*"abc"/],
    ['a wrong type in a list', { authorId: [1, 'abc'] }, /Post\.authorId.*"abc"/],
    ['a value of another type', { createdAt: 'yesterday' }, /Post\.createdAt/],
    ['between with one value', { authorId: { [Op.between]: [1] } }, /Op\.between.*two/],
    ['in with a value', { authorId: { [Op.in]: 5 } }, /Op\.in.*array/],
    ['is with a value', { authorId: { [Op.is]: 5 } }, /Op\.is.*null/],
    ['like with an object', { title: { [Op.like]: new Date() } }, /Op\.like.*string/],
    ['a function as a value', { title: () => 1 }, /Post\.title/],
    ['a relation filter that is no filter', { author: { name: 'x' } }, /is: null/],
    ['a relation compared with a value', { author: 5 }, /association/],
    ['a replacement that is not given', literal(':x'), /":x"/, { replacements: { y: 1 } }],
    ['a modifier that is none', { 'meta.a:upper': 1 }, /:upper/],
  ]
  for (const [title, where, message, placeholders] of refused) {
    test(`refuses ${title}`, () => expect(() => print(where, placeholders)).toThrow(message))
  }

  test('own keys only, whatever they are called', () => {
    expect(() => print(JSON.parse('{"__proto__": {"title": 1}}'))).toThrow(/__proto__/)
    expect(() => print({ constructor: 1 })).toThrow(/constructor/)
    expect(
      print(
        (Object.create({ title: 'inherited' }) as object) === null
          ? {}
          : Object.assign(Object.create(null), { title: 'x' }),
      ).text,
    ).toBe('`title` = ?')
  })
  test('noTypeValidation lets any value pass', () => {
    const tables = tablesOf(
      { ...runtime, options: { ...runtime.options, noTypeValidation: true } },
      Post.modelDefinition,
      options(),
    )
    expect(runtime.dialect.printExpr(normaliseWhere({ authorId: 'abc' }, tables)!).params[0]!.value).toBe('abc')
  })
  test('what only other engines have names itself and the engine', () => {
    expect(() => print({ title: { [Op.regexp]: 'x' } })).toThrow(/regexp/i)
    expect(() => print({ meta: { [Op.contains]: { a: 1 } } })).toThrow(/contains/)
    expect(() => print({ authorId: { [Op.any]: [1, 2] } })).toThrow(/any|array/i)
    expect(() => print({ title: { [Op.match]: fn('to_tsquery', 'x') } })).toThrow(/match/)
  })
})
