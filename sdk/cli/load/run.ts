// Loads the files of a mapping in its order: read, convert, look references up, send, report. A file whose records point
// to each other goes in waves, those first that point to nothing new.
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse'
import type { BulkApi } from './api.ts'
import type { Column, FileMap } from './mapping.ts'
import { keyOf, type Row, readRow, sameRow } from './rows.ts'

export interface Rejection {
  /** Line of the file, the header being line 1. */
  line: number
  field?: string
  message: string
}

export interface FileReport {
  file: string
  entity: string
  lines: number
  created: number
  /** Records with the same key that were there before, or earlier in a file with several lines a record. */
  existing: number
  /** Cells that the mapping put right. */
  corrected: number
  rejections: readonly Rejection[]
}

export interface LoadSettings {
  useCorrections: boolean
}

/** Rejected rows are all named only when an answer holds at most 1,000 of them. */
const SEND_ROWS = 1000

export async function* loadFiles(
  api: BulkApi,
  folder: string,
  files: readonly FileMap[],
  settings: LoadSettings,
): AsyncGenerator<FileReport> {
  for (const map of files) yield await new FileLoad(api, map, settings).run(join(folder, map.file))
}

class FileLoad {
  private readonly api: BulkApi
  private readonly map: FileMap
  private readonly settings: LoadSettings
  private readonly rejections: Rejection[] = []
  private readonly lookups: readonly Column[]
  /** `field` → name → id. */
  private readonly found = new Map<string, Map<string, string>>()
  private lines = 0
  private created = 0
  private existing = 0
  private corrected = 0

  constructor(api: BulkApi, map: FileMap, settings: LoadSettings) {
    this.api = api
    this.map = map
    this.settings = settings
    this.lookups = [...map.columns.values()].flat().filter((column) => column.lookup)
  }

  async run(path: string): Promise<FileReport> {
    let pending = await this.withoutExisting(await this.read(path))
    while (pending.length > 0) {
      await this.lookUp(pending)
      const { ready, waiting } = this.sort(pending)
      for (let from = 0; from < ready.length; from += SEND_ROWS) await this.send(ready.slice(from, from + SEND_ROWS))
      if (ready.length === 0) for (const row of waiting) this.rejectUnknown(row)
      pending = ready.length === 0 ? [] : waiting
    }
    this.rejections.sort((a, b) => a.line - b.line)
    const { file, entity } = this.map
    const { lines, created, existing, corrected, rejections } = this
    return { file, entity, lines, created, existing, corrected, rejections }
  }

  private async read(path: string): Promise<Row[]> {
    const parser = createReadStream(path).pipe(
      parse({ bom: true, info: true, relax_column_count: true, skip_empty_lines: true }),
    )
    const rows = new Map<string, Row>()
    let header: readonly string[] | undefined
    for await (const item of parser) {
      const { record, info }: { record: string[]; info: { lines: number } } = item
      if (!header) {
        header = record
        this.checkHeader(header)
        continue
      }
      this.lines++
      const row = this.convert(header, record, info.lines)
      if (row) this.keep(rows, row)
    }
    return [...rows.values()]
  }

  private checkHeader(header: readonly string[]): void {
    const { file, columns, ignore } = this.map
    const missing = [...columns.keys()].filter((name) => !header.includes(name))
    const unknown = header.filter((name) => !columns.has(name) && !ignore.has(name))
    if (missing.length > 0) throw new Error(`${file} has no column ${missing.map((name) => `“${name}”`).join(', ')}`)
    if (unknown.length > 0) throw new Error(`${file} has columns that the mapping does not name: ${unknown.join(', ')}`)
  }

  private convert(header: readonly string[], cells: readonly string[], line: number): Row | undefined {
    if (cells.length !== header.length) {
      this.rejections.push({ line, message: `has ${cells.length} cells instead of ${header.length}` })
      return undefined
    }
    const read = readRow(this.map, header, cells, line, this.settings.useCorrections)
    if (!read.ok) {
      this.rejections.push({ line, field: read.field, message: read.message })
      return undefined
    }
    this.corrected += read.corrected
    return read.row
  }

