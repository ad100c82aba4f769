/**
 * Attribute syntax: `'name'`, `'$profile.bio$'`, `'$profile$.bio'`, `'meta.tags[0]."a.b":unquote::integer'`. Text in, an operand out:
 * the expression, and the type that values compared with it have. Docs: querying/json, querying/raw-queries (sql.attribute).
 */
import { suggestion } from '../base/names.js'
import { QueryError } from '../errors/base.js'
import type { Expr } from '../sql/expr.js'
import { column } from '../sql/expr.js'
import type { DataType } from '../types/data-type.js'
import type { Tables } from './tables.js'
import { findAttribute, unknownAttribute } from './tables.js'

/** Something that values are compared with. */
export interface Operand {
  readonly expr: Expr
  /** Type of values compared with it; null: by the JavaScript value. */
  readonly type: DataType | null
  /** For messages. */
  readonly label: string
  /** A JSON document, or a part of one: objects compared with it are paths into it. */
  readonly isJson: boolean
}

const JSON_KEYS = new Set(['JSON', 'JSONB'])
export const isJsonType = (type: DataType | null): boolean => type !== null && JSON_KEYS.has(type.key)

/** The operand of an attribute's name. `use`: the option it stands in, for messages. */
export function resolveAttribute(key: string, tables: Tables, use: string): Operand {
  // Without a model (`sequelize.query`) an attribute is the column of that name.
  if (tables.model === null) return { expr: column(tables.alias, key), type: null, label: `"${key}"`, isJson: false }
  const aliased = tables.selected?.get(key)
  if (aliased !== undefined) return { expr: aliased, type: null, label: tables.labelOf(key), isJson: false }
  const attribute = findAttribute(tables, key, use)
  if (attribute !== undefined) {
    return {
      expr: column(tables.alias, attribute.columnName),
      type: attribute.type,
      label: tables.labelOf(attribute.attributeName),
      isJson: isJsonType(attribute.type),
    }
  }
  return key.startsWith('$') ? resolveAssociationKey(key, tables, use) : resolveWithModifiers(key, tables, use)
}

/** `$a.b.attr$rest` and `$a.b$.attr…`. */
function resolveAssociationKey(key: string, tables: Tables, use: string): Operand {
  const end = key.indexOf('$', 1)
  if (end === -1)
    throw new QueryError(`"${key}" in ${use} starts with $ but has no second one. Write '$association.attribute$'.`)
  const inner = key.slice(1, end)
  const rest = key.slice(end + 1)
  if (rest.startsWith('.')) return resolveAttribute(rest.slice(1), followPath(inner.split('.'), tables, key, use), use)
  const segments = inner.split('.')
  let at = tables
  let depth = 0
  // An association's name wins over an attribute only as long as something follows it.
  while (depth < segments.length - 1 && findAttribute(at, segments[depth]!, use) === undefined) {
    at = followPath([segments[depth]!], at, key, use)
    depth += 1
  }
  return resolveAttribute(segments.slice(depth).join('.') + rest, at, use)
}

function followPath(names: readonly string[], tables: Tables, key: string, use: string): Tables {
  let at = tables
  for (const name of names) {
    // Seen from an include, a path may also start at the statement's root, or name the root itself.
    const next: Tables | null =
      at.follow(name) ?? (at === tables ? (at.root.follow(name) ?? (at.root.label === name ? at.root : null)) : null)
    if (next === null) {
      const exists = at.model?.associations.has(name)
      throw new QueryError(
        exists
          ? `"${key}" in ${use} refers to "${name}", which is associated to ${at.label} but not included. Add it to \`include\` (\`attributes: []\` if only the condition needs it).`
          : `"${key}" in ${use} refers to "${name}", which is no association of ${at.label}.${suggestion(name, at.model?.associations.keys() ?? [])}`,
      )
    }
    at = next
  }
  return at
}

