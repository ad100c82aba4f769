/**
 * The errors of MySQL and MariaDB in the words of `errors/`: what a driver threw in, the class that describes it out, with the statement
 * and the driver's error as `cause`. Both drivers carry the server's number and message; columns and names are read from the message, whose
 * wording is the server's (mysql: "Server Error Message Reference"; mariadb.com/kb/en/mariadb-error-codes).
 */
import type { Statement } from '../../connect/driver.js'
import { BaseError } from '../../errors/base.js'
import {
  AccessDeniedError,
  CheckConstraintError,
  ConnectionError,
  ConnectionLostError,
  ConnectionRefusedError,
  ConnectionTimedOutError,
  DatabaseError,
  DeadlockError,
  ForeignKeyConstraintError,
  HostNotFoundError,
  HostNotReachableError,
  InvalidConnectionError,
  NotNullConstraintError,
  ReadOnlyError,
  SerializationError,
  TimeoutError,
  UnknownColumnError,
  UnknownConstraintError,
  UnknownTableError,
} from '../../errors/database.js'
import { UniqueConstraintError, ValidationErrorItem } from '../../errors/validation.js'
import { codeOf, errnoOf, isDetached, isLost, messageOf, saysLost } from './errno.js'

/** The driver knew that the connection was gone before it sent anything. */
const UNSENT: ReadonlySet<string> = new Set([
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'PROTOCOL_ENQUEUE_AFTER_QUIT',
  'ER_CMD_CONNECTION_CLOSED',
  'ER_CONNECTION_ALREADY_CLOSED',
])

/** ER_WRONG_FIELD_WITH_GROUP: ONLY_FULL_GROUP_BY is on, and the column does not follow from the group. */
export const saysUngrouped = (error: unknown): boolean =>
  error instanceof DatabaseError && error.cause instanceof Error && errnoOf(error.cause) === 1055

