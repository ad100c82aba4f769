/** A folder with the package in its node_modules as a type checker sees it published: package.json and the declarations. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ts from 'typescript'
import { root } from './compiler.js'

export interface Consumer {
  /** The folder's real path: TypeScript speaks of it so. */
  readonly real: string
  install(): void
  remove(): void
}

export function makeConsumer(name: string): Consumer {
  const folder = mkdtempSync(join(tmpdir(), `mortise-${name}-`))
  const real = ts.sys.realpath?.(folder) ?? folder
  const modules = join(real, 'node_modules')
  const link = (each: string): void => symlinkSync(join(root, 'node_modules', each), join(modules, each), 'junction')
  return {
    real,
    install() {
      mkdirSync(join(modules, '@types'), { recursive: true })
      execFileSync('node', [join(root, 'scripts/declarations.mjs'), join(modules, 'mortise')])
      for (const each of readdirSync(join(root, 'node_modules/@types'))) link(`@types/${each}`)
      link('undici-types')
      writeFileSync(join(real, 'package.json'), '{ "type": "module" }')
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