  /** Keep the row unless its key has come before. */
  private keep(rows: Map<string, Row>, row: Row): void {
    const { key, distinct } = this.map
    const value = keyOf(row, key)
    const before = value === undefined ? undefined : rows.get(value)
    if (!before) rows.set(value ?? `line ${row.line}`, row)
    else if (distinct && sameRow(before, row)) this.existing++
    else {
      const difference = distinct ? ' and says something else about it' : ''
      const said = key.map((field) => row.names.get(field) ?? String(row.values[field])).join(', ')
      this.rejections.push({
        line: row.line,
        field: key.join(', '),
        message: `“${said}” was on line ${before.line} already${difference}`,
      })
    }
  }

  private async withoutExisting(rows: Row[]): Promise<Row[]> {
    const [first, ...others] = this.map.key
    if (first === undefined) return rows
    const isLookedUp = this.lookups.some(({ field }) => this.map.key.includes(field))
    if (isLookedUp) await this.lookUp(rows)
    const textOf = (row: Row, field: string): string | undefined => {
      const value = row.names.has(field) ? this.idOf(row, field) : row.values[field]
      return value === undefined ? undefined : String(value)
    }
    const known = await this.api.known(
      this.map.entity,
      this.map.key,
      rows.flatMap((row) => textOf(row, first) ?? []),
    )
    const missing = rows.filter((row) => {
      const values = [first, ...others].map((field) => textOf(row, field) ?? '')
      return !known.has(values.join('\u0000'))
    })
    this.existing += rows.length - missing.length
    return missing
  }

  /** Ask for the records that rows name and that are not known yet. */
  private async lookUp(rows: readonly Row[]): Promise<void> {
    for (const { field, lookup } of this.lookups) {
      if (!lookup) continue
      const known = this.found.get(field) ?? new Map<string, string>()
      this.found.set(field, known)
      const wanted = new Set(rows.map((row) => row.names.get(field) ?? '').filter((name) => name && !known.has(name)))
      for (const [name, id] of await this.api.find(lookup.entity, lookup.by, [...wanted])) known.set(name, id)
    }
  }

  private sort(rows: readonly Row[]): { ready: Row[]; waiting: Row[] } {
    const [key] = this.map.key
    const coming = new Set(rows.map((row) => String(row.values[key ?? ''] ?? '')))
    const ready: Row[] = []
    const waiting: Row[] = []
    for (const row of rows) {
      const unknown = this.lookups.filter(({ field }) => row.names.has(field) && !this.idOf(row, field))
      const isComing = ({ field, lookup }: Column) =>
        lookup?.entity === this.map.entity && lookup.by === key && coming.has(row.names.get(field) ?? '')
      if (unknown.length === 0) ready.push(row)
      else if (unknown.every(isComing)) waiting.push(row)
      else this.rejectUnknown(row)
    }
    return { ready, waiting }
  }

  private rejectUnknown(row: Row): void {
    const column = this.lookups.find(({ field }) => row.names.has(field) && !this.idOf(row, field))
    const name = row.names.get(column?.field ?? '') ?? ''
    const message = `there is no ${column?.lookup?.entity} with ${column?.lookup?.by} “${name}”`
    this.rejections.push({ line: row.line, ...(column ? { field: column.field } : {}), message })
  }

  private idOf(row: Row, field: string): string | undefined {
    return this.found.get(field)?.get(row.names.get(field) ?? '')
  }

  private async send(rows: readonly Row[]): Promise<void> {
    const bodies = rows.map((row) => ({
      ...row.values,
      ...Object.fromEntries([...row.names.keys()].map((field) => [field, this.idOf(row, field)])),
    }))
    const answer = await this.api.send(this.map.entity, bodies)
    this.created += answer.accepted
    for (const { line, field, message, value } of answer.errors) {
      const source = rows[line - 1]?.line ?? 0
      this.rejections.push({
        line: source,
        ...(field ? { field } : {}),
        message: value ? `${message} (“${value}”)` : message,
      })
    }
  }
}
