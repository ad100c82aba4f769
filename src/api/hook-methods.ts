/**
 * Sequelize 6's way to hooks, on model classes and on the Sequelize instance: `User.beforeCreate(fn)`, `User.addHook('beforeCreate', 'name', fn)`.
 * All lead to the holder in `hooks`. Docs (v6): other-topics/hooks.
 */
import type { Hooks } from '../model/hooks.js'
import type { ModelHooks, SequelizeHooks, StaticSequelizeHooks } from './types/hooks.js'
import type { AnyModel, ModelConstructor } from './types/infer.js'

interface AddHook<F> {
  /** Adds a hook. */
  (listener: F): void
  (name: string, listener: F): void
}
/** On models, whose hooks know the instances. */
interface AddModelHook<K extends keyof ModelHooks> {
  /** Adds a hook. */
  <M extends AnyModel>(this: ModelConstructor<M>, listener: ModelHooks<M>[K]): void
  <M extends AnyModel>(this: ModelConstructor<M>, name: string, listener: ModelHooks<M>[K]): void
}
interface HookFunctions<H> {
  /** @deprecated Use `hooks.removeListener`. */
  removeHook<K extends keyof H>(hook: K, listenerOrName: H[K] | string): void
  /** @deprecated Use `hooks.hasListeners`. */
  hasHook(hook: keyof H): boolean
  /** @deprecated Use `hooks.hasListeners`. */
  hasHooks(hook: keyof H): boolean
  /** @deprecated Use `hooks.runAsync`. */
  runHooks(hook: keyof H, ...args: readonly unknown[]): Promise<void>
}
export interface ModelHookFunctions extends HookFunctions<ModelHooks> {
  /** @deprecated Use `hooks.addListener`. */
  addHook<M extends AnyModel, K extends keyof ModelHooks>(
    this: ModelConstructor<M>,
    hook: K,
    listener: ModelHooks<M>[K],
  ): void
  addHook<M extends AnyModel, K extends keyof ModelHooks>(
    this: ModelConstructor<M>,
    hook: K,
    name: string,
    listener: ModelHooks<M>[K],
  ): void
}
interface InstanceHookFunctions<H> extends HookFunctions<H> {
  /** @deprecated Use `hooks.addListener`. */
  addHook<K extends keyof H>(hook: K, listener: H[K]): void
  addHook<K extends keyof H>(hook: K, name: string, listener: H[K]): void
}
type InstanceHookMethods<H> = { readonly [K in keyof H]: AddHook<H[K]> } & InstanceHookFunctions<H>
export type HookMethods = { readonly [K in keyof ModelHooks]: AddModelHook<K> } & ModelHookFunctions
export type SequelizeHookMethods = InstanceHookMethods<SequelizeHooks>
export type StaticHookMethods = InstanceHookMethods<StaticSequelizeHooks>

interface Holder {
  readonly hooks: Hooks
}

/** `(hook, fn)` and `(hook, name, fn)`. */
function add(this: Holder, hook: string, nameOrListener: unknown, listener?: unknown): void {
  if (listener === undefined) this.hooks.addListener(hook, nameOrListener as never)
  else this.hooks.addListener(hook, listener as never, nameOrListener as string)
}
function remove(this: Holder, hook: string, listenerOrName: unknown): void {
  this.hooks.removeListener(hook, listenerOrName as never)
}
function has(this: Holder, hook: string): boolean {
  return this.hooks.hasListeners(hook)
}
async function run(this: Holder, hook: string, ...args: readonly unknown[]): Promise<void> {
  await this.hooks.runAsync(hook, ...(args as never[]))
}

/** Puts the methods on `owner` (a class, or a prototype); not over what is there. */
export function installHookMethods(owner: object, hooks: readonly string[]): void {
  const define = (name: string, value: unknown): void => {
    if (!Object.hasOwn(owner, name)) Object.defineProperty(owner, name, { value, writable: true, configurable: true })
  }
  define('addHook', add)
  define('removeHook', remove)
  define('hasHook', has)
  define('hasHooks', has)
  define('runHooks', run)
  for (const hook of hooks) {
    define(hook, function (this: Holder, nameOrListener: unknown, listener?: unknown): void {
      add.call(this, hook, nameOrListener, listener)
    })
  }
}
