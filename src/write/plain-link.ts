/**
 * `setX(instance)` of a hasOne with nothing around it: no hooks, no options, a key of one attribute that can be null, a source that was
 * loaded, and an instance that does not say that it is linked already. Who holds the place need not be looked at then: one statement takes it from whoever does, one gives it to
 * the instance. Texts are kept per association. Everything else is `link-target`'s.
 */
import type { Association, KeyPair } from '../association/association.js'
import { isBound } from '../association/bound.js'
import type { Origin, Result } from '../connect/driver.js'
import { originOf } from '../connect/driver.js'
import type { ExecOptions } from '../connect/executor.js'
import type { Transaction } from '../connect/transaction.js'
import type { Runtime } from '../dialect/runtime.js'
import { ValidationError } from '../errors/validation.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelShape } from '../model/definition.js'
import { forget, ModelState, storedValue } from '../model/state.js'
import { checkType } from '../model/validate.js'
import { column, compare, param } from '../sql/expr.js'
import { isFragment } from '../sql/fragments.js'
import type { QueryNode } from '../sql/query.js'
import { explain } from './faults.js'
import { instancesOf } from './increment.js'
import { lockNode } from './link-step.js'
import type { WriteOptions } from './options.js'
import { execOf } from './options.js'
import { isUpdatePlain } from './plain-save.js'
import { hasOriginalSave } from './public.js'
import { FIND_HOOKS } from './release.js'
import { Memory, remember } from './remember.js'
import { definitionOf, missingRow } from './row.js'
import { restore, setKey, snapshot } from './snapshot.js'
import { conditionOf, returningOf } from './statements.js'

type Bind = (value: unknown) => unknown

interface Plan {
  readonly shape: ModelShape
  readonly sourceShape: ModelShape
  readonly keys: readonly KeyPair[]
  readonly origin: Origin
  /** Attribute of the source that the key refers to. */
  readonly from: string
  readonly foreignKey: Attribute
  readonly primaryKey: Attribute
  readonly sourceKey: Attribute
  readonly updatedAt: Attribute | null
  readonly bindKey: Bind
  readonly bindPrimary: Bind
  readonly bindSource: Bind
  readonly bindTime: Bind
  /** Null: the engine locks no rows. */
  readonly lock: string | null
  readonly release: string
  /** The same, answering with the keys of the rows that were released. */
  readonly releaseTelling: string
  readonly attach: string
}

/** Null: links of the association are never plain, as long as its models and its key are what they are. */
interface Kept {
  readonly shape: ModelShape
  readonly sourceShape: ModelShape
  readonly keys: readonly KeyPair[]
  readonly plan: Plan | null
}
const kept = new WeakMap<Association, Kept>()

function planOf(runtime: Runtime, association: Association): Plan | null {
  const { shape } = association.target.modelDefinition
  const { shape: sourceShape } = association.source.modelDefinition
  const { keys } = association
  let found = kept.get(association)
  if (found === undefined || found.shape !== shape || found.sourceShape !== sourceShape || found.keys !== keys) {
    found = { shape, sourceShape, keys, plan: makePlan(runtime, association, shape, sourceShape) }
    kept.set(association, found)
  }
  return found.plan
}

function makePlan(
  { dialect }: Runtime,
  association: Association,
  shape: ModelShape,
  sourceShape: ModelShape,
): Plan | null {
  const definition = association.target.modelDefinition
  const { keys, target, source } = association
  const [primaryKey, sourceKey] = [shape.primaryKey[0], sourceShape.primaryKey[0]]
  const foreignKey = keys.length === 1 ? shape.attributes.get(keys[0]!.to) : undefined
  const { rowLocks, gapLocks, returning } = dialect.traits
  if (
    foreignKey === undefined ||
    primaryKey === undefined ||
    sourceKey === undefined ||
    shape.primaryKey.length !== 1 ||
    sourceShape.primaryKey.length !== 1 ||
    foreignKey === primaryKey ||
    foreignKey.validate !== null ||
    shape.deletedAt !== null ||
    association.scope !== null ||
    association.isSymmetric === true ||
    association.isOneOfMany === true ||
    isBound(target.modelDefinition) ||
    isBound(source.modelDefinition) ||
    !association.unlink().possible ||
    // An UPDATE that finds no row would lock the gap where it could stand.
    (rowLocks && gapLocks === true) ||
    returning !== 'statement' ||
    // Their validators run on every save, and may look at anything.
    Object.keys(definition.settings.validate).length > 0 ||
    shape.all.some(({ isVirtual, validate }) => isVirtual && validate !== null)
  )
    return null
  const updatedAt = shape.updatedAt === null ? null : definition.attribute(shape.updatedAt)
  const set = [foreignKey, ...(updatedAt === null ? [] : [updatedAt])].map(({ columnName, type }) => ({
    column: columnName,
    value: param(undefined, type),
  }))
  const update = { kind: 'update', table: definition.table, set, orderBy: [], limit: null } as const
  const others = conditionOf([
    { attribute: foreignKey, op: '=', value: undefined },
    { attribute: primaryKey, op: '<>', value: undefined },
  ])
  const itself = compare(column(null, primaryKey.columnName), '=', param(undefined, primaryKey.type))
  const print = (node: QueryNode): string => dialect.print(node).text
  const bindOf = ({ type }: Attribute): Bind => dialect.codec(type).toBind ?? ((value) => value)
  return {
    shape,
    sourceShape,
    keys,
    origin: originOf(definition),
    from: keys[0]!.from,
    foreignKey,
    primaryKey,
    sourceKey,
    updatedAt,
    bindKey: bindOf(foreignKey),
    bindPrimary: bindOf(primaryKey),
    bindSource: bindOf(sourceKey),
    bindTime: updatedAt === null ? (value) => value : bindOf(updatedAt),
    lock: rowLocks ? print(lockNode(source.modelDefinition, [{ attribute: sourceKey, value: undefined }])) : null,
    release: print({ ...update, where: others, returning: [] }),
    releaseTelling: print({ ...update, where: others, returning: returningOf([primaryKey]) }),
    attach: print({ ...update, where: itself, returning: [] }),
  }
}

