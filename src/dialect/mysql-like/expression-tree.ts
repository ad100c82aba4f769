/**
 * An SQL expression with parentheses around every operation inside another one, and nowhere else: MySQL reports all of them, MariaDB only
 * those that are needed, and users write what they like. Tokens in, text out; null where the grammar here does not reach.
 * Neighbour: `expression` splits the text, spells the words, and falls back on the tokens as they stand.
 * Docs: dev.mysql.com/doc/refman (Operator Precedence).
 */

/** How tightly an operator between two operands binds. Words in lower case. */
const BINARY: Readonly<Record<string, number>> = {
  or: 1,
  xor: 2,
  and: 3,
  between: 5,
  '=': 6,
  '<=>': 6,
  '>=': 6,
  '>': 6,
  '<=': 6,
  '<': 6,
  '<>': 6,
  is: 6,
  like: 6,
  regexp: 6,
  in: 6,
  '|': 7,
  '&': 8,
  '<<': 9,
  '>>': 9,
  '-': 10,
  '+': 10,
  '*': 11,
  '/': 11,
  div: 11,
  '%': 11,
  '^': 12,
  collate: 14,
  '->': 15,
  '->>': 15,
}
const NOT = 4
const UNARY = 13
/** Other words for the same; `||` is OR on both servers as they come. */
const SYNONYMS: Readonly<Record<string, string>> = { '&&': 'and', '||': 'or', rlike: 'regexp', mod: '%', '!=': '<>' }

interface Tree {
  readonly text: string
  /** An operation, which stands in parentheses inside another one. */
  readonly isCompound: boolean
  /** Whether it holds in every row, or in none. */
  readonly truth?: boolean | undefined
  /** `and`, `or`: operands that chains are made of. */
  readonly chain?: { readonly word: string; readonly items: readonly string[] }
}
const atom = (text: string): Tree => ({ text, isCompound: false })
const compound = (text: string): Tree => ({ text, isCompound: true })
const inside = ({ text, isCompound }: Tree): string => (isCompound ? `(${text})` : text)

class Unreadable extends Error {}

/** `tokens` spelled as `expression` spells them. */
export function groupedExpression(tokens: readonly string[]): string | null {
  const reader = new Reader(tokens)
  try {
    const { text } = reader.expression(0)
    return reader.isDone ? text : null
  } catch (error) {
    if (error instanceof Unreadable) return null
    throw error
  }
}

class Reader {
  #at = 0
  readonly #tokens: readonly string[]
  constructor(tokens: readonly string[]) {
    this.#tokens = tokens
  }

