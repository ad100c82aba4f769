// The SQL text of every kind of node. `sql` is what most engines are expected to say; an engine that differs has its own text beside it.
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import type { Dialect } from '../../src/dialect/dialect.js'
import { resolveDialect } from '../../src/dialect/registry.js'
import { compare, param } from '../../src/sql/expr.js'
import { select } from '../../src/sql/query.js'
import { DataTypes, normalizeType } from '../../src/types/index.js'
import { c, from, GOLDEN, isStatement } from './statements.js'
import { MYSQL } from './statements-mysql.js'
import { inPostgres, POSTGRES } from './statements-postgres.js'

/** What an engine is expected to say. */
const expectedOf: Readonly<Record<string, (title: string) => string | RegExp | undefined>> = {
  sqlite: (title) => GOLDEN[title]!.sqlite ?? GOLDEN[title]!.sql,
  mysql: (title) => MYSQL[title]?.mysql ?? GOLDEN[title]!.sql,
  postgres: (title) => {
    const { sql } = GOLDEN[title]!
    return POSTGRES[title] ?? (sql === undefined ? undefined : inPostgres(sql))
  },
  mariadb: (title) => MYSQL[title]?.mariadb ?? MYSQL[title]?.mysql ?? GOLDEN[title]!.sql,
}
const numbersIn = (text: string): number => Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, n]) => Number(n)))
for (const [name, expectedFor] of Object.entries(expectedOf)) {
  const dialect: Dialect = resolveDialect(name)
  for (const [title, golden] of Object.entries(GOLDEN)) {
    test(`${name}: ${title}`, () => {
      const expected = expectedFor(title)
      const print = () => (isStatement(golden.node) ? dialect.print(golden.node) : dialect.printExpr(golden.node))
      if (expected instanceof RegExp) expect(print).toThrow(expected)
      else {
        const { text, params } = print()
        expect(text).toBe(expected)
        if (golden.params && typeof expected === 'string')
          expect(params.map(({ value }) => value)).toEqual(golden.params)
        else expect(params).toHaveLength(name === 'postgres' ? numbersIn(text) : text.split('?').length - 1)
      }
    })
  }

  test(`${name}: two trees that differ in their values only print the same text`, () => {
    const make = (value: unknown) =>
      dialect.print(
        select({
          columns: [{ expr: param(value), alias: 'v' }],
          from: from(),
          where: compare(c('a'), '=', param(value)),
        }),
      )
    expect(make("'; DROP TABLE users; --").text).toBe(make(5).text)
  })
}

const sqlite = resolveDialect('sqlite')
test('sqlite: the engine can read all of it', () => {
  const database = new Database(':memory:')
  for (const [title, { node, sqlite: own, sql }] of Object.entries(GOLDEN)) {
    const text = own ?? sql
    if (typeof text !== 'string' || title === 'update') continue
    let message = ''
    try {
      database.prepare(isStatement(node) ? text : `SELECT ${text}`)
    } catch (error) {
      message = (error as Error).message
    }
    // Tables and columns of the examples do not exist; everything else must be right.
    expect(message.replace(/^no such (table|column): .*$|^SELECT .* no tables specified$/, ''), title).toBe('')
  }
})

test('sqlite: values written out, for definitions', () => {
  const inline = (value: unknown, type: unknown = null): string =>
    sqlite.printInline(compare(c('a'), '=', param(value, type === null ? null : normalizeType(type))))
  expect(inline("it's")).toBe("`a` = 'it''s'")
  expect(inline(true)).toBe('`a` = 1')
  expect(inline(null)).toBe('`a` = NULL')
  expect(inline(Infinity)).toBe('`a` = 9e999')
  expect(inline(Buffer.from([1, 255]))).toBe("`a` = X'01ff'")
  expect(inline('a\0b')).toBe("`a` = CAST(X'610062' AS TEXT)")
  expect(inline({ a: 1 }, DataTypes.JSON)).toBe('`a` = \'{"a":1}\'')
  expect(inline(false, DataTypes.BOOLEAN)).toBe('`a` = 0')
  expect(inline(new Date(0))).toBe("`a` = '1970-01-01 00:00:00.000 +00:00'")
})

test('sqlite: escape', () => {
  expect(sqlite.escape([1, 'a', null])).toBe("1, 'a', NULL")
  expect(
    sqlite.escape([
      [1, 2],
      [3, 4],
    ]),
  ).toBe('(1, 2), (3, 4)')
  expect(() => sqlite.escape({ a: 1 })).toThrow(/data type/)
})

test('sqlite: names that cannot be', () => {
  expect(() => sqlite.quoteIdentifier('')).toThrow(/non-empty/)
  expect(() => sqlite.quoteIdentifier('a\0b')).toThrow(/NUL/)
  expect(sqlite.quoteTable({ schema: 'app', name: 'users' })).toBe('`app.users`')
})
