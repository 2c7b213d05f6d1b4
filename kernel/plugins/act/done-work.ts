// Work of plugins that is done, noted down in the transaction that did it: told again, it is not done again.
import { runSql } from '../../auth/system-table.ts'
import type { Queryable } from '../../run/database.ts'
import { ident, param, sql } from '../../sql/sql.ts'

export async function isDone(database: Queryable, schema: string, plugin: string, work: string): Promise<boolean> {
  const rows = await runSql(
    database,
    sql`SELECT 1 FROM ${ident(schema, '_plugin_done')} WHERE plugin = ${param(plugin, 'text')} AND work = ${param(work, 'text')}`,
  )
  return rows.length > 0
}

/** @returns false: somebody else has done it meanwhile, and what this transaction did must go */
export async function noteDone(tx: Queryable, schema: string, plugin: string, work: string): Promise<boolean> {
  const rows = await runSql(
    tx,
    sql`INSERT INTO ${ident(schema, '_plugin_done')} (plugin, work) VALUES (${param(plugin, 'text')}, ${param(work, 'text')})
    ON CONFLICT DO NOTHING RETURNING 1`,
  )
  return rows.length > 0
}

/** Longer than an event can be told again, and a dead letter run again. */
const KEPT_DAYS = 60

export async function forgetOldWork(database: Queryable, schema: string): Promise<void> {
  await runSql(
    database,
    sql`DELETE FROM ${ident(schema, '_plugin_done')} WHERE at < now() - ${param(String(KEPT_DAYS), 'int4')} * interval '1 day'`,
  )
}
