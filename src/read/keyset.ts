/**
 * Reading on from a row: the order of a request, made unambiguous by the primary key; what a row's place in it is (a cursor); and the
 * condition of the rows behind a place. Used by pages (`read/page`) and by streams in batches (`read/stream`).
 *
 * Places are compared as the database orders them: NULLs stand where `NULLS FIRST` or `NULLS LAST` says, else where the engine puts them.
 */
import { createHash } from 'node:crypto'
import { QueryError } from '../errors/base.js'
import type { Expr, OrderItem } from '../sql/expr.js'
import { all, column, compare, isNull } from '../sql/expr.js'
import { mentionedAliases } from '../sql/walk.js'
import type { DataType } from '../types/data-type.js'
import { comparable } from './operators.js'
import { branchesBelow } from './plan.js'
import type { FindRequest } from './request.js'

/** One step of an order: what is compared, which way, where its NULLs stand, and how its values travel. */
interface Step {
  readonly expr: Expr
  readonly descending: boolean
  readonly nullsFirst: boolean
  /** Said by the user; else the engine's own. */
  readonly nulls: OrderItem['nulls']
  readonly isNullable: boolean
  /** Null: as the driver gives them (dates, whose text is finer than a Date). */
  readonly type: DataType | null
}
export interface Keyset {
  readonly request: FindRequest
  readonly steps: readonly Step[]
  /** Stands for the model and the order: a cursor of another query is refused by it. */
  readonly signature: string
}
/** Values of a row by step, as the driver gives them. */
export type PlaceOfRow = readonly unknown[]

/** The order of a request as steps, the primary key last. Throws where rows cannot be told apart, or are ordered by what is many. */
export function keysetOf(request: FindRequest, call: string): Keyset {
  const { root, order, runtime } = request
  const { primaryKey } = root.definition.shape
  if (primaryKey.length === 0)
    throw new QueryError(
      `${call} needs a primary key, which ${root.tables.label} does not have: ties could not be told apart.`,
    )
  const steps = order.map((item) => stepOf(request, item, call))
  const ordered = new Set(
    steps.flatMap(({ expr }) => (expr.kind === 'column' && expr.table === root.alias ? [expr.column] : [])),
  )
  const last = steps.at(-1)?.descending ?? false
  for (const { columnName } of primaryKey) {
    if (!ordered.has(columnName))
      steps.push(
        stepOf(request, { expr: column(root.alias, columnName), direction: last ? 'DESC' : 'ASC', nulls: null }, call),
      )
  }
  const { schema, name } = root.definition.table
  const text = steps.map(
    ({ expr, descending, nullsFirst }) =>
      `${runtime.dialect.printExpr(expr).text} ${descending ? 'D' : 'A'}${nullsFirst ? 'F' : 'L'}`,
  )
  const signature = createHash('sha256')
    .update([schema, name, ...text].join('\n'))
    .digest('base64url')
    .slice(0, 8)
  return { request, steps, signature }
}

/** Types whose values come back exactly as they went; others travel as the driver's text. */
const EXACT = new Set([
  'STRING',
  'CHAR',
  'TEXT',
  'CITEXT',
  'TINYINT',
  'SMALLINT',
  'MEDIUMINT',
  'INTEGER',
  'BIGINT',
  'DECIMAL',
  'DOUBLE',
  'BOOLEAN',
  'UUID',
  'ENUM',
  'BLOB',
  'DATEONLY',
])

function stepOf(request: FindRequest, { expr: given, direction, nulls }: OrderItem, call: string): Step {
  const { root, runtime } = request
  const branches = branchesBelow(root)
  const many = branches.filter((branch) => branch.association!.cardinality === 'many')
  const expr = given.kind === 'identifier' ? selected(request, given.parts.at(-1) ?? '', given) : given
  const aliases = many.flatMap((branch) => [branch, ...branchesBelow(branch)]).map((branch) => branch.alias)
  const [first] = mentionedAliases(expr, aliases)
  if (first !== undefined)
    throw new QueryError(
      `${call}: ${root.tables.label} cannot be ordered by "${first}", of which a row may have many: it has no single place then.`,
    )
  const owner = expr.kind === 'column' ? [root, ...branches].find((branch) => branch.alias === expr.table) : undefined
  const attribute = expr.kind === 'column' ? owner?.definition.shape.byColumn.get(expr.column) : undefined
  const descending = direction === 'DESC'
  const isLargest = runtime.dialect.traits.nullsAreLargest === true
  return {
    expr,
    descending,
    nulls,
    nullsFirst: nulls === null ? descending === isLargest : nulls === 'first',
    isNullable: !(owner === root && (attribute?.primaryKey === true || attribute?.allowNull === false)),
    type: attribute !== undefined && EXACT.has(attribute.type.key) ? attribute.type : null,
  }
}

/** An alias of the selection stands for its expression: conditions do not know aliases. */
const selected = ({ root }: FindRequest, name: string, given: Expr): Expr =>
  root.parts.selection.columns.find((one) => one.isAliased && one.name === name)?.expr ?? given

