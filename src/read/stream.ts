/**
 * Rows of a find, a batch at a time: `for await (const user of User.stream({ include }))`. To-ones are joined, to-manys are read by keys for
 * each batch, so memory does not grow with the number of rows.
 *
 * Two ways lead there. One statement whose rows come as they are wanted, on a connection that is held until the end; or a statement for
 * each batch, which begins behind the last row of the one before. The second is taken where holding a connection would be in the way of
 * what the loop does: inside a transaction, and on engines whose readers keep writers out. Neighbours: `read/keyset`, `read/find`.
 */
import { refuseAborted } from '../connect/abort.js'
import type { Connection, Result, RowStream, Statement } from '../connect/driver.js'
import type { ExecOptions } from '../connect/executor.js'
import type { Transaction } from '../connect/transaction.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError } from '../errors/base.js'
import type { ModelClass } from '../model/definition.js'
import { show } from '../types/data-type.js'
import { afterFind, beforeFind, contextFor, read } from './find.js'
import type { PlaceOfRow } from './keyset.js'
import { keysetOf, requestFrom } from './keyset.js'
import type { FindInput } from './options.js'
import { branchesBelow, planFor, routeOf, statementOf } from './plan.js'
import type { FindRequest } from './request.js'
import { normaliseFind } from './request.js'
import { ECHO } from './row-shape.js'
import { loadQueries } from './separate.js'
import { defaultStrategy } from './strategy.js'

const BATCH_SIZE = 500
const REFUSED = ['plain', 'rejectOnEmpty'] as const

/**
 * Options: those of `findAll`, and `batchSize`. Nothing is sent before the first row is asked for; leaving the loop early ends the
 * statement and gives the connection back. The transaction is the one in which `stream` was called.
 */
export function stream(runtime: Runtime, model: ModelClass, given: FindInput = {}): AsyncGenerator<unknown, void> {
  const call = `${model.name}.stream()`
  const { batchSize = BATCH_SIZE, ...options } = given
  if (!Number.isSafeInteger(batchSize) || (batchSize as number) < 1)
    throw new QueryError(`${call}: batchSize is a whole number from 1, got ${show(batchSize)}.`)
  for (const name of REFUSED) {
    if (options[name] !== undefined && options[name] !== null && options[name] !== false)
      throw new QueryError(`${call} does not take ${name}: rows come one by one, as many as there are.`)
  }
  const transaction = runtime.executor.currentTransaction(options)
  return new InTurn(
    batches({ runtime, model, call, size: batchSize as number, transaction }, { ...options, transaction }),
  )
}

/** The items of batches one by one. An async generator would wait several times for each of them. */
class InTurn implements AsyncGenerator<unknown, void> {
  readonly #batches: AsyncGenerator<unknown[], void>
  #batch: readonly unknown[] = []
  #at = 0
  /** The batch that is on its way: who asks meanwhile stands in line. */
  #coming: Promise<unknown> | null = null

  constructor(batches: AsyncGenerator<unknown[], void>) {
    this.#batches = batches
  }

