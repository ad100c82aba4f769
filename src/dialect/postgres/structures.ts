/**
 * The text forms of PostgreSQL's types made of parts: arrays `{a,"b c",NULL}`, ranges `[1,5)`, hstore `"a"=>"b"`.
 * Values in, text out and back; what an element is, the caller's function says.
 */

type Convert = ((value: unknown) => unknown) | null

// ---------------------------------------------------------------- arrays (docs: arrays, "Array Input and Output Syntax")
/** `depth`: how deep arrays are parts of the array; below that they are elements (JSON). */
export function arrayText(items: readonly unknown[], toBind: Convert, depth = Infinity): string {
  let text = '{'
  for (let at = 0; at < items.length; at += 1) {
    if (at > 0) text += ','
    text += elementText(items[at], toBind, depth - 1)
  }
  return `${text}}`
}

function elementText(item: unknown, toBind: Convert, depth: number): string {
  if (item === null || item === undefined) return 'NULL'
  if (Array.isArray(item) && depth > 0) return arrayText(item, toBind, depth)
  const bound = toBind === null ? item : toBind(item)
  if (bound === null || bound === undefined) return 'NULL'
  if (typeof bound === 'number' || typeof bound === 'bigint' || typeof bound === 'boolean') return String(bound)
  const text = ArrayBuffer.isView(bound)
    ? `\\x${Buffer.from(bound.buffer, bound.byteOffset, bound.byteLength).toString('hex')}`
    : String(bound)
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

/** `delimiter` is a comma for every type but `box`. */
export function readArray(text: string, fromRow: Convert): unknown[] {
  // `[0:1]={a,b}`: an array that does not begin at 1.
  const start = text.startsWith('[') ? text.indexOf('=') + 1 : 0
  let at = start + 1
  const list = (): unknown[] => {
    const items: unknown[] = []
    while (at < text.length) {
      const letter = text[at]
      if (letter === '}') {
        at += 1
        return items
      }
      if (letter === ',') at += 1
      else if (letter === '{') {
        at += 1
        items.push(list())
      } else if (letter === '"') items.push(convert(quoted(), fromRow))
      else {
        const end = nextOf(text, at)
        const word = text.slice(at, end)
        at = end
        items.push(word === 'NULL' ? null : convert(word, fromRow))
      }
    }
    return items
  }
  const quoted = (): string => {
    let value = ''
    for (at += 1; at < text.length; at += 1) {
      if (text[at] === '\\') at += 1
      else if (text[at] === '"') break
      value += text[at]
    }
    at += 1
    return value
  }
  return list()
}
const convert = (text: string, fromRow: Convert): unknown => (fromRow === null ? text : fromRow(text))
function nextOf(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) if (text[at] === ',' || text[at] === '}') return at
  return text.length
}

// ---------------------------------------------------------------- ranges (docs: rangetypes, "Range Input/Output")
interface Part {
  readonly value: unknown
  readonly inclusive: boolean
}

/** `sanitized`: two parts, or none for the empty range. */
export function rangeText(sanitized: readonly unknown[], toBind: Convert): string {
  if (sanitized.length === 0) return 'empty'
  const [low, high] = sanitized as readonly [Part, Part]
  return `${low.inclusive ? '[' : '('}${bound(low, toBind)},${bound(high, toBind)}${high.inclusive ? ']' : ')'}`
}
function bound({ value }: Part, toBind: Convert): string {
  if (value === null || value === undefined) return ''
  if (value === Infinity) return 'infinity'
  if (value === -Infinity) return '-infinity'
  return `"${String(toBind === null ? value : toBind(value)).replace(/["\\]/g, '\\$&')}"`
}

export function readRange(text: string, fromRow: Convert): Part[] {
  if (text === 'empty') return []
  const ends: (string | null)[] = []
  let at = 1
  for (let end = 0; end < 2; end += 1) {
    let value: string | null = null
    for (; at < text.length - 1 && !(text[at] === ',' && ends.length === 0); at += 1) {
      if (text[at] === '"') {
        value ??= ''
        for (at += 1; text[at] !== '"' || text[at + 1] === '"'; at += 1) {
          if (text[at] === '\\' || text[at] === '"') at += 1
          value += text[at]
        }
      } else value = (value ?? '') + text[at]
    }
    ends.push(value)
    at += 1
  }
  const part = (value: string | null, inclusive: boolean): Part => ({
    value:
      value === null
        ? null
        : value === 'infinity'
          ? Infinity
          : value === '-infinity'
            ? -Infinity
            : convert(value, fromRow),
    inclusive,
  })
  return [part(ends[0] ?? null, text.startsWith('[')), part(ends[1] ?? null, text.endsWith(']'))]
}

// ---------------------------------------------------------------- hstore
const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`
export const hstoreText = (pairs: Readonly<Record<string, string | null>>): string =>
  Object.entries(pairs)
    .map(([key, value]) => `${quote(key)}=>${value === null ? 'NULL' : quote(value)}`)
    .join(',')

export function readHstore(text: string): Record<string, string | null> {
  const pairs: [string, string | null][] = []
  for (const [, key, value] of text.matchAll(/"((?:[^"\\]|\\.)*)"=>(?:"((?:[^"\\]|\\.)*)"|NULL)/gs))
    pairs.push([unescape(key!), value === undefined ? null : unescape(value)])
  return Object.fromEntries(pairs)
}
const unescape = (text: string): string => text.replace(/\\(.)/gs, '$1')
