/** How SQLite begins and ends transactions, and what of Sequelize's transaction options it has. */

import type { ConstraintCheckingMode, TransactionSyntax } from '../../connect/transaction-options.js'
import { IsolationLevel } from '../../connect/transaction-options.js'
import { UnsupportedFeatureError } from '../../errors/base.js'
import { quoteIdentifier } from './text.js'

function isolation(level: IsolationLevel): readonly string[] {
  switch (level) {
    // For connections that share a cache.
    case IsolationLevel.READ_UNCOMMITTED:
      return ['PRAGMA read_uncommitted = ON']
    // SQLite's transactions are serializable whatever is asked (isolation.html), which is all that the other levels promise and more.
    default:
      return []
  }
}

function constraints({ mode, constraints: names }: ConstraintCheckingMode): readonly string[] {
  if (names.length > 0) {
    throw new UnsupportedFeatureError(
      `\`constraintChecking\` for single constraints (${names.join(', ')}) is not available on SQLite: it defers all foreign keys or none. Use ConstraintChecking.${mode} without names.`,
    )
  }
  // Ends with the transaction by itself (pragma.html#pragma_defer_foreign_keys).
  return [`PRAGMA defer_foreign_keys = ${mode === 'DEFERRED' ? 'ON' : 'OFF'}`]
}

export const sqliteTransactions: TransactionSyntax = {
  begin: ({ type, isolationLevel, readOnly, constraintChecking }) => [
    ...(isolationLevel === null ? [] : isolation(isolationLevel)),
    `BEGIN ${type ?? 'DEFERRED'} TRANSACTION`,
    ...(constraintChecking === null ? [] : constraints(constraintChecking)),
    ...(readOnly ? ['PRAGMA query_only = ON'] : []),
  ],
  after: ({ isolationLevel, readOnly }) => [
    ...(readOnly ? ['PRAGMA query_only = OFF'] : []),
    ...(isolationLevel === IsolationLevel.READ_UNCOMMITTED ? ['PRAGMA read_uncommitted = OFF'] : []),
  ],
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  savepoint: (name) => `SAVEPOINT ${quoteIdentifier(name)}`,
  release: (name) => `RELEASE SAVEPOINT ${quoteIdentifier(name)}`,
  rollbackTo: (name) => `ROLLBACK TO SAVEPOINT ${quoteIdentifier(name)}`,
  isolation,
  constraints,
  // A full disk, a failing one and `ON CONFLICT ROLLBACK` end a transaction without being asked (lang_transaction.html, section 3).
  hasEnded: (error) => error instanceof Error && /no transaction is active|no such savepoint/.test(error.message),
}
