/**
 * `npm run bench:types`: what a schema costs the type checker and the editor, for Mortise and its peers.
 * `-- --models 100,300 --queries 200 --contender drizzle --markdown file`.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { completionTime } from './editor.js'
import * as mortise from './mortise.js'
import * as peers from './peers.js'
import type { Writer } from './schema.js'
import { makeSchema } from './schema.js'

const CONTENDERS: { readonly [name: string]: Writer } = {
  'Mortise, base-class factory': mortise.mortiseFactory,
  'Mortise, define': mortise.mortiseDefine,
  'Mortise, define and associate': mortise.mortiseAssociate,
  'Mortise, decorated classes': mortise.mortiseDecorators,
  'Drizzle 0.45': peers.drizzle,
  'Kysely 0.28': peers.kysely,
  'MikroORM 7': peers.mikroorm,
  'Sequelize 7': mortise.sequelize7,
}
const { values } = parseArgs({
  options: {
    models: { type: 'string', default: '100,300' },
    queries: { type: 'string', default: '200' },
    contender: { type: 'string', default: '' },
    markdown: { type: 'string' },
    'no-editor': { type: 'boolean', default: false },
  },
})
// Not below `bench/types`, which the checks of this repository include.
const out = fileURLToPath(new URL('../.out/types', import.meta.url))
const tsc = join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc')
const dist = fileURLToPath(new URL('../../dist', import.meta.url))
const PATHS = {
  mortise: [join(dist, 'index.d.ts')],
  'mortise/decorators-legacy': [join(dist, 'decorators/legacy.d.ts')],
}
const slug = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

function write(name: string, models: number): { readonly folder: string; readonly cursor: string } {
  const { files, cursor, compilerOptions } = CONTENDERS[name]!(makeSchema(models, Number(values.queries)))
  const folder = join(out, `${slug(name)}-${models}`)
  mkdirSync(folder, { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
  const options = {
    target: 'ES2022',
    lib: ['ES2022', 'ESNext.Decorators', 'ESNext.Disposable', 'DOM'],
    module: 'ESNext',
    moduleResolution: 'Bundler',
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    noEmit: true,
    paths: PATHS,
    ...compilerOptions,
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.ts'] }))
  return { folder, cursor }
}

function figure(report: string, label: string): number {
  const found = new RegExp(`^${label}:\\s+([\\d.]+)`, 'm').exec(report)
  if (!found) throw new Error(`tsc --extendedDiagnostics does not say "${label}"`)
  return Number(found[1])
}

interface Row {
  readonly name: string
  readonly models: number
  readonly instantiations: number
  readonly seconds: number
  readonly megabytes: number
  readonly milliseconds: number
}

async function measure(name: string, models: number): Promise<Row> {
  const { folder, cursor } = write(name, models)
  const report = execFileSync(
    process.execPath,
    ['--max-old-space-size=6144', tsc, '-p', folder, '--extendedDiagnostics'],
    { encoding: 'utf8', maxBuffer: 1 << 26 },
  )
  return {
    name,
    models,
    instantiations: figure(report, 'Instantiations'),
    seconds: figure(report, 'Check time'),
    megabytes: Math.round(figure(report, 'Memory used') / 1024),
    milliseconds: values['no-editor'] ? Number.NaN : await completionTime(join(folder, 'queries.ts'), cursor),
  }
}

const chosen = Object.keys(CONTENDERS).filter((name) =>
  values.contender.split(',').some((part) => name.toLowerCase().includes(part.toLowerCase())),
)
const lines = [
  '| models | contender | instantiations | check time | memory | completion |',
  '| ---: | --- | ---: | ---: | ---: | ---: |',
]
rmSync(out, { recursive: true, force: true })
for (const models of values.models.split(',').map(Number)) {
  for (const name of chosen) {
    try {
      const row = await measure(name, models)
      const completion = Number.isNaN(row.milliseconds) ? '–' : `${row.milliseconds} ms`
      lines.push(
        `| ${models} | ${name} | ${row.instantiations.toLocaleString('en')} | ${row.seconds} s | ${row.megabytes} MB | ${completion} |`,
      )
    } catch (error) {
      // The compiler prints its errors to standard output.
      const { stdout, message } = error as Error & { stdout?: string }
      lines.push(`| ${models} | ${name} | failed | | | |`)
      console.error(stdout?.split('\n').slice(0, 8).join('\n') || message)
      process.exitCode = 1
    }
    console.log(lines.at(-1))
  }
}
if (values.markdown) writeFileSync(values.markdown, `${lines.join('\n')}\n`)
console.log(`\n${lines.join('\n')}`)
