/**
 * What users write where SQL is meant (`sql`, `literal`, `fn`, `col`, `cast`, `where`, `json`, plain values) → expression nodes, given
 * the tables in scope. Values become parameters; names become quoted identifiers; only `literal` and the texts of `sql` are SQL.
 * Docs: querying/raw-queries.
 */
import { randomUUID } from 'node:crypto'
import { isPlainObject } from '../base/freeze.js'
import { QueryError } from '../errors/base.js'
import type { Expr, JsonNode, TemplateNode } from '../sql/expr.js'
import { call, isNull, raw } from '../sql/expr.js'
import type { SqlExpression } from '../sql/fragments.js'
import {
  AssociationPath,
  Attribute,
  Cast,
  Col,
  Exists,
  Fn,
  Group,
  Identifier,
  isFragment,
  Join,
  Json,
  JsonPath,
  List,
  Literal,
  Random,
  Select,
  Sql,
  Unquote,
  Uuid,
  Where,
} from '../sql/fragments.js'
import { parsePlaceholders, valueOfPlaceholder } from '../sql/placeholders.js'
import type { DataType } from '../types/data-type.js'
import { show } from '../types/data-type.js'
import { DataTypes, normalizeType } from '../types/index.js'
import { castName, resolveAttribute } from './attribute-key.js'
import type { Tables } from './tables.js'

/** A fragment or a plain value as an expression. `type`: of the values it stands beside, null: by the JavaScript value. */
export function toExpr(value: unknown, tables: Tables, use: string, type: DataType | null = null): Expr {
  return isFragment(value) ? fragment(value, tables, use) : valueExpr(value, tables, use, type)
}

function valueExpr(value: unknown, tables: Tables, use: string, type: DataType | null): Expr {
  if (value === undefined)
    throw new QueryError(`undefined was given in ${use} of ${tables.label}. Give null if NULL is meant.`)
  if (type === null && Array.isArray(value))
    return { kind: 'array', items: value.map((item) => toExpr(item, tables, use)), type: null }
  return tables.statement.param(
    value,
    type ?? tables.statement.runtime.dialect.typeOfLoose?.(value) ?? typeOfValue(value),
  )
}

let inferred: { readonly [key in 'boolean' | 'date' | 'bigint' | 'bytes' | 'json']: DataType } | undefined
/** The type by which a value travels that is compared with nothing typed. Null: the driver takes it as it is. */
export function typeOfValue(value: unknown): DataType | null {
  if (typeof value === 'string' || typeof value === 'number' || value === null) return null
  inferred ??= {
    boolean: normalizeType(DataTypes.BOOLEAN),
    date: normalizeType(DataTypes.DATE),
    bigint: normalizeType(DataTypes.BIGINT),
    bytes: normalizeType(DataTypes.BLOB),
    json: normalizeType(DataTypes.JSON),
  }
  switch (typeof value) {
    case 'boolean':
      return inferred.boolean
    case 'bigint':
      return inferred.bigint
    case 'object':
      if (value instanceof Date || isDateLike(value)) return inferred.date
      if (value instanceof Uint8Array) return inferred.bytes
      return isPlainObject(value) || Array.isArray(value) ? inferred.json : null
    default:
      throw new QueryError(`${show(value)} cannot be a value in SQL.`)
  }
}
/** Dates of other libraries, by their shape (dayjs, moment, Luxon). */
const isDateLike = (value: object): boolean =>
  typeof (value as { toDate?: unknown }).toDate === 'function' ||
  typeof (value as { toJSDate?: unknown }).toJSDate === 'function'

