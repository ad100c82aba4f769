/**
 * `order` and `group` → expressions. Names are attributes, aliases of the selection, or paths through included associations; directions
 * are checked against a list; only fragments are SQL. Docs: querying/select-in-depth (ordering and grouping).
 */
import { isPlainObject } from '../base/freeze.js'
import { suggestion } from '../base/names.js'
import type { Traits } from '../dialect/dialect.js'
import { QueryError } from '../errors/base.js'
import type { ModelClass, ModelDefinition } from '../model/definition.js'
import type { Expr, Nulls, OrderItem } from '../sql/expr.js'
import { call } from '../sql/expr.js'
import { isFragment, Literal } from '../sql/fragments.js'
import { show } from '../types/data-type.js'
import { resolveAttribute } from './attribute-key.js'
import { toExpr } from './expression.js'
import type { Branch } from './include.js'
import { notJoined } from './include.js'
import { isSameModel } from './include-spelling.js'
import { assertOrdered } from './ordered.js'
import { EMPTY_SELECTION } from './selection.js'
import type { Tables } from './tables.js'

interface Direction {
  readonly direction: 'ASC' | 'DESC' | null
  readonly nulls: Nulls | null
}
const DIRECTION = /^(?:(ASC|DESC)(?:\s+NULLS\s+(FIRST|LAST))?|NULLS\s+(FIRST|LAST))$/i
const NO_DIRECTION: Direction = { direction: null, nulls: null }

function directionOf(word: string): Direction | null {
  const found = DIRECTION.exec(word.trim())
  if (!found) return null
  const nulls = found[2] ?? found[3]
  return {
    direction: (found[1]?.toUpperCase() as 'ASC' | 'DESC' | undefined) ?? null,
    nulls: (nulls?.toLowerCase() as Nulls | undefined) ?? null,
  }
}

/** What an order is read against. */
type Place = Pick<Branch, 'parent' | 'definition' | 'path' | 'tables' | 'children'> & {
  readonly parts: Pick<Branch['parts'], 'selection'>
}

/** The `order` of a statement on one table without a selection: of static writes. */
export function orderOfTable(order: unknown, tables: Tables, definition: ModelDefinition): readonly OrderItem[] {
  return normaliseOrder(order, {
    parent: null,
    definition,
    path: '',
    tables,
    children: [],
    parts: { selection: EMPTY_SELECTION },
  })
}

export function normaliseOrder(order: unknown, root: Place): readonly OrderItem[] {
  if (order === undefined || order === null) return []
  const { jsonOrder } = root.tables.statement.runtime.dialect.traits
  const items = !Array.isArray(order) || isOneItem(order, root) ? [order] : order
  return items.flatMap((item) => byValue(orderItem(item, root), jsonOrder))
}

/** `order: ['name', 'DESC']` and `order: [Task, 'name', 'DESC']` forget the outer array; no column is named DESC. */
export function isOneItem(order: readonly unknown[], root: Place): boolean {
  if (order.some(Array.isArray)) return false
  const last = order.at(-1)
  if (
    order.length > 1 &&
    typeof last === 'string' &&
    directionOf(last) !== null &&
    !root.definition.shape.attributes.has(last)
  )
    return true
  return order.length > 1 && !isFragment(order[0]) && typeof order[0] !== 'string'
}

function orderItem(item: unknown, root: Place): OrderItem {
  if (!Array.isArray(item)) return { expr: single(item, root, 'order'), ...NO_DIRECTION }
  const parts = [...item]
  let direction = NO_DIRECTION
  if (parts.length > 1) {
    const last = parts.at(-1)
    const word = last instanceof Literal ? last.val.join('') : last
    const found =
      typeof word === 'string' ? directionOf(word) : word === undefined || word === null ? NO_DIRECTION : null
    if (found !== null) {
      direction = found
      parts.pop()
    }
  }
  return { expr: path(parts, root, 'order'), ...direction }
}

/** What a path into JSON finds, in the form in which the engine orders it by value: 2 before 10. */
function byValue(item: OrderItem, jsonOrder: Traits['jsonOrder']): readonly OrderItem[] {
  const { expr } = item
  if (expr.kind !== 'json' || expr.unquote) return [item]
  switch (jsonOrder) {
    case 'value':
      return [{ ...item, expr: { ...expr, unquote: true } }]
    case 'jsonb':
      return [{ ...item, expr: { kind: 'cast', expr, type: 'JSONB' } }]
    case 'numbers apart': {
      const isNumber: Expr = { kind: 'in', left: call('JSON_TYPE', [expr]), items: NUMBERS, negated: false }
      const number: Expr = { kind: 'cast', expr: { ...expr, unquote: true }, type: 'DOUBLE' }
      return [
        // biome-ignore lint/suspicious/noThenProperty: the word of CASE
        { ...item, expr: { kind: 'case', whens: [{ when: isNumber, then: number }], otherwise: null } },
        { ...item, expr: { ...expr, unquote: true } },
      ]
    }
    default:
      return [item]
  }
}
const NUMBERS: readonly Expr[] = ['INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL'].map((type) => ({
  kind: 'raw',
  sql: `'${type}'`,
}))

export function normaliseGroup(group: unknown, root: Place): readonly Expr[] {
  if (group === undefined || group === null) return []
  const items = Array.isArray(group) ? group : [group]
  return items.map((item) => (Array.isArray(item) ? path(item, root, 'group') : single(item, root, 'group')))
}

