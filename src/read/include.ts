/**
 * `include` → a tree of branches, each with its association, model and alias. Conditions and attributes are read in a second step
 * (`read/request`), because they may refer to any branch of the tree. Neighbour: `include-spelling`. Docs: associations/basics (eager loading).
 */
import type { Association, Between } from '../association/association.js'
import { inSchemaOf } from '../association/schema.js'
import { isPlainObject } from '../base/freeze.js'
import { suggestion } from '../base/names.js'
import type { Strategy } from '../base/options.js'
import { QueryError } from '../errors/base.js'
import type { ModelClass, ModelDefinition } from '../model/definition.js'
import type { Expr } from '../sql/expr.js'
import { show } from '../types/data-type.js'
import type { IncludeOptions } from './include-spelling.js'
import { expandAll, NO_OPTIONS, normaliseInclude } from './include-spelling.js'
import { stepAlias } from './relation.js'
import type { Selection } from './selection.js'
import { EMPTY_SELECTION } from './selection.js'
import { isAskedApart, strategyOf } from './strategy.js'
import type { StatementScope } from './tables.js'
import { Tables } from './tables.js'

/** A model in the tree of a request. The root has no association. */
export interface Branch {
  readonly parent: Branch | null
  readonly association: Association | null
  readonly as: string
  readonly model: ModelClass
  readonly definition: ModelDefinition
  /** `''` for the root, then `profile`, `profile.address`: the keys of raw rows. */
  readonly path: string
  readonly alias: string
  readonly tables: Tables
  /** What the user wrote for it; for the root the find options. */
  readonly given: IncludeOptions
  /** The same with the target's scope merged in. */
  readonly options: IncludeOptions
  readonly isRequired: boolean
  readonly joinType: 'left' | 'inner' | 'right'
  readonly strategy: 'join' | 'query'
  /** Nothing in the include says how it is read, and the default asks for a query of its own. */
  readonly isAskedApart: boolean
  readonly isParanoid: boolean
  /** The table between the parent and the parent's parent (belongsToMany): it is joined with the parent. */
  readonly isBetween: boolean
  readonly children: readonly Branch[]
  /** Conditions and columns, filled in by `read/request` once the whole tree stands. */
  parts: BranchParts
}

export interface BranchParts {
  readonly selection: Selection
  readonly where: Expr | null
  /** What the user gave instead of the association's keys. */
  readonly on: Expr | null
}
const UNREAD: BranchParts = Object.freeze({ selection: EMPTY_SELECTION, where: null, on: null })

const INCLUDE_OPTIONS = new Set([
  'model',
  'association',
  'as',
  'attributes',
  'where',
  'required',
  'right',
  'on',
  'or',
  'include',
  'paranoid',
  'separate',
  'strategy',
  'order',
  'limit',
  'offset',
  'duplicating',
  'subQuery',
  'subQueryFilter',
  'through',
  'all',
  'nested',
])

export interface TreeRules {
  /** False (raw rows, counts): every branch is joined; the result is the same. */
  readonly allowQueries: boolean
  /** How includes are read that do not say it. Default: `join`. */
  readonly byDefault?: Strategy
  /** Paths of others that are read by queries of their own. Default: none. */
  readonly apart?: ReadonlySet<string>
}

/** The root of a tree with all branches under it. */
export function growTree(
  model: ModelClass,
  options: IncludeOptions,
  statement: StatementScope,
  rules: TreeRules,
): Branch {
  const definition = model.modelDefinition
  const alias = statement.aliasOf(definition.modelName)
  const children: Branch[] = []
  const tables = new Tables(statement, definition, alias, definition.modelName, null, (name) => find(children, name))
  const root: Branch = {
    parent: null,
    association: null,
    as: '',
    model,
    definition,
    path: '',
    alias,
    tables,
    given: options,
    options,
    isRequired: true,
    joinType: 'inner',
    strategy: 'join',
    isAskedApart: false,
    isParanoid: options.paranoid !== false,
    isBetween: false,
    children,
    parts: UNREAD,
  }
  if (options.include !== undefined && options.include !== null)
    growChildren(root, children, options.include, statement, rules)
  return root
}

