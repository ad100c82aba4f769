/**
 * What a transaction can be asked to be, in Sequelize's words (docs: querying/transactions). Users' options in, frozen settings out;
 * what they mean on an engine is the dialect's `transactions`.
 */
import { checkOptions } from '../base/options.js'
import { QueryError } from '../errors/base.js'
import type { Connection } from './driver.js'
import type { Logging } from './logging.js'
import type { RetryOptions } from './retry.js'
import type { Transaction } from './transaction.js'

/** How much of other transactions' work a transaction sees. */
export enum IsolationLevel {
  READ_UNCOMMITTED = 'READ UNCOMMITTED',
  READ_COMMITTED = 'READ COMMITTED',
  REPEATABLE_READ = 'REPEATABLE READ',
  SERIALIZABLE = 'SERIALIZABLE',
}
/** When a SQLite transaction takes its locks. */
export enum TransactionType {
  DEFERRED = 'DEFERRED',
  IMMEDIATE = 'IMMEDIATE',
  EXCLUSIVE = 'EXCLUSIVE',
}
/** What `sequelize.transaction()` does inside a transaction. */
export enum TransactionNestMode {
  /** The one that is there goes on. */
  reuse = 'reuse',
  /** A part of it that can be undone alone. */
  savepoint = 'savepoint',
  /** One of its own, on another connection. */
  separate = 'separate',
}

/** When deferrable constraints are checked: `DEFERRED` at the end of the transaction. `constraints`: names; none means all. */
export interface ConstraintCheckingMode {
  readonly mode: 'DEFERRED' | 'IMMEDIATE'
  readonly constraints: readonly string[]
}
type NamedMode = ConstraintCheckingMode & ((constraints?: readonly string[]) => ConstraintCheckingMode)
const checking = (mode: ConstraintCheckingMode['mode']): NamedMode =>
  Object.assign(
    (constraints: readonly string[] = []): ConstraintCheckingMode =>
      Object.freeze({ mode, constraints: Object.freeze([...constraints]) }),
    {
      mode,
      constraints: Object.freeze([]) as readonly string[],
    },
  )
/** `ConstraintChecking.DEFERRED`, or for some constraints only: `ConstraintChecking.DEFERRED(['profiles_user_id'])`. */
export const ConstraintChecking = Object.freeze({ DEFERRED: checking('DEFERRED'), IMMEDIATE: checking('IMMEDIATE') })

export interface TransactionOptions {
  /** Default: that of the Sequelize instance, else the database's. */
  isolationLevel?: `${IsolationLevel}` | null
  /** SQLite. Default: `DEFERRED`. */
  type?: `${TransactionType}` | null
  /** The database refuses to write. Default false. */
  readOnly?: boolean
  constraintChecking?: ConstraintCheckingMode | 'DEFERRED' | 'IMMEDIATE' | null
  /** Default: that of the Sequelize instance, else `reuse`. */
  nestMode?: `${TransactionNestMode}`
  /** The transaction around this one. Default: the current one; `null`: none. */
  transaction?: Transaction | null
  /** Runs the transaction on this connection, which the caller has by `withConnection`. */
  connection?: Connection | null
  /**
   * Runs the whole transaction again when it failed because of others (deadlock, serialization, busy database). Default: never.
   * Inside another transaction there is nothing that could be run again alone: there the option of the outermost one counts.
   */
  retry?: RetryOptions | null
  /** Aborted: the statement that runs is stopped, no other begins, everything is rolled back, and the call rejects with `AbortError`. */
  signal?: AbortSignal
  logging?: Logging
  benchmark?: boolean
  logQueryParameters?: boolean
}

/** Settings of a transaction as the dialect is told them. */
export interface TransactionSettings {
  readonly isolationLevel: IsolationLevel | null
  readonly type: TransactionType | null
  readonly readOnly: boolean
  readonly constraintChecking: ConstraintCheckingMode | null
}

