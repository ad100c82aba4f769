// Packs the package once and asks publint and attw whether what would be published resolves, with types, for its users; and looks at how
// much an import of it loads, which is what a cold start costs.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const run = (command, ...args) => execFileSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' })

const MOST_FILES = 16
const MOST_BYTES = 1_600_000

/** The files of dist/ that a module brings along, itself included, with their lengths. */
function loadedBy(file, files = new Map()) {
  if (files.has(file)) return files
  const text = readFileSync(file, 'utf8')
  files.set(file, text.length)
  for (const [, from] of text.matchAll(/^(?:import|export)\b[^'"]*?'(\.[^']+)'/gm))
    loadedBy(join(dirname(file), from), files)
  return files
}

const folder = mkdtempSync(join(tmpdir(), 'mortise-pack-'))
try {
  run('npm', 'pack', '--silent', '--pack-destination', folder)
  const [name] = readdirSync(folder)
  const tarball = join(folder, name)
  run('publint', 'run', tarball, '--strict')
  // The package is ESM only; Node 20.19 and later `require` it all the same, so a CommonJS user finding an ES module is fine.
  run('attw', tarball, '--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm')
  const files = loadedBy(join('dist', 'index.js'))
  const bytes = [...files.values()].reduce((sum, length) => sum + length, 0)
  if (files.size > MOST_FILES || bytes > MOST_BYTES)
    throw new Error(
      `An import loads ${files.size} files of ${bytes} bytes; ${MOST_FILES} and ${MOST_BYTES} are the most.`,
    )
  process.stdout.write(`An import loads ${files.size} files of ${bytes} bytes.\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
