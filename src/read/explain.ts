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
  const includes = includesOf(request, route, '')
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

function includesOf(request: FindRequest, route: Route, prefix: string): readonly IncludePlan[] {
  const visit = (branch: Branch): readonly IncludePlan[] => [
    planOf(branch, route, prefix),
    ...(branch.strategy === 'query' ? below(request, branch, prefix) : branch.children.flatMap(visit)),
  ]
  return request.root.children.flatMap(visit)
}

/** What is included below a query of its own is part of that query. */
function below({ runtime, root }: FindRequest, branch: Branch, prefix: string): readonly IncludePlan[] {
  const { include } = branch.options
  if (include === undefined || include === null) return []
  const { replacements, bind, minifyAliases } = root.given
  const inner = normaliseFind(runtime, branch.model, { include, replacements, bind, minifyAliases })
  return includesOf(inner, routeOf(inner), `${prefix}${branch.path}.`)
}

function planOf(branch: Branch, route: Route, prefix: string): IncludePlan {
  const { association, model, strategy, joinType, path } = branch
  return {
    path: `${prefix}${path}`,
    association: `${association!.source.name}.${association!.as}`,
    model: model.name,
    strategy,
    join: strategy === 'join' ? joinType : null,
    reason: reasonOf(branch, route),
  }
}

function reasonOf({ association, given, strategy }: Branch, { loose, needsExact }: Route): string {
  const many = association!.cardinality === 'many'
  const asked = typeof given.strategy === 'string' && given.strategy !== 'auto' ? `strategy: '${given.strategy}'` : null
  if (strategy === 'query') {
    if (given.separate === true) return 'separate: true'
    return asked ?? 'auto: a join would repeat each parent for every one of its rows'
  }
  const how = loose.includes(association!)
    ? needsExact
      ? '; the database chooses the row that counts, because nothing unique holds it to one'
      : '; nothing unique holds it to one row, so parents that come twice are looked out for'
    : ''
  if (asked !== null) return `${asked}${how}`
  return many
    ? 'a join: parents are repeated in the rows of the statement, and put together again'
    : `one row at most: a join repeats nothing${how}`
}
