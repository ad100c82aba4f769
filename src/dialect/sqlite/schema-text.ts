/**
 * Reads the SQL that SQLite keeps of its tables and indexes (`sqlite_master.sql`). PRAGMAs leave out names of constraints, checks,
 * collations, AUTOINCREMENT and deferral; they stand only there.
 * Text in, plain parts out, names unquoted and expressions as written. Neighbour: `introspect` puts parts and PRAGMAs together.
 */
import type { DeferrableMode, ReferentialAction } from '../../schema/snapshot.js'

export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'blob' | 'number' | 'punctuation'
  /** As it stands in the text. */
  readonly text: string
  /** Words in upper case, quoted names without their quotes, else the text. */
  readonly value: string
  readonly start: number
  readonly end: number
}

const PATTERN =
  /\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|([xX]'[0-9a-fA-F]*')|('(?:[^']|'')*')|("(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])|((?:0[xX][0-9a-fA-F]+)|(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|([\p{L}_$\u0080-\uffff][\p{L}\p{N}_$\u0080-\uffff]*)|(<>|<=|>=|<<|>>|==|!=|\|\||->>|->|[\s\S])/gu

/** Cuts SQL into tokens; spaces and comments are left out. */
export function tokenize(sql: string): readonly Token[] {
  const tokens: Token[] = []
  for (const match of sql.matchAll(PATTERN)) {
    const text = match[0]
    const start = match.index
    const end = start + text.length
    if (match[1] !== undefined) tokens.push({ kind: 'blob', text, value: text, start, end })
    else if (match[2] !== undefined) tokens.push({ kind: 'string', text, value: text, start, end })
    else if (match[3] !== undefined) tokens.push({ kind: 'quoted', text, value: unquote(text), start, end })
    else if (match[4] !== undefined) tokens.push({ kind: 'number', text, value: text, start, end })
    else if (match[5] !== undefined) tokens.push({ kind: 'word', text, value: text.toUpperCase(), start, end })
    else if (match[6] !== undefined) tokens.push({ kind: 'punctuation', text, value: text, start, end })
  }
  return tokens
}

function unquote(text: string): string {
  const mark = text[0]!
  return mark === '[' ? text.slice(1, -1) : text.slice(1, -1).replaceAll(mark + mark, mark)
}

export interface ForeignKeyText {
  readonly name: string | null
  readonly columns: readonly string[]
  readonly table: string
  /** Empty: the primary key of the table referred to. */
  readonly references: readonly string[]
  readonly onDelete: ReferentialAction
  readonly onUpdate: ReferentialAction
  readonly deferrable: DeferrableMode | null
}
export interface TableText {
  readonly collations: ReadonlyMap<string, string>
  readonly generated: ReadonlyMap<string, { readonly expression: string; readonly stored: boolean }>
  readonly autoIncrement: boolean
  readonly primaryKeyName: string | null
  readonly uniques: readonly { readonly name: string | null; readonly columns: readonly string[] }[]
  readonly checks: readonly { readonly name: string | null; readonly expression: string }[]
  readonly foreignKeys: readonly ForeignKeyText[]
  readonly strict: boolean
  readonly withoutRowid: boolean
  /** What the parts above cannot hold. */
  readonly extras: readonly string[]
}

class Reader {
  private at = 0
  constructor(
    readonly sql: string,
    private readonly tokens: readonly Token[],
  ) {}

