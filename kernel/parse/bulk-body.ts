// The body of a bulk load as rows: CSV (RFC 4180) or one JSON object a line (NDJSON). Streamed, so that a file of any
// size passes through; a line that cannot be read is named and the next one is tried.
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { type CsvError, parse } from 'csv-parse'
import { RelataError } from '../../sdk/errors.ts'

const MAX_LINE_CHARACTERS = 4 * 1024 * 1024
const DELIMITERS = [',', ';', '\t', '|']

/** A row as it was read, or why it could not be. `line` counts from 1 and includes a header. */
export type BulkLine =
  | { line: number; values: Readonly<Record<string, unknown>> }
  | { line: number; message: string; field?: string; value?: string }

/** A row's cells by column name, or a line that is broken. */
export type CsvLine = { line: number; cells: Readonly<Record<string, string>> } | { line: number; message: string }

/** @param onHeader may throw: nothing has been read by then */
export async function* readCsv(
  body: ReadableStream<Uint8Array>,
  onHeader: (names: readonly string[]) => void,
): AsyncGenerator<CsvLine> {
  const text = await withFirstLine(body)
  const broken: { line: number; message: string }[] = []
  const parser = parse({
    bom: true,
    delimiter: delimiterOf(text.firstLine),
    info: true,
    columns: (names: string[]) => {
      const trimmed = names.map((name) => name.trim())
      onHeader(trimmed)
      return trimmed
    },
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: MAX_LINE_CHARACTERS,
    on_skip: (error: CsvError | undefined) => {
      broken.push({ line: Number(error?.['lines'] ?? 0), message: error?.message ?? 'cannot be read' })
      return undefined
    },
  })
  const source = Readable.from(text.chunks)
  source.on('error', (error) => parser.destroy(error))
  source.pipe(parser)
  for await (const row of parser) {
    yield* broken.splice(0)
    const { record, info } = row as { record: Record<string, string>; info: { lines: number } }
    yield { line: info.lines, cells: record }
  }
  yield* broken
}

export async function* readJsonLines(body: ReadableStream<Uint8Array>): AsyncGenerator<BulkLine> {
  let line = 0
  let rest = ''
  for await (const chunk of decoded(body)) {
    const pieces = (rest + chunk).split('\n')
    rest = pieces.pop() ?? ''
    if (rest.length > MAX_LINE_CHARACTERS)
      throw new RelataError('RL102', `Line ${line + 1} is longer than ${MAX_LINE_CHARACTERS} characters.`)
    for (const piece of pieces) {
      line++
      if (piece.trim() !== '') yield jsonLine(line, piece)
    }
  }
  if (rest.trim() !== '') yield jsonLine(line + 1, rest)
}

function jsonLine(line: number, text: string): BulkLine {
  try {
    const values: unknown = JSON.parse(text)
    if (isObject(values)) return { line, values }
    return { line, message: 'is not a JSON object', value: text.slice(0, 200) }
  } catch (error) {
    return {
      line,
      message: `is not JSON: ${error instanceof Error ? error.message : 'syntax error'}`,
      value: text.slice(0, 200),
    }
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

async function* decoded(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const bytes of body) yield decoder.decode(bytes, { stream: true })
    yield decoder.decode()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new RelataError('RL100', 'The body is not UTF-8 text.', { hint: 'Save the file with the encoding UTF-8.' })
  }
}

/** The header decides the delimiter, so it is looked at before the parser starts. */
async function withFirstLine(
  body: ReadableStream<Uint8Array>,
): Promise<{ firstLine: string; chunks: AsyncGenerator<string> }> {
  const source = decoded(body)
  let head = ''
  let isEnd = false
  while (!isEnd && !head.includes('\n') && head.length < 100_000) {
    const next = await source.next()
    isEnd = next.done === true
    if (!next.done) head += next.value
  }
  async function* chunks(): AsyncGenerator<string> {
    yield head
    yield* source
  }
  return { firstLine: head.split('\n', 1)[0] ?? '', chunks: chunks() }
}

/** The one that stands most often in the header, outside quotes. */
function delimiterOf(header: string): string {
  const bare = header.replace(/"[^"]*"/g, '')
  const counts = DELIMITERS.map((delimiter) => bare.split(delimiter).length - 1)
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ','
}
