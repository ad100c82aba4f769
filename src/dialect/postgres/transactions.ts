/** How PostgreSQL begins and ends transactions, and what of Sequelize's transaction options it has. */
import type { ConstraintCheckingMode, IsolationLevel, TransactionSyntax } from '../../connect/transaction-options.js'
import { quoteIdentifier } from './text.js'

/** What COMMIT of a transaction fails with that the server has rolled back (`driver`). */
export const UNDONE = '40000'

const isolation = (level: IsolationLevel): readonly string[] => [`SET TRANSACTION ISOLATION LEVEL ${level}`]

function constraints({ mode, constraints: names }: ConstraintCheckingMode): readonly string[] {
  // A name may be that of a schema's constraint.
  const list = names.map((name) => name.split('.').map(quoteIdentifier).join('.')).join(', ')
  return [`SET CONSTRAINTS ${list || 'ALL'} ${mode}`]
}

export const postgresTransactions: TransactionSyntax = {
  // `type` is SQLite's and says when locks are taken; PostgreSQL locks rows as it comes to them.
  begin: ({ isolationLevel, readOnly, constraintChecking }) => [
    `BEGIN${isolationLevel === null ? '' : ` ISOLATION LEVEL ${isolationLevel}`}${readOnly ? ' READ ONLY' : ''}`,
    ...(constraintChecking === null ? [] : constraints(constraintChecking)),
  ],
  after: () => [],
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  savepoint: (name) => `SAVEPOINT ${quoteIdentifier(name)}`,
  release: (name) => `RELEASE SAVEPOINT ${quoteIdentifier(name)}`,
  rollbackTo: (name) => `ROLLBACK TO SAVEPOINT ${quoteIdentifier(name)}`,
  isolation,
  constraints,
  abortsOnError: true,
  wasUndone: (error) => error instanceof Error && (error.cause as { code?: unknown } | undefined)?.code === UNDONE,
  // The server undoes the work of a connection that is lost; 25P01: there is no transaction any more.
  hasEnded: (error) => {
    if (!(error instanceof Error)) return false
    const code = (error.cause as { code?: unknown } | undefined)?.code
    return error.name === 'SequelizeConnectionLostError' || code === '25P01' || code === '3B001'
  },
}
