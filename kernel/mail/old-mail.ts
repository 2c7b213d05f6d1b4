// Messages are about people: what was sent, given up or kept goes after a while, whoever has seen it.
import { systemActor, systemContext } from '../auth/members.ts'
import { runSql, systemTable } from '../auth/system-table.ts'
import type { Database } from '../run/database.ts'
import { forgetRecords } from '../run/trash-records.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import { param, sql } from '../sql/sql.ts'
import { MAIL_ENTITY } from './outbox.ts'

export const KEPT_DAYS = 90
const AT_ONCE = 200

/** Asked whenever the tenant has mail to send, so that no round of its own is needed; the rest goes the next time. */
export async function removeOldMail(database: Database, loaded: LoadedTenant): Promise<void> {
  const { entity, name, column: col, value } = systemTable(loaded.model, MAIL_ENTITY)
  const old = sql`SELECT ${col('id')} FROM ${name} WHERE ${col('state')} <> ${value('state', 'queued')}
    AND ${col('created_at')} < now() - ${param(String(KEPT_DAYS), 'int4')} * interval '1 day'
    ORDER BY ${col('id')} LIMIT ${param(String(AT_ONCE), 'int4')}`
  const [any] = await runSql(database, old)
  if (!any) return
  await database.transaction(async (tx) => {
    const rows = await runSql(tx, sql`${old} FOR UPDATE SKIP LOCKED`)
    const ids = rows.map(([id]) => id ?? '')
    if (ids.length > 0) await forgetRecords(systemContext(loaded, systemActor(loaded.tenant)), tx, entity, ids)
  })
}
