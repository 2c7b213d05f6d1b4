// The public sales data set (CRM Sales Opportunities), which is not part of this repository: read in the plainest way, so
// that tests can work out what should come of it by themselves.
import { cpSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const shared = process.env['RELATA_SHARED_DATA'] ?? path.join(import.meta.dirname, '../../../shared/data')
export const SALES_FOLDER = path.join(shared, 'crm-sales')
export const hasSalesData = existsSync(path.join(SALES_FOLDER, 'sales_pipeline.csv'))
export const NO_SALES_DATA =
  'is skipped: the data set is not beside this repository (../shared/data/crm-sales); RELATA_SHARED_DATA may name its parent folder'

export interface Line {
  /** Line of the file, the header being line 1. */
  number: number
  cells: Readonly<Record<string, string>>
}

/** The files have no quotes, hence no commas inside cells; that they do not is checked. */
export function readSales(name: string): Line[] {
  const text = readFileSync(path.join(SALES_FOLDER, name), 'utf8')
  if (text.includes('"')) throw new Error(`${name} has quotes; read it properly`)
  const [header = '', ...lines] = text.split(/\r?\n/)
  const columns = header.split(',')
  return lines.flatMap((line, at) => {
    if (line === '') return []
    const cells = line.split(',').map((cell, column) => [columns[column] ?? '', cell])
    return [{ number: at + 2, cells: Object.fromEntries(cells) }]
  })
}

export const cell = (line: Line, column: string): string => line.cells[column] ?? ''

/** Sums by the text in a column; lines where it is empty are left out. */
export function sumBy(lines: readonly Line[], column: string, value: (line: Line) => number): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const line of lines) {
    const key = cell(line, column)
    if (key !== '') sums[key] = (sums[key] ?? 0) + value(line)
  }
  return sums
}

/** A copy with the first lines of the pipeline alone, for what needs not all of it. The caller removes the folder. */
export function copyOfSales({ pipelineLines }: { pipelineLines: number }): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'relata-sales-'))
  cpSync(SALES_FOLDER, folder, { recursive: true })
  const file = path.join(folder, 'sales_pipeline.csv')
  const lines = readFileSync(file, 'utf8').split('\n')
  writeFileSync(file, `${lines.slice(0, pipelineLines + 1).join('\n')}\n`)
  return folder
}
