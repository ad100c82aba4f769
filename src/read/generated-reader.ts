/**
 * Readers as source text: exactly the columns of a plan and its tree of includes, by position. Without to-many joins an item is one
 * expression of its row. With them there is a function for each branch that is folded: an item is made of the first row of its key, and
 * the rows below it go into its lists. Where code generation is forbidden, `read/closure-reader` does the same.
 */
import { compile } from '../base/compile.js'
import { hydrate, rowClass } from '../model/rows.js'
import { withHiddenKeys } from './closure-reader.js'
import type { Builder } from './hydrate.js'
import type { ResultMode } from './request.js'
import { keep, keyOf, plainKey } from './row-key.js'
import type { Field, RowShape } from './row-shape.js'
import { ECHO, hasMany, keysOf } from './row-shape.js'

/** Null where code generation is forbidden. */
export function generateBuilder(shape: RowShape, mode: ResultMode): Builder | null {
  const text = new ReaderText(mode)
  const isFolded = mode === 'instances' && hasMany(shape)
  const made = isFolded ? text.fold(shape) : text.value(shape)
  const [first] = shape.identity
  // RIGHT JOIN: a row without a parent cannot become one.
  const isThere = first === undefined ? '' : `if(r[${first}]!==null)`
  const body = isFolded
    ? `const out=[],known=new Map();${text.functions.join('')}for(let i=0;i<n;i++){const r=rows[i];${isThere}${made}(r,i,known,out)}`
    : `const out=new Array(n);for(let i=0;i<n;i++){const r=rows[i];out[i]=${made}}`
  return compile<Builder>(text.scope, `return function read(rows,context,q){${text.head()}${body}return out}`)
}

/** The parts of a reader's text. In it: `r` a row, `m` models, `o` options and `q` keyed parents, by the branch's number. */
class ReaderText {
  readonly scope: Record<string, unknown> = {
    h: hydrate,
    c: rowClass,
    k: keep,
    w: withHiddenKeys,
    p: plainKey,
    t: keyOf,
  }
  readonly functions: string[] = []
  readonly #mode: ResultMode
  readonly #converters: ((value: unknown) => unknown)[] = []
  readonly #instances: number[] = []
  readonly #lists = new Set<number>()

  constructor(mode: ResultMode) {
    this.#mode = mode
  }

