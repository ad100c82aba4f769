/**
 * Statements that PostgreSQL runs in no transaction. Behind a pooler the search path is told to each transaction, so these have none: their
 * names have to say the schema. Part of `driver`.
 */

const NAME = String.raw`"(?:[^"]|"")+"|[\w$]+`
const ALONE =
  /^\s*(?:VACUUM|(?:CREATE|DROP)\s+(?:DATABASE|TABLESPACE)|ALTER\s+SYSTEM|REINDEX\s+(?:\([^)]*\)\s*)?(?:DATABASE|SYSTEM|\w+\s+CONCURRENTLY))\b/i
const CONCURRENT = new RegExp(
  String.raw`^(\s*(?:CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:(?:${NAME})\s+)?ON\s+(?:ONLY\s+)?|DROP\s+INDEX\s+CONCURRENTLY\s+(?:IF\s+EXISTS\s+)?))(${NAME})(\s*\.)?`,
  'i',
)
const CONCURRENTLY = /^\s*(?:CREATE\s+(?:UNIQUE\s+)?|DROP\s+)INDEX\s+CONCURRENTLY\b/i

export const standsAlone = (text: string): boolean => ALONE.test(text) || CONCURRENTLY.test(text)

/** The table (of DROP INDEX, the index) that is named without a schema, as it is written; null: none is. */
export function unqualified(text: string): string | null {
  const match = CONCURRENT.exec(text)
  return match === null || match[3] !== undefined ? null : match[2]!
}

/** The same statement with the name's schema, which comes quoted. */
export const qualified = (text: string, schema: string): string =>
  text.replace(CONCURRENT, (_all, before: string, name: string) => `${before}${schema}.${name}`)

/** The schema in which the search path finds a name. */
export const SCHEMA_OF =
  'SELECT quote_ident(nspname) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE pg_class.oid = to_regclass($1)'
