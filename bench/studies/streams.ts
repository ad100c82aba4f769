/**
 * `npm run bench -- --streams`: users with their profiles one by one, as many as there are, beside the raw driver's rows mapped by hand.
 * Contenders take turns; the figures are of the quietest turn of each.
 */
import type { Contender, Session } from '../contender.js'
import { copyFor, prepare, remove } from '../dataset.js'
import type { EngineName } from '../target.js'
import type { Table } from './table.js'

const USERS = Number(process.env.SU ?? 100_000)
const ROUNDS = Number(process.env.SR ?? 9)

export async function streams(engine: EngineName, contenders: readonly Contender[]): Promise<readonly Table[]> {
  const target = await prepare(engine, { users: USERS, tasksPerUser: 0, freeProfiles: 0 })
  const sessions: {
    readonly name: string
    readonly session: Session
    readonly least: { clock: number; cpu: number }
  }[] = []
  try {
    for (const contender of contenders) {
      const session = await contender.open(await copyFor(target, contender.name))
      sessions.push({
        name: contender.name,
        session,
        least: { clock: Number.POSITIVE_INFINITY, cpu: Number.POSITIVE_INFINITY },
      })
    }
    const taking = sessions.filter(({ session }) => session.streamWithProfile !== undefined)
    for (let round = 0; round < ROUNDS; round += 1) {
      for (let place = 0; place < taking.length; place += 1) {
        const { session, least } = taking[(place + round) % taking.length]!
        const [clock, cpu] = [performance.now(), process.cpuUsage()]
        let count = 0
        await session.streamWithProfile!(() => {
          count += 1
        })
        if (count !== USERS) throw new Error(`${USERS} rows were expected, ${count} came.`)
        const { user, system } = process.cpuUsage(cpu)
        least.clock = Math.min(least.clock, performance.now() - clock)
        least.cpu = Math.min(least.cpu, (user + system) / 1_000)
      }
    }
    const raw = taking.find(({ name }) => name === 'raw driver')!.least
    return [
      {
        title: `A stream of ${USERS.toLocaleString('en')} users with their profiles, ${engine}`,
        columns: ['contender', 'clock, µs a row', 'throughput', 'cpu, µs a row', 'throughput by cpu'],
        rows: taking.map(({ name, least: { clock, cpu } }) => [
          name,
          (clock / USERS) * 1_000,
          raw.clock / clock,
          (cpu / USERS) * 1_000,
          raw.cpu / cpu,
        ]),
      },
    ]
  } finally {
    for (const { session } of sessions) await session.close()
    await remove(target)
  }
}
