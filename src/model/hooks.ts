/**
 * Listeners of one holder (a model, a Sequelize instance, the Sequelize class) and how they are run. A model's own listeners run
 * first, then its Sequelize instance's. Hot paths ask `has` before they build anything for a hook. Docs: other-topics/hooks.
 */
import { suggestion } from '../base/names.js'
import { DefinitionError } from '../errors/index.js'

/** Run while something is defined; a listener must not return a promise. */
const DEFINITION_HOOKS = [
  'beforeAssociate',
  'afterAssociate',
  'beforeDefinitionRefresh',
  'afterDefinitionRefresh',
] as const
export const MODEL_HOOKS = [
  ...DEFINITION_HOOKS,
  'beforeSync',
  'afterSync',
  'beforeValidate',
  'afterValidate',
  'validationFailed',
  'beforeFind',
  'beforeFindAfterExpandIncludeAll',
  'beforeFindAfterOptions',
  'afterFind',
  'beforeCount',
  'beforeCreate',
  'afterCreate',
  'beforeUpdate',
  'afterUpdate',
  'beforeSave',
  'afterSave',
  'beforeUpsert',
  'afterUpsert',
  'beforeDestroy',
  'afterDestroy',
  'beforeRestore',
  'afterRestore',
  'beforeDestroyMany',
  'afterDestroyMany',
  '_UNSTABLE_beforeBulkDestroy',
  '_UNSTABLE_afterBulkDestroy',
  'beforeBulkCreate',
  'afterBulkCreate',
  'beforeBulkUpdate',
  'afterBulkUpdate',
  'beforeBulkDestroy',
  'afterBulkDestroy',
  'beforeBulkRestore',
  'afterBulkRestore',
] as const
/** A Sequelize instance takes the models' hooks too; they run for every model. */
export const INSTANCE_HOOKS = [
  'beforeDefine',
  'afterDefine',
  'beforeQuery',
  'afterQuery',
  'beforeBulkSync',
  'afterBulkSync',
  'beforeConnect',
  'afterConnect',
  'beforeDisconnect',
  'afterDisconnect',
  'beforePoolAcquire',
  'afterPoolAcquire',
  ...MODEL_HOOKS,
] as const
export const STATIC_HOOKS = ['beforeInit', 'afterInit'] as const

const SYNCHRONOUS: ReadonlySet<string> = new Set([...DEFINITION_HOOKS, 'beforeDefine', 'afterDefine', ...STATIC_HOOKS])
/** v6's other names. */
const ALIASES: Readonly<Record<string, string>> = {
  beforeDelete: 'beforeDestroy',
  afterDelete: 'afterDestroy',
  beforeBulkDelete: 'beforeBulkDestroy',
  afterBulkDelete: 'afterBulkDestroy',
  beforeConnection: 'beforeConnect',
}

export type Listener = (...args: never[]) => unknown
interface Registered {
  readonly callback: Listener
  readonly name: string | undefined
}
/** What the `hooks` option may hold per name: a function, `{ name, callback }`, or several. */
export type ListenerInput =
  | Listener
  | { readonly name?: string | symbol; readonly callback: Listener }
  | readonly ListenerInput[]

/** What a call says about its hooks: `hooks: false` and `noHooks: true` skip all, `noHooks: { except: [names] }` all but those. */
export interface HookOptions {
  readonly hooks?: boolean
  readonly noHooks?: boolean | { readonly except: readonly string[] }
}

export class Hooks {
  readonly #names: ReadonlySet<string>
  readonly #parent: Hooks | null
  readonly #listeners = new Map<string, readonly Registered[]>()
  /** `this` of listeners that are functions with a `this`: the model, or the Sequelize instance. */
  owner: unknown

  constructor(names: Iterable<string>, parent: Hooks | null = null, owner?: unknown) {
    this.#names = new Set(names)
    this.#parent = parent
    this.owner = owner
  }

  /** True when running the hook would call somebody. */
  has(name: string): boolean {
    return (this.#listeners.size > 0 && this.#listeners.has(name)) || (this.#parent?.has(name) ?? false)
  }

  /** Nobody listens to anything. */
  get #isSilent(): boolean {
    return this.#listeners.size === 0 && (this.#parent === null || this.#parent.#isSilent)
  }

