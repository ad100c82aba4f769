/**
 * Options of calls: that they are an object, that each of them exists, and that each is of the kind that its name stands for everywhere.
 * What needs a model to be judged (attributes, conditions, includes) is read where it is used. An option that is left out, undefined or
 * null costs nothing.
 */
import { QueryError } from '../errors/base.js'
import { isPlainObject } from './freeze.js'
import { suggestion } from './names.js'
import { show } from './show.js'

/** What an option must be, in words, and the test. */
export type OptionShape = readonly [words: string, fits: (value: unknown) => boolean]
export type OptionShapes = ReadonlyMap<string, OptionShape>

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const has = (value: unknown, ...methods: readonly string[]): boolean =>
  isObject(value) && methods.every((method) => typeof value[method] === 'function')

const isNames = (value: unknown): boolean =>
  Array.isArray(value) && value.every((name: unknown) => typeof name === 'string')
const isMatch = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'function' || value instanceof RegExp

export const SWITCH: OptionShape = ['true or false', (value) => typeof value === 'boolean']
export const TEXT: OptionShape = ['a string', (value) => typeof value === 'string']
export const NAMES: OptionShape = ["a list of names such as ['name']", isNames]
export const LIST: OptionShape = ['a list', Array.isArray]
const FUNCTION: OptionShape = ['a function', (value) => typeof value === 'function']
const VALUES: OptionShape = [
  'a list of values, or an object of values by name',
  (value) => Array.isArray(value) || isPlainObject(value),
]
const SCOPE: OptionShape = [
  "a scope's name, a list of them, { method: […] }, or false for none",
  (value) => typeof value === 'boolean' || typeof value === 'string' || isObject(value),
]
const RETRY = ['max', 'match', 'backoffBase', 'backoffExponent', 'timeout', 'report', 'name']

/** How includes are read: joined, by queries of their own, or joined where that repeats no rows. */
export const STRATEGIES = ['join', 'query', 'auto'] as const
export type Strategy = (typeof STRATEGIES)[number]
export const isStrategy = (value: unknown): value is Strategy => STRATEGIES.includes(value as Strategy)

/** Options that mean the same in every call that has them. */
const COMMON: OptionShapes = new Map<string, OptionShape>([
  ...[
    'plain',
    'raw',
    'nest',
    'paranoid',
    'hooks',
    'distinct',
    'countGroupedRows',
    'skipLocked',
    'noWait',
    'subQuery',
    'subquery',
    'minifyAliases',
    'includeIgnoreAttributes',
    'benchmark',
    'logQueryParameters',
    'useMaster',
    'validate',
    'silent',
    'omitNull',
    'individualHooks',
    'sideEffects',
    'ignoreDuplicates',
    'isNewRecord',
    'force',
    'cascade',
    'truncate',
    'restartIdentity',
    'withoutForeignKeyChecks',
    'touch',
    'steal',
    'save',
    'replace',
    'clearScopeOnUnset',
    'mapToModel',
    'supportsSearchPath',
    'multipleStatements',
    'destroyConnection',
    'readOnly',
    'batch',
    'reset',
    'clone',
    'noTypeValidation',
    'plan',
    'override',
    'concurrently',
    'ifExists',
  ].map((name) => [name, SWITCH] as const),
  [
    'transaction',
    [
      'a transaction from sequelize.transaction(), or null for none',
      (value) => has(value, 'commit', 'rollback', 'afterCommit'),
    ],
  ],
  ['connection', ['a connection from sequelize.withConnection()', (value) => has(value, 'execute', 'close')]],
  [
    'logging',
    ['false or a function such as console.log', (value) => typeof value === 'boolean' || typeof value === 'function'],
  ],
  ['signal', ['an AbortSignal', (value) => has(value, 'throwIfAborted', 'addEventListener')]],
  [
    'retry',
    [
      'an object such as { max: 3, match: [/deadlock/] }',
      (value) =>
        isPlainObject(value) &&
        Object.keys(value).every((key) => RETRY.includes(key)) &&
        (value.max === undefined || (Number.isInteger(value.max) && (value.max as number) > 0)) &&
        (value.match === undefined ||
          isMatch(value.match) ||
          (Array.isArray(value.match) && (value.match as unknown[]).every(isMatch))),
    ],
  ],
  [
    'noHooks',
    [
      "true, false or { except: ['beforeSave'] }",
      (value) =>
        typeof value === 'boolean' ||
        (isPlainObject(value) && Object.keys(value).every((key) => key === 'except') && isNames(value.except)),
    ],
  ],
  [
    'by',
    [
      'a number',
      (value) =>
        typeof value === 'bigint' ||
        (typeof value === 'number' && Number.isFinite(value)) ||
        // SQL, and decimals of libraries.
        (isObject(value) && !Array.isArray(value) && !isPlainObject(value)),
    ],
  ],
  ['strategy', ["'join', 'query' or 'auto'", isStrategy]],
  ['replacements', VALUES],
  ['bind', VALUES],
  ['searchPath', ['a string or a list of strings', (value) => typeof value === 'string' || isNames(value)]],
  ['fields', NAMES],
  ['skip', NAMES],
  ['updateOnDuplicate', NAMES],
  ['conflictFields', NAMES],
  ['conflictAttributes', NAMES],
  ['returning', ['true, false or a list of columns', (value) => typeof value === 'boolean' || Array.isArray(value)]],
  [
    'rejectOnEmpty',
    [
      'true, false, an error or a class of errors',
      (value) =>
        typeof value === 'boolean' ||
        value instanceof Error ||
        (typeof value === 'function' && value.prototype instanceof Error) ||
        value === Error,
    ],
  ],
  [
    'destroyPrevious',
    ['true, false or options of destroy()', (value) => typeof value === 'boolean' || isPlainObject(value)],
  ],
  ['scope', SCOPE],
  ['schema', TEXT],
  ['schemaDelimiter', TEXT],
  ['match', ['a regular expression', (value) => value instanceof RegExp]],
  ['report', FUNCTION],
])

