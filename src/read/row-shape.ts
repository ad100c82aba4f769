/**
 * Which position of a row is what: the columns that a tree of branches selects, in order, and the tree of fields that a reader builds
 * from them. Columns that only serve the reading (keys, markers) stand at the end and are not shown. Neighbour: `read/hydrate`.
 */
import { known } from '../base/known.js'
import type { Dialect } from '../dialect/dialect.js'
import type { Expr } from '../sql/expr.js'
import { column } from '../sql/expr.js'
import type { SelectItem } from '../sql/query.js'
import type { DataType } from '../types/data-type.js'
import type { Branch } from './include.js'
import { anyValue } from './joins.js'
import type { ResultMode } from './request.js'

export type FromRow = ((value: unknown) => unknown) | null
export interface Field {
  readonly name: string
  readonly index: number
  readonly fromRow: FromRow
}
/** SQL without an alias: named by the database, possibly several columns. */
export interface OpenField {
  readonly index: number
}
/** Rows that a query of its own brings: the position of each part of the key that leads to them. */
export interface KeyedQuery {
  readonly branch: number
  readonly as: string
  readonly cardinality: 'one' | 'many'
  readonly keys: readonly number[]
}

export interface RowShape {
  /** Number of the branch (see `branchesInOrder`): models and load options are handed to the reader by it. */
  readonly branch: number
  readonly as: string
  readonly path: string
  readonly cardinality: 'one' | 'many'
  readonly fields: readonly Field[]
  readonly open: readonly OpenField[]
  /** A row of this branch is there when one of these positions is not null. Empty for the root: always. */
  readonly presence: readonly number[]
  /** Primary key: tells rows of this branch apart. Empty: unknown. */
  readonly identity: readonly number[]
  /** Parts of the primary key that are not shown, but known to the instance, so that it can be saved. */
  readonly hiddenKeys: readonly Field[]
  readonly children: readonly RowShape[]
  readonly queries: readonly KeyedQuery[]
  /** Keys of the root's rows that the caller wants beside the items: they lead back to the parents of a `strategy: 'query'`. */
  readonly echo: readonly number[]
}

/** The number of the keys that are noted for `echo`, where those of a queried branch have the branch's. */
export const ECHO = -1
/** Keys to be noted of an item of this shape, by the branch that they are for. */
export const keysOf = (shape: RowShape): readonly { readonly branch: number; readonly keys: readonly number[] }[] =>
  shape.echo.length > 0 ? [...shape.queries, { branch: ECHO, keys: shape.echo }] : shape.queries
/** True where rows are folded: an item has several of them. */
export const hasMany = (shape: RowShape): boolean =>
  shape.children.some((child) => child.cardinality === 'many' || hasMany(child))

export interface ShapeRules {
  readonly mode: ResultMode
  /** The root's primary key is needed to tell rows apart. */
  readonly identifyRoot: boolean
  /** GROUP BY, DISTINCT and aggregates: no column may be added. */
  readonly asWritten: boolean
  /** Attributes of the root, or expressions, whose values are handed out beside the items. */
  readonly echo: readonly (string | Expr)[]
}

export interface LaidOut {
  readonly shape: RowShape
  readonly columns: readonly SelectItem[]
}

/** A tree's branches, parents first. A branch' number is its place in it. */
export function branchesInOrder(root: Branch): readonly Branch[] {
  const branches: Branch[] = []
  const visit = (branch: Branch): void => {
    branches.push(branch)
    for (const child of branch.children) visit(child)
  }
  visit(root)
  return branches
}

/** How many there are is a number, also where the engine counts in 64 bits, whose values come as text. */
const countReader = (expr: Expr): FromRow =>
  expr.kind === 'call' && expr.name.toLowerCase() === 'count' ? countOf : null
function countOf(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const count = Number(value)
  return Number.isSafeInteger(count) ? count : value
}

