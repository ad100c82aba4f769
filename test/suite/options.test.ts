// Every option of every call, given something that it cannot be: the error names the call, the option and what is expected, and nothing
// is sent to the database.
import { DataTypes, QueryError } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../support/databases.js'
import type { Database, Row, Table } from '../support/untyped.js'

type Run = (options: unknown) => unknown

const SWITCH = [5, 'no', {}, [], () => 1]
/** What an option of this name refuses, wherever it stands. */
const WRONG: Readonly<Record<string, readonly unknown[]>> = {
  ...Object.fromEntries(
    [
      'hooks',
      'benchmark',
      'logQueryParameters',
      'useMaster',
      'raw',
      'nest',
      'paranoid',
      'distinct',
      'skipLocked',
      'noWait',
      'subQuery',
      'minifyAliases',
      'countGroupedRows',
      'validate',
      'silent',
      'omitNull',
      'isNewRecord',
      'ignoreDuplicates',
      'individualHooks',
      'sideEffects',
      'force',
      'cascade',
      'truncate',
      'restartIdentity',
      'withoutForeignKeyChecks',
      'steal',
      'touch',
      'replace',
      'plan',
      'mapToModel',
      'readOnly',
      'destroyConnection',
      'clone',
      'reset',
      'batch',
    ].map((name) => [name, SWITCH]),
  ),
  // A find that shows one row is a switch of findAll; findOne has it by itself.
  plain: SWITCH,
  transaction: [5, 'yes', {}, [], true, () => 1],
  connection: [5, 'main', {}, true],
  logging: [5, 'yes', {}, []],
  signal: [5, 'stop', {}, true],
  retry: [5, 'often', true, [], { max: 0 }, { max: '3' }, { maxx: 3 }, { match: 5 }],
  noHooks: [5, 'all', [], { except: 'beforeSave' }, { only: [] }],
  replacements: [5, 'a', true],
  bind: [5, 'a', true],
  searchPath: [5, true, {}],
  fields: [5, 'name', {}, true, [5]],
  skip: [5, 'name', {}, true],
  returning: [5, 'name', {}],
  updateOnDuplicate: [5, 'name', {}, true],
  conflictFields: [5, 'name', {}, true],
  conflictAttributes: [5, 'name', {}, true],
  rejectOnEmpty: [5, 'no', {}, () => 1],
  destroyPrevious: [5, 'yes', []],
  by: ['two', {}, [], true, Number.NaN],
  scope: [5],
  schema: [5, {}, true],
  match: ['test', 5],
  alter: [5, 'yes', []],
}
const EXEC = ['transaction', 'connection', 'logging', 'benchmark', 'logQueryParameters', 'useMaster', 'signal', 'retry']
const CALL = [...EXEC, 'replacements', 'bind', 'searchPath', 'hooks', 'noHooks']
const FIND = [
  ...CALL,
  ...['plain', 'raw', 'nest', 'paranoid', 'rejectOnEmpty', 'distinct', 'skipLocked', 'noWait', 'subQuery'],
  'minifyAliases',
]
const SAVE = [...CALL, 'fields', 'validate', 'silent', 'omitNull', 'returning', 'raw', 'skip']