function resolveWithModifiers(key: string, tables: Tables, use: string): Operand {
  const head = /^[^.[:]+/.exec(key)?.[0] ?? ''
  const attribute = head === key ? undefined : findAttribute(tables, head, use)
  if (attribute === undefined) throw unknownAttribute(tables, key, use)
  const label = tables.labelOf(attribute.attributeName)
  const path = parsePath(key, head.length, label)
  const base: Operand = {
    expr: column(tables.alias, attribute.columnName),
    type: attribute.type,
    label,
    isJson: isJsonType(attribute.type),
  }
  return applyPath(base, path, key)
}

/** The operand of a key in an object that stands for a JSON document: `{ meta: { 'a.b': 1, '[0]': 2, 'age::integer': 3 } }`. */
export function resolveJsonKey(key: string, parent: Operand): Operand {
  const bracket = key.startsWith('[')
  return applyPath(parent, parsePath(bracket ? key : `.${key}`, 0, parent.label), key)
}

interface Path {
  readonly segments: readonly (string | number)[]
  readonly unquote: boolean
  readonly casts: readonly string[]
}

function applyPath(base: Operand, { segments, unquote, casts }: Path, key: string): Operand {
  let { expr, type, isJson } = base
  if ((segments.length > 0 || unquote) && !isJson) {
    throw new QueryError(`"${key}" looks into ${base.label}, which is not JSON but ${type?.key ?? 'an expression'}.`)
  }
  if (segments.length > 0 || unquote || (isJson && casts.length > 0)) {
    // A cast reads the text: CAST('"18"' AS …) would fail or give 0.
    const asText = unquote || casts.length > 0
    expr =
      expr.kind === 'json'
        ? { ...expr, path: [...expr.path, ...segments], unquote: asText }
        : { kind: 'json', expr, path: segments, unquote: asText }
    if (asText) {
      isJson = false
      type = null
    }
  }
  for (const cast of casts) {
    expr = { kind: 'cast', expr, type: castName(cast, key) }
    isJson = false
    type = null
  }
  return { expr, type, label: key.startsWith(base.label) ? key : `${base.label} ("${key}")`, isJson }
}

const CAST = /^[A-Za-z_][A-Za-z0-9_ ]*(?:\(\s*\d+\s*(?:,\s*\d+\s*)?\))?(?: [A-Za-z ]+)?(?:\[\])?$/
/** The name of an SQL type that a user wrote; anything that is more than a name is refused. */
export function castName(name: string, where: string): string {
  const type = name.trim()
  if (!CAST.test(type)) throw new QueryError(`"${name}" (in ${where}) is not the name of an SQL type.`)
  return type
}

function parsePath(text: string, start: number, label: string): Path {
  const segments: (string | number)[] = []
  const casts: string[] = []
  let unquote = false
  let at = start
  const fail = (): QueryError =>
    new QueryError(`"${text}" is not a path into ${label}. Write 'attribute.key[0]."key with dots":unquote::type'.`)
  while (at < text.length && text[at] !== ':') {
    if (text[at] === '[') {
      const index = /\[(\d+)\]/y
      index.lastIndex = at
      const found = index.exec(text)
      if (!found) throw fail()
      segments.push(Number(found[1]))
      at += found[0].length
    } else if (text[at] === '.') {
      const [segment, end] = text[at + 1] === '"' ? quotedSegment(text, at + 2, fail) : plainSegment(text, at + 1)
      if (end === at + 1) throw fail()
      segments.push(segment)
      at = end
    } else throw fail()
  }
  while (at < text.length) {
    const isCast = text[at + 1] === ':'
    const begin = at + (isCast ? 2 : 1)
    const next = text.indexOf(':', begin)
    const word = text.slice(begin, next === -1 ? undefined : next)
    if (isCast) casts.push(word)
    else if (word === 'unquote' && casts.length === 0) unquote = true
    else
      throw new QueryError(
        `"${text}" has the modifier ":${word}". The only one is ":unquote"; a cast is written with "::".`,
      )
    at = next === -1 ? text.length : next
  }
  return { segments, unquote, casts }
}

function plainSegment(text: string, start: number): [string, number] {
  const end = /[.[:]/g
  end.lastIndex = start
  const stop = end.exec(text)?.index ?? text.length
  return [text.slice(start, stop), stop]
}

function quotedSegment(text: string, start: number, fail: () => QueryError): [string, number] {
  let segment = ''
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '\\' && at + 1 < text.length) {
      at += 1
      segment += text[at]
    } else if (text[at] === '"') return [segment, at + 1]
    else segment += text[at]
  }
  throw fail()
}
