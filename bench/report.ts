/** What was measured, as a table for the terminal, as Markdown, as JSON and as a chart. */
import { cpus } from 'node:os'
import type { Figure, Settings } from './measure.js'
import type { EngineName } from './target.js'
import type { Workload } from './workloads.js'

export interface Line {
  readonly workload: Pick<Workload, 'id' | 'title'>
  readonly figures: readonly Figure[]
}
export interface Report {
  readonly engine: EngineName
  readonly date: string
  readonly machine: string
  readonly command: string
  readonly settings: Settings
  readonly versions: Readonly<Record<string, string>>
  readonly lines: readonly Line[]
}

export function machine(): string {
  const list = cpus()
  return `${list[0]?.model.trim() ?? 'unknown processor'}, ${list.length} cores, ${process.platform}, Node ${process.versions.node}`
}

const duration = (micros: number): string =>
  micros < 1_000 ? `${micros.toFixed(1)} µs` : `${(micros / 1_000).toFixed(2)} ms`
const ratio = (value: number): string => (Number.isNaN(value) ? '–' : value < 10 ? value.toFixed(2) : value.toFixed(1))

const namesIn = (lines: readonly Line[]): readonly string[] => [
  ...new Set(lines.flatMap((line) => line.figures.map((figure) => figure.contender))),
]

/** Rows: workloads, the raw driver's time, then each contender's ratio to it. */
function cells(report: Report): readonly (readonly string[])[] {
  const names = namesIn(report.lines).filter((name) => name !== 'raw driver')
  const head = ['workload', 'raw driver', ...names]
  const body = report.lines.map(({ workload, figures }) => {
    const of = (name: string): Figure | undefined => figures.find((figure) => figure.contender === name)
    const limit = of('raw driver')
    return [
      `${workload.id} ${workload.title}`,
      limit ? duration(limit.median) : '–',
      ...names.map((name) => {
        const figure = of(name)
        return figure ? ratio(figure.ratio) : '–'
      }),
    ]
  })
  return [head, ...body]
}

export function toTable(report: Report): string {
  const rows = cells(report)
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const print = (row: readonly string[]): string =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ')
  return [
    `${report.engine}: ratio to the raw driver in the same run (${report.settings.time}, median of ${report.settings.rounds} interleaved rounds; lower is better)`,
    print(rows[0]!),
    widths.map((width) => '─'.repeat(width)).join('  '),
    ...rows.slice(1).map(print),
  ].join('\n')
}

export function toMarkdown(report: Report): string {
  const [head, ...body] = cells(report)
  const print = (row: readonly string[]): string => `| ${row.join(' | ')} |`
  return [
    `Ratio to the raw driver in the same run, ${report.settings.time} time, median of ${report.settings.rounds} interleaved rounds. ${report.date}, ${report.machine}.`,
    `\`${report.command}\``,
    '',
    print(head!),
    print(head!.map((_, column) => (column === 0 ? '---' : '---:'))),
    ...body.map(print),
    '',
    `Versions: ${Object.entries(report.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
    '',
  ].join('\n')
}

const COLORS = [
  '#b4541a',
  '#4c78a8',
  '#72b7b2',
  '#54a24b',
  '#b279a2',
  '#9d755d',
  '#bab0ac',
  '#eeca3b',
  '#e45756',
  '#ff9da6',
]

/** Horizontal bars, one group a workload, on a logarithmic axis: 1 is the raw driver. */
export function toSvg(report: Report): string {
  const names = namesIn(report.lines).filter((name) => name !== 'raw driver')
  const left = 300
  const width = 980
  const bar = 11
  const groupHeight = names.length * (bar + 2) + 14
  const all = report.lines.flatMap((line) => line.figures.map((figure) => figure.ratio)).filter(Number.isFinite)
  const low = Math.min(0.5, ...all)
  const high = Math.max(10, ...all)
  const x = (value: number): number =>
    left + ((Math.log10(value) - Math.log10(low)) / (Math.log10(high) - Math.log10(low))) * (width - left - 60)
  const top = 56 + Math.ceil(names.length / 5) * 18
  const height = top + report.lines.length * groupHeight + 30
  const parts: string[] = []
  const text = (at: number, y: number, content: string, attributes = ''): string =>
    `<text x="${at.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`
  parts.push(
    text(16, 24, `${report.engine}: time of a call, relative to the raw driver`, 'font-size="16" font-weight="600"'),
  )
  parts.push(text(16, 42, `${report.date} · ${report.machine}`, 'fill="#666"'))
  names.forEach((name, index) => {
    const at = 16 + (index % 5) * 190
    const y = 62 + Math.floor(index / 5) * 18
    parts.push(`<rect x="${at}" y="${y - 9}" width="10" height="10" fill="${COLORS[index % COLORS.length]}"/>`)
    parts.push(text(at + 15, y, name))
  })
  for (const mark of [0.5, 1, 2, 5, 10, 20, 50, 100, 200].filter((value) => value >= low && value <= high)) {
    const at = x(mark).toFixed(1)
    parts.push(
      `<line x1="${at}" x2="${at}" y1="${top}" y2="${height - 24}" stroke="${mark === 1 ? '#333' : '#ddd'}"${mark === 1 ? ' stroke-dasharray="4 3"' : ''}/>`,
    )
    parts.push(text(x(mark), height - 10, `${mark}×`, 'text-anchor="middle" fill="#666"'))
  }
  report.lines.forEach(({ workload, figures }, group) => {
    const y = top + group * groupHeight + 8
    parts.push(text(16, y + groupHeight / 2 - 4, `${workload.id} ${workload.title}`))
    names.forEach((name, index) => {
      const figure = figures.find((candidate) => candidate.contender === name)
      if (!figure || !Number.isFinite(figure.ratio)) return
      const from = Math.min(x(1), x(figure.ratio))
      const to = Math.max(x(1), x(figure.ratio))
      const at = y + index * (bar + 2)
      parts.push(
        `<rect x="${from.toFixed(1)}" y="${at}" width="${Math.max(1, to - from).toFixed(1)}" height="${bar}" fill="${COLORS[index % COLORS.length]}"/>`,
      )
      parts.push(text(to + 4, at + bar - 2, ratio(figure.ratio), 'font-size="10" fill="#333"'))
    })
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img"><title>${report.engine}: time of a call, relative to the raw driver</title><rect width="100%" height="100%" fill="white"/>${parts.join('')}</svg>\n`
}
