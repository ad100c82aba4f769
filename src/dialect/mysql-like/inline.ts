/**
 * A statement with its values in it, for the text protocol: text and values in, text out. Placeholders are found outside of strings, names and
 * comments; values are written by the dialect's one function for literals (`text`), which needs a session without NO_BACKSLASH_ESCAPES and
 * ANSI_QUOTES (`index` sets it). Neither driver's own way is used: one of them replaces question marks wherever they stand.
 */
import { Lru } from '../../base/lru.js'
import { QueryError } from '../../errors/base.js'
import { literal } from './text.js'

const TOKEN =
  /'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|`(?:[^`]|``)*`|--(?=\s|$)[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|\?/g

const TEXTS = 500
const splits = new Lru<string, readonly string[]>(TEXTS)

/** The text between placeholders. */
function partsOf(text: string): readonly string[] {
  const known = splits.get(text)
  if (known) return known
  const parts: string[] = []
  let from = 0
  for (const match of text.matchAll(TOKEN)) {
    if (match[0] !== '?') continue
    parts.push(text.slice(from, match.index))
    from = match.index + 1
  }
  parts.push(text.slice(from))
  splits.set(text, parts)
  return parts
}

/** @throws QueryError where there are more or fewer values than placeholders. */
export function inlined(text: string, params: readonly unknown[]): string {
  if (params.length === 0) return text
  const parts = partsOf(text)
  if (parts.length - 1 !== params.length)
    throw new QueryError(
      `The statement has ${parts.length - 1} placeholders, but ${params.length} values were given for them.`,
    )
  return parts.reduce((sql, part, at) => `${sql}${literal(params[at - 1])}${part}`)
}
