// A list that others work on: what they change is read anew, put in the place of what stands there, and nothing moves
// under the hands of whoever reads: neither the place in the list nor what they have chosen.
import { onMoved } from '../app/live.ts'
import type { Range } from './count.ts'
import { PAGE_ROWS, Rows } from './rows.ts'

export interface Followed {
  entity(): string
  rows(): Rows | undefined
  visible(): Range | null
  /** Shows these instead; the pages in view are read already. */
  take(rows: Rows): void
}

const SOON_MS = 300
/** A list that takes long to read is read so many times as seldom. */
const SHARE = 10

export class Follower {
  readonly #list: Followed
  #timer: number | undefined
  #isReading = false
  #tookMs = 0

  constructor(list: Followed) {
    this.#list = list
  }

  /** @returns the end */
  start(): () => void {
    const stop = onMoved(this.#list.entity, () => this.#soon())
    return () => {
      stop()
      clearTimeout(this.#timer)
    }
  }

  #soon(): void {
    clearTimeout(this.#timer)
    this.#timer = window.setTimeout(() => void this.#read(), Math.max(SOON_MS, this.#tookMs * SHARE))
  }

  async #read(): Promise<void> {
    const before = this.#list.rows()
    if (!before || this.#isReading) return
    this.#isReading = true
    const startedMs = performance.now()
    try {
      const rows = new Rows(before.entity, before.query)
      const { first, last } = this.#list.visible() ?? { first: 0, last: 0 }
      for (let page = 0; page <= Math.floor(last / PAGE_ROWS); page++)
        if (page === 0 || page >= Math.floor(first / PAGE_ROWS)) await rows.page(page)
      // Another list is shown meanwhile, or the person has written something, after which it was read anyway.
      if (this.#list.rows() === before) this.#list.take(rows)
    } catch {
      // What stands there stays; the next change, or the next question, tells more.
    } finally {
      this.#tookMs = performance.now() - startedMs
      this.#isReading = false
    }
  }
}
