/**
 * `include`, in all its spellings → a tree of branches, each with its association, model and alias. Conditions and attributes are read
 * in a second step (`read/request`), because they may refer to any branch of the tree. Docs: associations/basics (eager loading).
 */
import type { Association, AssociationType, Between } from '../association/association.js'
import { inSchemaOf } from '../association/schema.js'
import { isPlainObject } from '../base/freeze.js'
import { nearest, suggestion } from '../base/names.js'
import { EagerLoadingError } from '../errors/association.js'
import { QueryError } from '../errors/base.js'
import type { ModelClass, ModelDefinition } from '../model/definition.js'
import type { Expr } from '../sql/expr.js'
import { show } from '../types/data-type.js'
import { stepAlias } from './relation.js'
import type { Selection } from './selection.js'
import { EMPTY_SELECTION } from './selection.js'
import type { StatementScope } from './tables.js'
import { Tables } from './tables.js'

export type IncludeOptions = Readonly<Record<string, unknown>>

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

const isModel = (value: unknown): value is ModelClass =>
  typeof value === 'function' && typeof (value as { modelDefinition?: unknown }).modelDefinition === 'object'
const isAssociation = (value: unknown): value is Association =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Association).associationType === 'string' &&
  'target' in value &&
  'as' in value

/** A model and its scoped or schema variants are the same model. */
export function isSameModel(a: ModelClass, b: ModelClass): boolean {
  return (
    a === b ||
    (a.modelDefinition.modelName === b.modelDefinition.modelName &&
      (Object.prototype.isPrototypeOf.call(b, a) ||
        Object.prototype.isPrototypeOf.call(a, b) ||
        Object.getPrototypeOf(a) === Object.getPrototypeOf(b)))
  )
}

