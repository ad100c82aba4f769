// What users' programs emit with `declaration: true`, against the package's own declarations, and the compiler options they may have.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root, STRICT } from '../support/compiler.js'
import { makeConsumer } from '../support/consumer.js'

const consumer = makeConsumer('emit')
const { real } = consumer

beforeAll(() => {
  consumer.install()
  cpSync(join(root, 'test/compiler/fixtures'), real, { recursive: true })
}, 240_000)
afterAll(() => consumer.remove())

const { paths: _, noEmit: __, ...base } = STRICT
interface Emitted {
  readonly faults: readonly string[]
  readonly declarations: ReadonlyMap<string, string>
}
function compile(names: readonly string[], options: ts.CompilerOptions = {}): Emitted {
  const program = ts.createProgram(
    names.map((name) => join(real, name)),
    { ...base, declaration: true, rootDir: real, typeRoots: [join(real, 'node_modules/@types')], ...options },
  )
  const declarations = new Map<string, string>()
  const { diagnostics } = program.emit(undefined, (path, text) => declarations.set(path.slice(real.length + 1), text))
  const faults = [...ts.getPreEmitDiagnostics(program), ...diagnostics].map(
    ({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
  )
  return { faults, declarations }
}

describe("declarations of a user's models", { timeout: 240_000 }, () => {
  it('say every attribute and every association of a model once, without any', () => {
    const { faults, declarations } = compile(['models.ts', 'classes.ts'])
    expect(faults).toEqual([])
    const text = declarations.get('models.d.ts')!
    const user = text.slice(text.indexOf('User_base'), text.indexOf('export declare class User '))
    expect(user.match(/firstName: string \| null/g)).toHaveLength(1)
    expect(user.match(/=> typeof Profile/g)).toHaveLength(1)
    expect(user).toContain('import("mortise").Defined<"User", {')
    expect(text.slice(0, text.indexOf('const Author'))).not.toMatch(/\bany\b/)
    expect(text).toContain('Promise<{\n    age: number;\n    firstName: string | null;\n}[]>')
    expect(declarations.get('classes.d.ts')).not.toMatch(/\bany\b/)
    // Read by people: as many lines as the definition has things to say, and no type written out where it has a name.
    expect(user.split('\n').length).toBeLessThanOrEqual(48)
    expect(text.split('\n').length).toBeLessThanOrEqual(252)
    expect(text).toContain('const Ink: import("mortise").ScopedStatic<import("mortise").Defined<"Ink"')
    expect(text).not.toContain('ModelStatics')
    // Nobody can import what is not exported by name.
    for (const each of declarations.values()) expect(each).not.toMatch(/import\("mortise\/|import\("\.\.?\//)
  })

  it('mean to whoever imports them what the sources mean', () => {
    const { declarations } = compile(['models.ts', 'classes.ts'])
    const importer = join(real, 'importer')
    mkdirSync(importer)
    for (const [name, text] of declarations) if (name.endsWith('.d.ts')) writeFileSync(join(importer, name), text)
    writeFileSync(
      join(importer, 'use.ts'),
      `import { type Profile, type Task, User } from './models.js'
import { Person } from './classes.js'
const user = (await User.findOne({ include: ['tasks', { association: 'profile', required: true }] }))!
export const profile: Profile = user.profile
export const tasks: Task[] = user.tasks
export const label: string = user.label
await User.create({ age: 3, profile: { bio: 'x' } } as never)
await User.create({ age: 3 })
// @ts-expect-error age is missing
await User.create({ firstName: 'x' })
// @ts-expect-error no such attribute
await User.findAll({ where: { agee: 3 } })
// @ts-expect-error not loaded
;(await User.findOne())!.profile
export const owner: number | undefined = (await Person.findOne({ include: 'license' }))?.license?.ownerId
// @ts-expect-error no such association
await Person.findOne({ include: 'licence' })
`,
    )
    expect(compile(['importer/use.ts'], { noEmit: true, declaration: false }).faults).toEqual([])
  })

  it.each<[string, ts.CompilerOptions]>([
    ['isolatedModules and verbatimModuleSyntax', { isolatedModules: true, verbatimModuleSyntax: true }],
    [
      'exactOptionalPropertyTypes, with the declarations of the package checked as well',
      { exactOptionalPropertyTypes: true, skipLibCheck: false },
    ],
    ['useDefineForClassFields: true', { useDefineForClassFields: true }],
    ['useDefineForClassFields: false', { useDefineForClassFields: false }],
    ['moduleResolution: bundler', { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler }],
    ['noPropertyAccessFromIndexSignature', { noPropertyAccessFromIndexSignature: true }],
  ])('compile with %s', (_name, options) => {
    const { faults, declarations } = compile(['models.ts', 'classes.ts'], options)
    expect(faults).toEqual([])
    expect(declarations.get('models.d.ts')).toContain('class User extends User_base')
  })

  it('narrow instances to the attributes selected for who asks for it by augmentation', () => {
    writeFileSync(
      join(real, 'narrow.ts'),
      `import { User } from './models.js'
declare module 'mortise' {
  interface MortiseTypes {
    selectNarrowing: true
  }
}
const user = (await User.findOne({ attributes: ['age'] }))!
export const age: number = user.age
// @ts-expect-error not selected
user.firstName
`,
    )
    expect(compile(['narrow.ts'], { noEmit: true, declaration: false }).faults).toEqual([])
  })
})
