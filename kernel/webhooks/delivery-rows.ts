// The log of deliveries, records of `system.webhook_delivery`: one for each attempt. Written here and not by the records
// API, so that it is no event itself.
import { runSql, systemTable } from '../auth/system-table.ts'
import { tellMoved } from '../events/live/tell.ts'
import type { Queryable } from '../run/database.ts'
import { newId } from '../run/new-id.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import { join, param, sql } from '../sql/sql.ts'

export const DELIVERY_ENTITY = 'system.webhook_delivery'

export interface DeliveryEntry {
  title: string
  webhook: string
  message: string
  /** null: a test. */
  event: string | null
  records: readonly string[]
  attempt: number
  /** null: there was no answer. */
  status: number | null
  durationMs: number
  /** The beginning of the answer. */
  answer: string | null
  /** null: it was delivered. */
  error: string | null
}

export async function logDelivery(
  queryable: Queryable,
  { model }: LoadedTenant,
  entry: DeliveryEntry,
): Promise<string> {
  const id = newId()
  if (!model.find(DELIVERY_ENTITY)) return id
  const { name, column, value } = systemTable(model, DELIVERY_ENTITY)
  const title = entry.title.slice(0, 250)
  const values: Record<string, string | null> = {
    id,
    display_name: title,
    title,
    webhook: entry.webhook,
    message: entry.message,
    event: entry.event,
    records: JSON.stringify(entry.records),
    state: entry.error === null ? 'delivered' : 'failed',
    status: entry.status === null ? null : String(entry.status),
    attempt: String(entry.attempt),
    duration_ms: String(Math.round(entry.durationMs)),
    answer: entry.answer,
    error: entry.error,
    at: new Date().toISOString(),
  }
  const names = Object.keys(values)
  const columns = names.map((one) => column(one))
  const list = names.map((one) => value(one, values[one] ?? null))
  await runSql(queryable, sql`INSERT INTO ${name} (${join(columns, ', ')}) VALUES (${join(list, ', ')})`)
  await tellMoved(queryable, model.snapshot.schema, model.entity(DELIVERY_ENTITY).entity.id, [id])
  return id
}

export interface LoggedDelivery {
  webhook: string
  event: string
  records: readonly string[]
}

/** undefined: there is none, or it was a test. */
export async function findDelivery(
  queryable: Queryable,
  { model }: LoadedTenant,
  id: string,
): Promise<LoggedDelivery | undefined> {
  const { name, column: col, value } = systemTable(model, DELIVERY_ENTITY)
  const columns = ['webhook', 'event', 'records'].map((one) => col(one))
  const [row] = await runSql(
    queryable,
    sql`SELECT ${join(columns, ', ')} FROM ${name} WHERE ${col('id')} = ${value('id', id)} AND ${col('deleted_at')} IS NULL`,
  )
  const [webhook, event, records] = row ?? []
  return webhook && event ? { webhook, event, records: JSON.parse(records ?? '[]') } : undefined
}

const AT_ONCE = 5_000

export async function removeOldDeliveries(
  queryable: Queryable,
  { model }: LoadedTenant,
  keptDays: number,
): Promise<number> {
  if (!model.find(DELIVERY_ENTITY)) return 0
  const { name, column: col } = systemTable(model, DELIVERY_ENTITY)
  const old = sql`SELECT ${col('id')} FROM ${name} WHERE ${col('at')} < now() - ${param(String(keptDays), 'int4')} * interval '1 day' LIMIT ${param(String(AT_ONCE), 'int4')}`
  let removed = 0
  for (;;) {
    const rows = await runSql(queryable, sql`DELETE FROM ${name} WHERE ${col('id')} IN (${old}) RETURNING 1`)
    removed += rows.length
    if (rows.length < AT_ONCE) return removed
  }
}
