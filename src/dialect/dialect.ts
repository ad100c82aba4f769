/**
 * What a dialect is: a value with a name, traits (plain data that the rest asks), print tables, types, introspection, faults and a
 * driver. Nothing outside `dialect/` asks for the name; it asks for a trait.
 */
import type { Connection, Driver, Result, Statement } from '../connect/driver.js'
import type { PoolPlan } from '../connect/executor.js'
import type { TransactionSyntax } from '../connect/transaction-options.js'
import type { Change } from '../schema/change.js'
import type { ForeignKeySnapshot, SchemaSnapshot, TableSnapshot } from '../schema/snapshot.js'
import type { Expr } from '../sql/expr.js'
import type { QueryNode, TableName, UnionNode, WithNode } from '../sql/query.js'
import type { DataType, TypeCodec } from '../types/data-type.js'

export interface Traits {
  /** `statement`: INSERT/UPDATE/DELETE … RETURNING; `insert-delete` (MariaDB); `none`. */
  readonly returning: 'statement' | 'insert-delete' | 'none'
  /**
   * Statements that write may stand in a WITH; those that read what others return come after them. Tables may be unfit for it, and the error
   * says so. Absent: the engine has no such.
   */
  readonly writesInWith?: { isRefused(error: unknown): boolean }
  /** Rows of one INSERT of many, besides the usual 250: larger numbers, the largest first. Default none. */
  readonly rowsPerInsert?: readonly number[]
  /** Connections may tell the keys of an INSERT without being asked (`Connection.tellsKeys`). Default false. */
  readonly tellsKeys?: boolean
  readonly schemas: boolean
  readonly savepoints: boolean
  /** Word after BEGIN that takes the write lock at once (`IMMEDIATE`), or null. */
  readonly beginImmediate: string | null
  readonly rowLocks: boolean
  /** Statements that are sent on one connection without waiting for the answers before them are one round trip. Default false. */
  readonly pipelines?: boolean
  /** A row of a group shows columns that are grouped by and those of tables whose primary key is, and no others. Default false. */
  readonly groupsShowGrouped?: boolean
  readonly skipLocked: boolean
  readonly isolationLevels: boolean
  readonly defaultKeyword: boolean
  readonly rightJoin: boolean
  readonly lateral: boolean
  readonly nullsOrdering: 'keyword' | 'emulated'
  /** Where nothing is said, NULLs are ordered behind every value; else before. Default false. */
  readonly nullsAreLargest?: boolean
  /**
   * How JSON is put in order by its value: as the SQL value that it is (`->>` keeps numbers), as JSONB, or, where JSON is text, numbers by
   * themselves. Absent: as it stands.
   */
  readonly jsonOrder?: 'value' | 'jsonb' | 'numbers apart'
  readonly conflictClause: 'on-conflict' | 'on-duplicate-key'
  readonly updateLimit: boolean
  readonly deferrableConstraints: boolean
  readonly partialIndexes: boolean
  /** Unique indexes may have a condition. Default: as `partialIndexes`. */
  readonly partialUniqueIndexes?: boolean
  readonly expressionIndexes: boolean
  /** The engine adds an index to a foreign key by itself. */
  readonly implicitForeignKeyIndex: boolean
  readonly alterColumn: 'statement' | 'rebuild'
  readonly maxIdentifierLength: number
  readonly maxParameters: number
  readonly comments: boolean
  readonly truncate: 'statement' | 'delete'
  readonly referencedKeyMustBeUnique: boolean
  readonly setDefaultAction: boolean
  readonly arrays: boolean
  readonly json: boolean
  readonly iLike: 'keyword' | 'like' | 'lower'
  readonly regexp: boolean
  readonly indexHints: boolean
  readonly generatedUuid: readonly ('v1' | 'v4' | 'v7')[]
  /** SQL of a random number from 0 up to 1. Default: `RANDOM()`. */
  readonly random?: string
  /** Names of tables and columns that differ only in case are the same. Default false. */
  readonly caseInsensitiveNames?: boolean
  /** A schema is a database of the server: others than the connection's may belong to other programs. Default false. */
  readonly schemasAreDatabases?: boolean
  /** Schemas of the engine's own, which are never listed. */
  readonly systemSchemas?: readonly string[]
  /** Searching with a lock locks what is not there, too: two who look for a missing row and then insert it block each other. Default false. */
  readonly gapLocks?: boolean
  /** Values of the type JSON are equal or not; false: only those of JSONB. Default true. */
  readonly jsonEquality?: boolean
  /** Tables without a schema are looked for along a path of schemas, which a statement may have of its own. Default false. */
  readonly searchPath?: boolean
  /** Enums are types of their own, with members that can be added without touching the tables. Default false. */
  readonly enumTypes?: boolean
  /** DDL takes part in transactions. Default false. */
  readonly transactionalDdl?: boolean
}

