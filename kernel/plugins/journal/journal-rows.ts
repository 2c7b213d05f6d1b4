// The log and the usage of plugins, as rows: lines and counts go in many at once, and are read page by page.
import type { WirePluginLog } from '../../../sdk/wire/plugins.ts'
import { runSql } from '../../auth/system-table.ts'
import type { Queryable } from '../../run/database.ts'
import { ident, param, type Sql, sql } from '../../sql/sql.ts'

export type Level = WirePluginLog['data'][number]['level']

export interface NewLine {
  plugin: string
  version: string
  /** ISO 8601. */
  at: string
  level: Level
  kind: string
  entry: string
  message: string
  stack: string | null
  actor: string | null
}

/** Of one plugin, hour and entry. */
export interface Usage {
  plugin: string
  /** ISO 8601, a whole hour. */
  hour: string
  kind: string
  entry: string
  calls: number
  failures: number
  refusals: number
  limits: number
  wall_ms: number
  cpu_ms: number
  slowest_ms: number
  host_calls: number
}

export const LOG_DAYS = 14
export const USAGE_DAYS = 90

export async function insertLines(database: Queryable, schema: string, lines: readonly NewLine[]): Promise<void> {
  await runSql(
    database,
    sql`INSERT INTO ${ident(schema, '_plugin_log')} (plugin, version, at, level, kind, entry, message, stack, actor)
    SELECT plugin, version, at, level, kind, entry, message, stack, actor FROM json_to_recordset(${param(JSON.stringify(lines), 'json')})
      AS l(plugin text, version text, at timestamptz, level text, kind text, entry text, message text, stack text, actor uuid)`,
  )
}

export async function addUsage(database: Queryable, schema: string, counts: readonly Usage[]): Promise<void> {
  await runSql(
    database,
    sql`INSERT INTO ${ident(schema, '_plugin_usage')} AS u (plugin, hour, kind, entry, calls, failures, refusals, limits, wall_ms, cpu_ms, slowest_ms, host_calls)
    SELECT * FROM json_to_recordset(${param(JSON.stringify(counts), 'json')})
      AS n(plugin text, hour timestamptz, kind text, entry text, calls bigint, failures bigint, refusals bigint, limits bigint, wall_ms float8, cpu_ms float8, slowest_ms float8, host_calls bigint)
    ORDER BY plugin, hour, kind, entry
    ON CONFLICT (plugin, hour, kind, entry) DO UPDATE SET calls = u.calls + excluded.calls, failures = u.failures + excluded.failures,
      refusals = u.refusals + excluded.refusals, limits = u.limits + excluded.limits, wall_ms = u.wall_ms + excluded.wall_ms,
      cpu_ms = u.cpu_ms + excluded.cpu_ms, slowest_ms = greatest(u.slowest_ms, excluded.slowest_ms), host_calls = u.host_calls + excluded.host_calls`,
  )
}

export async function forgetOldLines(database: Queryable, schema: string): Promise<void> {
  const days = (count: number): Sql => sql`now() - ${param(String(count), 'int4')} * interval '1 day'`
  await runSql(database, sql`DELETE FROM ${ident(schema, '_plugin_log')} WHERE at < ${days(LOG_DAYS)}`)
  await runSql(database, sql`DELETE FROM ${ident(schema, '_plugin_usage')} WHERE hour < ${days(USAGE_DAYS)}`)
}

export interface LogPage {
  /** Lines after this one, oldest first; absent: the latest, newest first. */
  after?: string
  limit: number
}

const iso = (column: Sql): Sql => sql`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

export async function readLines(
  database: Queryable,
  schema: string,
  plugin: string,
  { after, limit }: LogPage,
): Promise<WirePluginLog['data']> {
  const which = after === undefined ? sql`` : sql`AND id > ${param(after, 'bigint')}`
  const order = after === undefined ? sql`DESC` : sql`ASC`
  const rows = await runSql(
    database,
    sql`SELECT id, ${iso(sql`at`)}, version, level, kind, entry, message, stack FROM ${ident(schema, '_plugin_log')}
    WHERE plugin = ${param(plugin, 'text')} ${which} ORDER BY id ${order} LIMIT ${param(String(limit), 'int4')}`,
  )
  return rows.map(([id, at, version, level, kind, entry, message, stack]) => ({
    id: id ?? '',
    at: at ?? '',
    version: version ?? '',
    level: LEVELS.find((one) => one === level) ?? 'info',
    kind: kind ?? '',
    entry: entry ?? '',
    message: message ?? '',
    stack: stack ?? null,
  }))
}

const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error']

/** Newest hour first. @param hours back from now */
export async function readUsage(
  database: Queryable,
  schema: string,
  plugin: string,
  hours: number,
): Promise<Omit<Usage, 'plugin'>[]> {
  const rows = await runSql(
    database,
    sql`SELECT ${iso(sql`hour`)}, kind, entry, calls, failures, refusals, limits, wall_ms, cpu_ms, slowest_ms, host_calls
    FROM ${ident(schema, '_plugin_usage')} WHERE plugin = ${param(plugin, 'text')} AND hour > now() - ${param(String(hours), 'int4')} * interval '1 hour'
    ORDER BY hour DESC, kind, entry`,
  )
  return rows.map(([hour, kind, entry, ...counts]) => {
    const [calls = 0, failures = 0, refusals = 0, limits = 0, wall_ms = 0, cpu_ms = 0, slowest_ms = 0, host_calls = 0] =
      counts.map(Number)
    return {
      ...{ hour: hour ?? '', kind: kind ?? '', entry: entry ?? '' },
      ...{ calls, failures, refusals, limits, wall_ms, cpu_ms, slowest_ms, host_calls },
    }
  })
}
