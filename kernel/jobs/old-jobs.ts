// Jobs that have long been over go, and their faces with them.
import { RelataError } from '../../sdk/errors.ts'
import { systemActor, systemContext } from '../auth/index.ts'
import type { Database, Queryable } from '../run/database.ts'
import { forgetRecords } from '../run/trash-records.ts'
import { JOB_KINDS } from '../schema/later-work.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import { ident, sql, toStatement } from '../sql/sql.ts'
import { JOB_ENTITY } from './job-rows.ts'

const KEPT_DAYS = 30
const AT_ONCE = 500

/**
 * Finished jobs older than 30 days. A face that other records may not lose stays.
 * @param load called only when there is something to remove
 * @returns how many jobs went
 */
export async function removeOldJobs(
  database: Database,
  schema: string,
  load: () => Promise<LoadedTenant>,
): Promise<number> {
  const table = toStatement(sql`${ident(schema, '_job')}`).text
  // A roll-up that could not be computed shows no values because of that job, which stays until another one has done it.
  const isReason = `kind = '${JOB_KINDS.rollups}' AND state <> 'done'`
  const old = `SELECT id FROM ${table} WHERE finished_at < now() - interval '${KEPT_DAYS} days' AND NOT (${isReason})`
  let removed = 0
  for (;;) {
    const [any] = await database.query(`${old} LIMIT 1`)
    if (!any) return removed
    const loaded = await load()
    const count = await database.transaction(async (tx) => {
      // Another process may be at it too.
      const rows = await tx.query(
        `DELETE FROM ${table} WHERE id IN (${old} ORDER BY id LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED) RETURNING id`,
      )
      await forgetFaces(
        tx,
        loaded,
        rows.map(([id]) => id ?? ''),
      )
      return rows.length
    })
    removed += count
    if (count < AT_ONCE) return removed
  }
}

async function forgetFaces(tx: Queryable, loaded: LoadedTenant, ids: readonly string[]): Promise<void> {
  const entity = loaded.model.find(JOB_ENTITY)
  if (!entity || ids.length === 0) return
  const context = systemContext(loaded, systemActor(loaded.tenant))
  try {
    await forgetRecords(context, tx, entity, ids)
  } catch (error) {
    if (!(error instanceof RelataError) || error.code !== 'RL209') throw error
    const [only, another] = ids
    if (only === undefined || another === undefined) return
    for (const id of ids) await forgetFaces(tx, loaded, [id])
  }
}
