/**
 * A plain link where an engine locks what is not there: who holds the place is looked at first, since an UPDATE that finds nobody would lock
 * the gap, and two of them would block each other. One statement locks the source and the row that is linked, and tells who has the place; one
 * takes it from there and gives it away, so nothing is half done and no savepoint is needed. A part of `plain-link`.
 */
import type { Result } from '../connect/driver.js'
import type { ExecOptions } from '../connect/executor.js'
import { instancesOf } from './increment.js'
import type { Link } from './plain-link-plan.js'
import { HOLDER, TARGET } from './plain-link-plan.js'
import { definitionOf, missingRow } from './row.js'

/** As the statements take them: the keys of source and instance, what the place is worth, and when it is taken. */
interface Params {
  readonly sourceKey: unknown
  readonly own: unknown
  readonly place: unknown
  readonly times: readonly unknown[]
}

/** Answers with the keys of the rows that have lost the place. */
export async function linkAfterLook(
  { runtime, association, target, plan, id, isInside }: Link,
  { sourceKey, own, place, times }: Params,
  exec: ExecOptions,
): Promise<Result['rows']> {
  const { executor } = runtime
  const { origin, primaryKey, bindPrimary } = plan
  const { look, lookLocking, replace } = plan.looking!
  const { rows } = await executor.executeNow(
    { text: isInside ? lookLocking : look, params: [sourceKey, place, own, own], mode: 'rows', origin },
    'read',
    exec,
  )
  const holders: (readonly unknown[])[] = []
  let isThere = false
  for (const [tag, key] of rows) {
    if (Number(tag) === HOLDER) holders.push([key])
    else if (Number(tag) === TARGET) isThere = true
  }
  if (!isThere) throw missingRow(definitionOf(target).modelName, { [primaryKey.attributeName]: id })
  const keys = instancesOf(runtime, association.target, [primaryKey], holders).map(({ dataValues }) =>
    bindPrimary(dataValues[primaryKey.attributeName]),
  )
  await executor.executeNow(
    keys.length === 0
      ? { text: plan.attach, params: [place, ...times, own], mode: 'run', origin }
      : { text: replace(keys.length), params: [own, place, ...times, own, ...keys, place, own], mode: 'run', origin },
    'write',
    exec,
  )
  return holders
}
