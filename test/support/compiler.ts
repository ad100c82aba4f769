/** Programs that stand in memory, checked by the TypeScript that is installed against the package's sources. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

export const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(root, 'test/.in-memory')
const inSources = (path: string): string[] => [join(root, 'src', path)]

export const STRICT: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts', 'lib.esnext.decorators.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  noEmit: true,
  paths: {
    mortise: inSources('index.ts'),
    'mortise/decorators-legacy': inSources('decorators/legacy.ts'),
    'mortise/decorators': inSources('decorators/standard.ts'),
    'mortise/validators': inSources('decorators/validators.ts'),
  },
}
export interface Fault {
  /** The text that the message stands under. */
  readonly at: string
  readonly line: number
  readonly code: number
  readonly message: string
}
export interface Checked {
  readonly program: ts.Program
  readonly checker: ts.TypeChecker
  readonly faults: readonly Fault[]
  readonly instantiations: number
  source(name: string): ts.SourceFile
}

// Libraries and the package's own sources are parsed once for all programs of a test file.
const parsed = new Map<string, ts.SourceFile | undefined>()

function hostFor(files: ReadonlyMap<string, string>, options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile, directoryExists } = host
  return Object.assign(host, {
    getCurrentDirectory: () => root,
    fileExists: (path: string) => files.has(path) || fileExists(path),
    directoryExists: (path: string) => path.startsWith(folder) || (directoryExists?.(path) ?? true),
    readFile: (path: string) => files.get(path) ?? readFile(path),
    getSourceFile(path: string, language: ts.ScriptTarget | ts.CreateSourceFileOptions) {
      const text = files.get(path)
      if (text !== undefined) return ts.createSourceFile(path, text, language, true)
      if (!parsed.has(path)) parsed.set(path, getSourceFile(path, language))
      return parsed.get(path)
    },
  })
}

function faultOf(diagnostic: ts.Diagnostic): Fault {
  const { file, start = 0, length = 0, code } = diagnostic
  return {
    at: file?.text.slice(start, start + length) ?? '',
    line: file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0,
    code,
    message: ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'),
  }
}

/** Checks the files given (names without a folder), and nothing of the package but what they need. */
export function check(sources: { readonly [name: string]: string }, options: ts.CompilerOptions = {}): Checked {
  const files = new Map(Object.entries(sources).map(([name, text]) => [join(folder, name), text]))
  const all = { ...STRICT, ...options }
  const program = ts.createProgram({ rootNames: [...files.keys()], options: all, host: hostFor(files, all) })
  const faults = [...files.keys()].flatMap((path) => {
    const file = program.getSourceFile(path)!
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(faultOf)
  })
  return {
    program,
    checker: program.getTypeChecker(),
    faults,
    instantiations: (program as ts.Program & { getInstantiationCount(): number }).getInstantiationCount(),
    source: (name) => program.getSourceFile(join(folder, name))!,
  }
}
