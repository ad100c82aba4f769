/** A path into a JSON document as SQLite, MySQL and MariaDB write it: `['a', 0, 'x.y']` → `$.a[0]."x.y"`. */
import { QueryError } from '../errors/base.js'

export function jsonPathText(path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (text, part) =>
      text +
      (typeof part === 'number' ? `[${part}]` : /^[A-Za-z_]\w*$/.test(part) ? `.${part}` : `.${JSON.stringify(part)}`),
    '$',
  )
}

/** The path, refused where a NUL would end the statement that it stands in. The dialect writes it as a literal. */
export function jsonPathLiteral(path: readonly (string | number)[]): string {
  const text = jsonPathText(path)
  if (text.includes('\0')) throw new QueryError('A JSON path cannot contain a NUL character.')
  return text
}
