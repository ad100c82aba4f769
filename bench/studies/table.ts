/** A table of a study: for the terminal, as Markdown, as JSON. */
import { writeFile } from 'node:fs/promises'
import { machine } from '../report.js'

export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}

const cellOf = (value: string | number): string =>
  typeof value === 'string' || Number.isInteger(value)
    ? String(value)
    : value >= 100
      ? value.toFixed(0)
      : value >= 10
        ? value.toFixed(1)
        : value.toFixed(2)

export function toText({ title, columns, rows }: Table): string {
  const cells = [columns, ...rows.map((row) => row.map(cellOf))]
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => row[at]!.length)))
  const line = (row: readonly string[]): string =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  ')
  const [head, ...body] = cells
  return [title, line(head!), widths.map((width) => '─'.repeat(width)).join('  '), ...body.map(line), ''].join('\n')
}

export function toMarkdown({ title, columns, rows }: Table): string {
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`
  return [
    `**${title}**`,
    '',
    line(columns),
    line(columns.map((_, at) => (at === 0 ? '---' : '---:'))),
    ...rows.map((row) => line(row.map(cellOf))),
    '',
  ].join('\n')
}

/** Prints the tables, and writes them where the command says. */
export async function publish(
  tables: readonly Table[],
  files: { readonly markdown?: string; readonly json?: string },
): Promise<void> {
  const head = `${new Date().toISOString().slice(0, 10)}, ${machine()}`
  process.stdout.write(`${head}\n\n${tables.map(toText).join('\n')}`)
  if (files.markdown) await writeFile(files.markdown, `${head}.\n\n${tables.map(toMarkdown).join('\n')}`)
  if (files.json) await writeFile(files.json, `${JSON.stringify({ head, tables }, null, 2)}\n`)
}

export const median = (values: readonly number[]): number => {
  const list = [...values].sort((a, b) => a - b)
  return list[list.length >> 1]!
}

/** Microseconds of this process for one call of `work`, the least of several rounds: what disturbs makes it only more. */
export async function micros(work: () => unknown, rounds = 5): Promise<number> {
  const once = async (): Promise<number> => {
    const start = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(start)
    return user + system
  }
  let least = await once()
  for (let round = 1; round < rounds; round += 1) least = Math.min(least, await once())
  return least
}
