/**
 * One form for an SQL expression, whoever wrote it: PostgreSQL keeps expressions as trees and writes them back in its own words, with
 * casts, parentheses and operators of its own (`a LIKE 'x'` → `((a)::text ~~ 'x'::text)`). SQL in, a key for comparing out; it is no SQL
 * (casts are gone), so what is sent stays what was written. Used by `canonical` for defaults, conditions, checks and index expressions.
 */
import { decimalOf } from '../../types/numbers.js'
import { readDate } from './dates.js'

interface Token {
  readonly kind: 'string' | 'name' | 'word' | 'number' | 'operator' | 'mark'
  /** Strings and names without their quotes, words in capitals. */
  readonly value: string
  readonly text: string
}

const PATTERN =
  /\s+|--[^\n]*|\/\*[\s\S]*?\*\/|([eE]?)'((?:[^'\\]|''|\\[\s\S])*|(?:[^']|'')*)'|"((?:[^"]|"")*)"|((?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|([\p{L}_][\p{L}\p{N}_$]*)|(::)|([+\-*/<>=~!@#%^&|`?]+)|([\s\S])/gu

function tokenize(sql: string): Token[] {
  const tokens: Token[] = []
  for (const match of sql.matchAll(PATTERN)) {
    const [text, escape, string, name, number, word, cast, operator, mark] = match
    if (string !== undefined) {
      const plain = string.replaceAll("''", "'")
      tokens.push({ kind: 'string', value: escape ? plain.replace(/\\([\s\S])/g, '$1') : plain, text })
    } else if (name !== undefined) tokens.push({ kind: 'name', value: name.replaceAll('""', '"'), text })
    else if (number !== undefined) tokens.push({ kind: 'number', value: number, text })
    else if (word !== undefined) tokens.push({ kind: 'word', value: word.toUpperCase(), text })
    else if (cast !== undefined) tokens.push({ kind: 'mark', value: '::', text })
    else if (operator !== undefined) tokens.push({ kind: 'operator', value: operator, text })
    else if (mark !== undefined) tokens.push({ kind: 'mark', value: mark, text })
  }
  return tokens
}

/** The key of an expression. What cannot be read is compared as it stands. */
export function expressionKey(sql: string): string {
  const tokens = tokenize(sql)
  try {
    const parser = new Parser(tokens)
    const key = parser.expression(0)
    if (parser.isDone) return unwrap(key)
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
  }
  return tokens.map((token) => token.text).join(' ')
}

/** The same of a column's default, whose type says what a literal means. */
export function defaultKey(sql: string, type: string): string {
  const key = expressionKey(sql)
  const string = /^'((?:[^']|'')*)'$/s.exec(key)
  return string ? literalKey(string[1]!.replaceAll("''", "'"), type) : numberKey(key, type)
}

