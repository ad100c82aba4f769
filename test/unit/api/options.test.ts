import { Sequelize, SqliteDialect } from 'mortise'
import { afterEach, describe, expect, test, vi } from 'vitest'

const make = (...args: readonly unknown[]): Sequelize => Reflect.construct(Sequelize, args) as Sequelize

describe('forms of the constructor', () => {
  test.each([
    ['a URL', ['sqlite::memory:'], ':memory:', 'sqlite'],
    ['a URL with options', ['sqlite::memory:', { logging: false }], ':memory:', 'sqlite'],
    ['options', [{ dialect: 'sqlite', storage: 'a.sqlite' }], 'a.sqlite', 'sqlite'],
    ['a dialect class', [{ dialect: SqliteDialect, storage: ':memory:' }], ':memory:', 'sqlite3'],
    ['a url option', [{ url: 'sqlite:b.sqlite' }], 'b.sqlite', 'sqlite'],
    ['options over the URL', ['sqlite:b.sqlite', { storage: 'c.sqlite' }], 'c.sqlite', 'sqlite'],
    ['name, user, password, options', ['', '', '', { dialect: 'sqlite', storage: ':memory:' }], ':memory:', 'sqlite'],
    [
      'name and options with nothing else',
      ['app', null, null, { dialect: 'sqlite', storage: 'd.sqlite' }],
      'app',
      'sqlite',
    ],
  ])('%s', (_title, args, database, dialect) => {
    const sequelize = make(...args)
    expect(sequelize.getDatabaseName()).toBe(database)
    expect(sequelize.getDialect()).toBe(dialect)
    expect(sequelize.dialect.name).toBe('sqlite3')
  })

  test.each([
    ['nothing', [], /needs options/],
    ['a number', [5], /options object, a URL/],
    ['no dialect', [{ storage: 'x' }], /dialect/],
    ['an unknown dialect', [{ dialect: 'sqllite' }], /sqlite/],
    ['an engine that is not there', [{ dialect: 'mssql' }], /SQL Server/],
    ['no protocol', ['app.sqlite'], /begin with the dialect/],
    ['a misspelt option', [{ dialect: 'sqlite', stroage: 'x' }], /"stroage".*Did you mean "storage"/s],
    ['a misspelt pool option', [{ dialect: 'sqlite', pool: { maxx: 3 } }], /maxx.*max/],
    ['pool: false', [{ dialect: 'sqlite', pool: false }], /max: 1/],
    ['logging that is no function', [{ dialect: 'sqlite', logging: 'yes' }], /console\.log/],
    ['dialectModule', [{ dialect: 'sqlite', dialectModule: {} }], /dialectModule/],
    ['a wrong model', [{ dialect: 'sqlite', models: [class Foo {}] }], /Foo/],
  ])('refuses %s', (_title, args, message) => {
    expect(() => make(...args)).toThrow(message)
  })

  test("Sequelize 6's spellings are understood", () => {
    const options = {
      dialect: 'sqlite',
      username: 'a',
      password: 'b',
      host: 'c',
      port: 5,
      dialectOptions: { mode: 6 },
      typeValidation: true,
      operatorsAliases: false,
    }
    const sequelize = make(options)
    expect(sequelize.config).toMatchObject({ username: 'a', host: 'c', port: 5 })
    expect(sequelize.options.noTypeValidation).toBe(false)
    expect(make({ dialect: 'sqlite', typeValidation: false }).options.noTypeValidation).toBe(true)
  })
  test('a password in a URL is not shown', () => {
    expect(() => make('//me:secret@host/db')).toThrow(/\*\*\*/)
  })
})

describe('options', () => {
  test('are frozen, all the way, and the given object is not', () => {
    const given = { dialect: 'sqlite', define: { underscored: true } }
    const sequelize = make(given)
    expect(Object.isFrozen(sequelize.options)).toBe(true)
    expect(Object.isFrozen(sequelize.options.define)).toBe(true)
    expect(sequelize.rawOptions).toEqual(given)
    expect(Object.isFrozen(given)).toBe(false)
    expect(Object.isFrozen(given.define)).toBe(false)
    expect(sequelize.options).toMatchObject({ logging: false, timezone: '+00:00', defaultTransactionNestMode: 'reuse' })
  })
})

describe('hooks of the class', () => {
  afterEach(() => Sequelize.hooks.removeAllListeners())
  test('beforeInit may change the options, afterInit gets the instance', () => {
    const seen: unknown[] = []
    Sequelize.hooks.addListener('beforeInit', (options) => {
      options.define = { underscored: true }
    })
    Sequelize.addHook('afterInit', 'mine', (sequelize: Sequelize) => {
      seen.push(sequelize.options.define)
    })
    const given = Object.freeze({ dialect: 'sqlite' as const })
    const sequelize = new Sequelize(given)
    expect(seen).toEqual([{ underscored: true }])
    Sequelize.removeHook('afterInit', 'mine')
    expect(Sequelize.hasHook('afterInit')).toBe(false)
    expect(sequelize.isClosed()).toBe(false)
  })
  test('an unknown hook throws', () => {
    expect(() => Sequelize.addHook('beforeCreate' as never, (() => {}) as never)).toThrow(/beforeCreate/)
  })
})

test('useCLS is accepted', () => {
  expect(Sequelize.useCLS({})).toBe(Sequelize)
})

test('logging: true is the console', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  const sequelize = make({ dialect: 'sqlite', logging: console.log })
  await sequelize.authenticate()
  expect(log).toHaveBeenCalledWith(expect.stringContaining('SELECT 1+1'))
  expect(log.mock.calls[0]).toHaveLength(1)
  log.mockRestore()
  await sequelize.close()
})
