/**
 * SQLite's errors in the words of `errors/`: what a driver threw in, the class that describes it out, with the statement and the driver's
 * error as `cause`. The drivers name the result code differently; the messages are SQLite's own (and part of its tested interface).
 */
import type { Statement } from '../../connect/driver.js'
import { BaseError } from '../../errors/base.js'
import {
  CheckConstraintError,
  ConnectionError,
  DatabaseError,
  ForeignKeyConstraintError,
  NotNullConstraintError,
  ReadOnlyError,
  TimeoutError,
  UnknownColumnError,
  UnknownTableError,
} from '../../errors/database.js'
import { UniqueConstraintError, ValidationErrorItem } from '../../errors/validation.js'

/** Extended result codes (rescode.html); node:sqlite gives the number, better-sqlite3 the name. */
const CODES: Readonly<Record<number, string>> = {
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  261: 'SQLITE_BUSY_RECOVERY',
  262: 'SQLITE_LOCKED_SHAREDCACHE',
  275: 'SQLITE_CONSTRAINT_CHECK',
  517: 'SQLITE_BUSY_SNAPSHOT',
  773: 'SQLITE_BUSY_TIMEOUT',
  787: 'SQLITE_CONSTRAINT_FOREIGNKEY',
  1299: 'SQLITE_CONSTRAINT_NOTNULL',
  1555: 'SQLITE_CONSTRAINT_PRIMARYKEY',
  1811: 'SQLITE_CONSTRAINT_TRIGGER',
  2067: 'SQLITE_CONSTRAINT_UNIQUE',
  2579: 'SQLITE_CONSTRAINT_ROWID',
}

function codeOf(error: Error): string {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown }
  if (typeof errcode === 'number') return CODES[errcode] ?? CODES[errcode & 0xff] ?? 'SQLITE_ERROR'
  return typeof code === 'string' ? code : ''
}

/** Another connection holds the lock. Not `BUSY_SNAPSHOT`: what this transaction has read is out of date, and waiting does not help. */
export const isBusy = (error: unknown): boolean =>
  error instanceof Error && /^SQLITE_BUSY(?!_SNAPSHOT)/.test(codeOf(error))

export function translateError(error: unknown, statement: Statement | null): Error {
  if (error instanceof BaseError) return error
  if (!(error instanceof Error)) return new DatabaseError({ message: String(error), cause: error, ...of(statement) })
  if (statement === null) return new ConnectionError(error)
  const { message } = error
  const options = { cause: error, ...of(statement) }
  switch (codeOf(error)) {
    case 'SQLITE_CONSTRAINT_UNIQUE':
    case 'SQLITE_CONSTRAINT_PRIMARYKEY':
    case 'SQLITE_CONSTRAINT_ROWID':
      return uniqueError(error, statement)
    case 'SQLITE_CONSTRAINT_FOREIGNKEY':
    case 'SQLITE_CONSTRAINT_TRIGGER': {
      // RESTRICT is carried out as a trigger; other triggers raise what they like.
      if (!message.startsWith('FOREIGN KEY')) return new DatabaseError(options)
      const { command, table } = targetOf(statement.text)
      return new ForeignKeyConstraintError({
        ...options,
        table,
        reltype: command === null ? null : command === 'DELETE' ? 'child' : 'parent',
      })
    }
    case 'SQLITE_CONSTRAINT_NOTNULL': {
      const [column] = columnsOf(message)
      return new NotNullConstraintError({ ...options, table: column?.table, fields: column ? [column.name] : [] })
    }
    case 'SQLITE_CONSTRAINT_CHECK':
      return new CheckConstraintError({
        ...options,
        table: targetOf(statement.text).table,
        constraint: afterColon(message),
      })
    case 'SQLITE_BUSY':
    case 'SQLITE_BUSY_SNAPSHOT':
    case 'SQLITE_BUSY_RECOVERY':
    case 'SQLITE_BUSY_TIMEOUT':
    case 'SQLITE_LOCKED':
    case 'SQLITE_LOCKED_SHAREDCACHE':
      return new TimeoutError({
        ...options,
        message: `${message}: another connection holds the lock longer than the busy timeout allows.`,
      })
  }
  if (message.includes('attempt to write a readonly database')) return new ReadOnlyError(options)
  if (/^no such table\b/.test(message)) return new UnknownTableError(options)
  if (/^no such column\b| has no column named /.test(message)) return new UnknownColumnError(options)
  if (message.startsWith('foreign key mismatch')) {
    return new DatabaseError({
      ...options,
      message: `${message}: the columns that the foreign key refers to must be the primary key or have a unique index.`,
    })
  }
  if (message.includes('contains more than one statement')) {
    return new DatabaseError({
      ...options,
      message:
        'The SQL holds several statements. Send them one at a time: only SQL without parameters and results may hold several.',
    })
  }
  return new DatabaseError(options)
}

const of = (statement: Statement | null): { readonly sql?: string; readonly parameters?: readonly unknown[] } =>
  statement === null ? {} : { sql: statement.text, parameters: statement.params }

const afterColon = (message: string): string | null => {
  const at = message.indexOf(': ')
  return at < 0 ? null : message.slice(at + 2)
}

/** `UNIQUE constraint failed: users.email, users.tenant` → tables and columns. A table of a schema has a point in its name. */
function columnsOf(message: string): readonly { readonly table: string; readonly name: string }[] {
  return (afterColon(message) ?? '').split(', ').flatMap((part) => {
    const point = part.lastIndexOf('.')
    return point < 0 ? [] : [{ table: part.slice(0, point), name: part.slice(point + 1) }]
  })
}

function uniqueError(cause: Error, statement: Statement): UniqueConstraintError {
  // An index on expressions is named instead of columns: UNIQUE constraint failed: index 'users_lower_email'.
  const constraint = /: index '(.*)'$/s.exec(cause.message)?.[1] ?? null
  const columns = constraint === null ? columnsOf(cause.message) : []
  return new UniqueConstraintError({
    cause,
    sql: statement.text,
    table: columns[0]?.table ?? targetOf(statement.text).table,
    constraint,
    fields: Object.fromEntries(columns.map(({ name }) => [name, undefined])),
    errors: columns.map(
      ({ name }) =>
        new ValidationErrorItem(`${name} must be unique`, 'unique violation', name, null, null, 'not_unique'),
    ),
  })
}

/** The table that a statement writes to, where it says so in our own quotes. */
function targetOf(text: string): { readonly command: string | null; readonly table: string | null } {
  const match = /^\s*(INSERT|UPDATE|DELETE)(?: INTO| FROM)? `((?:[^`]|``)+)`/i.exec(text)
  return { command: match?.[1]?.toUpperCase() ?? null, table: match?.[2]?.replaceAll('``', '`') ?? null }
}
