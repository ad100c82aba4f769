/**
 * What every dialect does alike: names, values and statements as text, by its own syntax. Each dialect's `index.ts` extends this class with
 * the parts of its folder.
 */
import type { Syntax } from '../print/writer.js'
import { print, Writer } from '../print/writer.js'
import type { Expr } from '../sql/expr.js'
import type { QueryNode, TableName, UnionNode, WithNode } from '../sql/query.js'
import type { DataType, TypeCodec } from '../types/data-type.js'
import { ownEscape } from '../types/data-type.js'
import type { Printed } from './dialect.js'

export abstract class BaseDialect {
  readonly identifierDelimiter: { readonly left: string; readonly right: string }
  readonly TICK_CHAR_LEFT: string
  readonly TICK_CHAR_RIGHT: string
  abstract readonly defaultSchema: string
  abstract readonly connectionOptions: readonly string[]
  readonly #syntax: Syntax

  /** `tick`: what stands around names. */
  constructor(tick: string, syntax: Syntax) {
    this.identifierDelimiter = Object.freeze({ left: tick, right: tick })
    this.TICK_CHAR_LEFT = tick
    this.TICK_CHAR_RIGHT = tick
    this.#syntax = syntax
  }

  quoteIdentifier(name: string): string {
    return this.#syntax.quoteIdentifier(name)
  }
  quoteTable(table: TableName): string {
    return this.#syntax.quoteTable(table)
  }
  /** Text as SQL, for the `escape` of data types. */
  escapeString(value: string): string {
    return this.#syntax.literal(value, null)
  }
  escape(value: unknown, type?: DataType | null): string {
    return ownEscape(type, value, this) ?? this.#syntax.literal(value, type ?? null)
  }
  print(node: QueryNode | UnionNode | WithNode): Printed {
    return print(node, this.#syntax)
  }
  printExpr(expr: Expr): Printed {
    return print(expr, this.#syntax)
  }
  printInline(expr: Expr): string {
    return new Writer(this.#syntax, true).node(expr).text
  }

  getDefaultSchema(): string {
    return this.defaultSchema
  }
  getSupportedConnectionOptions(): readonly string[] {
    return this.connectionOptions
  }
  static getSupportedOptions(): readonly string[] {
    return []
  }
}

/** A value as its type binds it; as it is where there is no type, or nothing to do. */
export function bound(value: unknown, type: DataType | null, codec: (type: DataType) => TypeCodec): unknown {
  if (value === null || value === undefined || type === null) return value
  const { toBind } = codec(type)
  return toBind === null ? value : toBind(value)
}
