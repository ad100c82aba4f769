/**
 * SQL expressions as the servers keep them, brought into one spelling: MySQL lowers keywords, adds parentheses and character sets and
 * escapes quotes; MariaDB keeps more of what was written. Text in, text out; used by `canonical` and `introspect`.
 */
import { groupedExpression } from './expression-tree.js'
import { text } from './text.js'

const TOKEN =
  /`(?:[^`]|``)*`|(?:_[a-z0-9]+\s*)?'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*"|[\p{L}_$][\p{L}\p{N}_$]*|\d+(?:\.\d+)?|<=>|<>|!=|<=|>=|\|\||&&|->>|->|:=|<<|>>|\S/giu

export function canonicalExpression(sql: string): string {
  const tokens = [...sql.matchAll(TOKEN)].map((match) => match[0])
  const grouped = groupedExpression(tokens.map((token, at) => spelled(token, tokens[at + 1])))
  if (grouped !== null) return grouped
  let result = ''
  tokens.forEach((token, at) => {
    const word = spelled(token, tokens[at + 1])
    const previous = at === 0 ? '(' : tokens[at - 1]!
    const isTight =
      previous === '(' ||
      word === ')' ||
      word === ',' ||
      word === '.' ||
      previous === '.' ||
      (word === '(' && isName(previous))
    result += isTight ? word : ` ${word}`
  })
  return result.trim()
}

const isName = (token: string): boolean => /^[\p{L}_]/u.test(token) && !KEYWORDS.has(token.toLowerCase())
const KEYWORDS = new Set(
  'and or not in is between like regexp rlike case when then else end div mod xor interval as on'.split(' '),
)
/** Words that stand for themselves; any other word is a column. */
const WORDS = new Set([
  ...KEYWORDS,
  ...'null true false current_timestamp current_date current_time day hour minute month second year week quarter microsecond signed unsigned char charset escape distinct from for both leading trailing binary date datetime time decimal json using collate utf8mb4 utf8mb3 latin1 ascii'.split(
    ' ',
  ),
])

/** Functions that a server calls by another name when it is asked. */
const SYNONYMS: Readonly<Record<string, string>> = {
  ucase: 'upper',
  lcase: 'lower',
  character_length: 'char_length',
  substr: 'substring',
  mid: 'substring',
  curdate: 'current_date',
  curtime: 'current_time',
  current_timestamp: 'now',
  localtime: 'now',
  localtimestamp: 'now',
}
/** Functions whose parentheses may be left out. */
const CLOCKS: ReadonlySet<string> = new Set(
  'current_timestamp localtime localtimestamp current_date current_time'.split(' '),
)

function spelled(token: string, next: string | undefined): string {
  if (token.startsWith('`')) return token
  if (/^(?:_[a-z0-9]+\s*)?'/i.test(token)) return text(unescaped(token.slice(token.indexOf("'") + 1, -1)))
  if (/^[\p{L}_$]/u.test(token)) {
    const lower = token.toLowerCase()
    if (next === '(') return SYNONYMS[lower] ?? lower
    if (CLOCKS.has(lower)) return `${SYNONYMS[lower] ?? lower}()`
    return WORDS.has(lower) || token.startsWith('utf8') ? lower : `\`${token}\``
  }
  return token === '!=' ? '<>' : token
}

/** `((a + 1))` → `a + 1`; `(a) + (b)` stays. */
export function stripParentheses(sql: string): string {
  let text = sql.trim()
  while (text.startsWith('(') && text.endsWith(')') && closes(text)) text = text.slice(1, -1).trim()
  return text
}

/** Whether the first parenthesis is closed by the last character. */
function closes(text: string): boolean {
  let depth = 0
  for (const match of text.matchAll(/'(?:[^'\\]|''|\\.)*'|`(?:[^`]|``)*`|"(?:[^"\\]|""|\\.)*"|[()]/gs)) {
    if (match[0] === '(') depth += 1
    else if (match[0] === ')') depth -= 1
    if (depth === 0 && match.index < text.length - 1 && (match[0] === '(' || match[0] === ')')) return false
  }
  return depth === 0
}

/** The content of a string literal, without its escapes. */
export const unescaped = (content: string): string =>
  content
    .replaceAll("''", "'")
    .replace(/\\(.)/gs, (_all, letter: string) => (Object.hasOwn(LETTERS, letter) ? LETTERS[letter]! : letter))
const LETTERS: Readonly<Record<string, string>> = { '0': '\0', n: '\n', t: '\t', r: '\r', Z: '\u001a', b: '\b' }

/**
 * `information_schema` of MySQL writes expressions as the content of a string, `_utf8mb4\\'a\\'`, and takes the bytes of their letters for
 * letters: `ü` is reported as `Ã¼`.
 */
export function unescapedExpression(sql: string): string {
  const plain = sql.replace(/\\(.)/gs, '$1')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all letters of one byte
  if (!/[\x80-\xff]/.test(plain) || /[^\x00-\xff]/.test(plain)) return plain
  try {
    return UTF8.decode(Buffer.from(plain, 'latin1'))
  } catch {
    return plain
  }
}
const UTF8 = new TextDecoder('utf-8', { fatal: true })
