/**
 * `npm run bench -- --cold`: how long a fresh process takes to import each library as a program on SQLite does, and how many files that
 * loads. Processes take turns; the figure is the median, what a process without any import takes is told beside it.
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

const run = (code: string): number => {
  const script = `const start = performance.now(); ${code}; process.stdout.write(String(performance.now() - start))`
  const text = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return Number(text)
}

export function cold(): readonly Table[] {
  const figures = new Map<string, number[]>()
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
      title: 'Import in a fresh process, ms of the clock',
      columns: ['library', 'median', 'least'],
      rows: [...figures].map(([name, times]) => [name, median(times), Math.min(...times)]),
    },
  ]
}
