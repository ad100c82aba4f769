// Four projects, one per way a test is compiled: plain logic, behaviour on an engine, and the two kinds of decorators.
// Every project reads `mortise` from src/, so a test needs no build.
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const fromRoot = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const alias = [
  { find: /^mortise$/, replacement: fromRoot('./src/index.ts') },
  { find: /^mortise\/decorators-legacy$/, replacement: fromRoot('./src/decorators/legacy.ts') },
  { find: /^mortise\/decorators$/, replacement: fromRoot('./src/decorators/standard.ts') },
  { find: /^mortise\/validators$/, replacement: fromRoot('./src/decorators/validators.ts') },
  { find: /^mortise\/kysely$/, replacement: fromRoot('./src/kysely/index.ts') },
  { find: /^mortise\/(sqlite|postgres)$/, replacement: fromRoot('./src/dialect/$1/index.ts') },
  { find: /^mortise\/(mysql|mariadb)$/, replacement: fromRoot('./src/dialect/mysql-like/$1.ts') },
]

// esbuild lowers decorators only below `esnext`.
const esbuild = (experimentalDecorators: boolean) => ({
  target: 'es2022' as const,
  tsconfigRaw: {
    compilerOptions: {
      target: 'ES2022',
      useDefineForClassFields: true,
      verbatimModuleSyntax: true,
      experimentalDecorators,
    },
  },
})

const project = (name: string, folders: string[], experimentalDecorators = false) => ({
  resolve: { alias },
  esbuild: esbuild(experimentalDecorators),
  test: {
    name,
    include: folders.map((folder) => `test/${folder}/**/*.test.ts`),
    globalSetup: fromRoot('./test/support/choose-engines.ts'),
    // Servers wait for their disk when databases come and go, and many tests share one.
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})

export default defineConfig({
  test: {
    passWithNoTests: false,
    // Most of the time a test waits for a server; Vitest's own choice on two cores is one worker.
    maxWorkers: availableParallelism() + 1,
    reporters: ['default', fromRoot('./scripts/closing-line-reporter.ts')],
    projects: [
      project('unit', ['unit', 'golden', 'property', 'compiler']),
      project('suite', ['suite', 'engine', 'seeds', 'pitfalls']),
      project('decorators-legacy', ['decorators-legacy'], true),
      project('decorators-standard', ['decorators-standard']),
    ],
  },
})
