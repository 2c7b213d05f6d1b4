// Rows of one list by number. The first page says how many there are; what follows a page that was loaded is asked for by
// its cursor, any other place by its number, so that the scroll bar reaches everywhere with one question.
import type { ListAnswer, WireRecord } from '../../sdk/wire/records.ts'
import { type ListQuery, records } from '../app/records.ts'

export const PAGE_ROWS = 100
/** The longest page of the server. */
const LONGEST_PAGE = 500
/** The server skips no more rows. */
const LAST_OFFSET = 9_999_999

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
  readonly #cursors = new Map<number, string>()
  /** Number of rows when the end has been seen. */
  #end: number | undefined
  /** One past the last row that was loaded, or that is to be shown: the scroll bar must reach it until the end is known. */
  #reached = 0
  /** How long the first answer took. */
  firstAnswerMs = 0

  constructor(entity: string, query: ListQuery) {
    this.entity = entity
    this.query = query
  }

  /** Rows that the scroll bar stands for. */
  get size(): number {
    if (this.#end !== undefined) return this.#end
    if (this.count?.isExact) return Math.max(this.count.value, this.#reached)
    return Math.max(this.count?.value ?? 0, this.#reached) + PAGE_ROWS
  }

  /** Make room for this row before anything is loaded. */
  reserve(row: number): void {
    this.#reached = Math.max(this.#reached, row)
  }

  /** In the order of the list, as far as loaded. */
  get ordered(): readonly WireRecord[] {
    return [...this.loaded].sort(([a], [b]) => a - b).map(([, record]) => record)
  }

  /** The loaded rows around this one, without a gap: its neighbours in the list. */
  around(id: string): readonly WireRecord[] {
    const [at] = [...this.loaded].find(([, record]) => record.id === id) ?? []
    if (at === undefined) return []
    let first = at
    while (this.loaded.has(first - 1)) first--
    const run: WireRecord[] = []
    for (let row = first; ; row++) {
      const record = this.loaded.get(row)
      if (!record) return run
      run.push(record)
    }
  }

  /** Is this page away from all that was loaded? Scrolling on, up or down, is no jump. */
  isJump(number: number): boolean {
    const from = number * PAGE_ROWS
    return number > 0 && !this.#cursors.has(from) && !this.loaded.has(from + PAGE_ROWS)
  }

  /** @throws ApiError */
  async page(number: number): Promise<readonly WireRecord[]> {
    const from = number * PAGE_ROWS
    if ((this.#end !== undefined && from >= this.#end) || from > LAST_OFFSET) return []
    const asked = performance.now()
    const answer = await records.list(this.entity, { ...this.query, limit: PAGE_ROWS, ...this.#placeOf(from) })
    const { data } = answer
    this.firstAnswerMs ||= performance.now() - asked
    data.forEach((record, index) => this.loaded.set(from + index, record))
    this.#note(from, answer)
    if (data.length === 0 && from > 0) await this.#findEnd()
    return data
  }

  /** Rows went away since they were counted. */
  async #findEnd(): Promise<void> {
    await this.loadCount(true)
    this.#end = this.count?.value ?? 0
  }

  /**
   * Counting the hits of a search reads everything, finding the first of them does not: only then are they counted
   * apart, after the rows. @throws ApiError
   */
  async loadCount(exact = false): Promise<Count | undefined> {
    const { sort: _, ...query } = this.query
    const { count } = await records.list(this.entity, {
      ...query,
      select: 'id',
      limit: 1,
      count: exact ? 'exact' : true,
    })
    if (count && this.#end === undefined) this.count = { value: count.value, isExact: count.exact }
    return this.count
  }

  #placeOf(from: number): Pick<ListQuery, 'cursor' | 'offset' | 'count'> {
    if (from === 0) return this.query.q === undefined ? { count: true } : {}
    const cursor = this.#cursors.get(from)
    return cursor === undefined ? { offset: from } : { cursor }
  }

  #note(from: number, { data, next, count }: ListAnswer): void {
    const row = from + data.length
    if (count && !this.count?.isExact) this.count = { value: count.value, isExact: count.exact }
    // Nothing at all at a place beyond the first row does not say where the end is.
    if (next === null && (data.length > 0 || from === 0)) {
      this.#end = row
      this.count = { value: row, isExact: true }
    } else if (next !== null) this.#cursors.set(row, next)
    if (data.length > 0) this.#reached = Math.max(this.#reached, row)
  }
}

/** All rows that match, in long pages. @throws ApiError */
export async function* allRows(
  entity: string,
  query: ListQuery,
  signal?: AbortSignal,
): AsyncGenerator<readonly WireRecord[]> {
  let cursor: string | undefined
  for (;;) {
    signal?.throwIfAborted()
    const { data, next } = await records.list(entity, {
      ...query,
      limit: LONGEST_PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    })
    yield data
    if (next === null) return
    cursor = next
  }
}