  get isDone(): boolean {
    return this.#at === this.#tokens.length
  }
  #peek(ahead = 0): string {
    return this.#tokens[this.#at + ahead] ?? ''
  }
  #next(): string {
    const token = this.#tokens[this.#at]
    if (token === undefined) throw new Unreadable()
    this.#at += 1
    return token
  }
  #take(token: string): boolean {
    if (this.#peek() !== token) return false
    this.#at += 1
    return true
  }
  #expect(token: string): void {
    if (!this.#take(token)) throw new Unreadable()
  }

  expression(least: number): Tree {
    let left = this.#prefix()
    for (;;) {
      const isNegated = this.#peek() === 'not'
      const given = this.#peek(isNegated ? 1 : 0)
      const word = Object.hasOwn(SYNONYMS, given) ? SYNONYMS[given]! : given
      const power = Object.hasOwn(BINARY, word) ? BINARY[word]! : -1
      if (power < least || power < 0) return left
      this.#at += isNegated ? 2 : 1
      left = this.#operation(left, word, power, isNegated)
    }
  }

  #operation(left: Tree, word: string, power: number, isNegated: boolean): Tree {
    const operator = isNegated ? `not ${word}` : word
    switch (word) {
      case 'and':
      case 'or':
        return joined(word, left, this.expression(power + 1))
      case 'between': {
        const low = this.expression(power + 1)
        this.#expect('and')
        return compound(`${inside(left)} ${operator} ${inside(low)} and ${inside(this.expression(power + 1))}`)
      }
      case 'in':
        this.#expect('(')
        return compound(`${inside(left)} ${operator} ${this.#arguments()}`)
      case 'is': {
        const no = this.#take('not') ? 'not ' : ''
        return compound(`${inside(left)} is ${no}${this.#next()}`)
      }
      case 'collate':
        return compound(`${inside(left)} collate ${this.#next()}`)
      case '->':
        return atom(`json_extract(${left.text}, ${this.#next()})`)
      case '->>':
        return atom(`json_unquote(json_extract(${left.text}, ${this.#next()}))`)
      case 'like': {
        const pattern = this.expression(power + 1)
        const escape = this.#take('escape') ? ` escape ${this.#next()}` : ''
        return compound(`${inside(left)} ${operator} ${inside(pattern)}${escape}`)
      }
      default: {
        const right = this.expression(power + 1)
        return { ...compound(`${inside(left)} ${operator} ${inside(right)}`), truth: truthOf(left, operator, right) }
      }
    }
  }

  #prefix(): Tree {
    const token = this.#next()
    switch (token) {
      case '(': {
        const tree = this.expression(0)
        if (this.#peek() === ',') {
          this.#at += 1
          return atom(`(${tree.text}, ${this.#arguments().slice(1)}`)
        }
        this.#expect(')')
        return tree
      }
      case '-': {
        const tree = this.expression(UNARY)
        return atom(`-${inside(tree)}`)
      }
      case '+':
        return this.expression(UNARY)
      case '~':
      case '!':
        return negated(token, this.expression(UNARY))
      case 'not':
        return negated('not', this.expression(NOT))
      case 'case':
        return this.#case()
      case 'interval':
        return atom(`interval ${inside(this.expression(UNARY))} ${this.#next()}`)
    }
    if (/^[),]$/.test(token) || Object.hasOwn(BINARY, token)) throw new Unreadable()
    if (this.#take('(')) return atom(`${token}${token === 'if' ? this.#choice() : this.#arguments()}`)
    let name = token
    while (this.#take('.')) name += `.${this.#next()}`
    return name === 'true' || name === 'false' ? { ...atom(name), truth: name === 'true' } : atom(name)
  }

  /** From behind the opening parenthesis up to the closing one. */
  #arguments(): string {
    if (this.#take(')')) return '()'
    const items: string[] = []
    do items.push(this.#argument())
    while (this.#take(','))
    this.#expect(')')
    return `(${items.join(', ')})`
  }

  /** The arguments of IF. */
  #choice(): string {
    const first = condition(this.expression(0))
    this.#expect(',')
    return `(${first}, ${this.#arguments().slice(1)}`
  }

  /** Also `DISTINCT x`, and what only some functions take: `x AS CHAR`, `YEAR FROM x`. */
  #argument(): string {
    const start = this.#at
    const distinct = this.#take('distinct') ? 'distinct ' : ''
    const tree = this.expression(0)
    if (this.#peek() === ',' || this.#peek() === ')') return distinct + tree.text
    const rest: string[] = distinct === '' ? [tree.text] : this.#tokens.slice(start, this.#at)
    for (let depth = 0; depth > 0 || (this.#peek() !== ',' && this.#peek() !== ')'); ) {
      const token = this.#next()
      if (token === '(') depth += 1
      else if (token === ')') depth -= 1
      rest.push(token)
    }
    // The connection's own character set is what CAST takes by itself.
    return rest
      .join(' ')
      .replace(/ charset utf8mb4$/, '')
      .replaceAll(' ( ', '(')
      .replaceAll(' )', ')')
  }

  #case(): Tree {
    const subject = this.#peek() === 'when' ? '' : ` ${this.expression(0).text}`
    let text = `case${subject}`
    while (this.#take('when')) {
      const when = this.expression(0)
      text += ` when ${subject === '' ? condition(when) : when.text}`
      this.#expect('then')
      text += ` then ${this.expression(0).text}`
    }
    if (this.#take('else')) text += ` else ${this.expression(0).text}`
    this.#expect('end')
    return atom(`${text} end`)
  }
}

/** What stands where only its truth matters: MySQL puts a known answer in its place when it next writes the table. */
const condition = ({ text, truth }: Tree): string => (truth === undefined ? text : truth ? '1' : '0')

const NUMBER = /^\d{1,15}$/
const COMPARISONS: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '=': (left, right) => left === right,
  '<=>': (left, right) => left === right,
  '<>': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
}
/** Of numbers written out; undefined for all others. */
function truthOf(left: Tree, operator: string, right: Tree): boolean | undefined {
  if (!NUMBER.test(left.text) || !NUMBER.test(right.text) || !Object.hasOwn(COMPARISONS, operator)) return undefined
  return COMPARISONS[operator]!(Number(left.text), Number(right.text))
}

/** The words of one chain stand side by side, however they were grouped. */
function joined(word: string, left: Tree, right: Tree): Tree {
  const itemsOf = (tree: Tree): readonly string[] => (tree.chain?.word === word ? tree.chain.items : [inside(tree)])
  const items = [...itemsOf(left), ...itemsOf(right)]
  const decisive = word === 'or'
  const truths = [left.truth, right.truth]
  const truth = truths.includes(decisive) ? decisive : truths.includes(undefined) ? undefined : !decisive
  return { text: items.join(` ${word} `), isCompound: true, chain: { word, items }, truth }
}

/** `not (a = b)` is reported as `a <> b`. */
function negated(word: string, tree: Tree): Tree {
  return compound(word === 'not' ? `not (${tree.text})` : `${word}${inside(tree)}`)
}
