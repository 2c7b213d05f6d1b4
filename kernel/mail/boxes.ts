// Which tenants have mail that waits, beside all of them: nobody could load what every tenant is made of twice a minute
// just to ask. A hint, no more: a box too many is looked into in vain.
import { AUTH_SCHEMA } from '../auth/library.ts'
import type { Database, Queryable } from '../run/database.ts'

const TABLE = `${AUTH_SCHEMA}.mail_box`

export const BOXES_TABLE = `CREATE TABLE IF NOT EXISTS ${TABLE} (schema text PRIMARY KEY, due_at timestamptz NOT NULL)`

/** Before the message is put there. */
export async function announceBox(database: Queryable, schema: string): Promise<void> {
  await database.query(
    `INSERT INTO ${TABLE} (schema, due_at) VALUES ($1, clock_timestamp())
     ON CONFLICT (schema) DO UPDATE SET due_at = least(${TABLE}.due_at, excluded.due_at)`,
    [schema],
  )
}

export async function dueBoxes(database: Queryable): Promise<string[]> {
  const rows = await database.query(`SELECT schema FROM ${TABLE} WHERE due_at <= now()`)
  return rows.map(([schema]) => schema ?? '')
}

/**
 * Runs `work` and notes when the box is due again. What is announced meanwhile counts, and who dies meanwhile is followed
 * by another process.
 * @param work answers in how many milliseconds more is due; null: nothing waits
 */
export async function lookAfterBox(
  database: Database,
  schema: string,
  work: () => Promise<number | null>,
): Promise<number | null> {
  const [lease] = await database.query(
    `UPDATE ${TABLE} SET due_at = clock_timestamp() + interval '5 minutes' WHERE schema = $1 RETURNING due_at::text`,
    [schema],
  )
  const inMs = await work()
  const leased = lease?.[0]
  if (!leased) return inMs
  if (inMs === null)
    await database.query(`DELETE FROM ${TABLE} WHERE schema = $1 AND due_at = $2::timestamptz`, [schema, leased])
  else
    await database.query(
      `UPDATE ${TABLE} SET due_at = now() + $3::float8 * interval '1 millisecond' WHERE schema = $1 AND due_at = $2::timestamptz`,
      [schema, leased, String(inMs)],
    )
  return inMs
}