  peek(offset = 0): Token | undefined {
    return this.tokens[this.at + offset]
  }
  next(): Token {
    const token = this.tokens[this.at]
    if (!token) throw new SyntaxError(`Unexpected end of ${this.sql}`)
    this.at += 1
    return token
  }
  /** Whether the words come next, unquoted. */
  is(...words: readonly string[]): boolean {
    return words.every((word, index) => {
      const token = this.peek(index)
      return token !== undefined && token.kind !== 'quoted' && token.kind !== 'string' && token.value === word
    })
  }
  take(...words: readonly string[]): boolean {
    if (!this.is(...words)) return false
    this.at += words.length
    return true
  }
  expect(...words: readonly string[]): void {
    if (!this.take(...words))
      throw new SyntaxError(`Expected ${words.join(' ')} at ${this.peek()?.start ?? 'the end'} of ${this.sql}`)
  }
  /** A name: quoted in any way, or bare. */
  name(): string {
    const token = this.next()
    return token.kind === 'word'
      ? token.text
      : token.kind === 'string'
        ? token.text.slice(1, -1).replaceAll("''", "'")
        : token.value
  }
  /** Text between the parenthesis that comes next and the one that closes it. */
  parenthesised(): string {
    this.expect('(')
    const first = this.peek()
    let depth = 1
    let last: Token | undefined
    for (;;) {
      const token = this.next()
      if (token.kind === 'punctuation' && token.text === '(') depth += 1
      if (token.kind === 'punctuation' && token.text === ')') depth -= 1
      if (depth === 0) return first && last ? this.sql.slice(first.start, last.end) : ''
      last = token
    }
  }
  names(): readonly string[] {
    this.expect('(')
    const names: string[] = []
    do names.push(this.name())
    while (this.take(','))
    this.expect(')')
    return names
  }
  rest(): string {
    const first = this.peek()
    this.at = this.tokens.length
    return first ? this.sql.slice(first.start).replace(/[\s;]+$/, '') : ''
  }
}

interface Parts {
  collations: Map<string, string>
  generated: Map<string, { expression: string; stored: boolean }>
  autoIncrement: boolean
  primaryKeyName: string | null
  uniques: { name: string | null; columns: readonly string[] }[]
  checks: { name: string | null; expression: string }[]
  foreignKeys: ForeignKeyText[]
  strict: boolean
  withoutRowid: boolean
  extras: string[]
}

/** The parts of a CREATE TABLE statement. Names of columns in maps are in lower case. */
export function readTable(sql: string): TableText {
  const parts: Parts = {
    collations: new Map(),
    generated: new Map(),
    autoIncrement: false,
    primaryKeyName: null,
    uniques: [],
    checks: [],
    foreignKeys: [],
    strict: false,
    withoutRowid: false,
    extras: [],
  }
  const reader = new Reader(sql, tokenize(sql))
  reader.expect('CREATE')
  if (reader.take('VIRTUAL')) return { ...parts, extras: ['a virtual table'] }
  if (!reader.take('TEMP')) reader.take('TEMPORARY')
  reader.expect('TABLE')
  reader.take('IF', 'NOT', 'EXISTS')
  reader.name()
  if (reader.take('.')) reader.name()
  reader.expect('(')
  do {
    if (isTableConstraint(reader)) readTableConstraint(reader, parts)
    else readColumn(reader, parts)
    // SQLite takes table constraints without commas between them.
    while (isTableConstraint(reader)) readTableConstraint(reader, parts)
  } while (reader.take(','))
  reader.expect(')')
  do {
    if (reader.take('WITHOUT', 'ROWID')) parts.withoutRowid = true
    else if (reader.take('STRICT')) parts.strict = true
  } while (reader.take(','))
  return parts
}

const isTableConstraint = (reader: Reader): boolean =>
  reader.is('CONSTRAINT') ||
  reader.is('PRIMARY', 'KEY') ||
  reader.is('UNIQUE', '(') ||
  reader.is('CHECK', '(') ||
  reader.is('FOREIGN', 'KEY')