function fragment(value: SqlExpression, tables: Tables, use: string): Expr {
  if (value instanceof Literal) return literalExpr(value.val, tables, use)
  if (value instanceof Sql) return template(value.texts, value.values, tables, use)
  if (value instanceof Col) return columnExpr(value.identifiers, tables)
  if (value instanceof Fn)
    return call(
      functionName(value.fn),
      value.args.map((arg) => argument(arg, tables, use)),
    )
  if (value instanceof Cast) return castExpr(value, tables, use)
  if (value instanceof Attribute) return resolveAttribute(value.attributeName, tables, use).expr
  if (value instanceof AssociationPath)
    return resolveAttribute(`$${value.associationPath.join('.')}$.${value.attributeName}`, tables, use).expr
  if (value instanceof Where || value instanceof Group) return condition(value, tables, use)
  if (value instanceof Json) return jsonExpr(value, tables, use)
  if (value instanceof JsonPath) return jsonNode(toExpr(value.expression, tables, use), value.path, false)
  if (value instanceof Unquote) return jsonNode(toExpr(value.expression, tables, use), [], true)
  if (value instanceof Identifier)
    return { kind: 'identifier', parts: value.values.flatMap((part) => identifierParts(part, use)) }
  if (value instanceof List) return { kind: 'list', items: value.values.map((item) => toExpr(item, tables, use)) }
  if (value instanceof Join) return joined(value, tables, use)
  if (value instanceof Uuid) return uuid(value, tables)
  if (value instanceof Random) return raw(tables.statement.runtime.dialect.traits.random ?? 'RANDOM()')
  if (value instanceof Select) return { kind: 'subquery', select: value.toSelect(tables, 'value') }
  if (value instanceof Exists)
    return { kind: 'exists', negated: value.negated, select: value.select.toSelect(tables, 'exists') }
  throw new QueryError(`The SQL fragment ${value.constructor.name} cannot be used in ${use}.`)
}

function condition(value: Where | Group, tables: Tables, use: string): Expr {
  const expr = tables.statement.condition(value, tables)
  if (expr === null) throw new QueryError(`An empty condition cannot be used as an expression in ${use}.`)
  return expr
}

// ---------------------------------------------------------------- SQL text
const WORDS: Readonly<Record<string, string>> = { true: 'TRUE', false: 'FALSE', null: 'NULL' }

function literalExpr(parts: readonly unknown[], tables: Tables, use: string): Expr {
  const texts: string[] = ['']
  const exprs: Expr[] = []
  for (const part of parts) {
    if (isFragment(part)) {
      exprs.push(fragment(part, tables, use))
      texts.push('')
    } else if (part === undefined) throw new QueryError(`literal(undefined) was given in ${use} of ${tables.label}.`)
    else addText(WORDS[String(part)] ?? String(part), texts, exprs, tables, use)
  }
  return exprs.length === 0 ? raw(texts[0]!) : { kind: 'template', texts, exprs }
}

function template(parts: readonly string[], values: readonly unknown[], tables: Tables, use: string): Expr {
  const texts: string[] = ['']
  const exprs: Expr[] = []
  for (let at = 0; at < parts.length; at += 1) {
    addText(parts[at]!, texts, exprs, tables, use)
    if (at >= values.length) continue
    exprs.push(toExpr(values[at], tables, use))
    texts.push('')
  }
  return exprs.length === 0 ? raw(texts[0]!) : { kind: 'template', texts, exprs }
}

