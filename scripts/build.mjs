// Builds dist/: tsc makes the declarations and the code, then the code is put together into the package's entries and the pieces that they
// share, because loading two hundred small modules takes several times as long as loading these. Dependencies and drivers stay outside.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rollup } from 'rollup'
import { emitDeclarations } from './declarations.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')

const tsc = (...args) =>
  execFileSync('npx', ['--no-install', 'tsc', '-p', 'tsconfig.build.json', ...args], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })

/** The modules that package.json names. */
function entriesOf(folder) {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const files = Object.values(exports).flatMap((entry) => entry.default ?? [])
  return Object.fromEntries(
    files.map((file) => {
      const path = file.replace(/^\.\/dist\//, '')
      return [path.replace(/\.js$/, ''), join(folder, path)]
    }),
  )
}

/** Hands on the source maps of tsc, so that those of dist/ lead to src/. */
const withMaps = {
  name: 'with-maps',
  load(file) {
    if (!existsSync(`${file}.map`)) return null
    return { code: readFileSync(file, 'utf8'), map: JSON.parse(readFileSync(`${file}.map`, 'utf8')) }
  },
}

const modules = join(dist, 'modules')
try {
  tsc('--outDir', modules, '--declaration', 'false', '--declarationMap', 'false', '--removeComments', '--noCheck')
  emitDeclarations(dist)
  const bundle = await rollup({
    input: entriesOf(modules),
    external: (id) => !id.startsWith('.') && !id.startsWith(modules) && relative(modules, id).startsWith('..'),
    plugins: [withMaps],
    onwarn(warning) {
      throw new Error(warning.message)
    },
  })
  await bundle.write({
    dir: dist,
    format: 'es',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'shared/[name].js',
    // Names as in src/, for whoever reads a stack trace.
    minifyInternalExports: false,
  })
  await bundle.close()
} finally {
  rmSync(modules, { recursive: true, force: true })
}