  /** The same for one of several. */
  hasAny(names: readonly string[]): boolean {
    if (this.#isSilent) return false
    for (const name of names) if (this.has(name)) return true
    return false
  }

  /**
   * Adds a listener, after those there are. `(hook, name, callback)` is understood as well as `(hook, callback, name)`.
   * Returns a function that removes it. Throws `DefinitionError` for a hook that does not exist.
   */
  addListener(
    hook: string,
    listener: ListenerInput | string,
    listenerName?: string | symbol | ListenerInput,
  ): () => void {
    const [given, label] =
      typeof listener === 'string'
        ? [listenerName as ListenerInput, listener]
        : [listener, listenerName as string | symbol | undefined]
    const added = this.#resolve(given, label, hook)
    const name = this.#nameOf(hook)
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), ...added])
    return () => this.#keep(name, (registered) => !added.includes(registered))
  }

  /** Adds the listeners of a `hooks` option. */
  addListeners(listeners: Readonly<Record<string, ListenerInput | undefined>>): void {
    for (const [hook, listener] of Object.entries(listeners))
      if (listener !== undefined) this.addListener(hook, listener)
  }

  /** Removes the listeners with this function or this name. Tells whether there were any. */
  removeListener(hook: string, listenerOrName: Listener | string | symbol): boolean {
    return this.#keep(
      this.#nameOf(hook),
      ({ callback, name }) => callback !== listenerOrName && name !== listenerOrName,
    )
  }
  removeAllListeners(): void {
    this.#listeners.clear()
  }

  /** Listeners of this holder only: a model's parent does not count. */
  hasListeners(hook: string): boolean {
    return this.#listeners.has(this.#nameOf(hook))
  }
  getListenerCount(hook: string): number {
    return this.#listeners.get(this.#nameOf(hook))?.length ?? 0
  }

  /** Calls the listeners one after the other, each when the one before has finished. An error ends it. */
  async runAsync(hook: string, ...args: readonly unknown[]): Promise<void> {
    const name = this.#nameOf(hook)
    for (const { callback } of this.#listeners.get(name) ?? []) await this.#call(callback, args)
    if (this.#parent?.has(name)) await this.#parent.runAsync(name, ...args)
  }

  /** As `runAsync`, for hooks that cannot wait. Throws when a listener returns a promise. */
  runSync(hook: string, ...args: readonly unknown[]): void {
    const name = this.#nameOf(hook)
    for (const { callback } of this.#listeners.get(name) ?? []) {
      const result = this.#call(callback, args)
      if (!isPromise(result)) continue
      // The caller learns of it here; the promise's own failure would otherwise end the process.
      result.then(undefined, () => {})
      throw new DefinitionError(
        `A listener of the hook "${name}" returned a promise, but this hook is synchronous. Do the asynchronous work before, or in another hook.`,
      )
    }
    if (this.#parent?.has(name)) this.#parent.runSync(name, ...args)
  }

  #call(callback: Listener, args: readonly unknown[]): unknown {
    return (callback as (...args: readonly unknown[]) => unknown).apply(this.owner, [...args])
  }

  #resolve(listener: ListenerInput, label: string | symbol | undefined, hook: string): Registered[] {
    if (typeof listener === 'function') return [{ callback: listener, name: label as string | undefined }]
    if (Array.isArray(listener)) return listener.flatMap((one: ListenerInput) => this.#resolve(one, label, hook))
    if (typeof listener === 'object' && listener !== null && 'callback' in listener)
      return this.#resolve(listener.callback, listener.name ?? label, hook)
    throw new DefinitionError(
      `The listener of the hook "${hook}"${this.#holder === null ? '' : ` of ${this.#holder}`} must be a function or { name, callback }, got ${String(listener)}.`,
    )
  }

  get #holder(): string | null {
    const { name } = (this.owner ?? {}) as { readonly name?: unknown }
    return typeof name === 'string' ? name : null
  }

  #keep(name: string, wanted: (registered: Registered) => boolean): boolean {
    const before = this.#listeners.get(name) ?? []
    const after = before.filter(wanted)
    if (after.length > 0) this.#listeners.set(name, after)
    else this.#listeners.delete(name)
    return after.length < before.length
  }

  #nameOf(hook: string): string {
    const name = ALIASES[hook] ?? hook
    if (!this.#names.has(name)) {
      const { name: holder } = (this.owner ?? {}) as { readonly name?: unknown }
      throw new DefinitionError(
        `${typeof holder === 'string' ? `The model ${holder} has no hook` : 'There is no hook'} named "${String(hook)}".${suggestion(String(hook), this.#names)}`,
      )
    }
    return name
  }
}

/** True when a call has to run this hook: somebody listens, and the call's options do not skip it. */
export function wantsHook(hooks: Hooks, name: string, options?: HookOptions | null): boolean {
  if (!hooks.has(name)) return false
  if (!options) return true
  const { noHooks } = options
  if (typeof noHooks === 'object' && noHooks !== null) return noHooks.except.includes(name)
  return options.hooks !== false && noHooks !== true
}

/** True for a hook whose listeners must not return promises. */
export const isSynchronousHook = (name: string): boolean => SYNCHRONOUS.has(name)

export const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