interface Calls {
  readonly [call: string]: readonly [options: readonly string[], run: Run]
}
const calls = (sequelize: Database, User: Table, user: Row): Calls => ({
  'User.findAll()': [FIND, (options) => User.findAll(options as object)],
  'User.findOne()': [FIND, (options) => User.findOne(options as object)],
  'User.findByPk()': [FIND, (options) => User.findByPk(1, options as object)],
  'User.findAndCountAll()': [[...FIND, 'countGroupedRows'], (options) => User.findAndCountAll(options as object)],
  'User.count()': [[...CALL, 'distinct', 'paranoid', 'countGroupedRows'], (options) => User.count(options as object)],
  'User.max()': [[...CALL, 'distinct', 'paranoid', 'plain'], (options) => User.max('age', options)],
  'User.findOrBuild()': [FIND, (options) => User.findOrBuild({ where: { name: 'x' }, ...(options as object) })],
  'User.findOrCreate()': [
    [...FIND, 'fields', 'validate', 'silent'],
    (options) => User.findOrCreate({ where: { name: 'x' }, ...(options as object) }),
  ],
  'User.findCreateFind()': [
    [...FIND, 'fields', 'validate', 'silent'],
    (options) => User.findCreateFind({ where: { name: 'x' }, ...(options as object) }),
  ],
  'User.build()': [['isNewRecord', 'raw'], async (options) => User.build({ name: 'x' }, options as object)],
  'User.create()': [
    [...SAVE, 'isNewRecord', 'ignoreDuplicates'],
    (options) => User.create({ name: 'x' }, options as object),
  ],
  'User.bulkCreate()': [
    [...SAVE, 'ignoreDuplicates', 'individualHooks', 'updateOnDuplicate', 'conflictAttributes'],
    (options) => User.bulkCreate([{ name: 'x' }], options as object),
  ],
  'User.upsert()': [
    [...CALL, 'fields', 'validate', 'returning', 'conflictFields', 'silent', 'omitNull', 'skip'],
    (options) => User.upsert({ id: 1, name: 'x' }, options),
  ],
  'User.update()': [
    [...CALL, 'fields', 'validate', 'sideEffects', 'individualHooks', 'returning', 'silent', 'paranoid', 'skip'],
    (options) => User.update({ name: 'x' }, { where: {}, ...(options as object) }),
  ],
  'User.destroy()': [
    [...CALL, 'individualHooks', 'force', 'truncate', 'cascade', 'restartIdentity'],
    (options) => User.destroy({ where: {}, ...(options as object) }),
  ],
  'User.restore()': [
    [...CALL, 'individualHooks', 'cascade'],
    (options) => User.restore({ where: {}, ...(options as object) }),
  ],
  'User.truncate()': [[...CALL, 'cascade', 'restartIdentity', 'force'], (options) => User.truncate(options)],
  'User.increment()': [
    [...CALL, 'by', 'silent', 'returning'],
    (options) => User.increment('age', { where: {}, ...(options as object) }),
  ],
  'User.decrement()': [
    [...CALL, 'by', 'silent', 'returning'],
    (options) => User.decrement('age', { where: {}, ...(options as object) }),
  ],
  'User.describe()': [EXEC, (options) => User.describe(undefined, options)],
  'sync()': [['force', 'alter', 'plan', 'match', 'hooks', 'logging'], (options) => User.sync(options as object)],
  'drop()': [['cascade', 'logging'], (options) => User.drop(options)],
  'User.save()': [SAVE, (options) => user.save(options)],
  'User.update() of an instance': [SAVE, (options) => user.update({ name: 'y' }, options)],
  'User.reload()': [FIND, (options) => user.reload(options)],
  'User.validate()': [['hooks', 'noHooks', 'fields', 'skip'], (options) => user.validate(options)],
  'User.increment() of an instance': [
    [...CALL, 'by', 'silent', 'returning'],
    (options) => user.increment('age', options),
  ],
  'User.get()': [['plain', 'raw', 'clone'], async (options) => user.get(options)],
  'User.set()': [['raw', 'reset'], async (options) => user.set({ name: 'y' }, options)],
  'User.getProfile()': [['scope', 'schema'], (options) => user.getProfile(options)],
  'User.setProfile()': [
    [...EXEC, 'hooks', 'noHooks', 'validate', 'silent', 'destroyPrevious', 'steal', 'touch', 'force'],
    (options) => user.setProfile(null, options),
  ],
  'User.createProfile()': [[...SAVE, 'replace', 'destroyPrevious'], (options) => user.createProfile({}, options)],
  'sequelize.query()': [
    [...EXEC, 'replacements', 'bind', 'raw', 'nest', 'plain', 'mapToModel'],
    (options) => sequelize.query('SELECT 1 AS one', options as object),
  ],
  'sequelize.queryRaw()': [
    [...EXEC, 'bind', 'raw', 'nest', 'plain', 'mapToModel'],
    (options) => sequelize.queryRaw('SELECT 1 AS one', options),
  ],
  'sequelize.transaction()': [
    ['readOnly', 'retry', 'logging', 'benchmark', 'connection', 'transaction'],
    (options) => sequelize.transaction(options as object, async () => 1),
  ],
  'sequelize.transaction() without a callback': [
    ['readOnly', 'logging', 'benchmark', 'connection', 'transaction'],
    (options) => sequelize.startUnmanagedTransaction(options),
  ],
  'sequelize.withConnection()': [['destroyConnection'], (options) => sequelize.withConnection(options, async () => 1)],
  'sequelize.authenticate()': [EXEC, (options) => sequelize.authenticate(options)],
  'sequelize.truncate()': [[...CALL, 'cascade', 'withoutForeignKeyChecks'], (options) => sequelize.truncate(options)],
  'sequelize.destroyAll()': [[...CALL, 'force'], (options) => sequelize.destroyAll(options)],
})