/**
 * The request of the rows behind a place (null: from the beginning), with the place of each row beside it (`echo`). `backwards`: the rows
 * before it, nearest first.
 */
export function requestFrom(keyset: Keyset, place: PlaceOfRow | null, backwards = false): FindRequest {
  const { request } = keyset
  const steps = backwards ? keyset.steps.map(reversed) : keyset.steps
  return Object.freeze({
    ...request,
    where: place === null ? request.where : all([request.where, behind(keyset.request, steps, place)]),
    order: steps.map(
      ({ expr, descending, nulls }): OrderItem => ({ expr, direction: descending ? 'DESC' : 'ASC', nulls }),
    ),
    echo: keyset.steps.map((step) => step.expr),
  })
}

const reversed = (step: Step): Step => ({
  ...step,
  descending: !step.descending,
  nullsFirst: !step.nullsFirst,
  nulls: step.nulls === null ? null : step.nulls === 'first' ? 'last' : 'first',
})

/** `a > 1 OR (a = 1 AND b > 2)`, each comparison in the direction of its step. */
function behind(request: FindRequest, steps: readonly Step[], place: PlaceOfRow): Expr {
  const { statement } = request.root.tables
  const values = place.map((value, at) =>
    value === null ? null : statement.param(sendable(request, steps[at]!, value), steps[at]!.type),
  )
  const alternatives = steps.flatMap((step, at) => {
    const past = beyond(step, values[at]!)
    if (past === null) return []
    const equal = steps.slice(0, at).map((before, index) => {
      const value = values[index]!
      return value === null ? isNull(before.expr) : compare(before.expr, '=', value)
    })
    return [all([...equal, past])!]
  })
  const [first] = steps
  const bound = values[0]!
  // What an index can begin at, where the engine does not see it in the alternatives.
  const start =
    steps.length > 1 && bound !== null && (first!.nullsFirst || !first!.isNullable)
      ? compare(first!.expr, first!.descending ? '<=' : '>=', bound)
      : null
  return all([start, all(alternatives, 'or')])!
}

function beyond({ expr, descending, nullsFirst, isNullable }: Step, value: Expr | null): Expr | null {
  if (value === null) return nullsFirst ? isNull(expr, true) : null
  const past = compare(expr, descending ? '<' : '>', value)
  return nullsFirst || !isNullable ? past : all([past, isNull(expr)], 'or')
}

function sendable({ runtime }: FindRequest, { type }: Step, value: unknown, isTrusted = true): unknown {
  if (type === null) return value
  const read = runtime.dialect.codec(type).fromRow
  return comparable(type, read === null ? value : read(value), isTrusted)
}

// ---------------------------------------------------------------- cursors
const VERSION = 1

/** A place as text that programs hand around and nobody reads. */
export function cursorOf({ signature }: Keyset, place: PlaceOfRow): string {
  return Buffer.from(JSON.stringify([VERSION, signature, ...place.map(packed)])).toString('base64url')
}

function packed(value: unknown): unknown {
  if (typeof value === 'bigint') return { n: String(value) }
  if (value instanceof Date) return { d: value.toISOString() }
  if (value instanceof Uint8Array) return { b: Buffer.from(value).toString('base64') }
  if (typeof value === 'number' && !Number.isFinite(value)) return { f: String(value) }
  return value
}

function unpacked(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { n, d, b, f } = value as Record<string, unknown>
  if (typeof n === 'string' && /^-?\d+$/.test(n)) return BigInt(n)
  if (typeof d === 'string' && !Number.isNaN(Date.parse(d))) return new Date(d)
  if (typeof b === 'string') return Buffer.from(b, 'base64')
  if (typeof f === 'string' && /^(?:-?Infinity|NaN)$/.test(f)) return Number(f)
  throw new TypeError('unknown value')
}

/** The place that a cursor means. Throws `QueryError` for text that is none, and for a cursor of another order or model. */
export function placeOf(
  { signature, steps, request }: Keyset,
  cursor: unknown,
  option: string,
  call: string,
): PlaceOfRow {
  const refuse = (why: string): QueryError =>
    new QueryError(
      `${call}: ${option} is no cursor of this query: ${why}. Give startCursor or endCursor of a page of the same model and order.`,
    )
  if (typeof cursor !== 'string' || cursor === '')
    throw refuse(`it is ${cursor === '' ? 'empty' : `a ${typeof cursor}`}`)
  let parts: unknown
  let place: unknown[]
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (!Array.isArray(parts) || parts[0] !== VERSION || typeof parts[1] !== 'string') throw new TypeError('no cursor')
    place = parts.slice(2).map(unpacked)
  } catch {
    throw refuse('it cannot be read')
  }
  if ((parts as unknown[])[1] !== signature || place.length !== steps.length)
    throw refuse(`it belongs to another order, or to another model than ${request.root.tables.label}`)
  for (const [at, value] of place.entries()) {
    if (value === null && !steps[at]!.isNullable) throw refuse('it holds a value that no row can have')
    try {
      if (value !== null) sendable(request, steps[at]!, value, false)
    } catch {
      throw refuse('it holds a value that no row can have')
    }
  }
  return place
}
