/**
 * A tree of branches → the joins that read it. One-to-ones are plain joins; where the database does not promise that a single row
 * matches, `exact` joins name the row that counts: the first in the association's order, else the lowest primary key, among the rows
 * that the include's conditions leave. Neighbours: `read/plan`, `read/aggregate`.
 */
import type { Expr, OrderItem } from '../sql/expr.js'
import { all, call, column, compare, isNull, param, raw } from '../sql/expr.js'
import type { JoinNode, Source } from '../sql/query.js'
import { select } from '../sql/query.js'
import { mentionedAliases } from '../sql/walk.js'
import type { Branch } from './include.js'
import { spread } from './lists.js'
import { joinSource, keyCondition, visibleRows } from './relation.js'
import type { StatementScope } from './tables.js'
import { Tables } from './tables.js'
import { normaliseWhere } from './where.js'

export interface JoinRules {
  /** Exactly one row per parent, whatever the data; else plain joins, which the reader watches for duplicates. */
  readonly exact: boolean
  /** Branches that are left out (counts join only what filters). */
  readonly skip?: (branch: Branch) => boolean
}

/** True where several rows may match a one-to-one: the database does not hold it, or the user replaced the condition. */
export const needsChoice = (branch: Branch): boolean =>
  branch.association?.cardinality === 'one' &&
  (branch.parts.on !== null || branch.options.or === true || !branch.association.isUniqueBacked)

/** Joins for what is below a branch, in an order in which each refers only to what stands before it. */
export function joinsBelow(branch: Branch, rules: JoinRules): readonly JoinNode[] {
  return branch.children.flatMap((child) =>
    child.strategy === 'query' || child.isBetween || rules.skip?.(child) === true ? [] : joinBranch(child, rules),
  )
}

/** Conditions on a branch' own rows that its required `strategy: 'query'` children make. */
const requiredBelow = (branch: Branch): readonly Expr[] =>
  branch.children.filter((child) => child.strategy === 'query' && child.isRequired).map((child) => existsBelow(child))

/** Conditions on the root's rows: the user's, soft deletes, and includes that are required but read by a query of their own. */
export const rootCondition = ({ root, where }: { readonly root: Branch; readonly where: Expr | null }): Expr | null =>
  all([where, root.isParanoid ? visibleRows(root.definition, root.alias) : null, ...requiredBelow(root)])

function joinBranch(branch: Branch, rules: JoinRules): readonly JoinNode[] {
  const below = joinsBelow(branch, rules)
  const source = sourceOf(branch, rules)
  const on = rules.exact && needsChoice(branch) ? chosenRow(branch) : plainCondition(branch)
  // LEFT JOIN (b INNER JOIN c): a b without its c is as good as absent, but its parent stays. Also where b's condition looks at c.
  if (
    below.length > 0 &&
    ((branch.joinType !== 'inner' && below.some((join) => join.type === 'inner')) || mentionedBelow(branch).size > 0)
  ) {
    return [{ kind: 'join', type: branch.joinType, source: { kind: 'nested', source, joins: below }, on }]
  }
  return [{ kind: 'join', type: branch.joinType, source, on }, ...below]
}

function sourceOf(branch: Branch, rules: JoinRules): Source {
  const steps = branch.association!.joinSteps()
  const own =
    rules.exact && needsChoice(branch) && branch.definition.shape.primaryKey.length === 0
      ? numberedRows(branch)
      : joinSource(branch.definition, branch.alias)
  if (steps.length === 1) return own
  // through INNER JOIN target
  const between = betweenOf(branch)!
  return {
    kind: 'nested',
    source: joinSource(between.definition, between.alias),
    joins: [
      {
        kind: 'join',
        type: 'inner',
        source: own,
        on: keyCondition(steps[1]!, between.definition, between.alias, branch.alias),
      },
    ],
  }
}
const throughAlias = (branch: Branch): string => betweenOf(branch)!.alias
/** The branch of the rows between; undefined where the branch' rows hold the key, or its parent's. */
const betweenOf = (branch: Branch): Branch | undefined => branch.children.find((child) => child.isBetween)

/** Keys, the association's scope, soft deletes and the include's own condition. */
function plainCondition(branch: Branch): Expr | null {
  const { parts, options } = branch
  const keys = parts.on ?? keysOf(branch)
  return options.or === true && parts.where !== null
    ? all([all([keys, parts.where], 'or'), ...rowConditions(branch)])
    : all([keys, ...rowConditions(branch), parts.where])
}

function keysOf(branch: Branch): Expr {
  const steps = branch.association!.joinSteps()
  return keyCondition(
    steps[0]!,
    branch.parent!.definition,
    branch.parent!.alias,
    steps.length === 1 ? branch.alias : throughAlias(branch),
  )
}

function rowConditions(branch: Branch): readonly (Expr | null)[] {
  const between = betweenOf(branch)
  const steps = branch.association!.joinSteps()
  const own = between === undefined ? [] : [scopeOf(between, steps[0]!.scope), visible(between), between.parts.where]
  return [...own, scopeOf(branch, steps.at(-1)!.scope), visible(branch), ...requiredBelow(branch)]
}
const visible = ({ isParanoid, definition, alias }: Branch): Expr | null =>
  isParanoid ? visibleRows(definition, alias) : null
