// Rows of one list by number, over pages that can only be asked for one after the other (keyset paging). Where the list
// is short enough to be counted, any place of the scroll bar can be reached: the way there is walked in long, light
// steps. Longer lists grow as they are scrolled.
import type { WireRecord } from '../../sdk/wire/records.ts'
import { type ListQuery, records } from '../app/records.ts'

export const PAGE_ROWS = 100
/** The longest page of the server. */
const STEP_ROWS = 500

export interface Count {
  value: number
  isExact: boolean
}

export class Rows {
  readonly entity: string
  readonly query: ListQuery
  /** Every row that was loaded, by its number. */
  readonly loaded = new Map<number, WireRecord>()
  count: Count | undefined
  /** Row number → cursor of the page that starts there. */
  readonly #cursors = new Map<number, string | undefined>([[0, undefined]])
  /** Number of rows when the end has been seen. */
  #end: number | undefined
  /** One past the last row that was asked for, or that is to be shown: the scroll bar must reach it until the end is known. */
  #wanted = 0
  #walk: Promise<void> = Promise.resolve()

  constructor(entity: string, query: ListQuery) {
    this.entity = entity
    this.query = query
  }

  /** Rows that the scroll bar stands for. */
  get size(): number {
    if (this.#end !== undefined) return this.#end
    const reached = Math.max(this.#wanted, ...this.#cursors.keys())
    if (this.count?.isExact) return Math.max(this.count.value, reached)
    return reached + PAGE_ROWS
  }

  /** Make room for this row before anything is loaded. */
  reserve(row: number): void {
    this.#wanted = Math.max(this.#wanted, row)
  }

  /** In the order of the list, as far as loaded. */
  get ordered(): readonly WireRecord[] {
    return [...this.loaded].sort(([a], [b]) => a - b).map(([, record]) => record)
  }

  /** @throws ApiError */
  async page(number: number): Promise<readonly WireRecord[]> {
    const from = number * PAGE_ROWS
    // One walk at a time, or two would ask for the same steps.
    this.#walk = this.#walk.catch(() => undefined).then(() => this.#walkTo(from))
    await this.#walk
    if (this.#end !== undefined && from >= this.#end) return []
    const { data, next } = await records.list(this.entity, {
      ...this.query,
      limit: PAGE_ROWS,
      ...at(this.#cursors.get(from)),
    })
    data.forEach((record, index) => this.loaded.set(from + index, record))
    this.#note(from + data.length, next)
    return data
  }

  /** Asked beside the rows, so that they need not wait for it. @throws ApiError */
  async loadCount(exact = false): Promise<Count | undefined> {
    const { sort: _, ...query } = this.query
    const { count } = await records.list(this.entity, {
      ...query,
      select: 'id',
      limit: 1,
      count: exact ? 'exact' : true,
    })
    this.count = count && { value: count.value, isExact: count.exact }
    return this.count
  }

  async #walkTo(from: number): Promise<void> {
    while (!this.#cursors.has(from) && this.#end === undefined) {
      const start = Math.max(...[...this.#cursors.keys()].filter((row) => row < from))
      const limit = Math.min(STEP_ROWS, from - start)
      const { data, next } = await records.list(this.entity, {
        ...this.query,
        select: 'id',
        limit,
        ...at(this.#cursors.get(start)),
      })
      this.#note(start + data.length, next)
    }
  }

  #note(row: number, next: string | null): void {
    if (next === null) this.#end = row
    else this.#cursors.set(row, next)
  }
}

const at = (cursor: string | undefined): { cursor?: string } => (cursor === undefined ? {} : { cursor })

/** All ids that match, in long pages. @param onProgress rows so far @throws ApiError */
export async function* allRows(
  entity: string,
  query: ListQuery,
  signal?: AbortSignal,
): AsyncGenerator<readonly WireRecord[]> {
  let cursor: string | undefined
  for (;;) {
    signal?.throwIfAborted()
    const { data, next } = await records.list(entity, { ...query, limit: STEP_ROWS, ...at(cursor) })
    yield data
    if (next === null) return
    cursor = next
  }
}
