/** Readable, coloured output for a terminal. */
import color from 'picocolors'

export const title = (text: string): void => console.log(`\n${color.bold(color.magenta(`▎${text}`))}`)
export const say = (text: string): void => console.log(`  ${text}`)
export const note = (text: string): void => console.log(color.dim(`  ${text}`))

const WORDS =
  /\b(SELECT|FROM|LEFT|INNER|OUTER|JOIN|ON|WHERE|AND|OR|ORDER BY|LIMIT|OFFSET|UPDATE|SET|INSERT INTO|VALUES|RETURNING|DELETE|CREATE|TABLE|UNIQUE|INDEX|IF NOT EXISTS|PRIMARY KEY|AUTOINCREMENT|NOT NULL|DEFAULT|CONSTRAINT|FOREIGN KEY|REFERENCES|RESTRICT|CASCADE|BEGIN|COMMIT|ROLLBACK|IMMEDIATE|AS|IS|NULL|IN|ASC|DESC)\b/g

/** SQL with its words in colour and a line per clause. */
export function sql(text: string): void {
  const lines = text
    .replace(/^Executing \([^)]*\): /, '')
    .replace(/ (FROM|LEFT JOIN|LEFT OUTER JOIN|INNER JOIN|WHERE|ORDER BY|LIMIT|SET|VALUES|RETURNING) /g, '\n$1 ')
    .replace(
      /^(CREATE TABLE[^(]*)\((.*)\)(;?)$/s,
      (_, head: string, body: string, end: string) =>
        `${head}(\n  ${body.replace(/, (?=[`"]\w+[`"] [A-Z]|CONSTRAINT|PRIMARY|FOREIGN)/g, ',\n  ')}\n)${end}`,
    )
    .split('\n')
  for (const line of lines)
    console.log(
      `    ${line.replace(/([`"])[^`"]*\1/g, (name) => color.green(name)).replace(WORDS, (word) => color.blue(word))}`,
    )
}

/** JSON with keys in colour. */
export function json(value: unknown): void {
  for (const line of JSON.stringify(value, null, 2).split('\n'))
    console.log(
      `    ${line.replace(/^(\s*)("[^"]+")(:)/, (_, space: string, key: string, colon: string) => space + color.cyan(key) + colon)}`,
    )
}
