// What breaks servers, by hand: `npm run chaos` for all engines, `npm run chaos -- postgres mysql:mysql2` for some, one of them through another
// driver than usual. Nothing that is running is touched: servers are started in folders of their own. Exits with 1 when something did not hold,
// and by itself when all is well.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { killed } from './killed.js'
import { killedFile } from './killed-file.js'
import { Report } from './report.js'
import type { ServerName } from './servers.js'
import { makeServer, pause } from './servers.js'
import { thousand } from './thousand.js'

const NAMES = ['sqlite', 'postgres', 'mariadb', 'mysql'] as const
type Name = (typeof NAMES)[number]
const given = process.argv.slice(2)
for (const word of given.length === 0 ? NAMES : given) {
  const [name, driver] = word.split(':')
  if (!NAMES.includes(name as Name)) throw new Error(`Unknown engine ${name}. There are: ${NAMES.join(', ')}.`)
  await (name === 'sqlite' ? onFile() : onServer(name as ServerName, driver === undefined ? {} : { driver }))
}
const late = setTimeout(() => {
  console.error(`✗ The process does not end: ${process.getActiveResourcesInfo().join(', ')}`)
  process.exit(1)
}, 5000)
late.unref()
await pause(0)

async function onServer(name: ServerName, options: object): Promise<void> {
  const server = await makeServer(name, options)
  try {
    await scenario(`${name}: killed under load`, (report) => killed(server, report))
    await scenario(`${name}: a thousand transactions at a time`, (report) => thousand(server.options, report))
    if (name !== 'postgres') return
    await server.kill()
    await scenario(`${name}: killed under load, reads sharing connections`, (report) =>
      killed(server, report, { pipelining: 10 }),
    )
  } finally {
    await server.remove()
  }
}

async function onFile(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mortise-chaos-'))
  try {
    await scenario('sqlite: the writing process killed', killedFile)
    await scenario('sqlite: a thousand transactions at a time', (report) =>
      thousand({ dialect: 'sqlite', storage: join(folder, 'thousand.sqlite') }, report),
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function scenario(title: string, work: (report: Report) => Promise<void>): Promise<void> {
  const report = new Report(title)
  try {
    await work(report)
  } catch (error) {
    console.error(error)
    report.failures += 1
  }
  if (report.failures > 0) process.exitCode = 1
}
