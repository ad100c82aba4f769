/** Adds to numbers in the database: `SET visits = visits + 1`, without reading them first. Docs: querying/update ("Incrementing and decrementing"). */
import type { Runtime } from '../dialect/runtime.js'
import { QueryError } from '../errors/base.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelClass, ModelDefinition } from '../model/definition.js'
import { hydrate } from '../model/rows.js'
import type { ModelState } from '../model/state.js'
import { toExpr } from '../read/expression.js'
import type { Expr } from '../sql/expr.js'
import { column } from '../sql/expr.js'
import { isFragment } from '../sql/fragments.js'
import { show } from '../types/data-type.js'
import { versionStep } from './destroy.js'
import type { WriteOptions } from './options.js'
import { attributeNames, checkOptions, execOf } from './options.js'
import { plus, requireWhere, selectRows, tablesFor } from './selection.js'
import { readReturned, returningOf, run, valueNode } from './statements.js'

/**
 * `fields`: a name, names, or `{ name: amount }`; `by` (default 1) for those without an amount. Rows: those of `where` (required).
 * Resolves to the rows as they are now (where the engine has RETURNING, unless `returning: false`) and their number.
 */
export async function increment(
  runtime: Runtime,
  model: ModelClass,
  fields: unknown,
  options?: WriteOptions | null,
): Promise<[ModelState[], number]> {
  const definition = model.modelDefinition
  const call = `${definition.modelName}.increment()`
  checkOptions(options, 'increment', call)
  requireWhere(options, call)
  const amounts = amountsOf(definition, fields, options.by ?? 1, call)
  const tables = tablesFor(runtime, definition, options)
  const set: { column: string; value: Expr }[] = amounts.map(([attribute, amount]) => ({
    column: attribute.columnName,
    value: isFragment(amount)
      ? {
          kind: 'compare',
          op: '+',
          left: column(null, attribute.columnName),
          right: toExpr(amount, tables, 'increment', attribute.type),
        }
      : plus(attribute.columnName, amount, attribute.type),
  }))
  set.push(...versionStep(definition))
  const { updatedAt } = definition.shape
  if (
    updatedAt !== null &&
    options.silent !== true &&
    !amounts.some(([attribute]) => attribute.attributeName === updatedAt)
  ) {
    const attribute = definition.attribute(updatedAt)
    set.push({ column: attribute.columnName, value: valueNode(runtime, definition, attribute, new Date()) })
  }
  const returning = returnedBy(runtime, definition, { ...options, returning: options.returning ?? true }, call)
  const { where } = selectRows(runtime, definition, options, options.paranoid === true ? 'visible' : 'all')
  const result = await run(
    runtime,
    {
      kind: 'update',
      table: definition.table,
      set,
      where,
      orderBy: [],
      limit: null,
      returning: returningOf(returning),
    },
    execOf(options),
    definition,
  )
  return [returning.length === 0 ? [] : instancesOf(runtime, model, returning, result.rows), result.affectedRows]
}

function amountsOf(definition: ModelDefinition, fields: unknown, by: unknown, call: string): [Attribute, unknown][] {
  const given: Record<string, unknown> = {}
  const one = (name: unknown): void => {
    given[String(name)] = by
  }
  if (typeof fields === 'string') one(fields)
  else if (Array.isArray(fields)) {
    for (const field of fields as unknown[])
      if (typeof field === 'object' && field !== null) Object.assign(given, field)
      else one(field)
  } else if (typeof fields === 'object' && fields !== null) Object.assign(given, fields)
  const names = attributeNames(definition, Object.keys(given), 'the first argument', call)
  if (names.length === 0)
    throw new QueryError(`${call} needs the attributes to add to: a name, a list of names, or { name: amount }.`)
  return names.map((name, index) => {
    const amount = Object.values(given)[index]
    if (
      !isFragment(amount) &&
      typeof amount !== 'bigint' &&
      !Number.isFinite(typeof amount === 'string' && amount.trim() !== '' ? Number(amount) : amount)
    ) {
      throw new QueryError(`${call}: the amount for "${name}" must be a number, got ${show(amount)}.`)
    }
    const attribute = definition.attribute(name)
    if (attribute.isVirtual) throw new QueryError(`${call}: "${name}" is a virtual attribute and has no column.`)
    // Some engines would make a number of the text, and write it.
    if (!isFragment(amount) && NO_NUMBERS.has(attribute.type.key))
      throw new QueryError(`${call}: "${name}" is no number, its data type is ${attribute.type.key}.`)
    return [attribute, amount]
  })
}

const NO_NUMBERS: ReadonlySet<string> = new Set([
  'STRING',
  'CHAR',
  'TEXT',
  'CITEXT',
  'BOOLEAN',
  'UUID',
  'ENUM',
  'BLOB',
  'JSON',
  'JSONB',
])

/** The attributes that a `returning` option asks for; none where the engine cannot. */
export function returnedBy(
  runtime: Runtime,
  definition: ModelDefinition,
  options: WriteOptions,
  call: string,
): readonly Attribute[] {
  const { returning } = options
  if (!returning || runtime.dialect.traits.returning !== 'statement') return []
  if (returning === true) return definition.shape.physical
  const names = attributeNames(definition, returning, 'returning', call)
  return definition.shape.physical.filter((attribute) => names.includes(attribute.attributeName))
}

export function instancesOf(
  runtime: Runtime,
  model: ModelClass,
  attributes: readonly Attribute[],
  rows: readonly (readonly unknown[])[],
): ModelState[] {
  return rows.map((row) => {
    const read = readReturned(runtime, attributes, row)
    return hydrate(
      model,
      Object.fromEntries(attributes.map(({ attributeName }, index) => [attributeName, read[index]])),
    )
  })
}
