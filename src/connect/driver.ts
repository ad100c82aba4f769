/**
 * What Mortise asks of a database driver. Rows come by position (column names once, arrays of values), because the row reader of a
 * plan knows each position. A synchronous driver returns plain values; callers `await` either.
 */

/** A statement that is ready to be sent. `name` is stable for a text, for engines that prepare by name. */
export interface Statement {
  readonly text: string
  readonly params: readonly unknown[]
  /** `rows`: the statement answers with rows (SELECT, RETURNING, PRAGMA). `run`: only counts matter. `script`: several statements, no parameters. */
  readonly mode: 'rows' | 'run' | 'script'
  readonly name?: string
  /** At most one row is there or wanted: the driver may stop after it. */
  readonly single?: boolean
  /** Whose statement it is, for traces and for errors that name who holds a connection. */
  readonly origin?: Origin
  /** Integers beyond 2^53 may come: they are read without loss, as text. Drivers that see it by themselves need no hint. */
  readonly wide?: boolean
  /** An INSERT that leaves the keys of its rows to the database and does not ask for them, for connections that can tell them (`tellsKeys`). */
  readonly generates?: Generates
  /**
   * Reads rows and does nothing else: no locks, no SQL of the program's own, no function that could do more. With `pool.pipelining` others may
   * be sent behind it.
   */
  readonly isPlainRead?: boolean
  /** Schemas in which this statement alone looks for tables, where the engine has the trait `searchPath`. */
  readonly searchPath?: readonly string[]
}

export interface Generates {
  readonly table: string
  readonly rows: number
  /** The same INSERT, answering with the keys as rows. */
  readonly asking: string
}

export interface Origin {
  /** Name of the model. */
  readonly model: string
}
const origins = new WeakMap<object, Origin>()
/** The origin of a model's statements, made once per definition. */
export function originOf(definition: { readonly modelName: string }): Origin {
  let origin = origins.get(definition)
  if (origin === undefined) {
    origin = Object.freeze({ model: definition.modelName })
    origins.set(definition, origin)
  }
  return origin
}

export interface Result {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
  /** Rows inserted, updated or deleted. */
  readonly affectedRows: number
  /** Key of the row inserted, where the engine tells it (SQLite, MySQL family); of several rows the first. */
  readonly lastInsertId: number | bigint | string | null
  /** How far the keys are apart that one statement generates. Default 1. */
  readonly keyStep?: number
  /** What the server warns of, where the connection was asked to tell (`showWarnings`). Logged with the statement. */
  readonly warnings?: readonly string[]
}

export interface RowStream {
  readonly columns: readonly string[]
  readonly rows: Iterable<readonly unknown[]> | AsyncIterable<readonly unknown[]>
  /** The next rows, as far as they are there already, `most` of them at most: they need not be asked for one by one. */
  arrived?(most: number): readonly (readonly unknown[])[]
}

export interface Connection {
  /** Unique within the process; for logs and for errors that name the holder. */
  readonly id: number
  execute(statement: Statement): Result | Promise<Result>
  /**
   * Rows one by one, for streams. The connection is the caller's until the last row, or until the caller stops (`break`, `return()`); it
   * is as it was before afterwards, within a transaction or outside of one.
   */
  iterate?(statement: Statement, options?: { readonly batchSize?: number }): RowStream | Promise<RowStream>
  close(): void | Promise<void>
  /**
   * Has the server stop the statement that runs, which then fails. Resolves when the server has been told. Rejects when that is impossible;
   * the connection is of no use then. Absent: the driver is synchronous, or cannot.
   */
  cancel?(): Promise<void>
  /** The driver answers at once (`execute` returns no promise). */
  readonly isSynchronous?: boolean
  /** Keys that one INSERT of so many rows generates in the table are a series, of which `lastInsertId` is the first. Absent: nobody knows. */
  tellsKeys?(table: string, rows: number): boolean
  /** What is sent before the last statement has answered travels behind it, and is carried out after it, in one flight. */
  readonly pipelines?: boolean
  /**
   * The same of statements without parameters alone (BEGIN, SAVEPOINT), and what travels behind one that fails is carried out nonetheless: so
   * it must be of no harm then.
   */
  readonly leads?: boolean
  /** False once the connection is known to be lost. */
  readonly isOpen: boolean
  /** The driver's own object, for hooks (`afterConnect`) and for programs that need it. */
  readonly native: unknown
}

export interface Driver {
  readonly name: string
  connect(options: Readonly<Record<string, unknown>>): Connection | Promise<Connection>
}
