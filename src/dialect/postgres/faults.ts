/**
 * PostgreSQL's errors in the words of `errors/`: what the driver threw in, the class that describes it out, with the statement and the
 * driver's error as `cause`. Told apart by SQLSTATE (appendix "PostgreSQL Error Codes"), never by words: servers speak many languages.
 */
import type { Statement } from '../../connect/driver.js'
import { BaseError } from '../../errors/base.js'
import type { ConnectionError as AnyConnectionError, DatabaseErrorOptions } from '../../errors/database.js'
import {
  AccessDeniedError,
  CheckConstraintError,
  ConnectionError,
  ConnectionLostError,
  ConnectionRefusedError,
  ConnectionTimedOutError,
  DatabaseError,
  DeadlockError,
  ExclusionConstraintError,
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
import { isLoss } from './driver.js'

/** What the server says of an error besides its message. */
interface PgError extends Error {
  readonly code?: string
  readonly detail?: string
  readonly hint?: string
  readonly schema?: string
  readonly table?: string
  readonly column?: string
  readonly constraint?: string
  readonly dataType?: string
}
type Make = (error: PgError, options: DatabaseErrorOptions, statement: Statement) => Error

const CONSTRAINTS: Readonly<Record<string, Make>> = {
  '23505': (error, _options, statement) => uniqueError(error, statement),
  '23503': foreignKeyError,
  // RESTRICT where the row itself is deleted or changed.
  '23001': foreignKeyError,
  '23502': ({ table, column }, options) =>
    new NotNullConstraintError({ ...options, table, fields: column === undefined ? [] : [column] }),
  '23514': ({ table, constraint }, options) => new CheckConstraintError({ ...options, table, constraint }),
  '23P01': (error, options) =>
    new ExclusionConstraintError({
      ...options,
      table: error.table,
      constraint: error.constraint,
      fields: [...(keyOf(error)?.columns ?? [])],
    }),
  '40001': (_error, options) => new SerializationError(options),
  '40P01': (_error, options) => new DeadlockError(options),
  '25006': (_error, options) => new ReadOnlyError(options),
  '57014': (_error, options) => new TimeoutError(options),
  '55P03': (_error, options) => new TimeoutError(options),
  '25P03': (_error, options) => new TimeoutError(options),
  '42P01': (_error, options) => new UnknownTableError(options),
  '42703': (_error, options) => new UnknownColumnError(options),
  '42704': unknownObject,
  '25P02': (error, options) =>
    new DatabaseError({
      ...options,
      message: `${error.message}. An earlier statement of this transaction failed and its error was caught: PostgreSQL takes no more statements until the transaction, or the savepoint around the failed one, is rolled back (nestMode: 'savepoint').`,
    }),
  '42601': (error, options) =>
    new DatabaseError(
      /multiple commands/.test(error.message)
        ? {
            ...options,
            message:
              'The SQL holds several statements. Send them one at a time: only SQL without parameters and results may hold several.',
          }
        : options,
    ),
}

type ConnectionClass = new (cause: Error) => AnyConnectionError
const CONNECTING: Readonly<Record<string, ConnectionClass>> = {
  ECONNREFUSED: ConnectionRefusedError,
  // Starting up, shutting down, too many clients.
  '57P03': ConnectionRefusedError,
  '53300': ConnectionRefusedError,
  ENOENT: ConnectionRefusedError,
  ENOTFOUND: HostNotFoundError,
  EAI_AGAIN: HostNotFoundError,
  EHOSTUNREACH: HostNotReachableError,
  ENETUNREACH: HostNotReachableError,
  EINVAL: InvalidConnectionError,
  '3D000': InvalidConnectionError,
  '28000': AccessDeniedError,
  '28P01': AccessDeniedError,
  ETIMEDOUT: ConnectionTimedOutError,
}

export function translateError(error: unknown, statement: Statement | null): Error {
  if (error instanceof BaseError) return error
  if (!(error instanceof Error)) return new DatabaseError({ message: String(error), cause: error, ...of(statement) })
  const given = error as PgError
  if (statement === null) return connectionError(given)
  if (isLoss(error))
    return new ConnectionLostError(`The connection to the server was lost: ${error.message}`, {
      cause: error,
      isUndone: isUndone(given),
    })
  const options = { cause: error, ...of(statement) }
  const make = CONSTRAINTS[given.code ?? '']
  return make === undefined ? new DatabaseError(options) : make(given, options, statement)
}

const of = (statement: Statement | null): { readonly sql?: string; readonly parameters?: readonly unknown[] } =>
  statement === null ? {} : { sql: statement.text, parameters: statement.params }

/** A server that ends a session (57P01) takes back what the session was doing; a client that is closed has sent nothing. */
const isUndone = ({ code, message }: PgError): boolean =>
  code === '57P01' ||
  /^(?:Client was closed|Client has encountered a connection error) and is not queryable/.test(message)

function connectionError(error: PgError): Error {
  // Several addresses of one host were tried.
  const first = (error as { readonly errors?: readonly PgError[] }).errors?.[0]
  const cause = error.message === '' && first ? first : error
  const Class = CONNECTING[cause.code ?? error.code ?? '']
  if (Class) return new Class(cause)
  const pooled = fromPooler(cause)
  if (pooled !== null) return new pooled(cause)
  if (/timeout expired/.test(cause.message)) return new ConnectionTimedOutError(cause)
  // Nothing had been asked of the server yet.
  if (isLoss(cause)) return new ConnectionLostError(cause, { isUndone: true })
  if (/password must be a string|no password/i.test(cause.message)) return new AccessDeniedError(cause)
  return new ConnectionError(cause)
}

/** PgBouncer says everything with one code, and not in many languages. */
function fromPooler({ code, message }: PgError): ConnectionClass | null {
  if (code !== '08P01') return null
  if (/authentication failed|no such user/.test(message)) return AccessDeniedError
  if (/no such database/.test(message)) return InvalidConnectionError
  return /no more connections allowed|pgbouncer is shutting down/.test(message) ? ConnectionRefusedError : null
}

/** `Key (email, tenant)=(x, 1) already exists.` → its columns. Quoted names stand in quotes; expressions are none. */
function keyOf({ detail }: PgError): { readonly columns: readonly string[] } | null {
  const match = /\((.*?)\)=\(/s.exec(detail ?? '')
  if (!match) return null
  const columns: string[] = []
  for (const part of match[1]!.matchAll(/"((?:[^"]|"")*)"|([^,"]+)/g)) {
    const name = part[1]?.replaceAll('""', '"') ?? part[2]!.trim()
    if (name === '') continue
    if (part[1] === undefined && !/^[\p{L}_][\p{L}\p{N}_$]*$/u.test(name)) return { columns: [] }
    columns.push(name)
  }
  return { columns }
}

