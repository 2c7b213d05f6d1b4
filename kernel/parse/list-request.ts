// What a list, get or aggregate request said, read once. Nothing later looks at the URL.
import { RelataError } from '../../sdk/errors.ts'
import { parseSelect, type SelectItem } from './select-syntax.ts'

export interface SortKey {
  path: string
  direction: 'asc' | 'desc'
}

export interface ListRequest {
  /** ?select= ; undefined: every readable field. */
  select: readonly SelectItem[] | undefined
  /** ?expand= : references to widen beside the default selection. */
  expand: readonly SelectItem[]
  /** ?filter= : parsed JSON, not yet checked. */
  filter: unknown
  /** ?sort=-amount,name */
  sort: readonly SortKey[]
  /** ?limit= in rows, 1–500. */
  limit: number
  /** ?cursor= : raw values of the last row's sort keys and its id. */
  cursor: readonly (string | null)[] | undefined
  /** ?offset= : rows to skip, for a jump of the scroll bar; 0 together with a cursor, which is cheaper. */
  offset: number
  /** ?count= */
  count: 'none' | 'capped' | 'exact'
  /** ?q= : words, trimmed. */
  search: string | undefined
  /** ?trash=true */
  isTrash: boolean
  /** ?purpose=export : rows are taken out, by a right of its own; `limit` to 5,000. */
  isExport: boolean
}

const LIST_PARAMETERS = [
  'select',
  'expand',
  'filter',
  'sort',
  'limit',
  'cursor',
  'offset',
  'count',
  'q',
  'trash',
  'purpose',
]
const DEFAULT_LIMIT = 50
const MAX_LIMIT = 500
const MAX_EXPORT_LIMIT = 5_000
const MAX_OFFSET = 9_999_999
const MAX_FILTER_CHARS = 20_000

/** @throws RL104 naming the parameter */
export function parseListRequest(query: URLSearchParams): ListRequest {
  refuseUnknown(query, LIST_PARAMETERS)
  const select = query.get('select')
  const expand = query.get('expand')
  const cursor = parseCursor(query.get('cursor'))
  const isExport = parsePurpose(query.get('purpose'))
  return {
    select: select ? parseSelect(select) : undefined,
    expand: expand ? parseSelect(expand) : [],
    filter: parseFilter(query.get('filter')),
    sort: parseSort(query.get('sort')),
    limit: parseLimit(query.get('limit'), isExport ? MAX_EXPORT_LIMIT : MAX_LIMIT),
    cursor,
    offset: parseOffset(query.get('offset'), cursor !== undefined),
    count: parseCount(query.get('count')),
    search: query.get('q')?.normalize('NFC').trim().slice(0, 200) || undefined,
    isTrash: parseBoolean('trash', query.get('trash')),
    isExport,
  }
}

export function refuseUnknown(query: URLSearchParams, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (!known.includes(name)) {
      throw bad(name, `there is no parameter “${name}” here`, `Known parameters: ${known.join(', ')}.`)
    }
  }
}

export function bad(parameter: string, message: string, hint?: string): RelataError {
  return new RelataError('RL104', `Parameter “${parameter}”: ${message}.`, {
    problems: [{ path: parameter, key: 'bad_parameter', message }],
    ...(hint ? { hint } : {}),
  })
}

export function parseFilter(text: string | null): unknown {
  if (text === null || text === '') return undefined
  if (text.length > MAX_FILTER_CHARS) throw bad('filter', `it is longer than ${MAX_FILTER_CHARS} characters`)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw bad(
      'filter',
      `it is not JSON (${error instanceof Error ? error.message : 'syntax'})`,
      'Write a JSON-Logic rule: {"==":[{"var":"name"},"Ann"]}.',
    )
  }
}

export function parseSort(text: string | null): SortKey[] {
  if (!text) return []
  const keys = text.split(',').map((part): SortKey => {
    const direction = part.startsWith('-') ? 'desc' : 'asc'
    const path = part.replace(/^[-+]/, '').trim()
    if (!/^[a-z][a-z0-9_.]*$/.test(path)) throw bad('sort', `“${part}” is not a field`)
    return { path, direction }
  })
  if (keys.length > 5) throw bad('sort', 'at most five fields can be sorted by')
  const twice = keys.find((key, index) => keys.findIndex((other) => other.path === key.path) < index)
  if (twice) throw bad('sort', `“${twice.path}” stands there twice`)
  return keys
}

function parsePurpose(text: string | null): boolean {
  if (text === null || text === 'export') return text !== null
  throw bad('purpose', 'it can be “export” only')
}

export function parseLimit(text: string | null, most = MAX_LIMIT): number {
  if (text === null) return DEFAULT_LIMIT
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN
  if (!(limit >= 1 && limit <= most)) throw bad('limit', `it must be a whole number from 1 to ${most}`)
  return limit
}

function parseOffset(text: string | null, hasCursor: boolean): number {
  if (text === null) return 0
  if (!/^\d{1,7}$/.test(text)) throw bad('offset', `it must be a whole number from 0 to ${MAX_OFFSET}`)
  if (hasCursor) throw bad('offset', 'a cursor says already where the rows begin', 'Send one of the two.')
  return Number(text)
}

function parseCount(text: string | null): ListRequest['count'] {
  if (text === null || text === 'false') return 'none'
  if (text === 'true') return 'capped'
  if (text === 'exact') return 'exact'
  throw bad('count', 'it must be true, exact or false')
}

export function parseBoolean(name: string, text: string | null): boolean {
  if (text === null || text === 'false') return false
  if (text === 'true') return true
  throw bad(name, 'it must be true or false')
}

/** The inverse of `parseCursor`: opaque to callers, URL-safe. */
export function makeCursor(values: readonly (string | null)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}

export function parseCursor(text: string | null): ListRequest['cursor'] {
  if (!text) return undefined
  try {
    const values: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    if (Array.isArray(values) && values.length <= 6 && values.every((value) => value === null || isCursorText(value)))
      return values
  } catch {
    // falls through to the one refusal
  }
  throw bad('cursor', 'it did not come from this server', 'Start again without a cursor.')
}

function isCursorText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\u0000') && value.isWellFormed()
}