async function refusal(run: Run, options: unknown): Promise<unknown> {
  try {
    await run(options)
  } catch (error) {
    return error
  }
  return 'accepted'
}

describeEachEngine('options', (engine) => {
  async function world() {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('User', { name: DataTypes.STRING, age: DataTypes.INTEGER }, { paranoid: true })
    const Profile = sequelize.define('Profile', { bio: DataTypes.STRING })
    User.hasOne(Profile, { as: 'profile' })
    await sequelize.sync()
    const user = await User.create({ name: 'Ada', age: 36 })
    return { sequelize, User, user, statements: engine.recorder(sequelize) }
  }

  test('of a wrong kind are refused: the call, the option and what is expected are named, and no statement is sent', async () => {
    const { sequelize, User, user, statements } = await world()
    const before = statements.statements.length
    const odd: unknown[] = []
    let tried = 0
    for (const [title, [options, run]] of Object.entries(calls(sequelize, User, user))) {
      const call = title.replace(/\(\).*/, '()')
      for (const option of options) {
        for (const value of WRONG[option]!) {
          tried += 1
          const error = await refusal(run, { [option]: value })
          const isRight =
            error instanceof QueryError && error.message.startsWith(call) && error.message.includes(`${option} is `)
          if (!isRight)
            odd.push([title, option, value, error instanceof Error ? `${error.name}: ${error.message}` : error])
        }
      }
    }
    expect(odd).toEqual([])
    expect(tried).toBeGreaterThan(2000)
    expect(statements.statements.length).toBe(before)
  })

  test('that are no object, or do not exist, are refused', async () => {
    const { sequelize, User, user, statements } = await world()
    const before = statements.statements.length
    const odd: unknown[] = []
    for (const [title, [, run]] of Object.entries(calls(sequelize, User, user))) {
      const call = title.replace(/\(\).*/, '()')
      // These are called with options of their own around those of the test.
      const isSpread = /findOr|findCreate|User\.(?:update|destroy|restore|increment|decrement)\(\)$/.test(title)
      const wrong: unknown[] = isSpread ? [{ nosuch: 1 }] : [5, 'x', true, [], { nosuch: 1 }]
      // A name is what `get` takes, and a function is a callback.
      for (const value of title === 'User.get()'
        ? [5, [], { nosuch: 1 }]
        : title === 'User.set()'
          ? [5, 'x', []]
          : wrong) {
        const error = await refusal(run, value)
        const isRight = error instanceof QueryError && error.message.includes(call)
        if (!isRight) odd.push([title, value, error instanceof Error ? `${error.name}: ${error.message}` : error])
      }
    }
    expect(odd).toEqual([])
    expect(statements.statements.length).toBe(before)
  })

  test('that are null or undefined say nothing', async () => {
    const { User } = await world()
    const nothing = Object.fromEntries([...FIND, 'limit', 'group', 'order'].map((option) => [option, undefined]))
    expect(await User.findAll(nothing)).toHaveLength(1)
    expect(await User.findAll(null as never)).toHaveLength(1)
    expect(await User.count({ hooks: null, logging: null, transaction: null })).toBe(1)
  })
})
