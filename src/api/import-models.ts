/**
 * `importModels`: imports the modules that a glob pattern matches and returns the model classes they export, for
 * `new Sequelize({ models: await importModels('…/*.model.js') })`. Docs: models/defining-models ("Initializing the Model").
 */
import { readdir } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { decorationOf } from '../decorators/metadata.js'
import { QueryError } from '../errors/index.js'
import { isModelStatic } from './guards.js'
import type { Model } from './model.js'
import type { ModelStatic } from './types/model.js'

/**
 * @param globs One pattern or several: `*`, `**`, `?`, `[abc]`, `{ts,js}`, and `!pattern` to leave files out. Slashes on every system.
 * @param shouldImport Which exports to take. Default: every model that is not abstract.
 * Throws `QueryError` when a pattern matches no file.
 */
export async function importModels(
  globs: string | readonly string[],
  shouldImport: (path: string, exportName: string, exported: ModelStatic<Model>) => boolean = () => true,
): Promise<ModelStatic<Model>[]> {
  const patterns = (typeof globs === 'string' ? [globs] : globs).flatMap(expandBraces)
  const excluded = patterns
    .filter((pattern) => pattern.startsWith('!'))
    .map((pattern) => matcher(slashed(resolve(pattern.slice(1)))))
  const files = new Set<string>()
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) continue
    const matches = matcher(slashed(resolve(pattern)))
    for (const file of await filesBelow(baseOf(slashed(resolve(pattern))))) {
      if (matches.test(file) && !excluded.some((not) => not.test(file)) && !/\.d\.[cm]?ts$/.test(file)) files.add(file)
    }
  }
  if (files.size === 0)
    throw new QueryError(
      `importModels found no file for ${JSON.stringify(globs)}. Patterns are relative to ${process.cwd()} unless absolute.`,
    )
  const models = new Set<ModelStatic<Model>>()
  for (const file of [...files].sort()) {
    const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>
    for (const [name, exported] of Object.entries(module)) {
      if (isModelStatic<Model>(exported) && !decorationOf(exported)?.isAbstract && shouldImport(file, name, exported))
        models.add(exported)
    }
  }
  return [...models]
}

const slashed = (path: string): string => (sep === '\\' ? path.replaceAll('\\', '/') : path)

/** `a.{ts,js}` → `a.ts`, `a.js`. */
function expandBraces(pattern: string): string[] {
  const found = /\{([^{}]*)\}/.exec(pattern)
  if (!found) return [pattern]
  return found[1]!
    .split(',')
    .flatMap((choice) =>
      expandBraces(pattern.slice(0, found.index) + choice + pattern.slice(found.index + found[0].length)),
    )
}

/** The folder above the first wildcard. */
function baseOf(pattern: string): string {
  const wildcard = pattern.search(/[*?[]/)
  return wildcard === -1
    ? pattern.slice(0, pattern.lastIndexOf('/') + 1)
    : pattern.slice(0, pattern.lastIndexOf('/', wildcard) + 1)
}

function matcher(pattern: string): RegExp {
  const source = pattern.replace(/\*\*\/|\*\*|\*|\?|\[!?[^\]]*\]|[.+^${}()|\\]/g, (part) => {
    if (part === '**/') return '(?:[^/]+/)*'
    if (part === '**') return '.*'
    if (part === '*') return '[^/]*'
    if (part === '?') return '[^/]'
    if (part.startsWith('[')) return part.replace('[!', '[^')
    return `\\${part}`
  })
  return new RegExp(`^${source}$`)
}

async function filesBelow(folder: string): Promise<string[]> {
  let entries: Awaited<ReturnType<typeof readEntries>>
  try {
    entries = await readEntries(folder)
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT' || (error as { code?: string }).code === 'ENOTDIR') return []
    throw error
  }
  const found: string[] = []
  for (const entry of entries) {
    const path = `${folder}${folder.endsWith('/') ? '' : '/'}${entry.name}`
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules') found.push(...(await filesBelow(path)))
    } else found.push(path)
  }
  return found
}
const readEntries = (folder: string) => readdir(folder, { withFileTypes: true })