/** Options of every call that sends statements: the way to the database. */
export const EXEC_OPTIONS: ReadonlySet<string> = new Set([
  'transaction',
  'connection',
  'logging',
  'benchmark',
  'logQueryParameters',
  'useMaster',
  'searchPath',
  'retry',
  'signal',
])

/** Options of finders, and so of scopes. `read/options` says what each of them is. */
export const FINDER_OPTIONS = [
  'where',
  'attributes',
  'include',
  'order',
  'limit',
  'offset',
  'plain',
  'raw',
  'nest',
  'paranoid',
  'hooks',
  'noHooks',
  'rejectOnEmpty',
  'strictLoading',
  'strategy',
  'group',
  'having',
  'distinct',
  'lock',
  'skipLocked',
  'noWait',
  'subQuery',
  'subquery',
  'minifyAliases',
  'includeIgnoreAttributes',
  'indexHints',
  'tableHints',
  'maxExecutionTimeHintMs',
  'searchPath',
  'replacements',
  'bind',
  'transaction',
  'connection',
  'logging',
  'benchmark',
  'logQueryParameters',
  'useMaster',
  'signal',
  'retry',
] as const
export type FinderOption = (typeof FINDER_OPTIONS)[number]

/** Throws `QueryError` where an option that is there is not what its name stands for. `call` as in `User.findAll()`. */
export function checkOption(name: string, value: unknown, call: string, own?: OptionShapes): void {
  if (value === undefined || value === null) return
  const shape = own?.get(name) ?? COMMON.get(name)
  if (shape !== undefined && !shape[1](value))
    throw new QueryError(`${call}: ${name} is ${shape[0]}, got ${show(value)}.`)
}

/** Throws `QueryError` for options that are no object. */
export function checkObject(options: unknown, call: string, remedy = ''): void {
  if (typeof options === 'object' && !Array.isArray(options)) return
  throw new QueryError(`${call} takes an object of options, got ${show(options)}.${remedy}`)
}

interface Known extends Iterable<string | readonly [string, unknown]> {
  has(name: string): boolean
  keys(): IterableIterator<string>
}

/** Throws `QueryError` for options that are no object, that do not exist, or that are not what their names stand for. */
export function checkOptions(options: unknown, known: Known, call: string, own?: OptionShapes): void {
  if (options === undefined || options === null) return
  checkObject(options, call)
  for (const name in options as Record<string, unknown>) {
    const value = (options as Record<string, unknown>)[name]
    if (value === undefined) continue
    if (!known.has(name)) throw new QueryError(`Unknown option "${name}" in ${call}.${suggestion(name, known.keys())}`)
    checkOption(name, value, call, own)
  }
}
