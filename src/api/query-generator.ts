/**
 * `sequelize.queryGenerator`: quoting and escaping for programs that write SQL of their own. Statements are made from nodes, not from here.
 */
import type { Dialect } from '../dialect/dialect.js'
import type { TableInput } from './table-attributes.js'
import { tableNamed } from './table-attributes.js'

/** SQL pieces as text: quoting and escaping. Statements are made from nodes, not from here. */
export class QueryGenerator {
  readonly #dialect: Dialect
  constructor(dialect: Dialect) {
    this.#dialect = dialect
  }
  get dialect(): Dialect {
    return this.#dialect
  }
  quoteIdentifier(identifier: string): string {
    return this.#dialect.quoteIdentifier(identifier)
  }
  /** Quotes each part of a dotted name. */
  quoteIdentifiers(identifiers: string): string {
    return identifiers
      .split('.')
      .map((part) => this.#dialect.quoteIdentifier(part))
      .join('.')
  }
  quoteTable(table: TableInput): string {
    return this.#dialect.quoteTable(tableNamed(table))
  }
  escape(value: unknown): string {
    return this.#dialect.escape(value)
  }
}
