/**
 * What happens when a row with the same key exists: the options of `bulkCreate` and `upsert` in, the clause of the INSERT out.
 * Docs: querying/insert; v6: Model.bulkCreate, Model.upsert.
 */
import { uniqueKeysOf } from '../association/foreign-key.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError } from '../errors/base.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelDefinition } from '../model/definition.js'
import { normaliseWhere } from '../read/where.js'
import { column, param } from '../sql/expr.js'
import type { Assignment, ConflictClause } from '../sql/query.js'
import type { WriteOptions } from './options.js'
import { attributeNames } from './options.js'
import { tablesFor } from './selection.js'

export interface Conflict {
  /** Part of the key under which the statement's text is kept; empty: it cannot be kept. */
  readonly key: string
  readonly clause: ConflictClause
}

/** Of `bulkCreate`: `ignoreDuplicates`, or `updateOnDuplicate` with `conflictAttributes` and `conflictWhere`. Null: a duplicate is an error. */
export function conflictOf(
  runtime: Runtime,
  definition: ModelDefinition,
  attributes: readonly Attribute[],
  options: WriteOptions,
  call: string,
  isGiven: (attribute: string) => boolean,
): Conflict | null {
  const update = options.updateOnDuplicate
  if (options.ignoreDuplicates === true) {
    if (update !== undefined && update !== null && update !== false)
      throw new QueryError(
        `${call} cannot both ignore duplicates (ignoreDuplicates) and update them (updateOnDuplicate). Give one of them.`,
      )
    return { key: 'ignore', clause: { target: [], targetWhere: null, action: 'nothing', where: null } }
  }
  if (update === undefined || update === null || update === false) {
    if (options.conflictAttributes !== undefined)
      throw new QueryError(`${call}: conflictAttributes needs updateOnDuplicate, which says what to update.`)
    return null
  }
  const names =
    update === true
      ? attributes.map((attribute) => attribute.attributeName)
      : attributeNames(definition, update, 'updateOnDuplicate', call)
  if (names.length === 0) throw new QueryError(`${call}: updateOnDuplicate must be a list of attributes to update.`)
  const { updatedAt } = definition.shape
  if (updatedAt !== null && options.silent !== true && !names.includes(updatedAt)) names.push(updatedAt)
  return conflictClause(runtime, definition, names, options, call, isGiven)
}

/** The clause that updates `names` from the row proposed. */
export function conflictClause(
  runtime: Runtime,
  definition: ModelDefinition,
  names: readonly string[],
  options: WriteOptions,
  call: string,
  isGiven: (attribute: string) => boolean,
): Conflict {
  const given = options.conflictFields ?? options.conflictAttributes
  const target =
    given === undefined || given === null
      ? defaultTarget(definition, isGiven)
      : attributeNames(definition, given, 'conflictFields', call)
  const { shape, table } = definition
  const columnOf = (name: string): string => definition.attribute(name).columnName
  const action: Assignment[] = names
    .filter(
      (name) =>
        name !== shape.createdAt &&
        name !== shape.version &&
        !target.includes(name) &&
        !definition.attribute(name).primaryKey &&
        !definition.attribute(name).isVirtual,
    )
    .map((name) => ({ column: columnOf(name), value: 'excluded' }))
  if (shape.version !== null) {
    const { columnName, type } = definition.attribute(shape.version)
    action.push({
      column: columnName,
      value: { kind: 'compare', op: '+', left: column(table.name, columnName), right: param(1, type) },
    })
  }
  // An update of nothing still has to answer with the row that is there.
  if (action.length === 0 && target.length > 0) action.push({ column: columnOf(target[0]!), value: 'excluded' })
  const targetWhere =
    options.conflictWhere === undefined || options.conflictWhere === null
      ? null
      : normaliseWhere(options.conflictWhere, tablesFor(runtime, definition, options))
  const isPlain = targetWhere === null && shape.version === null
  return {
    key: isPlain ? `${target.join()}>${action.map((one) => one.column).join()}` : '',
    clause: { target: target.map(columnOf), targetWhere, action, where: null },
  }
}

/** The key that decides whether a row exists: the primary key where it is given, else a unique key whose values are given. */
function defaultTarget(definition: ModelDefinition, isGiven: (attribute: string) => boolean): readonly string[] {
  return (
    uniqueKeysOf(definition.model).find((key) => key.every(isGiven)) ??
    definition.shape.primaryKey.map((attribute) => attribute.attributeName)
  )
}
