import { inspect } from 'node:util'

/** A value as messages show it. */
export const show = (value: unknown): string =>
  typeof value === 'string'
    ? JSON.stringify(value)
    : inspect(value, { depth: 1, breakLength: Infinity, maxArrayLength: 10, maxStringLength: 200 })
