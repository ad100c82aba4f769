// Packs the package once and asks publint and attw whether what would be published resolves, with types, for its users.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const run = (command, ...args) => execFileSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' })

const folder = mkdtempSync(join(tmpdir(), 'mortise-pack-'))
try {
  run('npm', 'pack', '--silent', '--pack-destination', folder)
  const [name] = readdirSync(folder)
  const tarball = join(folder, name)
  run('publint', 'run', tarball, '--strict')
  // The package is ESM only; Node 20.19 and later `require` it all the same, so a CommonJS user finding an ES module is fine.
  run('attw', tarball, '--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