function readColumn(reader: Reader, parts: Parts): void {
  const column = reader.name()
  const key = column.toLowerCase()
  let name: string | null = null
  for (;;) {
    const token = reader.peek()
    if (!token || reader.is(',') || reader.is(')')) return
    if (reader.take('CONSTRAINT')) {
      name = reader.name()
      continue
    }
    if (reader.take('PRIMARY', 'KEY')) {
      parts.primaryKeyName = name
      if (reader.take('DESC')) parts.extras.push('a descending primary key')
      else reader.take('ASC')
      conflict(reader, parts)
      if (reader.take('AUTOINCREMENT')) parts.autoIncrement = true
    } else if (reader.take('NOT', 'NULL')) conflict(reader, parts)
    else if (reader.take('UNIQUE')) {
      parts.uniques.push({ name, columns: [column] })
      conflict(reader, parts)
    } else if (reader.take('CHECK')) {
      parts.checks.push({ name, expression: reader.parenthesised() })
      conflict(reader, parts)
    } else if (reader.take('DEFAULT')) skipDefault(reader)
    else if (reader.take('COLLATE')) parts.collations.set(key, reader.name())
    else if (reader.is('REFERENCES')) parts.foreignKeys.push(readReferences(reader, name, [column]))
    else if (reader.take('GENERATED', 'ALWAYS', 'AS') || reader.take('AS')) {
      const expression = reader.parenthesised()
      const stored = reader.take('STORED')
      if (!stored) reader.take('VIRTUAL')
      parts.generated.set(key, { expression, stored })
    } else if (reader.is('(')) reader.parenthesised()
    // A word of the type (or NULL); the type itself comes from PRAGMA table_xinfo.
    else reader.next()
    name = null
  }
}

function skipDefault(reader: Reader): void {
  if (reader.is('(')) reader.parenthesised()
  else if (reader.next().kind === 'punctuation') reader.next()
}

function conflict(reader: Reader, parts: Parts): void {
  if (!reader.take('ON', 'CONFLICT')) return
  const resolution = reader.name().toUpperCase()
  if (resolution !== 'ABORT') parts.extras.push(`ON CONFLICT ${resolution}`)
}

function readTableConstraint(reader: Reader, parts: Parts): void {
  const name = reader.take('CONSTRAINT') ? reader.name() : null
  if (reader.take('PRIMARY', 'KEY')) {
    parts.primaryKeyName = name
    readKeyColumns(reader, parts)
    conflict(reader, parts)
  } else if (reader.take('UNIQUE')) {
    parts.uniques.push({ name, columns: readKeyColumns(reader, parts) })
    conflict(reader, parts)
  } else if (reader.take('CHECK')) {
    parts.checks.push({ name, expression: reader.parenthesised() })
    conflict(reader, parts)
  } else {
    reader.expect('FOREIGN', 'KEY')
    parts.foreignKeys.push(readReferences(reader, name, reader.names()))
  }
}

/** Columns of a key; a collation or a direction of their own is more than a picture of a constraint holds. */
function readKeyColumns(reader: Reader, parts: Parts): readonly string[] {
  reader.expect('(')
  const columns: string[] = []
  do {
    columns.push(reader.name())
    if (reader.take('COLLATE')) parts.extras.push(`COLLATE ${reader.name()} in a key`)
    if (reader.take('DESC')) parts.extras.push('a descending key')
    else reader.take('ASC')
    if (reader.take('AUTOINCREMENT')) parts.autoIncrement = true
  } while (reader.take(','))
  reader.expect(')')
  return columns
}

function readReferences(reader: Reader, name: string | null, columns: readonly string[]): ForeignKeyText {
  reader.expect('REFERENCES')
  const table = reader.name()
  const references = reader.is('(') ? reader.names() : []
  let onDelete: ReferentialAction = 'NO ACTION'
  let onUpdate: ReferentialAction = 'NO ACTION'
  let deferrable: DeferrableMode | null = null
  for (;;) {
    if (reader.take('ON', 'DELETE')) onDelete = readAction(reader)
    else if (reader.take('ON', 'UPDATE')) onUpdate = readAction(reader)
    else if (reader.take('MATCH')) reader.name()
    else if (reader.is('NOT', 'DEFERRABLE') || reader.is('DEFERRABLE')) {
      const not = reader.take('NOT')
      reader.expect('DEFERRABLE')
      const deferred = reader.take('INITIALLY', 'DEFERRED')
      if (!deferred) reader.take('INITIALLY', 'IMMEDIATE')
      // Only this combination defers anything in SQLite (foreignkeys.html, section 4.2).
      deferrable = deferred && !not ? 'INITIALLY DEFERRED' : null
    } else return { name, columns, table, references, onDelete, onUpdate, deferrable }
  }
}

