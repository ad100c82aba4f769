/** What loggers are given, and how parameters look in it. */

/**
 * Gets the text, then (with `benchmark`) the milliseconds. Without `benchmark` the options of the call stand in their place, as in Sequelize:
 * who wants them declares the parameter as `unknown`.
 */
export type Logger = (sql: string, timing?: number) => void
/** False: silent. True: the console. */
export type Logging = boolean | Logger

/** Calls the logger. The console gets the text (and the time) only: it would print the options. */
export function log(logging: Exclude<Logging, false>, text: string, ...more: readonly unknown[]): void {
  // biome-ignore lint/suspicious/noConsole: what Sequelize 6 does with `logging: true`
  if (logging === true) log(console.log, text, ...more)
  else if (isConsole(logging)) logging(text, ...more.filter((one) => typeof one === 'number'))
  else (logging as (...args: readonly unknown[]) => void)(text, ...more)
}
// biome-ignore-start lint/suspicious/noConsole: only recognised; a program may have replaced them since this module was loaded
const isConsole = (logging: unknown): boolean =>
  logging === console.log || logging === console.debug || logging === console.info || logging === console.error
// biome-ignore-end lint/suspicious/noConsole: as above

/** `; [1,"text"]`, long values shortened. Only where `logQueryParameters` asks for it: logs are no place for data. */
export function logParams(params: readonly unknown[]): string {
  return `; ${JSON.stringify(params, (_key, value: unknown) => {
    if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
    if (typeof value === 'string' && value.length > 200) return `${value.slice(0, 200)}…`
    return isBytes(value) ? `<${bytesOf(value)} bytes>` : value
  })}`
}

// A Buffer has been through its toJSON when the replacer sees it.
const isBytes = (value: unknown): value is Uint8Array | { readonly data: readonly number[] } =>
  ArrayBuffer.isView(value) ||
  (typeof value === 'object' &&
    value !== null &&
    (value as { type?: unknown }).type === 'Buffer' &&
    Array.isArray((value as { data?: unknown }).data))
const bytesOf = (value: Uint8Array | { readonly data: readonly number[] }): number =>
  'data' in value ? value.data.length : value.byteLength
