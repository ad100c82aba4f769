/**
 * A find inside another statement: `{ id: { [Op.in]: User.select({ attributes: ['id'], where }) } }`. Its options are read as those of any
 * find, its values are parameters of the statement around it, and SQL fragments in it can name the tables outside.
 */
import { QueryError } from '../errors/base.js'
import type { ModelClass } from '../model/definition.js'
import { all, raw } from '../sql/expr.js'
import { Select } from '../sql/fragments.js'
import type { SelectNode } from '../sql/query.js'
import { select } from '../sql/query.js'
import { growTree } from './include.js'
import { joinsBelow, rootCondition } from './joins.js'
import type { FindInput, OptionTable } from './options.js'
import { checkOptions, isEmpty } from './options.js'
import { normaliseGroup, normaliseOrder } from './order.js'
import { joinSource } from './relation.js'
import { count, havingTables, readParts } from './request.js'
import { layOut } from './row-shape.js'
import type { Tables } from './tables.js'
import { normaliseWhere } from './where.js'

const OPTIONS: OptionTable = new Map(
  ['where', 'attributes', 'include', 'order', 'limit', 'offset', 'paranoid', 'group', 'having', 'distinct'].map(
    (name) => [name, 0],
  ),
)

/** The fragment; the model's scopes are part of the options already. Throws `QueryError` for options that a subquery does not have. */
export function subqueryOf(model: ModelClass, options: FindInput): Select {
  checkOptions(options, OPTIONS, model, 'select')
  return new Select(model.name, (tables, use) => selectNode(model, options, tables as Tables, use))
}

function selectNode(model: ModelClass, options: FindInput, outside: Tables, use: string): SelectNode {
  const { statement } = outside
  const { dialect } = statement.runtime
  const root = growTree(model, options, statement, { allowQueries: false })
  readParts(root, false)
  if (root.children.some((child) => child.association!.cardinality === 'many') && options.limit !== undefined)
    throw new QueryError(`${model.name}.select(): limit does not go with an include of many rows.`)
  const where = normaliseWhere(options.where, root.tables)
  const group = normaliseGroup(options.group, root)
  const having = isEmpty(options.having) ? null : normaliseWhere(options.having, havingTables(root))
  const { columns } = layOut(root, dialect, { mode: 'rows', identifyRoot: false, asWritten: true, echo: [] })
  if (use === 'value' && columns.length !== 1)
    throw new QueryError(
      `${model.name}.select() stands where one value is meant, but selects ${columns.length}: name one in attributes, for example { attributes: ['${model.modelDefinition.shape.primaryKey[0]?.attributeName ?? 'id'}'] }.`,
    )
  return select({
    distinct: options.distinct === true,
    columns: use === 'exists' || columns.length === 0 ? [{ expr: raw('1'), alias: null }] : columns,
    from: joinSource(root.definition, root.alias),
    joins: joinsBelow(root, { exact: true }),
    where: all([rootCondition({ root, where })]),
    groupBy: group,
    having,
    orderBy: normaliseOrder(options.order, root),
    limit: count(options.limit, 'limit', root.tables),
    offset: count(options.offset, 'offset', root.tables),
  })
}
