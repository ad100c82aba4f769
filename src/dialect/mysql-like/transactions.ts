/** How MySQL and MariaDB begin and end transactions, and what of Sequelize's transaction options they have. */
import type { ConstraintCheckingMode, IsolationLevel, TransactionSyntax } from '../../connect/transaction-options.js'
import { UnsupportedFeatureError } from '../../errors/base.js'
import { errnoOf } from './errno.js'
import { quoteIdentifier } from './text.js'

function constraints({ mode }: ConstraintCheckingMode): readonly string[] {
  throw new UnsupportedFeatureError(
    `\`constraintChecking\` (ConstraintChecking.${mode}) is not available on MySQL and MariaDB, which check every constraint at once. Leave it out.`,
  )
}

/** `engine`: as messages show it. */
export const transactionsOf = (engine: string): TransactionSyntax => ({
  begin: ({ type, isolationLevel, readOnly, constraintChecking }) => {
    if (constraintChecking !== null) constraints(constraintChecking)
    if (type !== null && type !== 'DEFERRED')
      throw new UnsupportedFeatureError(
        `The transaction option \`type: '${type}'\` is SQLite's and not available on ${engine}. Leave it out; for locks see the finders' option \`lock\`.`,
      )
    return [
      // Without SESSION or GLOBAL: for the next transaction only.
      ...(isolationLevel === null ? [] : [`SET TRANSACTION ISOLATION LEVEL ${isolationLevel}`]),
      readOnly ? 'START TRANSACTION READ ONLY' : 'BEGIN',
    ]
  },
  after: () => [],
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  savepoint: (name) => `SAVEPOINT ${quoteIdentifier(name)}`,
  release: (name) => `RELEASE SAVEPOINT ${quoteIdentifier(name)}`,
  rollbackTo: (name) => `ROLLBACK TO SAVEPOINT ${quoteIdentifier(name)}`,
  isolation: (level: IsolationLevel) => {
    throw new UnsupportedFeatureError(
      `The isolation level of a transaction that runs cannot be changed on ${engine}. Begin it with { isolationLevel: '${level}' }.`,
    )
  },
  constraints,
  // A deadlock ends the whole transaction, savepoints with it; DDL commits it.
  hasEnded: (error) => errnoOf(error) === 1305,
})
