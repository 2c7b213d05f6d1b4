// What a load did, as a table with a line for each file and one for all.
import type { FileReport } from './run.ts'

const COLUMNS: readonly (readonly [string, (report: FileReport) => number])[] = [
  ['lines', (report) => report.lines],
  ['created', (report) => report.created],
  ['there already', (report) => report.existing],
  ['corrected', (report) => report.corrected],
  ['rejected', (report) => report.rejections.length],
]

export function totalsTable(reports: readonly FileReport[]): string {
  const rows = [
    ['file', 'entity', ...COLUMNS.map(([name]) => name)],
    ...reports.map((report) => [report.file, report.entity, ...COLUMNS.map(([, of]) => String(of(report)))]),
    ['total', '', ...COLUMNS.map(([, of]) => String(reports.reduce((sum, report) => sum + of(report), 0)))],
  ]
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const pad = (cell: string, column: number): string =>
    column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
  return `\n${rows.map((row) => row.map(pad).join('  ')).join('\n')}`
}
