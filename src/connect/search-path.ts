/** The option `searchPath` of a call: checked, and put on its statement. What the driver makes of it: `dialect/postgres/driver`. */
import type { Dialect } from '../dialect/dialect.js'
import { QueryError, UnsupportedFeatureError } from '../errors/base.js'
import type { Statement } from './driver.js'

/**
 * The statement with its search path: a list of schemas, or text such as `'app, public'`. An empty one is none, as in Sequelize.
 * @throws UnsupportedFeatureError on engines without search paths; QueryError where `prependSearchPath: false` says that there are none.
 */
export function inSearchPath(dialect: Dialect, statement: Statement, given: unknown, isRefused: boolean): Statement {
  const path = pathOf(given)
  if (path.length === 0) return statement
  if (dialect.traits.searchPath !== true)
    throw new UnsupportedFeatureError(
      `searchPath is not available on ${dialect.name}, which has no search path of schemas. Use schema() of the model instead.`,
    )
  if (isRefused)
    throw new QueryError(
      'The option searchPath of a call contradicts prependSearchPath: false of the Sequelize instance. Leave one of them out.',
    )
  return { ...statement, searchPath: path }
}

function pathOf(given: unknown): readonly string[] {
  if (given === undefined || given === null) return []
  const names = typeof given === 'string' ? namesIn(given) : given
  if (!Array.isArray(names) || names.some((name) => typeof name !== 'string' || name === ''))
    throw new QueryError(
      "searchPath must be names of schemas, as in 'app, public' or ['app', 'public'], not something else.",
    )
  return names as string[]
}

/** Names may stand in double quotes, which may hold commas. */
const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/"((?:[^"]|"")+)"|([^",\s][^",]*)/g)].map((match) =>
    match[1] === undefined ? match[2]!.trim() : match[1].replaceAll('""', '"'),
  )