/** Adds a user's text, its placeholders turned into parameters. */
function addText(text: string, texts: string[], exprs: Expr[], tables: Tables, use: string): void {
  const { replacements, bind } = tables.statement.placeholders
  if (!replacements && !bind) {
    texts[texts.length - 1] += text
    return
  }
  const parsed = parsePlaceholders(text, {
    positions: Array.isArray(replacements),
    names: !!replacements && !Array.isArray(replacements),
    binds: !!bind,
  })
  for (const [at, part] of parsed.texts.entries()) {
    texts[texts.length - 1] += part
    const placeholder = parsed.placeholders[at]
    if (placeholder === undefined) continue
    const value = valueOfPlaceholder(placeholder, tables.statement.placeholders)
    // `IN (:ids)` means a list of values in every version of Sequelize; elsewhere an array is an SQL array, where the engine has them.
    if (Array.isArray(value) && (/\(\s*$/.test(part) || !tables.statement.runtime.dialect.traits.arrays))
      exprs.push(...commaList(value, texts, tables, use))
    else {
      exprs.push(toExpr(value, tables, use))
      texts.push('')
    }
  }
}

function commaList(values: readonly unknown[], texts: string[], tables: Tables, use: string): Expr[] {
  if (values.length === 0) {
    texts[texts.length - 1] += 'NULL'
    return []
  }
  return values.map((value, at) => {
    texts.push(at < values.length - 1 ? ', ' : '')
    return Array.isArray(value)
      ? { kind: 'list', items: value.map((item) => toExpr(item, tables, use)) }
      : toExpr(value, tables, use)
  })
}

function joined(value: Join, tables: Tables, use: string): TemplateNode {
  const separator = typeof value.separator === 'string' ? raw(value.separator) : toExpr(value.separator, tables, use)
  const exprs = value.parts.flatMap((part, at) =>
    at === 0 ? [toExpr(part, tables, use)] : [separator, toExpr(part, tables, use)],
  )
  return { kind: 'template', texts: Array.from({ length: exprs.length + 1 }, () => ''), exprs }
}

// ---------------------------------------------------------------- names
/** `col('a')`, `col('a.b')`, `col('a', 'b')`, `col('a.b.c')` (column c of the nested include a->b), `col('*')`, `col('a.*')`. */
export function columnExpr(identifiers: readonly string[], tables: Tables): Expr {
  const parts = identifiers.length === 1 ? identifiers[0]!.split('.') : [...identifiers]
  const name = parts.pop() ?? ''
  const table = parts.length === 0 ? null : tables.statement.aliasOf(parts.join('->'))
  if (name === '*') return { kind: 'star', table }
  return { kind: 'identifier', parts: table === null ? [name] : [table, name] }
}

function identifierParts(part: unknown, use: string): string[] {
  if (typeof part === 'string') return [part]
  if ((typeof part === 'object' || typeof part === 'function') && part !== null) {
    const table =
      (part as { modelDefinition?: { table: { schema: string | null; name: string } } }).modelDefinition?.table ??
      ('tableName' in part && typeof part.tableName === 'string'
        ? { schema: 'schema' in part && typeof part.schema === 'string' ? part.schema : null, name: part.tableName }
        : undefined)
    if (table) return table.schema === null ? [table.name] : [table.schema, table.name]
  }
  throw new QueryError(`sql.identifier takes names, models and table names, got ${show(part)} (in ${use}).`)
}

function functionName(name: unknown): string {
  if (typeof name !== 'string') throw new QueryError(`fn() takes the name of an SQL function first, got ${show(name)}.`)
  return name
}

function argument(value: unknown, tables: Tables, use: string): Expr {
  if (!isPlainObject(value)) return toExpr(value, tables, use)
  return tables.statement.condition(value, tables) ?? tables.statement.param(value, typeOfValue(value))
}

// ---------------------------------------------------------------- casts, JSON, UUIDs
function castExpr({ expression, type }: Cast, tables: Tables, use: string): Expr {
  const inner = argument(expression, tables, use)
  // v6's json() reads text when it is cast; so does the attribute syntax.
  const expr: Expr = inner.kind === 'json' ? { ...inner, unquote: true } : inner
  if (typeof type === 'string') return { kind: 'cast', expr, type: castName(type, 'cast()') }
  return { kind: 'cast', expr, type: normalizeType(type) }
}

function jsonNode(expr: Expr, path: readonly (string | number)[], unquote: boolean): JsonNode {
  if (expr.kind === 'json') return { ...expr, path: [...expr.path, ...path], unquote: unquote || expr.unquote }
  return { kind: 'json', expr, path, unquote }
}

/** v6: `json('meta.a.b')`, `json('meta.a.b', value)`, `json({ meta: { a: { b: value } } })`. */
function jsonExpr({ conditionsOrPath, value }: Json, tables: Tables, use: string): Expr {
  if (typeof conditionsOrPath !== 'string') {
    const expr = tables.statement.condition(conditionsOrPath, tables)
    if (expr === null) throw new QueryError(`json() was given no condition (in ${use}).`)
    return expr
  }
  // A path may start with a table: 'profile.meta.a' where `profile` is no attribute is left to the attribute syntax to complain about.
  const left = resolveAttribute(conditionsOrPath, tables, use)
  const unquoted = left.expr.kind === 'json' ? { ...left.expr, unquote: true } : left.expr
  if (value === undefined) return unquoted
  // A number or a boolean is compared as JSON: the text of the path has no type that it could be compared with.
  if (left.expr.kind === 'json' && (typeof value === 'number' || typeof value === 'boolean'))
    return tables.statement.condition({ [conditionsOrPath]: value }, tables)!
  return value === null
    ? isNull(unquoted)
    : { kind: 'compare', op: '=', left: unquoted, right: toExpr(value, tables, use) }
}

function uuid({ version, inJavaScript }: Uuid, tables: Tables): Expr {
  const { generatedUuid } = tables.statement.runtime.dialect.traits
  if (!inJavaScript && generatedUuid.includes(`v${version}`))
    return call(version === 4 ? 'gen_random_uuid' : `uuidv${version}`, [])
  if (version === 4) return tables.statement.param(randomUUID(), null)
  throw new QueryError(
    `A UUID of version ${version} cannot be made inside a statement on this engine. Give its value instead.`,
  )
}
