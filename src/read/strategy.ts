/**
 * How each include is read: joined, or by a query of its own. What the include says counts (`strategy`, `separate`, a limit for each
 * parent); else the default: the find's, its model's, the Sequelize instance's, `join`. Neighbours: `read/include`, and `read/apart`, which
 * says where a default can be followed.
 */
import type { Association } from '../association/association.js'
import type { Strategy } from '../base/options.js'
import { isStrategy } from '../base/options.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError } from '../errors/base.js'
import type { ModelClass } from '../model/definition.js'
import { show } from '../types/data-type.js'
import type { IncludeOptions } from './include-spelling.js'
import type { FindInput } from './options.js'

/** How includes are read that say nothing, and who says so: `the find`, `the model User`. */
export interface DefaultStrategy {
  readonly strategy: Strategy
  /** Null: nobody. */
  readonly from: string | null
}
export const JOINED: DefaultStrategy = Object.freeze({ strategy: 'join', from: null })

export function defaultStrategy(runtime: Runtime, model: ModelClass, { strategy }: FindInput): DefaultStrategy {
  if (isStrategy(strategy)) return { strategy, from: 'the find' }
  const { settings, modelName } = model.modelDefinition
  if (settings.strategy !== null) return { strategy: settings.strategy, from: `the model ${modelName}` }
  const { strategy: common } = runtime.options
  return common === null ? JOINED : { strategy: common, from: 'new Sequelize()' }
}

/** What the include itself says; `join` where it says nothing. Throws `QueryError` for contradictions. */
export function strategyOf(association: Association, given: IncludeOptions, isRight: boolean): 'join' | 'query' {
  const { strategy } = given
  if (strategy !== undefined && !isStrategy(strategy))
    throw new QueryError(
      `include of "${association.as}" in ${association.source.name}: strategy is 'join', 'query' or 'auto', got ${show(strategy)}.`,
    )
  if (given.separate === true && strategy === 'join')
    throw new QueryError(`include of "${association.as}": separate: true and strategy: 'join' contradict each other.`)
  const isMany = association.cardinality === 'many'
  // A limit for each parent is not one that a join has.
  const isCut = isMany && strategy === undefined && given.separate === undefined && hasLimit(given)
  const isQuery = given.separate === true || strategy === 'query' || (strategy === 'auto' && isMany) || isCut
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

/** Options that say how an include is read, or that only a join has. */
const TELLING = ['strategy', 'separate', 'on', 'or', 'right', 'duplicating', 'subQuery'] as const

/** Whether a default has something to say about an include, and asks for a query of its own. */
export function isAskedApart(association: Association, given: IncludeOptions, byDefault: Strategy): boolean {
  if (byDefault === 'join' || (byDefault === 'auto' && association.cardinality !== 'many')) return false
  if (TELLING.some((option) => given[option] !== undefined)) return false
  // Joined for the sake of a condition: there is nothing to read.
  return !(Array.isArray(given.attributes) && given.attributes.length === 0)
}
