// The golden statements of PostgreSQL, each prepared on a real server: what names of the examples do not exist is forgiven, nothing else.
import { expect, test } from 'vitest'
import { resolveDialect } from '../../../src/dialect/registry.js'
import { GOLDEN, isStatement } from '../../golden/statements.js'
import { describeEngine } from '../../support/databases.js'

const TABLES = [
  'CREATE TABLE users (id serial PRIMARY KEY, user_name text, a text UNIQUE, b text, n int, x int, meta jsonb, at timestamptz)',
  'CREATE TABLE profiles (id serial PRIMARY KEY, user_id int)',
  'CREATE TABLE one (n int)',
]
/** Unknown table, column, schema, function or operator for the types of the examples; a parameter of which nothing says the type. */
const FORGIVEN = new Set(['42P01', '42703', '3F000', '42883', '42P18', '42804', '42725', '22P02', '42846'])

describeEngine('postgres', 'golden statements', (engine) => {
  test('each is understood', async () => {
    const db = engine.script(await engine.connect())
    for (const text of TABLES) await db.query(text)
    const dialect = resolveDialect('postgres')
    let [prepared, known] = [0, 0]
    for (const [title, { node }] of Object.entries(GOLDEN)) {
      let text: string
      try {
        text = isStatement(node) ? dialect.print(node).text : `SELECT ${dialect.printExpr(node).text} FROM users AS u`
      } catch {
        continue
      }
      prepared += 1
      const outcome = await db.query(`PREPARE p${prepared} AS ${text}`).then(
        () => 'known',
        (error: { cause?: { code?: string } }) => error.cause?.code ?? String(error),
      )
      if (outcome === 'known') known += 1
      else expect(FORGIVEN, `${title}: ${text}: ${outcome}`).toContain(outcome)
    }
    expect(prepared).toBeGreaterThan(50)
    expect(known).toBeGreaterThan(prepared / 2)
  })
})