  next(): Promise<IteratorResult<unknown, void>> {
    if (this.#coming === null && this.#at < this.#batch.length)
      return Promise.resolve({ value: this.#batch[this.#at++], done: false })
    const before = this.#coming ?? Promise.resolve()
    const next = before.then(() => this.#advance())
    const coming = next
      .catch(() => {})
      .finally(() => {
        if (this.#coming === coming) this.#coming = null
      })
    this.#coming = coming
    return next
  }
  async return(value?: void | PromiseLike<void>): Promise<IteratorResult<unknown, void>> {
    await this.#coming
    this.#batch = []
    await this.#batches.return()
    return { value: await value, done: true }
  }
  async throw(error: unknown): Promise<IteratorResult<unknown, void>> {
    await this.return()
    throw error
  }
  [Symbol.asyncIterator](): this {
    return this
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  async #advance(): Promise<IteratorResult<unknown, void>> {
    while (this.#at >= this.#batch.length) {
      const found = await this.#batches.next()
      if (found.done === true) return { value: undefined, done: true }
      this.#batch = found.value
      this.#at = 0
    }
    return { value: this.#batch[this.#at++], done: false }
  }
}

interface Stream {
  readonly runtime: Runtime
  readonly model: ModelClass
  readonly call: string
  readonly size: number
  readonly transaction: Transaction | null
}

async function* batches(from: Stream, given: FindInput): AsyncGenerator<unknown[], void> {
  const { runtime, model, transaction } = from
  const written = await beforeFind(model, given)
  const options = withStrategy(runtime, model, written)
  const request = normaliseFind(runtime, model, options)
  const holds =
    !joinsMany(request) &&
    transaction === null &&
    options.connection === undefined &&
    request.lock === null &&
    runtime.executor.pool.read.maxSize > 1
  const found =
    holds && runtime.dialect.traits.rowLocks
      ? streamed(from, request)
      : hasKeyset(request)
        ? keyed(from, options, request)
        : holds
          ? streamed(from, request)
          : atOnce(from, request)
  for await (const batch of found) {
    await afterFind(model, batch, options)
    yield batch
  }
}

/** Where nobody says how includes are read, those of to-manys have queries of their own. */
const withStrategy = (runtime: Runtime, model: ModelClass, options: FindInput): FindInput =>
  defaultStrategy(runtime, model, options).from === null ? { ...options, strategy: 'auto' } : options

const joinsMany = ({ root, mode }: FindRequest): boolean =>
  mode === 'instances' &&
  branchesBelow(root).some((branch) => branch.strategy === 'join' && branch.association!.cardinality === 'many')

/** Each row has a place of its own: not groups, not different values, and not the rows of a to-many beside their parent. */
const hasKeyset = ({ root, group, distinct, mode }: FindRequest): boolean =>
  root.definition.shape.primaryKey.length > 0 &&
  group.length === 0 &&
  !distinct &&
  (mode === 'instances' || !branchesBelow(root).some((branch) => branch.association!.cardinality === 'many'))

// ---------------------------------------------------------------- a statement for each batch
async function* keyed(
  { runtime, model, call, size }: Stream,
  options: FindInput,
  first: FindRequest,
): AsyncGenerator<unknown[], void> {
  // The database counts `limit`, where it is no number.
  const total = options.limit === undefined || options.limit === null ? Number.POSITIVE_INFINITY : Number(options.limit)
  if (Number.isNaN(total)) {
    yield* atOnce({ runtime, model, call, size, transaction: null }, first)
    return
  }
  let left = total
  let place: PlaceOfRow | null = null
  while (left > 0) {
    refuseAborted(options.signal as AbortSignal | undefined, call)
    const wanted = Math.min(size, left)
    const { offset, ...rest } = options
    const part: FindInput = { ...rest, limit: wanted, ...(place === null ? { offset } : {}) }
    const found = await read(requestFrom(keysetOf(normaliseFind(runtime, model, part), call), place))
    if (found.items.length > 0) yield found.items
    if (found.items.length < wanted) return
    left -= wanted
    place = found.keyed.get(ECHO)!.keys.at(-1)!
  }
}

/** Where neither way is open: all rows are read, and handed out in batches. */
async function* atOnce({ size }: Stream, request: FindRequest): AsyncGenerator<unknown[], void> {
  const found = await read(request)
  for (let at = 0; at < found.items.length; at += size) yield found.items.slice(at, at + size)
}

// ---------------------------------------------------------------- one statement
async function* streamed(from: Stream, request: FindRequest): AsyncGenerator<unknown[], void> {
  const route = routeOf(request)
  // A parent that comes twice is noticed only when both rows are there: the database chooses at once.
  const plan = planFor(request, route.needsExact || route.loose.length > 0, route)
  for await (const { rows, columns } of streamRows(
    from.runtime,
    statementOf(plan, request.values),
    request.exec,
    from.size,
  )) {
    const found = plan.read(rows, contextFor(request, { rows, columns }))
    await loadQueries(request, found, read)
    yield found.items
  }
}

type Row = readonly unknown[]
export interface Batch {
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
}

/** Rows of a statement as they come, on a connection of their own, which is given back at the end or when the loop is left. */
export async function* streamRows(
  runtime: Runtime,
  statement: Statement,
  exec: ExecOptions,
  size: number,
): AsyncGenerator<Batch, void> {
  const { signal } = exec
  const borrowed = await borrow(runtime, exec)
  let cancelling: Promise<void> | undefined
  const cancel = (): void => {
    cancelling = borrowed.connection.cancel?.().catch(() => {})
  }
  /** Nothing is sent any more before the server has heard it: a late cancellation would hit what the connection does next. */
  const stopIfAborted = async (): Promise<void> => {
    if (signal?.aborted !== true) return
    await cancelling
    refuseAborted(signal, statement.text)
  }
  try {
    const opened = await open(runtime, borrowed.connection, statement, exec, size)
    signal?.addEventListener('abort', cancel)
    let rows: Row[] = []
    for await (const row of opened.rows) {
      rows.push(row)
      const more = opened.arrived?.(size - rows.length) ?? []
      if (more.length > 0) rows = [...rows, ...more]
      if (rows.length < size) continue
      await stopIfAborted()
      yield { columns: opened.columns, rows }
      // The loop may have aborted meanwhile.
      await stopIfAborted()
      rows = []
    }
    refuseAborted(signal, statement.text)
    if (rows.length > 0) yield { columns: opened.columns, rows }
  } catch (error) {
    refuseAborted(signal, statement.text)
    throw error
  } finally {
    signal?.removeEventListener('abort', cancel)
    await cancelling
    await borrowed.giveBack()
  }
}

/** Opens the stream by way of the executor, as if it were an ordinary statement: it is logged, observed, and its errors are translated. */
async function open(
  { executor, dialect }: Runtime,
  connection: Connection,
  statement: Statement,
  exec: ExecOptions,
  batchSize: number,
): Promise<RowStream> {
  let opened: RowStream | null = null
  const take = (stream: RowStream): Result => {
    opened = stream
    return { columns: stream.columns, rows: [], affectedRows: 0, lastInsertId: null }
  }
  const door: Connection = {
    id: connection.id,
    execute: (sent) => {
      if (connection.iterate === undefined)
        throw new QueryError(`The driver of ${dialect.name} cannot hand out rows one by one.`)
      const stream = connection.iterate(sent, { batchSize })
      return stream instanceof Promise ? stream.then(take) : take(stream)
    },
    close: () => connection.close(),
    ...(connection.cancel === undefined ? {} : { cancel: () => connection.cancel!() }),
    get isOpen() {
      return connection.isOpen
    },
    get native() {
      return connection.native
    },
  }
  const { transaction: _outside, ...options } = exec
  await executor.execute({ ...statement, single: false }, 'read', { ...options, connection: door })
  return opened!
}

interface Borrowed {
  readonly connection: Connection
  giveBack(): Promise<void>
}

/** A connection of the pool for as long as it takes. */
async function borrow({ executor }: Runtime, { useMaster, signal }: ExecOptions): Promise<Borrowed> {
  let end: () => void = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  return await new Promise<Borrowed>((resolve, reject) => {
    const use = executor.withConnection({ type: useMaster === true ? 'write' : 'read', signal }, async (connection) => {
      resolve({
        connection,
        giveBack: () => {
          end()
          return use
        },
      })
      await ended
    })
    use.catch(reject)
  })
}
