/**
 * What a find would do: how each include is read and why, the statement, how many statements there are, and what the engine says about it.
 * Nothing of the find itself is sent. Docs: docs/reading.md, "Explain".
 */
import type { Runtime } from '../dialect/runtime.js'
import { QueryError, UnsupportedFeatureError } from '../errors/base.js'
import type { ModelClass } from '../model/definition.js'
import { show } from '../types/data-type.js'
import { beforeFind } from './find.js'
import type { Branch } from './include.js'
import type { FindInput } from './options.js'
import type { Route } from './plan.js'
import { planFor, routeOf, statementOf } from './plan.js'
import { isPaged } from './plan-paged.js'
import type { FindRequest } from './request.js'
import { normaliseFind } from './request.js'
import { queryBelow } from './separate.js'
import type { DefaultStrategy } from './strategy.js'

export interface IncludePlan {
  /** `profile`, `profile.address`. */
  readonly path: string
  /** `User.profile`. */
  readonly association: string
  readonly model: string
  readonly strategy: 'join' | 'query'
  /** Null: read by a query of its own. */
  readonly join: 'left' | 'inner' | 'right' | null
  /** Why it is read like this. */
  readonly reason: string
}
export interface Explanation {
  readonly model: string
  readonly includes: readonly IncludePlan[]
  /** The parents of the page are chosen in a derived table, and what is included is joined to it. */
  readonly paged: boolean
  /** The first statement, with its values. */
  readonly sql: string
  readonly parameters: readonly unknown[]
  /** How many statements the find sends, if every query of an include has rows to look for. */
  readonly statements: number
  /** What the engine says: JSON where it has it, else lines of text. */
  readonly explain: unknown
}

/** Options: those of `findAll`, and `analyze` (runs the statement and measures; not on every engine). */
export async function explain(runtime: Runtime, model: ModelClass, given: FindInput = {}): Promise<Explanation> {
  const { analyze = false, ...finding } = given
  const call = `${model.name}.explain()`
  if (typeof analyze !== 'boolean') throw new QueryError(`${call}: analyze is true or false, got ${show(analyze)}.`)
  const { dialect, executor } = runtime
  if (dialect.explain === undefined) throw new UnsupportedFeatureError(`${call} is not available on ${dialect.name}.`)
  if (analyze && dialect.explain.analyze === null)
    throw new UnsupportedFeatureError(`${call}: analyze is not available on ${dialect.name}.`)
  const request = normaliseFind(runtime, model, await beforeFind(model, finding))
  const route = routeOf(request)
  const plan = planFor(request, route.needsExact, route)
  const statement = statementOf(plan, request.values)
  const word = analyze ? dialect.explain.analyze! : dialect.explain.plain
  const result = await executor.execute({ ...statement, text: `${word} ${statement.text}`, single: false }, 'read', {
    ...request.exec,
  })
  const includes = includesOf(request, route, request.byDefault)
  return {
    model: model.name,
    includes,
    paged: isPaged(request),
    sql: statement.text,
    parameters: statement.params,
    statements: 1 + includes.filter((include) => include.strategy === 'query').length,
    explain: dialect.explain.read(result.rows, analyze),
  }
}

/** What is included in a request, with what is included below queries of their own. */
function includesOf(
  request: FindRequest,
  route: Route,
  byDefault: DefaultStrategy,
  branches: readonly Branch[] = request.root.children,
  prefix = '',
): readonly IncludePlan[] {
  return branches.flatMap((branch) => {
    const own = planOf(branch, route, byDefault, `${prefix}${branch.as}`)
    const inner = `${own.path}.`
    return [
      own,
      ...(branch.strategy === 'query'
        ? below(request, branch, byDefault, inner)
        : includesOf(request, route, byDefault, branch.children, inner)),
    ]
  })
}

/** What is included below a query of its own is part of that query. */
function below(
  request: FindRequest,
  branch: Branch,
  byDefault: DefaultStrategy,
  prefix: string,
): readonly IncludePlan[] {
  const { model, options } = queryBelow(request, branch, [])
  const inner = normaliseFind(request.runtime, model, options)
  // Rows between come with the row that each leads to, and what is included is below that one.
  const { children } = branch.association!.between ? inner.root.children[0]! : inner.root
  return includesOf(inner, routeOf(inner), byDefault, children, prefix)
}

function planOf(branch: Branch, route: Route, byDefault: DefaultStrategy, path: string): IncludePlan {
  const { association, model, strategy, joinType } = branch
  return {
    path,
    association: `${association!.source.name}.${association!.as}`,
    model: model.name,
    strategy,
    join: strategy === 'join' ? joinType : null,
    reason: strategy === 'query' ? whyApart(branch, byDefault) : whyJoined(branch, route, byDefault),
  }
}

const REPEATS = 'a join would repeat each parent for every one of its rows'

function whyApart({ given, isAskedApart }: Branch, { strategy, from }: DefaultStrategy): string {
  if (given.separate === true) return 'separate: true'
  if (given.strategy === 'query') return "strategy: 'query'"
  if (given.strategy === 'auto') return `auto: ${REPEATS}`
  if (isAskedApart) return `strategy: '${strategy}' of ${from}${strategy === 'auto' ? `: ${REPEATS}` : ''}`
  return given.limit === undefined && given.offset === undefined
    ? 'groups: a join would show one of its rows, and nothing says which'
    : 'a limit for each parent, which a join does not have'
}

function whyJoined(
  { association, given, isAskedApart }: Branch,
  { loose, needsExact }: Route,
  { strategy, from }: DefaultStrategy,
): string {
  const how = loose.includes(association!)
    ? needsExact
      ? '; the database chooses the row that counts, because nothing unique holds it to one'
      : '; nothing unique holds it to one row, so parents that come twice are looked out for'
    : ''
  if (given.strategy === 'join') return `strategy: 'join'${how}`
  const said = from === null || given.strategy !== undefined ? '' : ` (strategy: '${strategy}' of ${from})`
  if (isAskedApart) return `a join: what else the find asks for needs its rows, or they need the rest${said}${how}`
  return association!.cardinality === 'many'
    ? `a join: parents are repeated in the rows of the statement, and put together again${said}`
    : `one row at most: a join repeats nothing${said}${how}`
}
