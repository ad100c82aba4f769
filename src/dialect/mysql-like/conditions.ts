/**
 * Unique indexes with a condition, which neither server has: the condition becomes one more part of the key, 1 where it holds and NULL where
 * not, because a key with NULL in it equals no other. MySQL takes the expression itself; MariaDB wants a generated column, which is invisible
 * and is told by its name. The snapshots of both know only the condition: it is read here from what the database reports, and written here
 * into what is sent. The columns that are the key's own come first, so the index serves a foreign key too.
 * Neighbours: `canonical` reads, `changes` writes.
 */
import { shorten } from '../../base/names.js'
import type { Change } from '../../schema/change.js'
import { mentions } from '../../schema/diff.js'
import type { ColumnSnapshot, IndexSnapshot, SchemaSnapshot, TableSnapshot } from '../../schema/snapshot.js'
import { columnSnapshot, exactName, findTable, indexField, tableKey } from '../../schema/snapshot.js'
import { canonicalExpression, stripParentheses } from './expression.js'

const MAX_NAME = 64
const conditionColumn = (index: string): string => shorten(`${index}_where`, MAX_NAME)

/** `case when … then 1 end` → `…`; null for any other expression. */
function conditionIn(expression: string): string | null {
  const text = canonicalExpression(stripParentheses(expression))
  const found = /^case when (.*) then 1 end$/s.exec(text)?.[1]
  // One branch only: else the text between is no condition.
  return found === undefined || /^case when .* when /s.test(text.replace(/'(?:[^']|'')*'/g, "''")) ? null : found
}

/**
 * MariaDB indexes nothing that hangs on the session's sql_mode, as the blanks at the end of a CHAR column do: there a condition says
 * `rtrim(column)`, which means the same. `chars`: the names of such columns.
 */
export const trimmed = (sql: string, chars: ReadonlySet<string>): string =>
  sql.replace(IDENTIFIERS, (token, trimmedName: string | undefined, name: string | undefined) =>
    trimmedName === undefined && name !== undefined && chars.has(name.replaceAll('``', '`'))
      ? `rtrim(${token})`
      : token,
  )
export const isChar = (type: string): boolean => /^CHAR\b/.test(type)
/** The way back. A column that was CHAR once may still be written so. */
export const untrimmed = (sql: string): string =>
  sql.replace(IDENTIFIERS, (token, name: string | undefined) => (name === undefined ? token : `\`${name}\``))
const IDENTIFIERS = /'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*"|rtrim\(`((?:[^`]|``)*)`\)|`((?:[^`]|``)*)`/gis

/** A table as it is reported, with conditions in place of what stands for them. */
export function withConditions(table: TableSnapshot, asExpressions: boolean): TableSnapshot {
  const hidden = new Set<string>()
  const indexes = table.indexes.map((index): IndexSnapshot => {
    const last = index.fields.at(-1)
    if (!index.unique || index.where !== null || !last || index.fields.length < 2) return index
    let where: string | null = null
    if (asExpressions) where = last.expression ? conditionIn(last.name) : null
    else if (last.name === conditionColumn(index.name)) {
      const column = table.columns.find((candidate) => candidate.name === last.name)
      where = column?.generated ? conditionIn(column.generated.expression) : null
      if (where !== null) hidden.add(last.name)
    }
    return where === null ? index : { ...index, fields: index.fields.slice(0, -1), where }
  })
  return { ...table, indexes, columns: table.columns.filter((column) => !hidden.has(column.name)) }
}

interface Expanded {
  readonly index: IndexSnapshot
  readonly column: ColumnSnapshot | null
}

function expanded(index: IndexSnapshot, asExpressions: boolean): Expanded {
  if (index.where === null) return { index, column: null }
  const expression = `CASE WHEN ${index.whereSql ?? index.where} THEN 1 END`
  const name = conditionColumn(index.name)
  const field = asExpressions ? indexField(expression, { expression: true }) : indexField(name)
  return {
    index: { ...index, where: null, fields: [...index.fields, field] },
    column: asExpressions
      ? null
      : columnSnapshot(name, 'TINYINT(1)', { generated: { expression, stored: false }, invisible: true }),
  }
}

/** The same changes in the words that the server has. `actual`: the picture before them. */
export function withoutConditions(
  changes: readonly Change[],
  actual: SchemaSnapshot,
  asExpressions: boolean,
): readonly Change[] {
  return changes.flatMap((change): readonly Change[] => {
    switch (change.kind) {
      case 'alter-column':
        return asExpressions ? [change] : withIndexesAround(change, changes, actual)
      case 'create-table': {
        const parts = change.table.indexes.map((index) => expanded(index, asExpressions))
        const columns = parts.flatMap(({ column }) => column ?? [])
        const indexes = parts.map(({ index }) => index)
        return [{ ...change, table: { ...change.table, indexes, columns: [...change.table.columns, ...columns] } }]
      }
      case 'create-index': {
        const { index, column } = expanded(change.index, asExpressions)
        const { table } = change
        return [...(column ? [{ kind: 'add-column', table, column } as const] : []), { ...change, index }]
      }
      case 'drop-index': {
        const { table } = change
        const index = findTable(actual, table)?.indexes.find((candidate) => candidate.name === change.index)
        if (!index || index.where === null || asExpressions) return [change]
        return [change, { kind: 'drop-column', table, column: conditionColumn(index.name) }]
      }
      default:
        return [change]
    }
  })
}

/** A column that becomes CHAR is spelled in another way in conditions: indexes that stay and have it in theirs are made anew. */
function withIndexesAround(
  change: Extract<Change, { kind: 'alter-column' }>,
  changes: readonly Change[],
  actual: SchemaSnapshot,
): readonly Change[] {
  const { table, from, to } = change
  if (!isChar(to.type) || isChar(from.type)) return [change]
  const indexes = (findTable(actual, table)?.indexes ?? []).filter(
    ({ name, where }) =>
      where !== null &&
      mentions(where, new Set([from.name]), exactName) &&
      !changes.some(
        (other) => other.kind === 'drop-index' && other.index === name && tableKey(other.table) === tableKey(table),
      ),
  )
  return withoutConditions(
    [
      ...indexes.map(({ name }) => ({ kind: 'drop-index', table, index: name }) as const),
      ...indexes.map(
        (index) =>
          ({
            kind: 'create-index',
            table,
            index: { ...index, whereSql: trimmed(index.whereSql ?? index.where!, new Set([from.name])) },
          }) as const,
      ),
    ],
    actual,
    false,
  ).concat(change)
}
