// The same rows by our bulk load and by a bare COPY.
import { randomUUID } from 'node:crypto'
import { copyLine } from '../../../kernel/run/copy-text.ts'
import { benchRow, COLUMNS } from './bench-entity.ts'
import type { BenchDatabase } from './database.ts'
import type { Client } from './requests.ts'

/** Rows of one request. */
const PART = 100_000

/** @returns milliseconds spent in the requests; making the rows is not counted */
export async function bulkRows(client: Client, path: string, from: number, to: number): Promise<number> {
  let spentMs = 0
  for (let start = from; start < to; start += PART) {
    const end = Math.min(start + PART, to)
    const lines: string[] = []
    for (let number = start; number < end; number++) lines.push(JSON.stringify(benchRow(number)))
    const body = lines.join('\n')
    const startedMs = performance.now()
    const answer = await client.send({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/x-ndjson' },
      body,
    })
    spentMs += performance.now() - startedMs
    const { accepted } = JSON.parse(answer.text) as { accepted: number }
    if (accepted !== end - start)
      throw new Error(`only ${accepted} of ${end - start} rows were accepted: ${answer.text.slice(0, 500)}`)
  }
  return spentMs
}

/** @returns milliseconds of the COPY */
export async function copyRows(database: BenchDatabase, from: number, to: number): Promise<number> {
  const lines: string[] = []
  for (let number = from; number < to; number++) {
    const row = benchRow(number)
    const cells = COLUMNS.map(({ name }) => String(row[name]))
    // copyLine puts its first argument in front; here that place is the id.
    lines.push(`${randomUUID()}\t${copyLine(0, [cells[0] ?? '', ...cells]).slice(2)}`)
  }
  const startedMs = performance.now()
  await database.copy(lines)
  return performance.now() - startedMs
}