  /** What is looked up once a call. */
  head(): string {
    const locals = [
      ...this.#instances.map((number) => `R${number}=c(m[${number}]),o${number}=o[${number}]`),
      ...Array.from(this.#lists, (branch) => `${this.#list(branch)}=q.get(${branch})`),
    ]
    const variables =
      this.#instances.length === 0 ? '' : `let ${this.#instances.map((number) => `v${number}`).join(',')};`
    return `const m=context.models,o=context.options,n=rows.length${locals.map((local) => `,${local}`).join('')};${variables}`
  }

  /** The expression of what a branch has in a row. `folded`: those of its children that are variables. */
  value(part: RowShape, folded: readonly RowShape[] = []): string {
    const below = part.children.map((child) =>
      folded.includes(child)
        ? `${propertyName(child.as)}:${valueName(child)}`
        : `${propertyName(child.as)}:${orNull(child, this.value(child))}`,
    )
    const queried = part.queries.map(
      (query) => `${propertyName(query.as)}:${query.cardinality === 'many' ? '[]' : 'null'}`,
    )
    const values = this.#object(part.fields, [...below, ...queried])
    if (this.#mode !== 'instances')
      return part.echo.length === 0 ? values : `k(${this.#list(ECHO)},${values},${cells(part.echo)})`
    const options =
      part.hiddenKeys.length > 0 ? `w(o${part.branch},${this.#object(part.hiddenKeys)})` : `o${part.branch}`
    this.#instances.push(part.branch)
    // Its values have a name, because they stand in two places: the text of a tree would double with every level.
    const [row, held] = [`R${part.branch}`, `v${part.branch}`]
    const instance = `(${held}=${values},${row}===null?h(m[${part.branch}],${held},${options}):new ${row}(${held},${options}))`
    return keysOf(part).reduce(
      (inner, query) => `k(${this.#list(query.branch)},${inner},${cells(query.keys)})`,
      instance,
    )
  }

  /** The name of a function that adds a row's item of a branch to a list, if `known` does not have it yet, and what is below it to its lists. */
  fold(part: RowShape): string {
    const name = `f${part.branch}`
    // A one-to-one is read with its parent's first row; what it has below it may be many again.
    const folded = part.children.filter((child) => child.cardinality === 'many' || hasMany(child))
    const names = new Map(folded.map((child) => [child, this.fold(child)]))
    const key = this.#key(part)
    if (folded.length === 0) {
      this.functions.push(
        `function ${name}(r,i,known,list){const key=${key};if(known.has(key))return;known.set(key,true);list.push(${this.value(part)})}`,
      )
      return name
    }
    const fold = (child: RowShape, known: string, list: string): string => `${names.get(child)}(r,i,${known},${list})`
    const variables = folded.map((child) => `m${child.branch}=new Map(),l${child.branch}=[]`)
    const ones = folded.filter((child) => child.cardinality === 'one')
    const first = ones.map((child) => `if(${isThere(child)})${fold(child, `m${child.branch}`, `l${child.branch}`)};`)
    const held = folded.map((child) => `m${child.branch},l${child.branch}`).join(',')
    const later = folded.map((child) => {
      // Of a one-to-one only the first row counts, whatever the joins multiplied.
      const isMine = child.cardinality === 'one' ? `&&g.m${child.branch}.has(${this.#key(child)})` : ''
      return `if(${isThere(child)}${isMine})${fold(child, `g.m${child.branch}`, `g.l${child.branch}`)};`
    })
    this.functions.push(
      `function ${name}(r,i,known,list){const key=${key};let g=known.get(key);` +
        `if(g===undefined){const ${variables.join(',')};${first.join('')}list.push(${this.value(part, folded)});g={${held}};known.set(key,g)}` +
        `${later.join('')}}`,
    )
    return name
  }

  /** Without an identity each row is its own. */
  #key({ identity }: RowShape): string {
    if (identity.length === 0) return 'i'
    return identity.length === 1 ? `p(r[${identity[0]}])` : `t(r,[${identity.join(',')}])`
  }

  #object(fields: readonly Field[], rest: readonly string[] = []): string {
    return `{${[...fields.map((field) => `${propertyName(field.name)}:${this.#cell(field)}`), ...rest].join(',')}}`
  }

  #cell({ index, fromRow }: Field): string {
    if (fromRow === null) return `r[${index}]`
    const known = this.#converters.indexOf(fromRow)
    const number = known === -1 ? this.#converters.push(fromRow) - 1 : known
    this.scope[`c${number}`] = fromRow
    return `r[${index}]===null?null:c${number}(r[${index}])`
  }

  /** The variable of a list of keyed parents. */
  #list(branch: number): string {
    this.#lists.add(branch)
    return `q${branch === ECHO ? 'e' : branch}`
  }
}

const cells = (positions: readonly number[]): string => `[${positions.map((index) => `r[${index}]`).join(',')}]`
/** What a folded child is when its parent is made: its list, or the one in it. */
const valueName = ({ branch, cardinality }: RowShape): string =>
  cardinality === 'many' ? `l${branch}` : `l${branch}.length===0?null:l${branch}[0]`

const isThere = ({ presence }: RowShape): string =>
  presence.length === 0 ? 'true' : `(${presence.map((index) => `r[${index}]!==null`).join('||')})`
const orNull = (part: RowShape, value: string): string =>
  part.presence.length === 0 ? value : `${isThere(part)}?${value}:null`

/** A property of an object literal. `__proto__` as a plain name would set the prototype. */
const propertyName = (name: string): string => (name === '__proto__' ? '["__proto__"]' : JSON.stringify(name))
