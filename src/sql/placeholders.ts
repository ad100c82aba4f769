/**
 * Finds `?`, `:name`, `$1` and `$name` in SQL that a user wrote, leaving strings, quoted identifiers, comments, dollar quotes, casts
 * (`::type`) and JSON operators (`?|`, `?&`) alone. Text in, pieces out; what stands for a piece is the caller's business
 * (`read/expression` makes parameters of them, `sequelize.query` escapes replacements). Values are never scanned.
 * Docs: querying/raw-queries (replacements, bind parameters).
 */
import { QueryError } from '../errors/base.js'

export type Placeholder =
  | { readonly kind: 'position'; readonly index: number }
  | { readonly kind: 'name'; readonly name: string }
  /** `$1` → `'1'`, `$id` → `'id'`. */
  | { readonly kind: 'bind'; readonly name: string }

/** Alternating: texts[0] placeholders[0] texts[1] … One text more than placeholders. */
export interface ParsedSql {
  readonly texts: readonly string[]
  readonly placeholders: readonly Placeholder[]
}

export interface PlaceholderRules {
  /** Look for `?` (positional replacements). */
  readonly positions: boolean
  /** Look for `:name`. */
  readonly names: boolean
  /** Look for `$1`, `$name`; `$$` is then a dollar sign. */
  readonly binds: boolean
  /** `\'` does not end a string (MySQL family). */
  readonly backslashEscapes?: boolean
  /** `$tag$ … $tag$` is a string (PostgreSQL). */
  readonly dollarQuotes?: boolean
}

const WORD = /[A-Za-z0-9_]/
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y
const BIND = /[A-Za-z_][A-Za-z0-9_]*|[0-9]+/y
const TAG = /\$(?:[A-Za-z_][A-Za-z0-9_]*)?\$/y

export function parsePlaceholders(sql: string, rules: PlaceholderRules): ParsedSql {
  const texts: string[] = []
  const placeholders: Placeholder[] = []
  let text = ''
  let from = 0
  let positions = 0
  let at = 0
  const take = (placeholder: Placeholder, end: number): void => {
    texts.push(text + sql.slice(from, at))
    placeholders.push(placeholder)
    text = ''
    from = at = end
  }
  while (at < sql.length) {
    const letter = sql[at]!
    const next = sql[at + 1]
    if (letter === "'" || letter === '"' || letter === '`')
      at = endOfQuoted(sql, at, letter, letter === "'" && rules.backslashEscapes === true)
    else if (letter === '-' && next === '-') at = endOf(sql, '\n', at + 2)
    else if (letter === '/' && next === '*') at = endOf(sql, '*/', at + 2)
    else if (letter === ':' && next === ':') at += 2
    else if (letter === ':' && rules.names && !isWord(sql[at - 1])) {
      const name = match(NAME, sql, at + 1)
      if (name === null) at += 1
      else take({ kind: 'name', name }, at + 1 + name.length)
    } else if (letter === '?' && rules.positions) {
      if (next === '|' || next === '&' || next === '?') at += 2
      else take({ kind: 'position', index: positions++ }, at + 1)
    } else if (letter === '$' && !isWord(sql[at - 1])) {
      const tag = rules.dollarQuotes === true ? match(TAG, sql, at) : null
      const end = tag === null ? -1 : sql.indexOf(tag, at + tag.length)
      const name = rules.binds ? match(BIND, sql, at + 1) : null
      if (tag !== null && end !== -1) at = end + tag.length
      else if (rules.binds && next === '$') {
        text += sql.slice(from, at + 1)
        from = at = at + 2
      } else if (name !== null) take({ kind: 'bind', name }, at + 1 + name.length)
      else at += 1
    } else at += 1
  }
  texts.push(text + sql.slice(from))
  return { texts, placeholders }
}

const isWord = (letter: string | undefined): boolean => letter !== undefined && WORD.test(letter)
function match(pattern: RegExp, sql: string, at: number): string | null {
  pattern.lastIndex = at
  return pattern.exec(sql)?.[0] ?? null
}
function endOf(sql: string, mark: string, from: number): number {
  const at = sql.indexOf(mark, from)
  return at === -1 ? sql.length : at + mark.length
}
function endOfQuoted(sql: string, start: number, quote: string, backslash: boolean): number {
  for (let at = start + 1; at < sql.length; at += 1) {
    if (backslash && sql[at] === '\\') at += 1
    else if (sql[at] === quote) {
      if (sql[at + 1] === quote) at += 1
      else return at + 1
    }
  }
  return sql.length
}

export interface PlaceholderValues {
  readonly replacements?: readonly unknown[] | Readonly<Record<string, unknown>> | null
  readonly bind?: readonly unknown[] | Readonly<Record<string, unknown>> | null
}

/** The value that a placeholder stands for; throws where none was given. */
export function valueOfPlaceholder(placeholder: Placeholder, values: PlaceholderValues): unknown {
  if (placeholder.kind === 'position') {
    const { replacements } = values
    if (Array.isArray(replacements) && placeholder.index < replacements.length)
      return given(replacements[placeholder.index], `replacements[${placeholder.index}]`)
    throw new QueryError(
      `The SQL has more "?" than \`replacements\` has values (${Array.isArray(replacements) ? replacements.length : 0}).`,
    )
  }
  const { name } = placeholder
  if (placeholder.kind === 'name') {
    const { replacements } = values
    if (replacements && !Array.isArray(replacements) && Object.hasOwn(replacements, name))
      return given((replacements as Record<string, unknown>)[name], `replacements.${name}`)
    throw new QueryError(`The SQL uses ":${name}", but \`replacements\` has no "${name}".`)
  }
  const { bind } = values
  if (Array.isArray(bind)) {
    const index = Number(name) - 1
    if (Number.isInteger(index) && index >= 0 && index < bind.length) return given(bind[index], `bind[${index}]`)
  } else if (bind && Object.hasOwn(bind, name)) return given((bind as Record<string, unknown>)[name], `bind.${name}`)
  throw new QueryError(`The SQL uses "$${name}", but \`bind\` has no value for it.`)
}

function given(value: unknown, where: string): unknown {
  if (value === undefined) throw new QueryError(`${where} is undefined. Give null if NULL is meant.`)
  return value
}
