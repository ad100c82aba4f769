/**
 * What the rooms of layer 5 get of a Sequelize instance: the dialect, the executor, and the options that change how statements are
 * made. One per instance, frozen; `api/sequelize` makes it.
 */
import type { Strategy } from '../base/options.js'
import type { Executor } from '../connect/executor.js'
import type { Dialect } from './dialect.js'

export interface RuntimeOptions {
  /** What JavaScript null means in a JSON column: JSON `null`, SQL NULL, or an error that asks to be explicit. */
  readonly nullJsonStringification: 'json' | 'sql' | 'explicit'
  readonly omitNull: boolean
  readonly noTypeValidation: boolean
  readonly timezone: string
  readonly defaultTimestampPrecision: number | null
  readonly minifyAliases: boolean
  /** How includes are read that do not say it; null: joined. */
  readonly strategy: Strategy | null
}

/** How many finds had their plan already, and for how many one was made. Counts up as long as the Sequelize instance lives. */
export interface PlanCounts {
  hits: number
  misses: number
}

export interface Runtime {
  readonly dialect: Dialect
  readonly executor: Executor
  readonly options: RuntimeOptions
  readonly plans: PlanCounts
  /** `NODE_ENV` is `production`: nothing is watched that only serves warnings. */
  readonly isProduction: boolean
  /** Tells a developer something once per key, with a stable code (`MORTISE_W_…`); silent in production. */
  warn(code: string, key: string, message: string): void
}
