/**
 * `npm run bench -- --engine sqlite --workload W3`: prepares a database, opens the contenders on it, compares their answers, then times
 * them in interleaved rounds. `--help` lists the options.
 */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { Session } from './contender.js'
import { copyFor, prepare, remove } from './dataset.js'
import type { Entrant, Settings } from './measure.js'
import { measure, takesPart, verify } from './measure.js'
import type { Line, Report } from './report.js'
import { machine, toMarkdown, toSvg, toTable } from './report.js'
import type { Table } from './studies/table.js'
import { publish } from './studies/table.js'
import type { EngineName } from './target.js'
import { ENGINES } from './target.js'
import { WORKLOADS } from './workloads.js'

const HELP = `npm run bench -- [options]

  --engine NAME       ${ENGINES.join(', ')} (default: sqlite)
  --workload IDS      W1 … W11, separated by commas (default: all)
  --contender NAMES   parts of names, separated by commas (default: all); the raw driver always takes part
  --rounds N          interleaved rounds (default: 12)
  --turn MS           time of a contender's turn in a round (default: 40)
  --time cpu|clock    default: cpu for SQLite, clock for servers
  --growth            instead: time per row, level of include and model, as they grow (SQLite in memory)
  --memory            instead: heap of 10,000 users with profile and address
  --cold              instead: import of each library in a fresh process
  --caches            instead: plans and statements of Mortise in a steady application, for lists, for shapes at random
  --streams           instead: 100,000 users with their profiles as a stream
  --markdown FILE     --json FILE     --svg FILE     write the report there, too
`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      engine: { type: 'string', default: 'sqlite' },
      workload: { type: 'string' },
      contender: { type: 'string' },
      rounds: { type: 'string', default: '12' },
      turn: { type: 'string', default: '40' },
      time: { type: 'string' },
      growth: { type: 'boolean', default: false },
      memory: { type: 'boolean', default: false },
      cold: { type: 'boolean', default: false },
      caches: { type: 'boolean', default: false },
      streams: { type: 'boolean', default: false },
      markdown: { type: 'string' },
      json: { type: 'string' },
      svg: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return void process.stdout.write(HELP)
  const studies: Table[] = []
  if (values.growth) studies.push(...(await (await import('./studies/growth.js')).growth()))
  if (values.cold) studies.push(...(await import('./studies/cold.js')).cold())
  if ((values.growth || values.cold) && !values.memory && !values.caches && !values.streams)
    return await publish(studies, values)
  const { CONTENDERS, versionsOf } = await import('./contenders/index.js')
  const engine = oneOf('--engine', values.engine, ENGINES) as EngineName
  const time = oneOf('--time', values.time ?? (engine === 'sqlite' ? 'cpu' : 'clock'), ['cpu', 'clock'])
  const settings: Settings = {
    rounds: positive('--rounds', values.rounds),
    turn: positive('--turn', values.turn),
    time: time as Settings['time'],
  }
  const wanted = values.workload?.toUpperCase().split(',')
  for (const id of wanted ?? [])
    oneOf(
      '--workload',
      id,
      WORKLOADS.map((workload) => workload.id),
    )
  const workloads = WORKLOADS.filter(({ id }) => wanted === undefined || wanted.includes(id)).map((workload) =>
    // In flight at once means something only where there is a server.
    workload.parallel && engine === 'sqlite' ? { ...workload, parallel: undefined } : workload,
  )
  const parts = values.contender?.toLowerCase().split(',')
  const chosen = CONTENDERS.filter(
    ({ name, engines }) =>
      engines.includes(engine) &&
      (parts === undefined || name === 'raw driver' || parts.some((part) => name.toLowerCase().includes(part))),
  )

  if (values.memory) studies.push(...(await (await import('./studies/memory.js')).memory(engine, chosen)))
  if (values.caches) studies.push(...(await (await import('./studies/caches.js')).caches(engine)))
  if (values.streams) studies.push(...(await (await import('./studies/streams.js')).streams(engine, chosen)))
  if (studies.length > 0) return await publish(studies, values)
  const target = await prepare(engine)
  const entrants: Entrant[] = []
  try {
    for (const contender of chosen) {
      // Each has a file of its own: two builds of SQLite in one process do not see each other's locks.
      const own = await copyFor(target, contender.name)
      const session = await open(contender.name, () => contender.open(own))
      if (session) entrants.push({ contender, session })
    }
    await verify(entrants, workloads)
    const lines: Line[] = []
    for (const workload of workloads) {
      if (!entrants.some((entrant) => takesPart(entrant, workload))) continue
      process.stderr.write(`${workload.id} ${workload.title} …\n`)
      lines.push({ workload, figures: await measure(entrants, workload, settings) })
    }
    const report: Report = {
      engine,
      date: new Date().toISOString().slice(0, 10),
      machine: machine(),
      command: `npm run bench -- ${process.argv.slice(2).join(' ')}`.trim(),
      settings,
      versions: versionsOf(entrants.map((entrant) => entrant.contender.name)),
      lines,
    }
    process.stdout.write(`${toTable(report)}\n`)
    if (values.markdown) await writeFile(values.markdown, toMarkdown(report))
    if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`)
    if (values.svg) await writeFile(values.svg, toSvg(report))
  } finally {
    for (const { session } of entrants) await session.close()
    await remove(target)
  }
}

/** A contender that cannot be opened here (a driver that was not built, say) is named and left out. */
async function open(name: string, work: () => Promise<Session>): Promise<Session | null> {
  try {
    return await work()
  } catch (error) {
    process.stderr.write(
      `${name} does not take part: ${error instanceof Error ? error.message.split('\n')[0] : error}\n`,
    )
    return null
  }
}

function oneOf(option: string, value: string, known: readonly string[]): string {
  if (known.includes(value)) return value
  throw new Error(`${option} is one of ${known.join(', ')}; got "${value}".`)
}
function positive(option: string, value: string): number {
  const number = Number(value)
  if (Number.isInteger(number) && number > 0) return number
  throw new Error(`${option} is a whole number above 0; got "${value}".`)
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error instanceof Error ? error.message : error).slice(0, 2_000)}\n`)
  process.exitCode = 1
})