const PLAIN: ReadonlySet<string> = new Set(['transaction', 'logging', 'connection', 'benchmark'])

interface Link {
  readonly runtime: Runtime
  readonly association: Association
  readonly source: ModelState
  readonly target: ModelState
  readonly plan: Plan
  readonly options: WriteOptions
  readonly key: unknown
  readonly memory: Memory
}

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
  // A source that the program has just made, or knows to have nobody, has no row to lose: a look is cheaper than an UPDATE that finds none.
  if (source._options.isNewRecord === true || source.dataValues[association.as] === null) return null
  const plan = planOf(runtime, association)
  if (plan === null) return null
  const key = source.dataValues[plan.from]
  const held = target.dataValues[plan.foreignKey.attributeName]
  const id = storedValue(target, plan.primaryKey.attributeName)
  // The key of an instance that was not loaded whole, or is this one already, says nothing of its row.
  if (!isKey(key) || !isKey(id) || held === undefined || plan.foreignKey.type.areValuesEqual(held, key)) return null
  if (target._previous?.has(plan.foreignKey.attributeName) || !isKey(storedValue(source, plan.sourceKey.attributeName)))
    return null
  const memory = new Memory(runtime, source)
  const link: Link = { runtime, association, source, target, plan, options, key, memory }
  const before = snapshot(target)
  const fail = (error: unknown): never => {
    memory.failed()
    restore(target, before)
    throw error
  }
  const done = (): ModelState => {
    memory.committed()
    return target
  }
  try {
    const linked = runtime.executor.atomicNow(execOf(options) ?? {}, (transaction) => linking(link, transaction, id))
    return linked instanceof Promise ? linked.then(done, fail) : done()
  } catch (error) {
    return fail(error)
  }
}

const isKey = (value: unknown): boolean => value !== undefined && value !== null && !isFragment(value)

function linking(link: Link, transaction: Transaction, id: unknown): void | Promise<void> {
  const { runtime, source, target, plan, options, key } = link
  const { logging, benchmark, connection } = options as ExecOptions
  const exec: ExecOptions = { transaction, logging, benchmark, connection }
  const { foreignKey, updatedAt } = plan
  const definition = definitionOf(target)
  setKey(target, { [foreignKey.attributeName]: key })
  const wrong = runtime.options.noTypeValidation ? null : checkType(foreignKey, key, target, definition.modelName)
  if (wrong !== null) throw new ValidationError(null, [wrong])
  const time = updatedAt === null ? null : new Date()
  if (updatedAt !== null) target.setDataValue(updatedAt.attributeName, time)
  const times = time === null ? [] : [plan.bindTime(time)]
  const place = plan.bindKey(key)
  const own = plan.bindPrimary(id)
  // Who has lost the place is of interest to the instance that the source holds; with others about, that may be another one by then.
  const isTold = plan.lock !== null || source.dataValues[link.association.as] instanceof ModelState

  const lock = (): unknown =>
    plan.lock !== null &&
    runtime.executor.executeNow(
      {
        text: plan.lock,
        params: [plan.bindSource(storedValue(source, plan.sourceKey.attributeName))],
        mode: 'rows',
      },
      'read',
      exec,
    )
  const release = (): Result | Promise<Result> =>
    runtime.executor.executeNow(
      {
        text: isTold ? plan.releaseTelling : plan.release,
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
  if (locked instanceof Promise) return linkLater(link, transaction, id, time, locked, release, attach)
  const released = release()
  if (released instanceof Promise) return linkLater(link, transaction, id, time, released, () => released, attach)
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
        id,
        time,
        attached,
        () => released,
        () => attached,
      )
    : finish(link, id, time, released, attached)
}

/** Where answers have to be waited for: all travel together if the connection takes them so. The first that fails counts. */
async function linkLater(
  link: Link,
  { pipelines }: Transaction,
  id: unknown,
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
  finish(link, id, time, released, await attaching)
}

const explained = ({ target }: Link, error: unknown): unknown =>
  explain(error, definitionOf(target), target, (name) => target.dataValues[name])

function finish(link: Link, id: unknown, time: Date | null, released: Result, attached: Result): void {
  const { runtime, association, source, target, plan, memory } = link
  const { foreignKey, primaryKey, updatedAt } = plan
  if (attached.affectedRows === 0) throw missingRow(definitionOf(target).modelName, { [primaryKey.attributeName]: id })
  forget(target, foreignKey.attributeName)
  if (updatedAt !== null) forget(target, updatedAt.attributeName)
  if (target._previous?.size === 0) target._previous = null
  const gone =
    released.rows.length === 0 ? NOBODY : instancesOf(runtime, association.target, [primaryKey], released.rows)
  for (const { dataValues } of gone) {
    dataValues[foreignKey.attributeName] = null
    if (updatedAt !== null) dataValues[updatedAt.attributeName] = time
  }
  memory.written(() => remember(association, source, target, gone))
}
const NOBODY: readonly ModelState[] = []
