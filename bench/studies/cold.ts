/**
 * `npm run bench -- --cold`: how long a fresh process takes to import each library as a program on SQLite does. Processes take turns; what
 * a process without any import takes is told beside it. The processor's time is the steadier figure.
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Table } from './table.js'
import { median } from './table.js'

const IMPORTS: Readonly<Record<string, string>> = {
  nothing: '',
  mortise: "await import('mortise')",
  drizzle: "await import('drizzle-orm/better-sqlite3'); await import('drizzle-orm/sqlite-core')",
  kysely: "await import('kysely')",
  objection: "await import('objection'); await import('knex')",
  typeorm: "await import('typeorm')",
  prisma: "await import('@prisma/client'); await import('@prisma/adapter-better-sqlite3')",
  mikroorm: "await import('@mikro-orm/sqlite')",
  'sequelize 6': "await import('sequelize')",
  'sequelize 7': "await import('@sequelize/core'); await import('@sequelize/sqlite3')",
}
const ROUNDS = 11

interface Times {
  readonly clock: number
  readonly cpu: number
}

const run = (code: string): Times => {
  const script = `const cpu = process.cpuUsage(), clock = performance.now(); ${code}; const { user, system } = process.cpuUsage(cpu);
    process.stdout.write(JSON.stringify({ clock: performance.now() - clock, cpu: (user + system) / 1000 }))`
  const text = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return JSON.parse(text) as Times
}

export function cold(): readonly Table[] {
  const figures = new Map<string, Times[]>()
  const left = new Set<string>()
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, code] of Object.entries(IMPORTS)) {
      if (left.has(name)) continue
      try {
        const times = figures.get(name) ?? []
        times.push(run(code))
        figures.set(name, times)
      } catch {
        left.add(name)
      }
    }
  }
  for (const name of left) process.stderr.write(`${name} does not take part: it cannot be imported here.\n`)
  return [
    {
      title: 'Import in a fresh process, ms',
      columns: ['library', 'clock, median', 'clock, least', 'cpu, median', 'cpu, least'],
      rows: [...figures].map(([name, times]) => {
        const [clock, cpu] = [times.map((time) => time.clock), times.map((time) => time.cpu)]
        return [name, median(clock), Math.min(...clock), median(cpu), Math.min(...cpu)]
      }),
    },
  ]
}
