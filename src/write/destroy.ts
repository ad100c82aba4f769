/**
 * Deleting and undoing soft deletion: of one instance, and of the rows that a condition selects. Where an association asks for it, the rows
 * that depend on a row go first, each with its hooks, all in one atomic step.
 * Docs: querying/delete, models/paranoid, other-topics/hooks ("Hooks for cascade deletes").
 */
import type { Association } from '../association/association.js'
import { isBound } from '../association/bound.js'
import type { Runtime } from '../dialect/runtime.js'
import { InstanceError, OptimisticLockError, QueryError, UnsupportedFeatureError } from '../errors/base.js'
import type { Attribute } from '../model/attribute.js'
import type { ModelClass, ModelDefinition } from '../model/definition.js'
import { wantsHook } from '../model/hooks.js'
import type { ModelState } from '../model/state.js'
import { markGone, markPersisted } from '../model/state.js'
import type { Expr } from '../sql/expr.js'
import { isFragment } from '../sql/fragments.js'
import type { QueryNode } from '../sql/query.js'
import { destroyBound, refuseToEmpty } from './bound.js'
import { isSameRow } from './link-step.js'
import type { WriteOptions } from './options.js'
import { checkOptions, draftOf, execOf, hookOptionsOf, stepOptions } from './options.js'
import { asInstance, asModel, targetModel } from './public.js'
import { definitionOf, previousOf, rowOf } from './row.js'
import { limitOf, plus, refuseOrder, requireWhere, selectRows } from './selection.js'
import type { Condition } from './statements.js'
import { deleteRows, run, updateRows, valueNode } from './statements.js'

/** Under this key a cascade says when the parent was soft-deleted, so that both can be restored together. */
const DELETED_AT: unique symbol = Symbol('mortise.deletedAt')
/** Under this key a cascade keeps the rows that it has come from: rows that refer to each other (a pair) do not delete each other in circles. */
const COMES_FROM: unique symbol = Symbol('mortise.comesFrom')

// ---------------------------------------------------------------- one instance

/**
 * Deletes the row of an instance: for good, or by `deletedAt` on a paranoid model without `force`.
 * Throws InstanceError without a primary key, OptimisticLockError where the row has a version and was changed.
 */
export async function destroy(runtime: Runtime, instance: ModelState, options?: WriteOptions | null): Promise<void> {
  const definition = definitionOf(instance)
  const call = `${definition.modelName} instance.destroy()`
  checkOptions(options, 'destroyInstance', call)
  if (!isBound(definition)) return await destroyRow(runtime, instance, options)
  const model = instance.constructor as ModelClass
  await destroyBound(runtime, model, instance.where(), options, (within) => destroyRow(runtime, instance, within))
}

async function destroyRow(
  runtime: Runtime,
  instance: ModelState,
  options: WriteOptions | null | undefined,
): Promise<void> {
  const definition = definitionOf(instance)
  const { hooks } = definition
  const hookOptions = hookOptionsOf(options)
  const draft =
    wantsHook(hooks, 'beforeDestroy', hookOptions) || wantsHook(hooks, 'afterDestroy', hookOptions)
      ? draftOf(runtime, options)
      : null
  if (draft !== null && wantsHook(hooks, 'beforeDestroy', hookOptions))
    await hooks.runAsync('beforeDestroy', instance, draft)
  const used: WriteOptions | undefined = draft ?? options ?? undefined
  const isSoft = isSoftDelete(definition, used)
  const dependents = dependentsOf(definition, isSoft, used)
  const time = (used?.[DELETED_AT] as Date | undefined) ?? new Date()
  if (dependents.length === 0) await remove(runtime, instance, definition, used, isSoft ? time : null)
  else {
    await runtime.executor.atomic(execOf(used) ?? {}, async (transaction) => {
      const within = { ...used, transaction }
      await cascade(instance, dependents, within, isSoft ? time : null)
      await remove(runtime, instance, definition, within, isSoft ? time : null)
    })
  }
  markGone(instance, true)
  if (draft !== null && wantsHook(hooks, 'afterDestroy', hookOptions))
    await hooks.runAsync('afterDestroy', instance, draft)
}

