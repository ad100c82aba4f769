/**
 * `setX(instance)` of a hasOne with nothing around it: no hooks, no options, a key of one attribute that can be null, and an instance that
 * does not say that it is linked already. Of a source that was loaded, who holds the place need not be looked at: one statement takes it from
 * whoever does, one gives it to the instance. Where an engine locks what an UPDATE does not find, `plain-link-look` looks first. Everything
 * else is `link-target`'s.
 */
import type { Association } from '../association/association.js'
import type { Result } from '../connect/driver.js'
import type { ExecOptions } from '../connect/executor.js'
import type { Transaction } from '../connect/transaction.js'
import type { Runtime } from '../dialect/runtime.js'
import { ValidationError } from '../errors/validation.js'
import { forget, ModelState, storedValue } from '../model/state.js'
import { checkType } from '../model/validate.js'
import { isFragment } from '../sql/fragments.js'
import { explain } from './faults.js'
import { instancesOf } from './increment.js'
import type { WriteOptions } from './options.js'
import { execOf } from './options.js'
import { linkAfterLook } from './plain-link-look.js'
import type { Blind, Link } from './plain-link-plan.js'
import { HOLDER, planOf } from './plain-link-plan.js'
import { isUpdatePlain } from './plain-save.js'
import { hasOriginalSave } from './public.js'
import { FIND_HOOKS } from './release.js'
import { Memory, remember } from './remember.js'
import { definitionOf, missingRow } from './row.js'
import { restore, setKey, snapshot } from './snapshot.js'

const PLAIN: ReadonlySet<string> = new Set(['transaction', 'logging', 'connection', 'benchmark'])

/**
 * Links the instance. Null, and nothing has happened: the link is not plain. Without a promise where nothing has to be waited for; throws at
 * once, too.
 */
export function linkPlainly(
  runtime: Runtime,
  association: Association,
  source: ModelState,
  target: ModelState,
  options: WriteOptions,
): ModelState | Promise<ModelState> | null {
  for (const name in options) if (options[name] !== undefined && !PLAIN.has(name)) return null
  const definition = definitionOf(target)
  if (
    target.isNewRecord ||
    source.isNewRecord ||
    definition !== association.target.modelDefinition ||
    definitionOf(source) !== association.source.modelDefinition ||
    association.onReplace !== 'nullify' ||
    !isUpdatePlain(runtime, definition) ||
    definition.hooks.hasAny(FIND_HOOKS) ||
    !hasOriginalSave(target)
  )
    return null
  const plan = planOf(runtime, association)
  if (plan === null) return null
  // A source that the program has just made, or knows to have nobody, has no row to lose: a look is cheaper than an UPDATE that finds none.
  if (plan.blind !== null && (source._options.isNewRecord === true || source.dataValues[association.as] === null))
    return null
  const key = source.dataValues[plan.from]
  const held = target.dataValues[plan.foreignKey.attributeName]
  const id = storedValue(target, plan.primaryKey.attributeName)
  // The key of an instance that was not loaded whole, or is this one already, says nothing of its row.
  if (!isKey(key) || !isKey(id) || held === undefined || plan.foreignKey.type.areValuesEqual(held, key)) return null
  if (target._previous?.has(plan.foreignKey.attributeName) || !isKey(storedValue(source, plan.sourceKey.attributeName)))
    return null
  const memory = new Memory(runtime, source)
  const exec = execOf(options) ?? {}
  const isInside = runtime.executor.currentTransaction(exec) !== null
  const link: Link = { runtime, association, source, target, plan, options, key, id, isInside, memory }
  const before = snapshot(target)
  const fail = (error: unknown): ModelState | Promise<ModelState> => {
    memory.failed()
    restore(target, before)
    if (plan.blind === null || plan.blind.replace === null) throw error
    if (runtime.dialect.traits.writesInWith?.isRefused(error) !== true) throw error
    plan.blind.replace = null
    return linkPlainly(runtime, association, source, target, options)!
  }
  const done = (): ModelState => {
    memory.committed()
    return target
  }
  try {
    const linked =
      plan.blind !== null
        ? runtime.executor.atomicNow(exec, (transaction) => linking(link, plan.blind!, transaction))
        : runtime.executor.singleNow(exec, (transaction) => lookAndLink(link, transaction))
    return linked instanceof Promise ? linked.then(done, fail) : done()
  } catch (error) {
    return fail(error)
  }
}

const isKey = (value: unknown): boolean => value !== undefined && value !== null && !isFragment(value)

/** Sets the key in the instance, and answers with what is written: the key, the time, and as parameters the times and the two keys. */
function written({ runtime, source, target, plan, key, id }: Link) {
  const { foreignKey, updatedAt } = plan
  setKey(target, { [foreignKey.attributeName]: key })
  const wrong = runtime.options.noTypeValidation
    ? null
    : checkType(foreignKey, key, target, definitionOf(target).modelName)
  if (wrong !== null) throw new ValidationError(null, [wrong])
  const time = updatedAt === null ? null : new Date()
  if (updatedAt !== null) target.setDataValue(updatedAt.attributeName, time)
  return {
    time,
    times: time === null ? [] : [plan.bindTime(time)],
    place: plan.bindKey(key),
    own: plan.bindPrimary(id),
    sourceKey: plan.bindSource(storedValue(source, plan.sourceKey.attributeName)),
  }
}

