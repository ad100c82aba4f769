/** Random schemas on a real SQLite: a database of picture a, altered to picture b, is b; rows stay; a second run finds nothing to do. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonical } from '../../src/dialect/sqlite/canonical.js'
import { introspect } from '../../src/dialect/sqlite/introspect.js'
import type { Change } from '../../src/schema/change.js'
import type { DiffOptions } from '../../src/schema/diff.js'
import { diff } from '../../src/schema/diff.js'
import { order } from '../../src/schema/order.js'
import type { SchemaSnapshot } from '../../src/schema/snapshot.js'
import { schemas } from '../support/schemas.js'
import { lower, quote, SqliteSchema } from '../support/sqlite-schema.js'

const ROWS = 3

async function changesTo(
  sqlite: SqliteSchema,
  desired: SchemaSnapshot,
  options: DiffOptions,
): Promise<readonly Change[]> {
  const actual = await introspect(sqlite.run)
  return order(diff(actual, canonical(desired), { ...options, fold: lower }), actual, {
    forwardReferences: true,
    fold: lower,
  })
}

function fill(sqlite: SqliteSchema, schema: SchemaSnapshot): void {
  sqlite.db.pragma('foreign_keys = OFF')
  for (const table of schema.tables) {
    const names = table.columns.map((column) => quote(column.name)).join(', ')
    for (let row = 1; row <= ROWS; row += 1)
      sqlite.db.exec(
        `INSERT INTO ${quote(table.table.name)} (${names}) VALUES (${table.columns.map(() => row).join(', ')})`,
      )
  }
  sqlite.db.pragma('foreign_keys = ON')
}

/** Changes that rows would rightly prevent: a required column without a value, a unique key or a reference that a default cannot meet. */
function isRefused(changes: readonly Change[]): boolean {
  const added = changes.flatMap((change) => (change.kind === 'add-column' ? [change.column] : []))
  const needsValues = changes.some(
    (change) => change.kind === 'add-foreign-key' || (change.kind === 'create-index' && change.index.unique),
  )
  const created = new Set(
    changes.flatMap((change) => (change.kind === 'create-table' ? [change.table.table.name] : [])),
  )
  if (
    changes.some((change) => change.kind === 'add-foreign-key' && created.has(change.foreignKey.references.table.name))
  )
    return true
  return added.some((column) => (column.default === null ? !column.nullable : needsValues))
}

describe('schema changes on SQLite', () => {
  it('what was created is what is found', async () => {
    await fc.assert(
      fc.asyncProperty(schemas, async (schema) => {
        const sqlite = new SqliteSchema()
        await sqlite.apply(await changesTo(sqlite, schema, {}))
        expect(await changesTo(sqlite, schema, { dropColumns: true, dropConstraints: true })).toEqual([])
        sqlite.db.close()
      }),
      { numRuns: 100 },
    )
  }, 60_000)

  it('altered from a to b, the database is b and its rows are there', async () => {
    await fc.assert(
      fc.asyncProperty(schemas, schemas, fc.boolean(), async (a, b, consent) => {
        const sqlite = new SqliteSchema()
        try {
          await sqlite.apply(await changesTo(sqlite, a, {}))
          fill(sqlite, a)
          const options = { dropColumns: consent, dropConstraints: consent }
          const changes = await changesTo(sqlite, b, options)
          fc.pre(!isRefused(changes))
          await sqlite.apply(changes)
          expect(await changesTo(sqlite, b, options)).toEqual([])
          for (const table of a.tables)
            expect(
              sqlite.db
                .prepare(`SELECT count(*) FROM ${quote(table.table.name)}`)
                .pluck()
                .get(),
            ).toBe(ROWS)
        } finally {
          sqlite.db.close()
        }
      }),
      { numRuns: 200 },
    )
  }, 60_000)
})
