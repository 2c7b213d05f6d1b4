// What processes tell each other of a batch of events, so that those with open pages can tell them: entities and ids, in
// messages that NOTIFY carries.
import type { OutboxEvent } from '../contract.ts'

export const LIVE_CHANNEL = 'relata_live'

/** By id of the entity: ids of records, or `many`, too many to name. */
export type Changes = Map<string, Set<string> | 'many'>

export interface LiveMessage {
  schema: string
  /** Id of the last event in it: from where on a page that was away asks. NO_CURSOR: there was none. */
  cursor: string
  changes: Changes
}

export const NO_CURSOR = ''

/** PostgreSQL takes less than 8,000 bytes. */
const MOST_BYTES = 7_000
/** A page that has more of an entity to look at loads it anew. */
export const MOST_IDS = 150

export function changesOf(events: readonly Pick<OutboxEvent, 'entity' | 'records'>[]): Changes {
  const changes: Changes = new Map()
  for (const { entity, records } of events) addChange(changes, entity, records)
  return changes
}

export function addChange(changes: Changes, entity: string, records: Iterable<string> | 'many'): void {
  const known = changes.get(entity) ?? new Set()
  if (known === 'many' || records === 'many') {
    changes.set(entity, 'many')
    return
  }
  for (const id of records) known.add(id)
  changes.set(entity, known.size > MOST_IDS ? 'many' : known)
}

/** Cut into as many messages as it takes. */
export function writeMessages({ schema, cursor, changes }: LiveMessage): string[] {
  const parts = [...changes].map(([entity, ids]) => JSON.stringify([entity, ids === 'many' ? null : [...ids]]))
  const messages: string[][] = []
  let bytes = MOST_BYTES
  for (const part of parts) {
    if (bytes + part.length > MOST_BYTES) {
      messages.push([])
      bytes = 0
    }
    messages.at(-1)?.push(part)
    bytes += part.length
  }
  return messages.map((some) => `["${schema}","${cursor}",[${some.join(',')}]]`)
}

/** undefined: another version wrote it. */
export function readMessage(payload: string): LiveMessage | undefined {
  try {
    const [schema, cursor, parts] = JSON.parse(payload)
    const changes: Changes = new Map()
    for (const [entity, ids] of parts) changes.set(entity, ids === null ? 'many' : new Set(ids))
    return typeof schema === 'string' && typeof cursor === 'string' ? { schema, cursor, changes } : undefined
  } catch {
    return undefined
  }
}
