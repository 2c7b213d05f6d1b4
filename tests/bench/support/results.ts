// What a bench found, as a table for people and a file for the record.
import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import path from 'node:path'

export interface Row {
  what: string
  value: number
  unit: string
  /** Such as `>= 0.8`; null: told without a goal. */
  goal: string | null
}

export type Bench = (say: (line: string) => void) => Promise<Row[]>

/** @returns whether every goal is reached */
export function writeResults(folder: string, bench: string, rows: readonly Row[]): boolean {
  const machine = `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`
  const result = { bench, at: new Date().toISOString(), machine, rows }
  writeFileSync(path.join(folder, `${bench}.json`), `${JSON.stringify(result, null, 2)}\n`)
  const width = Math.max(...rows.map((row) => row.what.length))
  console.log(`\n${bench} on ${machine}`)
  for (const row of rows) {
    const verdict = row.goal === null ? '' : `${row.goal}  ${isReached(row) ? 'reached' : 'MISSED'}`
    console.log(`${row.what.padEnd(width)}  ${String(row.value).padStart(10)} ${row.unit.padEnd(14)} ${verdict}`)
  }
  return rows.every(isReached)
}

const MEETS: Readonly<Record<string, (value: number, goal: number) => boolean>> = {
  '>=': (value, goal) => value >= goal,
  '<=': (value, goal) => value <= goal,
  '<': (value, goal) => value < goal,
}

/** @throws on a goal that is none */
export function isReached({ what, value, goal }: Row): boolean {
  if (goal === null) return true
  const [sign = '', number = ''] = goal.split(' ')
  const meets = MEETS[sign]
  if (!meets || !/^\d+(\.\d+)?$/.test(number)) throw new Error(`“${goal}” of “${what}” is no goal`)
  return meets(value, Number(number))
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

export const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits))
