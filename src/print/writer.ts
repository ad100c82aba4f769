/**
 * The buffer that a statement is printed into: text on one side, parameters in the order of their placeholders on the other.
 * Print tables (`expr`, `query`, and a dialect's overrides) say what each node looks like; a `Syntax` is a table with the few
 * functions that quote and name things. A node without a row does not compile.
 */
import { UnsupportedFeatureError } from '../errors/base.js'
import type { CompareOperator, Expr } from '../sql/expr.js'
import type { JoinNode, QueryNode, Source, TableName, UnionNode, WithNode } from '../sql/query.js'
import type { DataType } from '../types/data-type.js'

export type PrintNode = Expr | QueryNode | UnionNode | WithNode | Source | JoinNode
/** One row per kind of node. */
export type PrintTable = {
  readonly [K in PrintNode['kind']]: (node: Extract<PrintNode, { readonly kind: K }>, out: Writer) => void
}

export interface Syntax {
  /** Name of the engine as messages show it. */
  readonly engine: string
  readonly nodes: PrintTable
  /** Words of the comparison operators; one that is missing is not available on this engine. */
  readonly operators: Readonly<Partial<Record<CompareOperator, string>>>
  /** The only way in which an identifier becomes text. */
  quoteIdentifier(name: string): string
  quoteTable(table: TableName): string
  /** Placeholder of the n-th parameter, counted from 1. */
  placeholder(position: number): string
  /** A value as SQL text, for places where no parameter can stand. */
  literal(value: unknown, type: DataType | null): string
  /** The name of a type in CAST. */
  castType(type: DataType | string): string
  /** The type of a parameter that has none, where the driver needs one to send the value right. */
  readonly looseType: DataType | null
}

export interface PrintedParam {
  readonly value: unknown
  readonly type: DataType | null
}

export class Writer {
  readonly syntax: Syntax
  readonly params: PrintedParam[] = []
  text = ''
  readonly #inline: boolean

  /** `inline`: values are written out as literals instead of becoming parameters (DDL only). */
  constructor(syntax: Syntax, inline = false) {
    this.syntax = syntax
    this.#inline = inline
  }

  raw(text: string): this {
    this.text += text
    return this
  }

  identifier(name: string): this {
    this.text += this.syntax.quoteIdentifier(name)
    return this
  }

  table(table: TableName): this {
    this.text += this.syntax.quoteTable(table)
    return this
  }

  param(value: unknown, type: DataType | null): this {
    if (this.#inline) this.text += this.syntax.literal(value, type)
    else {
      this.params.push({ value, type: type ?? this.syntax.looseType })
      this.text += this.syntax.placeholder(this.params.length)
    }
    return this
  }

  node(node: PrintNode): this {
    const print = this.syntax.nodes[node.kind] as (node: PrintNode, out: Writer) => void
    print(node, this)
    return this
  }

  /** Prints each item by `print`, with a separator between. */
  list<T>(items: readonly T[], print: (item: T, out: this) => void, separator = ', '): this {
    for (let index = 0; index < items.length; index += 1) {
      if (index > 0) this.text += separator
      print(items[index] as T, this)
    }
    return this
  }

  unsupported(feature: string, remedy = ''): never {
    throw new UnsupportedFeatureError(`${feature} is not available on ${this.syntax.engine}.${remedy && ` ${remedy}`}`)
  }
}

/** Text of a tree and its parameters. */
export function print(
  node: PrintNode,
  syntax: Syntax,
): { readonly text: string; readonly params: readonly PrintedParam[] } {
  const out = new Writer(syntax).node(node)
  return { text: out.text, params: out.params }
}
