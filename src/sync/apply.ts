/**
 * Carries out schema changes as one step: all of them or none. What the changes are is computed from the database as it is under the
 * write lock; rows that stand in the way are found before anything changes; what must stay the same is compared before and after.
 * Neighbours: `sync/sync` and `api/query-interface` say what to change, `dialect.printChanges` how.
 */

import type { Result, Statement } from '../connect/driver.js'
import type { ExecOptions } from '../connect/executor.js'
import type { Dialect, Run, SchemaCheck, SchemaStatement } from '../dialect/dialect.js'
import type { Runtime } from '../dialect/runtime.js'
import { BaseError, DatabaseError, ForeignKeyConstraintError, QueryError } from '../errors/index.js'
import type { Change, Hazard } from '../schema/change.js'
import { hazardOf } from '../schema/hazard.js'
import { order } from '../schema/order.js'
import type { Fold, SchemaSnapshot } from '../schema/snapshot.js'
import { exactName } from '../schema/snapshot.js'
import { checkReferences } from './check-references.js'
import { checkRows } from './check-rows.js'

/** What is to change, given the database as it is. Called again under the write lock, when the answer counts. */
export type MakeChanges = (
  run: Run,
) => Promise<{ readonly actual: SchemaSnapshot; readonly changes: readonly Change[] }>

/** What was done, or (`plan: true`) would be. */
export interface SchemaPlan {
  readonly changes: readonly { readonly change: Change; readonly hazard: Hazard }[]
  /** The statements, in order, without the questions that are asked to keep data safe. */
  readonly sql: readonly string[]
}

export const foldOf = (dialect: Dialect): Fold =>
  dialect.traits.caseInsensitiveNames ? (name) => name.toLowerCase() : exactName

const NOTHING: SchemaPlan = Object.freeze({ changes: [], sql: [] })

interface Work {
  readonly plan: SchemaPlan
  readonly changes: readonly Change[]
  readonly actual: SchemaSnapshot
  readonly statements: readonly SchemaStatement[]
}

async function prepare(runtime: Runtime, make: MakeChanges, run: Run): Promise<Work> {
  const { dialect } = runtime
  const fold = foldOf(dialect)
  const { actual, changes: unordered } = await make(run)
  const forwardReferences = dialect.traits.alterColumn === 'rebuild'
  const changes = order(unordered, actual, { forwardReferences, fold })
  if (!forwardReferences) await checkReferences(dialect, changes, actual, run, fold)
  const statements = changes.length === 0 ? [] : dialect.printChanges(changes, actual)
  const plan =
    changes.length === 0
      ? NOTHING
      : {
          changes: changes.map((change) => ({ change, hazard: hazardOf(change, actual, fold) })),
          sql: statements.filter((statement) => !statement.check).map((statement) => statement.text),
        }
  return { plan, changes, actual, statements }
}

const runWith =
  (runtime: Runtime, options: ExecOptions): Run =>
  (statement) =>
    runtime.executor.execute(statement, 'write', options)
const run = (text: string, mode: Statement['mode'] = 'run'): Statement => ({ text, params: [], mode })

/** What would be done; nothing is. */
export async function planChanges(runtime: Runtime, make: MakeChanges, options: ExecOptions = {}): Promise<SchemaPlan> {
  return (await prepare(runtime, make, runWith(runtime, options))).plan
}

/**
 * Carries the changes out. Inside a transaction (given or ambient) they are a part of it, else they have one of their own where the
 * engine's DDL takes part in transactions.
 * @throws NotNullConstraintError, UniqueConstraintError, ForeignKeyConstraintError when rows do not fit; nothing is changed then.
 * @throws QueryError inside a transaction, when a change needs foreign keys to be off and the engine cannot switch them there.
 */
export async function applyChanges(
  runtime: Runtime,
  make: MakeChanges,
  options: ExecOptions = {},
): Promise<SchemaPlan> {
  const { executor, dialect } = runtime
  const current = executor.currentTransaction(options)
  // Each statement that defines commits by itself: no savepoint would outlive the first, and nothing could be taken back.
  if (current && !dialect.traits.transactionalDdl)
    return await applyByStatement(runtime, make, { ...options, transaction: current })
  if (current) {
    return await executor.atomic(options, async (transaction) => {
      const inside = { ...options, transaction }
      await lockSchema(dialect, runWith(runtime, inside))
      const work = await prepare(runtime, make, runWith(runtime, inside))
      if (await areForeignKeysStuck(dialect, runWith(runtime, inside), work.statements))
        throw stuck(dialect, work.changes)
      refuseInside(dialect, work.statements)
      await carryOut(runtime, work, inside)
      return work.plan
    })
  }
  return await executor.withConnection(options, async (connection) => {
    const inside: ExecOptions = { ...options, connection, transaction: null }
    const ask = runWith(runtime, inside)
    if (!dialect.traits.transactionalDdl) return await applyByStatement(runtime, make, inside)
    // Asked without a lock first: most often there is nothing to do.
    const version = await schemaVersion(dialect, ask)
    let work = await prepare(runtime, make, ask)
    while (work.changes.length > 0) {
      const withoutForeignKeys = work.statements.some((statement) => statement.withoutForeignKeys !== undefined)
      const inTransaction = async (): Promise<boolean> =>
        await executor.atomic(inside, async (transaction) => {
          const own: ExecOptions = { ...options, connection: null, transaction }
          const askInside = runWith(runtime, own)
          await lockSchema(dialect, askInside)
          if (version === null || version !== (await schemaVersion(dialect, askInside)))
            work = await prepare(runtime, make, askInside)
          // Somebody else changed the schema in between: begin again with what is needed now.
          if (!withoutForeignKeys && work.statements.some((statement) => statement.withoutForeignKeys !== undefined))
            return false
          await carryOut(runtime, work, own)
          return true
        })
      if (await withForeignKeys(dialect, ask, withoutForeignKeys, inTransaction)) break
    }
    for (const statement of work.statements) if (statement.outsideTransaction) await ask(run(statement.text))
    return work.plan
  })
}

