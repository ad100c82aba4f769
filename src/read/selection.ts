/**
 * `attributes` → the columns that one branch selects, each with the name that it has in the result and the type that reads it.
 * Docs: querying/select-in-depth (selecting attributes).
 */

import { isPlainObject } from '../base/freeze.js'
import { known } from '../base/known.js'
import { suggestion } from '../base/names.js'
import { QueryError } from '../errors/base.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelShape } from '../model/definition.js'
import type { Expr } from '../sql/expr.js'
import { column } from '../sql/expr.js'
import { Attribute as AttributeFragment, Cast, Col, Fn, isFragment } from '../sql/fragments.js'
import type { DataType } from '../types/data-type.js'
import { show } from '../types/data-type.js'
import { normalizeType } from '../types/index.js'
import { resolveAttribute } from './attribute-key.js'
import { toExpr } from './expression.js'
import type { Tables } from './tables.js'

export interface SelectedColumn {
  /** Key in the result. Null: SQL without an alias, the database names it (and a `*` may be several columns). */
  readonly name: string | null
  readonly expr: Expr
  /** The user gave the name. */
  readonly isAliased: boolean
  readonly type: DataType | null
  /** The attribute whose column this is, unchanged. */
  readonly attribute: Attribute | null
}
export interface Selection {
  readonly columns: readonly SelectedColumn[]
  /** All attributes of the model, as they are: the plan's key need not list them. */
  readonly isDefault: boolean
  /** Names of the result's keys, virtual attributes too; for `instance._options.attributes`. */
  readonly names: readonly string[]
}
export const EMPTY_SELECTION: Selection = Object.freeze({
  columns: Object.freeze([]),
  isDefault: false,
  names: Object.freeze([]),
})

const NOTHING: ReadonlySet<string> = new Set()
const defaults = new WeakMap<ModelShape, Map<string | null, Selection>>()

/** Every attribute with a column. One object per model shape and alias, so that the usual query builds nothing. */
function defaultSelection(tables: Tables): Selection {
  const { shape } = tables.model!
  return known(
    known(defaults, shape, () => new Map<string | null, Selection>()),
    tables.alias,
    () => ({
      columns: shape.physical.map((attribute) => ofAttribute(attribute, tables)),
      isDefault: true,
      names: [...shape.attributes.keys()],
    }),
  )
}

const ofAttribute = (attribute: Attribute, tables: Tables): SelectedColumn => ({
  name: attribute.attributeName,
  expr: column(tables.alias, attribute.columnName),
  isAliased: false,
  type: attribute.type,
  attribute,
})

export function normaliseAttributes(given: unknown, tables: Tables): Selection {
  if (given === undefined || given === null) return defaultSelection(tables)
  if (Array.isArray(given)) return list(given, tables)
  if (isPlainObject(given)) return difference(given, tables)
  throw new QueryError(`attributes of ${tables.subject} is an array, or { include, exclude }, got ${show(given)}.`)
}

function difference(given: Record<PropertyKey, unknown>, tables: Tables): Selection {
  for (const key of Object.keys(given)) {
    if (key !== 'include' && key !== 'exclude')
      throw new QueryError(
        `attributes of ${tables.subject} has the unknown key "${key}".${suggestion(key, ['include', 'exclude'])}`,
      )
    if (given[key] !== undefined && !Array.isArray(given[key]))
      throw new QueryError(`attributes.${key} of ${tables.subject} is an array, got ${show(given[key])}.`)
  }
  const exclude = (given.exclude ?? []) as readonly unknown[]
  const include = (given.include ?? []) as readonly unknown[]
  if (exclude.length === 0 && include.length === 0) return defaultSelection(tables)
  const { shape } = tables.model!
  const excluded = new Set(
    exclude.map((name) => {
      if (typeof name !== 'string')
        throw new QueryError(`attributes.exclude of ${tables.subject} takes names of attributes, got ${show(name)}.`)
      const attribute = shape.attributes.get(name) ?? shape.byColumn.get(name)
      if (attribute === undefined) throw unknown(name, tables)
      return attribute.attributeName
    }),
  )
  return list(
    [...[...shape.attributes.keys()].filter((name) => !excluded.has(name) && !include.includes(name)), ...include],
    tables,
    excluded,
  )
}

