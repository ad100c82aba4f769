import { fn, list, Sequelize, sql } from 'mortise'
import { describe, expect, test } from 'vitest'
import { statementKind } from '../../../src/api/raw-statement.js'

describe('what kind of statement a text is', () => {
  test.each([
    ['SELECT 1', 'read', 'rows'],
    ['  -- a comment\n select 1', 'read', 'rows'],
    ['/* INSERT */ (SELECT 1)', 'read', 'rows'],
    ["SELECT ';' AS a; ", 'read', 'rows'],
    ['SELECT * FROM t FOR UPDATE', 'write', 'rows'],
    ['VALUES (1)', 'read', 'rows'],
    ['EXPLAIN SELECT 1', 'read', 'rows'],
    ['EXPLAIN ANALYZE DELETE FROM t', 'write', 'rows'],
    ['WITH a AS (SELECT 1) SELECT * FROM a', 'read', 'rows'],
    ["WITH a AS (SELECT 'DELETE') SELECT * FROM a", 'read', 'rows'],
    ['WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a', 'write', 'run'],
    ['WITH a AS (SELECT 1) DELETE FROM t RETURNING id', 'write', 'rows'],
    ['INSERT INTO t VALUES (1)', 'write', 'run'],
    ["INSERT INTO t VALUES ('RETURNING')", 'write', 'run'],
    ['insert into t values (1) returning id', 'write', 'rows'],
    ['UPDATE "a;b" SET c = 1', 'write', 'run'],
    ['PRAGMA foreign_keys', 'write', 'rows'],
    ['CREATE TABLE a (b INT)', 'write', 'run'],
    ['CREATE TABLE a (b INT); CREATE TABLE c (d INT)', 'write', 'script'],
    ['CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END', 'write', 'run'],
  ])('%s', (text, kind, mode) => {
    expect(statementKind(text)).toMatchObject({ kind, mode })
  })
})

