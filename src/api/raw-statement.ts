/**
 * What a user's SQL text is: whether it reads or writes, answers with rows, or holds several statements; and how replacements and bind
 * parameters get into it. Neighbour: `raw-query`.
 */
import { isPlainObject } from '../base/freeze.js'
import type { Dialect } from '../dialect/dialect.js'
import { QueryError } from '../errors/index.js'
import { typeOfValue } from '../read/expression.js'
import type { Expr } from '../sql/expr.js'
import { param, raw } from '../sql/expr.js'
import { isFragment } from '../sql/fragments.js'
import type { PlaceholderValues } from '../sql/placeholders.js'
import { parsePlaceholders, valueOfPlaceholder } from '../sql/placeholders.js'
import type { DataType } from '../types/data-type.js'

export interface StatementKind {
  readonly kind: 'read' | 'write'
  readonly mode: 'rows' | 'run' | 'script'
  /** First word, in capitals. */
  readonly command: string
}

const QUOTED = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g
const READS = new Set(['SELECT', 'VALUES', 'SHOW', 'DESCRIBE', 'DESC', 'EXPLAIN', 'TABLE'])
const WRITES = /\b(?:INSERT|UPDATE|DELETE|REPLACE|MERGE)\b/
const LOCKS = /\bFOR\s+(?:UPDATE|SHARE|NO\s+KEY\s+UPDATE|KEY\s+SHARE)\b/
const INTO = /\bSELECT\b[\s\S]*\bINTO\b/

/** What kind of statement a text is. Strings, quoted names and comments are not looked at. Texts are few and long-lived: remembered. */
export function statementKind(sql: string): StatementKind {
  let known = kinds.get(sql)
  if (!known) {
    known = classify(sql)
    if (kinds.size >= 500) kinds.clear()
    kinds.set(sql, known)
  }
  return known
}
const kinds = new Map<string, StatementKind>()

function classify(sql: string): StatementKind {
  const bare = sql
    .replace(QUOTED, ' ')
    .toUpperCase()
    .replace(/^[\s(;]+/, '')
  const command = /^[A-Z]+/.exec(bare)?.[0] ?? ''
  // The body of a trigger holds statements of its own.
  const several = !/^CREATE\s+(?:TEMP(?:ORARY)?\s+)?TRIGGER\b/.test(bare) && /;\s*[^\s;]/.test(bare)
  if (several) return { kind: 'write', mode: 'script', command }
  if (command === 'WITH') {
    const writes = WRITES.test(bare)
    return {
      kind: writes ? 'write' : 'read',
      mode: !writes || /\bRETURNING\b/.test(bare) ? 'rows' : 'run',
      command: writes ? WRITES.exec(bare)![0] : 'SELECT',
    }
  }
  if (READS.has(command))
    return {
      kind:
        (command === 'EXPLAIN' && /\bANALYZE\b/.test(bare) && WRITES.test(bare)) || LOCKS.test(bare) || INTO.test(bare)
          ? 'write'
          : 'read',
      mode: 'rows',
      command,
    }
  // A PRAGMA may set something, and is then meant for the connection that writes.
  if (command === 'PRAGMA' || command === 'CALL') return { kind: 'write', mode: 'rows', command }
  return { kind: 'write', mode: /\bRETURNING\b/.test(bare) ? 'rows' : 'run', command }
}

const BODY =
  /^(?:CREATE\b[^;]*\b(?:TRIGGER|PROCEDURE|FUNCTION|EVENT|PACKAGE)\b[\s\S]*\bBEGIN|BEGIN\s+NOT\s+ATOMIC)\b[\s\S]*\bEND\b[\s\w]*;?\s*$/

/** The text without strings, quoted names and comments, as the engine reads them. */
function bareText(sql: string, { traits }: Dialect): string {
  const text =
    traits.conflictClause === 'on-duplicate-key' ? sql.replace(/'(?:[^'\\]|\\[\s\S]|'')*'|#[^\n]*/g, ' ') : sql
  return (traits.arrays ? text.replace(/\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|\bE'(?:[^'\\]|\\[\s\S]|'')*'/gi, ' ') : text)
    .replace(QUOTED, ' ')
    .toUpperCase()
    .replace(/^[\s(;]+/, '')
}

/**
 * Throws `QueryError` where a text holds several statements that nobody asked for: most servers refuse them, so that text which gets into
 * a statement by mistake cannot add another one. Bodies of triggers and routines are part of the statement that makes them.
 */
export function refuseSeveral(sql: string, dialect: Dialect, call: string): void {
  const bare = bareText(sql, dialect)
  if (!/;\s*[^\s;]/.test(bare) || BODY.test(bare)) return
  throw new QueryError(
    `${call} was given several statements at once. Send them one by one, or allow it with the option { multipleStatements: true }, for this call or for the Sequelize instance.`,
  )
}

export interface PreparedText {
  readonly text: string
  readonly params: readonly { readonly value: unknown; readonly type: DataType | null }[]
}

/**
 * The text with replacements written in and bind parameters taken out, in one pass: a value that contains `?`, `:name` or `$1` is never
 * looked at again. Replacements are escaped by the dialect; binds travel apart from the text.
 * Throws `QueryError` for a placeholder without a value, and for values that no placeholder uses.
 */
export function prepareText(
  sql: string,
  values: PlaceholderValues,
  dialect: Dialect,
  inline: (fragment: unknown) => string,
): PreparedText {
  const { replacements, bind } = values
  if (replacements == null && bind == null) return { text: sql, params: [] }
  if (replacements != null && typeof replacements !== 'object')
    throw new QueryError('`replacements` must be an array (for "?") or an object (for ":name").')
  if (bind != null && typeof bind !== 'object')
    throw new QueryError('`bind` must be an array (for "$1") or an object (for "$name").')
  const backslashEscapes = dialect.traits.conflictClause === 'on-duplicate-key'
  const parsed = parsePlaceholders(sql, {
    positions: Array.isArray(replacements),
    names: replacements != null && !Array.isArray(replacements),
    binds: bind != null,
    backslashEscapes,
    dollarQuotes: dialect.traits.arrays,
  })
  if (Array.isArray(replacements)) {
    const used = parsed.placeholders.filter((placeholder) => placeholder.kind === 'position').length
    if (used < replacements.length)
      throw new QueryError(`\`replacements\` has ${replacements.length} values, but the SQL has ${used} "?".`)
  }
  const exprs = parsed.placeholders.map((placeholder): Expr => {
    const value = valueOfPlaceholder(placeholder, values)
    return placeholder.kind === 'bind' ? param(value, typeOfValue(value)) : raw(written(value, dialect, inline))
  })
  return dialect.printExpr({ kind: 'template', texts: parsed.texts, exprs })
}

/** A replacement as SQL text. Arrays become lists, as `IN (:ids)` needs them. */
function written(value: unknown, dialect: Dialect, inline: (fragment: unknown) => string, nested = false): string {
  if (isFragment(value)) return inline(value)
  if (Array.isArray(value)) {
    const items = value.length === 0 ? 'NULL' : value.map((item) => written(item, dialect, inline, true)).join(', ')
    return nested ? `(${items})` : items
  }
  if (isPlainObject(value))
    throw new QueryError('An object cannot be a replacement. For JSON give JSON.stringify(value).')
  return dialect.escape(value, typeOfValue(value))
}
