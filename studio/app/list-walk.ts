// The list a record was opened from: previous, next and the way back, without asking the server again.
interface Walk {
  entity: string
  ids: readonly string[]
  /** Address of the list, with its state. */
  href: string
}

let last: Walk | undefined

/** Called by the list page with the rows it holds, in their order. */
export function rememberWalk(walk: Walk): void {
  last = walk
}

export interface Neighbours {
  previous: string | undefined
  next: string | undefined
  /** Counted from 1. */
  position: number
  listHref: string
}

/** undefined when this record was not opened from a list. */
export function neighboursOf(entity: string, id: string): Neighbours | undefined {
  if (!last || last.entity !== entity) return undefined
  const at = last.ids.indexOf(id)
  if (at < 0) return undefined
  return { previous: last.ids[at - 1], next: last.ids[at + 1], position: at + 1, listHref: last.href }
}