function readAction(reader: Reader): ReferentialAction {
  if (reader.take('CASCADE')) return 'CASCADE'
  if (reader.take('RESTRICT')) return 'RESTRICT'
  if (reader.take('SET', 'NULL')) return 'SET NULL'
  if (reader.take('SET', 'DEFAULT')) return 'SET DEFAULT'
  reader.expect('NO', 'ACTION')
  return 'NO ACTION'
}

export interface IndexFieldText {
  readonly name: string
  readonly expression: boolean
  readonly collate: string | null
  readonly order: 'DESC' | null
}
export interface IndexText {
  readonly fields: readonly IndexFieldText[]
  readonly where: string | null
}

/** Fields and condition of a CREATE INDEX statement. `columns`: names of the table's columns; whatever is none of them is an expression. */
export function readIndex(sql: string, columns: readonly string[]): IndexText {
  const reader = new Reader(sql, tokenize(sql))
  reader.expect('CREATE')
  reader.take('UNIQUE')
  reader.expect('INDEX')
  reader.take('IF', 'NOT', 'EXISTS')
  reader.name()
  if (reader.take('.')) reader.name()
  reader.expect('ON')
  reader.name()
  const fields = splitFields(reader.parenthesised()).map((text) => readField(text, columns))
  return { fields, where: reader.take('WHERE') ? reader.rest() : null }
}

function splitFields(text: string): readonly string[] {
  const cuts: number[] = []
  let depth = 0
  for (const token of tokenize(text)) {
    if (token.kind !== 'punctuation') continue
    if (token.text === '(') depth += 1
    else if (token.text === ')') depth -= 1
    else if (token.text === ',' && depth === 0) cuts.push(token.start)
  }
  return [...cuts, text.length].map((end, index) => text.slice(index === 0 ? 0 : cuts[index - 1]! + 1, end).trim())
}

function readField(text: string, columns: readonly string[]): IndexFieldText {
  let tokens = tokenize(text)
  let order: 'DESC' | null = null
  let collate: string | null = null
  const last = tokens[tokens.length - 1]
  if (tokens.length > 1 && last?.kind === 'word' && (last.value === 'ASC' || last.value === 'DESC')) {
    order = last.value === 'DESC' ? 'DESC' : null
    tokens = tokens.slice(0, -1)
  }
  const before = tokens[tokens.length - 2]
  if (tokens.length > 2 && before?.kind === 'word' && before.value === 'COLLATE') {
    const name = tokens[tokens.length - 1]!
    collate = name.kind === 'word' ? name.text : name.value
    tokens = tokens.slice(0, -2)
  }
  const only = tokens[0]!
  if (tokens.length === 1 && (only.kind === 'word' || only.kind === 'quoted')) {
    const name = only.kind === 'word' ? only.text : only.value
    const column = columns.find((candidate) => candidate.toLowerCase() === name.toLowerCase())
    if (column !== undefined) return { name: column, expression: false, collate, order }
  }
  return {
    name: stripParentheses(text.slice(only.start, tokens[tokens.length - 1]!.end)),
    expression: true,
    collate,
    order,
  }
}

/** Takes off parentheses that enclose the whole text. */
export function stripParentheses(text: string): string {
  let inner = text.trim()
  while (inner.startsWith('(') && inner.endsWith(')')) {
    let depth = 0
    const closesEarly = tokenize(inner).some((token) => {
      if (token.kind !== 'punctuation') return false
      if (token.text === '(') depth += 1
      else if (token.text === ')') depth -= 1
      return depth === 0 && token.end < inner.length
    })
    if (closesEarly || depth !== 0) return inner
    inner = inner.slice(1, -1).trim()
  }
  return inner
}