export function translateError(error: unknown, statement: Statement | null): Error {
  if (error instanceof BaseError) return error
  if (!(error instanceof Error)) return new DatabaseError({ message: String(error), cause: error, ...of(statement) })
  const message = messageOf(error)
  if (statement === null) return connectionError(error, message)
  if (isLost(error))
    return new ConnectionLostError(`The connection to the database was lost: ${message}`, {
      cause: error,
      isUndone: UNSENT.has(codeOf(error)) || isDetached(error),
    })
  const options = { cause: error, message, ...of(statement) }
  switch (errnoOf(error)) {
    case 1022:
    case 1062:
    case 1169:
    case 1586:
      return uniqueError(error, message, statement)
    case 1216:
    case 1217:
    case 1451:
    case 1452:
      return foreignKeyError(error, message, statement)
    case 1048:
    case 1364:
    case 1263:
      return new NotNullConstraintError({
        ...options,
        table: targetOf(statement.text),
        fields: quoted(message).slice(0, 1),
      })
    case 3819:
    case 4025: {
      const [constraint] = quoted(message)
      return new CheckConstraintError({
        ...options,
        // MariaDB names it with database and table: CONSTRAINT `age_positive` failed for `test`.`users`.
        table: message.match(/ failed for (?:`[^`]*`\.)?`([^`]*)`/)?.[1] ?? targetOf(statement.text),
        constraint: constraint?.split('.').pop() ?? null,
      })
    }
    case 1205:
    case 3572:
    case 1969:
    case 3024:
    case 1317:
      return new TimeoutError(options)
    case 1290:
      return /read-only|read_only/.test(message) ? new ReadOnlyError(options) : new DatabaseError(options)
    case 1792:
    case 1836:
      return new ReadOnlyError(options)
    case 1213:
    case 1614:
      return new DeadlockError(options)
    case 1020:
      return new DeadlockError(options)
    // Group Replication: another server has committed a change of the same rows.
    case 3101:
      return new SerializationError(options)
    // Or its change is about to be carried out here: a deadlock (149) that shows at COMMIT.
    case 1180:
      return /\berror 149\b/.test(message) ? new DeadlockError(options) : new DatabaseError(options)
    case 1051:
    case 1109:
    case 1146:
      return new UnknownTableError(options)
    case 1054:
    case 1072:
      return new UnknownColumnError(options)
    case 1091:
    case 3821:
    case 3940:
      return new UnknownConstraintError({
        ...options,
        table: targetOf(statement.text),
        constraint: quoted(message)[0] ?? null,
      })
  }
  return new DatabaseError(options)
}

const of = (statement: Statement | null): { readonly sql?: string; readonly parameters?: readonly unknown[] } =>
  statement === null ? {} : { sql: statement.text, parameters: statement.params }

function connectionError(error: Error, message: string): ConnectionError {
  const options = { cause: error }
  // A driver wraps what the socket said.
  const code = codeOf(error.cause ?? {}) || codeOf(error)
  switch (errnoOf(error)) {
    case 1044:
    case 1045:
    case 1698:
    case 1049:
    case 1130:
      return errnoOf(error) === 1049
        ? new InvalidConnectionError(message, options)
        : new AccessDeniedError(message, options)
    case 1040:
    case 1203:
      return new ConnectionError(message, options)
  }
  for (const word of [code, message]) {
    if (word.includes('ECONNREFUSED')) return new ConnectionRefusedError(message, options)
    if (word.includes('ENOTFOUND') || word.includes('EAI_AGAIN')) return new HostNotFoundError(message, options)
    if (word.includes('EHOSTUNREACH') || word.includes('ENETUNREACH'))
      return new HostNotReachableError(message, options)
    if (word.includes('EINVAL')) return new InvalidConnectionError(message, options)
    if (word.includes('ETIMEDOUT') || word.includes('ER_CONNECTION_TIMEOUT'))
      return new ConnectionTimedOutError(message, options)
  }
  // Nothing had been asked of the server yet.
  if (saysLost(error)) return new ConnectionLostError(message, { ...options, isUndone: true })
  return new ConnectionError(message, options)
}

/** The words in quotes of a message. */
const quoted = (message: string): string[] => [...message.matchAll(/['`]([^'`]*)['`]/g)].map((match) => match[1]!)

/**
 * `Duplicate entry 'a@b.c-3' for key 'users.users_email_tenant_unique'`. The columns are not told, only the key: its model knows them
 * (`write/faults`), and the primary key's are known by its name.
 */
function uniqueError(cause: Error, message: string, statement: Statement): UniqueConstraintError {
  const [, value = null, key = null] =
    /^Duplicate entry '([\s\S]*)' for key '([\s\S]*)'$/.exec(message) ??
    /^Duplicate entry '([\s\S]*)' for key/.exec(message) ??
    []
  // MySQL says `table.key`, MariaDB the key alone; both may contain dots.
  const table = targetOf(statement.text)
  const constraint =
    key !== null && table !== null && key.startsWith(`${table}.`)
      ? key.slice(table.length + 1)
      : (key?.split('.').pop() ?? null)
  return new UniqueConstraintError({
    cause,
    message: 'Validation error',
    sql: statement.text,
    table,
    constraint,
    fields: constraint === null ? {} : { [constraint]: value },
    errors:
      constraint === null
        ? []
        : [
            new ValidationErrorItem(
              `${constraint} must be unique`,
              'unique violation',
              constraint,
              value,
              null,
              'not_unique',
            ),
          ],
  })
}

/** `Cannot add or update a child row: a foreign key constraint fails (`db`.`tasks`, CONSTRAINT `tasks_fk` FOREIGN KEY (`userId`) REFERENCES `users` (`id`) …)`. */
function foreignKeyError(cause: Error, message: string, statement: Statement): ForeignKeyConstraintError {
  const errno = errnoOf(cause)
  const match = /\(`[^`]*`\.`((?:[^`]|``)*)`, CONSTRAINT `((?:[^`]|``)*)` FOREIGN KEY \(([^)]*)\)/.exec(message)
  const isChild = errno === 1451 || errno === 1217
  const owner = match?.[1]?.replaceAll('``', '`') ?? null
  // Of a row that others refer to, its own table is told, as on the other engines; the constraint names the other one.
  const target = targetOf(statement.text)
  return new ForeignKeyConstraintError({
    cause,
    message,
    ...of(statement),
    table: isChild ? (target ?? owner) : (owner ?? target),
    constraint: match?.[2]?.replaceAll('``', '`') ?? null,
    fields: match && !isChild ? quoted(match[3]!) : [],
    reltype: isChild ? 'child' : 'parent',
  })
}

/** The table that a statement writes to, where it says so in our own quotes. */
function targetOf(statement: string): string | null {
  const match =
    /^\s*(?:INSERT(?: IGNORE)?|UPDATE|DELETE|ALTER TABLE|REPLACE)(?: INTO| FROM)? (?:`(?:[^`]|``)+`\.)?`((?:[^`]|``)+)`/i.exec(
      statement,
    )
  return match?.[1]?.replaceAll('``', '`') ?? null
}