/** `excluded`: attributes that virtual ones do not bring back. */
function list(items: readonly unknown[], tables: Tables, excluded: ReadonlySet<string> = NOTHING): Selection {
  const { shape } = tables.model!
  const columns = new Map<string, SelectedColumn>()
  const names: string[] = []
  const add = (selected: SelectedColumn): void => {
    // A name that is given twice keeps its place and takes the later expression.
    columns.set(selected.name ?? `\0${columns.size}`, selected)
    if (selected.name !== null && !names.includes(selected.name)) names.push(selected.name)
  }
  const addName = (name: string): void => {
    if (name === '*') {
      for (const attribute of shape.attributes.values()) addName(attribute.attributeName)
      return
    }
    const attribute = shape.attributes.get(name)
    if (attribute === undefined) {
      // A column that has another attribute name is selected under the name that was asked for.
      const byColumn = shape.byColumn.get(name)
      if (byColumn === undefined) throw unknown(name, tables)
      add({ ...ofAttribute(byColumn, tables), name, isAliased: true })
    } else if (attribute.isVirtual) {
      if (names.includes(name)) return
      names.push(name)
      for (const dependency of attribute.dependencies)
        if (!columns.has(dependency) && !excluded.has(dependency)) addName(dependency)
    } else add(ofAttribute(attribute, tables))
  }
  for (const item of items) {
    if (typeof item === 'string') addName(item)
    else if (Array.isArray(item)) add(pair(item, tables))
    else if (item instanceof Col && isOwnStar(item, tables)) addName('*')
    else if (item instanceof AttributeFragment) add(aliased(item.attributeName, item.attributeName, tables))
    else if (isFragment(item))
      add({
        name: null,
        expr: toExpr(item, tables, 'attributes'),
        isAliased: false,
        type: typeOf(item, tables),
        attribute: null,
      })
    else
      throw new QueryError(
        `attributes of ${tables.subject}: ${show(item)} is no attribute. Give names, [expression, alias] pairs or SQL.`,
      )
  }
  return { columns: [...columns.values()], isDefault: false, names }
}

const unknown = (name: string, tables: Tables): QueryError => {
  const names = [...tables.model!.shape.attributes.keys()]
  const isSql = /[()\s]/.test(name)
    ? " SQL is written with literal(…) or sql`…`, and needs an alias: [sql`…`, 'alias']."
    : ''
  return new QueryError(
    `${tables.subject} has no attribute "${name}" (in attributes).${isSql || suggestion(name, names) || ` It has: ${names.join(', ')}.`}`,
  )
}

/** `[expression, 'alias']`, `['attribute', 'alias']`. */
function pair(item: readonly unknown[], tables: Tables): SelectedColumn {
  const [what, alias] = item
  if (item.length !== 2 || typeof alias !== 'string' || alias === '')
    throw new QueryError(`attributes of ${tables.subject}: ${show(item)} is no [expression, alias] pair.`)
  if (typeof what === 'string') return aliased(what, alias, tables)
  if (!isFragment(what))
    throw new QueryError(
      `attributes of ${tables.subject}: ${show(what)} is neither an attribute nor SQL (for the alias "${alias}").`,
    )
  return {
    name: alias,
    expr: toExpr(what, tables, 'attributes'),
    isAliased: true,
    type: typeOf(what, tables),
    attribute: null,
  }
}

function aliased(name: string, alias: string, tables: Tables): SelectedColumn {
  const { shape } = tables.model!
  const attribute = shape.attributes.get(name) ?? shape.byColumn.get(name)
  if (attribute === undefined && !/[.:[$]/.test(name)) throw unknown(name, tables)
  const { expr, type, isJson } = resolveAttribute(name, tables, 'attributes')
  return { name: alias, expr, isAliased: true, type: attribute || isJson ? type : null, attribute: null }
}

/** How the value of an expression is read: a cast says it, MIN and MAX keep the type of what they look at. */
function typeOf(what: object, tables: Tables): DataType | null {
  if (what instanceof Cast && typeof what.type !== 'string') return normalizeType(what.type)
  if (what instanceof AttributeFragment) return resolveAttribute(what.attributeName, tables, 'attributes').type
  if (what instanceof Fn && what.args.length === 1 && /^(?:min|max)$/i.test(what.fn)) {
    const [arg] = what.args
    if (arg instanceof AttributeFragment) return resolveAttribute(arg.attributeName, tables, 'attributes').type
    if (arg instanceof Col) return ownColumn(arg, tables)?.type ?? null
  }
  return null
}

const isOwnStar = ({ identifiers }: Col, { alias }: Tables): boolean =>
  identifiers.join('.') === '*' || identifiers.join('.') === `${alias}.*`

function ownColumn(col: Col, tables: Tables): Attribute | undefined {
  const parts = col.identifiers.length === 1 ? col.identifiers[0]!.split('.') : col.identifiers
  const isOwn = parts.length === 1 || (parts.length === 2 && parts[0] === tables.alias)
  return isOwn ? tables.model?.shape.byColumn.get(parts.at(-1)!) : undefined
}