/** Steps through associations, then the attribute or SQL. */
function path(parts: readonly unknown[], root: Place, use: string): Expr {
  if (parts.length === 0) throw new QueryError(`An empty array stands in ${use} of ${root.tables.label}.`)
  let at: Place = root
  for (const [index, part] of parts.slice(0, -1).entries()) at = step(part, at, root, use, parts, index)
  return single(parts.at(-1), at, use)
}

function step(part: unknown, at: Place, root: Place, use: string, parts: readonly unknown[], index: number): Branch {
  const found = at.children.find((child) => matchesBranch(child, part))
  if (found?.strategy === 'query') throw notJoined(found)
  if (found !== undefined) return found
  const { definition } = at
  if (typeof part === 'string') {
    // ['name', 'DESCENDING']: the first word is an attribute, so the second was meant to be a direction.
    if (definition.shape.attributes.has(part) && use === 'order' && index === parts.length - 2) {
      throw new QueryError(
        `${show(parts.at(-1))} is no direction (in order of ${root.tables.label}). Use ASC or DESC, with NULLS FIRST or NULLS LAST.`,
      )
    }
    if (!definition.associations.has(part)) {
      throw new QueryError(
        `"${part}" in ${use} is no included association of ${at.tables.label}.${suggestion(
          part,
          at.children.map((child) => child.as),
        )}`,
      )
    }
  } else if (isFragment(part))
    throw new QueryError(
      `${show(parts.at(-1))} is no direction (in ${use} of ${root.tables.label}). Use ASC or DESC, with NULLS FIRST or NULLS LAST.`,
    )
  throw new QueryError(
    `${use} of ${root.tables.label} refers to ${nameOf(part)}, which is not included${at === root ? '' : ` in ${at.tables.label}`}. Add it to \`include\` (\`attributes: []\` if only the order needs it).`,
  )
}

/** Whether a step of a path leads to this branch. */
export function matchesBranch(child: Branch, part: unknown): boolean {
  if (typeof part === 'string') return child.as === part
  if (typeof part === 'function') return isModel(part) && isSameModel(child.model, part)
  if (typeof part !== 'object' || part === null) return false
  if (part === child.association) return true
  const { as, model, association } = part as { as?: unknown; model?: unknown; association?: unknown }
  if (isPlainObject(part)) {
    if (association !== undefined) return association === child.as || association === child.association
    return (
      (as === undefined || as === child.as) &&
      (model === undefined ? as !== undefined : isModel(model) && isSameModel(child.model, model))
    )
  }
  return child.association !== null && as === child.as
}
const isModel = (value: unknown): value is ModelClass => typeof value === 'function' && 'modelDefinition' in value
const nameOf = (part: unknown): string => {
  if (typeof part === 'string') return `"${part}"`
  if (typeof part === 'function') return part.name
  const { as, model } = (part ?? {}) as { as?: unknown; model?: { name?: unknown } }
  return typeof as === 'string' ? `"${as}"` : typeof model?.name === 'string' ? model.name : show(part)
}

/** `'User.id'` → `'id'`: names in a statement's `order` and `group` may begin with its own model. */
export function withoutModel(item: string, { parent, tables }: Pick<Place, 'parent' | 'tables'>): string {
  const dot = item.indexOf('.')
  const head = item.slice(0, Math.max(dot, 0))
  if (parent !== null || dot === -1 || tables.model!.shape.attributes.has(head)) return item
  return head === tables.alias || head === tables.label ? item.slice(dot + 1) : item
}

function single(item: unknown, at: Place, use: string): Expr {
  const { tables } = at
  if (isFragment(item)) return toExpr(item, tables, use)
  if (typeof item !== 'string') {
    const remedy =
      isPlainObject(item) && 'raw' in item
        ? 'SQL is written with literal(…) or sql`…`'
        : "Give an attribute's name, SQL, or an array of a path and a direction"
    throw new QueryError(`${show(item)} cannot stand in ${use} of ${tables.label}. ${remedy}.`)
  }
  const { shape } = tables.model!
  if (!shape.attributes.has(item) && !shape.byColumn.has(item)) {
    const alias = at.parts.selection.columns.find((column) => column.isAliased && column.name === item)
    if (alias !== undefined) return { kind: 'identifier', parts: [at.parent === null ? item : `${at.path}.${item}`] }
    const words = item.trim().split(/\s+/)
    if (words.length > 1 && shape.attributes.has(words[0]!)) {
      throw new QueryError(
        `"${item}" in ${use} of ${tables.label} is taken as one name. Write [['${words[0]}', '${words.slice(1).join(' ')}']].`,
      )
    }
    // v6 wrote paths with dots, or as the aliases of its joins (`post->comments.id`).
    const [head, ...rest] = item.split(/\.|->/)
    const child =
      rest.length > 0 && !shape.attributes.has(head!) ? at.children.find((branch) => branch.as === head) : undefined
    if (child !== undefined) return single(rest.join('.'), child, use)
    const bare = withoutModel(item, at)
    if (bare !== item) return single(bare, at, use)
  }
  const operand = resolveAttribute(item, tables, use)
  if (use === 'order') assertOrdered(operand, use, tables.statement.runtime)
  return operand.expr
}