/** Where DDL takes no part in transactions: everything is checked before the first change; one caller at a time. */
async function applyByStatement(runtime: Runtime, make: MakeChanges, options: ExecOptions): Promise<SchemaPlan> {
  const { dialect } = runtime
  const ask = runWith(runtime, options)
  let work = await prepare(runtime, make, ask)
  if (work.changes.length === 0) return work.plan
  await lockSchema(dialect, ask)
  try {
    if (dialect.schemaLock !== undefined) work = await prepare(runtime, make, ask)
    const isOff = work.statements.some((statement) => statement.withoutForeignKeys !== undefined)
    await withForeignKeys(dialect, ask, isOff, () => carryOut(runtime, work, options))
    return work.plan
  } finally {
    if (dialect.schemaUnlock !== undefined) await ask(run(dialect.schemaUnlock, 'rows'))
  }
}

/** Until the transaction ends nobody else computes changes of this schema. */
async function lockSchema(dialect: Dialect, ask: Run): Promise<void> {
  if (dialect.schemaLock !== undefined) await ask(run(dialect.schemaLock, 'rows'))
}

async function schemaVersion(dialect: Dialect, ask: Run): Promise<string | null> {
  return dialect.schemaVersion === undefined
    ? null
    : String((await ask(run(dialect.schemaVersion, 'rows'))).rows[0]?.[0])
}

/** Runs the callback while foreign keys are not enforced, and restores what was before, whatever happens. */
export async function withForeignKeys<T>(
  dialect: Dialect,
  ask: Run,
  off: boolean,
  callback: () => Promise<T>,
): Promise<T> {
  const checks = dialect.foreignKeyChecks
  if (!off || !checks) return await callback()
  const wereOn = Number((await ask(run(checks.read, 'rows'))).rows[0]?.[0]) === 1
  if (!wereOn) return await callback()
  for (const text of checks.off) await ask(run(text))
  try {
    return await callback()
  } finally {
    for (const text of checks.on) await ask(run(text))
  }
}

/** Whether rows of other tables would be touched, because enforcement stays on inside a transaction. */
async function areForeignKeysStuck(
  dialect: Dialect,
  ask: Run,
  statements: readonly SchemaStatement[],
): Promise<boolean> {
  const checks = dialect.foreignKeyChecks
  if (!checks || checks.inTransaction || !statements.some((statement) => statement.withoutForeignKeys === 'needed'))
    return false
  return Number((await ask(run(checks.read, 'rows'))).rows[0]?.[0]) === 1
}

function refuseInside(dialect: Dialect, statements: readonly SchemaStatement[]): void {
  const outside = statements.find((statement) => statement.outsideTransaction)
  if (outside === undefined) return
  throw new QueryError(
    `\`concurrently\` cannot be honoured here: ${dialect.name} cannot run \`${outside.text}\` inside a transaction. Run it outside of the transaction (\`transaction: null\`), or leave \`concurrently\` out. Nothing was changed.`,
  )
}

function stuck(dialect: Dialect, changes: readonly Change[]): QueryError {
  const names = [
    ...new Set(changes.map((change) => (change.kind === 'create-table' ? change.table.table.name : change.table.name))),
  ].join(', ')
  return new QueryError(
    `This change of ${names} needs foreign keys to be off meanwhile (rows that refer to a table that is written anew or dropped would be deleted or unlinked), which ${dialect.name} cannot do inside a transaction. Run it outside of the transaction (\`transaction: null\`); it is atomic by itself.`,
  )
}

async function carryOut(runtime: Runtime, { changes, actual, statements }: Work, options: ExecOptions): Promise<void> {
  const ask = runWith(runtime, options)
  await checkRows(runtime.dialect, changes, actual, ask, foldOf(runtime.dialect))
  const answers = new Map<string, Result['rows'] | null>()
  for (const { text, check, outsideTransaction } of statements) {
    if (check) await compare(text, check, answers, ask)
    else if (!outsideTransaction) await ask(run(text))
  }
}

async function compare(
  text: string,
  check: SchemaCheck,
  answers: Map<string, Result['rows'] | null>,
  ask: Run,
): Promise<void> {
  if (check.phase === 'before') {
    try {
      answers.set(check.key, (await ask(run(text, 'rows'))).rows)
    } catch (error) {
      if (!(error instanceof BaseError)) throw error
      // The question cannot be answered as things are (a foreign key to a table that is not there): nothing to compare with later.
      answers.set(check.key, null)
    }
    return
  }
  const before = answers.get(check.key)
  if (before === null || before === undefined) return
  const { rows } = await ask(run(text, 'rows'))
  if (check.compare === 'same') {
    const [was, is] = [JSON.stringify(before), JSON.stringify(rows)]
    if (was !== is) throw new DatabaseError({ message: `${check.message} (${was} before, ${is} after)`, sql: text })
    return
  }
  const counts = new Map(before.map((row) => [JSON.stringify(row.slice(0, -1)), Number(row[row.length - 1])]))
  const grown = rows.filter((row) => Number(row[row.length - 1]) > (counts.get(JSON.stringify(row.slice(0, -1))) ?? 0))
  if (grown.length > 0)
    throw new ForeignKeyConstraintError({
      message: `${check.message}: ${grown.map((row) => row.join(', ')).join('; ')}.`,
      sql: text,
      table: String(grown[0]![0]),
      reltype: 'parent',
    })
}
