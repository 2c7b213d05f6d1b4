// How far the steps of an upgrade are: one row a step, written together with what the step wrote.
import { runSql } from '../../auth/system-table.ts'
import type { Queryable } from '../../run/database.ts'
import { ident, param, type Sql, sql } from '../../sql/sql.ts'

export interface MigrationStep {
  plugin: string
  version: string
  name: string
}

const table = (schema: string): Sql => ident(schema, '_plugin_migration')
const which = ({ plugin, version, name }: MigrationStep): Sql =>
  sql`plugin = ${param(plugin, 'text')} AND version = ${param(version, 'text')} AND name = ${param(name, 'text')}`

export interface MigrationState {
  name: string
  version: string
  isDone: boolean
  error: string | null
}

export async function migrationStates(database: Queryable, schema: string, plugin: string): Promise<MigrationState[]> {
  const rows = await runSql(
    database,
    sql`SELECT name, version, done_at IS NOT NULL, error FROM ${table(schema)} WHERE plugin = ${param(plugin, 'text')} ORDER BY version, name`,
  )
  return rows.map(([name, version, isDone, error]) => ({
    name: name ?? '',
    version: version ?? '',
    isDone: isDone === 't',
    error: error ?? null,
  }))
}

/** Held until the end of the transaction. @returns null before the first page; undefined: it is done */
export async function cursorOf(tx: Queryable, schema: string, step: MigrationStep): Promise<unknown> {
  const [row] = await runSql(
    tx,
    sql`SELECT cursor, done_at IS NOT NULL FROM ${table(schema)} WHERE ${which(step)} FOR UPDATE`,
  )
  if (row?.[1] === 't') return undefined
  return row?.[0] ? JSON.parse(row[0]) : null
}

export async function keepCursor(
  tx: Queryable,
  schema: string,
  step: MigrationStep,
  { cursor, isDone, error }: { cursor?: unknown; isDone?: boolean; error?: string | null },
): Promise<void> {
  const { plugin, version, name } = step
  const next = cursor === undefined ? sql`m.cursor` : sql`excluded.cursor`
  await runSql(
    tx,
    sql`INSERT INTO ${table(schema)} AS m (plugin, version, name, cursor, done_at, error)
    VALUES (${param(plugin, 'text')}, ${param(version, 'text')}, ${param(name, 'text')}, ${param(JSON.stringify(cursor ?? null), 'json')}, ${isDone ? sql`now()` : sql`NULL`}, ${param(error ?? null, 'text')})
    ON CONFLICT (plugin, version, name) DO UPDATE SET cursor = ${next}, done_at = excluded.done_at, error = excluded.error`,
  )
}
