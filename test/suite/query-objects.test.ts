// The query interface's functions, triggers and types of enums.
import { DataTypes, QueryError, UnsupportedFeatureError } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../support/databases.js'
import type { Database } from '../support/untyped.js'

describeEachEngine('query interface: functions, triggers, enums', (engine) => {
  const connect = async (): Promise<Database> => engine.script(await engine.connect())
  const value = async (db: Database, sql: string): Promise<unknown> =>
    Object.values((await db.query(sql, { type: 'SELECT' }))[0] as object)[0]

  engine.requires('functions')('functions are made, replaced, renamed, overloaded and dropped', async () => {
    const db = await connect()
    const { queryInterface } = db
    const params = [{ type: 'integer', name: 'n', direction: 'IN' }]
    // The example of the documentation.
    await queryInterface.createFunction(
      'addTo',
      params,
      'integer',
      'plpgsql',
      'RETURN n + myVar;',
      ['IMMUTABLE', 'LEAKPROOF'],
      {
        variables: [{ type: 'integer', name: 'myVar', default: 100 }],
      },
    )
    expect(await value(db, 'SELECT addTo(1)')).toBe(101)
    await expect(queryInterface.createFunction('addTo', params, 'integer', 'plpgsql', 'RETURN 0;')).rejects.toThrow(
      /already exists/,
    )
    await queryInterface.createFunction('addTo', params, 'integer', 'plpgsql', "RETURN length('$func$') + n;", [], {
      force: true,
    })
    expect(await value(db, 'SELECT addto(1)')).toBe(7)
    await queryInterface.createFunction('addTo', [{ type: 'text' }], 'text', 'sql', "SELECT $1 || '!'")
    await queryInterface.renameFunction('addTo', [{ type: 'text' }], 'shout')
    expect(await value(db, "SELECT shout('a')")).toBe('a!')
    await queryInterface.dropFunction('addTo', params)
    await expect(db.query('SELECT addTo(1)')).rejects.toThrow(/does not exist/)
    await queryInterface.createFunction('An odd "name"', [], 'integer', 'sql', 'SELECT 5')
    expect(await value(db, 'SELECT "An odd ""name"""()')).toBe(5)
    await expect(queryInterface.createFunction('x', [], 'integer', 'plpgsql', '')).rejects.toBeInstanceOf(QueryError)
    await expect(queryInterface.createFunction('x', [{ name: 'n' }], 'integer', 'sql', 'SELECT 1')).rejects.toThrow(
      /type/,
    )
    await expect(
      queryInterface.createFunction('x', [], 'integer; DROP TABLE y', 'sql', 'SELECT 1'),
    ).rejects.toBeInstanceOf(QueryError)
    await expect(
      queryInterface.createFunction('x', [], 'integer', 'sql', 'SELECT 1', [], {
        variables: [{ type: 'integer', name: 'v' }],
      }),
    ).rejects.toThrow(/PL\/pgSQL/)
    // A part of the transaction around it.
    await expect(
      db.transaction(async () => {
        await queryInterface.createFunction('inside', [], 'integer', 'sql', 'SELECT 1')
        throw new Error('undo')
      }),
    ).rejects.toThrow('undo')
    await expect(db.query('SELECT inside()')).rejects.toThrow(/does not exist/)
  })

  engine.requires('functions')(
    'triggers fire on what they are told to, with arguments; renamed and dropped',
    async () => {
      const db = await connect()
      const { queryInterface } = db
      const User = db.define('User', { name: DataTypes.STRING, note: DataTypes.STRING }, { timestamps: false })
      await db.sync()
      await queryInterface.createFunction(
        'stamp',
        [],
        'trigger',
        'plpgsql',
        'NEW.note := TG_ARGV[0] || TG_OP; RETURN NEW;',
      )
      await queryInterface.createTrigger(
        'Users',
        'stampIt',
        'before',
        { insert: true, update: ['name'] },
        'stamp',
        ["it's "],
        ['FOR EACH ROW'],
      )
      const user = await User.create({ name: 'a' })
      expect((await user.reload()).note).toBe("it's INSERT")
      await user.update({ note: 'own' })
      expect((await user.reload()).note).toBe('own')
      await user.update({ name: 'b' })
      expect((await user.reload()).note).toBe("it's UPDATE")
      await queryInterface.renameTrigger('Users', 'stampIt', 'stampOther')
      await expect(queryInterface.dropTrigger('Users', 'stampIt')).rejects.toThrow(/does not exist/)
      await queryInterface.dropTrigger({ tableName: 'Users' }, 'stampOther')
      expect((await (await User.create({ name: 'c' })).reload()).note).toBeNull()
      for (const [timing, events] of [
        ['whenever', { insert: true }],
        ['after', { select: true }],
        ['after', {}],
      ])
        await expect(
          queryInterface.createTrigger('Users', 't', timing, events, 'stamp', [], ['FOR EACH ROW']),
        ).rejects.toBeInstanceOf(QueryError)
      await expect(
        queryInterface.createTrigger('Users', 't', 'after', ['insert'], 'stamp', [{ type: 'text' }]),
      ).rejects.toThrow(/texts and numbers/)
    },
  )

  engine.requires('enumTypes')('types of enums are listed, named and dropped', async () => {
    const db = await connect()
    const { queryInterface } = db
    db.define('User', { state: DataTypes.ENUM('open', 'closed'), kind: DataTypes.ENUM('x') }, { timestamps: false })
    await db.sync()
    expect(await queryInterface.pgListEnums()).toEqual([
      { enum_name: 'enum_Users_kind', enum_value: ['x'] },
      { enum_name: 'enum_Users_state', enum_value: ['open', 'closed'] },
    ])
    expect(await queryInterface.pgListEnums('Users', 'kind')).toEqual([
      { enum_name: 'enum_Users_kind', enum_value: ['x'] },
    ])
    expect(queryInterface.queryGenerator.pgEnumName('Users', 'state')).toBe('"enum_Users_state"')
    expect(queryInterface.queryGenerator.pgEnumName({ tableName: 'Users', schema: 'app' }, 'state')).toBe(
      '"app"."enum_Users_state"',
    )
    expect(queryInterface.queryGenerator.pgEnumName('Users', 'state', { noEscape: true })).toBe('enum_Users_state')
    // In use: nothing goes, not even those that are not.
    await db.query("CREATE TYPE a_free_one AS ENUM ('a')")
    await expect(queryInterface.dropAllEnums()).rejects.toThrow()
    expect(await queryInterface.pgListEnums()).toHaveLength(3)
    await db.query('ALTER TABLE "Users" DROP COLUMN kind, DROP COLUMN state')
    await queryInterface.dropEnum('a_free_one')
    await expect(queryInterface.dropEnum('a_free_one')).rejects.toThrow(/does not exist/)
    await queryInterface.dropEnum('a_free_one', { ifExists: true })
    await queryInterface.dropAllEnums()
    expect(await queryInterface.pgListEnums()).toEqual([])
  })

  test('engines without them say so', async () => {
    if (engine.features.has('functions')) return
    const { queryInterface } = await connect()
    for (const call of [
      () => queryInterface.createFunction('f', [], 'integer', 'sql', 'SELECT 1'),
      () => queryInterface.dropFunction('f', []),
      () => queryInterface.renameFunction('f', [], 'g'),
      () => queryInterface.createTrigger('t', 'x', 'after', { insert: true }, 'f'),
      () => queryInterface.dropTrigger('t', 'x'),
      () => queryInterface.renameTrigger('t', 'x', 'y'),
      () => queryInterface.dropEnum('e'),
      async () => queryInterface.queryGenerator.pgEnumName('t', 'c'),
    ])
      await expect(call()).rejects.toBeInstanceOf(UnsupportedFeatureError)
    expect(await queryInterface.pgListEnums()).toEqual([])
    await queryInterface.dropAllEnums()
  })
})
