// What `import 'mortise'` brings along: its own modules, nothing of others, and no driver before one is needed.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Sequelize } from 'mortise'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const IMPORT = /^(?:import|export)(?! type)\b[^'"]*?from '([^']+)'|^import '([^']+)'/gm

/** Files that an entry loads, and the packages that it asks for, with what they load in turn. */
function loadedBy(entry: string): { readonly files: Set<string>; readonly packages: Set<string> } {
  const files = new Set<string>()
  const packages = new Set<string>()
  const visit = (file: string): void => {
    if (files.has(file)) return
    files.add(file)
    for (const [, from, alone] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      const name = (from ?? alone)!
      if (!name.startsWith('.')) packages.add(name)
      else visit(join(dirname(file), name.replace(/\.js$/, '.ts')))
    }
  }
  visit(join(root, entry))
  return { files, packages }
}

test('no package is loaded with it, only parts of Node', () => {
  const { packages } = loadedBy('src/index.ts')
  expect([...packages].filter((name) => !name.startsWith('node:'))).toEqual([])
})

test('its modules are as many as the rooms need, and command lines and other entries are not among them', () => {
  const { files } = loadedBy('src/index.ts')
  expect(files.size).toBeLessThan(325)
  expect([...files].filter((file) => /\/(?:kysely|cli)\/|\/decorators\/(?!metadata)/.test(file))).toEqual([])
  for (const file of files) expect(existsSync(file), file).toBe(true)
})

test('a driver is loaded when its database is used for the first time, and no other one', async () => {
  const drivers = (): string[] => [
    ...new Set(
      Object.keys(createRequire(import.meta.url).cache).flatMap(
        (file) => /node_modules\/(better-sqlite3|pg|mysql2|mariadb|validator|inflection)\//.exec(file)?.[1] ?? [],
      ),
    ),
  ]
  const sequelize = new Sequelize({ dialect: 'sqlite', storage: ':memory:', logging: false })
  expect(drivers()).toEqual([])
  await sequelize.authenticate()
  expect(drivers()).toEqual(['better-sqlite3'])
  await sequelize.close()
})
