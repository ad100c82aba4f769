// Checks the type tests and the emitted declarations under older versions of TypeScript, against the package's declarations:
// `npm run typecheck:versions`, or with versions of one's own: `npm run typecheck:versions -- 5.5 next`. They are installed in a temporary
// folder, so the registry has to be at hand.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const versions =
  process.argv.length > 2 ? process.argv.slice(2) : ['5.4', '5.5', '5.6', '5.7', '5.8', '5.9', '6.0', '7.0']
const folder = mkdtempSync(join(tmpdir(), 'mortise-typescript-'))
const aliasOf = (version) => `typescript-${version}`

const compilerOptions = {
  target: 'ES2022',
  lib: ['ES2022', 'ESNext.Decorators', 'ESNext.Disposable'],
  module: 'NodeNext',
  moduleResolution: 'NodeNext',
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  noEmit: true,
}
/** Programs, each with its own `compilerOptions`. */
const projects = {
  'inferred types': [{ isolatedModules: true, verbatimModuleSyntax: true }, ['types/*.ts']],
  'decorated classes': [{ experimentalDecorators: true }, ['types/legacy/*.ts']],
  'emitted declarations': [
    {
      declaration: true,
      noEmit: false,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      rootDir: '.',
      outDir: 'out',
    },
    ['fixtures/*.ts'],
  ],
}

function prepare() {
  const packages = versions.map((version) => `${aliasOf(version)}@npm:typescript@${version}`)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel', 'error', ...packages], {
    cwd: folder,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  const modules = join(folder, 'node_modules')
  execFileSync('node', [join(root, 'scripts/declarations.mjs'), join(modules, 'mortise')], { stdio: 'inherit' })
  mkdirSync(join(modules, '@types'), { recursive: true })
  for (const name of ['@types/node', 'undici-types', 'kysely'])
    symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction')
  cpSync(join(root, 'test/types'), join(folder, 'types'), { recursive: true })
  cpSync(join(root, 'test/compiler/fixtures'), join(folder, 'fixtures'), { recursive: true })
}

function check(version, name) {
  const [options, include] = projects[name]
  const config = join(folder, `tsconfig.${name.replace(' ', '-')}.json`)
  writeFileSync(config, JSON.stringify({ compilerOptions: { ...compilerOptions, ...options }, include, exclude: [] }))
  const tsc = join(folder, 'node_modules', aliasOf(version), 'bin/tsc')
  const { status, stdout } = spawnSync('node', [tsc, '-p', config], { cwd: folder, encoding: 'utf8' })
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} TypeScript ${version}: ${name}`)
  if (status !== 0) console.log(stdout)
  return status === 0
}

try {
  prepare()
  const results = versions.flatMap((version) => Object.keys(projects).map((name) => check(version, name)))
  console.log(`${results.filter(Boolean).length} of ${results.length} programs compile`)
  if (readdirSync(join(folder, 'out')).length === 0) throw new Error('No declarations were emitted')
  process.exitCode = results.every(Boolean) ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
