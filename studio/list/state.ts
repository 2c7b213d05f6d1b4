// The state of a list as its address says it. Nothing of a list is kept elsewhere but for widths of columns, the scroll
// position and the selection.
import type { WireValue } from '../../sdk/wire/records.ts'
import { type ClientView, meta } from '../app/meta.ts'

export interface Chip {
  /** Path from the listed entity: `stage`, `employer.name`. */
  path: string
  operator: string
  /** null for operators without a value, and while none is given. */
  value: WireValue
}

export interface SortKey {
  path: string
  direction: 'asc' | 'desc'
}

export interface ListState {
  view: ClientView | undefined
  chips: readonly Chip[]
  sort: readonly SortKey[]
  /** Paths, in order. */
  columns: readonly string[]
  q: string
}

/** ?view=&filter=&sort=&columns=&q= → state; what is left out is as the view has it, what is not understood is left out. */
export function readState(entity: string, query: URLSearchParams): ListState {
  const views = meta.views(entity)
  const view = views.find(({ name }) => name === query.get('view')) ?? views[0]
  const columns = (query.get('columns') ?? '').split(',').filter((path) => meta.field(entity, path))
  const sort = query.get('sort')
  return {
    view,
    chips: readChips(query.get('filter')),
    sort:
      sort === null ? (view?.sort ?? []).map(({ field, direction }) => ({ path: field, direction })) : readSort(sort),
    columns: columns.length > 0 ? columns : viewColumns(view),
    q: query.get('q') ?? '',
  }
}

export const viewColumns = (view: ClientView | undefined): readonly string[] => {
  const columns = view?.columns.map(({ field }) => field) ?? []
  return columns.length > 0 ? columns : ['display_name']
}

const PATH = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,3}$/

/** `[["stage","is","won"],["email","empty"]]` */
export function readChips(text: string | null): Chip[] {
  if (!text) return []
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) ? parsed.flatMap((one) => readChip(one)) : []
  } catch {
    return []
  }
}
function readChip(one: unknown): Chip[] {
  if (!Array.isArray(one)) return []
  const [path, operator, value = null]: unknown[] = one
  if (typeof path !== 'string' || !PATH.test(path) || typeof operator !== 'string' || !isWireValue(value)) return []
  return [{ path, operator, value }]
}
/** Whatever JSON.parse gives is one; the check is for the compiler and for undefined. */
const isWireValue = (value: unknown): value is WireValue => value !== undefined && typeof value !== 'function'

export function writeChips(chips: readonly Chip[]): string | null {
  if (chips.length === 0) return null
  return JSON.stringify(
    chips.map(({ path, operator, value }) => (value === null ? [path, operator] : [path, operator, value])),
  )
}

export function readSort(text: string): SortKey[] {
  return text
    .split(',')
    .map((part): SortKey => ({ path: part.replace(/^-/, ''), direction: part.startsWith('-') ? 'desc' : 'asc' }))
    .filter(({ path }) => PATH.test(path))
}
export const writeSort = (sort: readonly SortKey[]): string =>
  sort.map(({ path, direction }) => (direction === 'desc' ? `-${path}` : path)).join(',')

/** A click on a header: ascending, descending, as the view has it. With `isAdded` behind the keys there are. */
export function nextSort(sort: readonly SortKey[], path: string, isAdded: boolean): SortKey[] | null {
  const present = sort.find((key) => key.path === path)
  const others = isAdded ? sort.filter((key) => key.path !== path) : []
  if (!present || (!isAdded && sort.length > 1)) return [...others, { path, direction: 'asc' }]
  if (present.direction === 'asc')
    return isAdded
      ? sort.map((key) => (key.path === path ? { path, direction: 'desc' } : key))
      : [{ path, direction: 'desc' }]
  return others.length > 0 ? others : null
}