/** Text of a statement and the values in the order of its placeholders, each with the codec that converts it. */
export interface Printed {
  readonly text: string
  readonly params: readonly { readonly value: unknown; readonly type: DataType | null }[]
}

/** How the schema rooms reach the database: raw statements on one connection, in whatever transaction the caller holds. */
export type Run = (statement: Statement) => Promise<Result>

export interface Dialect {
  readonly name: string
  readonly traits: Traits
  /** v7's `dialect.supports` table, truthful. */
  readonly supports: Readonly<Record<string, unknown>>
  readonly identifierDelimiter: { readonly left: string; readonly right: string }
  readonly defaultSchema: string
  /** Whose SQL it speaks, for query builders; absent: of none that they know. */
  readonly family?: 'sqlite' | 'postgres' | 'mysql'
  readonly minimumDatabaseVersion: string
  readonly driver: Driver

  quoteIdentifier(name: string): string
  quoteTable(table: TableName): string
  /** Text as SQL text, for the `escape` of data types. */
  escapeString(value: string): string
  /** A value as SQL text: for DDL defaults, `sequelize.escape` and replacements. Never used on the query path. */
  escape(value: unknown, type?: DataType | null): string
  print(node: QueryNode | UnionNode | WithNode): Printed
  printExpr(expr: Expr): Printed
  /** SQL of an expression with its values written out, for DDL (defaults, partial indexes, checks). */
  printInline(expr: Expr): string
  /** The type by which a value in a user's SQL travels, where the engine must be told; null: by what stands around it. */
  typeOfLoose?(value: unknown): DataType | null
  /** Conversions and SQL name of a type on this engine; throws `UnsupportedFeatureError` naming the type. Cached per type. */
  codec(type: DataType): TypeCodec

  /** The picture of the tables named (all when omitted) as the database has them. */
  introspect(run: Run, tables?: readonly TableName[]): Promise<SchemaSnapshot>
  /** `asked`: names that the caller compares with; a server that folds the case of names (MySQL family) answers by those. */
  listTables(run: Run, schema?: string, asked?: readonly string[]): Promise<readonly TableName[]>
  /** Brings a snapshot into the form in which this engine would report it (types, defaults, implied indexes). */
  canonical(snapshot: SchemaSnapshot): SchemaSnapshot
  /**
   * The statements of a list of changes, in order. Where the engine cannot alter (SQLite), the changes of one table become one rebuild;
   * `actual` is the picture before, so that a rebuild knows what is there.
   */
  printChanges(changes: readonly Change[], actual: SchemaSnapshot): readonly SchemaStatement[]
  /** Original driver error → the class of `errors/` that describes it. */
  translateError(error: unknown, statement: Statement | null): Error
  /** Whether it was refused because a group shows a column that its rows need not agree in. */
  saysUngrouped?(error: unknown): boolean
  databaseVersion(run: Run): Promise<string>
  /** A table in the shape of Sequelize's `describeTable`, by column name. */
  describeTable?(table: TableSnapshot): Record<string, ColumnDescription>
  /** Null or absent: enforcement cannot be switched off. */
  readonly foreignKeyChecks?: ForeignKeyChecks | null
  /** Asks for a value that changes whenever the schema does: what was read before the write lock need not be read again under it. */
  readonly schemaVersion?: string
  /** Keeps others from changing the schema until the transaction ends, where `beginImmediate` does not. */
  readonly schemaLock?: string
  /** Ends the lock, where the end of the transaction does not. */
  readonly schemaUnlock?: string
  /**
   * Throws where the engine would refuse a foreign key because of the columns that it refers to. Asked before the first change, where DDL takes
   * no part in transactions.
   */
  checkForeignKey?(run: Run, foreignKey: ForeignKeySnapshot): Promise<void>
  /** Makes a table's counter begin anew, where `truncate` is a DELETE. */
  restartCounter?(table: TableName): string
  /** Answers with one value: does this server refuse to write (a replica)? Tells the primary from the others where several are given. */
  readonly readOnlyQuery?: string
  /**
   * Locks that the driver does not wait for, or only by stopping the whole process: the executor asks again until the time is over.
   * Absent: the driver waits.
   */
  readonly lockWait?: LockWait
  /** How the engine is asked what it would do for a SELECT; absent: it cannot be asked. */
  readonly explain?: ExplainSyntax
  /** How databases of the server are made, dropped and listed; absent where a database is none of a server's. */
  readonly databases?: DatabaseSyntax
  /** Functions, triggers and types of enums, for the query interface; absent where it does not make them. */
  readonly routines?: RoutineSyntax
  /** Called once on each new connection (session settings, e.g. `PRAGMA foreign_keys`). */
  prepareConnection(
    connection: Connection,
    options: Readonly<Record<string, unknown>>,
    role?: 'read' | 'write',
  ): void | Promise<void>
  readonly transactions: TransactionSyntax
  /** How many connections may do what, given the connection options. Default: `pooled`. */
  poolPlan?(options: Readonly<Record<string, unknown>>): PoolPlan
  /** Why reads cannot share connections made with these options (`pool.pipelining`); null: they can. Asked where `traits.pipelines` is true. */
  refusesPipelining?(options: Readonly<Record<string, unknown>>): string | null
  /** Connection options that this dialect knows; others throw. */
  readonly connectionOptions: readonly string[]
  parseUrl(url: string): Readonly<Record<string, unknown>>
}

