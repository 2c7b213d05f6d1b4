// Webhooks as administrators keep them, records of `system.webhook`, and what the server notes on them. Their secrets are
// opened here and nowhere else.
import { rolesOf } from '../auth/tenant-access.ts'
import { runSql, systemTable } from '../auth/system-table.ts'
import { secretPlace } from '../plan/field-value.ts'
import type { Keyring } from '../platform/secret.ts'
import type { Queryable } from '../run/database.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import { join, param, type Sql, sql } from '../sql/sql.ts'

export const WEBHOOK_ENTITY = 'system.webhook'

/** What the dispatcher asks of each event. */
export interface Interest {
  id: string
  name: string
  /** Names of entities; empty: all. */
  entities: ReadonlySet<string>
  operations: ReadonlySet<string>
}

export interface Webhook {
  id: string
  name: string
  url: string
  secret: string
  role: string
  isActive: boolean
  isFailing: boolean
}

/** Those that are active. */
export async function listInterests(queryable: Queryable, { model }: LoadedTenant): Promise<Interest[]> {
  if (!model.find(WEBHOOK_ENTITY)) return []
  const { name, column: col } = systemTable(model, WEBHOOK_ENTITY)
  const list = (field: string): Sql => sql`array_to_json(${col(field)})::text`
  const rows = await runSql(
    queryable,
    sql`SELECT ${col('id')}, ${col('name')}, ${list('entities')}, ${list('operations')} FROM ${name} WHERE ${col('deleted_at')} IS NULL AND ${col('active')}`,
  )
  return rows.map(([id, called, entities, operations]) => ({
    id: id ?? '',
    name: called ?? '',
    entities: new Set(rolesOf(entities)),
    operations: new Set(rolesOf(operations)),
  }))
}

export async function findWebhook(
  queryable: Queryable,
  { tenant, model }: LoadedTenant,
  keys: Pick<Keyring, 'open'>,
  id: string,
): Promise<Webhook | undefined> {
  if (!model.find(WEBHOOK_ENTITY)) return undefined
  const { entity, name, column: col, value } = systemTable(model, WEBHOOK_ENTITY)
  const columns = ['name', 'url', 'secret', 'role', 'active', 'failing_since'].map((one) => col(one))
  const [row] = await runSql(
    queryable,
    sql`SELECT ${join(columns, ', ')} FROM ${name} WHERE ${col('id')} = ${value('id', id)} AND ${col('deleted_at')} IS NULL`,
  )
  if (!row) return undefined
  const [called, url, sealed, role, active, failingSince] = row
  const place = secretPlace(tenant.schema, entity.entity.id, entity.field('secret')?.id ?? '', id)
  return {
    id,
    name: called ?? '',
    url: url ?? '',
    secret: sealed ? keys.open(sealed, place) : '',
    role: role ?? '',
    isActive: active === 't',
    isFailing: failingSince !== null && failingSince !== undefined,
  }
}

/** Written at most so often while nothing is wrong. */
const NOTED_EVERY_S = 30

export async function noteDelivered(queryable: Queryable, { model }: LoadedTenant, id: string): Promise<void> {
  const { name, column: col, value } = systemTable(model, WEBHOOK_ENTITY)
  const isNews = sql`${col('failing_since')} IS NOT NULL OR ${col('state')} IS DISTINCT FROM ${value('state', 'working')}
    OR ${col('delivered_at')} IS NULL OR ${col('delivered_at')} < now() - ${param(String(NOTED_EVERY_S), 'int4')} * interval '1 second'`
  await runSql(
    queryable,
    sql`UPDATE ${name} SET ${col('state')} = ${value('state', 'working')}, ${col('failing_since')} = NULL, ${col('error')} = NULL, ${col('delivered_at')} = now()
    WHERE ${col('id')} = ${value('id', id)} AND (${isNews})`,
  )
}

/** @param offAfterDays of failing without a break; 0: at once @returns whether it is switched off now */
export async function noteFailed(
  queryable: Queryable,
  { model }: LoadedTenant,
  id: string,
  error: string,
  offAfterDays: number,
): Promise<boolean> {
  const { name, column: col, value } = systemTable(model, WEBHOOK_ENTITY)
  const since = sql`COALESCE(${col('failing_since')}, now())`
  const isOver = sql`${since} <= now() - ${param(String(offAfterDays), 'int4')} * interval '1 day'`
  const rows = await runSql(
    queryable,
    sql`UPDATE ${name} SET ${col('failing_since')} = ${since}, ${col('error')} = ${value('error', error)},
      ${col('state')} = CASE WHEN ${isOver} THEN ${value('state', 'switched_off')} ELSE ${value('state', 'failing')} END,
      ${col('active')} = NOT (${isOver}),
      ${col('version')} = ${col('version')} + CASE WHEN ${isOver} THEN 1 ELSE 0 END
    WHERE ${col('id')} = ${value('id', id)} AND ${col('active')} RETURNING ${col('active')}`,
  )
  return rows[0]?.[0] === 'f'
}

/** Somebody has changed it: from now on it is judged anew. */
export async function forgetFailures(queryable: Queryable, model: LoadedTenant['model'], ids: Sql): Promise<void> {
  const { name, column: col, value } = systemTable(model, WEBHOOK_ENTITY)
  await runSql(
    queryable,
    sql`UPDATE ${name} SET ${col('failing_since')} = NULL, ${col('error')} = NULL, ${col('state')} = ${value('state', 'new')}
    WHERE ${col('id')} = ANY(${ids}) AND ${col('state')} IN (${value('state', 'failing')}, ${value('state', 'switched_off')})`,
  )
}