const isSoftDelete = (definition: ModelDefinition, options: WriteOptions | undefined): boolean =>
  definition.settings.paranoid && definition.shape.deletedAt !== null && options?.force !== true

/** The row itself. `time` null: for good. */
async function remove(
  runtime: Runtime,
  instance: ModelState,
  definition: ModelDefinition,
  options: WriteOptions | undefined,
  time: Date | null,
): Promise<void> {
  const { shape, modelName } = definition
  const where: Condition[] = rowOf(instance, definition, 'destroy()')
  const version = shape.version === null ? undefined : previousOf(instance, shape.version)
  if (shape.version !== null && version !== undefined)
    where.push({ attribute: shape.attributes.get(shape.version)!, op: '=', value: version })
  let affected: number
  if (time === null) affected = (await deleteRows(runtime, definition, where, execOf(options))).affectedRows
  else {
    const values = softDeletion(definition, time, options, version)
    affected = (
      await updateRows(
        runtime,
        definition,
        values.map(([attribute]) => attribute),
        values.map(([, value]) => value),
        where,
        [],
        execOf(options),
      )
    ).affectedRows
    if (affected > 0) {
      const persisted = Object.fromEntries(values.map(([attribute, value]) => [attribute.attributeName, value]))
      markPersisted(instance, persisted, Object.keys(persisted))
    }
  }
  if (affected === 0 && version !== undefined)
    throw new OptimisticLockError({
      modelName,
      values: {},
      where: Object.fromEntries(where.map(({ attribute, value }) => [attribute.attributeName, value])),
    })
}

function softDeletion(
  definition: ModelDefinition,
  time: Date,
  options: WriteOptions | undefined,
  version: unknown,
): [Attribute, unknown][] {
  const { attributes, deletedAt, updatedAt, version: versionName } = definition.shape
  const values: [Attribute, unknown][] = [[attributes.get(deletedAt!)!, time]]
  if (updatedAt !== null && options?.silent !== true) values.push([attributes.get(updatedAt)!, time])
  if (versionName !== null && version !== undefined)
    values.push([attributes.get(versionName)!, Number(version ?? 0) + 1])
  return values
}

/** What `deletedAt` holds while a row is not deleted. */
function notDeleted(definition: ModelDefinition): unknown {
  const { defaultValue } = definition.attribute(definition.shape.deletedAt!)
  return defaultValue === undefined || typeof defaultValue === 'function' || isFragment(defaultValue)
    ? null
    : defaultValue
}

/** Undoes a soft deletion; `cascade: true` also of the rows that were deleted with it. Throws InstanceError on a model that is not paranoid. */
export async function restore(runtime: Runtime, instance: ModelState, options?: WriteOptions | null): Promise<void> {
  const definition = definitionOf(instance)
  checkOptions(options, 'restoreInstance', `${definition.modelName} instance.restore()`)
  requireParanoid(definition)
  const { hooks, shape } = definition
  const hookOptions = hookOptionsOf(options)
  const draft =
    wantsHook(hooks, 'beforeRestore', hookOptions) || wantsHook(hooks, 'afterRestore', hookOptions)
      ? draftOf(runtime, options)
      : null
  if (draft !== null && wantsHook(hooks, 'beforeRestore', hookOptions))
    await hooks.runAsync('beforeRestore', instance, draft)
  const used: WriteOptions | undefined = draft ?? options ?? undefined
  const time = instance.dataValues[shape.deletedAt!]
  const bringBack = async (within: WriteOptions | undefined): Promise<void> => {
    const where = rowOf(instance, definition, 'restore()')
    const version = shape.version === null ? undefined : previousOf(instance, shape.version)
    const values: [Attribute, unknown][] = [[shape.attributes.get(shape.deletedAt!)!, notDeleted(definition)]]
    if (shape.updatedAt !== null && within?.silent !== true)
      values.push([shape.attributes.get(shape.updatedAt)!, new Date()])
    if (shape.version !== null && version !== undefined)
      values.push([shape.attributes.get(shape.version)!, Number(version ?? 0) + 1])
    await updateRows(
      runtime,
      definition,
      values.map(([attribute]) => attribute),
      values.map(([, value]) => value),
      where,
      [],
      execOf(within),
    )
    const persisted = Object.fromEntries(values.map(([attribute, value]) => [attribute.attributeName, value]))
    markPersisted(instance, persisted, Object.keys(persisted))
  }
  const dependents = used?.cascade === true ? softDependents(definition) : []
  if (dependents.length === 0) await bringBack(used)
  else {
    await runtime.executor.atomic(execOf(used) ?? {}, async (transaction) => {
      const within: WriteOptions = { ...used, transaction }
      await bringBack(within)
      for (const association of dependents) {
        const batch = association.batch([instance])
        if (batch === null || time === null || time === undefined) continue
        const { deletedAt } = association.target.modelDefinition.shape
        const rows = await targetModel(association, instance)
          .withoutScope()
          .findAll({
            where: { ...batch.where, [deletedAt!]: time },
            paranoid: false,
            transaction,
            logging: within.logging,
          })
        for (const row of rows) await asInstance(row).restore({ ...stepOptions(within), cascade: true })
      }
    })
  }
  markGone(instance, false)
  if (draft !== null && wantsHook(hooks, 'afterRestore', hookOptions))
    await hooks.runAsync('afterRestore', instance, draft)
}