/** What `queryInterface.describeTable` says of a column. */
export interface ColumnDescription {
  readonly type: string
  readonly allowNull: boolean
  readonly defaultValue: unknown
  readonly primaryKey: boolean
  readonly unique: boolean
  readonly autoIncrement: boolean
  readonly comment: string | null
  readonly references?: { readonly table: string; readonly key: string }
  /** Members of an enum, where the engine has it as a type of its own. */
  readonly special?: readonly string[]
}

/** A statement of `printChanges`. */
export interface SchemaStatement {
  readonly text: string
  /** Cannot run inside a transaction (`CREATE INDEX CONCURRENTLY`). */
  readonly outsideTransaction?: boolean
  /**
   * Foreign keys are not enforced meanwhile. `needed`: a table goes and comes back, and the rows of its children must not notice.
   * `better`: nobody refers to the table; only rows that violate its own keys already would be in the way. See `Dialect.foreignKeyChecks`.
   */
  readonly withoutForeignKeys?: 'needed' | 'better'
  /** Not DDL but a question whose answers before and after are compared; a difference undoes everything. */
  readonly check?: SchemaCheck
}

export interface SchemaCheck {
  /** The question; asked once with phase `before`, once with `after`. */
  readonly key: string
  readonly phase: 'before' | 'after'
  /** `same`: equal rows. `no-more`: rows end with a count, which must not have grown for the same beginning. */
  readonly compare: 'same' | 'no-more'
  /** What the user is told; the rows that differ are appended. */
  readonly message: string
}

export interface LockWait {
  /** A statement of its own that failed because of somebody else's lock, and changed nothing. */
  isBusy(error: unknown): boolean
  /** Milliseconds to wait in all. */
  timeout(connectionOptions: Readonly<Record<string, unknown>>): number
}

export interface ExplainSyntax {
  /** Words in front of the statement. `analyze`: it is run and measured; null: not on this engine. */
  readonly plain: string
  readonly analyze: string | null
  /** What is shown to the caller: JSON where the engine has it, else lines of text. */
  read(rows: readonly (readonly unknown[])[], analyze: boolean): unknown
}

export interface DatabaseSyntax {
  /** Options by Sequelize's names (`charset`, `collate`, `encoding` …). Throws for those that the engine does not have. */
  create(name: string, options: Readonly<Record<string, unknown>>): string
  drop(name: string, options: Readonly<Record<string, unknown>>): string
  /** Answers with the names of the databases that are users' own, one a row. */
  readonly list: string
}

/** A parameter of a function: `{ type: 'integer', name: 'n', direction: 'IN' }`. */
export interface FunctionParam {
  readonly type: string
  readonly name?: string
  readonly direction?: string
}
export interface FunctionVariable {
  readonly type: string
  readonly name: string
  readonly default?: unknown
}
export interface FunctionDescription {
  readonly name: string
  readonly params: readonly FunctionParam[]
  readonly returns: string
  readonly language: string
  readonly body: string
  readonly options: readonly string[]
  readonly orReplace: boolean
  readonly variables: readonly FunctionVariable[]
}
export interface TriggerDescription {
  readonly table: TableName
  readonly name: string
  /** before, after, instead_of, after_constraint. */
  readonly timing: string
  /** As the user gave them: `{ insert: true, update: ['name'] }`. */
  readonly events: unknown
  readonly functionName: string
  readonly args: readonly unknown[]
  readonly options: readonly string[]
}
/** SQL of functions, triggers and types of enums. Throws `QueryError` for what cannot be. */
export interface RoutineSyntax {
  createFunction(description: FunctionDescription): string
  dropFunction(name: string, params: readonly FunctionParam[]): string
  renameFunction(name: string, params: readonly FunctionParam[], to: string): string
  createTrigger(description: TriggerDescription): string
  dropTrigger(table: TableName, name: string): string
  renameTrigger(table: TableName, name: string, to: string): string
  /** Name of the type that the enum of a column has. */
  enumName(table: TableName, column: string): string
  /** Answers with schema, name and members. Schema null: the first of the search path. */
  listEnums(schema: string | null, name: string | null): string
  dropEnum(name: TableName, ifExists: boolean): string
}

/** How enforcement of foreign keys is switched, for one connection. */
export interface ForeignKeyChecks {
  /** Answers with one value, 1 or 0: are they enforced now? */
  readonly read: string
  readonly off: readonly string[]
  readonly on: readonly string[]
  /** False: switching has no effect inside a transaction (SQLite). */
  readonly inTransaction: boolean
}
