// Writes the package as a type checker sees it: package.json and the declarations, in `<folder>/dist`. By itself:
// `node scripts/declarations.mjs <folder>`; `scripts/build.mjs` takes the declarations for dist/.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

const QUOTED = /^export \{ Sequelize as 'module\.exports' \};?\n?/m
const FOR_REQUIRE = `export * from './index.js'
export { default, Sequelize as 'module.exports' } from './index.js'
`

/** Before TypeScript 5.6 a name between quotes is a syntax error: it gets a file of its own, which package.json gives to newer ones only. */
function setQuotedNameApart(dist) {
  const file = join(dist, 'index.d.ts')
  const index = readFileSync(file, 'utf8')
  if (!QUOTED.test(index)) throw new Error("index.d.ts no longer exports 'module.exports'")
  writeFileSync(file, index.replace(QUOTED, ''))
  writeFileSync(join(dist, 'index.require.d.ts'), FOR_REQUIRE)
}

export function emitDeclarations(dist, ...options) {
  execFileSync(
    'npx',
    ['--no-install', 'tsc', '-p', 'tsconfig.build.json', '--emitDeclarationOnly', '--outDir', dist, ...options],
    { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' },
  )
  setQuotedNameApart(dist)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = resolve(process.argv[2])
  mkdirSync(folder, { recursive: true })
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'))
  emitDeclarations(join(folder, 'dist'), '--declarationMap', 'false')
}