/** How an engine begins and ends transactions. Part of a dialect. */
export interface TransactionSyntax {
  /** Statements that begin one. Throws `UnsupportedFeatureError` for settings that the engine does not have. */
  begin(settings: TransactionSettings): readonly string[]
  /** Statements after the end that take settings of the connection back. */
  after(settings: TransactionSettings): readonly string[]
  readonly commit: string
  readonly rollback: string
  savepoint(name: string): string
  /** Null: savepoints end with their transaction. */
  release(name: string): string | null
  rollbackTo(name: string): string
  /** A statement that sets the level of the running transaction; throws where that is impossible. */
  isolation(level: IsolationLevel): readonly string[]
  constraints(mode: ConstraintCheckingMode): readonly string[]
  /** A statement that fails ends the transaction, or the savepoint around it (PostgreSQL): it cannot be tried again alone. Default false. */
  readonly abortsOnError?: boolean
  /** COMMIT has failed, everything is undone, and the connection is as it was before BEGIN. Default: nobody knows. */
  wasUndone?(error: unknown): boolean
  /** The engine ended the transaction by itself, so that there is nothing left to roll back. */
  hasEnded(error: unknown): boolean
}

const NAMES: ReadonlySet<string> = new Set([
  'isolationLevel',
  'type',
  'readOnly',
  'constraintChecking',
  'nestMode',
  'transaction',
  'connection',
  'retry',
  'signal',
  'logging',
  'benchmark',
  'logQueryParameters',
  // Sequelize 6 takes these too; they change nothing.
  'autocommit',
  'prepare',
  'deferrable',
])

function oneOf<T extends string>(name: string, value: unknown, values: readonly T[]): T | null {
  if (value === undefined || value === null) return null
  const found = values.find((candidate) => candidate === value)
  if (found === undefined)
    throw new QueryError(
      `The transaction option \`${name}\` must be one of ${values.map((candidate) => `'${candidate}'`).join(', ')}, got ${String(value)}.`,
    )
  return found
}

/** Reads the option, or v6's `deferrable` in its place. */
function checkingOf(given: unknown): ConstraintCheckingMode | null {
  if (given === undefined || given === null) return null
  if (given === 'DEFERRED' || given === 'IMMEDIATE') return ConstraintChecking[given]
  const { mode, constraints } = given as { mode?: unknown; constraints?: unknown }
  if ((mode === 'DEFERRED' || mode === 'IMMEDIATE') && (constraints === undefined || Array.isArray(constraints)))
    return { mode, constraints: (constraints as string[] | undefined) ?? [] }
  throw new QueryError(
    'The transaction option `constraintChecking` must be ConstraintChecking.DEFERRED or ConstraintChecking.IMMEDIATE.',
  )
}

/** Throws `QueryError` for unknown options and values. */
export function transactionSettings(
  options: TransactionOptions,
  defaults: Partial<TransactionSettings>,
): TransactionSettings {
  checkOptions(options, NAMES, 'sequelize.transaction()')
  return Object.freeze({
    isolationLevel:
      oneOf('isolationLevel', options.isolationLevel, Object.values(IsolationLevel)) ?? defaults.isolationLevel ?? null,
    type: oneOf('type', options.type, Object.values(TransactionType)) ?? defaults.type ?? null,
    readOnly: options.readOnly ?? false,
    constraintChecking: checkingOf(options.constraintChecking ?? (options as { deferrable?: unknown }).deferrable),
  })
}

export function nestModeOf(options: TransactionOptions, fallback: `${TransactionNestMode}`): TransactionNestMode {
  return oneOf('nestMode', options.nestMode, Object.values(TransactionNestMode)) ?? TransactionNestMode[fallback]
}

/** A nested transaction cannot be otherwise than the one around it. */
export function assertCompatible(options: TransactionOptions, parent: TransactionSettings): void {
  for (const name of ['isolationLevel', 'type', 'readOnly'] as const) {
    const wanted = options[name]
    if (wanted === undefined || wanted === null || wanted === parent[name]) continue
    throw new QueryError(
      `The transaction around this one has ${name} ${parent[name] === null ? 'of its default' : `'${String(parent[name])}'`}; \`${name}: ${String(wanted)}\` is possible only with nestMode 'separate'.`,
    )
  }
}
