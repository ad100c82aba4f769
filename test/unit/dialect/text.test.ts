// SQL text of SQLite: strings in double quotes, as Sequelize's guides write them.
import { QueryTypes, Sequelize } from 'mortise'
import { expect, test } from 'vitest'

test('text in double quotes is a string where no column has that name, as in Sequelize’s SQLite', async () => {
  const sequelize = new Sequelize('sqlite::memory:', { logging: false })
  const rows = (sql: string): Promise<unknown> => sequelize.query(sql, { type: QueryTypes.SELECT })
  await sequelize.query('CREATE TABLE t (a TEXT)')
  await sequelize.query(`INSERT INTO t VALUES ('Laugh')`)
  expect(await rows('SELECT "a" FROM t WHERE a = "Laugh"')).toEqual([{ a: 'Laugh' }])
  expect(await rows(`SELECT "it's ""so"" " AS x, '"Laugh"' AS y, "Laugh" AS z /* "Laugh" */`)).toEqual([
    { x: `it's "so" `, y: '"Laugh"', z: 'Laugh' },
  ])
  await expect(rows('SELECT t."b" FROM t')).rejects.toThrow(/no such column: t\.b/)
  await expect(rows('SELECT `b` FROM t')).rejects.toThrow(/no such column: b/)
  await sequelize.close()
})
