/**
 * PostgreSQL's functions, triggers and types of enums, as the query interface makes, renames and drops them: arguments in Sequelize's form
 * in, SQL out. Docs: query-interface.
 */
import { QueryError } from '../../errors/base.js'
import type { TableName } from '../../sql/query.js'
import type { FunctionDescription, FunctionParam, RoutineSyntax, TriggerDescription } from '../dialect.js'
import { enumName } from './canonical.js'
import { quoteIdentifier, quoteTable, text } from './text.js'

/** A name as a program would write it in SQL: `total`, `app.total`. Others are quoted. Compat: not quoted in Sequelize, so its case is folded. */
const PLAIN = /^[A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$]*)?$/
const routineName = (name: string): string => (PLAIN.test(name) ? name : quoteIdentifier(name))

/** Types, options: SQL of the user's own, but nothing that ends the statement. */
function words(given: unknown, what: string): string {
  if (typeof given === 'string' && given.trim() !== '' && !/;|--|\/\*|\$\$/.test(given)) return given.trim()
  throw new QueryError(`${what} must be a text such as 'integer' or 'IMMUTABLE', got ${JSON.stringify(given)}.`)
}

const DIRECTIONS = new Set(['IN', 'OUT', 'INOUT', 'VARIADIC'])
function paramText({ type, name, direction }: FunctionParam): string {
  if (!type) throw new QueryError('A parameter of a function needs its `type`, as in { type: "integer", name: "n" }.')
  const upper = direction?.toUpperCase()
  if (upper !== undefined && !DIRECTIONS.has(upper))
    throw new QueryError(`The direction of a parameter is one of ${[...DIRECTIONS].join(', ')}, got "${direction}".`)
  return [upper, name === undefined ? undefined : routineName(name), words(type, 'The type of a parameter')]
    .filter((part) => part !== undefined)
    .join(' ')
}
/** `name(IN a integer)`: by its parameters a function is told from others of its name. */
const signature = (name: string, params: readonly FunctionParam[]): string =>
  `${routineName(name)}(${params.map(paramText).join(', ')})`

function bodyText({ body, language, variables }: FunctionDescription): string {
  const isBlock = language.toLowerCase() === 'plpgsql'
  if (!isBlock && variables.length > 0)
    throw new QueryError(`createFunction: \`variables\` are PL/pgSQL's, the language given is ${language}.`)
  const declared = variables.map(
    ({ name, type, default: value }) =>
      `${routineName(name)} ${words(type, 'The type of a variable')}${value === undefined ? '' : ` := ${typeof value === 'string' ? text(value) : String(value)}`};`,
  )
  const block = isBlock ? `${declared.length > 0 ? `DECLARE ${declared.join(' ')} ` : ''}BEGIN ${body} END;` : body
  let tag = '$func$'
  for (let number = 1; block.includes(tag); number += 1) tag = `$func${number}$`
  return `${tag}${block}${tag}`
}

const TIMINGS: Readonly<Record<string, string>> = {
  after: 'AFTER',
  before: 'BEFORE',
  instead_of: 'INSTEAD OF',
  after_constraint: 'AFTER',
}
const EVENTS: Readonly<Record<string, string>> = {
  insert: 'INSERT',
  update: 'UPDATE',
  delete: 'DELETE',
  truncate: 'TRUNCATE',
}
const oneOf = (table: Readonly<Record<string, string>>, given: string, what: string): string => {
  if (Object.hasOwn(table, given)) return table[given]!
  throw new QueryError(`${what} is one of ${Object.keys(table).join(', ')}, got ${JSON.stringify(given)}.`)
}
function eventText([event, columns]: readonly [string, unknown]): string {
  const word = oneOf(EVENTS, event, 'createTrigger: what the trigger fires on')
  return word === 'UPDATE' && Array.isArray(columns) && columns.length > 0
    ? `UPDATE OF ${columns.map((name) => quoteIdentifier(String(name))).join(', ')}`
    : word
}
/** `{ insert: true, update: ['name'] }`, a list of such objects, or a list of names. */
function eventsOf(given: unknown): readonly (readonly [string, unknown])[] {
  if (typeof given === 'string') return [[given, true]]
  if (Array.isArray(given)) return given.flatMap(eventsOf)
  if (typeof given === 'object' && given !== null) return Object.entries(given).filter(([, value]) => value !== false)
  return []
}

function triggerText({ table, name, timing, events, functionName, args, options }: TriggerDescription): string {
  const when = oneOf(TIMINGS, timing, 'createTrigger: the timing')
  const list = eventsOf(events)
  if (list.length === 0)
    throw new QueryError(
      'createTrigger: nothing is said of what it fires on. Write { insert: true, update: ["name"] }.',
    )
  const values = args.map((value) => {
    if (typeof value === 'string' || typeof value === 'number') return text(String(value))
    throw new QueryError(
      'createTrigger: arguments of the function of a trigger are texts and numbers (TG_ARGV), not parameters with types.',
    )
  })
  const more = options.map((option) => ` ${words(option, 'An option of a trigger')}`).join('')
  return `CREATE ${timing === 'after_constraint' ? 'CONSTRAINT ' : ''}TRIGGER ${quoteIdentifier(name)} ${when} ${list.map(eventText).join(' OR ')} ON ${quoteTable(table)}${more} EXECUTE FUNCTION ${routineName(functionName)}(${values.join(', ')})`
}

const schemaOf = (schema: string | null): string => (schema === null ? 'current_schema()' : text(schema))

export const routines: RoutineSyntax = {
  createFunction: (given) =>
    `CREATE ${given.orReplace ? 'OR REPLACE ' : ''}FUNCTION ${signature(given.name, given.params)} RETURNS ${words(given.returns, 'The type that a function returns')} AS ${bodyText(given)} LANGUAGE ${routineName(given.language)}${given.options.map((option) => ` ${words(option, 'An option of a function')}`).join('')}`,
  dropFunction: (name, params) => `DROP FUNCTION ${signature(name, params)} RESTRICT`,
  renameFunction: (name, params, to) => `ALTER FUNCTION ${signature(name, params)} RENAME TO ${routineName(to)}`,
  createTrigger: triggerText,
  dropTrigger: (table, name) => `DROP TRIGGER ${quoteIdentifier(name)} ON ${quoteTable(table)} RESTRICT`,
  renameTrigger: (table, name, to) =>
    `ALTER TRIGGER ${quoteIdentifier(name)} ON ${quoteTable(table)} RENAME TO ${quoteIdentifier(to)}`,
  enumName,
  listEnums: (schema, name) =>
    `SELECT n.nspname, t.typname, (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid) FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'e' AND n.nspname = ${schemaOf(schema)}${name === null ? '' : ` AND t.typname = ${text(name)}`} ORDER BY t.typname`,
  dropEnum: (name: TableName, ifExists) => `DROP TYPE ${ifExists ? 'IF EXISTS ' : ''}${quoteTable(name)}`,
}
