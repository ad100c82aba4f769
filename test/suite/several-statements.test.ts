// A text with several statements: refused unless asked for, on every engine alike.
import { QueryError, Sequelize } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../support/databases.js'

describeEachEngine('several statements in one text', (engine) => {
  test('are refused, and none of them is run', async () => {
    const sequelize = engine.script(await engine.connect())
    await sequelize.query('CREATE TABLE kept (id INTEGER)')
    for (const text of [
      'SELECT 1; DROP TABLE kept',
      'INSERT INTO kept VALUES (1); INSERT INTO kept VALUES (2)',
      '/* a */ SELECT 1; -- b\nDROP TABLE kept;',
      "SELECT ''; DROP TABLE kept --'",
    ]) {
      await expect(sequelize.query(text)).rejects.toThrow(QueryError)
      await expect(sequelize.query(text)).rejects.toThrow(/several statements.*multipleStatements/)
      await expect(sequelize.queryRaw(text)).rejects.toThrow(/several statements/)
    }
    expect(await sequelize.query('SELECT * FROM kept', { type: 'SELECT' })).toEqual([])
  })

  test('a semicolon in a string, a name, a comment or at the end is none', async () => {
    const sequelize = engine.script(await engine.connect())
    const one = async (text: string, options: object = {}): Promise<unknown> =>
      (await sequelize.query(engine.quoted(text), { type: 'SELECT', ...options }))[0]
    expect(await one(`SELECT 'a; b' AS "c;d";`)).toEqual({ 'c;d': 'a; b' })
    expect(await one('SELECT 1 AS a /* ; b */ ; -- ; c')).toEqual({ a: 1 })
    expect(await one('SELECT :text AS a', { replacements: { text: "it's; \\'; DROP TABLE x" } })).toEqual({
      a: "it's; \\'; DROP TABLE x",
    })
  })

  test('are run where the instance allows them', async () => {
    const options = await engine.options()
    const sequelize = engine.script(engine.closing(new Sequelize({ ...options, multipleStatements: true } as never)))
    await sequelize.query('CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)')
    expect(await sequelize.query('SELECT id FROM t ORDER BY id', { type: 'SELECT' })).toEqual([{ id: 1 }, { id: 2 }])
    await expect(sequelize.query('SELECT 1; SELECT 2', { multipleStatements: false })).rejects.toThrow(/several/)
  })

  test('are run where the call allows them, unless the connection has to', async () => {
    const sequelize = engine.script(await engine.connect())
    const work = sequelize.query('CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (1)', { multipleStatements: true })
    if (sequelize.dialect.connectionOptions.includes('multipleStatements'))
      return await expect(work).rejects.toThrow(/multipleStatements.*new Sequelize/)
    await work
    expect(await sequelize.query('SELECT id FROM t', { type: 'SELECT' })).toEqual([{ id: 1 }])
  })
})
