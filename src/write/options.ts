/**
 * Which options each writing call takes, and what of them reaches the executor. Users' objects are only read; where hooks want one that
 * they can change, they get a draft.
 */
import { draft } from '../base/freeze.js'
import { suggestion } from '../base/names.js'
import { checkOptions as checkAll, EXEC_OPTIONS } from '../base/options.js'
import type { ExecOptions } from '../connect/executor.js'
import type { Runtime } from '../dialect/runtime.js'
import { QueryError } from '../errors/base.js'
import type { ModelDefinition } from '../model/definition.js'
import type { HookOptions } from '../model/hooks.js'

/** Options of a writing call, as they come in. */
export type WriteOptions = Readonly<Record<PropertyKey, unknown>>

const EXEC: readonly string[] = [...EXEC_OPTIONS, 'replacements', 'bind']
/** Options that every writing call takes. `context` is the caller's own and only reaches the hooks. */
const COMMON: readonly string[] = [...EXEC, 'hooks', 'noHooks', 'context']
const SAVE = [
  ...COMMON,
  'fields',
  'defaultFields',
  'validate',
  'silent',
  'omitNull',
  'returning',
  'raw',
  'paranoid',
  'skip',
  'cascade',
  'association',
  'reason',
  'parentRecord',
] as const
/** Options of `addX`, `setX` and `removeX` of associations to many rows. */
const MANY = [...COMMON, 'silent', 'individualHooks'] as const

const known = (...names: readonly string[]): ReadonlySet<string> => new Set(names)
export const OPTIONS = {
  save: known(...SAVE),
  create: known(...SAVE, 'include', 'ignoreDuplicates', 'isNewRecord'),
  bulkCreate: known(
    ...SAVE,
    'include',
    'ignoreDuplicates',
    'isNewRecord',
    'individualHooks',
    'updateOnDuplicate',
    'conflictAttributes',
    'conflictFields',
    'conflictWhere',
  ),
  update: known(
    ...COMMON,
    'where',
    'fields',
    'validate',
    'sideEffects',
    'individualHooks',
    'returning',
    'limit',
    'order',
    'silent',
    'omitNull',
    'paranoid',
    'skip',
    'association',
    'reason',
  ),
  destroyInstance: known(...COMMON, 'force', 'cascade', 'association', 'reason', 'individualHooks', 'silent'),
  destroy: known(
    ...COMMON,
    'where',
    'limit',
    'order',
    'individualHooks',
    'force',
    'truncate',
    'cascade',
    'restartIdentity',
    'association',
    'reason',
  ),
  restoreInstance: known(...COMMON, 'cascade', 'silent'),
  restore: known(...COMMON, 'where', 'limit', 'order', 'individualHooks', 'cascade'),
  truncate: known(...COMMON, 'cascade', 'restartIdentity', 'force', 'withoutForeignKeyChecks'),
  upsert: known(
    ...COMMON,
    'fields',
    'validate',
    'skip',
    'returning',
    'conflictFields',
    'conflictAttributes',
    'conflictWhere',
    'silent',
    'omitNull',
    'raw',
  ),
  increment: known(...COMMON, 'where', 'by', 'silent', 'returning', 'paranoid'),
  set: known(
    ...EXEC,
    'hooks',
    'noHooks',
    'context',
    'validate',
    'silent',
    'fields',
    'destroyPrevious',
    'onReplace',
    'steal',
    'touch',
    'force',
    'individualHooks',
    'clearScopeOnUnset',
    'save',
    'omitNull',
    'skip',
  ),
  addMany: known(...MANY, 'validate', 'skip', 'omitNull', 'through', 'joinTableAttributes', 'ignoreDuplicates'),
  setMany: known(
    ...MANY,
    'validate',
    'skip',
    'omitNull',
    'through',
    'joinTableAttributes',
    'destroyPrevious',
    'onReplace',
    'force',
    'clearScopeOnUnset',
  ),
  removeMany: known(...MANY, 'destroy', 'force', 'clearScopeOnUnset'),
  createMany: known(
    ...SAVE,
    'include',
    'ignoreDuplicates',
    'isNewRecord',
    'through',
    'joinTableAttributes',
    'individualHooks',
  ),
  createOne: known(
    ...SAVE,
    'include',
    'ignoreDuplicates',
    'isNewRecord',
    'replace',
    'destroyPrevious',
    'onReplace',
    'touch',
    'force',
    'individualHooks',
    'clearScopeOnUnset',
    'save',
  ),
} as const
export type WriteCall = keyof typeof OPTIONS

/** Throws QueryError for options that are none, that the call does not have, or that are of a wrong kind. `call` as in `User.save()`. */
export function checkOptions(options: WriteOptions | undefined | null, call: WriteCall, name: string): void {
  if (options === undefined || options === null) return
  checkAll(options, OPTIONS[call], name)
  const { destroyPrevious } = options
  if (typeof destroyPrevious === 'object')
    checkOptions(destroyPrevious as WriteOptions, 'destroyInstance', `destroyPrevious of ${name}`)
}

/** The options that the executor reads; the object is passed on as it is, it takes what it knows. */
export const execOf = (options: WriteOptions | undefined | null): ExecOptions | undefined =>
  (options ?? undefined) as ExecOptions | undefined

/** Only what belongs to the connection and to hooks: what a step of a larger call inherits. */
export function stepOptions(options: WriteOptions | undefined | null): Record<string, unknown> {
  const step: Record<string, unknown> = {}
  if (options) for (const name of COMMON) if (options[name] !== undefined) step[name] = options[name]
  return step
}

export const hookOptionsOf = (options: WriteOptions | undefined | null): HookOptions | undefined =>
  (options ?? undefined) as HookOptions | undefined

/** The options object that hooks of one call share and may change, lists and conditions in it too, with the transaction that the call runs in. */
export function draftOf(
  runtime: Runtime,
  options: WriteOptions | undefined | null,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const own: Record<string, unknown> = { hooks: true, ...draft(options), ...more }
  if (own.transaction === undefined) {
    const current = runtime.executor.currentTransaction(execOf(options))
    if (current) own.transaction = current
  }
  return own
}

/** Names in a `fields` option (and its relatives): each must be an attribute with a column. Columns' names are understood. */
export function attributeNames(definition: ModelDefinition, given: unknown, option: string, call: string): string[] {
  if (!Array.isArray(given)) throw new QueryError(`${call}: ${option} must be a list of attribute names.`)
  const { attributes, byColumn } = definition.shape
  return (given as unknown[]).map((name) => {
    if (typeof name === 'string') {
      if (attributes.has(name)) return name
      const found = byColumn.get(name)
      if (found) return found.attributeName
    }
    throw new QueryError(
      `${call}: ${option} names "${String(name)}", which is no attribute of ${definition.modelName}.${suggestion(String(name), attributes.keys())}`,
    )
  })
}
