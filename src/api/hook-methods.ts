/**
 * Sequelize 6's way to hooks, on model classes and on the Sequelize instance: `User.beforeCreate(fn)`, `User.addHook('beforeCreate', 'name', fn)`.
 * All lead to the holder in `hooks`. Docs (v6): other-topics/hooks.
 */
import type { Hooks } from '../model/hooks.js'
import type { ModelHooks, SequelizeHooks } from './types/hooks.js'

interface AddHook<C, F> {
  /** Adds a hook. */
  (this: C, listener: F): void
  (this: C, name: string, listener: F): void
}
type Shorthands<H> = { readonly [K in keyof H]: AddHook<unknown, H[K]> }
interface HookFunctions<H> {
  /** @deprecated Use `hooks.addListener`. */
  addHook<K extends keyof H>(hook: K, listener: H[K]): void
  addHook<K extends keyof H>(hook: K, name: string, listener: H[K]): void
  /** @deprecated Use `hooks.removeListener`. */
  removeHook<K extends keyof H>(hook: K, listenerOrName: H[K] | string): void
  /** @deprecated Use `hooks.hasListeners`. */
  hasHook(hook: keyof H): boolean
  /** @deprecated Use `hooks.hasListeners`. */
  hasHooks(hook: keyof H): boolean
  /** @deprecated Use `hooks.runAsync`. */
  runHooks(hook: keyof H, ...args: readonly unknown[]): Promise<void>
}
export type HookMethodsOf<H> = Shorthands<H> & HookFunctions<H>
export type HookMethods = HookMethodsOf<ModelHooks>
export type SequelizeHookMethods = HookMethodsOf<SequelizeHooks>

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