const unwrap = (key: string): string => (key.startsWith('(') && closes(key) === key.length - 1 ? key.slice(1, -1) : key)
/** Where the parenthesis closes that a key begins with. */
function closes(key: string): number {
  let depth = 0
  for (const match of key.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]/g)) {
    if (match[0] === '(') depth += 1
    else if (match[0] === ')') depth -= 1
    if (depth === 0 && match[0] === ')') return match.index
  }
  return -1
}

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`
const NUMERIC = /^(?:SMALLINT|INTEGER|BIGINT|NUMERIC|DECIMAL|REAL|DOUBLE PRECISION|FLOAT|INT\d?)\b/i

const numberKey = (key: string, type: string): string =>
  NUMERIC.test(type) && /^-?[\d.]/.test(key) ? (decimalOf(key) ?? key) : key

/** A literal as a value of its type has one spelling. */
function literalKey(text: string, type: string): string {
  if (NUMERIC.test(type)) return decimalOf(text) ?? quote(text)
  if (/^BOOL/i.test(type)) return /^(?:t|true|yes|on|1)$/i.test(text) ? 'TRUE' : 'FALSE'
  if (/^JSONB?$/i.test(type)) {
    try {
      return quote(JSON.stringify(ordered(JSON.parse(text))))
    } catch {
      return quote(text)
    }
  }
  if (/^TIMESTAMP\b.*WITH TIME ZONE|^TIMESTAMPTZ/i.test(type)) return momentKey(text)
  if (/^BYTEA$/i.test(type)) return quote(text.toLowerCase())
  return plainKey(text)
}
function momentKey(text: string): string {
  const date = readDate(text)
  return date instanceof Date && !Number.isNaN(date.getTime()) ? quote(date.toISOString()) : quote(text)
}
const MOMENT = /^\d{4,}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)$/
/** A text of which nobody says what it is: a moment with its zone can be told. */
const plainKey = (text: string): string => (MOMENT.test(text) ? momentKey(text) : quote(text))
const ordered = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(ordered)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, item]) => [key, ordered(item)]),
        )
      : value

class Unreadable extends Error {}

/** Binding powers (docs: sql-syntax-lexical, "Operator Precedence"). */
const OR = 1
const AND = 2
const NOT = 3
const IS = 4
const COMPARE = 5
const RANGE = 6
const OTHER = 7
const ADD = 8
const MULTIPLY = 9
const POWER = 10
const AT = 11
const COLLATE = 12
const UNARY = 13

const COMPARISONS = new Set(['<', '>', '=', '<=', '>=', '<>', '!='])
const powerOf = (operator: string): number =>
  COMPARISONS.has(operator)
    ? COMPARE
    : operator === '+' || operator === '-'
      ? ADD
      : operator === '*' || operator === '/' || operator === '%'
        ? MULTIPLY
        : operator === '^'
          ? POWER
          : OTHER
/** One name for operators that have two. */
const OPERATORS: Readonly<Record<string, string>> = {
  '!=': '<>',
  '~~': 'LIKE',
  '!~~': 'NOT LIKE',
  '~~*': 'ILIKE',
  '!~~*': 'NOT ILIKE',
}
const CONSTANTS = new Set([
  'NULL',
  'TRUE',
  'FALSE',
  'CURRENT_TIMESTAMP',
  'CURRENT_DATE',
  'CURRENT_TIME',
  'CURRENT_USER',
  'SESSION_USER',
  'LOCALTIME',
  'LOCALTIMESTAMP',
])
/** Words that a type's name may go on with. */
const TYPE_WORDS = new Set(['VARYING', 'PRECISION', 'WITH', 'WITHOUT', 'TIME', 'ZONE', 'LOCAL'])
const LITERAL_TYPES = new Set(['DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMPTZ', 'INTERVAL'])

class Parser {
  private at = 0
  constructor(private readonly tokens: readonly Token[]) {}

  get isDone(): boolean {
    return this.at >= this.tokens.length
  }
  private peek(offset = 0): Token | undefined {
    return this.tokens[this.at + offset]
  }
  private next(): Token {
    const token = this.tokens[this.at]
    if (token === undefined) throw new Unreadable()
    this.at += 1
    return token
  }
  private isWord(word: string, offset = 0): boolean {
    const token = this.peek(offset)
    return token?.kind === 'word' && token.value === word
  }
  private isMark(mark: string): boolean {
    const token = this.peek()
    return token?.kind === 'mark' && token.value === mark
  }
  private take(...words: readonly string[]): boolean {
    if (!words.every((word, offset) => this.isWord(word, offset))) return false
    this.at += words.length
    return true
  }
  private takeMark(mark: string): boolean {
    if (!this.isMark(mark)) return false
    this.at += 1
    return true
  }
  private expectMark(mark: string): void {
    if (!this.takeMark(mark)) throw new Unreadable()
  }
  private expect(word: string): void {
    if (!this.take(word)) throw new Unreadable()
  }

  /** An expression whose operators bind at least as strongly as `power`. */
  expression(power: number): string {
    let left = this.prefix()
    for (;;) {
      const more = this.infix(left, power)
      if (more === null) return left
      left = more
    }
  }

  private infix(left: string, power: number): string | null {
    const token = this.peek()
    if (token === undefined) return null
    if (token.kind === 'operator') {
      const own = powerOf(token.value)
      if (own < power) return null
      this.at += 1
      if (own === COMPARE && (this.isWord('ANY') || this.isWord('SOME') || this.isWord('ALL')))
        return this.quantified(left, token.value)
      return `(${left} ${OPERATORS[token.value] ?? token.value} ${this.expression(own + 1)})`
    }
    if (token.kind === 'mark') {
      if (token.value === '::') {
        this.at += 1
        return cast(left, this.typeName())
      }
      if (token.value === '[') {
        this.at += 1
        const index = this.expression(0)
        this.expectMark(']')
        return `${left}[${index}]`
      }
      return null
    }
    return token.kind === 'word' ? this.wordInfix(left, power) : null
  }

  private wordInfix(left: string, power: number): string | null {
    if (power <= OR && this.take('OR')) return joined(left, 'OR', this.expression(OR + 1))
    if (power <= AND && this.take('AND')) return joined(left, 'AND', this.expression(AND + 1))
    if (power <= IS) {
      if (this.take('ISNULL')) return `(${left} IS NULL)`
      if (this.take('NOTNULL')) return `(${left} IS NOT NULL)`
      if (this.take('IS')) {
        const not = this.take('NOT') ? 'NOT ' : ''
        if (this.take('DISTINCT')) {
          this.expect('FROM')
          return `(${left} IS ${not}DISTINCT FROM ${this.expression(IS + 1)})`
        }
        return `(${left} IS ${not}${this.next().value})`
      }
    }
    if (power <= RANGE) {
      const negated = this.isWord('NOT') && ['LIKE', 'ILIKE', 'IN', 'BETWEEN'].some((word) => this.isWord(word, 1))
      if (negated) this.at += 1
      if (this.take('LIKE')) return `(${left} ${negated ? 'NOT ' : ''}LIKE ${this.expression(RANGE + 1)})`
      if (this.take('ILIKE')) return `(${left} ${negated ? 'NOT ' : ''}ILIKE ${this.expression(RANGE + 1)})`
      if (this.take('IN')) {
        this.expectMark('(')
        return within(left, this.list(')'), negated)
      }
      if (this.take('BETWEEN')) {
        const low = this.expression(RANGE + 1)
        this.expect('AND')
        const high = this.expression(RANGE + 1)
        return negated
          ? `((${left} < ${low}) OR (${left} > ${high}))`
          : `((${left} >= ${low}) AND (${left} <= ${high}))`
      }
      if (negated) throw new Unreadable()
    }
    if (power <= AT && this.take('AT', 'TIME', 'ZONE')) return `(${left} AT TIME ZONE ${this.expression(AT + 1)})`
    if (power <= COLLATE && this.take('COLLATE')) return `(${left} COLLATE ${this.next().value})`
    return null
  }

  private quantified(left: string, operator: string): string {
    const word = this.next().value
    this.expectMark('(')
    const list = this.expression(0)
    this.expectMark(')')
    if (list.startsWith('[') && ((operator === '=' && word !== 'ALL') || (operator !== '=' && word === 'ALL')))
      return `(${left} ${operator === '=' ? 'IN' : 'NOT IN'} ${list})`
    return `(${left} ${OPERATORS[operator] ?? operator} ${word} ${list})`
  }

  private prefix(): string {
    const token = this.next()
    switch (token.kind) {
      case 'string':
        return plainKey(token.value)
      case 'number':
        return decimalOf(token.value) ?? token.value
      case 'operator': {
        if (token.value !== '-' && token.value !== '+') throw new Unreadable()
        const value = this.expression(UNARY)
        if (token.value === '+') return value
        return /^[\d.]+$/.test(value) ? `-${value}` : `(- ${value})`
      }
      case 'mark': {
        if (token.value !== '(') throw new Unreadable()
        const items = this.list(')')
        return items.length === 1 ? items[0]! : `ROW(${items.join(', ')})`
      }
      case 'name':
        return this.named(identifier(token.value), token.value)
      case 'word':
        return this.word(token)
    }
  }

  private word(token: Token): string {
    const { value } = token
    if (value === 'NOT') return `(NOT ${this.expression(NOT)})`
    if (CONSTANTS.has(value)) return value
    if (value === 'CASE') return this.caseOf()
    if (value === 'CAST' && this.takeMark('(')) {
      const inner = this.expression(0)
      this.expect('AS')
      const type = this.typeName()
      this.expectMark(')')
      return cast(inner, type)
    }
    if (value === 'ARRAY' && this.takeMark('[')) return `[${this.list(']').join(', ')}]`
    // DATE '2020-01-01'
    const next = this.peek()
    if (next?.kind === 'string' && LITERAL_TYPES.has(value)) {
      this.at += 1
      return cast(quote(next.value), value)
    }
    return this.named(identifier(token.text.toLowerCase()), token.text.toLowerCase())
  }

  /** A column, or a call. */
  private named(first: string, plain: string): string {
    let key = first
    let name = plain
    while (this.takeMark('.')) {
      const part = this.next()
      name = part.kind === 'word' ? part.text.toLowerCase() : part.value
      key += `.${part.kind === 'operator' ? part.value : identifier(name)}`
    }
    if (!this.takeMark('(')) return key
    // Functions of the catalog are written without their schema.
    const distinct = this.take('DISTINCT') ? 'DISTINCT ' : ''
    return `${name}(${distinct}${this.list(')').join(', ')})`
  }

  private caseOf(): string {
    const parts = ['CASE']
    if (!this.isWord('WHEN')) parts.push(this.expression(0))
    while (this.take('WHEN')) {
      parts.push('WHEN', this.expression(0))
      this.expect('THEN')
      parts.push('THEN', this.expression(0))
    }
    if (this.take('ELSE')) {
      const other = this.expression(0)
      // Left out, it is NULL.
      if (other !== 'NULL') parts.push('ELSE', other)
    }
    this.expect('END')
    return `${parts.join(' ')} END`
  }

  /** Expressions up to a closing mark, which is taken. */
  private list(end: ')' | ']'): string[] {
    const items: string[] = []
    if (this.takeMark(end)) return items
    do items.push(this.expression(0))
    while (this.takeMark(','))
    this.expectMark(end)
    return items
  }

  private typeName(): string {
    let name = ''
    const first = this.next()
    if (first.kind !== 'word' && first.kind !== 'name') throw new Unreadable()
    name = first.kind === 'word' ? first.value : first.value
    while (this.takeMark('.')) name = this.next().value
    for (;;) {
      const token = this.peek()
      if (token?.kind === 'word' && TYPE_WORDS.has(token.value)) name += ` ${this.next().value}`
      else if (this.isMark('(')) {
        this.at += 1
        this.list(')')
      } else if (this.isMark('[')) {
        this.at += 1
        if (!this.isMark(']')) this.next()
        this.expectMark(']')
      } else return name
    }
  }
}

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Casts are dropped, for PostgreSQL adds its own; but they tell what a literal is. */
function cast(key: string, type: string): string {
  const string = /^'((?:[^']|'')*)'$/s.exec(key)
  return string ? literalKey(string[1]!.replaceAll("''", "'"), type) : key
}

/** `((a AND b) AND c)` and `(a AND (b AND c))` are one. */
function joined(left: string, word: 'AND' | 'OR', right: string): string {
  return `(${[...operands(left, word), ...operands(right, word)].join(` ${word} `)})`
}
function operands(key: string, word: 'AND' | 'OR'): readonly string[] {
  if (!key.startsWith('(') || closes(key) !== key.length - 1) return [key]
  const parts: string[] = []
  let depth = 0
  let from = 1
  const separator = ` ${word} `
  for (const match of key.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[()[\]]| AND | OR /g)) {
    const [text] = match
    if (text === '(' || text === '[') depth += 1
    else if (text === ')' || text === ']') depth -= 1
    else if (depth === 1 && text === separator) {
      parts.push(key.slice(from, match.index))
      from = match.index + separator.length
    }
  }
  return parts.length === 0 ? [key] : [...parts, key.slice(from, -1)]
}

/** PostgreSQL makes `IN` of one value an equality, of several an `= ANY (ARRAY[…])`. */
function within(left: string, items: readonly string[], negated: boolean): string {
  if (items.length === 1) return `(${left} ${negated ? '<>' : '='} ${items[0]})`
  return `(${left} ${negated ? 'NOT IN' : 'IN'} [${items.join(', ')}])`
}
