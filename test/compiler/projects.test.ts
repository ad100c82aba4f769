// Programs as teams on Sequelize write them, unchanged but for the import path, against the declarations that are published: an Express
// service of classes with `init` and every mixin, decorated classes, interfaces and `define` as before `InferAttributes`, and the new way in
// files that import each other. A message here is one that a user of Sequelize does not get.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root, STRICT } from '../support/compiler.js'
import { makeConsumer } from '../support/consumer.js'

const consumer = makeConsumer('projects')
const projects = join(consumer.real, 'projects')
beforeAll(() => {
  consumer.install()
  cpSync(join(root, 'test/compiler/projects'), projects, { recursive: true })
}, 240_000)
afterAll(() => consumer.remove())

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))

const { paths: _, ...strict } = STRICT
function faultsOf(files: readonly string[], options: ts.CompilerOptions): string[] {
  const program = ts.createProgram(files, {
    ...strict,
    skipLibCheck: false,
    typeRoots: [join(consumer.real, 'node_modules/@types')],
    ...options,
  })
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0
    return `${file?.fileName.slice(projects.length)}:${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
  })
}

const { ModuleKind, ModuleResolutionKind } = ts
describe('programs on Sequelize compile', { timeout: 240_000 }, () => {
  it.each<[string, ts.CompilerOptions]>([
    ['node16', { module: ModuleKind.Node16, moduleResolution: ModuleResolutionKind.Node16 }],
    ['nodenext', { module: ModuleKind.NodeNext, moduleResolution: ModuleResolutionKind.NodeNext }],
    ['bundler', { module: ModuleKind.ESNext, moduleResolution: ModuleResolutionKind.Bundler }],
    // What `module: CommonJS` means up to TypeScript 5: `exports` of a package.json is not read.
    [
      'node10',
      { module: ModuleKind.CommonJS, moduleResolution: ModuleResolutionKind.Node10, ignoreDeprecations: '6.0' },
    ],
  ])('with moduleResolution %s, and legacy decorators', (_name, options) => {
    const files = filesOf(projects)
    expect(files.length).toBeGreaterThan(20)
    expect(faultsOf(files, { ...options, experimentalDecorators: true })).toEqual([])
  })

  it('as a CommonJS package under nodenext', () => {
    const folder = join(consumer.real, 'commonjs')
    cpSync(projects, folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }')
    expect(faultsOf(filesOf(folder), { experimentalDecorators: true, esModuleInterop: true })).toEqual([])
  })

  it('with standard decorators, on accessors', () => {
    const folder = join(consumer.real, 'standard')
    mkdirSync(folder)
    for (const file of filesOf(join(projects, 'decorated'))) {
      const text = readFileSync(file, 'utf8')
        .replace('mortise/decorators-legacy', 'mortise/decorators')
        // What stands directly under decorators: neither methods nor what is only declared.
        .replaceAll(
          /^( {2}@.*\n(?: {2}(?:[@})\]]| ).*\n)*) {2}declare (\w+)(\??): (.*)$/gm,
          (_all, above, name, open, type) =>
            open === '' ? `${above}  accessor ${name}!: ${type}` : `${above}  accessor ${name}: ${type} | undefined`,
        )
      writeFileSync(join(folder, file.slice(projects.length + '/decorated/'.length)), text)
    }
    expect(readFileSync(join(folder, 'models.ts'), 'utf8').match(/ accessor /g)!.length).toBeGreaterThan(20)
    expect(faultsOf(filesOf(folder), {})).toEqual([])
  })
})
