/**
 * `npm run bench:profile -- W3`: where the time of one workload goes. Writes a CPU profile (for Chrome's or VS Code's viewer) and a flame
 * graph as SVG, and prints the functions with the most time of their own.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import type { Profiler } from 'node:inspector'
import { Session as Inspector } from 'node:inspector/promises'
import { parseArgs } from 'node:util'
import { CONTENDERS } from './contenders/index.js'
import { copyFor, prepare, remove } from './dataset.js'
import { flameGraph } from './flame-graph.js'
import { runCalls } from './measure.js'
import type { EngineName } from './target.js'
import { WORKLOADS } from './workloads.js'

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      engine: { type: 'string', default: 'sqlite' },
      contender: { type: 'string', default: 'mortise' },
      seconds: { type: 'string', default: '3' },
      out: { type: 'string', default: '.' },
    },
  })
  const id = positionals[0]?.toUpperCase()
  const workload = WORKLOADS.find((candidate) => candidate.id === id)
  const contender = CONTENDERS.find((candidate) => candidate.name === values.contender)
  if (!workload || !contender)
    throw new Error(
      `Usage: npm run bench:profile -- W1…W11 [--engine sqlite] [--contender mortise] [--seconds 3] [--out folder]`,
    )
  const target = await prepare(values.engine as EngineName)
  const session = await contender.open(await copyFor(target, contender.name))
  const inspector = new Inspector()
  inspector.connect()
  try {
    const turn = async (calls: number): Promise<void> => {
      const prepared = await workload.before?.(session, calls)
      await runCalls(session, workload, calls, prepared)
      for (const sql of workload.restore ?? []) await session.send(sql)
    }
    const calls = Math.min(workload.most ?? 2_000, workload.parallel ? 2_000 : 500)
    await turn(Math.min(calls, 50))
    await inspector.post('Profiler.enable')
    await inspector.post('Profiler.setSamplingInterval', { interval: 100 })
    await inspector.post('Profiler.start')
    const end = performance.now() + Number(values.seconds) * 1_000
    while (performance.now() < end) await turn(calls)
    const { profile } = await inspector.post('Profiler.stop')
    const name = `${values.out}/${contender.name.replaceAll(' ', '-')}-${values.engine}-${workload.id}`
    await mkdir(values.out, { recursive: true })
    await writeFile(`${name}.cpuprofile`, JSON.stringify(profile))
    await writeFile(
      `${name}.svg`,
      flameGraph(profile, `${contender.name}, ${values.engine}, ${workload.id} ${workload.title}`),
    )
    process.stdout.write(`${hottest(profile)}\n${name}.cpuprofile\n${name}.svg\n`)
  } finally {
    inspector.disconnect()
    await session.close()
    await remove(target)
  }
}

/** Functions by the time that they spend themselves. */
function hottest(profile: Profiler.Profile): string {
  const own = new Map<string, number>()
  let total = 0
  const byId = new Map(profile.nodes.map((node) => [node.id, node]))
  profile.samples?.forEach((id, index) => {
    const time = profile.timeDeltas?.[index] ?? 0
    const { functionName, url, lineNumber } = byId.get(id)!.callFrame
    const place = `${functionName || '(anonymous)'}  ${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`
    own.set(place, (own.get(place) ?? 0) + time)
    total += time
  })
  return [...own]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 25)
    .map(([place, time]) => `${((time / total) * 100).toFixed(1).padStart(5)} %  ${place}`)
    .join('\n')
}

await main()
