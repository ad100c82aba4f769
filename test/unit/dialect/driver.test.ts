import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, expect, test } from 'vitest'
import type { Connection, Result } from '../../../src/connect/driver.js'
import { resolveDialect } from '../../../src/dialect/registry.js'
import { SqliteDialect, SqliteOpenMode } from '../../../src/dialect/sqlite/index.js'

const folder = mkdtempSync(join(tmpdir(), 'mortise-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const dialect = new SqliteDialect()
const connect = (options: Record<string, unknown> = {}): Connection => {
  const connection = dialect.driver.connect(options) as Connection
  void dialect.prepareConnection(connection, options)
  return connection
}
const run = (
  connection: Connection,
  text: string,
  params: readonly unknown[] = [],
  mode: 'rows' | 'run' | 'script' = 'rows',
  more: object = {},
): Result => connection.execute({ text, params, mode, ...more }) as Result

const HAS_NODE_SQLITE = (() => {
  const module = (
    process as { getBuiltinModule?: (name: string) => { StatementSync?: { prototype: object } } | undefined }
  ).getBuiltinModule?.('node:sqlite')
  return module?.StatementSync !== undefined && 'setReturnArrays' in module.StatementSync.prototype
})()

for (const driver of ['better-sqlite3', ...(HAS_NODE_SQLITE ? ['node:sqlite'] : [])]) {
  test(`${driver}: rows by position, counts, keys`, () => {
    const connection = connect({ driver })
    run(connection, 'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, a2 BLOB)', [], 'run')
    expect(run(connection, 'INSERT INTO t (a) VALUES (?), (?)', ['x', 'y'], 'run')).toMatchObject({
      affectedRows: 2,
      lastInsertId: 2,
      rows: [],
    })
    expect(run(connection, 'SELECT id, a AS name, a FROM t')).toMatchObject({
      columns: ['id', 'name', 'a'],
      rows: [
        [1, 'x', 'x'],
        [2, 'y', 'y'],
      ],
      affectedRows: 0,
    })
    expect(run(connection, 'SELECT id FROM t', [], 'rows', { single: true }).rows).toEqual([[1]])
    expect(run(connection, 'SELECT id FROM t WHERE 0', [], 'rows', { single: true }).rows).toEqual([])
    expect(run(connection, 'UPDATE t SET a = ? RETURNING id', ['z'])).toMatchObject({
      rows: [[1], [2]],
      affectedRows: 2,
    })
    expect(run(connection, 'DELETE FROM t', [], 'run').affectedRows).toBe(2)
  })

  test(`${driver}: integers of 64 bits are read without loss, others stay numbers`, () => {
    const connection = connect({ driver })
    run(connection, 'CREATE TABLE t (big BIGINT, small INTEGER)', [], 'run')
    const max = 9223372036854775807n
    run(connection, 'INSERT INTO t VALUES (?, ?)', [max, 5], 'run')
    run(connection, 'INSERT INTO t VALUES (?, ?)', [-max - 1n, 6], 'run')
    run(connection, 'INSERT INTO t VALUES (?, ?)', [7, 7], 'run')
    expect(run(connection, 'SELECT * FROM t').rows).toEqual([
      ['9223372036854775807', 5],
      ['-9223372036854775808', 6],
      [7, 7],
    ])
    expect(run(connection, 'SELECT x FROM (SELECT big AS x FROM t LIMIT 1)').rows).toEqual([['9223372036854775807']])
    expect(run(connection, 'UPDATE t SET small = 1 WHERE small = 5 RETURNING big, small').rows).toEqual([
      ['9223372036854775807', 1],
    ])
    expect(run(connection, 'SELECT max(big), count(*) FROM t', [], 'rows', { wide: true }).rows).toEqual([
      ['9223372036854775807', 3],
    ])
    expect(run(connection, 'SELECT small FROM t WHERE big = ?', [max]).rows).toEqual([[1]])
  })

  test(`${driver}: booleans, dates, undefined and bytes as parameters`, () => {
    const connection = connect({ driver })
    const date = new Date(Date.UTC(2024, 0, 2, 3, 4, 5, 6))
    expect(run(connection, 'SELECT ?, ?, ?, ?', [true, false, undefined, date]).rows).toEqual([
      [1, 0, null, '2024-01-02 03:04:05.006 +00:00'],
    ])
    const [[bytes]] = run(connection, 'SELECT ?', [new Uint8Array([1, 2])]).rows as [[unknown]]
    expect(Buffer.isBuffer(bytes)).toBe(true)
    expect(bytes).toEqual(Buffer.from([1, 2]))
    expect(() => run(connection, 'SELECT ?', [{ a: 1 }])).toThrow(/Parameter 1 is a object|Parameter 1 is an object/)
    expect(() => run(connection, 'SELECT ?', [[1]])).toThrow(/Parameter 1 is an array/)
  })

  test(`${driver}: column names follow the table, prepared statements survive its changes`, () => {
    const connection = connect({ driver })
    run(connection, 'CREATE TABLE t (a)', [], 'run')
    run(connection, 'INSERT INTO t VALUES (1)', [], 'run')
    expect(run(connection, 'SELECT * FROM t').columns).toEqual(['a'])
    run(connection, 'ALTER TABLE t ADD COLUMN b DEFAULT 2; ALTER TABLE t RENAME COLUMN a TO c', [], 'script')
    expect(run(connection, 'SELECT * FROM t')).toMatchObject({ columns: ['c', 'b'], rows: [[1, 2]] })
  })

  test(`${driver}: rows one by one`, async () => {
    const connection = connect({ driver })
    const { columns, rows } = await connection.iterate!({
      text: 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n',
      params: [],
      mode: 'rows',
    })
    expect(columns).toEqual(['i'])
    expect([...(rows as Iterable<readonly unknown[]>)]).toEqual([[1], [2], [3]])
  })

  test(`${driver}: files, folders, modes`, () => {
    const storage = join(folder, driver.replace(':', '-'), 'deep', 'app.sqlite')
    const connection = connect({ driver, storage })
    run(connection, 'CREATE TABLE t (a)', [], 'run')
    void connection.close()
    expect(connection.isOpen).toBe(false)
    expect(existsSync(storage)).toBe(true)
    const reader = connect({ driver, storage, mode: SqliteOpenMode.OPEN_READONLY })
    expect(() => run(reader, 'INSERT INTO t VALUES (1)', [], 'run')).toThrow(/readonly/)
    void reader.close()
    expect(() =>
      connect({ driver, storage: join(folder, 'absent.sqlite'), mode: SqliteOpenMode.OPEN_READWRITE }),
    ).toThrow(/cannot be opened/)
    expect(existsSync(join(folder, 'absent.sqlite'))).toBe(false)
  })

  test(`${driver}: foreign keys are enforced unless the option says no`, () => {
    expect(run(connect({ driver }), 'PRAGMA foreign_keys').rows).toEqual([[1]])
    expect(run(connect({ driver, foreignKeys: false }), 'PRAGMA foreign_keys').rows).toEqual([[0]])
  })

  test(`${driver}: constraint violations`, () => {
    const connection = connect({ driver })
    for (const text of [
      'CREATE TABLE `app.users` (id INTEGER PRIMARY KEY, email UNIQUE, tenant, name NOT NULL, age CONSTRAINT adult CHECK (age > 17), nick, UNIQUE (tenant, name))',
      'CREATE UNIQUE INDEX lower_nick ON `app.users` (lower(nick))',
      'CREATE TABLE pets (owner REFERENCES `app.users` (id))',
      "INSERT INTO `app.users` VALUES (1, 'a', 1, 'Ann', 20, 'x')",
      'INSERT INTO pets VALUES (1)',
    ])
      run(connection, text, [], 'run')
    const fault = (text: string): unknown => {
      try {
        run(connection, text, [], 'run')
      } catch (error) {
        return dialect.translateError(error, { text, params: [], mode: 'run' })
      }
      throw new Error(`${text} did not fail`)
    }
    const head = 'INSERT INTO `app.users` VALUES '
    expect(fault(`${head}(2, 'a', 2, 'Ben', 20, NULL)`)).toMatchObject({
      name: 'SequelizeUniqueConstraintError',
      fields: { email: undefined },
      table: 'app.users',
      constraint: null,
      sql: expect.stringContaining('INSERT'),
      errors: [
        {
          message: 'email must be unique',
          type: 'unique violation',
          path: 'email',
          origin: 'DB',
          validatorKey: 'not_unique',
        },
      ],
    })
    expect(Object.keys((fault(`${head}(2, 'b', 1, 'Ann', 20, NULL)`) as { fields: object }).fields)).toEqual([
      'tenant',
      'name',
    ])
    expect(Object.keys((fault(`${head}(1, 'b', 3, 'Cid', 20, NULL)`) as { fields: object }).fields)).toEqual(['id'])
    expect(fault(`${head}(2, 'b', 9, 'Ben', 20, 'X')`)).toMatchObject({
      name: 'SequelizeUniqueConstraintError',
      constraint: 'lower_nick',
      fields: {},
      errors: [],
    })
    expect(fault(`${head}(2, 'b', 2, NULL, 20, NULL)`)).toMatchObject({
      name: 'SequelizeNotNullConstraintError',
      fields: ['name'],
      table: 'app.users',
    })
    expect(fault(`${head}(2, 'b', 2, 'Ben', 2, NULL)`)).toMatchObject({
      name: 'SequelizeCheckConstraintError',
      constraint: 'adult',
      table: 'app.users',
    })
    expect(fault('INSERT INTO `pets` VALUES (77)')).toMatchObject({
      name: 'SequelizeForeignKeyConstraintError',
      table: 'pets',
      reltype: 'parent',
    })
    expect(fault('DELETE FROM `app.users`')).toMatchObject({
      name: 'SequelizeForeignKeyConstraintError',
      table: 'app.users',
      reltype: 'child',
    })
    expect(fault('SELECT * FROM nope')).toMatchObject({ name: 'SequelizeUnknownTableError' })
    expect(fault('SELECT nope FROM pets')).toMatchObject({ name: 'SequelizeUnknownColumnError' })
    expect(fault('INSERT INTO pets (nope) VALUES (1)')).toMatchObject({ name: 'SequelizeUnknownColumnError' })
    expect(fault('SELEC 1')).toMatchObject({
      name: 'SequelizeDatabaseError',
      message: expect.stringContaining('syntax error'),
    })
  })

  test(`${driver}: a database locked by another connection`, () => {
    const storage = join(folder, `${driver.replace(':', '-')}-busy.sqlite`)
    const [one, other] = [connect({ driver, storage }), connect({ driver, storage, busyTimeout: 1 })]
    run(one, 'CREATE TABLE t (a)', [], 'run')
    run(one, 'BEGIN IMMEDIATE', [], 'run')
    try {
      run(other, 'INSERT INTO t VALUES (1)', [], 'run')
      expect.unreachable()
    } catch (error) {
      expect(dialect.translateError(error, { text: 'INSERT', params: [], mode: 'run' })).toMatchObject({
        name: 'SequelizeTimeoutError',
      })
    }
    run(one, 'ROLLBACK', [], 'run')
  })
}

test('the driver as a module, and modules that are none', () => {
  expect(run(connect({ driver: Database }), 'SELECT 1').rows).toEqual([[1]])
  expect(() => connect({ driver: { OPEN_READWRITE: 2 } })).toThrow(/sqlite3 package/)
  expect(() => connect({ driver: 'sqlite4' })).toThrow(/better-sqlite3/)
  if (!HAS_NODE_SQLITE)
    expect(() => connect({ driver: 'node:sqlite' })).toThrow(/Node 22\.16.*npm install better-sqlite3/)
})

test('a password alone asks for an encryption that is not there', () => {
  expect(() => connect({ password: 'secret' })).toThrow(/not encrypted/)
  expect(() => connect({ username: 'root', password: 'secret' })).not.toThrow()
  expect(() => connect({ storage: 5 })).toThrow(/storage/)
})

test('the registry', () => {
  for (const name of ['sqlite', 'sqlite3', 'SQLite', 'sqlite::memory:', 'sqlite://x.db'])
    expect(resolveDialect(name)).toBeInstanceOf(SqliteDialect)
  expect(resolveDialect(SqliteDialect)).toBeInstanceOf(SqliteDialect)
  expect(resolveDialect(dialect)).toBe(dialect)
  expect(() => resolveDialect('mssql')).toThrow(/SQL Server.*not available/)
  expect(() => resolveDialect('sqlte')).toThrow(/Did you mean "sqlite"/)
  expect(() => resolveDialect('constructor')).toThrow(/not known/)
  expect(() => resolveDialect(undefined)).toThrow(/`dialect` is missing/)
  expect(() => resolveDialect(class Other {})).toThrow(/Other is not a dialect/)
})

test('URLs', () => {
  const storage = (url: string): unknown => dialect.parseUrl(url).storage
  expect(storage('sqlite::memory:')).toBe(':memory:')
  expect(storage('sqlite:app.sqlite')).toBe('app.sqlite')
  expect(storage('sqlite://data/app.sqlite')).toBe('data/app.sqlite')
  expect(storage('sqlite:///var/app%20data.sqlite')).toBe('/var/app data.sqlite')
  expect(storage('sqlite:/var/app.sqlite')).toBe('/var/app.sqlite')
  expect(storage('sqlite:100%.sqlite')).toBe('100%.sqlite')
  expect(dialect.parseUrl('sqlite:app.sqlite?foreignKeys=false&busyTimeout=10&mode=1')).toEqual({
    storage: 'app.sqlite',
    foreignKeys: false,
    busyTimeout: 10,
    mode: 1,
  })
  expect(() => dialect.parseUrl('mysql://x')).toThrow(/no SQLite URL/)
})
