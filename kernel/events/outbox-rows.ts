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

/** Id of the event that was told last; `0` when there is none. */
export async function lastToldId(database: Queryable, schema: string): Promise<string> {
  const [row] = await database.query(
    `SELECT id FROM ${table(schema)} WHERE dispatched_at IS NOT NULL ORDER BY id DESC LIMIT 1`,
  )
  return row?.[0] ?? '0'
}

/** Writes that take longer are told after others with higher ids: by how many ids, at most. */
const LATE_IDS = 5_000

/**
 * What was told after this event, in the order in which it was told.
 * @returns undefined: it is not known any more, or there are more than `most`
 */
export async function changesSince(
  database: Queryable,
  schema: string,
  id: string,
  most: number,
): Promise<Pick<OutboxEvent, 'id' | 'entity' | 'records'>[] | undefined> {
  if (!/^\d{1,18}$/.test(id)) return undefined
  const [last] = await database.query(`SELECT dispatched_at FROM ${table(schema)} WHERE id = $1::int8`, [id])
  const toldAt = last?.[0]
  if (!toldAt) return undefined
  const rows = await database.query(
    `SELECT id, entity, record, to_json(records) FROM ${table(schema)}
     WHERE id > $1::int8 - ${LATE_IDS} AND dispatched_at > $2::timestamptz ORDER BY dispatched_at, id LIMIT ${most + 1}`,
    [id, toldAt],
  )
  if (rows.length > most) return undefined
  return rows.map(([own, entity, record, records]) => ({
    id: own ?? '',
    entity: entity ?? '',
    records: record ? [record] : JSON.parse(records ?? '[]'),
  }))
}