const execIn = ({ logging, benchmark, connection }: WriteOptions, transaction: Transaction): ExecOptions => ({
  transaction,
  logging: logging as ExecOptions['logging'],
  benchmark: benchmark as ExecOptions['benchmark'],
  connection: connection as ExecOptions['connection'],
})

async function lookAndLink(link: Link, transaction: Transaction): Promise<void> {
  const { time, ...params } = written(link)
  const rows = await linkAfterLook(link, params, execIn(link.options, transaction)).catch((error: unknown) => {
    throw explained(link, error)
  })
  finish(link, time, rows)
}

function linking(link: Link, blind: Blind, transaction: Transaction): void | Promise<void> {
  const { runtime, source, plan, options } = link
  const exec = execIn(options, transaction)
  const { time, times, place, own, sourceKey } = written(link)
  if (blind.lock !== null && blind.replace !== null) {
    const params = [null, ...times, place, own, place, ...times, own]
    return replaceBehindLock(link, blind.lock, blind.replace, sourceKey, params, time, exec, transaction)
  }
  // Who has lost the place is of interest to the instance that the source holds; with others about, that may be another one by then.
  const isTold = blind.lock !== null || source.dataValues[link.association.as] instanceof ModelState

  const lock = (): unknown =>
    blind.lock !== null &&
    runtime.executor.executeNow({ text: blind.lock, params: [sourceKey], mode: 'rows' }, 'read', exec)
  const release = (): Result | Promise<Result> =>
    runtime.executor.executeNow(
      {
        text: isTold ? blind.releaseTelling : blind.release,
        params: [null, ...times, place, own],
        mode: isTold ? 'rows' : 'run',
        origin: plan.origin,
      },
      'write',
      exec,
    )
  const attach = (): Result | Promise<Result> =>
    runtime.executor.executeNow(
      { text: plan.attach, params: [place, ...times, own], mode: 'run', origin: plan.origin },
      'write',
      exec,
    )
  const locked = lock()
  if (locked instanceof Promise) return linkLater(link, transaction, time, locked, release, attach)
  const released = release()
  if (released instanceof Promise) return linkLater(link, transaction, time, released, () => released, attach)
  let attached: Result | Promise<Result>
  try {
    attached = attach()
  } catch (error) {
    throw explained(link, error)
  }
  return attached instanceof Promise
    ? linkLater(
        link,
        transaction,
        time,
        attached,
        () => released,
        () => attached,
      )
    : finishBlind(link, time, released, attached)
}

/** The lock by itself: what a statement sees is what was there when it began, and that may be before the lock was had. */
async function replaceBehindLock(
  link: Link,
  lock: string,
  replace: string,
  sourceKey: unknown,
  params: readonly unknown[],
  time: Date | null,
  exec: ExecOptions,
  { pipelines }: Transaction,
): Promise<void> {
  const { executor } = link.runtime
  const { origin, primaryKey } = link.plan
  const locking = Promise.resolve(executor.executeNow({ text: lock, params: [sourceKey], mode: 'rows' }, 'read', exec))
  if (!pipelines) await locking
  const replacing = Promise.resolve(executor.executeNow({ text: replace, params, mode: 'rows', origin }, 'write', exec))
  replacing.catch(() => {})
  await locking
  const { rows } = await replacing.catch((error: unknown) => {
    throw explained(link, error)
  })
  const released: (readonly unknown[])[] = []
  let isAttached = false
  for (const [tag, key] of rows) {
    if (Number(tag) === HOLDER) released.push([key])
    else isAttached = true
  }
  if (!isAttached) throw missingRow(definitionOf(link.target).modelName, { [primaryKey.attributeName]: link.id })
  finish(link, time, released)
}

/** Where answers have to be waited for: all travel together if the connection takes them so. The first that fails counts. */
async function linkLater(
  link: Link,
  { pipelines }: Transaction,
  time: Date | null,
  first: Promise<unknown>,
  release: () => Result | Promise<Result>,
  attach: () => Result | Promise<Result>,
): Promise<void> {
  if (!pipelines) await first
  const releasing = Promise.resolve(release())
  if (!pipelines) await releasing
  const attaching = Promise.resolve(attach()).catch((error: unknown) => {
    throw explained(link, error)
  })
  releasing.catch(() => {})
  attaching.catch(() => {})
  await first
  const released = await releasing
  finishBlind(link, time, released, await attaching)
}

const explained = ({ target }: Link, error: unknown): unknown =>
  explain(error, definitionOf(target), target, (name) => target.dataValues[name])

function finishBlind(link: Link, time: Date | null, { rows }: Result, { affectedRows }: Result): void {
  const { target, plan, id } = link
  if (affectedRows === 0) throw missingRow(definitionOf(target).modelName, { [plan.primaryKey.attributeName]: id })
  finish(link, time, rows)
}

/** `released`: keys of the rows that have lost the place. */
function finish(link: Link, time: Date | null, released: Result['rows']): void {
  const { runtime, association, source, target, plan, memory } = link
  const { foreignKey, primaryKey, updatedAt } = plan
  forget(target, foreignKey.attributeName)
  if (updatedAt !== null) forget(target, updatedAt.attributeName)
  if (target._previous?.size === 0) target._previous = null
  const gone = released.length === 0 ? NOBODY : instancesOf(runtime, association.target, [primaryKey], released)
  for (const { dataValues } of gone) {
    dataValues[foreignKey.attributeName] = null
    if (updatedAt !== null) dataValues[updatedAt.attributeName] = time
  }
  memory.written(() => remember(association, source, target, gone))
}
const NOBODY: readonly ModelState[] = []