function find(children: readonly Branch[], name: string): Tables | null {
  const found = children.find((child) => child.as === name)
  if (found?.strategy === 'query') throw notJoined(found)
  return found?.tables ?? null
}

/** A condition or an order looks at an include whose rows are not in the statement. */
export const notJoined = ({ as, tables }: Branch): QueryError =>
  new QueryError(
    `"${as}" (${tables.label}) is read by a query of its own, so the parents cannot be filtered or ordered by it. Include it with strategy: 'join'.`,
  )

function growChildren(
  parent: Branch,
  children: Branch[],
  include: unknown,
  statement: StatementScope,
  rules: TreeRules,
): void {
  for (const item of expandAll(parent.definition, include)) {
    const { association, model, options } = normaliseInclude(parent.definition, item)
    if (children.some((child) => child.as === association.as)) {
      throw new QueryError(
        `"${association.as}" is included twice in ${parent.tables.label}. Merge the two includes into one.`,
      )
    }
    children.push(grow(parent, association, model, options, statement, rules))
  }
}

function grow(
  parent: Branch,
  association: Association,
  model: ModelClass,
  given: IncludeOptions,
  statement: StatementScope,
  rules: TreeRules,
): Branch {
  const definition = model.modelDefinition
  const name = `${parent.tables.label}.${association.as}`
  // The target's own scope, beneath what the call says. A condition that only the scope has hides rows, but never parents.
  const options = definition.scopes.resolve(given) as IncludeOptions
  check(association, given, options, name)
  // A scope that the include asks for (`{ model: User.scope('active') }`) is said by the call.
  const asked = definition.scopes === association.target.modelDefinition.scopes ? given : options
  // `separate` reads rows for the parents that there are: its condition is one on these rows alone.
  const isFilter = asked.where !== undefined && asked.where !== null && given.separate !== true
  const isRequired = given.required === undefined ? isFilter : given.required === true
  const isRight = given.right === true && !isRequired
  if (isRight && association.cardinality === 'one') {
    throw new QueryError(
      `include of ${name}: right: true asks for ${association.target.name} rows without a ${association.source.name}, which cannot be part of a ${association.source.name}. Query ${association.target.name} and include the other side.`,
    )
  }
  const logical = parent.path === '' ? association.as : `${parent.path}.${association.as}`
  const said = strategyOf(association, given, isRight)
  const isApart = said === 'join' && rules.allowQueries && isAskedApart(association, given, rules.byDefault ?? 'join')
  const strategy = (rules.allowQueries && said === 'query') || rules.apart?.has(logical) ? 'query' : 'join'
  const children: Branch[] = []
  const alias = aliasFor(parent, association, logical, statement)
  const tables: Tables = new Tables(statement, definition, alias, name, parent.tables, (as) => find(children, as))
  const branch: Branch = {
    parent,
    association,
    as: association.as,
    model,
    definition,
    path: logical,
    alias,
    tables,
    given,
    options,
    isRequired,
    joinType: isRequired ? 'inner' : isRight ? 'right' : 'left',
    strategy,
    isAskedApart: isApart,
    isParanoid: given.paranoid !== false,
    isBetween: false,
    children,
    parts: UNREAD,
  }
  if (association.between) children.push(growBetween(branch, association.between, statement))
  // A branch with a query of its own reads what is below it there; here it can only filter its parents.
  if (options.include !== undefined && options.include !== null && (strategy === 'join' || isRequired))
    growChildren(branch, children, options.include, statement, rules)
  return branch
}

const THROUGH_OPTIONS = new Set(['as', 'attributes', 'where', 'paranoid'])

