/**
 * What a change can do to data that is there: a change and the picture before it in, a hazard out. `sync({ plan: true })` shows it.
 * Neighbours: `schema/diff` makes the changes, `sync/apply` checks in the database whether a hazard is real.
 */
import type { Change, Hazard } from './change.js'
import type { Fold, SchemaSnapshot } from './snapshot.js'
import { exactName, findTable, tableKey } from './snapshot.js'

const NONE: Hazard = { kind: 'none' }
const losesData = (what: string): Hazard => ({ kind: 'loses-data', what })
const mayFail = (what: string): Hazard => ({ kind: 'may-fail', what })

export function hazardOf(change: Change, actual: SchemaSnapshot, fold: Fold = exactName): Hazard {
  if (change.kind === 'create-table') return NONE
  const name = tableKey(change.table)
  const table = findTable(actual, change.table, fold)
  switch (change.kind) {
    case 'drop-table':
      return table || !change.ifExists ? losesData(`table ${name} and its rows`) : NONE
    case 'drop-column':
      return losesData(`column ${name}.${change.column} and its values`)
    case 'add-column':
      return !change.column.nullable &&
        change.column.default === null &&
        !change.column.autoIncrement &&
        !change.column.generated
        ? mayFail(`column ${name}.${change.column.name} is NOT NULL without a default: refused if the table has rows`)
        : NONE
    case 'alter-column': {
      const { from, to } = change
      if (from.generated && !to.generated)
        return mayFail(`column ${name}.${from.name} is no longer generated; its present values stay`)
      if (from.nullable && !to.nullable)
        return mayFail(`column ${name}.${from.name} becomes NOT NULL: refused if it holds NULL`)
      if (from.type !== to.type && !isWider(from.type, to.type))
        return mayFail(
          `column ${name}.${from.name} changes its type from ${from.type || '(none)'} to ${to.type || '(none)'}: values that do not fit are converted or refused`,
        )
      return NONE
    }
    case 'create-index':
      return change.index.unique
        ? mayFail(`unique index ${change.index.name} on ${name}: refused if rows have equal keys`)
        : NONE
    case 'add-primary-key':
      return mayFail(
        `primary key (${change.primaryKey.columns.join(', ')}) of ${name}: refused if rows have equal or missing keys`,
      )
    case 'add-foreign-key':
      return mayFail(
        `foreign key (${change.foreignKey.columns.join(', ')}) of ${name}: refused if rows refer to something that does not exist`,
      )
    case 'add-check':
      return mayFail(`check ${change.check.name ?? change.check.expression} on ${name}: refused if rows do not meet it`)
    default:
      return NONE
  }
}

/** The same type with a greater length (`VARCHAR(50)` → `VARCHAR(255)`, `DECIMAL(8,2)` → `DECIMAL(10,2)`), or text without a limit. */
export function isWider(from: string, to: string): boolean {
  const a = split(from)
  const b = split(to)
  if (b.name === 'TEXT' && b.sizes.length === 0) return /CHAR|TEXT|CLOB/.test(a.name)
  if (a.name !== b.name || a.rest !== b.rest) return false
  if (a.sizes.length === 0 || a.sizes.length !== b.sizes.length) return b.sizes.length === 0
  const [precision = 0, scale = 0] = a.sizes
  const [widerPrecision = 0, widerScale = 0] = b.sizes
  return widerScale >= scale && widerPrecision - widerScale >= precision - scale
}

function split(type: string): { name: string; sizes: readonly number[]; rest: string } {
  const match = /^([^(]*)(?:\(([\d,\s]*)\))?(.*)$/s.exec(type)
  return {
    name: match?.[1]?.trim() ?? type,
    sizes: match?.[2] ? match[2].split(',').map(Number) : [],
    rest: match?.[3]?.trim() ?? '',
  }
}
