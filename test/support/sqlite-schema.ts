/** SQLite as the schema rooms see it, without an executor: a `Run` on an in-memory database, and changes applied as `sync/apply` applies them. */
import Database from 'better-sqlite3'
import type { Result } from '../../src/connect/driver.js'
import type { Run, SchemaStatement } from '../../src/dialect/dialect.js'
import { introspect } from '../../src/dialect/sqlite/introspect.js'
import { printChanges, sqliteWords } from '../../src/dialect/sqlite/rebuild.js'
import type { Change } from '../../src/schema/change.js'

export const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``
export const words = sqliteWords(quote)
export const lower = (name: string): string => name.toLowerCase()

export class SqliteSchema {
  readonly db: Database.Database = new Database(':memory:')

  run: Run = async ({ text, params }): Promise<Result> => {
    const statement = this.db.prepare(text)
    const rows = statement.reader ? (statement.raw(true).all(...params) as unknown[][]) : []
    if (!statement.reader) statement.run(...params)
    return { columns: [], rows, affectedRows: 0, lastInsertId: null }
  }

  /** Applies the changes and answers with the statements sent, checks left out. */
  async apply(changes: readonly Change[]): Promise<readonly string[]> {
    const statements = printChanges(changes, await introspect(this.run), words)
    if (statements.some((statement) => statement.withoutForeignKeys)) this.db.pragma('foreign_keys = OFF')
    this.db.exec('BEGIN IMMEDIATE')
    try {
      const answers = new Map<string, string>()
      for (const statement of statements) this.step(statement, answers)
      this.db.exec('COMMIT')
    } catch (error) {
      this.db.exec('ROLLBACK')
      throw error
    } finally {
      this.db.pragma('legacy_alter_table = OFF')
      this.db.pragma('foreign_keys = ON')
    }
    return statements.filter((statement) => !statement.check).map((statement) => statement.text)
  }

  private step({ text, check }: SchemaStatement, answers: Map<string, string>): void {
    if (!check) {
      this.db.exec(text)
      return
    }
    const answer = JSON.stringify(this.db.prepare(text).raw(true).all())
    if (check.phase === 'before') answers.set(check.key, answer)
    else if (answers.get(check.key) !== answer) throw new Error(`${check.message}: ${answer}`)
  }
}