describe('query', () => {
  const open = async (): Promise<Sequelize> => {
    const sequelize = new Sequelize('sqlite::memory:')
    await sequelize.query(
      'CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, n INTEGER); CREATE TABLE u (id INTEGER)',
      { multipleStatements: true },
    )
    await sequelize.query("INSERT INTO t (name, n) VALUES ('a', 1), ('b', 2), ('c', 3)")
    return sequelize
  }
  const names = async (sequelize: Sequelize, text: string, options: object): Promise<unknown[]> =>
    ((await sequelize.query(text, { ...options, type: 'SELECT' } as never)) as unknown as { name: string }[]).map(
      (row) => row.name,
    )

  test('replacements by position and by name, lists, fragments', async () => {
    const sequelize = await open()
    expect(await names(sequelize, 'SELECT name FROM t WHERE n = ?', { replacements: [2] })).toEqual(['b'])
    expect(
      await names(sequelize, 'SELECT name FROM t WHERE n = :n AND name <> :name', {
        replacements: { n: 3, name: "it's" },
      }),
    ).toEqual(['c'])
    expect(await names(sequelize, 'SELECT name FROM t WHERE n IN (:ns)', { replacements: { ns: [1, 3] } })).toEqual([
      'a',
      'c',
    ])
    expect(await names(sequelize, 'SELECT name FROM t WHERE n IN (:ns)', { replacements: { ns: [] } })).toEqual([])
    expect(
      await names(sequelize, 'SELECT name FROM t WHERE (n, name) IN (VALUES :pairs)', {
        replacements: {
          pairs: [
            [1, 'a'],
            [2, 'x'],
          ],
        },
      }),
    ).toEqual(['a'])
    expect(await names(sequelize, 'SELECT name FROM t WHERE n IN :ns', { replacements: { ns: list([2, 3]) } })).toEqual(
      ['b', 'c'],
    )
    expect(await names(sequelize, 'SELECT name FROM t WHERE n = :n', { replacements: { n: fn('abs', -2) } })).toEqual([
      'b',
    ])
    await sequelize.close()
  })

  test('values are never looked at again', async () => {
    const sequelize = await open()
    const rows = await sequelize.query('SELECT :a AS a, :b AS b, ? AS c'.replace('?', "'?'"), {
      replacements: { a: ':b', b: "'; DROP TABLE t; --" },
      type: 'SELECT',
    } as never)
    expect(rows).toEqual([{ a: ':b', b: "'; DROP TABLE t; --", c: '?' }])
    const both = await sequelize.query('SELECT :a AS a, $1 AS b', {
      replacements: { a: '$1 ?' },
      bind: [':a'],
      type: 'SELECT',
    } as never)
    expect(both).toEqual([{ a: '$1 ?', b: ':a' }])
    await sequelize.close()
  })

  test('strings, comments and casts are left alone', async () => {
    const sequelize = await open()
    const [row] = (await sequelize.query("SELECT ':n' AS a, /* :x ? */ :n AS b -- :y ?\n", {
      replacements: { n: 1 },
      type: 'SELECT',
    } as never)) as unknown as object[]
    expect(row).toEqual({ a: ':n', b: 1 })
    await sequelize.close()
  })

  test('bind by number and by name; $$ is a dollar sign', async () => {
    const sequelize = await open()
    expect(await names(sequelize, 'SELECT name FROM t WHERE n = $2 OR name = $1', { bind: ['a', 3] })).toEqual([
      'a',
      'c',
    ])
    expect(await names(sequelize, 'SELECT name FROM t WHERE n = $n OR n = $n', { bind: { n: 1 } })).toEqual(['a'])
    expect(
      await sequelize.query("SELECT '$$1' AS a, $1 AS b, 5 AS `c$$d`", { bind: [true], type: 'SELECT' } as never),
    ).toEqual([{ a: '$$1', b: 1, c$$d: 5 }])
    await sequelize.close()
  })

  test.each([
    ['a missing name', 'SELECT :a', { replacements: { b: 1 } }, /":a".*replacements/],
    ['undefined', 'SELECT :a', { replacements: { a: undefined } }, /replacements\.a is undefined/],
    ['too few values', 'SELECT ?, ?', { replacements: [1] }, /more "\?"/],
    ['too many values', 'SELECT ?', { replacements: [1, 2] }, /2 values/],
    ['a missing bind', 'SELECT $1', { bind: [] }, /\$1/],
    ['a plain object', 'SELECT :a', { replacements: { a: { b: 1 } } }, /JSON\.stringify/],
    ['no SQL', '  ', {}, /no SQL/],
    ['an unknown option', 'SELECT 1', { replacments: [] }, /Did you mean "replacements"/],
    ['an unknown type', 'SELECT 1', { type: 'SELEKT' }, /Did you mean "SELECT"/],
    ['SQL that is no SQL', 5, {}, /got number/],
  ])('refuses %s', async (_title, text, options, message) => {
    const sequelize = await open()
    await expect((async () => sequelize.query(text as string, options as never))()).rejects.toThrow(message)
    await sequelize.close()
  })

  test('shapes by type', async () => {
    const sequelize = await open()
    const q = (text: unknown, options?: object): Promise<unknown> =>
      sequelize.query(text as string, options as never) as Promise<unknown>
    expect(await q('SELECT n FROM t WHERE n < 2')).toEqual([
      [{ n: 1 }],
      expect.objectContaining({ rowCount: 1, command: 'SELECT' }),
    ])
    expect(await q('UPDATE t SET n = n + 10')).toEqual([[], expect.objectContaining({ affectedRows: 3 })])
    expect(await q("INSERT INTO t (name, n) VALUES ('d', 4)", { type: 'INSERT' })).toEqual([4, 1])
    expect(await q('UPDATE t SET n = 0 WHERE n = 4', { type: 'UPDATE' })).toEqual([undefined, 1])
    expect(await q('UPDATE t SET n = 1', { type: 'BULKUPDATE' })).toBe(4)
    expect(await q('DELETE FROM t WHERE id = 4', { type: 'DELETE' })).toBe(1)
    expect(await q('SELECT name FROM t ORDER BY id', { plain: true })).toEqual({ name: 'a' })
    expect(await q('SELECT name FROM t WHERE 1 = 0', { plain: true })).toBeNull()
    expect(await q('SELECT 1 AS "a.b", 2 AS "a.c.d", 3 AS e', { nest: true })).toEqual([
      { a: { b: 1, c: { d: 2 } }, e: 3 },
    ])
    expect(await q('SELECT 1 AS a', { type: 'SELECT', fieldMap: { a: 'b' } })).toEqual([{ b: 1 }])
    expect(await q("DELETE FROM t WHERE name = 'a' RETURNING id")).toEqual([[{ id: 1 }], expect.anything()])
    expect(await q("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1", { type: 'SHOWTABLES' })).toEqual([
      't',
      'u',
    ])
    expect(await q('SELECT sqlite_version()', { type: 'VERSION' })).toMatch(/^3\./)
    const evil = (await q('SELECT 1 AS "__proto__", 2 AS "constructor"', { type: 'SELECT' })) as object[]
    expect(Object.keys(evil[0]!)).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(evil[0])).toBe(Object.prototype)
    const nested = (await q('SELECT 1 AS "__proto__.polluted"', { nest: true })) as object[]
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect(Object.keys(nested[0]!)).toEqual(['__proto__'])
    await sequelize.close()
  })

  test('fragments: values are parameters, names are quoted', async () => {
    const sequelize = await open()
    const statements: string[] = []
    const rows = await sequelize.query(
      sql`SELECT name FROM ${sql.identifier('t')} WHERE n IN ${sql.list([1, 2])} AND name <> ${'b'}`,
      {
        type: 'SELECT',
        logging: (text: string) => statements.push(text),
      } as never,
    )
    expect(rows).toEqual([{ name: 'a' }])
    expect(statements[0]).toMatch(/FROM `t` WHERE n IN \(\?, \?\) AND name <> \?$/)
    expect(await sequelize.query({ query: 'SELECT name FROM t WHERE n = ?', values: [2] }, { type: 'SELECT' })).toEqual(
      [{ name: 'b' }],
    )
    await expect(
      (async () => sequelize.query({ query: 'SELECT ?', values: [2] }, { replacements: [1] }))(),
    ).rejects.toThrow(/twice/)
    await sequelize.close()
  })

  test('rows that a schema checks', async () => {
    const sequelize = await open()
    const schema = {
      '~standard': {
        validate: (value: unknown) => {
          const { n } = value as { n: unknown }
          return typeof n === 'number' ? { value: { n: n * 2 } } : { issues: [{ message: 'no number', path: ['n'] }] }
        },
      },
    }
    expect(await sequelize.query(sql`SELECT n FROM t`, { schema })).toEqual([{ n: 2 }, { n: 4 }, { n: 6 }])
    await expect(sequelize.query(sql`SELECT name AS n FROM t`, { schema })).rejects.toMatchObject({
      name: 'SequelizeValidationError',
      errors: [{ path: 'n' }, {}, {}].slice(0, 1),
    })
    await sequelize.close()
  })

  test('queryRaw takes bind only', async () => {
    const sequelize = await open()
    expect(await sequelize.queryRaw('SELECT $1 AS a', { bind: [1], type: 'SELECT' } as never)).toEqual([{ a: 1 }])
    expect(await sequelize.queryRaw("SELECT ':a ?' AS a", { type: 'SELECT' } as never)).toEqual([{ a: ':a ?' }])
    await expect(sequelize.queryRaw('SELECT ?', { replacements: [1] })).rejects.toThrow(/replacements/)
    await sequelize.close()
  })
})
