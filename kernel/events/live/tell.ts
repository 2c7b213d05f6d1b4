// Telling the processes what has moved, for those that have pages open.
import type { Queryable } from '../../run/database.ts'
import type { OutboxEvent } from '../contract.ts'
import { type Changes, changesOf, LIVE_CHANNEL, NO_CURSOR, writeMessages } from './changes.ts'

/** Within the transaction of the dispatcher: a batch of events. */
export async function tellProcesses(tx: Queryable, schema: string, events: readonly OutboxEvent[]): Promise<void> {
  const cursor = events.at(-1)?.id
  if (cursor !== undefined) await notify(tx, schema, cursor, changesOf(events))
}

/** What the system notes by itself, which is no event. @param entity its id */
export async function tellMoved(
  tx: Queryable,
  schema: string,
  entity: string,
  records: readonly string[],
): Promise<void> {
  if (records.length > 0) await notify(tx, schema, NO_CURSOR, changesOf([{ entity, records }]))
}

async function notify(tx: Queryable, schema: string, cursor: string, changes: Changes): Promise<void> {
  await tx.query('SELECT pg_notify($1, m) FROM json_array_elements_text($2::text::json) AS m', [
    LIVE_CHANNEL,
    JSON.stringify(writeMessages({ schema, cursor, changes })),
  ])
}