export interface TreeRules {
  /** False (raw rows, counts): every branch is joined; the result is the same. */
  readonly allowQueries: boolean
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
  const isRequired =
    given.required === undefined ? asked.where !== undefined && asked.where !== null : given.required === true
  const isRight = given.right === true && !isRequired
  if (isRight && association.cardinality === 'one') {
    throw new QueryError(
      `include of ${name}: right: true asks for ${association.target.name} rows without a ${association.source.name}, which cannot be part of a ${association.source.name}. Query ${association.target.name} and include the other side.`,
    )
  }
  const logical = parent.path === '' ? association.as : `${parent.path}.${association.as}`
  const strategy = strategyOf(association, given, isRight) === 'query' && rules.allowQueries ? 'query' : 'join'
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

function strategyOf(association: Association, given: IncludeOptions, isRight: boolean): 'join' | 'query' {
  if (
    given.strategy !== undefined &&
    given.strategy !== 'join' &&
    given.strategy !== 'query' &&
    given.strategy !== 'auto'
  ) {
    throw new QueryError(
      `include of "${association.as}": strategy is 'join', 'query' or 'auto', got ${show(given.strategy)}.`,
    )
  }
  if (given.separate === true && given.strategy === 'join')
    throw new QueryError(`include of "${association.as}": separate: true and strategy: 'join' contradict each other.`)
  const isMany = association.cardinality === 'many'
  // A limit for each parent is not one that a join has.
  const isCut = isMany && given.strategy === undefined && given.separate === undefined && hasLimit(given)
  const isQuery =
    given.separate === true || given.strategy === 'query' || (given.strategy === 'auto' && isMany) || isCut
  if (isQuery && (given.on !== undefined || given.or === true))
    throw new QueryError(
      `include of "${association.as}": \`on\` and \`or\` change the join, and cannot be read by a query of its own.`,
    )
  if (isQuery && isRight)
    throw new QueryError(
      `include of "${association.as}": right: true is a join, and cannot be read by a query of its own.`,
    )
  return isQuery ? 'query' : 'join'
}

const hasLimit = ({ limit, offset }: IncludeOptions): boolean =>
  (limit !== undefined && limit !== null) || (offset !== undefined && offset !== null)

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

// ---------------------------------------------------------------- spellings
export interface NormalInclude {
  readonly association: Association
  readonly model: ModelClass
  readonly options: IncludeOptions
}
const NO_OPTIONS: IncludeOptions = Object.freeze({})

/** One include as its association, its model and its options. Throws `EagerLoadingError` for what is not associated, or not clearly. */
export function normaliseInclude(definition: ModelDefinition, item: unknown): NormalInclude {
  if (typeof item === 'string') return of(definition, byName(definition, item), null, NO_OPTIONS)
  if (isModel(item)) return of(definition, byModel(definition, item, undefined), item, NO_OPTIONS)
  if (isAssociation(item)) return of(definition, own(definition, item), null, NO_OPTIONS)
  if (!isPlainObject(item)) {
    throw new EagerLoadingError(
      `${show(item)} is no include of ${definition.modelName}. ${item === undefined ? "An undefined model often comes from a circular import: include by the association's name. " : ''}Give an association's name, a model, an association, or an object with one of them.`,
    )
  }
  const options = item as IncludeOptions
  const { association, model, as } = options
  if (association !== undefined) {
    const found =
      typeof association === 'string'
        ? byName(definition, association)
        : isAssociation(association)
          ? own(definition, association)
          : isModel(association)
            ? byModel(definition, association, as)
            : undefined
    if (found === undefined)
      throw new EagerLoadingError(
        `include of ${definition.modelName}: association is a name or an association, got ${show(association)}.`,
      )
    if (as !== undefined && as !== found.as)
      throw new EagerLoadingError(
        `include of ${definition.modelName}: the association is named "${found.as}", but as: ${show(as)} was given.`,
      )
    if (model !== undefined && !isModel(model))
      throw new EagerLoadingError(`include of ${definition.modelName}: model is no model: ${show(model)}.`)
    if (isModel(model) && !isSameModel(model, found.target))
      throw new EagerLoadingError(
        `include of ${definition.modelName}: the association "${found.as}" leads to ${found.target.name}, not to ${model.name}.`,
      )
    return of(definition, found, model ?? (isModel(association) ? association : null), options)
  }
  if (isModel(model)) return of(definition, byModel(definition, model, as), model, options)
  if (model !== undefined)
    throw new EagerLoadingError(`include of ${definition.modelName}: model is no model: ${show(model)}.`)
  if ('model' in options)
    throw new EagerLoadingError(
      `include of ${definition.modelName}: model is undefined. That often comes from a circular import: include by the association's name.`,
    )
  if (typeof as === 'string') return of(definition, byName(definition, as), null, options)
  throw new EagerLoadingError(
    `An include of ${definition.modelName} names no association: give { association }, { model } or { all: true }. It has the keys ${Object.keys(options).join(', ') || '(none)'}.`,
  )
}

const of = (
  definition: ModelDefinition,
  association: Association,
  model: ModelClass | null,
  options: IncludeOptions,
): NormalInclude => ({
  association,
  model: inSchemaOf(model ?? association.target, definition),
  options,
})

function byName(definition: ModelDefinition, name: string): Association {
  const found = definition.associations.get(name)
  if (found !== undefined) return found
  const names = [...definition.associations.values()]
    .filter((association) => !association.isHidden)
    .map((association) => association.as)
  const near = nearest(name, definition.associations.keys())
  const remedy =
    near !== undefined
      ? ` Did you mean "${near}"?`
      : names.length > 0
        ? ` It has: ${names.join(', ')}.`
        : ` ${definition.modelName} has no associations.`
  throw new EagerLoadingError(`Association with alias "${name}" does not exist on ${definition.modelName}.${remedy}`)
}

function own(definition: ModelDefinition, association: Association): Association {
  const found = definition.associations.get(association.as)
  if (found === association) return association
  if (association.isLinkRow === true && isSameModel(association.source, definition.model)) return association
  if (found === undefined || !isSameModel(association.source, definition.model)) {
    throw new EagerLoadingError(
      `The association "${association.as}" belongs to ${association.source.name}, not to ${definition.modelName}.${alternatives(definition, association.target)}`,
    )
  }
  return found
}

/**
 * Compat: a model with a single association to the target is found even where the association has an alias; Sequelize 6 asks for
 * `as` then. Held by "finds the only association to a model".
 */
function byModel(definition: ModelDefinition, model: ModelClass, as: unknown): Association {
  const candidates = [...definition.associations.values()].filter((association) =>
    isSameModel(association.target, model),
  )
  if (as !== undefined) {
    const found = candidates.find((association) => association.as === as)
    if (found !== undefined) return found
    const names = candidates.map((association) => `"${association.as}"`)
    throw new EagerLoadingError(
      `${model.name} is not associated to ${definition.modelName} as ${show(as)}!${names.length > 0 ? ` There is ${names.join(', ')}.` : alternatives(definition, model)}`,
    )
  }
  const declared = candidates.filter((association) => !association.isHidden)
  const choice = declared.length > 0 ? declared : candidates
  if (choice.length === 1) return choice[0]!
  if (choice.length === 0)
    throw new EagerLoadingError(
      `${model.name} is not associated to ${definition.modelName}!${alternatives(definition, model)}`,
    )
  throw new EagerLoadingError(
    `${model.name} is associated to ${definition.modelName} multiple times: say which one by \`as\`: ${choice.map((association) => `'${association.as}'`).join(' or ')}.`,
  )
}

function alternatives(definition: ModelDefinition, model: ModelClass): string {
  const names = [...definition.associations.values()]
    .filter((association) => !association.isHidden)
    .map((association) => association.as)
  if (names.length === 0)
    return ` ${definition.modelName} has no associations: define one, e.g. ${definition.modelName}.hasOne(${model.name}).`
  return ` The associations of ${definition.modelName} are: ${names.join(', ')}.`
}

// ---------------------------------------------------------------- include: { all: true }
const KINDS: Readonly<Record<string, readonly AssociationType[]>> = {
  All: ['BelongsTo', 'HasOne', 'HasMany', 'BelongsToMany'],
  BelongsTo: ['BelongsTo'],
  HasOne: ['HasOne'],
  HasMany: ['HasMany'],
  BelongsToMany: ['BelongsToMany'],
  One: ['BelongsTo', 'HasOne'],
  Has: ['HasOne', 'HasMany'],
  Many: ['HasMany', 'BelongsToMany'],
}

/**
 * The list of includes with `{ all }` written out: every association of the kinds asked for that the user declared. `nested` goes on
 * below each, and stops at models that stand on the way already. Includes written out by the user win.
 */
export function expandAll(
  definition: ModelDefinition,
  include: unknown,
  way: readonly ModelDefinition[] = [definition],
): readonly unknown[] {
  const list: readonly unknown[] = Array.isArray(include) ? include : [include]
  if (!list.some((item) => isPlainObject(item) && item.all !== undefined && item.all !== false)) return list
  const written = list.filter((item) => !(isPlainObject(item) && item.all !== undefined))
  const names = new Set(written.map((item) => nameOf(definition, item)))
  const added = list
    .filter(
      (item): item is Record<string, unknown> => isPlainObject(item) && item.all !== undefined && item.all !== false,
    )
    .flatMap(({ all, nested, ...rest }) => {
      const kinds = kindsOf(all, definition)
      return [...definition.associations.values()]
        .filter(
          (association) =>
            kinds.has(association.associationType) && !association.isHidden && !names.has(association.as),
        )
        .filter((association) => nested !== true || !way.some((model) => isSameModel(model.model, association.target)))
        .map((association) => {
          names.add(association.as)
          const target = association.target.modelDefinition
          const below = nested === true ? expandAll(target, [{ all, nested, ...rest }], [...way, target]) : []
          return { ...rest, association, ...(below.length > 0 ? { include: below } : {}) }
        })
    })
  return [...written, ...added]
}

function kindsOf(all: unknown, definition: ModelDefinition): ReadonlySet<string> {
  const words = all === true ? ['All'] : Array.isArray(all) ? all : [all]
  return new Set(
    words.flatMap((word) => {
      const kinds = typeof word === 'string' && Object.hasOwn(KINDS, word) ? KINDS[word] : undefined
      if (kinds === undefined)
        throw new EagerLoadingError(
          `include of ${definition.modelName}: all: ${show(word)} is no kind of association.${typeof word === 'string' ? suggestion(word, Object.keys(KINDS)) : ''}`,
        )
      return kinds
    }),
  )
}

function nameOf(definition: ModelDefinition, item: unknown): string | undefined {
  if (typeof item === 'string') return item
  if (isAssociation(item)) return item.as
  if (isModel(item)) return byModel(definition, item, undefined).as
  if (!isPlainObject(item)) return undefined
  if (typeof item.association === 'string') return item.association
  if (isAssociation(item.association)) return item.association.as
  if (typeof item.as === 'string') return item.as
  return isModel(item.model) ? byModel(definition, item.model, undefined).as : undefined
}
