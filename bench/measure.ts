/**
 * Interleaved rounds: in each round every contender gets its turn, in another order each time, so that a machine that is busy for a while
 * is busy for everyone. A turn is as many calls as fit into `turn` milliseconds; the figure of a turn is the time of one call. No garbage is
 * collected by hand in between: V8 then throws compiled code away, and what would be measured is its compiling anew.
 */
import type { Contender, Session } from './contender.js'
import type { Workload } from './workloads.js'

export interface Entrant {
  readonly contender: Contender
  readonly session: Session
}
export interface Settings {
  readonly rounds: number
  /** Milliseconds of one contender's turn in a round. */
  readonly turn: number
  /** `cpu`: time of this process; `clock`: what a user waits, the server's work included. */
  readonly time: 'cpu' | 'clock'
}
export interface Figure {
  readonly contender: string
  /** Microseconds of one call: the median of the rounds, and the quietest fifth of them. */
  readonly median: number
  readonly quiet: number
  /** To the raw driver's in the same run. */
  readonly ratio: number
  readonly quietRatio: number
  readonly calls: number
}

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b)
const medianOf = (values: readonly number[]): number => {
  const list = sorted(values)
  const middle = list.length >> 1
  return list.length % 2 ? list[middle]! : (list[middle - 1]! + list[middle]!) / 2
}
const quietOf = (values: readonly number[]): number => {
  const list = sorted(values).slice(0, Math.max(1, Math.round(values.length / 5)))
  return list.reduce((sum, value) => sum + value, 0) / list.length
}

/** Microseconds. */
const now = (time: Settings['time']): number => {
  if (time === 'clock') return performance.now() * 1_000
  const { user, system } = process.cpuUsage()
  return user + system
}

async function takeTurn(
  { session }: Entrant,
  workload: Workload,
  calls: number,
  time: Settings['time'],
): Promise<number> {
  const prepared = await workload.before?.(session, calls)
  const start = now(time)
  await runCalls(session, workload, calls, prepared)
  return (now(time) - start) / calls
}

/** The calls of a turn: one after the other, or so many in flight as the workload says. */
export async function runCalls(session: Session, workload: Workload, calls: number, prepared: unknown): Promise<void> {
  const { parallel = 1 } = workload
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < calls) await workload.run(session, next++, prepared)
  }
  if (parallel === 1) await worker()
  else await Promise.all(Array.from({ length: parallel }, worker))
}

export const takesPart = ({ session }: Entrant, workload: Workload): boolean =>
  workload.needs.every((method) => session[method] !== undefined)

/** Throws where a contender's answers are not those of the first one, before anything is timed. */
export async function verify(entrants: readonly Entrant[], workloads: readonly Workload[]): Promise<void> {
  for (const workload of workloads) {
    if (!workload.compare) continue
    let expected: { readonly text: string; readonly by: string } | undefined
    for (const entrant of entrants) {
      if (!takesPart(entrant, workload)) continue
      for (const index of [0, 1, 2]) {
        const text = JSON.stringify(workload.compare(await workload.run(entrant.session, index, undefined)))
        if (index > 0) continue
        expected ??= { text, by: entrant.contender.name }
        if (text !== expected.text)
          throw new Error(
            `${workload.id}: ${entrant.contender.name} answers otherwise than ${expected.by}:\n${difference(text, expected.text)}`,
          )
      }
    }
  }
}

function difference(a: string, b: string): string {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  const part = (text: string): string => text.slice(Math.max(0, at - 60), at + 120)
  return `  … ${part(a)}\n  … ${part(b)}`
}

/**
 * How many calls fill a turn once the code is warm: the first calls of anything are slow, so the number grows until a turn of it takes
 * its time.
 */
async function calibrate(
  entrant: Entrant,
  workload: Workload,
  turn: number,
  restore: (entrant: Entrant) => Promise<void>,
): Promise<number> {
  const { parallel = 1, most = 50_000 } = workload
  let calls = Math.max(parallel, 2)
  for (;;) {
    const millis = (await takeTurn(entrant, workload, calls, 'clock')) * calls * 1e-3
    await restore(entrant)
    if (calls >= most || millis >= turn) return calls
    calls = Math.min(most, Math.ceil(calls * Math.min(4, Math.max(1.3, turn / Math.max(millis, 0.1)))))
  }
}

export async function measure(
  entrants: readonly Entrant[],
  workload: Workload,
  settings: Settings,
): Promise<readonly Figure[]> {
  const taking = entrants.filter((entrant) => takesPart(entrant, workload))
  const restore = async ({ session }: Entrant): Promise<void> => {
    for (const sql of workload.restore ?? []) await session.send(sql)
  }
  const calls = new Map<Entrant, number>()
  for (const entrant of taking) calls.set(entrant, await calibrate(entrant, workload, settings.turn, restore))
  const times = new Map<Entrant, number[]>(taking.map((entrant) => [entrant, []]))
  for (let round = 0; round < settings.rounds; round++) {
    for (let place = 0; place < taking.length; place++) {
      const entrant = taking[(place + round) % taking.length]!
      times.get(entrant)!.push(await takeTurn(entrant, workload, calls.get(entrant)!, settings.time))
      await restore(entrant)
    }
  }
  const limit = taking.find((entrant) => entrant.contender.name === 'raw driver')
  const limits = limit && times.get(limit)!
  return taking.map((entrant) => {
    const own = times.get(entrant)!
    const median = medianOf(own)
    const quiet = quietOf(own)
    return {
      contender: entrant.contender.name,
      median,
      quiet,
      ratio: limits ? median / medianOf(limits) : Number.NaN,
      quietRatio: limits ? quiet / quietOf(limits) : Number.NaN,
      calls: calls.get(entrant)! * settings.rounds,
    }
  })
}
