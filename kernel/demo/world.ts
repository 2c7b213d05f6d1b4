// All rows made so far, by id, entity and country: what references point to.
import type { Made } from './scene.ts'

const NONE: readonly Made[] = []

export class World {
  /** "Now" of the demo, in ms; dates are counted from here. */
  readonly nowMs: number
  private readonly ids = new Map<string, Made>()
  private readonly lists = new Map<string, Made[]>()
  private readonly indexes = new Map<string, { upTo: number; byValue: Map<string, Made[]> }>()

  constructor(nowMs: number) {
    this.nowMs = nowMs
  }

  add(made: Made): void {
    this.ids.set(made.id, made)
    push(this.lists, made.entity, made)
    push(this.lists, countryKey(made.entity, made.country.code), made)
  }

  find(id: string): Made | undefined {
    return this.ids.get(id)
  }

  all(entity: string): readonly Made[] {
    return this.lists.get(entity) ?? NONE
  }

  inCountry(entity: string, country: string): readonly Made[] {
    return this.lists.get(countryKey(entity, country)) ?? NONE
  }

  /** Rows of an entity whose field holds this text. */
  where(entity: string, field: string, value: string): readonly Made[] {
    const rows = this.all(entity)
    const key = `${entity} ${field}`
    let index = this.indexes.get(key)
    if (!index) this.indexes.set(key, (index = { upTo: 0, byValue: new Map() }))
    for (; index.upTo < rows.length; index.upTo++) {
      const made = rows[index.upTo]
      if (made) push(index.byValue, String(made.row[field] ?? made.lets[field] ?? ''), made)
    }
    return index.byValue.get(value) ?? NONE
  }
}

const countryKey = (entity: string, country: string): string => `${entity}@${country}`

function push(lists: Map<string, Made[]>, key: string, made: Made): void {
  const list = lists.get(key)
  if (list) list.push(made)
  else lists.set(key, [made])
}
