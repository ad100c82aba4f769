/**
 * Changes of columns that the server would refuse, told before anything is sent: DDL takes part in no transaction here, so nothing may stop
 * in the middle. Changes and the picture before them in, an error or nothing out. For `changes`.
 */
import { UnsupportedFeatureError } from '../../errors/index.js'
import type { Change } from '../../schema/change.js'
import type { SchemaSnapshot, TableSnapshot } from '../../schema/snapshot.js'
import { findTable, tableKey } from '../../schema/snapshot.js'
import { isGeometryType, isLargeType } from './canonical.js'

type AlterColumn = Extract<Change, { kind: 'alter-column' }>

export interface RetypeQuirks {
  readonly engine: string
  /** A key over the whole of a TEXT, BLOB, JSON or geometry column is shortened or hashed by the server; false: refused. */
  readonly wholeLargeKeys: boolean
  /** A geometry column may become any type, and any column a geometry one, as far as the rows allow; false: only texts and bytes. */
  readonly geometryCasts: boolean
}

/** Throws UnsupportedFeatureError that names table, column and what stands in the way. */
export function checkRetyped(changes: readonly Change[], actual: SchemaSnapshot, quirks: RetypeQuirks): void {
  for (const change of changes) {
    if (change.kind !== 'alter-column' || change.from.type === change.to.type) continue
    if (!quirks.geometryCasts) checkCast(change, quirks)
    if (quirks.wholeLargeKeys || !isLargeType(change.to.type)) continue
    const key = keyInTheWay(change, findTable(actual, change.table), changes)
    if (key !== null)
      throw refused(
        change,
        quirks,
        `the ${key} is over it. Drop that first (queryInterface.removeIndex or removeConstraint), or keep the type.`,
      )
  }
}

function checkCast(change: AlterColumn, quirks: RetypeQuirks): void {
  const [from, to] = [change.from.type, change.to.type]
  const other = isGeometryType(from) ? to : isGeometryType(to) ? from : null
  if (other === null || isGeometryType(other) || isTextOrBytes(other)) return
  throw refused(change, quirks, 'the one is not cast to the other. Drop the column and add it anew, or keep the type.')
}

const isTextOrBytes = (type: string): boolean => /^(?:VAR)?(?:CHAR|BINARY)|TEXT\b|BLOB\b|^ENUM|^SET|^JSON/.test(type)

/** A key that stays and cannot hold the column's new type: text needs a length, JSON and geometries have no ordinary keys. */
function keyInTheWay(
  { to, from, table }: AlterColumn,
  before: TableSnapshot | undefined,
  changes: readonly Change[],
): string | null {
  const isText = /(?:TEXT|BLOB)\b/.test(to.type)
  const goes = (name: string): boolean =>
    changes.some(
      (change) => change.kind === 'drop-index' && change.index === name && tableKey(change.table) === tableKey(table),
    )
  const index = before?.indexes.find(
    (candidate) =>
      !goes(candidate.name) &&
      candidate.fields.some(
        (field) => !field.expression && field.name === from.name && !(isText && field.length !== null),
      ) &&
      !(isText && candidate.type === 'FULLTEXT') &&
      !(isGeometryType(to.type) && candidate.type === 'SPATIAL'),
  )
  if (index) return `index "${index.name}"`
  return before?.primaryKey?.columns.includes(from.name) ? 'primary key' : null
}

const refused = ({ table, from, to }: AlterColumn, { engine }: RetypeQuirks, reason: string): Error =>
  new UnsupportedFeatureError(
    `${engine} cannot change column "${from.name}" of "${tableKey(table)}" from ${from.type} to ${to.type}: ${reason}`,
  )
