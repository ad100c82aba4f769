/**
 * `sequelize.queryGenerator`: quoting and escaping for programs that write SQL of their own. Statements are made from nodes, not from here.
 */
import type { Dialect } from '../dialect/dialect.js'
import { UnsupportedFeatureError } from '../errors/index.js'
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
  /** Name of the type that the enum of a column has, quoted with its schema; `noEscape`: as it is. PostgreSQL only. */
  pgEnumName(table: TableInput, attribute: string, options: { readonly noEscape?: boolean } = {}): string {
    const { routines, name } = this.#dialect
    if (!routines)
      throw new UnsupportedFeatureError(`pgEnumName is not available on ${name}: enums are no types there.`)
    const named = tableNamed(table)
    const type = routines.enumName(named, attribute)
    return options.noEscape ? type : this.#dialect.quoteTable({ schema: named.schema, name: type })
  }
  escape(value: unknown): string {
    return this.#dialect.escape(value)
  }
}