export function layOut(root: Branch, dialect: Dialect, rules: ShapeRules): LaidOut {
  const columns: SelectItem[] = []
  const numbers = new Map(branchesInOrder(root).map((branch, number) => [branch, number]))
  const visible = new Map<Branch, { fields: Field[]; open: OpenField[]; byColumn: Map<string, number> }>()
  const reader = (type: DataType | null): FromRow => (type === null ? null : dialect.codec(type).fromRow)

  const show = (branch: Branch): void => {
    const fields: Field[] = []
    const open: OpenField[] = []
    const byColumn = new Map<string, number>()
    for (const { name, expr, isAliased, type, attribute } of branch.parts.selection.columns) {
      const index = columns.length
      if (name === null) open.push({ index })
      else fields.push({ name, index, fromRow: reader(type) ?? countReader(expr) })
      if (attribute !== null) byColumn.set(attribute.columnName, index)
      const alias = branch.parent === null ? name : isAliased ? `${branch.path}.${name}` : null
      const select = type === null || expr.kind !== 'column' || rules.asWritten ? undefined : dialect.codec(type).select
      columns.push({ expr: select === undefined ? expr : select(expr), alias })
    }
    visible.set(branch, { fields, open, byColumn })
    for (const child of branch.children) if (child.strategy === 'join') show(child)
  }
  show(root)

  const hide = (expr: Expr): number => columns.push({ expr, alias: null }) - 1
  const position = (branch: Branch, columnName: string): number => {
    return known(visible.get(branch)!.byColumn, columnName, () => hide(column(branch.alias, columnName)))
  }
  const echoed = (branch: Branch, wanted: string | Expr): number => {
    if (typeof wanted === 'string') return position(branch, branch.definition.attribute(wanted).columnName)
    return wanted.kind === 'column' && wanted.table === branch.alias ? position(branch, wanted.column) : hide(wanted)
  }
  const isShown = (branch: Branch): boolean => {
    const { fields, open } = visible.get(branch)!
    return (
      fields.length > 0 ||
      open.length > 0 ||
      branch.children.some((child) => (child.strategy === 'query' ? true : isShown(child)))
    )
  }
  const hasMany = (branch: Branch): boolean =>
    branch.children.some(
      (child) =>
        child.strategy === 'join' && isShown(child) && (child.association!.cardinality === 'many' || hasMany(child)),
    )
  const folds = rules.mode === 'instances' && hasMany(root)

  const lay = (branch: Branch): RowShape => {
    const { fields, open, byColumn } = visible.get(branch)!
    const { primaryKey } = branch.definition.shape
    const isRoot = branch.parent === null
    const mayAdd = !rules.asWritten
    const instances = rules.mode === 'instances'
    const needsIdentity = mayAdd && (isRoot ? rules.identifyRoot || folds : instances)
    const shown = new Set(byColumn.values())
    const own = needsIdentity ? primaryKey.map((attribute) => position(branch, attribute.columnName)) : []
    const between = branch.children.find((child) => child.isBetween)
    // A row that two rows between lead to stands there twice.
    const identity =
      between === undefined || own.length === 0
        ? own
        : [...own, ...between.definition.shape.primaryKey.map(({ columnName }) => position(between, columnName))]
    const hiddenKeys =
      isRoot || !instances
        ? []
        : primaryKey
            .filter((_, at) => own.length > 0 && !shown.has(own[at]!))
            .map(
              (attribute): Field => ({
                name: attribute.attributeName,
                index: position(branch, attribute.columnName),
                fromRow: reader(attribute.type),
              }),
            )
    const presence =
      isRoot || rules.mode === 'rows' ? [] : presenceOf(branch, fields, mayAdd, (name) => position(branch, name), hide)
    const queries: KeyedQuery[] = []
    const children: RowShape[] = []
    for (const child of branch.children) {
      if (child.strategy === 'query') {
        const keys = child.association!.keys.map((key) =>
          position(branch, branch.definition.attribute(key.from).columnName),
        )
        queries.push({ branch: numbers.get(child)!, as: child.as, cardinality: child.association!.cardinality, keys })
      } else if (isShown(child)) children.push(lay(child))
    }
    const echo = isRoot ? rules.echo.map((wanted) => echoed(branch, wanted)) : []
    return {
      branch: numbers.get(branch)!,
      as: branch.as,
      path: branch.path,
      cardinality: branch.association?.cardinality ?? 'many',
      fields,
      open,
      presence,
      identity,
      hiddenKeys,
      children,
      queries,
      echo,
    }
  }
  const shape = lay(root)
  return { shape, columns }
}

/** What tells a missing row from one whose columns are all null. */
function presenceOf(
  branch: Branch,
  fields: readonly Field[],
  mayAdd: boolean,
  position: (column: string) => number,
  hide: (expr: Expr) => number,
): readonly number[] {
  const { shape } = branch.definition
  if (!mayAdd) return fields.map((field) => field.index)
  const [key] = shape.primaryKey
  if (key !== undefined) return [position(key.columnName)]
  // The joined key is never null in a row that matched on it.
  if (branch.parts.on === null && branch.options.or !== true && branch.association !== null) {
    return [position(branch.definition.attribute(branch.association.joinSteps().at(-1)!.keys.at(-1)!.to).columnName)]
  }
  return [hide(anyValue(branch))]
}
