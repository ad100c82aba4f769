// What PostgreSQL says otherwise than `sql` in `statements`, by the same titles; there parameters are `?`, here they have their numbers.
export const POSTGRES: Readonly<Record<string, string | RegExp>> = {
  'column of a table': '"us`er"."na`me"',
  regexp: '"a" ~ $1',
  contains: '"a" @> $1',
  between: '"a" NOT BETWEEN $1 AND ($2::TEXT + $3)',
  'a function name that is none': /is not the name of a function/,
  'cast to a data type': 'CAST("a" AS CITEXT)',
  'cast to something else': /is not the name of a data type/,
  'JSON path': `("meta"#>'{a,0,"it''s","x.y"}') = $1`,
  'JSON path as text': `("u"."meta"->>'a')`,
  array: 'ARRAY[$1]::TEXT[]',
  any: '"a" = ANY (ARRAY[$1]::TEXT[])',
  lateral: 'SELECT 1 FROM LATERAL (SELECT 1) AS "d"',
  'insert of several nothings': 'INSERT INTO "users" SELECT FROM generate_series(1, 2)',
  'a column that every row leaves to its default':
    'INSERT INTO "users" ("id", "a") VALUES (DEFAULT, $1), (DEFAULT, $2)',
  'a column that only some rows leave to their default': 'INSERT INTO "users" ("a") VALUES (DEFAULT), ($1)',
  'update of some rows':
    'UPDATE "users" SET "a" = $1 WHERE ctid IN (SELECT ctid FROM "users" WHERE "b" = $2 ORDER BY "id" ASC LIMIT $3)',
  'update of nothing': /needs at least one value/,
  'delete of some rows': 'DELETE FROM "users" WHERE ctid IN (SELECT ctid FROM "users" LIMIT $1) RETURNING "id"',
  'delete of some rows, in order':
    'DELETE FROM "users" WHERE ctid IN (SELECT ctid FROM "users" ORDER BY "b" ASC NULLS LAST LIMIT $1)',
}

/** `a` = ? → "a" = $1. */
export function inPostgres(text: string): string {
  let number = 0
  return text.replace(/'(?:[^']|'')*'|`((?:[^`]|``)*)`|\?/g, (found, name: string | undefined) => {
    if (name !== undefined) return `"${name.replaceAll('``', '`').replaceAll('"', '""')}"`
    if (found !== '?') return found
    number += 1
    return `$${number}`
  })
}
