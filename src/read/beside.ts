/**
 * Reads that do not need each other's rows: on one connection and without waiting for each other where the driver pipelines, so that they
 * are one round trip; else one after the other. Users: `read/separate` (queries of includes), `read/load`.
 */
import type { ExecOptions } from '../connect/executor.js'
import type { Runtime } from '../dialect/runtime.js'

/** Reads by these options. */
export type Reading = (exec: ExecOptions) => Promise<void>

/** `purpose`: who waits, for errors of the pool. Throws what the first of them that failed threw, after all have ended. */
export async function beside(
  { dialect, executor }: Runtime,
  purpose: string,
  exec: ExecOptions,
  readings: readonly Reading[],
): Promise<void> {
  const together =
    readings.length > 1 && dialect.traits.pipelines === true
      ? executor.readTogether(purpose, exec, (shared) => allEnded(readings, shared))
      : null
  if (together !== null) return await together
  for (const reading of readings) await reading(exec)
}

/** Starts all at once; the connection is theirs until the last has ended, whatever fails. */
async function allEnded(readings: readonly Reading[], exec: ExecOptions): Promise<void> {
  for (const end of await Promise.allSettled(readings.map((reading) => reading(exec)))) {
    if (end.status === 'rejected') throw end.reason
  }
}
