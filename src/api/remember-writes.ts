/** Where there are replicas: a model's calls that may write leave word of it with their caller, see `connect/recent-writes`. */
import type { Executor } from '../connect/executor.js'
import type { ModelClass } from '../model/definition.js'

type Method = (this: unknown, ...args: readonly unknown[]) => unknown

const STATICS = [
  'create',
  'bulkCreate',
  'findOrCreate',
  'findCreateFind',
  'upsert',
  'update',
  'destroy',
  'restore',
  'truncate',
  'increment',
  'decrement',
  'sync',
  'drop',
]
const METHODS = ['save', 'update', 'destroy', 'restore', 'increment', 'decrement']

export function rememberWrites(model: ModelClass, executor: Executor): void {
  if (!executor.remembersWrites) return
  for (const name of STATICS) wrap(model, name, executor)
  for (const name of METHODS) wrap(model.prototype as object, name, executor)
}

function wrap(owner: object, name: string, executor: Executor): void {
  const original = (owner as Record<string, unknown>)[name]
  if (typeof original !== 'function') return
  const value: Method = function (...args) {
    return executor.call(() => (original as Method).call(this, ...args))
  }
  Object.defineProperty(value, 'name', { value: name, configurable: true })
  Object.defineProperty(owner, name, { value, writable: true, configurable: true, enumerable: false })
}