/** The scope's values belong to the association, not to the call: they are constants of the plan. */
const scopeOf = ({ tables, definition, alias }: Branch, scope: object | null): Expr | null =>
  scope === null
    ? null
    : normaliseWhere(scope, new Tables(constants(tables.statement), definition, alias, tables.label))

/** The same scope, values becoming constants. */
const constants = (statement: StatementScope): StatementScope => ({
  runtime: statement.runtime,
  placeholders: {},
  param,
  list: spread,
  condition: normaliseWhere,
  aliasOf: (path) => statement.aliasOf(path),
})

/** `profile.id = (SELECT profile.id FROM … WHERE … ORDER BY … LIMIT 1)`. The inner alias hides the outer one on purpose: conditions read the same. */
function chosenRow(branch: Branch): Expr | null {
  const { definition, alias } = branch
  const keys = definition.shape.primaryKey.map((attribute) => column(alias, attribute.columnName))
  if (keys.length === 0) return all([plainCondition(branch), compare(column(alias, ROW_NUMBER), '=', raw('1'))])
  const chosen = select({
    columns: keys.map((expr) => ({ expr, alias: null })),
    from: joinSource(definition, alias),
    joins: requiredJoins(branch),
    where: plainCondition(branch),
    orderBy: orderOfChoice(branch),
    limit: raw('1'),
  })
  return compare(keys.length === 1 ? keys[0]! : { kind: 'list', items: keys }, '=', {
    kind: 'subquery',
    select: chosen,
  })
}

/** A row counts only where what is required below it is there, and where it meets conditions on what is below it. */
function requiredJoins(branch: Branch): readonly JoinNode[] {
  const mentioned = mentionedBelow(branch)
  const isMentioned = (child: Branch): boolean => mentioned.has(child.alias) || child.children.some(isMentioned)
  return joinsBelow(branch, { exact: false, skip: (child) => child.joinType !== 'inner' && !isMentioned(child) })
}

/** Aliases below a branch that its own condition looks at (`where: { '$address.city$': … }` inside an include). */
function mentionedBelow({ parts, children }: Branch): ReadonlySet<string> {
  const condition = all([parts.where, parts.on])
  return condition === null || children.length === 0 ? NONE : mentionedAliases(condition, aliasesOf(children))
}
const NONE: ReadonlySet<string> = new Set()
const aliasesOf = (branches: readonly Branch[]): readonly string[] =>
  branches.flatMap((branch) => [branch.alias, ...aliasesOf(branch.children)])

function orderOfChoice({ association, definition, alias }: Branch): readonly OrderItem[] {
  const given = (association!.order ?? []).map(
    ([name, direction]): OrderItem => ({
      expr: column(alias, definition.attribute(name).columnName),
      direction,
      nulls: null,
    }),
  )
  return [
    ...given,
    ...definition.shape.primaryKey.map(
      (attribute): OrderItem => ({ expr: column(alias, attribute.columnName), direction: null, nulls: null }),
    ),
  ]
}

const ROW_NUMBER = 'mortise_row'
/** Without a primary key no row can be named: the rows of each key are numbered instead. */
function numberedRows(branch: Branch): Source {
  const { definition, alias, association } = branch
  const partitionBy = association!.keys.map((key) => column(alias, definition.attribute(key.to).columnName))
  const given = orderOfChoice(branch)
  // Any order will do, as long as it is always the same.
  const orderBy =
    given.length > 0
      ? given
      : definition.shape.physical.map(
          (attribute): OrderItem => ({ expr: column(alias, attribute.columnName), direction: null, nulls: null }),
        )
  const numbered = select({
    columns: [
      { expr: { kind: 'star', table: alias }, alias: null },
      { expr: { kind: 'window', call: call('ROW_NUMBER', []), partitionBy, orderBy }, alias: ROW_NUMBER },
    ],
    from: joinSource(definition, alias),
    where: all([...rowConditions(branch), branch.parts.where]),
  })
  return { kind: 'derived', select: numbered, alias, lateral: false }
}

/** EXISTS (row of this branch, with what is required below it). */
export function existsBelow(branch: Branch): Expr {
  return {
    kind: 'exists',
    negated: false,
    select: select({
      columns: [{ expr: raw('1'), alias: null }],
      from: sourceOf(branch, { exact: false }),
      joins: requiredJoins(branch),
      where: plainCondition(branch),
    }),
  }
}

/** `CASE WHEN a IS NOT NULL OR b IS NOT NULL THEN 1 END`: some column of the branch has a value. */
export function anyValue({ definition, alias }: Branch): Expr {
  const filled = definition.shape.physical.map((attribute) => isNull(column(alias, attribute.columnName), true))
  // biome-ignore lint/suspicious/noThenProperty: the THEN of a CASE
  return { kind: 'case', whens: [{ when: all(filled, 'or') ?? raw('1 = 0'), then: raw('1') }], otherwise: null }
}
