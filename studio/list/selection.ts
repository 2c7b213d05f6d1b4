// Which records are chosen. Each change gives a new object, so that what draws it notices.
import type { WireRecord } from '../../sdk/wire/records.ts'

export class Selection {
  readonly #chosen: ReadonlyMap<string, WireRecord>
  /** Everything that is loaded, or everything there is. */
  readonly isAll: boolean
  /** Row that was touched last: where a range begins. */
  readonly anchor: number
  /** Another number for every change. */
  readonly version: number

  constructor(chosen: ReadonlyMap<string, WireRecord> = new Map(), { isAll = false, anchor = -1, version = 0 } = {}) {
    this.#chosen = chosen
    this.isAll = isAll
    this.anchor = anchor
    this.version = version
  }

  get size(): number {
    return this.#chosen.size
  }
  get items(): WireRecord[] {
    return [...this.#chosen.values()]
  }
  has(id: string): boolean {
    return this.#chosen.has(id)
  }

  /** One row, or with `isRange` all from the last touched one to it. @param rowAt loaded rows by number */
  toggle(index: number, isRange: boolean, rowAt: (index: number) => WireRecord | undefined): Selection {
    const touched = rowAt(index)
    if (!touched) return this
    const next = new Map(this.#chosen)
    const isOn = !this.#chosen.has(touched.id)
    const from = isRange && this.anchor >= 0 ? this.anchor : index
    for (let row = Math.min(from, index); row <= Math.max(from, index); row++) {
      const record = rowAt(row)
      if (record && isOn) next.set(record.id, record)
      else if (record) next.delete(record.id)
    }
    return new Selection(next, { anchor: index, version: this.version + 1 })
  }

  withAll(records: readonly WireRecord[]): Selection {
    return new Selection(new Map(records.map((record) => [record.id, record])), {
      isAll: true,
      version: this.version + 1,
    })
  }
  cleared(): Selection {
    return new Selection(new Map(), { version: this.version + 1 })
  }
}
