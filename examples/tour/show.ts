/** Readable, coloured output for a terminal. */
import color from 'picocolors'

export const title = (text: string): void => console.log(`\n${color.bold(color.magenta(`▎${text}`))}`)
export const say = (text: string): void => console.log(`  ${text}`)
export const note = (text: string): void => console.log(color.dim(`  ${text}`))

const WORDS =
  /\b(SELECT|FROM|LEFT|INNER|OUTER|JOIN|ON|WHERE|AND|OR|ORDER BY|LIMIT|OFFSET|UPDATE|SET|INSERT INTO|VALUES|RETURNING|DELETE|CREATE|TABLE|UNIQUE|INDEX|IF NOT EXISTS|PRIMARY KEY|AUTOINCREMENT|NOT NULL|DEFAULT|CONSTRAINT|FOREIGN KEY|REFERENCES|RESTRICT|CASCADE|BEGIN|COMMIT|ROLLBACK|IMMEDIATE|AS|IS|NULL|IN|ASC|DESC)\b/g

const WIDTH = Math.max(60, Math.min(process.stdout.columns || 120, 140) - 8)
// As many names as fit.
const CHUNK = new RegExp(`.{1,${WIDTH}}(?:, |$)|.+?(?:, |$)`, 'g')

// Between two columns of a table.
const ITEM = /, (?=`\w+` [A-Z]|CONSTRAINT )/g

/** SQL with its words in colour and a line per clause; its parameters, which stand behind it, in grey. */
export function sql(text: string): void {
  const [, statement = '', parameters = ''] = /^Executing \([^)]*\): (.*?)(; \[.*\])?$/s.exec(text) ?? []
  const lines = statement
    .replace(
      /^(CREATE TABLE [^(]*)\((.*)\)$/s,
      (_, head: string, body: string) => `${head}(\n  ${body.replace(ITEM, ',\n  ')}\n)`,
    )
    .replace(/ (FROM|LEFT OUTER JOIN|INNER JOIN|WHERE|ORDER BY|LIMIT|SET|VALUES|RETURNING) /g, '\n$1 ')
    .replace(/ (?=REFERENCES )/g, '\n    ')
    .split('\n')
    .flatMap((line) =>
      line.length > WIDTH
        ? (line.match(CHUNK) ?? []).map((part, at) => (at ? `  ${part.trimEnd()}` : part.trimEnd()))
        : line,
    )
  for (const line of lines) {
    console.log(
      `    ${line.replace(/`[^`]*`/g, (name) => color.green(name)).replace(WORDS, (word) => color.blue(word))}`,
    )
  }
  if (parameters) console.log(`    ${color.dim(parameters.slice(2))}`)
}

/** JSON with keys in colour. */
export function json(value: unknown): void {
  for (const line of JSON.stringify(value, null, 2).split('\n'))
    console.log(
      `    ${line.replace(/^(\s*)("[^"]+")(:)/, (_, space: string, key: string, colon: string) => space + color.cyan(key) + colon)}`,
    )
}
