/**
 * The pieces of which joins and EXISTS are made: a table under its alias, the equality of keys, the rows that are not soft-deleted.
 * Neighbours: `read/plan` joins with them, `read/where` filters by them.
 */
import type { JoinStep } from '../association/association.js'
import type { ModelDefinition } from '../model/definition.js'
import type { Expr } from '../sql/expr.js'
import { all, column, compare, isNull, param } from '../sql/expr.js'
import { isFragment } from '../sql/fragments.js'
import type { TableSource } from '../sql/query.js'

export const joinSource = (definition: ModelDefinition, alias: string): TableSource => ({
  kind: 'table',
  table: { schema: definition.table.schema, name: definition.table.name },
  alias,
})

/** Alias of the table between the two ends (belongsToMany): `tags->post_tag`. */
export const stepAlias = (path: string, step: JoinStep): string => `${path}->${step.model.modelDefinition.modelName}`

/** `user.id = profile.userId`, for every pair of a key. */
export function keyCondition(step: JoinStep, from: ModelDefinition, fromAlias: string, toAlias: string): Expr {
  const to = step.model.modelDefinition
  return all(
    step.keys.map((key) =>
      compare(
        column(fromAlias, from.attribute(key.from).columnName),
        '=',
        column(toAlias, to.attribute(key.to).columnName),
      ),
    ),
  )!
}

/** The condition of a paranoid model's rows that are not deleted; null for a model that is not paranoid. */
export function visibleRows(definition: ModelDefinition, alias: string | null): Expr | null {
  const { settings, shape } = definition
  if (!settings.paranoid || shape.deletedAt === null) return null
  const attribute = definition.attribute(shape.deletedAt)
  const left = column(alias, attribute.columnName)
  const fallback = attribute.defaultValue
  // With a default, rows that were never deleted hold it instead of NULL.
  return fallback === undefined || fallback === null || typeof fallback === 'function' || isFragment(fallback)
    ? isNull(left)
    : compare(left, '=', param(fallback, attribute.type))
}