function uniqueError(cause: PgError, statement: Statement): UniqueConstraintError {
  const columns = keyOf(cause)?.columns ?? []
  return new UniqueConstraintError({
    cause,
    sql: statement.text,
    table: cause.table ?? null,
    constraint: cause.constraint ?? null,
    fields: Object.fromEntries(columns.map((name) => [name, undefined])),
    errors: columns.map(
      (name) => new ValidationErrorItem(`${name} must be unique`, 'unique violation', name, null, null, 'not_unique'),
    ),
  })
}

function foreignKeyError(error: PgError, options: DatabaseErrorOptions, { text }: Statement): Error {
  const target = /^\s*(INSERT|UPDATE|DELETE)(?: INTO| FROM)? (?:"(?:[^"]|"")+"\.)?"((?:[^"]|"")+)"/i.exec(text)
  const command = target?.[1]?.toUpperCase()
  const table = target?.[2]?.replaceAll('""', '"') ?? null
  // The server names the table that has the key. Where that is another one than the statement's, rows there still refer to this one.
  const isChild = command === 'DELETE' || (command === 'UPDATE' && table !== error.table)
  return new ForeignKeyConstraintError({
    ...options,
    table: isChild ? table : (error.table ?? table),
    constraint: error.constraint,
    fields: isChild ? [] : [...(keyOf(error)?.columns ?? [])],
    reltype: command === undefined ? null : isChild ? 'child' : 'parent',
  })
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  geometry: 'postgis',
  geography: 'postgis',
  hstore: 'hstore',
  citext: 'citext',
}

/** A constraint, a type, a collation … that is not there. */
function unknownObject(error: PgError, options: DatabaseErrorOptions, { text }: Statement): Error {
  const dropped = /\bDROP CONSTRAINT (?:IF EXISTS )?"((?:[^"]|"")+)"/i.exec(text)
  if (dropped)
    return new UnknownConstraintError({
      ...options,
      constraint: dropped[1]!.replaceAll('""', '"'),
      table: /^\s*ALTER TABLE (?:"(?:[^"]|"")+"\.)?"((?:[^"]|"")+)"/i.exec(text)?.[1]?.replaceAll('""', '"') ?? null,
    })
  const type = Object.keys(EXTENSIONS).find((name) => new RegExp(`"${name}\\b`, 'i').test(error.message))
  return new DatabaseError(
    type === undefined
      ? options
      : {
          ...options,
          message: `${error.message}: it comes with an extension of PostgreSQL. Run CREATE EXTENSION "${EXTENSIONS[type]}" once in this database${EXTENSIONS[type] === 'postgis' ? ' (PostGIS has to be installed on the server)' : ''}.`,
        },
  )
}
