/** What links to many rows have in common, wherever the key lies. For `many`, `many-keys` and `many-between`. */

import type { ModelDefinition } from '../model/definition.js'
import { wantsHook } from '../model/hooks.js'
import type { ModelState } from '../model/state.js'
import type { LinkStep } from './link-step.js'
import type { Named } from './many-targets.js'
import { hookOptionsOf } from './options.js'
import { asInstance } from './public.js'

/** How links are written: on the rows themselves, or on rows between. */
export interface Linker {
  /** Statements that it takes at most: with one, no transaction is needed. */
  isSingle(link: LinkStep, named: readonly Named[]): boolean
  /** Links the rows; those that are linked already may be among them. */
  add(link: LinkStep, named: readonly Named[]): Promise<void>
  /** Unlinks the rows; those that are not linked may be among them. */
  remove(link: LinkStep, named: readonly Named[]): Promise<void>
  /** Links these rows and no others. */
  set(link: LinkStep, named: readonly Named[]): Promise<void>
  /** Inserts a new row and its link. */
  create(link: LinkStep, instance: ModelState): Promise<void>
  /** What a row that was linked (or unlinked) has in memory. */
  remember(link: LinkStep, instance: ModelState, isLinked: boolean): void
}

export const isNew = (one: Named): one is { readonly instance: ModelState } =>
  'instance' in one && one.instance.isNewRecord

/** Each row is written by itself where somebody listens; else one statement writes all. */
export function listens({ options }: LinkStep, { hooks }: ModelDefinition, names: readonly string[]): boolean {
  return options.individualHooks === true || names.some((name) => wantsHook(hooks, name, hookOptionsOf(options)))
}

/** Saves an instance as a step of a link. */
export async function saveNew({ association, options, step }: LinkStep, instance: ModelState): Promise<void> {
  const save: Record<string, unknown> = { ...step, association, reason: 'assign' }
  for (const name of [
    'validate',
    'skip',
    'silent',
    'omitNull',
    'raw',
    'fields',
    'returning',
    'ignoreDuplicates',
  ] as const)
    if (options[name] !== undefined) save[name] = options[name]
  await asInstance(instance).save(save)
}