function requireParanoid(definition: ModelDefinition): void {
  if (definition.settings.paranoid && definition.shape.deletedAt !== null) return
  throw new InstanceError(
    `${definition.modelName} is not paranoid: its rows are deleted for good and cannot be restored. Define it with { paranoid: true }.`,
  )
}

// ---------------------------------------------------------------- what depends on a row

/**
 * Associations whose rows go with a row. For good: those with `hooks: true` and ON DELETE CASCADE, because the database's own cascade
 * runs no hooks. Softly: paranoid targets whose association says CASCADE, because the database does not see a soft deletion.
 */
function dependentsOf(definition: ModelDefinition, isSoft: boolean, options: WriteOptions | undefined): Association[] {
  if (definition.associations.size === 0 || options?.cascade === false) return []
  if (isSoft) return softDependents(definition)
  return [...definition.associations.values()].filter(
    (association) => association.saveOrder === 'after' && association.onDelete === 'CASCADE' && association.hooks,
  )
}

const softDependents = (definition: ModelDefinition): Association[] =>
  [...definition.associations.values()].filter(
    (association) =>
      association.saveOrder === 'after' &&
      association.declaredOnDelete === 'CASCADE' &&
      association.target.modelDefinition.settings.paranoid,
  )

/** Destroys the rows that depend on an instance. `time` null: for good. */
async function cascade(
  instance: ModelState,
  dependents: readonly Association[],
  options: WriteOptions,
  time: Date | null,
): Promise<void> {
  const from = [...((options[COMES_FROM] as readonly ModelState[] | undefined) ?? []), instance]
  for (const association of dependents) {
    const batch = association.batch([instance])
    if (batch === null) continue
    const rows = await targetModel(association, instance)
      .withoutScope()
      .findAll({
        where: batch.where,
        paranoid: time !== null,
        transaction: options.transaction,
        logging: options.logging,
      })
    for (const row of rows) {
      if (from.some((one) => definitionOf(one).initial === definitionOf(row).initial && isSameRow(one, row))) continue
      await asInstance(row).destroy({
        ...stepOptions(options),
        [COMES_FROM]: from,
        ...(time === null ? { force: true } : { [DELETED_AT]: time }),
        association,
        reason: 'cascade',
      })
    }
  }
}

// ---------------------------------------------------------------- many rows

/**
 * Deletes the rows that `where` selects (required; `truncate: true` means all). Resolves to their number.
 * Options: `limit`, `order`, `force`, `individualHooks`, `hooks`, `truncate`, `cascade`, `restartIdentity`.
 */