/** The rows between as a branch below the one that they lead to: what is selected of them stands on its instances. */
function growBetween(parent: Branch, between: Between, statement: StatementScope): Branch {
  const given = (parent.given.through ?? NO_OPTIONS) as IncludeOptions
  const name = `${parent.tables.label}, through`
  if (!isPlainObject(given))
    throw new QueryError(`include of ${name} is an object { attributes, where, as, paranoid }, got ${show(given)}.`)
  for (const key in given)
    if (!THROUGH_OPTIONS.has(key))
      throw new QueryError(`Unknown option "${key}" in the include of ${name}.${suggestion(key, THROUGH_OPTIONS)}`)
  const as = given.as ?? between.as
  if (typeof as !== 'string' || as === '') throw new QueryError(`include of ${name}: as is a name, got ${show(as)}.`)
  const model = inSchemaOf(between.model, parent.parent!.definition)
  const definition = model.modelDefinition
  const alias = statement.aliasOf(stepAlias(parent.path.replaceAll('.', '->'), { model, keys: [], scope: null }))
  const { attributes } = parent.options
  // Where nothing of the target is shown, nothing of what leads to it is, unless asked for.
  const isHidden = given.attributes === undefined && Array.isArray(attributes) && attributes.length === 0
  const options = definition.scopes.resolve(given) as IncludeOptions
  return {
    parent,
    association: between.row(as),
    as,
    model,
    definition,
    path: `${parent.path}.${as}`,
    alias,
    tables: new Tables(statement, definition, alias, `${parent.tables.label}.${as}`, parent.tables),
    given,
    options: isHidden ? { ...options, attributes: [] } : options,
    isRequired: true,
    joinType: 'inner',
    strategy: 'join',
    isAskedApart: false,
    isParanoid: given.paranoid === undefined ? parent.isParanoid : given.paranoid !== false,
    isBetween: true,
    children: [],
    parts: UNREAD,
  }
}

/** The association's name, joined to the parent's by `->`; the root's own alias is taken already. */
function aliasFor(parent: Branch, association: Association, logical: string, statement: StatementScope): string {
  const path = logical.replaceAll('.', '->')
  const isTaken = parent.parent === null && path.toLowerCase() === parent.alias.toLowerCase()
  const alias = statement.aliasOf(isTaken ? `${parent.alias}->${association.as}` : path)
  for (const step of association.joinSteps().slice(0, -1)) statement.aliasOf(stepAlias(path, step))
  return alias
}

function check(association: Association, given: IncludeOptions, options: IncludeOptions, name: string): void {
  for (const key in given) {
    if (!INCLUDE_OPTIONS.has(key))
      throw new QueryError(`Unknown option "${key}" in the include of ${name}.${suggestion(key, INCLUDE_OPTIONS)}`)
  }
  for (const key of ['required', 'right', 'or', 'paranoid', 'separate', 'duplicating', 'subQuery'] as const) {
    const value = given[key]
    if (value !== undefined && typeof value !== 'boolean')
      throw new QueryError(`include of ${name}: ${key} is true or false, got ${show(value)}.`)
  }
  if (given.through !== undefined && !association.between)
    throw new QueryError(
      `include of ${name}: "through" is for belongsToMany; this is a ${association.associationType}.`,
    )
  if (association.cardinality === 'many') return
  const has = (key: string): boolean => options[key] !== undefined && options[key] !== null && given[key] !== undefined
  if (has('order') && !(Array.isArray(given.order) && given.order.length === 0)) {
    throw new QueryError(
      `include of ${name} is one row and has no order. To order the result by it, write order: [['${association.as}', 'attribute', 'ASC']] at the top; which of several rows counts is the association's own \`order\`.`,
    )
  }
  if (has('limit') || has('offset'))
    throw new QueryError(
      `include of ${name} is one row: limit and offset belong to the top of the query, where they count ${association.source.name} rows.`,
    )
}
