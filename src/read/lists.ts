/**
 * Lists on the right of IN. Of a few values each is a parameter of its own. More of them are one slot, so that lists of any length share
 * a few plans and prepared statements: an array where the engine has them, else as many places as the next rounded number, which the last
 * value fills up (IN does not mind a value that comes twice). Neighbours: `read/operators` asks, `read/shortcut` walks the same way.
 */
import type { Traits } from '../dialect/dialect.js'
import type { Expr } from '../sql/expr.js'
import { param } from '../sql/expr.js'
import type { DataType } from '../types/data-type.js'
import { DataTypes, normalizeType } from '../types/index.js'
import type { StatementScope } from './tables.js'

/** So many values are parameters of their own. */
export const FEW = 8

/** Types whose array a bare parameter beside a column of the type is taken for. */
const LISTED = new Set(
  'TINYINT SMALLINT MEDIUMINT INTEGER BIGINT FLOAT REAL DOUBLE DECIMAL STRING TEXT CHAR CITEXT UUID DATE DATEONLY'.split(
    ' ',
  ),
)

/** Whether a list of values of this type can be one slot. */
export const isListed = (type: DataType | null): type is DataType =>
  type !== null && LISTED.has(type.key) && type.options.binary !== true

/** Places in the text for so many values; 0: an array takes them all. */
export function placesFor(length: number, { arrays, maxParameters }: Traits): number {
  if (arrays) return 0
  // Four steps from one power of two to the next: a quarter more than needed at most, and few texts.
  const step = 2 ** Math.max(0, Math.floor(Math.log2(length - 1)) - 2)
  const places = Math.ceil(length / step) * step
  return places * 2 > maxParameters ? length : places
}

/** `left IN (values)`; `negated`: NOT IN. */
export function listCondition(
  left: Expr,
  values: readonly unknown[],
  type: DataType,
  statement: StatementScope,
  negated: boolean,
): Expr {
  const places = placesFor(values.length, statement.runtime.dialect.traits)
  if (places > 0) return { kind: 'in', left, items: statement.list(values, type, places), negated }
  return {
    kind: 'compare',
    op: negated ? '<>' : '=',
    left,
    right: {
      kind: 'quantified',
      quantifier: negated ? 'all' : 'any',
      expr: statement.param(values, arrayOf(type)),
      values: false,
    },
  }
}

/** The values of a list as that many parameters, for statements that have no slots. */
export const spread = (values: readonly unknown[], type: DataType, places: number): readonly Expr[] =>
  Array.from({ length: places }, (_, at) => param(itemAt(values, at), type))

/** The value for a place: the last one fills up. */
export const itemAt = (values: readonly unknown[], at: number): unknown => values[Math.min(at, values.length - 1)]

const arrays = new WeakMap<DataType, DataType>()
/** The type of arrays of such values. */
export function arrayOf(type: DataType): DataType {
  let array = arrays.get(type)
  if (array === undefined) {
    array = normalizeType(DataTypes.ARRAY(type as never))
    arrays.set(type, array)
  }
  return array
}