export async function bulkDestroy(runtime: Runtime, model: ModelClass, options?: WriteOptions | null): Promise<number> {
  const definition = model.modelDefinition
  const call = `${definition.modelName}.destroy()`
  checkOptions(options, 'destroy', call)
  if (options?.truncate === true) {
    if (options.where !== undefined && options.where !== null)
      throw new QueryError(`${call} cannot both truncate the table and select rows with \`where\`. Give one of them.`)
    return await truncateTable(runtime, definition, options)
  }
  requireWhere(options, call)
  refuseOrder(definition, options, call)
  const { hooks } = definition
  const hookOptions = hookOptionsOf(options)
  const draft = draftOf(runtime, options)
  if (wantsHook(hooks, 'beforeBulkDestroy', hookOptions)) await hooks.runAsync('beforeBulkDestroy', draft)
  const isSoft = isSoftDelete(definition, draft)
  const each = draft.individualHooks === true
  const isEach = each || dependentsOf(definition, isSoft, draft).length > 0
  const work = (within: WriteOptions): Promise<number> =>
    isEach ? destroyEach(runtime, model, within, isSoft, each) : destroyAtOnce(runtime, definition, within, isSoft)
  const affected = isBound(definition)
    ? await destroyBound(runtime, model, draft.where, draft, (within) => work(within ?? draft))
    : await work(draft)
  if (wantsHook(hooks, 'afterBulkDestroy', hookOptions)) await hooks.runAsync('afterBulkDestroy', draft)
  return affected
}

async function destroyAtOnce(
  runtime: Runtime,
  definition: ModelDefinition,
  options: WriteOptions,
  isSoft: boolean,
): Promise<number> {
  const { where, limit, orderBy } = selectRows(runtime, definition, options, isSoft ? 'visible' : 'all')
  const node: QueryNode = isSoft
    ? {
        kind: 'update',
        table: definition.table,
        set: bulkDeletion(runtime, definition),
        where,
        orderBy,
        limit,
        returning: [],
      }
    : { kind: 'delete', table: definition.table, where, orderBy, limit, returning: [] }
  return (await run(runtime, node, execOf(options), definition)).affectedRows
}

function bulkDeletion(runtime: Runtime, definition: ModelDefinition): { column: string; value: Expr }[] {
  const attribute = definition.attribute(definition.shape.deletedAt!)
  const set = [{ column: attribute.columnName, value: valueNode(runtime, definition, attribute, new Date()) }]
  return [...set, ...versionStep(definition)]
}

/** `version = version + 1`, for statements that concern many rows. */
export function versionStep(definition: ModelDefinition): { column: string; value: Expr }[] {
  if (definition.shape.version === null) return []
  const { columnName, type } = definition.attribute(definition.shape.version)
  return [{ column: columnName, value: plus(columnName, 1, type) }]
}

/** One by one, because their hooks or those of rows that depend on them are to run. */
async function destroyEach(
  runtime: Runtime,
  model: ModelClass,
  options: WriteOptions,
  isSoft: boolean,
  ownHooks: boolean,
): Promise<number> {
  const definition = model.modelDefinition
  return await runtime.executor.atomic(execOf(options) ?? {}, async (transaction) => {
    const within: WriteOptions = { ...options, transaction }
    const rows = await asModel(model).findAll({
      where: options.where,
      limit: options.limit ?? undefined,
      order: options.order ?? undefined,
      paranoid: isSoft,
      transaction,
      logging: options.logging,
      hooks: options.hooks,
    })
    const time = new Date()
    for (const row of rows) {
      if (ownHooks) {
        await asInstance(row).destroy({
          ...stepOptions(within),
          ...(options.force === true ? { force: true } : {}),
          [DELETED_AT]: time,
        })
        continue
      }
      await cascade(row, dependentsOf(definition, isSoft, within), within, isSoft ? time : null)
      await remove(runtime, row, definition, { ...within, silent: true }, isSoft ? time : null)
    }
    return rows.length
  })
}

