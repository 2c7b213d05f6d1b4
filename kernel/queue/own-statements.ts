// What pg-boss has no call for, as statements on its tables. They touch rows of the installation's queue alone.
import type { BossDatabase } from './boss-database.ts'
import { keyPrefix, SILENT_S } from './kinds.ts'

export const SCHEMA = 'pgboss'
export const JOB = `${SCHEMA}.job`

/** What waits for its next try is due now. */
export async function hurry(db: BossDatabase, schema: string, kind: string, prefix: string): Promise<void> {
  await db.executeSql(
    `UPDATE ${JOB} SET start_after = now() WHERE name = $1 AND group_id = $2 AND state = 'retry' AND starts_with(singleton_key, $3)`,
    [kind, schema, keyPrefix(schema, prefix)],
  )
}

/** What nobody has begun. */
export async function removeWaiting(
  db: BossDatabase,
  schema: string,
  only?: { kind: string; keyPrefix?: string },
): Promise<void> {
  await db.executeSql(
    `DELETE FROM ${JOB} WHERE group_id = $1 AND state < 'active' AND ($2::text IS NULL OR name = $2) AND starts_with(singleton_key, $3)`,
    [schema, only?.kind ?? null, keyPrefix(schema, only?.keyPrefix)],
  )
}

/** Waits or is under way, what is due in more than a minute left out. */
export async function countWaiting(db: BossDatabase, schema: string): Promise<number> {
  const { rows } = await db.executeSql(
    `SELECT count(*)::int AS count FROM ${JOB} WHERE group_id = $1 AND state < 'completed' AND start_after < now() + interval '1 minute'`,
    [schema],
  )
  return Number(rows[0]?.count)
}

/**
 * Gives back at once what a process held that has gone silent; pg-boss does so too, but only after a longer while, and
 * with the pause of a failure. @returns kinds of which there was some
 */
export async function takeOver(db: BossDatabase, kinds: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.executeSql(
    `UPDATE ${JOB} SET state = 'retry', start_after = now() WHERE name = ANY($1) AND state = 'active' AND heartbeat_on < now() - interval '${SILENT_S} seconds' RETURNING name`,
    [kinds],
  )
  return new Set(rows.map(({ name }) => String(name)))
}
