/**
 * Groups and the columns of what is included: a row of a group can show a column only if all rows of the group agree in it. A find that asks
 * for more is told which include it is, before the statement where the engine's rule is certain, else beside the engine's own error.
 * Neighbours: `read/apart`, which reads by queries of their own what it can; `read/find`. Docs: docs/eager-loading.md, "How it is read".
 */
import { QueryError } from '../errors/base.js'
import type { Branch } from './include.js'
import type { FindRequest } from './request.js'

/** Throws `QueryError` where the engine knows one rule only: columns that are grouped by, and those of tables whose primary key is. */
export function refuseUngrouped(request: FindRequest): void {
  if (request.runtime.dialect.traits.groupsShowGrouped !== true) return
  const open = ungrouped(request)
  if (open !== null) throw new QueryError(messageOf(request, open))
}

/** What a statement with groups failed with, in words that name the include, where that is the reason. */
export function explainGroups(error: unknown, request: FindRequest): unknown {
  const { group, runtime } = request
  if (group.length === 0 || runtime.dialect.saysUngrouped?.(error) !== true) return error
  const open = ungrouped(request)
  return open === null ? error : new QueryError(messageOf(request, open), { cause: error })
}

/** The first joined include that shows a column which the groups leave open; null also where SQL of the user's own may group by it. */
function ungrouped({ root, group }: FindRequest): Branch | null {
  const columns = group.flatMap((expr) => (expr.kind === 'column' ? [expr] : []))
  if (columns.length < group.length) return null
  const find = (branch: Branch): Branch | null => {
    for (const child of branch.children) {
      if (child.strategy === 'query') continue
      const found = isOpen(child) ? child : find(child)
      if (found !== null) return found
    }
    return null
  }
  const isOpen = ({ alias, definition, parts }: Branch): boolean => {
    const grouped = new Set(columns.filter(({ table }) => table === alias).map(({ column }) => column))
    const { primaryKey } = definition.shape
    if (primaryKey.length > 0 && primaryKey.every(({ columnName }) => grouped.has(columnName))) return false
    return parts.selection.columns.some(
      ({ expr }) => expr.kind === 'column' && expr.table === alias && !grouped.has(expr.column),
    )
  }
  return find(root)
}

function messageOf({ root }: FindRequest, { path, isBetween, association, parent, definition }: Branch): string {
  const key = association!.keys.map(({ from }) => `'${from}'`).join(', ')
  const isTop = !isBetween && parent === root
  const nothing = isBetween ? 'through: { attributes: [] }' : 'attributes: [] in the include'
  const primary = definition.shape.primaryKey.map((attribute) => `'${path}.${attribute.attributeName}'`).join(', ')
  return (
    `${root.definition.modelName}: the group does not hold the columns of the include "${path}", whose rows may differ within a group. ` +
    `Select none of them (${nothing}), or group by them as well${primary === '' ? '' : ` (${primary})`}` +
    `${isTop ? `; with ${key} of ${root.definition.modelName} in the group, the include is read by a query of its own` : ''}.`
  )
}