/** Undoes the soft deletion of the rows that `where` selects (default: all). Resolves to their number. */
export async function bulkRestore(runtime: Runtime, model: ModelClass, options?: WriteOptions | null): Promise<number> {
  const definition = model.modelDefinition
  checkOptions(options, 'restore', `${definition.modelName}.restore()`)
  refuseOrder(definition, options, `${definition.modelName}.restore()`)
  requireParanoid(definition)
  const { hooks, shape } = definition
  const hookOptions = hookOptionsOf(options)
  const draft = draftOf(runtime, options)
  if (wantsHook(hooks, 'beforeBulkRestore', hookOptions)) await hooks.runAsync('beforeBulkRestore', draft)
  let affected: number
  if (draft.individualHooks === true || (draft.cascade === true && softDependents(definition).length > 0)) {
    affected = await runtime.executor.atomic(execOf(draft) ?? {}, async (transaction) => {
      const all = await asModel(model).findAll({
        where: draft.where ?? {},
        order: draft.order ?? undefined,
        paranoid: false,
        transaction,
        logging: draft.logging,
      })
      // The limit counts rows that can be restored.
      const rows = all.filter((row) => row.isSoftDeleted()).slice(0, limitOf(definition, draft.limit) ?? undefined)
      for (const row of rows)
        await asInstance(row).restore({
          ...stepOptions(draft),
          transaction,
          ...(draft.individualHooks === true ? {} : { noHooks: true }),
          ...(draft.cascade === true ? { cascade: true } : {}),
        })
      return rows.length
    })
  } else {
    const attribute = definition.attribute(shape.deletedAt!)
    const { where, limit, orderBy } = selectRows(runtime, definition, { ...draft, where: draft.where ?? {} }, 'deleted')
    const set = [
      { column: attribute.columnName, value: valueNode(runtime, definition, attribute, notDeleted(definition)) },
      ...versionStep(definition),
    ]
    affected = (
      await run(
        runtime,
        { kind: 'update', table: definition.table, set, where, orderBy, limit, returning: [] },
        execOf(draft),
        definition,
      )
    ).affectedRows
  }
  if (wantsHook(hooks, 'afterBulkRestore', hookOptions)) await hooks.runAsync('afterBulkRestore', draft)
  return affected
}

/** Removes every row of the table, soft-deleted ones too. Options: `cascade`, `restartIdentity`, where the engine has them. */
export async function truncate(runtime: Runtime, model: ModelClass, options?: WriteOptions | null): Promise<void> {
  checkOptions(options, 'truncate', `${model.modelDefinition.modelName}.truncate()`)
  await truncateTable(runtime, model.modelDefinition, options ?? {})
}

async function truncateTable(runtime: Runtime, definition: ModelDefinition, options: WriteOptions): Promise<number> {
  const { hooks } = definition
  const hookOptions = hookOptionsOf(options)
  const draft = draftOf(runtime, options, { truncate: true })
  if (wantsHook(hooks, 'beforeBulkDestroy', hookOptions)) await hooks.runAsync('beforeBulkDestroy', draft)
  const affected = await empty(runtime, definition, draft)
  if (wantsHook(hooks, 'afterBulkDestroy', hookOptions)) await hooks.runAsync('afterBulkDestroy', draft)
  return affected
}

async function empty(runtime: Runtime, definition: ModelDefinition, options: WriteOptions): Promise<number> {
  if (isBound(definition)) await refuseToEmpty(definition, `${definition.modelName}.truncate()`, options)
  const { dialect, executor } = runtime
  const { table, shape } = definition
  const restarts = options.restartIdentity === true
  const send = (text: string, within: WriteOptions = options) =>
    executor.execute({ text, params: [], mode: 'run' }, 'write', execOf(within))
  if (dialect.traits.truncate === 'statement') {
    return (
      await send(
        `TRUNCATE TABLE ${dialect.quoteTable(table)}${restarts ? ' RESTART IDENTITY' : ''}${options.cascade === true ? ' CASCADE' : ''}`,
      )
    ).affectedRows
  }
  const remove = async (within: WriteOptions): Promise<number> =>
    (
      await run(
        runtime,
        { kind: 'delete', table, where: null, orderBy: [], limit: null, returning: [] },
        execOf(within),
        definition,
      )
    ).affectedRows
  if (!restarts || shape.autoIncrement === null) return await remove(options)
  if (!dialect.restartCounter)
    throw new UnsupportedFeatureError(`restartIdentity is not available on ${dialect.name}. Leave it out.`)
  return await executor.atomic(execOf(options) ?? {}, async (transaction) => {
    const affected = await remove({ ...options, transaction })
    await send(dialect.restartCounter!(table), { ...options, transaction })
    return affected
  })
}
