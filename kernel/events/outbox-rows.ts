// The outbox of one tenant: which events are to be told, which can be told again, and which are old.
import type { RecordOperation } from '../../sdk/plugin/behaviour.ts'
import { RECORD_OPERATIONS } from '../../sdk/plugin/behaviour.ts'
import type { Queryable, RawRow } from '../run/database.ts'
import { ident, toStatement } from '../sql/sql.ts'
import type { OutboxEvent } from './contract.ts'

const table = (schema: string): string => toStatement(ident(schema, '_outbox')).text

const COLUMNS = `o.id, o.entity, o.record, to_json(o.records), o.version, o.operation,
  to_char(o.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), o.actor, o.on_behalf, o.depth, to_json(o.changed)`

function eventOf(row: RawRow): OutboxEvent {
  const [id, entity, record, records, version, operation, at, actor, onBehalf, depth, changed] = row
  return {
    id: id ?? '',
    entity: entity ?? '',
    records: record ? [record] : JSON.parse(records ?? '[]'),
    version: version === null || version === undefined ? null : Number(version),
    operation: operationOf(operation ?? ''),
    at: at ?? '',
    actor: actor ?? null,
    onBehalf: onBehalf ?? null,
    depth: Number(depth),
    changed: JSON.parse(changed ?? '[]'),
  }
}

/** `purge`, too, is a deletion to whoever hears of it. */
const operationOf = (text: string): RecordOperation => RECORD_OPERATIONS.find((one) => one === text) ?? 'delete'

const inOrder = (events: OutboxEvent[]): OutboxEvent[] =>
  events.sort((one, other) => (BigInt(one.id) < BigInt(other.id) ? -1 : 1))

/**
 * The oldest that nobody was told of, marked as told. Within one record ids follow the order of the writes, since a write
 * draws its id while it holds the row.
 */
export async function claimEvents(tx: Queryable, schema: string, limit: number): Promise<OutboxEvent[]> {
  const rows = await tx.query(
    `WITH open AS (
       SELECT id FROM ${table(schema)} WHERE dispatched_at IS NULL ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED
     )
     UPDATE ${table(schema)} AS o SET dispatched_at = now() FROM open WHERE o.id = open.id RETURNING ${COLUMNS}`,
  )
  return inOrder(rows.map(eventOf))
}

export async function hasOpenEvents(database: Queryable, schema: string): Promise<boolean> {
  const rows = await database.query(`SELECT 1 FROM ${table(schema)} WHERE dispatched_at IS NULL LIMIT 1`)
  return rows.length > 0
}

/** Told before, after `afterId` and up to `toId`, in order. */
export async function toldEvents(
  database: Queryable,
  schema: string,
  { afterId, toId, limit }: { afterId: string; toId: string; limit: number },
): Promise<OutboxEvent[]> {
  const rows = await database.query(
    `SELECT ${COLUMNS} FROM ${table(schema)} AS o
     WHERE o.id > $1::int8 AND o.id <= $2::int8 AND o.dispatched_at IS NOT NULL ORDER BY o.id LIMIT ${limit}`,
    [afterId, toId],
  )
  return rows.map(eventOf)
}

export interface ToldRange {
  /** Nothing before and with it. */
  afterId: string
  toId: string
  count: number
}

/** @param since ISO 8601, or absent */
export async function toldRange(
  database: Queryable,
  schema: string,
  { fromId, since }: { fromId?: string; since?: string },
): Promise<ToldRange> {
  const [row] = await database.query(
    `SELECT COALESCE(min(id) - 1, 0), COALESCE(max(id), 0), count(*) FROM ${table(schema)}
     WHERE dispatched_at IS NOT NULL AND id >= COALESCE($1::int8, 0) AND ($2::timestamptz IS NULL OR at >= $2::timestamptz)`,
    [fromId ?? null, since ?? null],
  )
  return { afterId: row?.[0] ?? '0', toId: row?.[1] ?? '0', count: Number(row?.[2]) }
}

/** Told so long ago that nobody asks for it again. @returns how many went */
export async function removeOldEvents(database: Queryable, schema: string, keptDays: number): Promise<number> {
  const limit = 5_000
  let removed = 0
  for (;;) {
    // The oldest stand at the beginning of the index; younger ones are not looked at.
    const rows = await database.query(
      `DELETE FROM ${table(schema)} WHERE id IN (SELECT id FROM ${table(schema)} ORDER BY id LIMIT ${limit})
       AND dispatched_at < now() - $1::int4 * interval '1 day' RETURNING id`,
      [String(keptDays)],
    )
    removed += rows.length
    if (rows.length < limit) return removed
  }
}
