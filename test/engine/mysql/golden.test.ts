// The golden statements are understood by real servers: each is prepared there.
import { expect, test } from 'vitest'
import { resolveDialect } from '../../../src/dialect/registry.js'
import { GOLDEN, isStatement } from '../../golden/statements.js'
import { describeEngine } from '../../support/databases.js'

const TABLES = [
  'CREATE TABLE users (id INT PRIMARY KEY AUTO_INCREMENT, a INT DEFAULT 1 UNIQUE, b INT, c INT, d INT, n INT, x INT, user_name VARCHAR(20), name VARCHAR(20), meta JSON, deleted_at DATETIME, INDEX i (b), INDEX j (c))',
  'CREATE TABLE profiles (id INT PRIMARY KEY, user_id INT)',
  'CREATE TABLE one (id INT)',
]

for (const name of ['mariadb', 'mysql']) {
  describeEngine(name, 'golden statements', (engine) => {
    test('every one of them is understood', async () => {
      const db = engine.script(await engine.connect({ pool: { max: 1 } }))
      for (const table of TABLES) await db.query(table)
      const dialect = resolveDialect(name)
      let prepared = 0
      for (const [title, { node }] of Object.entries(GOLDEN)) {
        let text: string
        try {
          text = isStatement(node) ? dialect.print(node).text : `SELECT ${dialect.printExpr(node).text} FROM users u`
        } catch {
          // What the engine has not is another test's concern.
          continue
        }
        const error = await db.query(`PREPARE golden FROM ${dialect.escape(text)}`).then(
          () => null,
          (failure: { message: string; cause?: { errno?: number } }) => failure,
        )
        if (error === null) prepared += 1
        // Tables and columns of some examples do not exist; everything else must be right.
        else expect([1054, 1146, 1049], `${title}: ${text}: ${error.message}`).toContain(error.cause?.errno)
      }
      expect(prepared).toBeGreaterThan(40)
    })
  })
}
