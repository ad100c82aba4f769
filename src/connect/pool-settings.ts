/** The options of a pool, read and checked. Sequelize's names and defaults (docs: other-topics/connection-pool). */
import { suggestion } from '../base/names.js'
import { QueryError } from '../errors/base.js'
import type { Connection } from './driver.js'

/** Options of a pool. Times in milliseconds. Docs: other-topics/connection-pool. */
export interface PoolOptions {
  /** Most connections at a time. Default: 5. */
  readonly max?: number
  /** Connections kept although idle. Default: 0. */
  readonly min?: number
  /** Milliseconds after which a connection that is not used is closed. Default: 10000. */
  readonly idle?: number
  /** Milliseconds to wait for a connection. Default: 60000. */
  readonly acquire?: number
  /** Milliseconds between two looks for connections that are idle too long. Default: 1000. */
  readonly evict?: number
  /** A connection is closed after so many uses. Default: never. */
  readonly maxUses?: number
  /** Asked before a connection is used again; false closes it. Default: whether it is open. */
  readonly validate?: (connection: Connection) => boolean
  /** The error of those who wait in vain (`acquire`) shows where each connection was asked for. Costs a stack trace per use. Default: false. */
  readonly holderStacks?: boolean
  /**
   * How many plain reads may be on one connection at once, each sent before the one ahead has answered, when every connection is in use.
   * For PostgreSQL with `pg`; others throw. Default: 1, each read has a connection to itself.
   */
  readonly pipelining?: number
}
export type PoolSettings = Required<PoolOptions>

const DEFAULTS: PoolSettings = {
  max: 5,
  min: 0,
  idle: 10_000,
  acquire: 60_000,
  evict: 1000,
  maxUses: Infinity,
  validate: (connection) => connection.isOpen,
  holderStacks: false,
  pipelining: 1,
}

export const POOL_OPTIONS: readonly string[] = Object.keys(DEFAULTS)

/** What a value should be and is not. */
function wantedOf(name: string, value: unknown): string | null {
  if (name === 'validate') return typeof value === 'function' ? null : 'a function'
  if (name === 'holderStacks') return typeof value === 'boolean' ? null : 'true or false'
  if (name === 'pipelining') return Number.isInteger(value) && (value as number) >= 1 ? null : 'a whole number above 0'
  const least = name === 'max' || name === 'maxUses' ? 1 : 0
  if (typeof value === 'number' && value >= least) return null
  return least === 1 ? 'a number that is at least 1' : 'a number that is not negative'
}

/** Options with defaults filled in. Throws `QueryError` for unknown names and for numbers that cannot be. */
export function poolSettings(options: PoolOptions = {}): PoolSettings {
  const settings: Record<string, unknown> = { ...DEFAULTS }
  for (const [name, value] of Object.entries(options)) {
    // Sequelize 4's handleDisconnects changes nothing since.
    if (value === undefined || name === 'handleDisconnects') continue
    if (!Object.hasOwn(DEFAULTS, name))
      throw new QueryError(`The pool has no option "${name}".${suggestion(name, POOL_OPTIONS)}`)
    const wanted = wantedOf(name, value)
    if (wanted !== null) throw new QueryError(`The pool option "${name}" must be ${wanted}, got ${String(value)}.`)
    settings[name] = value
  }
  if ((settings.min as number) > (settings.max as number))
    throw new QueryError(
      `The pool cannot keep ${settings.min} connections (min) if it may have only ${settings.max} (max).`,
    )
  return settings as unknown as PoolSettings
}
