// Golden SQL: one text for all engines, written with "double quotes" and ?; an engine that writes something else has an entry of its own,
// MariaDB that of MySQL.
import type { Dialect } from '../../src/dialect/dialect.js'

export type Golden = string | ({ readonly default: string } & { readonly [engine: string]: string })

/** The text that an engine is expected to print. */
export function goldenFor(golden: Golden, dialect: Dialect): string {
  const text =
    typeof golden === 'string'
      ? golden
      : (golden[dialect.name] ?? (dialect.name === 'mariadb' ? golden.mysql : undefined) ?? golden.default)
  const { left, right } = dialect.identifierDelimiter
  let number = 0
  // Inside 'strings' quotes stay what they are.
  return text.replace(/'[^']*'|"([^"]*)"|\?/g, (found, name: string | undefined) => {
    if (name !== undefined) return left + name + right
    if (found !== '?' || dialect.name !== 'postgres') return found
    number += 1
    return `$${number}`
  })
}
